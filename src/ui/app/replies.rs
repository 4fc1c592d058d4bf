//! What came of what was asked for: files read and written, presets looked at, things picked.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::Context;

use super::launch::key_of;
use super::library::{Item, NEW_PRESET, Save, name_for, set_value};
use super::{App, Opening};
use crate::discover::usual_interpreter;
use crate::model::{Interpreter, LocalNames, Occasion, Preset, Shared, Version, path_to, preset_id, value_to};
use crate::store::logs;
use crate::store::presets::{SaveError, SaveErrorKind, Saved};
use crate::ui::action::PresetKey;
use crate::ui::archive_dialog::ArchiveDialog;
use crate::ui::conflict_dialog::differences;
use crate::ui::dialogs::Dialog;
use crate::ui::touch_code::Use;
use crate::ui::widgets::Severity;
use crate::ui::worker::{Purpose, Question, Reply, Task};

/// So many presets are looked at together; each waits for the machine.
const MOST_SURVEYS: usize = 64;

impl App {
    #[expect(clippy::too_many_lines, reason = "a table: a line or two for each reply")]
    pub(super) fn hear(&mut self, ctx: &Context, reply: Reply) {
        match reply {
            Reply::Loaded(folder) => {
                for gone in self.library.take_folder(folder) {
                    self.take_preset(gone);
                }
                for (key, before) in std::mem::take(&mut self.library.followed) {
                    self.note_followed(key, &before);
                }
                self.tell_state(ctx);
                self.select_after_load();
                self.select_imported();
                if self.opening == Opening::Loading {
                    self.opening = Opening::Loaded;
                }
            }
            Reply::Reread { key, result: Ok(read) } => {
                let (preset, stamp) = *read;
                self.edit(key, |edited| *edited = preset);
                if let Some(item) = self.library.get_mut(key) {
                    item.draft.saved = Some(item.draft.edited.clone());
                    item.stamp = Some(stamp);
                    item.theirs = None;
                }
            }
            Reply::Reread { result: Err(error), .. } => {
                let what = format!("The file could not be read again; your edits are kept. {error}");
                self.shell.toasts.add(ctx, Severity::Error, what);
            }
            Reply::Saved { key, path, preset, result, old_name, theirs } => {
                if let (Some(item), Some(theirs)) = (self.library.get_mut(key), theirs) {
                    item.theirs = Some(theirs);
                }
                if let Some(old_name) = old_name.filter(|_| result.is_ok()) {
                    self.hear_renamed(ctx, key, (&path, &preset.name), &old_name);
                }
                self.hear_saved(ctx, key, (path, preset), result);
            }
            Reply::Removed { key, result: Ok(kept) } => self.note_deleted(ctx, key, Some(kept)),
            Reply::Restored { id, result } => self.hear_restored(ctx, id, Some(result)),
            Reply::Removed { result: Err(error), .. } => self.hear_kept(ctx, error.what),
            Reply::OrderRemembered(result) => {
                self.library.orders_under_way = self.library.orders_under_way.saturating_sub(1);
                match result {
                    Ok(None) => {}
                    Ok(Some(what)) => self.shell.toasts.add(ctx, Severity::Warning, what),
                    Err(why) => self.shell.toasts.add(ctx, Severity::Error, why),
                }
            }
            Reply::Failed(what) => self.shell.toasts.add(ctx, Severity::Error, what),
            Reply::Notice(what) | Reply::Tried(Err(what)) => self.shell.toasts.add(ctx, Severity::Warning, what),
            Reply::Tried(Ok(what)) => self.shell.toasts.add(ctx, Severity::Info, what),
            Reply::Copied { text, what, is_cut } => {
                ctx.copy_text(text);
                let severity = if is_cut { Severity::Warning } else { Severity::Info };
                self.shell.toasts.tell_about(ctx, "copy", severity, what);
            }
            Reply::Progress { name, what: Ok(what) } => {
                self.shell.toasts.tell_about(ctx, &name, Severity::Info, what);
            }
            Reply::Progress { name, what: Err(why) } => {
                self.shell.toasts.tell_about(ctx, &name, Severity::Error, why);
            }
            Reply::Arguments { key, script, stamp, result, then } => {
                self.hear_arguments(ctx, (key, script, stamp), result, then);
            }
            Reply::Surveyed { key, names, purpose: Purpose::Show, .. } if names != self.library.names => {
                // They mean something else by now; it is looked at again.
                if let Some(item) = self.library.get_mut(key) {
                    item.is_surveying = false;
                }
            }
            Reply::Surveyed { key, preset, survey, purpose, .. } => {
                self.hear_survey(ctx, (key, preset, survey), purpose);
            }
            Reply::Names(names, absent) => self.hear_names(ctx, names, absent),
            Reply::NameSet { name, result } => self.hear_name_set(ctx, &name, result),
            Reply::PickedFor(what, path) => self.hear_picked_for(ctx, what, &path),
            Reply::Hunted(need, nearby) => self.hear_hunted(&need, nearby),
            Reply::ExportPlanned(export) => self.shell.archive = Some(ArchiveDialog::Export(export)),
            Reply::LookedInside(path, inside) => self.shell.archive = Some(ArchiveDialog::Import { path, inside }),
            Reply::Imported(result) => self.hear_imported(ctx, result),
            Reply::SurveyedAll { surveys, batch } => self.hear_survey_of_all(ctx, surveys, &batch),
            Reply::Runs { folder, runs } => self.hear_runs(&folder, runs),
            Reply::Vault { name, is_stored, done } => self.hear_vault(ctx, name, is_stored, done),
            Reply::TouchCode(code, Use::Show) => self.shell.touch_code = Some(*code),
            Reply::TouchCode(code, Use::Copy(kind)) => self.copy_touch_code(ctx, &code, kind),
            Reply::Interpreters(look, looked) => self.hear_interpreters(*look, looked),
            Reply::Picked { key, question, path } => self.hear_picked(ctx, key, (question, &path)),
        }
    }

