//! The life of one run as a pure function of state and input. It knows no process and no clock; the supervisor feeds
//! it what happened and carries out what it answers.

use std::time::{Duration, Instant};

pub use super::exit::Exit;

/// Where a run stands. Each state holds only what is true in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// The system was asked for a process and hasn't answered. A stop that comes now is carried out then.
    Starting {
        stop_asked: bool,
    },
    Running {
        pid: u32,
    },
    /// The process was asked to end and lives on; at the deadline its tree is killed.
    Stopping {
        pid: u32,
        deadline: Instant,
        killed: bool,
    },
    Ended(Ending),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    pub exit: Exit,
    /// Whether the operator had asked for it: then no exit status is a failure.
    pub stopped: bool,
}

/// What happened to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    Spawned {
        pid: u32,
        now: Instant,
    },
    /// The operator asks it to stop; a second time means at once.
    Stop {
        now: Instant,
        patience: Duration,
    },
    /// The operator wants it gone now.
    Kill {
        now: Instant,
    },
    /// Time has passed.
    Tick {
        now: Instant,
    },
    /// The process is gone, and its output is read.
    Exited(Exit),
}

/// What is to be done because of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    None,
    /// Ask the process tree to end.
    Ask,
    /// Kill the process tree.
    Kill,
}

/// The state after an input, and what to do.
#[must_use]
pub fn step(state: State, input: Input) -> (State, Effect) {
    match (state, input) {
        (State::Ended(ending), _) => (State::Ended(ending), Effect::None),
        (State::Starting { stop_asked: false }, Input::Spawned { pid, .. }) => (State::Running { pid }, Effect::None),
        // Whoever pressed Stop before there was a process wants none: there is nothing to lose by killing it.
        (State::Starting { stop_asked: true }, Input::Spawned { pid, now })
        | (State::Running { pid }, Input::Kill { now }) => {
            (State::Stopping { pid, deadline: now, killed: true }, Effect::Kill)
        }
        (State::Starting { .. }, Input::Stop { .. } | Input::Kill { .. }) => {
            (State::Starting { stop_asked: true }, Effect::None)
        }
        (State::Running { pid }, Input::Stop { now, patience }) => {
            (State::Stopping { pid, deadline: now + patience, killed: false }, Effect::Ask)
        }
        (State::Stopping { pid, deadline, .. }, Input::Stop { .. } | Input::Kill { .. }) => {
            (State::Stopping { pid, deadline, killed: true }, Effect::Kill)
        }
        (State::Stopping { pid, deadline, killed: false }, Input::Tick { now }) if now >= deadline => {
            (State::Stopping { pid, deadline, killed: true }, Effect::Kill)
        }
        (state @ (State::Starting { .. } | State::Running { .. } | State::Stopping { .. }), Input::Tick { .. }) => {
            (state, Effect::None)
        }
        (state @ (State::Running { .. } | State::Stopping { .. }), Input::Spawned { .. }) => (state, Effect::None),
        (State::Starting { stop_asked: stopped }, Input::Exited(exit)) => {
            (State::Ended(Ending { exit, stopped }), Effect::None)
        }
        (State::Running { .. }, Input::Exited(exit)) => (State::Ended(Ending { exit, stopped: false }), Effect::None),
        (State::Stopping { .. }, Input::Exited(exit)) => (State::Ended(Ending { exit, stopped: true }), Effect::None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(inputs: Vec<Input>) -> (State, Vec<Effect>) {
        let mut state = State::Starting { stop_asked: false };
        let mut effects = Vec::new();
        for input in inputs {
            let effect;
            (state, effect) = step(state, input);
            effects.push(effect);
        }
        (state, effects)
    }

    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn stop_asks_then_kills_at_the_deadline() {
        let now = Instant::now();
        let (state, effects) = run(vec![
            Input::Spawned { pid: 7, now: Instant::now() },
            Input::Stop { now, patience: PATIENCE },
            Input::Tick { now: now + PATIENCE / 2 },
            Input::Tick { now: now + PATIENCE },
            Input::Tick { now: now + PATIENCE * 2 },
        ]);
        assert_eq!(effects, [Effect::None, Effect::Ask, Effect::None, Effect::Kill, Effect::None]);
        assert_eq!(state, State::Stopping { pid: 7, deadline: now + PATIENCE, killed: true });
    }

    #[test]
    fn a_second_stop_kills_at_once() {
        let now = Instant::now();
        let stop = || Input::Stop { now, patience: PATIENCE };
        let (_, effects) = run(vec![Input::Spawned { pid: 7, now: Instant::now() }, stop(), stop()]);
        assert_eq!(effects, [Effect::None, Effect::Ask, Effect::Kill]);
    }

    #[test]
    fn a_stop_before_there_is_a_process_is_kept() {
        let now = Instant::now();
        let (state, effects) = run(vec![
            Input::Stop { now, patience: PATIENCE },
            Input::Spawned { pid: 7, now: Instant::now() },
            Input::Exited(Exit::Signal(9)),
        ]);
        assert_eq!(effects, [Effect::None, Effect::Kill, Effect::None]);
        assert_eq!(state, State::Ended(Ending { exit: Exit::Signal(9), stopped: true }));
    }

    #[test]
    fn an_end_nobody_asked_for_is_not_a_stop() {
        let (state, _) = run(vec![Input::Spawned { pid: 7, now: Instant::now() }, Input::Exited(Exit::Code(1))]);
        assert_eq!(state, State::Ended(Ending { exit: Exit::Code(1), stopped: false }));
    }

    #[test]
    fn the_end_is_final() {
        let ended = State::Ended(Ending { exit: Exit::Code(0), stopped: false });
        for input in [
            Input::Spawned { pid: 1, now: Instant::now() },
            Input::Stop { now: Instant::now(), patience: PATIENCE },
            Input::Kill { now: Instant::now() },
            Input::Tick { now: Instant::now() },
            Input::Exited(Exit::Code(5)),
        ] {
            assert_eq!(step(ended.clone(), input), (ended.clone(), Effect::None));
        }
    }
}
