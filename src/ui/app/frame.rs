//! What one frame shows, gathered from the engine and the library before anything is drawn.

use std::collections::HashMap;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::Context;

use super::App;
use super::clock::{Clock, clock_time};
use super::launch::key_of;
use super::library::Item;
use crate::engine::{COST_GAP, Console, Cost, Exit, JobId, JobView, Row, Search, State, Stream, Wait};
use crate::store::settings::Theme;
use crate::ui::action::{PresetKey, ThemeChoice};
use crate::ui::console::{self, ConsoleLine, ConsoleView, RowSource};
use crate::ui::console_search::Hits;
use crate::ui::cost_graph;
use crate::ui::editor::{EditorData, InterpreterChoice, RunRow};
use crate::ui::job_state::{EndKind, JobState};
use crate::ui::jobs_panel::{EchoRow, JobRow};
use crate::ui::presets_panel::{PresetRow, PresetsData};
use crate::ui::shell::FrameData;
use crate::ui::top_bar::TopBarData;

/// The data of one frame; kept between frames only for its memory.
#[derive(Default)]
pub(super) struct Frames {
    presets: PresetsData,
    jobs: Vec<JobRow>,
    consoles: Vec<OpenConsole>,
    top_bar: TopBarData,
    /// How many jobs of the open preset run.
    running: u32,
    /// Where the open preset's runs are logged.
    log_folder: Option<PathBuf>,
}

struct OpenConsole {
    job: JobId,
    title: String,
    state: JobState,
    rows: EngineRows,
    takes_input: bool,
    log: Option<PathBuf>,
    search: Option<Result<Arc<Search>, String>>,
}

/// A job's console as the drawing code wants it.
struct EngineRows {
    console: Arc<Console>,
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
        out.extend(copied.into_iter().map(Self::line));
    }
}

impl EngineRows {
    fn line(row: Row) -> ConsoleLine {
        let text = match row.cut_bytes {
            0 => row.text,
            cut => format!("{} … {cut} more bytes were cut", row.text),
        };
        let stream = match row.stream {
            Stream::Stdout => console::Stream::Stdout,
            Stream::Stderr => console::Stream::Stderr,
            Stream::Notice => console::Stream::Notice,
        };
        let time = clock_time(row.at);
        ConsoleLine { number: row.number, text, stream, time }
    }
}

impl Frames {
    /// Looks at the engine and the library.
    pub(super) fn gather(&mut self, app: &mut App, ctx: &Context) {
        let views = app.engine.jobs();
        // A clock that nobody looks at must not tick: the rest of the time goes to the show.
        let is_looked_at = cost_graph::is_looked_at(ctx);
        let costs = look_at_costs(app, ctx, &views, is_looked_at);
        let clock = Clock { now: Instant::now(), ticks: is_looked_at };
        app.open_consoles.retain(|job| views.iter().any(|view| view.id == *job));
        if app.selected_job.is_some_and(|job| !views.iter().any(|view| view.id == job)) {
            app.selected_job = None;
        }
        self.jobs =
            views.iter().map(|view| job_row(view, &views, clock, app.open_consoles.contains(&view.id))).collect();
        for row in &mut self.jobs {
            row.cost = costs.get(&row.id).cloned();
            // What a job says is as old as the frame: it is shown where new output or the clock brings new frames.
            if row.pid.is_some() && (is_looked_at || row.console_open) {
                row.progress_percent = app.engine.console(row.id).and_then(|console| console.progress_percent());
            }
        }
        app.searches.keep_only(&app.open_consoles);
        self.gather_consoles(app, &views, clock);
        self.gather_presets(app, &views);
        let live = views.iter().filter(|view| view.is_live()).count();
        let count = |is_it: fn(JobState) -> bool| self.jobs.iter().filter(|row| is_it(row.state)).count();
        let waiting = count(JobState::is_waiting);
        self.top_bar = TopBarData {
            running: live - waiting,
            waiting,
            stalled: count(|state| state == JobState::Stalled),
            failed: count(JobState::is_failure),
            theme: theme_choice(app.settings.wanted.theme),
        };
        if views.iter().any(|view| counts_down(&view.state, is_looked_at)) || (is_looked_at && live > 0) {
            ctx.request_repaint_after(Duration::from_secs(1));
        }
    }

