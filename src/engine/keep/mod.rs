//! Jobs that live on when Sidestage closes.
//!
//! Such a job belongs to a *keeper*: a process of our own program, apart from the panel, with an engine of its own for
//! this one job. So all that an engine does for a job goes on without a panel: its log and history, its echo, its
//! restarts, and that nothing of its tree is left when it ends. The keeper's death, in whatever way, is the job's.
//!
//! A panel talks to the keeper over a loopback connection: wishes go in, states and the console's rows come out. The
//! keeper's console is the queue between the two, so a panel that is slow, stopped or gone holds nothing up; what it
//! missed is counted. A record on disk ([`record`]) tells the next panel where the keeper is.

mod contact;
mod frame;
mod identity;
mod keeper;
mod launch;
mod record;
mod serve;
mod spawn;

use std::path::PathBuf;

pub(super) use contact::{Contact, Post, Report, Start, begin};
pub(super) use frame::{Status, Wish};
pub use keeper::keep_job;
pub(super) use launch::Launch;
use launch::WireTarget;
pub(super) use record::{Record, find};

/// The hidden subcommand that is a keeper.
pub const KEEP_COMMAND: &str = "keep-job";

/// Where a job is kept from that lives on when Sidestage closes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeepPlan {
    /// The folder of the records, absolute; made when it is needed.
    pub dir: PathBuf,
    /// The preset's file, by the one name that it has, by which the next panel knows whose job it is.
    pub preset: Option<PathBuf>,
}
