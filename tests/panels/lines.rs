//! Lines of a console: selected to the character, by pointer and by keys; wrapped, counted, timed, left out.

use super::stage::{Tenths, World, harness, painted, press, type_into, world};
use eframe::egui::{self, Key, Modifiers, Pos2, pos2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::{ConsoleLook, Streams, Times};
use sidestage::ui::action::{Action, JobId};
use sidestage::ui::console_export::{EVERYTHING, Excerpt, LineFormat};
use sidestage::ui::console_selection::{LINE_END, Point};
use sidestage::ui::dialogs::Dialog;

/// A console of rows that all say this.
fn saying(text: &str, rows: u64) -> Harness<'static, World> {
    let mut harness = harness(world());
    // What fonts are on this machine is no matter here.
    harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    harness.state_mut().rows.held = 0..rows;
    text.clone_into(&mut harness.state_mut().rows.text);
    harness.run();
    harness
}

fn column_width(harness: &Harness<'_, World>) -> f32 {
    let font = sidestage::ui::theme::mono();
    harness.ctx.fonts_mut(|fonts| fonts.glyph_width(&font, '0'))
}

/// Where a column of the `nth` row that says this begins, in the middle of its height.
fn at(harness: &Harness<'_, World>, text: &str, nth: usize, column: f32) -> Pos2 {
    let row = harness.query_all_by_label(text).nth(nth).map(|row| row.rect());
    let Some(row) = row else { panic!("no row {nth} of {text}") };
    pos2(row.left() + 18.0 + column * column_width(harness), row.center().y)
}

fn button(harness: &mut Harness<'_, World>, at: Pos2, pressed: bool, modifiers: Modifiers) {
    let button = egui::PointerButton::Primary;
    harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
    harness.step();
}

fn drag(harness: &mut Harness<'_, World>, from: Pos2, to: Pos2, modifiers: Modifiers) {
    harness.hover_at(from);
    harness.step();
    button(harness, from, true, modifiers);
    harness.hover_at(to);
    harness.step();
    button(harness, to, false, modifiers);
}

/// Presses that often at one place, quickly.
fn click(harness: &mut Harness<'_, World>, at: Pos2, times: usize, modifiers: Modifiers) {
    harness.ctx.options_mut(|options| options.input_options.max_double_click_delay = 60.0);
    harness.event(egui::Event::ModifiersChanged(modifiers));
    harness.hover_at(at);
    harness.step();
    for _ in 0..times {
        button(harness, at, true, modifiers);
        button(harness, at, false, modifiers);
    }
    harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    harness.step();
}

fn point(row: u64, character: usize) -> Point {
    Point { row, character }
}

/// What a copy asks for now.
fn copied(harness: &mut Harness<'_, World>) -> Option<Excerpt> {
    harness.state_mut().actions.clear();
    harness.event(egui::Event::Copy);
    harness.step();
    match std::mem::take(&mut harness.state_mut().actions).as_slice() {
        [] => None,
        [Action::CopyLines(JobId(1), excerpt)] => Some((**excerpt).clone()),
        other => panic!("{other:?}"),
    }
}

fn selected(harness: &mut Harness<'_, World>) -> Option<std::ops::Range<Point>> {
    copied(harness).map(|excerpt| excerpt.range)
}

#[test]
fn a_drag_selects_to_the_character_and_shift_goes_on() {
    let mut harness = saying("abcdef", 5);
    assert_eq!(selected(&mut harness), None);
    let (from, to) = (at(&harness, "abcdef", 1, 2.1), at(&harness, "abcdef", 3, 3.9));
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(selected(&mut harness), Some(point(1, 2)..point(3, 4)));
    drag(&mut harness, to, from, Modifiers::NONE);
    assert_eq!(selected(&mut harness), Some(point(1, 2)..point(3, 4)), "upwards too");
    let below = at(&harness, "abcdef", 4, 20.0);
    click(&mut harness, below, 1, Modifiers::SHIFT);
    assert_eq!(selected(&mut harness), Some(point(3, 4)..point(4, 6)), "it goes on from where it was begun");
    let elsewhere = at(&harness, "abcdef", 0, 3.0);
    click(&mut harness, elsewhere, 1, Modifiers::NONE);
    assert_eq!(selected(&mut harness), None, "a click lets go");
}

