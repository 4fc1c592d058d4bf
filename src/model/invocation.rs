//! From a preset to an [`Invocation`]: the only thing that the engine can run.

use std::path::{Component, Path, PathBuf};

use super::argument::{Argument, ValueKind};
use super::argument_check::row_problems;
use super::echo::{Echo, EchoFormat};
use super::echo_format::EchoTemplate;
use super::environment::{Activation, Cause, EnvChange, fixes};
use super::lifecycle::pattern;
use super::local_names::{LocalNames, full_path};
use super::placeholder::{Values, expand};
use super::powershell::before_script;
use super::preset::{Interpreter, Preset, Variable};
use super::secret::{MASK, RowSecret, Secret, SecretAt, SecretBy, SecretUse};
use super::words::words;

/// A preset resolved on this machine. The arguments are a list from here to the system; no string is joined or split.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invocation {
    pub program: PathBuf,
    pub args: Vec<String>,
    /// The working folder.
    pub dir: PathBuf,
    /// Changes to the environment, in order; a later one of the same name wins.
    pub env: Vec<EnvChange>,
    /// Where values belong that are fetched at the launch; until then [`MASK`](super::MASK) stands there.
    pub secrets: Vec<SecretUse>,
}

/// What [`resolve`] must know of the machine, found out beforehand by `discover`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// The folder that the preset's file lies in, absolute.
    pub preset_dir: PathBuf,
    /// The interpreter's program; with [`Interpreter::None`] the program that the script names. `Err` is a sentence.
    pub program: Result<PathBuf, String>,
    pub is_python: bool,
    /// What the program is of, where that has to be activated.
    pub activation: Option<Activation>,
    /// The environment that Sidestage runs in.
    pub environment: Vec<(String, String)>,
    /// What roots stand for.
    pub names: LocalNames,
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
    /// Of the further targets, the row's index.
    EchoTarget(usize),
    /// The template of its datagrams.
    EchoFormat,
    /// The pattern of the lines that it sends.
    EchoOnly,
    EchoPace,
    /// The pattern of the line that says it is ready.
    ReadyLine,
    /// The pattern of the lines that are a sign of life.
    HangLine,
    /// Of its occasions, the row's index.
    Schedule(usize),
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
    for (place, what) in echo_problems(&preset.echo) {
        problem(place, what);
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
        names: &site.names,
    };
    let mut parts = Parts::default();
    if preset.script.is_empty() {
        let what = match preset.interpreter {
            Interpreter::None => "No program is chosen; press Browse… or drop one onto the window.",
            Interpreter::Name(_) | Interpreter::Path(_) => {
                "No script is chosen; press Browse… or drop one onto the window."
            }
        };
        problem(Place::Script, what.to_owned());
    } else if preset.interpreter != Interpreter::None {
        match full_path(&site.preset_dir, &preset.script, &site.names) {
            Ok(script) => parts.script(site, &script),
            Err(what) => problem(Place::Script, what),
        }
    }
    parts.env = wanted_fixes(preset, site);
    for (index, what) in parts.arguments(&preset.arguments, &values) {
        problem(Place::Argument(index), what);
    }
    for (index, row) in preset.environment.iter().enumerate().filter(|(_, row)| row.on) {
        parts.variable(row, &values).unwrap_or_else(|what| problem(Place::Variable(index), what));
    }
    let dir = working_dir(preset, site).unwrap_or_else(|what| {
        problem(Place::Folder, what);
        site.preset_dir.clone()
    });
    if let Err(what) = &site.program
        && !(preset.script.is_empty() && preset.interpreter == Interpreter::None)
    {
        let place = if preset.interpreter == Interpreter::None { Place::Script } else { Place::Interpreter };
        problem(place, what.clone());
    }
    match &site.program {
        Ok(program) if problems.is_empty() => {
            let Parts { args, env, secrets } = parts;
            Ok(Invocation { program: program.clone(), args, dir, env, secrets })
        }
        _ => Err(problems),
    }
}

/// What Sidestage changes by itself, but for what the preset wants left alone.
fn wanted_fixes(preset: &Preset, site: &Site) -> Vec<EnvChange> {
    let is_left_alone = |fix: &EnvChange| preset.leave_environment.iter().any(|name| name == &fix.name);
    fixes(site.is_python, site.activation.as_ref(), &site.environment)
        .into_iter()
        .filter(|fix| !is_left_alone(fix))
        .collect()
}

/// What the rows of a preset come to.
#[derive(Default)]
struct Parts {
    args: Vec<String>,
    env: Vec<EnvChange>,
    secrets: Vec<SecretUse>,
}

impl Parts {
    /// Adds the script, as its interpreter wants it said.
    fn script(&mut self, site: &Site, script: &Path) {
        let program = site.program.as_ref().map(|program| program.to_string_lossy()).unwrap_or_default();
        self.args.extend(before_script(&program).iter().map(|word| (*word).to_owned()));
        self.args.push(script.to_string_lossy().into_owned());
    }

