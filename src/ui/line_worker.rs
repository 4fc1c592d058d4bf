//! What takes long with a console's lines: to collect them for the clipboard, to write them into a file. Each on a thread
//! of its own; ten million lines pass through it piece by piece, and the panel goes on.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::console_export::{EVERYTHING, Excerpt, LineFormat, write_some};
use super::console_rows::{RowSource, Shown};
use super::console_search::Hits;
use super::console_selection::{LINE_END, Point};
use super::job_state::count_text;
use super::worker::Reply;
use crate::store::lines;

/// The clipboard gets no more than this at once; what is larger belongs into a file.
const MOST_COPIED_BYTES: usize = 16 * 1024 * 1024;
/// Between two words on how far it is.
const TOLD_EVERY: Duration = Duration::from_millis(250);

/// Lines to be copied or saved.
pub struct Lines {
    /// Of which job, as it is shown.
    pub title: String,
    pub rows: Box<dyn RowSource + Send>,
    pub hits: Option<Arc<dyn Hits + Send + Sync>>,
    pub excerpt: Excerpt,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "lines of {}: {:?}", self.title, self.excerpt)
    }
}

/// Goes through the lines.
struct Walk<'a> {
    shown: Shown<'a>,
    /// Within the rows that were held when it began: a job that writes on would have no end.
    range: Range<Point>,
    format: LineFormat,
    next: u64,
    lines: u64,
    /// Rows that left before it was their turn.
    lost: u64,
}

impl<'a> Walk<'a> {
    fn of(lines: &'a Lines) -> Self {
        let filter = lines.hits.as_deref().map(|hits| hits as &dyn Hits).zip(lines.excerpt.context);
        let shown = Shown { rows: &*lines.rows, streams: lines.excerpt.streams, filter };
        let is_everything = lines.excerpt.range == EVERYTHING;
        let Range { start, end } = lines.excerpt.range.clone();
        let start = if is_everything { Point { row: lines.rows.first_row(), ..start } } else { start };
        let last = lines.rows.end_row().checked_sub(1).map_or(start, |row| Point { row, character: LINE_END });
        let range = start..end.min(last);
        Self { shown, next: range.start.row, range, format: lines.excerpt.format, lines: 0, lost: 0 }
    }

    /// The first lines, after those that have none to show; nothing where there is no line at all.
    fn begin(&mut self) -> Option<(String, bool)> {
        let mut text = String::new();
        loop {
            let is_more = self.go_on(&mut text);
            if self.lines > 0 {
                return Some((text, is_more));
            }
            if !is_more {
                return None;
            }
        }
    }

    /// Why there is no line.
    fn nothing(&self) -> &'static str {
        match self.lost {
            0 => "there is no line there",
            _ => "the lines had left the console by then",
        }
    }

    /// Appends the next lines; whether there are more.
    fn go_on(&mut self, text: &mut String) -> bool {
        let end = self.range.end.row.saturating_add(1);
        self.lost += self.shown.rows.first_row().min(end).saturating_sub(self.next);
        let written = write_some(&self.shown, &self.range, self.format, self.next, text);
        self.lines += written.lines;
        self.next = written.next.unwrap_or(self.next);
        written.next.is_some()
    }

    /// What of it can't be had any more, after a space; nothing where that is nothing.
    fn lost_text(&self, done: &str) -> String {
        match self.lost {
            0 => String::new(),
            lost => format!(" {} had left the console before they could be {done}.", count_of(lost)),
        }
    }

    fn percent(&self) -> u64 {
        let range = &self.range;
        let (done, all) = (self.next.saturating_sub(range.start.row), range.end.row.saturating_sub(range.start.row));
        done.saturating_mul(100) / all.max(1)
    }
}

fn count_of(lines: u64) -> String {
    format!("{} {}", count_text(lines), if lines == 1 { "line" } else { "lines" })
}

/// Collects lines for the clipboard, as many as that should get.
pub(super) fn copy(lines: &Lines) -> Reply {
    let mut walk = Walk::of(lines);
    let Some((mut text, mut is_more)) = walk.begin() else {
        return Reply::Failed(format!("Nothing was copied: {}.", walk.nothing()));
    };
    while is_more && text.len() < MOST_COPIED_BYTES {
        is_more = walk.go_on(&mut text);
    }
    let count = count_of(walk.lines);
    let what = if is_more {
        format!(
            "Only the first {count} are on the clipboard, which is all that it should hold. Save the lines to have all."
        )
    } else {
        format!("Copied {count}.")
    };
    let what = what + &walk.lost_text("copied");
    if !is_more && text.ends_with('\n') && walk.lines == 1 {
        text.pop();
    }
    Reply::Copied { text, what, is_cut: is_more }
}

