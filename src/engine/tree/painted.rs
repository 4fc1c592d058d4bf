//! Lines out of what a Windows pseudo-console paints.
//!
//! It doesn't hand on what a program writes, but paints a screen: it hides and shows the cursor around each change, sets
//! a title, skips what is blank by moving the cursor, and goes back up to a row that changed. This leaves the text, its
//! colours and links, what is said of progress, an end for each row, and for a row that is painted again the moves that lead
//! there, as a program on another system would have written them. It draws no screens: of a program that fills one, there
//! come the pieces that it writes.

use crate::engine::lines::MOST_LIVE_ROWS;
use crate::engine::styled::width;

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

/// A row of the screen, as far as it was painted.
#[derive(Clone, Copy, Debug, Default)]
struct PaintedRow {
    /// One past the last column that holds anything.
    length: usize,
    /// How many rows above it belong to the same line, which is longer than they are.
    nth: usize,
}

/// What characters have until something else is said.
#[derive(Debug, Default)]
struct Look {
    /// What makes it; nothing for none.
    bytes: Vec<u8>,
    /// It is to be told before what is written next.
    is_untold: bool,
    /// The line has some.
    is_in_line: bool,
}

impl Look {
    /// What is written next is read by itself.
    fn start_over(&mut self) {
        self.is_untold = !self.bytes.is_empty();
        self.is_in_line = false;
    }
}

/// Turns paint into lines, piece by piece as it comes.
#[derive(Debug)]
pub(super) struct Painted {
    place: Place,
    parameters: Vec<u8>,
    /// The string, as long as it is one that may be passed on.
    string: Option<Vec<u8>>,
    /// A character, as far as it came.
    character: Vec<u8>,
    /// The painter's cursor, from 0.
    row: usize,
    column: usize,
    /// Where what we wrote so far leads: a row of that line, and the column in the line. Moves are made when text follows.
    at: (usize, usize),
    columns: usize,
    /// All rows that the screen has, and the lowest of them that was reached.
    rows: Vec<PaintedRow>,
    lowest: usize,
    /// The present colours: the sequences that make them.
    style: Look,
    /// The present link: the string that makes it (OSC 8).
    link: Look,
    /// What is to be typed in answer to what was asked.
    answers: Vec<u8>,
}

/// What a terminal answers that is of the kind of a VT100 with nothing more (DA1).
const KIND: &[u8] = b"\x1b[?1;0c";

/// Longer strings are dropped: browsers take no longer addresses.
const MAX_STRING_BYTES: usize = 2048;

/// Longer than any control sequence that means something to us.
const MAX_PARAMETERS: usize = 64;

/// Colours that take more to set are those of a painter that never ends any.
const MAX_STYLE_BYTES: usize = 512;

