//! Times as the panel shows them.

use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use crate::ui::job_state::Due;
use crate::ui::local_time::local;

/// The time of day.
pub(super) fn clock_time(at: Timestamp) -> String {
    local(at).strftime("%H:%M:%S").to_string()
}

/// The time of day, and the day where that isn't today.
pub(super) fn date_time(at: Timestamp) -> String {
    let (then, today) = (local(at), local(Timestamp::now()).date());
    let format = match then.date() {
        date if date == today => "today %H:%M:%S",
        date if date.year() == today.year() => "%-d %b %H:%M:%S",
        _ => "%-d %b %Y %H:%M",
    };
    then.strftime(format).to_string()
}

/// The time of a frame, and whether frames come that show how it passes.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    pub now: Instant,
    pub ticks: bool,
}

impl Clock {
    /// Rounded up: at "0 s left" it is over.
    pub(super) fn secs_left(self, deadline: Instant) -> u32 {
        let left = deadline.saturating_duration_since(self.now) + Duration::from_millis(999);
        u32::try_from(left.as_secs()).unwrap_or(u32::MAX)
    }

    /// When a wait is over; it isn't counted down while nobody looks.
    pub(super) fn due(self, at: Instant) -> Due {
        if self.ticks {
            return Due::InSecs(self.secs_left(at));
        }
        let left = SignedDuration::try_from(at.saturating_duration_since(self.now)).unwrap_or_default();
        let time = local(Timestamp::now() + left);
        Due::At { hour: time.hour(), minute: time.minute(), second: time.second() }
    }

    /// Since when something lasts.
    pub(super) fn since(elapsed: Duration) -> String {
        clock_time(Timestamp::now() - SignedDuration::try_from(elapsed).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_counts_down_only_while_somebody_looks() {
        let now = Instant::now();
        let at = now + Duration::from_millis(3200);
        assert_eq!(Clock { now, ticks: true }.due(at), Due::InSecs(4));
        assert!(matches!(Clock { now, ticks: false }.due(at), Due::At { .. }));
        assert_eq!(Clock { now: at, ticks: true }.due(now), Due::InSecs(0), "what is over is not negative");
    }
}
