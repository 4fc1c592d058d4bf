//! One run's way to one target: straight from the reader where every line goes unpaced, else by way of the target's
//! [`Pacer`], which all jobs share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::codec::Codec;
use super::link::Link;
use super::pacer::Pacer;
use super::plan::Target;
use super::queue::{Batch, LineQueue, Room, Waiting};
use crate::engine::console::lock;
use crate::engine::job::EchoCount;
use crate::model::Pace;

/// Says a sentence in the job's console.
pub(in crate::engine) type Tell = Arc<dyn Fn(&str) + Send + Sync>;

pub(in crate::engine) struct Lane {
    pub(super) link: Arc<Link>,
    pub(super) codec: Arc<Codec>,
    pub(super) pace: Pace,
    /// None where nothing is paced.
    pacer: Option<Arc<Pacer>>,
    pub(super) dropped: AtomicU64,
    /// Locked only by whoever holds the pacer.
    pub(super) own: Mutex<Own>,
    /// The run before, whose lines go first.
    before: Weak<Lane>,
    tell: Tell,
}

/// What the pacer knows of a lane.
#[derive(Debug)]
pub(super) struct Own {
    pub queue: LineQueue,
    /// Datagrams of it are on their way.
    pub is_busy: bool,
    /// Nothing more comes.
    pub is_finished: bool,
    /// How many datagrams it has sent lately, fading: whoever has sent least comes first.
    recent: f64,
    recent_at: Instant,
}

/// After this time half of what was sent is forgotten.
const FADE: Duration = Duration::from_millis(100);

/// A lane that has sent fewer datagrams lately is a quiet one.
const QUIET: f64 = 16.0;

impl Own {
    /// How much it has sent lately.
    pub(super) fn recent(&mut self, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.recent_at).as_secs_f64();
        if passed > 0.0 {
            self.recent *= (-passed / FADE.as_secs_f64()).exp2();
            self.recent_at = now;
        }
        self.recent
    }

    pub(super) fn has_sent(&mut self, datagrams: usize, now: Instant) {
        #[expect(clippy::cast_precision_loss, reason = "a number of datagrams")]
        let datagrams = datagrams as f64;
        self.recent = self.recent(now) + datagrams;
    }

    pub(super) fn is_quiet(&mut self, now: Instant) -> bool {
        self.recent(now) < QUIET
    }

    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && !self.is_busy
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane").field("link", &self.link).finish_non_exhaustive()
    }
}

impl Lane {
    /// A way to this target, behind what `before` has left.
    pub(super) fn new(target: &Target, pace: Pace, codec: &Arc<Codec>, before: Weak<Self>, tell: Tell) -> Arc<Self> {
        let pacer = match pace {
            Pace::Unpaced | Pace::Joined { every_millis: 0, .. } => None,
            Pace::Paced { .. } | Pace::Joined { .. } => Some(Pacer::of(target)),
        };
        let settled = pacer.as_ref().map(Arc::downgrade);
        let link = Link::new(target.clone(), move || {
            if let Some(pacer) = settled.as_ref().and_then(Weak::upgrade) {
                pacer.look_again();
            }
        });
        let now = Instant::now();
        let own = Own { queue: LineQueue::default(), is_busy: false, is_finished: false, recent: 0.0, recent_at: now };
        let lane = Arc::new(Self {
            link,
            codec: Arc::clone(codec),
            pace,
            pacer,
            dropped: AtomicU64::new(0),
            own: Mutex::new(own),
            before,
            tell,
        });
        if let Some(pacer) = &lane.pacer {
            pacer.join(&lane);
        }
        lane
    }

    /// Sends these lines, or has them wait. Never blocks for longer than a few sends.
    pub(super) fn put(self: &Arc<Self>, batch: &Batch<'_>) {
        match &self.pacer {
            Some(pacer) => pacer.put(self, batch),
            None => self.put_now(batch),
        }
    }

    /// Whether nothing of a line but its text matters, nor when it came, so that whole lines may go by
    /// [`Lane::put_text`].
    pub(super) fn takes_text(&self) -> bool {
        self.pacer.is_none() && matches!(self.pace, Pace::Joined { .. }) && self.codec.is_raw()
    }

