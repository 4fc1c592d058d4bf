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
const PYENV: &str = "the programs of its own version are found, as if pyenv had started it";
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
pub const CONDA_PLACES: [&str; 4] = ["Library\\mingw-w64\\bin", "Library\\usr\\bin", "Library\\bin", "Scripts"];

/// What a program on Windows is of that has folders of its own to be found on PATH. Each names a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Activation {
    /// A conda environment.
    Conda(String),
    /// A version of pyenv's, which was found by a stand-in.
    Pyenv(String),
}

impl Activation {
    /// What goes before the rest of PATH, and why.
    fn places(&self) -> (Vec<String>, &'static str) {
        let (folder, below, why) = match self {
            Self::Conda(folder) => (folder, &CONDA_PLACES[..], CONDA),
            Self::Pyenv(folder) => (folder, &["Scripts"][..], PYENV),
        };
        let below = below.iter().map(|place| format!("{folder}\\{place}"));
        (std::iter::once(folder.clone()).chain(below).collect(), why)
    }
}

/// All fixes that would apply, those that the preset leaves alone included.
///
/// `activation` is what the program is of that has to be activated. `current` is the environment that Sidestage runs in: a
/// variable that isn't set needs no removing.
#[must_use]
pub fn fixes(is_python: bool, activation: Option<&Activation>, current: &[(String, String)]) -> Vec<EnvChange> {
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
    if let Some(Activation::Conda(folder)) = activation {
        changes.push(set("CONDA_PREFIX", folder, CONDA));
    }
    // Without the rest the job would find no other program.
    let path = current.iter().find(|(name, _)| name.eq_ignore_ascii_case("PATH"));
    if let (Some(activation), Some((_, path))) = (activation, path) {
        let (mut places, why) = activation.places();
        places.push(path.clone());
        changes.push(set("PATH", &places.join(";"), why));
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
    fn what_has_to_be_activated_is_as_if_it_were() {
        let made_of = |activation: Activation, current: &[(&str, &str)]| -> Vec<_> {
            let current: Vec<_> = current.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            let made = fixes(false, Some(&activation), &current);
            made.into_iter().map(|change| (change.name, change.value.unwrap())).collect()
        };
        let check = |current: &[(&str, &str)]| made_of(Activation::Conda("D:\\envs\\a".to_owned()), current);
        let prefix = ("CONDA_PREFIX".to_owned(), "D:\\envs\\a".to_owned());
        let path = "D:\\envs\\a;D:\\envs\\a\\Library\\mingw-w64\\bin;D:\\envs\\a\\Library\\usr\\bin;\
                    D:\\envs\\a\\Library\\bin;D:\\envs\\a\\Scripts;C:\\Windows";
        assert_eq!(check(&[("Path", "C:\\Windows")]), [prefix.clone(), ("PATH".to_owned(), path.to_owned())]);
        assert_eq!(check(&[]), [prefix], "what PATH is can't be told, and is left");
        let pyenv = made_of(Activation::Pyenv("D:\\3.11.4".to_owned()), &[("Path", "C:\\Windows")]);
        assert_eq!(pyenv, [("PATH".to_owned(), "D:\\3.11.4;D:\\3.11.4\\Scripts;C:\\Windows".to_owned())]);
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
