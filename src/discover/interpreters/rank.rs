//! Which of the interpreters found is the best guess for a script, and why.

use std::path::Path;

use super::others::LINUX_IN_WINDOWS;
use super::wants::{Wants, numbers};
use super::{Found, Looked, Origin};
use crate::model::Interpreter;

/// What is likely to run a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    pub interpreter: Interpreter,
    /// In words: `.venv beside the script`.
    pub why: String,
}

/// How well one suits a script, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    VenvBeside,
    VenvNearby,
    /// The first line names this very program.
    Named,
    /// The version that is asked for; the number says how much whoever asks counts.
    Version(usize),
    Kind,
    /// What is asked for, in a version that isn't.
    OtherVersion,
    /// It would run it, and is likely not to be meant.
    LastResort,
    OtherKind,
    Trouble,
}

/// Puts the best guess first and what can't be used last; among equals the order stays.
pub fn rank(mut found: Vec<Found>, wants: Option<&Wants>) -> Looked {
    let Some(wants) = wants else {
        found.sort_by_key(|one| one.nature.trouble.is_some());
        return Looked { found, guess: None };
    };
    found.sort_by_cached_key(|one| (fit(one, wants), preference(one, wants)));
    let guess = guess(&found, wants);
    Looked { found, guess }
}

fn guess(found: &[Found], wants: &Wants) -> Option<Guess> {
    if wants.is_program {
        return Some(Guess { interpreter: Interpreter::None, why: "it runs by itself".to_owned() });
    }
    let usual = wants.kinds.first()?;
    let Some(best) = found.first().filter(|one| fit(one, wants) < Fit::OtherKind) else {
        let why = format!("{}, and was not found on this machine", wants.why);
        return Some(Guess { interpreter: Interpreter::Name(usual.clone()), why });
    };
    let why = match fit(best, wants) {
        Fit::VenvBeside | Fit::VenvNearby => best.place.clone(),
        Fit::Version(index) => wants.demands.get(index).map_or_else(String::new, |demand| demand.why.clone()),
        Fit::OtherVersion => match wants.demands.first() {
            Some(demand) => format!("{}, and none such was found on this machine", demand.why),
            None => wants.why.clone(),
        },
        Fit::Named | Fit::Kind | Fit::LastResort | Fit::OtherKind | Fit::Trouble => wants.why.clone(),
    };
    Some(Guess { interpreter: best.interpreter.clone(), why })
}

fn fit(one: &Found, wants: &Wants) -> Fit {
    if one.nature.trouble.is_some() {
        return Fit::Trouble;
    }
    if !wants.kinds.contains(&one.kind) || is_too_old(one, wants) {
        return Fit::OtherKind;
    }
    if one.origin == Origin::Touch || one.place == LINUX_IN_WINDOWS {
        return Fit::LastResort;
    }
    match one.origin {
        Origin::VenvBesideScript => return Fit::VenvBeside,
        Origin::VenvNearby => return Fit::VenvNearby,
        _ => {}
    }
    let is_other_width = wants.bits.is_some_and(|bits| (bits == 32) != is_32_bit(one));
    if is_other_width {
        return Fit::OtherVersion;
    }
    if wants.program.as_deref().is_some_and(|program| is_same_file(program, &one.program)) {
        return Fit::Named;
    }
    let version = one.nature.version.as_deref().unwrap_or_default();
    match wants.demands.iter().position(|demand| demand.versions.allow(version)) {
        Some(index) => Fit::Version(index),
        None if is_python_2(one) => Fit::LastResort,
        None if wants.demands.is_empty() => Fit::Kind,
        None => Fit::OtherVersion,
    }
}

/// Of several kinds that would do, which is preferred.
fn preference(one: &Found, wants: &Wants) -> usize {
    wants.kinds.iter().position(|kind| *kind == one.kind).unwrap_or(usize::MAX)
}

fn is_32_bit(one: &Found) -> bool {
    matches!(one.nature.architecture.as_deref(), Some("x86" | "arm"))
}

/// node runs TypeScript by itself since 22.18 and 23.6 (<https://nodejs.org/api/typescript.html>).
fn is_too_old(one: &Found, wants: &Wants) -> bool {
    let is_typescript = wants.kinds.iter().any(|kind| kind == "tsx");
    let version = numbers(one.nature.version.as_deref().unwrap_or_default());
    is_typescript && one.kind == "node" && (version < vec![22, 18] || version >= vec![23] && version < vec![23, 6])
}

/// Hardly any script of today is meant for it; one that is says so.
fn is_python_2(one: &Found) -> bool {
    one.is_python() && one.nature.version.as_deref().is_some_and(|version| version.starts_with("2."))
}