    /// Adds what the rows come to, and tells what is wrong with which.
    fn arguments(&mut self, rows: &[Argument], values: &Values<'_>) -> Vec<(usize, String)> {
        let (filled, mut wrong) = filled_rows(rows, values);
        for word in words(&filled, &str::to_owned) {
            let secret = word.row.and_then(|index| filled[index].secret.as_ref());
            if let (Some(secret), Some((&MASK, before))) = (secret, word.parts.split_last()) {
                let at = SecretAt::Argument { index: self.args.len(), before: before.concat() };
                self.secrets.push(SecretUse { secret: secret.from.clone(), at });
            }
            self.args.push(word.parts.concat());
        }
        for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.on) {
            let Some(RowSecret { from, by }) = &row.secret else { continue };
            match by {
                SecretBy::Variable(name) => {
                    self.secret_variable(name, from).unwrap_or_else(|what| wrong.push((index, what)));
                }
                SecretBy::Input => self.secrets.push(SecretUse { secret: from.clone(), at: SecretAt::Input }),
                SecretBy::Argument => {}
            }
        }
        wrong
    }

    fn variable(&mut self, row: &Variable, values: &Values<'_>) -> Result<(), String> {
        check_variable_name(&row.name)?;
        if let Some(secret) = &row.secret {
            secret.check(&row.value)?;
            return self.secret_variable(&row.name, secret);
        }
        self.env.push(EnvChange {
            name: row.name.clone(),
            value: Some(checked(&row.value, values)?),
            cause: Cause::Preset,
        });
        Ok(())
    }

    fn secret_variable(&mut self, name: &str, secret: &Secret) -> Result<(), String> {
        check_variable_name(name)?;
        let at = SecretAt::Variable { index: self.env.len() };
        self.env.push(EnvChange { name: name.to_owned(), value: Some(MASK.to_owned()), cause: Cause::Preset });
        self.secrets.push(SecretUse { secret: secret.clone(), at });
        Ok(())
    }
}

fn check_variable_name(name: &str) -> Result<(), String> {
    if name.is_empty() || name.contains(['=', '\0']) {
        return Err("A variable's name is not empty and holds no “=”.".to_owned());
    }
    Ok(())
}

/// What keeps an echo that is on from sending; its first port apart, which is also of use while it is off.
fn echo_problems(echo: &Echo) -> Vec<(Place, String)> {
    let mut problems = Vec::new();
    if !echo.on {
        return problems;
    }
    problems.extend(echo.first().check_host().err().map(|what| (Place::EchoHost, what)));
    for (index, target) in echo.more.iter().enumerate() {
        let what = target.checked_port().err().or(target.check_host().err());
        problems.extend(what.map(|what| (Place::EchoTarget(index), what)));
    }
    if let EchoFormat::Template(text) = &echo.format {
        problems.extend(EchoTemplate::parse(text).err().map(|what| (Place::EchoFormat, what)));
    }
    problems.extend(echo.check_only().err().map(|what| (Place::EchoOnly, what)));
    problems.extend(echo.pace.check().err().map(|what| (Place::EchoPace, what)));
    problems
}

/// The rows with their placeholders filled in, and what is wrong with which.
///
/// A secret's row that is passed has [`MASK`] for its value; one that comes another way is off, for nothing of it stands
/// among the arguments.
fn filled_rows(rows: &[Argument], values: &Values<'_>) -> (Vec<Argument>, Vec<(usize, String)>) {
    let mut wrong = Vec::new();
    let fill = |row: &Argument| {
        let mut filled = row.clone();
        // What isn't passed may say anything.
        if row.on {
            for text in [&mut filled.flag, &mut filled.value].into_iter().chain(&mut filled.more) {
                *text = checked(text, values)?;
            }
        }
        if let Some(RowSecret { from, by }) = row.secret.as_ref().filter(|_| row.on) {
            from.check(&row.value)?;
            (filled.value, filled.kind) = (MASK.to_owned(), Some(ValueKind::Text));
            filled.more.clear();
            filled.on = *by == SecretBy::Argument;
        }
        Ok::<_, String>(filled)
    };
    let mut filled = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        match fill(row) {
            Ok(row) => filled.push(row),
            Err(what) => {
                wrong.push((index, what));
                filled.push(row.clone());
            }
        }
    }
    // A text that can't be filled in is no value to judge.
    let is_known = |index: usize| !wrong.iter().any(|(other, _)| *other == index);
    let judged: Vec<_> = row_problems(&filled).into_iter().filter(|(index, _)| is_known(*index)).collect();
    wrong.extend(judged);
    wrong.sort_by_key(|(index, _)| *index);
    (filled, wrong)
}

fn checked(text: &str, values: &Values<'_>) -> Result<String, String> {
    let text = expand(text, values)?;
    if text.contains('\0') {
        return Err("An argument can't hold a NUL character; remove it.".to_owned());
    }
    Ok(text)
}

