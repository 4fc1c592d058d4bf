//! The lines of one job that wait for their turn at one target, as they came: they become datagrams when they are sent, so
//! that those which are skipped cost next to nothing. Bounded in lines and in bytes.

use std::borrow::Cow;
use std::collections::VecDeque;

use jiff::Timestamp;

use crate::engine::scrollback::Stream;

/// Lines of one stream that came together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch<'a> {
    pub lines: Vec<Cow<'a, str>>,
    pub stream: Stream,
    /// The number of the first; each has the next.
    pub first_seq: u64,
    pub at: Timestamp,
    /// How much the last of them has lost.
    pub cut_bytes: u64,
}

/// How much waits at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub lines: usize,
    pub bytes: usize,
}

/// A line in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting<'a> {
    pub line: &'a str,
    pub stream: Stream,
    pub seq: u64,
    pub at: Timestamp,
    pub cut_bytes: u64,
}

#[derive(Debug)]
struct Chunk {
    text: String,
    ends: Vec<usize>,
    stream: Stream,
    first_seq: u64,
    at: Timestamp,
    cut_bytes: u64,
}

#[derive(Debug, Default)]
pub(super) struct LineQueue {
    chunks: VecDeque<Chunk>,
    /// How many lines of the first chunk have gone.
    gone: usize,
    lines: usize,
    bytes: usize,
    /// How many were skipped right before the first that waits.
    skipped: u64,
}

impl LineQueue {
    pub(super) fn is_empty(&self) -> bool {
        self.lines == 0
    }

    /// Puts the lines from this one on at the end. Where that is too much, the oldest go until half of the room is free, so
    /// that what is left hangs together and one notice tells of many. Answers how many went.
    pub(super) fn push(&mut self, batch: &Batch<'_>, from: usize, room: Room) -> u64 {
        let lines = &batch.lines[from..];
        if lines.is_empty() {
            return 0;
        }
        let mut text = String::with_capacity(lines.iter().map(|line| line.len()).sum());
        let mut ends = Vec::with_capacity(lines.len());
        for line in lines {
            text.push_str(line);
            ends.push(text.len());
        }
        self.lines += ends.len();
        self.bytes += text.len();
        let first_seq = batch.first_seq + from as u64;
        let Batch { stream, at, cut_bytes, .. } = *batch;
        self.chunks.push_back(Chunk { text, ends, stream, first_seq, at, cut_bytes });
        let mut went = 0;
        if self.lines > room.lines || self.bytes > room.bytes {
            while self.lines > room.lines.div_ceil(2) || (self.bytes > room.bytes / 2 && self.lines > 1) {
                self.advance();
                went += 1;
            }
        }
        self.skipped += went;
        went
    }

    /// The oldest line.
    pub(super) fn front(&self) -> Option<Waiting<'_>> {
        let Chunk { text, ends, stream, first_seq, at, cut_bytes } = self.chunks.front()?;
        let start = self.gone.checked_sub(1).map_or(0, |before| ends[before]);
        let is_last = self.gone + 1 == ends.len();
        Some(Waiting {
            line: &text[start..ends[self.gone]],
            stream: *stream,
            seq: first_seq + self.gone as u64,
            at: *at,
            cut_bytes: if is_last { *cut_bytes } else { 0 },
        })
    }

    /// Lets the oldest line go.
    pub(super) fn advance(&mut self) {
        let Some(front) = self.front() else { return };
        self.bytes -= front.line.len();
        self.lines -= 1;
        self.gone += 1;
        if self.chunks.front().is_some_and(|chunk| chunk.ends.len() == self.gone) {
            self.chunks.pop_front();
            self.gone = 0;
        }
    }

    /// How many were skipped right before the oldest line; from now on nobody need be told.
    pub(super) fn take_skipped(&mut self) -> u64 {
        std::mem::take(&mut self.skipped)
    }

    /// Gives all of them up, and answers how many they were.
    pub(super) fn clear(&mut self) -> u64 {
        let lines = self.lines as u64;
        *self = Self::default();
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(lines: &[&'static str], first_seq: u64) -> Batch<'static> {
        let lines = lines.iter().map(|line| Cow::Borrowed(*line)).collect();
        Batch { lines, stream: Stream::Stdout, first_seq, at: Timestamp::UNIX_EPOCH, cut_bytes: 7 }
    }

    fn drain(queue: &mut LineQueue) -> Vec<(u64, String, u64)> {
        let mut drained = Vec::new();
        while let Some(front) = queue.front() {
            drained.push((front.seq, front.line.to_owned(), front.cut_bytes));
            queue.advance();
        }
        drained
    }

    const WIDE: Room = Room { lines: 100, bytes: 1000 };

    #[test]
    fn lines_come_as_they_went() {
        let mut queue = LineQueue::default();
        queue.push(&batch(&["sent", "a", "", "ö"], 1), 1, WIDE);
        queue.push(&batch(&["b"], 5), 0, WIDE);
        queue.push(&batch(&["sent"], 6), 1, WIDE);
        let line = |seq, text: &str, cut| (seq, text.to_owned(), cut);
        assert_eq!(drain(&mut queue), [line(2, "a", 0), line(3, "", 0), line(4, "ö", 7), line(5, "b", 7)]);
        assert!(queue.is_empty() && queue.bytes == 0 && queue.take_skipped() == 0);
    }

    #[test]
    fn the_oldest_go_and_half_of_the_room_is_free_then() {
        let mut queue = LineQueue::default();
        let room = Room { lines: 4, bytes: 1000 };
        assert_eq!(queue.push(&batch(&["1", "2", "3"], 1), 0, room), 0);
        assert_eq!(queue.push(&batch(&["4", "5", "6"], 4), 0, room), 4);
        assert_eq!(queue.take_skipped(), 4);
        assert_eq!(drain(&mut queue).iter().map(|line| line.0).collect::<Vec<_>>(), [5, 6]);
    }

    #[test]
    fn long_lines_are_bounded_too_and_the_latest_stays() {
        let mut queue = LineQueue::default();
        let room = Room { lines: 4, bytes: 5 };
        assert_eq!(queue.push(&batch(&["1234", "567890"], 1), 0, room), 1);
        assert_eq!(queue.push(&batch(&["x"], 3), 0, room), 1);
        assert_eq!(queue.clear(), 1);
        assert!(queue.front().is_none() && queue.bytes == 0);
    }
}