fn is_same_file(one: &Path, other: &Path) -> bool {
    one == other
        || std::fs::canonicalize(one).is_ok_and(|one| std::fs::canonicalize(other).is_ok_and(|other| one == other))
}

#[cfg(test)]
mod tests {
    use super::super::super::machine::System;
    use super::super::super::machine::made_up::{file, rooted};
    use super::super::wants::read_wants;
    use super::super::{Nature, Trouble};
    use super::*;

    fn python(origin: Origin, path: &str, version: &str) -> Found {
        let nature = Nature { version: Some(version.to_owned()), ..Nature::default() };
        let interpreter = Interpreter::Path(path.to_owned());
        Found { interpreter, program: path.into(), kind: "python".to_owned(), origin, place: "here".to_owned(), nature }
    }

    fn other(kind: &str, version: &str) -> Found {
        Found { kind: kind.to_owned(), ..python(Origin::Path, &format!("/bin/{kind}"), version) }
    }

    fn offered() -> Vec<Found> {
        let broken = Nature { trouble: Some(Trouble::Hung), ..Nature::default() };
        vec![
            Found { nature: broken, ..python(Origin::VenvBesideScript, "/broken", "3.12.0") },
            python(Origin::Path, "/usr/bin/python2.7", "2.7.18"),
            python(Origin::Path, "/usr/bin/python3", "3.12.1"),
            python(Origin::Pyenv, "/pyenv/3.11.7", "3.11.7"),
            other("node", "20.1.0"),
            other("bash", "5.2.15"),
            python(Origin::Touch, "/touch/python", "3.11.1"),
        ]
    }

    /// The first one's program for a script of that name and text, and why.
    fn best(name: &str, text: &str, more: &[Found]) -> (String, String) {
        let dir = tempfile::tempdir().unwrap();
        file(&dir.path().join(name), text);
        if let Some((_, pinned)) = text.split_once("pinned ") {
            file(&dir.path().join(".python-version"), pinned);
        }
        let wants = read_wants(&rooted(System::Linux, Path::new("/")), &dir.path().join(name));
        let found = offered().into_iter().chain(more.iter().cloned()).collect();
        let looked = rank(found, Some(&wants));
        assert_eq!(looked.found.last().unwrap().program, Path::new("/broken"));
        let guess = looked.guess.unwrap_or(Guess { interpreter: Interpreter::None, why: String::new() });
        let said = match guess.interpreter {
            Interpreter::Name(text) | Interpreter::Path(text) => text,
            Interpreter::None => String::new(),
        };
        (said, guess.why)
    }

    #[test]
    fn the_best_guess_for_a_script_says_why() {
        let venv = || python(Origin::VenvBesideScript, "/v", "3.9.1");
        let own = python(Origin::Path, "/opt/py/python", "3.10.1");
        for (name, text, more, program, why) in [
            ("a.py", "", vec![], "/usr/bin/python3", "usual for .py files"),
            ("a.py", "#!/usr/bin/env python3.11", vec![], "/pyenv/3.11.7", "its first line asks for python3.11"),
            ("a.py", "#!/opt/py/python", vec![own], "/opt/py/python", "its first line asks for python"),
            ("a", "#!/usr/bin/env python2", vec![], "/usr/bin/python2.7", "its first line asks for python2"),
            ("a.py", "#!/usr/bin/env python3.11", vec![venv()], "/v", "here"),
            ("a.py", "# pinned 3.11", vec![], "/pyenv/3.11.7", "its .python-version says 3.11"),
            (
                "a.py",
                "# pinned 3.8",
                vec![],
                "/usr/bin/python3",
                "its .python-version says 3.8, and none such was found on this machine",
            ),
            ("a.mjs", "", vec![venv()], "/bin/node", "usual for .mjs files"),
            ("a.sh", "#!/bin/bash", vec![], "/bin/bash", "its first line asks for bash"),
            ("a.rb", "", vec![], "ruby", "usual for .rb files, and was not found on this machine"),
            ("a.ts", "", vec![], "deno", "usual for .ts files, and was not found on this machine"),
            ("a.ts", "", vec![other("node", "23.6.0")], "/bin/node", "usual for .ts files"),
            ("a.bat", "", vec![], "", "it runs by itself"),
            ("notes", "", vec![], "", ""),
        ] {
            assert_eq!(best(name, text, &more), (program.to_owned(), why.to_owned()), "{name} {text}");
        }
    }

    #[test]
    fn without_a_script_the_order_stays_and_nothing_is_guessed() {
        let looked = rank(offered(), None);
        assert_eq!(looked.guess, None);
        assert_eq!(looked.found[0].program, Path::new("/usr/bin/python2.7"));
        assert_eq!(looked.found.last().unwrap().program, Path::new("/broken"));
    }
}
