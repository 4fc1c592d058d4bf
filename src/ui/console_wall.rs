//! The open consoles: how they lie by themselves, what keys mean among them, and which of them are in sight. How tiles
//! are drawn and dragged is `console_tiles`' business, what a console shows `console`'s.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use eframe::egui::{ScrollArea, Ui, Vec2, vec2};

use super::action::{Action, Arrangement, JobId};
use super::console::{Company, ConsoleState, ConsoleView, Reach};
use super::console_tiles::{ConsoleTiles, Edit, Hand, console_pane_ui};
use super::console_wish::Wish;
use super::icons;
use super::theme::colors;
use super::wall_heading::wall_heading_ui;
use super::widgets::empty_state;
use crate::model::ConsolePlan;

/// Below this a console's lines are cut, in points.
const MIN_WIDTH: f32 = 330.0;
/// As narrow as a person makes it who wants many side by side, in points.
const NARROWEST: f32 = 220.0;
/// Below this it shows too few of them, in points.
const MIN_HEIGHT: f32 = 112.0;

/// What the wall remembers: where each console stands, and how they lie.
#[derive(Default)]
pub struct WallState {
    consoles: HashMap<JobId, ConsoleState>,
    /// A console that was just opened, until it has been scrolled to.
    show: Option<JobId>,
    /// By what each console's place is remembered; one that isn't named here has its place until it is closed.
    pub places: HashMap<JobId, String>,
    pub plan: ConsolePlan,
    tiles: ConsoleTiles,
    /// What the tiles were laid out for.
    laid_out: Option<LaidOut>,
    /// Consoles with output that nobody has seen.
    pub unseen: HashSet<JobId>,
    in_sight: HashSet<JobId>,
    /// How many consoles have windows of their own.
    pub elsewhere: usize,
}

#[derive(Clone, Debug, PartialEq)]
struct LaidOut {
    arrangement: Arrangement,
    taken: Vec<String>,
    columns: usize,
}

impl WallState {
    /// Whether the last frame drew this console, so that it is worth waking the window for what comes.
    #[must_use]
    pub fn is_in_sight(&self, job: JobId) -> bool {
        self.in_sight.contains(&job)
    }

    /// Whether the last frame drew the newest lines of this console.
    #[must_use]
    pub fn shows_newest(&self, job: JobId) -> bool {
        self.is_in_sight(job) && self.consoles.get(&job).is_some_and(ConsoleState::shows_newest)
    }

    /// Whether somebody does something with this console, or stands in it elsewhere than at its end.
    #[must_use]
    pub fn is_in_use(&self, job: JobId) -> bool {
        self.consoles.get(&job).is_some_and(|console| {
            let is_searched = console.search.is_for_something() || console.selected_range().is_some();
            console.reach != Reach::Away || console.is_alone || is_searched || !console.scroll.follows
        })
    }

    /// Lays the consoles out in this way from now on.
    pub fn arrange(&mut self, arrangement: Arrangement) {
        self.plan.arrange(arrangement);
        self.laid_out = None;
        self.consoles.values_mut().for_each(|console| console.is_alone = false);
    }

    /// The console that keys mean: the one that has them, or is under the pointer, or is the selected job's.
    fn meant(&self, selected: Option<JobId>) -> Option<JobId> {
        let within =
            |reach: Reach| self.consoles.iter().find(|(_, console)| console.reach == reach).map(|(job, _)| *job);
        within(Reach::Focused)
            .or_else(|| within(Reach::Pointed))
            .or_else(|| selected.filter(|job| self.consoles.contains_key(job)))
    }

    /// Whether one of the consoles has the keys.
    #[must_use]
    pub fn has_keys(&self) -> bool {
        self.consoles.values().any(|console| console.reach == Reach::Focused)
    }

    /// Brings a console into sight where it is hidden behind others; one that is shown alone stays so.
    pub fn bring_to_front(&mut self, job: JobId) {
        if self.consoles.contains_key(&job) {
            self.show = Some(job);
        }
    }

    /// Brings a console into sight.
    pub fn show(&mut self, job: JobId) {
        for (other, console) in &mut self.consoles {
            console.is_alone &= *other == job;
        }
        self.show = Some(job);
    }

    /// Opens the search of the console that keys mean; `false` if they mean none.
    pub fn find(&mut self, selected: Option<JobId>) -> bool {
        let Some(job) = self.meant(selected) else { return false };
        if let Some(console) = self.consoles.get_mut(&job) {
            console.search.open();
        }
        self.show(job);
        true
    }

    /// Grants a wish in the console that keys mean, or in the only one; `false` if they mean none.
    pub fn wish(&mut self, selected: Option<JobId>, wish: Wish) -> bool {
        let only = || self.consoles.keys().next().copied().filter(|_| self.consoles.len() == 1);
        let Some(job) = self.meant(selected).or_else(only) else { return false };
        if let Some(console) = self.consoles.get_mut(&job) {
            console.wishes.push(wish);
        }
        true
    }

