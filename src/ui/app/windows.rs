//! Consoles in windows of their own. Each window draws by itself when something of it changed, the main window's frame
//! with it or not; what it shows and what a person did in it stands between the two.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eframe::egui::{
    CentralPanel, Context, Frame, Rect, Ui, Vec2, ViewportBuilder, ViewportId, ViewportInfo, pos2, vec2,
};

use super::App;
use super::open_console::OpenConsole;
use super::search::Searches;
use super::store_layout::window_of;
use crate::engine::{JobId, Searcher};
use crate::store::settings::{ConsoleWindow, Window};
use crate::ui::action::{Action, TextStep, take_pressed};
use crate::ui::console::{Company, ConsoleState, console_ui};
use crate::ui::theme::colors;
use crate::ui::toasts::Toasts;
use crate::ui::window::is_in_reach;

/// The smallest window in which a console's buttons can be reached, in points.
const MIN_SIZE: Vec2 = Vec2::new(360.0, 180.0);
const DEFAULT_SIZE: Vec2 = Vec2::new(820.0, 520.0);
/// Windows of more consoles than this are not remembered.
const MOST_REMEMBERED: usize = 64;

/// All windows beside the main one.
#[derive(Default)]
pub(super) struct Windows {
    open: HashMap<JobId, OwnWindow>,
}

struct OwnWindow {
    id: ViewportId,
    /// By what the console's place is remembered.
    place: String,
    /// As it opens; the window is a person's from then on.
    builder: ViewportBuilder,
    shared: Arc<Mutex<Shared>>,
}

/// What stands between the window and the app.
struct Shared {
    console: OpenConsole,
    state: ConsoleState,
    searcher: Arc<Searcher>,
    toasts: Toasts,
    /// What was wanted since the app looked.
    actions: Vec<Action>,
    is_closed: bool,
    window: Option<Window>,
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The window of a console.
pub(super) fn viewport_of(job: JobId) -> ViewportId {
    ViewportId::from_hash_of(("console window", job))
}

impl Windows {
    pub(super) fn has(&self, job: JobId) -> bool {
        self.open.contains_key(&job)
    }

    /// Whether the console has a window that isn't minimised or covered, as far as the system tells.
    pub(super) fn is_in_sight(&self, ctx: &Context, job: JobId) -> bool {
        let is_shown = |window: &ViewportInfo| window.visible() != Some(false);
        self.has(job) && ctx.input(|input| input.raw.viewports.get(&viewport_of(job)).is_none_or(is_shown))
    }

    /// Whether the console's window, if it has one that is in sight, shows its newest lines.
    pub(super) fn shows_newest(&self, ctx: &Context, job: JobId) -> bool {
        let window = self.open.get(&job).filter(|_| self.is_in_sight(ctx, job));
        window.is_some_and(|window| lock(&window.shared).state.shows_newest())
    }

    /// Shows how the console is now, in its window; one that changed is drawn.
    pub(super) fn update(&mut self, ctx: &Context, console: OpenConsole) {
        let Some(window) = self.open.get(&console.job) else { return };
        let mut shared = lock(&window.shared);
        if !shared.console.looks_like(&console) {
            ctx.request_repaint_of(window.id);
        }
        shared.console = console;
    }

    /// Opens a window for a console.
    fn open(
        &mut self,
        (console, state): (OpenConsole, ConsoleState),
        place: &Place<'_>,
        (searches, toasts): (&Searches, &Toasts),
    ) {
        let job = console.job;
        let builder = place.builder(&console.title);
        let shared = Shared {
            console,
            state,
            searcher: searches.searcher(),
            toasts: toasts.clone(),
            actions: Vec::new(),
            is_closed: false,
            window: place.window,
        };
        let shared = Arc::new(Mutex::new(shared));
        self.open.insert(job, OwnWindow { id: viewport_of(job), place: place.name.to_owned(), builder, shared });
    }

    /// Closes a console's window; answers with what the console remembers.
    pub(super) fn close(&mut self, job: JobId) -> Option<ConsoleState> {
        let window = self.open.remove(&job)?;
        let mut shared = lock(&window.shared);
        Some(std::mem::take(&mut shared.state))
    }

    /// Keeps the windows of these consoles only.
    pub(super) fn keep_only(&mut self, open: &[JobId]) {
        self.open.retain(|job, _| open.contains(job));
    }

