//! Launching: a preset, its next run, a group, and what is to run when the panel opens. Each begins with a look at the
//! machine, on the worker; what comes of that is launched or said.

use std::collections::HashSet;

use eframe::egui::Context;

use super::library::Item;
use super::{App, MOST_OPENED, Opening};
use crate::discover::Survey;
use crate::engine::{Exit, JobId, JobView, LaunchSpec, State, StatePlan, Target};
use crate::launch::{Places, free_name};
use crate::model::{EchoTarget, GroupLaunch, Invocation, Preset, Problem, Shared, ShowEcho};
use crate::ui::action::PresetKey;
use crate::ui::editor::Tab;
use crate::ui::widgets::Severity;
use crate::ui::worker::{Batch, Purpose, Task};

/// A preset as it was looked at, and what came of that.
type Looked = (PresetKey, Shared<Preset>, Survey);

impl App {
    /// Looks at the preset as it is now, saved or not, and launches what it comes to.
    pub(super) fn launch(&mut self, ctx: &Context, key: PresetKey, purpose: Purpose) {
        let Some(item) = self.library.get(key) else { return };
        if purpose == Purpose::Launch && item.draft.edited.lifecycle.only_one && self.shows_running_one(ctx, key) {
            return;
        }
        let Some(item) = self.library.get(key) else { return };
        // A schedule launches what was saved: at that moment somebody may be in the middle of an edit.
        let saved = item.draft.saved.as_ref().filter(|_| purpose == Purpose::Scheduled);
        let preset = saved.unwrap_or(&item.draft.edited).clone();
        let dir = self.library.dir_of(key);
        let (target, names) = (self.library.show.target.clone(), self.library.names.clone());
        self.ask(ctx, Task::Survey { key, preset, dir, target, names, purpose });
    }

    /// With the preset's present arguments; as it was where the preset is gone.
    pub(super) fn launch_again(&mut self, ctx: &Context, job: JobId) {
        self.selected_job = Some(job);
        let key = self.engine.jobs().into_iter().find(|view| view.id == job).and_then(|view| key_of(&view));
        match key.filter(|key| self.library.get(*key).is_some()) {
            Some(key) => self.launch(ctx, key, Purpose::LaunchAgain(job)),
            None => self.engine.launch_again(job, None),
        }
    }

    /// Where there may be only one of a preset and one lives: selects that, and hurries it if it only waits.
    fn shows_running_one(&mut self, ctx: &Context, key: PresetKey) -> bool {
        let Some(view) = self.engine.jobs().into_iter().find(|view| view.is_live() && key_of(view) == Some(key)) else {
            return false;
        };
        self.selected_job = Some(view.id);
        let what = match view.state {
            State::Waiting(_) => {
                self.engine.launch_now(view.id);
                format!("“{}” was waiting, and is started now.", view.name)
            }
            State::Starting { .. } | State::Running { .. } | State::Stopping { .. } | State::Ended(_) => {
                format!("“{}” runs already, and its preset allows only one at a time.", view.name)
            }
        };
        self.shell.toasts.add(ctx, Severity::Info, what);
        true
    }

    /// Looks at all presets of a group, in the order in which they are listed.
    pub(super) fn launch_group(&mut self, ctx: &Context, group: &str) {
        let how = self.library.launch_of(group);
        self.launch_all(ctx, |item| item.draft.edited.group == group, Batch::Group(how));
    }

    /// Once the presets are read, and it is known what an earlier Sidestage has left running: that belongs to its
    /// presets again, and what launches when the panel opens and doesn't run already is launched.
    pub(super) fn settle(&mut self, ctx: &Context) {
        if self.opening != Opening::Loaded || self.engine.is_finding() {
            return;
        }
        self.opening = Opening::Settled;
        let found: Vec<_> = self
            .engine
            .jobs()
            .into_iter()
            .filter_map(|view| {
                let file = view.preset.as_deref().filter(|_| view.tag.is_empty())?;
                let of_it = |item: &&Item| self.library.real_file_of(item).as_deref() == Some(file);
                let item = self.library.items.iter().find(of_it)?;
                Some((view.id, item.draft.key))
            })
            .collect();
        for (job, key) in &found {
            self.engine.set_tag(*job, &key.0.to_string());
        }
        if std::mem::take(&mut self.launches_at_open) {
            let runs = |item: &Item| found.iter().any(|(_, key)| *key == item.draft.key);
            let is_meant = |item: &Item| item.draft.edited.lifecycle.launch_at_open && !runs(item);
            self.launch_all(ctx, is_meant, Batch::AtOpen);
        }
    }

