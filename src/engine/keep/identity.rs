//! Which process is meant: its id, and when it was started. An id alone is given to strangers once its owner is gone.

use serde::{Deserialize, Serialize};

/// One process, of this machine's present run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Identity {
    pub pid: u32,
    /// When it was started, by a clock that nobody sets where the system has one.
    pub birth: u64,
}

impl Identity {
    /// The process that has this id now; `None` if none has, or one that has ended and isn't reaped.
    pub(in crate::engine) fn of(pid: u32) -> Option<Self> {
        Some(Self { pid, birth: birth(pid)? })
    }

    pub(in crate::engine) fn is_alive(self) -> bool {
        Self::of(self.pid) == Some(self)
    }

    /// Kills the process, unless the id is a stranger's by now.
    pub(in crate::engine) fn kill(self) {
        if self.is_alive() {
            kill(self.pid);
        }
    }

    /// Kills the process group that this process leads, unless the id is a stranger's by now. Where there are no groups
    /// it kills the process.
    pub(in crate::engine) fn kill_group(self) {
        if self.is_alive() {
            kill_group(self.pid);
        }
    }
}

/// Ticks since the machine was started (proc(5), stat, field 22), mixed with which start of the machine that was: the
/// wall clock may be set while a job runs.
#[cfg(target_os = "linux")]
fn birth(pid: u32) -> Option<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name, which may hold anything, stands in parentheses; the state is the first field behind it.
    let mut fields = stat.get(stat.rfind(')')? + 1..)?.split_ascii_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    let ticks: u64 = fields.nth(18)?.parse().ok()?;
    let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let boot: String = boot.chars().filter(char::is_ascii_hexdigit).take(16).collect();
    Some(ticks ^ u64::from_str_radix(&boot, 16).unwrap_or(0))
}

#[cfg(not(target_os = "linux"))]
fn birth(pid: u32) -> Option<u64> {
    look_up(pid, sysinfo::Process::start_time)
}

#[cfg(unix)]
fn kill(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, Signal::KILL);
    }
}

#[cfg(unix)]
fn kill_group(pid: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};
    // Signals to "group" 1 go to every process there is.
    if let Some(pid) = i32::try_from(pid).ok().filter(|pid| *pid > 1).and_then(Pid::from_raw) {
        let _ = kill_process_group(pid, Signal::KILL);
    }
}

#[cfg(windows)]
fn kill(pid: u32) {
    look_up(pid, sysinfo::Process::kill);
}

#[cfg(windows)]
use kill as kill_group;

/// What the system knows of a process that lives.
#[cfg(not(target_os = "linux"))]
fn look_up<T>(pid: u32, look: impl Fn(&sysinfo::Process) -> T) -> Option<T> {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).filter(|process| process.status() != ProcessStatus::Zombie).map(look)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_itself_and_nobody_else() {
        let own = Identity::of(std::process::id()).unwrap();
        assert!(own.is_alive());
        let stranger = Identity { birth: own.birth ^ 1, ..own };
        assert!(!stranger.is_alive());
        // Would end this test.
        stranger.kill();
        stranger.kill_group();
    }
}
