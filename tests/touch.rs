//! The echo at a real socket, which stands for TouchDesigner's UDP In DAT.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use std::net::UdpSocket;
use std::time::Duration;

use sidestage::engine::{EchoPlan, Engine, JobId, LaunchSpec, MAX_LINE_BYTES, Stream, Target};
use sidestage::model::RAW_DATAGRAM_BYTES;
use support::{engine, receive, spec, texts, touch, wait_for};

fn receive_texts(socket: &UdpSocket, count: usize) -> Vec<String> {
    (0..count).map(|_| String::from_utf8(receive(socket)).unwrap()).collect()
}

fn plan(target: Target) -> EchoPlan {
    EchoPlan::to(target)
}

fn launch(engine: &Engine, args: &[&str], echo: EchoPlan) -> JobId {
    engine.launch(LaunchSpec { echo: Some(echo), ..spec(args) })
}

fn counts(engine: &Engine, job: JobId) -> (u64, u64) {
    let view = engine.jobs().into_iter().find(|view| view.id == job).unwrap();
    view.echo.first().map_or((0, 0), |echo| (echo.sent, echo.failed))
}

#[test]
fn one_line_is_one_datagram_with_a_start_and_an_end() {
    let (socket, target) = touch();
    let engine = engine();
    let job = launch(&engine, &["raw", "6f6e650a0a74776f0d0a6c617374"], plan(target));
    assert_eq!(
        receive_texts(&socket, 6),
        ["[sidestage] started raw", "one", "", "two", "last", "[sidestage] ended raw: exit 0"]
    );
    engine.wait(job).unwrap();
    assert_eq!(counts(&engine, job), (6, 0));
}

#[test]
fn only_what_is_wanted_is_mirrored() {
    let (socket, target) = touch();
    let engine = engine();
    let stderr_only = EchoPlan { stdout: false, notices: false, ..plan(target) };
    let job = launch(&engine, &["both"], stderr_only);
    engine.wait(job).unwrap();
    let expected = texts(&engine, job, Stream::Stderr);
    assert_eq!(receive_texts(&socket, expected.len()), expected);
    assert_eq!(counts(&engine, job), (expected.len() as u64, 0));
}

#[test]
fn bytes_that_are_not_utf8_arrive_as_utf8() {
    let (socket, target) = touch();
    let engine = engine();
    let quiet = EchoPlan { notices: false, ..plan(target) };
    launch(&engine, &["raw", "636166e90a"], quiet);
    let [text] = receive_texts(&socket, 1).try_into().unwrap();
    // Windows' code pages mean something by the byte, each something else.
    let is_expected =
        if cfg!(windows) { text.starts_with("caf") && text.chars().count() == 4 } else { text == "caf\u{fffd}" };
    assert!(is_expected, "{text:?}");
}

#[test]
fn a_long_line_goes_on_in_further_datagrams() {
    let (socket, target) = touch();
    let engine = engine();
    let line: String = "añ🎭".repeat(900);
    let mut hex = line.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    hex += "0a";
    launch(&engine, &["raw", &hex], EchoPlan { notices: false, ..plan(target) });
    let mut arrived = String::new();
    while arrived.len() < line.len() {
        let datagram = receive(&socket);
        assert!(datagram.len() <= RAW_DATAGRAM_BYTES);
        arrived += std::str::from_utf8(&datagram).expect("cut between characters");
    }
    assert_eq!(arrived, line);
    const { assert!(MAX_LINE_BYTES > RAW_DATAGRAM_BYTES) };
}

#[test]
fn redraws_of_a_progress_bar_arrive_as_they_are_drawn() {
    let (socket, target) = touch();
    let engine = engine();
    launch(
        &engine,
        &["raw", "3125 0d 3225 0d 3325 0a".replace(' ', "").as_str()],
        EchoPlan { notices: false, ..plan(target) },
    );
    assert_eq!(receive_texts(&socket, 3), ["1%", "2%", "3%"]);
}

