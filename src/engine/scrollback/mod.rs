//! A job's latest lines in memory, bounded in lines and in bytes.
//!
//! Lines lie in chunks: one buffer of bytes, each line's end, and a time and a stream for all lines that came together.
//! The oldest chunk leaves as a whole, and its room is used again. Rows are addressed by an absolute number that never
//! changes, so a view stays put while old lines leave. Bytes are kept as they came, line ends too, so that a flood is
//! copied by the read and not by the line; text is made (lossily) only of the rows that somebody looks at.

mod chunk;
mod draw;
mod find;
mod look;
mod redrawn;
mod row;
mod settled;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use jiff::Timestamp;
use memchr::memchr;

use chunk::Chunk;
use redrawn::{Latest, Redrawn};
pub use row::{Arrival, KeptRow, Limits, Row, Stream};
use settled::Settled;

#[derive(Debug)]
struct Open {
    bytes: Vec<u8>,
    at: Timestamp,
}

/// The lines themselves. Not shared: the console puts a lock around it.
#[derive(Debug)]
pub struct Scrollback {
    limits: Limits,
    chunks: VecDeque<Chunk>,
    /// The chunk that left last, for its room.
    spare: Option<Chunk>,
    /// The first row that is shown; higher than the first kept after a clear.
    cleared_to: u64,
    /// Lines and bytes kept in all chunks.
    lines: usize,
    bytes: usize,
    /// The memory of all chunks but the newest.
    full_bytes: usize,
    /// Lines that left for want of room.
    dropped: u64,
    next: u64,
    /// How many lines of each stream ever came, up to the last chunk's.
    of_stream: [u64; 3],
    /// Unended lines of stdout and stderr, shown after the kept ones.
    open: [Option<Open>; 2],
    /// How many bytes were cut, for the few lines that were.
    cuts: VecDeque<(u64, u64)>,
    /// The latest rows of stdout and stderr, which can be drawn over.
    latest: [Latest; 2],
    redrawn: Redrawn,
    settled: Settled,
}

