//! A datagram byte by byte, below the rows: what was picked there, whole.

use std::fmt::Write as _;

use eframe::egui::{Align, Label, Layout, Rect, RichText, ScrollArea, Ui, vec2};

use super::within;
use crate::monitor::Row;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::icon_button;

/// In points.
const HEAD_HEIGHT: f32 = 28.0;
/// Bytes in one line of it.
const ACROSS: usize = 16;

/// Fills `rect`; whether it is to be closed.
pub(super) fn detail_ui(ui: &mut Ui, rect: Rect, row: &Row) -> bool {
    ui.painter().rect_filled(rect, 0.0, colors(ui).surface);
    ui.painter().hline(rect.x_range(), rect.top(), (1.0, colors(ui).line_strong));
    let (head, body) = rect.split_top_bottom_at_y(rect.top() + HEAD_HEIGHT);
    let bytes = &row.datagram;
    let is_closed = within(ui, head.shrink2(vec2(space::M, 0.0)), Layout::left_to_right(Align::Center), |ui| {
        let words = match bytes.len() {
            1 => format!("One byte from {}", row.from),
            count => format!("All {count} bytes of this datagram from {}", row.from),
        };
        ui.label(RichText::new(words).font(theme::small()).color(colors(ui).text_weak));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            icon_button(ui, icons::X, "Close bytes", "Show only the rows  (Esc)").clicked()
        })
        .inner
    });
    within(ui, body.shrink2(vec2(space::M, 2.0)), Layout::top_down(Align::Min), |ui| {
        let height = ui.fonts_mut(|fonts| fonts.row_height(&theme::mono()));
        ui.spacing_mut().item_spacing.y = 2.0;
        let lines = bytes.len().div_ceil(ACROSS);
        ScrollArea::vertical().id_salt("bytes").auto_shrink(false).show_rows(ui, height, lines, |ui, shown| {
            for line in shown {
                let start = line * ACROSS;
                let here = &bytes[start..bytes.len().min(start + ACROSS)];
                ui.add(Label::new(RichText::new(dump(start, here)).font(theme::mono())).extend().selectable(true));
            }
        });
    });
    is_closed
}

/// `0010  68 65 6c 6c 6f …  hello…`
fn dump(start: usize, bytes: &[u8]) -> String {
    let mut text = format!("{start:04x}  ");
    for index in 0..ACROSS {
        match bytes.get(index) {
            Some(byte) => {
                let _ = write!(text, "{byte:02x} ");
            }
            None => text.push_str("   "),
        }
        if index == ACROSS / 2 - 1 {
            text.push(' ');
        }
    }
    text.push(' ');
    text.extend(bytes.iter().map(|byte| match byte {
        b' '..=b'~' => char::from(*byte),
        _ => '·',
    }));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_stand_beside_their_text() {
        assert_eq!(dump(16, b"/a\0"), "0010  2f 61 00                                          /a·");
        assert_eq!(dump(0, b"0123456789abcdef").len(), 6 + 48 + 2 + 16);
    }
}
