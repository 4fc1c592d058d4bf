//! Goes through a script's statements as Python would, without running anything: what isn't known stays unknown, of two
//! ways that may be taken both are, and whatever takes too long is left.

use std::collections::HashMap;
use std::rc::{Rc, Weak};

use super::ast::{Body, ClassDef, Def, Expr, Stmt};
use super::imports::Loader;
use super::parsers::Parsers;
use super::value::{Args, Class, Func, FuncKind, Object, Scope, Value};

/// Statements and expressions that are looked at; more than the longest scripts need, and a fraction of a second.
const MAX_STEPS: u32 = 400_000;
/// Calls within calls, within the stack of a thread.
const MAX_CALLS: usize = 24;
/// Rounds of one loop.
pub(super) const MAX_ROUNDS: usize = 512;

/// How a statement ends.
pub enum Flow {
    Next,
    Return(Value),
    Break,
    Continue,
    /// An exception, or the script's end.
    Stop,
}

/// What is known while one function is looked at.
#[derive(Default)]
pub(super) struct Call {
    def: Option<Rc<Def>>,
    pub(super) object: Option<(Value, Rc<Class>)>,
    /// What it returns on a way that may be taken.
    maybe: Option<Value>,
}

pub struct Machine<'l> {
    pub(super) loader: &'l Loader<'l>,
    pub(super) modules: HashMap<Rc<str>, Option<Rc<Scope>>>,
    pub(super) steps: u32,
    /// What of them was taken by files that the script imports.
    pub(super) file_steps: u32,
    /// Where it is enough, in the file that is looked at.
    pub(super) most_steps: u32,
    pub(super) calls: Vec<Call>,
    /// The command line is parsed: what comes after can declare nothing more.
    is_done: bool,
    /// How many conditions that aren't known lie around what is looked at.
    pub unsure: u32,
    pub parsers: Parsers,
    /// Functions that were gone through, by where they lie; held, so that none comes to lie where another was.
    seen: HashMap<*const Def, Rc<Def>>,
    pub(super) defined: Vec<(Rc<Def>, Value)>,
    /// All that may refer to itself by way of what it holds, to be let go of at the end.
    scopes: Vec<Weak<Scope>>,
    objects: Vec<Weak<Object>>,
}

impl<'l> Machine<'l> {
    pub fn new(loader: &'l Loader<'l>) -> Self {
        Self {
            loader,
            modules: HashMap::new(),
            steps: 0,
            file_steps: 0,
            most_steps: MAX_STEPS,
            calls: vec![Call::default()],
            is_done: false,
            unsure: 0,
            parsers: Parsers::default(),
            seen: HashMap::new(),
            defined: Vec::new(),
            scopes: Vec::new(),
            objects: Vec::new(),
        }
    }

    /// Whether the script was too long to be gone through.
    pub fn is_exhausted(&self) -> bool {
        self.steps >= self.most_steps
    }

    /// Goes through the script itself.
    pub fn run(&mut self, body: &Body) {
        let scope = self.new_scope(None);
        scope.set(&"__name__".into(), Value::str("__main__"));
        if let Some(Stmt::Expr(Expr::Str(doc))) = body.first() {
            scope.set(&"__doc__".into(), Value::Str(Rc::clone(doc)));
        }
        self.block(body, &scope);
    }

    /// Goes through functions that nobody called, where nothing was found otherwise: somebody else may.
    pub fn run_what_nobody_called(&mut self) {
        for (def, value) in std::mem::take(&mut self.defined) {
            if !self.parsers.is_empty() {
                break;
            }
            if !self.seen.contains_key(&Rc::as_ptr(&def)) {
                self.call(&value, &Args { has_more: true, ..Args::default() }, "");
            }
        }
    }

    pub(super) fn new_scope(&mut self, parent: Option<&Rc<Scope>>) -> Rc<Scope> {
        let scope = Scope::within(parent);
        self.scopes.push(Rc::downgrade(&scope));
        scope
    }

    pub(super) fn new_object(&mut self, class: &Rc<Class>) -> Value {
        let object = Rc::new(Object { class: Rc::clone(class), attributes: std::cell::RefCell::default() });
        self.objects.push(Rc::downgrade(&object));
        Value::Object(object)
    }

    pub(super) fn step(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        !self.is_done && self.steps < self.most_steps
    }

    /// A parser gets the command line.
    pub(super) fn parse(&mut self, parser: usize, is_partial: bool) {
        self.parsers.unsure = self.unsure;
        self.is_done |= self.parsers.parse(parser, is_partial);
    }

