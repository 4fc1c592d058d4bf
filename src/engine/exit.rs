//! How a process ended, and the words for it. What that means for a job is the lifecycle's business.

/// What the system said of the process's end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exit {
    Code(i32),
    /// Killed by a signal (Unix), by its number.
    Signal(i32),
    /// There never was a process; a sentence says why.
    CouldNotStart(String),
    /// Nobody tried to start one; a sentence says why.
    NotLaunched(String),
}

impl Exit {
    /// In words, as the panel and the command line show it.
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Code(code) if cfg!(windows) => describe_windows_code(*code),
            Self::Code(code) => format!("exit {code}"),
            Self::Signal(number) => match signal_name(*number) {
                Some(name) => format!("killed by {name}"),
                None => format!("killed by signal {number}"),
            },
            Self::CouldNotStart(_) => "could not start".to_owned(),
            Self::NotLaunched(_) => "not launched".to_owned(),
        }
    }

    /// As a process's exit status: a signal is 128 and its number, as shells have it.
    #[must_use]
    pub fn status(&self) -> i32 {
        match self {
            Self::Code(code) => *code,
            Self::Signal(number) => 128 + number,
            Self::CouldNotStart(_) | Self::NotLaunched(_) => 1,
        }
    }
}

/// A small number is the program's own choice. One with the severity "error" or "warning" (the top bit) that is no
/// small negative number is a status of the system's (NTSTATUS), or of a runtime's that follows its form.
fn describe_windows_code(code: i32) -> String {
    if code >= -255 {
        return format!("exit {code}");
    }
    let status = code.cast_unsigned();
    match windows_status_words(status) {
        Some(words) => format!("0x{status:08X}: {words}"),
        None => format!("exit 0x{status:08X}"),
    }
}

/// Source: Microsoft, [MS-ERREF] 2.3.1 "NTSTATUS Values"; the last two are the codes with which the runtimes of Visual
/// C++ and .NET end a process whose exception nobody caught.
fn windows_status_words(status: u32) -> Option<&'static str> {
    Some(match status {
        0x8000_0003 => "a breakpoint, and no debugger",
        0xC000_0005 => "access violation",
        0xC000_0006 => "a part of its program or memory could not be read from disk",
        0xC000_0008 => "invalid handle",
        0xC000_000D => "invalid parameter",
        0xC000_0017 => "out of memory",
        0xC000_001D => "illegal instruction",
        0xC000_0022 => "access denied",
        0xC000_0025 => "an exception that could not be continued from",
        0xC000_007B => "a DLL is not for this kind of program (32 and 64 bits mixed) or is damaged",
        0xC000_008C => "array index out of bounds",
        0xC000_008E => "floating-point division by zero",
        0xC000_0090 => "invalid floating-point operation",
        0xC000_0094 => "division by zero",
        0xC000_0095 => "integer overflow",
        0xC000_0096 => "privileged instruction",
        0xC000_009A => "out of system resources",
        0xC000_00FD => "stack overflow",
        0xC000_012D => "out of memory: the paging file is too small",
        0xC000_0135 => "a DLL is missing",
        0xC000_0138 => "a DLL lacks a numbered function that is wanted of it",
        0xC000_0139 => "a DLL lacks a function that is wanted of it",
        0xC000_013A => "ended by Ctrl-C",
        0xC000_0142 => "a DLL could not be initialised",
        0xC000_0194 => "possible deadlock",
        0xC000_0374 => "heap corruption",
        0xC000_0409 => "aborted, or stack overrun",
        0xC000_0417 => "invalid parameter to a C function",
        0xC000_0420 => "an assertion failed",
        0xC000_0428 => "a program file's signature is not valid",
        0xE06D_7363 => "a C++ exception that nobody caught",
        0xE043_4352 => "a .NET exception that nobody caught",
        _ => return None,
    })
}

/// The names differ in their numbers from system to system (7 is SIGBUS on Linux and SIGEMT on macOS).
#[cfg(unix)]
fn signal_name(number: i32) -> Option<&'static str> {
    signal_hook::low_level::signal_name(number)
}

#[cfg(windows)]
fn signal_name(_number: i32) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_death_by_signal_is_named() {
        use signal_hook::consts::{
            SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGKILL, SIGSEGV, SIGSYS, SIGTERM, SIGUSR1, SIGXCPU,
        };
        let named = [
            (SIGABRT, "SIGABRT"),
            (SIGBUS, "SIGBUS"),
            (SIGFPE, "SIGFPE"),
            (SIGILL, "SIGILL"),
            (SIGKILL, "SIGKILL"),
            (SIGSEGV, "SIGSEGV"),
            (SIGSYS, "SIGSYS"),
            (SIGTERM, "SIGTERM"),
            (SIGUSR1, "SIGUSR1"),
            (SIGXCPU, "SIGXCPU"),
        ];
        for (number, name) in named {
            assert_eq!(Exit::Signal(number).describe(), format!("killed by {name}"));
        }
        assert_eq!(Exit::Signal(64).describe(), "killed by signal 64");
        assert_eq!(Exit::Signal(9).status(), 137);
        assert_eq!(Exit::Code(3).describe(), "exit 3");
    }

    #[test]
    fn a_windows_status_is_named() {
        let described = |status: u32| describe_windows_code(status.cast_signed());
        assert_eq!(described(0xC000_0005), "0xC0000005: access violation");
        assert_eq!(described(0xC000_007B).split(':').next(), Some("0xC000007B"));
        assert_eq!(described(0xE06D_7363), "0xE06D7363: a C++ exception that nobody caught");
        assert_eq!(described(0xC000_9999), "exit 0xC0009999");
        assert_eq!((described(1), describe_windows_code(-1)), ("exit 1".to_owned(), "exit -1".to_owned()));
    }
}
