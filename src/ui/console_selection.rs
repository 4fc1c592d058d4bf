//! What is selected in a console: any number of rows, to the character. Pure.

use std::ops::Range;

/// A place between two characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    pub row: u64,
    /// How many characters of the row are before it; [`LINE_END`] for its end, however long it is.
    pub character: usize,
}

pub const LINE_END: usize = usize::MAX;

/// What one click picks, and a drag goes on in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    #[default]
    Character,
    Word,
    Line,
}

/// From where it was begun to where it was last taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// What was picked first, and last; a word or a line has two ends.
    anchor: (Point, Point),
    head: (Point, Point),
}

impl Selection {
    /// Of all that a point's unit covers.
    #[must_use]
    pub fn of(ends: (Point, Point)) -> Self {
        Self { anchor: ends, head: ends }
    }

    /// The same, taken to elsewhere.
    #[must_use]
    pub fn to(self, ends: (Point, Point)) -> Self {
        Self { head: ends, ..self }
    }

    /// Its first place and its last.
    #[must_use]
    pub fn range(&self) -> Range<Point> {
        self.anchor.0.min(self.head.0)..self.anchor.1.max(self.head.1)
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range().is_empty()
    }

    /// Where keys take it further from.
    #[must_use]
    pub fn cursor(&self) -> Point {
        if self.head.0 < self.anchor.0 { self.head.0 } else { self.head.1 }
    }
}

/// The characters of a row that are between the two places, if any part of the row is, its end included.
#[must_use]
pub fn selected_in(range: &Range<Point>, row: u64) -> Option<Range<usize>> {
    if range.is_empty() || row < range.start.row || row > range.end.row {
        return None;
    }
    let start = if row == range.start.row { range.start.character } else { 0 };
    let end = if row == range.end.row { range.end.character } else { LINE_END };
    (start < end).then_some(start..end)
}

/// What a click at a character of a row picks.
#[must_use]
pub fn unit_at(unit: Unit, row: u64, characters: &[char], at: usize) -> (Point, Point) {
    let (start, end) = match unit {
        Unit::Character => (at, at),
        Unit::Word => word_at(characters, at),
        Unit::Line => (0, LINE_END),
    };
    (Point { row, character: start }, Point { row, character: end })
}

/// A word, a number, a path; or a stretch of blanks; or a single sign.
fn word_at(characters: &[char], at: usize) -> (usize, usize) {
    let Some(clicked) = characters.get(at) else { return (at.min(characters.len()), LINE_END) };
    let kind = kind_of(*clicked);
    if kind == Kind::Sign {
        return (at, at + 1);
    }
    let is_other = |c: &char| kind_of(*c) != kind;
    let start = characters[..at].iter().rposition(is_other).map_or(0, |before| before + 1);
    let end = characters[at..].iter().position(is_other).map_or(characters.len(), |after| at + after);
    (start, end)
}

#[derive(PartialEq, Eq)]
enum Kind {
    Word,
    Blank,
    Sign,
}

fn kind_of(character: char) -> Kind {
    match character {
        c if c.is_whitespace() => Kind::Blank,
        '_' | '-' | '.' | '/' | '\\' | '~' | '+' | '@' | '%' | '#' => Kind::Word,
        c if c.is_alphanumeric() => Kind::Word,
        // Accents that are drawn over a letter, and what joins emoji.
        c if super::console_cells::joins(c) => Kind::Word,
        _ => Kind::Sign,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(row: u64, character: usize) -> Point {
        Point { row, character }
    }

    #[test]
    fn it_covers_what_is_between_its_ends_whichever_way_it_was_drawn() {
        let begun = Selection::of((point(5, 3), point(5, 3)));
        assert!(begun.is_empty());
        for (to, range) in [(point(7, 1), point(5, 3)..point(7, 1)), (point(4, 9), point(4, 9)..point(5, 3))] {
            let selection = begun.to((to, to));
            assert_eq!((selection.range(), selection.cursor()), (range, to));
        }
        let range = point(5, 3)..point(7, 1);
        let parts: Vec<_> = (4..9).map(|row| selected_in(&range, row)).collect();
        assert_eq!(parts, [None, Some(3..LINE_END), Some(0..LINE_END), Some(0..1), None]);
        assert_eq!(selected_in(&(point(5, 3)..point(6, 0)), 6), None, "nothing of the last row");
        assert_eq!(selected_in(&(point(5, 3)..point(5, 3)), 5), None);
    }

    #[test]
    fn a_drag_that_began_with_a_word_keeps_the_whole_word() {
        let words: Vec<char> = "one two three".chars().collect();
        let selection = Selection::of(unit_at(Unit::Word, 0, &words, 5));
        assert_eq!(selection.range(), point(0, 4)..point(0, 7));
        let back = selection.to(unit_at(Unit::Word, 0, &words, 1));
        assert_eq!(back.range(), point(0, 0)..point(0, 7));
        let on = selection.to(unit_at(Unit::Word, 0, &words, 9));
        assert_eq!(on.range(), point(0, 4)..point(0, 13));
        let lines = Selection::of(unit_at(Unit::Line, 3, &words, 5)).to(unit_at(Unit::Line, 2, &words, 1));
        assert_eq!(lines.range(), point(2, 0)..point(3, LINE_END));
    }

    #[test]
    fn words_are_what_one_would_copy() {
        for (text, at, word) in [
            ("saved to /tmp/a-b_1.png, ok", 12, "/tmp/a-b_1.png,"),
            ("loss=0.113  lr", 1, "loss"),
            ("loss=0.113  lr", 4, "="),
            ("loss=0.113  lr", 6, "0.113"),
            ("loss=0.113  lr", 10, "  "),
            (r"C:\shows\x", 3, r"\shows\x"),
            ("na\u{ef}ve 漢字", 6, "漢字"),
        ] {
            let characters: Vec<char> = text.chars().collect();
            let (start, end) = word_at(&characters, at);
            let found: String = characters[start..end].iter().collect();
            assert_eq!(found, word.trim_end_matches(','), "{text} at {at}");
        }
        assert_eq!(word_at(&['a', 'b'], 9), (2, LINE_END), "beyond the end there is the end");
    }
}
