//! Where a run's output goes: its console, its echo, its log, and for `sidestage run` a tap. Called by the reader threads.

use std::borrow::Cow;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use super::carry::{Carried, Pen};
#[cfg(windows)]
use super::code_page::{Recoder, system_page};
use super::console::{Console, lock};
use super::echo::Echo;
use super::lines::{Piece, PieceKind, Splitter};
use super::log::RunLog;
use super::mask::{Masker, Masking};
use super::scrollback::Stream;
use super::signs::Signs;

/// Gets a job's output byte for byte as it comes, on the reader's thread.
pub type Tap = Arc<dyn Fn(Stream, &[u8]) + Send + Sync>;

/// One run's outlet.
pub(super) struct Outlet {
    pub console: Arc<Console>,
    pub echo: Option<Echo>,
    pub tap: Option<Tap>,
    pub log: Option<Arc<RunLog>>,
    /// Wakes whoever shows the console.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    pub flow: Flow,
    pub signs: Signs,
    /// Set before the process starts, where the run has secrets.
    pub masker: OnceLock<Masker>,
}

/// How the readers get on, for the run that waits for them at the process's end.
#[derive(Default)]
pub(super) struct Flow {
    /// The run has ended: what comes yet, from something that outlived it, is nobody's. Held while output is put in
    /// its places, so that none comes after the end.
    closed: Mutex<bool>,
    /// The process is gone, so no more can come than a pipe holds.
    is_late: AtomicBool,
    late_bytes: AtomicU64,
    /// Readers that wait for whoever takes their output.
    in_tap: AtomicUsize,
    chunks: AtomicU64,
    /// Whoever takes the output is not to be waited for any longer.
    hurried: AtomicBool,
}

/// A stream on its way to lines of text.
#[derive(Default)]
struct Lines {
    splitter: Splitter,
    pen: Pen,
    #[cfg(windows)]
    recoder: Recoder,
}

/// What a pipe holds at most, unless a privileged program has widened it.
const PIPE_BYTES: u64 = 1024 * 1024;

/// As large as a pipe's buffer on Linux: one read empties it.
const READ_BYTES: usize = 64 * 1024;

