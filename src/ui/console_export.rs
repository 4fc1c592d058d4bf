//! Lines of a console as text, to be copied or saved: all that are shown or a selection, plain, with their colours or
//! with their times. It goes through the rows piece by piece, so that ten million of them need no more memory than a few.

use std::ops::Range;

use super::console_cells::RowText;
use super::console_rows::{ConsoleLine, Shown};
use super::console_selection::{LINE_END, Point, selected_in};
use super::local_time::local;
use crate::engine::styled::colored_text;
use crate::model::Streams;

/// What of a line is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineFormat {
    /// As it is read.
    #[default]
    Plain,
    /// With the control sequences that terminals make colours of.
    Colors,
    /// After the day and the time at which it came.
    Times,
    ColorsAndTimes,
}

impl LineFormat {
    const fn has_colors(self) -> bool {
        matches!(self, Self::Colors | Self::ColorsAndTimes)
    }

    const fn has_times(self) -> bool {
        matches!(self, Self::Times | Self::ColorsAndTimes)
    }
}

/// Which lines, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Excerpt {
    pub range: Range<Point>,
    pub streams: Streams,
    /// Only what is found by the console's search, with so many lines around each.
    pub context: Option<u64>,
    pub format: LineFormat,
}

/// Everything that there is.
pub const EVERYTHING: Range<Point> = Point { row: 0, character: 0 }..Point { row: u64::MAX, character: LINE_END };

/// How many rows are copied at once, under the console's lock.
const ROWS_AT_ONCE: usize = 512;

/// How far a piece went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub lines: u64,
    /// The row that comes next; none if that was all.
    pub next: Option<u64>,
}

/// Appends the next few lines of an excerpt, each ended by a newline but a selection's last.
pub fn write_some(shown: &Shown<'_>, range: &Range<Point>, format: LineFormat, from: u64, out: &mut String) -> Written {
    let end = range.end.row.saturating_add(1).min(shown.rows.end_row());
    let from = from.max(range.start.row).max(shown.rows.first_row());
    if from >= end {
        return Written { lines: 0, next: None };
    }
    let mut fetched = Vec::new();
    let next = shown.first(from..end, ROWS_AT_ONCE, &mut fetched);
    let mut lines = 0;
    for (line, _) in fetched {
        let Some(selected) = selected_in(range, line.number) else { continue };
        lines += 1;
        let is_ended = selected.end == LINE_END;
        // Of a part of a line nobody wants the name.
        if let Some(name) = shown.rows.name_of(&line).filter(|_| selected.start == 0 && is_ended) {
            out.push_str(&name.text);
            out.push_str(": ");
        }
        write_line(line, &selected, format, out);
        if is_ended {
            out.push('\n');
        }
    }
    Written { lines, next: Some(next).filter(|next| *next < end) }
}

fn write_line(line: ConsoleLine, selected: &Range<usize>, format: LineFormat, out: &mut String) {
    if format.has_times() {
        out.push_str(&local(line.at).strftime("%Y-%m-%d %H:%M:%S.%3f  ").to_string());
    }
    let text = RowText::read(line);
    let count = text.characters().len();
    let selected = selected.start.min(count)..selected.end.min(count);
    if format.has_colors() {
        // Not as it came: what a bar drew over, and where it moved the cursor, is nothing to whoever pastes it.
        out.push_str(&colored_text(&text.row, selected));
    } else {
        out.extend(&text.characters()[selected]);
    }
}
