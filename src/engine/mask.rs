//! Keeps the values of a run's secrets out of what it prints: where one would stand, [`MASK`] does.
//!
//! A value may come in pieces of any size, so what could be the beginning of one is held back until what follows tells;
//! all else goes on at once. A value of several lines is masked line by line, for that is how it is printed. What a job
//! prints otherwise than as it was given (encoded, or coloured within) is not known to be a secret.
//!
//! There is one only for runs that have secrets: others don't pay for it.

use aho_corasick::{AhoCorasick, Input, MatchKind};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use crate::model::{LEAST_MASKED_BYTES, MASK};

/// What is masked in one run.
pub(super) struct Masker {
    finder: AhoCorasick,
    patterns: Vec<SecretSlice<u8>>,
}

impl Masker {
    /// For these values; `None` where there is nothing that can be masked.
    pub(super) fn of<'a>(values: impl Iterator<Item = &'a SecretString>) -> Option<Self> {
        let lines = values.flat_map(|value| value.expose_secret().lines());
        let patterns: Vec<_> = lines
            .filter(|line| line.len() >= LEAST_MASKED_BYTES)
            .map(|line| SecretSlice::from(line.as_bytes().to_vec()))
            .collect();
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(patterns.iter().map(ExposeSecret::expose_secret))
            // Only patterns of gigabytes fail here, and no keyring holds such.
            .ok()?;
        (!patterns.is_empty()).then_some(Self { finder, patterns })
    }

    /// A text of ours, as it may be shown.
    pub(super) fn whole(&self, text: &str) -> String {
        self.finder.replace_all(text, &vec![MASK; self.patterns.len()])
    }

    /// How long the longest end of these bytes is that could be the beginning of a value.
    fn open_bytes(&self, bytes: &[u8]) -> usize {
        let begins = |pattern: &SecretSlice<u8>| {
            let pattern = pattern.expose_secret();
            let most = bytes.len().min(pattern.len() - 1);
            (1..=most).rev().find(|len| pattern.starts_with(&bytes[bytes.len() - len..])).unwrap_or_default()
        };
        self.patterns.iter().map(begins).max().unwrap_or_default()
    }
}

/// One stream on its way through a [`Masker`].
#[derive(Default)]
pub(super) struct Masking {
    held: Vec<u8>,
}

impl Masking {
    /// What of the stream can be shown now that `read` has come.
    pub(super) fn pass(&mut self, masker: &Masker, read: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(read);
        let open_at = self.held.len() - masker.open_bytes(&self.held);
        self.take(masker, open_at)
    }

    /// The rest, when nothing more comes.
    pub(super) fn finish(&mut self, masker: &Masker) -> Vec<u8> {
        self.take(masker, self.held.len())
    }

    /// Lets go of all before `open_at`, and of what a value there goes on to.
    fn take(&mut self, masker: &Masker, open_at: usize) -> Vec<u8> {
        let (mut shown, mut done) = (Vec::with_capacity(open_at), 0);
        for found in masker.finder.find_iter(Input::new(&self.held)) {
            // It might be the beginning of a longer one.
            if found.start() >= open_at {
                break;
            }
            shown.extend_from_slice(&self.held[done..found.start()]);
            shown.extend_from_slice(MASK.as_bytes());
            done = found.end();
        }
        if done < open_at {
            shown.extend_from_slice(&self.held[done..open_at]);
            done = open_at;
        }
        self.held.drain(..done);
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masker(values: &[&str]) -> Masker {
        let values: Vec<_> = values.iter().map(|value| SecretString::from(*value)).collect();
        Masker::of(values.iter()).unwrap()
    }

    /// What is shown of a text that comes in pieces of each size, which must be the same for all.
    #[track_caller]
    fn check(values: &[&str], text: &[u8], expected: &str) {
        let masker = masker(values);
        for size in 1..=text.len() {
            let mut masking = Masking::default();
            let mut shown: Vec<u8> = text.chunks(size).flat_map(|piece| masking.pass(&masker, piece)).collect();
            shown.extend(masking.finish(&masker));
            assert_eq!(String::from_utf8_lossy(&shown), expected, "in pieces of {size}");
        }
    }

    #[test]
    fn a_value_is_masked_wherever_reads_cut_it() {
        check(&["hunter22"], b"key hunter22\nhunter2\rhunter22hunter22!", "key ••••\nhunter2\r••••••••!");
        check(&["aaab"], b"aaaaab aaa", "aa•••• aaa");
        check(&["abab-"], b"ababab-x", "ab••••x");
        check(&["h\u{fc}nter"], "x hünter".as_bytes(), "x ••••");
        check(&["hunter22"], b"\xffhunter22\xfe hunt", "\u{fffd}••••\u{fffd} hunt");
    }

    #[test]
    fn of_several_the_longest_counts() {
        check(&["abcd", "abcdef"], b"abcdef abcde abcd", "•••• ••••e ••••");
        check(&["cdef", "abcd"], b"abcdef", "••••ef");
    }

    #[test]
    fn a_value_of_several_lines_is_masked_line_by_line() {
        check(&["BEGIN KEY\r\nMIIE\nx\n"], b"BEGIN KEY\r\nMIIE\r\nx\r\n", "••••\r\n••••\r\nx\r\n");
    }

    #[test]
    fn only_what_could_be_one_is_held_back() {
        let masker = masker(&["hunter22"]);
        let mut masking = Masking::default();
        assert_eq!(masking.pass(&masker, b"password: "), b"password: ");
        assert_eq!(masking.pass(&masker, b"hu"), b"");
        assert_eq!(masking.pass(&masker, b"rrah\n"), b"hurrah\n");
        assert_eq!(masking.pass(&masker, b"h"), b"");
        assert_eq!(masking.finish(&masker), b"h");
    }

    #[test]
    fn what_is_too_short_is_no_pattern() {
        let short = [SecretString::from("abc"), SecretString::from("a\nb")];
        assert!(Masker::of(short.iter()).is_none());
        assert!(Masker::of(std::iter::empty()).is_none());
    }
}
