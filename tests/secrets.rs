//! Secrets reach the job and nothing else: real children, with a keyring in memory; and the command line with a variable.
//! Whatever is written is searched for the value's bytes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use keyring_core::{CredentialStore, Error, mock};
use sidestage::engine::{
    Config, EchoPlan, Engine, Exit, Input, JobId, KeepPlan, LaunchSpec, Limits, State, Stream, Target,
};
use sidestage::model::{
    Argument, Cause, EnvChange, Interpreter, Invocation, Lifecycle, LogLimits, LogPlan, MASK, Preset, RowSecret,
    Secret, SecretAt, SecretBy, SecretUse, Variable, relative,
};
use sidestage::store::presets::{Expect, write};
use sidestage::vault::Vault;
use support::{probe, probe_with, rows, sidestage, texts, wait_for, wait_for_line};

const VALUE: &str = "hunter22-Zürich";

/// A keyring in memory that keeps [`VALUE`] as `key`, and an engine that asks it.
fn engine() -> Engine {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    let vault = Vault::over(Duration::from_mins(1), move || Ok(Arc::clone(&store)));
    vault.set("key", VALUE.into()).unwrap();
    engine_with(vault)
}

fn engine_with(vault: Vault) -> Engine {
    Engine::start(Config { helper: Some(sidestage()), limits: Limits::default(), wake: Arc::new(|_| {}), vault })
        .unwrap()
}

fn key(at: SecretAt) -> SecretUse {
    SecretUse { secret: Secret::Keyring("key".to_owned()), at }
}

