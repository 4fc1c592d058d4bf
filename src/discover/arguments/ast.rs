//! As much of Python's syntax as says how a script declares its arguments. What doesn't is [`Expr::Opaque`], with its
//! source, so that a person can still be told what stands there.

use std::rc::Rc;

pub type Body = Rc<[Stmt]>;

#[derive(Clone, Debug)]
pub enum Stmt {
    Expr(Expr),
    /// `a = b = value`: the value, and all that it goes to.
    Assign(Vec<Expr>, Expr),
    /// `target += value` and the like, with the operator without its `=`.
    Augment(Expr, Rc<str>, Expr),
    /// A name that is declared with its type, which tells nothing here, and perhaps a value.
    Declare(Expr, Option<Expr>),
    Def(Rc<Def>),
    Class(Rc<ClassDef>),
    If(Vec<(Expr, Body)>, Body),
    For(Expr, Expr, Body),
    While(Expr, Body),
    With(Vec<(Expr, Option<Expr>)>, Body),
    /// What is tried, what is done where that fails, and what is done in any case.
    Try(Body, Vec<Body>, Body),
    Return(Option<Expr>),
    /// With what is raised: `raise SystemExit(main())`.
    Raise(Option<Expr>),
    Break,
    Continue,
    /// The module's dotted path, and the name that it goes by if it has one.
    Import(Rc<str>, Option<Rc<str>>),
    /// The module's dotted path (dots in front are relative), and what is taken from it under which names.
    ImportFrom(Rc<str>, Vec<(Rc<str>, Rc<str>)>),
    ImportAll(Rc<str>),
    Global(Vec<Rc<str>>),
}

#[derive(Clone, Debug)]
pub enum Expr {
    None,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(Rc<str>),
    /// An f-string: literal pieces, and expressions with what follows them in the braces (`!r:>8`).
    Format(Rc<[Piece]>),
    Name(Rc<str>),
    List(Rc<[Expr]>),
    Tuple(Rc<[Expr]>),
    Set(Rc<[Expr]>),
    /// Keys and values; without a key, `**value`.
    Dict(Rc<[(Option<Expr>, Expr)]>),
    Star(Rc<Expr>),
    Attribute(Rc<Expr>, Rc<str>),
    Subscript(Rc<Expr>, Rc<[Expr]>),
    /// `from:to:step`
    Slice(Rc<[Option<Expr>; 3]>),
    Call(Rc<Call>),
    Binary(Rc<Expr>, Rc<str>, Rc<Expr>),
    Unary(Rc<str>, Rc<Expr>),
    Compare(Rc<Expr>, Rc<[(Rc<str>, Expr)]>),
    /// Condition, where it holds, where it doesn't.
    Choose(Rc<(Expr, Expr, Expr)>),
    Lambda(Rc<Def>),
    Comprehension(Rc<Comprehension>),
    Walrus(Rc<str>, Rc<Expr>),
    Opaque(Rc<str>),
}

#[derive(Clone, Debug)]
pub enum Piece {
    Text(Rc<str>),
    Value(Expr, Rc<str>),
}

#[derive(Debug)]
pub struct Call {
    pub callee: Expr,
    pub args: Vec<Arg>,
    /// As it stands in the file.
    pub source: Rc<str>,
    /// Counted from 1.
    pub line: u32,
}

#[derive(Clone, Debug)]
pub enum Arg {
    Plain(Expr),
    Named(Rc<str>, Expr),
    /// `*value`
    Spread(Expr),
    /// `**value`
    SpreadNamed(Expr),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    List,
    Set,
    Dict,
}

#[derive(Debug)]
pub struct Comprehension {
    pub shape: Shape,
    /// In a dictionary the key, else nothing.
    pub key: Option<Expr>,
    pub value: Expr,
    pub clauses: Vec<Clause>,
}

#[derive(Debug)]
pub enum Clause {
    For(Expr, Expr),
    If(Expr),
}

#[derive(Debug)]
pub struct Def {
    pub name: Rc<str>,
    pub params: Vec<Param>,
    pub body: Body,
    pub decorators: Vec<Expr>,
    pub doc: Option<Rc<str>>,
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    Plain,
    /// After a `*`: by name only.
    NamedOnly,
    /// `*args`
    Rest,
    /// `**kwargs`
    RestNamed,
}

#[derive(Clone, Debug)]
pub struct Param {
    pub name: Rc<str>,
    pub kind: ParamKind,
    pub annotation: Option<Expr>,
    pub default: Option<Expr>,
}

#[derive(Debug)]
pub struct ClassDef {
    pub name: Rc<str>,
    pub bases: Vec<Expr>,
    pub body: Body,
    pub decorators: Vec<Expr>,
}
