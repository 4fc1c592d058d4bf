//! Orders from outside to the whole panel: they are carried out without a frame being drawn, with what is in the editor.

use std::net::UdpSocket;
use std::time::Duration;

use sidestage::remote::{Ask, Verb, ask};

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;

use super::stage::{Stage, probing};

fn order(port: u16, verb: Verb, who: &str) -> Result<String, String> {
    let patience = Duration::from_secs(30);
    ask(&Ask { to: format!("127.0.0.1:{port}"), verb, who: who.to_owned(), settings: Vec::new(), patience })?.outcome
}

/// A panel that listens on the port, switched on as a person does it.
pub fn listening(stage: &mut Stage) -> u16 {
    let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    stage.press("Settings");
    stage.press("Settings…");
    stage.press("Orders from Touch");
    stage.harness.get_by_label("Order port").focus();
    stage.harness.step();
    stage.keys(Modifiers::COMMAND, Key::A);
    stage.harness.get_by_label("Order port").type_text(&port.to_string());
    stage.harness.step();
    stage.press("Listen for orders");
    stage.wait_to_show(&format!("Listening on 127.0.0.1:{port}"));
    port
}

#[test]
fn an_order_is_carried_out_while_nothing_is_drawn_and_shows_when_it_is() {
    let mut stage = Stage::new(&[probing("Speak", &["sleep"]), probing("Other", &["sleep"])]);
    stage.wait_to_show("Launch: Speak");
    let port = listening(&mut stage);
    // This is the thread that draws; while it waits here no frame comes.
    assert_eq!(order(port, Verb::Launch, "speak"), Ok("job speak".to_owned()));
    assert_eq!(order(port, Verb::Launch, "Speak"), Ok("job speak.2".to_owned()));
    assert!(order(port, Verb::Launch, "nothing").unwrap_err().contains("There is no preset"));
    stage.wait_to_show("launch speak at ");
    stage.press("Close settings");
    stage.wait_to_show("Console of Speak (2)");
    assert_eq!(order(port, Verb::Stop, "speak"), Ok("job speak, job speak.2".to_owned()));
    stage.wait("ends", |stage| stage.shows("Job Speak, stopped") && stage.shows("Job Speak (2), stopped"));
}

#[test]
fn changed_log_limits_hold_for_what_is_ordered_too() {
    let mut stage = Stage::new(&[probing("Speak", &["exit", "0"])]);
    stage.wait_to_show("Launch: Speak");
    let port = listening(&mut stage);
    let logs = stage.settings_dir.path().join("logs");
    let count = || {
        let folders = std::fs::read_dir(&logs).into_iter().flatten().flatten();
        let files = folders.flat_map(|folder| std::fs::read_dir(folder.path()).into_iter().flatten().flatten());
        files.filter(|file| file.path().extension().is_some_and(|end| end == "log")).count()
    };
    for logged in 1..=3 {
        order(port, Verb::Launch, "speak").unwrap();
        stage.wait("a log each", |_| count() == logged);
    }
    stage.wait("they end", |stage| stage.count(", finished") >= 3);
    stage.press("General");
    stage.harness.get_by_label("Runs of one preset whose logs are kept").focus();
    stage.harness.step();
    stage.keys(Modifiers::COMMAND, Key::A);
    stage.harness.get_by_label("Runs of one preset whose logs are kept").type_text("1");
    stage.harness.step();
    let settings = stage.settings_dir.path().join("settings.ron");
    stage.wait("it is kept", |_| std::fs::read_to_string(&settings).is_ok_and(|text| text.contains("runs: 1,")));
    order(port, Verb::Launch, "speak").unwrap();
    stage.wait("only its log is left", |_| count() == 1);
}
