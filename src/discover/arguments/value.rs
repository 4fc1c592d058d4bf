//! What expressions of a script come to, as far as that can be told without running it.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::ast::{Def, Expr};
pub use super::scope::Scope;

pub type Items = Rc<RefCell<Vec<Value>>>;
pub type Pairs = Rc<RefCell<Vec<(Value, Value)>>>;

#[derive(Clone)]
pub enum Value {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    /// A `pathlib.Path`.
    Path(Rc<str>),
    List(Items),
    Tuple(Rc<[Value]>),
    Set(Rc<[Value]>),
    Dict(Pairs),
    Func(Rc<Func>),
    Class(Rc<Class>),
    Object(Rc<Object>),
    Member(Rc<Member>),
    /// Something of a module that isn't the script's: `argparse.ArgumentParser`, and Python's own names, `int`.
    External(Rc<str>),
    /// A file of the script's own.
    Module(Rc<Scope>),
    /// A method of a value that isn't an object of the script's.
    Method(Rc<(Value, Rc<str>)>),
    /// A function of a class, with the object that it is called on and the class it was found in.
    Bound(Rc<BoundFunc>),
    Super(Rc<(Value, Rc<Class>)>),
    /// What declares arguments: a place in the list of these.
    Parser(usize),
    Group(Rc<Group>),
    /// Where a parser's commands are added.
    Commands(usize),
    /// One declared argument: its parser and its place there.
    Row(usize, usize),
    /// A decorator of click, or what stands for an argument in a typer function.
    Param(Rc<Param>),
    /// A type with something in its brackets, `Annotated[int, …]`; looked at where it says what a parameter takes.
    Type(Rc<TypeHint>),
    Unknown(Rc<str>),
}

pub struct TypeHint {
    pub of: Expr,
    /// Where its names are looked up.
    pub scope: Rc<Scope>,
}

/// A part of a parser that rows are added to.
pub struct Group {
    pub parser: usize,
    pub title: Option<Rc<str>>,
    /// Those of which only one may be given, by number.
    pub exclusive: Option<u32>,
    /// And one of them must be.
    pub one_required: bool,
}

/// A call of `click.option`, `typer.Option` and the like, to be looked at when it is known what it stands for.
pub struct Param {
    pub callee: Rc<str>,
    pub args: Args,
    pub line: u32,
    /// The group or app that it is a decorator of.
    pub parent: Option<usize>,
}

pub struct Func {
    pub def: Rc<Def>,
    pub scope: Rc<Scope>,
    /// What its parameters are if they are not given, from when it was defined.
    pub defaults: Vec<Option<Value>>,
    pub kind: FuncKind,
    /// What click's decorators have put on it, the last first.
    pub params: RefCell<Vec<Value>>,
    /// What it stands in for, by `functools.wraps`.
    pub wraps: Option<Rc<Func>>,
}

