//! Arguments as a program's `--help` shows them: in the styles of argparse, click, clap, Go's flag and GNU. The last resort,
//! for what is neither Python nor declared in a way that can be read.

use super::help_usage::Usage;
use crate::model::declared::{Action, Declared, DeclaredCommand, DeclaredRow, Kind, Library};

/// Texts that are longer are no help.
const MAX_HELP_BYTES: usize = 1 << 20;

/// What a help text says of a program's arguments. Only lines that look like one are taken; nothing is guessed.
#[must_use]
pub fn read_help(text: &str) -> Declared {
    let text = &text[..text.floor_char_boundary(MAX_HELP_BYTES)];
    let usage = Usage::of(text);
    let mut reader = Reader::new(&usage);
    for line in text.lines() {
        reader.line(line.trim_end());
    }
    reader.end_row();
    let mut declared = reader.declared;
    usage.mark_required(&mut declared.rows);
    if declared.rows.iter().all(|row| row.flags.is_empty()) {
        let rows = usage.rows();
        if !rows.is_empty() {
            declared.doubts.push("Only its usage names its options; there may be more of them.".to_owned());
        }
        declared.rows.splice(0..0, rows);
    }
    if !declared.rows.is_empty() || !declared.commands.is_empty() {
        declared.library = Some(Library::Help);
    }
    declared
}

/// What a section is about, by its heading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Options,
    Positional,
    Commands,
}

struct Reader<'u> {
    usage: &'u Usage,
    declared: Declared,
    section: Section,
    heading: Option<String>,
    open: Option<Open>,
    /// How far the commands in braces are indented whose own lines follow, further in.
    commands_at: Option<usize>,
}

/// The row whose help may go on.
struct Open {
    row: DeclaredRow,
    /// How far its line is indented.
    indent: usize,
    help: String,
    /// Its values follow, each with a dash.
    is_at_values: bool,
}

impl<'u> Reader<'u> {
    fn new(usage: &'u Usage) -> Self {
        let (declared, section, heading) = (Declared::default(), Section::default(), None);
        Self { usage, declared, section, heading, open: None, commands_at: None }
    }

    fn open(&mut self, row: DeclaredRow, indent: usize, help: &str) {
        self.open = Some(Open { row, indent, help: help.to_owned(), is_at_values: false });
    }

    fn line(&mut self, line: &str) {
        let indent = line.len() - line.trim_start().len();
        let body = line.trim_start();
        if body.is_empty() {
            return;
        }
        if indent == 0 && !body.starts_with('-') {
            self.end_row();
            self.heading(body);
            return;
        }
        if body.starts_with('-') && body.len() > 1 && indent <= 16 {
            let (flags, help) = columns(body);
            if let Some(row) = option_row(flags, self.heading.as_deref()) {
                self.end_row();
                self.open(row, indent, help);
                return;
            }
        }
        if let Some(open) = self.open.as_mut().filter(|open| indent > open.indent) {
            open.goes_on(body);
            return;
        }
        self.end_row();
        if self.commands_at.is_some_and(|at| indent > at) {
            self.describe_command(body);
            return;
        }
        self.commands_at = None;
        let braces = columns(body).0;
        if let Some(names) = in_braces(braces).filter(|_| self.usage.has_commands(braces)) {
            self.commands_at = Some(indent);
            let named = |name: &str| DeclaredCommand { name: name.to_owned(), ..DeclaredCommand::default() };
            self.declared.commands.extend(names.split(',').map(named));
            return;
        }
        match self.section {
            Section::Options => {}
            Section::Positional => self.positional(body, indent),
            Section::Commands => self.command(body),
        }
    }

    fn heading(&mut self, body: &str) {
        let Some(title) = body.strip_suffix(':') else { return };
        let lower = title.to_lowercase();
        self.section = if lower.contains("command") || lower == "actions" {
            Section::Commands
        } else if lower == "positional arguments" || lower == "arguments" || lower == "args" {
            Section::Positional
        } else {
            Section::Options
        };
        let is_usual = matches!(
            lower.as_str(),
            "options" | "optional arguments" | "flags" | "arguments" | "args" | "usage" | "positional arguments"
        );
        self.heading = (!is_usual).then(|| title.to_owned());
    }

