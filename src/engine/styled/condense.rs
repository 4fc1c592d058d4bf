//! A row that was drawn over many times, as the shortest bytes that show the same, and the column that bytes lead to.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};
use memchr::{memchr, memrchr};

use super::cells::{self, Cells};

/// Bytes that are as many are condensed even where they end within a sequence.
const MOST_BYTES: usize = super::super::MAX_LINE_BYTES;

/// The bytes that show what these show, and go on as these would. `None` where they end within a character or a sequence.
pub(in crate::engine) fn condense(bytes: &[u8]) -> Option<Vec<u8>> {
    if bytes.len() < MOST_BYTES && !ends_whole(bytes) {
        return None;
    }
    let mut cells = Cells::default();
    let mut parser = Parser::<DefaultCharAccumulator>::default();
    for byte in String::from_utf8_lossy(bytes).bytes() {
        parser.advance(&mut cells, byte);
    }
    Some(cells.into_bytes())
}

/// How many of these bytes can be condensed: all before the character or the sequence that they end within.
pub(in crate::engine) fn whole_bytes(bytes: &[u8]) -> usize {
    let mut whole = &bytes[..bytes.len() - cut_character(bytes)];
    // A string that is cut within its end (ESC \) is cut before that, and then as a whole.
    while !ends_whole(whole) {
        whole = &whole[..memrchr(0x1b, whole).unwrap_or(0)];
    }
    whole.len()
}

/// Whether bytes end neither within a character nor within a sequence.
fn ends_whole(bytes: &[u8]) -> bool {
    if cut_character(bytes) > 0 {
        return false;
    }
    let Some(at) = memrchr(0x1b, bytes) else { return true };
    match &bytes[at + 1..] {
        [b'[', rest @ ..] => rest.iter().any(|byte| matches!(byte, b'@'..=b'~')),
        [b']', rest @ ..] => memchr(0x07, rest).is_some(),
        // The strings end with ESC \, which would be the last then.
        [] | [b'P' | b'X' | b'^' | b'_', ..] => false,
        rest => rest.iter().any(|byte| !matches!(byte, b' '..=b'/')),
    }
}

/// The column after these bytes were written from that column on.
pub(in crate::engine) fn column_after(start: usize, bytes: &[u8]) -> usize {
    Column::at(start).after(bytes)
}

/// The column that bytes lead to which only grow: each is read once, however often that is asked.
#[derive(Clone, Debug, Default)]
pub(in crate::engine) struct Column {
    cursor: Cursor,
    parser: Parser<DefaultCharAccumulator>,
    /// How many of the bytes were read.
    seen: usize,
}

impl Column {
    pub(in crate::engine) fn at(start: usize) -> Self {
        Self { cursor: Cursor(start), ..Self::default() }
    }

    /// Other bytes begin, at the first column.
    pub(in crate::engine) fn restart(&mut self) {
        if self.seen > 0 || self.cursor.0 > 0 {
            *self = Self::default();
        }
    }

    /// The column after these; they begin with those that it was asked of before.
    pub(in crate::engine) fn after(&mut self, bytes: &[u8]) -> usize {
        let new = bytes.get(self.seen..).unwrap_or_default();
        let (whole, cut) = new.split_at(new.len() - cut_character(new));
        self.read(whole);
        self.seen += whole.len();
        if cut.is_empty() {
            return self.cursor.0;
        }
        let mut ahead = self.clone();
        ahead.read(cut);
        ahead.cursor.0
    }

    fn read(&mut self, bytes: &[u8]) {
        for byte in String::from_utf8_lossy(bytes).bytes() {
            self.parser.advance(&mut self.cursor, byte);
        }
    }
}

/// How many bytes at the end are the beginning of a character.
fn cut_character(bytes: &[u8]) -> usize {
    let is_cut = |tail: &[u8]| {
        std::str::from_utf8(tail).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=bytes.len().min(3)).rev().find(|count| is_cut(&bytes[bytes.len() - count..])).unwrap_or(0)
}

/// A row of which only the cursor is of interest.
#[derive(Clone, Copy, Debug, Default)]
struct Cursor(usize);

impl Perform for Cursor {
    fn print(&mut self, character: char) {
        let width = if self.0 == 0 { cells::width(character).max(1) } else { cells::width(character) };
        if self.0 + width <= cells::MOST_COLUMNS {
            self.0 += width;
        }
    }