impl Painted {
    /// Of a screen with no more rows than can be drawn over.
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        debug_assert!(rows <= MOST_LIVE_ROWS, "{rows} rows");
        Self {
            place: Place::Text,
            parameters: Vec::new(),
            string: None,
            character: Vec::new(),
            row: 0,
            column: 0,
            at: (0, 0),
            columns,
            rows: vec![PaintedRow::default(); rows],
            lowest: 0,
            style: Look::default(),
            link: Look::default(),
            answers: Vec::new(),
        }
    }

    /// What is to be typed now: the painter of a newer Windows asks what kind of terminal this is before it lets a program
    /// start, and waits three seconds for the answer.
    pub(super) fn take_answers(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.answers)
    }

    /// Appends what these bytes come to.
    pub(super) fn take(&mut self, bytes: &[u8], lines: &mut Vec<u8>) {
        for byte in bytes {
            match (self.place, *byte) {
                (Place::Text | Place::Control, 0x1b) => {
                    self.break_character(lines);
                    self.place = Place::Escape;
                }
                (Place::Text, byte) => self.text(byte, lines),
                (Place::Escape, b'[') => {
                    self.parameters.clear();
                    self.place = Place::Control;
                }
                (Place::Escape, byte @ (b']' | b'P' | b'X' | b'^' | b'_')) => {
                    self.string = (byte == b']').then(Vec::new);
                    self.place = Place::String;
                }
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
                (Place::String, 0x07) | (Place::StringEscape, b'\\') => {
                    self.place = Place::Text;
                    self.end_string(lines);
                }
                (Place::Escape | Place::StringEscape, _) => self.place = Place::Text,
                (Place::String, 0x1b) => self.place = Place::StringEscape,
                (Place::String, byte) => {
                    self.string = self.string.take().filter(|string| string.len() < MAX_STRING_BYTES);
                    self.string.iter_mut().for_each(|string| string.push(byte));
                }
            }
        }
    }

    /// What is said to the terminal of progress is passed on; a link is held until something of it is written.
    fn end_string(&mut self, lines: &mut Vec<u8>) {
        let Some(string) = self.string.take() else { return };
        if string.starts_with(b"9;4;") {
            tell_string(&string, lines);
        } else if string.starts_with(b"8;") {
            let target = string.splitn(3, |byte| *byte == b';').nth(2);
            self.link.bytes = if target.is_some_and(|target| !target.is_empty()) { string } else { Vec::new() };
            self.link.is_untold = !self.link.bytes.is_empty();
            if self.link.bytes.is_empty() {
                self.end_link(lines);
            }
        }
    }

    fn text(&mut self, byte: u8, lines: &mut Vec<u8>) {
        if !matches!(byte, 0x80..=0xbf) {
            self.break_character(lines);
        }
        match byte {
            b'\r' => self.column = 0,
            b'\n' if self.row + 1 == self.rows.len() => self.scroll(lines),
            b'\n' => self.go_to(self.row + 1, self.column, lines),
            0x08 => self.column = self.column.saturating_sub(1),
            // Other controls.
            0..=0x1f => lines.push(byte),
            b' '..=0x7f => self.put(&[byte], 1, lines),
            0x80.. => {
                self.character.push(byte);
                let is_whole =
                    std::str::from_utf8(&self.character).map_or_else(|error| error.error_len().is_some(), |_| true);
                if is_whole {
                    self.break_character(lines);
                }
            }
        }
    }

    /// A character is whole, or nothing of it follows: then it is shown as something else that is.
    fn break_character(&mut self, lines: &mut Vec<u8>) {
        if !self.character.is_empty() {
            let bytes = std::mem::take(&mut self.character);
            let columns = String::from_utf8_lossy(&bytes).chars().map(width).sum();
            self.put(&bytes, columns, lines);
        }
    }

    /// Writes a character that takes so many columns; one that takes none joins the one before.
    fn put(&mut self, character: &[u8], columns: usize, lines: &mut Vec<u8>) {
        if columns > 0 {
            if self.column + columns > self.columns {
                self.wrap(lines);
            }
            self.settle(lines);
            self.tell_style(lines);
            self.tell_link(lines);
            self.column += columns;
            self.at.1 += columns;
            let row = &mut self.rows[self.row];
            row.length = row.length.max(self.column);
        }
        lines.extend_from_slice(character);
    }

    fn control(&mut self, end: u8, lines: &mut Vec<u8>) {
        let count = self.number(0);
        match end {
            b'm' => self.set_style(),
            // What is blank is skipped so.
            b'C' => self.go_to(self.row, self.column + count, lines),
            b'D' => self.go_to(self.row, self.column.saturating_sub(count), lines),
            b'G' => self.go_to(self.row, count - 1, lines),
            b'A' => self.go_to(self.row.saturating_sub(count), self.column, lines),
            b'B' => self.go_to(self.row + count, self.column, lines),
            b'H' | b'f' => self.go_to(count - 1, self.number(1) - 1, lines),
            // Where nothing stands there is nothing to erase.
            b'K' | b'X' if self.column < self.rows[self.row].length => self.erase(end, lines),
            b'c' if matches!(self.parameters[..], [] | [b'0']) => self.answers.extend_from_slice(KIND),
            b'n' if self.parameters == b"6" => {
                let place = format!("\x1b[{};{}R", self.row + 1, self.column.min(self.columns - 1) + 1);
                self.answers.extend_from_slice(place.as_bytes());
            }
            // What hides or scrolls, and what erases the screen: lines stay.
            _ => {}
        }
    }

    fn erase(&mut self, end: u8, lines: &mut Vec<u8>) {
        self.settle(lines);
        lines.extend_from_slice(b"\x1b[");
        lines.extend_from_slice(&self.parameters);
        lines.push(end);
        // Within a line that goes on below, the rest stays.
        let is_to_the_end = end == b'K' && self.parameters.iter().all(|byte| *byte == b'0');
        if is_to_the_end {
            self.rows[self.row].length = self.column;
        }
    }

    fn set_style(&mut self) {
        let starts_over = matches!(self.parameters[..], [] | [b'0'] | [b'0', b';', ..]);
        if starts_over || self.style.bytes.len() > MAX_STYLE_BYTES {
            self.style.bytes.clear();
        }
        if !matches!(self.parameters[..], [] | [b'0']) {
            self.style.bytes.extend_from_slice(b"\x1b[");
            self.style.bytes.extend_from_slice(&self.parameters);
            self.style.bytes.push(b'm');
        }
        self.style.is_untold = true;
    }

    fn tell_style(&mut self, lines: &mut Vec<u8>) {
        if !std::mem::take(&mut self.style.is_untold) {
            return;
        }
        if self.style.is_in_line {
            lines.extend_from_slice(b"\x1b[m");
        }
        lines.extend_from_slice(&self.style.bytes);
        self.style.is_in_line = !self.style.bytes.is_empty();
    }

    fn tell_link(&mut self, lines: &mut Vec<u8>) {
        if std::mem::take(&mut self.link.is_untold) {
            tell_string(&self.link.bytes, lines);
            self.link.is_in_line = true;
        }
    }

    fn end_link(&mut self, lines: &mut Vec<u8>) {
        if std::mem::take(&mut self.link.is_in_line) {
            tell_string(b"8;;", lines);
        }
    }

    /// Whoever reads lines reads each by itself.
    fn leave_line(&mut self, lines: &mut Vec<u8>) {
        self.end_link(lines);
        if self.style.is_in_line {
            lines.extend_from_slice(b"\x1b[m");
        }
        self.style.start_over();
        self.link.start_over();
    }

    /// Places the cursor. That lines above a row that is new have ended isn't held back, nor are the blanks of a prompt.
    fn go_to(&mut self, row: usize, column: usize, lines: &mut Vec<u8>) {
        (self.row, self.column) = (row.min(self.rows.len() - 1), column.min(self.columns));
        if self.row > self.lowest {
            self.lead_to_line(self.lowest, lines);
            while self.lowest < self.row {
                self.end_line(lines);
                self.lowest += 1;
                self.rows[self.lowest] = PaintedRow::default();
            }
            self.at = (self.row, 0);
        }
        let is_same_line = self.ends_between(self.at.0, self.row) + self.ends_between(self.row, self.at.0) == 0;
        if is_same_line && self.skips_blanks(self.row, self.column) {
            self.settle(lines);
        }
    }

    /// Whether a place is behind all that its line holds, and behind what is written.
    fn skips_blanks(&self, row: usize, column: usize) -> bool {
        self.line_column(row, column) > self.at.1 && self.at.1 >= self.line_length(row)
    }

    /// The lowest row has ended, and the screen goes up.
    fn scroll(&mut self, lines: &mut Vec<u8>) {
        self.lead_to_line(self.lowest, lines);
        self.end_line(lines);
        self.shift(0);
        self.at = (self.row, 0);
    }

    fn end_line(&mut self, lines: &mut Vec<u8>) {
        self.leave_line(lines);
        lines.push(b'\n');
    }

    /// The lowest row is another now.
    fn shift(&mut self, nth: usize) {
        self.rows.rotate_left(1);
        if let Some(last) = self.rows.last_mut() {
            *last = PaintedRow { length: 0, nth };
        }
    }

    /// The line is longer than its row: it goes on in the next one, unless another stands there.
    fn wrap(&mut self, lines: &mut Vec<u8>) {
        self.column = 0;
        let nth = self.rows[self.row].nth + 1;
        if self.row + 1 == self.rows.len() {
            self.settle_at(self.row, self.columns, lines);
            self.shift(nth);
        } else {
            if self.row == self.lowest {
                self.settle_at(self.row, self.columns, lines);
                self.lowest += 1;
                self.rows[self.lowest] = PaintedRow { length: 0, nth };
            }
            self.row += 1;
        }
    }

    /// Leads what is written to where the cursor is.
    fn settle(&mut self, lines: &mut Vec<u8>) {
        self.settle_at(self.row, self.column, lines);
    }

    fn settle_at(&mut self, row: usize, column: usize, lines: &mut Vec<u8>) {
        self.lead_to_line(row, lines);
        let (from, to) = (self.at.1, self.line_column(row, column));
        let skips_blanks = self.skips_blanks(row, column);
        self.at = (row, to);
        if skips_blanks {
            lines.extend(std::iter::repeat_n(b' ', to - from));
        } else if to == 0 && from > 0 {
            lines.push(b'\r');
            self.start_over(row);
        } else if to != from {
            lines.extend_from_slice(format!("\x1b[{}G", to + 1).as_bytes());
        }
    }

    /// In the lowest line, what follows a return stands in the place of all that was there.
    fn start_over(&mut self, row: usize) {
        if self.ends_between(row, self.lowest) == 0 {
            self.rows[row].length = 0;
            self.lowest = row;
            // Its colours and links with it.
            self.style.start_over();
            self.link.start_over();
        }
    }

    /// Up or down to the line that a row belongs to.
    fn lead_to_line(&mut self, row: usize, lines: &mut Vec<u8>) {
        let (up, down) = (self.ends_between(row, self.at.0), self.ends_between(self.at.0, row));
        if up + down > 0 {
            self.leave_line(lines);
            self.at.1 = 0;
        }
        if up > 0 {
            lines.extend_from_slice(format!("\x1b[{up}F").as_bytes());
        }
        lines.extend(std::iter::repeat_n(b'\n', down));
        self.at.0 = row;
    }

    /// How many lines end between one row and one below it; none where it is above.
    fn ends_between(&self, high: usize, low: usize) -> usize {
        self.rows.get(high..=low).unwrap_or_default().iter().skip(1).filter(|row| row.nth == 0).count()
    }

    fn line_column(&self, row: usize, column: usize) -> usize {
        self.rows[row].nth * self.columns + column
    }

    /// One past the last column of the row's line that holds anything.
    fn line_length(&self, row: usize) -> usize {
        let below = (row + 1..=self.lowest).take_while(|below| self.rows[*below].nth > 0);
        let last = below.last().unwrap_or(row);
        self.rows[last].nth * self.columns + self.rows[last].length
    }

    /// A parameter, from 1, which it also is where it is left out.
    fn number(&self, index: usize) -> usize {
        let text = self.parameters.split(|byte| *byte == b';').nth(index).unwrap_or_default();
        let text = std::str::from_utf8(text).unwrap_or_default();
        text.parse().unwrap_or(1).clamp(1, 1000)
    }
}

fn tell_string(string: &[u8], lines: &mut Vec<u8>) {
    lines.extend_from_slice(b"\x1b]");
    lines.extend_from_slice(string);
    lines.push(0x07);
}

#[cfg(test)]
mod tests;
