//! What names mean on this machine and what its presets miss, as the panel knows and changes it. A change is made for
//! all presets that need it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui::Context;

use super::App;
use crate::discover::{Hunt, Lack, Need, gather, likely_folders};
use crate::model::{LocalNames, NameKind, Preset, check_name, path_to, relink, shared_folders, use_root};
use crate::store::machine;
use crate::ui::action::PresetKey;
use crate::ui::editor::InterpreterChoice;
use crate::ui::missing_panel::{HuntView, MissingRow};
use crate::ui::settings_panel::{MachineData, Page};
use crate::ui::widgets::Severity;
use crate::ui::worker::{For, PathQuestion, Task};

/// What the panel keeps of it between frames.
#[derive(Debug, Default)]
pub(super) struct Here {
    /// Names of which the path isn't there.
    absent: BTreeSet<(NameKind, String)>,
    pub rows: Vec<MissingRow>,
    pub hunts: Vec<HuntView>,
    cancel: Option<Arc<AtomicBool>>,
    /// A folder that becomes a root as soon as its name means it.
    root_to_be: Option<(PathBuf, String)>,
}

impl App {
    /// Has the file read again: somebody else may have changed it.
    pub(super) fn read_names(&mut self, ctx: &Context) {
        if let Some(dir) = self.settings.dir() {
            let task = Task::ReadNames(dir.to_owned());
            self.ask(ctx, task);
        }
    }

    pub(super) fn hear_names(&mut self, ctx: &Context, names: LocalNames, absent: Vec<(NameKind, String)>) {
        let absent: BTreeSet<_> = absent.into_iter().collect();
        // A folder that came or went changes what presets come to, as another meaning does.
        let has_moved = std::mem::replace(&mut self.here.absent, absent) != self.here.absent;
        let trouble = names.trouble.clone();
        let is_news = self.library.set_names(names);
        if has_moved {
            self.library.forget_surveys();
        }
        if !is_news {
            return;
        }
        let mapped = self.library.names.interpreters.iter();
        self.interpreters.data.named = mapped.map(|one| InterpreterChoice::named(&one.name, &one.path)).collect();
        // Scripts that begin with a root lie elsewhere now, and beside them other environments.
        self.interpreters.forget();
        if let Some(trouble) = trouble {
            self.shell.toasts.add(ctx, Severity::Error, trouble);
        }
    }

    pub(super) fn set_name(&mut self, ctx: &Context, kind: NameKind, name: String, path: Option<String>) {
        let Some(dir) = self.settings.dir().map(Path::to_owned) else {
            let what = "This user has no folder for settings, so names can't be kept.";
            self.shell.toasts.add(ctx, Severity::Error, what);
            return;
        };
        self.ask(ctx, Task::SetName { dir, kind, name, path });
        self.read_names(ctx);
    }

    /// A name means something else now, or could not be made to.
    pub(super) fn hear_name_set(&mut self, ctx: &Context, name: &str, result: Result<Option<String>, String>) {
        let to_be = self.here.root_to_be.take_if(|(_, root)| root == name);
        match result {
            Ok(notice) => {
                if let Some(notice) = notice {
                    self.shell.toasts.add(ctx, Severity::Warning, notice);
                }
                if let Some((folder, root)) = to_be {
                    self.edit_all(ctx, |_, preset, _| use_root(preset, &folder, &root) > 0, |_| true);
                }
            }
            Err(why) => self.shell.toasts.add(ctx, Severity::Error, why),
        }
    }

    /// The folder becomes a root, and all presets that name it by its whole path name it by the root.
    pub(super) fn make_root(&mut self, ctx: &Context, folder: PathBuf, name: String) {
        if let Err(why) = check_name(NameKind::Root, &name) {
            self.shell.toasts.add(ctx, Severity::Error, why);
            return;
        }
        let path = folder.to_string_lossy().into_owned();
        // The presets are changed once the name is kept: a root that leads nowhere would be worse than a path.
        self.here.root_to_be = Some((folder, name.clone()));
        self.set_name(ctx, NameKind::Root, name, Some(path));
    }

