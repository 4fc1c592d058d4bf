//! A job's latest lines in memory, bounded in lines and in bytes.
//!
//! Lines lie in chunks: one buffer of bytes and a small entry per line. The oldest chunk leaves as a whole. Rows are
//! addressed by an absolute number that never changes, so a view stays put while old lines leave. Bytes are kept as
//! they came; text is made (lossily) only of the rows that somebody looks at.

use std::collections::VecDeque;
use std::ops::Range;

use jiff::Timestamp;

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

const CHUNK_BYTES: usize = 64 * 1024;
const CHUNK_LINES: usize = 1024;

#[derive(Debug)]
struct Chunk {
    first: u64,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    /// Where the line ends in the chunk's bytes; it starts where the one before ends.
    end: u32,
    stream: Stream,
    is_cut: bool,
    /// Microseconds since 1970: half the size of a `Timestamp`, and there are a hundred thousand of these.
    at_micros: i64,
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
        let needs_chunk = self.chunks.back().is_none_or(|chunk| {
            chunk.entries.len() >= CHUNK_LINES
                || (!chunk.entries.is_empty() && chunk.bytes.len() + bytes.len() > CHUNK_BYTES)
        });
        if needs_chunk {
            if let Some(full) = self.chunks.back_mut() {
                full.bytes.shrink_to_fit();
                full.entries.shrink_to_fit();
            }
            self.chunks.push_back(Chunk { first: self.next, bytes: Vec::new(), entries: Vec::new() });
        }
        let Some(chunk) = self.chunks.back_mut() else { return };
        chunk.bytes.extend_from_slice(bytes);
        let end = u32::try_from(chunk.bytes.len()).unwrap_or(u32::MAX);
        chunk.entries.push(Entry { end, stream, is_cut: cut_bytes > 0, at_micros: at.as_microsecond() });
        if cut_bytes > 0 {
            self.cuts.push_back((self.next, cut_bytes));
        }
        self.lines += 1;
        self.bytes += bytes.len();
        self.next += 1;
        self.let_go();
    }

    fn let_go(&mut self) {
        while self.chunks.len() > 1 && (self.lines > self.limits.lines || self.bytes > self.limits.bytes) {
            let Some(oldest) = self.chunks.pop_front() else { return };
            self.lines -= oldest.entries.len();
            self.dropped += oldest.entries.len() as u64;
            self.bytes -= oldest.bytes.len();
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
        let start = self.chunks.partition_point(|chunk| chunk.first + chunk.entries.len() as u64 <= range.start);
        for chunk in self.chunks.range(start..) {
            if chunk.first >= range.end {
                break;
            }
            let from = usize::try_from(range.start.saturating_sub(chunk.first)).unwrap_or(0);
            let mut begin = from.checked_sub(1).map_or(0, |before| chunk.entries[before].end as usize);
            for (number, entry) in (chunk.first + from as u64..range.end).zip(&chunk.entries[from..]) {
                let bytes = &chunk.bytes[begin..entry.end as usize];
                begin = entry.end as usize;
                let at = Timestamp::from_microsecond(entry.at_micros).unwrap_or_default();
                let cut_bytes = if entry.is_cut { self.cut_bytes(number) } else { 0 };
                visit(&KeptRow { number, stream: entry.stream, at, bytes, cut_bytes, is_open: false });
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
        let index = self.chunks.partition_point(|chunk| chunk.first + chunk.entries.len() as u64 <= from);
        let Some(chunk) = self.chunks.get(index) else { return self.next };
        let skipped = usize::try_from(from.saturating_sub(chunk.first)).unwrap_or(0);
        let mut begin = skipped.checked_sub(1).map_or(0, |before| chunk.entries[before].end as usize);
        block.bytes.reserve(chunk.bytes.len() - begin + chunk.entries.len());
        for entry in &chunk.entries[skipped..] {
            block.push(&chunk.bytes[begin..entry.end as usize]);
            begin = entry.end as usize;
        }
        chunk.first + chunk.entries.len() as u64
    }

    fn cut_bytes(&self, number: u64) -> u64 {
        self.cuts.iter().find(|(cut, _)| *cut == number).map_or(0, |(_, bytes)| *bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
