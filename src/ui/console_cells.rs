//! A row's characters and the columns that they take: most take one, those of East Asia and most emoji two, accents that
//! are drawn over another none. So how high a wrapped row is, is known without laying out anything.

use std::cell::{Cell, OnceCell};
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::console_rows::{ConsoleLine, Stream};
use crate::engine::styled::{FoundPath, Run, Style, StyledRow, find_paths, plain_text, read_row};
use crate::model::{HighlightColor, Highlights};

/// Characters that take no column, beside those that do, are painted up to this many; a row may consist of nothing else.
const MOST_WITHOUT_COLUMN: usize = 64;

/// What comes behind so many characters is not looked at for highlights; a row may be as long as a film.
const LONGEST_MATCHED: usize = 8192;

/// A row as it is shown.
#[derive(Clone, Debug)]
pub(super) struct RowText {
    pub line: ConsoleLine,
    /// Its characters, how they look and where they lead.
    pub row: StyledRow,
    /// Where each character begins, and where the last ends; nothing where all take one column.
    starts: Option<Box<[u32]>>,
    /// How many rows are left out between the one above and this, where that is to be said.
    pub left_out: u64,
    /// Its colour by the rules of this fingerprint.
    highlight: Cell<Option<(u64, Option<HighlightColor>)>>,
    /// Looked for when the row is in sight first.
    paths: OnceCell<Vec<FoundPath>>,
}

impl RowText {
    /// Reads a line.
    pub(super) fn read(line: ConsoleLine) -> Self {
        let row = read_row(&line.text).unwrap_or_else(|| plain_row(&line.text));
        let starts = starts_of(&row.columns);
        Self { line, row, starts, left_out: 0, highlight: Cell::default(), paths: OnceCell::new() }
    }

    /// What was read of it, for the same line again. It is an empty line's afterwards.
    pub(super) fn take(&mut self, line: ConsoleLine) -> Self {
        self.line.text.clear();
        Self {
            line,
            row: std::mem::take(&mut self.row),
            starts: self.starts.take(),
            left_out: 0,
            highlight: self.highlight.take().into(),
            paths: std::mem::take(&mut self.paths),
        }
    }

    /// The paths of files in it; none where an address is, nor in what we say ourselves.
    pub(super) fn paths(&self) -> &[FoundPath] {
        self.paths.get_or_init(|| {
            let links = self.row.runs.iter().filter(|run| run.link.is_some()).map(|run| &run.columns);
            let is_link = |at: &Range<usize>| links.clone().any(|link| link.start < at.end && at.start < link.end);
            let mut paths = find_paths(&self.row.columns);
            paths.retain(|path| !is_link(&path.columns));
            paths
        })
    }

    /// The colour that the rules give it, as it is shown.
    pub(super) fn highlight(&self, rules: &Highlights) -> Option<HighlightColor> {
        if rules.is_empty() || self.line.stream == Stream::Notice {
            return None;
        }
        if let Some((_, color)) = self.highlight.get().filter(|(of, _)| *of == rules.fingerprint()) {
            return color;
        }
        let text: String = self.row.columns.iter().take(LONGEST_MATCHED).collect();
        let color = rules.color_of(&text);
        self.highlight.set(Some((rules.fingerprint(), color)));
        color
    }

    pub(super) fn characters(&self) -> &[char] {
        &self.row.columns
    }

    /// How many columns it takes.
    pub(super) fn column_count(&self) -> usize {
        self.column_of(self.row.columns.len())
    }

    /// The column where a character begins; the end of the row for one that is not there.
    pub(super) fn column_of(&self, character: usize) -> usize {
        let character = character.min(self.row.columns.len());
        self.starts.as_ref().map_or(character, |starts| starts[character] as usize)
    }

    /// The character that covers a column; one past the last if none does.
    pub(super) fn character_at(&self, column: usize) -> usize {
        let Some(starts) = &self.starts else { return column.min(self.row.columns.len()) };
        let after = starts.partition_point(|start| *start as usize <= column);
        after.saturating_sub(1)
    }

    /// The characters that begin in these columns.
    pub(super) fn characters_in(&self, columns: &Range<usize>) -> Range<usize> {
        let Some(starts) = &self.starts else {
            let count = self.row.columns.len();
            return columns.start.min(count)..columns.end.min(count);
        };
        let place = |column: usize| starts[..starts.len() - 1].partition_point(|start| (*start as usize) < column);
        let (start, end) = (place(columns.start), place(columns.end));
        start..end.min(start + 2 * columns.len() + MOST_WITHOUT_COLUMN)
    }

