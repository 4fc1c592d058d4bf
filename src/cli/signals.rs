//! What the terminal and the system order by signals, passed on to the job.

#[cfg(unix)]
pub(super) use unix::{forward, on_each};
#[cfg(windows)]
pub(super) use windows::{forward, on_each};

#[cfg(unix)]
mod unix {
    use std::sync::Arc;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    use crate::engine::{Engine, JobId, is_signal_ignored};

    /// By these somebody wants us to end.
    const ENDING: [i32; 3] = [SIGINT, SIGTERM, SIGHUP];

    /// Ctrl-C is the child's, whose group the terminal doesn't know; to be ended ends it first.
    pub(in crate::cli) fn forward(engine: &Arc<Engine>, job: JobId) -> Result<(), String> {
        let engine = Arc::downgrade(engine);
        hear(move |signal| {
            if let Some(engine) = engine.upgrade() {
                if signal == SIGINT { engine.interrupt(job) } else { engine.stop(job) }
            }
        })
    }

    /// Does this whenever somebody wants us to end.
    pub(in crate::cli) fn on_each(act: impl Fn() + Send + 'static) -> Result<(), String> {
        hear(move |_| act())
    }

    /// Signals that whoever started us had ignored, as `nohup` does, mean nothing to us; they are caught all the same, so
    /// that jobs find them as usual.
    fn hear(act: impl Fn(i32) + Send + 'static) -> Result<(), String> {
        let ignored = ENDING.map(|signal| (signal, is_signal_ignored(signal)));
        let mut signals = signal_hook::iterator::Signals::new(ENDING)
            .map_err(|error| format!("Signals can't be caught: {error}."))?;
        let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                if !ignored.contains(&(signal, true)) {
                    act(signal);
                }
            }
        });
        thread.map(|_| ()).map_err(|error| format!("The system gives no more threads: {error}."))
    }
}

#[cfg(windows)]
mod windows {
    use std::sync::{Arc, Mutex, PoisonError};

    use crate::engine::ctrl_events;
    use crate::engine::{Engine, JobId};

    /// The child shares our console and hears Ctrl-C itself: we must not die of it before the child does, and not start
    /// another run after it.
    pub(in crate::cli) fn forward(engine: &Arc<Engine>, job: JobId) -> Result<(), String> {
        let [interrupts, stops] = [Arc::downgrade(engine), Arc::downgrade(engine)];
        let interrupt = move || {
            if let Some(engine) = interrupts.upgrade() {
                engine.interrupt(job);
            }
        };
        let stop = move || {
            if let Some(engine) = stops.upgrade() {
                engine.stop(job);
            }
        };
        hear(interrupt, stop)
    }

    /// Does this whenever somebody wants us to end.
    pub(in crate::cli) fn on_each(act: impl Fn() + Send + 'static) -> Result<(), String> {
        let act = Arc::new(Mutex::new(act));
        let at_last = Arc::clone(&act);
        hear(move || run(&act), move || run(&at_last))
    }

    fn run(act: &Mutex<impl Fn()>) {
        act.lock().unwrap_or_else(PoisonError::into_inner)();
    }

    fn hear(on_ctrl_c: impl Fn() + Send + 'static, at_last: impl Fn() + Send + 'static) -> Result<(), String> {
        ctrl_events::hear(on_ctrl_c, at_last).map_err(|error| format!("Ctrl-C can't be caught: {error}."))
    }
}
