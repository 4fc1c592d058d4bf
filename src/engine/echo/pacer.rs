//! Sends to one target what all jobs have for it, no faster than the target takes it: a queue per job, those that sent
//! least lately first, and one thread that is there while something waits.
//!
//! A line for a target that has room goes at once, from the reader that brought it, and a quiet job's goes past a noisy
//! one's queue. No reader ever waits here for longer than it takes to send a few datagrams.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::lane::{Lane, Own, nth};
use super::limiter::Limiter;
use super::plan::Target;
use super::queue::{Batch, Waiting};
use crate::engine::console::lock;
use crate::model::{Pace, USUAL_BURST, USUAL_PER_SEC};

/// One target's, in the whole program.
#[derive(Debug)]
pub(super) struct Pacer {
    state: Mutex<State>,
    /// Something has to be looked at.
    wake: Condvar,
    /// A lane has nothing more that waits.
    drained: Condvar,
}

#[derive(Debug)]
struct State {
    limiter: Limiter,
    /// When joined lines last went.
    joined_at: Option<Instant>,
    /// Whoever uses it, and with which pace.
    users: Vec<(Weak<Lane>, Pace)>,
    /// Whoever has lines that wait.
    waiting: Vec<Arc<Lane>>,
    has_thread: bool,
}

static PACERS: Mutex<BTreeMap<Target, Weak<Pacer>>> = Mutex::new(BTreeMap::new());

/// Reads of more lines than these are left to the thread, so that nobody else waits for all of them.
const AT_ONCE: usize = 8;

/// How many datagrams the thread sends without looking who else has come.
const ROUND: usize = 8;

/// How long the thread stays when nothing waits any more.
const IDLE: Duration = Duration::from_secs(5);

/// Up to this long the thread sleeps by the system's exact timer, which on Windows waiting for a wake-up does not use.
const EXACT: Duration = Duration::from_millis(20);

/// A round's datagrams of one lane.
type Round = Vec<(Arc<Lane>, Vec<u8>)>;

/// What the thread does next.
enum Next {
    Send(Round),
    Wait(Instant),
    /// Nothing waits, or nothing that could go.
    Rest,
}

impl Pacer {
    /// The one of this target.
    pub(super) fn of(target: &Target) -> Arc<Self> {
        let mut pacers = lock(&PACERS);
        if let Some(pacer) = pacers.get(target).and_then(Weak::upgrade) {
            return pacer;
        }
        pacers.retain(|_, pacer| pacer.strong_count() > 0);
        let limiter = Limiter::new(USUAL_PER_SEC, USUAL_BURST, Instant::now());
        let state = State { limiter, joined_at: None, users: Vec::new(), waiting: Vec::new(), has_thread: false };
        let pacer = Arc::new(Self { state: Mutex::new(state), wake: Condvar::new(), drained: Condvar::new() });
        pacers.insert(target.clone(), Arc::downgrade(&pacer));
        pacer
    }

    /// One more lane uses it.
    pub(super) fn join(&self, lane: &Arc<Lane>) {
        let mut state = lock(&self.state);
        state.users.push((Arc::downgrade(lane), lane.pace));
        state.agree();
    }

    /// A lane has gone. It may be let go of by whoever holds the state, who then looks himself.
    pub(super) fn leave(&self) {
        if let Ok(mut state) = self.state.try_lock() {
            state.agree();
        }
    }

    /// Something that kept lanes from sending may have changed.
    pub(super) fn look_again(self: &Arc<Self>) {
        let mut state = lock(&self.state);
        if !state.waiting.is_empty() {
            self.have_sent(&mut state);
        }
    }

    /// Sends these lines at once where that is allowed, and has the others wait.
    pub(super) fn put(self: &Arc<Self>, lane: &Arc<Lane>, batch: &Batch<'_>) {
        let mut trouble = None;
        let mut state = lock(&self.state);
        let mut own = lock(&lane.own);
        let mut sent = 0;
        if batch.lines.len() <= AT_ONCE && own.is_idle() && lane.is_clear() {
            while sent < batch.lines.len() && state.may_go_at_once(lane, &mut own) {
                let next = nth(batch, sent, batch.first_seq + sent as u64);
                let now = Instant::now();
                lane.codec.encode(&next, |datagram| {
                    trouble = lane.link.send(datagram).or(trouble.take());
                    state.spend(lane.pace, now);
                    own.has_sent(1, now);
                });
                sent += 1;
            }
        }
        if sent < batch.lines.len() {
            let dropped = own.queue.push(batch, sent, lane.room());
            lane.dropped.fetch_add(dropped, std::sync::atomic::Ordering::Relaxed);
            if !state.waiting.iter().any(|waiting| Arc::ptr_eq(waiting, lane)) {
                state.waiting.push(Arc::clone(lane));
            }
            drop(own);
            self.have_sent(&mut state);
        } else {
            drop(own);
        }
        drop(state);
        lane.say(trouble);
    }

