//! What names mean on one machine: the folders behind roots, the programs behind interpreters' names. A show names them,
//! and each machine says what they are there.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::invocation::join;

/// What this machine says of names. `store::machine` keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LocalNames {
    pub roots: Vec<Mapped>,
    pub interpreters: Vec<Mapped>,
    /// Why it isn't known what the machine says, as a sentence. What needs a name can't run then: it might run another
    /// program than was meant.
    pub trouble: Option<String>,
}

/// A name, and the absolute path that it stands for on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapped {
    pub name: String,
    pub path: String,
}

/// Which kind of name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameKind {
    /// A folder: `{root.media}`.
    Root,
    /// A program, or the folder of a virtual environment: `Name("style-transfer")`.
    Interpreter,
}

impl LocalNames {
    /// What is known under names of this kind.
    #[must_use]
    pub const fn of(&self, kind: NameKind) -> &Vec<Mapped> {
        match kind {
            NameKind::Root => &self.roots,
            NameKind::Interpreter => &self.interpreters,
        }
    }

    const fn of_mut(&mut self, kind: NameKind) -> &mut Vec<Mapped> {
        match kind {
            NameKind::Root => &mut self.roots,
            NameKind::Interpreter => &mut self.interpreters,
        }
    }

    /// The folder that a root stands for.
    ///
    /// # Errors
    /// A sentence: it isn't mapped here, or not to a whole path.
    pub fn root(&self, name: &str) -> Result<&str, String> {
        self.find(NameKind::Root, name)?.ok_or_else(|| {
            format!(
                "“{name}” is not mapped on this machine; say which folder it is under Settings, This machine, or with \
                 sidestage machine root {name} FOLDER."
            )
        })
    }

    /// The program or the folder of a virtual environment that an interpreter's name stands for; none where the name
    /// isn't mapped, and so means what is found on PATH.
    ///
    /// # Errors
    /// A sentence: it is mapped, but not to a whole path.
    pub fn interpreter(&self, name: &str) -> Result<Option<&Path>, String> {
        Ok(self.find(NameKind::Interpreter, name)?.map(Path::new))
    }

    fn find(&self, kind: NameKind, name: &str) -> Result<Option<&str>, String> {
        if let Some(trouble) = &self.trouble {
            return Err(trouble.clone());
        }
        let Some(mapped) = self.of(kind).iter().find(|mapped| mapped.name == name) else { return Ok(None) };
        check_path(&mapped.path).map(|()| Some(mapped.path.as_str())).map_err(|why| format!("“{name}”: {why}"))
    }

    /// Makes a name mean that from now on.
    pub fn set(&mut self, kind: NameKind, name: &str, path: &str) {
        let path = path.to_owned();
        let list = self.of_mut(kind);
        match list.iter_mut().find(|mapped| mapped.name == name) {
            Some(mapped) => mapped.path = path,
            None => list.push(Mapped { name: name.to_owned(), path }),
        }
    }

    /// Makes a name mean nothing any more; whether it meant anything.
    pub fn remove(&mut self, kind: NameKind, name: &str) -> bool {
        let list = self.of_mut(kind);
        let count = list.len();
        list.retain(|mapped| mapped.name != name);
        list.len() < count
    }
}

/// Whether a name can be one of that kind.
///
/// # Errors
/// A sentence that says what is allowed.
pub fn check_name(kind: NameKind, name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("A name can't be empty.".to_owned());
    }
    match kind {
        NameKind::Root if !name.chars().all(is_root_char) => Err(format!(
            "A root's name has letters, digits, “-”, “_” and “.”, so that it can stand in {{root.…}}; “{name}” has others."
        )),
        NameKind::Interpreter if name.contains(['/', '\\']) || name.contains(char::is_control) => {
            Err(format!("An interpreter's name holds no “/” and no “\\”; “{name}” is a path."))
        }
        NameKind::Interpreter if name.trim() != name => {
            Err("An interpreter's name neither begins nor ends with a space.".to_owned())
        }
        NameKind::Root | NameKind::Interpreter => Ok(()),
    }
}

fn is_root_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.')
}

/// Whether a name can stand for this path: it must mean the same wherever Sidestage was started.
///
/// # Errors
/// A sentence.
pub fn check_path(path: &str) -> Result<(), String> {
    if path.is_empty() {
        return Err("There is no path; choose one.".to_owned());
    }
    if Path::new(path).is_absolute() {
        Ok(())
    } else {
        Err(format!("“{path}” is no whole path; begin it at the top, such as {WHOLE}."))
    }
}

