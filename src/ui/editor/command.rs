//! What runs: the interpreter, the script, and the argument rows under them.

use eframe::egui::{ComboBox, Label, RichText, Ui};

use super::arguments::arguments_ui;
use super::{Draft, EditorData, EditorState, LABEL_WIDTH, form_row, problems_ui};
use crate::model::{Interpreter, Place};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, icon_button, text_field};

/// Width of the interpreter's list, in points.
const COMBO_WIDTH: f32 = 224.0;
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

fn interpreter_ui(ui: &mut Ui, interpreter: &mut Interpreter, data: &EditorData<'_>, actions: &mut Vec<Action>) {
    let selected = selected_text(interpreter, data);
    let is_wrong = data.is_wrong(Place::Interpreter);
    let colors = colors(ui);
    ui.scope(|ui| {
        let outline = if is_wrong { colors.bad } else { colors.line_strong };
        ui.visuals_mut().widgets.inactive.bg_stroke.color = outline;
        ComboBox::from_id_salt("interpreter")
            .selected_text(selected)
            .width(COMBO_WIDTH)
            .truncate()
            .icon(|ui, rect, visuals, _is_open| {
                let font = eframe::egui::FontId::proportional(12.0);
                let center = eframe::egui::Align2::CENTER_CENTER;
                ui.painter().text(rect.center(), center, icons::CARET_DOWN, font, visuals.fg_stroke.color);
            })
            .show_ui(ui, |ui| choices_ui(ui, interpreter, data, actions))
            .response
            .accessible_name("Interpreter");
    });
    let width = ui.available_width() - BROWSE_WIDTH;
    let mut field = Field { width, is_code: true, is_wrong, ..Field::default() };
    match interpreter {
        Interpreter::Name(name) => {
            field.label = "Interpreter's name";
            field.hint = "A name to look up on this machine, such as python, python3.11 or node";
            text_field(ui, name, &field);
        }
        Interpreter::Path(path) => {
            field.label = "Interpreter's path";
            field.hint = "The path of a program, or of the folder of a virtual environment";
            text_field(ui, path, &field);
        }
        Interpreter::None => {
            let text = RichText::new("Nothing is put before the program below.").color(colors.text_weak);
            ui.add_sized([width, theme::CONTROL_HEIGHT], Label::new(text).truncate().halign(eframe::egui::Align::Min));
        }
    }
    browse_ui(ui, Action::BrowseInterpreter, actions);
}

fn selected_text(interpreter: &Interpreter, data: &EditorData<'_>) -> String {
    let found = data.interpreters.iter().find(|choice| choice.interpreter == *interpreter);
    match (found, interpreter) {
        (Some(choice), _) => choice.label.clone(),
        (None, Interpreter::Name(_)) => "By name".to_owned(),
        (None, Interpreter::Path(_)) => "At a path".to_owned(),
        (None, Interpreter::None) => "None: it is a program".to_owned(),
    }
}

fn choices_ui(ui: &mut Ui, interpreter: &mut Interpreter, data: &EditorData<'_>, actions: &mut Vec<Action>) {
    ui.set_min_width(380.0);
    ui.spacing_mut().item_spacing.y = 2.0;
    if data.interpreters.is_empty() {
        ui.label(RichText::new("Nothing was found on this machine yet.").color(colors(ui).text_weak));
    }
    for choice in data.interpreters {
        if choice_ui(ui, *interpreter == choice.interpreter, &choice.label, &choice.why) {
            *interpreter = choice.interpreter.clone();
        }
    }
    ui.separator();
    let typed = match interpreter {
        Interpreter::Name(text) | Interpreter::Path(text) => text.clone(),
        Interpreter::None => String::new(),
    };
    let is_found = data.interpreters.iter().any(|choice| choice.interpreter == *interpreter);
    let is_name = !is_found && matches!(interpreter, Interpreter::Name(_));
    let is_path = !is_found && matches!(interpreter, Interpreter::Path(_));
    if choice_ui(ui, is_name, "By name…", "looked up on each machine anew") {
        *interpreter = Interpreter::Name(typed.clone());
    }
    if choice_ui(ui, is_path, "At a path…", "one certain program") {
        *interpreter = Interpreter::Path(typed);
    }
    if choice_ui(ui, *interpreter == Interpreter::None, "None: it is a program", "the script runs by itself") {
        *interpreter = Interpreter::None;
    }
    if choice_ui(ui, false, "Browse…", "choose a program's file") {
        actions.push(Action::BrowseInterpreter);
    }
}

fn choice_ui(ui: &mut Ui, is_selected: bool, label: &str, why: &str) -> bool {
    let colors = colors(ui);
    let size = eframe::egui::vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, eframe::egui::Sense::click());
    response.widget_info(|| {
        eframe::egui::WidgetInfo::selected(eframe::egui::Role::Button, true, is_selected, format!("{label} {why}"))
    });
    crate::ui::widgets::paint_row(ui, &response, is_selected);
    let inner = rect.shrink2(eframe::egui::vec2(8.0, 0.0));
    let font = eframe::egui::FontId::proportional(theme::BODY_SIZE);
    let painted = crate::ui::widgets::paint_line(ui, inner, label, font, colors.text);
    let beside = eframe::egui::Rect::from_min_max(eframe::egui::pos2(painted.right() + 10.0, inner.top()), inner.max);
    crate::ui::widgets::paint_line(ui, beside, why, theme::small(), colors.text_weak);
    if response.clicked() {
        ui.close();
        return true;
    }
    false
}
