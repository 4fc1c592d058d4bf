//! Everything slow that the panel wants done: files, looking at the machine, dialogs. Each on a thread of its own, so
//! that a dead network drive stalls saves and nothing else, and never a frame.

mod archives;
mod fixes;
mod tasks;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant, SystemTime};

use secrecy::SecretString;

use super::action::{Asking, JobId, PresetKey};
use super::line_worker::{self, Lines};
use super::touch_code::{TouchCode, Use, Wanted};
use crate::discover::{Look, Looked, Nearby, Need, Survey};
use crate::engine::{self, Target};
use crate::model::declared::Declared;
use crate::model::{EchoTarget, GroupLaunch, LocalNames, NameKind, Preset, Shared, ShowEcho};
use crate::store::archive::{Export, Imported, Inside};
use crate::store::history::PastRun;
use crate::store::presets::{Expect, Folder, LoadError, SaveError, Saved, Stamp};
use crate::store::settings::Settings;
use crate::vault::Vault;

use tasks::{Breath, ask_program, carry_out, script_stamp};

pub use fixes::{For, PathQuestion};

/// What the panel wants done.
#[derive(Debug)]
pub enum Task {
    Load(PathBuf),
    /// Read one file again.
    Reread {
        key: PresetKey,
        path: PathBuf,
    },
    /// Save; without a path as a new file, whose name is made from the preset's.
    Save {
        key: PresetKey,
        path: Option<PathBuf>,
        dir: PathBuf,
        preset: Shared<Preset>,
        /// What its file calls it, where that is something else.
        old_name: Option<String>,
        expect: Expect,
    },
    Remove {
        key: PresetKey,
        path: PathBuf,
    },
    /// What names mean on this machine, as this folder's file says.
    ReadNames(PathBuf),
    /// In this folder's file, make a name mean this path, or nothing any more.
    SetName {
        dir: PathBuf,
        kind: NameKind,
        name: String,
        path: Option<String>,
    },
    /// Find out what would go into an archive of the preset; without a path it would lie in the folder.
    PlanExport {
        preset: Shared<Preset>,
        path: Option<PathBuf>,
        dir: PathBuf,
        names: Arc<LocalNames>,
    },
    /// See what is in an archive.
    LookInside(PathBuf),
    /// Unpack an archive into a folder of presets.
    Import {
        path: PathBuf,
        dir: PathBuf,
    },
    /// A preset's file that was removed, back to where it was.
    Restore {
        /// The step that removed it.
        id: u64,
        from: PathBuf,
        to: PathBuf,
    },
    /// Into this folder.
    SaveSettings(PathBuf, Box<Settings>),
    /// A file or folder, with whatever the system opens such with.
    Open(PathBuf),
    /// What a job named: opened unless it could run something.
    OpenPath(PathBuf),
    ShowInFolder(PathBuf),
    /// A link, which its program opens.
    OpenAddress(String),
    /// The history in this folder of logs.
    ReadRuns(PathBuf),
    /// Find out what a preset comes to, to show it or to launch it.
    Survey {
        key: PresetKey,
        preset: Shared<Preset>,
        dir: PathBuf,
        /// The show's, for an echo that goes there.
        target: EchoTarget,
        names: Arc<LocalNames>,
        purpose: Purpose,
    },
    /// Read what a script's text says of its arguments; unless it is as it was at this stamp.
    ReadArguments {
        key: PresetKey,
        script: PathBuf,
        known: Option<ScriptStamp>,
        then: Then,
    },
    /// Find out what several presets come to, to launch them together.
    SurveyAll {
        /// In their order, each with the folder that its paths start from.
        presets: Vec<(PresetKey, Shared<Preset>, PathBuf)>,
        target: EchoTarget,
        names: Arc<LocalNames>,
        batch: Batch,
    },
    /// Write down how a group of this folder is launched.
    RememberGroup {
        dir: PathBuf,
        name: String,
        launch: GroupLaunch,
    },
    /// Write down in which order the presets of this folder stand.
    RememberOrder {
        dir: PathBuf,
        order: Vec<String>,
    },
    /// Write down what ties the show of this folder to Touch.
    SaveShow(PathBuf, Box<ShowEcho>),
    /// A preset as code for TouchDesigner.
    MakeTouchCode(Box<Wanted>, Use),
    /// Ask the keyring about a secret of this name; it may show a question of its own, and takes its time.
    AskVault {
        vault: Vault,
        name: String,
        wish: VaultWish,
    },
    FindInterpreters(Box<Look>),
}

/// A preset whose program is asked for its arguments.
#[derive(Debug)]
pub struct Asked {
    pub key: PresetKey,
    pub preset: Preset,
    pub dir: PathBuf,
    /// What names mean on this machine.
    pub names: std::sync::Arc<LocalNames>,
    /// As the preset names it, or of a program that is no file just that.
    pub script: PathBuf,
    pub how: Asking,
}

/// By which a script's file is known to be as it was.
pub type ScriptStamp = (SystemTime, u64);