    fn launch_all(&mut self, ctx: &Context, is_meant: impl Fn(&Item) -> bool, batch: Batch) {
        let items = self.library.items.iter().filter(|item| is_meant(item));
        let presets: Vec<_> = items
            .map(|item| (item.draft.key, item.draft.edited.clone(), self.library.dir_of(item.draft.key)))
            .collect();
        if !presets.is_empty() {
            let (target, names) = (self.library.show.target.clone(), self.library.names.clone());
            self.ask(ctx, Task::SurveyAll { presets, target, names, batch });
        }
    }

    /// Stops a group's jobs one after another, the last of the list first; a second time kills them all.
    pub(super) fn stop_group(&self, group: &str) {
        let views = self.engine.jobs();
        let items = self.library.items.iter().filter(|item| item.draft.edited.group == group);
        let jobs: Vec<_> = items
            .flat_map(|item| views.iter().filter(|view| view.is_live() && key_of(view) == Some(item.draft.key)))
            .map(|view| view.id)
            .collect();
        if !jobs.is_empty() {
            self.engine.stop_in_reverse(&jobs);
        }
    }

    /// From now on this ties the show to Touch, and after the next start too.
    pub(super) fn change_show(&mut self, ctx: &Context, show: ShowEcho) {
        if self.library.show != show {
            self.library.set_show(show.clone());
            self.tell_state(ctx);
            let dir = self.library.dir.clone();
            self.ask(ctx, Task::SaveShow(dir, Box::new(show)));
            // An earlier look at the folder may be under way; the last one must be of the new file.
            self.load(ctx);
        }
    }

    /// Tells the jobs' state to whom the show wants it told.
    pub(super) fn tell_state(&mut self, ctx: &Context) {
        if let Err(error) = self.engine.set_state_echo(StatePlan::of(&self.library.show)) {
            let what = format!("The state of the jobs is not told: the system gives no more threads ({error}).");
            self.shell.toasts.add(ctx, Severity::Warning, what);
        }
    }

    /// Sends a line to try a target with.
    pub(super) fn send_test_line(&mut self, ctx: &Context, target: &EchoTarget, datagram: Vec<u8>) {
        let checked = target.check_host().and_then(|()| target.checked_port().map(|_| ()));
        let tried = match (checked, Target::of(target)) {
            (Ok(()), Some(target)) => self.worker.try_target(target, datagram),
            (Err(why), _) => Err(why),
            (Ok(()), None) => Ok(()),
        };
        if let Err(why) = tried {
            self.shell.toasts.add(ctx, Severity::Warning, why);
        }
    }

    /// From now on the group is launched so, and after the next start too.
    pub(super) fn set_group_launch(&mut self, ctx: &Context, name: String, launch: GroupLaunch) {
        if self.library.launch_of(&name) != launch {
            self.library.chosen.insert(name.clone(), launch);
            let dir = self.library.dir.clone();
            self.ask(ctx, Task::RememberGroup { dir, name, launch });
            // An earlier look at the folder may be under way; the last one must be of the new file.
            self.load(ctx);
        }
    }

