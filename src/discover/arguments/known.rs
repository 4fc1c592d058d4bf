//! Constants and functions of Python's own whose values are known without running anything.

use std::rc::Rc;

use super::eval::put;
use super::operators;
use super::text::{to_repr, to_str};
use super::value::{Args, Value};

/// Constants of Python's modules that scripts use as defaults.
pub fn known_constant(path: &str, name: &str) -> Option<Value> {
    Some(match (path, name) {
        ("logging", "DEBUG") => Value::Int(10),
        ("logging", "INFO") => Value::Int(20),
        ("logging", "WARNING" | "WARN") => Value::Int(30),
        ("logging", "ERROR") => Value::Int(40),
        ("logging", "CRITICAL" | "FATAL") => Value::Int(50),
        ("argparse", "SUPPRESS") | ("optparse", "SUPPRESS_HELP") => Value::str("==SUPPRESS=="),
        ("argparse", "REMAINDER") => Value::str("..."),
        ("argparse", "OPTIONAL") => Value::str("?"),
        ("argparse", "ZERO_OR_MORE") => Value::str("*"),
        ("argparse", "ONE_OR_MORE") => Value::str("+"),
        ("argparse", "PARSER") => Value::str("A..."),
        ("math" | "numpy" | "np", "pi") => Value::Float(std::f64::consts::PI),
        ("math" | "numpy" | "np", "inf") => Value::Float(f64::INFINITY),
        ("sys", "maxsize") => Value::Int(i64::MAX),
        ("os" | "os.path", "sep") => Value::str("/"),
        ("string", "ascii_lowercase") => Value::str("abcdefghijklmnopqrstuvwxyz"),
        ("string", "ascii_uppercase") => Value::str("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("string", "digits") => Value::str("0123456789"),
        _ => return None,
    })
}

/// What a function of Python's own gives, where that is known.
pub fn known_call(path: &str, args: &Args) -> Option<Value> {
    let first = args.plain.first();
    Some(match path {
        "str" => first.map_or_else(|| Some(String::new()), to_str).map(|text| Value::str(&text))?,
        "repr" => Value::str(&to_repr(first?)?),
        "int" => match first? {
            Value::Int(value) => Value::Int(*value),
            Value::Bool(value) => Value::Int(i64::from(*value)),
            #[expect(clippy::cast_possible_truncation, reason = "that is what int() does")]
            Value::Float(value) if value.is_finite() => Value::Int(value.trunc() as i64),
            Value::Str(text) => Value::Int(text.trim().parse().ok()?),
            _ => return None,
        },
        "float" => match first? {
            #[expect(clippy::cast_precision_loss, reason = "as Python does")]
            Value::Int(value) => Value::Float(*value as f64),
            Value::Float(value) => Value::Float(*value),
            Value::Str(text) => Value::Float(text.trim().trim_start_matches('+').parse().ok()?),
            _ => return None,
        },
        "bool" => Value::Bool(first.map_or(Some(false), Value::truth)?),
        "len" => Value::Int(i64::try_from(first?.items()?.len()).ok()?),
        "list" => Value::list(first.map_or_else(|| Some(Vec::new()), Value::items)?),
        "tuple" => Value::Tuple(first.map_or_else(|| Some(Vec::new()), Value::items)?.into()),
        "set" | "frozenset" => Value::Set(distinct(first.map_or_else(|| Some(Vec::new()), Value::items)?).into()),
        "dict" | "collections.OrderedDict" => dict_of(args)?,
        "sorted" => sorted(first?.items()?, args.named("reverse").is_some_and(|r| r.truth() == Some(true)))?,
        "reversed" => Value::list(first?.items()?.into_iter().rev().collect()),
        "range" | "xrange" => range(args)?,
        "enumerate" => enumerated(first?.items()?, args.get(1, "start"))?,
        "zip" => {
            let lists = args.plain.iter().map(Value::items).collect::<Option<Vec<_>>>()?;
            let length = lists.iter().map(Vec::len).min().unwrap_or(0);
            let row = |at: usize| Value::Tuple(lists.iter().map(|list| list[at].clone()).collect());
            Value::list((0..length).map(row).collect())
        }
        "min" | "max" => most(path == "min", &if args.plain.len() > 1 { args.plain.clone() } else { first?.items()? })?,
        "sum" => first?.items()?.iter().fold(Value::Int(0), |sum, item| operators::binary(&sum, "+", item)),
        "abs" => match first? {
            Value::Int(value) => Value::Int(value.checked_abs()?),
            Value::Float(value) => Value::Float(value.abs()),
            _ => return None,
        },
        "print" => Value::None,
        "os.path.join" | "posixpath.join" => {
            let parts = args.plain.iter().map(to_str).collect::<Option<Vec<_>>>()?;
            let join = |a: String, b: String| if a.is_empty() { b } else { format!("{}/{b}", a.trim_end_matches('/')) };
            Value::str(&parts.into_iter().fold(String::new(), join))
        }
        "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" => {
            let mut path = Value::Path(".".into());
            for part in &args.plain {
                path = operators::binary(&path, "/", part);
            }
            if matches!(path, Value::Path(_)) { path } else { return None }
        }
        "textwrap.dedent" | "inspect.cleandoc" => Value::str(&dedent(&first?.text()?)),
        // Translations: what the script says in its own language.
        "gettext.gettext" | "gettext.lgettext" | "_" => first?.clone(),
        "copy.copy" | "copy.deepcopy" => match first? {
            Value::List(items) => Value::list(items.borrow().clone()),
            Value::Dict(pairs) => Value::dict(pairs.borrow().clone()),
            other => other.clone(),
        },
        _ => return None,
    })
}

/// The least of them, or the greatest.
fn most(is_least: bool, items: &[Value]) -> Option<Value> {
    let mut best = items.first()?;
    for item in items {
        let order = operators::order(item, best)?;
        if if is_least { order.is_lt() } else { order.is_gt() } {
            best = item;
        }
    }
    Some(best.clone())
}

fn enumerated(items: Vec<Value>, start: Option<&Value>) -> Option<Value> {
    let start = match start {
        Some(Value::Int(start)) => *start,
        Some(_) => return None,
        None => 0,
    };
    let pairs = items.into_iter().zip(start..);
    Some(Value::list(pairs.map(|(item, index)| Value::Tuple(Rc::new([Value::Int(index), item]))).collect()))
}

fn distinct(items: Vec<Value>) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::new();
    for item in items {
        if !out.iter().any(|own| own.same(&item) == Some(true)) {
            out.push(item);
        }
    }
    out
}

