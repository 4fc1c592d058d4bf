//! The shipped presets and their scripts, run by a real Python as a user would from a terminal and from a preset.
//!
//! Without a Python a test says so and passes, except where `CI` is set: there it fails, unless
//! `SIDESTAGE_WITHOUT_PYTHON` says that the machine is meant to have none.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use sidestage::model::{Interpreter, Invocation, LocalNames, Preset, Site, resolve};

/// How long a datagram may take before a test gives up: long enough for the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

fn presets_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("presets")
}

/// A Python that runs; `None` where the test has to be passed over.
fn python() -> Option<PathBuf> {
    let found = ["python3", "python"].into_iter().find(|name| {
        // Windows has a `python.exe` that only opens a shop, so being there isn't enough.
        Command::new(name).args(["-c", "print(1)"]).output().is_ok_and(|output| output.stdout.starts_with(b"1"))
    });
    if found.is_none() {
        let is_meant = std::env::var_os("SIDESTAGE_WITHOUT_PYTHON").is_some();
        let is_ci = std::env::var_os("CI").is_some();
        assert!(is_meant || !is_ci, "no python3 and no python on PATH: install one, the scripts must be tested");
        skip_notice();
    }
    found.map(PathBuf::from)
}

#[expect(clippy::print_stderr, reason = "a test that checks nothing has to say so")]
fn skip_notice() {
    eprintln!("skipped: no python3 and no python on PATH");
}

/// A script as from a terminal, with nothing in the environment that would flush its output for it.
fn script<S: AsRef<OsStr>>(python: &Path, name: &str, args: &[S]) -> Command {
    let mut command = Command::new(python);
    command.arg(presets_dir().join("scripts").join(name)).args(args);
    command.env_remove("PYTHONUNBUFFERED").stdin(Stdio::null());
    command
}

fn preset(file: &str) -> Preset {
    let path = presets_dir().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    ron::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn invocation(preset: &Preset, python: &Path) -> Invocation {
    let program = match &preset.interpreter {
        Interpreter::Name(_) | Interpreter::Path(_) => python.to_owned(),
        Interpreter::None => PathBuf::from(&preset.script),
    };
    let is_python = preset.interpreter != Interpreter::None;
    let site = Site {
        preset_dir: presets_dir(),
        program: Ok(program),
        is_python,
        activation: None,
        environment: Vec::new(),
        names: LocalNames::default(),
    };
    resolve(preset, &site).unwrap()
}

/// A preset as it would be launched, with arguments after its own; of two of a kind a script takes the later one.
fn launch(preset: &Preset, python: &Path, extra: &[&str]) -> Output {
    let invocation = invocation(preset, python);
    let mut command = Command::new(&invocation.program);
    command.args(&invocation.args).args(extra).current_dir(&invocation.dir).stdin(Stdio::null());
    for change in &invocation.env {
        match &change.value {
            Some(value) => command.env(&change.name, value),
            None => command.env_remove(&change.name),
        };
    }
    command.output().unwrap()
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8(bytes.to_vec()).unwrap().lines().map(str::to_owned).collect()
}

#[track_caller]
fn assert_success(output: &Output) {
    assert!(output.status.success(), "{}: {}", output.status, String::from_utf8_lossy(&output.stderr));
}

/// A socket in the place of a UDP In DAT.
struct Touch(UdpSocket);

impl Touch {
    fn listen() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(socket)
    }

    fn port(&self) -> String {
        self.0.local_addr().unwrap().port().to_string()
    }

    /// So many datagrams, byte for byte, and then none.
    #[track_caller]
    fn assert_received(&self, expected: &[String]) {
        let mut buffer = [0; 2048];
        for message in expected {
            let length = self.0.recv(&mut buffer).unwrap();
            assert_eq!(String::from_utf8_lossy(&buffer[..length]), *message);
        }
        self.0.set_nonblocking(true).unwrap();
        assert!(self.0.recv(&mut buffer).is_err(), "more than {} datagrams came", expected.len());
    }
}

