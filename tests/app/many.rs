//! A folder of a thousand presets.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sidestage::model::Preset;
use sidestage::store::presets;

use crate::stage::{Stage, probing};

const COUNT: usize = 1000;

#[test]
fn a_thousand_presets_are_all_there_all_looked_at_and_found_by_a_few_letters() {
    let mut stage = Stage::new(&[probing("Mine", &["lines", "1", "0"])]);
    stage.wait_to_show("Launch: Mine");
    // Written by others while the panel is open, as by a checkout.
    for number in 0..COUNT {
        let (group, name) = (format!("Group {}", number % 20), format!("Preset {number:04}"));
        let preset = Preset { group, script: "missing.py".to_owned(), ..Preset::new(&name) };
        std::fs::write(stage.file(&format!("{number}.ron")), presets::to_text(&preset)).unwrap();
    }
    stage.wait_to_show("Preset 0999");
    // A problem is known of each, so each was looked at.
    stage.wait("all are looked at", |stage| stage.count(", has a problem") == COUNT);
    assert!(!stage.shows("The disk doesn't answer"));
    stage.type_into("Find a preset", "0777");
    stage.wait("found", |stage| stage.shows("Preset 0777") && !stage.shows("Preset 0776"));
    stage.keys(Modifiers::NONE, Key::Enter);
    stage.wait("opened", |stage| stage.harness.query_by_label("Preset name").is_some() && stage.shows("missing.py"));
    // An edit among a thousand, and a launch.
    stage.type_into("Preset name", "!");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    assert_eq!(presets::read(&stage.file("777.ron")).unwrap().name, "Preset 0777!");
    stage.harness.get_by_label("Find a preset").focus();
    stage.harness.step();
    stage.keys(Modifiers::COMMAND, Key::A);
    stage.harness.get_by_label("Find a preset").type_text("Mine");
    stage.harness.step();
    stage.press("Launch: Mine");
    stage.wait_to_show("Job Mine, finished");
}
