//! Runs invocations: many jobs at once, each a whole process tree with a console and an echo.
//!
//! An [`Engine`] is a handle to one supervisor thread, which owns every job. Each run has a thread that spawns its
//! process and waits for it, and one per stream that reads. Lines go from the reader straight into the job's console
//! and echo; they never pass the supervisor, and never a window. See `ARCHITECTURE.md`.
//!
//! The engine knows no preset, no file of ours and no toolkit; it can run an [`Invocation`] and nothing else.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

mod alerts;
mod budget;
mod carry;
pub(crate) mod code_page;
mod console;
mod cost;
#[cfg(windows)]
pub(crate) mod ctrl_events;
mod echo;
mod exit;
#[cfg(unix)]
mod guard;
#[cfg(test)]
mod hostile;
mod job;
mod keep;
mod kept;
mod lifecycle;
mod lines;
mod log;
mod mask;
mod merged;
mod moves;
mod outlet;
#[cfg(any(test, feature = "fuzz"))]
mod replay;
#[cfg(test)]
mod replays;
mod run;
mod said;
mod scrollback;
mod search;
mod secrets;
mod signs;
mod sleep;
mod state_echo;
mod state_word;
mod stdin;
pub mod styled;
mod supervisor;
mod tree;
mod unwind;
mod visit;

pub use alerts::Alerts;
pub use budget::Budget;
pub use console::Console;
pub use cost::{Cost, CostMeter, CostSample, GAP as COST_GAP, MOST_SAMPLES as MOST_COST_SAMPLES};
pub use echo::{EchoPlan, Target, prefer_v4, send_test_line};
pub use exit::Exit;
#[cfg(unix)]
pub use guard::{GUARD_COMMAND, guard_jobs};
pub use job::{EchoCount, JobId, JobView};
pub use keep::{KEEP_COMMAND, KeepPlan, keep_job};
pub use lifecycle::{Ending, State, Wait};
pub use lines::MAX_LINE_BYTES;
pub use merged::Merged;
pub use outlet::Tap;
#[cfg(feature = "fuzz")]
pub use replay::check_rows;
pub use said::{Phase, Progress};
pub use scrollback::{Limits, Row, Stream};
pub use search::{Query, Search, Searched, Searcher};
pub use state_echo::StatePlan;
pub use state_word::state_word;
#[cfg(unix)]
pub use tree::is_signal_ignored;
#[cfg(windows)]
pub use tree::{ASK_COMMAND, ask_by_console};
pub use tree::{ConsoleKind, Input, TERMINAL_COMMAND, run_in_terminal};

use crate::model::{GroupLaunch, Highlight, Invocation, Lifecycle, LogPlan};
use crate::vault::Vault;
use alerts::Watch;
use job::Board;
use log::Logs;
use state_echo::StateEcho;
use supervisor::{Message, Order, Supervisor};

/// Why the listener is woken. It gets no data: it looks at what it wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// A job's state changed, or the list of jobs.
    State,
    /// A console that is watched has new output; said once until it is [`Console::seen`].
    Output(JobId),
    /// A line came that its job's preset alerts of; said once until they are seen ([`Console::see_alerts`]).
    Alert(JobId),
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
    /// Where the runs' secrets come from.
    pub vault: Vault,
}

/// What to launch, and how.
#[derive(Clone)]
pub struct LaunchSpec {
    /// What people call the job.
    pub name: String,
    /// What it is to be called from outside ([`crate::model::preset_id`]); made from its name where it is empty, and
    /// numbered where another job has it.
    pub id: String,
    /// Anything by which the launcher knows the job again.
    pub tag: String,
    pub invocation: Invocation,
    pub echo: Option<EchoPlan>,
    /// Seconds between asking to stop and killing.
    pub stop_secs: u32,
    pub lifecycle: Lifecycle,
    /// Of its lines those that somebody is to be told of.
    pub highlights: Vec<Highlight>,
    /// A file of ours that is locked while a run lives, where the preset allows only one at a time.
    pub only_one: Option<PathBuf>,
    pub input: Input,
    pub console: ConsoleKind,
    pub tap: Option<Tap>,
    /// Where its runs are logged, if they are.
    pub log: Option<LogPlan>,
    /// Where the job is kept from, if it is to live on when Sidestage closes. Its tap is not called then.
    pub keep: Option<KeepPlan>,
    /// Why it is launched, if not because somebody pressed for it; said in its console.
    pub note: String,
    /// The number of its first run: 1, unless a job goes on that had runs before.
    pub first_run: u32,
}

