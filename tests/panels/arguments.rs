//! Rows of which the script has said something: each kind in its control, and what is known of the script above them.

use super::stage::{World, harness, press, type_into, world};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::{Argument, Said, ValueKind};
use sidestage::ui::action::{Action, Asking};
use sidestage::ui::dialogs::Dialog;
use sidestage::ui::editor::{ScriptData, ScriptWork};

fn said(name: &str, kind: ValueKind) -> Said {
    Said {
        name: name.to_owned(),
        flags: vec![format!("-{}", &name[..1]), format!("--{name}")],
        kind,
        ..Said::default()
    }
}

fn off(said: Said) -> Argument {
    let flag = said.flags.last().cloned().unwrap_or_default();
    Argument { flag, said: said.into(), ..Argument::default() }
}

fn on(value: &str, said: Said) -> Argument {
    Argument { on: true, value: value.to_owned(), ..off(said) }
}

fn with(rows: Vec<Argument>) -> Harness<'static, World> {
    let mut world = world();
    if let Some(draft) = &mut world.draft {
        draft.edited.arguments = rows;
    }
    harness(world)
}

fn row<'a>(harness: &'a Harness<'_, World>, index: usize) -> &'a Argument {
    &harness.state().edited().arguments[index]
}

#[test]
fn a_row_that_is_switched_on_takes_the_scripts_default_and_one_that_is_filled_in_is_on() {
    let delay = || Said { default: "10".to_owned(), ..said("delay", ValueKind::Integer) };
    let mut harness = with(vec![off(delay()), off(said("input", ValueKind::File))]);
    press(&mut harness, "Argument 1 on");
    assert_eq!(row(&harness, 0).value, "10");
    type_into(&mut harness, "Argument 2 value", "clip.mov");
    assert_eq!((row(&harness, 1).on, row(&harness, 1).value.as_str()), (true, "clip.mov"));
    press(&mut harness, "Argument 2 on");
    type_into(&mut harness, "Argument 2 value", "x");
    assert!(!row(&harness, 1).on, "what was switched off stays so, whatever is typed");
}

#[test]
fn the_flag_is_chosen_among_the_scripts_own() {
    let mut harness = with(vec![on("x", said("input", ValueKind::Text))]);
    press(&mut harness, "Argument 1 flag: --input");
    press(&mut harness, "-i=value");
    assert_eq!(row(&harness, 0).flag, "-i=");
    let color = Said { off_flags: vec!["--no-color".to_owned()], ..said("color", ValueKind::Switch) };
    let mut harness = with(vec![on("", color)]);
    press(&mut harness, "Argument 1 flag: --color");
    press(&mut harness, "--no-color");
    assert_eq!(row(&harness, 0).flag, "--no-color");
}

#[test]
fn what_is_required_is_called_so() {
    let required = Said { required: true, ..said("input", ValueKind::Text) };
    let harness = with(vec![on("", required)]);
    assert!(harness.query_by_label("Argument 1 flag: --input, required").is_some());
}

#[test]
fn choices_are_picked_from_a_list() {
    let size = Said { choices: vec!["small".to_owned(), "large".to_owned()], ..said("size", ValueKind::Text) };
    let mut harness = with(vec![off(size)]);
    press(&mut harness, "Argument 1 value");
    press(&mut harness, "large");
    assert_eq!((row(&harness, 0).on, row(&harness, 0).value.as_str()), (true, "large"));
}

#[test]
fn numbers_are_typed_and_stepped_and_slid() {
    let epochs = Said { from: "1".to_owned(), to: "500".to_owned(), ..said("epochs", ValueKind::Integer) };
    let mut harness = with(vec![on("40", epochs)]);
    harness.get_by_label("Argument 1 value").focus();
    harness.run();
    harness.key_press_modifiers(Modifiers::NONE, Key::ArrowUp);
    harness.run();
    assert_eq!(row(&harness, 0).value, "41");
    type_into(&mut harness, "Argument 1 value", "9");
    assert_eq!(row(&harness, 0).value, "419", "what is typed is what there is, in the range or not");
    harness.get_by_label("Argument 1 slider").focus();
    harness.run();
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_eq!(row(&harness, 0).value, "420");
}

