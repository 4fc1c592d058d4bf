//! Runs invocations: many jobs at once, each a whole process tree with a console and an echo.
//!
//! An [`Engine`] is a handle to one supervisor thread, which owns every job. Each run has a thread that spawns its
//! process and waits for it, and one per stream that reads. Lines go from the reader straight into the job's console
//! and echo; they never pass the supervisor, and never a window. See `ARCHITECTURE.md`.
//!
//! The engine knows no preset, no file of ours and no toolkit; it can run an [`Invocation`] and nothing else.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

mod console;
mod echo;
mod exit;
#[cfg(unix)]
mod guard;
mod job;
mod lifecycle;
mod lines;
mod outlet;
mod run;
mod scrollback;
mod supervisor;
mod tree;

pub use console::Console;
pub use echo::{MAX_DATAGRAM_BYTES, Target};
pub use exit::Exit;
#[cfg(unix)]
pub use guard::{GUARD_COMMAND, guard_jobs};
pub use job::{EchoCount, JobId, JobView};
pub use lifecycle::{Ending, State};
pub use lines::MAX_LINE_BYTES;
pub use outlet::{EchoPlan, Tap};
pub use scrollback::{Limits, Row, Stream};
#[cfg(windows)]
pub use tree::{ASK_COMMAND, ask_by_console};
pub use tree::{ConsoleKind, Input};

use crate::model::Invocation;
use job::Board;
use supervisor::{Message, Order, Supervisor};

/// Why the listener is woken. It gets no data: it looks at what it wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A job's state changed, or the list of jobs.
    State,
    /// A console that is watched has new output; said once until it is [`Console::seen`].
    Output(JobId),
}

/// What an engine is given at its start.
#[derive(Clone)]
pub struct Config {
    /// Sidestage's own program, which plays the guard on Unix and asks consoles on Windows. Without it jobs outlive a
    /// panel that is killed, and stops on Windows don't ask.
    pub helper: Option<PathBuf>,
    pub limits: Limits,
    /// Called from the engine's threads; must not block.
    pub wake: Arc<dyn Fn(Wake) + Send + Sync>,
}

/// What to launch, and how.
#[derive(Clone)]
pub struct LaunchSpec {
    /// What people call the job.
    pub name: String,
    /// Anything by which the launcher knows the job again.
    pub tag: String,
    pub invocation: Invocation,
    pub echo: Option<EchoPlan>,
    /// Seconds between asking to stop and killing.
    pub stop_secs: u32,
    pub input: Input,
    pub console: ConsoleKind,
    pub tap: Option<Tap>,
}

impl LaunchSpec {
    /// A launch with the panel's defaults: no echo, no input, a hidden console, five seconds to stop.
    #[must_use]
    pub fn new(name: &str, invocation: Invocation) -> Self {
        Self {
            name: name.to_owned(),
            tag: String::new(),
            invocation,
            echo: None,
            stop_secs: 5,
            input: Input::Empty,
            console: ConsoleKind::Hidden,
            tap: None,
        }
    }
}

impl std::fmt::Debug for LaunchSpec {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LaunchSpec")
            .field("name", &self.name)
            .field("invocation", &self.invocation)
            .finish_non_exhaustive()
    }
}

/// The handle. Dropping it kills and reaps every job.
#[derive(Debug)]
pub struct Engine {
    board: Arc<Board>,
    orders: SyncSender<Message>,
    limits: Limits,
    supervisor: Option<JoinHandle<()>>,
}

/// How many orders and reports may wait. The supervisor never waits for anything slow, so this is never near.
const INBOX: usize = 4096;

impl Engine {
    /// Starts the supervisor.
    ///
    /// # Errors
    /// The system gives no thread, or on Unix the guard could not be started.
    pub fn start(config: Config) -> std::io::Result<Self> {
        let board = Arc::new(Board::default());
        let (orders, inbox) = sync_channel(INBOX);
        #[cfg(unix)]
        tree::keep_ended_children();
        #[cfg(unix)]
        let helper = config.helper.as_deref().map(guard::Guard::start).transpose()?;
        #[cfg(windows)]
        let helper = config.helper;
        let supervisor = Supervisor {
            board: Arc::clone(&board),
            inbox,
            sender: orders.clone(),
            helper,
            wake: config.wake,
            live: std::collections::HashMap::new(),
        };
        let thread = std::thread::Builder::new().name("supervisor".to_owned()).spawn(move || supervisor.work())?;
        Ok(Self { board, orders, limits: config.limits, supervisor: Some(thread) })
    }

    /// Launches a job. It is on the board at once, as `Starting`.
    #[expect(clippy::must_use_candidate, reason = "who never stops the job by name needs no id")]
    pub fn launch(&self, spec: LaunchSpec) -> JobId {
        let job = self.board.add(spec, self.limits);
        let id = job.id;
        self.order(Order::Run(job));
        id
    }

    /// Asks a job to stop and kills its tree after its deadline; a second time kills at once.
    pub fn stop(&self, job: JobId) {
        self.order(Order::Stop(job));
    }

    /// Kills a job's tree now.
    pub fn kill(&self, job: JobId) {
        self.order(Order::Kill(job));
    }

    /// What Ctrl-C at a terminal does: SIGINT to the whole tree. On Windows the shared console does it.
    pub fn interrupt(&self, job: JobId) {
        self.order(Order::Interrupt(job));
    }

    /// Starts a new run of a job, stopping the present one first; with a new specification if one is given.
    pub fn launch_again(&self, job: JobId, spec: Option<LaunchSpec>) {
        self.order(Order::Again(job, spec.map(Box::new)));
    }

    /// Takes an ended job and its console away; a live one stays.
    pub fn remove(&self, job: JobId) {
        self.order(Order::Remove(job));
    }

    /// Stops all jobs side by side.
    pub fn stop_all(&self) {
        self.order(Order::StopAll);
    }

    /// All jobs as they are now, in the order of their launch.
    #[must_use]
    pub fn jobs(&self) -> Vec<JobView> {
        self.board.views()
    }

    /// A job's console, which outlives the job's place in the list as long as somebody holds it.
    #[must_use]
    pub fn console(&self, job: JobId) -> Option<Arc<Console>> {
        self.board.get(job).map(|job| Arc::clone(&job.console))
    }

    /// Waits until a job has ended, and says how; `None` if there is no such job.
    #[must_use]
    pub fn wait(&self, job: JobId) -> Option<Ending> {
        self.board.wait_ended(job)
    }

    /// Waits until the lines that wait for their echo's host to be looked up are sent, but not longer than this; then
    /// they count as failed. For a program that is about to end, and its last lines with it.
    pub fn settle_echo(&self, job: JobId, patience: std::time::Duration) {
        let link = self.board.get(job).and_then(|job| console::lock(&job.status).echo.clone());
        if let Some(link) = link {
            link.settle(patience);
        }
    }

    fn order(&self, order: Order) {
        if self.orders.send(Message::Order(order)).is_err() {
            tracing::warn!("the supervisor has ended; an order is lost");
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.order(Order::Shutdown);
        if let Some(supervisor) = self.supervisor.take()
            && supervisor.join().is_err()
        {
            tracing::error!("the supervisor panicked");
        }
    }
}
