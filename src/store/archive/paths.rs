//! How paths are written in an archive.

use std::ffi::OsStr;
use std::path::{Component, Path};

/// With `/` on every system.
pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The way from one folder of the archive to something in it.
pub(super) fn from_to(start: &Path, to: &Path) -> String {
    let (from, to): (Vec<_>, Vec<_>) = (start.components().collect(), to.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from[shared..].iter().map(|_| "..".into());
    let parts: Vec<_> = up.chain(to[shared..].iter().map(|part| part.as_os_str().to_string_lossy())).collect();
    let way = parts.join("/");
    // What begins like a flag is one to the script.
    if way.is_empty() || way.starts_with('-') { format!("./{way}") } else { way }
}

/// Whether two relative paths go the same way, step by step.
pub(super) fn are_same(one: &str, other: &str) -> bool {
    let steps = |path| -> Vec<&OsStr> {
        Path::new(path).components().filter(|step| *step != Component::CurDir).map(Component::as_os_str).collect()
    };
    steps(one) == steps(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_leads_up_and_down() {
        let way = |start: &str, to: &str| from_to(Path::new(start), Path::new(to));
        assert_eq!(way("", "a/b.mov"), "a/b.mov");
        assert_eq!(way("src/x", "media/a.mov"), "../../media/a.mov");
        assert_eq!(way("src", "src/a.mov"), "a.mov");
        assert_eq!(way("src", "src/-a.mov"), "./-a.mov");
        assert_eq!(way("src", "src"), "./");
        assert!(are_same("./a/b.mov", "a/b.mov") && are_same("a/", "a"));
        assert!(!are_same("x/../a.mov", "a.mov"), "the folder may not be there");
    }
}
