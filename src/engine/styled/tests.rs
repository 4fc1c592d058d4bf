//! Replays of what programs write, and of what only an enemy would.

use std::fmt::Write as _;

use super::*;

/// Reads a row and compares its text and its runs.
fn check(bytes: &str, text: &str, styles: &[(&str, Style)]) {
    let row = read_row(bytes).unwrap_or_default();
    assert_eq!(row.text(), text, "{bytes:?}");
    let found: Vec<(String, Style)> =
        row.runs.iter().map(|run| (row.columns[run.columns.clone()].iter().collect(), run.style)).collect();
    let wanted: Vec<(String, Style)> = styles.iter().map(|(part, style)| ((*part).to_owned(), *style)).collect();
    assert_eq!(found, wanted, "{bytes:?}");
}

fn foreground(color: Color) -> Style {
    Style { foreground: color, ..Style::PLAIN }
}

fn text_of(bytes: &str) -> String {
    plain_text(bytes).into_owned()
}

fn links_of(bytes: &str) -> Vec<(String, String)> {
    let row = read_row(bytes).unwrap_or_default();
    let runs = row.runs.iter().filter_map(|run| Some((run.columns.clone(), run.link?)));
    runs.map(|(columns, link)| (row.columns[columns].iter().collect(), row.links[link].clone())).collect()
}

#[test]
fn colours_and_attributes_are_read() {
    let red = foreground(Color::Indexed(1));
    check("a \u{1b}[31mred\u{1b}[0m b", "a red b", &[("a ", Style::PLAIN), ("red", red), (" b", Style::PLAIN)]);
    check(
        "\u{1b}[1;91mx\u{1b}[39my",
        "xy",
        &[("x", foreground(Color::Indexed(9)).with(Attribute::Bold)), ("y", Style::PLAIN.with(Attribute::Bold))],
    );
    check(
        "\u{1b}[38;5;208mx\u{1b}[38;2;1;2;3my\u{1b}[38:2::4:5:6mz\u{1b}[38:5:7m!",
        "xyz!",
        &[
            ("x", foreground(Color::Indexed(208))),
            ("y", foreground(Color::Rgb(1, 2, 3))),
            ("z", foreground(Color::Rgb(4, 5, 6))),
            ("!", foreground(Color::Indexed(7))),
        ],
    );
    check(
        "\u{1b}[104;48;5;20mx\u{1b}[49m\u{1b}[103my",
        "xy",
        &[
            ("x", Style { background: Color::Indexed(20), ..Style::PLAIN }),
            ("y", Style { background: Color::Indexed(11), ..Style::PLAIN }),
        ],
    );
    for (on, off, attribute) in [
        ("1", "22", Attribute::Bold),
        ("2", "22", Attribute::Dim),
        ("3", "23", Attribute::Italic),
        ("4", "24", Attribute::Underline),
        ("4:3", "4:0", Attribute::Underline),
        ("7", "27", Attribute::Reverse),
        ("9", "29", Attribute::Strikethrough),
    ] {
        let style = Style::PLAIN.with(attribute);
        check(&format!("\u{1b}[{on}mx\u{1b}[{off}my"), "xy", &[("x", style), ("y", Style::PLAIN)]);
    }
    check("\u{1b}[58;2;9;9;9;31mx", "x", &[("x", red)]);
    check("\u{1b}[38;9;31mx\u{1b}[999mx\u{1b}[>4mx", "xxx", &[("xxx", red)]);
}

#[test]
fn progress_bars_are_one_line_that_changes() {
    for (bytes, shown) in [
        // As tqdm, pip and ffmpeg draw over what stood there, in a row that was kept whole.
        ("  0%|   | 0/9\r 50%|#  | 4/9\r100%|###| 9/9", "100%|###| 9/9"),
        ("frame= 1000\rframe=  7", "frame=  700"),
        // As npm and others that use readline: erase the line, go to its first column.
        ("\u{1b}[1G\u{1b}[0K⠙ idle\u{1b}[1G\u{1b}[0K⠹ fetch", "⠹ fetch"),
        ("\u{1b}[2K\u{1b}[1Gten\u{1b}[2K\u{1b}[1Gtwo\u{1b}[?25h", "two"),
        // As rich: erase, hide the cursor, colour.
        ("\u{1b}[?25l\u{1b}[2K\u{1b}[35m━━\u{1b}[0m\u{1b}[90m╺━\u{1b}[0m 50%", "━━╺━ 50%"),
        ("abc\u{8}\u{8}X", "aXc"),
        ("abcdef\u{1b}[3D\u{1b}[1Kx", "   xef"),
        ("abcdef\u{1b}[3G\u{1b}[Kx", "abx"),
        ("ab\u{1b}[3Cc", "ab   c"),
        ("abcdef\r\u{1b}[2Xx", "x cdef"),
        ("a\tb\rxxxxxxxxx\tc", "xxxxxxxxx       c"),
        ("1\t2\r\tX", "1       X"),
    ] {
        assert_eq!(text_of(bytes), shown, "{bytes:?}");
    }
}

