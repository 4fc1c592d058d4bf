//! Which row of a view of several consoles is which row of which console. Lines that came together are one entry, so a
//! flood costs little. Pure bookkeeping over numbers: it holds no line and no lock.

mod find;
mod parts;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::ops::Range;

use crate::engine::scrollback::{Arrival, Stream};
use find::Sums;

/// The most entries that are held; beyond it the oldest rows leave. An entry takes 24 bytes.
const MOST_ENTRIES: usize = 1 << 18;

/// How far back a row is looked for that was drawn over: such rows are among the newest of their console.
const MOST_LOOKED_AT: usize = 4096;

/// Rows of one kind that follow one another in the view as in their console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    /// In the view.
    first: u64,
    /// In its console.
    row: u64,
    count: u32,
    part: u16,
    stream: Stream,
}

impl Entry {
    fn end(self) -> u64 {
        self.first + u64::from(self.count)
    }

    /// Those of its rows that are in this range of the view, in which it has some.
    fn stretch(self, range: &Range<u64>) -> Stretch {
        let (from, until) = (range.start.max(self.first), range.end.min(self.end()));
        let rows = self.row + (from - self.first)..self.row + (until - self.first);
        Stretch { first: from, part: self.part as usize, rows }
    }
}

/// Rows of one console that follow one another in the view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The first one's number in the view.
    pub first: u64,
    /// Which console.
    pub part: usize,
    /// Their numbers there.
    pub rows: Range<u64>,
}

impl Stretch {
    fn goes_on_with(&self, next: &Self) -> bool {
        let count = self.rows.end - self.rows.start;
        self.part == next.part && self.rows.end == next.rows.start && self.first + count == next.first
    }
}

/// What is known of one console.
#[derive(Clone, Debug, Default)]
struct Part {
    /// The next of its rows to be taken in.
    next_row: u64,
    /// The oldest of its rows that the index has.
    oldest: Option<u64>,
    /// From which row to which it has none, because a clear took those between rows that are drawn; in order.
    gaps: VecDeque<(u64, u64)>,
}

impl Part {
    /// All its rows before this one are gone.
    fn set_oldest(&mut self, mut row: u64) {
        while let Some((_, to)) = self.gaps.pop_front_if(|(from, _)| *from <= row) {
            row = row.max(to);
        }
        self.oldest = Some(row);
    }
}

/// The rows of one console that are still being drawn, in order.
#[derive(Debug)]
pub struct Drawn {
    pub part: usize,
    pub rows: Vec<Arrival>,
}

/// What one console has that isn't taken in yet.
#[derive(Debug)]
pub struct Fresh {
    pub arrivals: Vec<Arrival>,
    /// It has no more than these.
    pub is_all: bool,
}

#[derive(Debug, Default)]
pub struct Index {
    entries: VecDeque<Entry>,
    parts: Vec<Part>,
    next: u64,
    sums: Sums,
    /// Rows that aren't ended yet, shown after the others.
    open: Vec<Open>,
}

/// A row that isn't ended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    /// Of which console, and its number there.
    pub part: usize,
    pub row: u64,
    pub stream: Stream,
}

impl Index {
    /// Of so many consoles; the first row has this number.
    pub fn new(parts: usize, first: u64) -> Self {
        Self { parts: vec![Part::default(); parts], next: first, ..Self::default() }
    }

    /// The oldest row that is held.
    pub fn first(&self) -> u64 {
        self.entries.front().map_or(self.next, |entry| entry.first)
    }

    /// One past the newest row that ended.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// One past the newest row.
    pub fn end(&self) -> u64 {
        self.next + self.open.len() as u64
    }

    pub fn next_row_of(&self, part: usize) -> u64 {
        self.parts[part].next_row
    }

    /// Lets go of rows that left their consoles, of which each part's first is given; and of all before them, for what
    /// is shown is whole from its first row on.
    pub fn let_go(&mut self, first_rows: impl Iterator<Item = u64>) {
        let firsts: Vec<u64> = first_rows.collect();
        let is_gone = |parts: &[Part], part: usize| parts[part].oldest.is_some_and(|oldest| oldest < firsts[part]);
        while (0..self.parts.len()).any(|part| is_gone(&self.parts, part)) {
            let Some(entry) = self.entries.front_mut() else { break };
            let part = entry.part as usize;
            let gone = firsts[part].saturating_sub(entry.row).min(u64::from(entry.count));
            // One that is there, and stands before one that is gone, leaves with it.
            let left = if gone == 0 { u64::from(entry.count) } else { gone };
            entry.first += left;
            entry.row += left;
            entry.count -= u32::try_from(left).unwrap_or(entry.count);
            self.parts[part].set_oldest(entry.row);
            if entry.count == 0 {
                self.pop_front();
            }
        }
        if self.entries.is_empty() {
            // Of rows that left before they were taken in nothing is held: the next that come are the oldest.
            self.parts.iter_mut().for_each(|part| part.oldest = None);
        }
    }

