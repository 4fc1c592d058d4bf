//! Reading what jobs write.

use super::stage::{World, harness, press, world};
use eframe::egui;
use eframe::egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use sidestage::engine::{Phase, Progress};
use sidestage::ui::action::{Action, JobId};
use sidestage::ui::theme;

#[test]
fn a_console_follows_lets_go_and_follows_again() {
    let mut harness = harness(world());
    assert!(harness.query_by_label("line 99").is_some() && harness.query_by_label("line 0").is_none());
    let middle = harness.get_by_label("Console of Noisy").rect().center();
    harness.get_by_label("Console of Noisy").click();
    harness.run();
    harness.key_press(Key::Home);
    harness.state_mut().rows.held = 0..200;
    harness.run();
    assert!(harness.query_by_label("line 0").is_some(), "what is read stays while more comes");
    assert!(harness.query_by_label("line 199").is_none());
    press(&mut harness, "Follow: Noisy");
    assert!(harness.query_by_label("line 199").is_some());
    harness.hover_at(middle);
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Line,
        delta: egui::vec2(0.0, 10.0),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    harness.run();
    assert!(harness.query_by_label("Follow: Noisy").is_some(), "the wheel lets go");
}

#[test]
fn a_console_is_shown_alone_and_beside_others_again() {
    let mut world = world();
    world.jobs[1].console_open = true;
    let mut harness = harness(world);
    let half = harness.get_by_label("Console of Noisy").rect().area();
    press(&mut harness, "Show alone: Noisy");
    assert!(harness.query_by_label("Console of Run a script").is_none());
    assert!(harness.get_by_label("Console of Noisy").rect().area() > half * 1.8);
    press(&mut harness, "Show all consoles: Noisy");
    assert!(harness.query_by_label("Console of Run a script").is_some());
    press(&mut harness, "Show alone: Noisy");
    harness.state_mut().jobs[1].id = JobId(3);
    harness.run();
    assert!(harness.query_by_label("Console of Run a script").is_some(), "one that was just opened is seen");
}

#[test]
fn a_frame_copies_no_more_rows_at_ten_million_than_fit() {
    let mut world = world();
    world.rows.held = 9_900_000..10_000_000;
    let mut harness = harness(world);
    harness.state().rows.copied.set(0);
    harness.step();
    let copied = harness.state().rows.copied.get();
    assert!((1..30).contains(&copied), "a screen and a few more: {copied}");
    assert!(harness.query_by_label("line 9999999").is_some());
}

#[test]
fn the_console_that_has_the_keys_is_marked() {
    let mut world = world();
    world.jobs[1].console_open = true;
    let mut harness = harness(world);
    let accent = if harness.ctx.theme() == egui::Theme::Dark { theme::DARK } else { theme::LIGHT }.accent_text;
    let is_marked = |harness: &Harness<'_, World>, name: &str| {
        let console = harness.get_by_label(&format!("Console of {name}")).rect();
        harness.output().shapes.iter().any(|clipped| match &clipped.shape {
            egui::Shape::LineSegment { points: [from, to], stroke } => {
                // The bar of its search may lie between.
                stroke.color == accent
                    && (console.top() - 40.0..console.top() + 1.0).contains(&from.y)
                    && (from.x, to.x) == (console.left(), console.right())
            }
            _ => false,
        })
    };
    let marked = |harness: &Harness<'_, World>| ["Noisy", "Run a script"].map(|name| is_marked(harness, name));
    assert_eq!(marked(&harness), [false, false]);
    for (label, expected) in [("Noisy", [true, false]), ("Run a script", [false, true])] {
        harness.get_by_label(&format!("Console of {label}")).focus();
        harness.run();
        assert_eq!(marked(&harness), expected);
    }
    press(&mut harness, "Search: Noisy");
    assert_eq!(marked(&harness), [true, false], "its search is a part of it");
}

/// The addresses that were to be opened since.
fn opened(harness: &mut egui_kittest::Harness<'_, super::stage::World>) -> Vec<String> {
    let actions = std::mem::take(&mut harness.state_mut().actions);
    let addresses = actions.into_iter().filter_map(|action| match action {
        Action::OpenAddress(address) => Some(address),
        _ => None,
    });
    addresses.collect()
}

/// A console of three rows that all say this.
fn saying(text: &str) -> egui_kittest::Harness<'static, super::stage::World> {
    let mut world = world();
    world.rows.held = 0..3;
    text.clone_into(&mut world.rows.text);
    harness(world)
}

fn is_link(label: &str) -> egui_kittest::kittest::By<'_> {
    egui_kittest::kittest::By::new().role(egui::accesskit::Role::Link).label(label)
}

/// Presses the first link of that name by the mouse; what came of it.
fn click_link(
    harness: &mut Harness<'_, World>,
    label: &str,
    button: egui::PointerButton,
    modifiers: Modifiers,
) -> Vec<Action> {
    let Some(at) = harness.query_all(is_link(label)).next().map(|link| link.rect().center()) else { panic!("no link") };
    click_at(harness, at, button, modifiers)
}