    pub(super) fn browse_name(
        &mut self,
        ctx: &Context,
        (kind, name): (NameKind, String),
        is_folder: bool,
        window: Option<&eframe::Frame>,
    ) {
        let title = match (kind, is_folder) {
            (NameKind::Root, _) => format!("Choose the folder that “{name}” is here"),
            (NameKind::Interpreter, true) => format!("Choose the virtual environment that “{name}” is here"),
            (NameKind::Interpreter, false) => format!("Choose the program that “{name}” is here"),
        };
        let near = self.library.dir.clone();
        let asking = PathQuestion { title: &title, is_folder, near: &near };
        let shown = self.worker.pick_for(For::Name(kind, name), asking, window);
        self.complain(ctx, shown);
    }

    pub(super) fn browse_missing(
        &mut self,
        ctx: &Context,
        need: Need,
        is_folder: bool,
        window: Option<&eframe::Frame>,
    ) {
        let title = format!("Choose what takes the place of {}", need.shown());
        let near = self.library.dir.clone();
        let asking = PathQuestion { title: &title, is_folder, near: &near };
        let shown = self.worker.pick_for(For::Missing(need), asking, window);
        self.complain(ctx, shown);
    }

    pub(super) fn hear_picked_for(&mut self, ctx: &Context, what: For, path: &Path) {
        match what {
            For::Name(kind, name) => self.set_name(ctx, kind, name, Some(path.to_string_lossy().into_owned())),
            For::Missing(need) => self.fix_missing(ctx, &need, path),
        }
    }

    /// Puts right what is missing in all presets that need it.
    pub(super) fn fix_missing(&mut self, ctx: &Context, need: &Need, path: &Path) {
        let text = path.to_string_lossy().into_owned();
        self.cancel_search();
        match need {
            Need::Root(name) => self.set_name(ctx, NameKind::Root, name.clone(), Some(text)),
            Need::Interpreter(name) => self.set_name(ctx, NameKind::Interpreter, name.clone(), Some(text)),
            Need::Program(name) => {
                let edit = |dir: &Path, preset: &mut Preset, names: &LocalNames| {
                    let is_it = preset.is_bare_program() && preset.script == *name;
                    if is_it {
                        preset.script = path_to(path, (dir, names));
                    }
                    is_it
                };
                self.edit_all(ctx, edit, |_| true);
            }
            Need::InterpreterAt(old) | Need::Script(old) | Need::Folder(old) | Need::File(old) => {
                let lack = self.lacks().into_iter().find(|lack| lack.need == *need);
                let needed_by = lack.map(|lack| lack.needed_by).unwrap_or_default();
                let keys: Vec<_> = needed_by.iter().map(|index| self.library.items[*index].draft.key).collect();
                let edit =
                    |dir: &Path, preset: &mut Preset, names: &LocalNames| relink(preset, (dir, names), old, path);
                self.edit_all(ctx, edit, |key| keys.contains(&key));
            }
        }
    }

    /// Edits those presets that are meant, saves those that had no other edits, and says what came of it.
    fn edit_all(
        &mut self,
        ctx: &Context,
        edit: impl Fn(&Path, &mut Preset, &LocalNames) -> bool,
        is_meant: impl Fn(PresetKey) -> bool,
    ) {
        let keys: Vec<_> = self.library.items.iter().map(|item| item.draft.key).filter(|key| is_meant(*key)).collect();
        let names = self.library.names.clone();
        let (mut saved, mut unsaved) = (0, Vec::new());
        for key in keys {
            let dir = self.library.dir_of(key);
            let Some(item) = self.library.get(key) else { continue };
            let had_edits = item.has_edits();
            let mut edited = Preset::clone(&item.draft.edited);
            if !edit(&dir, &mut edited, &names) {
                continue;
            }
            if had_edits {
                unsaved.push(edited.name.clone());
            }
            self.edit(key, |preset| *preset = edited);
            if !had_edits {
                saved += 1;
                self.save(ctx, key);
            }
        }
        let mut what = match saved {
            0 => String::new(),
            1 => "Put right in 1 preset; the version before lies in .previous.".to_owned(),
            saved => format!("Put right in {saved} presets; the versions before lie in .previous."),
        };
        if !unsaved.is_empty() {
            let names: Vec<_> = unsaved.iter().map(|name| format!("“{name}”")).collect();
            what = format!("{what} In {} it joins edits that aren't saved yet.", names.join(", "));
        }
        if !what.is_empty() {
            self.shell.toasts.add(ctx, Severity::Info, what.trim_start());
        }
    }

