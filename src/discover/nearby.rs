//! Looks for what is missing in folders that are likely to have it. Bounded in time and in what is looked at, for a disk
//! may be large and a server slow; can be called off.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::locate::is_venv;
use super::missing::Need;

/// What is looked for, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunt {
    pub need: Need,
    /// Of a root the paths below it that presets name: a folder that has one of them is likely to be the one.
    pub below: Vec<String>,
    /// Folders to start from, the likeliest first.
    pub starts: Vec<PathBuf>,
}

/// What a hunt came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nearby {
    /// The likeliest first.
    pub found: Vec<PathBuf>,
    /// How many folders were looked into.
    pub folders: usize,
    /// There was more to look at.
    pub is_cut: bool,
}

/// How far a hunt goes.
#[derive(Clone, Copy, Debug)]
struct Limits {
    folders: usize,
    entries: usize,
    depth: usize,
    found: usize,
    time: Duration,
}

const LIMITS: Limits = Limits { folders: 20_000, entries: 400_000, depth: 8, found: 12, time: Duration::from_secs(10) };

/// Folders that hold much and nothing of a show.
const PASSED_OVER: [&str; 10] = [
    "node_modules",
    "__pycache__",
    "site-packages",
    "dist-packages",
    "target",
    "$recycle.bin",
    "system volume information",
    "proc",
    "sys",
    "lost+found",
];

/// Looks for it. Takes seconds; not for the panel's thread. Links to folders are not followed.
#[must_use]
pub fn search_nearby(hunt: &Hunt, is_cancelled: &AtomicBool) -> Nearby {
    search(hunt, LIMITS, is_cancelled)
}

/// Where what is missing for a preset in `preset_dir` may lie: around the preset, in the roots, where the path would be.
#[must_use]
pub fn likely_folders<'a>(need: &Need, preset_dirs: impl Iterator<Item = &'a Path>, roots: &[PathBuf]) -> Vec<PathBuf> {
    let mut starts: Vec<PathBuf> = Vec::new();
    let mut add = |folder: &Path| {
        if !starts.iter().any(|start| start == folder) {
            starts.push(folder.to_path_buf());
        }
    };
    let path = match need {
        Need::InterpreterAt(path) | Need::Script(path) | Need::Folder(path) | Need::File(path) => Some(path.as_path()),
        Need::Root(_) | Need::Interpreter(_) | Need::Program(_) => None,
    };
    let there = path.into_iter().flat_map(Path::ancestors).skip(1).find(|above| above.is_dir());
    there.into_iter().filter(|folder| is_small(folder)).for_each(&mut add);
    for dir in preset_dirs {
        add(dir);
        dir.ancestors().skip(1).take(2).filter(|folder| is_small(folder)).for_each(&mut add);
    }
    for root in roots {
        add(root);
    }
    starts
}

/// Whether a folder is more than a disk or what the system has at its top, which hold everything.
fn is_small(folder: &Path) -> bool {
    let least = if cfg!(windows) { 1 } else { 2 };
    folder.components().filter(|part| matches!(part, Component::Normal(_))).count() >= least
}

struct Search<'a> {
    hunt: &'a Hunt,
    /// What the last part of the path is, in lower case.
    name: String,
    limits: Limits,
    seen: BTreeSet<PathBuf>,
    found: Vec<PathBuf>,
    folders: usize,
    entries: usize,
}

fn search(hunt: &Hunt, limits: Limits, is_cancelled: &AtomicBool) -> Nearby {
    let begun = Instant::now();
    let shown = hunt.need.shown();
    let name = Path::new(&shown).file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let (seen, found) = (BTreeSet::new(), Vec::new());
    let mut search = Search { hunt, name, limits, seen, found, folders: 0, entries: 0 };
    // Breadth first: what is near is likelier, and a deep folder must not take all the time.
    let mut queue: VecDeque<(PathBuf, usize)> = hunt.starts.iter().map(|start| (start.clone(), 0)).collect();
    let mut is_cut = false;
    while let Some((folder, depth)) = queue.pop_front() {
        is_cut = is_cancelled.load(Ordering::Relaxed)
            || begun.elapsed() > limits.time
            || search.folders >= limits.folders
            || search.entries >= limits.entries
            || search.found.len() >= limits.found;
        if is_cut {
            break;
        }
        if search.seen.insert(folder.clone()) {
            let inner = search.look_into(&folder);
            if depth < limits.depth {
                queue.extend(inner.into_iter().map(|folder| (folder, depth + 1)));
            }
        }
    }
    let mut found = search.found;
    found.sort_by_key(|path| std::cmp::Reverse(alike(path, &shown)));
    Nearby { found, folders: search.folders, is_cut }
}

