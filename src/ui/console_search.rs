//! Searching in a console: the bar with its field and buttons, and where its hits take the reader. What is found comes
//! from whatever searches; how it is marked is `console_hits`.

use std::ops::Range;

use eframe::egui::{Align, Button, Id, Key, Label, Layout, Modifiers, Rect, RichText, Ui, UiBuilder, vec2};

use super::action::{Action, JobId, Query};
use super::console::{ConsoleState, ConsoleView, RowSource};
use super::console_scroll::{View, f64_of, row_of};
use super::icons;
use super::job_state::count_text;
use super::theme::{self, colors, space};
use super::widgets::{Field, focus_and_select, icon_button, text_field};

/// In points.
pub(super) const SEARCH_HEIGHT: f32 = 34.0;

/// What a search has found so far, in a console's rows. Hits are numbered in their order, and keep their number while
/// older ones leave with their rows.
pub trait Hits {
    /// The numbers of the hits that there are.
    fn hits(&self) -> Range<u64>;
    /// There are more, which are not held.
    fn is_cut(&self) -> bool;
    /// The row of a hit, if it is still there.
    fn row_of(&self, hit: u64) -> Option<u64>;
    /// The first hit in this row or below; one past the last if there is none.
    fn hit_from(&self, row: u64) -> u64;
    /// Not all rows were searched yet that were there when it began.
    fn is_under_way(&self) -> bool;
    /// Which of `slots` equal parts of these rows have a hit.
    fn marks(&self, rows: Range<u64>, slots: u32) -> Vec<u32>;
    /// The places in a text that match, in bytes.
    fn places(&self, text: &str) -> Vec<Range<usize>>;
}

/// Where the reader is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Jump {
    /// To the hit that is nearest to what is read, once the search is through.
    Nearest,
    Next,
    Previous,
}

/// What a console's search remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct SearchState {
    pub is_open: bool,
    takes_focus: bool,
    query: Query,
    /// Only lines that match are to be shown.
    shows_matching: bool,
    /// While they are, and so the console's rows are hits: the row of the topmost line.
    filtered_at: Option<u64>,
    /// The hit that the reader was taken to.
    current: Option<u64>,
    /// What was asked for last.
    asked: Option<Query>,
    jump: Option<Jump>,
}

impl SearchState {
    /// Opens the bar, with what was searched for last.
    pub fn open(&mut self) {
        self.takes_focus = true;
        self.is_open = true;
    }

    /// Takes the reader to the next hit, or to the one before.
    pub fn step(&mut self, forward: bool) {
        if self.is_open {
            self.jump = Some(if forward { Jump::Next } else { Jump::Previous });
        }
    }

    /// Only lines that match are shown, and so the console's rows are hits.
    pub fn is_filtered(&self) -> bool {
        self.filtered_at.is_some()
    }

    fn wanted(&self) -> Option<Query> {
        (self.is_open && !self.query.text.is_empty()).then(|| self.query.clone())
    }

    /// The row of the hit that the reader was taken to, by the number that the console gives it.
    pub fn current_row(&self, hits: &dyn Hits) -> Option<u64> {
        if self.is_filtered() { self.current } else { hits.row_of(self.current?) }
    }
}

/// What has been found, unless the search is closed or its pattern is wrong.
pub(super) fn hits_of<'a>(view: &ConsoleView<'a>, search: &SearchState) -> Option<&'a dyn Hits> {
    view.search.filter(|_| search.is_open).and_then(Result::ok)
}

/// Only the lines that match, in the place of all.
pub(super) struct Matching<'a> {
    pub rows: &'a dyn RowSource,
    pub hits: &'a dyn Hits,
}

impl RowSource for Matching<'_> {
    fn first_row(&self) -> u64 {
        self.hits.hits().start
    }

    fn end_row(&self) -> u64 {
        self.hits.hits().end
    }

    fn dropped_rows(&self) -> u64 {
        self.rows.dropped_rows()
    }

    fn copy_rows(&self, hits: Range<u64>, out: &mut Vec<super::console::ConsoleLine>) {
        for hit in hits {
            let Some(row) = self.hits.row_of(hit) else { continue };
            let first = out.len();
            self.rows.copy_rows(row..row + 1, out);
            out.iter_mut().skip(first).for_each(|line| line.number = hit);
        }
    }
}

