//! How a UDP In DAT makes rows of a datagram: the three values of its Row/Callback Format. What a row says is `read`'s
//! business.

use std::ops::Range;

/// The DAT's Row/Callback Format.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Format {
    /// One row for each datagram.
    #[default]
    Message,
    /// A row ends at `\n`, at `\r` and at NUL; so `\r\n` ends one row and then an empty one.
    Line,
    /// One row for each byte.
    Byte,
}

/// How many rows a datagram is in One Per Line: one at the least, so that an empty one is seen.
#[must_use]
pub fn line_count(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr3_iter(b'\n', b'\r', 0, bytes).count() as u64;
    let has_rest = bytes.last().is_none_or(|last| !is_end(*last));
    ends + u64::from(has_rest)
}

/// Where the rows of a datagram lie in One Per Line, without what ends them.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut ends = memchr::memchr3_iter(b'\n', b'\r', 0, bytes);
    let mut start = Some(0);
    std::iter::from_fn(move || {
        let from = start?;
        if let Some(end) = ends.next() {
            start = (end + 1 < bytes.len()).then_some(end + 1);
            return Some(from..end);
        }
        start = None;
        Some(from..bytes.len())
    })
}

const fn is_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(bytes: &[u8]) -> Vec<&[u8]> {
        lines(bytes).map(|line| &bytes[line]).collect()
    }

    #[test]
    fn lines_end_as_touch_ends_them() {
        let cases: [(&[u8], &[&[u8]]); 9] = [
            (b"", &[b""]),
            (b"one", &[b"one"]),
            (b"one\n", &[b"one"]),
            (b"one\ntwo", &[b"one", b"two"]),
            (b"one\r\ntwo\n", &[b"one", b"", b"two"]),
            (b"10 %\r20 %\r", &[b"10 %", b"20 %"]),
            (b"launch\0", &[b"launch"]),
            (b"\n\n", &[b"", b""]),
            (b"a\0\0b", &[b"a", b"", b"b"]),
        ];
        for (bytes, expected) in cases {
            assert_eq!(texts(bytes), expected, "{bytes:?}");
            assert_eq!(line_count(bytes), expected.len() as u64, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn lines_are_the_datagram_without_its_ends(
            bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), Just(0), any::<u8>()], 0..300),
        ) {
            let rows = texts(&bytes);
            prop_assert_eq!(rows.len() as u64, line_count(&bytes));
            prop_assert!(!rows.is_empty() && rows.iter().all(|row| !row.iter().any(|byte| is_end(*byte))));
            let ends = bytes.iter().filter(|byte| is_end(**byte)).count();
            prop_assert_eq!(rows.iter().map(|row| row.len()).sum::<usize>() + ends, bytes.len());
            let kept: Vec<u8> = bytes.iter().copied().filter(|byte| !is_end(*byte)).collect();
            prop_assert_eq!(rows.concat(), kept);
        }
    }
}
