//! Where a console stands in its rows: a row's number and what of that row is hidden, which stay true while old rows fall
//! away and new ones come. Pure; how high a row is, and which are shown, it asks of a [`Ladder`], and only near to where
//! it stands. So ten million rows cost what ten do.

pub use super::list_scroll::f64_of;

/// Two heights that differ by less are the same.
const HARDLY: f64 = 1e-6;

/// The rows that are shown.
pub trait Ladder {
    /// The first one from `row` on.
    fn from(&mut self, row: u64) -> Option<u64>;
    /// The last one before `row`.
    fn before(&mut self, row: u64) -> Option<u64>;
    /// How many lines high it is; at least one.
    fn lines(&mut self, row: u64) -> u32;
}

/// A place in the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anchor {
    /// The row at the top edge.
    pub row: u64,
    /// How many of its lines are above the edge, parts of one included.
    pub line: f64,
}

/// A row that is in sight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    pub row: u64,
    /// How far its top is below the edge, in lines; negative if it begins above.
    pub top: f64,
    /// Its height in lines.
    pub lines: u32,
}

impl Placed {
    #[must_use]
    pub fn bottom(&self) -> f64 {
        self.top + f64::from(self.lines)
    }
}

/// A place in the rows, or the newest of them wherever that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scroll {
    pub top: Anchor,
    /// Whether the newest row stays in sight as more come.
    pub follows: bool,
    /// It was just moved down: at the end it takes hold of the newest row.
    takes_hold: bool,
}

impl Default for Scroll {
    fn default() -> Self {
        Self { top: Anchor::default(), follows: true, takes_hold: false }
    }
}

impl Scroll {
    /// Moves by lines, downwards. Upwards lets go of the newest row; reaching it takes hold again.
    pub fn by(&mut self, lines: f64, ladder: &mut impl Ladder) {
        self.follows = lines == f64::INFINITY;
        self.takes_hold = lines > 0.0;
        if lines == f64::NEG_INFINITY {
            self.top = Anchor::default();
        }
        if !lines.is_finite() {
            return;
        }
        // Before any height is asked for, which is known of rows that were looked at.
        ladder.from(self.top.row);
        let mut at = Anchor { line: self.top.line + lines, ..self.top };
        while at.line < 0.0 {
            let Some(above) = ladder.before(at.row) else {
                at.line = 0.0;
                break;
            };
            at = Anchor { row: above, line: at.line + f64::from(ladder.lines(above)) };
        }
        while at.line >= f64::from(ladder.lines(at.row)) {
            let Some(below) = ladder.from(at.row + 1) else { break };
            at = Anchor { row: below, line: at.line - f64::from(ladder.lines(at.row)) };
        }
        self.top = at;
    }

    /// Whether it was just moved to the newest row, rather than follows because that is in sight anyway.
    #[must_use]
    pub fn is_sent_to_end(&self) -> bool {
        self.follows && self.takes_hold
    }

    /// Moves so that this is at the top, as far as there are rows below it.
    pub fn to(&mut self, top: Anchor) {
        (self.top, self.follows, self.takes_hold) = (top, false, true);
    }

    /// Lets go of the newest row, and has `row` in the middle if it isn't in sight already; of one that is higher than the
    /// window, that line.
    pub fn show(&mut self, (row, line): (u64, u32), in_sight: f64, ladder: &mut impl Ladder) {
        let placed = self.settle(in_sight, ladder);
        // Before its height is asked for, which is known of rows that were looked at.
        ladder.from(row);
        let height = f64::from(ladder.lines(row));
        let (line, height) = if height > in_sight { (f64::from(line), 1.0) } else { (0.0, height) };
        let is_whole = |top: f64| top > -HARDLY && top + height <= in_sight + HARDLY;
        if !placed.iter().any(|placed| placed.row == row && is_whole(placed.top + line)) {
            self.top = Anchor { row, line };
            self.by(-((in_sight - height) / 2.0).floor().max(0.0), ladder);
        }
        (self.follows, self.takes_hold) = (false, false);
    }

