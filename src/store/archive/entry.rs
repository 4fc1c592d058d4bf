//! The names of files in an archive: only such as every system can make, within the folder that it is unpacked into.

use std::collections::BTreeMap;

/// Longer ones Windows may not make.
const MOST_CHARS: usize = 200;

/// Whether a file of this name can be unpacked anywhere, and nowhere else than where it shall. A folder's name ends in `/`.
///
/// # Errors
/// Why not, as the end of a sentence.
pub(super) fn check(name: &str) -> Result<(), String> {
    if name.chars().count() > MOST_CHARS {
        return Err("is too long a path".to_owned());
    }
    if name.starts_with('/') {
        return Err("is an absolute path".to_owned());
    }
    if name.contains('\\') {
        return Err("has a backslash in it".to_owned());
    }
    if name.contains(|c: char| c.is_control() || "<>:\"|?*".contains(c)) {
        return Err("has a character that not every system takes in a file's name".to_owned());
    }
    for part in name.strip_suffix('/').unwrap_or(name).split('/') {
        match part {
            "" | "." => return Err("has an empty part in its path".to_owned()),
            ".." => return Err("leads out of the folder".to_owned()),
            _ if part.ends_with(['.', ' ']) => return Err("ends in a dot or a space, which Windows drops".to_owned()),
            _ if is_device(part) => return Err(format!("is called “{part}”, which is a device of Windows")),
            _ => {}
        }
    }
    Ok(())
}

/// Names that Windows keeps for devices, whatever their ending.
fn is_device(part: &str) -> bool {
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_lowercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|rest| rest.chars().count() == 1 && "0123456789¹²³".contains(rest))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt")
}

/// The names so far, as a system that doesn't tell capitals sees them.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<String, bool>);

impl Names {
    /// Notes a name.
    ///
    /// # Errors
    /// Why it can't be beside the others, as the end of a sentence.
    pub(super) fn add(&mut self, name: &str) -> Result<(), String> {
        let is_folder = name.ends_with('/');
        let lower = name.trim_end_matches('/').to_lowercase();
        for (at, _) in lower.match_indices('/') {
            // A folder above it, which a file of that name would be in the way of.
            if self.0.insert(lower[..at].to_owned(), true) == Some(false) {
                return Err("lies in a folder where a file has the same name".to_owned());
            }
        }
        match self.0.insert(lower, is_folder) {
            None => Ok(()),
            Some(true) if is_folder => Ok(()),
            Some(_) => Err("is there twice, at least for a system that doesn't tell capitals".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_every_system_can_make_inside_the_folder_pass() {
        for name in ["a.ron", "a/b c/🎭.py", "a/", "a/.hidden", "console/com10.txt", "a/b..c"] {
            assert_eq!(check(name), Ok(()), "{name}");
        }
        for (name, why) in [
            ("../a", "leads out"),
            ("a/../../b", "leads out"),
            ("/etc/passwd", "absolute"),
            ("C:/a", "not every system"),
            ("a\\..\\b", "backslash"),
            ("a//b", "empty part"),
            ("./a", "empty part"),
            ("", "empty part"),
            ("a/CON", "device"),
            ("a/nul.txt", "device"),
            ("Com1/a", "device"),
            ("a.", "dot or a space"),
            ("a /b", "dot or a space"),
            ("a\0b", "not every system"),
            ("a:stream", "not every system"),
        ] {
            assert!(check(name).is_err_and(|said| said.contains(why)), "{name:?}: {:?}", check(name));
        }
        assert!(check(&"a/".repeat(150)).unwrap_err().contains("too long"));
    }

    #[test]
    fn names_that_clash_somewhere_are_told() {
        let check = |names: &[&str]| {
            let mut known = Names::default();
            names.iter().try_for_each(|name| known.add(name))
        };
        assert_eq!(check(&["a/", "a/b", "a/c", "a/d/e"]), Ok(()));
        assert!(check(&["a/b", "A/B"]).unwrap_err().contains("twice"));
        assert!(check(&["a/b", "a/b/c"]).unwrap_err().contains("a file has the same name"));
        assert!(check(&["a/b/c", "a/b"]).unwrap_err().contains("twice"));
    }
}
