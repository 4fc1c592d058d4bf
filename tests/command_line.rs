//! What the command line says of presets that the panel says beside their rows: what is next, what is wrong and where.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use sidestage::launch::MOST_ENDED_BY_SCHEDULE;
use sidestage::model::{
    Argument, Day, Interpreter, Occasion, Preset, QuietSecs, RowSecret, Said, Secret, SecretBy, Variable, relative,
};
use sidestage::remote::{Ask, ReplyRow, Verb, ask};
use sidestage::store::presets::{Expect, write};
use support::{err, out, probe, sidestage, wait_at_most};

struct Show(tempfile::TempDir);

impl Show {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// A preset that runs the probe.
    fn add(&self, name: &str, change: impl FnOnce(&mut Preset)) {
        let mut preset = Preset::new(name);
        preset.interpreter = Interpreter::None;
        preset.script = relative(self.0.path(), &probe());
        change(&mut preset);
        let path = self.0.path().join(format!("{}.ron", name.to_lowercase()));
        write(&path, &preset, Expect::New).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(sidestage());
        command.arg("--presets").arg(self.0.path()).args(args).stdin(Stdio::null());
        let home = self.0.path().join(".home");
        command.env("SIDESTAGE_DATA_DIR", &home).env("SIDESTAGE_CONFIG_DIR", &home);
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }
}

fn at(time: &str, days: &[Day]) -> Occasion {
    Occasion::At { on: true, time: time.parse().unwrap(), days: days.to_vec() }
}

fn changed(path: &str, files: &str) -> Occasion {
    let (path, files) = (path.to_owned(), files.to_owned());
    Occasion::Changed { on: true, path, files, quiet_secs: QuietSecs(3) }
}

fn scheduled() -> Show {
    let show = Show::new();
    show.add("Plain", |_| {});
    // Of a path that nobody has given nothing comes.
    show.add("Zero", |preset| preset.schedule = vec![changed("", "")]);
    show.add("Watch", |preset| preset.schedule = vec![changed(".", "*.mov")]);
    show.add("Daily", |preset| preset.schedule = vec![at("20:00", &[]), changed("one.csv", "")]);
    show.add("Off", |preset| {
        preset.schedule = vec![at("08:30", &[Day::Fri])];
        *preset.schedule[0].on_mut() = false;
    });
    show
}

#[test]
fn what_is_due_next_is_told() {
    let show = scheduled();
    let output = show.run(&["schedules"]);
    let text = out(&output);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].starts_with("20:00 to") && lines[0].contains("Daily"), "today or tomorrow: {text}");
    assert!(lines[0].ends_with("at 20:00 every day; when one.csv changes"), "{text}");
    assert!(lines[1].starts_with("when something changes  Watch  when *.mov in . changes"), "{text}");

    let json: serde_json::Value = serde_json::from_str(&out(&show.run(&["schedules", "--json"]))).unwrap();
    assert_eq!(json["paused"], false);
    let [daily, off, watch, _] = json["presets"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((&daily["name"], daily["next"].as_array().unwrap().len()), (&"Daily".into(), 5));
    assert!(daily["next"][0].as_str().unwrap().parse::<jiff::Timestamp>().is_ok(), "{daily}");
    assert!(Path::new(daily["file"].as_str().unwrap()).ends_with("daily.ron"));
    assert_eq!(
        daily["occasions"][0],
        serde_json::json!({
            "kind": "at", "on": true, "time": "20:00", "days": [], "path": null, "files": null, "quiet_secs": null,
        })
    );
    assert_eq!((&off["occasions"][0]["on"], &off["occasions"][0]["days"][0]), (&false.into(), &"Fri".into()));
    assert_eq!(off["next"].as_array().unwrap().len(), 0);
    assert_eq!(
        watch["occasions"][0],
        serde_json::json!({
            "kind": "changed", "on": true, "time": null, "days": [], "path": ".", "files": "*.mov", "quiet_secs": 3,
        })
    );
}

#[cfg(windows)]
#[test]
fn who_says_so_has_normal_priority_though_sidestage_itself_has_less() {
    use std::os::windows::process::CommandExt;
    use windows_sys::Win32::System::Threading::BELOW_NORMAL_PRIORITY_CLASS;
    let show = Show::new();
    show.add("Tracker", |preset| {
        preset.arguments = vec![Argument::new("", "tree"), Argument::new("", "1")];
        preset.lifecycle.priority = sidestage::model::Priority::Normal;
    });
    let mut command = show.command(&["run", "Tracker"]);
    let mut child = command.creation_flags(BELOW_NORMAL_PRIORITY_CLASS).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let pid = lines.find_map(|line| line.ok()?.strip_prefix("pid ")?.parse().ok());
    let politeness = (support::politeness(child.id()), pid.map(support::politeness));
    child.kill().unwrap();
    child.wait().unwrap();
    // Wine heeds no flag for it.
    assert!(politeness == (1, Some(0)) || support::is_wine() && politeness == (0, Some(0)), "{politeness:?}");
}

