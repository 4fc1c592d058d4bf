//! Runs' output on disk. One thread writes the logs of all runs, so that a slow disk is not the readers' business.
//!
//! A reader leaves what it read in its run's buffer and goes on; only where the buffer is full does it wait, since what is
//! logged is complete. Formatting, files and the history are the writer's: see [`sink`].

mod folder;
mod history;
mod sink;
mod text;

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::console::lock;
use super::lifecycle::Ending;
use super::scrollback::Stream;
use crate::model::LogPlan;
use sink::{About, Sink};

/// How much of a run's output waits for the disk before its reader does.
const BUFFER_BYTES: usize = 8 * 1024 * 1024;

/// More than this is written at once; less waits a moment for more, so that a job that talks line by line costs fifty
/// writes a second and not thousands.
const HURRY_BYTES: usize = 256 * 1024;

/// That moment, in which a panel that is killed loses what it holds.
const LINGER: Duration = Duration::from_millis(10);

/// How long a reader waits for a disk that takes nothing at all. Then a hole in the log is better than a show that
/// stands still.
const PATIENCE: Duration = Duration::from_secs(10);

/// The same where the tree was killed, or ended: somebody waits for the run's end.
const SHORT_PATIENCE: Duration = Duration::from_secs(1);

/// A read of at least so many bytes is not copied: the batch takes the reader's buffer and gives another.
const BLOCK_BYTES: usize = 16 * 1024;

/// Some bytes of a stream that came together.
#[derive(Clone, Copy, Debug)]
struct Mark {
    stream: Stream,
    at: Timestamp,
    bytes: usize,
    /// They begin the batch's next block.
    is_block: bool,
}

/// The engine's logs: the queue to the thread that writes them all.
#[derive(Debug, Default)]
pub(super) struct Logs {
    queue: Arc<Queue>,
    has_thread: Mutex<bool>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    work: Condvar,
    idle: Condvar,
    /// Grows with every write that the disk took.
    progress: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    runs: Vec<Arc<RunLog>>,
    in_hurry: bool,
    /// The writer has taken runs and isn't done with them.
    is_writing: bool,
    ends: bool,
}

/// Says something in the job's console.
type Tell = Arc<dyn Fn(&str) + Send + Sync>;

impl Logs {
    /// The log of a run that starts now.
    ///
    /// # Errors
    /// The system gives no thread to write it.
    pub(super) fn begin(&self, plan: LogPlan, run: u32, tell: Tell) -> std::io::Result<Arc<RunLog>> {
        {
            let mut has_thread = lock(&self.has_thread);
            if !*has_thread {
                let queue = Arc::clone(&self.queue);
                std::thread::Builder::new().name("write logs".to_owned()).spawn(move || queue.work())?;
                *has_thread = true;
            }
        }
        let about = About { plan, run, started: Timestamp::now(), since: Instant::now() };
        let log = Arc::new(RunLog::new(Arc::clone(&self.queue), Sink::new(about, tell)));
        log.wake_writer(lock(&log.buffer), false);
        Ok(log)
    }

    /// Waits until all is written, but no longer than this; then ends the writer.
    pub(super) fn finish(&self, patience: Duration) {
        let mut waiting = lock(&self.queue.waiting);
        waiting.ends = true;
        self.queue.work.notify_one();
        if *lock(&self.has_thread) {
            let busy = |waiting: &mut Waiting| waiting.is_writing || !waiting.runs.is_empty();
            let waited = self.queue.idle.wait_timeout_while(waiting, patience, busy);
            if waited.unwrap_or_else(PoisonError::into_inner).1.timed_out() {
                tracing::warn!("the disk takes no more; the ends of some logs are lost");
            }
        }
    }
}

impl Queue {
    fn work(&self) {
        while let Some(runs) = self.next() {
            for run in &runs {
                run.write_out(&self.progress);
            }
            drop(runs);
            let mut waiting = lock(&self.waiting);
            waiting.is_writing = false;
            if waiting.runs.is_empty() {
                self.idle.notify_all();
            }
        }
    }

