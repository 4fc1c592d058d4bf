//! The cursor in a row above the unended line: what is written there, and to which column it comes.

use std::borrow::Cow;

use super::lines::{Piece, PieceKind};
use super::styled::{Column, column_after};

/// The most that is written into a row between two returns; a row with more is no progress bar, and the rest is not shown.
pub(super) const MOST_TYPED: usize = 4096;

/// The cursor's stay in one row.
#[derive(Debug)]
pub(super) struct Visit {
    /// How many rows above the unended line.
    pub up: usize,
    /// The column that `typed` begins at, and the one that it leads to.
    start: usize,
    column: Column,
    /// What was written since the cursor came, or since the last return.
    typed: Vec<u8>,
    /// What of that isn't told yet, with what leads to its column.
    untold: Vec<u8>,
    /// Something was written at all.
    has_written: bool,
    /// That it came here was told.
    is_told: bool,
}

impl Visit {
    pub(super) fn at(up: usize, column: usize) -> Self {
        Self {
            up,
            start: column,
            column: Column::at(column),
            typed: Vec::new(),
            untold: Vec::new(),
            has_written: false,
            is_told: false,
        }
    }

    pub(super) fn write(&mut self, text: &[u8]) {
        let text = &text[..text.len().min(MOST_TYPED - self.typed.len())];
        if text.is_empty() {
            return;
        }
        if !self.has_written {
            self.has_written = true;
            self.untold.extend(enter(self.start));
        }
        self.typed.extend_from_slice(text);
        self.untold.extend_from_slice(text);
    }

    /// A return, or the end of the stay: what was written is a state of the row.
    pub(super) fn start_over(&mut self, pieces: &mut Vec<Piece<'_>>) {
        let typed = std::mem::take(&mut self.typed);
        // Mere erasing is nothing that an echo would tell.
        if column_after(0, &typed) > 0 {
            pieces.push(Piece { bytes: Cow::Owned(typed), kind: PieceKind::Redraw });
        }
        if self.has_written {
            self.untold.push(b'\r');
        }
        self.start = 0;
        self.column.restart();
    }

    /// Tells what was written since the last time; and once that it came here at all, since what is drawn next is here.
    pub(super) fn tell(&mut self, pieces: &mut Vec<Piece<'_>>) {
        if !std::mem::replace(&mut self.is_told, true) || !self.untold.is_empty() {
            let bytes = Cow::Owned(std::mem::take(&mut self.untold));
            pieces.push(Piece { bytes, kind: PieceKind::Above { up: self.up } });
        }
    }

    pub(super) fn column(&mut self) -> usize {
        self.column.after(&self.typed)
    }

    /// Takes away what stands in a row.
    pub(super) fn erased(up: usize) -> Piece<'static> {
        Piece { bytes: Cow::Borrowed(b"\x1b[2K"), kind: PieceKind::Above { up } }
    }
}

/// What leads from wherever a row's bytes end to that column, in no colour.
pub(super) fn enter(column: usize) -> Vec<u8> {
    format!("\x1b[m\x1b[{}G", column + 1).into_bytes()
}
