//! What a preset needs and this machine lacks: roots and names that aren't mapped, scripts, folders, interpreters, files
//! that rows name. Tells what could be put right, and by what; whether a preset can run `survey` tells.

use std::path::{Path, PathBuf};

use crate::model::{
    Interpreter, LocalNames, NameKind, Place, Preset, Problem, Site, full_path, named_file, names_output, root_of,
    roots_in,
};

/// What is lacking.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// A root of this name: it isn't mapped, or its folder isn't there.
    Root(String),
    /// An interpreter of this name: it is neither mapped nor on PATH.
    Interpreter(String),
    /// A program or a virtual environment that runs scripts, at this path.
    InterpreterAt(PathBuf),
    /// The script, or the program that takes its place.
    Script(PathBuf),
    /// A program that is looked up on PATH.
    Program(String),
    /// The working folder.
    Folder(PathBuf),
    /// A file or folder that a row names.
    File(PathBuf),
}

impl Need {
    /// Where it was looked for, or the name of what was.
    #[must_use]
    pub fn shown(&self) -> String {
        match self {
            Self::Root(name) | Self::Interpreter(name) | Self::Program(name) => name.clone(),
            Self::InterpreterAt(path) | Self::Script(path) | Self::Folder(path) | Self::File(path) => {
                path.display().to_string()
            }
        }
    }

    /// The name that could be mapped.
    #[must_use]
    pub fn as_name(&self) -> Option<(NameKind, &str)> {
        match self {
            Self::Root(name) => Some((NameKind::Root, name)),
            Self::Interpreter(name) => Some((NameKind::Interpreter, name)),
            Self::InterpreterAt(_) | Self::Script(_) | Self::Program(_) | Self::Folder(_) | Self::File(_) => None,
        }
    }

    /// In a word or two.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Root(_) => "root",
            Self::Interpreter(_) | Self::InterpreterAt(_) => "interpreter",
            Self::Script(_) => "script",
            Self::Program(_) => "program",
            Self::Folder(_) => "working folder",
            Self::File(_) => "file",
        }
    }
}

/// One thing that a preset needs and that isn't here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    pub need: Need,
    pub place: Place,
    /// Of a root the paths below it that the preset names, by which a folder is told to be the one.
    pub below: Vec<String>,
}

/// What is missing for `preset`; `problems` is what keeps it from running.
pub(super) fn missing(preset: &Preset, site: &Site, problems: &[Problem]) -> Vec<Missing> {
    // Not knowing the names is one trouble, and told as such.
    if site.names.trouble.is_some() {
        return Vec::new();
    }
    let mut missing = roots(preset, &site.names);
    let is_lost = |path: &str| {
        let lost = |root: &str| missing.iter().any(|one| one.need == Need::Root(root.to_owned()));
        root_of(path).is_some_and(|(root, _)| lost(root))
    };
    let here = |path: &str| {
        let full = full_path(&site.preset_dir, path, &site.names).ok();
        full.filter(|_| !path.is_empty() && !is_lost(path))
    };
    let is_wrong = |place: Place| problems.iter().any(|problem| problem.place == place);
    let mut more = Vec::new();
    let mut add = |need: Option<Need>, place| {
        more.extend(need.map(|need| Missing { need, place, below: Vec::new() }));
    };
    match &preset.interpreter {
        Interpreter::Name(name) if is_wrong(Place::Interpreter) && !name.trim().is_empty() => {
            add(Some(Need::Interpreter(name.clone())), Place::Interpreter);
        }
        Interpreter::Path(path) if is_wrong(Place::Interpreter) => {
            add(here(path).map(Need::InterpreterAt), Place::Interpreter);
        }
        Interpreter::None if preset.is_bare_program() && is_wrong(Place::Script) && !preset.script.is_empty() => {
            add(Some(Need::Program(preset.script.clone())), Place::Script);
        }
        Interpreter::Name(_) | Interpreter::Path(_) | Interpreter::None => {}
    }
    if !preset.is_bare_program() && is_wrong(Place::Script) {
        add(here(&preset.script).map(Need::Script), Place::Script);
    }
    if is_wrong(Place::Folder) {
        add(here(&preset.folder).map(Need::Folder), Place::Folder);
    }
    for (place, path) in files(preset, site) {
        if !path.exists() {
            add(Some(Need::File(path)), place);
        }
    }
    missing.append(&mut more);
    missing
}

