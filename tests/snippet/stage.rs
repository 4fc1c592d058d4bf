//! What the tests of generated code share: a real Python with stand-ins of what TouchDesigner gives to scripts.

use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use sidestage::model::{Interpreter, LocalNames, Preset};
use sidestage::snippet::{Kind, Orders, Request, snippet};

use crate::support::probe;

/// Long enough for the slowest machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Python that runs; `None` where the test has to be passed over.
pub fn python() -> Option<PathBuf> {
    let found = ["python3", "python"].into_iter().find(|name| {
        // Windows has a `python.exe` that only opens a shop, so being there isn't enough.
        Command::new(name).args(["-c", "print(1)"]).output().is_ok_and(|output| output.stdout.starts_with(b"1"))
    });
    if found.is_none() {
        let is_meant = std::env::var_os("SIDESTAGE_WITHOUT_PYTHON").is_some();
        let is_ci = std::env::var_os("CI").is_some();
        assert!(is_meant || !is_ci, "no python3 and no python on PATH: install one, generated code must be tested");
        skip_notice();
    }
    found.map(PathBuf::from)
}

#[expect(clippy::print_stderr, reason = "a test that checks nothing has to say so")]
fn skip_notice() {
    eprintln!("skipped: no python3 and no python on PATH");
}

/// A Python that believes to be TouchDesigner's.
pub struct Touch {
    #[cfg_attr(not(unix), expect(dead_code, reason = "only what happens when it quits on Unix is tested"))]
    child: Child,
    wishes: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Touch {
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    pub fn start_with(environment: &[(&str, &str)]) -> Option<Self> {
        let driver = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snippet/touch.py");
        let mut command = Command::new(python()?);
        command.arg(driver).stdin(Stdio::piped()).stdout(Stdio::piped()).envs(environment.iter().copied());
        let mut child = command.spawn().unwrap();
        let wishes = child.stdin.take().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Some(Self { child, wishes, answers })
    }

    /// What a wish comes to: its value, and what was printed.
    #[track_caller]
    pub fn ask(&mut self, wish: &Value) -> (Value, Vec<String>) {
        writeln!(self.wishes, "{wish}").unwrap();
        self.wishes.flush().unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        assert!(!line.is_empty(), "the Python has ended; its traceback stands above");
        let mut answer: Value = serde_json::from_str(&line).unwrap();
        let printed = serde_json::from_value(answer["printed"].take()).unwrap();
        (answer["value"].take(), printed)
    }

    #[track_caller]
    pub fn run(&mut self, code: &str, args: &[&str]) -> Vec<String> {
        self.ask(&json!({"do": "run", "code": code, "args": args})).1
    }

    #[track_caller]
    pub fn eval(&mut self, code: &str) -> Value {
        self.ask(&json!({"do": "eval", "code": code})).0
    }

    /// As if it quit.
    #[cfg(unix)]
    pub fn quit(mut self) {
        drop(self.wishes);
        self.child.wait().unwrap();
    }
}

/// A socket in the place of a UDP In DAT.
pub struct UdpIn(pub UdpSocket);

impl UdpIn {
    pub fn listen() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self(socket)
    }

    pub fn port(&self) -> u16 {
        self.0.local_addr().unwrap().port()
    }

    #[track_caller]
    pub fn next(&self) -> Vec<u8> {
        let mut buffer = vec![0; 65536];
        let count = self.0.recv(&mut buffer).unwrap();
        buffer[..count].to_vec()
    }

    #[track_caller]
    pub fn next_text(&self) -> String {
        String::from_utf8(self.next()).unwrap()
    }

    /// Everything up to the line that says how the job ended, without what is said of its start and end.
    #[track_caller]
    pub fn whole_run(&self) -> (Vec<String>, String) {
        assert!(self.next_text().starts_with("[sidestage] started"));
        let mut lines = Vec::new();
        loop {
            let line = self.next_text();
            if line.starts_with("[sidestage] ended") {
                return (lines, line);
            }
            lines.push(line);
        }
    }
}

/// A preset whose program is the probe.
pub fn probe_preset(args: &[&str]) -> Preset {
    let row = |value: &&str| sidestage::model::Argument::new("", &value.replace('{', "{{").replace('}', "}}"));
    let mut preset = Preset::new("Probe");
    preset.interpreter = Interpreter::None;
    preset.script = probe().to_string_lossy().into_owned();
    preset.arguments = args.iter().map(row).collect();
    preset.echo.on = true;
    preset
}

#[track_caller]
pub fn code(kind: Kind, preset: &Preset) -> String {
    code_in(kind, preset, &std::env::temp_dir(), None)
}

#[track_caller]
pub fn code_in(kind: Kind, preset: &Preset, preset_dir: &Path, project_dir: Option<&Path>) -> String {
    code_with(kind, preset, (preset_dir, project_dir), &LocalNames::default())
}

#[track_caller]
pub fn code_with(
    kind: Kind,
    preset: &Preset,
    (preset_dir, project_dir): (&Path, Option<&Path>),
    names: &LocalNames,
) -> String {
    let orders = Orders { host: "127.0.0.1".to_owned(), port: 7010 };
    let is_python = preset.interpreter != Interpreter::None;
    let request = Request { preset, id: "a-preset", preset_dir, project_dir, is_python, orders: &orders, names };
    snippet(kind, &request).unwrap().code
}
