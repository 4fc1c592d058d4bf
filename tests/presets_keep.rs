//! What a person who keeps presets by hand relies on: a save from the panel changes the values that changed, and nothing
//! of what stands around them.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::path::{Path, PathBuf};

use proptest::prelude::*;
use sidestage::model::{
    Argument, Echo, EchoFormat, EchoTarget, Highlight, Interpreter, Lifecycle, OnHang, Pace, Preset, Restart,
    RestartWhen, Variable,
};
use sidestage::store::presets::{self, Expect, Saved};

const COMMENTED: &str = r#"// Ask Kim.
(
  version: 2,
  group: "Tonight", // the heading
  name: "Style",
  interpreter: Path( "../venv" /* 3.11 */ ),
  script: "style.py",
  arguments: [
    // What goes in.
    (on: true,  flag: "-i",  value: "clip.mov"), // by Jo
    (on: true,  flag: "-n",  value: "40"),

    // For big machines only.
    (on: false, flag: "-g", value: ""),
  ],
  folder: "",
  environment: [],
  // Of the projector.
  echo: (on: true, host: "10.0.0.7", port: 0x1B58, stdout: true, stderr: true, notices: true),
  stop_secs: 20, // it writes a file
  notes: "",
)
// the end
"#;

fn file(text: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.ron");
    std::fs::write(&path, text).unwrap();
    (dir, path)
}

/// Saves over a file and hands back its text, which is read back too.
fn saved(path: &Path, preset: &Preset) -> (Saved, String) {
    let saved = presets::write(path, preset, Expect::Anything).unwrap();
    let (read, stamp) = presets::read_stamped(path).unwrap();
    assert_eq!(read, *preset, "{}", std::fs::read_to_string(path).unwrap());
    assert_eq!(stamp, saved.stamp);
    (saved, std::fs::read_to_string(path).unwrap())
}

/// Saves an edit of [`COMMENTED`], with each kind of line break, and asserts that the file changed so and no further.
#[track_caller]
fn check(edit: impl Fn(&mut Preset), changes: &[(&str, &str)]) {
    for (newline, mark) in [("\n", ""), ("\r\n", ""), ("\r\n", "\u{feff}")] {
        let lines = |text: &str| text.replace('\n', newline);
        let before = format!("{mark}{}", lines(COMMENTED));
        let (_dir, path) = file(before.as_bytes());
        let mut preset = presets::read(&path).unwrap();
        assert_eq!(saved(&path, &preset).1, before, "nothing was edited");
        edit(&mut preset);
        let mut expected = before.clone();
        for (old, new) in changes {
            assert!(expected.contains(&lines(old)), "{old}");
            expected = expected.replacen(&lines(old), &lines(new), 1);
        }
        let (saved, text) = saved(&path, &preset);
        assert_eq!(text, expected);
        assert!(!saved.comments_dropped);
        let kept = std::fs::read_to_string(path.with_file_name(".previous").join("a.ron")).unwrap();
        assert_eq!(kept, before);
    }
}

#[test]
fn a_value_changes_and_nothing_around_it() {
    check(|preset| preset.name = "It's \"new\"".to_owned(), &[("name: \"Style\"", "name: \"It's \\\"new\\\"\"")]);
    check(|preset| preset.stop_secs = 5, &[("  stop_secs: 20, // it writes a file\n", "  // it writes a file\n")]);
    check(|preset| preset.echo.port = 7001, &[("0x1B58", "7001")]);
    check(|preset| preset.interpreter = Interpreter::Path("../v".to_owned()), &[("\"../venv\"", "\"../v\"")]);
    check(|preset| preset.notes = "One.\nTwo.".to_owned(), &[("notes: \"\"", "notes: \"One.\nTwo.\"")]);
    check(|preset| preset.arguments[1].value = "41".to_owned(), &[("\"40\"", "\"41\"")]);
    check(|preset| preset.arguments[0].outside = true, &[("\"clip.mov\")", "\"clip.mov\",  outside: true)")]);
}

