//! How consoles lie: the arrangements, tabs and what they tell, moving consoles about.

use super::stage::{World, harness, press, type_into, world};
use eframe::egui;
use eframe::egui::accesskit::Toggled;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use sidestage::model::Arrangement;
use sidestage::ui::action::{Action, JobId};
use sidestage::ui::job_state::{EndKind, JobState};

/// Consoles of these names are open.
fn open(names: &[&str]) -> World {
    let mut world = world();
    let like = world.jobs[0].clone();
    let row = |(number, name): (u64, &&str)| {
        let mut row = like.clone();
        (row.id, row.name, row.console_open) = (JobId(number), (*name).into(), true);
        row
    };
    world.jobs = (1..).zip(names).map(row).collect();
    let places = world.jobs.iter().map(|job| (job.id, job.name.to_lowercase()));
    world.state.wall.places = places.collect();
    // All the room for the consoles.
    world.state.layout.editor_height = Some(180.0);
    world.state.layout.jobs_width = 240.0;
    world
}

/// Presses a button, and lets the wall do what the app would have it do.
fn arrange(harness: &mut Harness<'_, World>, label: &str) {
    for action in press(harness, label) {
        let Action::Arrange(arrangement) = action else { panic!("{action:?}") };
        harness.state_mut().state.wall.arrange(arrangement);
    }
    harness.run();
}

fn rect(harness: &Harness<'_, World>, name: &str) -> egui::Rect {
    harness.get_by_label(&format!("Console of {name}")).rect()
}

fn same(one: f32, other: f32) -> bool {
    (one - other).abs() < 1.0
}

fn is_shown(harness: &Harness<'_, World>, name: &str) -> bool {
    harness.query_by_label(&format!("Console of {name}")).is_some()
}

fn drag(harness: &mut Harness<'_, World>, from: egui::Pos2, to: egui::Pos2) {
    harness.drag_at(from);
    harness.run();
    for step in [0.3, 0.7, 1.0_f32] {
        harness.hover_at(from.lerp(to, step));
        harness.run_steps(2);
    }
    harness.drop_at(to);
    harness.run();
}

fn press_twice(harness: &mut Harness<'_, World>, at: egui::Pos2) {
    // A frame is a quarter of a second here.
    harness.ctx.options_mut(|options| options.input_options.max_double_click_delay = 10.0);
    harness.hover_at(at);
    for _ in 0..2 {
        for pressed in [true, false] {
            let (button, modifiers) = (egui::PointerButton::Primary, egui::Modifiers::NONE);
            harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        }
        harness.step();
    }
    harness.run();
}

#[test]
fn each_arrangement_is_one_press_away() {
    let mut harness = harness(open(&["One", "Two", "Three"]));
    let (one, two, three) = (rect(&harness, "One"), rect(&harness, "Two"), rect(&harness, "Three"));
    assert!(same(one.top(), two.top()) && three.top() > one.bottom(), "a grid by itself: {one} {two} {three}");
    let is_chosen = |harness: &Harness<'_, World>, label: &str| harness.get_by_label(label).accesskit_node().toggled();
    assert_eq!(is_chosen(&harness, "Consoles: grid"), Some(Toggled::True));
    arrange(&mut harness, "Consoles: side by side");
    let (one, two, three) = (rect(&harness, "One"), rect(&harness, "Two"), rect(&harness, "Three"));
    assert!(one.right() < two.left() && two.right() < three.left() && same(one.top(), three.top()));
    let chosen = ["grid", "side by side"].map(|way| is_chosen(&harness, &format!("Consoles: {way}")));
    assert_eq!(chosen, [Some(Toggled::False), Some(Toggled::True)]);
    arrange(&mut harness, "Consoles: stacked");
    let (one, two, three) = (rect(&harness, "One"), rect(&harness, "Two"), rect(&harness, "Three"));
    assert!(one.bottom() < two.top() && two.bottom() < three.top() && same(one.left(), three.left()));
    arrange(&mut harness, "Consoles: tabs");
    assert_eq!(["One", "Two", "Three"].map(|name| is_shown(&harness, name)), [true, false, false]);
}

#[test]
fn a_tab_is_found_by_its_name_and_shows_its_console() {
    let mut world = open(&["One", "Two", "Three"]);
    world.state.wall.arrange(Arrangement::Tabs);
    world.jobs[2].state = JobState::Ended(EndKind::Failed);
    let mut harness = harness(world);
    assert!(is_shown(&harness, "Three"), "what was opened last is seen");
    press(&mut harness, "Tab Two, running");
    assert_eq!(["One", "Two", "Three"].map(|name| is_shown(&harness, name)), [false, true, false]);
    assert!(harness.query_by_label("Tab Three, failed").is_some(), "a hidden failure is told");
    harness.state_mut().state.wall.unseen.insert(JobId(1));
    harness.run();
    assert!(harness.query_by_label("Tab One, running, new output").is_some());
    harness.state_mut().state.wall.unseen.insert(JobId(2));
    harness.run();
    assert!(harness.query_by_label("Tab Two, running").is_some(), "what is looked at is not new");
    assert_eq!(press(&mut harness, "Close tab: One"), [Action::HideConsole(JobId(1))]);
    harness.state_mut().jobs[0].console_open = false;
    harness.run();
    assert!(is_shown(&harness, "Two") && harness.query_by_label_contains("Tab One").is_none());
}

#[test]
fn keys_mean_the_console_that_is_shown_now() {
    let mut world = open(&["One", "Two"]);
    world.state.wall.arrange(Arrangement::Tabs);
    let mut harness = harness(world);
    press(&mut harness, "Console of Two");
    assert!(harness.state().state.wall.has_keys());
    harness.key_press_modifiers(egui::Modifiers::CTRL, egui::Key::Tab);
    harness.run();
    assert!(is_shown(&harness, "One"));
    assert!(!harness.state().state.wall.has_keys(), "that one is hidden");
    harness.state_mut().state.wall.find(None);
    harness.run();
    assert!(harness.query_by_label("Find in One").is_some() && is_shown(&harness, "One"));
}

