//! Paths of files in what a program writes, by their looks alone: whether the file is there is found out when somebody
//! wants it. Rather a path too few than a date, a fraction or half an address too many.

use std::ops::Range;

/// The most of one row.
const MOST_PATHS: usize = 64;
/// No system takes much longer ones that anybody uses.
const LONGEST: usize = 1024;
/// What comes behind so many characters is not looked at; a row may be as long as a film.
const MOST_COLUMNS: usize = 16_384;
const LONGEST_EXTENSION: usize = 11;

/// Endings that begin with a digit and still are no measure (`4.0GB`).
const ENDINGS_WITH_DIGIT: [&str; 4] = ["7z", "3gp", "3ds", "3mf"];
/// An absolute path without an ending counts below these only: addresses of OSC and of web pages look the same.
const ROOTS: [&str; 16] = [
    "home",
    "Users",
    "Volumes",
    "Applications",
    "Library",
    "private",
    "tmp",
    "var",
    "usr",
    "opt",
    "etc",
    "mnt",
    "media",
    "srv",
    "run",
    "root",
];
/// Before a page's address in the log of a web server.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH"];
/// Patterns and templates have these; paths that stand without quotes hardly ever.
const FOREIGN: [char; 9] = ['*', '?', '^', '$', '\\', '%', '!', '#', '&'];

/// A path in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundPath {
    /// Where it stands.
    pub columns: Range<usize>,
    /// As it is meant, not as it is quoted: absolute, from the home folder (`~/…`), or relative.
    pub path: String,
    /// It starts from the folder of whoever wrote it.
    pub is_relative: bool,
}

