//! The supervisor's part in jobs that are kept running: it starts their keepers, passes wishes on to them, and shows
//! what they tell. How a kept job lives is decided by its keeper, which has an engine of its own for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::console::lock;
use super::exit::Exit;
use super::job::{Job, JobId, Kept};
use super::keep::{self, Contact, Launch, Post, Record, Report, Start, Status, Wish};
use super::lifecycle::{Ending, Input, Rules, State};
use super::supervisor::{Message, Supervisor, exited};
use super::{LaunchSpec, Wake};

/// A kept job as the supervisor has it.
pub(super) struct Keeping {
    contact: Contact,
    /// Tells this contact's reports from those of an earlier one.
    number: u64,
    /// The keeper has the job, which lives on without us.
    is_handed_over: bool,
    /// The operator has asked it to stop, or to run again.
    is_end_wanted: bool,
}

/// More than anybody pastes; it must fit into a wish.
const MAX_TYPED_BYTES: usize = 2 * 1024 * 1024;

static CONTACTS: AtomicU64 = AtomicU64::new(0);

/// How a kept job ends of which its keeper could not tell the end.
const UNKNOWN: Exit = Exit::Code(-1);

impl Supervisor {
    pub(super) fn is_kept(&self, id: JobId) -> bool {
        self.kept.contains_key(&id)
    }

    /// Whether this job keeps us from ending no longer: its keeper has it, or takes too long.
    pub(super) fn may_leave(&self, id: JobId) -> bool {
        self.kept.get(&id).is_some_and(|keeping| keeping.is_handed_over || self.let_go_by.is_none())
    }

    pub(super) fn wish(&self, id: JobId, wish: Wish) {
        if let Some(keeping) = self.kept.get(&id)
            && !keeping.contact.wish(wish)
            && let Some(job) = self.board.get(id)
        {
            job.console.notice("Its keeper takes no more orders just now; try again, or kill the job.");
        }
    }

    /// Passes on what was typed for a job that is to be kept, or is said to be and couldn't.
    pub(super) fn type_line(&self, id: JobId, text: String) {
        let Some(job) = self.board.get(id) else { return };
        let typed = if !self.is_kept(id) {
            job.console.feed().and_then(|feed| feed.put_lines(&text))
        } else if text.len() > MAX_TYPED_BYTES {
            Err("Nothing was sent: that is more at once than a job that is kept running takes.".to_owned())
        } else {
            self.wish(id, Wish::Line(text));
            Ok(())
        };
        if let Err(why) = typed
            && !why.is_empty()
            && job.console.notice(&why)
        {
            (self.wake)(Wake::Output(id));
        }
    }

    /// The same for the end of the input.
    pub(super) fn end_input(&self, id: JobId) {
        if self.is_kept(id) {
            self.wish(id, Wish::EndInput);
        } else if let Some(feed) = self.board.get(id).and_then(|job| job.console.feed().ok()) {
            feed.end();
        }
    }

    /// Starts a job's keeper, where the job is to be kept and can be.
    pub(super) fn start_kept(&mut self, job: &Arc<Job>, spec: &LaunchSpec) -> bool {
        lock(&job.status).kept = None;
        let Some(plan) = &spec.keep else { return false };
        let Some(program) = self.program.clone() else {
            job.console.notice("It ends when Sidestage closes: without Sidestage's own program nobody can keep it.");
            return false;
        };
        let launch = Box::new(Launch::of(spec, plan, lock(&job.status).run.number, self.number));
        self.begin(job, Start::New { program, launch });
        true
    }

    /// Takes up with the keeper of a job that is on the board.
    pub(super) fn adopt(&mut self, job: &Arc<Job>, record: Box<Record>) {
        // What the record says holds until the keeper says more; one that hangs never does.
        if let Some(process) = record.job {
            let since = Duration::try_from(Timestamp::now().duration_since(record.since)).unwrap_or_default();
            lock(&job.status).run.started = Instant::now().checked_sub(since);
            let state = State::Running { pid: process.pid, is_ready: false, is_stalled: false };
            self.apply(job, Input::Mirrored(state));
        }
        self.begin(job, Start::Found(record));
    }

