//! How an argument list is shown to a person. For reading only: nothing is ever launched from this text.

use std::path::Path;

/// One argument as shown: quoted where a bare word would mislead, control characters made visible.
#[must_use]
pub fn quote(argument: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "-_./\\:=+,@%{}[]~^#".contains(c);
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return argument.to_owned();
    }
    let mut shown = String::with_capacity(argument.len() + 2);
    shown.push('"');
    let mut backslashes = 0;
    for c in argument.chars() {
        // As Windows reads them: before a quote each backslash counts double.
        if c == '"' {
            shown.extend(std::iter::repeat_n('\\', backslashes));
        }
        backslashes = if c == '\\' { backslashes + 1 } else { 0 };
        match c {
            '"' => shown.push_str("\\\""),
            '\n' => shown.push_str("\\n"),
            '\r' => shown.push_str("\\r"),
            '\t' => shown.push_str("\\t"),
            c if c.is_control() => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
    }
    shown.extend(std::iter::repeat_n('\\', backslashes));
    shown.push('"');
    shown
}

/// Program and arguments on one line, as they will run.
#[must_use]
pub fn command_line(program: &Path, args: &[String]) -> String {
    let mut line = quote(&program.to_string_lossy());
    for argument in args {
        line.push(' ');
        line.push_str(&quote(argument));
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_mislead_is_quoted() {
        for (argument, shown) in [
            ("--input", "--input"),
            ("", "\"\""),
            ("two words", "\"two words\""),
            ("a\nb", "\"a\\nb\""),
            ("say \"hi\"", "\"say \\\"hi\\\"\""),
            ("C:\\clips\\", "C:\\clips\\"),
            ("C:\\my clips\\", "\"C:\\my clips\\\\\""),
            ("a&b", "\"a&b\""),
        ] {
            assert_eq!(quote(argument), shown);
        }
    }
}
