//! One console: a job's lines as they come, drawn from whatever holds them. Only the rows in sight are ever copied, so
//! that a frame costs the same at ten lines and at ten million.

use std::ops::Range;
use std::path::Path;

use eframe::egui::{Align2, Event, Id, Pos2, Rect, Response, Role, Sense, Ui, WidgetInfo, vec2};

use super::action::{Action, JobId, TextStep};
use super::console_bar::{bars_ui, most_left};
use super::console_cells::RowText;
use super::console_filter::settle_filter;
use super::console_header::console_header_ui;
use super::console_hits::paint_marks;
use super::console_input::{INPUT_HEIGHT, InputLine, input_ui};
use super::console_jump::jump;
use super::console_keys::keys;
use super::console_lines::Metrics;
use super::console_links::{Target, links_ui};
use super::console_menu::console_menu_ui;
use super::console_paint::Body;
use super::console_pill::pill_ui;
use super::console_rows::Shown;
pub use super::console_rows::{ConsoleLine, RowSource, Stream};
use super::console_scroll::{Placed, Scroll};
use super::console_search::{Hits, SearchState, ask, close_on_escape, field_id, hits_of, search_height, search_ui};
use super::console_select::{Held, select};
use super::console_selection::{Point, Selection, Unit};
use super::console_sight::Sight;
use super::console_wish::{Wish, grant};
use super::job_state::JobState;
use super::theme::{self, colors};
use crate::engine::Progress;
use crate::model::{ConsoleLook, Highlights, Streams};

/// One console to draw.
pub struct ConsoleView<'a> {
    pub job: JobId,
    pub title: String,
    pub state: JobState,
    /// How its job says that it gets on.
    pub progress: Option<Progress>,
    pub rows: &'a dyn RowSource,
    /// Lines can be sent to it now.
    pub takes_input: bool,
    /// The file that its present run is logged to.
    pub log: Option<&'a Path>,
    /// The folder that its job works in; the rows of several jobs tell theirs themselves.
    pub dir: Option<&'a Path>,
    /// What is found of what is searched for in it; or in a few words why that can't be searched for.
    pub search: Option<Result<&'a dyn Hits, &'a str>>,
    /// Which of its lines stand out: of each of the jobs that it shows.
    pub highlights: &'a [Highlights],
    /// What it looks like at first.
    pub look: ConsoleLook,
}

/// What a console remembers.
#[derive(Clone, Debug, Default)]
pub struct ConsoleState {
    /// It was drawn before, and so has the look that it was given.
    has_look: bool,
    pub(super) look: ConsoleLook,
    pub(super) streams: Streams,
    pub(super) scroll: Scroll,
    /// How far the text is moved to the left, in points.
    pub(super) left: f32,
    /// The widest row seen so far of those that are still there, in columns; and its number.
    pub(super) columns: usize,
    widest_row: u64,
    pub(super) selection: Option<Selection>,
    /// What a drag picks at once.
    pub(super) unit: Unit,
    /// When and where the pointer was pressed last, and how often in succession.
    pub(super) pressed: (f64, Pos2, u32),
    /// Where the button went down that is still down.
    pub(super) drag_from: Option<Pos2>,
    pub(super) held: Option<Held>,
    /// Where the way to the newest line lay in the frame before.
    pub(super) pill: Option<Rect>,
    /// Only lines that match were shown when it was drawn last.
    is_filtered: bool,
    /// One past the newest row when the console last followed.
    seen_end: u64,
    /// The wall shows this console only.
    pub(super) is_alone: bool,
    pub(super) company: Company,
    /// The rows of the frame before.
    texts: Vec<RowText>,
    /// How long rows were wrapped in that.
    wrap: Option<usize>,
    input: InputLine,
    pub(super) search: SearchState,
    /// What the right button was pressed on last.
    pub(super) target: Option<Target>,
    /// What was asked of it since it was drawn.
    pub(super) wishes: Vec<Wish>,
    pub(super) reach: Reach,
}

