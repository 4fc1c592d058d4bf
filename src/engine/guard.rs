//! The guard: a small process of our own binary that outlives the panel by a moment, on Unix.
//!
//! It holds the ids of all process groups of running jobs and reads the panel's pipe. When that closes, however the
//! panel died, it ends the groups. On Windows the system does this (Job Objects), so there is no guard.

use std::io::{self, BufRead, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use super::console::lock;

/// The hidden subcommand that is the guard's other end.
pub const GUARD_COMMAND: &str = "guard-jobs";

/// How long the guard leaves a job between asking and killing. A show's next panel may start right away, so: not long.
const GRACE: Duration = Duration::from_millis(300);

/// The panel's end of the guard. Clones share it; it ends with the last one.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    program: Arc<Path>,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Debug)]
struct Shared {
    groups: Vec<u32>,
    /// None while there is no guard that listens.
    pipe: Option<ChildStdin>,
}

/// A guard that ends sooner than this is not started anew at once, for the next would likely end the same way.
const SHORT_LIFE: Duration = Duration::from_millis(200);

impl Guard {
    /// Starts the guard, and a thread that starts it anew whenever somebody kills it.
    pub(super) fn start(program: &Path) -> io::Result<Self> {
        let (child, pipe) = spawn(program)?;
        let shared = Arc::new(Mutex::new(Shared { groups: Vec::new(), pipe: Some(pipe) }));
        let (watched, program) = (Arc::downgrade(&shared), Arc::<Path>::from(program));
        let own = Arc::clone(&program);
        std::thread::Builder::new().name("guard".to_owned()).spawn(move || look_after(child, &program, &watched))?;
        Ok(Self { program: own, shared })
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
    /// Tells the guard. One that doesn't listen is dead, and the next is told everything.
    fn tell(&mut self, message: &str) {
        if let Some(pipe) = &mut self.pipe
            && pipe.write_all(message.as_bytes()).is_err()
        {
            self.pipe = None;
        }
    }

    /// Tells a new guard everything.
    fn adopt(&mut self, pipe: ChildStdin) {
        self.pipe = Some(pipe);
        // One write each: half a number would be somebody else's group.
        for group in self.groups.clone() {
            self.tell(&format!("+{group}\n"));
        }
    }
}

/// Reaps the guard, and starts another as long as somebody needs one.
fn look_after(mut child: Child, program: &Path, shared: &Weak<Mutex<Shared>>) {
    loop {
        let started = Instant::now();
        if let Err(error) = child.wait() {
            tracing::warn!("waiting for the guard: {error}");
            return;
        }
        if shared.strong_count() > 0 && started.elapsed() < SHORT_LIFE {
            std::thread::sleep(SHORT_LIFE);
        }
        // When nobody holds it any more, its end was wanted.
        let Some(shared) = shared.upgrade() else { return };
        match spawn(program) {
            Ok((next, pipe)) => {
                child = next;
                lock(&shared).adopt(pipe);
            }
            Err(error) => {
                tracing::warn!("the guard could not be started again: {error}");
                return;
            }
        }
    }
}

fn spawn(program: &Path) -> io::Result<(Child, ChildStdin)> {
    let mut command = Command::new(program);
    command.arg(GUARD_COMMAND).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    command.process_group(0);
    let mut child = command.spawn()?;
    let pipe = child.stdin.take().ok_or_else(|| io::Error::other("the guard has no input"))?;
    Ok((child, pipe))
}

/// The guard itself: reads `+group` and `-group` lines, and ends what is left when they stop coming.
///
/// # Errors
/// None that it could tell anybody; the result is for the caller's convenience.
pub fn guard_jobs(orders: impl BufRead) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
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
    for group in &groups {
        let _ = kill_process_group(*group, Signal::TERM);
    }
    let deadline = Instant::now() + GRACE;
    while Instant::now() < deadline && groups.iter().any(|group| test_kill_process_group(*group).is_ok()) {
        std::thread::sleep(Duration::from_millis(10));
    }
    for group in &groups {
        let _ = kill_process_group(*group, Signal::KILL);
    }
    Ok(())
}
