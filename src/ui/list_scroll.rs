//! Where a long list of rows of one height stands: pure arithmetic over row numbers, which stay true while old rows fall
//! away. Rows of several heights are `console_scroll`'s.

use std::ops::Range;

/// A row number as a position. Exact up to 2^53 rows, more than a job can write in a lifetime.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "exact for every row that a job will ever write")]
pub const fn f64_of(row: u64) -> f64 {
    row as f64
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position within the rows, not below 0")]
const fn row_of(position: f64) -> u64 {
    position as u64
}

/// What there is to be seen.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The rows that are still held.
    pub held: Range<u64>,
    /// How many fit, a part of one included.
    pub rows_in_sight: f64,
}

impl View {
    /// How many rows are held.
    #[must_use]
    pub fn row_count(&self) -> f64 {
        f64_of(self.held.end - self.held.start)
    }

    fn lowest_top(&self) -> f64 {
        (f64_of(self.held.end) - self.rows_in_sight).max(f64_of(self.held.start))
    }

    /// The rows of which at least a part is in sight.
    #[must_use]
    pub fn rows_to_draw(&self, top_row: f64) -> Range<u64> {
        let first = row_of(top_row.floor()).clamp(self.held.start, self.held.end);
        let end = row_of((top_row + self.rows_in_sight).ceil() + 1.0).clamp(first, self.held.end);
        first..end
    }

    /// The row that many rows below the top, or the nearest one.
    #[must_use]
    pub fn row_at(&self, top_row: f64, rows_below_top: f64) -> Option<u64> {
        let last = self.held.end.checked_sub(1).filter(|last| *last >= self.held.start)?;
        Some(row_of((top_row + rows_below_top).floor().max(0.0)).clamp(self.held.start, last))
    }
}

/// A place in the rows, or the newest of them wherever that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scroll {
    /// The row at the top edge, with the part of it that is hidden.
    pub top_row: f64,
    /// Whether the newest row stays in sight as more come.
    pub follows: bool,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { top_row: 0.0, follows: true }
    }
}

impl Scroll {
    /// Moves by rows, downwards. Upwards lets go of the newest row; reaching it takes hold again.
    pub fn by(&mut self, rows: f64, view: &View) {
        self.to(self.top_row + rows, view);
    }

    /// Moves so that `row` is at the top, as far as there are rows.
    pub fn to(&mut self, row: f64, view: &View) {
        let lowest = view.lowest_top();
        self.top_row = row.clamp(f64_of(view.held.start), lowest);
        self.follows = self.top_row >= lowest - 0.01;
    }

    /// Before a frame: follows, or stays as near to its place as the rows allow.
    pub fn settle(&mut self, view: &View) {
        let lowest = view.lowest_top();
        self.top_row = if self.follows { lowest } else { self.top_row.clamp(f64_of(view.held.start), lowest) };
        if view.row_count() <= view.rows_in_sight {
            self.follows = true;
        }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "rows are whole numbers, and a double holds those exactly")]
mod tests {
    use super::*;

    fn view(held: Range<u64>) -> View {
        View { held, rows_in_sight: 10.0 }
    }

    #[test]
    fn it_follows_until_one_scrolls_up_and_again_from_the_end() {
        let mut scroll = Scroll::default();
        scroll.settle(&view(0..100));
        assert_eq!(scroll.top_row, 90.0);
        scroll.by(-5.0, &view(0..100));
        scroll.settle(&view(0..200));
        assert_eq!(scroll.top_row, 85.0);
        scroll.by(f64::INFINITY, &view(0..200));
        scroll.settle(&view(0..300));
        assert_eq!(scroll.top_row, 290.0);
    }

    #[test]
    fn rows_that_fall_away_do_not_move_what_is_read() {
        let mut scroll = Scroll { top_row: 50.0, follows: false };
        scroll.settle(&view(40..1000));
        assert_eq!(scroll.top_row, 50.0);
        scroll.settle(&view(60..1020));
        assert_eq!(scroll.top_row, 60.0, "what was read is gone");
    }

    #[test]
    fn ten_million_rows_draw_as_few_as_ten() {
        let far = view(9_000_000..10_000_000);
        let mut scroll = Scroll::default();
        scroll.settle(&far);
        assert_eq!(far.rows_to_draw(scroll.top_row), 9_999_990..10_000_000);
        assert_eq!(far.row_at(scroll.top_row, 3.5), Some(9_999_993));
        assert_eq!(view(0..3).rows_to_draw(0.0), 0..3);
        assert_eq!(view(5..5).row_at(0.0, 1.0), None);
    }

    #[test]
    fn what_fits_has_nothing_to_let_go_of() {
        let mut scroll = Scroll { top_row: 3.0, follows: false };
        scroll.settle(&view(0..8));
        assert!(scroll.follows && scroll.top_row == 0.0);
    }
}
