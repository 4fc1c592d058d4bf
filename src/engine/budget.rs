//! How much memory all consoles of an engine may take together.
//!
//! Each console counts what it keeps by the chunk, so a flood pays for this once in 64 KiB and no console waits for
//! another. Only when all together keep too much are they compared: consoles of ended jobs give up their oldest chunks
//! first, the largest of them before the others; then the largest of the live ones. Each keeps its newest chunk.
//!
//! The lock order is members, then one console's scrollback; who holds a scrollback asks for nothing here.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, TryLockError, Weak};

use super::console::{Console, lock};

/// What is given up at once, so that a flood at the limit doesn't come here for every chunk: this part of the limit.
const SLACK: usize = 32;

/// What all consoles share.
#[derive(Debug)]
pub struct Budget {
    limit_bytes: AtomicUsize,
    used_bytes: AtomicUsize,
    members: Mutex<Vec<Weak<Console>>>,
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(Self::DEFAULT_BYTES)
    }
}

impl Budget {
    /// Half a gibibyte: some sixty jobs that each keep 100,000 lines of 80 bytes.
    pub const DEFAULT_BYTES: usize = 512 << 20;

    /// Room for so many bytes.
    #[must_use]
    pub fn new(limit_bytes: usize) -> Self {
        Self { limit_bytes: limit_bytes.into(), used_bytes: AtomicUsize::new(0), members: Mutex::default() }
    }

    /// What all consoles keep, the newest chunk of each left out.
    #[must_use]
    pub fn used_bytes(&self) -> usize {
        self.used_bytes.load(Ordering::Relaxed)
    }

    /// Gives more room or less; what is too much is given up when the next output comes, or by [`Budget::relieve`].
    pub fn set_limit(&self, bytes: usize) {
        self.limit_bytes.store(bytes, Ordering::Relaxed);
    }

    pub(super) fn join(&self, console: &Arc<Console>) {
        let mut members = lock(&self.members);
        members.retain(|member| member.strong_count() > 0);
        members.push(Arc::downgrade(console));
    }

    /// Has consoles give up what is too much. Whoever finds another thread at it goes on.
    pub fn relieve(&self) {
        let limit = self.limit_bytes.load(Ordering::Relaxed);
        if self.used_bytes() <= limit {
            return;
        }
        let members = match self.members.try_lock() {
            Ok(members) => members,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return,
        };
        let members: Vec<_> = members.iter().filter_map(Weak::upgrade).collect();
        let goal = limit - limit / SLACK;
        let mut exhausted = vec![false; members.len()];
        while self.used_bytes() > goal {
            let able = members.iter().zip(&mut exhausted).filter(|(_, is_exhausted)| !**is_exhausted);
            let Some((console, is_exhausted)) = able.max_by_key(|(console, _)| console.share().weight()) else {
                return;
            };
            *is_exhausted = !console.give_up_oldest();
        }
    }
}

/// One console's part of the budget.
#[derive(Debug, Default)]
pub(super) struct Share {
    budget: Option<Arc<Budget>>,
    bytes: AtomicUsize,
    is_ended: AtomicBool,
}

impl Share {
    pub(super) fn of(budget: &Arc<Budget>) -> Self {
        Self { budget: Some(Arc::clone(budget)), bytes: AtomicUsize::new(0), is_ended: AtomicBool::new(false) }
    }

    /// Says what the console keeps now; under its lock, so that what is said last is true. Answers whether all together
    /// keep too much.
    pub(super) fn set(&self, bytes: usize) -> bool {
        let Some(budget) = &self.budget else { return false };
        let before = self.bytes.load(Ordering::Relaxed);
        if before == bytes {
            return false;
        }
        self.bytes.store(bytes, Ordering::Relaxed);
        // Wraps where it shrinks, as the sum does.
        let change = bytes.wrapping_sub(before);
        let used = budget.used_bytes.fetch_add(change, Ordering::Relaxed).wrapping_add(change);
        used > budget.limit_bytes.load(Ordering::Relaxed)
    }

    pub(super) fn set_ended(&self, is_ended: bool) {
        self.is_ended.store(is_ended, Ordering::Relaxed);
    }

