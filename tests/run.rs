//! The command line as people and scripts use it: `run`, `list` and `check`, with real children.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

mod support;

#[cfg(unix)]
use std::io::Read;
use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

#[cfg(unix)]
use sidestage::engine::is_signal_ignored;
use sidestage::model::{Argument, GroupLaunch, Interpreter, Lifecycle, Preset, Restart, RestartWhen, relative};
use sidestage::store::groups as store_groups;
use sidestage::store::presets::{Expect, write};
#[cfg(unix)]
use support::wait_for;
use support::{err, is_alive, out, probe, sidestage, wait_for_death};

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

/// Starts `run NAME` and waits for the pids that its tree prints.
fn start_tree(presets: &Presets, name: &str, levels: usize) -> (Child, Vec<u32>) {
    let mut child = presets.command(&["run", name]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let pids =
        lines.by_ref().filter_map(|line| line.unwrap().strip_prefix("pid ")?.parse().ok()).take(levels).collect();
    // Whoever stops reading would end the job.
    std::thread::Builder::new().name("drain".to_owned()).spawn(move || lines.for_each(drop)).unwrap();
    (child, pids)
}

#[test]
fn killing_us_leaves_no_process_behind() {
    let presets = Presets::new();
    presets.add("tree", &["stubborn-tree", "3"]);
    presets.add_changed("terminal", &["stubborn-tree", "3"], |preset| preset.lifecycle.in_terminal = true);
    for name in ["tree", "terminal"] {
        let (mut child, pids) = start_tree(&presets, name, 3);
        assert!(pids.iter().all(|pid| is_alive(*pid)));
        child.kill().unwrap();
        child.wait().unwrap();
        pids.into_iter().for_each(wait_for_death);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_the_jobs() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("graceful", &["graceful"]);
    for signal in [Signal::INT, Signal::TERM].into_iter().filter(|signal| !is_signal_ignored(signal.as_raw())) {
        let mut child = presets.command(&["run", "graceful"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("asked to stop\n", Some(3)), "{signal:?}");
    }
}

/// As `nohup` starts it. Where the system doesn't tell what is ignored, a hang-up is obeyed.
#[cfg(target_os = "linux")]
#[test]
fn what_is_ignored_at_the_start_is_ignored_by_us_and_usual_for_the_job() {
    use rustix::process::{Pid, Signal, kill_process};
    if support::interrupts_are_ignored() {
        return;
    }
    let presets = Presets::new();
    // What it is asked by is told in any case: a stop comes before the interrupt that ends it.
    let script = "trap 'echo stopped' TERM; trap 'echo interrupted; told=1' INT; echo ready; \
                  until [ \"$told\" ]; do sleep 0.05; done; sleep 0.05; grep SigIgn /proc/self/status";
    presets.add_changed("told", &["-c", script], |preset| preset.script = "/bin/sh".to_owned());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(sidestage()).arg("--presets").arg(presets.path());
    shell.args(["run", "told"]).env("SIDESTAGE_DATA_DIR", presets.path().join(".data"));
    let mut child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    output.read_line(&mut said).unwrap();
    wait_for("its signals to be caught", || is_on_guard(child.id()).then_some(()));
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::HUP).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    output.read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success() && said.starts_with("ready\ninterrupted\nSigIgn:"), "{said}");
    let ignored =
        said.lines().last().and_then(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    assert!(ignored.is_some_and(|ignored| ignored & 1 == 0), "{said}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_ends_the_job() {
    let presets = Presets::new();
    presets.add("lines", &["lines", "100000000", "1"]);
    let mut child = presets.command(&["run", "lines"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    drop(output);
    wait_for("our end", || child.try_wait().unwrap());
}

/// The guard of a running program, if it is another one than `before`.
#[cfg(unix)]
fn wait_for_guard(of: &Child, before: Option<u32>) -> u32 {
    use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};
    wait_for("the guard", || {
        let mut system = System::new().unwrap();
        let kind = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        let guard = system.processes().values().find(|process| {
            process.parent().is_some_and(|parent| parent.as_u32() == of.id())
                && process.status() != ProcessStatus::Zombie
                && process.cmd().iter().any(|word| word == sidestage::engine::GUARD_COMMAND)
        });
        guard.map(|process| process.pid().as_u32()).filter(|pid| Some(*pid) != before && is_on_guard(*pid))
    })
}

/// Whether it has begun to catch the signals that it must survive: in its first milliseconds it is as any process.
#[cfg(unix)]
fn is_on_guard(pid: u32) -> bool {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else {
        return cfg!(not(target_os = "linux"));
    };
    let caught = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigCgt:")?.trim(), 16).ok());
    caught.is_some_and(|caught| caught & (1 << (signal_hook::consts::SIGHUP - 1)) != 0)
}

/// A process that left its group, its session and its parents, and one that is a tree.
#[test]
fn killing_us_leaves_no_escaped_process_behind() {
    let presets = Presets::new();
    for way in ["session", "group", "daemon"] {
        presets.add(way, &["escape", way, "stubborn-tree", "2"]);
        let levels = if way == "daemon" { 1 } else { 3 };
        let (mut child, pids) = start_tree(&presets, way, levels);
        assert!(pids.iter().all(|pid| is_alive(*pid)), "{way}");
        child.kill().unwrap();
        child.wait().unwrap();
        pids.into_iter().for_each(wait_for_death);
    }
}

#[cfg(unix)]
#[test]
fn what_a_sidestage_within_a_job_started_ends_with_that_job() {
    let presets = Presets::new();
    let inner = presets.add("inner", &["escape", "daemon", "stubborn"]);
    let path = presets.path().to_str().unwrap().to_owned();
    presets.add_changed("outer", &["--presets", &path, "run", inner.to_str().unwrap()], |preset| {
        preset.script = relative(presets.path(), &sidestage());
    });
    let (mut child, pids) = start_tree(&presets, "outer", 1);
    assert!(is_alive(pids[0]));
    child.kill().unwrap();
    child.wait().unwrap();
    pids.into_iter().for_each(wait_for_death);
}

#[cfg(unix)]
#[test]
fn a_guard_that_is_stopped_does_its_work_all_the_same() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("tree", &["escape", "session", "stubborn"]);
    let (mut child, pids) = start_tree(&presets, "tree", 1);
    let guard = wait_for_guard(&child, None);
    let send = |pid: u32, signal| kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
    // Whoever is stopped can't see to it that the guard goes on.
    let stop_both = || {
        send(child.id(), Signal::STOP);
        wait_for("us to be stopped", || is_stopped(child.id()).then_some(()));
        send(guard, Signal::STOP);
        wait_for("the guard to be stopped", || is_stopped(guard).then_some(()));
    };
    stop_both();
    send(child.id(), Signal::CONT);
    wait_for("the guard to go on", || (!is_stopped(guard)).then_some(()));
    stop_both();
    child.kill().unwrap();
    child.wait().unwrap();
    pids.into_iter().for_each(wait_for_death);
    wait_for_death(guard);
}

#[cfg(unix)]
fn is_stopped(pid: u32) -> bool {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let mut system = System::new().unwrap();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).is_some_and(|process| process.status() == ProcessStatus::Stop)
}

#[cfg(unix)]
#[test]
fn a_guard_that_is_killed_is_replaced_and_the_last_one_ends_with_us() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("tree", &["stubborn-tree", "2"]);
    let (mut child, pids) = start_tree(&presets, "tree", 2);
    let first = wait_for_guard(&child, None);
    let first_pid = i32::try_from(first).ok().and_then(Pid::from_raw).unwrap();
    kill_process(first_pid, Signal::KILL).unwrap();
    let second = wait_for_guard(&child, Some(first));
    assert!(pids.iter().all(|pid| is_alive(*pid)), "the jobs go on without noticing");
    child.kill().unwrap();
    child.wait().unwrap();
    pids.into_iter().for_each(wait_for_death);
    wait_for_death(second);
}

#[cfg(unix)]
#[test]
fn a_slow_reader_loses_nothing() {
    let presets = Presets::new();
    // More than the reader, our buffer and two pipes hold, so that the job ends long before it is read.
    presets.add("flood", &["flood", "2000"]);
    let mut child = presets.command(&["run", "flood"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    // The drain that follows the job's end is half a second; a reader who is slower than that is still waited for.
    std::thread::sleep(Duration::from_millis(1500));
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 2000);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn who_reads_nothing_can_still_be_ended() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("flood", &["flood", "1000000"]);
    let mut child = presets.command(&["run", "flood"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    wait_for("our end", || {
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        child.try_wait().unwrap()
    });
}

#[cfg(unix)]
#[test]
fn who_stops_reading_a_list_has_seen_enough() {
    let presets = Presets::new();
    presets.add("one", &["exit", "0"]);
    std::fs::write(presets.path().join("broken.ron"), "(").unwrap();
    for args in [&["list"][..], &["list", "--json"], &["check"]] {
        let mut child = presets.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!said.contains("panicked"), "{args:?}: {said}");
        assert!(child.wait().unwrap().code().is_some_and(|code| code <= 1), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let presets = Presets::new();
    presets.add("lines", &["lines", "100000000", "1"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = presets.command(&["run", "lines"]).stdout(full).output().unwrap();
    assert!(err(&output).contains("could not be written"), "{}", err(&output));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = presets.command(&["list"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err(&output).lines().count(), 1, "{}", err(&output));
}

#[cfg(unix)]
#[test]
fn a_death_by_signal_is_128_and_its_number() {
    let presets = Presets::new();
    presets.add_changed("killed", &["-c", "kill -9 $$"], |preset| preset.script = "/bin/sh".to_owned());
    assert_eq!(presets.run(&["run", "killed"]).status.code(), Some(128 + 9));
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

/// A preset's lifecycle that starts it again after a failure.
fn again(max_attempts: u32, delay_secs: u32) -> Lifecycle {
    let restart = Restart {
        when: RestartWhen::OnFailure,
        delay_secs,
        max_delay_secs: delay_secs,
        reset_secs: 3600,
        max_attempts,
    };
    Lifecycle { restart, ..Lifecycle::default() }
}

#[test]
fn a_job_that_runs_again_says_so_and_ends_with_the_last_status() {
    let presets = Presets::new();
    presets.add_changed("seven", &["exit", "7"], |preset| preset.lifecycle = again(2, 0));
    let output = presets.run(&["run", "seven"]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(out(&output), "");
    assert!(err(&output).contains("sidestage: exit 7; it is started again (attempt 2)."), "{}", err(&output));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_what_would_run_again() {
    if support::interrupts_are_ignored() {
        return;
    }
    let presets = Presets::new();
    presets.add_changed("seven", &["exit", "7"], |preset| preset.lifecycle = again(0, 3600));
    let mut running = presets.command(&["run", "seven"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(running.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("started again"), "{said}");
    let pid = rustix::process::Pid::from_child(&running);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(7));
}

#[test]
fn a_second_one_is_refused_where_the_preset_allows_only_one() {
    let presets = Presets::new();
    presets.add_changed("alone", &["sleep"], |preset| preset.lifecycle.only_one = true);
    let mut first = presets.command(&["run", "alone"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(first.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let second = presets.run(&["run", "alone"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(err(&second).contains("“alone” runs already"), "{}", err(&second));
    first.kill().unwrap();
    first.wait().unwrap();
    // The system lets go of the lock with the process; what it ran is ended at the same time.
    presets.add_changed("alone too", &["exit", "3"], |preset| preset.lifecycle.only_one = true);
    assert_eq!(presets.run(&["run", "alone too"]).status.code(), Some(3));
}

#[test]
fn a_group_runs_on_one_terminal_with_names_before_the_lines() {
    let presets = Presets::new();
    let in_group = |preset: &mut Preset| preset.group = "Tonight".to_owned();
    presets.add_changed("one", &["lines", "2"], |preset| {
        in_group(preset);
        // In the foreground nothing is kept: its lines come here, and it ends with us.
        preset.lifecycle.keep_running = true;
    });
    presets.add_changed("three", &["partial-and-exit", "last word"], in_group);
    presets.add("elsewhere", &["exit", "9"]);
    let output = presets.run(&["run", "--group", "Tonight"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let mut lines: Vec<_> = out(&output).lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["one   | line 0", "one   | line 1", "three | last word"]);
    let output = presets.run(&["run", "--group", "Tomorrow"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("there is Tonight"), "{}", err(&output));
}

#[test]
fn a_group_that_waits_for_a_member_that_fails_says_so_and_fails() {
    let presets = Presets::new();
    let in_group = |preset: &mut Preset| preset.group = "Tonight".to_owned();
    presets.add_changed("1 server", &["exit", "5"], |preset| {
        in_group(preset);
        preset.lifecycle.ready.line = "never said".to_owned();
    });
    presets.add_changed("2 client", &["exit", "0"], in_group);
    store_groups::remember(presets.path(), "Tonight", GroupLaunch::WhenReady).unwrap();
    let output = presets.run(&["run", "--group", "Tonight"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(err(&output).contains("“1 server”, which comes before it, ended before it was ready"), "{}", err(&output));
}
