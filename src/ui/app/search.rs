//! The searches in the open consoles: started as a person types, and kept up with what comes by looking at them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::App;
use super::wakes::Wakes;
use crate::engine::{JobId, Query, Search, Searched, Searcher};
use crate::ui::console_search::Hits;

/// A search in each console that is searched, or why its query can't be searched for.
pub(super) struct Searches {
    searcher: Arc<Searcher>,
    running: HashMap<JobId, Running>,
}

/// What is searched for, and what comes of it.
struct Running {
    query: Query,
    search: Result<Arc<Search>, String>,
}

impl Searches {
    pub(super) fn start(wakes: &Wakes) -> std::io::Result<Self> {
        let wakes = wakes.clone();
        let searcher = Arc::new(Searcher::start(Arc::new(move || wakes.all()))?);
        Ok(Self { searcher, running: HashMap::new() })
    }

    /// For a window that looks by itself.
    pub(super) fn searcher(&self) -> Arc<Searcher> {
        Arc::clone(&self.searcher)
    }

    /// Searches for this from now on in a job's console, or for nothing.
    pub(super) fn set<T: Searched + 'static>(&mut self, job: JobId, console: Option<Arc<T>>, query: Option<Query>) {
        match (console, query) {
            (Some(console), Some(query)) => {
                let search = self.searcher.search(console, &query);
                self.running.insert(job, Running { query, search });
            }
            (None, _) | (_, None) => {
                self.running.remove(&job);
            }
        }
    }

    /// What is searched for in a job's console.
    pub(super) fn query(&self, job: JobId) -> Option<Query> {
        self.running.get(&job).map(|running| running.query.clone())
    }

    /// The search in a console. It goes on only when it is looked at.
    pub(super) fn get(&self, job: JobId) -> Option<Result<Arc<Search>, String>> {
        self.running.get(&job).map(|running| running.search.clone())
    }

    /// Ends the searches in consoles that were closed.
    pub(super) fn keep_only(&mut self, open: &[JobId]) {
        self.running.retain(|job, _| open.contains(job));
    }
}

impl App {
    /// Searches for this from now on in a console, of one job or of several, or for nothing.
    pub(super) fn search(&mut self, id: JobId, query: Option<Query>) {
        match self.together.merged(id) {
            Some(merged) => self.searches.set(id, Some(merged), query),
            None => self.searches.set(id, self.engine.console(id), query),
        }
    }
}

impl Hits for Search {
    fn is_of(&self, query: &Query) -> bool {
        self.query() == query
    }

    fn hits(&self) -> Range<u64> {
        self.hits()
    }

    fn is_cut(&self) -> bool {
        self.is_cut()
    }

    fn row_of(&self, hit: u64) -> Option<u64> {
        self.row_of(hit)
    }

    fn hit_from(&self, row: u64) -> u64 {
        self.hit_from(row)
    }

    fn is_under_way(&self) -> bool {
        self.is_under_way()
    }

    fn marks(&self, rows: Range<u64>, slots: u32) -> Vec<u32> {
        self.marks(rows, slots)
    }

    fn places(&self, text: &str) -> Vec<Range<usize>> {
        self.places(text)
    }
}
