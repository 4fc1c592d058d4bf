//! The rows of the table: what is run, and how close to the yardstick it is to come.

use std::net::UdpSocket;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::child::{LINE_BYTES, now_nanos};
use crate::runner::{Rounds, Series, metric, run};
use crate::work::{Sends, Work, myself};
use crate::{rows_panel, rows_search, rows_window};

/// Some rows of the table, and the word that chooses them on the command line.
type Chosen = (&'static str, fn(Rounds));

const ROWS: [Chosen; 11] = [
    ("kept", kept),
    ("panel", rows_panel::panel),
    ("echo", echo),
    ("delay", delay),
    ("jobs", jobs),
    ("memory", memory),
    ("frames", rows_panel::frames),
    ("search", rows_search::search),
    ("idle", rows_window::idle),
    ("launch", launch),
    ("start", rows_window::start),
];

/// Measures the rows whose words are among `args`, or all.
pub fn measure(args: &[String]) {
    let words: Vec<_> = args.iter().filter(|arg| !arg.starts_with('-')).map(String::as_str).collect();
    if let Some(unknown) = words.iter().find(|word| ROWS.iter().all(|(name, _)| name != *word)) {
        let names = ROWS.map(|(name, _)| name).join(", ");
        eprintln!("There is no row “{unknown}”; there are {names}.");
        std::process::exit(2);
    }
    let rounds = Rounds(if args.iter().any(|arg| arg == "--quick") { 1 } else { 7 });
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or(0.0);
    println!("{cores} cores, lines of {LINE_BYTES} bytes, medians of {} runs each. Load before: {load:.1}.", rounds.0);
    if load > 0.5 {
        println!("The machine is busy: believe the ratios only where the rows don't say “noisy”, and not wholly then.");
    }
    println!("\n| what | ours | yardstick | ratio | reach | |\n| --- | --- | --- | --- | --- | --- |");
    for (_, row) in ROWS.iter().filter(|(name, _)| words.is_empty() || words.contains(name)) {
        row(rounds);
    }
}

/// Wall and processor time in milliseconds, for one million lines.
fn per_million(work: &mut Command, lines: usize, catch: bool) -> Vec<f64> {
    let cost = run(work, catch);
    #[expect(clippy::cast_precision_loss, reason = "no count here is near 2^52")]
    let millions = lines as f64 / 1e6;
    vec![cost.wall_secs * 1000.0 / millions, cost.processor_secs * 1000.0 / millions]
}

fn flood(lines: usize) -> Work {
    Work::new(&["flood", &lines.to_string()])
}

/// One job flat out: by the engine with its log off and on, and through `sidestage run`.
fn kept(rounds: Rounds) {
    let lines = if rounds.is_quick() { 200_000 } else { 10_000_000 };
    let floor = || per_million(&mut flood(lines).command("yardstick"), lines, true);
    let metrics = [
        metric("lines kept, no log: wall per million", "ms", 1.5),
        metric("lines kept, no log: processor per million", "ms", 2.0),
    ];
    rounds.compare(&metrics, || per_million(&mut flood(lines).command("ours"), lines, true), floor);
    kept_and_logged(rounds);
    let metrics = [
        metric("lines through `run`, no log: wall per million", "ms", 1.5),
        metric("lines through `run`, no log: processor per million", "ms", 2.0),
    ];
    let folder = tempfile::tempdir().unwrap();
    rounds.compare(&metrics, || per_million(&mut sidestage_run(folder.path(), lines, false), lines, false), floor);
    let lines = lines / 2;
    let logged = || {
        let folder = tempfile::tempdir().unwrap();
        per_million(&mut sidestage_run(folder.path(), lines, true), lines, false)
    };
    let metrics = [
        metric("lines through `run`, log on: wall per million", "ms", 2.5),
        metric("lines through `run`, log on: processor per million", "ms", 2.0),
    ];
    rounds.compare(&metrics, logged, || per_million(&mut flood(lines).command("yardstick"), lines, true));
}

/// Against the yardstick as it is, and against one that writes to disk too: fewer lines, so that the system takes them
/// without waiting for its disk, and enough that the 10 ms of its clock are little.
fn kept_and_logged(rounds: Rounds) {
    let lines = if rounds.is_quick() { 200_000 } else { 5_000_000 };
    let logged = |part: &str| {
        let folder = tempfile::tempdir().unwrap();
        let work = Work { log: Some(folder.path().join("log")), ..flood(lines) };
        per_million(&mut work.command(part), lines, true)
    };
    let metrics = [
        metric("lines kept, log on: wall per million", "ms", 2.5),
        metric("lines kept, log on: processor per million", "ms", 2.0),
    ];
    let floor = || per_million(&mut flood(lines).command("yardstick"), lines, true);
    rounds.compare(&metrics, || logged("ours"), floor);
    let metrics = [
        metric("the same, the yardstick writing a file: wall", "ms", 2.5),
        metric("the same, the yardstick writing a file: processor", "ms", 2.0),
    ];
    rounds.compare(&metrics, || logged("ours"), || logged("yardstick"));
}

/// The program itself, as a person starts it; in a folder of its own, so that nobody's settings are in the way.
fn sidestage_run(folder: &Path, lines: usize, is_logged: bool) -> Command {
    let preset = folder.join("flood.ron");
    let program = ron::to_string(&myself().display().to_string()).unwrap();
    let text = format!(
        "(version: 1, name: \"Flood\", group: \"\", interpreter: None, script: {program}, folder: \"\", environment: [],
        arguments: [(on: true, flag: \"\", value: \"child\"), (on: true, flag: \"\", value: \"flood\")],
        echo: (on: false, host: \"127.0.0.1\", port: 7000, stdout: true, stderr: true, notices: true), notes: \"\")"
    );
    std::fs::write(&preset, text).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sidestage"));
    command.arg("run").args((!is_logged).then_some("--no-log"));
    command.arg(preset).args(["--", &lines.to_string()]);
    command.env("SIDESTAGE_DATA_DIR", folder).env("SIDESTAGE_CONFIG_DIR", folder);
    command
}

/// Each line to a datagram, and many to one. Nobody drains the receiver, which so costs nothing, and the same for both.
fn echo(rounds: Rounds) {
    let lines = if rounds.is_quick() { 50_000 } else { 1_000_000 };
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    let relay = |part: &str, sends, lines: usize| {
        let work = Work { echo: receiver.local_addr().ok(), sends, ..flood(lines) };
        per_million(&mut work.command(part), lines, true)
    };
    let metrics = [
        metric("echo of every line: wall per million", "ms", 1.15),
        metric("echo of every line: processor per million", "ms", 1.15),
    ];
    rounds.compare(&metrics, || relay("ours", Sends::Each, lines), || relay("yardstick", Sends::Each, lines));
    let metrics = [
        metric("echo of lines joined to 8 KiB: wall per million", "ms", 1.5),
        metric("echo of lines joined to 8 KiB: processor per million", "ms", 1.5),
    ];
    let many = 4 * lines;
    rounds.compare(&metrics, || relay("ours", Sends::Joined, many), || relay("yardstick", Sends::Joined, many));
}

/// From just before a job writes to when its datagram was received, 100 lines a second.
fn delay(rounds: Rounds) {
    for (how, sends, floods) in [
        ("alone", Sends::Each, 0),
        ("alone, paced as usual", Sends::Usual, 0),
        ("beside four floods", Sends::Each, 4),
        ("beside four floods, paced as usual", Sends::Usual, 4),
    ] {
        let metrics = [
            metric(format!("delay to the datagram, {how}: p50"), "µs", 1.3),
            metric(format!("delay to the datagram, {how}: p99"), "µs", 1.3),
        ];
        rounds.compare(
            &metrics,
            || delays("ours", sends, floods, rounds),
            || delays("yardstick", sends, floods, rounds),
        );
    }
}

fn delays(part: &str, sends: Sends, floods: usize, rounds: Rounds) -> Vec<f64> {
    let lines: usize = if rounds.is_quick() { 20 } else { 600 };
    let receiver = UdpSocket::bind("127.0.0.1:0").unwrap();
    receiver.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let work = Work { floods, sends, echo: receiver.local_addr().ok(), ..Work::new(&["ticks", &lines.to_string()]) };
    let mut relay = work.command(part).stdout(Stdio::null()).spawn().unwrap();
    let mut delays = Vec::new();
    let mut buffer = [0; 2 * LINE_BYTES];
    while delays.len() < lines {
        let count = receiver.recv(&mut buffer).unwrap();
        let now = now_nanos();
        let text = String::from_utf8_lossy(&buffer[..count]);
        let Some(written) = text.strip_prefix("tick ") else { continue };
        let nanos = u32::try_from(now - written.parse::<u128>().unwrap()).unwrap_or(u32::MAX);
        delays.push(f64::from(nanos) / 1000.0);
    }
    relay.wait().unwrap();
    // The first come while processes still start.
    let delays = Series::new(delays.split_off(lines / 30));
    vec![delays.percentile(50), delays.percentile(99)]
}

fn jobs(rounds: Rounds) {
    let lines = if rounds.is_quick() { 10_000 } else { 100_000 };
    let work = Work { jobs: 16, ..flood(lines) };
    let metrics = [metric("16 jobs of 100,000 lines: wall", "ms", 1.5)];
    let relay = |part| vec![run(&mut work.command(part), true).wall_secs * 1000.0];
    rounds.compare(&metrics, || relay("ours"), || relay("yardstick"));
}

/// What is resident at the end of a job, its console still there. Here the yardstick is ours after 100,000 lines.
fn memory(rounds: Rounds) {
    let resident_of = |work: Work| run(&mut work.command("ours"), true).said.trim().parse::<f64>().unwrap();
    let resident = |child: &[&str]| resident_of(Work::new(child));
    let logged = |child: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        resident_of(Work { log: Some(folder.path().join("log")), ..Work::new(child) })
    };
    let (many, long) = if rounds.is_quick() { ("300000", "10000000") } else { ("10000000", "1073741824") };
    let mib = |kib: f64| vec![kib / 1024.0];
    let full = || mib(resident(&["flood", "100000"]));
    rounds.compare(&[metric("memory after 10 million lines", "MiB", 1.05)], || mib(resident(&["flood", many])), full);
    rounds.compare(&[metric("memory after a line of 1 GB", "MiB", 1.05)], || mib(resident(&["long", long])), full);
    // As a full console, and what waits for the disk at the most: 8 MiB, and as much that is being written.
    let bounds = metric("memory after a line of 1 GB, logged, against its bounds", "MiB", 1.0);
    rounds.fewer().compare(&[bounds], || mib(logged(&["long", long])), || vec![13.5 + 16.0]);
    // Fewer than the console takes, for it lets whole chunks go.
    let lines = 95_000;
    let kept = || {
        let bytes = (resident(&["flood", &lines.to_string()]) - resident(&["flood", "1"])) * 1024.0;
        vec![bytes / f64::from(lines)]
    };
    rounds.compare(&[metric("memory per kept line, against 100 bytes", "B", 1.0)], kept, || vec![100.0]);
}

fn launch(rounds: Rounds) {
    let jobs = if rounds.is_quick() { "5" } else { "100" };
    let launched = |part: &str, mib: &str| {
        let said = run(Command::new(myself()).args([part, jobs, mib]), true).said;
        vec![said.trim().parse::<f64>().unwrap() / 1e6]
    };
    let alone = [metric("launch of 100 jobs to their first lines", "ms", 1.3)];
    rounds.compare(&alone, || launched("ours-launch", "0"), || launched("yardstick-launch", "0"));
    let large = [metric("launch of 100 jobs, 512 MiB resident", "ms", 1.3)];
    rounds.compare(&large, || launched("ours-launch", "512"), || launched("yardstick-launch", "512"));
}
