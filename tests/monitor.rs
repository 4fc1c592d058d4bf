//! The monitor at real sockets: what it receives, counts and survives, as a part and as `sidestage monitor`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde_json::Value;
use sidestage::monitor::{Filter, Format, Holder, Limits, Listen, Receiver, Row, Standing, Trouble};
use support::{sidestage, wait_for};

fn start(listen: &str, limits: Limits) -> Receiver {
    Receiver::start(Listen::parse(listen).unwrap(), limits, Arc::new(|| {}), None).unwrap()
}

fn listening(receiver: &Receiver) -> SocketAddr {
    match receiver.inbox().opened() {
        Standing::Listening(local) => local,
        other => panic!("{other:?}"),
    }
}

/// A receiver, and a socket that sends to it.
fn pair() -> (Receiver, UdpSocket) {
    let receiver = start("127.0.0.1:0", Limits::default());
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(listening(&receiver)).unwrap();
    (receiver, sender)
}

fn rows(receiver: &Receiver, format: Format) -> Vec<Row> {
    let mut rows = Vec::new();
    let inbox = receiver.inbox();
    inbox.copy_rows(format, inbox.rows(format), &mut rows);
    rows
}

#[track_caller]
fn wait_for_datagrams(receiver: &Receiver, count: u64) {
    wait_for(&format!("{count} datagrams"), || (receiver.inbox().counts().datagrams >= count).then_some(()));
}

#[test]
fn what_comes_is_kept_with_who_sent_it() {
    let (receiver, sender) = pair();
    let largest = vec![7; 65_507];
    for datagram in [&b"one\ntwo\0"[..], b"", &largest] {
        sender.send(datagram).unwrap();
    }
    wait_for_datagrams(&receiver, 3);
    let all = rows(&receiver, Format::Message);
    assert_eq!(all.iter().map(|row| row.content().len()).collect::<Vec<_>>(), [8, 0, 65_507]);
    assert!(all.iter().all(|row| row.from == sender.local_addr().unwrap()));
    let texts: Vec<_> = rows(&receiver, Format::Line).iter().take(3).map(|row| row.content().to_vec()).collect();
    assert_eq!(texts, [b"one".to_vec(), b"two".to_vec(), Vec::new()]);
    assert_eq!(receiver.inbox().counts().bytes, 65_515);
}

#[test]
fn ipv6_is_listened_on_as_well() {
    if UdpSocket::bind("[::1]:0").is_err() {
        return; // This machine has none.
    }
    let receiver = start("[::1]:0", Limits::default());
    let sender = UdpSocket::bind("[::1]:0").unwrap();
    sender.send_to(b"six", listening(&receiver)).unwrap();
    wait_for_datagrams(&receiver, 1);
    assert_eq!(rows(&receiver, Format::Message)[0].from, sender.local_addr().unwrap());
}

#[test]
fn a_group_that_was_joined_is_heard() {
    let group = Ipv4Addr::new(239, 255, 77, 13);
    let listen = Listen { group: Some(group.into()), host: "127.0.0.1".to_owned(), ..Listen::default() };
    let receiver = Receiver::start(listen, Limits::default(), Arc::new(|| {}), None).unwrap();
    let port = listening(&receiver).port();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    // The interface is the one that the group was joined on, whatever the machine's routes say.
    let raw = socket2::SockRef::from(&sender);
    raw.set_multicast_if_v4(&Ipv4Addr::LOCALHOST).unwrap();
    sender.set_multicast_loop_v4(true).unwrap();
    sender.send_to(b"to the group", (group, port)).unwrap();
    wait_for_datagrams(&receiver, 1);
}

#[test]
fn a_port_in_use_is_said_with_by_whom() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let receiver = start(&taken.local_addr().unwrap().to_string(), Limits::default());
    let Standing::Failed(trouble) = receiver.inbox().opened() else { panic!("{receiver:?}") };
    let Trouble::InUse { holders, .. } = &trouble else { panic!("{trouble}") };
    if !support::is_wine() {
        assert!(holders.iter().any(Holder::is_self), "{holders:?}");
        assert!(trouble.to_string().contains("in use by this Sidestage"), "{trouble}");
    }
    // Wine lets one listen at anybody's address.
    if !support::is_wine() {
        let other = start("192.0.2.1:0", Limits::default());
        let Standing::Failed(trouble) = other.inbox().opened() else { panic!("{other:?}") };
        assert!(trouble.to_string().contains("no address of this machine"), "{trouble}");
    }
}

