//! What jobs cost: processor and memory of whole trees, measured once a second while somebody looks, and never else.
//!
//! Looking is a lease: who shows costs says so with every frame, and two seconds after the last time the meter sleeps.
//! It measures on a thread of its own; a frame copies what is there. Which processes are a job's is `census`' business.

mod census;

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::console::lock;
use super::job::JobId;
use census::{Census, Entry, Root, mark_groups, trees};

/// How many samples of a job are kept: a minute's.
pub const MOST_SAMPLES: usize = 60;

/// Between two samples.
const INTERVAL: Duration = Duration::from_secs(1);
/// How long one look lasts.
const LEASE: Duration = Duration::from_secs(2);
/// Two samples that lie further apart say nothing of the processor: nobody looked in between.
pub const GAP: Duration = Duration::from_secs(5);
/// How long the samples of a job are kept that nobody looks at any more.
const KEPT: Duration = Duration::from_mins(1);

/// What a job's tree used at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CostSample {
    pub at: Instant,
    /// Of one core, so two busy processes are 200. None in the first sample: a use is the difference of two.
    pub cpu_percent: Option<u32>,
    /// Resident memory, summed over the tree; what its processes share counts in each.
    pub memory_bytes: u64,
    pub processes: u32,
}

/// What a job's tree has used, in the present run and as far as somebody looked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The oldest first; at most [`MOST_SAMPLES`].
    pub samples: Vec<CostSample>,
    /// The highest seen.
    pub peak_cpu_percent: u32,
    /// The highest seen.
    pub peak_memory_bytes: u64,
}

/// Measures what jobs cost. Dropping it ends its thread.
#[derive(Debug)]
pub struct CostMeter {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    desk: Mutex<Desk>,
    change: Condvar,
}

/// What the looker and the meter's thread tell each other.
#[derive(Debug, Default)]
struct Desk {
    /// Jobs that are looked at, with the process that each tree grows from.
    roots: Vec<(JobId, u32)>,
    looked_at: Option<Instant>,
    costs: HashMap<(JobId, u32), Arc<Cost>>,
    samples_taken: u64,
    is_closing: bool,
}

/// What the meter's thread keeps for itself.
#[derive(Debug, Default)]
struct Ledger {
    /// By the job and the process that its tree grows from: another run is another tree.
    records: HashMap<(JobId, u32), Record>,
}

/// One job's samples, and what the next one is compared with.
#[derive(Debug, Default)]
struct Record {
    cost: Arc<Cost>,
    /// The tree's processes at the last sample: their start, and their processor time then.
    members: HashMap<u32, Member>,
}

#[derive(Clone, Copy, Debug)]
struct Member {
    started_secs: u64,
    cpu_ms: u64,
}

impl CostMeter {
    /// Starts the meter, asleep.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start() -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let desk = Arc::clone(&shared);
        let thread = std::thread::Builder::new().name("cost meter".to_owned()).spawn(move || desk.work())?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Says that these jobs' costs are being looked at, given the process that each tree grows from. Lasts two seconds.
    pub fn look(&self, roots: &[(JobId, u32)]) {
        let mut desk = lock(&self.shared.desk);
        desk.roots.clear();
        desk.roots.extend_from_slice(roots);
        if desk.looked_at.replace(Instant::now()).is_none() {
            self.shared.change.notify_all();
        }
    }

    /// What is known of the cost of a job's run, named as in [`CostMeter::look`].
    #[must_use]
    pub fn cost(&self, root: (JobId, u32)) -> Option<Arc<Cost>> {
        lock(&self.shared.desk).costs.get(&root).cloned()
    }

    /// How often the machine's processes were looked through so far.
    #[must_use]
    pub fn samples_taken(&self) -> u64 {
        lock(&self.shared.desk).samples_taken
    }
}

impl Drop for CostMeter {
    fn drop(&mut self) {
        lock(&self.shared.desk).is_closing = true;
        self.shared.change.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the cost meter panicked");
        }
    }
}

impl Shared {
    fn work(&self) {
        let mut ledger = Ledger::default();
        while self.wait_for_a_look() {
            match Census::new() {
                Ok(census) => self.measure_while_looked_at(census, &mut ledger),
                Err(error) => {
                    tracing::warn!("what jobs cost can't be measured: {error}");
                    return;
                }
            }
        }
    }

