//! From what a preset says of its interpreter to a program on this machine.
//!
//! A bare name is looked up on PATH and nowhere else, so that a file which happens to lie beside a preset is never run
//! by surprise: a program there is written `./name`. What is missing is said in a sentence with what to do.

use std::path::{Path, PathBuf};

use super::machine::{Machine, is_executable};
use super::pyenv_win;
use super::registry::{RegisteredPython, registered_pythons};
use crate::model::{Interpreter, LocalNames, full_path, join, root_of};

/// What runs a preset's script here; with [`Interpreter::None`] the program that the script itself names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located {
    /// `Err` is a sentence.
    pub program: Result<PathBuf, String>,
    pub is_python: bool,
    /// The folder of the version that pyenv-win's stand-in, which was found, leads to.
    pub pyenv_version: Option<PathBuf>,
}

/// Finds the program. `preset_dir` is absolute. Not for the panel's thread: it looks at files, and on Windows may run an
/// app alias to see whether there is anything behind it.
#[must_use]
pub fn locate(interpreter: &Interpreter, script: &str, preset_dir: &Path, names: &LocalNames) -> Located {
    locate_on(&Machine::this(), interpreter, script, (preset_dir, names))
}

pub(super) fn locate_on(
    machine: &Machine,
    interpreter: &Interpreter,
    script: &str,
    (preset_dir, names): (&Path, &LocalNames),
) -> Located {
    // Who stands in for a Python decides by a folder: the script's.
    let script_file = full_path(preset_dir, script, names).ok().filter(|_| !script.is_empty());
    let folder = script_file.as_deref().and_then(Path::parent).unwrap_or(preset_dir);
    let (program, is_venv) = match interpreter {
        Interpreter::Name(name) => match names.interpreter(name) {
            Ok(Some(mapped)) => mapped_to(machine, name, mapped),
            Ok(None) => (looked_up(machine, name, folder), false),
            Err(why) => (Err(why), false),
        },
        Interpreter::Path(path) if path.is_empty() => {
            (Err("No interpreter is chosen; pick one of the list or press Browse….".to_owned()), false)
        }
        Interpreter::Path(path) => match full_path(preset_dir, path, names) {
            Ok(path) => at_path(machine, &path),
            Err(why) => (Err(why), false),
        },
        Interpreter::None => (the_script_itself(machine, script, (preset_dir, names)), false),
    };
    let is_python = is_venv || program.as_ref().is_ok_and(|program| is_python_name(&file_name(program)))
        // Missing here, but a Python all the same: the panel goes on to show what it would change.
        || program.is_err() && matches!(interpreter, Interpreter::Name(name) if is_python_name(name));
    let behind = program.as_deref().ok().and_then(|program| pyenv_win::behind(machine, program, folder));
    let pyenv_version = behind.as_deref().and_then(Path::parent).map(Path::to_path_buf);
    Located { program: behind.map_or(program, Ok), is_python, pyenv_version }
}

