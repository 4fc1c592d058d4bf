//! Views of several jobs at once: which jobs each is of, remembered by the jobs' outside names or by a group, and what
//! they show. The lines are brought into one order by the engine.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use eframe::egui::Context;
use jiff::Timestamp;

use super::App;
use super::frame::EngineRows;
use super::launch::key_of;
use super::library::Library;
use crate::engine::{Console, Engine, JobId, JobView, Merged, Searcher};
use crate::model::{Streams, Together};
use crate::store::settings::TogetherView;
use crate::ui::console::{ConsoleLine, RowSource};
use crate::ui::console_names::JobName;
use crate::ui::console_rows::Most;
use crate::ui::dialogs::{Dialog, TogetherChoice};

/// Views have numbers above all jobs', so that a console of one is told from a job's.
const FIRST_ID: u64 = 1 << 48;
/// More views are not remembered.
const MOST_VIEWS: u32 = 16;

/// The open views.
#[derive(Default)]
pub(super) struct Views {
    views: Vec<View>,
    /// Of the jobs that there were when it was last found out which are shown; later ones have higher numbers.
    newest: Option<JobId>,
}

struct View {
    number: u32,
    of: Together,
    /// What it shows, and of which jobs, as long as there are any.
    shown: Option<(Vec<JobId>, Arc<Merged>)>,
    /// Each job's colour, by its outside name: it keeps it while the view is open.
    colors: HashMap<String, u8>,
    names: Arc<[JobName]>,
}

/// The lines of several jobs as the drawing code wants them.
#[derive(Clone)]
pub(super) struct TogetherRows {
    pub merged: Arc<Merged>,
    pub parts: Vec<Arc<Console>>,
    pub names: Arc<[JobName]>,
}

impl RowSource for TogetherRows {
    fn first_row(&self) -> u64 {
        self.merged.rows().start
    }

    fn end_row(&self) -> u64 {
        self.merged.rows().end
    }

    fn dropped_rows(&self) -> u64 {
        self.parts.iter().map(|part| part.dropped_lines()).sum()
    }

    fn copy_rows(&self, rows: Range<u64>, out: &mut Vec<ConsoleLine>) {
        let mut copied = Vec::new();
        self.merged.copy_rows(rows, &mut copied);
        out.extend(copied.into_iter().map(|(part, row)| EngineRows::line(part, row)));
    }

    fn copy_some(&self, rows: Range<u64>, streams: Streams, most: Most, out: &mut Vec<ConsoleLine>) {
        let mut copied = Vec::new();
        self.merged.copy_some(&rows, streams, most, &mut copied);
        out.extend(copied.into_iter().map(|(part, row)| EngineRows::line(part, row)));
    }

    fn place_of(&self, row: u64, streams: Streams) -> u64 {
        self.merged.place_of(row, streams)
    }

    fn names(&self) -> &[JobName] {
        &self.names
    }

    fn run_started(&self, row: u64) -> Option<Timestamp> {
        self.merged.runs_started(&[row]).pop().flatten()
    }

    fn runs_started(&self, rows: &[u64]) -> Vec<Option<Timestamp>> {
        self.merged.runs_started(rows)
    }
}

impl TogetherRows {
    /// Says that it is drawn now: what comes next wakes its window, and what came is taken in.
    pub(super) fn look(&self, searcher: &Searcher) {
        for part in &self.parts {
            part.set_watched(true);
            part.seen();
        }
        if !self.merged.catch_up() {
            searcher.merge(&self.merged);
        }
    }
}

/// The view that a console is of, if it isn't a job's.
fn number_of(id: JobId) -> Option<u32> {
    id.0.checked_sub(FIRST_ID).and_then(|number| u32::try_from(number).ok())
}

fn id_of(number: u32) -> JobId {
    JobId(FIRST_ID + u64::from(number))
}

impl Views {
    /// Those that were open when Sidestage was closed.
    pub(super) fn restored(views: &[TogetherView]) -> Self {
        let view = |view: &TogetherView| View::new(view.number, view.of.clone());
        Self { views: views.iter().take(MOST_VIEWS as usize).map(view).collect(), newest: None }
    }

    /// To be remembered.
    pub(super) fn remembered(&self) -> Vec<TogetherView> {
        self.views.iter().map(|view| TogetherView { number: view.number, of: view.of.clone() }).collect()
    }

