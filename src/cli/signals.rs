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
    use std::sync::{Arc, Mutex, OnceLock, PoisonError};

    use windows_sys::Win32::Foundation::{FALSE, TRUE};
    use windows_sys::Win32::System::Console::{
        CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT, SetConsoleCtrlHandler,
    };
    use windows_sys::core::BOOL;

    use crate::engine::{Engine, JobId};

    /// The console's window is closed, its user logs off, or the machine goes down. Windows gives us some seconds, and ends
    /// us as soon as we have taken note.
    const LAST: [u32; 3] = [CTRL_CLOSE_EVENT, CTRL_LOGOFF_EVENT, CTRL_SHUTDOWN_EVENT];

    type Act = Mutex<Box<dyn Fn() + Send>>;

    /// What is done then.
    static AT_LAST: OnceLock<Act> = OnceLock::new();

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
        let act: Arc<Act> = Arc::new(Mutex::new(Box::new(act)));
        let at_last = Arc::clone(&act);
        hear(move || run(&act), move || run(&at_last))
    }

    fn run(act: &Act) {
        act.lock().unwrap_or_else(PoisonError::into_inner)();
    }

    #[expect(unsafe_code, reason = "what hears of Ctrl-C knows no difference between that and the end")]
    fn hear(on_ctrl_c: impl Fn() + Send + 'static, at_last: impl Fn() + Send + 'static) -> Result<(), String> {
        ctrlc::set_handler(on_ctrl_c).map_err(|error| format!("Ctrl-C can't be caught: {error}."))?;
        let _ = AT_LAST.set(Mutex::new(Box::new(at_last)));
        // SAFETY: the function lives as long as we do. It is asked before the one that came first.
        if unsafe { SetConsoleCtrlHandler(Some(on_event), TRUE) } == FALSE {
            return Err(format!("The console's end can't be heard of: {}.", std::io::Error::last_os_error()));
        }
        Ok(())
    }

    /// Called on a thread of its own, which keeps Windows from ending us while the jobs end.
    #[expect(unsafe_code, reason = "the system calls it")]
    unsafe extern "system" fn on_event(event: u32) -> BOOL {
        if !LAST.contains(&event) {
            return FALSE;
        }
        if let Some(act) = AT_LAST.get() {
            run(act);
        }
        loop {
            std::thread::park();
        }
    }

    #[cfg(test)]
    mod tests {
        use std::sync::mpsc::sync_channel;

        use super::*;

        #[test]
        #[expect(unsafe_code, reason = "it does what the system does")]
        fn the_consoles_end_is_acted_upon_and_waits_for_ours() {
            let (told, acts) = sync_channel(1);
            on_each(move || told.send(()).expect("it is waited for")).expect("a handler");
            let system = std::thread::Builder::new().name("the system".to_owned());
            // SAFETY: it takes no pointers.
            let system = system.spawn(|| unsafe { on_event(CTRL_CLOSE_EVENT) }).expect("a thread");
            acts.recv().expect("the jobs are stopped");
            assert!(!system.is_finished(), "Windows would end us now");
            // SAFETY: as above.
            assert_eq!(unsafe { on_event(windows_sys::Win32::System::Console::CTRL_C_EVENT) }, FALSE, "another's");
        }
    }
}
