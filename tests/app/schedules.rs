//! Presets that are launched by themselves.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use std::time::Duration;

use sidestage::launch::MOST_ENDED_BY_SCHEDULE;
use sidestage::model::{Occasion, Preset, QuietSecs};
use sidestage::remote::{Ask, ReplyRow, Verb, ask};
use sidestage::store::{presets, settings};

use crate::orders::listening;
use crate::stage::{Stage, probing, start};

fn watching() -> Preset {
    let (path, files) = ("drop".to_owned(), "*.mov".to_owned());
    let schedule = vec![Occasion::Changed { on: true, path, files, quiet_secs: QuietSecs(0) }];
    Preset { schedule, ..probing("Ingest", &["argv", "ran"]) }
}

/// Over a folder that is there before the panel is.
fn stage() -> Stage {
    let mut stage = Stage::new(&[watching()]);
    std::fs::create_dir(stage.dir.path().join("drop")).unwrap();
    stage.harness = start(stage.dir.path(), stage.settings_dir.path());
    stage.wait_to_show("Launches when a file changes");
    stage
}

/// Writes films until that is so: the watching begins a moment after the window shows it.
fn write_until(stage: &mut Stage, what: &str, is_so: impl Fn(&Stage) -> bool) {
    let (dir, mut number) = (stage.dir.path().join("drop"), 0);
    stage.wait(what, |stage| {
        number += 1;
        std::fs::write(dir.join(format!("{number}.mov")), "x").unwrap();
        std::thread::sleep(Duration::from_millis(20));
        is_so(stage)
    });
}

#[test]
fn a_change_launches_a_preset_and_its_console_says_why() {
    let mut stage = stage();
    write_until(&mut stage, "a launch", |stage| stage.shows("Launched by its schedule, because "));
    stage.wait_to_show("[\"ran\"]");
}

#[test]
fn of_many_launches_only_the_last_stay_on_the_list() {
    let mut stage = stage();
    let port = listening(&mut stage);
    stage.press("Close settings");
    let folder = stage.settings_dir.path().join("logs");
    let logs = move || sidestage::store::logs::files(&folder.join("Ingest")).len();
    write_until(&mut stage, "many launches", |_| logs() > 30);
    // One by one now: those that live when another is launched stay, however many they are.
    let (dir, mut number) = (stage.dir.path().join("drop"), 0);
    stage.wait("a list that is no longer than it need be", |_| {
        let (to, who, settings) = (format!("127.0.0.1:{port}"), String::new(), Vec::new());
        let asked = Ask { to, verb: Verb::Status, who, settings, patience: Duration::from_secs(30) };
        let rows = ask(&asked).unwrap().rows;
        let lives = rows.iter().any(|row| matches!(row, ReplyRow::Job { exit: None, .. }));
        if !lives {
            number += 1;
            std::fs::write(dir.join(format!("one {number}.mov")), "x").unwrap();
        }
        !lives && rows.len() < 2 * MOST_ENDED_BY_SCHEDULE
    });
}

#[test]
fn one_switch_pauses_all_schedules_over_restarts_too() {
    let mut stage = stage();
    stage.wait_to_show(", next when something changes");
    stage.press("Launches when a file changes: Pause schedules");
    stage.wait_to_show("Schedules are paused");
    assert!(!stage.shows(", next when"));
    let settings_dir = stage.settings_dir.path().to_owned();
    stage.wait("settings", |_| settings::load_from(&settings_dir).settings.schedules_paused);
    stage.harness = start(stage.dir.path(), &settings_dir);
    stage.wait_to_show("Schedules are paused");
    stage.press("Schedule");
    stage.wait_to_show("All schedules are paused");
    for number in 0..20 {
        std::fs::write(stage.dir.path().join("drop").join(format!("p{number}.mov")), "x").unwrap();
        stage.harness.step();
    }
    assert!(!stage.shows("Launched by its schedule"));
    stage.press("Resume schedules");
    write_until(&mut stage, "a launch", |stage| stage.shows("Launched by its schedule, because "));
}

#[test]
fn times_are_typed_in_plain_words_and_the_next_ones_are_shown() {
    let mut stage = Stage::new(&[probing("Evening", &["argv"])]);
    stage.press("Schedule");
    stage.wait_to_show("Never, but when the panel opens");
    stage.press("Add a time");
    stage.press("Occasion 1: Fri");
    stage.press("Occasion 1: Sat");
    stage.wait_to_show("What was changed here counts once the preset is saved.");
    assert!(!stage.shows("Next launch"), "nothing is launched by what is only being edited");
    stage.press("Save");
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    let text = std::fs::read_to_string(stage.file("Evening.ron")).unwrap();
    assert!(text.contains("At(on: true, time: \"20:00\", days: [Fri, Sat])"), "{text}");
    stage.wait_to_show("Next launch 20:00");
    assert!(stage.shows("Evening, next 20:00 "), "on its row, too");
    stage.type_into("Occasion 1: time", "9");
    stage.wait_to_show("is no time of day");
    assert_eq!(presets::read(&stage.file("Evening.ron")).unwrap().schedule.len(), 1);
    // What is no time stays to be mended, wherever the text cursor is.
    stage.harness.get_by_label("Preset name").focus();
    stage.harness.step();
    assert!(stage.shows("is no time of day"));
    stage.press("Remove occasion 1");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("no next", |stage| !stage.shows("Next launch"));
}

#[test]
fn a_row_without_a_file_is_marked_and_keeps_nothing_else_from_running() {
    let mut stage = Stage::new(&[probing("Evening", &["argv"])]);
    stage.press("Schedule");
    stage.press("Add a file");
    stage.press("Add a time");
    stage.press("Save");
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    stage.wait_to_show("No file or folder is named whose change launches this.");
    assert!(stage.shows("Schedule, 1 problem") && !stage.shows("This can't run yet"));
    stage.wait_to_show("Next launch 20:00");
    // The presets' own folder is what an empty path would lead to.
    std::fs::write(stage.file("note.txt"), "x").unwrap();
    stage.press("Launch: Evening");
    stage.wait_to_show("Job Evening, finished");
    assert_eq!(stage.count("Job Evening"), 1);
}
