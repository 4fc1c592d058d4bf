//! The monitor's window: rows made up on demand, what a press asks for, what is said where nothing can be shown.

use std::cell::Cell;
use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;

use eframe::egui::{self, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use jiff::Timestamp;
use sidestage::monitor::{Counts, Format, Holder, JobSequence, Listen, Look, Row, Standing, Trouble};
use sidestage::ui::action::Action;
use sidestage::ui::monitor_panel::{DatagramRows, MonitorData, MonitorState, monitor_ui};
use sidestage::ui::theme;

/// Datagrams made up on demand; counts how many were ever asked for.
#[derive(Default)]
struct Rows {
    held: Range<u64>,
    copied: Cell<u64>,
}

impl DatagramRows for Rows {
    fn held(&self, _format: Format) -> Range<u64> {
        self.held.clone()
    }

    fn copy_rows(&self, _format: Format, rows: Range<u64>, out: &mut Vec<Row>) {
        self.copied.set(self.copied.get() + rows.end - rows.start);
        out.extend(rows.map(|number| {
            let datagram: Arc<[u8]> = match number % 3 {
                0 => format!("plain {number}\0").into_bytes().into(),
                1 => format!("{{\"job\":\"noisy\",\"seq\":{number},\"line\":\"x\"}}").into_bytes().into(),
                _ => Arc::from(&b"/osc\0\0\0\0,i\0\0\0\0\0\x07"[..]),
            };
            let from = SocketAddr::from(([10, 0, 0, 7], 5000));
            let bytes = 0..datagram.len();
            let missing = if number % 10 == 1 { 4 } else { 0 };
            Row { number, at: Timestamp::UNIX_EPOCH, from, datagram, bytes, is_first: true, missing }
        }));
    }
}

#[derive(Default)]
struct World {
    rows: Rows,
    standing: Option<Standing>,
    counts: Counts,
    jobs: Vec<JobSequence>,
    state: MonitorState,
    actions: Vec<Action>,
}

fn harness(world: World) -> Harness<'static, World> {
    let frame = |ui: &mut egui::Ui, world: &mut World| {
        let data = MonitorData {
            standing: world.standing.clone(),
            rows: &world.rows,
            counts: world.counts,
            lossy_jobs: &world.jobs,
            generation: 1,
        };
        monitor_ui(ui.ctx(), &data, &mut world.state, &mut world.actions);
    };
    let builder = Harness::builder().with_size([1280.0, 900.0]).with_context_setup(theme::install);
    let mut harness = builder.build_ui_state(frame, world);
    harness.run();
    harness
}

fn open(standing: Option<Standing>, held: Range<u64>) -> World {
    let mut state = MonitorState::default();
    state.is_open = true;
    World { standing, rows: Rows { held, copied: Cell::default() }, state, ..World::default() }
}

fn listening(held: Range<u64>) -> World {
    open(Some(Standing::Listening(SocketAddr::from(([0, 0, 0, 0], 7000)))), held)
}

fn press(harness: &mut Harness<'_, World>, label: &str) -> Vec<Action> {
    harness.state_mut().actions.clear();
    harness.get_by_label(label).click();
    harness.run();
    std::mem::take(&mut harness.state_mut().actions)
}

fn type_into(harness: &mut Harness<'_, World>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.get_by_label(label).type_text(text);
    harness.run();
}

fn shows(harness: &Harness<'_, World>, text: &str) -> bool {
    let mut all = harness.root().children_recursive();
    all.any(|node| {
        let node = node.accesskit_node();
        node.label().is_some_and(|label| label.contains(text)) || node.value().is_some_and(|value| value.contains(text))
    })
}

#[test]
fn a_port_is_typed_and_listened_on() {
    let mut harness = harness(open(None, 0..0));
    assert!(shows(&harness, "Not listening"));
    type_into(&mut harness, "Port to listen on", "127.0.0.1:7000");
    let listen = Listen::parse("127.0.0.1:7000").unwrap();
    assert_eq!(press(&mut harness, "Listen"), [Action::MonitorListen(listen.clone())]);
    harness.get_by_label("Port to listen on").focus();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [Action::MonitorListen(listen)], "Enter does the same");
    assert_eq!(press(&mut harness, "Close monitor"), [Action::CloseMonitor]);
}

#[test]
fn what_is_no_port_cannot_be_listened_on() {
    let mut harness = harness(open(None, 0..0));
    type_into(&mut harness, "Port to listen on", "seven thousand");
    assert_eq!(press(&mut harness, "Listen"), []);
    type_into(&mut harness, "Port to listen on", "");
    press(&mut harness, "More about where to listen");
    type_into(&mut harness, "Multicast group to join", "10.0.0.1");
    assert!(shows(&harness, "no multicast group"));
}

