//! One console: a job's lines as they come, drawn from whatever holds them. Only the rows in sight are ever copied, so
//! that a frame costs the same at ten lines and at ten million.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "from exact row numbers to points and columns of one screen"
)]

use std::ops::Range;
use std::path::Path;

use eframe::egui::{
    Color32, EventFilter, FontId, Id, Key, Modifiers, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::action::{Action, JobId};
use super::console_bar::bars_ui;
use super::console_header::console_header_ui;
use super::console_hits::{paint_marks, paint_places};
use super::console_input::{INPUT_HEIGHT, InputLine, input_ui};
use super::console_scroll::{Scroll, View, f64_of};
use super::console_search::{
    Hits, Matching, SEARCH_HEIGHT, SearchState, ask, close_on_escape, field_id, hits_of, jump, search_ui, settle_filter,
};
use super::console_select::{copy_rows_to_clipboard, select, selected_rows};
use super::console_styled::{Plain, StyledRows, links_ui, paint_styled};
use super::console_text::clean;
use super::icons;
use super::job_state::JobState;
use super::theme::{self, colors};
use crate::engine::styled::StyledRow;

/// Where a line came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    Stderr,
    /// Sidestage's own words, such as that the job ended.
    Notice,
}

/// One row of a console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleLine {
    /// Its row's number.
    pub number: u64,
    pub text: String,
    pub stream: Stream,
    /// When it came, as it is shown: `14:02:11`.
    pub time: String,
}

/// Whatever holds a job's lines. Rows are numbered from 0 over the whole life of the job; old ones fall away.
pub trait RowSource {
    /// The oldest row that is still held.
    fn first_row(&self) -> u64;
    /// One past the newest.
    fn end_row(&self) -> u64;
    /// How many rows fell away because there was no more room.
    fn dropped_rows(&self) -> u64;
    /// Appends copies of those rows of the range that are still held.
    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>);
}

/// One console to draw.
pub struct ConsoleView<'a> {
    pub job: JobId,
    pub title: String,
    pub state: JobState,
    pub rows: &'a dyn RowSource,
    /// Lines can be sent to it now.
    pub takes_input: bool,
    /// The file that its present run is logged to.
    pub log: Option<&'a Path>,
    /// What is found of what is searched for in it; or in a few words why that can't be searched for.
    pub search: Option<Result<&'a dyn Hits, &'a str>>,
}

/// What a console remembers.
#[derive(Clone, Debug, Default)]
pub struct ConsoleState {
    pub(super) scroll: Scroll,
    /// How far the text is moved to the left, in points.
    pub(super) left: f32,
    /// The widest row seen so far, in characters.
    columns: usize,
    /// First and last selected row, in the order in which they were picked.
    pub(super) selection: Option<(u64, u64)>,
    /// One past the newest row when the console last followed.
    seen_end: u64,
    /// The wall shows this console only.
    pub(super) is_alone: bool,
    /// There are others that it could be shown without.
    pub(super) has_neighbours: bool,
    pub(super) shows_times: bool,
    lines: Vec<ConsoleLine>,
    pub(super) styled: StyledRows,
    input: InputLine,
    pub(super) search: SearchState,
    pub(super) reach: Reach,
}

/// How near a console is to a person's hands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Reach {
    #[default]
    Away,
    /// The pointer is over it.
    Pointed,
    /// It has the keys.
    Focused,
}

impl ConsoleState {
    /// Other rows are shown from now on, of which `end` is one past the newest.
    pub(super) fn move_to_other_rows(&mut self, end: u64) {
        self.selection = None;
        self.seen_end = end;
    }
}

const HEADER_HEIGHT: f32 = 32.0;
/// Left of the text: the mark that tells the streams apart.
const GUTTER_WIDTH: f32 = 18.0;
/// `14:02:11`, and what keeps it apart from the text.
const TIME_COLUMNS: f32 = 8.0;
const TIME_GAP: f32 = 10.0;
pub(super) const BAR_WIDTH: f32 = 8.0;
/// Above the first row.
pub(super) const TOP_MARGIN: f32 = 3.0;