#[test]
fn a_port_is_shared_where_both_ask_for_it() {
    let listen = Listen { share: true, ..Listen::parse("127.0.0.1:0").unwrap() };
    let one = Receiver::start(listen.clone(), Limits::default(), Arc::new(|| {}), None).unwrap();
    let port = listening(&one).port();
    let other = Receiver::start(Listen { port, ..listen }, Limits::default(), Arc::new(|| {}), None).unwrap();
    listening(&other);
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.send_to(b"to one of you", ("127.0.0.1", port)).unwrap();
    let came = |receiver: &Receiver| receiver.inbox().counts().datagrams;
    wait_for("it at either", || (came(&one) + came(&other) == 1).then_some(()));
    let alone = start(&format!("127.0.0.1:{port}"), Limits::default());
    assert!(matches!(alone.inbox().opened(), Standing::Failed(_)), "who doesn't share is not let in");
}

#[test]
fn a_receiver_that_is_dropped_gives_its_port_back_and_the_next_waits_for_that() {
    let (receiver, _sender) = pair();
    let address = listening(&receiver).to_string();
    let mut before = receiver;
    for _ in 0..20 {
        let listen = Listen::parse(&address).unwrap();
        before = Receiver::start(listen, Limits::default(), Arc::new(|| {}), before.end()).unwrap();
        assert_eq!(listening(&before).to_string(), address);
    }
    let inbox = Arc::clone(before.inbox());
    drop(before);
    wait_for("its end", || (!matches!(inbox.standing(), Standing::Listening(_))).then_some(()));
    wait_for("the port", || UdpSocket::bind(&address).ok());
}

#[test]
fn what_was_refused_elsewhere_ends_nothing() {
    let (receiver, sender) = pair();
    // Windows reports the refusal of what somebody sent from a socket at that socket's next receive. A receiver sends
    // nothing, so a sender that vanishes is all that can happen to it.
    for _ in 0..50 {
        let short_lived = UdpSocket::bind("127.0.0.1:0").unwrap();
        short_lived.send_to(b"x", listening(&receiver)).unwrap();
    }
    sender.send(b"after").unwrap();
    wait_for_datagrams(&receiver, 51);
}

#[test]
fn a_flood_is_bounded_and_wakes_once_until_it_is_looked_at() {
    let wakes = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&wakes);
    let wake = Arc::new(move || {
        counted.fetch_add(1, Ordering::SeqCst);
    });
    let limits = Limits { datagrams: 1000, bytes: 1_000_000 };
    let receiver = Receiver::start(Listen::parse("127.0.0.1:0").unwrap(), limits, wake, None).unwrap();
    let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
    sender.connect(listening(&receiver)).unwrap();
    wait_for("the word that it listens", || (wakes.load(Ordering::SeqCst) == 1).then_some(()));
    let random: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..)).take(2000).collect();
    for number in 0..100_000_usize {
        // Where the system's buffer is full, that is no error of the sender's.
        let _ = sender.send(&random[..number % 2000]);
    }
    wait_for("most of it", || (receiver.inbox().counts().datagrams > 10_000).then_some(()));
    let held = receiver.inbox().rows(Format::Message);
    assert!(held.end - held.start <= 1000);
    assert_eq!(wakes.load(Ordering::SeqCst), 2, "one for all, as nobody looked");
    receiver.inbox().seen();
    wait_for("another wake", || {
        let _ = sender.send(b"more");
        (wakes.load(Ordering::SeqCst) == 3).then_some(())
    });
    receiver.inbox().set_watched(false);
    receiver.inbox().seen();
    let before = receiver.inbox().counts().datagrams;
    sender.send(b"unseen").unwrap();
    wait_for_datagrams(&receiver, before + 1);
    assert_eq!(wakes.load(Ordering::SeqCst), 3, "nobody watches");
}