    /// Has every window stay for another frame, and takes what was wanted in it.
    pub(super) fn show(&self, ctx: &Context, actions: &mut Vec<Action>) {
        for (job, window) in &self.open {
            let mut shared = lock(&window.shared);
            actions.append(&mut shared.actions);
            if shared.is_closed {
                actions.push(Action::CloseWindow(*job));
                continue;
            }
            let title = shared.console.title.clone();
            drop(shared);
            let shared = Arc::clone(&window.shared);
            let builder = window.builder.clone().with_title(format!("{title} – Sidestage"));
            ctx.show_viewport_deferred(window.id, builder, move |ui, _class| window_ui(ui, &shared));
        }
    }

    /// Notes where each window stands, beside those of consoles that aren't open now.
    pub(super) fn note(&self, remembered: &mut Vec<ConsoleWindow>) {
        for window in self.open.values() {
            let Some(place) = lock(&window.shared).window else { continue };
            let now = ConsoleWindow { place: window.place.clone(), window: place, is_open: true };
            match remembered.iter_mut().find(|known| known.place == window.place) {
                Some(known) => *known = now,
                None => remembered.push(now),
            }
        }
        let excess = remembered.len().saturating_sub(MOST_REMEMBERED);
        remembered.drain(..excess);
    }
}

/// Where a console's window opens.
pub(super) struct Place<'a> {
    pub name: &'a str,
    /// Where it stood last.
    pub window: Option<Window>,
    pub zoom: f32,
    /// In pixels; none where the system doesn't tell.
    pub monitors: &'a [Rect],
    pub pixels_per_point: f32,
}

impl Place<'_> {
    fn builder(&self, title: &str) -> ViewportBuilder {
        let builder = ViewportBuilder::default()
            .with_title(title)
            .with_app_id("sidestage")
            .with_min_inner_size(MIN_SIZE)
            .with_icon(crate::ui::window::icon());
        let Some(window) = self.window else { return builder.with_inner_size(DEFAULT_SIZE) };
        let size = vec2(window.width, window.height) / self.zoom;
        let builder = builder.with_inner_size(size).with_maximized(window.maximized);
        let pixels = self.pixels_per_point / self.zoom;
        let title_bar = Rect::from_min_size(pos2(window.x, window.y) * pixels, vec2(window.width * pixels, 24.0));
        if is_in_reach(title_bar, self.monitors) {
            builder.with_position(pos2(window.x, window.y) / self.zoom)
        } else {
            builder
        }
    }
}

/// The whole window.
fn window_ui(ui: &mut Ui, shared: &Mutex<Shared>) {
    let mut shared = lock(shared);
    let shared = &mut *shared;
    let ctx = ui.ctx().clone();
    let (zoom, before) = (ctx.zoom_factor(), shared.window);
    let is_own = ctx.viewport_id() != ViewportId::ROOT;
    if is_own {
        shared.is_closed |= ctx.input(|input| input.viewport().close_requested());
        shared.window = ctx.input(|input| window_of(input.viewport(), zoom, before)).or(before);
        keys(&ctx, shared);
    }
    shared.console.look(&shared.searcher);
    let mut draw = |ui: &mut Ui| console_ui(ui, &shared.console.view(), &mut shared.state, &mut shared.actions);
    if is_own {
        CentralPanel::default().frame(Frame::new().fill(colors(ui).ground)).show(ui, draw);
        // What somebody does here is answered here.
        if ctx.input(|input| input.viewport().focused == Some(true)) {
            shared.toasts.ui(&ctx, &mut shared.actions);
        } else {
            shared.toasts.leave(&ctx);
        }
    } else {
        // Where the system has no more windows it lies in the main one.
        ui.set_min_size(MIN_SIZE);
        draw(ui);
    }
    if shared.is_closed || !shared.actions.is_empty() || shared.window != before {
        ctx.request_repaint_of(ViewportId::ROOT);
    }
}

/// Keys that mean this console, or everything.
fn keys(ctx: &Context, shared: &mut Shared) {
    let mut pressed = Vec::new();
    take_pressed(ctx, |action| !matches!(action, Action::Undo | Action::Redo), &mut pressed);
    for action in pressed {
        match action {
            Action::Find => shared.state.search.open(),
            Action::FindNext => shared.state.search.step(true),
            Action::FindPrevious => shared.state.search.step(false),
            Action::Console(wish) => shared.state.wishes.push(wish),
            Action::StopSelectedJob => shared.actions.push(Action::StopJob(shared.console.job)),
            Action::StopAll => shared.actions.push(action),
            // There is nothing but a console here.
            Action::ZoomIn => shared.actions.push(Action::ConsoleText(TextStep::Larger)),
            Action::ZoomOut => shared.actions.push(Action::ConsoleText(TextStep::Smaller)),
            Action::ZoomReset => shared.actions.push(Action::ConsoleText(TextStep::Usual)),
            // The others are the main window's.
            _ => {}
        }
    }
}

