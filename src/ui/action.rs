//! What a person can want of the panel: one enum, which owns each wish's label, tooltip, icon and keys (`descriptor`).
//!
//! Buttons, keys, menus and the palette all push an [`Action`]; the app carries it out. Drawing code never does.

mod descriptor;

use std::path::PathBuf;

use super::console_export::{Excerpt, LineFormat};
use super::console_wish::Wish;
use super::secret_states::Typed;
use crate::discover::Need;
pub use crate::engine::{JobId, Query};
pub use crate::model::Arrangement;
use crate::model::{ConsoleLook, EchoTarget, GroupLaunch, NameKind, ShowEcho};
use crate::monitor::{Format, Listen};
pub use crate::snippet::Kind;
use crate::store::archive::Export;
use crate::store::settings::Settings;

pub use descriptor::{Descriptor, take_pressed};
pub(super) use descriptor::{command, keyed, plain};

/// A preset in the panel, whether it has a file yet or not. Given by the app, valid until it quits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PresetKey(pub u64);

/// Which theme the panel is drawn in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    Dark,
    Light,
}

/// How the text of consoles changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextStep {
    Larger,
    Smaller,
    /// To the size that it has by itself.
    Usual,
}

/// How a program is asked for its arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// A Python script, up to where it parses them.
    Parser,
    /// With `--help`.
    Help,
}

