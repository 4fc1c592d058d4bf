//! The presets as the panel holds them: each with its file, what was last found out about it, and its edits.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::arguments::Script;
use crate::discover::{Survey, usual_interpreter};
use crate::model::{Argument, GroupLaunch, LocalNames, Preset, Shared, ShowEcho, path_to};
use crate::store::groups::Groups;
use crate::store::place::real_file_in;
use crate::store::presets::{Entry, Folder, LoadError, Stamp};
use crate::ui::action::PresetKey;
use crate::ui::editor::Draft;

/// How far the saving of a preset is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Save {
    #[default]
    Idle,
    /// This is being written.
    UnderWay(Shared<Preset>),
    /// And once more as soon as that is done, for there are newer edits.
    Again,
}

/// One preset.
#[derive(Debug)]
pub struct Item {
    pub draft: Draft,
    /// What its file held when it was last read or saved.
    pub stamp: Option<Stamp>,
    /// What somebody else wrote into the file while the preset was being edited here.
    pub theirs: Option<Shared<Preset>>,
    /// The file was there, and is no more.
    pub is_file_gone: bool,
    /// The last that was found out, and of which state of the preset.
    pub survey: Option<(Shared<Preset>, Survey)>,
    /// A survey is under way.
    pub is_surveying: bool,
    pub save: Save,
    /// What is known of its script's own arguments.
    pub script: Script,
}

impl Item {
    /// The same preset, without what was found out about it.
    #[must_use]
    pub fn shadow(&self) -> Self {
        Self {
            draft: self.draft.clone(),
            stamp: self.stamp,
            theirs: None,
            is_file_gone: false,
            survey: None,
            is_surveying: false,
            save: Save::Idle,
            script: Script::default(),
        }
    }

    /// Whether it holds an edit that nobody has had saved so far.
    #[must_use]
    pub fn has_edits(&self) -> bool {
        match &self.save {
            Save::Idle => self.draft.is_unsaved(),
            Save::UnderWay(written) => *written != self.draft.edited,
            Save::Again => false,
        }
    }

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
    /// The same by the one name that it has however it is spelled, as soon as it was read.
    real_dir: PathBuf,
    pub items: Vec<Item>,
    pub broken: Vec<String>,
    pub warnings: Vec<String>,
    /// How its groups are launched.
    pub groups: Groups,
    /// What ties the show to Touch.
    pub show: ShowEcho,
    /// What names mean on this machine.
    pub names: Arc<LocalNames>,
    /// What was chosen since the start and isn't in the file yet.
    pub chosen: BTreeMap<String, GroupLaunch>,
    /// Presets that followed their files when the folder was last read, as they were before.
    pub followed: Vec<(PresetKey, Shared<Preset>)>,
    /// So many orders are still to be written down.
    pub orders_under_way: usize,
    last_key: u64,
}

