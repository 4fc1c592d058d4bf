//! What comes into a console: lines, and what is drawn over them; what is alerted of is found on the way.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard};

use jiff::Timestamp;

use super::{Console, lock};
use crate::engine::alerts::{DrawnLook, Watch};
use crate::engine::lines::{Piece, PieceKind};
use crate::engine::run::{ENDED, STARTED};
use crate::engine::said::last_said;
use crate::engine::scrollback::{KeptRow, Scrollback, Stream};

impl Console {
    /// Adds a line of ours.
    pub(in crate::engine) fn notice(&self, text: &str) -> bool {
        lock(&self.scrollback).push(Stream::Notice, Timestamp::now(), text.as_bytes(), 0);
        self.changed()
    }

    /// Adds what one read came to. Answers whether the window should be woken.
    pub(in crate::engine) fn add(&self, stream: Stream, pieces: &[Piece<'_>], open: &[u8]) -> bool {
        let watch = self.watch();
        let mut drawn = watch.as_deref().map(|watch| DrawnLook::of(watch, stream, pieces));
        let now = Timestamp::now();
        let mut scrollback = lock(&self.scrollback);
        for piece in pieces {
            match piece.kind {
                PieceKind::Lines => scrollback.push_lines(stream, now, &piece.bytes),
                PieceKind::Line { cut_bytes } => scrollback.push(stream, now, &piece.bytes, cut_bytes),
                PieceKind::Redraw => {}
                PieceKind::Above { up } => {
                    self.note_above(drawn.as_mut().filter(|_| !piece.bytes.is_empty()), &scrollback, up);
                    let row = scrollback.write_above(stream, up, &piece.bytes);
                    if let (Some(drawn), Some(row)) = (&mut drawn, row) {
                        drawn.touch(row);
                    }
                }
            }
        }
        scrollback.set_open(stream, now, open);
        self.let_go_and_alert(scrollback, drawn)
    }

    /// Puts this in the place of what stands in the row that is so many above the stream's unended one. Answers whether
    /// the window should be woken.
    pub(in crate::engine) fn replace_above(&self, stream: Stream, up: usize, bytes: &[u8]) -> bool {
        let watch = self.watch();
        let mut drawn = watch.as_deref().map(|watch| DrawnLook::of(watch, stream, &[]));
        let mut scrollback = lock(&self.scrollback);
        self.note_above(drawn.as_mut(), &scrollback, up);
        let row = scrollback.replace_above(stream, up, bytes);
        if let (Some(drawn), Some(row)) = (&mut drawn, row) {
            drawn.touch(row);
        }
        self.let_go_and_alert(scrollback, drawn)
    }

    /// Adds rows that another process's console has kept, with their own times; `tells_open` if all its unended lines
    /// are among them. Answers whether the window should be woken.
    pub(in crate::engine) fn mirror<'a>(&self, rows: impl Iterator<Item = KeptRow<'a>>, tells_open: bool) -> bool {
        // Before they are put in, as the lines of a read are: matching takes its time.
        let rows: Vec<_> = rows.collect();
        let (count, last) = self.watch().map_or((0, None), |watch| watch.look_at_mirrored(&rows, &self.drawn_alerts));
        let mut scrollback = lock(&self.scrollback);
        if tells_open {
            scrollback.take_open();
        }
        for row in rows {
            if row.stream == Stream::Notice && row.bytes.starts_with(STARTED.as_bytes()) {
                self.note_run(scrollback.total(), row.at);
            } else if row.stream == Stream::Notice && row.bytes.starts_with(ENDED.as_bytes()) {
                self.end_run();
            }
            if let Some(said) = last_said(row.bytes) {
                self.hear(row.stream, said);
            }
            if row.is_open {
                scrollback.set_open(row.stream, row.at, row.bytes);
            } else {
                scrollback.push(row.stream, row.at, row.bytes, row.cut_bytes);
            }
        }
        let is_alerted = self.alert_of(count, last);
        self.let_go(scrollback);
        self.ring_if(is_alerted);
        self.changed()
    }

    /// Lets go of the lock, and then looks what of this is alerted of. Answers whether the window should be woken.
    fn let_go_and_alert(&self, scrollback: MutexGuard<'_, Scrollback>, mut drawn: Option<DrawnLook<'_>>) -> bool {
        if let Some(drawn) = &mut drawn {
            drawn.copy(&scrollback);
        }
        self.let_go(scrollback);
        let is_alerted = drawn.is_some_and(|drawn| {
            let (count, last) = drawn.finish(&self.drawn_alerts);
            self.alert_of(count, last)
        });
        self.ring_if(is_alerted);
        self.changed()
    }

    /// Lets go of the lock, and then of what is too much for all consoles together.
    fn let_go(&self, scrollback: MutexGuard<'_, Scrollback>) {
        let is_too_much = self.share.set(scrollback.full_bytes());
        drop(scrollback);
        if is_too_much {
            self.share.relieve();
        }
    }

    fn ring_if(&self, is_alerted: bool) {
        if is_alerted {
            self.alerts.ring();
        }
    }

    fn watch(&self) -> Option<Arc<Watch>> {
        lock(&self.watch).clone()
    }

    /// Notes what stands in a row that is about to be drawn over.
    fn note_above(&self, drawn: Option<&mut DrawnLook<'_>>, scrollback: &Scrollback, up: usize) {
        if let Some(drawn) = drawn {
            drawn.note(scrollback, &mut lock(&self.drawn_alerts), up);
        }
    }

    /// Counts lines that are alerted of. Whether somebody is to be told of them, who may not watch.
    fn alert_of(&self, count: u64, last: Option<String>) -> bool {
        last.is_some_and(|last| self.alerts.add(count, last))
    }

    fn changed(&self) -> bool {
        self.generation.fetch_add(1, Ordering::Relaxed);
        self.watched.load(Ordering::Relaxed) && !self.unseen.swap(true, Ordering::AcqRel)
    }
}
