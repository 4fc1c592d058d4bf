//! Where a run's output goes: its console, its echo, and for `sidestage run` a tap. Called by the reader threads.

use std::io::Read;
use std::sync::Arc;

use super::console::Console;
use super::echo::{Link, Target};
use super::lines::{Piece, PieceKind, Splitter};
use super::scrollback::Stream;

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
    /// Wakes whoever shows the console.
    pub wake: Arc<dyn Fn() + Send + Sync>,
}

/// As large as a pipe's buffer on Linux: one read empties it.
const READ_BYTES: usize = 64 * 1024;

impl Outlet {
    /// Reads a stream to its end. Never waits for anything but the stream.
    pub(super) fn read(&self, stream: Stream, mut pipe: impl Read) {
        let mut buffer = vec![0; READ_BYTES];
        let mut splitter = Splitter::default();
        loop {
            match pipe.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => {
                    let chunk = &buffer[..count];
                    if let Some(tap) = &self.tap {
                        tap(stream, chunk);
                    }
                    let pieces = splitter.split(chunk);
                    self.put(stream, &pieces, splitter.open());
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

    fn put(&self, stream: Stream, pieces: &[Piece<'_>], open: &[u8]) {
        // The echo first: Touch waits for it, people don't notice.
        for piece in pieces {
            self.echo_line(stream, &piece.bytes);
            if let PieceKind::Line { cut_bytes: cut @ 1.. } = piece.kind {
                self.echo_line(stream, format!("[sidestage] {cut} more bytes of this line were cut").as_bytes());
            }
        }
        if self.console.add(stream, pieces, open) {
            (self.wake)();
        }
    }

    /// Says something of ours in the console.
    pub(super) fn notice(&self, text: &str) {
        if self.console.notice(text) {
            (self.wake)();
        }
    }

    /// Says a start or an end: in the console as it is, in the echo marked as ours.
    pub(super) fn milestone(&self, text: &str, echoed: &str) {
        self.notice(text);
        self.echo_line(Stream::Notice, format!("[sidestage] {echoed}").as_bytes());
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
