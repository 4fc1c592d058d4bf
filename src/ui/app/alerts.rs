//! Who is told of alerts: the job's row until its console was looked at, and once, where nobody looks at the window, the
//! system, which marks it in its own way. Nothing takes the focus.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use eframe::egui::{Context, UserAttentionType, ViewportCommand, ViewportId};

use crate::engine::{Alerts, Engine, JobId};

/// How long a console is in sight before what it alerted of counts as seen.
const SEEN_AFTER: Duration = Duration::from_secs(4);

/// What is told, and since when it is in sight.
#[derive(Debug, Default)]
pub(super) struct Attention {
    /// With how many lines those are: what comes meanwhile has its own time.
    in_sight_since: HashMap<JobId, (Instant, u64)>,
    /// The system was asked, and the window wasn't looked at since.
    is_asked: bool,
}

impl Attention {
    /// Calls who is away, if there is a reason; also while the window isn't drawn.
    pub(super) fn call(&mut self, ctx: &Context, engine: &Engine) {
        if has_focus(ctx) || !engine.has_alerts() {
            self.is_asked = false;
        } else if !self.is_asked {
            self.is_asked = true;
            ctx.send_viewport_cmd_to(
                ViewportId::ROOT,
                ViewportCommand::RequestUserAttention(UserAttentionType::Informational),
            );
        }
    }

    /// Looks at all jobs, once a frame. Answers what each still alerts of.
    pub(super) fn look(
        &mut self,
        ctx: &Context,
        engine: &Engine,
        jobs: &[JobId],
        is_in_sight: impl Fn(JobId) -> bool,
    ) -> HashMap<JobId, Alerts> {
        if !engine.has_alerts() {
            self.in_sight_since.clear();
            return HashMap::new();
        }
        let has_focus = has_focus(ctx);
        let mut pending = HashMap::new();
        let now = Instant::now();
        for job in jobs {
            let Some(console) = engine.console(*job) else { continue };
            let mut alerts = console.alerts();
            if alerts.count == 0 || !(has_focus && is_in_sight(*job)) {
                self.in_sight_since.remove(job);
            } else {
                let (since, count) = *self.in_sight_since.entry(*job).or_insert((now, alerts.count));
                let mut left = SEEN_AFTER.saturating_sub(now.saturating_duration_since(since));
                if left.is_zero() {
                    console.see_alerts(count);
                    alerts = console.alerts();
                    self.in_sight_since.insert(*job, (now, alerts.count));
                    left = SEEN_AFTER;
                }
                if alerts.count > 0 {
                    ctx.request_repaint_after(left);
                }
            }
            if alerts.count > 0 {
                pending.insert(*job, alerts);
            }
        }
        self.in_sight_since.retain(|job, _| pending.contains_key(job));
        pending
    }
}

/// Whether one of our windows has the keys, as the system told last; what a frame was given is older where none is drawn.
fn has_focus(ctx: &Context) -> bool {
    ctx.input(|input| {
        let mut windows = input.raw.viewports.values();
        input.raw.focused || windows.any(|window| window.focused == Some(true))
    })
}