    /// Sends whole lines of a lane that takes them as one text, each with its `\n`.
    pub(super) fn put_text(&self, text: &str) {
        let mut trouble = None;
        self.codec.cut_raw(text, |datagram| trouble = self.link.send(datagram).or(trouble.take()));
        self.say(trouble);
    }

    fn put_now(&self, batch: &Batch<'_>) {
        let mut trouble = None;
        let mut send = |datagram: &[u8]| trouble = self.link.send(datagram).or(trouble.take());
        if matches!(self.pace, Pace::Joined { .. }) {
            let mut joined = self.codec.join();
            for_each(batch, |line| {
                self.codec.encode(&line, |datagram| {
                    if !joined.take(datagram) {
                        send(joined.datagram());
                        joined.clear();
                        joined.take(datagram);
                    }
                });
            });
            if !joined.is_empty() {
                send(joined.datagram());
            }
        } else {
            for_each(batch, |line| self.codec.encode(&line, &mut send));
        }
        self.say(trouble);
    }

    /// Says what went wrong, if anything did.
    pub(super) fn say(&self, trouble: Option<String>) {
        if let Some(trouble) = trouble {
            (self.tell)(&trouble);
        }
    }

    /// How much may wait here.
    pub(super) fn room(&self) -> Room {
        match self.pace {
            // About a second's worth.
            Pace::Joined { bytes, every_millis } => {
                let bytes = u64::from(bytes) * 1000 / u64::from(every_millis.max(1));
                let bytes = usize::try_from(bytes).unwrap_or(usize::MAX).clamp(256 * 1024, 16 * 1024 * 1024);
                Room { lines: bytes / 8, bytes }
            }
            // A burst of thousands waits; at the usual pace it has gone in two thirds of a second.
            Pace::Paced { .. } | Pace::Unpaced => Room { lines: 4096, bytes: 4 * 1024 * 1024 },
        }
    }

    /// Whether nothing is in its way: its host is known, and the run before has sent what it had.
    pub(super) fn is_clear(&self) -> bool {
        !self.link.is_resolving() && self.before.upgrade().is_none_or(|before| lock(&before.own).is_idle())
    }

    /// Nothing more comes: the last datagram is counted right when it was sent, and the socket let go of.
    pub(super) fn finish(&self) {
        match &self.pacer {
            Some(pacer) => pacer.finish(self),
            None => self.link.finish(),
        }
    }

    /// Waits until all that was put has been sent, but not longer than until then. What still waits then has failed.
    pub(in crate::engine) fn settle(&self, deadline: Instant) {
        if let Some(pacer) = &self.pacer {
            let given_up = pacer.settle(self, deadline);
            self.link.count_failed(given_up);
        }
        self.link.settle(deadline.saturating_duration_since(Instant::now()));
    }

    /// As [`Lane::settle`], for a program that ends: names that are still looked up are not waited for.
    pub(in crate::engine) fn settle_soon(&self, deadline: Instant) {
        if !self.link.is_resolving() {
            self.settle(deadline);
        }
    }

    pub(super) fn target(&self) -> &Target {
        self.link.target()
    }

    /// What became of what was to be sent.
    pub(in crate::engine) fn counts(&self) -> EchoCount {
        EchoCount { dropped: self.dropped.load(Ordering::Relaxed), ..self.link.counts() }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(pacer) = &self.pacer {
            pacer.leave();
        }
    }
}

/// Each line of a batch by itself.
pub(super) fn for_each(batch: &Batch<'_>, mut each: impl FnMut(Waiting<'_>)) {
    for (index, seq) in (0..batch.lines.len()).zip(batch.first_seq..) {
        each(nth(batch, index, seq));
    }
}

/// One line of a batch.
pub(super) fn nth<'a>(batch: &'a Batch<'_>, index: usize, seq: u64) -> Waiting<'a> {
    let is_last = index + 1 == batch.lines.len();
    let cut_bytes = if is_last { batch.cut_bytes } else { 0 };
    Waiting { line: &batch.lines[index], stream: batch.stream, seq, at: batch.at, cut_bytes }
}
