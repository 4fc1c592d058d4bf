//! What a search holds while rows come and leave.

use super::*;
use crate::engine::lines::{Piece, PieceKind};
use crate::engine::replay::Replay;
use crate::engine::scrollback::{Limits, Stream};

fn console(lines: usize) -> Arc<Console> {
    Arc::new(Console::new(Limits { lines, bytes: 64 << 20 }))
}

fn say(console: &Console, lines: &[&str], open: &str) {
    let pieces: Vec<_> = lines
        .iter()
        .map(|line| Piece { bytes: line.as_bytes().into(), kind: PieceKind::Line { cut_bytes: 0 } })
        .collect();
    console.add(Stream::Stdout, &pieces, open.as_bytes());
}

/// A searcher, and what it says whenever a search got on.
fn searcher() -> (Searcher, Receiver<()>) {
    let (sender, woken) = sync_channel(1024);
    let wake = Arc::new(move || {
        let _is_full = sender.try_send(());
    });
    (Searcher::start(wake).unwrap(), woken)
}

fn query(text: &str) -> Query {
    Query { text: text.to_owned(), ..Query::default() }
}

/// Looks on, as frames do, until the search has come to the end of what there is.
fn finish(searcher: &Searcher, woken: &Receiver<()>, search: &Arc<Search>) -> Vec<u64> {
    while search.searched.load(Ordering::Acquire) != search.console.generation() {
        searcher.look(search);
        woken.recv().unwrap();
    }
    search.hits().map(|hit| search.row_of(hit).unwrap()).collect()
}

#[test]
fn it_goes_on_with_what_comes_and_looks_again_at_unended_lines() {
    let (searcher, woken) = searcher();
    let console = console(1000);
    say(&console, &["an apple", "a pear", "\u{1b}[31mAp\u{1b}[0mple"], "app");
    let search = searcher.search(Arc::clone(&console), &query("apple")).unwrap();
    assert_eq!(finish(&searcher, &woken, &search), [0, 2]);
    say(&console, &[], "apples ");
    assert_eq!(finish(&searcher, &woken, &search), [0, 2, 3], "an unended line counts as it stands");
    say(&console, &[], "pears");
    assert_eq!(finish(&searcher, &woken, &search), [0, 2]);
    say(&console, &["pears, apples", "x"], "apple");
    assert_eq!(finish(&searcher, &woken, &search), [0, 2, 3, 5]);
    assert_eq!((search.hit_from(1), search.hit_from(4), search.hit_from(6)), (1, 3, 4));
    assert!(!search.is_under_way());
}

#[test]
fn it_comes_to_its_end_beside_a_line_that_does_not_end() {
    let (searcher, woken) = searcher();
    let console = console(1000);
    say(&console, &["an apple", "a pear"], "12 % |####");
    for (text, expected) in [("apple", vec![0]), ("####", vec![2]), ("nothing", vec![])] {
        let search = searcher.search(Arc::clone(&console), &query(text)).unwrap();
        assert_eq!(finish(&searcher, &woken, &search), expected);
        assert!(!search.is_under_way(), "{text}: the bar is all that isn't ended");
        say(&console, &[], "13 % |####");
        assert!(!search.is_under_way(), "{text}: it goes on, but what was there is searched");
    }
}

#[test]
fn so_it_does_in_a_view_of_several_consoles() {
    let (searcher, woken) = searcher();
    let (bar, quiet) = (console(1000), console(1000));
    say(&bar, &["an apple"], "12 % |####");
    say(&quiet, &["a pear"], "");
    let merged = Arc::new(Merged::new(vec![bar, quiet], 0));
    while !merged.catch_up() {}
    let search = searcher.search(merged, &query("pear")).unwrap();
    assert_eq!(finish(&searcher, &woken, &search), [1]);
    assert!(!search.is_under_way());
}

#[test]
fn rows_that_leave_leave_the_hits_and_the_others_keep_their_number() {
    let (searcher, woken) = searcher();
    let console = console(2000);
    let lines: Vec<_> = (0..10_000).map(|number| format!("line {number}")).collect();
    let lines: Vec<_> = lines.iter().map(String::as_str).collect();
    let search = searcher.search(Arc::clone(&console), &query("9")).unwrap();
    let mut expected = 0;
    for part in lines.chunks(500) {
        say(&console, part, "");
        expected += part.iter().filter(|line| line.contains('9')).count() as u64;
        let rows = finish(&searcher, &woken, &search);
        assert!(rows.iter().all(|row| lines[usize::try_from(*row).unwrap()].contains('9')));
        assert_eq!(search.hits().end, expected, "hits are counted from the first on");
        assert!(rows.first() >= Some(&console.rows().start));
    }
    let kept = lines[usize::try_from(console.rows().start).unwrap()..].iter().filter(|line| line.contains('9')).count();
    assert_eq!(search.hits().end - search.hits().start, kept as u64);
    console.clear();
    assert!(search.hits().is_empty());
    assert_eq!(search.row_of(0), None);
}

