//! How the hits of a search are marked: in the rows that are in sight, and on the scroll bar.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "columns and points of one screen"
)]

use eframe::egui::text::CCursor;
use eframe::egui::{Pos2, Rect, Stroke, StrokeKind, Ui, pos2, vec2};

use super::console::{BAR_WIDTH, Metrics};
use super::console_scroll::View;
use super::console_search::Hits;
use super::console_text::clean;
use super::theme::{self, colors};

/// Characters beside the window that are searched with it, so that a match which is half in sight is marked too.
const MARGIN: usize = 256;
/// Marks on the scroll bar are as high, in points.
const MARK_HEIGHT: f32 = 2.0;

/// Behind the text of a row, which begins at `at`; `is_current` if it is the one that the reader was taken to.
pub(super) fn paint_places(ui: &Ui, (text, at): (&str, Pos2), metrics: &Metrics, hits: &dyn Hits, is_current: bool) {
    let first = ((metrics.rect.left() - at.x).max(0.0) / metrics.column_width).floor() as usize;
    let count = (metrics.rect.width() / metrics.column_width).ceil() as usize + 2;
    let skipped = first.saturating_sub(MARGIN);
    let around: String = clean(text).skip(skipped).take(first - skipped + count + MARGIN).collect();
    let places = hits.places(&around);
    if places.is_empty() {
        return;
    }
    let shown: String = around.chars().skip(first - skipped).take(count).collect();
    let painter = ui.painter_at(metrics.rect);
    let color = colors(ui).warn;
    // Laid out as the text itself is, for characters may be wider than a column.
    let galley = painter.layout_no_wrap(shown, theme::mono(), colors(ui).text);
    let left = at.x + first as f32 * metrics.column_width;
    let x_of = |byte: usize| {
        let column = around[..byte].chars().count().saturating_sub(first - skipped);
        left + galley.pos_from_cursor(CCursor::new(column)).min.x
    };
    for place in places {
        let (from, to) = (x_of(place.start), x_of(place.end));
        if to > from {
            let rect = Rect::from_min_max(pos2(from, at.y - 1.0), pos2(to, at.y - 1.0 + metrics.row_height));
            painter.rect_filled(rect, 2.0, color.gamma_multiply(0.3));
            if is_current {
                painter.rect_stroke(rect, 2.0, Stroke::new(1.0, color), StrokeKind::Inside);
            }
        }
    }
}

/// On the scroll bar: where the hits lie in all that is held, and the one that the reader was taken to.
pub(super) fn paint_marks(ui: &Ui, hits: &dyn Hits, current: Option<u64>, seen: &View, metrics: &Metrics) {
    let rect = metrics.rect;
    let slots = (rect.height() / MARK_HEIGHT).floor().max(1.0) as u32;
    let painter = ui.painter_at(rect);
    let paint = |slot: f32, left: f32, color| {
        let at = pos2(left, rect.top() + slot * MARK_HEIGHT);
        painter.rect_filled(Rect::from_min_size(at, vec2(rect.right() - left, MARK_HEIGHT)), 0.0, color);
    };
    for slot in hits.marks(seen.held.clone(), slots) {
        paint(slot as f32, rect.right() - BAR_WIDTH * 0.6, colors(ui).warn.gamma_multiply(0.7));
    }
    if let Some(row) = current.filter(|row| seen.held.contains(row)) {
        let share = (row - seen.held.start) as f32 / seen.row_count() as f32;
        paint((share * slots as f32).floor(), rect.right() - BAR_WIDTH, colors(ui).accent_text);
    }
}