/// A console that fills `ui`.
pub fn console_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState, actions: &mut Vec<Action>) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, colors(ui).ground);
    let (header, body) = rect.split_top_bottom_at_y(rect.top() + HEADER_HEIGHT);
    let foot_height = if view.takes_input { INPUT_HEIGHT } else { 0.0 };
    let (body, foot) = body.split_top_bottom_at_y(body.bottom() - foot_height);
    let id = ui.make_persistent_id(("console", view.job));
    if state.search.is_open {
        close_on_escape(ui, id, view.job, state);
    }
    let (bar, body) = body.split_top_bottom_at_y(body.top() + if state.search.is_open { SEARCH_HEIGHT } else { 0.0 });
    settle_filter(view, state);
    let new_rows = match hits_of(view, &state.search) {
        Some(hits) if state.search.is_filtered() => {
            let matching = Matching { rows: view.rows, hits };
            let view = ConsoleView { title: view.title.clone(), rows: &matching, ..*view };
            body_ui(ui, (body, id), &view, state)
        }
        Some(_) | None => body_ui(ui, (body, id), view, state),
    };
    let has_keys = ui.memory(|memory| memory.has_focus(id) || memory.has_focus(field_id(view.job)));
    state.reach = match (has_keys, ui.rect_contains_pointer(rect)) {
        (true, _) => Reach::Focused,
        (false, true) => Reach::Pointed,
        (false, false) => Reach::Away,
    };
    console_header_ui(ui, header, view, state, (new_rows, actions));
    if state.search.is_open {
        search_ui(ui, bar, view, state);
    }
    ask(ui, view.job, &mut state.search, actions);
    if view.takes_input {
        input_ui(ui, foot, (view.job, &view.title), &mut state.input, actions);
    }
}

/// The rows; how many of them came in since the person scrolled away.
fn body_ui(ui: &mut Ui, (rect, id): (Rect, Id), view: &ConsoleView<'_>, state: &mut ConsoleState) -> u64 {
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let name = format!("Console of {}", view.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Log, true, &name));
    let metrics = Metrics::of(ui, rect);
    let held = view.rows.first_row()..view.rows.end_row();
    let seen = View { held: held.clone(), rows_in_sight: f64::from(metrics.rows_in_sight) };
    wheel(ui, &response, state, &seen, &metrics);
    keys(ui, &response, view, state, &seen);
    let hits = hits_of(view, &state.search);
    jump(hits, state, &seen);
    state.scroll.settle(&seen);
    let top = state.scroll.top_row;
    let range = seen.rows_to_draw(top);
    state.lines.clear();
    view.rows.copy_rows(range, &mut state.lines);
    state.styled.update(&state.lines);
    select(ui, &response, state, &seen, &metrics);
    let painter = ui.painter_at(rect);
    let current = hits.and_then(|hits| state.search.current_row(hits));
    let body = Body { ui, painter: &painter, metrics: &metrics, state, hits: hits.map(|hits| (hits, current)) };
    body.paint(top);
    accessible_rows(ui, id, state, top, &metrics);
    links_ui(ui, &response, state, top, &metrics);
    widest(state);
    if held.is_empty() {
        let text = if state.search.is_filtered() {
            "No line matches"
        } else if view.state.is_alive() {
            "Nothing written yet"
        } else {
            "It wrote nothing"
        };
        let at = rect.left_top() + vec2(GUTTER_WIDTH, 8.0);
        ui.painter().text(at, eframe::egui::Align2::LEFT_TOP, text, theme::mono(), colors(ui).text_faint);
    }
    bars_ui(ui, id, state, &seen, &metrics);
    if let Some(hits) = hits.filter(|_| !state.search.is_filtered()) {
        paint_marks(ui, hits, current, &seen, &metrics);
    }
    if state.scroll.follows {
        state.seen_end = held.end;
    }
    held.end.saturating_sub(state.seen_end)
}

