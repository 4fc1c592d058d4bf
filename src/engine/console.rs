//! A job's scrollback, shared between the threads that write it and whoever looks at it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::alerts::{Alerts, DrawnAlerts, Pending, Watch};
use super::budget::{Budget, Share};
use super::said::{Progress, Said};
use super::scrollback::{Arrival, KeptRow, Limits, Row, Scrollback, Stream};
use super::search::Block;
use super::stdin::{Feed, NO_INPUT};
use crate::model::Streams;

mod intake;

/// Locks, whatever happened to the thread that held the lock before: all our data stays valid between statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a job wrote, as far as it is kept. Every look is a copy under a short lock.
#[derive(Debug)]
pub struct Console {
    scrollback: Mutex<Scrollback>,
    share: Share,
    /// What its lines are watched for, if they are.
    watch: Mutex<Option<Arc<Watch>>>,
    alerts: Pending,
    /// What of that stands in rows that were drawn over.
    drawn_alerts: Mutex<DrawnAlerts>,
    /// Somebody's window shows this console.
    watched: AtomicBool,
    /// Output came since [`Console::seen`]; keeps a flood from waking the window more than once per frame.
    unseen: AtomicBool,
    /// Changes with every change of content.
    generation: AtomicU64,
    /// Where what is typed here goes, while the job takes any.
    feed: Mutex<Option<Arc<Feed>>>,
    /// Its job belongs to another process of ours, which says that lines can be sent to it.
    takes_lines_there: AtomicBool,
    /// From which row on which run is shown, and when that began; the latest.
    runs: Mutex<VecDeque<(u64, Timestamp)>>,
    /// What the run says of its progress to its terminal, on stdout and on stderr.
    said: Mutex<[Option<Progress>; 2]>,
    /// The latest run is over, and the next hasn't begun: nobody draws.
    is_between_runs: AtomicBool,
}

/// Of more runs than this in one console, the oldest's beginnings are forgotten.
const MOST_RUNS: usize = 1024;

