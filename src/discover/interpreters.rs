//! Which interpreters this machine offers, each as what a preset would say of it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::locate::{is_python_name, is_venv, python_names, venv_python};
use super::machine::Machine;
use super::version::probe_version;
use crate::model::{Interpreter, relative};

/// An interpreter to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What goes into the preset.
    pub interpreter: Interpreter,
    /// Where it is here.
    pub program: PathBuf,
    /// Short, for a list: `python 3.11`.
    pub label: String,
    pub origin: Origin,
    /// Where it comes from, in words: `.venv beside the script`.
    pub why: String,
    pub is_python: bool,
    /// As the program says it; `None` until [`with_versions`] has asked.
    pub version: Option<String>,
}

/// How an interpreter was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// A virtual environment in the script's folder or the one above.
    VenvBesideScript,
    Path,
    /// Windows' `py` launcher told of it.
    Launcher,
    /// Part of an installation of TouchDesigner.
    Touch,
}

/// Names that are looked for on PATH beside Python.
const OTHERS: [&str; 8] = ["node", "ruby", "pwsh", "powershell", "bash", "sh", "Rscript", "perl"];
/// Names that people give the folders of virtual environments.
const VENVS: [&str; 3] = [".venv", "venv", "env"];

/// What could run a script here: virtual environments beside it, then Pythons, then others, each once.
///
/// Paths are relative to `preset_dir` where that makes sense. Runs version managers' stand-ins and, on Windows, app
/// aliases and the `py` launcher; not for the panel's thread.
#[must_use]
pub fn find_interpreters(script: Option<&Path>, preset_dir: &Path) -> Vec<Found> {
    find_on(&Machine::this(), script, preset_dir)
}

/// Asks each interpreter for its version, unless it is known: up to five seconds for each that doesn't answer.
///
/// A Python that doesn't answer is left out, and so is one in the same folder of the same version as one before it.
#[must_use]
pub fn with_versions(found: Vec<Found>) -> Vec<Found> {
    let mut told: Vec<Found> = Vec::new();
    for mut one in found {
        if one.version.is_none() {
            one.version = probe_version(&one.program);
            one.label = label(&one.program, one.version.as_deref());
        }
        let is_same = |other: &Found| other.version == one.version && other.program.parent() == one.program.parent();
        if one.is_python && (one.version.is_none() || told.iter().any(|other| other.is_python && is_same(other))) {
            continue;
        }
        told.push(one);
    }
    told
}

fn find_on(machine: &Machine, script: Option<&Path>, preset_dir: &Path) -> Vec<Found> {
    let mut search = Search { machine, preset_dir, seen: BTreeSet::new(), found: Vec::new() };
    if let Some(folder) = script.and_then(Path::parent) {
        search.venvs(folder, "beside the script");
        if let Some(above) = folder.parent() {
            search.venvs(above, "in the folder above the script");
        }
    }
    search.pythons();
    for name in OTHERS {
        if let Some(program) = machine.best(&machine.on_path(name)) {
            search.add(Interpreter::Name(name.to_owned()), program, Origin::Path, ON_PATH);
        }
    }
    search.touch();
    search.found
}

const ON_PATH: &str = "found on PATH";
const TOUCH: &str = "TouchDesigner's own";

struct Search<'a> {
    machine: &'a Machine,
    preset_dir: &'a Path,
    /// Kind and real file of what was found: one program under two names is listed once, but a shell that goes by two
    /// names behaves as two.
    seen: BTreeSet<(String, PathBuf)>,
    found: Vec<Found>,
}

