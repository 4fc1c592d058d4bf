//! Rows that are drawn over after they were ended.

use jiff::Timestamp;

use super::{KeptRow, Scrollback, Stream, slot};

/// A row that is being drawn, on its way over a clear.
pub(super) struct DrawnRow {
    stream: Stream,
    at: Timestamp,
    bytes: Vec<u8>,
}

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

    /// The number of that row, if it is kept.
    pub(in crate::engine) fn row_above(&self, stream: Stream, up: usize) -> Option<u64> {
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

    /// A stream's rows above the unended one that were all drawn over, from the lowest up.
    fn drawn_above(&self, slot: usize) -> impl Iterator<Item = u64> {
        self.latest[slot].newest_first().take_while(|number| self.redrawn.get(*number).is_some())
    }

    /// The rows from `from` on that are still being drawn, of both streams, in order.
    #[must_use]
    pub fn drawn_rows(&self, from: u64) -> Vec<u64> {
        let from = from.max(self.first());
        let drawn = (0..self.latest.len()).flat_map(|slot| self.drawn_above(slot));
        let mut drawn: Vec<u64> = drawn.filter(|number| *number >= from).collect();
        drawn.sort_unstable();
        drawn
    }

    /// Takes those rows out of what can be drawn over, to put them back behind a clear.
    pub(super) fn take_drawn(&mut self, from: u64) -> Vec<DrawnRow> {
        let mut drawn = Vec::new();
        for number in self.drawn_rows(from) {
            self.visit_rows(number..number + 1, |row| {
                drawn.push(DrawnRow { stream: row.stream, at: row.at, bytes: row.bytes.to_vec() });
            });
        }
        for row in &drawn {
            if let Some(slot) = slot(row.stream) {
                self.latest[slot].take_newest(1);
            }
        }
        drawn
    }

    /// Puts them back as the newest rows, as many above the unended one as they were. They came before, and are not counted
    /// again.
    pub(super) fn put_drawn(&mut self, drawn: Vec<DrawnRow>) {
        for row in &drawn {
            self.of_stream[row.stream.index()] -= 1;
        }
        for row in drawn {
            let number = self.next;
            self.push(row.stream, row.at, b"", 0);
            self.redrawn.replace(number, &row.bytes);
        }
    }

    /// Shows a stream's rows that are being drawn, from the top: those above the unended one that were all drawn over, and
    /// that one.
    pub fn visit_drawn(&self, stream: Stream, mut visit: impl FnMut(&KeptRow<'_>)) {
        let Some(slot) = slot(stream) else { return };
        let drawn: Vec<u64> = self.drawn_above(slot).collect();
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
