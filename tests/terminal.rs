//! Jobs in a terminal: programs that hold their lines back from a pipe talk at once, and all else is as with any job.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

mod support;

use sidestage::engine::{Engine, Exit, Input, JobId, LaunchSpec, Stream};
use support::{
    engine, is_alive, is_wine, probe_with, rows, spec, texts, wait_for, wait_for_death, wait_for_line, wait_for_text,
};

fn in_terminal(args: &[&str]) -> LaunchSpec {
    put_in_terminal(spec(args))
}

fn put_in_terminal(mut spec: LaunchSpec) -> LaunchSpec {
    spec.lifecycle.in_terminal = true;
    spec
}

fn typed(args: &[&str]) -> LaunchSpec {
    LaunchSpec { input: Input::Lines, ..in_terminal(args) }
}

fn lines(engine: &Engine, job: JobId) -> Vec<String> {
    texts(engine, job, Stream::Stdout)
}

#[test]
fn what_is_held_back_from_a_pipe_comes_at_once_in_a_terminal() {
    let engine = engine();
    let piped = engine.launch(spec(&["holds-back"]));
    wait_for_line(&engine, piped, "written");
    assert!(texts(&engine, piped, Stream::Stdout).is_empty(), "it would have come without a terminal");
    let job = engine.launch(in_terminal(&["holds-back"]));
    wait_for_text(&engine, job, Stream::Stdout, "at last");
    wait_for_text(&engine, job, Stream::Stdout, "written");
    assert_eq!(lines(&engine, job), ["at last", "written"]);
}

#[test]
fn all_three_streams_are_a_terminal() {
    let engine = engine();
    let job = engine.launch(in_terminal(&["isatty"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(lines(&engine, job), ["stdin true", "stdout true", "stderr true"]);
    let piped = engine.launch(spec(&["isatty"]));
    engine.wait(piped).unwrap();
    assert_eq!(texts(&engine, piped, Stream::Stdout), ["stdin false", "stdout false", "stderr false"]);
}

#[test]
fn the_exit_code_is_the_programs() {
    let engine = engine();
    for code in [0, 7, 255] {
        let job = engine.launch(in_terminal(&["exit", &code.to_string()]));
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(code), "{:?}", rows(&engine, job));
    }
}

#[test]
fn arguments_arrive_as_they_are() {
    let engine = engine();
    // Wine's consoles show what isn't in the first 65,536 characters as two unknown ones.
    let args =
        ["", "two words", "-x", "--", "a\"b", "ends in \\", "%PATH%", "a&b|c", if is_wine() { "ä" } else { "ä 🎭" }];
    let job = engine.launch(in_terminal(&[&["argv"], &args[..]].concat()));
    engine.wait(job).unwrap();
    let arrived: Vec<String> = serde_json::from_str(&lines(&engine, job).concat()).unwrap();
    assert_eq!(arrived, args);
}

#[test]
fn a_tree_in_a_terminal_dies_with_its_job() {
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 0, ..in_terminal(&["stubborn-tree", "3"]) });
    let pids = wait_for("three processes", || {
        let pids: Vec<u32> = lines(&engine, job).iter().filter_map(|l| l.strip_prefix("pid ")?.parse().ok()).collect();
        (pids.len() == 3).then_some(pids)
    });
    assert!(pids.iter().all(|pid| is_alive(*pid)));
    engine.stop(job);
    engine.wait(job).unwrap();
    pids.into_iter().for_each(wait_for_death);
    let job = engine.launch(in_terminal(&["stubborn-tree", "2"]));
    wait_for("two processes", || (lines(&engine, job).len() == 2).then_some(()));
    let pids: Vec<u32> = lines(&engine, job).iter().map(|line| line[4..].parse().unwrap()).collect();
    drop(engine);
    pids.into_iter().for_each(wait_for_death);
}

#[test]
fn an_unended_line_is_shown_and_stays() {
    let engine = engine();
    let job = engine.launch(in_terminal(&["partial", "password? "]));
    wait_for("the question", || lines(&engine, job).iter().any(|line| line.starts_with("password?")).then_some(()));
    engine.kill(job);
    engine.wait(job).unwrap();
    assert_eq!(lines(&engine, job).last().unwrap().trim_end(), "password?");
    assert!(rows(&engine, job).iter().all(|row| !row.is_open));
}

