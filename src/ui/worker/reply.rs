//! What came of what the panel wanted done.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::action::PresetKey;
use super::super::touch_code::{TouchCode, Use};
use super::dialogs::Question;
use super::fixes::For;
use super::task::{Batch, Purpose, ScriptStamp, Then};
use crate::discover::{Look, Looked, Nearby, Need, Survey};
use crate::model::declared::Declared;
use crate::model::{LocalNames, NameKind, Preset, Shared};
use crate::store::archive::{Export, Imported, Inside};
use crate::store::history::PastRun;
use crate::store::presets::{Folder, LoadError, SaveError, Saved, Stamp};

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