/// Sizes of this frame, in points.
pub(super) struct Metrics {
    pub(super) rect: Rect,
    pub(super) row_height: f32,
    pub(super) column_width: f32,
    rows_in_sight: f32,
    /// Where the text begins, times included.
    text_left: f32,
}

impl Metrics {
    fn of(ui: &Ui, rect: Rect) -> Self {
        let font = theme::mono();
        let (height, column_width) = ui.fonts_mut(|fonts| (fonts.row_height(&font), fonts.glyph_width(&font, '0')));
        let row_height = (height + 2.0).round();
        let rows_in_sight = (rect.height() - BAR_WIDTH).max(row_height) / row_height;
        Self { rect, row_height, column_width, rows_in_sight, text_left: rect.left() + GUTTER_WIDTH }
    }

    /// Where the first column stands, to the left of the edge if it is scrolled out.
    pub(super) fn left_of_text(&self, state: &ConsoleState) -> f32 {
        let times = if state.shows_times { self.column_width * TIME_COLUMNS + TIME_GAP } else { 0.0 };
        self.text_left - state.left + times
    }

    /// The columns of which there is something to be seen.
    pub(super) fn columns_in_sight(&self, left_of_text: f32) -> Range<usize> {
        let hidden = (self.rect.left() - left_of_text).max(0.0) / self.column_width;
        let first = hidden.floor() as usize;
        first..first + (self.rect.width() / self.column_width).ceil() as usize + 2
    }

    pub(super) fn left_of_column(&self, left_of_text: f32, column: usize) -> f32 {
        left_of_text + column as f32 * self.column_width
    }

    pub(super) fn row_rect(&self, row: u64, top: f64) -> Rect {
        let offset = (f64_of(row) - top) as f32 * self.row_height;
        let at = pos2(self.rect.left(), (self.rect.top() + offset).round() + TOP_MARGIN);
        Rect::from_min_size(at, vec2(self.rect.width(), self.row_height))
    }
}

fn wheel(ui: &Ui, response: &Response, state: &mut ConsoleState, seen: &View, metrics: &Metrics) {
    if !response.contains_pointer() {
        return;
    }
    let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
    if delta.y != 0.0 {
        state.scroll.by(-f64::from(delta.y / metrics.row_height), seen);
    }
    state.left = (state.left - delta.x).clamp(0.0, most_left(state, metrics));
}

pub(super) fn most_left(state: &ConsoleState, metrics: &Metrics) -> f32 {
    let width = metrics.column_width * f64_of(state.columns as u64) as f32;
    (width + GUTTER_WIDTH * 2.0 - metrics.rect.width()).max(0.0)
}

fn keys(ui: &Ui, response: &Response, view: &ConsoleView<'_>, state: &mut ConsoleState, seen: &View) {
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    if !response.has_focus() {
        return;
    }
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let page = seen.rows_in_sight - 1.0;
    for (key, rows) in [(Key::ArrowUp, -1.0), (Key::ArrowDown, 1.0), (Key::PageUp, -page), (Key::PageDown, page)] {
        if pressed(key) {
            state.scroll.by(rows, seen);
        }
    }
    if pressed(Key::Home) {
        state.scroll.by(f64::NEG_INFINITY, seen);
    }
    if pressed(Key::End) {
        state.scroll.follows = true;
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) && !seen.held.is_empty() {
        state.selection = Some((seen.held.start, seen.held.end - 1));
    }
    let copies = ui.input(|input| input.events.iter().any(|event| matches!(event, eframe::egui::Event::Copy)));
    if copies && let Some(rows) = selected_rows(state) {
        copy_rows_to_clipboard(ui.ctx(), view.rows, rows);
    }
}

/// What painting the rows needs.
struct Body<'a> {
    ui: &'a Ui,
    painter: &'a eframe::egui::Painter,
    metrics: &'a Metrics,
    state: &'a ConsoleState,
    /// What was found, and the row that the reader was taken to.
    hits: Option<(&'a dyn Hits, Option<u64>)>,
}

