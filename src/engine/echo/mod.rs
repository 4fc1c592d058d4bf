//! The mirror of a job's lines to UDP, sent straight from the reader threads where the target has room.
//!
//! Nothing here may hold a reader up: names are resolved on a thread of their own while lines wait in a bounded queue, what
//! comes faster than a target takes it waits in another (`pacer`), sockets never block, and what can't be sent is counted.

use std::borrow::Cow;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};

use jiff::Timestamp;
use memchr::{memchr, memchr_iter};

use super::console::lock;
use super::lines::{Piece, PieceKind};
use super::scrollback::Stream;
use crate::model::TextFilter;

mod codec;
mod lane;
mod limiter;
pub(super) mod link;
mod pacer;
mod plan;
mod queue;
mod trial;

use codec::Codec;
pub(super) use lane::{Lane, Tell};

pub use link::prefer_v4;
pub use plan::{EchoPlan, Target};
use queue::Batch;
pub use trial::send_test_line;

/// How a run's lines are called outside.
pub(super) struct Naming {
    /// The job's.
    pub job: String,
    pub run: u32,
    /// The number of the job's last line that was to be sent.
    pub seq: Arc<AtomicU64>,
}

/// One run's echo.
pub(super) struct Echo {
    plan: EchoPlan,
    filter: TextFilter,
    codec: Arc<Codec>,
    lanes: Vec<Arc<Lane>>,
    /// Held while lines get their numbers and go, so that they go in order.
    order: Mutex<()>,
    seq: Arc<AtomicU64>,
}

impl Echo {
    /// Opens the ways to all targets. `before` are those of the job's run before, whose last lines go first.
    pub(super) fn new(plan: EchoPlan, naming: Naming, before: &[Arc<Lane>], tell: &Tell) -> Self {
        let codec = Arc::new(Codec::new(&plan, &naming.job, naming.run));
        let to = |target: &Target| {
            let before = before.iter().find(|lane| lane.target() == target).map(Arc::downgrade);
            Lane::new(target, plan.pace, &codec, before.unwrap_or(Weak::new()), Arc::clone(tell))
        };
        let lanes = plan.targets.iter().map(to).collect();
        let filter = TextFilter::new(&plan.text);
        Self { plan, filter, codec, lanes, order: Mutex::new(()), seq: naming.seq }
    }

    pub(super) fn lanes(&self) -> &[Arc<Lane>] {
        &self.lanes
    }

    /// The run's process is there.
    pub(super) fn set_pid(&self, pid: u32) {
        self.codec.set_pid(pid);
    }

    /// Sends lines of the job's.
    pub(super) fn put(&self, stream: Stream, pieces: &[Piece<'_>]) {
        for piece in pieces.iter().filter(|_| self.wants(stream)) {
            let cut_bytes = match piece.kind {
                PieceKind::Line { cut_bytes } => cut_bytes,
                PieceKind::Lines => 0,
                PieceKind::Redraw if self.filter.takes_redraws() => 0,
                // What is written into a line from below is told as that line's redraw, or when it can't be any more.
                PieceKind::Redraw | PieceKind::Above { .. } => continue,
            };
            if let Some(text) = self.as_one_text(piece) {
                self.send_text(text);
                continue;
            }
            let mut lines = self.lines(piece);
            // Raw lines can't say themselves what is missing.
            if cut_bytes > 0 && self.codec.is_raw() && !lines.is_empty() {
                lines.push(Cow::Owned(format!("[sidestage] {cut_bytes} more bytes of this line were cut")));
            }
            self.send(lines, stream, cut_bytes);
        }
    }

    /// Whether rows that were drawn over are sent when they can't be any more, as whole lines.
    pub(super) fn wants_settled(&self) -> bool {
        !self.filter.takes_redraws()
    }

    pub(super) fn put_settled(&self, rows: &[(Stream, String)]) {
        for (stream, text) in rows.iter().filter(|(stream, _)| self.wants(*stream)) {
            self.send(self.filter.apply(text.as_bytes()).into_iter().collect(), *stream, 0);
        }
    }

    /// Sends a line of ours.
    pub(super) fn notice(&self, text: &str) {
        if self.wants(Stream::Notice) {
            let lines = self.filter.apply(text.as_bytes()).into_iter().collect();
            self.send(lines, Stream::Notice, 0);
        }
    }

    /// Nothing more comes.
    pub(super) fn finish(&self) {
        for lane in &self.lanes {
            lane.finish();
        }
    }

    fn wants(&self, stream: Stream) -> bool {
        match stream {
            Stream::Stdout => self.plan.stdout,
            Stream::Stderr => self.plan.stderr,
            Stream::Notice => self.plan.notices,
        }
    }

    /// What is sent of a piece, line by line.
    fn lines<'a>(&self, piece: &'a Piece<'_>) -> Vec<Cow<'a, str>> {
        match self.filter.unchanged(&piece.bytes) {
            Some(text) if piece.kind == PieceKind::Lines => {
                // Counted first, which takes a small part of what a list costs that grows.
                let mut lines = Vec::with_capacity(memchr_iter(b'\n', text.as_bytes()).count());
                let mut start = 0;
                for end in memchr_iter(b'\n', text.as_bytes()) {
                    lines.push(Cow::Borrowed(without_end(&text[start..end])));
                    start = end + 1;
                }
                lines
            }
            Some(text) => vec![Cow::Borrowed(text)],
            None => piece.lines().filter_map(|line| self.filter.apply(line)).collect(),
        }
    }

    /// Whole lines that go as they are, each with its `\n`, where nobody need look at each.
    fn as_one_text<'a>(&self, piece: &'a Piece<'_>) -> Option<&'a str> {
        let is_sought = piece.kind == PieceKind::Lines && self.lanes.iter().all(|lane| lane.takes_text());
        if !is_sought || memchr(b'\r', &piece.bytes).is_some() {
            return None;
        }
        self.filter.unchanged(&piece.bytes)
    }

    fn send_text(&self, text: &str) {
        let _in_order = lock(&self.order);
        self.seq.fetch_add(memchr_iter(b'\n', text.as_bytes()).count() as u64, Ordering::Relaxed);
        for lane in &self.lanes {
            lane.put_text(text);
        }
    }

    fn send(&self, lines: Vec<Cow<'_, str>>, stream: Stream, cut_bytes: u64) {
        if lines.is_empty() {
            return;
        }
        let _in_order = lock(&self.order);
        let first_seq = self.seq.fetch_add(lines.len() as u64, Ordering::Relaxed) + 1;
        let batch = Batch { lines, stream, first_seq, at: Timestamp::now(), cut_bytes };
        for lane in &self.lanes {
            lane.put(&batch);
        }
    }
}

/// A line of a block without the `\r` of a `\r\n`.
fn without_end(line: &str) -> &str {
    line.strip_suffix('\r').unwrap_or(line)
}
