//! Goes through the places where interpreters lie, in the order in which they are listed, and takes each program once.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::super::locate::{is_python_name, is_venv, python_names, venv_python};
use super::super::machine::{Machine, Standing};
use super::super::registry::{registered_pythons, version_parts};
use super::{Found, Nature, Origin, Trouble, name_of, others, places};
use crate::model::{Interpreter, is_touch_path, join, relative};

/// Names that people give the folders of virtual environments, the likeliest first.
const VENVS: [&str; 3] = [".venv", "venv", "env"];
/// How many entries of a script's folder are looked at for environments by other names.
const LOOKED_AT: usize = 300;
/// How many interpreters are listed at most; who has more has a list that nobody reads.
const MOST: usize = 300;

/// What was found, not asked yet.
pub struct Located {
    pub found: Found,
    pub standing: Standing,
    /// A name that means this one here, unless one before it has the name and is there.
    pub by_name: Option<String>,
    /// Starting it would start more than an interpreter.
    pub never_run: bool,
}

/// Everything that could be an interpreter here.
pub fn search(machine: &Machine, script: Option<&Path>, preset_dir: &Path) -> Vec<Located> {
    let mut search = Search { machine, preset_dir, seen: BTreeSet::new(), found: Vec::new() };
    if let Some(folder) = script.and_then(Path::parent) {
        search.venvs_near(folder);
    }
    search.active_venv();
    search.pythons_on_path();
    search.registered();
    for place in places::pythons(machine) {
        let interpreter = search.path_of(&place.program);
        search.add(interpreter, &place.program, place.origin, &place.words);
    }
    search.others();
    for place in places::touch(machine) {
        let interpreter = search.path_of(&place.program);
        search.add(interpreter, &place.program, place.origin, &place.words);
    }
    search.found.truncate(MOST);
    search.found
}

const ON_PATH: &str = "found on PATH";

struct Search<'a> {
    machine: &'a Machine,
    preset_dir: &'a Path,
    /// Kind and real file of what was found: one program under two names is listed once, but a shell that goes by two
    /// names behaves as two.
    seen: BTreeSet<(String, PathBuf)>,
    found: Vec<Located>,
}