/// Ends a script that would outlive its test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_first_script_shows_its_python_and_the_numbers_and_stays() {
    let Some(python) = python() else { return };
    let mut command = script(&python, "run_a_script.py", &[] as &[&str]);
    let mut running = Running(command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.next().unwrap().starts_with("Python 3."));
    let mut after_paths = lines.by_ref().skip_while(|line| line.starts_with("sys.path: "));
    for number in 1..=10 {
        assert_eq!(after_paths.next().unwrap(), number.to_string());
    }
    assert!(after_paths.next().unwrap().contains("stays"));
    assert!(running.0.try_wait().unwrap().is_none(), "it lives on");
    assert_ends_cleanly_on_ctrl_c(&mut running);
}

#[cfg(unix)]
fn assert_ends_cleanly_on_ctrl_c(running: &mut Running) {
    rustix::process::kill_process(rustix::process::Pid::from_child(&running.0), rustix::process::Signal::INT).unwrap();
    assert_eq!(running.0.wait().unwrap().code(), Some(130));
    let mut complaint = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!(complaint, "", "no traceback");
}

#[cfg(not(unix))]
fn assert_ends_cleanly_on_ctrl_c(running: &mut Running) {
    // A Ctrl-C on Windows goes to everyone on the console, the test included: only look that nothing went wrong so far.
    running.0.kill().unwrap();
    let mut complaint = String::new();
    running.0.stderr.take().unwrap().read_to_string(&mut complaint).unwrap();
    assert_eq!(complaint, "");
}

#[test]
fn every_argument_is_printed_with_its_type() {
    let Some(python) = python() else { return };
    let output = launch(&preset("3-pass-arguments.ron"), &python, &["-d", "0"]);
    assert_success(&output);
    assert_eq!(
        lines(&output.stdout),
        [
            "key: in | value: Hello | type: <class 'str'>",
            "key: in2 | value: World | type: <class 'str'>",
            "key: delay | value: 0 | type: <class 'int'>",
        ]
    );
    let odd = "two words \"quoted\" \\ & %PATH% 🎭";
    let output = launch(&preset("3-pass-arguments.ron"), &python, &["-i", odd, "-d", "1"]);
    assert_success(&output);
    let printed = lines(&output.stdout);
    assert_eq!(printed[0], format!("key: in | value: {odd} | type: <class 'str'>"));
    assert_eq!(printed[3..], ["waited 1 of 1 s"]);
}

