//! The code that launches a preset without Sidestage.

use std::fmt::Write as _;
use std::path::Path;

use super::expression::{at, here, roots_of, value};
use super::python::{constant, literal, truth, tuple};
use super::{Request, Snippet, comment, dat_name, imports, relay, secrets};
use crate::model::{
    Argument, Cause, Interpreter, MASK, PYTHON_REMOVED, Preset, Priority, RestartWhen, SecretBy, StopSignal, ValueKind,
    Values, before_script, expand, fixes, is_touch_path, words,
};

const CORE: &str = include_str!("touch/launch.py");
const NAMED: &str = include_str!("touch/named.py");
const PLACED: &str = include_str!("touch/placed.py");
const RUN: &str = include_str!("touch/run.py");

pub(super) fn snippet(request: &Request<'_>) -> Snippet {
    let dat = dat_name("launch", request.id);
    let echo = &request.preset.echo;
    let program = program(request);
    let mut modules = vec!["atexit", "os", "signal", "subprocess", "sys", "threading", "time", "types"];
    let mut tail = CORE.to_owned();
    if echo.on {
        tail.push_str(&relay::code(echo, &mut modules));
    }
    tail.push_str(program.helpers);
    tail.push_str(RUN);
    let code = head(request, &dat)
        + "\n"
        + &imports(&modules)
        + "\n"
        + &constants(request)
        + &functions(request, &program.code)
        + &tail;
    let copied =
        format!("The code is on the clipboard. In Touch, paste it into a Text DAT called {dat}, and run that.");
    Snippet { code, steps: steps(request, &dat), copied }
}

fn head(request: &Request<'_>, dat: &str) -> String {
    let preset = request.preset;
    let mut lines = vec![
        format!("Launches {} without Sidestage.", literal(&preset.name)),
        String::new(),
        format!("Put this into a Text DAT, called {dat} for instance. Then"),
        format!("    op('{dat}').run()         launches it, unless it runs"),
        format!("    op('{dat}').run('stop')   ends it"),
        format!("    op('{dat}').run('again')  launches one more"),
        String::new(),
    ];
    if preset.lifecycle.keep_running {
        lines.push("It lives on when TouchDesigner quits, as the preset says.".to_owned());
    } else {
        lines.push("It is asked to end when TouchDesigner quits. If that crashes, it lives on: only".to_owned());
        lines.push("Sidestage ends with certainty what it has launched.".to_owned());
    }
    if preset.echo.on {
        lines.push("Reading its lines takes time from TouchDesigner's own Python: leave a job that prints".to_owned());
        lines.push("thousands a second to Sidestage.".to_owned());
    }
    let variables = secrets::variables(preset);
    if !variables.is_empty() {
        lines.push("Its secrets are not written here. Set them in the environment that TouchDesigner is".to_owned());
        lines.push(format!("started in: {}.", variables.join(", ")));
    }
    let missing = missing(preset);
    if !missing.is_empty() {
        lines.push(format!("What the preset says besides, only Sidestage does: {}.", missing.join(", ")));
    }
    comment(&lines)
}

/// What of the preset this code leaves out.
fn missing(preset: &Preset) -> Vec<&'static str> {
    let lifecycle = &preset.lifecycle;
    let mut missing = Vec::new();
    if lifecycle.restart.when != RestartWhen::Never {
        missing.push("run it again when it ends");
    }
    if lifecycle.hang.secs > 0 {
        missing.push("watch for silence");
    }
    if lifecycle.in_terminal {
        missing.push("give it a terminal");
    }
    if lifecycle.takes_input {
        missing.push("send it lines");
    }
    if secrets::has_input(preset) {
        missing.push("begin its standard input with a secret");
    }
    if preset.echo.on && !preset.echo.more.is_empty() {
        missing.push("echo to more than one target");
    }
    missing
}

