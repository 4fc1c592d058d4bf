//! Rows that are drawn over after they were ended.

use jiff::Timestamp;

use super::settled::shown;
use super::{KeptRow, Scrollback, Stream, slot};

/// A row that is being drawn, on its way over a clear.
pub(super) struct DrawnRow {
    number: u64,
    stream: Stream,
    /// How many rows above the unended one it is.
    up: usize,
    at: Timestamp,
    cut_bytes: u64,
    /// What it was ended with.
    stood: Vec<u8>,
    /// What it says since, if it was drawn over.
    drawn: Option<Vec<u8>>,
}

impl Scrollback {
    /// Writes into the row that is so many above the stream's unended one; nothing where the cursor only came there. Answers
    /// which row that is.
    pub fn write_above(&mut self, stream: Stream, up: usize, bytes: &[u8]) -> Option<u64> {
        self.visit_above(stream, up);
        if bytes.is_empty() {
            return None;
        }
        let number = self.row_above(stream, up).or_else(|| self.row_again(stream, up, bytes))?;
        let mut stood = Vec::new();
        if self.redrawn.get(number).is_none() {
            self.visit_rows(number..number + 1, |row| stood.extend_from_slice(row.bytes));
        }
        if self.redrawn.write(number, &stood, bytes) {
            self.let_go();
        }
        Some(number)
    }

    /// Puts this in the place of what stands in the row that is so many above the stream's unended one. Answers which row
    /// that is.
    pub fn replace_above(&mut self, stream: Stream, up: usize, bytes: &[u8]) -> Option<u64> {
        self.visit_above(stream, up);
        let number = self.row_above(stream, up).or_else(|| self.row_again(stream, up, bytes))?;
        self.redrawn.replace(number, bytes);
        self.let_go();
        Some(number)
    }

    /// The cursor came there: that row and those below it are being drawn, also before anything is written in them. A bar
    /// that the next message goes into must not leave with a clear.
    fn visit_above(&mut self, stream: Stream, up: usize) {
        if let Some(slot) = slot(stream) {
            self.latest[slot].visit(up);
        }
    }

    /// A new row in the place of one that left, by a clear or for want of room, so that nothing that is written there is
    /// lost. What shows nothing needs none.
    fn row_again(&mut self, stream: Stream, up: usize, bytes: &[u8]) -> Option<u64> {
        if shown(bytes).0.is_empty() {
            return None;
        }
        self.put_row(stream, up, Timestamp::now(), b"", 0)
    }

    /// Adds a row that takes the place of the one so many above the unended line.
    fn put_row(&mut self, stream: Stream, up: usize, at: Timestamp, bytes: &[u8], cut_bytes: u64) -> Option<u64> {
        let slot = slot(stream)?;
        let number = self.next;
        if !self.latest[slot].put(up, number) {
            return None;
        }
        // It isn't the newest of its stream, and none leaves for it.
        let latest = std::mem::take(&mut self.latest[slot]);
        self.push(stream, at, bytes, cut_bytes);
        self.latest[slot] = latest;
        Some(number)
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

    /// A stream's rows above the unended one that are being drawn, from the lowest up: all down from one in which the cursor
    /// was. A line that came below them since ends that.
    fn drawn_above(&self, slot: usize) -> impl Iterator<Item = u64> {
        self.latest[slot].newest_first().take(self.latest[slot].drawn())
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

    /// Takes out what is being drawn, to put it back behind a clear.
    pub(super) fn take_drawn(&mut self, from: u64) -> Vec<DrawnRow> {
        let mut drawn = Vec::new();
        for number in self.drawn_rows(from) {
            let was_drawn = self.redrawn.get(number).map(<[u8]>::to_vec);
            let stood = was_drawn.as_ref().and_then(|_| self.stood(number)).map(<[u8]>::to_vec);
            self.visit_rows(number..number + 1, |row| {
                drawn.extend(self.rows_below(row.stream, number).map(|up| DrawnRow {
                    number,
                    stream: row.stream,
                    up,
                    at: row.at,
                    cut_bytes: row.cut_bytes,
                    stood: stood.clone().unwrap_or_else(|| row.bytes.to_vec()),
                    drawn: was_drawn.clone(),
                }));
            });
        }
        // So that they are not told as settled.
        for row in &drawn {
            self.redrawn.take(row.number);
        }
        drawn
    }

    /// Puts them back as the newest rows, each as many above the unended one as it was. They came before, and are not counted
    /// again.
    pub(super) fn put_drawn(&mut self, drawn: Vec<DrawnRow>) {
        for row in &drawn {
            self.of_stream[row.stream.index()] -= 1;
        }
        for row in drawn {
            let number = self.put_row(row.stream, row.up, row.at, &row.stood, row.cut_bytes);
            if let (Some(number), Some(bytes)) = (number, row.drawn) {
                self.redrawn.replace(number, &bytes);
            }
        }
    }

    /// Shows a stream's rows from `from` on that are being drawn, from the top: those above the unended one, and that one.
    pub fn visit_drawn(&self, stream: Stream, from: u64, mut visit: impl FnMut(&KeptRow<'_>)) {
        let Some(slot) = slot(stream) else { return };
        let drawn: Vec<u64> = self.drawn_above(slot).filter(|number| *number >= from).collect();
        for number in drawn.into_iter().rev() {
            self.visit_rows(number..number + 1, &mut visit);
        }
        self.visit_rows(self.next.max(from)..self.end(), |row| {
            if row.stream == stream {
                visit(row);
            }
        });
    }
}
