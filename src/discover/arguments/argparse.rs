//! What calls to argparse, and to optparse before it, declare.

use std::rc::Rc;

use super::eval::Machine;
use super::parsers::{SubParser, set_choices, set_default, set_help};
use super::text::to_str;
use super::value::{Args, Class, Group, Value};
use crate::model::declared::{Action, DeclaredRow, Kind, Library};

/// Whether something of another module is a class of parsers like argparse's or optparse's.
pub fn is_parser_class(path: &str) -> bool {
    matches!(
        path,
        "argparse.ArgumentParser"
            | "configargparse.ArgumentParser"
            | "configargparse.ArgParser"
            | "configargparse.Parser"
            | "jsonargparse.ArgumentParser"
            | "gooey.GooeyParser"
            | "optparse.OptionParser"
    ) || super::click::is_command_class(path)
}

/// Whether it is one of the ways to give an argument that a class stands for.
fn is_action_class(path: &str) -> bool {
    path.starts_with("argparse.") && path.ends_with("Action") || path == "optparse.Option"
}

impl Machine<'_> {
    pub fn new_parser(&mut self, base: &str, class: Option<Rc<Class>>) -> Value {
        let library = if super::click::is_command_class(base) {
            Library::Click
        } else if base.starts_with("optparse") {
            Library::Optparse
        } else {
            Library::Argparse
        };
        let parser = self.parsers.add(library);
        self.parsers.list[parser].class = class;
        Value::Parser(parser)
    }

    /// What is said when a parser is made.
    pub fn configure_parser(&mut self, parser: usize, args: &Args) {
        if self.parsers.list.get(parser).is_some_and(|own| own.library == Library::Click) {
            self.configure_command(parser, args);
            return;
        }
        let parents = args.named("parents").and_then(Value::items).unwrap_or_default();
        for parent in parents {
            if let Value::Parser(from) = parent {
                self.parsers.inherit(parser, from);
            }
        }
        let Some(own) = self.parsers.list.get_mut(parser) else { return };
        let is_optparse = own.library == Library::Optparse;
        let place = if is_optparse { 5 } else { 2 };
        if let Some(text) = args.text(place, "description") {
            own.description = Some(text.trim().to_owned());
        }
        if let Some(prefixes) = args.named("prefix_chars").and_then(Value::text) {
            own.prefixes = prefixes;
        }
        own.default = args.named("argument_default").cloned();
        if !is_optparse {
            return;
        }
        for option in args.get(1, "option_list").and_then(Value::items).unwrap_or_default() {
            self.add_made_option(parser, None, &option);
        }
        let version = args.get(3, "version").filter(|version| !matches!(version, Value::None));
        if version.is_some_and(|version| version.truth() != Some(false)) {
            let row = DeclaredRow {
                flags: vec!["--version".to_owned()],
                name: "version".to_owned(),
                help: Some("show program's version number and exit".to_owned()),
                action: Action::Version,
                ..DeclaredRow::default()
            };
            self.parsers.unsure = self.unsure;
            self.parsers.add_row(parser, row);
        }
    }

    /// A call of something of another module that has to do with declaring arguments.
    pub fn call_framework(&mut self, path: &Rc<str>, args: &Args) -> Option<Value> {
        if is_parser_class(path) {
            let parser = self.new_parser(path, None);
            if let Value::Parser(parser) = &parser {
                self.configure_parser(*parser, args);
            }
            return Some(parser);
        }
        match &**path {
            "optparse.OptionGroup" => {
                let Some(Value::Parser(parser)) = args.plain.first() else { return None };
                Some(Value::Group(Rc::new(Group {
                    parser: *parser,
                    title: args.text(1, "title"),
                    exclusive: None,
                    one_required: false,
                })))
            }
            "optparse.make_option" | "optparse.Option" => Some(Value::Param(Rc::new(super::value::Param {
                callee: Rc::clone(path),
                args: args.clone(),
                line: self.parsers.line,
                parent: None,
            }))),
            "argparse.FileType" => Some(Value::External("argparse.FileType".into())),
            _ => self.call_click(path, args),
        }
    }

    /// A group of which only one may be given.
    fn exclusive_group(&mut self, parser: usize, title: Option<Rc<str>>, args: &Args) -> Value {
        let exclusive = Some(self.parsers.next_exclusive());
        let one_required = args.named("required").and_then(Value::truth).unwrap_or(false);
        Value::Group(Rc::new(Group { parser, title, exclusive, one_required }))
    }

    /// A method of a parser, of a group in it, or of where its commands are.
    pub fn call_parser(&mut self, object: &Value, name: &str, args: &Args, source: &str) -> Value {
        let place = match object {
            Value::Parser(parser) => (*parser, None),
            Value::Group(group) => (group.parser, Some(Rc::clone(group))),
            Value::Commands(parser) if name == "add_parser" => return self.add_parser(*parser, args),
            Value::Super(above) => match &above.0 {
                Value::Parser(parser) if name == "__init__" => {
                    self.configure_parser(*parser, args);
                    return Value::None;
                }
                Value::Parser(parser) => (*parser, None),
                _ => return Value::unknown(source),
            },
            _ => return Value::unknown(source),
        };
        let (parser, group) = place;
        match name {
            "add_argument" | "add" | "add_arg" => self.add_argument(parser, group.as_deref(), args),
            "add_option" if args.plain.first().is_some_and(|first| matches!(first, Value::Param(_))) => {
                self.add_made_option(parser, group.as_deref(), &args.plain[0]);
                Value::None
            }
            "add_option" => self.add_option(parser, group.as_deref(), args),
            "add_options" => {
                for option in args.plain.first().and_then(Value::items).unwrap_or_default() {
                    self.add_made_option(parser, group.as_deref(), &option);
                }
                Value::None
            }
            "add_argument_group" | "add_option_group" | "add_arg_group" => match args.plain.first() {
                Some(group @ Value::Group(_)) => group.clone(),
                _ => Value::Group(Rc::new(Group {
                    parser,
                    title: args.text(0, "title"),
                    exclusive: None,
                    one_required: false,
                })),
            },
            "add_mutually_exclusive_group" => {
                let title = group.and_then(|group| group.title.clone());
                self.exclusive_group(parser, title, args)
            }
            "add_subparsers" => {
                let is_required = args.named("required").and_then(Value::truth).unwrap_or(false);
                if let Some(own) = self.parsers.list.get_mut(parser) {
                    own.needs_command |= is_required;
                }
                Value::Commands(parser)
            }
            "set_defaults" => {
                if let Some(own) = self.parsers.list.get_mut(parser) {
                    own.defaults.extend(args.named.iter().cloned());
                }
                Value::None
            }
            "set_default" => {
                if let (Some(name), Some(value), Some(own)) =
                    (args.text(0, "dest"), args.plain.get(1), self.parsers.list.get_mut(parser))
                {
                    own.defaults.insert(name, value.clone());
                }
                Value::None
            }
            "parse_args" | "parse_known_args" | "parse_intermixed_args" | "parse_known_intermixed_args" => {
                // What the script lists itself is not what it is given.
                if !matches!(args.get(0, "args"), Some(Value::List(_) | Value::Tuple(_))) {
                    self.parse(parser, name.contains("known"));
                }
                Value::unknown("what was given to the script")
            }
            _ => self.call_click_method(parser, name, args).unwrap_or_else(|| Value::unknown(source)),
        }
    }

    fn add_parser(&mut self, parser: usize, args: &Args) -> Value {
        let library = self.parsers.list.get(parser).map_or(Library::Argparse, |parser| parser.library);
        let below = self.parsers.add(library);
        self.configure_parser(below, args);
        let Some(name) = args.text(0, "name") else {
            self.parsers.doubt(format!(
                "Line {}: the name of a command is known only when the script runs.",
                self.parsers.line
            ));
            return Value::Parser(below);
        };
        let aliases = args.named("aliases").and_then(Value::items).unwrap_or_default();
        let aliases = aliases.iter().filter_map(Value::text).map(|alias| alias.to_string()).collect();
        let help = args.named("help").and_then(Value::text);
        let help = help.filter(|help| &**help != "==SUPPRESS==").map(|help| help.to_string());
        self.parsers.add_command(parser, SubParser { name: name.to_string(), aliases, help, parser: below });
        Value::Parser(below)
    }

    fn add_argument(&mut self, parser: usize, group: Option<&Group>, args: &Args) -> Value {
        let Some(own) = self.parsers.list.get(parser) else { return Value::None };
        let (prefixes, general_default) = (Rc::clone(&own.prefixes), own.default.clone());
        let mut row = DeclaredRow::default();
        let mut names = Vec::new();
        let line = self.parsers.line;
        for value in &args.plain {
            match value.text() {
                Some(name) if !name.is_empty() => names.push(name),
                _ => {
                    self.parsers.doubt(format!("Line {line}: an argument's name is known only when the script runs."));
                    return Value::None;
                }
            }
        }
        if names.is_empty() && args.has_more {
            self.parsers.doubt(format!("Line {line}: an argument's name is known only when the script runs."));
            return Value::None;
        }
        let is_flag = |name: &str| name.starts_with(|c| prefixes.contains(c));
        row.flags = names.iter().filter(|name| is_flag(name)).map(ToString::to_string).collect();
        let plain_name = names.iter().find(|name| !is_flag(name));
        let dest = args.named("dest").and_then(Value::text);
        row.name = dest
            .or_else(|| plain_name.cloned())
            .map_or_else(|| dest_of(&row.flags, &prefixes), |name| name.to_string());
        if let Some(group) = group {
            row.group = group.title.as_ref().map(ToString::to_string);
            (row.exclusive, row.one_required) = (group.exclusive, group.one_required);
        }
        set_action(&mut row, args);
        if matches!(row.action, Action::Version) && row.flags.is_empty() {
            return Value::None;
        }
        if args.named("action").and_then(Value::text).as_deref() == Some("help") {
            return Value::None;
        }
        set_common(&mut row, args, general_default.as_ref());
        row.required = if row.flags.is_empty() {
            !matches!(row.nargs.as_deref(), Some("?" | "*" | "..." | "A..."))
        } else {
            match args.named("required") {
                Some(value) => value.truth().unwrap_or_else(|| {
                    row.doubts.push("whether it is required is known only when the script runs".to_owned());
                    false
                }),
                None => false,
            }
        };
        if args.has_more {
            row.doubts.push("more is said of it when the script runs".to_owned());
        }
        self.parsers.unsure = self.unsure;
        Value::Row(parser, self.parsers.add_row(parser, row))
    }

    /// optparse's way to say the same.
    fn add_option(&mut self, parser: usize, group: Option<&Group>, args: &Args) -> Value {
        let flags: Option<Vec<_>> = args.plain.iter().map(Value::text).collect();
        let Some(flags) = flags.filter(|flags| !flags.is_empty()) else {
            let line = self.parsers.line;
            self.parsers.doubt(format!("Line {line}: an option's name is known only when the script runs."));
            return Value::None;
        };
        let flags = flags.iter().map(ToString::to_string).filter(|flag| !flag.is_empty()).collect();
        let mut row = DeclaredRow { flags, ..DeclaredRow::default() };
        let dest = args.named("dest").and_then(Value::text);
        row.name = dest.map_or_else(|| dest_of(&row.flags, "-"), |name| name.to_string());
        row.group = group.and_then(|group| group.title.as_ref()).map(ToString::to_string);
        set_action(&mut row, args);
        let action = args.named("action").and_then(Value::text);
        if matches!(action.as_deref(), Some("help")) {
            return Value::None;
        }
        // A callback may take values, and then says of which type.
        if action.as_deref() == Some("callback") && (args.named("type").is_some() || args.named("nargs").is_some()) {
            row.action = Action::Store;
        }
        row.default = serde_json::Value::Null;
        set_common(&mut row, args, None);
        self.parsers.unsure = self.unsure;
        Value::Row(parser, self.parsers.add_row(parser, row))
    }

    fn add_made_option(&mut self, parser: usize, group: Option<&Group>, option: &Value) {
        if let Value::Param(made) = option {
            self.parsers.line = made.line;
            self.add_option(parser, group, &made.args);
        }
    }
}

