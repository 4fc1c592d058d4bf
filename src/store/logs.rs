//! Where the logs of runs are. They are written by the engine; here is what a person or the panel finds of them.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::place;
use crate::model::{LogLimits, LogName, LogPlan, Preset, log_folder_name};

/// How much of each preset's logs is kept, as the settings have it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LogSettings {
    /// A run's log that grows beyond goes on in another file.
    pub file_mib: u32,
    /// All logs of one preset; the oldest go.
    pub preset_mib: u32,
    /// Runs of one preset whose logs are kept.
    pub runs: u32,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self { file_mib: 64, preset_mib: 1024, runs: 200 }
    }
}

impl LogSettings {
    /// The same with what would keep nothing put right.
    #[must_use]
    pub fn clamped(self) -> Self {
        Self { file_mib: self.file_mib.max(1), preset_mib: self.preset_mib.max(2), runs: self.runs.max(1) }
    }

    #[must_use]
    pub fn limits(self) -> LogLimits {
        let Self { file_mib, preset_mib, runs } = self.clamped();
        LogLimits { file_bytes: u64::from(file_mib) << 20, folder_bytes: u64::from(preset_mib) << 20, runs }
    }
}

/// The folder with a folder of logs for each preset; `None` if the system names no data folder for this user.
#[must_use]
pub fn logs_dir() -> Option<PathBuf> {
    place::local_data("logs")
}

/// The folder of one preset's logs, by the preset's name; it may not be there yet. Looks at no disk.
#[must_use]
pub fn preset_dir(logs_dir: &Path, preset: &str) -> PathBuf {
    logs_dir.join(log_folder_name(preset))
}

/// How the runs of a preset are logged; `None` if it says that they are not. Looks at no disk.
#[must_use]
pub fn plan(logs_dir: &Path, preset: &Preset, settings: LogSettings) -> Option<LogPlan> {
    preset.lifecycle.log.then(|| LogPlan {
        preset: preset.name.clone(),
        folder: preset_dir(logs_dir, &preset.name),
        limits: settings.limits(),
    })
}

/// The log files in a preset's folder, oldest first; none where the folder can't be read.
#[must_use]
pub fn files(folder: &Path) -> Vec<(LogName, PathBuf)> {
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let name = LogName::parse(entry.file_name().to_str()?)?;
            Some((name, entry.path()))
        })
        .collect();
    files.sort();
    files
}

/// The latest part of the latest run's log in a preset's folder.
#[must_use]
pub fn newest(folder: &Path) -> Option<PathBuf> {
    files(folder).pop().map(|(_, path)| path)
}

/// Whether a process of ours writes this log just now.
#[must_use]
pub fn is_being_written(log: &Path) -> bool {
    // Writers lock their file on Unix; on Windows they let nobody else write to it.
    #[cfg(unix)]
    let is_taken = std::fs::File::open(log).is_ok_and(|file| match file.try_lock_shared() {
        // Closing is not enough: a child that is being started just now would keep the lock for a moment.
        Ok(()) => file.unlock().is_err(),
        Err(std::fs::TryLockError::WouldBlock) => true,
        Err(std::fs::TryLockError::Error(_)) => false,
    });
    #[cfg(windows)]
    let is_taken = {
        const SHARING_VIOLATION: i32 = 32;
        let opened = std::fs::File::options().write(true).open(log);
        opened.is_err_and(|error| error.raw_os_error() == Some(SHARING_VIOLATION))
    };
    is_taken
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_the_last_part_of_the_highest_number() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(newest(dir.path()), None);
        assert_eq!(newest(&dir.path().join("missing")), None);
        for name in [
            "2031-01-01T00-00-00Z-0001.log",
            "2026-11-23T04-12-33Z-0002.log",
            "2026-11-23T04-12-33Z-0002.10.log",
            "2026-11-23T04-12-33Z-0002.9.log",
            "zzz.log",
        ] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        assert_eq!(newest(dir.path()), Some(dir.path().join("2026-11-23T04-12-33Z-0002.10.log")));
    }

    #[test]
    fn settings_that_would_keep_nothing_are_put_right() {
        let none = LogSettings { file_mib: 0, preset_mib: 0, runs: 0 };
        assert_eq!(none.limits(), LogLimits { file_bytes: 1 << 20, folder_bytes: 2 << 20, runs: 1 });
        assert_eq!(LogSettings::default().limits(), LogLimits::default());
    }
}
