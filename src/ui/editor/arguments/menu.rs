//! The menu of a row: what its values are, and a second row like it.

use eframe::egui::{Popup, PopupCloseBehavior, RichText, Ui};

use super::RowEdit;
use super::flag::item_ui;
use crate::model::{Argument, ValueKind};
use crate::ui::icons;
use crate::ui::theme::{self, colors};
use crate::ui::widgets::{Field, icon_button, text_field};

/// In points.
const WIDTH: f32 = 200.0;

/// What somebody can say that the values of a row are.
const KINDS: [(ValueKind, &str); 8] = [
    (ValueKind::Text, "Text"),
    (ValueKind::Switch, "Switch, without a value"),
    (ValueKind::Integer, "Whole number"),
    (ValueKind::Number, "Number"),
    (ValueKind::File, "File"),
    (ValueKind::Folder, "Folder"),
    (ValueKind::Date, "Date"),
    (ValueKind::Color, "Colour"),
];

pub(super) fn row_menu_ui(ui: &mut Ui, row: &mut Argument, index: usize) -> Option<RowEdit> {
    let number = index + 1;
    let button = icon_button(ui, icons::DOTS_THREE, &format!("More for argument {number}"), "More");
    let mut edit = None;
    // A press into a field leaves it open.
    Popup::menu(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(WIDTH);
        ui.spacing_mut().item_spacing.y = 2.0;
        if item_ui(ui, &format!("Duplicate argument {number}"), false) {
            edit = Some(RowEdit::Duplicate(index));
        }
        if row.kind() != ValueKind::Command {
            ui.separator();
            kinds_ui(ui, row);
        }
        // What a script has declared, the script says.
        if !row.is_declared() {
            limits_ui(ui, row, index);
        }
    });
    edit
}

/// What a row made by hand may hold: words to choose from, or a range.
fn limits_ui(ui: &mut Ui, row: &mut Argument, index: usize) {
    let number = index + 1;
    let title = |ui: &mut Ui, text: &str| {
        ui.separator();
        ui.label(RichText::new(text).font(theme::small()).color(colors(ui).text_weak));
    };
    match row.kind() {
        ValueKind::Text => {
            title(ui, "One of these, with commas between");
            choices_ui(ui, &mut row.said.choices, &format!("Argument {number} choices"));
        }
        ValueKind::Integer | ValueKind::Number => {
            title(ui, "From and to");
            ui.horizontal(|ui| {
                let said = &mut *row.said;
                for (text, word) in [(&mut said.from, "least"), (&mut said.to, "most")] {
                    let is_wrong = !text.is_empty() && crate::model::number(text).is_none();
                    let label = format!("Argument {number} {word}");
                    let width = (WIDTH - ui.spacing().item_spacing.x) / 2.0;
                    text_field(ui, text, &Field { label: &label, hint: word, width, is_wrong, ..Field::default() });
                }
            });
        }
        ValueKind::Switch
        | ValueKind::Count
        | ValueKind::File
        | ValueKind::Folder
        | ValueKind::Date
        | ValueKind::Color
        | ValueKind::Command => {}
    }
}

/// While they are typed the text stands as it is: a comma at its end is not yet another choice.
fn choices_ui(ui: &mut Ui, choices: &mut Vec<String>, label: &str) {
    let id = ui.make_persistent_id(label);
    let typed = ui.data(|data| data.get_temp::<String>(id));
    let mut text = typed.unwrap_or_else(|| choices.join(", "));
    let field = Field { label, hint: "fast, good, best", width: WIDTH, id: Some(id), ..Field::default() };
    let response = text_field(ui, &mut text, &field);
    if response.changed() {
        *choices = text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect();
    }
    let is_typing = response.has_focus();
    ui.data_mut(|data| {
        if is_typing {
            data.insert_temp(id, text);
        } else {
            data.remove::<String>(id);
        }
    });
}

fn kinds_ui(ui: &mut Ui, row: &mut Argument) {
    ui.label(RichText::new("Its value is").font(theme::small()).color(colors(ui).text_weak));
    let as_said = if row.is_declared() { "What the script says" } else { "Anything" };
    if item_ui(ui, as_said, row.kind.is_none()) {
        row.kind = None;
    }
    for (kind, text) in KINDS {
        // Without a flag a switch would be nothing at all.
        let is_possible = kind != ValueKind::Switch || !row.flag.is_empty();
        if is_possible && item_ui(ui, text, row.kind == Some(kind)) {
            row.kind = Some(kind);
        }
    }
}
