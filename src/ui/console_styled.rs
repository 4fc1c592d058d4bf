//! Rows of a console that are more than plain text: read when they come into sight, painted in the theme's colours, their
//! links opened. What a row says is [`crate::engine::styled`]'s business.

use std::ops::Range;

use eframe::egui::text::{CCursor, LayoutJob, TextFormat};
use eframe::egui::{
    Color32, CursorIcon, Id, OpenUrl, Painter, Pos2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, accesskit,
    pos2,
};

use super::console::{ConsoleLine, ConsoleState, Metrics};
use super::console_text::{clean, column_count};
use super::terminal_colors::inks;
use super::theme::{self, colors};
use crate::engine::styled::{Attribute, Run, StyledRow, read_row};

/// A second stroke beside the first makes a bold letter of the one weight that there is.
const BOLD_OFFSET: f32 = 0.6;

/// The rows in sight that have styles or links.
#[derive(Clone, Debug, Default)]
pub(super) struct StyledRows {
    rows: Vec<Kept>,
}

/// A row that was read, and what it was read from.
#[derive(Clone, Debug)]
struct Kept {
    number: u64,
    source: String,
    row: StyledRow,
}

impl StyledRows {
    /// Reads what changed since the frame before, and forgets what left.
    pub(super) fn update(&mut self, lines: &[ConsoleLine]) {
        let mut before = std::mem::take(&mut self.rows).into_iter().peekable();
        for line in lines {
            while before.next_if(|kept| kept.number < line.number).is_some() {}
            if let Some(kept) = before.next_if(|kept| kept.number == line.number && kept.source == line.text) {
                self.rows.push(kept);
            } else if let Some(row) = read_row(&line.text) {
                self.rows.push(Kept { number: line.number, source: line.text.clone(), row });
            }
        }
    }

    /// That row, unless it is plain text.
    pub(super) fn row(&self, number: u64) -> Option<&StyledRow> {
        let index = self.rows.binary_search_by_key(&number, |kept| kept.number).ok()?;
        Some(&self.rows[index].row)
    }

    /// A line's characters as they are shown, `longest` of them at most.
    pub(super) fn text_of(&self, line: &ConsoleLine, longest: usize) -> String {
        match self.row(line.number) {
            Some(row) => row.columns.iter().take(longest).collect(),
            None => clean(&line.text).take(longest).collect(),
        }
    }

    /// How many columns a line takes, or an upper estimate.
    pub(super) fn column_count_of(&self, line: &ConsoleLine) -> usize {
        self.row(line.number).map_or_else(|| column_count(&line.text), |row| row.columns.len())
    }
}

/// What the text of a row is painted in where it has no colours of its own.
#[derive(Clone, Copy)]
pub(super) struct Plain {
    pub(super) text: Color32,
    pub(super) ground: Color32,
    pub(super) is_dark: bool,
}

/// Paints the given columns, the first of them at `at`.
pub(super) fn paint_styled(painter: &Painter, row: &StyledRow, columns: &Range<usize>, at: Pos2, plain: Plain) {
    painter.galley(at, painter.layout_job(layout(row, columns, plain, false)), plain.text);
    if runs_within(row, columns).any(|(run, _)| run.style.has(Attribute::Bold)) {
        let again = painter.layout_job(layout(row, columns, plain, true));
        painter.galley(pos2(at.x + BOLD_OFFSET, at.y), again, plain.text);
    }
}

/// The runs of which there is something among the columns, and what.
fn runs_within<'a>(row: &'a StyledRow, columns: &Range<usize>) -> impl Iterator<Item = (&'a Run, Range<usize>)> {
    let columns = columns.start..columns.end.min(row.columns.len());
    let first = row.runs.partition_point(|run| run.columns.end <= columns.start);
    let runs = row.runs[first..].iter().take_while(move |run| run.columns.start < columns.end);
    runs.map(move |run| (run, run.columns.start.max(columns.start)..run.columns.end.min(columns.end)))
}

