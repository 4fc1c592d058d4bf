//! The environment of a job: the preset's own variables, and what Sidestage changes by itself, with each reason.

use std::borrow::Cow;

use eframe::egui::{Label, RichText, Ui};

use super::secret::{SecretRow, TOGGLE_WIDTH, secret_toggle_ui, secret_ui};
use super::{Draft, EditorData, problems_ui};
use crate::model::{Cause, EnvChange, Place, Variable};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, icon_button, section_title, text_field, tick_box};

const NAME_WIDTH: f32 = 220.0;

pub(super) fn environment_ui(ui: &mut Ui, draft: &mut Draft, data: &EditorData<'_>, actions: &mut Vec<Action>) {
    section_title(ui, "Variables of this preset");
    let rows = &mut draft.edited.environment;
    let mut removed = None;
    for (index, row) in rows.iter_mut().enumerate() {
        if variable_ui(ui, index, row, data, actions) {
            removed = Some(index);
        }
        problems_ui(ui, data, Place::Variable(index), 26.0);
    }
    if let Some(index) = removed {
        rows.remove(index);
    }
    let text = RichText::new(format!("{}  Add a variable", icons::PLUS)).color(colors(ui).text_weak);
    let add = eframe::egui::Button::new(text).frame_when_inactive(false);
    if ui.add(add).accessible_name("Add a variable").clicked() {
        rows.push(Variable::default());
    }
    ui.add_space(space::S);
    fixes_ui(ui, &mut draft.edited.leave_environment, data.fixes);
}

/// One row; whether its removal was asked for.
fn variable_ui(
    ui: &mut Ui,
    index: usize,
    row: &mut Variable,
    data: &EditorData<'_>,
    actions: &mut Vec<Action>,
) -> bool {
    let number = index + 1;
    let was_fresh = is_fresh(row);
    let is_wrong = data.is_wrong(Place::Variable(index));
    let removed = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            tick_box(ui, &mut row.on, "", &format!("Variable {number} on"));
            let label = format!("Variable {number} name");
            let hint = "NAME";
            let field = Field {
                label: &label,
                hint,
                width: NAME_WIDTH,
                is_code: true,
                is_wrong,
                id: Some(ui.scope_id().with(("name", index))),
                ..Field::default()
            };
            text_field(ui, &mut row.name, &field);
            ui.label(RichText::new("=").color(colors(ui).text_weak));
            let width = ui.available_width() - 34.0 - TOGGLE_WIDTH;
            let (label, of) = (format!("Variable {number}"), row.name.clone());
            let secret_row = SecretRow { label: &label, of: &of, is_wrong };
            if let Some(secret) = &mut row.secret {
                secret_ui(ui, secret_row, secret, (data, width), actions);
            } else {
                let label = format!("Variable {number} value");
                let id = Some(ui.scope_id().with(("value", index)));
                let field =
                    Field { label: &label, hint: "value", width, is_code: true, is_wrong, id, ..Field::default() };
                text_field(ui, &mut row.value, &field);
            }
            secret_toggle_ui(ui, secret_row, &mut row.secret, &mut row.value);
            icon_button(ui, icons::X, &format!("Remove variable {number}"), "Remove this variable").clicked()
        })
        .inner;
    if was_fresh && !is_fresh(row) {
        row.on = true;
    }
    removed
}

/// Whether nothing of it was filled in yet.
fn is_fresh(row: &Variable) -> bool {
    !row.on && row.name.is_empty() && row.value.is_empty() && row.secret.is_none()
}

/// As much of a value as a row has room for: a PATH is long.
fn beginning(value: &str) -> Cow<'_, str> {
    const MOST_LETTERS: usize = 40;
    match value.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", &value[..end]).into(),
        None => value.into(),
    }
}

fn fixes_ui(ui: &mut Ui, left_alone: &mut Vec<String>, fixes: &[EnvChange]) {
    section_title(ui, "What Sidestage changes");
    let colors = colors(ui);
    if fixes.is_empty() {
        let text = "Nothing: the job gets the environment that Sidestage itself runs in.";
        ui.add(Label::new(RichText::new(text).color(colors.text_weak)).wrap());
    }
    for fix in fixes {
        let Cause::Fix(why) = fix.cause else { continue };
        let mut is_made = !left_alone.contains(&fix.name);
        let (text, verb) = match &fix.value {
            Some(value) => (format!("{} = {}", fix.name, beginning(value)), "Set"),
            None => (fix.name.clone(), "Remove"),
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            // In line with the boxes of the rows above.
            ui.add_space(5.0);
            let label = format!("{verb} {}", fix.name);
            let text = RichText::new(format!("{verb} {text}")).font(theme::mono());
            let response = tick_box(ui, &mut is_made, text, &label);
            if response.changed() {
                left_alone.retain(|name| *name != fix.name);
                if !is_made {
                    left_alone.push(fix.name.clone());
                }
            }
            if let Some(value) = &fix.value {
                response.on_hover_text(value);
            }
            ui.add(Label::new(RichText::new(why).color(colors.text_weak)).truncate());
        });
    }
}
