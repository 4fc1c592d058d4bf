//! Editing one preset.

use super::stage::{World, harness, press, row, type_into, world};
use eframe::egui;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sidestage::model::{Argument, Interpreter, Pace, Place, Problem};
use sidestage::monitor::Listen;
use sidestage::ui::action::Action;
use sidestage::ui::editor::{InterpreterChoice, InterpreterGuess};

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
    press(&mut harness, "More for argument 1");
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
    press(&mut harness, "node 20.1.0, found on PATH, x86_64");
    assert_eq!(harness.state().edited().interpreter, Interpreter::Name("node".to_owned()));
    press(&mut harness, "Interpreter");
    press(&mut harness, "style-transfer, named on this machine");
    assert_eq!(harness.state().edited().interpreter, Interpreter::Name("style-transfer".to_owned()));
    press(&mut harness, "Interpreter");
    press(&mut harness, "None: it is a program, the script runs by itself");
    assert_eq!(harness.state().edited().interpreter, Interpreter::None);
    assert!(harness.query_by_label("Program").is_some(), "the script's field says what it is now");
}

fn found(label: &str, path: &str, trouble: Option<&str>) -> InterpreterChoice {
    InterpreterChoice {
        interpreter: Interpreter::Path(path.to_owned()),
        label: label.to_owned(),
        what: String::new(),
        place: "somewhere".to_owned(),
        program: path.to_owned(),
        trouble: trouble.map(str::to_owned),
    }
}

#[test]
fn the_best_guess_stands_first_with_its_reason_and_what_can_not_be_used_says_why() {
    let mut world = world();
    let trouble = "/shop/python.exe is no Python: it opens the Microsoft Store.";
    let choices =
        [found("Python 3.9.1", "/b", None), found("Python 3.12.1", "/a", None), found("python", "/c", Some(trouble))];
    world.interpreters.choices.splice(.., choices);
    let interpreter = Interpreter::Path("/a".to_owned());
    world.interpreters.guess = Some(InterpreterGuess { interpreter, why: "its first line asks for it".to_owned() });
    let mut harness = harness(world);
    press(&mut harness, "Interpreter");
    let top = |label: &str| harness.get_by_label(label).rect().top();
    let order = [
        "Best guess for this script",
        "Python 3.12.1, its first line asks for it",
        "Also on this machine",
        "Python 3.9.1, somewhere",
        "Can’t be used",
        trouble,
        "Look again",
        "By name…, looked up on each machine anew",
    ];
    assert!(order.windows(2).all(|pair| top(pair[0]) < top(pair[1])), "{:?}", order.map(top));
    press(&mut harness, "Python 3.12.1, its first line asks for it");
    assert_eq!(harness.state().edited().interpreter, Interpreter::Path("/a".to_owned()));
    assert!(harness.query_by_label("Also on this machine").is_none(), "the list has closed");
}

#[test]
fn a_guess_that_is_not_here_is_offered_by_its_name() {
    let mut world = world();
    let interpreter = Interpreter::Name("ruby".to_owned());
    let why = "usual for .rb files, and was not found on this machine".to_owned();
    world.interpreters.guess = Some(InterpreterGuess { interpreter: interpreter.clone(), why });
    let mut harness = harness(world);
    press(&mut harness, "Interpreter");
    press(&mut harness, "ruby, usual for .rb files, and was not found on this machine");
    assert_eq!(harness.state().edited().interpreter, interpreter);
}

#[test]
fn the_machine_is_looked_at_again_by_a_press_and_meanwhile_that_is_said() {
    let mut harness = harness(world());
    press(&mut harness, "Interpreter");
    assert_eq!(press(&mut harness, "Look again"), [Action::LookForInterpreters]);
    assert!(harness.query_by_label("Looking on this machine…").is_none());
    harness.state_mut().interpreters.is_looking = true;
    harness.run();
    assert!(harness.query_by_label("Looking on this machine…").is_some());
    assert!(press(&mut harness, "Look again").is_empty(), "one look at a time");
    assert!(harness.query_by_label("node 20.1.0, found on PATH, x86_64").is_some(), "what is known stays");
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
    let watched = press(&mut harness, "Watch this port");
    assert_eq!(watched, [Action::WatchPort(Listen::parse("127.0.0.1:7000").unwrap())]);
    type_into(&mut harness, "Echo port", "x1");
    let echo = &harness.state().edited().echo;
    assert!(echo.on);
    assert_eq!(echo.port, 70_001, "letters are no part of a port");
}

#[test]
fn the_sample_is_what_a_test_line_would_bring() {
    let mut harness = harness(world());
    press(&mut harness, "Echo");
    assert!(harness.query_by_label("epoch 24  loss 0.113").is_some(), "without colours, as it arrives");
    press(&mut harness, "Format: Template");
    assert!(harness.query_by_label_contains("epoch 24  loss 0.113").is_some());
    let sent = press(&mut harness, "Send a test line");
    let [Action::SendTestLine(target, datagram)] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!((target.host.as_str(), target.port), ("127.0.0.1", 7000));
    let text = String::from_utf8_lossy(datagram);
    assert!(text.ends_with(" A test line of Sidestage"), "{text}");
}

#[test]
fn targets_are_rows_that_come_and_go() {
    let mut harness = harness(world());
    press(&mut harness, "Echo");
    press(&mut harness, "Add a target");
    press(&mut harness, "Add a target");
    let ports = |harness: &Harness<'_, World>| -> Vec<u32> {
        harness.state().edited().echo.targets().iter().map(|target| target.port).collect()
    };
    assert_eq!(ports(&harness), [7000, 7001, 7002]);
    type_into(&mut harness, "Echo host of target 3", "239.0.0.1");
    press(&mut harness, "Remove target 2");
    assert_eq!(ports(&harness), [7000, 7002]);
    press(&mut harness, "Send to the show's target");
    assert!(harness.state().edited().echo.to_show);
    assert_eq!(press(&mut harness, "Change the show's target"), [Action::OpenShowSettings]);
}

#[test]
fn the_pace_is_chosen_with_its_numbers() {
    let mut harness = harness(world());
    press(&mut harness, "Echo");
    press(&mut harness, "Pace: Lines joined");
    assert_eq!(harness.state().edited().echo.pace, Pace::USUAL_JOINED);
    assert!(harness.query_by_label("Bytes of a datagram").is_some());
    press(&mut harness, "Pace: All at once");
    assert_eq!(harness.state().edited().echo.pace, Pace::Unpaced);
    press(&mut harness, "More about the text");
    press(&mut harness, "Strip colours and other escape sequences");
    assert!(!harness.state().edited().echo.text.strip_ansi);
}
