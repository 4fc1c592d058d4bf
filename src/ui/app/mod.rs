//! The app: owns everything that the panels show, carries out what they ask for, and hears what comes of it.

mod alerts;
mod apply;
mod archives;
mod arguments;
mod clock;
mod consoles;
mod frame;
mod highlights;
mod interpreters;
mod launch;
mod library;
mod lines;
mod machine;
mod monitor;
mod open_console;
mod order;
mod orders;
mod quit;
mod replies;
mod runs;
mod schedules;
mod search;
mod secrets;
mod store_layout;
mod together;
mod touch_code;
mod undo;
mod wakes;
mod windows;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use eframe::egui::{self, Context, Ui};

use super::action::{Action, JobId, PresetKey};
use super::missing_panel::MissingData;
use super::secret_states::SecretStates;
use super::settings_panel::{Folders, SettingsData};
use super::shell::{ShellState, shell_ui};
use super::widgets::Severity;
use super::worker::{Task, Worker};
use crate::engine::{Config, CostMeter, Engine, Limits};
use crate::launch::Places;
use crate::store::follow::Follower;
use crate::store::settings::Settings;
use crate::vault::Vault;
use frame::{Frames, Known};
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
    /// Where it is remembered what interpreters were found to be; without it they are asked anew each time.
    pub interpreters_file: Option<PathBuf>,
    /// Our own program, as the engine's helper.
    pub helper: Option<PathBuf>,
    /// Where secrets come from.
    pub vault: Vault,
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
    // Before the engine, of which it must have let go when that ends.
    desk: orders::OrderDesk,
    engine: Arc<Engine>,
    costs: CostMeter,
    searches: search::Searches,
    attention: alerts::Attention,
    highlights: highlights::Ready,
    worker: Worker,
    shell: ShellState,
    library: Library,
    history: undo::History,
    /// None where the system gives no thread; then only a look helps, when the window comes to the front.
    _follower: Option<Follower>,
    folder_changed: Arc<AtomicBool>,
    selected: Option<PresetKey>,
    /// The preset's file that is opened as soon as it is read.
    select_after_load: Option<PathBuf>,
    here: machine::Here,
    /// What the settings say was selected, until the presets are loaded.
    select_first: Option<String>,
    /// What is to run from the start isn't launched yet.
    launches_at_open: bool,
    opening: Opening,
    selected_job: Option<JobId>,
    /// In the order in which they were opened.
    open_consoles: Vec<JobId>,
    sight: consoles::Sight,
    windows: windows::Windows,
    together: together::Views,
    wakes: wakes::Wakes,
    interpreters: interpreters::Interpreters,
    schedules: schedules::Schedules,
    vault: Vault,
    /// Of those that were asked for.
    secrets: SecretStates,
    settings: store_layout::Keeper,
    logs_dir: Option<PathBuf>,
    running_dir: Option<PathBuf>,
    runs: runs::Runs,
    watch: monitor::Watch,
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
        let wakes = wakes::Wakes::new(ctx);
        let (wake, timer_wakes) = (wakes.clone(), wakes.clone());
        let timer_wake = Arc::new(move || timer_wakes.main());
        let worker = Worker::start(Arc::new(move || wake.main()))?;
        let (engine, trouble) = start_engine(&wakes, start.helper, start.vault.clone())?;
        let engine = Arc::new(engine);
        let (running_dir, logs_dir) = (start.running_dir.clone(), start.logs_dir.clone());
        let places = Places { running_dir, logs_dir, logs: start.settings.logs };
        let folder_changed = Arc::new(AtomicBool::new(false));
        let follower = follow(&start.presets_dir, &folder_changed, &wakes);
        let mut app = Self {
            desk: orders::OrderDesk::start(ctx, &engine, places)?,
            engine,
            costs: CostMeter::start()?,
            searches: search::Searches::start(&wakes)?,
            attention: alerts::Attention::default(),
            highlights: highlights::Ready::default(),
            worker,
            shell: ShellState::default(),
            library: Library::new(start.presets_dir.clone()),
            history: undo::History::default(),
            _follower: follower,
            folder_changed,
            selected: None,
            select_after_load: None,
            here: machine::Here::default(),
            select_first: start.settings.selected.clone(),
            launches_at_open: start.autostart,
            opening: Opening::Loading,
            selected_job: None,
            open_consoles: Vec::new(),
            sight: consoles::Sight::default(),
            windows: windows::Windows::default(),
            together: together::Views::restored(&start.settings.together),
            schedules: schedules::Schedules::new(timer_wake),
            wakes,
            interpreters: interpreters::Interpreters::new(start.interpreters_file),
            vault: start.vault,
            secrets: SecretStates::new(),
            settings: store_layout::Keeper::new(start.settings_dir, start.settings),
            logs_dir: start.logs_dir,
            running_dir: start.running_dir,
            runs: runs::Runs::default(),
            watch: monitor::Watch::new(ctx),
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
        // First, so that the first look at a preset knows them.
        app.read_names(ctx);
        app.ask(ctx, Task::Load(start.presets_dir));
        app.apply_order_settings();
        Ok(app)
    }

    fn ask(&mut self, ctx: &Context, task: Task) {
        let asked = self.worker.ask(task);
        self.complain(ctx, asked);
    }

    /// Says why something could not even begin.
    fn complain(&mut self, ctx: &Context, begun: Result<(), String>) {
        if let Err(why) = begun {
            self.shell.toasts.add(ctx, Severity::Error, why);
        }
    }

    /// Everything that isn't drawing; also while the window is hidden.
    fn work(&mut self, ctx: &Context) {
        for reply in self.worker.replies() {
            self.hear(ctx, reply);
        }
        if self.folder_changed.swap(false, Ordering::AcqRel) | self.library.makes_way() {
            self.load(ctx);
        }
        self.settle(ctx);
        self.ask_what_is_unknown(ctx);
        self.attend_orders();
        self.attend_schedules(ctx);
        self.attention.call(ctx, &self.engine);
        self.go_on_quitting(ctx);
    }

    /// One frame, as a window's.
    pub fn show(&mut self, ui: &mut Ui, window: Option<&eframe::Frame>) {
        self.work(&ui.ctx().clone());
        self.show_worked(ui, window);
    }

    /// What of a frame is left when the work is done: gather, draw, carry out.
    fn show_worked(&mut self, ui: &mut Ui, window: Option<&eframe::Frame>) {
        let ctx = ui.ctx().clone();
        let mut actions = Vec::new();
        take_dropped(&ctx, &mut actions);
        let mut frames = std::mem::take(&mut self.frames);
        self.gather_schedules();
        frames.gather(self, &ctx);
        self.frames = frames;
        self.open_remembered_windows(&ctx, window);
        let mut frames = std::mem::take(&mut self.frames);
        self.draw(ui, &frames, &mut actions);
        self.windows.show(&ctx, &mut actions);
        std::mem::swap(&mut self.frames, &mut frames);
        self.draw_monitor(&ctx, &mut actions);
        for action in actions {
            self.apply(&ctx, action, window);
        }
        self.ask_what_is_unknown(&ctx);
        self.ask_for_runs(&ctx);
        self.ask_for_secrets(&ctx);
        self.keep_layout(&ctx);
    }

    fn draw(&mut self, ui: &mut Ui, frames: &Frames, actions: &mut Vec<Action>) {
        let consoles = frames.console_views();
        let orders = self.orders_data();
        let machine = self.machine_data();
        let words = self.undo_words();
        let Self {
            library,
            selected,
            interpreters,
            runs,
            shell,
            selected_job,
            settings,
            logs_dir,
            here,
            secrets,
            schedules,
            ..
        } = self;
        let presets_dir = Some(library.dir.as_path());
        let folders = Folders { presets: presets_dir, logs: logs_dir.as_deref(), settings: settings.dir() };
        let (wanted, show) = (&settings.wanted, &library.show);
        let settings = SettingsData { settings: wanted, folders, orders: &orders, show, machine: &machine };
        let missing = MissingData { rows: &here.rows, hunts: &here.hunts };
        let mut item = selected.and_then(|key| library.items.iter_mut().find(|item| item.draft.key == key));
        let (interpreters, runs, selected_job) = (&interpreters.data, runs.rows.as_deref(), *selected_job);
        let next = schedules.next.as_slice();
        let known = Known { undo: &words, interpreters, runs, selected_job, settings, missing, secrets, next };
        let data = frames.data(item.as_deref(), known, &consoles);
        // The draft is edited in place while the rest of the item is only looked at, so it is taken out for the while.
        let mut draft = item.as_deref().map(|item| item.draft.clone());
        shell_ui(ui, &data, draft.as_mut(), shell, actions);
        if let (Some(item), Some(draft)) = (&mut item, draft)
            && item.draft.edited != draft.edited
        {
            let before = std::mem::replace(&mut item.draft.edited, draft.edited);
            self.note_drawn(ui.ctx(), draft.key, &before);
        }
    }
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &Context, _frame: &mut eframe::Frame) {
        self.work(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, frame: &mut eframe::Frame) {
        // eframe calls `logic` before it.
        self.show_worked(ui, Some(frame));
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _gl: Option<&eframe::glow::Context>) {
        self.save_layout_now();
    }
}

