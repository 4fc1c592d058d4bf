//! Carries out what a person wants. Everything that takes time goes to the engine or the worker.

use std::path::{Path, PathBuf};

use eframe::egui::Context;

use super::App;
use super::library::{Save, preset_for};
use super::replies::set_script;
use crate::model::Preset;
use crate::store::presets::Expect;
use crate::store::settings::Theme;
use crate::ui::action::{Action, JobId, PresetKey, ThemeChoice};
use crate::ui::dialogs::Dialog;
use crate::ui::editor::Tab;
use crate::ui::widgets::Severity;
use crate::ui::worker::{Purpose, Question, Task};

/// The zoom's steps, and how far it goes.
const ZOOM_STEP: f32 = 0.1;
const ZOOM_RANGE: std::ops::RangeInclusive<f32> = 0.5..=4.0;

impl App {
    #[expect(clippy::too_many_lines, reason = "a table: a line or two for each action")]
    pub(super) fn apply(&mut self, ctx: &Context, action: Action, window: Option<&eframe::Frame>) {
        match action {
            Action::SelectPreset(key) => self.selected = Some(key),
            Action::NewPreset => {
                let name = self.library.free_name("New preset");
                self.open_new(Preset::new(&name));
            }
            Action::DuplicatePreset => self.duplicate(),
            Action::SavePreset => self.with_selected(|app, key| app.save(ctx, key)),
            Action::OverwritePreset => self.with_selected(|app, key| app.save_over(ctx, key)),
            Action::SavePresetAs => self.ask_for_name(),
            Action::SavePresetAsName(name) => self.save_as(ctx, name),
            Action::RevertPreset => self.revert(ctx),
            Action::DeletePreset => self.ask_whether_to_delete(),
            Action::DeletePresetConfirmed => self.delete(ctx),
            Action::LaunchPreset(key) => self.launch(ctx, key, Purpose::Launch),
            Action::LaunchSelected => self.with_selected(|app, key| app.launch(ctx, key, Purpose::Launch)),
            Action::LaunchGroup(group) => self.launch_group(ctx, &group),
            Action::StopGroup(group) => self.stop_group(&group),
            Action::SetGroupLaunch(group, launch) => self.set_group_launch(ctx, group, launch),
            Action::SelectJob(job) => self.selected_job = Some(job),
            Action::StopJob(job) | Action::CancelWait(job) => self.engine.stop(job),
            Action::KillJob(job) => self.engine.kill(job),
            Action::StartNow(job) => self.engine.launch_now(job),
            Action::StopSelectedJob => {
                let live = |job: &JobId| self.engine.jobs().iter().any(|view| view.id == *job && view.is_live());
                if let Some(job) = self.selected_job.filter(live) {
                    self.engine.stop(job);
                }
            }
            Action::LaunchAgain(job) => self.launch_again(ctx, job),
            Action::RemoveJob(job) => self.engine.remove(job),
            Action::StopAll => self.engine.stop_all(),
            Action::RemoveEnded => {
                let jobs = self.engine.jobs();
                jobs.iter().filter(|view| !view.is_live()).for_each(|view| self.engine.remove(view.id));
            }
            Action::BrowseInterpreter => self.pick(Question::Interpreter, window),
            Action::BrowseScript => self.pick(Question::Script, window),
            Action::BrowseFolder => self.pick(Question::Folder, window),
            Action::BrowseValue(row) => self.pick(Question::Value(row), window),
            Action::DroppedFiles(paths) => self.take_dropped(ctx, paths),
            Action::ShowConsole(job) => {
                if !self.open_consoles.contains(&job) {
                    self.open_consoles.push(job);
                }
            }
            Action::HideConsole(job) => self.open_consoles.retain(|open| *open != job),
            Action::ClearConsole(job) => {
                if let Some(console) = self.engine.console(job) {
                    console.clear();
                }
            }
            Action::SendLine(job, line) => self.engine.write_line(job, &line),
            Action::EndInput(job) => self.engine.close_input(job),
            Action::OpenLog(path) | Action::OpenLogFolder(path) => self.ask(ctx, Task::Open(path)),
            Action::CopyConsole(job) => self.copy_console(ctx, job),
            Action::Find => {
                self.shell.presets.focus_search |= !self.shell.wall.find(self.selected_job);
            }
            Action::FindNext => self.shell.wall.step(self.selected_job, true),
            Action::FindPrevious => self.shell.wall.step(self.selected_job, false),
            Action::Search(job, query) => self.searches.set(job, self.engine.console(job), query),
            Action::FocusSearch => self.shell.presets.focus_search = true,
            Action::TogglePalette => self.shell.palette.is_open = !self.shell.palette.is_open,
            Action::SetTheme(ThemeChoice::System) => self.set_theme(ctx, Theme::System),
            Action::SetTheme(ThemeChoice::Dark) => self.set_theme(ctx, Theme::Dark),
            Action::SetTheme(ThemeChoice::Light) => self.set_theme(ctx, Theme::Light),
            Action::ZoomIn => zoom(ctx, ctx.zoom_factor() + ZOOM_STEP),
            Action::ZoomOut => zoom(ctx, ctx.zoom_factor() - ZOOM_STEP),
            Action::ZoomReset => zoom(ctx, 1.0),
            Action::OpenPresetsFolder => self.ask(ctx, Task::Open(self.library.dir.clone())),
            Action::Quit => self.quit(ctx),
            Action::SaveAllAndQuit => self.save_all_and_quit(ctx),
            Action::QuitConfirmed => self.stop_and_close(ctx),
        }
    }

