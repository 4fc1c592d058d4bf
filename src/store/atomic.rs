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

/// How often a file is put into its place while somebody holds the old one, with a pause of [`HELD`] between.
const TRIES: u32 = if cfg!(windows) { 100 } else { 1 };
const HELD: Duration = Duration::from_millis(10);

/// Windows replaces no file that somebody has open, as scanners and backups do for a moment with whatever was written.
fn persist(mut file: NamedTempFile, path: &Path) -> io::Result<()> {
    let mut tries = 1;
    loop {
        match file.persist(path) {
            Ok(_) => return Ok(()),
            Err(refused) if tries < TRIES && is_held(&refused.error) => file = refused.file,
            Err(refused) => return Err(refused.error),
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
