//! A job's scrollback, shared between the threads that write it and whoever looks at it.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

use super::lines::{Piece, PieceKind};
use super::scrollback::{KeptRow, Limits, Row, Scrollback, Stream};
use super::search::Block;
use super::stdin::{Feed, NO_INPUT};

/// Locks, whatever happened to the thread that held the lock before: all our data stays valid between statements.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a job wrote, as far as it is kept. Every look is a copy under a short lock.
#[derive(Debug)]
pub struct Console {
    scrollback: Mutex<Scrollback>,
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
}

impl Console {
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            scrollback: Mutex::new(Scrollback::new(limits)),
            watched: AtomicBool::new(false),
            unseen: AtomicBool::new(false),
            generation: AtomicU64::new(0),
            feed: Mutex::new(None),
            takes_lines_there: AtomicBool::new(false),
        }
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

    /// Shows nothing of what came so far; row numbers go on.
    pub fn clear(&self) {
        lock(&self.scrollback).clear();
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

    /// Adds a line of ours.
    pub(super) fn notice(&self, text: &str) -> bool {
        lock(&self.scrollback).push(Stream::Notice, Timestamp::now(), text.as_bytes(), 0);
        self.changed()
    }

    /// Adds what one read came to. Answers whether the window should be woken.
    pub(super) fn add(&self, stream: Stream, pieces: &[Piece<'_>], open: &[u8]) -> bool {
        let now = Timestamp::now();
        let mut scrollback = lock(&self.scrollback);
        for piece in pieces {
            match piece.kind {
                PieceKind::Lines => scrollback.push_lines(stream, now, &piece.bytes),
                PieceKind::Line { cut_bytes } => scrollback.push(stream, now, &piece.bytes, cut_bytes),
                PieceKind::Redraw => {}
            }
        }
        scrollback.set_open(stream, now, open);
        drop(scrollback);
        self.changed()
    }

    /// Shows rows as they are kept, under the lock: whoever looks must be quick.
    pub(super) fn visit_rows(&self, range: Range<u64>, visit: impl FnMut(&KeptRow<'_>)) {
        lock(&self.scrollback).visit_rows(range, visit);
    }

    /// Copies the next whole lines to be searched, which takes a few microseconds; answers which row comes after them.
    pub(super) fn copy_block(&self, from: u64, block: &mut Block) -> u64 {
        lock(&self.scrollback).copy_block(from, block)
    }

    /// Adds rows that another process's console has kept, with their own times; `tells_open` if all its unended lines
    /// are among them. Answers whether the window should be woken.
    pub(super) fn mirror<'a>(&self, rows: impl Iterator<Item = KeptRow<'a>>, tells_open: bool) -> bool {
        let mut scrollback = lock(&self.scrollback);
        if tells_open {
            scrollback.take_open();
        }
        for row in rows {
            if row.is_open {
                scrollback.set_open(row.stream, row.at, row.bytes);
            } else {
                scrollback.push(row.stream, row.at, row.bytes, row.cut_bytes);
            }
        }
        drop(scrollback);
        self.changed()
    }

    /// Takes the unended lines away, with what stood in them.
    pub(super) fn take_open(&self) -> Vec<(Stream, Vec<u8>)> {
        lock(&self.scrollback).take_open()
    }

    fn changed(&self) -> bool {
        self.generation.fetch_add(1, Ordering::Relaxed);
        self.watched.load(Ordering::Relaxed) && !self.unseen.swap(true, Ordering::AcqRel)
    }
}
