//! Everything slow that the panel wants done: files, looking at the machine, dialogs. Each on a thread of its own, so
//! that a dead network drive stalls saves and nothing else, and never a frame.

mod archives;
mod dialogs;
mod fixes;
mod reply;
mod task;
mod tasks;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use super::line_worker::{self, Lines};
use crate::engine::{self, Target};

use tasks::{Breath, ask_program, carry_out, script_stamp};

pub use dialogs::Question;
pub use fixes::{For, PathQuestion};
pub use reply::Reply;
pub use task::{Asked, Batch, Purpose, ScriptStamp, Task, Then, VaultWish};

/// The panel's end.
#[derive(Debug)]
pub struct Worker {
    files: SyncSender<Task>,
    surveys: SyncSender<Task>,
    finds: SyncSender<Task>,
    scripts: SyncSender<Task>,
    /// What jobs name may be on a server that is gone; nothing else waits for that.
    opens: SyncSender<Task>,
    /// A keyring may wait for a person.
    vaults: SyncSender<Task>,
    replies: Receiver<Reply>,
    answers: Answers,
}

/// Where replies go, from whichever thread.
#[derive(Clone)]
struct Answers {
    sender: SyncSender<Reply>,
    wake: Arc<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Answers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answers").finish_non_exhaustive()
    }
}

impl Answers {
    /// Gives the panel a reply, as long as there is one.
    fn give(&self, reply: Reply) {
        if self.sender.send(reply).is_ok() {
            (self.wake)();
        }
    }
}

/// How many tasks may wait for one thread; a person can't press more before noticing that the disk is dead.
const WAITING: usize = 512;

impl Worker {
    /// Starts the threads; `wake` is called when there is a reply.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let (sender, replies) = sync_channel(WAITING);
        let answers = Answers { sender, wake };
        let start = |name: &str| {
            let (sender, tasks) = sync_channel::<Task>(WAITING);
            let answers = answers.clone();
            let work = move || {
                while let Ok(task) = tasks.recv() {
                    let mut breath = Breath::default();
                    for task in std::iter::once(task).chain(tasks.try_iter()) {
                        if let Some(reply) = carry_out(task, &mut breath) {
                            answers.give(reply);
                        }
                    }
                }
            };
            std::thread::Builder::new().name(name.to_owned()).spawn(work).map(|_| sender)
        };
        Ok(Self {
            files: start("files")?,
            surveys: start("survey")?,
            finds: start("interpreters")?,
            scripts: start("scripts")?,
            opens: start("open paths")?,
            vaults: start("secrets")?,
            replies,
            answers,
        })
    }

    /// Has a task done. Never waits.
    ///
    /// # Errors
    /// A sentence: so much is waiting already that the disk must be stuck.
    pub fn ask(&self, task: Task) -> Result<(), String> {
        let thread = match task {
            Task::Load(_)
            | Task::Reread { .. }
            | Task::Save { .. }
            | Task::Remove { .. }
            | Task::Restore { .. }
            | Task::SaveSettings(_, _)
            | Task::ReadNames(_)
            | Task::SetName { .. }
            | Task::LookInside(_)
            | Task::Import { .. }
            | Task::RememberGroup { .. }
            | Task::RememberOrder { .. }
            | Task::SaveShow(..)
            | Task::Open(_)
            | Task::ReadRuns(_) => &self.files,
            Task::Survey { .. } | Task::SurveyAll { .. } | Task::MakeTouchCode(..) | Task::PlanExport { .. } => {
                &self.surveys
            }
            Task::FindInterpreters(_) => &self.finds,
            Task::AskVault { .. } => &self.vaults,
            Task::ReadArguments { .. } => &self.scripts,
            Task::OpenPath(_) | Task::ShowInFolder(_) | Task::OpenAddress(_) => &self.opens,
        };
        thread.try_send(task).map_err(|error| match error {
            TrySendError::Full(_) => "The disk doesn't answer; too much is waiting for it already.".to_owned(),
            TrySendError::Disconnected(_) => {
                "Sidestage's file thread has ended; save under another name and restart.".to_owned()
            }
        })
    }

    /// What has been done since the last look. Never waits.
    #[must_use]
    pub fn replies(&self) -> Vec<Reply> {
        self.replies.try_iter().collect()
    }

    /// Runs a preset's program to ask it for its arguments, on a thread of its own: it may take a minute. What it says
    /// comes as a reply, to be brought into the rows.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn ask_program(&self, wanted: Asked, is_cancelled: Arc<AtomicBool>) -> Result<(), String> {
        let answers = self.answers.clone();
        let thread = std::thread::Builder::new().name("ask script".to_owned());
        let asking = thread.spawn(move || {
            let stamp = script_stamp(&wanted.script);
            let result = ask_program(&wanted, &is_cancelled).map(|declared| Some(Box::new(declared)));
            let Asked { key, script, .. } = wanted;
            answers.give(Reply::Arguments { key, script, stamp, result, then: Then::Merge });
        });
        asking.map(|_| ()).map_err(|error| format!("The script could not be asked: no more threads ({error})."))
    }

    /// Sends a line to try a target with, on a thread of its own: to look a name up may take long.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn try_target(&self, target: Target, datagram: Vec<u8>) -> Result<(), String> {
        let answers = self.answers.clone();
        let thread = std::thread::Builder::new().name("try target".to_owned()).spawn(move || {
            let said = engine::send_test_line(&target, &datagram).map(|address| {
                let host = if target.host == address.ip().to_string() { String::new() } else { format!(" ({target})") };
                format!("A test line was sent to {address}{host}.")
            });
            answers.give(Reply::Tried(said));
        });
        thread.map(|_| ()).map_err(|error| format!("The test line could not be sent: no more threads ({error})."))
    }

    /// Collects lines for the clipboard; they come as a reply.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn copy_lines(&self, lines: Lines) -> Result<(), String> {
        let answers = self.answers.clone();
        let copying = std::thread::Builder::new().name("copy lines".to_owned());
        let copying = copying.spawn(move || answers.give(line_worker::copy(&lines)));
        copying.map(|_| ()).map_err(|error| format!("The lines could not be copied: no more threads ({error})."))
    }
}