#[test]
fn without_input_a_reader_finds_the_end() {
    let engine = engine();
    let job = engine.launch(in_terminal(&["stdin"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert!(lines(&engine, job).contains(&"eof".to_owned()), "{:?}", rows(&engine, job));
}

#[test]
fn typed_lines_arrive_and_end() {
    let engine = engine();
    let job = engine.launch(typed(&["stdin"]));
    engine.write_line(job, "first");
    engine.write_line(job, "schöner zweiter");
    wait_for("the terminal's echo and the program's", || {
        (lines(&engine, job).iter().filter(|line| *line == "schöner zweiter").count() == 2).then_some(())
    });
    engine.close_input(job);
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    let notices = texts(&engine, job, Stream::Notice);
    assert!(!notices.iter().any(|notice| notice.contains("first")), "the terminal shows it: {notices:?}");
}

#[test]
fn a_page_can_be_pasted() {
    let engine = engine();
    let job = engine.launch(typed(&["count-input"]));
    let page: Vec<_> = (0..500).map(|number| format!("{number:<63}")).collect();
    engine.write_line(job, &page.join("\n"));
    engine.close_input(job);
    engine.wait(job).unwrap();
    // What the terminal shows of a paste may stand before it in the row.
    let counted = lines(&engine, job).pop().unwrap();
    assert!(counted.contains("500 lines, "), "{counted}");
}

#[test]
fn a_flood_and_its_last_line_come_whole() {
    let engine = engine();
    for _ in 0..3 {
        let job = engine.launch(in_terminal(&["flood", "20000"]));
        engine.wait(job).unwrap();
        let lines = lines(&engine, job);
        let wrong = lines.iter().enumerate().find(|(number, line)| line.trim_end() != number.to_string());
        assert_eq!((lines.len(), wrong), (20_000, None));
    }
}

#[test]
fn a_program_that_is_missing_is_said() {
    let engine = engine();
    let invocation = sidestage::model::Invocation { program: "/no/such/program".into(), ..probe_with(&[]) };
    let job = engine.launch(put_in_terminal(LaunchSpec::new("missing", invocation)));
    let Exit::CouldNotStart(why) = engine.wait(job).unwrap().exit else { panic!("it started") };
    assert!(why.contains("is missing"), "{why}");
}

#[cfg(unix)]
mod unix {
    use super::*;
    use sidestage::engine::{Config, EchoPlan, Limits, Target};
    use sidestage::model::{Cause, EnvChange, Invocation};
    use std::net::UdpSocket;
    use std::time::Duration;

    fn program(program: &str, args: &[&str]) -> LaunchSpec {
        let program = which::which(program).unwrap();
        let invocation = Invocation { program, ..probe_with(args) };
        put_in_terminal(LaunchSpec::new("program", invocation))
    }

    fn shell(script: &str) -> LaunchSpec {
        program("sh", &["-c", script])
    }

    #[test]
    fn a_python_that_is_not_told_to_hurry_talks_at_once() {
        let script = "import sys, time\nprint('at last')\nprint('written', file=sys.stderr)\ntime.sleep(3600)";
        let engine = engine();
        // Somebody may have told it by the environment that the tests run in.
        let untold = EnvChange { name: "PYTHONUNBUFFERED".to_owned(), value: None, cause: Cause::Preset };
        let mut python = program("python3", &["-c", script]);
        python.invocation.env.push(untold);
        let mut in_pipe = python.clone();
        in_pipe.lifecycle.in_terminal = false;
        let piped = engine.launch(in_pipe);
        wait_for_line(&engine, piped, "written");
        assert!(texts(&engine, piped, Stream::Stdout).is_empty(), "Python would not have held it back");
        let job = engine.launch(python);
        wait_for_line(&engine, job, "written");
        assert_eq!(texts(&engine, job, Stream::Stdout), ["at last", "written"]);
    }

    #[test]
    fn what_keeps_a_program_from_starting_is_said_as_elsewhere() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("program");
        std::fs::write(&file, "no program").unwrap();
        let why = |engine: &Engine| {
            let invocation = Invocation { program: file.clone(), ..probe_with(&[]) };
            let job = engine.launch(put_in_terminal(LaunchSpec::new("wrong", invocation)));
            let Exit::CouldNotStart(why) = engine.wait(job).unwrap().exit else { panic!("it started") };
            why
        };
        let engine = engine();
        assert!(why(&engine).contains("chmod +x"), "{}", why(&engine));
        std::fs::write(&file, "#!/no/such/interpreter").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(why(&engine).contains("what its first line (#!) asks for is missing"), "{}", why(&engine));
        let alone = Config {
            helper: None,
            limits: Limits::default(),
            wake: std::sync::Arc::new(|_| {}),
            vault: sidestage::vault::Vault::of_system(),
        };
        let engine = Engine::start(alone).unwrap();
        assert!(why(&engine).contains("a terminal needs Sidestage's own program"), "{}", why(&engine));
    }

    #[test]
    fn stop_asks_and_a_signal_is_told() {
        let engine = engine();
        let job = engine.launch(in_terminal(&["graceful"]));
        wait_for_line(&engine, job, "ready");
        engine.stop(job);
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(3));
        assert_eq!(lines(&engine, job), ["ready", "asked to stop"]);
        let job = engine.launch(in_terminal(&["sleep"]));
        wait_for_line(&engine, job, "ready");
        engine.stop(job);
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Signal(15));
        let job = engine.launch(in_terminal(&["stubborn"]));
        wait_for_line(&engine, job, "ready");
        engine.kill(job);
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Signal(9));
    }

    #[test]
    fn the_pid_is_the_programs_and_it_leads_its_session() {
        let engine = engine();
        let job = engine.launch(shell("echo $$ $(ps -o sid= -o pgid= -o tty= -p $$); test -w /dev/tty && echo own"));
        engine.wait(job).unwrap();
        let lines = lines(&engine, job);
        let ids: Vec<_> = lines[0].split_whitespace().collect();
        assert!(ids[0] == ids[1] && ids[0] == ids[2] && ids[3].starts_with("pts"), "{lines:?}");
        assert_eq!(lines[1], "own", "its terminal can be opened by name, as those who ask for passwords do");
        let started = &texts(&engine, job, Stream::Notice)[0];
        assert!(started.contains(&format!("pid {}", ids[0])), "{started}");
    }

    #[test]
    fn it_is_wide_and_a_longer_line_comes_whole() {
        let engine = engine();
        let job = engine.launch(shell("stty size; echo $TERM; printf '%01000d\\n' 7"));
        engine.wait(job).unwrap();
        assert_eq!(lines(&engine, job), ["32 200", "xterm-256color", &format!("{:01000}", 7)]);
    }

    #[test]
    fn what_comes_is_clean_even_where_the_program_ends_lines_for_screens() {
        let engine = engine();
        let job = engine.launch(shell("echo plain; printf 'dos\\r\\n'; stty onlcr; echo screen; printf last"));
        engine.wait(job).unwrap();
        assert_eq!(lines(&engine, job), ["plain", "dos", "screen", "last"]);
    }

    #[test]
    fn the_echo_gets_each_line_once_and_clean() {
        let touch = UdpSocket::bind("127.0.0.1:0").unwrap();
        touch.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let target = Target::new("127.0.0.1", touch.local_addr().unwrap().port());
        let echo = EchoPlan::to(target);
        let engine = engine();
        let job = engine.launch(LaunchSpec { echo: Some(echo), ..in_terminal(&["both", "2"]) });
        engine.wait(job).unwrap();
        let mut buffer = [0; 100];
        let arrived: Vec<_> = std::iter::from_fn(|| {
            let count = touch.recv(&mut buffer).ok()?;
            let line = String::from_utf8(buffer[..count].to_vec()).unwrap();
            (!line.contains("ended")).then_some(line)
        })
        .collect();
        assert_eq!(arrived, ["[sidestage] started both", "out 0", "err 0", "out 1", "err 1"]);
    }

    #[test]
    fn a_password_is_asked_for_and_not_shown() {
        let script =
            "import getpass\nname = input('name? ')\nword = getpass.getpass('password? ')\nprint(name, len(word))";
        let engine = engine();
        let job = engine.launch(LaunchSpec { input: Input::Lines, ..program("python3", &["-c", script]) });
        wait_for_line(&engine, job, "name? ");
        engine.write_line(job, "Änne");
        wait_for_line(&engine, job, "password? ");
        engine.write_line(job, "geheim🎭");
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
        assert_eq!(lines(&engine, job), ["name? Änne", "password? ", "Änne 7"], "{:?}", rows(&engine, job));
    }

    #[test]
    fn a_megabyte_can_be_pasted() {
        let engine = engine();
        let job = engine.launch(typed(&["count-input"]));
        let pasted: Vec<_> = (0..16_384).map(|number| format!("{number:<63}")).collect();
        let sum: u64 = pasted.iter().flat_map(|line| line.bytes()).map(u64::from).sum();
        for line in &pasted {
            engine.write_line(job, line);
        }
        engine.close_input(job);
        engine.wait(job).unwrap();
        let counted = lines(&engine, job).pop().unwrap();
        assert!(counted.ends_with(&format!("16384 lines, 1048576 bytes, sum {sum}")), "{counted}");
    }

    #[test]
    fn who_never_reads_holds_up_nobody() {
        let engine = engine();
        let job = engine.launch(typed(&["stubborn"]));
        wait_for_line(&engine, job, "ready");
        for _ in 0..5000 {
            engine.write_line(job, &"x".repeat(1000));
        }
        wait_for_text(&engine, job, Stream::Notice, "doesn't read its input");
        engine.write_line(job, &"x".repeat(5000));
        wait_for_text(&engine, job, Stream::Notice, "a terminal's line has up to");
        engine.kill(job);
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Signal(9));
        let job = engine.launch(typed(&["stubborn"]));
        for _ in 0..5000 {
            engine.write_line(job, &"x".repeat(1000));
        }
        drop(engine);
        let _ = job;
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn terminals_leave_no_descriptor() {
        let terminals = || {
            let fds = std::fs::read_dir("/proc/self/fd").unwrap().flatten();
            fds.filter(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to.ends_with("ptmx"))).count()
        };
        let engine = engine();
        for _ in 0..100 {
            let job = engine.launch(typed(&["exit", "0"]));
            engine.wait(job).unwrap();
        }
        // Other tests of this file have terminals too, but all of them end.
        wait_for("all terminals to be closed", || (terminals() == 0).then_some(()));
    }
}

