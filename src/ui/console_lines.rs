//! Where the rows of a console lie on the screen: sizes of this frame, and the lines that a row's text is broken into.
//! Columns are all of one width, so nothing has to be laid out to know where a character stands.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "columns, lines and points of one screen"
)]

use std::ops::Range;

use eframe::egui::{Rect, Ui, pos2, vec2};

use super::console_cells::RowText;
use super::console_names::{JobName, name_columns};
use super::console_scroll::Placed;
use super::console_times::TIME_COLUMNS;
use super::theme;
use crate::model::{ConsoleLook, Times};

/// Left of all: the mark that tells the streams apart.
const MARK_WIDTH: f32 = 18.0;
/// Between numbers, times and the text.
const GAP: f32 = 10.0;
pub(super) const BAR_WIDTH: f32 = 8.0;
/// Above the first row.
pub(super) const TOP_MARGIN: f32 = 3.0;
/// Columns beside a place that is brought into sight.
const COLUMNS_BESIDE: usize = 16;
/// Fewer columns than these are not worth to wrap to.
const FEWEST_COLUMNS: usize = 16;

/// Sizes of this frame, in points.
pub(super) struct Metrics {
    pub rect: Rect,
    pub row_height: f32,
    pub column_width: f32,
    /// How many lines fit, a part of one included.
    pub lines_in_sight: f64,
    /// Where the names of jobs begin, and how wide they are.
    pub names: (f32, f32),
    /// Where numbers and times end that stand before the text, if they are shown.
    pub numbers_right: f32,
    pub times_right: f32,
    /// Where the text begins that isn't moved to the left.
    pub text_left: f32,
    /// Columns in a line, if long rows wrap.
    pub wrap: Option<usize>,
    /// How far the text is moved to the left.
    pub left: f32,
}

/// One line of a row's text.
pub(super) struct TextLine {
    pub rect: Rect,
    /// Those of which there may be something to be seen.
    pub columns: Range<usize>,
    /// The row's text begins here, or goes on.
    pub is_first: bool,
    /// Where column 0 of the row would stand.
    origin: f32,
    column_width: f32,
}

impl TextLine {
    /// Where a column begins.
    pub(super) fn x_of(&self, column: usize) -> f32 {
        self.origin + column as f32 * self.column_width
    }

    /// From column to column, as far as they are in this line.
    pub(super) fn span(&self, columns: &Range<usize>) -> Option<Rect> {
        let (start, end) = (columns.start.max(self.columns.start), columns.end.min(self.columns.end));
        (start < end).then(|| Rect::from_x_y_ranges(self.x_of(start)..=self.x_of(end), self.rect.y_range()))
    }

    /// The boundary between columns that is nearest to a point, or the column under it.
    pub(super) fn column_at(&self, x: f32, nearest: bool) -> usize {
        let columns = (x - self.origin) / self.column_width + if nearest { 0.5 } else { 0.0 };
        (columns.floor().max(0.0) as usize).clamp(self.columns.start, self.columns.end)
    }
}

impl Metrics {
    /// `end` is one past the newest row, which has the longest number.
    pub(super) fn of(ui: &Ui, rect: Rect, look: ConsoleLook, (left, end, names): (f32, u64, &[JobName])) -> Self {
        let font = theme::console_font(ui);
        let (height, column_width) = ui.fonts_mut(|fonts| (fonts.row_height(&font), fonts.glyph_width(&font, '0')));
        let row_height = (height + 2.0).round();
        let lines_in_sight = (rect.height() - BAR_WIDTH).max(row_height) / row_height;
        let digits = (end.max(1).ilog10() as usize + 1).max(4);
        let width = |is_shown: bool, columns: usize| if is_shown { columns as f32 * column_width + GAP } else { 0.0 };
        let names_left = rect.left() + MARK_WIDTH;
        let names_width = width(!names.is_empty(), name_columns(names));
        let numbers_right = names_left + names_width + width(look.numbers, digits);
        let text_left = numbers_right + width(look.times != Times::Hidden, TIME_COLUMNS);
        let (numbers_right, times_right) = (numbers_right - GAP, text_left - GAP);
        // A wide character may begin in the last column, so one more is kept free.
        let columns = ((rect.right() - BAR_WIDTH - text_left) / column_width).floor().max(0.0) as usize;
        let wrap = look.wraps.then_some(columns.saturating_sub(1).max(FEWEST_COLUMNS));
        let left = if look.wraps { 0.0 } else { left };
        let lines_in_sight = f64::from(lines_in_sight);
        Self {
            rect,
            row_height,
            column_width,
            lines_in_sight,
            names: (names_left, (names_width - GAP).max(0.0)),
            numbers_right,
            times_right,
            text_left,
            wrap,
            left,
        }
    }

