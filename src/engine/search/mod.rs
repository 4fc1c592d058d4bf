//! Searching in consoles: over everything that they keep, and on as more comes.
//!
//! One thread does all the searching, a block at a time: it copies a block under the console's lock and searches it
//! without, so that no reader waits for a search. Whoever shows a search has it go on by [`Searcher::look`], in each
//! frame; so nobody's search costs anything while nobody looks.

mod block;
mod matcher;

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::sync::{Arc, Mutex, Weak};
use std::thread::JoinHandle;

pub(super) use block::Block;
pub use matcher::Query;

use super::console::{Console, lock};
use super::merged::Merged;
use super::scrollback::Stream;
use crate::model::Streams;
pub(super) use block::{append_shown, is_shown_as_it_is};
use matcher::Matcher;
pub(super) use matcher::sees_beyond_a_line;

/// The most hits that a search holds; beyond it the oldest are let go.
const MOST_HITS: usize = 1 << 20;

/// How many blocks (of 64 KiB) one search gets before the next has its turn, and before the window is woken.
const BLOCKS_PER_TURN: usize = 64;

/// How many rows that were drawn over are copied under a console's lock at once.
const REDRAWN_AT_ONCE: usize = 256;

/// More searches than this can't wait for their turn at once; one that finds no room asks again in the next frame.
const MOST_WAITING: usize = 256;

/// What can be searched: rows with numbers that never change, of which old ones leave.
pub trait Searched: std::fmt::Debug + Send + Sync {
    /// The numbers of the rows that there are.
    fn rows(&self) -> Range<u64>;
    /// One past the newest row that ended.
    fn ended(&self) -> u64;
    /// A number that changes with the rows.
    fn generation(&self) -> u64;
    /// Copies the next whole lines from this row on, if there are any; answers which row comes after them.
    fn copy_block(&self, from: u64, block: &mut Block) -> u64;
    /// Shows at most so many of the lines that were drawn over since there were so many redraws, by number and stream.
    /// Answers up to which redraw that are all, and whether it was the last.
    fn visit_redrawn(&self, since: u64, most: usize, visit: &mut dyn FnMut(u64, Stream, &[u8])) -> (u64, bool);
    /// Shows the lines that aren't ended, by number and stream.
    fn visit_open(&self, visit: &mut dyn FnMut(u64, Stream, &[u8]));
    /// Keeps only those rows that are of these streams.
    fn retain_of(&self, streams: Streams, rows: &mut Vec<u64>);
}

impl Searched for Console {
    fn rows(&self) -> Range<u64> {
        self.rows()
    }

    fn ended(&self) -> u64 {
        self.total_lines()
    }

    fn generation(&self) -> u64 {
        self.generation()
    }

    fn copy_block(&self, from: u64, block: &mut Block) -> u64 {
        self.copy_block(from, block)
    }

    fn visit_redrawn(&self, since: u64, most: usize, visit: &mut dyn FnMut(u64, Stream, &[u8])) -> (u64, bool) {
        self.visit_redrawn(since, most, |row, _| visit(row.number, row.stream, row.bytes))
    }

    fn visit_open(&self, visit: &mut dyn FnMut(u64, Stream, &[u8])) {
        self.visit_rows(self.total_lines()..u64::MAX, |row| {
            if row.is_open {
                visit(row.number, row.stream, row.bytes);
            }
        });
    }

    fn retain_of(&self, streams: Streams, rows: &mut Vec<u64>) {
        self.retain_of(streams, rows);
    }
}

/// Whether something waits for its turn on the searching thread, or has it.
#[derive(Debug, Default)]
pub struct Turn(AtomicBool);

/// What has its turn.
enum Work {
    Search(Weak<Search>),
    Merge(Weak<Merged>),
}

impl Work {
    /// Gets a little further. Answers whether there is more to do now; `None` if nobody holds it any more.
    fn go_on(&self, desk: &mut Desk) -> Option<bool> {
        let has_more = |is_done: bool, turn: &Turn| {
            if is_done {
                turn.0.store(false, Ordering::Release);
            }
            !is_done
        };
        match self {
            Self::Search(search) => search.upgrade().map(|search| has_more(search.go_on(desk), &search.turn)),
            Self::Merge(merged) => merged.upgrade().map(|merged| has_more(merged.go_on(), &merged.turn)),
        }
    }
}

/// One search in one console. Dropping the last handle ends it.
#[derive(Debug)]
pub struct Search {
    console: Arc<dyn Searched>,
    query: Query,
    matcher: Matcher,
    found: Mutex<Found>,
    turn: Turn,
    /// The console's generation when it was searched to its end; the highest number if it never was.
    searched: AtomicU64,
    /// The rows below this had ended when the search began. Those that hadn't may take as long as their job to end, as a
    /// progress bar does, and are looked at whenever all the others were.
    goal: u64,
}