/// The probe with the secret in a variable.
fn with_variable(args: &[&str], name: &str) -> Invocation {
    Invocation {
        env: vec![EnvChange { name: name.to_owned(), value: Some(MASK.to_owned()), cause: Cause::Preset }],
        secrets: vec![key(SecretAt::Variable { index: 0 })],
        ..probe_with(args)
    }
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

#[track_caller]
fn ended(engine: &Engine, job: JobId) -> Exit {
    engine.wait(job).unwrap().exit
}

/// Every file below a folder that holds the value.
fn leaks(dir: &Path) -> Vec<String> {
    support::files_with(dir, VALUE)
}

#[test]
fn what_the_job_prints_of_it_is_masked_in_console_log_and_echo() {
    let (engine, dir) = (engine(), tempfile::tempdir().unwrap());
    let touch = UdpSocket::bind("127.0.0.1:0").unwrap();
    touch.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let log = LogPlan { preset: "T".to_owned(), folder: dir.path().join("logs/T"), limits: LogLimits::default() };
    let text = format!("a {VALUE}\rb {VALUE}\nplain\n{VALUE}{VALUE}");
    let spec = LaunchSpec {
        echo: Some(EchoPlan::to(Target::new("127.0.0.1", touch.local_addr().unwrap().port()))),
        log: Some(log),
        ..LaunchSpec::new("leaky", with_variable(&["raw", &hex(&text)], "API_KEY"))
    };
    let job = engine.launch(spec);
    assert_eq!(ended(&engine, job), Exit::Code(0));
    assert_eq!(texts(&engine, job, Stream::Stdout), [format!("b {MASK}"), "plain".to_owned(), format!("{MASK}{MASK}")]);
    let mut buffer = [0; 2048];
    let mut heard = String::new();
    while !heard.contains(&format!("{MASK}{MASK}")) {
        let count = touch.recv(&mut buffer).unwrap();
        heard.push_str(&String::from_utf8_lossy(&buffer[..count]));
    }
    assert!(!heard.contains(VALUE), "{heard}");
    drop(engine);
    assert_eq!(leaks(dir.path()), [] as [String; 0]);
    let files = sidestage::store::logs::files(&dir.path().join("logs/T"));
    assert!(std::fs::read_to_string(&files[0].1).unwrap().contains(&format!("{MASK}{MASK}")));
}

#[test]
fn it_reaches_the_job_as_a_variable_an_argument_or_a_line() {
    let engine = engine();
    let as_variable = engine.launch(LaunchSpec::new("v", with_variable(&["env", "API_KEY"], "API_KEY")));
    ended(&engine, as_variable);
    assert_eq!(texts(&engine, as_variable, Stream::Stdout), [format!("API_KEY={MASK}")]);
    let uses = vec![key(SecretAt::Argument { index: 1, before: "--key=".to_owned() })];
    let argument = Invocation { secrets: uses, ..probe_with(&["argv", &format!("--key={MASK}"), "x"]) };
    let as_argument = engine.launch(LaunchSpec::new("a", argument));
    ended(&engine, as_argument);
    assert_eq!(texts(&engine, as_argument, Stream::Stdout), [format!("[\"--key={MASK}\",\"x\"]")]);
    let line = Invocation { secrets: vec![key(SecretAt::Input), key(SecretAt::Input)], ..probe_with(&["stdin"]) };
    let as_line = engine.launch(LaunchSpec::new("l", line));
    assert_eq!(ended(&engine, as_line), Exit::Code(0));
    assert_eq!(texts(&engine, as_line, Stream::Stdout), [MASK, MASK, "eof"]);
    let notices: Vec<_> = rows(&engine, as_argument).into_iter().filter(|row| row.stream == Stream::Notice).collect();
    assert!(notices[0].text.contains(&format!("--key={MASK}")), "what will run says so: {notices:?}");
}

#[test]
fn the_job_has_the_value_itself() {
    let engine = engine();
    let counting = Invocation { secrets: vec![key(SecretAt::Input)], ..probe_with(&["count-input"]) };
    let job = engine.launch(LaunchSpec::new("count", counting));
    ended(&engine, job);
    let line = format!("{VALUE}\n");
    // The probe counts the end of a line, and leaves it out of the sum.
    let sum: u64 = VALUE.bytes().map(u64::from).sum();
    assert_eq!(texts(&engine, job, Stream::Stdout), [format!("1 lines, {} bytes, sum {sum}", line.len())]);
}

#[test]
fn what_is_typed_comes_behind_the_secret_and_is_masked_too() {
    let engine = engine();
    let line = Invocation { secrets: vec![key(SecretAt::Input)], ..probe_with(&["stdin"]) };
    let job = engine.launch(LaunchSpec { input: Input::Lines, ..LaunchSpec::new("typed", line) });
    engine.write_line(job, &format!("again {VALUE}"));
    engine.close_input(job);
    ended(&engine, job);
    assert_eq!(texts(&engine, job, Stream::Stdout), [MASK.to_owned(), format!("again {MASK}"), "eof".to_owned()]);
    assert!(rows(&engine, job).iter().all(|row| !row.text.contains(VALUE)));
}

#[cfg(target_os = "linux")]
#[test]
fn the_list_of_processes_has_it_only_where_it_is_an_argument() {
    let engine = engine();
    let line = Invocation { secrets: vec![key(SecretAt::Input)], ..with_variable(&["sleep"], "API_KEY") };
    let job = engine.launch(LaunchSpec::new("sleep", line));
    wait_for_line(&engine, job, "ready");
    let pid = wait_for("a pid", || match engine.jobs()[0].state {
        sidestage::engine::State::Running { pid, .. } => Some(pid),
        _ => None,
    });
    let command_line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap();
    assert!(!command_line.is_empty() && memchr::memmem::find(&command_line, VALUE.as_bytes()).is_none());
}

#[test]
fn a_keyring_that_has_none_or_is_none_is_said_where_the_job_would_have_run() {
    let engine = engine();
    let mut other = with_variable(&["argv"], "API_KEY");
    other.secrets[0].secret = Secret::Keyring("other".to_owned());
    let job = engine.launch(LaunchSpec::new("other", other));
    let Exit::CouldNotStart(why) = ended(&engine, job) else { panic!() };
    assert!(why.contains("“other” is not stored on this machine"), "{why}");
    let none = engine_with(Vault::over(Duration::from_mins(1), || Err(Error::PlatformFailure("no bus".into()))));
    let job = none.launch(LaunchSpec::new("none", with_variable(&["argv"], "API_KEY")));
    let Exit::CouldNotStart(why) = ended(&none, job) else { panic!() };
    assert!(why.contains("can't be opened: no bus"), "{why}");
    assert!(rows(&none, job).iter().any(|row| row.text.contains("no bus")), "its console says so");
}

#[test]
fn a_job_that_waits_for_the_keyring_can_be_stopped_or_interrupted() {
    let (silence, end_of_silence) = mpsc::sync_channel::<()>(0);
    let end_of_silence = Mutex::new(end_of_silence);
    let open = move || {
        let _ = end_of_silence.lock().unwrap().recv();
        Err(Error::NoDefaultStore)
    };
    let engine = engine_with(Vault::over(Duration::from_hours(1), open));
    for end in [Engine::stop, Engine::interrupt] {
        let job = engine.launch(LaunchSpec::new("stuck", with_variable(&["argv"], "API_KEY")));
        end(&engine, job);
        let ending = wait_for("its end", || {
            let view = engine.jobs().into_iter().find(|view| view.id == job)?;
            if let State::Ended(ending) = view.state { Some(ending) } else { None }
        });
        assert!(ending.stopped, "{ending:?}");
    }
    drop(silence);
}

#[test]
fn a_short_value_is_said_to_be_unmasked() {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    let vault = Vault::over(Duration::from_mins(1), move || Ok(Arc::clone(&store)));
    vault.set("key", "abc".into()).unwrap();
    let engine = engine_with(vault);
    let job = engine.launch(LaunchSpec::new("short", with_variable(&["env", "API_KEY"], "API_KEY")));
    ended(&engine, job);
    assert_eq!(texts(&engine, job, Stream::Stdout), ["API_KEY=abc"]);
    assert!(rows(&engine, job).iter().any(|row| row.text.contains("too short to be masked")));
}

/// The keeper fetches the value by itself, so the launch that goes to it holds none.
#[test]
fn a_kept_job_has_it_and_leaves_no_trace_of_it() {
    let (engine, dir) = (engine(), tempfile::tempdir().unwrap());
    // The only variable with a known value that a keeper has, too.
    let value = std::env::var("PATH").unwrap();
    let mut invocation = with_variable(&["env", "COPY", "PATH"], "COPY");
    invocation.secrets[0].secret = Secret::Environment("PATH".to_owned());
    let log = LogPlan { preset: "T".to_owned(), folder: dir.path().join("logs/T"), limits: LogLimits::default() };
    let spec = LaunchSpec {
        lifecycle: Lifecycle { keep_running: true, ..Lifecycle::default() },
        keep: Some(KeepPlan { dir: dir.path().join("running"), preset: None }),
        log: Some(log),
        ..LaunchSpec::new("kept", invocation)
    };
    let job = engine.launch(spec);
    assert_eq!(ended(&engine, job), Exit::Code(0));
    wait_for_line(&engine, job, &format!("COPY={MASK}"));
    wait_for_line(&engine, job, &format!("PATH={MASK}"));
    // The keeper writes it, and tells of the end a moment before.
    let logged = wait_for("the last line in the log", || {
        let files = sidestage::store::logs::files(&dir.path().join("logs/T"));
        std::fs::read_to_string(&files.first()?.1).ok().filter(|text| text.contains("PATH="))
    });
    assert!(logged.contains(&format!("COPY={MASK}")) && !logged.contains(&value), "{logged}");
}

/// A folder of presets, and the command line on it.
struct Show(tempfile::TempDir);

impl Show {
    fn with(args: &[&str], change: impl FnOnce(&mut Preset)) -> Self {
        let show = Self(tempfile::tempdir().unwrap());
        let mut preset = Preset { interpreter: Interpreter::None, ..Preset::new("Upload") };
        preset.script = relative(show.0.path(), &probe());
        let row = |arg: &&str| Argument { on: true, value: (*arg).to_owned(), ..Argument::default() };
        preset.arguments = args.iter().map(row).collect();
        change(&mut preset);
        write(&show.0.path().join("upload.ron"), &preset, Expect::New).unwrap();
        show
    }

    fn run(&self, args: &[&str]) -> (String, String) {
        let mut command = Command::new(sidestage());
        command.arg("--presets").arg(self.0.path()).args(args).stdin(Stdio::null());
        command.env("SIDESTAGE_DATA_DIR", self.0.path().join("data")).env("TOKEN", VALUE);
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
        (text(&output.stdout), text(&output.stderr))
    }
}

fn token() -> Secret {
    Secret::Environment("TOKEN".to_owned())
}

#[test]
fn the_command_line_masks_it_too_and_writes_it_nowhere() {
    let show = Show::with(&["env", "API_KEY", "TOKEN"], |preset| {
        let name = "API_KEY".to_owned();
        preset.environment = vec![Variable { on: true, name, secret: Some(token()), ..Variable::default() }];
    });
    let (out, err) = show.run(&["run", "upload"]);
    assert_eq!((out, err.as_str()), (format!("API_KEY={MASK}\nTOKEN={MASK}\n"), ""));
    let (code, _) = show.run(&["snippet", "upload"]);
    assert!(code.contains("secret('TOKEN')"), "{code}");
    assert_eq!(leaks(show.0.path()), [] as [String; 0]);
}

#[test]
fn a_secret_is_no_argument_of_the_command_line() {
    let secret = Some(RowSecret { from: token(), by: SecretBy::Variable("API_KEY".to_owned()) });
    let show = Show::with(&["argv"], |preset| {
        preset.arguments.push(Argument { on: true, flag: "--key".to_owned(), secret, ..Argument::default() });
    });
    let (out, _) = show.run(&["run", "upload"]);
    assert_eq!(out, "[]\n", "nothing of the row stands among the arguments");
    let (out, err) = show.run(&["run", "upload", "--set=--key=x"]);
    assert_eq!(out, "");
    assert!(err.contains("is a secret"), "{err}");
}

#[test]
fn both_a_value_and_a_secret_are_refused_by_check() {
    let show = Show::with(&["argv"], |preset| {
        let (name, value) = ("API_KEY".to_owned(), "x".to_owned());
        preset.environment = vec![Variable { on: true, name, value, secret: Some(token()) }];
    });
    let (out, _) = show.run(&["check"]);
    assert!(out.contains("both a value and a secret"), "{out}");
}
