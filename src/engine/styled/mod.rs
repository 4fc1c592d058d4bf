//! What a terminal would show of one row: its characters and, in runs, how they look and where they lead.
//!
//! A row is read by itself, as if the terminal had just been reset, because rows are read in any order and only while
//! somebody looks: what the row before left on is put before it when it comes ([`super::carry`]). What moves the cursor or
//! erases within the row is followed, so that a progress bar is one line that changes; what leaves the row is not. Nothing
//! here knows a toolkit or a theme.

use std::borrow::Cow;
use std::ops::Range;

use anstyle_parse::{DefaultCharAccumulator, Parser};
use memchr::{memchr3, memmem};

mod cells;
mod condense;
mod files;
mod graphics;
mod links;
mod paths;
mod progress;

#[cfg(test)]
mod tests;

use cells::Cells;
#[cfg(any(windows, test))]
pub(super) use cells::width;
pub(super) use condense::{Column, column_after, condense, whole_bytes};
pub use files::file_of;
pub(super) use graphics::style_after;
pub use graphics::{Attribute, Attributes, Color, Style};
pub use paths::{FoundPath, find_paths};
pub use progress::progress_percent;

/// The most bytes of a row that are read: more than a kept row has, so a guard and not a limit that anybody meets.
const MOST_BYTES: usize = 4 * super::MAX_LINE_BYTES;

/// A row as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StyledRow {
    /// The characters in their order, those without a width too.
    pub columns: Vec<char>,
    /// How they look: every character is in one run, and the runs are in order.
    pub runs: Vec<Run>,
    /// Where runs lead: addresses that begin with `http://` or `https://`, and of files of this machine (see [`file_of`]).
    pub links: Vec<String>,
}

/// Columns that look alike and lead to the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    pub columns: Range<usize>,
    pub style: Style,
    /// Which of the row's links.
    pub link: Option<usize>,
}

impl StyledRow {
    /// The characters alone.
    #[must_use]
    pub fn text(&self) -> String {
        self.columns.iter().collect()
    }
}

/// Reads a row that has anything to read: an escape sequence, a step back, an address. `None`: it is plain text.
#[must_use]
pub fn read_row(text: &str) -> Option<StyledRow> {
    let has_sequences = has_sequences(text);
    if has_sequences || may_have_address(text) {
        let row = interpret(text);
        return (has_sequences || !row.links.is_empty()).then_some(row);
    }
    None
}

/// A row's text without what is meant for terminals, to copy or to search.
#[must_use]
pub fn plain_text(text: &str) -> Cow<'_, str> {
    match () {
        () if has_sequences(text) => Cow::Owned(interpret(text).text()),
        () if text.contains('\t') => Cow::Owned(with_spaces(text)),
        () => Cow::Borrowed(text),
    }
}

/// With as many spaces for each tab as it takes to the next stop.
fn with_spaces(text: &str) -> String {
    let (mut spaced, mut column) = (String::with_capacity(text.len() + 16), 0);
    for character in text.chars() {
        if character == '\t' {
            let stop = cells::tab_stop(column);
            spaced.extend(std::iter::repeat_n(' ', stop - column));
            column = stop;
        } else {
            spaced.push(character);
            // What means nothing here is shown as a dot.
            column += if character.is_control() { 1 } else { cells::width(character) };
        }
    }
    spaced
}

/// Some of a row's characters with the control sequences that make a terminal show them so.
#[must_use]
pub fn colored_text(row: &StyledRow, characters: Range<usize>) -> String {
    let mut text = String::new();
    for run in &row.runs {
        let part = run.columns.start.max(characters.start)..run.columns.end.min(characters.end);
        if part.is_empty() {
            continue;
        }
        let is_plain = run.style == Style::PLAIN;
        if !is_plain {
            text.push_str(&run.style.sequence());
        }
        text.extend(&row.columns[part]);
        if !is_plain {
            text.push_str("\u{1b}[0m");
        }
    }
    text
}

fn may_have_address(text: &str) -> bool {
    // What all addresses have that count.
    memmem::find(text.as_bytes(), b"://").is_some()
}

fn has_sequences(text: &str) -> bool {
    memchr3(0x1b, 0x08, b'\r', text.as_bytes()).is_some()
}

fn interpret(text: &str) -> StyledRow {
    let mut cells = Cells::default();
    let mut parser = Parser::<DefaultCharAccumulator>::default();
    for byte in text.bytes().take(MOST_BYTES) {
        parser.advance(&mut cells, byte);
    }
    cells.into_row()
}
