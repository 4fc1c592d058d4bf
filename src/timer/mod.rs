//! Waits for what presets are scheduled for: times of day, and changes of files. What is due is told to whoever started it;
//! nothing is launched here.
//!
//! One thread waits for all, in the system: until the next moment, and for whoever rings. It is there only while something
//! is scheduled. On Linux the system wakes it when the wall clock says so, also after the machine slept and when the clock
//! was set. Elsewhere a wait ends by a clock that stands still in sleep, so it is looked at the wall clock twice a minute.

mod files;
#[cfg_attr(target_os = "linux", path = "wait_linux.rs")]
#[cfg_attr(not(target_os = "linux"), path = "wait_elsewhere.rs")]
mod wait;
mod watched;

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Instant;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::model::{Due, Occasion, due_between, next_after};
use files::Files;
use wait::Bell;

/// What a schedule belongs to, as its owner knows it.
pub type Key = u64;

/// A preset's schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: Key,
    pub schedule: Vec<Occasion>,
    /// Where its paths start: the folder of the preset's file, absolute.
    pub dir: PathBuf,
    /// It is also told that something of what it watches was removed.
    pub tells_removals: bool,
}

/// What has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// Launch it: its time has come.
    Time(Key, Timestamp),
    /// It would have been launched so often, while the machine slept or its clock was wrong; the latest was then.
    Missed(Key, u32, Timestamp),
    /// Launch it: this has changed, and is quiet.
    Changed(Key, PathBuf),
    /// What it is to watch can't be watched; a sentence.
    Trouble(Key, String),
}

/// Called from a thread of its own; must not block.
pub type Tell = Arc<dyn Fn(Told) + Send + Sync>;

/// The one that waits. Nothing is told any more when it is dropped.
pub struct Timer {
    tell: Tell,
    entries: Vec<Entry>,
    waiting: Option<Waiting>,
}

/// How far the times of one are looked through.
struct Looked {
    /// The latest moment that was looked at.
    until: Timestamp,
    /// The latest that was told to be launched.
    launched: Option<Timestamp>,
}

/// What was launched that is further ahead than this is of another day, which comes once more when the clock is right.
const SAME_DAY: SignedDuration = SignedDuration::from_hours(24);

struct Waiting {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    wanted: Mutex<Wanted>,
    bell: Bell,
}

#[derive(Default)]
struct Wanted {
    entries: Vec<Entry>,
    is_over: bool,
}

impl std::fmt::Debug for Timer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timer").field("entries", &self.entries).finish_non_exhaustive()
    }
}

impl Timer {
    #[must_use]
    pub fn new(tell: Tell) -> Self {
        Self { tell, entries: Vec::new(), waiting: None }
    }

    /// Waits for these from now on, and for nothing else; what was due before is not told. Without any nothing runs.
    ///
    /// # Errors
    /// The system gives no thread or timer.
    pub fn set(&mut self, entries: Vec<Entry>) -> std::io::Result<()> {
        let entries: Vec<_> = entries.into_iter().filter(|entry| entry.schedule.iter().any(Occasion::is_on)).collect();
        if self.entries == entries && self.waiting.is_some() != entries.is_empty() {
            return Ok(());
        }
        self.entries.clone_from(&entries);
        if entries.is_empty() {
            self.waiting = None;
            return Ok(());
        }
        if let Some(waiting) = &self.waiting {
            lock(&waiting.shared.wanted).entries = entries;
            waiting.shared.bell.ring();
            return Ok(());
        }
        self.waiting = Some(Waiting::start(entries, Arc::clone(&self.tell))?);
        Ok(())
    }
}

impl Waiting {
    fn start(entries: Vec<Entry>, tell: Tell) -> std::io::Result<Self> {
        let wanted = Mutex::new(Wanted { entries, is_over: false });
        let shared = Arc::new(Shared { wanted, bell: Bell::new()? });
        let theirs = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("schedules".to_owned()).spawn(move || work(&theirs, &tell))?;
        Ok(Self { shared, thread: Some(thread) })
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        lock(&self.shared.wanted).is_over = true;
        self.shared.bell.ring();
        // It calls its owner, which may be just what drops it.
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != std::thread::current().id()) {
            let _ = thread.join();
        }
    }
}

fn work(shared: &Arc<Shared>, tell: &Tell) {
    let bell = Arc::clone(shared);
    let mut files = Files::new(Arc::new(move || bell.bell.ring()));
    let mut entries: Vec<Entry> = Vec::new();
    let mut looked: HashMap<Key, Looked> = HashMap::new();
    loop {
        {
            let wanted = lock(&shared.wanted);
            if wanted.is_over {
                return;
            }
            if entries != wanted.entries {
                let before = std::mem::replace(&mut entries, wanted.entries.clone());
                drop(wanted);
                // Those that are as they were go on from where they are.
                let stays = |key: Key| before.iter().any(|known| known.key == key && entries.contains(known));
                looked.retain(|key, _| stays(*key));
                files.watch(&entries).into_iter().for_each(|(key, why)| tell(Told::Trouble(key, why)));
            }
        }
        let zone = TimeZone::system();
        let now = Timestamp::now();
        for entry in &entries {
            let looked = looked.entry(entry.key).or_insert(Looked { until: now, launched: None });
            tell_due(entry.key, looked.look(&entry.schedule, now, &zone), tell);
        }
        for (key, path) in files.quiet(Instant::now()) {
            tell(Told::Changed(key, path));
        }
        let from = |entry: &Entry| looked.get(&entry.key).map_or(now, |looked| looked.until);
        let next = entries.iter().filter_map(|entry| next_after(&entry.schedule, from(entry), &zone)).min();
        shared.bell.wait(next, files.next_quiet());
    }
}

impl Looked {
    /// What is due since the last look.
    ///
    /// A clock that is put back makes nothing due twice: what was launched is not launched again. But all else between now
    /// and then has yet to come, however far ahead the clock was, also what it said to be missed.
    fn look(&mut self, schedule: &[Occasion], now: Timestamp, zone: &TimeZone) -> Due {
        if now < self.until {
            let launched = self.launched.filter(|launched| launched.duration_since(now) < SAME_DAY);
            self.until = launched.map_or(now, |launched| launched.max(now));
        }
        let due = due_between(schedule, self.until, now, zone);
        self.until = self.until.max(now);
        self.launched = due.launch.or(self.launched);
        due
    }
}

fn tell_due(key: Key, due: Due, tell: &Tell) {
    if let Some(latest) = due.last_missed {
        tell(Told::Missed(key, due.missed, latest));
    }
    if let Some(at) = due.launch {
        tell(Told::Time(key, at));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