impl Search<'_> {
    fn add(&mut self, interpreter: Interpreter, program: &Path, origin: Origin, place: &str) {
        // With this system's separators throughout, as people read it.
        let program: PathBuf = program.components().collect();
        let standing = self.machine.standing(&program);
        let is_of_venv = matches!(origin, Origin::VenvBesideScript | Origin::VenvNearby);
        let kind = if is_of_venv { "python".to_owned() } else { kind_of(&program) };
        // A virtual environment's Python is a link to another one, and yet not the same.
        let is_in_venv = program.parent().and_then(Path::parent).is_some_and(is_venv);
        let real = std::fs::canonicalize(&program).ok().filter(|_| !is_in_venv).unwrap_or_else(|| program.clone());
        if !self.seen.insert((kind.clone(), real)) {
            return;
        }
        let never_run = others::is_linux_in_windows(self.machine, &program);
        let nature = Nature::default();
        let found = Found { interpreter, program, kind, origin, place: place.to_owned(), nature };
        self.found.push(Located { found, standing, by_name: None, never_run });
    }

    fn venvs_near(&mut self, folder: &Path) {
        self.venvs_in(folder, Origin::VenvBesideScript, "beside the script");
        if let Some(above) = folder.parent() {
            self.venvs_in(above, Origin::VenvNearby, "in the folder above the script");
        }
        if let Some(project) = places::project_above(folder) {
            let words = format!("of the project {}", name_of(project));
            self.venvs_in(project, Origin::VenvNearby, &words);
        }
    }

    /// The environments with a usual name, then others.
    fn venvs_in(&mut self, folder: &Path, origin: Origin, where_: &str) {
        let entries = std::fs::read_dir(folder).into_iter().flatten().take(LOOKED_AT).flatten();
        let mut others: Vec<_> = entries.map(|entry| entry.path()).filter(|path| is_venv(path)).collect();
        others.sort();
        let usual = VENVS.iter().map(|name| folder.join(name)).filter(|venv| is_venv(venv));
        for venv in usual.chain(others) {
            self.venv(&venv, origin, &format!("{} {where_}", name_of(&venv)));
        }
    }

    fn venv(&mut self, venv: &Path, origin: Origin, place: &str) {
        let interpreter = Interpreter::Path(relative(self.preset_dir, venv));
        if let Some(program) = venv_python(self.machine, venv) {
            self.add(interpreter, &program, origin, place);
            return;
        }
        let place_in = if self.machine.is_windows() { "Scripts/python.exe" } else { "bin/python" };
        let program: PathBuf = join(venv, place_in).components().collect();
        let count = self.found.len();
        self.add(interpreter, &program, origin, place);
        if let Some(added) = self.found.get_mut(count) {
            added.found.nature.trouble = Some(Trouble::Gone(end_of_links(&program)));
        }
    }

    /// The one that is switched on in the terminal from which Sidestage was started.
    fn active_venv(&mut self) {
        if let Some(venv) = self.machine.dir_in("VIRTUAL_ENV").filter(|venv| is_venv(venv)) {
            self.venv(&venv, Origin::VenvNearby, &format!("{}, active in this terminal", name_of(&venv)));
        }
    }

    fn pythons_on_path(&mut self) {
        let machine = self.machine;
        let mut plain: Vec<_> = python_names(machine).into_iter().flat_map(|name| machine.on_path(name)).collect();
        // In the order in which the name is looked up.
        plain.sort_by_key(|program| match machine.standing(program) {
            Standing::Ordinary | Standing::Shim => 0,
            Standing::Alias | Standing::Touch => 1,
            Standing::Stub => 2,
        });
        // What the name means here comes first.
        if let Some(first) = plain.first() {
            self.add_on_path(("python", &plain), first);
        }
        for (name, program) in versioned_pythons(machine) {
            self.add_on_path((&name, &machine.on_path(&name)), &program);
        }
        for program in plain.iter().skip(1) {
            self.add_on_path(("python", &plain), program);
        }
    }

    /// Touch's installations put themselves on PATH, and so does the Store; they are said to be what they are.
    /// `candidates` are all programs by that name, in the order in which it is looked up.
    fn add_on_path(&mut self, (name, candidates): (&str, &[PathBuf]), program: &Path) {
        let machine = self.machine;
        let count = self.found.len();
        let interpreter = self.path_of(program);
        let standing = machine.standing(program);
        if is_touch_path(&program.to_string_lossy()) {
            let words = places::touch_words(program);
            self.add(interpreter, program, Origin::Touch, &words);
        } else if standing == Standing::Alias {
            self.add(interpreter, program, Origin::Store, "from the Microsoft Store");
        } else {
            self.add(interpreter, program, Origin::Path, ON_PATH);
        }
        // Only a stand-in is ever passed over.
        let mut before = candidates.iter().take_while(|candidate| *candidate != program);
        let has_name = before.all(|candidate| machine.standing(candidate) == Standing::Shim)
            && !matches!(standing, Standing::Touch | Standing::Stub);
        if let Some(added) = self.found.get_mut(count).filter(|_| has_name) {
            added.by_name = Some(name.to_owned());
        }
    }

    /// What Windows' registry tells of, then what only the launcher knows.
    fn registered(&mut self) {
        let machine = self.machine;
        if !machine.is_windows() {
            return;
        }
        for python in registered_pythons(machine.registry.as_ref()) {
            if !python.program.is_file() && machine.standing(&python.program) != Standing::Alias {
                continue;
            }
            let (origin, maker) = match python.company.as_str() {
                "PythonCore" => (Origin::PythonOrg, "python.org"),
                "ContinuumAnalytics" => (Origin::Conda, "Anaconda"),
                "Astral" => (Origin::Uv, "uv"),
                _ => (Origin::Registry, python.company_name.as_str()),
            };
            let words = match &python.display_name {
                Some(name) => format!("{maker}: {name}"),
                None => format!("installed from {maker}"),
            };
            let interpreter = self.path_of(&python.program);
            self.add(interpreter, &python.program, origin, &words);
        }
        if let Some(py) = machine.best(&machine.on_path("py"), self.preset_dir) {
            for (_, program) in (machine.py_list)(&py).into_iter().filter(|(_, program)| program.is_file()) {
                let interpreter = self.path_of(&program);
                self.add(interpreter, &program, Origin::Launcher, "known to the py launcher");
            }
        }
    }

    /// By each name the one that PATH means, then those in the usual places.
    fn others(&mut self) {
        let machine = self.machine;
        for name in others::NAMES {
            if let Some(program) = machine.best(&machine.on_path(name), self.preset_dir) {
                let words =
                    if others::is_linux_in_windows(machine, &program) { others::LINUX_IN_WINDOWS } else { ON_PATH };
                self.add(Interpreter::Name(name.to_owned()), &program, Origin::Path, words);
            }
            for place in others::places(machine, name) {
                if machine.program_at(&place.program).is_some() {
                    let interpreter = self.path_of(&place.program);
                    self.add(interpreter, &place.program, place.origin, &place.words);
                }
            }
        }
    }

    fn path_of(&self, program: &Path) -> Interpreter {
        Interpreter::Path(relative(self.preset_dir, program))
    }
}