/// Writes lines into a file; `tell` is called now and then with how far it is.
pub(super) fn save(lines: &Lines, path: &Path, mut tell: impl FnMut(String)) -> Result<String, String> {
    let mut walk = Walk::of(lines);
    let Some(first) = walk.begin() else {
        return Err(format!("Nothing was saved to {}: {}.", path.display(), walk.nothing()));
    };
    let (mut first, mut told) = (Some(first), Instant::now());
    lines::save(path, |text| {
        let is_more = match first.take() {
            Some((begun, is_more)) => {
                *text = begun;
                is_more
            }
            None => walk.go_on(text),
        };
        if is_more && told.elapsed() >= TOLD_EVERY {
            told = Instant::now();
            tell(format!("Saving lines of {}: {} %", lines.title, walk.percent()));
        }
        is_more
    })?;
    Ok(format!("Saved {} to {}.{}", count_of(walk.lines), path.display(), walk.lost_text("written")))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use jiff::Timestamp;

    use super::*;
    use crate::model::Streams;
    use crate::ui::console_rows::{ConsoleLine, Stream};

    /// Rows with their number in them, of which some leave with each look.
    struct Leaving {
        held: Range<u64>,
        text: String,
        leave: u64,
        left: Cell<u64>,
    }

    impl RowSource for Leaving {
        fn first_row(&self) -> u64 {
            self.held.start + self.left.get()
        }

        fn end_row(&self) -> u64 {
            self.held.end
        }

        fn dropped_rows(&self) -> u64 {
            self.first_row()
        }

        fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>) {
            out.extend(rows.map(|number| {
                let text = if self.text.is_empty() { format!("line {number}") } else { self.text.clone() };
                ConsoleLine { number, text, stream: Stream::Stdout, at: Timestamp::UNIX_EPOCH, part: 0 }
            }));
            self.left.set(self.left.get() + self.leave);
        }
    }

    fn lines(held: Range<u64>, text: &str, (range, format): (Range<Point>, LineFormat)) -> Lines {
        let rows = Leaving { held, text: text.to_owned(), leave: 0, left: Cell::new(0) };
        let excerpt = Excerpt { range, streams: Streams::ALL, context: None, format };
        Lines { title: "Test".to_owned(), rows: Box::new(rows), hits: None, excerpt }
    }

    fn copied(lines: &Lines) -> (String, String) {
        match copy(lines) {
            Reply::Copied { text, what, .. } => (text, what),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_selection_is_copied_to_the_character_in_each_way() {
        let red = "\u{1b}[1;31mred\u{1b}[0m and \u{1b}[38;2;1;2;3mmore";
        let point = |row, character| Point { row, character };
        for (range, format, expected) in [
            (point(3, 0)..point(3, LINE_END), LineFormat::Plain, "red and more"),
            (point(3, 1)..point(4, 5), LineFormat::Plain, "ed and more\nred a"),
            (point(3, 1)..point(3, 5), LineFormat::Colors, "\u{1b}[1;31med\u{1b}[0m a"),
            (point(3, 9)..point(4, 2), LineFormat::Colors, "\u{1b}[38;2;1;2;3more\u{1b}[0m\n\u{1b}[1;31mre\u{1b}[0m"),
        ] {
            assert_eq!(copied(&lines(0..9, red, (range, format))).0, expected);
        }
        let whole = copied(&lines(0..2, red, (EVERYTHING, LineFormat::Colors))).0;
        assert_eq!(whole, format!("{red}\u{1b}[0m\n{red}\u{1b}[0m\n"), "and no colour runs on");
        let redrawn = "10 %\r\u{1b}[2K\u{1b}[32m20 %\u{1b}]0;title\u{7}";
        let whole = copied(&lines(0..1, redrawn, (EVERYTHING, LineFormat::Colors))).0;
        assert_eq!(whole, "\u{1b}[32m20 %\u{1b}[0m", "what is shown, and nothing else for the terminal to do");
        let both = copied(&lines(0..1, red, (EVERYTHING, LineFormat::ColorsAndTimes))).0;
        assert!(both.get(23..) == Some(&format!("  {red}\u{1b}[0m")), "{both}");
        let timed = copied(&lines(0..2, "x", (EVERYTHING, LineFormat::Times))).0;
        assert!(timed.lines().all(|line| line.len() == 26 && line.ends_with("  x")), "{timed}");
    }

    #[test]
    fn the_clipboard_is_not_flooded() {
        let (text, what) = copied(&lines(0..10_000_000, &"x".repeat(1023), (EVERYTHING, LineFormat::Plain)));
        assert!(text.len() >= MOST_COPIED_BYTES && text.len() < MOST_COPIED_BYTES + 1024 * 1024);
        assert!(what.starts_with("Only the first 16,"), "{what}");
        assert_eq!(copied(&lines(7..1007, "", (EVERYTHING, LineFormat::Plain))).1, "Copied 1,000 lines.");
    }

    #[test]
    fn a_file_gets_all_and_it_is_said_what_left_meanwhile_as_it_is_of_a_copy() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines.txt");
        let mut all = lines(5..3005, "", (EVERYTHING, LineFormat::Plain));
        assert_eq!(save(&all, &path, |_| {}).unwrap(), format!("Saved 3,000 lines to {}.", path.display()));
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("line 5\nline 6\n") && text.ends_with("line 3004\n") && text.lines().count() == 3000);
        all.rows = Box::new(Leaving { held: 5..3005, text: String::new(), leave: 700, left: Cell::new(0) });
        let what = save(&all, &path, |_| {}).unwrap();
        let written = std::fs::read_to_string(&path).unwrap().lines().count();
        let lost = 3000 - written;
        assert!(lost > 0 && what.contains(&format!(" {lost} lines had left the console")), "{what}");
        all.rows = Box::new(Leaving { held: 5..3005, text: String::new(), leave: 700, left: Cell::new(0) });
        let (text, what) = copied(&all);
        let lost = 3000 - text.lines().count();
        assert!(
            lost > 0 && what.ends_with(&format!(" {lost} lines had left the console before they could be copied."))
        );
        all.rows = lines(5..9, "", (EVERYTHING, LineFormat::Plain)).rows;
        let why = save(&all, &dir.path().join("no/such.txt"), |_| {}).unwrap_err();
        assert!(why.contains("the folder is not there"), "{why}");
    }

    #[test]
    fn what_is_there_when_the_name_is_chosen_is_what_is_saved() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines.txt");
        let all = lines(5..1005, "", (EVERYTHING, LineFormat::Plain));
        let away =
            lines(5..1005, "", (Point { row: 1, character: 0 }..Point { row: 3, character: 9 }, LineFormat::Plain));
        // As while a dialog is open: half of the rows leave.
        let mut rows = Leaving { held: 5..1005, text: String::new(), leave: 0, left: Cell::new(500) };
        let half = Lines { rows: Box::new(rows), ..all };
        assert_eq!(save(&half, &path, |_| {}).unwrap(), format!("Saved 500 lines to {}.", path.display()));
        let before = std::fs::read(&path).unwrap();
        let why = save(&away, &path, |_| {}).unwrap_err();
        assert!(why.starts_with("Nothing was saved to ") && why.ends_with("had left the console by then."), "{why}");
        assert_eq!(std::fs::read(&path).unwrap(), before, "the old file stays");
        rows = Leaving { held: 5..5, text: String::new(), leave: 0, left: Cell::new(0) };
        for none in [away, Lines { rows: Box::new(rows), ..half }] {
            let Reply::Failed(why) = copy(&none) else { panic!("the clipboard stays as it was") };
            assert!(why.starts_with("Nothing was copied: "), "{why}");
        }
    }

    #[test]
    fn of_a_selection_no_more_is_missing_than_it_held() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines.txt");
        let selection = Point { row: 8, character: 0 }..Point { row: 12, character: LINE_END };
        let selected = lines(10..2000, "", (selection, LineFormat::Plain));
        let what = save(&selected, &path, |_| {}).unwrap();
        assert!(what.starts_with("Saved 3 lines") && what.contains(" 2 lines had left the console"), "{what}");
    }
}
