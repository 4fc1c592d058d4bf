//! The control of a value that is a secret: where it comes from, whether this machine has it, and for a row of arguments
//! how it reaches the script. No value is ever shown; to set one opens a question of its own.

use eframe::egui::{Button, Label, RichText, Ui};

use super::EditorData;
use crate::model::{Argument, RowSecret, Secret, SecretBy, variable_called};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::secret_states::SecretState;
use crate::ui::theme::{CONTROL_HEIGHT, colors, space};
use crate::ui::widgets::{Field, segments, text_field, tinted_icon_button};

/// What a secret's control needs of its row.
#[derive(Clone, Copy)]
pub(super) struct SecretRow<'a> {
    /// The row's name, such as `Variable 1`; the names of the controls begin with it.
    pub label: &'a str,
    /// The row's flag or variable: what a secret is called at first.
    pub of: &'a str,
    pub is_wrong: bool,
}

/// Room for the button that makes a value a secret, in points.
pub(super) const TOGGLE_WIDTH: f32 = CONTROL_HEIGHT + 2.0;

const BY_NAME_WIDTH: f32 = 200.0;

/// Makes a value a secret, or a secret a value again; what was typed as a value doesn't become the secret.
pub(super) fn secret_toggle_ui(ui: &mut Ui, row: SecretRow<'_>, secret: &mut Option<Secret>, value: &mut String) {
    if toggle_ui(ui, row, secret.is_some()) {
        value.clear();
        *secret = if secret.is_some() { None } else { Some(proposed(row.of)) };
    }
}

/// The same for a row of arguments.
pub(super) fn row_secret_toggle_ui(ui: &mut Ui, row: SecretRow<'_>, of: &mut Argument) {
    let secret = &mut of.secret;
    if toggle_ui(ui, row, secret.is_some()) {
        of.value.clear();
        of.more.clear();
        *secret = if secret.is_some() {
            None
        } else {
            Some(RowSecret { from: proposed(row.of), by: SecretBy::Variable(variable_called(row.of)) })
        };
    }
}

fn proposed(of: &str) -> Secret {
    let name = of.trim_matches(['-', '=', ' ']);
    Secret::Keyring(if name.is_empty() { "secret" } else { name }.to_owned())
}

