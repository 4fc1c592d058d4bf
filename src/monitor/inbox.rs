//! What came in: the latest datagrams, bounded in number and in bytes, with what was counted of all. Filled by the
//! receiver's thread; every look is a copy under a short lock.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use jiff::Timestamp;

use super::owner::Trouble;
use super::rate::Rate;
use super::rows::{Format, line_count, lines};
use super::sequence::{JobSequence, Sequences, numbers_in};

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub datagrams: usize,
    /// Of memory: the datagrams, and what is kept beside each.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { datagrams: 500_000, bytes: 64 * 1024 * 1024 }
    }
}

/// How it stands with the port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The port is being opened.
    Opening,
    Listening(SocketAddr),
    /// It could not be opened, or is lost.
    Failed(Trouble),
    /// It was closed on purpose.
    Closed,
}

/// What was counted since the start, or since it was cleared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub datagrams: u64,
    pub bytes: u64,
    /// Datagrams that left because there was no more room.
    pub dropped: u64,
    /// Datagrams that came while what is kept was held.
    pub passed_over: u64,
    /// Lines of echoes that are missing by their numbers.
    pub missing: u64,
    /// Datagrams within the last second.
    pub per_second: u64,
    /// Bytes within the last second.
    pub bytes_per_second: u64,
}

/// One row, as a UDP In DAT would have it. A copy shares the datagram's bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number among the rows of its format.
    pub number: u64,
    pub at: Timestamp,
    pub from: SocketAddr,
    pub datagram: Arc<[u8]>,
    /// Which of the datagram's bytes the row is.
    pub bytes: Range<usize>,
    /// Whether it is its datagram's first.
    pub is_first: bool,
    /// How many lines of the echo are missing before it.
    pub missing: u64,
}

impl Row {
    /// What the row holds.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        self.datagram.get(self.bytes.clone()).unwrap_or_default()
    }
}

#[derive(Debug)]
struct Kept {
    at: Timestamp,
    from: SocketAddr,
    bytes: Arc<[u8]>,
    /// The number of its first row in One Per Line, and in One Per Byte.
    first_line: u64,
    first_byte: u64,
    /// Before which of its lines how many are missing; mostly empty.
    missing: Box<[(u32, u64)]>,
}

impl Kept {
    fn memory(&self) -> usize {
        // Two counters stand before what an `Arc` holds, and an allocation has its own head.
        size_of::<Self>() + self.bytes.len() + self.missing.len() * size_of::<(u32, u64)>() + 32
    }

    fn first(&self, format: Format, message: u64) -> u64 {
        match format {
            Format::Message => message,
            Format::Line => self.first_line,
            Format::Byte => self.first_byte,
        }
    }

    /// Missing before any of these lines.
    fn missing_in(&self, lines: &Range<u64>) -> u64 {
        let within = self.missing.iter().filter(|(line, _)| lines.contains(&u64::from(*line)));
        within.fold(0, |sum, (_, missing)| sum.saturating_add(*missing))
    }
}

#[derive(Debug)]
struct State {
    standing: Standing,
    kept: VecDeque<Kept>,
    memory: usize,
    /// The number of the oldest that is kept.
    first_message: u64,
    end_line: u64,
    end_byte: u64,
    is_held: bool,
    counts: Counts,
    rate: Rate,
    sequences: Sequences,
}

/// See above.
#[derive(Debug)]
pub struct Inbox {
    limits: Limits,
    state: Mutex<State>,
    /// Told when something came or the standing changed.
    came: Condvar,
    watched: AtomicBool,
    /// Something came since [`Inbox::seen`]; keeps a flood from waking the window more than once per frame.
    unseen: AtomicBool,
}

/// What a reader that waits is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// There are rows from that number on.
    More,
    /// Nothing more will come.
    Over,
}

