//! Which consoles are open, by what their places are remembered, and what of them somebody has seen.

use std::collections::{HashMap, HashSet};

use eframe::egui::{Context, ViewportCommand};

use super::App;
use super::together::Views;
use super::windows::viewport_of;
use crate::engine::{Console, JobId, JobView};

/// What was seen of the open consoles.
#[derive(Debug, Default)]
pub(super) struct Sight {
    /// The generation of each console when it was last in sight.
    seen: HashMap<JobId, u64>,
    /// The jobs whose output may wake a window.
    pub watched: HashSet<JobId>,
}

impl Sight {
    /// Notes that a console is in sight, or says whether it has something that wasn't. One that is hidden in a tab or
    /// below the edge wakes the window for its first new output, so that it can be marked, and then no more.
    pub(super) fn look(&mut self, job: JobId, console: &Console, is_in_sight: bool) -> bool {
        console.set_watched(true);
        let generation = console.generation();
        if is_in_sight {
            console.seen();
            self.seen.insert(job, generation);
            return false;
        }
        *self.seen.entry(job).or_insert(generation) != generation
    }

    /// Forgets consoles that were closed.
    pub(super) fn keep_only(&mut self, open: &[JobId]) {
        self.seen.retain(|job, _| open.contains(job));
    }
}

impl App {
    /// Opens a job's console, or brings it to the front where it is hidden behind others.
    pub(super) fn show_console(&mut self, ctx: &Context, job: JobId) {
        if self.windows.has(job) {
            ctx.send_viewport_cmd_to(viewport_of(job), ViewportCommand::Focus);
        } else if self.open_consoles.contains(&job) {
            self.shell.wall.show(job);
        } else {
            self.open_consoles.push(job);
        }
    }

    /// Tells the wall by what each console's place is remembered: its job's outside name, which is the same when the same
    /// presets are launched again.
    pub(super) fn name_places(&mut self, views: &[JobView]) {
        let open: HashSet<_> = self.open_consoles.iter().copied().collect();
        let views = views.iter().filter(|view| open.contains(&view.id));
        let places = views.map(|view| (view.id, view.outside_id.to_string()));
        let together = self.together.shown().map(|id| (id, Views::place_of(id)));
        self.shell.wall.places = places.chain(together).collect();
    }
}
