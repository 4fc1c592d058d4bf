//! Who is woken by what: each window that shows something of what came, and no other. The engine's threads ask here, and
//! so never wake a window by chance because it happens to be drawn at that moment.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eframe::egui::{Context, ViewportId};

use super::OUTPUT_FRAME;
use crate::engine::{JobId, Wake};

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
}

impl Routes {
    /// The windows that a job's output is shown in.
    fn of(&self, job: JobId) -> Vec<ViewportId> {
        self.of_jobs.get(&job).map_or_else(|| vec![ViewportId::ROOT], |windows| windows.iter().copied().collect())
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
                for window in windows {
                    self.ctx.request_repaint_after_for(OUTPUT_FRAME, window);
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
        let routes = Routes { of_jobs: of_jobs.into(), windows: HashSet::from([window]) };
        assert_eq!(routes.of(JobId(1)), [window]);
        assert_eq!(routes.of(JobId(2)).len(), 2);
        assert_eq!(routes.of(JobId(3)), [ViewportId::ROOT]);
    }
}
