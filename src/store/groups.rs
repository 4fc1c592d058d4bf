//! How the groups of a presets folder are launched: one small file beside the presets, so that it moves with them.
//!
//! Read and written with the same care as a preset. Knows nothing of which groups there are: what it doesn't know it
//! keeps.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::presets::{LoadError, parse_as, read_bytes, stays_in_folder};
use super::{atomic, by_hand};
use crate::model::{GroupLaunch, Version};

/// The file in the presets folder. It doesn't end in `.ron`, so it is never taken for a preset.
pub const FILE_NAME: &str = "sidestage.groups";
/// How deep the file is laid out over lines.
const LEVELS: usize = 2;

const EMPTY: &str = "the file is empty; remove it, or begin it with “(version: 2, groups: [”";

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Groups {
    pub version: Version,
    pub groups: Vec<Group>,
    /// Names of the presets' files in the order in which somebody put them; those that aren't in it come behind, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// As the presets under it name it.
    pub name: String,
    pub launch: GroupLaunch,
}

impl Groups {
    /// How a group is launched; all at once where nobody chose.
    #[must_use]
    pub fn launch_of(&self, name: &str) -> GroupLaunch {
        self.groups.iter().find(|group| group.name == name).map(|group| group.launch).unwrap_or_default()
    }

    /// Makes it a group's way; the others stay as they are.
    pub fn set(&mut self, name: &str, launch: GroupLaunch) {
        match self.groups.iter_mut().find(|group| group.name == name) {
            Some(group) => group.launch = launch,
            None => self.groups.push(Group { name: name.to_owned(), launch }),
        }
    }
}

impl Groups {
    /// Where each file stands that somebody put in its place.
    #[must_use]
    pub fn places(&self) -> HashMap<&str, usize> {
        self.order.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect()
    }
}

/// Reads a presets folder's groups; no file means that nobody chose anything.
///
/// # Errors
/// The file can't be read or says something else, with line and column.
pub fn load(dir: &Path) -> Result<Groups, LoadError> {
    let path = dir.join(FILE_NAME);
    Ok(read(&path)?.map(|(groups, _)| groups).unwrap_or_default())
}

/// What is in the file, and its text; `None` where there is no file.
fn read(path: &Path) -> Result<Option<(Groups, Vec<u8>)>, LoadError> {
    let whole = |what: String| LoadError { path: path.to_path_buf(), line: None, column: None, what };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && path.symlink_metadata().is_err() => return Ok(None),
        Ok(metadata) if !metadata.is_file() => {
            let what = "Sidestage keeps in a file of this name how groups are launched, and this is none; rename it";
            return Err(whole(what.to_owned()));
        }
        Ok(_) | Err(_) => {}
    }
    let bytes = stays_in_folder(path).and_then(|()| read_bytes(path)).map_err(whole)?;
    Ok(Some((parse_as(path, &bytes, EMPTY)?, bytes)))
}

/// Writes down how a group is launched. What stands in the file of other groups stays, whoever wrote it, and the
/// version before is kept beside the presets' own. Answers with a sentence where something is worth knowing.
///
/// # Errors
/// A sentence: the file can't be read, and so is left alone, or it can't be written. It is as it was.
pub fn remember(dir: &Path, name: &str, launch: GroupLaunch) -> Result<Option<String>, String> {
    change(dir, &format!("How “{name}” is launched"), |groups| {
        if groups.launch_of(name) != launch {
            groups.set(name, launch);
        }
    })
}

/// Writes down in which order the presets stand, by the names of their files. As [`remember`].
///
/// # Errors
/// As [`remember`].
pub fn remember_order(dir: &Path, order: Vec<String>) -> Result<Option<String>, String> {
    change(dir, "The order of the presets", |groups| groups.order = order)
}

/// A preset's file has another name now; it stays in its place. As [`remember`].
///
/// # Errors
/// As [`remember`].
pub fn rename_in_order(dir: &Path, old: &str, new: &str) -> Result<Option<String>, String> {
    change(dir, "The order of the presets", |groups| {
        groups.order.iter_mut().filter(|name| *name == old).for_each(|name| new.clone_into(name));
    })
}

fn change(dir: &Path, what: &str, change: impl FnOnce(&mut Groups)) -> Result<Option<String>, String> {
    let path = dir.join(FILE_NAME);
    let failed =
        |why: &str| format!("{what} can't be kept in {}, and holds until Sidestage closes: {why}.", path.display());
    let refused = |error: io::Error| failed(&atomic::why(&error));
    let old = read(&path).map_err(|error| failed(&error.to_string()))?;
    let (before, old) = old.map_or_else(|| (Groups::default(), None), |(groups, old)| (groups, Some(old)));
    let mut groups = before.clone();
    change(&mut groups);
    match old {
        _ if groups == before => Ok(None),
        None => atomic::create(&path, by_hand::to_text(&groups, LEVELS).as_bytes()).map(|()| None).map_err(refused),
        Some(old) => by_hand::replace(&path, &old, &groups, LEVELS).map_err(refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::presets::PREVIOUS_DIR;

    const TEXT: &str = "// Ask Kim.\n(\n    version: 2,\n    groups: [\n        \
                        (name: \"Elsewhere's\", launch: Staggered(secs: 5)),\n    ],\n)\n";

    #[test]
    fn a_choice_is_kept_beside_what_is_known_of_other_groups() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path()).unwrap().launch_of("Tonight"), GroupLaunch::Together, "no file is no trouble");
        std::fs::write(dir.path().join(FILE_NAME), TEXT).unwrap();
        remember(dir.path(), "Tonight", GroupLaunch::WhenReady).unwrap();
        let text = std::fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        let added = "5)),\n        (name: \"Tonight\", launch: WhenReady),\n";
        assert_eq!(text, TEXT.replace("5)),\n", added));
        let before = std::fs::read_to_string(dir.path().join(PREVIOUS_DIR).join(FILE_NAME)).unwrap();
        assert_eq!(before, TEXT, "the version before is kept");
        assert_eq!(load(dir.path()).unwrap().launch_of("Elsewhere's"), GroupLaunch::Staggered { secs: 5 });
    }

    #[test]
    fn the_first_choice_makes_the_file() {
        let dir = tempfile::tempdir().unwrap();
        remember(dir.path(), "हिन्दी", GroupLaunch::Staggered { secs: 2 }).unwrap();
        let text = std::fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        assert!(text.contains("\n        (name: \"हिन्दी\", launch: Staggered(secs: 2)),\n"), "{text}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place_and_left_alone() {
        for (text, place, words) in [
            ("(\n  version: 1,\n  groups: [\n    (nmae: \"A\", launch: Together)])", ":4:6: ", "did you mean “name”?"),
            ("(version: 1, groups: [(name: \"A\", launch: Later)])", ":1:43: ", "Together or Staggered or WhenReady"),
            ("(version: 1, groups: [\"A\"])", ":1:23: ", "(name: \"Tonight\", launch: WhenReady)"),
            ("(version: 3, groups: [])", ":1:11: ", "update Sidestage"),
            (" \n", ":1:1: ", "empty"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(FILE_NAME);
            std::fs::write(&path, text).unwrap();
            let complaint = load(dir.path()).unwrap_err().to_string();
            assert!(complaint.contains(place) && complaint.contains(words), "{complaint}");
            let why = remember(dir.path(), "A", GroupLaunch::WhenReady).unwrap_err();
            assert!(why.contains(place) && why.contains("“A”"), "{why}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
