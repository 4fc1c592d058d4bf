//! Values that are typed as text, paths among them, and those that are chosen from a list.

use eframe::egui::{ComboBox, Response, RichText, Ui};

use super::control::{NARROW, ValueUi, details_ui, hint};
use super::flag::item_ui;
use crate::model::{Argument, ValueKind};
use crate::ui::theme::colors;
use crate::ui::widgets::{Field, caret_ui, text_field};

/// Wider than this a list of words is none.
const WIDEST_CHOICE: f32 = 260.0;
/// Room for commands with what the script says of them.
const COMMANDS_WIDTH: f32 = 380.0;

/// The field for a value, as wide as there is room.
pub(super) fn text_ui(ui: &mut Ui, value: &mut String, of: &ValueUi<'_>) -> Response {
    field_ui(ui, value, of, of.width)
}

/// The field for a value, of this width.
pub(super) fn field_ui(ui: &mut Ui, value: &mut String, of: &ValueUi<'_>, width: f32) -> Response {
    let field = Field {
        label: &of.label,
        hint: hint(of),
        width,
        is_code: true,
        is_wrong: of.is_wrong,
        id: Some(of.id),
        ..Field::default()
    };
    let response = text_field(ui, value, &field);
    hover_ui(response, of)
}

/// What the script says, on hover.
pub(super) fn hover_ui(response: Response, of: &ValueUi<'_>) -> Response {
    if of.said.name.is_empty() {
        return response;
    }
    response.on_hover_ui(|ui| details_ui(ui, &Argument { said: of.said.clone().into(), ..Argument::default() }, ""))
}

/// A list to choose a value from; answers with what was chosen. A value that isn't in it is shown all the same.
pub(super) fn choice_ui(ui: &mut Ui, value: &str, of: &ValueUi<'_>) -> Option<String> {
    let colors = colors(ui);
    let shown = match value {
        "" => {
            RichText::new(if of.kind == ValueKind::Command { "choose one" } else { hint(of) }).color(colors.text_faint)
        }
        value => RichText::new(value),
    };
    let longest = of.choices.iter().map(|choice| choice.chars().count()).max().unwrap_or(0);
    #[expect(clippy::cast_precision_loss, reason = "a width in points")]
    let width = (longest as f32 * 8.0 + 36.0).clamp(NARROW, WIDEST_CHOICE.min(of.width));
    let mut chosen = None;
    ui.scope(|ui| {
        let outline = if of.is_wrong { colors.bad } else { colors.line_strong };
        ui.visuals_mut().widgets.inactive.bg_stroke.color = outline;
        let response = ComboBox::from_id_salt(of.id)
            .selected_text(shown)
            .width(width)
            .truncate()
            .icon(caret_ui)
            .show_ui(ui, |ui| {
                ui.set_width(if of.kind == ValueKind::Command { COMMANDS_WIDTH } else { width });
                ui.spacing_mut().item_spacing.y = 2.0;
                ui.visuals_mut().override_text_color = None;
                for choice in of.choices {
                    if item_ui(ui, &choice_text(choice, of), value == choice) {
                        chosen = Some(choice.clone());
                    }
                }
            })
            .response;
        hover_ui(response.accessible_name(&of.label), of);
    });
    chosen
}

/// A command with what the script says of it.
fn choice_text(choice: &str, of: &ValueUi<'_>) -> String {
    let help = of.said.help.lines().find_map(|line| line.strip_prefix(choice)?.strip_prefix(": "));
    match help.filter(|_| of.kind == ValueKind::Command) {
        Some(help) => format!("{choice} · {help}"),
        None => choice.to_owned(),
    }
}