    fn with_selected(&mut self, then: impl FnOnce(&mut Self, PresetKey)) {
        if let Some(key) = self.selected {
            then(self, key);
        }
    }

    fn open_new(&mut self, preset: Preset) {
        let key = self.library.add(preset);
        self.selected = Some(key);
        self.shell.editor.tab = Tab::Command;
        self.shell.editor.focus_name = true;
        self.shell.presets.search.clear();
    }

    fn duplicate(&mut self) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let mut copy = item.draft.edited.clone();
        copy.name = self.library.free_name(&format!("{} copy", copy.name));
        self.open_new(copy);
    }

    /// Saves what was edited; a preset as its file says is left alone, and so are its comments.
    pub(super) fn save(&mut self, ctx: &Context, key: PresetKey) {
        let Some(item) = self.library.get(key) else { return };
        if item.draft.is_unsaved() {
            let expect = item.stamp.map_or(Expect::New, Expect::Unchanged);
            self.ask_to_save(ctx, key, expect);
        }
    }

    fn save_over(&mut self, ctx: &Context, key: PresetKey) {
        self.ask_to_save(ctx, key, Expect::Anything);
    }

    fn ask_to_save(&mut self, ctx: &Context, key: PresetKey, expect: Expect) {
        let dir = self.library.dir.clone();
        let Some(item) = self.library.get_mut(key) else { return };
        // A second one under way would find the first one's file, and take it for somebody else's.
        if item.save != Save::Idle {
            item.save = Save::Again;
            return;
        }
        item.save = Save::UnderWay;
        let task =
            Task::Save { key, path: item.draft.path.clone(), dir, preset: Box::new(item.draft.edited.clone()), expect };
        self.ask(ctx, task);
    }

    fn ask_for_name(&mut self) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let taken = self.library.items.iter().map(|item| item.draft.edited.name.clone()).collect();
        let name = self.library.free_name(&format!("{} copy", item.draft.edited.name));
        self.shell.dialog = Some(Dialog::SaveAs { name, taken });
    }

    /// The edits go into a new file; the old preset is again what its own file says.
    fn save_as(&mut self, ctx: &Context, name: String) {
        let Some(item) = self.selected.and_then(|key| self.library.get_mut(key)) else { return };
        let mut preset = item.draft.edited.clone();
        preset.name = name;
        let key = if let Some(saved) = item.draft.saved.clone() {
            item.draft.edited = saved;
            self.library.add(preset)
        } else {
            item.draft.edited = preset;
            item.draft.key
        };
        self.selected = Some(key);
        self.save(ctx, key);
    }

    fn revert(&mut self, ctx: &Context) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        if let Some(path) = item.draft.path.clone() {
            let task = Task::Reread { key: item.draft.key, path };
            self.ask(ctx, task);
        }
    }

    fn ask_whether_to_delete(&mut self) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let tag = item.draft.key.0.to_string();
        let running = self.engine.jobs().iter().filter(|view| view.is_live() && view.tag == tag).count();
        self.shell.dialog = Some(Dialog::DeletePreset {
            name: item.draft.edited.name.clone(),
            file: item.draft.path.as_ref().map(|path| path.display().to_string()),
            running: u32::try_from(running).unwrap_or(u32::MAX),
        });
    }

    fn delete(&mut self, ctx: &Context) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let key = item.draft.key;
        match item.draft.path.clone() {
            Some(path) => self.ask(ctx, Task::Remove { key, path }),
            None => self.forget_preset(key),
        }
    }

    fn pick(&mut self, question: Question, window: Option<&eframe::Frame>) {
        if let Some(key) = self.selected {
            self.worker.pick(key, question, &self.library.dir_of(key), window);
        }
    }

    /// A dropped script fills the open preset if that has none yet; otherwise it gets a preset of its own.
    fn take_dropped(&mut self, ctx: &Context, paths: Vec<PathBuf>) {
        for path in paths {
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron")) {
                self.take_dropped_preset(ctx, &path);
                continue;
            }
            let dir = self.library.dir.clone();
            let open = self.selected.and_then(|key| self.library.get_mut(key));
            match open {
                Some(item) if item.draft.edited.script.is_empty() => set_script(&mut item.draft.edited, &dir, &path),
                Some(_) | None => {
                    let mut preset = preset_for(&path, &dir);
                    preset.name = self.library.free_name(&preset.name);
                    self.open_new(preset);
                }
            }
        }
    }

    /// A preset's file is opened where it is one of ours; another is never copied or run from where it happens to lie.
    fn take_dropped_preset(&mut self, ctx: &Context, path: &Path) {
        let ours = self.library.items.iter().find(|item| item.draft.path.as_deref() == Some(path));
        if let Some(item) = ours {
            self.selected = Some(item.draft.key);
            return;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let dir = self.library.dir.display();
        let what = format!(
            "{name} is a preset already. To have it here, put its file, with the script that it runs, into {dir}."
        );
        self.shell.toasts.add(ctx, Severity::Warning, what);
    }

    fn copy_console(&mut self, ctx: &Context, job: JobId) {
        let Some(console) = self.engine.console(job) else { return };
        let mut rows = Vec::new();
        console.copy_rows(console.rows(), &mut rows);
        let count = rows.len();
        let texts: Vec<_> = rows.into_iter().map(|row| row.text).collect();
        ctx.copy_text(texts.join("\n"));
        self.shell.toasts.add(ctx, Severity::Info, format!("{count} lines are on the clipboard."));
    }
}

fn zoom(ctx: &Context, factor: f32) {
    ctx.set_zoom_factor(factor.clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end()));
}
