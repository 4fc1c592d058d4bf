//! What may come after a `\r` and shows nothing by itself: the end of a colour, or the cursor that comes back. It neither
//! starts the line over nor blanks what stands there.

/// More of it at once is taken for something that is seen.
pub(super) const MOST_UNSEEN: usize = 64;

/// How many of the bytes, from the first, are sequences that show nothing: of SGR (`CSI … m`) and of modes (`CSI ? … h` and
/// `l`). One that isn't whole yet is counted, for it may become one.
pub(super) fn unseen_bytes(bytes: &[u8]) -> usize {
    let mut unseen = 0;
    while let Some(length) = unseen_sequence(&bytes[unseen..]) {
        unseen += length;
    }
    unseen
}

fn unseen_sequence(bytes: &[u8]) -> Option<usize> {
    let parameters = match bytes {
        [0x1b] => return Some(1),
        [0x1b, b'[', parameters @ ..] => parameters,
        _ => return None,
    };
    match parameters.iter().position(|byte| !matches!(byte, b'0'..=b'?')) {
        None => Some(bytes.len()),
        Some(end) => matches!(parameters[end], b'm' | b'h' | b'l').then_some(2 + end + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_modes_are_not_seen_and_all_else_is() {
        for (bytes, unseen) in [
            (&b""[..], 0),
            (b"a", 0),
            (b"\x1b[0m", 4),
            (b"\x1b[38;2;1;2;3m\x1b[?25hrest", 19),
            (b"\x1b[m\x1b[", 5),
            (b"\x1b", 1),
            (b"\x1b[K", 0),
            (b"\x1b[0m\x1b[2K", 4),
            (b"\x1b]0;title\x07", 0),
        ] {
            assert_eq!(unseen_bytes(bytes), unseen, "{}", bytes.escape_ascii());
        }
    }
}
