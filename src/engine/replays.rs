//! Replays of what programs write.

use std::path::Path;

use super::replay::Replay;
use super::said::{Phase, Progress};
use super::styled::plain_text;

impl Replay {
    /// What is shown of the rows, without blanks at their ends and empty rows at the end.
    pub(super) fn shown(&self) -> Vec<String> {
        let mut shown: Vec<_> =
            self.rows().iter().map(|row| plain_text(&row.text).trim_end_matches(' ').to_owned()).collect();
        while shown.last().is_some_and(String::is_empty) {
            shown.pop();
        }
        shown
    }
}

fn shown_after(bytes: &[u8], size: usize) -> Vec<String> {
    Replay::of(bytes, size).shown()
}

#[test]
fn what_programs_draw_is_what_a_terminal_shows_at_every_moment() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/terminal");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let expected = std::fs::read_to_string(path.with_extension("shown")).unwrap();
        for moment in expected.split("=== ").skip(1) {
            let (at, rows) = moment.split_once('\n').unwrap();
            let expected: Vec<_> = rows.lines().collect();
            for size in [1, 3, 100, bytes.len()] {
                let found = shown_after(&bytes[..at.parse().unwrap()], size);
                assert_eq!(found, expected, "{} after {at} bytes, in reads of {size}", path.display());
                count += 1;
            }
        }
    }
    assert!(count > 300, "{count}");
}

/// Any cut, and any two cuts of short ones.
fn check(bytes: &str, expected: &[&str]) {
    for cut in 0..=bytes.len() {
        let (first, second) = bytes.as_bytes().split_at(cut);
        let mut replay = Replay::new();
        replay.read(first);
        replay.read(second);
        assert_eq!(replay.shown(), expected, "{bytes:?} cut at {cut}");
    }
    assert_eq!(shown_after(bytes.as_bytes(), 1), expected, "{bytes:?} byte by byte");
}

#[test]
fn the_cursor_goes_up_and_down_within_what_came() {
    check("a\nb\nc\u{1b}[2AX\u{1b}[BY\n\u{1b}[Kend", &["aX", "b Y", "end"]);
    check("a\nb\n\u{1b}[2FX\u{1b}[EY\n", &["X", "Y"]);
    check("one\ntwo\u{1b}[99A.\u{1b}[99B.", &["one.", "two ."]);
    check("top\u{1b}[A\u{1b}[5Abut the first row is the first", &["topbut the first row is the first"]);
    check("a\nb\u{1b}MX\nY", &["aX", "Y"]);
    check("a\nb\nc\u{1b}[3A\r\u{1b}[Jz", &["z"]);
    check("a\nb\nc\u{1b}[2A\u{1b}[2Jz", &[" z"]);
    check("a\nb\u{1b}[s\u{1b}[A2\u{1b}[u3\n", &["a2", "b3"]);
    check("a\u{1b}7\nb\nc\u{1b}8x", &["ax", "b", "c"]);
    check("50 %\r\u{1b}[A\r60 %\n", &["60 %"]);
    check("bar\nother\r\u{1b}[Anew\u{1b}[B\n.", &["new", "other", "."]);
    check("\u{1b}[31mred\nplain\u{1b}[A\rX\n\n", &["Xed", "plain"]);
    check("a\nb\u{1b}[A\u{1b}]0;title\u{7}X", &["aX", "b"]);
    check("a\nä\u{1b}[Aä\u{1b}[Bü", &["aä", "ä ü"]);
}

#[test]
fn rows_keep_their_number_and_the_oldest_are_out_of_reach() {
    use std::fmt::Write as _;
    let mut text = String::new();
    for number in 0..100 {
        writeln!(text, "row {number}").unwrap();
    }
    let shown = shown_after(format!("{text}\u{1b}[99A\rhere\u{1b}[99B\rend").as_bytes(), 50);
    assert_eq!((shown[67].as_str(), shown[68].as_str(), shown[100].as_str()), ("row 67", "here68", "end"));
    let shown = shown_after(format!("{text}\u{1b}[2A\r\u{1b}[Kone\n\u{1b}[Ktwo\nthree\n").as_bytes(), 7);
    assert_eq!(shown[97..], ["row 97", "one", "two", "three"]);
}

#[test]
fn a_row_drawn_over_for_ever_stays_small() {
    let mut replay = Replay::new();
    for number in 0..20_000 {
        replay.read(format!("\n\u{1b}[Abar {number}\u{1b}[32m#\u{1b}[m\r").as_bytes());
    }
    let rows = replay.rows();
    assert!(rows.len() < 3 && rows[0].text.len() < 10_000, "{} rows of {}", rows.len(), rows[0].text.len());
    assert_eq!(replay.shown(), ["bar 19999#"]);
    assert_eq!(replay.console.progress_percent(), None);
}

