//! What is done to a line before it becomes a datagram: which lines are sent at all, and what of their text.

use std::borrow::Cow;

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};
use memchr::{memchr, memmem};

use super::echo::EchoText;
use super::lifecycle::pattern;

/// A preset's wishes for the text, ready to be applied to lines.
#[derive(Clone, Debug)]
pub struct TextFilter {
    text: EchoText,
    only: Option<regex::bytes::Regex>,
}

impl TextFilter {
    /// Lines pass a pattern that is none, for a launch has refused it already.
    #[must_use]
    pub fn new(text: &EchoText) -> Self {
        Self { text: text.clone(), only: pattern(&text.only).ok().flatten() }
    }

    /// Whether each state of a line that is redrawn is sent.
    #[must_use]
    pub fn takes_redraws(&self) -> bool {
        !self.text.last_redraw_only
    }

    /// Whether each datagram ends in `\n`.
    #[must_use]
    pub fn ends_lines(&self) -> bool {
        self.text.newline
    }

    /// These lines, if all of them pass as they are, so that nobody need look at each.
    #[must_use]
    pub fn unchanged<'a>(&self, lines: &'a [u8]) -> Option<&'a str> {
        let looks_at_each = self.only.is_some() || self.text.last_redraw_only;
        if looks_at_each || (self.text.strip_ansi && memchr(0x1b, lines).is_some()) {
            return None;
        }
        let text = std::str::from_utf8(lines).ok()?;
        (!self.text.ascii_only || text.is_ascii()).then_some(text)
    }

    /// What is sent of a line; `None` where it isn't. The pattern is held against what would be sent.
    #[must_use]
    pub fn apply<'a>(&self, line: &'a [u8]) -> Option<Cow<'a, str>> {
        let line = if self.text.last_redraw_only { last_state(line) } else { line };
        let mut text = if self.text.strip_ansi && memchr(0x1b, line).is_some() {
            Cow::Owned(without_sequences(line))
        } else {
            String::from_utf8_lossy(line)
        };
        if self.text.ascii_only && !text.is_ascii() {
            text = Cow::Owned(text.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect());
        }
        let passes = self.only.as_ref().is_none_or(|only| only.is_match(text.as_bytes()));
        passes.then_some(text)
    }
}

/// What follows the last erasure of the line (`CSI 2K`) or jump to its start (`CSI 1G`, `CSI G`): some progress bars
/// redraw themselves so and never send a `\r`.
fn last_state(line: &[u8]) -> &[u8] {
    let starts = [&b"\x1b[2K"[..], b"\x1b[1G", b"\x1b[G"];
    let last = starts.iter().filter_map(|sequence| memmem::rfind(line, sequence)).max();
    last.map_or(line, |at| &line[at..])
}

/// The text without escape sequences.
fn without_sequences(line: &[u8]) -> String {
    let mut text = Text(String::with_capacity(line.len()));
    let mut parser = Parser::<DefaultCharAccumulator>::default();
    for byte in line {
        parser.advance(&mut text, *byte);
    }
    text.0
}

/// Takes what a terminal would print.
struct Text(String);

impl Perform for Text {
    fn print(&mut self, character: char) {
        self.0.push(character);
    }

    fn execute(&mut self, byte: u8) {
        if byte.is_ascii() {
            self.0.push(char::from(byte));
        }
    }

    fn csi_dispatch(&mut self, _params: &Params, _intermediates: &[u8], _ignored: bool, _action: u8) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &EchoText, line: &str) -> Option<String> {
        TextFilter::new(text).apply(line.as_bytes()).map(Cow::into_owned)
    }

    #[test]
    fn colours_titles_and_links_leave_their_text() {
        for (line, text) in [
            ("plain\twith tab", "plain\twith tab"),
            ("\x1b[1;31mred\x1b[0m\tgrün 🎭", "red\tgrün 🎭"),
            ("\x1b]0;title\x07after", "after"),
            ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\!", "link!"),
            ("cut \x1b[3", "cut "),
            ("\x1b", ""),
            ("\x1b(Bset", "set"),
        ] {
            assert_eq!(check(&EchoText::default(), line).as_deref(), Some(text));
        }
        let kept = EchoText { strip_ansi: false, ..EchoText::default() };
        assert_eq!(check(&kept, "\x1b[31mred").as_deref(), Some("\x1b[31mred"));
    }

    #[test]
    fn the_last_state_of_a_redraw_is_what_follows_the_last_erasure() {
        let text = EchoText { last_redraw_only: true, ..EchoText::default() };
        assert_eq!(check(&text, "\x1b[2K\x1b[1G10 %\x1b[2K\x1b[1G20 %").as_deref(), Some("20 %"));
    }

    #[test]
    fn what_is_sent_is_what_the_pattern_sees() {
        let only = |only: &str| EchoText { only: only.to_owned(), ..EchoText::default() };
        assert_eq!(check(&only("^loss"), "\x1b[32mloss 0.1").as_deref(), Some("loss 0.1"));
        assert_eq!(check(&only("^loss"), "epoch 1"), None);
        assert!(check(&only("("), "a pattern that is none lets all pass").is_some());
    }

    #[test]
    fn only_ascii_is_left_where_that_is_wanted() {
        let text = EchoText { ascii_only: true, ..EchoText::default() };
        assert_eq!(check(&text, "grün 🎭").as_deref(), Some("gr?n ?"));
    }

    #[test]
    fn lines_that_pass_unchanged_are_known_as_a_whole() {
        let filter = TextFilter::new(&EchoText::default());
        assert_eq!(filter.unchanged("grün\nplain\n".as_bytes()), Some("grün\nplain\n"));
        assert_eq!(filter.unchanged(b"\x1b[31mred\n"), None);
        assert_eq!(filter.unchanged(b"caf\xe9\n"), None);
    }
}