/// Everything that the pointer does here lies between two frames, as while another program has the processor.
fn in_one_frame(harness: &mut Harness<'_, World>, events: Vec<egui::Event>) {
    harness.input_mut().events.extend(events);
    harness.step();
}

fn press_and_release(from: Pos2, to: Pos2) -> Vec<egui::Event> {
    let button = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: egui::PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    vec![button(from, true), egui::Event::PointerMoved(to), button(to, false)]
}

#[test]
fn what_the_pointer_does_between_two_frames_is_not_lost() {
    let mut harness = saying("one two-2, three", 5);
    harness.ctx.options_mut(|options| options.input_options.max_double_click_delay = 60.0);
    let on = |harness: &Harness<'_, World>, row, column| at(harness, "one two-2, three", row, column);
    let (from, to) = (on(&harness, 1, 2.1), on(&harness, 3, 3.9));
    drag(&mut harness, from, to, Modifiers::NONE);
    assert_eq!(selected(&mut harness), Some(point(1, 2)..point(3, 4)));
    let elsewhere = on(&harness, 0, 12.0);
    harness.hover_at(elsewhere);
    harness.step();
    in_one_frame(&mut harness, press_and_release(elsewhere, elsewhere));
    assert_eq!(selected(&mut harness), None, "a click lets go");
    let on_two = on(&harness, 2, 6.5);
    harness.hover_at(on_two);
    harness.step();
    in_one_frame(&mut harness, [press_and_release(on_two, on_two), press_and_release(on_two, on_two)].concat());
    assert_eq!(selected(&mut harness), Some(point(2, 4)..point(2, 9)), "two pick a word");
    let away = egui::Event::PointerMoved(pos2(5.0, 5.0));
    let on_three = on(&harness, 1, 14.0);
    harness.hover_at(on_three);
    harness.step();
    let clicks = [press_and_release(on_three, on_three), press_and_release(on_three, on_three), vec![away]];
    in_one_frame(&mut harness, clicks.concat());
    assert_eq!(selected(&mut harness), Some(point(1, 11)..point(1, 16)), "wherever the pointer is by then");
    // The pointer has moved on when the frame with the press is drawn, and again in that with the release.
    let (from, on_the_way, to) = (on(&harness, 1, 2.1), on(&harness, 2, 9.0), on(&harness, 3, 3.9));
    harness.hover_at(from);
    harness.step();
    let mut events = press_and_release(from, on_the_way);
    events.truncate(2);
    in_one_frame(&mut harness, events);
    in_one_frame(&mut harness, press_and_release(from, to).split_off(1));
    assert_eq!(selected(&mut harness), Some(point(1, 2)..point(3, 4)), "from where it was pressed to where it ended");
}

#[test]
fn a_drag_that_lies_between_two_frames_selects_and_none_that_is_over_something_else() {
    let mut harness = harness(world());
    let on = |harness: &Harness<'_, World>, row, column| at(harness, row, 0, column);
    let (from, to) = (on(&harness, "line 95", 0.1), on(&harness, "line 97", 3.9));
    in_one_frame(&mut harness, press_and_release(from, to));
    harness.state_mut().rows.held.end += 50;
    harness.run();
    assert_eq!(selected(&mut harness), Some(point(95, 0)..point(97, 4)), "the console has the keys too");
    let pill = harness.get_by_label("Follow: Noisy").rect().center();
    in_one_frame(&mut harness, press_and_release(pill, to));
    let bar = pos2(harness.get_by_label("Console of Noisy").rect().right() - 4.0, to.y);
    in_one_frame(&mut harness, press_and_release(bar, to));
    let heading = harness.get_by_label("Search: Noisy").rect().center();
    in_one_frame(&mut harness, press_and_release(heading, to));
    assert_eq!(selected(&mut harness), Some(point(95, 0)..point(97, 4)), "of its bar, its button and its heading none");
    harness.state_mut().state.dialog = Some(Dialog::SaveAs { name: "x".to_owned(), taken: Vec::new() });
    harness.run();
    in_one_frame(&mut harness, press_and_release(to, from));
    harness.state_mut().state.dialog = None;
    harness.run();
    harness.get_by_label("Console of Noisy").focus();
    harness.step();
    assert_eq!(selected(&mut harness), Some(point(95, 0)..point(97, 4)), "nor behind a question");
}

