//! The account that other systems than Linux give of their processes, by way of a library. Who holds a pipe they don't
//! tell, so the run's processes that live stand for that.

use std::collections::HashSet;
use std::os::unix::ffi::OsStrExt;

use rustix::process::{Pid, Signal, kill_process};
use sysinfo::{Process, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};

use super::super::mark::{Mark, VARIABLE};
#[cfg(not(target_os = "linux"))]
use super::super::members::Member;
use super::{Found, Range, find_mark};

fn look(which: ProcessesToUpdate<'_>, environments: UpdateKind) -> Option<System> {
    let mut system = System::new().inspect_err(|error| tracing::warn!("processes can't be listed: {error}")).ok()?;
    let kind = ProcessRefreshKind::nothing().without_tasks().with_environ(environments);
    system.refresh_processes_specifics(which, true, kind);
    Some(system)
}

fn mark_of(process: &Process, marks: &[&Mark]) -> Option<usize> {
    if matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead) {
        return None;
    }
    process.environ().iter().find_map(|entry| {
        let value = entry.as_bytes().strip_prefix(VARIABLE.as_bytes())?.strip_prefix(b"=")?;
        find_mark(value, marks)
    })
}

/// Everybody who carries one of these marks, wherever: ids tell nothing about who came after whom.
pub(in crate::engine::tree) fn marked(marks: &[&Mark], range: Range) -> Vec<Found> {
    match range {
        Range::All | Range::After(_) => {}
    }
    let Some(system) = look(ProcessesToUpdate::All, UpdateKind::Always) else { return Vec::new() };
    let found = |process: &Process| Some(Found { pid: process.pid().as_u32(), mark: mark_of(process, marks)? });
    system.processes().values().filter_map(found).collect()
}

/// Sends a signal to a process if it carries this mark, and answers whether it does.
pub(in crate::engine::tree) fn signal_marked(pid: u32, mark: &Mark, signal: Signal) -> bool {
    let Some(id) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    let pid = sysinfo::Pid::from_u32(pid);
    let system = look(ProcessesToUpdate::Some(&[pid]), UpdateKind::Always);
    let carries =
        system.is_some_and(|system| system.process(pid).is_some_and(|process| mark_of(process, &[mark]).is_some()));
    carries && kill_process(id, signal).is_ok()
}

/// All that descend from these processes, as far as their parents still live.
pub(in crate::engine::tree) fn descendants(pids: &[u32]) -> Vec<u32> {
    let Some(system) = look(ProcessesToUpdate::All, UpdateKind::Never) else { return Vec::new() };
    let mut known: HashSet<_> = pids.iter().map(|pid| sysinfo::Pid::from_u32(*pid)).collect();
    let mut found = Vec::new();
    loop {
        let children: Vec<_> = system
            .processes()
            .values()
            .filter(|process| process.parent().is_some_and(|parent| known.contains(&parent)))
            .map(Process::pid)
            .filter(|child| !known.contains(child))
            .collect();
        if children.is_empty() {
            return found;
        }
        found.extend(children.iter().map(|child| child.as_u32()));
        known.extend(children);
    }
}

/// Who may hold a run's output: those that carry its mark.
#[cfg(not(target_os = "linux"))]
pub(in crate::engine::tree) fn holders(_pipes: &[u64], leader: u32, marks: &[&Mark]) -> Vec<Member> {
    let Some(system) = look(ProcessesToUpdate::All, UpdateKind::Always) else { return Vec::new() };
    let mut members: Vec<_> = system
        .processes()
        .values()
        .filter(|process| process.pid().as_u32() != leader && mark_of(process, marks).is_some())
        .map(|process| Member {
            pid: process.pid().as_u32(),
            name: process.name().to_string_lossy().into_owned(),
            is_stray: false,
        })
        .collect();
    members.sort();
    members
}

/// Nobody is known to be one here.
#[cfg(not(target_os = "linux"))]
pub(in crate::engine::tree) fn end_stray(_member: &Member, _pipes: &[u64]) {}
