//! Process trees on Unix: one process group per run, and a mark by which those are found that left it.
//!
//! `process_group(0)` keeps the standard library on `posix_spawn`; a `pre_exec` would make it fork, which costs
//! milliseconds in a large process. The process is not reaped before its group was killed, so its id, which is the
//! group's, can't belong to anybody else while we still send signals to it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use rustix::io::Errno;
use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, getpgid, getpriority_process, kill_process, kill_process_group,
    setpriority_pgrp, waitid,
};

use super::mark::{Mark, VARIABLE};
use super::members::Member;
use super::processes::{self, Youth};
use super::sweep::{self, Errand, Request};
use super::{ConsoleKind, Spawned, Wiring, command, terminal};
use crate::engine::console::lock;
use crate::engine::exit::Exit;
use crate::engine::guard::Guard;
use crate::model::{Invocation, Priority, StopSignal};

/// Whether whoever started us had this signal ignored and nothing of ours has caught it yet, as far as the system tells.
#[must_use]
pub fn is_signal_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.is_some_and(|ignored| ignored & (1_u64 << (signal - 1)) != 0)
}

/// Has the system keep ended children for us, where whoever started us had it discard them: a job's exit status would
/// be lost. To catch the signal is enough, and the jobs find it as usual again.
pub(in crate::engine) fn keep_ended_children() {
    if is_signal_ignored(signal_hook::consts::SIGCHLD)
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
    mark: Mark,
    /// It was asked to end, and has its time for that.
    has_time: AtomicBool,
}

impl Tree {
    /// Asks every process of the tree to end. One that is stopped could not hear it, so it goes on first.
    pub(in crate::engine) fn ask(&self, signal: StopSignal) {
        self.has_time.store(true, Ordering::SeqCst);
        self.send(match signal {
            StopSignal::Terminate => Signal::TERM,
            StopSignal::Interrupt => Signal::INT,
        });
    }

    /// Sends SIGINT to every process of the tree, as Ctrl-C at a terminal does.
    pub(in crate::engine) fn interrupt(&self) {
        self.send(Signal::INT);
    }

    fn send(&self, signal: Signal) {
        let Some(group) = *lock(&self.group) else { return };
        // A group that is gone already is what was wanted.
        let _ = kill_process_group(group, signal);
        let _ = kill_process_group(group, Signal::CONT);
        sweep::soon(Request { mark: self.mark.clone(), errand: Errand::Ask { signal, groups: vec![group] } });
    }

    /// Lets those whom the process has left behind end by themselves, if the tree was asked to, until it is killed: a
    /// shell hears the same signal as its script's worker, and ends before that has cleaned up.
    pub(in crate::engine) fn let_the_rest_end(&self) {
        sweep::wait_until_gone(&self.mark, || self.has_time.load(Ordering::SeqCst));
    }

    /// Kills every process of the tree.
    pub(in crate::engine) fn kill(&self) {
        self.has_time.store(false, Ordering::SeqCst);
        {
            let group = lock(&self.group);
            let Some(group) = *group else { return };
            kill_group(group);
        }
        sweep::soon(Request { mark: self.mark.clone(), errand: Errand::End { youth: None } });
    }
}

/// Kills a group, and what its leader has started that is in another one: marked or not, it is known as long as its
/// parents live. Elsewhere than on Linux that would cost milliseconds, too many for who has many jobs to end.
fn kill_group(group: Pid) {
    let leader = group.as_raw_pid().cast_unsigned();
    let descendants = if cfg!(target_os = "linux") { processes::descendants(&[leader]) } else { Vec::new() };
    let left: Vec<_> = descendants
        .into_iter()
        .filter_map(|pid| i32::try_from(pid).ok().and_then(Pid::from_raw))
        .filter(|pid| getpgid(Some(*pid)).is_ok_and(|its| its != group))
        .collect();
    let _ = kill_process_group(group, Signal::KILL);
    for pid in left {
        let _ = kill_process(pid, Signal::KILL);
    }
}

/// The run's output as it was handed to the process, by which those are found who still hold it.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Output {
    /// The pipes' inodes.
    pipes: Vec<u64>,
    leader: u32,
    mark: Mark,
}

impl Output {
    /// Who holds it besides the run's own process, as far as the system tells.
    pub(in crate::engine) fn holders(&self) -> Vec<Member> {
        processes::holders(&self.pipes, self.leader, &[&self.mark])
    }
}

/// How much nicer than we a job is that lets others go first: who competes with it gets nine tenths of a processor.
const NICER: i32 = 10;
/// Nobody can be nicer.
const NICEST: i32 = 19;

