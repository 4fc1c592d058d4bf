//! The settings: how they are opened, what their pages change.

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sidestage::store::consoles::ConsoleSettings;
use sidestage::store::settings::Theme;
use sidestage::ui::action::{Action, TextStep};
use sidestage::ui::settings_panel::{OrderRow, OrdersData, Page, PortLight};

use super::stage::{self, World, harness, press, type_into, world};

fn opened() -> egui_kittest::Harness<'static, World> {
    let mut world = world();
    world.state.settings.is_open = true;
    harness(world)
}

#[test]
fn settings_open_from_the_menu_and_by_keys() {
    let mut harness = harness(world());
    press(&mut harness, "Settings");
    assert_eq!(press(&mut harness, "Settings…"), [Action::ToggleSettings]);
    harness.state_mut().actions.clear();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Comma);
    harness.run();
    assert_eq!(harness.state().actions, [Action::ToggleSettings]);
}

#[test]
fn settings_close_by_their_cross_and_by_escape() {
    let mut harness = opened();
    press(&mut harness, "Close settings");
    assert!(!harness.state().state.settings.is_open);
    harness.state_mut().state.settings.is_open = true;
    harness.run();
    harness.key_press(Key::Escape);
    harness.run();
    assert!(!harness.state().state.settings.is_open);
}

#[test]
fn keys_in_the_settings_do_nothing_to_what_lies_behind() {
    let mut harness = opened();
    for (modifiers, key) in [(Modifiers::COMMAND, Key::S), (Modifiers::NONE, Key::F5), (Modifiers::COMMAND, Key::D)] {
        harness.key_press_modifiers(modifiers, key);
        harness.run();
    }
    assert_eq!(harness.state().actions, []);
    harness.key_press_modifiers(Modifiers::COMMAND, Key::Plus);
    harness.run();
    assert_eq!(harness.state().actions, [Action::ZoomIn], "what concerns the whole window goes on");
}

#[test]
fn look_and_logs_are_changed() {
    let mut harness = opened();
    press(&mut harness, "Theme: Light");
    assert_eq!(harness.state().settings.theme, Theme::Light);
    assert_eq!(press(&mut harness, "Open folder: Logs"), [Action::OpenFolder("/logs".into())]);
    assert_eq!(press(&mut harness, "Zoom out"), [Action::ZoomOut]);
    type_into(&mut harness, "Runs of one preset whose logs are kept", "1");
    assert_eq!(harness.state().settings.logs.runs, 2001);
}

#[test]
fn a_limit_that_would_keep_nothing_is_said() {
    let mut world = world();
    world.state.settings.is_open = true;
    world.settings.logs.file_mib = 0;
    let harness = harness(world);
    assert!(harness.query_by_label_contains("it counts as 1 MB, 1024 MB and 200 runs").is_some());
}

#[test]
fn what_ties_the_show_to_touch_is_changed() {
    let mut harness = opened();
    press(&mut harness, "Echo to Touch");
    type_into(&mut harness, "Show port", "1");
    assert_eq!(harness.state().show.target.port, 7000, "half a port is none");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().show.target.port, 70_001);
    press(&mut harness, "Tell the state of the jobs");
    assert!(harness.state().show.state.on);
    press(&mut harness, "State to: Another one");
    assert!(harness.state().show.state.to.is_some());
}

#[test]
fn the_text_and_the_memory_of_consoles_are_changed() {
    let mut harness = opened();
    press(&mut harness, "Consoles");
    assert_eq!(press(&mut harness, "Larger console text"), [Action::ConsoleText(TextStep::Larger)]);
    assert!(harness.query_by_label("Usual console text").is_none(), "it has that size");
    type_into(&mut harness, "Megabytes of all consoles", "0");
    assert_eq!(harness.state().settings.consoles.memory_mib, 5120);
    let mut world = world();
    world.state.settings.is_open = true;
    world.settings.consoles = ConsoleSettings { memory_mib: 3, text_size: 20.0 };
    let mut harness = stage::harness(world);
    press(&mut harness, "Consoles");
    assert!(harness.query_by_label_contains("It counts as 32 MB.").is_some());
    assert_eq!(press(&mut harness, "Usual console text"), [Action::ConsoleText(TextStep::Usual)]);
}

