//! The supervisor: one thread that owns every job. It waits for orders, reports and deadlines, feeds them to the
//! lifecycle and carries out what that answers. It waits for nothing else, so a Stop is never behind a slow launch.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::alerts::Watch;
use super::console::lock;
use super::echo::{Echo, EchoPlan, Naming, Tell};
use super::exit::Exit;
use super::job::{Board, Job, JobId};
use super::keep::{self, Record, Wish};
use super::kept::Keeping;
use super::lifecycle::{Effect, Ending, Input, Rules, State, Wait};
use super::log::{Logs, RunLog};
use super::outlet::{Flow, Outlet};
use super::run::{self, Handle, Plan, Report};
use super::signs::{Sign, Signs};
use super::sleep::Sleep;
use super::state_echo::StateEcho;
use super::tree::Helper;
use super::unwind::Unwinding;
use super::{LaunchSpec, Wake};
use crate::model::LogPlan;
use crate::vault::Vault;

/// What the engine is told.
pub(super) enum Order {
    /// Start a run of a job that is on the board, unless it waits.
    Run(Arc<Job>),
    /// Don't let it wait any longer.
    Go(JobId),
    Stop(JobId),
    Kill(JobId),
    /// SIGINT to the tree: what Ctrl-C at a terminal means.
    Interrupt(JobId),
    /// A line for a kept job's input, and the end of that.
    Type(JobId, String),
    EndInput(JobId),
    /// A job on the board that a keeper has.
    Adopt(Arc<Job>, Box<Record>),
    /// A new run, after the present one has been stopped; with a new specification if one is given.
    Again(JobId, Option<Box<LaunchSpec>>),
    /// Take an ended job off the board.
    Remove(JobId),
    StopAll,
    StopInReverse(Vec<JobId>),
    /// Kill everything and end the supervisor.
    Shutdown,
}

/// All that the supervisor can hear.
pub(super) enum Message {
    Order(Order),
    Report { job: JobId, run: u32, report: Report },
    Kept { job: JobId, contact: u64, report: keep::Report },
}

pub(super) struct Supervisor {
    /// Unlike that of any other engine.
    pub number: u64,
    pub board: Arc<Board>,
    pub logs: Arc<Logs>,
    pub state_echo: Arc<StateEcho>,
    pub inbox: Receiver<Message>,
    /// For the runs' reports.
    pub sender: SyncSender<Message>,
    pub helper: Option<Helper>,
    /// Where the runs' secrets come from.
    pub vault: Vault,
    /// Sidestage's own program, which plays the keeper.
    pub program: Option<PathBuf>,
    pub wake: Arc<dyn Fn(Wake) + Send + Sync>,
    /// The ways to the live runs.
    pub live: HashMap<JobId, Handle>,
    /// The ways to the keepers of kept jobs.
    pub kept: HashMap<JobId, Keeping>,
    /// While shutting down: how long keepers that are being started may take.
    pub let_go_by: Option<Instant>,
    /// Groups that are being stopped in reverse.
    pub unwinding: Vec<Unwinding>,
    pub sleep: Sleep,
}

/// How long a keeper that is being started may take at the engine's end. Then its job isn't kept.
const HANDING_OVER: Duration = Duration::from_secs(5);

