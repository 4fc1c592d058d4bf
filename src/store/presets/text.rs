//! A preset as the text of its file: made to be read, edited by hand and compared line by line.

use ron::ser::PrettyConfig;

use crate::model::Preset;

/// How deep lines are broken: a field per line, a row of arguments per line, and nothing within a row.
const DEPTH: usize = 2;

/// The text of a preset's file. The same preset gives the same text, and reading it gives the same preset.
#[must_use]
pub fn to_text(preset: &Preset) -> String {
    let config = PrettyConfig::new().depth_limit(DEPTH).new_line("\n");
    // Only a type that RON can't express fails here, and a preset holds none.
    let text = ron::ser::to_string_pretty(preset, config).unwrap_or_default();
    let mut written = String::with_capacity(text.len() + 1);
    // Every line break within a string is still an escape, so a line is a field, a row or a bracket.
    for line in text.lines() {
        // Notes are prose. Elsewhere a line break is part of an argument, and an escape can't be mistaken.
        let is_prose = line.starts_with("    notes: ") && !line.contains("\\r");
        written.push_str(&readable(line, is_prose));
        written.push('\n');
    }
    written
}

/// Undoes escapes that nobody needs: RON's writer escapes `'` and every combining mark, and with them whole scripts.
///
/// With `is_prose` line breaks become real ones too.
pub(in crate::store) fn readable(text: &str, is_prose: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    // A backslash occurs in strings only.
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let escape = &rest[at..];
        let len = match escape.as_bytes().get(1) {
            Some(b'u') => escape.find('}').map_or(escape.len(), |end| end + 1),
            _ => escape.len().min(2),
        };
        match plain(&escape[..len], out.chars().next_back()) {
            None if is_prose && escape.starts_with("\\n") => out.push('\n'),
            Some(c) => out.push(c),
            None => out.push_str(&escape[..len]),
        }
        rest = &escape[len..];
    }
    out.push_str(rest);
    out
}

/// The character that an escape stands for, where it is as good unescaped.
fn plain(escape: &str, before: Option<char>) -> Option<char> {
    if escape == "\\'" {
        return Some('\'');
    }
    let code = escape.strip_prefix("\\u{")?.strip_suffix('}')?;
    let c = char::from_u32(u32::from_str_radix(code, 16).ok()?)?;
    // A mark needs a letter to stand on; what the standard library escapes even then can't be seen.
    let on_a_letter: String = ['a', c].iter().collect();
    (before? != '"' && on_a_letter.escape_debug().eq(on_a_letter.chars())).then_some(c)
}

/// The comment at the top of a file, up to the bracket that opens the preset; `None` if something else is in it.
pub(in crate::store) fn head(text: &str) -> Option<&str> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let end = text.len() - skip_comments(text).len();
    text[end..].starts_with('(').then(|| &text[..end])
}

/// Whether the text holds a comment; `//` within quotes is none.
pub(in crate::store) fn has_comment(text: &str) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/', 'r', '\'']) {
        rest = &rest[at..];
        if rest.starts_with("//") || rest.starts_with("/*") {
            return true;
        }
        rest = after_string(rest);
    }
    false
}

fn skip_comments(mut text: &str) -> &str {
    loop {
        text = text.trim_start();
        if text.starts_with("//") {
            text = text.find('\n').map_or("", |end| &text[end..]);
        } else if text.starts_with("/*") {
            text = after_block(text);
        } else {
            return text;
        }
    }
}

/// Block comments nest in RON.
fn after_block(text: &str) -> &str {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return &text[at..];
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    ""
}

/// What follows the string that `text` begins with, or its first character if it begins with none.
fn after_string(text: &str) -> &str {
    if let Some(raw) = text.strip_prefix('r') {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if let Some(body) = raw[hashes..].strip_prefix('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            return body.find(&end).map_or("", |at| &body[at + end.len()..]);
        }
    } else if let Some(body) = text.strip_prefix('"') {
        let mut is_escaped = false;
        let end = body.find(|c| {
            let is_end = c == '"' && !is_escaped;
            is_escaped = c == '\\' && !is_escaped;
            is_end
        });
        return end.map_or("", |at| &body[at + 1..]);
    }
    let mut rest = text.chars();
    rest.next();
    rest.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_told_from_what_only_looks_like_one() {
        for (text, expected) in [
            ("(a: 1) // yes", true),
            ("/* yes */ ()", true),
            ("(a: \"http://no\", b: \"/* no */\")", false),
            ("(a: \"quote \\\" // no\")", false),
            ("(a: \"ends in \\\\\") // yes", true),
            ("(a: r#\"no // \" // no\"#)", false),
            ("(a: r#\"no\"#, /* yes */)", true),
            ("(a: 1 / 2)", false),
        ] {
            assert_eq!(has_comment(text), expected, "{text}");
        }
    }

    #[test]
    fn the_head_is_what_stands_above_the_preset() {
        assert_eq!(head("// a (b)\n/* c /* d */ ( */\n(version: 1)"), Some("// a (b)\n/* c /* d */ ( */\n"));
        assert_eq!(head("(version: 1)"), Some(""));
        assert_eq!(head("// a\nPreset(version: 1)"), None);
        assert_eq!(head("/* open ("), None);
    }

    #[test]
    fn a_row_stays_on_a_line_and_apostrophes_stay_themselves() {
        let mut preset = Preset::new("It's हिन्दी");
        preset.arguments.push(crate::model::Argument { on: true, flag: "-i".to_owned(), value: "a\nb".to_owned() });
        let text = to_text(&preset);
        assert!(text.starts_with("(\n    version: 1,\n    name: \"It's हिन्दी\",\n"), "{text}");
        assert!(to_text(&Preset { notes: "One.\nTwo.".to_owned(), ..preset }).ends_with("notes: \"One.\nTwo.\",\n)\n"));
        assert!(text.contains("\n        (on: true, flag: \"-i\", value: \"a\\nb\"),\n    ],\n"), "{text}");
    }
}
