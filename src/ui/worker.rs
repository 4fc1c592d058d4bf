//! Everything slow that the panel wants done: files, looking at the machine, dialogs. Each on a thread of its own, so
//! that a dead network drive stalls saves and nothing else, and never a frame.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::time::{Duration, Instant};

use super::action::{JobId, PresetKey};
use crate::discover::{self, Found, Survey};
use crate::model::{GroupLaunch, Preset};
use crate::store::groups;
use crate::store::history::{self, PastRun};
use crate::store::presets::{self, Expect, Folder, LoadError, SaveError, Saved, Stamp};
use crate::store::settings::{self, Settings};

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
        preset: Box<Preset>,
        expect: Expect,
    },
    Remove {
        key: PresetKey,
        path: PathBuf,
    },
    /// Into this folder.
    SaveSettings(PathBuf, Box<Settings>),
    /// A file or folder, with whatever the system opens such with.
    Open(PathBuf),
    /// The history in this folder of logs.
    ReadRuns(PathBuf),
    /// Find out what a preset comes to, to show it or to launch it.
    Survey {
        key: PresetKey,
        preset: Box<Preset>,
        dir: PathBuf,
        purpose: Purpose,
    },
    /// Find out what several presets come to, to launch them together.
    SurveyAll {
        /// In their order, each with the folder that its paths start from.
        presets: Vec<(PresetKey, Preset, PathBuf)>,
        batch: Batch,
    },
    /// Write down how a group of this folder is launched.
    RememberGroup {
        dir: PathBuf,
        name: String,
        launch: GroupLaunch,
    },
    FindInterpreters {
        script: Option<PathBuf>,
        dir: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Show,
    Launch,
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

/// What was asked of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Interpreter,
    Script,
    Folder,
    /// The value of the argument row with this index.
    Value(usize),
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
        preset: Box<Preset>,
        result: Result<Saved, SaveError>,
    },
    Removed {
        key: PresetKey,
        result: Result<PathBuf, SaveError>,
    },
    /// Something small failed; a sentence.
    Failed(String),
    Surveyed {
        key: PresetKey,
        preset: Box<Preset>,
        survey: Survey,
        purpose: Purpose,
    },
    SurveyedAll {
        surveys: Vec<(PresetKey, Preset, Survey)>,
        batch: Batch,
    },
    /// Something is worth knowing; a sentence.
    Notice(String),
    Runs {
        folder: PathBuf,
        runs: Vec<PastRun>,
    },
    Interpreters(Vec<Found>),
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

/// How many of a preset's runs the panel lists.
const SHOWN_RUNS: usize = 200;

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
                for task in tasks {
                    let Some(reply) = carry_out(task) else { continue };
                    if answers.send(reply).is_err() {
                        return;
                    }
                    (wake.0)();
                }
            };
            std::thread::Builder::new().name(name.to_owned()).spawn(work).map(|_| sender)
        };
        Ok(Self {
            files: start("files")?,
            surveys: start("survey")?,
            finds: start("interpreters")?,
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
            | Task::SaveSettings(_, _)
            | Task::RememberGroup { .. }
            | Task::Open(_)
            | Task::ReadRuns(_) => &self.files,
            Task::Survey { .. } | Task::SurveyAll { .. } => &self.surveys,
            Task::FindInterpreters { .. } => &self.finds,
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

    /// Asks the person for a file or folder; must be called on the window's thread. The answer comes as a reply.
    pub fn pick(&self, key: PresetKey, question: Question, near: &Path, window: Option<&eframe::Frame>) {
        let mut dialog = rfd::AsyncFileDialog::new().set_directory(near).set_title(match question {
            Question::Interpreter => "Choose the program that runs the script",
            Question::Script => "Choose a script",
            Question::Folder => "Choose the working folder",
            Question::Value(_) => "Choose a file",
        });
        if let Some(window) = window {
            dialog = dialog.set_parent(window);
        }
        let picking: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match question {
            Question::Folder => Box::pin(dialog.pick_folder()),
            Question::Interpreter | Question::Script | Question::Value(_) => Box::pin(dialog.pick_file()),
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
}

fn carry_out(task: Task) -> Option<Reply> {
    match task {
        Task::Load(dir) => Some(Reply::Loaded(presets::load_dir(&dir))),
        Task::Reread { key, path } => Some(Reply::Reread { key, result: presets::read_stamped(&path).map(Box::new) }),
        Task::Save { key, path, dir, preset, expect } => {
            let path = path.unwrap_or_else(|| presets::file_name_for(&preset.name, &dir));
            let result = presets::write(&path, &preset, expect);
            Some(Reply::Saved { key, path, preset, result })
        }
        Task::Remove { key, path } => Some(Reply::Removed { key, result: presets::remove(&path) }),
        Task::SaveSettings(dir, wanted) => settings::save_to(&dir, &wanted).err().map(Reply::Failed),
        Task::Open(path) if !path.exists() => {
            Some(Reply::Failed(format!("{} is not there, or not any more.", path.display())))
        }
        Task::Open(path) => {
            let failed = |error| Reply::Failed(format!("{} could not be opened: {error}.", path.display()));
            open::that_detached(&path).err().map(failed)
        }
        Task::ReadRuns(folder) => {
            let runs = history::read(&folder, SHOWN_RUNS);
            Some(Reply::Runs { folder, runs })
        }
        Task::Survey { key, preset, dir, purpose } => {
            let survey = discover::survey(&preset, &dir);
            Some(Reply::Surveyed { key, preset, survey, purpose })
        }
        Task::SurveyAll { presets, batch } => {
            let look = |(key, preset, dir): (PresetKey, Preset, PathBuf)| {
                let survey = discover::survey(&preset, &dir);
                (key, preset, survey)
            };
            Some(Reply::SurveyedAll { surveys: presets.into_iter().map(look).collect(), batch })
        }
        Task::RememberGroup { dir, name, launch } => match groups::remember(&dir, &name, launch) {
            Ok(notice) => notice.map(Reply::Notice),
            Err(why) => Some(Reply::Failed(why)),
        },
        Task::FindInterpreters { script, dir } => {
            let found = discover::with_versions(discover::find_interpreters(script.as_deref(), &dir));
            Some(Reply::Interpreters(found))
        }
    }
}