const WHOLE: &str = if cfg!(windows) { "D:/media" } else { "/srv/media" };

/// What `{root.NAME}` at the beginning of a path names, and what follows it. Braces anywhere else in a path are letters
/// of it.
#[must_use]
pub fn root_of(path: &str) -> Option<(&str, &str)> {
    let (name, rest) = path.strip_prefix("{root.")?.split_once('}')?;
    let is_whole = rest.is_empty() || rest.starts_with(['/', '\\']);
    (is_whole && check_name(NameKind::Root, name).is_ok()).then_some((name, rest))
}

/// Where a preset's path leads on this machine: from its root if it begins with one, else from the preset's folder.
///
/// # Errors
/// A sentence: the root isn't mapped here.
pub fn full_path(preset_dir: &Path, path: &str, names: &LocalNames) -> Result<PathBuf, String> {
    match root_of(path) {
        Some((name, rest)) => {
            let root = Path::new(names.root(name)?);
            Ok(join(root, rest.trim_start_matches(['/', '\\'])))
        }
        None => Ok(join(preset_dir, path)),
    }
}

/// A root's folder as text before `rest`, with one separator between.
pub(super) fn root_text<'a>(root: &'a str, rest: &str) -> &'a str {
    if rest.starts_with(['/', '\\']) { root.trim_end_matches(['/', '\\']) } else { root }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEDIA: &str = if cfg!(windows) { "D:/media" } else { "/srv/media" };

    fn names() -> LocalNames {
        let mut names = LocalNames::default();
        names.set(NameKind::Root, "media", MEDIA);
        names.set(NameKind::Root, "near", "media");
        names
    }

    #[test]
    fn a_path_starts_from_its_root_or_from_the_preset() {
        let dir = Path::new(if cfg!(windows) { "C:/shows" } else { "/shows" });
        let full = |path: &str| full_path(dir, path, &names());
        assert_eq!(full("{root.media}/a/../b.mov"), Ok(PathBuf::from(MEDIA).join("b.mov")));
        assert_eq!(full("{root.media}"), Ok(PathBuf::from(MEDIA)));
        assert_eq!(full("{root.media}//etc"), Ok(PathBuf::from(MEDIA).join("etc")), "it stays beneath its root");
        assert_eq!(full("a.py"), Ok(dir.join("a.py")));
        for literal in ["{root.media}x/a", "./{root.media}/a", "{weird}/a", "a{root.media}", "{root.}/a"] {
            assert_eq!(full(literal), Ok(join(dir, literal)), "braces are letters of a path");
        }
    }

    #[test]
    fn what_is_not_mapped_is_said_with_what_to_do() {
        let full = |path: &str, names: &LocalNames| full_path(Path::new("/"), path, names).unwrap_err();
        let why = full("{root.stills}/a", &names());
        assert!(why.contains("“stills” is not mapped on this machine") && why.contains("sidestage machine"), "{why}");
        let why = full("{root.near}/a", &names());
        assert!(why.contains("“near”") && why.contains("is no whole path"), "{why}");
        let broken = LocalNames { trouble: Some("It can't be read.".to_owned()), ..names() };
        assert_eq!(full("{root.media}/a", &broken), "It can't be read.");
        assert!(broken.interpreter("python").is_err(), "it might mean another one");
    }

    #[test]
    fn a_name_is_set_anew_and_removed() {
        let mut names = names();
        names.set(NameKind::Root, "media", "/elsewhere");
        assert_eq!(names.roots.len(), 2);
        assert!(names.remove(NameKind::Root, "media") && !names.remove(NameKind::Root, "media"));
        names.set(NameKind::Interpreter, "style", MEDIA);
        assert_eq!(names.interpreter("style"), Ok(Some(Path::new(MEDIA))));
        assert_eq!(names.interpreter("node"), Ok(None));
    }

    #[test]
    fn names_are_checked() {
        for (kind, name, is_fine) in [
            (NameKind::Root, "media-2_b.c", true),
            (NameKind::Root, "Übung", true),
            (NameKind::Root, "a b", false),
            (NameKind::Root, "a}", false),
            (NameKind::Root, "", false),
            (NameKind::Interpreter, "style transfer", true),
            (NameKind::Interpreter, "a/b", false),
            (NameKind::Interpreter, " a", false),
        ] {
            assert_eq!(check_name(kind, name).is_ok(), is_fine, "{name}");
        }
    }
}