impl Func {
    /// This one in the place of another, as whose it passes: by name, text and arguments.
    pub fn wrapping(self: &Rc<Self>, other: &Rc<Self>) -> Self {
        let (own, as_whose) = (&self.def, &other.def);
        let def = Def {
            name: Rc::clone(&as_whose.name),
            params: own.params.clone(),
            body: Rc::clone(&own.body),
            decorators: Vec::new(),
            doc: as_whose.doc.clone(),
            line: as_whose.line,
        };
        Self {
            def: Rc::new(def),
            scope: Rc::clone(&self.scope),
            defaults: self.defaults.clone(),
            kind: self.kind,
            params: RefCell::new(other.params.borrow().clone()),
            wraps: Some(Rc::clone(other)),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FuncKind {
    Plain,
    Static,
    OfClass,
    Property,
}

pub struct BoundFunc {
    pub object: Value,
    pub func: Rc<Func>,
    pub owner: Rc<Class>,
}

pub struct Class {
    pub name: Rc<str>,
    pub bases: Vec<Value>,
    pub scope: Rc<Scope>,
    /// The names of its body, in their order.
    pub names: RefCell<Vec<Rc<str>>>,
}

pub struct Object {
    pub class: Rc<Class>,
    pub attributes: RefCell<HashMap<Rc<str>, Value>>,
}

/// A member of an enumeration.
pub struct Member {
    pub class: Rc<str>,
    pub name: Rc<str>,
    pub value: Value,
}

/// The arguments of a call.
#[derive(Clone, Default)]
pub struct Args {
    pub plain: Vec<Value>,
    pub named: Vec<(Rc<str>, Value)>,
    /// There are more of which nothing is known: `*args`, `**kwargs`.
    pub has_more: bool,
}

impl Args {
    pub fn named(&self, name: &str) -> Option<&Value> {
        self.named.iter().find(|(own, _)| &**own == name).map(|(_, value)| value)
    }

    /// The argument at a place or of a name.
    pub fn get(&self, place: usize, name: &str) -> Option<&Value> {
        self.plain.get(place).or_else(|| self.named(name))
    }

    pub fn text(&self, place: usize, name: &str) -> Option<Rc<str>> {
        self.get(place, name).and_then(Value::text)
    }
}

impl Value {
    pub fn str(text: &str) -> Self {
        Self::Str(text.into())
    }

    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Rc::new(RefCell::new(items)))
    }

    pub fn dict(pairs: Vec<(Self, Self)>) -> Self {
        Self::Dict(Rc::new(RefCell::new(pairs)))
    }

    pub fn unknown(source: &str) -> Self {
        Self::Unknown(source.into())
    }

    /// The text, if it is one.
    pub fn text(&self) -> Option<Rc<str>> {
        match self {
            Self::Str(text) => Some(Rc::clone(text)),
            Self::Member(member) => member.value.text(),
            _ => None,
        }
    }

    /// Whether it counts as true, as far as that is known.
    pub fn truth(&self) -> Option<bool> {
        Some(match self {
            Self::None => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(items) => !items.borrow().is_empty(),
            Self::Tuple(items) | Self::Set(items) => !items.is_empty(),
            Self::Dict(pairs) => !pairs.borrow().is_empty(),
            Self::Path(_)
            | Self::Func(_)
            | Self::Class(_)
            | Self::Member(_)
            | Self::Module(_)
            | Self::Bound(_)
            | Self::Parser(_)
            | Self::Group(_) => true,
            Self::Object(_)
            | Self::External(_)
            | Self::Method(_)
            | Self::Super(_)
            | Self::Commands(_)
            | Self::Row(..)
            | Self::Param(_)
            | Self::Type(_)
            | Self::Unknown(_) => return None,
        })
    }

    /// Whether two are the same, as far as that is known.
    pub fn same(&self, other: &Self) -> Option<bool> {
        self.same_within(other, super::text::MAX_DEPTH)
    }

    fn same_within(&self, other: &Self, depth: u32) -> Option<bool> {
        use Value as V;
        let depth = depth.checked_sub(1)?;
        #[expect(clippy::cast_precision_loss, reason = "as Python compares them, near enough")]
        Some(match (self, other) {
            (V::None, V::None) => true,
            (V::Bool(a), V::Bool(b)) => a == b,
            (V::Int(a), V::Int(b)) => a == b,
            (V::Bool(a), V::Int(b)) | (V::Int(b), V::Bool(a)) => i64::from(*a) == *b,
            (V::Float(a), V::Float(b)) => a.total_cmp(b).is_eq(),
            (V::Int(a), V::Float(b)) | (V::Float(b), V::Int(a)) => (*a as f64).total_cmp(b).is_eq(),
            (V::Str(a), V::Str(b)) | (V::Path(a), V::Path(b)) | (V::External(a), V::External(b)) => a == b,
            (V::Parser(a), V::Parser(b)) => a == b,
            (V::Func(a), V::Func(b)) => Rc::ptr_eq(a, b),
            (V::Class(a), V::Class(b)) => Rc::ptr_eq(a, b),
            (V::Object(a), V::Object(b)) => Rc::ptr_eq(a, b),
            (V::Module(a), V::Module(b)) => Rc::ptr_eq(a, b),
            (V::Member(a), V::Member(b)) => a.class == b.class && a.name == b.name,
            (V::Tuple(a), V::Tuple(b)) | (V::Set(a), V::Set(b)) => return all_same(a, b, depth),
            (V::List(a), V::List(b)) => {
                if Rc::ptr_eq(a, b) {
                    return Some(true);
                }
                return all_same(&a.borrow(), &b.borrow(), depth);
            }
            (V::Dict(a), V::Dict(b)) if Rc::ptr_eq(a, b) => true,
            (V::Dict(_), V::Dict(_)) | (V::Unknown(_), _) | (_, V::Unknown(_)) => return None,
            (a, b) if a.is_plain() && b.is_plain() => false,
            _ => return None,
        })
    }

    fn is_plain(&self) -> bool {
        matches!(
            self,
            Self::None
                | Self::Bool(_)
                | Self::Int(_)
                | Self::Float(_)
                | Self::Str(_)
                | Self::List(_)
                | Self::Tuple(_)
                | Self::Dict(_)
                | Self::Set(_)
        )
    }

    /// Whether it is part of the script rather than data: where two branches disagree, either will do.
    pub fn is_structure(&self) -> bool {
        matches!(
            self,
            Self::Func(_)
                | Self::Class(_)
                | Self::External(_)
                | Self::Module(_)
                | Self::Parser(_)
                | Self::Group(_)
                | Self::Commands(_)
                | Self::Object(_)
                | Self::Row(..)
        )
    }

    /// What a loop over it sees; `None` if that isn't known.
    pub fn items(&self) -> Option<Vec<Self>> {
        Some(match self {
            Self::List(items) => items.borrow().clone(),
            Self::Tuple(items) | Self::Set(items) => items.to_vec(),
            Self::Dict(pairs) => pairs.borrow().iter().map(|(key, _)| key.clone()).collect(),
            Self::Str(text) => text.chars().map(|c| Self::str(c.encode_utf8(&mut [0; 4]))).collect(),
            Self::Class(class) => class.members()?,
            _ => return None,
        })
    }
}

fn all_same(a: &[Value], b: &[Value], depth: u32) -> Option<bool> {
    if a.len() != b.len() {
        return Some(false);
    }
    let mut is_known = true;
    for (a, b) in a.iter().zip(b) {
        match a.same_within(b, depth) {
            Some(true) => {}
            Some(false) => return Some(false),
            None => is_known = false,
        }
    }
    is_known.then_some(true)
}

impl Class {
    /// The class in which a name is found, itself or one that it is derived from.
    pub fn find(self: &Rc<Self>, name: &str) -> Option<(Value, Rc<Self>)> {
        let own = self.scope.names.borrow().get(name).cloned();
        own.map(|value| (value, Rc::clone(self))).or_else(|| self.find_above(name))
    }