#[test]
fn a_wide_character_fills_two_cells_and_one_without_a_width_none() {
    for (bytes, shown) in [
        ("한국\u{1b}[5Gx", "한국x"),
        ("한국\u{1b}[4Gx", "한 x"),
        ("한국\u{1b}[3Gx", "한x "),
        ("한국\u{1b}[2Gx", " x국"),
        ("ab\u{1b}[2D한", "한"),
        ("abcd\u{1b}[3D한", "a한d"),
        ("한국\u{1b}[2G漢", " 漢 "),
        ("e\u{301}🎭\u{1b}[4Gx", "e\u{301}🎭x"),
        ("e\u{301}x\u{8}y", "e\u{301}y"),
        ("한\u{301}!\u{1b}[1Gab", "ab!"),
        ("한국\u{1b}[2G\u{1b}[K!", " !"),
        ("한국\u{1b}[3G\u{1b}[1K", "    "),
        ("한국한\u{1b}[2G\u{1b}[2X", "    한"),
        ("👩\u{200d}🚀\u{fe0f}\u{1b}[5G!", "👩\u{200d}🚀\u{fe0f}!"),
    ] {
        // A sequence of no effect has it read even where it is plain.
        let shown_now = text_of(&format!("{bytes}\u{1b}[m"));
        assert_eq!(shown_now, shown, "{bytes:?}");
    }
    let row = read_row("\u{1b}[31m한e\u{301}\u{1b}[m x").unwrap();
    assert_eq!((row.runs[0].columns.clone(), row.runs[1].columns.clone()), (0..3, 3..5), "runs count characters");
}

#[test]
fn what_is_not_for_people_is_left_out() {
    for (bytes, shown) in [
        ("plain ä 🎭\tx", "plain ä 🎭      x"),
        ("12345678\tb", "12345678        b"),
        ("漢字\tb", "漢字    b"),
        ("\u{1b}]0;title\u{7}after", "after"),
        ("\u{1b}]9;4;1;40\u{1b}\\after", "after"),
        ("\u{1b}P1$r0m\u{1b}\\after", "after"),
        ("\u{1b}_gone\u{1b}\\after", "after"),
        ("\u{1b}(B\u{1b}[mafter\u{1b}7\u{1b}8", "after"),
        ("bell\u{7}\u{1b}[m", "bell·"),
        ("\u{1b}[m\u{9b}x", "·x"),
    ] {
        assert_eq!(text_of(bytes), shown, "{bytes:?}");
    }
    assert_eq!(read_row("plain, with an h and no address"), None);
    assert_eq!(read_row("http and https are protocols, http:// alone is none"), None);
}

#[test]
fn links_are_found_and_only_harmless_ones() {
    let found = |text: &str, target: &str| (text.to_owned(), target.to_owned());
    // A closing bracket belongs to an address that has opened one.
    assert_eq!(
        links_of("see (http://localhost:8000/a), http://a/b_(c), or https://x.org/?q=1&r=[2]."),
        [
            found("http://localhost:8000/a", "http://localhost:8000/a"),
            found("http://a/b_(c)", "http://a/b_(c)"),
            found("https://x.org/?q=1&r=[2]", "https://x.org/?q=1&r=[2]"),
        ]
    );
    assert_eq!(
        links_of("Go <http://a.b/c>, \u{1b}[4mhttps://d.e\u{1b}[0m!"),
        [found("http://a.b/c", "http://a.b/c"), found("https://d.e", "https://d.e"),]
    );
    let marked = "\u{1b}]8;id=1;https://a.b/x;y\u{1b}\\the \u{1b}[1mtext\u{1b}[0m\u{1b}]8;;\u{1b}\\ after";
    assert_eq!(links_of(marked), [found("the ", "https://a.b/x;y"), found("text", "https://a.b/x;y")]);
    // As rich, ls --hyperlink and node name files.
    assert_eq!(
        links_of(
            "\u{1b}]8;id=7;file:///show/main.py#12\u{1b}\\main.py:12\u{1b}]8;;\u{1b}\\ at f (file:///a/b.mjs:3:9)"
        ),
        [found("main.py:12", "file:///show/main.py#12"), found("file:///a/b.mjs:3:9", "file:///a/b.mjs:3:9")]
    );
    assert_eq!(links_of("see file:///a/b.png."), [found("file:///a/b.png", "file:///a/b.png")]);
    for target in [
        "file://nas/etc/passwd",
        "file:////nas/a",
        "javascript:x",
        "HTTP",
        "http://",
        "http://a b",
        "ssh://h",
        "\\\\host\\x",
    ] {
        assert_eq!(links_of(&format!("\u{1b}]8;;{target}\u{7}text\u{1b}]8;;\u{7}")), [], "{target}");
    }
    assert_eq!(links_of(&"http://a ".repeat(10_000)).len(), 256);
}