    /// Takes in what came, by time; where two came at the same time, by the order of the parts. Stops after so many
    /// entries, or where it isn't known what comes next. Answers whether all of it was taken.
    pub fn take(&mut self, fresh: &[Fresh], most: usize) -> bool {
        let mut places = vec![0; fresh.len()];
        let head =
            |place: usize, part: usize| fresh[part].arrivals.get(place).map(|head| Reverse((head.at_micros, part)));
        let mut heads: BinaryHeap<_> = (0..fresh.len()).filter_map(|part| head(0, part)).collect();
        for _ in 0..most {
            let Some(Reverse((_, part))) = heads.pop() else { return fresh.iter().all(|fresh| fresh.is_all) };
            let place: &mut usize = &mut places[part];
            let arrival = &fresh[part].arrivals[*place];
            self.push(part, arrival);
            *place += 1;
            match head(*place, part) {
                Some(next) => heads.push(next),
                None if fresh[part].is_all => {}
                None => return false,
            }
        }
        heads.is_empty() && fresh.iter().all(|fresh| fresh.is_all)
    }

    fn push(&mut self, part: usize, arrival: &Arrival) {
        let known = &mut self.parts[part];
        known.next_row = arrival.row + arrival.count;
        known.oldest.get_or_insert(arrival.row);
        let part = u16::try_from(part).unwrap_or(u16::MAX);
        let count = u32::try_from(arrival.count).unwrap_or(u32::MAX);
        let follows = |last: &&mut Entry| {
            (last.part, last.stream) == (part, arrival.stream)
                && last.row + u64::from(last.count) == arrival.row
                && last.count.checked_add(count).is_some()
        };
        if let Some(last) = self.entries.back_mut().filter(follows) {
            last.count += count;
        } else {
            self.sums.begin_entry(self.entries.len());
            self.entries.push_back(Entry { first: self.next, row: arrival.row, count, part, stream: arrival.stream });
        }
        self.sums.add(arrival.stream, count);
        self.next += u64::from(count);
        if self.entries.len() > MOST_ENTRIES
            && let Some(gone) = self.pop_front()
        {
            self.parts[gone.part as usize].set_oldest(gone.row + u64::from(gone.count));
        }
    }

    fn pop_front(&mut self) -> Option<Entry> {
        let gone = self.entries.pop_front();
        self.sums.end_entry(self.entries.len());
        gone
    }

    /// Says which rows aren't ended.
    pub fn set_open(&mut self, open: impl Iterator<Item = Open>) {
        self.open.clear();
        self.open.extend(open);
    }

    /// Shows nothing of what there is but what is drawn; of each part the row that comes next is given. Row numbers go on.
    pub fn clear(&mut self, next_rows: impl Iterator<Item = u64>, drawn: Vec<Drawn>) {
        self.entries.clear();
        self.sums.forget_entries();
        self.parts.fill(Part::default());
        let mut rows: Vec<_> = drawn.iter().flat_map(|drawn| drawn.rows.iter().map(|row| (drawn.part, row))).collect();
        rows.sort_by_key(|(_, row)| row.at_micros);
        for (part, row) in rows {
            self.push(part, row);
        }
        for (part, next_row) in self.parts.iter_mut().zip(next_rows) {
            part.next_row = next_row;
        }
        for Drawn { part, rows } in drawn {
            let part = &mut self.parts[part];
            let after = rows.iter().skip(1).map(|row| row.row).chain([part.next_row]);
            part.gaps.extend(rows.iter().map(|row| row.row + row.count).zip(after).filter(|(from, to)| from < to));
        }
    }

