//! What click's options and arguments say, one by one; typer's say it in the same words.

use std::rc::Rc;

use super::argparse::{converter_of, kind_of};
use super::click::plain_path;
use super::parsers::{set_choices, set_default, set_help};
use super::value::{Args, Class, Param, Value};
use crate::model::declared::{Action, DeclaredRow, Kind};

/// `--shout/--no-shout`, `-s/-S`, ` /-S`, or a plain name.
pub fn split_flags(text: &str, row: &mut DeclaredRow) {
    let is_flag = |text: &str| text.starts_with('-');
    let (on, off) = match text.split_once('/') {
        Some((on, off)) if is_flag(on.trim()) || is_flag(off.trim()) => (on.trim(), off.trim()),
        _ => (text.trim(), ""),
    };
    if is_flag(on) {
        row.flags.push(on.to_owned());
    } else if !on.is_empty() {
        on.clone_into(&mut row.name);
    }
    if is_flag(off) {
        row.off_flags.push(off.to_owned());
    }
}

/// What options and arguments of click and typer say in the same words.
pub fn common(row: &mut DeclaredRow, args: &Args) {
    if let Some(help) = args.named("help") {
        set_help(row, help);
    }
    row.metavar = args.named("metavar").and_then(Value::text).map(|text| text.to_string());
    row.hidden |= args.named("hidden").and_then(Value::truth) == Some(true);
    if args.named("count").and_then(Value::truth) == Some(true) {
        row.action = Action::Count;
        row.default = serde_json::Value::from(0);
    }
    if args.named("prompt").is_some_and(|prompt| prompt.truth() != Some(false)) {
        row.doubts.push("the script asks for it where it is missing".to_owned());
    }
    if let Some(group) = args.named("rich_help_panel").and_then(Value::text) {
        row.group = Some(group.to_string());
    }
}

/// The row of one of click's decorators; `None` if it declares none.
pub fn click_row(param: &Param) -> Option<DeclaredRow> {
    let args = &param.args;
    let mut row = DeclaredRow::default();
    let callee = match &*param.callee {
        "click.Option" => "click.option",
        "click.Argument" => "click.argument",
        other => other,
    };
    // The classes that the decorators make something of take the flags as a list.
    let listed = if callee == &*param.callee { None } else { args.get(0, "param_decls").and_then(Value::items) };
    for name in listed.as_ref().unwrap_or(&args.plain).iter().filter_map(Value::text) {
        split_flags(&name, &mut row);
    }
    match callee {
        "click.version_option" => {
            if row.flags.is_empty() {
                row.flags = vec!["--version".to_owned()];
            }
            "version".clone_into(&mut row.name);
            row.action = Action::Version;
            return Some(row);
        }
        "click.password_option" | "click.confirmation_option" if row.flags.is_empty() => {
            let name = if callee == "click.password_option" { "password" } else { "yes" };
            row.flags = vec![format!("--{name}")];
        }
        "click.option" | "click.argument" | "click.password_option" | "click.confirmation_option" => {}
        _ => return None,
    }
    if callee == "click.confirmation_option" {
        row.action = Action::Switch;
    }
    if row.name.is_empty() {
        let long = row.flags.iter().find(|flag| flag.starts_with("--")).or(row.flags.first());
        row.name = long.map(|flag| flag.trim_start_matches('-').replace('-', "_").to_lowercase()).unwrap_or_default();
    }
    if row.name.is_empty() {
        return None;
    }
    common(&mut row, args);
    let mut default = args.named("default").cloned().filter(|value| !matches!(value, Value::None));
    if let Some(value) = args.named("type") {
        set_click_type(&mut row, value);
    } else {
        row.kind = match default.as_ref() {
            Some(Value::Int(_)) => Kind::Integer,
            Some(Value::Float(_)) => Kind::Number,
            Some(Value::Bool(_)) => Kind::Boolean,
            _ => row.kind,
        };
    }
    match args.named("nargs") {
        Some(Value::Int(-1)) => row.nargs = Some("*".to_owned()),
        Some(Value::Int(count)) if *count != 1 => row.nargs = Some(count.to_string()),
        _ => {}
    }
    if callee == "click.argument" {
        row.flags.clear();
        row.off_flags.clear();
        // As click makes a Python name of it.
        row.name = row.name.replace('-', "_").to_lowercase();
        let is_needed = default.is_none() && row.nargs.as_deref() != Some("*");
        row.required = args.named("required").and_then(Value::truth).unwrap_or(is_needed);
    } else {
        set_option(&mut row, args, &mut default);
    }
    if let Some(default) = &default {
        set_default(&mut row, default);
    }
    if args.has_more {
        row.doubts.push("more is said of it when the script runs".to_owned());
    }
    Some(row)
}

