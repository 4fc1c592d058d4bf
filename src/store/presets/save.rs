//! Writing presets: the whole file or nothing of it, with the version before kept, and never over somebody's edits.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::edited::{Edited, edited};
use super::limits::check_limits;
use super::load::{Stamp, read_bytes, stated_version, stays_in_folder};
use super::text::to_text;
use crate::model::{Preset, Version};
use crate::store::atomic;

/// The folder beside a preset that keeps the version before the last save, and what was removed.
pub const PREVIOUS_DIR: &str = ".previous";

/// The folder in that for what was removed: beside versions before, the next preset of the same name would replace it.
const REMOVED_DIR: &str = "removed";

/// What the caller believes to be on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    /// No file of that name.
    New,
    /// The file as it was when it was read or last saved.
    Unchanged(Stamp),
    /// Whatever; the user was asked.
    Anything,
}

/// What a save came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saved {
    /// For the next [`Expect::Unchanged`].
    pub stamp: Stamp,
    /// The old file had comments that the new one has not. The old one is in [`PREVIOUS_DIR`].
    pub comments_dropped: bool,
    /// The file was of this version of the format; it is of the present one now, which older Sidestages don't read.
    pub upgraded_from: Option<u32>,
}

/// Why nothing was saved. The file on disk is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaveError {
    pub path: PathBuf,
    pub kind: SaveErrorKind,
    /// A sentence: what could not be saved, why, and what to do.
    pub what: String,
}

/// What a panel may offer next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveErrorKind {
    /// A file of that name exists: another name, or overwrite.
    Exists,
    /// Somebody else changed the file since it was read: overwrite, or read it again.
    Changed,
    /// Somebody else removed or renamed the file since it was read: save it anew, or under another name.
    Gone,
    /// The system refused: another place.
    System,
}

impl fmt::Display for SaveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for SaveError {}

/// Saves a preset.
///
/// Only what changed is written differently: comments, order and spacing stay where they can, and [`Saved`] says where a
/// comment couldn't. Permissions stay, a link to another file of the folder is followed, and the file's version before goes to [`PREVIOUS_DIR`] if
/// anything changed.
///
/// # Errors
/// The file is not what `expect` says, or the system refuses. The old file is intact, and no other is left behind.
pub fn write(path: &Path, preset: &Preset, expect: Expect) -> Result<Saved, SaveError> {
    let failed = |kind, why: &str| SaveError {
        path: path.to_path_buf(),
        kind,
        what: format!("Could not save “{}” to {}: {why}", preset.name, path.display()),
    };
    let refused = |error: &io::Error| {
        let advice = match error.kind() {
            // Another name in the same folder would meet the same refusal.
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "Change the folder's permissions, or name another folder with --presets."
            }
            _ => "Save it under another name or in another folder.",
        };
        let why = format!("{}. {advice}", atomic::why(error));
        failed(SaveErrorKind::System, &why)
    };
    stays_in_folder(path).map_err(|why| failed(SaveErrorKind::System, &format!("{why}.")))?;
    let target = real_path(path).map_err(|error| refused(&error))?;
    check_limits(preset)
        .map_err(|why| failed(SaveErrorKind::System, &format!("{why}. Nothing that is longer would be read again.")))?;
    let old = match std::fs::metadata(&target) {
        Ok(metadata) if metadata.is_dir() => return Err(refused(&io::ErrorKind::IsADirectory.into())),
        // A pipe or a device would wait for somebody, or never end.
        Ok(_) => Some(read_bytes(&target).map_err(|why| {
            failed(SaveErrorKind::System, &format!("what is there can't be kept: {why}. Save under another name."))
        })?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(refused(&error)),
    };
    if let Err((kind, why)) = check(expect, old.as_deref()) {
        return Err(failed(kind, why));
    }
    let Some(old) = old else {
        let text = to_text(preset);
        atomic::create(&target, text.as_bytes()).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => failed(SaveErrorKind::Exists, EXISTS),
            _ => refused(&error),
        })?;
        return Ok(Saved { stamp: Stamp::of(text.as_bytes()), comments_dropped: false, upgraded_from: None });
    };
    let old_text = String::from_utf8_lossy(&old);
    let Edited { text, comments_dropped } = edited(&target, &old, preset, to_text);
    let stamp = Stamp::of(text.as_bytes());
    if text.as_bytes() != old {
        if std::fs::metadata(&target).is_ok_and(|metadata| metadata.permissions().readonly()) {
            let why = "the file is marked read-only. Save it under another name, or change that.";
            return Err(failed(SaveErrorKind::System, why));
        }
        let staged = atomic::stage(&target, text.as_bytes()).map_err(|error| refused(&error))?;
        keep_previous(&target, &old).map_err(|error| {
            let why = format!("the version before can't be kept in {PREVIOUS_DIR}: {}.", atomic::why(&error));
            failed(SaveErrorKind::System, &why)
        })?;
        staged.commit().map_err(|error| refused(&error))?;
    }
    let upgraded_from = stated_version(&old_text).filter(|version| *version < Version::CURRENT);
    Ok(Saved { stamp, comments_dropped, upgraded_from })
}

