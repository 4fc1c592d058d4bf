//! The arguments of real scripts: as they are read from the text, and as the script's own parser knows them when it is
//! asked, by real Python. Both must agree.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test fails by panicking, and says what it skips")]

#[path = "support/mod.rs"]
mod support;

use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sidestage::discover::arguments::declared_in;
use sidestage::model::{Argument, Preset, join, merge};
use sidestage::store::presets::{self, Expect};
use support::{wait_for, wait_for_death};

fn args(script: &Path, more: &[&str]) -> (i32, Value, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidestage"));
    let output = command.arg("args").arg(script).args(more).arg("--json").output().unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
    (output.status.code().unwrap(), told, String::from_utf8_lossy(&output.stderr).into_owned())
}

fn has_python() -> bool {
    let found = which::which("python3").or_else(|_| which::which("python"));
    if found.is_err() {
        assert!(std::env::var_os("CI").is_none(), "CI must have Python");
        eprintln!("skipped: there is no Python to ask with");
    }
    found.is_ok()
}

/// What both ways must agree on, row by row.
fn rows(told: &Value) -> Vec<Value> {
    let fields = ["flags", "off_flags", "name", "kind", "action", "nargs", "default", "choices", "required", "group"];
    let row = |row: &Value| fields.iter().map(|field| row[*field].clone()).collect();
    told["rows"].as_array().unwrap().iter().map(row).collect()
}

/// A default that is found out only when the script runs is known to the one who asks.
fn forget_computed(told: &Value, asked: &mut Value) {
    let told = told["rows"].as_array().unwrap();
    for (told, asked) in told.iter().zip(asked["rows"].as_array_mut().unwrap()) {
        if !told["computed_default"].is_null() {
            asked["default"] = Value::Null;
        }
    }
}

#[test]
fn the_shipped_scripts_are_read_as_they_answer() {
    if !has_python() {
        return;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets/scripts");
    let mut found = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let script = entry.unwrap().path();
        if !std::fs::read_to_string(&script).unwrap().contains("add_argument") {
            continue;
        }
        let (status, told, complaint) = args(&script, &[]);
        assert_eq!((status, complaint.as_str()), (0, ""), "{}", script.display());
        let (status, asked, complaint) = args(&script, &["--ask"]);
        assert_eq!((status, complaint.as_str()), (0, ""), "{}", script.display());
        let (told, mut asked) = (told, asked);
        forget_computed(&told, &mut asked);
        assert_eq!(rows(&told), rows(&asked), "{}", script.display());
        found += rows(&told).len();
    }
    assert!(found > 8, "{found}");
}

#[test]
fn an_awkward_script_is_read_as_it_answers() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("a b & 'c' é.py");
    std::fs::write(
        folder.path().join("shared.py"),
        "SIZES = ['s', 'm']\ndef add(p):\n    p.add_argument('--lang', default='de')\n",
    )
    .unwrap();
    let text = r#"
import argparse, shared
first = argparse.ArgumentParser(add_help=False)
first.add_argument("--config")
known, rest = first.parse_known_args()
parser = argparse.ArgumentParser(parents=[first])
shared.add(parser)
group = parser.add_argument_group("Sizes")
for size in shared.SIZES:
    group.add_argument(f"--{size}-count", type=int, default=len(size) * 3)
parser.add_argument("--size", choices=shared.SIZES, required=True)
parser.add_argument("-v", action="count", default=0)
parser.add_argument("pair", nargs=2, type=float)
print("to stdout")
parser.parse_args()
"#;
    std::fs::write(&script, text).unwrap();
    let (_, told, _) = args(&script, &[]);
    let (status, asked, complaint) = args(&script, &["--ask"]);
    assert_eq!(status, 0, "{complaint}");
    assert_eq!(rows(&told), rows(&asked));
    assert_eq!(rows(&told).len(), 7);
}

