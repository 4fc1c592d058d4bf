//! Where presets and settings live on this machine.
//!
//! `SIDESTAGE_DATA_DIR` and `SIDESTAGE_CONFIG_DIR` name other folders than the system's for data and configuration.

use std::io;
use std::path::{Path, PathBuf};

use super::{atomic, presets, shipped};

pub const DATA_DIR_VARIABLE: &str = "SIDESTAGE_DATA_DIR";
pub const CONFIG_DIR_VARIABLE: &str = "SIDESTAGE_CONFIG_DIR";

/// The folder that presets are read from and saved to, absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetsDir {
    pub dir: PathBuf,
    pub why: Why,
}

/// How the folder was chosen, in the order in which it is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// `--presets` named it.
    Flag,
    /// The current folder holds `presets/` with a preset in it.
    CurrentFolder,
    /// The program stands beside `presets/` with a preset in it.
    BesideProgram,
    /// The user's data folder; `is_first_start` if the shipped presets were put there just now.
    UserData { is_first_start: bool },
}

/// Finds the presets' folder, and at the first start fills the user's own with the shipped presets.
///
/// # Errors
/// A sentence: the folder that the flag names is none, or the user's data folder can't be made.
pub fn presets_dir(flag: Option<&Path>) -> Result<PresetsDir, String> {
    let current = std::env::current_dir().ok();
    let program = std::env::current_exe().ok();
    let places =
        Places { current: current.as_deref(), program: program.as_deref().and_then(Path::parent), data: data_dir() };
    match choose(flag, &places, &holds_a_preset)? {
        PresetsDir { dir, why: Why::Flag } if !dir.is_dir() => {
            Err(format!("There is no folder {}; create it, or name another one with --presets.", dir.display()))
        }
        PresetsDir { dir, why: Why::UserData { .. } } => {
            let is_first_start = fill_once(&dir).map_err(|error| {
                format!(
                    "Could not create {} for your presets: {}. Name another folder with --presets.",
                    dir.display(),
                    atomic::why(&error)
                )
            })?;
            Ok(PresetsDir { dir, why: Why::UserData { is_first_start } })
        }
        chosen => Ok(chosen),
    }
}

/// The folder that settings are kept in; it may not be there yet. `None` if the system names none for this user.
#[must_use]
pub fn config_dir() -> Option<PathBuf> {
    overridden(CONFIG_DIR_VARIABLE).or_else(|| project_dirs().map(|dirs| dirs.config_dir().to_path_buf()))
}

/// The folder for what is the user's and large; it may not be there yet. `None` if the system names none for this user.
#[must_use]
pub fn data_dir() -> Option<PathBuf> {
    overridden(DATA_DIR_VARIABLE).or_else(|| project_dirs().map(|dirs| dirs.data_dir().to_path_buf()))
}

fn project_dirs() -> Option<directories::ProjectDirs> {
    directories::ProjectDirs::from("", "", "Sidestage")
}

/// Where something lies that is this machine's alone, so that on Windows it doesn't travel with the user's profile. It may
/// not be there yet. `None` if the system names no folder for this user's data.
#[must_use]
pub fn local_data(name: &str) -> Option<PathBuf> {
    let travelling = data_dir()?.join(name);
    let local = overridden(DATA_DIR_VARIABLE).or_else(|| Some(project_dirs()?.data_local_dir().to_path_buf()));
    Some(older_or(travelling, local?.join(name)))
}

/// Where earlier versions have left something, that place is kept.
fn older_or(older: PathBuf, usual: PathBuf) -> PathBuf {
    if older.exists() && !usual.exists() { older } else { usual }
}

/// Where it is remembered what interpreters were found to be. `None` if the system names no folder for this user's data.
#[must_use]
pub fn interpreters_file() -> Option<PathBuf> {
    local_data("interpreters.json")
}

/// The name of the file that is locked while a run of this preset lives, where only one may. `real_file` is the preset's
/// [`real_file`]. Looks at no disk.
#[must_use]
pub fn lock_name(real_file: &Path) -> String {
    let stem = real_file.file_stem().unwrap_or_default().to_string_lossy();
    format!("{stem}-{:016x}.lock", fnv1a(real_file.as_os_str().as_encoded_bytes()))
}

/// A folder by the one name that it has however it is spelled: links are followed, and on Windows case means nothing. Only
/// to compare by. Looks at the disk; one that isn't there is as it is spelled.
#[must_use]
pub fn real_dir(dir: &Path) -> PathBuf {
    // The folder of `a.ron` is empty, and means the current one.
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    let real = std::fs::canonicalize(dir).or_else(|_| std::path::absolute(dir));
    as_compared(real.unwrap_or_else(|_| dir.to_path_buf()))
}

