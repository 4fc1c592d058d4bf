//! The RON reader's complaints in the words of a preset: what is wrong, what stands there, what is allowed.
//!
//! Knows how a preset's file looks to a person. Leaves the reading to `load`.

use ron::Error;
use ron::error::{Position, SpannedError};

use super::find::closest;

pub const NO_UTF8: &str =
    "this byte is no UTF-8 text; save the file as UTF-8 (in the editor's “Save as”, under “Encoding”)";
pub const EMPTY: &str = "the file is empty; a preset begins with “(” and ends with “)”";

const PRESET: &str = "a preset stands in round brackets: “(version: 2, name: \"…\", …)”";
const INTERPRETER: &str = "write Name(\"python\"), Path(\"../venv\") or None";

const OCCASION: &str =
    "write At(on: true, time: \"20:00\", days: [Fri, Sat]) or Changed(on: true, path: \"…\", files: \"*.mov\")";
const SECRET: &str = "write Keyring(\"its name\") or Environment(\"VARIABLE\")";
const SECRET_BY: &str = "write Variable(\"API_KEY\"), Input or Argument";

/// The place of a complaint as a byte offset into `text`, and its words.
pub fn explain(text: &str, error: &SpannedError) -> (usize, String) {
    let start = offset_of(text, error.span.start);
    let end = offset_of(text, error.span.end);
    match &error.code {
        Error::NoSuchStructField { expected, found, .. } => (start, unknown_field(found, expected)),
        Error::DuplicateStructField { field, .. } => {
            (start, format!("the field “{field}” stands here for a second time; keep one of them"))
        }
        Error::MissingStructField { field, .. } => {
            (end, format!("the field “{field}” is missing; write {} before this bracket", example(field)))
        }
        Error::NoSuchEnumVariant { found, expected, outer } => {
            let allowed = match outer.as_deref() {
                Some("Interpreter") => INTERPRETER.to_owned(),
                Some("Occasion") => OCCASION.to_owned(),
                Some("Secret") => SECRET.to_owned(),
                Some("SecretBy") => SECRET_BY.to_owned(),
                _ => format!("write {}", expected.join(" or ")),
            };
            (start, format!("“{found}” is not known here; {allowed}"))
        }
        Error::InvalidEscape(_) => {
            let at = text[..end].rfind('\\').unwrap_or(start);
            (at, "a backslash in quotes begins an escape; write \\\\ for a backslash, or / in paths".to_owned())
        }
        Error::UnclosedBlockComment => {
            let at = text[..start].rfind("/*").unwrap_or(start);
            (at, "a comment that begins with /* is never closed with */".to_owned())
        }
        Error::Message(what) => (start, what.clone()),
        Error::IntegerOutOfBounds | Error::InvalidIntegerDigit { .. } | Error::UnderscoreAtBeginning => {
            let at = start_of_value(text, start);
            (at, must_be(text, at, "a whole number that is not negative and not too large, without quotes"))
        }
        Error::NoSuchExtension(name) => (start, format!("there is no extension “{name}”; remove this line")),
        Error::ExpectedDifferentStructName { expected, found } => {
            (start, format!("“{found}” is not expected here; {}", shape(expected)))
        }
        code => {
            let at = skip_space(text, end);
            (at, syntax(text, at, code))
        }
    }
}

/// Line and column, both from 1 and the column in characters, of a byte offset.
pub fn position_of(text: &str, offset: usize) -> (usize, usize) {
    let before = &text[..offset];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    (1 + before.matches('\n').count(), 1 + before[line_start..].chars().count())
}

/// What is not a matter of fields but of brackets, commas, quotes and kinds of value.
fn syntax(text: &str, at: usize, code: &Error) -> String {
    let found = token(text, at);
    match code {
        Error::ExpectedString => must_be(text, at, "text in quotes"),
        Error::ExpectedBoolean => must_be(text, at, "true or false, without quotes"),
        Error::ExpectedInteger => must_be(text, at, "a whole number, without quotes"),
        Error::ExpectedFloat => must_be(text, at, "a number, without quotes"),
        Error::ExpectedArray => must_be(text, at, "a list in square brackets, like []"),
        Error::ExpectedNamedStructLike(name) => format!("{}; found {found}", shape(name)),
        Error::ExpectedStructLike => "the value in brackets is missing here, as in Name(\"python\")".to_owned(),
        Error::ExpectedComma if found.starts_with("“.") => {
            format!("{} has no decimals; write a whole number", subject(text, start_of_value(text, at)))
        }
        Error::ExpectedComma => {
            format!("a comma is missing before {found}, or a quote above it is missing or too many")
        }
        Error::ExpectedMapColon => format!("a colon belongs between a field's name and its value; found {found}"),
        Error::ExpectedIdentifier if field_before(text, at) == Some("interpreter") => {
            format!("the interpreter can't be {found}; {INTERPRETER}")
        }
        Error::ExpectedIdentifier if found == "“#”" => "a comment begins with //, not with #".to_owned(),
        Error::ExpectedIdentifier | Error::InvalidIdentifier(_) | Error::SuggestRawIdentifier(_) => {
            format!("a field's name belongs here, without quotes; found {found}")
        }
        Error::ExpectedStructLikeEnd => format!("a closing “)” is missing before {found}"),
        Error::ExpectedArrayEnd => format!("a closing “]” is missing before {found}"),
        Error::Eof | Error::ExpectedStringEnd => {
            "the file ends too early; a quote or a bracket is opened above and not closed".to_owned()
        }
        Error::TrailingCharacters => format!("everything has ended before this; remove {found}"),
        Error::ExceededRecursionLimit => "brackets are nested too deeply".to_owned(),
        // The reader's list is open; its own words are better than none.
        other => other.to_string(),
    }
}