    /// What is missing as far as is known, and the indices of the presets that need it.
    fn lacks(&self) -> Vec<Lack<usize>> {
        let surveyed = self.library.items.iter().enumerate().filter_map(|(index, item)| {
            let (_, survey) = item.survey.as_ref()?;
            (!survey.missing.is_empty()).then_some((index, survey.missing.as_slice()))
        });
        gather(surveyed)
    }

    /// What is missing, as far as is known, for this frame.
    pub(super) fn gather_missing(&mut self) {
        let items = &self.library.items;
        let row = |lack: Lack<usize>| MissingRow {
            mapped_to: self.mapping_of(&lack.need),
            needed_by: lack.needed_by.iter().map(|index| items[*index].draft.edited.name.clone()).collect(),
            need: lack.need,
        };
        let rows: Vec<_> = self.lacks().into_iter().map(row).collect();
        self.here.rows = rows;
        // What was found meanwhile needs no search.
        let is_lost = |need: &Need| self.here.rows.iter().any(|row| row.need == *need);
        self.here.hunts.retain(|hunt| hunt.nearby.is_none() || is_lost(&hunt.need));
    }

    fn mapping_of(&self, need: &Need) -> Option<String> {
        let (kind, name) = need.as_name()?;
        let mapped = self.library.names.of(kind).iter().find(|mapped| mapped.name == *name);
        mapped.map(|mapped| mapped.path.clone())
    }

    pub(super) fn search_nearby(&mut self, ctx: &Context, need: Need) {
        self.cancel_search();
        let Some(lack) = self.lacks().into_iter().find(|lack| lack.need == need) else { return };
        let items = &self.library.items;
        let mut dirs: Vec<_> =
            lack.needed_by.iter().map(|index| self.library.dir_of(items[*index].draft.key)).collect();
        dirs.dedup();
        let roots: Vec<_> = self.library.names.roots.iter().map(|root| PathBuf::from(&root.path)).collect();
        let starts = likely_folders(&need, dirs.iter().map(PathBuf::as_path), &roots);
        let cancel = Arc::new(AtomicBool::new(false));
        let hunt = Hunt { need: need.clone(), below: lack.below, starts };
        match self.worker.search(hunt, cancel.clone()) {
            Ok(()) => {
                self.here.cancel = Some(cancel);
                self.here.hunts.retain(|hunt| hunt.need != need);
                self.here.hunts.push(HuntView { need, nearby: None });
            }
            Err(why) => self.shell.toasts.add(ctx, Severity::Error, why),
        }
    }

    pub(super) fn cancel_search(&mut self) {
        if let Some(cancel) = self.here.cancel.take() {
            cancel.store(true, Ordering::Relaxed);
        }
        self.here.hunts.retain(|hunt| hunt.nearby.is_some());
    }

    pub(super) fn hear_hunted(&mut self, need: &Need, nearby: crate::discover::Nearby) {
        // What was called off is of no interest any more.
        if let Some(hunt) = self.here.hunts.iter_mut().find(|hunt| hunt.need == *need && hunt.nearby.is_none()) {
            hunt.nearby = Some(nearby);
            self.here.cancel = None;
        }
    }

    /// What the page of settings shows; nothing while it isn't open.
    pub(super) fn machine_data(&self) -> MachineData {
        let is_open = self.shell.settings.is_open && self.shell.settings.page == Page::Machine;
        if !is_open {
            return MachineData::default();
        }
        let mut wanted = BTreeMap::new();
        for row in &self.here.rows {
            if let Some((kind, name)) = row.need.as_name()
                && row.mapped_to.is_none()
            {
                wanted.insert((kind, name.to_owned()), row.needed_by.len());
            }
        }
        let presets = self.library.items.iter().map(|item| &*item.draft.edited);
        MachineData {
            names: self.library.names.clone(),
            absent: self.here.absent.clone(),
            wanted,
            shared: shared_folders(presets, &self.library.names),
            file: self.settings.dir().map(|dir| dir.join(machine::FILE_NAME)),
        }
    }

    pub(super) fn open_machine_settings(&mut self) {
        self.shell.settings.page = Page::Machine;
        self.shell.settings.is_open = true;
    }
}
