//! Output that only an enemy or a broken program writes, from the bytes of a pipe to the rows of a console: whatever comes and
//! however it is cut, the rows are the same, memory is bounded and nothing panics.
//!
//! What the generator below has found is kept in `tests/corpus` and replayed.

use std::path::Path;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use super::replay::{Replay, check_rows, read};
use super::styled::read_row;

/// A number that a sequence may have.
fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        (0_u32..6).prop_map(|number| number.to_string()),
        prop_oneof![Just("31"), Just("32"), Just("33"), Just("79"), Just("9999"), Just("65535"), Just("99999999999")]
            .prop_map(str::to_owned),
    ]
}

fn control_sequence() -> impl Strategy<Value = String> {
    let numbers = prop::collection::vec(number(), 0..4).prop_map(|numbers| numbers.join(";"));
    let private = prop_oneof![8 => Just(""), 1 => Just("?"), 1 => Just(">")];
    let end = prop::sample::select("AABBEEFFJJKKCDGXmmmmsuHfdhlnr@~ !".chars().collect::<Vec<_>>());
    (private, numbers, end).prop_map(|(private, numbers, end)| format!("\u{1b}[{private}{numbers}{end}"))
}

/// What a program may write, in pieces that a random byte would hardly ever hit.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "a",
        "bar ",
        "50%",
        "3/4",
        "漢字",
        "e\u{301}\u{301}",
        "אבג",
        "🎭",
        "👩\u{200d}👩\u{200d}👧",
        "\u{202e}abc",
        "http://a.b/c",
        "a\u{200b}b",
        "ERROR",
        "\u{feff}",
        "       ",
    ]);
    let controls =
        prop::sample::select(vec!["\n", "\r", "\r\n", "\u{8}", "\t", "\0", "\u{7}", "\u{1b}", "\u{85}", "\u{9b}A"]);
    let strings = prop::sample::select(vec![
        "\u{1b}]8;;https://a.b\u{7}",
        "\u{1b}]8;;\u{7}",
        "\u{1b}]8;;http://x\u{1b}\\",
        "\u{1b}]9;4;1;40\u{7}",
        "\u{1b}]0;never ends",
        "\u{1b}P1;2|x",
        "\u{1b}_y\u{1b}\\",
        "\u{1b}(B",
        "\u{1b}7",
        "\u{1b}8",
        "\u{1b}M",
        "\u{1b}c",
    ]);
    prop_oneof![
        4 => words.prop_map(|text| text.as_bytes().to_vec()),
        4 => controls.prop_map(|text| text.as_bytes().to_vec()),
        6 => control_sequence().prop_map(String::into_bytes),
        2 => strings.prop_map(|text| text.as_bytes().to_vec()),
        2 => prop::collection::vec(any::<u8>(), 0..6),
    ]
}

/// Pieces one after another, some many times.
fn output() -> impl Strategy<Value = Vec<u8>> {
    let group = (prop::collection::vec(piece(), 1..8), prop_oneof![9 => Just(1_usize), 1 => 2..60_usize]);
    let repeated = group.prop_map(|(pieces, times)| pieces.concat().repeat(times));
    prop::collection::vec(repeated, 1..12).prop_map(|parts| parts.concat())
}

/// As many as a test may take, or as `PROPTEST_CASES` says.
fn fuzzing() -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: if std::env::var_os("PROPTEST_CASES").is_some() { default.cases } else { 200 },
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/corpus/rows.txt"))),
        ..default
    }
}

proptest! {
    #![proptest_config(fuzzing())]

    #[test]
    fn rows_are_the_same_however_the_bytes_are_cut(bytes in output(), sizes in prop::collection::vec(1_usize..40, 1..9)) {
        check_rows(&bytes, &sizes);
    }
}

#[test]
fn what_was_found_before_is_found_no_more() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "bin") {
            check_rows(&std::fs::read(path).unwrap(), &[5, 1, 30]);
            count += 1;
        }
    }
    assert!(count > 0);
}

