//! From a preset, and what it comes to on this machine, to what the engine launches: the same for the panel and for
//! the command line, which add what only one of them knows.

use std::collections::{HashMap, HashSet, VecDeque};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::engine::{EchoPlan, Engine, Input, JobId, KeepPlan, LaunchSpec};
use crate::model::{Invocation, Preset, preset_id};
use crate::store;
use crate::store::logs::LogSettings;

/// A launch as the preset wants it, but for what [`Places`] says. `file` is the preset's own file, if it has one yet.
#[must_use]
pub fn launch_spec(preset: &Preset, file: Option<&Path>, invocation: Invocation) -> LaunchSpec {
    let mut spec = LaunchSpec::new(&preset.name, invocation);
    let stem = file.and_then(Path::file_stem).map(|stem| stem.to_string_lossy());
    spec.id = preset_id(stem.as_deref().unwrap_or(&preset.name));
    spec.echo = EchoPlan::of(&preset.name, &preset.echo);
    spec.stop_secs = preset.stop_secs;
    spec.lifecycle = preset.lifecycle.clone();
    spec.highlights.clone_from(&preset.highlights);
    if preset.lifecycle.takes_input {
        spec.input = Input::Lines;
    }
    spec
}

/// Where one Sidestage logs, locks and keeps its jobs, wherever another one of this user does.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Without it nothing is kept running, and nobody looks whether a preset runs in another Sidestage.
    pub running_dir: Option<PathBuf>,
    /// Without it nothing is logged.
    pub logs_dir: Option<PathBuf>,
    pub logs: LogSettings,
}

impl Places {
    /// A launch as the preset wants it, with its files in these places. `real_file` is that of the preset's own file, if it
    /// has one yet (see [`store::place::real_file`]). Looks at no disk.
    #[must_use]
    pub fn spec(&self, preset: &Preset, real_file: Option<&Path>, invocation: Invocation) -> LaunchSpec {
        let mut spec = launch_spec(preset, real_file, invocation);
        let running_dir = self.running_dir.as_deref();
        if preset.lifecycle.only_one {
            let lock = |file| Some(running_dir?.join(store::place::lock_name(file)));
            spec.only_one = real_file.and_then(lock);
        }
        if preset.lifecycle.keep_running {
            let plan = |dir: &Path| KeepPlan { dir: dir.to_owned(), preset: real_file.map(Path::to_owned) };
            spec.keep = running_dir.map(plan);
        }
        spec.log = self.logs_dir.as_deref().and_then(|dir| store::logs::plan(dir, preset, self.logs));
        spec
    }
}

/// Why a job was launched whose time had come.
#[must_use]
pub fn time_note(at: Timestamp) -> String {
    format!("Launched by its schedule, at {}.", at.to_zoned(TimeZone::system()).strftime("%H:%M:%S"))
}

/// Why a job was launched that a change launches.
#[must_use]
pub fn changed_note(path: &Path) -> String {
    format!("Launched by its schedule, because {} had changed.", path.display())
}

/// What is said of times that came while nobody could launch.
#[must_use]
pub fn missed_note(name: &str, count: u32, latest: Timestamp) -> String {
    let when = latest.to_zoned(TimeZone::system()).strftime("%H:%M on %A, %-d %B");
    let more = if count > 1 { format!("{count} times, the last") } else { "once,".to_owned() };
    format!("“{name}” was due {more} at {when}, while the machine slept or its clock was wrong. It was not launched.")
}

/// The preset's name, or with a number where a job in the list has it already.
#[must_use]
pub fn free_name<S: std::hash::BuildHasher>(name: &str, taken: &HashSet<String, S>) -> String {
    let numbered = (2..taken.len() + 3).map(|number| format!("{name} ({number})"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| !taken.contains(name)).unwrap_or_default()
}

/// Jobs of one preset that its schedule launched, and that stay on the list when they have ended: the last ones, so that
/// their consoles can be read. Every run is in the history.
pub const MOST_ENDED_BY_SCHEDULE: usize = 10;

/// Jobs that nobody launched by hand. Nobody may be there to clear the list of them.
#[derive(Debug, Default)]
pub struct Launched {
    live: Vec<JobId>,
    /// In the order in which they ended, as far as that was seen.
    ended: VecDeque<JobId>,
}

impl Launched {
    /// One more was launched. Takes those off the list that have ended, but for the last so many.
    pub fn note(&mut self, engine: &Engine, job: JobId, most_ended: usize) {
        self.live.push(job);
        if self.live.len() + self.ended.len() <= most_ended {
            return;
        }
        let live: HashMap<JobId, bool> = engine.jobs().iter().map(|view| (view.id, view.is_live())).collect();
        let is_live = |job: &JobId| live.get(job).copied();
        // One that somebody launched again lives anew.
        self.live.extend(self.ended.iter().copied().filter(|job| is_live(job) == Some(true)));
        self.ended.retain(|job| is_live(job) == Some(false));
        self.ended.extend(self.live.iter().copied().filter(|job| is_live(job) == Some(false)));
        self.live.retain(|job| is_live(job) == Some(true));
        let surplus = self.ended.len().saturating_sub(most_ended);
        self.ended.drain(..surplus).for_each(|job| engine.remove(job));
    }
}
