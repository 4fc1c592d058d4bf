//! One file or folder that is watched: where it is, which folder is watched for it, and what of that concerns it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Entry, Key};
use crate::model::{Occasion, is_named, join};

/// One thing that is watched.
pub(super) struct Watch {
    pub key: Key,
    pub quiet: Duration,
    /// The folder that is watched for it: itself, the one that it lies in, for who saves may put another file in its
    /// place, or the nearest above that is there.
    pub at: PathBuf,
    /// As whoever wants it names it.
    wanted: PathBuf,
    /// As it is spelled in full.
    path: PathBuf,
    is_folder: bool,
    files: String,
    tells_removals: bool,
}

impl Watch {
    /// What an entry wants watched.
    pub fn of(entry: &Entry) -> Vec<Self> {
        let watch = |occasion: &Occasion| match occasion {
            Occasion::Changed { on: true, path, files, quiet_secs } => {
                let mut watch = Self {
                    key: entry.key,
                    quiet: Duration::from_secs(u64::from(quiet_secs.0)),
                    at: PathBuf::new(),
                    wanted: join(&entry.dir, path),
                    path: PathBuf::new(),
                    is_folder: false,
                    files: files.clone(),
                    tells_removals: entry.tells_removals,
                };
                watch.look();
                Some(watch)
            }
            Occasion::Changed { on: false, .. } | Occasion::At { .. } => None,
        };
        entry.schedule.iter().filter_map(watch).collect()
    }

    /// Whether it is the same wish, wherever that leads now.
    pub fn wants_the_same_as(&self, other: &Self) -> bool {
        let wish = |watch: &Self| (watch.key, watch.quiet, watch.tells_removals);
        wish(self) == wish(other) && (&self.wanted, &self.files) == (&other.wanted, &other.files)
    }

    /// Looks where it is now; whether that is elsewhere than before.
    pub fn look(&mut self) -> bool {
        let path = spelled_out(&self.wanted);
        let is_folder = path.is_dir();
        let at = place_of(&path, is_folder);
        let is_new = (&path, &at, is_folder) != (&self.path, &self.at, self.is_folder);
        (self.path, self.at, self.is_folder) = (path, at, is_folder);
        is_new
    }

    /// Why it isn't watched, as a sentence.
    pub fn trouble(&self, error: Option<&notify::Error>) -> Option<String> {
        let shown = if self.files.is_empty() { self.path.parent().unwrap_or(&self.path) } else { &self.path };
        let shown = shown.display();
        if let Some(error) = error {
            return Some(format!("{shown} can't be watched for changes: {error}. Choose another."));
        }
        // What may be a file is watched by its folder, and may come when it likes.
        let is_missing = if self.files.is_empty() { self.path.parent() != Some(&self.at) } else { !self.path.exists() };
        (is_missing && !self.is_folder)
            .then(|| format!("{shown} can't be watched for changes until it is there. Make it, or choose another."))
    }

    /// Whether another folder is to be watched for it, now that this has come or gone.
    pub fn is_moved(&self, changed: &Path, is_going: bool) -> bool {
        if is_going && changed == self.at {
            return true;
        }
        self.path.starts_with(changed) && {
            let is_folder = self.path.is_dir();
            is_folder != self.is_folder || place_of(&self.path, is_folder) != self.at
        }
    }

    pub fn concerns(&self, changed: &Path) -> bool {
        if !self.is_folder {
            return changed == self.path;
        }
        changed.parent() == Some(&self.path) && self.names(changed)
    }

    fn names(&self, file: &Path) -> bool {
        is_named(&file.file_name().unwrap_or_default().to_string_lossy(), &self.files)
    }

    /// Whether a change of this is one to tell: it is there, and it is no folder.
    pub fn counts(&self, changed: &Path) -> bool {
        self.tells_removals || std::fs::metadata(changed).is_ok_and(|metadata| !metadata.is_dir())
    }

    /// What is there now, of all that is watched.
    pub fn present(&self) -> Vec<PathBuf> {
        if !self.is_folder {
            return if self.path.exists() { vec![self.path.clone()] } else { Vec::new() };
        }
        let entries = std::fs::read_dir(&self.path).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| self.names(path)).collect()
    }
}

/// The folder that is watched for a path.
fn place_of(path: &Path, is_folder: bool) -> PathBuf {
    let mut above = path.ancestors().skip(usize::from(!is_folder));
    above.find(|folder| folder.is_dir()).unwrap_or(Path::new(".")).to_path_buf()
}

/// As the system names it in its notices: through links, as far as it is there.
fn spelled_out(path: &Path) -> PathBuf {
    for there in path.ancestors() {
        if let Ok(whole) = there.canonicalize() {
            let missing = path.strip_prefix(there).unwrap_or(Path::new(""));
            // Joining nothing would end the path in a separator.
            return if missing == Path::new("") { whole } else { whole.join(missing) };
        }
    }
    path.to_owned()
}