/// Whether a program's file name is a Python's: `python`, `python3.11`, `pythonw.exe`, `pypy3`, or a stand-in's.
pub(super) fn is_python_name(file_name: &str) -> bool {
    let name = file_name.to_lowercase();
    let name = [".exe", ".bat", ".cmd"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
    ["pythonw", "python", "pypy"].into_iter().any(|kind| {
        name.strip_prefix(kind).is_some_and(|rest| {
            let version = rest.strip_suffix('t').unwrap_or(rest);
            version.chars().all(|c| c.is_ascii_digit() || c == '.')
        })
    })
}

/// The Python within a virtual environment's folder.
pub(super) fn venv_python(machine: &Machine, venv: &Path) -> Option<PathBuf> {
    let places = ["Scripts/python.exe", "bin/python", "bin/python3"];
    let places = if machine.is_windows() { &places[..] } else { &places[1..] };
    places.iter().map(|place| join(venv, place)).find(|program| program.is_file())
}

pub(super) fn is_venv(dir: &Path) -> bool {
    dir.join("pyvenv.cfg").is_file()
}

/// The file names under which a Python of any version is looked for, the likeliest first.
pub(super) fn python_names(machine: &Machine) -> [&'static str; 2] {
    // On Unix `python` may still be version 2; Windows' installer makes no `python3`.
    if machine.is_windows() { ["python", "python3"] } else { ["python3", "python"] }
}

/// What a name stands for, looked up once: on Windows that may mean the registry, and running an app alias.
fn looked_up(machine: &Machine, name: &str, folder: &Path) -> Result<PathBuf, String> {
    // Only where there are stand-ins the folder makes a difference.
    let by_folder = machine.path.iter().any(|dir| pyenv_win::is_shims(machine, dir));
    let key = (name.to_owned(), by_folder.then(|| folder.to_path_buf()));
    if let Some(known) = machine.looked_up.borrow().get(&key) {
        return known.clone();
    }
    let found = by_name(machine, name, folder);
    machine.looked_up.borrow_mut().insert(key, found.clone());
    found
}

fn by_name(machine: &Machine, name: &str, folder: &Path) -> Result<PathBuf, String> {
    if name.trim().is_empty() {
        return Err("No interpreter is chosen; pick one of the list or press Browse….".to_owned());
    }
    if name.contains(['/', '\\']) {
        return Err(format!("“{name}” is a path, not a name; press Browse… to choose it, or write Path(\"…\")."));
    }
    let candidates = if name.eq_ignore_ascii_case("python") {
        python_names(machine).into_iter().flat_map(|name| machine.on_path(name)).collect()
    } else {
        machine.on_path(name)
    };
    machine
        .best(&candidates, folder)
        .or_else(|| from_system(machine, name, folder))
        .ok_or_else(|| missing(machine, name, folder))
}

/// On Windows no `python3.11` lies on PATH, but the registry or the launcher knows where a 3.11 is.
fn from_system(machine: &Machine, name: &str, folder: &Path) -> Option<PathBuf> {
    let name = name.to_lowercase();
    let wanted = name.strip_prefix("python")?;
    if !machine.is_windows() {
        return None;
    }
    let is_wanted = |version: &str| {
        version.strip_prefix(wanted).is_some_and(|rest| wanted.is_empty() || rest.is_empty() || rest.starts_with('.'))
    };
    let registered = registered_pythons(machine.registry.as_ref());
    let from_python_org = registered.into_iter().filter(RegisteredPython::is_python_org);
    let registered = from_python_org.map(|python| (python.version, python.program));
    let known = || machine.best(&machine.on_path("py"), folder).map(|py| (machine.py_list)(&py)).unwrap_or_default();
    // The launcher is a program to run; what the registry knows as well needs none.
    let mut both = registered.chain(std::iter::once_with(known).flatten());
    both.find(|(version, program)| is_wanted(version) && program.is_file()).map(|(_, program)| program)
}

fn missing(machine: &Machine, name: &str, folder: &Path) -> String {
    if !is_python_name(name) {
        return format!("“{name}” was not found on PATH. Install it, or press Browse… and pick the program.");
    }
    let others: Vec<_> = python_names(machine).into_iter().flat_map(|name| machine.on_path(name)).collect();
    match machine.best(&others, folder) {
        Some(other) => format!(
            "“{name}” was not found on PATH; there is {}. Pick one of the list, or press Browse….",
            other.display()
        ),
        None => format!("“{name}” was not found on PATH, nor any other Python. Install one, or press Browse…."),
    }
}

/// What a name is mapped to here: as at a path, and said by its name.
fn mapped_to(machine: &Machine, name: &str, path: &Path) -> (Result<PathBuf, String>, bool) {
    let (program, is_venv) = at_path(machine, path);
    let program = program.map_err(|why| {
        format!("“{name}” is mapped to {} on this machine. {why} Settings, This machine, has the name.", path.display())
    });
    (program, is_venv)
}

/// The program at a path, and whether the path was a virtual environment's folder.
fn at_path(machine: &Machine, path: &Path) -> (Result<PathBuf, String>, bool) {
    if path.is_dir() {
        let is_venv = is_venv(path);
        let program = if is_venv {
            venv_python(machine, path).ok_or_else(|| {
                format!(
                    "The virtual environment {} has no Python for this system; make it anew here, or pick another.",
                    path.display()
                )
            })
        } else {
            Err(format!(
                "{} is a folder and no virtual environment (there is no pyvenv.cfg in it); pick the program itself.",
                path.display()
            ))
        };
        return (program, is_venv);
    }
    let is_in_venv = path.parent().and_then(Path::parent).is_some_and(is_venv);
    (program_or_why(machine, path, "interpreter"), is_in_venv)
}

fn the_script_itself(
    machine: &Machine,
    script: &str,
    (preset_dir, names): (&Path, &LocalNames),
) -> Result<PathBuf, String> {
    if script.is_empty() {
        return Err("No program is chosen; press Browse… or drop one onto the window.".to_owned());
    }
    let path = full_path(preset_dir, script, names)?;
    if script.contains(['/', '\\']) || root_of(script).is_some() {
        return program_or_why(machine, &path, "program");
    }
    machine.best(&machine.on_path(script), preset_dir).ok_or_else(|| {
        if path.is_file() {
            format!("“{script}” was not found on PATH. To run the one beside the preset write ./{script}.")
        } else {
            format!("“{script}” was not found on PATH. Install it, or press Browse… and pick the program.")
        }
    })
}

fn program_or_why(machine: &Machine, path: &Path, kind: &str) -> Result<PathBuf, String> {
    if let Some(program) = machine.program_at(path) {
        return Ok(program);
    }
    let shown = path.display();
    Err(match machine.file_at(path) {
        Some(file) if !is_executable(&file) => format!(
            "{shown} is not marked as a program. Run chmod +x on it{}.",
            if kind == "program" { ", or choose the interpreter that runs it" } else { ", or pick another one" }
        ),
        // On Windows a name without one of the endings; the system would not run it.
        Some(_) | None if path.is_file() => {
            format!("{shown} is no program that Windows runs; pick one that ends in .exe.")
        }
        Some(_) | None if path.is_dir() => format!("{shown} is a folder; pick the {kind} itself."),
        Some(_) | None => format!("There is no {kind} {shown}. Press Browse… and pick it."),
    })
}

fn file_name(program: &Path) -> String {
    program.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::machine::Standing;
    use super::super::machine::made_up::{file, machine, program};
    use super::super::registry::Hive;
    use super::super::registry::made_up::MadeUp;
    use super::*;
    use crate::model::NameKind;

    struct Here(tempfile::TempDir);

    impl Here {
        fn new() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn at(&self, path: &str) -> PathBuf {
            self.0.path().join(path)
        }

        fn check(&self, machine: &Machine, interpreter: &Interpreter, script: &str) -> Result<String, String> {
            let found = locate_on(machine, interpreter, script, (&self.at("shows"), &LocalNames::default())).program?;
            Ok(found.strip_prefix(self.0.path()).unwrap().to_string_lossy().replace('\\', "/"))
        }
    }

    fn name(name: &str) -> Interpreter {
        Interpreter::Name(name.to_owned())
    }

    fn path(path: &str) -> Interpreter {
        Interpreter::Path(path.to_owned())
    }

    #[test]
    fn what_a_name_is_mapped_to_goes_before_path() {
        let here = Here::new();
        let ending = if cfg!(windows) { ".exe" } else { "" };
        program(&here.at(&format!("bin/style{ending}")));
        program(&here.at(&format!("tools/other{ending}")));
        file(&here.at("venv/pyvenv.cfg"), "");
        program(&here.at(if cfg!(windows) { "venv/Scripts/python.exe" } else { "venv/bin/python" }));
        let machine = machine(cfg!(windows), &[&here.at("bin")]);
        let check = |to: &str| {
            let mut names = LocalNames::default();
            names.set(NameKind::Interpreter, "style", &here.at(to).to_string_lossy());
            locate_on(&machine, &name("style"), "", (&here.at("shows"), &names))
        };
        assert_eq!(check("tools/other").program, Ok(here.at(&format!("tools/other{ending}"))));
        assert!(check("venv").is_python, "a virtual environment is named by its folder");
        let why = check("tools/gone").program.unwrap_err();
        assert!(why.starts_with("“style” is mapped to ") && why.contains("gone"), "{why}");
        assert!(check("nowhere").program.is_err(), "PATH's isn't taken in the place of what is meant");
    }

    #[cfg(unix)]
    #[test]
    fn python_is_the_newer_name_first_wherever_it_lies_on_path() {
        let here = Here::new();
        program(&here.at("one/python"));
        program(&here.at("two/python3"));
        let machine = machine(false, &[&here.at("one"), &here.at("two")]);
        assert_eq!(here.check(&machine, &name("python"), "").as_deref(), Ok("two/python3"));
    }

    #[test]
    fn windows_adds_the_ending_and_prefers_the_plain_name() {
        let here = Here::new();
        for path in ["one/python3.exe", "one/python.exe", "one/node.cmd", "shows/tools/go.bat"] {
            program(&here.at(path));
        }
        let machine = machine(true, &[&here.at("one")]);
        assert_eq!(here.check(&machine, &name("python"), "").as_deref(), Ok("one/python.exe"));
        assert_eq!(here.check(&machine, &name("node"), "").as_deref(), Ok("one/node.cmd"));
        assert_eq!(here.check(&machine, &name("python.exe"), "").as_deref(), Ok("one/python.exe"));
        assert_eq!(here.check(&machine, &Interpreter::None, "tools/go").as_deref(), Ok("shows/tools/go.bat"));
    }

    #[test]
    fn touchs_python_is_the_last_resort() {
        let here = Here::new();
        program(&here.at("Derivative/TouchDesigner/bin/python.exe"));
        let touch = here.at("Derivative/TouchDesigner/bin");
        let alone = machine(true, &[&touch]);
        let expected = "Derivative/TouchDesigner/bin/python.exe";
        assert_eq!(here.check(&alone, &name("python"), "").as_deref(), Ok(expected));
        program(&here.at("late/python3.exe"));
        let both = machine(true, &[&touch, &here.at("late")]);
        assert_eq!(here.check(&both, &name("python"), "").as_deref(), Ok("late/python3.exe"));
    }

    #[test]
    fn an_app_alias_counts_only_if_a_python_is_behind_it_and_nothing_else_is_there() {
        let here = Here::new();
        let aliases = here.at("Microsoft/WindowsApps");
        file(&aliases.join("python.exe"), "");
        // Whatever is run here would answer: the shop is told apart without.
        let machine = |path: &[&Path]| Machine { runs: |_| true, ..machine(true, path) };
        assert!(here.check(&machine(&[&aliases]), &name("python"), "").unwrap_err().contains("nor any other Python"));
        file(&aliases.join("python.target"), "C:\\WindowsApps\\AppInstallerPythonRedirector.exe");
        assert!(here.check(&machine(&[&aliases]), &name("python"), "").is_err());
        file(&aliases.join("python.target"), "PythonSoftwareFoundation.Python.3.11_qbz5n2kfra8p0");
        let alone = here.check(&machine(&[&aliases]), &name("python"), "");
        assert_eq!(alone.as_deref(), Ok("Microsoft/WindowsApps/python.exe"));
        program(&here.at("late/python.exe"));
        let both = here.check(&machine(&[&aliases, &here.at("late")]), &name("python"), "");
        assert_eq!(both.as_deref(), Ok("late/python.exe"));
    }

    #[test]
    fn a_name_is_looked_up_once_for_all_presets_of_a_breath() {
        let here = Here::new();
        let name = if cfg!(windows) { "bin/node.exe" } else { "bin/node" };
        program(&here.at(name));
        let node = Interpreter::Name("node".to_owned());
        let now = machine(cfg!(windows), &[&here.at("bin")]);
        assert_eq!(here.check(&now, &node, "a.js").as_deref(), Ok(name));
        std::fs::remove_file(here.at(name)).unwrap();
        assert_eq!(here.check(&now, &node, "b.js").as_deref(), Ok(name), "it is not looked for again");
        let later = machine(cfg!(windows), &[&here.at("bin")]);
        assert!(here.check(&later, &node, "b.js").is_err());
    }

    #[test]
    fn the_launcher_knows_where_a_version_is_but_is_never_run_itself() {
        let here = Here::new();
        program(&here.at("bin/py.exe"));
        program(&here.at("bin/3.11/python.exe"));
        let list = |py: &Path| {
            let at = |version: &str| (version.to_owned(), py.with_file_name(version).join("python.exe"));
            vec![at("3.1"), at("3.11")]
        };
        let machine = Machine { py_list: list, ..machine(true, &[&here.at("bin")]) };
        assert_eq!(here.check(&machine, &name("python3.11"), "").as_deref(), Ok("bin/3.11/python.exe"));
        assert_eq!(here.check(&machine, &name("python"), "").as_deref(), Ok("bin/3.11/python.exe"));
        assert!(here.check(&machine, &name("python3.9"), "").is_err());
        // What the registry knows needs no launcher.
        program(&here.at("py/python.exe"));
        let at = here.at("py/python.exe").display().to_string();
        let key = "Software\\Python\\PythonCore\\3.9\\InstallPath";
        let registry = Box::new(MadeUp::of(&[(Hive::User, key, "ExecutablePath", &at)]));
        let registered = Machine { registry, ..super::super::machine::made_up::machine(true, &[]) };
        assert_eq!(here.check(&registered, &name("python3.9"), "").as_deref(), Ok("py/python.exe"));
    }

    #[test]
    fn pyenvs_stand_in_on_windows_is_a_python_and_what_is_behind_it_runs() {
        let here = Here::new();
        program(&here.at("pyenv/pyenv-win/shims/python.bat"));
        program(&here.at("pyenv/pyenv-win/versions/3.11.4/python.exe"));
        let machine = |runs| Machine { runs, ..machine(true, &[&here.at("pyenv/pyenv-win/shims")]) };
        let locate = |machine: &Machine, script: &str| {
            locate_on(machine, &name("python"), script, (&here.at("shows"), &LocalNames::default()))
        };
        let unresolved = locate(&machine(|_| true), "a.py");
        assert_eq!(unresolved.program, Ok(here.at("pyenv/pyenv-win/shims/python.bat")));
        assert!(unresolved.is_python, "it gets what a Python gets");
        assert_eq!(unresolved.pyenv_version, None);
        file(&here.at("shows/tonight/.python-version"), "3.11.4\n");
        let machine = machine(|program| panic!("{} need not be run to be known", program.display()));
        let resolved = locate(&machine, "tonight/a.py");
        assert_eq!(resolved.program, Ok(here.at("pyenv/pyenv-win/versions/3.11.4/python.exe")));
        assert!(resolved.is_python);
        assert_eq!(resolved.pyenv_version, Some(here.at("pyenv/pyenv-win/versions/3.11.4")));
        let machine = Machine { runs: |_| false, ..machine };
        assert!(locate(&machine, "a.py").program.is_err(), "in another folder it leads nowhere");
        assert_eq!(machine.standing(&here.at("pyenv/pyenv-win/shims/python.bat")), Standing::Shim);
    }

    #[cfg(unix)]
    #[test]
    fn a_version_that_is_missing_names_what_is_there() {
        let here = Here::new();
        program(&here.at("bin/python3"));
        let machine = machine(false, &[&here.at("bin")]);
        let why = here.check(&machine, &name("python3.11"), "").unwrap_err();
        assert!(why.contains("“python3.11”") && why.contains(&here.at("bin/python3").display().to_string()), "{why}");
        assert!(why.contains("Browse…"), "{why}");
        assert!(locate_on(&machine, &name("python3.11"), "", (&here.at("shows"), &LocalNames::default())).is_python);
    }

    #[test]
    fn a_path_may_be_the_folder_of_a_virtual_environment() {
        let here = Here::new();
        file(&here.at("venv/pyvenv.cfg"), "version = 3.11.2\n");
        program(&here.at("venv/bin/python"));
        program(&here.at("winv/Scripts/python.exe"));
        file(&here.at("winv/pyvenv.cfg"), "");
        let unix = machine(false, &[]);
        let windows = machine(true, &[]);
        assert_eq!(here.check(&unix, &path("../venv"), "").as_deref(), Ok("venv/bin/python"));
        assert_eq!(here.check(&windows, &path("../winv"), "").as_deref(), Ok("winv/Scripts/python.exe"));
        assert!(here.check(&unix, &path("../winv"), "").unwrap_err().contains("no Python for this system"));
        std::fs::create_dir(here.at("shows")).unwrap();
        assert!(here.check(&unix, &path("."), "").unwrap_err().contains("pyvenv.cfg"));
        let why = here.check(&unix, &path("gone/python"), "").unwrap_err();
        assert!(why.contains(&join(&here.at("shows"), "gone/python").display().to_string()), "{why}");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_without_its_mark_says_how_to_get_it() {
        let here = Here::new();
        file(&here.at("shows/tool.sh"), "");
        let machine = machine(false, &[&here.at("shows")]);
        assert!(here.check(&machine, &Interpreter::None, "./tool.sh").unwrap_err().contains("chmod +x"));
        assert!(here.check(&machine, &path("tool.sh"), "").unwrap_err().contains("chmod +x"));
    }

    #[cfg(unix)]
    #[test]
    fn a_bare_program_is_never_the_one_beside_the_preset() {
        let here = Here::new();
        program(&here.at("shows/tool"));
        program(&here.at("bin/tool2"));
        let machine = machine(false, &[&here.at("bin")]);
        assert!(here.check(&machine, &Interpreter::None, "tool").unwrap_err().contains("./tool"));
        assert_eq!(here.check(&machine, &Interpreter::None, "./tool").as_deref(), Ok("shows/tool"));
        assert_eq!(here.check(&machine, &Interpreter::None, "tool2").as_deref(), Ok("bin/tool2"));
        assert!(here.check(&machine, &Interpreter::None, "../shows").unwrap_err().contains("is a folder"));
    }

    #[test]
    fn a_python_is_known_by_its_name() {
        for name in [
            "python",
            "python3",
            "python3.11",
            "python3.13t",
            "pythonw.exe",
            "PYTHON.EXE",
            "pypy3",
            "python.bat",
            "python3.11.CMD",
        ] {
            assert!(is_python_name(name), "{name}");
        }
        for name in ["python3-config", "ipython", "node", "pythonista", "bpython"] {
            assert!(!is_python_name(name), "{name}");
        }
    }
}
