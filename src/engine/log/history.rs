//! Appends a run's lines to its preset's history, beside other processes that do the same.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use crate::model::{HISTORY_FILE, OLD_HISTORY_FILE, RunRecord};

/// A history that grew beyond is put aside, in the place of the one that was put aside before: a few thousand runs.
const MAX_BYTES: u64 = 1024 * 1024;

/// Held by who appends: not every system adds what several add at once one after another.
const LOCK_FILE: &str = ".runs.lock";

/// How long an append waits for others'. Who holds the lock for longer was stopped in the midst of it.
const LOCK_PATIENCE: Duration = Duration::from_secs(1);

/// Appends one line, beside other threads and processes that do the same.
pub(super) fn append(folder: &Path, record: &RunRecord) -> io::Result<()> {
    append_bounded(folder, record, MAX_BYTES)
}

fn append_bounded(folder: &Path, record: &RunRecord, max_bytes: u64) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    let path = folder.join(HISTORY_FILE);
    let _lock = lock(folder)?;
    if std::fs::metadata(&path).is_ok_and(|metadata| metadata.len() > max_bytes) {
        std::fs::rename(&path, folder.join(OLD_HISTORY_FILE))?;
    }
    let mut file = File::options().read(true).append(true).create(true).open(&path)?;
    let mut line = Vec::new();
    if !ends_with_newline(&mut file)? {
        // A disk that was full, or a power cut, left half a line.
        line.push(b'\n');
    }
    serde_json::to_writer(&mut line, record)?;
    line.push(b'\n');
    file.write_all(&line)
}

fn ends_with_newline(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

/// The lock, let go of when the file is closed; without it after a while, for a line at the wrong place is better than
/// none.
fn lock(folder: &Path) -> io::Result<File> {
    let file = File::options().write(true).create(true).truncate(false).open(folder.join(LOCK_FILE))?;
    let deadline = Instant::now() + LOCK_PATIENCE;
    while matches!(file.try_lock(), Err(TryLockError::WouldBlock)) && Instant::now() < deadline {
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(run: u32) -> RunRecord {
        RunRecord {
            id: format!("run-{run}"),
            preset: "Test".to_owned(),
            run,
            pid: Some(7),
            sidestage_pid: 1,
            started: jiff::Timestamp::UNIX_EPOCH,
            log: None,
            end: None,
        }
    }

    fn lines(folder: &Path, file: &str) -> Vec<String> {
        std::fs::read_to_string(folder.join(file)).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_half_written_line_stays_alone() {
        let dir = tempfile::tempdir().unwrap();
        append(dir.path(), &record(1)).unwrap();
        std::fs::OpenOptions::new()
            .append(true)
            .open(dir.path().join(HISTORY_FILE))
            .unwrap()
            .write_all(b"{\"id\":")
            .unwrap();
        append(dir.path(), &record(2)).unwrap();
        let lines = lines(dir.path(), HISTORY_FILE);
        assert_eq!((lines.len(), lines[1].as_str()), (3, "{\"id\":"));
        assert_eq!(serde_json::from_str::<RunRecord>(&lines[2]).unwrap(), record(2));
    }

    #[test]
    fn it_stays_bounded_and_keeps_the_newest() {
        let dir = tempfile::tempdir().unwrap();
        for run in 0..100 {
            append_bounded(dir.path(), &record(run), 1000).unwrap();
        }
        let (old, new) = (lines(dir.path(), OLD_HISTORY_FILE), lines(dir.path(), HISTORY_FILE));
        assert!(old.len() + new.len() >= 8 && old.len() + new.len() < 30, "{} and {}", old.len(), new.len());
        assert!(new.last().unwrap().contains("run-99"), "{new:?}");
    }

    #[test]
    fn many_append_at_once_and_no_line_is_lost() {
        let dir = tempfile::tempdir().unwrap();
        let threads: Vec<_> = (0..8)
            .map(|writer| {
                let folder = dir.path().to_owned();
                let work = move || (0..100).for_each(|run| append(&folder, &record(writer * 100 + run)).unwrap());
                std::thread::Builder::new().name("append".to_owned()).spawn(work).unwrap()
            })
            .collect();
        for thread in threads {
            thread.join().unwrap();
        }
        let mut runs: Vec<u32> = lines(dir.path(), HISTORY_FILE)
            .iter()
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_str::<RunRecord>(line).unwrap().run)
            .collect();
        runs.sort_unstable();
        assert!(runs.into_iter().eq(0..800));
    }
}
