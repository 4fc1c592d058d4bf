//! The panel without a window: the whole app over real jobs, run and tessellated as in a window, with nothing painted.
//!
//! Other programs may use the machine meanwhile, so a frame is measured by its own thread's processor time as well.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use eframe::egui::{Context, RawInput, ViewportId};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use rustix::time::{ClockId, clock_gettime};
use sidestage::model::{Argument, Interpreter, Lifecycle, Preset};
use sidestage::store::presets::{self, Expect};
use sidestage::store::settings::Settings;
use sidestage::ui::app::{App, Start};
use tempfile::TempDir;

use crate::work::myself;

/// How large the window would be, in points.
const SIZE: [f32; 2] = [1920.0, 1080.0];

/// How long to wait for anything that must come.
const PATIENCE: Duration = Duration::from_mins(5);

/// A panel, and the jobs that it launched when it opened.
pub struct Panel {
    harness: Harness<'static, Option<App>>,
    _home: TempDir,
    begin: Instant,
}

/// What a frame has cost, in seconds.
#[derive(Clone, Copy, Debug)]
pub struct FrameCost {
    pub wall_secs: f64,
    pub processor_secs: f64,
}

impl Panel {
    /// Opens it and waits until so many jobs run, each with these arguments; `is_focused` if somebody looks.
    pub fn open(jobs: usize, child: &[&str], is_focused: bool) -> Self {
        Self::open_with(jobs, child, is_focused, false)
    }

    /// The same with one job, which is logged to disk or not.
    pub fn open_with_log(child: &[&str], is_logged: bool) -> Self {
        Self::open_with(1, child, true, is_logged)
    }

    fn open_with(jobs: usize, child: &[&str], is_focused: bool, is_logged: bool) -> Self {
        let home = tempfile::tempdir().unwrap();
        let dir = write_presets(home.path(), jobs, child, is_logged);
        let interpreters = home.path().join("interpreters.json");
        let start = Start {
            presets_dir: dir,
            settings: Settings::default(),
            settings_dir: Some(home.path().to_owned()),
            logs_dir: is_logged.then(|| home.path().join("logs")),
            notices: Vec::new(),
            autostart: true,
            running_dir: Some(home.path().join("running")),
            interpreters_file: Some(interpreters.clone()),
            helper: Some(env!("CARGO_BIN_EXE_sidestage").into()),
            vault: sidestage::vault::Vault::of_system(),
        };
        let mut start = Some(start);
        let app = move |ui: &mut eframe::egui::Ui, app: &mut Option<App>| {
            let app = app.get_or_insert_with(|| App::new(ui.ctx(), start.take().unwrap()).unwrap());
            app.show(ui, None);
        };
        let context = |ctx: &Context| sidestage::ui::theme::install(ctx);
        let mut harness = Harness::builder().with_size(SIZE).with_context_setup(context).build_ui_state(app, None);
        harness.input_mut().focused = is_focused;
        let mut panel = Self { harness, _home: home, begin: Instant::now() };
        let running = format!("{jobs} running");
        panel.wait(&running, |panel| panel.shows(&running));
        // Each interpreter of this machine is asked what it is, once, by a process that takes time from what is measured.
        panel.wait("the interpreters", |_| interpreters.exists());
        panel
    }

    /// Shows the consoles of all jobs.
    pub fn show_all_consoles(&mut self) {
        self.press_all("Show console: ");
    }

    /// Hides the consoles of all jobs.
    pub fn hide_all_consoles(&mut self) {
        self.press_all("Hide console: ");
    }

    /// Presses whatever is called so until nothing is any more.
    fn press_all(&mut self, label: &str) {
        // High enough that every job's row is on it.
        self.harness.set_size(eframe::egui::vec2(SIZE[0], 4.0 * SIZE[1]));
        self.harness.run_steps(2);
        loop {
            let found = self.harness.query_all_by_label_contains(label).next().map(|node| node.click());
            if found.is_none() {
                break;
            }
            self.harness.run_steps(2);
        }
        self.harness.set_size(SIZE.into());
        self.harness.run_steps(2);
    }

    fn shows(&self, text: &str) -> bool {
        let has_text = |said: Option<String>| said.is_some_and(|said| said.contains(text));
        let mut nodes = self.harness.root().children_recursive();
        nodes.any(|node| has_text(node.accesskit_node().label()) || has_text(node.accesskit_node().value()))
    }

