//! What is kept, found and let go of, against what came.

use std::ops::Range;

use super::chunk::{CHUNK_BYTES, CHUNK_LINES};
use super::*;
use crate::model::Streams;

const LIMITS: Limits = Limits { lines: 3000, bytes: 1 << 20 };

fn filled(count: u64) -> Scrollback {
    let mut scrollback = Scrollback::new(LIMITS);
    for number in 0..count {
        scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, format!("line {number}").as_bytes(), 0);
    }
    scrollback
}

fn texts(scrollback: &Scrollback, range: Range<u64>) -> Vec<String> {
    let mut rows = Vec::new();
    scrollback.copy_rows(range, &mut rows);
    rows.iter().map(|row| format!("{}: {}", row.number, row.text)).collect()
}

#[test]
fn a_clock_that_is_set_back_changes_the_order_of_nothing() {
    let mut scrollback = Scrollback::new(LIMITS);
    for (second, text) in [(7200, "first"), (3600, "second"), (-5, "third")] {
        scrollback.push(Stream::Stdout, Timestamp::from_second(second).unwrap(), text.as_bytes(), 0);
    }
    scrollback.set_open(Stream::Stdout, Timestamp::from_second(60).unwrap(), b"open");
    let mut rows = Vec::new();
    scrollback.copy_rows(0..9, &mut rows);
    let rows: Vec<_> = rows.iter().map(|row| (row.number, row.at.as_second(), row.text.as_str())).collect();
    assert_eq!(rows, [(0, 7200, "first"), (1, 3600, "second"), (2, -5, "third"), (3, 60, "open")]);
}

#[test]
fn a_flood_is_kept_as_its_single_lines_would_be() {
    // Lines of all sizes, empty ones and the longest too, so that chunks end at lines and at bytes.
    let mut seed = 7_usize;
    let mut lines: Vec<Vec<u8>> = (0..3000)
        .map(|number| {
            seed = seed.wrapping_mul(48_271) % 0x7fff_ffff;
            vec![b'a' + u8::try_from(number % 26).unwrap(); if seed.is_multiple_of(3) { 0 } else { seed % 150 }]
        })
        .collect();
    lines.insert(2000, vec![b'x'; CHUNK_BYTES]);
    let (mut single, mut flood) = (Scrollback::new(LIMITS), Scrollback::new(LIMITS));
    for (batch, lines) in (0_i64..).zip(lines.chunks(70)) {
        let stream = if batch % 3 == 0 { Stream::Stderr } else { Stream::Stdout };
        let at = Timestamp::from_second(batch / 2).unwrap();
        let end: &[u8] = if batch % 5 == 0 { b"\r\n" } else { b"\n" };
        for line in lines {
            single.push(stream, at, line, 0);
        }
        flood.push_lines(stream, at, &lines.iter().flat_map(|line| [line, end].concat()).collect::<Vec<_>>());
        single.push(stream, at, b"cut", 5);
        flood.push(stream, at, b"cut", 5);
    }
    let rows = |scrollback: &Scrollback, from: u64| {
        let mut rows = Vec::new();
        scrollback.copy_rows(from..u64::MAX, &mut rows);
        rows
    };
    let from = single.first().max(flood.first());
    assert!(flood.end() - from > 1500, "{from} to {}", flood.end());
    assert!(rows(&single, from) == rows(&flood, from));
    assert!(rows(&flood, from + 777)[..] == rows(&flood, from)[777..]);
    assert!(rows(&flood, from).iter().any(|row| row.cut_bytes == 5));
}

#[test]
fn a_million_empty_lines_are_bounded() {
    let mut scrollback = Scrollback::new(LIMITS);
    for _ in 0..16 {
        scrollback.push_lines(Stream::Stdout, Timestamp::UNIX_EPOCH, &vec![b'\n'; 65_536]);
    }
    assert!(scrollback.lines <= LIMITS.lines && scrollback.lines > LIMITS.lines - CHUNK_LINES);
    assert_eq!((scrollback.total(), scrollback.total() - scrollback.first()), (1 << 20, scrollback.lines as u64));
    assert_eq!(texts(&scrollback, (1 << 20) - 1..2 << 20), ["1048575: "]);
}