#[test]
fn only_what_is_in_sight_is_watched() {
    let mut world = open(&["One", "Two"]);
    world.state.wall.arrange(Arrangement::Tabs);
    let mut harness = harness(world);
    let in_sight = |harness: &Harness<'_, World>| [1, 2].map(|job| harness.state().state.wall.is_in_sight(JobId(job)));
    assert_eq!(in_sight(&harness), [false, true]);
    press(&mut harness, "Tab One, running");
    assert_eq!(in_sight(&harness), [true, false]);
    arrange(&mut harness, "Consoles: grid");
    assert_eq!(in_sight(&harness), [true, true]);
}

#[test]
fn a_console_is_dragged_to_another_place_and_comes_back_to_it() {
    let mut harness = harness(open(&["One", "Two", "Three"]));
    let header = rect(&harness, "One").left_top() + egui::vec2(120.0, -16.0);
    let target = rect(&harness, "Three");
    drag(&mut harness, header, egui::pos2(target.right() - target.width() / 4.0, target.center().y));
    let (one, two, three) = (rect(&harness, "One"), rect(&harness, "Two"), rect(&harness, "Three"));
    assert!(one.left() > three.right() && same(one.top(), three.top()), "{one} {two} {three}");
    let plan = harness.state().state.wall.plan.clone();
    assert_eq!(plan.arrangement, Arrangement::Own);
    let mut later = open(&["Two", "One", "Three"]);
    later.state.wall.plan = plan;
    let later = super::stage::harness(later);
    assert_eq!([rect(&later, "One"), rect(&later, "Two"), rect(&later, "Three")], [one, two, three]);
}

#[test]
fn sizes_that_were_dragged_stay_and_come_back() {
    for (way, is_row) in [("side by side", true), ("stacked", false), ("grid", true)] {
        let mut harness = harness(open(&["One", "Two"]));
        arrange(&mut harness, &format!("Consoles: {way}"));
        let (one, two) = (rect(&harness, "One"), rect(&harness, "Two"));
        // Under the first and over the second is a header.
        let (line, to) = if is_row {
            (egui::pos2(one.right().midpoint(two.left()), one.center().y), egui::vec2(90.0, 0.0))
        } else {
            (egui::pos2(one.center().x, one.bottom() + 0.5), egui::vec2(0.0, 60.0))
        };
        drag(&mut harness, line, line + to);
        let sizes = [rect(&harness, "One"), rect(&harness, "Two")];
        assert!((sizes[0].size() - one.size() - to).length() < 2.0, "{way}: {one} {two}, then {sizes:?}");
        let plan = harness.state().state.wall.plan.clone();
        let mut later = open(&["Two", "One"]);
        later.state.wall.plan = plan;
        let mut later = super::stage::harness(later);
        assert_eq!([rect(&later, "One"), rect(&later, "Two")], sizes, "{way}");
        // One that opens takes its room from one of them.
        let mut third = later.state().jobs[0].clone();
        (third.id, third.name) = (JobId(3), "Three".into());
        later.state_mut().jobs.push(third);
        later.run();
        assert!(is_shown(&later, "Three"));
        let edge = |rect: egui::Rect| if is_row { rect.left() } else { rect.top() };
        let edges = ["One", "Two"].map(|name| edge(rect(&later, name)));
        assert!(same(edges[0], edge(sizes[0])) && same(edges[1], edge(sizes[1])), "{way}: {edges:?} and {sizes:?}");
    }
}

#[test]
fn what_is_made_even_and_was_even_stays_a_grid() {
    let mut harness = harness(open(&["One", "Two"]));
    let (one, two) = (rect(&harness, "One"), rect(&harness, "Two"));
    let line = egui::pos2(one.right().midpoint(two.left()), one.center().y);
    press_twice(&mut harness, line);
    assert_eq!(harness.state().state.wall.plan.arrangement, Arrangement::Grid);
}

#[test]
fn a_header_pressed_twice_gives_its_console_all_the_room() {
    let mut harness = harness(open(&["One", "Two"]));
    let header = rect(&harness, "Two").left_top() + egui::vec2(140.0, -16.0);
    press_twice(&mut harness, header);
    assert!(!is_shown(&harness, "One") && is_shown(&harness, "Two"));
    press(&mut harness, "Show all consoles: Two");
    assert!(is_shown(&harness, "One") && is_shown(&harness, "Two"));
}

#[test]
fn two_hundred_consoles_scroll_and_only_those_in_sight_are_drawn() {
    let names: Vec<_> = (0..200).map(|number| format!("Job {number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let mut harness = harness(open(&names));
    let drawn = (0..200).filter(|number| is_shown(&harness, &format!("Job {number}"))).count();
    assert!((1..30).contains(&drawn), "{drawn}");
    assert!(is_shown(&harness, "Job 199"), "what was opened last is scrolled to");
    harness.state().rows.copied.set(0);
    harness.step();
    assert!(harness.state().rows.copied.get() < 1000);
}

#[test]
fn the_list_of_presets_stays_as_wide_as_it_is_while_one_searches() {
    let mut harness = harness(world());
    let width = harness.state().state.layout.side_width;
    type_into(&mut harness, "Find a preset", "nois");
    harness.run_steps(5);
    let now = harness.state().state.layout.side_width;
    assert!((now - width).abs() < 0.5, "{width} points before, {now} now");
    press(&mut harness, "Clear the search");
    assert!(harness.query_by_label("Clear the search").is_none());
}
