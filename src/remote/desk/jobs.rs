//! Which jobs and presets somebody means, what is told of them, and their stop. Nothing here looks into a preset's files.

use super::{Desk, lock};
use crate::engine::{Exit, JobView, State, state_word};
use crate::remote::answer::{MAX_ROWS, Row};
use crate::remote::shelf::{Offer, find};
use crate::remote::shown;

impl Desk {
    /// The ID that somebody means, where it is known without looking into files.
    fn known_id(&self, who: &str) -> Option<String> {
        find(&self.shelf.last()?, who).ok().map(Offer::id)
    }

    /// The same word for the same preset, however it was called.
    pub(super) fn meant(&self, who: &str) -> String {
        self.known_id(who).unwrap_or_else(|| who.to_owned())
    }

    /// The jobs that are called so: all of a preset by its ID or name, one by its own ID.
    pub(super) fn jobs(&self, views: Vec<JobView>, who: &str) -> Result<Vec<JobView>, String> {
        let id = self.known_id(who);
        let is_of_it = |view: &JobView| {
            let wanted = id.as_deref().unwrap_or(who);
            *view.outside_id == *who || stem(&view.outside_id) == wanted
        };
        let jobs: Vec<_> = views.into_iter().filter(is_of_it).collect();
        if jobs.is_empty() && id.is_none() {
            self.shelf.known()?;
            return Err(format!(
                "There is neither a preset nor a job “{}”; “list” and “status” name them.",
                shown(who, 80)
            ));
        }
        Ok(jobs)
    }

    pub(super) fn status(&self, who: &str) -> Result<Vec<Row>, String> {
        let views = self.engine()?.jobs();
        let views = if who.is_empty() { views } else { self.jobs(views, who)? };
        Ok(views.iter().take(MAX_ROWS).map(row).collect())
    }

    /// Asks jobs to stop. What stops already isn't asked again, for that would kill it: datagrams may come twice.
    pub(super) fn stop(&self, who: &str) -> Result<String, String> {
        let meant = self.meant(who);
        let taken_back = lock(&self.pending).take_back(&meant);
        let engine = self.engine()?;
        let jobs = match self.jobs(engine.jobs(), who) {
            Err(_) if taken_back > 0 => Vec::new(),
            jobs => jobs?,
        };
        let live: Vec<_> = jobs.iter().filter(|view| view.is_live()).collect();
        for view in live.iter().filter(|view| !matches!(view.state, State::Stopping { .. }) || view.runs_again) {
            engine.stop(view.id);
        }
        if live.is_empty() && taken_back > 0 {
            return Ok("it was about to start, and doesn't".to_owned());
        }
        Ok(if live.is_empty() { "nothing of it runs".to_owned() } else { named(&live) })
    }

    pub(super) fn list(&self) -> Result<Vec<Row>, String> {
        let offers = self.shelf.fresh()?;
        let views = self.engine()?.jobs();
        let row = |offer: &Offer| {
            let id = offer.id();
            let running = views.iter().filter(|view| view.is_live() && stem(&view.outside_id) == id).count();
            Row::Preset { id, running, name: offer.preset.name.clone(), group: offer.preset.group.clone() }
        };
        let mut rows: Vec<_> = offers.iter().take(MAX_ROWS).map(row).collect();
        // Of files that differ in what an ID leaves out.
        rows.dedup();
        Ok(rows)
    }
}

/// A job's preset's ID: `style` of `style.2`.
fn stem(job_id: &str) -> &str {
    job_id.split_once('.').map_or(job_id, |(stem, _)| stem)
}

pub(super) fn is_of(view: &JobView, offer: &Offer) -> bool {
    if view.tag.is_empty() || offer.tag.is_empty() {
        stem(&view.outside_id) == offer.id()
    } else {
        *view.tag == *offer.tag
    }
}

/// `job style, job style.2`.
pub(super) fn named(views: &[&JobView]) -> String {
    const MOST: usize = 12;
    let mut names: Vec<_> = views.iter().take(MOST).map(|view| format!("job {}", view.outside_id)).collect();
    if views.len() > MOST {
        names.push(format!("{} more", views.len() - MOST));
    }
    names.join(", ")
}

fn row(view: &JobView) -> Row {
    let exit = match &view.state {
        State::Ended(ending) => match ending.exit {
            Exit::Code(code) => Some(code),
            Exit::Signal(_) | Exit::CouldNotStart(_) | Exit::NotLaunched(_) => None,
        },
        State::Waiting(_) | State::Starting { .. } | State::Running { .. } | State::Stopping { .. } => None,
    };
    let pid = match view.state {
        State::Running { pid, .. } | State::Stopping { pid, .. } => Some(pid),
        State::Waiting(_) | State::Starting { .. } | State::Ended(_) => None,
    };
    let state = state_word(&view.state);
    Row::Job { id: view.outside_id.to_string(), state, exit, run: view.run, pid, name: view.name.to_string() }
}
