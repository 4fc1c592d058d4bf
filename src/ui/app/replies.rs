//! What came of what was asked for: files read and written, presets looked at, things picked.

use std::path::{Path, PathBuf};

use eframe::egui::Context;

use super::library::{Save, guess_interpreter, set_value};
use super::{App, Opening};
use crate::discover::Found;
use crate::model::{Interpreter, Preset, join, relative};
use crate::store::presets::{SaveError, SaveErrorKind, Saved};
use crate::ui::action::PresetKey;
use crate::ui::dialogs::Dialog;
use crate::ui::editor::InterpreterChoice;
use crate::ui::widgets::Severity;
use crate::ui::worker::{Purpose, Question, Reply, Task};

impl App {
    pub(super) fn hear(&mut self, ctx: &Context, reply: Reply) {
        match reply {
            Reply::Loaded(folder) => {
                for gone in self.library.take_folder(folder) {
                    self.forget_preset(gone);
                }
                self.select_after_load();
                if self.opening == Opening::Loading {
                    self.opening = Opening::Loaded;
                }
            }
            Reply::Reread { key, result: Ok(read) } => {
                if let Some(item) = self.library.get_mut(key) {
                    let (preset, stamp) = *read;
                    item.draft.saved = Some(preset.clone());
                    item.draft.edited = preset;
                    item.stamp = Some(stamp);
                }
            }
            Reply::Reread { result: Err(error), .. } => {
                let what = format!("The file could not be read again; your edits are kept. {error}");
                self.shell.toasts.add(ctx, Severity::Error, what);
            }
            Reply::Saved { key, path, preset, result } => self.hear_saved(ctx, key, (path, *preset), result),
            Reply::Removed { key, result: Ok(kept) } => {
                self.forget_preset(key);
                self.shell.toasts.add(ctx, Severity::Info, format!("Moved to {}.", kept.display()));
                self.load(ctx);
            }
            Reply::Removed { result: Err(error), .. } => self.shell.toasts.add(ctx, Severity::Error, error.what),
            Reply::Failed(what) => self.shell.toasts.add(ctx, Severity::Error, what),
            Reply::Notice(what) => self.shell.toasts.add(ctx, Severity::Warning, what),
            Reply::Surveyed { key, preset, survey, purpose } => self.hear_survey(ctx, (key, *preset, survey), purpose),
            Reply::SurveyedAll { surveys, batch } => self.hear_survey_of_all(ctx, surveys, &batch),
            Reply::Runs { folder, runs } => self.hear_runs(&folder, runs),
            Reply::Interpreters(found) => self.interpreters = found.into_iter().map(choice).collect(),
            Reply::Picked { key, question, path } => self.hear_picked(key, question, &path),
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
        (path, preset): (PathBuf, Preset),
        result: Result<Saved, SaveError>,
    ) {
        let save = self.library.get_mut(key).map(|item| std::mem::take(&mut item.save));
        match result {
            Ok(saved) => {
                if saved.comments_dropped {
                    let file = path.file_name().unwrap_or_default().to_string_lossy();
                    let what =
                        format!("The comments in {file} are not in the new version; the one before lies in .previous.");
                    self.shell.toasts.add(ctx, Severity::Warning, what);
                }
                if let Some(item) = self.library.get_mut(key) {
                    item.draft.path = Some(path);
                    item.draft.saved = Some(preset);
                    item.stamp = Some(saved.stamp);
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
                        self.shell.dialog = Some(Dialog::SaveConflict { what: error.what, can_reread });
                    }
                    SaveErrorKind::Exists | SaveErrorKind::System => {
                        self.shell.toasts.add(ctx, Severity::Error, error.what);
                    }
                }
            }
        }
    }

    /// Has the folder read again.
    pub(super) fn load(&mut self, ctx: &Context) {
        let dir = self.library.dir.clone();
        self.ask(ctx, Task::Load(dir));
    }

    fn hear_picked(&mut self, key: PresetKey, question: Question, path: &Path) {
        let dir = self.library.dir_of(key);
        let Some(item) = self.library.get_mut(key) else { return };
        let preset = &mut item.draft.edited;
        match question {
            Question::Interpreter => preset.interpreter = Interpreter::Path(relative(&dir, path)),
            Question::Script => set_script(preset, &dir, path),
            Question::Folder => preset.folder = relative(&dir, path),
            Question::Value(index) => set_value(&mut preset.arguments, index, path),
        }
    }

    /// Has the machine asked about whatever was edited or loaded since, one survey a preset at a time.
    pub(super) fn ask_what_is_unknown(&mut self, ctx: &Context) {
        let has_focus = ctx.input(|input| input.focused);
        if has_focus && !self.had_focus {
            // Who comes back from a file manager or an editor may have put right what was missing or wrong.
            self.load(ctx);
            for item in &mut self.library.items {
                if item.survey.as_ref().is_some_and(|(_, survey)| survey.invocation.is_err()) {
                    item.survey = None;
                }
            }
        }
        self.had_focus = has_focus;
        let unknown: Vec<_> = self
            .library
            .items
            .iter_mut()
            .filter(|item| !item.is_surveying && !item.is_surveyed())
            .map(|item| {
                item.is_surveying = true;
                (item.draft.key, item.draft.edited.clone())
            })
            .collect();
        for (key, preset) in unknown {
            let dir = self.library.dir_of(key);
            self.ask(ctx, Task::Survey { key, preset: Box::new(preset), dir, purpose: Purpose::Show });
        }
        self.ask_for_interpreters(ctx);
    }

    fn ask_for_interpreters(&mut self, ctx: &Context) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let dir = self.library.dir_of(item.draft.key);
        let script = &item.draft.edited.script;
        let script = (!script.is_empty()).then(|| join(&dir, script));
        // Only the script's folder matters: that is where a virtual environment may lie.
        let folder = script.as_deref().and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default();
        if self.interpreters_for.as_ref() == Some(&folder) {
            return;
        }
        self.interpreters_for = Some(folder);
        self.ask(ctx, Task::FindInterpreters { script, dir });
    }

    pub(super) fn forget_preset(&mut self, key: PresetKey) {
        let index = self.library.items.iter().position(|item| item.draft.key == key);
        self.library.items.retain(|item| item.draft.key != key);
        if self.selected == Some(key) {
            let last = self.library.items.len().saturating_sub(1);
            self.selected = self.library.items.get(index.unwrap_or(0).min(last)).map(|item| item.draft.key);
        }
    }
}

/// Makes a file the script; the interpreter follows where the present one can't be meant.
pub(super) fn set_script(preset: &mut Preset, dir: &Path, path: &Path) {
    let was_empty = preset.script.is_empty();
    preset.script = relative(dir, path);
    if was_empty {
        preset.interpreter = guess_interpreter(path);
    }
}

fn choice(found: Found) -> InterpreterChoice {
    InterpreterChoice { interpreter: found.interpreter, label: found.label, why: found.why }
}
