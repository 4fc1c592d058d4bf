//! The monitor's rows, as a table. Only those in sight are copied, taken apart and laid out, so that a frame costs the same
//! at ten datagrams and at a million.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "from exact row numbers to points and columns of one screen"
)]

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{
    Align2, Button, Color32, EventFilter, Key, Modifiers, Painter, Pos2, Rect, Response, RichText, Role, Sense, Ui,
    WidgetInfo, pos2, vec2,
};
use jiff::tz::TimeZone;

use super::{MonitorData, MonitorState};
use crate::monitor::{Format, Kind, Look, Part, Row, as_text, parts_of};
use crate::ui::console_bar::bar_ui;
use crate::ui::icons;
use crate::ui::job_state::count_text;
use crate::ui::list_scroll::{Scroll, View, f64_of};
use crate::ui::theme::{self, colors, space};

/// What the table remembers.
#[derive(Clone, Debug, Default)]
pub(super) struct ListState {
    scroll: Scroll,
    /// How far the data is moved to the left, in points.
    left: f32,
    /// The widest row seen so far, in characters.
    columns: usize,
    /// First and last selected row, in the order in which they were picked.
    selection: Option<(u64, u64)>,
    /// The one row that is selected, even if it is gone by now.
    pub(super) picked: Option<Row>,
    /// One past the newest row when the table last followed.
    seen_end: u64,
    /// What is in sight, as far as it was in sight before.
    drawn: Vec<Drawn>,
    generation: u64,
    /// The most characters that a sender's address has taken.
    sender_columns: usize,
}

impl ListState {
    /// Other rows are shown from now on.
    pub(super) fn forget(&mut self) {
        *self = Self { generation: self.generation, ..Self::default() };
    }

    /// Nothing is selected any more.
    pub(super) fn let_go(&mut self) {
        self.selection = None;
        self.picked = None;
    }

    /// The same rows are shown otherwise from now on.
    pub(super) fn read_anew(&mut self) {
        self.drawn.clear();
        (self.left, self.columns) = (0.0, 0);
    }
}

/// A row that was taken apart.
#[derive(Clone, Debug)]
struct Drawn {
    row: Row,
    time: String,
    from: String,
    parts: Vec<Part>,
    columns: usize,
}

const HEADING_HEIGHT: f32 = 24.0;
const BAR_WIDTH: f32 = 8.0;
/// `12:01:07.123`
const TIME_COLUMNS: usize = 12;
/// `255.255.255.255:65535` and shorter take the same room, so that nothing jumps.
const SENDER_COLUMNS: std::ops::RangeInclusive<usize> = 21..=47;
/// `65507`
const BYTES_COLUMNS: usize = 5;
/// Left of the first column, and between two.
const GAP: f32 = 14.0;

/// Sizes of this frame, in points.
struct Metrics {
    rows: Rect,
    row_height: f32,
    column_width: f32,
    /// Where each column begins; that of the bytes ends where the data's gap begins.
    from_left: f32,
    bytes_right: f32,
    data_left: f32,
}

impl Metrics {
    fn of(ui: &Ui, rect: Rect, sender_columns: usize) -> Self {
        let font = theme::mono();
        let (height, column_width) = ui.fonts_mut(|fonts| (fonts.row_height(&font), fonts.glyph_width(&font, '0')));
        let width = |columns: usize| columns as f32 * column_width;
        let senders = sender_columns.clamp(*SENDER_COLUMNS.start(), *SENDER_COLUMNS.end());
        let from_left = rect.left() + GAP + width(TIME_COLUMNS) + GAP;
        let bytes_right = from_left + width(senders) + GAP + width(BYTES_COLUMNS);
        Self {
            rows: rect.with_min_y(rect.top() + HEADING_HEIGHT),
            row_height: (height + 3.0).round(),
            column_width,
            from_left,
            bytes_right,
            data_left: bytes_right + GAP,
        }
    }

    fn data(&self) -> Rect {
        self.rows.with_min_x(self.data_left)
    }

    fn row_rect(&self, row: u64, top: f64) -> Rect {
        let y = (self.rows.top() + (f64_of(row) - top) as f32 * self.row_height).round();
        Rect::from_min_size(pos2(self.rows.left(), y), vec2(self.rows.width(), self.row_height))
    }
}