impl Search<'_> {
    fn add(&mut self, interpreter: Interpreter, program: PathBuf, origin: Origin, why: &str) {
        let name = program.file_name().unwrap_or_default().to_string_lossy();
        let is_python = is_python_name(&name);
        let kind = if is_python { "python".to_owned() } else { stem(&program) };
        // A virtual environment's Python is a link to another one, and yet not the same.
        let is_in_venv = program.parent().and_then(Path::parent).is_some_and(is_venv);
        let real = std::fs::canonicalize(&program).ok().filter(|_| !is_in_venv).unwrap_or_else(|| program.clone());
        if !self.seen.insert((kind, real)) {
            return;
        }
        let label = label(&program, None);
        self.found.push(Found { interpreter, program, label, origin, why: why.to_owned(), is_python, version: None });
    }

    fn venvs(&mut self, folder: &Path, where_: &str) {
        for name in VENVS {
            let venv = folder.join(name);
            if !is_venv(&venv) {
                continue;
            }
            let Some(program) = venv_python(self.machine, &venv) else { continue };
            let count = self.found.len();
            let interpreter = Interpreter::Path(relative(self.preset_dir, &venv));
            self.add(interpreter, program, Origin::VenvBesideScript, &format!("{name} {where_}"));
            if let Some(added) = self.found.get_mut(count) {
                added.version =
                    std::fs::read_to_string(venv.join("pyvenv.cfg")).ok().and_then(|text| venv_version(&text));
                added.label = label(&added.program, added.version.as_deref());
                added.is_python = true;
            }
        }
    }

    fn pythons(&mut self) {
        let machine = self.machine;
        let plain: Vec<_> = python_names(machine).into_iter().flat_map(|name| machine.on_path(name)).collect();
        // What the name means here comes first and goes by that name: it means the right one elsewhere too.
        if let Some(best) = machine.best(&plain) {
            self.add_on_path(Interpreter::Name("python".to_owned()), best);
        }
        for (name, program) in versioned_pythons(machine) {
            if !machine.is_usable(&program, true) {
                continue;
            }
            let is_first = machine.best(&machine.on_path(&name)).as_ref() == Some(&program);
            let interpreter = if is_first { Interpreter::Name(name) } else { self.path_of(&program) };
            self.add_on_path(interpreter, program);
        }
        for program in plain {
            if machine.is_usable(&program, false) || crate::model::is_touch_path(&program.to_string_lossy()) {
                let interpreter = self.path_of(&program);
                self.add_on_path(interpreter, program);
            }
        }
        if machine.is_windows
            && let Some(py) = machine.best(&machine.on_path("py"))
        {
            for (_, program) in (machine.py_list)(&py).into_iter().filter(|(_, program)| program.is_file()) {
                let interpreter = self.path_of(&program);
                self.add(interpreter, program, Origin::Launcher, "known to the py launcher");
            }
        }
    }

    /// Touch's installations put themselves on PATH, and are said to be what they are all the same.
    fn add_on_path(&mut self, interpreter: Interpreter, program: PathBuf) {
        if crate::model::is_touch_path(&program.to_string_lossy()) {
            let interpreter = self.path_of(&program);
            self.add(interpreter, program, Origin::Touch, TOUCH);
        } else {
            self.add(interpreter, program, Origin::Path, ON_PATH);
        }
    }

    fn touch(&mut self) {
        for installation in self.machine.touch_parents.iter().flat_map(|parent| sorted_entries(parent)) {
            if !installation.file_name().is_some_and(|name| name.to_string_lossy().starts_with("TouchDesigner")) {
                continue;
            }
            let mut programs = vec![installation.join("bin/python.exe")];
            let versions = installation.join("Contents/Frameworks/Python.framework/Versions");
            for version in sorted_entries(&versions) {
                let name = format!("python{}", version.file_name().unwrap_or_default().to_string_lossy());
                programs.push(version.join("bin").join(name));
            }
            for program in programs.into_iter().filter(|program| program.is_file()) {
                let interpreter = self.path_of(&program);
                self.add(interpreter, program, Origin::Touch, TOUCH);
            }
        }
    }

    fn path_of(&self, program: &Path) -> Interpreter {
        Interpreter::Path(relative(self.preset_dir, program))
    }
}

/// Every `python3.11` and the like on PATH, the newest version first.
fn versioned_pythons(machine: &Machine) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(Vec<u32>, String, PathBuf)> = Vec::new();
    for entry in machine.path.iter().flat_map(|dir| sorted_entries(dir)) {
        let name = stem_of_program(machine, &entry);
        let Some(version) = name.strip_prefix("python3.").and_then(|minor| minor.parse().ok()) else { continue };
        if machine.program_at(&entry).is_some_and(|program| program == entry) {
            found.push((vec![3, version], name, entry));
        }
    }
    found.sort_by(|one, other| other.0.cmp(&one.0));
    found.into_iter().map(|(_, name, program)| (name, program)).collect()
}

fn sorted_entries(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn stem_of_program(machine: &Machine, program: &Path) -> String {
    let name = program.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    if !machine.is_windows {
        return name;
    }
    name.strip_suffix(".exe").map_or_else(String::new, str::to_owned)
}

/// A program's name without Windows' ending; the dot of `python3.11` begins none.
fn stem(program: &Path) -> String {
    let name = program.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let lower = name.to_lowercase();
    let ending = [".exe", ".cmd", ".bat", ".com"].into_iter().find(|ending| lower.ends_with(ending));
    name[..name.len() - ending.map_or(0, str::len)].to_owned()
}

/// `python 3.11` for any Python of which the version is known, else the program's name.
fn label(program: &Path, version: Option<&str>) -> String {
    let name = stem(program);
    let Some(version) = version else { return name };
    let short: Vec<_> = version.split('.').take(2).collect();
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
    format!("{} {}", if kind.is_empty() { &name } else { kind }, short.join("."))
}

/// The version in a `pyvenv.cfg`; the tools that write it call it `version` or `version_info`.
fn venv_version(text: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        let is_version = matches!(key.trim(), "version" | "version_info");
        let version: String = value.trim().chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
        let version = version.trim_end_matches('.').to_owned();
        (is_version && !version.is_empty()).then_some(version)
    })
}

#[cfg(test)]
mod tests {
    use super::super::machine::made_up::{file, machine, program};
    use super::*;

    fn shown(found: &[Found]) -> Vec<String> {
        found.iter().map(|one| format!("{:?} {} ({})", one.interpreter, one.label, one.why)).collect()
    }

