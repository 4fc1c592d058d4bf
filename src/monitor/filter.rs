//! Only the rows that hold a text, found on a thread beside: neither the receiver nor the window waits for it.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use regex::bytes::{Regex, RegexBuilder};

use super::inbox::{Inbox, Next, Row};
use super::receiver::Wake;
use super::rows::Format;

/// How many rows are looked at between two looks whether the search is still wanted.
const BLOCK: u64 = 512;
/// Beyond this the oldest are forgotten.
const MOST_FOUND: usize = 500_000;

/// The rows that hold a text, in the datagram or in the address that it came from; capital and small letters alike.
/// Dropping it ends it.
#[derive(Debug)]
pub struct Filter {
    inbox: Arc<Inbox>,
    format: Format,
    found: Arc<Mutex<Found>>,
    is_over: Arc<AtomicBool>,
}

/// Numbers of rows, in their order. A place among them stays while older ones leave.
#[derive(Debug, Default)]
struct Found {
    rows: VecDeque<u64>,
    /// The place of the oldest.
    first: u64,
}

impl Filter {
    /// Begins to look. `wake` is called when something was found.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(inbox: &Arc<Inbox>, format: Format, text: &str, wake: Wake) -> io::Result<Self> {
        let pattern = RegexBuilder::new(&regex::escape(text)).case_insensitive(true).build();
        let pattern = pattern.map_err(io::Error::other)?;
        let filter = Self { inbox: Arc::clone(inbox), format, found: Arc::default(), is_over: Arc::default() };
        let (inbox, found, is_over) = (Arc::clone(inbox), Arc::clone(&filter.found), Arc::clone(&filter.is_over));
        let search = move || search(&inbox, format, &pattern, (&found, &is_over, &wake));
        std::thread::Builder::new().name("monitor filter".to_owned()).spawn(search)?;
        Ok(filter)
    }

    /// Whether it looks in these rows.
    #[must_use]
    pub fn is_for(&self, format: Format) -> bool {
        self.format == format
    }

    /// The places that there are.
    #[must_use]
    pub fn places(&self) -> Range<u64> {
        let first_row = self.inbox.rows(self.format).start;
        let mut found = lock(&self.found);
        let gone = found.rows.partition_point(|row| *row < first_row);
        found.forget(gone);
        found.first..found.first + found.rows.len() as u64
    }

    /// Appends copies of the rows at those places that are still there, each numbered by its place.
    pub fn copy_rows(&self, places: Range<u64>, out: &mut Vec<Row>) {
        let wanted: Vec<(u64, u64)> = {
            let found = lock(&self.found);
            places.filter_map(|place| Some((place, found.row_at(place)?))).collect()
        };
        for (place, row) in wanted {
            let first = out.len();
            self.inbox.copy_rows(self.format, row..row + 1, out);
            out.iter_mut().skip(first).for_each(|row| row.number = place);
        }
    }
}

impl Drop for Filter {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        self.inbox.wake_readers();
    }
}

impl Found {
    fn row_at(&self, place: u64) -> Option<u64> {
        self.rows.get(usize::try_from(place.checked_sub(self.first)?).ok()?).copied()
    }

    fn forget(&mut self, count: usize) {
        self.rows.drain(..count);
        self.first += count as u64;
    }
}

fn lock(found: &Mutex<Found>) -> MutexGuard<'_, Found> {
    found.lock().unwrap_or_else(PoisonError::into_inner)
}

fn search(inbox: &Inbox, format: Format, pattern: &Regex, (found, is_over, wake): (&Mutex<Found>, &AtomicBool, &Wake)) {
    let mut next = 0;
    let mut rows = Vec::new();
    while inbox.next(format, next, || is_over.load(Ordering::SeqCst)) == Next::More {
        let held = inbox.rows(format);
        let range = next.max(held.start)..next.max(held.start).saturating_add(BLOCK).min(held.end);
        next = range.end;
        rows.clear();
        inbox.copy_rows(format, range, &mut rows);
        let matching: Vec<_> = rows.iter().filter(|row| matches(pattern, row)).map(|row| row.number).collect();
        if matching.is_empty() {
            continue;
        }
        let mut found = lock(found);
        found.rows.extend(matching);
        let too_many = found.rows.len().saturating_sub(MOST_FOUND);
        found.forget(too_many);
        drop(found);
        wake();
    }
}

fn matches(pattern: &Regex, row: &Row) -> bool {
    pattern.is_match(row.content()) || pattern.is_match(row.from.to_string().as_bytes())
}
