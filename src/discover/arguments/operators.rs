//! Python's operators over values that are known.

use std::rc::Rc;

use super::text;
use super::value::Value;

/// What stands in the brackets behind a value.
pub enum Place {
    At(Value),
    Slice([Option<Value>; 3]),
}

/// No text or list that a script makes of its own options is longer.
const MAX_LENGTH: usize = 100_000;

pub fn binary(left: &Value, operator: &str, right: &Value) -> Value {
    known_binary(left, operator, right).unwrap_or_else(|| Value::unknown("something that is computed"))
}

#[expect(clippy::cast_precision_loss, reason = "as Python does")]
fn known_binary(left: &Value, operator: &str, right: &Value) -> Option<Value> {
    use Value as V;
    Some(match (left, operator, right) {
        (V::Str(text), "%", values) => V::str(&text::percent(text, values)?),
        (V::Str(a), "+", V::Str(b)) if a.len() + b.len() < MAX_LENGTH => V::str(&format!("{a}{b}")),
        (V::Str(text), "*", V::Int(count)) | (V::Int(count), "*", V::Str(text)) => {
            V::str(&text.repeat(times(*count, text.len())?))
        }
        (V::Path(a), "/", b) => V::str_path(&joined_path(a, &text::to_str(b)?)),
        (V::Str(a), "/", V::Path(b)) => V::str_path(&joined_path(a, b)),
        (V::List(_), "+", V::List(_)) => V::list([left.items()?, right.items()?].concat()),
        (V::Tuple(a), "+", V::Tuple(b)) => V::Tuple([&a[..], &b[..]].concat().into()),
        (V::List(_), "*", V::Int(count)) => {
            let items = left.items()?;
            let count = times(*count, items.len())?;
            V::list(std::iter::repeat_n(items, count).flatten().collect())
        }
        (V::Set(a), "|", V::Set(b)) => V::Set([&a[..], &b[..]].concat().into()),
        (V::Dict(a), "|", V::Dict(b)) => {
            let mut pairs = a.borrow().clone();
            for (key, value) in b.borrow().iter() {
                super::eval::put(&mut pairs, key.clone(), value.clone());
            }
            V::dict(pairs)
        }
        (V::Int(a), _, V::Int(b)) => int_binary(*a, operator, *b)?,
        (V::Float(a), _, V::Float(b)) => float_binary(*a, operator, *b)?,
        (V::Int(a), _, V::Float(b)) => float_binary(*a as f64, operator, *b)?,
        (V::Float(a), _, V::Int(b)) => float_binary(*a, operator, *b as f64)?,
        _ => return None,
    })
}

/// How often something is repeated; `None` if it gets longer than is looked at.
fn times(count: i64, length: usize) -> Option<usize> {
    let count = usize::try_from(count).unwrap_or(0);
    count.checked_mul(length).filter(|length| *length <= MAX_LENGTH).map(|_| count)
}

#[expect(clippy::cast_precision_loss, reason = "as Python does")]
fn int_binary(a: i64, operator: &str, b: i64) -> Option<Value> {
    Some(Value::Int(match operator {
        "+" => a.checked_add(b)?,
        "-" => a.checked_sub(b)?,
        "*" => a.checked_mul(b)?,
        "//" => a.checked_div_euclid(b)?,
        "%" => a.checked_rem_euclid(b)?,
        "**" => a.checked_pow(u32::try_from(b).ok()?)?,
        "<<" if (0..63).contains(&b) => a.checked_mul(1 << b)?,
        ">>" => a.checked_shr(u32::try_from(b).ok()?)?,
        "|" => a | b,
        "&" => a & b,
        "^" => a ^ b,
        "/" if b != 0 => return Some(Value::Float(a as f64 / b as f64)),
        _ => return None,
    }))
}

fn float_binary(a: f64, operator: &str, b: f64) -> Option<Value> {
    Some(Value::Float(match operator {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" if b != 0.0 => a / b,
        "**" => a.powf(b),
        "//" if b != 0.0 => (a / b).floor(),
        _ => return None,
    }))
}

fn joined_path(a: &str, b: &str) -> String {
    if b.starts_with('/') || a == "." || a.is_empty() {
        b.to_owned()
    } else {
        format!("{}/{b}", a.trim_end_matches('/'))
    }
}

impl Value {
    fn str_path(text: &str) -> Self {
        Self::Path(text.into())
    }
}

pub fn unary(operator: &str, value: &Value) -> Value {
    let known = match (operator, value) {
        ("-", Value::Int(value)) => value.checked_neg().map(Value::Int),
        ("-", Value::Float(value)) => Some(Value::Float(-value)),
        ("+", Value::Int(_) | Value::Float(_)) => Some(value.clone()),
        ("~", Value::Int(value)) => Some(Value::Int(!value)),
        ("not", value) => value.truth().map(|truth| Value::Bool(!truth)),
        _ => None,
    };
    known.unwrap_or_else(|| Value::unknown("something that is computed"))
}

