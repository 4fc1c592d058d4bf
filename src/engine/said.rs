//! What a program says of its progress to its terminal (OSC 9;4): that is a state of the terminal and not of a line, so it
//! holds until something else is said or the run ends. Found among the bytes of a stream, wherever these are cut.

use memchr::{memchr, memmem, memrchr};

const BEGINNING: &[u8] = b"\x1b]9;4;";
/// Longer ones are none of these.
const LONGEST: usize = 24;

/// How a program says that it gets on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub phase: Phase,
    /// From 0 to 100, where it says that.
    pub percent: Option<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Working,
    /// Without an end in sight.
    Busy,
    Paused,
    Error,
}

impl Progress {
    /// It works, and is so far.
    #[must_use]
    pub const fn at(percent: u8) -> Self {
        Self { phase: Phase::Working, percent: Some(percent) }
    }
}

/// What a program says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It isn't at work.
    Nothing,
    Progress(Progress),
    /// An error or a pause, as far as it was.
    Phase(Phase),
}

impl Said {
    /// This, where that was said before.
    pub(super) fn after(self, before: Option<Self>) -> Self {
        match (self, before) {
            (Self::Phase(phase), Some(Self::Progress(before))) => Self::Progress(Progress { phase, ..before }),
            (Self::Phase(phase), Some(Self::Nothing)) => Self::Progress(Progress { phase, percent: None }),
            (Self::Phase(_), Some(Self::Phase(_)) | None) | (Self::Nothing | Self::Progress(_), _) => self,
        }
    }
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
        for said in [across, last_said(chunk)].into_iter().flatten() {
            self.latest = Some(said.after(self.latest));
        }
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
    let (mut before, mut last) = (bytes.len(), None::<Said>);
    while let Some(at) = memmem::rfind(&bytes[..before], BEGINNING) {
        if let Some(said) = said(&bytes[at + BEGINNING.len()..]) {
            last = Some(last.map_or(said, |last| last.after(Some(said))));
            if !matches!(said, Said::Phase(_)) {
                break;
            }
        }
        before = at;
    }
    last
}

/// `state ; percent`, ended by BEL or ESC: 0 ends it, 1 is work, 2 an error, 3 busy, 4 paused; of 2 and 4 the percentage may
/// be left out.
fn said(bytes: &[u8]) -> Option<Said> {
    let bytes = &bytes[..bytes.len().min(LONGEST)];
    let end = bytes.iter().position(|byte| matches!(byte, 0x07 | 0x1b))?;
    let mut parts = std::str::from_utf8(&bytes[..end]).ok()?.split(';');
    let (state, percent) = (parts.next()?, parts.next().and_then(|percent| percent.parse::<u8>().ok()));
    let percent = percent.map(|percent| percent.min(100));
    let progress = |phase, percent| Said::Progress(Progress { phase, percent });
    let as_before = |phase| percent.map_or(Said::Phase(phase), |percent| progress(phase, Some(percent)));
    Some(match state {
        "0" => Said::Nothing,
        "1" => progress(Phase::Working, Some(percent?)),
        "2" => as_before(Phase::Error),
        "3" => progress(Phase::Busy, None),
        "4" => as_before(Phase::Paused),
        _ => return None,
    })
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
        let said = |phase, percent| Some(Said::Progress(Progress { phase, percent }));
        let at_40 = said(Phase::Working, Some(40));
        for (text, expected) in [
            ("\u{1b}]9;4;1;40\u{7}frame\n", at_40),
            ("a\u{1b}]9;4;1;40\u{1b}\\b\u{1b}]9;4;4;250\u{7}c\n", said(Phase::Paused, Some(100))),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;3\u{7}\u{1b}]0;title\u{7}", said(Phase::Busy, None)),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;2\u{7}", said(Phase::Error, Some(40))),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;4;\u{7}then\u{1b}]9;4;2\u{1b}\\x", said(Phase::Error, Some(40))),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;0\u{7}\u{1b}]9;4;4\u{7}", said(Phase::Paused, None)),
            ("\u{1b}]9;4;2\u{7}\u{1b}]9;4;4\u{7}", Some(Said::Phase(Phase::Paused))),
            ("\u{1b}]9;4;2\u{7}\u{1b}]9;4;1;40\u{7}", at_40),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;0;0\u{7}", Some(Said::Nothing)),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;7;1\u{7}\u{1b}]9;4;1;5", at_40),
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