#[test]
fn nobody_listening_changes_only_the_counts_and_one_notice() {
    let (socket, target) = touch();
    drop(socket);
    let engine = engine();
    let job = launch(&engine, &["lines", "50", "2"], plan(target));
    assert_eq!(engine.wait(job).unwrap().exit, sidestage::engine::Exit::Code(0));
    assert_eq!(texts(&engine, job, Stream::Stdout).len(), 50, "the job goes on");
    let (sent, failed) = counts(&engine, job);
    assert_eq!(sent + failed, 52, "every datagram is counted once");
    if cfg!(target_os = "linux") {
        assert!(failed > 25, "{failed} of 52");
        let notices = texts(&engine, job, Stream::Notice);
        assert_eq!(notices.iter().filter(|notice| notice.contains("nobody listens")).count(), 1, "{notices:?}");
    }
}

#[test]
fn a_listener_that_comes_late_gets_what_follows() {
    let (socket, target) = touch();
    let address = socket.local_addr().unwrap();
    drop(socket);
    let engine = engine();
    let job = launch(&engine, &["lines", "100000", "5"], EchoPlan { notices: false, ..plan(target) });
    wait_for("some lines into the void", || (counts(&engine, job).0 + counts(&engine, job).1 > 5).then_some(()));
    let socket = UdpSocket::bind(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let number = |text: &str| text.strip_prefix("line ").and_then(|number| number.parse::<u32>().ok()).unwrap();
    let arrived: Vec<u32> = receive_texts(&socket, 20).iter().map(|text| number(text)).collect();
    assert!(arrived.windows(2).all(|pair| pair[1] == pair[0] + 1), "none is missing: {arrived:?}");
}

#[test]
fn a_host_without_an_address_changes_only_the_counts_and_one_notice() {
    let engine = engine();
    let target = Target::new("no-such-host.invalid", 7000);
    let job = launch(&engine, &["lines", "1000000", "1"], plan(target));
    wait_for("lines that failed", || (counts(&engine, job).1 > 10).then_some(()));
    wait_for("a notice", || {
        texts(&engine, job, Stream::Notice).iter().any(|text| text.contains("no-such-host")).then_some(())
    });
    engine.kill(job);
    engine.wait(job).unwrap();
    let notices = texts(&engine, job, Stream::Notice);
    assert_eq!(notices.iter().filter(|notice| notice.contains("no-such-host")).count(), 1, "{notices:?}");
    assert_eq!(counts(&engine, job).0, 0);
}

#[test]
fn a_name_is_looked_up_and_nothing_is_lost_meanwhile() {
    let (socket, target) = touch();
    let engine = engine();
    launch(&engine, &["lines", "3"], plan(Target { host: "localhost".to_owned(), ..target }));
    assert_eq!(
        receive_texts(&socket, 5),
        ["[sidestage] started lines", "line 0", "line 1", "line 2", "[sidestage] ended lines: exit 0"]
    );
}

#[test]
fn a_name_in_its_last_moment_still_gets_the_lines() {
    let (socket, target) = touch();
    let engine = engine();
    let job = launch(&engine, &["lines", "3"], plan(Target { host: "localhost".to_owned(), ..target }));
    engine.wait(job).unwrap();
    engine.settle_echo(job, Duration::from_mins(1));
    assert_eq!(counts(&engine, job), (5, 0), "nothing waits any more");
    assert_eq!(receive_texts(&socket, 5)[4], "[sidestage] ended lines: exit 0");
}

#[test]
fn an_ipv6_address_is_a_target_in_brackets_or_without() {
    let Ok(socket) = UdpSocket::bind("[::1]:0") else { return };
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let port = socket.local_addr().unwrap().port();
    let engine = engine();
    for host in ["::1", "[::1]"] {
        launch(&engine, &["lines", "1"], plan(Target::new(host, port)));
        assert_eq!(receive_texts(&socket, 3)[1], "line 0");
    }
}

#[test]
fn hosts_that_are_none_are_said_once_each() {
    let engine = engine();
    for host in ["two words", "a..b", "host\0null", "999.1.1.1", "[", &"x".repeat(5000)] {
        let target = Target::new(host, 7000);
        let job = launch(&engine, &["lines", "1000000", "1"], plan(target));
        wait_for("a notice", || {
            let notices = texts(&engine, job, Stream::Notice);
            notices.iter().any(|text| text.contains("has no address")).then_some(())
        });
        engine.kill(job);
        assert!(engine.wait(job).unwrap().stopped);
        assert_eq!(counts(&engine, job).0, 0, "{host}");
    }
}
