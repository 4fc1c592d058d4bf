//! “Copy for Touch”: a preset as code for TouchDesigner.

use super::stage::{harness, press, world};
use eframe::egui::Key;
use egui_kittest::kittest::Queryable;
use sidestage::snippet::Snippet;
use sidestage::ui::action::{Action, Kind};
use sidestage::ui::touch_code::TouchCode;

fn code() -> TouchCode {
    let made = |code: &str| {
        Ok(Snippet { code: code.to_owned(), steps: vec![format!("What to do with {code}.")], copied: String::new() })
    };
    TouchCode {
        name: "Noisy".to_owned(),
        project: Some("/shows/tonight".to_owned()),
        made: [made("launch()"), Err("The script is missing.".to_owned()), made("order()")],
        kind: Kind::Launch,
    }
}

#[test]
fn the_editors_head_asks_for_the_code() {
    let mut harness = harness(world());
    assert_eq!(press(&mut harness, "Copy for Touch…"), [Action::CopyForTouch]);
}

#[test]
fn each_kind_shows_its_code_and_its_steps_and_is_copied() {
    let mut world = world();
    world.state.touch_code = Some(code());
    let mut harness = harness(world);
    harness.get_by_label("launch()");
    harness.get_by_label("What to do with launch().");
    harness.get_by_label_contains("/shows/tonight");
    assert_eq!(press(&mut harness, "Copy code"), [Action::CopyTouchCode(Kind::Launch)]);
    press(&mut harness, "What the code does: Order Sidestage");
    harness.get_by_label("order()");
    assert!(harness.query_by_label("launch()").is_none());
    assert_eq!(press(&mut harness, "Copy code"), [Action::CopyTouchCode(Kind::Order)]);
    press(&mut harness, "What the code does: Read the echo");
    harness.get_by_label("The script is missing.");
    assert!(press(&mut harness, "Copy code").is_empty(), "there is none");
}

#[test]
fn what_lies_behind_it_hears_no_keys_and_escape_closes_it() {
    let mut world = world();
    world.state.touch_code = Some(code());
    let mut harness = harness(world);
    harness.key_press(Key::F5);
    harness.run();
    assert!(harness.state().actions.is_empty(), "{:?}", harness.state().actions);
    harness.key_press(Key::Escape);
    harness.run();
    assert_eq!(harness.state().state.touch_code, None);
}
