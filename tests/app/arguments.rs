//! A script's own arguments in the panel: read when it is picked, offered when it changes, asked for when somebody says
//! so.

use std::path::PathBuf;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sidestage::model::{Preset, ValueKind};
use sidestage::store::presets;

use crate::stage::Stage;

/// The workshop's script, and one thing that only asking finds out.
const SCRIPT: &str = r#"
import argparse, os
p = argparse.ArgumentParser()
p.add_argument("-i", "--input", required=True, help="the first text")
p.add_argument("-i2", "--input2", required=True)
p.add_argument("-d", "--delay", type=int, default=10)
p.add_argument("--of-today", choices=sorted(os.environ)[:0] + ["a", "b"])
print(p.parse_args())
"#;

fn script(stage: &Stage, name: &str, text: &str) -> PathBuf {
    let path = stage.file(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn has_python() -> bool {
    let found = which::which("python3").or_else(|_| which::which("python")).is_ok();
    assert!(found || std::env::var_os("CI").is_none(), "CI must have Python");
    found
}

fn save(stage: &mut Stage) {
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("saved", |stage| !stage.shows("unsaved"));
}

#[test]
fn a_dropped_script_fills_the_rows_and_says_what_it_needs() {
    let mut stage = Stage::new(&[]);
    let path = script(&stage, "pass_arguments.py", SCRIPT);
    stage.drop(&path);
    stage.wait_to_show("Argument 1 flag: --input, required");
    stage.wait_to_show("--input is required; give it a value.");
    assert!(stage.shows("Argument 3 flag: --delay"));
    stage.type_into("Argument 1 value", "Hello");
    stage.type_into("Argument 2 value", "World");
    stage.wait("nothing is required", |stage| !stage.shows("is required"));
    stage.press("Argument 3 on");
    if has_python() {
        stage.wait_to_show("pass_arguments.py --input");
        stage.wait_to_show("--delay 10");
    }
    save(&mut stage);
    let saved = presets::read(&stage.file("pass-arguments.ron")).unwrap();
    let delay = &saved.arguments[2];
    assert_eq!((delay.kind(), delay.said.flags.len(), delay.value.as_str()), (ValueKind::Integer, 2, "10"));
    assert_eq!(saved.arguments[0].said.help, "the first text");
}

#[test]
fn a_script_that_changes_is_offered_and_nothing_that_was_set_is_lost() {
    let mut stage = Stage::new(&[]);
    let path = script(&stage, "changing.py", SCRIPT);
    stage.drop(&path);
    stage.wait_to_show("Argument 1 flag: --input");
    stage.type_into("Argument 1 value", "Hello");
    let next = SCRIPT.replace("-i2", "-s").replace("--input2", "--style");
    std::fs::write(&path, next).unwrap();
    stage.come_back();
    stage.wait_to_show("Take the script's arguments: 1 new, 1 gone");
    stage.press("Take the script's arguments: 1 new, 1 gone");
    stage.wait_to_show("The script has no --input2 any more.");
    assert!(stage.shows("Hello") && stage.shows("flag: --style, required"));
    std::fs::write(&path, SCRIPT).unwrap();
    stage.come_back();
    stage.wait_to_show("Take the script's arguments: 1 changed, 1 gone");
}

#[test]
fn rows_made_by_hand_are_offered_the_scripts_words_and_keep_their_own() {
    let mut preset = Preset { script: "by_hand.py".to_owned(), ..Preset::new("By hand") };
    for (flag, value) in [("-i", "Hello"), ("-i2", "World"), ("-d", "5")] {
        preset.arguments.push(sidestage::model::Argument::new(flag, value));
    }
    let mut stage = Stage::new(&[preset]);
    script(&stage, "by_hand.py", SCRIPT);
    stage.come_back();
    // What keeps it from running is said above, and moves what is to be pressed.
    stage.wait("a look at the machine", |stage| stage.shows("Copy the command") || stage.shows("This can't run yet"));
    stage.press("Take the script's arguments: 1 new, 3 changed");
    stage.wait_to_show("Argument 1 flag: -i, required");
    save(&mut stage);
    let saved = presets::read(&stage.file("By hand.ron")).unwrap();
    let rows: Vec<_> = saved.arguments.iter().map(|row| (row.on, row.flag.as_str(), row.value.as_str())).collect();
    assert_eq!(rows, [(true, "-i", "Hello"), (true, "-i2", "World"), (true, "-d", "5"), (false, "--of-today", "")]);
}

#[test]
fn asking_runs_the_script_only_when_told_to_and_knows_more() {
    if !has_python() {
        return;
    }
    let mut stage = Stage::new(&[]);
    let path =
        script(&stage, "asked.py", &SCRIPT.replace("import argparse", "open(__file__ + '.ran', 'w'); import argparse"));
    let ran = path.with_file_name("asked.py.ran");
    stage.drop(&path);
    stage.wait_to_show("its choices are known only when the script runs");
    stage.press("More for the arguments");
    stage.press("Ask the script for its arguments…");
    stage.wait_to_show("its imports");
    assert!(!ran.exists(), "nothing has run so far");
    stage.press("Run it");
    stage.wait("asked", |stage| !stage.shows("Asking the script…") && ran.exists());
    stage.press("Argument 4 value");
    stage.press("b");
    stage.wait_to_show("--of-today");
    stage.wait("chosen", |stage| stage.harness.query_by_label("Argument 4 value").is_some() && stage.shows("b"));
}

#[test]
fn a_script_that_hangs_when_asked_is_let_go_of() {
    if !has_python() {
        return;
    }
    let mut stage = Stage::new(&[]);
    let path = script(&stage, "hangs.py", "import argparse, time\nopen(__file__ + '.ran', 'w')\ntime.sleep(3600)\n");
    let ran = path.with_file_name("hangs.py.ran");
    stage.drop(&path);
    stage.wait_to_show("declares no arguments that can be found so");
    stage.press("More for the arguments");
    stage.press("Ask the script for its arguments…");
    stage.press("Run it");
    stage.wait("runs", |_| ran.exists());
    stage.press("Cancel asking the script");
    stage.wait("ended", |stage| !stage.shows("Asking the script…"));
}

#[test]
fn any_program_is_asked_by_its_help() {
    let program = crate::support::sidestage();
    let mut preset = crate::stage::probing("Own", &[]);
    preset.script = program.to_string_lossy().into_owned();
    let mut stage = Stage::new(&[preset]);
    stage.wait_to_show("Own");
    stage.press("More for the arguments");
    stage.press("Read what it says to --help…");
    stage.press("Run it");
    stage.wait_to_show("flag: --renderer");
    stage.press("Argument 5 value");
    stage.press_containing("check · ");
    stage.wait_to_show(" check");
}