/// What lies around a console.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Company {
    /// It is the only one.
    #[default]
    None,
    /// There are others that it could be shown without.
    Others,
    /// It lies among others in tabs, which show its name already.
    Tabs,
    /// It has a window of its own.
    Window,
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
    /// What is selected, if that is anything.
    pub(super) fn selected_range(&self) -> Option<Range<Point>> {
        self.selection.map(|selection| selection.range()).filter(|range| !range.is_empty())
    }

    /// Whether the newest lines are shown, whatever stream they are of.
    pub(super) fn shows_newest(&self) -> bool {
        self.scroll.follows && !self.is_filtered && self.streams.stdout && self.streams.stderr
    }

    /// What was selected ends where its lines do.
    fn let_go_of_what_left(&mut self, sight: &Sight<'_>) {
        let rows = sight.shown.rows;
        let has_left = |selection: &mut Selection| {
            let range = selection.range();
            // Only views of several jobs have gaps, where a job was removed.
            let is_gap = || !rows.names().is_empty() && !range.is_empty() && has_no_rows(rows, &range);
            range.end.row < sight.held.start || is_gap()
        };
        self.selection.take_if(has_left);
    }

    /// Looks how wide the rows in sight are. The widest one counts until it leaves, or is seen to be narrower.
    fn measure(&mut self, sight: &Sight<'_>, placed: &[Placed]) {
        let widths = placed.iter().filter_map(|placed| Some((sight.text(placed.row)?.column_count(), placed.row)));
        let (columns, row) = widths.max().unwrap_or_default();
        let is_in_sight = placed.iter().any(|placed| placed.row == self.widest_row);
        if columns >= self.columns || is_in_sight || !sight.held.contains(&self.widest_row) {
            (self.columns, self.widest_row) = (columns, row);
        }
    }

    /// Where long rows begin another line now; the text at the top stays there.
    #[expect(clippy::cast_precision_loss, reason = "columns of one screen")]
    fn rewrap(&mut self, wrap: Option<usize>) {
        if self.wrap == wrap {
            return;
        }
        let line = self.scroll.top.line;
        self.scroll.top.line = match (self.wrap, wrap) {
            (Some(before), Some(now)) => (line.floor() * before as f64 / now as f64).floor(),
            (None, _) | (_, None) => 0.0,
        };
        self.wrap = wrap;
    }
}

/// Whether all rows of which this has something are gone.
fn has_no_rows(rows: &dyn RowSource, range: &Range<Point>) -> bool {
    let end = if range.end.character == 0 { range.end.row } else { range.end.row.saturating_add(1) };
    rows.place_of(end, Streams::ALL) <= rows.place_of(range.start.row, Streams::ALL)
}

pub(super) const HEADER_HEIGHT: f32 = 32.0;

/// A console that fills `ui`.
pub fn console_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState, actions: &mut Vec<Action>) {
    if !std::mem::replace(&mut state.has_look, true) {
        state.look = view.look;
    }
    let rect = ui.available_rect_before_wrap();
    ui.painter().rect_filled(rect, 0.0, colors(ui).ground);
    let (header, body) = rect.split_top_bottom_at_y(rect.top() + HEADER_HEIGHT);
    let foot_height = if view.takes_input { INPUT_HEIGHT } else { 0.0 };
    let (body, foot) = body.split_top_bottom_at_y(body.bottom() - foot_height);
    let id = ui.make_persistent_id(("console", view.job));
    if state.search.is_open {
        close_on_escape(ui, id, view.job, state);
    }
    let bar_height = if state.search.is_open { search_height(rect.width()) } else { 0.0 };
    let (bar, body) = body.split_top_bottom_at_y(body.top() + bar_height);
    body_ui(ui, (body, id), view, state, actions);
    let has_keys = ui.memory(|memory| memory.has_focus(id) || memory.has_focus(field_id(view.job)));
    state.reach = match (has_keys, ui.rect_contains_pointer(rect)) {
        (true, _) => Reach::Focused,
        (false, true) => Reach::Pointed,
        (false, false) => Reach::Away,
    };
    console_header_ui(ui, header, view, state, actions);
    if state.search.is_open {
        search_ui(ui, bar, view, state);
    }
    ask(ui, view.job, (&mut state.search, state.streams), actions);
    if !state.wishes.is_empty() {
        ui.ctx().request_repaint();
    }
    if view.takes_input {
        input_ui(ui, foot, (view.job, &view.title), &mut state.input, actions);
    }
}

/// The rows, and what lies over them.
fn body_ui(
    ui: &mut Ui,
    (rect, id): (Rect, Id),
    view: &ConsoleView<'_>,
    state: &mut ConsoleState,
    actions: &mut Vec<Action>,
) {
    let response = ui.interact(rect, id, Sense::click_and_drag());
    let name = format!("Console of {}", view.title);
    response.widget_info(|| WidgetInfo::labeled(Role::Log, true, &name));
    let metrics = Metrics::of(ui, rect, state.look, (state.left, view.rows.end_row(), view.rows.names()));
    state.rewrap(metrics.wrap);
    let hits = hits_of(view, &state.search);
    settle_filter(hits, state);
    let filter = hits.zip(state.search.filter());
    state.is_filtered = filter.is_some();
    let shown = Shown { rows: view.rows, streams: state.streams, filter };
    let mut sight = Sight::new(shown, metrics.wrap, rows_at_once(&metrics), std::mem::take(&mut state.texts));
    state.let_go_of_what_left(&sight);
    text_size(ui, &response, actions);
    wheel(ui, &response, state, &mut sight, &metrics);
    keys(ui, &response, state, &mut sight, &metrics);
    grant(std::mem::take(&mut state.wishes), view, state, &mut sight, actions);
    state.search.stand.note_moves(state.scroll);
    jump(ui, hits, state, &mut sight, &metrics);
    let placed = settle(state, &mut sight, &metrics);
    let current = hits.and_then(|hits| state.search.current_row(hits));
    state.search.stand.note_sight(state.scroll, current, &placed);
    let dragged = select(ui, &response, state, (&sight, &placed), &metrics);
    if dragged != 0.0 {
        state.scroll.by(dragged, &mut sight);
    }
    let body = Body {
        ui,
        metrics: &metrics,
        look: state.look,
        highlights: view.highlights,
        selected: state.selected_range(),
        hits: hits.map(|hits| (hits, current)),
    };
    body.paint(&placed, &mut sight);
    rows_ui(ui, &response, (&sight, &placed, &metrics));
    links_ui(ui, &response, (view, state), (&sight, &placed, &metrics), actions);
    if placed.is_empty() {
        empty_ui(ui, rect, view, (state.streams, filter.is_some()));
    }
    state.measure(&sight, &placed);
    state.left = state.left.clamp(0.0, most_left(state, &metrics));
    bars_ui(ui, id, state, (&mut sight, &placed), &metrics);
    if let Some(hits) = hits.filter(|_| filter.is_none()) {
        paint_marks(ui, hits, current, (&shown, &sight.held), &metrics);
    }
    if state.scroll.follows {
        state.seen_end = sight.held.end;
    }
    let seen_end = state.seen_end.clamp(sight.held.start, sight.held.end);
    let new = shown.place_of(sight.held.end).saturating_sub(shown.place_of(seen_end));
    state.texts = sight.into_texts();
    state.pill = None;
    if !state.scroll.follows && state.held.is_none() {
        pill_ui(ui, rect, &view.title, (new, filter.is_some()), state);
    }
    console_menu_ui(&response, view, state, actions);
}

