//! What a view of several consoles shows while lines come and leave, and that it is searched as any console.

use std::sync::mpsc::sync_channel;

use jiff::Timestamp;

use super::*;
use crate::engine::lines::{Piece, PieceKind};
use crate::engine::scrollback::{Limits, Stream};
use crate::engine::search::{Query, Searcher};

fn console(lines: usize) -> Arc<Console> {
    Arc::new(Console::new(Limits { lines, bytes: 64 << 20 }))
}

fn say(console: &Console, lines: &[&str], open: &str) {
    let pieces: Vec<_> = lines
        .iter()
        .map(|line| Piece { bytes: line.as_bytes().into(), kind: PieceKind::Line { cut_bytes: 0 } })
        .collect();
    console.add(Stream::Stdout, &pieces, open.as_bytes());
    // So that no two of these come in the same microsecond.
    let now = Timestamp::now();
    while Timestamp::now() == now {}
}

fn shown(merged: &Merged) -> Vec<String> {
    while !merged.catch_up() {}
    let mut rows = Vec::new();
    merged.copy_rows(0..u64::MAX, &mut rows);
    rows.into_iter().map(|(part, row)| format!("{} {part} {}", row.number, row.text)).collect()
}

#[test]
fn lines_of_several_stand_in_the_order_in_which_they_came() {
    let (one, other) = (console(100), console(100));
    say(&one, &["a"], "");
    say(&other, &["b", "c"], "");
    let merged = Merged::new(vec![Arc::clone(&one), Arc::clone(&other)], 0);
    say(&one, &["d"], "name?");
    say(&other, &["e"], "");
    assert_eq!(shown(&merged), ["0 0 a", "1 1 b", "2 1 c", "3 0 d", "4 1 e", "5 0 name?"]);
    say(&one, &["name? x"], "");
    assert_eq!(shown(&merged)[5..], ["5 0 name? x"]);
    one.clear();
    assert_eq!(shown(&merged), Vec::<String>::new(), "what stood before a line that left is not told alone");
    say(&other, &["f"], "");
    assert_eq!(shown(&merged), ["6 1 f"]);
    merged.clear();
    assert_eq!(shown(&merged), Vec::<String>::new());
    say(&one, &["g"], "");
    assert_eq!(shown(&merged), ["7 0 g"]);
    assert_eq!(other.rows(), 0..4, "the consoles keep what they have");
}

#[test]
fn a_view_stays_put_and_bounded_while_a_flood_leaves() {
    let (flood, quiet) = (console(5000), console(100));
    let merged = Merged::new(vec![Arc::clone(&flood), Arc::clone(&quiet)], 0);
    say(&quiet, &["once"], "");
    let line = ["x"; 1000];
    let mut last = None;
    for turn in 0..20 {
        say(&flood, &line, "");
        say(&quiet, &[&format!("turn {turn}")], "");
        let all = shown(&merged);
        if turn == 15 {
            last = all.last().cloned();
        }
    }
    let all = shown(&merged);
    assert!(all.contains(&last.unwrap()), "rows keep their number");
    assert_eq!(merged.rows().end, 20_021);
    assert!((4000..=5100).contains(&all.len()), "{}", all.len());
    assert!(all.iter().all(|row| !row.ends_with("once")), "it left with the flood's lines before it");
}

#[test]
fn what_comes_after_a_flood_that_nobody_saw_stays() {
    let (flood, quiet) = (console(100), console(100));
    let merged = Merged::new(vec![Arc::clone(&flood), Arc::clone(&quiet)], 0);
    say(&flood, &["before"], "");
    shown(&merged);
    // More than it keeps, so that lines leave that the view never had.
    (0..20).for_each(|_| say(&flood, &["x"; 100], ""));
    say(&quiet, &["once"], "");
    let after = shown(&merged);
    assert!(after.last().is_some_and(|row| row.ends_with("1 once")), "{after:?}");
    say(&quiet, &["more"], "");
    let later = shown(&merged);
    assert_eq!(later[..after.len()], after, "and what was shown is shown still");
    assert!(later.len() == after.len() + 1);
}

#[test]
fn much_is_taken_in_on_the_searching_thread_and_searched_there() {
    let consoles: Vec<_> = (0..16).map(|_| console(100_000)).collect();
    for turn in 0..3000 {
        for (number, console) in (0..).zip(&consoles) {
            console.notice(&format!("{turn} of {number}"));
        }
    }
    let merged = Arc::new(Merged::new(consoles.clone(), 100));
    assert!(!merged.catch_up(), "a frame doesn't wait for 48,000 lines");
    let (sender, woken) = sync_channel(1);
    let searcher = Searcher::start(Arc::new(move || {
        let _is_full = sender.try_send(());
    }))
    .unwrap();
    while !merged.is_current() {
        searcher.merge(&merged);
        woken.recv().unwrap();
    }
    assert_eq!(merged.rows(), 100..48_100);
    let mut rows = Vec::new();
    merged.copy_rows(100..48_100, &mut rows);
    assert!(rows.is_sorted_by_key(|(_, row)| row.at), "in the order in which they came");
    let of_3: Vec<_> = rows.iter().filter(|(part, _)| *part == 3).map(|(_, row)| row.text.clone()).collect();
    assert_eq!(of_3, (0..3000).map(|turn| format!("{turn} of 3")).collect::<Vec<_>>());
    let query = Query { text: "1234 of".to_owned(), ..Query::default() };
    let search = searcher.search(Arc::clone(&merged), &query).unwrap();
    while search.is_under_way() {
        searcher.look(&search);
        woken.recv().unwrap();
    }
    let hits: Vec<_> = search.hits().map(|hit| search.row_of(hit).unwrap()).collect();
    assert_eq!(hits.len(), 16);
    for hit in hits {
        let mut rows = Vec::new();
        merged.copy_rows(hit..hit + 1, &mut rows);
        assert!(rows[0].1.text.starts_with("1234 of"), "{rows:?}");
    }
}