    #[test]
    fn virtual_environments_near_the_script_come_first_with_their_versions() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for (venv, config) in
            [("scripts/.venv", "home = /usr/bin\nversion = 3.11.2\n"), ("env", "version_info = 3.9.1.final.0\n")]
        {
            file(&at(venv).join("pyvenv.cfg"), config);
            program(&at(venv).join("bin/python"));
        }
        std::fs::create_dir(at("venv")).unwrap();
        let found = find_on(&machine(false, &[]), Some(&at("scripts/a.py")), &at("presets"));
        assert_eq!(
            shown(&found),
            [
                "Path(\"../scripts/.venv\") python 3.11 (.venv beside the script)",
                "Path(\"../env\") python 3.9 (env in the folder above the script)"
            ]
        );
        assert!(found.iter().all(|one| one.is_python && one.origin == Origin::VenvBesideScript));
    }

    #[cfg(unix)]
    #[test]
    fn a_program_under_several_names_is_listed_once() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for path in ["bin/python3.11", "bin/python3.9", "bin/bash", "late/python3", "late/node"] {
            program(&at(path));
        }
        for (link, target) in [("python3", "python3.11"), ("python", "python3"), ("sh", "bash")] {
            std::os::unix::fs::symlink(target, at("bin").join(link)).unwrap();
        }
        file(&at("bin/python3.12"), "not marked as a program");
        let found = find_on(&machine(false, &[&at("bin"), &at("late")]), None, &at("presets"));
        assert_eq!(
            shown(&found),
            [
                "Name(\"python\") python3 (found on PATH)",
                "Name(\"python3.9\") python3.9 (found on PATH)",
                "Path(\"../late/python3\") python3 (found on PATH)",
                "Name(\"node\") node (found on PATH)",
                "Name(\"bash\") bash (found on PATH)",
                "Name(\"sh\") sh (found on PATH)"
            ]
        );
        // What goes into the preset leads back to the program that was listed.
        for one in &found {
            let located = super::super::locate::locate_on(
                &machine(false, &[&at("bin"), &at("late")]),
                &one.interpreter,
                "",
                &at("presets"),
            );
            assert_eq!(located.program.as_ref(), Ok(&one.program));
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_python_that_does_not_answer_is_left_out_and_one_that_does_is_listed_once() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for (path, says) in [
            ("shims/python3", "echo Python 3.11.7"),
            ("shims/python3.11", "echo Python 3.11.7"),
            ("shims/python3.12", "echo python3.12: not installed >&2; exit 127"),
            ("bin/python3.9", "exit 1"),
        ] {
            file(&at(path), &format!("#!/bin/sh\n{says}\n"));
            std::fs::set_permissions(at(path), PermissionsExt::from_mode(0o755)).unwrap();
        }
        let runs = |program: &Path| probe_version(program).is_some();
        let machine = Machine { runs, ..machine(false, &[&at("shims"), &at("bin")]) };
        let found = find_on(&machine, None, &at("presets"));
        assert!(found.iter().all(|one| !one.program.ends_with("python3.12")), "{found:?}");
        assert_eq!(shown(&with_versions(found)), ["Name(\"python\") python 3.11 (found on PATH)"]);
        let gone = Interpreter::Name("python3.12".to_owned());
        let why = super::super::locate::locate_on(&machine, &gone, "", &at("presets")).program.unwrap_err();
        assert!(why.contains("“python3.12” was not found") && why.contains("shims/python3."), "{why}");
    }

    #[test]
    fn windows_lists_the_launchers_pythons_and_no_shop() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for path in
            ["bin/py.exe", "bin/3.12/python.exe", "bin/powershell.exe", "Derivative/TouchDesigner.2023/bin/python.exe"]
        {
            program(&at(path));
        }
        file(&at("Microsoft/WindowsApps/python.exe"), "");
        let machine = Machine {
            py_list: |py| vec![("3.12".to_owned(), py.with_file_name("3.12").join("python.exe"))],
            touch_parents: vec![at("Derivative"), at("missing")],
            ..machine(true, &[&at("Microsoft/WindowsApps"), &at("bin"), &at("Derivative/TouchDesigner.2023/bin")])
        };
        let origins: Vec<_> =
            find_on(&machine, None, &at("presets")).into_iter().map(|one| (one.label, one.origin)).collect();
        assert_eq!(
            origins,
            [
                ("python".to_owned(), Origin::Touch),
                ("python".to_owned(), Origin::Launcher),
                ("powershell".to_owned(), Origin::Path)
            ]
        );
    }

    #[test]
    fn a_label_is_a_kind_and_a_short_version() {
        for (program, version, expected) in [
            ("/usr/bin/python3", Some("3.11.4"), "python 3.11"),
            ("/usr/bin/python3.11", Some("3.11.4"), "python 3.11"),
            ("/usr/bin/python3.11", None, "python3.11"),
            ("/usr/bin/bash", Some("5.2.15"), "bash 5.2"),
            ("/opt/Node.EXE", None, "Node"),
        ] {
            assert_eq!(label(Path::new(program), version), expected);
        }
    }
}
