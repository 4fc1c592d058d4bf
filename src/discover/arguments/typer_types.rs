//! What the types in the head of a typer function say of its arguments, also where a type goes by a name of the script's.

use std::rc::Rc;

use super::argparse::{converter_of, kind_of};
use super::ast::{Expr, Stmt};
use super::eval::Machine;
use super::text::to_str;
use super::value::{Param, Scope, Value};
use crate::model::declared::Kind;

/// How many types may lie in each other; one may be made of itself.
pub const MAX_TYPES: u32 = 16;

/// What is known of a parameter from its type.
#[derive(Default)]
pub struct TypeShape {
    pub kind: Kind,
    pub is_list: bool,
    pub is_optional: bool,
    /// It is no argument: typer passes something of its own.
    pub is_context: bool,
    pub choices: Vec<String>,
    pub converter: Option<String>,
    pub nargs: Option<String>,
    /// `typer.Option(…)` of an `Annotated[…]`.
    pub said: Option<Rc<Param>>,
}

/// Whether it is something whose brackets hold types.
pub fn is_type_with_parts(value: &Value) -> bool {
    let Value::External(path) = value else { return false };
    match path.rsplit_once('.') {
        None => matches!(&**path, "list" | "tuple" | "set" | "frozenset" | "dict" | "type"),
        Some((module, _)) => matches!(module, "typing" | "typing_extensions" | "collections.abc"),
    }
}

/// Whether a bar between two makes a type of them rather than a number.
pub fn is_union(left: &Value, right: &Value) -> bool {
    let is_type = |value: &Value| match value {
        Value::Class(_) | Value::Type(_) => true,
        Value::External(path) => {
            matches!(&**path, "int" | "float" | "str" | "bool" | "pathlib.Path" | "datetime.datetime")
                || is_type_with_parts(value)
        }
        _ => false,
    };
    match (left, right) {
        (Value::None, other) | (other, Value::None) => is_type(other),
        _ => is_type(left) && is_type(right),
    }
}

impl Machine<'_> {
    /// What a type in a function's head says.
    pub(super) fn type_of(&mut self, of: &Expr, scope: &Rc<Scope>, shape: &mut TypeShape, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match of {
            Expr::Subscript(outer, args) => {
                let name = match self.eval(outer, scope) {
                    Value::External(path) => path.rsplit('.').next().map(str::to_owned),
                    _ => last_name(outer),
                };
                self.type_with_parts(name.as_deref().unwrap_or_default(), args, scope, (shape, depth));
            }
            Expr::Binary(left, operator, right) if &**operator == "|" => {
                let (first, second) = if matches!(**left, Expr::None) { (right, left) } else { (left, right) };
                shape.is_optional |= matches!(**second, Expr::None);
                self.type_of(first, scope, shape, depth);
            }
            Expr::Str(text) => {
                if let Some(body) = super::lower::read(text)
                    && let Some(Stmt::Expr(inner)) = body.first()
                    && !matches!(inner, Expr::Str(_))
                {
                    self.type_of(inner, scope, shape, depth);
                }
            }
            _ => {
                let value = self.eval(of, scope);
                if let Value::Type(hint) = &value {
                    self.type_of(&hint.of, &hint.scope, shape, depth);
                    return;
                }
                shape.is_context = last_name(of).is_some_and(|name| name == "Context" || name == "CallbackParam");
                if let Value::Class(class) = &value
                    && let Some(members) = class.members()
                {
                    set_from_members(shape, &members);
                } else {
                    shape.converter = converter_of(&value).filter(|name| name != "datetime.datetime");
                }
                shape.kind = kind_of(&value);
            }
        }
    }

    /// `Optional[int]`, `tuple[int, int]`, by the name before the brackets.
    fn type_with_parts(&mut self, name: &str, args: &[Expr], scope: &Rc<Scope>, (shape, depth): (&mut TypeShape, u32)) {
        let Some(first) = args.first() else { return };
        match name {
            "Annotated" => {
                self.type_of(first, scope, shape, depth);
                for extra in args.iter().skip(1) {
                    if let Value::Param(own) = self.eval(extra, scope) {
                        shape.said = Some(own);
                    }
                }
            }
            "List" | "list" | "Sequence" | "Set" | "set" | "Iterable" => {
                shape.is_list = true;
                self.type_of(first, scope, shape, depth);
            }
            "Tuple" | "tuple" if matches!(args.last(), Some(Expr::Opaque(dots)) if &**dots == "...") => {
                shape.is_list = true;
                self.type_of(first, scope, shape, depth);
            }
            "Tuple" | "tuple" => {
                shape.nargs = Some(args.len().to_string());
                self.type_of(first, scope, shape, depth);
                for other in &args[1..] {
                    let mut part = TypeShape::default();
                    self.type_of(other, scope, &mut part, depth);
                    // Of several kinds each is what it is typed as.
                    if part.kind != shape.kind {
                        shape.kind = Kind::Text;
                    }
                }
            }
            "Literal" => {
                shape.choices = args.iter().filter_map(|arg| to_str(&self.eval(arg, scope))).collect();
            }
            _ => {
                let is_none = |arg: &Expr| matches!(arg, Expr::None);
                shape.is_optional |= name == "Optional" || args.iter().any(is_none);
                let first = args.iter().find(|arg| !is_none(arg)).unwrap_or(first);
                self.type_of(first, scope, shape, depth);
            }
        }
    }
}

fn set_from_members(shape: &mut TypeShape, members: &[Value]) {
    let values = members.iter().filter_map(|member| match member {
        Value::Member(member) => to_str(&member.value),
        _ => None,
    });
    shape.choices = values.collect();
}

fn last_name(of: &Expr) -> Option<String> {
    match of {
        Expr::Name(name) | Expr::Attribute(_, name) => Some(name.to_string()),
        _ => None,
    }
}
