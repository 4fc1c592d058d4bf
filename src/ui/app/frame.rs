//! What one frame shows, gathered from the engine and the library before anything is drawn.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::Context;
use jiff::Timestamp;

use super::App;
use super::clock::Clock;
use super::launch::key_of;
use super::library::Item;
use super::open_console::OpenConsole;
use crate::engine::{Alerts, COST_GAP, Console, Cost, EchoCount, Exit, JobId, JobView, Row, State, Wait};
use crate::model::Streams;
use crate::store::settings::Theme;
use crate::ui::action::{PresetKey, ThemeChoice};
use crate::ui::console::{ConsoleLine, ConsoleView, RowSource};
use crate::ui::console_rows::Most;
use crate::ui::cost_graph;
use crate::ui::editor::{EditorData, InterpretersData, RunRow, ScheduleData, ScriptData, UndoWords};
use crate::ui::job_state::{EndKind, JobState};
use crate::ui::jobs_panel::{EchoRow, JobRow};
use crate::ui::missing_panel::MissingData;
use crate::ui::presets_panel::{PresetRow, PresetsData};
use crate::ui::secret_states::SecretStates;
use crate::ui::settings_panel::SettingsData;
use crate::ui::shell::FrameData;
use crate::ui::top_bar::TopBarData;

/// The data of one frame; kept between frames only for its memory.
#[derive(Default)]
pub(super) struct Frames {
    presets: PresetsData,
    jobs: Vec<JobRow>,
    pub(super) consoles: Vec<OpenConsole>,
    pub(super) opened: Vec<JobId>,
    top_bar: TopBarData,
    /// How many jobs of the open preset run.
    running: u32,
    /// Where the open preset's runs are logged.
    log_folder: Option<PathBuf>,
}

/// What the app holds ready to be shown as it is.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub undo: &'a UndoWords,
    pub interpreters: &'a InterpretersData,
    pub runs: Option<&'a [RunRow]>,
    pub selected_job: Option<JobId>,
    pub settings: SettingsData<'a>,
    pub missing: MissingData<'a>,
    pub secrets: &'a SecretStates,
    /// When the open preset is due, in words.
    pub next: &'a [String],
}

/// A job's console as the drawing code wants it.
pub(super) struct EngineRows {
    pub console: Arc<Console>,
}

impl RowSource for EngineRows {
    fn first_row(&self) -> u64 {
        self.console.rows().start
    }

    fn end_row(&self) -> u64 {
        self.console.rows().end
    }

    fn dropped_rows(&self) -> u64 {
        self.console.dropped_lines()
    }

    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>) {
        let mut copied = Vec::new();
        self.console.copy_rows(rows, &mut copied);
        out.extend(copied.into_iter().map(|row| Self::line(0, row)));
    }

    fn copy_some(&self, rows: Range<u64>, streams: Streams, most: Most, out: &mut Vec<ConsoleLine>) {
        let mut copied = Vec::new();
        self.console.copy_some(rows, streams, most, &mut copied);
        out.extend(copied.into_iter().map(|row| Self::line(0, row)));
    }

    fn place_of(&self, row: u64, streams: Streams) -> u64 {
        self.console.place_of(row, streams)
    }

    fn run_started(&self, row: u64) -> Option<Timestamp> {
        self.console.run_started(row)
    }
}

impl EngineRows {
    pub(super) fn line(part: usize, row: Row) -> ConsoleLine {
        let text = match row.cut_bytes {
            0 => row.text,
            cut => format!("{} … {cut} more bytes were cut", row.text),
        };
        ConsoleLine { number: row.number, text, stream: row.stream, at: row.at, part }
    }
}

