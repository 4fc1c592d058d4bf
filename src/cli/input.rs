//! `sidestage run`: our own standard input, as far as the job is to have it.
//!
//! What is redirected is the job's. A terminal's lines are the job's where its preset says that it takes input; a job in
//! a terminal of its own gets our keys as they are pressed, so that it is as if it ran in ours.

use std::io::{self, IsTerminal, Read};
use std::sync::Arc;

use crate::engine::{Engine, Input, JobId};
use crate::model::Lifecycle;

/// What the job finds at its standard input.
#[cfg(unix)]
pub(super) fn of(lifecycle: &Lifecycle) -> Input {
    match (io::stdin().is_terminal(), lifecycle.in_terminal) {
        (false, false) => Input::Inherit,
        (false, true) => Input::Lines,
        (true, _) if lifecycle.takes_input && is_in_front() => Input::Lines,
        (true, _) => Input::Empty,
    }
}

/// Whether we may read our terminal: who runs behind a shell's prompt would be stopped for trying.
#[cfg(unix)]
fn is_in_front() -> bool {
    rustix::termios::tcgetpgrp(io::stdin()).is_ok_and(|group| group == rustix::process::getpgrp())
}

/// What the job finds at its standard input. It shares our console, and reads there itself; and so does what carries
/// bytes to a terminal.
#[cfg(windows)]
pub(super) fn of(lifecycle: &Lifecycle) -> Input {
    let is_typed = io::stdin().is_terminal();
    if is_typed && lifecycle.in_terminal && !lifecycle.takes_input { Input::Empty } else { Input::Inherit }
}

/// The same for a job whose input begins with a secret: it can't have ours as it is, so what it would have of ours is
/// passed on behind that.
pub(super) fn behind_a_secret(input: Input, lifecycle: &Lifecycle) -> Input {
    match input {
        Input::Inherit if io::stdin().is_terminal() && !lifecycle.takes_input => Input::Empty,
        Input::Inherit | Input::Lines => Input::Lines,
        Input::Empty => Input::Empty,
    }
}

/// Passes our input on to a job until either ends.
pub(super) fn relay(engine: &Arc<Engine>, job: JobId) -> Result<(), String> {
    let engine = Arc::downgrade(engine);
    let thread = std::thread::Builder::new().name("our input".to_owned()).spawn(move || {
        let mut buffer = vec![0; 4096];
        while let Ok(count) = io::stdin().lock().read(&mut buffer) {
            let Some(engine) = engine.upgrade() else { return };
            if count == 0 {
                return engine.close_input(job);
            }
            // What an ended run doesn't take is nobody's; the next one may.
            let _ = engine.write_input(job, &buffer[..count]);
        }
    });
    thread.map(|_| ()).map_err(|error| format!("The system gives no more threads: {error}."))
}

/// How our terminal hands keys over; as before when this is dropped.
#[derive(Default)]
pub(super) struct Keys {
    #[cfg(unix)]
    before: Option<rustix::termios::Termios>,
}

#[cfg(unix)]
impl Keys {
    /// For a job in a terminal that gets our keys: each at once and unseen, Ctrl-C too, for the job's own terminal edits,
    /// shows and interrupts.
    pub(super) fn of(input: Input, into_terminal: bool) -> Self {
        use rustix::termios::{OptionalActions, OutputModes, tcgetattr, tcsetattr};
        if !into_terminal || input != Input::Lines {
            return Self::default();
        }
        // What is redirected has no keys.
        let Ok(before) = tcgetattr(io::stdin()) else { return Self::default() };
        let mut raw = before.clone();
        raw.make_raw();
        // Lines come with their bare end.
        raw.output_modes |= before.output_modes & (OutputModes::OPOST | OutputModes::ONLCR);
        match tcsetattr(io::stdin(), OptionalActions::Now, &raw) {
            Ok(()) => Self { before: Some(before) },
            Err(error) => {
                tracing::warn!("keys come by the line, for the terminal refuses otherwise: {error}");
                Self::default()
            }
        }
    }
}

#[cfg(unix)]
impl Drop for Keys {
    fn drop(&mut self) {
        if let Some(before) = &self.before {
            let _ = rustix::termios::tcsetattr(io::stdin(), rustix::termios::OptionalActions::Now, before);
        }
    }
}

#[cfg(windows)]
impl Keys {
    /// What carries a terminal's bytes shares our console, and takes lines there.
    pub(super) fn of(_input: Input, _into_terminal: bool) -> Self {
        Self::default()
    }
}
