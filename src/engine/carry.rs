//! What a line leaves on goes on in the next: a colour that a program sets for a whole traceback, and takes back after it.
//!
//! Rows are kept and read each by itself, in any order, so each begins with what those before it on its stream left on. Only
//! the console gets that: a log has what the program wrote, and an echo its lines as they were written.

use std::borrow::Cow;

use memchr::{memchr, memchr_iter};

use super::lines::{Piece, PieceKind, without_end};
use super::styled::{Style, style_after};

const ESCAPE: u8 = 0x1b;

/// How a stream writes by now.
#[derive(Debug, Default)]
pub(super) struct Pen {
    style: Style,
    /// The sequence that sets it; empty where it is plain.
    sequence: Vec<u8>,
    /// Rows above are drawn over: which of two rows was coloured last isn't known then, and a colour that stays on by mistake
    /// is worse than none. Nothing goes on any more.
    is_in_doubt: bool,
}

/// What a console is given of one read: its pieces, and the line that isn't ended yet.
pub(super) type Carried<'a> = (Vec<Piece<'a>>, Cow<'a, [u8]>);

impl Pen {
    /// What one read came to, each row with what was left on before it. `None` where that is nothing, as in a flood without
    /// colours, which must not cost more than this look.
    pub(super) fn carry<'a>(&mut self, pieces: &'a [Piece<'_>], open: &'a [u8]) -> Option<Carried<'a>> {
        let may_change =
            |piece: &Piece<'_>| memchr(ESCAPE, &piece.bytes).is_some() || matches!(piece.kind, PieceKind::Above { .. });
        if self.is_in_doubt || self.is_plain() && !pieces.iter().any(may_change) {
            return None;
        }
        let pieces = pieces.iter().map(|piece| self.carried(piece)).collect();
        Some((pieces, self.begun(open)))
    }

    fn is_plain(&self) -> bool {
        self.sequence.is_empty()
    }

    fn set(&mut self, style: Style) {
        if style != self.style {
            self.style = style;
            self.sequence = if style == Style::PLAIN { Vec::new() } else { style.sequence().into_bytes() };
        }
    }

    fn carried<'a>(&mut self, piece: &'a Piece<'_>) -> Piece<'a> {
        let bytes = match piece.kind {
            PieceKind::Lines => self.lines(&piece.bytes),
            PieceKind::Line { cut_bytes } => {
                let begun = self.begun(&piece.bytes);
                self.pass(&piece.bytes);
                if cut_bytes > 0 {
                    // What would have taken it back may be among what was cut.
                    self.set(Style::PLAIN);
                }
                begun
            }
            // What stands in the row now comes as the line that isn't ended.
            PieceKind::Redraw => {
                self.pass(&piece.bytes);
                Cow::Borrowed(piece.bytes.as_ref())
            }
            // Goes on where the row ends, whose look it is.
            PieceKind::Above { .. } => {
                self.set(Style::PLAIN);
                self.is_in_doubt = true;
                Cow::Borrowed(piece.bytes.as_ref())
            }
        };
        Piece { bytes, kind: piece.kind }
    }

    /// Whole lines, each with its end.
    fn lines<'a>(&mut self, block: &'a [u8]) -> Cow<'a, [u8]> {
        let (mut carried, mut copied, mut start) = (Vec::new(), 0, 0);
        for end in memchr_iter(b'\n', block) {
            let line = &block[start..=end];
            if !self.is_plain() && !without_end(line).is_empty() {
                carried.extend_from_slice(&block[copied..start]);
                carried.extend_from_slice(&self.sequence);
                copied = start;
            }
            self.pass(line);
            start = end + 1;
        }
        if carried.is_empty() {
            return Cow::Borrowed(block);
        }
        carried.extend_from_slice(&block[copied..]);
        Cow::Owned(carried)
    }

    /// The bytes of one row, after what was left on.
    fn begun<'a>(&self, row: &'a [u8]) -> Cow<'a, [u8]> {
        if self.is_plain() || row.is_empty() {
            return Cow::Borrowed(row);
        }
        Cow::Owned([&*self.sequence, row].concat())
    }

    fn pass(&mut self, bytes: &[u8]) {
        if !self.is_in_doubt {
            self.set(style_after(self.style, bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::engine::MAX_LINE_BYTES;
    use crate::engine::replay::Replay;
    use crate::engine::styled::{Attribute, Color, Style, read_row};

    /// What each row shows, in runs, however the output is cut into reads.
    fn check(output: &str, expected: &[&[(&str, Style)]]) {
        for size in [1, 3, 7, output.len()] {
            let rows = Replay::of(output.as_bytes(), size).rows();
            let shown: Vec<Vec<_>> = rows
                .iter()
                .map(|row| match read_row(&row.text) {
                    None => vec![(row.text.clone(), Style::PLAIN)],
                    Some(styled) => {
                        let text =
                            |run: &crate::engine::styled::Run| styled.columns[run.columns.clone()].iter().collect();
                        styled.runs.iter().map(|run| (text(run), run.style)).collect()
                    }
                })
                .collect();
            let expected: Vec<Vec<_>> = expected
                .iter()
                .map(|runs| runs.iter().map(|(text, style)| ((*text).to_owned(), *style)).collect())
                .collect();
            assert_eq!(shown, expected, "in reads of {size}");
        }
    }

    const RED: Style = Style { foreground: Color::Indexed(1), ..Style::PLAIN };

    #[test]
    fn a_colour_goes_on_until_it_is_taken_back() {
        let text = "before\n\u{1b}[31mTraceback\n\n  at 3\r\nValueError\u{1b}[0m\nafter\n";
        check(
            text,
            &[
                &[("before", Style::PLAIN)],
                &[("Traceback", RED)],
                &[("", Style::PLAIN)],
                &[("  at 3", RED)],
                &[("ValueError", RED)],
                &[("after", Style::PLAIN)],
            ],
        );
        let bold_green = Style { foreground: Color::Indexed(2), ..Style::PLAIN }.with(Attribute::Bold);
        let bold = Style::PLAIN.with(Attribute::Bold);
        check(
            "\u{1b}[1;32ma\nb\u{1b}[39mc\nd\u{1b}[22m\ne",
            &[&[("a", bold_green)], &[("b", bold_green), ("c", bold)], &[("d", bold)], &[("e", Style::PLAIN)]],
        );
    }

    #[test]
    fn what_is_cut_leaves_nothing_on() {
        let text = format!("\u{1b}[31m{}\u{1b}[0m\nnext", "x".repeat(MAX_LINE_BYTES));
        let rows = Replay::of(text.as_bytes(), 4096).rows();
        assert_eq!(rows[1].text, "next");
    }

    #[test]
    fn nothing_stays_on_by_mistake_where_rows_above_are_drawn_over() {
        let output = "one\n\u{1b}[31mtwo\u{1b}[1A\r\u{1b}[0mone again\u{1b}[1B\r\nthree\nfour\n";
        for size in [1, 5, output.len()] {
            let rows = Replay::of(output.as_bytes(), size).rows();
            assert_eq!(rows.iter().skip(2).map(|row| &*row.text).collect::<Vec<_>>(), ["three", "four"], "{size}");
        }
    }

    #[test]
    fn states_of_a_bar_go_on_in_its_colour() {
        check("\u{1b}[31m10 %\r20 %\r30 %\nlast", &[&[("30 %", RED)], &[("last", RED)]]);
        check("\u{1b}[31mname? ", &[&[("name? ", RED)]]);
    }
}
