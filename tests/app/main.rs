//! Drives the whole panel without a window: real preset files, a real engine with real children, and the labels that
//! a screen reader finds. What single panels do is `panels`' business; the real window is `window`'s.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod alerts;
mod arguments;
mod files;
mod layout;
mod lines;
mod lives;
mod machines;
mod many;
mod monitor;
mod order;
mod orders;
mod schedules;
mod secrets;
mod stage;
#[path = "../support/mod.rs"]
mod support;
mod together;
mod touch_code;
mod undo;

use eframe::egui::{Key, Modifiers, ViewportCommand, ViewportId};
use egui_kittest::kittest::Queryable;
use sidestage::model::{Argument, Preset};
use sidestage::store::presets::{self, Expect};
use sidestage::store::settings;
use stage::{Stage, probing, start};

#[test]
fn an_edit_is_saved_to_its_file_and_found_at_the_next_start() {
    let mut stage = Stage::new(&[probing("Alpha", &[]), probing("Beta", &[])]);
    stage.press("Beta");
    stage.press("Add a row");
    stage.type_into("Argument 1 flag", "--mine");
    stage.wait_to_show("Beta, unsaved");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    let saved = presets::read(&stage.file("Beta.ron")).unwrap();
    assert_eq!(saved.arguments, [Argument::new("--mine", "")]);
    let settings_dir = stage.settings_dir.path().to_owned();
    stage.wait("settings", |_| settings::load_from(&settings_dir).settings.selected.as_deref() == Some("Beta.ron"));
    stage.harness = start(stage.dir.path(), &settings_dir);
    stage.wait_to_show("--mine");
}

#[test]
fn keys_pressed_faster_than_the_disk_make_one_file() {
    let mut stage = Stage::new(&[]);
    stage.press("New preset");
    stage.harness.step();
    // What is proposed as the name is selected, so typing replaces it.
    stage.harness.get_by_label("Preset name").type_text("Opening");
    for _ in 0..4 {
        stage.keys(Modifiers::COMMAND, Key::S);
    }
    stage.type_into("Preset name", "!");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("saved", |stage| stage.shows("Opening!") && !stage.shows("unsaved"));
    let folder = presets::load_dir(stage.dir.path());
    let names: Vec<_> = folder.presets.iter().map(|entry| entry.preset.name.as_str()).collect();
    assert_eq!(names, ["Opening!"]);
    assert!(!stage.shows("The file has changed"), "one's own save is nobody else's");
}

#[test]
fn a_preset_launched_twice_shows_both_consoles_and_ends() {
    let mut stage = Stage::new(&[probing("Speak", &["lines", "3", "0"])]);
    stage.press("Launch: Speak");
    stage.press("Launch: Speak");
    stage.wait_to_show("Console of Speak (2)");
    stage.wait("ends", |stage| stage.shows("Job Speak, finished") && stage.shows("Job Speak (2), finished"));
    stage.press("Launch again: Speak");
    stage.wait_to_show("Job Speak  #2, finished");
}

#[test]
fn a_broken_file_is_named_with_its_line_and_column_until_it_is_mended() {
    let mut stage = Stage::new(&[probing("Whole", &[])]);
    let broken = stage.file("half.ron");
    std::fs::write(&broken, "(\n    version: 1,\n    nmae: \"Half\",\n)\n").unwrap();
    stage.come_back();
    stage.wait_to_show("half.ron:3:5: ");
    assert!(stage.shows("Launch: Whole"), "the others load");
    std::fs::remove_file(&broken).unwrap();
    presets::write(&broken, &probing("Mended", &[]), Expect::New).unwrap();
    stage.come_back();
    stage.wait_to_show("Launch: Mended");
    assert!(!stage.shows("half.ron:3:5"), "what was mended is complained of no more");
    std::fs::remove_file(&broken).unwrap();
    stage.come_back();
    stage.wait("gone", |stage| !stage.shows("Launch: Mended"));
}

#[test]
fn a_save_never_overwrites_what_somebody_else_wrote_unless_told_to() {
    let mut stage = Stage::new(&[probing("Shared", &[])]);
    let path = stage.file("Shared.ron");
    let edit = |stage: &mut Stage, notes: &str| {
        let theirs = Preset { notes: notes.to_owned(), ..probing("Shared", &[]) };
        stage.press("Add a row");
        stage.type_into("Argument 1 flag", "--mine");
        presets::write(&path, &theirs, Expect::Anything).unwrap();
        stage.keys(Modifiers::COMMAND, Key::S);
        stage.wait_to_show("The file has changed");
        assert_eq!(presets::read(&path).unwrap(), theirs, "nothing is overwritten");
        theirs
    };
    stage.wait_to_show("Launch: Shared");
    edit(&mut stage, "theirs");
    stage.press("Cancel");
    assert!(stage.shows("--mine"), "the edit is kept");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait_to_show("The file has changed");
    assert!(stage.shows("notes: \"theirs\",") && stage.shows("flag: \"--mine\""), "what is different is shown");
    stage.press("Take theirs");
    stage.wait("reverted", |stage| !stage.shows("--mine") && !stage.shows("unsaved"));
    let theirs = edit(&mut stage, "theirs, later");
    stage.press("Keep mine");
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    assert_eq!(presets::read(&path).unwrap().arguments.len(), 1);
    assert_eq!(presets::read(&stage.file(".previous/Shared.ron")).unwrap(), theirs, "theirs is the version before");
}

