//! Several jobs in one console: what its lines have in their own consoles, they have there too.

use eframe::egui::Shape;
use eframe::egui::epaint::{ClippedShape, TextShape};
use egui_kittest::kittest::Queryable;
use sidestage::model::Preset;

use crate::stage::{Stage, probing};

fn in_group(preset: Preset) -> Preset {
    Preset { group: "Tonight".to_owned(), ..preset }
}

/// One that goes on: a group of which nothing runs is not shown.
fn running() -> Preset {
    in_group(probing("Beta", &["sleep"]))
}

/// Launches these, and shows them together in all the room that there is.
fn together(presets: &[Preset], ended: &[&str]) -> Stage {
    let mut stage = Stage::new(presets);
    for (preset, ended) in presets.iter().zip(ended) {
        stage.press(&format!("Launch: {}", preset.name));
        stage.wait_to_show(&format!("Job {}, {ended}", preset.name));
    }
    stage.press("Group menu: Tonight");
    stage.press("Show group together");
    stage.wait_to_show("Console of Group Tonight");
    for preset in presets {
        stage.press(&format!("Close console: {}", preset.name));
    }
    stage
}

/// What the last frame painted as text.
fn painted(stage: &Stage) -> Vec<TextShape> {
    fn add(shape: &Shape, texts: &mut Vec<TextShape>) {
        match shape {
            Shape::Text(text) => texts.push(text.clone()),
            Shape::Vec(shapes) => shapes.iter().for_each(|shape| add(shape, texts)),
            _ => {}
        }
    }
    let mut texts = Vec::new();
    let shapes: &[ClippedShape] = &stage.harness.output().shapes;
    shapes.iter().for_each(|shape| add(&shape.shape, &mut texts));
    texts
}

fn paints(stage: &Stage, text: &str) -> bool {
    painted(stage).iter().any(|shape| shape.galley.text() == text)
}

#[test]
fn lines_of_hidden_kinds_are_not_counted_among_the_new_ones() {
    let mut stage = together(&[in_group(probing("Alpha", &["both", "200"])), running()], &["finished", "running"]);
    stage.wait_to_show("Alpha: Ended: ");
    stage.press("More: Group Tonight");
    stage.press("Show output: Group Tonight");
    stage.harness.key_press(eframe::egui::Key::Escape);
    stage.wait("hidden", |stage| stage.shows("Alpha: err 199") && !stage.shows("Alpha: out 199"));
    stage.harness.get_by_label("Console of Group Tonight").click();
    stage.harness.step();
    stage.harness.key_press(eframe::egui::Key::Home);
    stage.wait("the first lines", |stage| stage.shows("Alpha: err 0") && !stage.shows("Alpha: err 199"));
    assert!(!stage.shows("Alpha: out 0"));
    stage.press("Launch again: Alpha");
    stage.wait_to_show("Job Alpha  #2, finished");
    stage.wait("200 errors, and what is said of the run", |stage| paints(stage, "202 new lines"));
}
