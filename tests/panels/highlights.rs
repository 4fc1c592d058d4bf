//! Lines that stand out: their rules in the editor, and the marks of those that alert.

use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, vec2};
use egui_kittest::kittest::Queryable;
use sidestage::engine::Alerts;
use sidestage::model::{Highlight, HighlightColor};
use sidestage::ui::action::{Action, JobId, TextStep};
use sidestage::ui::editor::Tab;

use super::stage::{harness, press, type_into, world};

#[test]
fn a_rule_is_added_tried_mended_and_removed() {
    let mut world = world();
    world.state.editor.tab = Tab::Highlights;
    world.state.layout.editor_height = Some(560.0);
    let mut harness = harness(world);
    assert!(harness.query_by_label("Line to try the rules on").is_none(), "nothing to try yet");
    press(&mut harness, "Add a rule");
    type_into(&mut harness, "Rule 1: pattern", "(ERROR");
    assert!(harness.query_by_label_contains("is no regular expression").is_some());
    assert!(harness.query_by_label("Shown: No rule matches this line").is_some());
    type_into(&mut harness, "Rule 1: pattern", ")");
    assert!(harness.query_by_label_contains("is no regular expression").is_none());
    assert!(harness.query_by_label("Shown: Red").is_some());
    press(&mut harness, "Rule 1: colour: Blue");
    press(&mut harness, "Rule 1: alert");
    assert!(harness.query_by_label("Shown: Blue, and an alert").is_some());
    let rule = Highlight { pattern: "(ERROR)".to_owned(), color: HighlightColor::Blue, alert: true };
    assert_eq!(harness.state().edited().highlights, [rule]);
    press(&mut harness, "Remove rule 1");
    assert!(harness.state().edited().highlights.is_empty());
}

#[test]
fn alerts_stand_on_the_jobs_row_and_in_the_top_bar_which_leads_there() {
    let mut world = world();
    world.jobs[0].alerts = Alerts { count: 3, line: "ERROR no camera".to_owned() };
    let job: JobId = world.jobs[0].id;
    let mut harness = harness(world);
    assert!(harness.query_by_label_contains("·  3 alerts").is_some());
    let actions = press(&mut harness, "3 alerts: show the job");
    assert!(actions.contains(&Action::SelectJob(job)) && actions.contains(&Action::ShowConsole(job)), "{actions:?}");
}

#[test]
fn the_wheel_with_ctrl_is_about_the_size_of_the_text() {
    let mut harness = harness(world());
    let console = harness.query_all_by_role(Role::Log).next().unwrap().rect().center();
    harness.hover_at(console);
    harness.run();
    for (delta, step) in [(1.0, TextStep::Larger), (-1.0, TextStep::Smaller)] {
        harness.state_mut().actions.clear();
        harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Line,
            delta: vec2(0.0, delta),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::COMMAND,
        });
        harness.run();
        assert_eq!(harness.state().actions, [Action::ConsoleText(step)]);
    }
}