/// The roots that lead nowhere.
fn roots(preset: &Preset, names: &LocalNames) -> Vec<Missing> {
    let mut found: Vec<Missing> = Vec::new();
    for (place, root, below) in roots_in(preset) {
        if names.root(root).is_ok_and(|folder| Path::new(folder).is_dir()) {
            continue;
        }
        let need = Need::Root(root.to_owned());
        let below = below.trim_start_matches(['/', '\\']).to_owned();
        match found.iter_mut().find(|one| one.need == need) {
            Some(one) => one.below.push(below),
            None => found.push(Missing { need, place, below: vec![below] }),
        }
    }
    for one in &mut found {
        one.below.retain(|path| !path.is_empty());
    }
    found
}

/// The files that rows name and scripts read: those that begin with a root or the preset's folder. What looks like a
/// file to be written isn't missing.
fn files(preset: &Preset, site: &Site) -> Vec<(Place, PathBuf)> {
    let arguments = preset.arguments.iter().enumerate().filter(|(_, row)| row.on && !names_output(&row.flag));
    let arguments = arguments.flat_map(|(index, row)| row.values().map(move |value| (Place::Argument(index), value)));
    let variables = preset.environment.iter().enumerate().filter(|(_, row)| row.on && !names_output(&row.name));
    let variables = variables.map(|(index, row)| (Place::Variable(index), row.value.as_str()));
    let named = arguments.chain(variables).filter_map(|(place, value)| {
        let path = named_file(value, &site.preset_dir, &site.names)?;
        // A root that leads nowhere is told as such, and so is the root itself.
        let is_roots = root_of(value).is_some_and(|(root, rest)| {
            let folder = site.names.root(root).map(Path::new);
            rest.trim_matches(['/', '\\']).is_empty() || !folder.is_ok_and(Path::is_dir)
        });
        (!is_roots).then_some((place, path))
    });
    named.collect()
}

/// One thing that is missing, and all presets that need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lack<K> {
    pub need: Need,
    /// Of a root the paths below it that presets name.
    pub below: Vec<String>,
    pub needed_by: Vec<K>,
}

/// What several presets miss, each thing once; names first, for they put most right.
#[must_use]
pub fn gather<'a, K: Clone + PartialEq>(missing: impl Iterator<Item = (K, &'a [Missing])>) -> Vec<Lack<K>> {
    let mut lacks: Vec<Lack<K>> = Vec::new();
    for (preset, ones) in missing {
        for one in ones {
            let index = lacks.iter().position(|lack| lack.need == one.need).unwrap_or_else(|| {
                lacks.push(Lack { need: one.need.clone(), below: Vec::new(), needed_by: Vec::new() });
                lacks.len() - 1
            });
            let lack = &mut lacks[index];
            for path in &one.below {
                if !lack.below.contains(path) {
                    lack.below.push(path.clone());
                }
            }
            // Presets come one after another.
            if lack.needed_by.last() != Some(&preset) {
                lack.needed_by.push(preset.clone());
            }
        }
    }
    lacks.sort_by(|one, other| one.need.cmp(&other.need));
    lacks
}

#[cfg(test)]
mod tests {
    use super::super::machine::made_up::{file, machine, program};
    use super::super::survey::survey_on;
    use super::*;
    use crate::model::Argument;

    fn row(flag: &str, value: &str) -> Argument {
        Argument { on: true, flag: flag.to_owned(), value: value.to_owned(), ..Argument::default() }
    }

