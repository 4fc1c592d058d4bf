//! How much came within the last second.

use std::time::{Duration, Instant};

const SLICE: Duration = Duration::from_millis(100);
const SLICES: usize = 10;

/// Counts in tenths of a second.
#[derive(Clone, Debug)]
pub(super) struct Rate {
    start: Instant,
    /// Datagrams and bytes of a slice, and which slice since the start it is.
    slices: [(u64, u64, u64); SLICES],
}

impl Rate {
    pub(super) fn new(now: Instant) -> Self {
        Self { start: now, slices: [(u64::MAX, 0, 0); SLICES] }
    }

    pub(super) fn add(&mut self, now: Instant, bytes: usize) {
        let number = self.number(now);
        let slice = &mut self.slices[usize::try_from(number % SLICES as u64).unwrap_or_default()];
        if slice.0 != number {
            *slice = (number, 0, 0);
        }
        slice.1 += 1;
        slice.2 += bytes as u64;
    }

    /// Datagrams and bytes of the last second.
    pub(super) fn per_second(&self, now: Instant) -> (u64, u64) {
        let number = self.number(now);
        let recent = self.slices.iter().filter(|slice| slice.0 <= number && slice.0 + SLICES as u64 > number);
        recent.fold((0, 0), |sum, slice| (sum.0 + slice.1, sum.1 + slice.2))
    }

    fn number(&self, now: Instant) -> u64 {
        let since = now.saturating_duration_since(self.start);
        u64::try_from(since.as_millis() / SLICE.as_millis()).unwrap_or(u64::MAX / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_later_nothing_is_left() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut rate = Rate::new(start);
        assert_eq!(rate.per_second(start), (0, 0));
        for millis in 0..1000 {
            rate.add(at(millis), 10);
        }
        assert_eq!(rate.per_second(at(999)), (1000, 10_000));
        assert_eq!(rate.per_second(at(1500)), (400, 4000));
        assert_eq!(rate.per_second(at(3000)), (0, 0));
        rate.add(at(3000), 5);
        assert_eq!(rate.per_second(at(3000)), (1, 5));
    }
}
