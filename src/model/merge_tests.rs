//! Rows and a script's words for them, and what comes of both.

use super::*;
use crate::model::declared::{Action, DeclaredRow, Kind, Library};

fn declared(rows: Vec<DeclaredRow>) -> Declared {
    Declared { library: Some(Library::Argparse), rows, ..Declared::default() }
}

fn option(flags: &[&str], kind: Kind) -> DeclaredRow {
    let name = flags.iter().find(|flag| flag.starts_with("--")).unwrap_or(&flags[0]).trim_start_matches('-').to_owned();
    DeclaredRow { flags: flags.iter().map(|flag| (*flag).to_owned()).collect(), name, kind, ..DeclaredRow::default() }
}

fn positional(name: &str) -> DeclaredRow {
    DeclaredRow { name: name.to_owned(), required: true, ..DeclaredRow::default() }
}

/// The workshop's script: two texts that are required, and a number with a default.
fn workshop() -> Declared {
    let text = |flags| DeclaredRow { required: true, ..option(flags, Kind::Text) };
    let delay = DeclaredRow { default: 10.into(), ..option(&["-d", "--delay"], Kind::Integer) };
    declared(vec![text(&["-i", "--input"]), text(&["-i2", "--input2"]), delay])
}

/// Each row as `on flag value`, with `!` where it is gone and `?` where no script said anything of it.
fn told(rows: &[Argument]) -> Vec<String> {
    let tell = |row: &Argument| {
        let mark = if row.said.gone {
            "!"
        } else if row.is_declared() {
            ""
        } else {
            "?"
        };
        let name = if row.flag.is_empty() { &row.said.name } else { &row.flag };
        let values = row.values().collect::<Vec<_>>().join("|");
        let words = [if row.on { "on" } else { "off" }, name, &values, mark];
        words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
    };
    rows.iter().map(tell).collect()
}

fn counts(merged: &Merged) -> (usize, usize, usize) {
    (merged.new, merged.changed, merged.gone)
}

#[test]
fn a_preset_without_rows_gets_them_and_what_is_required_is_on() {
    let merged = merge(&[], &workshop());
    assert_eq!(told(&merged.rows), ["on --input", "on --input2", "off --delay"]);
    assert_eq!(merged.rows[2].said.default, "10");
    assert_eq!(merged.rows[2].said.kind, ValueKind::Integer);
    assert_eq!(counts(&merged), (3, 0, 0));
    assert!(merge(&merged.rows, &workshop()).is_nothing(), "the same once more");
}

#[test]
fn rows_made_by_hand_learn_what_the_script_says_and_stay_as_they_are() {
    let rows = [
        Argument::new("-i", "Hello"),
        Argument::new("-i2=", "World"),
        Argument { on: false, outside: true, ..Argument::new("--delay", "5") },
        Argument::new("--mine", "x"),
    ];
    let merged = merge(&rows, &workshop());
    assert_eq!(told(&merged.rows), ["on -i Hello", "on -i2= World", "off --delay 5", "on --mine x ?"]);
    assert_eq!(counts(&merged), (0, 3, 0));
    let without: Vec<_> =
        merged.rows.iter().map(|row| Argument { said: Said::default().into(), ..row.clone() }).collect();
    assert_eq!(without, rows, "nothing that somebody set has changed");
}

#[test]
fn another_version_of_the_script_brings_what_is_new_and_marks_what_is_gone() {
    let mut rows = merge(&[], &workshop()).rows;
    rows[0].value = "Hello".to_owned();
    rows[2] = Argument { on: true, value: "3".to_owned(), kind: Some(ValueKind::Text), ..rows[2].clone() };
    let mut next = workshop();
    next.rows.remove(1);
    next.rows[1].kind = Kind::Number;
    next.rows[1].default = 2.5.into();
    next.rows.insert(1, option(&["--style"], Kind::Text));
    let merged = merge(&rows, &next);
    assert_eq!(told(&merged.rows), ["on --input Hello", "off --style", "on --input2 !", "on --delay 3"]);
    assert_eq!(counts(&merged), (1, 1, 1));
    assert_eq!(merged.summary(), "1 new, 1 changed, 1 gone");
    let delay = &merged.rows[3];
    assert_eq!((delay.said.default.as_str(), delay.said.kind), ("2.5", ValueKind::Number));
    assert_eq!(delay.kind(), ValueKind::Text, "what was chosen by hand");
    let back = merge(&merged.rows, &workshop());
    assert_eq!(told(&back.rows), ["on --input Hello", "off --style !", "on --input2", "on --delay 3"]);
}

#[test]
fn aliases_are_the_same_row_and_the_flag_stays_as_it_was_chosen() {
    let rows = [Argument { said: said_by("--input").into(), ..Argument::new("-i=", "x") }];
    let merged = merge(&rows, &declared(vec![option(&["--in", "--input"], Kind::Path)]));
    assert_eq!(told(&merged.rows), ["on -i= x"]);
    assert_eq!(merged.rows[0].said.flags, ["--in", "--input"]);
    assert_eq!(merged.rows[0].said.kind, ValueKind::File);
}

fn said_by(flag: &str) -> Said {
    Said { name: "input".to_owned(), flags: vec!["-i".to_owned(), flag.to_owned()], ..Said::default() }
}

