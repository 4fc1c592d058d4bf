//! Process trees on Unix: one process group per run.
//!
//! `process_group(0)` keeps the standard library on `posix_spawn`; a `pre_exec` would make it fork, which costs
//! milliseconds in a large process. The process is not reaped before its group was killed, so its id, which is the
//! group's, can't belong to anybody else while we still send signals to it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Child;
use std::sync::{Arc, Mutex};

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};

use super::{ConsoleKind, Spawned, Wiring, command, terminal};
use crate::engine::console::lock;
use crate::engine::exit::Exit;
use crate::engine::guard::Guard;
use crate::model::Invocation;

/// Has the system keep ended children for us, where whoever started us had it discard them: a job's exit status would
/// be lost. To catch the signal is enough, and the jobs find it as usual again.
pub(in crate::engine) fn keep_ended_children() {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    let bit = 1_u64 << (signal_hook::consts::SIGCHLD - 1);
    if ignored.is_some_and(|ignored| ignored & bit != 0)
        && let Err(error) = signal_hook::flag::register(signal_hook::consts::SIGCHLD, Arc::default())
    {
        tracing::warn!("ended children are discarded, and their exit status with them: {error}");
    }
}

/// How the supervisor reaches a tree.
#[derive(Debug)]
pub(in crate::engine) struct Tree {
    /// The group's id; `None` once its leader is reaped, when the id may be anybody's.
    group: Mutex<Option<Pid>>,
}

impl Tree {
    /// Asks every process of the tree to end (SIGTERM). One that is stopped could not hear it, so it goes on first.
    pub(in crate::engine) fn ask(&self) {
        self.signal(Signal::TERM);
        self.signal(Signal::CONT);
    }

    /// Sends SIGINT to every process of the tree, as Ctrl-C at a terminal does.
    pub(in crate::engine) fn interrupt(&self) {
        self.signal(Signal::INT);
        self.signal(Signal::CONT);
    }

    /// Kills every process of the tree.
    pub(in crate::engine) fn kill(&self) {
        self.signal(Signal::KILL);
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = *lock(&self.group) {
            // A group that is gone already is what was wanted.
            let _ = kill_process_group(group, signal);
        }
    }
}

/// A running process, owned by its run's thread.
pub(in crate::engine) struct Process {
    child: Child,
    tree: Arc<Tree>,
    guard: Option<Guard>,
}

impl Process {
    pub(in crate::engine) fn spawn(
        invocation: &Invocation,
        wiring: Wiring,
        _console: ConsoleKind,
        guard: Option<&Guard>,
    ) -> io::Result<Spawned> {
        let (mut child, stdout, stdin) = if wiring.terminal {
            let terminal::InTerminal { child, output, input } =
                terminal::spawn(invocation, wiring.input, guard.map(Guard::program))?;
            (child, Some(Box::new(output) as Box<dyn Read + Send>), input)
        } else {
            let mut child = command(invocation, wiring.input).process_group(0).spawn()?;
            let stdout = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
            let stdin = child.stdin.take().map(|pipe| File::from(OwnedFd::from(pipe)));
            (child, stdout, stdin)
        };
        let stderr = child.stderr.take();
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if let Some(guard) = guard {
            guard.watch(child.id());
        }
        let tree = Arc::new(Tree { group: Mutex::new(group) });
        Ok(Spawned { process: Self { child, tree, guard: guard.cloned() }, stdout, stderr, stdin })
    }

    pub(in crate::engine) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(in crate::engine) fn tree(&self) -> Arc<Tree> {
        Arc::clone(&self.tree)
    }

    /// Waits until the process is gone, without reaping it.
    pub(in crate::engine) fn wait(&mut self) {
        let Some(pid) = *lock(&self.tree.group) else { return };
        while let Err(error) = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
            if error != rustix::io::Errno::INTR {
                tracing::warn!("waiting for process {}: {error}", self.child.id());
                return;
            }
        }
    }

    /// Kills what is left of the tree, reaps the process and says how it ended.
    pub(in crate::engine) fn finish(mut self) -> Exit {
        // The lock ends here: a guard that doesn't listen must hold up nobody but us.
        {
            let mut group = lock(&self.tree.group);
            if let Some(group) = group.take() {
                let _ = kill_process_group(group, Signal::KILL);
            }
        }
        if let Some(guard) = &self.guard {
            guard.forget(self.child.id());
        }
        match self.child.wait() {
            Ok(status) => match (status.code(), status.signal()) {
                (Some(code), _) => Exit::Code(code),
                (None, Some(signal)) => Exit::Signal(signal),
                (None, None) => Exit::Code(-1),
            },
            Err(error) => {
                tracing::warn!("reaping process {}: {error}", self.child.id());
                Exit::Code(-1)
            }
        }
    }
}
