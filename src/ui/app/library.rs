//! The presets as the panel holds them: each with its file, what was last found out about it, and its edits.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::discover::Survey;
use crate::model::{Argument, GroupLaunch, Interpreter, Preset};
use crate::store::groups::Groups;
use crate::store::presets::{Entry, Folder, LoadError, Stamp};
use crate::ui::action::PresetKey;
use crate::ui::editor::Draft;

/// How far the saving of a preset is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Save {
    #[default]
    Idle,
    UnderWay,
    /// And once more as soon as that is done, for there are newer edits.
    Again,
}

/// One preset.
#[derive(Debug)]
pub struct Item {
    pub draft: Draft,
    /// What its file held when it was last read or saved.
    pub stamp: Option<Stamp>,
    /// The last that was found out, and of which state of the preset.
    pub survey: Option<(Preset, Survey)>,
    /// A survey is under way.
    pub is_surveying: bool,
    pub save: Save,
}

impl Item {
    /// Whether the last survey is of the preset as it is now.
    #[must_use]
    pub fn is_surveyed(&self) -> bool {
        self.survey.as_ref().is_some_and(|(preset, _)| *preset == self.draft.edited)
    }
}

/// All presets of one folder, those without a file yet included.
#[derive(Debug)]
pub struct Library {
    pub dir: PathBuf,
    pub items: Vec<Item>,
    pub broken: Vec<String>,
    pub warnings: Vec<String>,
    /// How its groups are launched.
    pub groups: Groups,
    /// What was chosen since the start and isn't in the file yet.
    pub chosen: BTreeMap<String, GroupLaunch>,
    last_key: u64,
}

impl Library {
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self {
            dir,
            items: Vec::new(),
            broken: Vec::new(),
            warnings: Vec::new(),
            groups: Groups::default(),
            chosen: BTreeMap::new(),
            last_key: 0,
        }
    }

    #[must_use]
    pub fn get(&self, key: PresetKey) -> Option<&Item> {
        self.items.iter().find(|item| item.draft.key == key)
    }

    pub fn get_mut(&mut self, key: PresetKey) -> Option<&mut Item> {
        self.items.iter_mut().find(|item| item.draft.key == key)
    }

    /// How a group is launched.
    #[must_use]
    pub fn launch_of(&self, group: &str) -> GroupLaunch {
        self.chosen.get(group).copied().unwrap_or_else(|| self.groups.launch_of(group))
    }

    /// How every group is launched for which somebody chose.
    #[must_use]
    pub fn groups(&self) -> Groups {
        let mut groups = self.groups.clone();
        for (name, launch) in &self.chosen {
            groups.set(name, *launch);
        }
        groups
    }

    /// Adds a preset that has no file yet.
    pub fn add(&mut self, edited: Preset) -> PresetKey {
        self.push(Draft { key: PresetKey(0), path: None, saved: None, edited }, None)
    }

    fn push(&mut self, mut draft: Draft, stamp: Option<Stamp>) -> PresetKey {
        self.last_key += 1;
        draft.key = PresetKey(self.last_key);
        let key = draft.key;
        self.items.push(Item { draft, stamp, survey: None, is_surveying: false, save: Save::Idle });
        key
    }

    /// Takes over what was read, in its order. Edits that aren't saved stay, and so do presets without a file; answers
    /// with those whose files are gone and hold nothing that anybody would miss.
    #[must_use]
    pub fn take_folder(&mut self, folder: Folder) -> Vec<PresetKey> {
        self.broken = folder.errors.iter().map(|error| self.complaint(error)).collect();
        self.warnings = folder.warnings;
        let groups = folder.groups;
        self.chosen.retain(|name, launch| groups.launch_of(name) != *launch);
        self.groups = groups;
        let is_whole = folder.errors.iter().all(|error| error.path != folder.dir);
        let paths: Vec<PathBuf> = folder.presets.iter().map(|entry| entry.path.clone()).collect();
        for entry in folder.presets {
            self.take_entry(entry);
        }
        let place = |path: &Option<PathBuf>| paths.iter().position(|other| Some(other) == path.as_ref());
        self.items.sort_by_key(|item| place(&item.draft.path).unwrap_or(usize::MAX));
        let is_there = |path: &PathBuf| paths.contains(path) || folder.errors.iter().any(|error| error.path == *path);
        let is_gone = |item: &&Item| {
            let lost = item.draft.path.as_ref().is_some_and(|path| !is_there(path));
            lost && !item.draft.is_unsaved() && item.save == Save::Idle
        };
        if is_whole { self.items.iter().filter(is_gone).map(|item| item.draft.key).collect() } else { Vec::new() }
    }

    /// What is wrong with a file; one that lies where all lie is told by its name alone.
    fn complaint(&self, error: &LoadError) -> String {
        let inside = error.path.strip_prefix(&self.dir).ok().filter(|path| !path.as_os_str().is_empty());
        let path = inside.unwrap_or(&error.path).to_path_buf();
        LoadError { path, ..error.clone() }.to_string()
    }

    fn take_entry(&mut self, Entry { path, preset, stamp }: Entry) {
        let known = self.items.iter_mut().find(|item| item.draft.path.as_ref() == Some(&path));
        let Some(item) = known else {
            let draft = Draft { key: PresetKey(0), path: Some(path), saved: Some(preset.clone()), edited: preset };
            self.push(draft, Some(stamp));
            return;
        };
        // An unsaved edit keeps its old stamp, so that saving it notices that the file has changed.
        if !item.draft.is_unsaved() {
            item.draft.saved = Some(preset.clone());
            item.draft.edited = preset;
            item.stamp = Some(stamp);
        }
    }

    /// The folder that a preset's relative paths start from.
    #[must_use]
    pub fn dir_of(&self, key: PresetKey) -> PathBuf {
        let path = self.get(key).and_then(|item| item.draft.path.as_deref());
        path.and_then(Path::parent).map_or_else(|| self.dir.clone(), Path::to_path_buf)
    }

    /// `wanted`, or with a number behind it where that name is taken.
    #[must_use]
    pub fn free_name(&self, wanted: &str) -> String {
        let is_free = |name: &str| !self.items.iter().any(|item| item.draft.edited.name.eq_ignore_ascii_case(name));
        if is_free(wanted) {
            return wanted.to_owned();
        }
        // Of one more number than there are presets one is free.
        let numbers = 2..self.items.len() + 3;
        numbers.map(|number| format!("{wanted} {number}")).find(|name| is_free(name)).unwrap_or_default()
    }

    /// The names of the presets that aren't saved.
    #[must_use]
    pub fn unsaved_names(&self) -> Vec<String> {
        let unsaved = self.items.iter().filter(|item| item.draft.is_unsaved());
        unsaved.map(|item| item.draft.edited.name.clone()).collect()
    }
}

