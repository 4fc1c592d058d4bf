//! `sidestage history`: what became of the runs of the past.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{find_preset, say};
use crate::store::history::{Outcome, PastRun, read, read_all};
use crate::store::logs;

#[derive(Debug, clap::Args)]
pub struct History {
    /// A preset's name, or the path of its file; without it, the runs of all presets
    preset: Option<String>,
    /// How many of the latest runs
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    last: usize,
    /// As JSON, whose shape is documented and stays
    #[arg(long)]
    json: bool,
}

/// What `history --json` prints of a run. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct ListedRun<'a> {
    preset: &'a str,
    run: u32,
    /// `ended`, `running` or `unknown`.
    state: &'static str,
    how: &'a str,
    started: String,
    ended: Option<String>,
    duration_secs: Option<f64>,
    code: Option<i32>,
    signal: Option<i32>,
    stopped: Option<bool>,
    pid: Option<u32>,
    log: Option<&'a PathBuf>,
}

impl<'a> ListedRun<'a> {
    fn of(run: &'a PastRun) -> Self {
        let (state, end) = match &run.outcome {
            Outcome::Ended(end) => ("ended", Some(end)),
            Outcome::Running => ("running", None),
            Outcome::Unknown => ("unknown", None),
        };
        Self {
            preset: &run.preset,
            run: run.run,
            state,
            how: run.describe(),
            started: format!("{:.3}", run.started),
            ended: end.map(|end| format!("{:.3}", end.at)),
            duration_secs: end.map(|end| end.duration_secs),
            code: end.and_then(|end| end.code),
            signal: end.and_then(|end| end.signal),
            stopped: end.map(|end| end.stopped),
            pid: run.pid,
            log: run.log.as_ref(),
        }
    }
}

/// Prints the latest runs.
///
/// # Errors
/// A sentence: there is no such preset, or this user has no data folder.
pub(super) fn show(wanted: &History, presets: Option<&Path>) -> Result<i32, String> {
    let logs_dir = logs::logs_dir().ok_or_else(|| {
        format!("This user has no folder for data; name one with {}.", crate::store::place::DATA_DIR_VARIABLE)
    })?;
    let runs = match &wanted.preset {
        Some(name) => read(&folder_of(&logs_dir, name, presets)?, wanted.last),
        None => read_all(&logs_dir, wanted.last),
    };
    if wanted.json {
        let listed: Vec<_> = runs.iter().map(ListedRun::of).collect();
        say(&serde_json::to_string_pretty(&listed).map_err(|error| error.to_string())?)?;
        return Ok(0);
    }
    let width = runs.iter().map(|run| run.preset.chars().count()).max().unwrap_or(0);
    let zone = jiff::tz::TimeZone::system();
    // As in a log, the latest stands last.
    for run in runs.iter().rev() {
        let started = run.started.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S");
        let (length, asked) = match &run.outcome {
            Outcome::Ended(end) => (format!("{:.1} s", end.duration_secs), if end.stopped { ", stopped" } else { "" }),
            Outcome::Running | Outcome::Unknown => (String::new(), ""),
        };
        say(&format!("{started}  {:width$}  {length:>10}  {}{asked}", run.preset, run.describe()))?;
    }
    Ok(0)
}

/// The folder of a preset's logs. One that is no more, or doesn't load, has its history still.
fn folder_of(logs_dir: &Path, name: &str, presets: Option<&Path>) -> Result<PathBuf, String> {
    match find_preset(name, presets) {
        Ok((_, preset)) => Ok(logs::preset_dir(logs_dir, &preset.name)),
        Err(why) => Some(logs::preset_dir(logs_dir, name)).filter(|folder| folder.is_dir()).ok_or(why),
    }
}
