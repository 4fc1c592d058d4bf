//! Text of programs that write none in UTF-8: on Windows those of its own, batch files and many others write what they say
//! into a pipe in the system's older encoding, its code page.
#![cfg_attr(not(windows), allow(dead_code, reason = "other systems have UTF-8 throughout"))]

use std::borrow::Cow;

/// One stream on its way to UTF-8, piece by piece.
#[derive(Default)]
pub struct Recoder {
    /// The beginning of a character in UTF-8 whose rest comes with the next piece, if it is one.
    cut: Vec<u8>,
}

impl Recoder {
    pub const fn new() -> Self {
        Self { cut: Vec::new() }
    }

    /// One more piece. A word in which something is no UTF-8 is of another encoding as a whole, which `decode` knows;
    /// where it doesn't, the word stays as it is.
    pub fn push<'a>(&mut self, bytes: &'a [u8], decode: impl Fn(&[u8]) -> Option<String>) -> Cow<'a, [u8]> {
        if self.cut.is_empty() && std::str::from_utf8(bytes).is_ok() {
            return Cow::Borrowed(bytes);
        }
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        self.cut = all.split_off(all.len() - cut_bytes(&all));
        Cow::Owned(recoded(all, decode))
    }

    /// What was cut off and stays so.
    pub fn finish(&mut self, decode: impl Fn(&[u8]) -> Option<String>) -> Vec<u8> {
        recoded(std::mem::take(&mut self.cut), decode)
    }
}

/// How many bytes at the end are the beginning of a character in UTF-8.
fn cut_bytes(bytes: &[u8]) -> usize {
    let is_beginning = |end: &[u8]| {
        std::str::from_utf8(end).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=bytes.len().min(3)).find(|count| is_beginning(&bytes[bytes.len() - count..])).unwrap_or(0)
}

fn recoded(bytes: Vec<u8>, decode: impl Fn(&[u8]) -> Option<String>) -> Vec<u8> {
    if std::str::from_utf8(&bytes).is_ok() {
        return bytes;
    }
    let mut out = Vec::with_capacity(bytes.len());
    // In no code page that a console can have is a byte below this part of a longer character.
    for word in bytes.split_inclusive(|byte| *byte < b'0') {
        match Some(word).filter(|word| std::str::from_utf8(word).is_err()).and_then(&decode) {
            Some(text) => out.extend_from_slice(text.as_bytes()),
            None => out.extend_from_slice(word),
        }
    }
    out
}

/// What bytes mean in the code page that console programs have from the start, and write into pipes.
#[cfg(windows)]
pub fn by_system_page(bytes: &[u8]) -> Option<String> {
    by_page(windows_sys::Win32::Globalization::CP_OEMCP, bytes)
}

/// And in that of the console that is ours.
#[cfg(windows)]
#[expect(unsafe_code, reason = "code pages have no safe interface")]
pub fn by_console_page(bytes: &[u8]) -> Option<String> {
    // SAFETY: no pointers are passed.
    by_page(unsafe { windows_sys::Win32::System::Console::GetConsoleOutputCP() }, bytes)
}

#[cfg(windows)]
#[expect(unsafe_code, reason = "code pages have no safe interface")]
fn by_page(page: u32, bytes: &[u8]) -> Option<String> {
    use windows_sys::Win32::Globalization::MultiByteToWideChar;
    let length = i32::try_from(bytes.len()).ok()?;
    // No code page makes more units of UTF-16 than there are bytes.
    let mut units = vec![0_u16; bytes.len()];
    // SAFETY: both places are as long as is said, and live longer than the call.
    let written = unsafe { MultiByteToWideChar(page, 0, bytes.as_ptr(), length, units.as_mut_ptr(), length) };
    let written = usize::try_from(written).ok().filter(|written| *written > 0)?;
    Some(String::from_utf16_lossy(&units[..written]))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Western Europe's code page makes of bytes.
    const LATIN: fn(&[u8]) -> Option<String> = |bytes| Some(bytes.iter().map(|byte| char::from(*byte)).collect());

    fn recoded(pieces: &[&[u8]], decode: fn(&[u8]) -> Option<String>) -> Vec<u8> {
        let mut recoder = Recoder::new();
        let mut all: Vec<u8> = pieces.iter().flat_map(|piece| recoder.push(piece, decode).into_owned()).collect();
        all.extend(recoder.finish(decode));
        all
    }

    #[track_caller]
    fn check(pieces: &[&[u8]], decode: fn(&[u8]) -> Option<String>, text: &str) {
        assert_eq!(String::from_utf8_lossy(&recoded(pieces, decode)), text, "{pieces:?}");
    }

    #[test]
    fn what_is_utf8_stays_and_other_words_are_of_the_code_page() {
        let text = "Zürich 🎭\n".as_bytes();
        assert!(matches!(Recoder::new().push(text, LATIN), Cow::Borrowed(_)), "at no cost");
        check(&[text], LATIN, "Zürich 🎭\n");
        check(&[b"caf\xe9 \xc3\xa9t\xc3\xa9\r\n"], LATIN, "café été\r\n");
        assert_eq!(recoded(&[b"a\xff\xfe b"], |_| None), b"a\xff\xfe b", "nothing is lost");
    }

    #[test]
    fn a_character_of_two_bytes_whose_second_is_a_letter_stays_whole() {
        fn japanese(bytes: &[u8]) -> Option<String> {
            (bytes == b"\x95\x5c.").then(|| "表.".to_owned())
        }
        check(&[b"ok \x95\x5c. ok"], japanese, "ok 表. ok");
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        let whole = "é🎭e\n".as_bytes();
        for cut in 0..=whole.len() {
            check(&[&whole[..cut], &whole[cut..]], |_| None, "é🎭e\n");
        }
        let bytes: Vec<_> = whole.iter().map(std::slice::from_ref).collect();
        check(&bytes, |_| None, "é🎭e\n");
    }

    #[test]
    fn what_only_began_like_a_character_holds_nothing_up() {
        let mut recoder = Recoder::new();
        assert_eq!(*recoder.push(b"ab\xf0\x9f", LATIN), *b"ab");
        assert_eq!(*recoder.push(b"c\n", LATIN), *"\u{f0}\u{9f}c\n".as_bytes(), "it is none, and is shown at once");
        assert_eq!(*recoder.push(b"\xc3", LATIN), *b"");
        assert_eq!(recoder.finish(LATIN), "Ã".as_bytes(), "and what is last is shown at the end");
        assert_eq!(recoder.finish(LATIN), b"");
    }
}
