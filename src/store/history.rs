//! What became of the runs of the past, read from what the engine appended. Reads only; takes lines as it finds them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::logs;
use crate::model::{HISTORY_FILE, LogName, OLD_HISTORY_FILE, RunEnd, RunRecord};

/// One run of the past, or of now.
#[derive(Clone, Debug, PartialEq)]
pub struct PastRun {
    pub preset: String,
    /// Names the run within its preset's folder.
    pub id: String,
    /// The job's run, from 1: a restart is the next one.
    pub run: u32,
    pub pid: Option<u32>,
    pub started: Timestamp,
    pub outcome: Outcome,
    /// The latest part of its log, if it is still there.
    pub log: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Ended(RunEnd),
    /// Its log is being written.
    Running,
    /// Sidestage was ended before it could see the run's end.
    Unknown,
}

impl PastRun {
    /// In words: how it ended, or that it hasn't.
    #[must_use]
    pub fn describe(&self) -> &str {
        match &self.outcome {
            Outcome::Ended(end) => &end.how,
            Outcome::Running => "running",
            Outcome::Unknown => "Sidestage ended first",
        }
    }
}

/// The latest runs in a preset's folder ([`logs::preset_dir`]), newest first, at most so many. Lines that are no
/// record, such as one that a full disk cut off, are passed over. Reads files: not for the window's thread.
#[must_use]
pub fn read(folder: &Path, limit: usize) -> Vec<PastRun> {
    let mut records: Vec<RunRecord> = Vec::new();
    let mut index_of: HashMap<(String, u32), usize> = HashMap::new();
    for file in [OLD_HISTORY_FILE, HISTORY_FILE] {
        let bytes = std::fs::read(folder.join(file)).unwrap_or_default();
        for line in bytes.split(|byte| *byte == b'\n') {
            let Ok(record) = serde_json::from_slice::<RunRecord>(line) else { continue };
            let index = *index_of.entry((record.id.clone(), record.sidestage_pid)).or_insert(records.len());
            // A run's second line says all that its first does.
            if index < records.len() {
                records[index] = record;
            } else {
                records.push(record);
            }
        }
    }
    let files = logs::files(folder);
    records.into_iter().rev().take(limit).map(|record| past_run(record, &files)).collect()
}

/// The latest runs of all presets, newest first by their starts. Reads files: not for the window's thread.
#[must_use]
pub fn read_all(logs_dir: &Path, limit: usize) -> Vec<PastRun> {
    let folders = std::fs::read_dir(logs_dir).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path()));
    let mut runs: Vec<_> = folders.flat_map(|folder| read(&folder, limit)).collect();
    runs.sort_by_key(|run| std::cmp::Reverse(run.started));
    runs.truncate(limit);
    runs
}

fn past_run(record: RunRecord, files: &[(LogName, PathBuf)]) -> PastRun {
    let first = record.log.as_deref().and_then(LogName::parse);
    let is_part = |name: &LogName| {
        first.as_ref().is_some_and(|first| (first.number, &first.started) == (name.number, &name.started))
    };
    let log = files.iter().rev().find(|(name, _)| is_part(name)).map(|(_, path)| path.clone());
    let outcome = match record.end {
        Some(end) => Outcome::Ended(end),
        None if log.as_deref().is_some_and(logs::is_being_written) => Outcome::Running,
        None => Outcome::Unknown,
    };
    let RunRecord { id, preset, run, pid, started, .. } = record;
    PastRun { preset, id, run, pid, started, outcome, log }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: &str = r#"{"id":"a","preset":"P","run":1,"pid":5,"sidestage_pid":9,"started":"2026-11-23T04:12:33.123Z","log":"2026-11-23T04-12-33Z-0001.log"}"#;
    const END: &str = r#"{"id":"a","preset":"P","run":1,"pid":5,"sidestage_pid":9,"started":"2026-11-23T04:12:33.123Z","log":"2026-11-23T04-12-33Z-0001.log","end":{"at":"2026-11-23T04:12:35Z","duration_secs":1.877,"how":"exit 3","code":3,"signal":null,"stopped":false}}"#;

    fn check(old: &str, new: &str) -> Vec<PastRun> {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(OLD_HISTORY_FILE), old).unwrap();
        std::fs::write(dir.path().join(HISTORY_FILE), new).unwrap();
        read(dir.path(), 100)
    }

    #[test]
    fn start_and_end_are_one_run_wherever_they_stand() {
        for runs in [
            check("", &format!("{START}\n{END}\n")),
            check(&format!("{START}\n"), &format!("{END}\n")),
            check("", &format!("{END}\n")),
        ] {
            assert_eq!(runs.len(), 1);
            assert_eq!((runs[0].describe(), runs[0].pid, runs[0].run), ("exit 3", Some(5), 1));
        }
    }

    #[test]
    fn a_run_without_an_end_and_without_a_writer_was_left_behind() {
        let runs = check("", START);
        assert_eq!(
            (runs[0].describe(), &runs[0].outcome, &runs[0].log),
            ("Sidestage ended first", &Outcome::Unknown, &None)
        );
    }

    #[test]
    fn garbage_and_half_lines_are_passed_over() {
        let mut text = format!("\n{{\"id\":\nnull\n[]\n\u{0}\u{0}\n{END}\n{{}}\n");
        text.push_str(&START[..START.len() / 2]);
        assert_eq!(check("\u{fffd}", &text).len(), 1);
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(HISTORY_FILE), [0xff, b'\n', 0xfe]).unwrap();
        assert_eq!(read(dir.path(), 100), []);
        assert_eq!(read(&dir.path().join("missing"), 100), []);
    }

    #[test]
    fn the_newest_come_first_and_no_more_than_are_asked_for() {
        let lines: Vec<_> = (0..10).map(|run| END.replace("\"id\":\"a\"", &format!("\"id\":\"{run}\""))).collect();
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("P")).unwrap();
        std::fs::write(dir.path().join("P").join(HISTORY_FILE), lines.join("\n")).unwrap();
        let ids: Vec<_> = read(&dir.path().join("P"), 3).into_iter().map(|run| run.id).collect();
        assert_eq!(ids, ["9", "8", "7"]);
        assert_eq!(read_all(dir.path(), 4).len(), 4);
    }
}
