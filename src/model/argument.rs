//! One row of arguments: what is passed, and what the script said of it, so that a preset is complete without the script.
//!
//! How rows become arguments is `words`' business, what is wrong with one `argument_check`'s, and how a row learns what
//! the script says `merge`'s.

use serde::{Deserialize, Serialize};

use super::lifecycle::{is_default, is_false};
use super::secret::{RowSecret, bare};
use super::shared::Shared;

/// One row of arguments.
///
/// What reaches the program, in order: the flag if there is one, then the value. A flag without a value is a switch;
/// a flag that ends in `=` is joined with its value; a value without a flag is positional, and passed even if empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    pub on: bool,
    pub flag: String,
    #[serde(default)]
    pub value: String,
    /// Further values, each an argument of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more: Vec<String>,
    /// An order from outside, such as TouchDesigner's, may set the value; see [`super::set_from_outside`].
    #[serde(default, skip_serializing_if = "is_false")]
    pub outside: bool,
    /// In the place of a value: where that comes from, and how it reaches the script.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "bare")]
    pub secret: Option<RowSecret>,
    /// What its values are, where a person has said so; otherwise what the script said.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "plain")]
    pub kind: Option<ValueKind>,
    /// Shared by copies of the row: presets are compared with their files and surveys in every frame.
    #[serde(default, skip_serializing_if = "is_default")]
    pub said: Shared<Said>,
}

/// What the values of a row are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueKind {
    #[default]
    Text,
    /// Has no value: the flag says all.
    Switch,
    /// A switch that is given several times for more; the value is how often.
    Count,
    /// A whole number.
    Integer,
    Number,
    File,
    Folder,
    Date,
    /// As `#rrggbb`.
    Color,
    /// One of the script's commands, as `commit` is of `git`.
    Command,
}

/// What a script said of one of its arguments when it was read or asked. Empty for a row that somebody made by hand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own that a script says or doesn't")]
pub struct Said {
    /// What the script calls it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// All flags that mean it: `-i`, `--input`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub flags: Vec<String>,
    /// Those that switch it off: `--no-color`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub off_flags: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub kind: ValueKind,
    /// The least number; empty for no bound.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub from: String,
    /// The greatest number; empty for no bound.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub to: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
    /// How many values, as argparse writes it: a number, `?`, `*`, `+`, `...`; empty for one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub nargs: String,
    /// The flag is given anew with each of several values.
    #[serde(skip_serializing_if = "is_false")]
    pub repeats: bool,
    /// As it would be typed; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub default: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub help: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub metavar: String,
    #[serde(skip_serializing_if = "is_false")]
    pub required: bool,
    /// The heading that the script puts it under.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub group: String,
    /// Of the rows with the same number only one may be given; 0 for none.
    #[serde(skip_serializing_if = "is_default")]
    pub exclusive: u32,
    /// And one of them must be.
    #[serde(skip_serializing_if = "is_false")]
    pub one_required: bool,
    /// The commands that it belongs to, from the outermost; empty for those of every run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// What of the script's own looks at the text; then nobody else knows what it takes.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub converter: String,
    /// What of it can't be told, in a few words each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
    /// The script doesn't say it any more.
    #[serde(skip_serializing_if = "is_false")]
    pub gone: bool,
}

impl Argument {
    /// A row that is on and of which nobody has said anything.
    #[must_use]
    pub fn new(flag: &str, value: &str) -> Self {
        Self { on: true, flag: flag.to_owned(), value: value.to_owned(), ..Self::default() }
    }

    /// Whether a script has said something of it.
    #[must_use]
    pub fn is_declared(&self) -> bool {
        !self.said.name.is_empty() || !self.said.flags.is_empty()
    }

    #[must_use]
    pub fn kind(&self) -> ValueKind {
        self.kind.unwrap_or(self.said.kind)
    }

    /// What its value is chosen from; empty if it isn't.
    #[must_use]
    pub fn choices(&self) -> &[String] {
        if self.kind.is_some_and(|kind| kind != self.said.kind) { &[] } else { &self.said.choices }
    }

    /// The flag without the `=` that joins it with its value.
    #[must_use]
    pub fn bare_flag(&self) -> &str {
        let bare = self.flag.strip_suffix('=');
        bare.unwrap_or(&self.flag)
    }

    /// Whether this flag means it; `=` at its end doesn't matter.
    #[must_use]
    pub fn is_called(&self, flag: &str) -> bool {
        let flag = flag.strip_suffix('=').unwrap_or(flag);
        !flag.is_empty() && (self.bare_flag() == flag || self.said.is_called(flag))
    }

    /// What it is called in a sentence.
    #[must_use]
    pub fn title(&self) -> &str {
        match self.bare_flag() {
            "" if self.said.name.is_empty() => "This row",
            "" => &self.said.name,
            flag => flag,
        }
    }