    fn positional(&mut self, body: &str, indent: usize) {
        let (name, help) = columns(body);
        let plain = name.trim_matches(['<', '>', '[', ']', '.']);
        if plain.is_empty() || plain.contains(char::is_whitespace) {
            return;
        }
        let mut row =
            DeclaredRow { name: plain.to_owned(), required: !name.starts_with('['), ..DeclaredRow::default() };
        if name.ends_with("...") {
            row.nargs = Some(if row.required { "+" } else { "*" }.to_owned());
        }
        if let Some(choices) = in_braces(plain) {
            row.choices = choices.split(',').map(str::to_owned).collect();
        }
        if plain == name {
            self.usage.count_values(&mut row);
        }
        self.open(row, indent, help);
    }

    /// `add (a)   what it does`: of a command whose name is known from the braces.
    fn describe_command(&mut self, body: &str) {
        let (names, help) = columns(body);
        let mut names = names.split(['(', ',', ')', ' ']).filter(|name| !name.is_empty());
        let Some(first) = names.next() else { return };
        let aliases: Vec<String> = names.map(str::to_owned).collect();
        if let Some(command) = self.declared.commands.iter_mut().find(|command| command.name == first) {
            command.help = Some(help.to_owned()).filter(|help| !help.is_empty());
            self.declared.commands.retain(|command| !aliases.contains(&command.name));
            if let Some(command) = self.declared.commands.iter_mut().find(|command| command.name == first) {
                command.aliases = aliases;
            }
        }
    }

    fn command(&mut self, body: &str) {
        let (name, help) = columns(body);
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-_:.".contains(c);
        let mut names = name.split([',', ' ']).filter(|name| !name.is_empty());
        let Some(first) = names.next().filter(|first| first.chars().all(is_name)) else { return };
        if help.is_empty() || first == "help" {
            return;
        }
        let aliases = names.filter(|name| name.chars().all(is_name)).map(str::to_owned).collect();
        let (name, help) = (first.to_owned(), Some(help.to_owned()));
        self.declared.commands.push(DeclaredCommand { name, aliases, help, ..DeclaredCommand::default() });
    }

    fn end_row(&mut self) {
        let Some(Open { mut row, help, .. }) = self.open.take() else { return };
        read_remarks(&mut row, &help);
        row.help = Some(help).filter(|help| !help.is_empty());
        let is_help = row.flags.iter().any(|flag| matches!(flag.as_str(), "-h" | "--help" | "-help" | "-?"));
        let is_known = self
            .declared
            .rows
            .iter()
            .any(|own| !row.flags.is_empty() && own.flags.iter().any(|flag| row.flags.contains(flag)));
        if !is_help && !is_known && self.declared.rows.len() < 2_000 {
            self.declared.rows.push(row);
        }
    }
}

impl Open {
    /// The next line of its help.
    fn goes_on(&mut self, body: &str) {
        if let Some(value) = body.strip_prefix("- ").filter(|_| self.is_at_values) {
            self.row.choices.extend(value.split(':').next().map(str::to_owned));
        }
        self.is_at_values |= body.eq_ignore_ascii_case("possible values:");
        if !self.help.is_empty() {
            self.help.push(' ');
        }
        self.help.push_str(body);
    }
}

/// What stands between the braces that are all around it.
fn in_braces(text: &str) -> Option<&str> {
    text.strip_prefix('{').and_then(|text| text.strip_suffix('}'))
}

/// The flags, and what is said of them behind two spaces or a tab.
fn columns(body: &str) -> (&str, &str) {
    let at = body.find("  ").into_iter().chain(body.find('\t')).min();
    at.map_or((body, ""), |at| (body[..at].trim_end(), body[at..].trim()))
}

