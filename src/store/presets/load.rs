//! Reading presets. What doesn't load is reported with its place and left exactly as it is.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;

use super::explain;
use super::limits::check_limits;
use super::name::natural_key;
use crate::model::{Preset, ShowEcho};
use crate::store::groups::{self, Groups};
use crate::store::{place, show_echo};

/// A preset is a page of text; what is larger than 1 MiB is something else that happens to end in `.ron`.
pub const MAX_BYTES: u64 = 1024 * 1024;

/// Why a file or folder could not be loaded, and where in it. Shown as `file:line:column: what, and what is allowed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadError {
    pub path: PathBuf,
    /// From 1. `None` where the trouble is with the file as a whole.
    pub line: Option<usize>,
    /// From 1, in characters.
    pub column: Option<usize>,
    pub what: String,
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        for number in [self.line, self.column].into_iter().flatten() {
            write!(f, ":{number}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for LoadError {}

/// What a file held when it was read; tells later whether somebody else has changed it since. For one run of the
/// program only, never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Stamp {
    hash: u64,
    len_bytes: usize,
}

impl Stamp {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        Self { hash: hasher.finish(), len_bytes: bytes.len() }
    }
}

/// A preset that was loaded, and where from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub path: PathBuf,
    pub preset: Preset,
    /// For [`super::Expect::Unchanged`].
    pub stamp: Stamp,
}

/// A folder of presets: what loaded, what didn't, and what is odd about the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folder {
    pub dir: PathBuf,
    /// The same by the one name that it has however it is spelled, to compare by.
    pub real_dir: PathBuf,
    /// In the order that somebody gave them; else by file name, as people count: 2 before 10.
    pub presets: Vec<Entry>,
    /// How its groups are launched; as if nobody had chosen where that can't be read.
    pub groups: Groups,
    /// What ties it to Touch; `None` where that can't be read.
    pub show: Option<ShowEcho>,
    pub errors: Vec<LoadError>,
    /// Sentences. Nothing is wrong with a single file; two have the same name, for example.
    pub warnings: Vec<String>,
}

/// Reads one preset.
///
/// # Errors
/// The file can't be read, is no text, is too large or is not a preset; said with line and column where there is one.
pub fn read(path: &Path) -> Result<Preset, LoadError> {
    read_stamped(path).map(|(preset, _)| preset)
}

/// Reads one preset, and remembers what the file held.
///
/// # Errors
/// As [`read`].
pub fn read_stamped(path: &Path) -> Result<(Preset, Stamp), LoadError> {
    let whole = |what: String| LoadError { path: path.to_path_buf(), line: None, column: None, what };
    stays_in_folder(path).map_err(whole)?;
    let bytes = read_bytes(path).map_err(whole)?;
    let preset = parse(path, &bytes)?;
    Ok((preset, Stamp::of(&bytes)))
}

/// Reads a preset from what a file held; `path` is only for the complaint.
///
/// # Errors
/// It is no text or not a preset, with line and column.
pub fn parse(path: &Path, bytes: &[u8]) -> Result<Preset, LoadError> {
    let preset = parse_as(path, bytes, explain::EMPTY)?;
    let refused = |what| LoadError { path: path.to_path_buf(), line: None, column: None, what };
    check_limits(&preset).map(|()| preset).map_err(refused)
}

/// As [`parse`], for anything that is kept like a preset; `empty` says what is wrong with an empty file.
pub(in crate::store) fn parse_as<T: DeserializeOwned>(path: &Path, bytes: &[u8], empty: &str) -> Result<T, LoadError> {
    let at = |(line, column): (usize, usize), what: String| LoadError {
        path: path.to_path_buf(),
        line: Some(line),
        column: Some(column),
        what,
    };
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let valid = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        at(explain::position_of(&valid, valid.len()), explain::NO_UTF8.to_owned())
    })?;
    // Windows' editor puts a mark before UTF-8; it is no part of the text.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    // A break between lines is the same on every system, also within quotes: git and editors turn one into the other.
    // Who means a carriage return writes \r.
    let text = &text.replace("\r\n", "\n");
    if text.trim().is_empty() {
        return Err(at((1, 1), empty.to_owned()));
    }
    ron::from_str(text).map_err(|error| {
        let (offset, what) = explain::explain(text, &error);
        at(explain::position_of(text, offset), what)
    })
}

/// The version that a file says it has, whatever else it says.
pub(super) fn stated_version(text: &str) -> Option<u32> {
    #[derive(serde::Deserialize)]
    struct Stated {
        version: u32,
    }
    ron::from_str::<Stated>(text.strip_prefix('\u{feff}').unwrap_or(text)).ok().map(|stated| stated.version)
}