#[test]
fn a_selection_goes_with_its_lines() {
    let mut harness = saying("abcdef", 100);
    let (from, to) = (at(&harness, "abcdef", 1, 2.1), at(&harness, "abcdef", 3, 3.9));
    drag(&mut harness, from, to, Modifiers::NONE);
    assert!(selected(&mut harness).is_some());
    harness.state_mut().rows.held = 200..300;
    harness.run();
    assert_eq!(selected(&mut harness), None, "it would copy nothing, and save nothing");
}

#[test]
fn a_press_on_the_way_to_the_end_keeps_what_is_selected() {
    let mut harness = harness(world());
    let (from, to) = (at(&harness, "line 95", 0, 0.0), at(&harness, "line 95", 0, 4.0));
    drag(&mut harness, from, to, Modifiers::NONE);
    harness.step();
    let pill = harness.get_by_label("Follow: Noisy").rect().center();
    harness.state_mut().rows.held.end += 50;
    click(&mut harness, pill, 1, Modifiers::NONE);
    harness.step();
    assert!(harness.query_by_label("line 149").is_some() && harness.query_by_label("Follow: Noisy").is_none());
    harness.get_by_label("Console of Noisy").focus();
    harness.step();
    assert_eq!(selected(&mut harness), Some(point(95, 0)..point(95, 4)));
}

#[test]
fn two_clicks_pick_a_word_and_three_a_line() {
    let mut harness = saying("one two-2, three", 5);
    let on_two = at(&harness, "one two-2, three", 2, 6.5);
    click(&mut harness, on_two, 2, Modifiers::NONE);
    assert_eq!(selected(&mut harness), Some(point(2, 4)..point(2, 9)));
    let on_one = at(&harness, "one two-2, three", 2, 1.5);
    click(&mut harness, on_one, 3, Modifiers::NONE);
    assert_eq!(selected(&mut harness), Some(point(2, 0)..point(2, LINE_END)));
}

#[test]
fn wide_characters_are_selected_whole() {
    let mut harness = saying("漢字🎭x", 3);
    for (from, to, expected) in [(1.9, 4.0, 1..2), (0.4, 5.9, 0..3), (5.6, 7.0, 3..4)] {
        let (from, to) = (at(&harness, "漢字🎭x", 0, from), at(&harness, "漢字🎭x", 0, to));
        drag(&mut harness, from, to, Modifiers::NONE);
        assert_eq!(selected(&mut harness), Some(point(0, expected.start)..point(0, expected.end)));
    }
}

#[test]
fn a_drag_beyond_the_edge_takes_the_rows_along() {
    let mut harness = saying("abcdef", 1000);
    let (from, console) = (at(&harness, "abcdef", 3, 2.1), harness.get_by_label("Console of Noisy").rect());
    harness.hover_at(from);
    harness.step();
    button(&mut harness, from, true, Modifiers::NONE);
    harness.hover_at(pos2(from.x, console.top() - 40.0));
    for _ in 0..400 {
        harness.step();
    }
    button(&mut harness, pos2(from.x, console.top() - 40.0), false, Modifiers::NONE);
    let range = selected(&mut harness).unwrap_or_default();
    assert!(range.start.row < 800 && range.end.row > 950, "{range:?}");
}

/// Longer than any window is wide, and short enough to be read out as a whole.
fn long() -> String {
    format!("begun {} ends here", "x".repeat(370))
}

