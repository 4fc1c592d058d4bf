//! Where a run's output goes: its console, its echo, its log, and for `sidestage run` a tap. Called by the reader threads.

use std::borrow::Cow;
use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::console::{Console, lock};
use super::echo::{Link, Target};
use super::lines::{Piece, PieceKind, Splitter};
use super::log::RunLog;
use super::scrollback::Stream;
use super::signs::Signs;

/// Gets a job's output byte for byte as it comes, on the reader's thread.
pub type Tap = Arc<dyn Fn(Stream, &[u8]) + Send + Sync>;

/// What of a job is mirrored, and where to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoPlan {
    pub target: Target,
    pub stdout: bool,
    pub stderr: bool,
    pub notices: bool,
}

impl EchoPlan {
    /// A preset's echo, if it is on and has a port; `resolve` has already said so where it hasn't.
    #[must_use]
    pub fn of(echo: &crate::model::Echo) -> Option<Self> {
        let port = echo.checked_port().ok()?;
        echo.on.then(|| Self {
            target: Target { host: echo.host.trim().to_owned(), port },
            stdout: echo.stdout,
            stderr: echo.stderr,
            notices: echo.notices,
        })
    }
}

/// One run's outlet.
pub(super) struct Outlet {
    pub console: Arc<Console>,
    pub echo: Option<(EchoPlan, Arc<Link>)>,
    pub tap: Option<Tap>,
    pub log: Option<Arc<RunLog>>,
    /// Wakes whoever shows the console.
    pub wake: Arc<dyn Fn() + Send + Sync>,
    pub flow: Flow,
    pub signs: Signs,
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

/// What a pipe holds at most, unless a privileged program has widened it.
const PIPE_BYTES: u64 = 1024 * 1024;

/// As large as a pipe's buffer on Linux: one read empties it.
const READ_BYTES: usize = 64 * 1024;

impl Outlet {
    /// Reads a stream to its end. Waits for nothing but the stream, whoever taps it, and a log whose buffer is full.
    pub(super) fn read(&self, stream: Stream, mut pipe: impl Read) {
        let mut buffer = vec![0; READ_BYTES];
        let mut splitter = Splitter::default();
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    let chunk = &buffer[..count];
                    self.pass(stream, chunk);
                    let pieces = splitter.split(chunk);
                    self.put(stream, &pieces, splitter.open());
                    self.log(stream, chunk);
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.notice(&format!("Reading its output failed: {error}."));
                    break;
                }
            }
        }
        let last: Vec<_> = splitter.finish().into_iter().collect();
        self.put(stream, &last, &[]);
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
    fn log(&self, stream: Stream, chunk: &[u8]) {
        if let Some(log) = &self.log
            && !*lock(&self.flow.closed)
        {
            self.flow.in_tap.fetch_add(1, Ordering::SeqCst);
            log.output(stream, chunk);
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
        self.flow.in_tap.load(Ordering::SeqCst) > 0 && !self.flow.hurried.load(Ordering::SeqCst)
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
            self.write(stream, &[last], &[]);
        }
        *closed = true;
    }

    fn put(&self, stream: Stream, pieces: &[Piece<'_>], open: &[u8]) {
        let closed = lock(&self.flow.closed);
        if !*closed {
            self.write(stream, pieces, open);
        }
    }

    fn write(&self, stream: Stream, pieces: &[Piece<'_>], open: &[u8]) {
        self.signs.saw_output();
        // The echo first: Touch waits for it, people don't notice.
        let looks_at_lines = self.echo.is_some() || self.signs.look_at_lines();
        for piece in pieces.iter().filter(|_| looks_at_lines) {
            for line in piece.lines() {
                self.signs.saw_line(line);
                self.echo_line(stream, line);
            }
            if let PieceKind::Line { cut_bytes: cut @ 1.. } = piece.kind {
                self.echo_line(stream, format!("[sidestage] {cut} more bytes of this line were cut").as_bytes());
            }
        }
        if self.console.add(stream, pieces, open) {
            (self.wake)();
        }
    }

    /// Says something of ours in the console and the log.
    pub(super) fn notice(&self, text: &str) {
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
        self.echo_line(Stream::Notice, format!("[sidestage] {echoed}").as_bytes());
    }

    /// The process is there.
    pub(super) fn spawned(&self, pid: u32) {
        if let Some(log) = &self.log {
            log.spawned(pid);
        }
    }

    /// Nothing more comes, ours included.
    pub(super) fn finish(&self) {
        if let Some((_, echo)) = &self.echo {
            echo.count_last();
        }
    }

    fn echo_line(&self, stream: Stream, line: &[u8]) {
        let Some((plan, echo)) = &self.echo else { return };
        let wanted = match stream {
            Stream::Stdout => plan.stdout,
            Stream::Stderr => plan.stderr,
            Stream::Notice => plan.notices,
        };
        if wanted && let Some(trouble) = echo.send_line(line) {
            self.notice(&trouble);
        }
    }
}
