//! Exporting the open preset and importing others, each as one archive.

use std::path::PathBuf;

use eframe::egui::Context;

use super::App;
use crate::store::archive::{Export, Imported};
use crate::ui::widgets::Severity;
use crate::ui::worker::Task;

impl App {
    /// Finds out what would go along, to be looked at. The preset goes as it is now, saved or not.
    pub(super) fn plan_export(&mut self, ctx: &Context) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let preset = item.draft.edited.clone();
        let (path, dir) = (item.draft.path.clone(), self.library.dir.clone());
        self.ask(ctx, Task::PlanExport { preset, path, dir, names: self.library.names.clone() });
    }

    pub(super) fn export_to(&mut self, ctx: &Context, export: Export, window: Option<&eframe::Frame>) {
        let shown = self.worker.export(export, window);
        self.complain(ctx, shown);
    }

    pub(super) fn pick_archive(&mut self, ctx: &Context, window: Option<&eframe::Frame>) {
        let shown = self.worker.pick_archive(window);
        self.complain(ctx, shown);
    }

    pub(super) fn import_from(&mut self, ctx: &Context, path: PathBuf) {
        let dir = self.library.dir.clone();
        self.ask(ctx, Task::Import { path, dir });
    }

    pub(super) fn hear_imported(&mut self, ctx: &Context, result: Result<Imported, String>) {
        match result {
            Ok(imported) => {
                let mut what = format!("Imported “{}”.", imported.name);
                for note in &imported.notes {
                    what.push(' ');
                    what.push_str(note);
                }
                let severity = if imported.notes.is_empty() { Severity::Info } else { Severity::Warning };
                self.shell.toasts.add(ctx, severity, what);
                self.select_after_load = Some(imported.path);
                self.load(ctx);
            }
            Err(why) => self.shell.toasts.add(ctx, Severity::Error, why),
        }
    }

    /// What was imported is opened as soon as it is read.
    pub(super) fn select_imported(&mut self) {
        let Some(path) = &self.select_after_load else { return };
        let item = self.library.items.iter().find(|item| item.draft.path.as_ref() == Some(path));
        if let Some(item) = item {
            self.selected = Some(item.draft.key);
            self.select_after_load = None;
        }
    }
}
