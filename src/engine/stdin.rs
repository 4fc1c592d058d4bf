//! What is typed for a job, on its way to the job's standard input.
//!
//! A bounded queue for each run that takes input, and a thread that writes it out. A child that doesn't read fills its
//! own queue and holds up nobody. How the bytes get into the child is the tree's business; this only writes a file.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex};

use secrecy::{ExposeSecret, SecretString};

use super::console::lock;
use super::outlet::Outlet;

/// How much may wait for a child that doesn't read: more than anybody pastes.
const MAX_WAITING_BYTES: usize = 2 * 1024 * 1024;

/// What a piece costs beside its bytes, so that empty lines count too.
const PIECE_BYTES: usize = 32;

/// The longest line, its end included, that a terminal takes while it edits lines; what is beyond it is lost in silence
/// (Linux: `N_TTY_BUF_SIZE`, elsewhere: `MAX_CANON`).
const MAX_TERMINAL_LINE_BYTES: usize = if cfg!(target_os = "linux") { 4096 } else { 1024 };

/// The character that ends the input of a Unix terminal's reader. A terminal is at its end for one read only, and some
/// programs ask more than once.
#[cfg(unix)]
pub(super) const TERMINAL_END: [u8; 4] = [4; 4];

/// One run's input, from whoever types to the thread that writes.
#[derive(Debug)]
pub(super) struct Feed {
    queue: Mutex<Queue>,
    /// The queue has grown, has shrunk, or goes no further.
    change: Condvar,
    /// It ends in a terminal, which shows by itself what is typed.
    is_terminal: bool,
}

#[derive(Debug, Default)]
struct Queue {
    pieces: VecDeque<Piece>,
    /// Of all pieces, with what they cost beside.
    bytes: usize,
    /// A thread writes it, or did.
    is_served: bool,
    end: Option<End>,
    /// It was said that the queue is full, and half of it is yet.
    said_full: bool,
    /// Dropped at the run's end: the thread waits for that as well as for the child.
    #[cfg(unix)]
    hang_up: Option<io::PipeWriter>,
}

struct Piece {
    bytes: Vec<u8>,
    /// Shown in the console when it is written.
    is_shown: bool,
}

/// Why nothing more is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// Whoever typed has ended it; what waits is still written.
    Ended,
    /// The child doesn't read any more.
    Refused,
    /// The run is over.
    Over,
}

impl End {
    fn sentence(self) -> &'static str {
        match self {
            Self::Ended => "Nothing was sent: the job's input was ended before.",
            Self::Refused => "Nothing was sent: the job has closed its input.",
            Self::Over => NO_INPUT,
        }
    }
}

/// Why a job that takes no input was sent nothing.
pub(super) const NO_INPUT: &str = "Nothing was sent: the job isn't running, or its preset says that it takes no input.";

impl Feed {
    pub(super) fn new(is_terminal: bool) -> Self {
        Self { queue: Mutex::default(), change: Condvar::new(), is_terminal }
    }

    /// Whether it waits for a run to serve, of this kind.
    pub(super) fn is_for(&self, is_terminal: bool) -> bool {
        let queue = lock(&self.queue);
        self.is_terminal == is_terminal && !queue.is_served && queue.end != Some(End::Over)
    }

    pub(super) fn is_open(&self) -> bool {
        lock(&self.queue).end.is_none()
    }

    /// Queues lines, each with an end as the child's side wants it. Never waits.
    ///
    /// # Errors
    /// A sentence why nothing was queued; empty where it was said already.
    pub(super) fn put_lines(&self, text: &str) -> Result<(), String> {
        let lines = if text.is_empty() { vec![""] } else { text.lines().collect() };
        let limit = self.line_limit();
        if let Some(line) = lines.iter().find(|line| line.len() >= limit) {
            let (most, has) = (limit - 1, line.len());
            return Err(format!("Nothing was sent: a terminal's line has up to {most} bytes, and this one {has}."));
        }
        let mut queue = lock(&self.queue);
        if let Some(end) = queue.end {
            return Err(end.sentence().to_owned());
        }
        let more: usize = lines.iter().map(|line| line.len() + 1 + PIECE_BYTES).sum();
        if queue.bytes + more > MAX_WAITING_BYTES {
            let was_said = std::mem::replace(&mut queue.said_full, true);
            let why = "Nothing was sent: the job doesn't read its input, and what waits for it is as much as is kept.";
            return Err(if was_said { String::new() } else { why.to_owned() });
        }
        for line in lines {
            let mut bytes = line.as_bytes().to_vec();
            bytes.push(self.line_end());
            queue.push(Piece { bytes, is_shown: !self.is_terminal });
        }
        self.change.notify_all();
        Ok(())
    }

    /// Puts secrets before all else, each as a line that isn't shown.
    ///
    /// # Errors
    /// A sentence: one is longer than a terminal takes.
    pub(super) fn put_first(&self, secrets: &[SecretString]) -> Result<(), String> {
        let limit = self.line_limit();
        let mut queue = lock(&self.queue);
        for secret in secrets.iter().rev() {
            let mut bytes = secret.expose_secret().as_bytes().to_vec();
            if bytes.len() >= limit {
                let most = limit - 1;
                return Err(format!(
                    "A secret is longer than the {most} bytes of a terminal's line; pass it as a variable."
                ));
            }
            bytes.push(self.line_end());
            queue.push_front(Piece { bytes, is_shown: false });
        }
        Ok(())
    }

