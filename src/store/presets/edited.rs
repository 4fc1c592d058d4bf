//! The text of a file that is saved over: what somebody wrote, with the values that changed.

use std::path::Path;

use serde::de::DeserializeOwned;

use super::load::parse_as;
use crate::store::lossless::{head, loses_comment, newline_of, rewrite, with_newline};

/// What is to be written over a file.
pub(in crate::store) struct Edited {
    pub text: String,
    /// The file had a comment that isn't in it.
    pub comments_dropped: bool,
}

/// The text of a file that held `old` and shall say `value`, which `to_text` writes plainly.
///
/// Comments, order and spacing stay, and so do line breaks and a byte order mark. Where that can't be done the text is
/// the plain one, below what stood above the first bracket.
pub(in crate::store) fn edited<T: DeserializeOwned + PartialEq>(
    path: &Path,
    old: &[u8],
    value: &T,
    to_text: impl Fn(&T) -> String,
) -> Edited {
    let old_text = String::from_utf8_lossy(old);
    let plain = to_text(value);
    let read = |bytes: &[u8]| parse_as::<T>(path, bytes, "").ok();
    let kept = read(old).and_then(|before| rewrite(&old_text, &to_text(&before), &plain));
    // What the rewriting doesn't know of RON must never become what a file says.
    let kept = kept.filter(|text| read(text.as_bytes()).is_some_and(|read| read == *value));
    let text = kept.unwrap_or_else(|| {
        let mark = if old_text.starts_with('\u{feff}') { "\u{feff}" } else { "" };
        head(&old_text).unwrap_or(mark).to_owned() + &with_newline(&plain, newline_of(&old_text))
    });
    let comments_dropped = loses_comment(&old_text, &text);
    Edited { text, comments_dropped }
}