fn switch(row: &mut DeclaredRow, default: bool) {
    row.action = Action::Switch;
    row.default = serde_json::Value::Bool(default);
}

fn set_action(row: &mut DeclaredRow, args: &Args) {
    let Some(action) = args.named("action") else { return };
    let no = |flag: &String| flag.strip_prefix("--").map(|name| format!("--no-{name}"));
    match action {
        Value::Str(action) => match &**action {
            "store_true" => switch(row, false),
            "store_false" => switch(row, true),
            "store_const" | "append_const" | "callback" => row.action = Action::Switch,
            "append" | "extend" => row.action = Action::Append,
            "count" => row.action = Action::Count,
            "version" => row.action = Action::Version,
            _ => {}
        },
        Value::External(path) if path.ends_with("BooleanOptionalAction") => {
            row.action = Action::Switch;
            row.off_flags = row.flags.iter().filter_map(no).collect();
        }
        Value::External(path) if path.contains("StoreTrue") => switch(row, false),
        Value::External(path) if path.contains("StoreFalse") => switch(row, true),
        Value::External(path) if path.contains("Append") => row.action = Action::Append,
        Value::Class(class) if class.external_base(&is_action_class).is_some() => {
            set_own_action(row, class, args);
        }
        Value::None => {}
        _ => row.doubts.push("what giving it does is known only when the script runs".to_owned()),
    }
}