/// A preset's file by the one name that it has, also where it isn't there yet. Only to compare by. Looks at the disk.
#[must_use]
pub fn real_file(file: &Path) -> PathBuf {
    real_file_in(&real_dir(file.parent().unwrap_or(Path::new(""))), file)
}

/// The same in a folder whose [`real_dir`] is known. Looks at no disk.
#[must_use]
pub fn real_file_in(real_dir: &Path, file: &Path) -> PathBuf {
    as_compared(real_dir.join(file.file_name().unwrap_or_default()))
}

fn as_compared(path: PathBuf) -> PathBuf {
    match path.to_str() {
        Some(text) if cfg!(windows) => lower_case(text).into(),
        Some(_) | None => path,
    }
}

/// Letter by letter, as Windows compares names: none becomes two.
fn lower_case(text: &str) -> String {
    let lower = |letter: char| {
        let mut letters = letter.to_lowercase();
        letters.next().filter(|_| letters.next().is_none()).unwrap_or(letter)
    };
    text.chars().map(lower).collect()
}

/// FNV-1a, 64 bits: the same in every version of ours, which the standard library's hash is not.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

/// The folder with the records of jobs that were left running; it may not be there yet.
#[must_use]
pub fn running_dir() -> Option<PathBuf> {
    local_data("running")
}

fn overridden(variable: &str) -> Option<PathBuf> {
    let value = std::env::var_os(variable).filter(|value| !value.is_empty())?;
    std::path::absolute(value).ok()
}

/// Where to look, found out beforehand.
struct Places<'a> {
    current: Option<&'a Path>,
    /// The program's folder.
    program: Option<&'a Path>,
    data: Option<PathBuf>,
}

fn choose(
    flag: Option<&Path>,
    places: &Places<'_>,
    holds_a_preset: &dyn Fn(&Path) -> bool,
) -> Result<PresetsDir, String> {
    if let Some(flag) = flag {
        let dir = places.current.map_or_else(|| flag.to_path_buf(), |current| current.join(flag));
        return Ok(PresetsDir { dir, why: Why::Flag });
    }
    for (folder, why) in [(places.current, Why::CurrentFolder), (places.program, Why::BesideProgram)] {
        if let Some(dir) = folder.map(|folder| folder.join("presets"))
            && holds_a_preset(&dir)
        {
            return Ok(PresetsDir { dir, why });
        }
    }
    match &places.data {
        Some(data) => Ok(PresetsDir { dir: data.join("presets"), why: Why::UserData { is_first_start: false } }),
        None => Err(format!(
            "This user has no home folder to keep presets in; name a folder with --presets or {DATA_DIR_VARIABLE}."
        )),
    }
}

fn holds_a_preset(dir: &Path) -> bool {
    let is_preset = |entry: io::Result<std::fs::DirEntry>| {
        entry.is_ok_and(|entry| presets::is_preset_name(&entry.file_name().to_string_lossy()))
    };
    std::fs::read_dir(dir).is_ok_and(|mut entries| entries.any(is_preset))
}

