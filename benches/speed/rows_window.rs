//! The real window's rows: what it costs at rest, and how it starts, against an empty window of the same toolkit. Each
//! window has a display of its own (Xvfb), drawn by the processor.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ChangeWindowAttributesAux, ConnectionExt, EventMask};
use x11rb::rust_connection::RustConnection;

use crate::panel::write_presets;
use crate::rows_panel;
use crate::runner::{Rounds, metric, within};

/// Where a release and its empty window lie, if they are to be measured; see benches/README.md.
const RELEASE_DIR: &str = "SIDESTAGE_RELEASE_DIR";

/// Twenty quiet jobs on a window that nobody's hands are on.
pub fn idle(rounds: Rounds) {
    let Some(display) = Display::open("idle with 20 quiet jobs") else { return };
    let home = tempfile::tempdir().unwrap();
    let dir = write_presets(home.path(), 20, &["quiet", "100"], false);
    let mut window = display.sidestage(&programs().0, home.path());
    let mut panel = Ended(window.arg("--presets").arg(dir).spawn().unwrap());
    display.wait_for_window();
    // Costs are measured and drawn once a second as long as a pointer on the window was moved lately.
    let (settle_secs, secs) = if rounds.is_quick() { (3, 3) } else { (20, 60) };
    std::thread::sleep(Duration::from_secs(settle_secs));
    let before = Activity::of(panel.0.id());
    assert!(before.jobs >= 20, "{} jobs run", before.jobs);
    std::thread::sleep(Duration::from_secs(secs));
    let after = Activity::of(panel.0.id());
    assert!(panel.0.try_wait().unwrap().is_none(), "the window is gone");
    let secs = Duration::from_secs(secs).as_secs_f64();
    within("idle with 20 quiet jobs: processor", (after.secs - before.secs) / secs * 100.0, (0.05, "%"));
    within("idle with 20 quiet jobs: wake-ups", (after.wakes - before.wakes) / secs, (2.0, "/s"));
    within("idle with 20 quiet jobs: repaints", rows_panel::repaints(rounds), (0.0, ""));
}

/// From the order to the first frame on the display; and the size of the program.
pub fn start(rounds: Rounds) {
    let (program, empty) = programs();
    if !empty.exists() {
        println!("| start to first frame | left out: build the example `empty_window` first | | | | |");
        return;
    }
    let kib = |path: &Path| u32::try_from(std::fs::metadata(path).unwrap().len() / 1024).unwrap();
    let bytes = |path: &Path| vec![f64::from(kib(path)) / 1024.0];
    Rounds::ONCE.compare(&[metric("size of the program", "MiB", 1.3)], || bytes(&program), || bytes(&empty));
    if Display::open("start to first frame").is_none() {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let dir = write_presets(home.path(), 0, &[], false);
    let ours = |renderer: &[&str]| {
        let display = Display::open("start to first frame").unwrap();
        let mut window = display.sidestage(&program, home.path());
        window.args(renderer).arg("--presets").arg(&dir);
        vec![display.millis_to_window(&mut window)]
    };
    let theirs = || {
        let display = Display::open("start to first frame").unwrap();
        vec![display.millis_to_window(&mut display.window(&empty))]
    };
    rounds.compare(
        &[metric("start to first frame, both by OpenGL", "ms", 1.3)],
        || ours(&["--renderer", "glow"]),
        theirs,
    );
    // No adapter here is a graphics card, so OpenGL is what it comes to, after wgpu was asked.
    rounds.compare(&[metric("start to first frame, as it chooses to draw", "ms", 1.3)], || ours(&[]), theirs);
}

/// Sidestage, and the empty window that was built beside it.
fn programs() -> (PathBuf, PathBuf) {
    let built = Path::new(env!("CARGO_BIN_EXE_sidestage"));
    let dir = std::env::var_os(RELEASE_DIR).map_or_else(|| built.parent().unwrap().to_owned(), PathBuf::from);
    (dir.join("sidestage"), dir.join("examples/empty_window"))
}

/// A display of one's own. Dropping it ends it.
struct Display {
    name: String,
    connection: RustConnection,
    _server: Ended,
}

/// A process that is ended with what asked for it.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Display {
    /// None, and a word on it, where there is no Xvfb.
    fn open(row: &str) -> Option<Self> {
        let mut server = Command::new("Xvfb");
        server.args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp"]);
        let server = server.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut server) = server.map(Ended) else {
            println!("| {row} | left out: Xvfb is not installed | | | | |");
            return None;
        };
        let mut number = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        let (connection, screen) = x11rb::connect(Some(&name)).unwrap();
        let root = connection.setup().roots[screen].root;
        let news = ChangeWindowAttributesAux::new().event_mask(EventMask::SUBSTRUCTURE_NOTIFY);
        connection.change_window_attributes(root, &news).unwrap().check().unwrap();
        Some(Self { name, connection, _server: server })
    }

    /// A program that opens a window here.
    fn window(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }

    /// The panel, with nobody's settings in its way.
    fn sidestage(&self, program: &Path, home: &Path) -> Command {
        let mut command = self.window(program);
        command.env("SIDESTAGE_DATA_DIR", home.join("data")).env("SIDESTAGE_CONFIG_DIR", home.join("config"));
        command
    }

    /// eframe shows a window when its first frame is painted.
    fn millis_to_window(&self, command: &mut Command) -> f64 {
        let begin = Instant::now();
        let _window = Ended(command.spawn().unwrap());
        self.wait_for_window();
        begin.elapsed().as_secs_f64() * 1000.0
    }

    fn wait_for_window(&self) {
        loop {
            // Small ones are the toolkit's own, and aren't seen.
            if let Event::MapNotify(news) = self.connection.wait_for_event().unwrap()
                && let Ok(place) = self.connection.get_geometry(news.window).unwrap().reply()
                && place.width > 100
            {
                return;
            }
        }
    }
}

/// What a process and its helpers have done so far.
struct Activity {
    secs: f64,
    /// How often its threads went on after they had waited.
    wakes: f64,
    jobs: usize,
}

impl Activity {
    /// Of the panel and what it has started of itself; its jobs are only counted.
    fn of(panel: u32) -> Self {
        let program = |pid: u32| std::fs::read_link(format!("/proc/{pid}/exe")).ok();
        let mut activity = Self { secs: 0.0, wakes: 0.0, jobs: 0 };
        activity.add(panel);
        for child in children(panel) {
            if program(child) == program(panel) {
                activity.add(child);
            } else {
                activity.jobs += 1;
            }
        }
        activity
    }

    fn add(&mut self, pid: u32) {
        for thread in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
            let of =
                |file: &str| std::fs::read_to_string(thread.as_ref().unwrap().path().join(file)).unwrap_or_default();
            let nanos = of("schedstat").split(' ').next().and_then(|nanos| nanos.parse::<f64>().ok());
            self.secs += nanos.unwrap_or_default() / 1e9;
            let waits = of("status");
            let waits = waits.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            self.wakes += waits.and_then(|waits| waits.trim().parse::<f64>().ok()).unwrap_or_default();
        }
    }
}

/// Processes that this one has started.
fn children(pid: u32) -> Vec<u32> {
    let mut children = Vec::new();
    for thread in std::fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let list = std::fs::read_to_string(thread.unwrap().path().join("children")).unwrap_or_default();
        children.extend(list.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    children
}
