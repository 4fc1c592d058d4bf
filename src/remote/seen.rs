//! Orders that were marked with a token, so that one that is sent again because its answer was lost isn't done twice.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// How many are remembered, and for how long.
const MOST: usize = 512;
const KEPT_FOR: Duration = Duration::from_mins(5);

type Mark = (IpAddr, String);

#[derive(Debug, Default)]
pub struct Seen {
    /// Each with what was answered, as soon as that is known.
    orders: HashMap<Mark, Option<Vec<u8>>>,
    in_order: VecDeque<(Instant, Mark)>,
}

/// What is known of a marked order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    New,
    /// It is being done; the answer comes.
    UnderWay,
    Answered(Vec<u8>),
}

impl Seen {
    /// Notes the order, and says whether it was noted before.
    pub fn note(&mut self, sender: IpAddr, token: &str, now: Instant) -> Known {
        while self.in_order.len() >= MOST
            || self.in_order.front().is_some_and(|(at, _)| now.duration_since(*at) > KEPT_FOR)
        {
            let Some((_, mark)) = self.in_order.pop_front() else { break };
            self.orders.remove(&mark);
        }
        let mark = (sender, token.to_owned());
        match self.orders.get(&mark) {
            Some(Some(answer)) => Known::Answered(answer.clone()),
            Some(None) => Known::UnderWay,
            None => {
                self.orders.insert(mark.clone(), None);
                self.in_order.push_back((now, mark));
                Known::New
            }
        }
    }

    /// What the sender was answered.
    pub fn answered(&mut self, sender: IpAddr, token: &str, answer: &[u8]) {
        if let Some(known) = self.orders.get_mut(&(sender, token.to_owned())) {
            *known = Some(answer.to_vec());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_new_once() {
        let (mut seen, now) = (Seen::default(), Instant::now());
        let (here, there) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([10, 0, 0, 1]));
        assert_eq!(seen.note(here, "a", now), Known::New);
        assert_eq!(seen.note(here, "a", now), Known::UnderWay);
        assert_eq!(seen.note(there, "a", now), Known::New, "another's token is another order");
        seen.answered(here, "a", b"ok");
        assert_eq!(seen.note(here, "a", now), Known::Answered(b"ok".to_vec()));
        assert_eq!(seen.note(here, "a", now + KEPT_FOR * 2), Known::New);
    }

    #[test]
    fn a_flood_of_tokens_is_bounded() {
        let (mut seen, now) = (Seen::default(), Instant::now());
        for number in 0..10_000 {
            seen.note(IpAddr::from([127, 0, 0, 1]), &number.to_string(), now);
        }
        assert!(seen.orders.len() <= MOST && seen.in_order.len() <= MOST);
    }
}
