//! The files and folders that schedules watch, by the system's own notices; and how long each was left alone.
//!
//! What isn't there yet is waited for in the nearest folder above it that is; when it comes, what lies in it counts as
//! changed. That something goes is no change.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use notify::event::ModifyKind;
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::watched::Watch;
use super::{Entry, Key};

/// How many notices may wait. More says only that there is more: the quiet begins anew with each anyway.
const NOTICES: usize = 1024;

/// How often it is looked again whether what is watched is still the right folder; others may make some meanwhile.
const LOOKS: usize = 16;

/// A change that isn't over yet.
#[derive(Default)]
struct Pending {
    /// Each with its turn; the last is the latest.
    paths: HashMap<PathBuf, usize>,
    turn: usize,
    quiet_at: Option<Instant>,
}

/// What the system said.
struct Notice {
    path: PathBuf,
    /// It was removed, or has another name: it may be another one that has this name now.
    is_going: bool,
}

pub(super) struct Files {
    ring: Arc<dyn Fn() + Send + Sync>,
    watches: Vec<Watch>,
    /// By the index of the watch.
    pending: HashMap<usize, Pending>,
    watcher: Option<RecommendedWatcher>,
    /// The folders that it watches; to watch one again would lose what is told meanwhile.
    watched: BTreeSet<PathBuf>,
    notices: Option<Receiver<Notice>>,
}

impl Files {
    /// `ring` is called when there is something new.
    pub(super) fn new(ring: Arc<dyn Fn() + Send + Sync>) -> Self {
        Self {
            ring,
            watches: Vec::new(),
            pending: HashMap::new(),
            watcher: None,
            watched: BTreeSet::new(),
            notices: None,
        }
    }

    /// Watches what these want, and nothing else; a change of what was wanted before, too, goes on being one. Answers with
    /// what can't be watched, as sentences.
    pub(super) fn watch(&mut self, entries: &[Entry]) -> Vec<(Key, String)> {
        self.hear(Instant::now());
        self.watcher = None;
        self.watched.clear();
        self.notices = None;
        let before = std::mem::replace(&mut self.watches, entries.iter().flat_map(Watch::of).collect());
        let mut pending = std::mem::take(&mut self.pending);
        let carried = |(index, watch): (usize, &Watch)| {
            let was = before.iter().position(|known| known.wants_the_same_as(watch))?;
            Some((index, pending.remove(&was)?))
        };
        self.pending = self.watches.iter().enumerate().filter_map(carried).collect();
        let Some(first) = self.watches.first() else { return Vec::new() };
        let (sender, notices) = sync_channel(NOTICES);
        match self.watcher(sender) {
            Ok(watcher) => self.watcher = Some(watcher),
            Err(error) => return vec![(first.key, format!("Files can't be watched: {error}."))],
        }
        self.notices = Some(notices);
        let mut troubles = Vec::new();
        for index in 0..self.watches.len() {
            let error = self.settle(index);
            let watch = &self.watches[index];
            troubles.extend(watch.trouble(error.as_ref()).map(|trouble| (watch.key, trouble)));
        }
        troubles
    }

    fn watcher(&self, sender: SyncSender<Notice>) -> notify::Result<RecommendedWatcher> {
        let ring = Arc::clone(&self.ring);
        notify::recommended_watcher(move |event: notify::Result<Event>| {
            let Ok(event) = event else { return };
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            let is_going = matches!(event.kind, EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
            for path in event.paths {
                let _ = sender.try_send(Notice { path, is_going });
            }
            ring();
        })
    }

    /// Has the system watch the folder that is the right one now.
    fn settle(&mut self, index: usize) -> Option<notify::Error> {
        let (watch, watcher) = (self.watches.get_mut(index)?, self.watcher.as_mut()?);
        for _ in 0..LOOKS {
            let mut error = None;
            if !self.watched.contains(&watch.at) {
                error = watcher.watch(&watch.at, RecursiveMode::NonRecursive).err();
                if error.is_none() {
                    self.watched.insert(watch.at.clone());
                }
            }
            // What came before the watching began was told to nobody.
            if !watch.look() {
                return error;
            }
        }
        None
    }

    /// Watches for these what is there now; what came counts as changed.
    fn follow(&mut self, moved: &BTreeSet<usize>, now: Instant) {
        let left: BTreeSet<PathBuf> = moved.iter().map(|index| self.watches[*index].at.clone()).collect();
        for index in moved {
            self.watches[*index].look();
        }
        let stays = |folder: &PathBuf| {
            let mut others = self.watches.iter().enumerate().filter(|(index, _)| !moved.contains(index));
            others.any(|(_, watch)| watch.at == *folder)
        };
        let left: Vec<_> = left.iter().filter(|folder| !stays(folder)).collect();
        // Windows doesn't tell that a watched folder goes, so there it is another one that is watched besides: what the
        // first one tells further on concerns nobody. To let go of it means to wait there, and for ever under Wine.
        if let Some(watcher) = self.watcher.as_mut().filter(|_| !cfg!(windows)) {
            // One that is gone isn't watched any more, and that is fine.
            for folder in left {
                let _ = watcher.unwatch(folder);
                self.watched.remove(folder);
            }
        }
        for index in moved {
            if let Some(error) = self.settle(*index) {
                tracing::warn!("{} can't be watched: {error}", self.watches[*index].at.display());
            }
        }
        for index in moved {
            for path in self.watches[*index].present() {
                self.note(*index, path, now);
            }
        }
    }

    fn note(&mut self, index: usize, path: PathBuf, now: Instant) {
        let pending = self.pending.entry(index).or_default();
        pending.turn += 1;
        pending.paths.insert(path, pending.turn);
        pending.quiet_at = Some(now + self.watches[index].quiet);
    }

    /// Takes in what the system said.
    fn hear(&mut self, now: Instant) {
        let notices: Vec<_> = self.notices.iter().flat_map(|notices| notices.try_iter()).collect();
        let is_moved = |watch: &Watch| notices.iter().any(|notice| watch.is_moved(&notice.path, notice.is_going));
        let moved: BTreeSet<_> = (0..self.watches.len()).filter(|index| is_moved(&self.watches[*index])).collect();
        if !moved.is_empty() {
            self.follow(&moved, now);
        }
        for notice in notices {
            for index in 0..self.watches.len() {
                if self.watches[index].concerns(&notice.path) {
                    self.note(index, notice.path.clone(), now);
                }
            }
        }
    }

    /// What was left alone for as long as it should be.
    pub(super) fn quiet(&mut self, now: Instant) -> Vec<(Key, PathBuf)> {
        self.hear(now);
        let is_over = |pending: &Pending| pending.quiet_at.is_none_or(|at| at <= now);
        let over: Vec<_> =
            self.pending.iter().filter(|(_, pending)| is_over(pending)).map(|(index, _)| *index).collect();
        let latest = |index: usize| {
            let watch = &self.watches[index];
            let changed = self.pending.remove(&index)?.paths.into_iter();
            let (path, _) = changed.filter(|(path, _)| watch.counts(path)).max_by_key(|(_, turn)| *turn)?;
            Some((watch.key, path))
        };
        over.into_iter().filter_map(latest).collect()
    }

    /// When the next change may be over.
    pub(super) fn next_quiet(&self) -> Option<Instant> {
        self.pending.values().filter_map(|pending| pending.quiet_at).min()
    }
}