    /// Moves as little as it takes for that line of a row to be in sight.
    pub fn reveal(&mut self, row: u64, line: u32, in_sight: f64, ladder: &mut impl Ladder) {
        let placed = self.settle(in_sight, ladder);
        let line = f64::from(line);
        let found = placed.iter().find(|placed| placed.row == row).map(|placed| placed.top + line);
        match found {
            Some(top) if top >= 0.0 && top + 1.0 <= in_sight => {}
            Some(top) if top >= 0.0 => self.by(top + 1.0 - in_sight, ladder),
            Some(_) => self.to(Anchor { row, line }),
            None if row < self.top.row => self.to(Anchor { row, line }),
            None => {
                self.to(Anchor { row, line });
                self.by(1.0 - in_sight, ladder);
            }
        }
    }

    /// Before a frame: follows, or stays as near to its place as the rows allow. Answers which rows are in sight then.
    pub fn settle(&mut self, in_sight: f64, ladder: &mut impl Ladder) -> Vec<Placed> {
        let takes_hold = std::mem::take(&mut self.takes_hold);
        if !self.follows
            && let Some(row) = ladder.from(self.top.row)
        {
            let lines = f64::from(ladder.lines(row));
            let line = if row == self.top.row { self.top.line } else { 0.0 };
            self.top = Anchor { row, line: if line < lines { line } else { lines - 1.0 } };
            let placed = place(self.top, in_sight, ladder);
            let bottom = placed.last().map_or(0.0, Placed::bottom);
            let is_at_end = takes_hold && bottom <= in_sight + HARDLY;
            if bottom >= in_sight - HARDLY && !(is_at_end && ladder.from(last_row(&placed) + 1).is_none()) {
                return placed;
            }
        }
        self.follows = true;
        let (mut top, mut height) = (None, 0.0);
        let mut next = ladder.before(u64::MAX);
        while let Some(row) = next.filter(|_| height < in_sight) {
            height += f64::from(ladder.lines(row));
            top = Some(row);
            next = ladder.before(row);
        }
        let Some(row) = top else { return Vec::new() };
        self.top = Anchor { row, line: (height - in_sight).max(0.0) };
        place(self.top, in_sight, ladder)
    }
}

fn last_row(placed: &[Placed]) -> u64 {
    placed.last().map_or(0, |placed| placed.row)
}

fn place(top: Anchor, in_sight: f64, ladder: &mut impl Ladder) -> Vec<Placed> {
    let mut placed = Vec::new();
    let (mut y, mut next) = (-top.line, Some(top.row));
    while let Some(row) = next.filter(|_| y < in_sight) {
        let lines = ladder.lines(row);
        placed.push(Placed { row, top: y, lines });
        y += f64::from(lines);
        next = ladder.from(row + 1);
    }
    placed
}

