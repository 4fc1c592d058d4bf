//! Searching in a console: the bar with its field and buttons. What is found comes from whatever searches; how it is
//! marked is `console_hits`, where it takes the reader `console_jump`.

use std::ops::Range;

use eframe::egui::{Align, Button, DragValue, Id, Key, Label, Layout, Modifiers, Rect, RichText, Ui, UiBuilder, vec2};

use super::action::{Action, JobId, Query};
use super::console::{ConsoleState, ConsoleView};
use super::console_filter::Stand;
use super::console_jump::Jump;
use super::icons;
use super::job_state::count_text;
use super::theme::{self, colors, space};
use super::widgets::{Field, focus_and_select, icon_button, text_field};
use crate::model::Streams;

/// More lines around a match are no longer around it.
const MOST_CONTEXT: u64 = 99;
/// Of a line of the bar, in points.
const SEARCH_HEIGHT: f32 = 34.0;
/// In a console that is narrower, in points, the field would be a few letters wide beside all else.
const NARROW: f32 = 420.0;

/// What a search has found so far, in a console's rows. Hits are numbered in their order, and keep their number while
/// older ones leave with their rows.
pub trait Hits {
    /// Whether this is what is found of that; what is typed is searched for only by the next frame, or later.
    fn is_of(&self, query: &Query) -> bool {
        let _ = query;
        true
    }
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

/// What a console's search remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct SearchState {
    pub is_open: bool,
    takes_focus: bool,
    query: Query,
    /// Only lines that match are to be shown.
    shows_matching: bool,
    /// And as many lines before and after each.
    context: u64,
    /// The row of the hit that the reader was taken to.
    pub(super) current: Option<u64>,
    /// What was asked for last.
    asked: Option<Query>,
    pub(super) jump: Option<Jump>,
    pub(super) stand: Stand,
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

    /// Whether only lines that match are to be shown, and how many around each. All are shown nevertheless while nothing
    /// is searched for.
    pub fn filter(&self) -> Option<u64> {
        (self.is_open && self.shows_matching).then_some(self.context)
    }

    /// Between only lines that match and all of them. A closed search opens with only those that match.
    pub fn toggle_filter(&mut self) {
        self.shows_matching = self.filter().is_none();
        if !self.is_open {
            self.open();
        }
    }

    /// Whether something is searched for.
    pub fn is_for_something(&self) -> bool {
        self.is_open && !self.query.text.is_empty()
    }

    fn wanted(&self, streams: Streams) -> Option<Query> {
        self.is_for_something().then(|| Query { streams, ..self.query.clone() })
    }

    /// Whether this is what is found of what was asked for last.
    pub fn is_answered_by(&self, hits: &dyn Hits) -> bool {
        self.asked.as_ref().is_some_and(|asked| hits.is_of(asked))
    }

    /// The hit that the reader was taken to, as long as it is one.
    pub fn current_hit(&self, hits: &dyn Hits) -> Option<u64> {
        let row = self.current?;
        let hit = hits.hit_from(row);
        (hits.row_of(hit) == Some(row)).then_some(hit)
    }

    /// The row of that hit.
    pub fn current_row(&self, hits: &dyn Hits) -> Option<u64> {
        self.current.filter(|_| self.current_hit(hits).is_some())
    }
}

/// What has been found, unless the search is closed or its pattern is wrong.
pub(super) fn hits_of<'a>(view: &ConsoleView<'a>, search: &SearchState) -> Option<&'a dyn Hits> {
    view.search.filter(|_| search.is_open).and_then(Result::ok)
}

/// How high the bar is in a console of this width: where that is little, the field has a line of its own.
pub(super) fn search_height(width: f32) -> f32 {
    if width < NARROW { 2.0 * SEARCH_HEIGHT - 4.0 } else { SEARCH_HEIGHT }
}

/// The bar, filling `rect`.
pub(super) fn search_ui(ui: &mut Ui, rect: Rect, view: &ConsoleView<'_>, state: &mut ConsoleState) {
    let line_color = colors(ui).line;
    ui.painter().rect_filled(rect, 0.0, colors(ui).raised);
    ui.painter().hline(rect.x_range(), rect.bottom(), (1.0, line_color));
    let inner = rect.shrink2(vec2(6.0, 4.0));
    let layout = Layout::right_to_left(Align::Center);
    let (title, search) = (&view.title, &mut state.search);
    let row_ui = |ui: &mut Ui, rect| {
        let mut row = ui.new_child(UiBuilder::new().max_rect(rect).layout(layout));
        row.spacing_mut().item_spacing.x = 2.0;
        row
    };
    let (first, second) = if rect.width() < NARROW { inner.split_top_bottom_at_fraction(0.5) } else { (inner, inner) };
    let mut row = row_ui(ui, first);
    if icon_button(&mut row, icons::X, &format!("Close search: {title}"), "Close the search  (Esc)").clicked() {
        search.is_open = false;
    }
    if rect.width() < NARROW {
        field_ui(&mut row, (view.job, title), search);
        let mut row = row_ui(ui, second);
        tools_ui(&mut row, title, search);
        count_ui(&mut row, view, search);
    } else {
        tools_ui(&mut row, title, search);
        count_ui(&mut row, view, search);
        field_ui(&mut row, (view.job, title), search);
    }
}

/// How is searched, and to the next hit and the one before.
fn tools_ui(row: &mut Ui, title: &str, search: &mut SearchState) {
    let only = (icons::LIST, "Only matching lines", "Show only the lines that match");
    if search.shows_matching {
        context_ui(row, title, &mut search.context);
    }
    toggle(row, only, title, &mut search.shows_matching);
    toggle(row, (".*", "Regular expression", "Search for a regular expression"), title, &mut search.query.is_regex);
    toggle(row, ("Aa", "Match case", "Tell capital and small letters apart"), title, &mut search.query.matches_case);
    for (sign, label, action, forward) in
        [("↓", "Next match", Action::FindNext, true), ("↑", "Previous match", Action::FindPrevious, false)]
    {
        let tooltip = super::widgets::tooltip_of(row, &action);
        if icon_button(row, sign, &format!("{label}: {title}"), &tooltip).clicked() {
            search.step(forward);
        }
    }
}

/// Asks for what is to be searched for now, if that is something else than before.
pub(super) fn ask(ui: &Ui, job: JobId, (search, streams): (&mut SearchState, Streams), actions: &mut Vec<Action>) {
    let wanted = search.wanted(streams);
    if wanted != search.asked {
        search.current = None;
        search.stand.has_stepped = false;
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

/// How many lines around each that matches are shown with it.
fn context_ui(ui: &mut Ui, title: &str, context: &mut u64) {
    let field = DragValue::new(context).range(0..=MOST_CONTEXT).speed(0.1).prefix("± ");
    ui.add(field)
        .accessible_name(format!("Lines around matches: {title}"))
        .on_hover_text("Lines before and after each match that are shown too");
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
    match search.current_hit(hits).filter(|hit| numbers.contains(hit)) {
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