/// Reads all presets of a folder: every `*.ron` in it that is not hidden; and how its groups are launched. Never fails as a whole.
#[must_use]
pub fn load_dir(dir: &Path) -> Folder {
    let mut folder = Folder { dir: dir.to_path_buf(), real_dir: place::real_dir(dir), ..Folder::default() };
    let mut paths = match preset_paths(dir) {
        Ok(paths) => paths,
        Err(what) => {
            folder.errors.push(LoadError { path: dir.to_path_buf(), line: None, column: None, what });
            return folder;
        }
    };
    match groups::load(dir) {
        Ok(groups) => folder.groups = groups,
        Err(error) => folder.errors.push(error),
    }
    let places = folder.groups.places();
    paths.sort_by_cached_key(|path| {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        (places.get(name.as_str()).copied().unwrap_or(usize::MAX), natural_key(&name))
    });
    drop(places);
    for path in paths {
        match read_stamped(&path) {
            Ok((preset, stamp)) => folder.presets.push(Entry { path, preset, stamp }),
            Err(error) => folder.errors.push(error),
        }
    }
    match show_echo::load(dir) {
        Ok(show) => folder.show = Some(show),
        Err(error) => folder.errors.push(error),
    }
    folder.warnings = twins(&folder.presets);
    folder
}

/// Whether a file's name is one that a preset can have.
pub(crate) fn is_preset_name(name: &str) -> bool {
    let is_ron = Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ron"));
    is_ron && !name.starts_with('.')
}

fn preset_paths(dir: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(|error| folder_trouble(dir, &error))? {
        let entry = entry.map_err(|error| folder_trouble(dir, &error))?;
        if is_preset_name(&entry.file_name().to_string_lossy()) {
            paths.push(entry.path());
        }
    }
    Ok(paths)
}

fn folder_trouble(dir: &Path, error: &io::Error) -> String {
    // What the system says of a file here differs from one to the next.
    if dir.is_file() {
        return "this is a file, and a folder of presets is needed".to_owned();
    }
    match error.kind() {
        io::ErrorKind::NotFound => "there is no such folder; create it, or name another one".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not read the folder; change its permissions".to_owned(),
        _ => format!("the folder could not be read: {error}"),
    }
}

/// A preset's file may be a link to another one in its folder, or below it. One that leads out could show, and have
/// overwritten, whatever whoever made it wanted.
pub(in crate::store) fn stays_in_folder(path: &Path) -> Result<(), String> {
    if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
        return Ok(());
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        Some(_) | None => Path::new("."),
    };
    // One that leads nowhere is told by whoever follows it.
    let (Ok(target), Ok(home)) = (std::fs::canonicalize(path), std::fs::canonicalize(folder)) else { return Ok(()) };
    if target.starts_with(home) {
        return Ok(());
    }
    let shown = std::fs::read_link(path).unwrap_or(target);
    Err(format!(
        "this is a link out of the folder, to {}, and is not followed; put the file itself here, or name its folder with \
         --presets",
        shown.display()
    ))
}

pub(in crate::store) fn read_bytes(path: &Path) -> Result<Vec<u8>, String> {
    let metadata = std::fs::metadata(path).map_err(|error| file_trouble(path, &error))?;
    if metadata.is_dir() {
        let advice = if path.extension().is_some_and(|end| end.eq_ignore_ascii_case("ron")) {
            "rename the folder so that it doesn't end in .ron"
        } else {
            "name one of the files in it"
        };
        return Err(format!("this is a folder, and a preset is a file; {advice}"));
    }
    // A pipe or a device would wait for a writer, or never end.
    if !metadata.is_file() {
        return Err("this is no ordinary file, and a preset is one".to_owned());
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| file_trouble(path, &error))?;
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(|error| file_trouble(path, &error))?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err("the file is larger than 1 MiB, which nothing of Sidestage is; is it something else?".to_owned());
    }
    Ok(bytes)
}

fn file_trouble(path: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => match std::fs::read_link(path) {
            Ok(target) => format!("this is a link to {}, which is not there; mend or remove it", target.display()),
            Err(_) => "there is no such file".to_owned(),
        },
        io::ErrorKind::PermissionDenied => "this user may not read the file; change its permissions".to_owned(),
        _ => format!("the file could not be read: {error}"),
    }
}

/// Presets that share a name: each is fine, but the name alone no longer says which is meant.
fn twins(presets: &[Entry]) -> Vec<String> {
    let mut names: Vec<&str> = presets.iter().map(|entry| entry.preset.name.as_str()).collect();
    names.sort_unstable();
    let mut shared: Vec<&str> = names.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    shared.dedup();
    shared
        .into_iter()
        .map(|name| {
            let files: Vec<_> =
                presets.iter().filter(|entry| entry.preset.name == name).map(Entry::file_name).collect();
            let (last, others) = files.split_last().map_or(("", &[][..]), |(last, others)| (last.as_str(), others));
            let both = if files.len() == 2 { "both" } else { "all" };
            format!("{} and {last} are {both} named “{name}”; give each its own name.", others.join(", "))
        })
        .collect()
}

impl Entry {
    /// The file's name with its ending.
    #[must_use]
    pub fn file_name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}
