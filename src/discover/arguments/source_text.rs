//! A script's bytes as text, in the encoding that Python would read it in.

/// A file's text, and what to doubt of it.
pub struct SourceText {
    pub text: String,
    pub doubt: Option<String>,
}

/// What the bytes 0x80 to 0x9f are in code page 1252; the five that aren't there are as in Latin-1.
const CP1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}', '‘', '’',
    '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

pub fn decode(bytes: &[u8]) -> SourceText {
    let plain = |text: String| SourceText { text, doubt: None };
    if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        return plain(String::from_utf8_lossy(rest).into_owned());
    }
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let doubt = "The script is written in UTF-16, which Python can't read; save it as UTF-8.".to_owned();
        return SourceText { text: String::new(), doubt: Some(doubt) };
    }
    let bytes_to_chars = |of: fn(u8) -> char| plain(bytes.iter().map(|byte| of(*byte)).collect());
    let name = encoding_named_in(bytes).unwrap_or_else(|| "utf-8".to_owned());
    match name.as_str() {
        "latin-1" | "latin1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" | "l1" => bytes_to_chars(char::from),
        "cp1252" | "windows-1252" | "1252" => bytes_to_chars(|byte| match byte {
            0x80..=0x9f => CP1252[usize::from(byte - 0x80)],
            _ => char::from(byte),
        }),
        _ => {
            let is_known = name.starts_with("utf-8") || name == "utf8" || name == "ascii" || name == "us-ascii";
            let doubt = match std::str::from_utf8(bytes) {
                Ok(_) if is_known || bytes.is_ascii() => None,
                Err(_) if is_known => Some(
                    "The script isn't written in UTF-8 and names no other encoding; letters beyond ASCII are misread."
                        .to_owned(),
                ),
                _ => Some(format!("The script is written in {name}; letters of it beyond ASCII may be misread.")),
            };
            SourceText { text: String::from_utf8_lossy(bytes).into_owned(), doubt }
        }
    }
}

/// The encoding that one of the first two lines names (PEP 263): `# -*- coding: latin-1 -*-`
fn encoding_named_in(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|byte| *byte == b'\n').take(2) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_start_matches([' ', '\t', '\u{c}']).trim_end();
        let Some(comment) = line.strip_prefix('#') else {
            // The second line counts only after a comment or nothing.
            if line.is_empty() {
                continue;
            }
            return None;
        };
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        let named = comment.match_indices("coding").find_map(|(at, word)| {
            let rest = comment[at + word.len()..].strip_prefix([':', '='])?.trim_start_matches([' ', '\t']);
            let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
            (end > 0).then(|| rest[..end].to_lowercase().replace('_', "-"))
        });
        if named.is_some() {
            return named;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_in_the_encoding_that_it_names() {
        for (bytes, text, is_doubted) in [
            (&b"x = 'gr\xc3\xb6\xc3\x9fe'"[..], "x = 'größe'", false),
            (b"\xef\xbb\xbfx = 1", "x = 1", false),
            (b"# coding: latin-1\n'gr\xf6\xdfe'", "# coding: latin-1\n'größe'", false),
            (b"#!/bin/x\n# -*- coding: ISO_8859-1 -*-\n'\xf6'", "#!/bin/x\n# -*- coding: ISO_8859-1 -*-\n'ö'", false),
            (b"# vim: set fileencoding=cp1252 :\n'\x80'", "# vim: set fileencoding=cp1252 :\n'€'", false),
            (b"x = 1\n# coding: latin-1\n'\xf6'", "x = 1\n# coding: latin-1\n'\u{fffd}'", true),
            (b"# coding: koi8-r\n'\xf6'", "# coding: koi8-r\n'\u{fffd}'", true),
            (b"# coding: koi8-r\nx", "# coding: koi8-r\nx", false),
            (b"\xff\xfex\0", "", true),
        ] {
            let read = decode(bytes);
            assert_eq!((read.text.as_str(), read.doubt.is_some()), (text, is_doubted), "{:?}", read.doubt);
        }
    }
}
