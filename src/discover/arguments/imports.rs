//! Imports: other files of the script's own are gone through, everything else is known by its name alone.

use std::rc::Rc;

use super::ast::Stmt;
use super::eval::{Call, Machine, external};
use super::lower;
use super::value::{Scope, Value};

/// Files of the script's own that are read, and how much is looked at of each, and of all.
const MAX_FILES: usize = 200;
const MAX_FILE_STEPS: u32 = 50_000;
const MAX_FILES_STEPS: u32 = 2_000_000;

/// Reads a module of the script's own: its dotted path, with a dot in front for each folder above. `None` if there is
/// no such file.
pub type Loader<'l> = dyn Fn(&str) -> Option<String> + Sync + 'l;

impl Machine<'_> {
    pub(super) fn import(&mut self, statement: &Stmt, scope: &Rc<Scope>) {
        match statement {
            Stmt::Import(path, alias) => {
                let module = self.module(path);
                match (alias, path.split_once('.')) {
                    (Some(alias), _) => scope.set(alias, module.map_or_else(|| external(path), Value::Module)),
                    (None, Some((first, _))) => scope.set(&first.into(), external(first)),
                    (None, None) => scope.set(path, module.map_or_else(|| external(path), Value::Module)),
                }
            }
            Stmt::ImportFrom(path, names) => {
                let module = self.module(path);
                for (name, alias) in names {
                    let found = module.as_ref().and_then(|module| module.names.borrow().get(name).cloned());
                    let below = || {
                        let below = format!("{path}{}{name}", if path.ends_with('.') { "" } else { "." });
                        self.module(&below).map_or_else(|| external(&below), Value::Module)
                    };
                    let value = found.unwrap_or_else(below);
                    scope.set(alias, value);
                }
            }
            Stmt::ImportAll(path) => match self.module(path) {
                Some(module) => {
                    let names: Vec<_> = module.names.borrow().iter().map(|(n, v)| (Rc::clone(n), v.clone())).collect();
                    for (name, value) in names.into_iter().filter(|(name, _)| !name.starts_with('_')) {
                        scope.set(&name, value);
                    }
                }
                None => scope.stars.borrow_mut().push(Rc::clone(path)),
            },
            _ => {}
        }
    }

    /// A file of the script's own, gone through.
    fn module(&mut self, path: &str) -> Option<Rc<Scope>> {
        if let Some(known) = self.modules.get(path) {
            return known.clone();
        }
        let first = path.split('.').next().unwrap_or_default();
        if super::standard::MODULES.contains(&first) {
            return None;
        }
        let key: Rc<str> = path.into();
        self.modules.insert(Rc::clone(&key), None);
        let text = (self.loader)(path)?;
        let left = MAX_FILES_STEPS.saturating_sub(self.file_steps);
        if left == 0 || self.modules.values().flatten().count() >= MAX_FILES {
            let what =
                "The script imports more files of its own than are looked at; what the others declare is missing.";
            self.parsers.doubt(what.to_owned());
            return None;
        }
        let body = lower::read(&text)?;
        let scope = self.new_scope(None);
        scope.set(&"__name__".into(), Value::str(path));
        self.modules.insert(key, Some(Rc::clone(&scope)));
        // What a file costs is not taken from the script's own.
        let (before, most) = (self.steps, self.most_steps);
        self.most_steps = self.steps.saturating_add(MAX_FILE_STEPS.min(left)).min(most);
        let calls = std::mem::replace(&mut self.calls, vec![Call::default()]);
        let unsure = std::mem::take(&mut self.unsure);
        let defined = std::mem::take(&mut self.defined);
        self.parsers.importing += 1;
        self.block(&body, &scope);
        self.parsers.importing -= 1;
        if self.is_exhausted() {
            let what =
                format!("The file of {path} is too long to be gone through to its end; arguments may be missing.");
            self.parsers.doubt(what);
        }
        self.file_steps = self.file_steps.saturating_add(self.steps - before);
        (self.steps, self.most_steps, self.calls, self.unsure) = (before, most, calls, unsure);
        self.defined = defined;
        Some(scope)
    }
}
