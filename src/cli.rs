//! The command line: one function per subcommand. It needs no display and shares everything below the panel with it.
//!
//! Errors go to stderr as a plain sentence that says what to do; status 2 for misuse, 1 for failure.

mod history;
mod input;

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};
use serde::Serialize;

use crate::discover;
use crate::engine::{Config, ConsoleKind, EchoPlan, Engine, Exit, Input, Limits, Stream, Tap};
use crate::launch::launch_spec;
use crate::model::{Argument, Interpreter, Place, Preset, Problem, Site, resolve};
use crate::store::{self, presets::LoadError};

/// The panel for the scripts and programs that run beside a TouchDesigner show; with a subcommand, the same without
/// a window.
#[derive(Debug, Parser)]
#[command(name = "sidestage", version, about, long_about = None)]
pub struct Cli {
    /// The folder with the presets. Without it: `presets` in the current folder or beside the program, else your own
    /// data folder
    #[arg(long, value_name = "DIR", global = true)]
    pub presets: Option<PathBuf>,
    /// What draws the panel. Without it: wgpu, and where that finds no usable graphics adapter, OpenGL
    #[arg(long, value_name = "RENDERER")]
    pub renderer: Option<Renderer>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// What draws the panel, as one writes it here; `main` hands it to the window, of which nothing is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Renderer {
    Wgpu,
    /// OpenGL; for remote desktops and Wine
    Glow,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run one preset here: its output on this terminal, its exit status as ours
    Run(Run),
    /// List the presets
    List {
        /// As JSON, whose shape is documented and stays
        #[arg(long)]
        json: bool,
    },
    /// Say what became of the runs of the past, the latest last
    History(history::History),
    /// Name the presets that don't load, each with its file, line and column and why. Status 1 if there are any
    Check {
        /// Preset files or folders; without any, the presets folder
        paths: Vec<PathBuf>,
    },
    /// The guard's other end; started by the panel
    #[cfg(unix)]
    #[command(name = crate::engine::GUARD_COMMAND, hide = true)]
    GuardJobs,
    /// Keeps one job running without a panel; started by the panel
    #[command(name = crate::engine::KEEP_COMMAND, hide = true)]
    KeepJob,
    /// Asks the processes of a console to stop; started by the panel
    #[cfg(windows)]
    #[command(name = crate::engine::ASK_COMMAND, hide = true)]
    AskToStop { pid: u32 },
    /// Runs a command in a pseudo-console; started by the panel
    #[cfg(windows)]
    #[command(name = crate::engine::TERMINAL_COMMAND, hide = true)]
    InTerminal {
        #[arg(last = true)]
        command: Vec<std::ffi::OsString>,
    },
}

#[derive(Debug, clap::Args)]
pub struct Run {
    /// A preset's name, or the path of its file
    preset: String,
    /// Set the value of the argument row with this flag, and switch the row on
    #[arg(long, value_name = "FLAG=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Mirror the lines to this target, whatever the preset says of it
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "no_echo")]
    echo: Option<String>,
    /// Mirror nothing
    #[arg(long)]
    no_echo: bool,
    /// Write nothing to disk
    #[arg(long)]
    no_log: bool,
    /// Arguments to append to the preset's
    #[arg(last = true, value_name = "EXTRA ARGS")]
    extra: Vec<String>,
}

/// Carries out a subcommand and answers with the exit status.
#[must_use]
pub fn carry_out(command: Command, presets: Option<&Path>) -> i32 {
    let done = match command {
        Command::Run(run) => run_preset(&run, presets),
        Command::List { json } => list(json, presets),
        Command::History(wanted) => history::show(&wanted, presets),
        Command::Check { paths } => check(&paths, presets),
        #[cfg(unix)]
        Command::GuardJobs => {
            crate::engine::guard_jobs(std::io::stdin().lock()).map(|()| 0).map_err(|error| error.to_string())
        }
        Command::KeepJob => crate::engine::keep_job(io::stdin().lock(), io::stdout().lock()).map(|()| 0),
        #[cfg(windows)]
        Command::AskToStop { pid } => crate::engine::ask_by_console(pid).map(|()| 0).map_err(|error| error.to_string()),
        #[cfg(windows)]
        Command::InTerminal { command } => crate::engine::run_in_terminal(&command).map_err(|error| error.to_string()),
    };
    done.unwrap_or_else(|why| {
        complain(&why);
        1
    })
}

