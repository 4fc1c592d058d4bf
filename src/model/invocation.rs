//! From a preset to an [`Invocation`]: the only thing that the engine can run.

use std::path::{Component, Path, PathBuf};

use super::environment::{Cause, EnvChange, fixes};
use super::lifecycle::pattern;
use super::placeholder::{Values, expand};
use super::preset::{Interpreter, Preset};

/// A preset resolved on this machine. The arguments are a list from here to the system; no string is joined or split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub program: PathBuf,
    pub args: Vec<String>,
    /// The working folder.
    pub dir: PathBuf,
    /// Changes to the environment, in order; a later one of the same name wins.
    pub env: Vec<EnvChange>,
}

/// What [`resolve`] must know of the machine, found out beforehand by `discover`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The folder that the preset's file lies in, absolute.
    pub preset_dir: PathBuf,
    /// The interpreter's program; with [`Interpreter::None`] the program that the script names. `Err` is a sentence.
    pub program: Result<PathBuf, String>,
    pub is_python: bool,
    /// The environment that Sidestage runs in.
    pub environment: Vec<(String, String)>,
}

/// Where in a preset something is wrong, so that the panel can say it beside its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Place {
    Name,
    Interpreter,
    Script,
    /// The row's index.
    Argument(usize),
    Folder,
    /// The row's index.
    Variable(usize),
    EchoHost,
    EchoPort,
    /// The pattern of the line that says it is ready.
    ReadyLine,
    /// The pattern of the lines that are a sign of life.
    HangLine,
}

/// One thing that keeps a preset from running.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Place,
    /// A sentence: what is wrong, and what to do.
    pub what: String,
}

/// What a preset comes to on this machine.
///
/// # Errors
/// Everything that is wrong with it, each with its place. Files are not looked at: `discover::survey` does that.
pub fn resolve(preset: &Preset, site: &Site) -> Result<Invocation, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut problem = |place, what| problems.push(Problem { place, what });
    if preset.name.trim().is_empty() {
        problem(Place::Name, "The preset has no name; give it one.".to_owned());
    }
    if let Err(what) = preset.echo.checked_port() {
        problem(Place::EchoPort, what);
    }
    if preset.echo.on && preset.echo.host.trim().is_empty() {
        problem(Place::EchoHost, "The echo has no host; 127.0.0.1 is this machine.".to_owned());
    }
    for (place, text) in
        [(Place::ReadyLine, &preset.lifecycle.ready.line), (Place::HangLine, &preset.lifecycle.hang.line)]
    {
        if let Err(what) = pattern(text) {
            problem(place, what);
        }
    }
    let preset_dir = site.preset_dir.to_string_lossy();
    let values = Values {
        echo_host: &preset.echo.host,
        echo_port: preset.echo.port,
        preset_name: &preset.name,
        preset_dir: &preset_dir,
    };
    let mut args = Vec::new();
    if preset.script.is_empty() {
        let what = match preset.interpreter {
            Interpreter::None => "No program is chosen; press Browse… or drop one onto the window.",
            Interpreter::Name(_) | Interpreter::Path(_) => {
                "No script is chosen; press Browse… or drop one onto the window."
            }
        };
        problem(Place::Script, what.to_owned());
    } else if preset.interpreter != Interpreter::None {
        args.push(join(&site.preset_dir, &preset.script).to_string_lossy().into_owned());
    }
    for (index, row) in preset.arguments.iter().enumerate().filter(|(_, row)| row.on) {
        match (checked(&row.flag, &values), checked(&row.value, &values)) {
            (Ok(flag), Ok(value)) => push_row(&mut args, flag, value),
            (Err(what), _) | (_, Err(what)) => problem(Place::Argument(index), what),
        }
    }
    let mut env: Vec<_> = fixes(site.is_python, &site.environment)
        .into_iter()
        .filter(|fix| !preset.leave_environment.iter().any(|name| name == &fix.name))
        .collect();
    for (index, row) in preset.environment.iter().enumerate().filter(|(_, row)| row.on) {
        if row.name.is_empty() || row.name.contains(['=', '\0']) {
            problem(Place::Variable(index), "A variable's name is not empty and holds no “=”.".to_owned());
            continue;
        }
        match checked(&row.value, &values) {
            Ok(value) => env.push(EnvChange { name: row.name.clone(), value: Some(value), cause: Cause::Preset }),
            Err(what) => problem(Place::Variable(index), what),
        }
    }
    let dir = working_dir(preset, site);
    if let Err(what) = &site.program
        && !(preset.script.is_empty() && preset.interpreter == Interpreter::None)
    {
        let place = if preset.interpreter == Interpreter::None { Place::Script } else { Place::Interpreter };
        problem(place, what.clone());
    }
    match &site.program {
        Ok(program) if problems.is_empty() => Ok(Invocation { program: program.clone(), args, dir, env }),
        _ => Err(problems),
    }
}

