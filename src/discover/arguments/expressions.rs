//! What expressions come to.

use std::collections::HashSet;
use std::rc::Rc;

use super::ast::{Arg, Clause, Comprehension, Expr, Piece, Shape};
use super::eval::{MAX_ROUNDS, Machine, external, put};
use super::text;
use super::value::{Args, Scope, TypeHint, Value};

impl Machine<'_> {
    pub fn eval(&mut self, expr: &Expr, scope: &Rc<Scope>) -> Value {
        if !self.step() {
            return Value::unknown("the script is too long to be gone through");
        }
        match expr {
            Expr::None => Value::None,
            Expr::Bool(value) => Value::Bool(*value),
            Expr::Int(value) => Value::Int(*value),
            Expr::Float(value) => Value::Float(*value),
            Expr::Str(text) => Value::Str(Rc::clone(text)),
            Expr::Format(pieces) => self.format(pieces, scope),
            Expr::Name(name) => Self::name(name, scope),
            Expr::List(items) => Value::list(self.spread(items, scope)),
            Expr::Tuple(items) => Value::Tuple(self.spread(items, scope).into()),
            Expr::Set(items) => Value::Set(self.spread(items, scope).into()),
            Expr::Dict(pairs) => self.dict(pairs, scope),
            Expr::Star(value) => self.eval(value, scope),
            Expr::Attribute(object, name) => {
                let object = self.eval(object, scope);
                self.attribute(&object, name)
            }
            Expr::Subscript(object, places) => {
                let object = self.eval(object, scope);
                if super::typer_types::is_type_with_parts(&object) {
                    return Value::Type(Rc::new(TypeHint { of: expr.clone(), scope: Rc::clone(scope) }));
                }
                let places: Vec<_> = places.iter().map(|place| self.place(place, scope)).collect();
                super::operators::subscript(&object, &places)
            }
            Expr::Slice(_) => Value::unknown("a part"),
            Expr::Call(call) => {
                let callee = self.callee(&call.callee, scope);
                let args = self.args(&call.args, scope);
                self.parsers.line = call.line;
                self.call(&callee, &args, &call.source)
            }
            Expr::Binary(left, operator, right) => self.binary(left, operator, right, scope),
            Expr::Unary(operator, value) => {
                let value = self.eval(value, scope);
                super::operators::unary(operator, &value)
            }
            Expr::Compare(first, rest) => self.compare(first, rest, scope),
            Expr::Choose(parts) => {
                let (condition, yes, no) = &**parts;
                match self.eval(condition, scope).truth() {
                    Some(true) => self.eval(yes, scope),
                    Some(false) => self.eval(no, scope),
                    None => {
                        let (yes, no) = (self.eval(yes, scope), self.eval(no, scope));
                        if yes.same(&no) == Some(true) || yes.is_structure() {
                            yes
                        } else {
                            Value::unknown("it depends")
                        }
                    }
                }
            }
            Expr::Lambda(def) => self.function(def, scope),
            Expr::Comprehension(comprehension) => self.comprehension(comprehension, scope),
            Expr::Walrus(name, value) => {
                let value = self.eval(value, scope);
                scope.set(name, value.clone());
                value
            }
            Expr::Opaque(source) => Value::Unknown(Rc::clone(source)),
        }
    }

    fn place(&mut self, place: &Expr, scope: &Rc<Scope>) -> super::operators::Place {
        if let Expr::Slice(parts) = place {
            let parts = parts.each_ref().map(|part| part.as_ref().map(|part| self.eval(part, scope)));
            return super::operators::Place::Slice(parts);
        }
        super::operators::Place::At(self.eval(place, scope))
    }

    fn callee(&mut self, callee: &Expr, scope: &Rc<Scope>) -> Value {
        if let Expr::Name(name) = callee
            && &**name == "super"
            && let Some((object, owner)) = self.calls.last().and_then(|call| call.object.clone())
        {
            return Value::Method(Rc::new((Value::Super(Rc::new((object, owner))), "super".into())));
        }
        self.eval(callee, scope)
    }

    fn name(name: &Rc<str>, scope: &Rc<Scope>) -> Value {
        if let Some(value) = scope.find(name) {
            return value;
        }
        let mut place = Some(scope);
        while let Some(here) = place {
            if let Some(module) = here.stars.borrow().iter().find(|module| super::known_of_star(module, name)) {
                return external(&format!("{module}.{name}"));
            }
            place = here.parent.as_ref();
        }
        if super::builtins::is_builtin(name) { external(name) } else { Value::Unknown(Rc::clone(name)) }
    }

    fn format(&mut self, pieces: &[Piece], scope: &Rc<Scope>) -> Value {
        let mut out = String::new();
        let mut is_known = true;
        for piece in pieces {
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Value(value, tail) => match text::formatted(&self.eval(value, scope), tail) {
                    Some(text) => out.push_str(&text),
                    None => is_known = false,
                },
            }
        }
        if is_known { Value::str(&out) } else { Value::unknown("a text that is put together") }
    }

    fn spread(&mut self, items: &[Expr], scope: &Rc<Scope>) -> Vec<Value> {
        let mut out = Vec::new();
        for item in items {
            match item {
                Expr::Star(inner) => {
                    let value = self.eval(inner, scope);
                    out.extend(value.items().unwrap_or_else(|| vec![value]));
                }
                _ => out.push(self.eval(item, scope)),
            }
        }
        out
    }

    fn dict(&mut self, pairs: &[(Option<Expr>, Expr)], scope: &Rc<Scope>) -> Value {
        let mut out = Vec::new();
        // Tables are long; a search for each key would take the square of their length.
        let mut texts = HashSet::new();
        for (key, value) in pairs {
            let value = self.eval(value, scope);
            match (key, &value) {
                (Some(key), _) => match self.eval(key, scope) {
                    Value::Str(text) if texts.insert(Rc::clone(&text)) => out.push((Value::Str(text), value)),
                    key => put(&mut out, key, value),
                },
                (None, Value::Dict(more)) => {
                    for (key, value) in more.borrow().iter() {
                        texts.extend(key.text());
                        put(&mut out, key.clone(), value.clone());
                    }
                }
                (None, _) => return Value::unknown("a dictionary with something unknown in it"),
            }
        }
        Value::dict(out)
    }

    fn args(&mut self, args: &[Arg], scope: &Rc<Scope>) -> Args {
        let mut out = Args::default();
        for arg in args {
            match arg {
                Arg::Plain(value) => out.plain.push(self.eval(value, scope)),
                Arg::Named(name, value) => out.named.push((Rc::clone(name), self.eval(value, scope))),
                Arg::Spread(value) => match self.eval(value, scope).items() {
                    Some(items) => out.plain.extend(items),
                    None => out.has_more = true,
                },
                Arg::SpreadNamed(value) => match self.eval(value, scope) {
                    Value::Dict(pairs) => {
                        let pairs = pairs.borrow();
                        let named = pairs.iter().map(|(key, value)| Some((key.text()?, value.clone())));
                        match named.collect::<Option<Vec<_>>>() {
                            Some(named) => out.named.extend(named),
                            None => out.has_more = true,
                        }
                    }
                    _ => out.has_more = true,
                },
            }
        }
        out
    }

    fn binary(&mut self, left: &Expr, operator: &str, right: &Expr, scope: &Rc<Scope>) -> Value {
        let left_value = self.eval(left, scope);
        match (operator, left_value.truth()) {
            ("and", Some(false)) | ("or", Some(true)) => return left_value,
            ("and", Some(true)) | ("or", Some(false)) => return self.eval(right, scope),
            ("and" | "or", None) => {
                let right = self.eval(right, scope);
                return match operator {
                    "and" if right.truth() == Some(false) => right,
                    "or" if right.truth() == Some(true) && matches!(right, Value::Bool(_)) => right,
                    _ => Value::unknown("it depends"),
                };
            }
            _ => {}
        }
        let right_value = self.eval(right, scope);
        if operator == "|" && super::typer_types::is_union(&left_value, &right_value) {
            let of = Expr::Binary(Rc::new(left.clone()), operator.into(), Rc::new(right.clone()));
            return Value::Type(Rc::new(TypeHint { of, scope: Rc::clone(scope) }));
        }
        super::operators::binary(&left_value, operator, &right_value)
    }

    fn compare(&mut self, first: &Expr, rest: &[(Rc<str>, Expr)], scope: &Rc<Scope>) -> Value {
        let mut left = self.eval(first, scope);
        for (operator, right) in rest {
            let right = self.eval(right, scope);
            match super::operators::compare(&left, operator, &right) {
                Some(true) => left = right,
                Some(false) => return Value::Bool(false),
                None => return Value::unknown("a comparison"),
            }
        }
        Value::Bool(true)
    }

    fn comprehension(&mut self, comprehension: &Comprehension, scope: &Rc<Scope>) -> Value {
        let scope = self.new_scope(Some(scope));
        let mut out = Vec::new();
        if !self.clauses(comprehension, 0, &scope, &mut out) {
            return Value::unknown("a list that is put together");
        }
        match comprehension.shape {
            Shape::List => Value::list(out.into_iter().map(|(_, value)| value).collect()),
            Shape::Set => Value::Set(out.into_iter().map(|(_, value)| value).collect()),
            Shape::Dict => Value::dict(out),
        }
    }

    fn clauses(&mut self, of: &Comprehension, from: usize, scope: &Rc<Scope>, out: &mut Vec<(Value, Value)>) -> bool {
        match of.clauses.get(from) {
            None => {
                let key = of.key.as_ref().map_or(Value::None, |key| self.eval(key, scope));
                out.push((key, self.eval(&of.value, scope)));
                out.len() <= MAX_ROUNDS
            }
            Some(Clause::If(condition)) => match self.eval(condition, scope).truth() {
                Some(true) => self.clauses(of, from + 1, scope, out),
                Some(false) => true,
                None => false,
            },
            Some(Clause::For(target, iterable)) => {
                let Some(items) = self.eval(iterable, scope).items() else { return false };
                items.into_iter().all(|item| {
                    self.assign(target, &item, scope);
                    self.clauses(of, from + 1, scope, out)
                })
            }
        }
    }
}
