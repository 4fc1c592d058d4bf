//! Waiting where the system has no timer of the wall clock that can be waited for safely: by a clock that stands still
//! while the machine sleeps. So the wall clock is looked at now and then.

use std::io;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

/// How late a launch may be at the most after the machine slept, or its clock was set.
const LOOK: Duration = Duration::from_secs(30);

/// Ends a wait.
#[derive(Default)]
pub(super) struct Bell {
    is_rung: Mutex<bool>,
    change: Condvar,
}

impl Bell {
    #[expect(clippy::unnecessary_wraps, reason = "the other system's can fail")]
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self::default())
    }

    /// Ends the present wait, or the next one.
    pub(super) fn ring(&self) {
        *self.is_rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.change.notify_all();
    }

    /// Until the wall clock says `at`, or this moment has come, or somebody rings; maybe sooner.
    pub(super) fn wait(&self, at: Option<Timestamp>, until: Option<Instant>) {
        let to_wall =
            at.map(|at| Duration::try_from(at.duration_since(Timestamp::now())).unwrap_or_default().min(LOOK));
        let to_moment = until.map(|until| until.saturating_duration_since(Instant::now()));
        let mut is_rung = self.is_rung.lock().unwrap_or_else(PoisonError::into_inner);
        match to_wall.into_iter().chain(to_moment).min() {
            _ if *is_rung => {}
            Some(left) => {
                is_rung = self.change.wait_timeout(is_rung, left).unwrap_or_else(PoisonError::into_inner).0;
            }
            None => is_rung = self.change.wait(is_rung).unwrap_or_else(PoisonError::into_inner),
        }
        *is_rung = false;
    }
}