    fn next(&self) -> Option<Vec<Arc<RunLog>>> {
        let nothing = |waiting: &mut Waiting| waiting.runs.is_empty() && !waiting.ends;
        let waiting = self.work.wait_while(lock(&self.waiting), nothing);
        let waiting = waiting.unwrap_or_else(PoisonError::into_inner);
        let no_hurry = |waiting: &mut Waiting| !waiting.in_hurry && !waiting.ends;
        let waiting = self.work.wait_timeout_while(waiting, LINGER, no_hurry);
        let (mut waiting, _) = waiting.unwrap_or_else(PoisonError::into_inner);
        if waiting.runs.is_empty() {
            return None;
        }
        waiting.in_hurry = false;
        waiting.is_writing = true;
        Some(std::mem::take(&mut waiting.runs))
    }
}

/// One run's log, as its readers and the supervisor have it.
pub(super) struct RunLog {
    queue: Arc<Queue>,
    buffer: Mutex<Buffer>,
    room: Condvar,
    /// The writer's alone.
    sink: Mutex<Sink>,
    path: Mutex<Option<PathBuf>>,
}

impl std::fmt::Debug for RunLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("RunLog").field("path", &self.path()).finish_non_exhaustive()
    }
}

/// What waits to be written.
#[derive(Debug)]
struct Buffer {
    batch: Batch,
    turn: Turn,
    /// Readers don't wait for room: the disk took nothing when one last did.
    is_stuck: bool,
    /// How long readers wait for a disk that takes nothing.
    patience: Duration,
    has_ended: bool,
}

impl Buffer {
    fn new() -> Self {
        let patience = PATIENCE;
        Self { batch: Batch::default(), turn: Turn::None, is_stuck: false, patience, has_ended: false }
    }
}

/// Whether the writer knows that something waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    None,
    Queued,
    /// It was told not to wait for more.
    Hurried,
}

/// What the writer takes at once.
#[derive(Debug, Default)]
struct Batch {
    /// What came in small pieces, one after another.
    bytes: Vec<u8>,
    /// What came in large ones: readers' buffers.
    blocks: Vec<Vec<u8>>,
    /// Buffers for readers whose own becomes a block.
    spare_blocks: Vec<Vec<u8>>,
    marks: Vec<Mark>,
    /// Output that found no room after all this, in bytes.
    lost_bytes: u64,
    /// The process is there since the last batch.
    spawned: Option<u32>,
    ending: Option<(Ending, Timestamp, Instant)>,
}

impl Batch {
    fn size(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(Vec::len).sum();
        self.bytes.len() + blocks + self.marks.len() * size_of::<Mark>()
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.size() + bytes <= BUFFER_BYTES
    }

    fn push(&mut self, stream: Stream, bytes: &[u8]) {
        let at = Timestamp::now();
        self.bytes.extend_from_slice(bytes);
        match self.marks.last_mut() {
            Some(last)
                if !last.is_block && last.stream == stream && last.at.as_millisecond() == at.as_millisecond() =>
            {
                last.bytes += bytes.len();
            }
            Some(_) | None => self.marks.push(Mark { stream, at, bytes: bytes.len(), is_block: false }),
        }
    }

    /// Takes a buffer that begins with so many bytes of output, and leaves another as large.
    fn push_block(&mut self, stream: Stream, buffer: &mut Vec<u8>, bytes: usize) {
        let spare = self.spare_blocks.pop().filter(|spare| spare.len() == buffer.len());
        let next = spare.unwrap_or_else(|| vec![0; buffer.len()]);
        self.blocks.push(std::mem::replace(buffer, next));
        self.marks.push(Mark { stream, at: Timestamp::now(), bytes, is_block: true });
    }
}

impl RunLog {
    fn new(queue: Arc<Queue>, sink: Sink) -> Self {
        let (buffer, sink) = (Mutex::new(Buffer::new()), Mutex::new(sink));
        Self { queue, buffer, room: Condvar::new(), sink, path: Mutex::new(None) }
    }

    /// Where the log is written now; `None` until there is a file.
    pub(super) fn path(&self) -> Option<PathBuf> {
        lock(&self.path).clone()
    }

