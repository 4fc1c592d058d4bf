//! The rows of a scrollback that were drawn over after they were ended, and which rows those can be.
//!
//! Such a row keeps its number; what is shown is here and no longer in its chunk. It leaves when that does.

use std::collections::{BTreeMap, VecDeque};
use std::ops::Range;

use crate::engine::lines::MOST_LIVE_ROWS;
use crate::engine::styled::condense;

/// A longer row is no progress bar, and stays as it is.
const LONGEST: usize = 4096;
/// Beyond this a row's states are condensed to what is shown of them, which costs as much as reading the row.
const ROOM: usize = 4096;

/// The latest rows of one stream.
#[derive(Debug, Default)]
pub(super) struct Latest {
    rows: VecDeque<Range<u64>>,
    /// In which of them the cursor was, or in one above: a bit each, the newest row's the lowest.
    drawn: u64,
}

const _: () = assert!(MOST_LIVE_ROWS <= u64::BITS as usize, "a bit for each");

impl Latest {
    pub(super) fn add(&mut self, rows: Range<u64>) {
        let rows = rows.start.max(rows.end.saturating_sub(MOST_LIVE_ROWS as u64))..rows.end;
        self.drawn = u32::try_from(rows.end - rows.start).ok().and_then(|new| self.drawn.checked_shl(new)).unwrap_or(0);
        match self.rows.back_mut() {
            Some(last) if last.end == rows.start => last.end = rows.end,
            Some(_) | None => self.rows.push_back(rows),
        }
        let mut excess = self.count().saturating_sub(MOST_LIVE_ROWS as u64);
        while let Some(first) = self.rows.front_mut().filter(|_| excess > 0) {
            let gone = excess.min(first.end - first.start);
            first.start += gone;
            excess -= gone;
            if first.is_empty() {
                self.rows.pop_front();
            }
        }
    }

    fn count(&self) -> u64 {
        self.rows.iter().map(|rows| rows.end - rows.start).sum()
    }

    /// The row that is so many above the unended one.
    pub(super) fn row(&self, up: usize) -> Option<u64> {
        self.newest_first().nth(up.checked_sub(1)?)
    }

    pub(super) fn newest_first(&self) -> impl Iterator<Item = u64> {
        self.rows.iter().rev().flat_map(|rows| rows.clone().rev())
    }

    /// Those that leave when so many come, from the oldest on.
    pub(super) fn leaving(&self, coming: u64) -> impl Iterator<Item = u64> {
        let excess = self.count().saturating_add(coming).saturating_sub(MOST_LIVE_ROWS as u64);
        self.rows.iter().cloned().flatten().take(usize::try_from(excess).unwrap_or(usize::MAX))
    }

    /// The cursor is in the row that is so many above the unended one.
    pub(super) fn visit(&mut self, up: usize) {
        if self.row(up).is_some() {
            let rows = u32::try_from(up).unwrap_or(0);
            self.drawn |= u64::MAX.checked_shr(u64::BITS.saturating_sub(rows)).unwrap_or(0);
        }
    }

    /// How many of the newest are being drawn.
    pub(super) fn drawn(&self) -> usize {
        self.drawn.trailing_ones() as usize
    }

    /// Puts another row in the place of that one; `false` if there is none.
    pub(super) fn put(&mut self, up: usize, number: u64) -> bool {
        let mut below = up as u64;
        for at in (0..self.rows.len()).rev() {
            let rows = self.rows[at].clone();
            if below <= rows.end - rows.start {
                let Some(old) = rows.end.checked_sub(below).filter(|_| below > 0) else { return false };
                self.rows[at] = number..number + 1;
                for (at, part) in [(at + 1, old + 1..rows.end), (at, rows.start..old)] {
                    if !part.is_empty() {
                        self.rows.insert(at, part);
                    }
                }
                return true;
            }
            below -= rows.end - rows.start;
        }
        false
    }
}

#[derive(Debug)]
struct Row {
    bytes: Vec<u8>,
    /// Condense it when it is larger.
    room: usize,
    /// The number of its latest change.
    change: u64,
}

/// What a row takes beside its bytes, about.
const ROW_BYTES: usize = size_of::<(u64, Row)>() + size_of::<(u64, u64)>();

/// The rows that were drawn over.
#[derive(Debug, Default)]
pub(super) struct Redrawn {
    rows: BTreeMap<u64, Row>,
    /// Their numbers by their latest changes, so that a look costs what changed and not what is kept.
    by_change: BTreeMap<u64, u64>,
    /// How many changes there were.
    changes: u64,
    bytes: usize,
}

impl Redrawn {
    /// What stands in a row, if it was drawn over.
    pub(super) fn get(&self, number: u64) -> Option<&[u8]> {
        if self.rows.is_empty() { None } else { self.rows.get(&number).map(|row| row.bytes.as_slice()) }
    }