    /// Goes to the next or previous hit in the console that keys mean, or in the only one that is searched.
    pub fn step(&mut self, selected: Option<JobId>, forward: bool) {
        let searched = |console: &ConsoleState| console.search.is_open;
        let meant = self.meant(selected).filter(|job| self.consoles.get(job).is_some_and(searched));
        let mut open = self.consoles.iter().filter(|(_, console)| searched(console)).map(|(job, _)| *job);
        let only = open.next().filter(|_| open.next().is_none());
        if let Some(console) = meant.or(only).and_then(|job| self.consoles.get_mut(&job)) {
            console.search.step(forward);
        }
    }

    /// Takes what a console remembers, which goes to another window.
    pub(super) fn take(&mut self, job: JobId) -> ConsoleState {
        self.consoles.remove(&job).unwrap_or_default()
    }

    /// Takes a console back, and shows it.
    pub(super) fn put_back(&mut self, job: JobId, state: ConsoleState) {
        self.consoles.insert(job, state);
        self.show(job);
    }

    fn place_of(&self, job: JobId) -> String {
        self.places.get(&job).cloned().unwrap_or_else(|| job.to_string())
    }

    /// Makes room for consoles that were just opened, and forgets those that were closed.
    fn welcome(&mut self, views: &[ConsoleView<'_>]) {
        self.consoles.retain(|job, _| views.iter().any(|view| view.job == *job));
        // A console that was just opened must be seen, so none stays alone then.
        if views.iter().any(|view| !self.consoles.contains_key(&view.job)) {
            self.consoles.values_mut().for_each(|console| console.is_alone = false);
            for view in views {
                if let Entry::Vacant(place) = self.consoles.entry(view.job) {
                    place.insert(ConsoleState::default());
                    self.show = Some(view.job);
                }
            }
        }
        let company = if views.len() > 1 { Company::Others } else { Company::None };
        self.consoles.values_mut().for_each(|console| console.company = company);
    }

    /// Lays the tiles out where other consoles are open than before, or the room is another.
    fn settle(&mut self, taken: Vec<String>, room: Vec2) {
        let columns = Shape::of(taken.len(), room).columns;
        let wanted = LaidOut { arrangement: self.plan.arrangement, taken, columns };
        if self.laid_out.as_ref() == Some(&wanted) {
            return;
        }
        // The tab that was looked at stays the open one.
        let open: Vec<String> = self.tiles.open_places().into_iter().map(str::to_owned).collect();
        self.plan.make_room(&wanted.taken, (room.x, room.y));
        let mut tiling = self.plan.tiling(&wanted.taken, columns);
        if let (Arrangement::Tabs, Some(tiling), [open]) = (self.plan.arrangement, &mut tiling, &open[..]) {
            tiling.open(open);
        }
        self.tiles.lay_out(tiling.as_ref(), &|place| wanted.taken.iter().any(|taken| taken == place));
        self.laid_out = Some(wanted);
    }

    /// Takes over what a person did with the tiles.
    fn take_over(&mut self, edit: Edit) {
        let Some(LaidOut { taken, columns, .. }) = self.laid_out.clone() else { return };
        let Some(tiling) = self.tiles.read() else { return };
        match edit {
            // A line that is where it was makes no other arrangement.
            Edit::Moved if self.plan.tiling(&taken, columns).as_ref() == Some(&tiling) => {}
            Edit::Moved => {
                self.plan.take(tiling, &taken);
                let arrangement = self.plan.arrangement;
                self.laid_out = self.laid_out.take().map(|laid_out| LaidOut { arrangement, ..laid_out });
            }
            Edit::TabPicked if self.plan.arrangement == Arrangement::Own => self.plan.own = Some(tiling),
            Edit::TabPicked => {}
        }
    }
}

/// All open consoles, filling `ui`.
pub fn console_wall_ui(ui: &mut Ui, views: &[ConsoleView<'_>], state: &mut WallState, actions: &mut Vec<Action>) {
    state.welcome(views);
    let before = std::mem::take(&mut state.in_sight);
    if views.is_empty() {
        ui.painter().rect_filled(ui.max_rect(), 0.0, colors(ui).ground);
        ui.add_space((ui.available_height() * 0.5 - 56.0).max(0.0));
        let (title, text) = match state.elsewhere {
            0 => (
                "No console is open",
                "What a job writes appears here, line by line, as it comes. Open several side by side.",
            ),
            _ => (
                "No console is open here",
                "The open ones have windows of their own. One that is closed comes back here.",
            ),
        };
        empty_state(ui, icons::TERMINAL_WINDOW, title, text);
        return;
    }
    if views.len() > 1 {
        wall_heading_ui(ui, views.len(), state.plan.arrangement, actions);
    }
    let alone = views.iter().find(|view| state.consoles.get(&view.job).is_some_and(|console| console.is_alone));
    if let Some(view) = alone {
        let rect = ui.available_rect_before_wrap();
        let console = state.consoles.entry(view.job).or_default();
        console_pane_ui(ui, (rect, rect.intersect(ui.clip_rect())), view, console, actions);
        state.in_sight.insert(view.job);
    } else {
        tiles_ui(ui, views, state, actions);
    }
    for (job, console) in &mut state.consoles {
        if !state.in_sight.contains(job) {
            // It says so itself only where it is drawn.
            console.reach = Reach::Away;
        }
    }
    if state.in_sight != before {
        // What came between two frames is watched from the next one on.
        ui.ctx().request_repaint();
    }
}

fn tiles_ui(ui: &mut Ui, views: &[ConsoleView<'_>], state: &mut WallState, actions: &mut Vec<Action>) {
    let places: Vec<String> = views.iter().map(|view| state.place_of(view.job)).collect();
    let rect = ui.available_rect_before_wrap();
    let room = rect.size();
    state.settle(places.clone(), room);
    let shown = state.show.take().map(|job| state.place_of(job));
    if let Some(place) = &shown {
        state.tiles.open(place);
    }
    ui.painter().rect_filled(rect, 0.0, colors(ui).line_strong);
    let views = places.iter().map(String::as_str).zip(views).collect();
    let needed = needed(state.plan.arrangement, places.len(), room);
    let fits = needed.x <= room.x && needed.y <= room.y;
    let mut hand =
        Hand::new(views, &mut state.consoles, &state.unseen, (rect.intersect(ui.clip_rect()), fits), actions);
    if fits {
        state.tiles.ui(ui, None, &mut hand);
    } else {
        ScrollArea::both().id_salt("wall").auto_shrink(false).show(ui, |ui| {
            ui.set_min_size(needed);
            state.tiles.ui(ui, Some(needed), &mut hand);
            if let Some(rect) = shown.and_then(|place| state.tiles.rect(&place)) {
                ui.scroll_to_rect(rect, None);
            }
        });
    }
    let edit = hand.edit;
    state.in_sight = hand.in_sight;
    if let Some(edit) = edit {
        state.take_over(edit);
    }
}

/// What so many consoles need at least, so that something can be read in each.
fn needed(arrangement: Arrangement, count: usize, room: Vec2) -> Vec2 {
    let least = match arrangement {
        Arrangement::Grid => vec2(0.0, float(Shape::of(count, room).rows) * MIN_HEIGHT),
        Arrangement::SideBySide => vec2(float(count) * NARROWEST, 0.0),
        Arrangement::Stacked => vec2(0.0, float(count) * MIN_HEIGHT),
        // Tabs take no more than one does, and what was made by hand is as small as somebody wanted it.
        Arrangement::Tabs | Arrangement::Own => Vec2::ZERO,
    };
    least.max(room)
}

/// A balanced grid: as many columns as stay readable.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Shape {
    columns: usize,
    rows: usize,
}

impl Shape {
    fn of(count: usize, room: Vec2) -> Self {
        let widest = (1..=count).take_while(|columns| room.x / float(*columns) >= MIN_WIDTH).last().unwrap_or(1);
        let tallest = (1..=count).take_while(|rows| room.y / float(*rows) >= MIN_HEIGHT).last().unwrap_or(1);
        // Lines are wide, so rows come first; columns only once the rows would be too low.
        let rows = count.div_ceil(widest).max(if count <= 2 && widest >= 2 { 1 } else { balanced(count, tallest) });
        let columns = count.div_ceil(rows.max(1)).max(1);
        Self { columns, rows: count.div_ceil(columns) }
    }
}

/// As square as it goes, within what fits.
fn balanced(count: usize, most_rows: usize) -> usize {
    let mut rows = 1;
    while rows * rows < count && rows < most_rows {
        rows += 1;
    }
    rows
}

#[expect(clippy::cast_precision_loss, reason = "a number of consoles")]
fn float(count: usize) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn consoles_share_the_room_and_stay_readable() {
        let check = |count, width, height| {
            let shape = Shape::of(count, vec2(width, height));
            assert!(shape.columns * shape.rows >= count && shape.columns * (shape.rows - 1) < count, "{shape:?}");
            (shape.columns, shape.rows)
        };
        assert_eq!(check(1, 700.0, 300.0), (1, 1));
        assert_eq!(check(2, 700.0, 300.0), (2, 1));
        assert_eq!(check(3, 700.0, 300.0), (2, 2));
        assert_eq!(check(2, 400.0, 300.0), (1, 2));
        assert_eq!(check(4, 1900.0, 800.0), (2, 2));
        assert_eq!(check(9, 1900.0, 800.0), (3, 3));
        assert_eq!(check(200, 700.0, 300.0), (2, 100));
    }

    #[test]
    fn what_does_not_fit_scrolls() {
        let room = vec2(700.0, 300.0);
        assert_eq!(needed(Arrangement::Grid, 200, room), vec2(700.0, 100.0 * MIN_HEIGHT));
        assert_eq!(needed(Arrangement::SideBySide, 10, room), vec2(10.0 * NARROWEST, 300.0));
        assert_eq!(needed(Arrangement::Tabs, 200, room), room);
    }
}
