//! Carries out what a person wants. Everything that takes time goes to the engine or the worker.

use std::path::{Path, PathBuf};

use eframe::egui::Context;

use super::App;
use super::library::{NEW_PRESET, Save, name_for, preset_for};
use super::replies::set_script;
use crate::model::{Argument, Preset, ValueKind};
use crate::store::presets::Expect;
use crate::store::settings::Theme;
use crate::ui::action::{Action, Asking, JobId, PresetKey, TextStep, ThemeChoice};
use crate::ui::dialogs::Dialog;
use crate::ui::editor::{Draft, Tab};
use crate::ui::settings_panel::Page;
use crate::ui::touch_code::Use;
use crate::ui::widgets::Severity;
use crate::ui::worker::{Purpose, Question, Task, VaultWish};

/// The zoom's steps, and how far it goes.
const ZOOM_STEP: f32 = 0.1;
const ZOOM_RANGE: std::ops::RangeInclusive<f32> = 0.5..=4.0;

impl App {
    #[expect(clippy::too_many_lines, reason = "a table: a line or two for each action")]
    pub(super) fn apply(&mut self, ctx: &Context, action: Action, window: Option<&eframe::Frame>) {
        match action {
            Action::SelectPreset(key) => self.selected = Some(key),
            Action::NewPreset => {
                let name = self.library.free_name(NEW_PRESET);
                self.open_new(Preset::new(&name));
            }
            Action::DuplicatePreset => self.duplicate(),
            Action::RenamePreset => self.shell.editor.focus_name = self.selected.is_some(),
            Action::SavePreset => self.with_selected(|app, key| app.save(ctx, key)),
            Action::OverwritePreset => self.with_selected(|app, key| app.save_over(ctx, key)),
            Action::SavePresetAs => self.ask_for_name(),
            Action::SavePresetAsName(name) => self.save_as(ctx, name),
            Action::RevertPreset => self.revert(ctx),
            Action::DeletePreset => self.ask_whether_to_delete(),
            Action::DeletePresetConfirmed => self.with_selected(|app, key| app.delete(ctx, key)),
            Action::MovePreset(key, group, before) => self.move_preset(ctx, key, &group, before),
            Action::MovePresetUp => self.with_selected(|app, key| app.step_preset(ctx, key, true)),
            Action::MovePresetDown => self.with_selected(|app, key| app.step_preset(ctx, key, false)),
            Action::ShowConflict => self.with_selected(Self::show_conflict),
            Action::Undo => self.undo(ctx),
            Action::Redo => self.redo(ctx),
            Action::UndoDeletion(step) => self.undo_deletion(ctx, step),
            Action::LaunchPreset(key) => self.launch(ctx, key, Purpose::Launch),
            Action::LaunchSelected => self.with_selected(|app, key| app.launch(ctx, key, Purpose::Launch)),
            Action::LaunchGroup(group) => self.launch_group(ctx, &group),
            Action::StopGroup(group) => self.stop_group(&group),
            Action::SetGroupLaunch(group, launch) => self.set_group_launch(ctx, group, launch),
            Action::SelectJob(job) => {
                self.selected_job = Some(job);
                self.shell.wall.bring_to_front(job);
            }
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
            Action::LookForInterpreters => self.look_again(ctx),
            Action::BrowseInterpreter => self.pick(ctx, Question::Interpreter, window),
            Action::BrowseScript => self.pick(ctx, Question::Script, window),
            Action::BrowseFolder => self.pick(ctx, Question::Folder, window),
            Action::BrowseWatched(index, is_folder) => self.pick(ctx, Question::Watched(index, is_folder), window),
            Action::BrowseValue(row, place) => self.pick_value(ctx, (row, place), window),
            Action::ReadArguments => self.with_selected(Self::read_arguments),
            Action::TakeArguments => self.with_selected(|app, key| app.take_arguments(ctx, key)),
            Action::AskArguments => self.ask_whether_to_run(Asking::Parser),
            Action::AskForHelp => self.ask_whether_to_run(Asking::Help),
            Action::AskConfirmed(how) => self.ask_program(ctx, how),
            Action::CancelAsking => self.cancel_asking(),
            Action::ChooseCommand(row, name) => self.choose_command(row, &name),
            Action::DroppedFiles(paths) => self.take_dropped(ctx, paths),
            Action::Arrange(arrangement) => self.shell.wall.arrange(arrangement),
            Action::ShowConsole(job) => self.show_console(ctx, job),
            Action::ChooseTogether(view) => self.choose_together(view),
            Action::ShowTogether(view, jobs) => self.show_together(ctx, view, &jobs),
            Action::ShowGroupTogether(group) => self.show_group_together(ctx, &group),
            Action::OpenWindow(job) => self.open_window(ctx, job, window),
            Action::CloseWindow(job) => self.close_window(ctx, job),
            Action::HideConsole(job) => {
                self.open_consoles.retain(|open| *open != job);
                self.together.close(job);
            }
            Action::ClearConsole(job) => {
                if let Some(console) = self.engine.console(job) {
                    console.clear();
                } else if let Some(merged) = self.together.merged(job) {
                    merged.clear();
                }
            }
            Action::SendLine(job, line) => self.engine.write_line(job, &line),
            Action::PauseSchedules(is_paused) => self.settings.wanted.schedules_paused = is_paused,
            Action::AskForSecret(name) => self.ask_for_secret(name),
            Action::StoreSecret(name, value) => self.ask_vault(ctx, name, VaultWish::Store(value.into_secret())),
            Action::RemoveSecret(name) => self.ask_vault(ctx, name, VaultWish::Remove),
            Action::EndInput(job) => self.engine.close_input(job),
            Action::OpenLog(path) | Action::OpenLogFolder(path) | Action::OpenFolder(path) => {
                self.ask(ctx, Task::Open(path));
            }
            Action::OpenPath(path) => self.ask(ctx, Task::OpenPath(path)),
            Action::OpenAddress(address) => self.ask(ctx, Task::OpenAddress(address)),
            Action::ShowInFolder(path) => self.ask(ctx, Task::ShowInFolder(path)),
            Action::Console(wish) => {
                if !self.shell.wall.wish(self.selected_job, wish) {
                    let what = "No console is meant: point at one, or click into it.";
                    self.shell.toasts.add(ctx, Severity::Info, what);
                }
            }
            Action::CopyLines(job, excerpt) => self.copy_lines(ctx, job, *excerpt),
            Action::SaveLines(job, excerpt) => self.save_lines(ctx, (job, *excerpt), window),
            Action::RememberLook(job, look) => self.remember_look(job, look),
            Action::Find => {
                self.shell.presets.focus_search |= !self.shell.wall.find(self.selected_job);
            }
            Action::FindNext => self.shell.wall.step(self.selected_job, true),
            Action::FindPrevious => self.shell.wall.step(self.selected_job, false),
            Action::Search(job, query) => self.search(job, query),
            Action::FocusSearch => self.shell.presets.focus_search = true,
            Action::TogglePalette => self.shell.palette.is_open = !self.shell.palette.is_open,
            Action::SetTheme(ThemeChoice::System) => self.set_theme(ctx, Theme::System),
            Action::SetTheme(ThemeChoice::Dark) => self.set_theme(ctx, Theme::Dark),
            Action::SetTheme(ThemeChoice::Light) => self.set_theme(ctx, Theme::Light),
            Action::ConsoleText(step) => self.change_console_text(ctx, step),
            // In a console these keys are about its text.
            Action::ZoomIn if self.shell.wall.has_keys() => self.change_console_text(ctx, TextStep::Larger),
            Action::ZoomOut if self.shell.wall.has_keys() => self.change_console_text(ctx, TextStep::Smaller),
            Action::ZoomReset if self.shell.wall.has_keys() => self.change_console_text(ctx, TextStep::Usual),
            Action::ZoomIn => zoom(ctx, ctx.zoom_factor() + ZOOM_STEP),
            Action::ZoomOut => zoom(ctx, ctx.zoom_factor() - ZOOM_STEP),
            Action::ZoomReset => zoom(ctx, 1.0),
            Action::CopyForTouch => self.make_touch_code(ctx, Use::Show),
            Action::CopyTouchCode(kind) => self.make_touch_code(ctx, Use::Copy(kind)),
            Action::OpenMonitor => self.open_monitor(),
            Action::WatchPort(listen) => self.watch_port(listen),
            Action::CloseMonitor => self.close_monitor(),
            Action::MonitorListen(listen) => self.watch.listen(listen),
            Action::MonitorStop => self.watch.stop(),
            Action::MonitorPause(is_paused) => self.watch.pause(is_paused),
            Action::MonitorClear => self.watch.clear(),
            Action::MonitorFilter(wanted) => self.watch.set_filter(wanted),
            Action::OpenPresetsFolder => self.ask(ctx, Task::Open(self.library.dir.clone())),
            Action::ChangeShow(show) => self.change_show(ctx, *show),
            Action::OpenShowSettings => {
                self.shell.settings.page = Page::Show;
                self.shell.settings.is_open = true;
            }
            Action::SendTestLine(target, datagram) => self.send_test_line(ctx, &target, datagram),
            Action::ToggleSettings => self.shell.settings.is_open = !self.shell.settings.is_open,
            Action::ReopenOrderPort => self.reopen_order_port(),
            Action::ChangeSettings(settings) => self.change_settings(ctx, *settings),
            Action::ShowMissing => self.shell.shows_missing = true,
            Action::BrowseMissing(need, is_folder) => self.browse_missing(ctx, need, is_folder, window),
            Action::FixMissing(need, path) => self.fix_missing(ctx, &need, &path),
            Action::SearchNearby(need) => self.search_nearby(ctx, need),
            Action::CancelSearch => self.cancel_search(),
            Action::OpenMachineSettings => self.open_machine_settings(),
            Action::SetName(kind, name, path) => self.set_name(ctx, kind, name, path),
            Action::BrowseName(kind, name, is_folder) => self.browse_name(ctx, (kind, name), is_folder, window),
            Action::MakeRoot(folder, name) => self.make_root(ctx, folder, name),
            Action::ExportPreset => self.plan_export(ctx),
            Action::ExportTo(export) => self.export_to(ctx, *export, window),
            Action::ImportPreset => self.pick_archive(ctx, window),
            Action::ImportFrom(path) => self.import_from(ctx, path),
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
        self.history.note_created(key);
        self.selected = Some(key);
        self.shell.editor.tab = Tab::Command;
        self.shell.editor.focus_name = true;
        self.shell.presets.search.clear();
    }

    fn duplicate(&mut self) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let mut copy = Preset::clone(&item.draft.edited);
        copy.name = self.library.free_name(&format!("{} copy", copy.name));
        self.open_new(copy);
    }