impl Scrollback {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            chunks: VecDeque::new(),
            spare: None,
            cleared_to: 0,
            lines: 0,
            bytes: 0,
            full_bytes: 0,
            dropped: 0,
            next: 0,
            of_stream: [0; 3],
            open: [None, None],
            cuts: VecDeque::new(),
            latest: Default::default(),
            redrawn: Redrawn::default(),
            settled: Settled::default(),
        }
    }

    /// Keeps a whole line, letting the oldest go where there is no more room.
    pub fn push(&mut self, stream: Stream, at: Timestamp, bytes: &[u8], cut_bytes: u64) {
        if cut_bytes > 0 {
            self.cuts.push_back((self.next, cut_bytes));
        }
        let chunk = self.chunk_for(bytes.len() + 1);
        chunk.begin_batch(stream, at);
        chunk.take_line(bytes);
        self.count(stream, 1, bytes.len() + 1);
    }

    /// Keeps whole lines, each with the `\n` or `\r\n` that ends it.
    pub fn push_lines(&mut self, stream: Stream, at: Timestamp, mut lines: &[u8]) {
        while let Some(first_end) = memchr(b'\n', lines) {
            let chunk = self.chunk_for(first_end + 1);
            let before = chunk.ends.len();
            chunk.begin_batch(stream, at);
            let taken = chunk.take_lines(lines);
            let count = chunk.ends.len() - before;
            lines = &lines[taken..];
            self.count(stream, count, taken);
        }
    }

    /// The chunk that a line of so many bytes goes into.
    fn chunk_for(&mut self, bytes: usize) -> &mut Chunk {
        if !self.chunks.back().is_some_and(|chunk| chunk.has_room_for(bytes)) {
            self.begin_chunk();
        }
        let last = self.chunks.len() - 1;
        &mut self.chunks[last]
    }

    fn begin_chunk(&mut self) {
        if let Some(full) = self.chunks.back_mut() {
            full.shrink();
            self.full_bytes += full.size_bytes();
        }
        self.settle_counts();
        let next = self.spare.take().unwrap_or_default().emptied(self.next, self.of_stream);
        self.chunks.push_back(next);
    }

    /// Counts what the last chunk holds with what was before it.
    fn settle_counts(&mut self) {
        if let Some(last) = self.chunks.back() {
            self.of_stream = std::array::from_fn(|stream| last.before[stream] + last.counts[stream]);
        }
    }

    fn count(&mut self, stream: Stream, lines: usize, bytes: usize) {
        self.lines += lines;
        self.bytes += bytes;
        let first = self.next;
        self.next += lines as u64;
        if let Some(latest) = slot(stream) {
            self.settle(stream, lines as u64);
            self.latest[latest].add(first..self.next);
        }
        self.let_go();
    }

    fn let_go(&mut self) {
        while self.chunks.len() > 1 && (self.lines > self.limits.lines || self.kept_bytes() > self.limits.bytes) {
            self.spare = self.take_oldest();
        }
    }

    fn kept_bytes(&self) -> usize {
        self.bytes + self.redrawn.size_bytes()
    }

    /// Gives up its oldest chunk, with its memory; `false` if there is none but the newest.
    pub(super) fn give_up_oldest(&mut self) -> bool {
        self.chunks.len() > 1 && self.take_oldest().is_some()
    }

    fn take_oldest(&mut self) -> Option<Chunk> {
        let oldest = self.chunks.pop_front()?;
        self.lines -= oldest.ends.len();
        self.dropped += oldest.ends.len() as u64;
        self.bytes -= oldest.bytes.len();
        self.full_bytes -= oldest.size_bytes();
        let first = self.first();
        while self.cuts.front().is_some_and(|(number, _)| *number < first) {
            self.cuts.pop_front();
        }
        self.redrawn.let_go(first);
        Some(oldest)
    }

    /// The memory that it takes, without its newest chunk, which changes with every line.
    pub(super) fn full_bytes(&self) -> usize {
        self.full_bytes + self.redrawn.size_bytes()
    }

    /// Shows `bytes` as the unended line of a stream; empty takes it away.
    pub fn set_open(&mut self, stream: Stream, at: Timestamp, bytes: &[u8]) {
        let slot = match stream {
            Stream::Stdout => &mut self.open[0],
            Stream::Stderr => &mut self.open[1],
            Stream::Notice => return,
        };
        match slot {
            _ if bytes.is_empty() => *slot = None,
            Some(open) => {
                open.bytes.clear();
                open.bytes.extend_from_slice(bytes);
                open.at = at;
            }
            None => *slot = Some(Open { bytes: bytes.to_vec(), at }),
        }
    }

    /// Takes the unended lines away, with what stood in them.
    pub fn take_open(&mut self) -> Vec<(Stream, Vec<u8>)> {
        let open = [Stream::Stdout, Stream::Stderr].into_iter().zip(&mut self.open);
        open.filter_map(|(stream, slot)| Some((stream, slot.take()?.bytes))).collect()
    }

    /// The number of the oldest row that can be shown.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.chunks.front().map_or(self.next, |chunk| chunk.first).max(self.cleared_to)
    }

    /// One past the newest row, unended ones included.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.next + self.open.iter().flatten().count() as u64
    }

    /// How many whole lines ever came.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.next
    }

    /// How many lines left for want of room.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Shows nothing of what came so far but the rows from `from` on that are still being drawn: these go on as new ones,
    /// so that nothing of what stood between them stays. Numbers go on.
    pub fn clear(&mut self, from: u64) {
        let drawn = self.take_drawn(from);
        // What is left of those goes.
        for stream in [Stream::Stdout, Stream::Stderr] {
            self.settle(stream, u64::MAX);
        }
        self.cleared_to = self.next;
        self.settle_counts();
        self.chunks.clear();
        self.spare = None;
        self.cuts.clear();
        self.lines = 0;
        self.bytes = 0;
        self.full_bytes = 0;
        self.redrawn.let_go(self.next);
        self.put_drawn(drawn);
    }
}

/// Notices are never drawn over.
fn slot(stream: Stream) -> Option<usize> {
    match stream {
        Stream::Stdout => Some(0),
        Stream::Stderr => Some(1),
        Stream::Notice => None,
    }
}