#[test]
fn a_port_in_use_is_said_with_what_to_do() {
    let touch = Holder { pid: 4711, name: "TouchDesigner.exe".to_owned() };
    let trouble = Trouble::InUse { port: 7000, holders: vec![touch] };
    let mut world = open(Some(Standing::Failed(trouble)), 0..0);
    world.state.place = "7000".to_owned();
    let mut harness = harness(world);
    assert!(shows(&harness, "Port 7000 is in use by TouchDesigner (process 4711)."));
    assert!(shows(&harness, "second port"));
    assert_eq!(press(&mut harness, "Try again"), [Action::MonitorListen(Listen::parse("7000").unwrap())]);
}

#[test]
fn rows_are_shown_decoded_as_text_or_as_bytes() {
    let mut harness = harness(listening(0..4));
    assert!(shows(&harness, "Listening on port 7000"));
    assert!(shows(&harness, "plain 3\\0") && shows(&harness, "/osc  7"));
    assert!(shows(&harness, "4 lines missing  noisy  #1  x"), "what is missing stands where it is missing");
    press(&mut harness, "Shown: As text");
    assert!(shows(&harness, "{\"job\":\"noisy\",\"seq\":1,\"line\":\"x\"}"));
    press(&mut harness, "Shown: As bytes");
    assert!(shows(&harness, "2f 6f 73 63 00"));
    assert_eq!(harness.state().state.look, Look::Bytes);
    press(&mut harness, "One row per: Line");
    assert_eq!(harness.state().state.format, Format::Line);
}

#[test]
fn a_frame_copies_no_more_rows_at_a_million_than_fit() {
    let mut harness = harness(listening(500_000..1_500_000));
    harness.state().rows.copied.set(0);
    harness.step();
    let copied = harness.state().rows.copied.get();
    assert!((1..60).contains(&copied), "{copied}");
    assert!(shows(&harness, "plain 1499997\\0"), "the newest are in sight");
    harness.get_by_label("What came").click();
    harness.run();
    harness.key_press(Key::Home);
    harness.run();
    assert!(shows(&harness, "plain 500001\\0"));
    harness.state_mut().rows.held = 500_000..1_500_020;
    harness.run();
    assert!(shows(&harness, "plain 500001\\0"), "what is read stays while more comes");
    press(&mut harness, "Follow: monitor");
    assert!(shows(&harness, "plain 1500018\\0"));
}

#[test]
fn a_row_that_is_picked_shows_its_bytes_until_it_is_let_go() {
    let mut harness = harness(listening(0..4));
    harness.get_by_label("plain 3\\0").click();
    harness.run();
    assert!(shows(&harness, "All 8 bytes of this datagram from 10.0.0.7:5000"));
    assert!(shows(&harness, "0000  70 6c 61 69 6e 20 33 00"));
    harness.state_mut().rows.held = 1000..1003;
    harness.run();
    assert!(shows(&harness, "All 8 bytes"), "also when its row is gone");
    press(&mut harness, "Close bytes");
    assert!(!shows(&harness, "All 8 bytes"));
}

#[test]
fn rows_that_are_picked_are_copied() {
    let mut harness = harness(listening(0..4));
    harness.get_by_label("What came").click();
    harness.run();
    harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    harness.run();
    harness.event(egui::Event::Copy);
    harness.step();
    let copied = harness.output().platform_output.commands.iter().find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.unwrap();
    assert_eq!(copied.lines().count(), 4);
    assert!(copied.lines().all(|line| line.contains("  10.0.0.7:5000  ")), "{copied}");
}

#[test]
fn pausing_clearing_and_filtering_are_asked_for() {
    let mut harness = harness(listening(0..4));
    assert_eq!(press(&mut harness, "Pause: monitor"), [Action::MonitorPause(true)]);
    harness.state_mut().counts = Counts { passed_over: 1204, ..Counts::default() };
    harness.run();
    assert!(shows(&harness, "1,204 passed by"));
    assert_eq!(press(&mut harness, "Go on: monitor"), [Action::MonitorPause(false)]);
    assert_eq!(press(&mut harness, "Clear monitor"), [Action::MonitorClear]);
    assert_eq!(press(&mut harness, "Stop listening"), [Action::MonitorStop]);
    harness.state_mut().actions.clear();
    type_into(&mut harness, "Filter rows", " epoch");
    let wanted = Action::MonitorFilter(Some((Format::Message, "epoch".to_owned())));
    assert_eq!(harness.state().actions.last(), Some(&wanted));
    harness.state_mut().rows.held = 0..0;
    harness.run();
    assert!(shows(&harness, "Nothing matches"));
    let again = press(&mut harness, "One row per: Line");
    assert_eq!(again, [Action::MonitorFilter(Some((Format::Line, "epoch".to_owned())))]);
}

#[test]
fn what_is_missing_is_counted_by_job() {
    let mut world = listening(0..4);
    world.counts = Counts { datagrams: 25, bytes: 4300, missing: 12, ..Counts::default() };
    let mut harness = harness(world);
    assert!(shows(&harness, "25 datagrams") && shows(&harness, "4.3 KB"));
    assert!(shows(&harness, "12 lines missing"));
    harness.state_mut().standing = None;
    harness.run();
    assert!(shows(&harness, "plain 3\\0"), "what came can be read when the port is closed");
}
