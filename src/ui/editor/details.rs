//! What is seldom touched: the group, the working folder, and notes.

use eframe::egui::{RichText, TextEdit, Ui, vec2};

use super::command::{BROWSE_WIDTH, browse_ui};
use super::{Draft, EditorData, LABEL_WIDTH, form_row, problems_ui};
use crate::model::Place;
use crate::ui::action::Action;
use crate::ui::theme::{colors, space};
use crate::ui::widgets::{Field, text_field};

pub(super) fn details_ui(ui: &mut Ui, draft: &mut Draft, data: &EditorData<'_>, actions: &mut Vec<Action>) {
    let preset = &mut draft.edited;
    let colors = colors(ui);
    form_row(ui, "Group", |ui| {
        let hint = "The heading that the preset is listed under; empty for none";
        let width = ui.available_width();
        text_field(ui, &mut preset.group, &Field { label: "Group", hint, width, ..Field::default() });
    });
    form_row(ui, "Working folder", |ui| {
        let width = ui.available_width() - BROWSE_WIDTH;
        let hint = "The folder that the script lies in";
        let is_wrong = data.is_wrong(Place::Folder);
        let field = Field { label: "Working folder", hint, width, is_code: true, is_wrong, ..Field::default() };
        text_field(ui, &mut preset.folder, &field);
        browse_ui(ui, Action::BrowseFolder, actions);
    });
    problems_ui(ui, data, Place::Folder, LABEL_WIDTH + space::S);
    form_row(ui, "File", |ui| {
        let text = match &draft.path {
            Some(path) => path.display().to_string(),
            None => "Not saved yet".to_owned(),
        };
        let text = RichText::new(text).font(crate::ui::theme::mono()).color(colors.text_weak);
        ui.add(eframe::egui::Label::new(text).truncate().selectable(true));
    });
    form_row(ui, "Notes", |ui| {
        let hint = RichText::new("What this is for, and what to know before pressing Launch").color(colors.text_faint);
        ui.scope(|ui| {
            ui.visuals_mut().widgets.inactive.bg_stroke.color = colors.line_strong;
            let edit = TextEdit::multiline(&mut preset.notes)
                .hint_text(hint)
                .desired_rows(4)
                .margin(vec2(8.0, 6.0))
                .desired_width(ui.available_width());
            ui.add(edit).accessible_name("Notes");
        });
    });
}
