//! The rows that a console shows: where they come from, and which of them are left out. Nothing here draws; the rows
//! in sight are [`super::console_sight`]'s.

use std::ops::Range;

use jiff::Timestamp;

use super::console_context::{piece_before, piece_from};
use super::console_names::JobName;
use super::console_search::Hits;
pub use crate::engine::Stream;
use crate::model::Streams;

/// One row of a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine {
    /// Its row's number.
    pub number: u64,
    pub text: String,
    pub stream: Stream,
    /// When it came.
    pub at: Timestamp,
    /// Of which of several jobs it is; of one job all are the first's.
    pub part: usize,
}

/// How many rows are wanted, and whether the last ones of those that there are.
pub type Most = (usize, bool);

/// Whatever holds a job's lines. Rows are numbered from 0 over the whole life of the job; old ones fall away.
pub trait RowSource {
    /// The oldest row that is still held.
    fn first_row(&self) -> u64;
    /// One past the newest.
    fn end_row(&self) -> u64;
    /// How many rows fell away because there was no more room.
    fn dropped_rows(&self) -> u64;
    /// Appends copies of those rows of the range that are still held.
    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>);

    /// Appends copies of some rows of these streams: the first of the range, or the last; in order.
    fn copy_some(&self, rows: Range<u64>, streams: Streams, (most, last): Most, out: &mut Vec<ConsoleLine>) {
        let mut rows = rows.start.max(self.first_row())..rows.end.min(self.end_row());
        let (begin, wanted) = (out.len(), out.len() + most);
        while rows.start < rows.end && out.len() < wanted {
            let count = (rows.end - rows.start).min(most as u64);
            let before = out.len();
            if last {
                let mut some = Vec::new();
                self.copy_rows(rows.end - count..rows.end, &mut some);
                some.retain(|line| line.stream.is_in(streams));
                some.drain(..some.len().saturating_sub(wanted - before));
                out.splice(begin..begin, some);
                rows.end -= count;
            } else {
                self.copy_rows(rows.start..rows.start + count, out);
                let mut index = 0;
                out.retain(|line| {
                    index += 1;
                    index <= before || line.stream.is_in(streams)
                });
                out.truncate(wanted);
                rows.start += count;
            }
        }
    }

    /// The jobs whose lines these are, where they are of several.
    fn names(&self) -> &[JobName] {
        &[]
    }

    /// The job that a row is of, where they are of several.
    fn name_of(&self, line: &ConsoleLine) -> Option<&JobName> {
        self.names().get(line.part)
    }

    /// How many rows of these streams there ever were before that one.
    fn place_of(&self, row: u64, streams: Streams) -> u64 {
        let _ = streams;
        row
    }

    /// When the run began that a row is of, if that is known.
    fn run_started(&self, row: u64) -> Option<Timestamp> {
        let _ = row;
        None
    }

    /// The same of all these rows, which may be less work at once.
    fn runs_started(&self, rows: &[u64]) -> Vec<Option<Timestamp>> {
        rows.iter().map(|row| self.run_started(*row)).collect()
    }
}

/// A row, and how many rows are left out between the one above and it.
pub type Fetched = (ConsoleLine, u64);

/// At most so many hits are looked at in one go.
const MOST_PIECES: usize = 4096;

/// The rows of a source that are shown.
#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub rows: &'a dyn RowSource,
    pub streams: Streams,
    /// Only what was found, with so many rows around each hit.
    pub filter: Option<(&'a dyn Hits, u64)>,
}

impl Shown<'_> {
    /// Copies the first rows of the range that are shown. Answers up to where that are all.
    pub fn first(&self, range: Range<u64>, most: usize, out: &mut Vec<Fetched>) -> u64 {
        let mut lines = Vec::new();
        let Some((hits, context)) = self.filter else {
            self.rows.copy_some(range.clone(), self.streams, (most, false), &mut lines);
            let end = lines.last().filter(|_| lines.len() >= most).map_or(range.end, |last| last.number + 1);
            out.extend(lines.into_iter().map(|line| (line, 0)));
            return end;
        };
        let (mut row, wanted, mut left_out) = (range.start, out.len() + most, 0);
        for _ in 0..MOST_PIECES {
            let Some(piece) = piece_from(hits, context, row).filter(|piece| piece.rows.start < range.end) else {
                return range.end;
            };
            left_out += if context > 0 { piece.left_out } else { 0 };
            let rows = piece.rows.start..piece.rows.end.min(range.end);
            self.rows.copy_some(rows, self.streams, (wanted - out.len(), false), &mut lines);
            for line in lines.drain(..) {
                out.push((line, std::mem::take(&mut left_out)));
            }
            if out.len() >= wanted {
                return out.last().map_or(range.end, |(line, _)| line.number + 1);
            }
            row = piece.rows.end;
        }
        row
    }

    /// Copies the last rows of the range that are shown, before what is in `out`. Answers from where on that are all.
    pub fn last(&self, range: Range<u64>, most: usize, out: &mut Vec<Fetched>) -> u64 {
        let mut lines = Vec::new();
        let Some((hits, context)) = self.filter else {
            self.rows.copy_some(range.clone(), self.streams, (most, true), &mut lines);
            let start = lines.first().filter(|_| lines.len() >= most).map_or(range.start, |first| first.number);
            out.splice(0..0, lines.into_iter().map(|line| (line, 0)));
            return start;
        };
        let (mut row, wanted) = (range.end, out.len() + most);
        for _ in 0..MOST_PIECES {
            let Some(piece) = piece_before(hits, context, row).filter(|piece| piece.rows.end > range.start) else {
                return range.start;
            };
            let rows = piece.rows.start.max(range.start)..piece.rows.end;
            let room = wanted - out.len();
            self.rows.copy_some(rows, self.streams, (room, true), &mut lines);
            let is_all = lines.len() < room || lines.first().is_some_and(|line| line.number == piece.rows.start);
            let left_out = if is_all && context > 0 { piece.left_out } else { 0 };
            let gaps = std::iter::once(left_out).chain(std::iter::repeat(0));
            out.splice(0..0, lines.drain(..).zip(gaps));
            if out.len() >= wanted {
                return out.first().map_or(range.start, |(line, _)| line.number);
            }
            row = piece.rows.start;
        }
        row
    }

    /// Whether every number is that of a row which is shown; in a view of several jobs some are of jobs that are gone.
    #[must_use]
    pub fn is_gapless(&self) -> bool {
        self.streams == Streams::ALL && self.rows.names().is_empty()
    }

    /// How many rows that are shown, or hits, there ever were before that row.
    #[must_use]
    pub fn place_of(&self, row: u64) -> u64 {
        match self.filter {
            Some((hits, _)) => hits.hit_from(row),
            None if self.is_gapless() => row,
            None => self.rows.place_of(row, self.streams),
        }
    }

    /// The row at a place, of those that are held.
    #[must_use]
    pub fn row_at(&self, place: u64, held: &Range<u64>) -> u64 {
        if let Some((hits, context)) = self.filter {
            return hits.row_of(place).map_or(held.end, |row| row.saturating_sub(context)).max(held.start);
        }
        let (mut low, mut high) = (held.start, held.end);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.place_of(middle + 1) > place { high = middle } else { low = middle + 1 }
        }
        low
    }
}
