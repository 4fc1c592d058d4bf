//! Where Pythons lie on each system: what installs them, and where that puts them. Only looks whether files are there.

use std::path::{Path, PathBuf};

use super::super::machine::{Machine, System};
use super::super::registry::version_parts;
use super::{Origin, name_of};

/// A program in a place that is known for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub program: PathBuf,
    pub origin: Origin,
    pub words: String,
}

/// Every Python beside those on PATH and in the registry, by what installed it.
pub fn pythons(machine: &Machine) -> Vec<Place> {
    let mut found = python_org(machine);
    found.extend(store(machine));
    found.extend(homebrew(machine));
    found.extend(pyenv(machine));
    found.extend(uv(machine));
    found.extend(conda(machine));
    found.extend(usual_places(machine));
    found
}

fn python_org(machine: &Machine) -> Vec<Place> {
    let mut programs = Vec::new();
    match machine.system {
        System::Windows => {
            let local = machine.dir_in("LOCALAPPDATA");
            let in_local = |path: &str| local.as_ref().map(|dir| dir.join(path));
            let drive = machine.variable("SystemDrive").map(|drive| {
                let mut root = drive.to_owned();
                root.push(std::path::MAIN_SEPARATOR_STR);
                PathBuf::from(root)
            });
            let program_files = ["ProgramFiles", "ProgramFiles(x86)"].map(|name| machine.dir_in(name));
            let parents = [in_local("Programs/Python"), in_local("Python"), drive].into_iter().chain(program_files);
            for dir in parents.flatten().flat_map(|parent| newest_first(&parent)) {
                let name = name_of(&dir).to_lowercase();
                if name.starts_with("python3") || name.starts_with("pythoncore-") {
                    programs.push(dir.join("python.exe"));
                }
            }
        }
        System::Mac => {
            for version in newest_first(&machine.fixed("/Library/Frameworks/Python.framework/Versions")) {
                programs.push(version.join("bin").join(format!("python{}", name_of(&version))));
            }
        }
        System::Linux => {}
    }
    existing(programs, Origin::PythonOrg, |_| "from python.org".to_owned())
}

/// The Store's Pythons have a folder each beside the aliases that may open the Store.
fn store(machine: &Machine) -> Vec<Place> {
    let Some(local) = machine.dir_in("LOCALAPPDATA").filter(|_| machine.is_windows()) else { return Vec::new() };
    let is_python = |dir: &PathBuf| name_of(dir).starts_with("PythonSoftwareFoundation.Python.");
    let aliases = newest_first(&local.join("Microsoft/WindowsApps"));
    let programs = aliases.into_iter().filter(is_python).map(|dir| dir.join("python.exe"));
    // An alias can't be followed, so it is looked at as it is.
    let there = programs.filter(|program| program.symlink_metadata().is_ok());
    there
        .map(|program| Place { program, origin: Origin::Store, words: "from the Microsoft Store".to_owned() })
        .collect()
}

/// Where Homebrew may be.
pub fn homebrew_prefixes(machine: &Machine) -> Vec<PathBuf> {
    let usual: &[&str] = match machine.system {
        System::Windows => &[],
        System::Mac => &["/opt/homebrew", "/usr/local"],
        System::Linux => &["/home/linuxbrew/.linuxbrew"],
    };
    machine.dir_in("HOMEBREW_PREFIX").into_iter().chain(usual.iter().map(|place| machine.fixed(place))).collect()
}

/// By the links that stay the same from one update to the next.
fn homebrew(machine: &Machine) -> Vec<Place> {
    let formulas = homebrew_prefixes(machine).into_iter().flat_map(|prefix| newest_first(&prefix.join("opt")));
    let programs = formulas.filter_map(|formula| {
        let name = name_of(&formula);
        let version = name.strip_prefix("python@")?;
        Some(formula.join("bin").join(format!("python{version}")))
    });
    existing(programs.collect(), Origin::Homebrew, |_| "from Homebrew".to_owned())
}

