//! What was learnt of programs, in a file, so that nobody is asked twice. A program is known by its path, and by what
//! changes when it is updated or replaced; a file that can't be read is as good as none.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use super::Nature;

/// Raised when an old file would be misunderstood.
const VERSION: u32 = 2;
/// How many programs are remembered that the latest look did not come across.
const MOST: usize = 1000;
/// A file that is larger was not written by us.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// What changes with a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    size: u64,
    modified_nanos: u64,
    /// Where links lead: a virtual environment's Python is one, and may lead elsewhere when it is made anew.
    real: PathBuf,
    /// When its virtual environment was made.
    environment_nanos: u64,
    /// By what a version manager's stand-in decides what it stands for.
    decided_by: Vec<String>,
}

/// Files by which version managers are told what a folder wants.
const DECIDING: [&str; 4] = [".python-version", ".tool-versions", "mise.toml", ".mise.toml"];

impl Stamp {
    /// `None` if there is no such file.
    pub fn of(program: &Path) -> Option<Self> {
        let metadata = std::fs::metadata(program).ok()?;
        let config = program.parent().and_then(Path::parent).map(|dir| dir.join("pyvenv.cfg"));
        Some(Self {
            size: metadata.len(),
            modified_nanos: nanos(&metadata),
            real: std::fs::canonicalize(program).ok()?,
            environment_nanos: config.and_then(|config| std::fs::metadata(config).ok()).map_or(0, |file| nanos(&file)),
            decided_by: Vec::new(),
        })
    }

    /// That of a version manager's stand-in, which never changes, but answers by what is installed, by a variable, and
    /// by the files in the folder where it runs and above.
    pub fn of_shim(program: &Path, folder: &Path, variable: Option<&OsStr>) -> Option<Self> {
        let own = program.parent().and_then(Path::parent)?;
        let files = folder.ancestors().flat_map(|dir| DECIDING.map(|name| dir.join(name)));
        let all = files.chain(["version", "versions", "installs"].map(|name| own.join(name)));
        let known = all.filter_map(|path| {
            let metadata = std::fs::metadata(&path).ok()?;
            Some(format!("{} {} {}", path.display(), nanos(&metadata), metadata.len()))
        });
        let decided_by = variable.map(|name| name.to_string_lossy().into_owned()).into_iter().chain(known).collect();
        Some(Self { decided_by, ..Self::of(program)? })
    }
}

/// Since 1970, as far as the system tells; five centuries fit.
fn nanos(metadata: &std::fs::Metadata) -> u64 {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    since.and_then(|since| u64::try_from(since.as_nanos()).ok()).unwrap_or(0)
}

#[derive(Default, Serialize, Deserialize)]
struct Stored {
    version: u32,
    programs: BTreeMap<PathBuf, Known>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    stamp: Stamp,
    nature: Nature,
}

/// The file, read.
#[derive(Debug, Default)]
pub struct Cache {
    programs: BTreeMap<PathBuf, Known>,
    /// Those that this look came across.
    seen: Vec<PathBuf>,
    is_changed: bool,
}

impl Cache {
    /// What a file says; nothing if there is none, or it is broken or of another version.
    pub fn read(file: Option<&Path>) -> Self {
        let programs = file.and_then(stored_in).unwrap_or_default();
        Self { programs, ..Self::default() }
    }

    /// What a program was found to be, if it is still the same.
    pub fn known(&mut self, program: &Path, stamp: &Stamp) -> Option<Nature> {
        self.seen.push(program.to_path_buf());
        self.programs.get(program).filter(|known| known.stamp == *stamp).map(|known| known.nature.clone())
    }

    pub fn learn(&mut self, program: PathBuf, stamp: Stamp, nature: Nature) {
        // What is no text could not be written.
        if program.to_str().is_some() && stamp.real.to_str().is_some() {
            self.programs.insert(program, Known { stamp, nature });
            self.is_changed = true;
        }
    }

    /// Writes the file anew if something was learnt: all of it or nothing. That it can't be written costs only time.
    pub fn write(mut self, file: Option<&Path>) {
        let Some(file) = file.filter(|_| self.is_changed) else { return };
        if self.programs.len() > MOST {
            self.programs.retain(|program, _| self.seen.contains(program));
        }
        if let Err(error) = write_whole(file, &Stored { version: VERSION, programs: self.programs }) {
            tracing::debug!("{} could not be written: {error}", file.display());
        }
    }
}

