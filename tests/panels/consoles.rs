//! Reading what jobs write.

use super::stage::{harness, press, world};
use eframe::egui;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sidestage::ui::action::JobId;

#[test]
fn a_console_follows_lets_go_and_follows_again() {
    let mut harness = harness(world());
    assert!(harness.query_by_label("line 99").is_some() && harness.query_by_label("line 0").is_none());
    let middle = harness.get_by_label("Console of Noisy").rect().center();
    harness.get_by_label("Console of Noisy").click();
    harness.run();
    harness.key_press(Key::Home);
    harness.state_mut().rows.held = 0..200;
    harness.run();
    assert!(harness.query_by_label("line 0").is_some(), "what is read stays while more comes");
    assert!(harness.query_by_label("line 199").is_none());
    press(&mut harness, "Follow: Noisy");
    assert!(harness.query_by_label("line 199").is_some());
    harness.hover_at(middle);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, 10.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    harness.run();
    assert!(harness.query_by_label("Follow: Noisy").is_some(), "the wheel lets go");
}

#[test]
fn a_console_is_shown_alone_and_beside_others_again() {
    let mut world = world();
    world.jobs[1].console_open = true;
    let mut harness = harness(world);
    let half = harness.get_by_label("Console of Noisy").rect().area();
    press(&mut harness, "Show alone: Noisy");
    assert!(harness.query_by_label("Console of Run a script").is_none());
    assert!(harness.get_by_label("Console of Noisy").rect().area() > half * 1.8);
    press(&mut harness, "Show all consoles: Noisy");
    assert!(harness.query_by_label("Console of Run a script").is_some());
    press(&mut harness, "Show alone: Noisy");
    harness.state_mut().jobs[1].id = JobId(3);
    harness.run();
    assert!(harness.query_by_label("Console of Run a script").is_some(), "one that was just opened is seen");
}

#[test]
fn a_frame_copies_no_more_rows_at_ten_million_than_fit() {
    let mut world = world();
    world.rows.held = 9_900_000..10_000_000;
    let mut harness = harness(world);
    harness.state().rows.copied.set(0);
    harness.step();
    let copied = harness.state().rows.copied.get();
    assert!((1..100).contains(&copied), "{copied}");
    assert!(harness.query_by_label("line 9999999").is_some());
}

#[test]
fn selected_lines_are_copied() {
    let mut harness = harness(world());
    harness.get_by_label("line 97").hover();
    harness.run();
    let from = harness.get_by_label("line 97").rect().center();
    let to = harness.get_by_label("line 99").rect().center();
    harness.drag_at(from);
    harness.run();
    harness.hover_at(to);
    harness.run();
    harness.drop_at(to);
    harness.run();
    harness.event(egui::Event::Copy);
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    assert_eq!(copied.as_deref(), Some("line 97\nline 98\nline 99"));
}