impl Search<'_> {
    /// Notes what fits, and answers with the folders within.
    fn look_into(&mut self, folder: &Path) -> Vec<PathBuf> {
        self.folders += 1;
        self.consider(folder, true);
        let mut inner = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            self.entries += 1;
            if self.entries >= self.limits.entries {
                break;
            }
            let Ok(kind) = entry.file_type() else { continue };
            let path = entry.path();
            // A link may lead to the one that is meant, but not into other folders: they might lead back.
            let is_dir = if kind.is_symlink() { path.is_dir() } else { kind.is_dir() };
            if !is_dir {
                self.consider(&path, false);
            } else if kind.is_symlink() {
                self.consider(&path, true);
            } else if self.is_worth_a_look(&entry.file_name().to_string_lossy().to_lowercase()) {
                inner.push(path);
            }
        }
        inner.sort();
        inner
    }

    /// Hidden folders only where one is looked for.
    fn is_worth_a_look(&self, name: &str) -> bool {
        let is_meant = name == self.name || matches!(self.hunt.need, Need::Interpreter(_) | Need::InterpreterAt(_));
        !PASSED_OVER.contains(&name) && (!name.starts_with('.') || (is_meant && name != ".git"))
    }

    fn consider(&mut self, path: &Path, is_dir: bool) {
        let fits = match &self.hunt.need {
            Need::Root(_) if is_dir => self.is_called_so(path) || self.has_what_lies_below(path),
            Need::Folder(_) if is_dir => self.is_called_so(path),
            Need::Interpreter(_) | Need::InterpreterAt(_) if is_dir => self.is_called_so(path) && is_venv(path),
            Need::Script(_) | Need::File(_) => self.is_called_so(path),
            Need::Interpreter(_) | Need::InterpreterAt(_) | Need::Program(_) if !is_dir => self.is_called_so(path),
            Need::Root(_) | Need::Folder(_) | Need::Interpreter(_) | Need::InterpreterAt(_) | Need::Program(_) => false,
        };
        if fits && self.found.len() < self.limits.found && !self.found.iter().any(|found| found == path) {
            self.found.push(path.to_path_buf());
        }
    }

    fn is_called_so(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_program = matches!(self.hunt.need, Need::Program(_) | Need::Interpreter(_));
        name == self.name || (is_program && name.strip_suffix(".exe") == Some(self.name.as_str()))
    }

    fn has_what_lies_below(&self, folder: &Path) -> bool {
        self.hunt.below.iter().take(8).any(|below| folder.join(below).exists())
    }
}

/// How many of the last parts of a path are those of another one.
fn alike(path: &Path, wanted: &str) -> usize {
    let parts = |path: &Path| -> Vec<String> {
        path.components().rev().map(|part| part.as_os_str().to_string_lossy().to_lowercase()).collect()
    };
    parts(path).iter().zip(parts(Path::new(wanted))).take_while(|(one, other)| **one == *other).count()
}

#[cfg(test)]
mod tests {
    use super::super::machine::made_up::file;
    use super::*;

    fn set_up() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for path in [
            "show/presets/a.ron",
            "show/old/clip.mov",
            "show/media/tonight/Clip.MOV",
            "show/media/tonight/b.mov",
            "show/node_modules/clip.mov",
            "show/.hidden/clip.mov",
            "show/venvs/style/pyvenv.cfg",
            "show/style/readme.txt",
        ] {
            file(&dir.path().join(path), "");
        }
        dir
    }

    fn check(dir: &Path, need: Need, below: &[&str]) -> Vec<String> {
        let presets = dir.join("show/presets");
        let starts = likely_folders(&need, std::iter::once(presets.as_path()), &[]);
        // Nothing beyond what this test made.
        let starts = starts.into_iter().filter(|start| start.starts_with(dir)).collect();
        let below = below.iter().map(|path| (*path).to_owned()).collect();
        let nearby = search_nearby(&Hunt { need, below, starts }, &AtomicBool::new(false));
        assert!(!nearby.is_cut);
        let text = |path: &PathBuf| path.strip_prefix(dir).unwrap().to_string_lossy().replace('\\', "/");
        nearby.found.iter().map(text).collect()
    }

    #[test]
    fn a_file_is_found_by_its_name_the_likeliest_place_first() {
        let dir = set_up();
        let gone = dir.path().join("elsewhere/tonight/clip.mov");
        assert_eq!(check(dir.path(), Need::File(gone), &[]), ["show/media/tonight/Clip.MOV", "show/old/clip.mov"]);
    }

    #[test]
    fn a_root_is_a_folder_that_is_called_so_or_has_what_presets_want_of_it() {
        let dir = set_up();
        assert_eq!(check(dir.path(), Need::Root("media".to_owned()), &[]), ["show/media"]);
        assert_eq!(check(dir.path(), Need::Root("clips".to_owned()), &["tonight/b.mov"]), ["show/media"]);
        assert_eq!(check(dir.path(), Need::Interpreter("style".to_owned()), &[]), ["show/venvs/style"]);
    }

    #[test]
    fn a_hunt_has_an_end() {
        let dir = set_up();
        let need = Need::File(dir.path().join("clip.mov"));
        let hunt = Hunt { need, below: Vec::new(), starts: vec![dir.path().to_owned()] };
        let cancelled = search_nearby(&hunt, &AtomicBool::new(true));
        assert!(cancelled.is_cut && cancelled.folders == 0);
        let few = search(&hunt, Limits { folders: 1, ..LIMITS }, &AtomicBool::new(false));
        assert!(few.is_cut && few.folders == 1);
        let one = search(&hunt, Limits { found: 1, ..LIMITS }, &AtomicBool::new(false));
        assert_eq!(one.found.len(), 1);
    }
}
