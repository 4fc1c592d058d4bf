//! The value of a row: the control that fits what it is, or a field where a placeholder stands in it; and what the script
//! says of it.

use eframe::egui::{Id, Label, Response, RichText, Sense, Ui, vec2};

use super::color::color_ui;
use super::date::date_ui;
use super::number::number_ui;
use super::row::RowPlace;
use super::text::{choice_ui, hover_ui, text_ui};
use super::value_id;
use crate::model::{Argument, Piece, Said, ValueKind, pieces, range_text};
use crate::ui::action::Action;
use crate::ui::theme::{self, colors};
use crate::ui::widgets::paint_line;

/// Width of controls that hold a few characters, in points.
pub(super) const NARROW: f32 = 120.0;

/// One value, to be drawn.
pub(super) struct ValueUi<'a> {
    pub kind: ValueKind,
    pub choices: &'a [String],
    pub said: &'a Said,
    pub is_wrong: bool,
    /// Its name for screen readers.
    pub label: String,
    pub id: Id,
    /// Points.
    pub width: f32,
    /// How many values stand before it.
    pub at: usize,
}

/// The first value of a row; answers with the field where it is typed.
pub(super) fn control_ui(
    ui: &mut Ui,
    row: &mut Argument,
    place: RowPlace,
    width: f32,
    actions: &mut Vec<Action>,
) -> Option<Response> {
    let (of, value) = first_value(row, place, width);
    if of.kind == ValueKind::Command {
        if let Some(name) = choice_ui(ui, value, &of) {
            actions.push(Action::ChooseCommand(place.number - 1, name));
        }
        help_ui(ui, &of, 0.0);
        return None;
    }
    one_value_ui(ui, value, &of)
}

fn first_value(row: &mut Argument, place: RowPlace, width: f32) -> (ValueUi<'_>, &mut String) {
    let kind = row.kind();
    let is_by_hand = row.kind.is_some_and(|kind| kind != row.said.kind);
    let Argument { value, said, .. } = row;
    let of = ValueUi {
        kind,
        choices: if is_by_hand { &[] } else { &said.choices },
        said,
        is_wrong: place.is_wrong,
        label: format!("Argument {} value", place.number),
        id: value_id(place.id, 0),
        width,
        at: 0,
    };
    (of, value)
}

/// A value in the control that fits.
pub(super) fn one_value_ui(ui: &mut Ui, value: &mut String, of: &ValueUi<'_>) -> Option<Response> {
    if has_placeholder(value) {
        return Some(text_ui(ui, value, of));
    }
    if !of.choices.is_empty() {
        if let Some(chosen) = choice_ui(ui, value, of) {
            *value = chosen;
        }
        help_ui(ui, of, 0.0);
        return None;
    }
    match of.kind {
        ValueKind::Switch if value.is_empty() => {
            help_ui(ui, of, 0.0);
            None
        }
        ValueKind::Integer | ValueKind::Number | ValueKind::Count => Some(number_ui(ui, value, of)),
        ValueKind::Date => Some(date_ui(ui, value, of)),
        ValueKind::Color => Some(color_ui(ui, value, of)),
        ValueKind::Text | ValueKind::Switch | ValueKind::File | ValueKind::Folder | ValueKind::Command => {
            Some(text_ui(ui, value, of))
        }
    }
}

/// Whether something in it stands for something else, or is meant to.
fn has_placeholder(value: &str) -> bool {
    pieces(value).map_or(true, |pieces| pieces.iter().any(|piece| matches!(piece, Piece::Placeholder(_))))
}

/// What an empty field shows: the script's default, or what belongs there.
pub(super) fn hint<'a>(of: &ValueUi<'a>) -> &'a str {
    let said = of.said;
    // A word for each of so many values, or one for all.
    let words: Vec<_> = said.metavar.split_whitespace().collect();
    let is_for_each = said.nargs.parse() == Ok(words.len());
    let metavar = if is_for_each { words.get(of.at).copied().unwrap_or_default() } else { &said.metavar };
    let required = if said.required && !is_for_each { "required" } else { "" };
    let times = if of.kind == ValueKind::Count { "1" } else { "" };
    let mut hints = [said.default.as_str(), required, metavar, times].into_iter();
    let any = match of.kind {
        ValueKind::Date => "2026-11-26",
        ValueKind::Color => "#41c3ff",
        _ => "value",
    };
    hints.find(|hint| !hint.is_empty()).unwrap_or(any)
}

/// The script's help beside a narrow control, as much of it as there is room for. `used` is what the control takes
/// besides its field.
pub(super) fn help_ui(ui: &mut Ui, of: &ValueUi<'_>, used: f32) {
    let said = of.said;
    let is_switch = matches!(of.kind, ValueKind::Switch);
    let room = if is_switch { of.width } else { of.width - NARROW - used - ui.spacing().item_spacing.x };
    let by_default = (is_switch && said.default == "True").then_some("on by default");
    let help = said.help.lines().next().filter(|_| of.kind != ValueKind::Command);
    let text = by_default.into_iter().chain(help).collect::<Vec<_>>().join(" · ");
    if text.is_empty() || room < 60.0 || of.at > 0 {
        return;
    }
    // Painted, for the flag's name and its tooltip say it to whoever doesn't see.
    let (rect, response) = ui.allocate_exact_size(vec2(room, theme::CONTROL_HEIGHT), Sense::hover());
    paint_line(ui, rect, &text, theme::small(), colors(ui).text_weak);
    hover_ui(response, of);
}

/// All that the script says of a row. `excluded` names the rows that it doesn't take together with this one.
pub(super) fn details_ui(ui: &mut Ui, row: &Argument, excluded: &str) {
    let said = &row.said;
    let weak = colors(ui).text_weak;
    let flags = said.flags.iter().chain(&said.off_flags).cloned().collect::<Vec<_>>().join(", ");
    ui.label(RichText::new(if flags.is_empty() { said.name.clone() } else { flags }).font(theme::mono()));
    if !said.help.is_empty() {
        ui.add(Label::new(&said.help).wrap());
    }
    let mut facts = Vec::new();
    facts.extend(said.required.then(|| "required".to_owned()));
    if !excluded.is_empty() {
        let needs = if said.one_required { ", and one of them is needed" } else { "" };
        facts.push(format!("not together with {excluded}{needs}"));
    }
    facts.extend(range_text(row));
    if !said.choices.is_empty() && said.kind != ValueKind::Command {
        facts.push(format!("one of {}", said.choices.join(", ")));
    }
    facts.extend(values_text(said));
    facts.extend((!said.default.is_empty()).then(|| format!("default {}", said.default)));
    facts.extend(said.doubts.iter().cloned());
    facts.extend(
        (!said.converter.is_empty() && said.kind != ValueKind::Command)
            .then(|| format!("what it takes is for the script to say ({})", said.converter)),
    );
    if !facts.is_empty() {
        ui.add(Label::new(RichText::new(facts.join("; ")).font(theme::small()).color(weak)).wrap());
    }
}

/// How many values it takes.
fn values_text(said: &Said) -> Option<String> {
    let text = match said.nargs.as_str() {
        _ if said.repeats => "may be given several times",
        "" => return None,
        "?" => "may be given without a value",
        "*" => "any number of values",
        "+" => "one value or more",
        "..." | "A..." => "takes all that follows",
        count => return Some(format!("{count} values")),
    };
    Some(text.to_owned())
}