fn unknown_field(found: &str, expected: &[&str]) -> String {
    let guess = closest(found, expected.iter().copied())
        .first()
        .map(|guess| format!("did you mean “{guess}”? "))
        .unwrap_or_default();
    format!("there is no field “{found}” here; {guess}allowed are {}", expected.join(", "))
}

fn must_be(text: &str, at: usize, general: &str) -> String {
    let kind = match field_before(text, at) {
        Some("version") => "2",
        Some("port") => "a whole number from 1 to 65535, without quotes",
        Some("stop_secs") => "a whole number of seconds, without quotes",
        _ => general,
    };
    format!("{} must be {kind}; found {}", subject(text, at), token(text, at))
}

fn subject(text: &str, at: usize) -> String {
    field_before(text, at).map_or_else(|| "this value".to_owned(), |field| format!("“{field}”"))
}

/// The name in `name: ` or `Name(` that ends right before `at`.
fn field_before(text: &str, at: usize) -> Option<&str> {
    let before = text[..at].trim_end().strip_suffix([':', '('])?.trim_end();
    let start = before
        .rfind(|c: char| !(c.is_alphanumeric() || c == '_'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    (start < before.len()).then(|| &before[start..])
}

/// Where the number that `offset` lies in, or stands behind the sign of, begins.
fn start_of_value(text: &str, offset: usize) -> usize {
    let kept = text[..offset].trim_end_matches(|c: char| c.is_alphanumeric() || "+-._".contains(c)).len();
    skip_space(text, kept)
}

fn skip_space(text: &str, offset: usize) -> usize {
    text.len() - text[offset..].trim_start().len()
}

/// The word or sign at `at`, in quotation marks, or that nothing is there.
fn token(text: &str, at: usize) -> String {
    let rest = &text[at..];
    let is_word = |c: char| c.is_alphanumeric() || "_.-+".contains(c);
    let end = match rest.chars().next() {
        None => return "the end of the file".to_owned(),
        Some('"') => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
        Some(first) if is_word(first) => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
        Some(first) => first.len_utf8(),
    };
    let mut shown: String = rest[..end].chars().take_while(|c| !c.is_control()).take(40).collect();
    if shown.len() < end {
        shown.push('…');
    }
    format!("“{shown}”")
}

fn shape(name: &str) -> String {
    match name {
        "Argument" => "a row of arguments looks like (on: true, flag: \"-i\", value: \"1\"), and “]” ends the list",
        "Said" => "what a script says of a row stands in round brackets, as in said: (name: \"delay\", kind: Integer)",
        "Variable" => "a variable looks like (on: true, name: \"KEY\", value: \"1\"), and “]” ends the list",
        "RowSecret" => "a row's secret looks like (from: Keyring(\"its name\"), by: Variable(\"API_KEY\"))",
        "Occasion" => "an occasion looks like At(on: true, time: \"20:00\", days: [Fri, Sat])",
        "EchoTarget" => "a target looks like (host: \"127.0.0.1\", port: 7000)",
        "EchoText" => "this stands in round brackets, as in text: (strip_ansi: false, only: \"^loss\")",
        "ShowEcho" => "this stands in round brackets: “(version: 2, target: (host: \"127.0.0.1\", port: 7000))”",
        "StateEcho" => "this stands in round brackets, as in state: (on: true, every_secs: 2)",
        "Echo" => {
            "the echo looks like (on: true, host: \"127.0.0.1\", port: 7000, stdout: true, stderr: true, notices: true)"
        }
        "Lifecycle" | "Restart" | "Hang" | "Ready" => {
            "this stands in round brackets, as in lifecycle: (only_one: true, restart: (when: OnFailure))"
        }
        "Mapped" => "a name looks like (name: \"media\", path: \"D:/media\"), and “]” ends the list",
        "MachineFile" => "this stands in round brackets: “(version: 1, roots: […], interpreters: […])”",
        "Groups" => "the groups stand in round brackets: “(version: 2, groups: […])”",
        "Group" => "a group looks like (name: \"Tonight\", launch: WhenReady), and “]” ends the list",
        _ => PRESET,
    }
    .to_owned()
}

/// What to write for a field that is missing.
fn example(field: &str) -> String {
    let value = match field {
        "version" => "2",
        "name" => "\"My preset\"",
        "script" => "\"scripts/my_script.py\"",
        "interpreter" => "Name(\"python\")",
        "arguments" | "environment" | "groups" | "roots" | "interpreters" => "[]",
        "echo" => "(on: false, host: \"127.0.0.1\", port: 7000, stdout: true, stderr: true, notices: true)",
        "launch" => "Together",
        "target" => "(host: \"127.0.0.1\", port: 7000)",
        "on" | "stdout" | "stderr" | "notices" => "true",
        "host" => "\"127.0.0.1\"",
        "port" => "7000",
        _ => "\"\"",
    };
    format!("{field}: {value}")
}

fn offset_of(text: &str, position: Position) -> usize {
    let line_start = text.split_inclusive('\n').take(position.line.saturating_sub(1)).map(str::len).sum::<usize>();
    let rest = &text[line_start..];
    line_start + rest.char_indices().nth(position.col.saturating_sub(1)).map_or(rest.len(), |(at, _)| at)
}
