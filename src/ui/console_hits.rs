//! How the hits of a search are marked: in the rows that are in sight, and on the scroll bar.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "columns and points of one screen"
)]

use std::ops::Range;

use eframe::egui::{Painter, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::console_cells::RowText;
use super::console_lines::{BAR_WIDTH, Metrics, TextLine};
use super::console_search::Hits;
use super::theme::colors;

/// Characters beside the window that are searched with it, so that a match which is half in sight is marked too.
const MARGIN: usize = 256;
/// Marks on the scroll bar are as high, in points.
const MARK_HEIGHT: f32 = 2.0;

/// Behind the text of one line of a row; `is_current` if it is the row that the reader was taken to.
pub(super) fn paint_places(
    (ui, painter): (&Ui, &Painter),
    text: &RowText,
    line: &TextLine,
    hits: &dyn Hits,
    is_current: bool,
) {
    let shown = text.characters_in(&line.columns);
    let characters = text.characters();
    let first = shown.start.saturating_sub(MARGIN);
    let around: String = characters[first..(shown.end + MARGIN).min(characters.len())].iter().collect();
    let color = colors(ui).warn;
    let mut counted = (0, first);
    let mut column_of = |byte: usize| {
        counted = (byte, counted.1 + around[counted.0..byte].chars().count());
        text.column_of(counted.1)
    };
    for place in hits.places(&around) {
        let (start, end) = (column_of(place.start), column_of(place.end));
        if let Some(rect) = line.span(&(start..end)) {
            painter.rect_filled(rect, 2.0, color.gamma_multiply(0.3));
            if is_current {
                painter.rect_stroke(rect, 2.0, Stroke::new(1.0, color), StrokeKind::Inside);
            }
        }
    }
}

/// On the scroll bar: where the hits lie in all that is held, and the one that the reader was taken to.
pub(super) fn paint_marks(ui: &Ui, hits: &dyn Hits, current: Option<u64>, held: &Range<u64>, metrics: &Metrics) {
    let rect = metrics.rect;
    let slots = (rect.height() / MARK_HEIGHT).floor().max(1.0) as u32;
    let painter = ui.painter_at(rect);
    let paint = |slot: f32, left: f32, color| {
        let at = pos2(left, rect.top() + slot * MARK_HEIGHT);
        painter.rect_filled(Rect::from_min_size(at, vec2(rect.right() - left, MARK_HEIGHT)), 0.0, color);
    };
    for slot in hits.marks(held.clone(), slots) {
        paint(slot as f32, rect.right() - BAR_WIDTH * 0.6, colors(ui).warn.gamma_multiply(0.7));
    }
    if let Some(row) = current.filter(|row| held.contains(row)) {
        let share = (row - held.start) as f32 / (held.end - held.start) as f32;
        paint((share * slots as f32).floor(), rect.right() - BAR_WIDTH, colors(ui).accent_text);
    }
}
