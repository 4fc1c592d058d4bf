//! The life of a job as a pure function of state and input: its runs, how each is stopped, and whether another follows.
//! It knows no process and no clock; the supervisor feeds it what happened and carries out what it answers.

use std::time::{Duration, Instant};

use super::exit::Exit;
use super::job::JobId;
use crate::model::{OnHang, Restart, RestartWhen};

/// Where a job stands. Each state holds only what is true in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// There is no process yet, or none any more, and there will be one.
    Waiting(Wait),
    /// The system was asked for a process and hasn't answered. A stop that comes now is carried out then.
    Starting {
        stop_asked: bool,
    },
    Running {
        pid: u32,
        /// What waits for it may go on.
        is_ready: bool,
        /// It gave no sign of life for too long.
        is_stalled: bool,
    },
    /// The process was asked to end and lives on; at the deadline its tree is killed.
    Stopping {
        pid: u32,
        deadline: Instant,
        killed: bool,
    },
    Ended(Ending),
}

/// What a job waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Its next attempt, after a run that ended so.
    Restart { at: Instant, attempt: u32, after: Exit },
    /// Its turn in a group that is launched one after another.
    Turn { at: Instant },
    /// That this job, which comes before it in its group, is ready.
    For(JobId),
}

/// How a job ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub exit: Exit,
    /// Whether the operator had asked for it: then no exit status is a failure.
    pub stopped: bool,
}

impl Ending {
    /// Whether what waits for this job may go on: it did what it had to do.
    #[must_use]
    pub fn is_success(&self) -> bool {
        !self.stopped && self.exit == Exit::Code(0)
    }
}

/// What the rules of a job's life are; from its preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rules {
    /// Between asking to stop and killing.
    pub patience: Duration,
    pub restart: Restart,
    /// Without a sign of life for so long it hangs.
    pub hang: Option<(Duration, OnHang)>,
    pub ready: ReadyRule,
}

/// When a run is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ReadyRule {
    AtStart,
    /// When a line says so, and at the latest after the time.
    Later {
        after: Option<Duration>,
    },
}

/// What happened to a job.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Input {
    Spawned {
        pid: u32,
        now: Instant,
    },
    /// A line said that it is ready.
    Ready,
    /// A sign of life from a job that hung.
    Alive,
    /// The operator asks it to stop; a second time means at once.
    Stop {
        now: Instant,
    },
    /// The operator wants it gone now.
    Kill {
        now: Instant,
    },
    /// The operator wants a new run, after the present one has been stopped.
    Again {
        now: Instant,
    },
    /// The operator wants no run after this one.
    NoMore,
    /// What it waits for has come, or the operator won't wait.
    Go,
    /// What it waits for will never come; a sentence says why.
    Never(String),
    /// So it stands with the keeper that owns it, which has a life of its own for it.
    Mirrored(State),
    /// Time has passed; the last sign of life was then.
    Tick {
        now: Instant,
        last_sign: Option<Instant>,
    },
    /// The process is gone, and its output is read. `chance` is random, from 0 to 1.
    Exited {
        exit: Exit,
        now: Instant,
        chance: f32,
    },
}

/// What is to be done because of it, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// Start a run.
    Start,
    /// Ask the process tree to end.
    Ask,
    /// Kill the process tree.
    Kill,
    /// Say this in the job's console.
    Say(String),
}

/// A job's state, and what it remembers from one run to the next.
#[derive(Clone, Debug)]
pub(super) struct Life {
    pub rules: Rules,
    state: State,
    /// Attempts in a row since the last good run.
    attempts: u32,
    /// When the present run's process was there.
    started: Option<Instant>,
    /// What follows the end that was asked for.
    next: Next,
}

/// What the end of a stopped run leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// What the rules say.
    Rules,
    /// A new run at once: the operator ordered it.
    Again,
    /// A new run after the delay: it hung.
    AfterHang,
    /// Nothing: the operator's stop wins over any rule.
    End,
}

