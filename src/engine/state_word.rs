//! A job's state in a word: the same one wherever another program is told of it, be it a message of its state, the answer
//! to an order or a script on the command line. docs/touch.md lists the words; what the panel writes is `ui`'s business.

use super::exit::Exit;
use super::lifecycle::{State, Wait};

/// A job's state in a word, as it is told to other programs.
#[must_use]
pub const fn state_word(state: &State) -> &'static str {
    match state {
        State::Waiting(Wait::Restart { .. }) => "restarting",
        State::Waiting(Wait::Turn { .. } | Wait::For(_)) => "waiting",
        State::Starting { .. } => "starting",
        State::Running { is_stalled: true, .. } => "stalled",
        State::Running { is_ready: false, .. } => "preparing",
        State::Running { is_ready: true, .. } => "running",
        State::Stopping { .. } => "stopping",
        State::Ended(ending) => match (&ending.exit, ending.stopped) {
            (Exit::Code(_) | Exit::Signal(_) | Exit::NotLaunched(_), true) => "stopped",
            (Exit::Code(0), false) => "finished",
            (Exit::CouldNotStart(_), _) | (Exit::Code(_) | Exit::Signal(_) | Exit::NotLaunched(_), false) => "failed",
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::engine::Ending;

    #[test]
    fn each_state_has_a_word_and_the_document_says_what_it_means() {
        let now = Instant::now();
        let ended = |exit, stopped| State::Ended(Ending { exit, stopped });
        let running = |is_ready, is_stalled| State::Running { pid: 7, is_ready, is_stalled };
        let states = [
            (State::Waiting(Wait::Turn { at: now }), "waiting"),
            (State::Waiting(Wait::Restart { at: now, attempt: 1, after: Exit::Code(3) }), "restarting"),
            (State::Starting { stop_asked: false }, "starting"),
            (running(false, false), "preparing"),
            (running(true, false), "running"),
            (running(true, true), "stalled"),
            (running(false, true), "stalled"),
            (State::Stopping { pid: 7, deadline: now, killed: false }, "stopping"),
            (ended(Exit::Code(0), false), "finished"),
            (ended(Exit::Code(3), false), "failed"),
            (ended(Exit::Signal(9), false), "failed"),
            (ended(Exit::CouldNotStart(String::new()), true), "failed"),
            (ended(Exit::NotLaunched(String::new()), false), "failed"),
            (ended(Exit::Code(0), true), "stopped"),
            (ended(Exit::Signal(15), true), "stopped"),
            (ended(Exit::NotLaunched(String::new()), true), "stopped"),
        ];
        let document = include_str!("../../docs/touch.md");
        for (state, word) in states {
            assert_eq!(state_word(&state), word, "{state:?}");
            assert!(document.contains(&format!("\n| `{word}` | ")), "docs/touch.md doesn't say what {word} means");
        }
    }
}
