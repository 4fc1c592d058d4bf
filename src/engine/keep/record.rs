//! A kept job's record on disk: who keeps it, and where. The keeper writes it, and takes it away when the job has ended.
//!
//! Only the user may read it: whoever shows its token can stop the job, and type to it.

use std::fs;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::KeepPlan;
use super::Launch;
use super::frame::WirePath;
use super::identity::Identity;
use crate::engine::LaunchSpec;
use crate::model::Invocation;

/// What a panel needs to find a kept job again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::engine) struct Record {
    pub name: String,
    /// How the job is called from outside.
    id: String,
    preset: Option<WirePath>,
    /// The engine that launched it: while that lives, it knows the job without having to find it.
    engine: u64,
    pub keeper: Identity,
    /// The present run's first process; `None` between two runs.
    pub job: Option<Identity>,
    pub(super) port: u16,
    pub(super) token: String,
    /// When the job was launched.
    #[serde(with = "as_text")]
    pub since: Timestamp,
    /// Where the record itself lies.
    path: WirePath,
}

impl Record {
    /// The record of a job that this process keeps.
    ///
    /// # Errors
    /// The folder or the file can't be made.
    pub(super) fn create(launch: &Launch, port: u16) -> io::Result<Self> {
        let plan = launch.plan();
        make_private_dir(&plan.dir)?;
        let pid = std::process::id();
        let keeper = Identity::of(pid).ok_or_else(|| io::Error::other("the system doesn't know this process"))?;
        let since = Timestamp::now();
        let record = Self {
            name: launch.name().to_owned(),
            id: launch.id().to_owned(),
            preset: plan.preset.map(WirePath::from),
            engine: launch.engine(),
            keeper,
            job: None,
            port,
            token: new_token(),
            since,
            path: plan.dir.join(format!("{}-{pid}.{EXTENSION}", since.as_microsecond())).into(),
        };
        record.write()?;
        Ok(record)
    }

    /// Writes it anew, as a whole.
    pub(super) fn write(&self) -> io::Result<()> {
        // A temporary file is its owner's alone, and stays so when it gets its name.
        let path = self.path();
        let dir = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new().prefix(".record").suffix(".tmp").tempfile_in(dir)?;
        file.write_all(&serde_json::to_vec_pretty(self)?)?;
        // It needn't survive a power cut: no keeper does.
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    }

    pub(super) fn remove(&self) {
        let path = self.path();
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::warn!("{} could not be removed: {error}", path.display());
            }
            Ok(()) | Err(_) => {}
        }
    }

    /// The job until its keeper tells more of it: a name, and that it is kept.
    pub(in crate::engine) fn spec(&self) -> LaunchSpec {
        let nothing = Invocation {
            program: PathBuf::new(),
            args: Vec::new(),
            dir: PathBuf::new(),
            env: Vec::new(),
            secrets: Vec::new(),
        };
        let dir = self.path().parent().unwrap_or(Path::new("")).to_owned();
        let preset = self.preset.clone().map(PathBuf::from);
        LaunchSpec { id: self.id.clone(), keep: Some(KeepPlan { dir, preset }), ..LaunchSpec::new(&self.name, nothing) }
    }

    fn path(&self) -> PathBuf {
        self.path.clone().into()
    }

    pub(super) fn is_tokens(&self, shown: &str) -> bool {
        // All bytes are compared, so that the time that it takes tells nothing.
        let differences = self.token.bytes().zip(shown.bytes()).fold(0, |sum, (a, b)| sum | (a ^ b));
        differences == 0 && self.token.len() == shown.len()
    }

    /// Ends what is left of a job whose keeper is gone. Its guard should have, and on Windows the system has.
    fn clean_up(&self) {
        if let Some(job) = self.job.filter(|job| job.is_alive()) {
            tracing::warn!("“{}” had lost its keeper; process {} is killed", self.name, job.pid);
            job.kill_group();
        }
        self.remove();
    }
}

const EXTENSION: &str = "json";