    pub(super) fn hear_survey(&mut self, ctx: &Context, (key, preset, survey): Looked, purpose: Purpose) {
        match (purpose, &survey.invocation) {
            (Purpose::Show, _) => {}
            (Purpose::Launch, Ok(_)) if preset.lifecycle.only_one && self.shows_running_one(ctx, key) => {}
            (Purpose::Launch, Ok(invocation)) => {
                let mut spec = self.spec(key, &preset, invocation.clone());
                spec.name = free_name(&preset.name, &self.job_names());
                let job = self.engine.launch(spec);
                self.selected_job = Some(job);
                self.open_console_of_launch(job);
            }
            (Purpose::Scheduled, looked) => self.launch_scheduled(ctx, (key, &preset), looked),
            (Purpose::LaunchAgain(job), Ok(invocation)) => {
                let mut spec = self.spec(key, &preset, invocation.clone());
                if let Some(view) = self.engine.jobs().into_iter().find(|view| view.id == job) {
                    spec.name = view.name.to_string();
                }
                self.engine.launch_again(job, Some(spec));
            }
            (Purpose::Launch | Purpose::LaunchAgain(_), Err(problems)) => {
                let what = refusal(&preset.name, problems);
                self.show_problems(ctx, key, problems, what);
            }
        }
        if let Some(item) = self.library.get_mut(key) {
            item.is_surveying &= purpose != Purpose::Show;
            item.survey = Some((preset, survey));
        }
    }

    /// Without taking anybody's place: who looks at another preset goes on to.
    fn launch_scheduled(
        &mut self,
        ctx: &Context,
        (key, preset): (PresetKey, &Preset),
        looked: &Result<Invocation, Vec<Problem>>,
    ) {
        let note = self.schedules.note_of(key);
        let is_of_it = |view: &JobView| view.is_live() && key_of(view) == Some(key);
        let what = match looked {
            Ok(_) if preset.lifecycle.only_one && self.engine.jobs().iter().any(is_of_it) => {
                format!(
                    "“{}” runs already, and is left as it is, though it was to be launched by its schedule.",
                    preset.name
                )
            }
            Ok(invocation) => {
                let mut spec = self.spec(key, preset, invocation.clone());
                spec.name = free_name(&preset.name, &self.job_names());
                spec.note = note;
                let job = self.engine.launch(spec);
                self.schedules.note_launched(&self.engine, key, job);
                return self.open_console_of_launch(job);
            }
            Err(problems) => format!("{} {note}", refusal(&preset.name, problems)),
        };
        self.shell.toasts.add(ctx, Severity::Warning, what);
    }

    /// What is wrong is said, and marked beside its field too, where it stays.
    fn show_problems(&mut self, ctx: &Context, key: PresetKey, problems: &[Problem], what: String) {
        self.shell.toasts.add(ctx, Severity::Warning, what);
        self.selected = Some(key);
        if let Some(tab) = problems.first().and_then(|problem| Tab::of(problem.place)) {
            self.shell.editor.tab = tab;
        }
    }

    /// Launches those that can run. On a stage most of a group is better than nothing of it, and what is missing is
    /// said; only where each waits for the one before can nothing come after one that can't run.
    pub(super) fn hear_survey_of_all(&mut self, ctx: &Context, surveys: Vec<Looked>, batch: &Batch) {
        let how = match batch {
            Batch::Group(how) => *how,
            Batch::AtOpen => GroupLaunch::Together,
        };
        let surveys = self.without_running_ones(ctx, surveys);
        let (mut specs, mut names) = (Vec::new(), self.job_names());
        for (index, (key, preset, survey)) in surveys.iter().enumerate() {
            match &survey.invocation {
                Ok(invocation) => {
                    let mut spec = self.spec(*key, preset, invocation.clone());
                    spec.name = free_name(&preset.name, &names);
                    names.insert(spec.name.clone());
                    specs.push(spec);
                }
                Err(problems) => {
                    let waiting = if how == GroupLaunch::WhenReady { &surveys[index + 1..] } else { &[] };
                    let what = format!("{}{}", refusal(&preset.name, problems), neither(waiting));
                    self.show_problems(ctx, *key, problems, what);
                    if how == GroupLaunch::WhenReady {
                        break;
                    }
                }
            }
        }
        let jobs = self.engine.launch_group(specs, how);
        self.selected_job = jobs.first().copied().or(self.selected_job);
        for job in jobs {
            self.open_console_of_launch(job);
        }
        for (key, preset, survey) in surveys {
            if let Some(item) = self.library.get_mut(key) {
                item.survey = Some((preset, survey));
            }
        }
    }

