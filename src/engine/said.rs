//! What a program says of its progress to its terminal (OSC 9;4): that is a state of the terminal and not of a line, so it
//! holds until something else is said or the run ends. Found among the bytes of a stream, wherever these are cut.

use memchr::{memchr, memmem, memrchr};

const BEGINNING: &[u8] = b"\x1b]9;4;";
/// Longer ones are none of these.
const LONGEST: usize = 24;

/// How far a program says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Said {
    /// It isn't at work.
    Nothing,
    /// Without an end in sight.
    Busy,
    Percent(u8),
}

/// Reads along a stream.
#[derive(Debug, Default)]
pub(super) struct Hearing {
    /// The beginning of a sequence that was cut.
    cut: Vec<u8>,
    latest: Option<Said>,
}

impl Hearing {
    /// It waits for the rest of a sequence.
    pub(super) fn is_within(&self) -> bool {
        !self.cut.is_empty()
    }

    pub(super) fn look(&mut self, chunk: &[u8]) {
        let was_cut = self.is_within();
        let mut joined = std::mem::take(&mut self.cut);
        joined.extend_from_slice(&chunk[..chunk.len().min(LONGEST)]);
        let across = if was_cut { last_said(&joined) } else { None };
        self.latest = last_said(chunk).or(across).or(self.latest);
        let end = if chunk.len() < LONGEST { &joined } else { chunk };
        self.cut = cut_at_end(&end[end.len().saturating_sub(LONGEST)..]).to_vec();
    }

    /// What was said since this was asked last.
    pub(super) fn take(&mut self) -> Option<Said> {
        self.latest.take()
    }
}

/// What is said last among these bytes.
pub(super) fn last_said(bytes: &[u8]) -> Option<Said> {
    let mut before = bytes.len();
    while let Some(at) = memmem::rfind(&bytes[..before], BEGINNING) {
        if let Some(said) = said(&bytes[at + BEGINNING.len()..]) {
            return Some(said);
        }
        before = at;
    }
    None
}

/// `state ; percent`, ended by BEL or ESC: 0 ends it, 3 is busy, the others have a percentage.
fn said(bytes: &[u8]) -> Option<Said> {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let end = bytes.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
    let mut parts = std::str::from_utf8(&bytes[..end]).ok()?.split(';');
    match (parts.next()?, parts.next().and_then(|percent| percent.parse::<u8>().ok())) {
        ("1" | "2" | "4", Some(percent)) => Some(Said::Percent(percent.min(100))),
        ("3", _) => Some(Said::Busy),
        ("0", _) => Some(Said::Nothing),
        (_, _) => None,
    }
}

fn cut_at_end(bytes: &[u8]) -> &[u8] {
    let Some(at) = memrchr(0x1b, bytes) else { return &[] };
    let begun = &bytes[at..];
    let is_within = begun.starts_with(BEGINNING) && memchr(0x07, begun).is_none();
    if is_within || BEGINNING.starts_with(begun) { begun } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_last_holds_however_it_is_cut() {
        for (text, expected) in [
            ("\u{1b}]9;4;1;40\u{7}frame\n", Some(Said::Percent(40))),
            ("a\u{1b}]9;4;1;40\u{1b}\\b\u{1b}]9;4;4;250\u{7}c\n", Some(Said::Percent(100))),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;3\u{7}\u{1b}]0;title\u{7}", Some(Said::Busy)),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;0;0\u{7}", Some(Said::Nothing)),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;7;1\u{7}\u{1b}]9;4;1;5", Some(Said::Percent(40))),
            ("\u{1b}]9;4;1;x\u{7} \u{1b}]9;5;1;40\u{7} 9;4;1;40", None),
        ] {
            for size in 1..=text.len() {
                let mut hearing = Hearing::default();
                text.as_bytes().chunks(size).for_each(|chunk| hearing.look(chunk));
                assert_eq!(hearing.take(), expected, "{text:?} in reads of {size}");
                assert!(hearing.cut.len() <= LONGEST);
            }
        }
    }
}