#[test]
fn rows_keep_their_number_while_old_ones_leave() {
    let scrollback = filled(10_000);
    assert!(scrollback.first() >= 10_000 - LIMITS.lines as u64 && scrollback.first() < 8_100);
    assert_eq!(texts(&scrollback, 9_998..20_000), ["9998: line 9998", "9999: line 9999"]);
    assert_eq!(texts(&scrollback, 0..scrollback.first() + 1).len(), 1, "what is gone is left out");
    let across = texts(&scrollback, 8_190..8_194);
    assert_eq!(across, ["8190: line 8190", "8191: line 8191", "8192: line 8192", "8193: line 8193"]);
}

/// What `find_rows` and `place_of` say, told apart the slow way.
#[test]
fn rows_of_a_stream_are_found_from_either_end_and_counted() {
    let mut scrollback = Scrollback::new(LIMITS);
    for number in 0..9000_i64 {
        // Long stretches of one stream, and stretches that change with each line.
        let stream = match number {
            0..5000 | 6000..8000 => Stream::Stdout,
            _ if number % 7 == 0 => Stream::Notice,
            _ => {
                if number % 2 == 0 {
                    Stream::Stderr
                } else {
                    Stream::Stdout
                }
            }
        };
        scrollback.push(stream, Timestamp::from_second(number / 3).unwrap(), b"x", 0);
    }
    scrollback.set_open(Stream::Stdout, Timestamp::UNIX_EPOCH, b"open");
    scrollback.set_open(Stream::Stderr, Timestamp::UNIX_EPOCH, b"open");
    let mut rows = Vec::new();
    scrollback.copy_rows(0..u64::MAX, &mut rows);
    let first = scrollback.first();
    for bits in 0..8 {
        let streams = Streams { stdout: bits & 1 > 0, stderr: bits & 2 > 0, notices: bits & 4 > 0 };
        let shown: Vec<u64> = rows.iter().filter(|row| row.stream.is_in(streams)).map(|row| row.number).collect();
        let find = |range: Range<u64>, how| {
            let mut found = vec![7];
            scrollback.find_rows(range, streams, how, &mut found);
            found.split_off(1)
        };
        assert_eq!(find(0..u64::MAX, (usize::MAX, false)), shown);
        assert_eq!(find(0..u64::MAX, (5, true)), shown[shown.len().saturating_sub(5)..]);
        let below: Vec<u64> = shown.iter().copied().filter(|row| *row >= 7500).take(6).collect();
        assert_eq!(find(7500..u64::MAX, (6, false)), below);
        let above: Vec<u64> = shown.iter().copied().filter(|row| *row < 8300).collect();
        assert_eq!(find(0..8300, (6, true)), above[above.len().saturating_sub(6)..]);
        for row in [first, first + 1, 7999, 8000, 8123, 9000, 9001, 9002] {
            let counted = scrollback.place_of(row, streams) - scrollback.place_of(first, streams);
            assert_eq!(counted, shown.iter().filter(|shown| **shown < row).count() as u64, "{row} {streams:?}");
        }
    }
    assert!(rows.iter().all(|row| scrollback.stream_of(row.number) == Some(row.stream)));
    assert_eq!((scrollback.stream_of(first - 1), scrollback.stream_of(9002)), (None, None));
    let everything = scrollback.place_of(9000, Streams::ALL);
    scrollback.clear(0);
    scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, b"x", 0);
    assert_eq!((everything, scrollback.place_of(9001, Streams::ALL)), (9000, 9001), "numbers go on after a clear");
}

