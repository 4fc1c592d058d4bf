//! What a panel and a keeper tell each other: frames of a kind, a length and a payload.
//!
//! Wishes and news are JSON; the console's rows are packed, because there can be many of them. What one side doesn't
//! know it skips: a keeper may have been started by an older Sidestage than the panel that finds it.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::identity::Identity;
use super::{Launch, WireTarget};

use crate::engine::exit::Exit;
use crate::engine::lifecycle::{Ending, State, Wait};
use crate::engine::scrollback::{KeptRow, Stream};
use crate::engine::{EchoCount, JobView};

/// A frame's payload is JSON.
pub(super) const JSON: u8 = 1;
/// A frame's payload is rows; see [`pack`].
pub(super) const ROWS: u8 = 2;

/// A frame's payload is a row that was drawn over: how many of its stream's rows it is above the unended one, and the row.
pub(super) const REDRAWN: u8 = 3;

/// More than any frame that either side makes.
pub(super) const MAX_FRAME_BYTES: usize = 16 * 1024 * 1024;

const HEAD_BYTES: usize = 5;

/// What a panel wants of a keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) enum Wish {
    /// The first of a connection: who can't show the token hears nothing. Rows are sent from this one on.
    Hello {
        token: String,
        from_row: u64,
    },
    Stop,
    Kill,
    Interrupt,
    /// Don't wait for the next attempt.
    Go,
    Line(String),
    EndInput,
}

/// A wish with its number, counted up over all connections of a panel, so that the panel knows which were heard.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Numbered {
    pub number: u64,
    pub wish: Wish,
}

/// What a keeper tells.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum News {
    /// The answer to a hello: what it keeps.
    Welcome(Box<Launch>),
    Status(Box<Status>),
}

/// How the job gets on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::engine) struct Status {
    state: WireState,
    pub run: u32,
    /// How long the present run has lived, or had when it ended.
    pub elapsed_millis: u64,
    /// The present run's process was there.
    pub has_started: bool,
    /// The present run has ended, though another may follow.
    pub is_over: bool,
    echo: Vec<WireCount>,
    pub takes_input: bool,
    log: Option<WirePath>,
    /// The number of the last wish of this connection that was carried out.
    pub(super) heard: u64,
    /// The run's first process.
    pub(super) process: Option<Identity>,
}

impl Status {
    pub(super) fn of(view: JobView, process: Option<Identity>, takes_input: bool, heard: u64) -> Self {
        Self {
            state: WireState::of(&view.state),
            run: view.run,
            has_started: !view.elapsed.is_zero(),
            is_over: matches!(view.state, State::Waiting(_) | State::Ended(_)),
            elapsed_millis: u64::try_from(view.elapsed.as_millis()).unwrap_or(u64::MAX),
            echo: view.echo.iter().map(WireCount::from).collect(),
            takes_input,
            log: view.log.map(WirePath::from),
            heard,
            process,
        }
    }

    /// Whether anything but the time that has passed is different.
    pub(super) fn differs(&self, other: &Self) -> bool {
        let timeless = |status: &Self| Self { elapsed_millis: 0, state: status.state.timeless(), ..status.clone() };
        timeless(self) != timeless(other)
    }

    /// The state as it is here and now.
    pub(in crate::engine) fn state(&self) -> State {
        self.state.here()
    }

    pub(in crate::engine) fn log(&self) -> Option<PathBuf> {
        self.log.clone().map(PathBuf::from)
    }

    /// What became of the echo.
    pub(in crate::engine) fn echo(&self) -> Vec<EchoCount> {
        self.echo.iter().map(EchoCount::from).collect()
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(self.state, WireState::Ended { .. })
    }
}

/// An [`EchoCount`] between two processes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WireCount {
    target: WireTarget,
    sent: u64,
    bytes: u64,
    dropped: u64,
    failed: u64,
}

impl From<&EchoCount> for WireCount {
    fn from(count: &EchoCount) -> Self {
        let EchoCount { target, sent, bytes, dropped, failed } = count;
        Self { target: target.into(), sent: *sent, bytes: *bytes, dropped: *dropped, failed: *failed }
    }
}

impl From<&WireCount> for EchoCount {
    fn from(count: &WireCount) -> Self {
        let WireCount { target, sent, bytes, dropped, failed } = count;
        Self { target: target.into(), sent: *sent, bytes: *bytes, dropped: *dropped, failed: *failed }
    }
}

