//! A pseudo-terminal for a job on Unix, for programs that hold their lines back from a pipe.
//!
//! The process leads a session of its own, whose terminal this is; so it leads a group as any job's does, and the tree
//! reaches it in the same way. Only the process itself can make that session. A `pre_exec` would do it, and turn
//! `posix_spawn` into fork; so what is spawned is our own program, which makes the session and then becomes the job's.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::AsFd;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{InputModes, OptionalActions, OutputModes, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

use super::mark::{Mark, VARIABLE};
use super::{Input, command, relayed};
use crate::engine::lines::TERMINAL_ROWS;
use crate::engine::stdin::TERMINAL_END;
use crate::model::Invocation;

/// Programs wrap their lines at the width, so it is wide. Of the height all rows can be drawn over.
const SIZE: Winsize = Winsize { ws_row: TERMINAL_ROWS as u16, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 };

/// What programs may take the terminal for: colours are drawn or left out, but not misunderstood.
const KIND: &str = "xterm-256color";

/// A process in a terminal, and our side of that.
pub(super) struct InTerminal {
    pub child: Child,
    pub output: Output,
    pub input: Option<File>,
}

/// Starts a process in a terminal of its own. `helper` is our own program.
pub(super) fn spawn(
    invocation: &Invocation,
    input: Input,
    helper: Option<&Path>,
    mark: &Mark,
) -> io::Result<InTerminal> {
    let (ours, theirs) = open()?;
    let mut command = command(&relayed(invocation, helper)?, Input::Empty);
    command.env(VARIABLE, mark.value());
    if !invocation.env.iter().any(|change| change.name == "TERM") {
        command.env("TERM", KIND);
    }
    rustix::io::ioctl_fionbio(&ours, true)?;
    let mut writer = File::from(ours.try_clone()?);
    let input = match input {
        Input::Lines => Some(writer),
        // A new terminal has room for a few characters.
        Input::Empty | Input::Inherit => writer.write_all(&TERMINAL_END).map(|()| None)?,
    };
    // What would be its stderr says whether the program could be started; it closes when it was.
    command.stdin(Stdio::from(theirs.try_clone()?)).stdout(Stdio::from(theirs)).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    // With the command goes our copy of the terminal's other side; while anybody had that open, its end never came.
    drop(command);
    let mut trouble = Vec::new();
    if let Some(mut report) = child.stderr.take() {
        // That this fails has no case, and a process that runs must not be lost over it.
        let _ = report.read_to_end(&mut trouble);
    }
    if !trouble.is_empty() {
        child.wait()?;
        let trouble = String::from_utf8_lossy(&trouble).trim().to_owned();
        let number = trouble.parse();
        return Err(number.map_or_else(|_| io::Error::other(trouble), io::Error::from_raw_os_error));
    }
    Ok(InTerminal { child, output: Output(File::from(ours)), input })
}

/// Becomes a command in the terminal that is our standard input. For the hidden subcommand.
///
/// # Errors
/// This is no terminal that we may have. That the command could not be started is said on stderr, by its number.
pub fn run_in_terminal(command: &[OsString]) -> io::Result<i32> {
    let Some((program, args)) = command.split_first() else { return Err(io::ErrorKind::InvalidInput.into()) };
    rustix::process::setsid()?;
    rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
    let mut report = File::from(rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stderr(), 3)?);
    // The panel may have died before this was a group that the guard could end.
    let mut listener = [PollFd::new(&report, PollFlags::OUT)];
    poll(&mut listener, Some(&rustix::event::Timespec::default()))?;
    if listener[0].revents().contains(PollFlags::ERR) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    rustix::stdio::dup2_stderr(rustix::stdio::stdin())?;
    let error = Command::new(program).args(args).exec();
    write!(report, "{}", error.raw_os_error().unwrap_or_default())?;
    Ok(1)
}

/// A new terminal: our side and the child's.
fn open() -> io::Result<(OwnedFd, OwnedFd)> {
    #[cfg(target_os = "linux")]
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
    #[cfg(not(target_os = "linux"))]
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    rustix::io::fcntl_setfd(&ours, rustix::io::FdFlags::CLOEXEC)?;
    grantpt(&ours)?;
    unlockpt(&ours)?;
    let name = ptsname(&ours, Vec::new())?;
    let name = Path::new(OsStr::from_bytes(name.as_bytes()));
    let no_controlling = i32::try_from(OpenptFlags::NOCTTY.bits()).unwrap_or(0);
    let theirs = OwnedFd::from(File::options().read(true).write(true).custom_flags(no_controlling).open(name)?);
    let mut modes = tcgetattr(&theirs)?;
    // Lines end as they do in a pipe. Nobody moves a carriage here.
    modes.output_modes.remove(OutputModes::ONLCR);
    #[cfg(target_os = "linux")]
    modes.input_modes.insert(InputModes::IUTF8);
    #[cfg(not(target_os = "linux"))]
    let _ = InputModes::empty();
    tcsetattr(&theirs, OptionalActions::Now, &modes)?;
    tcsetwinsize(&theirs, SIZE)?;
    Ok((ours, theirs))
}

/// What comes out of a terminal.
pub(super) struct Output(File);

impl Read for Output {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.0.read(buffer) {
                // Its input is written without blocking, and both are one thing.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    poll(&mut [PollFd::new(&self.0.as_fd(), PollFlags::IN)], None)?;
                }
                // How a terminal says that nobody has its other side open any more.
                Err(error) if error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error()) => return Ok(0),
                done => return done,
            }
        }
    }
}
