//! When a preset is launched by itself: at times of day on weekdays, and when a file has changed.
//!
//! Pure: what is due next depends on the time and the time zone that are handed in. The waiting is `timer`'s.
//!
//! A time of day that the clocks leave out, as they are put forward, is the same time later by what was left out: 02:30
//! becomes 03:30. One that comes twice, as they are put back, counts the first time only. A day that a place left out (it
//! has moved over the date line) has no times.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use jiff::civil::{self, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::lifecycle::is_default;
use super::local_names::{LocalNames, full_path};

/// One occasion on which a preset is launched by itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Occasion {
    /// At a time of day, on these days of the week.
    At {
        on: bool,
        time: DayTime,
        /// None: every day.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        days: Vec<Day>,
    },
    /// When a file has changed, and then was left alone for a while.
    Changed {
        on: bool,
        /// A file or a folder, relative to the preset's folder.
        path: String,
        /// Of a folder's files those with such names, where `*` is any text and `?` any character; empty for all.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        files: String,
        /// For how many seconds nothing more may have changed.
        #[serde(default, skip_serializing_if = "is_default")]
        quiet_secs: QuietSecs,
    },
}

impl Occasion {
    /// What is wrong with it whatever the machine. It keeps the preset from being launched by it, and from nothing else.
    ///
    /// # Errors
    /// A sentence.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Changed { on: true, path, .. } if path.trim().is_empty() => {
                Err("No file or folder is named whose change launches this.".to_owned())
            }
            Self::Changed { .. } | Self::At { .. } => Ok(()),
        }
    }

    /// The file or folder that it watches.
    pub fn path_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Changed { path, .. } => Some(path),
            Self::At { .. } => None,
        }
    }

    /// Whether it counts, to be changed.
    pub fn on_mut(&mut self) -> &mut bool {
        match self {
            Self::At { on, .. } | Self::Changed { on, .. } => on,
        }
    }

    /// Whether it launches anything: it is on, and nothing is wrong with it.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.is_on() && self.check().is_ok()
    }

    #[must_use]
    pub fn is_on(&self) -> bool {
        match self {
            Self::At { on, .. } | Self::Changed { on, .. } => *on,
        }
    }

    /// The first moment after `now` at which it is due; none for a file's change.
    #[must_use]
    pub fn next_after(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let Self::At { on: true, time, days } = self else { return None };
        let today = zone.to_datetime(now).date();
        // What is due on the day before may have been put past midnight; and a week later the day comes again, unless
        // it is one that is left out.
        (-1..=15)
            .filter_map(|offset| {
                let date = today.checked_add(jiff::Span::new().days(offset)).ok()?;
                let is_meant = days.is_empty() || days.iter().any(|day| day.weekday() == date.weekday());
                is_meant.then(|| moment(date, *time, zone)).flatten()
            })
            .find(|at| *at > now)
    }
}

/// When this time of this day is, if ever.
fn moment(date: civil::Date, time: DayTime, zone: &TimeZone) -> Option<Timestamp> {
    let wanted = date.to_datetime(time.0);
    let at = zone.to_ambiguous_timestamp(wanted).compatible().ok()?;
    let shift = zone.to_datetime(at).duration_since(wanted);
    (shift < SignedDuration::from_hours(24)).then_some(at)
}

/// The occasions that count on a machine: those that are on, and nothing is wrong with. Their paths start where
/// `preset_dir` does, no longer in it.
#[must_use]
pub fn counting(schedule: &[Occasion], (preset_dir, names): (&Path, &LocalNames)) -> Vec<Occasion> {
    let whole = |occasion: &Occasion| {
        let mut occasion = occasion.clone();
        if let Some(path) = occasion.path_mut() {
            *path = full_path(preset_dir, path, names).ok()?.to_string_lossy().into_owned();
        }
        Some(occasion)
    };
    schedule.iter().filter(|occasion| occasion.counts()).filter_map(whole).collect()
}

/// The next moment at which one of a preset's occasions is due.
#[must_use]
pub fn next_after(schedule: &[Occasion], now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    schedule.iter().filter_map(|occasion| occasion.next_after(now, zone)).min()
}

/// A time of day, to the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayTime(civil::Time);

impl DayTime {
    #[must_use]
    pub fn new(hour: i8, minute: i8, second: i8) -> Option<Self> {
        civil::Time::new(hour, minute, second, 0).ok().map(Self)
    }
}

