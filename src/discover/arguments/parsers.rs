//! The parsers that a script sets up, as they grow.

use std::collections::HashMap;
use std::rc::Rc;

use super::text::to_str;
use super::value::{Class, Value};
use crate::model::declared::{DeclaredRow, HELP_DOUBT, Library};

/// More rows or parsers than any script has for people.
const MAX_ROWS: usize = 5_000;
const MAX_PARSERS: usize = 500;

#[derive(Default)]
pub struct Parsers {
    pub list: Vec<Parser>,
    /// Those that were asked to parse, in this order.
    pub parsed: Vec<Parsed>,
    /// How many imports within each other are gone through.
    pub importing: u32,
    pub doubts: Vec<String>,
    /// Where the call stands that is looked at.
    pub line: u32,
    pub unsure: u32,
    exclusive: u32,
    rows: usize,
    /// How often something was declared, anew or not.
    said: usize,
}

/// A parser that was given the command line.
#[derive(Clone, Copy)]
pub struct Parsed {
    pub parser: usize,
    /// It leaves what it doesn't know to others.
    pub is_partial: bool,
    /// It is not on a way that may be taken or not.
    pub is_sure: bool,
}

/// How a parser stands to the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Alone,
    /// Another one has taken its rows over.
    Parent,
    /// It belongs to another one, as a command of it.
    Below,
}

pub struct Parser {
    pub library: Library,
    pub name: Option<Rc<str>>,
    pub description: Option<String>,
    pub rows: Vec<DeclaredRow>,
    pub commands: Vec<SubParser>,
    pub needs_command: bool,
    pub prefixes: Rc<str>,
    /// What its rows have that name no default.
    pub default: Option<Value>,
    /// Said for the parser as a whole, by name.
    pub defaults: HashMap<Rc<str>, Value>,
    /// The class that the script made of it.
    pub class: Option<Rc<Class>>,
    pub attributes: HashMap<Rc<str>, Value>,
    pub standing: Standing,
    /// A file that the script imports has made it for itself, and the script added nothing to it.
    pub is_foreign: bool,
    /// What can't be told of it; said if it is told of at all.
    pub doubts: Vec<String>,
}

pub struct SubParser {
    pub name: String,
    pub aliases: Vec<String>,
    pub help: Option<String>,
    pub parser: usize,
}

impl Parsers {
    /// How often something was declared so far.
    pub fn said(&self) -> usize {
        self.said
    }

    /// A new parser; the last one again where a script makes no end of them.
    pub fn add(&mut self, library: Library) -> usize {
        self.said += 1;
        if self.list.len() >= MAX_PARSERS {
            self.doubt(format!("The script has more than {MAX_PARSERS} parsers; the others are not looked at."));
        } else {
            self.list.push(Parser {
                library,
                name: None,
                description: None,
                rows: Vec::new(),
                commands: Vec::new(),
                needs_command: false,
                prefixes: "-".into(),
                default: None,
                defaults: HashMap::new(),
                class: None,
                attributes: HashMap::new(),
                standing: Standing::Alone,
                is_foreign: self.importing > 0,
                doubts: Vec::new(),
            });
        }
        self.list.len() - 1
    }

    pub fn next_exclusive(&mut self) -> u32 {
        self.exclusive += 1;
        self.exclusive
    }

    /// Adds a row; answers its place.
    pub fn add_row(&mut self, parser: usize, mut row: DeclaredRow) -> usize {
        self.said += 1;
        row.conditional = self.unsure > 0;
        row.line = Some(self.line).filter(|line| *line > 0);
        let is_own = self.importing == 0;
        let Some(parser) = self.list.get_mut(parser) else { return 0 };
        parser.is_foreign &= !is_own;
        let is_same = |other: &DeclaredRow| {
            row.flags.iter().any(|flag| other.flags.contains(flag))
                || row.flags.is_empty() && other.flags.is_empty() && row.name == other.name
        };
        if let Some(at) = parser.rows.iter().position(is_same) {
            // Said twice on two ways of which one is taken; or said anew, which only `conflict_handler` allows.
            if self.unsure == 0 {
                parser.rows[at] = row;
            }
            return at;
        }
        if self.rows >= MAX_ROWS {
            self.doubt(format!("The script has more than {MAX_ROWS} arguments; the others are not told."));
            return usize::MAX;
        }
        self.rows += 1;
        parser.rows.push(row);
        parser.rows.len() - 1
    }

    /// Takes over another one's rows.
    pub fn inherit(&mut self, parser: usize, from: usize) {
        let Some(above) = self.list.get_mut(from).filter(|_| from != parser) else { return };
        if above.standing == Standing::Alone {
            above.standing = Standing::Parent;
        }
        let (rows, defaults) = (above.rows.clone(), above.defaults.clone());
        if let Some(parser) = self.list.get_mut(parser) {
            for row in rows {
                if self.rows < MAX_ROWS
                    && !parser.rows.iter().any(|own| !own.flags.is_empty() && own.flags == row.flags)
                {
                    self.rows += 1;
                    parser.rows.push(row);
                }
            }
            parser.defaults.extend(defaults);
        }
    }