/// What is done with a script's arguments when they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// It is said what they would change.
    Offer,
    /// They are brought into the rows.
    Merge,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Show,
    Launch,
    /// Its time has come, or its file has changed.
    Scheduled,
    /// A new run of this job.
    LaunchAgain(JobId),
}

/// Presets that are launched together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Batch {
    Group(GroupLaunch),
    /// Those that are launched when the panel opens.
    AtOpen,
}

/// What the keyring is to do.
#[derive(Debug)]
pub enum VaultWish {
    /// Only say whether it has it.
    Look,
    Store(SecretString),
    Remove,
}

/// What was asked of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Interpreter,
    Script,
    Folder,
    /// A value of an argument row: the row's index, and how many values stand before it.
    Value(usize, usize),
    /// As [`Question::Value`], where it is a folder.
    FolderValue(usize, usize),
    /// What an occasion watches: its index, and whether it is a folder.
    Watched(usize, bool),
}

/// What came of it.
#[derive(Debug)]
pub enum Reply {
    Loaded(Folder),
    Reread {
        key: PresetKey,
        result: Result<Box<(Preset, Stamp)>, LoadError>,
    },
    Saved {
        key: PresetKey,
        path: PathBuf,
        preset: Shared<Preset>,
        result: Result<Saved, SaveError>,
        /// The name that it had, where it has another now.
        old_name: Option<String>,
        /// What is in the file instead, where somebody else changed it and it loads.
        theirs: Option<Shared<Preset>>,
    },
    Removed {
        key: PresetKey,
        result: Result<PathBuf, SaveError>,
    },
    Restored {
        id: u64,
        result: Result<PathBuf, SaveError>,
    },
    /// What became of an order; a sentence where something is worth knowing.
    OrderRemembered(Result<Option<String>, String>),
    /// Something small failed; a sentence.
    Failed(String),
    Surveyed {
        key: PresetKey,
        preset: Shared<Preset>,
        survey: Survey,
        /// With which names it was looked at.
        names: Arc<LocalNames>,
        purpose: Purpose,
    },
    /// And those of which the path isn't there.
    Names(LocalNames, Vec<(NameKind, String)>),
    /// What became of a change; a sentence where something is worth knowing.
    NameSet {
        name: String,
        result: Result<Option<String>, String>,
    },
    PickedFor(For, PathBuf),
    Hunted(Need, Nearby),
    ExportPlanned(Box<Export>),
    LookedInside(PathBuf, Box<Inside>),
    Imported(Result<Imported, String>),
    /// What a script says of its arguments; nothing, where it is as it was.
    Arguments {
        key: PresetKey,
        script: PathBuf,
        stamp: Option<ScriptStamp>,
        result: Result<Option<Box<Declared>>, String>,
        then: Then,
    },
    SurveyedAll {
        surveys: Vec<(PresetKey, Shared<Preset>, Survey)>,
        batch: Batch,
    },
    /// Something is worth knowing; a sentence.
    Notice(String),
    /// What became of a test line.
    Tried(Result<String, String>),
    Runs {
        folder: PathBuf,
        runs: Vec<PastRun>,
    },
    TouchCode(Box<TouchCode>, Use),
    /// Whether the keyring has a secret now, and what was done, as a sentence.
    Vault {
        name: String,
        is_stored: Result<bool, String>,
        done: Option<String>,
    },
    /// What was found, and what was looked for.
    Interpreters(Box<Look>, Looked),
    /// What goes to the clipboard, and what to say of it.
    Copied {
        text: String,
        what: String,
        is_cut: bool,
    },
    /// How far a long task is that has this name, or how it ended.
    Progress {
        name: String,
        what: Result<String, String>,
    },
    Picked {
        key: PresetKey,
        question: Question,
        path: PathBuf,
    },
}

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
    answers: SyncSender<Reply>,
    wake: Wake,
}

#[derive(Clone)]
struct Wake(Arc<dyn Fn() + Send + Sync>);

impl std::fmt::Debug for Wake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wake")
    }
}

/// How many tasks may wait for one thread; a person can't press more before noticing that the disk is dead.
const WAITING: usize = 512;

/// A dialog that is answered faster than this was never shown.
const NO_DIALOG: Duration = Duration::from_millis(300);

