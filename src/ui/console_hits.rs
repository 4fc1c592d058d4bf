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

/// The most characters of a row that is searched as a whole, in each frame that it is in sight.
const MOST_WHOLE: usize = 8192;
/// Of a longer one: characters beside those in sight that are searched with them, for a match that reaches beyond.
const MARGIN: usize = 4096;
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

/// What matches in a row.
pub(super) struct RowPlaces<'a> {
    text: &'a RowText,
    hits: &'a dyn Hits,
    /// All of it, in columns and in order, unless the row is too long for that.
    whole: Option<Vec<Range<usize>>>,
}

impl<'a> RowPlaces<'a> {
    pub(super) fn of(text: &'a RowText, hits: &'a dyn Hits) -> Self {
        let count = text.characters().len();
        let whole = (count <= MOST_WHOLE).then(|| places_within(text, 0..count, hits));
        Self { text, hits, whole }
    }

    /// What of it is in these columns, as far as it reaches.
    pub(super) fn within(&self, columns: &Range<usize>) -> Vec<Range<usize>> {
        let is_in_sight = |place: &Range<usize>| place.start < columns.end && place.end > columns.start;
        if let Some(whole) = &self.whole {
            return whole.iter().filter(|place| is_in_sight(place)).cloned().collect();
        }
        let shown = self.text.characters_in(columns);
        let end = (shown.end + MARGIN).min(self.text.characters().len());
        let around = places_within(self.text, shown.start.saturating_sub(MARGIN)..end, self.hits);
        around.into_iter().filter(is_in_sight).collect()
    }
}

/// What matches in some of a row's characters, in columns.
fn places_within(text: &RowText, characters: Range<usize>, hits: &dyn Hits) -> Vec<Range<usize>> {
    let mut counted = (0, characters.start);
    let searched: String = text.characters()[characters].iter().collect();
    let mut column_of = |byte: usize| {
        counted = (byte, counted.1 + searched[counted.0..byte].chars().count());
        text.column_of(counted.1)
    };
    hits.places(&searched).into_iter().map(|place| column_of(place.start)..column_of(place.end)).collect()
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
        paint(Bar::of((shown, held), slots).slot_of(row), rect.right() - BAR_WIDTH, colors(ui).accent_text);
    }
}

