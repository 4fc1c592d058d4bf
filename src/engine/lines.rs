//! From pieces of a pipe to lines. Chunks are not lines: a line may span many reads, and one read may hold thousands.
//!
//! `\n` and `\r\n` end a line. A lone `\r` is a redraw: what follows replaces what stood there, as progress bars do.
//!
//! Rows above the unended line can be drawn over, as programs with several progress bars do: those that are among the latest
//! of their stream. Where the cursor is in them is [`super::visit`]'s; here is what it passes through on its way.
//!
//! A flood comes in reads of hundreds of whole lines, so these stay together, where they were read, as one piece.

use std::borrow::Cow;

use memchr::memchr2;

use super::moves::{Found, Move, Sequence, find_move, sequence};
use super::said::{Hearing, Said};
use super::styled::Column;
use super::visit::{MOST_TYPED, Visit, enter};

mod open;
mod unseen;

use unseen::{MOST_UNSEEN, unseen_bytes};

/// The most bytes of one line that are kept; the rest of it is counted. A gigabyte without a newline costs no more.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// How many rows a job's terminal has: as many as can be drawn over, so that a program which fills it stays in place.
pub const TERMINAL_ROWS: u8 = 32;

/// How many of a stream's latest lines can be drawn over.
pub const MOST_LIVE_ROWS: usize = TERMINAL_ROWS as usize;

/// What a piece of output came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub bytes: Cow<'a, [u8]>,
    pub kind: PieceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Whole lines, at least one, each with the `\n` or `\r\n` that ends it.
    Lines,
    /// A whole line; `cut_bytes` more of it were not kept.
    Line { cut_bytes: u64 },
    /// One state of a line that is redrawn; the next one replaces it.
    Redraw,
    /// What is written into a whole line that came before: so many rows above the unended one, counted among the lines of
    /// its stream. Goes on where that row's bytes end, and is no line of itself; its state comes as a redraw. Empty where the
    /// cursor came and nothing was written yet.
    Above { up: usize },
}

impl Piece<'_> {
    /// Each line of it, or its one state, without what ends it.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let (block, one) = match self.kind {
            PieceKind::Lines => (self.bytes.as_ref(), None),
            PieceKind::Line { .. } | PieceKind::Redraw => (&[][..], Some(self.bytes.as_ref())),
            PieceKind::Above { .. } => (&[][..], None),
        };
        let mut start = 0;
        let whole = memchr::memchr_iter(b'\n', block)
            .map(move |end| without_end(&block[std::mem::replace(&mut start, end + 1)..=end]));
        whole.chain(one)
    }

    /// Whether it is a state of a row, and no line of its own.
    pub(super) fn is_state(&self) -> bool {
        matches!(self.kind, PieceKind::Redraw | PieceKind::Above { .. })
    }

    /// How many rows it adds, or a few less where it adds more than anybody draws over.
    fn row_count(&self) -> usize {
        match self.kind {
            PieceKind::Lines => memchr::memchr_iter(b'\n', &self.bytes).take(MOST_LIVE_ROWS + 1).count(),
            PieceKind::Line { .. } => 1,
            PieceKind::Redraw | PieceKind::Above { .. } => 0,
        }
    }
}

/// A line without the `\n` or `\r\n` that ends it.
pub fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The whole lines that `chunk` begins with, up to the first that is redrawn; and what is left.
fn whole_lines(chunk: &[u8]) -> (&[u8], &[u8]) {
    let redraw = memchr::memchr_iter(b'\r', chunk).find(|at| chunk.get(at + 1) != Some(&b'\n')).unwrap_or(chunk.len());
    chunk.split_at(memchr::memrchr(b'\n', &chunk[..redraw]).map_or(0, |at| at + 1))
}

