//! What the panel remembers from one start to the next: window, theme, zoom, sizes, what was open.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{Context, ThemePreference, ViewportInfo};

use super::App;
use crate::store::settings::{self, Settings, Theme, Window};
use crate::ui::action::TextStep;
use crate::ui::theme;
use crate::ui::worker::Task;

/// How long things must have stayed as they are before they are written.
const SETTLE: Duration = Duration::from_secs(1);

/// One step of the size of consoles' text, in points.
const TEXT_STEP: f32 = 1.0;

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
    /// The folder that they lie in.
    pub(super) fn dir(&self) -> Option<&Path> {
        self.dir.as_deref()
    }

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
        self.shell.wall.plan = settings.console_plan.clone();
        self.shell.presets.collapsed_groups = settings.collapsed_groups.iter().cloned().collect();
        theme::set_console_text(ctx, settings.consoles.text_size);
        ctx.set_zoom_factor(settings.zoom);
        ctx.set_theme(preference(settings.theme));
    }

    pub(super) fn set_theme(&mut self, ctx: &Context, theme: Theme) {
        self.settings.wanted.theme = theme;
        ctx.set_theme(preference(theme));
    }

    /// What a person changed among the settings holds from now on, and is written once it has settled.
    pub(super) fn change_settings(&mut self, ctx: &Context, settings: Settings) {
        let before = &self.settings.wanted;
        let is_of_another_theme = settings.theme != before.theme;
        // Numbers and addresses are being typed; they hold once they have settled.
        let is_switched = (settings.orders.on, settings.orders.open) != (before.orders.on, before.orders.open);
        self.settings.wanted = settings;
        if is_switched {
            self.apply_order_settings();
        }
        theme::set_console_text(ctx, self.settings.wanted.consoles.clamped().text_size);
        if is_of_another_theme {
            self.set_theme(ctx, self.settings.wanted.theme);
        }
    }

    /// One step, for all consoles.
    pub(super) fn change_console_text(&mut self, ctx: &Context, step: TextStep) {
        let consoles = &mut self.settings.wanted.consoles;
        consoles.text_size = match step {
            TextStep::Larger => consoles.text_size + TEXT_STEP,
            TextStep::Smaller => consoles.text_size - TEXT_STEP,
            TextStep::Usual => theme::MONO_SIZE,
        };
        *consoles = consoles.clamped();
        theme::set_console_text(ctx, consoles.text_size);
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
        wanted.console_plan.clone_from(&self.shell.wall.plan);
        self.windows.note(&mut wanted.console_windows);
        wanted.together = self.together.remembered();
        if let Some(name) = selected.and_then(|path| path.file_name()) {
            wanted.selected = Some(name.to_string_lossy().into_owned());
        }
        note_window(ctx, wanted);
        // Not while somebody types: lines that are let go don't come back.
        if !self.shell.settings.is_open {
            self.engine.set_console_bytes(wanted.consoles.clamped().memory_bytes());
        }
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
        self.apply_order_settings();
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

/// Notes the window's place and size.
fn note_window(ctx: &Context, settings: &mut Settings) {
    let zoom = ctx.zoom_factor();
    ctx.input(|input| {
        if let Some(window) = window_of(input.viewport(), zoom, settings.window) {
            settings.window = Some(window);
        }
    });
}

/// The window as the next start should open it: in points as they are without zoom, for that is how it is opened. Of a
/// window that is maximised the size that it goes back to stays.
pub(super) fn window_of(viewport: &ViewportInfo, zoom: f32, before: Option<Window>) -> Option<Window> {
    if viewport.minimized == Some(true) || viewport.fullscreen == Some(true) {
        return None;
    }
    let inner = viewport.inner_rect?;
    let mut window = before.unwrap_or_default();
    window.maximized = viewport.maximized == Some(true);
    if window.maximized {
        return Some(window);
    }
    (window.width, window.height) = ((inner.width() * zoom).round(), (inner.height() * zoom).round());
    if let Some(outer) = viewport.outer_rect {
        (window.x, window.y) = ((outer.left() * zoom).round(), (outer.top() * zoom).round());
    }
    Some(window)
}

#[cfg(test)]
mod tests {
    use eframe::egui::{Rect, pos2, vec2};

    use super::*;

    fn seen(width: f32, height: f32) -> ViewportInfo {
        let rect = Rect::from_min_size(pos2(100.0, 50.0), vec2(width, height));
        ViewportInfo { inner_rect: Some(rect), outer_rect: Some(rect), ..ViewportInfo::default() }
    }

    #[test]
    fn a_zoomed_window_comes_back_as_large_as_it_was() {
        let window = window_of(&seen(1010.0, 636.0), 1.1, None).unwrap();
        assert_eq!(window, Window { x: 110.0, y: 55.0, width: 1111.0, height: 700.0, maximized: false });
    }

    #[test]
    fn a_maximised_window_keeps_the_size_that_it_goes_back_to() {
        let before = window_of(&seen(800.0, 600.0), 1.0, None);
        let maximised = ViewportInfo { maximized: Some(true), ..seen(1920.0, 1080.0) };
        let after = window_of(&maximised, 1.0, before).unwrap();
        assert_eq!(Some(after), before.map(|window| Window { maximized: true, ..window }));
        let minimised = ViewportInfo { minimized: Some(true), ..seen(0.0, 0.0) };
        assert_eq!(window_of(&minimised, 1.0, before), None);
    }
}