#[test]
fn what_is_said_to_the_terminal_holds_until_it_is_taken_back_or_the_run_ends() {
    let mut replay = Replay::new();
    replay.read(b"\x1b]9;4;1;40\x07frame 40\n");
    assert_eq!(replay.console.progress_percent(), Some(40), "beyond its line");
    replay.read(b"frame 41\n 90%|### |");
    assert_eq!(replay.console.progress_percent(), Some(40));
    replay.read(b"\x1b]9;4;3\x07\n");
    assert_eq!(
        replay.console.progress(),
        Some(Progress { phase: Phase::Busy, percent: None }),
        "without an end in sight"
    );
    replay.read(b"\x1b]9;4;1;50\x07\n");
    replay.read(b"\x1b]9;4;2\x07\n");
    assert_eq!(
        replay.console.progress(),
        Some(Progress { phase: Phase::Error, percent: Some(50) }),
        "as far as it was"
    );
    replay.read(b"\x1b]9;4;0\x07\n 90%|### |");
    assert_eq!(replay.console.progress_percent(), Some(90), "the line counts again");
    replay.read(b"\n\x1b]9;4;2;7\x07");
    replay.console.end_run();
    replay.read(b"\n");
    assert_eq!(replay.console.progress_percent(), None);
}

#[test]
fn several_bars_say_how_far_the_whole_is() {
    let mut replay = Replay::new();
    replay.read(b"epochs  50%|##  | 1/2\nbatches 10%|    | 1/9\x1b[A\r");
    assert_eq!(replay.console.progress_percent(), Some(50), "the cursor is in the upper one");
    replay.read(b"epochs  60%|##  |\n\rbatches 80%|### |\x1b[A");
    assert_eq!(replay.console.progress_percent(), Some(60));
    replay.read(b"\repochs 100%\n\rbatches 100%\n");
    assert_eq!(replay.console.progress_percent(), None, "all are done");
    replay.read(b"one\n40% is written in an ended line\n");
    assert_eq!(replay.console.progress_percent(), None);
}

#[test]
fn a_clear_leaves_bars_that_are_being_drawn_and_the_whole_of_them() {
    let mut replay = Replay::new();
    replay.read(b"a line\nepochs  50%|##  | 1/2\nbatches 10%|    | 1/9\x1b[A\r");
    replay.read(b"epochs  60%|##  |\n\rbatches 80%|### |\x1b[A");
    replay.console.clear();
    replay.read(b"\repochs  70%|### |\n\rbatches 20%|#   |\x1b[A");
    assert_eq!(replay.shown(), ["epochs  70%|### | 1/2", "batches 20%|#   |"]);
    assert_eq!(replay.console.progress_percent(), Some(70), "of the whole");
}

#[test]
fn what_a_run_before_has_drawn_is_neither_progress_nor_kept_by_a_clear() {
    let bars = || {
        let mut replay = Replay::new();
        replay.console.begin_run(jiff::Timestamp::UNIX_EPOCH);
        replay.read(b"all 50%\npart 10%\n\x1b[2A\rall 60%\n\rpart 20%\n");
        assert_eq!(replay.console.progress_percent(), Some(60));
        replay
    };
    let replay = bars();
    replay.console.end_run();
    replay.console.notice("It runs again in 5 s.");
    replay.console.clear();
    assert_eq!(replay.shown(), Vec::<String>::new(), "nobody draws while the next run is waited for");
    let replay = bars();
    replay.console.notice("Ended.");
    replay.console.begin_run(jiff::Timestamp::UNIX_EPOCH);
    assert_eq!(replay.console.progress_percent(), None, "the run before was killed");
}

/// What is alerted of, and what is told at the end, of a message that is written after a clear, which leaves so much.
fn after_a_clear(before: &[&str], left: &[&str], message: &str) -> (Vec<String>, u64, Vec<String>) {
    let mut replay = Replay::new();
    let rule = crate::model::Highlight { pattern: "ERROR".to_owned(), alert: true, ..Default::default() };
    replay.console.set_watch(super::alerts::Watch::of(&[rule]));
    replay.console.tell_settled(true);
    for read in before {
        replay.read(read.as_bytes());
    }
    replay.console.clear();
    assert_eq!(replay.shown(), left);
    replay.read(message.as_bytes());
    replay.console.settle_all();
    let told = replay.console.take_settled().into_iter().map(|(_, text)| text).collect();
    (replay.shown(), replay.console.alerts().count, told)
}

