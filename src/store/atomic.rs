//! Replacing a file as a whole: what is read afterwards is the old text or the new one, never a part of either.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::NamedTempFile;

/// Writes `bytes` to a file that must not be there yet.
///
/// # Errors
/// The system's; `AlreadyExists` where there is one. Nothing is left behind.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    temporary(path, None, |file| file.write_all(bytes))?.persist_noclobber(path).map_err(|error| error.error)?;
    sync_folder(path);
    Ok(())
}

/// Writes `bytes` to a file, whether it is there or not; an existing one keeps its permissions.
///
/// # Errors
/// The system's. The old file is intact then, and nothing is left behind.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    stage(path, bytes)?.commit()
}

/// A file's new text, on the disk and complete, but not yet in the file's place. Dropped, it is gone.
pub struct Staged {
    file: NamedTempFile,
    path: PathBuf,
}

/// The first half of [`replace`]: nearly all that can fail does so here.
///
/// # Errors
/// The system's. Nothing is left behind.
pub fn stage(path: &Path, bytes: &[u8]) -> io::Result<Staged> {
    let permissions = std::fs::metadata(path).ok().map(|metadata| metadata.permissions());
    Ok(Staged { file: temporary(path, permissions, |file| file.write_all(bytes))?, path: path.to_path_buf() })
}

/// As [`replace`], for text that is too long to be held at once: `write` is given the file to write it into.
///
/// # Errors
/// The system's. The old file is intact then, and nothing is left behind.
pub fn replace_with(path: &Path, write: impl FnOnce(&mut NamedTempFile) -> io::Result<()>) -> io::Result<()> {
    let permissions = std::fs::metadata(path).ok().map(|metadata| metadata.permissions());
    Staged { file: temporary(path, permissions, write)?, path: path.to_path_buf() }.commit()
}

impl Staged {
    /// The second half: puts the new text in the old one's place.
    ///
    /// # Errors
    /// The system's. The old file is intact then, and nothing is left behind.
    pub fn commit(self) -> io::Result<()> {
        persist(self.file, &self.path)?;
        sync_folder(&self.path);
        Ok(())
    }
}

/// Gives a folder its name, where nothing of that name may be yet.
///
/// # Errors
/// The system's. The folder is where it was.
pub fn rename_folder(from: &Path, to: &Path) -> io::Result<()> {
    let put = |()| std::fs::rename(from, to).map_err(|error| (error, ()));
    while_held(TRIES, (), put, |error| is_held(error) && !to.exists())
}

/// How often a file or folder is put into its place while somebody holds it, with a pause of [`HELD`] between.
const TRIES: u32 = if cfg!(windows) { 100 } else { 1 };
const HELD: Duration = Duration::from_millis(10);

/// Windows replaces no file that somebody has open, as scanners and backups do for a moment with whatever was written.
fn persist(file: NamedTempFile, path: &Path) -> io::Result<()> {
    let put = |file: NamedTempFile| file.persist(path).map(|_| ()).map_err(|refused| (refused.error, refused.file));
    while_held(TRIES, file, put, is_held)
}

/// Tries up to so many times, until it isn't refused for the moment only. What is refused gives back what it was tried with.
fn while_held<T>(
    most: u32,
    mut what: T,
    mut put: impl FnMut(T) -> Result<(), (io::Error, T)>,
    is_for_now: impl Fn(&io::Error) -> bool,
) -> io::Result<()> {
    let mut tries = 1;
    loop {
        match put(what) {
            Ok(()) => return Ok(()),
            Err((error, back)) if tries < most && is_for_now(&error) => what = back,
            Err((error, _)) => return Err(error),
        }
        tries += 1;
        std::thread::sleep(HELD);
    }
}

/// `ERROR_SHARING_VIOLATION` and what replacing an open file is refused with, `ERROR_ACCESS_DENIED`.
fn is_held(error: &io::Error) -> bool {
    const SHARING_VIOLATION: i32 = 32;
    error.kind() == io::ErrorKind::PermissionDenied || error.raw_os_error() == Some(SHARING_VIOLATION)
}

/// `path` if nothing has that name, else `name (2).ron`, `name (3).ron` and so on.
pub fn free_path(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default();
    let mut free = path.to_path_buf();
    let mut number = 1;
    while free.symlink_metadata().is_ok() {
        number += 1;
        let mut name = OsString::from(stem);
        name.push(format!(" ({number})"));
        if let Some(extension) = path.extension() {
            name.push(".");
            name.push(extension);
        }
        free = path.with_file_name(name);
    }
    free
}

