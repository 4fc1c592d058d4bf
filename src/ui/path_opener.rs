//! Opens what jobs name in their lines, with the program that the system has for it. Anybody may have written the line,
//! so nothing is ever run by it: programs and scripts are shown in their folder. May wait for a disk or a server; for the
//! worker's threads only.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Endings of what some system runs, or follows to something that it runs.
const PROGRAMS: [&str; 48] = [
    "action",
    "app",
    "appimage",
    "applescript",
    "appref-ms",
    "bash",
    "bat",
    "chm",
    "cmd",
    "com",
    "command",
    "cpl",
    "desktop",
    "dll",
    "exe",
    "fish",
    "gadget",
    "hta",
    "inf",
    "jar",
    "js",
    "jse",
    "lnk",
    "msc",
    "msi",
    "msp",
    "pif",
    "pl",
    "ps1",
    "psm1",
    "py",
    "pyc",
    "pyw",
    "pyz",
    "rb",
    "reg",
    "run",
    "scf",
    "scr",
    "scpt",
    "sh",
    "terminal",
    "url",
    "vbe",
    "vbs",
    "workflow",
    "wsf",
    "zsh",
];

/// Opens a file or folder, or shows it in its folder if it could run something.
///
/// # Errors
/// A sentence: there is no such file, or nothing opens it.
pub(super) fn open_path(path: &Path) -> Result<(), String> {
    let path = at_home(path);
    open(&what_opens(&path)?)
}

/// Opens the folder that a file or folder is in.
///
/// # Errors
/// A sentence: there is no such file, or nothing shows folders.
pub(super) fn show_in_folder(path: &Path) -> Result<(), String> {
    let path = at_home(path);
    look_at(&path)?;
    open(folder_of(&path))
}

fn open(path: &Path) -> Result<(), String> {
    open::that_detached(path).map_err(|error| format!("{} could not be opened: {error}.", path.display()))
}

/// The file itself, or its folder.
fn what_opens(path: &Path) -> Result<PathBuf, String> {
    let metadata = look_at(path)?;
    // The file that a link leads to is what the system would open.
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_harmless =
        (metadata.is_dir() || metadata.is_file() && !is_marked(&metadata)) && !is_program(path) && !is_program(&whole);
    Ok(if is_harmless { path.to_owned() } else { folder_of(path).to_owned() })
}

fn look_at(path: &Path) -> Result<fs::Metadata, String> {
    fs::metadata(path).map_err(|error| {
        let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.display().to_string());
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::NotADirectory => {
                format!("There is no file {name}; it was looked for in {}.", folder_of(path).display())
            }
            _ => format!("{} could not be looked at: {error}.", path.display()),
        }
    })
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(path)
}

fn is_program(path: &Path) -> bool {
    let Some(name) = path.file_name() else { return false };
    // Windows leaves out dots and blanks at the end, and what is behind a colon.
    let name = name.to_string_lossy().to_lowercase();
    let name = name.trim_end_matches(['.', ' ']);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    name.contains(':') || PROGRAMS.contains(&extension)
}

/// Whether Unix would run it.
fn is_marked(metadata: &fs::Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

/// `~/…` below the home folder; any other as it is.
fn at_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), directories::BaseDirs::new()) {
        (Ok(rest), Some(dirs)) => dirs.home_dir().join(rest),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_and_folders_open_and_programs_show_in_theirs() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        for (name, opens) in [
            ("a.png", true),
            ("notes", true),
            ("a.EXE", false),
            ("b.py", false),
            ("c.sh", false),
            ("d.tar.bat", false),
            ("e.lnk", false),
            ("f.desktop", false),
        ] {
            let path = dir.join(name);
            fs::write(&path, "").unwrap();
            assert_eq!(what_opens(&path), Ok(if opens { path.clone() } else { dir.to_owned() }), "{name}");
        }
        assert_eq!(what_opens(dir), Ok(dir.to_owned()));
        fs::create_dir(dir.join("Show.app")).unwrap();
        assert_eq!(what_opens(&dir.join("Show.app")), Ok(dir.to_owned()));
        assert!(is_program(Path::new("a.exe. ")) && is_program(Path::new("a.png:x")));
    }

    #[cfg(unix)]
    #[test]
    fn what_unix_would_run_is_not_opened_by_whatever_name() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let dir = tempfile::tempdir().unwrap();
        let (marked, script, link) = (dir.path().join("a.png"), dir.path().join("b.sh"), dir.path().join("c.png"));
        fs::write(&marked, "").unwrap();
        fs::set_permissions(&marked, fs::Permissions::from_mode(0o755)).unwrap();
        fs::write(&script, "").unwrap();
        symlink(&script, &link).unwrap();
        for path in [marked, link] {
            assert_eq!(what_opens(&path), Ok(dir.path().to_owned()), "{}", path.display());
        }
    }

    #[test]
    fn a_missing_file_is_said_with_the_place() {
        let dir = tempfile::tempdir().unwrap();
        let said = what_opens(&dir.path().join("clip.png")).unwrap_err();
        assert_eq!(said, format!("There is no file clip.png; it was looked for in {}.", dir.path().display()));
    }
}
