//! Text of programs that write none in UTF-8: on Windows those of its own, batch files and many others write what they say
//! into a pipe in the system's older encoding, its code page.
#![cfg_attr(not(windows), allow(dead_code, reason = "other systems have UTF-8 throughout"))]

use std::borrow::Cow;

/// An encoding that isn't UTF-8.
pub trait CodePage {
    /// What bytes mean in it; `None` where it doesn't know.
    fn decode(&self, bytes: &[u8]) -> Option<String>;

    /// Whether a character of two bytes can begin with this one.
    fn is_lead(&self, byte: u8) -> bool;
}

/// One stream on its way to UTF-8, piece by piece.
#[derive(Default)]
pub struct Recoder {
    /// The beginning of a character whose rest comes with the next piece, if it is one.
    cut: Vec<u8>,
    /// Something in the word that the next piece goes on with was no UTF-8.
    is_foreign: bool,
}

impl Recoder {
    pub const fn new() -> Self {
        Self { cut: Vec::new(), is_foreign: false }
    }

    /// One more piece. A word in which something is no UTF-8 is of the code page as a whole; where that doesn't know it, or
    /// where there is none because it is UTF-8 itself, the word stays as it is.
    pub fn push<'a, P: CodePage>(&mut self, bytes: &'a [u8], page: impl FnOnce() -> Option<P>) -> Cow<'a, [u8]> {
        if self.cut.is_empty() && !self.is_foreign && std::str::from_utf8(bytes).is_ok() {
            return Cow::Borrowed(bytes);
        }
        let page = page();
        let mut all = std::mem::take(&mut self.cut);
        all.extend_from_slice(bytes);
        let last_at = all.iter().rposition(|byte| ends_word(*byte)).map_or(0, |at| at + 1);
        let was_foreign = self.is_foreign;
        let last = &all[last_at..];
        self.is_foreign = last_at == 0 && was_foreign || has_error(last);
        let cut = match &page {
            Some(page) if self.is_foreign => dangling_bytes(last, page),
            Some(_) | None => begun_bytes(last),
        };
        self.cut = all.split_off(all.len() - cut);
        let (words, last) = all.split_at(last_at);
        let mut out = Vec::with_capacity(all.len());
        for (index, word) in words.split_inclusive(|byte| ends_word(*byte)).enumerate() {
            let (word, end) = word.split_at(word.len() - 1);
            recode(word, index == 0 && was_foreign || std::str::from_utf8(word).is_err(), page.as_ref(), &mut out);
            out.extend_from_slice(end);
        }
        recode(last, self.is_foreign, page.as_ref(), &mut out);
        Cow::Owned(out)
    }

    /// What was cut off and stays so.
    pub fn finish<P: CodePage>(&mut self, page: impl FnOnce() -> Option<P>) -> Vec<u8> {
        let mut out = Vec::new();
        self.is_foreign = false;
        recode(&std::mem::take(&mut self.cut), true, page().as_ref(), &mut out);
        out
    }
}

/// In no code page that a console can have is a byte below this part of a longer character.
fn ends_word(byte: u8) -> bool {
    byte < b'0'
}

/// Whether something is no UTF-8, whatever comes after it.
fn has_error(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_some())
}

/// How many bytes at the end are the beginning of a character in UTF-8.
fn begun_bytes(bytes: &[u8]) -> usize {
    let is_beginning = |end: &[u8]| {
        std::str::from_utf8(end).is_err_and(|error| error.valid_up_to() == 0 && error.error_len().is_none())
    };
    (1..=bytes.len().min(3)).find(|count| is_beginning(&bytes[bytes.len() - count..])).unwrap_or(0)
}

/// How many bytes at a word's end are the beginning of a character in its code page. A second byte can look like a first
/// one, so it is counted from the word's start.
fn dangling_bytes(word: &[u8], page: &impl CodePage) -> usize {
    let mut at = 0;
    while at < word.len() {
        at += if page.is_lead(word[at]) { 2 } else { 1 };
    }
    at - word.len()
}

fn recode(word: &[u8], is_foreign: bool, page: Option<&impl CodePage>, out: &mut Vec<u8>) {
    match page.filter(|_| is_foreign).and_then(|page| page.decode(word)) {
        Some(text) => out.extend_from_slice(text.as_bytes()),
        None => out.extend_from_slice(word),
    }
}

