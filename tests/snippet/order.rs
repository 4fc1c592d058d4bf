//! The DAT that orders Sidestage to launch or stop a preset.

use std::process::{Command, Stdio};

use serde_json::json;
use sidestage::model::Preset;
use sidestage::snippet::Kind;
use sidestage::store::presets::{self, Expect};

use crate::stage::{Touch, UdpIn, code, probe_preset};
use crate::support::{sidestage, wait_for};

fn order(port: u16, by: &str) -> String {
    let code = code(Kind::Order, &Preset::new("Noisy 🎭"));
    assert!(code.is_ascii());
    code.replace("7010", &port.to_string()).replace("BY = 'socket'", &format!("BY = '{by}'"))
}

#[test]
fn orders_go_out_by_a_dat_beside_it() {
    let Some(mut touch) = Touch::start() else { return };
    let ops = json!({"udpout1": {"sends": "udp"}, "oscout1": {"sends": "osc"}});
    touch.ask(&json!({"do": "run", "code": order(1, "udpout1"), "ops": ops}));
    touch.run(&order(1, "udpout1"), &["stop"]);
    touch.run(&order(1, "oscout1"), &["restart"]);
    let sent = |touch: &mut Touch, name: &str| touch.ask(&json!({"do": "sent", "name": name})).0;
    assert_eq!(sent(&mut touch, "udpout1"), json!(["launch a-preset\0", "stop a-preset\0"]));
    assert_eq!(sent(&mut touch, "oscout1"), json!([["/sidestage/restart", ["a-preset"]]]));
    touch.run(&order(1, "udpout1"), &["launch", "input=a \"b\" c.mov", "-n=1"]);
    touch.run(&order(1, "oscout1"), &["launch", "input=a=b"]);
    assert_eq!(sent(&mut touch, "udpout1")[2], json!("launch a-preset input=\"a \"\"b\"\" c.mov\" -n=\"1\"\0"));
    assert_eq!(sent(&mut touch, "oscout1")[1], json!(["/sidestage/launch", ["a-preset", "input", "a=b"]]));
    assert!(touch.run(&order(1, "udpout1"), &["launch", "input=a\nstop all"])[0].contains("several lines"));
    assert!(touch.run(&order(1, "gone"), &["stop"])[0].contains("no DAT called gone"));
}

#[test]
fn an_answer_is_told_when_it_comes_and_no_frame_waits_for_it() {
    let Some(mut touch) = Touch::start() else { return };
    let sidestage = UdpIn::listen();
    let printed = touch.run(&order(sidestage.port(), "socket"), &["launch"]);
    assert!(printed.is_empty(), "it goes on at once: {printed:?}");
    let mut buffer = [0; 100];
    let (count, from) = sidestage.0.recv_from(&mut buffer).unwrap();
    assert_eq!(&buffer[..count], b"launch a-preset");
    assert!(touch.ask(&json!({"do": "frames", "count": 13})).1.is_empty());
    sidestage.0.send_to(b"ok launched a-preset\n", from).unwrap();
    assert_eq!(touch.ask(&json!({"do": "frames", "count": 12})).1, ["ok launched a-preset"]);
}

#[test]
fn silence_is_told_too() {
    let Some(mut touch) = Touch::start() else { return };
    let deaf = UdpIn::listen();
    touch.run(&order(deaf.port(), "socket"), &["status"]);
    let printed = touch.ask(&json!({"do": "frames", "count": 320})).1;
    assert!(printed.len() == 1 && printed[0].contains("nobody answers"), "{printed:?}");
}

/// `sidestage serve`, killed with its jobs when the test is over.
struct Serving(std::process::Child);

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn the_real_sidestage_carries_the_orders_out_and_answers() {
    let Some(mut touch) = Touch::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut preset = probe_preset(&["sleep"]);
    preset.echo.on = false;
    presets::write(&dir.path().join("a preset!.ron"), &preset, Expect::New).unwrap();
    let port = UdpIn::listen().port();
    let mut command = Command::new(sidestage());
    command.args(["serve", "--port", &port.to_string(), "--presets"]).arg(dir.path());
    command.env("SIDESTAGE_CONFIG_DIR", dir.path()).env("SIDESTAGE_DATA_DIR", dir.path().join("data"));
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let _serving = Serving(command.spawn().unwrap());
    let mut answer = |order: &str| {
        let code = self::order(port, "socket");
        let mut printed = touch.run(&code, &[order]);
        // By some systems it is told at once that nobody listens; and an answer may take longer than frames do here.
        wait_for("an answer", || {
            printed.append(&mut touch.ask(&json!({"do": "frames", "count": 6})).1);
            printed.pop()
        })
    };
    wait_for("that it listens", || (!answer("status").contains("nobody")).then_some(()));
    assert_eq!(answer("launch"), "ok launch a-preset: job a-preset");
    wait_for("that it runs", || answer("status").contains("job a-preset running").then_some(()));
    assert!(answer("stop").starts_with("ok stop a-preset"));
    wait_for("that it has stopped", || answer("status").contains("job a-preset stopped").then_some(()));
    assert!(answer("lunch").starts_with("error: The orders are"));
}
