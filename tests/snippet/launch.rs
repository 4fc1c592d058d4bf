//! The DAT that launches a preset without Sidestage.

use std::cell::RefCell;
use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use sidestage::model::{
    Argument, Interpreter, LocalNames, NameKind, Preset, Priority, RowSecret, Secret, SecretBy, Variable,
};
use sidestage::snippet::Kind;

use crate::stage::{Touch, UdpIn, code, code_in, code_with, probe_preset};
use crate::support::{is_alive, politeness, probe, wait_for, wait_for_death};

fn run_in(port: u16, code: &str, args: &[&str]) -> Value {
    json!({"do": "run", "code": code, "args": args, "ops": {"udpin1": {"port": port}}})
}

/// What the child gets of these arguments, launched by generated code.
#[track_caller]
fn arrives(touch: &mut Touch, udp_in: &UdpIn, args: &[&str]) -> Vec<String> {
    let rows: Vec<_> = std::iter::once("argv").chain(args.iter().copied()).collect();
    let code = code(Kind::Launch, &probe_preset(&rows));
    assert!(code.is_ascii());
    let ops = json!({"udpin1": {"port": udp_in.port()}});
    let (_, printed) = touch.ask(&json!({"do": "run", "code": code, "ops": ops}));
    assert!(printed.len() == 1 && printed[0].contains("launched"), "{printed:?}");
    let (lines, end) = udp_in.whole_run();
    assert!(end.ends_with("exit 0"), "{end}");
    touch.eval("running()");
    serde_json::from_str(&lines.concat()).unwrap()
}

#[test]
fn awkward_arguments_arrive_byte_for_byte() {
    let Some(mut touch) = Touch::start() else { return };
    let udp_in = UdpIn::listen();
    let awkward = [
        "",
        " ",
        "two words",
        "\"",
        "'",
        "\\",
        "a\\",
        "\\\\\"",
        "C:\\clips\\",
        "C:\\my clips\\",
        "a\nb",
        "a\rb",
        "\t",
        "%PATH%",
        "$HOME",
        "`id`",
        "*",
        "a;b",
        "&&",
        "-x",
        "ä",
        "日本",
        "🎭",
        "{0}",
        "{{x}}",
        "%s %(y)s",
        "\u{1b}[0m",
        "\u{2028}",
        "'''",
        "\"\"\"",
        "#",
        "\u{feff}",
        "\\N{BULLET}",
        "\\x41",
    ];
    assert_eq!(arrives(&mut touch, &udp_in, &awkward), awkward);
    assert_eq!(arrives(&mut touch, &udp_in, &[]), [] as [&str; 0]);
}

#[test]
fn what_names_mean_here_stands_at_the_top_and_is_used() {
    let Some(mut touch) = Touch::start() else { return };
    let udp_in = UdpIn::listen();
    let program = probe();
    let mut names = LocalNames::default();
    names.set(NameKind::Root, "bin", &program.parent().unwrap().to_string_lossy());
    names.set(NameKind::Root, "media", &std::env::temp_dir().to_string_lossy());
    let mut preset = probe_preset(&["argv"]);
    preset.script = format!("{{root.bin}}/{}", program.file_name().unwrap().to_string_lossy());
    let row = Argument { on: true, value: "in={root.media}".to_owned(), ..Argument::default() };
    preset.arguments.push(row);
    let code = code_with(Kind::Launch, &preset, (&std::env::temp_dir(), None), &names);
    assert!(code.contains("\nROOTS = {'bin': '"), "{code}");
    touch.ask(&run_in(udp_in.port(), &code, &[]));
    let (lines, _) = udp_in.whole_run();
    let got: Vec<String> = serde_json::from_str(&lines.concat()).unwrap();
    assert_eq!(got, [format!("in={}", std::env::temp_dir().to_string_lossy())]);
    preset.interpreter = Interpreter::Name("style".to_owned());
    names.set(NameKind::Interpreter, "style", &program.to_string_lossy());
    let code = code_with(Kind::Launch, &preset, (&std::env::temp_dir(), None), &names);
    assert!(code.contains("    return placed(at("), "{code}");
}

