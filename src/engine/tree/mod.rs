//! A job's whole process tree: started so that it can be ended as one, on each system by that system's means.
//!
//! Unix: a process group of its own, and a mark in the environment for what leaves it. Windows: a Job Object that kills
//! what is in it when its last handle closes, so that the panel's death, in whatever way, is the tree's. The unsafe code
//! of the engine is in `windows.rs`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};

use crate::model::Invocation;

#[cfg(unix)]
pub(super) mod mark;
mod members;
#[cfg(any(windows, test))]
mod painted;
#[cfg(unix)]
mod processes;
#[cfg(unix)]
pub(super) mod sweep;
#[cfg_attr(unix, path = "terminal_unix.rs")]
#[cfg_attr(windows, path = "terminal_windows.rs")]
mod terminal;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

pub(super) use members::{Member, list};
pub use terminal::run_in_terminal;
#[cfg(unix)]
pub use unix::is_signal_ignored;
#[cfg(unix)]
pub(super) use unix::{Process, Tree, keep_ended_children};
#[cfg(windows)]
pub use windows::{ASK_COMMAND, ask_by_console};
#[cfg(windows)]
pub(super) use windows::{Process, Tree};

/// What a child finds at its standard input.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Input {
    /// Nothing: it is at its end. An open pipe that nobody writes would leave a reading script waiting for ever.
    #[default]
    Empty,
    /// What a person types, line by line: see `Engine::write_line`.
    Lines,
    /// Ours. For `sidestage run`, whose own input somebody may have redirected.
    Inherit,
}

/// What a child's standard streams are connected to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Wiring {
    pub input: Input,
    /// All three are a terminal, which only `input` may be typed into.
    pub terminal: bool,
}

/// Which console a child belongs to on Windows; elsewhere it means nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConsoleKind {
    /// One without a window, of its own: nothing flashes.
    #[default]
    Hidden,
    /// Ours, so that its Ctrl-C is the child's. For `sidestage run`.
    Shared,
}

/// What a spawned process hands to the run that looks after it.
pub(super) struct Spawned {
    pub process: Process,
    /// Of a terminal, all that is shown there.
    pub stdout: Option<Box<dyn Read + Send>>,
    pub stderr: Option<ChildStderr>,
    /// Where [`Input::Lines`] are written.
    pub stdin: Option<File>,
}

/// The command of an invocation, with pipes for its output. Each system adds its own to it before it spawns.
fn command(invocation: &Invocation, input: Input) -> Command {
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.args).current_dir(&invocation.dir);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).stdin(match input {
        Input::Empty => Stdio::null(),
        Input::Lines => Stdio::piped(),
        Input::Inherit => Stdio::inherit(),
    });
    for change in &invocation.env {
        match &change.value {
            Some(value) => command.env(&change.name, value),
            None => command.env_remove(&change.name),
        };
    }
    command
}

/// The hidden subcommand with which our own program puts a command into a terminal.
pub const TERMINAL_COMMAND: &str = "in-terminal";

/// The invocation of our own program for a job's in a terminal.
fn relayed(invocation: &Invocation, helper: Option<&Path>) -> io::Result<Invocation> {
    let Some(helper) = helper.filter(|helper| helper.is_file()) else {
        return Err(io::Error::other(
            "a terminal needs Sidestage's own program, which was moved or removed; start it anew",
        ));
    };
    // Ours would start in any case.
    if !invocation.program.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let program = invocation.program.to_str().ok_or(io::ErrorKind::InvalidInput)?;
    let mut args = vec![TERMINAL_COMMAND.to_owned(), "--".to_owned(), program.to_owned()];
    args.extend(invocation.args.iter().cloned());
    Ok(Invocation { program: helper.to_owned(), args, ..invocation.clone() })
}

/// Why a process could not be started, as a sentence.
pub(super) fn why_not_started(invocation: &Invocation, error: &std::io::Error) -> String {
    use std::io::ErrorKind;
    let program = invocation.program.display();
    if !invocation.dir.is_dir() {
        return format!("The working folder {} is missing; choose another.", invocation.dir.display());
    }
    // What is denied may be the folder: to look at what is in it asks for the same permission as to work in it.
    if error.kind() == ErrorKind::PermissionDenied && invocation.dir.join(".").metadata().is_err() {
        let dir = invocation.dir.display();
        return format!("This user may not work in the folder {dir}; change its permissions, or choose another.");
    }
    match error.kind() {
        ErrorKind::NotFound if invocation.program.is_file() => {
            format!("{program} could not be started: what its first line (#!) asks for is missing.")
        }
        ErrorKind::NotFound => format!("{program} is missing; choose another program or interpreter."),
        ErrorKind::PermissionDenied => format!("{program} may not be run; {}", permission_hint(&invocation.program)),
        ErrorKind::ArgumentListTooLong => format!("{program} was given more arguments than the system takes."),
        ErrorKind::InvalidInput if is_batch(&invocation.program) => format!(
            "{program} is a batch file, and an argument holds what no batch file can be given (a line break, or a quote \
             at an unsafe place); remove it, or run the program that the batch file runs."
        ),
        ErrorKind::ExecutableFileBusy => format!("{program} is being written just now; try again."),
        _ if error.raw_os_error() == Some(EXEC_FORMAT_ERROR) => {
            format!("{program} is not a program that this system can run; choose an interpreter for it.")
        }
        _ if error.raw_os_error().is_some_and(|code| OUT_OF_DESCRIPTORS.contains(&code)) => format!(
            "{program} could not be started: the system lets Sidestage open no more files and pipes; stop some jobs and try \
             again, or raise the limit."
        ),
        ErrorKind::WouldBlock => format!(
            "{program} could not be started: the system gives this user no more processes; stop some jobs and try again."
        ),
        _ => format!("{program} could not be started: {error}."),
    }
}

fn permission_hint(program: &Path) -> String {
    if cfg!(unix) {
        format!("try: chmod +x {}", program.display())
    } else {
        "ask whoever looks after this machine.".to_owned()
    }
}

fn is_batch(program: &Path) -> bool {
    program.extension().is_some_and(|end| end.eq_ignore_ascii_case("bat") || end.eq_ignore_ascii_case("cmd"))
}

/// `ERROR_BAD_EXE_FORMAT`, and ENOEXEC.
const EXEC_FORMAT_ERROR: i32 = if cfg!(windows) { 193 } else { 8 };

/// EMFILE and ENFILE; `ERROR_TOO_MANY_OPEN_FILES`.
const OUT_OF_DESCRIPTORS: &[i32] = if cfg!(windows) { &[4] } else { &[24, 23] };

/// What helps to end trees: on Unix the guard, on Windows the program that asks consoles.
#[cfg(unix)]
pub(super) type Helper = super::guard::Guard;
#[cfg(windows)]
pub(super) type Helper = std::path::PathBuf;