/// Takes a preset away by moving it into a folder in [`PREVIOUS_DIR`]; returns where it is now. Nothing there is
/// overwritten, now or by a later save.
///
/// # Errors
/// The system refuses; the file is where it was.
pub fn remove(path: &Path) -> Result<PathBuf, SaveError> {
    let moved = || -> io::Result<PathBuf> {
        let dir = folder_in(&previous_dir(path)?, REMOVED_DIR)?;
        let kept = atomic::free_path(&dir.join(path.file_name().unwrap_or_default()));
        std::fs::rename(path, &kept)?;
        Ok(kept)
    };
    moved().map_err(|error| SaveError {
        path: path.to_path_buf(),
        kind: SaveErrorKind::System,
        what: match error.kind() {
            io::ErrorKind::NotFound => format!("Could not remove {}: it is not there any more.", path.display()),
            _ => format!("Could not remove {}: {}.", path.display(), atomic::why(&error)),
        },
    })
}

/// Puts a preset that was removed back to where it was, or beside that where there is another one now; returns where.
///
/// # Errors
/// The system refuses, or it isn't where it was kept any more.
pub fn restore(kept: &Path, path: &Path) -> Result<PathBuf, SaveError> {
    let moved = || -> io::Result<PathBuf> {
        let free = atomic::free_path(path);
        std::fs::rename(kept, &free)?;
        Ok(free)
    };
    moved().map_err(|error| SaveError {
        path: path.to_path_buf(),
        kind: SaveErrorKind::System,
        what: match error.kind() {
            io::ErrorKind::NotFound => {
                format!("Could not bring {} back: {} is not there any more.", path.display(), kept.display())
            }
            _ => format!("Could not bring {} back: {}.", path.display(), atomic::why(&error)),
        },
    })
}

const EXISTS: &str = "there is a file of that name already. Choose another name, or overwrite it.";

fn check(expect: Expect, old: Option<&[u8]>) -> Result<(), (SaveErrorKind, &'static str)> {
    match (expect, old) {
        (Expect::New, Some(_)) => Err((SaveErrorKind::Exists, EXISTS)),
        (Expect::Unchanged(stamp), Some(old)) if stamp != Stamp::of(old) => Err((
            SaveErrorKind::Changed,
            "somebody changed the file since it was read. Keep yours, take theirs, or save yours under another name.",
        )),
        (Expect::Unchanged(_), None) => Err((
            SaveErrorKind::Gone,
            "somebody removed or renamed the file since it was read. Save it anew, or under another name.",
        )),
        (Expect::New, None) | (Expect::Unchanged(_), Some(_)) | (Expect::Anything, _) => Ok(()),
    }
}

/// Where a link leads: what it names is replaced, and the link stays one.
pub(in crate::store) fn real_path(path: &Path) -> io::Result<PathBuf> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_symlink() => std::fs::canonicalize(path),
        _ => Ok(path.to_path_buf()),
    }
}

pub(in crate::store) fn keep_previous(path: &Path, old: &[u8]) -> io::Result<()> {
    atomic::replace(&previous_dir(path)?.join(path.file_name().unwrap_or_default()), old)
}

/// The folder for versions before, beside `path`; created if it is missing, but never the presets' folder itself.
fn previous_dir(path: &Path) -> io::Result<PathBuf> {
    path.symlink_metadata()?;
    folder_in(path.parent().unwrap_or(Path::new("")), PREVIOUS_DIR)
}

/// The folder of this name; created if it is missing.
fn folder_in(parent: &Path, name: &str) -> io::Result<PathBuf> {
    let dir = parent.join(name);
    match std::fs::create_dir(&dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        // A link would take what is kept to wherever it leads.
        Ok(()) | Err(_) if dir.symlink_metadata()?.is_dir() => Ok(dir),
        Ok(()) | Err(_) => Err(io::Error::from(io::ErrorKind::NotADirectory)),
    }
}
