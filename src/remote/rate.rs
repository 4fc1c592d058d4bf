//! How much each sender may ask: a bucket of tokens per address, which fills as time passes. The table of buckets is
//! bounded, and who is full again is forgotten.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// Orders a second, and how many at once.
pub const ORDERS_PER_SECOND: f64 = 60.0;
const MOST_ORDERS: f64 = 120.0;
/// Launches and restarts a second, and how many at once: a button that a network sends with each frame must not fill
/// the machine with processes.
pub const LAUNCHES_PER_SECOND: f64 = 5.0;
const MOST_LAUNCHES: f64 = 30.0;
/// Senders that are told apart.
const MOST_SENDERS: usize = 1024;
/// A sender is told again that it asks too much once it has been below the limit for so long.
const TOLD_FOR: Duration = Duration::from_secs(1);

/// What a sender may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leave {
    Granted,
    /// No, and it hasn't been told yet.
    Refused,
    /// No, and it knows.
    Silence,
}

#[derive(Debug, Default)]
pub struct Rates {
    senders: HashMap<IpAddr, Buckets>,
}

#[derive(Debug)]
struct Buckets {
    orders: f64,
    launches: f64,
    filled_at: Instant,
    /// When it last asked too much.
    told_at: Option<Instant>,
}

impl Rates {
    /// Takes a token for one order.
    pub fn take(&mut self, sender: IpAddr, now: Instant) -> Leave {
        self.buckets(sender, now).take(now, |buckets| &mut buckets.orders)
    }

    /// Takes a token for one launch, besides the order's own.
    pub fn take_launch(&mut self, sender: IpAddr, now: Instant) -> Leave {
        self.buckets(sender, now).take(now, |buckets| &mut buckets.launches)
    }

    fn buckets(&mut self, sender: IpAddr, now: Instant) -> &mut Buckets {
        if !self.senders.contains_key(&sender) && self.senders.len() >= MOST_SENDERS {
            self.forget(now);
        }
        let new = || Buckets { orders: MOST_ORDERS, launches: MOST_LAUNCHES, filled_at: now, told_at: None };
        let buckets = self.senders.entry(sender).or_insert_with(new);
        buckets.fill(now);
        buckets
    }

    /// Makes room: forgets those who are full again, and where that isn't enough, those who asked for the least.
    fn forget(&mut self, now: Instant) {
        self.senders.values_mut().for_each(|buckets| buckets.fill(now));
        self.senders.retain(|_, buckets| buckets.orders < MOST_ORDERS || buckets.launches < MOST_LAUNCHES);
        if self.senders.len() < MOST_SENDERS {
            return;
        }
        // Half of them at once, so that this is seldom.
        let mut tokens: Vec<_> = self.senders.values().map(|buckets| buckets.orders).collect();
        let (_, middle, _) = tokens.select_nth_unstable_by(MOST_SENDERS / 2, f64::total_cmp);
        let (middle, mut kept) = (*middle, 0);
        self.senders.retain(|_, buckets| {
            let is_kept = buckets.orders <= middle && kept < MOST_SENDERS / 2;
            kept += usize::from(is_kept);
            is_kept
        });
    }
}

impl Buckets {
    fn fill(&mut self, now: Instant) {
        let secs = now.saturating_duration_since(self.filled_at).as_secs_f64();
        self.filled_at = now;
        self.orders = (self.orders + secs * ORDERS_PER_SECOND).min(MOST_ORDERS);
        self.launches = (self.launches + secs * LAUNCHES_PER_SECOND).min(MOST_LAUNCHES);
    }

    fn take(&mut self, now: Instant, of: impl Fn(&mut Self) -> &mut f64) -> Leave {
        let tokens = of(self);
        if *tokens >= 1.0 {
            *tokens -= 1.0;
            return Leave::Granted;
        }
        let is_told = self.told_at.is_some_and(|told| now.saturating_duration_since(told) < TOLD_FOR);
        self.told_at = Some(now);
        if is_told { Leave::Silence } else { Leave::Refused }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(number: u32) -> IpAddr {
        IpAddr::from(number.to_be_bytes())
    }

    #[test]
    fn a_flood_is_cut_to_its_rate_and_told_once() {
        let (mut rates, start) = (Rates::default(), Instant::now());
        let mut answers = Vec::new();
        for millis in 0..10_000 {
            answers.push(rates.take(sender(1), start + Duration::from_millis(millis)));
        }
        let granted = answers.iter().filter(|leave| **leave == Leave::Granted).count();
        assert!((700..=730).contains(&granted), "{granted}");
        assert_eq!(answers.iter().filter(|leave| **leave == Leave::Refused).count(), 1);
        assert_eq!(rates.take(sender(2), start), Leave::Granted, "others are not held up");
        let later = start + Duration::from_mins(1);
        assert_eq!(rates.take(sender(1), later), Leave::Granted);
    }

    #[test]
    fn launches_have_a_limit_of_their_own() {
        let (mut rates, now) = (Rates::default(), Instant::now());
        let granted = (0..100).filter(|_| rates.take_launch(sender(1), now) == Leave::Granted).count();
        assert_eq!(granted, 30);
        assert_eq!(rates.take(sender(1), now), Leave::Granted);
        assert_eq!(rates.take_launch(sender(1), now + Duration::from_secs(1)), Leave::Granted);
    }

    #[test]
    fn many_senders_take_no_more_memory() {
        let (mut rates, now) = (Rates::default(), Instant::now());
        for number in 0..50_000 {
            assert_eq!(rates.take(sender(number), now), Leave::Granted);
        }
        assert!(rates.senders.len() <= MOST_SENDERS);
    }
}