#[test]
fn a_filter_finds_what_is_there_and_what_comes() {
    let (receiver, sender) = pair();
    for number in 0..2000 {
        sender.send(format!("line {number}").as_bytes()).unwrap();
        if number % 100 == 99 {
            wait_for_datagrams(&receiver, number + 1);
        }
    }
    let filter = Filter::start(receiver.inbox(), Format::Message, "LINE 199", Arc::new(|| {})).unwrap();
    let found = |filter: &Filter| {
        let mut rows = Vec::new();
        filter.copy_rows(filter.places(), &mut rows);
        rows.iter().map(|row| String::from_utf8_lossy(row.content()).into_owned()).collect::<Vec<_>>()
    };
    wait_for("all of it", || (found(&filter).len() == 11).then_some(()));
    assert_eq!(found(&filter)[..2], ["line 199", "line 1990"]);
    sender.send(b"Line 199 again").unwrap();
    wait_for("the late one", || (found(&filter).last().is_some_and(|last| last == "Line 199 again")).then_some(()));
    let sent_by = sender.local_addr().unwrap().to_string();
    let by_sender = Filter::start(receiver.inbox(), Format::Message, &sent_by, Arc::new(|| {})).unwrap();
    wait_for("all by their sender", || (by_sender.places().end == 2001).then_some(()));
    receiver.inbox().clear();
    assert!(found(&filter).is_empty());
}

/// `sidestage monitor` on a port that the system chose.
struct Program {
    child: Child,
    address: String,
    stderr: BufReader<ChildStderr>,
    sender: UdpSocket,
}

impl Program {
    fn start(args: &[&str]) -> Self {
        let mut child = Command::new(sidestage())
            .arg("monitor")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        stderr.read_line(&mut line).unwrap();
        let address = line.strip_prefix("sidestage: listening on ").expect(&line);
        let address = address.split(". Ctrl-C").next().unwrap().to_owned();
        let sender = UdpSocket::bind("127.0.0.1:0").unwrap();
        sender.connect(&address).unwrap();
        Self { child, address, stderr, sender }
    }

    fn stdout(&mut self) -> BufReader<ChildStdout> {
        BufReader::new(self.child.stdout.take().unwrap())
    }

    /// Its status, and what else it said.
    fn end(mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        self.stderr.read_to_string(&mut said).unwrap();
        (status.code(), said)
    }
}

fn lines_of(mut program: Program) -> (Vec<String>, Option<i32>, String) {
    let lines = program.stdout().lines().map(|line| line.unwrap()).collect();
    let (code, said) = program.end();
    (lines, code, said)
}

#[test]
fn rows_are_printed_as_they_come() {
    let mut program = Program::start(&["127.0.0.1:0"]);
    let mut stdout = program.stdout();
    let from = program.sender.local_addr().unwrap().to_string();
    let mut line = String::new();
    for text in ["first", "second\n"] {
        program.sender.send(text.as_bytes()).unwrap();
        line.clear();
        stdout.read_line(&mut line).unwrap();
        assert!(line.contains(&from) && line.contains(text.trim_end()), "{line:?}");
    }
    assert!(line.ends_with("second\\n\n"), "what ends it is shown: {line:?}");
    program.child.kill().unwrap();
    program.child.wait().unwrap();
}

#[test]
fn rows_are_lines_or_bytes_if_one_wants() {
    let program = Program::start(&["127.0.0.1:0", "--format", "line", "--count", "3"]);
    program.sender.send(b"one\rtwo\nthree\0").unwrap();
    let (lines, code, said) = lines_of(program);
    let last: Vec<_> = lines.iter().map(|line| line.rsplit("  ").next().unwrap().to_owned()).collect();
    assert_eq!(last, ["one", "two", "three"]);
    assert_eq!(code, Some(0));
    assert!(said.contains("1 datagrams with 14 bytes"), "{said}");
    let program = Program::start(&["127.0.0.1:0", "--format", "byte", "--count", "2"]);
    program.sender.send(b"hi").unwrap();
    let (lines, ..) = lines_of(program);
    assert!(lines[1].ends_with("105   0x69   i"), "{lines:?}");
    let program = Program::start(&["127.0.0.1:0", "--hex", "--count", "1"]);
    program.sender.send(b"hi\xff").unwrap();
    let (lines, ..) = lines_of(program);
    assert!(lines[0].ends_with("68 69 ff   hi·"), "{lines:?}");
}

