//! One row of a terminal, as the sequences of a program fill it. A wide character fills two cells, of which the second holds
//! none; one without a width joins the one before it.

use anstyle_parse::{Params, Perform};
use unicode_width::UnicodeWidthChar;

use super::graphics::Style;
use super::links::{MOST_LINKS, add_addresses, is_address};
use super::{Run, StyledRow};

/// No cursor goes further; more than a kept row has bytes.
pub(super) const MOST_COLUMNS: usize = super::super::MAX_LINE_BYTES;
/// How many cells sequences may fill in one row. Each costs a few bytes and may fill all columns: without a bound a row
/// could keep a frame busy for seconds. Ordinary programs stay below a hundredth of it.
const MOST_FILLED: usize = 1 << 19;
const TAB_WIDTH: usize = 8;
/// So many blanks in a row are written as a step over them.
const LEAST_SKIPPED: usize = 8;

/// The column of the next tab stop.
pub(super) fn tab_stop(column: usize) -> usize {
    column / TAB_WIDTH * TAB_WIDTH + TAB_WIDTH
}

fn first_of(params: &Params) -> usize {
    params.iter().next().and_then(|param| param.first()).map_or(0, |first| usize::from(*first))
}

/// Where a control sequence moves the cursor to within its row.
pub(super) fn moved(column: usize, params: &Params, action: u8) -> usize {
    let count = first_of(params).max(1);
    let column = match action {
        b'G' | b'`' => count - 1,
        b'C' | b'a' => column + count,
        b'D' => column.saturating_sub(count),
        // The first column of a row above or below: the row is another, the column is what there is of it here.
        b'E' | b'F' => 0,
        _ => column,
    };
    column.min(MOST_COLUMNS)
}

