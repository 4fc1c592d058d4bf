//! On Windows Sidestage is a console program, so that `sidestage run` waits, prints and has an exit status like any
//! other. Opened by a double click it is therefore given a console window of its own, which it gives back at once.

/// Gives back a console that nobody else uses; whether there was one.
#[cfg(windows)]
#[must_use]
#[expect(unsafe_code, reason = "consoles have no safe interface")]
pub fn leave() -> bool {
    use windows_sys::Win32::System::Console::{FreeConsole, GetConsoleProcessList};
    let mut users = [0; 2];
    // SAFETY: the buffer holds as many entries as we say; the second call takes nothing.
    unsafe { GetConsoleProcessList(users.as_mut_ptr(), 2) == 1 && FreeConsole() != 0 }
}

/// Nothing: only Windows gives programs consoles.
#[cfg(not(windows))]
#[must_use]
pub fn leave() -> bool {
    false
}