/// Goes over to only the matching lines or back, staying where the reader is.
pub(super) fn settle_filter(view: &ConsoleView<'_>, state: &mut ConsoleState) {
    let hits = hits_of(view, &state.search);
    let wants = hits.filter(|_| state.search.shows_matching);
    match (wants, state.search.filtered_at) {
        (Some(hits), None) => {
            let row = row_of(state.scroll.top_row);
            state.search.filtered_at = Some(row);
            state.scroll.top_row = f64_of(hits.hit_from(row));
            state.move_to_other_rows(hits.hits().end);
        }
        // Of a search that has just begun the hits are numbered anew.
        (Some(_), Some(_)) if state.search.jump == Some(Jump::Nearest) => {}
        (Some(hits), Some(row)) => {
            state.search.filtered_at = hits.row_of(row_of(state.scroll.top_row)).or(Some(row));
        }
        (None, Some(row)) => {
            state.search.filtered_at = None;
            state.scroll.top_row = f64_of(row);
            state.move_to_other_rows(view.rows.end_row());
            if !state.scroll.follows && state.search.jump.is_none() {
                state.search.jump = state.search.current.map(|_| Jump::Nearest);
            }
        }
        (None, None) => {}
    }
}

/// Takes the reader where a key or a new search wants it.
pub(super) fn jump(hits: Option<&dyn Hits>, state: &mut ConsoleState, seen: &View) {
    let Some(jump) = state.search.jump else { return };
    let Some(hits) = hits else {
        // Nothing is searched for: there is nowhere to go, and nothing to wait for.
        state.search.jump = Some(jump).filter(|jump| *jump == Jump::Nearest);
        return;
    };
    let numbers = hits.hits();
    if hits.is_under_way() && (jump == Jump::Nearest || numbers.is_empty()) {
        return;
    }
    state.search.jump = None;
    if numbers.is_empty() {
        state.search.current = None;
        return;
    }
    let last = numbers.end - 1;
    let top_row = state.search.filtered_at.unwrap_or_else(|| row_of(state.scroll.top_row.ceil()));
    let below = hits.hit_from(top_row);
    let current = state.search.current.filter(|hit| numbers.contains(hit));
    let hit = match (jump, current) {
        (Jump::Nearest, _) if state.scroll.follows => last,
        (Jump::Nearest, Some(hit)) => hit,
        (Jump::Nearest | Jump::Next, None) => {
            if below > last {
                numbers.start
            } else {
                below
            }
        }
        (Jump::Next, Some(hit)) => {
            if hit == last {
                numbers.start
            } else {
                hit + 1
            }
        }
        (Jump::Previous, Some(hit)) if hit > numbers.start => hit - 1,
        (Jump::Previous, None) if below > numbers.start => below - 1,
        (Jump::Previous, _) => last,
    };
    state.search.current = Some(hit);
    if let Some(row) = state.search.current_row(hits) {
        state.scroll.show(row, seen);
    }
}

