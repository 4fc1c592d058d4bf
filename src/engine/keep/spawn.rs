//! Starting a keeper so that it outlives us: apart from our session, our console and our Job Object.

use std::io;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use super::KEEP_COMMAND;

fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.arg(KEEP_COMMAND).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    // Our folder may be one that somebody wants to unplug.
    command.current_dir(std::env::temp_dir());
    command
}

/// It makes a session of its own, which the leader of a group can't; so it isn't made one.
#[cfg(unix)]
pub(super) fn spawn(program: &Path) -> io::Result<Child> {
    command(program).spawn()
}

#[cfg(windows)]
pub(super) fn spawn(program: &Path) -> io::Result<Child> {
    use std::os::windows::process::CommandExt;
    use windows_sys::Win32::System::Threading::{
        CREATE_BREAKAWAY_FROM_JOB, CREATE_NEW_PROCESS_GROUP, DETACHED_PROCESS,
    };
    let flags = DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP;
    // Whoever started us in a Job Object may forbid to leave it; then the keeper ends with that.
    command(program)
        .creation_flags(flags | CREATE_BREAKAWAY_FROM_JOB)
        .spawn()
        .or_else(|_| command(program).creation_flags(flags).spawn())
}