#[test]
fn a_placeholder_shows_as_text_in_any_control() {
    let size = Said { choices: vec!["small".to_owned()], ..said("size", ValueKind::Text) };
    let rows = vec![
        on("{echo.port}", said("port", ValueKind::Integer)),
        on("{preset.name}", size),
        on("{echo.host}", said("tint", ValueKind::Color)),
        on("{half", said("date", ValueKind::Date)),
    ];
    let harness = with(rows);
    for number in 1..=4 {
        let label = format!("Argument {number} value");
        let node = harness.get_by_label(&label);
        let role = node.accesskit_node().role();
        assert_eq!(role, eframe::egui::Role::TextInput, "{number}");
    }
    assert!(harness.query_by_label("Argument 3 swatch").is_none());
}

#[test]
fn several_values_have_a_field_each() {
    let files = Said { nargs: "+".to_owned(), ..said("files", ValueKind::File) };
    let pair = Said { nargs: "2".to_owned(), ..said("pair", ValueKind::Number) };
    let mut harness = with(vec![on("a", files), on("1", pair)]);
    press(&mut harness, "Add a value to argument 1");
    type_into(&mut harness, "Argument 1 value 2", "b");
    assert_eq!(row(&harness, 0).more, ["b"]);
    let asked = press(&mut harness, "Browse for value 2 of argument 1");
    assert_eq!(asked, [Action::BrowseValue(0, 1)]);
    press(&mut harness, "Remove value 2 of argument 1");
    assert!(row(&harness, 0).more.is_empty());
    type_into(&mut harness, "Argument 2 value 2", "2");
    assert_eq!(row(&harness, 1).more, ["2"], "the script takes two, so there are two");
}

#[test]
fn dates_and_colours_are_picked_too() {
    let rows = vec![on("2026-11-26", said("day", ValueKind::Date)), on("#41c3ff", said("tint", ValueKind::Color))];
    let harness = with(rows);
    assert!(harness.query_by_label("Argument 1 calendar").is_some());
    assert!(harness.query_by_label("Argument 2 swatch").is_some());
}

#[test]
fn of_rows_that_exclude_each_other_the_last_one_stays_on() {
    let one = |name: &str| Said { exclusive: 1, ..said(name, ValueKind::Switch) };
    let mut harness = with(vec![on("", one("quiet")), off(one("verbose")), on("", said("other", ValueKind::Switch))]);
    press(&mut harness, "Argument 2 on");
    let are_on: Vec<_> = harness.state().edited().arguments.iter().map(|row| row.on).collect();
    assert_eq!(are_on, [false, true, true]);
}

#[test]
fn what_is_gone_is_said_and_removed() {
    let gone = |name: &str| Said { gone: true, ..said(name, ValueKind::Text) };
    let mut harness =
        with(vec![on("x", gone("input")), on("y", said("other", ValueKind::Text)), on("z", gone("last"))]);
    assert!(harness.query_by_label("The script has no --input any more.").is_some());
    press(&mut harness, "Remove argument 3, which is gone");
    assert_eq!(harness.state().edited().arguments.len(), 2);
    press(&mut harness, "More for the arguments");
    press(&mut harness, "Remove rows that the script has no more");
    assert_eq!(harness.state().edited().arguments, [on("y", said("other", ValueKind::Text))]);
}

#[test]
fn the_kind_of_any_row_can_be_changed_by_hand() {
    let mut harness = with(vec![on("x", said("input", ValueKind::Text)), Argument::new("--mine", "")]);
    for (number, kind) in [(1, "Folder"), (2, "Colour")] {
        press(&mut harness, &format!("More for argument {number}"));
        press(&mut harness, kind);
    }
    assert_eq!(row(&harness, 0).kind, Some(ValueKind::Folder));
    assert!(harness.query_by_label("Argument 2 swatch").is_some());
    press(&mut harness, "More for argument 2");
    press(&mut harness, "Anything");
    assert_eq!(row(&harness, 1), &Argument::new("--mine", ""));
}

