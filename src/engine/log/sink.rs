//! The writer's side of one run's log: its files, what becomes of a write that fails, and its lines in the history.
//!
//! A disk that takes nothing never stops a job: what can't be written is counted, and as soon as the disk takes more
//! the log says how much is missing and where.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use memchr::{memchr, memrchr};

use super::folder::{self, Made};
use super::text::{Layout, PREFIX_BYTES, STREAM_AT};
use super::{Batch, HURRY_BYTES, Tell, history};
use crate::engine::exit::Exit;
use crate::engine::lifecycle::Ending;
use crate::engine::scrollback::Stream;
use crate::model::{LogName, LogPlan, RunEnd, RunRecord};

/// Where much waits, so much is written at once: the first and last pages of a write are the dear ones, for the system
/// takes those between as large pieces.
const WRITE_BYTES: usize = 1024 * 1024;

/// How long after a failed write the next one is tried.
const RETRY: Duration = Duration::from_secs(1);

/// How often a run's console says that the log failed, or works again: a disk that is on the brink would say it for ever.
const MOST_NOTICES: u32 = 6;

/// What is known of a run at its start.
pub(super) struct About {
    pub plan: LogPlan,
    pub run: u32,
    pub started: Timestamp,
    pub since: Instant,
}

pub(super) struct Sink {
    about: About,
    tell: Tell,
    notices: u32,
    /// When what is laid out now came.
    at: Timestamp,
    part: Option<Part>,
    /// The latest part's, and the run's; `None` until there is a file.
    name: Option<LogName>,
    path: Option<PathBuf>,
    layout: Layout,
    /// Since when nothing can be written, if so.
    trouble: Option<Trouble>,
    pid: Option<u32>,
    spare: Batch,
}

/// The file that is being written.
struct Part {
    file: File,
    bytes: u64,
    /// Nothing but our first line is in it.
    is_fresh: bool,
}

struct Trouble {
    why: String,
    retry_at: Instant,
    /// Output that is missing in the log since.
    lost_bytes: u64,
    /// How much of it the log says.
    told_bytes: u64,
    /// What is laid out says the rest of it, and ends with that here: it may be on the disk soon.
    retry: Option<usize>,
}

impl Sink {
    pub(super) fn new(about: About, tell: Tell) -> Self {
        Self {
            at: about.started,
            about,
            tell,
            notices: 0,
            part: None,
            name: None,
            path: None,
            layout: Layout::new(),
            trouble: None,
            pid: None,
            spare: Batch::default(),
        }
    }

    pub(super) fn path(&self) -> Option<PathBuf> {
        self.path.clone()
    }

    /// An empty batch, with the room of one that was written before.
    pub(super) fn take_spare(&mut self) -> Batch {
        std::mem::take(&mut self.spare)
    }

    /// Writes a batch, whatever the disk says to it.
    pub(super) fn write(&mut self, batch: Batch, progress: &AtomicU64) {
        let is_last = batch.ending.is_some();
        // Never the present time: what is queued behind this came before that.
        self.at = batch.marks.first().map_or(self.at, |mark| mark.at);
        if self.trouble.as_ref().is_none_or(|trouble| is_last || Instant::now() >= trouble.retry_at) {
            self.begin(progress);
        }
        let (mut start, mut blocks) = (0, batch.blocks.iter());
        for mark in &batch.marks {
            let bytes = if mark.is_block {
                blocks.next().map_or(&[][..], |block| &block[..mark.bytes])
            } else {
                start += mark.bytes;
                &batch.bytes[start - mark.bytes..start]
            };
            for slice in bytes.chunks(HURRY_BYTES / 4) {
                self.add(mark.stream, mark.at, slice, progress);
            }
        }
        if batch.lost_bytes > 0 {
            self.lose(batch.lost_bytes);
        }
        if is_last {
            self.layout.end_pieces(self.at);
        }
        self.flush(progress);
        if is_last && let Some(trouble) = &self.trouble {
            let text = format!("Its log ends early. {}", missing(trouble.lost_bytes, &trouble.why));
            self.say(&text);
        }
        self.record(batch.spawned, batch.ending.as_ref());
        if is_last {
            self.part = None;
            self.layout = Layout::new();
        } else {
            self.keep_room(batch);
        }
    }

    /// Keeps the batch's buffers for the next one, unless they are far more than it needs.
    fn keep_room(&mut self, mut batch: Batch) {
        let blocks = batch.blocks.len();
        batch.spare_blocks.append(&mut batch.blocks);
        batch.spare_blocks.truncate(blocks);
        if batch.bytes.len() < HURRY_BYTES && batch.bytes.capacity() > HURRY_BYTES {
            batch.bytes = Vec::new();
        }
        if blocks == 0 && batch.bytes.len() < HURRY_BYTES {
            self.layout.out.shrink_to(HURRY_BYTES);
        }
        batch.bytes.clear();
        batch.marks.clear();
        self.spare =
            Batch { bytes: batch.bytes, marks: batch.marks, spare_blocks: batch.spare_blocks, ..Batch::default() };
    }

