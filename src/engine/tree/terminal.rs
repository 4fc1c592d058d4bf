//! A pseudo-terminal for a job on Unix, for programs that hold their lines back from a pipe.
//!
//! The process leads a session of its own, whose terminal this is; so it leads a group as any job's does, and the tree
//! reaches it in the same way. The system's calls come from `rustix`. A crate that wraps all of this forks likewise, and
//! allocates in the forked child, which a program with threads must not.
#![expect(unsafe_code, reason = "a session can only be made between fork and exec, by `pre_exec`")]

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, Stdio};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::fd::AsFd;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{InputModes, OptionalActions, OutputModes, Winsize, tcgetattr, tcsetattr, tcsetwinsize};

use super::{Input, command};
use crate::engine::stdin::TERMINAL_END;
use crate::model::Invocation;

/// Programs wrap their lines at the width, so it is wide; a screen's height for those that fill it.
const SIZE: Winsize = Winsize { ws_row: 50, ws_col: 200, ws_xpixel: 0, ws_ypixel: 0 };

/// What programs may take the terminal for: colours are drawn or left out, but not misunderstood.
const KIND: &str = "xterm-256color";

/// A process in a terminal, and our side of that.
pub(super) struct InTerminal {
    pub child: Child,
    pub output: Output,
    pub input: Option<File>,
}

/// Starts a process in a terminal of its own.
pub(super) fn spawn(invocation: &Invocation, input: Input) -> io::Result<InTerminal> {
    let (ours, theirs) = open()?;
    let mut command = command(invocation, Input::Empty);
    if !invocation.env.iter().any(|change| change.name == "TERM") {
        command.env("TERM", KIND);
    }
    command
        .stdin(Stdio::from(theirs.try_clone()?))
        .stdout(Stdio::from(theirs.try_clone()?))
        .stderr(Stdio::from(theirs));
    // SAFETY: between fork and exec only what is safe in a signal handler may be called; these are bare system calls.
    unsafe {
        command.pre_exec(|| {
            rustix::process::setsid()?;
            rustix::process::ioctl_tiocsctty(rustix::stdio::stdin())?;
            Ok(())
        });
    }
    let child = command.spawn()?;
    // With the command goes our copy of the terminal's other side; while anybody had that open, its end never came.
    drop(command);
    rustix::io::ioctl_fionbio(&ours, true)?;
    let mut writer = File::from(ours.try_clone()?);
    let input = match input {
        Input::Lines => Some(writer),
        // A new terminal has room for a few characters.
        Input::Empty | Input::Inherit => writer.write_all(&TERMINAL_END).map(|()| None)?,
    };
    Ok(InTerminal { child, output: Output(File::from(ours)), input })
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
    let name = std::path::Path::new(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(name.as_bytes()));
    let theirs = {
        use std::os::unix::fs::OpenOptionsExt;
        let no_controlling = i32::try_from(OpenptFlags::NOCTTY.bits()).unwrap_or(0);
        OwnedFd::from(File::options().read(true).write(true).custom_flags(no_controlling).open(name)?)
    };
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