    /// A view of these, which may be open already.
    fn add(&mut self, of: Together) -> JobId {
        if let Some(known) = self.views.iter().find(|view| view.of == of) {
            return id_of(known.number);
        }
        if self.views.len() >= MOST_VIEWS as usize {
            self.views.remove(0);
        }
        let is_free = |number: &u32| self.views.iter().all(|view| view.number != *number);
        // Of one more number than there are views one is free.
        let number = (1..=MOST_VIEWS).find(is_free).unwrap_or(u32::MAX);
        self.views.push(View::new(number, of));
        id_of(number)
    }

    fn get(&self, id: JobId) -> Option<&View> {
        let number = number_of(id)?;
        self.views.iter().find(|view| view.number == number)
    }

    fn get_mut(&mut self, id: JobId) -> Option<&mut View> {
        let number = number_of(id)?;
        self.views.iter_mut().find(|view| view.number == number)
    }

    pub(super) fn close(&mut self, id: JobId) {
        self.views.retain(|view| id_of(view.number) != id);
    }

    /// The views of which there are jobs now.
    pub(super) fn shown(&self) -> impl Iterator<Item = JobId> + '_ {
        self.views.iter().filter(|view| view.shown.is_some()).map(|view| id_of(view.number))
    }

    /// The jobs that a view shows.
    pub(super) fn jobs_of(&self, id: JobId) -> &[JobId] {
        self.get(id).and_then(|view| view.shown.as_ref()).map_or(&[], |(jobs, _)| jobs)
    }

    pub(super) fn merged(&self, id: JobId) -> Option<Arc<Merged>> {
        self.get(id)?.shown.as_ref().map(|(_, merged)| Arc::clone(merged))
    }

    /// What a view shows, to be drawn.
    pub(super) fn rows(&self, id: JobId, engine: &Engine) -> Option<TogetherRows> {
        let view = self.get(id)?;
        let (jobs, merged) = view.shown.as_ref()?;
        let parts = jobs.iter().filter_map(|job| engine.console(*job)).collect();
        let (merged, names) = (Arc::clone(merged), Arc::clone(&view.names));
        Some(TogetherRows { merged, parts, names })
    }

    /// By what its place is remembered.
    pub(super) fn place_of(id: JobId) -> String {
        format!("together-{}", number_of(id).unwrap_or_default())
    }

    pub(super) fn title_of(&self, id: JobId) -> String {
        let Some(view) = self.get(id) else { return String::new() };
        match (&view.of, &view.names[..]) {
            (Together::Group(group), _) => format!("Group {group}"),
            (Together::Jobs(_), [one, two]) => format!("{} + {}", one.text, two.text),
            (Together::Jobs(_), [one, others @ ..]) if !others.is_empty() => {
                format!("{} + {} more", one.text, others.len())
            }
            (Together::Jobs(_), names) => names.first().map(|name| name.text.clone()).unwrap_or_default(),
        }
    }

    /// Finds out which jobs each view is of now. Answers which views show other consoles than before.
    pub(super) fn settle(&mut self, engine: &Engine, views: &[JobView], library: &Library) -> Vec<JobId> {
        let groups: BTreeMap<JobId, &str> = views
            .iter()
            .filter_map(|view| Some((view.id, library.get(key_of(view)?)?.draft.edited.group.as_str())))
            .collect();
        let mut changed = Vec::new();
        for view in &mut self.views {
            let is_of_it = |job: &&JobView| match &view.of {
                Together::Group(group) => groups.get(&job.id) == Some(&group.as_str()),
                Together::Jobs(places) => places.iter().any(|place| **place == *job.outside_id),
            };
            let jobs: Vec<&JobView> = views.iter().filter(is_of_it).collect();
            if view.settle(engine, &jobs, self.newest) {
                changed.push(id_of(view.number));
            }
        }
        self.newest = self.newest.max(views.iter().map(|view| view.id).max());
        changed
    }
}

impl View {
    fn new(number: u32, of: Together) -> Self {
        Self { number, of, shown: None, colors: HashMap::new(), names: Arc::new([]) }
    }

