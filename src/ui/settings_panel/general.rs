//! The page of what concerns the whole panel: how it looks, how much of the logs is kept, where things lie.

use std::path::Path;

use eframe::egui::{Align, Align2, Button, FontId, Label, Layout, RichText, Sense, Ui, Vec2, vec2};

use super::{SettingsData, help_ui, row_ui, section_ui, weak_ui};
use crate::store::settings::{Settings, Theme};
use crate::ui::action::Action;
use crate::ui::theme::{self, CONTROL_HEIGHT, colors};
use crate::ui::widgets::{Field, action_button, action_icon, number_field, segments, tooltip_of};

/// What stands in the number fields while a person types.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    file: String,
    preset: String,
    runs: String,
}

/// In points.
const NUMBER_WIDTH: f32 = 64.0;

pub(super) fn general_ui(
    ui: &mut Ui,
    settings: &mut Settings,
    data: &SettingsData<'_>,
    texts: &mut Texts,
    actions: &mut Vec<Action>,
) {
    section_ui(ui, "Look", "", |ui| {
        row_ui(ui, "Theme", |ui| {
            let choices = [(Theme::System, "As the system"), (Theme::Dark, "Dark"), (Theme::Light, "Light")];
            segments(ui, "Theme", &mut settings.theme, &choices);
        });
        row_ui(ui, "Zoom", |ui| {
            step_ui(ui, "−", Action::ZoomOut, actions);
            let rect = ui.allocate_exact_size(vec2(52.0, CONTROL_HEIGHT), Sense::hover()).0;
            let percent = format!("{:.0} %", data.settings.zoom * 100.0);
            let font = FontId::proportional(theme::BODY_SIZE);
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, percent, font, colors(ui).text);
            step_ui(ui, "+", Action::ZoomIn, actions);
            if (data.settings.zoom - 1.0).abs() > 0.001 {
                action_button(ui, Action::ZoomReset, actions);
            }
        });
    });
    let about = "Every run writes all of its output to disk. These are the limits; the oldest logs go first.";
    section_ui(ui, "Logs", about, |ui| logs_ui(ui, settings, texts));
    section_ui(ui, "Folders", "", |ui| {
        let folders = data.folders;
        folder_ui(ui, "Presets", folders.presets, Action::OpenPresetsFolder, actions);
        let open = |path: Option<&Path>| Action::OpenFolder(path.map(Path::to_owned).unwrap_or_default());
        folder_ui(ui, "Logs", folders.logs, open(folders.logs), actions);
        folder_ui(ui, "Settings", folders.settings, open(folders.settings), actions);
    });
}

/// An action as a square button with a sign on it.
pub(super) fn step_ui(ui: &mut Ui, sign: &str, action: Action, actions: &mut Vec<Action>) {
    let tooltip = tooltip_of(ui, &action);
    let button = Button::new(RichText::new(sign).size(15.0)).min_size(Vec2::splat(CONTROL_HEIGHT));
    if ui.add(button).accessible_name(action.descriptor().label).on_hover_text(tooltip).clicked() {
        actions.push(action);
    }
}

fn logs_ui(ui: &mut Ui, settings: &mut Settings, texts: &mut Texts) {
    let logs = &mut settings.logs;
    row_ui(ui, "One file", |ui| {
        weak_ui(ui, "holds");
        number_field(ui, &mut texts.file, &mut logs.file_mib, &number("Megabytes of one log file"));
        weak_ui(ui, "MB at most; a run that writes more goes on in another");
    });
    row_ui(ui, "One preset", |ui| {
        weak_ui(ui, "keeps");
        number_field(ui, &mut texts.preset, &mut logs.preset_mib, &number("Megabytes of one preset's logs"));
        weak_ui(ui, "MB of logs, of its latest");
        number_field(ui, &mut texts.runs, &mut logs.runs, &number("Runs of one preset whose logs are kept"));
        weak_ui(ui, "runs");
    });
    if logs.clamped() != *logs {
        let kept = logs.clamped();
        let (file, preset, runs) = (kept.file_mib, kept.preset_mib, kept.runs);
        help_ui(ui, &format!("That would keep nothing; it counts as {file} MB, {preset} MB and {runs} runs."));
    }
}

fn number(label: &str) -> Field<'_> {
    Field { label, width: NUMBER_WIDTH, ..Field::default() }
}

fn folder_ui(ui: &mut Ui, label: &str, path: Option<&Path>, open: Action, actions: &mut Vec<Action>) {
    row_ui(ui, label, |ui| {
        let Some(path) = path else {
            weak_ui(ui, "The system names no such folder for this user");
            return;
        };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            action_icon(ui, open, label, actions);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let shown = path.display().to_string();
                let text = RichText::new(&shown).font(theme::mono()).color(colors(ui).text);
                ui.add(Label::new(text).truncate().selectable(true)).on_hover_text(shown);
            });
        });
    });
}