/// A [`State`] without points in time, which are nothing to another process.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum WireState {
    Waiting {
        left_millis: u64,
        attempt: u32,
        #[serde(with = "WireExit")]
        after: Exit,
    },
    Starting {
        stop_asked: bool,
    },
    Running {
        pid: u32,
        is_ready: bool,
        is_stalled: bool,
    },
    Stopping {
        pid: u32,
        left_millis: u64,
        killed: bool,
    },
    Ended {
        #[serde(with = "WireExit")]
        exit: Exit,
        stopped: bool,
    },
}

/// Tells serde how an [`Exit`] is made.
#[derive(Serialize, Deserialize)]
#[serde(remote = "Exit")]
enum WireExit {
    Code(i32),
    Signal(i32),
    CouldNotStart(String),
    NotLaunched(String),
}

impl WireState {
    fn of(state: &State) -> Self {
        let left =
            |at: Instant| u64::try_from(at.saturating_duration_since(Instant::now()).as_millis()).unwrap_or(u64::MAX);
        match state {
            State::Waiting(Wait::Restart { at, attempt, after }) => {
                Self::Waiting { left_millis: left(*at), attempt: *attempt, after: after.clone() }
            }
            // A keeper has one job, which waits for no other.
            State::Waiting(Wait::Turn { .. } | Wait::For(_)) => Self::Starting { stop_asked: false },
            State::Starting { stop_asked } => Self::Starting { stop_asked: *stop_asked },
            State::Running { pid, is_ready, is_stalled } => {
                Self::Running { pid: *pid, is_ready: *is_ready, is_stalled: *is_stalled }
            }
            State::Stopping { pid, deadline, killed } => {
                Self::Stopping { pid: *pid, left_millis: left(*deadline), killed: *killed }
            }
            State::Ended(Ending { exit, stopped }) => Self::Ended { exit: exit.clone(), stopped: *stopped },
        }
    }

    fn here(&self) -> State {
        let at = |left_millis: u64| {
            let now = Instant::now();
            now.checked_add(Duration::from_millis(left_millis)).unwrap_or(now)
        };
        match self {
            Self::Waiting { left_millis, attempt, after } => {
                State::Waiting(Wait::Restart { at: at(*left_millis), attempt: *attempt, after: after.clone() })
            }
            Self::Starting { stop_asked } => State::Starting { stop_asked: *stop_asked },
            Self::Running { pid, is_ready, is_stalled } => {
                State::Running { pid: *pid, is_ready: *is_ready, is_stalled: *is_stalled }
            }
            Self::Stopping { pid, left_millis, killed } => {
                State::Stopping { pid: *pid, deadline: at(*left_millis), killed: *killed }
            }
            Self::Ended { exit, stopped } => State::Ended(Ending { exit: exit.clone(), stopped: *stopped }),
        }
    }

    fn timeless(&self) -> Self {
        let mut same = self.clone();
        match &mut same {
            Self::Waiting { left_millis, .. } | Self::Stopping { left_millis, .. } => *left_millis = 0,
            Self::Starting { .. } | Self::Running { .. } | Self::Ended { .. } => {}
        }
        same
    }
}

/// A path as it is, legible where it can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(in crate::engine) enum WirePath {
    Text(String),
    Raw(OsString),
}

impl From<PathBuf> for WirePath {
    fn from(path: PathBuf) -> Self {
        path.into_os_string().into_string().map_or_else(Self::Raw, Self::Text)
    }
}

impl From<WirePath> for PathBuf {
    fn from(path: WirePath) -> Self {
        match path {
            WirePath::Text(text) => text.into(),
            WirePath::Raw(raw) => raw.into(),
        }
    }
}

/// Sends a frame in one piece.
pub(super) fn send(mut to: impl Write, kind: u8, payload: &[u8]) -> io::Result<()> {
    let length = u32::try_from(payload.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
    let mut frame = Vec::with_capacity(HEAD_BYTES + payload.len());
    frame.push(kind);
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(payload);
    to.write_all(&frame)
}

pub(super) fn send_json(to: impl Write, value: &impl Serialize) -> io::Result<()> {
    send(to, JSON, &serde_json::to_vec(value)?)
}

/// Reads the next frame into `payload` and answers with its kind.
///
/// # Errors
/// The stream's, its end included; or the frame is larger than `limit`.
pub(super) fn receive(mut from: impl Read, limit: usize, payload: &mut Vec<u8>) -> io::Result<u8> {
    let mut head = [0; HEAD_BYTES];
    from.read_exact(&mut head)?;
    let [kind, length @ ..] = head;
    let length = u32::from_le_bytes(length) as usize;
    if length > limit {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} bytes")));
    }
    payload.clear();
    payload.resize(length, 0);
    from.read_exact(payload)?;
    Ok(kind)
}