impl Outlet {
    /// Reads a stream to its end. Waits for nothing but the stream, whoever taps it, and a log whose buffer is full.
    pub(super) fn read(&self, stream: Stream, mut pipe: impl Read) {
        let mut buffer = vec![0; READ_BYTES];
        let mut lines = Lines::default();
        let mut masking = Masking::default();
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => match self.masker.get() {
                    None => self.take(stream, &mut lines, &mut buffer, count),
                    Some(masker) => {
                        let mut shown = masking.pass(masker, &buffer[..count]);
                        let count = shown.len();
                        self.take(stream, &mut lines, &mut shown, count);
                    }
                },
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.notice(&format!("Reading its output failed: {error}."));
                    break;
                }
            }
        }
        if let Some(masker) = self.masker.get() {
            let mut shown = masking.finish(masker);
            let count = shown.len();
            self.take(stream, &mut lines, &mut shown, count);
        }
        #[cfg(windows)]
        self.show(stream, (&mut lines.splitter, &mut lines.pen), &lines.recoder.finish(system_page));
        let last: Vec<_> = lines.splitter.finish().into_iter().collect();
        self.put(stream, (&last, &[]), &mut lines.pen);
    }

    /// Puts what was read, so many bytes of the buffer, in all its places.
    fn take(&self, stream: Stream, lines: &mut Lines, read: &mut Vec<u8>, count: usize) {
        let chunk = &read[..count];
        self.pass(stream, chunk);
        #[cfg(windows)]
        let chunk = &*lines.recoder.push(chunk, system_page);
        self.show(stream, (&mut lines.splitter, &mut lines.pen), chunk);
        self.log(stream, read, count);
    }

    /// In the console and the echo.
    fn show(&self, stream: Stream, (splitter, pen): (&mut Splitter, &mut Pen), chunk: &[u8]) {
        let pieces = splitter.split(chunk);
        if let Some(said) = splitter.take_said() {
            self.console.hear(stream, said);
        }
        self.put(stream, (&pieces, splitter.open()), pen);
    }

    /// To the tap, which may make us wait.
    fn pass(&self, stream: Stream, chunk: &[u8]) {
        if let Some(tap) = &self.tap
            && !*lock(&self.flow.closed)
        {
            self.flow.in_tap.fetch_add(1, Ordering::SeqCst);
            tap(stream, chunk);
            self.flow.in_tap.fetch_sub(1, Ordering::SeqCst);
        }
        self.flow.chunks.fetch_add(1, Ordering::SeqCst);
        if self.flow.is_late.load(Ordering::SeqCst) {
            self.flow.late_bytes.fetch_add(chunk.len() as u64, Ordering::SeqCst);
        }
    }

    /// To the log, as it came: lines are cut where they are too long for a console, but what is logged is complete.
    fn log(&self, stream: Stream, read: &mut Vec<u8>, count: usize) {
        if let Some(log) = &self.log
            && !*lock(&self.flow.closed)
        {
            self.flow.in_tap.fetch_add(1, Ordering::SeqCst);
            log.output(stream, read, count);
            self.flow.in_tap.fetch_sub(1, Ordering::SeqCst);
        }
    }

    /// How many chunks were read so far.
    pub(super) fn chunks(&self) -> u64 {
        self.flow.chunks.load(Ordering::SeqCst)
    }

    /// Says that the process is gone.
    pub(super) fn set_late(&self) {
        self.flow.is_late.store(true, Ordering::SeqCst);
    }

    /// Waits for whoever takes the output no longer than for a pipe.
    pub(super) fn hurry(&self) {
        self.flow.hurried.store(true, Ordering::SeqCst);
        if let Some(log) = &self.log {
            log.hurry();
        }
    }

    /// Whether the readers are late because somebody takes the output slowly.
    pub(super) fn is_held_up(&self) -> bool {
        self.flow.in_tap.load(Ordering::SeqCst) > 0 && !self.is_hurried()
    }

    /// Whether nothing is to be waited for any longer.
    pub(super) fn is_hurried(&self) -> bool {
        self.flow.hurried.load(Ordering::SeqCst)
    }

    /// Whether more came than the process can have left behind: something outlived it, and goes on writing.
    pub(super) fn is_endless(&self) -> bool {
        self.flow.late_bytes.load(Ordering::SeqCst) > PIPE_BYTES
    }

    /// Takes no output any more. What stands in an unended line is its last.
    pub(super) fn close(&self) {
        let mut closed = lock(&self.flow.closed);
        for (stream, bytes) in self.console.take_open() {
            let last = Piece { bytes: Cow::Owned(bytes), kind: PieceKind::Line { cut_bytes: 0 } };
            self.write(stream, &[last], None, &[]);
        }
        self.console.settle_all();
        self.echo_settled();
        *closed = true;
    }

    fn put(&self, stream: Stream, (pieces, open): (&[Piece<'_>], &[u8]), pen: &mut Pen) {
        let carried = pen.carry(pieces, open);
        let closed = lock(&self.flow.closed);
        if !*closed {
            self.write(stream, pieces, carried.as_ref(), open);
        }
    }

    /// `carried` is what the console has of it, where that is something else.
    fn write(&self, stream: Stream, pieces: &[Piece<'_>], carried: Option<&Carried<'_>>, open: &[u8]) {
        self.signs.saw_output();
        // The echo first: Touch waits for it, people don't notice.
        if let Some(echo) = &self.echo {
            echo.put(stream, pieces);
        }
        if self.signs.look_at_lines() {
            for line in pieces.iter().flat_map(Piece::lines) {
                self.signs.saw_line(line);
            }
        }
        let (pieces, open) = carried.map_or((pieces, open), |(pieces, open)| (pieces, open));
        if self.console.add(stream, pieces, open) {
            (self.wake)();
        }
        self.echo_settled();
    }

    /// Tells the echo of rows that can't be drawn over any more, if it had nothing of what was drawn there.
    fn echo_settled(&self) {
        if let Some(echo) = self.echo.as_ref().filter(|echo| echo.wants_settled()) {
            echo.put_settled(&self.console.take_settled());
        }
    }

    /// Says something of ours in the console and the log.
    pub(super) fn notice(&self, text: &str) {
        let masked = self.masker.get().map(|masker| masker.whole(text));
        let text = masked.as_deref().unwrap_or(text);
        if let Some(log) = &self.log {
            log.notice(text);
        }
        if self.console.notice(text) {
            (self.wake)();
        }
    }

    /// Says a start or an end: in the console as it is, in the echo marked as ours.
    pub(super) fn milestone(&self, text: &str, echoed: &str) {
        self.notice(text);
        if let Some(echo) = &self.echo {
            echo.notice(&format!("[sidestage] {echoed}"));
        }
    }

    /// The process is there.
    pub(super) fn spawned(&self, pid: u32) {
        if let Some(log) = &self.log {
            log.spawned(pid);
        }
        if let Some(echo) = &self.echo {
            echo.set_pid(pid);
        }
    }

    /// Nothing more comes, ours included.
    pub(super) fn finish(&self) {
        if let Some(echo) = &self.echo {
            echo.finish();
        }
    }
}