    /// Logs what was read, so many bytes at the buffer's beginning, as it came. May give another buffer in its place.
    /// Waits while too much is to be written and the disk takes anything.
    pub(super) fn output(self: &Arc<Self>, stream: Stream, read: &mut Vec<u8>, bytes: usize) {
        let is_block = bytes >= BLOCK_BYTES;
        let room = if is_block { read.len() } else { bytes };
        let mut buffer = lock(&self.buffer);
        if buffer.has_ended {
            return;
        }
        if !buffer.batch.has_room(room) {
            buffer = self.wait_for_room(buffer, room);
        }
        match (buffer.batch.has_room(room), is_block) {
            (true, true) => buffer.batch.push_block(stream, read, bytes),
            (true, false) => buffer.batch.push(stream, &read[..bytes]),
            (false, _) => buffer.batch.lost_bytes += bytes as u64,
        }
        let in_hurry = buffer.batch.size() > HURRY_BYTES;
        self.wake_writer(buffer, in_hurry);
    }

    /// Logs something of ours; there is always room for that.
    pub(super) fn notice(self: &Arc<Self>, text: &str) {
        let mut buffer = lock(&self.buffer);
        if !buffer.has_ended {
            buffer.batch.push(Stream::Notice, text.as_bytes());
            buffer.batch.push(Stream::Notice, b"\n");
            self.wake_writer(buffer, false);
        }
    }

    /// The run has a process: its first line in the history.
    pub(super) fn spawned(self: &Arc<Self>, pid: u32) {
        let mut buffer = lock(&self.buffer);
        buffer.batch.spawned = Some(pid);
        self.wake_writer(buffer, false);
    }

    /// The run has ended: nothing is logged any more, and the history has its second line.
    pub(super) fn end(self: &Arc<Self>, ending: &Ending) {
        let mut buffer = lock(&self.buffer);
        if !buffer.has_ended {
            buffer.has_ended = true;
            buffer.batch.ending = Some((ending.clone(), Timestamp::now(), Instant::now()));
            self.wake_writer(buffer, true);
        }
    }

    /// Somebody waits for the run's end: a disk that takes nothing is waited for a moment only.
    pub(super) fn hurry(&self) {
        lock(&self.buffer).patience = SHORT_PATIENCE;
        self.room.notify_all();
    }

    fn wait_for_room<'a>(&'a self, mut buffer: MutexGuard<'a, Buffer>, bytes: usize) -> MutexGuard<'a, Buffer> {
        let mut progress = self.queue.progress.load(Ordering::Relaxed);
        let mut since = Instant::now();
        while !buffer.is_stuck && !buffer.batch.has_room(bytes) {
            let left = buffer.patience.saturating_sub(since.elapsed());
            if left.is_zero() {
                let now = self.queue.progress.load(Ordering::Relaxed);
                buffer.is_stuck = now == progress;
                (progress, since) = (now, Instant::now());
            } else {
                buffer = self.room.wait_timeout(buffer, left).unwrap_or_else(PoisonError::into_inner).0;
            }
        }
        buffer
    }

    fn wake_writer(self: &Arc<Self>, mut buffer: MutexGuard<'_, Buffer>, in_hurry: bool) {
        let before = buffer.turn;
        buffer.turn = before.max(if in_hurry { Turn::Hurried } else { Turn::Queued });
        let is_changed = buffer.turn != before;
        drop(buffer);
        if is_changed {
            let mut waiting = lock(&self.queue.waiting);
            if before == Turn::None {
                waiting.runs.push(Arc::clone(self));
            }
            waiting.in_hurry |= in_hurry;
            drop(waiting);
            self.queue.work.notify_one();
        }
    }