impl App {
    /// Gives a console a window of its own, where it stood last.
    pub(super) fn open_window(&mut self, ctx: &Context, job: JobId, frame: Option<&eframe::Frame>) {
        if self.windows.has(job) {
            return;
        }
        let Some(console) = self.frames.take_console(job) else { return };
        let mut state = self.shell.wall.take(job);
        state.is_alone = false;
        state.company = Company::Window;
        let name = self.shell.wall.places.get(&job).cloned().unwrap_or_default();
        let remembered = self.settings.wanted.console_windows.iter().find(|known| known.place == name);
        let monitors = frame.map(monitors_of).unwrap_or_default();
        let place = Place {
            name: &name,
            window: remembered.map(|known| known.window),
            zoom: ctx.zoom_factor(),
            monitors: &monitors,
            pixels_per_point: ctx.pixels_per_point(),
        };
        self.windows.open((console, state), &place, (&self.searches, &self.shell.toasts));
        ctx.request_repaint();
    }

    /// Puts a console back to the others.
    pub(super) fn close_window(&mut self, ctx: &Context, job: JobId) {
        self.windows.note(&mut self.settings.wanted.console_windows);
        if let Some(state) = self.windows.close(job) {
            self.shell.wall.put_back(job, state);
        }
        self.forget_that_window_is_open(job);
        ctx.request_repaint();
    }

    /// The console's window doesn't open by itself any more.
    pub(super) fn forget_that_window_is_open(&mut self, job: JobId) {
        let Some(name) = self.shell.wall.places.get(&job) else { return };
        for known in &mut self.settings.wanted.console_windows {
            known.is_open &= known.place != *name;
        }
    }

    /// Opens windows again for consoles that had one when they were open last.
    pub(super) fn open_remembered_windows(&mut self, ctx: &Context, frame: Option<&eframe::Frame>) {
        for job in self.frames.opened().to_vec() {
            let name = self.shell.wall.places.get(&job);
            let is_meant = |known: &ConsoleWindow| known.is_open && Some(&known.place) == name;
            if self.settings.wanted.console_windows.iter().any(is_meant) {
                self.open_window(ctx, job, frame);
            }
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "pixels of a desktop are few enough for f32")]
fn monitors_of(frame: &eframe::Frame) -> Vec<Rect> {
    let Some(window) = frame.winit_window() else { return Vec::new() };
    let monitors = window.available_monitors().map(|monitor| {
        let (at, size) = (monitor.position(), monitor.size());
        Rect::from_min_size(pos2(at.x as f32, at.y as f32), vec2(size.width as f32, size.height as f32))
    });
    monitors.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(window: Option<Window>, monitors: &[Rect]) -> Place<'_> {
        Place { name: "noisy", window, zoom: 2.0, monitors, pixels_per_point: 2.0 }
    }

    #[test]
    fn a_window_comes_back_to_where_it_was_unless_nobody_could_reach_it() {
        let window = Window { x: 100.0, y: 50.0, width: 800.0, height: 600.0, maximized: false };
        let monitor = [Rect::from_min_size(pos2(0.0, 0.0), vec2(1920.0, 1080.0))];
        let builder = place(Some(window), &monitor).builder("Noisy");
        assert_eq!(builder.inner_size, Some(vec2(400.0, 300.0)), "in points, which the zoom makes larger");
        assert_eq!(builder.position, Some(pos2(50.0, 25.0)));
        let far = Window { x: 5000.0, ..window };
        assert_eq!(place(Some(far), &monitor).builder("Noisy").position, None);
        assert_eq!(place(None, &monitor).builder("Noisy").inner_size, Some(DEFAULT_SIZE));
    }

    #[test]
    fn only_so_many_windows_are_remembered() {
        let known = |number: usize| ConsoleWindow { place: number.to_string(), ..ConsoleWindow::default() };
        let mut remembered: Vec<_> = (0..100).map(known).collect();
        Windows::default().note(&mut remembered);
        assert_eq!((remembered.len(), remembered[0].place.as_str()), (MOST_REMEMBERED, "36"));
    }
}
