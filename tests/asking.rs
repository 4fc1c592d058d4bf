//! Asking a script for its arguments by running it, and a program for its help.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

fn args(script: &Path, more: &[&str]) -> (i32, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidestage"));
    let output = command.arg("args").arg(script).args(more).arg("--json").output().unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), told, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn python() -> Option<PathBuf> {
    let found = which::which("python3").or_else(|_| which::which("python")).ok();
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CI must have Python");
        eprintln!("skipped: there is no Python to ask with");
    }
    found
}

/// What a script answers to whoever asks it.
fn asked(folder: &Path, script: &str) -> Value {
    let path = folder.join("asked.py");
    std::fs::write(&path, script).unwrap();
    let (_, told, complaint) = args(&path, &["--ask"]);
    assert_eq!(complaint, "");
    told
}

fn flags(told: &Value) -> Vec<String> {
    let rows = told["rows"].as_array().unwrap_or_else(|| panic!("{told}")).iter();
    rows.map(|row| row["flags"][0].as_str().or(row["name"].as_str()).unwrap().to_owned()).collect()
}

/// Stands in for a typer with a click of its own inside, whose commands override `main` without calling the inherited one.
const OWN_CLICK: &str = r#"
class Context(object):
    def __init__(self, command, info_name=None, parent=None):
        self.command = command

class Command(object):
    context_class = Context
    help = None
    def __init__(self, name, params):
        self.name, self.params = name, params
    def make_context(self, name, args):
        raise RuntimeError("it parses")
    def main(self):
        raise RuntimeError("it runs")
"#;

const OWN_CORE: &str = r#"
from ._click.core import Command

class Of(object):
    parser = click_type = formats = choices = None
    is_list = is_tuple = is_choice = is_datetime = is_path = is_file = False
    case_sensitive = True
    def __init__(self, annotation):
        self.annotation, self.parameter_info = annotation, self

class TyperOption(object):
    param_type_name = "option"
    secondary_opts, nargs, default, metavar, help = [], 1, 3, None, "How many."
    required = hidden = is_flag = multiple = count = is_eager = False
    min, max = 1, None
    def __init__(self, name, annotation):
        self.name, self.opts, self.type_descriptor = name, ["--" + name], Of(annotation)

class TyperCommand(Command):
    def main(self):
        return self.make_context("main", [])
"#;

const OWN_TYPER: &str = r#"
from .core import TyperCommand, TyperOption

def run(function):
    TyperCommand("main", [TyperOption(*one) for one in function.__annotations__.items()]).main()
"#;

#[test]
fn a_typer_script_answers() {
    let Some(python) = python() else { return };
    let script = "import typer\ndef main(count: int = typer_default()): pass\ntyper.run(main)\n";
    let folder = tempfile::tempdir().unwrap();
    let package = folder.path().join("typer");
    std::fs::create_dir_all(package.join("_click")).unwrap();
    std::fs::write(package.join("__init__.py"), OWN_TYPER).unwrap();
    std::fs::write(package.join("core.py"), OWN_CORE).unwrap();
    std::fs::write(package.join("_click/__init__.py"), "from .core import Command\n").unwrap();
    std::fs::write(package.join("_click/core.py"), OWN_CLICK).unwrap();
    let told = asked(folder.path(), &script.replace("typer_default()", "3"));
    assert_eq!((&told["library"], flags(&told)), (&json!("typer"), vec!["--count".to_owned()]));
    let row = &told["rows"][0];
    assert_eq!((&row["kind"], &row["min"], &row["default"]), (&json!("integer"), &json!(1.0), &json!(3)));
    // The real one, where it is.
    if Command::new(python).args(["-c", "import typer"]).output().is_ok_and(|output| output.status.success()) {
        let folder = tempfile::tempdir().unwrap();
        let told = asked(folder.path(), &script.replace("typer_default()", "typer.Option(3, min=1, max=9)"));
        let row = &told["rows"][0];
        assert_eq!(
            (flags(&told), &row["kind"], &row["max"]),
            (vec!["--count".to_owned()], &json!("integer"), &json!(9.0))
        );
    } else {
        eprintln!("the real typer is not here");
    }
}

