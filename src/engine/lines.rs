//! From pieces of a pipe to lines. Chunks are not lines: a line may span many reads, and one read may hold thousands.
//!
//! `\n` and `\r\n` end a line. A lone `\r` is a redraw: what follows replaces what stood there, as progress bars do.
//!
//! A flood comes in reads of hundreds of whole lines, so these stay together, where they were read, as one piece.

use std::borrow::Cow;

use memchr::{memchr2, memmem, memrchr};

/// The most bytes of one line that are kept; the rest of it is counted. A gigabyte without a newline costs no more.
pub const MAX_LINE_BYTES: usize = 64 * 1024;

/// What a piece of output came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece<'a> {
    pub bytes: Cow<'a, [u8]>,
    pub kind: PieceKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PieceKind {
    /// Whole lines, at least one, each with the `\n` or `\r\n` that ends it.
    Lines,
    /// A whole line; `cut_bytes` more of it were not kept.
    Line { cut_bytes: u64 },
    /// One state of a line that is redrawn; the next one replaces it.
    Redraw,
}

impl Piece<'_> {
    /// Each line of it, or its one state, without what ends it.
    pub fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let (block, one) = match self.kind {
            PieceKind::Lines => (self.bytes.as_ref(), None),
            PieceKind::Line { .. } | PieceKind::Redraw => (&[][..], Some(self.bytes.as_ref())),
        };
        let mut start = 0;
        let whole = memchr::memchr_iter(b'\n', block)
            .map(move |end| without_end(&block[std::mem::replace(&mut start, end + 1)..=end]));
        whole.chain(one)
    }
}

/// A line without the `\n` or `\r\n` that ends it.
pub fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The whole lines that `chunk` begins with, up to the first that is redrawn; and what is left.
fn whole_lines(chunk: &[u8]) -> (&[u8], &[u8]) {
    let redraw = memchr::memchr_iter(b'\r', chunk).find(|at| chunk.get(at + 1) != Some(&b'\n')).unwrap_or(chunk.len());
    chunk.split_at(memchr::memrchr(b'\n', &chunk[..redraw]).map_or(0, |at| at + 1))
}

/// Splits the bytes of one stream into lines.
#[derive(Debug, Default)]
pub struct Splitter {
    /// The line that isn't ended yet, up to [`MAX_LINE_BYTES`].
    open: Vec<u8>,
    cut_bytes: u64,
    /// A `\r` came last: a `\n` makes it a line's end, anything else starts the line over.
    at_return: bool,
}

impl Splitter {
    /// The lines and redraws that `chunk` completes, in order.
    pub fn split<'a>(&mut self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let mut rest = chunk;
        // Lines of a larger chunk might have to be cut.
        let mut may_have_whole_lines = chunk.len() <= MAX_LINE_BYTES;
        while !rest.is_empty() {
            if may_have_whole_lines && self.is_between_lines() {
                may_have_whole_lines = false;
                let (lines, after) = whole_lines(rest);
                if !lines.is_empty() {
                    pieces.push(Piece { bytes: Cow::Borrowed(lines), kind: PieceKind::Lines });
                    rest = after;
                    continue;
                }
            }
            if self.at_return {
                self.at_return = false;
                match rest {
                    [b'\n', after @ ..] => {
                        pieces.push(self.take_line());
                        rest = after;
                        continue;
                    }
                    [b'\r', after @ ..] => {
                        self.at_return = true;
                        rest = after;
                        continue;
                    }
                    _ => self.take_redraw(&mut pieces),
                }
            }
            let Some(at) = memchr2(b'\n', b'\r', rest) else {
                self.keep(rest);
                break;
            };
            let (text, end) = (&rest[..at], rest[at]);
            rest = &rest[at + 1..];
            if end == b'\r' {
                self.keep(text);
                self.at_return = true;
            } else if self.is_between_lines() && text.len() <= MAX_LINE_BYTES {
                pieces.push(Piece { bytes: Cow::Borrowed(text), kind: PieceKind::Line { cut_bytes: 0 } });
            } else {
                self.keep(text);
                pieces.push(self.take_line());
            }
        }
        pieces
    }

    /// The last line, if the stream ended without a newline.
    pub fn finish(&mut self) -> Option<Piece<'static>> {
        self.at_return = false;
        if self.open.is_empty() && self.cut_bytes == 0 { None } else { Some(self.take_line()) }
    }

    /// What stands in the line that isn't ended yet: a prompt, or the present state of a progress bar.
    #[must_use]
    pub fn open(&self) -> &[u8] {
        &self.open
    }

    fn is_between_lines(&self) -> bool {
        self.open.is_empty() && self.cut_bytes == 0 && !self.at_return
    }

    fn keep(&mut self, text: &[u8]) {
        let is_too_much = self.open.len() + text.len() > MAX_LINE_BYTES;
        let text = match last_start_over(text).filter(|_| is_too_much) {
            Some(at) => {
                self.open.clear();
                self.cut_bytes = 0;
                &text[at..]
            }
            None => text,
        };
        let room = MAX_LINE_BYTES.saturating_sub(self.open.len()).min(text.len());
        self.open.extend_from_slice(&text[..room]);
        self.cut_bytes += (text.len() - room) as u64;
    }

    fn take_line(&mut self) -> Piece<'static> {
        let bytes = Cow::Owned(std::mem::take(&mut self.open));
        Piece { bytes, kind: PieceKind::Line { cut_bytes: std::mem::take(&mut self.cut_bytes) } }
    }

    fn take_redraw(&mut self, pieces: &mut Vec<Piece<'_>>) {
        self.cut_bytes = 0;
        if !self.open.is_empty() {
            pieces.push(Piece { bytes: Cow::Owned(std::mem::take(&mut self.open)), kind: PieceKind::Redraw });
        }
    }
}

