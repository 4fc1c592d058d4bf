//! One run: a thread that spawns the process, waits for its end and reports both; and two that read its output.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::exit::Exit;
use super::outlet::Outlet;
use super::scrollback::Stream;
use super::secrets::{self, Filled};
use super::signs::{Sign, Signs};
use super::stdin::{self, Feed};
use super::tree::{self, ConsoleKind, Helper, Input, Member, Process, Spawned, Tree, Wiring, why_not_started};
use crate::model::{Invocation, Priority, StopSignal, command_line};
use crate::vault::Vault;

/// How long readers may go on after the process has ended, in case something it started holds the pipe.
const DRAIN: Duration = Duration::from_millis(500);

/// How long what still comes then is read at the most, unless somebody takes it slowly: what a process leaves in its pipe
/// is read at once, and more is from somebody else who writes there.
const REST: Duration = Duration::from_secs(2);

/// How the notice begins that says so, by which the beginning of a run that another process of ours owns is known.
pub(super) const STARTED: &str = "Started (pid ";

/// How the line begins that says how a run ended.
pub(super) const ENDED: &str = "Ended: ";

/// Everything that a run needs; it owns it all.
pub(super) struct Plan {
    pub name: String,
    pub invocation: Invocation,
    pub input: Input,
    pub terminal: bool,
    pub console: ConsoleKind,
    pub priority: Priority,
    /// What its tree is asked to stop with.
    pub stop_signal: StopSignal,
    pub outlet: Arc<Outlet>,
    pub helper: Option<Helper>,
    /// Held while the run lives, so that no other one of its kind does.
    pub only_one: Option<PathBuf>,
    pub vault: Vault,
    /// Whether nobody has stopped it before it had a process.
    pub is_wanted: Box<dyn Fn() -> bool + Send>,
}

/// What a run tells the supervisor.
pub(super) enum Report {
    Spawned { pid: u32, handle: Handle },
    Exited(Exit),
    Sign(Sign),
}

/// How the supervisor reaches a live run.
pub(super) struct Handle {
    tree: Arc<Tree>,
    stop_signal: StopSignal,
    outlet: Arc<Outlet>,
}

impl Handle {
    /// Asks the tree to end.
    pub(super) fn ask(&self) {
        self.tree.ask(self.stop_signal);
    }

    /// What Ctrl-C at a terminal does.
    pub(super) fn interrupt(&self) {
        self.tree.interrupt();
    }

    /// Says something of ours in its console and its echo.
    pub(super) fn say(&self, what: &str) {
        self.outlet.milestone(what, what);
    }

    /// What its output is watched for.
    pub(super) fn signs(&self) -> &Signs {
        &self.outlet.signs
    }

    /// Kills the tree, and waits no longer for whoever takes its output.
    pub(super) fn kill(&self) {
        self.outlet.hurry();
        self.tree.kill();
    }
}

/// Reports the run's end, whatever becomes of its thread: a job that never ends would never let the panel close.
struct Reporter<F: Fn(Report)> {
    report: F,
    exit: Exit,
}

impl<F: Fn(Report)> Drop for Reporter<F> {
    fn drop(&mut self) {
        (self.report)(Report::Exited(self.exit.clone()));
    }
}

/// How a run ends whose thread failed: the supervisor kills what is left of it.
const OUR_FAILURE: Exit = Exit::Code(-1);

/// Starts a run's thread. `report` is called from it: at most one `Spawned`, then exactly one `Exited`.
pub(super) fn start(plan: Plan, report: impl Fn(Report) + Send + 'static) -> std::io::Result<()> {
    let console = Arc::clone(&plan.outlet.console);
    let thread = std::thread::Builder::new().name(format!("run {}", plan.name)).spawn(move || {
        let mut reporter = Reporter { report, exit: OUR_FAILURE };
        reporter.exit = live(&plan, &reporter.report);
        plan.outlet.finish();
        plan.outlet.console.close_feed();
    });
    thread.map(|_| ()).inspect_err(|_| console.close_feed())
}

