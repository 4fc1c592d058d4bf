//! Methods of texts, dictionaries and lists; `None` where what they give can't be told.

use std::rc::Rc;

use super::eval::put;
use super::known::{dict_of, sorted};
use super::text::braces;
use super::value::{Args, Items, Pairs, Value};

pub fn text_method(text: &Rc<str>, name: &str, args: &Args) -> Option<Value> {
    let first = || args.text(0, "sep");
    let changed = |text: String| Some(Value::str(&text));
    let set = |default: &str| args.plain.first().map_or_else(|| Some(default.into()), Value::text);
    match name {
        "format" if !args.has_more => changed(braces(text, &args.plain, &args.named)?),
        "lower" | "casefold" => changed(text.to_lowercase()),
        "upper" => changed(text.to_uppercase()),
        "capitalize" => {
            let mut chars = text.chars();
            let head: String = chars.next().into_iter().flat_map(char::to_uppercase).collect();
            changed(head + &chars.as_str().to_lowercase())
        }
        "title" => {
            let mut starts = true;
            changed(
                text.chars()
                    .flat_map(|c| {
                        let out: Vec<char> =
                            if starts { c.to_uppercase().collect() } else { c.to_lowercase().collect() };
                        starts = !c.is_alphabetic();
                        out
                    })
                    .collect(),
            )
        }
        "strip" | "lstrip" | "rstrip" => {
            let set: Rc<str> = set(" \t\r\n")?;
            let is = |c: char| set.contains(c);
            changed(
                match name {
                    "strip" => text.trim_matches(is),
                    "lstrip" => text.trim_start_matches(is),
                    _ => text.trim_end_matches(is),
                }
                .to_owned(),
            )
        }
        "replace" => changed(text.replace(&*args.text(0, "old")?, &args.text(1, "new")?)),
        "removeprefix" => changed(text.strip_prefix(&*first()?).unwrap_or(text).to_owned()),
        "removesuffix" => changed(text.strip_suffix(&*first()?).unwrap_or(text).to_owned()),
        "startswith" => Some(Value::Bool(text.starts_with(&*first()?))),
        "endswith" => Some(Value::Bool(text.ends_with(&*first()?))),
        "join" => {
            let items = args.plain.first()?.items()?;
            let parts = items.iter().map(Value::text).collect::<Option<Vec<_>>>()?;
            changed(parts.join(&**text))
        }
        "split" if args.plain.len() <= 1 => {
            let parts: Vec<_> = match args.plain.first() {
                None | Some(Value::None) => text.split_whitespace().map(Value::str).collect(),
                Some(sep) => text.split(&*sep.text().filter(|sep| !sep.is_empty())?).map(Value::str).collect(),
            };
            Some(Value::list(parts))
        }
        "splitlines" => Some(Value::list(text.lines().map(Value::str).collect())),
        "zfill" => match args.plain.first()? {
            Value::Int(width) => changed(format!("{text:0>width$}", width = usize::try_from(*width).ok()?.min(1000))),
            _ => None,
        },
        "isdigit" => Some(Value::Bool(!text.is_empty() && text.chars().all(|c| c.is_ascii_digit()))),
        _ => None,
    }
}

pub fn dict_method(pairs: &Pairs, name: &str, args: &Args) -> Option<Value> {
    let find = |key: &Value| {
        let pairs = pairs.borrow();
        pairs.iter().find(|(own, _)| own.same(key) == Some(true)).map(|(_, value)| value.clone())
    };
    Some(match name {
        "keys" => Value::list(pairs.borrow().iter().map(|(key, _)| key.clone()).collect()),
        "values" => Value::list(pairs.borrow().iter().map(|(_, value)| value.clone()).collect()),
        "items" | "iteritems" => {
            let pairs = pairs.borrow();
            Value::list(pairs.iter().map(|(key, value)| Value::Tuple(Rc::new([key.clone(), value.clone()]))).collect())
        }
        "get" | "pop" | "setdefault" => {
            let key = args.plain.first()?;
            let found = find(key).or_else(|| args.plain.get(1).cloned()).unwrap_or(Value::None);
            match name {
                "pop" => pairs.borrow_mut().retain(|(own, _)| own.same(key) != Some(true)),
                "setdefault" => put(&mut pairs.borrow_mut(), key.clone(), found.clone()),
                _ => {}
            }
            found
        }
        "copy" => Value::dict(pairs.borrow().clone()),
        "update" => {
            let Value::Dict(more) = dict_of(args)? else { return None };
            let more = more.borrow().clone();
            for (key, value) in more {
                put(&mut pairs.borrow_mut(), key, value);
            }
            Value::None
        }
        _ => return None,
    })
}

pub fn list_method(items: &Items, name: &str, args: &Args) -> Option<Value> {
    Some(match name {
        "append" | "add" => {
            let value = args.plain.first()?.clone();
            items.borrow_mut().push(value);
            Value::None
        }
        "extend" => {
            let more = args.plain.first()?.items()?;
            items.borrow_mut().extend(more);
            Value::None
        }
        "insert" => {
            let (Value::Int(at), value) = (args.plain.first()?, args.plain.get(1)?.clone()) else { return None };
            let mut items = items.borrow_mut();
            let at = usize::try_from(*at).unwrap_or(0).min(items.len());
            items.insert(at, value);
            Value::None
        }
        "copy" => Value::list(items.borrow().clone()),
        "sort" => {
            let sorted = sorted(items.borrow().clone(), false)?.items()?;
            *items.borrow_mut() = sorted;
            Value::None
        }
        "remove" => {
            let value = args.plain.first()?;
            items.borrow_mut().retain(|item| item.same(value) != Some(true));
            Value::None
        }
        "index" => {
            let value = args.plain.first()?;
            let at = items.borrow().iter().position(|item| item.same(value) == Some(true))?;
            Value::Int(i64::try_from(at).ok()?)
        }
        _ => return None,
    })
}