/// A new preset for a script that somebody dropped or picked.
#[must_use]
pub fn preset_for(script: &Path, dir: &Path) -> Preset {
    let name = script.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().replace(['_', '-'], " "));
    let mut preset = Preset::new(&capitalised(&name));
    preset.interpreter = guess_interpreter(script);
    preset.script = crate::model::relative(dir, script);
    preset
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What usually runs a file with this ending; nothing, where the file is likely to be a program itself.
#[must_use]
pub fn guess_interpreter(script: &Path) -> Interpreter {
    let ending = script.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default();
    let name = match ending.as_str() {
        "py" | "pyw" => "python",
        "js" | "mjs" | "cjs" => "node",
        "rb" => "ruby",
        "pl" => "perl",
        "r" => "Rscript",
        "sh" => "bash",
        "ps1" if cfg!(windows) => "powershell",
        "ps1" => "pwsh",
        _ => return Interpreter::None,
    };
    Interpreter::Name(name.to_owned())
}

/// Puts a picked file into an argument row.
pub fn set_value(rows: &mut [Argument], index: usize, path: &Path) {
    if let Some(row) = rows.get_mut(index) {
        row.value = path.to_string_lossy().replace('{', "{{");
        row.on = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_becomes_a_preset() {
        let preset = preset_for(Path::new("/shows/tonight/tools/style_transfer.py"), Path::new("/shows/tonight"));
        assert_eq!(preset.name, "Style transfer");
        assert_eq!(preset.script, "tools/style_transfer.py");
        assert_eq!(preset.interpreter, Interpreter::Name("python".to_owned()));
        assert_eq!(guess_interpreter(Path::new("a.exe")), Interpreter::None);
    }

    #[test]
    fn names_stay_apart() {
        let mut library = Library::new(PathBuf::from("/presets"));
        library.add(Preset::new("New preset"));
        library.add(Preset::new("new preset 2"));
        assert_eq!(library.free_name("New preset"), "New preset 3");
        assert_eq!(library.unsaved_names().len(), 2);
    }

    #[test]
    fn reading_again_keeps_edits() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        let write = |name: &str, expect| crate::store::presets::write(&path, &Preset::new(name), expect).unwrap();
        write("first", crate::store::presets::Expect::New);
        let mut library = Library::new(dir.path().to_owned());
        assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty());
        write("second", crate::store::presets::Expect::Anything);
        assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty());
        assert_eq!(library.items[0].draft.edited.name, "second", "what nobody edited follows the file");
        library.items[0].draft.edited.notes = "mine".to_owned();
        let stamp = library.items[0].stamp;
        write("third", crate::store::presets::Expect::Anything);
        assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty());
        assert_eq!(library.items[0].draft.edited.notes, "mine");
        assert_eq!(library.items[0].stamp, stamp, "so that a save notices");
        std::fs::remove_file(&path).unwrap();
        assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty(), "the edit would be lost");
        library.items[0].draft.saved = Some(library.items[0].draft.edited.clone());
        assert_eq!(library.take_folder(crate::store::presets::load_dir(dir.path())), [library.items[0].draft.key]);
        let nowhere = crate::store::presets::load_dir(&dir.path().join("unplugged"));
        assert!(library.take_folder(nowhere).is_empty(), "a folder that can't be read says nothing of its files");
    }
}
