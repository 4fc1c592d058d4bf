//! What a script wants to be run by, as far as its file and its project say: the first line, the ending, and the versions
//! of Python that the project names.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::super::machine::{Machine, System};
use super::places::project_above;
use super::search::kind_of;
use crate::model::Interpreter;

/// A first line that is longer asks for nothing.
const MOST_FIRST_LINE: u64 = 512;
/// No file that says a version is larger.
const MOST_PROJECT_FILE: u64 = 256 * 1024;
/// How many folders up a version is looked for.
const CLIMB: usize = 6;

/// What a script wants.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Names without version, the likeliest first; empty where nothing tells.
    pub kinds: Vec<String>,
    /// Why these, in words.
    pub why: String,
    /// The program that the first line names by its path.
    pub program: Option<PathBuf>,
    /// It runs by itself.
    pub is_program: bool,
    /// 32 or 64, if the first line says so.
    pub bits: Option<u32>,
    /// What versions it wants, what counts most first.
    pub demands: Vec<Demand>,
}

/// A version that is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    pub versions: Versions,
    pub why: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Versions {
    /// Begins with these numbers.
    Like(Vec<u32>),
    /// As Python's packaging writes them: `>=3.10,<3.13`.
    Within(String),
}

impl Versions {
    pub fn allow(&self, version: &str) -> bool {
        let numbers = numbers(version);
        match self {
            Self::Like(wanted) => numbers.starts_with(wanted),
            Self::Within(bounds) => bounds.split(',').all(|bound| is_within(&numbers, bound.trim()).unwrap_or(true)),
        }
    }
}

/// Looks at a script, and at its project.
pub fn read_wants(machine: &Machine, script: &Path) -> Wants {
    let ending = ending_of(script);
    let mut wants = match read_some(script, MOST_FIRST_LINE).as_deref().and_then(shebang) {
        Some(line) => wants_of(machine, &line),
        None => Wants {
            kinds: usual_kinds(&ending, machine.system).iter().map(|kind| (*kind).to_owned()).collect(),
            why: format!("usual for .{ending} files"),
            is_program: is_program(&ending),
            ..Wants::default()
        },
    };
    if wants.kinds.iter().any(|kind| kind == "python")
        && let Some(folder) = script.parent()
    {
        wants.demands.extend(pinned_version(folder));
        wants.demands.extend(required_version(folder));
    }
    wants
}

/// What usually runs a file with this ending; [`Interpreter::None`] where it is likely to be a program itself. Looks at
/// the name alone.
#[must_use]
pub fn usual_interpreter(script: &Path) -> Interpreter {
    let system = if cfg!(windows) { System::Windows } else { System::Linux };
    usual_kinds(&ending_of(script), system)
        .first()
        .map_or(Interpreter::None, |kind| Interpreter::Name((*kind).to_owned()))
}

fn ending_of(script: &Path) -> String {
    script.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// By what a file with this ending is run, the likeliest first.
fn usual_kinds(ending: &str, system: System) -> &'static [&'static str] {
    match ending {
        "py" | "pyw" => &["python"],
        "js" | "mjs" | "cjs" => &["node", "bun", "deno"],
        "ts" | "mts" => &["deno", "bun", "tsx", "node"],
        "rb" => &["ruby"],
        "pl" => &["perl"],
        "r" => &["Rscript"],
        "sh" | "bash" => &["bash", "sh"],
        "zsh" => &["zsh"],
        "ps1" if system == System::Windows => &["powershell", "pwsh"],
        "ps1" => &["pwsh"],
        "php" => &["php"],
        "lua" => &["lua", "luajit"],
        "jl" => &["julia"],
        _ => &[],
    }
}

fn is_program(ending: &str) -> bool {
    matches!(ending, "exe" | "com" | "bat" | "cmd" | "appimage")
}

/// A script's first line, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shebang {
    /// As it is written: `/usr/bin/env`, `/opt/py/bin/python`, or one of the `py` launcher's, `python3.11-32`.
    program: String,
    /// The name of what is meant: `python3.11`.
    name: String,
}

fn shebang(text: &str) -> Option<Shebang> {
    let line = text.trim_start_matches('\u{feff}').lines().next()?.strip_prefix("#!")?;
    let mut words = line.split_whitespace();
    let program = words.next()?.to_owned();
    let last = |path: &str| path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
    let mut name = last(&program);
    if name == "env" {
        let is_told_to_env = |word: &&str| word.starts_with('-') || word.contains('=');
        name = last(words.find(|word| !is_told_to_env(word))?);
    } else if name == "py" {
        // As somebody would write it in a terminal: `py -3.11`.
        name = format!("python{}", words.next().and_then(|word| word.strip_prefix('-')).unwrap_or_default());
    }
    (!name.is_empty()).then_some(Shebang { program, name })
}