    fn check(preset: &Preset, dir: &Path, names: &LocalNames) -> Vec<Need> {
        let machine = machine(cfg!(windows), &[&dir.join("bin")]);
        let survey = survey_on(&machine, Vec::new(), preset, (&dir.join("shows"), names));
        survey.missing.into_iter().map(|one| one.need).collect()
    }

    fn set_up() -> (tempfile::TempDir, Preset) {
        let dir = tempfile::tempdir().unwrap();
        program(&dir.path().join(if cfg!(windows) { "bin/python.exe" } else { "bin/python3" }));
        file(&dir.path().join("shows/a.py"), "");
        file(&dir.path().join("media/clip.mov"), "");
        (dir, Preset { script: "a.py".to_owned(), ..Preset::new("Test") })
    }

    #[test]
    fn a_preset_that_has_everything_misses_nothing() {
        let (dir, mut preset) = set_up();
        let mut names = LocalNames::default();
        names.set(NameKind::Root, "media", &dir.path().join("media").to_string_lossy());
        preset.arguments =
            vec![row("-i", "{root.media}/clip.mov"), row("--name", "no/path"), row("-x", "{preset.dir}")];
        assert_eq!(check(&preset, dir.path(), &names), []);
        preset.arguments = vec![row("--output", "{root.media}/new.mov"), row("-o", "{preset.dir}/new.mov")];
        assert_eq!(check(&preset, dir.path(), &names), [], "what is written needn't be there");
        preset.arguments = vec![Argument { on: false, ..row("-i", "{root.stills}/a") }];
        assert_eq!(check(&preset, dir.path(), &names), [], "a row that is off needs nothing");
    }

    #[test]
    fn each_thing_that_is_missing_is_told_once() {
        let (dir, preset) = set_up();
        let mut names = LocalNames::default();
        names.set(NameKind::Root, "media", &dir.path().join("media").to_string_lossy());
        names.set(NameKind::Root, "gone", &dir.path().join("gone").to_string_lossy());
        let preset = Preset {
            interpreter: Interpreter::Name("style-transfer".to_owned()),
            script: "lost/b.py".to_owned(),
            folder: "{root.work}/tonight".to_owned(),
            arguments: vec![
                row("-i", "{root.media}/lost.mov"),
                row("-j", "{root.stills}/a.png"),
                row("-k", "{root.stills}/b.png"),
                row("-l", "{root.gone}/c.png"),
            ],
            ..preset
        };
        let root = |name: &str| Need::Root(name.to_owned());
        assert_eq!(
            check(&preset, dir.path(), &names),
            [
                root("work"),
                root("stills"),
                root("gone"),
                Need::Interpreter("style-transfer".to_owned()),
                Need::Script(crate::model::join(&dir.path().join("shows"), "lost/b.py")),
                Need::File(crate::model::join(dir.path(), "media/lost.mov")),
            ]
        );
        let program = Preset { interpreter: Interpreter::None, script: "ffmpeg".to_owned(), ..Preset::new("Film") };
        assert_eq!(check(&program, dir.path(), &names), [Need::Program("ffmpeg".to_owned())]);
    }

    #[test]
    fn what_several_presets_miss_is_gathered() {
        let one = |root: &str, below: &str| Missing {
            need: Need::Root(root.to_owned()),
            place: Place::Argument(0),
            below: vec![below.to_owned()],
        };
        let script = Missing { need: Need::Script("/a.py".into()), place: Place::Script, below: Vec::new() };
        let (first, second) = ([script, one("media", "a.mov")], [one("media", "b.mov"), one("media", "a.mov")]);
        let lacks = gather([(1, &first[..]), (2, &second[..])].into_iter());
        assert_eq!(lacks.len(), 2);
        assert_eq!((lacks[0].needed_by.as_slice(), lacks[0].below.len()), (&[1, 2][..], 2));
        assert_eq!(lacks[1].needed_by, [1]);
    }
}
