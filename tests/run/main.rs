//! The command line as people and scripts use it: `run`, `list` and `check`, with real children.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

mod ends;
mod rules;
#[path = "../support/mod.rs"]
mod support;

use std::io::Write;
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use sidestage::model::{Argument, Interpreter, Preset, relative};
use sidestage::store::presets::{Expect, write};
use support::{err, out, probe, sidestage};

/// A folder of presets that run the probe.
struct Presets {
    dir: tempfile::TempDir,
}

impl Presets {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn add(&self, name: &str, args: &[&str]) -> PathBuf {
        self.add_changed(name, args, |_| {})
    }

    fn add_changed(&self, name: &str, args: &[&str], change: impl FnOnce(&mut Preset)) -> PathBuf {
        let mut preset = Preset::new(name);
        preset.interpreter = Interpreter::None;
        preset.script = relative(self.path(), &probe());
        preset.arguments = args.iter().map(|arg| Argument::new("", arg)).collect();
        change(&mut preset);
        let path = self.path().join(format!("{name}.ron"));
        write(&path, &preset, Expect::New).unwrap();
        path
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(sidestage());
        command.arg("--presets").arg(self.path()).args(args).stdin(Stdio::null());
        command.env("SIDESTAGE_DATA_DIR", self.path().join(".data"));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }
}

#[test]
fn streams_pass_unmixed_and_byte_for_byte() {
    let presets = Presets::new();
    presets.add("raw", &["raw", "00ff0d0a636166e9"]);
    let output = presets.run(&["run", "raw"]);
    assert_eq!(output.stdout, b"\x00\xff\r\ncaf\xe9");
    assert_eq!(output.stderr, b"");
    presets.add("both", &["both"]);
    let output = presets.run(&["run", "both"]);
    assert!(!output.stdout.is_empty() && !output.stderr.is_empty());
}

#[test]
fn the_exit_status_is_the_jobs() {
    let presets = Presets::new();
    let path = presets.add("seven", &["exit", "7"]);
    assert_eq!(presets.run(&["run", "seven"]).status.code(), Some(7), "by name");
    assert_eq!(presets.run(&["run", "SEVEN"]).status.code(), Some(7), "whatever its case");
    assert_eq!(presets.run(&["run", path.to_str().unwrap()]).status.code(), Some(7), "by path");
}

#[test]
fn rows_can_be_set_and_arguments_appended() {
    let presets = Presets::new();
    presets.add_changed("argv", &["argv"], |preset| {
        preset.arguments.push(Argument { on: false, ..Argument::new("--input", "old") });
    });
    let output = presets.run(&["run", "argv", "--set", "--input=a b", "--", "-x", "last \\"]);
    assert_eq!(out(&output).trim(), r#"["--input","a b","-x","last \\"]"#);
    let output = presets.run(&["run", "argv", "--set", "--nonsense=1"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("--input"), "{}", err(&output));
}

#[test]
fn lines_are_mirrored_to_the_target_that_is_asked_for() {
    let presets = Presets::new();
    presets.add_changed("lines", &["lines", "3"], |preset| {
        preset.arguments.push(Argument { on: false, ..Argument::new("{echo.port}", "") });
    });
    let touch = UdpSocket::bind("127.0.0.1:0").unwrap();
    touch.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let target = touch.local_addr().unwrap().to_string();
    assert!(presets.run(&["run", "lines", "--echo", &target]).status.success());
    let mut buffer = [0; 100];
    let mut receive = || {
        let count = touch.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..count]).into_owned()
    };
    let arrived: Vec<_> = (0..5).map(|_| receive()).collect();
    assert_eq!(arrived, ["[sidestage] started lines", "line 0", "line 1", "line 2", "[sidestage] ended lines: exit 0"]);
    presets.add_changed("echoing", &["lines", "1"], |preset| {
        preset.echo.on = true;
        preset.echo.port = touch.local_addr().unwrap().port().into();
    });
    assert!(presets.run(&["run", "echoing", "--no-echo"]).status.success());
    touch.set_nonblocking(true).unwrap();
    assert!(touch.recv(&mut [0; 100]).is_err(), "--no-echo mirrors nothing");
}