#[test]
fn a_script_that_shows_its_help_instead_is_told_by_that() {
    if python().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let shows = "import argparse, sys\nother = argparse.ArgumentParser()\nother.add_argument('--other')\n\
                 p = argparse.ArgumentParser()\np.add_argument('--a', required=True)\nsubs = p.add_subparsers()\n\
                 go = subs.add_parser('go')\ngo.add_argument('--b')\n";
    for end in ["p.print_help()\nsys.exit(1)\n", "p.print_usage()\n", "p.error('what?')\n", "go.print_help()\n1 / 0\n"]
    {
        let told = asked(folder.path(), &format!("{shows}if len(sys.argv) == 1:\n    {}", end.replace('\n', "\n    ")));
        assert_eq!((flags(&told), &told["doubts"]), (vec!["--a".to_owned()], &json!([])), "{end}");
        assert_eq!(told["commands"][0]["name"], "go");
    }
    let profile = "from optparse import OptionParser\nimport sys\np = OptionParser(usage='x')\np.add_option('-o')\n\
                   if not sys.argv[1:]:\n    p.print_usage()\n    sys.exit(2)\np.parse_args()\n";
    assert_eq!(flags(&asked(folder.path(), profile)), ["-o"]);
    // Without its help it is only likely that these are all.
    let silent = "import argparse, sys\np = argparse.ArgumentParser()\np.add_argument('--a')\nsys.exit('no display')\n";
    let told = asked(folder.path(), silent);
    assert_eq!((flags(&told), told["doubts"].as_array().unwrap().len()), (vec!["--a".to_owned()], 1));
    // A parser that a file makes for itself is none of the script's.
    std::fs::write(
        folder.path().join("tool.py"),
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--t')\n",
    )
    .unwrap();
    assert_eq!(asked(folder.path(), "import tool\n")["library"], Value::Null);
}

#[test]
fn whatever_a_default_is_the_answer_can_be_read() {
    if python().is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let told = asked(
        folder.path(),
        "import argparse\np = argparse.ArgumentParser()\np.add_argument('--a', default='\\udc80x\\\\ud800')\n\
         p.add_argument('--b', default=10**400)\np.add_argument('--c', default='\\U0001f600')\n\
         p.add_argument('--d', default=[float('nan')])\np.parse_args()\n",
    );
    let defaults: Vec<_> = told["rows"].as_array().unwrap().iter().map(|row| row["default"].clone()).collect();
    assert_eq!(defaults, [json!("\u{fffd}x\\ud800"), Value::Null, json!("\u{1f600}"), json!(["nan"])]);
    assert_eq!(told["rows"][1]["computed_default"], "a very large number");
}

#[test]
fn version_2_answers_too() {
    let old = which::which("python2.7")
        .ok()
        .filter(|python| Command::new(python).arg("--version").output().is_ok_and(|output| output.status.success()));
    let Some(old) = old else {
        eprintln!("skipped: there is no Python 2.7 to ask with");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("old.py");
    let text = "# coding: utf-8\nimport argparse\np = argparse.ArgumentParser()\np.add_argument('--größe', default='\\xff')\n\
                p.add_argument('--n', type=int, default=0777)\nprint 'old'\np.parse_args()\n";
    std::fs::write(&script, text).unwrap();
    let (status, told, complaint) = args(&script, &["--ask", "--interpreter", old.to_str().unwrap()]);
    assert_eq!((status, complaint.as_str()), (0, ""));
    assert_eq!(flags(&told), ["--größe", "--n"]);
    assert_eq!(told["rows"][1]["default"], args(&script, &[]).1["rows"][1]["default"]);
}

#[test]
fn a_script_in_an_encoding_of_its_own_is_read_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("latin.py");
    let text = "# coding: latin-1\nimport argparse\np = argparse.ArgumentParser()\np.add_argument('--gr\u{f6}\u{df}e')\np.parse_args()\n";
    std::fs::write(&script, text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<_>>()).unwrap();
    assert_eq!(flags(&args(&script, &[]).1), ["--größe"]);
    std::fs::write(&script, b"\xff\xfei\0m\0").unwrap();
    let (status, told, _) = args(&script, &[]);
    assert_eq!(status, 1);
    assert!(told["doubts"][0].as_str().unwrap().contains("UTF-16"), "{told}");
}

#[cfg(unix)]
mod with_shell {
    use super::*;

    fn helped(script: &str) -> (i32, Value, String) {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tool.sh");
        std::fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        args(&path, &["--help-text"])
    }

    #[test]
    fn a_help_counts_whatever_the_status() {
        let (status, told, complaint) =
            helped("printf 'Usage of tool:\\n  -addr string\\n    \\tlisten\\n' >&2; exit 2");
        assert_eq!((status, flags(&told)), (0, vec!["-addr".to_owned()]), "{complaint}");
    }

    #[test]
    fn what_happened_instead_of_help_is_said() {
        for (script, said) in [
            ("exit 3", "tool.sh ended with status 3 and said nothing to --help."),
            ("exit 0", "tool.sh ended with status 0 and said nothing to --help."),
            (
                "echo 'no such thing'; exit 1",
                "tool.sh ended with status 1 at --help, and what it said is no help text: “no such thing”.",
            ),
            ("exec yes -- '  --opt X   hi'", "tool.sh says more than 1 MiB to --help, which is no help text."),
            ("kill -9 $$", "tool.sh ended without a status and said nothing to --help."),
        ] {
            let (status, _, complaint) = helped(script);
            assert_eq!(status, 1, "{script}");
            assert!(complaint.contains(said), "{script}: {complaint}");
        }
    }
}
