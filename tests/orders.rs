//! Orders from outside, over real sockets: what a datagram makes happen to real jobs, what is answered, and what doesn't
//! happen whatever is sent. The parsers by themselves are `order_parsers`' business.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod support;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rosc::{OscMessage, OscPacket, OscType, encoder};
use sidestage::engine::{Engine, JobView, StatePlan, Target};
use sidestage::launch::Places;
use sidestage::model::{Argument, Interpreter, Preset};
use sidestage::remote::{Offer, Orders, PortState, Shelf};
use sidestage::store::settings::OrderSettings;

use support::{probe, wait_for, wait_for_line};

/// A preset that runs the probe, as if saved in a file of this name.
fn offer(file: &str, args: &[&str]) -> Offer {
    let row = |arg: &&str| Argument::new("", arg);
    let mut preset = Preset::new(&format!("The {file}"));
    preset.interpreter = Interpreter::None;
    preset.script = probe().to_string_lossy().into_owned();
    preset.arguments = args.iter().map(row).collect();
    Offer {
        preset,
        file: Some(PathBuf::from(format!("/p/{file}.ron"))),
        real_file: Some(PathBuf::from(format!("/p/{file}.ron"))),
        dir: std::env::temp_dir(),
        names: Arc::default(),
        tag: file.to_owned(),
    }
}

/// A port that nobody has, for a moment at least.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

struct Stage {
    orders: Orders,
    engine: Arc<Engine>,
    port: u16,
    /// A sender on this machine.
    touch: UdpSocket,
}

fn on(settings: OrderSettings) -> OrderSettings {
    OrderSettings { on: true, port: free_port().into(), ..settings }
}

fn sender(ip: IpAddr) -> UdpSocket {
    let socket = UdpSocket::bind((ip, 0)).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    socket
}

fn stage_with(offers: Vec<Offer>, settings: &OrderSettings, log_dir: Option<&Path>) -> Stage {
    let shelf = Shelf::empty();
    shelf.put(offers);
    stage_of(shelf, settings, log_dir)
}

fn stage_of(shelf: Shelf, settings: &OrderSettings, log_dir: Option<&Path>) -> Stage {
    let engine = Arc::new(support::engine());
    let mut orders = Orders::start(&engine, shelf, Places::default(), log_dir, Arc::new(|| {})).unwrap();
    orders.set(settings);
    wait_for("the port opens", || matches!(orders.state(), PortState::Listening(_)).then_some(()));
    let port = u16::try_from(settings.port).unwrap();
    Stage { orders, engine, port, touch: sender(Ipv4Addr::LOCALHOST.into()) }
}

fn stage(offers: Vec<Offer>) -> Stage {
    stage_with(offers, &on(OrderSettings::default()), None)
}

impl Stage {
    fn send(&self, datagram: &[u8]) {
        self.touch.send_to(datagram, ("127.0.0.1", self.port)).unwrap();
    }

    fn hear(&self) -> Vec<u8> {
        let mut buffer = vec![0; 65_536];
        let length = self.touch.recv(&mut buffer).unwrap();
        buffer.truncate(length);
        buffer
    }

    fn ask(&self, text: &str) -> String {
        self.send(text.as_bytes());
        String::from_utf8(self.hear()).unwrap()
    }

    fn osc(&self, addr: &str, args: Vec<OscType>) -> OscMessage {
        self.send(&osc(addr, args));
        match rosc::decoder::decode_udp(&self.hear()).unwrap().1 {
            OscPacket::Message(message) => message,
            OscPacket::Bundle(bundle) => panic!("{bundle:?}"),
        }
    }

    fn jobs(&self) -> Vec<JobView> {
        self.engine.jobs()
    }

    /// Waits until that is so of the only job.
    fn wait_job(&self, what: &str, is_so: impl Fn(&JobView) -> bool) -> JobView {
        wait_for(what, || {
            let jobs = self.jobs();
            (jobs.len() == 1 && is_so(&jobs[0])).then(|| jobs[0].clone())
        })
    }
}

