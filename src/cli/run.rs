//! `sidestage run`: one preset's job on this terminal, its output and its status as ours.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use super::pass_on::{self, pass_on};
use super::{complain, find_preset, input, not_written, signals, told};
use crate::discover;
use crate::engine::{Config, ConsoleKind, Engine, Exit, Input, JobId, LaunchSpec, Limits, StatePlan, Tap, Wake};
use crate::launch::Places;
use crate::model::{
    Argument, Echo, EchoFormat, EchoTarget, Lifecycle, Preset, Problem, RestartWhen, Secret, ShowEcho,
    problems_in_words, quote,
};
use crate::store;
use crate::vault::Vault;

#[derive(Debug, clap::Args)]
pub struct Run {
    /// A preset's name, or the path of its file
    #[arg(required_unless_present = "group")]
    preset: Option<String>,
    /// Run all presets of this group instead, as the group is launched in the panel
    #[arg(long, value_name = "GROUP", conflicts_with_all = ["preset", "set", "echo", "echo_format", "no_echo", "extra"])]
    group: Option<String>,
    /// Set the value of the argument row with this flag, and switch the row on
    #[arg(long, value_name = "FLAG=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Mirror the lines to this target, whatever the preset says of it; may be given several times
    #[arg(long, value_name = "HOST:PORT", conflicts_with = "no_echo")]
    echo: Vec<String>,
    /// How the lines are mirrored: raw, json, osc, or a template such as '{job} {seq} {line}'
    #[arg(long, value_name = "FORMAT", conflicts_with = "no_echo")]
    echo_format: Option<String>,
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

/// How long the last lines wait for their host to be looked up once the job has ended.
pub(super) const ECHO_PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn run(run: &Run, presets: Option<&Path>) -> Result<i32, String> {
    match (&run.group, &run.preset) {
        (Some(group), _) => super::group::run(group, presets, !run.no_log),
        (None, Some(preset)) => run_preset(preset, run, presets),
        (None, None) => Err("Say which preset, or which group with --group.".to_owned()),
    }
}

fn run_preset(wanted: &str, run: &Run, presets: Option<&Path>) -> Result<i32, String> {
    let (path, mut preset) = find_preset(wanted, presets)?;
    for setting in &run.set {
        apply_setting(&mut preset, setting)?;
    }
    set_echo(&mut preset.echo, &run.echo, run.echo_format.as_deref())?;
    preset.echo.on &= !run.no_echo;
    let path = std::path::absolute(&path).map_err(|error| format!("{}: {error}.", path.display()))?;
    let (closed_sender, closed) = sync_channel(1);
    let mut spec = spec_here(&preset, &path, !run.no_log)?;
    spec.invocation.args.extend(run.extra.iter().cloned());
    spec.console = ConsoleKind::Shared;
    spec.input = input::of(&preset.lifecycle);
    if spec.invocation.takes_secret_input() {
        spec.input = input::behind_a_secret(spec.input, &preset.lifecycle);
    }
    spec.tap = Some(pass_through(closed_sender));
    let (state_changed, changes) = sync_channel(1);
    // A full channel says already that something has changed.
    let engine = start_engine(Arc::new(move |_| {
        let _ = state_changed.try_send(());
    }))?;
    tell_state(&engine, &show_of(path.parent().unwrap_or(Path::new("")))?);
    let input = spec.input;
    let _keys = input::Keys::of(input, preset.lifecycle.in_terminal);
    let job = engine.launch(spec);
    signals::forward(&engine, job)?;
    if has_rules(&preset.lifecycle) {
        told::tell(&engine, job, changes)?;
    }
    stop_when_closed(&engine, job, closed)?;
    if input == Input::Lines {
        input::relay(&engine, job)?;
    }
    let Some(ending) = engine.wait(job) else { return Ok(1) };
    pass_on::finish();
    engine.settle_echo(job, ECHO_PATIENCE);
    let echo = engine.jobs().into_iter().find(|view| view.id == job).map(|view| view.echo).unwrap_or_default();
    for echo in echo.iter().filter(|echo| echo.failed > 0) {
        complain(&format!("of the echo to {}, {} datagrams were not delivered.", echo.target, echo.failed));
    }
    end(engine);
    match ending.exit {
        Exit::CouldNotStart(why) | Exit::NotLaunched(why) => Err(why),
        exit @ (Exit::Code(_) | Exit::Signal(_)) => Ok(exit.status()),
    }
}

/// What a preset comes to here: a job in the foreground, which ends with us whatever the preset says.
pub(super) fn spec_here(preset: &Preset, path: &Path, is_logged: bool) -> Result<LaunchSpec, String> {
    let dir = path.parent().unwrap_or(Path::new(""));
    let preset = &preset.in_show(&show_of(dir)?.target);
    let survey = discover::survey(preset, dir, &store::machine::load());
    let why = |problems: Vec<Problem>| format!("{}: {}", preset.name, problems_in_words(preset, &problems));
    let invocation = survey.invocation.map_err(why)?;
    let logs_dir = if is_logged { store::logs::logs_dir() } else { None };
    let places = Places { running_dir: store::place::running_dir(), logs_dir, logs: super::settings().logs };
    let spec = places.spec(preset, Some(&store::place::real_file(path)), invocation);
    Ok(LaunchSpec { keep: None, ..spec })
}

/// What ties the show of this folder to Touch.
pub(super) fn show_of(dir: &Path) -> Result<ShowEcho, String> {
    store::show_echo::load(dir).map_err(|error| format!("{error}."))
}

/// Tells the jobs' state to whom the show wants it told.
pub(super) fn tell_state(engine: &Engine, show: &ShowEcho) {
    if let Err(error) = engine.set_state_echo(StatePlan::of(show)) {
        complain(&format!("the state of the jobs is not told: the system gives no more threads ({error})."));
    }
}

/// An engine whose consoles nobody looks at.
pub(super) fn start_engine(wake: Arc<dyn Fn(Wake) + Send + Sync>) -> Result<Arc<Engine>, String> {
    let helper = std::env::current_exe().ok();
    let limits = Limits { lines: 1000, bytes: 1024 * 1024 };
    let engine = Engine::start(Config { helper, limits, wake, vault: Vault::of_system() });
    engine.map(Arc::new).map_err(|error| format!("The engine could not start: {error}."))
}

/// Ends the engine, and with it the last of the log, here: not in a thread that the end of the process cuts off.
pub(super) fn end(mut engine: Arc<Engine>) {
    // Others hold it for a moment at a time.
    while let Err(shared) = Arc::try_unwrap(engine) {
        engine = shared;
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Whether more can happen to its job than that it runs and ends.
fn has_rules(lifecycle: &Lifecycle) -> bool {
    lifecycle.restart.when != RestartWhen::Never || lifecycle.hang.secs > 0
}

fn apply_setting(preset: &mut Preset, setting: &str) -> Result<(), String> {
    let Some((flag, _)) = setting.split_once('=').filter(|(flag, _)| !flag.is_empty()) else {
        return Err(format!("--set {setting}: write it as FLAG=VALUE, for example --set=--input=Hello."));
    };
    // A flag may hold a “=” itself, so the rows say where it ends; the longest flag that fits is meant.
    let value_for = |row: &Argument| {
        let flags = std::iter::once(row.bare_flag()).chain(row.said.flags.iter().map(String::as_str));
        let value_of = |flag: &str| {
            let value = if flag.is_empty() { None } else { setting.strip_prefix(flag)?.strip_prefix('=') };
            value.map(|value| (flag.len(), value.to_owned()))
        };
        flags.filter_map(value_of).max_by_key(|(len, _)| *len)
    };
    let fits = preset.arguments.iter_mut().filter_map(|row| value_for(row).map(|(len, value)| (len, value, row)));
    // The first of the longest; `max_by_key` would give the last.
    let meant = fits.reduce(|best, other| if other.0 > best.0 { other } else { best });
    if let Some((_, value, row)) = meant {
        if let Some(secret) = &row.secret {
            let instead = match &secret.from {
                Secret::Keyring(name) => format!("Store it with: sidestage secret set {}", quote(name)),
                Secret::Environment(name) => format!("Set {name} before Sidestage starts."),
            };
            return Err(format!(
                "--set: the value of {} is a secret, {}; everybody on this machine could read it here. {instead}",
                row.flag, secret.from
            ));
        }
        row.on = true;
        row.value = value;
        return Ok(());
    }
    let flags: Vec<_> = preset.arguments.iter().map(|row| row.flag.as_str()).filter(|flag| !flag.is_empty()).collect();
    let known = if flags.is_empty() { "none".to_owned() } else { flags.join(", ") };
    Err(format!("--set {setting}: “{}” has no row with the flag {flag}; it has {known}.", preset.name))
}

/// Targets and format of the command line in the place of the preset's.
fn set_echo(echo: &mut Echo, targets: &[String], format: Option<&str>) -> Result<(), String> {
    if let Some((first, more)) = targets.split_first() {
        let target = |text: &String| {
            let (host, port) = parse_target(text)?;
            Ok::<_, String>(EchoTarget { host, port, ..EchoTarget::default() })
        };
        echo.set_first(target(first)?);
        echo.more = more.iter().map(target).collect::<Result<_, _>>()?;
        echo.to_show = false;
        echo.on = true;
    }
    match format {
        None => {}
        Some("raw") => echo.format = EchoFormat::Raw,
        Some("json") => echo.format = EchoFormat::Json,
        Some("osc") => echo.format = EchoFormat::Osc,
        Some(text) if text.contains("{line}") => echo.format = EchoFormat::Template(text.to_owned()),
        Some(text) => {
            return Err(format!("--echo-format {text}: write raw, json, osc, or a template with {{line}} in it."));
        }
    }
    Ok(())
}

/// HOST:PORT, where an IPv6 address stands in brackets.
fn parse_target(target: &str) -> Result<(String, u32), String> {
    let wrong = || format!("--echo {target}: write it as HOST:PORT, for example 127.0.0.1:7000.");
    let (host, port) = target.rsplit_once(':').ok_or_else(wrong)?;
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let port = port.parse().map_err(|_| wrong())?;
    if host.is_empty() { Err(wrong()) } else { Ok((host.to_owned(), port)) }
}

/// The child's streams to ours. Says once when nobody reads them any more.
fn pass_through(closed: SyncSender<io::Error>) -> Tap {
    Arc::new(move |stream, bytes| {
        if let Err(error) = pass_on(stream, bytes) {
            // A full channel has said it already.
            let _ = closed.try_send(error);
        }
    })
}

/// As a pipe does: who writes where nobody reads any more is ended.
fn stop_when_closed(
    engine: &Arc<Engine>,
    job: JobId,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets() {
        assert_eq!(parse_target("10.0.0.5:7000"), Ok(("10.0.0.5".to_owned(), 7000)));
        assert_eq!(parse_target("[::1]:7000"), Ok(("::1".to_owned(), 7000)));
        for wrong in ["7000", ":7000", "host:", "host:port"] {
            assert!(parse_target(wrong).unwrap_err().contains("HOST:PORT"), "{wrong}");
        }
    }

    #[test]
    fn the_echo_is_the_command_lines() {
        let mut echo = Echo { to_show: true, ..Echo::default() };
        set_echo(&mut echo, &["a:1".to_owned(), "[::1]:2".to_owned()], Some("{job} {line}")).unwrap();
        let targets: Vec<_> = echo.targets().into_iter().map(|target| (target.host, target.port)).collect();
        assert_eq!(targets, [("a".to_owned(), 1), ("::1".to_owned(), 2)]);
        assert_eq!((echo.on, echo.to_show), (true, false));
        assert_eq!(echo.format, EchoFormat::Template("{job} {line}".to_owned()));
        let mut echo = Echo::default();
        set_echo(&mut echo, &[], Some("json")).unwrap();
        assert_eq!((echo.on, &echo.format), (false, &EchoFormat::Json));
        assert!(set_echo(&mut echo, &[], Some("jsno")).unwrap_err().contains("{line}"));
        assert!(set_echo(&mut echo, &["x".to_owned()], None).is_err());
    }

    #[test]
    fn settings_find_their_row() {
        let mut preset = Preset::new("Test");
        let row = |flag: &str| Argument { on: false, ..Argument::new(flag, "old") };
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
