use std::path::PathBuf;

use super::*;
use crate::model::{Argument, Place, Preset, Site, Variable, resolve};

fn site() -> Site {
    Site {
        preset_dir: PathBuf::from("/shows/tonight"),
        program: Ok(PathBuf::from("/usr/bin/ffmpeg")),
        is_python: false,
        activation: None,
        environment: vec![("TOKEN".to_owned(), "hunter22".to_owned()), ("EMPTY".to_owned(), String::new())],
        names: crate::model::LocalNames::default(),
    }
}

fn preset() -> Preset {
    Preset { interpreter: crate::model::Interpreter::None, script: "ffmpeg".to_owned(), ..Preset::new("Upload") }
}

fn row(flag: &str, from: Secret, by: SecretBy) -> Argument {
    Argument { on: true, flag: flag.to_owned(), secret: Some(RowSecret { from, by }), ..Argument::default() }
}

fn key() -> Secret {
    Secret::Keyring("upload key".to_owned())
}

#[test]
fn a_file_names_a_secret_without_some() {
    let text = r#"(on: true, name: "API_KEY", secret: Keyring("upload key"))"#;
    let variable: Variable = ron::from_str(text).unwrap();
    assert_eq!(variable.secret, Some(key()));
    let text = r#"(on: true, flag: "--token=", secret: (from: Environment("TOKEN"), by: Variable("API_KEY")))"#;
    let argument: Argument = ron::from_str(text).unwrap();
    let by = SecretBy::Variable("API_KEY".to_owned());
    assert_eq!(argument.secret, Some(RowSecret { from: Secret::Environment("TOKEN".to_owned()), by }));
    let again: Argument = ron::from_str(&ron::to_string(&argument).unwrap()).unwrap();
    assert_eq!(again, argument);
    assert!(ron::from_str::<Variable>(r#"(on: true, name: "A", secret: Password("x"))"#).is_err());
}

#[test]
fn an_invocation_has_the_places_and_no_value() {
    let environment = Secret::Environment("TOKEN".to_owned());
    let preset = Preset {
        arguments: vec![
            row("--password-by-variable", key(), SecretBy::Variable("PASSWORD".to_owned())),
            row("--user", key(), SecretBy::Argument),
            row("--token=", environment.clone(), SecretBy::Argument),
            row("", environment, SecretBy::Argument),
            row("--stdin", key(), SecretBy::Input),
            Argument { on: false, ..row("--off", Secret::Keyring(String::new()), SecretBy::Input) },
        ],
        environment: vec![Variable {
            on: true,
            name: "API_KEY".to_owned(),
            secret: Some(key()),
            ..Variable::default()
        }],
        ..preset()
    };
    let invocation = resolve(&preset, &site()).unwrap();
    assert_eq!(invocation.args, ["--user", MASK, &format!("--token={MASK}"), MASK]);
    let env: Vec<_> = invocation.env.iter().map(|change| (change.name.as_str(), change.value.as_deref())).collect();
    assert_eq!(env, [("PASSWORD", Some(MASK)), ("API_KEY", Some(MASK))]);
    assert_eq!(invocation.plain_env().count(), 0);
    assert!(invocation.takes_secret_input());
    let places: Vec<_> = invocation.secrets.iter().map(|used| used.at.clone()).collect();
    let argument = |index, before: &str| SecretAt::Argument { index, before: before.to_owned() };
    let expected = [
        argument(1, ""),
        argument(2, "--token="),
        argument(3, ""),
        SecretAt::Variable { index: 0 },
        SecretAt::Input,
        SecretAt::Variable { index: 1 },
    ];
    assert_eq!(places, expected);
    assert!(!format!("{invocation:?}").contains("hunter22"));
}

#[test]
fn what_is_wrong_with_a_secret_stands_at_its_row() {
    let by_input = |from| row("--x", from, SecretBy::Input);
    let preset = Preset {
        arguments: vec![
            Argument { value: "hunter22".to_owned(), ..by_input(key()) },
            by_input(Secret::Keyring(" ".to_owned())),
            by_input(Secret::Keyring("two\nlines".to_owned())),
            by_input(Secret::Environment("A=B".to_owned())),
            row("--x", key(), SecretBy::Variable(String::new())),
            by_input(key()),
        ],
        environment: vec![Variable { on: true, name: "A".to_owned(), value: "b".to_owned(), secret: Some(key()) }],
        ..preset()
    };
    let problems = resolve(&preset, &site()).unwrap_err();
    let places: Vec<_> = problems.iter().map(|problem| problem.place).collect();
    let expected: Vec<_> = (0..5).map(Place::Argument).chain([Place::Variable(0)]).collect();
    assert_eq!(places, expected);
    assert!(problems[0].what.contains("both a value and a secret"), "{problems:?}");
    assert!(problems[5].what.contains("both a value and a secret"), "{problems:?}");
}

#[test]
fn a_variable_that_this_machine_lacks_is_missing_at_its_row() {
    let from = |name: &str| Secret::Environment(name.to_owned());
    let variable = |name: &str| Variable { on: true, secret: Some(from(name)), ..Variable::default() };
    let preset = Preset {
        arguments: vec![
            row("--x", from("TOKEN"), SecretBy::Input),
            row("--x", from("EMPTY"), SecretBy::Input),
            Argument { on: false, ..row("--x", from("OFF"), SecretBy::Input) },
            row("--x", key(), SecretBy::Input),
        ],
        environment: vec![variable("TOKEN"), variable("MISSING"), variable("")],
        ..preset()
    };
    assert!(
        resolve(&Preset { environment: Vec::new(), ..preset.clone() }, &site()).is_ok(),
        "another machine may have it"
    );
    let missing = missing_secrets(&preset, &site().environment);
    let places: Vec<_> = missing.iter().map(|problem| problem.place).collect();
    assert_eq!(places, [Place::Argument(1), Place::Variable(1)]);
    assert!(missing[1].what.contains("the variable MISSING"), "{missing:?}");
}