/// Where a file that isn't there was to be, if it is a link or a link to one.
fn end_of_links(path: &Path) -> PathBuf {
    const MOST_LINKS: usize = 16;
    let mut end = path.to_path_buf();
    for _ in 0..MOST_LINKS {
        let Ok(target) = std::fs::read_link(&end) else { break };
        let dir = end.parent().unwrap_or(Path::new("")).to_path_buf();
        end = join(&dir, &target.to_string_lossy());
    }
    end
}

/// Every `python3.11` and the like on PATH, the newest version first.
fn versioned_pythons(machine: &Machine) -> Vec<(String, PathBuf)> {
    let mut found: Vec<(Vec<u32>, String, PathBuf)> = Vec::new();
    for entry in machine.path.iter().flat_map(|dir| places::entries(dir)) {
        let Some(name) = name_on_path(machine, &entry) else { continue };
        let is_version = |minor: &str| !minor.is_empty() && minor.chars().all(|c| c.is_ascii_digit());
        if !name.strip_prefix("python3.").is_some_and(is_version) {
            continue;
        }
        if machine.program_at(&entry).is_some_and(|program| program == entry) {
            found.push((version_parts(&name), name, entry));
        }
    }
    found.sort_by(|one, other| other.0.cmp(&one.0));
    found.into_iter().map(|(_, name, program)| (name, program)).collect()
}

/// The name by which a file is found on PATH.
fn name_on_path(machine: &Machine, program: &Path) -> Option<String> {
    let (name, stem) = (name_of(program).to_lowercase(), stem(program).to_lowercase());
    if machine.is_windows() { Some(stem).filter(|stem| *stem != name) } else { Some(name) }
}

/// A program's name without Windows' ending; the dot of `python3.11` begins none.
pub fn stem(program: &Path) -> String {
    let name = name_of(program);
    let lower = name.to_lowercase();
    let ending = [".exe", ".cmd", ".bat", ".com"].into_iter().find(|ending| lower.ends_with(ending));
    name[..name.len() - ending.map_or(0, str::len)].to_owned()
}

/// What a program is by its name: `python` for all Pythons, else the name without a version.
pub fn kind_of(program: &Path) -> String {
    let name = stem(program);
    if is_python_name(&name) {
        return "python".to_owned();
    }
    let plain = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.').trim_end_matches('-');
    if plain.is_empty() { name } else { plain.to_owned() }
}