    pub(super) fn is_ended(&self) -> bool {
        self.is_ended.load(Ordering::Relaxed)
    }

    /// Without the console's lock.
    pub(super) fn relieve(&self) {
        if let Some(budget) = &self.budget {
            budget.relieve();
        }
    }

    /// Who has the most gives first.
    fn weight(&self) -> (bool, usize) {
        (self.is_ended(), self.bytes.load(Ordering::Relaxed))
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::lines::{Piece, PieceKind};
    use crate::engine::scrollback::{Limits, Stream};

    const PER_JOB: Limits = Limits { lines: 1_000_000, bytes: 64 << 20 };

    fn console(budget: &Arc<Budget>) -> Arc<Console> {
        Console::within(PER_JOB, budget)
    }

    /// Writes about so many bytes.
    fn flood(console: &Console, bytes: usize) {
        let lines = [&[b'x'; 79][..], b"\n"].concat().repeat(500);
        for _ in 0..bytes.div_ceil(lines.len()) {
            let piece = Piece { bytes: (&lines[..]).into(), kind: PieceKind::Lines };
            console.add(Stream::Stdout, &[piece], b"");
        }
    }

    #[test]
    fn all_consoles_together_keep_no_more_than_they_may() {
        let budget = Arc::new(Budget::new(4 << 20));
        let consoles: Vec<_> = (0..8).map(|_| console(&budget)).collect();
        for _ in 0..10 {
            for console in &consoles {
                flood(console, 256 << 10);
                assert!(budget.used_bytes() <= 4 << 20);
            }
        }
        assert!(budget.used_bytes() > 3 << 20, "and not much less: {}", budget.used_bytes());
        for console in &consoles {
            let (rows, dropped) = (console.rows(), console.dropped_lines());
            assert_eq!(rows.start, dropped, "what left is counted");
            assert!(rows.end > rows.start && dropped > 0);
        }
        drop(consoles);
        assert_eq!(budget.used_bytes(), 0);
    }

    #[test]
    fn ended_jobs_give_first_and_the_largest_before_the_others() {
        let budget = Arc::new(Budget::new(4 << 20));
        let (live, small, large, talking) = (console(&budget), console(&budget), console(&budget), console(&budget));
        flood(&live, 1 << 20);
        flood(&small, 512 << 10);
        flood(&large, 2 << 20);
        small.set_ended(true);
        large.set_ended(true);
        flood(&talking, 1 << 20);
        assert_eq!((live.dropped_lines(), small.dropped_lines()), (0, 0));
        assert!(large.dropped_lines() > 0);
        flood(&talking, 5 << 18);
        assert_eq!((live.dropped_lines(), talking.dropped_lines()), (0, 0), "the ended ones had enough to give");
        assert!(small.dropped_lines() > 0);
        assert!(!small.rows().is_empty() && !large.rows().is_empty(), "each keeps its latest lines");
        flood(&talking, 3 << 20);
        assert_eq!(live.dropped_lines(), 0, "the larger of the live ones gives");
        assert!(talking.dropped_lines() > 0);
    }

    #[test]
    fn less_room_is_made_at_once() {
        let budget = Arc::new(Budget::default());
        let console = console(&budget);
        flood(&console, 4 << 20);
        assert_eq!(console.dropped_lines(), 0);
        budget.set_limit(1 << 20);
        budget.relieve();
        assert!(budget.used_bytes() <= 1 << 20 && console.dropped_lines() > 0);
        console.clear();
        assert_eq!(budget.used_bytes(), 0);
    }

    #[test]
    fn many_floods_at_the_limit_hinder_nobody() {
        let budget = Arc::new(Budget::new(1 << 20));
        let threads: Vec<_> = (0..6)
            .map(|number| {
                let console = console(&budget);
                let work = move || {
                    for round in 0..40 {
                        flood(&console, 128 << 10);
                        console.set_ended((round + number) % 3 == 0);
                    }
                    console
                };
                std::thread::Builder::new().name("flood".to_owned()).spawn(work).unwrap()
            })
            .collect();
        let consoles: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        budget.relieve();
        assert!(budget.used_bytes() <= 1 << 20);
        drop(consoles);
        assert_eq!(budget.used_bytes(), 0);
    }
}
