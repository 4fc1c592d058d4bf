//! The supervisor: one thread that owns every job. It waits for orders, reports and deadlines, feeds them to the
//! lifecycle and carries out what that answers. It waits for nothing else, so a Stop is never behind a slow launch.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

use super::console::lock;
use super::echo::Link;
use super::job::{Board, Job, JobId, RunInfo};
use super::lifecycle::{self, Effect, Exit, Input, State};
use super::outlet::{Flow, Outlet};
use super::run::{self, Handle, Plan, Report};
use super::tree::Helper;
use super::{LaunchSpec, Wake};

/// What the engine is told.
pub(super) enum Order {
    /// Start a run of a job that is on the board.
    Run(Arc<Job>),
    Stop(JobId),
    Kill(JobId),
    /// SIGINT to the tree: what Ctrl-C at a terminal means.
    Interrupt(JobId),
    /// A new run, after the present one has been stopped; with a new specification if one is given.
    Again(JobId, Option<Box<LaunchSpec>>),
    /// Take an ended job off the board.
    Remove(JobId),
    StopAll,
    /// Kill everything and end the supervisor.
    Shutdown,
}

/// All that the supervisor can hear.
pub(super) enum Message {
    Order(Order),
    Report { job: JobId, run: u32, report: Report },
}

pub(super) struct Supervisor {
    pub board: Arc<Board>,
    pub inbox: Receiver<Message>,
    /// For the runs' reports.
    pub sender: SyncSender<Message>,
    pub helper: Option<Helper>,
    pub wake: Arc<dyn Fn(Wake) + Send + Sync>,
    /// The ways to the live runs.
    pub live: HashMap<JobId, Handle>,
}

