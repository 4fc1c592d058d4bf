//! Searching in consoles: the bar, its keys, and where it takes the reader.

use super::stage::{Tenths, World, harness, painted, press, turn_wheel, type_into, world};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sidestage::ui::action::{Action, JobId, Query};
use sidestage::ui::console_wish::Wish;

fn keys(harness: &mut Harness<'_, World>, modifiers: Modifiers, key: Key) -> Vec<Action> {
    harness.state_mut().actions.clear();
    harness.key_press_modifiers(modifiers, key);
    harness.run();
    std::mem::take(&mut harness.state_mut().actions)
}

fn shows(harness: &Harness<'_, World>, text: &str) -> bool {
    harness.query_by_label(text).is_some()
}

/// A console of 100 lines of which every tenth was found; the reader is at its end.
fn searched() -> Harness<'static, World> {
    let mut harness = harness(world());
    press(&mut harness, "Search: Noisy");
    harness.state_mut().actions.clear();
    harness.state_mut().found = Some(Ok(Tenths { held: 0..100 }));
    type_into(&mut harness, "Find in Noisy", "0");
    let query = Query { text: "0".to_owned(), ..Query::default() };
    assert_eq!(std::mem::take(&mut harness.state_mut().actions), [Action::Search(JobId(1), Some(query))]);
    harness
}

#[test]
fn a_search_goes_from_line_to_line_and_round() {
    let mut harness = searched();
    assert!(shows(&harness, "10 of 10"), "of what was being followed the last");
    assert!(shows(&harness, "Follow: Noisy"), "the reader stays there");
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(shows(&harness, "1 of 10") && shows(&harness, "line 0"));
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(shows(&harness, "3 of 10") && shows(&harness, "line 20"));
    keys(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(shows(&harness, "2 of 10"), "Shift goes back");
    press(&mut harness, "Previous match: Noisy");
    press(&mut harness, "Previous match: Noisy");
    assert!(shows(&harness, "10 of 10") && shows(&harness, "line 90"));
    press(&mut harness, "Next match: Noisy");
    assert!(shows(&harness, "1 of 10"));
}

#[test]
fn a_filter_follows_on_when_something_else_is_searched_for() {
    let mut harness = searched();
    press(&mut harness, "Follow: Noisy");
    press(&mut harness, "Only matching lines: Noisy");
    let more = |harness: &mut Harness<'_, World>, rows: u64| {
        harness.state_mut().rows.held = 0..rows;
        harness.state_mut().found = Some(Ok(Tenths { held: 0..rows }));
        harness.run();
    };
    more(&mut harness, 10_000);
    assert!(shows(&harness, "line 9990") && !shows(&harness, "Follow: Noisy"));
    type_into(&mut harness, "Find in Noisy", "1");
    assert!(shows(&harness, "1,000 of 1,000") && !shows(&harness, "Follow: Noisy"));
    more(&mut harness, 11_000);
    assert!(shows(&harness, "line 10990"), "the newest match comes into sight");
}

#[test]
fn the_field_is_wide_enough_in_a_narrow_console() {
    let mut harness = searched();
    press(&mut harness, "Only matching lines: Noisy");
    for width in [1280.0, 800.0, 700.0] {
        harness.set_size(eframe::egui::vec2(width, 900.0));
        harness.run();
        let (field, console) =
            (harness.get_by_label("Find in Noisy").rect(), harness.get_by_label("Console of Noisy").rect());
        assert!(field.width() > 120.0 && field.left() >= console.left(), "{field:?} in {console:?} of {width}");
        for tool in ["Match case: Noisy", "Next match: Noisy", "Lines around matches: Noisy"] {
            let rect = harness.get_by_label(tool).rect();
            assert!(rect.left() >= console.left() && rect.bottom() <= console.top() + 1.0, "{tool} {rect:?}");
        }
    }
}