/// The row at that many lines below the edge, or the nearest one.
#[must_use]
pub fn placed_at(placed: &[Placed], lines: f64) -> Option<Placed> {
    placed.iter().find(|placed| lines < placed.bottom()).or(placed.last()).copied()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;
    use std::ops::Range;

    use super::*;

    /// Every `step`th row of those held, each as high as `high` says; counts how often it was asked.
    struct Rows {
        held: Range<u64>,
        step: u64,
        high: fn(u64) -> u32,
        asked: usize,
    }

    fn rows(held: Range<u64>) -> Rows {
        Rows { held, step: 1, high: |_| 1, asked: 0 }
    }

    impl Ladder for Rows {
        fn from(&mut self, row: u64) -> Option<u64> {
            self.asked += 1;
            Some(row.max(self.held.start).next_multiple_of(self.step)).filter(|row| self.held.contains(row))
        }

        fn before(&mut self, row: u64) -> Option<u64> {
            self.asked += 1;
            let last = row.min(self.held.end).checked_sub(1)?;
            Some(last / self.step * self.step).filter(|row| self.held.contains(row))
        }

        fn lines(&mut self, row: u64) -> u32 {
            self.asked += 1;
            (self.high)(row)
        }
    }

    fn placed(scroll: &mut Scroll, rows: &mut Rows) -> Vec<(u64, f64)> {
        scroll.settle(10.0, rows).iter().map(|placed| (placed.row, placed.top)).collect()
    }

    #[test]
    fn it_follows_until_one_scrolls_up_and_again_from_the_end() {
        let mut scroll = Scroll::default();
        placed(&mut scroll, &mut rows(0..100));
        assert_eq!(scroll.top, Anchor { row: 90, line: 0.0 });
        scroll.by(-5.0, &mut rows(0..100));
        placed(&mut scroll, &mut rows(0..200));
        assert_eq!((scroll.top.row, scroll.follows), (85, false));
        scroll.by(f64::INFINITY, &mut rows(0..200));
        placed(&mut scroll, &mut rows(0..300));
        assert_eq!(scroll.top.row, 290);
        scroll.by(-15.0, &mut rows(0..300));
        scroll.by(15.0, &mut rows(0..300));
        placed(&mut scroll, &mut rows(0..300));
        assert!(scroll.follows, "exactly at the end it takes hold");
        scroll.by(-1.5, &mut rows(0..300));
        assert_eq!(placed(&mut scroll, &mut rows(0..301))[0], (288, -0.5));
        scroll.by(700.0, &mut rows(0..301));
        placed(&mut scroll, &mut rows(0..301));
        assert!(scroll.follows && scroll.top.row == 291);
    }

    #[test]
    fn rows_that_fall_away_do_not_move_what_is_read() {
        let mut scroll = Scroll { top: Anchor { row: 50, line: 0.25 }, follows: false, takes_hold: false };
        placed(&mut scroll, &mut rows(40..1000));
        assert_eq!(scroll.top, Anchor { row: 50, line: 0.25 });
        placed(&mut scroll, &mut rows(60..1020));
        assert_eq!(scroll.top, Anchor { row: 60, line: 0.0 }, "what was read is gone");
        scroll.by(f64::NEG_INFINITY, &mut rows(60..1020));
        placed(&mut scroll, &mut rows(60..1020));
        assert_eq!(scroll.top.row, 60);
    }

    #[test]
    fn ten_million_rows_cost_as_few_as_ten_however_high_they_are() {
        let mut far = Rows { high: |row| 1 + u32::try_from(row % 4).unwrap_or(0), ..rows(0..10_000_000) };
        let mut scroll = Scroll::default();
        // 9,999,999 is 4 lines high, the one before 3, then 2, then 1.
        assert_eq!(
            placed(&mut scroll, &mut far),
            [(9_999_996, 0.0), (9_999_997, 1.0), (9_999_998, 3.0), (9_999_999, 6.0)]
        );
        scroll.by(-2.0, &mut far);
        let seen = placed(&mut scroll, &mut far);
        assert_eq!((seen[0], seen.last().copied()), ((9_999_995, -2.0), Some((9_999_999, 8.0))));
        scroll.to(Anchor { row: 5_000_003, line: 2.5 });
        assert_eq!(placed(&mut scroll, &mut far)[..2], [(5_000_003, -2.5), (5_000_004, 1.5)]);
        scroll.by(-2.75, &mut far);
        assert_eq!(placed(&mut scroll, &mut far)[..2], [(5_000_002, -2.75), (5_000_003, 0.25)]);
        scroll.by(2.75, &mut far);
        assert_eq!(scroll.top, Anchor { row: 5_000_003, line: 2.5 }, "there and back again");
        assert!(far.asked < 200, "{}", far.asked);
    }

    /// Rows of five lines each, of which only those have a height that were looked at, as in a frame that has just begun.
    struct Fresh {
        rows: Rows,
        looked_at: HashSet<u64>,
    }

    impl Ladder for Fresh {
        fn from(&mut self, row: u64) -> Option<u64> {
            self.rows.from(row).inspect(|row| _ = self.looked_at.insert(*row))
        }

        fn before(&mut self, row: u64) -> Option<u64> {
            self.rows.before(row).inspect(|row| _ = self.looked_at.insert(*row))
        }

        fn lines(&mut self, row: u64) -> u32 {
            if self.looked_at.contains(&row) { self.rows.lines(row) } else { 1 }
        }
    }

    #[test]
    fn wrapped_rows_move_line_by_line_though_none_was_looked_at_yet() {
        let fresh = || Fresh { rows: Rows { high: |_| 5, ..rows(0..100) }, looked_at: HashSet::new() };
        let mut scroll = Scroll::default();
        scroll.settle(12.0, &mut fresh());
        assert_eq!(scroll.top, Anchor { row: 97, line: 3.0 });
        for line in [2.5, 2.0, 1.5, 1.0, 0.5, 0.0] {
            scroll.by(-0.5, &mut fresh());
            scroll.settle(12.0, &mut fresh());
            assert_eq!(scroll.top, Anchor { row: 97, line }, "up within the row at the top");
        }
        scroll.by(-1.0, &mut fresh());
        assert_eq!(scroll.top, Anchor { row: 96, line: 4.0 });
        scroll.by(-3.0, &mut fresh());
        for line in [2.0, 3.0, 4.0] {
            scroll.by(1.0, &mut fresh());
            assert_eq!(scroll.top, Anchor { row: 96, line }, "down, no line left out");
        }
        scroll.by(1.0, &mut fresh());
        assert_eq!(scroll.top, Anchor { row: 97, line: 0.0 });
    }

    #[test]
    fn rows_between_those_that_are_shown_do_not_count() {
        let mut tenths = Rows { step: 10, ..rows(0..1000) };
        let mut scroll = Scroll { top: Anchor { row: 501, line: 0.5 }, follows: false, takes_hold: false };
        assert_eq!(placed(&mut scroll, &mut tenths)[..2], [(510, 0.0), (520, 1.0)]);
        scroll.by(-3.0, &mut tenths);
        assert_eq!(scroll.top, Anchor { row: 480, line: 0.0 });
        scroll.show((700, 0), 10.0, &mut tenths);
        assert_eq!(placed(&mut scroll, &mut tenths)[0], (660, 0.0), "it comes to the middle");
        scroll.show((740, 0), 10.0, &mut tenths);
        assert_eq!(placed(&mut scroll, &mut tenths)[0], (660, 0.0), "what is in sight doesn't move");
    }

    #[test]
    fn of_a_row_that_is_higher_than_the_window_a_line_is_shown() {
        let mut high = Rows { high: |row| if row == 50 { 30 } else { 3 }, ..rows(0..100) };
        let mut scroll = Scroll::default();
        for (row, line, top) in [
            (50, 12, (50, 8.0)),
            (50, 17, (50, 8.0)),
            (50, 18, (50, 14.0)),
            (50, 2, (49, 1.0)),
            (51, 2, (50, 27.0)),
            (50, 29, (50, 27.0)),
        ] {
            scroll.show((row, line), 10.0, &mut high);
            assert_eq!((scroll.top.row, scroll.top.line), top, "{row} {line}");
        }
    }

    #[test]
    fn what_fits_has_nothing_to_let_go_of() {
        let mut scroll = Scroll { top: Anchor { row: 3, line: 0.0 }, follows: false, takes_hold: false };
        assert_eq!(placed(&mut scroll, &mut rows(0..8))[0], (0, 0.0));
        assert!(scroll.follows);
        assert!(placed(&mut scroll, &mut rows(5..5)).is_empty());
    }

    #[test]
    fn a_line_comes_into_sight_by_the_shortest_way() {
        let mut high = Rows { high: |row| if row == 50 { 30 } else { 1 }, ..rows(0..100) };
        let mut scroll = Scroll::default();
        scroll.to(Anchor { row: 20, line: 0.0 });
        for (row, line, top) in [
            (25, 0, (20, 0.0)),
            (30, 0, (21, 0.0)),
            (10, 0, (10, 0.0)),
            (50, 12, (50, 3.0)),
            (50, 1, (50, 1.0)),
            (51, 0, (50, 21.0)),
        ] {
            scroll.reveal(row, line, 10.0, &mut high);
            assert_eq!((scroll.top.row, scroll.top.line), top, "{row} {line}");
        }
    }

    #[test]
    fn the_row_under_a_point_is_the_one_that_is_drawn_there() {
        let placed = [Placed { row: 7, top: -1.5, lines: 3 }, Placed { row: 9, top: 1.5, lines: 1 }];
        assert_eq!(placed_at(&placed, -9.0).map(|at| at.row), Some(7));
        assert_eq!(placed_at(&placed, 1.4).map(|at| at.row), Some(7));
        assert_eq!(placed_at(&placed, 1.6).map(|at| at.row), Some(9));
        assert_eq!(placed_at(&placed, 90.0).map(|at| at.row), Some(9));
        assert_eq!(placed_at(&[], 1.0), None);
    }
}