#[test]
fn of_what_serve_launches_by_schedule_only_the_last_stay_on_the_list() {
    let show = Show::new();
    let drop_dir = show.0.path().join("drop");
    std::fs::create_dir(&drop_dir).unwrap();
    show.add("Ingest", |preset| {
        let (path, files) = ("drop".to_owned(), "*.mov".to_owned());
        preset.schedule = vec![Occasion::Changed { on: true, path, files, quiet_secs: QuietSecs(0) }];
        preset.arguments = vec![Argument::new("", "exit"), Argument::new("", "0")];
    });
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = show.command(&["serve", "--port", &port.to_string()]);
    let mut served = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut number = 0;
    let mut write = || {
        number += 1;
        std::fs::write(drop_dir.join(format!("{number}.mov")), "x").unwrap();
    };
    let logs = show.0.path().join(".home/logs/Ingest");
    let many = wait_at_most(|| {
        write();
        (sidestage::store::logs::files(&logs).len() > 30).then_some(())
    });
    let to = format!("127.0.0.1:{port}");
    let (who, patience) = (String::new(), Duration::from_secs(30));
    let asked = Ask { to, verb: Verb::Status, who, settings: Vec::new(), patience };
    // One by one now: those that live when another is launched stay, however many they are.
    let few = wait_at_most(|| {
        let rows = ask(&asked).unwrap().rows;
        let lives = rows.iter().any(|row| matches!(row, ReplyRow::Job { exit: None, .. }));
        if !lives {
            write();
        }
        (!lives && rows.len() < 2 * MOST_ENDED_BY_SCHEDULE).then_some(())
    });
    served.kill().unwrap();
    served.wait().unwrap();
    assert_eq!((many, few), (Some(()), Some(())));
}

#[test]
fn settings_that_cannot_be_read_are_said_and_left_as_they_are() {
    let show = scheduled();
    let home = show.0.path().join(".home");
    std::fs::create_dir(&home).unwrap();
    std::fs::write(home.join("settings.ron"), "(schedules_paused: true, zoom: oops)").unwrap();
    for _ in 0..2 {
        let output = show.run(&["schedules"]);
        let said = err(&output);
        assert_eq!(said.matches("could not be read (line 1, ").count(), 1, "{said}");
        assert!(said.contains("settings.ron") && output.status.success(), "{said}");
    }
    let there: Vec<_> = std::fs::read_dir(&home).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(there, ["settings.ron"]);
}

#[test]
fn serve_says_at_its_start_what_is_next() {
    let show = scheduled();
    let port = std::net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
    let mut served =
        show.command(&["serve", "--port", &port]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(served.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.starts_with("Presets of "), "{first}");
    let second = lines.next().unwrap().unwrap();
    served.kill().unwrap();
    served.wait().unwrap();
    assert!(second.starts_with("Launched by schedule: “Daily” 20:00 to"), "{second}");
    assert!(second.ends_with(", “Watch” when something changes."), "{second}");
}

#[test]
fn what_keeps_rows_from_running_is_said_once_and_of_which() {
    let show = Show::new();
    let secret = || Secret::Environment("NO_SUCH_TOKEN".to_owned());
    show.add("Upload", |preset| {
        let row = |flag: &str, name: &str| Argument {
            secret: Some(RowSecret { from: secret(), by: SecretBy::Variable(name.to_owned()) }),
            ..Argument::new(flag, "")
        };
        preset.arguments = vec![row("--key", "A"), row("--token", "B")];
        let name = "C".to_owned();
        preset.environment = vec![Variable { on: true, name, secret: Some(secret()), ..Variable::default() }];
    });
    let said = err(&show.run(&["run", "Upload"]));
    assert_eq!(said.matches("NO_SUCH_TOKEN").count(), 1, "{said}");
    assert!(
        said.contains("Argument row 1 (--key), Argument row 2 (--token), Environment row 1 (C): The secret"),
        "{said}"
    );
    let said = err(&show.run(&["run", "Upload", "--set=--key=x"]));
    assert!(said.contains("Set NO_SUCH_TOKEN before Sidestage starts.") && !said.contains("secret set"), "{said}");
}

#[test]
fn a_check_names_rows_that_the_script_has_no_more() {
    let show = Show::new();
    show.add("Style", |preset| {
        let row =
            |flag: &str, gone| Argument { said: Said { gone, ..Said::default() }.into(), ..Argument::new(flag, "1") };
        preset.arguments =
            vec![row("--kept", false), row("--lost=", true), Argument { on: false, ..row("--off", true) }];
    });
    let output = show.run(&["check"]);
    assert_eq!(output.status.code(), Some(1));
    let text = out(&output);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(text.contains("style.ron: argument row 2: The script has no --lost any more."), "{text}");
}

#[test]
fn a_name_orders_no_terminal_about() {
    let show = Show::new();
    show.add("Red", |preset| preset.name = "a\u{1b}[31m\u{9b}2Jb\nc".to_owned());
    let text = out(&show.run(&["list"]));
    assert!(text.starts_with("a\\u{1b}[31m\\u{9b}2Jb\\nc  "), "{text:?}");
    let said = err(&show.run(&["run", "a\u{1b}[31m"]));
    assert!(said.contains("\\u{1b}[31m") && !said.contains('\u{1b}'), "{said:?}");
}