/// A Python whose locale is plain ASCII hands arguments on as the others do.
#[cfg(unix)]
#[test]
fn a_locale_changes_no_argument() {
    let locale = [("LC_ALL", "C"), ("PYTHONUTF8", "0"), ("PYTHONCOERCECLOCALE", "0")];
    let Some(mut touch) = Touch::start_with(&locale) else { return };
    let udp_in = UdpIn::listen();
    assert_eq!(touch.eval("__import__('sys').getfilesystemencoding()"), "ascii");
    assert_eq!(arrives(&mut touch, &udp_in, &["ä 🎭"]), ["ä 🎭"]);
}

#[test]
fn any_argument_arrives_byte_for_byte() {
    let Some(touch) = Touch::start() else { return };
    let touch = RefCell::new(touch);
    let udp_in = UdpIn::listen();
    let letters = prop_oneof![
        Just('\\'),
        Just('"'),
        Just('\''),
        Just(' '),
        Just('\n'),
        Just('{'),
        Just('%'),
        Just('$'),
        any::<char>().prop_filter("no process can be given a NUL", |c| *c != '\0'),
    ];
    let argument =
        proptest::collection::vec(letters, 0..12).prop_map(|letters| letters.into_iter().collect::<String>());
    let arguments = proptest::collection::vec(argument, 0..40);
    let mut runner = TestRunner::new(Config { cases: 64, ..Config::default() });
    let result = runner.run(&arguments, |given| {
        let given: Vec<&str> = given.iter().map(String::as_str).collect();
        prop_assert_eq!(arrives(&mut touch.borrow_mut(), &udp_in, &given), given);
        Ok(())
    });
    result.unwrap();
}

/// The lines that the probe prints, launched with an environment that Touch has spoilt.
#[track_caller]
fn lines_of(preset: &Preset, environment: &[(&str, &str)]) -> Option<Vec<String>> {
    let mut touch = Touch::start_with(environment)?;
    let udp_in = UdpIn::listen();
    touch.ask(&run_in(udp_in.port(), &code(Kind::Launch, preset), &["launch"]));
    Some(udp_in.whole_run().0)
}

