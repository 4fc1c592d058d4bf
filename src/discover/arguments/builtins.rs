//! Calls and attributes: of Python's own functions, of texts, lists and dictionaries, and of what the script defines.

use std::rc::Rc;

use super::ast::ParamKind;
use super::eval::{Machine, external};
use super::known::{known_call, known_constant};
use super::methods::{dict_method, list_method, text_method};
use super::operators;
use super::value::{Args, BoundFunc, Class, Func, FuncKind, Scope, Value};

const BUILTINS: [&str; 44] = [
    "abs",
    "all",
    "any",
    "bool",
    "bytes",
    "callable",
    "chr",
    "complex",
    "dict",
    "dir",
    "enumerate",
    "eval",
    "exit",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "int",
    "isinstance",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "open",
    "print",
    "quit",
    "range",
    "repr",
    "reversed",
    "set",
    "setattr",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
];

pub fn is_builtin(name: &str) -> bool {
    BUILTINS.contains(&name)
        || name == "super"
        || name == "input"
        || name == "type"
        || name == "vars"
        || name == "round"
}

/// Gives a function's parameters their values.
pub fn bind(func: &Func, object: Option<&Value>, args: &Args, scope: &Rc<Scope>) {
    let missing = || Value::unknown("a value that a function is given");
    let mut plain = object.into_iter().chain(&args.plain);
    let params = &func.def.params;
    for (place, param) in params.iter().enumerate() {
        let value = match param.kind {
            ParamKind::Rest => {
                let rest: Vec<_> = plain.by_ref().cloned().collect();
                if args.has_more { missing() } else { Value::Tuple(rest.into()) }
            }
            ParamKind::RestNamed => {
                let is_named = |name: &Rc<str>| params.iter().any(|param| param.name == *name);
                let rest = args.named.iter().filter(|(name, _)| !is_named(name));
                let rest = rest.map(|(name, value)| (Value::Str(Rc::clone(name)), value.clone())).collect();
                if args.has_more { missing() } else { Value::dict(rest) }
            }
            ParamKind::Plain | ParamKind::NamedOnly => {
                let given = if param.kind == ParamKind::Plain { plain.next().cloned() } else { None };
                let given = given.or_else(|| args.named(&param.name).cloned());
                let default = || func.defaults.get(place).cloned().flatten();
                given.or_else(default).unwrap_or_else(missing)
            }
        };
        scope.set(&param.name, value);
    }
}