fn paints(harness: &Harness<'_, World>, text: &str) -> bool {
    painted(harness).iter().any(|painted| painted.contains(text))
}

#[test]
fn a_drag_beyond_the_side_moves_long_lines_along() {
    let mut harness = saying(&long(), 5);
    let (from, console) = (at(&harness, &long(), 1, 2.1), harness.get_by_label("Console of Noisy").rect());
    assert!(paints(&harness, "begun") && !paints(&harness, "ends here"));
    harness.hover_at(from);
    harness.step();
    button(&mut harness, from, true, Modifiers::NONE);
    let mut to = pos2(console.right() + 40.0, from.y);
    harness.hover_at(to);
    harness.run_steps(200);
    assert!(paints(&harness, "ends here"));
    assert_eq!(selected(&mut harness), Some(point(1, 2)..point(1, long().len())));
    to.x = console.left() - 40.0;
    harness.hover_at(to);
    harness.run_steps(200);
    assert!(paints(&harness, "begun"));
    button(&mut harness, to, false, Modifiers::NONE);
    assert_eq!(selected(&mut harness), Some(point(1, 0)..point(1, 2)));
}

#[test]
fn lines_can_be_moved_no_further_once_the_long_one_is_gone() {
    let to_the_right = |harness: &mut Harness<'_, World>| {
        harness.get_by_label("Console of Noisy").click();
        harness.run();
        for _ in 0..60 {
            harness.key_press(Key::ArrowRight);
        }
        harness.run();
    };
    for is_cleared in [false, true] {
        let mut harness = saying(&long(), 5);
        to_the_right(&mut harness);
        assert!(!paints(&harness, "begun"));
        if is_cleared {
            harness.state_mut().rows.held = 5..5;
            harness.run();
            harness.state_mut().rows.held = 5..10;
        }
        "short".clone_into(&mut harness.state_mut().rows.text);
        harness.run();
        to_the_right(&mut harness);
        assert!(paints(&harness, "short"), "cleared: {is_cleared}, else drawn over");
    }
}

#[test]
fn keys_that_select_move_long_lines_along() {
    let mut harness = saying(&long(), 5);
    let on_first = at(&harness, &long(), 0, 2.1);
    click(&mut harness, on_first, 1, Modifiers::NONE);
    let key = |harness: &mut Harness<'_, World>, key: Key| {
        harness.key_press_modifiers(Modifiers::SHIFT, key);
        harness.run();
    };
    key(&mut harness, Key::End);
    assert!(paints(&harness, "ends here") && !paints(&harness, "begun"));
    key(&mut harness, Key::Home);
    assert!(paints(&harness, "begun"));
    for _ in 0..long().len() {
        harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowRight);
    }
    harness.run();
    assert!(paints(&harness, "ends here"));
}

#[test]
fn keys_select_and_what_they_reach_comes_into_sight() {
    let mut harness = harness(world());
    let on_97 = at(&harness, "line 97", 0, 2.1);
    click(&mut harness, on_97, 1, Modifiers::NONE);
    let key = |harness: &mut Harness<'_, World>, modifiers: Modifiers, key: Key| {
        harness.key_press_modifiers(modifiers | Modifiers::SHIFT, key);
        harness.step();
        selected(harness)
    };
    let none = Modifiers::NONE;
    assert_eq!(key(&mut harness, none, Key::ArrowRight), Some(point(97, 2)..point(97, 3)));
    assert_eq!(key(&mut harness, none, Key::ArrowDown), Some(point(97, 2)..point(98, 3)));
    assert_eq!(key(&mut harness, none, Key::ArrowLeft), Some(point(97, 2)..point(98, 2)));
    assert_eq!(key(&mut harness, none, Key::Home), Some(point(0, 0)..point(97, 2)));
    assert!(harness.query_by_label("line 0").is_some());
    assert_eq!(key(&mut harness, none, Key::ArrowLeft), Some(point(0, 0)..point(97, 2)), "further there is nothing");
    assert_eq!(key(&mut harness, none, Key::End), Some(point(97, 2)..point(99, LINE_END)));
    let up = key(&mut harness, none, Key::PageUp).unwrap_or_default();
    assert!(up.end == point(97, 2) && up.start.row < 97, "{up:?}");
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.step();
    harness.step();
    assert_eq!(selected(&mut harness), Some(point(0, 0)..point(99, LINE_END)));
    harness.key_press(Key::Escape);
    harness.step();
    assert_eq!(selected(&mut harness), None);
    assert!(key(&mut harness, none, Key::ArrowDown).is_some(), "the console still has the keys");
}

