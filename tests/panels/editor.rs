//! Editing one preset.

use super::stage::{harness, press, row, type_into, world};
use eframe::egui;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sidestage::model::{Argument, Interpreter, Place, Problem};
use sidestage::ui::action::Action;

#[test]
fn save_and_revert_wait_for_a_change() {
    let mut harness = harness(world());
    assert!(press(&mut harness, "Save").is_empty());
    assert!(press(&mut harness, "Revert").is_empty());
    type_into(&mut harness, "Argument 1 value", "!");
    assert_eq!(press(&mut harness, "Save"), [Action::SavePreset]);
    assert_eq!(press(&mut harness, "Revert"), [Action::RevertPreset]);
}

#[test]
fn a_fresh_row_switches_itself_on_when_it_is_typed_into() {
    let mut harness = harness(world());
    press(&mut harness, "Add a row");
    assert_eq!(harness.state().edited().arguments.last(), Some(&Argument::default()));
    assert!(harness.get_by_label("Argument 4 flag").is_focused(), "the new row has the text cursor");
    type_into(&mut harness, "Argument 4 flag", "--new");
    assert_eq!(harness.state().edited().arguments.last(), Some(&row("--new", "")));
}

#[test]
fn enter_in_the_last_row_adds_one() {
    let mut harness = harness(world());
    harness.get_by_label("Argument 3 value").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().edited().arguments.len(), 4);
    harness.get_by_label("Argument 1 value").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().edited().arguments.len(), 4, "only the last one does");
}

#[test]
fn rows_are_switched_duplicated_and_removed() {
    let mut harness = harness(world());
    press(&mut harness, "Argument 2 on");
    press(&mut harness, "Duplicate argument 1");
    press(&mut harness, "Remove argument 4");
    let off = Argument { on: false, ..row("--count", "3") };
    assert_eq!(harness.state().edited().arguments, [row("--in", "Hello"), row("--in", "Hello"), off]);
}

#[test]
fn a_row_is_dragged_to_its_place() {
    let mut harness = harness(world());
    let from = harness.get_by_label("Move argument 1").rect().center();
    let to = harness.get_by_label("Move argument 3").rect().center() + egui::vec2(0.0, 14.0);
    harness.hover_at(from);
    harness.run();
    harness.drag_at(from);
    harness.run_steps(2);
    for step in 1_u8..=12 {
        harness.hover_at(from.lerp(to, f32::from(step) / 12.0));
        harness.run_steps(2);
    }
    harness.drop_at(to);
    harness.run_steps(30);
    let flags: Vec<_> = harness.state().edited().arguments.iter().map(|row| row.flag.as_str()).collect();
    assert_eq!(flags, ["--count", "-v", "--in"]);
}

#[test]
fn alt_and_an_arrow_move_the_row_with_the_text_cursor() {
    let mut harness = harness(world());
    harness.get_by_label("Argument 3 flag").focus();
    harness.run();
    for _ in 0..3 {
        harness.key_press_modifiers(Modifiers::ALT, Key::ArrowUp);
        harness.run();
    }
    harness.key_press_modifiers(Modifiers::ALT, Key::ArrowDown);
    harness.run();
    let flags: Vec<_> = harness.state().edited().arguments.iter().map(|row| row.flag.as_str()).collect();
    assert_eq!(flags, ["--in", "-v", "--count"]);
    assert!(harness.get_by_label("Argument 2 flag").is_focused(), "the text cursor goes along");
}

#[test]
fn the_interpreter_is_picked_from_what_was_found_or_named() {
    let mut harness = harness(world());
    press(&mut harness, "Interpreter");
    press(&mut harness, "node 20 on PATH");
    assert_eq!(harness.state().edited().interpreter, Interpreter::Name("node".to_owned()));
    press(&mut harness, "Interpreter");
    press(&mut harness, "None: it is a program the script runs by itself");
    assert_eq!(harness.state().edited().interpreter, Interpreter::None);
    assert!(harness.query_by_label("Program").is_some(), "the script's field says what it is now");
}

#[test]
fn what_is_wrong_stands_beside_its_row_and_nothing_launches() {
    let mut world = world();
    let problem = |place, what: &str| Problem { place, what: what.to_owned() };
    world.problems = vec![
        problem(Place::Argument(1), "There is no placeholder {x}."),
        problem(Place::EchoPort, "The echo's port is 70000."),
    ];
    world.invocation = None;
    let mut harness = harness(world);
    let below =
        harness.get_by_label("Argument 2 value").rect().bottom()..harness.get_by_label("Argument 3 value").rect().top();
    let sentence = harness.get_by_label("There is no placeholder {x}.").rect().center().y;
    assert!(below.contains(&sentence), "{sentence} is not within {below:?}");
    assert!(press(&mut harness, "Launch").is_empty());
    press(&mut harness, "Echo, 1 problem");
    assert!(harness.query_by_label("The echo's port is 70000.").is_some());
}

#[test]
fn the_command_is_shown_as_it_will_run() {
    let harness = harness(world());
    assert!(harness.query_by_label("/usr/bin/python3 \"scripts/pass arguments.py\"").is_some());
}

#[test]
fn a_fix_can_be_left_alone_and_made_again() {
    let mut harness = harness(world());
    press(&mut harness, "Environment");
    press(&mut harness, "Set PYTHONUTF8");
    assert_eq!(harness.state().edited().leave_environment, ["PYTHONUTF8"]);
    press(&mut harness, "Set PYTHONUTF8");
    assert!(harness.state().edited().leave_environment.is_empty());
}

#[test]
fn the_echo_is_edited() {
    let mut harness = harness(world());
    press(&mut harness, "Echo");
    press(&mut harness, "Echo on");
    type_into(&mut harness, "Echo port", "x1");
    let echo = &harness.state().edited().echo;
    assert!(echo.on);
    assert_eq!(echo.port, 70_001, "letters are no part of a port");
}