pub fn dict_of(args: &Args) -> Option<Value> {
    let mut out = Vec::new();
    match args.plain.first() {
        None => {}
        Some(Value::Dict(pairs)) => out.extend(pairs.borrow().iter().cloned()),
        Some(pairs) => {
            for pair in pairs.items()? {
                let [key, value] = <[Value; 2]>::try_from(pair.items()?).ok()?;
                put(&mut out, key, value);
            }
        }
    }
    if args.has_more {
        return None;
    }
    for (name, value) in &args.named {
        put(&mut out, Value::Str(Rc::clone(name)), value.clone());
    }
    Some(Value::dict(out))
}

pub fn sorted(mut items: Vec<Value>, is_reverse: bool) -> Option<Value> {
    let is_ordered = items.windows(2).all(|pair| operators::order(&pair[0], &pair[1]).is_some());
    if !is_ordered {
        return None;
    }
    items.sort_by(|a, b| operators::order(a, b).unwrap_or(std::cmp::Ordering::Equal));
    if is_reverse {
        items.reverse();
    }
    Some(Value::list(items))
}

fn range(args: &Args) -> Option<Value> {
    const MOST: usize = 10_000;
    let numbers = args.plain.iter().map(|value| match value {
        Value::Int(value) => Some(*value),
        _ => None,
    });
    let (from, to, step) = match *numbers.collect::<Option<Vec<_>>>()? {
        [to] => (0, to, 1),
        [from, to] => (from, to, 1),
        [from, to, step] if step != 0 => (from, to, step),
        _ => return None,
    };
    let mut out = Vec::new();
    let mut at = from;
    while if step > 0 { at < to } else { at > to } {
        if out.len() == MOST {
            return None;
        }
        out.push(Value::Int(at));
        at = at.checked_add(step)?;
    }
    Some(Value::list(out))
}

fn dedent(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let common = text.lines().filter(|line| !line.trim().is_empty()).map(indent).min().unwrap_or(0);
    let lines = text.lines().map(|line| line.get(common..).unwrap_or_default());
    lines.collect::<Vec<_>>().join("\n")
}