    /// The text's part of the console.
    pub(super) fn text_rect(&self) -> Rect {
        Rect::from_min_max(pos2(self.text_left - 2.0, self.rect.top()), self.rect.max)
    }

    /// Which line of a row a character is in, those above its text included.
    pub(super) fn line_of(&self, text: &RowText, character: usize) -> u32 {
        let line = self.wrap.map_or(0, |wrap| text.column_of(character) / wrap);
        text.lines_above() + (line as u32).min(text.lines(self.wrap) - 1)
    }

    /// How far the text is to be moved to the left for these columns to be in sight; no further than now if they are.
    pub(super) fn left_for(&self, columns: &Range<usize>, left: f32) -> f32 {
        let (start, end) = (columns.start as f32 * self.column_width, columns.end as f32 * self.column_width);
        let width = (self.rect.right() - BAR_WIDTH - self.text_left).max(0.0);
        let beside = (COLUMNS_BESIDE as f32 * self.column_width).min(width / 3.0);
        let before = (start - beside).max(0.0);
        match () {
            () if self.wrap.is_some() || (start >= left && end <= left + width) => left,
            // What can be seen beside its row's beginning is.
            () if end + beside <= width => 0.0,
            () if start < left => before,
            () => (end + beside - width).min(before),
        }
    }

    /// So many lines below the top.
    pub(super) fn y_of(&self, lines: f64) -> f32 {
        (self.rect.top() + lines as f32 * self.row_height).round() + TOP_MARGIN
    }

    /// How many lines a point is below the top.
    pub(super) fn lines_at(&self, y: f32) -> f64 {
        f64::from((y - self.rect.top() - TOP_MARGIN) / self.row_height)
    }

    /// All of a row, what stands above its text included.
    pub(super) fn row_rect(&self, placed: &Placed) -> Rect {
        let rect = Rect::from_x_y_ranges(self.rect.x_range(), self.y_of(placed.top)..=self.y_of(placed.bottom()));
        rect.intersect(Rect::everything_above(self.rect.bottom()))
    }

    /// The lines of a row that are in sight.
    pub(super) fn text_lines(&self, text: &RowText, placed: &Placed) -> Vec<TextLine> {
        let top = placed.top + f64::from(text.lines_above());
        let count = text.lines(self.wrap);
        let first = (-top).floor().clamp(0.0, f64::from(count)) as u32;
        let end = ((self.lines_in_sight + 2.0 - top).ceil().clamp(0.0, f64::from(count))) as u32;
        (first..end)
            .map(|line| {
                let y = self.y_of(top + f64::from(line));
                let rect = Rect::from_min_size(pos2(self.rect.left(), y), vec2(self.rect.width(), self.row_height));
                let begins = self.wrap.map_or(0, |wrap| line as usize * wrap);
                let columns = match self.wrap {
                    Some(wrap) => begins..begins + wrap,
                    None => self.columns_in_sight(),
                };
                let origin = self.text_left - self.left - begins as f32 * self.column_width;
                TextLine { rect, columns, is_first: line == 0, origin, column_width: self.column_width }
            })
            .collect()
    }

    fn columns_in_sight(&self) -> Range<usize> {
        let first = (self.left / self.column_width).floor() as usize;
        // A wide character that begins before the edge is seen too.
        let first = first.saturating_sub(1);
        first..first + ((self.rect.right() - self.text_left).max(0.0) / self.column_width).ceil() as usize + 3
    }
}