#[test]
fn a_missing_or_wrong_argument_is_said_with_the_usage() {
    let Some(python) = python() else { return };
    let good = ["-p", "7000", "-i", "0", "-l", "1"];
    for (name, args, complaint) in [
        ("pass_arguments.py", &["-i", "x"][..], "-i2/--input2"),
        ("pass_arguments.py", &["-i", "x", "-i2", "y", "-d", "soon"], "'soon' is not a whole number of seconds"),
        ("messages_back.py", &["--port", "70000"], "'70000' is not a port"),
        ("arguments_and_messages.py", &["-i", "1", "-l", "15"], "-p/--port"),
        ("arguments_and_messages.py", &[&good[..], &["-p", "0"]].concat(), "'0' is not a port"),
        ("arguments_and_messages.py", &[&good[..], &["-i", "-1"]].concat(), "'-1' is not a number of seconds"),
        ("arguments_and_messages.py", &[&good[..], &["-i", "nan"]].concat(), "'nan' is not a number of seconds"),
        ("arguments_and_messages.py", &[&good[..], &["-l", "1.5"]].concat(), "'1.5' is not a whole number"),
        ("long_job.py", &["--size", "1"], "'1' is not a number from 16 to 4096"),
        ("noisy.py", &["--rate", "0"], "'0' is not a number from 0.01 up"),
    ] {
        let output = script(&python, name, args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{name} {args:?}: {said}");
        assert!(said.starts_with("usage: ") && said.contains(complaint), "{name} {args:?}: {said}");
    }
}

#[test]
fn messages_back_are_thirteen_datagrams() {
    let Some(python) = python() else { return };
    let touch = Touch::listen();
    let output = launch(&preset("4-messages-back.ron"), &python, &["--port", &touch.port(), "-i", "0"]);
    assert_success(&output);
    let mut expected = vec!["The script has started".to_owned()];
    expected.extend((0..=10).map(|number| format!("{number} of 10")));
    expected.push("The script has ended".to_owned());
    assert_eq!(expected.len(), 13);
    touch.assert_received(&expected);
    let printed = lines(&output.stdout);
    assert_eq!(printed.len(), 13, "what is sent is printed too: {printed:?}");
    assert!(printed[1].ends_with(": 0 of 10"), "{printed:?}");
}

#[test]
fn arguments_and_messages_are_seventeen_datagrams_to_the_echos_port() {
    let Some(python) = python() else { return };
    let touch = Touch::listen();
    let mut preset = preset("5-arguments-and-messages.ron");
    preset.echo.port = touch.port().parse().unwrap();
    assert_eq!(invocation(&preset, &python).args[1..], ["-p", &touch.port(), "-i", "1", "-l", "15"]);
    assert_success(&launch(&preset, &python, &["-i", "0.01"]));
    let mut expected = vec!["Starting 15 messages".to_owned()];
    expected.extend((1..=15).map(|number| format!("{number} of 15")));
    expected.push("All 15 messages are out".to_owned());
    assert_eq!(expected.len(), 17);
    touch.assert_received(&expected);
}

#[test]
fn the_host_of_the_messages_can_be_given() {
    let Some(python) = python() else { return };
    let touch = Touch::listen();
    let args = ["--host", "localhost", "-p", &touch.port(), "-i", "0", "-l", "0"];
    assert_success(&script(&python, "arguments_and_messages.py", &args).output().unwrap());
    touch.assert_received(&["Starting 0 messages".to_owned(), "All 0 messages are out".to_owned()]);
    for name in ["messages_back.py", "arguments_and_messages.py"] {
        let args = ["--host", "nowhere.invalid", "-p", &touch.port(), "-i", "0", "-l", "1"];
        let output = script(&python, name, &args).output().unwrap();
        let said = lines(&output.stderr);
        assert_eq!((output.status.code(), said.len()), (Some(1), 1), "one sentence: {said:?}");
        assert!(said[0].contains("nowhere.invalid") && said[0].contains("--host"), "{said:?}");
    }
}

/// The width and height in a PNG whose chunks follow each other from the signature to the end of the file.
fn png_size(bytes: &[u8]) -> (u32, u32) {
    let mut rest = bytes.strip_prefix(b"\x89PNG\r\n\x1a\n").unwrap();
    let number = |at: &[u8]| u32::from_be_bytes(at[..4].try_into().unwrap());
    let size = (number(&rest[8..]), number(&rest[12..]));
    let mut kinds = Vec::new();
    while !rest.is_empty() {
        kinds.push(String::from_utf8_lossy(&rest[4..8]).into_owned());
        rest = &rest[12 + usize::try_from(number(rest)).unwrap()..];
    }
    assert_eq!(kinds, ["IHDR", "IDAT", "IEND"]);
    size
}

#[test]
fn the_long_job_shows_its_progress_and_leaves_a_picture() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let picture = folder.path().join("made for it").join("ä picture.png");
    let args = ["--epochs", "3", "--size", "16", "--epoch-seconds", "0", "--output", picture.to_str().unwrap()];
    let output = launch(&preset("6-long-job.ron"), &python, &args);
    assert_success(&output);
    let printed = lines(&output.stdout);
    let losses: Vec<f64> = (1..=3)
        .zip(&printed)
        .map(|(epoch, line)| line.strip_prefix(&format!("epoch {epoch} of 3 | loss ")).unwrap().parse().unwrap())
        .collect();
    assert!(losses.windows(2).all(|pair| pair[1] < pair[0]), "it gets better: {losses:?}");
    assert_eq!(printed[3..], [format!("picture: {}", picture.display())]);
    let bars = String::from_utf8(output.stderr).unwrap();
    assert!(bars.starts_with("\repoch 1/3 [") && bars.contains("] 100 %\n"), "{bars:?}");
    assert_eq!(png_size(&std::fs::read(&picture).unwrap()), (16, 16));
    let left: Vec<_> = std::fs::read_dir(picture.parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "nothing unfinished stays: {left:?}");
}

