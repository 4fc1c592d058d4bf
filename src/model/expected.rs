//! What a script declares, as what rows of a preset keep of it, in the order in which rows for it lie.

use super::argument::{Said, ValueKind};
use super::argument_check::color_of;
use super::declared::{Action, Declared, DeclaredCommand, DeclaredRow, Kind, Library};

/// What stands in the place of a converter where a program's help is all that is known.
const BY_ITS_HELP: &str = "the program";

/// What the rows for a script say, those of the chosen command included. A name in `chosen` that the script has no command
/// for ends it.
pub(super) fn expected(declared: &Declared, chosen: &[String]) -> Vec<Said> {
    let mut out = Vec::new();
    let (mut rows, mut commands, mut needs_command) = (&declared.rows, &declared.commands, declared.needs_command);
    let mut path: &[String] = &[];
    loop {
        level_into(rows, (declared.library, path), &mut out);
        if commands.is_empty() {
            return out;
        }
        out.push(command_row(commands, path, needs_command));
        let next = chosen.get(path.len()).and_then(|name| command_called(commands, name));
        let Some(command) = next else { return out };
        (rows, commands, needs_command) = (&command.rows, &command.commands, true);
        path = &chosen[..=path.len()];
    }
}

pub(super) fn command_called<'a>(commands: &'a [DeclaredCommand], name: &str) -> Option<&'a DeclaredCommand> {
    commands.iter().find(|command| command.name == name || command.aliases.iter().any(|alias| alias == name))
}

/// Positional rows come first, where a script takes them there: they are what it is mostly about.
fn level_into(rows: &[DeclaredRow], (library, path): (Option<Library>, &[String]), out: &mut Vec<Said>) {
    let shown = rows.iter().filter(|row| row.action != Action::Version && !row.hidden);
    let said: Vec<_> = shown.map(|row| said_of(row, library, path)).collect();
    let (flags, positional): (Vec<_>, Vec<_>) = said.into_iter().partition(|said| !said.flags.is_empty());
    // Of a program that is no Python it isn't known whether it looks for flags behind its first positional argument.
    let flags_first = library == Some(Library::Help) || positional.iter().any(Said::takes_the_rest);
    if flags_first {
        out.extend(flags.into_iter().chain(positional));
    } else {
        out.extend(positional.into_iter().chain(flags));
    }
}

fn command_row(commands: &[DeclaredCommand], path: &[String], is_required: bool) -> Said {
    let helps = commands.iter().filter_map(|command| {
        let help = command.help.as_deref().and_then(|help| help.lines().next())?;
        Some(format!("{}: {help}", command.name))
    });
    Said {
        name: "command".to_owned(),
        kind: ValueKind::Command,
        choices: commands.iter().map(|command| command.name.clone()).collect(),
        help: helps.collect::<Vec<_>>().join("\n"),
        required: is_required,
        command: path.to_vec(),
        // An alias is as good, and which there are isn't kept.
        converter: if commands.iter().any(|command| !command.aliases.is_empty()) { "aliases" } else { "" }.to_owned(),
        ..Said::default()
    }
}

fn said_of(row: &DeclaredRow, library: Option<Library>, path: &[String]) -> Said {
    let mut said = Said {
        name: row.name.clone(),
        flags: row.flags.clone(),
        off_flags: row.off_flags.clone(),
        kind: kind_of(row),
        choices: row.choices.clone(),
        nargs: if row.takes_value() { row.nargs.clone().unwrap_or_default() } else { String::new() },
        repeats: row.action == Action::Append,
        default: default_of(row),
        help: help_of(row, library),
        metavar: row.metavar.clone().unwrap_or_default(),
        // What isn't always there can't always be missed.
        required: row.required && !row.conditional,
        group: row.group.clone().unwrap_or_default(),
        exclusive: row.exclusive.unwrap_or_default(),
        one_required: row.one_required,
        command: path.to_vec(),
        converter: row.converter.clone().unwrap_or_default(),
        doubts: doubts_of(row),
        ..Said::default()
    };
    // A number by its default alone: the control fits, and what else the script takes it doesn't say.
    if row.kind == Kind::Text && row.default.is_number() && said.converter.is_empty() {
        "the script".clone_into(&mut said.converter);
    }
    if library == Some(Library::Help) && said.converter.is_empty() && said.choices.is_empty() {
        BY_ITS_HELP.clone_into(&mut said.converter);
    }
    let bound = |bound: Option<f64>| bound.map(|bound| bound.to_string()).unwrap_or_default();
    (said.from, said.to) = (bound(row.min), bound(row.max));
    if let Some((from, to)) = range_of(&said) {
        (said.from, said.to) = (from, to);
        said.choices.clear();
    }
    said
}