/// A button that stays lit; whether it was pressed.
fn toggle_ui(ui: &mut Ui, row: SecretRow<'_>, is_secret: bool) -> bool {
    let (color, tooltip) = if is_secret {
        (colors(ui).accent_text, "The value is a secret. Press to have a plain value again")
    } else {
        let tooltip =
            "Make it a secret: the value is kept out of the preset's file, in the keyring or in the environment";
        (colors(ui).text_faint, tooltip)
    };
    let word = if is_secret { "is" } else { "is not" };
    let label = format!("{} {word} a secret", row.label);
    tinted_icon_button(ui, (icons::KEY, color), &label, tooltip).clicked()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum From {
    Keyring,
    Environment,
}

/// Where the value comes from, and whether it is there; within `width` points, in a row of controls.
pub(super) fn secret_ui(
    ui: &mut Ui,
    row: SecretRow<'_>,
    secret: &mut Secret,
    (data, width): (&EditorData<'_>, f32),
    actions: &mut Vec<Action>,
) {
    let label = row.label;
    let right = ui.cursor().left() + width;
    let mut from = match secret {
        Secret::Keyring(_) => From::Keyring,
        Secret::Environment(_) => From::Environment,
    };
    let was = from;
    let choices = [(From::Keyring, "Keyring"), (From::Environment, "Environment")];
    segments(ui, &format!("{label} comes from"), &mut from, &choices);
    let mut name = secret.name().to_owned();
    if from != was && from == From::Environment {
        name = variable_called(&name);
    }
    let state = secret_state(secret, data);
    let hint = if from == From::Keyring { "its name in the keyring" } else { "VARIABLE" };
    let field_label = format!("{label} secret's name");
    let width = (right - ui.cursor().left() - state.width(ui)).max(90.0);
    let field = Field { label: &field_label, hint, width, is_code: true, is_wrong: row.is_wrong, ..Field::default() };
    text_field(ui, &mut name, &field);
    state.ui(ui, label, &name, actions);
    *secret = match from {
        From::Keyring => Secret::Keyring(name),
        From::Environment => Secret::Environment(name),
    };
}

/// Whether a value is there, in few words, and the button that sets one.
struct Shown {
    words: &'static str,
    hover: String,
    is_bad: bool,
    is_in_keyring: bool,
}

fn secret_state(secret: &Secret, data: &EditorData<'_>) -> Shown {
    let Secret::Keyring(name) = secret else {
        let hover = "The variable is read from the environment that Sidestage was started in.".to_owned();
        return Shown { words: "", hover, is_bad: false, is_in_keyring: false };
    };
    let (words, hover, is_bad) = match data.secrets.and_then(|known| known.get(name)) {
        None | Some(SecretState::Asked) => ("Asking…", "The keyring is being asked.".to_owned(), false),
        Some(SecretState::Stored) => ("Stored here", "This machine's keyring has it.".to_owned(), false),
        Some(SecretState::Missing) => {
            ("Not stored here", "This machine's keyring doesn't have it; press Set….".to_owned(), true)
        }
        Some(SecretState::Unknown(why)) => ("No keyring", why.clone(), true),
    };
    Shown { words, hover, is_bad, is_in_keyring: true }
}

impl Shown {
    /// Room that it takes beside the name, in points.
    fn width(&self, ui: &Ui) -> f32 {
        if !self.is_in_keyring {
            return 0.0;
        }
        let font = eframe::egui::FontId::proportional(crate::ui::theme::BODY_SIZE);
        let galley = ui.painter().layout_no_wrap(self.words.to_owned(), font, colors(ui).text);
        galley.size().x + 2.0 * space::S + 56.0
    }

    fn ui(&self, ui: &mut Ui, label: &str, name: &str, actions: &mut Vec<Action>) {
        if !self.is_in_keyring {
            return;
        }
        let color = if self.is_bad { colors(ui).warn } else { colors(ui).text_weak };
        ui.add(Label::new(RichText::new(self.words).color(color))).on_hover_text(&self.hover);
        let set =
            ui.add_enabled(!name.is_empty(), Button::new("Set…")).accessible_name(format!("Set the secret of {label}"));
        if set.on_hover_text("Type the value that this machine's keyring is to keep").clicked() {
            actions.push(Action::AskForSecret(name.to_owned()));
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Variable,
    Input,
    Argument,
}

/// How a row's secret reaches the script: a line of its own beneath the row.
pub(super) fn secret_by_ui(ui: &mut Ui, row: SecretRow<'_>, by: &mut SecretBy) {
    let mut kind = match by {
        SecretBy::Variable(_) => By::Variable,
        SecretBy::Input => By::Input,
        SecretBy::Argument => By::Argument,
    };
    let was = kind;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.label(RichText::new("reaches the script").color(colors(ui).text_weak));
        let choices =
            [(By::Variable, "as a variable"), (By::Input, "on standard input"), (By::Argument, "as an argument")];
        segments(ui, &format!("{} goes", row.label), &mut kind, &choices);
        if let SecretBy::Variable(name) = by {
            let label = format!("{} variable's name", row.label);
            let width = BY_NAME_WIDTH;
            let is_wrong = row.is_wrong;
            let field = Field { label: &label, hint: "VARIABLE", width, is_code: true, is_wrong, ..Field::default() };
            text_field(ui, name, &field);
        }
        let (words, is_bad) = match by {
            SecretBy::Variable(_) => ("not among the arguments", false),
            SecretBy::Input => ("the first line that it reads", false),
            SecretBy::Argument => ("others here can see it in the list of processes", true),
        };
        let color = if is_bad { colors(ui).warn } else { colors(ui).text_weak };
        ui.add(Label::new(RichText::new(words).color(color)).truncate());
    });
    if kind != was {
        *by = match kind {
            By::Variable => SecretBy::Variable(variable_called(row.of)),
            By::Input => SecretBy::Input,
            By::Argument => SecretBy::Argument,
        };
    }
}