/// What makes an option a switch or not, and how often it may be given.
fn set_option(row: &mut DeclaredRow, args: &Args, default: &mut Option<Value>) {
    let is_said = args.named("is_flag").and_then(Value::truth);
    let is_switch = is_said.unwrap_or(!row.off_flags.is_empty() || args.named("flag_value").is_some());
    if is_switch {
        row.action = Action::Switch;
        default.get_or_insert(Value::Bool(false));
        row.kind = Kind::Text;
        let is = |name: &str| args.named(name).and_then(Value::truth);
        if row.flags.iter().any(|flag| flag == "--version")
            && (is("is_eager"), is("expose_value")) == (Some(true), Some(false))
        {
            (row.action, *default) = (Action::Version, None);
        }
    } else if args.named("multiple").and_then(Value::truth) == Some(true) {
        row.action = Action::Append;
    }
    row.required = args.named("required").and_then(Value::truth).unwrap_or(false);
}

fn set_click_type(row: &mut DeclaredRow, value: &Value) {
    match value {
        Value::Param(kind) => match &*kind.callee {
            "click.Choice" => {
                if let Some(choices) = kind.args.get(0, "choices") {
                    set_choices(row, choices);
                }
                ignore_case(row, &kind.args);
            }
            "click.Path" | "click.File" => row.kind = Kind::Path,
            "click.IntRange" => {
                row.kind = Kind::Integer;
                set_range(row, &kind.args);
            }
            "click.FloatRange" => {
                row.kind = Kind::Number;
                set_range(row, &kind.args);
            }
            "click.DateTime" => {
                row.kind = Kind::Date;
                row.converter = kind.args.get(0, "formats").map(|_| "formats of its own".to_owned());
            }
            "click.Tuple" => match kind.args.get(0, "types").and_then(Value::items) {
                Some(items) => set_tuple(row, &items),
                None => row.doubts.push("how many values it takes is known only when the script runs".to_owned()),
            },
            _ => row.converter = Some(kind.callee.to_string()),
        },
        Value::Tuple(items) => set_tuple(row, items),
        Value::External(path) => {
            row.kind = match plain_path(path).as_deref() {
                Some("click.INT") => Kind::Integer,
                Some("click.FLOAT") => Kind::Number,
                Some("click.BOOL") => Kind::Boolean,
                Some("click.Path" | "click.File") => Kind::Path,
                Some("click.DateTime") => Kind::Date,
                Some(_) => Kind::Text,
                None => {
                    row.converter = converter_of(value);
                    kind_of(value)
                }
            }
        }
        Value::Object(own) => set_own_type(row, &own.class),
        other => {
            row.kind = kind_of(other);
            row.converter = converter_of(other);
        }
    }
}

/// A type of the script's own: what it is derived from, or calls itself, says of which kind it is.
fn set_own_type(row: &mut DeclaredRow, class: &Rc<Class>) {
    row.converter = Some(class.name.to_string());
    let named = class.find("name").and_then(|(name, _)| name.text());
    let base = class.external_base(&|_| true).and_then(|base| plain_path(&base));
    row.kind = match (named.as_deref(), base.as_deref()) {
        (Some("path" | "file" | "directory" | "filename"), _) | (None, Some("click.Path" | "click.File")) => Kind::Path,
        (Some("integer"), _) | (None, Some("click.IntRange")) => Kind::Integer,
        (Some("float"), _) | (None, Some("click.FloatRange")) => Kind::Number,
        _ => Kind::Text,
    };
    match class.find("arity") {
        Some((Value::Int(1), _)) => {}
        Some((Value::Int(count), _)) => row.nargs = Some(count.to_string()),
        None if base.as_deref() != Some("click.CompositeParamType") => {}
        _ => row.doubts.push("how many values it takes is known only when the script runs".to_owned()),
    }
}

/// A value of each type; of one kind only if all are.
fn set_tuple(row: &mut DeclaredRow, types: &[Value]) {
    row.nargs = Some(types.len().to_string());
    if let Some((first, rest)) = types.split_first() {
        let kind = kind_of(first);
        row.kind = if rest.iter().all(|of| kind_of(of) == kind) { kind } else { Kind::Text };
    }
}

/// The least and the greatest number, of click's ranges and of typer's options.
pub fn set_range(row: &mut DeclaredRow, args: &Args) {
    let number = |value: Option<&Value>| match value {
        #[expect(clippy::cast_precision_loss, reason = "a bound that large bounds nothing")]
        Some(Value::Int(number)) => Some(*number as f64),
        Some(Value::Float(number)) => Some(*number),
        _ => None,
    };
    (row.min, row.max) = (number(args.get(0, "min")), number(args.get(1, "max")));
    if args.named("clamp").is_some_and(|clamp| clamp.truth() != Some(false)) {
        row.converter = Some("what is out of range becomes the nearest bound".to_owned());
    }
}

/// Whether upper and lower case are the same to it.
pub fn ignore_case(row: &mut DeclaredRow, args: &Args) {
    if args.get(1, "case_sensitive").is_some_and(|sensitive| sensitive.truth() != Some(true)) {
        row.converter = Some("upper and lower case are the same to it".to_owned());
    }
}
