//! How a process ended, in numbers and in words.

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
            Self::Code(code) if is_windows_status(*code) => describe_windows_status(code.cast_unsigned()),
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

/// Whether a code is an NTSTATUS of severity "error" (top two bits set), which no program returns by choice.
fn is_windows_status(code: i32) -> bool {
    cfg!(windows) && code.cast_unsigned() >> 30 == 0b11 && code < -255
}

/// Source: Microsoft, [MS-ERREF] 2.3.1 NTSTATUS values.
fn describe_windows_status(status: u32) -> String {
    let words = match status {
        0xC000_0005 => "access violation",
        0xC000_0017 => "out of memory",
        0xC000_001D => "illegal instruction",
        0xC000_0094 => "division by zero",
        0xC000_00FD => "stack overflow",
        0xC000_0135 => "a DLL is missing",
        0xC000_013A => "ended by Ctrl-C",
        0xC000_0142 => "a DLL could not be initialised",
        0xC000_0374 => "heap corruption",
        0xC000_0409 => "aborted",
        _ => return format!("exit 0x{status:08X}"),
    };
    format!("0x{status:08X}: {words}")
}

/// Source: POSIX `<signal.h>`; the numbers are those of Linux and macOS where both agree.
fn signal_name(number: i32) -> Option<&'static str> {
    Some(match number {
        1 => "SIGHUP",
        2 => "SIGINT",
        3 => "SIGQUIT",
        4 => "SIGILL",
        5 => "SIGTRAP",
        6 => "SIGABRT",
        8 => "SIGFPE",
        9 => "SIGKILL",
        11 => "SIGSEGV",
        13 => "SIGPIPE",
        14 => "SIGALRM",
        15 => "SIGTERM",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exits_have_words() {
        assert_eq!(Exit::Code(3).describe(), "exit 3");
        assert_eq!(Exit::Signal(11).describe(), "killed by SIGSEGV");
        assert_eq!(Exit::Signal(64).describe(), "killed by signal 64");
        assert_eq!(describe_windows_status(0xC000_0005), "0xC0000005: access violation");
    }
}