    /// From how many bytes on a line, without its end, is too long.
    fn line_limit(&self) -> usize {
        if cfg!(unix) && self.is_terminal { MAX_TERMINAL_LINE_BYTES } else { usize::MAX }
    }

    /// The Enter key; on Windows what carries it there makes that of a line's end.
    fn line_end(&self) -> u8 {
        if cfg!(unix) && self.is_terminal { b'\r' } else { b'\n' }
    }

    /// Queues bytes as they are, and waits while there is no room. Answers whether more are wanted.
    pub(super) fn put_bytes(&self, bytes: &[u8]) -> bool {
        let mut queue = lock(&self.queue);
        while queue.end.is_none() && queue.bytes >= MAX_WAITING_BYTES {
            queue = self.change.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        if queue.end.is_some() {
            return false;
        }
        queue.push(Piece { bytes: bytes.to_vec(), is_shown: false });
        self.change.notify_all();
        true
    }

    /// Takes nothing more; what waits is still written, and then the child's input is at its end.
    pub(super) fn end(&self) {
        self.finish(End::Ended);
    }

    /// The run is over: forgets what waits and lets the thread go.
    pub(super) fn close(&self) {
        self.finish(End::Over);
    }

    fn finish(&self, end: End) {
        let mut queue = lock(&self.queue);
        match end {
            End::Ended => queue.end = queue.end.or(Some(End::Ended)),
            End::Refused | End::Over => {
                queue.end = Some(end);
                queue.pieces.clear();
                queue.bytes = 0;
                #[cfg(unix)]
                drop(queue.hang_up.take());
            }
        }
        self.change.notify_all();
    }

    /// The next piece, waiting for it; `None` when there is none to come.
    fn next(&self) -> Option<Piece> {
        let mut queue = lock(&self.queue);
        loop {
            if let Some(piece) = queue.pieces.pop_front() {
                queue.bytes -= piece.bytes.len() + PIECE_BYTES;
                queue.said_full &= queue.bytes > MAX_WAITING_BYTES / 2;
                self.change.notify_all();
                return Some(piece);
            }
            if queue.end.is_some() {
                return None;
            }
            queue = self.change.wait(queue).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}

/// What is typed may be a secret, so it isn't printed.
impl std::fmt::Debug for Piece {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Piece").field("bytes", &self.bytes.len()).field("is_shown", &self.is_shown).finish()
    }
}

impl Queue {
    fn push(&mut self, piece: Piece) {
        self.bytes += piece.bytes.len() + PIECE_BYTES;
        self.pieces.push_back(piece);
    }

    fn push_front(&mut self, piece: Piece) {
        self.bytes += piece.bytes.len() + PIECE_BYTES;
        self.pieces.push_front(piece);
    }
}

/// Writes what is typed into the child's input, on a thread that ends with the run.
pub(super) fn serve(feed: &Arc<Feed>, input: File, outlet: &Arc<Outlet>) {
    let started = Sink::new(input, feed).and_then(|sink| {
        let (feed, outlet) = (Arc::clone(feed), Arc::clone(outlet));
        std::thread::Builder::new().name("write input".to_owned()).spawn(move || write_out(&feed, sink, &outlet))
    });
    if let Err(error) = started {
        feed.finish(End::Refused);
        outlet.notice(&format!("Nothing can be sent to it: the system gives no more threads or pipes ({error})."));
    }
}

fn write_out(feed: &Feed, mut sink: Sink, outlet: &Outlet) {
    while let Some(piece) = feed.next() {
        if piece.is_shown {
            let line = piece.bytes.strip_suffix(b"\n").unwrap_or(&piece.bytes);
            outlet.notice(&format!("> {}", String::from_utf8_lossy(line)));
        }
        // A child that has closed its input, or ended, has the right to: whoever types on is told.
        if sink.write_all(&piece.bytes).is_err() {
            return feed.finish(End::Refused);
        }
    }
    #[cfg(unix)]
    if feed.is_terminal {
        let _ = sink.write_all(&TERMINAL_END);
    }
    // Dropping the sink is the end of a pipe.
}

/// The child's input, and what ends the waiting for a child that doesn't read.
struct Sink {
    file: File,
    #[cfg(unix)]
    over: io::PipeReader,
}

#[cfg(unix)]
impl Sink {
    fn new(file: File, feed: &Feed) -> io::Result<Self> {
        rustix::io::ioctl_fionbio(&file, true)?;
        let (over, hang_up) = io::pipe()?;
        let mut queue = lock(&feed.queue);
        queue.is_served = true;
        // Already over: the writing end is dropped here, which says so.
        queue.hang_up = (queue.end != Some(End::Over)).then_some(hang_up);
        Ok(Self { file, over })
    }

    fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match self.file.write(bytes) {
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                Ok(count) => bytes = &bytes[count..],
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.wait()?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Waits until the child has read something.
    fn wait(&self) -> io::Result<()> {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut fds = [PollFd::new(&self.file, PollFlags::OUT), PollFd::new(&self.over, PollFlags::IN)];
        match poll(&mut fds, None) {
            Ok(_) if fds[1].revents().is_empty() => Ok(()),
            Ok(_) => Err(io::ErrorKind::BrokenPipe.into()),
            Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(windows)]
impl Sink {
    #[expect(clippy::unnecessary_wraps, reason = "the other system's can fail")]
    fn new(file: File, feed: &Feed) -> io::Result<Self> {
        lock(&feed.queue).is_served = true;
        Ok(Self { file })
    }

    /// A child that doesn't read makes this wait until its Job Object has ended it; nothing escapes that.
    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)
    }
}