/// Lets others go first. The group has just begun, and what it starts from now on inherits that: the standard library can
/// only do this before there is a process by a `pre_exec`.
fn lower(group: Pid) {
    let nice = getpriority_process(None).unwrap_or_default();
    match setpriority_pgrp(Some(group), (nice + NICER).min(NICEST)) {
        // It has ended already.
        Ok(()) | Err(Errno::SRCH) => {}
        // Programs that run as another user (sudo, ping) are none of ours to lower.
        Err(error @ (Errno::PERM | Errno::ACCESS)) => {
            tracing::debug!("lowering the priority of process {group}: {error}");
        }
        Err(error) => tracing::warn!("lowering the priority of process {group}: {error}"),
    }
}

/// A pipe's inode; the pipe comes back as it was.
fn inode<P: From<OwnedFd> + Into<OwnedFd>>(pipe: P, inodes: &mut Vec<u64>) -> P {
    let file = File::from(pipe.into());
    inodes.extend(file.metadata().ok().map(|metadata| metadata.ino()));
    P::from(OwnedFd::from(file))
}

/// A running process, owned by its run's thread.
pub(in crate::engine) struct Process {
    child: Child,
    tree: Arc<Tree>,
    guard: Option<Guard>,
    output: Output,
    started: Instant,
}

impl Process {
    pub(in crate::engine) fn spawn(
        invocation: &Invocation,
        wiring: Wiring,
        _console: ConsoleKind,
        priority: Priority,
        guard: Option<&Guard>,
    ) -> io::Result<Spawned> {
        let mark = guard.map_or_else(Mark::of_panel, Guard::mark).next_run();
        let started = Instant::now();
        let mut pipes = Vec::new();
        let (mut child, stdout, stdin) = if wiring.terminal {
            let terminal::InTerminal { child, output, input } =
                terminal::spawn(invocation, wiring.input, guard.map(Guard::program), &mark)?;
            (child, Some(Box::new(output) as Box<dyn Read + Send>), input)
        } else {
            let mut child = command(invocation, wiring.input).env(VARIABLE, mark.value()).process_group(0).spawn()?;
            let stdout = child.stdout.take().map(|pipe| inode(pipe, &mut pipes));
            let stdout = stdout.map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
            let stdin = child.stdin.take().map(|pipe| File::from(OwnedFd::from(pipe)));
            (child, stdout, stdin)
        };
        let stderr = child.stderr.take().map(|pipe| inode(pipe, &mut pipes));
        let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
        if priority == Priority::BelowNormal {
            group.into_iter().for_each(lower);
        }
        if let Some(guard) = guard {
            guard.watch(child.id());
        }
        let output = Output { pipes, leader: child.id(), mark: mark.clone() };
        let tree = Arc::new(Tree { group: Mutex::new(group), mark, has_time: AtomicBool::new(false) });
        let process = Self { child, tree, guard: guard.cloned(), output, started };
        Ok(Spawned { process, stdout, stderr, stdin })
    }

    /// By which those are found who still hold its output after its end.
    pub(in crate::engine) fn output(&self) -> Output {
        self.output.clone()
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
            if error != Errno::INTR {
                tracing::warn!("waiting for process {}: {error}", self.child.id());
                return;
            }
        }
    }

    /// Kills what is left of the tree, those included who hold its output and can only have it from the process; reaps
    /// the process and says how it ended.
    pub(in crate::engine) fn finish(mut self, holders: &[Member]) -> Exit {
        // The lock ends here, for what follows may take its time.
        let group = lock(&self.tree.group).take();
        if let Some(group) = group {
            kill_group(group);
        }
        for holder in holders.iter().filter(|holder| holder.is_stray) {
            processes::end_stray(holder, &self.output.pipes);
        }
        let pid = self.child.id();
        let youth = Some(Youth { lowest: pid, highest: pid, since: self.started });
        sweep::now(Request { mark: self.tree.mark.clone(), errand: Errand::End { youth } });
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

#[cfg(test)]
mod tests {
    use std::io::Seek;

    use super::*;

    #[test]
    fn a_process_that_has_ended_already_is_lowered_without_a_word() {
        let mut child = std::process::Command::new("true").process_group(0).spawn().unwrap();
        let group = Pid::from_child(&child);
        child.wait().unwrap();
        let log = Arc::new(tempfile::tempfile().unwrap());
        let listener = tracing_subscriber::fmt().with_writer(Arc::clone(&log)).finish();
        tracing::subscriber::with_default(listener, || lower(group));
        let (mut log, mut said) = (&*log, String::new());
        log.rewind().unwrap();
        log.read_to_string(&mut said).unwrap();
        assert_eq!(said, "");
    }
}
