//! What Python's literals of text and numbers stand for.

use super::ast::Expr;

/// A number as Python writes it: underscores, other bases, a float.
pub fn number(source: &str) -> Option<Expr> {
    let plain = source.replace('_', "").to_lowercase();
    let radix = |prefix: &str, radix| plain.strip_prefix(prefix).map(|digits| i64::from_str_radix(digits, radix));
    if let Some(value) = radix("0x", 16).or_else(|| radix("0o", 8)).or_else(|| radix("0b", 2)) {
        return value.ok().map(Expr::Int);
    }
    let digits = plain.trim_end_matches('l');
    // Version 2's way to write base 8; an error in version 3.
    if digits.len() > 1 && digits.starts_with('0') && digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return i64::from_str_radix(digits, 8).ok().map(Expr::Int);
    }
    if let Ok(value) = digits.parse::<i64>() {
        return Some(Expr::Int(value));
    }
    plain.parse::<f64>().ok().map(Expr::Float)
}

/// The text between a string's quotes as it is meant.
pub fn string_text(source: &str, is_raw: bool, is_format: bool) -> String {
    let mut out = String::with_capacity(source.len());
    let mut rest = source.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '{' | '}' if is_format && rest.peek() == Some(&c) => {
                rest.next();
                out.push(c);
            }
            '\r' if rest.peek() == Some(&'\n') => {}
            '\\' if !is_raw => escape(&mut rest, &mut out),
            _ => out.push(c),
        }
    }
    out
}

fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, out: &mut String) {
    let Some(c) = rest.next() else {
        out.push('\\');
        return;
    };
    let mut code = |count: usize, radix: u32, first: Option<char>| {
        let mut digits: String = first.into_iter().collect();
        while digits.len() < count
            && let Some(digit) = rest.next_if(|c| c.is_digit(radix))
        {
            digits.push(digit);
        }
        u32::from_str_radix(&digits, radix).ok().and_then(char::from_u32)
    };
    match c {
        '\n' => {}
        '\r' => {
            rest.next_if_eq(&'\n');
        }
        'n' => out.push('\n'),
        't' => out.push('\t'),
        'r' => out.push('\r'),
        'a' => out.push('\u{7}'),
        'b' => out.push('\u{8}'),
        'f' => out.push('\u{c}'),
        'v' => out.push('\u{b}'),
        '\\' | '\'' | '"' => out.push(c),
        'x' => out.extend(code(2, 16, None)),
        'u' => out.extend(code(4, 16, None)),
        'U' => out.extend(code(8, 16, None)),
        '0'..='7' => out.extend(code(3, 8, Some(c))),
        // Names of characters are not looked up; the text stays as it is written.
        _ => {
            out.push('\\');
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_python_makes_of_it() {
        for (source, is_raw, is_format, meant) in [
            (r"a\nb\t\\\x41\u00e9\101", false, false, "a\nb\t\\Aé\u{41}"),
            (r"C:\new", true, false, r"C:\new"),
            (r"\d+", false, false, r"\d+"),
            ("{{x}}", false, true, "{x}"),
            ("a\\\nb", false, false, "ab"),
        ] {
            assert_eq!(string_text(source, is_raw, is_format), meant, "{source}");
        }
    }

    #[test]
    fn numbers_come_in_many_forms() {
        let int = |source: &str| match number(source) {
            Some(Expr::Int(value)) => Some(value),
            _ => None,
        };
        assert_eq!(
            ["1_000", "0xff", "0o17", "0b11", "7L", "0777", "00"].map(int),
            [1000, 255, 15, 3, 7, 511, 0].map(Some)
        );
        assert!(matches!(number("1e-3"), Some(Expr::Float(value)) if value.to_string() == "0.001"));
        assert!(number("99999999999999999999").is_some_and(|value| matches!(value, Expr::Float(_))));
        assert!(number("3j").is_none());
    }
}