#[test]
fn rows_wait_for_a_pressed_button_and_go_on_where_nothing_was_selected() {
    let mut harness = harness(world());
    let more = |harness: &mut Harness<'_, World>| {
        harness.state_mut().rows.held.end += 7;
        harness.step();
    };
    let (from, to) = (at(&harness, "line 95", 0, 0.0), at(&harness, "line 95", 0, 4.0));
    harness.hover_at(from);
    harness.step();
    button(&mut harness, from, true, Modifiers::NONE);
    more(&mut harness);
    assert!(harness.query_by_label("Follow: Noisy").is_none(), "a click alone lets go of nothing");
    harness.hover_at(to);
    harness.step();
    more(&mut harness);
    button(&mut harness, to, false, Modifiers::NONE);
    more(&mut harness);
    assert_eq!(selected(&mut harness), Some(point(95, 0)..point(95, 4)), "what the pointer was on");
    assert!(harness.query_by_label("Follow: Noisy").is_some(), "whoever selects reads");
    press(&mut harness, "Follow: Noisy");
    let last = harness.state().rows.held.end - 1;
    let on_last = at(&harness, &format!("line {last}"), 0, 1.0);
    harness.ctx.options_mut(|options| options.input_options.max_double_click_delay = 60.0);
    harness.hover_at(on_last);
    harness.step();
    for is_down in [true, false, true, false] {
        button(&mut harness, on_last, is_down, Modifiers::NONE);
        more(&mut harness);
    }
    assert_eq!(
        selected(&mut harness),
        Some(point(last, 0)..point(last, 4)),
        "a double click's second press meets it too"
    );
    press(&mut harness, "Follow: Noisy");
    harness.ctx.options_mut(|options| options.input_options.max_double_click_delay = 0.1);
    let on_text = pos2(on_last.x, harness.get_by_label("Console of Noisy").rect().center().y);
    for is_down in [true, false] {
        button(&mut harness, on_text, is_down, Modifiers::NONE);
        more(&mut harness);
    }
    more(&mut harness);
    let last = harness.state().rows.held.end - 1;
    assert!(harness.query_by_label(&format!("line {last}")).is_some(), "a click selects nothing, and follows on");
}

#[test]
fn the_wheel_moves_wrapped_rows_by_its_lines() {
    let mut world = world();
    world.look.wraps = true;
    world.rows = super::stage::Rows { held: 0..40, text: "abcdefghij-".repeat(36), ..Default::default() };
    let mut harness = harness(world);
    let text = harness.state().rows.text.clone();
    let top_of = |harness: &Harness<'_, World>| {
        let rows: Vec<_> = harness.query_all_by_label(&text).map(|row| row.rect()).collect();
        assert!(rows[0].height() > 30.0, "rows are wrapped: {rows:?}");
        rows[rows.len() - 1].bottom()
    };
    let before = top_of(&harness);
    super::stage::turn_wheel(&mut harness, "Console of Noisy", 1.0);
    let up = top_of(&harness) - before;
    assert!(up > 1.0 && harness.query_by_label("Follow: Noisy").is_some(), "one line up: {up}");
    super::stage::turn_wheel(&mut harness, "Console of Noisy", -1.0);
    assert!((top_of(&harness) - before).abs() < 0.5, "and back");
}

