//! The changes to the environment that Sidestage makes by itself, and why.
//!
//! Touch leaves variables in the environment of what it starts that break a Python of another version, and Python
//! buffers its output into a pipe. Each fix is shown in the panel and can be turned off per preset.

/// One change to the environment that a job starts with; `value` is `None` where the variable is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvChange {
    pub name: String,
    pub value: Option<String>,
    pub cause: Cause,
}

/// Who wanted a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// Sidestage, for the reason given.
    Fix(&'static str),
    /// A row of the preset.
    Preset,
}

const UNBUFFERED: &str = "Python's lines arrive at once instead of in blocks";
const UTF8: &str = "Python writes UTF-8, whatever the system's code page is";
const POLLUTED: &str = "TouchDesigner sets it for its own Python, and another Python breaks on it";
const LIBRARIES: &str = "it leads into TouchDesigner's own libraries";
const CONDA: &str = "the libraries of its conda environment are found, as if that were activated";
const ELECTRON: &str = "it turns Electron programs into a bare Node";

/// Removed for every Python where they are set.
pub const PYTHON_REMOVED: [&str; 7] = [
    "PYTHONHOME",
    "PYTHONPATH",
    "PYTHONEXECUTABLE",
    "PYTHONSTARTUP",
    "PYTHONUSERBASE",
    "PYTHONNOUSERSITE",
    "VIRTUAL_ENV",
];

/// Where conda's activation lets programs find libraries and each other, below the environment's folder.
const CONDA_PLACES: [&str; 4] = ["Library\\mingw-w64\\bin", "Library\\usr\\bin", "Library\\bin", "Scripts"];

/// All fixes that would apply, those that the preset leaves alone included.
///
/// `conda` is the folder of the environment that the program is of, where it has to be activated. `current` is the
/// environment that Sidestage runs in: a variable that isn't set needs no removing.
#[must_use]
pub fn fixes(is_python: bool, conda: Option<&str>, current: &[(String, String)]) -> Vec<EnvChange> {
    let set = |name: &str, value: &str, why| EnvChange {
        name: name.to_owned(),
        value: Some(value.to_owned()),
        cause: Cause::Fix(why),
    };
    let remove = |name: &str, why| EnvChange { name: name.to_owned(), value: None, cause: Cause::Fix(why) };
    let mut changes = Vec::new();
    if is_python {
        changes.push(set("PYTHONUNBUFFERED", "1", UNBUFFERED));
        changes.push(set("PYTHONUTF8", "1", UTF8));
        changes.push(set("PYTHONIOENCODING", "utf-8", UTF8));
    }
    if let Some(conda) = conda {
        changes.push(set("CONDA_PREFIX", conda, CONDA));
        // Without the rest the job would find no other program.
        if let Some((_, path)) = current.iter().find(|(name, _)| name.eq_ignore_ascii_case("PATH")) {
            let places = CONDA_PLACES.iter().map(|place| format!("{conda}\\{place}"));
            let places: Vec<_> = std::iter::once(conda.to_owned()).chain(places).chain([path.clone()]).collect();
            changes.push(set("PATH", &places.join(";"), CONDA));
        }
    }
    for (name, value) in current {
        if is_python && PYTHON_REMOVED.iter().any(|removed| name.eq_ignore_ascii_case(removed)) {
            changes.push(remove(name, POLLUTED));
        } else if name.eq_ignore_ascii_case("ELECTRON_RUN_AS_NODE") {
            changes.push(remove(name, ELECTRON));
        } else if (name.starts_with("LD_") || name.starts_with("DYLD_")) && is_touch_path(value) {
            changes.push(remove(name, LIBRARIES));
        }
    }
    changes
}

/// Whether a path leads into an installation of TouchDesigner.
#[must_use]
pub fn is_touch_path(path: &str) -> bool {
    path.to_ascii_lowercase().contains("touchdesigner")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(is_python: bool, current: &[(&str, &str)]) -> Vec<String> {
        let current: Vec<_> = current.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        fixes(is_python, None, &current)
            .into_iter()
            .map(|change| format!("{}{}", if change.value.is_some() { "+" } else { "-" }, change.name))
            .collect()
    }

    #[test]
    fn a_python_speaks_utf8_at_once_and_loses_what_touch_left() {
        assert_eq!(
            names(true, &[("PATH", "/bin"), ("PYTHONHOME", "/touch"), ("VIRTUAL_ENV", "/v")]),
            ["+PYTHONUNBUFFERED", "+PYTHONUTF8", "+PYTHONIOENCODING", "-PYTHONHOME", "-VIRTUAL_ENV"]
        );
    }

    #[test]
    fn a_conda_environment_is_as_if_it_were_activated() {
        let check = |current: &[(&str, &str)]| -> Vec<_> {
            let current: Vec<_> = current.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            let conda = fixes(false, Some("D:\\envs\\a"), &current);
            conda.into_iter().map(|change| (change.name, change.value.unwrap())).collect()
        };
        let prefix = ("CONDA_PREFIX".to_owned(), "D:\\envs\\a".to_owned());
        let path = "D:\\envs\\a;D:\\envs\\a\\Library\\mingw-w64\\bin;D:\\envs\\a\\Library\\usr\\bin;\
                    D:\\envs\\a\\Library\\bin;D:\\envs\\a\\Scripts;C:\\Windows";
        assert_eq!(check(&[("Path", "C:\\Windows")]), [prefix.clone(), ("PATH".to_owned(), path.to_owned())]);
        assert_eq!(check(&[]), [prefix], "what PATH is can't be told, and is left");
    }

    #[test]
    fn other_programs_lose_only_what_leads_into_touch() {
        let touch = "/Applications/TouchDesigner.app/Contents/Frameworks";
        assert_eq!(
            names(false, &[("PYTHONHOME", "/x"), ("DYLD_LIBRARY_PATH", touch), ("LD_PRELOAD", "/lib/mine.so")]),
            ["-DYLD_LIBRARY_PATH"]
        );
        assert_eq!(names(false, &[("ELECTRON_RUN_AS_NODE", "1")]), ["-ELECTRON_RUN_AS_NODE"]);
    }
}
