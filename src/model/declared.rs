//! What a script says of its own arguments.

use serde::{Deserialize, Serialize};

/// The arguments that a script declares, whoever found that out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Declared {
    /// What the script parses them with; `None` where nothing was found.
    pub library: Option<Library>,
    /// What the script says of itself.
    pub description: Option<String>,
    /// In the order in which the script declares them; those that every run takes.
    pub rows: Vec<DeclaredRow>,
    /// Commands of which one is named, each with rows of its own.
    pub commands: Vec<DeclaredCommand>,
    /// One of the commands must be named.
    pub needs_command: bool,
    /// What can't be told, in sentences.
    pub doubts: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Library {
    Argparse,
    Optparse,
    Click,
    Typer,
    /// Read from what the program says to `--help`.
    Help,
}

/// One command of a script that has several, as `commit` is of `git`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeclaredCommand {
    pub name: String,
    pub aliases: Vec<String>,
    pub help: Option<String>,
    pub rows: Vec<DeclaredRow>,
    pub commands: Vec<DeclaredCommand>,
}

/// The doubt about a text that only tells people what an argument is; nothing is wrong without it.
pub const HELP_DOUBT: &str = "its help is put together when the script runs";

/// One argument.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that a script says or doesn't")]
pub struct DeclaredRow {
    /// How it is given: `-i`, `--input`. None for a positional one.
    pub flags: Vec<String>,
    /// What switches it off, where there is such a flag: `--no-color`.
    pub off_flags: Vec<String>,
    /// What the script calls it.
    pub name: String,
    pub help: Option<String>,
    pub kind: Kind,
    pub action: Action,
    /// How many values it takes, as argparse writes it: a number, `?`, `*`, `+`, `...`; `None` for one.
    pub nargs: Option<String>,
    /// `null` where it has none.
    pub default: serde_json::Value,
    /// The default is found out only when the script runs; this is how.
    pub computed_default: Option<String>,
    pub choices: Vec<String>,
    /// The least number that it takes.
    #[serde(default)]
    pub min: Option<f64>,
    /// The greatest.
    #[serde(default)]
    pub max: Option<f64>,
    /// What of the script's own makes something of the text; what it takes isn't known then.
    #[serde(default)]
    pub converter: Option<String>,
    pub required: bool,
    pub metavar: Option<String>,
    /// The heading that the script puts it under.
    pub group: Option<String>,
    /// Of the rows with the same number only one may be given.
    pub exclusive: Option<u32>,
    /// And one of them must be.
    #[serde(default)]
    pub one_required: bool,
    /// The script doesn't show it in its help.
    pub hidden: bool,
    /// Whether it is there depends on something that is known only when the script runs.
    pub conditional: bool,
    /// Where it stands in the script, counted from 1; `None` if that isn't known.
    pub line: Option<u32>,
    /// What of it can't be told, in a few words each.
    pub doubts: Vec<String>,
}

/// What its values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    #[default]
    Text,
    Integer,
    Number,
    Boolean,
    /// A file or a folder.
    Path,
    Date,
}

/// What giving it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// Takes its value.
    #[default]
    Store,
    /// A switch, without a value.
    Switch,
    /// May be given several times, each with a value.
    Append,
    /// A switch that is given several times for more: `-vvv`.
    Count,
    /// Shows something and ends.
    Version,
}

impl DeclaredRow {
    /// The flag that says most: the first long one, or the first.
    #[must_use]
    pub fn flag(&self) -> &str {
        let long = self.flags.iter().find(|flag| flag.starts_with("--"));
        long.or(self.flags.first()).map_or("", String::as_str)
    }

    /// The default as it would be typed; `None` where there is none that is a value.
    #[must_use]
    pub fn default_text(&self) -> Option<String> {
        match &self.default {
            serde_json::Value::String(text) => Some(text.clone()),
            serde_json::Value::Number(number) => Some(number.to_string()),
            serde_json::Value::Bool(value) if self.takes_value() => {
                Some(if *value { "True" } else { "False" }.to_owned())
            }
            _ => None,
        }
    }

    /// Whether a value goes with it.
    #[must_use]
    pub fn takes_value(&self) -> bool {
        matches!(self.action, Action::Store | Action::Append)
    }
}
