//! A RON file that somebody wrote, with other values in it: their comments, their order, their spacing.
//!
//! Works on texts alone: the file as it is, what it says written plainly, and what it shall say written plainly. Where
//! these differ the file's text is changed, and nowhere else. It doesn't know what the values mean, so whoever uses it
//! reads the result back and takes the plain text where it isn't what was to be saved.

mod rewrite;
mod rows;
mod tree;
mod trivia;

#[cfg(test)]
mod tests;

pub use rewrite::rewrite;
use trivia::comments;
pub use trivia::head;

/// How the text breaks its lines: as most of them are broken.
#[must_use]
pub fn newline_of(text: &str) -> &'static str {
    let with_return = text.matches("\r\n").count();
    if with_return * 2 > text.matches('\n').count() { "\r\n" } else { "\n" }
}

/// `text`, which breaks its lines by `\n` alone, with this line break.
#[must_use]
pub fn with_newline(text: &str, newline: &str) -> String {
    if newline == "\n" { text.to_owned() } else { text.replace('\n', newline) }
}

/// Whether a comment of `old` isn't in `new`.
#[must_use]
pub fn loses_comment(old: &str, new: &str) -> bool {
    let mut left = comments(new);
    comments(old).iter().any(|comment| match left.iter().position(|other| other == comment) {
        Some(at) => {
            left.swap_remove(at);
            false
        }
        None => true,
    })
}