/// The table, filling `rect`.
pub(super) fn list_ui(ui: &mut Ui, rect: Rect, data: &MonitorData<'_>, state: &mut MonitorState) {
    if state.list.generation != data.generation {
        state.list = ListState { generation: data.generation, ..ListState::default() };
    }
    let metrics = Metrics::of(ui, rect, state.list.sender_columns);
    let id = ui.make_persistent_id("monitor rows");
    let response = ui.interact(metrics.rows, id, Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Log, true, "What came"));
    let held = data.rows.held(state.format);
    let rows_in_sight = f64::from((metrics.rows.height() - BAR_WIDTH).max(metrics.row_height) / metrics.row_height);
    let seen = View { held: held.clone(), rows_in_sight };
    wheel(ui, &response, &mut state.list, &seen, &metrics);
    keys(ui, &response, data, state, &seen);
    state.list.scroll.settle(&seen);
    let top = state.list.scroll.top_row;
    update(data, state, seen.rows_to_draw(top));
    select(ui, &response, &mut state.list, &seen, &metrics);
    let painter = ui.painter_at(metrics.rows);
    let selected = selected_rows(&state.list);
    let mut before: Option<&Row> = None;
    for drawn in &state.list.drawn {
        // Further rows of a datagram are told from its first by what they don't repeat.
        let is_further = before.is_some_and(|row| Arc::ptr_eq(&row.datagram, &drawn.row.datagram));
        before = Some(&drawn.row);
        let row_rect = metrics.row_rect(drawn.row.number, top);
        let is_selected = selected.as_ref().is_some_and(|rows| rows.contains(&drawn.row.number));
        paint_row(ui, &painter, drawn, (row_rect, &metrics), (is_selected, is_further, state.list.left));
        let named = ui.interact(row_rect, id.with(drawn.row.number), Sense::hover());
        named.widget_info(|| WidgetInfo::labeled(Role::Label, true, said(drawn)));
    }
    heading_ui(ui, rect, &metrics, state.format);
    bars_ui(ui, id, &mut state.list, &seen, &metrics);
    if state.list.scroll.follows {
        state.list.seen_end = held.end;
    }
}

/// Copies what came into sight, and takes it apart; what was in sight before is kept.
fn update(data: &MonitorData<'_>, state: &mut MonitorState, range: Range<u64>) {
    let list = &mut state.list;
    let mut rows = Vec::new();
    data.rows.copy_rows(state.format, range, &mut rows);
    let mut before = std::mem::take(&mut list.drawn).into_iter().peekable();
    for row in rows {
        while before.next_if(|drawn| drawn.row.number < row.number).is_some() {}
        // A filter numbers anew when it is changed, so the row has to be the same too.
        let drawn = before.next_if(|drawn| drawn.row == row).unwrap_or_else(|| draw(row, state.format, state.look));
        list.columns = list.columns.max(drawn.columns);
        list.sender_columns = list.sender_columns.max(drawn.from.len());
        list.drawn.push(drawn);
    }
}

fn draw(row: Row, format: Format, look: Look) -> Drawn {
    let mut parts = parts_of(row.content(), format, look);
    if row.missing > 0 {
        let lines = if row.missing == 1 { "line" } else { "lines" };
        let text = format!("{} {} {lines} missing  ", icons::WARNING_FILLED, count_text(row.missing));
        parts.insert(0, Part { kind: Kind::Problem, text });
    }
    let columns = parts.iter().map(|part| part.text.chars().count()).sum();
    let time = row.at.to_zoned(TimeZone::system()).strftime("%H:%M:%S%.3f").to_string();
    Drawn { time, from: row.from.to_string(), columns, parts, row }
}

/// What a screen reader, and so a test, is told of a row.
fn said(drawn: &Drawn) -> String {
    const LONGEST: usize = 400;
    as_text(&drawn.parts).replace(icons::WARNING_FILLED, "").trim_start().chars().take(LONGEST).collect()
}

fn paint_row(
    ui: &Ui,
    painter: &Painter,
    drawn: &Drawn,
    (rect, metrics): (Rect, &Metrics),
    (is_selected, is_further, left): (bool, bool, f32),
) {
    let colors = colors(ui);
    let fill = match (is_selected, drawn.row.missing) {
        (true, _) => colors.accent_tint,
        (false, 0) => Color32::TRANSPARENT,
        (false, _) => colors.warn_tint,
    };
    painter.rect_filled(rect, 0.0, fill);
    let y = rect.top() + 1.0;
    if !is_further {
        let left = pos2(metrics.rows.left() + GAP, y);
        painter.text(left, Align2::LEFT_TOP, &drawn.time, theme::mono(), colors.text_faint);
        painter.text(pos2(metrics.from_left, y), Align2::LEFT_TOP, &drawn.from, theme::mono(), colors.text_weak);
    }
    let bytes = drawn.row.content().len().to_string();
    painter.text(pos2(metrics.bytes_right, y), Align2::RIGHT_TOP, bytes, theme::mono(), colors.text_faint);
    let data = painter.with_clip_rect(metrics.data().intersect(painter.clip_rect()));
    paint_parts(ui, &data, &drawn.parts, pos2(metrics.data_left - left, y), metrics);
}

