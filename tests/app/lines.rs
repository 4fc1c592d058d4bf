//! Lines of a console leave it: to the clipboard, into a file; and how it looks is remembered.

use eframe::egui::{Key, OutputCommand};
use egui_kittest::kittest::Queryable;
use sidestage::model::{ConsoleLook, Times};
use sidestage::store::settings;

use crate::stage::{Stage, probing, start};

/// Draws frames until something is on the clipboard.
pub fn copied(stage: &mut Stage) -> String {
    let mut text = None;
    stage.wait("copied", |stage| {
        let commands = &stage.harness.output().platform_output.commands;
        text = commands.iter().find_map(|command| match command {
            OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        text.is_some()
    });
    text.unwrap()
}

#[test]
fn everything_that_is_shown_is_copied_and_nothing_else() {
    let mut stage = Stage::new(&[probing("Counts", &["lines", "200", "0"])]);
    stage.press("Launch: Counts");
    stage.wait_to_show("Job Counts, finished");
    stage.press("More: Counts");
    stage.press("Copy all: Counts");
    let text = copied(&mut stage);
    assert!(
        text.starts_with("Started (pid ") && text.contains("\nline 1\n") && text.contains("\nline 199\n"),
        "{text}"
    );
    stage.wait_to_show("Copied 202 lines.");
    stage.press("More: Counts");
    stage.press("Show notices: Counts");
    stage.harness.key_press(Key::Escape);
    stage.wait_to_show("notices hidden");
    stage.press("More: Counts");
    stage.press("Copy all: Counts");
    let text = copied(&mut stage);
    assert!(text.starts_with("line 0\n") && text.ends_with("line 199\n"), "{text}");
    stage.press("Search: Counts");
    stage.type_into("Find in Counts", "line 15");
    stage.press("Only matching lines: Counts");
    stage.wait_to_show("of 11");
    stage.wait("filtered", |stage| !stage.shows("line 149"));
    stage.press("More: Counts");
    stage.press("Copy all: Counts");
    let text = copied(&mut stage);
    assert_eq!(text.lines().count(), 11, "{text}");
    assert!(text.starts_with("line 15\nline 150\n"), "{text}");
}

#[test]
fn what_a_console_looks_like_is_remembered_for_the_next_of_its_preset() {
    let mut stage = Stage::new(&[probing("Speak", &["lines", "3", "0"])]);
    stage.press("Launch: Speak");
    stage.wait_to_show("Job Speak, finished");
    stage.press("More: Speak");
    stage.press("Time since the start: Speak");
    stage.press("Wrap long lines: Speak");
    let look = ConsoleLook { times: Times::SinceStart, wraps: true, numbers: false };
    let settings_dir = stage.settings_dir.path().to_owned();
    stage.wait("settings", |_| settings::load_from(&settings_dir).settings.looks.get("Speak") == Some(&look));
    stage.harness = start(stage.dir.path(), &settings_dir);
    stage.press("Launch: Speak");
    stage.wait_to_show("Job Speak, finished");
    stage.press("More: Speak");
    let item = stage.harness.get_by_label("Wrap long lines: Speak");
    item.click();
    stage.harness.step();
    let without = ConsoleLook { wraps: false, ..look };
    stage.wait("settings", |_| settings::load_from(&settings_dir).settings.looks.get("Speak") == Some(&without));
}