#[test]
fn new_fields_and_rows_stand_where_they_belong() {
    check(
        |preset| preset.lifecycle.only_one = true,
        &[("// it writes a file\n", "// it writes a file\n  lifecycle: (\n    only_one: true,\n  ),\n")],
    );
    check(
        |preset| preset.environment.push(Variable { on: true, name: "A".to_owned(), ..Variable::default() }),
        &[("environment: []", "environment: [\n    (on: true, name: \"A\", value: \"\"),\n  ]")],
    );
    let new = Argument { on: true, flag: "-v".to_owned(), ..Argument::default() };
    check(
        |preset| preset.arguments.insert(1, new.clone()),
        &[("// by Jo\n", "// by Jo\n    (on: true, flag: \"-v\", value: \"\"),\n")],
    );
    check(
        |preset| preset.arguments.swap(0, 1),
        &[
            ("    // What goes in.\n    (on: true,  flag: \"-i\",  value: \"clip.mov\"), // by Jo\n", ""),
            (
                "value: \"40\"),\n",
                "value: \"40\"),\n    // What goes in.\n    (on: true,  flag: \"-i\",  value: \"clip.mov\"), // by Jo\n",
            ),
        ],
    );
    check(|preset| drop(preset.arguments.remove(1)), &[("    (on: true,  flag: \"-n\",  value: \"40\"),\n", "")]);
}

#[test]
fn a_comment_that_goes_with_its_row_is_told_of() {
    let (_dir, path) = file(COMMENTED.as_bytes());
    let mut preset = presets::read(&path).unwrap();
    preset.arguments.remove(0);
    let (saved, text) = saved(&path, &preset);
    assert!(saved.comments_dropped);
    assert!(!text.contains("by Jo") && text.contains("For big machines only."), "{text}");
}

#[test]
fn what_cannot_be_kept_apart_is_written_plainly() {
    // A newtype without its name's brackets, which only this extension allows, and a map that nobody understands.
    let plain = presets::to_text(&Preset::new("A"));
    let odd = format!("#![enable(unwrap_variant_newtypes)]\r\n{}", plain.replace('\n', "\r\n"));
    let (_dir, path) = file(odd.as_bytes());
    let preset = Preset {
        echo: Echo { format: EchoFormat::Template("{line}".to_owned()), ..Echo::default() },
        ..Preset::new("B")
    };
    assert!(saved(&path, &preset).1.contains("name: \"B\",\r\n"));
    // What was no preset is replaced as a whole, and kept.
    std::fs::write(&path, "// mine\n(oops)").unwrap();
    assert_eq!(saved(&path, &preset).1, format!("// mine\n{}", presets::to_text(&preset)));
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("// no".to_owned()),
        Just("a\"b\\c".to_owned()),
        Just("One.\nTwo.\r\n".to_owned()),
        "[a-cé /*\\]\\[,()\"'-]{0,8}",
    ]
}

fn argument() -> impl Strategy<Value = Argument> {
    (any::<bool>(), text(), text(), any::<bool>()).prop_map(|(on, flag, value, outside)| {
        let mut argument = Argument::default();
        (argument.on, argument.flag, argument.value, argument.outside) = (on, flag, value, outside);
        argument
    })
}

fn interpreter() -> impl Strategy<Value = Interpreter> {
    prop_oneof![Just(Interpreter::None), text().prop_map(Interpreter::Name), text().prop_map(Interpreter::Path)]
}

fn echo() -> impl Strategy<Value = Echo> {
    let pace = prop_oneof![
        Just(Pace::Unpaced),
        Just(Pace::USUAL),
        (1..9_u32, 0..9_u32).prop_map(|(bytes, every_millis)| Pace::Joined { bytes, every_millis }),
    ];
    let format = prop_oneof![Just(EchoFormat::Raw), text().prop_map(EchoFormat::Template), Just(EchoFormat::Json)];
    let more = proptest::collection::vec((text(), 1..9_u32), 0..3);
    (any::<bool>(), text(), 0..9_u32, more, format, pace).prop_map(|(on, host, port, more, format, pace)| Echo {
        on,
        host,
        port,
        more: more.into_iter().map(|(host, ttl)| EchoTarget { host, ttl, ..EchoTarget::default() }).collect(),
        format,
        pace,
        ..Echo::default()
    })
}

