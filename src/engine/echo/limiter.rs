//! How many datagrams one target takes in which time. Knows no socket and no thread; it is told what time it is.
//!
//! Two bounds at once. A bucket of tokens: so many at once, and then one by one. And the frame: in any sixtieth of a second
//! no more than a sixtieth of a second's worth, for the receiver drains its socket once in that time, and what a bucket
//! alone lets pass in it (the burst and the rate) can be more than its buffer holds.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Frames a second of a receiver that is drawn as fast as screens are.
const FRAMES_PER_SEC: u32 = 60;

/// How late a datagram may be without the ones behind it being late too: timers are not exact.
const SLACK: Duration = Duration::from_millis(2);

#[derive(Debug)]
pub(super) struct Limiter {
    per_sec: u32,
    burst: u32,
    tokens: f64,
    refilled: Instant,
    /// When the latest were due, as many as fall into one frame.
    recent: VecDeque<Instant>,
}

impl Limiter {
    pub(super) fn new(per_sec: u32, burst: u32, now: Instant) -> Self {
        let (per_sec, burst) = (per_sec.max(1), burst.max(1));
        Self { per_sec, burst, tokens: f64::from(burst), refilled: now, recent: VecDeque::new() }
    }

    /// From now on so many a second, and at once.
    pub(super) fn set(&mut self, per_sec: u32, burst: u32) {
        self.per_sec = per_sec.max(1);
        self.burst = burst.max(1);
        self.tokens = self.tokens.min(f64::from(self.burst));
    }

    /// When the next may go; a time that has passed for at once. Whoever is `quiet` may go a little beyond the bounds, so
    /// that those who are at them all the time cost it nothing.
    pub(super) fn next_at(&mut self, now: Instant, quiet: bool) -> Instant {
        let passed = now.saturating_duration_since(self.refilled).as_secs_f64();
        let rate = f64::from(self.per_sec);
        self.tokens = (self.tokens + passed * rate).min(f64::from(self.burst));
        self.refilled = self.refilled.max(now);
        let reserve = if quiet { self.reserve() } else { 0 };
        let missing = 1.0 - f64::from(reserve) - self.tokens;
        let by_tokens = if missing > 0.0 { now + Duration::from_secs_f64(missing / rate) } else { now };
        let room = (self.in_frame() + reserve) as usize;
        let by_frame = self.recent.len().checked_sub(room).map(|index| self.recent[index] + self.frame());
        by_frame.map_or(by_tokens, |at| at.max(by_tokens))
    }

    /// One has gone. It counts from when it was due, lest its lateness add up.
    pub(super) fn spend(&mut self, now: Instant) {
        self.tokens -= 1.0;
        let room = self.in_frame() as usize;
        let due = self.recent.len().checked_sub(room).map_or(now, |index| self.recent[index] + self.frame());
        let late = now.checked_sub(SLACK).unwrap_or(now);
        self.recent.push_back(due.clamp(late, now));
        while self.recent.len() > (self.in_frame() + self.reserve()) as usize {
            self.recent.pop_front();
        }
    }

    fn in_frame(&self) -> u32 {
        (self.per_sec / FRAMES_PER_SEC).max(1)
    }

    fn frame(&self) -> Duration {
        Duration::from_secs(1) * self.in_frame() / self.per_sec
    }

    fn reserve(&self) -> u32 {
        (self.in_frame() / 8).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// When each of a flood goes, whose sender wakes up in steps of this length.
    fn flood(limiter: &mut Limiter, start: Instant, step: Duration, count: usize) -> Vec<Duration> {
        let mut now = start;
        let mut sent = Vec::new();
        while sent.len() < count {
            let due = limiter.next_at(now, false);
            if due <= now {
                limiter.spend(now);
                sent.push(now - start);
            } else {
                now += step;
            }
        }
        sent
    }

    #[test]
    fn no_frame_gets_more_than_its_share_however_the_frames_lie() {
        for (per_sec, burst) in [(6000, 64), (12_000, 32), (600, 64)] {
            let start = Instant::now();
            let mut limiter = Limiter::new(per_sec, burst, start);
            let sent = flood(&mut limiter, start, Duration::from_micros(100), 3 * per_sec as usize);
            let share = (per_sec / 60) as usize;
            // A datagram may make up for lateness, so a frame may have a few of the one before.
            let most = share + (per_sec as usize * 2).div_ceil(1000);
            for first in 0..sent.len() - most {
                let window = sent[first + most].saturating_sub(sent[first]);
                assert!(window >= Duration::from_millis(16), "{per_sec}: {most} within {window:?}");
            }
            let took = sent.last().unwrap().as_secs_f64();
            assert!((2.9..=3.1).contains(&took), "{took} s for three seconds' worth");
            let at_once = sent.iter().take_while(|at| at.is_zero()).count();
            assert_eq!(at_once, (burst as usize).min(share));
        }
    }

    #[test]
    fn a_sender_that_wakes_up_late_keeps_the_rate() {
        let start = Instant::now();
        let mut limiter = Limiter::new(6000, 64, start);
        let took = flood(&mut limiter, start, Duration::from_micros(1100), 18_000).pop().unwrap();
        assert!(took < Duration::from_millis(3300), "{took:?} for three seconds' worth");
    }

    #[test]
    fn a_quiet_one_goes_at_once_beside_a_flood_but_not_without_end() {
        let start = Instant::now();
        let mut limiter = Limiter::new(6000, 64, start);
        flood(&mut limiter, start, Duration::from_micros(100), 100);
        let now = start + Duration::from_millis(8);
        assert!(limiter.next_at(now, false) > now);
        let mut count = 0;
        while limiter.next_at(now, true) <= now {
            limiter.spend(now);
            count += 1;
        }
        assert!((1..=12).contains(&count), "{count}");
    }

    #[test]
    fn slow_paces_are_slow() {
        let start = Instant::now();
        let mut limiter = Limiter::new(2, 1, start);
        let sent = flood(&mut limiter, start, Duration::from_millis(1), 5);
        assert!((Duration::from_millis(1990)..Duration::from_millis(2010)).contains(&sent[4]), "{sent:?}");
    }
}
