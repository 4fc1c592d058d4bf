//! What the panel wants done beside its frames.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use secrecy::SecretString;

use super::super::action::{Asking, JobId, PresetKey};
use super::super::touch_code::{Use, Wanted};
use crate::discover::Look;
use crate::model::{EchoTarget, GroupLaunch, LocalNames, NameKind, Preset, Shared, ShowEcho};
use crate::store::presets::Expect;
use crate::store::settings::Settings;
use crate::vault::Vault;

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