impl Life {
    /// A job that starts now, or waits first.
    pub(super) fn new(rules: Rules, wait: Option<Wait>) -> Self {
        let state = wait.map_or(State::Starting { stop_asked: false }, State::Waiting);
        Self { rules, state, attempts: 0, started: None, next: Next::Rules }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Whether the present run was asked to end.
    pub(super) fn is_being_stopped(&self) -> bool {
        matches!(self.state, State::Starting { stop_asked: true } | State::Stopping { .. })
    }

    /// Whether a new run was ordered for when the present one has ended.
    pub(super) fn runs_again(&self) -> bool {
        matches!(self.next, Next::Again | Next::AfterHang) && !matches!(self.state, State::Ended(_) | State::Waiting(_))
    }

    /// When a tick is due, as long as nothing else happens.
    pub(super) fn deadline(&self, last_sign: Option<Instant>) -> Option<Instant> {
        match &self.state {
            State::Waiting(Wait::Restart { at, .. } | Wait::Turn { at }) => Some(*at),
            State::Running { is_ready, is_stalled, .. } => {
                let ready = self.ready_at().filter(|_| !is_ready);
                let hang = self.hangs_at(last_sign).filter(|_| !is_stalled);
                ready.into_iter().chain(hang).min()
            }
            State::Stopping { deadline, killed: false, .. } => Some(*deadline),
            State::Waiting(Wait::For(_))
            | State::Starting { .. }
            | State::Stopping { killed: true, .. }
            | State::Ended(_) => None,
        }
    }

    fn ready_at(&self) -> Option<Instant> {
        match self.rules.ready {
            ReadyRule::AtStart => None,
            ReadyRule::Later { after } => Some(self.started? + after?),
        }
    }

    fn hangs_at(&self, last_sign: Option<Instant>) -> Option<Instant> {
        let (silence, _) = self.rules.hang?;
        Some(last_sign.max(self.started)? + silence)
    }

    /// Takes an input in, and answers what is to be done.
    pub(super) fn step(&mut self, input: Input) -> Vec<Effect> {
        match input {
            Input::Spawned { pid, now } => self.spawned(pid, now),
            Input::Ready => self.set_ready(),
            Input::Alive => self.alive(),
            Input::Stop { now } => self.stop(now),
            Input::Kill { now } => self.kill(now),
            Input::Again { now } => self.again(now),
            Input::NoMore => self.no_more(),
            Input::Go => self.go(),
            Input::Never(why) => self.never(why),
            Input::Mirrored(state) => self.mirrored(state),
            Input::Tick { now, last_sign } => self.tick(now, last_sign),
            Input::Exited { exit, now, chance } => self.exited(exit, now, chance),
        }
    }

    fn spawned(&mut self, pid: u32, now: Instant) -> Vec<Effect> {
        let State::Starting { stop_asked } = self.state else { return Vec::new() };
        self.started = Some(now);
        if stop_asked {
            // Whoever pressed Stop before there was a process wants none: there is nothing to lose by killing it.
            self.state = State::Stopping { pid, deadline: now, killed: true };
            return vec![Effect::Kill];
        }
        let is_ready = self.rules.ready == ReadyRule::AtStart;
        self.state = State::Running { pid, is_ready, is_stalled: false };
        Vec::new()
    }

    fn set_ready(&mut self) -> Vec<Effect> {
        if let State::Running { is_ready, .. } = &mut self.state
            && !std::mem::replace(is_ready, true)
        {
            return vec![Effect::Say("Ready.".to_owned())];
        }
        Vec::new()
    }

    fn alive(&mut self) -> Vec<Effect> {
        if let State::Running { is_stalled, .. } = &mut self.state
            && std::mem::take(is_stalled)
        {
            return vec![Effect::Say("It gives signs of life again.".to_owned())];
        }
        Vec::new()
    }

    fn stop(&mut self, now: Instant) -> Vec<Effect> {
        // A rule had it asked, so this is the operator's first word and not yet the impatient second.
        let was_asked_by_rule = self.next == Next::AfterHang;
        let next = std::mem::replace(&mut self.next, Next::End);
        match &self.state {
            State::Waiting(_) => self.cancel(),
            State::Starting { .. } => {
                self.state = State::Starting { stop_asked: true };
                Vec::new()
            }
            State::Running { pid, .. } => {
                self.state = State::Stopping { pid: *pid, deadline: now + self.rules.patience, killed: false };
                vec![Effect::Ask]
            }
            State::Stopping { killed: false, .. } if was_asked_by_rule => Vec::new(),
            State::Stopping { .. } => self.kill(now),
            State::Ended(_) => {
                self.next = next;
                Vec::new()
            }
        }
    }

    fn kill(&mut self, now: Instant) -> Vec<Effect> {
        self.next = Next::End;
        match self.state {
            State::Waiting(_) => self.cancel(),
            State::Starting { .. } => {
                self.state = State::Starting { stop_asked: true };
                Vec::new()
            }
            State::Running { pid, .. } => {
                self.state = State::Stopping { pid, deadline: now, killed: true };
                vec![Effect::Kill]
            }
            State::Stopping { pid, deadline, .. } => {
                self.state = State::Stopping { pid, deadline, killed: true };
                vec![Effect::Kill]
            }
            State::Ended(_) => Vec::new(),
        }
    }

    fn no_more(&mut self) -> Vec<Effect> {
        self.next = Next::End;
        self.cancel()
    }

    /// The operator doesn't want the run that it waits for.
    fn cancel(&mut self) -> Vec<Effect> {
        let exit = match &self.state {
            State::Waiting(Wait::Restart { after, .. }) => after.clone(),
            State::Waiting(Wait::Turn { .. } | Wait::For(_)) => {
                Exit::NotLaunched("Its launch was cancelled.".to_owned())
            }
            State::Starting { .. } | State::Running { .. } | State::Stopping { .. } | State::Ended(_) => {
                return Vec::new();
            }
        };
        self.state = State::Ended(Ending { exit, stopped: true });
        vec![Effect::Say("Cancelled.".to_owned())]
    }

    fn again(&mut self, now: Instant) -> Vec<Effect> {
        self.attempts = 0;
        match self.state {
            State::Waiting(_) | State::Ended(_) => self.start(),
            State::Starting { .. } => {
                self.state = State::Starting { stop_asked: true };
                self.next = Next::Again;
                Vec::new()
            }
            State::Running { pid, .. } => {
                self.state = State::Stopping { pid, deadline: now + self.rules.patience, killed: false };
                self.next = Next::Again;
                vec![Effect::Ask]
            }
            // It is asked already, and asking twice would kill it.
            State::Stopping { .. } => {
                self.next = Next::Again;
                Vec::new()
            }
        }
    }

    fn start(&mut self) -> Vec<Effect> {
        self.state = State::Starting { stop_asked: false };
        self.started = None;
        self.next = Next::Rules;
        vec![Effect::Start]
    }

    fn go(&mut self) -> Vec<Effect> {
        if matches!(self.state, State::Waiting(_)) { self.start() } else { Vec::new() }
    }

    fn never(&mut self, why: String) -> Vec<Effect> {
        if !matches!(self.state, State::Waiting(Wait::For(_))) {
            return Vec::new();
        }
        let said = Effect::Say(why.clone());
        self.state = State::Ended(Ending { exit: Exit::NotLaunched(why), stopped: false });
        vec![said]
    }

    fn mirrored(&mut self, state: State) -> Vec<Effect> {
        if matches!(state, State::Ended(_)) && self.next == Next::Again {
            return self.start();
        }
        self.state = state;
        Vec::new()
    }

    /// What the operator wants after the end of a run that somebody else stops: another one, or none.
    pub(super) fn set_again(&mut self, again: bool) {
        self.next = if again { Next::Again } else { Next::End };
    }

    fn tick(&mut self, now: Instant, last_sign: Option<Instant>) -> Vec<Effect> {
        if self.deadline(last_sign).is_none_or(|deadline| now < deadline) {
            return Vec::new();
        }
        match self.state {
            State::Waiting(_) => self.start(),
            State::Running { .. } => {
                let mut effects = Vec::new();
                if self.ready_at().is_some_and(|at| now >= at) {
                    effects.append(&mut self.set_ready());
                }
                if self.hangs_at(last_sign).is_some_and(|at| now >= at) {
                    effects.append(&mut self.hang(now));
                }
                effects
            }
            State::Stopping { pid, deadline, .. } => {
                self.state = State::Stopping { pid, deadline, killed: true };
                vec![Effect::Kill]
            }
            State::Starting { .. } | State::Ended(_) => Vec::new(),
        }
    }

    fn hang(&mut self, now: Instant) -> Vec<Effect> {
        let Some((silence, then)) = self.rules.hang else { return Vec::new() };
        let State::Running { pid, is_stalled, .. } = &mut self.state else { return Vec::new() };
        if std::mem::replace(is_stalled, true) {
            return Vec::new();
        }
        let secs = silence.as_secs();
        match then {
            OnHang::Warn => vec![Effect::Say(format!("No sign of life for {secs} s."))],
            OnHang::Restart => {
                let said = Effect::Say(format!("No sign of life for {secs} s: it is stopped and started again."));
                self.state = State::Stopping { pid: *pid, deadline: now + self.rules.patience, killed: false };
                self.next = Next::AfterHang;
                vec![said, Effect::Ask]
            }
        }
    }

    fn exited(&mut self, exit: Exit, now: Instant, chance: f32) -> Vec<Effect> {
        let was_stopped = match self.state {
            State::Starting { stop_asked } => stop_asked,
            State::Running { .. } => false,
            State::Stopping { .. } => true,
            State::Waiting(_) | State::Ended(_) => return Vec::new(),
        };
        let restart = self.rules.restart;
        let lived = self.started.map(|started| now.saturating_duration_since(started)).unwrap_or_default();
        if lived >= Duration::from_secs(u64::from(restart.reset_secs)) {
            self.attempts = 0;
        }
        let is_failure = exit != Exit::Code(0);
        let runs_again = match self.next {
            Next::Again => return self.start(),
            Next::AfterHang => true,
            Next::End => false,
            Next::Rules if matches!(exit, Exit::NotLaunched(_)) => false,
            Next::Rules => match restart.when {
                RestartWhen::Never => false,
                RestartWhen::OnFailure => is_failure,
                RestartWhen::Always => true,
            },
        };
        self.next = Next::Rules;
        if !runs_again {
            self.state = State::Ended(Ending { exit, stopped: was_stopped });
            return Vec::new();
        }
        if restart.max_attempts > 0 && self.attempts >= restart.max_attempts {
            let said = format!("It is not started again: it was, {} times in a row.", self.attempts);
            self.state = State::Ended(Ending { exit, stopped: false });
            return vec![Effect::Say(said)];
        }
        self.attempts += 1;
        let delay = delay(&restart, self.attempts, chance);
        let said = format!("It is started again in {:.1} s (attempt {}).", delay.as_secs_f32(), self.attempts);
        self.state = State::Waiting(Wait::Restart { at: now + delay, attempt: self.attempts, after: exit });
        vec![Effect::Say(said)]
    }
}

/// A job that fails at once must not keep the machine busy with failing.
const SHORTEST_DELAY: Duration = Duration::from_millis(100);

/// Doubled from attempt to attempt, and up to a quarter more or less by chance, so that a fleet that fell together
/// doesn't rise together.
fn delay(restart: &Restart, attempt: u32, chance: f32) -> Duration {
    let doubled = u64::from(restart.delay_secs).saturating_mul(1 << (attempt - 1).min(32));
    let capped = doubled.min(u64::from(restart.max_delay_secs.max(restart.delay_secs)));
    Duration::from_secs(capped).mul_f32(0.75 + 0.5 * chance.clamp(0.0, 1.0)).max(SHORTEST_DELAY)
}

#[cfg(test)]
mod tests;