    pub fn add_command(&mut self, parser: usize, command: SubParser) {
        if let Some(below) = self.list.get_mut(command.parser) {
            below.standing = Standing::Below;
        }
        let is_own = self.importing == 0;
        if let Some(parser) = self.list.get_mut(parser) {
            parser.is_foreign &= !is_own;
            parser.commands.retain(|other| other.name != command.name);
            parser.commands.push(command);
        }
    }

    pub fn doubt(&mut self, what: String) {
        if self.doubts.len() < 50 && !self.doubts.contains(&what) {
            self.doubts.push(what);
        }
    }

    /// A parser is handed to something that isn't looked at, a plugin say.
    pub fn hand_over(&mut self, parser: usize, to: &str) {
        let line = self.line;
        if let Some(parser) = self.list.get_mut(parser).filter(|parser| parser.doubts.len() < 50) {
            let to = to.split('(').next().unwrap_or(to);
            parser
                .doubts
                .push(format!("Line {line}: {to} may add arguments that are known only when the script runs."));
        }
    }

    pub fn set_attribute(&mut self, parser: usize, name: &Rc<str>, value: &Value) {
        let Some(parser) = self.list.get_mut(parser) else { return };
        if &**name == "description" {
            parser.description = value.text().map(|text| text.to_string());
        }
        parser.attributes.insert(Rc::clone(name), value.clone());
    }

    /// An attribute that the script has set, and the class to look for others in.
    pub fn attribute(&self, parser: usize, name: &str) -> (Option<Value>, Option<Rc<Class>>) {
        let Some(parser) = self.list.get(parser) else { return (None, None) };
        (parser.attributes.get(name).cloned(), parser.class.clone())
    }

    /// `row = parser.add_argument(…); row.required = True`
    pub fn set_row_attribute(&mut self, (parser, row): (usize, usize), name: &str, value: &Value) {
        let Some(row) = self.list.get_mut(parser).and_then(|parser| parser.rows.get_mut(row)) else { return };
        match name {
            "required" => row.required = value.truth().unwrap_or(row.required),
            "default" => set_default(row, value),
            "help" => set_help(row, value),
            "choices" => set_choices(row, value),
            "metavar" => row.metavar = value.text().map(|text| text.to_string()),
            _ => {}
        }
    }
}

/// Takes a default over, or says that it is computed.
pub fn set_default(row: &mut DeclaredRow, value: &Value) {
    row.default = serde_json::Value::Null;
    row.computed_default = None;
    match (json(value), value) {
        (_, Value::Str(text)) if &**text == "==SUPPRESS==" => {}
        (Some(value), _) => row.default = value,
        (None, Value::Unknown(source)) => row.computed_default = Some(source.to_string()),
        (None, Value::External(path)) => row.computed_default = Some(path.to_string()),
        (None, _) => row.computed_default = Some("the script computes it".to_owned()),
    }
}

pub fn set_help(row: &mut DeclaredRow, value: &Value) {
    match value {
        Value::Str(text) if &**text == "==SUPPRESS==" => row.hidden = true,
        Value::Str(text) => row.help = Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        Value::Unknown(_) => row.doubts.push(HELP_DOUBT.to_owned()),
        _ => {}
    }
}

pub fn set_choices(row: &mut DeclaredRow, value: &Value) {
    if matches!(value, Value::None) {
        return;
    }
    let told = value.items().and_then(|items| items.iter().map(choice).collect::<Option<Vec<_>>>());
    match told {
        Some(choices) if choices.len() <= 1_000 => row.choices = choices,
        _ => row.doubts.push("its choices are known only when the script runs".to_owned()),
    }
}

/// As it is typed: of an enumeration's member what its class turns back into it.
fn choice(value: &Value) -> Option<String> {
    match value {
        Value::Member(member) => to_str(&member.value),
        other => to_str(other),
    }
}

/// As JSON has it; `None` if it isn't known.
pub fn json(value: &Value) -> Option<serde_json::Value> {
    json_within(value, super::text::MAX_DEPTH)
}

fn json_within(value: &Value, depth: u32) -> Option<serde_json::Value> {
    use serde_json::Value as Json;
    let depth = depth.checked_sub(1)?;
    let json = |value: &Value| json_within(value, depth);
    Some(match value {
        Value::None => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::from(*value),
        Value::Float(value) => serde_json::Number::from_f64(*value)
            .map_or_else(|| Json::String(super::text::float_text(*value)), Json::Number),
        Value::Str(text) | Value::Path(text) => Json::String(text.to_string()),
        Value::Member(member) => json(&member.value)?,
        Value::List(_) | Value::Tuple(_) | Value::Set(_) => {
            Json::Array(value.items()?.iter().map(&json).collect::<Option<Vec<_>>>()?)
        }
        Value::Dict(pairs) => {
            let pairs = pairs.borrow();
            Json::Object(pairs.iter().map(|(key, value)| Some((to_str(key)?, json(value)?))).collect::<Option<_>>()?)
        }
        _ => return None,
    })
}
