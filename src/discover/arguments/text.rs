//! Values as Python prints them, and its three ways to put them into text.

use std::rc::Rc;

use super::value::Value;

/// What `str(value)` gives; `None` if that can't be told.
pub fn to_str(value: &Value) -> Option<String> {
    match value {
        Value::Str(text) | Value::Path(text) => Some(text.to_string()),
        Value::Member(member) => Some(format!("{}.{}", member.class, member.name)),
        _ => to_repr(value),
    }
}

/// What `repr(value)` gives; `None` if that can't be told.
pub fn to_repr(value: &Value) -> Option<String> {
    repr_within(value, MAX_DEPTH)
}

/// How deep lists may lie in each other; a list may also hold itself.
pub const MAX_DEPTH: u32 = 30;

fn repr_within(value: &Value, depth: u32) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let inner = |value: &Value| repr_within(value, depth);
    let joined = |items: &[Value]| items.iter().map(inner).collect::<Option<Vec<_>>>().map(|items| items.join(", "));
    Some(match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Float(value) => float_text(*value),
        Value::Str(text) => quoted(text),
        Value::List(items) => format!("[{}]", joined(&items.borrow())?),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", joined(items)?),
        Value::Tuple(items) => format!("({})", joined(items)?),
        Value::Set(items) => format!("{{{}}}", joined(items)?),
        Value::Dict(pairs) => {
            let pairs = pairs.borrow();
            let pairs = pairs.iter().map(|(key, value)| Some(format!("{}: {}", inner(key)?, inner(value)?)));
            format!("{{{}}}", pairs.collect::<Option<Vec<_>>>()?.join(", "))
        }
        _ => return None,
    })
}

/// A float as Python writes it: `1.0`, `1e-05`, `inf`.
pub fn float_text(value: f64) -> String {
    if value.is_nan() {
        return "nan".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "inf" } else { "-inf" }.to_owned();
    }
    let size = value.abs();
    if size != 0.0 && !(1e-4..1e16).contains(&size) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(("+", exponent), |exponent| ("-", exponent));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    if value.fract() == 0.0 { format!("{value:.1}") } else { format!("{value}") }
}

fn quoted(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\\' => out.push_str("\\\\"),
            c if c == quote => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}

/// A value with what stands behind it in an f-string's braces (`!r`, `:>8`, `:.2f`).
pub fn formatted(value: &Value, tail: &str) -> Option<String> {
    let (conversion, spec) = match tail.split_once(':') {
        Some((conversion, spec)) => (conversion, spec),
        None => (tail, ""),
    };
    if spec.contains('{') {
        return None;
    }
    let plain = match conversion.trim() {
        "!r" | "!a" => to_repr(value)?,
        // Only enumerations that are text are formatted as it; of the others the name.
        _ => to_str(value)?,
    };
    if spec.is_empty() { Some(plain) } else { with_spec(value, &plain, spec) }
}

fn with_spec(value: &Value, plain: &str, spec: &str) -> Option<String> {
    let mut rest = spec;
    let mut fill = ' ';
    let mut align = None;
    let mut chars = spec.chars();
    if let (Some(first), Some(second)) = (chars.next(), chars.next())
        && "<>^".contains(second)
    {
        (fill, align) = (first, Some(second));
        rest = &spec[first.len_utf8() + 1..];
    } else if let Some(first) = spec.chars().next().filter(|c| "<>^".contains(*c)) {
        align = Some(first);
        rest = &spec[1..];
    } else if spec.len() > 1 && spec.starts_with('0') {
        (fill, align) = ('0', Some('>'));
        rest = &spec[1..];
    }
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let width: usize = if digits == 0 { 0 } else { rest[..digits].parse().ok()? };
    let rest = &rest[digits..];
    let text = match (value, rest) {
        (_, "" | "s") | (Value::Int(_), "d") => plain.to_owned(),
        (Value::Int(value), ",") => thousands(*value),
        (Value::Int(value), "x") => format!("{value:x}"),
        _ => precise(value, rest)?,
    };
    if width > 1000 {
        return None;
    }
    let missing = width.saturating_sub(text.chars().count());
    let is_number = matches!(value, Value::Int(_) | Value::Float(_));
    let left = match align.unwrap_or(if is_number { '>' } else { '<' }) {
        '>' => missing,
        '^' => missing / 2,
        _ => 0,
    };
    let pad = |count| std::iter::repeat_n(fill, count).collect::<String>();
    Some(format!("{}{text}{}", pad(left), pad(missing - left)))
}

