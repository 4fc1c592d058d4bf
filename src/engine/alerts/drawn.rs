//! Alerts of rows that are drawn over after they ended, where programs with bars write their messages: one counts when what
//! a row shows matches and didn't before. So a bar that says "errors: 3" over and over counts once, also where it is erased
//! between two reads, or moves down because a message came above it, however that is cut into reads.
//!
//! Rows are copied under the console's lock, and matched after it is let go of: a program that redraws flat out would hold
//! it almost all the time. The lock order is scrollback, rows that were drawn over, alerts; nothing is matched under one.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::{Seen, Watch};
use crate::engine::console::lock;
use crate::engine::lines::{MOST_LIVE_ROWS, Piece};
use crate::engine::scrollback::{KeptRow, Scrollback, Stream};

/// What rows that were drawn over say.
#[derive(Debug, Default)]
pub(in crate::engine) struct DrawnAlerts {
    /// What matched in each of them when it showed anything last; `None` if nothing did, which is remembered too, so that
    /// no row is read both before and after each time that it is drawn.
    rows: BTreeMap<u64, Option<Said>>,
    /// What rows have ceased to say, for the next reads: it may stand further down there.
    gone: Vec<Gone>,
    /// The row of each stream that was written in last.
    last: BTreeMap<usize, u64>,
}

/// As many rows are remembered as two streams can draw over.
const MOST_ROWS: usize = 2 * MOST_LIVE_ROWS;

/// What matched in a row.
#[derive(Clone, Debug)]
struct Said {
    part: Vec<u8>,
    /// The letters of its line, which a bar keeps while its numbers change.
    letters: String,
    /// It came further down before it left this row: see [`DrawnAlerts::has_moved`].
    is_moved: bool,
}

#[derive(Debug)]
struct Gone {
    stream: Stream,
    row: u64,
    part: Vec<u8>,
    /// How often that row was drawn since. The first time it may come back there, since a row may be cut anywhere; later
    /// that is a state that came again.
    age: usize,
}

/// What was in a row before it was drawn over.
enum Before {
    Known(Option<Said>),
    /// These bytes, which nobody has looked at.
    Stood(Vec<u8>),
}

/// What one read does to the rows above.
pub(in crate::engine) struct DrawnLook<'a> {
    watch: &'a Watch,
    stream: Stream,
    pieces: &'a [Piece<'a>],
    /// What is alerted of its lines.
    lines: (u64, Option<String>),
    before: BTreeMap<u64, Before>,
    /// What stands in the same rows now.
    after: Vec<Vec<u8>>,
}

impl<'a> DrawnLook<'a> {
    /// Looks at the lines, which may take its time.
    pub(in crate::engine) fn of(watch: &'a Watch, stream: Stream, pieces: &'a [Piece<'a>]) -> Self {
        Self { watch, stream, pieces, lines: watch.look(pieces), before: BTreeMap::new(), after: Vec::new() }
    }

    /// Notes what stands in a row, before it is drawn over.
    pub(in crate::engine) fn note(&mut self, scrollback: &Scrollback, known: &mut DrawnAlerts, up: usize) {
        let Some(number) = scrollback.row_above(self.stream, up) else { return };
        known.write_in(self.stream, number);
        self.before.entry(number).or_insert_with(|| match known.rows.get(&number) {
            Some(said) => Before::Known(said.clone()),
            None => Before::Stood(bytes_of(scrollback, number)),
        });
    }

    /// That row was drawn over; one that wasn't noted before is new.
    pub(in crate::engine) fn touch(&mut self, number: u64) {
        self.before.entry(number).or_insert(Before::Known(None));
    }

    /// Copies what the rows show now, to be matched without the lock.
    pub(in crate::engine) fn copy(&mut self, scrollback: &Scrollback) {
        self.after = self.before.keys().map(|number| bytes_of(scrollback, *number)).collect();
    }

    /// How many of its lines, and of the rows above, are alerted of; and the last of them. Without the console's lock.
    pub(in crate::engine) fn finish(self, known: &Mutex<DrawnAlerts>) -> (u64, Option<String>) {
        let Self { watch, stream, pieces, lines, before, after } = self;
        let has_rows = !before.is_empty();
        if !has_rows && lock(known).gone.is_empty() {
            return lines;
        }
        let ends_lines = pieces.iter().any(|piece| !piece.is_state());
        let matches = if lines.0 > 0 { watch.matches(pieces) } else { Vec::new() };
        let rows: Vec<_> = before
            .into_iter()
            .zip(after)
            .map(|((number, before), after)| {
                let before = match before {
                    Before::Known(said) => said,
                    Before::Stood(bytes) => match watch.see(&bytes) {
                        Seen::Match { part, line } => Some(Said::of(part, &line)),
                        Seen::Blank | Seen::Other => None,
                    },
                };
                (number, before, watch.see(&after))
            })
            .collect();
        let mut known = lock(known);
        let rows = known.take_in(stream, rows);
        let (mut count, mut last) = (0, None);
        for (part, line) in matches {
            if !known.take_gone(stream, u64::MAX, &part) {
                count += 1;
                last = Some(line);
            }
        }
        if !has_rows && ends_lines && lines.0 == 0 {
            known.gone.retain(|gone| gone.stream != stream);
        }
        (count + rows.len() as u64, rows.into_iter().next_back().or(last))
    }
}

impl DrawnAlerts {
    /// Something is written in that row. One above the last begins another frame, and what went before it stays gone.
    fn write_in(&mut self, stream: Stream, number: u64) {
        if self.last.insert(stream.index(), number).is_some_and(|last| number < last) {
            self.gone.retain(|gone| gone.stream != stream);
        }
    }