fn click_at(
    harness: &mut Harness<'_, World>,
    at: egui::Pos2,
    button: egui::PointerButton,
    modifiers: Modifiers,
) -> Vec<Action> {
    harness.hover_at(at);
    harness.step();
    harness.event(egui::Event::ModifiersChanged(modifiers));
    for pressed in [true, false] {
        harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
        harness.step();
    }
    harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
    harness.step();
    std::mem::take(&mut harness.state_mut().actions)
}

#[test]
fn colours_are_not_read_out() {
    let harness = saying("\u{1b}[1;31mred\u{1b}[0m\u{1b}[2K\u{1b}[1G\u{1b}[4;92;48;5;20mgreen\u{1b}[0m tea");
    assert_eq!(harness.query_all_by_label("green tea").count(), 3);
}

#[test]
fn a_row_that_is_drawn_over_shows_what_it_is_now() {
    let mut harness = saying("\u{1b}[32m10 %\u{1b}[0m");
    assert_eq!(harness.query_all_by_label("10 %").count(), 3);
    harness.state_mut().rows.text = "\u{1b}[32m20 %\u{1b}[0m".to_owned();
    harness.step();
    assert_eq!(harness.query_all_by_label("20 %").count(), 3);
    harness.state_mut().rows.text = "done".to_owned();
    harness.step();
    assert_eq!(harness.query_all_by_label("done").count(), 3, "what was styled is forgotten");
}

#[test]
fn a_link_opens_with_ctrl_and_only_with_it() {
    let mut harness = saying("see https://a.b/c, or \u{1b}]8;;https://d.e\u{7}this\u{1b}]8;;\u{7}");
    let is_link = |label: &'static str| egui_kittest::kittest::By::new().role(egui::accesskit::Role::Link).label(label);
    assert_eq!(harness.query_all(is_link("https://d.e")).count(), 3);
    for (modifiers, expected) in [(Modifiers::NONE, vec![]), (Modifiers::COMMAND, vec!["https://a.b/c".to_owned()])] {
        let link = harness.query_all(is_link("https://a.b/c")).next().map(|link| link.rect().center());
        let Some(at) = link else { panic!("no link") };
        harness.hover_at(at);
        harness.step();
        let mut found = Vec::new();
        harness.event(egui::Event::ModifiersChanged(modifiers));
        for pressed in [true, false] {
            let button = egui::PointerButton::Primary;
            harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers });
            harness.step();
            found.extend(opened(&mut harness));
        }
        harness.event(egui::Event::ModifiersChanged(Modifiers::NONE));
        assert_eq!(found, expected);
    }
    harness.query_all(is_link("https://d.e")).next().into_iter().for_each(|link| link.click_accesskit());
    harness.step();
    assert_eq!(opened(&mut harness), ["https://d.e"], "a screen reader presses it");
}

#[test]
fn a_link_opens_where_it_was_clicked_though_the_pointer_and_ctrl_are_elsewhere_by_then() {
    let mut harness = saying("https://a.b/c and https://d.e/f");
    let center = |harness: &Harness<'_, World>, label: &str| {
        harness.query_all(is_link(label)).next().map(|link| link.rect().center()).unwrap_or_default()
    };
    let (one, other) = (center(&harness, "https://a.b/c"), center(&harness, "https://d.e/f"));
    harness.hover_at(one);
    harness.step();
    let button = egui::PointerButton::Primary;
    let mut click = |modifiers, to| {
        let turn = |pressed| egui::Event::PointerButton { pos: one, button, pressed, modifiers };
        // All of it lies between two frames.
        let moved = egui::Event::PointerMoved(to);
        harness.input_mut().events.extend([turn(true), turn(false), moved]);
        harness.step();
        opened(&mut harness)
    };
    assert_eq!(click(Modifiers::COMMAND, other), ["https://a.b/c"]);
    assert_eq!(click(Modifiers::COMMAND, egui::pos2(5.0, 5.0)), ["https://a.b/c"], "far from the console");
    assert_eq!(click(Modifiers::NONE, other), Vec::<String>::new());
}

#[test]
fn a_link_to_a_file_opens_as_a_path_does() {
    let mut harness = saying("\u{1b}]8;;file:///show/a%20b.py#12\u{7}a b.py:12\u{1b}]8;;\u{7}");
    let link = egui_kittest::kittest::By::new().role(egui::accesskit::Role::Link).label("file:///show/a%20b.py#12");
    harness.query_all(link).next().into_iter().for_each(|link| link.click_accesskit());
    harness.step();
    let actions = std::mem::take(&mut harness.state_mut().actions);
    assert!(actions.contains(&Action::OpenPath("/show/a b.py".into())), "{actions:?}");
}

