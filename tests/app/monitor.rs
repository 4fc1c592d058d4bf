//! The monitor in the whole panel, with real sockets.

use std::net::UdpSocket;

use egui_kittest::kittest::Queryable;

use crate::stage::{Stage, probing};
use crate::support::wait_for;

/// A port that nobody has at this moment.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn listening() -> (Stage, UdpSocket, String) {
    let mut stage = Stage::new(&[]);
    stage.press("Settings");
    stage.press("Monitor a port");
    stage.wait_to_show("Not listening");
    let address = format!("127.0.0.1:{}", free_port());
    stage.type_into("Port to listen on", &address);
    stage.press("Listen");
    stage.wait_to_show(&format!("Listening on {address}"));
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(&address).unwrap();
    (stage, sender, address)
}

#[test]
fn what_comes_is_seen_and_the_port_is_closed_with_the_window() {
    let (mut stage, sender, address) = listening();
    sender.send(b"first light\0").unwrap();
    stage.wait_to_show("first light\\0");
    stage.wait_to_show("1 datagram");
    assert!(UdpSocket::bind(&address).is_err(), "it has the port");
    stage.press("Pause: monitor");
    sender.send(b"unseen").unwrap();
    stage.wait_to_show("1 passed by");
    stage.press("Go on: monitor");
    sender.send(b"seen again").unwrap();
    stage.wait_to_show("seen again");
    assert!(!stage.shows("unseen"));
    stage.type_into("Filter rows", "LIGHT");
    stage.wait("only what matches", |stage| stage.shows("first light") && !stage.shows("seen again"));
    sender.send(b"more light").unwrap();
    stage.wait_to_show("more light");
    stage.press("Stop listening");
    stage.wait_to_show("Not listening");
    assert!(stage.shows("more light"), "what came stays");
    wait_for("the port", || UdpSocket::bind(&address).ok());
    sender.send(b"to nobody").ok();
    stage.press("Close monitor");
    wait_for("the port", || UdpSocket::bind(&address).ok());
    assert!(!stage.shows("Not listening"));
    stage.press("Settings");
    stage.press("Monitor a port");
    stage.wait_to_show("Not listening");
    assert!(!stage.shows("more light"), "what came before it was closed is forgotten");
}

#[test]
fn a_jobs_echo_is_seen_as_touch_would_have_it() {
    let mut preset = probing("Speak", &["lines", "3", "0"]);
    preset.echo.on = true;
    preset.echo.host = "127.0.0.1".to_owned();
    preset.echo.port = u32::from(free_port());
    let port = preset.echo.port;
    let mut stage = Stage::new(&[preset]);
    stage.press("Speak");
    stage.press("Echo");
    stage.press("Watch this port");
    stage.wait_to_show(&format!("Listening on 127.0.0.1:{port}"));
    stage.press("Launch: Speak");
    stage.wait_to_show("[sidestage] ended Speak: exit 0");
    stage.wait_to_show("5 datagrams");
}

#[test]
fn the_open_presets_port_is_proposed() {
    let mut preset = probing("Speak", &[]);
    preset.echo.port = 7123;
    let mut stage = Stage::new(&[preset]);
    stage.press("Speak");
    stage.press("Settings");
    stage.press("Monitor a port");
    stage.wait_to_show("7123");
}

#[test]
fn a_port_in_use_can_be_tried_again() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut stage = Stage::new(&[]);
    stage.press("Settings");
    stage.press("Monitor a port");
    stage.wait_to_show("Not listening");
    stage.type_into("Port to listen on", &address);
    stage.press("Listen");
    stage.wait_to_show("is in use by");
    drop(taken);
    // A child that another test has just started may hold the port with this process's sockets for a moment more.
    wait_for("the port", || {
        if let Some(again) = stage.harness.query_by_label("Try again") {
            again.click();
        }
        stage.harness.step();
        stage.shows("Listening on").then_some(())
    });
}

#[test]
fn random_bytes_and_a_flood_leave_the_panel_responsive() {
    let (mut stage, sender, _address) = listening();
    // A test's fonts are fewer than a system's, and random bytes hold every character.
    stage.harness.ctx.set_missing_glyph_policy(eframe::egui::MissingGlyphPolicy::Tofu);
    let mut bytes = vec![0; 65_507];
    let is_over = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = std::sync::Arc::clone(&is_over);
    let flood = std::thread::Builder::new().name("flood".to_owned()).spawn(move || {
        let mut length = 1;
        while !seen.load(std::sync::atomic::Ordering::SeqCst) {
            bytes.iter_mut().take(64).for_each(|byte| *byte = fastrand::u8(..));
            let _ = sender.send(&bytes[..length]);
            length = (length * 3) % 65_508;
        }
    });
    stage.wait("a flood of them", |stage| stage.shows(" MB"));
    for label in ["One row per: Byte", "One row per: Line", "One row per: Message"] {
        stage.press(label);
    }
    stage.press("Shown: As bytes");
    stage.press("Shown: Decoded");
    stage.type_into("Filter rows", "zz");
    stage.press("Clear monitor");
    stage.press("New preset");
    stage.wait_to_show("New preset, unsaved");
    is_over.store(true, std::sync::atomic::Ordering::SeqCst);
    flood.unwrap().join().unwrap();
    assert!(stage.harness.query_by_label("Stop listening").is_some(), "it listens on");
}
