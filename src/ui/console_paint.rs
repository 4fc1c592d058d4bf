//! Painting the rows that are in sight: their grounds, marks, numbers, times, what is selected and found, their text.

use std::ops::Range;

use eframe::egui::{Align2, Color32, FontId, Painter, Rect, StrokeKind, Ui, pos2, vec2};

use super::console_cells::RowText;
use super::console_hits::{RowPlaces, paint_places};
use super::console_letters::Letters;
use super::console_lines::{Metrics, TextLine};
use super::console_names::paint_name;
use super::console_rows::{RowSource, Stream};
use super::console_scroll::{Ladder, Placed};
use super::console_search::Hits;
use super::console_selection::{LINE_END, Point, selected_in};
use super::console_sight::Sight;
use super::console_styled::{Plain, grounds, paint_styled};
use super::console_times::time_text;
use super::highlight_inks::inks;
use super::icons;
use super::job_state::count_text;
use super::theme::{self, colors};
use crate::model::{ConsoleLook, Highlights, Times};

/// Of a bar at the left edge of a row, in points.
const EDGE_WIDTH: f32 = 3.0;

/// What painting the rows needs.
pub(super) struct Body<'a> {
    pub ui: &'a Ui,
    pub metrics: &'a Metrics,
    pub look: ConsoleLook,
    /// Of each job.
    pub highlights: &'a [Highlights],
    pub selected: Option<Range<Point>>,
    /// What was found, and the row that the reader was taken to.
    pub hits: Option<(&'a dyn Hits, Option<u64>)>,
}

