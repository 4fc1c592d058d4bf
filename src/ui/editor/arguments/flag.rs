//! The flag of a row. One that the script has declared is chosen among its own, with how the value is joined; of a row made
//! by hand it is typed.

use eframe::egui::{Align2, FontId, Id, Popup, Rect, Response, RichText, Sense, Ui, WidgetInfo, pos2, vec2};

use super::control::details_ui;
use super::row::{FLAG_WIDTH, RowPlace};
use crate::model::{Argument, Said, ValueKind};
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, paint_line, paint_row, text_field};

/// In points.
const MENU_WIDTH: f32 = 220.0;

pub(super) fn flag_id(row: u64) -> Id {
    Id::unique(("argument flag", row))
}

/// Answers with the field where the flag is typed.
pub(super) fn flag_ui(ui: &mut Ui, row: &mut Argument, place: RowPlace, excluded: &str) -> Option<Response> {
    if row.is_declared() {
        declared_ui(ui, row, place, excluded);
        return None;
    }
    let field = Field {
        label: &format!("Argument {} flag", place.number),
        hint: "--flag",
        width: FLAG_WIDTH,
        is_code: true,
        is_wrong: place.is_wrong,
        id: Some(flag_id(place.id)),
        ..Field::default()
    };
    Some(text_field(ui, &mut row.flag, &field))
}

fn declared_ui(ui: &mut Ui, row: &mut Argument, place: RowPlace, excluded: &str) {
    let styles = styles(row);
    let sense = if styles.is_empty() { Sense::hover() } else { Sense::click() };
    let (rect, response) = ui.allocate_exact_size(vec2(FLAG_WIDTH, theme::CONTROL_HEIGHT), sense);
    let required = if row.said.required { ", required" } else { "" };
    let label = format!("Argument {} flag: {}{required}", place.number, row.title());
    let role = if styles.is_empty() { eframe::egui::Role::Label } else { eframe::egui::Role::Button };
    response.widget_info(|| WidgetInfo::labeled(role, true, &label));
    paint(ui, rect, &response, row, !styles.is_empty());
    let response = response.on_hover_ui(|ui| details_ui(ui, row, excluded));
    if styles.is_empty() {
        return;
    }
    Popup::menu(&response).show(|ui| {
        ui.set_width(MENU_WIDTH);
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.label(RichText::new("Passed as").font(theme::small()).color(colors(ui).text_weak));
        for style in styles {
            let is_chosen = row.flag == style;
            let shown = shown_style(&style, row);
            if item_ui(ui, &shown, is_chosen) {
                row.flag = style;
            }
        }
    });
}

fn paint(ui: &Ui, rect: Rect, response: &Response, row: &Argument, has_menu: bool) {
    let colors = colors(ui);
    if has_menu {
        paint_row(ui, response, false);
    }
    let color = if row.on { colors.text } else { colors.text_weak };
    let font = if row.flag.is_empty() { FontId::proportional(theme::BODY_SIZE) } else { theme::mono() };
    let mut inner = rect.shrink2(vec2(space::S, 0.0));
    if row.said.required {
        inner.max.x -= 12.0;
    }
    let painted = paint_line(ui, inner, if row.flag.is_empty() { row.title() } else { &row.flag }, font, color);
    if row.said.gone {
        ui.painter().hline(painted.x_range(), painted.center().y, (1.0, colors.warn));
    }
    if row.said.required {
        // Told by the word too: in the label, and as the hint of the empty field.
        let is_missing = !row.on || row.has_no_value() && row.takes_value();
        let color = if is_missing { colors.bad } else { colors.text_weak };
        let at = pos2(painted.right() + 4.0, rect.center().y);
        ui.painter().text(at, Align2::LEFT_CENTER, "*", theme::strong(theme::BODY_SIZE), color);
    }
    if has_menu && (response.contains_pointer() || response.has_focus()) {
        let at = pos2(rect.right() - 6.0, rect.center().y);
        ui.painter().text(at, Align2::RIGHT_CENTER, icons::CARET_DOWN, FontId::proportional(11.0), colors.text_weak);
    }
}

/// The ways to give the row; none where there is only one.
fn styles(row: &Argument) -> Vec<String> {
    let Said { flags, off_flags, .. } = &*row.said;
    let takes_value = !matches!(row.kind(), ValueKind::Switch | ValueKind::Count);
    let mut styles: Vec<_> = flags
        .iter()
        .flat_map(|flag| std::iter::once(flag.clone()).chain(takes_value.then(|| format!("{flag}="))))
        .chain(off_flags.iter().cloned())
        .collect();
    if !row.flag.is_empty() && !styles.contains(&row.flag) {
        styles.insert(0, row.flag.clone());
    }
    if styles.len() < 2 { Vec::new() } else { styles }
}

fn shown_style(style: &str, row: &Argument) -> String {
    let value = match row.said.metavar.as_str() {
        "" => "value",
        metavar => metavar,
    };
    if style.ends_with('=') {
        format!("{style}{value}")
    } else if matches!(row.kind(), ValueKind::Switch | ValueKind::Count) {
        style.to_owned()
    } else {
        format!("{style} {value}")
    }
}

/// One line of a menu, of which one may be chosen.
pub(super) fn item_ui(ui: &mut Ui, text: &str, is_chosen: bool) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::CONTROL_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(eframe::egui::Role::Button, true, is_chosen, text));
    paint_row(ui, &response, is_chosen);
    let colors = colors(ui);
    paint_line(ui, rect.shrink2(vec2(space::S, 0.0)), text, FontId::proportional(theme::BODY_SIZE), colors.text);
    if response.clicked() {
        ui.close();
    }
    response.clicked()
}
