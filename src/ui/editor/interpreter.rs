//! The choice of what runs the script: what was found on this machine with its version, what it is, where it is and why it
//! is offered; the best guess for the script first, and what can't be used told in words.

use eframe::egui::{
    Align, ComboBox, FontId, Label, PopupCloseBehavior, Rect, RichText, Role, ScrollArea, Sense, Ui, WidgetInfo, pos2,
    vec2,
};

use super::command::{BROWSE_WIDTH, browse_ui};
use super::{EditorData, Place};
use crate::model::Interpreter;
use crate::ui::action::Action;
use crate::ui::theme::{self, CONTROL_HEIGHT, colors, space};
use crate::ui::widgets::{
    Field, Severity, action_button, caret_ui, paint_line, paint_row, section_title, sentence, text_field,
};

/// Width of the field that opens the list, in points.
const COMBO_WIDTH: f32 = 224.0;
/// Of the list itself; a path of usual length fits.
const LIST_WIDTH: f32 = 560.0;
/// How much of what was found is in sight at once, in points; the rest is scrolled.
const LIST_HEIGHT: f32 = 260.0;
/// Room for what stands above that.
const GUESS_HEIGHT: f32 = 92.0;
/// Of a row with two lines.
const ROW_HEIGHT: f32 = 42.0;

const LOOKING: &str = "Looking on this machine…";

/// An interpreter found on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterpreterChoice {
    pub interpreter: Interpreter,
    /// Such as `Python 3.11.4`.
    pub label: String,
    /// What it is besides: `virtual environment of /usr · x86_64`; may be empty.
    pub what: String,
    /// Where it comes from: `.venv beside the script`.
    pub place: String,
    /// Its path.
    pub program: String,
    /// A sentence; it can't be used then.
    pub trouble: Option<String>,
}

impl InterpreterChoice {
    /// A program, or the folder of an environment, that this machine has a name for.
    #[must_use]
    pub fn named(name: &str, path: &str) -> Self {
        let interpreter = Interpreter::Name(name.to_owned());
        Self { program: path.to_owned(), ..Self::without_program(interpreter, name, "named on this machine") }
    }

    /// One that is no program of this machine.
    fn without_program(interpreter: Interpreter, label: &str, place: &str) -> Self {
        let (label, place) = (label.to_owned(), place.to_owned());
        Self { interpreter, label, place, what: String::new(), program: String::new(), trouble: None }
    }
}

/// What is likely to run the script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterpreterGuess {
    pub interpreter: Interpreter,
    /// `its first line asks for python3.11`.
    pub why: String,
}

/// What is known of this machine's interpreters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InterpretersData {
    /// Those that this machine has a name for.
    pub named: Vec<InterpreterChoice>,
    pub choices: Vec<InterpreterChoice>,
    pub guess: Option<InterpreterGuess>,
    /// The machine is being looked at.
    pub is_looking: bool,
}

impl Default for &InterpretersData {
    fn default() -> Self {
        static NOTHING: InterpretersData =
            InterpretersData { named: Vec::new(), choices: Vec::new(), guess: None, is_looking: false };
        &NOTHING
    }
}

pub(super) fn interpreter_ui(
    ui: &mut Ui,
    interpreter: &mut Interpreter,
    data: &EditorData<'_>,
    actions: &mut Vec<Action>,
) {
    let selected = selected_text(interpreter, data.interpreters);
    let is_wrong = data.is_wrong(Place::Interpreter);
    let colors = colors(ui);
    ui.scope(|ui| {
        let outline = if is_wrong { colors.bad } else { colors.line_strong };
        ui.visuals_mut().widgets.inactive.bg_stroke.color = outline;
        ComboBox::from_id_salt("interpreter")
            .selected_text(selected)
            .width(COMBO_WIDTH)
            .height(f32::INFINITY)
            .truncate()
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .icon(caret_ui)
            .show_ui(ui, |ui| list_ui(ui, interpreter, data.interpreters, actions))
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
            ui.add_sized([width, CONTROL_HEIGHT], Label::new(text).truncate().halign(Align::Min));
        }
    }
    browse_ui(ui, Action::BrowseInterpreter, actions);
}

fn selected_text(interpreter: &Interpreter, data: &InterpretersData) -> String {
    let mut offered = data.named.iter().chain(&data.choices);
    let found = offered.find(|choice| choice.interpreter == *interpreter && choice.trouble.is_none());
    match (found, interpreter) {
        (Some(choice), _) => choice.label.clone(),
        (None, Interpreter::Name(_)) => "By name".to_owned(),
        (None, Interpreter::Path(_)) => "At a path".to_owned(),
        (None, Interpreter::None) => "None: it is a program".to_owned(),
    }
}

fn list_ui(ui: &mut Ui, interpreter: &mut Interpreter, data: &InterpretersData, actions: &mut Vec<Action>) {
    ui.set_width(LIST_WIDTH);
    ui.spacing_mut().item_spacing.y = 2.0;
    found_ui(ui, interpreter, data);
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.add_enabled_ui(!data.is_looking, |ui| action_button(ui, Action::LookForInterpreters, actions));
        if data.is_looking && !data.choices.is_empty() {
            ui.label(RichText::new(LOOKING).color(colors(ui).text_weak));
        }
    });
    ui.separator();
    fixed_ui(ui, interpreter, data, actions);
}

