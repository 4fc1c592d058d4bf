//! What stands between the values of a RON text: space, line breaks and comments.

/// Behind all space and comments that begin at `at`.
#[must_use]
pub fn skip_trivia(text: &str, mut at: usize) -> usize {
    loop {
        let rest = &text[at..];
        let space = rest.len() - rest.trim_start().len();
        let comment = comment_len(&rest[space..]);
        if space + comment == 0 {
            return at;
        }
        at += space + comment;
    }
}

/// How long the comment is that `text` begins with; without the line break that ends it.
#[must_use]
pub fn comment_len(text: &str) -> usize {
    if text.starts_with("//") {
        let line = text.find('\n').map_or(text, |end| &text[..end]);
        return line.strip_suffix('\r').unwrap_or(line).len();
    }
    if !text.starts_with("/*") {
        return 0;
    }
    // They nest.
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
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// Behind the comments that stand on the line of `at`; `at` itself where something else follows them on that line, for
/// then they are about that.
#[must_use]
pub fn same_line_end(text: &str, at: usize) -> usize {
    let mut end = at;
    let mut last = at;
    loop {
        let rest = &text[end..];
        let space = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let comment = comment_len(&rest[space..]);
        if comment == 0 {
            let behind = &rest[space..];
            let ends = behind.is_empty() || behind.starts_with(['\n', '\r']);
            return if ends { last } else { at };
        }
        end += space + comment;
        last = end;
        if text[at..end].contains('\n') {
            return at;
        }
    }
}

/// The comment at the top of a file, and whatever else stands there, up to the bracket that opens it; `None` if something
/// else is in it.
#[must_use]
pub fn head(text: &str) -> Option<&str> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let end = skip_trivia(text, start);
    text[end..].starts_with('(').then(|| &text[..end])
}

/// All comments of a text, in its order. What is in quotes is none.
#[must_use]
pub fn comments(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find(['"', '/', 'r', '\'']).map(|next| at + next) {
        let len = comment_len(&text[start..]);
        if len > 0 {
            found.push(&text[start..start + len]);
            at = start + len;
        } else {
            at = text.len() - after_string(&text[start..]).len();
        }
    }
    found
}

/// Where what belongs to the next item begins in what stands before it: behind the last empty line. What stands above
/// that is about more than this one.
#[must_use]
pub fn attached_start(lead: &str) -> usize {
    let mut start = 0;
    let mut at = 0;
    let mut last_break = None;
    while at < lead.len() {
        let rest = &lead[at..];
        let comment = comment_len(rest);
        if comment > 0 {
            last_break = None;
            at += comment;
            continue;
        }
        let c = rest.chars().next().unwrap_or(' ');
        if c == '\n' {
            // A break with nothing but space since the one before it: an empty line, which ends with this break.
            let here = if at > 0 && lead.as_bytes()[at - 1] == b'\r' { at - 1 } else { at };
            if last_break.is_some() {
                start = here;
            }
            last_break = Some(here);
        }
        at += c.len_utf8();
    }
    // An empty line before anything else parts nothing.
    if comments(&lead[..start]).is_empty() { 0 } else { start }
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
            assert_eq!(!comments(text).is_empty(), expected, "{text}");
        }
    }

    #[test]
    fn the_head_is_what_stands_above_the_preset() {
        assert_eq!(head("// a (b)\n/* c /* d */ ( */\n(version: 1)"), Some("// a (b)\n/* c /* d */ ( */\n"));
        assert_eq!(head("(version: 1)"), Some(""));
        assert_eq!(head("// a\nPreset(version: 1)"), None);
        assert_eq!(head("/* open ("), None);
    }
}
