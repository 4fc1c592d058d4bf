//! A row's text: painted column by column in the theme's colours. What a row says is [`crate::engine::styled`]'s business.

use std::ops::Range;
use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Color32, FontId, Galley, Painter, Stroke, pos2};

use super::console_cells::{RowText, is_wide, joins};
use super::console_letters::Letters;
use super::console_lines::TextLine;
use super::terminal_colors::{Inks, inks};
use crate::engine::styled::{Attribute, Run, StyledRow};

/// A second stroke beside the first makes a bold letter of the one weight that there is.
const BOLD_OFFSET: f32 = 0.6;
/// Joins the character after it to the one before.
const JOINER: char = '\u{200d}';

/// What the text of a row is painted in where it has no colours of its own.
#[derive(Clone, Copy)]
pub(super) struct Plain {
    pub(super) text: Color32,
    pub(super) ground: Color32,
    pub(super) is_dark: bool,
    /// The size of the text.
    pub(super) points: f32,
}

impl Plain {
    fn inks(self, run: &Run) -> Inks {
        inks(run.style, self.text, self.ground, self.is_dark)
    }
}

/// Paints one line of a row; only what is in sight is laid out, so that a long row costs what a short one does.
pub(super) fn paint_styled(
    (painter, letters): (&Painter, Option<&Letters>),
    text: &RowText,
    line: &TextLine,
    plain: Plain,
) {
    let shown = text.characters_in(&line.columns);
    let y = line.rect.top() + 1.0;
    if let Some(set) = letters.and_then(|letters| set(letters, &text.row, &shown, plain)) {
        painter.galley(pos2(line.x_of(text.column_of(shown.start)), y), set, plain.text);
        return;
    }
    for stretch in stretches(painter, text.characters(), shown, plain.points) {
        let x = line.x_of(text.column_of(stretch.start));
        painter.galley(pos2(x, y), painter.layout_job(layout(&text.row, &stretch, plain, false)), plain.text);
        if runs_within(&text.row, &stretch).any(|(run, _)| run.style.has(Attribute::Bold)) {
            let again = painter.layout_job(layout(&text.row, &stretch, plain, true));
            painter.galley(pos2(x + BOLD_OFFSET, y), again, plain.text);
        }
    }
}

/// The parts of a line that lie on a ground of their own, in columns, and what their text is painted in.
pub(super) fn grounds(text: &RowText, line: &TextLine, plain: Plain) -> Vec<(Range<usize>, Color32)> {
    let shown = text.characters_in(&line.columns);
    let grounded = runs_within(&text.row, &shown).filter_map(|(run, shown)| {
        let inks = plain.inks(run);
        inks.background?;
        Some((text.column_of(shown.start)..text.column_of(shown.end), inks.text))
    });
    grounded.collect()
}

/// Characters that are nothing but letters in colours; most rows are no more.
fn set(letters: &Letters, row: &StyledRow, shown: &Range<usize>, plain: Plain) -> Option<Arc<Galley>> {
    const MORE: [Attribute; 4] = [Attribute::Bold, Attribute::Italic, Attribute::Underline, Attribute::Strikethrough];
    let is_more = |run: &Run| MORE.iter().any(|more| run.style.has(*more)) || plain.inks(run).background.is_some();
    if runs_within(row, shown).any(|(run, _)| is_more(run)) {
        return None;
    }
    letters.set(runs_within(row, shown).map(|(run, shown)| (&row.columns[shown], plain.inks(run).text)))
}

/// How a character stands in its column.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    Exact,
    Wide,
    /// Of another font, whose characters have widths of their own.
    Foreign,
}

/// Parts that can be laid out at once and still stand in their columns: fonts other than ours have other widths.
fn stretches(painter: &Painter, characters: &[char], shown: Range<usize>, points: f32) -> Vec<Range<usize>> {
    if shown.is_empty() {
        return Vec::new();
    }
    if characters[shown.clone()].iter().all(char::is_ascii) {
        return vec![shown];
    }
    let font = FontId::monospace(points);
    painter.fonts_mut(|fonts| {
        let column_width = fonts.glyph_width(&font, '0');
        let mut fit_of = |character: char| match character {
            c if c.is_ascii() => Fit::Exact,
            c if is_wide(c) => Fit::Wide,
            c if (fonts.glyph_width(&font, c) - column_width).abs() < 0.01 => Fit::Exact,
            _ => Fit::Foreign,
        };
        let (mut found, mut start, mut before) = (Vec::new(), shown.start, None);
        for index in shown.clone() {
            let character = characters[index];
            if index > start && (joins(character) || characters[index - 1] == JOINER) {
                continue;
            }
            let fit = fit_of(character);
            if index > start && (fit == Fit::Wide || before != Some(fit)) {
                found.push(start..index);
                start = index;
            }
            before = Some(fit);
        }
        found.push(start..shown.end);
        found
    })
}

/// The runs of which there is something among the characters, and what.
pub(super) fn runs_within<'a>(
    row: &'a StyledRow,
    shown: &Range<usize>,
) -> impl Iterator<Item = (&'a Run, Range<usize>)> {
    let shown = shown.start..shown.end.min(row.columns.len());
    let first = row.runs.partition_point(|run| run.columns.end <= shown.start);
    let runs = row.runs[first..].iter().take_while(move |run| run.columns.start < shown.end);
    runs.map(move |run| (run, run.columns.start.max(shown.start)..run.columns.end.min(shown.end)))
}

/// The characters with their formats; for the second stroke only the bold ones are to be seen.
fn layout(row: &StyledRow, shown: &Range<usize>, plain: Plain, is_second_stroke: bool) -> LayoutJob {
    let mut job = LayoutJob { keep_trailing_whitespace: true, ..LayoutJob::default() };
    for (run, shown) in runs_within(row, shown) {
        let inks = plain.inks(run);
        let is_seen = !is_second_stroke || run.style.has(Attribute::Bold);
        let color = if is_seen { inks.text } else { Color32::TRANSPARENT };
        let stroke = |attribute| {
            if run.style.has(attribute) && !is_second_stroke { Stroke::new(1.0, color) } else { Stroke::NONE }
        };
        let format = TextFormat {
            font_id: FontId::monospace(plain.points),
            color,
            background: inks.background.filter(|_| !is_second_stroke).unwrap_or(Color32::TRANSPARENT),
            italics: run.style.has(Attribute::Italic),
            underline: stroke(Attribute::Underline),
            strikethrough: stroke(Attribute::Strikethrough),
            ..TextFormat::default()
        };
        let text: String = row.columns[shown].iter().collect();
        job.append(&text, 0.0, format);
    }
    job
}