fn stored_in(file: &Path) -> Option<BTreeMap<PathBuf, Known>> {
    let is_ours = std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.len() <= MAX_BYTES);
    let text = is_ours.then(|| std::fs::read(file).ok())??;
    let stored: Stored = serde_json::from_slice(&text).ok()?;
    (stored.version == VERSION).then_some(stored.programs)
}

fn write_whole(file: &Path, stored: &Stored) -> std::io::Result<()> {
    let dir = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(dir)?;
    let mut temporary = tempfile::NamedTempFile::new_in(dir)?;
    temporary.write_all(&serde_json::to_vec(stored)?)?;
    temporary.persist(file)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nature(version: &str) -> Nature {
        Nature { version: Some(version.to_owned()), ..Nature::default() }
    }

    #[test]
    fn what_was_learnt_is_known_until_the_program_changes() {
        let dir = tempfile::tempdir().unwrap();
        let (file, program) = (dir.path().join("data/interpreters.json"), dir.path().join("venv/bin/python"));
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, "one").unwrap();
        let first = Stamp::of(&program).unwrap();
        let mut cache = Cache::read(Some(&file));
        assert_eq!(cache.known(&program, &first), None);
        cache.learn(program.clone(), first.clone(), nature("3.11.4"));
        cache.write(Some(&file));
        assert_eq!(Cache::read(Some(&file)).known(&program, &first), Some(nature("3.11.4")));

        std::fs::write(&program, "longer").unwrap();
        assert_ne!(Stamp::of(&program).unwrap(), first);
        std::fs::write(&program, "one").unwrap();
        std::fs::File::options().write(true).open(&program).unwrap().set_modified(UNIX_EPOCH).unwrap();
        let second = Stamp::of(&program).unwrap();
        assert_ne!(second, first);
        std::fs::write(dir.path().join("venv/pyvenv.cfg"), "").unwrap();
        assert_ne!(Stamp::of(&program).unwrap(), second, "the environment was made anew");
        assert_eq!(Cache::read(Some(&file)).known(&program, &second), None);
    }

    #[test]
    fn a_stand_in_is_known_until_something_else_decides_what_it_stands_for() {
        let dir = tempfile::tempdir().unwrap();
        let (program, folder) = (dir.path().join("pyenv/shims/python"), dir.path().join("show/scripts"));
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&program, "").unwrap();
        let stamp = |variable: Option<&str>| Stamp::of_shim(&program, &folder, variable.map(OsStr::new)).unwrap();
        let first = stamp(None);
        assert_eq!(stamp(None), first);
        assert_ne!(stamp(Some("3.9")), first);
        std::fs::write(dir.path().join("show/.python-version"), "3.11").unwrap();
        let second = stamp(None);
        assert_ne!(second, first);
        std::fs::create_dir(dir.path().join("pyenv/versions")).unwrap();
        assert_ne!(stamp(None), second, "another version was installed");
    }

    #[test]
    fn a_broken_file_is_ignored_and_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let (file, program) = (dir.path().join("interpreters.json"), dir.path().join("python"));
        std::fs::write(&program, "").unwrap();
        let stamp = Stamp::of(&program).unwrap();
        for broken in
            ["", "{", "[1]", "{\"version\":99,\"programs\":{}}", "{\"version\":1,\"programs\":{\"a\":3}}", "\0\u{1}"]
        {
            std::fs::write(&file, broken).unwrap();
            let mut cache = Cache::read(Some(&file));
            assert_eq!(cache.known(&program, &stamp), None, "{broken}");
            cache.learn(program.clone(), stamp.clone(), nature("1.0"));
            cache.write(Some(&file));
            assert_eq!(Cache::read(Some(&file)).known(&program, &stamp), Some(nature("1.0")), "{broken}");
        }
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside the file");
    }

    #[test]
    fn a_file_that_can_not_be_written_is_no_trouble() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("python");
        std::fs::write(&program, "").unwrap();
        let mut cache = Cache::read(Some(&program.join("no-folder")));
        cache.learn(program.clone(), Stamp::of(&program).unwrap(), nature("1.0"));
        cache.write(Some(&program.join("no-folder")));
        assert_eq!(std::fs::read(&program).unwrap(), b"");
    }
}