#[test]
fn a_message_that_is_written_where_a_bar_was_is_not_lost_by_a_clear() {
    // The outer of two bars, as tqdm draws them, is ended, and nothing was drawn over it yet.
    let inner = |percent: u32| format!("\n\rinner {percent}%\x1b[A\r");
    let (shown, alerts, told) = after_a_clear(
        &["a line\nouter 0%", &inner(10), &inner(20)],
        &["outer 0%", "inner 20%"],
        "\r\x1b[KERROR disk full\n\router 0%\n\rinner 30%\x1b[A\r",
    );
    assert_eq!(shown, ["ERROR disk full", "outer 0%", "inner 30%"]);
    assert_eq!((alerts, told), (1, vec!["ERROR disk full".to_owned()]));
    // As docker does: up, one row of several is drawn over, and down again.
    let pull = ["a 0%\nb 0%\nc 0%\n", "\x1b[3A\r\x1b[Ka 10%\x1b[3B\r", "\x1b[2A\r\x1b[Kb 10%\x1b[2B\r"];
    let (shown, alerts, told) = after_a_clear(&pull, &["a 10%", "b 10%", "c 0%"], "\x1b[1A\r\x1b[Kc ERROR\x1b[1B\r");
    assert_eq!(shown, ["a 10%", "b 10%", "c ERROR"]);
    assert_eq!((alerts, told), (1, ["a 10%", "b 10%", "c ERROR"].map(str::to_owned).to_vec()));
}

#[test]
fn what_is_written_in_a_row_that_left_comes_as_a_new_one_and_stays_in_place() {
    let (shown, alerts, told) =
        after_a_clear(&["a\nb\nc\n"], &[], "d\n\x1b[4A\r\x1b[2K\n\rERROR b\n\rC\n\x1b[3A\x1b[3C, a\n\rERROR 2");
    assert_eq!(shown, ["d", "ERROR 2", "C", "   , a"]);
    assert_eq!((alerts, told), (1, vec!["   , a".to_owned(), "ERROR 2".to_owned(), "C".to_owned()]));
}

#[test]
fn bars_that_step_back_go_on_for_ever() {
    for step in ["\u{8}\u{8}\u{8}\u{8}\u{8}", "\u{1b}[5D"] {
        for per_read in [1, 7, 9_000] {
            let mut replay = Replay::new();
            let states: Vec<_> = (0..40_000).map(|number| format!("{step}{number:5}")).collect();
            replay.read("at      ".as_bytes());
            states.chunks(per_read).for_each(|states| replay.read(states.concat().as_bytes()));
            assert_eq!(replay.shown(), ["at 39999"], "{step:?}, {per_read} in a read");
            replay.read("\u{1b}[2Dx\n".as_bytes());
            assert_eq!((replay.shown(), replay.rows()[0].cut_bytes), (vec!["at 399x9".to_owned()], 0));
        }
    }
}

#[test]
fn what_is_no_bar_is_cut_and_not_read_over_and_over() {
    let mut replay = Replay::new();
    for number in 0..10_000 {
        replay.read(format!("\u{1b}[38;5;{}mx{number:05}", number % 256).as_bytes());
    }
    replay.read(b"\nnext\n");
    let rows = replay.rows();
    assert!(rows[0].text.len() == 64 * 1024 && rows[0].cut_bytes > 64 * 1024, "{} cut", rows[0].cut_bytes);
    assert_eq!(rows[1].text, "next");
}

#[test]
fn rows_that_were_drawn_over_are_told_once_nothing_draws_there_any_more() {
    let mut replay = Replay::new();
    replay.console.tell_settled(true);
    let settled =
        |replay: &Replay| -> Vec<String> { replay.console.take_settled().into_iter().map(|(_, text)| text).collect() };
    replay.read(b"a 10 %\nb 10 %\n\x1b[2A\x1b[2KERROR\n\x1b[2Ka          10 %\n\x1b[31mb\x1b[m 20 %\n");
    replay.read(b"same\n\x1b[Asame\nblank\n\x1b[A\x1b[2K\n");
    assert_eq!(settled(&replay), Vec::<String>::new(), "they may change yet");
    replay.read("line\n".repeat(27).as_bytes());
    replay.read(b"line\n");
    assert_eq!(settled(&replay), ["ERROR"]);
    replay.read("line\n".repeat(3).as_bytes());
    assert_eq!(settled(&replay), ["a          10 %"], "the others say what they were told with, or nothing");
    replay.read(b"bar\nx\x1b[A\r\x1b[32mdrawn\x1b[m\n");
    replay.console.settle_all();
    assert_eq!(settled(&replay), ["\u{1b}[32mdrawn\u{1b}[0m"], "at the end all that are left");
    replay.console.settle_all();
    assert_eq!(settled(&replay), Vec::<String>::new(), "and once");
}