/// What was found: the best guess, the others, and what can't be used.
fn found_ui(ui: &mut Ui, interpreter: &mut Interpreter, data: &InterpretersData) {
    let mut usable: Vec<_> = data.choices.iter().filter(|choice| choice.trouble.is_none()).collect();
    if let Some(guess) = &data.guess {
        section_title(ui, "Best guess for this script");
        let at = usable.iter().position(|choice| choice.interpreter == guess.interpreter);
        let best = at.map_or_else(|| unfound(guess), |at| usable.remove(at).clone());
        let best = InterpreterChoice { place: guess.why.clone(), ..best };
        choice_ui(ui, interpreter, &best);
        if !usable.is_empty() || !data.named.is_empty() {
            ui.add_space(space::XS);
            section_title(ui, "Also on this machine");
        }
    }
    if data.choices.is_empty() {
        let text = if data.is_looking { LOOKING } else { "Nothing was found on this machine." };
        ui.label(RichText::new(text).color(colors(ui).text_weak));
    }
    if data.choices.is_empty() && data.is_looking {
        // An open list doesn't grow, so what may come has its room from the start.
        ui.add_space(LIST_HEIGHT + GUESS_HEIGHT);
    }
    let broken = data.choices.iter().filter_map(|choice| choice.trouble.as_deref());
    ScrollArea::vertical().id_salt("found").max_height(LIST_HEIGHT).show(ui, |ui| {
        for choice in data.named.iter().chain(usable) {
            choice_ui(ui, interpreter, choice);
        }
        for (index, trouble) in broken.enumerate() {
            if index == 0 {
                ui.add_space(space::XS);
                section_title(ui, "Can’t be used");
            }
            sentence(ui, Severity::Warning, trouble);
        }
    });
}

/// A guess that is not among what was found: a program that runs by itself, or a name that is missing here.
fn unfound(guess: &InterpreterGuess) -> InterpreterChoice {
    let label = match &guess.interpreter {
        Interpreter::Name(name) => name.as_str(),
        Interpreter::Path(path) => path,
        Interpreter::None => "None: it is a program",
    };
    InterpreterChoice::without_program(guess.interpreter.clone(), label, &guess.why)
}

fn choice_ui(ui: &mut Ui, interpreter: &mut Interpreter, choice: &InterpreterChoice) {
    if row_ui(ui, *interpreter == choice.interpreter, choice) {
        *interpreter = choice.interpreter.clone();
    }
}

/// The ways that are there on every machine.
fn fixed_ui(ui: &mut Ui, interpreter: &mut Interpreter, data: &InterpretersData, actions: &mut Vec<Action>) {
    let typed = match interpreter {
        Interpreter::Name(text) | Interpreter::Path(text) => text.clone(),
        Interpreter::None => String::new(),
    };
    let is_found = data.named.iter().chain(&data.choices).any(|choice| choice.interpreter == *interpreter);
    let is_name = !is_found && matches!(interpreter, Interpreter::Name(_));
    let is_path = !is_found && matches!(interpreter, Interpreter::Path(_));
    let fixed = |label, place| InterpreterChoice::without_program(Interpreter::None, label, place);
    if row_ui(ui, is_name, &fixed("By name…", "looked up on each machine anew")) {
        *interpreter = Interpreter::Name(typed.clone());
    }
    if row_ui(ui, is_path, &fixed("At a path…", "one certain program")) {
        *interpreter = Interpreter::Path(typed);
    }
    let none = fixed("None: it is a program", "the script runs by itself");
    if row_ui(ui, *interpreter == Interpreter::None, &none) {
        *interpreter = Interpreter::None;
    }
    if row_ui(ui, false, &fixed("Browse…", "choose a program's file")) {
        actions.push(Action::BrowseInterpreter);
    }
}

/// A row; one with a path has a second line for it. Whether it was chosen, which closes the list.
fn row_ui(ui: &mut Ui, is_selected: bool, choice: &InterpreterChoice) -> bool {
    let colors = colors(ui);
    let has_path = !choice.program.is_empty();
    let size = vec2(ui.available_width(), if has_path { ROW_HEIGHT } else { CONTROL_HEIGHT });
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let named = [&choice.label, &choice.place, &choice.what].map(String::as_str);
    let name = named.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &name));
    paint_row(ui, &response, is_selected);
    let inner = rect.shrink2(vec2(8.0, 0.0));
    let line = |top: f32, bottom: f32| Rect::from_min_max(pos2(inner.left(), top), pos2(inner.right(), bottom));
    let middle = rect.top() + ROW_HEIGHT * 0.55;
    let first = if has_path { line(rect.top() + 3.0, middle) } else { inner };
    let font = if has_path { theme::strong(theme::BODY_SIZE) } else { FontId::proportional(theme::BODY_SIZE) };
    let label = paint_line(ui, first, &choice.label, font, colors.text);
    let beside = Rect::from_min_max(pos2(label.right() + 10.0, first.top()), first.max);
    paint_line(ui, beside, &choice.place, theme::small(), colors.text_weak);
    if has_path {
        let path = paint_line(ui, line(middle, rect.bottom() - 4.0), &choice.program, theme::small(), colors.text_weak);
        let behind = Rect::from_min_max(pos2(path.right() + 10.0, path.top()), pos2(inner.right(), path.bottom()));
        paint_line(ui, behind, &choice.what, theme::small(), colors.text_faint);
        if ui.is_rect_visible(rect) {
            response.clone().on_hover_text(&choice.program);
        }
    }
    if response.clicked() {
        ui.close();
        return true;
    }
    false
}
