//! What the decorators of click declare, and the functions that typer makes commands of.

use std::rc::Rc;

use super::click_rows::click_row;
use super::eval::Machine;
use super::parsers::{Standing, SubParser};
use super::value::{Args, Class, Func, Param, Value};
use crate::model::declared::Library;

/// The name in click or typer, whichever of the libraries that build on them it comes from.
pub fn plain_path(path: &str) -> Option<String> {
    let (module, name) = path.split_once('.')?;
    match module {
        "click" | "rich_click" | "asyncclick" | "cloup" => Some(format!("click.{}", name.rsplit('.').next()?)),
        "typer" => Some(path.to_owned()),
        _ => None,
    }
}

/// Whether something of another module is a class of commands.
pub fn is_command_class(path: &str) -> bool {
    matches!(
        plain_path(path).as_deref(),
        Some(
            "click.Group"
                | "click.MultiCommand"
                | "click.Command"
                | "click.BaseCommand"
                | "click.RichGroup"
                | "click.RichCommand"
        )
    )
}

/// Whether a class of commands of the script's own finds its commands out when it runs, from plugins say.
pub fn looks_commands_up(class: &Rc<Class>) -> bool {
    class.find("list_commands").is_some()
}

/// Looked at where they are used: as decorators, as defaults, as types.
const KEPT: [&str; 20] = [
    "click.Option",
    "click.Argument",
    "click.option",
    "click.argument",
    "click.command",
    "click.group",
    "click.version_option",
    "click.password_option",
    "click.confirmation_option",
    "click.Choice",
    "click.Path",
    "click.File",
    "click.IntRange",
    "click.FloatRange",
    "click.DateTime",
    "click.Tuple",
    "typer.Option",
    "typer.Argument",
    "click.help_option",
    "click.pass_context",
];