    /// Without those of which one lives and only one may.
    fn without_running_ones(&mut self, ctx: &Context, surveys: Vec<Looked>) -> Vec<Looked> {
        let views = self.engine.jobs();
        let lives = |key: PresetKey| views.iter().any(|view| view.is_live() && key_of(view) == Some(key));
        let (running, others): (Vec<_>, Vec<_>) =
            surveys.into_iter().partition(|(key, preset, _)| preset.lifecycle.only_one && lives(*key));
        if !running.is_empty() {
            let what = match running.as_slice() {
                [_] => format!("{} runs already, and is left as it is.", named(&running)),
                _ => format!("{} run already, and are left as they are.", named(&running)),
            };
            self.shell.toasts.add(ctx, Severity::Info, what);
        }
        others
    }

    fn spec(&self, key: PresetKey, preset: &Preset, invocation: Invocation) -> LaunchSpec {
        let file = self.library.get(key).and_then(|item| self.library.real_file_of(item));
        let mut spec = self.places().spec(&preset.in_show(&self.library.show.target), file.as_deref(), invocation);
        spec.tag = key.0.to_string();
        spec
    }

    /// This panel's own folders, wherever another Sidestage of this user has its.
    pub(super) fn places(&self) -> Places {
        let (running_dir, logs_dir) = (self.running_dir.clone(), self.logs_dir.clone());
        Places { running_dir, logs_dir, logs: self.settings.wanted.logs }
    }

    fn job_names(&self) -> HashSet<String> {
        self.engine.jobs().into_iter().map(|view| view.name.to_string()).collect()
    }

    /// A launched job's console opens; where there are many, in the place of one that can be done without.
    pub(super) fn open_console_of_launch(&mut self, job: JobId) {
        if self.open_consoles.len() >= MOST_OPENED {
            let views = self.engine.jobs();
            let ranks = self.open_consoles.iter().enumerate();
            let ranks = ranks.filter_map(|(index, id)| Some((self.rank_to_go(*id, &views)?, index)));
            let Some((_, index)) = ranks.min() else { return };
            self.open_consoles.remove(index);
        }
        self.open_consoles.push(job);
    }

    /// How early an open console goes for another; `None` where it stays. One that was scrolled in a tab that is hidden by
    /// now would else keep a place for good, and that of what was just launched would never open.
    fn rank_to_go(&self, id: JobId, views: &[JobView]) -> Option<u8> {
        if self.windows.has(id) {
            return None;
        }
        let is_well = match views.iter().find(|view| view.id == id).map(|view| &view.state) {
            None => true,
            Some(State::Ended(ending)) => ending.stopped || ending.exit == Exit::Code(0),
            Some(State::Waiting(_) | State::Starting { .. } | State::Running { .. } | State::Stopping { .. }) => {
                return None;
            }
        };
        let (is_in_use, is_hidden) = (self.shell.wall.is_in_use(id), !self.shell.wall.is_in_sight(id));
        match (is_well, is_in_use) {
            (true, false) => Some(0),
            (true, true) => is_hidden.then_some(1),
            (false, _) => is_hidden.then_some(2),
        }
    }
}

/// The preset that a job was launched from.
pub(super) fn key_of(view: &JobView) -> Option<PresetKey> {
    view.tag.parse().ok().map(PresetKey)
}

fn refusal(name: &str, problems: &[Problem]) -> String {
    let whats: Vec<_> = problems.iter().map(|problem| problem.what.as_str()).collect();
    format!("“{name}” was not launched. {}", whats.join(" "))
}

/// That those which would have waited for it were not launched either.
fn neither(waiting: &[Looked]) -> String {
    match waiting {
        [] => String::new(),
        [_] => format!(" {} comes after it, and wasn't launched either.", named(waiting)),
        _ => format!(" {} come after it, and weren't launched either.", named(waiting)),
    }
}

fn named(presets: &[Looked]) -> String {
    let names: Vec<_> = presets.iter().map(|(_, preset, _)| format!("“{}”", preset.name)).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => names.concat(),
    }
}