/// A class of the script's own: without values if its `__init__` says so.
fn set_own_action(row: &mut DeclaredRow, class: &Rc<Class>, args: &Args) {
    if let Some(base) = class.external_base(&is_action_class) {
        if base.ends_with("BooleanOptionalAction") {
            row.action = Action::Switch;
            let no = |flag: &String| flag.strip_prefix("--").map(|name| format!("--no-{name}"));
            row.off_flags = row.flags.iter().filter_map(no).collect();
        } else if base.contains("Append") {
            row.action = Action::Append;
        } else if base.contains("StoreTrue") || base.contains("StoreConst") || base.contains("Count") {
            row.action = Action::Switch;
        }
    }
    if let Some((Value::Func(init), _)) = class.find("__init__")
        && args.named("nargs").is_none()
        && takes_no_values(&init.def)
    {
        row.action = Action::Switch;
    }
}

/// Whether a class's `__init__` sets the number of values to none.
fn takes_no_values(def: &super::ast::Def) -> bool {
    let is_zero =
        |param: &super::ast::Param| &*param.name == "nargs" && matches!(param.default, Some(super::ast::Expr::Int(0)));
    def.params.iter().any(is_zero) || format!("{:?}", def.body).contains("Named(\"nargs\", Int(0))")
}

/// argparse's rule: the first long flag's name, else the first short one's.
fn dest_of(flags: &[String], prefixes: &str) -> String {
    let is_long = |flag: &&String| {
        let mut chars = flag.chars();
        chars.next().is_some_and(|c| prefixes.contains(c)) && chars.next().is_some_and(|c| prefixes.contains(c))
    };
    let flag = flags.iter().find(is_long).or(flags.first());
    flag.map(|flag| flag.trim_start_matches(|c| prefixes.contains(c)).replace('-', "_")).unwrap_or_default()
}

