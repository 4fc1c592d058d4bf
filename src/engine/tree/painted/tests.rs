//! Paint as it comes, against lines as they are to be, and against the screen that was painted.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::*;
use crate::engine::replay::Replay;

fn lines_of(paint: &str) -> String {
    let whole = {
        let (mut painter, mut lines) = (Painted::new(32, 200), Vec::new());
        painter.take(paint.as_bytes(), &mut lines);
        lines
    };
    let (mut painter, mut lines) = (Painted::new(32, 200), Vec::new());
    for byte in paint.bytes() {
        painter.take(&[byte], &mut lines);
    }
    assert_eq!(whole, lines, "how it is cut must not matter");
    String::from_utf8(lines).unwrap()
}

#[test]
fn paint_is_lines() {
    for (painted, lines) in [
        // As recorded of one console.
        ("\u{1b}[2J\u{1b}[m\u{1b}[H\u{1b}[?25lhello\r\n\u{1b}[?25h\u{1b}[?25lworld\r\n\u{1b}[?25h", "hello\nworld\n"),
        // And as another begins: modes, a title, the screen from its top.
        (
            "\u{1b}[?9001h\u{1b}[?1004h\u{1b}[?25l\u{1b}[2J\u{1b}[m\u{1b}[H\u{1b}]0;C:\\a.exe\u{7}\u{1b}[?25hhi\r\n",
            "hi\n",
        ),
        ("\u{1b}]0;title\u{1b}\\after", "after"),
        ("\u{1b}(Bplain", "plain"),
        ("\u{1b}[32mgreen\u{1b}[m \u{1b}[m.", "\u{1b}[32mgreen\u{1b}[m ."),
        // A colour is said anew in each line that has it, and ends with it.
        ("\u{1b}[32;1mone\r\ntwo\u{1b}[0m\r\n.", "\u{1b}[32;1mone\u{1b}[m\n\u{1b}[32;1mtwo\u{1b}[m\n."),
        // Empty rows, and blanks within one.
        ("one\u{1b}[4;1Hfour\u{1b}[4;11Heleven", "one\n\n\nfour      eleven"),
        ("a\u{1b}[5X\u{1b}[5Cb\u{1b}[K\r\nc", "a     b\nc"),
        // A row that is painted again, or a part of it.
        ("50 %\u{1b}[1;1H75 %", "50 %\r75 %"),
        ("50 %\u{1b}[1;2H5", "50 %\u{1b}[2G5"),
        ("50 %\r\u{1b}[K", "50 %\r\u{1b}[K"),
        ("one\r\ntwo\u{1b}[1;1H1st\r\n\n3rd", "one\ntwo\u{1b}[1F1st\n\n3rd"),
        ("one\r\ntwo\u{1b}[1;2HN\u{1b}[2;4H!", "one\ntwo\u{1b}[1F\u{1b}[2GN\n\u{1b}[4G!"),
        // A wide character takes two columns, an accent by itself none.
        ("ä🎭\u{1b}[1;4H|", "ä🎭|"),
        ("e\u{301}漢\u{1b}[1;5H|", "e\u{301}漢 |"),
        ("ab\r\u{1b}[32mc", "ab\r\u{1b}[32mc"),
        ("\u{1b}[32mab\u{1b}[1;1Hc", "\u{1b}[32mab\r\u{1b}[32mc"),
    ] {
        assert_eq!(lines_of(painted), lines, "{painted:?}");
    }
}

#[test]
fn what_is_longer_than_a_row_or_a_screen_keeps_its_rows() {
    let long = "x".repeat(450);
    assert_eq!(lines_of(&format!("{long}\u{1b}[4;1Hnext")), format!("{long}\nnext"));
    let many = "line\r\n".repeat(100);
    assert_eq!(lines_of(&format!("{many}\u{1b}[32;1Hlast")), format!("{}last", "line\n".repeat(100)));
    let rows = |paint: &str| Replay::of(lines_of(paint).as_bytes(), 7).shown();
    let again = rows(&format!("{long}\r\nnext\u{1b}[2;1HX\u{1b}[3;50HY\r\nZ"));
    assert_eq!(again, [format!("{}X{}Y", "x".repeat(200), "x".repeat(248)), "Zext".to_owned()]);
}

