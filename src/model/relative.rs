//! The other way round from `join`: a path as a preset writes it.

use std::path::{Component, Path};

/// How many folders a written path climbs at most. Further up the two have hardly anything to do with each other, and
/// the absolute path is the clearer one.
const MAX_CLIMB: usize = 3;

/// `path` as a preset in `preset_dir` writes it, with `/` on every system: relative if the two lie near each other, else
/// absolute. A file beside the preset becomes `./name`, which for a program tells it from a name on PATH.
#[must_use]
pub fn relative(preset_dir: &Path, path: &Path) -> String {
    let from: Vec<_> = preset_dir.components().collect();
    let to: Vec<_> = path.components().collect();
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let climb = from.len() - shared;
    let shares_a_folder = from[..shared].iter().any(|component| matches!(component, Component::Normal(_)));
    if !shares_a_folder || climb > MAX_CLIMB {
        return slashed(&path.to_string_lossy());
    }
    let mut parts = vec![".."; climb];
    let rest: Vec<_> = to[shared..].iter().map(|component| component.as_os_str().to_string_lossy()).collect();
    parts.extend(rest.iter().map(AsRef::as_ref));
    match parts.as_slice() {
        [] => ".".to_owned(),
        [name] if *name != ".." => format!("./{name}"),
        parts => parts.join("/"),
    }
}

/// On Unix a backslash is a letter like any other.
fn slashed(path: &str) -> String {
    if std::path::MAIN_SEPARATOR == '\\' { path.replace('\\', "/") } else { path.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::join;

    #[test]
    fn near_paths_are_relative_and_lead_back() {
        let dir = Path::new("/shows/tonight/presets");
        for (path, written) in [
            ("/shows/tonight/presets/a.py", "./a.py"),
            ("/shows/tonight/presets/scripts/a b.py", "scripts/a b.py"),
            ("/shows/tonight/.venv", "../.venv"),
            ("/shows/tonight", ".."),
            ("/shows/tonight/presets", "."),
            ("/shows/media/x", "../../media/x"),
            ("/usr/bin/python3", "/usr/bin/python3"),
        ] {
            assert_eq!(relative(dir, Path::new(path)), written);
            assert_eq!(join(dir, written), PathBuf::from(path), "{written}");
        }
    }

    #[test]
    fn what_is_far_away_stays_absolute() {
        assert_eq!(relative(Path::new("/home/a/b/c/d/e"), Path::new("/home/x.py")), "/home/x.py");
    }
}