    /// Nothing more comes from this lane.
    pub(super) fn finish(&self, lane: &Lane) {
        let _state = lock(&self.state);
        let mut own = lock(&lane.own);
        if own.is_idle() {
            lane.link.finish();
        } else {
            own.is_finished = true;
        }
    }

    /// Waits until nothing of this lane waits, but not longer than until then. Answers how many lines were given up.
    pub(super) fn settle(&self, lane: &Lane, deadline: Instant) -> u64 {
        let patience = deadline.saturating_duration_since(Instant::now());
        let waited = self.drained.wait_timeout_while(lock(&self.state), patience, |_| !lock(&lane.own).is_idle());
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let given_up = lock(&lane.own).queue.clear();
        state.forget_idle();
        given_up
    }

    /// Has a thread send what waits.
    fn have_sent(self: &Arc<Self>, state: &mut State) {
        if state.has_thread {
            self.wake.notify_one();
            return;
        }
        let pacer = Arc::clone(self);
        let thread = std::thread::Builder::new().name("echo pace".to_owned()).spawn(move || pacer.work());
        match thread {
            Ok(_) => state.has_thread = true,
            // The next line tries again; meanwhile the queues are bounded.
            Err(error) => tracing::warn!("no thread to send the echo with: {error}"),
        }
    }

    fn work(&self) {
        let mut state = lock(&self.state);
        loop {
            match state.next(Instant::now()) {
                Next::Send(round) => {
                    drop(state);
                    for (lane, datagram) in &round {
                        lane.say(lane.link.send(datagram));
                    }
                    state = lock(&self.state);
                    self.end_round(&mut state, round);
                }
                Next::Wait(until) => state = self.wait(state, until),
                Next::Rest => {
                    let waited = self.wake.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
                    state = waited.0;
                    if waited.1.timed_out() && state.waiting.is_empty() {
                        state.has_thread = false;
                        return;
                    }
                }
            }
        }
    }

    fn end_round(&self, state: &mut State, round: Round) {
        for (lane, _) in round {
            let mut own = lock(&lane.own);
            own.is_busy = false;
            if own.queue.is_empty() && std::mem::take(&mut own.is_finished) {
                lane.link.finish();
            }
        }
        if state.forget_idle() {
            state.agree();
            self.drained.notify_all();
        }
    }

    fn wait<'a>(&'a self, state: MutexGuard<'a, State>, until: Instant) -> MutexGuard<'a, State> {
        let left = until.saturating_duration_since(Instant::now());
        if left <= EXACT {
            drop(state);
            // A wake-up for every datagram would cost more than it is worth: a few go together.
            std::thread::sleep(left.max(Duration::from_millis(1)));
            lock(&self.state)
        } else {
            self.wake.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
        }
    }
}

impl State {
    /// The slowest pace that a user wants is the target's: several jobs may disagree, and it has only one buffer.
    fn agree(&mut self) {
        self.users.retain(|(lane, _)| lane.strong_count() > 0);
        let paces = self.users.iter().filter_map(|(_, pace)| match pace {
            Pace::Paced { per_sec, burst } => Some((*per_sec, *burst)),
            Pace::Joined { .. } | Pace::Unpaced => None,
        });
        let slowest = paces.reduce(|(per_sec, burst), other| (per_sec.min(other.0), burst.min(other.1)));
        let (per_sec, burst) = slowest.unwrap_or((USUAL_PER_SEC, USUAL_BURST));
        self.limiter.set(per_sec, burst);
    }

    /// When a datagram of this pace may go.
    fn due(&mut self, pace: Pace, now: Instant, quiet: bool) -> Instant {
        match pace {
            Pace::Joined { every_millis, .. } => {
                let gap = Duration::from_millis(u64::from(every_millis));
                self.joined_at.map_or(now, |last| last + gap)
            }
            Pace::Paced { .. } | Pace::Unpaced => self.limiter.next_at(now, quiet),
        }
    }

