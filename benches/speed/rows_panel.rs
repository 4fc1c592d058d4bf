//! The panel's rows: what a frame costs, what is kept while a console is seen or not, and how often it draws at rest.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::child::{FLOOD_SEEN, LINE_BYTES};
use crate::panel::{Panel, process_secs};
use crate::runner::{Rounds, Series, metric, run};
use crate::work::{Work, myself};

/// Between two frames that new output asks for.
const FRAME: Duration = Duration::from_millis(33);

/// What is on the window: the word for it, how many jobs, and how a busy one prints.
struct Scene {
    word: &'static str,
    jobs: usize,
    shows_consoles: bool,
    /// Lines a second of each job; none: flat out.
    lines_per_sec: Option<usize>,
}

const SCENES: [Scene; 3] = [
    Scene { word: "a console of 10 million lines", jobs: 1, shows_consoles: true, lines_per_sec: None },
    Scene { word: "16 consoles in a grid", jobs: 16, shows_consoles: true, lines_per_sec: Some(1000) },
    Scene { word: "200 jobs in the list", jobs: 200, shows_consoles: false, lines_per_sec: Some(100) },
];

/// A frame while all print against the same frame with 100 quiet lines.
pub fn frames(rounds: Rounds) {
    let count = if rounds.is_quick() { "10" } else { "300" };
    for (index, scene) in SCENES.iter().enumerate() {
        let cost = |how: &str| -> Vec<f64> {
            let said = run(Command::new(myself()).args(["ours-frames", &index.to_string(), how, count]), true).said;
            said.split_whitespace().map(|number| number.parse().unwrap()).collect()
        };
        let metrics = [
            metric(format!("frame, {}: wall p50", scene.word), "ms", 1.5),
            metric(format!("frame, {}: wall p99", scene.word), "ms", 1.5).at_most(4.0),
            metric(format!("frame, {}: processor p50", scene.word), "ms", 1.5),
            metric(format!("frame, {}: processor p99", scene.word), "ms", 1.5).at_most(4.0),
        ];
        rounds.fewer().compare(&metrics, || cost("busy"), || cost("quiet"));
    }
}