#[test]
fn a_script_that_fails_says_why_and_one_without_arguments_too() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("broken.py");
    std::fs::write(&script, "import a_module_that_nobody_has\n").unwrap();
    let (status, told, _) = args(&script, &[]);
    assert_eq!((status, told["library"].clone()), (1, Value::Null));
    if has_python() {
        let (status, _, complaint) = args(&script, &["--ask"]);
        assert_eq!(status, 1);
        assert!(complaint.contains("No module named 'a_module_that_nobody_has'"), "{complaint}");
    }
    let (status, _, complaint) = args(&folder.path().join("gone.py"), &[]);
    assert_eq!(status, 1);
    assert!(complaint.contains("There is no script"), "{complaint}");
}

#[test]
fn a_program_that_is_no_python_is_read_by_its_help() {
    // Our own program has help in clap's style.
    let (status, told, complaint) = args(Path::new(env!("CARGO_BIN_EXE_sidestage")), &["--help-text"]);
    assert_eq!(status, 0, "{complaint}");
    let flags: Vec<_> = rows(&told).iter().map(|row| row[0].clone()).collect();
    assert!(flags.contains(&serde_json::json!(["--renderer"])), "{flags:?}");
    let commands = told["commands"].as_array().unwrap();
    assert!(commands.iter().any(|command| command["name"] == "check"), "{commands:?}");
}

/// Presets in a folder of their own.
fn into(folder: &Path, more: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidestage"));
    let output = command.arg("--presets").arg(folder).arg("args").args(more).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn a_presets_rows_take_what_the_script_says_from_the_command_line_too() {
    let folder = tempfile::tempdir().unwrap();
    let preset = Preset { script: "work.py".to_owned(), ..Preset::new("Work") };
    let preset = Preset { arguments: vec![Argument::new("-i", "Hello")], ..preset };
    let path = folder.path().join("work.ron");
    presets::write(&path, &preset, Expect::New).unwrap();
    let text = r#"
import argparse
p = argparse.ArgumentParser()
p.add_argument("-i", "--input", required=True)
p.add_argument("--old")
commands = p.add_subparsers(dest="what", required=True)
train = commands.add_parser("train")
train.add_argument("--epochs", type=int, default=5)
commands.add_parser("eval")
"#;
    std::fs::write(folder.path().join("work.py"), text).unwrap();
    let (status, said, complaint) = into(folder.path(), &["--into", "Work", "--command", "train"]);
    assert_eq!((status, complaint.as_str()), (0, ""));
    assert_eq!(said, "described: -i, --input\nnew: --old\nnew: command\nnew: --epochs\n");
    let rows = presets::read(&path).unwrap().arguments;
    let told: Vec<_> = rows.iter().map(|row| (row.on, row.title(), row.value.as_str())).collect();
    assert_eq!(
        told,
        [(true, "-i", "Hello"), (false, "--old", ""), (true, "command", "train"), (false, "--epochs", "")]
    );
    std::fs::write(folder.path().join("next.py"), text.replace("--old", "--new")).unwrap();
    let next = folder.path().join("next.py");
    let (status, said, _) = into(folder.path(), &[next.to_str().unwrap(), "--into", "Work"]);
    assert_eq!((status, said.as_str()), (0, "new: --new\ngone: --old\n"));
    assert_eq!(presets::read(&path).unwrap().script, "./next.py");
    let (_, said, _) = into(folder.path(), &["--into", "Work"]);
    assert_eq!(said, "“Work” has the script's arguments already.\n");
    let (status, _, complaint) = into(folder.path(), &["--into", "Work", "--command", "fly"]);
    assert_eq!(status, 1);
    assert!(complaint.contains("train, eval"), "{complaint}");
}

/// What a preset comes to is what its script gets, whatever the order of its rows and whatever stands in them.
#[test]
fn a_real_parser_takes_the_rows_as_they_are_meant() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
import argparse, json
p = argparse.ArgumentParser()
p.add_argument("style")
p.add_argument("files", nargs="*")
p.add_argument("-t", "--title")
p.add_argument("--many", nargs="*")
p.add_argument("--size", nargs=2, type=int)
p.add_argument("--tag", action="append")
p.add_argument("-v", action="count", default=0)
p.add_argument("--color", action="store_true")
print(json.dumps(vars(p.parse_args()), sort_keys=True))
"#;
    std::fs::write(folder.path().join("odd.py"), text).unwrap();
    let path = folder.path().join("Odd.ron");
    presets::write(&path, &Preset { script: "odd.py".to_owned(), ..Preset::new("Odd") }, Expect::New).unwrap();
    assert_eq!(into(folder.path(), &["--into", "Odd"]).0, 0);
    let (mut preset, stamp) = presets::read_stamped(&path).unwrap();
    for row in &mut preset.arguments {
        row.on = true;
        let values: &[&str] = match row.title() {
            "style" => &["-dashed"],
            "files" => &["a b", "--c"],
            "--title" => &["-x y"],
            "--many" => &["m", "n"],
            "--size" => &["-1", "2"],
            "--tag" => &["one", "two"],
            "-v" => &["3"],
            _ => &[""],
        };
        row.value = values[0].to_owned();
        row.more = values[1..].iter().map(|value| (*value).to_owned()).collect();
    }
    // The flag of any number of values stands right before the positional ones.
    preset.arguments.rotate_left(4);
    presets::write(&path, &preset, Expect::Unchanged(stamp)).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_sidestage"))
        .arg("--presets")
        .arg(folder.path())
        .args(["run", "--no-log", "Odd"])
        .output()
        .unwrap();
    let told: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    assert_eq!(
        told,
        serde_json::json!({
            "style": "-dashed", "files": ["a b", "--c"], "title": "-x y", "many": ["m", "n"], "size": [-1, 2],
            "tag": ["one", "two"], "v": 3, "color": true
        })
    );
}