#[test]
fn the_console_itself_goes_from_match_to_match_while_its_search_is_open() {
    let mut harness = searched();
    harness.get_by_label("Console of Noisy").focus();
    harness.run();
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(shows(&harness, "1 of 10"));
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(shows(&harness, "2 of 10"));
    keys(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(shows(&harness, "1 of 10"));
}

#[test]
fn a_hit_out_of_sight_comes_to_the_middle() {
    let mut harness = searched();
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    for _ in 0..5 {
        keys(&mut harness, Modifiers::NONE, Key::Enter);
    }
    assert!(shows(&harness, "6 of 10"));
    let (hit, console) = (harness.get_by_label("line 50").rect(), harness.get_by_label("Console of Noisy").rect());
    assert!(console.contains_rect(hit), "{hit:?} in {console:?}");
    harness.state_mut().rows.held = 0..10_000;
    harness.state_mut().found = Some(Ok(Tenths { held: 0..10_000 }));
    harness.run();
    assert_eq!(harness.get_by_label("line 50").rect(), hit, "more lines don't move it");
    assert!(shows(&harness, "6 of 1,000"));
    let last = harness.state().rows.held.end - 10;
    for _ in 0..6 {
        keys(&mut harness, Modifiers::SHIFT, Key::Enter);
    }
    assert!(shows(&harness, "1,000 of 1,000") && shows(&harness, &format!("line {last}")));
}

/// A console of long rows that all say where they match, which is far from their beginning.
fn searched_far() -> Harness<'static, World> {
    let mut world = world();
    world.rows.text = format!("begun {}0 found here", "x ".repeat(3000));
    let mut harness = harness(world);
    assert!(!paints(&harness, "0 found here"));
    press(&mut harness, "Search: Noisy");
    harness.state_mut().found = Some(Ok(Tenths { held: 0..100 }));
    harness
}

fn paints(harness: &Harness<'_, World>, text: &str) -> bool {
    painted(harness).iter().any(|painted| painted.contains(text))
}

#[test]
fn a_match_far_to_the_right_comes_into_sight_and_one_near_the_beginning_too() {
    let mut harness = searched_far();
    type_into(&mut harness, "Find in Noisy", "0");
    assert!(paints(&harness, "0 found here") && !paints(&harness, "begun"), "of what was being followed");
    harness.state_mut().rows.text = format!("begun 0 found here {}", "x ".repeat(3000));
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(paints(&harness, "begun 0 found here"));
    harness.state_mut().rows.text = format!("{}0 found here{}", "x ".repeat(1000), " y".repeat(2000));
    keys(&mut harness, Modifiers::SHIFT, Key::Enter);
    assert!(paints(&harness, "0 found here"));
}

#[test]
fn a_match_deep_in_a_row_that_is_higher_than_the_window_comes_into_sight() {
    let mut harness = searched_far();
    harness.state_mut().state.wall.wish(Some(JobId(1)), Wish::ToggleWrap);
    harness.run();
    harness.get_by_label("Console of Noisy").click();
    harness.run();
    harness.key_press(Key::Home);
    harness.run();
    assert!(paints(&harness, "begun") && !paints(&harness, "0 found here"));
    type_into(&mut harness, "Find in Noisy", "0");
    assert!(paints(&harness, "0 found here"));
    keys(&mut harness, Modifiers::NONE, Key::Enter);
    assert!(paints(&harness, "0 found here") && shows(&harness, "2 of 10"));
}

#[test]
fn one_goes_on_from_a_match_that_is_drawn_over() {
    for (modifiers, expected) in [(Modifiers::NONE, "1 of 5"), (Modifiers::SHIFT, "5 of 5")] {
        let mut harness = searched();
        for _ in 0..6 {
            keys(&mut harness, Modifiers::NONE, Key::Enter);
        }
        assert!(shows(&harness, "6 of 10") && shows(&harness, "line 50"));
        turn_wheel(&mut harness, "Console of Noisy", 20.0);
        harness.state_mut().found = Some(Ok(Tenths { held: 0..45 }));
        harness.run();
        assert!(shows(&harness, "5 found"), "it matches no more");
        keys(&mut harness, modifiers, Key::Enter);
        assert!(shows(&harness, expected));
    }
}

#[test]
fn rows_that_leave_count_no_more() {
    let mut harness = searched();
    harness.state_mut().rows.held = 55..120;
    harness.state_mut().found = Some(Ok(Tenths { held: 55..120 }));
    harness.run();
    assert!(shows(&harness, "4 of 6"), "line 90 is the fourth now");
    harness.state_mut().rows.held = 91..120;
    harness.state_mut().found = Some(Ok(Tenths { held: 91..120 }));
    harness.run();
    assert!(shows(&harness, "2 found"), "the one that was shown is gone");
}

