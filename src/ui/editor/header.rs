//! The top of the editor: the preset's name, whether it is saved, and what can be done with it as a whole.

use eframe::egui::{Align, FontSelection, Frame, Layout, Margin, RichText, TextEdit, Ui, vec2};

use super::{Draft, EditorData, EditorState, problems_ui};
use crate::model::Place;
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{
    action_button, action_icon, decoration, focus_and_select, icon_button, primary_button, tooltip_of,
};

/// An empty name is still a place to click on; in points.
const NARROWEST_NAME: f32 = 48.0;

pub(super) fn header_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    data: &EditorData<'_>,
    state: &mut EditorState,
    actions: &mut Vec<Action>,
) {
    Frame::new().inner_margin(Margin { left: 8, right: 12, top: 10, bottom: 4 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                buttons_ui(ui, draft, data, actions);
                ui.add_space(space::S);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| name_ui(ui, draft, data, state));
            });
        });
        problems_ui(ui, data, Place::Name, space::S);
    });
}

/// From the right edge inwards.
fn buttons_ui(ui: &mut Ui, draft: &Draft, data: &EditorData<'_>, actions: &mut Vec<Action>) {
    let is_unsaved = draft.is_unsaved();
    let can_run = data.problems.is_empty();
    ui.add_enabled_ui(can_run, |ui| {
        let tooltip = if can_run {
            tooltip_of(ui, &Action::LaunchSelected)
        } else {
            "Something in this preset has to be put right first; it is marked below.".to_owned()
        };
        if primary_button(ui, icons::PLAY_FILLED, "Launch", &tooltip).clicked() {
            actions.push(Action::LaunchSelected);
        }
    });
    ui.add_enabled_ui(is_unsaved, |ui| action_button(ui, Action::SavePreset, actions));
    ui.spacing_mut().item_spacing.x = 2.0;
    ui.add_space(space::XS);
    action_icon(ui, Action::DeletePreset, "", actions);
    action_icon(ui, Action::DuplicatePreset, "", actions);
    ui.add_enabled_ui(is_unsaved && draft.saved.is_some(), |ui| {
        action_icon(ui, Action::RevertPreset, "", actions);
    });
    action_icon(ui, Action::SavePresetAs, "", actions);
    action_icon(ui, Action::CopyForTouch, "", actions);
    action_icon(ui, Action::ExportPreset, "", actions);
    let words = data.undo.cloned().unwrap_or_default();
    ui.add_space(space::XS);
    undo_ui(ui, Action::Redo, words.redo, actions);
    undo_ui(ui, Action::Undo, words.undo, actions);
}

/// What is to be decided before a save, and can wait until then.
pub(super) fn conflict_ui(ui: &mut Ui, what: &str, action: Action, actions: &mut Vec<Action>) {
    let colors = colors(ui);
    Frame::new().inner_margin(Margin { left: 16, right: 12, top: 0, bottom: 4 }).show(ui, |ui| {
        let margin = Margin { left: 8, right: 4, top: 4, bottom: 4 };
        Frame::new().fill(colors.warn_tint).corner_radius(theme::RADIUS).inner_margin(margin).show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 6.0;
                decoration(ui, icons::WARNING_FILLED, 14.0, colors.warn);
                ui.label(RichText::new(what).color(colors.warn));
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    action_button(ui, action, actions);
                });
            });
        });
    });
}

/// Its tooltip says what it is about.
fn undo_ui(ui: &mut Ui, action: Action, what: Option<String>, actions: &mut Vec<Action>) {
    let descriptor = action.descriptor();
    ui.add_enabled_ui(what.is_some(), |ui| {
        let keys = descriptor.shortcut_text(ui.ctx()).unwrap_or_default();
        let tooltip = what.map(|what| format!("{} {what}  ({keys})", descriptor.label)).unwrap_or_default();
        if icon_button(ui, descriptor.icon, descriptor.label, &tooltip).clicked() {
            actions.push(action);
        }
    });
}

fn name_ui(ui: &mut Ui, draft: &mut Draft, data: &EditorData<'_>, state: &mut EditorState) {
    let colors = colors(ui);
    let is_unsaved = draft.is_unsaved();
    let badge_width = if is_unsaved { 92.0 } else { 0.0 };
    let font = theme::strong(theme::TITLE_SIZE);
    let shown = if draft.edited.name.is_empty() { "Name this preset" } else { &draft.edited.name };
    let text_width = ui.painter().layout_no_wrap(shown.to_owned(), font.clone(), colors.text_strong).size().x + 24.0;
    let widest = (ui.available_width() - badge_width).max(60.0);
    ui.scope(|ui| {
        // A title until it is pointed at; then it shows that it is a field.
        let widgets = &mut ui.visuals_mut().widgets;
        let wrong = data.is_wrong(Place::Name);
        let idle = if wrong { colors.bad } else { eframe::egui::Color32::TRANSPARENT };
        widgets.inactive.bg_stroke = (1.0, idle).into();
        ui.visuals_mut().text_edit_bg_color = Some(colors.surface);
        let edit = TextEdit::singleline(&mut draft.edited.name)
            .font(FontSelection::FontId(font.clone()))
            .text_color(colors.text_strong)
            .hint_text(RichText::new("Name this preset").font(font.clone()).color(colors.text_faint))
            .margin(vec2(8.0, 3.0))
            .desired_width(text_width.clamp(NARROWEST_NAME.min(widest), widest));
        let response = ui.add(edit).accessible_name("Preset name");
        if std::mem::take(&mut state.focus_name) {
            focus_and_select(&response, &draft.edited.name);
        }
    });
    if is_unsaved {
        ui.add_space(space::XS);
        ui.spacing_mut().item_spacing.x = 6.0;
        decoration(ui, icons::CIRCLE_FILLED, 9.0, colors.accent_text);
        ui.label(RichText::new("Unsaved").font(theme::small()).color(colors.text_weak));
    }
}
