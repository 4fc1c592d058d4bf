//! What names mean on this machine: one small file in the configuration folder, which stays where it is when a show moves.
//! Read and written with the same care as a preset.

use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize, de};

use super::presets::{LoadError, parse_as, read_bytes};
use super::{atomic, by_hand, place};
use crate::model::{LocalNames, Mapped, NameKind, check_name, check_path};

/// The file in the configuration folder.
pub const FILE_NAME: &str = "machine.ron";
/// How deep the file is laid out over lines.
const LEVELS: usize = 2;

const EMPTY: &str = "the file is empty; remove it, or begin it with “(version: 1, roots: […], interpreters: […])”";

/// What the file says.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MachineFile {
    version: MachineVersion,
    #[serde(default)]
    roots: Vec<Mapped>,
    #[serde(default)]
    interpreters: Vec<Mapped>,
}

/// The version of this file's format, of which there is one.
#[derive(Debug, PartialEq, Eq)]
struct MachineVersion;

impl Serialize for MachineVersion {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(1)
    }
}

impl<'de> Deserialize<'de> for MachineVersion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(de::Error::custom(format_args!(
                "this Sidestage reads version 1 of what a machine's names mean; version {other} is another one's"
            ))),
        }
    }
}

/// What this user's machine says. Never fails: what can't be read is told by [`LocalNames::trouble`].
#[must_use]
pub fn load() -> LocalNames {
    place::config_dir().map(|dir| load_from(&dir)).unwrap_or_default()
}

/// As [`load`], from a given folder; without the file no name means anything.
#[must_use]
pub fn load_from(dir: &Path) -> LocalNames {
    match read(&dir.join(FILE_NAME)) {
        Ok(read) => read.map(|(names, _)| names).unwrap_or_default(),
        Err(error) => {
            let trouble = format!("What names mean on this machine can't be read: {error}. Mend or remove that file.");
            LocalNames { trouble: Some(trouble), ..LocalNames::default() }
        }
    }
}

/// What is in the file, and its text; `None` where there is no file.
fn read(path: &Path) -> Result<Option<(LocalNames, Vec<u8>)>, LoadError> {
    let whole = |what: String| LoadError { path: path.to_path_buf(), line: None, column: None, what };
    if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let bytes = read_bytes(path).map_err(whole)?;
    let file: MachineFile = parse_as(path, &bytes, EMPTY)?;
    for (kind, list) in [(NameKind::Root, &file.roots), (NameKind::Interpreter, &file.interpreters)] {
        for (index, mapped) in list.iter().enumerate() {
            check_name(kind, &mapped.name).map_err(whole)?;
            if list[..index].iter().any(|other| other.name == mapped.name) {
                return Err(whole(format!("“{}” stands there twice; keep one of them", mapped.name)));
            }
        }
    }
    Ok(Some((LocalNames { roots: file.roots, interpreters: file.interpreters, trouble: None }, bytes)))
}

/// Makes a name mean this path, or nothing any more. What the file says of others stays, whoever wrote it, and the
/// version before is kept beside it. Answers with a sentence where something is worth knowing.
///
/// # Errors
/// A sentence: the name or the path can't be one, the file can't be read and so is left alone, or it can't be written. It
/// is as it was.
pub fn set(dir: &Path, kind: NameKind, name: &str, meaning: Option<&str>) -> Result<Option<String>, String> {
    let path = dir.join(FILE_NAME);
    let failed = |why: &str| format!("What “{name}” means can't be kept in {}: {why}.", path.display());
    let refused = |error: io::Error| failed(&atomic::why(&error));
    let old = read(&path).map_err(|error| format!("What “{name}” means can't be kept: {error}."))?;
    let (mut names, old) = old.map_or_else(|| (LocalNames::default(), None), |(names, old)| (names, Some(old)));
    match meaning {
        Some(meaning) => {
            check_name(kind, name).and_then(|()| check_path(meaning))?;
            if names.of(kind).iter().any(|mapped| mapped.name == name && mapped.path == meaning) {
                return Ok(None);
            }
            names.set(kind, name, meaning);
        }
        None if names.remove(kind, name) => {}
        None => return Ok(None),
    }
    match old {
        None => std::fs::create_dir_all(dir)
            .and_then(|()| atomic::create(&path, by_hand::to_text(&file_of(names), LEVELS).as_bytes()))
            .map(|()| None)
            .map_err(refused),
        Some(old) => by_hand::replace(&path, &old, &file_of(names), LEVELS).map_err(refused),
    }
}