#[derive(Debug, Default)]
struct Found {
    /// Rows of ended lines, in order.
    hits: VecDeque<u64>,
    /// Rows of unended lines, which are looked at anew each time.
    open: Vec<u64>,
    /// How many of the oldest hits left.
    left: u64,
    /// Some left because there were too many.
    is_cut: bool,
    /// The next row to be searched.
    next_row: u64,
    /// How many redraws of rows above there were at the last look.
    redraws: u64,
}

impl Found {
    fn let_go(&mut self, first_row: u64) {
        while self.hits.front().is_some_and(|row| *row < first_row) {
            self.hits.pop_front();
            self.left += 1;
        }
    }

    fn add(&mut self, rows: &[u64], next_row: u64) {
        self.hits.extend(rows);
        let excess = self.hits.len().saturating_sub(MOST_HITS);
        self.hits.drain(..excess);
        self.left += excess as u64;
        self.is_cut |= excess > 0;
        self.next_row = next_row;
    }

    /// A row that was searched reads differently now.
    fn change(&mut self, row: u64, is_hit: bool) {
        match (self.hits.binary_search(&row), is_hit) {
            (Ok(index), false) => drop(self.hits.remove(index)),
            (Err(index), true) => self.hits.insert(index, row),
            (Ok(_), true) | (Err(_), false) => {}
        }
    }

    fn row(&self, index: usize) -> Option<u64> {
        self.hits.get(index).or_else(|| self.open.get(index.checked_sub(self.hits.len())?)).copied()
    }

    /// The index of the first hit in this row or below it.
    fn index_from(&self, row: u64) -> usize {
        let index = self.hits.partition_point(|hit| *hit < row);
        if index < self.hits.len() { index } else { index + self.open.partition_point(|hit| *hit < row) }
    }
}

impl Search {
    /// What is searched for.
    #[must_use]
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// The numbers of its hits: the first is 0, and a hit keeps its number while older ones leave with their rows.
    #[must_use]
    pub fn hits(&self) -> Range<u64> {
        let first_row = self.console.rows().start;
        let mut found = lock(&self.found);
        found.let_go(first_row);
        found.left..found.left + (found.hits.len() + found.open.len()) as u64
    }

    /// Whether there are more hits than are held.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        lock(&self.found).is_cut
    }

    /// The row of a hit; `None` if it left, or isn't found yet.
    #[must_use]
    pub fn row_of(&self, hit: u64) -> Option<u64> {
        let found = lock(&self.found);
        found.row(usize::try_from(hit.checked_sub(found.left)?).ok()?)
    }

    /// The number of the first hit in this row or below it; one past the last if there is none.
    #[must_use]
    pub fn hit_from(&self, row: u64) -> u64 {
        let found = lock(&self.found);
        found.left + found.index_from(row) as u64
    }

    /// Whether rows that were there when it began are still to be searched.
    #[must_use]
    pub fn is_under_way(&self) -> bool {
        lock(&self.found).next_row < self.goal || self.searched.load(Ordering::Acquire) == u64::MAX
    }

    /// Which of `slots` equal parts of these rows have a hit, in order.
    #[must_use]
    pub fn marks(&self, rows: Range<u64>, slots: u32) -> Vec<u32> {
        let found = lock(&self.found);
        let (mut marks, mut index) = (Vec::new(), found.index_from(rows.start));
        let count = u128::from((rows.end - rows.start).max(1));
        while let Some(row) = found.row(index).filter(|row| rows.contains(row)) {
            let slot = u128::from(row - rows.start) * u128::from(slots) / count;
            marks.push(u32::try_from(slot).unwrap_or(u32::MAX));
            let next = ((slot + 1) * count).div_ceil(u128::from(slots));
            let next_row = rows.start.saturating_add(u64::try_from(next).unwrap_or(u64::MAX));
            index = found.index_from(next_row).max(index + 1);
        }
        marks
    }

    /// The places in a line's text that match, in bytes.
    #[must_use]
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        self.matcher.places(text)
    }

    /// Searches a few blocks; whether it has come to the end.
    fn go_on(&self, desk: &mut Desk) -> bool {
        let generation = self.console.generation();
        for _ in 0..BLOCKS_PER_TURN {
            let from = lock(&self.found).next_row;
            let next_row = self.console.copy_block(from, &mut desk.block);
            if desk.block.ends.is_empty() {
                if !self.look_at_redrawn() {
                    continue;
                }
                self.look_at_open(next_row, &mut desk.rows);
                self.searched.store(generation, Ordering::Release);
                return true;
            }
            desk.block.show(&mut desk.spare);
            desk.rows.clear();
            self.matcher.search(&desk.block, &mut desk.rows);
            if self.query.streams != Streams::ALL {
                self.console.retain_of(self.query.streams, &mut desk.rows);
            }
            lock(&self.found).add(&desk.rows, next_row);
        }
        false
    }

    /// Some rows that programs drew over after they had ended, such as those of several progress bars. Whether that were the
    /// last.
    fn look_at_redrawn(&self) -> bool {
        let since = lock(&self.found).redraws;
        let mut rows: Vec<(u64, Vec<u8>)> = Vec::new();
        let (told, is_last) = self.console.visit_redrawn(since, REDRAWN_AT_ONCE, &mut |row, stream, bytes| {
            if stream.is_in(self.query.streams) {
                rows.push((row, bytes.to_vec()));
            }
        });
        let is_hit = |bytes: &[u8]| {
            let mut text = Vec::new();
            append_shown(bytes, &mut text);
            self.matcher.is_in(&text)
        };
        let rows: Vec<_> = rows.into_iter().map(|(row, bytes)| (row, is_hit(&bytes))).collect();
        let mut found = lock(&self.found);
        let searched = found.next_row;
        for (row, is_hit) in rows.into_iter().filter(|(row, _)| *row < searched) {
            found.change(row, is_hit);
        }
        found.redraws = told;
        is_last
    }

    /// Unended lines may grow or be redrawn, so what was found in them before counts for nothing.
    fn look_at_open(&self, next_row: u64, rows: &mut Vec<u64>) {
        let mut lines = Vec::new();
        self.console.visit_open(&mut |number, stream, bytes| {
            if stream.is_in(self.query.streams) {
                lines.push((number, bytes.to_vec()));
            }
        });
        rows.clear();
        for (number, bytes) in lines {
            let mut text = Vec::new();
            append_shown(&bytes, &mut text);
            if self.matcher.is_in(&text) {
                rows.push(number);
            }
        }
        let mut found = lock(&self.found);
        found.next_row = next_row;
        found.open.clone_from(rows);
    }
}