#[test]
fn links_and_progress_are_passed_on() {
    for (painted, lines) in [
        ("\u{1b}]9;4;1;40\u{1b}\\50 %", "\u{1b}]9;4;1;40\u{7}50 %"),
        ("a\r\n\u{1b}]9;4;2\u{7}", "a\n\u{1b}]9;4;2\u{7}"),
        (
            "see \u{1b}]8;id=1;https://a.b/x;y\u{1b}\\this\u{1b}]8;;\u{1b}\\ or",
            "see \u{1b}]8;id=1;https://a.b/x;y\u{7}this\u{1b}]8;;\u{7} or",
        ),
        // Each line is read by itself; blanks that are skipped belong to no link that ended before.
        (
            "\u{1b}]8;;https://a.b\u{7}one\r\ntwo\u{1b}]8;;\u{7}\u{1b}[2;6H.",
            "\u{1b}]8;;https://a.b\u{7}one\u{1b}]8;;\u{7}\n\u{1b}]8;;https://a.b\u{7}two\u{1b}]8;;\u{7}  .",
        ),
        ("\u{1b}]8;;https://a.b\u{7}ab\u{1b}[1;1Hc", "\u{1b}]8;;https://a.b\u{7}ab\r\u{1b}]8;;https://a.b\u{7}c"),
        ("\u{1b}]8;;https://a.b\u{7}\u{1b}]8;;\u{7}x", "x"),
        ("\u{1b}]0;8;;title\u{7}\u{1b}P9;4;1;40\u{1b}\\x", "x"),
        // One that goes on otherwise is none.
        ("\u{1b}]9;4;1;40\u{1b}[mx", "mx"),
    ] {
        assert_eq!(lines_of(painted), lines, "{painted:?}");
    }
    let long = format!("\u{1b}]8;;https://a.b/{}", "x".repeat(100_000));
    let (mut painter, mut lines) = (Painted::new(32, 200), Vec::new());
    painter.take(long.as_bytes(), &mut lines);
    assert!(painter.string.is_none(), "it doesn't grow");
    painter.take(b"\x07text", &mut lines);
    assert_eq!(lines, b"text");
}

#[test]
fn what_the_painter_asks_is_answered_once() {
    let mut painted = Painted::new(4, 10);
    let mut asked = |paint: &str| {
        let mut lines = Vec::new();
        painted.take(paint.as_bytes(), &mut lines);
        (String::from_utf8(lines).unwrap(), String::from_utf8(painted.take_answers()).unwrap())
    };
    assert_eq!(asked("\u{1b}[c"), (String::new(), "\u{1b}[?1;0c".to_owned()));
    assert_eq!(asked("ab\u{1b}[6n"), ("ab".to_owned(), "\u{1b}[1;3R".to_owned()));
    assert_eq!(asked("\u{1b}[>c\u{1b}[?6n\u{1b}[5n"), (String::new(), String::new()), "what is unknown is left open");
}

#[test]
fn a_wide_character_that_has_no_room_left_stands_in_the_next_row() {
    let row = "x".repeat(199);
    assert_eq!(lines_of(&format!("{row}漢|\u{1b}[2;5H.")), format!("{row} 漢| ."));
    for broken in [&b"\xf0\x9f|"[..], b"\xe2\x28", b"\x80\xff", b"\xf0\x9f\x1b[m"] {
        let (mut painter, mut lines) = (Painted::new(32, 200), Vec::new());
        painter.take(broken, &mut lines);
        assert!(broken.starts_with(&lines) && !lines.is_empty(), "nothing is lost");
    }
}