/// How many cells a character takes: none, one or two.
pub(in crate::engine) fn width(character: char) -> usize {
    // What joins another begins there.
    if character < '\u{300}' { 1 } else { character.width().map_or(1, |width| width.min(2)) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Cell {
    character: char,
    style: Style,
    link: Option<u16>,
    /// The last of the characters that joined this one, among those of the row.
    joined: Option<u32>,
}

const BLANK: Cell = Cell { character: ' ', style: Style::PLAIN, link: None, joined: None };
/// In the second cell of a wide one; no program's character is.
const SECOND: char = '\0';

#[derive(Default)]
pub(super) struct Cells {
    row: Vec<Cell>,
    cursor: usize,
    style: Style,
    links: Vec<String>,
    /// The one that characters belong to now.
    link: Option<u16>,
    filled: usize,
    /// There may be wide ones among them.
    has_wide: bool,
    /// Characters that joined others, each with the one that joined the same before.
    joined: Vec<(char, Option<u32>)>,
}

impl Cells {
    pub(super) fn into_row(self) -> StyledRow {
        let mut cells = if self.has_wide || !self.joined.is_empty() { self.by_character() } else { self.row };
        let mut links = self.links;
        let characters: Vec<char> = cells.iter().map(|cell| cell.character).collect();
        add_addresses(&characters, &mut links, |columns, link| {
            if cells[columns.clone()].iter().all(|cell| cell.link.is_none()) {
                cells[columns].iter_mut().for_each(|cell| cell.link = Some(link));
            }
        });
        let mut runs = Vec::new();
        let mut start = 0;
        for alike in cells.chunk_by(|one, other| (one.style, one.link) == (other.style, other.link)) {
            let columns = start..start + alike.len();
            start = columns.end;
            runs.push(Run { columns, style: alike[0].style, link: alike[0].link.map(usize::from) });
        }
        StyledRow { columns: characters, runs, links }
    }

    /// A cell for each character, and none for what a wide one fills beside it.
    fn by_character(&self) -> Vec<Cell> {
        let mut cells = Vec::with_capacity(self.row.len() + self.joined.len());
        for cell in self.row.iter().filter(|cell| cell.character != SECOND) {
            cells.push(*cell);
            let joined = self.joined_to(cell);
            cells.extend(joined.into_iter().map(|character| Cell { character, ..*cell }));
        }
        cells.truncate(MOST_COLUMNS);
        cells
    }

    /// What joined a character, in order.
    fn joined_to(&self, cell: &Cell) -> Vec<char> {
        let (mut joined, mut next) = (Vec::new(), cell.joined);
        while let Some((character, before)) = next.and_then(|at| self.joined.get(at as usize)) {
            joined.push(*character);
            next = *before;
        }
        joined.reverse();
        joined
    }

    fn put(&mut self, character: char) {
        match width(character) {
            0 if self.cursor > 0 => self.join(character),
            2 if self.cursor + 2 <= MOST_COLUMNS => {
                self.has_wide = true;
                self.put_cell(character);
                self.put_cell(SECOND);
            }
            2 => {}
            _ => self.put_cell(character),
        }
    }

    fn put_cell(&mut self, character: char) {
        if self.cursor >= MOST_COLUMNS {
            return;
        }
        let cell = Cell { character, style: self.style, link: self.link, joined: None };
        if self.cursor < self.row.len() {
            if self.has_wide && character != SECOND {
                self.part(self.cursor);
            }
            if self.has_wide {
                self.part(self.cursor + 1);
            }
            self.row[self.cursor] = cell;
        } else if self.may_fill(self.cursor - self.row.len()) {
            self.row.resize(self.cursor, BLANK);
            self.row.push(cell);
        } else {
            return;
        }
        self.cursor += 1;
    }

    /// Joins a character to the one before the cursor.
    fn join(&mut self, character: char) {
        let gap = self.cursor.saturating_sub(self.row.len());
        if self.joined.len() >= MOST_COLUMNS || !self.may_fill(gap) {
            return;
        }
        if gap > 0 {
            self.row.resize(self.cursor, BLANK);
        }
        let before = self.cursor - 1;
        let before = if self.row[before].character == SECOND { before.saturating_sub(1) } else { before };
        let at = u32::try_from(self.joined.len()).ok();
        let cell = &mut self.row[before];
        self.joined.push((character, std::mem::replace(&mut cell.joined, at)));
    }

    /// Something else comes up to this column, or from it on: a wide character that lies across is no more.
    fn part(&mut self, column: usize) {
        if column > 0 && self.row.get(column).is_some_and(|cell| cell.character == SECOND) {
            self.row[column - 1] = BLANK;
            self.row[column] = BLANK;
        }
    }

    fn may_fill(&mut self, count: usize) -> bool {
        self.filled = self.filled.saturating_add(count);
        count == 0 || self.filled <= MOST_FILLED
    }

    fn go_to(&mut self, column: usize) {
        self.cursor = column.min(MOST_COLUMNS);
    }

    /// Erases to the end, from the beginning, or all; the cursor stays.
    fn erase(&mut self, what: usize) {
        match what {
            0 => {
                self.part(self.cursor);
                self.row.truncate(self.cursor);
            }
            1 => self.blank(0, self.cursor + 1),
            2 => self.row.clear(),
            _ => {}
        }
    }

    fn blank(&mut self, from: usize, to: usize) {
        let from = from.min(self.row.len());
        let to = to.clamp(from, self.row.len());
        if self.may_fill(to - from) {
            self.part(from);
            self.part(to);
            self.row[from..to].fill(BLANK);
        }
    }

    /// Bytes that fill a row in the same way, and leave cursor and style the same.
    pub(super) fn into_bytes(self) -> Vec<u8> {
        let mut out = Vec::new();
        let (mut style, mut link) = (Style::PLAIN, None);
        let mut switch = |out: &mut Vec<u8>, cell: &Cell| {
            if cell.link != link {
                link = cell.link;
                let target = link.and_then(|link| self.links.get(usize::from(link))).map_or("", String::as_str);
                out.extend_from_slice(format!("\x1b]8;;{target}\x07").as_bytes());
            }
            if cell.style != style {
                style = cell.style;
                out.extend_from_slice(b"\x1b[m");
                if style != Style::PLAIN {
                    out.extend_from_slice(style.sequence().as_bytes());
                }
            }
        };
        for alike in self.row.chunk_by(|one, other| one == other) {
            let (first, count) = (&alike[0], alike.len());
            if *first == BLANK && count > LEAST_SKIPPED {
                out.extend_from_slice(format!("\x1b[{}C", count - 1).as_bytes());
            }
            switch(&mut out, first);
            let written = if *first == BLANK && count > LEAST_SKIPPED { 1 } else { count };
            if first.character == SECOND {
                continue;
            }
            let joined = if first.joined.is_some() { self.joined_to(first) } else { Vec::new() };
            for _ in 0..written {
                for character in std::iter::once(&first.character).chain(&joined) {
                    out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        switch(&mut out, &Cell { style: self.style, link: self.link, ..BLANK });
        if self.cursor != self.row.len() {
            out.extend_from_slice(format!("\x1b[{}G", self.cursor + 1).as_bytes());
        }
        out
    }

    /// To the next stop. Spaces where nothing stood, so that a copy has them.
    fn tab(&mut self) {
        let stop = tab_stop(self.cursor);
        self.cursor = stop.min(self.row.len()).max(self.cursor);
        for _ in self.cursor..stop {
            self.put(' ');
        }
    }

    fn set_link(&mut self, target: &[&[u8]]) {
        // Semicolons of the address itself came as separators.
        let target = target.join(&b';');
        let target = std::str::from_utf8(&target).ok().filter(|target| is_address(target));
        self.link = target.and_then(|target| {
            if self.links.last().is_none_or(|last| last != target) && self.links.len() < MOST_LINKS {
                self.links.push(target.to_owned());
            }
            self.links.iter().rposition(|link| link == target).and_then(|index| u16::try_from(index).ok())
        });
    }
}

impl Perform for Cells {
    fn print(&mut self, character: char) {
        self.put(if character.is_control() { '·' } else { character });
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\r' => self.go_to(0),
            0x08 => self.go_to(self.cursor.saturating_sub(1)),
            b'\t' => self.tab(),
            _ => self.put('·'),
        }
    }

    fn osc_dispatch(&mut self, params: &[&[u8]], _ended_by_bell: bool) {
        if let [b"8", _, target @ ..] = params {
            self.set_link(target);
        }
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], is_overlong: bool, action: u8) {
        if is_overlong || !intermediates.is_empty() {
            return;
        }
        let first = first_of(params);
        match action {
            b'm' => self.style = self.style.after(params),
            b'K' | b'J' => self.erase(first),
            b'X' => self.blank(self.cursor, self.cursor + first.max(1)),
            _ => self.go_to(moved(self.cursor, params, action)),
        }
    }
}