/// The process that draws them: says p50 and p99 of wall and of processor time in milliseconds.
pub fn draw_frames(args: &[String]) {
    let scene = &SCENES[args[0].parse::<usize>().unwrap()];
    let (is_busy, count) = (args[1] == "busy", args[2].parse::<usize>().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let (rate, path) = (scene.lines_per_sec.unwrap_or_default().to_string(), seen.display().to_string());
    let child: &[&str] = match (is_busy, scene.lines_per_sec) {
        (false, _) => &["quiet", "100"],
        (true, Some(_)) => &["chatter", &rate],
        (true, None) => &["flood-seen", &path],
    };
    let mut panel = Panel::open(scene.jobs, child, true);
    if scene.shows_consoles {
        panel.show_all_consoles();
    } else {
        panel.hide_all_consoles();
    }
    if is_busy && scene.lines_per_sec.is_none() {
        panel.wait("ten million lines", |_| seen.exists());
    }
    panel.settle();
    // What is laid out for the first time is laid out before it counts.
    let mut costs = Vec::new();
    for _ in 0..count + count / 10 {
        let due = Instant::now() + FRAME;
        costs.push(panel.frame());
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
    }
    costs.drain(..count / 10);
    let wall = Series::new(costs.iter().map(|cost| cost.wall_secs * 1000.0).collect());
    let processor = Series::new(costs.iter().map(|cost| cost.processor_secs * 1000.0).collect());
    for series in [wall, processor] {
        println!("{} {}", series.percentile(50), series.percentile(99));
    }
}

/// One job flat out, in the panel with its console hidden and with it seen.
pub fn panel(rounds: Rounds) {
    let lines = if rounds.is_quick() { FLOOD_SEEN / 50 } else { FLOOD_SEEN };
    let metrics = [
        metric("lines kept in the panel, hidden: wall per million", "ms", 1.5),
        metric("lines kept in the panel, hidden: processor per million", "ms", 2.0),
    ];
    rounds.compare(&metrics, || in_panel("hidden", lines), || by_yardstick(lines));
    let metrics = [
        metric("lines kept in the panel, hidden, log on: wall per million", "ms", 2.5),
        metric("lines kept in the panel, hidden, log on: processor per million", "ms", 2.0),
    ];
    rounds.compare(&metrics, || in_panel("logged", lines), || by_yardstick(lines));
    // At least 0.8 of the speed is at most 1.25 of the time.
    let metrics = [metric("lines kept while the console is seen, against hidden: wall", "ms", 1.25)];
    rounds.compare(&metrics, || in_panel("seen", lines), || in_panel("hidden", lines));
}

fn in_panel(how: &str, lines: usize) -> Vec<f64> {
    let said = run(Command::new(myself()).args(["ours-panel", how, &lines.to_string()]), true).said;
    said.split_whitespace().map(|number| number.parse().unwrap()).collect()
}

/// The process with the panel in it: says wall and processor time per million lines in milliseconds.
pub fn keep_in_panel(args: &[String]) {
    let (is_seen, lines) = (args[0] == "seen", &args[1]);
    let folder = tempfile::tempdir().unwrap();
    let clock = FloodClock::new(folder.path());
    let child = ["flood-timed", lines, &clock.folder.display().to_string()];
    let mut panel = Panel::open_with_log(&child, args[0] == "logged");
    if is_seen {
        panel.show_all_consoles();
    } else {
        panel.hide_all_consoles();
    }
    panel.settle();
    let before = process_secs();
    clock.go();
    panel.live(|| clock.is_over());
    let processor_secs = process_secs() - before;
    let millions = lines.parse::<f64>().unwrap() / 1e6;
    println!("{} {}", clock.secs() * 1000.0 / millions, processor_secs * 1000.0 / millions);
}

/// The yardstick with the same job.
fn by_yardstick(lines: usize) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let clock = FloodClock::new(folder.path());
    clock.go();
    let child = ["flood-timed", &lines.to_string(), &clock.folder.display().to_string()];
    let cost = run(&mut Work::new(&child).command("yardstick"), true);
    #[expect(clippy::cast_precision_loss, reason = "no count here is near 2^52")]
    let millions = lines as f64 / 1e6;
    vec![clock.secs() * 1000.0 / millions, cost.processor_secs * 1000.0 / millions]
}

/// A flood that begins when it is told to and says itself how long it took, which is as long as its reader let it.
struct FloodClock {
    folder: PathBuf,
}

impl FloodClock {
    fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn go(&self) {
        std::fs::write(self.folder.join("go"), "").unwrap();
    }

    fn is_over(&self) -> bool {
        self.folder.join("took").exists()
    }

    fn secs(&self) -> f64 {
        std::fs::read_to_string(self.folder.join("took")).unwrap().parse().unwrap()
    }
}

/// Frames at rest: so many of the window's would be painted.
pub fn repaints(rounds: Rounds) -> f64 {
    let secs = if rounds.is_quick() { "3" } else { "60" };
    let said = run(Command::new(myself()).args(["ours-rest", secs]), true).said;
    said.trim().parse().unwrap()
}

/// The process that rests: says how many frames were asked for.
pub fn rest(args: &[String]) {
    let secs = Duration::from_secs(args[0].parse().unwrap());
    let mut panel = Panel::open(20, &["quiet", "100"], false);
    panel.settle();
    // The last of the output, and what was looked for at the start.
    let settled = Instant::now() + Duration::from_secs(3);
    panel.live(|| Instant::now() >= settled);
    let end = Instant::now() + secs;
    let first_is_ours = 1;
    println!("{}", panel.live(|| Instant::now() >= end) - first_is_ours);
}

const _: () = assert!(LINE_BYTES == 80, "the lines of all rows are as long");
