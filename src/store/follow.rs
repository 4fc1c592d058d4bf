//! Tells when somebody else changes a presets folder: at once where the system tells us, else by a look now and then.
//!
//! Says only that something changed; what, is found by whoever reads the folder. Sleeps until the system wakes it. On a
//! network's disk, where no system tells what other machines write, and where a folder can't be watched, it looks
//! every [`LOOK_EVERY`].

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use super::presets::is_preset_name;
use super::{groups, show_echo};

/// Between two looks at a folder that nobody tells of.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// An editor writes a file in several steps, git many files: it is told of when nothing came for so long.
const QUIET: Duration = Duration::from_millis(120);
/// And after so long in any case.
const LONGEST: Duration = Duration::from_secs(1);

/// Follows a folder until it is dropped.
#[derive(Debug)]
pub struct Follower {
    is_over: Arc<AtomicBool>,
    bell: SyncSender<()>,
}

impl Drop for Follower {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Release);
        // A bell that rings already wakes it too.
        let _ = self.bell.try_send(());
    }
}

impl Follower {
    /// Calls `changed` on a thread of its own, shortly after a preset or what lies beside them came, changed or went.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(dir: &Path, changed: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let (bell, rings) = sync_channel(1);
        let is_over = Arc::new(AtomicBool::new(false));
        let follow = Follow {
            dir: dir.to_path_buf(),
            is_over: Arc::clone(&is_over),
            bell: bell.clone(),
            last: Sight::default(),
        };
        std::thread::Builder::new().name("follow presets".to_owned()).spawn(move || follow.run(&rings, changed))?;
        Ok(Self { is_over, bell })
    }
}

struct Follow {
    dir: PathBuf,
    is_over: Arc<AtomicBool>,
    bell: SyncSender<()>,
    last: Sight,
}

/// What a look at a folder sees: each file's name, length and time.
type Sight = Vec<(std::ffi::OsString, u64, Option<SystemTime>)>;

impl Follow {
    fn run(mut self, rings: &Receiver<()>, changed: impl Fn()) {
        // Before the first look, so that nothing falls between the two.
        let mut watcher = self.watch();
        self.last = look(&self.dir);
        loop {
            let rang = match &watcher {
                Some(_) => rings.recv().map_err(|_| RecvTimeoutError::Disconnected),
                None => rings.recv_timeout(LOOK_EVERY),
            };
            if rang == Err(RecvTimeoutError::Disconnected) || self.is_over.load(Ordering::Acquire) {
                return;
            }
            if rang.is_ok() {
                wait_for_quiet(rings);
            }
            // A folder that was taken away is watched no more, whatever comes to lie in its place.
            if watcher.is_none() || !self.dir.is_dir() {
                watcher = self.watch();
            }
            let now = look(&self.dir);
            if now != self.last {
                self.last = now;
                changed();
            }
        }
    }

    /// None where the system can't tell of changes.
    fn watch(&self) -> Option<RecommendedWatcher> {
        if is_remote(&self.dir) {
            return None;
        }
        let bell = self.bell.clone();
        let ring = move |event: notify::Result<notify::Event>| {
            let matters = event.map_or(true, |event| !matches!(event.kind, EventKind::Access(_)));
            if matters {
                // A bell that rings already rings for this too.
                let _ = bell.try_send(());
            }
        };
        let mut watcher = notify::recommended_watcher(ring).ok()?;
        watcher.watch(&self.dir, RecursiveMode::NonRecursive).ok()?;
        Some(watcher)
    }
}

fn wait_for_quiet(rings: &Receiver<()>) {
    let since = Instant::now();
    while since.elapsed() < LONGEST && rings.recv_timeout(QUIET).is_ok() {}
}

fn look(dir: &Path) -> Sight {
    let Ok(entries) = std::fs::read_dir(dir) else { return Sight::new() };
    let mut seen: Sight = entries
        .filter_map(Result::ok)
        .filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            is_preset_name(&name) || name == groups::FILE_NAME || name == show_echo::FILE_NAME
        })
        .map(|entry| {
            // A link's target is what is read.
            let metadata = std::fs::metadata(entry.path()).ok();
            let (len, time) = metadata.map_or((0, None), |metadata| (metadata.len(), metadata.modified().ok()));
            (entry.file_name(), len, time)
        })
        .collect();
    seen.sort_unstable();
    seen
}

