//! Which rows of a view of several consoles are of which kind, and how many: told by sums over blocks of entries, so that
//! a look costs the same however many rows of hidden kinds lie between two that are shown.

use std::collections::VecDeque;
use std::ops::Range;

use super::{Index, Stretch};
use crate::engine::scrollback::Stream;
use crate::model::Streams;

/// How many entries have a sum of their own.
const BLOCK: usize = 512;

const ALL_STREAMS: [Stream; 3] = [Stream::Stdout, Stream::Stderr, Stream::Notice];

/// How many rows of each stream there ever were, up to the end of each block of entries.
#[derive(Debug, Default)]
pub(super) struct Sums {
    /// How many entries of the first block left.
    left: usize,
    /// Of every block but the last.
    ends: VecDeque<[u64; 3]>,
    all: [u64; 3],
}

impl Sums {
    /// An entry comes behind so many that are held.
    pub(super) fn begin_entry(&mut self, held: usize) {
        if held > 0 && (self.left + held).is_multiple_of(BLOCK) {
            self.ends.push_back(self.all);
        }
    }

    pub(super) fn add(&mut self, stream: Stream, count: u32) {
        self.all[stream.index()] += u64::from(count);
    }

    /// The oldest entry left; so many are held still.
    pub(super) fn end_entry(&mut self, held: usize) {
        self.left = (self.left + 1) % BLOCK;
        match held {
            0 => self.forget_entries(),
            _ if self.left == 0 => drop(self.ends.pop_front()),
            _ => {}
        }
    }

    /// There are no entries any more.
    pub(super) fn forget_entries(&mut self) {
        self.left = 0;
        self.ends.clear();
    }

    /// Of these streams, up to the end of a block.
    fn up_to_end_of(&self, block: usize, streams: Streams) -> u64 {
        let sums = self.ends.get(block).unwrap_or(&self.all);
        ALL_STREAMS.iter().filter(|stream| stream.is_in(streams)).map(|stream| sums[stream.index()]).sum()
    }

    /// The block of the entry in this place.
    fn block_of(&self, place: usize) -> usize {
        (self.left + place) / BLOCK
    }

    /// The places of a block's entries.
    fn places_of(&self, block: usize) -> Range<usize> {
        (block * BLOCK).saturating_sub(self.left)..(block + 1) * BLOCK - self.left
    }

    /// Whether it is known that nothing in a block is of these streams.
    fn has_none(&self, block: usize, streams: Streams) -> bool {
        let before = block.checked_sub(1).map(|before| self.up_to_end_of(before, streams));
        before == Some(self.up_to_end_of(block, streams))
    }
}

impl Index {
    /// Of which kind a row is that ended, if it is held.
    pub fn stream_of(&self, row: u64) -> Option<Stream> {
        let place = self.entries.partition_point(|entry| entry.end() <= row);
        self.entries.get(place).filter(|entry| entry.first <= row).map(|entry| entry.stream)
    }

    /// Which console a row is of that is held, and its number there.
    pub fn find_row(&self, row: u64) -> Option<(usize, u64)> {
        if let Some(place) = row.checked_sub(self.next) {
            return self.open.get(usize::try_from(place).ok()?).map(|open| (open.part, open.row));
        }
        let place = self.entries.partition_point(|entry| entry.end() <= row);
        let entry = self.entries.get(place).filter(|entry| entry.first <= row)?;
        Some((entry.part as usize, entry.row + (row - entry.first)))
    }

    /// How many rows of these streams there ever were before that one.
    pub fn place_of(&self, row: u64, streams: Streams) -> u64 {
        let place = self.entries.partition_point(|entry| entry.end() <= row);
        let block = self.sums.block_of(place);
        let end = self.sums.places_of(block).end.min(self.entries.len());
        let is_of_them = |stream: Stream| stream.is_in(streams);
        let behind = self.entries.range(place..end).filter(|entry| is_of_them(entry.stream));
        let behind: u64 = behind.map(|entry| u64::from(entry.count)).sum();
        let within = self.entries.get(place).filter(|entry| is_of_them(entry.stream));
        let within = within.map_or(0, |entry| row.saturating_sub(entry.first));
        let open = self.open_stretches(&(self.next..row.max(self.next))).filter(|(stream, _)| is_of_them(*stream));
        self.sums.up_to_end_of(block, streams) - behind + within + open.count() as u64
    }

    /// Where at most `most` rows of these streams are, in order: the first of the range, or the last.
    pub fn find_rows(&self, range: &Range<u64>, streams: Streams, (most, last): (usize, bool)) -> Vec<Stretch> {
        let mut found = Found { stretches: Vec::new(), missing: most as u64, last };
        if last {
            self.find_last(range, streams, &mut found);
            found.stretches.reverse();
        } else {
            self.find_first(range, streams, &mut found);
        }
        found.stretches
    }

    fn find_first(&self, range: &Range<u64>, streams: Streams, found: &mut Found) {
        let mut place = self.entries.partition_point(|entry| entry.end() <= range.start);
        while let Some(entry) = self.entries.get(place).filter(|entry| entry.first < range.end && !found.is_enough()) {
            let block = self.sums.block_of(place);
            if self.sums.has_none(block, streams) {
                place = self.sums.places_of(block).end;
                continue;
            }
            if entry.stream.is_in(streams) {
                found.add(entry.stretch(range));
            }
            place += 1;
        }
        for (_, stretch) in self.open_stretches(range).filter(|(stream, _)| stream.is_in(streams)) {
            found.add(stretch);
        }
    }

