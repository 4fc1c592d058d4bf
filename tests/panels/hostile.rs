//! Consoles of what only an enemy or a broken program writes: every frame is drawn, and the panel goes on.

use eframe::egui::MissingGlyphPolicy;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sidestage::model::{Highlight, HighlightColor, Highlights};

use super::stage::{Tenths, World, harness, press, type_into, world};

/// As long as a kept row can be.
const LONG: usize = sidestage::engine::MAX_LINE_BYTES;

/// Rows from end to end, wrapped, and wrapped, searched, only those that match, by rules.
#[test]
fn a_frame_of_any_row_is_drawn_and_the_next_one_too() {
    draw(harness(world()));
    let mut wrapped = world();
    wrapped.look.wraps = true;
    draw(harness(wrapped));
    let mut searched = world();
    searched.look.wraps = true;
    let rule = |pattern: &str| Highlight { pattern: pattern.to_owned(), color: HighlightColor::Red, alert: true };
    searched.highlights = Highlights::new(&[rule("z+$"), rule("^(.*x)+")]);
    let mut searched = harness(searched);
    press(&mut searched, "Search: Noisy");
    searched.state_mut().found = Some(Ok(Tenths { held: 0..100_000 }));
    type_into(&mut searched, "Find in Noisy", "0");
    press(&mut searched, "Only matching lines: Noisy");
    draw(searched);
}

fn draw(mut harness: Harness<'_, World>) {
    let repeated = |text: &str| text.repeat(LONG.div_ceil(text.len()));
    let colors: Vec<String> = (0..LONG / 12).map(|index| format!("\u{1b}[38;5;{}mx", index % 256)).collect();
    let floods = [
        ("colours", colors.concat()),
        ("one line", repeated("y")),
        ("a title that never ends", format!("\u{1b}]0;{}", repeated("x"))),
        ("a link that never ends", format!("\u{1b}]8;;https://{}", repeated("x"))),
        ("marks without width", repeated("e\u{301}\u{200d}\u{200b}\u{202e}")),
        ("only marks", repeated("\u{301}")),
        ("right to left", repeated("שלום عالم ")),
        ("wide", repeated("漢字")),
        ("families", repeated("👩\u{200d}👩\u{200d}👧 ")),
        ("nothing", repeated("\0")),
        ("UTF-16", repeated("t\0e\0x\0t\0 \0")),
        ("what isn't text", repeated("\u{fffd}")),
        ("far to the right", repeated("\u{1b}[65535Gx\u{1b}[2K")),
        ("far, and stays", "\u{1b}[60000Gx".to_owned()),
        ("erasing", repeated("\u{1b}[65535Gx\u{1b}[1K\r")),
        ("tabs", repeated("\t")),
        ("links", repeated("http://a.b/c ")),
        ("bells", repeated("\u{7}")),
        ("half a sequence", "\u{1b}[".to_owned()),
        ("empty", String::from(" ")),
    ];
    // There are no fonts of the system here.
    harness.ctx.set_missing_glyph_policy(MissingGlyphPolicy::Tofu);
    for (name, text) in floods {
        harness.state_mut().rows.text = text;
        harness.step();
        harness.step();
        harness.state_mut().rows.held.end += 1000;
        harness.step();
        assert!(harness.query_by_label("Sidestage").is_some(), "{name}");
    }
    "all is well again".clone_into(&mut harness.state_mut().rows.text);
    harness.step();
    harness.step();
    assert!(harness.query_all_by_label("all is well again").next().is_some());
}
