//! Lines out of what a Windows pseudo-console paints.
//!
//! It doesn't hand on what a program writes, but paints a screen: it hides and shows the cursor around each change, sets
//! a title, and skips empty rows by moving the cursor. This leaves the text, its colours, and an end for each row. It
//! draws no screens: of a program that fills one, there come the pieces that it writes.

/// As far as it matters here, where in the painter's talk we are (ECMA-48, 5.3 to 5.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    #[default]
    Text,
    /// After ESC.
    Escape,
    /// In a control sequence, whose parameters are being gathered.
    Control,
    /// In a string that ends with BEL or ESC \.
    String,
    /// In such a string, after ESC.
    StringEscape,
}

/// Turns paint into lines, piece by piece as it comes.
#[derive(Debug)]
pub(super) struct Painted {
    place: Place,
    parameters: Vec<u8>,
    /// Where the cursor stands, from 0.
    row: usize,
    column: usize,
    rows: usize,
    columns: usize,
    /// No colour is on.
    is_plain: bool,
}

/// Longer than any control sequence that means something to us.
const MAX_PARAMETERS: usize = 64;

impl Painted {
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        Self { place: Place::Text, parameters: Vec::new(), row: 0, column: 0, rows, columns, is_plain: true }
    }

    /// Appends what these bytes come to.
    pub(super) fn take(&mut self, bytes: &[u8], lines: &mut Vec<u8>) {
        for byte in bytes {
            match (self.place, *byte) {
                (Place::Text | Place::Control, 0x1b) => self.place = Place::Escape,
                (Place::Text, byte) => self.text(byte, lines),
                (Place::Escape, b'[') => {
                    self.parameters.clear();
                    self.place = Place::Control;
                }
                (Place::Escape, b']' | b'P' | b'X' | b'^' | b'_') => self.place = Place::String,
                // Of a sequence that has an intermediate character, one more follows.
                (Place::Escape, b' '..=b'/') => {}
                (Place::Control, byte @ b'@'..=b'~') => {
                    self.place = Place::Text;
                    self.control(byte, lines);
                }
                (Place::Control, byte) => {
                    if self.parameters.len() < MAX_PARAMETERS {
                        self.parameters.push(byte);
                    }
                }
                (Place::Escape | Place::StringEscape, _) | (Place::String, 0x07) => self.place = Place::Text,
                (Place::String, 0x1b) => self.place = Place::StringEscape,
                (Place::String, _) => {}
            }
        }
    }

    fn text(&mut self, byte: u8, lines: &mut Vec<u8>) {
        match byte {
            b'\r' => self.column = 0,
            b'\n' => self.row = (self.row + 1).min(self.rows - 1),
            0x08 => self.column = self.column.saturating_sub(1),
            // Other controls, and what continues a character.
            0..=0x1f | 0x80..=0xbf => {}
            _ => {
                if self.column == self.columns {
                    self.row = (self.row + 1).min(self.rows - 1);
                    self.column = 0;
                }
                self.column += 1;
            }
        }
        lines.push(byte);
    }

    fn control(&mut self, end: u8, lines: &mut Vec<u8>) {
        match end {
            b'm' => {
                let is_reset = self.parameters.iter().all(|byte| *byte == b'0');
                if !(is_reset && self.is_plain) {
                    lines.extend_from_slice(b"\x1b[");
                    lines.extend_from_slice(&self.parameters);
                    lines.push(b'm');
                }
                self.is_plain = is_reset;
            }
            // Forward, which is how it skips what is blank.
            b'C' => self.forward(self.number(0), lines),
            b'H' | b'f' => {
                let (row, column) = (self.number(0) - 1, self.number(1) - 1);
                if row != self.row {
                    let ends = if row > self.row { row.min(self.rows) - self.row } else { 1 };
                    lines.extend(std::iter::repeat_n(b'\n', ends));
                    self.row = row.min(self.rows - 1);
                    self.column = 0;
                } else if column < self.column {
                    lines.push(b'\r');
                    self.column = 0;
                }
                self.forward(column - self.column, lines);
            }
            // What erases, hides, scrolls or asks.
            _ => {}
        }
    }

    fn forward(&mut self, columns: usize, lines: &mut Vec<u8>) {
        let columns = columns.min(self.columns - self.column);
        lines.extend(std::iter::repeat_n(b' ', columns));
        self.column += columns;
    }

    /// A parameter, from 1, which it also is where it is left out.
    fn number(&self, index: usize) -> usize {
        let text = self.parameters.split(|byte| *byte == b';').nth(index).unwrap_or_default();
        let text = std::str::from_utf8(text).unwrap_or_default();
        text.parse().unwrap_or(1).clamp(1, 1000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines_of(paint: &str) -> String {
        let whole = {
            let (mut painter, mut lines) = (Painted::new(50, 200), Vec::new());
            painter.take(paint.as_bytes(), &mut lines);
            lines
        };
        let (mut painter, mut lines) = (Painted::new(50, 200), Vec::new());
        for byte in paint.bytes() {
            painter.take(&[byte], &mut lines);
        }
        assert_eq!(whole, lines, "how it is cut must not matter");
        String::from_utf8(lines).unwrap()
    }

    #[test]
    fn paint_is_lines() {
        for (painted, lines) in [
            // As recorded of one console.
            (
                "\u{1b}[2J\u{1b}[m\u{1b}[H\u{1b}[?25lhello\r\n\u{1b}[?25h\u{1b}[?25lworld\r\n\u{1b}[?25h",
                "hello\r\nworld\r\n",
            ),
            // And as another begins: modes, a title, the screen from its top.
            (
                "\u{1b}[?9001h\u{1b}[?1004h\u{1b}[?25l\u{1b}[2J\u{1b}[m\u{1b}[H\u{1b}]0;C:\\a.exe\u{7}\u{1b}[?25hhi\r\n",
                "hi\r\n",
            ),
            ("\u{1b}]0;title\u{1b}\\after", "after"),
            ("\u{1b}(Bplain", "plain"),
            ("\u{1b}[32mgreen\u{1b}[m \u{1b}[m.", "\u{1b}[32mgreen\u{1b}[m ."),
            // Empty rows, and blanks within one.
            ("one\u{1b}[4;1Hfour\u{1b}[4;11Heleven", "one\n\n\nfour      eleven"),
            ("a\u{1b}[5X\u{1b}[5Cb\u{1b}[K\r\nc", "a     b\r\nc"),
            // A row that is painted again.
            ("50 %\u{1b}[1;1H75 %", "50 %\r75 %"),
            ("one\r\ntwo\u{1b}[1;1Hone again", "one\r\ntwo\none again"),
            ("ä🎭\u{1b}[1;4H|", "ä🎭 |"),
        ] {
            assert_eq!(lines_of(painted), lines, "{painted:?}");
        }
    }

    #[test]
    fn what_is_longer_than_a_row_or_a_screen_keeps_its_rows() {
        let long = "x".repeat(450);
        assert_eq!(lines_of(&format!("{long}\u{1b}[4;1Hnext")), format!("{long}\nnext"));
        let many = "line\r\n".repeat(100);
        assert_eq!(lines_of(&format!("{many}\u{1b}[50;1Hlast")), format!("{many}last"));
    }

    #[test]
    fn nonsense_is_survived() {
        for painted in
            ["\u{1b}[999999999999;0H", "\u{1b}[;;;m", "\u{1b}[99999C", "\u{1b}", "\u{1b}[", "\u{1b}[5\u{1b}[1mx"]
        {
            lines_of(painted);
        }
        let endless = format!("\u{1b}[{}", "1;".repeat(10_000));
        let mut painter = Painted::new(50, 200);
        painter.take(endless.as_bytes(), &mut Vec::new());
        assert!(painter.parameters.len() <= MAX_PARAMETERS);
    }
}
