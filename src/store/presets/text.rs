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
        // The writer takes the variant's name for an option's and marks it; the reader knows it without.
        let line = if line == "    interpreter: r#None," { "    interpreter: None," } else { line };
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_needs_no_mark_before_none() {
        let text = to_text(&Preset { interpreter: crate::model::Interpreter::None, ..Preset::new("A") });
        assert!(text.contains("\n    interpreter: None,\n"), "{text}");
    }

    #[test]
    fn a_row_stays_on_a_line_and_apostrophes_stay_themselves() {
        let mut preset = Preset::new("It's हिन्दी");
        preset.arguments.push(crate::model::Argument::new("-i", "a\nb"));
        let text = to_text(&preset);
        assert!(text.starts_with("(\n    version: 2,\n    name: \"It's हिन्दी\",\n"), "{text}");
        assert!(to_text(&Preset { notes: "One.\nTwo.".to_owned(), ..preset }).ends_with("notes: \"One.\nTwo.\",\n)\n"));
        assert!(text.contains("\n        (on: true, flag: \"-i\", value: \"a\\nb\"),\n    ],\n"), "{text}");
    }
}