    /// Writes what waits. The writer's thread calls it.
    fn write_out(&self, progress: &AtomicU64) {
        let mut sink = lock(&self.sink);
        let mut batch = sink.take_spare();
        {
            let mut buffer = lock(&self.buffer);
            std::mem::swap(&mut batch, &mut buffer.batch);
            (buffer.turn, buffer.is_stuck) = (Turn::None, false);
        }
        self.room.notify_all();
        sink.write(batch, progress);
        let path = sink.path();
        if *lock(&self.path) != path {
            *lock(&self.path) = path;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::exit::Exit;
    use crate::model::LogLimits;

    /// A log whose writer is the test: it stands for a disk that takes nothing until it is told to.
    fn slow(dir: &std::path::Path) -> Arc<RunLog> {
        let plan = LogPlan { preset: "Test".to_owned(), folder: dir.to_owned(), limits: LogLimits::default() };
        let about = About { plan, run: 1, started: Timestamp::now(), since: Instant::now() };
        Arc::new(RunLog::new(Arc::default(), Sink::new(about, Arc::new(|_| {}))))
    }

    fn write(log: &RunLog) {
        log.write_out(&log.queue.progress);
    }

    fn end(log: &Arc<RunLog>) -> String {
        log.end(&Ending { exit: Exit::Code(0), stopped: false });
        write(log);
        std::fs::read_to_string(log.path().unwrap()).unwrap()
    }

    const LINE: [u8; 80] = *b"0123456789012345678901234567890123456789012345678901234567890123456789012345678\n";

    #[test]
    fn a_slow_disk_holds_nobody_up_before_the_buffer_is_full_and_then_nothing_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let log = slow(dir.path());
        let chunk = LINE.repeat(1000);
        let fitting = BUFFER_BYTES / 2 / chunk.len();
        (0..fitting).for_each(|_| log.output(Stream::Stdout, &mut chunk.clone(), chunk.len()));
        let reader = Arc::clone(&log);
        let read_on =
            move || (0..2 * fitting).for_each(|_| reader.output(Stream::Stdout, &mut chunk.clone(), chunk.len()));
        let reader = std::thread::Builder::new().name("reader".to_owned()).spawn(read_on).unwrap();
        while !reader.is_finished() {
            write(&log);
            std::thread::yield_now();
        }
        let text = end(&log);
        assert_eq!(text.lines().filter(|line| line.ends_with("012345678")).count(), 3 * fitting * 1000);
        assert!(!text.contains("missing"), "what is logged is complete");
    }

    #[test]
    fn large_reads_that_are_given_away_and_small_ones_that_are_copied_keep_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let log = slow(dir.path());
        let (mut read, mut written) = (vec![0; 4 * BLOCK_BYTES], Vec::new());
        let sizes = [10, BLOCK_BYTES, 1, BLOCK_BYTES - 1, 4 * BLOCK_BYTES, 2 * BLOCK_BYTES, 77];
        for (round, size) in (0..9).flat_map(|_| sizes).enumerate() {
            for (at, byte) in read[..size].iter_mut().enumerate() {
                *byte = if at % 80 == 79 { b'\n' } else { b'!' + u8::try_from((round + at) % 90).unwrap() };
            }
            written.extend_from_slice(&read[..size]);
            log.output(Stream::Stdout, &mut read, size);
            assert_eq!(read.len(), 4 * BLOCK_BYTES, "there is always a buffer to read into");
            if round % 5 == 4 {
                write(&log);
            }
        }
        let text = end(&log);
        let of_record = |line: &[u8]| match line.get(25..29) {
            Some(b"out ") => line[29..].to_vec(),
            Some(b"out+") => line[29..line.len() - 1].to_vec(),
            Some(_) | None => Vec::new(),
        };
        let logged: Vec<u8> = text.as_bytes().split_inclusive(|byte| *byte == b'\n').flat_map(of_record).collect();
        assert!(logged == written, "{} and {} bytes", logged.len(), written.len());
    }

    #[test]
    fn a_disk_that_takes_nothing_does_not_hold_up_a_run_that_is_to_end() {
        let dir = tempfile::tempdir().unwrap();
        let log = slow(dir.path());
        log.hurry();
        let chunk = LINE.repeat(1000);
        let fitting = BUFFER_BYTES / (chunk.len() + size_of::<Mark>());
        (0..fitting + 2).for_each(|_| log.output(Stream::Stdout, &mut chunk.clone(), chunk.len()));
        log.notice("There is always room for what we say.");
        let text = end(&log);
        let lost = text.lines().find_map(|line| {
            line.get(29..)?.strip_suffix(" bytes of its output are missing there: the disk was too slow.")
        });
        let lost: usize = lost.unwrap().parse().unwrap();
        let kept = text.lines().filter(|line| line.ends_with("012345678")).count();
        assert_eq!(kept * LINE.len() + lost, (fitting + 2) * chunk.len());
        assert!(text.contains("*** There is always room"));
    }
}