/// Makes the folder with the shipped presets unless it is there, even if empty: what a user removed stays removed.
/// The folder appears as a whole, so that a start that was cut off is made up for by the next.
fn fill_once(dir: &Path) -> io::Result<bool> {
    if dir.is_dir() {
        return Ok(false);
    }
    let parent = dir.parent().unwrap_or(dir);
    std::fs::create_dir_all(parent)?;
    let half_done = tempfile::Builder::new().prefix(".presets").tempdir_in(parent)?;
    let filled = half_done.path().join("presets");
    shipped::fill(&filled)?;
    match atomic::rename_folder(&filled, dir) {
        // Another Sidestage was quicker.
        Err(_) if dir.is_dir() => Ok(false),
        result => result.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_presets_of_one_name_have_their_own_locks() {
        let lock = |path: &str| lock_name(&real_file(Path::new(path)));
        assert_eq!(lock("a/style.ron"), lock("./a/style.ron"));
        assert_ne!(lock("a/style.ron"), lock("b/style.ron"));
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }

    #[test]
    fn a_preset_is_the_same_however_its_folder_is_spelled() {
        let dir = tempfile::tempdir().unwrap();
        let show = dir.path().join("Show");
        std::fs::create_dir(&show).unwrap();
        let other = dir.path().join(if cfg!(windows) { "SHOW" } else { "link" });
        #[cfg(unix)]
        std::os::unix::fs::symlink(&show, &other).unwrap();
        let (one, two) = (real_file(&show.join("a.ron")), real_file(&other.join("a.ron")));
        assert_eq!(one, two, "before there is such a file");
        assert_eq!(lock_name(&one), lock_name(&two));
        std::fs::write(show.join("a.ron"), "").unwrap();
        assert_eq!(real_file(&other.join("a.ron")), one, "and when there is");
        assert_eq!(real_file_in(&real_dir(&other), &other.join("a.ron")), one, "and without a look at the disk");
        assert_ne!(real_file(&show.join("b.ron")), one);
        let gone = dir.path().join("gone/a.ron");
        assert_eq!(real_file(&gone).file_name(), gone.file_name());
        assert_eq!(real_file(Path::new("a.ron")), real_file(Path::new("./a.ron")), "in the current folder");
        assert_eq!(lower_case("C:\\SHOWS\\ÉTÉ İ"), "c:\\shows\\été İ");
    }

    #[test]
    fn what_an_earlier_version_left_in_another_place_is_used_there() {
        let dir = tempfile::tempdir().unwrap();
        let (older, usual) = (dir.path().join("Roaming/logs"), dir.path().join("Local/logs"));
        let chosen = || older_or(older.clone(), usual.clone());
        assert_eq!(chosen(), usual);
        std::fs::create_dir_all(&older).unwrap();
        assert_eq!(chosen(), older, "nothing is lost");
        std::fs::create_dir_all(&usual).unwrap();
        assert_eq!(chosen(), usual);
    }

    #[cfg(windows)]
    #[test]
    fn logs_and_locks_do_not_travel_with_the_profile() {
        let roaming = PathBuf::from(std::env::var_os("APPDATA").unwrap());
        for place in [running_dir(), interpreters_file(), crate::store::logs::logs_dir()] {
            let place = place.unwrap();
            let is_older = roaming.join("Sidestage").exists();
            assert!(is_older || !place.starts_with(&roaming), "{}", place.display());
        }
    }

    fn check(flag: Option<&str>, with_presets: &[&str]) -> Result<(PathBuf, Why), String> {
        let places = Places {
            current: Some(Path::new("/work")),
            program: Some(Path::new("/opt/sidestage")),
            data: Some(PathBuf::from("/home/data")),
        };
        choose(flag.map(Path::new), &places, &|dir| with_presets.iter().any(|with| Path::new(with) == dir))
            .map(|chosen| (chosen.dir, chosen.why))
    }

    #[test]
    fn the_flag_wins_then_the_current_folder_then_the_programs_then_the_users() {
        let all = ["/work/presets", "/opt/sidestage/presets"];
        assert_eq!(check(Some("mine"), &all), Ok((PathBuf::from("/work/mine"), Why::Flag)));
        assert_eq!(check(None, &all), Ok((PathBuf::from("/work/presets"), Why::CurrentFolder)));
        assert_eq!(check(None, &all[1..]), Ok((PathBuf::from("/opt/sidestage/presets"), Why::BesideProgram)));
        let own = Why::UserData { is_first_start: false };
        assert_eq!(check(None, &[]), Ok((PathBuf::from("/home/data/presets"), own)));
    }

    #[test]
    fn a_user_without_a_home_is_told_what_to_do() {
        let places = Places { current: None, program: None, data: None };
        assert!(choose(None, &places, &|_| true).unwrap_err().contains("--presets"));
    }

    #[test]
    fn a_named_folder_that_is_missing_is_an_error_and_is_not_created() {
        let dir = tempfile::tempdir().unwrap();
        let missing = dir.path().join("missing");
        let why = presets_dir(Some(&missing)).unwrap_err();
        assert!(why.contains(&missing.display().to_string()), "{why}");
        assert!(!missing.exists());
        assert_eq!(presets_dir(Some(dir.path())).unwrap().dir, dir.path());
    }

    #[test]
    fn a_folder_without_presets_does_not_count() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!holds_a_preset(&dir.path().join("missing")));
        std::fs::write(dir.path().join(".hidden.ron"), "").unwrap();
        std::fs::write(dir.path().join("read.me"), "").unwrap();
        assert!(!holds_a_preset(dir.path()));
        std::fs::write(dir.path().join("a.ron"), "").unwrap();
        assert!(holds_a_preset(dir.path()));
    }

    #[test]
    fn the_users_folder_is_filled_once() {
        let home = tempfile::tempdir().unwrap();
        let dir = home.path().join("data/presets");
        assert!(fill_once(&dir).unwrap());
        assert!(holds_a_preset(&dir));
        assert_eq!(std::fs::read_dir(home.path().join("data")).unwrap().count(), 1, "nothing half-done stays");
        std::fs::remove_dir_all(&dir).unwrap();
        std::fs::create_dir(&dir).unwrap();
        assert!(!fill_once(&dir).unwrap());
        assert!(!holds_a_preset(&dir), "what the user removed stays removed");
    }
}
