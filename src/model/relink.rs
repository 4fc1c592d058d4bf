//! Paths of presets put right: a path that leads nowhere here is replaced by one that does, and a folder that several
//! presets name becomes a root. Text alone; whether anything is there others know.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::argument::Argument;
use super::invocation::Place;
use super::local_names::{LocalNames, NameKind, check_name, full_path, root_of};
use super::placeholder::{Piece, Placeholder, Values, escaped, expand, pieces};
use super::preset::{Interpreter, Preset};
use super::relative::relative;
use super::schedule::Occasion;

/// What begins with a root in a preset: where, which root, and what follows it. Rows that are off need nothing.
#[must_use]
pub fn roots_in(preset: &Preset) -> Vec<(Place, &str, &str)> {
    let interpreter = match &preset.interpreter {
        Interpreter::Path(path) => path.as_str(),
        Interpreter::Name(_) | Interpreter::None => "",
    };
    let paths = [
        (Place::Interpreter, interpreter),
        (Place::Script, preset.script.as_str()),
        (Place::Folder, preset.folder.as_str()),
    ];
    let watched = preset.schedule.iter().enumerate().filter_map(|(index, occasion)| match occasion {
        Occasion::Changed { on: true, path, .. } => Some((Place::Schedule(index), path.as_str())),
        Occasion::Changed { on: false, .. } | Occasion::At { .. } => None,
    });
    let paths = paths
        .into_iter()
        .chain(watched)
        .filter_map(|(place, path)| root_of(path).map(|(root, rest)| (place, root, rest)));
    let arguments = preset.arguments.iter().enumerate().filter(|(_, row)| row.on);
    let arguments = arguments.flat_map(|(index, row)| {
        std::iter::once(row.flag.as_str()).chain(row.values()).map(move |text| (Place::Argument(index), text))
    });
    let variables = preset.environment.iter().enumerate().filter(|(_, row)| row.on);
    let variables = variables.map(|(index, row)| (Place::Variable(index), row.value.as_str()));
    let mut found: Vec<_> = paths.collect();
    for (place, text) in arguments.chain(variables) {
        let pieces = pieces(text).unwrap_or_default();
        for (index, piece) in pieces.iter().enumerate() {
            if let Piece::Placeholder(Placeholder::Root(root)) = piece {
                let rest = if let Some(Piece::Text(rest)) = pieces.get(index + 1) { *rest } else { "" };
                found.push((place, *root, rest));
            }
        }
    }
    found
}

/// The file that a row's value names: one that begins with a root or the preset's folder. Other values may be anything.
#[must_use]
pub fn named_file(value: &str, preset_dir: &Path, names: &LocalNames) -> Option<PathBuf> {
    let begins =
        matches!(pieces(value).ok()?.first()?, Piece::Placeholder(Placeholder::Root(_) | Placeholder::PresetDir));
    let dir = preset_dir.to_string_lossy();
    let values = Values { echo_host: "", echo_port: 0, preset_name: "", preset_dir: &dir, names };
    // What else stands in it is known only when it is launched.
    let is_plain = pieces(value).ok()?.iter().skip(1).all(|piece| matches!(piece, Piece::Text(_)));
    let text = expand(value, &values).ok().filter(|_| begins && is_plain)?;
    Some(super::invocation::join(preset_dir, &text))
}

/// Whether a flag or a variable names what is written, by the words that scripts use for that.
#[must_use]
pub fn names_output(flag: &str) -> bool {
    let words = flag.to_lowercase();
    let mut words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.any(|word| {
        matches!(word, "o" | "out" | "dst" | "dest" | "log" | "logs" | "logfile" | "result" | "results" | "cache")
            || ["output", "outfile", "outdir", "outpath", "save", "write", "export", "destination", "target"]
                .iter()
                .any(|start| word.starts_with(start))
    })
}

