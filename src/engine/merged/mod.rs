//! One view of several consoles: their lines in the order in which they came.
//!
//! It keeps no line, only which line of which console stands in which row. Rows have numbers as a console's have: they
//! stay put while old ones leave. It is brought up to date while somebody looks, a little in each frame, or by the
//! searching thread where there is much; nothing happens while nobody looks.

mod index;
mod look;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, TryLockError};

use super::console::{Console, lock};
use super::scrollback::Stream;
use super::search::{Block, Searched, Turn};
use crate::model::Streams;
use index::{Drawn, Fresh, Index, Open};

/// How many entries one turn takes in; each is a line, or many that came together.
const PER_TURN: usize = 1024;
/// The same for a frame, which has a thousandth of a second at the most.
const PER_FRAME: usize = 256;
/// How large a piece is that is searched at once, in bytes and in lines.
const BLOCK_BYTES: usize = 64 * 1024;
const BLOCK_LINES: usize = 1024;

/// Several consoles as one.
#[derive(Debug)]
pub struct Merged {
    parts: Vec<Arc<Console>>,
    index: Mutex<Index>,
    redrawn: Mutex<Redrawn>,
    /// Changes with what is shown.
    generation: AtomicU64,
    /// What the parts' generations came to when all of them was taken in.
    taken: AtomicU64,
    pub(super) turn: Turn,
}

/// Rows that were drawn over after they had ended, by their numbers in the view; for whoever searches.
#[derive(Debug, Default)]
struct Redrawn {
    /// Of each part: how many redraws were looked at.
    seen: Vec<u64>,
    rows: VecDeque<u64>,
    /// How many were forgotten.
    left: u64,
}

/// As many are remembered for searches that are behind.
const MOST_REDRAWN: usize = 4096;

impl Redrawn {
    /// For searches that begin now, in other parts.
    fn with_parts(&self, before: &[Option<usize>]) -> Self {
        let seen = |part: &Option<usize>| part.and_then(|part| self.seen.get(part)).copied().unwrap_or_default();
        Self { seen: before.iter().map(seen).collect(), ..Self::default() }
    }

    /// Takes in some rows of each part. Answers whether those are all.
    fn take_in(&mut self, parts: &[Arc<Console>], index: &Index, most: usize) -> bool {
        self.seen.resize(parts.len(), 0);
        let (mut is_all, mut there) = (true, Vec::new());
        for ((at, part), seen) in (0..).zip(parts).zip(&mut self.seen) {
            there.clear();
            let (told, is_last) = part.redrawn_rows(*seen, most, &mut there);
            *seen = told;
            is_all &= is_last;
            index.find(at, &mut there, &mut self.rows);
        }
        let excess = self.rows.len().saturating_sub(MOST_REDRAWN);
        self.rows.drain(..excess);
        self.left += excess as u64;
        is_all
    }
}

impl Merged {
    /// A view of these, whose first row has a number that no row had before, where it takes the place of another view.
    #[must_use]
    pub fn new(parts: Vec<Arc<Console>>, first: u64) -> Self {
        let index = Mutex::new(Index::new(parts.len(), first));
        Self {
            parts,
            index,
            redrawn: Mutex::default(),
            generation: AtomicU64::new(0),
            taken: AtomicU64::new(u64::MAX),
            turn: Turn::default(),
        }
    }

    /// The same view with other parts. Rows keep their numbers, of parts that are no more they leave gaps; what a new part
    /// has comes after what was there.
    #[must_use]
    pub fn with_parts(&self, parts: Vec<Arc<Console>>) -> Self {
        let place = |part: &Arc<Console>| self.parts.iter().position(|known| Arc::ptr_eq(known, part));
        let before: Vec<_> = parts.iter().map(place).collect();
        let index = lock(&self.index);
        let redrawn = lock(&self.redrawn).with_parts(&before);
        Self {
            parts,
            index: Mutex::new(index.with_parts(&before)),
            redrawn: Mutex::new(redrawn),
            generation: AtomicU64::new(0),
            taken: AtomicU64::new(u64::MAX),
            turn: Turn::default(),
        }
    }

    /// Row numbers that can be shown now.
    #[must_use]
    pub fn rows(&self) -> Range<u64> {
        let index = lock(&self.index);
        index.first()..index.end()
    }

    /// Shows nothing of what came so far but what is still being drawn; row numbers go on, and the consoles keep what they
    /// have.
    pub fn clear(&self) {
        let drawn = (0..).zip(&self.parts).map(|(at, part)| Drawn { part: at, rows: part.drawn_arrivals() }).collect();
        lock(&self.index).clear(self.parts.iter().map(|part| part.total_lines()), drawn);
        self.generation.fetch_add(1, Ordering::Relaxed);
        self.taken.store(u64::MAX, Ordering::Release);
    }

    /// Takes in a little of what came since the last look. Answers whether that was all; never waits.
    #[must_use]
    pub fn catch_up(&self) -> bool {
        match self.index.try_lock() {
            Ok(mut index) => self.take_in(&mut index, PER_FRAME),
            Err(TryLockError::Poisoned(poisoned)) => self.take_in(&mut poisoned.into_inner(), PER_FRAME),
            Err(TryLockError::WouldBlock) => false,
        }
    }

