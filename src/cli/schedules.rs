//! Schedules of presets in `sidestage serve`: the same timer as the panel's, over a folder that is read anew when a preset
//! in it has changed.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use super::{complain, due};
use crate::discover;
use crate::engine::Engine;
use crate::launch::{Launched, MOST_ENDED_BY_SCHEDULE, Places, changed_note, free_name, missed_note, time_note};
use crate::model::{Occasion, QuietSecs, counting, problems_in_words};
use crate::remote::{Offer, offers_of};
use crate::timer::{Entry, Key, Timer, Told};

/// The folder itself; the keys of presets are counted from 0.
const FOLDER: Key = Key::MAX;

/// How many may come at once before the first is heard.
const WAITING: usize = 1024;

pub(super) struct Schedules {
    dir: PathBuf,
    timer: Timer,
    told: Receiver<Told>,
    offers: Vec<(Key, Offer)>,
    /// What was told of a preset before the folder was read anew is still that preset's.
    keys: HashMap<PathBuf, Key>,
    /// The jobs that came of it.
    launched: HashMap<Key, Launched>,
}

impl Schedules {
    /// Begins to wait; `waker` is rung when something is due.
    pub(super) fn start(dir: PathBuf, waker: SyncSender<()>) -> Result<Self, String> {
        let (sender, told) = sync_channel(WAITING);
        let tell = Arc::new(move |what| {
            let _ = sender.try_send(what);
            let _ = waker.try_send(());
        });
        let timer = Timer::new(tell);
        let (keys, launched) = (HashMap::new(), HashMap::new());
        let mut schedules = Self { dir, timer, told, offers: Vec::new(), keys, launched };
        schedules.read()?;
        Ok(schedules)
    }

    /// Waits for what the presets say now.
    fn read(&mut self) -> Result<(), String> {
        let offers = offers_of(&self.dir)?;
        self.offers = offers.into_iter().map(|offer| (self.key_of(&offer), offer)).collect();
        let (path, files) = (String::new(), "*.ron".to_owned());
        let folder = Occasion::Changed { on: true, path, files, quiet_secs: QuietSecs(1) };
        let folder = Entry { key: FOLDER, schedule: vec![folder], dir: self.dir.clone(), tells_removals: true };
        let of = |(key, offer): &(Key, Offer)| Entry {
            key: *key,
            schedule: counting(&offer.preset.schedule, (&offer.dir, &offer.names)),
            dir: PathBuf::new(),
            tells_removals: false,
        };
        let entries = self.offers.iter().map(of).chain([folder]).collect();
        self.timer.set(entries).map_err(|error| format!("Nothing is launched by itself: {error}."))
    }

    fn key_of(&mut self, offer: &Offer) -> Key {
        let next = Key::try_from(self.keys.len()).unwrap_or(FOLDER - 1);
        *self.keys.entry(offer.file.clone().unwrap_or_default()).or_insert(next)
    }

    /// What is scheduled, in words for the start.
    pub(super) fn first_words(&self) -> Option<String> {
        due::first_words(
            self.offers.iter().map(|(_, offer)| (&offer.preset, offer.file.as_deref().unwrap_or(&offer.dir))),
        )
    }

    /// Launches what is due.
    pub(super) fn attend(&mut self, engine: &Engine, places: &Places) {
        let told: Vec<_> = self.told.try_iter().collect();
        for what in told {
            match what {
                Told::Changed(FOLDER, _) => self.read().unwrap_or_else(|why| complain(&why)),
                Told::Time(key, at) => self.launch(key, engine, places, time_note(at)),
                Told::Changed(key, path) => self.launch(key, engine, places, changed_note(&path)),
                Told::Missed(key, count, latest) => complain(&missed_note(&self.name_of(key), count, latest)),
                Told::Trouble(FOLDER, why) => complain(&format!("presets that change are not noticed. {why}")),
                Told::Trouble(key, why) => complain(&format!("“{}”: {why}", self.name_of(key))),
            }
        }
    }

    fn offer(&self, key: Key) -> Option<&Offer> {
        self.offers.iter().find(|(known, _)| *known == key).map(|(_, offer)| offer)
    }

    fn name_of(&self, key: Key) -> String {
        self.offer(key).map(|offer| offer.preset.name.clone()).unwrap_or_default()
    }

    fn launch(&mut self, key: Key, engine: &Engine, places: &Places, note: String) {
        let Some(offer) = self.offer(key) else { return };
        let name = &offer.preset.name;
        match discover::survey(&offer.preset, &offer.dir, &offer.names).invocation {
            Ok(invocation) => {
                let mut spec = places.spec(&offer.preset, offer.real_file.as_deref(), invocation);
                let taken: HashSet<String> = engine.jobs().into_iter().map(|view| view.name.to_string()).collect();
                spec.name = free_name(name, &taken);
                spec.tag.clone_from(&offer.tag);
                spec.note = note;
                let job = engine.launch(spec);
                self.launched.entry(key).or_default().note(engine, job, MOST_ENDED_BY_SCHEDULE);
            }
            Err(problems) => {
                let why = problems_in_words(&offer.preset, &problems);
                complain(&format!("“{name}” was not launched. {note} {why}"));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Preset;
    use crate::store::presets::{Expect, write};

    #[test]
    fn a_preset_is_told_of_by_the_same_key_whatever_comes_and_goes_before_it() {
        let dir = tempfile::tempdir().unwrap();
        let add = |file: &str, name: &str| write(&dir.path().join(file), &Preset::new(name), Expect::New).unwrap();
        add("b.ron", "B");
        add("c.ron", "C");
        let mut schedules = Schedules::start(dir.path().to_owned(), sync_channel(1).0).unwrap();
        let keys: Vec<_> = schedules.offers.iter().map(|(key, _)| *key).collect();
        add("a.ron", "A");
        std::fs::remove_file(dir.path().join("b.ron")).unwrap();
        schedules.read().unwrap();
        assert_eq!(keys.iter().map(|key| schedules.name_of(*key)).collect::<Vec<_>>(), ["", "C"]);
        let new = schedules.offers.iter().find(|(_, offer)| offer.preset.name == "A").unwrap().0;
        assert!(!keys.contains(&new), "and no key is given twice");
    }
}