    /// Sees to it that there is a file, and that it says what is missing.
    fn begin(&mut self, progress: &AtomicU64) {
        if self.part.is_none()
            && let Err(error) = self.open_part(progress)
        {
            self.fail(&error, 0);
            return;
        }
        if let Some(trouble) = &mut self.trouble {
            self.layout.end_pieces(self.at);
            if trouble.lost_bytes > trouble.told_bytes {
                self.layout.say(self.at, &missing(trouble.lost_bytes - trouble.told_bytes, &trouble.why));
            }
            trouble.retry = Some(self.layout.out.len());
        }
    }

    /// Says what came while the buffer was full.
    fn lose(&mut self, bytes: u64) {
        if self.trouble.is_some() {
            self.count_lost(bytes);
            return;
        }
        let missing = missing(bytes, "the disk was too slow");
        self.layout.end_pieces(self.at);
        self.layout.say(self.at, &missing);
        self.say(&format!("Its log can't keep up. {missing}"));
    }

    fn is_in_trouble(&self) -> bool {
        self.trouble.as_ref().is_some_and(|trouble| trouble.retry.is_none())
    }

    fn add(&mut self, stream: Stream, at: Timestamp, bytes: &[u8], progress: &AtomicU64) {
        self.at = at;
        if let Some(trouble) = self.trouble.as_mut().filter(|trouble| trouble.retry.is_none()) {
            if stream != Stream::Notice {
                trouble.lost_bytes += bytes.len() as u64;
            }
            return;
        }
        self.layout.add(stream, at, bytes);
        if self.layout.out.len() >= WRITE_BYTES {
            self.flush(progress);
        }
    }

    /// Writes the records that are laid out, into as many files as they need.
    fn flush(&mut self, progress: &AtomicU64) {
        let out = std::mem::take(&mut self.layout.out);
        let mut rest = &out[..];
        if self.is_in_trouble() {
            // What stood in unended lines when the trouble began.
            self.count_lost(payload(rest));
        }
        while !rest.is_empty() && !self.is_in_trouble() {
            let Some(part) = &mut self.part else {
                if let Err(error) = self.open_part(progress) {
                    self.fail(&error, payload(rest));
                }
                continue;
            };
            let room = self.about.plan.limits.file_bytes.saturating_sub(part.bytes);
            let fitting = whole_records(rest, usize::try_from(room).unwrap_or(usize::MAX), part.is_fresh);
            if fitting == 0 {
                self.part = None;
                continue;
            }
            if let Err((written, error)) = part.write(&rest[..fitting], progress) {
                let done = out.len() - rest.len() + written;
                if let Some(trouble) =
                    self.trouble.as_mut().filter(|trouble| trouble.retry.is_some_and(|end| done >= end))
                {
                    trouble.told_bytes = trouble.lost_bytes;
                }
                self.fail(&error, payload(&rest[written..]));
                break;
            }
            part.is_fresh = false;
            rest = &rest[fitting..];
        }
        if !self.is_in_trouble()
            && let Some(trouble) = self.trouble.take()
        {
            self.say(&format!("The log is written again. {}", missing(trouble.lost_bytes, &trouble.why)));
        }
        self.layout.out = out;
        self.layout.out.clear();
    }

    /// Makes the run's first or next file, and sees which old ones go.
    fn open_part(&mut self, progress: &AtomicU64) -> io::Result<()> {
        let plan = &self.about.plan;
        let Made { file, path, name } = match &self.name {
            None => folder::make_first(&plan.folder, self.about.started)?,
            Some(before) => folder::make_next(&plan.folder, before)?,
        };
        if let Err(error) = folder::prune(&plan.folder, plan.limits, &name) {
            tracing::warn!("old logs in {} could not be pruned: {error}", plan.folder.display());
        }
        let mut first = Layout::new();
        let part_words = if name.part > 1 { format!(", part {}", name.part) } else { String::new() };
        first.say(self.at, &format!("Log of “{}”, run {}{part_words}.", plan.preset, self.about.run));
        let mut part = Part { file, bytes: 0, is_fresh: true };
        if let Err((_, error)) = part.write(&first.out, progress) {
            // It would stand there empty, and another one with each try.
            drop(part);
            let _ = std::fs::remove_file(path);
            return Err(error);
        }
        (self.part, self.name, self.path) = (Some(part), Some(name), Some(path));
        Ok(())
    }

    fn fail(&mut self, error: &io::Error, lost_bytes: u64) {
        let why = why(error);
        let retry_at = Instant::now() + RETRY;
        if let Some(trouble) = &mut self.trouble {
            trouble.lost_bytes += lost_bytes;
            (trouble.why, trouble.retry_at, trouble.retry) = (why, retry_at, None);
            if !is_full(error) {
                // A handle that was lost, as with a share that went away, never works again: the next try is another file's.
                self.part = None;
            }
            return;
        }
        let place = self.path.as_ref().unwrap_or(&self.about.plan.folder).display();
        let text = format!(
            "Its log can't be written to {place}: {why}. The job goes on; what it says meanwhile is not logged."
        );
        self.say(&text);
        self.trouble = Some(Trouble { why, retry_at, lost_bytes, told_bytes: 0, retry: None });
    }