#[test]
fn json_says_all_there_is() {
    let program = Program::start(&["127.0.0.1:0", "--json", "--hex", "--count", "4"]);
    let echo = |seq: u64| format!("{{\"job\":\"noisy\",\"seq\":{seq},\"stream\":\"stdout\",\"line\":\"x\"}}");
    program.sender.send(echo(1).as_bytes()).unwrap();
    program.sender.send(echo(4).as_bytes()).unwrap();
    program.sender.send(b"/a\0\0,i\0\0\0\0\0\x07").unwrap();
    program.sender.send(b"/a\0\0,i\0\0").unwrap();
    let from = program.sender.local_addr().unwrap().to_string();
    let (lines, code, said) = lines_of(program);
    let rows: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((rows[0]["from"].as_str(), rows[0]["bytes"].as_u64()), (Some(from.as_str()), Some(52)));
    assert_eq!((rows[0]["missing"].as_u64(), rows[1]["missing"].as_u64()), (Some(0), Some(2)));
    assert_eq!(rows[1]["echo"]["job"], "noisy");
    assert_eq!(rows[1]["echo"]["seq"], 4);
    assert_eq!(rows[2]["osc"], serde_json::json!([{"address": "/a", "args": [7]}]));
    assert_eq!(rows[2]["hex"], "2f6100002c69000000000007");
    assert_eq!(rows[3]["osc"], Value::Null);
    assert_eq!(rows[3]["osc_error"], "it ends too early");
    assert_eq!(code, Some(0));
    assert!(said.contains("of noisy from 127.0.0.1, 2 lines are missing (2 came)"), "{said}");
}

#[test]
fn a_port_in_use_is_a_sentence_and_status_1() {
    let program = Program::start(&["127.0.0.1:0"]);
    let second = Command::new(sidestage()).args(["monitor", &program.address]).output().unwrap();
    let said = String::from_utf8(second.stderr).unwrap();
    let mut child = program.child;
    if !support::is_wine() {
        assert!(said.contains("in use by another Sidestage"), "{said}");
        assert!(said.contains(&child.id().to_string()), "{said}");
    }
    assert_eq!(second.status.code(), Some(1), "{said}");
    child.kill().unwrap();
    child.wait().unwrap();
    let wrong = Command::new(sidestage()).args(["monitor", "nowhere"]).output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&wrong.stderr).contains("HOST:PORT"));
}

#[cfg(unix)]
mod unix {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process};

    #[test]
    fn ctrl_c_ends_it_with_a_summary() {
        if support::interrupts_are_ignored() {
            return;
        }
        let mut program = Program::start(&["127.0.0.1:0"]);
        let mut stdout = program.stdout();
        program.sender.send(b"something").unwrap();
        stdout.read_line(&mut String::new()).unwrap();
        let pid = Pid::from_raw(i32::try_from(program.child.id()).unwrap()).unwrap();
        kill_process(pid, Signal::INT).unwrap();
        let (code, said) = program.end();
        assert_eq!(code, Some(0));
        assert!(said.contains("1 datagrams with 9 bytes"), "{said}");
    }

    #[test]
    fn a_reader_that_leaves_ends_it_without_a_word() {
        let mut program = Program::start(&["127.0.0.1:0"]);
        drop(program.stdout());
        // Nothing comes, and it ends all the same.
        let (code, said) = program.end();
        assert_eq!((code, said.as_str()), (Some(0), ""));
    }
}

#[test]
fn a_flood_is_printed_to_its_count() {
    let mut program = Program::start(&["127.0.0.1:0", "--count", "20000"]);
    let is_over = Arc::new(AtomicBool::new(false));
    let (sender, seen) = (program.sender.try_clone().unwrap(), Arc::clone(&is_over));
    let flood = std::thread::Builder::new().name("flood".to_owned()).spawn(move || {
        while !seen.load(Ordering::SeqCst) {
            let _ = sender.send(&[b'x'; 1000]);
        }
    });
    assert_eq!(program.stdout().lines().count(), 20_000);
    is_over.store(true, Ordering::SeqCst);
    flood.unwrap().join().unwrap();
    assert_eq!(program.end().0, Some(0));
}