/// Where the preset names the path `old`, it names `new` from now on: by a root where `new` lies in one, else as the
/// preset's paths are written. Whether it named it.
pub fn relink(preset: &mut Preset, (preset_dir, names): (&Path, &LocalNames), old: &Path, new: &Path) -> bool {
    let leads_there = |path: &str| {
        let full = full_path(preset_dir, path, names);
        !path.is_empty() && full.is_ok_and(|full| full == *old)
    };
    let as_path = path_to(new, (preset_dir, names));
    let as_value = value_to(new, (preset_dir, names));
    let mut is_changed = false;
    let mut change = |text: &mut String, to: &str| {
        to.clone_into(text);
        is_changed = true;
    };
    if let Interpreter::Path(path) = &mut preset.interpreter
        && leads_there(path)
    {
        change(path, &as_path);
    }
    let watched = preset.schedule.iter_mut().filter_map(Occasion::path_mut);
    for path in [&mut preset.script, &mut preset.folder].into_iter().chain(watched) {
        if leads_there(path) {
            change(path, &as_path);
        }
    }
    let values = preset.arguments.iter_mut().flat_map(Argument::values_mut);
    for value in values.chain(preset.environment.iter_mut().map(|row| &mut row.value)) {
        if named_file(value, preset_dir, names).is_some_and(|file| file == *old) {
            change(value, &as_value);
        }
    }
    is_changed
}

/// A path as a preset in `preset_dir` writes it: what lies beside the preset from there, else by the root that it lies
/// in, else relative or whole, as [`relative`] says.
#[must_use]
pub fn path_to(path: &Path, (preset_dir, names): (&Path, &LocalNames)) -> String {
    by_root(path, (preset_dir, names)).unwrap_or_else(|| relative(preset_dir, path))
}

fn by_root(path: &Path, (preset_dir, names): (&Path, &LocalNames)) -> Option<String> {
    if path.starts_with(preset_dir) { None } else { in_root(path, names) }
}

/// The same as a row's value, in which braces would be placeholders.
#[must_use]
pub fn value_to(path: &Path, (preset_dir, names): (&Path, &LocalNames)) -> String {
    if let Some(path) = by_root(path, (preset_dir, names)) {
        let (root, rest) = path.split_once('}').unwrap_or((&path, ""));
        return format!("{root}}}{}", escaped(rest));
    }
    let path = relative(preset_dir, path);
    if Path::new(&path).is_absolute() {
        escaped(&path)
    } else {
        format!("{{preset.dir}}/{}", escaped(path.strip_prefix("./").unwrap_or(&path)))
    }
}

/// The path by the root that it lies in, of several by the innermost.
#[must_use]
pub fn in_root(path: &Path, names: &LocalNames) -> Option<String> {
    let inside = names.roots.iter().filter_map(|root| {
        let rest = path.strip_prefix(&root.path).ok()?;
        Some((rest.components().count(), &root.name, rest))
    });
    let (_, name, rest) = inside.min_by_key(|(depth, _, _)| *depth)?;
    let mut text = format!("{{root.{name}}}");
    for component in rest.components() {
        text.push('/');
        text.push_str(&component.as_os_str().to_string_lossy());
    }
    Some(text)
}

/// A folder that several presets name by its whole path, so that it could be a root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedFolder {
    pub path: PathBuf,
    /// How many presets name it.
    pub presets: usize,
    /// What the root could be called.
    pub name: String,
}

/// Such folders, those that most presets share first. What belongs to the system isn't proposed.
#[must_use]
pub fn shared_folders<'a>(presets: impl Iterator<Item = &'a Preset>, names: &LocalNames) -> Vec<SharedFolder> {
    let mut sharers: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for preset in presets {
        let mut folders: Vec<&Path> = whole_paths(preset).filter_map(Path::parent).flat_map(Path::ancestors).collect();
        folders.sort_unstable();
        folders.dedup();
        for folder in folders.into_iter().filter(|folder| is_worth_a_root(folder)) {
            *sharers.entry(folder.to_path_buf()).or_default() += 1;
        }
    }
    let shared: Vec<_> = sharers.iter().filter(|(_, count)| **count > 1).collect();
    // Of folders in one another with the same sharers the innermost says most.
    let says_less = |(path, count): &(&PathBuf, &usize)| {
        shared.iter().any(|(other, others)| other != path && other.starts_with(path) && others >= count)
    };
    let mut found: Vec<_> = shared
        .iter()
        .filter(|folder| !says_less(folder))
        .map(|(path, count)| SharedFolder { path: (*path).clone(), presets: **count, name: free_name(path, names) })
        .collect();
    found.sort_by(|one, other| other.presets.cmp(&one.presets).then_with(|| one.path.cmp(&other.path)));
    found
}

