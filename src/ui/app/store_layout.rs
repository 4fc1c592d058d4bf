//! What the panel remembers from one start to the next: window, theme, zoom, sizes, what was open.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::{Context, ThemePreference};

use super::App;
use crate::store::settings::{self, Settings, Theme, Window};
use crate::ui::worker::Task;

/// How long things must have stayed as they are before they are written.
const SETTLE: Duration = Duration::from_secs(1);

/// Settings as they should be, and as they lie on the disk.
#[derive(Debug)]
pub(super) struct Keeper {
    /// Where they lie; nowhere where this user has no such folder.
    dir: Option<PathBuf>,
    pub wanted: Settings,
    stored: Settings,
    changed_at: Option<Instant>,
}

impl Keeper {
    pub(super) fn new(dir: Option<PathBuf>, settings: Settings) -> Self {
        Self { dir, wanted: settings.clone(), stored: settings, changed_at: None }
    }
}

impl App {
    pub(super) fn restore_layout(&mut self, ctx: &Context) {
        let settings = &self.settings.wanted;
        self.shell.layout.side_width = settings.side_width;
        self.shell.layout.editor_height = settings.editor_height;
        self.shell.layout.jobs_width = settings.jobs_width;
        self.shell.presets.collapsed_groups = settings.collapsed_groups.iter().cloned().collect();
        ctx.set_zoom_factor(settings.zoom);
        ctx.set_theme(preference(settings.theme));
    }

    pub(super) fn set_theme(&mut self, ctx: &Context, theme: Theme) {
        self.settings.wanted.theme = theme;
        ctx.set_theme(preference(theme));
    }

    /// Notes how things are, and has them written once they have settled.
    pub(super) fn keep_layout(&mut self, ctx: &Context) {
        let selected = self.selected.and_then(|key| self.library.get(key)).and_then(|item| item.draft.path.as_ref());
        let wanted = &mut self.settings.wanted;
        wanted.side_width = self.shell.layout.side_width;
        wanted.editor_height = self.shell.layout.editor_height;
        wanted.jobs_width = self.shell.layout.jobs_width;
        wanted.zoom = ctx.zoom_factor();
        wanted.collapsed_groups = self.shell.presets.collapsed_groups.iter().cloned().collect();
        if let Some(name) = selected.and_then(|path| path.file_name()) {
            wanted.selected = Some(name.to_string_lossy().into_owned());
        }
        note_window(ctx, wanted);
        if *wanted == self.settings.stored {
            self.settings.changed_at = None;
            return;
        }
        let changed_at = *self.settings.changed_at.get_or_insert_with(Instant::now);
        if changed_at.elapsed() < SETTLE {
            ctx.request_repaint_after(SETTLE.saturating_sub(changed_at.elapsed()));
            return;
        }
        self.settings.changed_at = None;
        self.settings.stored = self.settings.wanted.clone();
        if let Some(dir) = self.settings.dir.clone() {
            let task = Task::SaveSettings(dir, Box::new(self.settings.wanted.clone()));
            self.ask(ctx, task);
        }
    }

    /// The last word, when there is no more frame to come.
    pub(super) fn save_layout_now(&mut self) {
        if self.settings.wanted != self.settings.stored
            && let Some(dir) = &self.settings.dir
            && let Err(why) = settings::save_to(dir, &self.settings.wanted)
        {
            tracing::warn!("{why}");
        }
    }
}

fn preference(theme: Theme) -> ThemePreference {
    match theme {
        Theme::System => ThemePreference::System,
        Theme::Dark => ThemePreference::Dark,
        Theme::Light => ThemePreference::Light,
    }
}

/// The window's place and size; of one that is maximised the size it goes back to stays.
fn note_window(ctx: &Context, settings: &mut Settings) {
    ctx.input(|input| {
        let viewport = input.viewport();
        if viewport.minimized == Some(true) || viewport.fullscreen == Some(true) {
            return;
        }
        let Some(inner) = viewport.inner_rect else { return };
        let maximized = viewport.maximized == Some(true);
        let window = settings.window.get_or_insert_with(Window::default);
        window.maximized = maximized;
        if maximized {
            return;
        }
        (window.width, window.height) = (inner.width().round(), inner.height().round());
        if let Some(outer) = viewport.outer_rect {
            (window.x, window.y) = (outer.left().round(), outer.top().round());
        }
    });
}