    /// Adds the rows of the view that are these rows of a part, as far as they are among the newest; all by one walk.
    pub fn find(&self, part: usize, rows: &mut Vec<u64>, found: &mut VecDeque<u64>) {
        rows.sort_unstable();
        let mut entries = self.entries.iter().rev().take(MOST_LOOKED_AT).filter(|entry| entry.part as usize == part);
        while let (false, Some(entry)) = (rows.is_empty(), entries.next()) {
            while let Some(row) = rows.pop_if(|row| *row >= entry.row) {
                if row < entry.row + u64::from(entry.count) {
                    found.push_back(entry.first + (row - entry.row));
                }
            }
        }
    }

    /// Where the rows of this range are, in their order; those that aren't held are left out.
    pub fn stretches(&self, range: Range<u64>) -> Vec<Stretch> {
        let start = self.entries.partition_point(|entry| entry.end() <= range.start);
        let mut stretches = Vec::new();
        for entry in self.entries.range(start..).take_while(|entry| entry.first < range.end) {
            let stretch = entry.stretch(&range);
            match stretches.last_mut().filter(|last: &&mut Stretch| last.goes_on_with(&stretch)) {
                Some(last) => last.rows.end = stretch.rows.end,
                None => stretches.push(stretch),
            }
        }
        stretches.extend(self.open_stretches(&range).map(|(_, stretch)| stretch));
        stretches
    }