/// Everything that can be changed.
fn constants(request: &Request<'_>) -> String {
    let preset = request.preset;
    let here = here(request);
    let about_here = if here.starts_with('\'') {
        "Where the preset's paths start. If the files move with the project, write for instance\n\
         # HERE = os.path.join(project.folder, 'presets')"
    } else {
        "Where the preset's paths start: the files move with the project."
    };
    let signal = match preset.lifecycle.stop_signal {
        StopSignal::Terminate => "'SIGTERM'",
        StopSignal::Interrupt => "'SIGINT'",
    };
    let mut out = String::new();
    constant(&mut out, "", "NAME", &literal(&preset.name));
    constant(&mut out, "Two DATs with the same ID launch the same job.", "ID", &literal(request.id));
    constant(&mut out, about_here, "HERE", &here);
    let folders: Vec<_> = roots_of(preset)
        .into_iter()
        .map(|root| format!("{}: {}", literal(root), literal(request.names.root(root).unwrap_or_default())))
        .collect();
    if !folders.is_empty() {
        let about = "Folders of this machine; on another one they are elsewhere.";
        constant(&mut out, about, "ROOTS", &format!("{{{}}}", folders.join(", ")));
    }
    relay::constants(&mut out, &preset.echo);
    let stop_secs = preset.stop_secs.to_string();
    constant(&mut out, "The seconds between asking it to end and killing it.", "STOP_SECS", &stop_secs);
    constant(&mut out, "", "STOP_SIGNAL", signal);
    let about = "Whether TouchDesigner gets the processor before it.";
    constant(&mut out, about, "BELOW_NORMAL", truth(preset.lifecycle.priority == Priority::BelowNormal));
    constant(&mut out, "", "ENDS_WITH_TOUCH", truth(!preset.lifecycle.keep_running));
    out + &environment(request)
}

/// The same changes that Sidestage makes by itself; see `model::fixes`.
fn environment(request: &Request<'_>) -> String {
    let is_left = |name: &&str| request.preset.leave_environment.iter().any(|left| left == name);
    let removed: &[&str] = if request.is_python { &PYTHON_REMOVED } else { &[] };
    let removed = removed.iter().copied().chain(["ELECTRON_RUN_AS_NODE"]).filter(|name| !is_left(name));
    let added = fixes(request.is_python, None, &[]);
    let added = added.iter().filter(|change| !is_left(&change.name.as_str())).filter_map(|change| match change.cause {
        Cause::Fix(_) => Some(format!("{}: {}", literal(&change.name), literal(change.value.as_ref()?))),
        Cause::Preset => None,
    });
    let added: Vec<_> = added.collect();
    let left = request.preset.leave_environment.iter().map(String::as_str);
    // Two in a line: such names are long.
    let removed: Vec<_> = removed.map(literal).collect();
    let removed: Vec<_> = removed.chunks(2).map(|pair| pair.join(", ")).collect();
    let removed = removed.join(",\n    ");
    let mut out = format!(
        "# What TouchDesigner leaves in its environment for itself; another program breaks on it.\n\
         REMOVED = (\n    {removed},\n)\nLEFT_ALONE = {}\n",
        tuple(left)
    );
    if request.is_python {
        out.push_str("# Python's lines come at once, and in UTF-8.\n");
    }
    let _ = writeln!(out, "ADDED = {{{}}}", added.join(", "));
    out
}

/// The expression that finds the program, and the functions that it needs.
struct Program {
    code: String,
    helpers: &'static str,
}

fn program(request: &Request<'_>) -> Program {
    let preset = request.preset;
    if let Some(path) = mapped(request) {
        return Program { code: format!("placed({})", at(request, &path.to_string_lossy())), helpers: PLACED };
    }
    match &preset.interpreter {
        Interpreter::Name(name) if request.is_python => {
            Program { code: format!("named_python({})", literal(name)), helpers: PYTHON_HELPERS }
        }
        Interpreter::Name(name) => Program { code: format!("named({})", literal(name)), helpers: NAMED },
        Interpreter::Path(path) if is_touch_path(path) && request.is_python => {
            Program { code: "app.pythonExecutable".to_owned(), helpers: "" }
        }
        Interpreter::Path(path) => Program { code: format!("placed({})", at(request, path)), helpers: PLACED },
        Interpreter::None if !preset.is_bare_program() => {
            Program { code: format!("placed({})", at(request, &preset.script)), helpers: PLACED }
        }
        Interpreter::None => Program { code: format!("named({})", literal(&preset.script)), helpers: NAMED },
    }
}

/// The program that this machine says the interpreter's name means.
fn mapped<'a>(request: &Request<'a>) -> Option<&'a Path> {
    match &request.preset.interpreter {
        Interpreter::Name(name) => request.names.interpreter(name).ok().flatten(),
        Interpreter::Path(_) | Interpreter::None => None,
    }
}