fn wants_of(machine: &Machine, line: &Shebang) -> Wants {
    let name = line.name.strip_suffix(".exe").unwrap_or(&line.name);
    // The `py` launcher reads `python3.8-32` as a version and a processor.
    let (name, bits) = match name.rsplit_once('-') {
        Some((name, "32")) => (name, Some(32)),
        Some((name, "64")) => (name, Some(64)),
        Some(_) | None => (name, None),
    };
    let kind = kind_of(Path::new(name));
    let version = numbers(name.trim_start_matches(|c: char| !c.is_ascii_digit()));
    let why = format!("its first line asks for {name}");
    let demands = if version.is_empty() || name.starts_with("pypy") {
        Vec::new()
    } else {
        vec![Demand { versions: Versions::Like(version), why: why.clone() }]
    };
    let is_path = line.program.starts_with('/') && !line.program.ends_with("/env") && !machine.is_windows();
    let program = is_path.then(|| machine.fixed(&line.program));
    Wants { kinds: vec![kind], why, program, bits, demands, ..Wants::default() }
}

/// pyenv's and uv's file, in the script's folder or above.
fn pinned_version(folder: &Path) -> Option<Demand> {
    let file = folder.ancestors().take(CLIMB).map(|dir| dir.join(".python-version")).find(|file| file.is_file())?;
    let text = read_some(&file, MOST_PROJECT_FILE)?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    let version = line.split_whitespace().next()?;
    let plain = version.trim_start_matches("cpython").trim_start_matches("python").trim_start_matches(['@', '-']);
    let numbers = numbers(plain);
    let why = format!("its .python-version says {version}");
    (!numbers.is_empty()).then_some(Demand { versions: Versions::Like(numbers), why })
}

/// `requires-python` of the project that the script is in.
fn required_version(folder: &Path) -> Option<Demand> {
    let text = read_some(&project_above(folder)?.join("pyproject.toml"), MOST_PROJECT_FILE)?;
    let bounds = requires_python(&text)?;
    let why = format!("its pyproject.toml asks for {bounds}");
    Some(Demand { versions: Versions::Within(bounds), why })
}

fn requires_python(toml: &str) -> Option<String> {
    let mut is_project = false;
    for line in toml.lines().map(str::trim) {
        if line.starts_with('[') {
            is_project = line == "[project]";
        } else if let Some((key, value)) = line.split_once('=')
            && is_project
            && key.trim() == "requires-python"
        {
            let quote = value.trim().chars().next().filter(|c| matches!(c, '"' | '\''))?;
            return value.trim()[1..].split(quote).next().map(|bounds| bounds.trim().to_owned());
        }
    }
    None
}

/// By the rules for version specifiers
/// (<https://packaging.python.org/en/latest/specifications/version-specifiers/>); `None` if it is none.
fn is_within(version: &[u32], bound: &str) -> Option<bool> {
    let at = bound.find(|c: char| c.is_ascii_digit())?;
    let (operator, wanted) = bound.split_at(at);
    let is_any = wanted.ends_with(".*");
    let wanted = numbers(wanted);
    // `3.10` is the same as `3.10.0`.
    let mut have = version.to_vec();
    have.resize(have.len().max(wanted.len()), 0);
    let mut padded = wanted.clone();
    padded.resize(have.len(), 0);
    let is_same = if is_any { have.starts_with(&wanted) } else { have == padded };
    Some(match operator.trim() {
        ">=" => have >= padded,
        "<=" => have <= padded,
        ">" => have > padded,
        "<" => have < padded,
        "==" | "===" => is_same,
        "!=" => !is_same,
        "~=" => have >= padded && have.starts_with(&wanted[..wanted.len().saturating_sub(1)]),
        _ => return None,
    })
}

/// The numbers of a version, up to where it is none: `3.14.0rc1` is 3, 14, 0.
pub fn numbers(version: &str) -> Vec<u32> {
    let mut found = Vec::new();
    for part in version.split('.') {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let Ok(number) = digits.parse() else { break };
        found.push(number);
        if digits.len() < part.len() {
            break;
        }
    }
    found
}

