//! A job's bytes on our own streams: byte for byte, but for a terminal of Windows. That one is given text, and Rust's
//! standard library refuses there what is no UTF-8; so a word that isn't is read by the terminal's code page.

use std::io::{self, Write};

use crate::engine::Stream;

/// Writes what a job wrote to the stream of ours that has the same name.
///
/// # Errors
/// Nobody reads it any more, or it can't be written.
pub(super) fn pass_on(stream: Stream, bytes: &[u8]) -> io::Result<()> {
    match stream {
        Stream::Stdout => in_turn(0, bytes, &mut io::stdout().lock()),
        Stream::Stderr => in_turn(1, bytes, &mut io::stderr().lock()),
        Stream::Notice => Ok(()),
    }
}

#[cfg(not(windows))]
fn in_turn(_: usize, bytes: &[u8], out: &mut impl Write) -> io::Result<()> {
    out.write_all(bytes).and_then(|()| out.flush())
}

#[cfg(windows)]
fn in_turn(stream: usize, bytes: &[u8], out: &mut (impl Write + io::IsTerminal)) -> io::Result<()> {
    if !out.is_terminal() {
        return out.write_all(bytes).and_then(|()| out.flush());
    }
    // Whoever writes holds the stream's lock, so nobody comes between.
    let text = windows::texts()[stream].push(bytes, windows::by_code_page);
    out.write_all(text.as_bytes()).and_then(|()| out.flush())
}

/// Writes what waits for the rest of a character, which won't come any more.
pub(super) fn finish() {
    #[cfg(windows)]
    for stream in [Stream::Stdout, Stream::Stderr] {
        let index = usize::from(stream == Stream::Stderr);
        let text = windows::texts()[index].finish(windows::by_code_page);
        // Who doesn't read us any more has seen enough.
        let _ = pass_on(stream, text.as_bytes());
    }
}

/// A stream's bytes as text, piece by piece.
#[cfg(any(windows, test))]
struct TerminalText {
    /// The beginning of a character whose rest comes with the next piece, if it is one.
    cut: Vec<u8>,
}

#[cfg(any(windows, test))]
impl TerminalText {
    const fn new() -> Self {
        Self { cut: Vec::new() }
    }

    /// The text of one more piece. A word in which something is no UTF-8 is of another encoding as a whole, which
    /// `decode` knows; where it doesn't, each such part is a U+FFFD.
    fn push(&mut self, bytes: &[u8], decode: impl Fn(&[u8]) -> Option<String>) -> String {
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        self.cut = all.split_off(all.len() - cut_bytes(&all));
        text_of(&all, decode)
    }

    /// The text of what was cut off and stays so.
    fn finish(&mut self, decode: impl Fn(&[u8]) -> Option<String>) -> String {
        text_of(&std::mem::take(&mut self.cut), decode)
    }
}

/// How many bytes at the end are the beginning of a character in UTF-8.
#[cfg(any(windows, test))]
fn cut_bytes(bytes: &[u8]) -> usize {
    let is_beginning = |end: &[u8]| {
        std::str::from_utf8(end).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=bytes.len().min(3)).find(|count| is_beginning(&bytes[bytes.len() - count..])).unwrap_or(0)
}

#[cfg(any(windows, test))]
fn text_of(bytes: &[u8], decode: impl Fn(&[u8]) -> Option<String>) -> String {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let mut text = String::with_capacity(bytes.len());
    // In no code page that a terminal can have is a byte below this part of a longer character.
    for word in bytes.split_inclusive(|byte| *byte < b'0') {
        match std::str::from_utf8(word) {
            Ok(word) => text.push_str(word),
            Err(_) => text.push_str(&decode(word).unwrap_or_else(|| String::from_utf8_lossy(word).into_owned())),
        }
    }
    text
}

#[cfg(windows)]
mod windows {
    use std::sync::{Mutex, MutexGuard, PoisonError};

    use windows_sys::Win32::Globalization::MultiByteToWideChar;
    use windows_sys::Win32::System::Console::GetConsoleOutputCP;

    use super::TerminalText;

    /// Of stdout and of stderr.
    pub fn texts() -> MutexGuard<'static, [TerminalText; 2]> {
        static TEXTS: Mutex<[TerminalText; 2]> = Mutex::new([TerminalText::new(), TerminalText::new()]);
        TEXTS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What bytes mean in the code page that the terminal has now.
    #[expect(unsafe_code, reason = "code pages have no safe interface")]
    pub fn by_code_page(bytes: &[u8]) -> Option<String> {
        let length = i32::try_from(bytes.len()).ok()?;
        // No code page makes more units of UTF-16 than there are bytes.
        let mut units = vec![0_u16; bytes.len()];
        // SAFETY: both places are as long as is said, and live longer than the call.
        let written =
            unsafe { MultiByteToWideChar(GetConsoleOutputCP(), 0, bytes.as_ptr(), length, units.as_mut_ptr(), length) };
        let written = usize::try_from(written).ok().filter(|written| *written > 0)?;
        Some(String::from_utf16_lossy(&units[..written]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Western Europe's code page makes of bytes.
    const LATIN: fn(&[u8]) -> Option<String> = |bytes| Some(bytes.iter().map(|byte| char::from(*byte)).collect());

    fn shown(pieces: &[&[u8]], decode: fn(&[u8]) -> Option<String>) -> String {
        let mut text = TerminalText::new();
        let mut shown: String = pieces.iter().map(|piece| text.push(piece, decode)).collect();
        shown.push_str(&text.finish(decode));
        shown
    }

    #[test]
    fn what_is_utf8_stays_and_other_words_are_of_the_code_page() {
        assert_eq!(shown(&["Zürich 🎭\n".as_bytes()], LATIN), "Zürich 🎭\n");
        assert_eq!(shown(&[b"caf\xe9 \xc3\xa9t\xc3\xa9\r\n"], LATIN), "café été\r\n");
        assert_eq!(shown(&[b"a\xff\xfe b"], |_| None), "a\u{fffd}\u{fffd} b");
    }

    #[test]
    fn a_character_of_two_bytes_whose_second_is_a_letter_stays_whole() {
        fn japanese(bytes: &[u8]) -> Option<String> {
            (bytes == b"\x95\x5c.").then(|| "表.".to_owned())
        }
        assert_eq!(shown(&[b"ok \x95\x5c. ok"], japanese), "ok 表. ok");
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        let whole = "é🎭e\n".as_bytes();
        for cut in 0..=whole.len() {
            assert_eq!(shown(&[&whole[..cut], &whole[cut..]], |_| None), "é🎭e\n", "cut at {cut}");
        }
        let bytes: Vec<_> = whole.iter().map(std::slice::from_ref).collect();
        assert_eq!(shown(&bytes, |_| None), "é🎭e\n");
    }

    #[test]
    fn what_only_began_like_a_character_holds_nothing_up() {
        let mut text = TerminalText::new();
        assert_eq!(text.push(b"ab\xf0\x9f", LATIN), "ab");
        assert_eq!(text.push(b"c\n", LATIN), "\u{f0}\u{9f}c\n", "it is none, and is shown at once");
        assert_eq!(text.push(b"\xc3", LATIN), "");
        assert_eq!(text.finish(LATIN), "Ã", "and what is last is shown at the end");
        assert_eq!(text.finish(LATIN), "");
    }
}
