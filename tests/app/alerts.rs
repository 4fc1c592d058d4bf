//! From a line that a preset alerts of to the marks on the window, and how they go again.

use eframe::egui::{UserAttentionType, ViewportCommand};
use sidestage::model::{Highlight, HighlightColor, Preset};

use crate::stage::{Stage, probing};

fn alerting(name: &str, args: &[&str]) -> Preset {
    let rule = Highlight { pattern: "line [2-9]".to_owned(), color: HighlightColor::Red, alert: true };
    Preset { highlights: vec![rule], ..probing(name, args) }
}

#[test]
fn who_is_away_is_called_once_and_who_looks_at_the_console_clears_the_mark() {
    let mut stage = Stage::new(&[alerting("Alerting", &["lines", "4"])]);
    let call = ViewportCommand::RequestUserAttention(UserAttentionType::Informational);
    stage.harness.input_mut().focused = false;
    stage.press("Launch: Alerting");
    let mut calls = 0;
    stage.wait("a mark on the job", |stage| {
        calls += usize::from(stage.was_told(&call));
        stage.shows("2 alerts") && stage.shows("2 alerts: show the job")
    });
    for _ in 0..20 {
        stage.harness.step();
        calls += usize::from(stage.was_told(&call));
    }
    assert_eq!(calls, 1, "once is enough");
    assert!(stage.shows("2 alerts"), "nobody has looked");
    stage.harness.input_mut().focused = true;
    stage.wait("the mark to go", |stage| !stage.shows("alerts"));
}
