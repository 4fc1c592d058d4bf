//! The command line: one function per subcommand. It needs no display and shares everything below the panel with it.
//!
//! Errors go to stderr as a plain sentence that says what to do; status 2 for misuse, 1 for failure.

mod archive;
mod args;
mod args_into;
mod check;
mod ctl;
mod due;
mod group;
mod history;
mod input;
mod interpreters;
mod list;
mod machine;
mod monitor;
mod pass_on;
mod run;
mod schedules;
mod secret;
mod serve;
mod signals;
mod snippet;
mod told;

use std::borrow::Cow;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use clap::{Parser, Subcommand, ValueEnum};

use crate::model::Preset;
use crate::store::{self, presets::Stamp};

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
    /// Give a running Sidestage an order, as TouchDesigner can
    Ctl(ctl::Ctl),
    /// Run without a window, by orders from outside
    Serve(serve::Serve),
    /// Say when presets are launched by themselves, the next first
    Schedules {
        /// As JSON, whose shape is documented and stays
        #[arg(long)]
        json: bool,
    },
    /// Print a preset as code for TouchDesigner
    Snippet(snippet::Snippet),
    /// Name the presets that don't load, each with its file, line and column and why. Status 1 if there are any
    Check {
        /// Also name what they need and this machine lacks
        #[arg(long)]
        here: bool,
        /// Preset files or folders; without any, the presets folder
        paths: Vec<PathBuf>,
    },
    /// Say what names mean on this machine, and what is missing here; or change what a name means
    Machine(machine::Machine),
    /// Write a preset with its script and files as one archive
    Export(archive::Export),
    /// Take a preset out of an archive into the presets folder
    Import(archive::Import),
    /// Tell the arguments that a script declares: read from its text, or asked for. Status 1 if there are none
    Args(args::Args),
    /// List what could run a script here, the best guess first. Status 1 if there is nothing
    Interpreters(interpreters::Interpreters),
    /// Show what comes to a UDP port, as a UDP In DAT there would have it
    Monitor(monitor::Monitor),
    /// Keep secrets in this machine's keyring, which presets name and no file holds
    #[command(subcommand)]
    Secret(secret::Secret),
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
        Command::Ctl(order) => ctl::carry_out(&order),
        Command::Schedules { json } => due::show(json, presets),
        Command::Serve(wanted) => serve::serve(&wanted, presets),
        Command::Snippet(wanted) => snippet::show(&wanted, presets),
        Command::Check { here, paths } => check::check(&paths, here, presets),
        Command::Machine(wanted) => machine::machine(&wanted, presets),
        Command::Export(wanted) => archive::export(&wanted, presets),
        Command::Import(wanted) => archive::import(&wanted, presets),
        Command::Interpreters(wanted) => interpreters::show(&wanted),
        Command::Args(wanted) => args::show(&wanted, presets),
        Command::Monitor(wanted) => monitor::show(&wanted),
        Command::Secret(wanted) => secret::carry_out(&wanted),
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
    match writeln!(io::stdout().lock(), "{}", visible(line, "\n\t")) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(not_written(&error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn not_written(error: &io::Error) -> String {
    format!("The output could not be written: {error}.")
}

/// A line of ours on stderr. If that is gone too, nobody is left to tell.
fn complain(what: &str) {
    let _ = writeln!(io::stderr().lock(), "sidestage: {}", visible(what, "\n\t"));
}

/// Text in which nothing orders the terminal about: a preset's name may be anything. Only what is `allowed` stays.
fn visible<'a>(text: &'a str, allowed: &str) -> Cow<'a, str> {
    let is_order = |c: char| c.is_control() && !allowed.contains(c);
    if !text.contains(is_order) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| if is_order(c) { c.escape_default().to_string() } else { c.to_string() };
    Cow::Owned(text.chars().map(shown).collect())
}

/// This user's settings, read once. What is wrong with their file is said once too, and the file left for who mends it.
fn settings() -> &'static store::settings::Settings {
    static SETTINGS: OnceLock<store::settings::Settings> = OnceLock::new();
    SETTINGS.get_or_init(|| {
        let loaded = store::settings::look();
        if let Some(notice) = loaded.notice {
            complain(&notice);
        }
        loaded.settings
    })
}

fn load_folder(presets: Option<&Path>) -> Result<store::presets::Folder, String> {
    let place = store::place::presets_dir(presets)?;
    Ok(store::presets::load_dir(&place.dir))
}

/// The preset that a word names: a file where there is one, else a preset of the folder.
fn find_preset(wanted: &str, presets: Option<&Path>) -> Result<(PathBuf, Preset), String> {
    find_preset_stamped(wanted, presets).map(|(path, preset, _)| (path, preset))
}

/// As [`find_preset`], to be saved again.
fn find_preset_stamped(wanted: &str, presets: Option<&Path>) -> Result<(PathBuf, Preset, Stamp), String> {
    let path = Path::new(wanted);
    let means_file =
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case("ron")) || wanted.contains(['/', '\\']);
    if means_file {
        let (preset, stamp) = store::presets::read_stamped(path).map_err(|error| error.to_string())?;
        return Ok((path.to_owned(), preset, stamp));
    }
    let folder = load_folder(presets)?;
    let entry = store::presets::find(&folder, wanted)?;
    Ok((entry.path.clone(), entry.preset.clone(), entry.stamp))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_orders_the_terminal_about() {
        assert_eq!(visible("a\u{1b}[2J\tb\u{9b}c\u{7f}\n", "\n\t"), "a\\u{1b}[2J\tb\\u{9b}c\\u{7f}\n");
        assert_eq!(visible("a\nb", ""), "a\\nb");
        assert_eq!(visible("Zürich 🎭", ""), "Zürich 🎭");
    }

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
