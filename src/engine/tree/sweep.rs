//! Ends, or asks to end, what left its run's process group and still carries its mark. Unix only.
//!
//! All runs share one sweeper, which has no thread of its own: whoever needs a look at the system's processes takes it,
//! for all others that wait at that moment too. So a look begins after each request that it serves, two hundred jobs
//! that end together cost a few looks, and nothing happens while nobody asks.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, getpgid, kill_process};

use super::mark::Mark;
use super::processes::{self, Range, Youth};
use crate::engine::console::lock;

/// How long what is killed may take to be gone, before it is given up: the system can't end what hangs in a device.
const PATIENCE: Duration = Duration::from_secs(1);

/// Pauses between two looks at the same.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(64);

/// What is to be done to those who carry a mark.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Request {
    pub mark: Mark,
    pub errand: Errand,
}

#[derive(Clone, Debug)]
pub(in crate::engine) enum Errand {
    /// Kill them, until none is left.
    End { youth: Option<Youth> },
    /// Say whether there are any.
    Look(Arc<AtomicBool>),
    /// Send a signal to those outside of these groups, which have got it already.
    Ask { signal: Signal, groups: Vec<Pid> },
}

/// Does it, and returns when it is done.
pub(in crate::engine) fn now(request: Request) {
    SWEEPER.now(request);
}

/// Has it done by a thread that is looking anyway, or a new one.
pub(in crate::engine) fn soon(request: Request) {
    SWEEPER.soon(request);
}

/// Waits until nobody carries this mark any more, as long as `may_wait`. Who has nobody left pays one look, which he
/// shares with all who look at that moment.
pub(in crate::engine) fn wait_until_gone(mark: &Mark, may_wait: impl Fn() -> bool) {
    let mut pause = FIRST_PAUSE;
    while may_wait() {
        let answer = Arc::new(AtomicBool::new(false));
        now(Request { mark: mark.clone(), errand: Errand::Look(Arc::clone(&answer)) });
        if !answer.load(Ordering::SeqCst) {
            return;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Whether nobody carries this mark any more.
pub(in crate::engine) fn is_gone(mark: &Mark) -> bool {
    processes::marked(&[mark], Range::All).is_empty()
}

static SWEEPER: Sweeper = Sweeper {
    state: Mutex::new(State { requests: Vec::new(), is_sweeping: false, waiting: 0, collecting: 1, done: 0 }),
    changed: Condvar::new(),
};

struct Sweeper {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    /// Those of the round that is being collected.
    requests: Vec<Request>,
    is_sweeping: bool,
    /// How many wait for a round, and can take the next.
    waiting: usize,
    collecting: u64,
    done: u64,
}

impl Sweeper {
    fn now(&'static self, request: Request) {
        let mut state = lock(&self.state);
        let round = state.collecting;
        state.requests.push(request);
        while state.done < round {
            if state.is_sweeping {
                state.waiting += 1;
                state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
                state.waiting -= 1;
            } else {
                state = self.take_a_round(state);
            }
        }
        self.leave_none(state);
    }

    fn soon(&'static self, request: Request) {
        let mut state = lock(&self.state);
        state.requests.push(request);
        self.leave_none(state);
    }

    /// Sees that somebody serves the requests that nobody waits for.
    fn leave_none(&'static self, state: MutexGuard<'_, State>) {
        if state.requests.is_empty() || state.is_sweeping || state.waiting > 0 {
            return;
        }
        drop(state);
        let started = std::thread::Builder::new().name("sweep".to_owned()).spawn(move || self.serve());
        if let Err(error) = started {
            // The run's own end looks again.
            tracing::warn!("the system gives no more threads: {error}");
        }
    }

    fn serve(&self) {
        let mut state = lock(&self.state);
        while !state.requests.is_empty() && !state.is_sweeping {
            state = self.take_a_round(state);
        }
    }

    fn take_a_round<'a>(&'a self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        let requests = std::mem::take(&mut state.requests);
        let round = state.collecting;
        state.collecting += 1;
        state.is_sweeping = true;
        drop(state);
        let turn = Turn { sweeper: self, round };
        carry_out(&requests);
        drop(turn);
        lock(&self.state)
    }
}

/// One round's turn; however it ends, those who wait for it go on.
struct Turn<'a> {
    sweeper: &'a Sweeper,
    round: u64,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.sweeper.state);
        state.is_sweeping = false;
        state.done = self.round;
        drop(state);
        self.sweeper.changed.notify_all();
    }
}

fn carry_out(requests: &[Request]) {
    let (mut asked, mut ended, mut sought) = (Vec::new(), Vec::new(), Vec::new());
    for request in requests {
        match &request.errand {
            Errand::Ask { signal, groups } => asked.push((&request.mark, *signal, groups)),
            Errand::End { youth } => ended.push((&request.mark, *youth)),
            Errand::Look(answer) => sought.push((&request.mark, answer)),
        }
    }
    if !sought.is_empty() {
        let marks: Vec<_> = sought.iter().map(|(mark, _)| *mark).collect();
        for found in processes::marked(&marks, Range::All) {
            sought[found.mark].1.store(true, Ordering::SeqCst);
        }
    }
    if !asked.is_empty() {
        ask(&asked);
    }
    if !ended.is_empty() {
        end(&ended);
    }
}

fn ask(requests: &[(&Mark, Signal, &Vec<Pid>)]) {
    let marks: Vec<_> = requests.iter().map(|(mark, _, _)| *mark).collect();
    for found in processes::marked(&marks, Range::All) {
        let (mark, signal, groups) = requests[found.mark];
        let group = pid_of(found.pid).and_then(|pid| getpgid(Some(pid)).ok());
        if group.is_some_and(|group| !groups.contains(&group)) && processes::signal_marked(found.pid, mark, signal) {
            // One that is stopped could not hear it.
            processes::signal_marked(found.pid, mark, Signal::CONT);
        }
    }
}

fn end(requests: &[(&Mark, Option<Youth>)]) {
    let marks: Vec<_> = requests.iter().map(|(mark, _)| *mark).collect();
    let mut range = first_range(requests);
    let (deadline, mut pause) = (Instant::now() + PATIENCE, FIRST_PAUSE);
    let mut known = HashSet::new();
    loop {
        let found = processes::marked(&marks, range);
        range = Range::All;
        if found.is_empty() {
            return;
        }
        let pids: Vec<_> = found.iter().map(|found| found.pid).collect();
        // A child that took the mark off is still its parent's, as long as that lives.
        let children = processes::descendants(&pids);
        let mut has_new = false;
        for found in found {
            has_new |= processes::signal_marked(found.pid, marks[found.mark], Signal::KILL) && known.insert(found.pid);
        }
        for child in children.into_iter().filter(|child| !pids.contains(child)).filter_map(pid_of) {
            let _ = kill_process(child, Signal::KILL);
        }
        if Instant::now() >= deadline {
            tracing::warn!("processes that can't be killed: {pids:?}");
            return;
        }
        // Whoever multiplies is to be met at once again; what only takes its time to die is left in peace.
        pause = if has_new { FIRST_PAUSE } else { (pause * 2).min(LONGEST_PAUSE) };
        std::thread::sleep(pause);
    }
}

/// Where a first look suffices that serves all these.
fn first_range(requests: &[(&Mark, Option<Youth>)]) -> Range {
    let youths: Option<Vec<Youth>> = requests.iter().map(|(_, youth)| *youth).collect();
    youths.and_then(|youths| youths.into_iter().reduce(Youth::with)).map_or(Range::All, Range::After)
}

fn pid_of(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}