fn osc(addr: &str, args: Vec<OscType>) -> Vec<u8> {
    encoder::encode(&OscPacket::Message(OscMessage { addr: addr.to_owned(), args })).unwrap()
}

fn s(text: &str) -> OscType {
    OscType::String(text.to_owned())
}

#[test]
fn text_launches_tells_restarts_and_stops() {
    let stage = stage(vec![offer("style", &["sleep"]), offer("other", &["sleep"])]);
    // As TouchDesigner's UDP Out DAT sends it.
    assert_eq!(stage.ask("launch style\0"), "ok launch style: job style");
    let job = stage.wait_job("runs", JobView::is_live).id;
    wait_for_line(&stage.engine, job, "ready");
    assert_eq!(stage.ask("launch The style\r\n"), "ok launch The style: job style.2");
    let status = stage.ask("status style.2");
    assert!(status.starts_with("job style.2 "), "{status}");
    assert!(status.ends_with(" \"The style (2)\"\nok status style.2: 1"), "{status}");
    assert_eq!(stage.ask("status").lines().count(), 3);
    assert_eq!(stage.ask("list"), "preset style 2 \"The style\" \"\"\npreset other 0 \"The other\" \"\"\nok list: 2");
    assert_eq!(stage.ask("restart style"), "ok restart style: job style, job style.2");
    wait_for("second runs", || stage.jobs().iter().all(|view| view.run == 2).then_some(()));
    assert_eq!(stage.ask("stop style"), "ok stop style: job style, job style.2");
    wait_for("all end", || stage.jobs().iter().all(|view| !view.is_live()).then_some(()));
    assert_eq!(stage.ask("stop style"), "ok stop style: nothing of it runs");
    assert!(stage.ask("status style.2").starts_with("job style.2 stopped "));
    assert_eq!(stage.ask("restart other"), "ok restart other: job other");
}

#[test]
fn the_very_first_order_knows_presets_that_are_read_when_they_are_needed() {
    let firsts = [
        ("status style", "ok status style: 0"),
        ("status The style", "ok status The style: 0"),
        ("stop style", "ok stop style: nothing of it runs"),
        ("restart style", "ok restart style: job style"),
    ];
    for (order, answer) in firsts {
        let shelf = Shelf::reading(Box::new(|| Ok(vec![offer("style", &["sleep"])])));
        assert_eq!(stage_of(shelf, &on(OrderSettings::default()), None).ask(order), answer);
    }
    let shelf = Shelf::reading(Box::new(|| Ok(vec![offer("style", &["sleep"])])));
    let stage = stage_of(shelf, &on(OrderSettings::default()), None);
    for order in ["status nobody", "stop nobody", "status nobody"] {
        let answer = stage.ask(order);
        assert!(
            answer.starts_with(&format!("error {order}: There is neither a preset nor a job “nobody”")),
            "{answer}"
        );
    }
    let shelf = Shelf::reading(Box::new(|| Err("The folder is gone.".to_owned())));
    let stage = stage_of(shelf, &on(OrderSettings::default()), None);
    assert_eq!(stage.ask("status style"), "error status style: The folder is gone.");
}

#[test]
fn while_a_panel_reads_its_presets_nobody_is_told_that_there_are_none() {
    let stage = stage_of(Shelf::empty(), &on(OrderSettings::default()), None);
    for order in ["status style", "stop style", "restart style", "launch style"] {
        let answer = stage.ask(order);
        assert!(answer.starts_with(&format!("error {order}: Sidestage is still reading its presets")), "{answer}");
    }
}