/// A line on stdout. Whoever stops reading (`| head`) has seen enough, so that is no failure.
fn say(line: &str) -> Result<(), String> {
    match writeln!(io::stdout().lock(), "{line}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(not_written(&error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn not_written(error: &io::Error) -> String {
    format!("The output could not be written: {error}.")
}

/// A line of ours on stderr. If that is gone too, nobody is left to tell.
fn complain(what: &str) {
    let _ = writeln!(io::stderr().lock(), "sidestage: {what}");
}

fn load_folder(presets: Option<&Path>) -> Result<store::presets::Folder, String> {
    let place = store::place::presets_dir(presets)?;
    Ok(store::presets::load_dir(&place.dir))
}

fn list(json: bool, presets: Option<&Path>) -> Result<i32, String> {
    let folder = load_folder(presets)?;
    if json {
        let text = serde_json::to_string_pretty(&Listing::of(&folder)).map_err(|error| error.to_string())?;
        say(&text)?;
    } else {
        let width = folder.presets.iter().map(|entry| entry.preset.name.chars().count()).max().unwrap_or(0);
        for entry in &folder.presets {
            say(&format!("{:width$}  {}", entry.preset.name, entry.path.display()))?;
        }
    }
    for error in &folder.errors {
        complain(&error.to_string());
    }
    for warning in &folder.warnings {
        complain(warning);
    }
    Ok(0)
}

/// What `list --json` prints. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct Listing<'a> {
    folder: &'a Path,
    presets: Vec<ListedPreset<'a>>,
    errors: Vec<ListedError<'a>>,
}

#[derive(Serialize)]
struct ListedPreset<'a> {
    name: &'a str,
    group: &'a str,
    file: &'a Path,
    /// `name`, `path` or `none`.
    interpreter_kind: &'static str,
    interpreter: &'a str,
    script: &'a str,
    echo: Option<String>,
    /// Where the preset's runs are logged; it may not be there yet.
    log_folder: Option<PathBuf>,
    /// The latest run's log, its last part.
    log: Option<PathBuf>,
}

#[derive(Serialize)]
struct ListedError<'a> {
    file: &'a Path,
    line: Option<usize>,
    column: Option<usize>,
    what: &'a str,
}

impl<'a> Listing<'a> {
    fn of(folder: &'a store::presets::Folder) -> Self {
        let logs_dir = store::logs::logs_dir();
        let presets = folder.presets.iter().map(|entry| {
            let log_folder = logs_dir.as_deref().map(|dir| store::logs::preset_dir(dir, &entry.preset.name));
            let (interpreter_kind, interpreter) = match &entry.preset.interpreter {
                Interpreter::Name(name) => ("name", name.as_str()),
                Interpreter::Path(path) => ("path", path.as_str()),
                Interpreter::None => ("none", ""),
            };
            ListedPreset {
                name: &entry.preset.name,
                group: &entry.preset.group,
                file: &entry.path,
                interpreter_kind,
                interpreter,
                script: &entry.preset.script,
                echo: EchoPlan::of(&entry.preset.echo).map(|plan| plan.target.to_string()),
                log: log_folder.as_deref().and_then(store::logs::newest),
                log_folder,
            }
        });
        let errors = folder.errors.iter().map(|error| ListedError {
            file: &error.path,
            line: error.line,
            column: error.column,
            what: &error.what,
        });
        Self { folder: &folder.dir, presets: presets.collect(), errors: errors.collect() }
    }
}

fn check(paths: &[PathBuf], presets: Option<&Path>) -> Result<i32, String> {
    let mut found = Vec::new();
    let mut look = |folder: store::presets::Folder| {
        found.extend(folder.errors.iter().map(LoadError::to_string));
        found.extend(folder.warnings.iter().map(ToString::to_string));
        found.extend(folder.presets.iter().flat_map(|entry| row_problems(&entry.path, &entry.preset)));
    };
    if paths.is_empty() {
        look(load_folder(presets)?);
    }
    let mut single = Vec::new();
    for path in paths {
        if path.is_dir() {
            look(store::presets::load_dir(path));
        } else {
            match store::presets::read(path) {
                Ok(preset) => single.extend(row_problems(path, &preset)),
                Err(error) => single.push(error.to_string()),
            }
        }
    }
    found.append(&mut single);
    for line in &found {
        say(line)?;
    }
    Ok(i32::from(!found.is_empty()))
}

/// What is wrong with a preset's rows on any machine: placeholders, names, the echo's port.
fn row_problems(path: &Path, preset: &Preset) -> Vec<String> {
    let anywhere = Site {
        preset_dir: path.parent().unwrap_or(Path::new("")).to_owned(),
        program: Ok(PathBuf::new()),
        is_python: false,
        environment: Vec::new(),
    };
    let Err(problems) = resolve(preset, &anywhere) else { return Vec::new() };
    let is_the_file = |problem: &&Problem| problem.place != Place::Script || !preset.script.is_empty();
    problems
        .iter()
        .filter(is_the_file)
        .map(|problem| match problem.place {
            Place::Argument(index) => format!("{}: argument row {}: {}", path.display(), index + 1, problem.what),
            Place::Variable(index) => format!("{}: environment row {}: {}", path.display(), index + 1, problem.what),
            Place::Name
            | Place::Interpreter
            | Place::Script
            | Place::Folder
            | Place::EchoHost
            | Place::EchoPort
            | Place::ReadyLine
            | Place::HangLine => format!("{}: {}", path.display(), problem.what),
        })
        .collect()
}