fn pyenv(machine: &Machine) -> Vec<Place> {
    let own = machine.home().map(|home| home.join(".pyenv"));
    let roots = if machine.is_windows() {
        vec![machine.dir_in("PYENV"), own.map(|own| own.join("pyenv-win"))]
    } else {
        vec![machine.dir_in("PYENV_ROOT"), own]
    };
    let versions = roots.into_iter().flatten().flat_map(|root| newest_first(&root.join("versions")));
    let programs = versions.filter_map(|version| python_in(machine, &version)).collect();
    existing(programs, Origin::Pyenv, |program| format!("pyenv {}", prefix_name(program)))
}

fn uv(machine: &Machine) -> Vec<Place> {
    let home = machine.home();
    let data = if machine.is_windows() {
        machine.dir_in("APPDATA")
    } else {
        machine.dir_in("XDG_DATA_HOME").or_else(|| home.map(|home| home.join(".local/share")))
    };
    let in_data = |path: &str| data.as_ref().map(|data| data.join(path));
    let folders = [machine.dir_in("UV_PYTHON_INSTALL_DIR"), in_data("uv/python"), in_data("uv/data/python")];
    let versions = folders.into_iter().flatten().flat_map(|folder| newest_first(&folder));
    let programs = versions.filter_map(|version| python_in(machine, &version)).collect();
    existing(programs, Origin::Uv, |_| "managed by uv".to_owned())
}

fn conda(machine: &Machine) -> Vec<Place> {
    let mut prefixes: Vec<PathBuf> = machine.dir_in("CONDA_PREFIX").into_iter().collect();
    for root in conda_roots(machine) {
        prefixes.push(root.clone());
        prefixes.extend(entries(&root.join("envs")));
    }
    let list = machine.home().map(|home| home.join(".conda/environments.txt"));
    let list = list.and_then(|list| std::fs::read_to_string(list).ok()).unwrap_or_default();
    prefixes.extend(list.lines().map(str::trim).map(PathBuf::from).filter(|prefix| prefix.is_absolute()));
    let programs = prefixes.iter().filter_map(|prefix| python_in(machine, prefix)).collect();
    existing(programs, Origin::Conda, |program| conda_words(&prefix_of(program)))
}

/// Where conda, mamba and their kin are installed by themselves or by their users.
fn conda_roots(machine: &Machine) -> Vec<PathBuf> {
    const NAMES: [&str; 7] =
        ["miniforge3", "mambaforge", "miniconda3", "anaconda3", "micromamba", ".conda", "opt/miniconda3"];
    let mut parents: Vec<_> = machine.home().into_iter().collect();
    match machine.system {
        System::Windows => {
            parents.extend(["LOCALAPPDATA", "ProgramData"].iter().filter_map(|name| machine.dir_in(name)));
        }
        System::Mac | System::Linux => parents.push(machine.fixed("/opt")),
    }
    let mut roots: Vec<_> = parents.iter().flat_map(|parent| NAMES.map(|name| parent.join(name))).collect();
    if !machine.is_windows() {
        roots.push(machine.fixed("/opt/conda"));
    }
    if machine.system == System::Mac {
        let casks = machine.fixed("/opt/homebrew/Caskroom");
        roots.extend(["miniforge", "miniconda", "anaconda"].map(|cask| casks.join(cask).join("base")));
    }
    machine.dir_in("MAMBA_ROOT_PREFIX").into_iter().chain(roots).collect()
}

fn conda_words(prefix: &Path) -> String {
    let name = name_of(prefix);
    if !["condabin", "envs"].iter().any(|dir| prefix.join(dir).is_dir()) {
        return format!("conda environment {name}");
    }
    // Homebrew has each one's base in a folder of that name.
    let installation = if name == "base" { prefix.parent().map(name_of).unwrap_or_default() } else { name };
    format!("conda’s base, {installation}")
}

/// What lies in a usual place but isn't on PATH: a window's PATH is often shorter than a terminal's.
fn usual_places(machine: &Machine) -> Vec<Place> {
    let mut programs = Vec::new();
    for dir in usual_dirs(machine).into_iter().filter(|dir| !machine.path.contains(dir)) {
        let is_versioned = |path: &PathBuf| {
            let name = name_of(path);
            name.strip_prefix("python3.").is_some_and(|minor| minor.chars().all(|c| c.is_ascii_digit()))
        };
        programs.extend(newest_first(&dir).into_iter().filter(is_versioned));
        programs.push(dir.join("python3"));
    }
    let programs = programs.into_iter().filter(|program| machine.program_at(program).is_some()).collect();
    existing(programs, Origin::UsualPlace, |program| {
        format!("in {}", program.parent().unwrap_or(Path::new("")).display())
    })
}

