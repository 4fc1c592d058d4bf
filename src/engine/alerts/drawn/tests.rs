//! What is alerted of while rows are drawn over.

use super::*;
use crate::engine::replay::Replay;
use crate::engine::scrollback::Limits;
use crate::model::Highlight;

/// What is alerted of, of these reads.
fn alerts<'a>(pattern: &str, reads: impl IntoIterator<Item = &'a [u8]>) -> (u64, String) {
    let mut replay = Replay::new();
    let rule = Highlight { pattern: pattern.to_owned(), alert: true, ..Highlight::default() };
    replay.console.set_watch(Watch::of(&[rule]));
    reads.into_iter().for_each(|read| replay.read(read));
    let alerts = replay.console.alerts();
    (alerts.count, alerts.line)
}

const RICH: &[u8] = include_bytes!("../../../../tests/fixtures/terminal/rich-message.bin");
const TQDM: &[u8] = include_bytes!("../../../../tests/fixtures/terminal/tqdm-message.bin");

#[test]
fn a_message_above_bars_is_alerted_of_once_however_it_is_cut() {
    for program in [RICH, TQDM] {
        for size in [100, 1000, program.len()] {
            let found = alerts("ERROR", program.chunks(size));
            assert_eq!(found, (1, "ERROR disk full".to_owned()), "in reads of {size}");
        }
    }
}

#[test]
fn a_bar_that_matches_counts_once_however_often_it_is_drawn_and_where_it_moves() {
    for size in [37, 100, 256, 1000, RICH.len()] {
        let (count, line) = alerts("errors: [0-9]+", RICH.chunks(size));
        assert!(count == 1 && line.starts_with("render errors: 3"), "in reads of {size}: {count} {line}");
    }
    let frame = |number: u32| format!("\r\x1b[2K\x1b[1A\x1b[2Kerrors: {number}\nother");
    let frames = [3, 3, 4, 4].map(frame);
    // Erased in one read, drawn in the next.
    let cut = frames.iter().flat_map(|frame| [frame.as_bytes()[..13].as_ref(), &frame.as_bytes()[13..]]);
    let reads = std::iter::once(&b"errors: 3\nother"[..]).chain(cut);
    assert_eq!(alerts("errors: [0-9]+", reads), (1, "errors: 3".to_owned()));
}

#[test]
fn a_state_that_comes_again_counts_again() {
    let state = |state: &str| format!("\x1b[A\r\x1b[K{state}\nbar\r");
    let reads = ["ERROR", "fine", "fine", "ERROR", "ERROR"].map(state);
    let reads = std::iter::once("fine\nbar\r").chain(reads.iter().map(String::as_str)).map(str::as_bytes);
    assert_eq!(alerts("ERROR", reads), (2, "ERROR".to_owned()));
    let reads = [&b"ERROR\nbar"[..], b"\x1b[A\r\x1b[Kfine\n", b"\nno match\n", b"ERROR\n"];
    assert_eq!(alerts("ERROR", reads), (2, "ERROR".to_owned()), "and as a line after others");
}

#[test]
fn what_two_bars_say_moves_with_them() {
    let reads =
        ["a errors: 3\nb errors: 5\nc", "\x1b[2A\r\x1b[Kmessage\n\x1b[Ka err", "ors: 3\n\x1b[Kb er", "rors: 5\nc"];
    assert_eq!(alerts("errors: [0-9]+", reads.map(str::as_bytes)).0, 2);
}

#[test]
fn a_row_that_is_known_is_not_read_before_it_is_drawn() {
    let rule = Highlight { pattern: "ERROR".to_owned(), alert: true, ..Highlight::default() };
    let watch = Watch::of(&[rule]).unwrap();
    let known = Mutex::default();
    let mut scrollback = Scrollback::new(Limits { lines: 100, bytes: 1 << 20 });
    scrollback.push(Stream::Stdout, jiff::Timestamp::UNIX_EPOCH, b"1 %", 0);
    for is_known in [false, true, true] {
        let mut look = DrawnLook::of(&watch, Stream::Stdout, &[]);
        look.note(&scrollback, &mut lock(&known), 1);
        assert_eq!(look.before.values().all(|before| matches!(before, Before::Known(None))), is_known);
        scrollback.write_above(Stream::Stdout, 1, b"\r2 %");
        look.copy(&scrollback);
        assert_eq!(look.finish(&known), (0, None));
    }
}