    /// How high its text is, in lines of so many columns.
    pub(super) fn lines(&self, wrap: Option<usize>) -> u32 {
        let lines = wrap.map_or(1, |wrap| self.column_count().div_ceil(wrap.max(1)));
        u32::try_from(lines).unwrap_or(u32::MAX).max(1)
    }

    /// How many lines stand above its text, to say what is left out.
    pub(super) fn lines_above(&self) -> u32 {
        u32::from(self.left_out > 0)
    }
}

fn plain_row(text: &str) -> StyledRow {
    let shown = |character: char| if character.is_control() { '·' } else { character };
    let columns: Vec<char> = plain_text(text).chars().map(shown).collect();
    let run = Run { columns: 0..columns.len(), style: Style::PLAIN, link: None };
    StyledRow { runs: if columns.is_empty() { Vec::new() } else { vec![run] }, columns, links: Vec::new() }
}

fn starts_of(characters: &[char]) -> Option<Box<[u32]>> {
    if characters.iter().all(|c| width(*c) == 1) {
        return None;
    }
    let mut column = 0;
    let begins = characters.iter().map(|c| {
        column += width(*c);
        column
    });
    Some(std::iter::once(0).chain(begins).collect())
}

fn width(character: char) -> u32 {
    if character.is_ascii() {
        return 1;
    }
    character.width().map_or(1, |width| u32::try_from(width).unwrap_or(1))
}

/// Whether a character stands in two columns.
pub(super) fn is_wide(character: char) -> bool {
    width(character) == 2
}

/// Whether a character is drawn over or joined to the one before.
pub(super) fn joins(character: char) -> bool {
    width(character) == 0
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::super::console_rows::Stream;
    use super::*;

    fn row(text: &str) -> RowText {
        let stream = Stream::Stdout;
        RowText::read(ConsoleLine { number: 0, text: text.to_owned(), stream, at: Timestamp::UNIX_EPOCH, part: 0 })
    }

    #[test]
    fn a_row_is_as_high_as_its_columns_need() {
        for (text, columns, lines) in [
            ("", 0, 1),
            ("0123456789", 10, 1),
            ("0123456789a", 11, 2),
            ("\u{1b}[31m0123456789\u{1b}[0m", 10, 1),
            ("漢字漢字漢", 10, 1),
            ("漢字漢字漢字", 12, 2),
            ("a🎭b", 4, 1),
            ("e\u{301}e\u{301}", 2, 1),
            ("a\tb", 9, 1),
        ] {
            let row = row(text);
            assert_eq!((row.column_count(), row.lines(Some(10)), row.lines(None)), (columns, lines, 1), "{text:?}");
        }
        assert_eq!(row(&"x".repeat(1_000_001)).lines(Some(100)), 10_001);
        assert_eq!(row("abc").lines(Some(0)), 3, "no width is no width at all");
    }

    #[test]
    fn columns_and_characters_are_found_from_each_other() {
        let row = row("a漢b\u{301}c");
        assert_eq!((0..=5).map(|at| row.column_of(at)).collect::<Vec<_>>(), [0, 1, 3, 4, 4, 5]);
        assert_eq!(row.column_of(99), 5);
        assert_eq!((0..=6).map(|column| row.character_at(column)).collect::<Vec<_>>(), [0, 1, 1, 2, 4, 5, 5]);
        assert_eq!(row.characters_in(&(0..2)), 0..2, "a wide one belongs where it begins");
        assert_eq!(row.characters_in(&(2..4)), 2..3);
        assert_eq!(row.characters_in(&(4..9)), 3..5);
    }

    #[test]
    fn a_flood_of_characters_without_width_is_not_all_painted() {
        let row = row(&format!("漢{}", "\u{301}".repeat(60_000)));
        assert_eq!((row.column_count(), row.lines(Some(10))), (2, 1));
        assert!(row.characters_in(&(0..10)).len() < 100);
    }

    #[test]
    fn a_row_has_the_colour_of_the_rules_and_another_after_they_changed() {
        let rules = |pattern: &str| {
            let rule = crate::model::Highlight { pattern: pattern.to_owned(), ..Default::default() };
            Highlights::new(&[rule])
        };
        let mut row = row("\u{1b}[32mERR\u{1b}[0mOR here");
        assert_eq!(row.highlight(&rules("^ERROR")), Some(HighlightColor::Red));
        assert_eq!(row.highlight(&rules("WARN")), None);
        assert_eq!(row.highlight(&rules("here$")), Some(HighlightColor::Red));
        assert_eq!(row.highlight(&Highlights::default()), None);
        row.line.stream = Stream::Notice;
        assert_eq!(row.highlight(&rules("here$")), None, "our own words are none of the job's");
    }
}
