//! The guard: a small process of our own binary that outlives the panel by a moment, on Unix.
//!
//! It holds the ids of all process groups of running jobs, and the mark that all their processes carry, and reads the
//! panel's pipe. When that closes, however the panel died, it ends the groups and whoever carries the mark. On Windows
//! the system does this (Job Objects), so there is no guard.
//!
//! It knows the mark from its start, so no job is ever unknown to it. Nothing that becomes of it may hold the panel up:
//! a guard that was killed is replaced, one that was stopped goes on, and one that doesn't read is replaced as well.

use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, kill_process, kill_process_group, test_kill_process_group, waitid,
};

use super::console::lock;
use super::tree::mark::Mark;
use super::tree::sweep::{self, Errand, Request};

/// The hidden subcommand that is the guard's other end.
pub const GUARD_COMMAND: &str = "guard-jobs";

/// How long the guard leaves a job between asking and killing. A show's next panel may start right away, so: not long.
const GRACE: Duration = Duration::from_millis(300);

/// The panel's end of the guard. Clones share it; it ends with the last one.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    mark: Mark,
    program: Arc<Path>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    groups: Vec<u32>,
    /// None while there is no guard that listens.
    guard: Option<Listener>,
}

/// A guard that is not reaped yet, so its id is its own.
#[derive(Debug)]
struct Listener {
    pid: Option<Pid>,
    pipe: ChildStdin,
}

/// A guard that ends sooner than this is not started anew at once, for the next would likely end the same way.
const SHORT_LIFE: Duration = Duration::from_millis(200);

impl Guard {
    /// Starts the guard, and a thread that starts it anew whenever somebody kills it.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let mark = Mark::of_panel();
        let (child, listener) = spawn(program, &mark)?;
        let shared = Arc::new(Mutex::new(Shared { groups: Vec::new(), guard: Some(listener) }));
        let (watched, program, its_mark) = (Arc::downgrade(&shared), Arc::<Path>::from(program), mark.clone());
        let own = Arc::clone(&program);
        std::thread::Builder::new()
            .name("guard".to_owned())
            .spawn(move || look_after(child, &program, &its_mark, &watched))?;
        Ok(Self { mark, program: own, shared })
    }

    /// What everybody carries whom the guard ends.
    pub(super) fn mark(&self) -> Mark {
        self.mark.clone()
    }

    /// Our own program, which plays the guard and more.
    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    /// Has the guard end this process group when the panel dies.
    pub(super) fn watch(&self, group: u32) {
        let mut shared = lock(&self.shared);
        shared.groups.push(group);
        shared.tell(&format!("+{group}\n"));
    }

    /// Takes a group that has ended off the guard's list.
    pub(super) fn forget(&self, group: u32) {
        let mut shared = lock(&self.shared);
        shared.groups.retain(|watched| *watched != group);
        shared.tell(&format!("-{group}\n"));
    }
}

impl Shared {
    /// Tells the guard. One that doesn't listen is dead, or might as well be: the next is told everything.
    fn tell(&mut self, message: &str) {
        let Some(guard) = &mut self.guard else { return };
        // So short a message goes into a pipe as a whole or not at all.
        if guard.pipe.write_all(message.as_bytes()).is_err() {
            if let Some(pid) = guard.pid {
                let _ = kill_process(pid, Signal::KILL);
            }
            self.guard = None;
        }
    }

    /// Tells a new guard everything.
    fn adopt(&mut self, listener: Listener) {
        self.guard = Some(listener);
        for group in self.groups.clone() {
            self.tell(&format!("+{group}\n"));
        }
    }
}

/// Reaps the guard, and starts another as long as somebody needs one.
fn look_after(mut child: Child, program: &Path, mark: &Mark, shared: &Weak<Mutex<Shared>>) {
    loop {
        let started = Instant::now();
        wait_for_end(&child);
        if let Some(shared) = shared.upgrade() {
            // From here on its id may be anybody's.
            lock(&shared).guard = None;
        }
        if let Err(error) = child.wait() {
            tracing::warn!("waiting for the guard: {error}");
            return;
        }
        if shared.strong_count() > 0 && started.elapsed() < SHORT_LIFE {
            std::thread::sleep(SHORT_LIFE);
        }
        // When nobody holds it any more, its end was wanted.
        let Some(shared) = shared.upgrade() else { return };
        match spawn(program, mark) {
            Ok((next, listener)) => {
                child = next;
                lock(&shared).adopt(listener);
            }
            Err(error) => {
                tracing::warn!("the guard could not be started again: {error}");
                return;
            }
        }
    }
}

