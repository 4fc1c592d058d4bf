//! Texts as Python writes them.

use std::fmt::Write as _;

/// One constant, with a comment above it if there is something to say.
pub(super) fn constant(out: &mut String, comment: &str, name: &str, value: &str) {
    if !comment.is_empty() {
        let _ = writeln!(out, "# {comment}");
    }
    let _ = writeln!(out, "{name} = {value}");
}

pub(super) fn truth(it_is: bool) -> &'static str {
    if it_is { "True" } else { "False" }
}

/// A string literal of Python whose value is exactly `text`. It is ASCII alone, so no encoding on the way can change it.
#[must_use]
pub(super) fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\'' => out.push_str("\\'"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            ' '..='~' => out.push(c),
            // Writing to a string can't fail.
            _ => {
                let _ = match u32::from(c) {
                    code @ ..0x100 => write!(out, "\\x{code:02x}"),
                    code @ 0x100..0x1_0000 => write!(out, "\\u{code:04x}"),
                    code => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('\'');
    out
}

/// A tuple of these texts.
#[must_use]
pub(super) fn tuple<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let literals: Vec<_> = texts.into_iter().map(literal).collect();
    match literals.as_slice() {
        [one] => format!("({one},)"),
        several => format!("({})", several.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_is_ascii_and_on_one_line() {
        for (text, written) in [
            ("plain", "'plain'"),
            ("", "''"),
            ("it's \\ \"so\"", "'it\\'s \\\\ \"so\"'"),
            ("a\nb\r\tc", "'a\\nb\\r\\tc'"),
            ("\u{1b}\u{7f}ä", "'\\x1b\\x7f\\xe4'"),
            ("\u{2028}日", "'\\u2028\\u65e5'"),
            ("🎭", "'\\U0001f3ad'"),
            ("{x} %s", "'{x} %s'"),
        ] {
            assert_eq!(literal(text), written);
        }
    }

    #[test]
    fn a_tuple_of_one_is_a_tuple() {
        assert_eq!(tuple([]), "()");
        assert_eq!(tuple(["a"]), "('a',)");
        assert_eq!(tuple(["a", "b"]), "('a', 'b')");
    }
}