    fn count_lost(&mut self, bytes: u64) {
        if let Some(trouble) = &mut self.trouble {
            trouble.lost_bytes += bytes;
        }
    }

    fn say(&mut self, text: &str) {
        self.notices += 1;
        if self.notices <= MOST_NOTICES {
            (self.tell)(text);
        }
    }

    /// Writes the run's lines in the history.
    fn record(&mut self, spawned: Option<u32>, ending: Option<&(Ending, Timestamp, Instant)>) {
        self.pid = self.pid.or(spawned);
        if spawned.is_none() && ending.is_none() {
            return;
        }
        let end = ending.map(|(ending, at, instant)| {
            let (code, signal) = match ending.exit {
                Exit::Code(code) => (Some(code), None),
                Exit::Signal(signal) => (None, Some(signal)),
                Exit::CouldNotStart(_) | Exit::NotLaunched(_) => (None, None),
            };
            let secs = instant.saturating_duration_since(self.about.since).as_secs_f64();
            let duration_secs = (secs * 1000.0).round() / 1000.0;
            RunEnd { at: *at, duration_secs, how: ending.exit.describe(), code, signal, stopped: ending.stopped }
        });
        let first = self.name.as_ref().map(|name| LogName { part: 1, ..name.clone() });
        let id = first.as_ref().map_or_else(|| format!("{:.3}", self.about.started), LogName::run);
        let record = RunRecord {
            id,
            preset: self.about.plan.preset.clone(),
            run: self.about.run,
            pid: self.pid,
            sidestage_pid: std::process::id(),
            started: self.about.started,
            log: first.as_ref().map(LogName::file_name),
            end,
        };
        if let Err(error) = history::append(&self.about.plan.folder, &record) {
            tracing::warn!("the history in {} could not be written: {error}", self.about.plan.folder.display());
        }
    }
}

#[cfg(unix)]
impl Drop for Part {
    /// A child that is being started just now has our open files for a moment, and the lock would last as long.
    fn drop(&mut self) {
        let _ = self.file.unlock();
    }
}

impl Part {
    /// Writes whole records. Where that fails the file ends with the last one that is whole; answers how many bytes of
    /// them are there.
    fn write(&mut self, records: &[u8], progress: &AtomicU64) -> Result<(), (usize, io::Error)> {
        let mut written = 0;
        let mut trouble = None;
        while written < records.len() && trouble.is_none() {
            match self.file.write(&records[written..]) {
                Ok(0) => trouble = Some(io::ErrorKind::WriteZero.into()),
                Ok(count) => {
                    written += count;
                    progress.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => trouble = Some(error),
            }
        }
        let Some(error) = trouble else {
            self.bytes += written as u64;
            return Ok(());
        };
        let kept = memrchr(b'\n', &records[..written]).map_or(0, |at| at + 1);
        self.bytes += kept as u64;
        // If that fails too, half a record stands in the log; the next one would otherwise follow it on its line.
        let _ = self.file.set_len(self.bytes).and_then(|()| self.file.seek(SeekFrom::Start(self.bytes)));
        Err((kept, error))
    }
}

/// How many bytes of the records a file with so much room takes. One that has none yet takes at least one record.
fn whole_records(records: &[u8], room: usize, is_fresh: bool) -> usize {
    if records.len() <= room {
        return records.len();
    }
    let fitting = memrchr(b'\n', &records[..room]).map_or(0, |at| at + 1);
    let first = || memchr(b'\n', records).map_or(records.len(), |at| at + 1);
    if fitting == 0 && is_fresh { first() } else { fitting }
}

/// How many bytes of the job's own output the records hold.
fn payload(records: &[u8]) -> u64 {
    let of_record = |record: &[u8]| match record.get(STREAM_AT..PREFIX_BYTES) {
        Some([b'*', ..]) | None => 0,
        // The newline of a piece is ours.
        Some([.., b'+']) => record.len() - PREFIX_BYTES - 1,
        Some(_) => record.len() - PREFIX_BYTES,
    };
    records.split_inclusive(|byte| *byte == b'\n').map(|record| of_record(record) as u64).sum()
}

fn missing(bytes: u64, why: &str) -> String {
    format!("{bytes} bytes of its output are missing there: {why}.")
}

/// There will be room again, in the same file.
fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn why(error: &io::Error) -> String {
    match error.kind() {
        _ if is_full(error) => "the disk is full".to_owned(),
        io::ErrorKind::PermissionDenied => "this user may not write there".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".to_owned(),
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "a file stands where a folder is needed".to_owned()
        }
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