/// `sidestage run` at a terminal, which an engine gives it: what a person sees who types there.
#[cfg(unix)]
mod run_at_a_terminal {
    use super::*;
    use sidestage::model::{Argument, Interpreter, Invocation, Preset, relative};
    use sidestage::store::presets::{Expect, write};
    use std::io::Write;
    use std::process::{Command, Stdio};
    use support::{probe, sidestage};

    fn preset(dir: &std::path::Path, args: &[&str], change: impl FnOnce(&mut Preset)) -> String {
        let mut preset = Preset::new("typed");
        preset.interpreter = Interpreter::None;
        preset.script = relative(dir, &probe());
        preset.arguments = args.iter().map(|arg| Argument::new("", arg)).collect();
        change(&mut preset);
        let path = dir.join("typed.ron");
        // The user's folder of logs is no test's business.
        preset.lifecycle.log = false;
        write(&path, &preset, Expect::New).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// The program in a terminal of a shell's, which afterwards says how it found that.
    fn run(file: &str) -> LaunchSpec {
        let script = r#""$0" run "$1"; echo "status $?"; stty -a | grep -o -- '-*icanon'"#;
        let args = ["-c", script, sidestage().to_str().unwrap(), file].map(str::to_owned).to_vec();
        let invocation = Invocation { program: "/bin/sh".into(), args, ..probe_with(&[]) };
        LaunchSpec { input: Input::Lines, ..put_in_terminal(LaunchSpec::new("run", invocation)) }
    }

    fn count(engine: &Engine, job: JobId, line: &str) -> usize {
        lines(engine, job).iter().filter(|other| *other == line).count()
    }

    #[test]
    fn lines_are_the_jobs_where_its_preset_takes_them() {
        let dir = tempfile::tempdir().unwrap();
        let file = preset(dir.path(), &["stdin"], |preset| preset.lifecycle.takes_input = true);
        let engine = engine();
        let job = engine.launch(run(&file));
        engine.write_line(job, "hello");
        wait_for("our terminal's echo and the job's line", || (count(&engine, job, "hello") == 2).then_some(()));
        engine.close_input(job);
        engine.wait(job).unwrap();
        assert_eq!(lines(&engine, job)[2..], ["eof", "status 0", "icanon"]);
    }

    #[test]
    fn a_job_without_input_takes_none_of_ours() {
        let dir = tempfile::tempdir().unwrap();
        let file = preset(dir.path(), &["stdin"], |_| {});
        let engine = engine();
        let job = engine.launch(run(&file));
        engine.wait(job).unwrap();
        assert_eq!(lines(&engine, job), ["eof", "status 0", "icanon"]);
    }

    #[test]
    fn a_job_in_a_terminal_is_as_if_it_ran_in_ours() {
        let dir = tempfile::tempdir().unwrap();
        let file = preset(dir.path(), &["-c", "echo ready; cat"], |preset| {
            preset.script = "/bin/sh".to_owned();
            preset.lifecycle.takes_input = true;
            preset.lifecycle.in_terminal = true;
        });
        let engine = engine();
        let job = engine.launch(run(&file));
        // Before that our terminal would show what is typed, and the job's does too.
        wait_for_line(&engine, job, "ready");
        engine.write_line(job, "hello");
        wait_for("the line", || (count(&engine, job, "hello") >= 2).then_some(()));
        engine.close_input(job);
        engine.wait(job).unwrap();
        assert_eq!(lines(&engine, job), ["ready", "hello", "hello", "status 0", "icanon"]);
    }

    #[test]
    fn redirected_input_reaches_a_job_in_a_terminal_and_its_output_is_clean() {
        let dir = tempfile::tempdir().unwrap();
        let file = preset(dir.path(), &["count-input"], |preset| preset.lifecycle.in_terminal = true);
        let mut child = Command::new(sidestage())
            .args(["run", &file])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(b"one\ntwo\n").unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "one\ntwo\n2 lines, 8 bytes, sum 668\n");
        assert_eq!(output.status.code(), Some(0));
    }
}