/// What is wrong with the script is said of the script, and with the folder of the folder.
fn working_dir(preset: &Preset, site: &Site) -> Result<PathBuf, String> {
    if !preset.folder.is_empty() {
        return full_path(&site.preset_dir, &preset.folder, &site.names);
    }
    if preset.script.is_empty() || preset.is_bare_program() {
        return Ok(site.preset_dir.clone());
    }
    let script = full_path(&site.preset_dir, &preset.script, &site.names).ok();
    Ok(script.as_deref().and_then(Path::parent).unwrap_or(&site.preset_dir).to_path_buf())
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
    use crate::model::{EchoTarget, Pace};

    fn site() -> Site {
        Site {
            preset_dir: PathBuf::from("/shows/tonight"),
            program: Ok(PathBuf::from("/usr/bin/python3")),
            is_python: true,
            activation: None,
            environment: Vec::new(),
            names: LocalNames::default(),
        }
    }

    fn preset() -> Preset {
        Preset { script: "scripts/a b.py".to_owned(), ..Preset::new("Test") }
    }

    fn row(flag: &str, value: &str) -> Argument {
        Argument::new(flag, value)
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
    fn powershell_gets_its_script_as_a_file_and_the_rows_as_they_are() {
        let secret = RowSecret { from: Secret::Environment("KEY".to_owned()), by: SecretBy::Argument };
        let rows = vec![row("-Text", "a; b $(c) 'd'"), Argument { secret: Some(secret), ..row("-Key", "") }];
        let preset = Preset { script: "a b.ps1".to_owned(), arguments: rows, ..preset() };
        let script = join(Path::new("/"), "shows/tonight/a b.ps1").to_string_lossy().into_owned();
        for (program, before) in [
            ("C:/Windows/powershell.EXE", &["-NoProfile", "-ExecutionPolicy", "Bypass", "-File"][..]),
            ("/usr/bin/pwsh", &["-NoProfile", "-File"]),
        ] {
            let site = Site { program: Ok(PathBuf::from(program)), is_python: false, ..site() };
            let invocation = resolve(&preset, &site).unwrap();
            let after = [script.as_str(), "-Text", "a; b $(c) 'd'", "-Key", MASK];
            assert_eq!(invocation.args, [before, &after].concat());
            let at = SecretAt::Argument { index: invocation.args.len() - 1, before: String::new() };
            assert_eq!(invocation.secrets[0].at, at, "a secret stands where its row does");
        }
    }

    #[test]
    fn each_problem_has_its_place() {
        let mut broken = preset();
        broken.name = " ".to_owned();
        broken.script = String::new();
        broken.arguments = vec![row("-i", "ok"), row("-p", "{echo.prot}"), row("", "a\0b")];
        broken.environment = vec![Variable { on: true, name: "A=B".to_owned(), ..Variable::default() }];
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
    fn what_is_wrong_with_an_echo_has_its_place_while_it_is_on() {
        let mut preset = preset();
        preset.echo.on = true;
        preset.echo.format = EchoFormat::Template("{lnie}".to_owned());
        preset.echo.text.only = "(".to_owned();
        preset.echo.pace = Pace::Paced { per_sec: 0, burst: 64 };
        preset.echo.more = vec![EchoTarget::default(), EchoTarget { port: 0, ..EchoTarget::default() }];
        let problems = resolve(&preset, &site()).unwrap_err();
        let places: Vec<_> = problems.into_iter().map(|problem| problem.place).collect();
        assert_eq!(places, [Place::EchoTarget(1), Place::EchoFormat, Place::EchoOnly, Place::EchoPace]);
        preset.echo.on = false;
        assert!(resolve(&preset, &site()).is_ok());
    }

    #[test]
    fn what_is_not_mapped_has_its_place_and_is_said_once() {
        let mut broken = Preset { script: "{root.scripts}/a.py".to_owned(), ..preset() };
        broken.folder = "{root.work}".to_owned();
        broken.arguments = vec![row("-i", "{root.media}/a.mov")];
        let places = |preset: &Preset, site: &Site| -> Vec<_> {
            resolve(preset, site).unwrap_err().into_iter().map(|problem| problem.place).collect()
        };
        assert_eq!(places(&broken, &site()), [Place::Script, Place::Argument(0), Place::Folder]);
        broken.folder.clear();
        assert_eq!(places(&broken, &site()), [Place::Script, Place::Argument(0)]);
        let program = Preset { interpreter: Interpreter::None, ..broken };
        let lost = Site { program: Err("“scripts” is not mapped.".to_owned()), ..site() };
        assert_eq!(places(&program, &lost), [Place::Argument(0), Place::Script]);
    }

    #[test]
    fn a_fix_that_the_preset_leaves_alone_is_not_made() {
        let preset = Preset { leave_environment: vec!["PYTHONUNBUFFERED".to_owned()], ..preset() };
        let env = resolve(&preset, &site()).unwrap().env;
        assert!(env.iter().all(|change| change.name != "PYTHONUNBUFFERED"), "{env:?}");
        assert!(env.iter().any(|change| change.name == "PYTHONUTF8"), "{env:?}");
    }
}