#[test]
fn a_picture_that_has_no_place_is_said_in_a_sentence() {
    let Some(python) = python() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a file");
    std::fs::write(&file, "").unwrap();
    for place in [folder.path().to_owned(), file.join("below.png")] {
        let args = ["--epochs", "1", "--size", "16", "--epoch-seconds", "0", "--output", place.to_str().unwrap()];
        let output = script(&python, "long_job.py", &args).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains("--output") && !said.contains("Traceback"), "{said}");
    }
}

#[test]
fn the_noisy_script_prints_as_many_lines_as_asked() {
    let Some(python) = python() else { return };
    let output = launch(&preset("8-noisy.ron"), &python, &["--rate", "5000", "--seconds", "0.2"]);
    assert_success(&output);
    let number = |line: &String| line.strip_prefix("line ").unwrap().split(' ').next().unwrap().parse::<u32>().unwrap();
    let out: Vec<_> = lines(&output.stdout).iter().map(number).collect();
    let err: Vec<_> = lines(&output.stderr).iter().map(number).collect();
    let (to_err, to_out): (Vec<_>, Vec<_>) = (1..=1000).partition(|number| number % 10 == 0);
    assert_eq!((out, err), (to_out, to_err));
}

#[test]
fn the_program_without_python_is_on_this_system() {
    let output = launch(&preset("7-not-python.ron"), Path::new("unused"), &[]);
    assert_success(&output);
    assert_eq!(lines(&output.stdout).len(), 1);
}

#[test]
fn every_script_explains_itself() {
    let Some(python) = python() else { return };
    for name in ["pass_arguments.py", "messages_back.py", "arguments_and_messages.py", "long_job.py", "noisy.py"] {
        let output = script(&python, name, &["--help"]).output().unwrap();
        assert_success(&output);
        assert!(lines(&output.stdout)[0].starts_with(&format!("usage: {name}")), "{name}");
    }
}

#[test]
fn the_scripts_need_nothing_beyond_python_3_7_and_hold_no_line_back() {
    /// Prints what an old or bare Python would stumble over.
    const CHECK: &str = "
import ast, sys
grammar = {'feature_version': (3, 7)} if sys.version_info >= (3, 8) else {}
for path in sys.argv[1:]:
    with open(path, encoding='utf-8') as file:
        tree = ast.parse(file.read(), path, **grammar)
    if not ast.get_docstring(tree):
        print(path, 'has no docstring')
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or '.'] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            if name.split('.')[0] not in getattr(sys, 'stdlib_module_names', [name]):
                print(path, 'imports', name)
        if isinstance(node, ast.Call) and getattr(node.func, 'id', '') == 'print':
            if not {'flush', 'file'} & {keyword.arg for keyword in node.keywords}:
                print(path, node.lineno, 'prints without flush=True, so a pipe would see it late')
";
    let Some(python) = python() else { return };
    let paths: Vec<_> = std::fs::read_dir(presets_dir().join("scripts"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    assert_eq!(paths.len(), 6, "{paths:?}");
    let output = Command::new(python).args(["-c", CHECK]).args(&paths).output().unwrap();
    assert_success(&output);
    assert_eq!(lines(&output.stdout), [] as [&str; 0]);
}

#[test]
fn every_shipped_preset_resolves_to_a_script_that_is_there() {
    let mut files: Vec<_> = std::fs::read_dir(presets_dir())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "ron"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 8, "{files:?}");
    let mut names = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let preset = preset(file);
        assert!(file.starts_with(&format!("{}-", index + 1)), "{file}");
        assert_eq!(preset.group, if index < 5 { "Workshop" } else { "Examples" }, "{file}");
        assert!(preset.notes.contains("UDP In DAT"), "{file} says what to do in TouchDesigner");
        let invocation = invocation(&preset, Path::new("python3"));
        if preset.interpreter != Interpreter::None {
            assert!(Path::new(&invocation.args[0]).is_file(), "{file}: {}", invocation.args[0]);
        }
        names.push(preset.name);
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 8, "no two presets share a name: {names:?}");
}

#[test]
fn no_preset_sends_touch_the_same_message_twice() {
    assert!(!preset("4-messages-back.ron").echo.on);
    let echo = preset("5-arguments-and-messages.ron").echo;
    assert!(echo.on && !echo.stdout && echo.stderr && !echo.notices);
}
