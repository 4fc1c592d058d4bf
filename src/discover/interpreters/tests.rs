//! Locating on made-up machines of all three systems, on whichever system the tests run.

use std::path::PathBuf;

use super::super::machine::made_up::{file, machine, program, rooted};
use super::super::machine::{Machine, Standing, System};
use super::super::registry::Hive;
use super::super::registry::made_up::MadeUp;
use super::search::search;
use super::*;
use crate::model::join;

/// A made-up machine with programs at these places below its root.
struct Here {
    dir: tempfile::TempDir,
}

impl Here {
    fn with(programs: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        for path in programs {
            program(&join(dir.path(), path));
        }
        Self { dir }
    }

    fn at(&self, path: &str) -> PathBuf {
        join(self.dir.path(), path)
    }

    fn machine(&self, system: System, variables: &[(&str, &str)]) -> Machine {
        let named = variables.iter().map(|(name, path)| {
            let name = if system == System::Windows { name.to_uppercase() } else { (*name).to_owned() };
            (name, self.at(path).into_os_string())
        });
        Machine { environment: named.collect(), ..rooted(system, self.dir.path()) }
    }

    /// Each as its program below the root, its origin and where it is from.
    fn found(&self, machine: &Machine, script: Option<&str>) -> Vec<(String, Origin, String)> {
        let script = script.map(|script| self.at(script));
        let located = search(machine, script.as_deref(), &self.at("presets"));
        let shown = |found: Found| {
            let program = found.program.strip_prefix(self.dir.path()).unwrap_or(&found.program).to_path_buf();
            (program.to_string_lossy().replace('\\', "/"), found.origin, found.place)
        };
        located.into_iter().map(|one| shown(one.found)).collect()
    }
}

