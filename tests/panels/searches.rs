//! Searching in consoles: the bar, its keys, and where it takes the reader.

use super::stage::{Tenths, World, harness, press, type_into, world};
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sidestage::ui::action::{Action, JobId, Query};

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
    assert!(shows(&harness, "line 21") && !shows(&harness, "line 99"));
    press(&mut harness, "Only matching lines: Noisy");
    harness.state_mut().found = None;
    press(&mut harness, "Close search: Noisy");
    assert!(shows(&harness, "line 21"), "without a search all lines are there");
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