    /// The rows that aren't ended, of this range.
    fn open_stretches(&self, range: &Range<u64>) -> impl DoubleEndedIterator<Item = (Stream, Stretch)> + '_ {
        let place = |row: u64| usize::try_from(row.saturating_sub(self.next)).unwrap_or(usize::MAX);
        let end = place(range.end).min(self.open.len());
        let start = place(range.start).min(end);
        let next = self.next;
        let stretch = move |(index, open): (usize, &Open)| {
            let first = next + (start + index) as u64;
            (open.stream, Stretch { first, part: open.part, rows: open.row..open.row + 1 })
        };
        self.open[start..end].iter().enumerate().map(stretch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(at_micros: i64, row: u64, count: u64) -> Arrival {
        Arrival { at_micros, row, count, stream: Stream::Stdout }
    }

    pub(super) fn open(part: usize, row: u64) -> Open {
        Open { part, row, stream: Stream::Stdout }
    }

    /// Lines that came one by one at these times.
    pub(super) fn fresh(first: u64, times: &[i64], is_all: bool) -> Fresh {
        let arrivals = (first..).zip(times).map(|(row, at_micros)| arrival(*at_micros, row, 1));
        Fresh { arrivals: arrivals.collect(), is_all }
    }

    /// As `part:row`, in the order of the view.
    pub(super) fn rows(index: &Index) -> Vec<String> {
        let stretches = index.stretches(0..u64::MAX).into_iter();
        stretches.flat_map(|stretch| stretch.rows.map(move |row| format!("{}:{row}", stretch.part))).collect()
    }

    #[test]
    fn lines_stand_in_the_order_in_which_they_came() {
        let mut index = Index::new(2, 0);
        assert!(index.take(&[fresh(0, &[10, 30, 30], true), fresh(0, &[20, 30], true)], 100));
        assert_eq!(rows(&index), ["0:0", "1:0", "0:1", "0:2", "1:1"]);
        assert!(index.take(&[fresh(3, &[5], true), fresh(2, &[], true)], 100), "a clock was set back");
        assert_eq!(rows(&index).last().map(String::as_str), Some("0:3"), "rows stay put");
        assert_eq!((index.first(), index.next()), (0, 6));
    }

    #[test]
    fn nothing_is_taken_before_what_may_come_before_it() {
        let mut index = Index::new(2, 0);
        assert!(!index.take(&[fresh(0, &[10, 20], false), fresh(0, &[15, 40], true)], 100));
        assert_eq!(rows(&index), ["0:0", "1:0", "0:1"], "of the first part more may have come before 40");
        assert!(index.take(&[fresh(2, &[30], true), fresh(1, &[40], true)], 100));
        assert_eq!(rows(&index)[3..], ["0:2", "1:1"]);
        let mut slices = Index::new(1, 0);
        assert!(!slices.take(&[fresh(0, &[1, 2, 3], true)], 2));
        assert_eq!((slices.next(), slices.next_row_of(0)), (2, 2));
    }

    #[test]
    fn what_leaves_a_console_takes_all_before_it_along() {
        let mut index = Index::new(2, 0);
        index.take(&[fresh(0, &[10, 30, 50], true), fresh(0, &[20, 40, 60], true)], 100);
        index.let_go([0, 1].into_iter());
        assert_eq!((rows(&index), index.first()), (["0:1", "1:1", "0:2", "1:2"].map(str::to_owned).to_vec(), 2));
        index.let_go([3, 0].into_iter());
        assert_eq!((rows(&index), index.first()), (vec!["1:2".to_owned()], 5));
        index.let_go([9, 9].into_iter());
        assert_eq!((index.first(), index.end()), (6, 6));
    }

    #[test]
    fn a_flood_is_one_entry_and_loses_its_beginning_only() {
        let mut index = Index::new(2, 0);
        let flood = |row, at_micros| Fresh { arrivals: vec![arrival(at_micros, row, 1000)], is_all: true };
        for turn in 0..5 {
            index.take(&[flood(turn * 1000, 1), fresh(0, &[], true)], 100);
        }
        assert_eq!(index.entries.len(), 1);
        index.let_go([4321, 0].into_iter());
        assert_eq!((index.first(), index.end()), (4321, 5000));
        let some = index.stretches(4400..4403);
        assert_eq!(some, [Stretch { first: 4400, part: 0, rows: 4400..4403 }]);
    }

    #[test]
    fn open_lines_come_last_and_are_no_more_once_they_ended() {
        let mut index = Index::new(2, 7);
        index.take(&[fresh(0, &[1], true), fresh(0, &[2], true)], 100);
        index.set_open([open(0, 1), open(1, 1), open(1, 2)].into_iter());
        assert_eq!((rows(&index), index.end()), (["0:0", "1:0", "0:1", "1:1", "1:2"].map(str::to_owned).to_vec(), 12));
        let found = [6, 7, 8, 11, 12].map(|row| index.find_row(row));
        assert_eq!(found, [None, Some((0, 0)), Some((1, 0)), Some((1, 2)), None]);
        index.take(&[fresh(1, &[3], true), fresh(1, &[], true)], 100);
        index.set_open(std::iter::empty());
        assert_eq!((rows(&index), index.end()), (["0:0", "1:0", "0:1"].map(str::to_owned).to_vec(), 10));
    }

    #[test]
    fn it_is_bounded_however_many_lines_come() {
        let mut index = Index::new(2, 0);
        for turn in 0..300_u64 {
            let times: Vec<i64> = (0..1000).collect();
            index.take(&[fresh(turn * 1000, &times, true), fresh(turn * 1000, &times, true)], usize::MAX);
        }
        assert_eq!(index.entries.len(), MOST_ENTRIES);
        assert_eq!((index.end(), index.first()), (600_000, 600_000 - MOST_ENTRIES as u64));
        index.let_go([0, 0].into_iter());
        assert_eq!(index.entries.len(), MOST_ENTRIES);
    }

    #[test]
    fn a_cleared_one_goes_on_with_what_comes_next() {
        let mut index = Index::new(2, 0);
        index.take(&[fresh(0, &[1, 2], true), fresh(0, &[1], true)], 100);
        index.clear([5, 1].into_iter(), Vec::new());
        assert_eq!((index.first(), index.end(), index.next_row_of(0)), (3, 3, 5));
        index.take(&[fresh(5, &[9], true), fresh(1, &[], true)], 100);
        assert_eq!((rows(&index), index.end()), (vec!["0:5".to_owned()], 4));
    }

    #[test]
    fn what_is_drawn_outlives_a_clear_and_leaves_by_itself() {
        let mut index = Index::new(2, 0);
        index.take(&[fresh(0, &[1, 2, 3, 4, 5, 6], true), fresh(0, &[3], true)], 100);
        let drawn = |part, rows: &[u64]| Drawn {
            part,
            rows: rows.iter().map(|row| arrival(i64::try_from(*row).unwrap(), *row, 1)).collect(),
        };
        index.clear([6, 1].into_iter(), vec![drawn(0, &[2, 4]), drawn(1, &[0])]);
        assert_eq!(rows(&index), ["1:0", "0:2", "0:4"]);
        index.take(&[fresh(6, &[7, 8], true), fresh(1, &[], true)], 100);
        index.let_go([4, 0].into_iter());
        assert_eq!(rows(&index), ["0:4", "0:6", "0:7"]);
        index.let_go([6, 0].into_iter());
        assert_eq!(rows(&index), ["0:6", "0:7"], "what came after the clear stays");
    }
}