/// All of a preset's paths that begin at the top.
fn whole_paths(preset: &Preset) -> impl Iterator<Item = &Path> {
    let interpreter = match &preset.interpreter {
        Interpreter::Path(path) => path.as_str(),
        Interpreter::Name(_) | Interpreter::None => "",
    };
    let values = preset.arguments.iter().flat_map(Argument::values);
    let values = values.chain(preset.environment.iter().map(|row| row.value.as_str()));
    let texts = [interpreter, preset.script.as_str(), preset.folder.as_str()].into_iter().chain(values);
    texts.map(Path::new).filter(|path| path.is_absolute() && path.file_name().is_some())
}

/// Top folders that are the system's.
const SYSTEM: [&str; 15] = [
    "usr",
    "bin",
    "sbin",
    "lib",
    "opt",
    "etc",
    "proc",
    "dev",
    "sys",
    "var",
    "tmp",
    "windows",
    "program files",
    "program files (x86)",
    "library",
];

fn is_worth_a_root(folder: &Path) -> bool {
    let mut names = folder.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_string_lossy().to_lowercase()),
        _ => None,
    });
    let Some(first) = names.next() else { return false };
    let is_homes = matches!(first.as_str(), "home" | "users" | "mnt" | "media" | "volumes" | "srv");
    // A person's own folder as a whole is no part of a show.
    let depth = 1 + names.count();
    !SYSTEM.contains(&first.as_str()) && (!is_homes || depth > 2 || (first == "srv" && depth > 1))
}

/// The folder's own name as a root's, with a number where that is taken.
fn free_name(folder: &Path, names: &LocalNames) -> String {
    let name = folder.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name: String = name.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect();
    let name = if check_name(NameKind::Root, &name).is_ok() { name } else { "folder".to_owned() };
    let is_free = |name: &String| !names.roots.iter().any(|root| root.name == *name);
    let numbered = (2..names.roots.len() + 3).map(|number| format!("{name}-{number}"));
    std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or(name)
}

