//! What a console of Windows tells those who share it: Ctrl-C, and its end.
//!
//! Somebody's logging off is none of that. Windows tells only services of it, whoever it was, and it is no reason to end.

use std::io;
use std::sync::{Mutex, OnceLock, PoisonError};

use windows_sys::Win32::Foundation::{FALSE, TRUE};
use windows_sys::Win32::System::Console::{
    CTRL_BREAK_EVENT, CTRL_C_EVENT, CTRL_CLOSE_EVENT, CTRL_SHUTDOWN_EVENT, SetConsoleCtrlHandler,
};
use windows_sys::core::BOOL;

type Act = Mutex<Box<dyn Fn() + Send>>;

/// What is done at each.
struct Acts {
    on_ctrl_c: Act,
    at_last: Act,
}

static ACTS: OnceLock<Acts> = OnceLock::new();

/// Does the one at each Ctrl-C (or Ctrl-Break), and the other when the console's window is closed or, for a service, the
/// machine goes down. Windows then gives some seconds, in which who has tidied up ends by itself.
///
/// # Errors
/// Windows refuses, or it was asked for before.
#[expect(unsafe_code, reason = "what has a safe interface knows no difference between Ctrl-C and the end")]
pub(crate) fn hear(on_ctrl_c: impl Fn() + Send + 'static, at_last: impl Fn() + Send + 'static) -> io::Result<()> {
    let acts = Acts { on_ctrl_c: Mutex::new(Box::new(on_ctrl_c)), at_last: Mutex::new(Box::new(at_last)) };
    ACTS.set(acts).map_err(|_| io::Error::from(io::ErrorKind::AlreadyExists))?;
    // SAFETY: the function lives as long as we do.
    let done = unsafe { SetConsoleCtrlHandler(Some(on_event), TRUE) };
    if done == FALSE { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// Called on a thread of its own for each event.
#[expect(unsafe_code, reason = "the system calls it")]
unsafe extern "system" fn on_event(event: u32) -> BOOL {
    let Some(acts) = ACTS.get() else { return FALSE };
    match event {
        CTRL_C_EVENT | CTRL_BREAK_EVENT => {
            run(&acts.on_ctrl_c);
            TRUE
        }
        CTRL_CLOSE_EVENT | CTRL_SHUTDOWN_EVENT => {
            run(&acts.at_last);
            // As soon as this returns, Windows ends us.
            loop {
                std::thread::park();
            }
        }
        _ => FALSE,
    }
}

fn run(act: &Act) {
    act.lock().unwrap_or_else(PoisonError::into_inner)();
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{SyncSender, TryRecvError, sync_channel};
    use std::time::{Duration, Instant};

    use windows_sys::Win32::System::Console::CTRL_LOGOFF_EVENT;

    use super::*;

    #[expect(unsafe_code, reason = "it does what the system does")]
    fn tell(event: u32) -> BOOL {
        // SAFETY: it takes no pointers.
        unsafe { on_event(event) }
    }

    #[test]
    fn the_consoles_end_is_acted_upon_and_waits_for_ours() {
        let (told, acts) = sync_channel(1);
        let at_last = told.clone();
        let say = |to: &SyncSender<&'static str>, what| {
            // Who was told may be gone by another Ctrl-C.
            let _ = to.send(what);
        };
        hear(move || say(&told, "Ctrl-C"), move || say(&at_last, "end")).expect("a handler");
        assert_eq!((tell(CTRL_C_EVENT), acts.try_recv()), (TRUE, Ok("Ctrl-C")));
        assert_eq!((tell(CTRL_LOGOFF_EVENT), acts.try_recv()), (FALSE, Err(TryRecvError::Empty)), "anybody's");
        let system = std::thread::Builder::new().name("the system".to_owned());
        let system = system.spawn(|| tell(CTRL_CLOSE_EVENT)).expect("a thread");
        assert_eq!(acts.recv(), Ok("end"), "the jobs are stopped");
        // It needs a moment to return, if it does.
        let until = Instant::now() + Duration::from_millis(300);
        while Instant::now() < until {
            assert!(!system.is_finished(), "Windows would end us now");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}
