//! One run: a thread that spawns the process, waits for its end and reports both; and two that read its output.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::lifecycle::Exit;
use super::outlet::Outlet;
use super::scrollback::Stream;
use super::tree::{ConsoleKind, Helper, Input, Process, Spawned, Tree, why_not_started};
use crate::model::{Invocation, command_line};

/// How long readers may go on after the process has ended, in case something it started holds the pipe.
const DRAIN: Duration = Duration::from_millis(500);

/// Everything that a run needs; it owns it all.
pub(super) struct Plan {
    pub name: String,
    pub invocation: Invocation,
    pub input: Input,
    pub console: ConsoleKind,
    pub outlet: Arc<Outlet>,
    pub helper: Option<Helper>,
}

/// What a run tells the supervisor.
pub(super) enum Report {
    Spawned { pid: u32, tree: Arc<Tree> },
    Exited(Exit),
}

/// Starts a run's thread. `report` is called from it: at most one `Spawned`, then exactly one `Exited`.
pub(super) fn start(plan: Plan, report: impl Fn(Report) + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(format!("run {}", plan.name)).spawn(move || {
        let exit = live(&plan, &report);
        report(Report::Exited(exit));
    })?;
    Ok(())
}

fn live(plan: &Plan, report: &impl Fn(Report)) -> Exit {
    let outlet = &plan.outlet;
    let spawned = Process::spawn(&plan.invocation, plan.input, plan.console, plan.helper.as_ref());
    let Spawned { mut process, stdout, stderr } = match spawned {
        Ok(spawned) => spawned,
        Err(error) => {
            let why = why_not_started(&plan.invocation, &error);
            outlet.milestone(&why, &format!("{} could not start: {why}", plan.name));
            return Exit::CouldNotStart(why);
        }
    };
    let started = Instant::now();
    report(Report::Spawned { pid: process.pid(), tree: process.tree() });
    let shown = command_line(&plan.invocation.program, &plan.invocation.args);
    outlet.milestone(&format!("Started (pid {}): {shown}", process.pid()), &format!("started {}", plan.name));
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
    let drained = wait_for_readers(&done, readers);
    let exit = process.finish();
    if drained < readers {
        outlet.notice(
            "The process has ended, but something that it had started still held its output; that was ended too.",
        );
        wait_for_readers(&done, readers - drained);
    }
    let secs = started.elapsed().as_secs_f64();
    let how = exit.describe();
    outlet.milestone(&format!("Ended: {how}, after {secs:.1} s"), &format!("ended {}: {how}", plan.name));
    exit
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