/// The bar, filling `rect`.
pub(super) fn search_ui(ui: &mut Ui, rect: Rect, view: &ConsoleView<'_>, state: &mut ConsoleState) {
    let line_color = colors(ui).line;
    ui.painter().rect_filled(rect, 0.0, colors(ui).raised);
    ui.painter().hline(rect.x_range(), rect.bottom(), (1.0, line_color));
    let inner = rect.shrink2(vec2(6.0, 4.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
    row.spacing_mut().item_spacing.x = 2.0;
    let title = &view.title;
    if icon_button(&mut row, icons::X, &format!("Close search: {title}"), "Close the search  (Esc)").clicked() {
        state.search.is_open = false;
    }
    let search = &mut state.search;
    let only = (icons::LIST, "Only matching lines", "Show only the lines that match");
    toggle(&mut row, only, title, &mut search.shows_matching);
    toggle(
        &mut row,
        (".*", "Regular expression", "Search for a regular expression"),
        title,
        &mut search.query.is_regex,
    );
    toggle(
        &mut row,
        ("Aa", "Match case", "Tell capital and small letters apart"),
        title,
        &mut search.query.matches_case,
    );
    for (sign, label, action, forward) in
        [("↓", "Next match", Action::FindNext, true), ("↑", "Previous match", Action::FindPrevious, false)]
    {
        let tooltip = super::widgets::tooltip_of(&row, &action);
        if icon_button(&mut row, sign, &format!("{label}: {title}"), &tooltip).clicked() {
            search.step(forward);
        }
    }
    count_ui(&mut row, view, search);
    field_ui(&mut row, (view.job, title), search);
}

/// Asks for what is to be searched for now, if that is something else than before.
pub(super) fn ask(ui: &Ui, job: JobId, search: &mut SearchState, actions: &mut Vec<Action>) {
    let wanted = search.wanted();
    if wanted != search.asked {
        search.current = None;
        search.jump = wanted.is_some().then_some(Jump::Nearest);
        search.asked.clone_from(&wanted);
        actions.push(Action::Search(job, wanted));
    }
    if matches!(search.jump, Some(Jump::Next | Jump::Previous)) {
        ui.ctx().request_repaint();
    }
}

fn toggle(ui: &mut Ui, (sign, label, tooltip): (&str, &str, &str), title: &str, is_on: &mut bool) {
    let button = Button::selectable(*is_on, RichText::new(sign).size(12.0)).min_size(vec2(26.0, 22.0));
    let response = ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(4.0, 2.0);
        ui.add(button)
    });
    if response.inner.accessible_name(format!("{label}: {title}")).on_hover_text(tooltip).clicked() {
        *is_on = !*is_on;
    }
}

/// How many lines match, or why none can.
fn count_ui(ui: &mut Ui, view: &ConsoleView<'_>, search: &SearchState) {
    let colors = colors(ui);
    let (text, color) = match view.search {
        None => return,
        Some(Err(why)) => (why.to_owned(), colors.bad),
        Some(Ok(hits)) => (count_of(hits, search), colors.text_weak),
    };
    ui.add_space(space::XS);
    ui.scope(|ui| {
        ui.set_max_width((ui.available_width() * 0.6).max(60.0));
        let label = Label::new(RichText::new(&text).font(theme::small()).color(color)).truncate();
        ui.add(label).on_hover_text(&text);
    });
    ui.add_space(space::XS);
}

fn count_of(hits: &dyn Hits, search: &SearchState) -> String {
    let numbers = hits.hits();
    let count = count_text(numbers.end - numbers.start);
    let more = if hits.is_cut() { "+" } else { "" };
    match search.current.filter(|hit| numbers.contains(hit)) {
        Some(hit) => format!("{} of {count}{more}", count_text(hit - numbers.start + 1)),
        None if hits.is_under_way() => format!("{count} …"),
        None if numbers.is_empty() => "No match".to_owned(),
        None => format!("{count}{more} found"),
    }
}

fn field_ui(ui: &mut Ui, (job, title): (JobId, &str), search: &mut SearchState) {
    let id = field_id(job);
    if ui.memory(|memory| memory.has_focus(id)) {
        // Before the field sees it, which would let go of the cursor. With Shift first: a key without matches both.
        let pressed = |modifiers| move |input: &mut eframe::egui::InputState| input.consume_key(modifiers, Key::Enter);
        if ui.input_mut(pressed(Modifiers::SHIFT)) {
            search.step(false);
        }
        if ui.input_mut(pressed(Modifiers::NONE)) {
            search.step(true);
        }
    }
    let label = format!("Find in {title}");
    let hint = if search.query.is_regex { "Find a pattern" } else { "Find" };
    let field =
        Field { label: &label, hint, width: ui.available_width(), is_code: true, id: Some(id), ..Field::default() };
    let response = text_field(ui, &mut search.query.text, &field);
    if std::mem::take(&mut search.takes_focus) {
        focus_and_select(&response, &search.query.text);
    }
}

/// The search field of a job's console.
pub(super) fn field_id(job: JobId) -> Id {
    Id::unique(("search", job))
}

/// Closes the search if Esc is pressed in the console or in its field; the console then has the keys.
pub(super) fn close_on_escape(ui: &Ui, body: Id, job: JobId, state: &mut ConsoleState) {
    let here = [body, field_id(job)];
    let was_here = here.iter().any(|id| ui.memory(|memory| memory.has_focus(*id) || memory.had_focus_last_frame(*id)));
    if was_here && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape)) {
        state.search.is_open = false;
        ui.memory_mut(|memory| memory.request_focus(body));
    }
}