impl Worker {
    /// Starts the threads; `wake` is called when there is a reply.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(wake: Arc<dyn Fn() + Send + Sync>) -> std::io::Result<Self> {
        let (answers, replies) = sync_channel(WAITING);
        let wake = Wake(wake);
        let start = |name: &str| {
            let (sender, tasks) = sync_channel::<Task>(WAITING);
            let (answers, wake) = (answers.clone(), wake.clone());
            let work = move || {
                while let Ok(task) = tasks.recv() {
                    let mut breath = Breath::default();
                    for task in std::iter::once(task).chain(tasks.try_iter()) {
                        let Some(reply) = carry_out(task, &mut breath) else { continue };
                        if answers.send(reply).is_err() {
                            return;
                        }
                        (wake.0)();
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
            wake,
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
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let thread = std::thread::Builder::new().name("ask script".to_owned());
        let asking = thread.spawn(move || {
            let stamp = script_stamp(&wanted.script);
            let result = ask_program(&wanted, &is_cancelled).map(|declared| Some(Box::new(declared)));
            let Asked { key, script, .. } = wanted;
            answer(&answers, &wake, Reply::Arguments { key, script, stamp, result, then: Then::Merge });
        });
        asking.map(|_| ()).map_err(|error| format!("The script could not be asked: no more threads ({error})."))
    }

    /// Sends a line to try a target with, on a thread of its own: to look a name up may take long.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn try_target(&self, target: Target, datagram: Vec<u8>) -> Result<(), String> {
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let thread = std::thread::Builder::new().name("try target".to_owned()).spawn(move || {
            let said = engine::send_test_line(&target, &datagram).map(|address| {
                let host = if target.host == address.ip().to_string() { String::new() } else { format!(" ({target})") };
                format!("A test line was sent to {address}{host}.")
            });
            if answers.send(Reply::Tried(said)).is_ok() {
                (wake.0)();
            }
        });
        thread.map(|_| ()).map_err(|error| format!("The test line could not be sent: no more threads ({error})."))
    }

    /// Asks the person for a file or folder; must be called on the window's thread. The answer comes as a reply.
    pub fn pick(&self, key: PresetKey, question: Question, near: &Path, window: Option<&eframe::Frame>) {
        let mut dialog = rfd::AsyncFileDialog::new().set_directory(near).set_title(match question {
            Question::Interpreter => "Choose the program that runs the script",
            Question::Script => "Choose a script",
            Question::Folder => "Choose the working folder",
            Question::Value(..) => "Choose a file",
            Question::FolderValue(..) => "Choose a folder",
            Question::Watched(_, false) => "Choose the file whose change launches this",
            Question::Watched(_, true) => "Choose the folder in which changes launch this",
        });
        if let Some(window) = window {
            dialog = dialog.set_parent(window);
        }
        let picking: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match question {
            Question::Folder | Question::FolderValue(..) | Question::Watched(_, true) => Box::pin(dialog.pick_folder()),
            Question::Interpreter | Question::Script | Question::Value(..) | Question::Watched(_, false) => {
                Box::pin(dialog.pick_file())
            }
        };
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let asked = Instant::now();
        let thread = std::thread::Builder::new().name("dialog".to_owned()).spawn(move || {
            let reply = match pollster::block_on(picking) {
                Some(file) => Reply::Picked { key, question, path: file.path().to_path_buf() },
                None if asked.elapsed() < NO_DIALOG => Reply::Failed(
                    "The system showed no file dialog; type the path, or drop the file onto the window.".to_owned(),
                ),
                None => return,
            };
            if answers.send(reply).is_ok() {
                (wake.0)();
            }
        });
        if let Err(error) = thread {
            tracing::warn!("no thread for a dialog: {error}");
        }
    }

    /// Collects lines for the clipboard; they come as a reply.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn copy_lines(&self, lines: Lines) -> std::io::Result<()> {
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let thread = std::thread::Builder::new().name("copy lines".to_owned());
        thread.spawn(move || answer(&answers, &wake, line_worker::copy(&lines))).map(|_| ())
    }

    /// Asks for a file and writes lines into it; must be called on the window's thread. Replies say how it goes on.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn save_lines(&self, lines: Lines, name: &Path, window: Option<&eframe::Frame>) -> std::io::Result<()> {
        let mut dialog = rfd::AsyncFileDialog::new()
            .set_title("Save lines as")
            .set_file_name(name.to_string_lossy())
            .add_filter("Text", &["txt", "log"]);
        if let Some(window) = window {
            dialog = dialog.set_parent(window);
        }
        let picking = dialog.save_file();
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let asked = Instant::now();
        let thread = std::thread::Builder::new().name("save lines".to_owned());
        let work = move || match pollster::block_on(picking) {
            Some(file) => save_to(lines, file.path(), (&answers, &wake)),
            None if asked.elapsed() < NO_DIALOG => {
                let what = "The system showed no file dialog, so the lines could not be saved. Copy them instead.";
                answer(&answers, &wake, Reply::Failed(what.to_owned()));
            }
            None => {}
        };
        thread.spawn(work).map(|_| ())
    }
}

/// Writes lines into a file, and says how it goes on.
fn save_to(lines: Lines, path: &Path, (answers, wake): (&SyncSender<Reply>, &Wake)) {
    let name = format!("save {}", path.display());
    let tell = |what| answer(answers, wake, Reply::Progress { name: name.clone(), what });
    let saved = line_worker::save(&lines, path, |how_far| tell(Ok(how_far)));
    // Whoever hears of the end may look at the console: nothing of it is held any more then.
    drop(lines);
    tell(saved);
}

fn answer(answers: &SyncSender<Reply>, wake: &Wake, reply: Reply) {
    if answers.send(reply).is_ok() {
        (wake.0)();
    }
}