#[test]
fn the_environment_is_rid_of_what_touch_sets_and_gets_what_the_preset_does() {
    let names = ["LD_PRELOAD", "LD_LIBRARY_PATH", "ELECTRON_RUN_AS_NODE", "KEPT", "OURS", "SHOW", "OFF"];
    let mut preset = probe_preset(&[&["env"], &names[..]].concat());
    let row = |on, name: &str, value: &str| Variable {
        on,
        name: name.to_owned(),
        value: value.to_owned(),
        ..Variable::default()
    };
    preset.environment =
        vec![row(true, "OURS", "ä \\ {echo.host}"), row(true, "SHOW", "{preset.name} {{x}}"), row(false, "OFF", "1")];
    let touchs = "/opt/TouchDesigner/lib";
    let set = [("LD_LIBRARY_PATH", touchs), ("ELECTRON_RUN_AS_NODE", "1"), ("KEPT", "1"), ("OURS", "theirs")];
    let Some(lines) = lines_of(&preset, &set) else { return };
    let expected = [
        "LD_PRELOAD is not set",
        "LD_LIBRARY_PATH is not set",
        "ELECTRON_RUN_AS_NODE is not set",
        "KEPT=1",
        "OURS=ä \\ 127.0.0.1",
        "SHOW=Probe {x}",
        "OFF is not set",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn a_python_loses_what_would_break_it_unless_the_preset_leaves_it() {
    let Some(mut touch) = Touch::start() else { return };
    let mut preset = Preset::new("Python");
    preset.script = "x.py".to_owned();
    preset.leave_environment = vec!["PYTHONPATH".to_owned(), "PYTHONUTF8".to_owned()];
    let code = code(Kind::Launch, &preset);
    // Only looked at: no such script is there.
    touch.ask(&json!({"do": "run", "code": unlaunched(&code)}));
    touch.eval("os.environ.update(PYTHONHOME='/touch', PYTHONPATH='/mine', VIRTUAL_ENV='/v', PATH_TO='/x')");
    let names = "['PYTHONHOME', 'PYTHONPATH', 'VIRTUAL_ENV', 'PATH_TO', 'PYTHONUTF8']";
    let got = touch.eval(&format!("[environment().get(name) for name in {names}]"));
    assert_eq!(got, json!([null, "/mine", null, "/x", null]));
    let unbuffered = touch.eval("environment().get(exact('PYTHONUNBUFFERED')) == exact('1')");
    assert_eq!(unbuffered, json!(true));
}

#[test]
fn paths_start_from_the_project_where_they_can() {
    let Some(mut touch) = Touch::start() else { return };
    let root = if cfg!(windows) { "C:\\shows\\tonight" } else { "/shows/tonight" };
    let (root, here) = (Path::new(root), Path::new(root).join("presets"));
    let mut preset = Preset::new("Paths");
    preset.script = "scripts/ä b.py".to_owned();
    preset.folder = "../media".to_owned();
    let clip = root.join("media").join("clip 7.mov").to_string_lossy().into_owned();
    let row = |value: &str| Argument::new("-i", value);
    preset.arguments = vec![row("{preset.dir}/x"), row(&clip), row("media/clip.mov")];
    for (project, expected_here) in [(Some(root), "project.folder"), (None, "presets'")] {
        let code = code_in(Kind::Launch, &preset, &here, project);
        let here_line = code.lines().find(|line| line.starts_with("HERE = ")).unwrap();
        assert!(here_line.contains(expected_here), "{here_line}");
        let moved = if cfg!(windows) { "D:/elsewhere" } else { "/elsewhere" };
        let code = unlaunched(&code);
        touch.ask(&json!({"do": "run", "code": code, "project": moved}));
        let base = if project.is_some() { Path::new(moved) } else { root };
        let same = |got: Value, path: &Path| {
            let got = got.as_str().unwrap().to_owned();
            assert_eq!(Path::new(&got), path, "{project:?}");
        };
        same(touch.eval("arguments()[0]"), &base.join("presets").join("scripts").join("ä b.py"));
        same(touch.eval("folder()"), &base.join("media"));
        same(touch.eval("arguments()[2]"), &base.join("presets").join("x"));
        same(touch.eval("arguments()[4]"), &base.join("media").join("clip 7.mov"));
        assert_eq!(touch.eval("arguments()[6]"), json!("media/clip.mov"), "what is no path of ours is left alone");
    }
}

#[test]
fn powershell_is_told_that_the_script_is_a_file() {
    let Some(mut touch) = Touch::start() else { return };
    let mut names = LocalNames::default();
    names.set(NameKind::Interpreter, "shell", "/opt/PowerShell.EXE");
    let mut preset = Preset::new("Shell");
    preset.script = "a.ps1".to_owned();
    let windows = json!(["-NoProfile", "-ExecutionPolicy", "Bypass", "-File"]);
    for (interpreter, before) in [
        (Interpreter::Name("shell".to_owned()), &windows),
        (Interpreter::Name("powershell".to_owned()), &windows),
        (Interpreter::Path("tools/pwsh".to_owned()), &json!(["-NoProfile", "-File"])),
    ] {
        preset.interpreter = interpreter;
        let code = unlaunched(&code_with(Kind::Launch, &preset, (&std::env::temp_dir(), None), &names));
        touch.ask(&json!({"do": "run", "code": code}));
        assert_eq!(touch.eval("arguments()[:-1]"), *before, "{:?}", preset.interpreter);
        assert_eq!(touch.eval("os.path.basename(arguments()[-1])"), json!("a.ps1"));
    }
}

#[test]
fn the_port_is_that_of_the_udp_in_dat_and_else_the_presets() {
    let Some(mut touch) = Touch::start() else { return };
    let mut preset = probe_preset(&["argv"]);
    preset.arguments.push(Argument::new("-p", "{echo.host}:{echo.port}"));
    preset.echo.port = 7654;
    let code = unlaunched(&code(Kind::Launch, &preset));
    touch.ask(&json!({"do": "run", "code": code}));
    assert_eq!(touch.eval("arguments()[1:]"), json!(["-p", "127.0.0.1:7654"]));
    touch.ask(&run_in(9876, &code, &[]));
    assert_eq!(touch.eval("arguments()[1:]"), json!(["-p", "127.0.0.1:9876"]));
    preset.echo.host = "10.0.0.5".to_owned();
    let elsewhere = unlaunched(&crate::stage::code(Kind::Launch, &preset));
    touch.ask(&run_in(9876, &elsewhere, &[]));
    assert_eq!(touch.eval("arguments()[1:]"), json!(["-p", "10.0.0.5:7654"]), "the DAT is on another machine");
}

/// The code without its last lines, which launch: for a look at its functions.
fn unlaunched(code: &str) -> String {
    code.split_once("\n# Run Script launches").unwrap().0.to_owned()
}

fn pid_in(printed: &[String]) -> u32 {
    printed[0].rsplit_once("process ").unwrap().1.trim_end_matches(')').parse().unwrap()
}

#[test]
fn it_is_launched_once_unless_one_more_is_wanted_and_stopped_as_a_whole() {
    let Some(mut touch) = Touch::start() else { return };
    let udp_in = UdpIn::listen();
    let code = code(Kind::Launch, &probe_preset(&["tree", "3"]));
    let mut run = |order: &str| touch.ask(&run_in(udp_in.port(), &code, &[order])).1;
    let first = pid_in(&run("launch"));
    assert!(run("launch")[0].contains(&format!("it runs already (process {first})")));
    let mut pids = vec![first];
    while pids.len() < 3 {
        pids.extend(udp_in.next_text().strip_prefix("pid ").and_then(|pid| pid.parse::<u32>().ok()));
    }
    pids.push(pid_in(&run("again")));
    run("stop");
    pids.into_iter().for_each(wait_for_death);
    // While its thread still takes note of the end it is asked once more, and nothing is said.
    wait_for("that it says so", || run("stop").first().is_some_and(|said| said.contains("does not run")).then_some(()));
    assert!(run("launch")[0].contains("launched"));
    run("stop");
}

#[test]
fn touch_goes_before_what_it_launches_unless_the_preset_says_otherwise() {
    let ours = politeness(std::process::id());
    for priority in [Priority::BelowNormal, Priority::Normal] {
        let Some(mut touch) = Touch::start() else { return };
        let udp_in = UdpIn::listen();
        let mut preset = probe_preset(&["sleep"]);
        preset.lifecycle.priority = priority;
        let code = code(Kind::Launch, &preset);
        let pid = pid_in(&touch.ask(&run_in(udp_in.port(), &code, &["launch"])).1);
        while udp_in.next_text() != "ready" {}
        assert_eq!(politeness(pid) > ours, priority == Priority::BelowNormal, "{priority:?}");
        touch.run(&code, &["stop"]);
        wait_for_death(pid);
    }
}

#[test]
fn what_ignores_that_it_is_asked_is_killed_when_its_time_is_over() {
    let Some(mut touch) = Touch::start() else { return };
    let udp_in = UdpIn::listen();
    let mut preset = probe_preset(&["stubborn"]);
    preset.stop_secs = 1;
    let code = code(Kind::Launch, &preset);
    let pid = pid_in(&touch.ask(&run_in(udp_in.port(), &code, &["launch"])).1);
    while udp_in.next_text() != "ready" {}
    touch.run(&code, &["stop"]);
    assert!(is_alive(pid), "it has a second");
    wait_for_death(pid);
}

#[cfg(unix)]
#[test]
fn it_ends_with_touch_unless_it_is_kept_running() {
    for keeps in [false, true] {
        let Some(mut touch) = Touch::start() else { return };
        let udp_in = UdpIn::listen();
        let mut preset = probe_preset(&["sleep"]);
        preset.lifecycle.keep_running = keeps;
        let pid = pid_in(&touch.ask(&run_in(udp_in.port(), &code(Kind::Launch, &preset), &["launch"])).1);
        while udp_in.next_text() != "ready" {}
        touch.quit();
        if keeps {
            assert!(is_alive(pid));
            crate::support::kill(pid);
        }
        wait_for_death(pid);
    }
}

#[test]
fn nobody_is_held_up_by_output_that_is_echoed_nowhere() {
    let Some(mut touch) = Touch::start() else { return };
    for (is_on, port) in [(false, 1), (true, 1)] {
        let mut preset = probe_preset(&["flood", "200000"]);
        preset.echo.on = is_on;
        touch.ask(&run_in(port, &code(Kind::Launch, &preset), &["launch"]));
        assert_eq!(touch.eval("running()[0].wait(60) if running() else 0"), json!(0));
    }
}

#[test]
fn what_can_not_start_is_said() {
    let Some(mut touch) = Touch::start() else { return };
    let mut preset = probe_preset(&[]);
    preset.script = "./gone".to_owned();
    let printed = touch.run(&code(Kind::Launch, &preset), &["launch"]);
    assert!(printed[0].contains("could not start") && printed[0].contains("gone"), "{printed:?}");
    preset.script = "no-such-program-anywhere".to_owned();
    let printed = touch.run(&code(Kind::Launch, &preset), &["launch"]);
    assert!(printed[0].contains("was not found on PATH"), "{printed:?}");
}

#[test]
fn lines_come_as_sidestage_would_echo_them() {
    let Some(mut touch) = Touch::start() else { return };
    let udp_in = UdpIn::listen();
    // "a\r\n", an empty line, a bar that is redrawn, "ü" and half a character, and an end without a newline.
    let raw = "610d0a0a31202020250d3220250d33202520c30a656e64";
    let mut preset = probe_preset(&["raw", raw]);
    touch.ask(&run_in(udp_in.port(), &code(Kind::Launch, &preset), &["launch"]));
    assert_eq!(udp_in.whole_run().0, ["a", "", "1   %", "2 %", "3 % \u{fffd}", "end"]);
    let text = "ä".repeat(1000);
    preset.arguments = probe_preset(&["partial-and-exit", &text]).arguments;
    touch.ask(&run_in(udp_in.port(), &code(Kind::Launch, &preset), &["launch"]));
    let lines = udp_in.whole_run().0;
    assert_eq!(lines.iter().map(String::len).collect::<Vec<_>>(), [1400, 600]);
    assert_eq!(lines.concat(), text);
}

#[test]
fn a_python_is_found_by_its_name_and_touchs_own_is_the_last_resort() {
    let Some(mut touch) = Touch::start() else { return };
    let mut preset = Preset::new("Python");
    preset.script = "x.py".to_owned();
    touch.ask(&json!({"do": "run", "code": unlaunched(&code(Kind::Launch, &preset))}));
    let runs = touch.eval("subprocess.run([program(), '-c', 'print(1)'], stdout=subprocess.PIPE).stdout.decode()");
    assert_eq!(runs.as_str().unwrap().trim(), "1");
    touch.eval("os.environ.pop('PATH')");
    assert_eq!(touch.eval("program() == app.pythonExecutable"), json!(true));
    let own = "f'python{sys.version_info[0]}.{sys.version_info[1]}'";
    assert_eq!(touch.eval(&format!("named_python({own}) == app.pythonExecutable")), json!(true));
    preset.interpreter = sidestage::model::Interpreter::Name("python2.1".to_owned());
    let printed = touch.run(&code(Kind::Launch, &preset), &["launch"]);
    assert!(printed[0].contains("python2.1 was not found"), "{printed:?}");
    let touchs = "/Applications/TouchDesigner.app/Contents/Frameworks/bin/python3.11";
    preset.interpreter = sidestage::model::Interpreter::Path(touchs.to_owned());
    assert!(code(Kind::Launch, &preset).contains("return app.pythonExecutable"));
}

#[test]
fn a_secret_is_read_from_touchs_environment_and_never_written() {
    let by = |by| Some(RowSecret { from: Secret::Keyring("upload key".to_owned()), by });
    let mut preset = probe_preset(&["env", "API_KEY", "BY_ROW"]);
    let variable = SecretBy::Variable("BY_ROW".to_owned());
    for (flag, secret) in [("--key=", by(SecretBy::Argument)), ("--no", by(variable)), ("--no", by(SecretBy::Input))] {
        preset.arguments.push(Argument { on: true, flag: flag.to_owned(), secret, ..Argument::default() });
    }
    let name = "API_KEY".to_owned();
    let secret = Some(Secret::Environment("TOKEN".to_owned()));
    preset.environment = vec![Variable { on: true, name, secret, ..Variable::default() }];
    let code = code(Kind::Launch, &preset);
    assert!(code.contains("started in: TOKEN, UPLOAD_KEY."), "{code}");
    assert!(code.contains("begin its standard input with a secret"), "{code}");
    let Some(lines) = lines_of(&preset, &[("TOKEN", "t0ken"), ("UPLOAD_KEY", "hunter22")]) else { return };
    assert_eq!(lines, ["API_KEY=t0ken", "BY_ROW=hunter22", "--key=hunter22 is not set"]);
    let Some(mut touch) = Touch::start() else { return };
    let printed = touch.run(&code, &["launch"]);
    assert!(printed[0].contains("could not start: the variable UPLOAD_KEY is not set"), "{printed:?}");
}
