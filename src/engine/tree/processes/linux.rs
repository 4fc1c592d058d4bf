//! Linux' account of its processes, read from `/proc`.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open, pidfd_send_signal};

use super::super::mark::{Mark, value_in};
use super::super::members::Member;
use super::{Found, Range, Youth, find_mark};

/// No system lets an environment grow beyond this.
const MAX_ENVIRONMENT_BYTES: u64 = 8 * 1024 * 1024;

/// More ids than this are not tried one by one: looking at everybody is as quick.
const MOST_TRIED: u32 = 512;

/// How long a process may take to become another program, while nobody can tell what it carries. It is microseconds of
/// work, but on a busy machine it may wait for its turn in the midst of them.
const PATIENCE: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_micros(200);

/// Everybody who carries one of these marks. What has ended carries nothing any more.
pub(in crate::engine::tree) fn marked(marks: &[&Mark], range: Range) -> Vec<Found> {
    let mut look = Look { marks, environment: Vec::new(), between: Vec::new(), found: Vec::new() };
    match range {
        Range::After(youth) if let Some(last) = last_to_try(&youth) => {
            (youth.lowest..=last).for_each(|pid| look.at(pid));
            look.again();
            look.found.retain(|found| is_process(found.pid));
        }
        Range::All | Range::After(_) => {
            all().for_each(|pid| look.at(pid));
            look.again();
        }
    }
    look.found
}

/// A look at many processes for some marks.
struct Look<'a> {
    marks: &'a [&'a Mark],
    environment: Vec<u8>,
    /// Those that were just becoming another program.
    between: Vec<u32>,
    found: Vec<Found>,
}

impl Look<'_> {
    fn at(&mut self, pid: u32) {
        if read_environment(pid, &mut self.environment).is_none() {
            return;
        }
        if self.environment.is_empty() {
            if is_between_programs(pid) {
                self.between.push(pid);
                return;
            }
            // It may have become its program since the first look, and now that it has one this is its environment.
            if read_environment(pid, &mut self.environment).is_none() {
                return;
            }
        }
        if let Some(mark) = value_in(&self.environment).and_then(|value| find_mark(value, self.marks)) {
            self.found.push(Found { pid, mark });
        }
    }

    /// Looks at those again, until it can be told what they carry.
    fn again(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !self.between.is_empty() && Instant::now() < deadline {
            std::thread::sleep(PAUSE);
            for pid in std::mem::take(&mut self.between) {
                self.at(pid);
            }
        }
    }
}

/// Whether the memory of the program before is gone and that of the next not told of yet. The system then shows an
/// environment without a byte, as of one who carries nothing; but neither does it know where the program begins, which
/// it does last of all. Source: proc(5), fields 23 and 26 of `stat`; Linux' `load_elf_binary`.
fn is_between_programs(pid: u32) -> bool {
    const MEMORY: usize = 23;
    const CODE: usize = 26;
    let Some(stat) = Stat::of(pid) else { return false };
    stat.number(MEMORY).is_some_and(|bytes| bytes > 0) && stat.number(CODE) == Some(0)
}

/// The id that the system gave last, if what was started after these can only lie between their lowest and that.
fn last_to_try(youth: &Youth) -> Option<u32> {
    let load = fs::read_to_string("/proc/loadavg").ok()?;
    let last: u32 = load.split_whitespace().last()?.parse().ok()?;
    let is_near = last >= youth.highest && last - youth.lowest <= MOST_TRIED;
    (is_near && !youth.is_over()).then_some(last)
}

/// Threads have ids of the same kind, and can be asked for under them, though no list shows them.
fn is_process(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let group = status.lines().find_map(|line| line.strip_prefix("Tgid:")?.trim().parse().ok());
    group == Some(pid)
}

fn all() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

fn read_environment(pid: u32, environment: &mut Vec<u8>) -> Option<()> {
    environment.clear();
    let file = File::open(format!("/proc/{pid}/environ")).ok()?;
    file.take(MAX_ENVIRONMENT_BYTES).read_to_end(environment).ok()?;
    Some(())
}

