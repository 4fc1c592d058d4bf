//! A piece of a scrollback as searching wants it: whole lines one after another, without what is meant for terminals.

use memchr::memchr;

const ESCAPE: u8 = 0x1b;

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

    /// Takes escape sequences out, so that a word is found however it is coloured; `spare` is there for its memory.
    pub fn strip(&mut self, spare: &mut Self) {
        if memchr(ESCAPE, &self.bytes).is_none() {
            return;
        }
        spare.restart(self.first);
        for index in 0..self.ends.len() {
            strip_escapes(self.line(index), &mut spare.bytes);
            spare.bytes.push(b'\n');
            spare.ends.push(spare.bytes.len());
        }
        std::mem::swap(self, spare);
    }
}

/// Appends a line without its escape sequences: a control sequence (ECMA-48, 5.4) ends with @ to ~, an operating system
/// command with BEL or ESC \, any other is one character long.
pub fn strip_escapes(line: &[u8], out: &mut Vec<u8>) {
    let mut rest = line;
    while let Some(at) = memchr(ESCAPE, rest) {
        out.extend_from_slice(&rest[..at]);
        rest = match rest.get(at + 1) {
            Some(b'[') => after(&rest[at + 2..], |byte| (b'@'..=b'~').contains(&byte)),
            Some(b']') => after_command(&rest[at + 2..]),
            Some(_) => &rest[at + 2..],
            None => &[],
        };
    }
    out.extend_from_slice(rest);
}

fn after(rest: &[u8], is_end: impl Fn(u8) -> bool) -> &[u8] {
    rest.iter().position(|byte| is_end(*byte)).map_or(&[], |end| &rest[end + 1..])
}

fn after_command(rest: &[u8]) -> &[u8] {
    let Some(end) = memchr::memchr2(0x07, ESCAPE, rest) else { return &[] };
    let is_long = rest[end] == ESCAPE && rest.get(end + 1) == Some(&b'\\');
    &rest[end + if is_long { 2 } else { 1 }..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_talk_is_left_out_and_lines_keep_their_number() {
        let mut block = Block::default();
        block.restart(7);
        for line in [
            &b"plain"[..],
            b"\x1b[1;31mred\x1b[0m: rest",
            b"\x1b]8;;link\x1b\\text\x1b]8;;\x07",
            b"cut \x1b[3",
            b"\x1b",
            b"\x1b(Bend \xff",
        ] {
            block.push(line);
        }
        block.strip(&mut Block::default());
        let lines: Vec<_> = (0..block.ends.len()).map(|index| block.line(index)).collect();
        assert_eq!(lines, [&b"plain"[..], b"red: rest", b"text", b"cut ", b"", b"Bend \xff"]);
        assert_eq!(block.first, 7);
    }
}