impl Console {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            scrollback: Mutex::new(Scrollback::new(limits)),
            share: Share::default(),
            watch: Mutex::new(None),
            alerts: Pending::default(),
            drawn_alerts: Mutex::default(),
            watched: AtomicBool::new(false),
            unseen: AtomicBool::new(false),
            generation: AtomicU64::new(0),
            feed: Mutex::new(None),
            takes_lines_there: AtomicBool::new(false),
            runs: Mutex::default(),
            said: Mutex::default(),
            is_between_runs: AtomicBool::new(false),
        }
    }

    /// A console that keeps no more than what all together may.
    #[must_use]
    pub fn within(limits: Limits, budget: &Arc<Budget>) -> Arc<Self> {
        let console = Arc::new(Self { share: Share::of(budget), ..Self::new(limits) });
        budget.join(&console);
        console
    }

    pub(super) fn share(&self) -> &Share {
        &self.share
    }

    /// Has its lines watched from now on.
    pub(super) fn set_watch(&self, watch: Option<Watch>) {
        *lock(&self.watch) = watch.map(Arc::new);
        // Other rules match something else in the same rows.
        *lock(&self.drawn_alerts) = DrawnAlerts::default();
    }

    /// Has this be told, from a reader's thread, when there is something to be alerted of that nobody looked at yet.
    pub(super) fn tell_alerts(&self, bell: impl Fn() + Send + Sync + 'static) {
        self.alerts.tell(bell);
    }

    /// Whether anything was alerted of since somebody looked.
    pub(super) fn has_alerts(&self) -> bool {
        self.alerts.is_any()
    }

    /// What was alerted of since somebody looked.
    #[must_use]
    pub fn alerts(&self) -> Alerts {
        self.alerts.get()
    }

    /// Somebody has looked at so many of them.
    pub fn see_alerts(&self, count: u64) {
        self.alerts.see(count);
    }

    /// Says whether its job has ended: then its rows are the first to go where there is no more room.
    pub(super) fn set_ended(&self, is_ended: bool) {
        self.share.set_ended(is_ended);
    }

    /// Gives up the oldest of its lines; `false` if there are none but the latest.
    pub(super) fn give_up_oldest(&self) -> bool {
        let mut scrollback = lock(&self.scrollback);
        let has_given = scrollback.give_up_oldest();
        self.share.set(scrollback.full_bytes());
        drop(scrollback);
        self.generation.fetch_add(1, Ordering::Relaxed);
        has_given
    }

    /// Row numbers that can be shown now: from the oldest kept to the newest, unended lines included.
    #[must_use]
    pub fn rows(&self) -> Range<u64> {
        let scrollback = lock(&self.scrollback);
        scrollback.first()..scrollback.end()
    }

    /// How many whole lines ever came, those that left included.
    #[must_use]
    pub fn total_lines(&self) -> u64 {
        lock(&self.scrollback).total()
    }

    /// How many lines left because there was no more room for them.
    #[must_use]
    pub fn dropped_lines(&self) -> u64 {
        lock(&self.scrollback).dropped()
    }

    /// Appends copies of the rows of `range` to `rows`; those that are gone are left out.
    pub fn copy_rows(&self, range: Range<u64>, rows: &mut Vec<Row>) {
        lock(&self.scrollback).copy_rows(range, rows);
    }

    /// Appends copies of at most `most` rows of these streams: the first of the range, or the last; in order.
    pub fn copy_some(&self, range: Range<u64>, streams: Streams, (most, last): (usize, bool), rows: &mut Vec<Row>) {
        let scrollback = lock(&self.scrollback);
        let mut numbers = Vec::new();
        scrollback.find_rows(range, streams, (most, last), &mut numbers);
        for alike in numbers.chunk_by(|one, next| one + 1 == *next) {
            scrollback.copy_rows(alike[0]..alike[0] + alike.len() as u64, rows);
        }
    }

    /// How many lines of these streams ever came before that row.
    #[must_use]
    pub fn place_of(&self, row: u64, streams: Streams) -> u64 {
        lock(&self.scrollback).place_of(row, streams)
    }

    /// Where a row came from, if it is held.
    pub(super) fn stream_of(&self, row: u64) -> Option<Stream> {
        lock(&self.scrollback).stream_of(row)
    }

    /// Keeps only those rows that are of these streams.
    pub(super) fn retain_of(&self, streams: Streams, rows: &mut Vec<u64>) {
        let scrollback = lock(&self.scrollback);
        rows.retain(|row| scrollback.stream_of(*row).is_some_and(|stream| stream.is_in(streams)));
    }

    /// What comes from now on is a new run's.
    pub(super) fn begin_run(&self, at: Timestamp) {
        let row = self.total_lines();
        self.note_run(row, at);
    }

    /// What the run said of its progress is over, and what it drew stays as it is.
    pub(super) fn end_run(&self) {
        self.is_between_runs.store(true, Ordering::SeqCst);
        *lock(&self.said) = [None; 2];
    }

    /// Notes what a run says of its progress to its terminal.
    pub(super) fn hear(&self, stream: Stream, said: Said) {
        if let Some(slot) = lock(&self.said).get_mut(stream.index()) {
            let said = said.after(Some(slot.map_or(Said::Nothing, Said::Progress)));
            *slot = match said {
                Said::Progress(progress) => Some(progress),
                Said::Nothing | Said::Phase(_) => None,
            };
        }
    }

    /// What it says of its progress to its terminal now.
    pub(super) fn said(&self, stream: Stream) -> Option<Progress> {
        lock(&self.said).get(stream.index()).copied().flatten()
    }

    fn note_run(&self, row: u64, at: Timestamp) {
        *lock(&self.said) = [None; 2];
        let mut runs = lock(&self.runs);
        if runs.len() == MOST_RUNS {
            runs.pop_front();
        }
        runs.push_back((row, at));
        self.is_between_runs.store(false, Ordering::SeqCst);
    }

    /// When the run began that this row is of, if that is known.
    #[must_use]
    pub fn run_started(&self, row: u64) -> Option<Timestamp> {
        let runs = lock(&self.runs);
        let index = runs.partition_point(|(first, _)| *first <= row);
        Some(runs[index.checked_sub(1)?].1)
    }

    /// From which row on lines are the present run's, which alone can still draw over them.
    fn drawn_from(&self) -> u64 {
        let is_over = self.share.is_ended() || self.is_between_runs.load(Ordering::SeqCst);
        let run = lock(&self.runs).back().map_or(0, |(row, _)| *row);
        if is_over { u64::MAX } else { run }
    }

    /// The rows that are still being drawn, in order.
    pub(super) fn drawn_arrivals(&self) -> Vec<Arrival> {
        let from = self.drawn_from();
        let scrollback = lock(&self.scrollback);
        let mut drawn = Vec::new();
        for number in scrollback.drawn_rows(from) {
            scrollback.visit_rows(number..number + 1, |row| {
                drawn.push(Arrival { at_micros: row.at.as_microsecond(), row: number, count: 1, stream: row.stream });
            });
        }
        drawn
    }

    /// Shows nothing of what came so far but what is still being drawn; row numbers go on.
    pub fn clear(&self) {
        let from = self.drawn_from();
        let mut scrollback = lock(&self.scrollback);
        scrollback.clear(from);
        self.share.set(scrollback.full_bytes());
        drop(scrollback);
        self.generation.fetch_add(1, Ordering::Relaxed);
    }

    /// Whether somebody sees it: only then does output wake the window.
    pub fn set_watched(&self, watched: bool) {
        self.watched.store(watched, Ordering::Relaxed);
    }

    /// Says that the content was looked at, so that the next output wakes the window again. Call it before copying.
    pub fn seen(&self) {
        self.unseen.store(false, Ordering::Release);
    }

    /// A number that changes with the content.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Whether lines can be sent to the job now.
    #[must_use]
    pub fn takes_input(&self) -> bool {
        self.takes_lines_there.load(Ordering::Relaxed) || self.feed().is_ok_and(|feed| feed.is_open())
    }

    /// Says whether the process that the job belongs to takes lines for it.
    pub(super) fn set_takes_lines_there(&self, takes: bool) {
        self.takes_lines_there.store(takes, Ordering::Relaxed);
    }

    /// Where input goes.
    ///
    /// # Errors
    /// A sentence: the job takes none.
    pub(super) fn feed(&self) -> Result<Arc<Feed>, String> {
        lock(&self.feed).clone().ok_or_else(|| NO_INPUT.to_owned())
    }

    /// Takes input for the next run, or goes on to.
    pub(super) fn open_feed(&self, is_terminal: bool) -> Arc<Feed> {
        let mut slot = lock(&self.feed);
        if let Some(feed) = slot.as_ref().filter(|feed| feed.is_for(is_terminal)) {
            return Arc::clone(feed);
        }
        let feed = Arc::new(Feed::new(is_terminal));
        if let Some(old) = slot.replace(Arc::clone(&feed)) {
            old.close();
        }
        feed
    }

    /// The run is over, and takes no input any more.
    pub(super) fn close_feed(&self) {
        if let Some(feed) = lock(&self.feed).take() {
            feed.close();
        }
    }

    /// Shows rows as they are kept, under the lock: whoever looks must be quick.
    pub(super) fn visit_rows(&self, range: Range<u64>, visit: impl FnMut(&KeptRow<'_>)) {
        lock(&self.scrollback).visit_rows(range, visit);
    }

    /// When the whole lines from row `from` on came: see [`Scrollback::arrivals`].
    pub(super) fn arrivals(&self, from: u64, most: usize, out: &mut Vec<Arrival>) -> bool {
        lock(&self.scrollback).arrivals(from, most, out)
    }

    /// As [`Console::visit_rows`]: at most so many of those that were drawn over since there were so many redraws, each with
    /// how many rows of its stream it is above the unended one, if it can still be drawn over. Answers up to which redraw
    /// that are all, and whether it was the last.
    pub(super) fn visit_redrawn(
        &self,
        since: u64,
        most: usize,
        mut visit: impl FnMut(&KeptRow<'_>, Option<usize>),
    ) -> (u64, bool) {
        let scrollback = lock(&self.scrollback);
        let below = |row: &KeptRow<'_>| scrollback.rows_below(row.stream, row.number);
        let told = scrollback.visit_redrawn(since, most, |row| visit(row, below(row)));
        (told, told == scrollback.redraws())
    }

    /// Adds the numbers of at most so many rows that were drawn over since there were so many redraws; answers up to which
    /// redraw that are all, and whether it was the last.
    pub(super) fn redrawn_rows(&self, since: u64, most: usize, rows: &mut Vec<u64>) -> (u64, bool) {
        let scrollback = lock(&self.scrollback);
        let told = scrollback.redrawn_rows(since, most, rows);
        (told, told == scrollback.redraws())
    }

    /// As [`Console::visit_rows`]: a stream's rows that the present run is drawing, from the top.
    pub(super) fn visit_drawn(&self, stream: Stream, visit: impl FnMut(&KeptRow<'_>)) {
        let from = self.drawn_from();
        lock(&self.scrollback).visit_drawn(stream, from, visit);
    }

    /// Copies the next whole lines to be searched, which takes a few microseconds; answers which row comes after them.
    pub(super) fn copy_block(&self, from: u64, block: &mut Block) -> u64 {
        lock(&self.scrollback).copy_block(from, block)
    }

    /// Says whether rows that were drawn over are to be told once they can't be any more, from now on.
    pub(super) fn tell_settled(&self, tells: bool) {
        lock(&self.scrollback).tell_settled(tells);
    }

    /// The run is over, and draws over nothing any more.
    pub(super) fn settle_all(&self) {
        lock(&self.scrollback).settle_all();
    }

    /// The rows that were drawn over and can't be any more, since this was asked last.
    pub(super) fn take_settled(&self) -> Vec<(Stream, String)> {
        lock(&self.scrollback).take_settled()
    }

    /// Takes the unended lines away, with what stood in them.
    pub(super) fn take_open(&self) -> Vec<(Stream, Vec<u8>)> {
        lock(&self.scrollback).take_open()
    }
}