impl Frames {
    /// Looks at the engine and the library.
    pub(super) fn gather(&mut self, app: &mut App, ctx: &Context) {
        let views = app.engine.jobs();
        // A clock that nobody looks at must not tick: the rest of the time goes to the show.
        let is_looked_at = cost_graph::is_looked_at(ctx);
        let shown = cost_graph::take_shown(ctx);
        let costs = look_at_costs(app, &shown, &views, is_looked_at);
        let clock = Clock { now: Instant::now(), ticks: is_looked_at };
        app.open_consoles.retain(|job| views.iter().any(|view| view.id == *job));
        if app.selected_job.is_some_and(|job| !views.iter().any(|view| view.id == job)) {
            app.selected_job = None;
        }
        self.jobs =
            views.iter().map(|view| job_row(view, &views, clock, app.open_consoles.contains(&view.id))).collect();
        let ids: Vec<_> = views.iter().map(|view| view.id).collect();
        // Who reads something else in the console, or has hidden the line there, hasn't seen it.
        let is_seen = |console: JobId| app.shell.wall.shows_newest(console) || app.windows.shows_newest(ctx, console);
        let is_in_sight = |job: JobId| {
            let mut with_others = app.together.shown().filter(|id| app.together.jobs_of(*id).contains(&job));
            is_seen(job) || with_others.any(is_seen)
        };
        let mut alerts = app.attention.look(ctx, &app.engine, &ids, is_in_sight);
        let alerted = self.jobs.iter().find(|row| alerts.contains_key(&row.id)).map(|row| row.id);
        let alerted = alerted.map(|job| (alerts.values().map(|alerts| alerts.count).sum(), job));
        let mut bars = HashSet::new();
        for row in &mut self.jobs {
            row.alerts = alerts.remove(&row.id).unwrap_or_default();
            row.cost = costs.get(&row.id).cloned();
            // Rows that are not on the window are not asked: of many jobs that would be most of a frame.
            if shown.contains(&row.id)
                && row.pid.is_some()
                && let Some(console) = app.engine.console(row.id)
            {
                // What comes after this look brings a frame again.
                console.set_watched(true);
                console.seen();
                row.progress = console.progress();
                bars.insert(row.id);
            }
        }
        self.gather_consoles(app, ctx, (&views, clock), bars);
        self.gather_presets(app, &views);
        app.gather_missing();
        let live = views.iter().filter(|view| view.is_live()).count();
        let count = |is_it: fn(JobState) -> bool| self.jobs.iter().filter(|row| is_it(row.state)).count();
        let waiting = count(JobState::is_waiting);
        self.top_bar = TopBarData {
            running: live - waiting,
            waiting,
            stalled: count(|state| state == JobState::Stalled),
            failed: count(JobState::is_failure),
            alerts: alerted,
            missing: app.here.rows.len(),
            theme: theme_choice(app.settings.wanted.theme),
            scheduled: app.schedules.standing,
        };
        if views.iter().any(|view| counts_down(&view.state, is_looked_at)) || (is_looked_at && live > 0) {
            ctx.request_repaint_after(Duration::from_secs(1));
        }
    }

    fn gather_presets(&mut self, app: &App, views: &[JobView]) {
        let mut running = HashMap::<PresetKey, u32>::new();
        for key in views.iter().filter(|view| view.is_live()).filter_map(key_of) {
            *running.entry(key).or_default() += 1;
        }
        let running_of = |key: PresetKey| running.get(&key).copied().unwrap_or_default();
        let rows = app.library.items.iter().map(|item| PresetRow {
            key: item.draft.key,
            preset: item.draft.edited.clone(),
            is_unsaved: item.draft.is_unsaved(),
            running: running_of(item.draft.key),
            next: app.schedules.next_of.get(&item.draft.key).cloned(),
            problem: first_problem(item),
        });
        self.presets = PresetsData {
            rows: rows.collect(),
            groups: app.library.groups(),
            broken: app.library.broken.clone(),
            warnings: app.library.warnings.clone(),
            selected: app.selected,
        };
        self.log_folder = app.selected.and_then(|key| app.logs_of(key));
        self.running = app.selected.map_or(0, running_of);
    }

    /// The open consoles that lie in the main window, to be drawn.
    pub(super) fn console_views(&self) -> Vec<ConsoleView<'_>> {
        self.consoles.iter().map(OpenConsole::view).collect()
    }

    /// Takes a console out of the main window.
    pub(super) fn take_console(&mut self, job: JobId) -> Option<OpenConsole> {
        let index = self.consoles.iter().position(|open| open.job == job)?;
        Some(self.consoles.remove(index))
    }

    /// The consoles in the main window that weren't open in the frame before.
    pub(super) fn opened(&self) -> &[JobId] {
        &self.opened
    }

    /// Everything, to be drawn.
    pub(super) fn data<'a>(
        &'a self,
        item: Option<&'a Item>,
        known: Known<'a>,
        consoles: &'a [ConsoleView<'a>],
    ) -> FrameData<'a> {
        let Known { undo, interpreters, runs, selected_job, settings, missing, secrets, next } = known;
        let mut editor = EditorData {
            interpreters,
            running: self.running,
            runs,
            log_folder: self.log_folder.as_deref(),
            show_target: Some(&settings.show.target),
            secrets: Some(secrets),
            schedule: ScheduleData { next, is_paused: settings.settings.schedules_paused, is_unsaved: false },
            undo: Some(undo),
            ..EditorData::default()
        };
        if let Some(item) = item {
            editor.is_in_conflict = item.theirs.is_some() && item.draft.is_unsaved();
            editor.is_file_gone = item.is_file_gone && item.draft.is_unsaved();
            editor.is_checking = !item.is_surveyed();
            let saved = item.draft.saved.as_ref().map(|saved| &saved.schedule);
            editor.schedule.is_unsaved = saved != Some(&item.draft.edited.schedule);
            editor.script = ScriptData {
                work: item.script.work,
                offer: item.script.offer(),
                doubts: item.script.doubts(),
                failure: item.script.failure.as_deref(),
                is_python: item.draft.edited.runs_python(),
            };
            if let Some((_, survey)) = &item.survey {
                editor.fixes = &survey.fixes;
                match &survey.invocation {
                    Ok(invocation) => editor.invocation = Some(invocation),
                    Err(problems) => editor.problems = problems,
                }
            }
        }
        let (presets, jobs, top_bar) = (&self.presets, &self.jobs, self.top_bar);
        FrameData { presets, editor, jobs, selected_job, consoles, top_bar, settings, missing }
    }
}