/// Splits the bytes of one stream into lines.
#[derive(Debug, Default)]
pub struct Splitter {
    /// The line that isn't ended yet, up to [`MAX_LINE_BYTES`].
    open: Vec<u8>,
    /// The column that it leads to, as far as that was asked.
    open_column: Column,
    cut_bytes: u64,
    /// A `\r` came last: a `\n` makes it a line's end, anything that is seen starts the line over.
    at_return: bool,
    /// What came since and isn't seen, as the end of a colour.
    unseen: Vec<u8>,
    /// The cursor came into the unended line at this column, and nothing was written there yet.
    entered_at: Option<usize>,
    /// The beginning of a sequence that may leave the row.
    cut: Vec<u8>,
    /// How many rows there are above that can be drawn over, up to [`MOST_LIVE_ROWS`].
    above: usize,
    /// Where the cursor is, as long as that is one of them.
    visit: Option<Visit>,
    /// How many rows above the unended line the saved place is, and its column.
    saved: Option<(usize, usize)>,
    hearing: Hearing,
}

impl Splitter {
    /// The lines and redraws that `chunk` completes, in order.
    pub fn split<'a>(&mut self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut has_command = self.hearing.is_within() || !self.cut.is_empty();
        let mut rest = self.complete(chunk, &mut pieces);
        loop {
            let (found, is_passed) = find_move(rest);
            has_command |= is_passed;
            match found {
                Found::None => {
                    self.text(rest, &mut pieces);
                    break;
                }
                Found::Cut(at) => {
                    self.text(&rest[..at], &mut pieces);
                    self.cut.extend_from_slice(&rest[at..]);
                    break;
                }
                Found::Move(sequence, step) => {
                    self.text(&rest[..sequence.start], &mut pieces);
                    if !self.go(step, &mut pieces) {
                        self.text(&rest[sequence.clone()], &mut pieces);
                    }
                    rest = &rest[sequence.end..];
                }
            }
        }
        if let Some(visit) = &mut self.visit {
            visit.tell(&mut pieces);
        }
        if has_command || !self.cut.is_empty() {
            self.hearing.look(chunk);
        }
        pieces
    }

    /// What was said to the terminal of the program's progress, if anything was since this was asked last.
    pub fn take_said(&mut self) -> Option<Said> {
        self.hearing.take()
    }

    /// Completes a sequence that was cut. Answers what is left of the chunk.
    fn complete<'a>(&mut self, chunk: &'a [u8], pieces: &mut Vec<Piece<'a>>) -> &'a [u8] {
        let mut rest = chunk;
        while !self.cut.is_empty() {
            let Some((next, after)) = rest.split_first() else { return rest };
            self.cut.push(*next);
            match sequence(&self.cut) {
                Sequence::Cut => rest = after,
                Sequence::Other => {
                    // The last byte may be anything, the others are text to us.
                    self.cut.pop();
                    let cut = std::mem::take(&mut self.cut);
                    self.cut_text(&cut, pieces);
                }
                Sequence::Move(_, step) => {
                    let cut = std::mem::take(&mut self.cut);
                    if !self.go(step, pieces) {
                        self.cut_text(&cut, pieces);
                    }
                    rest = after;
                }
            }
        }
        rest
    }

    /// Text that holds no line's end.
    fn cut_text(&mut self, text: &[u8], pieces: &mut Vec<Piece<'_>>) {
        if let Some(visit) = &mut self.visit {
            return visit.write(text);
        }
        let held = if self.at_return { self.hold_unseen(text).unwrap_or_default() } else { 0 };
        let text = &text[held..];
        if !text.is_empty() {
            self.start_over(pieces);
            self.keep(text);
        }
    }

    /// After a `\r`: takes of this text what shows nothing, and answers how many bytes that are. `None` where what was held
    /// before is seen after all, as it goes on.
    fn hold_unseen(&mut self, text: &[u8]) -> Option<usize> {
        let before = self.unseen.len();
        self.unseen.extend_from_slice(&text[..text.len().min(MOST_UNSEEN - before)]);
        let unseen = unseen_bytes(&self.unseen);
        self.unseen.truncate(unseen.max(before));
        unseen.checked_sub(before)
    }

    /// Something is seen after a `\r`, if one came: another state begins.
    fn start_over(&mut self, pieces: &mut Vec<Piece<'_>>) {
        if std::mem::take(&mut self.at_return) {
            self.take_redraw(pieces);
            self.show_unseen();
        }
    }

    /// What wasn't seen belongs to what is shown.
    fn show_unseen(&mut self) {
        let unseen = std::mem::take(&mut self.unseen);
        if !unseen.is_empty() {
            self.append(&unseen);
        }
    }

    /// Text without moves.
    fn text<'a>(&mut self, text: &'a [u8], pieces: &mut Vec<Piece<'a>>) {
        let text = if self.visit.is_some() { self.write_above(text, pieces) } else { text };
        if text.is_empty() {
            return;
        }
        let before = pieces.len();
        self.split_text(text, pieces);
        if self.above < MOST_LIVE_ROWS || self.saved.is_some() {
            let ends: usize = pieces[before..].iter().map(Piece::row_count).sum();
            self.above = MOST_LIVE_ROWS.min(self.above + ends);
            self.saved = self.saved.map(|(up, column)| (up + ends, column)).filter(|(up, _)| *up <= self.above);
        }
    }

    /// Writes over rows above, and answers with what comes after the last of them.
    fn write_above<'a>(&mut self, mut text: &'a [u8], pieces: &mut Vec<Piece<'a>>) -> &'a [u8] {
        while let Some(visit) = &mut self.visit {
            let Some(at) = memchr2(b'\n', b'\r', text) else {
                visit.write(text);
                return &[];
            };
            visit.write(&text[..at]);
            let is_end = text[at] == b'\n';
            text = &text[at + 1..];
            if is_end {
                let up = visit.up - 1;
                self.place(up, 0, pieces);
            } else {
                visit.start_over(pieces);
            }
        }
        text
    }

    /// Moves the cursor; `false` if that stays within the unended line, where it is text as any.
    fn go(&mut self, step: Move, pieces: &mut Vec<Piece<'_>>) -> bool {
        let up = self.visit.as_ref().map_or(0, |visit| visit.up);
        let (next, to_start) = match step {
            Move::Up { rows, to_start } => (up.saturating_add(rows).min(self.above), to_start),
            Move::Down { rows, to_start } => (up.saturating_sub(rows), to_start),
            Move::Save => {
                self.saved = Some((up, self.column()));
                return true;
            }
            Move::Restore => {
                if let Some((up, column)) = self.saved {
                    self.place(up, column, pieces);
                }
                return true;
            }
            Move::EraseBelow { all_of_row } => return self.erase_below(all_of_row, pieces),
        };
        if next == up && !(to_start && up > 0) {
            return next > 0;
        }
        let column = if to_start { 0 } else { self.column() };
        self.place(next, column, pieces);
        true
    }

    /// In the unended line, which is the lowest, it is text as any.
    fn erase_below(&mut self, all_of_row: bool, pieces: &mut Vec<Piece<'_>>) -> bool {
        let Some(visit) = &mut self.visit else { return false };
        visit.write(if all_of_row { b"\x1b[2K" } else { b"\x1b[K" });
        visit.tell(pieces);
        for up in (1..visit.up).rev() {
            pieces.push(Visit::erased(up));
        }
        drop(self.take_open());
        self.cut_bytes = 0;
        self.at_return = false;
        self.show_unseen();
        true
    }

    /// The column that the cursor is at.
    fn column(&mut self) -> usize {
        match (&mut self.visit, self.entered_at) {
            (Some(visit), _) => visit.column(),
            (None, Some(column)) => column,
            (None, None) if self.at_return || self.open.len() > MOST_TYPED => 0,
            (None, None) => self.open_column.after(&self.open),
        }
    }

    fn place(&mut self, up: usize, column: usize, pieces: &mut Vec<Piece<'_>>) {
        if let Some(mut visit) = self.visit.take() {
            visit.tell(pieces);
            visit.start_over(pieces);
        }
        self.show_unseen();
        self.entered_at = None;
        if up > 0 {
            self.visit = Some(Visit::at(up, column));
        } else {
            self.at_return = false;
            self.entered_at = Some(column).filter(|column| *column > 0 || !self.open.is_empty());
        }
    }

    fn split_text<'a>(&mut self, text: &'a [u8], pieces: &mut Vec<Piece<'a>>) {
        let mut rest = text;
        // Lines of a larger chunk might have to be cut.
        let mut may_have_whole_lines = text.len() <= MAX_LINE_BYTES;
        while !rest.is_empty() {
            if may_have_whole_lines && self.is_between_lines() {
                may_have_whole_lines = false;
                let (lines, after) = whole_lines(rest);
                if !lines.is_empty() {
                    pieces.push(Piece { bytes: Cow::Borrowed(lines), kind: PieceKind::Lines });
                    rest = after;
                    continue;
                }
            }
            let held = if self.at_return { self.hold_unseen(rest) } else { Some(0) };
            if held.is_none() {
                self.start_over(pieces);
            }
            if self.at_return {
                rest = &rest[held.unwrap_or_default()..];
                match rest {
                    [] => break,
                    [b'\n', after @ ..] => {
                        self.at_return = false;
                        self.show_unseen();
                        pieces.push(self.take_line());
                        rest = after;
                        continue;
                    }
                    [b'\r', after @ ..] => {
                        rest = after;
                        continue;
                    }
                    _ => self.start_over(pieces),
                }
            }
            let Some(at) = memchr2(b'\n', b'\r', rest) else {
                self.keep(rest);
                break;
            };
            let (text, end) = (&rest[..at], rest[at]);
            rest = &rest[at + 1..];
            if end == b'\r' {
                self.keep(text);
                self.entered_at = None;
                self.at_return = true;
            } else if self.is_between_lines() && text.len() <= MAX_LINE_BYTES {
                pieces.push(Piece { bytes: Cow::Borrowed(text), kind: PieceKind::Line { cut_bytes: 0 } });
            } else {
                self.keep(text);
                pieces.push(self.take_line());
            }
        }
    }

    /// The last line, if the stream ended without a newline.
    pub fn finish(&mut self) -> Option<Piece<'static>> {
        let cut = std::mem::take(&mut self.cut);
        self.show_unseen();
        if !cut.is_empty() {
            self.keep(&cut);
        }
        self.at_return = false;
        if self.open.is_empty() && self.cut_bytes == 0 { None } else { Some(self.take_line()) }
    }

    /// What stands in the line that isn't ended yet: a prompt, or the present state of a progress bar.
    #[must_use]
    pub fn open(&self) -> &[u8] {
        &self.open
    }

    fn is_between_lines(&self) -> bool {
        self.open.is_empty() && self.cut_bytes == 0 && !self.at_return && self.entered_at.is_none()
    }

    fn keep(&mut self, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        if let Some(column) = self.entered_at.take() {
            let entry = enter(column);
            self.append(&entry);
        }
        self.append(text);
    }

    fn take_line(&mut self) -> Piece<'static> {
        self.entered_at = None;
        let bytes = Cow::Owned(self.take_open());
        Piece { bytes, kind: PieceKind::Line { cut_bytes: std::mem::take(&mut self.cut_bytes) } }
    }

    fn take_redraw(&mut self, pieces: &mut Vec<Piece<'_>>) {
        self.cut_bytes = 0;
        if !self.open.is_empty() {
            pieces.push(Piece { bytes: Cow::Owned(self.take_open()), kind: PieceKind::Redraw });
        }
    }

    fn take_open(&mut self) -> Vec<u8> {
        self.open_column.restart();
        std::mem::take(&mut self.open)
    }
}

#[cfg(test)]
mod tests;