impl Supervisor {
    /// Works until a shutdown is ordered and everything has ended.
    pub(super) fn work(mut self) {
        let mut shutting_down = false;
        loop {
            let message = match self.next_deadline() {
                Some(deadline) => self.inbox.recv_timeout(deadline.saturating_duration_since(Instant::now())),
                None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match message {
                Ok(Message::Order(Order::Shutdown)) => {
                    shutting_down = true;
                    for job in self.board.all() {
                        lock(&job.status).run_again = false;
                    }
                    self.for_all_live(&Input::Kill { now: Instant::now() });
                }
                // What comes after the shutdown starts nothing any more.
                Ok(Message::Order(Order::Run(job))) if shutting_down => self.apply(&job, Input::Exited(Exit::Code(0))),
                Ok(Message::Order(Order::Again(..))) if shutting_down => {}
                Ok(Message::Order(order)) => self.obey(order),
                Ok(Message::Report { job, run, report }) => self.hear(job, run, report),
                Err(RecvTimeoutError::Timeout) => self.for_all_live(&Input::Tick { now: Instant::now() }),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            if shutting_down && self.board.all().iter().all(|job| job.has_ended()) {
                return;
            }
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let jobs = self.board.all();
        jobs.iter()
            .filter_map(|job| match lock(&job.status).state {
                State::Stopping { deadline, killed: false, .. } => Some(deadline),
                State::Starting { .. } | State::Running { .. } | State::Stopping { .. } | State::Ended(_) => None,
            })
            .min()
    }

    fn obey(&mut self, order: Order) {
        match order {
            Order::Run(job) => self.start_run(&job),
            Order::Stop(id) => self.stop(id),
            Order::Kill(id) => {
                self.forget_again(id);
                self.apply_by_id(id, Input::Kill { now: Instant::now() });
            }
            Order::Interrupt(id) => {
                if let Some(run) = self.live.get(&id) {
                    run.interrupt();
                }
            }
            Order::Again(id, spec) => self.again(id, spec),
            Order::Remove(id) => {
                self.board.remove_ended(id);
                self.board.changed();
                (self.wake)(Wake::State);
            }
            Order::StopAll => {
                for job in self.board.all().iter().filter(|job| !job.has_ended()) {
                    self.stop(job.id);
                }
            }
            Order::Shutdown => {}
        }
    }

    fn stop(&mut self, id: JobId) {
        self.forget_again(id);
        let Some(job) = self.board.get(id) else { return };
        let patience = Duration::from_secs(u64::from(lock(&job.spec).stop_secs));
        self.apply(&job, Input::Stop { now: Instant::now(), patience });
    }

    /// The operator's stop wins over a restart that is under way.
    fn forget_again(&self, id: JobId) {
        if let Some(job) = self.board.get(id) {
            lock(&job.status).run_again = false;
        }
    }

    fn again(&mut self, id: JobId, spec: Option<Box<LaunchSpec>>) {
        let Some(job) = self.board.get(id) else { return };
        // Bound first: the lock must not be held while the job is stopped.
        let state = lock(&job.status).state.clone();
        match state {
            State::Starting { .. } | State::Running { .. } => self.stop(id),
            // It is asked already, and asking twice would kill it.
            State::Stopping { .. } | State::Ended(_) => {}
        }
        if let Some(spec) = spec {
            *lock(&job.spec) = *spec;
        }
        if job.has_ended() {
            job.begin_run();
            self.start_run(&job);
        } else {
            lock(&job.status).run_again = true;
        }
        (self.wake)(Wake::State);
    }

    fn start_run(&mut self, job: &Arc<Job>) {
        let spec = lock(&job.spec).clone();
        let echo = spec.echo.map(|plan| {
            let link = Link::new(plan.target.clone());
            (plan, link)
        });
        lock(&job.status).echo = echo.as_ref().map(|(_, link)| Arc::clone(link));
        let (wake, id) = (Arc::clone(&self.wake), job.id);
        let outlet = Outlet {
            console: Arc::clone(&job.console),
            echo,
            tap: spec.tap,
            wake: Arc::new(move || wake(Wake::Output(id))),
            flow: Flow::default(),
        };
        let plan = Plan {
            name: spec.name,
            invocation: spec.invocation,
            input: spec.input,
            console: spec.console,
            stop_signal: crate::model::StopSignal::default(),
            outlet: Arc::new(outlet),
            helper: self.helper.clone(),
        };
        let (sender, run) = (self.sender.clone(), lock(&job.status).run.number);
        let started = run::start(plan, move |report| {
            // The supervisor outlives the runs, unless the whole program ends.
            let _ = sender.send(Message::Report { job: id, run, report });
        });
        if let Err(error) = started {
            let why = format!("The system gives no more threads ({error}); stop some jobs and try again.");
            job.console.notice(&why);
            self.apply(job, Input::Exited(Exit::CouldNotStart(why)));
        }
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
            Report::Exited(exit) => {
                if let Some(run) = self.live.remove(&id) {
                    // Nothing is left of it, unless the run's own thread failed.
                    run.kill();
                }
                self.apply(&job, Input::Exited(exit));
                let runs_again = {
                    let mut status = lock(&job.status);
                    std::mem::take(&mut status.run_again)
                };
                if runs_again {
                    job.begin_run();
                    self.start_run(&job);
                    (self.wake)(Wake::State);
                }
            }
        }
    }

    fn for_all_live(&mut self, input: &Input) {
        for job in self.board.all().iter().filter(|job| !job.has_ended()) {
            self.apply(job, input.clone());
        }
    }

    fn apply_by_id(&mut self, id: JobId, input: Input) {
        if let Some(job) = self.board.get(id) {
            self.apply(&job, input);
        }
    }

    fn apply(&mut self, job: &Job, input: Input) {
        let effect = {
            let mut status = lock(&job.status);
            let (state, effect) = lifecycle::step(status.state.clone(), input);
            if matches!(state, State::Ended(_)) && status.run.ended.is_none() {
                status.run.ended = Some(Instant::now());
            }
            status.state = state;
            effect
        };
        match (effect, self.live.get(&job.id)) {
            (Effect::None, _) => {}
            (Effect::Ask, Some(run)) => run.ask(),
            (Effect::Kill, Some(run)) => run.kill(),
            (Effect::Ask | Effect::Kill, None) => tracing::warn!("{}: a live run without a way to it", job.id),
        }
        self.board.changed();
        (self.wake)(Wake::State);
    }
}

impl Drop for Supervisor {
    /// However the supervisor ends, nothing that it owns lives on.
    fn drop(&mut self) {
        for run in self.live.values() {
            run.kill();
        }
    }
}

impl RunInfo {
    pub(super) fn first() -> Self {
        Self { number: 1, started: None, ended: None }
    }
}
