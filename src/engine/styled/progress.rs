//! How far a program says that it is: read out of the line that it is still drawing.

use std::ops::ControlFlow;

use memchr::memmem;

use super::plain_text;
use crate::engine::said::Progress;
use crate::engine::{Console, Stream};

/// How much of an unended line is read, from its end; a bar is at most as wide as a window.
const MOST_BYTES: usize = 2048;

impl Console {
    /// What the program says to its terminal of how it gets on; else the percentage that stands in what is being drawn, if
    /// any does: in the line which isn't ended yet, or in the topmost of several bars, which is the one of the whole where
    /// there is one.
    #[must_use]
    pub fn progress(&self) -> Option<Progress> {
        let streams = [Stream::Stderr, Stream::Stdout];
        let said = streams.into_iter().find_map(|stream| self.said(stream));
        said.or_else(|| self.drawn_percent(streams).map(Progress::at))
    }

    /// How far the program is, if that is known.
    #[must_use]
    pub fn progress_percent(&self) -> Option<u8> {
        self.progress()?.percent
    }

    fn drawn_percent(&self, streams: [Stream; 2]) -> Option<u8> {
        streams.into_iter().find_map(|stream| {
            let mut drawn = Vec::new();
            self.visit_drawn(stream, |row| {
                drawn.push((row.is_open, row.bytes[row.bytes.len().saturating_sub(MOST_BYTES)..].to_vec()));
            });
            let has_open = drawn.last().is_some_and(|(is_open, _)| *is_open);
            let mut all = drawn.iter().filter_map(|(_, bytes)| progress_percent(&String::from_utf8_lossy(bytes)));
            // Bars that are all full and have nothing below are done.
            all.find(|percent| has_open || *percent < 100)
        })
    }
}

/// What a line says: to the terminal (OSC 9;4), in percent, or as `n/m`; in this order.
#[must_use]
pub fn progress_percent(line: &str) -> Option<u8> {
    match said_to_terminal(line) {
        ControlFlow::Break(said) => return said,
        ControlFlow::Continue(()) => {}
    }
    let text = plain_text(line);
    in_percent(&text).or_else(|| in_parts(&text))
}

/// `OSC 9 ; 4 ; state ; percent`: 0 ends it, 3 is busy without an end in sight, the others have a percentage.
fn said_to_terminal(line: &str) -> ControlFlow<Option<u8>> {
    const BEGINNING: &str = "\u{1b}]9;4;";
    let Some(at) = memmem::rfind(line.as_bytes(), BEGINNING.as_bytes()) else { return ControlFlow::Continue(()) };
    let said = &line[at + BEGINNING.len()..];
    let said = &said[..said.find(['\u{7}', '\u{1b}']).unwrap_or(0)];
    let mut parts = said.split(';');
    match (parts.next(), parts.next().and_then(|percent| percent.parse::<u8>().ok())) {
        (Some("1" | "2" | "4"), Some(percent)) => ControlFlow::Break(Some(percent.min(100))),
        (Some("0" | "3"), _) => ControlFlow::Break(None),
        (_, _) => ControlFlow::Continue(()),
    }
}

/// `62%`, `62.5 %`.
fn in_percent(text: &str) -> Option<u8> {
    text.match_indices('%').find_map(|(at, _)| {
        let before = text[..at].strip_suffix(' ').unwrap_or(&text[..at]);
        let number = &before[before.len() - digits_at_end(before, |byte| byte.is_ascii_digit() || byte == b'.')..];
        let whole = number.split('.').next().unwrap_or_default();
        whole.parse::<u8>().ok().filter(|percent| *percent <= 100)
    })
}

/// `13/40`, `1.2/3.4 MB`; no date and no path.
fn in_parts(text: &str) -> Option<u8> {
    let is_number = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    let is_of_path = |byte: Option<&u8>| byte.is_some_and(|byte| *byte == b'/' || byte.is_ascii_alphabetic());
    text.match_indices('/').find_map(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let start = before.len() - digits_at_end(before, is_number);
        let end = after.bytes().take_while(|byte| is_number(*byte)).count();
        if is_of_path(before.as_bytes()[..start].last()) || after.as_bytes().get(end) == Some(&b'/') {
            return None;
        }
        let (done, all) = (before[start..].parse::<f64>().ok()?, after[..end].parse::<f64>().ok()?);
        (all > 0.0 && done <= all).then(|| percent_of(done / all))
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "of a part from 0 to 1")]
fn percent_of(part: f64) -> u8 {
    (part * 100.0) as u8
}

fn digits_at_end(text: &str, is_digit: impl Fn(u8) -> bool) -> usize {
    text.bytes().rev().take_while(|byte| is_digit(*byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_say_how_far_they_are() {
        for (line, percent) in [
            (" 62%|██████▏   | 62/100 [00:06<00:03, 9.8it/s]", Some(62)),
            ("Epoch 3/10:   7%|▋ | 1/14", Some(7)),
            ("   ━━━━╸━━━━ 12.3/49.2 MB 1.2 MB/s eta 0:00:30", Some(25)),
            ("\u{1b}[2K\u{1b}[1G\u{1b}[35m━━\u{1b}[0m \u{1b}[35m 99.6 %\u{1b}[0m", Some(99)),
            ("[##  ] 13/40 files", Some(32)),
            ("loading 0%", Some(0)),
            ("100%", Some(100)),
            ("\u{1b}]9;4;1;40\u{1b}\\building 3/4", Some(40)),
            ("\u{1b}]9;4;1;40\u{7}\u{1b}]9;4;4;250\u{7}", Some(100)),
            ("\u{1b}]9;4;3;0\u{7} 50%", None),
            ("\u{1b}]9;4;0\u{7} 50%", None),
            ("\u{1b}]9;4;1;4", None),
            ("name? ", None),
            ("at 150% of size", None),
            ("2026/11/23 written to /tmp/a/1/2 or src/3", None),
            ("9/3, 0/0, ./., 1/, /1, %, 5/x", None),
            ("frame= 1000 fps= 25 q=28.0 size= 512kB time=00:00:40.00", None),
        ] {
            assert_eq!(progress_percent(line), percent, "{line:?}");
        }
    }

    #[test]
    fn any_bytes_come_to_a_percentage_or_to_none() {
        let mut random = fastrand::Rng::with_seed(9);
        for _ in 0..20_000 {
            let characters: Vec<char> = "ä/%.19; \u{1b}]4\u{7}".chars().collect();
            let line: String = (0..random.usize(..16)).map(|_| characters[random.usize(..characters.len())]).collect();
            assert!(progress_percent(&line).is_none_or(|percent| percent <= 100), "{line:?}");
        }
    }
}
