//! What launches: the same look at the machine, the same rules and the same job as a press on the preset's button.

use std::collections::HashSet;

use super::jobs::{is_of, named};
use super::{Desk, lock};
use crate::discover;
use crate::engine::{Engine, JobId, LaunchSpec, State};
use crate::launch::free_name;
use crate::model::{problems_in_words, set_from_outside};
use crate::remote::order::Order;
use crate::remote::shelf::{Offer, find};

/// Jobs that were launched by order and that nobody asked for yet.
const MOST_LAUNCHED: usize = 256;
/// Jobs of one preset that live at once, as far as orders go: what sends them with each frame would fill the machine.
const MOST_ALIVE: usize = 64;
/// Jobs that were launched by order and stay on the list when they have ended.
const MOST_ENDED: usize = 100;

impl Desk {
    pub(super) fn launch(&self, order: &Order, ticket: u64) -> Result<String, String> {
        let offers = self.shelf.fresh()?;
        let offer = find(&offers, &order.who)?;
        let engine = self.engine()?;
        if let Some(started) = start_waiting(&engine, offer)? {
            return Ok(started);
        }
        let mut spec = self.look(offer, order, ticket)?;
        // Another may have been launched while the files were looked at.
        if let Some(started) = start_waiting(&engine, offer)? {
            return Ok(started);
        }
        let views = engine.jobs();
        if views.iter().filter(|view| view.is_live() && is_of(view, offer)).count() >= MOST_ALIVE {
            return Err(format!("{MOST_ALIVE} jobs of it run already; orders launch no more than that."));
        }
        let taken: HashSet<String> = views.into_iter().map(|view| view.name.to_string()).collect();
        spec.name = free_name(&offer.preset.name, &taken);
        let job = engine.launch(spec);
        self.note_launched(&engine, job);
        let view = engine.jobs().into_iter().find(|view| view.id == job);
        Ok(view.map_or(String::new(), |view| named(&[&view])))
    }

    /// A new run of each living job that is meant, else of the last that ended, else a first one.
    pub(super) fn restart(&self, order: &Order, ticket: u64) -> Result<String, String> {
        let engine = self.engine()?;
        let offers = self.shelf.fresh()?;
        let jobs = self.jobs(engine.jobs(), &order.who)?;
        let mut meant: Vec<_> = jobs.iter().filter(|view| view.is_live()).collect();
        if meant.is_empty() {
            meant.extend(jobs.last());
        }
        let Some(first) = meant.first() else { return self.launch(order, ticket) };
        let offer = offers.iter().find(|offer| is_of(first, offer)).or_else(|| find(&offers, &order.who).ok());
        let Some(offer) = offer else { return Err("Its preset is gone.".to_owned()) };
        let spec = self.look(offer, order, ticket)?;
        for view in &meant {
            let mut spec = spec.clone();
            spec.name = view.name.to_string();
            engine.launch_again(view.id, Some(spec));
        }
        Ok(named(&meant))
    }

    /// What the preset comes to now, with what the order sets.
    fn look(&self, offer: &Offer, order: &Order, ticket: u64) -> Result<LaunchSpec, String> {
        let mut preset = offer.preset.clone();
        set_from_outside(&mut preset, &order.settings)?;
        let survey = discover::survey(&preset, &offer.dir, &offer.names);
        let invocation = survey.invocation.map_err(|problems| problems_in_words(&preset, &problems))?;
        if !lock(&self.pending).take(ticket) {
            return Err("It was stopped before it had started.".to_owned());
        }
        let mut spec = lock(&self.places).spec(&preset, offer.real_file.as_deref(), invocation);
        spec.tag.clone_from(&offer.tag);
        Ok(spec)
    }

    fn note_launched(&self, engine: &Engine, job: JobId) {
        lock(&self.listed).note(engine, job, MOST_ENDED);
        let mut launched = lock(&self.launched);
        if launched.len() < MOST_LAUNCHED {
            launched.push(job);
        }
    }
}

/// Where there may be only one of a preset and one lives: starts that if it only waits, and says so.
fn start_waiting(engine: &Engine, offer: &Offer) -> Result<Option<String>, String> {
    if !offer.preset.lifecycle.only_one {
        return Ok(None);
    }
    let views = engine.jobs();
    let Some(view) = views.iter().find(|view| view.is_live() && is_of(view, offer)) else { return Ok(None) };
    match view.state {
        State::Waiting(_) => {
            engine.launch_now(view.id);
            Ok(Some(format!("{} was waiting, and is started now", named(&[view]))))
        }
        State::Starting { .. } | State::Running { .. } | State::Stopping { .. } | State::Ended(_) => {
            Err(format!("It runs already ({}), and its preset allows only one at a time.", named(&[view])))
        }
    }
}