#[test]
fn what_is_selected_can_be_seen_on_a_ground_of_its_own() {
    let strokes = |harness: &Harness<'_, World>| {
        fn count(shape: &egui::Shape) -> usize {
            match shape {
                egui::Shape::Rect(rect) => usize::from(rect.stroke.width > 0.0 && rect.rect.height() > 10.0),
                egui::Shape::Vec(shapes) => shapes.iter().map(count).sum(),
                _ => 0,
            }
        }
        let console = harness.get_by_label("Console of Noisy").rect();
        let shapes = harness.output().shapes.iter().filter(|clipped| console.contains_rect(clipped.clip_rect));
        shapes.map(|clipped| count(&clipped.shape)).sum::<usize>()
    };
    let mut harness = saying("plain \u{1b}[30;43mWARN\u{1b}[m plain", 3);
    let said = "plain WARN plain";
    let (begin, ground, end) = (at(&harness, said, 1, 0.0), at(&harness, said, 1, 8.0), at(&harness, said, 1, 16.0));
    let before = strokes(&harness);
    drag(&mut harness, begin, ground, Modifiers::NONE);
    harness.step();
    assert_eq!(strokes(&harness), before + 1, "the half of the word that is selected is framed");
    let beside = at(&harness, said, 1, 11.0);
    drag(&mut harness, beside, end, Modifiers::NONE);
    harness.step();
    assert_eq!(strokes(&harness), before, "beside the ground nothing is");
}

#[test]
fn the_menu_copies_saves_and_changes_what_is_shown() {
    let mut harness = saying("abcdef", 10);
    let (from, to) = (at(&harness, "abcdef", 1, 0.0), at(&harness, "abcdef", 3, 9.0));
    drag(&mut harness, from, to, Modifiers::NONE);
    let range = point(1, 0)..point(3, 6);
    let excerpt = |range: &std::ops::Range<Point>, format| Excerpt {
        range: range.clone(),
        streams: Streams::ALL,
        context: None,
        format,
    };
    let menu = |harness: &mut Harness<'_, World>, item: &str| {
        harness.get_by_label("Console of Noisy").click_secondary();
        harness.run();
        let actions = press(harness, item);
        harness.run();
        harness.key_press(Key::Escape);
        harness.run();
        actions
    };
    let copy = |excerpt| [Action::CopyLines(JobId(1), Box::new(excerpt))];
    assert_eq!(menu(&mut harness, "Copy: Noisy"), copy(excerpt(&range, LineFormat::Plain)));
    assert_eq!(menu(&mut harness, "Copy with colours: Noisy"), copy(excerpt(&range, LineFormat::Colors)));
    assert_eq!(menu(&mut harness, "Copy with times: Noisy"), copy(excerpt(&range, LineFormat::Times)));
    assert_eq!(menu(&mut harness, "Copy all: Noisy"), copy(excerpt(&EVERYTHING, LineFormat::Plain)));
    let save = |excerpt| [Action::SaveLines(JobId(1), Box::new(excerpt))];
    assert_eq!(menu(&mut harness, "Save lines with times…: Noisy"), save(excerpt(&range, LineFormat::Times)));
}

#[test]
fn what_a_console_looks_like_is_asked_to_be_remembered() {
    let mut harness = harness(world());
    press(&mut harness, "More: Noisy");
    let mut look = ConsoleLook { times: Times::SinceLine, ..ConsoleLook::default() };
    let remember = |look| [Action::RememberLook(JobId(1), look)];
    assert_eq!(press(&mut harness, "Time since the line above: Noisy"), remember(look));
    look.numbers = true;
    assert_eq!(press(&mut harness, "Line numbers: Noisy"), remember(look), "the menu stays open");
    look.wraps = true;
    assert_eq!(press(&mut harness, "Wrap long lines: Noisy"), remember(look));
    look.wraps = false;
    assert_eq!(press(&mut harness, "Wrap long lines: Noisy"), remember(look));
}