    /// Draws frames until that is so.
    pub fn wait(&mut self, what: &str, mut is_so: impl FnMut(&Self) -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !is_so(self) {
            assert!(Instant::now() < deadline, "waited in vain for {what}");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// From now on as in a window that no screen reader reads.
    pub fn settle(&mut self) {
        self.harness.ctx.disable_accesskit();
    }

    /// Runs and tessellates a frame.
    pub fn frame(&mut self) -> FrameCost {
        self.draw().0
    }

    /// The same, and when the next one is due by itself.
    fn draw(&mut self) -> (FrameCost, Duration) {
        let ctx = self.harness.ctx.clone();
        let input = RawInput { time: Some(self.seconds()), events: Vec::new(), ..self.harness.input().clone() };
        let app = self.harness.state_mut().as_mut().unwrap();
        let (wall, processor) = (Instant::now(), thread_secs());
        let output = ctx.run_ui(input, |ui| app.show(ui, None));
        let mut textures = output.textures_delta;
        let primitives = ctx.tessellate(output.shapes, output.pixels_per_point);
        let cost = FrameCost { wall_secs: wall.elapsed().as_secs_f64(), processor_secs: thread_secs() - processor };
        assert!(!primitives.is_empty());
        textures.clear();
        (cost, output.viewport_output[&ViewportId::ROOT].repaint_delay)
    }

    /// The harness has counted its own frames before, and time never goes back.
    fn seconds(&self) -> f64 {
        1e6 + self.begin.elapsed().as_secs_f64()
    }

    /// Goes on as a window would, a frame when one is asked for and not before, until that is so; answers how many
    /// frames that were.
    pub fn live(&mut self, mut is_over: impl FnMut() -> bool) -> usize {
        let wakes = self.listen();
        let (mut frames, mut due) = (0, Some(Instant::now()));
        let deadline = Instant::now() + PATIENCE;
        while !is_over() {
            assert!(Instant::now() < deadline, "it never ended");
            let look_again = Instant::now() + Duration::from_millis(10);
            let until = due.map_or(look_again, |due| due.min(look_again));
            let left = until.saturating_duration_since(Instant::now());
            if let Ok(asked) = wakes.recv_timeout(left) {
                due = Some(due.map_or(asked, |due| due.min(asked)));
            }
            if due.is_some_and(|due| due <= Instant::now()) {
                while wakes.try_recv().is_ok() {}
                let (_, delay) = self.draw();
                frames += 1;
                due = Instant::now().checked_add(delay);
            }
        }
        frames
    }

    /// When frames are asked for.
    fn listen(&self) -> Receiver<Instant> {
        // A request that finds no room says nothing that the ones before it didn't.
        let (sender, wakes) = sync_channel(1024);
        self.harness.ctx.set_request_repaint_callback(move |info| {
            if let Some(due) = Instant::now().checked_add(info.delay) {
                let _ = sender.try_send(due);
            }
        });
        wakes
    }
}

/// A folder of presets that are launched when the panel opens, logged or not.
pub fn write_presets(home: &Path, jobs: usize, child: &[&str], is_logged: bool) -> PathBuf {
    let dir = home.join("presets");
    std::fs::create_dir_all(&dir).unwrap();
    for number in 1..=jobs {
        let preset = Preset {
            interpreter: Interpreter::None,
            script: myself().display().to_string(),
            arguments: ["child"].iter().chain(child).map(|&value| Argument::new("", value)).collect(),
            lifecycle: Lifecycle { launch_at_open: true, log: is_logged, ..Lifecycle::default() },
            ..Preset::new(&format!("Job number {number}"))
        };
        presets::write(&dir.join(format!("{number}.ron")), &preset, Expect::New).unwrap();
    }
    dir
}

/// Processor time of this thread.
fn thread_secs() -> f64 {
    secs_of(ClockId::ThreadCPUTime)
}

/// Processor time of this process, its children apart.
pub fn process_secs() -> f64 {
    secs_of(ClockId::ProcessCPUTime)
}

#[expect(clippy::cast_precision_loss, reason = "seconds of a process's life")]
fn secs_of(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
