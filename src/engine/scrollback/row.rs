//! What a scrollback is asked for and answers with: rows, where they came from, how many there may be.

use jiff::Timestamp;

use crate::model::Streams;

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Stream {
    Stdout,
    Stderr,
    /// Ours: what Sidestage itself has to say of the job.
    Notice,
}

impl Stream {
    pub(in crate::engine) const fn index(self) -> usize {
        self as usize
    }

    /// Whether lines of it are among those.
    #[must_use]
    pub const fn is_in(self, streams: Streams) -> bool {
        match self {
            Self::Stdout => streams.stdout,
            Self::Stderr => streams.stderr,
            Self::Notice => streams.notices,
        }
    }
}

pub(super) const ALL_STREAMS: [Stream; 3] = [Stream::Stdout, Stream::Stderr, Stream::Notice];

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

/// Whole lines that came together, of one stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Microseconds since 1970.
    pub at_micros: i64,
    /// The first one's number.
    pub row: u64,
    pub count: u64,
    pub stream: Stream,
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
