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
use super::console_rows::Shown;
use super::console_search::Hits;
use super::theme::colors;
use crate::model::Streams;

/// Characters beside the window that are searched with it, so that a match which is half in sight is marked too.
const MARGIN: usize = 256;
/// Marks on the scroll bar are as high, in points.
const MARK_HEIGHT: f32 = 2.0;

/// Behind the text of one line of a row; `is_current` if it is the row that the reader was taken to.
pub(super) fn paint_places((ui, painter): (&Ui, &Painter), line: &TextLine, places: &[Range<usize>], is_current: bool) {
    let color = colors(ui).warn;
    for rect in places.iter().filter_map(|place| line.span(place)) {
        painter.rect_filled(rect, 2.0, color.gamma_multiply(0.3));
        if is_current {
            painter.rect_stroke(rect, 2.0, Stroke::new(1.0, color), StrokeKind::Inside);
        }
    }
}

/// What matches in one line of a row, in columns and in order.
pub(super) fn places_of(text: &RowText, line: &TextLine, hits: &dyn Hits) -> Vec<Range<usize>> {
    let shown = text.characters_in(&line.columns);
    let characters = text.characters();
    let first = shown.start.saturating_sub(MARGIN);
    let around: String = characters[first..(shown.end + MARGIN).min(characters.len())].iter().collect();
    let mut counted = (0, first);
    let mut column_of = |byte: usize| {
        counted = (byte, counted.1 + around[counted.0..byte].chars().count());
        text.column_of(counted.1)
    };
    let places = hits.places(&around).into_iter().map(|place| column_of(place.start)..column_of(place.end));
    places.filter(|place| place.start < line.columns.end && place.end > line.columns.start).collect()
}

/// On the scroll bar: where the hits lie in all that is shown, and the one that the reader was taken to.
pub(super) fn paint_marks(
    ui: &Ui,
    hits: &dyn Hits,
    current: Option<u64>,
    (shown, held): (&Shown<'_>, &Range<u64>),
    metrics: &Metrics,
) {
    let rect = metrics.rect;
    let slots = (rect.height() / MARK_HEIGHT).floor().max(1.0) as u32;
    let painter = ui.painter_at(rect);
    let paint = |slot: u32, left: f32, color| {
        let at = pos2(left, rect.top() + slot as f32 * MARK_HEIGHT);
        painter.rect_filled(Rect::from_min_size(at, vec2(rect.right() - left, MARK_HEIGHT)), 0.0, color);
    };
    for slot in slots_of(hits, (shown, held), slots) {
        paint(slot, rect.right() - BAR_WIDTH * 0.6, colors(ui).warn.gamma_multiply(0.7));
    }
    if let Some(row) = current.filter(|row| held.contains(row)) {
        paint(slot_of(row, (shown, held), slots), rect.right() - BAR_WIDTH, colors(ui).accent_text);
    }
}

/// Which of `slots` equal parts of the bar have a hit, where the bar goes by the rows that are shown.
fn slots_of(hits: &dyn Hits, (shown, held): (&Shown<'_>, &Range<u64>), slots: u32) -> Vec<u32> {
    let marks = hits.marks(held.clone(), slots);
    if shown.streams == Streams::ALL {
        return marks;
    }
    // Each part of the rows tells of its first hit and its last: looking for every hit's place would take too long.
    let count = u128::from(held.end - held.start);
    let begin = |part: u32| held.start + (u128::from(part) * count).div_ceil(u128::from(slots)) as u64;
    let ends = |part: u32| [Some(hits.hit_from(begin(part))), hits.hit_from(begin(part + 1)).checked_sub(1)];
    let rows = marks.into_iter().flat_map(ends).filter_map(|hit| hits.row_of(hit?)).filter(|row| held.contains(row));
    let mut found: Vec<_> = rows.map(|row| slot_of(row, (shown, held), slots)).collect();
    found.dedup();
    found
}

fn slot_of(row: u64, (shown, held): (&Shown<'_>, &Range<u64>), slots: u32) -> u32 {
    let first = shown.place_of(held.start);
    let place = |row: u64| u128::from(shown.place_of(row).saturating_sub(first));
    let slot = place(row) * u128::from(slots) / place(held.end).max(1);
    (slot as u32).min(slots - 1)
}

#[cfg(test)]
mod tests {
    use super::super::console_rows::{ConsoleLine, RowSource};
    use super::*;

    /// A hundred rows: errors, and then output.
    struct Half;

    impl RowSource for Half {
        fn first_row(&self) -> u64 {
            0
        }

        fn end_row(&self) -> u64 {
            100
        }

        fn dropped_rows(&self) -> u64 {
            0
        }

        fn copy_rows(&self, _: Range<u64>, _: &mut Vec<ConsoleLine>) {}

        fn place_of(&self, row: u64, streams: Streams) -> u64 {
            if streams.stderr { row } else { row.saturating_sub(50) }
        }
    }

    /// Hits in these rows.
    struct At(&'static [u64]);

    impl Hits for At {
        fn hits(&self) -> Range<u64> {
            0..self.0.len() as u64
        }

        fn is_cut(&self) -> bool {
            false
        }

        fn row_of(&self, hit: u64) -> Option<u64> {
            self.0.get(usize::try_from(hit).ok()?).copied()
        }

        fn hit_from(&self, row: u64) -> u64 {
            self.0.partition_point(|hit| *hit < row) as u64
        }

        fn is_under_way(&self) -> bool {
            false
        }

        fn marks(&self, rows: Range<u64>, slots: u32) -> Vec<u32> {
            let slot = |row: &u64| (row - rows.start) * u64::from(slots) / (rows.end - rows.start);
            let mut marks: Vec<_> = self.0.iter().map(|row| slot(row) as u32).collect();
            marks.dedup();
            marks
        }

        fn places(&self, _: &str) -> Vec<Range<usize>> {
            Vec::new()
        }
    }

    #[test]
    fn marks_lie_where_the_bar_would_take_one_there() {
        let hits = At(&[50, 75, 78, 79, 99]);
        let check = |stderr: bool, marks: &[u32]| {
            let shown = Shown { rows: &Half, streams: Streams { stderr, ..Streams::ALL }, filter: None };
            assert_eq!(slots_of(&hits, (&shown, &(0..100)), 10), marks, "errors shown: {stderr}");
            let alone: Vec<_> = hits.0.iter().map(|row| slot_of(*row, (&shown, &(0..100)), 10)).collect();
            assert!(alone.iter().all(|slot| marks.contains(slot)), "{alone:?}");
        };
        check(true, &[5, 7, 9]);
        check(false, &[0, 5, 9]);
    }
}