#[test]
fn every_sequence_may_be_cut_at_every_byte() {
    let all = "one\ntwo\n\u{1b}[2A\u{1b}[1;38;2;300;2;3;48:5:99mb\u{1b}]8;;https://a.b\u{1b}\\c\u{1b}]8;;\u{7}\u{1b}[1B\u{1b}7d\
               \u{1b}[2K\u{1b}[5Ge\u{1b}[F\u{1b}[0J\u{1b}P0;1|17/ab\u{1b}\\f\u{1b}8\u{1b}(Bg\u{1b}[?25hh\t\u{8}\u{1b}[1Ki\u{1b}[E\u{1b}[9Xjé🎭\
               \u{1b}_l\u{1b}\\m\u{1b}[s\u{1b}M\r\n\u{1b}[u\u{1b}]9;4;1;40\u{7}n";
    let whole = read(&Replay::of(all.as_bytes(), all.len()));
    for first in 0..all.len() {
        for second in (first..all.len()).step_by(3) {
            let mut replay = Replay::new();
            replay.read(&all.as_bytes()[..first]);
            replay.read(&all.as_bytes()[first..second]);
            replay.read(&all.as_bytes()[second..]);
            assert_eq!(read(&replay), whole, "cut at {first} and {second}");
        }
        // And what ends there ends well.
        read(&Replay::of(&all.as_bytes()[..first], 5));
    }
}

#[test]
fn a_hundred_thousand_colours_in_a_line_are_one_row() {
    let colors: Vec<String> = (0..100_000).map(|index| format!("\u{1b}[38;5;{}mx", index % 256)).collect();
    let colors = colors.concat();
    for size in [7, 65_536] {
        let replay = Replay::of(format!("{colors}\nnext\n").as_bytes(), size);
        let rows = replay.rows();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].text.len() as u64 + rows[0].cut_bytes, colors.len() as u64);
        let shown = read_row(&rows[0].text).unwrap();
        assert!(shown.runs.len() > 5000 && shown.text().trim_matches('x').is_empty());
        assert_eq!(rows[1].text, "next");
    }
}

#[test]
fn floods_of_any_kind_are_bounded() {
    let megabyte = 1 << 20;
    let colors: Vec<u8> = (0..=u8::MAX).flat_map(|index| format!("\u{1b}[38;5;{index}mx").into_bytes()).collect();
    let utf16: Vec<u8> = "text of another age\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let floods: Vec<(&str, Vec<u8>)> = vec![
        ("colours", colors),
        ("a title that never ends", [b"\x1b]0;".to_vec(), vec![b'x'; 1000]].concat()),
        ("marks without width", "e\u{301}\u{200d}\u{200b}\u{202e}".repeat(100).into_bytes()),
        ("right to left", "שלום عالم ".repeat(100).into_bytes()),
        ("nothing", vec![0; 4096]),
        ("UTF-16", utf16),
        ("empty lines", vec![b'\n'; 4096]),
        ("one line", vec![b'y'; 4096]),
        ("up", b"\x1b[A".repeat(1000)),
        ("up and far", b"\n\x1b[A\x1b[65535Gx".repeat(100)),
        ("up and down", b"a\n\x1b[Ab\x1b[B".repeat(100)),
        ("progress", b"\x1b]9;4;1;40\x07\x1b]9;4;1".repeat(100)),
        ("save", [vec![b'x'; 4096], b"\x1b7".repeat(32_768)].concat()),
        ("save while it grows", b"x\x1b7".repeat(21_845)),
        ("save above", [b"\n\x1b[A", &*vec![b'x'; 4096], &*b"\x1b7".repeat(30_000)].concat()),
        ("save and restore", b"\x1b7\x1b[31Ax\x1b8".repeat(100)),
        ("erase", b"\n\n\x1b[2A\x1b[J".repeat(100)),
        ("returns", b"\r".repeat(4096)),
    ];
    for (name, flood) in floods {
        let mut replay = Replay::new();
        let chunk = flood.repeat(65_536_usize.div_ceil(flood.len()));
        for _ in 0..megabyte / chunk.len() {
            replay.read(&chunk);
        }
        let rows = replay.rows();
        let kept: usize = rows.iter().map(|row| row.text.len()).sum();
        assert!(kept <= 3 * (4 << 20) && rows.len() <= 10_002, "{name}: {kept} bytes in {} rows", rows.len());
        rows.iter().rev().take(40).for_each(|row| drop(read_row(&row.text)));
        assert!(replay.console.progress_percent().is_none_or(|percent| percent <= 100), "{name}");
    }
}
