//! Where the TouchDesigner project lies that a preset belongs to.

use std::path::{Path, PathBuf};

/// How many folders up from the preset's a project is looked for; further up it is hardly the preset's.
const CLIMB: usize = 3;

/// How many files of a folder are looked at: one that holds more is no project's.
const LOOKED_AT: usize = 5000;

/// The nearest folder with a project (`.toe`) in it, from the preset's own upwards. Not for the panel's thread.
#[must_use]
pub fn find_project(preset_dir: &Path) -> Option<PathBuf> {
    let dir = std::path::absolute(preset_dir).ok()?;
    dir.ancestors().take(CLIMB + 1).find(|dir| holds_project(dir)).map(Path::to_path_buf)
}

fn holds_project(dir: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else { return false };
    let is_project = |path: &Path| path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("toe"));
    entries.take(LOOKED_AT).flatten().any(|entry| is_project(&entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_project_above_a_preset_is_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let deep = dir.path().join("show/a/presets/b/c");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(dir.path().join("show/Show.TOE"), "").unwrap();
        let show = dir.path().join("show");
        assert_eq!(find_project(&show), Some(show.clone()));
        assert_eq!(find_project(&show.join("a/presets/b")), Some(show.clone()));
        assert_ne!(find_project(&deep), Some(show), "it is too far away");
        std::fs::write(deep.join("near.toe"), "").unwrap();
        assert_eq!(find_project(&deep), Some(deep));
    }
}