/// Of a preset with several problems the first; none while nobody has looked.
fn first_problem(item: &Item) -> Option<String> {
    let (_, survey) = item.survey.as_ref()?;
    survey.invocation.as_ref().err()?.first().map(|problem| problem.what.clone())
}

fn theme_choice(theme: Theme) -> ThemeChoice {
    match theme {
        Theme::System => ThemeChoice::System,
        Theme::Dark => ThemeChoice::Dark,
        Theme::Light => ThemeChoice::Light,
    }
}

pub(super) fn title(view: &JobView) -> String {
    if view.run > 1 { format!("{}  #{}", view.name, view.run) } else { view.name.to_string() }
}

pub(super) fn job_state(state: &State, clock: Clock) -> JobState {
    match state {
        State::Waiting(Wait::Restart { at, attempt, .. }) => {
            JobState::Restarting { due: clock.due(*at), attempt: *attempt }
        }
        State::Waiting(Wait::Turn { at }) => JobState::Queued { due: Some(clock.due(*at)) },
        State::Waiting(Wait::For(_)) => JobState::Queued { due: None },
        State::Starting { .. } => JobState::Starting,
        State::Running { is_stalled: true, .. } => JobState::Stalled,
        State::Running { is_ready: false, .. } => JobState::Preparing,
        State::Running { .. } => JobState::Running,
        State::Stopping { killed: true, .. } => JobState::Stopping { secs_left: 0 },
        State::Stopping { deadline, killed: false, .. } => JobState::Stopping { secs_left: clock.secs_left(*deadline) },
        State::Ended(ending) => JobState::Ended(match (&ending.exit, ending.stopped) {
            (Exit::CouldNotStart(_), _) | (Exit::NotLaunched(_), false) => EndKind::CouldNotStart,
            (_, true) => EndKind::Stopped,
            (Exit::Code(0), false) => EndKind::Ok,
            (Exit::Code(_) | Exit::Signal(_), false) => EndKind::Failed,
        }),
    }
}

/// Whether seconds are shown that pass.
fn counts_down(state: &State, has_focus: bool) -> bool {
    match state {
        State::Waiting(Wait::Restart { .. } | Wait::Turn { .. }) => has_focus,
        State::Stopping { killed: false, .. } => true,
        State::Waiting(Wait::For(_))
        | State::Starting { .. }
        | State::Running { .. }
        | State::Stopping { killed: true, .. }
        | State::Ended(_) => false,
    }
}

/// Has measured what the jobs cost whose rows are on the window, while somebody looks; and gives what is known of them.
fn look_at_costs(app: &App, shown: &[JobId], views: &[JobView], is_looked_at: bool) -> HashMap<JobId, Arc<Cost>> {
    let roots: Vec<_> = views
        .iter()
        .filter(|view| is_looked_at && shown.contains(&view.id))
        .filter_map(|view| Some((view.id, pid_of(&view.state)?)))
        .collect();
    if roots.is_empty() {
        return HashMap::new();
    }
    app.costs.look(&roots);
    // What was measured before the window was left is true no more.
    let is_fresh = |cost: &Arc<Cost>| cost.samples.last().is_some_and(|last| last.at.elapsed() < COST_GAP);
    let known = roots.iter().filter_map(|root| Some((root.0, app.costs.cost(*root).filter(is_fresh)?)));
    known.collect()
}

fn pid_of(state: &State) -> Option<u32> {
    match state {
        State::Running { pid, .. } | State::Stopping { pid, .. } => Some(*pid),
        State::Waiting(_) | State::Starting { .. } | State::Ended(_) => None,
    }
}

fn job_row(view: &JobView, views: &[JobView], clock: Clock, console_open: bool) -> JobRow {
    let pid = pid_of(&view.state);
    let note = match &view.state {
        State::Ended(ending) => ending.exit.describe(),
        State::Waiting(Wait::Restart { after, .. }) => after.describe(),
        State::Waiting(Wait::For(before)) => {
            views.iter().find(|view| view.id == *before).map(|view| view.name.to_string()).unwrap_or_default()
        }
        State::Starting { .. } | State::Stopping { .. } if view.runs_again => "then runs again".to_owned(),
        State::Waiting(Wait::Turn { .. }) | State::Starting { .. } | State::Running { .. } | State::Stopping { .. } => {
            String::new()
        }
    };
    let since = (pid.is_some() && !clock.ticks).then(|| Clock::since(view.elapsed));
    let echo_row = |echo: &EchoCount| EchoRow {
        target: echo.target.to_string(),
        sent: echo.sent,
        bytes: echo.bytes,
        dropped: echo.dropped,
        failed: echo.failed,
    };
    let echo = view.echo.iter().map(echo_row).collect();
    JobRow {
        id: view.id,
        name: view.name.clone(),
        run: view.run,
        state: job_state(&view.state, clock),
        pid,
        elapsed_secs: view.elapsed.as_secs(),
        since,
        note,
        echo,
        cost: None,
        progress: None,
        console_open,
        is_kept: view.is_kept && view.is_live(),
        alerts: Alerts::default(),
    }
}