fn lifecycle() -> impl Strategy<Value = Lifecycle> {
    (any::<bool>(), any::<bool>(), 0..3_u32, text()).prop_map(|(only_one, log, secs, line)| {
        let mut lifecycle = Lifecycle { only_one, log, ..Lifecycle::default() };
        lifecycle.restart = Restart { delay_secs: secs, when: RestartWhen::Always, ..Restart::default() };
        lifecycle.hang.secs = secs;
        lifecycle.hang.then = if log { OnHang::Warn } else { OnHang::Restart };
        lifecycle.ready.line = line;
        lifecycle
    })
}

prop_compose! {
    fn preset()(
        name in text(),
        interpreter in interpreter(),
        arguments in proptest::collection::vec(argument(), 0..5),
        variables in proptest::collection::vec((any::<bool>(), text()), 0..3),
        leave_environment in proptest::collection::vec(text(), 0..3),
        echo in echo(),
        lifecycle in lifecycle(),
        patterns in proptest::collection::vec(text(), 0..3),
        stop_secs in 4..7_u32,
        notes in text(),
    ) -> Preset {
        let variable = |(on, name)| Variable { on, name, ..Variable::default() };
        let highlight = |pattern| Highlight { pattern, ..Highlight::default() };
        Preset {
            interpreter,
            arguments,
            environment: variables.into_iter().map(variable).collect(),
            leave_environment,
            echo,
            lifecycle,
            highlights: patterns.into_iter().map(highlight).collect(),
            stop_secs,
            notes,
            ..Preset::new(&name)
        }
    }
}

/// A plain text with space and numbered comments wherever the notation allows some; `picks` says which.
fn dressed(plain: &str, picks: &[u8]) -> String {
    let mut dressed = String::new();
    let mut is_text = false;
    let mut is_escaped = false;
    let mut picks = picks.iter().cycle().enumerate();
    for c in plain.chars() {
        dressed.push(c);
        match c {
            '"' if !is_escaped => is_text = !is_text,
            '(' | '[' | ',' | ':' | ')' | ']' if !is_text => {
                let dress = match picks.next() {
                    Some((at, 0)) => format!(" // c{at}\n"),
                    Some((at, 1)) => format!("/* c{at} */"),
                    Some((at, 2)) => format!("\n\n  /* c{at} */ // d{at}\n "),
                    Some((_, 3)) => "\t".to_owned(),
                    _ => String::new(),
                };
                dressed.push_str(&dress);
            }
            _ => {}
        }
        is_escaped = is_text && c == '\\' && !is_escaped;
    }
    dressed
}

fn picks() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(0..12_u8, 1..40)
}

/// How often each comment is there, of those that [`dressed`] puts in.
fn numbered(text: &str, most: usize) -> Vec<usize> {
    (0..most)
        .map(|at| text.matches(&format!("/* c{at} */")).count() + text.matches(&format!("// c{at}\n")).count())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_edited_is_what_the_file_says(old in preset(), new in preset(), picks in picks(), returns in any::<bool>()) {
        let text = dressed(&presets::to_text(&old), &picks);
        let text = if returns { text.replace('\n', "\r\n") } else { text };
        let (_dir, path) = file(text.as_bytes());
        let read = presets::read(&path).unwrap();
        prop_assert_eq!(&saved(&path, &read).1, &text, "a preset that says what its file says");
        saved(&path, &new);
        // And back again.
        saved(&path, &old);
    }

    #[test]
    fn comments_survive_edits_of_values(
        old in preset(),
        picks in picks(),
        (name, notes, value) in (text(), text(), text()),
        (on, port) in (any::<bool>(), 0..70_000_u32),
        (from, to) in (0..5_usize, 0..5_usize),
    ) {
        let text = dressed(&presets::to_text(&old), &picks);
        let (_dir, path) = file(text.as_bytes());
        let mut new = presets::read(&path).unwrap();
        (new.name, new.notes, new.echo.on, new.echo.port) = (name, notes, on, port);
        for row in &mut new.arguments {
            row.value.clone_from(&value);
        }
        if from.max(to) < new.arguments.len() {
            let row = new.arguments.remove(from);
            new.arguments.insert(to, row);
        }
        new.arguments.push(Argument { flag: "--new".to_owned(), ..Argument::default() });
        let (saved, after) = saved(&path, &new);
        prop_assert!(!saved.comments_dropped, "{}\n\n{}", text, after);
        prop_assert_eq!(numbered(&text, 400), numbered(&after, 400));
    }
}