impl Supervisor {
    /// Works until a shutdown is ordered and everything has ended.
    pub(super) fn work(mut self) {
        let mut shutting_down = false;
        loop {
            let deadline = self.next_deadline();
            let message = match deadline {
                Some(deadline) => self.inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())),
                None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            self.sleep.note(deadline, Instant::now());
            match message {
                Ok(Message::Order(Order::Shutdown)) => {
                    shutting_down = true;
                    self.let_go_by = Some(Instant::now() + HANDING_OVER);
                    let own: Vec<_> = self.board.all().into_iter().filter(|job| !self.is_kept(job.id)).collect();
                    for job in own.iter().filter(|job| !job.has_ended()) {
                        self.apply(job, Input::Kill { now: Instant::now() });
                    }
                }
                // What comes after the shutdown starts nothing any more.
                Ok(Message::Order(Order::Run(job))) if shutting_down => {
                    self.apply(&job, Input::Kill { now: Instant::now() });
                    self.apply(&job, exited(Exit::NotLaunched("Sidestage is closing.".to_owned())));
                }
                Ok(Message::Order(Order::Adopt(job, _))) if shutting_down => {
                    self.apply(&job, exited(Exit::NotLaunched("Sidestage is closing.".to_owned())));
                }
                Ok(Message::Order(Order::Again(..) | Order::Go(_))) if shutting_down => {}
                Ok(Message::Order(order)) => self.obey(order),
                Ok(Message::Report { job, run, report }) => self.hear(job, run, report),
                Ok(Message::Kept { job, contact, report }) => {
                    self.hear_keeper(job, contact, report);
                    if shutting_down && !self.is_kept(job) {
                        self.apply_by_id(job, Input::Kill { now: Instant::now() });
                    }
                }
                Err(RecvTimeoutError::Timeout) => self.tick(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.settle_waits();
            self.settle_unwinding();
            if shutting_down && self.board.all().iter().all(|job| job.has_ended() || self.may_leave(job.id)) {
                return;
            }
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let jobs = self.board.all();
        // A keeper has its own clock for its job.
        let own = jobs.iter().filter(|job| !self.is_kept(job.id));
        let deadlines = own.filter_map(|job| lock(&job.status).life.deadline(self.last_sign(job.id)));
        deadlines.chain(self.let_go_by).min()
    }

    fn last_sign(&self, id: JobId) -> Option<Instant> {
        self.sleep.silent_since(self.live.get(&id).and_then(|run| run.signs().last()))
    }

    fn tick(&mut self) {
        let now = Instant::now();
        self.let_go_by = self.let_go_by.filter(|by| now < *by);
        let jobs = self.board.all();
        let own: Vec<_> = jobs.iter().filter(|job| !job.has_ended() && !self.is_kept(job.id)).collect();
        for job in own {
            let last_sign = self.last_sign(job.id);
            let is_due = lock(&job.status).life.deadline(last_sign).is_some_and(|deadline| now >= deadline);
            if is_due {
                self.apply(job, Input::Tick { now, last_sign });
                // A sign that came while it was being judged is none that would be reported.
                if self.last_sign(job.id) > last_sign {
                    self.apply(job, Input::Alive);
                }
            }
        }
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Run(job) => {
                let is_starting = matches!(lock(&job.status).life.state(), State::Starting { .. });
                if is_starting {
                    self.start_run(&job);
                }
            }
            Order::Go(id) => self.apply_by_id(id, Input::Go),
            Order::Stop(id) => self.apply_by_id(id, Input::Stop { now: Instant::now() }),
            Order::Kill(id) => self.apply_by_id(id, Input::Kill { now: Instant::now() }),
            Order::Interrupt(id) if self.is_kept(id) => self.wish(id, Wish::Interrupt),
            Order::Type(id, text) => self.type_line(id, text),
            Order::EndInput(id) => self.end_input(id),
            Order::Adopt(job, record) => self.adopt(&job, record),
            Order::Interrupt(id) => match self.live.get(&id) {
                Some(run) => {
                    run.interrupt();
                    self.apply_by_id(id, Input::NoMore);
                }
                // There is nobody yet to hear it, and there shall be nobody.
                None => self.apply_by_id(id, Input::Stop { now: Instant::now() }),
            },
            Order::Again(id, spec) => self.again(id, spec),
            Order::Remove(id) => {
                self.board.remove_ended(id);
                self.board.changed();
                (self.wake)(Wake::State);
            }
            Order::StopAll => self.for_all_live(|_| Input::Stop { now: Instant::now() }),
            Order::StopInReverse(jobs) => self.stop_in_reverse(jobs),
            Order::Shutdown => {}
        }
    }

    fn stop_in_reverse(&mut self, jobs: Vec<JobId>) {
        if self.unwinding.iter().any(|unwinding| unwinding.concerns(&jobs)) {
            self.unwinding.retain(|unwinding| !unwinding.concerns(&jobs));
            for id in jobs {
                self.apply_by_id(id, Input::Kill { now: Instant::now() });
            }
            return;
        }
        let named: Vec<_> = jobs.iter().filter_map(|id| self.board.get(*id)).collect();
        for job in named {
            let is_waiting = matches!(lock(&job.status).life.state(), State::Waiting(_));
            if is_waiting {
                self.apply(&job, Input::Stop { now: Instant::now() });
            }
        }
        self.unwinding.push(Unwinding::new(jobs));
    }

    /// Stops whoever is next in a group that is stopped in reverse.
    fn settle_unwinding(&mut self) {
        let board = Arc::clone(&self.board);
        let has_ended = |id| board.get(id).is_none_or(|job| job.has_ended());
        let next: Vec<_> = self.unwinding.iter_mut().filter_map(|unwinding| unwinding.next(has_ended)).collect();
        self.unwinding.retain(|unwinding| !unwinding.is_done());
        for id in next {
            // One that is being stopped already is not pressed once more.
            let is_stopping =
                board.get(id).is_some_and(|job| matches!(lock(&job.status).life.state(), State::Stopping { .. }));
            if !is_stopping {
                self.apply_by_id(id, Input::Stop { now: Instant::now() });
            }
        }
    }

    /// Starts what waited for a job that is ready now, and gives up what waits for one that never will be.
    fn settle_waits(&mut self) {
        loop {
            let inputs: Vec<_> =
                self.board.all().iter().filter_map(|job| Some((Arc::clone(job), self.verdict(job)?))).collect();
            if inputs.is_empty() {
                return;
            }
            for (job, input) in inputs {
                self.apply(&job, input);
            }
        }
    }

    /// What has become of what this job waits for.
    fn verdict(&self, job: &Job) -> Option<Input> {
        let State::Waiting(Wait::For(before)) = *lock(&job.status).life.state() else { return None };
        let Some(before) = self.board.get(before) else {
            return Some(Input::Never("It was not launched: the job before it was removed.".to_owned()));
        };
        let state = lock(&before.status).life.state().clone();
        match state {
            State::Running { is_ready: true, .. } => Some(Input::Go),
            State::Ended(ending) if ending.is_success() => Some(Input::Go),
            State::Ended(ending) => {
                let (name, how) = (before.look_at_spec(|spec| spec.name.clone()), ending.exit.describe());
                let why =
                    format!("It was not launched: “{name}”, which comes before it, ended before it was ready ({how}).");
                Some(Input::Never(why))
            }
            State::Running { is_ready: false, .. }
            | State::Waiting(_)
            | State::Starting { .. }
            | State::Stopping { .. } => None,
        }
    }

    fn again(&mut self, id: JobId, spec: Option<Box<LaunchSpec>>) {
        let Some(job) = self.board.get(id) else { return };
        // Whoever wants one of a group again wants its stop no more. It would go on whenever this one ends.
        self.unwinding.retain(|unwinding| !unwinding.is_of(id));
        if let Some(spec) = spec {
            lock(&job.status).life.rules = Rules::of(&spec);
            job.change_spec(|known| *known = *spec);
        }
        self.apply(&job, Input::Again { now: Instant::now() });
        let mut status = lock(&job.status);
        status.ordered = status.ordered.saturating_sub(1);
        drop(status);
        self.board.changed();
    }

    pub(super) fn start_run(&mut self, job: &Arc<Job>) {
        let spec = LaunchSpec { id: job.outside_id.to_string(), ..job.look_at_spec(LaunchSpec::clone) };
        job.console.set_watch(Watch::of(&spec.highlights));
        if self.start_kept(job, &spec) {
            return;
        }
        let (wake, id) = (Arc::clone(&self.wake), job.id);
        let wake: Arc<dyn Fn() + Send + Sync> = Arc::new(move || wake(Wake::Output(id)));
        let log = spec.log.and_then(|plan| self.begin_log(job, plan, &wake));
        let echo = spec.echo.map(|plan| begin_echo(job, plan, &wake));
        {
            let mut status = lock(&job.status);
            status.echo = echo.as_ref().map(|echo| echo.lanes().to_vec()).unwrap_or_default();
            status.log.clone_from(&log);
        }
        job.console.tell_settled(echo.as_ref().is_some_and(Echo::wants_settled));
        let (sender, run) = (self.sender.clone(), lock(&job.status).run.number);
        let report = move |report| {
            // The supervisor outlives the runs, unless the whole program ends.
            let _ = sender.send(Message::Report { job: id, run, report });
        };
        let report_sign = report.clone();
        let lifecycle = &spec.lifecycle;
        let outlet = Outlet {
            console: Arc::clone(&job.console),
            echo,
            tap: spec.tap,
            log,
            wake,
            flow: Flow::default(),
            signs: Signs::new(&lifecycle.ready, &lifecycle.hang, move |sign| report_sign(Report::Sign(sign))),
            masker: OnceLock::new(),
        };
        let note = job.change_spec(|spec| std::mem::take(&mut spec.note));
        if !note.is_empty() {
            outlet.notice(&note);
        }
        let starting = Arc::clone(job);
        let plan = Plan {
            name: spec.name,
            invocation: spec.invocation,
            input: spec.input,
            terminal: lifecycle.in_terminal,
            console: spec.console,
            priority: lifecycle.priority,
            stop_signal: lifecycle.stop_signal,
            outlet: Arc::new(outlet),
            helper: self.helper.clone(),
            only_one: spec.only_one,
            vault: self.vault.clone(),
            is_wanted: Box::new(move || !lock(&starting.status).life.is_being_stopped()),
        };
        if let Err(error) = run::start(plan, report) {
            let why = format!("The system gives no more threads ({error}); stop some jobs and try again.");
            job.say(&why);
            self.end_run(job, Exit::CouldNotStart(why));
        }
    }

    /// The log of the run that starts; what goes wrong with it is said in the console and keeps nothing from running.
    fn begin_log(&self, job: &Arc<Job>, plan: LogPlan, wake: &Arc<dyn Fn() + Send + Sync>) -> Option<Arc<RunLog>> {
        let (console, wake) = (Arc::clone(&job.console), Arc::clone(wake));
        let tell = Arc::new(move |text: &str| {
            if console.notice(text) {
                wake();
            }
        });
        let begun = self.logs.begin(plan, lock(&job.status).run.number, tell);
        begun
            .inspect_err(|error| {
                job.console.notice(&format!("It is not logged: the system gives no more threads ({error})."));
            })
            .ok()
    }

    fn hear(&mut self, id: JobId, run: u32, report: Report) {
        let Some(job) = self.board.get(id) else { return };
        if lock(&job.status).run.number != run {
            return;
        }
        match report {
            Report::Spawned { pid, handle } => {
                self.live.insert(id, handle);
                lock(&job.status).run.started = Some(Instant::now());
                self.apply(&job, Input::Spawned { pid, now: Instant::now() });
            }
            Report::Sign(Sign::Ready) => self.apply(&job, Input::Ready),
            Report::Sign(Sign::Alive) => self.apply(&job, Input::Alive),
            Report::Exited(exit) => {
                if let Some(run) = self.live.remove(&id) {
                    // Nothing is left of it, unless the run's own thread failed.
                    run.kill();
                }
                lock(&job.status).run.ended = Some(Instant::now());
                self.end_run(&job, exit);
            }
        }
    }

    /// A run is over: its job's life goes on from there, and what that says of it is the last that its log has.
    fn end_run(&mut self, job: &Arc<Job>, exit: Exit) {
        let (log, stopped) = {
            let status = lock(&job.status);
            (status.log.clone(), status.life.is_being_stopped())
        };
        self.apply(job, exited(exit.clone()));
        if let Some(log) = log {
            log.end(&Ending { exit, stopped });
        }
    }

    fn for_all_live(&mut self, input: impl Fn(&Job) -> Input) {
        for job in self.board.all().iter().filter(|job| !job.has_ended()) {
            self.apply(job, input(job));
        }
    }

    fn apply_by_id(&mut self, id: JobId, input: Input) {
        if let Some(job) = self.board.get(id) {
            self.apply(&job, input);
        }
    }

    /// Feeds a job's life, and does what that answers.
    pub(super) fn apply(&mut self, job: &Arc<Job>, input: Input) {
        let Some(input) = self.divert(job, input) else { return };
        let mut life = lock(&job.status).life.clone();
        let effects = life.step(input);
        // What is said of a state stands there when the state is seen.
        for effect in &effects {
            match (effect, self.live.get(&job.id)) {
                (Effect::Say(what), Some(run)) => run.say(what),
                (Effect::Say(what), None) => job.say(what),
                (Effect::Start | Effect::Ask | Effect::Kill, _) => {}
            }
        }
        job.console.set_ended(matches!(life.state(), State::Ended(_)));
        lock(&job.status).life = life;
        for effect in effects {
            match (effect, self.live.get(&job.id)) {
                (Effect::Say(_), _) => {}
                (Effect::Start, _) => {
                    job.begin_run();
                    self.start_run(job);
                }
                (Effect::Ask, Some(run)) => run.ask(),
                (Effect::Kill, Some(run)) => run.kill(),
                (Effect::Ask | Effect::Kill, None) => tracing::warn!("{}: a live run without a way to it", job.id),
            }
        }
        self.look_out_for_life(job);
        self.state_echo.tell(|| job.view());
        self.board.changed();
        (self.wake)(Wake::State);
    }

    /// Has the next sign of life of a stalled run reported.
    fn look_out_for_life(&self, job: &Job) {
        let is_stalled = matches!(lock(&job.status).life.state(), State::Running { is_stalled: true, .. });
        if let Some(run) = self.live.get(&job.id).filter(|_| is_stalled) {
            run.signs().set_stalled();
        }
    }
}

/// The echo of the run that starts; what goes wrong with it is said in the console.
fn begin_echo(job: &Job, plan: EchoPlan, wake: &Arc<dyn Fn() + Send + Sync>) -> Echo {
    let (console, wake) = (Arc::clone(&job.console), Arc::clone(wake));
    let tell: Tell = Arc::new(move |text: &str| {
        if console.notice(text) {
            wake();
        }
    });
    let (before, run) = {
        let status = lock(&job.status);
        (status.echo.clone(), status.run.number)
    };
    let naming = Naming { job: job.outside_id.to_string(), run, seq: Arc::clone(&job.echo_seq) };
    Echo::new(plan, naming, &before, &tell)
}

/// The end of a run as its job's life hears of it.
pub(super) fn exited(exit: Exit) -> Input {
    Input::Exited { exit, now: Instant::now(), chance: fastrand::f32() }
}

impl Drop for Supervisor {
    /// However the supervisor ends, nothing that it owns lives on.
    fn drop(&mut self) {
        for run in self.live.values() {
            run.kill();
        }
    }
}