/// Whether a folder lies on another machine, whose changes no system tells of.
#[cfg(target_os = "linux")]
fn is_remote(dir: &Path) -> bool {
    // From Linux' magic.h and the file systems' own sources: NFS, SMB (three), 9P, FUSE (as sshfs), AFS, Ceph, VirtualBox.
    const REMOTE: [u64; 9] =
        [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x6573_5546, 0x5346_414F, 0x00C3_6400, 0x786F_4256];
    // The field's width and sign differ between processors; the numbers have 32 bits.
    let kind = |stat: rustix::fs::StatFs| u64::try_from(i128::from(stat.f_type) & 0xFFFF_FFFF).unwrap_or_default();
    rustix::fs::statfs(dir).is_ok_and(|stat| REMOTE.contains(&kind(stat)))
}

/// Whether a folder lies on another machine, whose changes no system tells of for sure.
#[cfg(windows)]
fn is_remote(dir: &Path) -> bool {
    use std::path::{Component, Prefix};
    // A drive that stands for a share is told by where it leads.
    let real = std::fs::canonicalize(dir).unwrap_or_else(|_| dir.to_path_buf());
    let first = real.components().next();
    matches!(first, Some(Component::Prefix(prefix)) if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)))
}

/// Elsewhere nothing tells; the watch is believed.
#[cfg(not(any(target_os = "linux", windows)))]
fn is_remote(_dir: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(dir: &Path) -> (Follower, std::sync::mpsc::Receiver<()>) {
        let (told, hears) = sync_channel(100);
        let follower = Follower::start(dir, move || told.try_send(()).unwrap_or_default()).unwrap();
        (follower, hears)
    }

    #[test]
    fn what_comes_changes_and_goes_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        std::fs::write(&path, "1").unwrap();
        let (follower, hears) = follow(dir.path());
        let wait = Duration::from_mins(1);
        // The thread may not have had its first look yet, so each is done until it is told.
        let told = |change: &mut dyn FnMut(usize)| {
            (0..600).any(|round| {
                change(round);
                hears.recv_timeout(wait / 600).is_ok()
            })
        };
        assert!(told(&mut |round| std::fs::write(&path, "2".repeat(round + 2)).unwrap()));
        assert!(told(&mut |round| std::fs::write(dir.path().join(format!("b{round}.ron")), "").unwrap()));
        assert!(told(&mut |round| std::fs::write(dir.path().join(groups::FILE_NAME), "2".repeat(round)).unwrap()));
        std::fs::remove_file(&path).unwrap();
        assert!(hears.recv_timeout(wait).is_ok());
        drop(follower);
        // What was told before is heard first.
        let ended = (0..100).map(|_| hears.recv_timeout(wait)).find(Result::is_err);
        assert_eq!(ended, Some(Err(RecvTimeoutError::Disconnected)), "its thread ends");
    }

    #[test]
    fn a_folder_is_seen_by_what_is_read_of_it() {
        let dir = tempfile::tempdir().unwrap();
        for name in [".a.ron.tmp", "b.ron~", "notes.txt", ".hidden.ron"] {
            std::fs::write(dir.path().join(name), "").unwrap();
        }
        std::fs::create_dir(dir.path().join(".previous")).unwrap();
        assert_eq!(look(dir.path()), Sight::new());
        std::fs::write(dir.path().join("a.ron"), "").unwrap();
        let before = look(dir.path());
        assert_eq!(before.len(), 1);
        std::fs::write(dir.path().join("a.ron"), "x").unwrap();
        assert_ne!(look(dir.path()), before);
        assert_eq!(look(&dir.path().join("none")), Sight::new());
        assert!(!is_remote(dir.path()) || cfg!(windows));
    }
}
