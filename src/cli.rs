//! The command line: one function per subcommand. It needs no display and shares everything below the panel with it.
//!
//! Errors go to stderr as a plain sentence that says what to do; status 2 for misuse, 1 for failure.

mod group;
mod history;
mod input;
mod list;
mod run;
mod signals;
mod told;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand, ValueEnum};

use crate::model::{Place, Preset, Problem, Site, resolve};
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
    /// Launch nothing by itself when the panel opens
    #[arg(long)]
    pub no_autostart: bool,
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
    Run(run::Run),
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
    GuardJobs { mark: String },
    /// Keeps one job running without a panel; started by the panel
    #[command(name = crate::engine::KEEP_COMMAND, hide = true)]
    KeepJob,
    /// Asks the processes of a console to stop; started by the panel
    #[cfg(windows)]
    #[command(name = crate::engine::ASK_COMMAND, hide = true)]
    AskToStop { pid: u32 },
    /// Runs a command in a terminal; started by the panel
    #[command(name = crate::engine::TERMINAL_COMMAND, hide = true)]
    InTerminal {
        #[arg(last = true)]
        command: Vec<std::ffi::OsString>,
    },
}

/// Carries out a subcommand and answers with the exit status.
#[must_use]
pub fn carry_out(command: Command, presets: Option<&Path>) -> i32 {
    let done = match command {
        Command::Run(run) => run::run(&run, presets),
        Command::List { json } => list::show(json, presets),
        Command::History(wanted) => history::show(&wanted, presets),
        Command::Check { paths } => check(&paths, presets),
        #[cfg(unix)]
        Command::GuardJobs { mark } => {
            crate::engine::guard_jobs(&mark, std::io::stdin().lock()).map(|()| 0).map_err(|error| error.to_string())
        }
        Command::KeepJob => crate::engine::keep_job(io::stdin().lock(), io::stdout().lock()).map(|()| 0),
        #[cfg(windows)]
        Command::AskToStop { pid } => crate::engine::ask_by_console(pid).map(|()| 0).map_err(|error| error.to_string()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
