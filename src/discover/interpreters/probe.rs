//! Asks one program what it is. A Python answers by a few lines of its own language, which says more than its version;
//! any other program is asked for that alone.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use super::super::child::{self, Answer};
use super::super::version::{DEADLINE, MAX_ANSWER_BYTES, version_command, version_in};
use super::header::architecture;
use super::search::kind_of;
use super::{Environment, Nature, Trouble, name_of};
use crate::model::fixes;

/// Runs in any Python since 2.6. What `site` and its kin print before it is not taken for an answer.
const QUESTION: &str = include_str!("../../../assets/ask_python.py");
const MARK: &str = "sidestage:";
/// Last words are shown, and are to stay a sentence.
const MOST_LAST_WORDS: usize = 160;

/// Asks a Python. `folder` is where it runs: a version manager's stand-in decides by it.
pub fn ask_python(program: &Path, folder: Option<&Path>) -> Nature {
    let mut command = Command::new(program);
    // No bytecode is written into anybody's installation.
    command.args(["-B", "-c", QUESTION]);
    let environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    // What Touch hands its children breaks any other Python, also when it is only asked.
    for change in fixes(true, None, &environment) {
        match &change.value {
            Some(value) => command.env(&change.name, value),
            None => command.env_remove(&change.name),
        };
    }
    if let Some(folder) = folder.filter(|folder| folder.is_dir()) {
        command.current_dir(folder);
    }
    match child::ask(command, DEADLINE, MAX_ANSWER_BYTES, &|| false) {
        Answer::Ended { status, said } => match parse(&said) {
            Some(nature) if status.success() => nature,
            Some(_) | None => Nature { trouble: Some(Trouble::NoAnswer(last_words(&said))), ..Nature::default() },
        },
        Answer::Late => Nature { trouble: Some(Trouble::Hung), ..Nature::default() },
        Answer::Unstartable(error) => unstartable(&error),
    }
}

/// Asks any other program for its version. Not to have one is no trouble, nor is it for a plain shell to refuse the
/// question; any other that fails would fail at a script too.
pub fn ask_version(program: &Path) -> Nature {
    let architecture = architecture(program).map(str::to_owned);
    match child::ask(version_command(program), DEADLINE, MAX_ANSWER_BYTES, &|| false) {
        Answer::Ended { status, said } => {
            let version = version_in(&said).filter(|_| status.success());
            let trouble = failure(program, status).map(|how| Trouble::Failed(how, last_words(&said)));
            Nature { version, architecture, trouble, ..Nature::default() }
        }
        Answer::Late => Nature { trouble: Some(Trouble::Hung), architecture, ..Nature::default() },
        Answer::Unstartable(error) => unstartable(&error),
    }
}

/// How it failed, if it did.
fn failure(program: &Path, status: ExitStatus) -> Option<String> {
    // What shells end with when what they start can't be run, as a stand-in's script does.
    const NOTHING_TO_RUN: [i32; 2] = [126, 127];
    match status.code() {
        Some(0) => None,
        Some(code) if kind_of(program) == "sh" && !NOTHING_TO_RUN.contains(&code) => None,
        Some(code) => Some(format!("exit {code}")),
        None => Some(by_signal(status)),
    }
}

#[cfg(unix)]
fn by_signal(status: ExitStatus) -> String {
    use std::os::unix::process::ExitStatusExt;
    status.signal().map_or_else(|| "no exit status".to_owned(), |signal| format!("ended by signal {signal}"))
}

#[cfg(not(unix))]
fn by_signal(_: ExitStatus) -> String {
    "no exit status".to_owned()
}

fn unstartable(error: &std::io::Error) -> Nature {
    Nature { trouble: Some(Trouble::Unstartable(error.to_string())), ..Nature::default() }
}