#[test]
fn osc_does_the_same_and_is_answered_in_osc() {
    let stage = stage(vec![offer("style", &["sleep"])]);
    let reply = stage.osc("/sidestage/launch", vec![s("style")]);
    assert_eq!(
        (reply.addr.as_str(), reply.args),
        ("/sidestage/reply", vec![s("ok"), s("launch"), s("style"), s("job style")])
    );
    stage.wait_job("runs", JobView::is_live);
    stage.send(&osc("/sidestage/status", vec![]));
    let OscPacket::Bundle(bundle) = rosc::decoder::decode_udp(&stage.hear()).unwrap().1 else { panic!("one message") };
    let OscPacket::Message(job) = &bundle.content[0] else { panic!("{bundle:?}") };
    assert_eq!((job.addr.as_str(), &job.args[0]), ("/sidestage/reply/job", &s("style")));
    // A button: let go does nothing, pressed stops.
    stage.send(&osc("/sidestage/preset/style/stop", vec![OscType::Float(0.0)]));
    let reply = stage.osc("/sidestage/preset/style/stop", vec![OscType::Float(1.0)]);
    assert_eq!(reply.args, [s("ok"), s("stop"), s("style"), s("job style")]);
    stage.wait_job("stops", |view| !view.is_live());
    let reply = stage.osc("/sidestage/launch", vec![s("nothing")]);
    assert_eq!(reply.args[0], s("error"));
}

#[test]
fn only_what_a_preset_opened_is_set_and_only_as_a_value() {
    let mut told = offer("told", &["argv"]);
    let row = |flag: &str, value: &str| Argument { outside: true, ..Argument::new(flag, value) };
    told.preset.arguments.push(row("--input", "old"));
    told.preset.arguments.push(row("--title=", ""));
    let stage = stage(vec![told]);
    let asked = r#"launch told input="C:\My Clips\{a} $(b).mov" title=--delete"#;
    assert_eq!(stage.ask(asked), "ok launch told: job told");
    let job = stage.wait_job("ends", |view| !view.is_live()).id;
    wait_for_line(&stage.engine, job, r#"["--input","C:\\My Clips\\{a} $(b).mov","--title=--delete"]"#);
    for (asked, why) in [
        ("launch told input=--delete", "could take it for a flag"),
        ("launch told 1=sleep", "may not be set from outside"),
        ("launch told argv=x", "no row"),
        ("launch told --input=a --input=b", "twice"),
        ("launch /etc/passwd", "no preset"),
        ("launch ../told", "no preset"),
        ("launch told.ron", "no preset"),
        ("launch told --", "no preset"),
    ] {
        let answer = stage.ask(asked);
        assert!(answer.starts_with("error launch ") && answer.contains(why), "{asked}: {answer}");
    }
    assert_eq!(stage.jobs().len(), 1, "nothing else was launched");
}

#[test]
fn a_launch_follows_the_rules_of_a_press() {
    let mut single = offer("single", &["sleep"]);
    single.preset.lifecycle.only_one = true;
    let mut broken = offer("broken", &[]);
    broken.preset.script = "/no/such/program".to_owned();
    let stage = stage(vec![single, broken]);
    assert_eq!(stage.ask("launch single"), "ok launch single: job single");
    let answer = stage.ask("launch single");
    assert!(answer.contains("It runs already (job single), and its preset allows only one"), "{answer}");
    let answer = stage.ask("launch broken");
    let said = answer.replace('\\', "/");
    assert!(said.starts_with("error launch broken: ") && said.contains("/no/such/program"), "{answer}");
    assert_eq!(stage.jobs().len(), 1);
}

#[test]
fn what_is_sent_again_is_done_once() {
    let stage = stage(vec![offer("style", &["sleep"])]);
    let first = stage.ask("#a1 launch style");
    assert_eq!(first, "#a1 ok launch style: job style");
    for _ in 0..3 {
        assert_eq!(stage.ask("#a1 launch style"), first);
    }
    assert_eq!(stage.ask("#a2 launch style"), "#a2 ok launch style: job style.2");
    assert_eq!(stage.jobs().len(), 2);
}

#[test]
fn each_order_is_in_the_log_with_its_sender_and_outcome() {
    let dir = tempfile::tempdir().unwrap();
    let stage = stage_with(vec![offer("style", &["exit", "0"])], &on(OrderSettings::default()), Some(dir.path()));
    stage.ask("launch style");
    stage.ask("launch nobody\u{1b}[2J");
    let sender = stage.touch.local_addr().unwrap().to_string();
    // An answer is on its way before the order is noted.
    let recent = wait_for("both are noted", || Some(stage.orders.recent(10)).filter(|recent| recent.len() == 2));
    assert_eq!((recent[1].order.as_str(), recent[1].is_done), ("launch style", true));
    drop(stage);
    let text = std::fs::read_to_string(dir.path().join(sidestage::remote::LOG_FILE_NAME)).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2, "{text}");
    assert!(lines[0].ends_with(&format!("  {sender}  launch style  →  ok launch style: job style")), "{text}");
    assert!(lines[1].contains("error launch nobody") && !text.contains('\u{1b}'), "{text}");
}