#[test]
fn marks_tell_where_the_hits_are() {
    let (searcher, woken) = searcher();
    let console = console(10_000);
    let lines: Vec<_> = (0..1000).map(|row| if row % 250 == 0 || row > 990 { "yes" } else { "no" }).collect();
    say(&console, &lines, "");
    let search = searcher.search(Arc::clone(&console), &query("yes")).unwrap();
    finish(&searcher, &woken, &search);
    assert_eq!(search.marks(0..1000, 100), [0, 25, 50, 75, 99]);
    assert_eq!(search.marks(100..600, 10), [3, 8]);
    assert_eq!(search.marks(250..251, 7), [0]);
    assert!(search.marks(5..5, 10).is_empty());
    let every = search.marks(0..1000, 5000);
    assert_eq!(every.len(), 13, "each hit once where there is room for all");
}

#[test]
fn a_search_that_nobody_holds_ends_and_many_take_turns() {
    let (searcher, woken) = searcher();
    let console = console(100_000);
    let lines = vec!["some words of a line"; 60_000];
    say(&console, &lines, "");
    let four: Vec<_> = ["words", "none", "of a", "x"]
        .iter()
        .map(|text| searcher.search(Arc::clone(&console), &query(text)).unwrap())
        .collect();
    let gone = Arc::downgrade(&searcher.search(Arc::clone(&console), &query("line")).unwrap());
    let counts: Vec<_> = four.iter().map(|search| finish(&searcher, &woken, search).len()).collect();
    assert_eq!(counts, [60_000, 0, 60_000, 0]);
    drop(searcher);
    assert!(gone.upgrade().is_none());
}

#[test]
fn every_stream_is_searched() {
    let (searcher, woken) = searcher();
    let console = console(100);
    console.notice("The job began.");
    console.add(Stream::Stderr, &[], b"job? ");
    let search = searcher.search(Arc::clone(&console), &query("job")).unwrap();
    assert_eq!(finish(&searcher, &woken, &search), [0, 1]);
}

#[test]
fn rows_of_hidden_kinds_are_not_found_when_they_are_drawn_over() {
    let (searcher, woken) = searcher();
    let mut replay = Replay::new();
    replay.read(b"epoch 1\nbatch 10\n");
    let console = Arc::clone(&replay.console);
    let streams = Streams { stdout: false, ..Streams::ALL };
    let hidden = searcher.search(Arc::clone(&console), &Query { streams, ..query("epoch") }).unwrap();
    let merged = Arc::new(Merged::new(vec![Arc::clone(&console)], 0));
    while !merged.catch_up() {}
    let together = searcher.search(Arc::clone(&merged), &Query { streams, ..query("epoch") }).unwrap();
    let all = searcher.search(console, &query("epoch 2")).unwrap();
    assert!(finish(&searcher, &woken, &hidden).is_empty() && finish(&searcher, &woken, &together).is_empty());
    replay.read(b"\x1b[2A\repoch 2\n\n");
    while !merged.catch_up() {}
    assert_eq!(finish(&searcher, &woken, &all), [0], "it was drawn over");
    assert!(finish(&searcher, &woken, &hidden).is_empty(), "its kind is hidden");
    assert!(finish(&searcher, &woken, &together).is_empty());
}

#[test]
fn rows_that_are_drawn_over_are_found_as_they_are_shown() {
    let (searcher, woken) = searcher();
    let mut replay = Replay::new();
    replay.read(b"epoch 1\nbatch 10\nmore\n");
    let console = Arc::clone(&replay.console);
    let search = searcher.search(Arc::clone(&console), &query("epoch 2")).unwrap();
    assert!(finish(&searcher, &woken, &search).is_empty());
    replay.read(b"\x1b[3A\repoch 2\n\rbatch 11\n\n");
    assert_eq!(finish(&searcher, &woken, &search), [0]);
    replay.read(b"\x1b[3A\repoch 3\n\n\n");
    assert!(finish(&searcher, &woken, &search).is_empty());
    let later = searcher.search(console, &query("batch 11")).unwrap();
    assert_eq!(finish(&searcher, &woken, &later), [1]);
}

#[test]
fn more_rows_that_were_drawn_over_than_are_looked_at_at_once_are_all_found() {
    let (searcher, woken) = searcher();
    let mut replay = Replay::new();
    let rounds = 2 * u64::try_from(REDRAWN_AT_ONCE).unwrap() / 30 + 1;
    for _ in 0..rounds {
        replay.read("old\n".repeat(30).as_bytes());
        replay.read(format!("\x1b[30A{}", "new\n".repeat(30)).as_bytes());
    }
    let console = Arc::clone(&replay.console);
    let merged = Arc::new(Merged::new(vec![Arc::clone(&console)], 0));
    while !merged.catch_up() {}
    let rows = 30 * rounds;
    let search = |word: &str| {
        let alone = searcher.search(Arc::clone(&console), &query(word)).unwrap();
        let together = searcher.search(Arc::clone(&merged), &query(word)).unwrap();
        [alone, together]
    };
    let both = [search("old"), search("new")];
    let found = || both.each_ref().map(|two| two.each_ref().map(|search| finish(&searcher, &woken, search)));
    let all: Vec<u64> = (0..rows).collect();
    assert_eq!(found(), [[vec![], vec![]], [all.clone(), all.clone()]]);
    replay.read(format!("\x1b[30A{}", "old\n".repeat(30)).as_bytes());
    while !merged.catch_up() {}
    let (before, latest) = all.split_at(all.len() - 30);
    assert_eq!(found(), [[latest, latest], [before, before]], "the latest changes are looked at too");
}