fn on_orders(orders: OrdersData) -> egui_kittest::Harness<'static, World> {
    let mut world = world();
    world.state.settings.is_open = true;
    world.state.settings.page = Page::Orders;
    world.orders = orders;
    harness(world)
}

#[test]
fn the_port_for_orders_is_switched_on_and_says_how_it_stands() {
    let mut harness = on_orders(OrdersData::default());
    assert!(!harness.state().settings.orders.on, "off unless it is switched on");
    assert!(harness.query_by_label("Not listening").is_some());
    press(&mut harness, "Listen for orders");
    assert!(harness.state().settings.orders.on);
    harness.state_mut().orders.port = PortLight::Listening("127.0.0.1:7010".to_owned());
    harness.run();
    assert!(harness.query_by_label("Listening on 127.0.0.1:7010").is_some());
    harness.state_mut().orders.port = PortLight::Failed("Port 7010 is taken.".to_owned());
    harness.run();
    assert!(harness.query_by_label("Port 7010 is taken.").is_some());
    assert_eq!(press(&mut harness, "Try again"), [Action::ReopenOrderPort]);
}

#[test]
fn other_machines_have_to_be_listed() {
    let mut harness = on_orders(OrdersData::default());
    press(&mut harness, "Listen for orders");
    assert!(harness.query_by_label("Machines that may order").is_none(), "what means nothing isn't shown");
    press(&mut harness, "Orders come from: Other machines too");
    assert!(harness.query_by_label_contains("No machine is listed").is_some());
    type_into(&mut harness, "Machines that may order", "10.0.0.300");
    assert!(harness.query_by_label_contains("“10.0.0.300” is neither").is_some());
    let mut world = world();
    world.state.settings.is_open = true;
    world.state.settings.page = Page::Orders;
    world.settings.orders.on = true;
    world.settings.orders.open = true;
    "10.0.0.0/24".clone_into(&mut world.settings.orders.allow);
    let harness = stage::harness(world);
    assert!(harness.query_by_label_contains("is neither").is_none());
    assert!(harness.query_by_label_contains("No machine is listed").is_none());
}

#[test]
fn the_latest_orders_are_listed_with_their_answers() {
    let row = |order: &str, answer: &str, is_done| OrderRow {
        time: "12:00:00".to_owned(),
        sender: "127.0.0.1:5000".to_owned(),
        order: order.to_owned(),
        answer: answer.to_owned(),
        is_done,
        times: if is_done { 3 } else { 1 },
    };
    let rows =
        vec![row("launch style", "ok launch style: job style", true), row("stop x", "error stop x: None.", false)];
    let mut harness = on_orders(OrdersData { rows, log: Some("/logs/orders.log".into()), ..OrdersData::default() });
    let said = "launch style at 12:00:00 from 127.0.0.1:5000, 3 times: ok launch style: job style";
    assert!(harness.query_by_label(said).is_some());
    assert!(harness.query_by_label("stop x at 12:00:00 from 127.0.0.1:5000: error stop x: None.").is_some());
    assert_eq!(press(&mut harness, "Open log"), [Action::OpenLog("/logs/orders.log".into())]);
    harness.state_mut().orders.rows.clear();
    harness.run();
    assert!(harness.query_by_label("None yet.").is_some());
}

#[test]
fn a_row_is_opened_to_orders_and_closed() {
    let mut harness = harness(world());
    press(&mut harness, "Argument 1 may not be set from outside");
    assert!(harness.state().edited().arguments[0].outside);
    press(&mut harness, "Argument 1 may be set from outside");
    assert!(!harness.state().edited().arguments[0].outside);
}
