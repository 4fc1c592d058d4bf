//! Rows that may have several values: those behind the first, each below the one before.

use eframe::egui::{Button, RichText, Sense, Ui, vec2};

use super::control::{ValueUi, one_value_ui};
use super::row::{RowPlace, VALUE_INDENT, can_browse};
use super::value_id;
use crate::model::Argument;
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::icon_button;

/// More fields than that nobody fills in one by one.
const MOST_ASKED_FOR: usize = 16;

/// `room` is what the buttons of a row take at its right, in points.
pub(super) fn further_values_ui(
    ui: &mut Ui,
    row: &mut Argument,
    place: RowPlace,
    room: f32,
    actions: &mut Vec<Action>,
) {
    if !row.takes_several() {
        return;
    }
    let asked_for = row.said.nargs.parse::<usize>().unwrap_or(1).saturating_sub(1).min(MOST_ASKED_FOR);
    let mut removed = None;
    for at in 0..row.more.len().max(asked_for) {
        if value_ui(ui, row, (place, at), room, actions) {
            removed = Some(at);
        }
    }
    if let Some(at) = removed.filter(|at| *at < row.more.len()) {
        row.more.remove(at);
    }
    if asked_for == 0 && (row.on || !row.has_no_value()) {
        ui.horizontal(|ui| {
            ui.add_space(VALUE_INDENT);
            let text = format!("{}  Add a value", icons::PLUS);
            let text = RichText::new(text).font(theme::small()).color(colors(ui).text_weak);
            let button = Button::new(text).frame_when_inactive(false).min_size(vec2(0.0, 20.0));
            if ui.add(button).accessible_name(format!("Add a value to argument {}", place.number)).clicked() {
                row.more.push(String::new());
            }
        });
    }
}

/// One further value; whether it is to go.
fn value_ui(
    ui: &mut Ui,
    row: &mut Argument,
    (place, at): (RowPlace, usize),
    room: f32,
    actions: &mut Vec<Action>,
) -> bool {
    let (kind, is_path) = (row.kind(), can_browse(row));
    let is_by_hand = row.kind.is_some_and(|kind| kind != row.said.kind);
    let mut value = row.more.get(at).cloned().unwrap_or_default();
    let mut is_removed = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.add_space(VALUE_INDENT);
        let right = ui.max_rect().right() - room - space::S;
        if !row.on {
            ui.visuals_mut().override_text_color = Some(colors(ui).text_faint);
        }
        let of = ValueUi {
            kind,
            choices: if is_by_hand { &[] } else { &row.said.choices },
            said: &row.said,
            is_wrong: place.is_wrong,
            label: format!("Argument {} value {}", place.number, at + 2),
            id: value_id(place.id, at + 1),
            width: right - ui.cursor().left(),
            at: at + 1,
        };
        one_value_ui(ui, &mut value, &of);
        ui.visuals_mut().override_text_color = None;
        ui.add_space((right + space::S - ui.cursor().left()).max(0.0));
        ui.spacing_mut().item_spacing.x = 2.0;
        let gap = vec2(theme::CONTROL_HEIGHT, theme::CONTROL_HEIGHT);
        ui.allocate_exact_size(gap, Sense::hover());
        let what = format!("value {} of argument {}", at + 2, place.number);
        if is_path {
            if icon_button(ui, icons::FOLDER_OPEN, &format!("Browse for {what}"), "Choose a file as the value")
                .clicked()
            {
                actions.push(Action::BrowseValue(place.number - 1, at + 1));
            }
        } else {
            ui.allocate_exact_size(gap, Sense::hover());
        }
        ui.allocate_exact_size(gap, Sense::hover());
        // Of as many as the script wants none can go.
        is_removed = row.said.nargs.parse::<usize>().is_err()
            && icon_button(ui, icons::X, &format!("Remove {what}"), "Remove this value").clicked();
    });
    if at < row.more.len() {
        row.more[at] = value;
    } else if !value.is_empty() {
        row.more.resize(at, String::new());
        row.more.push(value);
    }
    is_removed
}
