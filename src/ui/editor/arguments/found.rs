//! What is known of the script's own arguments, above the rows: whether it is being read or asked, what it says besides
//! the rows, and what can't be told.

use eframe::egui::{
    Align, Align2, Button, FontId, Layout, Popup, RichText, Role, Sense, Spinner, Ui, WidgetInfo, vec2,
};

use super::RowEdit;
use super::flag::item_ui;
use crate::model::{Argument, PLACEHOLDERS};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, colors};
use crate::ui::widgets::{Severity, icon_button, section_title, sentence};

/// In points.
const MENU_WIDTH: f32 = 308.0;

/// What the app knows of the open preset's script.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScriptData<'a> {
    pub work: ScriptWork,
    /// What would become of the rows if its arguments were brought into them; empty for nothing.
    pub offer: &'a str,
    /// What of its arguments can't be told.
    pub doubts: &'a [String],
    /// Why nothing is known of them, where somebody wanted to know.
    pub failure: Option<&'a str>,
    /// It is a Python script, which can be read and asked.
    pub is_python: bool,
}

/// What is done to find out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScriptWork {
    #[default]
    Idle,
    Reading,
    /// It runs, up to where it parses its arguments.
    Asking,
}

/// The line above the rows.
pub(super) fn title_ui(
    ui: &mut Ui,
    rows: &[Argument],
    script: &ScriptData<'_>,
    only_on: &mut bool,
    actions: &mut Vec<Action>,
) -> Option<RowEdit> {
    let mut edit = None;
    ui.horizontal(|ui| {
        section_title(ui, "Arguments");
        let on = rows.iter().filter(|row| row.on).count();
        if !rows.is_empty() {
            let text = if on == rows.len() { on.to_string() } else { format!("{on} of {} on", rows.len()) };
            ui.label(RichText::new(text).font(theme::small()).color(colors(ui).text_weak));
        }
        info_ui(ui);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            edit = menu_ui(ui, rows, script, only_on, actions);
            work_ui(ui, script, actions);
        });
    });
    edit
}

fn info_ui(ui: &mut Ui) {
    let colors = colors(ui);
    let (rect, info) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
    let label = "How rows become arguments";
    info.widget_info(|| WidgetInfo::labeled(Role::Label, true, label));
    let font = FontId::proportional(theme::BODY_SIZE);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icons::INFO, font, colors.text_weak);
    info.on_hover_ui(|ui| {
        ui.label(
            "A row is a flag and its value; either may be empty. A flag that ends in “=” is joined with its value.",
        );
        ui.label("In both you can use:");
        for (name, meaning) in PLACEHOLDERS {
            ui.horizontal(|ui| {
                ui.label(RichText::new(format!("{{{name}}}")).font(theme::mono()));
                ui.label(RichText::new(meaning).color(colors.text_weak));
            });
        }
    });
}

/// What is done at the moment, or what the script says besides the rows.
fn work_ui(ui: &mut Ui, script: &ScriptData<'_>, actions: &mut Vec<Action>) {
    let small = |text: &str| RichText::new(text).font(theme::small());
    let weak = colors(ui).text_weak;
    match script.work {
        ScriptWork::Reading => {
            ui.label(small("Reading the script…").color(weak));
        }
        ScriptWork::Asking => {
            if ui.button(small("Cancel")).accessible_name("Cancel asking the script").clicked() {
                actions.push(Action::CancelAsking);
            }
            ui.label(small("Asking the script…").color(weak));
            ui.add(Spinner::new().size(14.0));
        }
        ScriptWork::Idle if !script.offer.is_empty() => {
            let color = colors(ui).accent_text;
            let text =
                RichText::new(format!("The script says more: {}", script.offer)).font(theme::small()).color(color);
            let icon = RichText::new(icons::ARROWS_MERGE).size(14.0).color(color);
            let label = format!("Take the script's arguments: {}", script.offer);
            let tooltip = "Bring what the script says into the rows. What you set stays; new rows come in switched off";
            if ui.add(Button::new((icon, text))).accessible_name(label).on_hover_text(tooltip).clicked() {
                actions.push(Action::TakeArguments);
            }
        }
        ScriptWork::Idle => {}
    }
}

/// The ways to find out, and what can be done with all rows.
fn menu_ui(
    ui: &mut Ui,
    rows: &[Argument],
    script: &ScriptData<'_>,
    only_on: &mut bool,
    actions: &mut Vec<Action>,
) -> Option<RowEdit> {
    let mut edit = None;
    let button = icon_button(ui, icons::DOTS_THREE, "More for the arguments", "The script's own arguments, and more");
    Popup::menu(&button).show(|ui| {
        ui.set_width(MENU_WIDTH);
        ui.spacing_mut().item_spacing.y = 2.0;
        let is_idle = script.work == ScriptWork::Idle;
        let ways = [
            (Action::ReadArguments, is_idle && script.is_python),
            (Action::AskArguments, is_idle && script.is_python),
            (Action::AskForHelp, is_idle),
        ];
        for (action, is_possible) in ways {
            let descriptor = action.descriptor();
            ui.add_enabled_ui(is_possible, |ui| {
                if item_ui(ui, descriptor.label, false) {
                    actions.push(action);
                }
            });
        }
        ui.separator();
        if item_ui(ui, "Show only rows that are on", *only_on) {
            *only_on = !*only_on;
        }
        let gone = rows.iter().filter(|row| row.said.gone).count();
        ui.add_enabled_ui(gone > 0, |ui| {
            if item_ui(ui, "Remove rows that the script has no more", false) {
                edit = Some(RowEdit::RemoveGone);
            }
        });
    });
    edit
}

/// Why nothing is known, or what can't be told.
pub(super) fn told_ui(ui: &mut Ui, script: &ScriptData<'_>) {
    if let Some(failure) = script.failure {
        sentence(ui, Severity::Warning, failure);
    }
    let Some(first) = script.doubts.first() else { return };
    let more = match script.doubts.len() - 1 {
        0 => String::new(),
        1 => " One more thing can't be told.".to_owned(),
        more => format!(" {more} more things can't be told."),
    };
    let said = sentence(ui, Severity::Info, &format!("{first}{more}"));
    if script.doubts.len() > 1 {
        said.on_hover_ui(|ui| {
            for doubt in script.doubts {
                ui.label(doubt);
            }
        });
    }
}
