//! Dates: typed, or picked from a calendar.

use eframe::egui::{Response, Ui};
use egui_extras::DatePickerButton;
use jiff::Zoned;
use jiff::civil::Date;

use super::control::{NARROW, ValueUi, help_ui};
use super::text::field_ui;
use crate::ui::icons;

/// How long a date is as it is written: `2026-11-26`.
const WRITTEN: usize = 10;

pub(super) fn date_ui(ui: &mut Ui, value: &mut String, of: &ValueUi<'_>) -> Response {
    let response = field_ui(ui, value, of, NARROW.min(of.width));
    let before = day_of(value).or_else(|| day_of(&of.said.default)).unwrap_or_else(|| Zoned::now().date());
    let mut day = before;
    let salt = format!("{:?}", of.id);
    let picker = DatePickerButton::new(&mut day).id_salt(&salt).format(icons::CALENDAR_BLANK).show_icon(false);
    let picker = picker.calendar_week(false).highlight_weekends(false);
    let label = of.label.replace("value", "calendar");
    let button = ui.add(picker).accessible_name(label).on_hover_text("Choose a day");
    if day != before {
        // A time of day stays.
        let rest = if day_of(value).is_some() { value.get(WRITTEN..).unwrap_or_default() } else { "" };
        *value = format!("{day}{rest}");
    }
    help_ui(ui, of, button.rect.width() + ui.spacing().item_spacing.x);
    response
}

fn day_of(text: &str) -> Option<Date> {
    text.get(..WRITTEN)?.parse().ok()
}