fn push_row(args: &mut Vec<String>, flag: String, value: String) {
    if flag.is_empty() {
        args.push(value);
    } else if flag.ends_with('=') {
        args.push(flag + &value);
    } else {
        args.push(flag);
        if !value.is_empty() {
            args.push(value);
        }
    }
}

fn checked(text: &str, values: &Values<'_>) -> Result<String, String> {
    let text = expand(text, values)?;
    if text.contains('\0') {
        return Err("An argument can't hold a NUL character; remove it.".to_owned());
    }
    Ok(text)
}

fn working_dir(preset: &Preset, site: &Site) -> PathBuf {
    if !preset.folder.is_empty() {
        return join(&site.preset_dir, &preset.folder);
    }
    let is_bare_program = preset.interpreter == Interpreter::None && !preset.script.contains(['/', '\\']);
    if preset.script.is_empty() || is_bare_program {
        return site.preset_dir.clone();
    }
    let script = join(&site.preset_dir, &preset.script);
    script.parent().map_or_else(|| site.preset_dir.clone(), Path::to_path_buf)
}

/// A path of a preset, relative to the preset's folder, with this system's separators and without `.` and inner `..`.
#[must_use]
pub fn join(preset_dir: &Path, path: &str) -> PathBuf {
    let mut joined = PathBuf::new();
    for component in preset_dir.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir if matches!(joined.components().next_back(), Some(Component::Normal(_))) => {
                joined.pop();
            }
            other => joined.push(other),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Argument, Variable};

    fn site() -> Site {
        Site {
            preset_dir: PathBuf::from("/shows/tonight"),
            program: Ok(PathBuf::from("/usr/bin/python3")),
            is_python: true,
            environment: Vec::new(),
        }
    }

    fn preset() -> Preset {
        Preset { script: "scripts/a b.py".to_owned(), ..Preset::new("Test") }
    }

    fn row(flag: &str, value: &str) -> Argument {
        Argument { on: true, flag: flag.to_owned(), value: value.to_owned() }
    }

    fn args_of(rows: Vec<Argument>) -> Vec<String> {
        let preset = Preset { arguments: rows, ..preset() };
        resolve(&preset, &site()).unwrap().args.split_off(1)
    }

    #[test]
    fn a_row_is_a_switch_a_pair_a_joined_pair_or_a_positional() {
        assert_eq!(
            args_of(vec![row("-v", ""), row("-i", "x y"), row("--in=", "z"), row("", "last"), row("", "")]),
            ["-v", "-i", "x y", "--in=z", "last", ""]
        );
    }

    #[test]
    fn a_row_that_is_off_is_not_there() {
        assert!(args_of(vec![Argument { on: false, ..row("{nonsense}", "x") }]).is_empty());
    }

    #[test]
    fn what_is_awkward_for_shells_is_left_alone() {
        for value in ["a\\", "\\\\\"", " lead", "-x", "a\nb", "%PATH%", "$HOME", "*", "🎭", "'", "a\"b"] {
            assert_eq!(args_of(vec![row("", value)]), [value]);
        }
    }

    #[test]
    fn paths_are_relative_to_the_preset() {
        let invocation = resolve(&preset(), &site()).unwrap();
        assert_eq!(invocation.args, [join(Path::new("/"), "shows/tonight/scripts/a b.py").to_string_lossy()]);
        assert_eq!(invocation.dir, PathBuf::from("/shows/tonight/scripts"));
        let elsewhere = Preset { folder: "../media".to_owned(), ..preset() };
        assert_eq!(resolve(&elsewhere, &site()).unwrap().dir, PathBuf::from("/shows/media"));
    }

    #[test]
    fn each_problem_has_its_place() {
        let mut broken = preset();
        broken.name = " ".to_owned();
        broken.script = String::new();
        broken.arguments = vec![row("-i", "ok"), row("-p", "{echo.prot}"), row("", "a\0b")];
        broken.environment = vec![Variable { on: true, name: "A=B".to_owned(), value: String::new() }];
        broken.echo.port = 70_000;
        broken.echo.on = true;
        broken.echo.host = String::new();
        let site = Site { program: Err("No Python.".to_owned()), ..site() };
        let places: Vec<_> = resolve(&broken, &site).unwrap_err().into_iter().map(|problem| problem.place).collect();
        assert_eq!(
            places,
            [
                Place::Name,
                Place::EchoPort,
                Place::EchoHost,
                Place::Script,
                Place::Argument(1),
                Place::Argument(2),
                Place::Variable(0),
                Place::Interpreter
            ]
        );
    }

    #[test]
    fn a_fix_that_the_preset_leaves_alone_is_not_made() {
        let preset = Preset { leave_environment: vec!["PYTHONUNBUFFERED".to_owned()], ..preset() };
        let env = resolve(&preset, &site()).unwrap().env;
        assert!(env.iter().all(|change| change.name != "PYTHONUNBUFFERED"), "{env:?}");
        assert!(env.iter().any(|change| change.name == "PYTHONUTF8"), "{env:?}");
    }
}