impl Machine<'_> {
    pub fn call_click(&mut self, path: &str, args: &Args) -> Option<Value> {
        let path = plain_path(path)?;
        if KEPT.contains(&path.as_str()) {
            return Some(self.param(&path, args, None));
        }
        match path.as_str() {
            "typer.Typer" => {
                let parser = self.parsers.add(Library::Typer);
                self.parsers.list[parser].name = args.text(0, "name");
                self.parsers.list[parser].description =
                    args.named("help").and_then(Value::text).map(|help| help.trim().to_owned());
                Some(Value::Parser(parser))
            }
            "typer.run" => {
                if let Some(Value::Func(func)) = args.plain.first() {
                    let parser = self.typer_rows(func);
                    self.parse(parser, false);
                }
                Some(Value::None)
            }
            _ => None,
        }
    }

    fn param(&self, callee: &str, args: &Args, parent: Option<usize>) -> Value {
        Value::Param(Rc::new(Param { callee: callee.into(), args: args.clone(), line: self.parsers.line, parent }))
    }

    pub fn call_click_method(&mut self, parser: usize, name: &str, args: &Args) -> Option<Value> {
        let library = self.parsers.list.get(parser)?.library;
        match (library, name) {
            (Library::Click, "command" | "group") => Some(self.param(&format!("click.{name}"), args, Some(parser))),
            (Library::Typer, "command" | "callback") => Some(self.param(&format!("typer.{name}"), args, Some(parser))),
            (Library::Click, "main") => {
                self.parse(parser, false);
                Some(Value::None)
            }
            (Library::Click | Library::Typer, "add_command" | "add_typer") => {
                let Some(Value::Parser(below)) = args.plain.first() else { return None };
                let named = args.named("name").or(args.plain.get(1)).and_then(Value::text);
                let name = named.or_else(|| self.parsers.list.get(*below).and_then(|below| below.name.clone()));
                match name {
                    Some(name) => self.add_below(parser, *below, &name),
                    // Without a name of its own its commands are the other one's.
                    None => self.merge_commands(parser, *below),
                }
                Some(Value::None)
            }
            _ => None,
        }
    }

    /// What is said when a command is made without a decorator.
    pub fn configure_command(&mut self, parser: usize, args: &Args) {
        let name = args.text(0, "name");
        let help = args.named("help").and_then(Value::text);
        if let Some(own) = self.parsers.list.get_mut(parser) {
            own.name = name.or(own.name.take());
            own.description = help.map(|help| help.trim().to_owned()).or(own.description.take());
        }
        self.parsers.unsure = self.unsure;
        let params = args.named("params").filter(|params| !matches!(params, Value::None));
        match params.map(Value::items) {
            Some(None) => self.doubt_here("options of a command are known only when the script runs"),
            params => {
                for param in params.flatten().unwrap_or_default() {
                    match param {
                        Value::Param(own) => self.add_click_row(parser, &own),
                        _ => self.doubt_here("an option of a command is known only when the script runs"),
                    }
                }
            }
        }
        if let Some(Value::Dict(pairs)) = args.named("commands") {
            for (name, below) in pairs.borrow().clone() {
                if let (Some(name), Value::Parser(below)) = (name.text(), below) {
                    self.add_below(parser, below, &name);
                }
            }
        }
    }

    fn doubt_here(&mut self, what: &str) {
        self.parsers.doubt(format!("Line {}: {what}.", self.parsers.line));
    }

    pub(super) fn add_click_row(&mut self, parser: usize, param: &Param) {
        self.parsers.line = param.line;
        if let Some(row) = click_row(param) {
            self.parsers.unsure = self.unsure;
            self.parsers.add_row(parser, row);
        }
    }

    fn add_below(&mut self, parser: usize, below: usize, name: &str) {
        let (name, aliases, help) = (name.to_owned(), Vec::new(), None);
        self.parsers.add_command(parser, SubParser { name, aliases, help, parser: below });
        if let Some(own) = self.parsers.list.get_mut(parser) {
            own.needs_command = true;
        }
    }

    fn merge_commands(&mut self, parser: usize, below: usize) {
        let Some(from) = self.parsers.list.get_mut(below) else { return };
        from.standing = Standing::Below;
        for command in std::mem::take(&mut from.commands) {
            self.parsers.add_command(parser, command);
        }
    }

    pub fn apply_decorator(&mut self, decorator: &Value, value: Value) -> Value {
        match (decorator, &value) {
            (Value::Param(param), Value::Func(func)) => self.apply_param(param, func, &value),
            (Value::External(path), Value::Func(func)) => match plain_path(path) {
                Some(path) if KEPT.contains(&path.as_str()) => {
                    let args = Args::default();
                    let param = Param { callee: path.as_str().into(), args, line: func.def.line, parent: None };
                    self.apply_param(&param, func, &value)
                }
                _ => value,
            },
            (Value::Method(method), Value::Func(_)) if matches!(method.0, Value::Parser(_)) => {
                // `@cli.command` without its brackets.
                match self.call(decorator, &Args::default(), "") {
                    made @ Value::Param(_) => self.apply_decorator(&made, value),
                    _ => value,
                }
            }
            (Value::Func(_) | Value::Bound(_), Value::Func(_)) => {
                match self.call(decorator, &Args { plain: vec![value.clone()], ..Args::default() }, "") {
                    made @ (Value::Func(_) | Value::Parser(_)) => made,
                    _ => value,
                }
            }
            _ => value,
        }
    }

    fn apply_param(&mut self, param: &Param, func: &Rc<Func>, value: &Value) -> Value {
        match &*param.callee {
            "click.command" | "click.group" => self.click_command(param, func),
            "functools.wraps" => match param.args.plain.first() {
                Some(Value::Func(other)) => Value::Func(Rc::new(func.wrapping(other))),
                _ => value.clone(),
            },
            "typer.command" => {
                let parser = self.typer_rows(func);
                let name = param.args.text(0, "name").unwrap_or_else(|| command_name(&func.def.name).into());
                if let Some(app) = param.parent {
                    let (name, aliases, help) =
                        (name.to_string(), Vec::new(), param.args.text(9, "help").map(|help| help.to_string()));
                    self.parsers.add_command(app, SubParser { name, aliases, help, parser });
                    self.parsers.list[app].needs_command = true;
                }
                value.clone()
            }
            "typer.callback" => {
                let rows = self.typer_rows(func);
                if let Some(app) = param.parent {
                    self.parsers.inherit(app, rows);
                    self.parsers.list[rows].standing = Standing::Below;
                    self.parsers.set_attribute(app, &"(callback)".into(), &Value::Bool(true));
                }
                value.clone()
            }
            _ => {
                func.params.borrow_mut().push(Value::Param(Rc::new(Param {
                    callee: Rc::clone(&param.callee),
                    args: param.args.clone(),
                    line: param.line,
                    parent: None,
                })));
                value.clone()
            }
        }
    }

    /// A command's parser; of a class of the script's own what that declares for all of its commands.
    fn parser_of_class(&mut self, param: &Param) -> usize {
        let Some(Value::Class(class)) = param.args.named("cls") else { return self.parsers.add(Library::Click) };
        let named = param.args.named.iter().filter(|(name, _)| &**name != "cls").cloned().collect();
        let args = Args { named, ..param.args.clone() };
        match self.call(&Value::Class(Rc::clone(class)), &args, "") {
            Value::Parser(parser) => parser,
            _ => self.parsers.add(Library::Click),
        }
    }

    fn click_command(&mut self, param: &Param, func: &Rc<Func>) -> Value {
        let parser = self.parser_of_class(param);
        let name = param.args.text(0, "name").unwrap_or_else(|| command_name(&func.def.name).into());
        let help = param.args.named("help").and_then(Value::text).or_else(|| func.def.doc.clone());
        self.parsers.list[parser].name = Some(Rc::clone(&name));
        self.parsers.list[parser].description = help.map(|help| help.trim().to_owned());
        if &*param.callee == "click.group" {
            let alone = param.args.named("invoke_without_command").and_then(Value::truth) == Some(true);
            self.parsers.list[parser].needs_command = !alone;
        }
        let params: Vec<_> = func.params.borrow().iter().rev().cloned().collect();
        for own in params {
            if let Value::Param(own) = own {
                self.add_click_row(parser, &own);
            }
        }
        if let Some(parent) = param.parent {
            self.add_below(parent, parser, &name);
        }
        Value::Parser(parser)
    }
}

/// A function's name as a command is called.
fn command_name(function: &str) -> String {
    function.to_lowercase().replace('_', "-")
}
