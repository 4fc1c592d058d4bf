//! The presets' folder while others write into it: what appears, what asks, and what is kept.

use eframe::egui::{Key, Modifiers};
use sidestage::model::Preset;
use sidestage::store::presets::{self, Expect};

use crate::stage::{Stage, probing};

#[test]
fn what_others_write_appears_by_itself() {
    let mut stage = Stage::new(&[probing("Alpha", &[])]);
    stage.wait_to_show("Launch: Alpha");
    presets::write(&stage.file("beta.ron"), &probing("Beta", &[]), Expect::New).unwrap();
    stage.wait_to_show("Launch: Beta");
    presets::write(&stage.file("Alpha.ron"), &probing("Alpha, by Kim", &[]), Expect::Anything).unwrap();
    stage.wait_to_show("Launch: Alpha, by Kim");
    std::fs::remove_file(stage.file("beta.ron")).unwrap();
    stage.wait("gone", |stage| !stage.shows("Launch: Beta"));
}

#[test]
fn a_conflict_is_said_at_once_and_shows_what_is_different() {
    let mut stage = Stage::new(&[probing("Shared", &[])]);
    stage.wait_to_show("Launch: Shared");
    stage.press("Add a row");
    stage.type_into("Argument 1 flag", "--mine");
    let theirs = Preset { notes: "theirs".to_owned(), ..probing("Shared", &[]) };
    presets::write(&stage.file("Shared.ron"), &theirs, Expect::Anything).unwrap();
    stage.wait_to_show("Somebody else changed this preset's file");
    assert!(stage.shows("--mine"), "the edit is kept");
    stage.press("Compare…");
    stage.wait_to_show("notes: \"theirs\",");
    assert!(stage.shows("flag: \"--mine\""));
    stage.press("Take theirs");
    stage.wait("theirs", |stage| !stage.shows("--mine") && !stage.shows("unsaved"));
    assert!(!stage.shows("Somebody else changed"));
    stage.keys(Modifiers::COMMAND, Key::Z);
    stage.wait_to_show("--mine");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    assert_eq!(presets::read(&stage.file("Shared.ron")).unwrap().arguments[0].flag, "--mine");
}

#[test]
fn an_edit_that_is_taken_back_makes_way_for_theirs() {
    let mut stage = Stage::new(&[probing("Shared", &[])]);
    stage.wait_to_show("Launch: Shared");
    stage.press("Add a row");
    presets::write(&stage.file("Shared.ron"), &probing("Theirs", &[]), Expect::Anything).unwrap();
    stage.wait_to_show("Somebody else changed this preset's file");
    stage.keys(Modifiers::COMMAND, Key::Z);
    stage.wait_to_show("Launch: Theirs");
}

#[test]
fn comments_that_others_write_are_no_conflict_and_stay() {
    let mut stage = Stage::new(&[probing("Shared", &[])]);
    stage.wait_to_show("Launch: Shared");
    stage.press("Add a row");
    let path = stage.file("Shared.ron");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("    group", "    // Ask Kim.\n    group")).unwrap();
    // Without a change of values nothing on the window tells when it was noticed; a new file that comes later does.
    presets::write(&stage.file("later.ron"), &probing("Later", &[]), Expect::New).unwrap();
    stage.wait_to_show("Launch: Later");
    assert!(!stage.shows("Somebody else changed"));
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    assert!(std::fs::read_to_string(&path).unwrap().contains("    // Ask Kim.\n    group"));
}

#[test]
fn a_file_that_goes_while_its_preset_is_edited_is_said() {
    let mut stage = Stage::new(&[probing("Alpha", &[]), probing("Beta", &[])]);
    stage.press("Alpha");
    stage.press("Add a row");
    stage.wait_to_show("Alpha, unsaved");
    std::fs::remove_file(stage.file("Alpha.ron")).unwrap();
    stage.wait_to_show("This preset's file is gone; your edits are here");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.press("Save anew");
    stage.wait("saved", |stage| stage.file("Alpha.ron").is_file() && !stage.shows("unsaved"));
    assert!(!stage.shows("file is gone"));
}