/// Packs a row behind others: stream, whether it is open, time, cut bytes, length, bytes.
pub(super) fn pack(row: &KeptRow<'_>, into: &mut Vec<u8>) {
    let stream = match row.stream {
        Stream::Stdout => 0,
        Stream::Stderr => 1,
        Stream::Notice => 2,
    };
    into.push(stream | if row.is_open { 8 } else { 0 });
    into.extend_from_slice(&row.at.as_microsecond().to_le_bytes());
    into.extend_from_slice(&row.cut_bytes.to_le_bytes());
    into.extend_from_slice(&u32::try_from(row.bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
    into.extend_from_slice(row.bytes);
}

/// The rows that were packed, numbered from `first`; ends where they make no sense.
pub(super) fn unpack(mut packed: &[u8], first: u64) -> impl Iterator<Item = KeptRow<'_>> {
    let mut number = first;
    std::iter::from_fn(move || {
        let ([kind], rest) = packed.split_first_chunk::<1>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (cut, rest) = rest.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (bytes, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        packed = rest;
        let stream = match kind & 7 {
            0 => Stream::Stdout,
            1 => Stream::Stderr,
            _ => Stream::Notice,
        };
        let at = Timestamp::from_microsecond(i64::from_le_bytes(*at)).unwrap_or_default();
        let row = KeptRow { number, stream, at, bytes, cut_bytes: u64::from_le_bytes(*cut), is_open: kind & 8 != 0 };
        number += 1;
        Some(row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_as_they_went_and_strangers_are_cut_short() {
        let mut sent = Vec::new();
        send_json(&mut sent, &Numbered { number: 7, wish: Wish::Line("ä\nb".to_owned()) }).unwrap();
        send(&mut sent, ROWS, b"").unwrap();
        let (mut from, mut payload) = (sent.as_slice(), Vec::new());
        assert_eq!(receive(&mut from, 100, &mut payload).unwrap(), JSON);
        let came: Numbered = serde_json::from_slice(&payload).unwrap();
        assert_eq!((came.number, came.wish), (7, Wish::Line("ä\nb".to_owned())));
        assert_eq!(receive(&mut from, 100, &mut payload).unwrap(), ROWS);
        let large = b"GET / HTTP/1.1\r\n\r\n";
        let refused = receive(large.as_slice(), 4096, &mut payload).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn rows_come_as_they_went() {
        let rows = [
            KeptRow {
                number: 3,
                stream: Stream::Stderr,
                at: Timestamp::from_microsecond(1_700_000_000_000_001).unwrap(),
                bytes: b"caf\xe9",
                cut_bytes: 9,
                is_open: false,
            },
            KeptRow {
                number: 4,
                stream: Stream::Stdout,
                at: Timestamp::UNIX_EPOCH,
                bytes: b"",
                cut_bytes: 0,
                is_open: true,
            },
        ];
        let mut packed = Vec::new();
        for row in &rows {
            pack(row, &mut packed);
        }
        assert_eq!(unpack(&packed, 3).collect::<Vec<_>>(), rows);
        assert_eq!(unpack(&packed[..packed.len() - 1], 3).count(), 1, "half a row is none");
    }

    #[test]
    fn states_come_as_they_went() {
        let now = Instant::now();
        let after = Exit::Signal(11);
        for state in [
            State::Waiting(Wait::Restart { at: now, attempt: 3, after }),
            State::Starting { stop_asked: true },
            State::Running { pid: 7, is_ready: true, is_stalled: false },
            State::Stopping { pid: 7, deadline: now + Duration::from_secs(5), killed: false },
            State::Ended(Ending { exit: Exit::CouldNotStart("no".to_owned()), stopped: false }),
        ] {
            let text = serde_json::to_string(&WireState::of(&state)).unwrap();
            let came: WireState = serde_json::from_str(&text).unwrap();
            assert_eq!(came.timeless(), WireState::of(&came.here()).timeless());
            assert_eq!(came.timeless(), WireState::of(&state).timeless(), "{text}");
        }
    }
}
