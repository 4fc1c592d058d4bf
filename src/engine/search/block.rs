//! A piece of a scrollback as searching wants it: whole lines one after another, each as it is shown.

use memchr::{memchr, memchr3};

use crate::engine::styled::plain_text;

const ESCAPE: u8 = 0x1b;
const BACKSPACE: u8 = 0x08;

/// Lines that follow one another, each ended by a newline.
#[derive(Debug, Default)]
pub struct Block {
    /// The number of the first line.
    pub first: u64,
    pub bytes: Vec<u8>,
    /// Where each line ends in the bytes, its newline included.
    pub ends: Vec<usize>,
}

impl Block {
    /// Forgets what it holds; the next line is number `first`.
    pub fn restart(&mut self, first: u64) {
        self.first = first;
        self.bytes.clear();
        self.ends.clear();
    }

    /// Adds a line.
    pub fn push(&mut self, line: &[u8]) {
        self.bytes.extend_from_slice(line);
        self.bytes.push(b'\n');
        self.ends.push(self.bytes.len());
    }

    /// A line without its newline.
    #[must_use]
    pub fn line(&self, index: usize) -> &[u8] {
        &self.bytes[self.start(index)..self.ends[index] - 1]
    }

    /// Where a line begins.
    #[must_use]
    pub fn start(&self, index: usize) -> usize {
        index.checked_sub(1).map_or(0, |before| self.ends[before])
    }

    /// Puts in place of each line what is shown of it, so that a word is found however it is coloured and nothing that was
    /// drawn over is; `spare` is there for its memory.
    pub fn show(&mut self, spare: &mut Self) {
        if is_shown_as_it_is(&self.bytes) {
            return;
        }
        spare.restart(self.first);
        for index in 0..self.ends.len() {
            append_shown(self.line(index), &mut spare.bytes);
            spare.bytes.push(b'\n');
            spare.ends.push(spare.bytes.len());
        }
        std::mem::swap(self, spare);
    }
}

/// Appends what is shown of a line. One that is only coloured, as most of those with sequences are, needs no cells.
pub fn append_shown(line: &[u8], out: &mut Vec<u8>) {
    if is_shown_as_it_is(line) {
        return out.extend_from_slice(line);
    }
    let before = out.len();
    if !has_sequences(line) || !append_without_colors(line, out) {
        out.truncate(before);
        out.extend_from_slice(plain_text(&String::from_utf8_lossy(line)).as_bytes());
    }
}

/// Appends a line without what colours it (SGR: ESC [ to m, of digits and what separates them). `false` if there is
/// anything else in it for a terminal to do.
fn append_without_colors(line: &[u8], out: &mut Vec<u8>) -> bool {
    let Ok(text) = std::str::from_utf8(line) else { return false };
    let is_plain =
        |part: &str| if part.is_ascii() { !part.bytes().any(is_control) } else { !part.contains(char::is_control) };
    let mut rest = text;
    while let Some(at) = memchr(ESCAPE, rest.as_bytes()) {
        let (part, sequence) = rest.split_at(at);
        let Some(sequence) = sequence.strip_prefix("\x1b[") else { return false };
        let Some(end) = sequence.bytes().position(|byte| !matches!(byte, b'0'..=b';')) else { return false };
        if sequence.as_bytes()[end] != b'm' || !is_plain(part) {
            return false;
        }
        out.extend_from_slice(part.as_bytes());
        rest = &sequence[end + 1..];
    }
    out.extend_from_slice(rest.as_bytes());
    is_plain(rest)
}

/// Something else stands for these where there are sequences beside; spaces for a tab.
fn is_control(byte: u8) -> bool {
    byte < b' ' || byte == 0x7f
}

/// Whether nothing in these lines is shown as something else than it is.
pub fn is_shown_as_it_is(bytes: &[u8]) -> bool {
    !has_sequences(bytes) && memchr(b'\t', bytes).is_none()
}

fn has_sequences(bytes: &[u8]) -> bool {
    memchr3(ESCAPE, BACKSPACE, b'\r', bytes).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_is_searched_and_lines_keep_their_number() {
        let mut block = Block::default();
        block.restart(7);
        for (line, _) in LINES {
            block.push(line);
        }
        block.show(&mut Block::default());
        for (index, (line, shown)) in LINES.iter().enumerate() {
            let found = String::from_utf8_lossy(block.line(index));
            assert_eq!(found, String::from_utf8_lossy(shown), "{}", String::from_utf8_lossy(line));
        }
        assert_eq!((block.first, block.ends.len()), (7, LINES.len()));
    }

    const LINES: [(&[u8], &[u8]); 12] = [
        (b"plain \xff.", b"plain \xff."),
        (b"a\tb \xff\t\t.", "a       b \u{fffd}             .".as_bytes()),
        (b"\x1b[1;31mred\x1b[0m: rest", b"red: rest"),
        (b"\x1b[38:2::1:2:3mred\x1b[m", b"red"),
        (b"\x1b]8;;https://a.b\x1b\\text\x1b]8;;\x07", b"text"),
        (b"cut \x1b[3", b"cut "),
        (b"\x1b", b""),
        (b"\x1b(Bend", b"end"),
        (b"secret\r\x1b[Kshown", b"shown"),
        (b"secret\x08\x08\x08\x08\x08\x08shown!", b"shown!"),
        (b"\x1b[31ma\tb", b"a       b"),
        (b"\x1b[31m10 %\x1b[2K\x1b[1G20 %", b"20 %"),
    ];
}