/// Which rows are in sight now.
fn settle(state: &mut ConsoleState, sight: &mut Sight<'_>, metrics: &Metrics) -> Vec<Placed> {
    let before = state.scroll;
    let placed = state.scroll.settle(metrics.lines_in_sight, sight);
    // While little is found yet, all of it fits; that must not take hold of whoever reads further up.
    let is_partial = sight.shown.filter.is_some_and(|(hits, _)| hits.is_under_way());
    if is_partial && !before.follows {
        state.scroll = before;
    }
    placed
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lines of one screen")]
fn rows_at_once(metrics: &Metrics) -> usize {
    metrics.lines_in_sight.ceil() as usize + 3
}

/// The wheel with Ctrl or Cmd: one step in a frame, for a touchpad sends many small ones.
fn text_size(ui: &Ui, response: &Response, actions: &mut Vec<Action>) {
    let turned = |event: &Event| match event {
        Event::MouseWheel { delta, modifiers, .. } if modifiers.command && delta.y != 0.0 => Some(delta.y > 0.0),
        _ => None,
    };
    let step = ui.input(|input| input.events.iter().rev().find_map(turned)).filter(|_| response.contains_pointer());
    if let Some(is_up) = step {
        actions.push(Action::ConsoleText(if is_up { TextStep::Larger } else { TextStep::Smaller }));
    }
}

fn wheel(ui: &Ui, response: &Response, state: &mut ConsoleState, sight: &mut Sight<'_>, metrics: &Metrics) {
    if !response.contains_pointer() {
        return;
    }
    let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
    if delta.y != 0.0 {
        state.scroll.by(-f64::from(delta.y / metrics.row_height), sight);
    }
    state.left -= delta.x;
}

/// Gives every row in sight a node that a screen reader, and so a test, can read.
fn rows_ui(ui: &Ui, response: &Response, (sight, placed, metrics): (&Sight<'_>, &[Placed], &Metrics)) {
    const LONGEST: usize = 400;
    for placed in placed {
        let Some(text) = sight.text(placed.row) else { continue };
        let said = || {
            // A ground and a mark tell the kind to whoever sees them.
            let kind = match text.line.stream {
                Stream::Stdout => "",
                Stream::Stderr => "Error: ",
                Stream::Notice => "Notice: ",
            };
            let said = text.characters().iter().take(LONGEST).collect::<String>();
            let name = sight.shown.rows.name_of(&text.line);
            name.map_or_else(|| format!("{kind}{said}"), |name| format!("{kind}{}: {said}", name.text))
        };
        ui.interact(metrics.row_rect(placed), response.id.with(placed.row), Sense::hover())
            .widget_info(|| WidgetInfo::labeled(Role::Label, true, said()));
    }
}

/// Why there is nothing to be seen.
fn empty_ui(ui: &Ui, rect: Rect, view: &ConsoleView<'_>, (streams, is_filtered): (Streams, bool)) {
    let hidden = streams.hidden_text();
    let is_empty = view.rows.first_row() == view.rows.end_row();
    let text = match () {
        () if is_filtered && !is_empty => "No line matches".to_owned(),
        () if !is_empty => format!("Nothing else: {hidden}"),
        () if view.state.is_alive() => "Nothing written yet".to_owned(),
        () => "It wrote nothing".to_owned(),
    };
    let at = rect.left_top() + vec2(18.0, 8.0);
    ui.painter().text(at, Align2::LEFT_TOP, text, theme::console_font(ui), colors(ui).text_faint);
}

#[cfg(test)]
mod tests;