/// The words that the interpreter wants before the script.
fn words_before_script(request: &Request<'_>) -> &'static [&'static str] {
    match (mapped(request), &request.preset.interpreter) {
        (Some(path), _) => before_script(&path.to_string_lossy()),
        (None, Interpreter::Name(name)) => before_script(name),
        (None, Interpreter::Path(path)) => before_script(path),
        (None, Interpreter::None) => &[],
    }
}

const PYTHON_HELPERS: &str = concat!(include_str!("touch/named.py"), include_str!("touch/named_python.py"));

/// What differs between presets and is more than a constant.
fn functions(request: &Request<'_>, program: &str) -> String {
    let preset = request.preset;
    let mut out = secrets::reader(preset).to_owned();
    let _ = write!(out, "\n\ndef program():\n    return {program}\n");
    out.push_str("\n\ndef arguments():\n    \"\"\"In their order, none of them quoted: no shell reads them.\"\"\"\n    return [\n");
    if preset.interpreter != Interpreter::None {
        for word in words_before_script(request) {
            let _ = writeln!(out, "        {},", literal(word));
        }
        let _ = writeln!(out, "        {},", at(request, &preset.script));
    }
    let preset_dir = request.preset_dir.to_string_lossy();
    let values = Values {
        echo_host: &preset.echo.host,
        echo_port: preset.echo.port,
        preset_name: &preset.name,
        preset_dir: &preset_dir,
        names: request.names,
    };
    let here_it_is = |text: &str| expand(text, &values).unwrap_or_default();
    let rows: Vec<_> = preset.arguments.iter().map(standing).collect();
    for row in words(&rows, &here_it_is).chunk_by(|one, next| one.row == next.row) {
        let secret = row[0].row.and_then(|index| rows[index].secret.as_ref());
        let words = row.iter().map(|word| {
            let parts = word.parts.iter().map(|part| match secret {
                Some(secret) if *part == MASK => secrets::expression(&secret.from),
                _ => value(request, part),
            });
            parts.collect::<Vec<_>>().join(" + ")
        });
        let _ = writeln!(out, "        {},", words.collect::<Vec<_>>().join(", "));
    }
    out.push_str("    ]\n\n\ndef folder():\n    \"\"\"The working folder.\"\"\"\n");
    let _ = writeln!(out, "    return {}", folder(request));
    out.push_str("\n\ndef variables():\n    \"\"\"What the preset adds to the environment.\"\"\"\n    return {");
    let rows: Vec<_> = preset.environment.iter().filter(|row| row.on).collect();
    let mut is_empty = rows.is_empty();
    for (name, secret) in secrets::rows_as_variables(preset) {
        let _ = write!(out, "\n        {}: {},", literal(name), secrets::expression(secret));
        is_empty = false;
    }
    for row in &rows {
        let given = row.secret.as_ref().map_or_else(|| value(request, &row.value), secrets::expression);
        let _ = write!(out, "\n        {}: {},", literal(&row.name), given);
    }
    out.push_str(if is_empty { "}\n" } else { "\n    }\n" });
    out
}

/// A row as it stands among the arguments: a secret as a mark for its value, or off where it comes another way.
fn standing(row: &Argument) -> Argument {
    let mut row = row.clone();
    if let Some(secret) = &row.secret {
        row.on &= secret.by == SecretBy::Argument;
        (row.value, row.kind) = (MASK.to_owned(), Some(ValueKind::Text));
        row.more.clear();
    }
    row
}

fn folder(request: &Request<'_>) -> String {
    let preset = request.preset;
    if !preset.folder.is_empty() {
        at(request, &preset.folder)
    } else if preset.is_bare_program() {
        "HERE".to_owned()
    } else {
        format!("os.path.dirname({})", at(request, &preset.script))
    }
}

fn steps(request: &Request<'_>, dat: &str) -> Vec<String> {
    let mut steps = vec![
        format!("Add a Text DAT beside it, call it {dat}, and paste the code into it."),
        format!(
            "Right-click it and choose Run Script, or have a button call op('{dat}').run(); op('{dat}').run('stop') ends it."
        ),
    ];
    if request.preset.echo.on || uses_port(request.preset) {
        steps.insert(0, "Add a UDP In DAT, called udpin1: its port is the one that is used.".to_owned());
    }
    if !request.preset.lifecycle.keep_running {
        steps.push(format!(
            "To be sure that it ends with TouchDesigner: an Execute DAT with Exit on, whose onExit() calls op('{dat}').run('stop')."
        ));
    }
    steps
}

fn uses_port(preset: &Preset) -> bool {
    let arguments = preset
        .arguments
        .iter()
        .filter(|row| row.on)
        .flat_map(|row| [&row.flag, &row.value].into_iter().chain(&row.more));
    let variables = preset.environment.iter().filter(|row| row.on).map(|row| &row.value);
    arguments.chain(variables).any(|text| text.contains("{echo.port}"))
}