/// The searching thread's memory.
#[derive(Default)]
struct Desk {
    block: Block,
    spare: Block,
    rows: Vec<u64>,
}

/// The thread that searches. Dropping it ends the thread.
#[derive(Debug)]
pub struct Searcher {
    inbox: Option<SyncSender<Work>>,
    thread: Option<JoinHandle<()>>,
}

impl Searcher {
    /// Starts the thread, asleep. `wake` is called from it whenever a search got on; it must not block.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let (sender, inbox) = sync_channel(MOST_WAITING);
        let thread = std::thread::Builder::new().name("searcher".to_owned()).spawn(move || work(&inbox, &*wake))?;
        Ok(Self { inbox: Some(sender), thread: Some(thread) })
    }

    /// Starts a search.
    ///
    /// # Errors
    /// A few words on why this can't be searched for.
    pub fn search<T: Searched + 'static>(&self, console: Arc<T>, query: &Query) -> Result<Arc<Search>, String> {
        let matcher = query.compile()?;
        let goal = console.ended();
        let search = Arc::new(Search {
            console,
            query: query.clone(),
            matcher,
            found: Mutex::default(),
            turn: Turn::default(),
            searched: AtomicU64::new(u64::MAX),
            goal,
        });
        self.look(&search);
        Ok(search)
    }

    /// Has a search go on where something came since.
    pub fn look(&self, search: &Arc<Search>) {
        let is_current = search.searched.load(Ordering::Acquire) == search.console.generation();
        if !is_current {
            self.queue(&search.turn, || Work::Search(Arc::downgrade(search)));
        }
    }

    /// Has a view of several consoles brought up to date, where a frame can't do that by itself.
    pub fn merge(&self, merged: &Arc<Merged>) {
        if !merged.is_current() {
            self.queue(&merged.turn, || Work::Merge(Arc::downgrade(merged)));
        }
    }

    fn queue(&self, turn: &Turn, work: impl FnOnce() -> Work) {
        if turn.0.swap(true, Ordering::AcqRel) {
            return;
        }
        let is_taken = self.inbox.as_ref().is_some_and(|inbox| inbox.try_send(work()).is_ok());
        if !is_taken {
            turn.0.store(false, Ordering::Release);
        }
    }
}

impl Drop for Searcher {
    fn drop(&mut self) {
        drop(self.inbox.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the searcher panicked");
        }
    }
}

/// Turn by turn, so that a long search keeps none waiting.
fn work(inbox: &Receiver<Work>, wake: &dyn Fn()) {
    let mut desk = Desk::default();
    let mut turns = VecDeque::new();
    loop {
        if turns.is_empty() {
            let Ok(work) = inbox.recv() else { return };
            turns.push_back(work);
        }
        loop {
            match inbox.try_recv() {
                Ok(work) => turns.push_back(work),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return,
            }
        }
        let Some(work) = turns.pop_front() else { continue };
        match work.go_on(&mut desk) {
            Some(true) => turns.push_back(work),
            Some(false) => {}
            None => continue,
        }
        wake();
    }
}

#[cfg(test)]
mod tests;