    fn begin(&mut self, job: &Arc<Job>, start: Start) {
        let number = CONTACTS.fetch_add(1, Ordering::Relaxed);
        let (sender, wake, id) = (self.sender.clone(), Arc::clone(&self.wake), job.id);
        let post = Post {
            console: Arc::clone(&job.console),
            wake: Arc::new(move || wake(Wake::Output(id))),
            report: Box::new(move |report| {
                // The supervisor may have ended; the keeper needs none.
                let _ = sender.send(Message::Kept { job: id, contact: number, report });
            }),
        };
        let (name, patience) =
            job.look_at_spec(|spec| (spec.name.clone(), Duration::from_secs(u64::from(spec.stop_secs))));
        match keep::begin(start, &name, patience, post) {
            Ok(contact) => {
                lock(&job.status).kept = Some(Kept::default());
                self.kept.insert(id, Keeping { contact, number, is_handed_over: false, is_end_wanted: false });
            }
            Err(error) => {
                let why = format!("The system gives no more threads ({error}); stop some jobs and try again.");
                job.console.notice(&why);
                self.apply(job, exited(Exit::CouldNotStart(why)));
            }
        }
    }

    pub(super) fn hear_keeper(&mut self, id: JobId, contact: u64, report: Report) {
        let Some(job) = self.board.get(id) else { return };
        let Some(keeping) = self.kept.get_mut(&id).filter(|keeping| keeping.number == contact) else { return };
        match report {
            Report::Kept => keeping.is_handed_over = true,
            Report::Welcome(launch) => take_spec(&job, &launch),
            Report::Status(status) => self.mirror(&job, &status),
            Report::NotKept(why) => {
                job.console.notice(&why);
                self.end_kept(&job, exited(Exit::CouldNotStart(why)));
            }
            Report::Lost if keeping.is_end_wanted => {
                let ending = Ending { exit: UNKNOWN, stopped: true };
                self.end_kept(&job, Input::Mirrored(State::Ended(ending)));
            }
            Report::Lost => self.end_kept(&job, exited(UNKNOWN)),
        }
    }

    /// Shows what the keeper shows.
    fn mirror(&mut self, job: &Arc<Job>, status: &Status) {
        let now = Instant::now();
        let state = status.state();
        let has_ended = matches!(state, State::Ended(_));
        job.console.set_takes_lines_there(status.takes_input && !has_ended);
        {
            let mut shown = lock(&job.status);
            let lived = Duration::from_millis(status.elapsed_millis);
            shown.run.number = status.run;
            shown.run.started = now.checked_sub(lived).filter(|_| status.has_started);
            shown.run.ended = status.is_over.then_some(now);
            shown.kept = Some(Kept { echo: status.echo(), log: status.log() });
        }
        if has_ended {
            self.end_kept(job, Input::Mirrored(state));
        } else {
            self.apply(job, Input::Mirrored(state));
        }
    }

    /// There is no keeper any more.
    fn end_kept(&mut self, job: &Arc<Job>, input: Input) {
        self.kept.remove(&job.id);
        job.console.set_takes_lines_there(false);
        self.apply(job, input);
    }

    /// What is to be done with a kept job is its keeper's to do. Answers with what is still for us.
    pub(super) fn divert(&mut self, job: &Job, input: Input) -> Option<Input> {
        if !self.is_kept(job.id) {
            return Some(input);
        }
        let again = matches!(input, Input::Again { .. });
        match input {
            Input::Stop { .. } => self.wish(job.id, Wish::Stop),
            Input::Kill { .. } => self.wish(job.id, Wish::Kill),
            Input::Again { .. } => {
                // It is asked already, and asking twice would kill it.
                let is_stopping = matches!(lock(&job.status).life.state(), State::Stopping { .. });
                if !is_stopping {
                    self.wish(job.id, Wish::Stop);
                }
            }
            Input::Go => {
                self.wish(job.id, Wish::Go);
                return None;
            }
            Input::Mirrored(_) | Input::Exited { .. } => return Some(input),
            Input::Spawned { .. }
            | Input::Ready
            | Input::Alive
            | Input::Never(_)
            | Input::NoMore
            | Input::Tick { .. } => return None,
        }
        lock(&job.status).life.set_again(again);
        if let Some(keeping) = self.kept.get_mut(&job.id) {
            keeping.is_end_wanted = true;
        }
        None
    }
}

/// A job that was found again is launched again as it was.
fn take_spec(job: &Job, launch: &Launch) {
    job.change_spec(|spec| {
        if spec.invocation.program.as_os_str().is_empty() {
            let found = launch.spec(true);
            *spec = LaunchSpec { tag: spec.tag.clone(), ..found };
            lock(&job.status).life.rules = Rules::of(spec);
        }
    });
}
