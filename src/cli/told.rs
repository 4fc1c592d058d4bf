//! What `sidestage run` says on stderr of a job whose preset has rules: that it hangs, that it runs again.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::complain;
use crate::engine::{Engine, JobId, State, Wait};

/// Says what the rules do, as often as the state may have changed, until the engine ends.
pub(super) fn tell(engine: &Arc<Engine>, job: JobId, changes: Receiver<()>) -> Result<(), String> {
    let engine = Arc::downgrade(engine);
    let thread = std::thread::Builder::new().name("tell states".to_owned()).spawn(move || {
        let mut told = None;
        while changes.recv().is_ok() {
            let Some(engine) = engine.upgrade() else { return };
            let state = engine.jobs().into_iter().find(|view| view.id == job).map(|view| view.state);
            drop(engine);
            let sentence = state.as_ref().and_then(sentence);
            if sentence.is_some() && sentence != told {
                complain(sentence.as_deref().unwrap_or_default());
            }
            told = sentence;
        }
    });
    thread.map(|_| ()).map_err(|error| format!("The system gives no more threads: {error}."))
}

fn sentence(state: &State) -> Option<String> {
    match state {
        State::Waiting(Wait::Restart { attempt, after, .. }) => {
            Some(format!("{}; it is started again (attempt {attempt}). Ctrl-C ends it.", after.describe()))
        }
        State::Running { is_stalled: true, .. } => Some("the job gives no sign of life.".to_owned()),
        State::Waiting(Wait::Turn { .. } | Wait::For(_))
        | State::Starting { .. }
        | State::Running { is_stalled: false, .. }
        | State::Stopping { .. }
        | State::Ended(_) => None,
    }
}