#[test]
fn wrapped_rows_are_as_high_as_they_need_and_the_top_one_stays() {
    let mut world = world();
    world.rows.held = 0..10_000_000;
    world.rows.text = "0123456789".repeat(30);
    world.look.wraps = true;
    let mut harness = harness(world);
    let text = harness.state().rows.text.clone();
    let heights = |harness: &Harness<'_, World>| {
        let rows = harness.query_all_by_label(&text).map(|row| row.rect());
        rows.filter(|row| row.height() > 1.0).map(|row| row.height()).collect::<Vec<_>>()
    };
    let wide = heights(&harness);
    let highest = wide.iter().copied().fold(0.0, f32::max);
    assert!(wide.len() < 20 && highest >= 3.0 * 15.0, "{wide:?}");
    harness.state().rows.copied.set(0);
    harness.step();
    let copied = harness.state().rows.copied.get();
    assert!((1..30).contains(&copied), "a screen and a few more: {copied}");
    harness.get_by_label("Console of Noisy").click();
    harness.run();
    harness.key_press(Key::Home);
    harness.run();
    for _ in 0..3 {
        harness.key_press(Key::PageDown);
        harness.run();
    }
    let first =
        |harness: &Harness<'_, World>| harness.query_all_by_label(&text).map(|row| row.accesskit_node().id()).next();
    let before = first(&harness);
    harness.set_size(egui::vec2(900.0, 900.0));
    harness.run();
    assert_eq!(first(&harness), before, "the row at the top stays there");
    assert!(heights(&harness).iter().copied().fold(0.0, f32::max) > highest, "it is narrower, and so higher");
}

#[test]
fn kinds_of_lines_are_left_out_and_that_is_said() {
    let mut harness = harness(world());
    assert!(harness.query_by_label("Error: line 96").is_some(), "every fifth is an error, and said to be");
    press(&mut harness, "More: Noisy");
    press(&mut harness, "Show errors: Noisy");
    assert!(harness.query_by_label("Error: line 96").is_none() && harness.query_by_label("line 94").is_some());
    assert!(harness.query_by_label("errors hidden: Noisy").is_some());
    press(&mut harness, "Show output: Noisy");
    assert!(harness.query_by_label("line 94").is_none());
    press(&mut harness, "Show errors: Noisy");
    assert!(harness.query_by_label("Error: line 96").is_some() && harness.query_by_label("Error: line 41").is_some());
    harness.key_press(Key::Escape);
    harness.run();
    press(&mut harness, "output hidden: Noisy");
    assert!(harness.query_by_label("line 94").is_some());
}

#[test]
fn matches_come_with_lines_around_them() {
    let mut harness = harness(world());
    press(&mut harness, "Search: Noisy");
    harness.state_mut().found = Some(Ok(Tenths { held: 0..100 }));
    type_into(&mut harness, "Find in Noisy", "0");
    press(&mut harness, "Only matching lines: Noisy");
    assert!(harness.query_by_label("Lines around matches: Noisy").is_some());
    assert!(harness.query_by_label("line 90").is_some() && harness.query_by_label("line 92").is_none());
    harness.get_by_label("Lines around matches: Noisy").focus();
    harness.run();
    harness.event(egui::Event::Text("2".to_owned()));
    harness.run();
    for (line, shown) in [(92, true), (93, false), (87, false), (88, true), (90, true), (82, true), (83, false)] {
        assert_eq!(harness.query_by_label(&format!("line {line}")).is_some(), shown, "{line}");
    }
}

#[test]
fn how_much_came_meanwhile_is_said_and_leads_there() {
    let mut harness = harness(world());
    harness.get_by_label("Console of Noisy").click();
    harness.run();
    harness.key_press(Key::Home);
    harness.run();
    let note = |harness: &Harness<'_, World>| harness.get_by_label("Follow: Noisy").rect();
    assert!(harness.get_by_label("Console of Noisy").rect().contains_rect(note(&harness)));
    let narrow = note(&harness).width();
    harness.state_mut().rows.held = 0..1304;
    harness.run();
    assert!(note(&harness).width() > narrow, "1,204 new lines");
    press(&mut harness, "Follow: Noisy");
    assert!(harness.query_by_label("line 1303").is_some() && harness.query_by_label("Follow: Noisy").is_none());
}
