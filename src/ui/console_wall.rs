//! The open consoles, side by side: as many columns as stay readable, and a page that scrolls where they do not fit.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use eframe::egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, Vec2, vec2};

use super::action::{Action, JobId};
use super::console::{ConsoleState, ConsoleView, Reach, console_ui};
use super::icons;
use super::theme::colors;
use super::widgets::empty_state;

/// Below this a console's lines are cut, in points.
const MIN_WIDTH: f32 = 330.0;
/// Below this it shows too few of them, in points.
const MIN_HEIGHT: f32 = 124.0;
const GAP: f32 = 1.0;

/// What the wall remembers: where each console stands.
#[derive(Clone, Debug, Default)]
pub struct WallState {
    consoles: HashMap<JobId, ConsoleState>,
    /// A console that was just opened, until it has been scrolled to.
    show: Option<JobId>,
}

impl WallState {
    /// The console that keys mean: the one that has them, or is under the pointer, or is the selected job's.
    fn meant(&self, selected: Option<JobId>) -> Option<JobId> {
        let within =
            |reach: Reach| self.consoles.iter().find(|(_, console)| console.reach == reach).map(|(job, _)| *job);
        within(Reach::Focused)
            .or_else(|| within(Reach::Pointed))
            .or_else(|| selected.filter(|job| self.consoles.contains_key(job)))
    }

    /// Opens the search of the console that keys mean; `false` if they mean none.
    pub fn find(&mut self, selected: Option<JobId>) -> bool {
        let Some(job) = self.meant(selected) else { return false };
        for (other, console) in &mut self.consoles {
            console.is_alone &= *other == job;
        }
        if let Some(console) = self.consoles.get_mut(&job) {
            console.search.open();
        }
        self.show = Some(job);
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
}

/// All open consoles, filling `ui`.
pub fn console_wall_ui(ui: &mut Ui, views: &[ConsoleView<'_>], state: &mut WallState, actions: &mut Vec<Action>) {
    state.consoles.retain(|job, _| views.iter().any(|view| view.job == *job));
    // A console that was just opened must be seen, so none stays alone then.
    if views.iter().any(|view| !state.consoles.contains_key(&view.job)) {
        state.consoles.values_mut().for_each(|console| console.is_alone = false);
        for view in views {
            if let Entry::Vacant(place) = state.consoles.entry(view.job) {
                place.insert(ConsoleState::default());
                state.show = Some(view.job);
            }
        }
    }
    if views.is_empty() {
        ui.painter().rect_filled(ui.max_rect(), 0.0, colors(ui).ground);
        ui.add_space((ui.available_height() * 0.5 - 56.0).max(0.0));
        let text = "What a job writes appears here, line by line, as it comes. Open several side by side.";
        empty_state(ui, icons::TERMINAL_WINDOW, "No console is open", text);
        return;
    }
    let alone = views.iter().position(|view| state.consoles.get(&view.job).is_some_and(|console| console.is_alone));
    let has_neighbours = views.len() > 1;
    let views = alone.map_or(views, |index| &views[index..=index]);
    let room = ui.available_size();
    let grid = Grid::of(views.len(), room);
    ui.painter().rect_filled(ui.max_rect(), 0.0, colors(ui).line_strong);
    ScrollArea::vertical().id_salt("wall").auto_shrink(false).show_viewport(ui, |ui, viewport| {
        let (area, _) = ui.allocate_exact_size(vec2(room.x, grid.height()), Sense::hover());
        for (index, view) in views.iter().enumerate() {
            let cell = grid.cell(index);
            if state.show == Some(view.job) {
                state.show = None;
                ui.scroll_to_rect(cell.translate(area.min.to_vec2()), None);
            }
            if cell.intersects(viewport) {
                let rect = cell.translate(area.min.to_vec2());
                let mut cell_ui = ui.new_child(UiBuilder::new().id_salt(view.job).max_rect(rect));
                cell_ui.set_clip_rect(rect.intersect(ui.clip_rect()));
                let console = state.consoles.entry(view.job).or_default();
                console.has_neighbours = has_neighbours;
                console_ui(&mut cell_ui, view, console, actions);
            }
        }
    });
}

/// How the cells lie; the last row's share the whole width.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Grid {
    count: usize,
    columns: usize,
    rows: usize,
    width: f32,
    row_height: f32,
}

impl Grid {
    fn of(count: usize, room: Vec2) -> Self {
        let widest = (1..=count).take_while(|columns| room.x / float(*columns) >= MIN_WIDTH).last().unwrap_or(1);
        let tallest = (1..=count).take_while(|rows| room.y / float(*rows) >= MIN_HEIGHT).last().unwrap_or(1);
        // Lines are wide, so rows come first; columns only once the rows would be too low.
        let rows = count.div_ceil(widest).max(if count <= 2 && widest >= 2 { 1 } else { balanced(count, tallest) });
        let columns = count.div_ceil(rows);
        let row_height = (room.y / float(rows)).max(MIN_HEIGHT);
        Self { count, columns, rows: count.div_ceil(columns), width: room.x, row_height }
    }

    fn height(&self) -> f32 {
        self.row_height * float(self.rows)
    }

    fn cell(&self, index: usize) -> Rect {
        let (row, column) = (index / self.columns, index % self.columns);
        let in_this_row = (self.count - row * self.columns).min(self.columns);
        let width = self.width / float(in_this_row);
        let (left, right) = ((width * float(column)).round(), (width * float(column + 1)).round());
        let (top, bottom) = ((self.row_height * float(row)).round(), (self.row_height * float(row + 1)).round());
        let gap_right = if column + 1 == in_this_row { 0.0 } else { GAP };
        let gap_bottom = if row + 1 == self.rows { 0.0 } else { GAP };
        Rect::from_min_max((left, top).into(), (right - gap_right, bottom - gap_bottom).into())
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

    fn check(count: usize, width: f32, height: f32) -> (usize, usize) {
        let grid = Grid::of(count, vec2(width, height));
        let mut area = 0.0;
        for index in 0..count {
            let cell = grid.cell(index);
            assert!(cell.right() <= width + 0.5 && cell.bottom() <= grid.height() + 0.5, "{grid:?} {index} {cell:?}");
            area += (cell.width() + GAP) * (cell.height() + GAP);
            for other in 0..index {
                assert!(!grid.cell(other).shrink(0.1).intersects(cell.shrink(0.1)), "{grid:?} {other} {index}");
            }
        }
        assert!(area >= width * grid.height() * 0.98, "{grid:?} leaves room unused");
        (grid.columns, grid.rows)
    }

    #[test]
    fn consoles_share_the_room_and_stay_readable() {
        assert_eq!(check(1, 700.0, 300.0), (1, 1));
        assert_eq!(check(2, 700.0, 300.0), (2, 1));
        assert_eq!(check(3, 700.0, 300.0), (2, 2));
        assert_eq!(check(2, 400.0, 300.0), (1, 2));
        assert_eq!(check(4, 1900.0, 800.0), (2, 2));
        assert_eq!(check(9, 1900.0, 800.0), (3, 3));
        let (columns, rows) = check(200, 700.0, 300.0);
        assert!(columns == 2 && rows == 100, "{columns} {rows}");
    }
}
