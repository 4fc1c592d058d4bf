//! A job's latest lines in memory, bounded in lines and in bytes.
//!
//! Lines lie in chunks: one buffer of bytes, each line's end, and a time and a stream for all lines that came together.
//! The oldest chunk leaves as a whole, and its room is used again. Rows are addressed by an absolute number that never
//! changes, so a view stays put while old lines leave. Bytes are kept as they came, line ends too, so that a flood is
//! copied by the read and not by the line; text is made (lossily) only of the rows that somebody looks at.

use std::collections::VecDeque;
use std::ops::Range;

use jiff::Timestamp;
use memchr::memchr;

use super::chunk::Chunk;
use super::lines::without_end;

use super::search::Block;

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    Stdout,
    Stderr,
    /// Ours: what Sidestage itself has to say of the job.
    Notice,
}

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub lines: usize,
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { lines: 100_000, bytes: 32 * 1024 * 1024 }
    }
}

/// One row as somebody looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub number: u64,
    pub stream: Stream,
    pub at: Timestamp,
    /// As UTF-8, what isn't replaced by U+FFFD.
    pub text: String,
    /// More bytes of this line came than are kept.
    pub cut_bytes: u64,
    /// The line isn't ended yet: it may still grow or be redrawn.
    pub is_open: bool,
}

