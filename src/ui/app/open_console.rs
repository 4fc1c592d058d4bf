//! The open consoles as they are at one moment, of one job or of several, and who shows them: the main window, or a
//! window of its own.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{Context, ViewportId};

use super::App;
use super::clock::Clock;
use super::frame::{EngineRows, Frames, job_state, title};
use super::launch::key_of;
use super::lines::look_name;
use super::together::{TogetherRows, Views};
use super::wakes::Routes;
use super::windows::viewport_of;
use crate::engine::{JobId, JobView, Progress, Search, Searcher};
use crate::model::{ConsoleLook, Highlight, Highlights};
use crate::ui::console::{ConsoleView, RowSource};
use crate::ui::console_search::Hits;
use crate::ui::job_state::{EndKind, JobState};

/// An open console as it is at one moment, whichever window shows it.
pub(super) struct OpenConsole {
    pub job: JobId,
    pub title: String,
    state: JobState,
    progress: Option<Progress>,
    rows: Rows,
    takes_input: bool,
    log: Option<PathBuf>,
    /// The folder that its job works in.
    dir: Option<Arc<Path>>,
    pub search: Option<Result<Arc<Search>, String>>,
    /// Which of its lines stand out: of each of its jobs.
    pub highlights: Arc<[Highlights]>,
    /// What it looks like at first.
    pub look: ConsoleLook,
}

/// Whose lines it shows.
enum Rows {
    Job(EngineRows),
    Together(TogetherRows),
}

impl Rows {
    fn source(&self) -> &dyn RowSource {
        match self {
            Self::Job(rows) => rows,
            Self::Together(rows) => rows,
        }
    }
}

impl OpenConsole {
    fn of_job(view: &JobView, rows: EngineRows, clock: Clock) -> Self {
        Self {
            job: view.id,
            title: title(view),
            state: job_state(&view.state, clock),
            progress: None,
            takes_input: rows.console.takes_input(),
            rows: Rows::Job(rows),
            log: view.log.clone(),
            dir: Some(Arc::clone(&view.dir)),
            search: None,
            highlights: Arc::from([]),
            look: ConsoleLook::default(),
        }
    }

    fn of_several(id: JobId, together: &Views, rows: TogetherRows, states: &[JobState]) -> Self {
        Self {
            job: id,
            title: together.title_of(id),
            state: state_of_several(states),
            progress: None,
            takes_input: false,
            rows: Rows::Together(rows),
            log: None,
            dir: None,
            search: None,
            highlights: Arc::from([]),
            look: ConsoleLook::default(),
        }
    }

    /// How its job says that it gets on, as long as that runs.
    fn said_progress(&self) -> Option<Progress> {
        match &self.rows {
            Rows::Job(rows) if self.state.is_alive() => rows.console.progress(),
            Rows::Job(_) | Rows::Together(_) => None,
        }
    }

    /// To be drawn.
    pub(super) fn view(&self) -> ConsoleView<'_> {
        ConsoleView {
            job: self.job,
            title: self.title.clone(),
            state: self.state,
            progress: self.progress,
            rows: self.rows.source(),
            takes_input: self.takes_input,
            log: self.log.as_deref(),
            dir: self.dir.as_deref(),
            search: self.search.as_ref().map(|search| match search {
                Ok(search) => Ok(&**search as &dyn Hits),
                Err(why) => Err(why.as_str()),
            }),
            highlights: &self.highlights,
            look: self.look,
        }
    }

    /// Whether it would be drawn as the other, its lines apart.
    pub(super) fn looks_like(&self, other: &Self) -> bool {
        let same_search = match (&self.search, &other.search) {
            (Some(Ok(one)), Some(Ok(other))) => Arc::ptr_eq(one, other),
            (Some(Err(one)), Some(Err(other))) => one == other,
            (one, other) => one.is_none() && other.is_none(),
        };
        let same_rows = match (&self.rows, &other.rows) {
            (Rows::Job(_), Rows::Job(_)) => true,
            (Rows::Together(one), Rows::Together(other)) => {
                Arc::ptr_eq(&one.merged, &other.merged) && Arc::ptr_eq(&one.names, &other.names)
            }
            (Rows::Job(_), Rows::Together(_)) | (Rows::Together(_), Rows::Job(_)) => false,
        };
        let look = |console: &Self| (console.title.clone(), console.state, console.takes_input, console.log.clone());
        let same_highlights = Arc::ptr_eq(&self.highlights, &other.highlights);
        let same_progress = self.progress == other.progress;
        same_search && same_rows && same_highlights && same_progress && look(self) == look(other)
    }

    /// Says that it is drawn now, so that what comes next wakes its window.
    pub(super) fn look(&self, searcher: &Searcher) {
        match &self.rows {
            Rows::Job(rows) => {
                rows.console.set_watched(true);
                rows.console.seen();
            }
            Rows::Together(rows) => rows.look(searcher),
        }
        if let Some(Ok(search)) = &self.search {
            searcher.look(search);
        }
    }
}

/// How several jobs stand: a failure before all, then that something runs.
fn state_of_several(states: &[JobState]) -> JobState {
    let failed = states.iter().find(|state| state.is_failure());
    let alive = || states.iter().find(|state| state.is_alive());
    failed.or_else(alive).or(states.first()).copied().unwrap_or(JobState::Ended(EndKind::Ok))
}

