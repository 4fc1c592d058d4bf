//! Who belongs to which job: the processes of this machine at one moment, and the trees among them.
//!
//! What a tree has used is `cost`'s business. [`mark_groups`] is the place where a system's own mark of a tree speaks, for
//! those whose parents are gone.

use std::collections::{HashMap, HashSet};

use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

/// A process, as far as its cost goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub pid: u32,
    pub parent: Option<u32>,
    /// Its process group, where the system has such and [`mark_groups`] asked.
    pub group: Option<u32>,
    /// Seconds since 1970; with the id it tells a process from a later one of the same id.
    pub started_secs: u64,
    /// Processor time since its start, in milliseconds.
    pub cpu_ms: u64,
    /// Resident memory.
    pub memory_bytes: u64,
    /// It has ended, and only its parent hasn't taken notice yet.
    pub is_ended: bool,
}

/// Looks at all processes of this machine. Keeps what it found, for that makes the next look cheaper.
pub(super) struct Census {
    system: System,
}

impl Census {
    /// Fails where this system shows no processes.
    pub(super) fn new() -> Result<Self, sysinfo::Error> {
        Ok(Self { system: System::new()? })
    }

    /// Every process, no thread among them.
    pub(super) fn take(&mut self) -> Vec<Entry> {
        let what = ProcessRefreshKind::nothing().with_cpu().with_memory().without_tasks();
        self.system.refresh_processes_specifics(ProcessesToUpdate::All, true, what);
        let processes = self.system.processes().iter();
        let counts = |process: &sysinfo::Process| process.thread_kind().is_none() && !is_console(process);
        let entries = processes
            .filter(|(_, process)| counts(process) && !is_being_born(process))
            .map(|(pid, process)| Entry {
                pid: pid.as_u32(),
                parent: process.parent().map(sysinfo::Pid::as_u32),
                group: None,
                started_secs: process.start_time(),
                cpu_ms: process.accumulated_cpu_time(),
                memory_bytes: process.memory(),
                is_ended: matches!(process.status(), ProcessStatus::Zombie | ProcessStatus::Dead),
            })
            .collect();
        // A name is asked for once and kept; who had none is only asked again by who never saw it.
        if self.system.processes().values().any(is_being_born)
            && let Ok(system) = System::new()
        {
            self.system = system;
        }
        entries
    }
}

/// Windows may show a process before it knows what it runs. What that is, and who it belongs to, the next look tells.
fn is_being_born(process: &sysinfo::Process) -> bool {
    cfg!(windows) && process.name().is_empty()
}

/// Windows puts a process beside each of ours that has a console; that is no part of what a job does.
fn is_console(process: &sysinfo::Process) -> bool {
    cfg!(windows) && process.name().eq_ignore_ascii_case("conhost.exe")
}

/// Asks for the groups of those that may be orphans of these roots: younger than the oldest root, with a parent that is
/// not. To ask for everybody's would be as dear as all the rest.
#[cfg(unix)]
pub(super) fn mark_groups(entries: &mut [Entry], root_pids: &[u32]) {
    let starts: HashMap<u32, u64> = entries.iter().map(|entry| (entry.pid, entry.started_secs)).collect();
    let Some(oldest_secs) = root_pids.iter().filter_map(|pid| starts.get(pid)).min().copied() else { return };
    let is_young = |pid: u32| starts.get(&pid).is_some_and(|started_secs| *started_secs >= oldest_secs);
    for entry in entries.iter_mut() {
        if is_young(entry.pid) && !entry.parent.is_some_and(is_young) {
            entry.group = group_of(entry.pid);
        }
    }
}

/// There are no groups; members that were seen before stay members.
#[cfg(windows)]
pub(super) fn mark_groups(_entries: &mut [Entry], _root_pids: &[u32]) {}