#[test]
fn bytes_are_bounded_too() {
    let mut scrollback = Scrollback::new(Limits { lines: 1_000_000, bytes: 1 << 20 });
    for _ in 0..200 {
        scrollback.push(Stream::Stderr, Timestamp::UNIX_EPOCH, &vec![b'x'; 60_000], 7);
    }
    assert!(scrollback.bytes <= 1 << 20);
    assert!(scrollback.cuts.len() <= scrollback.lines);
    let mut rows = Vec::new();
    scrollback.copy_rows(199..200, &mut rows);
    assert_eq!((rows[0].text.len(), rows[0].cut_bytes), (60_000, 7));
}

#[test]
fn an_unended_line_is_the_last_row() {
    let mut scrollback = filled(2);
    scrollback.set_open(Stream::Stdout, Timestamp::UNIX_EPOCH, b"name? ");
    scrollback.set_open(Stream::Stderr, Timestamp::UNIX_EPOCH, b"50 %");
    assert_eq!(texts(&scrollback, 1..9), ["1: line 1", "2: name? ", "3: 50 %"]);
    scrollback.set_open(Stream::Stdout, Timestamp::UNIX_EPOCH, b"");
    assert_eq!(texts(&scrollback, 2..9), ["2: 50 %"]);
}

#[test]
fn clearing_shows_nothing_and_numbers_go_on() {
    let mut scrollback = filled(5);
    scrollback.clear(0);
    assert_eq!(scrollback.first(), 5);
    scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, b"new", 0);
    assert_eq!(texts(&scrollback, 0..9), ["5: new"]);
}

#[test]
fn rows_that_are_being_drawn_outlive_a_clear() {
    let mut scrollback = filled(3);
    for bar in ["a 10 %", "b 20 %"] {
        scrollback.push(Stream::Stderr, Timestamp::UNIX_EPOCH, bar.as_bytes(), 0);
        scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, b"between", 0);
    }
    scrollback.set_open(Stream::Stderr, Timestamp::UNIX_EPOCH, b"c 30 %");
    scrollback.write_above(Stream::Stderr, 2, b"\ra 11 %");
    scrollback.write_above(Stream::Stderr, 1, b"\rb 21 %");
    let place = scrollback.place_of(scrollback.end(), Streams::ALL);
    scrollback.clear(0);
    assert_eq!(texts(&scrollback, 0..99), ["7: a 10 %\ra 11 %", "8: b 20 %\rb 21 %", "9: c 30 %"]);
    assert_eq!(scrollback.place_of(scrollback.end(), Streams::ALL), place, "no line is counted twice");
    scrollback.write_above(Stream::Stderr, 2, b"\ra 12 %");
    scrollback.write_above(Stream::Stderr, 1, b"\rb 22 %");
    let mut drawn = Vec::new();
    scrollback.visit_drawn(Stream::Stderr, 0, |row| drawn.push(String::from_utf8_lossy(row.bytes).into_owned()));
    assert_eq!(drawn, ["a 10 %\ra 11 %\ra 12 %", "b 20 %\rb 21 %\rb 22 %", "c 30 %"]);
    scrollback.push(Stream::Stderr, Timestamp::UNIX_EPOCH, b"below", 0);
    scrollback.write_above(Stream::Stderr, 4, b"gone");
    scrollback.clear(0);
    assert_eq!(texts(&scrollback, 0..99), ["10: c 30 %"], "bars with a line below them are done");
    assert_eq!(scrollback.redrawn.size_bytes(), 0);
}

#[test]
fn what_a_run_before_has_drawn_goes_with_a_clear() {
    let mut scrollback = filled(1);
    scrollback.write_above(Stream::Stdout, 1, b"\rdrawn");
    scrollback.clear(1);
    assert_eq!(texts(&scrollback, 0..9), Vec::<String>::new());
}

#[test]
fn bytes_that_are_not_utf8_are_shown_lossily() {
    let mut scrollback = Scrollback::new(LIMITS);
    scrollback.push(Stream::Stdout, Timestamp::UNIX_EPOCH, b"caf\xe9", 0);
    assert_eq!(texts(&scrollback, 0..1), ["0: caf\u{fffd}"]);
}