#[test]
fn looking_again_costs_nothing_where_nothing_came() {
    let one = console(100);
    say(&one, &["a"], "");
    let merged = Merged::new(vec![one], 0);
    assert_eq!(shown(&merged), ["0 0 a"]);
    let generation = Searched::generation(&merged);
    assert!(merged.catch_up() && merged.is_current());
    assert_eq!(Searched::generation(&merged), generation);
}

#[test]
fn a_line_that_is_drawn_over_is_found_as_what_it_is_now() {
    let (bars, other) = (console(100), console(100));
    say(&other, &["first"], "");
    say(&bars, &["a 10 %", "b 10 %"], "");
    let merged = Arc::new(Merged::new(vec![bars.clone(), other], 0));
    let _all = shown(&merged);
    let (sender, woken) = sync_channel(1);
    let searcher = Searcher::start(Arc::new(move || {
        let _is_full = sender.try_send(());
    }))
    .unwrap();
    let query = Query { text: "a 90".to_owned(), ..Query::default() };
    let search = searcher.search(Arc::clone(&merged), &query).unwrap();
    while search.is_under_way() {
        woken.recv().unwrap();
    }
    assert_eq!(search.hits(), 0..0);
    bars.replace_above(Stream::Stdout, 2, b"a 90 %");
    assert_eq!(shown(&merged), ["0 1 first", "1 0 a 90 %", "2 0 b 10 %"]);
    while search.hits().is_empty() {
        searcher.look(&search);
        woken.recv().unwrap();
    }
    assert_eq!(search.row_of(0), Some(1));
}

#[test]
fn rows_that_were_drawn_over_are_told_some_at_a_time_and_none_twice() {
    let bars = console(10_000);
    for number in 0..600 {
        say(&bars, &["bar"], "");
        bars.replace_above(Stream::Stdout, 1, format!("bar {number}").as_bytes());
    }
    let (mut told, mut is_last, mut rows) = (0, false, Vec::new());
    while !is_last {
        let before = rows.len();
        (told, is_last) = bars.redrawn_rows(told, 256, &mut rows);
        assert!(rows.len() - before <= 256);
    }
    assert_eq!(rows, (0..600).collect::<Vec<_>>());
    assert_eq!(bars.redrawn_rows(told, 256, &mut rows), (told, true), "nothing is looked at where nothing changed");
    bars.replace_above(Stream::Stdout, 2, b"bar 598 again");
    rows.clear();
    bars.redrawn_rows(told, 256, &mut rows);
    assert_eq!(rows, [598]);
}

#[test]
fn what_is_drawn_outlives_a_clear() {
    let (bars, other) = (console(100), console(100));
    say(&bars, &["before", "a 10 %"], "b 20 %");
    say(&other, &["x"], "");
    bars.replace_above(Stream::Stdout, 1, b"a 11 %");
    let merged = Merged::new(vec![Arc::clone(&bars), Arc::clone(&other)], 0);
    assert_eq!(shown(&merged).len(), 4);
    merged.clear();
    assert_eq!(shown(&merged), ["3 0 a 11 %", "4 0 b 20 %"]);
    bars.replace_above(Stream::Stdout, 1, b"a 12 %");
    say(&other, &["y"], "");
    assert_eq!(shown(&merged), ["3 0 a 12 %", "4 1 y", "5 0 b 20 %"]);
    bars.clear();
    assert_eq!(shown(&merged), ["4 1 y", "5 0 a 12 %", "6 0 b 20 %"]);
    bars.set_ended(true);
    bars.clear();
    assert_eq!(shown(&merged), ["6 0 b 20 %"], "after the end nothing is drawn any more");
}

#[test]
fn what_is_shown_keeps_its_rows_and_is_searched_there_while_consoles_join_and_leave() {
    let (one, other, third) = (console(100), console(100), console(100));
    for _ in 0..3 {
        say(&one, &["a"], "");
        say(&other, &["b"], "");
    }
    let merged = Merged::new(vec![Arc::clone(&one), Arc::clone(&other)], 0);
    assert_eq!(shown(&merged).len(), 6);
    merged.clear();
    say(&other, &["b", "b"], "");
    say(&one, &["a"], "");
    say(&other, &["b"], "b ");
    assert_eq!(shown(&merged), ["6 1 b", "7 1 b", "8 0 a", "9 1 b", "10 1 b "]);
    say(&third, &["c", "c"], "");
    let merged = merged.with_parts(vec![Arc::clone(&third), Arc::clone(&one), Arc::clone(&other)]);
    assert_eq!(shown(&merged)[..4], ["6 2 b", "7 2 b", "8 1 a", "9 2 b"], "what was cleared doesn't come back");
    assert_eq!(shown(&merged)[4..], ["10 0 c", "11 0 c", "12 2 b "]);
    let merged = Arc::new(merged.with_parts(vec![third, one]));
    assert_eq!(shown(&merged), ["8 1 a", "10 0 c", "11 0 c"]);
    let (sender, woken) = sync_channel(1);
    let searcher = Searcher::start(Arc::new(move || {
        let _is_full = sender.try_send(());
    }))
    .unwrap();
    let search = searcher.search(merged, &Query { text: "c".to_owned(), ..Query::default() }).unwrap();
    while search.is_under_way() {
        searcher.look(&search);
        woken.recv().unwrap();
    }
    assert_eq!(search.hits().filter_map(|hit| search.row_of(hit)).collect::<Vec<_>>(), [10, 11]);
}