    /// A datagram of this pace has gone.
    fn spend(&mut self, pace: Pace, now: Instant) {
        match pace {
            Pace::Joined { .. } => self.joined_at = Some(now),
            Pace::Paced { .. } | Pace::Unpaced => self.limiter.spend(now),
        }
    }

    /// Whether a line may go past whatever waits: where nothing does, or its job is a quiet one.
    fn may_go_at_once(&mut self, lane: &Lane, own: &mut Own) -> bool {
        let now = Instant::now();
        let quiet = own.is_quiet(now);
        (quiet || self.waiting.is_empty()) && self.due(lane.pace, now, quiet) <= now
    }

    /// Lets go of lanes that have nothing any more, and answers whether there were any.
    fn forget_idle(&mut self) -> bool {
        let before = self.waiting.len();
        self.waiting.retain(|lane| !lock(&lane.own).is_idle());
        self.waiting.len() < before
    }

    fn next(&mut self, now: Instant) -> Next {
        let mut round = Round::new();
        let mut until: Option<Instant> = None;
        while round.len() < ROUND {
            let mut ready: Option<(f64, usize)> = None;
            for index in 0..self.waiting.len() {
                let (pace, recent) = match &self.waiting[index] {
                    lane if can_send(lane) => (lane.pace, lock(&lane.own).recent(now)),
                    _ => continue,
                };
                let due = self.due(pace, now, false);
                if due > now {
                    until = Some(until.map_or(due, |until| until.min(due)));
                } else if ready.is_none_or(|(least, _)| recent < least) {
                    ready = Some((recent, index));
                }
            }
            let Some((_, index)) = ready else { break };
            let lane = Arc::clone(&self.waiting[index]);
            let datagrams = take(&lane);
            for _ in &datagrams {
                self.spend(lane.pace, now);
            }
            let mut own = lock(&lane.own);
            own.is_busy = true;
            own.has_sent(datagrams.len(), now);
            drop(own);
            round.extend(datagrams.into_iter().map(|datagram| (Arc::clone(&lane), datagram)));
        }
        match until {
            _ if !round.is_empty() => Next::Send(round),
            Some(until) => Next::Wait(until),
            None => Next::Rest,
        }
    }
}

fn can_send(lane: &Lane) -> bool {
    !lock(&lane.own).queue.is_empty() && lane.is_clear()
}

/// The next datagrams of a lane: one, or those of one long line. What was skipped is said first.
fn take(lane: &Lane) -> Vec<Vec<u8>> {
    let mut own = lock(&lane.own);
    let mut datagrams = Vec::new();
    if !matches!(lane.pace, Pace::Joined { .. }) {
        let skipped = own.queue.take_skipped();
        let Some(front) = own.queue.front() else { return datagrams };
        let mut keep = |datagram: &[u8]| datagrams.push(datagram.to_vec());
        if skipped > 0 {
            lane.codec.encode_skipped(skipped, &front, &mut keep);
        }
        lane.codec.encode(&front, &mut keep);
        own.queue.advance();
        return datagrams;
    }
    take_joined(lane, &mut own)
}

fn take_joined(lane: &Lane, own: &mut Own) -> Vec<Vec<u8>> {
    let mut joined = lane.codec.join();
    loop {
        let skipped = own.queue.take_skipped();
        let Some(front) = own.queue.front() else { break };
        let parts = parts_of(lane, skipped, &front);
        if let [part] = parts.as_slice() {
            if !joined.take(part) {
                break;
            }
        } else if joined.is_empty() {
            // A line that is longer than a datagram, or one with a notice before it.
            let mut datagrams = Vec::new();
            for part in parts {
                if !joined.take(&part) {
                    datagrams.push(std::mem::replace(&mut joined, lane.codec.join()).into_datagram());
                    joined.take(&part);
                }
            }
            own.queue.advance();
            if datagrams.is_empty() {
                continue;
            }
            datagrams.push(joined.into_datagram());
            return datagrams;
        } else {
            break;
        }
        own.queue.advance();
    }
    if joined.is_empty() { Vec::new() } else { vec![joined.into_datagram()] }
}

fn parts_of(lane: &Lane, skipped: u64, front: &Waiting<'_>) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    let mut keep = |part: &[u8]| parts.push(part.to_vec());
    if skipped > 0 {
        lane.codec.encode_skipped(skipped, front, &mut keep);
    }
    lane.codec.encode(front, &mut keep);
    parts
}
