//! What was ordered, by whom, and what came of it: the latest in memory, for the panel, and all in a file of bounded size.
//! The file is written by a thread of its own, so that a slow disk holds no order up.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

/// The file in the data folder, and the one that it becomes when it is full.
pub const FILE_NAME: &str = "orders.log";
const OLD_FILE_NAME: &str = "orders.old.log";
const MAX_FILE_BYTES: u64 = 1 << 20;
/// The latest orders that are kept in memory.
pub const MOST_RECENT: usize = 200;
/// Lines that may wait for the disk.
const WAITING: usize = 1024;

/// One order, or the same one many times in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it came last.
    pub at: Timestamp,
    pub sender: SocketAddr,
    /// As it was asked, on one line.
    pub order: String,
    /// As it was answered, on one line.
    pub answer: String,
    pub is_done: bool,
    pub times: u32,
}

/// Notes orders; dropping it ends the thread when all is written.
pub struct Journal {
    recent: Mutex<VecDeque<Entry>>,
    lines: Option<SyncSender<String>>,
    path: Option<PathBuf>,
    writer: Option<std::thread::JoinHandle<()>>,
    is_watched: AtomicBool,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Journal").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Journal {
    /// Writes to a file in this folder; nowhere without one. `wake` is called for each order while somebody watches.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(dir: Option<&Path>, wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let path = dir.map(|dir| dir.join(FILE_NAME));
        let (mut lines, mut writer) = (None, None);
        if let Some(path) = path.clone() {
            let (sender, inbox) = sync_channel(WAITING);
            writer =
                Some(std::thread::Builder::new().name("order log".to_owned()).spawn(move || write(&path, &inbox))?);
            lines = Some(sender);
        }
        Ok(Self { recent: Mutex::default(), lines, path, writer, is_watched: AtomicBool::new(false), wake })
    }

    /// Notes an order. Never waits: where the disk is too slow, lines are left out of the file.
    pub fn note(&self, entry: Entry) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_same = |last: &&mut Entry| {
            last.sender.ip() == entry.sender.ip() && last.order == entry.order && last.answer == entry.answer
        };
        if let Some(last) = recent.back_mut().filter(is_same) {
            last.times = last.times.saturating_add(1);
            (last.at, last.sender) = (entry.at, entry.sender);
        } else {
            if let Some(last) = recent.back().filter(|last| last.times > 1) {
                self.put(format!("{:.3}  {}  the same {} times more", last.at, last.sender, last.times - 1));
            }
            self.put(format!("{:.3}  {}  {}  →  {}", entry.at, entry.sender, entry.order, entry.answer));
            if recent.len() == MOST_RECENT {
                recent.pop_front();
            }
            recent.push_back(entry);
        }
        drop(recent);
        if self.is_watched.load(Ordering::Relaxed) {
            (self.wake)();
        }
    }

    fn put(&self, line: String) {
        if let Some(lines) = &self.lines {
            let _ = lines.try_send(line);
        }
    }

    /// Whether somebody looks at the latest orders, and wants to be woken for the next.
    pub fn set_watched(&self, is_watched: bool) {
        self.is_watched.store(is_watched, Ordering::Relaxed);
    }

    /// The latest orders, the newest first, at most so many.
    #[must_use]
    pub fn recent(&self, most: usize) -> Vec<Entry> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().take(most).cloned().collect()
    }

    /// The file; it may not be there yet.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let last = self.recent.get_mut().unwrap_or_else(PoisonError::into_inner).back().cloned();
        if let Some(last) = last.filter(|last| last.times > 1) {
            self.put(format!("{:.3}  {}  the same {} times more", last.at, last.sender, last.times - 1));
        }
        self.lines = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// Appends lines as they come. A disk that refuses loses lines; it is complained of once.
fn write(path: &Path, lines: &Receiver<String>) {
    let mut has_complained = false;
    for line in lines {
        if let Err(error) = append(path, &line)
            && !std::mem::replace(&mut has_complained, true)
        {
            tracing::warn!("orders can't be logged to {}: {error}", path.display());
        }
    }
}

fn append(path: &Path, line: &str) -> std::io::Result<()> {
    if std::fs::metadata(path).is_ok_and(|file| file.len() > MAX_FILE_BYTES) {
        std::fs::rename(path, path.with_file_name(OLD_FILE_NAME))?;
    }
    let open = || OpenOptions::new().create(true).append(true).open(path);
    let mut file: File = open().or_else(|_| {
        std::fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        open()
    })?;
    // One write, so that lines of two Sidestages don't mix.
    file.write_all(format!("{line}\n").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(order: &str) -> Entry {
        Entry {
            at: Timestamp::UNIX_EPOCH,
            sender: SocketAddr::from(([127, 0, 0, 1], 9)),
            order: order.to_owned(),
            answer: "ok".to_owned(),
            is_done: true,
            times: 1,
        }
    }

    #[test]
    fn the_same_many_times_is_one_entry_and_two_lines() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("not/there");
        let journal = Journal::start(Some(&folder), Arc::new(|| {})).unwrap();
        for _ in 0..5000 {
            journal.note(entry("launch a"));
        }
        journal.note(entry("stop a"));
        assert_eq!(journal.recent(9).iter().map(|entry| entry.times).collect::<Vec<_>>(), [1, 5000]);
        drop(journal);
        let text = std::fs::read_to_string(folder.join(FILE_NAME)).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert_eq!(lines[0], "1970-01-01T00:00:00.000Z  127.0.0.1:9  launch a  →  ok");
        assert!(lines[1].ends_with("the same 4999 times more"), "{text}");
    }

    #[test]
    fn memory_and_disk_are_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::start(Some(dir.path()), Arc::new(|| {})).unwrap();
        for number in 0..20_000 {
            journal.note(entry(&format!("launch {number} {}", "x".repeat(200))));
        }
        assert_eq!(journal.recent(usize::MAX).len(), MOST_RECENT);
        drop(journal);
        let sizes: Vec<_> =
            std::fs::read_dir(dir.path()).unwrap().map(|file| file.unwrap().metadata().unwrap().len()).collect();
        assert!(sizes.len() <= 2 && sizes.iter().all(|size| *size < MAX_FILE_BYTES + 1000), "{sizes:?}");
    }
}
