//! The jobs as everybody sees them: a board that the supervisor writes and whoever wants reads.
//!
//! The board holds the truth, and a change only says "look again". So no listener can miss an event, nothing queues up
//! behind a window that is hidden for a week, and nobody can hold the supervisor up.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use super::LaunchSpec;
use super::budget::Budget;
use super::console::{Console, lock};
use super::echo::{Lane, Target};
use super::lifecycle::{Ending, Life, ReadyRule, Rules, State, Wait};
use super::log::RunLog;
use super::scrollback::Limits;
use crate::model::{free_job_id, preset_id};

/// Names a job for as long as the engine lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(pub u64);

impl std::fmt::Display for JobId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "job {}", self.0)
    }
}

#[derive(Debug)]
pub(super) struct Job {
    pub id: JobId,
    /// As it is called from outside; no other job of the board is called so.
    pub outside_id: Arc<str>,
    /// The number of its last line that was to be echoed, over all runs.
    pub echo_seq: Arc<AtomicU64>,
    pub console: Arc<Console>,
    spec: Mutex<LaunchSpec>,
    words: Mutex<Words>,
    pub status: Mutex<Status>,
}

/// What of a launch everybody sees; shared, for it is looked at far more often than it changes.
#[derive(Clone, Debug)]
struct Words {
    name: Arc<str>,
    tag: Arc<str>,
    dir: Arc<Path>,
    preset: Option<Arc<Path>>,
}

impl Words {
    fn of(spec: &LaunchSpec) -> Self {
        Self {
            name: spec.name.as_str().into(),
            tag: spec.tag.as_str().into(),
            dir: spec.invocation.dir.as_path().into(),
            preset: spec.keep.as_ref().and_then(|plan| plan.preset.as_deref()).map(Arc::from),
        }
    }
}

#[derive(Debug)]
pub(super) struct Status {
    pub life: Life,
    pub run: RunInfo,
    pub echo: Vec<Arc<Lane>>,
    /// The present run's, and after its end the last one's.
    pub log: Option<Arc<RunLog>>,
    /// What its keeper tells, where it has one.
    pub kept: Option<Kept>,
    /// New runs that were ordered, and that the supervisor hasn't heard of yet.
    pub ordered: u32,
}

/// What a keeper tells of a run, beside its state.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Kept {
    /// In the order of the targets.
    pub echo: Vec<EchoCount>,
    pub log: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RunInfo {
    /// From 1; 0 before the first.
    pub number: u32,
    pub started: Option<Instant>,
    pub ended: Option<Instant>,
}

impl Job {
    fn new((id, outside_id): (JobId, String), spec: LaunchSpec, console: Arc<Console>, wait: Option<Wait>) -> Self {
        let number = spec.first_run.saturating_sub(u32::from(wait.is_some()));
        let run = RunInfo { number, started: None, ended: None };
        let life = Life::new(Rules::of(&spec), wait);
        let status = Status { life, run, echo: Vec::new(), log: None, kept: None, ordered: 0 };
        let words = Mutex::new(Words::of(&spec));
        Self {
            id,
            outside_id: outside_id.into(),
            echo_seq: Arc::default(),
            console,
            spec: Mutex::new(spec),
            words,
            status: Mutex::new(status),
        }
    }

    /// Has a look at how it is launched.
    pub(super) fn look_at_spec<R>(&self, look: impl FnOnce(&LaunchSpec) -> R) -> R {
        look(&lock(&self.spec))
    }

    /// Changes how it is launched from now on, and what everybody sees of that.
    pub(super) fn change_spec<R>(&self, change: impl FnOnce(&mut LaunchSpec) -> R) -> R {
        let mut spec = lock(&self.spec);
        let answer = change(&mut spec);
        *lock(&self.words) = Words::of(&spec);
        answer
    }

    pub(super) fn has_ended(&self) -> bool {
        matches!(lock(&self.status).life.state(), State::Ended(_))
    }

    /// Makes the job's next run the present one.
    pub(super) fn begin_run(&self) {
        let mut status = lock(&self.status);
        status.run = RunInfo { number: status.run.number + 1, started: None, ended: None };
    }

    /// Says something of ours: in the console, and in the log of a run that hasn't ended.
    pub(super) fn say(&self, what: &str) {
        let log = lock(&self.status).log.clone();
        if let Some(log) = log {
            log.notice(what);
        }
        self.console.notice(what);
    }

    pub(super) fn view(&self) -> JobView {
        let Words { name, tag, dir, preset } = lock(&self.words).clone();
        let status = lock(&self.status);
        let elapsed = status
            .run
            .started
            .map(|started| status.run.ended.unwrap_or_else(Instant::now).saturating_duration_since(started));
        JobView {
            id: self.id,
            outside_id: self.outside_id.clone(),
            name,
            tag,
            state: status.life.state().clone(),
            run: status.run.number,
            runs_again: status.life.runs_again(),
            elapsed: elapsed.unwrap_or_default(),
            echo: status.echo_counts(),
            log: match &status.kept {
                Some(kept) => kept.log.clone(),
                None => status.log.as_ref().and_then(|log| log.path()),
            },
            is_kept: status.kept.is_some(),
            dir,
            preset,
        }
    }
}

impl Status {
    fn echo_counts(&self) -> Vec<EchoCount> {
        match &self.kept {
            Some(kept) => kept.echo.clone(),
            None => self.echo.iter().map(|lane| lane.counts()).collect(),
        }
    }
}