/// A code page of Windows.
#[cfg(windows)]
pub struct WindowsPage(u32);

/// The code page that console programs have from the start, and write into pipes.
#[cfg(windows)]
#[expect(unsafe_code, reason = "code pages have no safe interface")]
pub fn system_page() -> Option<WindowsPage> {
    // SAFETY: no pointers are passed.
    WindowsPage::of(unsafe { windows_sys::Win32::Globalization::GetOEMCP() })
}

/// And that of the console that is ours.
#[cfg(windows)]
#[expect(unsafe_code, reason = "code pages have no safe interface")]
pub fn console_page() -> Option<WindowsPage> {
    // SAFETY: no pointers are passed.
    WindowsPage::of(unsafe { windows_sys::Win32::System::Console::GetConsoleOutputCP() })
}

#[cfg(windows)]
impl WindowsPage {
    fn of(number: u32) -> Option<Self> {
        (number != windows_sys::Win32::Globalization::CP_UTF8).then_some(Self(number))
    }
}

#[cfg(windows)]
#[expect(unsafe_code, reason = "code pages have no safe interface")]
impl CodePage for WindowsPage {
    fn decode(&self, bytes: &[u8]) -> Option<String> {
        use windows_sys::Win32::Globalization::MultiByteToWideChar;
        let length = i32::try_from(bytes.len()).ok()?;
        // No code page makes more units of UTF-16 than there are bytes.
        let mut units = vec![0_u16; bytes.len()];
        // SAFETY: both places are as long as is said, and live longer than the call.
        let written = unsafe { MultiByteToWideChar(self.0, 0, bytes.as_ptr(), length, units.as_mut_ptr(), length) };
        let written = usize::try_from(written).ok().filter(|written| *written > 0)?;
        Some(String::from_utf16_lossy(&units[..written]))
    }

    fn is_lead(&self, byte: u8) -> bool {
        // SAFETY: no pointers are passed.
        unsafe { windows_sys::Win32::Globalization::IsDBCSLeadByteEx(self.0, byte) != 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What Western Europe's code page makes of bytes.
    struct Latin;

    impl CodePage for Latin {
        fn decode(&self, bytes: &[u8]) -> Option<String> {
            Some(bytes.iter().map(|byte| char::from(*byte)).collect())
        }

        fn is_lead(&self, _byte: u8) -> bool {
            false
        }
    }

    /// A code page of East Asia, as far as a test needs it.
    struct Asian {
        leads: &'static [std::ops::RangeInclusive<u8>],
        characters: &'static [(&'static [u8], char)],
    }

    const SHIFT_JIS: Asian = Asian {
        leads: &[0x81..=0x9f, 0xe0..=0xfc],
        characters: &[
            (b"\x93\xfa", '日'),
            (b"\x96\x7b", '本'),
            (b"\x95\x5c", '表'),
            (b"\x8c\xc2", '個'),
            (b"\xe2\xc4", '竺'),
            (b"\xc3", 'ﾃ'),
            (b"\xbd", 'ｽ'),
            (b"\xc4", 'ﾄ'),
        ],
    };

    const GBK: Asian = Asian {
        leads: &[0x81..=0xfe],
        characters: &[
            (b"\xc4\xe3", '你'),
            (b"\xba\xc3", '好'),
            (b"\xa3\xac", '，'),
            (b"\xca\xc0", '世'),
            (b"\xbd\xe7", '界'),
        ],
    };

    impl CodePage for &Asian {
        fn decode(&self, mut bytes: &[u8]) -> Option<String> {
            let mut text = String::new();
            while let Some(first) = bytes.first() {
                let (one, rest) = bytes.split_at(if self.is_lead(*first) { bytes.len().min(2) } else { 1 });
                let known = self.characters.iter().find(|(bytes, _)| *bytes == one).map(|(_, known)| *known);
                text.push(known.unwrap_or(if first.is_ascii() { char::from(*first) } else { '\u{fffd}' }));
                bytes = rest;
            }
            Some(text)
        }

        fn is_lead(&self, byte: u8) -> bool {
            self.leads.iter().any(|leads| leads.contains(&byte))
        }
    }

