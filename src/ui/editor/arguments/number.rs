//! Numbers: typed, stepped by the arrow keys, and with a slider where the script names both ends of their range. What is out
//! of range can be typed, and is told beside the row.

use eframe::egui::{Key, Modifiers, Response, Slider, Ui};

use super::control::{NARROW, ValueUi, help_ui};
use super::text::field_ui;
use crate::model::{Argument, ValueKind, bounds, number};

/// Width of a slider, in points.
const SLIDER: f32 = 140.0;

pub(super) fn number_ui(ui: &mut Ui, value: &mut String, of: &ValueUi<'_>) -> Response {
    step_by_keys(ui, value, of);
    let response = field_ui(ui, value, of, NARROW.min(of.width));
    let space = ui.spacing().item_spacing.x;
    let described = Argument { said: of.said.clone().into(), ..Argument::default() };
    let mut used = 0.0;
    if let (Some(from), Some(to)) = bounds(&described)
        && from < to
        && of.width > NARROW + SLIDER + space
    {
        slider_ui(ui, value, of, (from, to));
        used = SLIDER + space;
    }
    help_ui(ui, of, used);
    response
}

fn slider_ui(ui: &mut Ui, value: &mut String, of: &ValueUi<'_>, (from, to): (f64, f64)) {
    ui.spacing_mut().slider_width = SLIDER;
    let shown = number(value).or_else(|| number(&of.said.default)).unwrap_or(from);
    let mut at = shown.clamp(from, to);
    let mut slider = Slider::new(&mut at, from..=to).show_value(false);
    if of.kind != ValueKind::Number {
        slider = slider.step_by(1.0);
    }
    let label = of.label.replace("value", "slider");
    if ui.add(slider).accessible_name(label).changed() {
        *value = text_of(at, of.kind, to - from);
    }
}

/// Up and down in the field are one more and one less.
fn step_by_keys(ui: &Ui, value: &mut String, of: &ValueUi<'_>) {
    if !ui.memory(|memory| memory.has_focus(of.id)) {
        return;
    }
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let step = if pressed(Key::ArrowUp) {
        1.0
    } else if pressed(Key::ArrowDown) {
        -1.0
    } else {
        return;
    };
    let text = if value.trim().is_empty() { &of.said.default } else { &*value };
    if let Some(now) = number(text).filter(|now| now.is_finite()) {
        *value = text_of(now + step, of.kind, f64::INFINITY);
    }
}

/// A number as it is typed; of one that a slider gives no more digits than its range can be told apart by.
fn text_of(number: f64, kind: ValueKind, range: f64) -> String {
    if kind != ValueKind::Number {
        return format!("{number:.0}");
    }
    let decimals = match range {
        range if range <= 2.0 => 3,
        range if range <= 20.0 => 2,
        range if range <= 200.0 => 1,
        _ => return number.to_string(),
    };
    let text = format!("{number:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_people_do() {
        assert_eq!(text_of(3.0, ValueKind::Integer, 10.0), "3");
        assert_eq!(text_of(0.123_456, ValueKind::Number, 1.0), "0.123");
        assert_eq!(text_of(0.5, ValueKind::Number, 1.0), "0.5");
        assert_eq!(text_of(10.0, ValueKind::Number, 100.0), "10");
        assert_eq!(text_of(1.5, ValueKind::Number, f64::INFINITY), "1.5");
    }
}