/// One row as it is kept: its bytes as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeptRow<'a> {
    pub number: u64,
    pub stream: Stream,
    pub at: Timestamp,
    pub bytes: &'a [u8],
    pub cut_bytes: u64,
    pub is_open: bool,
}

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
    /// Lines that left for want of room.
    dropped: u64,
    next: u64,
    /// Unended lines of stdout and stderr, shown after the kept ones.
    open: [Option<Open>; 2],
    /// How many bytes were cut, for the few lines that were.
    cuts: VecDeque<(u64, u64)>,
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
            dropped: 0,
            next: 0,
            open: [None, None],
            cuts: VecDeque::new(),
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
        self.count(1, bytes.len() + 1);
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
            self.count(count, taken);
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
        }
        let next = self.spare.take().unwrap_or_default().emptied(self.next);
        self.chunks.push_back(next);
    }

    fn count(&mut self, lines: usize, bytes: usize) {
        self.lines += lines;
        self.bytes += bytes;
        self.next += lines as u64;
        self.let_go();
    }

    fn let_go(&mut self) {
        while self.chunks.len() > 1 && (self.lines > self.limits.lines || self.bytes > self.limits.bytes) {
            let Some(oldest) = self.chunks.pop_front() else { return };
            self.lines -= oldest.ends.len();
            self.dropped += oldest.ends.len() as u64;
            self.bytes -= oldest.bytes.len();
            self.spare = Some(oldest);
            let first = self.first();
            while self.cuts.front().is_some_and(|(number, _)| *number < first) {
                self.cuts.pop_front();
            }
        }
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

    /// Shows nothing of what came so far. Numbers go on.
    pub fn clear(&mut self) {
        self.cleared_to = self.next;
        self.chunks.clear();
        self.spare = None;
        self.cuts.clear();
        self.lines = 0;
        self.bytes = 0;
    }

    /// Copies rows to look at; those of `range` that aren't kept are left out.
    pub fn copy_rows(&self, range: Range<u64>, rows: &mut Vec<Row>) {
        self.visit_rows(range, |row| {
            rows.push(Row {
                number: row.number,
                stream: row.stream,
                at: row.at,
                text: String::from_utf8_lossy(row.bytes).into_owned(),
                cut_bytes: row.cut_bytes,
                is_open: row.is_open,
            });
        });
    }

    /// Shows rows as they are kept; those of `range` that aren't are left out.
    pub fn visit_rows(&self, range: Range<u64>, mut visit: impl FnMut(&KeptRow<'_>)) {
        let range = range.start.max(self.first())..range.end.min(self.end());
        let start = self.chunks.partition_point(|chunk| chunk.first + chunk.ends.len() as u64 <= range.start);
        for chunk in self.chunks.range(start..) {
            if chunk.first >= range.end {
                break;
            }
            let from = usize::try_from(range.start.saturating_sub(chunk.first)).unwrap_or(0);
            let mut begin = from.checked_sub(1).map_or(0, |before| chunk.ends[before] as usize);
            let batch = chunk.batches.partition_point(|batch| batch.from as usize <= from).saturating_sub(1);
            let mut batches = chunk.batches[batch..].iter().peekable();
            let Some(mut batch) = batches.next() else { continue };
            for ((place, &end), number) in
                (0_u32..).zip(&chunk.ends).skip(from).zip(chunk.first + from as u64..range.end)
            {
                while let Some(next) = batches.next_if(|next| next.from <= place) {
                    batch = next;
                }
                let bytes = without_end(&chunk.bytes[begin..end as usize]);
                begin = end as usize;
                let at = Timestamp::from_microsecond(batch.at_micros).unwrap_or_default();
                let cut_bytes = self.cut_bytes(number);
                visit(&KeptRow { number, stream: batch.stream, at, bytes, cut_bytes, is_open: false });
            }
        }
        let mut number = self.next;
        for (stream, open) in [Stream::Stdout, Stream::Stderr].into_iter().zip(&self.open) {
            let Some(open) = open else { continue };
            if range.contains(&number) {
                visit(&KeptRow { number, stream, at: open.at, bytes: &open.bytes, cut_bytes: 0, is_open: true });
            }
            number += 1;
        }
    }

    /// Copies the whole lines from row `from` on that lie in one chunk, if there are any; answers which row comes next.
    pub(super) fn copy_block(&self, from: u64, block: &mut Block) -> u64 {
        let from = from.max(self.first());
        block.restart(from);
        let index = self.chunks.partition_point(|chunk| chunk.first + chunk.ends.len() as u64 <= from);
        let Some(chunk) = self.chunks.get(index) else { return self.next };
        let skipped = usize::try_from(from.saturating_sub(chunk.first)).unwrap_or(0);
        let mut begin = skipped.checked_sub(1).map_or(0, |before| chunk.ends[before] as usize);
        block.bytes.reserve(chunk.bytes.len() - begin);
        for &end in &chunk.ends[skipped..] {
            block.push(without_end(&chunk.bytes[begin..end as usize]));
            begin = end as usize;
        }
        chunk.first + chunk.ends.len() as u64
    }

    fn cut_bytes(&self, number: u64) -> u64 {
        self.cuts.binary_search_by_key(&number, |(cut, _)| *cut).map_or(0, |at| self.cuts[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::chunk::{CHUNK_BYTES, CHUNK_LINES};

    const LIMITS: Limits = Limits { lines: 3000, bytes: 1 << 20 };

    fn filled(count: u64) -> Scrollback {
        let mut scrollback = Scrollback::new(LIMITS);
        for number in 0..count {
            scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, format!("line {number}").as_bytes(), 0);
        }
        scrollback
    }

    fn texts(scrollback: &Scrollback, range: Range<u64>) -> Vec<String> {
        let mut rows = Vec::new();
        scrollback.copy_rows(range, &mut rows);
        rows.iter().map(|row| format!("{}: {}", row.number, row.text)).collect()
    }

    #[test]
    fn a_clock_that_is_set_back_changes_the_order_of_nothing() {
        let mut scrollback = Scrollback::new(LIMITS);
        for (second, text) in [(7200, "first"), (3600, "second"), (-5, "third")] {
            scrollback.push(Stream::Stdout, Timestamp::from_second(second).unwrap(), text.as_bytes(), 0);
        }
        scrollback.set_open(Stream::Stdout, Timestamp::from_second(60).unwrap(), b"open");
        let mut rows = Vec::new();
        scrollback.copy_rows(0..9, &mut rows);
        let rows: Vec<_> = rows.iter().map(|row| (row.number, row.at.as_second(), row.text.as_str())).collect();
        assert_eq!(rows, [(0, 7200, "first"), (1, 3600, "second"), (2, -5, "third"), (3, 60, "open")]);
    }

    #[test]
    fn a_flood_is_kept_as_its_single_lines_would_be() {
        // Lines of all sizes, empty ones and the longest too, so that chunks end at lines and at bytes.
        let mut seed = 7_usize;
        let mut lines: Vec<Vec<u8>> = (0..3000)
            .map(|number| {
                seed = seed.wrapping_mul(48_271) % 0x7fff_ffff;
                vec![b'a' + u8::try_from(number % 26).unwrap(); if seed.is_multiple_of(3) { 0 } else { seed % 150 }]
            })
            .collect();
        lines.insert(2000, vec![b'x'; CHUNK_BYTES]);
        let (mut single, mut flood) = (Scrollback::new(LIMITS), Scrollback::new(LIMITS));
        for (batch, lines) in (0_i64..).zip(lines.chunks(70)) {
            let stream = if batch % 3 == 0 { Stream::Stderr } else { Stream::Stdout };
            let at = Timestamp::from_second(batch / 2).unwrap();
            let end: &[u8] = if batch % 5 == 0 { b"\r\n" } else { b"\n" };
            for line in lines {
                single.push(stream, at, line, 0);
            }
            flood.push_lines(stream, at, &lines.iter().flat_map(|line| [line, end].concat()).collect::<Vec<_>>());
            single.push(stream, at, b"cut", 5);
            flood.push(stream, at, b"cut", 5);
        }
        let rows = |scrollback: &Scrollback, from: u64| {
            let mut rows = Vec::new();
            scrollback.copy_rows(from..u64::MAX, &mut rows);
            rows
        };
        let from = single.first().max(flood.first());
        assert!(flood.end() - from > 1500, "{from} to {}", flood.end());
        assert!(rows(&single, from) == rows(&flood, from));
        assert!(rows(&flood, from + 777)[..] == rows(&flood, from)[777..]);
        assert!(rows(&flood, from).iter().any(|row| row.cut_bytes == 5));
    }

    #[test]
    fn a_million_empty_lines_are_bounded() {
        let mut scrollback = Scrollback::new(LIMITS);
        for _ in 0..16 {
            scrollback.push_lines(Stream::Stdout, Timestamp::UNIX_EPOCH, &vec![b'\n'; 65_536]);
        }
        assert!(scrollback.lines <= LIMITS.lines && scrollback.lines > LIMITS.lines - CHUNK_LINES);
        assert_eq!((scrollback.total(), scrollback.total() - scrollback.first()), (1 << 20, scrollback.lines as u64));
        assert_eq!(texts(&scrollback, (1 << 20) - 1..2 << 20), ["1048575: "]);
    }

    #[test]
    fn rows_keep_their_number_while_old_ones_leave() {
        let scrollback = filled(10_000);
        assert!(scrollback.first() >= 10_000 - LIMITS.lines as u64 && scrollback.first() < 8_100);
        assert_eq!(texts(&scrollback, 9_998..20_000), ["9998: line 9998", "9999: line 9999"]);
        assert_eq!(texts(&scrollback, 0..scrollback.first() + 1).len(), 1, "what is gone is left out");
        let across = texts(&scrollback, 8_190..8_194);
        assert_eq!(across, ["8190: line 8190", "8191: line 8191", "8192: line 8192", "8193: line 8193"]);
    }

    #[test]
    fn bytes_are_bounded_too() {
        let mut scrollback = Scrollback::new(Limits { lines: 1_000_000, bytes: 1 << 20 });
        for _ in 0..200 {
            scrollback.push(Stream::Stderr, Timestamp::UNIX_EPOCH, &vec![b'x'; 60_000], 7);
        }
        assert!(scrollback.bytes <= 1 << 20);
        assert!(scrollback.cuts.len() <= scrollback.lines);
        let mut rows = Vec::new();
        scrollback.copy_rows(199..200, &mut rows);
        assert_eq!((rows[0].text.len(), rows[0].cut_bytes), (60_000, 7));
    }

    #[test]
    fn an_unended_line_is_the_last_row() {
        let mut scrollback = filled(2);
        scrollback.set_open(Stream::Stdout, Timestamp::UNIX_EPOCH, b"name? ");
        scrollback.set_open(Stream::Stderr, Timestamp::UNIX_EPOCH, b"50 %");
        assert_eq!(texts(&scrollback, 1..9), ["1: line 1", "2: name? ", "3: 50 %"]);
        scrollback.set_open(Stream::Stdout, Timestamp::UNIX_EPOCH, b"");
        assert_eq!(texts(&scrollback, 2..9), ["2: 50 %"]);
    }

    #[test]
    fn clearing_shows_nothing_and_numbers_go_on() {
        let mut scrollback = filled(5);
        scrollback.clear();
        assert_eq!(scrollback.first(), 5);
        scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, b"new", 0);
        assert_eq!(texts(&scrollback, 0..9), ["5: new"]);
    }

    #[test]
    fn bytes_that_are_not_utf8_are_shown_lossily() {
        let mut scrollback = Scrollback::new(LIMITS);
        scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, b"caf\xe9", 0);
        assert_eq!(texts(&scrollback, 0..1), ["0: caf\u{fffd}"]);
    }
}