impl Default for DayTime {
    /// When shows begin.
    fn default() -> Self {
        Self(civil::time(20, 0, 0, 0))
    }
}

impl fmt::Display for DayTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = self.0;
        write!(f, "{:02}:{:02}", time.hour(), time.minute())?;
        if time.second() > 0 { write!(f, ":{:02}", time.second()) } else { Ok(()) }
    }
}

impl FromStr for DayTime {
    type Err = String;

    /// `20:00`, `8:05` or `20:00:30`.
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("“{text}” is no time of day; write it as 20:00, or 20:00:30, up to 23:59:59.");
        let parts: Vec<_> = text.trim().split(':').collect();
        let number = |part: &str| {
            let is_number = (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            is_number.then(|| part.parse().ok()).flatten().ok_or_else(wrong)
        };
        let (hour, minute, second) = match parts.as_slice() {
            [hour, minute] => (number(hour)?, number(minute)?, 0),
            [hour, minute, second] => (number(hour)?, number(minute)?, number(second)?),
            _ => return Err(wrong()),
        };
        Self::new(hour, minute, second).ok_or_else(wrong)
    }
}

impl Serialize for DayTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DayTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A day of the week as it stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mon => "Mon",
            Self::Tue => "Tue",
            Self::Wed => "Wed",
            Self::Thu => "Thu",
            Self::Fri => "Fri",
            Self::Sat => "Sat",
            Self::Sun => "Sun",
        }
    }

    const fn weekday(self) -> Weekday {
        match self {
            Self::Mon => Weekday::Monday,
            Self::Tue => Weekday::Tuesday,
            Self::Wed => Weekday::Wednesday,
            Self::Thu => Weekday::Thursday,
            Self::Fri => Weekday::Friday,
            Self::Sat => Weekday::Saturday,
            Self::Sun => Weekday::Sunday,
        }
    }
}

/// How long a file is left alone before it counts as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct QuietSecs(pub u32);

impl Default for QuietSecs {
    fn default() -> Self {
        Self(2)
    }
}

/// Whether a file's name is such a one: `*` is any text and `?` any character; an empty pattern is any name.
#[must_use]
pub fn is_named(name: &str, pattern: &str) -> bool {
    if pattern.is_empty() {
        return true;
    }
    let (name, pattern): (Vec<char>, Vec<char>) = (name.chars().collect(), pattern.chars().collect());
    // Where the last `*` stood, and how far it reaches.
    let (mut at, mut in_pattern, mut star) = (0, 0, None);
    while at < name.len() {
        match pattern.get(in_pattern) {
            Some('*') => {
                star = Some((in_pattern, at));
                in_pattern += 1;
            }
            Some(c) if *c == '?' || *c == name[at] => {
                at += 1;
                in_pattern += 1;
            }
            Some(_) | None => {
                let Some((star_at, reach)) = star else { return false };
                star = Some((star_at, reach + 1));
                at = reach + 1;
                in_pattern = star_at + 1;
            }
        }
    }
    pattern[in_pattern..].iter().all(|c| *c == '*')
}

/// How late something may be launched: what was due longer ago, while the machine slept, was missed.
pub const MOST_LATE: SignedDuration = SignedDuration::from_mins(5);

/// The occasions of a time between `last` and `now` that are to be launched now, and those that were missed.
///
/// Between a `last` that is later than `now` and that nothing is due.
#[must_use]
pub fn due_between(schedule: &[Occasion], last: Timestamp, now: Timestamp, zone: &TimeZone) -> Due {
    let mut due = Due::default();
    for occasion in schedule {
        let mut from = last;
        while let Some(at) = occasion.next_after(from, zone).filter(|at| *at <= now) {
            if now.duration_since(at) <= MOST_LATE {
                due.launch = due.launch.max(Some(at));
            } else {
                due.missed += 1;
                due.last_missed = due.last_missed.max(Some(at));
            }
            from = at;
        }
    }
    due
}

/// What is due of a preset's times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// Launch it once, whatever came together; the latest moment of these.
    pub launch: Option<Timestamp>,
    /// How many were missed, and the latest of these.
    pub missed: u32,
    pub last_missed: Option<Timestamp>,
}

mod words;

pub use words::{due_words, next_words};

#[cfg(test)]
mod tests;
