//! `sidestage args`: the arguments that a script declares, for people and for programs.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use clap::Args as ClapArgs;

use super::args_into::{Into, merge_into};
use super::say;
use crate::discover::arguments::{ASK_DEADLINE, ask, ask_help, declared_in};
use crate::discover::survey;
use crate::model::declared::{Action, Declared, DeclaredCommand, DeclaredRow, Kind};
use crate::model::{Interpreter, Invocation, Preset, Problem, problems_in_words};

#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The script; with --help-text any program. With --into it may be left out: then it is the preset's
    #[arg(required_unless_present = "into")]
    pub(super) script: Option<PathBuf>,
    /// As JSON, whose shape is documented and stays
    #[arg(long, conflicts_with = "into")]
    json: bool,
    /// Run the script up to where it parses its arguments, and tell what its parser knows. What it does before that,
    /// it does
    #[arg(long, conflicts_with = "help_text")]
    ask: bool,
    /// Run `SCRIPT --help` and read what it says; for what isn't Python
    #[arg(long)]
    help_text: bool,
    /// What runs the script where it is run: a name as in a preset, or a path. Without it: python, or with --into what the
    /// preset says; with --help-text the script itself, unless it ends in .py
    #[arg(long, value_name = "NAME|PATH")]
    interpreter: Option<String>,
    /// Bring them into a preset's rows: what is set there stays, what is new comes in switched off. A SCRIPT that is
    /// named becomes the preset's
    #[arg(long, value_name = "PRESET")]
    into: Option<String>,
    /// Which of the script's commands the preset runs; several times for a command of a command
    #[arg(long, value_name = "NAME", requires = "into")]
    command: Vec<String>,
}

/// Prints the arguments, or brings them into a preset. The status is 1 where there are none to be told.
///
/// # Errors
/// A sentence: the script can't be read or run, or the preset not be read or saved.
pub(super) fn show(args: &Args, presets: Option<&Path>) -> Result<i32, String> {
    if let Some(preset) = &args.into {
        let wanted = Into { preset, script: args.script.as_deref(), command: &args.command };
        return merge_into(&wanted, presets, &|preset, folder, script| read(args, preset, folder, script));
    }
    let Some(script) = &args.script else { return Err("Which script? Name it.".to_owned()) };
    let script = std::path::absolute(script).unwrap_or_else(|_| script.clone());
    let folder = script.parent().unwrap_or(Path::new("."));
    let is_python = script.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("py"));
    let interpreter =
        if args.help_text && !is_python { Interpreter::None } else { Interpreter::Name("python".to_owned()) };
    let preset = Preset { interpreter, script: script.display().to_string(), ..Preset::new("args") };
    let declared = read(args, &preset, folder, &script)?;
    if args.json {
        say(&serde_json::to_string_pretty(&declared).map_err(|error| error.to_string())?)?;
    } else {
        for line in lines(&declared) {
            say(&line)?;
        }
    }
    Ok(i32::from(declared.library.is_none()))
}

/// What a preset's script declares, in the way that is asked for.
fn read(args: &Args, preset: &Preset, folder: &Path, script: &Path) -> Result<Declared, String> {
    if args.ask {
        ask(&invocation(args, preset, folder)?, script, ASK_DEADLINE, &AtomicBool::new(false))
    } else if args.help_text {
        ask_help(&invocation(args, preset, folder)?, &AtomicBool::new(false))
    } else {
        declared_in(script)
    }
}

/// How the script is run; without arguments.
fn invocation(args: &Args, preset: &Preset, folder: &Path) -> Result<Invocation, String> {
    let mut preset = Preset { arguments: Vec::new(), ..preset.clone() };
    match &args.interpreter {
        Some(path) if path.contains(['/', '\\']) => {
            let path = std::path::absolute(path).map_or_else(|_| path.clone(), |path| path.display().to_string());
            preset.interpreter = Interpreter::Path(path);
        }
        Some(name) => preset.interpreter = Interpreter::Name(name.clone()),
        None => {}
    }
    let all = |problems: Vec<Problem>| problems_in_words(&preset, &problems);
    survey(&preset, folder, &crate::store::machine::load()).invocation.map_err(all)
}

fn lines(declared: &Declared) -> Vec<String> {
    let mut out = Vec::new();
    if declared.library.is_none() {
        out.push("No arguments were found; --ask asks the script itself, --help-text reads its help.".to_owned());
    }
    rows_into(&declared.rows, "", &mut out);
    commands_into(&declared.commands, "", &mut out);
    out.extend(declared.doubts.iter().cloned());
    out
}

fn rows_into(rows: &[DeclaredRow], indent: &str, out: &mut Vec<String>) {
    let heads: Vec<_> = rows.iter().map(head).collect();
    let width = heads.iter().map(|head| head.chars().count()).max().unwrap_or(0).min(40);
    for (row, head) in rows.iter().zip(heads) {
        out.push(format!("{indent}{head:width$}  {}", remarks(row)).trim_end().to_owned());
    }
}

fn commands_into(commands: &[DeclaredCommand], indent: &str, out: &mut Vec<String>) {
    for command in commands {
        out.push(
            format!("{indent}{}  {}", command.name, command.help.as_deref().unwrap_or_default()).trim_end().to_owned(),
        );
        let deeper = format!("{indent}    ");
        rows_into(&command.rows, &deeper, out);
        commands_into(&command.commands, &deeper, out);
    }
}

fn head(row: &DeclaredRow) -> String {
    let on = if row.flags.is_empty() { row.name.clone() } else { row.flags.join(", ") };
    std::iter::once(on).chain(row.off_flags.iter().cloned()).collect::<Vec<_>>().join(" / ")
}

/// What there is to say of a row, behind its name.
fn remarks(row: &DeclaredRow) -> String {
    let mut out = Vec::new();
    if row.required {
        out.push("required".to_owned());
    }
    match (row.action, row.kind) {
        (Action::Switch | Action::Count | Action::Version, _) => out.push("switch".to_owned()),
        (_, Kind::Text) => {}
        (_, kind) => out.push(format!("{kind:?}").to_lowercase()),
    }
    if let Some(nargs) = &row.nargs {
        out.push(format!("takes {nargs}"));
    }
    if !row.choices.is_empty() {
        out.push(format!("one of {}", row.choices.join(", ")));
    }
    if let Some(text) = row.default_text() {
        out.push(format!("default {text}"));
    }
    if let Some(computed) = &row.computed_default {
        out.push(format!("default found out when it runs ({computed})"));
    }
    if row.conditional {
        out.push("not always there".to_owned());
    }
    out.extend(row.doubts.iter().cloned());
    let said = out.join("; ");
    match &row.help {
        Some(help) if said.is_empty() => help.clone(),
        Some(help) => format!("{said}. {help}"),
        None => said,
    }
}