#[test]
fn a_save_whose_file_is_gone_offers_to_make_it_anew() {
    let mut stage = Stage::new(&[probing("Lost", &[])]);
    stage.wait_to_show("Launch: Lost");
    stage.press("Add a row");
    stage.type_into("Argument 1 flag", "--mine");
    std::fs::remove_file(stage.file("Lost.ron")).unwrap();
    stage.come_back();
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait_to_show("The file is gone");
    stage.press("Save anew");
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    assert_eq!(presets::read(&stage.file("Lost.ron")).unwrap().arguments.len(), 1);
}

#[test]
fn the_window_stays_until_its_question_is_answered() {
    let mut stage = Stage::new(&[probing("Stay", &["sleep", "600"])]);
    stage.press("Launch: Stay");
    stage.wait_to_show("Job Stay, running");
    stage.close();
    stage.wait_to_show("Quit Sidestage?");
    stage.press("Cancel");
    stage.wait("answered", |stage| !stage.shows("Quit Sidestage?"));
    assert!(stage.shows("Job Stay, running"), "cancelling leaves all as it was");
    stage.close();
    stage.wait_to_show("Stop and quit");
    // From here every frame counts: one of them carries the command.
    stage.harness.get_by_label("Stop and quit").click();
    stage.wait("closes", |stage| stage.was_told(&ViewportCommand::Close));
    // The command may come with a frame that was drawn before the job ended.
    stage.harness.step();
    assert!(!stage.shows("Job Stay, running"), "the window goes after its jobs");
}

#[test]
fn what_keeps_a_preset_from_running_is_said_where_one_looks() {
    let absent = Preset { script: "absent.py".to_owned(), ..Preset::new("Absent") };
    let mut stage = Stage::new(&[absent]);
    stage.wait_to_show("Absent, has a problem");
    stage.wait_to_show("Browse… for the script");
    stage.press("Details");
    stage.wait_to_show("marked under Command");
    stage.keys(Modifiers::NONE, Key::F5);
    stage.wait_to_show("“Absent” was not launched.");
    stage.wait_to_show("Browse… for the script");
}

#[test]
fn what_jobs_cost_is_shown_while_somebody_looks_and_a_window_behind_others_rests() {
    let mut stage = Stage::new(&[probing("Costly", &["spin"])]);
    stage.press("Launch: Costly");
    // In one look: each sample is a figure of its own, and one that catches a process at its birth or missed it is
    // followed by the next a second later.
    stage.wait("a use of the processor by one process", |stage| {
        stage
            .texts("Cost of Costly: ")
            .iter()
            .any(|text| text.contains("% of one core") && text.ends_with(", 1 process"))
    });
    stage.harness.input_mut().focused = false;
    stage.harness.input_mut().events.push(eframe::egui::Event::PointerGone);
    stage.wait("no cost", |stage| !stage.shows("Cost of"));
    assert!(stage.shows("running  ·  since "));
    stage.wait("rest", |stage| {
        let output = stage.harness.output().viewport_output.get(&ViewportId::ROOT);
        output.is_some_and(|root| root.repaint_delay == std::time::Duration::MAX)
    });
    stage.harness.input_mut().focused = true;
    stage.wait_to_show("Cost of Costly: ");
}

#[test]
fn how_far_a_job_is_is_shown_whoever_has_the_focus_and_whatever_console_is_open() {
    let mut stage = Stage::new(&[probing("Half", &["partial", "50%|#####     | 5/10"])]);
    stage.press("Launch: Half");
    stage.wait_to_show("Progress of Half: 50 %");
    stage.harness.input_mut().focused = false;
    stage.harness.input_mut().events.push(eframe::egui::Event::PointerGone);
    stage.press("Close console: Half");
    stage.harness.input_mut().events.push(eframe::egui::Event::PointerGone);
    stage.wait("a window that nobody looks at", |stage| !stage.shows("Cost of") && !stage.shows("Console of Half"));
    assert!(stage.shows("Progress of Half: 50 %"));
}

