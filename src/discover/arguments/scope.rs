//! Names and what they stand for, on ways of which only one may be taken.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::value::Value;

/// Names and what they stand for.
#[derive(Default)]
pub struct Scope {
    pub names: RefCell<HashMap<Rc<str>, Value>>,
    pub parent: Option<Rc<Scope>>,
    /// Names that belong to the module although they are assigned here.
    pub globals: RefCell<Vec<Rc<str>>>,
    /// Modules that aren't the script's and of which everything was imported.
    pub stars: RefCell<Vec<Rc<str>>>,
    /// What the names were before each of the ways that is gone through, the innermost last.
    changes: RefCell<Vec<Changes>>,
}

/// What names were before; nothing where they weren't there.
pub type Changes = HashMap<Rc<str>, Option<Value>>;

impl Scope {
    /// One within another, whose names it sees.
    pub fn within(parent: Option<&Rc<Self>>) -> Rc<Self> {
        Rc::new(Self { parent: parent.map(Rc::clone), ..Self::default() })
    }

    pub fn find(&self, name: &str) -> Option<Value> {
        let found = self.names.borrow().get(name).cloned();
        found.or_else(|| self.parent.as_ref().and_then(|parent| parent.find(name)))
    }

    pub fn set(&self, name: &Rc<str>, value: Value) {
        if self.globals.borrow().contains(name) {
            let mut scope = self.parent.as_ref();
            while let Some(parent) = scope {
                if parent.parent.is_none() || parent.names.borrow().contains_key(name) {
                    parent.put(name, value);
                    return;
                }
                scope = parent.parent.as_ref();
            }
        }
        self.put(name, value);
    }

    /// Sets a name right here.
    fn put(&self, name: &Rc<str>, value: Value) {
        let old = self.names.borrow_mut().insert(Rc::clone(name), value);
        if let Some(changes) = self.changes.borrow_mut().last_mut() {
            changes.entry(Rc::clone(name)).or_insert(old);
        }
    }

    /// Remembers from here on what is changed. A copy of all names would make a long script's time grow with its square.
    pub fn begin_way(&self) {
        self.changes.borrow_mut().push(Changes::new());
    }

    /// What was changed since. It counts for what lies around, too.
    pub fn end_way(&self) -> Changes {
        let mut all = self.changes.borrow_mut();
        let changes = all.pop().unwrap_or_default();
        if let Some(around) = all.last_mut() {
            for (name, old) in &changes {
                around.entry(Rc::clone(name)).or_insert_with(|| old.clone());
            }
        }
        changes
    }

    /// What the changed names are now.
    pub fn now(&self, changes: &Changes) -> HashMap<Rc<str>, Value> {
        let names = self.names.borrow();
        changes.keys().filter_map(|name| Some((Rc::clone(name), names.get(name)?.clone()))).collect()
    }

    /// Makes the names again what they were.
    pub fn undo(&self, changes: &Changes) {
        let mut names = self.names.borrow_mut();
        for (name, old) in changes {
            match old {
                Some(old) => names.insert(Rc::clone(name), old.clone()),
                None => names.remove(name),
            };
        }
    }

    /// After a way that alone goes on: its names count.
    pub fn join_over(&self, names: HashMap<Rc<str>, Value>) {
        for (name, value) in names {
            self.put(&name, value);
        }
    }

    /// After two ways of which either may be taken: what is the same on both is known.
    pub fn join(&self, other: HashMap<Rc<str>, Value>) {
        for (name, value) in other {
            let own = self.names.borrow().get(&name).cloned();
            match own {
                Some(own) if own.same(&value) == Some(true) || own.is_structure() => {}
                Some(_) if !value.is_structure() => self.put(&name, Value::unknown("it depends")),
                Some(_) | None => self.put(&name, value),
            }
        }
    }
}