/// The kept jobs of a folder that another engine has launched, in the order of their launch. Records whose keeper is
/// gone are removed. Reads files and asks the system for processes.
pub(in crate::engine) fn find(dir: &Path, engine: u64) -> Vec<Record> {
    let Ok(entries) = fs::read_dir(dir) else { return Vec::new() };
    let paths = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<_> = paths
        .filter(|path| path.extension().is_some_and(|extension| extension == EXTENSION))
        .filter_map(|path| match read(&path) {
            Ok(record) if record.keeper.is_alive() => (record.engine != engine).then_some(record),
            Ok(record) => {
                record.clean_up();
                None
            }
            Err(error) => {
                // It is left as it is: somebody else's, or another version's.
                tracing::warn!("{} could not be read: {error}", path.display());
                None
            }
        })
        .collect();
    found.sort_by_key(|record| record.since);
    found
}

fn read(path: &Path) -> io::Result<Record> {
    let record: Record = serde_json::from_slice(&fs::read(path)?)?;
    Ok(Record { path: path.to_owned().into(), ..record })
}

fn make_private_dir(dir: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(dir)
}

/// 256 bits that nobody can guess. The hash maps' keys come from the system's source of chance, and what is hashed with
/// a key that nobody knows can't be foretold.
fn new_token() -> String {
    let keys = RandomState::new();
    let part = |number: u8| format!("{:016x}", keys.hash_one((number, Timestamp::now(), std::process::id())));
    [0, 1, 2, 3].map(part).concat()
}

mod as_text {
    use jiff::Timestamp;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(at)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: u64 = 1;
    const ANOTHERS: u64 = 2;

    /// The record of a job that this test's process keeps, and its folder.
    fn record(dir: &Path) -> (Record, PathBuf) {
        let plan = KeepPlan { dir: dir.join("running"), preset: Some("/shows/a.ron".into()) };
        let nothing = Invocation {
            program: PathBuf::new(),
            args: Vec::new(),
            dir: PathBuf::new(),
            env: Vec::new(),
            secrets: Vec::new(),
        };
        let launch = Launch::of(&LaunchSpec::new("Render", nothing), &plan, 1, ANOTHERS);
        (Record::create(&launch, 4711).unwrap(), plan.dir)
    }

    #[test]
    fn a_record_is_found_while_its_keeper_lives() {
        let dir = tempfile::tempdir().unwrap();
        assert!(find(dir.path(), OURS).is_empty());
        let (record, records) = record(dir.path());
        assert_eq!(find(&records, OURS), std::slice::from_ref(&record));
        assert!(find(&records, ANOTHERS).is_empty(), "who launched it knows it");
        let plan = record.spec().keep.unwrap();
        assert_eq!((plan.dir, plan.preset), (records.clone(), Some("/shows/a.ron".into())));
        record.remove();
        assert!(find(&records, OURS).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn only_the_user_may_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let (record, _) = record(dir.path());
        assert_eq!(fs::metadata(record.path()).unwrap().permissions().mode() & 0o777, 0o600);
        record.write().unwrap();
        assert_eq!(fs::metadata(record.path()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(record.path().parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_record_whose_ids_were_given_to_others_is_dropped_and_nobody_killed() {
        let dir = tempfile::tempdir().unwrap();
        let (mut record, records) = record(dir.path());
        // This test's own process plays the stranger.
        record.keeper.birth ^= 1;
        record.job = Some(record.keeper);
        record.write().unwrap();
        assert!(find(&records, OURS).is_empty());
        assert!(!record.path().exists());
    }

    #[test]
    fn what_is_no_record_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let foreign = dir.path().join("notes.json");
        fs::write(&foreign, "{}").unwrap();
        assert!(find(dir.path(), OURS).is_empty());
        assert!(foreign.exists());
    }

    #[test]
    fn tokens_differ_and_only_the_whole_one_fits() {
        let dir = tempfile::tempdir().unwrap();
        let (record, _) = record(dir.path());
        assert!(record.is_tokens(&record.token.clone()) && record.token.len() == 64);
        for wrong in ["", &record.token[..63], &format!("{}0", record.token), &new_token()] {
            assert!(!record.is_tokens(wrong));
        }
    }
}