    fn select_after_load(&mut self) {
        if self.selected.is_some() {
            return;
        }
        let wanted = self.select_first.take();
        let is_wanted = |path: &PathBuf| {
            wanted
                .as_ref()
                .is_some_and(|wanted| path.file_name().is_some_and(|name| name.to_string_lossy() == **wanted))
        };
        let items = &self.library.items;
        let item = items.iter().find(|item| item.draft.path.as_ref().is_some_and(is_wanted)).or(items.first());
        self.selected = item.map(|item| item.draft.key);
    }

    fn hear_saved(
        &mut self,
        ctx: &Context,
        key: PresetKey,
        (path, preset): (PathBuf, Shared<Preset>),
        result: Result<Saved, SaveError>,
    ) {
        let save = self.library.get_mut(key).map(|item| std::mem::take(&mut item.save));
        match result {
            Ok(saved) => {
                let file = path.file_name().unwrap_or_default().to_string_lossy();
                if let Some(version) = saved.upgraded_from {
                    let what = format!(
                        "{file} was in version {version} of the format and is in version {} now, which an older Sidestage \
                         doesn't read; the one before lies in .previous.",
                        Version::CURRENT
                    );
                    self.shell.toasts.add(ctx, Severity::Info, what);
                }
                if saved.comments_dropped {
                    let what =
                        format!("Not every comment in {file} is in the new version; the one before lies in .previous.");
                    self.shell.toasts.add(ctx, Severity::Warning, what);
                }
                self.alert_by(key, &preset);
                if let Some(item) = self.library.get_mut(key) {
                    item.draft.path = Some(path);
                    item.draft.saved = Some(preset);
                    item.stamp = Some(saved.stamp);
                    item.theirs = None;
                }
                if save == Some(Save::Again) {
                    self.save(ctx, key);
                }
                // Names may clash now, or no longer.
                self.load(ctx);
            }
            Err(error) => {
                self.quitting = super::Quitting::No;
                match error.kind {
                    SaveErrorKind::Changed | SaveErrorKind::Gone => {
                        self.selected = Some(key);
                        let can_reread = error.kind == SaveErrorKind::Changed;
                        self.ask_which(key, error.what, can_reread);
                    }
                    SaveErrorKind::Exists | SaveErrorKind::System => {
                        self.shell.toasts.add(ctx, Severity::Error, error.what);
                    }
                }
            }
        }
    }

    /// Jobs that run are watched by what was saved; not by what is being typed, which would alert letter by letter.
    fn alert_by(&self, key: PresetKey, preset: &Preset) {
        for view in self.engine.jobs().iter().filter(|view| key_of(view) == Some(key)) {
            self.engine.set_highlights(view.id, &preset.highlights);
        }
    }

    /// Says what a new name means to whoever knew the old one.
    fn hear_renamed(&mut self, ctx: &Context, key: PresetKey, (path, name): (&Path, &str), old_name: &str) {
        let Some(item) = self.library.get(key) else { return };
        let mut what = format!("“{old_name}” is “{name}” now.");
        if item.draft.path.as_deref().is_some_and(|old| old != path) {
            let file = path.file_name().unwrap_or_default().to_string_lossy();
            let id = preset_id(&path.file_stem().unwrap_or_default().to_string_lossy());
            let _ = write!(what, " So is its file, {file}; orders from outside call it {id}.");
        }
        let logs = self.logs_dir.as_deref().map(|dir| logs::preset_dir(dir, old_name));
        if let Some(logs) = logs {
            let _ = write!(what, " Earlier runs stay logged in {}.", logs.display());
        }
        let looks = &mut self.settings.wanted.looks;
        if let Some(look) = looks.get(old_name).copied() {
            looks.entry(name.to_owned()).or_insert(look);
        }
        self.shell.toasts.add(ctx, Severity::Info, what);
    }