    /// Writes into a row, in which this stood. Answers how many bytes more are kept, and whether anything was written.
    pub(super) fn write(&mut self, number: u64, stood: &[u8], bytes: &[u8]) -> bool {
        if stood.len() > LONGEST {
            return false;
        }
        self.changes += 1;
        let row = self.rows.entry(number).or_insert_with(|| {
            self.bytes += stood.len() + ROW_BYTES;
            Row { bytes: stood.to_vec(), room: ROOM, change: 0 }
        });
        self.by_change.remove(&std::mem::replace(&mut row.change, self.changes));
        self.by_change.insert(self.changes, number);
        row.bytes.extend_from_slice(bytes);
        self.bytes += bytes.len();
        if row.bytes.len() > row.room
            && let Some(condensed) = condense(&row.bytes)
        {
            self.bytes = self.bytes + condensed.len() - row.bytes.len();
            row.room = ROOM.max(condensed.len() * 2);
            row.bytes = condensed;
        }
        true
    }

    /// Puts this in the place of what stands in a row.
    pub(super) fn replace(&mut self, number: u64, bytes: &[u8]) {
        self.changes += 1;
        let row = Row { bytes: bytes.to_vec(), room: ROOM, change: self.changes };
        self.bytes += bytes.len() + ROW_BYTES;
        if let Some(old) = self.rows.insert(number, row) {
            self.forget(&old);
        }
        self.by_change.insert(self.changes, number);
    }

    /// Forgets that this row was drawn over.
    pub(super) fn take(&mut self, number: u64) {
        if let Some(row) = self.rows.remove(&number) {
            self.forget(&row);
        }
    }

    /// Forgets the rows below this one.
    pub(super) fn let_go(&mut self, first: u64) {
        while let Some(oldest) = self.rows.first_entry().filter(|row| *row.key() < first) {
            let oldest = oldest.remove();
            self.forget(&oldest);
        }
    }

    fn forget(&mut self, row: &Row) {
        self.bytes -= row.bytes.len() + ROW_BYTES;
        self.by_change.remove(&row.change);
    }

    /// The memory that it takes, about.
    pub(super) fn size_bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// The rows that were changed since there were so many changes, each with its latest change, in the order of these.
    pub(super) fn since(&self, changes: u64) -> impl Iterator<Item = (u64, u64)> {
        self.by_change.range(changes + 1..).map(|(change, number)| (*change, *number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_rows_are_known_however_they_came() {
        let mut latest = Latest::default();
        latest.add(3..5);
        latest.add(9..10);
        latest.add(10..12);
        assert_eq!(latest.newest_first().collect::<Vec<_>>(), [11, 10, 9, 4, 3]);
        assert_eq!((latest.row(0), latest.row(1), latest.row(5), latest.row(6)), (None, Some(11), Some(3), None));
        latest.add(20..50);
        assert_eq!(latest.count(), MOST_LIVE_ROWS as u64);
        assert_eq!(latest.row(32), Some(10));
        latest.add(60..1_000_000);
        assert_eq!((latest.rows.len(), latest.row(32)), (1, Some(999_968)));
    }

    #[test]
    fn a_row_takes_the_place_of_another_and_the_others_keep_theirs() {
        let mut latest = Latest::default();
        latest.add(0..3);
        assert!(latest.put(2, 7) && latest.put(1, 8) && latest.put(3, 9) && !latest.put(4, 10) && !latest.put(0, 10));
        assert_eq!(latest.newest_first().collect::<Vec<_>>(), [8, 7, 9]);
        latest.add(10..12);
        assert_eq!(latest.newest_first().collect::<Vec<_>>(), [11, 10, 8, 7, 9]);
        assert_eq!(latest.drawn(), 0);
        latest.visit(2);
        latest.add(12..13);
        assert_eq!(latest.drawn(), 0, "below is a line that nothing was in");
        latest.visit(1);
        assert_eq!(latest.drawn(), 3);
        latest.visit(99);
        latest.visit(0);
        assert_eq!(latest.drawn(), 3, "there are no such rows");
        latest.visit(6);
        assert_eq!(latest.drawn(), 6);
    }

    #[test]
    fn states_are_condensed_and_counted() {
        let mut redrawn = Redrawn::default();
        for state in 0..10_000 {
            assert!(redrawn.write(7, b"before", format!("\r\x1b[K\x1b[32m{state}\x1b[m of 10,000").as_bytes()));
            assert!(redrawn.bytes < 3 * ROOM, "{}", redrawn.bytes);
        }
        let shown =
            crate::engine::styled::plain_text(std::str::from_utf8(redrawn.get(7).unwrap()).unwrap()).into_owned();
        assert_eq!(shown, "9999 of 10,000");
        assert!(!redrawn.write(8, &[b'x'; LONGEST + 1], b"\rx"), "what is no bar stays");
        assert_eq!(redrawn.since(9_999).collect::<Vec<_>>(), [(10_000, 7)]);
        assert_eq!(redrawn.by_change.len(), 1, "of many changes of a row the latest");
        assert_eq!(redrawn.since(10_000).count(), 0);
        redrawn.replace(9, b"mirrored");
        redrawn.let_go(9);
        assert_eq!((redrawn.get(7), redrawn.get(9)), (None, Some(&b"mirrored"[..])));
        redrawn.let_go(10);
        assert_eq!(redrawn.bytes, 0);
    }
}
