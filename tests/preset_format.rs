//! The example in `docs/presets.md` is a preset, and comes to the arguments that stand below it.
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::path::{Path, PathBuf};

use sidestage::model::{Activation, Argument, Cause, LocalNames, Preset, Said, Site, ValueKind, resolve};

fn document() -> String {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/presets.md")).unwrap();
    text.replace("\r\n", "\n")
}

/// The fenced block after this opening.
fn block<'a>(text: &'a str, opening: &str) -> &'a str {
    text.split_once(opening).unwrap().1.split_once("```").unwrap().0
}

#[test]
fn the_documented_preset_comes_to_the_documented_arguments() {
    let text = document();
    let preset: Preset = ron::from_str(block(&text, "```ron\n")).unwrap();
    let site = Site {
        preset_dir: PathBuf::from("/shows/tonight"),
        program: Ok(PathBuf::from("python")),
        is_python: true,
        activation: None,
        environment: Vec::new(),
        names: LocalNames::default(),
    };
    let invocation = resolve(&preset, &site).unwrap();
    let after = text.split_once("each as one piece:").unwrap().1;
    let documented: Vec<_> = block(after, "```\n").lines().collect();
    assert_eq!(invocation.args[1..], documented);
    assert!(invocation.env.iter().any(|change| change.value.as_deref() == Some("127.0.0.1:7000")));
}

#[test]
fn every_field_of_a_preset_is_documented() {
    let text = document();
    let error = ron::from_str::<Preset>("(nonsense: 1)").unwrap_err();
    let ron::Error::NoSuchStructField { expected, .. } = error.code else { panic!("{error}") };
    for field in expected {
        assert!(text.contains(&format!("| `{field}` |")), "{field} has no row in the table of fields");
    }
}

#[test]
fn every_field_of_what_a_script_says_is_documented_and_so_are_the_kinds() {
    let text = document();
    let section = text.split_once("### What a script says of its rows").unwrap().1;
    let section = section.split_once("\n### ").unwrap().0;
    let error = ron::from_str::<Said>("(nonsense: 1)").unwrap_err();
    let ron::Error::NoSuchStructField { expected, .. } = error.code else { panic!("{error}") };
    let error = ron::from_str::<ValueKind>("Nonsense").unwrap_err();
    let ron::Error::NoSuchEnumVariant { expected: kinds, .. } = error.code else { panic!("{error}") };
    for word in expected.iter().chain(kinds) {
        let is_in_table = section.lines().any(|line| {
            let first = line.strip_prefix("| ").and_then(|line| line.split(" | ").next());
            first.is_some_and(|first| first.split(", ").any(|own| own == format!("`{word}`")))
        });
        assert!(is_in_table, "{word} has no row in a table");
    }
    let example = block(section, "```ron\n").trim().strip_prefix("arguments: ").unwrap();
    let rows: Vec<Argument> = ron::from_str(example.trim_end_matches(',')).unwrap();
    assert_eq!(rows.len(), 3);
}

#[test]
fn every_placeholder_and_every_change_to_the_environment_is_documented() {
    let text = document();
    for (name, meaning) in sidestage::model::PLACEHOLDERS {
        assert!(text.contains(&format!("| `{{{name}}}` | {meaning} |")), "{name}");
    }
    let polluted = ["PYTHONHOME", "PYTHONPATH", "PYTHONEXECUTABLE", "PYTHONSTARTUP", "PYTHONUSERBASE"]
        .into_iter()
        .chain(["PYTHONNOUSERSITE", "VIRTUAL_ENV", "ELECTRON_RUN_AS_NODE", "PATH"])
        .map(|name| (name.to_owned(), "x".to_owned()))
        .collect::<Vec<_>>();
    let section = text.split_once("### What Sidestage changes in the environment").unwrap().1;
    let section = section.split_once("\n### ").unwrap().0;
    let activations = [Activation::Conda("e".to_owned()), Activation::Pyenv("v".to_owned())];
    for (activation, word) in activations.iter().zip(["conda", "pyenv"]) {
        for change in sidestage::model::fixes(true, Some(activation), &polluted) {
            let Cause::Fix(why) = change.cause else { panic!("{change:?}") };
            let is_of_it = why.contains(word);
            // Its name is in the table's first column; what several things change has a row for each.
            let row = section.lines().find(|line| {
                let names = line.strip_prefix("| ").and_then(|line| line.split(" | ").next());
                names.is_some_and(|names| names.split(", ").any(|name| name == format!("`{}`", change.name)))
                    && (!is_of_it || line.contains(word))
            });
            assert!(row.is_some(), "{} for {word} has no row", change.name);
        }
    }
}