impl Frames {
    /// Looks at all open consoles, and at whose output is worth waking which window for. `bars` are the jobs of which the
    /// list shows how far they are.
    pub(super) fn gather_consoles(
        &mut self,
        app: &mut App,
        ctx: &Context,
        (views, clock): (&[JobView], Clock),
        bars: HashSet<JobId>,
    ) {
        for id in app.together.settle(&app.engine, views, &app.library) {
            // It has other rows now.
            let query = app.searches.query(id);
            app.search(id, query);
        }
        let open: Vec<JobId> = app.open_consoles.iter().copied().chain(app.together.shown()).collect();
        app.searches.keep_only(&open);
        app.sight.keep_only(&open);
        app.windows.keep_only(&open);
        app.highlights.keep_only(&open);
        app.name_places(views);
        let before: HashSet<JobId> = self.consoles.drain(..).map(|console| console.job).collect();
        let mut routes = Routes { bars, ..Routes::default() };
        let mut unseen = HashSet::new();
        self.opened.clear();
        for id in open {
            let is_new = !before.contains(&id);
            let has_window = app.windows.has(id);
            let is_in_sight = !has_window && (is_new || app.shell.wall.is_in_sight(id));
            let Some(mut console) = open_console(app, id, (views, clock)) else { continue };
            console.search = app.searches.get(id);
            console.highlights = app.highlights.of(id, rules_of(app, &shown_jobs(&app.together, id), views));
            // Of a console that nobody sees that would be in vain.
            if is_in_sight || has_window {
                console.progress = console.said_progress();
            }
            let looks = &app.settings.wanted.looks;
            console.look = looks.get(&look_name(id, views)).copied().unwrap_or_default();
            let window = if has_window { viewport_of(id) } else { ViewportId::ROOT };
            for job in shown_jobs(&app.together, id) {
                routes.of_jobs.entry(job).or_default().insert(window);
                if is_in_sight {
                    routes.bars.remove(&job);
                }
            }
            if has_window {
                routes.windows.insert(window);
                app.windows.update(ctx, console);
                continue;
            }
            if look_or_mark(app, &console, is_in_sight) {
                unseen.insert(id);
            }
            if is_new {
                self.opened.push(id);
            }
            self.consoles.push(console);
        }
        app.shell.wall.unseen = unseen;
        app.shell.wall.elsewhere = routes.windows.len();
        app.sight.stop_watching_all_but(&app.engine, &routes);
        app.wakes.set(routes);
    }
}

/// The rules of each of these jobs' presets, as they are in the editor now.
fn rules_of(app: &App, jobs: &[JobId], views: &[JobView]) -> Vec<Vec<Highlight>> {
    let rules = |job: &JobId| {
        let view = views.iter().find(|view| view.id == *job)?;
        Some(app.library.get(key_of(view)?)?.draft.edited.highlights.clone())
    };
    jobs.iter().map(|job| rules(job).unwrap_or_default()).collect()
}

/// The jobs whose lines a console shows.
fn shown_jobs(together: &Views, id: JobId) -> Vec<JobId> {
    match together.jobs_of(id) {
        [] => vec![id],
        jobs => jobs.to_vec(),
    }
}

fn open_console(app: &App, id: JobId, (views, clock): (&[JobView], Clock)) -> Option<OpenConsole> {
    if let Some(rows) = app.together.rows(id, &app.engine) {
        let jobs = app.together.jobs_of(id);
        let states: Vec<JobState> =
            views.iter().filter(|view| jobs.contains(&view.id)).map(|view| job_state(&view.state, clock)).collect();
        return Some(OpenConsole::of_several(id, &app.together, rows, &states));
    }
    let view = views.iter().find(|view| view.id == id)?;
    Some(OpenConsole::of_job(view, EngineRows { console: app.engine.console(id)? }, clock))
}

/// Notes that a console of the main window is in sight, or answers whether it has something that nobody saw.
fn look_or_mark(app: &mut App, console: &OpenConsole, is_in_sight: bool) -> bool {
    if is_in_sight {
        console.look(&app.searches.searcher());
    }
    match &console.rows {
        Rows::Job(rows) => app.sight.look(console.job, &rows.console, is_in_sight),
        Rows::Together(rows) => {
            rows.parts.iter().for_each(|part| part.set_watched(true));
            !is_in_sight && !rows.merged.is_current()
        }
    }
}

impl super::consoles::Sight {
    /// Output of jobs that nothing shows any more wakes nobody.
    fn stop_watching_all_but(&mut self, engine: &crate::engine::Engine, routes: &Routes) {
        let shown: HashSet<JobId> = routes.of_jobs.keys().chain(&routes.bars).copied().collect();
        for console in self.watched.difference(&shown).filter_map(|job| engine.console(*job)) {
            console.set_watched(false);
        }
        self.watched = shown;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_among_several_is_told_before_all() {
        let ok = JobState::Ended(EndKind::Ok);
        let failed = JobState::Ended(EndKind::Failed);
        assert_eq!(state_of_several(&[JobState::Running, failed, ok]), failed);
        assert_eq!(state_of_several(&[ok, JobState::Running]), JobState::Running);
        assert_eq!(state_of_several(&[ok]), ok);
    }
}