pub fn compare(left: &Value, operator: &str, right: &Value) -> Option<bool> {
    match operator {
        "==" => left.same(right),
        "!=" | "<>" => left.same(right).map(|same| !same),
        "is" => is(left, right),
        "is not" => is(left, right).map(|is| !is),
        "in" => is_in(left, right),
        "not in" => is_in(left, right).map(|is| !is),
        _ => {
            let order = order(left, right)?;
            Some(match operator {
                "<" => order.is_lt(),
                "<=" => order.is_le(),
                ">" => order.is_gt(),
                ">=" => order.is_ge(),
                _ => return None,
            })
        }
    }
}

fn is(left: &Value, right: &Value) -> Option<bool> {
    match (left, right) {
        (Value::None, Value::None) => Some(true),
        (Value::None, other) | (other, Value::None) => match other {
            Value::Unknown(_) => None,
            _ => Some(false),
        },
        _ => left.same(right),
    }
}

fn is_in(left: &Value, right: &Value) -> Option<bool> {
    if let (Value::Str(part), Value::Str(whole)) = (left, right) {
        return Some(whole.contains(&**part));
    }
    let mut is_known = true;
    for item in right.items()? {
        match left.same(&item) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => is_known = false,
        }
    }
    is_known.then_some(false)
}

/// Which of two comes first, if Python can tell.
#[expect(clippy::cast_precision_loss, reason = "as Python does, near enough")]
pub fn order(left: &Value, right: &Value) -> Option<std::cmp::Ordering> {
    use Value as V;
    match (left, right) {
        (V::Int(a), V::Int(b)) => Some(a.cmp(b)),
        (V::Float(a), V::Float(b)) => a.partial_cmp(b),
        (V::Int(a), V::Float(b)) => (*a as f64).partial_cmp(b),
        (V::Float(a), V::Int(b)) => a.partial_cmp(&(*b as f64)),
        (V::Str(a), V::Str(b)) => Some(a.cmp(b)),
        (V::Tuple(a), V::Tuple(b)) => {
            for (a, b) in a.iter().zip(b.iter()) {
                match order(a, b)? {
                    std::cmp::Ordering::Equal => {}
                    other => return Some(other),
                }
            }
            Some(a.len().cmp(&b.len()))
        }
        _ => None,
    }
}

pub fn subscript(object: &Value, places: &[Place]) -> Value {
    let unknown = || Value::unknown("part of something");
    if matches!(object, Value::External(_)) {
        // `Optional[int]`: a type, which is looked at as it stands where types are wanted.
        return unknown();
    }
    match places {
        [Place::At(place)] => at(object, place).unwrap_or_else(unknown),
        [Place::Slice(parts)] => slice(object, parts).unwrap_or_else(unknown),
        _ => unknown(),
    }
}

fn at(object: &Value, place: &Value) -> Option<Value> {
    match (object, place) {
        (Value::Dict(pairs), key) => {
            let pairs = pairs.borrow();
            pairs.iter().find(|(own, _)| own.same(key) == Some(true)).map(|(_, value)| value.clone())
        }
        (Value::Class(class), Value::Str(name)) => class.member(name),
        (_, Value::Int(index)) => {
            let items = object.items()?;
            let index = if *index < 0 { index + i64::try_from(items.len()).ok()? } else { *index };
            items.get(usize::try_from(index).ok()?).cloned()
        }
        _ => None,
    }
}

fn slice(object: &Value, parts: &[Option<Value>; 3]) -> Option<Value> {
    let items = object.items()?;
    let length = i64::try_from(items.len()).ok()?;
    let bound = |part: &Option<Value>, default: i64| match part {
        None | Some(Value::None) => Some(default),
        Some(Value::Int(value)) => Some((if *value < 0 { value + length } else { *value }).clamp(0, length)),
        Some(_) => None,
    };
    let step = match &parts[2] {
        None | Some(Value::None) => 1,
        Some(Value::Int(step)) => *step,
        Some(_) => return None,
    };
    let picked: Vec<_> = if step == -1 && parts[0].is_none() && parts[1].is_none() {
        items.into_iter().rev().collect()
    } else {
        let (from, to) = (bound(&parts[0], 0)?, bound(&parts[1], length)?);
        let step = usize::try_from(step).ok().filter(|step| *step > 0)?;
        let (from, to) = (usize::try_from(from).ok()?, usize::try_from(to.max(from)).ok()?);
        items[from..to].iter().step_by(step).cloned().collect()
    };
    Some(match object {
        Value::Str(_) => {
            Value::str(&picked.iter().filter_map(Value::text).map(|c: Rc<str>| c.to_string()).collect::<String>())
        }
        Value::Tuple(_) => Value::Tuple(picked.into()),
        _ => Value::list(picked),
    })
}
