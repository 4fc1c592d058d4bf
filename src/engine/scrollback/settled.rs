//! Rows that were drawn over, as they stand once they can't be any more: for an echo that sends of a line its last state only.

use super::{Scrollback, Stream, slot};
use crate::engine::scrollback::row::ALL_STREAMS;
use crate::engine::styled::{colored_text, read_row};

#[derive(Debug, Default)]
pub(super) struct Settled {
    /// From which row on they are told, if they are.
    from: Option<u64>,
    rows: Vec<(Stream, String)>,
}

impl Scrollback {
    /// Says whether they are told, of the rows that come from now on.
    pub fn tell_settled(&mut self, tells: bool) {
        self.settled = Settled { from: tells.then_some(self.next), rows: Vec::new() };
    }

    /// Those since this was asked last, with the sequences that colour them.
    pub fn take_settled(&mut self) -> Vec<(Stream, String)> {
        std::mem::take(&mut self.settled.rows)
    }

    /// Nothing is drawn over any more.
    pub fn settle_all(&mut self) {
        for stream in ALL_STREAMS {
            self.settle(stream, u64::MAX);
        }
        self.settled.from = None;
    }

    /// So many rows of a stream come: the oldest that can be drawn over can't be any more.
    pub(super) fn settle(&mut self, stream: Stream, coming: u64) {
        let (Some(from), Some(slot)) = (self.settled.from, slot(stream)) else { return };
        if self.redrawn.size_bytes() == 0 {
            return;
        }
        let leaving: Vec<u64> = self.latest[slot].leaving(coming).filter(|number| *number >= from).collect();
        for number in leaving {
            if let Some(text) = self.settled_text(number) {
                self.settled.rows.push((stream, text));
            }
        }
    }

    /// What a row says now, if it was drawn over and that is something else than it was told with.
    pub(super) fn settled_text(&self, number: u64) -> Option<String> {
        let drawn = shown(self.redrawn.get(number)?);
        let stood = self.stood(number).map(shown).unwrap_or_default();
        (!drawn.0.is_empty() && drawn.0 != stood.0).then_some(drawn.1)
    }
}

/// What is shown of a row: its characters, and with colours; no blanks at its end.
pub(super) fn shown(bytes: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(bytes);
    let Some(row) = read_row(&text) else {
        let text = text.trim_end_matches(' ').to_owned();
        return (text.clone(), text);
    };
    let count = row.columns.iter().rposition(|character| *character != ' ').map_or(0, |last| last + 1);
    (row.columns[..count].iter().collect(), colored_text(&row, 0..count))
}