#[test]
fn ranges_and_converters_are_known_by_reading_and_by_asking() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("types.py");
    let text = r#"
import argparse, pathlib
def seconds(text): return int(text)
p = argparse.ArgumentParser()
p.add_argument("--delay", type=seconds)
p.add_argument("--count", type=int)
p.add_argument("--out", type=pathlib.Path)
p.add_argument("--level", type=str.lower, choices=["a"])
p.add_argument("--made", type=lambda text: text)
p.parse_args()
"#;
    std::fs::write(&script, text).unwrap();
    let converters = |told: &Value| {
        let rows = told["rows"].as_array().unwrap().iter();
        rows.map(|row| !row["converter"].is_null()).collect::<Vec<_>>()
    };
    let expected = [true, false, false, true, true];
    assert_eq!(converters(&args(&script, &[]).1), expected);
    assert_eq!(converters(&args(&script, &["--ask"]).1), expected);
}

#[test]
fn a_script_that_is_asked_ends_with_who_asks() {
    if !has_python() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("sleeps.py");
    let text = "import os, time\nopen(__file__ + '.pid', 'w').write(str(os.getpid()))\n\
                assert os.read(0, 1) == b''\ntime.sleep(3600)\n";
    std::fs::write(&script, text).unwrap();
    let mut asking =
        Command::new(env!("CARGO_BIN_EXE_sidestage")).arg("args").arg(&script).arg("--ask").spawn().unwrap();
    let told = || std::fs::read_to_string(script.with_file_name("sleeps.py.pid")).ok()?.parse().ok();
    let pid = wait_for("runs", told);
    asking.kill().unwrap();
    asking.wait().unwrap();
    wait_for_death(pid);
}

#[test]
fn the_shipped_presets_say_what_their_scripts_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
    let described: Vec<_> = presets::load_dir(&folder)
        .presets
        .into_iter()
        .filter(|entry| entry.preset.arguments.iter().any(Argument::is_declared))
        .collect();
    assert!(described.len() >= 4, "{}", described.len());
    for entry in described {
        let declared = declared_in(&join(&folder, &entry.preset.script)).unwrap();
        let merged = merge(&entry.preset.arguments, &declared);
        assert!(merged.is_nothing(), "{}: {}\n{:#?}", entry.preset.name, merged.summary(), merged.rows);
    }
}
