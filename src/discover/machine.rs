//! What must be known of a machine to find programs on it: its environment, its folders, its registry and which system
//! it is. A value, so that a test can make up a machine of any system on any other.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::locate::is_python_name;
use super::pyenv_win;
use super::registry::{self, Registry};
use super::version::probe_version;
use super::windows;
use crate::model::{is_touch_path, join};

/// Which of the systems a machine runs, as far as programs lie elsewhere or are called otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    Windows,
    Mac,
    /// Or another Unix.
    Linux,
}

/// A machine, as far as looking for programs goes.
pub struct Machine {
    pub system: System,
    /// The folders of PATH in order, absolute ones only: a relative one would mean a different place for each job.
    pub path: Vec<PathBuf>,
    /// On Windows by names in capitals.
    pub environment: BTreeMap<String, OsString>,
    /// Where `/` is; a test's machine has it in a temporary folder.
    pub root: PathBuf,
    /// The endings that make a file a program on Windows, with their dot (`PATHEXT`).
    pub endings: Vec<String>,
    pub registry: Box<dyn Registry>,
    /// What an app alias of Windows stands for, as a path or a package's name.
    pub alias_target: fn(&Path) -> Option<String>,
    /// Whether a program runs at all. Asked only of a Python's [`Standing::Shim`].
    pub runs: fn(&Path) -> bool,
    /// The Pythons that Windows' `py` launcher knows, as version and program.
    pub py_list: fn(&Path) -> Vec<(String, PathBuf)>,
    /// What names were found to stand for; who wants to know what changed since makes a new machine.
    pub looked_up: RefCell<BTreeMap<LookedUp, Result<PathBuf, String>>>,
}

/// A name, and where that makes a difference the folder in which it is looked up.
type LookedUp = (String, Option<PathBuf>);

/// How far a program on PATH can be relied on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Ordinary,
    /// A version manager's stand-in: it has one for each version that was ever installed, also for those that are gone.
    Shim,
    /// A Python among Windows' app aliases, with a program behind it.
    Alias,
    /// No Python, but what offers to install one: running it opens a shop or a dialog.
    Stub,
    /// TouchDesigner's own: its packages are Touch's, and it changes when Touch is updated.
    Touch,
}

