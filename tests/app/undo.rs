//! Taking back: what was typed, rows, picks of others, and presets that were deleted.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sidestage::model::Preset;
use sidestage::store::presets::{self, Expect};

use crate::stage::{Stage, probing};

const REDO: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

fn undo(stage: &mut Stage) {
    stage.keys(Modifiers::COMMAND, Key::Z);
    stage.harness.step();
}

#[test]
fn edits_are_taken_back_one_by_one_and_done_again() {
    let mut stage = Stage::new(&[probing("Alpha", &[]), probing("Beta", &[])]);
    stage.press("Alpha");
    stage.press("Add a row");
    for letter in ["-", "-", "mine"] {
        stage.type_into("Argument 1 flag", letter);
    }
    stage.press("Beta");
    stage.type_into("Preset name", "!");
    stage.wait_to_show("Beta!, unsaved");
    undo(&mut stage);
    stage.wait("the name is what it was", |stage| !stage.shows("Beta!") && !stage.shows("Beta, unsaved"));
    assert!(stage.shows("Undone: the name in “Beta”."));
    undo(&mut stage);
    stage.wait_to_show("Undone: argument 1 in “Alpha”.");
    assert!(!stage.shows("--mine") && stage.shows("Argument 1 flag"), "what was typed is one step, the row another");
    undo(&mut stage);
    stage.wait("the row is gone", |stage| !stage.shows("Argument 1 flag") && !stage.shows("unsaved"));
    undo(&mut stage);
    stage.wait_to_show("There is nothing to undo.");
    stage.keys(REDO, Key::Z);
    stage.keys(Modifiers::COMMAND, Key::Y);
    stage.wait_to_show("--mine");
    // A new edit, and what was taken back is not to be done any more.
    stage.press("More for argument 1");
    stage.press("Duplicate argument 1");
    stage.keys(REDO, Key::Z);
    stage.wait_to_show("There is nothing to do again.");
}

#[test]
fn the_palette_and_the_buttons_say_what_is_taken_back() {
    let mut stage = Stage::new(&[probing("Alpha", &[])]);
    stage.wait_to_show("Launch: Alpha");
    stage.press("Add a row");
    stage.keys(Modifiers::COMMAND, Key::P);
    stage.wait("the palette", |stage| stage.harness.query_by_label("Search presets and commands").is_some());
    stage.type_into("Search presets and commands", "undo");
    stage.keys(Modifiers::NONE, Key::Enter);
    stage.wait("the row is gone", |stage| !stage.shows("Argument 1 flag"));
    stage.press("Redo");
    stage.wait_to_show("Argument 1 flag");
    stage.press("Undo");
    stage.wait("gone again", |stage| !stage.shows("Argument 1 flag"));
}

#[test]
fn a_field_elsewhere_takes_back_its_own_typing() {
    let mut stage = Stage::new(&[probing("Alpha", &[])]);
    stage.wait_to_show("Launch: Alpha");
    stage.press("Add a row");
    stage.type_into("Find a preset", "Al");
    undo(&mut stage);
    assert!(stage.shows("Argument 1 flag"), "the search has the keys");
    stage.harness.get_by_label("Preset name").focus();
    stage.harness.step();
    undo(&mut stage);
    stage.wait("a field of the preset leaves them to the preset", |stage| !stage.shows("Argument 1 flag"));
}

#[test]
fn a_preset_that_came_goes_and_comes_again() {
    let mut stage = Stage::new(&[probing("Alpha", &[])]);
    stage.wait_to_show("Launch: Alpha");
    stage.keys(Modifiers::COMMAND, Key::D);
    stage.wait_to_show("Launch: Alpha copy");
    // What is proposed as the name is selected, so typing replaces it.
    stage.type_into("Preset name", "Other");
    stage.keys(Modifiers::COMMAND, Key::S);
    stage.wait("saved", |stage| stage.shows("Launch: Other") && !stage.shows("unsaved"));
    assert!(stage.file("other.ron").is_file());
    undo(&mut stage);
    undo(&mut stage);
    stage.wait("gone, with its file", |stage| !stage.shows("Launch: Alpha copy") && !stage.file("other.ron").exists());
    assert!(stage.shows("Undone: the making of “Alpha copy”."));
    stage.keys(REDO, Key::Z);
    stage.wait("back", |stage| stage.shows("Launch: Alpha copy") && stage.file("other.ron").is_file());
    stage.keys(REDO, Key::Z);
    stage.wait("as it was", |stage| stage.shows("Launch: Other") && !stage.shows("unsaved"));
    undo(&mut stage);
    undo(&mut stage);
    stage.wait("gone again", |stage| !stage.shows("Launch: Alpha copy") && !stage.shows("Launch: Other"));
}

#[test]
fn a_deleted_preset_comes_back_with_its_file_and_its_edits() {
    let mut stage = Stage::new(&[probing("Alpha", &[]), probing("Beta", &[])]);
    stage.press("Beta");
    stage.press("Add a row");
    stage.type_into("Argument 1 flag", "--mine");
    let delete = |stage: &mut Stage| {
        stage.press("Delete preset…");
        stage.press("Delete");
        stage.wait_to_show("“Beta” is deleted.");
        assert!(!stage.file("Beta.ron").exists() && !stage.shows("Launch: Beta"));
    };
    delete(&mut stage);
    stage.harness.get_all_by_label("Undo").last().unwrap().click();
    stage.wait_to_show("“Beta” is back.");
    assert!(stage.file("Beta.ron").is_file() && !stage.file(".previous/Beta.ron").exists());
    stage.wait_to_show("Beta, unsaved");
    assert!(stage.shows("--mine"));
    // By keys too, whatever was done since; and again.
    stage.keys(REDO, Key::Z);
    stage.wait("deleted again", |stage| !stage.file("Beta.ron").exists() && !stage.shows("Launch: Beta"));
    undo(&mut stage);
    stage.wait("back again", |stage| stage.file("Beta.ron").is_file() && stage.shows("Launch: Beta"));
    undo(&mut stage);
    undo(&mut stage);
    stage.wait("its own steps came with it", |stage| !stage.shows("unsaved"));
}

#[test]
fn what_somebody_else_wrote_is_a_step_too() {
    let mut stage = Stage::new(&[probing("Shared", &[])]);
    stage.wait_to_show("Launch: Shared");
    let theirs = Preset { name: "Theirs".to_owned(), ..probing("Shared", &[]) };
    presets::write(&stage.file("Shared.ron"), &theirs, Expect::Anything).unwrap();
    stage.come_back();
    stage.wait_to_show("Launch: Theirs");
    undo(&mut stage);
    stage.wait_to_show("Shared, unsaved");
    assert_eq!(presets::read(&stage.file("Shared.ron")).unwrap(), theirs, "the file is theirs until it is saved");
}