/// Only the characters in sight are laid out.
fn paint_parts(ui: &Ui, painter: &Painter, parts: &[Part], at: Pos2, metrics: &Metrics) {
    let data = metrics.data();
    let mut skipped = ((data.left() - at.x).max(0.0) / metrics.column_width).floor() as usize;
    let at = pos2(at.x + skipped as f32 * metrics.column_width, at.y);
    let mut room = (data.width() / metrics.column_width).ceil() as usize + 2;
    let mut job = LayoutJob { break_on_newline: false, keep_trailing_whitespace: true, ..LayoutJob::default() };
    for part in parts {
        let length = part.text.chars().count();
        if skipped >= length {
            skipped -= length;
            continue;
        }
        let text: String = part.text.chars().skip(std::mem::take(&mut skipped)).take(room).collect();
        room -= text.chars().count();
        job.append(&text, 0.0, TextFormat::simple(theme::mono(), color_of(ui, part.kind)));
        if room == 0 {
            break;
        }
    }
    job.wrap.max_width = f32::INFINITY;
    painter.galley(at, painter.layout_job(job), colors(ui).text);
}

fn color_of(ui: &Ui, kind: Kind) -> Color32 {
    let colors = colors(ui);
    match kind {
        Kind::Text => colors.text,
        Kind::Escape | Kind::Weak => colors.text_faint,
        Kind::Name => colors.accent_text,
        Kind::Problem => colors.warn,
    }
}

fn heading_ui(ui: &Ui, rect: Rect, metrics: &Metrics, format: Format) {
    let heading = rect.with_max_y(metrics.rows.top());
    ui.painter().rect_filled(heading, 0.0, colors(ui).surface);
    ui.painter().hline(heading.x_range(), heading.bottom(), (1.0, colors(ui).line));
    let y = heading.center().y;
    let title = |x: f32, align: Align2, text: &str| {
        ui.painter().text(pos2(x, y), align, text, theme::small(), colors(ui).text_weak);
    };
    title(rect.left() + GAP, Align2::LEFT_CENTER, "Time");
    title(metrics.from_left, Align2::LEFT_CENTER, "From");
    title(metrics.bytes_right, Align2::RIGHT_CENTER, "Bytes");
    let what = match format {
        Format::Message => "Message",
        Format::Line => "Line",
        Format::Byte => "Byte: decimal, hexadecimal, as text",
    };
    title(metrics.data_left, Align2::LEFT_CENTER, what);
}

fn wheel(ui: &Ui, response: &Response, list: &mut ListState, seen: &View, metrics: &Metrics) {
    if !response.contains_pointer() {
        return;
    }
    let delta = ui.input_mut(|input| std::mem::take(&mut input.smooth_scroll_delta));
    if delta.y != 0.0 {
        list.scroll.by(-f64::from(delta.y / metrics.row_height), seen);
    }
    list.left = (list.left - delta.x).clamp(0.0, most_left(list, metrics));
}

fn most_left(list: &ListState, metrics: &Metrics) -> f32 {
    (list.columns as f32 * metrics.column_width + GAP * 2.0 - metrics.data().width()).max(0.0)
}

fn keys(ui: &Ui, response: &Response, data: &MonitorData<'_>, state: &mut MonitorState, seen: &View) {
    if response.clicked() || response.drag_started() {
        response.request_focus();
    }
    if !response.has_focus() {
        return;
    }
    let list = &mut state.list;
    let filter = EventFilter { vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let page = seen.rows_in_sight - 1.0;
    for (key, rows) in [(Key::ArrowUp, -1.0), (Key::ArrowDown, 1.0), (Key::PageUp, -page), (Key::PageDown, page)] {
        if pressed(key) {
            list.scroll.by(rows, seen);
        }
    }
    if pressed(Key::Home) {
        list.scroll.by(f64::NEG_INFINITY, seen);
    }
    if pressed(Key::End) {
        list.scroll.follows = true;
    }
    if pressed(Key::Escape) {
        list.let_go();
    }
    if ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A)) && !seen.held.is_empty() {
        list.selection = Some((seen.held.start, seen.held.end - 1));
    }
    let copies = ui.input(|input| input.events.iter().any(|event| matches!(event, eframe::egui::Event::Copy)));
    if copies && let Some(rows) = selected_rows(list) {
        copy_to_clipboard(ui, data, (state.format, state.look), rows);
    }
}

