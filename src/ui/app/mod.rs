//! The app: owns everything that the panels show, carries out what they ask for, and hears what comes of it.

mod apply;
mod clock;
mod frame;
mod launch;
mod library;
mod quit;
mod replies;
mod runs;
mod search;
mod store_layout;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{self, Context, Ui};

use super::action::{Action, JobId, PresetKey};
use super::editor::InterpreterChoice;
use super::shell::{ShellState, shell_ui};
use super::widgets::Severity;
use super::worker::{Task, Worker};
use crate::engine::{Config, CostMeter, Engine, Limits, Wake};
use crate::store::settings::Settings;
use frame::Frames;
use library::Library;
use quit::Quitting;

/// The most consoles that open by themselves; more would be too small to read.
const MOST_OPENED: usize = 6;

/// Between two frames that only new output asks for: 30 a second.
const OUTPUT_FRAME: Duration = Duration::from_millis(33);

/// What the app starts from; found out before there is a window.
#[derive(Debug)]
pub struct Start {
    pub presets_dir: PathBuf,
    pub settings: Settings,
    /// Where they are kept.
    pub settings_dir: Option<PathBuf>,
    /// Where runs are logged; without it they are not.
    pub logs_dir: Option<PathBuf>,
    /// What to tell the person first.
    pub notices: Vec<String>,
    /// Whether the presets that want it are launched at once.
    pub autostart: bool,
    /// Where jobs that were left running are found again, and where those lock a file of which only one may run.
    pub running_dir: Option<PathBuf>,
    /// Our own program, as the engine's helper.
    pub helper: Option<PathBuf>,
}

/// How far the panel has opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Opening {
    /// The presets are being read for the first time.
    Loading,
    Loaded,
    /// What had to wait for the presets, and for jobs that were left running, was done.
    Settled,
}

/// The running panel.
pub struct App {
    engine: Engine,
    costs: CostMeter,
    searches: search::Searches,
    worker: Worker,
    shell: ShellState,
    library: Library,
    selected: Option<PresetKey>,
    /// What the settings say was selected, until the presets are loaded.
    select_first: Option<String>,
    /// What is to run from the start isn't launched yet.
    launches_at_open: bool,
    opening: Opening,
    selected_job: Option<JobId>,
    /// In the order in which they were opened.
    open_consoles: Vec<JobId>,
    interpreters: Vec<InterpreterChoice>,
    /// Beside scripts of which folder they were looked for, once they were; empty where there was no script.
    interpreters_for: Option<PathBuf>,
    settings: store_layout::Keeper,
    logs_dir: Option<PathBuf>,
    running_dir: Option<PathBuf>,
    runs: runs::Runs,
    quitting: Quitting,
    frames: Frames,
    had_focus: bool,
}

impl App {
    /// Starts the engine and the worker, and asks for the presets.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(ctx: &Context, start: Start) -> std::io::Result<Self> {
        super::theme::install(ctx);
        let repaint = ctx.clone();
        let worker = Worker::start(Arc::new(move || repaint.request_repaint()))?;
        let (engine, trouble) = start_engine(ctx, start.helper)?;
        let mut app = Self {
            engine,
            costs: CostMeter::start()?,
            searches: search::Searches::start(ctx)?,
            worker,
            shell: ShellState::default(),
            library: Library::new(start.presets_dir.clone()),
            selected: None,
            select_first: start.settings.selected.clone(),
            launches_at_open: start.autostart,
            opening: Opening::Loading,
            selected_job: None,
            open_consoles: Vec::new(),
            interpreters: Vec::new(),
            interpreters_for: None,
            settings: store_layout::Keeper::new(start.settings_dir, start.settings),
            logs_dir: start.logs_dir,
            running_dir: start.running_dir,
            runs: runs::Runs::default(),
            quitting: Quitting::No,
            frames: Frames::default(),
            had_focus: true,
        };
        app.restore_layout(ctx);
        for notice in start.notices.into_iter().chain(trouble) {
            app.shell.toasts.add(ctx, Severity::Warning, notice);
        }
        if let Some(dir) = app.running_dir.clone() {
            app.engine.find_kept(dir)?;
        }
        app.ask(ctx, Task::Load(start.presets_dir));
        Ok(app)
    }

    fn ask(&mut self, ctx: &Context, task: Task) {
        if let Err(why) = self.worker.ask(task) {
            self.shell.toasts.add(ctx, Severity::Error, why);
        }
    }

    /// Everything that isn't drawing; also while the window is hidden.
    fn work(&mut self, ctx: &Context) {
        for reply in self.worker.replies() {
            self.hear(ctx, reply);
        }
        self.settle(ctx);
        self.ask_what_is_unknown(ctx);
        self.go_on_quitting(ctx);
    }

    /// One frame: gather, draw, carry out.
    pub fn show(&mut self, ui: &mut Ui, window: Option<&eframe::Frame>) {
        let ctx = ui.ctx().clone();
        self.work(&ctx);
        let mut actions = Vec::new();
        take_dropped(&ctx, &mut actions);
        let mut frames = std::mem::take(&mut self.frames);
        self.draw(ui, &mut frames, &mut actions);
        self.frames = frames;
        for action in actions {
            self.apply(&ctx, action, window);
        }
        self.ask_what_is_unknown(&ctx);
        self.ask_for_runs(&ctx);
        self.keep_layout(&ctx);
    }

    fn draw(&mut self, ui: &mut Ui, frames: &mut Frames, actions: &mut Vec<Action>) {
        frames.gather(self, ui.ctx());
        let consoles = frames.console_views();
        let Self { library, selected, interpreters, runs, shell, selected_job, .. } = self;
        let mut item = selected.and_then(|key| library.items.iter_mut().find(|item| item.draft.key == key));
        let data = frames.data(item.as_deref(), (interpreters, runs.rows.as_deref()), *selected_job, &consoles);
        // The draft is edited in place while the rest of the item is only looked at, so it is taken out for the while.
        let mut draft = item.as_deref().map(|item| item.draft.clone());
        shell_ui(ui, &data, draft.as_mut(), shell, actions);
        if let (Some(item), Some(draft)) = (&mut item, draft) {
            item.draft.edited = draft.edited;
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.work(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        self.show(ui, Some(frame));
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.save_layout_now();
    }
}

/// An engine that wakes this window; without its helper, and with a warning, where that can't be started.
fn start_engine(ctx: &Context, helper: Option<PathBuf>) -> std::io::Result<(Engine, Option<String>)> {
    let ctx = ctx.clone();
    let wake = Arc::new(move |wake| match wake {
        Wake::State => ctx.request_repaint(),
        Wake::Output(_) => ctx.request_repaint_after(OUTPUT_FRAME),
    });
    let config = Config { helper, limits: Limits::default(), wake };
    let without = Config { helper: None, ..config.clone() };
    Engine::start(config).map(|engine| (engine, None)).or_else(|error| {
        let why = format!("If Sidestage is killed, its jobs will live on: the guard could not be started ({error}).");
        Ok((Engine::start(without)?, Some(why)))
    })
}

fn take_dropped(ctx: &Context, actions: &mut Vec<Action>) {
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        actions.push(Action::DroppedFiles(dropped));
    }
}
