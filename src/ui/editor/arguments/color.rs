//! Colours: as hex digits, beside a swatch that opens a palette.

use eframe::egui::{Response, Ui};

use super::control::{NARROW, ValueUi, help_ui};
use super::text::field_ui;
use crate::model::color_of;

/// How long a colour is without its alpha: `#41c3ff`.
const OPAQUE: usize = 7;

pub(super) fn color_ui(ui: &mut Ui, value: &mut String, of: &ValueUi<'_>) -> Response {
    let response = field_ui(ui, value, of, NARROW.min(of.width));
    let before = color_of(value).or_else(|| color_of(&of.said.default)).unwrap_or_default();
    let mut color = before;
    let label = of.label.replace("value", "swatch");
    let swatch = ui.color_edit_button_srgb(&mut color).accessible_name(label).on_hover_text("Choose a colour");
    if color != before {
        let [red, green, blue] = color;
        let alpha = value.get(OPAQUE..).unwrap_or_default().to_owned();
        *value = format!("#{red:02x}{green:02x}{blue:02x}{alpha}");
    }
    help_ui(ui, of, swatch.rect.width() + ui.spacing().item_spacing.x);
    response
}
