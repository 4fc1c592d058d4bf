//! File names: one for a new preset that every system accepts, and the order in which people count them.

use std::path::{Path, PathBuf};

/// Longest stem in characters; file systems allow 255 bytes, and a letter may take four.
const MAX_STEM_CHARS: usize = 50;

/// Where a new preset of that name goes: a name that Windows, macOS and Linux all accept and that is still free.
#[must_use]
pub fn file_name_for(name: &str, dir: &Path) -> PathBuf {
    let stem = safe_stem(name);
    let mut path = dir.join(format!("{stem}.ron"));
    let mut number = 1;
    while path.symlink_metadata().is_ok() {
        number += 1;
        path = dir.join(format!("{stem}-{number}.ron"));
    }
    path
}

/// Renames a file that is called after its preset's old name, so that it is called after the new one; answers with where
/// it is now. None where somebody gave it a name of its own, or the system won't.
#[must_use]
pub fn rename_after(path: &Path, old_name: &str, name: &str) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_str()?;
    let behind = stem.strip_prefix(safe_stem(old_name).as_str())?;
    // Of several with one name all but the first have a number.
    let is_ours = behind.is_empty()
        || behind.strip_prefix('-').is_some_and(|digits| digits.parse::<u32>().is_ok_and(|number| number > 1));
    if !is_ours || safe_stem(name) == safe_stem(old_name) {
        return None;
    }
    let renamed = file_name_for(name, path.parent()?);
    std::fs::rename(path, &renamed).ok().map(|()| renamed)
}

/// Letters and digits of any script in lower case, everything else as single dashes.
pub(in crate::store) fn safe_stem(name: &str) -> String {
    let mut stem = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        // Marks belong to the letter before them; without them many scripts can't be read.
        if c.is_alphanumeric() || is_mark(c) || c == '_' {
            stem.push(c);
        } else if !stem.is_empty() && !stem.ends_with('-') {
            stem.push('-');
        }
    }
    let stem: String = stem.chars().take(MAX_STEM_CHARS).collect();
    let stem = stem.trim_matches('-');
    if stem.is_empty() {
        "preset".to_owned()
    } else if is_reserved(stem) {
        format!("{stem}-preset")
    } else {
        stem.to_owned()
    }
}

fn is_mark(c: char) -> bool {
    // Within text the standard library escapes what can't be seen, and a mark only where it would stand alone.
    let shown: String = ['a', c].iter().collect();
    !c.is_ascii() && c.escape_debug().count() > 1 && shown.escape_debug().count() == 2
}

/// Names that Windows keeps for devices, whatever their ending.
fn is_reserved(stem: &str) -> bool {
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|rest| rest.chars().count() == 1 && "123456789¹²³".contains(rest))
    };
    matches!(stem, "con" | "prn" | "aux" | "nul" | "conin" | "conout") || numbered("com") || numbered("lpt")
}

/// Sorts as people count, 2 before 10, and without regard to case; the name itself decides between equals.
pub fn natural_key(name: &str) -> (Vec<Part>, String) {
    let mut parts = Vec::new();
    // The ending would come between `a.ron` and `a2.ron`.
    let mut rest = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    while let Some(first) = rest.chars().next() {
        let is_number = first.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_number).unwrap_or(rest.len());
        let (part, after) = rest.split_at(end);
        parts.push(if is_number {
            let digits = part.trim_start_matches('0');
            Part::Number(digits.len(), digits.to_owned())
        } else {
            Part::Text(part.to_lowercase())
        });
        rest = after;
    }
    (parts, name.to_owned())
}

/// A run of digits, or of anything else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// By length first: no number is too long to compare.
    Number(usize, String),
    Text(String),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_file_name_that_every_system_accepts() {
        for (name, file) in [
            ("Style transfer", "style-transfer.ron"),
            ("  A/B: \"test\"? ", "a-b-test.ron"),
            ("..\\..\\evil", "evil.ron"),
            ("CON", "con-preset.ron"),
            ("com1", "com1-preset.ron"),
            ("com10", "com10.ron"),
            ("Lichtzähler Ω 映像", "lichtzähler-ω-映像.ron"),
            ("नमस्ते", "नमस्ते.ron"),
            ("trailing...", "trailing.ron"),
            ("🎭", "preset.ron"),
            ("", "preset.ron"),
            ("a\0b\nc", "a-b-c.ron"),
        ] {
            assert_eq!(file_name_for(name, Path::new("/none")), Path::new("/none").join(file), "{name:?}");
        }
        let long = file_name_for(&"映".repeat(500), Path::new("/none"));
        assert!(long.file_name().unwrap().len() < 250);
    }

    #[test]
    fn a_file_name_is_never_one_that_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a.ron"), "").unwrap();
        std::fs::create_dir(dir.path().join("a-2.ron")).unwrap();
        assert_eq!(file_name_for("A", dir.path()), dir.path().join("a-3.ron"));
    }

    #[test]
    fn a_file_follows_its_presets_name_unless_it_has_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let file = |name: &str| dir.path().join(name);
        for name in ["a.ron", "a-2.ron", "1-a.ron", "a-b.ron", "taken.ron"] {
            std::fs::write(file(name), name).unwrap();
        }
        assert_eq!(rename_after(&file("a.ron"), "A", "B c"), Some(file("b-c.ron")));
        assert_eq!(rename_after(&file("a-2.ron"), "A", "Taken"), Some(file("taken-2.ron")));
        assert_eq!(rename_after(&file("1-a.ron"), "A", "B"), None, "a name of its own");
        assert_eq!(rename_after(&file("a-b.ron"), "A", "B"), None, "another preset's");
        assert_eq!(rename_after(&file("b-c.ron"), "B C", "B, c!"), None, "the same name");
        assert_eq!(std::fs::read_to_string(file("taken-2.ron")).unwrap(), "a-2.ron");
        assert_eq!(std::fs::read_to_string(file("taken.ron")).unwrap(), "taken.ron");
    }

    #[test]
    fn names_sort_as_people_count() {
        let mut names =
            ["10-x.ron", "2-x.ron", "B.ron", "a.ron", "02-x.ron", "a10b2", "a10b10", "99999999999999999999999"];
        names.sort_by_cached_key(|name| natural_key(name));
        assert_eq!(
            names,
            ["02-x.ron", "2-x.ron", "10-x.ron", "99999999999999999999999", "a.ron", "a10b2", "a10b10", "B.ron"]
        );
    }
}
