//! On Unix the tree is a process group. Its leader is reaped only after the group was killed, so the group's id can't
//! have become anybody else's.

use std::os::unix::process::CommandExt;
use std::process::{Child, Command};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

pub struct Tree(Option<Pid>);

pub fn prepare(command: &mut Command) {
    command.process_group(0);
}

impl Tree {
    pub fn of(child: &Child) -> Self {
        Self(pid(child))
    }

    pub fn kill(&self, child: &mut Child) {
        // What is gone already is what was wanted.
        let _ = match self.0 {
            Some(group) => kill_process_group(group, Signal::KILL).map_err(Into::into),
            None => child.kill(),
        };
    }
}

/// Whether the process has ended; it is not reaped by that.
pub fn has_ended(child: &mut Child) -> bool {
    let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
    pid(child).is_none_or(|pid| !matches!(waitid(WaitId::Pid(pid), options), Ok(None)))
}

fn pid(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}