/// What must hold of whatever was read.
fn check_whole(bytes: &str) {
    let Some(row) = read_row(bytes) else { return };
    let mut next = 0;
    for run in &row.runs {
        assert!(run.columns.start == next && run.columns.end > next, "{bytes:?}");
        assert!(run.link.is_none_or(|link| link < row.links.len()), "{bytes:?}");
        next = run.columns.end;
    }
    assert_eq!(next, row.columns.len(), "{bytes:?}");
    assert!(next <= super::super::MAX_LINE_BYTES && row.links.len() <= 256);
    assert!(!row.columns.iter().any(|character| character.is_control()), "{bytes:?}");
    assert!(row.links.iter().all(|link| link.starts_with("http") || file_of(link).is_some()));
}

#[test]
fn sequences_may_be_cut_at_every_byte() {
    let all = "a\u{1b}[1;38;2;300;2;3;48:5:99mb\u{1b}]8;;https://a.b\u{1b}\\c\u{1b}]8;;\u{7}d\u{1b}[2K\u{1b}[5Ge\
               \u{1b}P0;1|17/ab\u{1b}\\f\u{1b}(Bg\u{1b}[?25hh\t\u{8}\u{1b}[1Ki\u{1b}[9Xjé🎭k\u{1b}_l\u{1b}\\m http://n";
    for start in 0..all.len() {
        for end in start..=all.len() {
            let cut = String::from_utf8_lossy(&all.as_bytes()[start..end]);
            check_whole(&cut);
        }
    }
}

#[test]
fn floods_cost_what_a_row_can_have() {
    let colors: String = (0..=u8::MAX).cycle().take(100_000).fold(String::new(), |mut flood, index| {
        let _always_ok = write!(flood, "\u{1b}[38;5;{index}mx");
        flood
    });
    let row = read_row(&colors).unwrap();
    assert!(row.columns.len() > 10_000);
    for flood in [
        colors,
        format!("\u{1b}]8;;https://{}", "x".repeat(300_000)),
        format!("\u{1b}]{}", "a;".repeat(100_000)),
        format!("\u{1b}[{}m", "1;".repeat(100_000)),
        format!("\u{1b}[{}", ":".repeat(100_000)),
        format!("\u{1b}P{}", "x".repeat(100_000)),
        "\u{1b}[65535Gx\u{1b}[2K".repeat(10_000),
        "\u{1b}[65535Gx\u{1b}[1K\u{1b}[65535X\r\u{1b}[65535X".repeat(5_000),
        "\u{1b}[65535C".repeat(10_000) + "x",
        "\t\u{1b}[65535C\t\r".repeat(10_000),
        "e\u{301}\u{200d}\u{200b}\u{202e}\u{1b}[m".repeat(10_000),
        format!("\u{1b}[m{}", "\0".repeat(200_000)),
        format!("http://a{}", ")".repeat(200_000)),
        "\u{1b}]8;;http://a\u{7}b\u{1b}]8;;http://b\u{7}c".repeat(5_000),
    ] {
        check_whole(&flood);
    }
}

#[test]
fn after_a_flood_of_erasing_text_still_comes() {
    let row = text_of(&("\u{1b}[60000Gx\u{1b}[2K".repeat(1_000) + "\rstill here"));
    assert!(row.starts_with("still here"), "{}", &row[..20]);
}

#[test]
fn any_bytes_are_read() {
    let mut random = fastrand::Rng::with_seed(20_261_123);
    let words: [&[u8]; 12] =
        [b"\x1b[", b"\x1b]8;;", b"http://a", b"\x07", b"\x1b\\", b";", b"m", b"38", b"2K", b"\r", b"\x08", b"65535G"];
    for _ in 0..4_000 {
        let mut bytes = Vec::new();
        for _ in 0..random.usize(..40) {
            if random.bool() {
                bytes.extend_from_slice(words[random.usize(..words.len())]);
            } else {
                bytes.push(random.u8(..));
            }
        }
        check_whole(&String::from_utf8_lossy(&bytes));
    }
}
