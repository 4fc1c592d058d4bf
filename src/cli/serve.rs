//! `sidestage serve`: Sidestage without a window, for machines that nobody sits at: the same engine and presets, run by
//! orders from outside.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::time::Duration;

use super::run::{end, start_engine};
use super::schedules::Schedules;
use super::{complain, say, signals};
use crate::discover;
use crate::engine::{Engine, JobId, JobView, State, Wait};
use crate::launch::Places;
use crate::model::problems_in_words;
use crate::remote::{Orders, PortState, Shelf, offers_of};
use crate::store::settings::OrderSettings;
use crate::store::{logs, place};

#[derive(Debug, clap::Args)]
pub struct Serve {
    /// The UDP port that orders come to. Without it: the one in the settings
    #[arg(long, value_name = "PORT")]
    port: Option<u16>,
    /// Take orders from this address or network too, such as 192.168.1.20 or 10.0.0.0/24. Without it: what the settings
    /// say, and that is from this machine only at first
    #[arg(long, value_name = "ADDRESS")]
    allow: Vec<String>,
    /// Launch nothing by itself at the start
    #[arg(long)]
    no_autostart: bool,
    /// Launch nothing at its time, or because a file has changed
    #[arg(long)]
    no_schedules: bool,
}

/// How often it is looked whether the port opened; it takes a moment.
const LOOK: Duration = Duration::from_millis(5);

/// Hears orders until it is told to end, then stops all jobs.
///
/// # Errors
/// A sentence: there is no folder with presets, or the port doesn't open.
pub(super) fn serve(serve: &Serve, presets: Option<&Path>) -> Result<i32, String> {
    let dir = place::presets_dir(presets)?.dir;
    let settings = super::settings();
    let (waker, changes) = sync_channel::<()>(1);
    let engine_waker = waker.clone();
    // A full channel says already that something has changed.
    let engine = start_engine(Arc::new(move |_| {
        let _ = engine_waker.try_send(());
    }))?;
    super::run::tell_state(&engine, &super::run::show_of(&dir)?);
    let no_threads = |error| format!("The system gives no more threads: {error}.");
    let places = Places { running_dir: place::running_dir(), logs_dir: logs::logs_dir(), logs: settings.logs };
    if let Some(running) = places.running_dir.clone() {
        engine.find_kept(running).map_err(no_threads)?;
    }
    let read_dir = dir.clone();
    let shelf = Shelf::reading(Box::new(move || offers_of(&read_dir)));
    let log_dir = places.logs_dir.clone();
    let mut orders =
        Orders::start(&engine, shelf, places.clone(), log_dir.as_deref(), Arc::new(|| {})).map_err(no_threads)?;
    orders.set(&order_settings(serve, settings.orders.clone()));
    let addresses = opened(&orders)?;
    let (told, endings) = sync_channel::<()>(8);
    let schedule_waker = waker.clone();
    signals::on_each(move || {
        let _ = told.try_send(());
        let _ = waker.try_send(());
    })?;
    say(&format!("Presets of {}; orders on {addresses}. Ctrl-C stops all jobs and ends.", dir.display()))?;
    if !serve.no_autostart {
        launch_at_open(&engine, &places, &dir);
    }
    let mut schedules = if serve.no_schedules || settings.schedules_paused {
        say("Schedules are paused: nothing is launched by itself.")?;
        None
    } else {
        let schedules = Schedules::start(dir.clone(), schedule_waker)?;
        if let Some(words) = schedules.first_words() {
            say(&words)?;
        }
        Some(schedules)
    };
    let mut known = HashMap::new();
    let mut is_ending = false;
    loop {
        tell(&engine.jobs(), &mut known);
        if is_ending && !engine.jobs().iter().any(JobView::ends_with_us) {
            break;
        }
        if changes.recv().is_err() {
            break;
        }
        if let Some(schedules) = schedules.as_mut().filter(|_| !is_ending) {
            schedules.attend(&engine, &places);
        }
        for () in endings.try_iter() {
            if is_ending {
                // Who presses again doesn't want to wait for the jobs' deadlines.
                engine.jobs().iter().filter(|view| view.ends_with_us()).for_each(|view| engine.kill(view.id));
            } else {
                is_ending = true;
                orders.set(&OrderSettings::default());
                engine.stop_all_but_kept();
            }
        }
    }
    drop(schedules);
    drop(orders);
    end(engine);
    Ok(0)
}

/// The settings, as the command line has them.
fn order_settings(serve: &Serve, settings: OrderSettings) -> OrderSettings {
    let mut wanted = OrderSettings { on: true, ..settings };
    if let Some(port) = serve.port {
        wanted.port = port.into();
    }
    if !serve.allow.is_empty() {
        wanted.open = true;
        wanted.allow = serve.allow.join(" ");
    }
    wanted
}

fn opened(orders: &Orders) -> Result<String, String> {
    loop {
        match orders.state() {
            PortState::Listening(addresses) => {
                let addresses: Vec<_> = addresses.iter().map(ToString::to_string).collect();
                return Ok(addresses.join(" and "));
            }
            PortState::Failed(why) => return Err(why),
            PortState::Off | PortState::Opening => std::thread::sleep(LOOK),
        }
    }
}

/// What is to run from the start, but for what an earlier Sidestage has left running.
fn launch_at_open(engine: &Engine, places: &Places, dir: &Path) {
    while engine.is_finding() {
        std::thread::sleep(LOOK);
    }
    let offers = match offers_of(dir) {
        Ok(offers) => offers,
        Err(why) => return complain(&why),
    };
    let running: Vec<_> = engine.jobs().into_iter().filter_map(|view| view.preset).collect();
    for offer in offers.iter().filter(|offer| offer.preset.lifecycle.launch_at_open) {
        if offer.real_file.as_ref().is_some_and(|file| running.iter().any(|running| **running == **file)) {
            continue;
        }
        match discover::survey(&offer.preset, &offer.dir, &offer.names).invocation {
            Ok(invocation) => {
                engine.launch(places.spec(&offer.preset, offer.real_file.as_deref(), invocation));
            }
            Err(problems) => {
                let why = problems_in_words(&offer.preset, &problems);
                complain(&format!("“{}” was not launched. {why}", offer.preset.name));
            }
        }
    }
}

/// Says on stderr what became of jobs since the last look.
fn tell(views: &[JobView], known: &mut HashMap<JobId, String>) {
    known.retain(|id, _| views.iter().any(|view| view.id == *id));
    for view in views {
        let word = word(view);
        if known.get(&view.id) != Some(&word) {
            complain(&format!("{} ({}): {word}", view.outside_id, view.name));
            known.insert(view.id, word);
        }
    }
}

fn word(view: &JobView) -> String {
    match &view.state {
        State::Waiting(Wait::Restart { attempt, after, .. }) => {
            format!("{}; it is started again (attempt {attempt})", after.describe())
        }
        State::Waiting(Wait::Turn { .. } | Wait::For(_)) => "waits for its turn".to_owned(),
        State::Starting { .. } => "starts".to_owned(),
        State::Running { is_stalled: true, .. } => "gives no sign of life".to_owned(),
        State::Running { pid, .. } => format!("runs, pid {pid}"),
        State::Stopping { .. } => "is being stopped".to_owned(),
        State::Ended(ending) if ending.stopped => "stopped".to_owned(),
        State::Ended(ending) => ending.exit.describe(),
    }
}