/// What the system said, in words that tell a person what to do.
pub fn why(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => "this user may not write there".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".to_owned(),
        io::ErrorKind::NotFound => "the folder is not there".to_owned(),
        io::ErrorKind::NotADirectory => "a file stands where a folder is needed".to_owned(),
        io::ErrorKind::IsADirectory => "a folder of that name is in the way".to_owned(),
        io::ErrorKind::InvalidFilename => "the system allows no file of that name".to_owned(),
        _ => error.to_string(),
    }
}

fn temporary(
    path: &Path,
    permissions: Option<std::fs::Permissions>,
    write: impl FnOnce(&mut NamedTempFile) -> io::Result<()>,
) -> io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let mut prefix = OsString::from(".");
    prefix.push(path.file_name().unwrap_or(OsStr::new("file")));
    // Long names would not leave room for the random part.
    let prefix = if prefix.len() > 100 { OsString::from(".sidestage") } else { prefix };
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix).suffix(".tmp");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder)?;
    write(&mut file)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes the new name itself survive a power cut. Where a system can't, the file's own sync must do.
fn sync_folder(path: &Path) {
    #[cfg(unix)]
    if let Some(folder) = path.parent()
        && let Ok(folder) = std::fs::File::open(folder)
    {
        let _ = folder.sync_all();
    }
    #[cfg(not(unix))]
    let _ = path;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_somebody_reads_is_replaced_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("settings.ron");
        std::fs::write(&path, "old").unwrap();
        let reader = std::fs::File::open(&path).unwrap();
        let replacing = std::thread::scope(|scope| {
            let replacing = std::thread::Builder::new().spawn_scoped(scope, || replace(&path, b"new")).unwrap();
            // It waits for the reader on Windows, and elsewhere for nobody.
            while cfg!(not(windows)) && !replacing.is_finished() {
                std::thread::yield_now();
            }
            drop(reader);
            replacing.join().unwrap()
        });
        replacing.unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
    }

    #[test]
    fn a_folder_of_which_somebody_reads_a_file_gets_its_name_all_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let (from, to) = (dir.path().join("half done"), dir.path().join("presets"));
        std::fs::create_dir(&from).unwrap();
        std::fs::write(from.join("a.ron"), "new").unwrap();
        let reader = std::fs::File::open(from.join("a.ron")).unwrap();
        let renaming = std::thread::scope(|scope| {
            let renaming = std::thread::Builder::new().spawn_scoped(scope, || rename_folder(&from, &to)).unwrap();
            // It waits for the reader on Windows, and elsewhere for nobody.
            while cfg!(not(windows)) && !renaming.is_finished() {
                std::thread::yield_now();
            }
            drop(reader);
            renaming.join().unwrap()
        });
        renaming.unwrap();
        assert_eq!(std::fs::read(to.join("a.ron")).unwrap(), b"new");
    }

    #[test]
    fn what_is_refused_for_a_moment_is_tried_again_with_what_it_gave_back() {
        let refusing = |kind: io::ErrorKind, times: u32| {
            let mut tries = 0;
            let put = |what: &'static str| {
                tries += 1;
                if tries > times { Ok(()) } else { Err((io::Error::from(kind), what)) }
            };
            let done = while_held(5, "file", put, is_held);
            (done.is_ok(), tries)
        };
        assert_eq!(refusing(io::ErrorKind::PermissionDenied, 3), (true, 4));
        assert_eq!(refusing(io::ErrorKind::PermissionDenied, 100), (false, 5), "not for ever");
        assert_eq!(refusing(io::ErrorKind::StorageFull, 3), (false, 1), "and not what is for good");
    }

    #[test]
    fn a_free_path_counts_up() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        assert_eq!(free_path(&path), path);
        std::fs::write(&path, "").unwrap();
        std::fs::write(dir.path().join("a (2).ron"), "").unwrap();
        assert_eq!(free_path(&path), dir.path().join("a (3).ron"));
    }

    #[test]
    fn creating_leaves_an_existing_file_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        create(&path, b"one").unwrap();
        assert_eq!(create(&path, b"two").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[cfg(unix)]
    #[test]
    fn a_replaced_file_keeps_its_permissions() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        std::fs::write(&path, "one").unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o664)).unwrap();
        replace(&path, b"two").unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o664);
    }
}