#[test]
fn a_port_that_is_taken_is_said_and_opens_once_it_is_free() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let settings =
        OrderSettings { on: true, port: taken.local_addr().unwrap().port().into(), ..OrderSettings::default() };
    let engine = Arc::new(support::engine());
    let mut orders = Orders::start(&engine, Shelf::empty(), Places::default(), None, Arc::new(|| {})).unwrap();
    assert_eq!(orders.state(), PortState::Off);
    orders.set(&settings);
    let why = wait_for("it fails", || match orders.state() {
        PortState::Failed(why) => Some(why),
        PortState::Off | PortState::Opening | PortState::Listening(_) => None,
    });
    assert!(why.contains("is in use by"), "{why}");
    drop(taken);
    orders.set(&settings);
    wait_for("it opens", || matches!(orders.state(), PortState::Listening(_)).then_some(()));
    orders.set(&OrderSettings { on: false, ..settings.clone() });
    assert_eq!(orders.state(), PortState::Off);
    let address: SocketAddr = ([127, 0, 0, 1], u16::try_from(settings.port).unwrap()).into();
    wait_for("another can have it", || UdpSocket::bind(address).ok());
}

/// This machine's own address on a network, if it is on one.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let ip = socket.local_addr().ok()?.ip();
    (!ip.is_loopback() && !ip.is_unspecified()).then_some(ip)
}