    /// Asks whether what was edited here shall be, or what somebody else made of the file.
    fn ask_which(&mut self, key: PresetKey, what: String, can_reread: bool) {
        let Some(item) = self.library.get(key) else { return };
        let theirs = item.theirs.as_ref().filter(|_| can_reread);
        let differences = theirs.map(|theirs| differences(&item.draft.edited, theirs)).unwrap_or_default();
        self.shell.dialog = Some(Dialog::SaveConflict { what, can_reread, differences });
    }

    /// The same before a save, where it was noticed.
    pub(super) fn show_conflict(&mut self, key: PresetKey) {
        let Some(item) = self.library.get(key) else { return };
        let file = item.draft.path.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let what = format!("Somebody changed {file} since it was read, and the preset was edited here.");
        self.ask_which(key, what, true);
    }

    /// Has the folder read again.
    pub(super) fn load(&mut self, ctx: &Context) {
        let dir = self.library.dir.clone();
        self.ask(ctx, Task::Load(dir));
    }

    fn hear_picked(&mut self, ctx: &Context, key: PresetKey, (question, path): (Question, &Path)) {
        let (dir, names) = (self.library.dir_of(key), Arc::clone(&self.library.names));
        let from = (dir.as_path(), &*names);
        let name = self.library.free_name(&name_for(path));
        let mut is_guessed = false;
        self.edit(key, |preset| match question {
            Question::Interpreter => preset.interpreter = Interpreter::Path(path_to(path, from)),
            Question::Script => is_guessed = set_script(preset, from, path, name),
            Question::Folder => preset.folder = path_to(path, from),
            Question::Value(row, place) | Question::FolderValue(row, place) => {
                set_value(&mut preset.arguments, (row, place), value_to(path, from));
            }
            Question::Watched(index, _) => {
                if let Some(watched) = preset.schedule.get_mut(index).and_then(Occasion::path_mut) {
                    *watched = path_to(path, from);
                }
            }
        });
        if is_guessed {
            self.guess_interpreter(ctx, key);
        }
        if question == Question::Script {
            self.read_arguments(key);
        }
    }

    /// Has the machine asked about whatever was edited or loaded since, one survey a preset at a time.
    pub(super) fn ask_what_is_unknown(&mut self, ctx: &Context) {
        let has_focus = ctx.input(|input| input.focused);
        if has_focus && !self.had_focus {
            // Who comes back from a file manager or an editor may have put right what was missing or wrong.
            self.load(ctx);
            self.read_names(ctx);
            self.interpreters.forget();
            for item in &mut self.library.items {
                if item.survey.as_ref().is_some_and(|(_, survey)| survey.invocation.is_err()) {
                    item.survey = None;
                }
                item.script.is_stale = true;
            }
        }
        self.had_focus = has_focus;
        // The rest follows as these come back; who looks at a preset doesn't wait for a thousand others.
        let under_way = self.library.items.iter().filter(|item| item.is_surveying).count();
        let selected = self.selected;
        let mut open: Vec<_> =
            self.library.items.iter_mut().filter(|item| !item.is_surveying && !item.is_surveyed()).collect();
        open.sort_by_key(|item| Some(item.draft.key) != selected);
        let unknown: Vec<_> = open
            .into_iter()
            .take(MOST_SURVEYS.saturating_sub(under_way))
            .map(|item| {
                item.is_surveying = true;
                (item.draft.key, item.draft.edited.clone())
            })
            .collect();
        for (key, preset) in unknown {
            let dir = self.library.dir_of(key);
            self.ask(
                ctx,
                Task::Survey {
                    key,
                    preset,
                    dir,
                    target: self.library.show.target.clone(),
                    names: self.library.names.clone(),
                    purpose: Purpose::Show,
                },
            );
        }
        self.ask_for_interpreters(ctx);
        self.ask_for_arguments(ctx);
    }

    /// Takes a preset out of the list, and says at which place it was.
    pub(super) fn take_preset(&mut self, key: PresetKey) -> Option<(Item, usize)> {
        let index = self.library.items.iter().position(|item| item.draft.key == key)?;
        let item = self.library.items.remove(index);
        if self.selected == Some(key) {
            let last = self.library.items.len().saturating_sub(1);
            self.selected = self.library.items.get(index.min(last)).map(|item| item.draft.key);
        }
        Some((item, index))
    }
}

/// Makes a file the script. Whether the interpreter followed, where the present one can't be meant.
/// `name` is what such a preset is called where nobody has given it a name of its own.
pub(super) fn set_script(preset: &mut Preset, from: (&Path, &LocalNames), path: &Path, name: String) -> bool {
    let was_empty = preset.script.is_empty();
    preset.script = path_to(path, from);
    if was_empty && preset.name.starts_with(NEW_PRESET) {
        preset.name = name;
    }
    if was_empty {
        preset.interpreter = usual_interpreter(path);
    }
    was_empty
}