    /// All its values, the first even if it is empty.
    pub fn values(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.value.as_str()).chain(self.more.iter().map(String::as_str))
    }

    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut String> {
        std::iter::once(&mut self.value).chain(&mut self.more)
    }

    #[must_use]
    pub fn has_no_value(&self) -> bool {
        self.value.is_empty() && self.more.is_empty()
    }

    /// Whether a value goes with it. Of a row that somebody made by hand that is so if it has one.
    #[must_use]
    pub fn takes_value(&self) -> bool {
        match self.kind() {
            ValueKind::Switch | ValueKind::Count => false,
            ValueKind::Text if !self.is_declared() && self.kind.is_none() => {
                self.flag.is_empty() || self.flag.ends_with('=') || !self.has_no_value()
            }
            ValueKind::Text
            | ValueKind::Integer
            | ValueKind::Number
            | ValueKind::File
            | ValueKind::Folder
            | ValueKind::Date
            | ValueKind::Color
            | ValueKind::Command => true,
        }
    }

    /// Whether it may have several values.
    #[must_use]
    pub fn takes_several(&self) -> bool {
        self.said.repeats || !self.more.is_empty() || self.said.takes_several()
    }
}

impl Said {
    /// Whether this flag means it.
    #[must_use]
    pub fn is_called(&self, flag: &str) -> bool {
        self.flags.iter().chain(&self.off_flags).any(|own| own == flag)
    }

    fn takes_several(&self) -> bool {
        match self.nargs.as_str() {
            "" | "?" | "0" | "1" => false,
            _ => self.kind != ValueKind::Command,
        }
    }

    /// How many values it takes is open: what follows could be taken for one of them.
    #[must_use]
    pub fn is_open_ended(&self) -> bool {
        matches!(self.nargs.as_str(), "?" | "*" | "+" | "..." | "A...")
    }

    /// Takes all that follows, whatever it is.
    #[must_use]
    pub fn takes_the_rest(&self) -> bool {
        matches!(self.nargs.as_str(), "..." | "A...")
    }
}

/// The commands that the rows name, from the outermost.
#[must_use]
pub fn chosen_command(rows: &[Argument]) -> Vec<String> {
    let mut path: Vec<String> = Vec::new();
    loop {
        let names_next = |row: &&Argument| {
            row.on && row.kind() == ValueKind::Command && row.said.command == path && !row.value.is_empty()
        };
        match rows.iter().find(names_next) {
            Some(row) => path.push(row.value.clone()),
            None => return path,
        }
    }
}

/// Whether a row is of the chosen command, or of every run.
#[must_use]
pub fn is_of_command(row: &Argument, chosen: &[String]) -> bool {
    chosen.starts_with(&row.said.command)
}

/// A field that is left out instead of being `None`, and written without `Some`.
mod plain {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde's with hands a reference")]
    pub fn serialize<T: Serialize, S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_unit(),
        }
    }

    pub fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
        T::deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_without_a_script_is_as_short_as_ever_and_one_with_it_reads_back() {
        let free = Argument::new("-i", "x");
        assert_eq!(ron::to_string(&free).unwrap(), "(on:true,flag:\"-i\",value:\"x\")");
        let said = Said {
            name: "delay".to_owned(),
            flags: vec!["-d".to_owned(), "--delay".to_owned()],
            kind: ValueKind::Integer,
            to: "60".to_owned(),
            default: "10".to_owned(),
            ..Said::default()
        };
        let row = Argument { kind: Some(ValueKind::Number), said: said.into(), ..Argument::new("-d", "5") };
        let text = ron::to_string(&row).unwrap();
        assert_eq!(
            text,
            "(on:true,flag:\"-d\",value:\"5\",kind:Number,said:(name:\"delay\",flags:[\"-d\",\"--delay\"],kind:Integer,\
             to:\"60\",default:\"10\"))"
        );
        assert_eq!(ron::from_str::<Argument>(&text).unwrap(), row);
    }

    #[test]
    fn the_chosen_command_is_followed_down() {
        let command = |below: &[&str], value: &str| Argument {
            said: Said {
                name: "command".to_owned(),
                kind: ValueKind::Command,
                command: below.iter().map(|name| (*name).to_owned()).collect(),
                ..Said::default()
            }
            .into(),
            ..Argument::new("", value)
        };
        let rows = [command(&["remote"], "add"), command(&[], "remote"), command(&["stash"], "pop")];
        assert_eq!(chosen_command(&rows), ["remote", "add"]);
        let of = |command: &[&str]| {
            let command: Vec<_> = command.iter().map(|name| (*name).to_owned()).collect();
            is_of_command(
                &Argument { said: Said { command, ..Said::default() }.into(), ..Argument::default() },
                &chosen_command(&rows),
            )
        };
        assert!(of(&[]) && of(&["remote"]) && of(&["remote", "add"]) && !of(&["stash"]));
    }
}