/// Which of `slots` equal parts of the bar have a hit, where the bar goes by the rows that are shown.
fn slots_of(hits: &dyn Hits, (shown, held): (&Shown<'_>, &Range<u64>), slots: u32) -> Vec<u32> {
    if shown.is_gapless() {
        return hits.marks(held.clone(), slots);
    }
    let bar = Bar::of((shown, held), slots);
    let (first, end) = (hits.hit_from(held.start), hits.hit_from(held.end));
    let slot = |hit: u64| Some(bar.slot_of(hits.row_of(hit)?));
    if first >= end {
        return Vec::new();
    }
    let (Some(above), Some(below)) = (slot(first), slot(end - 1)) else { return Vec::new() };
    let mut found = vec![above, below];
    // Stretches whose ends are known. Halved until nothing can lie between: to look at each hit would take too long.
    let mut stretches = vec![(first, above, end - 1, below)];
    while let Some((first, above, last, below)) = stretches.pop() {
        if below <= above + 1 || last <= first + 1 {
            continue;
        }
        let middle = first + (last - first) / 2;
        let Some(between) = slot(middle) else { continue };
        found.push(between);
        stretches.extend([(first, above, middle, between), (middle, between, last, below)]);
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The scroll bar in equal parts, where it goes by the rows that are shown.
struct Bar<'a> {
    shown: &'a Shown<'a>,
    /// Of the first row that is held, and one past the last.
    places: Range<u64>,
    slots: u32,
}

impl<'a> Bar<'a> {
    fn of((shown, held): (&'a Shown<'a>, &Range<u64>), slots: u32) -> Self {
        Self { shown, places: shown.place_of(held.start)..shown.place_of(held.end), slots }
    }

    fn slot_of(&self, row: u64) -> u32 {
        let place = u128::from(self.shown.place_of(row).saturating_sub(self.places.start));
        let count = u128::from(self.places.end.saturating_sub(self.places.start)).max(1);
        ((place * u128::from(self.slots) / count) as u32).min(self.slots - 1)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::super::console_rows::{ConsoleLine, RowSource, Stream};
    use super::*;
    use crate::model::Streams;

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

    /// Hits in these rows, and how often one was asked for.
    struct At {
        rows: Vec<u64>,
        asked: Cell<usize>,
    }

    impl At {
        fn rows(rows: Vec<u64>) -> Self {
            Self { rows, asked: Cell::default() }
        }
    }

    impl Hits for At {
        fn hits(&self) -> Range<u64> {
            0..self.rows.len() as u64
        }

        fn is_cut(&self) -> bool {
            false
        }

        fn row_of(&self, hit: u64) -> Option<u64> {
            self.asked.set(self.asked.get() + 1);
            self.rows.get(usize::try_from(hit).ok()?).copied()
        }

        fn hit_from(&self, row: u64) -> u64 {
            self.rows.partition_point(|hit| *hit < row) as u64
        }

        fn is_under_way(&self) -> bool {
            false
        }

        fn marks(&self, rows: Range<u64>, slots: u32) -> Vec<u32> {
            let slot = |row: &u64| (row - rows.start) * u64::from(slots) / (rows.end - rows.start);
            let mut marks: Vec<_> = self.rows.iter().map(|row| slot(row) as u32).collect();
            marks.dedup();
            marks
        }

        /// From the first bracket to the last.
        fn places(&self, text: &str) -> Vec<Range<usize>> {
            let ends = text.find('{').zip(text.rfind('}'));
            ends.filter(|(first, last)| first < last).map(|(first, last)| first..last + 1).into_iter().collect()
        }
    }

    #[test]
    fn a_match_is_marked_however_far_it_reaches() {
        let hits = At::rows(vec![0]);
        let line = |text: String| {
            RowText::read(ConsoleLine {
                number: 0,
                text,
                stream: Stream::Stdout,
                at: jiff::Timestamp::UNIX_EPOCH,
                part: 0,
            })
        };
        let found = |text: &RowText, columns| {
            let places = RowPlaces::of(text, &hits).within(&columns);
            places.first().map(|place| (place.start, place.end, places.len()))
        };
        let json = line(format!("ä {{{}}} after", "x".repeat(5000)));
        assert_eq!(found(&json, 2000..2100), Some((2, 5004, 1)), "both ends lie far outside of what is in sight");
        assert_eq!(found(&json, 5004..5010), None);
        let longer = line(format!("{}{{{}}}{}", "a".repeat(9000), "x".repeat(3000), "b".repeat(9000)));
        assert_eq!(found(&longer, 10_000..10_100), Some((9000, 12_002, 1)));
    }

    #[test]
    fn marks_lie_where_the_bar_would_take_one_there() {
        let check = |hits: &[u64], stderr: bool, marks: &[u32]| {
            let shown = Shown { rows: &Half, streams: Streams { stderr, ..Streams::ALL }, filter: None };
            let found = slots_of(&At::rows(hits.to_vec()), (&shown, &(0..100)), 10);
            assert_eq!(found, marks, "errors shown: {stderr}");
            let bar = Bar::of((&shown, &(0..100)), 10);
            let mut alone: Vec<_> = hits.iter().map(|row| bar.slot_of(*row)).collect();
            alone.dedup();
            assert_eq!(found, alone, "each hit by itself");
        };
        check(&[50, 75, 78, 79, 99], true, &[5, 7, 9]);
        check(&[50, 75, 78, 79, 99], false, &[0, 5, 9]);
        // What is one part of the rows may be several of those that are shown.
        check(&[3, 4, 60, 61, 66, 67, 71, 79, 80, 81, 82, 83, 84, 93], false, &[0, 2, 3, 4, 5, 6, 8]);
        check(&[51], false, &[0]);
        check(&[], false, &[]);
    }

    #[test]
    fn so_many_hits_cost_no_more_than_the_bar_has_room_for() {
        let hits = At::rows((0..1_000_000).collect());
        let shown = Shown { rows: &Half, streams: Streams { stderr: false, ..Streams::ALL }, filter: None };
        assert_eq!(slots_of(&hits, (&shown, &(0..1_000_000)), 500), (0..500).collect::<Vec<_>>());
        assert!(hits.asked.get() < 2_000, "{}", hits.asked.get());
    }
}