impl Body<'_> {
    fn paint(&self, top: f64) {
        let selected = selected_rows(self.state);
        for line in &self.state.lines {
            let is_selected = selected.as_ref().is_some_and(|rows| rows.contains(&line.number));
            self.paint_row(line, self.metrics.row_rect(line.number, top), is_selected);
        }
    }

    fn paint_row(&self, line: &ConsoleLine, row: Rect, is_selected: bool) {
        let (metrics, colors) = (self.metrics, colors(self.ui));
        let y = row.top();
        let (fill, text_color) = match line.stream {
            Stream::Stdout => (Color32::TRANSPARENT, colors.text),
            Stream::Stderr => (colors.bad_tint, colors.text),
            Stream::Notice => (Color32::TRANSPARENT, colors.accent_text),
        };
        self.painter.rect_filled(row, 0.0, if is_selected { colors.accent_tint } else { fill });
        if self.state.shows_times {
            let at = pos2(metrics.text_left - self.state.left, y + 1.0);
            let font = theme::mono();
            let align = eframe::egui::Align2::LEFT_TOP;
            self.painter.text(at, align, &line.time, font, colors.text_faint);
        }
        let at = pos2(metrics.left_of_text(self.state), y + 1.0);
        if let Some((hits, current)) = self.hits {
            let shown = self.state.styled.row(line.number).map(StyledRow::text);
            let text = shown.as_deref().unwrap_or(&line.text);
            paint_places(self.ui, (text, at), metrics, hits, current == Some(line.number));
        }
        let ground = match (is_selected, fill) {
            (true, _) => colors.accent_tint,
            (false, Color32::TRANSPARENT) => colors.ground,
            (false, fill) => fill,
        };
        let plain = Plain { text: text_color, ground, is_dark: self.ui.visuals().dark_mode };
        self.paint_text(line, at, plain);
        self.paint_mark(line.stream, row);
    }

    /// Only the characters in sight are laid out, so that a line of many megabytes costs what a short one does.
    fn paint_text(&self, line: &ConsoleLine, at: eframe::egui::Pos2, plain: Plain) {
        let columns = self.metrics.columns_in_sight(at.x);
        let at = pos2(self.metrics.left_of_column(at.x, columns.start), at.y);
        if let Some(row) = self.state.styled.row(line.number) {
            paint_styled(self.painter, row, &columns, at, plain);
            return;
        }
        let shown: String = clean(&line.text).skip(columns.start).take(columns.len()).collect();
        if !shown.is_empty() {
            let galley = self.painter.layout_no_wrap(shown, theme::mono(), plain.text);
            self.painter.galley(at, galley, plain.text);
        }
    }

    /// The sign of the stream that needs no colour: none, a bar, a dot.
    fn paint_mark(&self, stream: Stream, row: Rect) {
        let colors = colors(self.ui);
        match stream {
            Stream::Stdout => {}
            Stream::Stderr => {
                let bar = Rect::from_min_size(row.min, vec2(3.0, row.height()));
                self.painter.rect_filled(bar, 0.0, colors.bad);
            }
            Stream::Notice => {
                let center = pos2(row.left() + 9.0, row.center().y);
                let font = FontId::proportional(12.0);
                self.painter.text(center, eframe::egui::Align2::CENTER_CENTER, icons::INFO, font, colors.accent_text);
            }
        }
    }
}

/// Gives every row in sight a node that a screen reader, and so a test, can read.
fn accessible_rows(ui: &Ui, id: Id, state: &ConsoleState, top: f64, metrics: &Metrics) {
    const LONGEST: usize = 400;
    for line in &state.lines {
        let rect = metrics.row_rect(line.number, top);
        ui.interact(rect, id.with(line.number), Sense::hover())
            .widget_info(|| WidgetInfo::labeled(Role::Label, true, state.styled.text_of(line, LONGEST)));
    }
}

fn widest(state: &mut ConsoleState) {
    let widest = state.lines.iter().map(|line| state.styled.column_count_of(line)).max().unwrap_or(0);
    let times = if state.shows_times { 10 } else { 0 };
    state.columns = state.columns.max(widest + times);
}
