//! `sidestage interpreters`: what could run a script here, for people and for programs.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use serde::Serialize;

use super::say;
use crate::discover::{self, Environment, Found, Guess, Look, Looked, Origin};
use crate::model::Interpreter;
use crate::store::place::interpreters_file;

#[derive(Debug, ClapArgs)]
pub struct Interpreters {
    /// The script that is to be run: what suits it best comes first
    script: Option<PathBuf>,
    /// As JSON, whose shape is documented and stays
    #[arg(long)]
    json: bool,
    /// Ask those again that could not be used the last time
    #[arg(long)]
    again: bool,
}

/// Prints the interpreters. The status is 1 where there are none.
///
/// # Errors
/// A sentence: there is no such script, or no current folder.
pub(super) fn show(args: &Interpreters) -> Result<i32, String> {
    let script = args.script.as_deref().map(absolute).transpose()?;
    if let Some(script) = &script
        && !script.is_file()
    {
        return Err(format!("There is no script {}; name a file, or none to list all interpreters.", script.display()));
    }
    let preset_dir = match script.as_deref().and_then(Path::parent) {
        Some(folder) => folder.to_path_buf(),
        None => absolute(Path::new("."))?,
    };
    let look = Look { script, preset_dir, cache: interpreters_file(), is_again: args.again };
    let looked = discover::look(&look);
    if args.json {
        let listing = Listing::of(&look, &looked);
        say(&serde_json::to_string_pretty(&listing).map_err(|error| error.to_string())?)?;
    } else {
        for line in lines(&look, &looked) {
            say(&line)?;
        }
    }
    Ok(i32::from(looked.found.iter().all(|one| one.nature.trouble.is_some())))
}

fn absolute(path: &Path) -> Result<PathBuf, String> {
    // Without `.`, so that what lies beside it is told by a short path.
    let absolute = std::path::absolute(path).map_err(|error| format!("The current folder is not there: {error}."))?;
    Ok(absolute.components().collect())
}

fn lines(look: &Look, looked: &Looked) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(script) = &look.script {
        let name = script.file_name().unwrap_or_default().to_string_lossy();
        out.push(match &looked.guess {
            Some(guess) => format!("Best guess for {name}: {}, {}.", guessed(looked, guess), guess.why),
            None => format!("Nothing tells what runs {name}: neither its first line nor its ending does."),
        });
    }
    let (usable, broken): (Vec<_>, Vec<_>) = looked.found.iter().partition(|one| one.nature.trouble.is_none());
    if usable.is_empty() {
        out.push("No interpreter was found; install one, for example from python.org.".to_owned());
    }
    let rows: Vec<_> = usable.iter().map(|one| [one.label(), one.description(), one.place.clone()]).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths = [width(0), width(1), width(2)];
    for (row, one) in rows.iter().zip(&usable) {
        let [label, description, place] = row;
        let [first, second, third] = widths;
        out.push(format!("{label:first$}  {description:second$}  {place:third$}  {}", one.program.display()));
    }
    out.extend(broken.iter().filter_map(|one| one.trouble()));
    out
}

/// A guess by its label where it is one of those found.
fn guessed(looked: &Looked, guess: &Guess) -> String {
    match looked.found.iter().find(|one| one.interpreter == guess.interpreter) {
        Some(found) => found.label(),
        None => match &guess.interpreter {
            Interpreter::Name(text) | Interpreter::Path(text) => text.clone(),
            Interpreter::None => "no interpreter".to_owned(),
        },
    }
}

/// What `interpreters --json` prints. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct Listing<'a> {
    script: Option<&'a Path>,
    guess: Option<ListedGuess<'a>>,
    interpreters: Vec<Listed<'a>>,
}

#[derive(Serialize)]
struct ListedGuess<'a> {
    /// `name`, `path` or `none`.
    interpreter_kind: &'static str,
    interpreter: &'a str,
    why: &'a str,
}

#[derive(Serialize)]
struct Listed<'a> {
    label: String,
    kind: &'a str,
    interpreter_kind: &'static str,
    interpreter: &'a str,
    program: &'a Path,
    implementation: Option<&'a str>,
    version: Option<&'a str>,
    architecture: Option<&'a str>,
    /// `venv`, `conda` or null.
    environment: Option<&'static str>,
    /// The Python that a virtual environment was made of.
    base: Option<&'a Path>,
    conda: Option<&'a str>,
    origin: Origin,
    place: &'a str,
    /// Why it can't be used.
    trouble: Option<String>,
}

impl<'a> Listing<'a> {
    fn of(look: &'a Look, looked: &'a Looked) -> Self {
        let guess = looked.guess.as_ref().map(|guess| {
            let (interpreter_kind, interpreter) = written(&guess.interpreter);
            ListedGuess { interpreter_kind, interpreter, why: &guess.why }
        });
        Self { script: look.script.as_deref(), guess, interpreters: looked.found.iter().map(Listed::of).collect() }
    }
}

impl<'a> Listed<'a> {
    fn of(found: &'a Found) -> Self {
        let (interpreter_kind, interpreter) = written(&found.interpreter);
        let nature = &found.nature;
        let (environment, base, conda) = match &nature.environment {
            Some(Environment::Venv { base }) => (Some("venv"), Some(base.as_path()), None),
            Some(Environment::Conda { name }) => (Some("conda"), None, Some(name.as_str())),
            None => (None, None, None),
        };
        Self {
            label: found.label(),
            kind: &found.kind,
            interpreter_kind,
            interpreter,
            program: &found.program,
            implementation: nature.implementation.as_deref(),
            version: nature.version.as_deref(),
            architecture: nature.architecture.as_deref(),
            environment,
            base,
            conda,
            origin: found.origin,
            place: &found.place,
            trouble: found.trouble(),
        }
    }
}

/// What stands in a preset, in two words.
fn written(interpreter: &Interpreter) -> (&'static str, &str) {
    match interpreter {
        Interpreter::Name(name) => ("name", name),
        Interpreter::Path(path) => ("path", path),
        Interpreter::None => ("none", ""),
    }
}