/// From the system's own text: the call for it answers 0 for groups that can't be named from here, such as those of
/// another container, and `rustix` takes 0 for a broken promise.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn group_of(pid: u32) -> Option<u32> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name stands in brackets and may hold anything; then come the state, the parent and the group.
    let after_name = &stat[stat.rfind(')')? + 1..];
    after_name.split_whitespace().nth(2)?.parse().ok()
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
fn group_of(pid: u32) -> Option<u32> {
    let pid = rustix::process::Pid::from_raw(i32::try_from(pid).ok()?)?;
    let group = rustix::process::getpgid(Some(pid)).ok()?;
    u32::try_from(group.as_raw_nonzero().get()).ok()
}

/// A job's root, and who was seen in its tree before: a process stays in it when those between are gone.
pub(super) struct Root {
    pub pid: u32,
    /// Process ids with their start.
    pub known: HashMap<u32, u64>,
}

/// The tree of each root, as indices into `entries`. Each process is counted once, a root always to itself.
///
/// A tree grows from its root, from who was seen in it before, and from whom the system itself counts to it: so far the
/// root's process group.
pub(super) fn trees(entries: &[Entry], roots: &[Root]) -> Vec<Vec<usize>> {
    let mut by_pid: HashMap<u32, usize> = HashMap::with_capacity(entries.len());
    let mut by_parent: HashMap<u32, Vec<usize>> = HashMap::with_capacity(entries.len());
    let mut by_group: HashMap<u32, Vec<usize>> = HashMap::new();
    for (index, entry) in entries.iter().enumerate() {
        by_pid.insert(entry.pid, index);
        if let Some(parent) = entry.parent {
            by_parent.entry(parent).or_default().push(index);
        }
        if let Some(group) = entry.group {
            by_group.entry(group).or_default().push(index);
        }
    }
    let root_pids: HashSet<u32> = roots.iter().map(|root| root.pid).collect();
    let mut counted = vec![false; entries.len()];
    let mut found = Vec::with_capacity(roots.len());
    for root in roots {
        let known = root.known.iter().filter_map(|(pid, started_secs)| {
            let index = *by_pid.get(pid)?;
            (entries[index].started_secs == *started_secs).then_some(index)
        });
        let mut open: Vec<usize> = known.chain(by_group.get(&root.pid).into_iter().flatten().copied()).collect();
        open.retain(|index| !root_pids.contains(&entries[*index].pid));
        open.extend(by_pid.get(&root.pid));
        let mut tree = Vec::new();
        while let Some(index) = open.pop() {
            if std::mem::replace(&mut counted[index], true) {
                continue;
            }
            tree.push(index);
            let parent = &entries[index];
            let born = by_parent.get(&parent.pid).into_iter().flatten().copied();
            open.extend(born.filter(|child| {
                let child = &entries[*child];
                !root_pids.contains(&child.pid) && is_born_after(child, parent)
            }));
        }
        found.push(tree);
    }
    found
}