/// Where the preset names something in this folder by its whole path, it names it by the root from now on. How often.
pub fn use_root(preset: &mut Preset, folder: &Path, root: &str) -> usize {
    let by_root = |text: &str, is_value: bool| {
        let path = Path::new(text);
        let rest = path.is_absolute().then(|| path.strip_prefix(folder).ok()).flatten()?;
        let rest: Vec<_> = rest.components().map(|part| part.as_os_str().to_string_lossy()).collect();
        // A value's braces are doubled already, and a path's mean themselves.
        let is_plain =
            !is_value || pieces(text).is_ok_and(|pieces| pieces.iter().all(|piece| matches!(piece, Piece::Text(_))));
        is_plain.then(|| format!("{{root.{root}}}/{}", rest.join("/")).trim_end_matches('/').to_owned())
    };
    let mut count = 0;
    let mut change = |text: &mut String, is_value: bool| {
        if let Some(new) = by_root(text, is_value) {
            *text = new;
            count += 1;
        }
    };
    if let Interpreter::Path(path) = &mut preset.interpreter {
        change(path, false);
    }
    change(&mut preset.script, false);
    change(&mut preset.folder, false);
    preset.schedule.iter_mut().filter_map(Occasion::path_mut).for_each(|path| change(path, false));
    preset.arguments.iter_mut().flat_map(Argument::values_mut).for_each(|value| change(value, true));
    preset.environment.iter_mut().for_each(|row| change(&mut row.value, true));
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Argument, Variable};

    const TOP: &str = if cfg!(windows) { "D:" } else { "" };

    fn row(value: &str) -> Argument {
        Argument { on: true, value: value.to_owned(), ..Argument::default() }
    }

    fn names() -> LocalNames {
        let mut names = LocalNames::default();
        names.set(NameKind::Root, "media", &format!("{TOP}/srv/media"));
        names.set(NameKind::Root, "clips", &format!("{TOP}/srv/media/clips"));
        names
    }

    #[test]
    fn a_path_is_replaced_wherever_the_preset_names_it() {
        let dir = PathBuf::from(format!("{TOP}/shows/tonight"));
        let old = dir.join("lost.mov");
        let mut preset = Preset { script: "lost.mov".to_owned(), ..Preset::new("Test") };
        preset.arguments = vec![row("{preset.dir}/lost.mov"), row("lost.mov"), row("{preset.dir}/other.mov")];
        preset.environment = vec![Variable {
            on: true,
            name: "CLIP".to_owned(),
            value: "{preset.dir}/./lost.mov".to_owned(),
            ..Variable::default()
        }];
        let mut by_root = preset.clone();
        let new = PathBuf::from(format!("{TOP}/srv/media/clips/a {{b}}.mov"));
        assert!(relink(&mut by_root, (&dir, &names()), &old, &new));
        assert_eq!(by_root.script, "{root.clips}/a {b}.mov", "the innermost root; braces are letters of a path");
        assert_eq!(by_root.arguments[0].value, "{root.clips}/a {{b}}.mov");
        assert_eq!(by_root.arguments[1].value, "lost.mov", "it may be anything");
        assert_eq!(by_root.environment[0].value, "{root.clips}/a {{b}}.mov");
        assert!(relink(&mut preset, (&dir, &names()), &old, &dir.join("found/a.mov")));
        assert_eq!(preset.script, "found/a.mov");
        assert_eq!(preset.arguments[0].value, "{preset.dir}/found/a.mov");
        assert!(!relink(&mut preset, (&dir, &names()), &old, &new), "it names it no more");
    }

    #[test]
    fn a_picked_path_is_written_so_that_it_is_found_on_other_machines() {
        let path = |text: &str| PathBuf::from(format!("{TOP}{text}"));
        let dir = path("/srv/media/presets");
        let names = names();
        for (picked, as_path, as_value) in [
            ("/srv/media/presets/a {b}.py", "./a {b}.py", "{preset.dir}/a {{b}}.py"),
            ("/srv/media/stills/a {b}.png", "{root.media}/stills/a {b}.png", "{root.media}/stills/a {{b}}.png"),
            ("/srv/other/a.png", "../../other/a.png", "{preset.dir}/../../other/a.png"),
        ] {
            let picked = path(picked);
            assert_eq!(path_to(&picked, (&dir, &names)), as_path);
            assert_eq!(value_to(&picked, (&dir, &names)), as_value);
        }
        let far = path("/mnt/{a}.mov");
        let slashed = far.to_string_lossy().replace('\\', "/");
        assert_eq!(value_to(&far, (&dir, &names)), slashed.replace('{', "{{").replace('}', "}}"));
    }

    #[test]
    fn folders_that_several_presets_share_are_proposed() {
        let at = |path: &str| format!("{TOP}{path}");
        let preset = |script: &str, value: &str| Preset {
            script: at(script),
            arguments: vec![row(&at(value))],
            interpreter: Interpreter::Path(at("/usr/bin/python3")),
            ..Preset::new("Test")
        };
        let presets = [
            preset("/shows/media/tools/a.py", "/shows/media/clips/a.mov"),
            preset("/shows/media/tools/b.py", "/shows/media/clips/b.mov"),
            preset("/home/kim/c.py", "/shows/media/stills/c.png"),
        ];
        let found = shared_folders(presets.iter(), &names());
        let found: Vec<_> = found.iter().map(|one| (one.path.clone(), one.presets, one.name.as_str())).collect();
        let path = |text: &str| PathBuf::from(at(text));
        assert_eq!(
            found,
            [
                (path("/shows/media"), 3, "media-2"),
                (path("/shows/media/clips"), 2, "clips-2"),
                (path("/shows/media/tools"), 2, "tools"),
            ],
            "nothing of the system, and nobody's home"
        );
    }

    #[test]
    fn a_shared_folder_becomes_a_root() {
        let folder = PathBuf::from(format!("{TOP}/shows/media"));
        let mut preset = Preset { script: format!("{TOP}/shows/media/a.py"), ..Preset::new("Test") };
        preset.folder = format!("{TOP}/shows/mediation");
        preset.arguments = vec![row(&format!("{TOP}/shows/media/{{{{x}}}}.mov")), row("{preset.dir}/a"), row("media")];
        assert_eq!(use_root(&mut preset, &folder, "media"), 2);
        assert_eq!(preset.script, "{root.media}/a.py");
        assert_eq!(preset.folder, format!("{TOP}/shows/mediation"));
        assert_eq!(preset.arguments[0].value, "{root.media}/{{x}}.mov");
    }
}