/// The beginning of a file; a pipe or a device is not waited for.
fn read_some(file: &Path, most_bytes: u64) -> Option<String> {
    if !std::fs::metadata(file).ok()?.is_file() {
        return None;
    }
    let mut bytes = Vec::new();
    std::fs::File::open(file).ok()?.take(most_bytes).read_to_end(&mut bytes).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::super::super::machine::made_up::{file, rooted};
    use super::*;

    fn wants(system: System, name: &str, text: &str) -> Wants {
        let dir = tempfile::tempdir().unwrap();
        file(&dir.path().join(name), text);
        read_wants(&rooted(system, Path::new("/")), &dir.path().join(name))
    }

    #[test]
    fn the_first_line_says_what_is_meant() {
        for (line, kind, version, bits) in [
            ("#!/usr/bin/env python3.11\n", "python", &[3, 11][..], None),
            ("\u{feff}#! /usr/bin/env -S FOO=1 python3 -u\r\n", "python", &[3], None),
            ("#!/opt/my py/bin\n", "my", &[], None),
            ("#!/usr/bin/python", "python", &[], None),
            ("#!python3.8-32", "python", &[3, 8], Some(32)),
            ("#! py -3.9-64", "python", &[3, 9], Some(64)),
            ("#!C:\\Py\\python.exe -u", "python", &[], None),
            ("#!/bin/bash -e", "bash", &[], None),
            ("#!/usr/bin/env ruby3.1", "ruby", &[3, 1], None),
        ] {
            let wants = wants(System::Linux, "script", line);
            let versions: Vec<_> = wants.demands.iter().map(|demand| demand.versions.clone()).collect();
            let expected = if version.is_empty() { vec![] } else { vec![Versions::Like(version.to_vec())] };
            assert_eq!((wants.kinds, versions, wants.bits), (vec![kind.to_owned()], expected, bits), "{line}");
        }
        for none in ["", "#!", "#!/usr/bin/env", "# not one\n#!/bin/sh", "\0\0"] {
            assert!(wants(System::Linux, "script", none).kinds.is_empty(), "{none}");
        }
    }

    #[test]
    fn a_path_in_the_first_line_is_a_unix_systems_own() {
        let line = "#!/opt/py/bin/python3\n";
        assert_eq!(wants(System::Linux, "a.py", line).program, Some(Path::new("/").join("opt/py/bin/python3")));
        // As the `py` launcher reads it.
        assert_eq!(wants(System::Windows, "a.py", line).program, None);
        assert_eq!(wants(System::Linux, "a.py", "#!/usr/bin/env python3\n").program, None);
    }

    #[test]
    fn without_a_first_line_the_ending_says_it() {
        assert_eq!(wants(System::Linux, "a.PY", "print(1)").kinds, ["python"]);
        assert_eq!(wants(System::Linux, "a.ts", "").kinds[0], "deno");
        assert_eq!(wants(System::Windows, "a.ps1", "").kinds, ["powershell", "pwsh"]);
        assert_eq!(wants(System::Mac, "a.ps1", "").kinds, ["pwsh"]);
        assert!(wants(System::Windows, "a.bat", "").is_program);
        assert_eq!(usual_interpreter(Path::new("a.R")), Interpreter::Name("Rscript".to_owned()));
        assert_eq!(usual_interpreter(Path::new("a.exe")), Interpreter::None);
    }

    #[test]
    fn a_project_names_its_versions() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        file(
            &at("pyproject.toml"),
            "[build]\nrequires-python = \"no\"\n[project]\nrequires-python = '>=3.10, <3.13' # so\n",
        );
        file(&at(".python-version"), "# pinned\ncpython@3.11.7\n");
        file(&at("tools/deep/a.py"), "");
        let wants = read_wants(&rooted(System::Linux, Path::new("/")), &at("tools/deep/a.py"));
        let why: Vec<_> = wants.demands.iter().map(|demand| demand.why.as_str()).collect();
        assert_eq!(why, ["its .python-version says cpython@3.11.7", "its pyproject.toml asks for >=3.10, <3.13"]);
        assert!(wants.demands[0].versions.allow("3.11.7") && !wants.demands[0].versions.allow("3.11.70"));
        assert!(wants.demands[1].versions.allow("3.12.9") && !wants.demands[1].versions.allow("3.13.0"));
    }

    #[test]
    fn bounds_of_versions_are_pythons() {
        for (bounds, version, is_allowed) in [
            (">=3.10", "3.9.18", false),
            (">=3.10", "3.10", true),
            ("~=3.10", "3.12.1", true),
            ("~=3.10.2", "3.11.0", false),
            ("==3.11.*", "3.11.7", true),
            ("!=3.11.*", "3.11.7", false),
            ("==3.11", "3.11.0", true),
            (">3.9,<4", "3.14.0rc1", true),
            ("nonsense", "3.1", true),
        ] {
            assert_eq!(Versions::Within(bounds.to_owned()).allow(version), is_allowed, "{bounds} {version}");
        }
    }
}