/// `-o, --output FILE`, `--level=<LEVEL>`, `-n, --[no-]color`; `None` if it is something else that begins with a dash.
fn option_row(flags: &str, heading: Option<&str>) -> Option<DeclaredRow> {
    let mut row = DeclaredRow { group: heading.map(str::to_owned), action: Action::Switch, ..DeclaredRow::default() };
    let flags = flags.replace(" / ", ", ").replace("|-", ", -").replace(",-", ", -");
    let flags = flags.replace(", --", "\u{0}--").replace(", -", "\u{0}-");
    for part in flags.split('\u{0}') {
        let part = part.trim().trim_start_matches("- ");
        let (flag, value) = split_flag(part)?;
        if let Some(name) = flag.strip_prefix("--[no-]") {
            row.flags.push(format!("--{name}"));
            row.off_flags.push(format!("--no-{name}"));
        } else if let Some(name) = flag.strip_prefix("--no-")
            && row.flags.iter().any(|own| own.strip_prefix("--") == Some(name))
        {
            row.off_flags.push(flag.clone());
        } else {
            row.flags.push(flag);
        }
        if value == "..." {
            row.action = Action::Count;
        } else if !value.is_empty() {
            row.action = Action::Store;
            set_value(&mut row, &value);
        }
    }
    let long = row.flags.iter().find(|flag| flag.starts_with("--")).or(row.flags.first())?;
    row.name = long.trim_start_matches('-').replace('-', "_");
    Some(row)
}

/// The flag, and how its value is written.
pub fn split_flag(part: &str) -> Option<(String, String)> {
    let name = part.trim_start_matches('-');
    let dashes = part.len() - name.len();
    let is_part = |c: char| c.is_alphanumeric() || "-_.?@#+:".contains(c);
    let (no, rest) = name.strip_prefix("[no-]").map_or(("", name), |rest| ("[no-]", rest));
    let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
    // Dots at the end say that it may be given again.
    let end = rest[..end].trim_end_matches('.').len();
    if end == 0 || !(1..=2).contains(&dashes) {
        return None;
    }
    let flag = format!("{}{no}{}", "-".repeat(dashes), &rest[..end]);
    let value = rest[end..].trim();
    // A sentence behind one space is no value.
    if value.split_whitespace().count() > 4 {
        return None;
    }
    Some((flag, value.to_owned()))
}

/// What the word for a value says of it.
pub fn set_value(row: &mut DeclaredRow, value: &str) {
    let is_optional = value.starts_with('[');
    let is_repeated = value.ends_with("...") || value.contains("...]");
    let bare = value.trim_start_matches('=').trim_matches(['[', ']', '<', '>', '=', ' ', '.']);
    if let Some(choices) = in_braces(bare) {
        row.choices = choices.split(',').map(str::to_owned).collect();
    } else if value.starts_with('[') && bare.contains('|') {
        row.choices = bare.split('|').map(str::to_owned).collect();
        row.metavar = None;
        return;
    } else {
        row.metavar = Some(bare.to_owned());
    }
    row.kind = match bare.to_lowercase().trim_end_matches("...") {
        "int" | "integer" | "n" | "num" | "uint" | "count" | "port" => Kind::Integer,
        "float" | "float64" | "number" | "seconds" => Kind::Number,
        "file" | "path" | "dir" | "directory" | "filename" | "folder" => Kind::Path,
        _ => Kind::Text,
    };
    if is_optional && bare.len() + 2 <= value.len() && !row.choices.is_empty() {
        return;
    }
    if is_repeated {
        row.nargs = Some("+".to_owned());
    } else if is_optional && !value.starts_with("[=") {
        row.nargs = Some("?".to_owned());
    }
}

/// `[default: 5]`, `(default 5)`, `[possible values: a, b]`, `[required]`
fn read_remarks(row: &mut DeclaredRow, help: &str) {
    let within = |opening: &str| {
        let at = help.to_lowercase().find(opening)?;
        let rest = help.get(at + opening.len()..)?;
        let closing = if opening.starts_with('[') { ']' } else { ')' };
        rest.split(closing).next().map(|said| said.trim().trim_matches('"').to_owned())
    };
    let default = ["[default: ", "(default: ", "(default ", "[default="].iter().find_map(|opening| within(opening));
    if let Some(default) = default.filter(|default| default != "None") {
        row.default = match (row.kind, default.parse::<i64>()) {
            (Kind::Integer, Ok(number)) => number.into(),
            _ => default.into(),
        };
    }
    if let Some(choices) = within("[possible values: ") {
        row.choices = choices.split(", ").map(str::to_owned).collect();
    }
    row.required |= help.to_lowercase().contains("[required]");
}