    /// The same, but for what is in itself.
    pub fn find_above(self: &Rc<Self>, name: &str) -> Option<(Value, Rc<Self>)> {
        self.bases.iter().find_map(|base| match base {
            Value::Class(base) => base.find(name),
            _ => None,
        })
    }

    /// The first thing outside the script that it is derived from and that passes.
    pub fn external_base(&self, passes: &dyn Fn(&str) -> bool) -> Option<Rc<str>> {
        self.bases.iter().find_map(|base| match base {
            Value::External(path) if passes(path) => Some(Rc::clone(path)),
            Value::Class(base) => base.external_base(passes),
            _ => None,
        })
    }

    fn is_enum(&self) -> bool {
        let is_enum =
            |path: &str| matches!(path.rsplit('.').next(), Some("Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag"));
        self.external_base(&is_enum).is_some()
    }

    /// The members of an enumeration; `None` if it is none.
    pub fn members(&self) -> Option<Vec<Value>> {
        if !self.is_enum() {
            return None;
        }
        let names = self.names.borrow();
        Some(names.iter().filter_map(|name| self.member(name)).collect())
    }

    pub fn member(&self, name: &str) -> Option<Value> {
        if !self.is_enum() || name.starts_with('_') {
            return None;
        }
        let (name, value) = self.scope.names.borrow().get_key_value(name).map(|(n, v)| (Rc::clone(n), v.clone()))?;
        if matches!(value, Value::Func(_) | Value::Class(_)) {
            return None;
        }
        Some(Value::Member(Rc::new(Member { class: Rc::clone(&self.name), name, value })))
    }
}
