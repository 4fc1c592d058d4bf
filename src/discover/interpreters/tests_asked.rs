//! The whole way with programs that answer, hang and lie.
#![cfg(unix)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::super::machine::Machine;
use super::super::machine::made_up::{file, machine};
use super::super::version::probe_version;
use super::*;

struct Here(tempfile::TempDir);

impl Here {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, path: &str) -> PathBuf {
        self.0.path().join(path)
    }
}

const ANSWER: &str = "echo sidestage:version=3.11.7; echo sidestage:prefix=/p; echo sidestage:base=/p; \
                      echo sidestage:bits=64; echo sidestage:machine=aarch64; echo Python 3.11.7";

fn script(path: &Path, says: &str) {
    file(path, &format!("#!/bin/sh\n{says}\n"));
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755)).unwrap();
}

fn shown(found: &[Found]) -> Vec<(String, Option<Trouble>)> {
    found.iter().map(|one| (one.label(), one.nature.trouble.clone())).collect()
}

#[test]
fn what_answers_is_known_and_what_does_not_is_told_in_words() {
    let here = Here::new();
    script(&here.at("shims/python3"), ANSWER);
    script(&here.at("shims/python3.11"), ANSWER);
    script(&here.at("shims/python3.12"), "echo python3.12: not installed >&2; exit 127");
    script(&here.at("bin/python3.9"), "echo it is broken; exit 1");
    script(&here.at("bin/python3.8"), "echo Python 3.8.1");
    file(&here.at("bin/python3.7"), "#!/no/such/program\n");
    std::fs::set_permissions(here.at("bin/python3.7"), PermissionsExt::from_mode(0o755)).unwrap();
    script(&here.at("bin/node"), "echo v20.1.0");
    script(&here.at("bin/sh"), "echo no such option >&2; exit 2");
    script(&here.at("bin/perl"), "echo no libperl >&2; exit 9");
    script(&here.at("bin/php"), "kill -9 $$");
    script(&here.at("bin/zsh"), "exit 127");
    let machine = Machine {
        runs: |program| probe_version(program).is_some(),
        ..machine(false, &[&here.at("shims"), &here.at("bin")])
    };
    let look = Look { preset_dir: here.at("presets"), ..Look::default() };
    let found = look_on(&machine, &look).found;
    let no_answer = |last: &str| Some(Trouble::NoAnswer(last.to_owned()));
    let failed = |how: &str, last: &str| Some(Trouble::Failed(how.to_owned(), last.to_owned()));
    let mut told = shown(&found);
    let at = told.iter().position(|(label, _)| label == "python3.7").unwrap();
    let unstartable = told.remove(at);
    assert_eq!(
        told,
        [
            ("Python 3.11.7".to_owned(), None),
            ("node 20.1.0".to_owned(), None),
            ("sh".to_owned(), None),
            ("python3.9".to_owned(), no_answer("it is broken")),
            ("python3.8".to_owned(), no_answer("Python 3.8.1")),
            ("zsh".to_owned(), failed("exit 127", "")),
            ("perl".to_owned(), failed("exit 9", "no libperl")),
            ("php".to_owned(), failed("ended by signal 9", "")),
        ]
    );
    assert!(matches!(unstartable.1, Some(Trouble::Unstartable(_))), "{unstartable:?}");
    assert_eq!(found[0].nature.architecture.as_deref(), Some("arm64"));
    assert_eq!(found[0].interpreter, Interpreter::Name("python".to_owned()));
    let gone = Interpreter::Name("python3.12".to_owned());
    let why = super::super::locate::locate_on(
        &machine,
        &gone,
        "",
        (&here.at("presets"), &crate::model::LocalNames::default()),
    )
    .program
    .unwrap_err();
    assert!(why.contains("“python3.12” was not found") && why.contains("shims/python3."), "{why}");
}

#[test]
fn an_environment_whose_python_is_gone_is_listed_and_said() {
    let here = Here::new();
    script(&here.at("bin/python3"), ANSWER);
    file(&here.at("show/.venv/pyvenv.cfg"), "home = /opt/python/bin\n");
    std::fs::create_dir_all(here.at("show/.venv/bin")).unwrap();
    std::os::unix::fs::symlink("python3", here.at("show/.venv/bin/python")).unwrap();
    std::os::unix::fs::symlink("/no/such/python3.9", here.at("show/.venv/bin/python3")).unwrap();
    file(&here.at("show/env/pyvenv.cfg"), "");
    file(&here.at("show/a.py"), "");
    let look = Look { script: Some(here.at("show/a.py")), preset_dir: here.at("show"), ..Look::default() };
    let looked = look_on(&machine(false, &[&here.at("bin")]), &look);
    let troubles: Vec<_> = looked.found.iter().filter_map(Found::trouble).collect();
    assert_eq!(
        troubles,
        [
            ".venv beside the script: its Python /no/such/python3.9 is gone. Make the environment anew.",
            "env beside the script: there is no Python in it. Make the environment anew.",
        ]
    );
    assert_eq!(looked.found[1].interpreter, Interpreter::Path("./.venv".to_owned()));
    assert_eq!(looked.guess.unwrap().interpreter, Interpreter::Name("python".to_owned()), "another one is guessed");
}