#[test]
fn redirected_input_is_the_jobs() {
    let presets = Presets::new();
    presets.add("stdin", &["stdin"]);
    let mut child = presets.command(&["run", "stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"hello\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(out(&output), "hello\neof\n");
}

#[test]
fn what_is_wrong_is_one_sentence() {
    let presets = Presets::new();
    presets.add("good", &["exit", "0"]);
    presets.add_changed("no script", &[], |preset| {
        preset.interpreter = Interpreter::Path("./no-such-python".to_owned());
        preset.script = "no-such.py".to_owned();
    });
    presets.add_changed("bad port", &["exit", "0"], |preset| {
        preset.echo.on = true;
        preset.echo.port = 70_000;
    });
    presets.add("unknown placeholder", &["{echo.prot}"]);
    for (name, words) in [
        ("goof", ["good", "goof"]),
        ("no script", ["no-such.py", "no-such-python"]),
        ("bad port", ["70000", "65535"]),
        ("unknown placeholder", ["{echo.prot}", "{echo.port}"]),
        ("./nowhere.ron", ["nowhere.ron", "nowhere.ron"]),
    ] {
        let output = presets.run(&["run", name]);
        assert_eq!(output.status.code(), Some(1), "{name}");
        let said = err(&output);
        assert_eq!(said.lines().count(), 1, "{said}");
        assert!(said.starts_with("sidestage: ") && words.iter().all(|word| said.contains(word)), "{said}");
    }
    assert_eq!(presets.run(&["run"]).status.code(), Some(2), "misuse");
    assert_eq!(presets.run(&["run", "good", "--echo", "x"]).status.code(), Some(1));
}

#[test]
fn check_names_file_line_and_column() {
    let presets = Presets::new();
    presets.add("good", &["exit", "0"]);
    let quiet = presets.run(&["check"]);
    assert_eq!((quiet.status.code(), out(&quiet).as_str()), (Some(0), ""), "{}", err(&quiet));
    let good = std::fs::read_to_string(presets.path().join("good.ron")).unwrap();
    let broken = presets.path().join("broken.ron");
    std::fs::write(&broken, good.replace("notes:", "nots:")).unwrap();
    let line = 1 + good.lines().position(|line| line.contains("notes:")).unwrap();
    let output = presets.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(out(&output).contains(&format!("{}:{line}:", broken.display())), "{}", out(&output));
    assert_eq!(std::fs::read_to_string(&broken).unwrap(), good.replace("notes:", "nots:"), "it is left as it is");
    assert!(presets.run(&["run", "good"]).status.success(), "the others load");
    let one = presets.run(&["check", presets.path().join("good.ron").to_str().unwrap()]);
    assert_eq!(one.status.code(), Some(0));
}

#[test]
fn list_names_presets_for_people_and_programs() {
    let presets = Presets::new();
    presets.add("first", &["exit", "0"]);
    presets.add("second", &["exit", "0"]);
    let listed = out(&presets.run(&["list"]));
    assert!(listed.contains("first") && listed.contains("second.ron"), "{listed}");
    let json: serde_json::Value = serde_json::from_str(&out(&presets.run(&["list", "--json"]))).unwrap();
    assert_eq!(json["presets"][0]["name"], "first");
    assert_eq!(json["presets"][1]["interpreter_kind"], "none");
    assert_eq!(json["errors"].as_array().unwrap().len(), 0);
}

#[test]
fn two_of_one_name_are_asked_about() {
    let presets = Presets::new();
    presets.add("one", &["exit", "1"]);
    presets.add_changed("two", &["exit", "2"], |preset| preset.name = "one".to_owned());
    let output = presets.run(&["run", "one"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("one.ron") && err(&output).contains("two.ron"), "{}", err(&output));
    assert_eq!(presets.run(&["run", "two"]).status.code(), Some(2), "the file's name tells them apart");
    let check = presets.run(&["check"]);
    assert!(check.status.code() == Some(1) && out(&check).contains("both named"), "{}", out(&check));
}

#[test]
fn check_takes_what_is_no_preset() {
    let presets = Presets::new();
    let text = presets.path().join("notes.txt");
    std::fs::write(&text, "not a preset").unwrap();
    std::fs::create_dir(presets.path().join("folder.ron")).unwrap();
    std::fs::write(presets.path().join("garbage.ron"), [0xff, 0xfe, 0, 1]).unwrap();
    std::fs::write(presets.path().join("empty.ron"), "").unwrap();
    let missing = presets.path().join("missing");
    let output = presets.run(&["check", text.to_str().unwrap(), missing.to_str().unwrap(), "."]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        out(&output).contains("notes.txt:1:") && out(&output).contains("there is no such file"),
        "{}",
        out(&output)
    );
    let folder = presets.run(&["check"]);
    for name in ["folder.ron: ", "garbage.ron:1:1: ", "empty.ron:1:1: "] {
        assert!(out(&folder).contains(name), "{name}: {}", out(&folder));
    }
    let output = Command::new(sidestage()).arg("--presets").arg(&missing).arg("list").output().unwrap();
    assert!(output.status.code() == Some(1) && err(&output).contains("missing"), "{}", err(&output));
}

/// Arguments that reach a real Python through a file and the command line as they were written.
#[test]
fn a_presets_arguments_reach_python_byte_for_byte() {
    const ARGUMENTS: [&str; 16] = [
        "",
        " ",
        "two words",
        "-x",
        "--",
        "a\"b",
        "it's",
        "ends in \\",
        "ends in \\\\",
        "line\nbreak\r\nand tab\t",
        "%PATH%",
        "$HOME `id`",
        "a&b|c>d<e^f",
        "*?[a]~",
        "ä “ß”",
        "🎭 日本語",
    ];
    let names: &[&str] = if cfg!(windows) { &["python", "py"] } else { &["python3", "python"] };
    let Some(python) = names.iter().find(|name| which::which(name).is_ok()) else { return };
    let presets = Presets::new();
    let folder = presets.path().join(if cfg!(windows) { "a b & % 🎭" } else { "a b & % \"q\" 'q' 🎭" });
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("the script.py"), "import json, sys\nprint(json.dumps(sys.argv[1:]))\n").unwrap();
    let path = presets.add_changed("argv", &ARGUMENTS, |preset| {
        preset.interpreter = Interpreter::Name((*python).to_owned());
        preset.script = relative(presets.path(), &folder.join("the script.py"));
    });
    let output = presets.run(&["run", path.to_str().unwrap()]);
    let arrived: Vec<String> = serde_json::from_str(&out(&output)).unwrap_or_else(|_| panic!("{}", err(&output)));
    assert_eq!(arrived, ARGUMENTS);
}