/// The preset that a word names: a file where there is one, else a preset of the folder.
fn find_preset(wanted: &str, presets: Option<&Path>) -> Result<(PathBuf, Preset), String> {
    let path = Path::new(wanted);
    let means_file =
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case("ron")) || wanted.contains(['/', '\\']);
    if means_file {
        let preset = store::presets::read(path).map_err(|error| error.to_string())?;
        return Ok((path.to_owned(), preset));
    }
    let folder = load_folder(presets)?;
    let entry = store::presets::find(&folder, wanted)?;
    Ok((entry.path.clone(), entry.preset.clone()))
}

/// How long the last lines wait for their host to be looked up once the job has ended.
const ECHO_PATIENCE: Duration = Duration::from_secs(5);

fn run_preset(run: &Run, presets: Option<&Path>) -> Result<i32, String> {
    let (path, mut preset) = find_preset(&run.preset, presets)?;
    for setting in &run.set {
        apply_setting(&mut preset, setting)?;
    }
    if let Some(target) = &run.echo {
        (preset.echo.host, preset.echo.port) = parse_target(target)?;
        preset.echo.on = true;
    }
    preset.echo.on &= !run.no_echo;
    let path = std::path::absolute(&path).map_err(|error| format!("{}: {error}.", path.display()))?;
    let survey = discover::survey(&preset, path.parent().unwrap_or(Path::new("")));
    let mut invocation = survey.invocation.map_err(|problems| {
        let sentences: Vec<_> = problems.into_iter().map(|problem| problem.what).collect();
        format!("{}: {}", preset.name, sentences.join(" "))
    })?;
    invocation.args.extend(run.extra.iter().cloned());
    let (closed_sender, closed) = sync_channel(1);
    let mut spec = launch_spec(&preset, Some(&path), invocation);
    if !run.no_log {
        let limits = store::settings::load().settings.logs;
        spec.log = store::logs::logs_dir().and_then(|dir| store::logs::plan(&dir, &preset, limits));
    }
    // Here the job is in the foreground, and ends with us.
    spec.keep = None;
    spec.console = ConsoleKind::Shared;
    spec.input = input::of(&preset.lifecycle);
    spec.tap = Some(pass_through(closed_sender));
    let helper = std::env::current_exe().ok();
    let limits = Limits { lines: 1000, bytes: 1024 * 1024 };
    let engine = Engine::start(Config { helper, limits, wake: Arc::new(|_| {}) })
        .map_err(|error| format!("The engine could not start: {error}."))?;
    let engine = Arc::new(engine);
    let input = spec.input;
    let _keys = input::Keys::of(input, preset.lifecycle.in_terminal);
    let job = engine.launch(spec);
    signals::forward(&engine, job)?;
    stop_when_closed(&engine, job, closed)?;
    if input == Input::Lines {
        input::relay(&engine, job)?;
    }
    let Some(ending) = engine.wait(job) else { return Ok(1) };
    engine.settle_echo(job, ECHO_PATIENCE);
    let echo = engine.jobs().into_iter().find(|view| view.id == job).and_then(|view| view.echo);
    if let Some(echo) = echo.filter(|echo| echo.failed > 0) {
        complain(&format!("of the echo to {}, {} datagrams were not delivered.", echo.target, echo.failed));
    }
    match ending.exit {
        Exit::CouldNotStart(why) | Exit::NotLaunched(why) => Err(why),
        exit @ (Exit::Code(_) | Exit::Signal(_)) => Ok(exit.status()),
    }
}

fn apply_setting(preset: &mut Preset, setting: &str) -> Result<(), String> {
    let Some((flag, _)) = setting.split_once('=').filter(|(flag, _)| !flag.is_empty()) else {
        return Err(format!("--set {setting}: write it as FLAG=VALUE, for example --set=--input=Hello."));
    };
    // A flag may hold a “=” itself, so the rows say where it ends; the longest flag that fits is meant.
    let value_for = |row: &Argument| {
        let flag = row.flag.trim_end_matches('=');
        let value = if flag.is_empty() { None } else { setting.strip_prefix(flag)?.strip_prefix('=') };
        value.map(|value| (flag.len(), value.to_owned()))
    };
    let fits = preset.arguments.iter_mut().filter_map(|row| value_for(row).map(|(len, value)| (len, value, row)));
    // The first of the longest; `max_by_key` would give the last.
    let meant = fits.reduce(|best, other| if other.0 > best.0 { other } else { best });
    if let Some((_, value, row)) = meant {
        row.on = true;
        row.value = value;
        return Ok(());
    }
    let flags: Vec<_> = preset.arguments.iter().map(|row| row.flag.as_str()).filter(|flag| !flag.is_empty()).collect();
    let known = if flags.is_empty() { "none".to_owned() } else { flags.join(", ") };
    Err(format!("--set {setting}: “{}” has no row with the flag {flag}; it has {known}.", preset.name))
}

