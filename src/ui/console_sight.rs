//! The rows around what is in sight, copied and read once in a frame, and kept for the next: a row that didn't change is
//! not read again. How many are copied depends on the window's height and on nothing else.

use std::ops::Range;

use super::console_cells::RowText;
use super::console_rows::{Fetched, Shown};
use super::console_scroll::Ladder;

/// The rows near to one place.
pub(super) struct Sight<'a> {
    pub shown: Shown<'a>,
    pub held: Range<u64>,
    /// Columns in a line, if long rows wrap.
    wrap: Option<usize>,
    /// How many rows are copied at once.
    batch: usize,
    /// All rows that are shown of these are in `texts`.
    covered: Range<u64>,
    texts: Vec<RowText>,
    /// Those of the frame before.
    before: Vec<RowText>,
}

impl<'a> Sight<'a> {
    pub(super) fn new(shown: Shown<'a>, wrap: Option<usize>, batch: usize, before: Vec<RowText>) -> Self {
        let held = shown.rows.first_row()..shown.rows.end_row();
        Self { shown, held, wrap, batch: batch.max(1), covered: 0..0, texts: Vec::new(), before }
    }

    /// A row that was looked at in this frame.
    pub(super) fn text(&self, row: u64) -> Option<&RowText> {
        let index = self.texts.binary_search_by_key(&row, |text| text.line.number).ok()?;
        Some(&self.texts[index])
    }

    /// What the next frame need not read again.
    pub(super) fn into_texts(self) -> Vec<RowText> {
        self.texts
    }

    /// Begins anew where the rows at hand end neither above nor below that row.
    fn go_near(&mut self, row: u64) {
        if row < self.covered.start || row > self.covered.end || self.covered.is_empty() {
            self.covered = row..row;
            self.before.append(&mut self.texts);
            self.before.sort_unstable_by_key(|text| text.line.number);
        }
    }

    fn read(&mut self, (line, left_out): Fetched) -> RowText {
        let known = self.before.binary_search_by_key(&line.number, |text| text.line.number).ok();
        let known = known.filter(|index| self.before[*index].line.text == line.text);
        let mut text = match known {
            Some(index) => self.before[index].take(line),
            None => RowText::read(line),
        };
        text.left_out = left_out;
        text
    }

    fn extend_down(&mut self) {
        let mut fetched = Vec::new();
        let from = self.covered.end;
        self.covered.end = self.shown.first(from..self.held.end, self.batch, &mut fetched).max(from);
        for row in fetched {
            let text = self.read(row);
            self.texts.push(text);
        }
    }

    fn extend_up(&mut self) {
        let mut fetched = Vec::new();
        let to = self.covered.start;
        self.covered.start = self.shown.last(self.held.start..to, self.batch, &mut fetched).min(to);
        let texts: Vec<_> = fetched.into_iter().map(|row| self.read(row)).collect();
        self.texts.splice(0..0, texts);
    }
}

impl Ladder for Sight<'_> {
    fn from(&mut self, row: u64) -> Option<u64> {
        let row = row.max(self.held.start);
        if row >= self.held.end {
            return None;
        }
        self.go_near(row);
        loop {
            let index = self.texts.partition_point(|text| text.line.number < row);
            if let Some(text) = self.texts.get(index) {
                return Some(text.line.number);
            }
            if self.covered.end >= self.held.end {
                return None;
            }
            self.extend_down();
        }
    }

    fn before(&mut self, row: u64) -> Option<u64> {
        let row = row.min(self.held.end);
        if row <= self.held.start {
            return None;
        }
        self.go_near(row);
        loop {
            let index = self.texts.partition_point(|text| text.line.number < row);
            if let Some(text) = index.checked_sub(1).and_then(|index| self.texts.get(index)) {
                return Some(text.line.number);
            }
            if self.covered.start <= self.held.start {
                return None;
            }
            self.extend_up();
        }
    }

    fn lines(&mut self, row: u64) -> u32 {
        let wrap = self.wrap;
        self.text(row).map_or(1, |text| text.lines(wrap) + text.lines_above())
    }
}