    /// The same on a thread of ours, which has more time.
    pub(super) fn go_on(&self) -> bool {
        self.take_in(&mut lock(&self.index), PER_TURN)
    }

    /// Whether there is nothing to be taken in.
    #[must_use]
    pub fn is_current(&self) -> bool {
        self.taken.load(Ordering::Acquire) == self.came()
    }

    fn came(&self) -> u64 {
        self.parts.iter().fold(0, |sum, part| sum.wrapping_add(part.generation()))
    }

    fn take_in(&self, index: &mut Index, most: usize) -> bool {
        let came = self.came();
        if self.taken.load(Ordering::Acquire) == came {
            return true;
        }
        index.let_go(self.parts.iter().map(|part| part.rows().start));
        let fresh: Vec<_> = (0..).zip(&self.parts).map(|(at, part)| fresh(part, index.next_row_of(at), most)).collect();
        let is_all = index.take(&fresh, most);
        // What isn't ended stands after the ended lines, of which none is missing now.
        let open = (0..).zip(&self.parts).filter(|_| is_all);
        let open: Vec<_> = open.flat_map(|(at, part)| open_rows(at, part, index.next_row_of(at))).collect();
        index.set_open(open.into_iter());
        let is_all = lock(&self.redrawn).take_in(&self.parts, index, most) && is_all;
        self.generation.fetch_add(1, Ordering::Relaxed);
        if is_all {
            self.taken.store(came, Ordering::Release);
        }
        is_all
    }
}

/// Unended lines of one console: one of stdout, one of stderr.
const MOST_OPEN: u64 = 2;

/// Of the console in that place.
fn open_rows(at: usize, part: &Console, next_row: u64) -> impl Iterator<Item = Open> {
    let end = part.rows().end;
    let rows = end.saturating_sub(MOST_OPEN).max(next_row)..end;
    rows.filter_map(move |row| Some(Open { part: at, row, stream: part.stream_of(row)? }))
}

fn fresh(part: &Console, next_row: u64, most: usize) -> Fresh {
    let mut arrivals = Vec::new();
    let is_all = part.arrivals(next_row, most, &mut arrivals);
    Fresh { arrivals, is_all }
}

impl Searched for Merged {
    fn rows(&self) -> Range<u64> {
        self.rows()
    }

    fn ended(&self) -> u64 {
        lock(&self.index).next()
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    fn copy_block(&self, from: u64, block: &mut Block) -> u64 {
        let index = lock(&self.index);
        let (from, stretches) = index.next_stretches(from, BLOCK_LINES as u64);
        drop(index);
        block.restart(from);
        for stretch in stretches {
            if block.bytes.len() >= BLOCK_BYTES {
                break;
            }
            let wanted = block.ends.len() + usize::try_from(stretch.rows.end - stretch.rows.start).unwrap_or(0);
            let before = block.ends.len() as u64;
            let first = stretch.rows.start;
            self.parts[stretch.part].visit_rows(stretch.rows, |row| {
                // A line that left meanwhile is searched as an empty one: rows keep their number.
                while (block.ends.len() as u64) < before + (row.number - first) {
                    block.push(b"");
                }
                block.push(row.bytes);
            });
            while block.ends.len() < wanted {
                block.push(b"");
            }
        }
        from + block.ends.len() as u64
    }

    fn visit_redrawn(&self, since: u64, most: usize, visit: &mut dyn FnMut(u64, Stream, &[u8])) -> (u64, bool) {
        let known = lock(&self.redrawn);
        let since = since.max(known.left);
        let skipped = usize::try_from(since - known.left).unwrap_or(usize::MAX);
        let rows: Vec<u64> = known.rows.iter().skip(skipped).take(most).copied().collect();
        let told = since + rows.len() as u64;
        let is_last = told >= known.left + known.rows.len() as u64;
        drop(known);
        let index = lock(&self.index);
        let stretches: Vec<_> = rows.into_iter().flat_map(|row| index.stretches(row..row + 1)).collect();
        drop(index);
        for stretch in stretches {
            self.parts[stretch.part].visit_rows(stretch.rows, |row| visit(stretch.first, row.stream, row.bytes));
        }
        (told, is_last)
    }

    fn retain_of(&self, streams: Streams, rows: &mut Vec<u64>) {
        let index = lock(&self.index);
        rows.retain(|row| index.stream_of(*row).is_some_and(|stream| stream.is_in(streams)));
    }

    fn visit_open(&self, visit: &mut dyn FnMut(u64, Stream, &[u8])) {
        let index = lock(&self.index);
        let stretches = index.stretches(index.next()..index.end());
        drop(index);
        for stretch in stretches {
            self.parts[stretch.part].visit_rows(stretch.rows, |row| visit(stretch.first, row.stream, row.bytes));
        }
    }
}

#[cfg(test)]
mod tests;