/// What a Python answered.
fn parse(said: &str) -> Option<Nature> {
    let value = |name: &str| {
        said.lines().find_map(|line| line.trim_end().strip_prefix(MARK)?.strip_prefix(name)?.strip_prefix('='))
    };
    let version = value("version")?;
    if !version.starts_with(|c: char| c.is_ascii_digit()) || !version.contains('.') {
        return None;
    }
    let prefix = PathBuf::from(value("prefix")?);
    let base = PathBuf::from(value("base")?);
    Some(Nature {
        implementation: value("implementation").map(str::to_owned),
        version: Some(version.to_owned()),
        architecture: machine(value("machine").unwrap_or_default(), value("bits").unwrap_or_default()),
        environment: environment(&prefix, base, value("conda") == Some("yes")),
        trouble: None,
    })
}

fn environment(prefix: &Path, base: PathBuf, is_conda: bool) -> Option<Environment> {
    if base != prefix {
        return Some(Environment::Venv { base });
    }
    let is_named = prefix.parent().is_some_and(|parent| name_of(parent) == "envs");
    is_conda.then(|| Environment::Conda { name: if is_named { name_of(prefix) } else { "base".to_owned() } })
}

/// One word for what systems call their processors. A Python of 32 bits says that it is, wherever it runs.
fn machine(told: &str, bits: &str) -> Option<String> {
    let told = told.to_lowercase();
    let is_arm = told.contains("arm") || told.contains("aarch");
    let is_intel = ["x86", "amd64", "i386", "i686", "intel"].iter().any(|name| told.contains(name));
    let word = match (bits, is_arm, is_intel) {
        ("32", true, _) => "arm",
        ("32", false, true) => "x86",
        (_, true, _) => "arm64",
        (_, false, true) => "x86_64",
        (_, false, false) => return None,
    };
    Some(word.to_owned())
}

fn last_words(said: &str) -> String {
    let last = said.lines().rev().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    last.chars().filter(|c| !c.is_control()).take(MOST_LAST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pythons_answer_is_found_in_whatever_else_is_printed() {
        let said = "a banner of somebody's site\r\nsidestage:implementation=pypy\r\nsidestage:version=3.10.14\r\n\
                    sidestage:bits=64\r\nsidestage:machine=3.10 [MSC v.1929 64 bit (AMD64)]\r\n\
                    sidestage:prefix=C:\\venv\r\nsidestage:base=C:\\Py=3\r\nsidestage:conda=no\r\n";
        let nature = parse(said).unwrap();
        assert_eq!(nature.implementation.as_deref(), Some("pypy"));
        assert_eq!(nature.version.as_deref(), Some("3.10.14"));
        assert_eq!(nature.architecture.as_deref(), Some("x86_64"));
        assert_eq!(nature.environment, Some(Environment::Venv { base: "C:\\Py=3".into() }));
    }

    #[test]
    fn a_lie_is_no_answer() {
        for said in [
            "",
            "Python 3.11.4",
            "sidestage:version=yes\nsidestage:prefix=/\nsidestage:base=/",
            "sidestage:version=3.1",
        ] {
            assert_eq!(parse(said), None, "{said}");
        }
        assert_eq!(last_words("pyenv: python3.12: command not found\n\n"), "pyenv: python3.12: command not found");
    }

    #[test]
    fn a_processor_has_one_name() {
        for (told, bits, word) in [
            ("x86_64", "64", Some("x86_64")),
            ("x86_64", "32", Some("x86")),
            ("aarch64", "64", Some("arm64")),
            ("armv7l", "32", Some("arm")),
            ("3.8 [MSC v.1916 32 bit (Intel)]", "32", Some("x86")),
            ("3.11 [MSC v.1934 64 bit (ARM64)]", "64", Some("arm64")),
            ("riscv64", "64", None),
        ] {
            assert_eq!(machine(told, bits).as_deref(), word, "{told} {bits}");
        }
    }

    #[test]
    fn conda_is_told_from_a_plain_python_and_named() {
        let conda = |prefix: &str, is_conda| environment(Path::new(prefix), prefix.into(), is_conda);
        assert_eq!(conda("/usr", false), None);
        assert_eq!(conda("/c/envs/style", true), Some(Environment::Conda { name: "style".to_owned() }));
        assert_eq!(conda("/miniforge3", true), Some(Environment::Conda { name: "base".to_owned() }));
    }
}
