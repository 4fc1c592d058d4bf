//! From a line that a preset alerts of to the marks on the window, and how they go again.

use eframe::egui::{Key, Modifiers, RawInput, UserAttentionType, ViewportCommand, ViewportId, ViewportInfo};
use egui_kittest::kittest::Queryable;
use sidestage::model::{Highlight, HighlightColor, Lifecycle, Preset};

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

/// A window that is minimised or covered isn't drawn: what is left of a frame then is the app's logic.
#[test]
fn who_has_put_the_window_away_is_called_too() {
    let mut stage = Stage::new(&[alerting("Alerting", &["lines", "4"])]);
    stage.press("Launch: Alerting");
    stage.wait_to_show("2 alerts: show the job");
    let call = ViewportCommand::RequestUserAttention(UserAttentionType::Informational);
    let context = stage.harness.ctx.clone();
    let mut frame = eframe::Frame::_new_kittest();
    let mut commands = |focused: bool, other_window_is_focused: bool| {
        let app = stage.harness.state_mut().as_mut().unwrap();
        let window = ViewportInfo { focused: Some(other_window_is_focused), ..ViewportInfo::default() };
        let windows = [(ViewportId::ROOT, ViewportInfo::default()), (ViewportId::from_hash_of("another"), window)];
        let viewports = windows.into_iter().collect();
        let input = RawInput { focused, viewports, ..RawInput::default() };
        let mut output = context.run_logic(&input, |ctx| eframe::App::logic(app, ctx, &mut frame));
        output.viewport_commands.remove(&ViewportId::ROOT).unwrap_or_default()
    };
    assert!(!commands(true, false).contains(&call) && !commands(false, true).contains(&call), "somebody is there");
    assert!(commands(false, false).contains(&call));
    assert!(!commands(false, false).contains(&call), "once is enough");
}

#[test]
fn who_sees_only_other_lines_has_not_seen_the_alert() {
    let takes_input = Lifecycle { takes_input: true, ..Lifecycle::default() };
    let hidden = Preset { lifecycle: takes_input, ..alerting("Hidden", &["stdin"]) };
    let mut stage = Stage::new(&[hidden, alerting("Seen", &["lines", "4"])]);
    stage.press("Launch: Hidden");
    stage.wait_to_show("Job Hidden, running");
    stage.press("Search: Hidden");
    stage.type_into("Find in Hidden", "something else");
    stage.press("Only matching lines: Hidden");
    stage.type_into("Input of Hidden", "line 7");
    stage.keys(Modifiers::NONE, Key::Enter);
    stage.wait_to_show("1 alert: show the job");
    stage.press("Launch: Seen");
    stage.wait_to_show("3 alerts: show the job");
    stage.wait("the other's mark to go", |stage| !stage.shows("3 alerts"));
    assert!(stage.shows("1 alert: show the job"), "its line was never on the window");
    // Of nothing all lines match.
    stage.harness.get_by_label("Find in Hidden").focus();
    stage.harness.step();
    stage.keys(Modifiers::COMMAND, Key::A);
    stage.keys(Modifiers::NONE, Key::Delete);
    stage.wait("the mark to go", |stage| !stage.shows("alert: show the job"));
}

#[test]
fn a_rule_that_is_saved_alerts_of_jobs_that_run_already() {
    let mut stage = Stage::new(&[probing("Talks", &["lines", "1000000", "20"])]);
    stage.press("Launch: Talks");
    stage.wait_to_show("Job Talks, running");
    stage.press("Highlights");
    stage.press("Add a rule");
    stage.type_into("Rule 1: pattern", "line [0-9]*0");
    stage.press("Rule 1: alert");
    for _ in 0..20 {
        stage.harness.step();
    }
    assert!(!stage.shows("show the job"), "what is being typed alerts of nothing");
    stage.press("Save");
    stage.wait_to_show("show the job");
}