/// The folders of programs that people have on PATH in their terminals.
pub fn usual_dirs(machine: &Machine) -> Vec<PathBuf> {
    let fixed: &[&str] = match machine.system {
        System::Windows => &[],
        System::Mac => &["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin", "/usr/bin", "/bin"],
        System::Linux => &["/usr/local/bin", "/usr/bin", "/bin", "/home/linuxbrew/.linuxbrew/bin", "/snap/bin"],
    };
    let own = machine.home().filter(|_| !machine.is_windows()).map(|home| home.join(".local/bin"));
    fixed.iter().map(|place| machine.fixed(place)).chain(own).collect()
}

/// Every installed TouchDesigner's own Python, the newest first.
pub fn touch(machine: &Machine) -> Vec<Place> {
    let parents = match machine.system {
        System::Windows => {
            let program_files = machine.dir_in("ProgramFiles").unwrap_or_else(|| "C:\\Program Files".into());
            vec![program_files.join("Derivative")]
        }
        System::Mac => vec![machine.fixed("/Applications")],
        System::Linux => Vec::new(),
    };
    let mut programs = Vec::new();
    for installation in parents.iter().flat_map(|parent| newest_first(parent)) {
        if !name_of(&installation).starts_with("TouchDesigner") {
            continue;
        }
        programs.push(installation.join("bin/python.exe"));
        for version in newest_first(&installation.join("Contents/Frameworks/Python.framework/Versions")) {
            programs.push(version.join("bin").join(format!("python{}", name_of(&version))));
        }
    }
    existing(programs, Origin::Touch, touch_words)
}

/// `TouchDesigner’s own`, with the name of its installation where that says which.
pub fn touch_words(program: &Path) -> String {
    let installation = program.ancestors().map(name_of).find(|name| name.starts_with("TouchDesigner"));
    let name = installation.unwrap_or_else(|| "TouchDesigner".to_owned());
    format!("{}’s own", name.trim_end_matches(".app"))
}

/// How far up from its folder a script's project is looked for.
const CLIMB: usize = 6;

/// The nearest folder above a script's that says of itself that it is a Python project.
pub fn project_above(folder: &Path) -> Option<&Path> {
    let marks = ["pyproject.toml", "uv.lock", "setup.py", "Pipfile"];
    folder.ancestors().take(CLIMB).find(|dir| marks.iter().any(|mark| dir.join(mark).is_file()))
}

/// The Python within an installation's folder.
fn python_in(machine: &Machine, prefix: &Path) -> Option<PathBuf> {
    let places: &[&str] =
        if machine.is_windows() { &["python.exe"] } else { &["bin/python", "bin/python3", "bin/pypy3"] };
    places.iter().map(|place| crate::model::join(prefix, place)).find(|program| program.is_file())
}

/// The folder of the installation that a program of [`python_in`] is of.
fn prefix_of(program: &Path) -> PathBuf {
    let dir = program.parent().unwrap_or(Path::new(""));
    let prefix = if name_of(dir) == "bin" { dir.parent().unwrap_or(dir) } else { dir };
    prefix.to_path_buf()
}

fn prefix_name(program: &Path) -> String {
    name_of(&prefix_of(program))
}

fn existing(programs: Vec<PathBuf>, origin: Origin, words: impl Fn(&Path) -> String) -> Vec<Place> {
    let there = programs.into_iter().filter(|program| program.is_file());
    there.map(|program| Place { words: words(&program), program, origin }).collect()
}

/// What is in a folder, by name.
pub fn entries(dir: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(dir).into_iter().flatten().flatten();
    let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

/// The same, by the versions in the names.
pub fn newest_first(dir: &Path) -> Vec<PathBuf> {
    let mut paths = entries(dir);
    paths.sort_by_cached_key(|path| std::cmp::Reverse(version_parts(&name_of(path))));
    paths
}