    fn recoded<P: CodePage>(pieces: &[&[u8]], page: impl Fn() -> Option<P>) -> Vec<u8> {
        let mut recoder = Recoder::new();
        let mut all: Vec<u8> = pieces.iter().flat_map(|piece| recoder.push(piece, &page).into_owned()).collect();
        all.extend(recoder.finish(&page));
        all
    }

    #[track_caller]
    fn check<P: CodePage>(pieces: &[&[u8]], page: impl Fn() -> Option<P>, text: &str) {
        assert_eq!(String::from_utf8_lossy(&recoded(pieces, page)), text, "{pieces:x?}");
    }

    /// However a text is cut, it is the same.
    #[track_caller]
    fn check_cut<P: CodePage>(whole: &[u8], page: impl Fn() -> Option<P>, text: &str) {
        for cut in 0..=whole.len() {
            check(&[&whole[..cut], &whole[cut..]], &page, text);
        }
        let bytes: Vec<_> = whole.iter().map(std::slice::from_ref).collect();
        check(&bytes, page, text);
    }

    /// The system's page is UTF-8, or this isn't Windows.
    fn none() -> Option<Latin> {
        None
    }

    #[test]
    fn what_is_utf8_stays_and_other_words_are_of_the_code_page() {
        let text = "Zürich 🎭\n".as_bytes();
        assert!(matches!(Recoder::new().push(text, || Some(Latin)), Cow::Borrowed(_)), "at no cost");
        check(&[text], || Some(Latin), "Zürich 🎭\n");
        check(&[b"caf\xe9 \xc3\xa9t\xc3\xa9\r\n"], || Some(Latin), "café été\r\n");
        assert_eq!(recoded(&[b"a\xff\xfe b"], none), b"a\xff\xfe b", "nothing is lost");
    }

    #[test]
    fn a_character_may_come_in_pieces() {
        check_cut("é🎭e\n".as_bytes(), none, "é🎭e\n");
        check_cut("é🎭e\n".as_bytes(), || Some(&GBK), "é🎭e\n");
        check_cut(b"caf\xe9s \xfcber\n", || Some(Latin), "cafés über\n");
        let broken = [b"\xff", "é🎭".as_bytes()].concat();
        check_cut(&broken, none, "\u{fffd}é🎭");
    }

    #[test]
    fn so_may_one_of_two_bytes_in_east_asia() {
        check_cut(b"ok \x93\xfa\x96{\x95\\.\n", || Some(&SHIFT_JIS), "ok 日本表.\n");
        check_cut(b"a\x8c\xc2\xe2\xc4\x93\xfa\r\n", || Some(&SHIFT_JIS), "a個竺日\r\n");
        check_cut(b"\x95\\\xc3\xbd\xc4 \x93\xfa", || Some(&SHIFT_JIS), "表ﾃｽﾄ 日");
        check_cut(b"\xc4\xe3\xba\xc3\xa3\xac\xca\xc0\xbd\xe7!\n", || Some(&GBK), "你好，世界!\n");
    }

    #[test]
    fn what_is_whole_in_east_asia_holds_nothing_up() {
        let mut recoder = Recoder::new();
        assert_eq!(
            *recoder.push(b"\x8c\xc2", || Some(&SHIFT_JIS)),
            *"個".as_bytes(),
            "though its end looks like UTF-8"
        );
        assert_eq!(*recoder.push(b"\x95", || Some(&SHIFT_JIS)), *b"");
        assert_eq!(*recoder.push(b"\n", || Some(&SHIFT_JIS)), *"\u{fffd}\n".as_bytes(), "no line's end is lost");
        assert_eq!(*recoder.push("é".as_bytes(), || Some(&SHIFT_JIS)), *"é".as_bytes(), "another word is another's");
    }

    #[test]
    fn what_only_began_like_a_character_holds_nothing_up() {
        let latin = || Some(Latin);
        let mut recoder = Recoder::new();
        assert_eq!(*recoder.push(b"ab\xf0\x9f", latin), *b"ab");
        assert_eq!(*recoder.push(b"c\n", latin), *"\u{f0}\u{9f}c\n".as_bytes(), "it is none, and is shown at once");
        assert_eq!(*recoder.push(b"\xc3", latin), *b"");
        assert_eq!(recoder.finish(latin), "Ã".as_bytes(), "and what is last is shown at the end");
        assert_eq!(recoder.finish(latin), b"");
    }
}
