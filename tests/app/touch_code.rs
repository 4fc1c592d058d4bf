//! “Copy for Touch”, from the press to the clipboard.

use eframe::egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable;

use crate::stage::{Stage, probing};

/// What the last frames put on the clipboard.
fn copied(stage: &Stage) -> Option<String> {
    stage.harness.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    })
}

#[test]
fn an_edit_that_is_not_saved_is_in_the_code_and_paths_start_from_the_project() {
    let mut stage = Stage::new(&[probing("Alpha", &["argv"])]);
    std::fs::write(stage.file("show.toe"), "").unwrap();
    stage.press("Alpha");
    stage.press("Add a row");
    stage.type_into("Argument 2 flag", "--mine");
    stage.press("Copy for Touch…");
    stage.wait_to_show("as code for TouchDesigner");
    assert!(stage.shows("HERE = project.folder") && stage.shows("'--mine'"));
    // Not by `press`, which draws frames: what one of them copies is gone with the next.
    stage.harness.get_by_label("Copy code").click();
    let mut code = None;
    stage.wait("on the clipboard", |stage| {
        code = copied(stage).or(code.take());
        code.is_some()
    });
    assert!(code.is_some_and(|code| code.starts_with("# Launches 'Alpha'") && code.contains("'--mine'")));
    stage.wait_to_show("paste it into a Text DAT called launch_alpha");
}

#[test]
fn the_palette_copies_a_kind_at_once_and_says_what_is_wrong() {
    let mut stage = Stage::new(&[probing("Alpha", &[])]);
    stage.wait_to_show("Preset name");
    let palette = |stage: &mut Stage, kind: &str| {
        stage.keys(Modifiers::COMMAND, Key::P);
        stage.type_into("Search presets and commands", kind);
        stage.keys(Modifiers::NONE, Key::Enter);
    };
    palette(&mut stage, "touch read the echo");
    stage.wait_to_show("paste it into the callbacks DAT of a UDP In DAT on port 7000");
    stage.press("Add a row");
    stage.type_into("Argument 1 value", "{no}");
    palette(&mut stage, "touch launch without");
    stage.wait_to_show("can't be code for TouchDesigner yet. There is no placeholder {no}");
}
