//! A job's output on its way from the bytes of a pipe to the rows of a console, and what must hold of any. For tests, and
//! for the fuzz target.

use std::ops::Range;
use std::sync::Arc;

use super::carry::Pen;
use super::console::Console;
use super::lines::{MAX_LINE_BYTES, Splitter};
use super::scrollback::{Limits, Row, Stream};
use super::search::append_shown;
use super::styled::{Style, StyledRow, plain_text, read_row};

/// A job's output on its way, as [`super::outlet`] has it.
pub(super) struct Replay {
    pub console: Arc<Console>,
    splitter: Splitter,
    pen: Pen,
}

impl Replay {
    pub(super) fn new() -> Self {
        let limits = Limits { lines: 10_000, bytes: 4 << 20 };
        Self { console: Arc::new(Console::new(limits)), splitter: Splitter::default(), pen: Pen::default() }
    }

    /// One read.
    pub(super) fn read(&mut self, bytes: &[u8]) {
        let pieces = self.splitter.split(bytes);
        if let Some(said) = self.splitter.take_said() {
            self.console.hear(Stream::Stdout, said);
        }
        let open = self.splitter.open();
        let carried = self.pen.carry(&pieces, open);
        let (pieces, open) = carried.as_ref().map_or((&*pieces, open), |(pieces, open)| (pieces, open));
        self.console.add(Stream::Stdout, pieces, open);
    }

    /// All of it in reads of that size.
    pub(super) fn of(bytes: &[u8], size: usize) -> Self {
        let mut replay = Self::new();
        bytes.chunks(size.max(1)).for_each(|chunk| replay.read(chunk));
        replay
    }

    pub(super) fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        self.console.copy_rows(0..u64::MAX, &mut rows);
        rows
    }
}

/// How each stretch of a row looks and where it leads; by which number its address is kept is nothing to anybody.
fn looks(row: &StyledRow) -> Vec<(Range<usize>, Style, Option<&str>)> {
    let mut looks: Vec<(Range<usize>, Style, Option<&str>)> = Vec::new();
    for run in &row.runs {
        let link = run.link.map(|link| &*row.links[link]);
        match looks.last_mut() {
            Some((columns, style, known)) if (*style, *known) == (run.style, link) => columns.end = run.columns.end,
            Some(_) | None => looks.push((run.columns.clone(), run.style, link)),
        }
    }
    looks
}

/// The rows, as they are read when somebody looks; what must hold of any is checked.
pub(super) fn read(replay: &Replay) -> Vec<String> {
    let rows = replay.rows();
    let mut shown = Vec::new();
    for (row, number) in rows.iter().zip(0..) {
        assert_eq!(row.number, number, "rows follow one another");
        assert!(row.text.len() <= 3 * MAX_LINE_BYTES, "{} bytes", row.text.len());
        let styled = read_row(&row.text);
        if let Some(styled) = &styled {
            assert!(styled.columns.len() <= MAX_LINE_BYTES && styled.links.len() <= 256);
            assert!(styled.runs.iter().all(|run| run.columns.end <= styled.columns.len()));
        }
        let text = plain_text(&row.text).into_owned();
        let mut searched = Vec::new();
        append_shown(row.text.as_bytes(), &mut searched);
        assert_eq!(String::from_utf8_lossy(&searched), text, "what is shown is what is searched");
        shown.push(format!("{:?} {text}", styled.as_ref().map(looks)));
    }
    assert!(replay.console.progress_percent().is_none_or(|percent| percent <= 100));
    shown
}

/// Reads bytes as a whole, byte by byte and in pieces of these sizes, in turn.
///
/// # Panics
/// What comes of them depends on how they are cut, has no bounds, or isn't what is searched.
pub fn check_rows(bytes: &[u8], sizes: &[usize]) {
    let whole = read(&Replay::of(bytes, bytes.len()));
    for size in [1, 2, 3, 7, 64] {
        assert_eq!(read(&Replay::of(bytes, size)), whole, "in reads of {size}");
    }
    let mut replay = Replay::new();
    let mut rest = bytes;
    for size in sizes.iter().cycle().take(10_000) {
        let (read, after) = rest.split_at((*size).clamp(1, rest.len().max(1)).min(rest.len()));
        rest = after;
        replay.read(read);
    }
    replay.read(rest);
    assert_eq!(read(&replay), whole, "in reads of {sizes:?}");
}