impl Inbox {
    pub(super) fn new(limits: Limits) -> Self {
        let state = State {
            standing: Standing::Opening,
            kept: VecDeque::new(),
            memory: 0,
            first_message: 0,
            end_line: 0,
            end_byte: 0,
            is_held: false,
            counts: Counts::default(),
            rate: Rate::new(Instant::now()),
            sequences: Sequences::default(),
        };
        Self {
            limits,
            state: Mutex::new(state),
            came: Condvar::new(),
            watched: AtomicBool::new(true),
            unseen: AtomicBool::new(false),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How it stands with the port.
    #[must_use]
    pub fn standing(&self) -> Standing {
        self.lock().standing.clone()
    }

    /// Waits until the port is open or can't be.
    #[must_use]
    pub fn opened(&self) -> Standing {
        let is_opening = |state: &mut State| state.standing == Standing::Opening;
        let state = self.came.wait_while(self.lock(), is_opening).unwrap_or_else(PoisonError::into_inner);
        state.standing.clone()
    }

    /// Row numbers that can be looked at now.
    #[must_use]
    pub fn rows(&self, format: Format) -> Range<u64> {
        self.lock().rows(format)
    }

    /// What was counted.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let state = self.lock();
        let (per_second, bytes_per_second) = state.rate.per_second(Instant::now());
        Counts { per_second, bytes_per_second, missing: state.sequences.missing(), ..state.counts }
    }

    /// What is known of the echoes' numbers.
    #[must_use]
    pub fn jobs(&self) -> Vec<JobSequence> {
        self.lock().sequences.jobs()
    }

    /// Appends copies of those rows of the range that are still there.
    pub fn copy_rows(&self, format: Format, range: Range<u64>, out: &mut Vec<Row>) {
        self.lock().copy_rows(format, range, out);
    }

    /// Waits for rows from that number on. `false` once nothing more will come and all was given.
    #[must_use]
    pub fn wait_for_row(&self, format: Format, row: u64) -> bool {
        self.next(format, row, || false) == Next::More
    }

    /// As [`Inbox::wait_for_row`], and given up when `is_over` says so after [`Inbox::wake_readers`].
    pub(super) fn next(&self, format: Format, row: u64, is_over: impl Fn() -> bool) -> Next {
        let must_wait = |state: &mut State| {
            let may_come = matches!(state.standing, Standing::Opening | Standing::Listening(_));
            may_come && state.rows(format).end <= row && !is_over()
        };
        let state = self.came.wait_while(self.lock(), must_wait).unwrap_or_else(PoisonError::into_inner);
        if is_over() || state.rows(format).end <= row { Next::Over } else { Next::More }
    }

    pub(super) fn wake_readers(&self) {
        // Under the lock, so that no reader is between its look and its wait.
        let _state = self.lock();
        self.came.notify_all();
    }

    /// While held, what is kept stays as it is; what comes is counted and passed over.
    pub fn hold(&self, is_held: bool) {
        self.lock().is_held = is_held;
    }

    /// Forgets what came, and counts from nothing; row numbers go on.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.first_message += state.kept.len() as u64;
        state.kept = VecDeque::new();
        state.memory = 0;
        state.counts = Counts::default();
        state.sequences = Sequences::default();
        state.rate = Rate::new(Instant::now());
    }

    /// Whether somebody sees it: only then does what comes wake the window.
    pub fn set_watched(&self, watched: bool) {
        self.watched.store(watched, Ordering::Relaxed);
    }

    /// Says that it was looked at, so that what comes next wakes the window again. Call it before copying.
    pub fn seen(&self) {
        self.unseen.store(false, Ordering::Release);
    }

