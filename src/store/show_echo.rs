//! What ties a show to Touch: one small file beside the presets, so that it moves with them. Read and written with the same
//! care as a preset.

use std::io;
use std::path::Path;

use super::presets::{LoadError, parse_as, read_bytes, stays_in_folder};
use super::{atomic, by_hand};
use crate::model::ShowEcho;

/// The file in the presets folder. It doesn't end in `.ron`, so it is never taken for a preset.
pub const FILE_NAME: &str = "sidestage.echo";
/// How deep the file is laid out over lines.
const LEVELS: usize = 1;

const EMPTY: &str =
    "the file is empty; remove it, or begin it with “(version: 2, target: (host: \"127.0.0.1\", port: 7000)”";

/// Reads what a presets folder says; no file means that nobody chose anything.
///
/// # Errors
/// The file can't be read or says something else, with line and column.
pub fn load(dir: &Path) -> Result<ShowEcho, LoadError> {
    Ok(read(&dir.join(FILE_NAME))?.map(|(show, _)| show).unwrap_or_default())
}

/// What is in the file, and its text; `None` where there is no file.
fn read(path: &Path) -> Result<Option<(ShowEcho, Vec<u8>)>, LoadError> {
    let whole = |what: String| LoadError { path: path.to_path_buf(), line: None, column: None, what };
    if path.symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound) {
        return Ok(None);
    }
    let bytes = stays_in_folder(path).and_then(|()| read_bytes(path)).map_err(whole)?;
    Ok(Some((parse_as(path, &bytes, EMPTY)?, bytes)))
}

/// Writes it down; the version before is kept beside the presets' own. Answers with a sentence where something is worth
/// knowing.
///
/// # Errors
/// A sentence: the file can't be read, and so is left alone, or it can't be written. It is as it was.
pub fn save(dir: &Path, show: &ShowEcho) -> Result<Option<String>, String> {
    let path = dir.join(FILE_NAME);
    let failed = |why: &str| {
        format!(
            "The show's target and state can't be kept in {}, and hold until Sidestage closes: {why}.",
            path.display()
        )
    };
    let refused = |error: io::Error| failed(&atomic::why(&error));
    match read(&path).map_err(|error| failed(&error.to_string()))? {
        Some((old, _)) if old == *show => Ok(None),
        None => atomic::create(&path, by_hand::to_text(show, LEVELS).as_bytes()).map(|()| None).map_err(refused),
        Some((_, old)) => by_hand::replace(&path, &old, show, LEVELS).map_err(refused),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EchoTarget, StateEcho};
    use crate::store::presets::PREVIOUS_DIR;

    fn show() -> ShowEcho {
        let target = EchoTarget { host: "10.0.0.5".to_owned(), port: 9000, ..EchoTarget::default() };
        ShowEcho { target, state: StateEcho { on: true, ..StateEcho::default() }, ..ShowEcho::default() }
    }

    #[test]
    fn what_is_kept_comes_back_and_the_version_before_stays() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(load(dir.path()), Ok(ShowEcho::default()), "no file is no trouble");
        std::fs::write(dir.path().join(FILE_NAME), "// Kim's\n(version: 1, target: (host: \"a\", port: 1))").unwrap();
        save(dir.path(), &show()).unwrap();
        assert_eq!(load(dir.path()), Ok(show()));
        let text = std::fs::read_to_string(dir.path().join(FILE_NAME)).unwrap();
        assert!(text.starts_with("// Kim's\n(version: 2, target: (host: \"10.0.0.5\", port: 9000), "), "{text}");
        let before = std::fs::read_to_string(dir.path().join(PREVIOUS_DIR).join(FILE_NAME)).unwrap();
        assert!(before.contains("host: \"a\""));
    }

    #[test]
    fn what_cannot_be_read_is_said_with_its_place_and_left_alone() {
        for (text, words) in [
            ("(version: 1, target: (host: \"a\", prot: 1))", "did you mean “port”?"),
            ("(version: 1, taget: (host: \"a\", port: 1))", "did you mean “target”?"),
            ("(version: 3, target: (host: \"a\", port: 1))", "update Sidestage"),
            ("", "the file is empty"),
        ] {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(FILE_NAME);
            std::fs::write(&path, text).unwrap();
            let complaint = load(dir.path()).unwrap_err().to_string();
            assert!(complaint.contains(words), "{complaint}");
            assert!(save(dir.path(), &show()).unwrap_err().contains(words));
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }
}