fn live(plan: &Plan, report: &impl Fn(Report)) -> Exit {
    let outlet = &plan.outlet;
    let _lock = match plan.only_one.as_deref().map(|path| lock_alone(path, &plan.name)).transpose() {
        Ok(lock) => lock,
        Err(why) => {
            outlet.milestone(&why, &format!("{} was not launched: {why}", plan.name));
            return Exit::NotLaunched(why);
        }
    };
    let (invocation, feed) = match prepare(plan) {
        Ok(prepared) => prepared,
        Err(why) => {
            outlet.milestone(&why, &format!("{} could not start: {why}", plan.name));
            return Exit::CouldNotStart(why);
        }
    };
    let input = if feed.is_some() { Input::Lines } else { plan.input };
    let wiring = Wiring { input, terminal: plan.terminal };
    let spawned = Process::spawn(&invocation, wiring, plan.console, plan.priority, plan.helper.as_ref());
    // The values are the process's from here on.
    drop(invocation);
    let Spawned { mut process, stdout, stderr, stdin } = match spawned {
        Ok(spawned) => spawned,
        Err(error) => {
            let why = why_not_started(&plan.invocation, &error);
            outlet.milestone(&why, &format!("{} could not start: {why}", plan.name));
            return Exit::CouldNotStart(why);
        }
    };
    let started = Instant::now();
    let handle = Handle { tree: process.tree(), stop_signal: plan.stop_signal, outlet: Arc::clone(outlet) };
    report(Report::Spawned { pid: process.pid(), handle });
    outlet.spawned(process.pid());
    outlet.console.begin_run(jiff::Timestamp::now());
    let shown = command_line(&plan.invocation.program, &plan.invocation.args);
    outlet.milestone(&format!("{STARTED}{}): {shown}", process.pid()), &format!("started {}", plan.name));
    if let (Some(feed), Some(stdin)) = (&feed, stdin) {
        stdin::serve(feed, stdin, outlet);
    }
    let (done_sender, done) = sync_channel(2);
    let mut readers = 0;
    if let Some(pipe) = stdout {
        readers += read_beside(outlet, Stream::Stdout, pipe, done_sender.clone());
    }
    if let Some(pipe) = stderr {
        readers += read_beside(outlet, Stream::Stderr, pipe, done_sender.clone());
    }
    drop(done_sender);
    process.wait();
    process.tree().let_the_rest_end();
    let drained = wait_for_readers(&done, readers);
    let output = process.output();
    let is_held = drained < readers && !outlet.is_held_up();
    let holders = if is_held { output.holders() } else { Vec::new() };
    outlet.set_late();
    let exit = process.finish(&holders);
    let left = wait_for_the_rest(outlet, &done, readers - drained);
    outlet.close();
    outlet.console.end_run();
    if let Some(feed) = feed {
        feed.close();
    }
    if left > 0 {
        outlet.notice(&out_of_reach(&output.holders()));
    } else if is_held && let Some(what) = ended_too(&holders) {
        outlet.notice(&what);
    }
    let secs = started.elapsed().as_secs_f64();
    let how = exit.describe();
    outlet.milestone(&format!("{ENDED}{how}, after {secs:.1} s"), &format!("ended {}: {how}", plan.name));
    exit
}

/// What is launched, with the values of its secrets in it, and what is written to its standard input.
fn prepare(plan: &Plan) -> Result<(Invocation, Option<Arc<Feed>>), String> {
    let outlet = &plan.outlet;
    let typed = (plan.input == Input::Lines).then(|| outlet.console.open_feed(plan.terminal));
    if plan.invocation.secrets.is_empty() {
        return Ok((plan.invocation.clone(), typed));
    }
    let Filled { invocation, input, masker, warnings } = secrets::fill(&plan.invocation, &plan.vault, &plan.is_wanted)?;
    if let Some(masker) = masker {
        // A run's outlet is its own, and nothing has come yet.
        let _ = outlet.masker.set(masker);
    }
    for warning in warnings {
        outlet.notice(&warning);
    }
    if input.is_empty() {
        return Ok((invocation, typed));
    }
    let feed = typed.unwrap_or_else(|| {
        let feed = Feed::new(plan.terminal);
        feed.end();
        Arc::new(feed)
    });
    feed.put_first(&input)?;
    Ok((invocation, Some(feed)))
}

