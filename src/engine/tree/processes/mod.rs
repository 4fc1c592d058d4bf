//! Looking at the system's processes: who carries a mark, who descends from whom, who holds a pipe. Unix only; Windows
//! keeps that account itself, in the Job Object.
//!
//! Linux shows all of it as files, which is five times as quick to read as to ask a library for (1.3 ms for 400
//! processes). Elsewhere the library asks the system.

#[cfg(any(not(target_os = "linux"), test))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;

#[cfg(not(target_os = "linux"))]
pub(super) use elsewhere::{descendants, end_stray, holders, marked, signal_marked};
#[cfg(target_os = "linux")]
pub(super) use linux::{descendants, end_stray, holders, marked, signal_marked};

use std::time::{Duration, Instant};

use super::mark::Mark;

/// A process that carries a mark, and the place of that mark among those that were looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Found {
    pub pid: u32,
    pub mark: usize,
}

/// Where to look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Range {
    All,
    /// Among those that were started after the lowest of these ids, where the system tells so.
    After(Youth),
}

/// Processes that were started a moment ago and are not reaped yet: their ids lie between these two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::engine) struct Youth {
    pub lowest: u32,
    pub highest: u32,
    /// Before the first of them was started.
    pub since: Instant,
}

impl Youth {
    /// Process ids count up and begin anew at some time. No machine goes once around in so short a time, so whoever was
    /// started after these has a larger id, or one from behind the turn.
    const LASTS: Duration = Duration::from_millis(500);

    fn is_over(&self) -> bool {
        self.since.elapsed() > Self::LASTS
    }

    pub(super) fn with(self, other: Self) -> Self {
        Self {
            lowest: self.lowest.min(other.lowest),
            highest: self.highest.max(other.highest),
            since: self.since.min(other.since),
        }
    }
}

fn find_mark(value: &[u8], marks: &[&Mark]) -> Option<usize> {
    marks.iter().position(|mark| mark.is_among(value))
}

#[cfg(test)]
mod tests {
    use std::process::{Child, Command};

    use super::super::mark::VARIABLE;
    use super::*;

    fn sleeper(mark: Option<&Mark>) -> Child {
        let mut command = Command::new("sleep");
        command.arg("3600");
        if let Some(mark) = mark {
            command.env(VARIABLE, mark.value());
        }
        command.spawn().unwrap()
    }

    /// Both ways to look see the same, so that what only other systems compile is tried on this one.
    #[test]
    fn the_marked_are_found_and_nobody_else() {
        let panel = Mark::of_panel();
        let (one, two, none) = (panel.next_run(), panel.next_run(), panel.next_run());
        let mut children = [sleeper(Some(&one)), sleeper(Some(&two)), sleeper(Some(&two)), sleeper(None)];
        let marks = [&none, &one, &two];
        let mut expected: Vec<_> =
            children.iter().zip([1, 2, 2]).map(|(child, mark)| Found { pid: child.id(), mark }).collect();
        expected.sort();
        let (lowest, highest) = (expected[0].pid, children[3].id());
        let youth = Youth { lowest, highest, since: Instant::now() };
        let looks =
            [marked(&marks, Range::All), marked(&marks, Range::After(youth)), elsewhere::marked(&marks, Range::All)];
        for mut seen in looks {
            seen.sort();
            assert_eq!(seen, expected);
        }
        assert!(!signal_marked(children[3].id(), &two, rustix::process::Signal::KILL), "a stranger is left alone");
        assert!(signal_marked(children[0].id(), &panel, rustix::process::Signal::KILL));
        assert!(elsewhere::signal_marked(children[1].id(), &panel, rustix::process::Signal::KILL));
        children[0].wait().unwrap();
        children[1].wait().unwrap();
        assert_eq!(marked(&marks, Range::All).len(), 1, "what has ended is not found");
        for child in &mut children {
            let _ = child.kill();
            child.wait().unwrap();
        }
    }

    /// While it still becomes its program, the system shows no environment of it.
    #[cfg(target_os = "linux")]
    #[test]
    fn whoever_was_started_this_moment_is_found() {
        let mark = Mark::of_panel().next_run();
        for _ in 0..100 {
            let mut child = sleeper(Some(&mark));
            let seen = marked(&[&mark], Range::All);
            let _ = child.kill();
            child.wait().unwrap();
            assert_eq!(seen, [Found { pid: child.id(), mark: 0 }]);
        }
    }

    #[test]
    fn descendants_are_found_by_their_parents() {
        let mut shell = Command::new("sh").args(["-c", "sh -c 'sleep 3600 & wait' & wait"]).spawn().unwrap();
        let deadline = Instant::now() + Duration::from_mins(1);
        while descendants(&[shell.id()]).len() < 2 {
            assert!(Instant::now() < deadline, "they never came");
            std::thread::sleep(Duration::from_millis(5));
        }
        let (mut one, mut other) = (descendants(&[shell.id()]), elsewhere::descendants(&[shell.id()]));
        one.sort_unstable();
        other.sort_unstable();
        assert_eq!(one, other);
        for pid in one {
            let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw).unwrap();
            let _ = rustix::process::kill_process(pid, rustix::process::Signal::KILL);
        }
        let _ = shell.kill();
        shell.wait().unwrap();
    }
}