/// HOST:PORT, where an IPv6 address stands in brackets.
fn parse_target(target: &str) -> Result<(String, u32), String> {
    let wrong = || format!("--echo {target}: write it as HOST:PORT, for example 127.0.0.1:7000.");
    let (host, port) = target.rsplit_once(':').ok_or_else(wrong)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let port = port.parse().map_err(|_| wrong())?;
    if host.is_empty() { Err(wrong()) } else { Ok((host.to_owned(), port)) }
}

/// The child's streams to ours, byte for byte. Says once when nobody reads them any more.
fn pass_through(closed: SyncSender<io::Error>) -> Tap {
    Arc::new(move |stream, bytes| {
        let passed = match stream {
            Stream::Stdout => {
                let mut out = std::io::stdout().lock();
                out.write_all(bytes).and_then(|()| out.flush())
            }
            Stream::Stderr => std::io::stderr().lock().write_all(bytes),
            Stream::Notice => Ok(()),
        };
        if let Err(error) = passed {
            // A full channel has said it already.
            let _ = closed.try_send(error);
        }
    })
}

/// As a pipe does: who writes where nobody reads any more is ended.
fn stop_when_closed(
    engine: &Arc<Engine>,
    job: crate::engine::JobId,
    closed: std::sync::mpsc::Receiver<io::Error>,
) -> Result<(), String> {
    let engine = Arc::downgrade(engine);
    let watching = std::thread::Builder::new().name("output closed".to_owned()).spawn(move || {
        let Ok(error) = closed.recv() else { return };
        if error.kind() != io::ErrorKind::BrokenPipe {
            complain(&format!("{} The job is stopped.", not_written(&error)));
        }
        if let Some(engine) = engine.upgrade() {
            engine.stop(job);
        }
    });
    watching.map(|_| ()).map_err(|error| format!("The system gives no more threads: {error}."))
}

#[cfg(unix)]
mod signals {
    use std::sync::Arc;

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

    use crate::engine::{Engine, JobId};

    /// Ctrl-C is the child's, whose group the terminal doesn't know; to be ended ends it first.
    pub(super) fn forward(engine: &Arc<Engine>, job: JobId) -> Result<(), String> {
        let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])
            .map_err(|error| format!("Signals can't be caught: {error}."))?;
        let engine = Arc::downgrade(engine);
        let thread = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                let Some(engine) = engine.upgrade() else { return };
                if signal == SIGINT { engine.interrupt(job) } else { engine.stop(job) }
            }
        });
        thread.map(|_| ()).map_err(|error| format!("The system gives no more threads: {error}."))
    }
}

#[cfg(windows)]
mod signals {
    use std::sync::Arc;

    use crate::engine::{Engine, JobId};

    /// The child shares our console and hears Ctrl-C itself: we only must not die of it before the child does.
    pub(super) fn forward(_engine: &Arc<Engine>, _job: JobId) -> Result<(), String> {
        ctrlc::set_handler(|| {}).map_err(|error| format!("Ctrl-C can't be caught: {error}."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    #[test]
    fn targets() {
        assert_eq!(parse_target("10.0.0.5:7000"), Ok(("10.0.0.5".to_owned(), 7000)));
        assert_eq!(parse_target("[::1]:7000"), Ok(("::1".to_owned(), 7000)));
        for wrong in ["7000", ":7000", "host:", "host:port"] {
            assert!(parse_target(wrong).unwrap_err().contains("HOST:PORT"), "{wrong}");
        }
    }

    #[test]
    fn settings_find_their_row() {
        let mut preset = Preset::new("Test");
        let row = |flag: &str| Argument { on: false, flag: flag.to_owned(), value: "old".to_owned() };
        preset.arguments = vec![row("-i"), row("--in="), row("-D"), row("-Dkey=x=")];
        apply_setting(&mut preset, "-i=a=b").unwrap();
        apply_setting(&mut preset, "--in=").unwrap();
        apply_setting(&mut preset, "-Dkey=x=new").unwrap();
        let rows: Vec<_> = preset.arguments.iter().map(|row| (row.on, row.value.as_str())).collect();
        assert_eq!(rows, [(true, "a=b"), (true, ""), (false, "old"), (true, "new")]);
        let why = apply_setting(&mut preset, "-x=1").unwrap_err();
        assert!(why.contains("-i, --in="), "{why}");
    }
}
