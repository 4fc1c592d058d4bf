//! Rows that are drawn over after they were ended.

use super::{KeptRow, Scrollback, Stream, slot};

impl Scrollback {
    /// Writes into the row that is so many above the stream's unended one, if it is kept.
    pub fn write_above(&mut self, stream: Stream, up: usize, bytes: &[u8]) {
        let Some(number) = self.row_above(stream, up) else { return };
        let mut stood = Vec::new();
        if self.redrawn.get(number).is_none() {
            self.visit_rows(number..number + 1, |row| stood.extend_from_slice(row.bytes));
        }
        if self.redrawn.write(number, &stood, bytes) {
            self.let_go();
        }
    }

    /// Puts this in the place of what stands in the row that is so many above the stream's unended one.
    pub fn replace_above(&mut self, stream: Stream, up: usize, bytes: &[u8]) {
        if let Some(number) = self.row_above(stream, up) {
            self.redrawn.replace(number, bytes);
            self.let_go();
        }
    }

    fn row_above(&self, stream: Stream, up: usize) -> Option<u64> {
        self.latest[slot(stream)?].row(up).filter(|number| *number >= self.first())
    }

    /// How many times rows were drawn over after they had ended.
    #[must_use]
    pub fn redraws(&self) -> u64 {
        self.redrawn.changes()
    }

    /// Shows at most so many of the rows that were drawn over since there were so many redraws, as they are now. Answers
    /// up to which redraw that are all.
    #[must_use]
    pub fn visit_redrawn(&self, since: u64, most: usize, mut visit: impl FnMut(&KeptRow<'_>)) -> u64 {
        self.each_redrawn(since, most, |number| self.visit_rows(number..number + 1, &mut visit))
    }

    /// The same, adding their numbers.
    #[must_use]
    pub fn redrawn_rows(&self, since: u64, most: usize, rows: &mut Vec<u64>) -> u64 {
        self.each_redrawn(since, most, |number| rows.push(number))
    }

    fn each_redrawn(&self, since: u64, most: usize, mut tell: impl FnMut(u64)) -> u64 {
        let mut some = self.redrawn.since(since);
        let mut told = since;
        for (change, number) in some.by_ref().take(most) {
            tell(number);
            told = change;
        }
        if some.next().is_some() { told } else { self.redraws() }
    }

    /// How many rows of its stream a row is above the unended one; `None` if it can't be drawn over any more.
    #[must_use]
    pub fn rows_below(&self, stream: Stream, number: u64) -> Option<usize> {
        self.latest[slot(stream)?].newest_first().position(|row| row == number).map(|place| place + 1)
    }

    /// Shows a stream's rows that are being drawn, from the top: those above the unended one that were all drawn over, and
    /// that one.
    pub fn visit_drawn(&self, stream: Stream, mut visit: impl FnMut(&KeptRow<'_>)) {
        let Some(slot) = slot(stream) else { return };
        let drawn = self.latest[slot].newest_first().take_while(|number| self.redrawn.get(*number).is_some());
        let drawn: Vec<u64> = drawn.collect();
        for number in drawn.into_iter().rev() {
            self.visit_rows(number..number + 1, &mut visit);
        }
        self.visit_rows(self.next..self.end(), |row| {
            if row.stream == stream {
                visit(row);
            }
        });
    }
}