    fn execute(&mut self, byte: u8) {
        self.0 = match byte {
            b'\r' => 0,
            0x08 => self.0.saturating_sub(1),
            b'\t' => cells::tab_stop(self.0).min(cells::MOST_COLUMNS),
            _ => (self.0 + 1).min(cells::MOST_COLUMNS),
        };
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], is_overlong: bool, action: u8) {
        if !is_overlong && intermediates.is_empty() {
            self.0 = cells::moved(self.0, params, action);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::styled::read_row;

    fn row(bytes: &[u8]) -> super::super::StyledRow {
        let text = String::from_utf8_lossy(bytes);
        // A sequence of no effect has it read as a row even where it is plain.
        read_row(&format!("{text}\u{1b}[m")).unwrap_or_default()
    }

    #[test]
    fn what_is_condensed_shows_the_same_and_goes_on_the_same() {
        for bytes in [
            "plain",
            "  0%|   |\r 50%|#  |\r100%|###|",
            "\u{1b}[31mred\u{1b}[1;4m more\u{1b}[2K\rnew",
            "a\u{1b}[60Gb\u{1b}[38;5;208mc\u{1b}[48;2;1;2;3md\u{1b}[3D",
            "\u{1b}[44m   \u{1b}[m   x   ",
            "\u{1b}]8;;https://a.b/c\u{7}link\u{1b}]8;;\u{7} and \u{1b}]8;;https://d.e\u{7}open",
            "\u{1b}[1;2;3;4;7;9mall\u{1b}[22mless",
            "e\u{301} 한국 🎭\u{1b}[5D",
            "\u{301}ab한\u{301}e\u{302}\u{301}\u{1b}[4Gx\u{1b}[7G🎭\u{1b}[8Gy",
        ] {
            let condensed = condense(bytes.as_bytes()).unwrap();
            let goes_on = "on\u{1b}[Kx";
            assert_eq!(row(&condensed), row(bytes.as_bytes()), "{bytes:?} {}", String::from_utf8_lossy(&condensed));
            let (long, short) =
                ([bytes.as_bytes(), goes_on.as_bytes()].concat(), [&condensed, goes_on.as_bytes()].concat());
            assert_eq!(row(&short), row(&long), "{bytes:?} {}", String::from_utf8_lossy(&condensed));
            assert_eq!(condense(&condensed).unwrap(), condensed, "nothing is left to condense");
        }
    }

    #[test]
    fn nothing_is_condensed_within_a_sequence_or_a_character() {
        for cut in ["\u{1b}", "\u{1b}[", "\u{1b}[3", "\u{1b}]8;;https://a", "\u{1b}Pq", "\u{1b}]0;t\u{1b}", "\u{1b}("] {
            assert_eq!(condense(format!("x{cut}").as_bytes()), None, "{cut:?}");
        }
        for cut in [&b"x\xe2"[..], b"x\xe2\x96", b"\xf0\x9f\x8e", b"\xc3"] {
            assert_eq!(condense(cut), None);
        }
        for whole in [&b"x\xff"[..], "ä🎭".as_bytes(), b"\x1b[3m", b"\x1b]0;t\x07", b"\x1b]0;t\x1b\\", b"\x1b(B"] {
            assert!(condense(whole).is_some());
        }
        assert!(
            condense(&[b"\x1b]0;".to_vec(), vec![b'x'; MOST_BYTES]].concat()).is_some(),
            "nothing grows without an end"
        );
    }

    #[test]
    fn the_column_is_where_the_cursor_is() {
        for (start, bytes, column) in [
            (0, "abc", 3),
            (5, "ab\u{1b}[31m", 7),
            (5, "\rab", 2),
            (5, "\u{1b}[3D\u{8}", 1),
            (5, "\t", 8),
            (0, "\u{1b}[60Gx\u{1b}[2C", 62),
            (0, "a\u{1b}[2K", 1),
            (0, "한e\u{301}🎭", 5),
        ] {
            assert_eq!(column_after(start, bytes.as_bytes()), column, "{bytes:?}");
        }
    }

    #[test]
    fn the_column_of_what_grows_is_the_same_and_no_byte_is_read_twice() {
        let bytes =
            [b"a\xc3\xa4\xe6\xbc\xa2\xe6\xbc \xff\xf0\x9f\x8e\xad\x1b[3", &b"1mx\x1b[2D\ty\xf0\x9f"[..]].concat();
        let mut column = Column::at(3);
        for end in 0..=bytes.len() {
            assert_eq!(column.after(&bytes[..end]), column_after(3, &bytes[..end]), "{end}");
        }
        assert_eq!(column.seen, bytes.len() - 2);
    }

    #[test]
    fn what_is_cut_within_the_end_of_a_string_is_cut_before_the_string() {
        let text = b"\x08\x1b]9;4;1;50\x1b\\x";
        for (end, whole) in [(1, 1), (2, 1), (5, 1), (11, 1), (12, 1), (13, 13), (14, 14)] {
            assert_eq!(whole_bytes(&text[..end]), whole, "{end}");
        }
    }
}
