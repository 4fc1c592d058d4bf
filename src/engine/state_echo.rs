//! How the jobs get on, told over OSC to whoever listens: each change at once and, because UDP loses, what holds once more
//! at an interval; and a sign of life of our own. A thread of its own does it, which is there only while that is wanted.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rosc::OscType;

use super::console::lock;
use super::echo::Target;
use super::echo::link::Link;
use super::job::{Board, JobView};
use super::lifecycle::State;
use super::state_word::state_word;
use crate::model::{HEARTBEAT_ADDRESS, ShowEcho, osc_message, osc_state_address};

/// Who is told how the jobs get on, and how often.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatePlan {
    pub target: Target,
    /// Until what holds is told once more; `None` for never.
    pub every: Option<Duration>,
    /// Between two signs of life; `None` for none.
    pub heartbeat: Option<Duration>,
}

impl StatePlan {
    /// What a show wants, if it wants it.
    #[must_use]
    pub fn of(show: &ShowEcho) -> Option<Self> {
        let target = Target::of(show.state_target()?)?;
        let secs = |secs: u32| (secs > 0).then(|| Duration::from_secs(u64::from(secs)));
        Some(Self { target, every: secs(show.state.every_secs), heartbeat: secs(show.state.heartbeat_secs) })
    }
}

/// Changes that may wait for the thread; it does nothing that takes long.
const INBOX: usize = 1024;

/// So many datagrams go together, and then a pause: a receiver that draws has not looked in between.
const AT_ONCE: usize = 32;
const PAUSE: Duration = Duration::from_millis(6);

/// The handle. Dropping it tells what there is still to tell, and ends the thread.
pub(super) struct StateEcho {
    board: Arc<Board>,
    now: Mutex<Option<Telling>>,
}

struct Telling {
    plan: StatePlan,
    changes: SyncSender<JobView>,
    thread: JoinHandle<()>,
}

impl StateEcho {
    pub(super) fn new(board: Arc<Board>) -> Self {
        Self { board, now: Mutex::new(None) }
    }

    /// From now on it is told so, or not at all.
    ///
    /// # Errors
    /// The system gives no thread.
    pub(super) fn set(&self, plan: Option<StatePlan>) -> std::io::Result<()> {
        let mut now = lock(&self.now);
        if now.as_ref().map(|telling| &telling.plan) == plan.as_ref() {
            return Ok(());
        }
        // The old thread ends by itself, for nobody has news for it any more.
        *now = None;
        let Some(plan) = plan else { return Ok(()) };
        let (changes, inbox) = sync_channel(INBOX);
        let teller = Teller {
            link: Link::new(plan.target.clone(), || {}),
            board: Arc::clone(&self.board),
            plan: plan.clone(),
            inbox,
            told: HashMap::new(),
            beats: 0,
        };
        let thread = std::thread::Builder::new().name("tell state".to_owned()).spawn(move || teller.work())?;
        *now = Some(Telling { plan, changes, thread });
        Ok(())
    }

    /// This is how a job is now.
    pub(super) fn tell(&self, view: impl FnOnce() -> JobView) {
        if let Some(telling) = lock(&self.now).as_ref() {
            // Where the inbox is full the interval tells it.
            let _ = telling.changes.try_send(view());
        }
    }

    /// Tells what there is still to tell.
    pub(super) fn finish(&self) {
        let Some(Telling { changes, thread, .. }) = lock(&self.now).take() else { return };
        drop(changes);
        if thread.join().is_err() {
            tracing::error!("the thread that tells states panicked");
        }
    }
}

struct Teller {
    link: Arc<Link>,
    board: Arc<Board>,
    plan: StatePlan,
    inbox: Receiver<JobView>,
    /// What was told last of each job.
    told: HashMap<String, Vec<u8>>,
    beats: i64,
}

impl Teller {
    fn work(mut self) {
        let start = Instant::now();
        let mut all_at = self.plan.every.map(|_| start);
        let mut beat_at = self.plan.heartbeat.map(|_| start);
        if all_at.is_none() {
            self.tell_all();
        }
        loop {
            let news = match all_at.into_iter().chain(beat_at).min() {
                Some(at) => self.inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
                None => self.inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            match news {
                Ok(view) => self.tell_change(&view),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => {
                    let now = Instant::now();
                    if beat_at.is_some_and(|at| at <= now) {
                        self.beat();
                        beat_at = self.plan.heartbeat.map(|gap| now + gap);
                    }
                    if all_at.is_some_and(|at| at <= now) {
                        self.tell_all();
                        all_at = self.plan.every.map(|gap| now + gap);
                    }
                }
            }
        }
    }

    fn tell_change(&mut self, view: &JobView) {
        let message = state_message(view);
        if self.told.get(&*view.outside_id) != Some(&message) {
            self.send(&message);
            self.told.insert(view.outside_id.to_string(), message);
        }
    }

    fn tell_all(&mut self) {
        let views = self.board.views();
        self.told.retain(|id, _| views.iter().any(|view| *view.outside_id == **id));
        for (index, view) in views.iter().enumerate() {
            if index > 0 && index % AT_ONCE == 0 {
                std::thread::sleep(PAUSE);
            }
            let message = state_message(view);
            self.send(&message);
            self.told.insert(view.outside_id.to_string(), message);
        }
    }

    fn beat(&mut self) {
        self.beats += 1;
        let live = self.board.views().iter().filter(|view| view.is_live()).count();
        let args = vec![OscType::Long(self.beats), OscType::Int(i32::try_from(live).unwrap_or(i32::MAX))];
        self.send(&osc_message(HEARTBEAT_ADDRESS, args));
    }

    fn send(&self, datagram: &[u8]) {
        // Nobody who has no console can be told of trouble; the log of the program is.
        if let Some(trouble) = self.link.send(datagram) {
            tracing::warn!("the state of the jobs: {trouble}");
        }
    }
}

/// State (s), exit code or -1 (i), run (i), preset or job's name (s), and 1 while a process is there (i).
fn state_message(view: &JobView) -> Vec<u8> {
    let code = match &view.state {
        State::Ended(ending) => ending.exit.status(),
        State::Waiting(_) | State::Starting { .. } | State::Running { .. } | State::Stopping { .. } => -1,
    };
    let is_there = matches!(view.state, State::Running { .. } | State::Stopping { .. });
    let args = vec![
        OscType::String(state_word(&view.state).to_owned()),
        OscType::Int(code),
        OscType::Int(i32::try_from(view.run).unwrap_or(i32::MAX)),
        OscType::String(view.name.replace('\0', "\u{fffd}")),
        OscType::Int(i32::from(is_there)),
    ];
    osc_message(&osc_state_address(&view.outside_id), args)
}
