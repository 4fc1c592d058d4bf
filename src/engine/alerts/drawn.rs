//! Alerts of rows that are drawn over after they ended, where programs with bars write their messages: one counts when what
//! a row shows matches and didn't before. So a bar that says "errors: 3" over and over counts once, also where it is erased
//! between two reads, or moves down because a message came above it.

use std::collections::BTreeMap;

use super::{Seen, Watch};
use crate::engine::lines::{MOST_LIVE_ROWS, Piece};
use crate::engine::scrollback::{Scrollback, Stream};

/// What matched in each row that was drawn over, when it showed anything last.
#[derive(Debug, Default)]
pub(in crate::engine) struct DrawnAlerts {
    matched: BTreeMap<u64, Vec<u8>>,
}

/// As many rows are remembered as two streams can draw over.
const MOST_ROWS: usize = 2 * MOST_LIVE_ROWS;

/// What one read does to the rows above.
pub(in crate::engine) struct DrawnLook<'a> {
    watch: &'a Watch,
    pieces: &'a [Piece<'a>],
    /// What is alerted of its lines.
    lines: (u64, Option<String>),
    /// What matched in each of them before.
    before: BTreeMap<u64, Option<Vec<u8>>>,
}

impl<'a> DrawnLook<'a> {
    /// Looks at the lines, which may take its time.
    pub(in crate::engine) fn of(watch: &'a Watch, pieces: &'a [Piece<'a>]) -> Self {
        Self { watch, pieces, lines: watch.look(pieces), before: BTreeMap::new() }
    }

    /// Notes what stands in a row, before it is drawn over.
    pub(in crate::engine) fn note(
        &mut self,
        scrollback: &Scrollback,
        known: &DrawnAlerts,
        (stream, up): (Stream, usize),
    ) {
        let Some(number) = scrollback.row_above(stream, up) else { return };
        self.before.entry(number).or_insert_with(|| {
            let seen = || match see(self.watch, scrollback, number) {
                Seen::Match { part, .. } => Some(part),
                Seen::Blank | Seen::Other => None,
            };
            known.matched.get(&number).cloned().or_else(seen)
        });
    }

    /// That row was drawn over; one that wasn't noted before is new.
    pub(in crate::engine) fn touch(&mut self, number: u64) {
        self.before.entry(number).or_insert(None);
    }

    /// How many of its lines, and of the rows above, are alerted of; and the last of them.
    pub(in crate::engine) fn finish(self, scrollback: &Scrollback, known: &mut DrawnAlerts) -> (u64, Option<String>) {
        let (mut new, mut gone) = (Vec::new(), Vec::new());
        for (number, before) in self.before {
            match see(self.watch, scrollback, number) {
                Seen::Match { part, line } => {
                    if before.is_none() {
                        new.push((part.clone(), line));
                    }
                    known.matched.insert(number, part);
                }
                Seen::Other => {
                    gone.extend(before);
                    known.matched.remove(&number);
                }
                // It may be drawn in the next read.
                Seen::Blank => {
                    if let Some(before) = before {
                        known.matched.insert(number, before);
                    }
                }
            }
        }
        while known.matched.len() > MOST_ROWS {
            known.matched.pop_first();
        }
        new.retain(|(part, _)| !take(&mut gone, part));
        let (mut count, mut last) = self.lines;
        if count > 0 && !gone.is_empty() {
            (count, last) = self.watch.look_but(self.pieces, gone);
        }
        count += new.len() as u64;
        (count, new.pop().map(|(_, line)| line).or(last))
    }
}

impl Watch {
    /// As [`Watch::look`], without lines that say what a row above has just ceased to say: such a row moved.
    fn look_but(&self, pieces: &[Piece<'_>], mut gone: Vec<Vec<u8>>) -> (u64, Option<String>) {
        let (mut count, mut last) = (0, None);
        for line in pieces.iter().filter(|piece| !piece.is_state()).flat_map(Piece::lines) {
            if let Seen::Match { part, line } = self.see(line)
                && !take(&mut gone, &part)
            {
                count += 1;
                last = Some(line);
            }
        }
        (count, last)
    }
}

/// Takes one of these out, if it is among them.
fn take(parts: &mut Vec<Vec<u8>>, part: &[u8]) -> bool {
    let at = parts.iter().position(|other| other == part);
    at.map(|at| parts.swap_remove(at)).is_some()
}

fn see(watch: &Watch, scrollback: &Scrollback, number: u64) -> Seen {
    let mut seen = Seen::Blank;
    scrollback.visit_rows(number..number + 1, |row| seen = watch.see(row.bytes));
    seen
}

#[cfg(test)]
mod tests {
    use crate::engine::alerts::Watch;
    use crate::engine::replay::Replay;
    use crate::model::Highlight;

    /// What is alerted of, of these reads.
    fn alerts<'a>(pattern: &str, reads: impl IntoIterator<Item = &'a [u8]>) -> (u64, String) {
        let mut replay = Replay::new();
        let rule = Highlight { pattern: pattern.to_owned(), alert: true, ..Highlight::default() };
        replay.console.set_watch(Watch::of(&[rule]));
        reads.into_iter().for_each(|read| replay.read(read));
        let alerts = replay.console.alerts();
        (alerts.count, alerts.line)
    }

    const RICH: &[u8] = include_bytes!("../../../tests/fixtures/terminal/rich-message.bin");
    const TQDM: &[u8] = include_bytes!("../../../tests/fixtures/terminal/tqdm-message.bin");

    #[test]
    fn a_message_above_bars_is_alerted_of_once_however_it_is_cut() {
        for program in [RICH, TQDM] {
            for size in [100, 1000, program.len()] {
                let found = alerts("ERROR", program.chunks(size));
                assert_eq!(found, (1, "ERROR disk full".to_owned()), "in reads of {size}");
            }
        }
    }

    #[test]
    fn a_bar_that_matches_counts_once_however_often_it_is_drawn_and_where_it_moves() {
        let (count, line) = alerts("errors: [0-9]+", [RICH]);
        assert!(count == 1 && line.starts_with("render errors: 3"), "{count} {line}");
        let frame = |number: u32| format!("\r\x1b[2K\x1b[1A\x1b[2Kerrors: {number}\nother");
        let frames = [3, 3, 4, 4].map(frame);
        // Erased in one read, drawn in the next.
        let cut = frames.iter().flat_map(|frame| [frame.as_bytes()[..13].as_ref(), &frame.as_bytes()[13..]]);
        let reads = std::iter::once(&b"errors: 3\nother"[..]).chain(cut);
        assert_eq!(alerts("errors: [0-9]+", reads), (1, "errors: 3".to_owned()));
    }
}
