//! What a keeper sends of its console, and what becomes of that in a panel.

use super::super::frame::unpack;
use super::*;
use crate::engine::replay::Replay;
use crate::engine::scrollback::{KeptRow, Limits, Stream};

/// Does to a panel's console what a keeper has sent.
fn hear(panel: &Console, frames: &[u8]) {
    let (mut from, mut payload) = (frames, Vec::new());
    while let Ok(kind) = receive(&mut from, MAX_FRAME_BYTES, &mut payload) {
        let row = if kind == REDRAWN { 4 } else { 9 };
        if kind == REDRAWN {
            let up = u32::from_le_bytes(*payload.first_chunk().unwrap());
            let row = unpack(&payload[row..], 0).next().unwrap();
            panel.replace_above(row.stream, up as usize, row.bytes);
        } else {
            panel.mirror(unpack(&payload[row..], 0), payload[8] != 0);
        }
    }
}

#[test]
fn a_bar_that_moves_is_alerted_of_once_in_a_panel_too() {
    const RICH: &[u8] = include_bytes!("../../../../tests/fixtures/terminal/rich-message.bin");
    for (pattern, size) in ["errors: [0-9]+", "ERROR"].into_iter().flat_map(|pattern| [(pattern, 100), (pattern, 1000)])
    {
        let (mut replay, mut rows) = (Replay::new(), Rows::default());
        let panel = Console::new(Limits { lines: 1000, bytes: 1 << 20 });
        let rule = crate::model::Highlight { pattern: pattern.to_owned(), alert: true, ..Default::default() };
        panel.set_watch(crate::engine::alerts::Watch::of(&[rule]));
        for chunk in RICH.chunks(size) {
            replay.read(chunk);
            let mut sent = Vec::new();
            while !rows.send_some(&replay.console, &mut sent).unwrap() {}
            rows.send_redrawn(&replay.console, &mut sent).unwrap();
            hear(&panel, &sent);
        }
        assert_eq!(panel.alerts().count, 1, "{pattern} in reads of {size}: {:?}", panel.alerts());
        // Another message counts, though a row that was drawn over may still match.
        panel.mirror([b"ERROR: errors: 3, and nothing goes on"].iter().map(|bytes| line(*bytes)), false);
        assert_eq!(panel.alerts().count, 2);
    }
}

#[test]
fn a_panel_knows_that_a_kept_run_is_over_and_draws_no_more() {
    let panel = Console::new(Limits { lines: 1000, bytes: 1 << 20 });
    let notice = |text: &'static str| KeptRow { stream: Stream::Notice, ..line(text.as_bytes()) };
    panel.mirror([notice("Started (pid 7): x"), line(b"bar 1%")].into_iter(), true);
    panel.replace_above(Stream::Stdout, 1, b"bar 60%");
    assert_eq!(panel.progress_percent(), Some(60));
    panel.mirror([notice("Ended: exit 1, after 1.0 s")].into_iter(), true);
    assert_eq!(panel.progress_percent(), None);
    panel.clear();
    assert_eq!(panel.rows(), 3..3, "also before the next attempt");
    panel.mirror([notice("Started (pid 8): x"), line(b"bar 2%")].into_iter(), true);
    panel.replace_above(Stream::Stdout, 1, b"bar 3%");
    assert_eq!(panel.progress_percent(), Some(3));
}

fn line(bytes: &[u8]) -> KeptRow<'_> {
    KeptRow { number: 0, stream: Stream::Stdout, at: jiff::Timestamp::UNIX_EPOCH, bytes, cut_bytes: 0, is_open: false }
}

#[test]
fn what_is_drawn_over_reaches_panels_that_have_it_already() {
    let mut replay = Replay::new();
    let panel = Console::new(Limits { lines: 1000, bytes: 1 << 20 });
    panel.notice("A panel counts rows of its own.");
    let mut rows = Rows::default();
    let mut pass_on = |replay: &Replay| {
        let mut sent = Vec::new();
        while !rows.send_some(&replay.console, &mut sent).unwrap() {}
        rows.send_redrawn(&replay.console, &mut sent).unwrap();
        hear(&panel, &sent);
        let mut shown = Vec::new();
        panel.copy_rows(1..u64::MAX, &mut shown);
        shown.iter().map(|row| crate::engine::styled::plain_text(&row.text).into_owned()).collect::<Vec<_>>()
    };
    replay.read(b"one\ntwo\n50 %");
    replay.console.notice("In between.");
    assert_eq!(pass_on(&replay), ["one", "two", "In between.", "50 %"]);
    replay.read(b"\x1b[2A\rONE\n");
    assert_eq!(pass_on(&replay), ["ONE", "two", "In between.", "50 %"]);
    replay.read(b"\rTWO\n\r60 %\nmore\n\x1b[3A\r2wo\n");
    assert_eq!(pass_on(&replay), ["ONE", "2wo", "In between.", "60 %", "more"]);
}
