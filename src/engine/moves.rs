//! What a program says to a terminal to leave the row that it writes: up and down, save and restore, erase below (ECMA-48,
//! 8.3; ESC 7 and ESC 8 as DEC's terminals have them). Found among bytes, wherever these are cut.

use std::ops::Range;

use memchr::memchr_iter;

const ESCAPE: u8 = 0x1b;
/// Longer ones are none of these.
const LONGEST: usize = 16;

/// One step out of the row, or one that may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    Up {
        rows: usize,
        /// To the first column; else the column stays.
        to_start: bool,
    },
    Down {
        rows: usize,
        to_start: bool,
    },
    Save,
    Restore,
    /// All rows below; and of the row itself what follows the cursor, or all.
    EraseBelow {
        all_of_row: bool,
    },
}

/// What a look for the next move came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    None,
    Move(Range<usize>, Move),
    /// From here on the bytes may be the beginning of one.
    Cut(usize),
}

/// What a sequence that begins with ESC comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// So many bytes.
    Move(usize, Move),
    Other,
    /// It goes on.
    Cut,
}

/// The first move among the bytes; and whether something was passed that is meant for the terminal itself (OSC).
pub(super) fn find_move(bytes: &[u8]) -> (Found, bool) {
    let mut has_command = false;
    for at in memchr_iter(ESCAPE, bytes) {
        match sequence(&bytes[at..]) {
            Sequence::Move(length, step) => return (Found::Move(at..at + length, step), has_command),
            Sequence::Cut => return (Found::Cut(at), has_command),
            Sequence::Other => has_command |= bytes.get(at + 1) == Some(&b']'),
        }
    }
    (Found::None, has_command)
}

/// What these bytes begin with, of which the first is ESC.
pub(super) fn sequence(bytes: &[u8]) -> Sequence {
    let whole = |step| Sequence::Move(2, step);
    match bytes.get(1) {
        None => Sequence::Cut,
        Some(b'7') => whole(Move::Save),
        Some(b'8') => whole(Move::Restore),
        Some(b'M') => whole(Move::Up { rows: 1, to_start: false }),
        Some(b'[') => control_sequence(&bytes[2..bytes.len().min(LONGEST)], bytes.len() >= LONGEST),
        Some(_) => Sequence::Other,
    }
}

fn control_sequence(bytes: &[u8], is_all: bool) -> Sequence {
    let Some(end) = bytes.iter().position(|byte| !matches!(byte, b' '..=b'?')) else {
        return if is_all { Sequence::Other } else { Sequence::Cut };
    };
    let Ok(parameter) = std::str::from_utf8(&bytes[..end]) else { return Sequence::Other };
    if !parameter.bytes().all(|byte| byte.is_ascii_digit()) {
        return Sequence::Other;
    }
    let number = parameter.parse::<usize>().ok();
    let rows = number.unwrap_or(1).max(1);
    let step = match (bytes[end], number) {
        (b'A', _) => Move::Up { rows, to_start: false },
        (b'F', _) => Move::Up { rows, to_start: true },
        (b'B', _) => Move::Down { rows, to_start: false },
        (b'E', _) => Move::Down { rows, to_start: true },
        (b's', None) => Move::Save,
        (b'u', None) => Move::Restore,
        (b'J', None | Some(0)) => Move::EraseBelow { all_of_row: false },
        (b'J', Some(2)) => Move::EraseBelow { all_of_row: true },
        (_, _) => return Sequence::Other,
    };
    Sequence::Move(2 + end + 1, step)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_are_told_from_what_stays_in_the_row() {
        let up = |rows, to_start| Some(Move::Up { rows, to_start });
        for (text, expected) in [
            ("\u{1b}[A", up(1, false)),
            ("\u{1b}[12A", up(12, false)),
            ("\u{1b}[0F", up(1, true)),
            ("\u{1b}M", up(1, false)),
            ("\u{1b}[3B", Some(Move::Down { rows: 3, to_start: false })),
            ("\u{1b}[E", Some(Move::Down { rows: 1, to_start: true })),
            ("\u{1b}7", Some(Move::Save)),
            ("\u{1b}[s", Some(Move::Save)),
            ("\u{1b}8", Some(Move::Restore)),
            ("\u{1b}[u", Some(Move::Restore)),
            ("\u{1b}[J", Some(Move::EraseBelow { all_of_row: false })),
            ("\u{1b}[2J", Some(Move::EraseBelow { all_of_row: true })),
            ("\u{1b}[1J\u{1b}[3J", None),
            ("\u{1b}[31m\u{1b}[2K\u{1b}[5C", None),
            ("\u{1b}[1;5A\u{1b}[?1049h\u{1b}[>1u\u{1b}[2;3s", None),
            ("\u{1b}[ A\u{1b}[\nA\u{1b}]0;A", None),
            ("\u{1b}[00000000000000000A", None),
            ("\u{1b}\u{1b}[A", up(1, false)),
        ] {
            match (find_move(format!("ä{text}A").as_bytes()).0, expected) {
                (Found::Move(range, found), Some(expected)) => {
                    assert_eq!((found, range.end), (expected, 2 + text.len()), "{text:?}");
                }
                (found, expected) => assert!(found == Found::None && expected.is_none(), "{text:?}: {found:?}"),
            }
        }
        for cut in ["\u{1b}", "\u{1b}[", "\u{1b}[12"] {
            assert_eq!(find_move(format!("\u{1b}[mab{cut}").as_bytes()), (Found::Cut(5), false));
        }
    }
}