impl Machine {
    /// The one that Sidestage runs on.
    pub fn this() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let endings = std::env::var("PATHEXT").unwrap_or_else(|_| ".COM;.EXE;.BAT;.CMD".to_owned());
        let name_of = |name: String| if cfg!(windows) { name.to_uppercase() } else { name };
        let environment =
            std::env::vars_os().filter_map(|(name, value)| Some((name_of(name.into_string().ok()?), value))).collect();
        Self {
            system: match () {
                () if cfg!(windows) => System::Windows,
                () if cfg!(target_os = "macos") => System::Mac,
                () => System::Linux,
            },
            path: std::env::split_paths(&path).filter(|dir| dir.is_absolute()).collect(),
            environment,
            root: PathBuf::from("/"),
            endings: endings.split(';').filter(|ending| ending.starts_with('.')).map(str::to_owned).collect(),
            registry: registry::of_this_machine(),
            alias_target: windows::alias_target,
            runs,
            py_list: windows::py_list,
            looked_up: RefCell::default(),
        }
    }

    pub fn is_windows(&self) -> bool {
        self.system == System::Windows
    }

    /// A variable of the environment that names something; an empty one names nothing.
    pub fn variable(&self, name: &str) -> Option<&OsStr> {
        let name = if self.is_windows() { name.to_uppercase() } else { name.to_owned() };
        self.environment.get(&name).map(OsString::as_os_str).filter(|value| !value.is_empty())
    }

    /// The folder that a variable names; a relative one is none.
    pub fn dir_in(&self, variable: &str) -> Option<PathBuf> {
        self.variable(variable).map(PathBuf::from).filter(|dir| dir.is_absolute())
    }

    /// The user's folder.
    pub fn home(&self) -> Option<PathBuf> {
        self.dir_in(if self.is_windows() { "USERPROFILE" } else { "HOME" })
    }

    /// A place that is the same on every Unix machine, from its root: `/opt/homebrew`.
    pub fn fixed(&self, place: &str) -> PathBuf {
        join(&self.root, place.trim_start_matches('/'))
    }

    /// Every program of that name on PATH, in order.
    pub fn on_path(&self, name: &str) -> Vec<PathBuf> {
        self.path.iter().filter_map(|dir| self.program_at(&dir.join(name))).collect()
    }

    /// The program at a path; on Windows also with one of the usual endings, which people leave out.
    pub fn program_at(&self, path: &Path) -> Option<PathBuf> {
        self.with_endings(path).into_iter().find(|candidate| self.is_program(candidate))
    }

    /// The file at a path, program or not, with the endings of [`Self::program_at`].
    pub fn file_at(&self, path: &Path) -> Option<PathBuf> {
        self.with_endings(path).into_iter().find(|candidate| candidate.is_file())
    }

    /// The first of `candidates` that is worth using in `folder`; those that are a last resort only if there is no other.
    pub fn best(&self, candidates: &[PathBuf], folder: &Path) -> Option<PathBuf> {
        [false, true].into_iter().find_map(|allow_last_resort| {
            candidates.iter().find(|program| self.is_usable(program, folder, allow_last_resort)).cloned()
        })
    }

    fn is_usable(&self, program: &Path, folder: &Path, allow_last_resort: bool) -> bool {
        match self.standing(program) {
            Standing::Ordinary => true,
            // Running one tells what it leads to in our folder, not in this one, so that is the second choice.
            Standing::Shim => pyenv_win::behind(self, program, folder).is_some() || (self.runs)(program),
            Standing::Alias | Standing::Touch => allow_last_resort,
            Standing::Stub => false,
        }
    }

    pub fn standing(&self, program: &Path) -> Standing {
        let text = program.to_string_lossy();
        if is_touch_path(&text) {
            return Standing::Touch;
        }
        // Any other program is never run just to see whether it does.
        if !is_python_name(&program.file_name().unwrap_or_default().to_string_lossy()) {
            return Standing::Ordinary;
        }
        if self.is_alias(program) {
            let target = (self.alias_target)(program);
            if windows::is_stub(program, target.as_deref()) { Standing::Stub } else { Standing::Alias }
        } else if self.is_mac_stub(program) {
            Standing::Stub
        } else if program.parent().and_then(Path::file_name).is_some_and(|folder| folder.eq_ignore_ascii_case("shims"))
        {
            Standing::Shim
        } else {
            Standing::Ordinary
        }
    }

    /// Whether a program is one of Windows' app aliases: no file of its own, and perhaps no program behind it.
    fn is_alias(&self, program: &Path) -> bool {
        self.is_windows()
            && windows::is_alias_path(&program.to_string_lossy())
            && program.symlink_metadata().is_ok_and(|metadata| metadata.len() == 0)
    }

    /// macOS' own `python3` is one of Apple's developer tools; where they are not, it asks to install them.
    fn is_mac_stub(&self, program: &Path) -> bool {
        const TOOLS: [&str; 2] = ["/Library/Developer/CommandLineTools", "/Applications/Xcode.app/Contents/Developer"];
        self.system == System::Mac
            && program.parent().is_some_and(|dir| dir == self.fixed("/usr/bin"))
            && !TOOLS.iter().any(|tools| self.fixed(tools).join("usr/bin/python3").is_file())
    }

    fn with_endings(&self, path: &Path) -> Vec<PathBuf> {
        let mut candidates = Vec::new();
        if self.is_windows() {
            let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            if self.endings.iter().any(|ending| name.ends_with(&ending.to_lowercase())) {
                return vec![path.to_path_buf()];
            }
            candidates.extend(self.endings.iter().map(|ending| {
                let mut with_ending = path.as_os_str().to_owned();
                with_ending.push(ending.to_lowercase());
                PathBuf::from(with_ending)
            }));
        } else {
            candidates.push(path.to_path_buf());
        }
        candidates
    }

    fn is_program(&self, path: &Path) -> bool {
        // An app alias can be run and looked at, but not followed.
        if self.is_windows() {
            return path.is_file() || self.is_alias(path);
        }
        path.is_file() && is_executable(path)
    }
}

/// Whether the system would run the file. Only Unix has a mark for it.
pub fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    path.is_file()
}

/// Whether a program answers when it is asked for its version. One that did once is not asked again.
fn runs(program: &Path) -> bool {
    static ANSWERED: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());
    let answered = || ANSWERED.lock().unwrap_or_else(PoisonError::into_inner);
    if answered().contains(program) {
        return true;
    }
    let runs = probe_version(program).is_some();
    if runs {
        answered().insert(program.to_path_buf());
    }
    runs
}

#[cfg(test)]
pub mod made_up {
    //! A machine in a temporary folder.

    use super::*;

    pub fn machine(is_windows: bool, path: &[&Path]) -> Machine {
        let system = if is_windows { System::Windows } else { System::Linux };
        Machine { path: path.iter().map(|dir| dir.to_path_buf()).collect(), ..rooted(system, Path::new("/nowhere")) }
    }

    /// One whose whole tree of folders begins at `root`.
    pub fn rooted(system: System, root: &Path) -> Machine {
        Machine {
            system,
            path: Vec::new(),
            environment: BTreeMap::new(),
            root: root.to_path_buf(),
            endings: [".COM", ".EXE", ".BAT", ".CMD"].map(str::to_owned).to_vec(),
            registry: Box::new(registry::Empty),
            alias_target: written_beside,
            runs: |_| false,
            py_list: |_| Vec::new(),
            looked_up: RefCell::default(),
        }
    }

    /// What a made-up alias stands for is written in a file beside it.
    fn written_beside(alias: &Path) -> Option<String> {
        std::fs::read_to_string(alias.with_extension("target")).ok()
    }

    /// An executable file, with the folders above it.
    pub fn program(path: &Path) -> PathBuf {
        file(path, "#!/bin/sh\n");
        #[cfg(unix)]
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        path.to_path_buf()
    }

    pub fn file(path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
}
