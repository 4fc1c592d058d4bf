//! The presets that come with Sidestage and the scripts that they run, embedded in the program.

use std::io;
use std::path::Path;

use super::atomic;

/// Path within the presets' folder, and what the file holds.
pub type ShippedFile = (&'static str, &'static [u8]);

macro_rules! shipped {
    ($($path:literal),* $(,)?) => {
        &[$(($path, include_bytes!(concat!("../../presets/", $path)))),*]
    };
}

/// Every shipped file. A test holds that nothing in `presets/` is missing here.
pub const FILES: &[ShippedFile] = shipped![
    "1-run-a-script.ron",
    "2-choose-the-python.ron",
    "3-pass-arguments.ron",
    "4-messages-back.ron",
    "5-arguments-and-messages.ron",
    "6-long-job.ron",
    "7-not-python.ron",
    "8-noisy.ron",
    "scripts/arguments_and_messages.py",
    "scripts/long_job.py",
    "scripts/messages_back.py",
    "scripts/noisy.py",
    "scripts/pass_arguments.py",
    "scripts/run_a_script.py",
];

/// Writes the shipped files into `dir`, which is created if it is missing; returns how many were written. What is
/// there already stays as it is.
///
/// # Errors
/// The system's, with the files before it written.
pub fn fill(dir: &Path) -> io::Result<usize> {
    let mut written = 0;
    for (path, bytes) in FILES {
        let path = dir.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        match atomic::create(&path, bytes) {
            Ok(()) => written += 1,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::presets;

    fn files_below(dir: &Path, prefix: &str, found: &mut Vec<String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().into_string().unwrap();
            if name.starts_with('.') || name == "__pycache__" {
                continue;
            }
            let path = format!("{prefix}{name}");
            if entry.path().is_dir() {
                files_below(&entry.path(), &format!("{path}/"), found);
            } else {
                found.push(path);
            }
        }
    }

    #[test]
    fn nothing_that_ships_is_missing_from_the_table() {
        let mut on_disk = Vec::new();
        files_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("presets"), "", &mut on_disk);
        on_disk.sort();
        let mut table: Vec<_> = FILES.iter().map(|(path, _)| (*path).to_owned()).collect();
        table.sort();
        assert_eq!(table, on_disk);
    }

    #[test]
    fn a_filled_folder_loads_and_what_was_there_stays() {
        let dir = tempfile::tempdir().unwrap();
        let presets_dir = dir.path().join("new/presets");
        assert_eq!(fill(&presets_dir).unwrap(), FILES.len());
        let folder = presets::load_dir(&presets_dir);
        assert_eq!((folder.errors, folder.warnings), (vec![], vec![]));
        assert_eq!(folder.presets.len(), FILES.iter().filter(|(path, _)| !path.contains('/')).count());
        for entry in &folder.presets {
            let script = crate::model::join(&presets_dir, &entry.preset.script);
            assert!(!entry.preset.script.contains('/') || script.is_file(), "{} is missing", script.display());
        }
        let mine = presets_dir.join("8-noisy.ron");
        std::fs::write(&mine, "mine").unwrap();
        std::fs::remove_file(presets_dir.join("scripts/noisy.py")).unwrap();
        assert_eq!(fill(&presets_dir).unwrap(), 1);
        assert_eq!(std::fs::read(&mine).unwrap(), b"mine");
    }
}
