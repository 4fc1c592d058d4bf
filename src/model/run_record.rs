//! What is written of a run: where its log goes and how much of it is kept, and its line in the history.

use std::path::PathBuf;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a job's runs are logged. A run's log is a file in the folder; the history is [`HISTORY_FILE`] there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPlan {
    /// The preset's name, for the log's first line and the history.
    pub preset: String,
    /// The preset's own folder, absolute; made when the first run needs it.
    pub folder: PathBuf,
    pub limits: LogLimits,
}

/// How much is kept of one preset's logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogLimits {
    /// A log that grows beyond goes on in another file.
    pub file_bytes: u64,
    /// All files of the preset; the oldest go.
    pub folder_bytes: u64,
    /// Runs that are kept, the present ones included.
    pub runs: u32,
}

impl Default for LogLimits {
    fn default() -> Self {
        Self { file_bytes: 64 << 20, folder_bytes: 1 << 30, runs: 200 }
    }
}

/// The history's file in a preset's folder: a [`RunRecord`] as JSON on each line.
pub const HISTORY_FILE: &str = "runs.jsonl";

/// What stood in it before it was begun anew for its size.
pub const OLD_HISTORY_FILE: &str = "runs.old.jsonl";

/// A run's line in the history. A run has one at its start and one at its end, and the second says all of the first;
/// where only the first is there, the run goes on, or Sidestage ended before it could see the run's end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRecord {
    /// Names the run within its folder: its log's name without the ending.
    pub id: String,
    pub preset: String,
    /// The job's run, from 1: a restart is the next one.
    pub run: u32,
    /// `None` where there never was a process.
    pub pid: Option<u32>,
    /// The process that ran it: with `id` it is unique, even where no log could be written.
    pub sidestage_pid: u32,
    #[serde(with = "as_text")]
    pub started: Timestamp,
    /// The log's first file, without its folder; `None` where none could be written.
    pub log: Option<String>,
    #[serde(default)]
    pub end: Option<RunEnd>,
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunEnd {
    #[serde(with = "as_text")]
    pub at: Timestamp,
    /// By a clock that nobody sets.
    pub duration_secs: f64,
    /// In words, as the panel shows it: `exit 1`, `killed by SIGKILL`.
    pub how: String,
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// Whether it was asked to: then no exit status is a failure.
    pub stopped: bool,
}

mod as_text {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{at:.3}"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}