#[test]
fn every_byte_there_is_can_be_drawn() {
    let every_byte = (0..=255).map(|byte: u8| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    let mut stage = Stage::new(&[probing("Garbage", &["raw", &format!("{every_byte}{every_byte}0a61667465720a")])]);
    stage.press("Launch: Garbage");
    stage.wait_to_show("Job Garbage, finished");
    stage.wait_to_show("Console of Garbage");
    stage.wait_to_show("after");
}

/// A file as the system drops it onto the window.
#[test]
fn a_dropped_script_becomes_a_preset_or_fills_one_that_has_none() {
    let mut stage = Stage::new(&[probing("here before", &["exit", "0"])]);
    stage.wait_to_show("here before");
    let folder = stage.dir.path().join("a b & c");
    std::fs::create_dir(&folder).unwrap();
    for name in ["style_transfer.py", "upload.js"] {
        std::fs::write(folder.join(name), "").unwrap();
    }
    stage.drop(&folder.join("style_transfer.py"));
    stage.wait_to_show("Style transfer, unsaved");
    stage.wait_to_show("a b & c/style_transfer.py");
    stage.press("New preset");
    stage.drop(&folder.join("upload.js"));
    stage.wait_to_show("a b & c/upload.js");
    assert!(stage.shows("Upload, unsaved"), "and called after it, since nobody has given it a name");
    assert!(!stage.shows("New preset, unsaved"), "the open preset is filled, not another one made");
    assert!(presets::load_dir(stage.dir.path()).presets.len() == 1, "nothing is written before it is saved");
}

/// A shell script stands in for the Python.
#[cfg(unix)]
#[test]
fn a_dropped_script_is_run_by_the_environment_beside_it() {
    let mut stage = Stage::new(&[probing("here before", &["exit", "0"])]);
    stage.wait_to_show("here before");
    let folder = stage.dir.path().join("style");
    let answer = "sidestage:version=3.11.7\nsidestage:prefix=/v\nsidestage:base=/b\n";
    let python = folder.join(".venv/bin/python");
    std::fs::create_dir_all(python.parent().unwrap()).unwrap();
    std::fs::write(folder.join(".venv/pyvenv.cfg"), "version = 3.11.7\n").unwrap();
    std::fs::write(&python, format!("#!/bin/sh\nprintf '{answer}'\n")).unwrap();
    std::fs::write(folder.join("style_transfer.py"), "").unwrap();
    std::fs::set_permissions(&python, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    stage.drop(&folder.join("style_transfer.py"));
    stage.wait_to_show("Style transfer, unsaved");
    stage.wait_to_show("style/.venv");
    stage.wait_to_show("Python 3.11.7");
    stage.press("Interpreter");
    stage.wait_to_show("Best guess for this script");
    stage.wait_to_show("Python 3.11.7, .venv beside the script, virtual environment of /b");
    // What was looked up once is there at the next look; it is the person's choice that counts then.
    stage.press("Look again");
    stage.wait("looked again", |stage| !stage.shows("Looking on this machine…"));
    stage.wait_to_show("Python 3.11.7, .venv beside the script");
    assert!(stage.settings_dir.path().join("interpreters.json").is_file());
}

#[test]
fn a_search_finds_what_stands_there_and_what_comes() {
    let mut stage = Stage::new(&[probing("Counts", &["lines", "200", "0"])]);
    stage.keys(Modifiers::COMMAND, Key::F);
    stage.press("Launch: Counts");
    stage.wait("ends", |stage| stage.shows("Job Counts, finished") && stage.shows("line 199"));
    stage.harness.get_by_label("Console of Counts").hover();
    stage.harness.step();
    stage.keys(Modifiers::COMMAND, Key::F);
    stage.wait_to_show("Find in Counts");
    stage.type_into("Find in Counts", "LINE 1");
    stage.wait_to_show("111 of 111");
    stage.keys(Modifiers::NONE, Key::F3);
    stage.wait("goes round", |stage| stage.shows("1 of 111") && stage.shows("line 1"));
    stage.press("Match case: Counts");
    stage.wait_to_show("No match");
    stage.press("Regular expression: Counts");
    stage.type_into("Find in Counts", "(");
    stage.wait_to_show("Unclosed group");
    stage.keys(Modifiers::COMMAND, Key::F);
    stage.harness.step();
    stage.type_into("Find in Counts", "^line (5|150)$");
    stage.wait_to_show("of 2");
    stage.press("Launch again: Counts");
    stage.wait("counts what came", |stage| stage.shows("Job Counts  #2, finished") && stage.shows("of 4"));
    stage.press("Only matching lines: Counts  #2");
    stage.wait("filters", |stage| stage.count("line 150") == 2 && !stage.shows("line 199"));
    stage.press("More: Counts  #2");
    stage.press("Clear: Counts  #2");
    stage.wait_to_show("No match");
    stage.press("Close search: Counts  #2");
    assert!(!stage.shows("Find in Counts  #2"));
}