/// Where a terminal would last erase the line (`CSI 2K`) or go to its first column (`CSI 1G`, `CSI G`). Some progress
/// bars do that and never send a `\r`; in an hour theirs would be a line of megabytes, of which the latest state is
/// what counts.
fn last_start_over(text: &[u8]) -> Option<usize> {
    let _last_escape = memrchr(0x1b, text)?;
    [&b"\x1b[2K"[..], b"\x1b[1G", b"\x1b[G"].iter().filter_map(|sequence| memmem::rfind(text, sequence)).max()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All pieces of `output` as text, `~` marking redraws and `|` what was open or cut, however it is chunked.
    fn check(output: &[u8], expected: &[&str]) {
        for size in [1, 2, 3, 7, output.len().max(1)] {
            let mut splitter = Splitter::default();
            let mut found = Vec::new();
            for chunk in output.chunks(size) {
                found.extend(splitter.split(chunk).iter().flat_map(shown));
            }
            found.extend(splitter.finish().iter().flat_map(shown).map(|last| format!("{last}|")));
            assert_eq!(found, expected, "in chunks of {size}");
        }
    }

    /// Each line of a piece.
    fn shown(piece: &Piece<'_>) -> Vec<String> {
        let texts = piece.lines().map(|line| String::from_utf8_lossy(line).into_owned());
        let show = |text: String| match piece.kind {
            PieceKind::Lines | PieceKind::Line { cut_bytes: 0 } => text,
            PieceKind::Line { cut_bytes } => format!("{} bytes, {cut_bytes} cut", text.len()),
            PieceKind::Redraw => format!("~{text}"),
        };
        texts.map(show).collect()
    }

    fn show(piece: &Piece<'_>) -> String {
        shown(piece).join("\n")
    }

    #[test]
    fn newlines_end_lines() {
        check(b"a\nb\r\n\nlast", &["a", "b", "", "last|"]);
        check(b"", &[]);
        check(b"\n\n", &["", ""]);
    }

    #[test]
    fn a_return_redraws() {
        check(b"10 %\r20 %\r30 %\n", &["~10 %", "~20 %", "30 %"]);
        check(b"\r 10%\r 20%\ndone\n", &["~ 10%", " 20%", "done"]);
        check(b"50 %\r", &["50 %|"]);
        check(b"x\r\r\ny\n", &["x", "y"]);
        check(b"a\nb\n10 %\r20 %\nc\r\nd\n", &["a", "b", "~10 %", "20 %", "c", "d"]);
    }

    #[test]
    fn whole_lines_of_a_read_stay_together() {
        let mut splitter = Splitter::default();
        let flood = b"a\nb\r\nc\n\nun".to_vec();
        let pieces = splitter.split(&flood);
        assert_eq!(pieces.len(), 1, "{pieces:?}");
        assert_eq!(shown(&pieces[0]), ["a", "b", "c", ""]);
        let pieces = splitter.split(b"ended\nd\ne\n");
        assert_eq!(pieces.iter().map(show).collect::<Vec<_>>(), ["unended", "d\ne"]);
    }

    #[test]
    fn any_bytes_pass_unchanged() {
        let mut splitter = Splitter::default();
        let bytes: Vec<u8> = (0..=255).filter(|b| !b"\r\n".contains(b)).chain([b'\n']).collect();
        let pieces = splitter.split(&bytes);
        assert_eq!(pieces[0].lines().next(), Some(&bytes[..bytes.len() - 1]));
    }

    #[test]
    fn a_bar_without_returns_is_known_by_its_latest_state() {
        for sequence in ["\x1b[2K\x1b[1G", "\x1b[1G\x1b[0K", "\x1b[G\x1b[K"] {
            let mut splitter = Splitter::default();
            let states = 10 * MAX_LINE_BYTES / 20;
            for state in 0..states {
                assert!(splitter.split(format!("{sequence}step {state} of many").as_bytes()).is_empty());
                assert!(splitter.open().len() <= MAX_LINE_BYTES);
            }
            let end = format!("step {} of many", states - 1);
            assert!(splitter.open().ends_with(end.as_bytes()), "{sequence:?}");
            let whole = format!("{}\n", format!("{sequence}step of many").repeat(states));
            let pieces = Splitter::default().split(whole.as_bytes()).iter().map(show).collect::<Vec<_>>();
            assert!(pieces.len() == 1 && pieces[0].ends_with("step of many"), "{sequence:?}: {}", pieces[0].len());
        }
    }

    #[test]
    fn an_endless_line_is_cut_and_counted() {
        let long = vec![b'x'; MAX_LINE_BYTES + 10];
        let expected = format!("{MAX_LINE_BYTES} bytes, 10 cut");
        let mut splitter = Splitter::default();
        let mut pieces = Vec::new();
        for chunk in long.chunks(1000) {
            assert!(splitter.split(chunk).is_empty());
        }
        pieces.extend(splitter.split(b"\nnext\n"));
        assert_eq!(pieces.iter().flat_map(shown).collect::<Vec<_>>(), [expected.as_str(), "next"]);
        let whole: Vec<u8> = long.iter().copied().chain(*b"\n").collect();
        assert_eq!(shown(&Splitter::default().split(&whole)[0]), [expected]);
    }
}