/// Sends a signal to a process if it carries this mark, and answers whether it does. The handle is taken first and the
/// mark looked at again behind it, so that nobody is hit who was given the same id meanwhile.
pub(in crate::engine::tree) fn signal_marked(pid: u32, mark: &Mark, signal: Signal) -> bool {
    let Some(id) = i32::try_from(pid).ok().and_then(Pid::from_raw) else { return false };
    let handle = pidfd_open(id, PidfdFlags::empty());
    let mut environment = Vec::new();
    let carries = read_environment(pid, &mut environment).is_some()
        && value_in(&environment).is_some_and(|value| mark.is_among(value));
    carries
        && match handle {
            Ok(handle) => pidfd_send_signal(handle, signal).is_ok(),
            // An old kernel has no such handles.
            Err(rustix::io::Errno::NOSYS) => kill_process(id, signal).is_ok(),
            Err(_) => false,
        }
}

/// All that descend from these processes, as far as their parents still live.
pub(in crate::engine::tree) fn descendants(pids: &[u32]) -> Vec<u32> {
    let mut found = pids.to_vec();
    let mut known: HashSet<u32> = pids.iter().copied().collect();
    let mut at = 0;
    while let Some(parent) = found.get(at) {
        for child in children(*parent) {
            if known.insert(child) {
                found.push(child);
            }
        }
        at += 1;
    }
    found.split_off(pids.len())
}

fn children(parent: u32) -> Vec<u32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let lists = threads.filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Who else can write into these pipes. `leader` is the process that got them first.
pub(in crate::engine::tree) fn holders(pipes: &[u64], leader: u32, marks: &[&Mark]) -> Vec<Member> {
    let names: Vec<_> = pipes.iter().map(|inode| format!("pipe:[{inode}]")).collect();
    let since = started(leader);
    let ours = std::process::id();
    let mut members: Vec<_> = all()
        .filter(|pid| *pid != ours && writes_into(*pid, &names))
        .map(|pid| {
            // Whoever was started after the job's process got the pipe from it. One that was there before was lent it,
            // and is nobody's to end.
            let is_stray = started(pid).zip(since).is_some_and(|(holder, leader)| holder > leader);
            Member { pid, name: name(pid), is_stray }
        })
        .collect();
    if members.is_empty() {
        let found = marked(marks, Range::All);
        members = found.iter().map(|it| Member { pid: it.pid, name: name(it.pid), is_stray: false }).collect();
    }
    members.sort();
    members
}

fn writes_into(pid: u32, names: &[String]) -> bool {
    const OWNER_MAY_WRITE: u32 = 0o200;
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    descriptors.map(|entry| entry.path()).any(|path| {
        let is_pipe = fs::read_link(&path).is_ok_and(|to| names.iter().any(|name| to.as_os_str() == name.as_str()));
        // The link's own permissions say how it was opened.
        is_pipe && fs::symlink_metadata(&path).is_ok_and(|link| link.mode() & OWNER_MAY_WRITE != 0)
    })
}

/// Kills a process that held a run's pipe, if it still is the one that was seen.
pub(in crate::engine::tree) fn end_stray(member: &Member, pipes: &[u64]) {
    let Some(id) = i32::try_from(member.pid).ok().and_then(Pid::from_raw) else { return };
    let handle = pidfd_open(id, PidfdFlags::empty());
    let names: Vec<_> = pipes.iter().map(|inode| format!("pipe:[{inode}]")).collect();
    if let Ok(handle) = handle
        && writes_into(member.pid, &names)
    {
        let _ = pidfd_send_signal(handle, Signal::KILL);
    }
}

/// When a process was started, in ticks since the machine was; within one, ids count up. Source: proc(5), field 22 of
/// `stat`.
fn started(pid: u32) -> Option<(u64, u32)> {
    const STARTED: usize = 22;
    Some((Stat::of(pid)?.number(STARTED)?, pid))
}

/// What the system tells of a process in one line, from the field after its name on.
struct Stat(String);

impl Stat {
    fn of(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // The name stands in parentheses, and may hold anything.
        let (_, fields) = stat.rsplit_once(')')?;
        Some(Self(fields.to_owned()))
    }

    /// A field, counted from 1 as proc(5) does, if it is a number.
    fn number(&self, field: usize) -> Option<u64> {
        const FIRST: usize = 3;
        self.0.split_whitespace().nth(field - FIRST)?.parse().ok()
    }
}

/// What people call it. The system's own name is cut to 15 bytes, so a longer one is taken from the command line.
fn name(pid: u32) -> String {
    let short = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default().trim_end().to_owned();
    let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    let program = String::from_utf8_lossy(line.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned();
    match Path::new(&program).file_name().and_then(|name| name.to_str()) {
        Some(long) if long.starts_with(&short) => long.to_owned(),
        Some(_) | None => short,
    }
}