/// The columns' text with its formats; for the second stroke only the bold ones are to be seen.
fn layout(row: &StyledRow, columns: &Range<usize>, plain: Plain, is_second_stroke: bool) -> LayoutJob {
    let mut job = LayoutJob { keep_trailing_whitespace: true, ..LayoutJob::default() };
    for (run, columns) in runs_within(row, columns) {
        let inks = inks(run.style, plain.text, plain.ground, plain.is_dark);
        let is_seen = !is_second_stroke || run.style.has(Attribute::Bold);
        let color = if is_seen { inks.text } else { Color32::TRANSPARENT };
        let stroke = |attribute| {
            if run.style.has(attribute) && !is_second_stroke { Stroke::new(1.0, color) } else { Stroke::NONE }
        };
        let format = TextFormat {
            font_id: theme::mono(),
            color,
            background: inks.background.filter(|_| !is_second_stroke).unwrap_or(Color32::TRANSPARENT),
            italics: run.style.has(Attribute::Italic),
            underline: stroke(Attribute::Underline),
            strikethrough: stroke(Attribute::Strikethrough),
            ..TextFormat::default()
        };
        let text: String = row.columns[columns].iter().collect();
        job.append(&text, 0.0, format);
    }
    job
}

/// The links of the rows in sight: underlined, most under the pointer, and opened by a click with Ctrl or Cmd. A plain click picks
/// the row, for a browser that comes up by mistake would cover the show.
pub(super) fn links_ui(ui: &Ui, response: &Response, state: &ConsoleState, top: f64, metrics: &Metrics) {
    let clicked = response.clicked() && ui.input(|input| input.modifiers.command);
    let left = metrics.left_of_text(state);
    let columns = metrics.columns_in_sight(left);
    for kept in state.styled.rows.iter().filter(|kept| !kept.row.links.is_empty()) {
        let row_rect = metrics.row_rect(kept.number, top).intersect(metrics.rect);
        let plain = Plain { text: colors(ui).text, ground: colors(ui).ground, is_dark: ui.visuals().dark_mode };
        let galley = ui.painter().layout_job(layout(&kept.row, &columns, plain, false));
        let x_of = |column: usize| {
            let within = galley.pos_from_cursor(CCursor::new(column - columns.start)).left();
            metrics.left_of_column(left, columns.start) + within
        };
        let runs: Vec<_> = runs_within(&kept.row, &columns).collect();
        for alike in runs.chunk_by(|(one, _), (other, _)| one.link == other.link) {
            let (Some((run, first)), Some((_, last))) = (alike.first(), alike.last()) else { continue };
            let Some(target) = run.link.and_then(|link| kept.row.links.get(link)) else { continue };
            let rect = Rect::from_x_y_ranges(x_of(first.start)..=x_of(last.end), row_rect.y_range());
            link_ui(ui, rect.intersect(metrics.rect), response.id.with((kept.number, first.start)), target, clicked);
        }
    }
}

fn link_ui(ui: &Ui, rect: Rect, id: Id, target: &str, clicked: bool) {
    let link = ui.interact(rect, id, Sense::hover());
    link.widget_info(|| WidgetInfo::labeled(Role::Link, true, target));
    ui.ctx().accesskit_node_builder(id, |node| node.add_action(accesskit::Action::Click));
    let is_under_pointer = link.contains_pointer();
    let pressed_by_reader = ui.input(|input| input.has_accesskit_action_request(id, accesskit::Action::Click));
    if (clicked && is_under_pointer) || pressed_by_reader {
        ui.ctx().open_url(OpenUrl::new_tab(target));
    }
    let line_color = if is_under_pointer { colors(ui).accent_text } else { colors(ui).text_faint };
    ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(1.0, line_color));
    if is_under_pointer {
        if ui.input(|input| input.modifiers.command) {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        }
        let key = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };
        link.on_hover_text_at_pointer(format!("{target}\n{key} and a click open it"));
    }
}
