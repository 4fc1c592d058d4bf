//! A part of a scrollback that leaves as a whole: bytes, where each line ends in them, and what is the same for all lines
//! that came together. Knows no row number but its first line's.

use std::ops::Range;

use jiff::Timestamp;
use memchr::memchr_iter;

use super::Stream;

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
    /// How many lines of each stream there ever were before it, and how many are in it.
    pub before: [u64; 3],
    pub counts: [u64; 3],
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
        self.count(1);
    }

    /// Counts lines of the present batch.
    fn count(&mut self, lines: usize) {
        if let Some(batch) = self.batches.last() {
            self.counts[batch.stream.index()] += lines as u64;
        }
    }

    /// Takes as many of these whole lines as fit in. Answers how many bytes that were.
    pub(super) fn take_lines(&mut self, lines: &[u8]) -> usize {
        let (base, lines_before) = (self.bytes.len(), self.ends.len());
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
        self.count(self.ends.len() - lines_before);
        taken
    }

    /// One past its last row.
    pub(super) fn end(&self) -> u64 {
        self.first + self.ends.len() as u64
    }

    /// Its rows by where they came from, in order.
    pub(super) fn runs(&self) -> impl DoubleEndedIterator<Item = (Stream, Range<u64>)> + '_ {
        (0..self.batches.len()).map(|index| {
            let from = self.first + u64::from(self.batches[index].from);
            let end = self.batches.get(index + 1).map_or(self.end(), |next| self.first + u64::from(next.from));
            (self.batches[index].stream, from..end)
        })
    }

    /// Where a row of it came from.
    pub(super) fn stream_of(&self, row: u64) -> Option<Stream> {
        let place = row.checked_sub(self.first)?;
        let index = self.batches.partition_point(|batch| u64::from(batch.from) <= place);
        Some(self.batches[index.checked_sub(1)?].stream)
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

    /// The memory that it takes.
    pub(super) fn size_bytes(&self) -> usize {
        self.bytes.capacity() + self.ends.capacity() * size_of::<u32>() + self.batches.capacity() * size_of::<Batch>()
    }

    /// Empty, to begin at this row, before which there were so many lines of each stream.
    pub(super) fn emptied(mut self, first: u64, before: [u64; 3]) -> Self {
        self.bytes.clear();
        self.ends.clear();
        self.batches.clear();
        self.first = first;
        (self.before, self.counts) = (before, [0; 3]);
        self
    }
}

/// A place in a chunk, of which none is as large as that.
fn small(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