#[test]
fn a_path_opens_with_ctrl_and_only_with_it_and_has_items_in_the_menu() {
    let mut harness = saying("saved out/a.png and \"/x/y z.mov\", on 1/2/2026");
    // As the system writes it.
    let (own, full): (&'static str, _) =
        if cfg!(windows) { ("/show\\out/a.png", "/x/y z.mov") } else { ("/show/out/a.png", "/x/y z.mov") };
    let open = |path: &str| Action::OpenPath(path.into());
    let all = egui_kittest::kittest::By::new().role(egui::accesskit::Role::Link);
    assert_eq!(harness.query_all(all).count(), 6, "two in each of three rows");
    let primary = egui::PointerButton::Primary;
    let opened = |actions: Vec<Action>| -> Vec<_> {
        actions.into_iter().filter(|action| matches!(action, Action::OpenPath(_) | Action::ShowInFolder(_))).collect()
    };
    for path in [own, full] {
        assert_eq!(opened(click_link(&mut harness, path, primary, Modifiers::NONE)), []);
        assert_eq!(opened(click_link(&mut harness, path, primary, Modifiers::COMMAND)), [open(path)]);
    }
    click_link(&mut harness, own, egui::PointerButton::Secondary, Modifiers::NONE);
    assert_eq!(press(&mut harness, "Open a.png"), [open(own)]);
    click_link(&mut harness, full, egui::PointerButton::Secondary, Modifiers::NONE);
    assert_eq!(press(&mut harness, "Show in folder"), [Action::ShowInFolder(full.into())]);
}

#[test]
fn a_links_menu_opens_it_and_copies_where_it_leads() {
    let mut harness =
        saying("see https://a.b/c?d=e, or \u{1b}]8;;file:///show/a%20b.py#12\u{7}this\u{1b}]8;;\u{7}, or /x/y.mov");
    let right = egui::PointerButton::Secondary;
    let press_and_see_copied = |harness: &mut Harness<'_, World>, label: &str| {
        let item = harness.query_all_by_label(label).next().map(|item| item.rect().center());
        let Some(at) = item else { panic!("no item {label}") };
        for pressed in [true, false] {
            let button = egui::PointerButton::Primary;
            harness.event(egui::Event::PointerMoved(at));
            harness.event(egui::Event::PointerButton { pos: at, button, pressed, modifiers: Modifiers::NONE });
        }
        harness.step();
        let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        copied.unwrap_or_default()
    };
    click_link(&mut harness, "https://a.b/c?d=e", right, Modifiers::NONE);
    assert_eq!(press(&mut harness, "Open a.b/c?d=e"), [Action::OpenAddress("https://a.b/c?d=e".to_owned())]);
    click_link(&mut harness, "https://a.b/c?d=e", right, Modifiers::NONE);
    assert!(harness.query_by_label("Show in folder").is_none(), "it lies in no folder");
    assert_eq!(press_and_see_copied(&mut harness, "Copy address"), "https://a.b/c?d=e");
    let link = "file:///show/a%20b.py#12";
    click_link(&mut harness, link, right, Modifiers::NONE);
    assert_eq!(press(&mut harness, "Open a b.py"), [Action::OpenPath("/show/a b.py".into())]);
    click_link(&mut harness, link, right, Modifiers::NONE);
    assert_eq!(press(&mut harness, "Show in folder"), [Action::ShowInFolder("/show/a b.py".into())]);
    click_link(&mut harness, "/x/y.mov", right, Modifiers::NONE);
    assert_eq!(press_and_see_copied(&mut harness, "Copy path"), "/x/y.mov");
    // Beside all of them there is nothing to be opened.
    let console = harness.get_by_label("Console of Noisy").rect();
    click_at(&mut harness, console.right_bottom() - egui::vec2(40.0, 40.0), right, Modifiers::NONE);
    for label in ["Open y.mov", "Copy path", "Copy address"] {
        assert!(harness.query_by_label(label).is_none(), "{label}");
    }
    assert!(harness.query_by_label_contains("Select all").is_some(), "the menu is open");
}

#[test]
fn a_job_says_how_far_it_is() {
    let mut harness = harness(world());
    assert!(harness.query_by_label_contains("Progress of").is_none());
    harness.state_mut().jobs[0].progress = Some(Progress::at(62));
    harness.run();
    let bar = harness.get_by_label("Progress of Noisy: 62 %").rect();
    let row = harness.get_by_label_contains("Job Noisy").rect();
    assert!(row.contains_rect(bar) && bar.height() <= 4.0, "{bar:?} in {row:?}");
    let beside = harness.get_by_label("Progress in the console of Noisy: 62 %").rect();
    let console = harness.get_by_label("Console of Noisy").rect();
    assert!(beside.bottom() <= console.top() && beside.left() >= console.left(), "it stands in the console's header");
}

#[test]
fn a_job_says_in_words_that_it_is_busy_paused_or_in_trouble() {
    let mut harness = harness(world());
    for (phase, percent, words) in [
        (Phase::Busy, None, "busy"),
        (Phase::Paused, Some(40), "paused at 40 %"),
        (Phase::Error, Some(40), "error at 40 %"),
        (Phase::Error, None, "error"),
    ] {
        harness.state_mut().jobs[0].progress = Some(Progress { phase, percent });
        harness.run();
        harness.get_by_label(&format!("Progress of Noisy: {words}"));
        harness.get_by_label(&format!("Progress in the console of Noisy: {words}"));
        harness.get_by_label_contains(&format!("Job Noisy, running  ·  {words}"));
    }
}
