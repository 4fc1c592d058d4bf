//! What presets are scheduled for: handed to the timer, and launched when it tells.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use eframe::egui::Context;
use jiff::Timestamp;

use super::App;
use super::library::Item;
use crate::engine::{Engine, JobId};
use crate::launch::{Launched, MOST_ENDED_BY_SCHEDULE, changed_note, missed_note, time_note};
use crate::model::{Occasion, counting, due_words, next_after, next_words};
use crate::timer::{Entry, Timer, Told};
use crate::ui::action::PresetKey;
use crate::ui::local_time::{local, zone};
use crate::ui::top_bar::Scheduled;
use crate::ui::widgets::Severity;
use crate::ui::worker::Purpose;

/// How many may come at once before the first is heard.
const WAITING: usize = 1024;

/// How many of a preset's next times the editor lists.
const SHOWN: usize = 5;

pub(super) struct Schedules {
    timer: Timer,
    told: Receiver<Told>,
    /// Why those are launched that are being looked at.
    notes: HashMap<PresetKey, String>,
    /// The jobs that came of it.
    launched: HashMap<PresetKey, Launched>,
    /// Of the open preset, in words.
    pub next: Vec<String>,
    pub standing: Option<Scheduled>,
    /// When each is launched next, in words.
    pub next_of: HashMap<PresetKey, String>,
}

impl Schedules {
    /// `wake` brings a frame when something is due.
    pub(super) fn new(wake: Arc<dyn Fn() + Send + Sync>) -> Self {
        let (sender, told) = sync_channel(WAITING);
        let tell = Arc::new(move |what| {
            // A panel that is so far behind has other troubles; the timer doesn't wait for it.
            let _ = sender.try_send(what);
            wake();
        });
        Self {
            timer: Timer::new(tell),
            told,
            notes: HashMap::new(),
            launched: HashMap::new(),
            next: Vec::new(),
            standing: None,
            next_of: HashMap::new(),
        }
    }

    /// Why this one is launched by itself.
    pub(super) fn note_of(&mut self, key: PresetKey) -> String {
        self.notes.remove(&key).unwrap_or_default()
    }

    /// It was launched by itself: what was so before and has ended leaves the list at last.
    pub(super) fn note_launched(&mut self, engine: &Engine, key: PresetKey, job: JobId) {
        self.launched.entry(key).or_default().note(engine, job, MOST_ENDED_BY_SCHEDULE);
    }
}

impl App {
    /// Launches what is due, and has the timer wait for what presets say now.
    pub(super) fn attend_schedules(&mut self, ctx: &Context) {
        let told: Vec<_> = self.schedules.told.try_iter().collect();
        for what in told {
            self.hear_timer(ctx, what);
        }
        let is_paused = self.settings.wanted.schedules_paused;
        let is_open = self.opening == super::Opening::Settled;
        // What is being edited counts once it is saved, and only as far as nothing is wrong with it.
        let scheduled = if is_open && !is_paused { self.scheduled() } else { Vec::new() };
        let entries = scheduled.into_iter().map(|(key, schedule)| Entry {
            key: key.0,
            schedule,
            dir: PathBuf::new(),
            tells_removals: false,
        });
        let set = self.schedules.timer.set(entries.collect());
        if let Err(error) = set {
            let what = format!("Nothing is launched by itself: the system gives no more threads or timers ({error}).");
            self.shell.toasts.tell_about(ctx, "schedules", Severity::Error, what);
        }
    }

    /// What counts here of each preset's schedule as it was saved; those of which nothing does are left out.
    fn scheduled(&self) -> Vec<(PresetKey, Vec<Occasion>)> {
        let counted = |item: &Item| {
            let saved = item.draft.saved.as_ref().filter(|saved| !saved.schedule.is_empty())?;
            let schedule = counting(&saved.schedule, (&self.library.dir_of_item(item), &self.library.names));
            (!schedule.is_empty()).then_some((item.draft.key, schedule))
        };
        self.library.items.iter().filter_map(counted).collect()
    }

    fn hear_timer(&mut self, ctx: &Context, what: Told) {
        let (key, note) = match what {
            Told::Time(key, at) => (key, time_note(at)),
            Told::Changed(key, path) => (key, changed_note(&path)),
            Told::Missed(key, count, latest) => {
                let name = self.name_of(PresetKey(key));
                self.shell.toasts.add(ctx, Severity::Warning, missed_note(&name, count, latest));
                return;
            }
            Told::Trouble(key, why) => {
                let name = self.name_of(PresetKey(key));
                let what = format!("“{name}” is not launched by a change. {why}");
                self.shell.toasts.add(ctx, Severity::Warning, what);
                return;
            }
        };
        let key = PresetKey(key);
        // What was paused or quit in the meantime starts nothing.
        if self.settings.wanted.schedules_paused || self.quitting != super::Quitting::No {
            return;
        }
        self.schedules.notes.insert(key, note);
        self.launch(ctx, key, Purpose::Scheduled);
    }

    fn name_of(&self, key: PresetKey) -> String {
        self.library.get(key).map(|item| item.draft.edited.name.clone()).unwrap_or_default()
    }

    /// What the top bar and the editor say of it; with each frame, for it is little. The editor lists what its page says,
    /// saved or not.
    pub(super) fn gather_schedules(&mut self) {
        let (now, zone) = (Timestamp::now(), zone());
        let scheduled = self.scheduled();
        let is_paused = self.settings.wanted.schedules_paused;
        let times = scheduled.iter().map(|(key, schedule)| (*key, next_after(schedule, now, zone)));
        let times: Vec<_> = times.filter(|_| !is_paused).collect();
        let next = times.iter().filter_map(|(_, at)| *at).min();
        let words = |at: Option<Timestamp>| next_words(at.map(local), local(now));
        self.schedules.next_of = times.into_iter().map(|(key, at)| (key, words(at))).collect();
        let standing = match scheduled.first() {
            None => None,
            Some(_) if is_paused => Some(Scheduled::Paused),
            Some(_) => Some(next.map_or(Scheduled::OnChange, Scheduled::Next)),
        };
        let open =
            self.selected.and_then(|key| self.library.get(key)).map(|item| item.draft.edited.schedule.as_slice());
        let mut from = now;
        let mut moments = Vec::new();
        while let Some(at) = next_after(open.unwrap_or_default(), from, zone).filter(|_| moments.len() < SHOWN) {
            moments.push(due_words(local(at), local(now)));
            from = at;
        }
        (self.schedules.next, self.schedules.standing) = (moments, standing);
    }
}