#[test]
fn nonsense_is_survived() {
    for painted in ["\u{1b}[999999999999;0H", "\u{1b}[;;;m", "\u{1b}[99999C", "\u{1b}", "\u{1b}[", "\u{1b}[5\u{1b}[1mx"]
    {
        lines_of(painted);
    }
    let endless = format!("\u{1b}[{}", "1;".repeat(10_000));
    let mut painter = Painted::new(32, 200);
    painter.take(endless.as_bytes(), &mut Vec::new());
    assert!(painter.parameters.len() <= MAX_PARAMETERS);
}

/// What a painter does.
#[derive(Clone, Debug)]
enum Stroke {
    GoTo(usize, usize),
    Write(String),
    NextRow,
    EraseRest,
}

const ROWS: usize = 6;
const COLUMNS: usize = 12;

fn stroke() -> impl Strategy<Value = Stroke> {
    prop_oneof![
        (0..ROWS, 0..COLUMNS).prop_map(|(row, column)| Stroke::GoTo(row, column)),
        "[a-z]{1,4}".prop_map(Stroke::Write),
        Just(Stroke::NextRow),
        Just(Stroke::EraseRest),
    ]
}

/// A screen that remembers the rows that left it.
#[derive(Default)]
struct Screen {
    rows: Vec<Vec<char>>,
    top: usize,
    row: usize,
    column: usize,
    /// Where something was painted last, or a row begun.
    pen: (usize, usize),
}

impl Screen {
    /// Rows that aren't there yet come with it.
    fn reach(&mut self, row: usize) {
        if row >= self.rows.len() {
            self.rows.resize(row + 1, Vec::new());
            self.pen = (row, 0);
        }
    }

    /// Answers with the paint, which never writes beyond a row's end.
    fn paint(&mut self, stroke: Stroke) -> String {
        let at = self.top + self.row;
        self.reach(at);
        let row = &mut self.rows[at];
        match stroke {
            Stroke::GoTo(row, column) => {
                (self.row, self.column) = (row, column);
                self.reach(self.top + row);
                format!("\u{1b}[{};{}H", row + 1, column + 1)
            }
            Stroke::Write(text) => {
                let text: String = text.chars().take(COLUMNS - self.column).collect();
                // As a return in the lowest line means.
                let returns = self.column == 0 && self.pen.0 == at && self.pen.1 > 0;
                if returns && at + 1 == self.rows.len() && !text.is_empty() {
                    self.rows[at].clear();
                }
                let row = &mut self.rows[at];
                row.resize(row.len().max(self.column + text.len()), ' ');
                for (cell, character) in row[self.column..].iter_mut().zip(text.chars()) {
                    *cell = character;
                }
                self.column += text.len();
                if !text.is_empty() {
                    self.pen = (at, self.column);
                }
                text
            }
            Stroke::NextRow => {
                self.column = 0;
                self.row += 1;
                if self.row == ROWS {
                    self.row -= 1;
                    self.top += 1;
                }
                self.reach(self.top + self.row);
                "\r\n".to_owned()
            }
            Stroke::EraseRest => {
                if row.len() > self.column {
                    row.truncate(self.column);
                    self.pen = (at, self.column);
                }
                "\u{1b}[K".to_owned()
            }
        }
    }

    fn shown(&self) -> Vec<String> {
        let rows = self.rows.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned());
        let mut shown: Vec<_> = rows.collect();
        while shown.last().is_some_and(String::is_empty) {
            shown.pop();
        }
        shown
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn rows_show_what_was_painted(strokes in prop::collection::vec(stroke(), 1..60), size in 1..40_usize) {
        let mut screen = Screen::default();
        let paint: String = strokes.into_iter().map(|stroke| screen.paint(stroke)).collect();
        let (mut painter, mut lines) = (Painted::new(ROWS, COLUMNS), Vec::new());
        for cut in paint.as_bytes().chunks(size) {
            painter.take(cut, &mut lines);
        }
        let shown = Replay::of(&lines, size).shown();
        prop_assert_eq!(shown, screen.shown(), "{:?} became {:?}", paint, String::from_utf8_lossy(&lines));
    }
}
