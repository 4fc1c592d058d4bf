//! Orders from outside, over UDP: as OSC or as plain text on one port, from TouchDesigner, from a control surface, or from
//! `sidestage ctl`.
//!
//! # How it works
//!
//! The `listener` reads datagrams and turns away whoever is not allowed or asks too much. [`text`] and [`osc`] make
//! [`Order`]s of bytes; they are pure and never fail. The `desk` carries orders out by the engine: it looks a preset up
//! on the [`Shelf`] by its ID, sets what the preset opened for that, looks at the machine and launches, as the panel does.
//! Each order is answered ([`answer`]) and noted (`journal`).
//!
//! Nobody outside can name a file, a program or a free argument: an order can only say which of the presets, and set rows
//! that these opened. Nothing here grows with what is sent: senders, tokens, waiting launches, the log and the answers
//! are all bounded.

pub mod allow;
pub mod answer;
mod client;
mod desk;
mod journal;
mod listener;
pub mod order;
pub mod osc;
mod rate;
mod seen;
mod shelf;
pub mod text;

use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::engine::{Engine, JobId};
use crate::launch::Places;
use crate::store::settings::OrderSettings;

pub use client::{Ask, Reply, ReplyRow, ask};
use desk::Desk;
use journal::Journal;
pub use journal::{Entry, FILE_NAME as LOG_FILE_NAME};
use listener::OrderPort;
pub use listener::{PortState, Wanted};
pub use order::{Order, Refusal, Verb, shown};
pub use shelf::{Offer, Shelf, id_of, offers_of};

/// How long the end waits for a launch whose files are still being looked at.
const PATIENCE: Duration = Duration::from_secs(2);

/// Hears orders for one engine. Dropping it closes its port and lets go of the engine.
#[derive(Debug)]
pub struct Orders {
    port: OrderPort,
    desk: Arc<Desk>,
    thread: Option<JoinHandle<()>>,
}

impl Orders {
    /// Hears nothing yet. Orders are noted in a file of `log_dir`, if there is one; `wake` is called when the port's state
    /// has changed, when a job was launched, and for each order while somebody watches.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(
        engine: &Arc<Engine>,
        shelf: Shelf,
        places: Places,
        log_dir: Option<&Path>,
        wake: Arc<dyn Fn() + Send + Sync>,
    ) -> std::io::Result<Self> {
        let journal = Journal::start(log_dir, Arc::clone(&wake))?;
        let (desk, thread) = Desk::start(engine, shelf, places, journal)?;
        Ok(Self { port: OrderPort::new(Arc::clone(&desk), wake), desk, thread: Some(thread) })
    }

    /// Opens, closes or moves the port. Never waits; [`Orders::state`] tells what came of it.
    pub fn set(&mut self, settings: &OrderSettings) {
        self.port.set(settings);
    }

    /// How it stands with the port.
    #[must_use]
    pub fn state(&self) -> PortState {
        self.port.state()
    }

    /// The presets that can be ordered.
    #[must_use]
    pub fn shelf(&self) -> &Shelf {
        self.desk.shelf()
    }

    /// Jobs are logged, locked and kept there from now on.
    pub fn set_places(&self, places: Places) {
        self.desk.set_places(places);
    }

    /// The jobs that were launched by order since the last time.
    #[must_use]
    pub fn take_launched(&self) -> Vec<JobId> {
        self.desk.take_launched()
    }

    /// The latest orders, the newest first, at most so many.
    #[must_use]
    pub fn recent(&self, most: usize) -> Vec<Entry> {
        self.desk.journal().recent(most)
    }

    /// Whether somebody looks at the latest orders.
    pub fn set_watched(&self, is_watched: bool) {
        self.desk.journal().set_watched(is_watched);
    }

    /// The file that orders are noted in; it may not be there yet.
    #[must_use]
    pub fn log_path(&self) -> Option<&Path> {
        self.desk.journal().path()
    }
}

impl Drop for Orders {
    fn drop(&mut self) {
        self.port.close();
        self.desk.close_down();
        // A look at a drive that doesn't answer must not hold the end up.
        let end = Instant::now() + PATIENCE;
        let Some(thread) = self.thread.take() else { return };
        while !thread.is_finished() && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(2));
        }
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}