/// The rows as text: when, from whom, what.
fn copy_to_clipboard(ui: &Ui, data: &MonitorData<'_>, (format, look): (Format, Look), wanted: Range<u64>) {
    /// As many as a person pastes somewhere; more would hold the window up.
    const MOST: u64 = 20_000;
    let wanted = wanted.start.max(wanted.end.saturating_sub(MOST))..wanted.end;
    let mut rows = Vec::new();
    data.rows.copy_rows(format, wanted, &mut rows);
    let line = |row: Row| {
        let drawn = draw(row, format, look);
        format!("{}  {}  {}", drawn.time, drawn.from, said(&drawn))
    };
    ui.copy_text(rows.into_iter().map(line).collect::<Vec<_>>().join("\n"));
}

fn selected_rows(list: &ListState) -> Option<Range<u64>> {
    list.selection.map(|(one, other)| one.min(other)..one.max(other) + 1)
}

/// Pressing picks a row, dragging a range, Shift extends; a plain click on what is selected lets go.
fn select(ui: &Ui, response: &Response, list: &mut ListState, seen: &View, metrics: &Metrics) {
    let Some(pointer) = response.interact_pointer_pos() else { return };
    let top_row = list.scroll.top_row;
    let row_at = |y: f32| seen.row_at(top_row, f64::from((y - metrics.rows.top()) / metrics.row_height));
    let Some(row) = row_at(pointer.y) else { return };
    if response.drag_started() {
        let pressed_at = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
        list.selection = row_at(pressed_at.y).map(|anchor| (anchor, row));
    } else if response.dragged() {
        list.selection = list.selection.map(|(anchor, _)| (anchor, row));
    } else if response.clicked() {
        let extends = ui.input(|input| input.modifiers.shift);
        list.selection = match list.selection {
            Some((anchor, _)) if extends => Some((anchor, row)),
            Some(only) if only == (row, row) => None,
            Some(_) | None => Some((row, row)),
        };
        // What is looked at closely must not be scrolled away by what comes.
        list.scroll.follows &= list.selection.is_none();
    }
    list.picked = list.selection.filter(|(one, other)| one == other).and_then(|(row, _)| {
        let drawn = list.drawn.iter().find(|drawn| drawn.row.number == row);
        drawn.map(|drawn| drawn.row.clone()).or(list.picked.take())
    });
}

fn bars_ui(ui: &Ui, id: eframe::egui::Id, list: &mut ListState, seen: &View, metrics: &Metrics) {
    let rect = metrics.rows;
    let track = Rect::from_min_max(pos2(rect.right() - BAR_WIDTH, rect.top()), rect.max);
    let total = seen.row_count();
    if total > seen.rows_in_sight {
        let first = f64_of(seen.held.start);
        let share = (seen.rows_in_sight / total) as f32;
        let position = ((list.scroll.top_row - first) / (total - seen.rows_in_sight)) as f32;
        if let Some(position) = bar_ui(ui, id.with("vertical"), track, (share, position)) {
            list.scroll.to(first + f64::from(position) * (total - seen.rows_in_sight), seen);
        }
    }
    let most = most_left(list, metrics);
    list.left = list.left.min(most);
    if most > 0.0 {
        let data = metrics.data();
        let track = Rect::from_min_max(pos2(data.left(), rect.bottom() - BAR_WIDTH), pos2(track.left(), rect.bottom()));
        let share = data.width() / (data.width() + most);
        if let Some(position) = bar_ui(ui, id.with("horizontal"), track, (share, list.left / most)) {
            list.left = position * most;
        }
    }
}

/// Where the newest rows aren't followed: how many came since, and back to them.
pub(super) fn follow_ui(ui: &mut Ui, data: &MonitorData<'_>, state: &mut MonitorState) {
    let list = &mut state.list;
    let held = data.rows.held(state.format);
    if list.scroll.follows || held.is_empty() {
        return;
    }
    let text = match held.end.saturating_sub(list.seen_end) {
        0 => "Follow".to_owned(),
        count => format!("Follow  ·  {} new", count_text(count)),
    };
    let color = colors(ui).accent_text;
    let icon = RichText::new(icons::ARROW_LINE_DOWN).color(color);
    let text = RichText::new(text).font(theme::small()).color(color);
    ui.spacing_mut().button_padding = vec2(space::S, 1.0);
    let button = Button::new((icon, text)).fill(colors(ui).accent_tint).min_size(vec2(0.0, 22.0));
    let follow = ui.add(button).accessible_name("Follow: monitor");
    if follow.on_hover_text("Go to the newest row, and stay there  (End)").clicked() {
        list.scroll.follows = true;
    }
}
