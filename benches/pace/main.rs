//! Measures what of an echo arrives at a receiver that is like Touch: it drains its socket, whose buffer is the system's
//! default, once a frame. `cargo bench --bench pace`; `-- --quick` for a brief look. `benches/README.md` says how to read it.
#![allow(clippy::unwrap_used, reason = "a measurement that can't go on fails")]
#![allow(clippy::print_stdout, reason = "it is a program for a terminal")]

use std::collections::HashSet;
use std::io::Write;
use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use sidestage::engine::{Config, EchoPlan, Engine, LaunchSpec, Limits, Target};
use sidestage::model::{Invocation, Pace};
use sidestage::vault::Vault;

/// A line, its newline apart.
const LINE_BYTES: usize = 79;

/// A receiver whose longest frame took more than so many was kept from running, and what it lost then tells of the machine.
const LATE: f64 = 1.1;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|part| part == "child") {
        return child(&args[1..]);
    }
    let secs = if args.iter().any(|arg| arg == "--quick") { 1 } else { 10 };
    println!("Lines of {LINE_BYTES} bytes for {secs} s each; the receiver's buffer is the system's default.\n");
    println!("| what | receiver | sent by the job | arrived | said to be skipped | lost | longest frame | |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let joined = |bytes, every_millis| Pace::Joined { bytes, every_millis };
    for hertz in [60, 30] {
        for (what, burst, per_sec, pace) in [
            ("1,000 lines/s in bursts of 500, paced", 500, 1000, Pace::USUAL),
            ("1,000 lines/s in bursts of 2,000, paced", 2000, 1000, Pace::USUAL),
            ("100,000 lines/s, paced", 1000, 100_000, Pace::USUAL),
            ("10,000 lines/s, joined: 1,400 bytes every ms", 100, 10_000, joined(1400, 1)),
            ("100,000 lines/s, joined: 60,000 bytes every 4 ms", 1000, 100_000, joined(60_000, 4)),
            ("1,000 lines/s in bursts of 500, unpaced", 500, 1000, Pace::Unpaced),
            ("100,000 lines/s, unpaced", 1000, 100_000, Pace::Unpaced),
        ] {
            // In a thirtieth of a second comes more than the buffer holds, however it is cut.
            if hertz == 30 && pace == joined(60_000, 4) {
                continue;
            }
            measure(&Case { what, burst, per_sec, pace, hertz }, secs);
        }
    }
}

struct Case {
    what: &'static str,
    burst: usize,
    per_sec: usize,
    pace: Pace,
    hertz: u32,
}

fn measure(case: &Case, secs: usize) {
    // Whole bursts, and at least two of them.
    let lines = (case.per_sec * secs).max(2 * case.burst) / case.burst * case.burst;
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = Target::new("127.0.0.1", socket.local_addr().unwrap().port());
    let receiver = Receiver::start(socket, case.hertz);
    let helper = None;
    let engine =
        Engine::start(Config { helper, limits: Limits::default(), wake: Arc::new(|_| {}), vault: Vault::of_system() })
            .unwrap();
    let args = ["child".to_owned(), lines.to_string(), case.burst.to_string(), case.per_sec.to_string()];
    let program = std::env::current_exe().unwrap();
    let invocation =
        Invocation { program, args: args.to_vec(), dir: std::env::temp_dir(), env: Vec::new(), secrets: Vec::new() };
    let echo = EchoPlan { notices: false, pace: case.pace, ..EchoPlan::to(target) };
    let job = engine.launch(LaunchSpec { echo: Some(echo), ..LaunchSpec::new("Measured", invocation) });
    engine.wait(job).unwrap();
    engine.settle_echo(job, Duration::from_mins(1));
    let heard = receiver.finish();
    let (arrived, said) = (heard.lines.len(), heard.skipped);
    let lost = lines.saturating_sub(arrived + said);
    let is_meant_to_arrive = case.pace != Pace::Unpaced;
    let hertz = case.hertz;
    let longest_frame = heard.longest_frame.as_secs_f64();
    let remark = match (lost > 0 && is_meant_to_arrive, longest_frame * f64::from(hertz) > LATE) {
        (true, false) => "missed",
        (true, true) => "the receiver was late: proves nothing",
        (false, _) => "",
    };
    let percent = |part: usize| format!("{:.2} %", 100.0 * as_f64(part) / as_f64(lines));
    println!(
        "| {} | {hertz} Hz | {lines} | {} | {} | {} | {:.0} ms | {remark} |",
        case.what,
        percent(arrived),
        percent(said),
        percent(lost),
        longest_frame * 1000.0
    );
}

#[expect(clippy::cast_precision_loss, reason = "no count here is near 2^52")]
fn as_f64(count: usize) -> f64 {
    count as f64
}

/// What came.
#[derive(Default)]
struct Heard {
    lines: HashSet<usize>,
    skipped: usize,
    /// The longest time between two looks.
    longest_frame: Duration,
}

/// Looks at its socket once a frame, and then takes all that is there.
struct Receiver {
    ends: Arc<AtomicBool>,
    thread: JoinHandle<Heard>,
}

impl Receiver {
    fn start(socket: UdpSocket, hertz: u32) -> Self {
        socket.set_nonblocking(true).unwrap();
        let ends = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&ends);
        let listen = move || {
            let mut heard = Heard::default();
            let mut frame_at = Instant::now();
            let mut looked_at = frame_at;
            loop {
                let is_last = told.load(Ordering::Relaxed);
                let before = std::mem::replace(&mut looked_at, Instant::now());
                heard.longest_frame = heard.longest_frame.max(looked_at - before);
                drain(&socket, &mut heard);
                if is_last {
                    return heard;
                }
                frame_at += Duration::from_secs(1) / hertz;
                std::thread::sleep(frame_at.saturating_duration_since(Instant::now()));
            }
        };
        let thread = std::thread::Builder::new().name("touch".to_owned()).spawn(listen).unwrap();
        Self { ends, thread }
    }

    fn finish(self) -> Heard {
        self.ends.store(true, Ordering::Relaxed);
        self.thread.join().unwrap()
    }
}

fn drain(socket: &UdpSocket, heard: &mut Heard) {
    let mut buffer = vec![0; 66_000];
    while let Ok(count) = socket.recv(&mut buffer) {
        for line in String::from_utf8_lossy(&buffer[..count]).lines() {
            if let Some(note) = line.strip_prefix("… ") {
                heard.skipped += note.split(' ').next().unwrap().parse::<usize>().unwrap();
            } else if let Ok(number) = line.trim_end().parse() {
                heard.lines.insert(number);
            }
        }
    }
}

/// The job: so many lines, so many at once, so many a second.
fn child(args: &[String]) {
    let [lines, burst, per_sec] = [0, 1, 2].map(|index| args[index].parse::<usize>().unwrap());
    let start = Instant::now();
    let mut out = std::io::stdout().lock();
    for first in (0..lines).step_by(burst) {
        let due = start + Duration::from_secs_f64(as_f64(first) / as_f64(per_sec));
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        let mut block = Vec::new();
        for number in first..first + burst {
            writeln!(block, "{number:<LINE_BYTES$}").unwrap();
        }
        out.write_all(&block).unwrap();
        out.flush().unwrap();
    }
}
