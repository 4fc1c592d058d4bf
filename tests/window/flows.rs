//! What a person does in an evening, pressed on the real window; and what must then be true outside of it.

use std::net::UdpSocket;
use std::path::Path;

use eframe::egui::{Key, Modifiers};
use sidestage::model::{Argument, Echo, Interpreter, Preset};

use crate::driver::{PATIENCE, Widget, Window};
use crate::stage::{Stage, picture};
use crate::support::{is_alive, is_wine, probe, wait_for_death};

/// A preset of the test's own program: the same on every system, and there without Python.
fn preset(name: &str, args: &[&str]) -> Preset {
    let row = |arg: &&str| Argument::new("", arg);
    Preset {
        interpreter: Interpreter::None,
        script: probe().to_string_lossy().replace('\\', "/"),
        arguments: args.iter().map(row).collect(),
        ..Preset::new(name)
    }
}

fn put(stage: &Stage, file: &str, preset: &Preset) {
    stage.write_preset(file, &ron::ser::to_string_pretty(preset, ron::ser::PrettyConfig::default()).unwrap());
}

fn read(file: &Path) -> Preset {
    ron::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// The number after `pid ` in what is written on a widget.
fn pid_on(widget: &Widget) -> Option<u32> {
    let text = if widget.label.contains("pid ") { &widget.label } else { &widget.value };
    let digits = text.split("pid ").nth(1)?;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// Waits until the job's row says that it runs, and as which process.
fn pid_of_job(window: &Window, name: &str) -> u32 {
    let row = format!("Job {name},");
    window.wait_until(&format!("the process of {name:?}"), |all| {
        all.iter().find(|widget| widget.label.starts_with(&row) && widget.label.contains("running")).and_then(pid_on)
    })
}

/// Waits until a console shows a line `pid N` of a process other than `parent`.
fn pid_of_child(window: &Window, parent: u32) -> u32 {
    window.wait_until("a line that names the child's process", |all| {
        // The probe's own lines; the notice `Started (pid N)` of any job says something else.
        let lines = all.iter().filter(|widget| widget.value.starts_with("pid "));
        lines.filter_map(pid_on).find(|pid| *pid != parent)
    })
}

/// Datagrams until one of them is `last`.
fn hear_until(socket: &UdpSocket, last: &str) -> Vec<String> {
    let mut heard = Vec::new();
    let mut buffer = [0; 2000];
    while heard.last().is_none_or(|text| text != last) {
        let count = socket.recv(&mut buffer).unwrap_or_else(|error| panic!("{error}; heard only {heard:?}"));
        heard.push(String::from_utf8_lossy(&buffer[..count]).into_owned());
    }
    heard
}

#[test]
fn three_presets_run_at_once_are_seen_are_heard_and_stop() {
    let Some(stage) = Stage::set_up() else { return };
    let touch = UdpSocket::bind("127.0.0.1:0").unwrap();
    touch.set_read_timeout(Some(PATIENCE)).unwrap();
    let echo = Echo { on: true, port: u32::from(touch.local_addr().unwrap().port()), ..Echo::default() };
    put(&stage, "1.ron", &Preset { echo, ..preset("Counting", &["lines", "1000000", "50"]) });
    put(&stage, "2.ron", &preset("Family", &["tree", "2"]));
    put(&stage, "3.ron", &preset("Polite", &["graceful"]));

    let panel = stage.open_panel();
    let window = &panel.window;
    for name in ["Counting", "Family", "Polite"] {
        window.click(&format!("Launch: {name}"));
    }
    let counting = pid_of_job(window, "Counting");
    let polite = pid_of_job(window, "Polite");
    let parent = pid_of_job(window, "Family");
    let child = pid_of_child(window, parent);
    for pid in [counting, polite, parent, child] {
        assert!(is_alive(pid), "process {pid}");
    }
    window.wait_for_text("ready");
    window.wait_for_text("line ");
    let heard = hear_until(&touch, "line 20");
    assert!(heard.iter().any(|text| text == "line 0"), "{heard:?}");
    window.screenshot(&picture("three-at-once.png"));

    window.click("Stop: Family");
    wait_for_death(parent);
    wait_for_death(child);
    assert!(is_alive(counting) && is_alive(polite), "only the job that was stopped ends");
    window.click("Stop all");
    wait_for_death(counting);
    wait_for_death(polite);
    if cfg!(unix) {
        // Not on Windows, for Wine 8 delivers no CTRL_BREAK: there the job was killed at its deadline.
        window.wait_for_text("asked to stop");
    }
    for name in ["Counting", "Family", "Polite"] {
        // Only an ended job can be removed: from now on nothing runs, and closing asks nothing.
        window.wait_for(&format!("Remove: {name}"));
    }
    window.screenshot(&picture("all-stopped.png"));
    window.key(Key::Q, Modifiers::COMMAND);
    panel.wait_for_end();
}

#[test]
fn what_is_saved_is_there_after_a_restart() {
    let Some(stage) = Stage::set_up() else { return };
    put(&stage, "counting.ron", &preset("Counting", &["lines", "3"]));
    put(&stage, "other.ron", &preset("Other", &["sleep"]));
    let file = stage.presets().join("counting.ron");
    let before = read(&file);

    let panel = stage.open_panel();
    let window = &panel.window;
    window.click("Counting");
    window.replace("Argument 2 value", "7");
    window.wait_for("Counting, unsaved");
    assert_eq!(read(&file), before, "nothing is written before it is asked for");
    window.click("Save");
    window.wait_for("Counting");
    let mut after = before.clone();
    after.arguments[1].value = "7".to_owned();
    assert_eq!(read(&file), after);
    assert_eq!(read(&stage.presets().join(".previous/counting.ron")), before, "the previous version is kept");
    window.key(Key::Q, Modifiers::COMMAND);
    panel.wait_for_end();

    let panel = stage.open_panel();
    let window = &panel.window;
    // The preset that was open is open again, so nothing needs to be chosen.
    window.wait_for("Argument 2 value");
    window.wait_until("the saved value", |all| {
        all.iter().any(|widget| widget.label == "Argument 2 value" && widget.value == "7").then_some(())
    });
    window.key(Key::F5, Modifiers::NONE);
    window.wait_for_text("line 6");
    window.screenshot(&picture("after-restart.png"));
}

#[test]
fn a_panel_that_is_killed_leaves_no_process_behind() {
    let Some(stage) = Stage::set_up() else { return };
    put(&stage, "1.ron", &preset("Family", &["tree", "2"]));
    put(&stage, "2.ron", &preset("Sleeper", &["sleep"]));
    let panel = stage.open_panel();
    panel.window.click("Launch: Family");
    let parent = pid_of_job(&panel.window, "Family");
    let child = pid_of_child(&panel.window, parent);
    panel.window.click("Launch: Sleeper");
    let sleeper = pid_of_job(&panel.window, "Sleeper");
    assert!([parent, child, sleeper].into_iter().all(is_alive));
    panel.kill();
    for pid in [parent, child, sleeper] {
        wait_for_death(pid);
    }
}

#[test]
fn quitting_while_a_job_runs_asks_first() {
    let Some(stage) = Stage::set_up() else { return };
    put(&stage, "1.ron", &preset("Sleeper", &["sleep"]));
    let panel = stage.open_panel();
    let window = &panel.window;
    window.click("Launch: Sleeper");
    let sleeper = pid_of_job(window, "Sleeper");
    window.key(Key::Q, Modifiers::COMMAND);
    window.wait_for("Quit Sidestage?");
    window.click("Cancel");
    window.wait_until("the question to go", |all| {
        (!all.iter().any(|widget| widget.value == "Quit Sidestage?")).then_some(())
    });
    assert!(is_alive(sleeper));
    window.key(Key::Q, Modifiers::COMMAND);
    window.click("Stop and quit");
    panel.wait_for_end();
    wait_for_death(sleeper);
}

/// Whether a font that is installed has the characters of a language, as far as this system can be asked.
fn has_font(language: &str) -> bool {
    if cfg!(not(target_os = "linux")) {
        return !is_wine();
    }
    let list = std::process::Command::new("fc-list").arg(format!(":lang={language}")).output();
    let has_font = list.is_ok_and(|list| !list.stdout.is_empty());
    assert!(has_font || std::env::var_os("CI").is_none(), "nothing may be skipped here, and no font is for {language}");
    has_font
}

/// Where no font has a character, a box stands in its place, which looks the same for any.
#[test]
fn other_scripts_are_no_boxes_where_a_font_exists() {
    let Some(stage) = Stage::set_up() else { return };
    // Cyrillic is in the console's own font; the language of emoji is fontconfig's name for them.
    let all = [("", "жжж", "шшш"), ("zh", "漢漢漢", "字字字"), ("ar", "سسس", "ععع"), ("und-zsye", "🎭🎭", "🎸🎸")];
    let shown: Vec<_> = all.into_iter().filter(|(language, ..)| language.is_empty() || has_font(language)).collect();
    let hex = |text: String| text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let (first, second): (Vec<_>, Vec<_>) = shown.iter().map(|(_, first, second)| (*first, *second)).unzip();
    put(&stage, "1.ron", &preset("First", &["raw", &hex(first.join("\n") + "\n")]));
    put(&stage, "2.ron", &preset("Second", &["raw", &hex(second.join("\n") + "\n")]));
    let panel = stage.open_panel();
    let window = &panel.window;
    let rows = |name: &str, texts: &[&str]| {
        window.click(&format!("Launch: {name}"));
        window.wait_for_text(&format!("Job {name}, finished"));
        let rows: Vec<_> = texts.iter().map(|text| window.wait_for(text).bounds).collect();
        window.screenshot(&picture(&format!("scripts-{}.png", name.to_lowercase())));
        let pixels: Vec<_> = rows.iter().map(|row| window.pixels(*row)).collect();
        window.click(&format!("Close console: {name}"));
        (rows, pixels)
    };
    let (places, first) = rows("First", &first);
    let (others, second) = rows("Second", &second);
    assert_eq!(places, others, "the rows stand where the others stood");
    for ((language, one, other), (first, second)) in shown.iter().zip(first.iter().zip(&second)) {
        assert!(!first.is_empty() && first != second, "{language}: {one} and {other} look alike");
    }
}