    pub fn block(&mut self, body: &Body, scope: &Rc<Scope>) -> Flow {
        for statement in body.iter() {
            if !self.step() {
                return Flow::Stop;
            }
            match self.statement(statement, scope) {
                Flow::Next => {}
                other => return other,
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &Stmt, scope: &Rc<Scope>) -> Flow {
        match statement {
            Stmt::Expr(expr) => {
                let value = self.eval(expr, scope);
                if matches!(&value, Value::External(path) if &**path == "(end)") {
                    return Flow::Stop;
                }
            }
            Stmt::Assign(targets, value) => {
                let value = self.eval(value, scope);
                for target in targets {
                    self.assign(target, &value, scope);
                }
            }
            Stmt::Augment(target, operator, value) => {
                let (old, value) = (self.eval(target, scope), self.eval(value, scope));
                let new = add_in_place(&old, operator, &value);
                self.assign(target, &new, scope);
            }
            Stmt::Declare(target, Some(value)) => {
                let value = self.eval(value, scope);
                self.assign(target, &value, scope);
            }
            Stmt::Declare(_, None) => {}
            Stmt::Def(def) => {
                let value = self.function(def, scope);
                self.defined.push((Rc::clone(def), value.clone()));
                let value = self.decorate(&def.decorators, value, scope);
                scope.set(&def.name, value);
            }
            Stmt::Class(class) => {
                let value = self.class(class, scope);
                scope.set(&class.name, value);
            }
            Stmt::If(branches, otherwise) => return self.branches(branches, otherwise, scope),
            Stmt::For(target, iterable, body) => return self.for_loop(target, iterable, body, scope),
            Stmt::While(condition, body) => {
                if self.eval(condition, scope).truth() == Some(false) {
                    return Flow::Next;
                }
                return out_of_loop(self.block(body, scope));
            }
            Stmt::With(items, body) => {
                for (held, target) in items {
                    let value = self.eval(held, scope);
                    if let Some(target) = target {
                        self.assign(target, &value, scope);
                    }
                }
                return self.block(body, scope);
            }
            Stmt::Try(body, handlers, last) => return self.try_block(body, handlers, last, scope),
            Stmt::Return(value) => {
                return Flow::Return(value.as_ref().map_or(Value::None, |value| self.eval(value, scope)));
            }
            Stmt::Raise(value) => {
                if let Some(value) = value {
                    self.eval(value, scope);
                }
                return Flow::Stop;
            }
            Stmt::Break => return Flow::Break,
            Stmt::Continue => return Flow::Continue,
            Stmt::Import(..) | Stmt::ImportFrom(..) | Stmt::ImportAll(_) => self.import(statement, scope),
            Stmt::Global(names) => scope.globals.borrow_mut().extend(names.iter().cloned()),
        }
        Flow::Next
    }

    fn branches(&mut self, branches: &[(Expr, Body)], otherwise: &Body, scope: &Rc<Scope>) -> Flow {
        let Some(((condition, body), rest)) = branches.split_first() else { return self.block(otherwise, scope) };
        match self.eval(condition, scope).truth() {
            Some(true) => self.block(body, scope),
            Some(false) => self.branches(rest, otherwise, scope),
            None => {
                self.unsure += 1;
                scope.begin_way();
                let first = self.block(body, scope);
                let changes = scope.end_way();
                let mut on_first = scope.now(&changes);
                scope.undo(&changes);
                scope.begin_way();
                let second = self.branches(rest, otherwise, scope);
                let changes = scope.end_way();
                self.unsure -= 1;
                // What only the second way changes is on the first as it was.
                for (name, old) in &changes {
                    if let (Some(old), false) = (old, on_first.contains_key(name)) {
                        on_first.insert(Rc::clone(name), old.clone());
                    }
                }
                let goes_on = |flow: &Flow| matches!(flow, Flow::Next);
                match (goes_on(&first), goes_on(&second)) {
                    (true, true) => scope.join(on_first),
                    (true, false) => {
                        scope.undo(&changes);
                        scope.join_over(on_first);
                    }
                    (false, true) => {}
                    (false, false) => {
                        scope.join(on_first);
                        self.may(first);
                        return match second {
                            Flow::Return(value) => Flow::Return(self.rather(value)),
                            other => other,
                        };
                    }
                }
                self.may(first);
                self.may(second);
                Flow::Next
            }
        }
    }

    /// A way that may be taken, and what it returns.
    fn may(&mut self, flow: Flow) {
        if let Flow::Return(value) = flow {
            let value = self.rather(value);
            if let Some(call) = self.calls.last_mut() {
                call.maybe = Some(value);
            }
        }
    }

    /// Of two values that may be returned the one that says more.
    fn rather(&mut self, value: Value) -> Value {
        match self.calls.last_mut().and_then(|call| call.maybe.take()) {
            None => value,
            Some(other) if other.is_structure() => other,
            Some(other) if other.same(&value) == Some(true) => value,
            Some(_) if value.is_structure() => value,
            Some(_) => Value::unknown("it depends"),
        }
    }

    fn for_loop(&mut self, target: &Expr, iterable: &Expr, body: &Body, scope: &Rc<Scope>) -> Flow {
        let over = self.eval(iterable, scope);
        let Some(items) = over.items() else {
            self.assign(target, &Value::unknown("what a loop goes over"), scope);
            self.unsure += 1;
            let flow = self.block(body, scope);
            self.unsure -= 1;
            self.may(flow);
            return Flow::Next;
        };
        let (before, is_long) = (self.parsers.said(), items.len() > MAX_ROUNDS);
        for item in items.into_iter().take(MAX_ROUNDS) {
            self.assign(target, &item, scope);
            match self.block(body, scope) {
                Flow::Next | Flow::Continue => {}
                Flow::Break => break,
                flow @ (Flow::Return(_) | Flow::Stop) => return flow,
            }
        }
        if is_long && self.parsers.said() > before {
            self.parsers.doubt(format!(
                "Line {}: a loop declares more arguments than the first {MAX_ROUNDS} of its rounds do.",
                self.parsers.line
            ));
        }
        Flow::Next
    }

    fn try_block(&mut self, body: &Body, handlers: &[Body], last: &Body, scope: &Rc<Scope>) -> Flow {
        let flow = self.block(body, scope);
        self.unsure += 1;
        for handler in handlers {
            scope.begin_way();
            let flow = self.block(handler, scope);
            self.may(flow);
            // What a handler defines stands in only where nothing was.
            let mut changes = scope.end_way();
            changes.retain(|_, old| old.is_some());
            scope.undo(&changes);
        }
        self.unsure -= 1;
        let flow = if matches!(flow, Flow::Stop) && !handlers.is_empty() { Flow::Next } else { flow };
        match self.block(last, scope) {
            Flow::Next => flow,
            other => other,
        }
    }

    pub fn assign(&mut self, target: &Expr, value: &Value, scope: &Rc<Scope>) {
        match target {
            Expr::Name(name) => scope.set(name, value.clone()),
            Expr::Tuple(targets) | Expr::List(targets) => {
                let items = value.items().filter(|items| items.len() == targets.len());
                for (place, target) in targets.iter().enumerate() {
                    let unknown = || match value {
                        // `args, rest = parser.parse_known_args()`
                        Value::Unknown(source) => Value::Unknown(Rc::clone(source)),
                        _ => Value::unknown("part of something"),
                    };
                    let item = items.as_ref().map_or_else(unknown, |items| items[place].clone());
                    self.assign(target, &item, scope);
                }
            }
            Expr::Star(target) => self.assign(target, &Value::unknown("the rest of something"), scope),
            Expr::Attribute(object, name) => {
                let object = self.eval(object, scope);
                self.set_attribute(&object, name, value);
            }
            Expr::Subscript(object, places) => {
                let object = self.eval(object, scope);
                if let (Value::Dict(pairs), [place]) = (&object, &places[..]) {
                    let key = self.eval(place, scope);
                    put(&mut pairs.borrow_mut(), key, value.clone());
                }
            }
            _ => {}
        }
    }

    fn set_attribute(&mut self, object: &Value, name: &Rc<str>, value: &Value) {
        match object {
            Value::Object(object) => {
                object.attributes.borrow_mut().insert(Rc::clone(name), value.clone());
            }
            Value::Class(class) => class.scope.set(name, value.clone()),
            Value::Module(scope) => scope.set(name, value.clone()),
            Value::Parser(parser) => self.parsers.set_attribute(*parser, name, value),
            Value::Row(parser, row) => self.parsers.set_row_attribute((*parser, *row), name, value),
            _ => {}
        }
    }

    pub(super) fn function(&mut self, def: &Rc<Def>, scope: &Rc<Scope>) -> Value {
        let defaults =
            def.params.iter().map(|param| param.default.as_ref().map(|value| self.eval(value, scope))).collect();
        let is = |wanted: &str| {
            def.decorators.iter().any(|decorator| match decorator {
                Expr::Name(name) | Expr::Attribute(_, name) => &**name == wanted,
                _ => false,
            })
        };
        let kind = if is("staticmethod") {
            FuncKind::Static
        } else if is("classmethod") {
            FuncKind::OfClass
        } else if is("property") || is("cached_property") {
            FuncKind::Property
        } else {
            FuncKind::Plain
        };
        let (def, scope) = (Rc::clone(def), Rc::clone(scope));
        Value::Func(Rc::new(Func { def, scope, defaults, kind, params: std::cell::RefCell::default(), wraps: None }))
    }

    fn decorate(&mut self, decorators: &[Expr], value: Value, scope: &Rc<Scope>) -> Value {
        decorators.iter().rev().fold(value, |value, decorator| {
            let decorator = self.eval(decorator, scope);
            self.apply_decorator(&decorator, value)
        })
    }

    fn class(&mut self, class: &ClassDef, scope: &Rc<Scope>) -> Value {
        let bases = class.bases.iter().map(|base| self.eval(base, scope)).collect();
        let own = Rc::new(Class {
            name: Rc::clone(&class.name),
            bases,
            scope: self.new_scope(Some(scope)),
            names: std::cell::RefCell::default(),
        });
        for statement in class.body.iter() {
            let targets = match statement {
                Stmt::Assign(targets, _) => targets.as_slice(),
                Stmt::Declare(target, Some(_)) => std::slice::from_ref(target),
                _ => &[],
            };
            let names = targets.iter().filter_map(|target| match target {
                Expr::Name(name) => Some(Rc::clone(name)),
                _ => None,
            });
            own.names.borrow_mut().extend(names);
        }
        self.block(&class.body, &own.scope);
        self.decorate(&class.decorators, Value::Class(own), scope)
    }

    /// Goes through a function of the script.
    pub fn call_function(&mut self, func: &Rc<Func>, object: Option<(Value, Rc<Class>)>, args: &Args) -> Value {
        let is_deep = self.calls.len() >= MAX_CALLS;
        let again = self.calls.iter().filter(|call| call.def.as_ref().is_some_and(|def| Rc::ptr_eq(def, &func.def)));
        if is_deep || again.count() > 2 || !self.step() {
            return Value::unknown("a function that calls itself");
        }
        self.seen.entry(Rc::as_ptr(&func.def)).or_insert_with(|| Rc::clone(&func.def));
        let scope = self.new_scope(Some(&func.scope));
        super::builtins::bind(func, object.as_ref().map(|(object, _)| object), args, &scope);
        self.calls.push(Call { def: Some(Rc::clone(&func.def)), object, maybe: None });
        let flow = self.block(&func.def.body, &scope);
        let value = match flow {
            Flow::Return(value) => self.rather(value),
            Flow::Next | Flow::Break | Flow::Continue | Flow::Stop => {
                self.calls.last_mut().and_then(|call| call.maybe.take()).unwrap_or(Value::None)
            }
        };
        self.calls.pop();
        value
    }
}

impl Drop for Machine<'_> {
    fn drop(&mut self) {
        for scope in self.scopes.iter().filter_map(Weak::upgrade) {
            let names = std::mem::take(&mut *scope.names.borrow_mut());
            drop(names);
        }
        for object in self.objects.iter().filter_map(Weak::upgrade) {
            let attributes = std::mem::take(&mut *object.attributes.borrow_mut());
            drop(attributes);
        }
    }
}

fn out_of_loop(flow: Flow) -> Flow {
    match flow {
        Flow::Next | Flow::Break | Flow::Continue => Flow::Next,
        Flow::Return(_) | Flow::Stop => flow,
    }
}

/// `list += more` changes the list itself.
fn add_in_place(old: &Value, operator: &str, value: &Value) -> Value {
    if let (Value::List(items), "+", Some(more)) = (old, operator, value.items()) {
        items.borrow_mut().extend(more);
        return old.clone();
    }
    super::operators::binary(old, operator, value)
}

/// Puts a value under its key, in the place of the one before.
pub fn put(pairs: &mut Vec<(Value, Value)>, key: Value, value: Value) {
    match pairs.iter_mut().find(|(own, _)| own.same(&key) == Some(true)) {
        Some((_, own)) => *own = value,
        None => pairs.push((key, value)),
    }
}

pub fn external(path: &str) -> Value {
    Value::External(path.into())
}