/// What both libraries say in the same words.
fn set_common(row: &mut DeclaredRow, args: &Args, general_default: Option<&Value>) {
    if let Some(help) = args.named("help") {
        set_help(row, help);
    }
    if let Some(value) = args.named("type") {
        row.kind = kind_of(value);
        row.converter = converter_of(value);
    }
    if let Some(value) = args.named("choices") {
        set_choices(row, value);
    }
    if let Some(value) = args.named("metavar") {
        row.metavar = match value {
            Value::Tuple(items) => Some(items.iter().filter_map(to_str).collect::<Vec<_>>().join(" ")),
            other => other.text().map(|text| text.to_string()),
        };
    }
    match args.named("nargs") {
        None | Some(Value::None) => {}
        Some(Value::Int(0)) => row.action = Action::Switch,
        Some(Value::Int(count)) => row.nargs = Some(count.to_string()),
        Some(Value::Str(nargs)) => row.nargs = Some(nargs.to_string()),
        Some(_) => row.doubts.push("how many values it takes is known only when the script runs".to_owned()),
    }
    if let Some(value) = args.named("default").or(general_default) {
        set_default(row, value);
    }
}

/// What of the script's own looks at the text; none where that is one of the plain types, which take what they always
/// take.
pub fn converter_of(value: &Value) -> Option<String> {
    const PLAIN: [&str; 9] =
        ["int", "float", "str", "bool", "open", "complex", "argparse.FileType", "decimal.Decimal", "long"];
    let name = match value {
        Value::None => return None,
        Value::External(path) if path.starts_with("pathlib.") || path.starts_with("os.path.") => return None,
        Value::External(path) => path.to_string(),
        Value::Func(func) => func.def.name.to_string(),
        Value::Class(class) => class.name.to_string(),
        // optparse names them.
        Value::Str(name) if matches!(&**name, "string" | "choice") => return None,
        Value::Str(name) => name.to_string(),
        _ => "the script's own".to_owned(),
    };
    (!PLAIN.contains(&name.as_str())).then_some(name)
}

/// What a converter makes of a value says what the value should be.
pub fn kind_of(value: &Value) -> Kind {
    let by_name = |name: &str| {
        let name = name.to_lowercase();
        if name.contains("bool") {
            Kind::Boolean
        } else if name.contains("path") || name.contains("file") || name.contains("dir") || name.contains("folder") {
            Kind::Path
        } else if name.contains("float") {
            Kind::Number
        } else if name.contains("int") && !name.contains("point") && !name.contains("print") && !name.contains("hint") {
            Kind::Integer
        } else if name.contains("date") && !name.contains("update") {
            Kind::Date
        } else {
            Kind::Text
        }
    };
    match value {
        Value::External(path) => match &**path {
            "int" | "numpy.int64" | "numpy.int32" => Kind::Integer,
            "float" | "decimal.Decimal" => Kind::Number,
            "bool" => Kind::Boolean,
            "open" | "argparse.FileType" => Kind::Path,
            path if path.starts_with("datetime.") => Kind::Date,
            path if path.starts_with("pathlib.") || path.starts_with("os.path.") => Kind::Path,
            path => by_name(path.rsplit('.').next().unwrap_or(path)),
        },
        Value::Func(func) => by_name(&func.def.name),
        // optparse names them.
        Value::Str(name) => match &**name {
            "int" | "long" => Kind::Integer,
            "float" => Kind::Number,
            _ => Kind::Text,
        },
        _ => Kind::Text,
    }
}