#[test]
fn escape_closes_the_search_and_it_opens_with_what_it_was() {
    let mut harness = searched();
    assert_eq!(keys(&mut harness, Modifiers::NONE, Key::Escape), [Action::Search(JobId(1), None)]);
    assert!(!shows(&harness, "Find in Noisy") && !shows(&harness, "10 of 10"));
    let again = press(&mut harness, "Search: Noisy");
    let query = Query { text: "0".to_owned(), ..Query::default() };
    assert_eq!(again, [Action::Search(JobId(1), Some(query))]);
    type_into(&mut harness, "Find in Noisy", "x");
    let query = Query { text: "x".to_owned(), ..Query::default() };
    let asked = std::mem::take(&mut harness.state_mut().actions);
    assert_eq!(asked, [Action::Search(JobId(1), Some(query))], "typing replaces it");
    assert_eq!(press(&mut harness, "Close search: Noisy"), [Action::Search(JobId(1), None)]);
}

#[test]
fn case_and_patterns_are_asked_for_and_a_bad_one_says_why() {
    let mut harness = searched();
    let mut query = Query { text: "0".to_owned(), matches_case: true, ..Query::default() };
    assert_eq!(press(&mut harness, "Match case: Noisy"), [Action::Search(JobId(1), Some(query.clone()))]);
    query.is_regex = true;
    assert_eq!(press(&mut harness, "Regular expression: Noisy"), [Action::Search(JobId(1), Some(query))]);
    harness.state_mut().found = Some(Err("Unclosed group".to_owned()));
    harness.run();
    assert!(shows(&harness, "Unclosed group") && shows(&harness, "line 99"));
}

#[test]
fn a_search_for_nothing_goes_nowhere_and_rests() {
    let mut harness = harness(world());
    press(&mut harness, "Search: Noisy");
    assert!(keys(&mut harness, Modifiers::NONE, Key::Enter).is_empty());
    press(&mut harness, "Next match: Noisy");
    assert!(shows(&harness, "line 99") && !shows(&harness, "Follow: Noisy"));
}

#[test]
fn only_matching_lines_are_shown_and_the_reader_comes_back_to_where_they_are() {
    let mut harness = searched();
    press(&mut harness, "Only matching lines: Noisy");
    for line in 0..10 {
        assert!(shows(&harness, &format!("line {}", line * 10)), "{line}");
    }
    assert!(!shows(&harness, "line 99") && !shows(&harness, "line 9"));
    harness.get_by_label("Find in Noisy").focus();
    harness.run();
    for _ in 0..3 {
        keys(&mut harness, Modifiers::NONE, Key::Enter);
    }
    assert!(shows(&harness, "3 of 10"));
    harness.get_by_label("line 40").hover();
    harness.run();
    press(&mut harness, "Only matching lines: Noisy");
    assert!(shows(&harness, "3 of 10") && shows(&harness, "line 20"), "what one went to is among the others now");
    assert!(shows(&harness, "line 22") && !shows(&harness, "line 99"));
    press(&mut harness, "Only matching lines: Noisy");
    harness.state_mut().found = None;
    press(&mut harness, "Close search: Noisy");
    assert!(shows(&harness, "line 22"), "without a search all lines are there");
}

#[test]
fn whoever_followed_and_went_to_a_match_stays_at_it_among_all_lines() {
    let mut harness = searched();
    press(&mut harness, "Follow: Noisy");
    press(&mut harness, "Only matching lines: Noisy");
    harness.get_by_label("Find in Noisy").focus();
    harness.run();
    while !shows(&harness, "3 of 10") {
        keys(&mut harness, Modifiers::NONE, Key::Enter);
    }
    press(&mut harness, "Only matching lines: Noisy");
    assert!(shows(&harness, "3 of 10") && shows(&harness, "line 20"), "what one went to is in sight");
    assert!(shows(&harness, "line 22") && !shows(&harness, "line 99"));
}

fn holds(harness: &mut Harness<'_, World>, rows: u64) {
    harness.state_mut().rows.held = 0..rows;
    harness.state_mut().found = Some(Ok(Tenths { held: 0..rows }));
    harness.run();
}

