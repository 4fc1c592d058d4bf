//! What must be known of a machine to find programs on it. A value, so that a test can make up a machine.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::locate::is_python_name;
use super::version::probe_version;
use super::windows;
use crate::model::is_touch_path;

/// A machine, as far as looking for programs goes.
pub struct Machine {
    /// The folders of PATH in order, absolute ones only: a relative one would mean a different place for each job.
    pub path: Vec<PathBuf>,
    pub is_windows: bool,
    /// The endings that make a file a program on Windows, with their dot (`PATHEXT`).
    pub endings: Vec<String>,
    /// Folders that hold installations of TouchDesigner, each `TouchDesigner*`.
    pub touch_parents: Vec<PathBuf>,
    /// Whether a program runs at all. Asked only of a Python's [`Standing::Shim`] and [`Standing::Alias`].
    pub runs: fn(&Path) -> bool,
    /// The Pythons that Windows' `py` launcher knows, as version and program.
    pub py_list: fn(&Path) -> Vec<(String, PathBuf)>,
}

/// How far a program on PATH can be relied on.
enum Standing {
    Ordinary,
    /// A version manager's stand-in: it has one for each version that was ever installed, also for those that are gone.
    Shim,
    /// A Python among Windows' app aliases, which may only open a shop.
    Alias,
    /// TouchDesigner's own: its packages are Touch's, and it changes when Touch is updated.
    Touch,
}

impl Machine {
    /// The one that Sidestage runs on.
    pub fn this() -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let endings = std::env::var("PATHEXT").unwrap_or_else(|_| ".COM;.EXE;.BAT;.CMD".to_owned());
        Self {
            path: std::env::split_paths(&path).filter(|dir| dir.is_absolute()).collect(),
            is_windows: cfg!(windows),
            endings: endings.split(';').filter(|ending| ending.starts_with('.')).map(str::to_owned).collect(),
            touch_parents: touch_parents(),
            runs,
            py_list: windows::py_list,
        }
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

    /// The first of `candidates` that is worth using; those that are a last resort only if there is no other.
    pub fn best(&self, candidates: &[PathBuf]) -> Option<PathBuf> {
        [false, true].into_iter().find_map(|allow_last_resort| {
            candidates.iter().find(|program| self.is_usable(program, allow_last_resort)).cloned()
        })
    }

    /// Whether a program is worth using.
    pub fn is_usable(&self, program: &Path, allow_last_resort: bool) -> bool {
        match self.standing(program) {
            Standing::Ordinary => true,
            Standing::Shim => (self.runs)(program),
            Standing::Alias => allow_last_resort && (self.runs)(program),
            Standing::Touch => allow_last_resort,
        }
    }

    fn standing(&self, program: &Path) -> Standing {
        let text = program.to_string_lossy();
        if is_touch_path(&text) {
            return Standing::Touch;
        }
        // Any other program is never run just to see whether it does.
        if !is_python_name(&program.file_name().unwrap_or_default().to_string_lossy()) {
            return Standing::Ordinary;
        }
        if self.is_alias(program) {
            Standing::Alias
        } else if program.parent().and_then(Path::file_name).is_some_and(|folder| folder == "shims") {
            Standing::Shim
        } else {
            Standing::Ordinary
        }
    }

    /// Whether a program is one of Windows' app aliases: no file of its own, and perhaps no program behind it.
    fn is_alias(&self, program: &Path) -> bool {
        self.is_windows
            && windows::is_alias_path(&program.to_string_lossy())
            && program.symlink_metadata().is_ok_and(|metadata| metadata.len() == 0)
    }

    fn with_endings(&self, path: &Path) -> Vec<PathBuf> {
        let mut candidates = Vec::new();
        if self.is_windows {
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
        if self.is_windows {
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

fn touch_parents() -> Vec<PathBuf> {
    if cfg!(windows) {
        let program_files = std::env::var_os("ProgramFiles").unwrap_or_else(|| "C:\\Program Files".into());
        vec![Path::new(&program_files).join("Derivative")]
    } else if cfg!(target_os = "macos") {
        vec![PathBuf::from("/Applications")]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
pub mod made_up {
    //! A machine in a temporary folder.

    use super::*;

    pub fn machine(is_windows: bool, path: &[&Path]) -> Machine {
        Machine {
            path: path.iter().map(|dir| dir.to_path_buf()).collect(),
            is_windows,
            endings: [".COM", ".EXE", ".BAT", ".CMD"].map(str::to_owned).to_vec(),
            touch_parents: Vec::new(),
            runs: |_| false,
            py_list: |_| Vec::new(),
        }
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
