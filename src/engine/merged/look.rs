//! Rows of several consoles as somebody looks at them.

use std::ops::Range;

use jiff::Timestamp;

use super::index::Stretch;
use super::{Merged, lock};
use crate::engine::scrollback::Row;
use crate::model::Streams;

impl Merged {
    /// Appends copies of the rows of `range`, each with the part that it is of; those that are gone are left out.
    pub fn copy_rows(&self, range: Range<u64>, rows: &mut Vec<(usize, Row)>) {
        let stretches = lock(&self.index).stretches(range);
        self.copy(stretches, rows);
    }

    /// The same of at most `most` rows of these streams: the first of the range, or the last; in order.
    pub fn copy_some(&self, range: &Range<u64>, streams: Streams, most: (usize, bool), rows: &mut Vec<(usize, Row)>) {
        let stretches = lock(&self.index).find_rows(range, streams, most);
        self.copy(stretches, rows);
    }

    fn copy(&self, stretches: Vec<Stretch>, rows: &mut Vec<(usize, Row)>) {
        let mut copied = Vec::new();
        for Stretch { first, part, rows: there } in stretches {
            copied.clear();
            self.parts[part].copy_rows(there.clone(), &mut copied);
            let in_view = |row: Row| (part, Row { number: first + (row.number - there.start), ..row });
            rows.extend(copied.drain(..).map(in_view));
        }
    }

    /// How many lines of these streams ever came before that row, as far as this view has had them.
    #[must_use]
    pub fn place_of(&self, row: u64, streams: Streams) -> u64 {
        lock(&self.index).place_of(row, streams)
    }

    /// When the runs began that these rows are of, as far as that is known.
    #[must_use]
    pub fn runs_started(&self, rows: &[u64]) -> Vec<Option<Timestamp>> {
        let index = lock(&self.index);
        let places: Vec<_> = rows.iter().map(|row| index.find_row(*row)).collect();
        drop(index);
        let started = |(part, row): (usize, u64)| self.parts[part].run_started(row);
        places.into_iter().map(|place| place.and_then(started)).collect()
    }
}
