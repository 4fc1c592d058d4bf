//! A preset's folder of logs: which files are there, the next one's name, and which of the oldest go.
//!
//! The folder is shared with other processes of ours. A file that is being written is locked on Unix, and on Windows
//! can't be removed; either way it stays. Files that have no log's name are not ours and are left alone.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::model::{LogLimits, LogName};

/// How often a name is looked for that another process hasn't just taken.
const TRIES: u32 = 1000;

/// A file that was just made, and the folder's other logs from the oldest on.
pub(super) struct Made {
    pub file: File,
    pub path: PathBuf,
    pub name: LogName,
}

/// Makes the first file of a run's log, and the folder where it is missing.
pub(super) fn make_first(folder: &Path, started: Timestamp) -> io::Result<Made> {
    std::fs::create_dir_all(folder)?;
    let highest = logs(folder)?.last().map_or(0, |log| log.name.number);
    let started = format!("{started:.0}").replace(':', "-");
    for number in (highest + 1..).take(TRIES as usize) {
        match make(folder, LogName { number, started: started.clone(), part: 1 }) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Makes the file that a log goes on in. One that is there already was begun when it could not be written to.
pub(super) fn make_next(folder: &Path, before: &LogName) -> io::Result<Made> {
    std::fs::create_dir_all(folder)?;
    for part in (before.part + 1..).take(TRIES as usize) {
        match make(folder, LogName { part, ..before.clone() }) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn make(folder: &Path, name: LogName) -> io::Result<Made> {
    let path = folder.join(name.file_name());
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(windows)]
    {
        use std::os::windows::fs::OpenOptionsExt;
        use windows_sys::Win32::Storage::FileSystem::FILE_SHARE_READ;
        options.share_mode(FILE_SHARE_READ);
    }
    let file = options.open(&path)?;
    // A file system without locks gives logs all the same; they are then not pruned while they are young.
    #[cfg(unix)]
    let _ = file.try_lock();
    Ok(Made { file, path, name })
}

struct Log {
    name: LogName,
    path: PathBuf,
    bytes: u64,
}

/// The folder's logs, oldest first.
fn logs(folder: &Path) -> io::Result<Vec<Log>> {
    let mut logs = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if let Some(name) = entry.file_name().to_str().and_then(LogName::parse)
            && let Ok(metadata) = entry.metadata()
            && metadata.is_file()
        {
            logs.push(Log { name, path: entry.path(), bytes: metadata.len() });
        }
    }
    logs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(logs)
}

/// Removes the oldest logs until the limits are kept, with room for one more full file. Whatever is being written
/// stays, and so does `current`.
pub(super) fn prune(folder: &Path, limits: LogLimits, current: &LogName) -> io::Result<()> {
    let mut logs = logs(folder)?;
    let ids: std::collections::BTreeSet<_> =
        logs.iter().map(|log| (log.name.number, log.name.started.clone())).collect();
    let surplus = ids.len().saturating_sub(limits.runs.max(1) as usize);
    for (number, started) in ids.into_iter().take(surplus) {
        let is_of_run = |log: &Log| (log.name.number, &log.name.started) == (number, &started);
        // The last part is the one that a live run writes.
        let is_live = logs.iter().rfind(|log| is_of_run(log)).is_some_and(|log| is_in_use(&log.path));
        if !is_live && (number, &started) != (current.number, &current.started) {
            logs.retain(|log| !is_of_run(log) || !remove_unused(&log.path));
        }
    }
    let mut total: u64 = logs.iter().map(|log| log.bytes).sum();
    let allowed = limits.folder_bytes.saturating_sub(limits.file_bytes);
    for log in logs.iter().filter(|log| log.name != *current) {
        if total <= allowed {
            break;
        }
        if remove_unused(&log.path) {
            total -= log.bytes;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_in_use(path: &Path) -> bool {
    lock_unused(path).and_then(|file| file.unlock()).is_err()
}

/// Locks a file that nobody writes. Unlock it: closing is not enough while a child that is being started has it too.
#[cfg(unix)]
fn lock_unused(path: &Path) -> io::Result<File> {
    let file = File::open(path)?;
    file.try_lock()?;
    Ok(file)
}

#[cfg(windows)]
fn is_in_use(path: &Path) -> bool {
    File::options().write(true).open(path).is_err()
}

/// Whether the file is gone now.
fn remove_unused(path: &Path) -> bool {
    let removed = || {
        #[cfg(unix)]
        let locked = lock_unused(path)?;
        let removed = std::fs::remove_file(path);
        #[cfg(unix)]
        locked.unlock()?;
        removed
    };
    match removed() {
        Ok(()) => true,
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fill(folder: &Path, files: &[(&str, u64)]) {
        for (name, bytes) in files {
            File::create(folder.join(name)).unwrap().set_len(*bytes).unwrap();
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    fn name(file: &str) -> LogName {
        LogName::parse(file).unwrap()
    }

    const MANY: LogLimits = LogLimits { file_bytes: 0, folder_bytes: u64::MAX, runs: 1000 };

    #[test]
    fn the_oldest_runs_go_whole_and_what_is_not_ours_stays() {
        let dir = tempfile::tempdir().unwrap();
        let old = ["2026-11-01T00-00-00Z-0001.log", "2026-11-01T00-00-00Z-0001.2.log", "2026-11-02T00-00-00Z-0002.log"];
        let kept =
            ["2026-11-03T00-00-00Z-0003.2.log", "2026-11-03T00-00-00Z-0003.log", "2026-11-04T00-00-00Z-0004.log"];
        let foreign = ["notes.log", "runs.jsonl"];
        for file in old.iter().chain(&kept).chain(&foreign) {
            fill(dir.path(), &[(file, 1)]);
        }
        prune(dir.path(), LogLimits { runs: 2, ..MANY }, &name(kept[2])).unwrap();
        assert_eq!(names(dir.path()), [&kept[..], &foreign].concat());
    }

    #[test]
    fn a_clock_set_back_does_not_make_the_newest_run_the_oldest() {
        let dir = tempfile::tempdir().unwrap();
        fill(dir.path(), &[("2031-01-01T00-00-00Z-0001.log", 1), ("2031-01-01T00-00-00Z-0002.log", 1)]);
        let made = make_first(dir.path(), "2026-11-23T04:12:33Z".parse().unwrap()).unwrap();
        assert_eq!(made.name.number, 3);
        drop(made.file);
        let next = make_first(dir.path(), "2026-11-23T04:12:30Z".parse().unwrap()).unwrap();
        prune(dir.path(), LogLimits { runs: 2, ..MANY }, &next.name).unwrap();
        assert_eq!(names(dir.path()), ["2026-11-23T04-12-30Z-0004.log", "2026-11-23T04-12-33Z-0003.log"]);
    }

    #[test]
    fn the_oldest_bytes_go_with_room_for_one_more_file() {
        let dir = tempfile::tempdir().unwrap();
        let files =
            ["2026-11-01T00-00-00Z-0001.log", "2026-11-02T00-00-00Z-0002.log", "2026-11-02T00-00-00Z-0002.2.log"];
        fill(dir.path(), &files.map(|file| (file, 100)));
        let limits = LogLimits { file_bytes: 100, folder_bytes: 300, runs: 100 };
        prune(dir.path(), limits, &name(files[2])).unwrap();
        assert_eq!(names(dir.path()), [files[2], files[1]]);
        prune(dir.path(), LogLimits { folder_bytes: 1, ..limits }, &name(files[2])).unwrap();
        assert_eq!(names(dir.path()), [files[2]], "what is written now is never removed");
    }

    #[test]
    fn what_somebody_writes_is_not_removed() {
        let dir = tempfile::tempdir().unwrap();
        let live = make_first(dir.path(), "2026-11-23T04:12:33Z".parse().unwrap()).unwrap();
        let next = make_first(dir.path(), "2026-11-23T04:12:33Z".parse().unwrap()).unwrap();
        live.file.set_len(100).unwrap();
        let least = LogLimits { file_bytes: 1, folder_bytes: 1, runs: 1 };
        prune(dir.path(), least, &next.name).unwrap();
        assert_eq!(names(dir.path()).len(), 2);
        // A child that another test starts just now may have the file too.
        let _ = live.file.unlock();
        drop(live);
        prune(dir.path(), least, &next.name).unwrap();
        assert_eq!(names(dir.path()), ["2026-11-23T04-12-33Z-0002.log"]);
    }

    #[test]
    fn a_gone_folder_is_made_again() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("logs/mine");
        let made = make_first(&folder, Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!(made.name.file_name(), "1970-01-01T00-00-00Z-0001.log");
        drop(made.file);
        std::fs::remove_dir_all(dir.path().join("logs")).unwrap();
        assert_eq!(make_next(&folder, &made.name).unwrap().path, folder.join("1970-01-01T00-00-00Z-0001.2.log"));
    }
}