#[test]
fn others_are_heard_only_where_they_are_listed_and_answered_no_more_than_three_times_their_question() {
    let Some(own) = own_address() else { return };
    let listed = |allow: &str| on(OrderSettings { open: true, allow: allow.to_owned(), ..OrderSettings::default() });
    let stage = stage_with(vec![offer("style", &["sleep"])], &listed("192.0.2.7"), None);
    let stranger = sender(own);
    stranger.send_to(b"launch style", (own, stage.port)).unwrap();
    wait_for("it is noted", || stage.orders.recent(1).first().filter(|entry| !entry.is_done).cloned());
    assert_eq!(stage.ask("status"), "ok status: 0", "this machine is heard");
    stranger.set_nonblocking(true).unwrap();
    assert!(stranger.recv(&mut [0; 9]).is_err(), "a stranger gets no answer");
    drop(stage);

    let stage = stage_with(
        (0..50).map(|n| offer(&format!("preset-{n}"), &["sleep"])).collect(),
        &listed(&own.to_string()),
        None,
    );
    let friend = sender(own);
    let ask = |question: &[u8]| {
        friend.send_to(question, (own, stage.port)).unwrap();
        let mut buffer = vec![0; 65_536];
        let length = friend.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let short = ask(b"list");
    assert!(short.contains("pad the question") && short.len() + 28 <= 3 * (4 + 28), "{short}");
    let long = ask(b"launch nothing-that-there-is");
    assert!(long.len() + 28 <= 3 * (28 + 28), "{long}");
    let mut padded = b"list".to_vec();
    padded.resize(1200, 0);
    assert!(ask(&padded).starts_with("preset preset-0 0 "));
}

/// Sends what no Touch sends, then sees whether orders are still heard and nothing was launched.
fn check_hostile(stage: &Stage, datagrams: impl Iterator<Item = Vec<u8>>) {
    for datagram in datagrams {
        // A full buffer of ours is no failure of theirs.
        let _ = stage.touch.send_to(&datagram, ("127.0.0.1", stage.port));
    }
    let other = sender(Ipv4Addr::LOCALHOST.into());
    other.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    wait_for("an order is heard again", || {
        other.send_to(b"#x1 status", ("127.0.0.1", stage.port)).ok()?;
        let mut buffer = [0; 2000];
        let length = other.recv(&mut buffer).ok()?;
        buffer[..length].starts_with(b"#x1 ok status").then_some(())
    });
    assert_eq!(stage.jobs().len(), 0, "nothing was launched");
}

#[test]
fn hostile_datagrams_launch_nothing_and_end_nothing() {
    let stage = stage(vec![offer("style", &["sleep"])]);
    let mut random = fastrand::Rng::with_seed(5);
    let bytes: Vec<Vec<u8>> = (0..2000).map(|_| (0..random.usize(0..300)).map(|_| random.u8(..)).collect()).collect();
    check_hostile(&stage, bytes.into_iter());
    let whole = osc("/sidestage/preset/style/launch", vec![OscType::Int(1)]);
    let halves: Vec<_> = (1..whole.len()).map(|end| whole[..end].to_vec()).collect();
    check_hostile(&stage, halves.into_iter());
    let largest = 65_507;
    let mut deep = b"#bundle\0\0\0\0\0\0\0\0\x01".to_vec();
    deep.extend(std::iter::repeat_n(*b"\0\0\xff\xf0#bundle\0\0\0\0\0\0\0\0\x01", 3000).flatten());
    let large = [
        vec![b'x'; largest],
        vec![0; largest],
        vec![b'"'; largest],
        b"launch style a=".iter().copied().chain(std::iter::repeat_n(b'b', largest - 15)).collect(),
        [b"/sidestage/launch\0\0\0,".as_slice(), &vec![b'['; largest - 21]].concat(),
        deep,
        vec![],
    ];
    check_hostile(&stage, large.into_iter());
}

#[test]
fn a_flood_is_told_once_and_costs_no_memory_or_job() {
    let stage = stage(vec![offer("style", &["sleep"])]);
    let flood = (0..100_000).map(|_: u32| b"stop style".to_vec());
    check_hostile(&stage, flood);
    let refused =
        stage.orders.recent(usize::MAX).iter().filter(|entry| entry.answer.contains("Too many orders")).count();
    assert!(refused > 0 && stage.orders.recent(usize::MAX).len() <= 200);
}

#[test]
fn a_button_that_is_sent_with_each_frame_cannot_fill_the_machine() {
    let stage = stage(vec![offer("style", &["exit", "0"])]);
    for _ in 0..500 {
        stage.send(b"launch style");
    }
    wait_for("it is refused", || {
        stage.orders.recent(usize::MAX).iter().any(|entry| entry.answer.contains("Too many orders")).then_some(())
    });
    assert!(stage.jobs().len() <= 60, "{}", stage.jobs().len());
}

#[test]
fn senders_that_are_gone_before_their_answer_end_nothing() {
    let stage = stage(vec![]);
    // On Windows each answer to a closed port makes the next receive fail.
    for _ in 0..40 {
        sender(Ipv4Addr::LOCALHOST.into()).send_to(b"status", ("127.0.0.1", stage.port)).unwrap();
    }
    assert_eq!(stage.ask("status"), "ok status: 0");
}

#[test]
fn a_stop_takes_back_a_launch_that_waits() {
    let stage = stage(vec![offer("style", &["sleep"])]);
    // In one datagram the stop is read before the launch has looked at its files.
    stage.send(b"launch style\nstop style");
    let answers = [stage.hear(), stage.hear()].map(|answer| String::from_utf8(answer).unwrap());
    assert!(answers.iter().any(|answer| answer.starts_with("ok stop style")), "{answers:?}");
    wait_for("nothing runs", || stage.jobs().iter().all(|view| !view.is_live()).then_some(()));
}

#[test]
fn a_state_has_one_name_in_answers_and_in_what_is_told() {
    let stage = stage(vec![offer("bad", &["exit", "3"]), offer("good", &["exit", "0"]), offer("long", &["sleep"])]);
    let told = sender(Ipv4Addr::LOCALHOST.into());
    let target = Target::new("127.0.0.1", told.local_addr().unwrap().port());
    stage.engine.set_state_echo(Some(StatePlan { target, every: None, heartbeat: None })).unwrap();
    let hear_word = |id: &str| {
        let mut buffer = [0; 2048];
        let length = told.recv(&mut buffer).unwrap();
        match rosc::decoder::decode_udp(&buffer[..length]).unwrap().1 {
            OscPacket::Message(OscMessage { addr, args }) if addr == format!("/sidestage/job/{id}/state") => {
                args[0].clone().string().unwrap()
            }
            OscPacket::Message(_) | OscPacket::Bundle(_) => String::new(),
        }
    };
    for (id, word, exit) in [("bad", "failed", "3"), ("good", "finished", "0"), ("long", "running", "-")] {
        stage.ask(&format!("launch {id}"));
        while hear_word(id) != word {}
        let status = stage.ask(&format!("status {id}"));
        assert!(status.starts_with(&format!("job {id} {word} {exit} 1 ")), "{status}");
    }
    stage.ask("stop long");
    while hear_word("long") != "stopped" {}
    let status = stage.ask("status long");
    assert!(status.starts_with("job long stopped "), "{status}");
}

/// The command line, as a terminal or a Stream Deck has it: status, stdout and stderr.
fn ctl(port: u16, args: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(support::sidestage())
        .args(["ctl", "--to", &format!("127.0.0.1:{port}"), "--timeout", "20"])
        .args(args)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim_end().to_owned();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn a_served_folder_is_run_from_the_command_line_and_ends_with_its_jobs() {
    let (dir, home) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut preset = offer("style", &["sleep"]).preset;
    preset.name = "Style transfer".to_owned();
    let row = Argument { outside: true, ..Argument::new("--level", "1") };
    preset.arguments.push(row);
    sidestage::store::presets::write(&dir.path().join("Style.ron"), &preset, sidestage::store::presets::Expect::New)
        .unwrap();
    let port = free_port();
    let mut served = std::process::Command::new(support::sidestage())
        .args(["serve", "--port", &port.to_string(), "--presets"])
        .arg(dir.path())
        .env("SIDESTAGE_DATA_DIR", home.path())
        .env("SIDESTAGE_CONFIG_DIR", home.path())
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let done = |text: &str| (Some(0), text.to_owned(), String::new());
    // It asks again until somebody listens.
    assert_eq!(ctl(port, &["launch", "style", "--level=-2"]), done("job style"));
    let (status, listed, _) = ctl(port, &["list", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(
        (status, &listed["presets"][0]["id"], &listed["presets"][0]["running"]),
        (Some(0), &"style".into(), &1.into())
    );
    let pid = wait_for("the job runs", || {
        let jobs: serde_json::Value = serde_json::from_str(&ctl(port, &["status", "--json"]).1).unwrap();
        jobs["jobs"][0]["pid"].as_u64().and_then(|pid| u32::try_from(pid).ok())
    });
    assert!(ctl(port, &["status"]).1.starts_with("style  running  pid "));
    let (status, out, why) = ctl(port, &["launch", "nobody"]);
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(why.contains("There is no preset “nobody”"), "{why}");
    assert_eq!(ctl(port, &["launch", "style", "level"]).0, Some(2), "misuse");
    served.kill().unwrap();
    served.wait().unwrap();
    support::wait_for_death(pid);
}