#[test]
fn a_row_made_by_hand_can_have_choices_or_a_range() {
    let mut harness = with(vec![Argument::new("--mode", ""), Argument::new("--speed", "5")]);
    press(&mut harness, "More for argument 1");
    type_into(&mut harness, "Argument 1 choices", "fast, good,");
    assert_eq!(row(&harness, 0).said.choices, ["fast", "good"]);
    harness.key_press(Key::Escape);
    harness.run();
    press(&mut harness, "Argument 1 value");
    press(&mut harness, "good");
    assert_eq!(row(&harness, 0).value, "good");
    press(&mut harness, "More for argument 2");
    press(&mut harness, "Whole number");
    press(&mut harness, "More for argument 2");
    type_into(&mut harness, "Argument 2 least", "1");
    type_into(&mut harness, "Argument 2 most", "10");
    assert_eq!((row(&harness, 1).said.from.as_str(), row(&harness, 1).said.to.as_str()), ("1", "10"));
    assert!(!row(&harness, 1).is_declared());
}

#[test]
fn a_command_is_chosen_and_rows_of_others_are_out_of_sight() {
    let command = Said {
        name: "command".to_owned(),
        kind: ValueKind::Command,
        choices: vec!["train".to_owned(), "eval".to_owned()],
        help: "train: Makes a model.".to_owned(),
        ..Said::default()
    };
    let of_train = Said { command: vec!["train".to_owned()], ..said("epochs", ValueKind::Integer) };
    let mut harness = with(vec![on("eval", command), on("3", of_train)]);
    assert!(harness.query_by_label("Argument 2 value").is_none());
    assert!(harness.query_by_label("1 row of another command is kept, and not passed.").is_some());
    press(&mut harness, "Argument 1 value");
    assert_eq!(press(&mut harness, "train · Makes a model."), [Action::ChooseCommand(0, "train".to_owned())]);
}

#[test]
fn rows_that_are_off_can_be_left_out_and_the_others_still_moved() {
    let rows = ["a1", "b2", "c3", "d4"].map(|name| said(name, ValueKind::Text));
    let [one, two, three, four] = rows;
    let mut harness = with(vec![on("x", one), off(two), off(three), on("y", four)]);
    press(&mut harness, "More for the arguments");
    press(&mut harness, "Show only rows that are on");
    assert!(harness.query_by_label("Argument 2 value").is_none());
    assert!(harness.query_by_label("2 rows that are off are not shown.").is_some());
    press(&mut harness, "Remove argument 4");
    assert_eq!(harness.state().edited().arguments.len(), 3);
    press(&mut harness, "Show all");
    assert!(harness.query_by_label("Argument 2 value").is_some());
}

#[test]
fn what_the_script_says_besides_is_offered_and_what_cannot_be_told_is_said() {
    let mut world = world();
    let doubts: &'static [String] =
        vec!["Line 3: an argument's name is known only when the script runs.".to_owned()].leak();
    world.script = ScriptData { offer: "2 new, 1 gone", doubts, is_python: true, ..ScriptData::default() };
    let mut harness = harness(world);
    assert!(harness.query_by_label(&doubts[0]).is_some());
    assert_eq!(press(&mut harness, "Take the script's arguments: 2 new, 1 gone"), [Action::TakeArguments]);
    for (item, action) in [
        ("Read the script's arguments", Action::ReadArguments),
        ("Ask the script for its arguments…", Action::AskArguments),
        ("Read what it says to --help…", Action::AskForHelp),
    ] {
        press(&mut harness, "More for the arguments");
        assert_eq!(press(&mut harness, item), [action]);
    }
}

#[test]
fn a_script_that_is_being_asked_can_be_let_be() {
    let mut world = world();
    world.script = ScriptData { work: ScriptWork::Asking, is_python: true, ..ScriptData::default() };
    let builder = Harness::builder().with_size([1280.0, 900.0]);
    let mut harness =
        builder.with_context_setup(sidestage::ui::theme::install).build_ui_state(super::stage::frame, world);
    harness.run_steps(4);
    harness.get_by_label("Cancel asking the script").click();
    harness.run_steps(2);
    assert_eq!(harness.state().actions, [Action::CancelAsking]);
}

#[test]
fn before_a_program_runs_to_be_asked_it_is_said_what_that_means() {
    let mut harness = harness(world());
    for (how, says) in [(Asking::Parser, "its imports"), (Asking::Help, "doesn't know --help")] {
        let (script, by) = ("scripts/train.py".to_owned(), "python".to_owned());
        harness.state_mut().state.dialog = Some(Dialog::AskProgram { script, by, how });
        harness.run();
        assert!(harness.query_by_label_contains(says).is_some(), "{says}");
        assert_eq!(press(&mut harness, "Run it"), [Action::AskConfirmed(how)]);
    }
}
