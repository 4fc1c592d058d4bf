//! The searches in the open consoles: started as a person types, and kept up with what comes by looking at them.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use eframe::egui::Context;

use super::OUTPUT_FRAME;
use crate::engine::{Console, JobId, Query, Search, Searcher};
use crate::ui::console_search::Hits;

/// A search in each console that is searched, or why its query can't be searched for.
pub(super) struct Searches {
    searcher: Searcher,
    running: HashMap<JobId, Result<Arc<Search>, String>>,
}

impl Searches {
    pub(super) fn start(ctx: &Context) -> std::io::Result<Self> {
        let ctx = ctx.clone();
        let searcher = Searcher::start(Arc::new(move || ctx.request_repaint_after(OUTPUT_FRAME)))?;
        Ok(Self { searcher, running: HashMap::new() })
    }

    /// Searches for this from now on in a job's console, or for nothing.
    pub(super) fn set(&mut self, job: JobId, console: Option<Arc<Console>>, query: Option<Query>) {
        match (console, query) {
            (Some(console), Some(query)) => {
                self.running.insert(job, self.searcher.search(console, &query));
            }
            (None, _) | (_, None) => {
                self.running.remove(&job);
            }
        }
    }

    /// The search in a job's console, which is looked at and so goes on.
    pub(super) fn look(&self, job: JobId) -> Option<Result<Arc<Search>, String>> {
        let search = self.running.get(&job)?;
        if let Ok(search) = search {
            self.searcher.look(search);
        }
        Some(search.clone())
    }

    /// Ends the searches in consoles that were closed.
    pub(super) fn keep_only(&mut self, open: &[JobId]) {
        self.running.retain(|job, _| open.contains(job));
    }
}

impl Hits for Search {
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