/// Windows never forgets a parent's id, and gives it to somebody else when the parent is gone. Unix finds orphans a
/// parent that lives, so there the link is always true, and a start time in doubt must not break it.
fn is_born_after(child: &Entry, parent: &Entry) -> bool {
    cfg!(unix) || child.started_secs == 0 || child.started_secs >= parent.started_secs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(pid: u32, parent: u32) -> Entry {
        Entry {
            pid,
            parent: (parent != 0).then_some(parent),
            group: None,
            started_secs: 100 + u64::from(pid),
            cpu_ms: 0,
            memory_bytes: 0,
            is_ended: false,
        }
    }

    fn pids(entries: &[Entry], roots: &[Root]) -> Vec<Vec<u32>> {
        let sorted = |tree: Vec<usize>| {
            let mut pids: Vec<_> = tree.into_iter().map(|index| entries[index].pid).collect();
            pids.sort_unstable();
            pids
        };
        trees(entries, roots).into_iter().map(sorted).collect()
    }

    #[test]
    fn a_tree_is_all_that_descends_from_its_root_and_nobody_else() {
        let entries = [entry(10, 1), entry(11, 10), entry(12, 11), entry(20, 1), entry(21, 20), entry(30, 1)];
        let roots = [
            Root { pid: 10, known: HashMap::new() },
            Root { pid: 20, known: HashMap::new() },
            Root { pid: 99, known: HashMap::new() },
        ];
        assert_eq!(pids(&entries, &roots), [vec![10, 11, 12], vec![20, 21], vec![]]);
    }

    #[test]
    fn a_job_that_another_job_started_counts_for_itself_alone() {
        let entries = [entry(10, 1), entry(11, 10), entry(20, 11), entry(21, 20)];
        let roots = [Root { pid: 10, known: HashMap::new() }, Root { pid: 20, known: HashMap::new() }];
        assert_eq!(pids(&entries, &roots), [vec![10, 11], vec![20, 21]]);
    }

    #[test]
    fn an_orphan_is_found_by_its_group_or_because_it_was_seen_before() {
        let seen = HashMap::from([(12, 112), (13, 1)]);
        // 13 is a stranger by now: it started at another time.
        let mut entries = [entry(10, 1), entry(12, 1), entry(13, 1), entry(14, 1), entry(15, 12)];
        entries[3].group = Some(10);
        let roots = [Root { pid: 10, known: seen }];
        assert_eq!(pids(&entries, &roots), [vec![10, 12, 14, 15]]);
        // The root itself is gone.
        assert_eq!(pids(&entries[1..], &roots), [vec![12, 14, 15]]);
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let (mut one, mut other) = (entry(10, 11), entry(11, 10));
        (one.started_secs, other.started_secs) = (5, 5);
        assert_eq!(pids(&[one, other], &[Root { pid: 10, known: HashMap::new() }]), [vec![10, 11]]);
    }

    /// The console's own process comes a moment after the one that it serves, and no name comes with it.
    #[cfg(windows)]
    #[test]
    fn a_console_seen_at_its_birth_is_no_process_of_the_job() {
        use std::os::windows::process::CommandExt;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        let mut census = Census::new().unwrap();
        for _ in 0..8 {
            // Waits for its input, which comes to an end with the handle.
            let mut command = std::process::Command::new("cmd.exe");
            command.args(["/d", "/k"]).creation_flags(CREATE_NO_WINDOW);
            command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null());
            // Orphans keep their parent's id, which another process may have by now: also the one that comes.
            let before: HashSet<u32> = census.take().iter().map(|entry| entry.pid).collect();
            let mut child = command.spawn().unwrap();
            let is_there = || {
                let mut system = System::new().unwrap();
                system.refresh_processes(ProcessesToUpdate::All, true);
                system.processes().values().any(|process| {
                    is_console(process) && process.parent().is_some_and(|parent| parent.as_u32() == child.id())
                })
            };
            // Many looks, so that one of them falls on the birth.
            while !is_there() {
                census.take();
            }
            let entries = census.take();
            assert!(entries.iter().any(|entry| entry.pid == child.id()));
            let is_of_child = |entry: &&Entry| entry.parent == Some(child.id()) && !before.contains(&entry.pid);
            let of_child: Vec<_> = entries.iter().filter(is_of_child).collect();
            let names: Vec<_> = of_child
                .iter()
                .filter_map(|entry| Some(census.system.process(sysinfo::Pid::from_u32(entry.pid))?.name()))
                .collect();
            assert!(of_child.is_empty(), "{of_child:?} {names:?}");
            drop(child.stdin.take());
            child.wait().unwrap();
        }
    }

    #[test]
    fn this_process_is_found_and_its_threads_are_no_processes() {
        let entries = Census::new().unwrap().take();
        let ours: Vec<_> = entries.iter().filter(|entry| entry.pid == std::process::id()).collect();
        assert!(ours.len() == 1 && ours[0].memory_bytes > 0 && !ours[0].is_ended, "{ours:?}");
        // The test itself runs on a thread that is not the first.
        for thread in std::fs::read_dir("/proc/self/task").into_iter().flatten() {
            let id: u32 = thread.unwrap().file_name().to_string_lossy().parse().unwrap();
            assert!(id == std::process::id() || entries.iter().all(|entry| entry.pid != id), "thread {id}");
        }
    }
}
