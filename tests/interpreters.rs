//! `sidestage interpreters` with the interpreters that are really on this machine, and with a virtual environment that
//! the test makes of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use support::sidestage;

fn run(data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(sidestage());
    command.arg("interpreters").args(args).stdin(Stdio::null()).env("SIDESTAGE_DATA_DIR", data);
    command.output().unwrap()
}

fn json(data: &Path, args: &[&str]) -> Value {
    let output = run(data, &[args, &["--json"]].concat());
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

fn listed(json: &Value) -> &[Value] {
    json["interpreters"].as_array().unwrap()
}

/// A Python of this machine with which a test can make an environment; none under Wine.
fn real_python(data: &Path) -> Option<PathBuf> {
    let all = json(data, &[]);
    let modern = |one: &&Value| one["kind"] == "python" && one["version"].as_str().is_some_and(|v| v.starts_with("3."));
    let base = |one: &&Value| one["environment"].is_null() && one["trouble"].is_null();
    listed(&all).iter().filter(modern).find(base).map(|one| PathBuf::from(one["program"].as_str().unwrap()))
}

#[test]
fn a_real_environment_beside_the_script_is_the_best_guess_and_said_to_be_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let Some(python) = real_python(&data) else {
        eprintln!("skipped: this machine has no Python");
        return;
    };
    let venv = dir.path().join(".venv");
    let made = Command::new(&python).args(["-m", "venv", "--without-pip"]).arg(&venv).status().unwrap();
    assert!(made.success());
    let script = dir.path().join("style.py");
    std::fs::write(&script, "print('hello')\n").unwrap();
    let script = script.to_str().unwrap();

    let told = json(&data, &[script]);
    assert_eq!(told["guess"]["interpreter_kind"], "path");
    assert_eq!(told["guess"]["interpreter"], "./.venv");
    assert_eq!(told["guess"]["why"], ".venv beside the script");
    let best = &listed(&told)[0];
    assert_eq!(best["environment"], "venv");
    assert_eq!(best["origin"], "venv-beside-script");
    assert_eq!(best["implementation"], "cpython");
    let question = "import sys; print(sys.version.split()[0]); print(sys.base_prefix)";
    let says = Command::new(&python).args(["-c", question]).output().unwrap();
    let says = String::from_utf8(says.stdout).unwrap();
    let says: Vec<_> = says.lines().collect();
    assert_eq!([best["version"].as_str().unwrap(), best["base"].as_str().unwrap()], says[..]);

    // The same for people, and from what is remembered.
    let output = run(&data, &[script]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    assert!(text.starts_with("Best guess for style.py: Python 3."), "{text}");
    assert!(text.lines().next().unwrap().ends_with(", .venv beside the script."), "{text}");
    assert!(data.join("interpreters.json").is_file());
    assert_eq!(json(&data, &[script]), told);
    std::fs::write(data.join("interpreters.json"), "\0 not ours").unwrap();
    assert_eq!(json(&data, &[script]), told, "a broken memory is as good as none");
}

#[test]
fn every_real_python_says_what_it_is() {
    let dir = tempfile::tempdir().unwrap();
    let told = json(&dir.path().join("data"), &[]);
    assert!(told["script"].is_null() && told["guess"].is_null());
    for one in listed(&told).iter().filter(|one| one["kind"] == "python" && one["trouble"].is_null()) {
        let label = one["label"].as_str().unwrap();
        assert!(label.ends_with(one["version"].as_str().unwrap()), "{one}");
        assert!(Path::new(one["program"].as_str().unwrap()).is_absolute(), "{one}");
        if cfg!(target_arch = "x86_64") {
            assert!(one["architecture"] == "x86_64" || one["architecture"] == "x86", "{one}");
        }
    }
    // A version manager's Pythons are there by their own versions.
    let versions = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions"));
    for version in versions.into_iter().flat_map(std::fs::read_dir).flatten().flatten() {
        let name = version.file_name().to_string_lossy().into_owned();
        if version.path().join("bin/python").is_file() && name.starts_with(|c: char| c.is_ascii_digit()) {
            let is_it = |one: &&Value| one["origin"] == "pyenv" && one["version"] == name.as_str();
            assert!(listed(&told).iter().any(|one| is_it(&one)), "{name} is missing in {told}");
        }
    }
}

#[test]
fn a_script_that_nobody_can_tell_is_said_and_one_that_is_missing_is_an_error() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let notes = dir.path().join("notes");
    std::fs::write(&notes, "nothing in particular").unwrap();
    let text = String::from_utf8(run(&data, &[notes.to_str().unwrap()]).stdout).unwrap();
    assert!(text.starts_with("Nothing tells what runs notes:"), "{text}");
    let output = run(&data, &[dir.path().join("gone.py").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let why = String::from_utf8_lossy(&output.stderr);
    assert!(why.contains("There is no script") && why.contains("gone.py"), "{why}");
}