    /// Sleeps until somebody looks; `false` when it is to end.
    fn wait_for_a_look(&self) -> bool {
        let mut desk = lock(&self.desk);
        while desk.looked_at.is_none() && !desk.is_closing {
            desk = self.change.wait(desk).unwrap_or_else(PoisonError::into_inner);
        }
        !desk.is_closing
    }

    /// A sample each second, until the lease ends.
    fn measure_while_looked_at(&self, mut census: Census, ledger: &mut Ledger) {
        let mut due = Instant::now();
        while let Some(roots) = self.wait_until(due) {
            let at = Instant::now();
            let mut entries = census.take();
            let root_pids: Vec<u32> = roots.iter().map(|(_, pid)| *pid).collect();
            mark_groups(&mut entries, &root_pids);
            ledger.add_sample(at, &roots, &entries);
            let mut desk = lock(&self.desk);
            desk.costs = ledger.records.iter().map(|(root, record)| (*root, Arc::clone(&record.cost))).collect();
            desk.samples_taken += 1;
            due = at + INTERVAL;
        }
    }

    /// Whom to look at when the next sample is due; `None` when nobody has looked for too long, or it is to end.
    fn wait_until(&self, due: Instant) -> Option<Vec<(JobId, u32)>> {
        let mut desk = lock(&self.desk);
        loop {
            let left = due.saturating_duration_since(Instant::now());
            if desk.is_closing {
                return None;
            } else if left.is_zero() {
                break;
            }
            desk = self.change.wait_timeout(desk, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        if desk.looked_at.is_none_or(|looked_at| looked_at.elapsed() > LEASE) {
            desk.looked_at = None;
            return None;
        }
        Some(desk.roots.clone())
    }
}

impl Ledger {
    fn add_sample(&mut self, at: Instant, roots: &[(JobId, u32)], entries: &[Entry]) {
        let is_recent = |record: &Record| {
            record.cost.samples.last().is_some_and(|last| at.saturating_duration_since(last.at) < KEPT)
        };
        self.records.retain(|_, record| is_recent(record));
        let known = |root| self.records.get(root).map(Record::known).unwrap_or_default();
        let grown_from: Vec<_> = roots.iter().map(|root| Root { pid: root.1, known: known(root) }).collect();
        for (root, tree) in roots.iter().zip(trees(entries, &grown_from)) {
            self.records.entry(*root).or_default().add(at, tree.into_iter().map(|index| &entries[index]));
        }
    }
}

impl Record {
    fn known(&self) -> HashMap<u32, u64> {
        self.members.iter().map(|(pid, member)| (*pid, member.started_secs)).collect()
    }

    fn add<'a>(&mut self, at: Instant, tree: impl Iterator<Item = &'a Entry>) {
        let before = std::mem::take(&mut self.members);
        let (mut used_ms, mut memory_bytes, mut processes) = (0_u64, 0_u64, 0_u32);
        for entry in tree {
            // What is new has used all that it has since the last sample. What has ended takes its use with it: the sum
            // only ever misses the last bit of a process, and is never less than nothing.
            let already = before.get(&entry.pid).filter(|member| member.started_secs == entry.started_secs);
            used_ms += entry.cpu_ms.saturating_sub(already.map_or(0, |member| member.cpu_ms));
            self.members.insert(entry.pid, Member { started_secs: entry.started_secs, cpu_ms: entry.cpu_ms });
            if !entry.is_ended {
                memory_bytes += entry.memory_bytes;
                processes += 1;
            }
        }
        let since = self.cost.samples.last().map(|last| at.saturating_duration_since(last.at));
        let cpu_percent = since.filter(|since| *since <= GAP).and_then(|since| percent(used_ms, since));
        let cost = Arc::make_mut(&mut self.cost);
        if cost.samples.len() == MOST_SAMPLES {
            cost.samples.remove(0);
        }
        cost.samples.push(CostSample { at, cpu_percent, memory_bytes, processes });
        cost.peak_cpu_percent = cost.peak_cpu_percent.max(cpu_percent.unwrap_or(0));
        cost.peak_memory_bytes = cost.peak_memory_bytes.max(memory_bytes);
    }
}

/// Rounded; `None` where no time has passed.
fn percent(used_ms: u64, since: Duration) -> Option<u32> {
    let since_micros = u64::try_from(since.as_micros()).ok().filter(|micros| *micros > 0)?;
    let percent = (used_ms.saturating_mul(100_000) + since_micros / 2) / since_micros;
    Some(u32::try_from(percent).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: (JobId, u32) = (JobId(1), 10);

    fn entry(pid: u32, parent: u32, cpu_ms: u64) -> Entry {
        let (group, started_secs, memory_bytes) = (None, 100, 1000);
        Entry { pid, parent: Some(parent), group, started_secs, cpu_ms, memory_bytes, is_ended: false }
    }

    fn last(ledger: &Ledger) -> CostSample {
        *ledger.records[&ROOT].cost.samples.last().unwrap()
    }

    #[test]
    fn the_first_sample_says_nothing_of_the_processor_and_the_next_sums_the_tree() {
        let (mut ledger, start) = (Ledger::default(), Instant::now());
        ledger.add_sample(start, &[ROOT], &[entry(10, 1, 5000), entry(11, 10, 700)]);
        assert_eq!((last(&ledger).cpu_percent, last(&ledger).processes), (None, 2));
        ledger.add_sample(start + INTERVAL, &[ROOT], &[entry(10, 1, 5100), entry(11, 10, 1700), entry(12, 11, 50)]);
        assert_eq!(
            (last(&ledger).cpu_percent, last(&ledger).processes, last(&ledger).memory_bytes),
            (Some(115), 3, 3000)
        );
    }

    #[test]
    fn who_dies_between_two_samples_takes_nothing_away() {
        let (mut ledger, start) = (Ledger::default(), Instant::now());
        ledger.add_sample(start, &[ROOT], &[entry(10, 1, 100), entry(11, 10, 90_000)]);
        ledger.add_sample(start + INTERVAL, &[ROOT], &[entry(10, 1, 200)]);
        assert_eq!((last(&ledger).cpu_percent, last(&ledger).memory_bytes), (Some(10), 1000));
        // Another process under the same id, which has used less.
        let stranger = Entry { started_secs: 200, ..entry(11, 10, 30) };
        ledger.add_sample(start + INTERVAL * 2, &[ROOT], &[entry(10, 1, 200), stranger]);
        assert_eq!(last(&ledger).cpu_percent, Some(3));
        let ended = Entry { is_ended: true, ..entry(10, 1, 300) };
        ledger.add_sample(start + INTERVAL * 3, &[ROOT], &[ended]);
        let last = last(&ledger);
        assert_eq!((last.cpu_percent, last.processes, last.memory_bytes), (Some(10), 0, 0));
    }

    #[test]
    fn samples_are_bounded_and_a_gap_is_no_use_of_the_processor() {
        let (mut ledger, start) = (Ledger::default(), Instant::now());
        for second in 0..200_u32 {
            ledger.add_sample(start + INTERVAL * second, &[ROOT], &[entry(10, 1, u64::from(second) * 500)]);
        }
        assert_eq!(ledger.records[&ROOT].cost.samples.len(), MOST_SAMPLES);
        assert_eq!(last(&ledger).cpu_percent, Some(50));
        ledger.add_sample(start + INTERVAL * 210, &[ROOT], &[entry(10, 1, 900_000)]);
        assert_eq!(last(&ledger).cpu_percent, None, "nobody knows when in those seconds it was busy");
        assert_eq!(ledger.records[&ROOT].cost.peak_cpu_percent, 50);
    }

    #[test]
    fn a_new_run_begins_anew_and_what_nobody_looks_at_is_forgotten() {
        let (mut ledger, start) = (Ledger::default(), Instant::now());
        ledger.add_sample(start, &[ROOT], &[entry(10, 1, 500)]);
        let second = (ROOT.0, 20);
        ledger.add_sample(start + INTERVAL, &[second], &[entry(20, 1, 900)]);
        assert_eq!(ledger.records[&second].cost.samples.len(), 1);
        assert_eq!(ledger.records[&second].cost.samples[0].cpu_percent, None);
        ledger.add_sample(start + INTERVAL * 30, &[], &[entry(20, 1, 900)]);
        assert_eq!(ledger.records.len(), 2, "they may only have been scrolled away");
        ledger.add_sample(start + KEPT + INTERVAL, &[], &[entry(20, 1, 900)]);
        assert!(ledger.records.is_empty());
    }

    #[test]
    fn percents_round_and_survive_no_time() {
        assert_eq!(percent(126, INTERVAL), Some(13));
        assert_eq!(percent(3210, INTERVAL), Some(321));
        assert_eq!(percent(5, Duration::ZERO), None);
    }
}