    fn gather_consoles(&mut self, app: &App, views: &[JobView], clock: Clock) {
        for gone in self.consoles.iter().filter(|open| !app.open_consoles.contains(&open.job)) {
            gone.rows.console.set_watched(false);
        }
        self.consoles = app
            .open_consoles
            .iter()
            .filter_map(|job| {
                let view = views.iter().find(|view| view.id == *job)?;
                let console = app.engine.console(*job)?;
                console.set_watched(true);
                console.seen();
                let rows = EngineRows { console };
                Some(OpenConsole {
                    job: *job,
                    title: title(view),
                    state: job_state(&view.state, clock),
                    takes_input: rows.console.takes_input(),
                    rows,
                    log: view.log.clone(),
                    search: app.searches.look(*job),
                })
            })
            .collect();
    }

    fn gather_presets(&mut self, app: &App, views: &[JobView]) {
        let mut running = HashMap::<PresetKey, u32>::new();
        for key in views.iter().filter(|view| view.is_live()).filter_map(key_of) {
            *running.entry(key).or_default() += 1;
        }
        let running_of = |key: PresetKey| running.get(&key).copied().unwrap_or_default();
        let rows = app.library.items.iter().map(|item| PresetRow {
            key: item.draft.key,
            name: item.draft.edited.name.clone(),
            group: item.draft.edited.group.clone(),
            is_unsaved: item.draft.is_unsaved(),
            running: running_of(item.draft.key),
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

    /// The open consoles, to be drawn.
    pub(super) fn console_views(&self) -> Vec<ConsoleView<'_>> {
        self.consoles
            .iter()
            .map(|open| ConsoleView {
                job: open.job,
                title: open.title.clone(),
                state: open.state,
                rows: &open.rows,
                takes_input: open.takes_input,
                log: open.log.as_deref(),
                search: open.search.as_ref().map(|search| match search {
                    Ok(search) => Ok(&**search as &dyn Hits),
                    Err(why) => Err(why.as_str()),
                }),
            })
            .collect()
    }

    /// Everything, to be drawn.
    pub(super) fn data<'a>(
        &'a self,
        item: Option<&'a Item>,
        (interpreters, runs): (&'a [InterpreterChoice], Option<&'a [RunRow]>),
        selected_job: Option<JobId>,
        consoles: &'a [ConsoleView<'a>],
    ) -> FrameData<'a> {
        let mut editor = EditorData {
            interpreters,
            running: self.running,
            runs,
            log_folder: self.log_folder.as_deref(),
            ..EditorData::default()
        };
        if let Some(item) = item {
            editor.is_checking = !item.is_surveyed();
            if let Some((_, survey)) = &item.survey {
                editor.fixes = &survey.fixes;
                match &survey.invocation {
                    Ok(invocation) => editor.invocation = Some(invocation),
                    Err(problems) => editor.problems = problems,
                }
            }
        }
        FrameData { presets: &self.presets, editor, jobs: &self.jobs, selected_job, consoles, top_bar: self.top_bar }
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

fn title(view: &JobView) -> String {
    if view.run > 1 { format!("{}  #{}", view.name, view.run) } else { view.name.clone() }
}

fn job_state(state: &State, clock: Clock) -> JobState {
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
fn look_at_costs(app: &App, ctx: &Context, views: &[JobView], is_looked_at: bool) -> HashMap<JobId, Arc<Cost>> {
    let shown = cost_graph::take_shown(ctx);
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
            views.iter().find(|view| view.id == *before).map(|view| view.name.clone()).unwrap_or_default()
        }
        State::Starting { .. } | State::Stopping { .. } if view.runs_again => "then runs again".to_owned(),
        State::Waiting(Wait::Turn { .. }) | State::Starting { .. } | State::Running { .. } | State::Stopping { .. } => {
            String::new()
        }
    };
    let since = (pid.is_some() && !clock.ticks).then(|| Clock::since(view.elapsed));
    let echo = view.echo.as_ref().map(|echo| EchoRow {
        target: echo.target.to_string(),
        sent: echo.sent,
        failed: echo.failed,
    });
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
        progress_percent: None,
        console_open,
        is_kept: view.is_kept && view.is_live(),
    }
}