/// One wish.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    SelectPreset(PresetKey),
    NewPreset,
    DuplicatePreset,
    /// Puts the text cursor into the selected preset's name.
    RenamePreset,
    SavePreset,
    /// Asks for a name.
    SavePresetAs,
    /// The answer to [`Action::SavePresetAs`].
    SavePresetAsName(String),
    RevertPreset,
    /// The answer to a save that found another's edits in the file; they are kept as the version before.
    OverwritePreset,
    Undo,
    Redo,
    /// Of the preset that this step of the history deleted.
    UndoDeletion(u64),
    /// Shows what is different in the file, and asks which shall be.
    ShowConflict,
    /// Asks first.
    DeletePreset,
    /// The answer to [`Action::DeletePreset`].
    DeletePresetConfirmed,
    LaunchPreset(PresetKey),
    LaunchSelected,
    /// All presets under this heading, in the way that is remembered for it.
    LaunchGroup(String),
    /// Its jobs, the last first.
    StopGroup(String),
    /// Under this heading, before that preset of it or behind all.
    MovePreset(PresetKey, String, Option<PresetKey>),
    /// The open one, among those of its group.
    MovePresetUp,
    MovePresetDown,
    /// How it is launched from now on.
    SetGroupLaunch(String, GroupLaunch),
    SelectJob(JobId),
    StopJob(JobId),
    StopSelectedJob,
    /// At once, and all that it started.
    KillJob(JobId),
    /// Don't let it wait for its turn or its next attempt.
    StartNow(JobId),
    /// It shall not run after all.
    CancelWait(JobId),
    LaunchAgain(JobId),
    /// Only a job that has ended.
    RemoveJob(JobId),
    StopAll,
    RemoveEnded,
    /// On this machine, once more.
    LookForInterpreters,
    BrowseInterpreter,
    BrowseScript,
    BrowseFolder,
    /// A file or folder for a value of the argument row with this index: the first, or one behind it.
    BrowseValue(usize, usize),
    /// The index of an occasion, and whether a folder is to be chosen.
    BrowseWatched(usize, bool),
    /// Reads the script of the open preset, and brings its arguments into the rows.
    ReadArguments,
    /// Brings what is known of them into the rows.
    TakeArguments,
    /// Asks first whether the script may run up to where it parses its arguments.
    AskArguments,
    /// Asks first whether the program may run with `--help`.
    AskForHelp,
    /// The answer to [`Action::AskArguments`] and [`Action::AskForHelp`].
    AskConfirmed(Asking),
    CancelAsking,
    /// The argument row with this index names this command of the script, whose rows come in.
    ChooseCommand(usize, String),
    DroppedFiles(Vec<PathBuf>),
    /// How the open consoles lie from now on.
    Arrange(Arrangement),
    ShowConsole(JobId),
    HideConsole(JobId),
    /// Asks which jobs are to be shown in one console; in that one, if it is of several already.
    ChooseTogether(Option<JobId>),
    /// The answer to [`Action::ChooseTogether`].
    ShowTogether(Option<JobId>, Vec<JobId>),
    /// All jobs of a group in one console.
    ShowGroupTogether(String),
    /// A console gets a window of its own.
    OpenWindow(JobId),
    /// And comes back to the others.
    CloseWindow(JobId),
    ClearConsole(JobId),
    /// To the job's standard input.
    SendLine(JobId, String),
    /// Asks for the value of a secret of this name.
    AskForSecret(String),
    /// The answer to [`Action::AskForSecret`], for this machine's keyring.
    StoreSecret(String, Typed),
    /// From this machine's keyring.
    RemoveSecret(String),
    /// Nothing more comes on the job's standard input.
    EndInput(JobId),
    OpenLog(PathBuf),
    OpenLogFolder(PathBuf),
    /// A file or folder that a job named; programs and scripts are shown in their folder instead.
    OpenPath(PathBuf),
    /// A link that a program wrote.
    OpenAddress(String),
    ShowInFolder(PathBuf),
    /// In the console that keys mean.
    Console(Wish),
    /// Lines of a console to the clipboard.
    CopyLines(JobId, Box<Excerpt>),
    /// Into a file, for which is asked.
    SaveLines(JobId, Box<Excerpt>),
    /// The next console of that job's preset looks so too.
    RememberLook(JobId, ConsoleLook),
    /// In the console that has the keys, or is under the pointer, or is the selected job's; else a preset.
    Find,
    FindNext,
    FindPrevious,
    /// In a job's console, or no more.
    Search(JobId, Option<Query>),
    FocusSearch,
    TogglePalette,
    /// Whether nothing is launched by itself for now.
    PauseSchedules(bool),
    SetTheme(ThemeChoice),
    /// Of all consoles.
    ConsoleText(TextStep),
    ZoomIn,
    ZoomOut,
    ZoomReset,
    /// Shows the open preset as code for TouchDesigner.
    CopyForTouch,
    /// That code, onto the clipboard.
    CopyTouchCode(Kind),
    /// Shows the monitor, as it was left.
    OpenMonitor,
    /// Shows the monitor and listens there.
    WatchPort(Listen),
    /// Closes its port too.
    CloseMonitor,
    MonitorListen(Listen),
    MonitorStop,
    MonitorPause(bool),
    MonitorClear,
    /// Only rows of this format that hold this text, or all.
    MonitorFilter(Option<(Format, String)>),
    OpenPresetsFolder,
    OpenFolder(PathBuf),
    ToggleSettings,
    /// What kept the port for orders from opening may be gone.
    ReopenOrderPort,
    /// From now on they are these.
    ChangeSettings(Box<Settings>),
    /// What ties the show to Touch from now on.
    ChangeShow(Box<ShowEcho>),
    OpenShowSettings,
    /// This datagram, to this target.
    SendTestLine(Box<EchoTarget>, Vec<u8>),
    /// What presets need and this machine lacks.
    ShowMissing,
    /// Asks for what takes its place: a folder, or a file.
    BrowseMissing(Need, bool),
    /// This takes its place, in all presets that need it.
    FixMissing(Need, PathBuf),
    /// Looks for it around the presets and in the roots.
    SearchNearby(Need),
    CancelSearch,
    /// The page of settings with this machine's roots and names.
    OpenMachineSettings,
    /// On this machine the name means this path from now on, or nothing.
    SetName(NameKind, String, Option<String>),
    /// Asks for what the name means: a folder, or a file.
    BrowseName(NameKind, String, bool),
    /// A folder that presets name by its whole path becomes a root of this name, in all of them.
    MakeRoot(PathBuf, String),
    /// Shows what of the open preset would go into an archive.
    ExportPreset,
    /// The answer to [`Action::ExportPreset`]; asks where.
    ExportTo(Box<Export>),
    /// Asks for an archive, and shows what is in it.
    ImportPreset,
    /// The answer to [`Action::ImportPreset`].
    ImportFrom(PathBuf),
    /// Asks first if a job runs or a preset isn't saved.
    Quit,
    /// Saves all presets that aren't saved, then asks what is left to ask.
    SaveAllAndQuit,
    /// The answer to [`Action::Quit`]: stops all jobs, discards what isn't saved.
    QuitConfirmed,
}

impl Action {
    /// Whether it is about the window as a whole, not about what is open or selected in it.
    #[must_use]
    pub const fn concerns_window(&self) -> bool {
        matches!(
            self,
            Self::StopAll
                | Self::TogglePalette
                | Self::ToggleSettings
                | Self::ZoomIn
                | Self::ZoomOut
                | Self::ZoomReset
                | Self::Quit
        )
    }
}