fn default_of(row: &DeclaredRow) -> String {
    match row.action {
        Action::Switch if row.default == true => "True".to_owned(),
        Action::Switch | Action::Count | Action::Version => String::new(),
        Action::Store | Action::Append => row.default_text().unwrap_or_default(),
    }
}

/// The help with what argparse and optparse put into it.
fn help_of(row: &DeclaredRow, library: Option<Library>) -> String {
    let help = row.help.clone().unwrap_or_default();
    let default = row.default_text().or_else(|| row.computed_default.clone()).unwrap_or_else(|| "none".to_owned());
    match library {
        Some(Library::Argparse) => help
            .replace("%(default)s", &default)
            .replace("%(default)r", &default)
            .replace("%(default)d", &default)
            .replace("%(choices)s", &row.choices.join(", "))
            .replace("%(metavar)s", row.metavar.as_deref().unwrap_or(&row.name))
            .replace("%(dest)s", &row.name)
            .replace("%%", "%"),
        Some(Library::Optparse) => help.replace("%default", &default),
        Some(Library::Click | Library::Typer | Library::Help) | None => help,
    }
}

fn doubts_of(row: &DeclaredRow) -> Vec<String> {
    let mut doubts = row.doubts.clone();
    if let Some(computed) = &row.computed_default {
        doubts.push(format!("its default is found out when it runs ({computed})"));
    }
    if row.conditional {
        doubts.push("it is not always there".to_owned());
    }
    doubts
}

/// Numbers one after another are a range; to choose from hundreds is no choice.
fn range_of(said: &Said) -> Option<(String, String)> {
    const FEW: usize = 4;
    if said.kind != ValueKind::Integer || said.choices.len() <= FEW {
        return None;
    }
    let numbers: Vec<i64> = said.choices.iter().map(|choice| choice.parse().ok()).collect::<Option<_>>()?;
    let is_range = numbers.windows(2).all(|pair| pair[0].checked_add(1) == Some(pair[1]));
    is_range.then(|| (numbers[0].to_string(), numbers[numbers.len() - 1].to_string()))
}

fn kind_of(row: &DeclaredRow) -> ValueKind {
    match (row.action, row.kind) {
        (Action::Switch | Action::Version, _) => ValueKind::Switch,
        (Action::Count, _) => ValueKind::Count,
        (_, Kind::Integer) => ValueKind::Integer,
        (_, Kind::Number) => ValueKind::Number,
        (_, Kind::Date) => ValueKind::Date,
        (_, Kind::Path) => path_kind(&[row.metavar.as_deref(), Some(row.name.as_str())]).unwrap_or(ValueKind::File),
        // A script that takes any text for a path or a colour at least calls it so.
        (_, Kind::Text) if row.default.is_i64() => ValueKind::Integer,
        (_, Kind::Text) if row.default.is_number() => ValueKind::Number,
        (_, Kind::Text | Kind::Boolean) => {
            let is_color = row.default.as_str().is_some_and(|default| color_of(default).is_some());
            if is_color { ValueKind::Color } else { path_kind(&[row.metavar.as_deref()]).unwrap_or_default() }
        }
    }
}

/// What a script's own word for a value says: a file, or a folder.
fn path_kind(words: &[Option<&str>]) -> Option<ValueKind> {
    let lower: Vec<_> = words.iter().flatten().map(|word| word.to_lowercase()).collect();
    let parts = || lower.iter().flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
    if parts().any(|part| matches!(part, "dir" | "directory" | "folder" | "outdir" | "indir")) {
        Some(ValueKind::Folder)
    } else if parts().any(|part| matches!(part, "file" | "filename" | "path" | "filepath")) {
        Some(ValueKind::File)
    } else {
        None
    }
}