/// Finds the paths in a row's characters.
#[must_use]
pub fn find_paths(columns: &[char]) -> Vec<FoundPath> {
    let columns = &columns[..columns.len().min(MOST_COLUMNS)];
    let mut found = Vec::new();
    if !columns.iter().any(|character| matches!(character, '/' | '\\' | '"')) {
        return found;
    }
    let mut at = 0;
    while at < columns.len() && found.len() < MOST_PATHS {
        if is_quote(columns[at])
            && let Some(path) = quoted(columns, at)
        {
            at = path.columns.end + 1;
            found.push(path);
        } else if ends_token(columns[at]) {
            at += 1;
        } else {
            let rest = &columns[at..];
            let end = at + rest.iter().position(|character| ends_token(*character)).unwrap_or(rest.len());
            in_token(columns, at..end, &mut found);
            at = end;
        }
    }
    found.truncate(MOST_PATHS);
    found
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`')
}

fn ends_token(character: char) -> bool {
    let is_bracket = matches!(character, '(' | ')' | '[' | ']' | '{' | '}' | '<' | '>');
    let is_separator = matches!(character, ',' | ';' | '=' | '|' | '·' | '…');
    character.is_whitespace() || character.is_control() || is_quote(character) || is_bracket || is_separator
}

/// All that is between a quote and the next of its kind, if that is a path.
fn quoted(columns: &[char], at: usize) -> Option<FoundPath> {
    let before = at.checked_sub(1).map(|before| columns[before]);
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let start = at + 1;
    let rest = &columns[start..columns.len().min(start + LONGEST + 1)];
    let end = start + rest.iter().position(|character| *character == columns[at])?;
    let text: String = columns[start..end].iter().collect();
    let is_traceback = ends_with(&columns[..at], "File ") && starts_with(&columns[end + 1..], ", line ");
    if is_traceback && !text.is_empty() && !text.starts_with('<') {
        let (path, is_relative) = understood(&text).unwrap_or_else(|| (text.clone(), true));
        return Some(FoundPath { columns: start..end, path, is_relative });
    }
    // Lines and columns behind it aren't its own.
    let own = without_place(&text);
    let (path, is_relative) = understood(own)?;
    let (is_tidy, is_foreign) = (own.trim() == own, own.contains(['*', '?', '<', '>', '|', '"']));
    (is_tidy && !is_foreign).then(|| FoundPath { columns: start..start + own.chars().count(), path, is_relative })
}

/// The text without `:line` or `:line:column` at its end.
pub(super) fn without_place(text: &str) -> &str {
    let mut text = text;
    for _ in 0..2 {
        match text.rsplit_once(':') {
            Some((path, place)) if !place.is_empty() && place.bytes().all(|byte| byte.is_ascii_digit()) => text = path,
            _ => break,
        }
    }
    text
}

/// What is between blanks, brackets and the like.
fn in_token(columns: &[char], token: Range<usize>, found: &mut Vec<FoundPath>) {
    let characters = &columns[token.clone()];
    if token.len() > LONGEST || characters.windows(3).any(|three| three == [':', '/', '/']) {
        return;
    }
    if !may_begin(columns, token.start) || !may_end(columns, token.end) {
        return;
    }
    let mut start = 0;
    while start < characters.len() && found.len() < MOST_PATHS {
        let has_drive = matches!(characters[start..], [letter, ':', '/' | '\\', ..] if letter.is_ascii_alphabetic());
        let from = start + if has_drive { 2 } else { 0 };
        let length = characters[from..].iter().position(|character| *character == ':');
        let end = length.map_or(characters.len(), |length| from + length);
        let own = without_punctuation(&characters[start..end]);
        let text: String = own.iter().collect();
        let is_after_host = start > 0 && characters[..start].contains(&'@');
        if let Some((path, is_relative)) = understood(&text).filter(|_| !is_after_host && is_bare(own, has_drive))
            && (start == 0 || !is_relative)
        {
            let columns = token.start + start..token.start + start + own.len();
            found.push(FoundPath { columns, path, is_relative });
        }
        start = end + 1;
    }
}

fn without_punctuation(characters: &[char]) -> &[char] {
    let last = characters.iter().rposition(|character| !matches!(character, '.' | '!' | '?' | '*' | '…'));
    &characters[..last.map_or(0, |last| last + 1)]
}

/// Nothing in it that only patterns and templates have.
fn is_bare(characters: &[char], has_drive: bool) -> bool {
    let has_slash = characters.contains(&'/');
    let may_have_backslash = has_drive || !has_slash || characters.starts_with(&['\\', '\\']);
    let is_foreign = |character: &char| match character {
        '\\' => !may_have_backslash,
        character => FOREIGN.contains(character),
    };
    !characters.iter().any(is_foreign)
}

/// What stands before it doesn't make it the end of something else.
fn may_begin(columns: &[char], start: usize) -> bool {
    let before = &columns[..start];
    match before.last() {
        None => true,
        Some(')' | ']' | '}' | '>') => false,
        Some('|') => before[..start - 1].last().is_none_or(|character| character.is_whitespace()),
        Some('=') => {
            let token = before[..start - 1].iter().rev().take_while(|character| !ends_token(**character));
            !token.take(LONGEST).any(|character| matches!(character, '/' | '\\' | '?' | '&'))
        }
        Some(quote) if is_quote(*quote) => !before[..start - 1].last().is_some_and(|c| c.is_alphanumeric()),
        Some(_) => !METHODS.iter().any(|method| ends_with(before, &format!("{method} "))),
    }
}

/// What stands after it doesn't make it the beginning of something else. A number in brackets is a line.
fn may_end(columns: &[char], end: usize) -> bool {
    let after = &columns[end..];
    match after {
        ['(', digit, ..] => digit.is_ascii_digit(),
        ['[' | '{' | '<' | '|' | '=' | '(', ..] => false,
        ['\'', next, ..] => !next.is_alphanumeric(),
        _ => true,
    }
}

/// The path that a text is, and whether it is a relative one.
fn understood(text: &str) -> Option<(String, bool)> {
    if text.chars().any(char::is_control) || text.contains("://") {
        return None;
    }
    let is_there = |(path, is_whole): (String, bool)| is_whole.then_some(path);
    if let Some(rest) = text.strip_prefix("~/").or_else(|| text.strip_prefix("~\\")) {
        let is_whole = rest.split(['/', '\\']).next().is_some_and(is_name);
        return is_there((text.to_owned(), is_whole)).map(|path| (path, false));
    }
    let has_drive = matches!(text.as_bytes(), [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic());
    let is_share = text.starts_with("\\\\");
    if has_drive || is_share {
        // As Python and JSON quote it, each backslash is two.
        let is_doubled = if is_share { text.starts_with("\\\\\\\\") } else { text[2..].contains("\\\\") };
        let path = if is_doubled { text.replace("\\\\", "\\") } else { text.to_owned() };
        let is_whole = if is_share { is_on_share(&path) } else { is_below(&path[3..]) };
        return is_there((path, is_whole)).map(|path| (path, false));
    }
    if let Some(rest) = text.strip_prefix('/') {
        return is_there((text.to_owned(), is_absolute(rest))).map(|path| (path, false));
    }
    is_relative(text).then(|| (text.to_owned(), true))
}

/// Names between separators; the last may be missing.
fn is_below(rest: &str) -> bool {
    let rest = rest.strip_suffix(['/', '\\']).unwrap_or(rest);
    rest.split(['/', '\\']).all(|part| is_name(part) || matches!(part, "." | ".."))
}

fn is_on_share(path: &str) -> bool {
    let rest = path.trim_start_matches('\\');
    let server = rest.split('\\').next().unwrap_or("");
    let is_server = server.len() > 1 && server.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    is_server && rest.contains('\\') && is_below(rest)
}

fn is_absolute(rest: &str) -> bool {
    let first = rest.split('/').next().unwrap_or("");
    let is_known = ROOTS.contains(&first) && rest.len() > first.len() + 1;
    !rest.contains('\\') && is_below(rest) && (is_known || has_extension(rest))
}

/// One with a separator and an ending. A name that has dots and comes first is a host's more often than a folder's.
fn is_relative(text: &str) -> bool {
    let mut parts = text.split(['/', '\\']);
    let first = parts.next().unwrap_or("");
    let is_host = first.chars().skip(1).any(|character| character == '.') && first != "..";
    // One of the two separators: both are in patterns.
    let is_mixed = text.contains('/') && text.contains('\\');
    let is_first = matches!(first, "." | "..") || (is_name(first) && !is_host);
    let has_others = parts.clone().next().is_some();
    let are_names = parts.all(|part| is_name(part) || matches!(part, "." | ".."));
    !is_mixed && is_first && has_others && are_names && has_extension(text)
}

/// What may stand between separators.
fn is_name(part: &str) -> bool {
    let may_begin =
        |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+' | '(' | '[' | '{' | '#' | '~');
    part.chars().next().is_some_and(may_begin)
        && !part.contains(':')
        && !part.trim_matches('.').is_empty()
        && !part.ends_with(' ')
}

/// `name.png`, not `1.5`, `4.0GB` or `or.Then`.
fn has_extension(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or("");
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let is_plain = extension.bytes().all(|byte| byte.is_ascii_alphanumeric()) && extension.len() <= LONGEST_EXTENSION;
    let begins = extension.starts_with(|c: char| c.is_ascii_alphabetic()) || ENDINGS_WITH_DIGIT.contains(&extension);
    let has_one_case = !(extension.bytes().any(|byte| byte.is_ascii_uppercase())
        && extension.bytes().any(|byte| byte.is_ascii_lowercase()));
    !stem.is_empty() && is_plain && begins && has_one_case
}

fn starts_with(columns: &[char], text: &str) -> bool {
    let mut columns = columns.iter();
    text.chars().all(|character| columns.next() == Some(&character))
}

fn ends_with(columns: &[char], text: &str) -> bool {
    let mut columns = columns.iter().rev();
    text.chars().rev().all(|character| columns.next() == Some(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(line: &str) -> Vec<(String, String, bool)> {
        let columns: Vec<char> = line.chars().collect();
        let of = |found: FoundPath| (columns[found.columns].iter().collect(), found.path, found.is_relative);
        find_paths(&columns).into_iter().map(of).collect()
    }

    #[test]
    fn paths_are_found_as_they_stand() {
        for (line, paths) in [
            ("saved /a/b.png", vec!["/a/b.png"]),
            ("Saved to ~/Movies/tonight/a.mov.", vec!["~/Movies/tonight/a.mov"]),
            ("/home/me/show and /tmp/x/", vec!["/home/me/show", "/tmp/x/"]),
            ("(see /a/b.png), [/c/d.exr]", vec!["/a/b.png", "/c/d.exr"]),
            ("--out=/a/b.png --in=c/d.wav", vec!["/a/b.png", "c/d.wav"]),
            (r"C:\shows\a.toe: loaded", vec![r"C:\shows\a.toe"]),
            ("C:/shows/out loaded", vec!["C:/shows/out"]),
            (r"from \\server\share\clips\a.mov", vec![r"\\server\share\clips\a.mov"]),
            ("out/clip_0001.png", vec!["out/clip_0001.png"]),
            (r"./a.py ..\b.mov ../c/d.7z", vec!["./a.py", r"..\b.mov", "../c/d.7z"]),
            ("src/a.py:12:3: error", vec!["src/a.py"]),
            ("/a/b.py:12:let x", vec!["/a/b.py"]),
            (r"C:\a\b.cpp(12): error C2065", vec![r"C:\a\b.cpp"]),
            (r"Error:C:\a\b.cpp:7", vec![r"C:\a\b.cpp"]),
            ("/usr/bin:/usr/local/bin", vec!["/usr/bin", "/usr/local/bin"]),
            ("wrote 'my clips/a b.png' and \"/x/y z.mov:12\"", vec!["my clips/a b.png", "/x/y z.mov"]),
            ("漢字 /漢/字.png 🎭", vec!["/漢/字.png"]),
            ("12 % models/sd.safetensors", vec!["models/sd.safetensors"]),
            ("/a/B.PNG", vec!["/a/B.PNG"]),
        ] {
            assert_eq!(found(line).into_iter().map(|(text, ..)| text).collect::<Vec<_>>(), paths, "{line}");
        }
    }

    #[test]
    fn tracebacks_name_files_of_any_kind() {
        let path = |text: &str, is_relative| vec![(text.to_owned(), text.to_owned(), is_relative)];
        assert_eq!(found("  File \"/x/y z.py\", line 12, in <module>"), path("/x/y z.py", false));
        assert_eq!(found("  File \"show\", line 1"), path("show", true));
        assert_eq!(found("  File \"<stdin>\", line 1"), []);
        assert_eq!(found("  File \"show\", page 1"), []);
    }

    #[test]
    fn a_path_is_meant_as_it_was_before_it_was_quoted() {
        let meant = |line| found(line).into_iter().map(|(_, path, _)| path).collect::<Vec<_>>();
        assert_eq!(meant(r"No such file: 'C:\\shows\\a b.png'"), [r"C:\shows\a b.png"]);
        assert_eq!(meant(r#"{"to": "\\\\nas\\clips\\a.mov"}"#), [r"\\nas\clips\a.mov"]);
        assert_eq!(found("a/b.png /c/d.png").into_iter().map(|(.., is)| is).collect::<Vec<_>>(), [true, false]);
    }

    #[test]
    fn what_only_looks_a_little_like_one_is_none() {
        for line in [
            "1/2/2026 and 2026/11/26",
            "13/40 13/40.5 3.5GB/4.0GB 10/40.5MB",
            "and/or, either/or.Then",
            "https://a.b/c/d.png ftp://h/x.png file:///a/b.png http://h/p?f=/a/b.png",
            "www.example.com/index.html localhost:8000/a.html git@github.com:foo/bar.git",
            "\"GET /index.html HTTP/1.1\" 200",
            r"^/a/\d+\.png$ /foo.*/ s/foo/bar.baz/g \\w\d.png \d+\.png \w+/x.y foo/*.png a|b/c.d",
            "/sidestage/job/noisy/line /layer1/clip 1",
            "/(a|b)/x.png $HOME/a.png ${dir}/a.png %TEMP%\\a.png f(x)/g.h",
            "40/100 [00:05<00:07, 8.2it/s]",
            "/ // \\ \\\\ ~ ~/ C:\\ C:/ ./ ../ . .. / / a/ /a",
            "it's/that.x's a \" b/ \" c",
            "",
        ] {
            assert_eq!(found(line), [], "{line}");
        }
    }

    #[test]
    fn anything_is_read_and_in_order() {
        let mut random = fastrand::Rng::with_seed(20_261_126);
        let words = [
            "/",
            "\\",
            "\\\\",
            "~",
            "C:",
            ":",
            "12",
            ".png",
            "a",
            "漢",
            "\"",
            "'",
            " ",
            "File \"",
            "\", line ",
            "(",
            "://",
        ];
        for _ in 0..20_000 {
            let mut bytes = Vec::new();
            for _ in 0..random.usize(..30) {
                match random.u8(..8) {
                    0 => bytes.push(random.u8(..)),
                    _ => bytes.extend_from_slice(words[random.usize(..words.len())].as_bytes()),
                }
            }
            let line = String::from_utf8_lossy(&bytes);
            let columns: Vec<char> = line.chars().collect();
            let mut end = 0;
            for path in find_paths(&columns) {
                assert!(path.columns.start >= end && path.columns.start < path.columns.end, "{line:?}");
                assert!(path.columns.end <= columns.len() && !path.path.is_empty(), "{line:?}");
                end = path.columns.end;
            }
        }
        for flood in ["/a/b.png ", "\"", "\"/", "C:\\", "a:", "/", "\\", "' '/", "a=/b="] {
            let columns: Vec<char> = flood.repeat(60_000).chars().collect();
            assert!(find_paths(&columns).len() <= MOST_PATHS);
        }
    }
}