impl Machine<'_> {
    pub fn call(&mut self, callee: &Value, args: &Args, source: &str) -> Value {
        let unknown = || Value::unknown(source);
        match callee {
            Value::Func(func) => self.call_function(func, None, args),
            Value::Bound(bound) => {
                self.call_function(&bound.func, Some((bound.object.clone(), Rc::clone(&bound.owner))), args)
            }
            Value::Class(class) => self.instantiate(class, args, source),
            // `cli()`, `app()`
            Value::Parser(parser) => self.call_parser(&Value::Parser(*parser), "parse_args", args, source),
            Value::External(path) => self.call_external(path, args, source),
            Value::Method(method) => {
                let (object, name) = &**method;
                match object {
                    // `command.params.append(click.Option(…))`
                    Value::Method(part) if matches!(part.0, Value::Parser(_)) && &*part.1 == "params" => {
                        if let (Value::Parser(parser), Some(Value::Param(own))) = (&part.0, args.plain.last()) {
                            self.add_click_row(*parser, own);
                        }
                        unknown()
                    }
                    Value::Super(_) if &**name == "super" => object.clone(),
                    Value::Parser(_) | Value::Group(_) | Value::Commands(_) | Value::Super(_) => {
                        self.call_parser(object, name, args, source)
                    }
                    Value::Object(_) => unknown(),
                    _ => call_method(object, name, args).unwrap_or_else(unknown),
                }
            }
            Value::Param(_) if matches!(args.plain.as_slice(), [Value::Func(_)]) => {
                self.apply_decorator(callee, args.plain[0].clone())
            }
            _ => {
                self.hand_over(args, source);
                // What an unknown decorator or wrapper gives back is most likely what it was given.
                match args.plain.as_slice() {
                    [only @ (Value::Parser(_) | Value::Group(_))] => only.clone(),
                    _ => unknown(),
                }
            }
        }
    }

    fn instantiate(&mut self, class: &Rc<Class>, args: &Args, source: &str) -> Value {
        if let (Some(members), [wanted]) = (class.members(), args.plain.as_slice()) {
            let found = members.into_iter().find(|member| match member {
                Value::Member(member) => member.value.same(wanted) == Some(true),
                _ => false,
            });
            return found.unwrap_or_else(|| Value::unknown(source));
        }
        let object = match class.external_base(&super::argparse::is_parser_class) {
            Some(base) => self.new_parser(&base, Some(Rc::clone(class))),
            None => self.new_object(class),
        };
        match class.find("__init__") {
            Some((Value::Func(func), owner)) => {
                self.call_function(&func, Some((object.clone(), owner)), args);
            }
            _ => {
                if let Value::Parser(parser) = &object {
                    self.configure_parser(*parser, args);
                }
            }
        }
        if let Value::Parser(parser) = &object
            && super::click::looks_commands_up(class)
        {
            let what = format!("Which commands {} has is known only when the script runs.", class.name);
            self.parsers.list[*parser].doubts.push(what);
        }
        object
    }

    pub fn attribute(&mut self, object: &Value, name: &Rc<str>) -> Value {
        let method = || Value::Method(Rc::new((object.clone(), Rc::clone(name))));
        match object {
            Value::External(path) => known_constant(path, name).unwrap_or_else(|| external(&format!("{path}.{name}"))),
            Value::Module(scope) => scope.find(name).unwrap_or_else(|| Value::Unknown(Rc::clone(name))),
            Value::Object(own) => {
                let found = own.attributes.borrow().get(name).cloned();
                if let Some(found) = found {
                    return found;
                }
                match own.class.find(name) {
                    Some((value, owner)) => self.class_attribute(object, value, owner),
                    None => Value::Unknown(Rc::clone(name)),
                }
            }
            Value::Class(class) => {
                if &**name == "__members__" {
                    let pairs = class.members().into_iter().flatten().filter_map(|member| match &member {
                        Value::Member(own) => Some((Value::Str(Rc::clone(&own.name)), member.clone())),
                        _ => None,
                    });
                    return Value::dict(pairs.collect());
                }
                if &**name == "__name__" {
                    return Value::Str(Rc::clone(&class.name));
                }
                let found = class.member(name).map(|member| (member, Rc::clone(class))).or_else(|| class.find(name));
                match found {
                    Some((Value::Func(func), owner)) if func.kind == FuncKind::OfClass => {
                        Value::Bound(Rc::new(BoundFunc { object: object.clone(), func, owner }))
                    }
                    Some((value, _)) => value,
                    None if class.external_base(&super::argparse::is_parser_class).is_some() => method(),
                    None => Value::Unknown(Rc::clone(name)),
                }
            }
            Value::Member(member) => match &**name {
                "value" => member.value.clone(),
                "name" => Value::Str(Rc::clone(&member.name)),
                _ => match &member.value {
                    Value::Str(_) => Value::Method(Rc::new((member.value.clone(), Rc::clone(name)))),
                    _ => Value::Unknown(Rc::clone(name)),
                },
            },
            Value::Parser(parser) => {
                let (own, class) = self.parsers.attribute(*parser, name);
                if let Some(value) = own {
                    return value;
                }
                match class.and_then(|class| class.find(name)) {
                    Some((value, owner)) => self.class_attribute(object, value, owner),
                    None => method(),
                }
            }
            Value::Super(above) => {
                let (this, class) = &**above;
                match class.find_above(name) {
                    Some((value, owner)) => self.class_attribute(this, value, owner),
                    None => method(),
                }
            }
            Value::Unknown(source) => Value::unknown(&format!("{source}.{name}")),
            Value::Func(func) if &**name == "__doc__" => {
                func.def.doc.as_ref().map_or(Value::None, |doc| Value::Str(Rc::clone(doc)))
            }
            Value::Func(func) if &**name == "__name__" => Value::Str(Rc::clone(&func.def.name)),
            _ => method(),
        }
    }

    fn class_attribute(&mut self, object: &Value, value: Value, owner: Rc<Class>) -> Value {
        let Value::Func(func) = &value else { return value };
        match func.kind {
            FuncKind::Static => value,
            FuncKind::Property => {
                let func = Rc::clone(func);
                self.call_function(&func, Some((object.clone(), owner)), &Args::default())
            }
            FuncKind::Plain | FuncKind::OfClass => {
                Value::Bound(Rc::new(BoundFunc { object: object.clone(), func: Rc::clone(func), owner }))
            }
        }
    }

    fn call_external(&mut self, path: &Rc<str>, args: &Args, source: &str) -> Value {
        if let Some(value) = self.call_framework(path, args) {
            return value;
        }
        match &**path {
            "sys.exit" | "os._exit" | "exit" | "quit" => return external("(end)"),
            "functools.wraps" if matches!(args.plain.first(), Some(Value::Func(_))) => {
                let (args, line) = (args.clone(), self.parsers.line);
                let param = super::value::Param { callee: Rc::clone(path), args, line, parent: None };
                return Value::Param(Rc::new(param));
            }
            "functools.update_wrapper" => {
                if let [Value::Func(own), Value::Func(other), ..] = args.plain.as_slice() {
                    return Value::Func(Rc::new(own.wrapping(other)));
                }
            }
            "super" => {
                if let [Value::Class(class), object] = args.plain.as_slice() {
                    return Value::Super(Rc::new((object.clone(), Rc::clone(class))));
                }
            }
            "map" | "filter" => return self.map(path, args).unwrap_or_else(|| Value::unknown(source)),
            "sorted" if args.named("key").is_some() => return Value::unknown(source),
            "getattr" => {
                if let (Some(object), Some(name)) = (args.plain.first(), args.text(1, "name")) {
                    return match self.attribute(object, &name) {
                        Value::Unknown(_) | Value::Method(_) => {
                            args.plain.get(2).cloned().unwrap_or_else(|| Value::unknown(source))
                        }
                        value => value,
                    };
                }
            }
            _ => {}
        }
        known_call(path, args).unwrap_or_else(|| {
            let is_harmless = is_builtin(path)
                || ["argcomplete.", "typer.", "click.", "copy."].iter().any(|own| path.starts_with(own));
            if !is_harmless {
                self.hand_over(args, source);
            }
            Value::unknown(source)
        })
    }

    /// What isn't known may add to the parsers that it is given.
    fn hand_over(&mut self, args: &Args, to: &str) {
        for given in args.plain.iter().chain(args.named.iter().map(|(_, value)| value)) {
            match given {
                Value::Parser(parser) | Value::Commands(parser) => self.parsers.hand_over(*parser, to),
                Value::Group(group) => self.parsers.hand_over(group.parser, to),
                _ => {}
            }
        }
    }

    fn map(&mut self, path: &str, args: &Args) -> Option<Value> {
        let [func, over] = args.plain.as_slice() else { return None };
        let mut out = Vec::new();
        for item in over.items()? {
            let result = self.call(func, &Args { plain: vec![item.clone()], ..Args::default() }, "");
            if path == "map" {
                out.push(result);
            } else if result.truth()? {
                out.push(item);
            }
        }
        Some(Value::list(out))
    }
}

/// A method of a text, a list or a dictionary; `None` if what it gives can't be told.
fn call_method(object: &Value, name: &str, args: &Args) -> Option<Value> {
    match object {
        Value::Str(text) => text_method(text, name, args),
        Value::Dict(pairs) => dict_method(pairs, name, args),
        Value::List(items) => list_method(items, name, args),
        Value::Path(path) => match name {
            "joinpath" => Some(operators::binary(object, "/", args.plain.first()?)),
            "as_posix" | "__str__" => Some(Value::Str(Rc::clone(path))),
            _ => None,
        },
        _ => None,
    }
}