fn check(found: &[(String, Origin, String)], expected: &[(&str, Origin, &str)]) {
    let found: Vec<_> = found.iter().map(|(path, origin, place)| (path.as_str(), *origin, place.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn virtual_environments_near_the_script_come_first() {
    let here = Here::with(&["p/scripts/.venv/bin/python", "p/scripts/mine/bin/python3", "p/env/bin/python"]);
    for venv in ["p/scripts/.venv", "p/scripts/mine", "p/env", "venv"] {
        file(&here.at(venv).join("pyvenv.cfg"), "home = /usr/bin\n");
    }
    program(&here.at("venv/bin/python"));
    file(&here.at("pyproject.toml"), "");
    std::fs::create_dir_all(here.at("p/scripts/venv")).unwrap();
    let found = here.found(&here.machine(System::Linux, &[]), Some("p/scripts/deep/a.py"));
    let project = format!("venv of the project {}", name_of(here.dir.path()));
    check(
        &found,
        &[
            ("p/scripts/.venv/bin/python", Origin::VenvNearby, ".venv in the folder above the script"),
            ("p/scripts/mine/bin/python3", Origin::VenvNearby, "mine in the folder above the script"),
            ("venv/bin/python", Origin::VenvNearby, &project),
        ],
    );
    let found = here.found(&here.machine(System::Linux, &[("VIRTUAL_ENV", "p/env")]), Some("other/a.py"));
    check(&found[1..], &[("p/env/bin/python", Origin::VenvNearby, "env, active in this terminal")]);
    let located = search(&here.machine(System::Linux, &[]), Some(&here.at("p/scripts/a.py")), &here.at("p/presets"));
    assert_eq!(located[0].found.interpreter, Interpreter::Path("../scripts/.venv".to_owned()));
    assert_eq!(located[0].found.origin, Origin::VenvBesideScript);
}

#[test]
fn windows_pythons_are_found_wherever_they_were_installed() {
    let here = Here::with(&[
        "py/python.exe",
        "anaconda/python.exe",
        "Local/Programs/Python/Python39/python.exe",
        "Local/Programs/Python/Python311/python.exe",
        "Local/Python/pythoncore-3.14-64/python.exe",
        "home/.pyenv/pyenv-win/versions/3.8.10/python.exe",
        "Roaming/uv/python/cpython-3.12.1-windows-x86_64-none/python.exe",
        "home/miniforge3/python.exe",
        "home/miniforge3/envs/style/python.exe",
        "elsewhere/env/python.exe",
        "Files/Derivative/TouchDesigner.2022.1/bin/python.exe",
        "Files/Derivative/TouchDesigner.2023.11600/bin/python.exe",
        "Files/Derivative/Other/bin/python.exe",
    ]);
    file(&here.at("home/.conda/environments.txt"), &format!("{}\n/gone\n", here.at("elsewhere/env").display()));
    let own = "Local/Microsoft/WindowsApps/PythonSoftwareFoundation.Python.3.10_q/python.exe";
    file(&here.at(own), "");
    let text = |path: &str| here.at(path).display().to_string();
    let registry = MadeUp::of(&[
        (Hive::User, "Software\\Python\\PythonCore\\3.13\\InstallPath", "ExecutablePath", &text("py/python.exe")),
        (Hive::User, "Software\\Python\\PythonCore\\3.13", "DisplayName", "Python 3.13 (64-bit)"),
        (Hive::User, "Software\\Python\\PythonCore\\3.7\\InstallPath", "ExecutablePath", &text("gone/python.exe")),
        (
            Hive::Machine32,
            "Software\\Python\\ContinuumAnalytics\\A\\InstallPath",
            "ExecutablePath",
            &text("anaconda/python.exe"),
        ),
    ]);
    let variables =
        [("LOCALAPPDATA", "Local"), ("APPDATA", "Roaming"), ("USERPROFILE", "home"), ("ProgramFiles", "Files")];
    let machine = Machine { registry: Box::new(registry), ..here.machine(System::Windows, &variables) };
    check(
        &here.found(&machine, None),
        &[
            ("py/python.exe", Origin::PythonOrg, "python.org: Python 3.13 (64-bit)"),
            ("anaconda/python.exe", Origin::Conda, "installed from Anaconda"),
            ("Local/Programs/Python/Python311/python.exe", Origin::PythonOrg, "from python.org"),
            ("Local/Programs/Python/Python39/python.exe", Origin::PythonOrg, "from python.org"),
            ("Local/Python/pythoncore-3.14-64/python.exe", Origin::PythonOrg, "from python.org"),
            (own, Origin::Store, "from the Microsoft Store"),
            ("home/.pyenv/pyenv-win/versions/3.8.10/python.exe", Origin::Pyenv, "pyenv 3.8.10"),
            ("Roaming/uv/python/cpython-3.12.1-windows-x86_64-none/python.exe", Origin::Uv, "managed by uv"),
            ("home/miniforge3/python.exe", Origin::Conda, "conda’s base, miniforge3"),
            ("home/miniforge3/envs/style/python.exe", Origin::Conda, "conda environment style"),
            ("elsewhere/env/python.exe", Origin::Conda, "conda environment env"),
            (
                "Files/Derivative/TouchDesigner.2023.11600/bin/python.exe",
                Origin::Touch,
                "TouchDesigner.2023.11600’s own",
            ),
            ("Files/Derivative/TouchDesigner.2022.1/bin/python.exe", Origin::Touch, "TouchDesigner.2022.1’s own"),
        ],
    );
}

#[test]
fn macs_pythons_are_found_wherever_they_were_installed() {
    let here = Here::with(&[
        "Library/Frameworks/Python.framework/Versions/3.9/bin/python3.9",
        "Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12",
        "opt/homebrew/opt/python@3.11/bin/python3.11",
        "opt/homebrew/opt/node/bin/node",
        "opt/homebrew/bin/python3.13",
        "usr/bin/python3",
        "Users/x/.pyenv/versions/3.10.1/bin/python",
        "Users/x/.local/share/uv/python/cpython-3.12.1-macos-aarch64-none/bin/python3",
        "opt/homebrew/Caskroom/miniforge/base/bin/python",
        "opt/homebrew/Caskroom/miniforge/base/condabin/conda",
        "Applications/TouchDesigner.app/Contents/Frameworks/Python.framework/Versions/3.11/bin/python3.11",
    ]);
    let machine = here.machine(System::Mac, &[("HOME", "Users/x")]);
    let touch = "Applications/TouchDesigner.app/Contents/Frameworks/Python.framework/Versions/3.11/bin/python3.11";
    let place = |path: &str| format!("in {}", here.at(path).display());
    check(
        &here.found(&machine, None),
        &[
            ("Library/Frameworks/Python.framework/Versions/3.12/bin/python3.12", Origin::PythonOrg, "from python.org"),
            ("Library/Frameworks/Python.framework/Versions/3.9/bin/python3.9", Origin::PythonOrg, "from python.org"),
            ("opt/homebrew/opt/python@3.11/bin/python3.11", Origin::Homebrew, "from Homebrew"),
            ("Users/x/.pyenv/versions/3.10.1/bin/python", Origin::Pyenv, "pyenv 3.10.1"),
            (
                "Users/x/.local/share/uv/python/cpython-3.12.1-macos-aarch64-none/bin/python3",
                Origin::Uv,
                "managed by uv",
            ),
            ("opt/homebrew/Caskroom/miniforge/base/bin/python", Origin::Conda, "conda’s base, miniforge"),
            ("opt/homebrew/bin/python3.13", Origin::UsualPlace, &place("opt/homebrew/bin")),
            ("usr/bin/python3", Origin::UsualPlace, &place("usr/bin")),
            (touch, Origin::Touch, "TouchDesigner’s own"),
        ],
    );
    let is_stub = |machine: &Machine| {
        let located = search(machine, None, &here.at("presets"));
        located.iter().any(|one| one.found.program == here.at("usr/bin/python3") && one.standing == Standing::Stub)
    };
    assert!(is_stub(&machine), "without the developer tools it asks to install them");
    program(&here.at("Library/Developer/CommandLineTools/usr/bin/python3"));
    assert!(!is_stub(&machine));
}

#[test]
fn linux_pythons_are_found_wherever_they_were_installed() {
    let here = Here::with(&[
        "usr/bin/python3",
        "usr/bin/python3.11",
        "home/x/.pyenv/versions/3.9.18/bin/python",
        "home/x/.pyenv/versions/3.13.0/bin/python",
        "home/x/.pyenv/versions/pypy3.10-7.3/bin/pypy3",
        "uv/cpython-3.12/bin/python",
        "home/linuxbrew/.linuxbrew/opt/python@3.12/bin/python3.12",
        "opt/conda/envs/a/bin/python",
        "active/bin/python",
    ]);
    let variables = [("HOME", "home/x"), ("UV_PYTHON_INSTALL_DIR", "uv"), ("CONDA_PREFIX", "active")];
    let machine = Machine { path: vec![here.at("usr/bin")], ..here.machine(System::Linux, &variables) };
    check(
        &here.found(&machine, None),
        &[
            ("usr/bin/python3", Origin::Path, "found on PATH"),
            ("usr/bin/python3.11", Origin::Path, "found on PATH"),
            ("home/linuxbrew/.linuxbrew/opt/python@3.12/bin/python3.12", Origin::Homebrew, "from Homebrew"),
            ("home/x/.pyenv/versions/3.13.0/bin/python", Origin::Pyenv, "pyenv 3.13.0"),
            ("home/x/.pyenv/versions/pypy3.10-7.3/bin/pypy3", Origin::Pyenv, "pyenv pypy3.10-7.3"),
            ("home/x/.pyenv/versions/3.9.18/bin/python", Origin::Pyenv, "pyenv 3.9.18"),
            ("uv/cpython-3.12/bin/python", Origin::Uv, "managed by uv"),
            ("active/bin/python", Origin::Conda, "conda environment active"),
            ("opt/conda/envs/a/bin/python", Origin::Conda, "conda environment a"),
        ],
    );
}

#[test]
fn other_languages_are_found_by_their_version_managers_too() {
    let here = Here::with(&[
        "bin/node",
        "home/.nvm/versions/node/v18.2.0/bin/node",
        "home/.nvm/versions/node/v20.1.0/bin/node",
        "home/.local/share/fnm/node-versions/v22.0.0/installation/bin/node",
        "home/.volta/tools/image/node/16.0.0/bin/node",
        "home/.rbenv/versions/3.2.0/bin/ruby",
        "usr/bin/perl",
        "bin/deno",
    ]);
    let machine = Machine { path: vec![here.at("bin")], ..here.machine(System::Linux, &[("HOME", "home")]) };
    check(
        &here.found(&machine, None),
        &[
            ("bin/node", Origin::Path, "found on PATH"),
            ("home/.nvm/versions/node/v20.1.0/bin/node", Origin::Nvm, "from nvm"),
            ("home/.nvm/versions/node/v18.2.0/bin/node", Origin::Nvm, "from nvm"),
            ("home/.local/share/fnm/node-versions/v22.0.0/installation/bin/node", Origin::Fnm, "from fnm"),
            ("home/.volta/tools/image/node/16.0.0/bin/node", Origin::Volta, "from Volta"),
            ("bin/deno", Origin::Path, "found on PATH"),
            ("home/.rbenv/versions/3.2.0/bin/ruby", Origin::Rbenv, "from rbenv"),
            ("usr/bin/perl", Origin::UsualPlace, &format!("in {}", here.at("usr/bin").display())),
        ],
    );
    let windows = Here::with(&[
        "nvm/v20.1.0/node.exe",
        "R/bin/Rscript.exe",
        "Files/Git/bin/bash.exe",
        "Windows/System32/bash.exe",
        "C/Strawberry/perl/bin/perl.exe",
    ]);
    let r = windows.at("R").display().to_string();
    let machine = Machine {
        registry: Box::new(MadeUp::of(&[(Hive::Machine64, "Software\\R-core\\R", "InstallPath", &r)])),
        path: vec![windows.at("Windows/System32")],
        ..windows.machine(System::Windows, &[("NVM_HOME", "nvm"), ("ProgramFiles", "Files"), ("SystemDrive", "C")])
    };
    let found = windows.found(&machine, None);
    let programs: Vec<_> = found.iter().map(|(path, ..)| path.as_str()).collect();
    let expected = [
        "nvm/v20.1.0/node.exe",
        "Windows/System32/bash.exe",
        "Files/Git/bin/bash.exe",
        "R/bin/Rscript.exe",
        "C/Strawberry/perl/bin/perl.exe",
    ];
    assert_eq!(programs, expected);
    assert_eq!(found[1].2, others::LINUX_IN_WINDOWS);
}

#[cfg(unix)]
#[test]
fn a_program_under_several_names_is_listed_once() {
    let here = Here::with(&["bin/python3.11", "bin/python3.9", "bin/bash", "late/python3", "late/node"]);
    for (link, target) in [("python3", "python3.11"), ("python", "python3"), ("sh", "bash")] {
        std::os::unix::fs::symlink(target, here.at("bin").join(link)).unwrap();
    }
    file(&here.at("bin/python3.12"), "not marked as a program");
    let machine = machine(false, &[&here.at("bin"), &here.at("late")]);
    let located = search(&machine, None, &here.at("presets"));
    let names: Vec<_> = located.iter().map(|one| (name_of(&one.found.program), one.by_name.as_deref())).collect();
    let expected = [
        ("python3", Some("python")),
        ("python3.9", Some("python3.9")),
        ("python3", None),
        ("node", None),
        ("bash", None),
        ("sh", None),
    ];
    assert_eq!(names, expected.map(|(program, name)| (program.to_owned(), name)));
    // What goes into the preset leads back to the program that was listed.
    for one in &located {
        let back = super::super::locate::locate_on(
            &machine,
            &one.found.interpreter,
            "",
            (&here.at("presets"), &crate::model::LocalNames::default()),
        );
        assert_eq!(back.program.as_ref(), Ok(&one.found.program));
    }
}

#[test]
fn windows_lists_the_launchers_pythons_and_knows_a_shop() {
    let here = Here::with(&["bin/py.exe", "bin/3.12/python.exe", "Derivative/TouchDesigner.2023/bin/python.exe"]);
    let aliases = here.at("Microsoft/WindowsApps");
    file(&aliases.join("python.exe"), "");
    file(&aliases.join("python.target"), "C:\\WindowsApps\\AppInstallerPythonRedirector.exe");
    file(&aliases.join("python3.exe"), "");
    let touch = here.at("Derivative/TouchDesigner.2023/bin");
    let machine = Machine {
        py_list: |py| vec![("3.12".to_owned(), py.with_file_name("3.12").join("python.exe"))],
        // Whatever is run here would answer; the shop must not be run.
        runs: |_| true,
        ..machine(true, &[&aliases, &here.at("bin"), &touch])
    };
    let located = search(&machine, None, &here.at("presets"));
    let shown: Vec<_> = located.iter().map(|one| (one.found.origin, one.standing)).collect();
    assert_eq!(
        shown,
        [
            (Origin::Touch, Standing::Touch),
            (Origin::Path, Standing::Stub),
            (Origin::Path, Standing::Stub),
            (Origin::Launcher, Standing::Ordinary),
        ]
    );
    let only_stubs = located.into_iter().filter(|one| one.standing == Standing::Stub).collect();
    let told = asking::ask_all(&machine, only_stubs, &Look::default());
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].trouble().unwrap().contains("Microsoft Store"), "{told:?}");
}