/// What is said of who held the output until it was ended. Nothing of the process that Windows puts beside each program
/// that has a console: nobody started that.
fn ended_too(holders: &[Member]) -> Option<String> {
    let is_console = |member: &&Member| cfg!(windows) && member.name.eq_ignore_ascii_case("conhost.exe");
    let started: Vec<_> = holders.iter().filter(|member| !is_console(member)).cloned().collect();
    if started.is_empty() && !holders.is_empty() {
        return None;
    }
    let were = if started.len() > 1 { "they were" } else { "that was" };
    Some(format!(
        "The process has ended, but {}, which it had started, still held its output; {were} ended too.",
        tree::list(&started)
    ))
}

/// What is said of who holds the output and can't be ended.
fn out_of_reach(holders: &[Member]) -> String {
    let (verb, hold, go) = if holders.len() > 1 { ("are", "hold", "They go") } else { ("is", "holds", "It goes") };
    format!(
        "The process has ended, but {}, which it had started or lent its output to, {verb} out of reach and still {hold} \
         that. {go} on, and what is written now is not shown.",
        tree::list(holders)
    )
}

/// The lock that only one run of a preset can have.
struct Alone(File);

impl Drop for Alone {
    /// Closing the file would not do: a process that another thread is just starting holds a copy of it for a moment,
    /// and with the copy the lock.
    fn drop(&mut self) {
        if let Err(error) = self.0.unlock() {
            tracing::warn!("a lock could not be let go of: {error}");
        }
    }
}

/// Takes that lock, in whichever Sidestage; the system lets go of it when we die.
fn lock_alone(path: &Path, name: &str) -> Result<Alone, String> {
    let open = || {
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        File::options().create(true).truncate(false).write(true).open(path)
    };
    let file = open().map_err(|error| {
        format!("Whether “{name}” runs already can't be told: {} could not be opened: {error}.", path.display())
    })?;
    match file.try_lock() {
        Ok(()) => Ok(Alone(file)),
        Err(std::fs::TryLockError::WouldBlock) => {
            Err(format!("“{name}” runs already, and its preset allows only one at a time. Stop that one first."))
        }
        Err(std::fs::TryLockError::Error(error)) => Err(format!(
            "Whether “{name}” runs already can't be told: {} could not be locked: {error}.",
            path.display()
        )),
    }
}

fn read_beside(
    outlet: &Arc<Outlet>,
    stream: Stream,
    pipe: impl std::io::Read + Send + 'static,
    done: SyncSender<()>,
) -> usize {
    let reader = Arc::clone(outlet);
    let thread = std::thread::Builder::new().name("read output".to_owned()).spawn(move || {
        reader.read(stream, pipe);
        let _ = done.send(());
    });
    match thread {
        Ok(_) => 1,
        Err(error) => {
            outlet.notice(&format!("Its output can't be shown: the system gives no more threads ({error})."));
            0
        }
    }
}

/// How many of the readers reached the end of their stream in time.
fn wait_for_readers(done: &std::sync::mpsc::Receiver<()>, readers: usize) -> usize {
    let deadline = Instant::now() + DRAIN;
    for finished in 0..readers {
        match done.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(()) => {}
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return finished,
        }
    }
    readers
}

/// Reads what the ended tree has left in its pipes, as slowly as somebody takes it. Answers how many readers are held
/// by something that the tree's end didn't end.
fn wait_for_the_rest(outlet: &Outlet, done: &std::sync::mpsc::Receiver<()>, mut readers: usize) -> usize {
    let mut deadline = Instant::now() + REST;
    while readers > 0 {
        let chunks = outlet.chunks();
        readers -= wait_for_readers(done, readers);
        let is_held_up = outlet.is_held_up();
        if is_held_up {
            deadline = Instant::now() + REST;
        }
        let may_go_on = !outlet.is_hurried() && Instant::now() < deadline;
        let goes_on = is_held_up || (may_go_on && outlet.chunks() > chunks);
        if !goes_on || outlet.is_endless() {
            break;
        }
    }
    readers
}

// On Windows a child gets no copy of the lock.
#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn the_lock_is_free_once_it_was_let_go_of_whatever_is_started_beside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("one.lock");
        let starting = std::thread::Builder::new().name("start others".to_owned()).spawn(|| {
            for _ in 0..300 {
                std::process::Command::new("true").status().unwrap();
            }
        });
        let starting = starting.unwrap();
        while !starting.is_finished() {
            drop(lock_alone(&path, "Test").unwrap());
        }
        starting.join().unwrap();
    }
}