    /// Keeps a datagram.
    pub(super) fn push(&self, from: SocketAddr, bytes: &[u8]) {
        // All that takes time is done before the lock is.
        let numbers = numbers_in(bytes);
        let line_count = line_count(bytes);
        let (at, now) = (Timestamp::now(), Instant::now());
        let bytes: Arc<[u8]> = bytes.into();
        let mut state = self.lock();
        let mut missing = Vec::new();
        for number in numbers {
            match state.sequences.take(from.ip(), number.job, number.seq) {
                0 => {}
                count => missing.push((number.line, count)),
            }
        }
        state.counts.datagrams += 1;
        state.counts.bytes += bytes.len() as u64;
        state.rate.add(now, bytes.len());
        if state.is_held {
            state.counts.passed_over += 1;
            return;
        }
        let (first_line, first_byte) = (state.end_line, state.end_byte);
        let length = bytes.len() as u64;
        let kept = Kept { at, from, bytes, first_line, first_byte, missing: missing.into() };
        state.end_line += line_count;
        state.end_byte += length;
        state.memory += kept.memory();
        state.kept.push_back(kept);
        while state.kept.len() > self.limits.datagrams || state.memory > self.limits.bytes {
            let Some(oldest) = state.kept.pop_front() else { break };
            state.memory -= oldest.memory();
            state.first_message += 1;
            state.counts.dropped += 1;
        }
    }

    /// Tells readers that something came; whether the window should be woken.
    pub(super) fn announce(&self) -> bool {
        self.came.notify_all();
        self.watched.load(Ordering::Relaxed) && !self.unseen.swap(true, Ordering::AcqRel)
    }

    pub(super) fn set_standing(&self, standing: Standing) {
        self.lock().standing = standing;
        self.came.notify_all();
    }
}

impl State {
    fn rows(&self, format: Format) -> Range<u64> {
        let end_message = self.first_message + self.kept.len() as u64;
        let (first, end) = match format {
            Format::Message => (self.first_message, end_message),
            Format::Line => (self.kept.front().map_or(self.end_line, |kept| kept.first_line), self.end_line),
            Format::Byte => (self.kept.front().map_or(self.end_byte, |kept| kept.first_byte), self.end_byte),
        };
        first..end
    }

    fn copy_rows(&self, format: Format, range: Range<u64>, out: &mut Vec<Row>) {
        let held = self.rows(format);
        let range = range.start.max(held.start)..range.end.min(held.end);
        if range.is_empty() {
            return;
        }
        // The last that begins at or before the row: of one without rows the next begins at the same number.
        let start = match format {
            Format::Message => usize::try_from(range.start - self.first_message).unwrap_or(usize::MAX),
            Format::Line => self.kept.partition_point(|kept| kept.first_line <= range.start).saturating_sub(1),
            Format::Byte => self.kept.partition_point(|kept| kept.first_byte <= range.start).saturating_sub(1),
        };
        for (index, kept) in self.kept.iter().enumerate().skip(start) {
            let first = kept.first(format, self.first_message + index as u64);
            if first >= range.end {
                break;
            }
            copy_rows_of(kept, format, first, &range, out);
        }
    }
}

/// Those rows of one datagram that are wanted.
fn copy_rows_of(kept: &Kept, format: Format, first: u64, range: &Range<u64>, out: &mut Vec<Row>) {
    let row = |number: u64, bytes: Range<usize>, missing: u64| Row {
        number,
        at: kept.at,
        from: kept.from,
        datagram: Arc::clone(&kept.bytes),
        bytes,
        is_first: number == first,
        missing,
    };
    let all = 0..u64::MAX;
    let (skipped, count) = (range.start.saturating_sub(first), range.end - first.max(range.start));
    let [skipped, count] = [skipped, count].map(|rows| usize::try_from(rows).unwrap_or(usize::MAX));
    match format {
        Format::Message => out.push(row(first, 0..kept.bytes.len(), kept.missing_in(&all))),
        Format::Line => out.extend(lines(&kept.bytes).enumerate().skip(skipped).take(count).map(|(index, bytes)| {
            let line = index as u64;
            row(first + line, bytes, kept.missing_in(&(line..line + 1)))
        })),
        Format::Byte => out.extend((0..kept.bytes.len()).skip(skipped).take(count).map(|index| {
            let missing = if index == 0 { kept.missing_in(&all) } else { 0 };
            row(first + index as u64, index..index + 1, missing)
        })),
    }
}

#[cfg(test)]
mod tests;