#[test]
fn what_is_not_known_for_sure_removes_nothing() {
    let rows = merge(&[], &workshop()).rows;
    let nothing = Declared { doubts: vec!["The script could not be read.".to_owned()], ..Declared::default() };
    assert_eq!(merge(&rows, &nothing).rows, rows);
    let doubtful = Declared { doubts: vec!["Line 3: …".to_owned()], ..declared(vec![positional("file")]) };
    assert_eq!(told(&merge(&rows, &doubtful).rows), ["off file", "on --input", "on --input2", "off --delay"]);
}

#[test]
fn positional_rows_come_first_and_those_made_by_hand_are_recognised() {
    let script = declared(vec![option(&["--many"], Kind::Text), positional("style"), positional("file")]);
    assert_eq!(told(&merge(&[], &script).rows), ["on style", "on file", "off --many"]);
    let rows = [Argument::new("--many", "a"), Argument::new("", "portrait")];
    let merged = merge(&rows, &script);
    assert_eq!(told(&merged.rows), ["on --many a", "on style portrait", "off file"]);
    // Here “x” may be a value of --many, and “-v” a flag.
    for rows in
        [[Argument::new("--many", ""), Argument::new("", "x")], [Argument::new("", "-v"), Argument::new("", "x")]]
    {
        let merged = merge(&rows, &script);
        assert!(merged.rows.iter().any(|row| row.value == "x" && !row.is_declared()), "{:?}", told(&merged.rows));
    }
}

#[test]
fn a_command_brings_its_rows_and_another_keeps_what_was_set() {
    let command = |name: &str, rows| DeclaredCommand { name: name.to_owned(), rows, ..DeclaredCommand::default() };
    let script = Declared {
        commands: vec![
            command("train", vec![option(&["--epochs"], Kind::Integer), option(&["--lr"], Kind::Number)]),
            command("eval", vec![option(&["--epochs"], Kind::Integer)]),
        ],
        needs_command: true,
        ..declared(vec![option(&["--seed"], Kind::Integer)])
    };
    let rows = merge(&[], &script).rows;
    assert_eq!(told(&rows), ["off --seed", "on command"]);
    assert_eq!(rows[1].said.choices, ["train", "eval"]);
    let mut rows = choose_command(&rows, 1, "train", &script);
    assert_eq!(told(&rows), ["off --seed", "on command train", "off --epochs", "off --lr"]);
    rows[2] = Argument { on: true, value: "40".to_owned(), ..rows[2].clone() };
    let rows = choose_command(&rows, 1, "eval", &script);
    assert_eq!(told(&rows), ["off --seed", "on command eval", "off --epochs", "on --epochs 40"]);
    let rows = choose_command(&rows, 1, "train", &script);
    assert_eq!(told(&rows), ["off --seed", "on command train", "on --epochs 40", "off --lr"]);
    let by_hand = merge(&[Argument::new("", "eval"), Argument::new("--epochs", "2")], &script);
    assert_eq!(told(&by_hand.rows), ["off --seed", "on command eval", "on --epochs 2"]);
}

#[test]
fn what_is_shown_once_or_hidden_makes_no_row() {
    let version = DeclaredRow { action: Action::Version, ..option(&["--version"], Kind::Text) };
    let hidden = DeclaredRow { hidden: true, ..option(&["--debug"], Kind::Text) };
    assert!(merge(&[], &declared(vec![version, hidden])).rows.is_empty());
}

#[test]
fn helps_say_what_the_library_puts_into_them() {
    let help = Some("seconds, %(default)s by default; 100%% of %(dest)s".to_owned());
    let row = DeclaredRow { help, default: 10.into(), ..option(&["--delay"], Kind::Integer) };
    let rows = merge(&[], &declared(vec![row])).rows;
    assert_eq!(rows[0].said.help, "seconds, 10 by default; 100% of delay");
}

#[test]
fn kinds_are_what_the_script_says_of_them() {
    let metavar = |metavar: &str| DeclaredRow { metavar: Some(metavar.to_owned()), ..option(&["--it"], Kind::Text) };
    let default = |default: &str| DeclaredRow { default: default.into(), ..option(&["--it"], Kind::Text) };
    let action = |action| DeclaredRow { action, ..option(&["--it"], Kind::Text) };
    for (row, kind) in [
        (option(&["--it"], Kind::Text), ValueKind::Text),
        (option(&["--it"], Kind::Path), ValueKind::File),
        (option(&["--out-dir"], Kind::Path), ValueKind::Folder),
        (metavar("FILE"), ValueKind::File),
        (metavar("DIR"), ValueKind::Folder),
        (metavar("PROFILE"), ValueKind::Text),
        (default("#41c3ff"), ValueKind::Color),
        (DeclaredRow { default: 10.into(), ..option(&["--it"], Kind::Text) }, ValueKind::Integer),
        (DeclaredRow { default: 0.5.into(), ..option(&["--it"], Kind::Text) }, ValueKind::Number),
        (action(Action::Switch), ValueKind::Switch),
        (action(Action::Count), ValueKind::Count),
    ] {
        assert_eq!(merge(&[], &declared(vec![row.clone()])).rows[0].kind(), kind, "{row:?}");
    }
    let few = (1..=40).map(|number| number.to_string()).collect();
    let row = DeclaredRow { choices: few, ..option(&["--it"], Kind::Integer) };
    let said = merge(&[], &declared(vec![row])).rows.remove(0).said;
    assert_eq!((said.from.as_str(), said.to.as_str(), said.choices.len()), ("1", "40", 0));
}
