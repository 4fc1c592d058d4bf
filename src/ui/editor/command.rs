//! What runs: the interpreter, the script, and the argument rows under them.

use eframe::egui::Ui;

use super::arguments::arguments_ui;
use super::interpreter::interpreter_ui;
use super::{Draft, EditorData, EditorState, LABEL_WIDTH, form_row, problems_ui};
use crate::model::{Interpreter, Place};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::space;
use crate::ui::widgets::{Field, icon_button, text_field};

/// Room for a Browse… button and the space before it, in points.
pub(super) const BROWSE_WIDTH: f32 = 34.0;

pub(super) fn command_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    data: &EditorData<'_>,
    state: &mut EditorState,
    actions: &mut Vec<Action>,
) {
    let indent = LABEL_WIDTH + space::S;
    form_row(ui, "Interpreter", |ui| interpreter_ui(ui, &mut draft.edited.interpreter, data, actions));
    problems_ui(ui, data, Place::Interpreter, indent);
    offer_ui(ui, data, Place::Interpreter, (Action::BrowseInterpreter, "Browse… for the interpreter"), actions);
    let is_program = draft.edited.interpreter == Interpreter::None;
    let (label, hint) = if is_program {
        ("Program", "A program's path, or a name to look up")
    } else {
        ("Script", "The script's path; drop a file onto the window to fill it in")
    };
    form_row(ui, label, |ui| {
        let width = ui.available_width() - BROWSE_WIDTH;
        let is_wrong = data.is_wrong(Place::Script);
        let field = Field { label, hint, width, is_code: true, is_wrong, ..Field::default() };
        text_field(ui, &mut draft.edited.script, &field);
        browse_ui(ui, Action::BrowseScript, actions);
    });
    problems_ui(ui, data, Place::Script, indent);
    offer_ui(ui, data, Place::Script, (Action::BrowseScript, "Browse… for the script"), actions);
    ui.add_space(space::S);
    arguments_ui(ui, draft, data, &mut state.rows, actions);
}

/// The way out, under the sentence that says what is missing.
fn offer_ui(
    ui: &mut Ui,
    data: &EditorData<'_>,
    place: Place,
    (action, label): (Action, &str),
    actions: &mut Vec<Action>,
) {
    if data.is_wrong(place) {
        ui.horizontal(|ui| {
            // In line with the sentence, which has an icon before it.
            ui.add_space(LABEL_WIDTH + space::S + 21.0);
            let tooltip = action.descriptor().tooltip;
            let button = ui.button("Browse…").accessible_name(label).on_hover_text(tooltip);
            if button.clicked() {
                actions.push(action);
            }
        });
    }
}

/// A folder icon that pushes one of the Browse actions.
pub(super) fn browse_ui(ui: &mut Ui, action: Action, actions: &mut Vec<Action>) {
    let descriptor = action.descriptor();
    if icon_button(ui, icons::FOLDER_OPEN, descriptor.label, descriptor.tooltip).clicked() {
        actions.push(action);
    }
}