impl Rules {
    /// The rules that a launch asks for.
    pub(super) fn of(spec: &LaunchSpec) -> Self {
        let (hang, ready) = (&spec.lifecycle.hang, &spec.lifecycle.ready);
        let secs = |secs: u32| (secs > 0).then(|| Duration::from_secs(u64::from(secs)));
        let ready = match (ready.line.is_empty(), secs(ready.secs)) {
            (true, None) => ReadyRule::AtStart,
            (_, after) => ReadyRule::Later { after },
        };
        Self {
            patience: Duration::from_secs(u64::from(spec.stop_secs)),
            restart: spec.lifecycle.restart,
            hang: secs(hang.secs).map(|silence| (silence, hang.then)),
            ready,
        }
    }
}

/// A job as it is at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobView {
    pub id: JobId,
    /// How the job is called from outside, as in OSC addresses; unlike that of any other job on the list.
    pub outside_id: Arc<str>,
    pub name: Arc<str>,
    /// What the launcher gave to know it again by; the panel gives the preset's file.
    pub tag: Arc<str>,
    pub state: State,
    /// Which life of it this is, from 1; 0 as long as it waits for the first.
    pub run: u32,
    /// It will start once more when it has ended.
    pub runs_again: bool,
    /// How long the present run has lived, or had when it ended.
    pub elapsed: Duration,
    /// What became of its echo, target by target; none where nothing is echoed.
    pub echo: Vec<EchoCount>,
    /// The file that the present run's log is written to, if it is.
    pub log: Option<PathBuf>,
    /// It belongs to a keeper, and lives on when Sidestage closes.
    pub is_kept: bool,
    /// The folder that it works in.
    pub dir: Arc<Path>,
    /// The preset's file, where the job was launched to be kept: so one that was found again is known.
    pub preset: Option<Arc<Path>>,
}

impl JobView {
    /// Whether it would end if Sidestage closed now.
    #[must_use]
    pub fn ends_with_us(&self) -> bool {
        self.is_live() && !self.is_kept
    }

    /// Whether a process is there, or will be.
    #[must_use]
    pub fn is_live(&self) -> bool {
        !matches!(self.state, State::Ended(_))
    }
}

/// What an echo has done at one target in the present run, in datagrams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoCount {
    pub target: Target,
    pub sent: u64,
    /// Of those that were sent.
    pub bytes: u64,
    /// Lines that were skipped, because more came than the pace allows.
    pub dropped: u64,
    /// Not delivered, as far as the system tells.
    pub failed: u64,
}

/// All jobs, in the order of their launch.
pub(super) struct Board {
    jobs: Mutex<Vec<Arc<Job>>>,
    last_id: AtomicU64,
    change: Condvar,
    changes: Mutex<u64>,
    budget: Arc<Budget>,
    /// Told which job alerts; must not block.
    tell_alerts: Arc<dyn Fn(JobId) + Send + Sync>,
}

impl std::fmt::Debug for Board {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Board").field("jobs", &self.jobs).finish_non_exhaustive()
    }
}

impl Board {
    pub(super) fn new(tell_alerts: Arc<dyn Fn(JobId) + Send + Sync>) -> Self {
        Self {
            jobs: Mutex::default(),
            last_id: AtomicU64::new(0),
            change: Condvar::new(),
            changes: Mutex::default(),
            budget: Arc::default(),
            tell_alerts,
        }
    }

    pub(super) fn add(&self, spec: LaunchSpec, limits: Limits, wait: Option<Wait>) -> Arc<Job> {
        let id = JobId(self.last_id.fetch_add(1, Ordering::Relaxed) + 1);
        let console = Console::within(limits, &self.budget);
        let tell = Arc::clone(&self.tell_alerts);
        console.tell_alerts(move || tell(id));
        let wanted = if spec.id.is_empty() { preset_id(&spec.name) } else { spec.id.clone() };
        let mut jobs = lock(&self.jobs);
        let outside_id = free_job_id(&wanted, |id| jobs.iter().any(|job| *job.outside_id == *id));
        let job = Arc::new(Job::new((id, outside_id), spec, console, wait));
        jobs.push(Arc::clone(&job));
        job
    }

    /// What all consoles may keep together.
    pub(super) fn budget(&self) -> &Budget {
        &self.budget
    }

    pub(super) fn get(&self, id: JobId) -> Option<Arc<Job>> {
        lock(&self.jobs).iter().find(|job| job.id == id).cloned()
    }

    pub(super) fn all(&self) -> Vec<Arc<Job>> {
        lock(&self.jobs).clone()
    }

    pub(super) fn views(&self) -> Vec<JobView> {
        self.all().iter().map(|job| job.view()).collect()
    }

    pub(super) fn remove_ended(&self, id: JobId) {
        lock(&self.jobs).retain(|job| job.id != id || !job.has_ended());
    }

    /// Tells whoever waits on the board to look again.
    pub(super) fn changed(&self) {
        *lock(&self.changes) += 1;
        self.change.notify_all();
    }

    /// Waits until a job has ended for good, and says how; `None` if there is no such job.
    pub(super) fn wait_ended(&self, id: JobId) -> Option<Ending> {
        let mut changes = lock(&self.changes);
        loop {
            let job = self.get(id)?;
            let status = lock(&job.status);
            if let State::Ended(ending) = status.life.state()
                && status.ordered == 0
            {
                return Some(ending.clone());
            }
            drop(status);
            changes = self.change.wait(changes).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
    }
}
