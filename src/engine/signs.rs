//! Signs that a run gives by its output: that it is ready, and that it lives. Watched by the reader threads; who never
//! asked for signs pays two branches per read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use regex::bytes::Regex;

use crate::model::{Hang, Ready, pattern};

/// What the readers report of a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Ready,
    /// The first output after it was taken for stalled.
    Alive,
}

/// What one run's output is watched for.
pub(super) struct Signs {
    ready: Option<Regex>,
    life: Life,
    is_ready: AtomicBool,
    is_stalled: AtomicBool,
    epoch: Instant,
    /// Milliseconds from the epoch, plus one; zero for none yet.
    last: AtomicU64,
    report: Box<dyn Fn(Sign) + Send + Sync>,
}

/// What counts as a sign of life.
enum Life {
    Unwatched,
    AnyOutput,
    Lines(Regex),
}

impl Signs {
    /// Watches for what the preset says. A pattern that is none was refused before the launch, and watches for nothing.
    pub(super) fn new(ready: &Ready, hang: &Hang, report: impl Fn(Sign) + Send + Sync + 'static) -> Self {
        let life = match (hang.secs, pattern(&hang.line).unwrap_or_default()) {
            (0, _) => Life::Unwatched,
            (_, None) => Life::AnyOutput,
            (_, Some(line)) => Life::Lines(line),
        };
        Self {
            ready: pattern(&ready.line).unwrap_or_default(),
            life,
            is_ready: AtomicBool::new(false),
            is_stalled: AtomicBool::new(false),
            epoch: Instant::now(),
            last: AtomicU64::new(0),
            report: Box::new(report),
        }
    }

    /// Something came, a line or a part of one.
    pub(super) fn saw_output(&self) {
        if matches!(self.life, Life::AnyOutput) {
            self.saw_life();
        }
    }

    /// Whether lines have to be told at all.
    pub(super) fn look_at_lines(&self) -> bool {
        let awaits_ready = self.ready.is_some() && !self.is_ready.load(Ordering::Relaxed);
        awaits_ready || matches!(self.life, Life::Lines(_))
    }

    /// A line came.
    pub(super) fn saw_line(&self, line: &[u8]) {
        if let Some(ready) = &self.ready
            && !self.is_ready.load(Ordering::Relaxed)
            && ready.is_match(line)
            && !self.is_ready.swap(true, Ordering::Relaxed)
        {
            (self.report)(Sign::Ready);
        }
        if let Life::Lines(sign) = &self.life
            && sign.is_match(line)
        {
            self.saw_life();
        }
    }

    fn saw_life(&self) {
        let millis = u64::try_from(self.epoch.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last.store(millis.saturating_add(1), Ordering::SeqCst);
        if self.is_stalled.load(Ordering::SeqCst) && self.is_stalled.swap(false, Ordering::SeqCst) {
            (self.report)(Sign::Alive);
        }
    }

    /// The last sign of life.
    pub(super) fn last(&self) -> Option<Instant> {
        let millis = self.last.load(Ordering::SeqCst).checked_sub(1)?;
        Some(self.epoch + Duration::from_millis(millis))
    }

    /// Has the next sign of life reported.
    pub(super) fn set_stalled(&self) {
        self.is_stalled.store(true, Ordering::SeqCst);
    }
}
