//! The monitor's other end: the receiver that listens while its window is open, and the rows that it shows.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Context, ViewportId};

use super::{App, OUTPUT_FRAME};
use crate::monitor::{
    Counts, Ending, Filter, Format, JobSequence, Limits, Listen, Receiver, Row, Standing, Trouble, Wake,
};
use crate::ui::action::Action;
use crate::ui::monitor_panel::{DatagramRows, MonitorData, monitor_ui};

/// How soon a rate is looked at again that will be wrong then.
const RATE_FRAME: Duration = Duration::from_millis(500);

/// Listens for the window, if anything.
pub(super) struct Watch {
    wake: Wake,
    receiver: Option<Receiver>,
    /// One that was told to end, and may have the port that is wanted next.
    ending: Option<Ending>,
    /// Why there is no receiver.
    trouble: Option<Trouble>,
    filter: Option<Filter>,
    wanted_filter: Option<(Format, String)>,
    generation: u64,
    counts: Counts,
    lossy_jobs: Vec<JobSequence>,
}

impl Watch {
    pub(super) fn new(ctx: &Context) -> Self {
        let ctx = ctx.clone();
        Self {
            // By name: from another thread, "the" window is whichever is being drawn.
            wake: Arc::new(move || ctx.request_repaint_after_for(OUTPUT_FRAME, ViewportId::ROOT)),
            receiver: None,
            ending: None,
            trouble: None,
            filter: None,
            wanted_filter: None,
            generation: 0,
            counts: Counts::default(),
            lossy_jobs: Vec::new(),
        }
    }

    /// Listens there, and nowhere else any more.
    pub(super) fn listen(&mut self, listen: Listen) {
        self.close();
        self.generation += 1;
        let started = Receiver::start(listen, Limits::default(), Arc::clone(&self.wake), self.ending.take());
        match started {
            Ok(receiver) => self.receiver = Some(receiver),
            Err(error) => self.trouble = Some(Trouble::Other(format!("There is no way to listen now: {error}."))),
        }
        self.start_filter();
    }

    /// Closes the port; what came can be read on.
    pub(super) fn stop(&mut self) {
        self.trouble = None;
        if let Some(ending) = self.receiver.as_mut().and_then(Receiver::end) {
            self.ending = Some(ending);
        }
    }

    /// Closes the port, and forgets what came.
    pub(super) fn close(&mut self) {
        self.stop();
        self.filter = None;
        self.receiver = None;
    }

    pub(super) fn pause(&self, is_paused: bool) {
        if let Some(receiver) = &self.receiver {
            receiver.inbox().hold(is_paused);
        }
    }

    pub(super) fn clear(&self) {
        if let Some(receiver) = &self.receiver {
            receiver.inbox().clear();
        }
    }

    pub(super) fn set_filter(&mut self, wanted: Option<(Format, String)>) {
        self.wanted_filter = wanted;
        self.start_filter();
    }

    fn start_filter(&mut self) {
        self.filter = None;
        if let (Some(receiver), Some((format, text))) = (&self.receiver, &self.wanted_filter) {
            match Filter::start(receiver.inbox(), *format, text, Arc::clone(&self.wake)) {
                Ok(filter) => self.filter = Some(filter),
                Err(error) => tracing::warn!("the monitor's rows can't be filtered: {error}"),
            }
        }
    }

    /// Before a frame that shows it.
    pub(super) fn look(&mut self, ctx: &Context) {
        let Some(receiver) = &self.receiver else {
            self.counts = Counts::default();
            self.lossy_jobs.clear();
            return;
        };
        let inbox = receiver.inbox();
        inbox.seen();
        self.counts = inbox.counts();
        self.lossy_jobs.clear();
        if self.counts.missing > 0 {
            self.lossy_jobs.extend(inbox.jobs().into_iter().filter(|job| job.missing > 0));
        }
        // What came last makes a rate that is wrong a second later, and nothing else will say so.
        if self.counts.per_second > 0 {
            ctx.request_repaint_after(RATE_FRAME);
        }
    }

    pub(super) fn data(&self) -> MonitorData<'_> {
        let standing = match (&self.receiver, &self.trouble) {
            (Some(receiver), _) => Some(receiver.inbox().standing()),
            (None, Some(trouble)) => Some(Standing::Failed(trouble.clone())),
            (None, None) => None,
        };
        MonitorData {
            standing,
            rows: self,
            counts: self.counts,
            lossy_jobs: &self.lossy_jobs,
            generation: self.generation,
        }
    }
}

impl App {
    /// The monitor's window, over the rest.
    pub(super) fn draw_monitor(&mut self, ctx: &Context, actions: &mut Vec<Action>) {
        if self.shell.monitor.is_open {
            self.watch.look(ctx);
            monitor_ui(ctx, &self.watch.data(), &mut self.shell.monitor, actions);
        }
    }

    /// Shows the monitor; where nothing was typed yet, with the port that the open preset's echo goes to.
    pub(super) fn open_monitor(&mut self) {
        self.shell.monitor.is_open = true;
        if self.shell.monitor.place.is_empty() {
            let open = self.selected.and_then(|key| self.library.get(key));
            let port = open.map(|item| item.draft.edited.echo.port).filter(|port| *port != 0);
            self.shell.monitor.place = port.map(|port| port.to_string()).unwrap_or_default();
        }
    }

    /// Opens the monitor on this port.
    pub(super) fn watch_port(&mut self, listen: Listen) {
        self.shell.monitor.show(&listen);
        self.watch.listen(listen);
    }

    pub(super) fn close_monitor(&mut self) {
        self.shell.monitor.is_open = false;
        self.shell.monitor.is_paused = false;
        self.watch.close();
    }
}

impl DatagramRows for Watch {
    fn held(&self, format: Format) -> Range<u64> {
        match (&self.filter, &self.receiver) {
            (Some(filter), _) if filter.is_for(format) => filter.places(),
            (_, Some(receiver)) => receiver.inbox().rows(format),
            (_, None) => 0..0,
        }
    }

    fn copy_rows(&self, format: Format, rows: Range<u64>, out: &mut Vec<Row>) {
        match (&self.filter, &self.receiver) {
            (Some(filter), _) if filter.is_for(format) => filter.copy_rows(rows, out),
            (_, Some(receiver)) => receiver.inbox().copy_rows(format, rows, out),
            (_, None) => {}
        }
    }
}
