//! `sidestage schedules`: when presets are launched by themselves, as the panel says it at the top and beside its rows.

use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::{complain, load_folder, say, visible};
use crate::model::{Occasion, Preset, next_after, next_words};

/// How many of a preset's next times are told.
const TOLD: usize = 5;

/// How many presets `serve` names at its start.
const NAMED: usize = 5;

/// A preset and its file.
type Kept<'a> = (&'a Preset, &'a Path);

/// A preset that is launched by itself, or would be if its rows were on.
struct Scheduled<'a> {
    preset: &'a Preset,
    file: &'a Path,
    /// Its next times; none where only a change launches it.
    next: Vec<Timestamp>,
}

/// Those of the presets that have a schedule, the next first.
fn scheduled<'a>(presets: impl Iterator<Item = Kept<'a>>, now: Timestamp, zone: &TimeZone) -> Vec<Scheduled<'a>> {
    let mut found: Vec<_> = presets
        .filter(|(preset, _)| !preset.schedule.is_empty())
        .map(|(preset, file)| {
            let following = |at: &Timestamp| next_after(&preset.schedule, *at, zone);
            let next = std::iter::successors(following(&now), following).take(TOLD).collect();
            Scheduled { preset, file, next }
        })
        .collect();
    found.sort_by_key(|one| one.next.first().copied().unwrap_or(Timestamp::MAX));
    found
}

impl Scheduled<'_> {
    fn is_on(&self) -> bool {
        self.preset.schedule.iter().any(Occasion::counts)
    }

    fn when(&self, now: Timestamp, zone: &TimeZone) -> String {
        next_words(self.next.first().map(|at| zone.to_datetime(*at)), zone.to_datetime(now))
    }
}

/// What `serve` says of it at its start; nothing where nothing is scheduled.
pub(super) fn first_words<'a>(presets: impl Iterator<Item = Kept<'a>>) -> Option<String> {
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let found: Vec<_> = scheduled(presets, now, &zone).into_iter().filter(Scheduled::is_on).collect();
    let named = found.iter().take(NAMED).map(|one| format!("“{}” {}", one.preset.name, one.when(now, &zone)));
    let named = named.collect::<Vec<_>>().join(", ");
    match found.len().saturating_sub(NAMED) {
        0 if found.is_empty() => None,
        0 => Some(format!("Launched by schedule: {named}.")),
        more => Some(format!("Launched by schedule: {named} and {more} more.")),
    }
}

/// Prints what is scheduled.
///
/// # Errors
/// A sentence: there is no such folder.
pub(super) fn show(json: bool, presets: Option<&Path>) -> Result<i32, String> {
    let folder = load_folder(presets)?;
    let is_paused = super::settings().schedules_paused;
    let (now, zone) = (Timestamp::now(), TimeZone::system());
    let found = scheduled(folder.presets.iter().map(|entry| (&entry.preset, entry.path.as_path())), now, &zone);
    if json {
        let presets = found.iter().map(|one| ListedSchedule {
            name: &one.preset.name,
            file: one.file,
            next: one.next.iter().map(ToString::to_string).collect(),
            occasions: one.preset.schedule.iter().map(ListedOccasion::of).collect(),
        });
        let listing = Listing { paused: is_paused, presets: presets.collect() };
        say(&serde_json::to_string_pretty(&listing).map_err(|error| error.to_string())?)?;
    } else {
        let rows: Vec<_> = found.iter().filter(|one| one.is_on()).map(|one| row(one, now, &zone)).collect();
        let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
        let (first, second) = (width(0), width(1));
        for [when, name, occasions] in &rows {
            say(&format!("{when:first$}  {name:second$}  {occasions}"))?;
        }
        if is_paused {
            complain("schedules are paused in the settings: nothing is launched by itself.");
        }
    }
    for error in &folder.errors {
        complain(&error.to_string());
    }
    Ok(0)
}

fn row(one: &Scheduled<'_>, now: Timestamp, zone: &TimeZone) -> [String; 3] {
    let on = one.preset.schedule.iter().filter(|occasion| occasion.counts());
    let occasions = on.map(words).collect::<Vec<_>>().join("; ");
    [one.when(now, zone), visible(&one.preset.name, "").into_owned(), visible(&occasions, "").into_owned()]
}

fn words(occasion: &Occasion) -> String {
    match occasion {
        Occasion::At { time, days, .. } if days.is_empty() => format!("at {time} every day"),
        Occasion::At { time, days, .. } => {
            let days: Vec<_> = days.iter().map(|day| day.label()).collect();
            format!("at {time} on {}", days.join(", "))
        }
        Occasion::Changed { path, files, .. } if files.is_empty() => format!("when {path} changes"),
        Occasion::Changed { path, files, .. } => format!("when {files} in {path} changes"),
    }
}

/// What `schedules --json` prints. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct Listing<'a> {
    paused: bool,
    presets: Vec<ListedSchedule<'a>>,
}

#[derive(Serialize)]
struct ListedSchedule<'a> {
    name: &'a str,
    file: &'a Path,
    next: Vec<String>,
    occasions: Vec<ListedOccasion<'a>>,
}

#[derive(Serialize)]
struct ListedOccasion<'a> {
    /// `at` or `changed`.
    kind: &'static str,
    on: bool,
    time: Option<String>,
    days: Vec<&'static str>,
    path: Option<&'a str>,
    files: Option<&'a str>,
    quiet_secs: Option<u32>,
}

impl<'a> ListedOccasion<'a> {
    fn of(occasion: &'a Occasion) -> Self {
        let none = Self {
            kind: "at",
            on: occasion.is_on(),
            time: None,
            days: Vec::new(),
            path: None,
            files: None,
            quiet_secs: None,
        };
        match occasion {
            Occasion::At { time, days, .. } => {
                Self { time: Some(time.to_string()), days: days.iter().map(|day| day.label()).collect(), ..none }
            }
            Occasion::Changed { path, files, quiet_secs, .. } => {
                Self { kind: "changed", path: Some(path), files: Some(files), quiet_secs: Some(quiet_secs.0), ..none }
            }
        }
    }
}
