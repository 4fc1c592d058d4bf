//! Pieces as they come, however the stream is cut.

use super::*;

/// All pieces of `output` as text, `~` marking redraws and `|` what was open or cut, however it is chunked.
fn check(output: &[u8], expected: &[&str]) {
    for size in [1, 2, 3, 7, output.len().max(1)] {
        let mut splitter = Splitter::default();
        let mut found = Vec::new();
        for chunk in output.chunks(size) {
            found.extend(splitter.split(chunk).iter().flat_map(shown));
        }
        found.extend(splitter.finish().iter().flat_map(shown).map(|last| format!("{last}|")));
        assert_eq!(found, expected, "in chunks of {size}");
    }
}

/// Each line of a piece.
fn shown(piece: &Piece<'_>) -> Vec<String> {
    let texts = piece.lines().map(|line| String::from_utf8_lossy(line).into_owned());
    let show = |text: String| match piece.kind {
        PieceKind::Lines | PieceKind::Line { cut_bytes: 0 } => text,
        PieceKind::Line { cut_bytes } => format!("{} bytes, {cut_bytes} cut", text.len()),
        PieceKind::Redraw | PieceKind::Above { .. } => format!("~{text}"),
    };
    texts.map(show).collect()
}

fn show(piece: &Piece<'_>) -> String {
    shown(piece).join("\n")
}

#[test]
fn newlines_end_lines() {
    check(b"a\nb\r\n\nlast", &["a", "b", "", "last|"]);
    check(b"", &[]);
    check(b"\n\n", &["", ""]);
}

#[test]
fn a_return_redraws() {
    check(b"10 %\r20 %\r30 %\n", &["~10 %", "~20 %", "30 %"]);
    check(b"\r 10%\r 20%\ndone\n", &["~ 10%", " 20%", "done"]);
    check(b"50 %\r", &["50 %|"]);
    check(b"x\r\r\ny\n", &["x", "y"]);
    check(b"a\nb\n10 %\r20 %\nc\r\nd\n", &["a", "b", "~10 %", "20 %", "c", "d"]);
}

#[test]
fn what_is_not_seen_blanks_no_state() {
    check(b"\x1b[32m50%\r\x1b[0m", &["\x1b[32m50%\x1b[0m|"]);
    check(b"\x1b[32m50%\r\x1b[39m\x1b[32m51%\n", &["~\x1b[32m50%", "\x1b[39m\x1b[32m51%"]);
    check(b"100%\r\x1b[0m\x1b[?25h\nnext\n", &["100%\x1b[0m\x1b[?25h", "next"]);
    check(b"50%\r\x1b[0m\r\nnext\n", &["50%\x1b[0m", "next"]);
    check(b"50%\r\x1b[1K51%\n", &["~50%", "\x1b[1K51%"]);
    check(b"50%\r\x1b\n", &["~50%", "\x1b"]);
    check(b"50%\r\x1b[0m\x1b[3\n", &["~50%", "\x1b[0m\x1b[3"]);
    check(b"50%\r\x1b[0m\x1b[3", &["50%\x1b[0m\x1b[3|"]);
    let many = [&b"50%\r"[..], &b"\x1b[0m".repeat(40), b"51%\n"].concat();
    check(&many, &["~50%", &format!("{}51%", "\x1b[0m".repeat(40))]);
    let mut splitter = Splitter::default();
    drop(splitter.split(b"50%\r\x1b[0m"));
    assert_eq!(splitter.open(), b"50%", "until something is seen");
}

#[test]
fn whole_lines_of_a_read_stay_together() {
    let mut splitter = Splitter::default();
    let flood = b"a\nb\r\nc\n\nun".to_vec();
    let pieces = splitter.split(&flood);
    assert_eq!(pieces.len(), 1, "{pieces:?}");
    assert_eq!(shown(&pieces[0]), ["a", "b", "c", ""]);
    let pieces = splitter.split(b"ended\nd\ne\n");
    assert_eq!(pieces.iter().map(show).collect::<Vec<_>>(), ["unended", "d\ne"]);
}

#[test]
fn any_bytes_pass_unchanged() {
    let mut splitter = Splitter::default();
    let bytes: Vec<u8> = (0..=255).filter(|b| !b"\r\n".contains(b)).chain([b'\n']).collect();
    let pieces = splitter.split(&bytes);
    assert_eq!(pieces[0].lines().next(), Some(&bytes[..bytes.len() - 1]));
}

#[test]
fn a_bar_without_returns_is_known_by_its_latest_state() {
    for sequence in ["\x1b[2K\x1b[1G", "\x1b[1G\x1b[0K", "\x1b[G\x1b[K"] {
        let mut splitter = Splitter::default();
        let states = 10 * MAX_LINE_BYTES / 20;
        for state in 0..states {
            assert!(splitter.split(format!("{sequence}step {state} of many").as_bytes()).is_empty());
            assert!(splitter.open().len() <= MAX_LINE_BYTES);
        }
        let end = format!("step {} of many", states - 1);
        assert!(splitter.open().ends_with(end.as_bytes()), "{sequence:?}");
        let whole = format!("{}\n", format!("{sequence}step of many").repeat(states));
        let pieces = Splitter::default().split(whole.as_bytes()).iter().map(show).collect::<Vec<_>>();
        assert!(pieces.len() == 1 && pieces[0].ends_with("step of many"), "{sequence:?}: {}", pieces[0].len());
    }
}

#[test]
fn an_endless_line_is_cut_and_counted() {
    let long = vec![b'x'; MAX_LINE_BYTES + 10];
    let expected = format!("{MAX_LINE_BYTES} bytes, 10 cut");
    let mut splitter = Splitter::default();
    let mut pieces = Vec::new();
    for chunk in long.chunks(1000) {
        assert!(splitter.split(chunk).is_empty());
    }
    pieces.extend(splitter.split(b"\nnext\n"));
    assert_eq!(pieces.iter().flat_map(shown).collect::<Vec<_>>(), [expected.as_str(), "next"]);
    let whole: Vec<u8> = long.iter().copied().chain(*b"\n").collect();
    assert_eq!(shown(&Splitter::default().split(&whole)[0]), [expected]);
}
