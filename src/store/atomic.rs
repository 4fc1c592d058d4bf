//! Replacing a file as a whole: what is read afterwards is the old text or the new one, never a part of either.

use std::ffi::{OsStr, OsString};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Writes `bytes` to a file that must not be there yet.
///
/// # Errors
/// The system's; `AlreadyExists` where there is one. Nothing is left behind.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    temporary(path, bytes, None)?.persist_noclobber(path).map_err(|error| error.error)?;
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
    Ok(Staged { file: temporary(path, bytes, permissions)?, path: path.to_path_buf() })
}

impl Staged {
    /// The second half: puts the new text in the old one's place.
    ///
    /// # Errors
    /// The system's. The old file is intact then, and nothing is left behind.
    pub fn commit(self) -> io::Result<()> {
        self.file.persist(&self.path).map_err(|error| error.error)?;
        sync_folder(&self.path);
        Ok(())
    }
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

fn temporary(path: &Path, bytes: &[u8], permissions: Option<std::fs::Permissions>) -> io::Result<NamedTempFile> {
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
    file.write_all(bytes)?;
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
