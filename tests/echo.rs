//! The echo's formats, pace and targets at real sockets, as Touch would hear them; that lines reach a socket at all is
//! `touch.rs`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use std::net::{Ipv4Addr, UdpSocket};
use std::time::{Duration, Instant};

use rosc::{OscPacket, OscType};
use sidestage::engine::{EchoCount, EchoPlan, Engine, JobId, LaunchSpec, StatePlan, Stream, Target, send_test_line};
use sidestage::model::{EchoFormat, EchoText, Pace};
use support::{engine, receive, spec, texts, touch, wait_for};

fn receive_text(socket: &UdpSocket) -> String {
    String::from_utf8(receive(socket)).unwrap()
}

fn launch(engine: &Engine, args: &[&str], echo: EchoPlan) -> JobId {
    engine.launch(LaunchSpec { echo: Some(echo), ..spec(args) })
}

/// Without our own start and end lines.
fn plain(target: Target) -> EchoPlan {
    EchoPlan { notices: false, ..EchoPlan::to(target) }
}

fn counts(engine: &Engine, job: JobId) -> Vec<EchoCount> {
    engine.jobs().into_iter().find(|view| view.id == job).unwrap().echo
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn message(datagram: &[u8]) -> (String, Vec<OscType>) {
    match rosc::decoder::decode_udp(datagram).unwrap().1 {
        OscPacket::Message(message) => (message.addr, message.args),
        OscPacket::Bundle(bundle) => panic!("{bundle:?}"),
    }
}

#[test]
fn the_socket_goes_with_its_run_and_not_with_the_job() {
    let engine = engine();
    let paces = [Pace::Unpaced, Pace::default(), Pace::Joined { bytes: 1200, every_millis: 5 }];
    for pace in paces {
        let (socket, target) = touch();
        let job = launch(&engine, &["lines", "20"], EchoPlan { pace, ..EchoPlan::to(target) });
        let mut buffer = [0; 2000];
        let (_, from) = socket.recv_from(&mut buffer).unwrap();
        engine.wait(job).unwrap();
        wait_for("the socket's end", || UdpSocket::bind((Ipv4Addr::UNSPECIFIED, from.port())).ok());
        assert_eq!(counts(&engine, job)[0].failed, 0, "and the job is on the list with what it sent");
    }
}

#[test]
fn each_format_tells_who_says_what_in_which_order() {
    let engine = engine();
    let (socket, target) = touch();
    let template = EchoFormat::Template("{job}/{preset}/{run}/{stream}/{seq} {line}".to_owned());
    let plan = EchoPlan { format: template, preset: "My preset".to_owned(), ..EchoPlan::to(target.clone()) };
    let job = launch(&engine, &["lines", "1"], plan);
    assert_eq!(receive_text(&socket), "lines/My preset/1/notice/1 [sidestage] started lines");
    assert_eq!(receive_text(&socket), "lines/My preset/1/stdout/2 line 0");
    assert_eq!(receive_text(&socket), "lines/My preset/1/notice/3 [sidestage] ended lines: exit 0");
    engine.wait(job).unwrap();

    launch(&engine, &["lines", "2"], EchoPlan { format: EchoFormat::Json, ..plain(target.clone()) });
    for seq in 1..=2 {
        let value: serde_json::Value = serde_json::from_slice(&receive(&socket)).unwrap();
        assert_eq!(value["job"], "lines.2", "the second of its name on the list");
        assert_eq!((&value["seq"], &value["line"]), (&seq.into(), &format!("line {}", seq - 1).into()));
        assert!(value["time"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    }

    launch(&engine, &["lines", "1"], EchoPlan { format: EchoFormat::Osc, ..plain(target) });
    let (address, args) = message(&receive(&socket));
    assert_eq!(address, "/sidestage/job/lines.3/line");
    assert_eq!(args[..3], [OscType::String("line 0".into()), OscType::String("stdout".into()), OscType::Long(1)]);
}

#[test]
fn numbers_go_on_over_runs_and_the_last_run_ends_before_the_next_begins() {
    let engine = engine();
    let (socket, target) = touch();
    let slow = Pace::Paced { per_sec: 200, burst: 2 };
    let format = EchoFormat::Template("{run} {seq} {line}".to_owned());
    let job = launch(&engine, &["lines", "30"], EchoPlan { format, pace: slow, ..EchoPlan::to(target) });
    engine.wait(job).unwrap();
    engine.launch_again(job, None);
    for seq in 1..=64 {
        let (run, line) = if seq <= 32 { (1, seq - 2) } else { (2, seq - 34) };
        let text = receive_text(&socket);
        let expected = match line {
            -1 => format!("{run} {seq} [sidestage] started lines"),
            30 => format!("{run} {seq} [sidestage] ended lines: exit 0"),
            line => format!("{run} {seq} line {line}"),
        };
        assert_eq!(text, expected);
    }
}

#[test]
fn text_options_are_applied() {
    let engine = engine();
    let (socket, target) = touch();
    let output = hex("\x1b[31mred\x1b[0m\r\n10 %\r20 %\ngr\u{fc}n\nskip me\n");
    launch(&engine, &["raw", &output], plain(target.clone()));
    for line in ["red", "10 %", "20 %", "gr\u{fc}n", "skip me"] {
        assert_eq!(receive_text(&socket), line);
    }
    let only = "^(red|[0-9]|gr)".to_owned();
    let text = EchoText { last_redraw_only: true, ascii_only: true, newline: true, only, ..EchoText::default() };
    launch(&engine, &["raw", &output], EchoPlan { text, ..plain(target.clone()) });
    for line in ["red\n", "20 %\n", "gr?n\n"] {
        assert_eq!(receive_text(&socket), line);
    }
    let text = EchoText { strip_ansi: false, ..EchoText::default() };
    launch(&engine, &["raw", &output], EchoPlan { text, ..plain(target) });
    assert_eq!(receive_text(&socket), "\x1b[31mred\x1b[0m");
}

#[test]
fn a_message_above_bars_is_sent_once_where_only_last_states_are() {
    let engine = engine();
    let (socket, target) = touch();
    let output = hex(include_str!("fixtures/terminal/rich-message.bin"));
    let text = EchoText { last_redraw_only: true, ..EchoText::default() };
    launch(&engine, &["raw", &output], EchoPlan { text, ..plain(target) });
    let mut lines = Vec::new();
    while !lines.last().is_some_and(|line: &String| line.starts_with("render") && line.contains("100%")) {
        lines.push(receive_text(&socket));
    }
    assert_eq!(lines.iter().filter(|line| *line == "ERROR disk full").count(), 1, "{lines:#?}");
    assert!(lines.len() < 8, "no state but the last: {lines:#?}");
}

#[test]
fn an_enormous_line_is_cut_and_says_so() {
    let engine = engine();
    let (socket, target) = touch();
    // Half of what Windows takes as a command line, in which it reaches the probe.
    let output = hex(&("\"".repeat(8_000) + "\n"));
    launch(&engine, &["raw", &output], EchoPlan { format: EchoFormat::Json, ..plain(target) });
    let value: serde_json::Value = serde_json::from_slice(&receive(&socket)).unwrap();
    let kept = value["line"].as_str().unwrap().len() as u64;
    assert_eq!(kept + value["cut"].as_u64().unwrap(), 8_000);
}

#[test]
fn all_targets_get_the_same_and_are_counted_each() {
    let engine = engine();
    let ((first, first_target), (second, second_target)) = (touch(), touch());
    let nobody = Target::new("no-such-host.invalid", 7000);
    let targets = vec![first_target, nobody.clone(), second_target];
    let job = launch(&engine, &["lines", "3"], EchoPlan { targets, ..plain(nobody) });
    for number in 0..3 {
        for socket in [&first, &second] {
            assert_eq!(receive_text(socket), format!("line {number}"));
        }
    }
    engine.wait(job).unwrap();
    engine.settle_echo(job, Duration::from_mins(1));
    let sent: Vec<_> = counts(&engine, job).iter().map(|count| (count.sent, count.bytes, count.failed)).collect();
    assert_eq!(sent, [(3, 18, 0), (0, 0, 3), (3, 18, 0)]);
}

#[test]
fn a_multicast_is_heard_by_whoever_has_joined() {
    let group = Ipv4Addr::new(239, 7, 7, 7);
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    let port = socket.local_addr().unwrap().port();
    // Where there is no network that takes it, as in some containers, there is nothing to hear.
    if socket.join_multicast_v4(&group, &Ipv4Addr::LOCALHOST).is_err() {
        return;
    }
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let target = Target { ttl: 0, interface: "127.0.0.1".to_owned(), ..Target::new("239.7.7.7", port) };
    let engine = engine();
    launch(&engine, &["lines", "1"], plain(target));
    assert_eq!(receive_text(&socket), "line 0");
}

#[test]
fn an_interface_that_is_none_is_said() {
    let engine = engine();
    let target = Target { interface: "eth0".to_owned(), ..Target::new("239.7.7.7", 7000) };
    let job = launch(&engine, &["lines", "1"], plain(target));
    engine.wait(job).unwrap();
    let notices = texts(&engine, job, Stream::Notice);
    assert!(notices.iter().any(|notice| notice.contains("interface names no network")), "{notices:?}");
    assert_eq!(counts(&engine, job)[0].failed, 1);
}

/// Takes everything, and answers with what came: numbers of lines, and how many were said to be skipped.
fn account(socket: &UdpSocket, last: &str) -> (Vec<u64>, u64) {
    let (mut numbers, mut skipped) = (Vec::new(), 0);
    loop {
        let datagram = receive_text(socket);
        for line in datagram.lines() {
            if let Some(number) = line.strip_prefix("line ") {
                numbers.push(number.parse().unwrap());
            } else if let Some(note) = line.strip_prefix("… ") {
                skipped += note.split(' ').next().unwrap().parse::<u64>().unwrap();
            } else if line.contains(last) {
                return (numbers, skipped);
            }
        }
    }
}

#[test]
fn over_the_pace_the_oldest_go_and_what_is_skipped_is_said_in_its_place() {
    let engine = engine();
    let (socket, target) = touch();
    // Slow enough for a reader that the system lets wait for a moment: what it loses is not the echo's.
    socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20).unwrap();
    let pace = Pace::Paced { per_sec: 2000, burst: 20 };
    let job = launch(&engine, &["lines", "60000"], EchoPlan { pace, ..EchoPlan::to(target) });
    let (numbers, skipped) = account(&socket, "ended lines");
    assert!(skipped > 0, "60,000 lines at once are more than anybody waits for");
    assert_eq!(numbers.len() as u64 + skipped, 60_000, "what didn't come was said");
    assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "in order");
    assert_eq!(numbers.last(), Some(&59_999), "the latest is what counts");
    let count = wait_for("its last count", || {
        counts(&engine, job).into_iter().find(|count| count.sent + count.dropped >= 60_002)
    });
    assert_eq!((count.dropped, count.failed), (skipped, 0));
    let kept = texts(&engine, job, Stream::Stdout).len();
    assert_eq!(kept, 60_000, "the job itself was not held up, and lost nothing");
}

#[test]
fn a_quiet_job_is_not_behind_a_noisy_one_that_shares_its_target() {
    let engine = engine();
    let (socket, target) = touch();
    let format = EchoFormat::Template("{job} {line}".to_owned());
    let pace = Pace::Paced { per_sec: 100, burst: 10 };
    let plan = EchoPlan { format, pace, ..plain(target) };
    let noisy = launch(&engine, &["lines", "4000"], plan.clone());
    engine.wait(noisy).unwrap();
    // Half a minute's worth of lines waits now.
    let quiet = engine.launch(LaunchSpec { id: "quiet".to_owned(), echo: Some(plan), ..spec(&["lines", "3"]) });
    let mut before = 0;
    loop {
        let text = receive_text(&socket);
        if text == "quiet line 2" {
            break;
        }
        before += usize::from(text.starts_with("lines "));
    }
    assert!(before < 2000, "{before} lines of the noisy job came first");
    engine.wait(quiet).unwrap();
}

#[test]
fn lines_are_joined_whole() {
    let engine = engine();
    let (socket, target) = touch();
    let pace = Pace::Joined { bytes: 8000, every_millis: 2 };
    launch(&engine, &["lines", "5000"], EchoPlan { pace, ..EchoPlan::to(target) });
    let started = Instant::now();
    let (mut datagrams, mut next) = (0, 0);
    while next < 5000 {
        let text = receive_text(&socket);
        assert!(text.len() <= 8000);
        datagrams += 1;
        for line in text.lines().filter(|line| !line.starts_with("[sidestage]")) {
            assert_eq!(line, format!("line {next}"), "after {:?}", started.elapsed());
            next += 1;
        }
    }
    // How many it takes depends on how quickly the job gets to print; one for each line they are not.
    assert!(datagrams < 2500, "{datagrams} datagrams");
}

#[test]
fn lines_that_are_joined_as_they_come_lose_none_not_the_empty_ones_either() {
    let engine = engine();
    let (socket, target) = touch();
    let long = "x".repeat(9000);
    for (text, expected) in [
        ("\none\n\ntwo\n".to_owned(), vec!["\none\n\ntwo".to_owned()]),
        ("\none\r\n\r\ntwo\n".to_owned(), vec!["\none\n\ntwo".to_owned()]),
        (format!("a\n{long}\nb\n"), vec!["a".to_owned(), long[..8000].to_owned(), format!("{}\nb", &long[8000..])]),
    ] {
        let pace = Pace::Joined { bytes: 8000, every_millis: 0 };
        let job = launch(&engine, &["raw", &hex(&text)], EchoPlan { pace, ..plain(target.clone()) });
        engine.wait(job).unwrap();
        for datagram in expected {
            assert_eq!(receive_text(&socket), datagram, "of {text:?}");
        }
    }
}

#[test]
fn a_name_that_is_looked_up_costs_no_line_of_a_paced_echo() {
    let engine = engine();
    let (socket, target) = touch();
    let job = launch(&engine, &["lines", "300"], plain(Target { host: "localhost".to_owned(), ..target }));
    for number in 0..300 {
        assert_eq!(receive_text(&socket), format!("line {number}"));
    }
    engine.wait(job).unwrap();
}

#[test]
fn last_lines_come_though_the_engine_ends() {
    let engine = engine();
    let (socket, target) = touch();
    // Holds all of them: what a reader loses that the system lets wait is not the echo's.
    socket2::SockRef::from(&socket).set_recv_buffer_size(4 << 20).unwrap();
    let listen = move || account(&socket, "ended lines");
    let listening = std::thread::Builder::new().name("touch".to_owned()).spawn(listen).unwrap();
    // Most of them still wait when the job ends.
    let pace = Pace::Paced { per_sec: 1000, burst: 20 };
    let job = launch(&engine, &["lines", "400"], EchoPlan { pace, ..EchoPlan::to(target) });
    engine.wait(job).unwrap();
    drop(engine);
    let (numbers, skipped) = listening.join().unwrap();
    assert_eq!((numbers.len(), skipped), (400, 0));
}

#[test]
fn states_are_told_and_repeated_with_a_sign_of_life() {
    let (socket, target) = touch();
    let engine = engine();
    let every = Some(Duration::from_secs(1));
    engine.set_state_echo(Some(StatePlan { target, every, heartbeat: every })).unwrap();
    let job = engine.launch(spec(&["exit", "3"]));
    engine.wait(job).unwrap();
    let (mut words, mut beats) = (Vec::new(), 0);
    while words.iter().filter(|word| *word == "failed").count() < 3 || beats < 2 {
        let (address, args) = message(&receive(&socket));
        if address == "/sidestage/heartbeat" {
            beats += 1;
            assert_eq!(args[0], OscType::Long(beats));
            continue;
        }
        assert_eq!(address, "/sidestage/job/exit/state");
        let [OscType::String(word), OscType::Int(code), OscType::Int(1), OscType::String(name), OscType::Int(there)] =
            args.as_slice()
        else {
            panic!("{args:?}")
        };
        assert_eq!(name, "exit");
        assert_eq!(*there == 1, word == "running");
        assert_eq!(*code, if word == "failed" { 3 } else { -1 });
        words.push(word.clone());
    }
    words.dedup();
    assert!(words.ends_with(&["running".to_owned(), "failed".to_owned()]), "{words:?}");
    engine.set_state_echo(None).unwrap();
}

#[test]
fn a_test_line_arrives_or_says_why_not() {
    let (socket, target) = touch();
    assert_eq!(send_test_line(&target, b"hello").unwrap().port(), target.port);
    assert_eq!(receive(&socket), b"hello");
    drop(socket);
    if cfg!(target_os = "linux") {
        let why = send_test_line(&target, b"hello").unwrap_err();
        assert!(why.contains("nobody listens there"), "{why}");
    }
    let why = send_test_line(&Target::new("no-such-host.invalid", 7000), b"hello").unwrap_err();
    assert!(why.contains("no-such-host.invalid:7000") && why.contains("has no address"), "{why}");
}