    fn settle(&mut self, engine: &Engine, jobs: &[&JobView], newest: Option<JobId>) -> bool {
        let names: Vec<JobName> = jobs
            .iter()
            .map(|job| JobName {
                text: job.name.to_string(),
                color: color_of(&mut self.colors, &job.outside_id),
                dir: job.dir.to_path_buf(),
            })
            .collect();
        if self.names[..] != names[..] {
            self.names = names.into();
        }
        let ids: Vec<JobId> = jobs.iter().map(|job| job.id).collect();
        if self.shown.as_ref().map_or(ids.is_empty(), |(shown, _)| *shown == ids) {
            return false;
        }
        let parts: Vec<_> = ids.iter().filter_map(|job| engine.console(*job)).collect();
        let is_whole = parts.len() == ids.len() && !ids.is_empty();
        // What was launched since has nothing that came before what is shown, which therefore stays where it is.
        let is_new = |job: &JobId| Some(*job) > newest;
        let merged = match self.shown.take() {
            Some((before, merged)) if ids.iter().all(|job| before.contains(job) || is_new(job)) => {
                merged.with_parts(parts)
            }
            // What has another order from now on has other numbers too, so that none means two lines.
            before => Merged::new(parts, before.map_or(0, |(_, merged)| merged.rows().end)),
        };
        self.shown = is_whole.then(|| (ids, Arc::new(merged)));
        true
    }
}

/// The colour of a job: the one that fewest have.
fn color_of(colors: &mut HashMap<String, u8>, place: &str) -> u8 {
    if let Some(color) = colors.get(place) {
        return *color;
    }
    let used = |color: &u8| colors.values().filter(|used| *used == color).count();
    let color = (0..JobName::COLORS).min_by_key(used).unwrap_or(0);
    colors.insert(place.to_owned(), color);
    color
}

impl App {
    /// Asks which jobs are to be shown together; those of a view that is open are ticked.
    pub(super) fn choose_together(&mut self, view: Option<JobId>) {
        let shown: HashSet<JobId> =
            view.map(|view| self.together.jobs_of(view).iter().copied().collect()).unwrap_or_default();
        let choice =
            |job: JobView| TogetherChoice { is_on: shown.contains(&job.id), job: job.id, name: job.name.to_string() };
        let choices = self.engine.jobs().into_iter().map(choice).collect();
        self.shell.dialog = Some(Dialog::Together { view, choices });
    }

    /// Shows these jobs together: in a view that is open, or in a new one.
    pub(super) fn show_together(&mut self, ctx: &Context, view: Option<JobId>, jobs: &[JobId]) {
        let views = self.engine.jobs();
        let chosen = views.iter().filter(|view| jobs.contains(&view.id)).map(|view| view.outside_id.to_string());
        let of = Together::Jobs(chosen.collect());
        if let Some(view) = view.and_then(|view| self.together.get_mut(view)) {
            view.of = of;
        } else {
            let id = self.together.add(of);
            self.open_view(ctx, id);
        }
    }

    /// Shows all jobs of a group together, those that are launched later too.
    pub(super) fn show_group_together(&mut self, ctx: &Context, group: &str) {
        let id = self.together.add(Together::Group(group.to_owned()));
        self.open_view(ctx, id);
    }

    fn open_view(&mut self, ctx: &Context, id: JobId) {
        self.shell.wall.bring_to_front(id);
        ctx.request_repaint();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jobs_keep_their_colour_and_no_two_share_one_as_long_as_there_are_enough() {
        let mut colors = HashMap::new();
        let first: Vec<_> = (0..JobName::COLORS).map(|job| color_of(&mut colors, &job.to_string())).collect();
        assert_eq!(first.iter().collect::<HashSet<_>>().len(), usize::from(JobName::COLORS));
        assert_eq!(color_of(&mut colors, "3"), first[3]);
        assert_eq!(color_of(&mut colors, "one more"), 0);
    }

    #[test]
    fn a_view_that_is_asked_for_twice_is_one() {
        let mut views = Views::default();
        let group = views.add(Together::Group("Tonight".to_owned()));
        assert_eq!(views.add(Together::Group("Tonight".to_owned())), group);
        for number in 0..40 {
            views.add(Together::Jobs(vec![number.to_string()]));
        }
        assert_eq!(views.remembered().len(), MOST_VIEWS as usize);
        let again = Views::restored(&views.remembered());
        assert_eq!(again.remembered(), views.remembered());
    }
}