fn toggle_filter(harness: &mut Harness<'_, World>) {
    press(harness, "Only matching lines: Noisy");
}

#[test]
fn whoever_follows_again_is_not_thrown_back_to_a_match_by_the_filter() {
    for is_filtered in [false, true] {
        let mut harness = searched();
        holds(&mut harness, 10_000);
        press(&mut harness, "Follow: Noisy");
        if is_filtered {
            toggle_filter(&mut harness);
        }
        harness.state_mut().state.wall.step(None, true);
        harness.run();
        assert!(shows(&harness, "Follow: Noisy"), "a match was gone to");
        press(&mut harness, "Follow: Noisy");
        holds(&mut harness, 20_000);
        if !is_filtered {
            toggle_filter(&mut harness);
            assert!(shows(&harness, "line 19990") && !shows(&harness, "Follow: Noisy"));
        }
        toggle_filter(&mut harness);
        assert!(shows(&harness, "line 19999") && !shows(&harness, "Follow: Noisy"), "filtered before: {is_filtered}");
    }
}

#[test]
fn whoever_goes_to_the_last_match_stays_at_it_until_they_follow() {
    for follows in [false, true] {
        let mut harness = searched();
        holds(&mut harness, 10_000);
        harness.state_mut().rows.held = 0..20_000;
        press(&mut harness, "Follow: Noisy");
        toggle_filter(&mut harness);
        for _ in 0..10 {
            harness.state_mut().state.wall.step(None, false);
            harness.run();
        }
        assert!(shows(&harness, "1,000 of 1,000") && shows(&harness, "line 9990"));
        if follows {
            harness.get_by_label("Console of Noisy").focus();
            harness.run();
            keys(&mut harness, Modifiers::NONE, Key::End);
        } else {
            // A click alone goes nowhere.
            harness.get_by_label("Console of Noisy").click();
            harness.run_steps(10);
        }
        toggle_filter(&mut harness);
        assert_eq!((shows(&harness, "line 9990"), shows(&harness, "line 19999")), (!follows, follows));
    }
}

#[test]
fn whoever_scrolls_away_from_a_match_stays_there_among_all_lines() {
    let mut harness = searched();
    holds(&mut harness, 10_000);
    press(&mut harness, "Follow: Noisy");
    toggle_filter(&mut harness);
    harness.state_mut().state.wall.step(None, true);
    harness.run();
    assert!(shows(&harness, "line 100"));
    turn_wheel(&mut harness, "Console of Noisy", -100.0);
    let is_tenth = |row: &u64| row.is_multiple_of(10);
    let top = (0..10_000).filter(is_tenth).find(|row| shows(&harness, &format!("line {row}"))).unwrap_or(0);
    assert!((500..9000).contains(&top), "{top}");
    toggle_filter(&mut harness);
    assert!(shows(&harness, &format!("line {}", top + 2)) && !shows(&harness, "line 100"), "{top} is at the top");
}

#[test]
fn a_look_at_the_matches_moves_nobody() {
    let mut harness = searched();
    holds(&mut harness, 10_000);
    harness.get_by_label("Console of Noisy").focus();
    harness.run();
    keys(&mut harness, Modifiers::NONE, Key::Home);
    keys(&mut harness, Modifiers::NONE, Key::ArrowDown);
    let is_second = |harness: &Harness<'_, World>| shows(harness, "Error: line 1") && !shows(harness, "line 0");
    assert!(is_second(&harness) && !shows(&harness, "line 90"), "what was found last is far away");
    toggle_filter(&mut harness);
    assert!(shows(&harness, "line 10") && shows(&harness, "line 90") && !shows(&harness, "line 2"));
    toggle_filter(&mut harness);
    assert!(is_second(&harness));
    toggle_filter(&mut harness);
    harness.state_mut().state.wall.step(None, true);
    harness.run();
    toggle_filter(&mut harness);
    assert!(shows(&harness, "11 of 1,000") && shows(&harness, "line 100"), "but who goes to one");
}

