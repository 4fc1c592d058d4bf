//! The history of the open preset's runs: read on the worker while its page is open, and again when a run began or
//! ended.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::Context;

use super::App;
use super::clock::date_time;
use super::launch::key_of;
use crate::engine::{JobId, JobView, State};
use crate::store::history::{Outcome, PastRun};
use crate::store::logs;
use crate::ui::action::PresetKey;
use crate::ui::editor::{RunRow, Tab};
use crate::ui::job_state::{EndKind, JobState, duration_text};
use crate::ui::worker::Task;

/// The logs' thread writes a run's end after the engine has told it, so there is a second look.
const SECOND_LOOK: Duration = Duration::from_secs(1);

/// What is known of the open preset's runs.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// Newest first; none before they were read.
    pub rows: Option<Vec<RunRow>>,
    asked: Option<Asked>,
    look_again_at: Option<Instant>,
}

/// What the last look was about; anything else is reason for another.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    key: PresetKey,
    folder: PathBuf,
    /// Its jobs, their present runs, and whether those have a process.
    jobs: Vec<(JobId, u32, bool)>,
}

impl App {
    /// The folder with the logs of a preset, if it has a name and this user a place for logs.
    pub(super) fn logs_of(&self, key: PresetKey) -> Option<PathBuf> {
        let name = &self.library.get(key)?.draft.edited.name;
        Some(logs::preset_dir(self.logs_dir.as_deref()?, name))
    }

    /// Has the runs read that the open page shows, where something has changed.
    pub(super) fn ask_for_runs(&mut self, ctx: &Context) {
        let Some(key) = self.selected.filter(|_| self.shell.editor.tab == Tab::Runs) else { return };
        let Some(folder) = self.logs_of(key) else { return };
        let views = self.engine.jobs();
        let jobs =
            views.iter().filter(|view| key_of(view) == Some(key)).map(|view| (view.id, view.run, has_process(view)));
        let asked = Asked { key, folder: folder.clone(), jobs: jobs.collect() };
        if self.runs.asked.as_ref() == Some(&asked) {
            let Some(at) = self.runs.look_again_at else { return };
            let left = at.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                ctx.request_repaint_after(left);
                return;
            }
            self.runs.look_again_at = None;
        } else {
            if self.runs.asked.as_ref().is_none_or(|before| before.folder != folder) {
                self.runs.rows = None;
            }
            self.runs.asked = Some(asked);
            self.runs.look_again_at = Some(Instant::now() + SECOND_LOOK);
        }
        self.ask(ctx, Task::ReadRuns(folder));
        if self.runs.look_again_at.is_some() {
            ctx.request_repaint_after(SECOND_LOOK);
        }
    }

    pub(super) fn hear_runs(&mut self, folder: &PathBuf, runs: Vec<PastRun>) {
        if self.runs.asked.as_ref().is_some_and(|asked| asked.folder == *folder) {
            self.runs.rows = Some(runs.into_iter().map(run_row).collect());
        }
    }
}

fn has_process(view: &JobView) -> bool {
    match view.state {
        State::Running { .. } | State::Stopping { .. } => true,
        State::Waiting(_) | State::Starting { .. } | State::Ended(_) => false,
    }
}

fn run_row(run: PastRun) -> RunRow {
    let how = run.describe().to_owned();
    let (state, lasted) = match &run.outcome {
        Outcome::Running => (Some(JobState::Running), String::new()),
        Outcome::Unknown => (None, String::new()),
        Outcome::Ended(end) => {
            let kind = match (end.stopped, end.code, run.pid) {
                (true, _, _) => EndKind::Stopped,
                (false, _, None) => EndKind::CouldNotStart,
                (false, Some(0), Some(_)) => EndKind::Ok,
                (false, _, Some(_)) => EndKind::Failed,
            };
            (Some(JobState::Ended(kind)), lasted(end.duration_secs))
        }
    };
    RunRow { when: date_time(run.started), lasted, how, state, log: run.log }
}

/// Short runs to a tenth of a second: whether it failed at once or after one is worth knowing.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a run's seconds, which are not negative")]
fn lasted(secs: f64) -> String {
    if secs < 60.0 { format!("{:.1} s", secs.max(0.0)) } else { duration_text(secs as u64) }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::model::RunEnd;

    fn check(pid: Option<u32>, code: Option<i32>, stopped: bool) -> (Option<JobState>, String) {
        let end = RunEnd {
            at: Timestamp::UNIX_EPOCH,
            duration_secs: 1.25,
            how: "so".to_owned(),
            code,
            signal: None,
            stopped,
        };
        let row = run_row(PastRun {
            preset: "Test".to_owned(),
            id: "a".to_owned(),
            run: 1,
            pid,
            started: Timestamp::UNIX_EPOCH,
            outcome: Outcome::Ended(end),
            log: None,
        });
        (row.state, row.lasted)
    }

    #[test]
    fn a_past_run_is_told_as_a_job_is() {
        let is = |kind| (Some(JobState::Ended(kind)), "1.2 s".to_owned());
        assert_eq!(check(Some(5), Some(0), false), is(EndKind::Ok));
        assert_eq!(check(Some(5), Some(1), false), is(EndKind::Failed));
        assert_eq!(check(Some(5), None, false), is(EndKind::Failed));
        assert_eq!(check(Some(5), Some(143), true), is(EndKind::Stopped));
        assert_eq!(check(None, None, false), is(EndKind::CouldNotStart));
        assert_eq!(lasted(3725.9), "1:02:05");
    }
}