impl LaunchSpec {
    /// A launch with the panel's defaults: no echo, no log, no input, a hidden console, five seconds to stop.
    #[must_use]
    pub fn new(name: &str, invocation: Invocation) -> Self {
        Self {
            name: name.to_owned(),
            id: String::new(),
            tag: String::new(),
            invocation,
            echo: None,
            stop_secs: 5,
            lifecycle: Lifecycle::default(),
            highlights: Vec::new(),
            only_one: None,
            input: Input::Empty,
            console: ConsoleKind::Hidden,
            tap: None,
            log: None,
            keep: None,
            note: String::new(),
            first_run: 1,
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

/// The handle. Dropping it kills and reaps every job, but those that are kept running: these it leaves alone.
pub struct Engine {
    /// Unlike that of any other engine.
    number: u64,
    board: Arc<Board>,
    orders: SyncSender<Message>,
    limits: Limits,
    wake: Arc<dyn Fn(Wake) + Send + Sync>,
    logs: Arc<Logs>,
    state_echo: Arc<StateEcho>,
    /// Looks for kept jobs that are under way.
    searches: Arc<AtomicUsize>,
    supervisor: Option<JoinHandle<()>>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("board", &self.board).finish_non_exhaustive()
    }
}

/// How long the engine's end waits for a disk that is slow to take the last of the logs.
const LOG_PATIENCE: Duration = Duration::from_secs(5);

/// How long the engine's end waits for last lines that are still being paced.
const ECHO_PATIENCE: Duration = Duration::from_secs(1);

/// How many orders and reports may wait. The supervisor never waits for anything slow, so this is never near.
const INBOX: usize = 4096;

impl Engine {
    /// Starts the supervisor.
    ///
    /// # Errors
    /// The system gives no thread, or on Unix the guard could not be started.
    pub fn start(config: Config) -> std::io::Result<Self> {
        let wake = Arc::clone(&config.wake);
        let board = Arc::new(Board::new(Arc::new(move |job| wake(Wake::Alert(job)))));
        let (orders, inbox) = sync_channel(INBOX);
        #[cfg(unix)]
        tree::keep_ended_children();
        let program = config.helper.clone();
        #[cfg(unix)]
        let helper = config.helper.as_deref().map(guard::Guard::start).transpose()?;
        #[cfg(windows)]
        let helper = config.helper;
        let logs = Arc::new(Logs::default());
        let state_echo = Arc::new(StateEcho::new(Arc::clone(&board)));
        let wake = Arc::clone(&config.wake);
        let number = fastrand::u64(..);
        let supervisor = Supervisor {
            number,
            board: Arc::clone(&board),
            logs: Arc::clone(&logs),
            state_echo: Arc::clone(&state_echo),
            inbox,
            sender: orders.clone(),
            helper,
            vault: config.vault,
            program,
            wake: config.wake,
            live: HashMap::new(),
            kept: HashMap::new(),
            let_go_by: None,
            unwinding: Vec::new(),
            sleep: sleep::Sleep::default(),
        };
        let thread = std::thread::Builder::new().name("supervisor".to_owned()).spawn(move || supervisor.work())?;
        let searches = Arc::default();
        Ok(Self {
            number,
            board,
            orders,
            limits: config.limits,
            wake,
            logs,
            state_echo,
            searches,
            supervisor: Some(thread),
        })
    }

    /// Launches a job. It is on the board at once, as `Starting`.
    #[expect(clippy::must_use_candidate, reason = "who never stops the job by name needs no id")]
    pub fn launch(&self, spec: LaunchSpec) -> JobId {
        let (input, terminal, is_kept) = (spec.input, spec.lifecycle.in_terminal, spec.keep.is_some());
        let job = self.board.add(spec, self.limits, None);
        if input == Input::Lines && !is_kept {
            // Now, so that what is sent right after the launch waits for the process.
            job.console.open_feed(terminal);
        }
        let id = job.id;
        self.order(Order::Run(job));
        id
    }

    /// Launches the jobs of a group in their order. All are on the board at once; those whose turn hasn't come wait.
    #[expect(clippy::must_use_candidate, reason = "who never stops the jobs by name needs no ids")]
    pub fn launch_group(&self, specs: Vec<LaunchSpec>, how: GroupLaunch) -> Vec<JobId> {
        let (now, mut ids) = (Instant::now(), Vec::with_capacity(specs.len()));
        for (spec, turn) in specs.into_iter().zip(0_u32..) {
            let wait = match (how, ids.last()) {
                (GroupLaunch::Together, _) | (_, None) => None,
                (GroupLaunch::Staggered { secs }, Some(_)) => {
                    let delay = Duration::from_secs(u64::from(secs)) * turn;
                    Some(Wait::Turn { at: now + delay })
                }
                (GroupLaunch::WhenReady, Some(before)) => Some(Wait::For(*before)),
            };
            let job = self.board.add(spec, self.limits, wait);
            ids.push(job.id);
            self.order(Order::Run(job));
        }
        ids
    }

    /// Launches a job that waits now: its turn, or its next attempt.
    pub fn launch_now(&self, job: JobId) {
        self.order(Order::Go(job));
    }

    /// Stops these jobs one after another, the last first, each when the one behind it has ended; what waits is cancelled.
    /// A second time for the same jobs kills them all at once.
    pub fn stop_in_reverse(&self, jobs: &[JobId]) {
        self.order(Order::StopInReverse(jobs.to_vec()));
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
        // Told at once, so that whoever waits for its end from now on waits for the new run's.
        let Some(known) = self.board.get(job) else { return };
        console::lock(&known.status).ordered += 1;
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

    /// Stops all jobs side by side that would not live on when Sidestage closes.
    pub fn stop_all_but_kept(&self) {
        for view in self.jobs().iter().filter(|view| view.ends_with_us()) {
            self.stop(view.id);
        }
    }

    /// Looks in this folder for jobs that an earlier Sidestage has left running, beside the caller's thread. Those that
    /// it finds are on the board when [`Engine::is_finding`] is over, and [`Wake::State`] was said.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn find_kept(&self, dir: PathBuf) -> std::io::Result<()> {
        self.searches.fetch_add(1, Ordering::SeqCst);
        let (board, orders, limits) = (Arc::clone(&self.board), self.orders.clone(), self.limits);
        let number = self.number;
        let (searches, wake) = (Arc::clone(&self.searches), Arc::clone(&self.wake));
        let found = std::thread::Builder::new().name("find kept jobs".to_owned()).spawn(move || {
            for record in keep::find(&dir, number) {
                let job = board.add(record.spec(), limits, None);
                if orders.send(Message::Order(Order::Adopt(job, Box::new(record)))).is_err() {
                    break;
                }
            }
            searches.fetch_sub(1, Ordering::SeqCst);
            wake(Wake::State);
        });
        found.map(|_| ()).inspect_err(|_| {
            self.searches.fetch_sub(1, Ordering::SeqCst);
        })
    }

    /// Whether kept jobs are still being looked for. Who launches something by itself waits for the end of it, so that
    /// nothing runs twice.
    #[must_use]
    pub fn is_finding(&self) -> bool {
        self.searches.load(Ordering::SeqCst) > 0
    }

    /// Gives a job another tag: one that was found again has none.
    pub fn set_tag(&self, job: JobId, tag: &str) {
        if let Some(job) = self.board.get(job) {
            job.change_spec(|spec| tag.clone_into(&mut spec.tag));
        }
    }

    /// Sends a line to the standard input of a job that was launched with [`Input::Lines`]; of several, each. Never
    /// waits: what the job doesn't read waits in a bounded queue, and what can't be sent is said in the console.
    pub fn write_line(&self, job: JobId, text: &str) {
        let Some(console) = self.console(job) else { return };
        if self.is_kept(job) {
            return self.order(Order::Type(job, text.to_owned()));
        }
        if let Err(why) = console.feed().and_then(|feed| feed.put_lines(text))
            && !why.is_empty()
            && console.notice(&why)
        {
            (self.wake)(Wake::Output(job));
        }
    }

    /// Passes bytes on as they are, and waits while the job reads slower than they come. Answers whether it takes more.
    #[expect(clippy::must_use_candidate, reason = "who types on may find a next run")]
    pub fn write_input(&self, job: JobId, bytes: &[u8]) -> bool {
        self.console(job).and_then(|console| console.feed().ok()).is_some_and(|feed| feed.put_bytes(bytes))
    }

    /// Ends a job's standard input once it has read what was sent.
    pub fn close_input(&self, job: JobId) {
        if self.is_kept(job) {
            return self.order(Order::EndInput(job));
        }
        if let Some(feed) = self.console(job).and_then(|console| console.feed().ok()) {
            feed.end();
        }
    }

    /// All jobs as they are now, in the order of their launch.
    #[must_use]
    pub fn jobs(&self) -> Vec<JobView> {
        self.board.views()
    }

    /// Whether any job has alerted of something that nobody looked at yet.
    #[must_use]
    pub fn has_alerts(&self) -> bool {
        self.board.all().iter().any(|job| job.console.has_alerts())
    }

    /// A job's console, which outlives the job's place in the list as long as somebody holds it.
    #[must_use]
    pub fn console(&self, job: JobId) -> Option<Arc<Console>> {
        self.board.get(job).map(|job| Arc::clone(&job.console))
    }

    /// Has a job's lines be told by these rules from now on, in this run and in those that follow.
    pub fn set_highlights(&self, job: JobId, rules: &[Highlight]) {
        if let Some(job) = self.board.get(job) {
            let is_known = job.look_at_spec(|spec| spec.highlights == rules);
            if !is_known {
                job.change_spec(|spec| spec.highlights = rules.to_vec());
                job.console.set_watch(Watch::of(rules));
            }
        }
    }

    /// Says how many bytes the consoles of all jobs may keep together; [`Budget::DEFAULT_BYTES`] until it is said.
    pub fn set_console_bytes(&self, bytes: usize) {
        self.board.budget().set_limit(bytes);
        self.board.budget().relieve();
    }

    /// Waits until a job has ended, and says how; `None` if there is no such job.
    #[must_use]
    pub fn wait(&self, job: JobId) -> Option<Ending> {
        self.board.wait_ended(job)
    }

    /// Waits until the lines that wait for their echo's host to be looked up are sent, but not longer than this; then
    /// they count as failed. For a program that is about to end, and its last lines with it.
    pub fn settle_echo(&self, job: JobId, patience: std::time::Duration) {
        let lanes = self.board.get(job).map(|job| console::lock(&job.status).echo.clone()).unwrap_or_default();
        let deadline = Instant::now() + patience;
        for lane in lanes {
            lane.settle(deadline);
        }
    }

    /// Tells over OSC how the jobs get on, or no more.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn set_state_echo(&self, plan: Option<StatePlan>) -> std::io::Result<()> {
        self.state_echo.set(plan)
    }

    fn is_kept(&self, job: JobId) -> bool {
        self.board.get(job).is_some_and(|job| job.look_at_spec(|spec| spec.keep.is_some()))
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
        let deadline = Instant::now() + ECHO_PATIENCE;
        for lane in self.board.all().iter().flat_map(|job| console::lock(&job.status).echo.clone()) {
            lane.settle_soon(deadline);
        }
        self.state_echo.finish();
        self.logs.finish(LOG_PATIENCE);
    }
}