/// `.2f`, `.0%`
fn precise(value: &Value, spec: &str) -> Option<String> {
    #[expect(clippy::cast_precision_loss, reason = "as Python does")]
    let value = match value {
        Value::Int(value) => *value as f64,
        Value::Float(value) => *value,
        _ => return None,
    };
    let digits =
        |spec: &str| spec.strip_prefix('.').and_then(|digits| digits.parse::<usize>().ok()).filter(|n| *n < 40);
    if let Some(spec) = spec.strip_suffix('f') {
        let digits = if spec.is_empty() { 6 } else { digits(spec)? };
        return Some(format!("{value:.digits$}"));
    }
    let digits = digits(spec.strip_suffix('%')?)?;
    Some(format!("{:.digits$}%", value * 100.0))
}

fn thousands(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if value < 0 { format!("-{out}") } else { out }
}

/// `text % values`
pub fn percent(text: &str, values: &Value) -> Option<String> {
    let mut plain = match values {
        Value::Tuple(items) => items.to_vec(),
        other => vec![other.clone()],
    }
    .into_iter();
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let value = if let Some(named) = rest.strip_prefix('(') {
            let (name, after) = named.split_once(')')?;
            rest = after;
            lookup(values, name)?
        } else {
            plain.next()?
        };
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (spec, kind) = (&rest[..end], &rest[end..=end]);
        rest = &rest[end + 1..];
        match kind {
            "s" => out.push_str(&formatted(&value, &format!(":{}s", spec.replace('-', "<")))?),
            "d" | "i" => out.push_str(&formatted(&value, &format!(":{spec}"))?),
            "r" => out.push_str(&to_repr(&value)?),
            "f" => out.push_str(&formatted(&value, &format!(":{spec}f"))?),
            _ => return None,
        }
    }
    out.push_str(rest);
    Some(out)
}

fn lookup(values: &Value, name: &str) -> Option<Value> {
    let Value::Dict(pairs) = values else { return None };
    let pairs = pairs.borrow();
    pairs.iter().find(|(key, _)| key.text().as_deref() == Some(name)).map(|(_, value)| value.clone())
}

/// `text.format(…)`
pub fn braces(text: &str, plain: &[Value], named: &[(Rc<str>, Value)]) -> Option<String> {
    let mut out = String::new();
    let mut next = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '{' | '}' if chars.peek().is_some_and(|(_, next)| *next == c) => {
                chars.next();
                out.push(c);
            }
            '{' => {
                let end = at + text[at..].find('}')?;
                let field = &text[at + 1..end];
                let split = field.find(['!', ':']).unwrap_or(field.len());
                let (name, tail) = field.split_at(split);
                let value = if name.is_empty() {
                    next += 1;
                    plain.get(next - 1)?
                } else if let Ok(place) = name.parse::<usize>() {
                    plain.get(place)?
                } else {
                    named.iter().find(|(own, _)| &**own == name).map(|(_, value)| value)?
                };
                out.push_str(&formatted(value, tail)?);
                while chars.next_if(|(place, _)| *place <= end).is_some() {}
            }
            c => out.push(c),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_python_does() {
        for (value, text) in [(1.0, "1.0"), (0.001, "0.001"), (1e-5, "1e-05"), (1e16, "1e+16"), (2.5e-7, "2.5e-07")] {
            assert_eq!(float_text(value), text);
        }
    }

    #[test]
    fn text_is_put_together_in_three_ways() {
        let values = [Value::str("a"), Value::Int(7), Value::Float(0.5)];
        assert_eq!(braces("{}-{:03}-{:.2f} {{}} {0!r}", &values, &[]).unwrap(), "a-007-0.50 {} 'a'");
        let tuple = Value::Tuple(Rc::new(values));
        assert_eq!(percent("%s %3d %.1f 100%%", &tuple).unwrap(), "a   7 0.5 100%");
        let named = Value::dict(vec![(Value::str("x"), Value::Int(3))]);
        assert_eq!(percent("%(x)s", &named).unwrap(), "3");
        assert_eq!(percent("%s %s", &Value::Int(1)), None);
        assert_eq!(formatted(&Value::Int(1_234_567), ":,").unwrap(), "1,234,567");
        assert_eq!(formatted(&Value::str("x"), ":>3").unwrap(), "  x");
        assert_eq!(formatted(&Value::unknown("y"), ""), None);
    }
}