fn file_of(names: LocalNames) -> MachineFile {
    MachineFile { version: MachineVersion, roots: names.roots, interpreters: names.interpreters }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::presets::PREVIOUS_DIR;

    const MEDIA: &str = if cfg!(windows) { "D:/it's/media" } else { "/srv/it's/media" };

    fn text(dir: &Path) -> String {
        std::fs::read_to_string(dir.join(FILE_NAME)).unwrap()
    }

    #[test]
    fn a_name_is_kept_beside_what_is_known_of_others() {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("not/there/yet");
        assert_eq!(load_from(&config), LocalNames::default(), "no file is no trouble");
        assert_eq!(set(&config, NameKind::Root, "media", Some(MEDIA)), Ok(None));
        let first =
            format!("(\n    version: 1,\n    roots: [\n        (name: \"media\", path: \"{MEDIA}\"),\n    ],\n");
        assert!(text(&config).starts_with(&first), "{}", text(&config));
        let commented = text(&config).replace("    roots: [", "    roots: [ // on the second disk");
        std::fs::write(config.join(FILE_NAME), format!("// Kim's rack.\n{commented}")).unwrap();
        set(&config, NameKind::Interpreter, "style", Some(MEDIA)).unwrap();
        let names = load_from(&config);
        assert_eq!((names.root("media"), names.interpreter("style")), (Ok(MEDIA), Ok(Some(Path::new(MEDIA)))));
        assert!(text(&config).starts_with("// Kim's rack.\n("), "a comment above it stays");
        assert!(text(&config).contains("[ // on the second disk\n"), "and one within it");
        let before = std::fs::read_to_string(config.join(PREVIOUS_DIR).join(FILE_NAME)).unwrap();
        assert!(before.contains("media") && !before.contains("style"), "the version before is kept");
        set(&config, NameKind::Root, "media", None).unwrap();
        assert!(load_from(&config).root("media").is_err());
    }

    #[test]
    fn what_cannot_be_a_name_or_a_path_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let refused = |kind, name: &str, path: &str| set(dir.path(), kind, name, Some(path)).unwrap_err();
        assert!(refused(NameKind::Root, "a b", MEDIA).contains("“a b” has others"));
        assert!(refused(NameKind::Interpreter, "a/b", MEDIA).contains("is a path"));
        assert!(refused(NameKind::Root, "media", "media").contains("is no whole path"));
        assert!(!dir.path().join(FILE_NAME).exists());
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place_and_left_alone() {
        for (text, words) in [
            ("(version: 1, roots: [(name: \"a\", pth: \"/\")])", ":1:34: there is no field “pth”"),
            ("(version: 7)", ":1:11: this Sidestage reads version 1"),
            ("(version: 1, roots: [(name: \"a\", path: \"/\"), (name: \"a\", path: \"/\")])", "stands there twice"),
            ("(version: 1, roots: [\"a\"])", "a name looks like (name: \"media\", path: \""),
            ("", ":1:1: the file is empty"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(FILE_NAME);
            std::fs::write(&path, text).unwrap();
            let trouble = load_from(dir.path()).trouble.unwrap();
            assert!(trouble.contains(words) && trouble.contains(FILE_NAME), "{trouble}");
            let why = set(dir.path(), NameKind::Root, "a", Some(MEDIA)).unwrap_err();
            assert!(why.contains(words), "{why}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