#[test]
fn what_was_asked_once_is_known_until_it_changes_or_is_asked_for() {
    let here = Here::new();
    let count = here.at("count");
    let counted = |says: &str| format!("echo x >> '{}'; {says}", count.display());
    script(&here.at("bin/python3"), &counted(ANSWER));
    script(&here.at("bin/python3.9"), &counted("exit 1"));
    let machine = machine(false, &[&here.at("bin")]);
    let times = || std::fs::read_to_string(&count).unwrap().lines().count();
    let cache = Some(here.at("data/interpreters.json"));
    let look = Look { preset_dir: here.at("presets"), cache, ..Look::default() };
    let first = look_on(&machine, &look);
    assert_eq!(times(), 2);
    assert_eq!(look_on(&machine, &look), first);
    assert_eq!(times(), 2, "nobody is asked twice");
    assert_eq!(look_on(&machine, &Look { is_again: true, ..look.clone() }), first);
    assert_eq!(times(), 3, "who could not be used is asked again");
    script(&here.at("bin/python3"), &counted(&ANSWER.replace("3.11.7", "3.11.10")));
    assert_eq!(look_on(&machine, &look).found[0].label(), "Python 3.11.10");
    std::fs::write(here.at("data/interpreters.json"), "{ broken").unwrap();
    assert_eq!(look_on(&machine, &look).found[0].label(), "Python 3.11.10");
    assert_eq!(times(), 6);
}

#[test]
fn one_that_hangs_is_ended_and_holds_nobody_up_for_longer_than_its_deadline() {
    let here = Here::new();
    let pids = here.at("pids");
    script(&here.at("bin/python3"), &format!("sleep 1000 & echo $! >> '{}'; wait", pids.display()));
    script(&here.at("bin/node"), "echo v20.1.0");
    let look = Look { preset_dir: here.at("presets"), ..Look::default() };
    let found = look_on(&machine(false, &[&here.at("bin")]), &look).found;
    assert_eq!(shown(&found), [("node 20.1.0".to_owned(), None), ("python3".to_owned(), Some(Trouble::Hung))]);
    assert!(found[1].trouble().unwrap().contains("5 seconds"));
    let pid = std::fs::read_to_string(&pids).unwrap();
    let stat = || std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat")).unwrap_or_default();
    while !stat().is_empty() && !stat().contains(") Z ") {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

#[test]
fn the_name_goes_to_the_first_that_is_there() {
    let here = Here::new();
    script(&here.at("shims/python3"), "echo no version is set; exit 1");
    script(&here.at("bin/python3"), ANSWER);
    script(&here.at("late/python3"), &ANSWER.replace("3.11.7", "3.9.1"));
    script(&here.at("late/python3.11"), ANSWER);
    script(&here.at("shims/python3.11"), ANSWER);
    let machine = machine(false, &[&here.at("shims"), &here.at("bin"), &here.at("late")]);
    let look = Look { preset_dir: here.at("presets"), ..Look::default() };
    let found = look_on(&machine, &look).found;
    let said: Vec<_> = found.iter().map(|one| (one.label(), one.interpreter.clone())).collect();
    let name = |name: &str| Interpreter::Name(name.to_owned());
    let late = |name: &str| Interpreter::Path(format!("../late/{name}"));
    let told = |version: &str| format!("Python {version}");
    assert_eq!(
        said,
        [
            (told("3.11.7"), name("python3.11")),
            (told("3.11.7"), late("python3.11")),
            (told("3.11.7"), name("python")),
            (told("3.9.1"), late("python3")),
        ]
    );
    // And what goes into the preset leads to what was listed.
    let machine = Machine { runs: |program| probe_version(program).is_some(), ..machine };
    for one in &found {
        let back = super::super::locate::locate_on(
            &machine,
            &one.interpreter,
            "",
            (&here.at("presets"), &crate::model::LocalNames::default()),
        );
        assert_eq!(back.program.as_ref(), Ok(&one.program));
    }
}