impl Library {
    #[must_use]
    pub fn new(dir: PathBuf) -> Self {
        Self {
            real_dir: dir.clone(),
            dir,
            items: Vec::new(),
            broken: Vec::new(),
            warnings: Vec::new(),
            groups: Groups::default(),
            show: ShowEcho::default(),
            names: Arc::default(),
            chosen: BTreeMap::new(),
            followed: Vec::new(),
            orders_under_way: 0,
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
        self.push(Draft { key: PresetKey(0), path: None, saved: None, edited: edited.into() }, None)
    }

    fn push(&mut self, mut draft: Draft, stamp: Option<Stamp>) -> PresetKey {
        self.last_key += 1;
        draft.key = PresetKey(self.last_key);
        let key = draft.key;
        self.items.push(Item {
            draft,
            stamp,
            theirs: None,
            is_file_gone: false,
            survey: None,
            is_surveying: false,
            save: Save::Idle,
            script: Script::default(),
        });
        key
    }

    /// Takes over what was read, in its order. Edits that aren't saved stay, and so do presets without a file; answers
    /// with those whose files are gone and hold nothing that anybody would miss.
    #[must_use]
    pub fn take_folder(&mut self, folder: Folder) -> Vec<PresetKey> {
        self.broken = folder.errors.iter().map(|error| self.complaint(error)).collect();
        self.warnings = folder.warnings;
        self.real_dir = folder.real_dir;
        let groups = folder.groups;
        self.chosen.retain(|name, launch| groups.launch_of(name) != *launch);
        self.groups = groups;
        if let Some(show) = folder.show {
            self.set_show(show);
        }
        let is_whole = folder.errors.iter().all(|error| error.path != folder.dir);
        // Of a thousand presets nobody may look for each among all.
        let paths = folder.presets.iter().enumerate().map(|(place, entry)| (entry.path.clone(), place));
        let places: HashMap<PathBuf, usize> = paths.collect();
        let paths = self.items.iter().enumerate().filter_map(|(index, item)| Some((item.draft.path.clone()?, index)));
        let known: HashMap<PathBuf, usize> = paths.collect();
        for entry in folder.presets {
            let index = known.get(&entry.path).copied();
            self.take_entry(entry, index);
        }
        let place = |item: &Item| item.draft.path.as_ref().and_then(|path| places.get(path)).copied();
        // What was read before the last order was written would take that order back.
        if self.orders_under_way == 0 {
            self.items.sort_by_cached_key(|item| place(item).unwrap_or(usize::MAX));
        }
        let broken: HashSet<&PathBuf> = folder.errors.iter().map(|error| &error.path).collect();
        let is_there = |path: &PathBuf| places.contains_key(path) || broken.contains(path);
        if is_whole {
            for item in &mut self.items {
                item.is_file_gone = item.draft.path.as_ref().is_some_and(|path| !is_there(path));
            }
        }
        let is_gone = |item: &&Item| item.is_file_gone && !item.draft.is_unsaved() && item.save == Save::Idle;
        if is_whole { self.items.iter().filter(is_gone).map(|item| item.draft.key).collect() } else { Vec::new() }
    }

    /// From now on this ties the show to Touch; what was found out about presets that share its target is void.
    pub fn set_show(&mut self, show: ShowEcho) {
        if self.show.target != show.target {
            for item in self.items.iter_mut().filter(|item| item.draft.edited.echo.to_show) {
                item.survey = None;
            }
        }
        self.show = show;
    }

    /// What was found out about presets is void: files came or went.
    pub fn forget_surveys(&mut self) {
        for item in &mut self.items {
            item.survey = None;
        }
    }

    /// From now on names mean this here; what was found out about presets before is void. Whether that is news.
    pub fn set_names(&mut self, names: LocalNames) -> bool {
        if *self.names == names {
            return false;
        }
        self.names = Arc::new(names);
        self.forget_surveys();
        true
    }

    /// What is wrong with a file; one that lies where all lie is told by its name alone.
    fn complaint(&self, error: &LoadError) -> String {
        let inside = error.path.strip_prefix(&self.dir).ok().filter(|path| !path.as_os_str().is_empty());
        let path = inside.unwrap_or(&error.path).to_path_buf();
        LoadError { path, ..error.clone() }.to_string()
    }

    fn take_entry(&mut self, Entry { path, preset, stamp }: Entry, index: Option<usize>) {
        let preset = Shared::from(preset);
        let Some(item) = index.and_then(|index| self.items.get_mut(index)) else {
            let draft = Draft { key: PresetKey(0), path: Some(path), saved: Some(preset.clone()), edited: preset };
            self.push(draft, Some(stamp));
            return;
        };
        // Only its comments or its spacing changed, which a save keeps; or what was edited here was edited there too.
        if item.draft.saved.as_ref() == Some(&preset) || item.draft.edited == preset {
            // What is alike stays one value: the two are compared in every frame.
            let is_as_edited = item.draft.edited == preset;
            item.draft.saved = Some(if is_as_edited { item.draft.edited.clone() } else { preset });
            item.stamp = Some(stamp);
            item.theirs = None;
        } else if item.draft.is_unsaved() {
            // An unsaved edit keeps its old stamp, so that saving it notices that the file has changed.
            item.theirs = Some(preset).filter(|_| item.save == Save::Idle);
        } else {
            item.draft.saved = Some(preset.clone());
            item.stamp = Some(stamp);
            let before = std::mem::replace(&mut item.draft.edited, preset);
            if before != item.draft.edited {
                let key = item.draft.key;
                self.followed.push((key, before));
            }
        }
    }

    /// Whether a preset is to be read again, whose file somebody else wrote, and that holds no edit any more.
    pub fn makes_way(&mut self) -> bool {
        let is_free = |item: &&mut Item| item.theirs.is_some() && !item.draft.is_unsaved();
        let free = self.items.iter_mut().filter(is_free);
        free.map(|item| item.theirs = None).count() > 0
    }

    /// A deleted preset is back, at its old place and with its edits; its file is this one now.
    pub fn put_back(&mut self, mut item: Item, index: usize, path: Option<PathBuf>) {
        item.draft.path = path;
        item.is_surveying = false;
        self.items.insert(index.min(self.items.len()), item);
    }

    /// A preset's file by the one name that it has however its folder is spelled; `None` without one. Looks at no disk.
    #[must_use]
    pub fn real_file_of(&self, item: &Item) -> Option<PathBuf> {
        item.draft.path.as_deref().map(|path| real_file_in(&self.real_dir, path))
    }

    /// The folder that a preset's relative paths start from.
    #[must_use]
    pub fn dir_of(&self, key: PresetKey) -> PathBuf {
        self.get(key).map_or_else(|| self.dir.clone(), |item| self.dir_of_item(item))
    }

    /// The same, of one that is at hand.
    #[must_use]
    pub fn dir_of_item(&self, item: &Item) -> PathBuf {
        item.draft.path.as_deref().and_then(Path::parent).map_or_else(|| self.dir.clone(), Path::to_path_buf)
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

/// What a preset is called that nobody has given a name.
pub const NEW_PRESET: &str = "New preset";

/// What a preset of a script is called at first.
#[must_use]
pub fn name_for(script: &Path) -> String {
    capitalised(&script.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().replace(['_', '-'], " ")))
}

/// A new preset for a script that somebody dropped or picked.
#[must_use]
pub fn preset_for(script: &Path, (dir, names): (&Path, &LocalNames)) -> Preset {
    let mut preset = Preset::new(&name_for(script));
    preset.interpreter = usual_interpreter(script);
    preset.script = path_to(script, (dir, names));
    preset
}

fn capitalised(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Puts a picked file or folder into an argument row, behind so many values.
pub fn set_value(rows: &mut [Argument], (index, place): (usize, usize), value: String) {
    let Some(row) = rows.get_mut(index) else { return };
    match place.checked_sub(1) {
        None => row.value = value,
        Some(at) => {
            row.more.resize(row.more.len().max(at + 1), String::new());
            row.more[at] = value;
        }
    }
    row.on = true;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Interpreter;

    #[test]
    fn a_script_becomes_a_preset() {
        let preset = preset_for(
            Path::new("/shows/tonight/tools/style_transfer.py"),
            (Path::new("/shows/tonight"), &LocalNames::default()),
        );
        assert_eq!(preset.name, "Style transfer");
        assert_eq!(preset.script, "tools/style_transfer.py");
        assert_eq!(preset.interpreter, Interpreter::Name("python".to_owned()));
        assert_eq!(usual_interpreter(Path::new("a.exe")), Interpreter::None);
    }

    #[test]
    fn a_picked_file_goes_where_it_was_asked_for() {
        let mut rows = vec![Argument::default()];
        for (place, value) in [(0, "a"), (3, "d"), (2, "c")] {
            set_value(&mut rows, (0, place), value.to_owned());
        }
        assert!(rows[0].on);
        assert_eq!(
            (rows[0].value.as_str(), &rows[0].more),
            ("a", &vec![String::new(), "c".to_owned(), "d".to_owned()])
        );
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
    fn an_order_that_is_not_written_down_yet_is_not_taken_back() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            let path = dir.path().join(format!("{name}.ron"));
            crate::store::presets::write(&path, &Preset::new(name), crate::store::presets::Expect::New).unwrap();
        }
        let names =
            |library: &Library| library.items.iter().map(|item| item.draft.edited.name.clone()).collect::<Vec<_>>();
        let mut library = Library::new(dir.path().to_owned());
        assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty());
        library.items.reverse();
        library.orders_under_way = 1;
        assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty());
        assert_eq!(names(&library), ["b", "a"]);
        library.orders_under_way = 0;
        assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty());
        assert_eq!(names(&library), ["a", "b"]);
    }

    #[test]
    fn what_is_being_saved_is_no_edit_and_what_comes_after_is() {
        let mut library = Library::new(PathBuf::from("/presets"));
        let key = library.add(Preset::new("a"));
        let item = library.get_mut(key).unwrap();
        let first = item.draft.edited.clone();
        (item.draft.saved, item.draft.edited.notes) = (Some(first.clone()), "mine".to_owned());
        assert!(item.has_edits());
        item.save = Save::UnderWay(item.draft.edited.clone());
        assert!(!item.has_edits());
        item.draft.edited = first;
        assert!(item.has_edits(), "the file will not be as it was");
    }

    #[test]
    fn what_is_alike_is_one_value_however_often_it_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.ron");
        crate::store::presets::write(&path, &Preset::new("a"), crate::store::presets::Expect::New).unwrap();
        let mut library = Library::new(dir.path().to_owned());
        for _ in 0..2 {
            assert!(library.take_folder(crate::store::presets::load_dir(dir.path())).is_empty());
            let Draft { saved, edited, .. } = &library.items[0].draft;
            let (saved, edited): (&Preset, &Preset) = (saved.as_ref().unwrap(), edited);
            assert!(std::ptr::eq(saved, edited));
        }
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