/// An engine that wakes the windows; without its helper, and with a warning, where that can't be started.
fn start_engine(
    wakes: &wakes::Wakes,
    helper: Option<PathBuf>,
    vault: Vault,
) -> std::io::Result<(Engine, Option<String>)> {
    let wakes = wakes.clone();
    let wake = Arc::new(move |wake| wakes.engine(wake));
    let config = Config { helper, limits: Limits::default(), wake, vault };
    let without = Config { helper: None, ..config.clone() };
    Engine::start(config).map(|engine| (engine, None)).or_else(|error| {
        let why = format!("If Sidestage is killed, its jobs will live on: the guard could not be started ({error}).");
        Ok((Engine::start(without)?, Some(why)))
    })
}

/// Has the main window woken when somebody else changes the presets' folder.
fn follow(dir: &Path, changed: &Arc<AtomicBool>, wakes: &wakes::Wakes) -> Option<Follower> {
    let (changed, wakes) = (Arc::clone(changed), wakes.clone());
    let tell = move || {
        changed.store(true, Ordering::Release);
        wakes.main();
    };
    Follower::start(dir, tell).ok()
}

fn take_dropped(ctx: &Context, actions: &mut Vec<Action>) {
    let dropped: Vec<_> =
        ctx.input(|input| input.raw.dropped_files.iter().map(|file| file.path().to_path_buf()).collect());
    if !dropped.is_empty() {
        actions.push(Action::DroppedFiles(dropped));
    }
}
