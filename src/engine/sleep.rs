//! Whether the machine slept while the supervisor waited. On Windows its clock goes on meanwhile, and a job that slept along
//! would seem to have been silent for hours.

use std::time::{Duration, Instant};

/// A supervisor that is so late didn't wait: it was held, and its jobs most likely with it.
const OVERSLEPT: Duration = Duration::from_secs(5);

/// When the machine, or we alone, last went on after a stand-still.
#[derive(Debug, Default)]
pub(super) struct Sleep {
    woke: Option<Instant>,
}

impl Sleep {
    /// A wait until `deadline` is over.
    pub(super) fn note(&mut self, deadline: Option<Instant>, now: Instant) {
        if deadline.is_some_and(|deadline| now.saturating_duration_since(deadline) > OVERSLEPT) {
            self.woke = Some(now);
        }
    }

    /// From when on a job's silence counts: its last sign of life, or that it could give one again.
    pub(super) fn silent_since(&self, last_sign: Option<Instant>) -> Option<Instant> {
        last_sign.max(self.woke)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::lifecycle::{Input, Life, ReadyRule, Rules, State};
    use crate::model::{OnHang, Restart};

    #[test]
    fn a_night_asleep_is_no_silence_and_what_is_silent_afterwards_hangs() {
        let silence = Duration::from_mins(1);
        let hang = Some((silence, OnHang::Restart));
        let rules = Rules { patience: Duration::ZERO, restart: Restart::default(), hang, ready: ReadyRule::AtStart };
        let (mut life, mut sleep, start) = (Life::new(rules, None), Sleep::default(), Instant::now());
        life.step(Input::Spawned { pid: 1, now: start });
        let deadline = life.deadline(sleep.silent_since(Some(start)));
        assert_eq!(deadline, Some(start + silence));
        // A little late, as anybody may be.
        sleep.note(deadline, start + silence + Duration::from_secs(1));
        assert_eq!(sleep.silent_since(Some(start)), Some(start));
        let morning = start + Duration::from_hours(8);
        sleep.note(deadline, morning);
        let last_sign = sleep.silent_since(Some(start));
        assert_eq!(life.step(Input::Tick { now: morning, last_sign }), []);
        assert!(matches!(life.state(), State::Running { .. }));
        let later = morning + silence;
        assert!(!life.step(Input::Tick { now: later, last_sign }).is_empty());
        assert!(matches!(life.state(), State::Stopping { .. }));
    }
}