    /// From the newest backwards.
    fn find_last(&self, range: &Range<u64>, streams: Streams, found: &mut Found) {
        for (_, stretch) in self.open_stretches(range).rev().filter(|(stream, _)| stream.is_in(streams)) {
            found.add(stretch);
        }
        let mut end = self.entries.partition_point(|entry| entry.first < range.end);
        while let Some(place) = end.checked_sub(1).filter(|_| !found.is_enough()) {
            let entry = self.entries[place];
            if entry.end() <= range.start {
                break;
            }
            let block = self.sums.block_of(place);
            if self.sums.has_none(block, streams) {
                end = self.sums.places_of(block).start;
                continue;
            }
            if entry.stream.is_in(streams) {
                found.add(entry.stretch(range));
            }
            end = place;
        }
    }
}

/// What was found, up to where it is enough.
struct Found {
    stretches: Vec<Stretch>,
    missing: u64,
    /// It is looked for from the newest backwards.
    last: bool,
}

impl Found {
    const fn is_enough(&self) -> bool {
        self.missing == 0
    }

    fn add(&mut self, mut stretch: Stretch) {
        let count = stretch.rows.end - stretch.rows.start;
        let excess = count.saturating_sub(self.missing);
        if self.last {
            stretch.first += excess;
            stretch.rows.start += excess;
        } else {
            stretch.rows.end -= excess;
        }
        if count > excess {
            self.missing -= count - excess;
            self.stretches.push(stretch);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fresh, Open};
    use super::*;
    use crate::engine::scrollback::Arrival;

    fn kinds(stdout: bool, stderr: bool, notices: bool) -> Streams {
        Streams { stdout, stderr, notices }
    }

    /// Rows of three consoles as they come and leave, each with its kind; and how many left.
    fn history(seed: u64) -> (Index, Vec<(u64, usize, u64, Stream)>) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut index = Index::new(3, 5);
        let (mut rows, mut next, mut all) = ([0; 3], 5, Vec::new());
        for turn in 0..random.i64(1..3000) {
            let part = random.usize(0..3);
            let stream = ALL_STREAMS[if random.u16(..if seed.is_multiple_of(2) { 9 } else { 900 }) == 0 {
                random.usize(0..3)
            } else {
                part % 2
            }];
            let arrival = Arrival { at_micros: turn, row: rows[part], count: random.u64(1..4), stream };
            rows[part] += arrival.count;
            for row in arrival.row..rows[part] {
                all.push((next, part, row, stream));
                next += 1;
            }
            let nothing = || Fresh { arrivals: Vec::new(), is_all: true };
            let mut fresh = [nothing(), nothing(), nothing()];
            fresh[part].arrivals.push(arrival);
            assert!(index.take(&fresh, 10));
            if random.u8(..60) == 0 {
                index.let_go(rows.iter().map(|row| row / 3));
            }
            if random.u16(..3000) == 0 {
                index.clear(rows.into_iter(), Vec::new());
            }
        }
        index.set_open([Open { part: 1, row: rows[1], stream: Stream::Stderr }].into_iter());
        all.push((next, 1, rows[1], Stream::Stderr));
        (index, all)
    }

    /// Of those rows the ended ones that are still held.
    fn held_all<'a>(
        all: &'a [(u64, usize, u64, Stream)],
        index: &'a Index,
    ) -> impl Iterator<Item = &'a (u64, usize, u64, Stream)> {
        all.iter().filter(|row| (index.first()..index.next()).contains(&row.0))
    }

    #[test]
    fn rows_of_some_kinds_are_found_and_counted_as_if_one_looked_at_each() {
        for seed in 0..60 {
            let (index, all) = history(seed);
            let mut random = fastrand::Rng::with_seed(seed);
            for _ in 0..100 {
                let streams = kinds(random.bool(), random.bool(), random.bool());
                let (one, other) = (random.u64(0..index.end() + 3), random.u64(0..index.end() + 3));
                let (range, most) = (one.min(other)..one.max(other), random.usize(0..40));
                let held: Vec<_> = all.iter().filter(|row| row.0 >= index.first() && row.3.is_in(streams)).collect();
                let mut expected: Vec<_> = held.iter().filter(|row| range.contains(&row.0)).collect();
                let last = random.bool();
                let excess = expected.len().saturating_sub(most);
                if last {
                    expected.drain(..excess);
                }
                expected.truncate(most);
                let expected: Vec<_> = expected.into_iter().map(|row| (row.0, row.1, row.2)).collect();
                let each = |stretch: Stretch| {
                    (stretch.first..).zip(stretch.rows).map(move |(at, row)| (at, stretch.part, row))
                };
                let found: Vec<_> = index.find_rows(&range, streams, (most, last)).into_iter().flat_map(each).collect();
                assert_eq!(found, expected, "{seed}: {streams:?} in {range:?}, {most} {last}");
                let row = random.u64(index.first()..index.end() + 3);
                let kind = held_all(&all, &index).find(|known| known.0 == row).map(|known| known.3);
                assert_eq!(index.stream_of(row), kind, "{seed}: {row}");
                let place = all.iter().filter(|known| known.0 < row && known.3.is_in(streams)).count();
                assert_eq!(index.place_of(row, streams), place as u64, "{seed}: {streams:?} before {row}");
            }
        }
    }

    #[test]
    fn an_entry_takes_what_is_said_of_it() {
        assert_eq!(size_of::<super::super::Entry>(), 24);
    }
}