impl Body<'_> {
    pub(super) fn paint(&self, placed: &[Placed], sight: &mut Sight<'_>) {
        let mut above = match (self.look.times, placed.first()) {
            (Times::SinceLine, Some(first)) => {
                sight.before(first.row).and_then(|row| sight.text(row)).map(|text| text.line.at)
            }
            (Times::Hidden | Times::Clock | Times::SinceStart | Times::SinceLine, _) => None,
        };
        let painter = self.ui.painter_at(self.metrics.rect);
        let text_painter = self.ui.painter_at(self.metrics.text_rect().intersect(self.ui.clip_rect()));
        let letters = Letters::of(&text_painter, theme::console_font(self.ui).size);
        let letters = letters.as_deref();
        let rows = sight.shown.rows;
        let started = self.started(rows, placed);
        for (index, placed) in placed.iter().enumerate() {
            let Some(text) = sight.text(placed.row) else { continue };
            let time = match self.look.times {
                Times::Hidden => String::new(),
                times @ (Times::Clock | Times::SinceStart | Times::SinceLine) => {
                    time_text(times, text.line.at, above, started.get(index).copied().flatten())
                }
            };
            above = Some(text.line.at);
            self.paint_row((&painter, &text_painter, letters), (text, placed), &time, rows);
        }
    }

    /// When the run of each of these rows began, where that is to be shown.
    fn started(&self, rows: &dyn RowSource, placed: &[Placed]) -> Vec<Option<jiff::Timestamp>> {
        match self.look.times {
            Times::SinceStart => rows.runs_started(&placed.iter().map(|placed| placed.row).collect::<Vec<_>>()),
            Times::Hidden | Times::Clock | Times::SinceLine => Vec::new(),
        }
    }

    fn paint_row(
        &self,
        (painter, texts, letters): (&Painter, &Painter, Option<&Letters>),
        (text, placed): (&RowText, &Placed),
        time: &str,
        rows: &dyn RowSource,
    ) {
        let name = rows.name_of(&text.line);
        let rules = self.highlights.get(text.line.part);
        let (metrics, colors) = (self.metrics, colors(self.ui));
        let (fill, text_color) = match text.line.stream {
            Stream::Stdout => (Color32::TRANSPARENT, colors.text),
            Stream::Stderr => (colors.bad_tint, colors.text),
            Stream::Notice => (Color32::TRANSPARENT, colors.accent_text),
        };
        let highlight = rules.and_then(|rules| text.highlight(rules)).map(|color| inks(colors, color));
        let (fill, text_color) = highlight.map_or((fill, text_color), |inks| (inks.ground, inks.text));
        if text.left_out > 0 {
            self.paint_gap(painter, text.left_out, metrics.y_of(placed.top));
        }
        let ground = if fill == Color32::TRANSPARENT { colors.ground } else { fill };
        let points = theme::console_font(self.ui).size;
        let plain = Plain { text: text_color, ground, is_dark: self.ui.visuals().dark_mode, points };
        let selected = self.selected.as_ref().and_then(|range| selected_in(range, text.line.number));
        let matches = self.hits.map(|(hits, _)| RowPlaces::of(text, hits));
        for line in metrics.text_lines(text, placed) {
            painter.rect_filled(line.rect, 0.0, fill);
            let columns = selected.as_ref().map(|selected| selected_columns(text, selected));
            if let Some(rect) = columns.as_ref().and_then(|columns| line.span(columns)) {
                texts.rect_filled(rect, 0.0, colors.accent_tint);
            }
            let found = matches.as_ref().map(|matches| matches.within(&line.columns)).unwrap_or_default();
            let is_current = self.hits.is_some_and(|(_, current)| current == Some(text.line.number));
            paint_places((self.ui, texts), &line, &found, is_current);
            paint_styled((texts, letters), text, &line, plain);
            if columns.is_some() || !found.is_empty() {
                let grounds = grounds(text, &line, plain);
                paint_over(texts, &line, &grounds, columns.as_slice());
                paint_over(texts, &line, &grounds, &found);
            }
            if line.is_first {
                self.paint_before(painter, text, time, line.rect);
                if let Some(name) = name {
                    let (left, width) = metrics.names;
                    paint_name(self.ui, painter, name, (left, line.rect.top()).into(), width);
                }
            } else {
                let at = pos2(metrics.text_left - 4.0, line.rect.center().y);
                painter.text(at, Align2::RIGHT_CENTER, "↳", theme::small(), colors.text_faint);
            }
            // Beside the edge of a highlight it can still be told where the line came from.
            let mark_left = match highlight {
                Some(inks) => {
                    paint_edge(painter, line.rect, inks.text);
                    line.rect.left() + EDGE_WIDTH + 1.0
                }
                None => line.rect.left(),
            };
            self.paint_mark(painter, text.line.stream, line.rect.with_min_x(mark_left), line.is_first);
        }
    }

    /// What stands before a row's text.
    fn paint_before(&self, painter: &Painter, text: &RowText, time: &str, rect: Rect) {
        let color = colors(self.ui).text_faint;
        let write = |right: f32, what: &str| {
            painter.text(pos2(right, rect.top() + 1.0), Align2::RIGHT_TOP, what, theme::console_font(self.ui), color);
        };
        if self.look.numbers {
            write(self.metrics.numbers_right, &(text.line.number + 1).to_string());
        }
        if !time.is_empty() {
            write(self.metrics.times_right, time);
        }
    }

    /// The sign of the stream that needs no colour: none, a bar, a dot.
    fn paint_mark(&self, painter: &Painter, stream: Stream, row: Rect, is_first: bool) {
        let colors = colors(self.ui);
        match stream {
            Stream::Stderr => {
                paint_edge(painter, row, colors.bad);
            }
            Stream::Notice if is_first => {
                let center = pos2(row.left() + 9.0, row.center().y);
                let font = FontId::proportional(12.0);
                painter.text(center, Align2::CENTER_CENTER, icons::INFO, font, colors.accent_text);
            }
            Stream::Stdout | Stream::Notice => {}
        }
    }

    /// Says that rows are left out.
    fn paint_gap(&self, painter: &Painter, left_out: u64, top: f32) {
        let (metrics, colors) = (self.metrics, colors(self.ui));
        let y = (top + metrics.row_height / 2.0).round();
        let lines = if left_out == 1 { "line" } else { "lines" };
        let what = format!("{} {lines} left out", count_text(left_out));
        let said =
            painter.text(pos2(metrics.text_left, y), Align2::LEFT_CENTER, what, theme::small(), colors.text_faint);
        let stroke = (1.0, colors.line_strong);
        painter.hline(metrics.rect.left()..=said.left() - 6.0, y, stroke);
        painter.hline(said.right() + 6.0..=metrics.rect.right(), y, stroke);
    }
}

/// The columns of what is selected of a row.
fn selected_columns(text: &RowText, selected: &Range<usize>) -> Range<usize> {
    let end = match selected.end {
        // The line's end is selected too; and so an empty line can be seen to be.
        LINE_END => text.column_count() + 1,
        end => text.column_of(end),
    };
    text.column_of(selected.start)..end
}

/// Frames what is marked where a ground of its own covers the mark behind it: in the ink of its text, which stands out from
/// the ground whatever that is.
fn paint_over(painter: &Painter, line: &TextLine, grounds: &[(Range<usize>, Color32)], marked: &[Range<usize>]) {
    for (ground, ink) in grounds {
        // Both are in order: of a row with hundreds of each, few meet.
        let first = marked.partition_point(|marked| marked.end <= ground.start);
        for marked in marked[first..].iter().take_while(|marked| marked.start < ground.end) {
            let covered = ground.start.max(marked.start)..ground.end.min(marked.end);
            if let Some(rect) = line.span(&covered).filter(|_| !covered.is_empty()) {
                painter.rect_filled(rect, 0.0, ink.gamma_multiply(0.2));
                painter.rect_stroke(rect, 0.0, (1.0, *ink), StrokeKind::Inside);
            }
        }
    }
}

/// A bar at the left edge of a row.
fn paint_edge(painter: &Painter, row: Rect, color: Color32) {
    painter.rect_filled(Rect::from_min_size(row.min, vec2(EDGE_WIDTH, row.height())), 0.0, color);
}