    /// Takes in what rows said before a read and what they are now. Answers the lines that are alerted of.
    fn take_in(&mut self, stream: Stream, rows: Vec<(u64, Option<Said>, Seen)>) -> Vec<String> {
        for gone in &mut self.gone {
            gone.age += usize::from(rows.iter().any(|(number, ..)| *number == gone.row));
        }
        let (mut changed, mut new, mut went) = (Vec::new(), Vec::new(), Vec::new());
        for (number, before, after) in rows {
            let now = match after {
                Seen::Match { part, line } => {
                    let mut said = Said::of(part, &line);
                    match before {
                        Some(before) if before.part == said.part => said.is_moved = before.is_moved,
                        Some(before) => {
                            changed.push((number, said.part.clone()));
                            went.push((number, before));
                        }
                        None => new.push((number, said.part.clone(), line)),
                    }
                    Some(said)
                }
                Seen::Other => {
                    went.extend(before.map(|before| (number, before)));
                    None
                }
                // It may be drawn in the next read.
                Seen::Blank => before,
            };
            self.rows.insert(number, now);
        }
        while self.rows.len() > MOST_ROWS {
            self.rows.pop_first();
        }
        let went = went.into_iter().filter(|(_, said)| !said.is_moved);
        self.gone.extend(went.map(|(row, said)| Gone { stream, row, part: said.part, age: 0 }));
        let excess = self.gone.len().saturating_sub(MOST_ROWS);
        self.gone.drain(..excess);
        for (number, part) in changed {
            self.take_gone(stream, number, &part);
        }
        new.retain(|(number, part, _)| !self.take_gone(stream, *number, part));
        new.into_iter().map(|(_, _, line)| line).collect()
    }

    /// Whether what matched there is something that a row above has ceased to say: such a row moved.
    fn take_gone(&mut self, stream: Stream, number: u64, part: &[u8]) -> bool {
        let is_it = |gone: &Gone| {
            gone.stream == stream && gone.part == part && (gone.row < number || (gone.row == number && gone.age < 2))
        };
        let at = self.gone.iter().position(is_it);
        at.map(|at| self.gone.swap_remove(at)).is_some()
    }

    /// The same of a line that another process has sent, which sends new lines before the rows above them that changed: the
    /// row that this was in may still say it. A message that merely matches too says something else than that row.
    fn has_moved(&mut self, stream: Stream, part: &[u8], line: &str) -> bool {
        if self.take_gone(stream, u64::MAX, part) {
            return true;
        }
        let said = Said::of(part.to_vec(), line);
        let is_it = |row: &&mut Said| !row.is_moved && row.part == said.part && row.letters == said.letters;
        let row = self.rows.values_mut().filter_map(Option::as_mut).find(is_it);
        row.map(|row| row.is_moved = true).is_some()
    }
}

impl Said {
    fn of(part: Vec<u8>, line: &str) -> Self {
        Self { part, letters: line.chars().filter(|letter| letter.is_alphabetic()).collect(), is_moved: false }
    }
}

impl Watch {
    /// What matches in each line of these that does, and the line.
    fn matches(&self, pieces: &[Piece<'_>]) -> Vec<(Vec<u8>, String)> {
        let lines = pieces.iter().filter(|piece| !piece.is_state()).flat_map(Piece::lines);
        lines.filter_map(|line| self.match_of(line)).collect()
    }

    fn match_of(&self, line: &[u8]) -> Option<(Vec<u8>, String)> {
        match self.see(line) {
            Seen::Match { part, line } => Some((part, line)),
            Seen::Blank | Seen::Other => None,
        }
    }

    /// How many whole lines are alerted of, of rows that another process has sent, and the last of them. Without the
    /// console's lock.
    pub(in crate::engine) fn look_at_mirrored(
        &self,
        rows: &[KeptRow<'_>],
        known: &Mutex<DrawnAlerts>,
    ) -> (u64, Option<String>) {
        let (mut count, mut last) = (0, None);
        for row in rows.iter().filter(|row| !row.is_open && row.stream != Stream::Notice) {
            match self.match_of(row.bytes) {
                None => {}
                Some((part, line)) if lock(known).has_moved(row.stream, &part, &line) => {}
                Some((_, line)) => {
                    count += 1;
                    last = Some(line);
                }
            }
        }
        (count, last)
    }
}

fn bytes_of(scrollback: &Scrollback, number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    scrollback.visit_rows(number..number + 1, |row| bytes.extend_from_slice(row.bytes));
    bytes
}

#[cfg(test)]
mod tests;