    /// Saves what was edited; a preset as its file says is left alone, and so are its comments.
    pub(super) fn save(&mut self, ctx: &Context, key: PresetKey) {
        let Some(item) = self.library.get(key) else { return };
        if item.has_edits() {
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
        let Draft { path, saved, edited, .. } = item.draft.clone();
        item.save = Save::UnderWay(edited.clone());
        let old_name = saved.map(|saved| saved.name.clone()).filter(|name| *name != edited.name);
        let task = Task::Save { key, path, dir, preset: edited, old_name, expect };
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
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let mut preset = Preset::clone(&item.draft.edited);
        preset.name = name;
        let (old, saved) = (item.draft.key, item.draft.saved.clone());
        let key = if let Some(saved) = saved {
            self.edit(old, |edited| edited.clone_from(&saved));
            let key = self.library.add(preset);
            self.history.note_created(key);
            key
        } else {
            self.edit(old, |edited| *edited = preset);
            old
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
        let running = self.engine.jobs().iter().filter(|view| view.is_live() && *view.tag == *tag).count();
        self.shell.dialog = Some(Dialog::DeletePreset {
            name: item.draft.edited.name.clone(),
            file: item.draft.path.as_ref().map(|path| path.display().to_string()),
            running: u32::try_from(running).unwrap_or(u32::MAX),
        });
    }

    pub(super) fn delete(&mut self, ctx: &Context, key: PresetKey) {
        let Some(item) = self.library.get(key) else { return };
        match item.draft.path.clone() {
            Some(path) => self.ask(ctx, Task::Remove { key, path }),
            None => self.note_deleted(ctx, key, None),
        }
    }

    fn pick(&mut self, ctx: &Context, question: Question, window: Option<&eframe::Frame>) {
        if let Some(key) = self.selected {
            let shown = self.worker.pick(key, question, &self.library.dir_of(key), window);
            self.complain(ctx, shown);
        }
    }

    fn pick_value(&mut self, ctx: &Context, (row, place): (usize, usize), window: Option<&eframe::Frame>) {
        let item = self.selected.and_then(|key| self.library.get(key));
        let kind = item.and_then(|item| item.draft.edited.arguments.get(row)).map(Argument::kind);
        let is_folder = kind == Some(ValueKind::Folder);
        let question = if is_folder { Question::FolderValue(row, place) } else { Question::Value(row, place) };
        self.pick(ctx, question, window);
    }

    /// A dropped script fills the open preset if that has none yet; otherwise it gets a preset of its own.
    fn take_dropped(&mut self, ctx: &Context, paths: Vec<PathBuf>) {
        for path in paths {
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("ron")) {
                self.take_dropped_preset(ctx, &path);
                continue;
            }
            if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("zip")) {
                self.ask(ctx, Task::LookInside(path));
                continue;
            }
            let (dir, names) = (self.library.dir.clone(), std::sync::Arc::clone(&self.library.names));
            let from = (dir.as_path(), &*names);
            let open = self.selected.and_then(|key| self.library.get(key));
            let is_waiting = open.filter(|item| item.draft.edited.script.is_empty());
            if let Some(key) = is_waiting.map(|item| item.draft.key) {
                let name = self.library.free_name(&name_for(&path));
                self.edit(key, |preset| {
                    set_script(preset, from, &path, name);
                });
                self.read_arguments(key);
            } else {
                let mut preset = preset_for(&path, from);
                preset.name = self.library.free_name(&preset.name);
                self.open_new(preset);
                self.with_selected(Self::read_arguments);
            }
            if let Some(key) = self.selected {
                self.guess_interpreter(ctx, key);
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
}

fn zoom(ctx: &Context, factor: f32) {
    ctx.set_zoom_factor(factor.clamp(*ZOOM_RANGE.start(), *ZOOM_RANGE.end()));
}