/// The reader comes up to the pill, which tells of this; and by the wheel back to the end.
fn reads_all_lines(harness: &mut Harness<'_, World>) {
    let held = harness.state().rows.held.clone();
    turn_wheel(harness, "Console of Noisy", 10.0);
    harness.state_mut().rows.held = held.start..held.end + 50;
    harness.run();
    assert!(painted(harness).iter().any(|text| text == "50 new lines"), "all are shown, and so counted");
    turn_wheel(harness, "Console of Noisy", -500.0);
    assert!(!shows(harness, "Follow: Noisy"), "the end takes hold again");
    assert!(shows(harness, &format!("line {}", held.end + 49)));
}

#[test]
fn a_search_that_was_closed_filters_nothing_any_more() {
    let mut harness = searched();
    press(&mut harness, "Only matching lines: Noisy");
    assert!(!shows(&harness, "line 99"));
    press(&mut harness, "Close search: Noisy");
    harness.state_mut().found = None;
    harness.run();
    assert!(shows(&harness, "line 98") && !shows(&harness, "Find in Noisy"));
    reads_all_lines(&mut harness);
    harness.state_mut().state.wall.wish(Some(JobId(1)), Wish::ToggleFilter);
    harness.run();
    assert!(shows(&harness, "Find in Noisy"), "one press brings the matches back");
    harness.state_mut().found = Some(Ok(Tenths { held: 0..150 }));
    harness.run();
    assert!(shows(&harness, "line 140") && !shows(&harness, "line 149"));
    harness.state_mut().state.wall.wish(Some(JobId(1)), Wish::ToggleFilter);
    harness.run();
    assert!(shows(&harness, "line 149") && shows(&harness, "Find in Noisy"), "and the next all lines");
}

#[test]
fn a_search_for_nothing_or_for_what_is_no_pattern_filters_nothing() {
    for found in [None, Some(Err("Unclosed group".to_owned()))] {
        let mut harness = searched();
        press(&mut harness, "Only matching lines: Noisy");
        harness.state_mut().found = found;
        harness.run();
        reads_all_lines(&mut harness);
        harness.state_mut().state.wall.wish(Some(JobId(1)), Wish::ToggleFilter);
        harness.run();
        harness.state_mut().found = Some(Ok(Tenths { held: 0..150 }));
        harness.run();
        assert!(shows(&harness, "line 149"), "one press shows all");
    }
}

#[test]
fn a_frame_costs_the_same_however_much_was_found() {
    let mut harness = searched();
    harness.state_mut().rows.held = 9_000_000..10_000_000;
    harness.state_mut().found = Some(Ok(Tenths { held: 9_000_000..10_000_000 }));
    press(&mut harness, "Only matching lines: Noisy");
    harness.state().rows.copied.set(0);
    harness.step();
    let copied = harness.state().rows.copied.get();
    assert!((1..30).contains(&copied), "a screen and a few more: {copied}");
}

#[test]
fn keys_mean_the_console_in_hand_then_the_pointed_one_then_the_selected_job() {
    let mut world = world();
    world.jobs[1].console_open = true;
    let mut harness = harness(world);
    assert_eq!(keys(&mut harness, Modifiers::COMMAND, Key::F), [Action::Find]);
    assert_eq!(keys(&mut harness, Modifiers::COMMAND | Modifiers::SHIFT, Key::F), [Action::FocusSearch]);
    assert_eq!(keys(&mut harness, Modifiers::NONE, Key::F3), [Action::FindNext]);
    assert_eq!(keys(&mut harness, Modifiers::SHIFT, Key::F3), [Action::FindPrevious]);
    let wall = &mut harness.state_mut().state.wall;
    assert!(!wall.find(None), "none is meant");
    assert!(!wall.find(Some(JobId(9))), "its console isn't open");
    assert!(wall.find(Some(JobId(2))));
    harness.run();
    assert!(shows(&harness, "Find in Run a script") && !shows(&harness, "Find in Noisy"));
    keys(&mut harness, Modifiers::NONE, Key::Escape);
    press(&mut harness, "Run a script");
    harness.get_by_label("Console of Noisy").hover();
    harness.run();
    assert!(harness.state_mut().state.wall.find(Some(JobId(2))));
    harness.run();
    assert!(shows(&harness, "Find in Noisy"), "the one under the pointer comes first");
    harness.get_by_label("Console of Run a script").hover();
    harness.run();
    harness.state_mut().state.wall.find(None);
    harness.run();
    assert!(!shows(&harness, "Find in Run a script"), "unless another has the keys");
}
