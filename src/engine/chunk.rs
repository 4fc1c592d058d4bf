//! A part of a scrollback that leaves as a whole: bytes, where each line ends in them, and what is the same for all lines
//! that came together. Knows no row number but its first line's.

use jiff::Timestamp;
use memchr::memchr_iter;

use super::scrollback::Stream;

pub(super) const CHUNK_BYTES: usize = 64 * 1024;
pub(super) const CHUNK_LINES: usize = 1024;

#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub first: u64,
    /// Lines with their ends.
    pub bytes: Vec<u8>,
    /// Where each line ends in the bytes; it starts where the one before ends.
    pub ends: Vec<u32>,
    pub batches: Vec<Batch>,
}

/// Lines that came together, up to the next batch of the chunk.
#[derive(Clone, Copy, Debug)]
pub(super) struct Batch {
    /// The first one's place in the chunk.
    pub from: u32,
    pub stream: Stream,
    /// Microseconds since 1970: half the size of a `Timestamp`, and a quiet job has as many of these as lines.
    pub at_micros: i64,
}

impl Chunk {
    /// Whether a line of so many bytes, its end included, still fits in. Into an empty one every line does.
    pub(super) fn has_room_for(&self, bytes: usize) -> bool {
        self.ends.is_empty() || (self.ends.len() < CHUNK_LINES && self.bytes.len() + bytes <= CHUNK_BYTES)
    }

    /// Says when the lines that come now came, and where from.
    pub(super) fn begin_batch(&mut self, stream: Stream, at: Timestamp) {
        let at_micros = at.as_microsecond();
        if self.batches.last().is_none_or(|last| (last.stream, last.at_micros) != (stream, at_micros)) {
            self.batches.push(Batch { from: small(self.ends.len()), stream, at_micros });
        }
    }

    /// Takes a line that it has room for.
    pub(super) fn take_line(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        self.ends.push(small(self.bytes.len()));
    }

    /// Takes as many of these whole lines as fit in. Answers how many bytes that were.
    pub(super) fn take_lines(&mut self, lines: &[u8]) -> usize {
        let base = self.bytes.len();
        let mut taken = 0;
        for end in memchr_iter(b'\n', lines) {
            let fits = self.ends.is_empty() || (self.ends.len() < CHUNK_LINES && base + end < CHUNK_BYTES);
            if !fits {
                break;
            }
            taken = end + 1;
            self.ends.push(small(base + taken));
        }
        self.bytes.extend_from_slice(&lines[..taken]);
        taken
    }

    /// Gives back what it will not need, unless that is little.
    pub(super) fn shrink(&mut self) {
        if self.bytes.capacity() > self.bytes.len() + self.bytes.len() / 16 {
            self.bytes.shrink_to_fit();
        }
        if self.ends.capacity() > self.ends.len() + self.ends.len() / 16 {
            self.ends.shrink_to_fit();
        }
        self.batches.shrink_to_fit();
    }

    /// Empty, to begin at this row.
    pub(super) fn emptied(mut self, first: u64) -> Self {
        self.bytes.clear();
        self.ends.clear();
        self.batches.clear();
        self.first = first;
        self
    }
}

/// A place in a chunk, of which none is as large as that.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