/// Waits until the guard has ended, without reaping it. One that somebody stops goes on at once.
fn wait_for_end(child: &Child) {
    let Some(pid) = pid_of(child.id()) else { return };
    loop {
        match waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT) {
            Ok(Some(status)) if status.stopped() => {
                // Takes note of the stop, or it would be told again.
                let _ = waitid(WaitId::Pid(pid), WaitIdOptions::STOPPED | WaitIdOptions::NOHANG);
                let _ = kill_process(pid, Signal::CONT);
            }
            Err(rustix::io::Errno::INTR) => {}
            Ok(_) | Err(_) => return,
        }
    }
}

fn pid_of(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

fn spawn(program: &Path, mark: &Mark) -> io::Result<(Child, Listener)> {
    let mut command = Command::new(program);
    command.args([GUARD_COMMAND, mark.text()]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.process_group(0);
    let mut child = command.spawn()?;
    let pipe = child.stdin.take().ok_or_else(|| io::Error::other("the guard has no input"))?;
    // Whoever tells it something must not wait for it.
    rustix::io::ioctl_fionbio(&pipe, true)?;
    let listener = Listener { pid: pid_of(child.id()), pipe };
    Ok((child, listener))
}

/// The guard itself: reads `+group` and `-group` lines, and when they stop coming ends what is left of these groups, and
/// all that carry the panel's mark.
///
/// # Errors
/// The mark is none. Of what goes wrong later nobody could be told.
pub fn guard_jobs(mark: &str, orders: impl BufRead) -> io::Result<()> {
    let mark = Mark::parse_panel(mark).ok_or_else(|| io::Error::other(format!("“{mark}” is no panel's mark")))?;
    // Whoever ends the panel's whole session must not end its guard before its jobs.
    for signal in [signal_hook::consts::SIGTERM, signal_hook::consts::SIGINT, signal_hook::consts::SIGHUP] {
        signal_hook::flag::register(signal, Arc::default())?;
    }
    let mut groups: Vec<Pid> = Vec::new();
    for order in orders.lines() {
        let Ok(order) = order else { break };
        // Signals to "group" 1 go to every process there is.
        let id = order.get(1..).and_then(|id| id.parse().ok()).filter(|id| *id > 1);
        let Some(group) = id.and_then(Pid::from_raw) else { continue };
        if order.starts_with('+') {
            groups.push(group);
        } else {
            groups.retain(|watched| *watched != group);
        }
    }
    end_all(&mark, &groups);
    Ok(())
}

/// Asks everybody to end, and kills who hasn't a moment later.
fn end_all(mark: &Mark, groups: &[Pid]) {
    for group in groups {
        let _ = kill_process_group(*group, Signal::TERM);
    }
    let ask = Errand::Ask { signal: Signal::TERM, groups: groups.to_vec() };
    sweep::now(Request { mark: mark.clone(), errand: ask });
    let deadline = Instant::now() + GRACE;
    let lives = |group: &Pid| test_kill_process_group(*group).is_ok();
    while Instant::now() < deadline && (groups.iter().any(lives) || !sweep::is_gone(mark)) {
        std::thread::sleep(Duration::from_millis(10));
    }
    for group in groups {
        let _ = kill_process_group(*group, Signal::KILL);
    }
    sweep::now(Request { mark: mark.clone(), errand: Errand::End { youth: None } });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A panel that waited for its guard would wait with every launch and every end.
    #[test]
    fn a_guard_that_does_not_read_holds_nobody_up_and_is_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (deaf, starts) = (dir.path().join("deaf"), dir.path().join("starts"));
        let script = format!("#!/bin/sh\necho $$ >> '{}'\nexec sleep 3600\n", starts.display());
        std::fs::write(&deaf, script).unwrap();
        std::fs::set_permissions(&deaf, std::fs::Permissions::from_mode(0o700)).unwrap();
        let guard = Guard::start(&deaf).unwrap();
        let wait_for_starts = |count: usize| {
            let started = || std::fs::read_to_string(&starts).unwrap_or_default();
            let deadline = Instant::now() + Duration::from_mins(1);
            while started().lines().count() < count {
                assert!(Instant::now() < deadline, "start {count} never came");
                std::thread::sleep(Duration::from_millis(5));
            }
            started()
        };
        wait_for_starts(1);
        // More than any pipe holds; the groups are none of this system, and nobody reads them.
        for group in 0..200_000 {
            guard.watch(4_000_000 + group);
            guard.forget(4_000_000 + group);
        }
        let started = wait_for_starts(2);
        drop(guard);
        for pid in started.lines().filter_map(|pid| pid.parse().ok()).filter_map(pid_of) {
            let _ = kill_process(pid, Signal::KILL);
        }
    }
}
