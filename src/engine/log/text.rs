//! The log's text: a time and a stream before each line, the line's own bytes untouched. What it means to a reader is
//! `docs/logs.md`'s to say. Knows no file.

use std::io::Write;

use jiff::Timestamp;
use memchr::memchr_iter;

use crate::engine::scrollback::Stream;

/// `2026-11-23T04:12:33.123Z out ` and the like.
pub(super) const PREFIX_BYTES: usize = 29;

/// Where the stream's three signs stand.
pub(super) const STREAM_AT: usize = PREFIX_BYTES - 4;

/// An unended line that is longer goes out in pieces, so that a gigabyte without a newline costs no more.
const PIECE_BYTES: usize = 64 * 1024;

/// Where the mark stands that tells whether the line ends here.
const MARK_AT: usize = PREFIX_BYTES - 1;

/// Lays out text, of which the caller takes what is [`Layout::out`].
#[derive(Debug)]
pub(super) struct Layout {
    /// Whole records.
    pub out: Vec<u8>,
    /// Unended lines of stdout, stderr and of ours.
    open: [Vec<u8>; 3],
    prefix: [u8; PREFIX_BYTES],
    prefix_is_of: Option<i64>,
}

impl Layout {
    pub(super) fn new() -> Self {
        Self { out: Vec::new(), open: Default::default(), prefix: [b' '; PREFIX_BYTES], prefix_is_of: None }
    }

    /// Adds output as it came.
    pub(super) fn add(&mut self, stream: Stream, at: Timestamp, bytes: &[u8]) {
        self.set_prefix(stream, at);
        let (open, out) = (&mut self.open[index(stream)], &mut self.out);
        let mut start = 0;
        for end in memchr_iter(b'\n', bytes) {
            out.extend_from_slice(&self.prefix);
            if !open.is_empty() {
                out.append(open);
            }
            out.extend_from_slice(&bytes[start..=end]);
            start = end + 1;
        }
        open.extend_from_slice(&bytes[start..]);
        if open.len() >= PIECE_BYTES {
            self.end_piece(stream);
        }
    }

    /// A line of ours that stands for itself.
    pub(super) fn say(&mut self, at: Timestamp, text: &str) {
        self.add(Stream::Notice, at, text.as_bytes());
        self.add(Stream::Notice, at, b"\n");
    }

    /// Puts the unended lines out as pieces.
    pub(super) fn end_pieces(&mut self, at: Timestamp) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            if !self.open[index(stream)].is_empty() {
                self.set_prefix(stream, at);
                self.end_piece(stream);
            }
        }
    }

    fn end_piece(&mut self, stream: Stream) {
        self.prefix[MARK_AT] = b'+';
        self.out.extend_from_slice(&self.prefix);
        self.prefix[MARK_AT] = b' ';
        self.out.append(&mut self.open[index(stream)]);
        self.out.push(b'\n');
    }

    fn set_prefix(&mut self, stream: Stream, at: Timestamp) {
        if self.prefix_is_of != Some(at.as_millisecond()) {
            self.prefix_is_of = Some(at.as_millisecond());
            // A time before the year 0 or after 9999 would be longer, and is cut; no clock shows one.
            let _ = write!(&mut self.prefix[..STREAM_AT - 1], "{at:.3}");
        }
        self.prefix[STREAM_AT..MARK_AT].copy_from_slice(match stream {
            Stream::Stdout => b"out",
            Stream::Stderr => b"err",
            Stream::Notice => b"***",
        });
    }
}

fn index(stream: Stream) -> usize {
    match stream {
        Stream::Stdout => 0,
        Stream::Stderr => 1,
        Stream::Notice => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn each_line_has_its_time_and_stream() {
        let mut layout = Layout::new();
        let now = at("2026-11-23T04:12:33.1239Z");
        layout.add(Stream::Stdout, now, b"one\ntw");
        layout.add(Stream::Stderr, at("2026-11-23T04:12:34Z"), b"bad\r\n");
        layout.add(Stream::Stdout, at("2026-11-23T04:12:35.5Z"), b"o 10%\r20%\n\nlast");
        layout.say(at("2026-11-23T04:12:36Z"), "Ended: exit 0");
        layout.end_pieces(at("2026-11-23T04:12:36Z"));
        let text = String::from_utf8(layout.out).unwrap();
        assert_eq!(
            text,
            "2026-11-23T04:12:33.123Z out one\n\
             2026-11-23T04:12:34.000Z err bad\r\n\
             2026-11-23T04:12:35.500Z out two 10%\r20%\n\
             2026-11-23T04:12:35.500Z out \n\
             2026-11-23T04:12:36.000Z *** Ended: exit 0\n\
             2026-11-23T04:12:36.000Z out+last\n"
        );
    }

    #[test]
    fn an_endless_line_goes_out_in_pieces() {
        let mut layout = Layout::new();
        let now = at("2026-11-23T04:12:33Z");
        for _ in 0..3 {
            layout.add(Stream::Stdout, now, &vec![b'x'; PIECE_BYTES]);
        }
        layout.add(Stream::Stdout, now, b"end\n");
        let lines: Vec<_> =
            layout.out.split(|byte| *byte == b'\n').map(|line| (line.get(MARK_AT), line.len())).collect();
        let piece = (Some(&b'+'), PREFIX_BYTES + PIECE_BYTES);
        assert_eq!(lines, [piece, piece, piece, (Some(&b' '), PREFIX_BYTES + 3), (None, 0)]);
    }
}
