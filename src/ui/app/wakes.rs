//! Who is woken by what: each window that shows something of what came, and no other. The engine's threads ask here, and
//! so never wake a window by chance because it happens to be drawn at that moment.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use eframe::egui::{Context, ViewportId};

use super::OUTPUT_FRAME;
use crate::engine::{JobId, Wake};

/// How soon the list shows how far a job is whose console nobody sees: often enough for a bar, and next to nothing.
const BAR_FRAME: Duration = Duration::from_secs(1);

/// The windows, shared with whoever wakes them.
#[derive(Clone)]
pub(super) struct Wakes {
    ctx: Context,
    routes: Arc<Mutex<Routes>>,
}

/// Which windows show what.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Routes {
    /// Of the jobs whose output isn't, or isn't only, in the main window.
    pub of_jobs: HashMap<JobId, HashSet<ViewportId>>,
    /// All windows beside the main one.
    pub windows: HashSet<ViewportId>,
    /// The jobs of which the main window shows no more than how far they are.
    pub bars: HashSet<JobId>,
}

impl Routes {
    /// The windows that a job's output is shown in, and how soon they show it.
    fn of(&self, job: JobId) -> Vec<(ViewportId, Duration)> {
        let has_bar = self.bars.contains(&job);
        let windows = self.of_jobs.get(&job).into_iter().flatten().copied();
        let main = match (has_bar, self.of_jobs.contains_key(&job)) {
            (true, _) => Some((ViewportId::ROOT, BAR_FRAME)),
            (false, true) => None,
            (false, false) => Some((ViewportId::ROOT, OUTPUT_FRAME)),
        };
        let windows = windows.filter(|window| !has_bar || *window != ViewportId::ROOT);
        windows.map(|window| (window, OUTPUT_FRAME)).chain(main).collect()
    }
}

impl Wakes {
    pub(super) fn new(ctx: &Context) -> Self {
        Self { ctx: ctx.clone(), routes: Arc::default() }
    }

    fn routes(&self) -> MutexGuard<'_, Routes> {
        self.routes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, routes: Routes) {
        *self.routes() = routes;
    }

    /// The engine has something to tell.
    pub(super) fn engine(&self, wake: Wake) {
        match wake {
            // Whichever window shows the job: it is the main one that marks it, and calls who is away.
            Wake::State | Wake::Alert(_) => self.main(),
            Wake::Output(job) => {
                let windows = self.routes().of(job);
                for (window, delay) in windows {
                    self.ctx.request_repaint_after_for(delay, window);
                }
            }
        }
    }

    /// The main window has something to do.
    pub(super) fn main(&self) {
        self.ctx.request_repaint_of(ViewportId::ROOT);
    }

    /// Something got on that any window may show.
    pub(super) fn all(&self) {
        let windows: Vec<_> = self.routes().windows.iter().copied().collect();
        for window in windows.into_iter().chain([ViewportId::ROOT]) {
            self.ctx.request_repaint_after_for(OUTPUT_FRAME, window);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_wakes_the_windows_that_show_it() {
        let window = ViewportId::from_hash_of("window");
        let of_jobs = [(JobId(1), HashSet::from([window])), (JobId(2), HashSet::from([window, ViewportId::ROOT]))];
        let routes = Routes { of_jobs: of_jobs.into(), windows: HashSet::from([window]), bars: HashSet::new() };
        assert_eq!(routes.of(JobId(1)), [(window, OUTPUT_FRAME)]);
        assert_eq!(routes.of(JobId(2)).len(), 2);
        assert_eq!(routes.of(JobId(3)), [(ViewportId::ROOT, OUTPUT_FRAME)]);
    }

    #[test]
    fn what_is_only_a_bar_in_the_list_wakes_the_main_window_once_in_a_while() {
        let window = ViewportId::from_hash_of("window");
        let of_jobs = [(JobId(1), HashSet::from([window])), (JobId(2), HashSet::from([ViewportId::ROOT]))];
        let bars = HashSet::from([JobId(1), JobId(2), JobId(3)]);
        let routes = Routes { of_jobs: of_jobs.into(), windows: HashSet::from([window]), bars };
        assert_eq!(routes.of(JobId(1)), [(window, OUTPUT_FRAME), (ViewportId::ROOT, BAR_FRAME)]);
        assert_eq!(routes.of(JobId(2)), [(ViewportId::ROOT, BAR_FRAME)], "its console lies behind another");
        assert_eq!(routes.of(JobId(3)), [(ViewportId::ROOT, BAR_FRAME)], "it has no console");
    }
}
