//! What a person can want of the panel: one enum, which owns each wish's label, tooltip, icon and keys.
//!
//! Buttons, keys, menus and the palette all push an [`Action`]; the app carries it out. Drawing code never does.

use std::path::PathBuf;

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::icons;
pub use crate::engine::{JobId, Query};
use crate::model::GroupLaunch;

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

/// One wish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    SelectPreset(PresetKey),
    NewPreset,
    DuplicatePreset,
    SavePreset,
    /// Asks for a name.
    SavePresetAs,
    /// The answer to [`Action::SavePresetAs`].
    SavePresetAsName(String),
    RevertPreset,
    /// The answer to a save that found another's edits in the file; they are kept as the version before.
    OverwritePreset,
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
    BrowseInterpreter,
    BrowseScript,
    BrowseFolder,
    /// A file for the value of the argument row with this index.
    BrowseValue(usize),
    DroppedFiles(Vec<PathBuf>),
    ShowConsole(JobId),
    HideConsole(JobId),
    ClearConsole(JobId),
    /// To the job's standard input.
    SendLine(JobId, String),
    /// Nothing more comes on the job's standard input.
    EndInput(JobId),
    OpenLog(PathBuf),
    OpenLogFolder(PathBuf),
    /// The whole scrollback to the clipboard.
    CopyConsole(JobId),
    /// In the console that has the keys, or is under the pointer, or is the selected job's; else a preset.
    Find,
    FindNext,
    FindPrevious,
    /// In a job's console, or no more.
    Search(JobId, Option<Query>),
    FocusSearch,
    TogglePalette,
    SetTheme(ThemeChoice),
    ZoomIn,
    ZoomOut,
    ZoomReset,
    OpenPresetsFolder,
    /// Asks first if a job runs or a preset isn't saved.
    Quit,
    /// Saves all presets that aren't saved, then asks what is left to ask.
    SaveAllAndQuit,
    /// The answer to [`Action::Quit`]: stops all jobs, discards what isn't saved.
    QuitConfirmed,
}

/// How an action presents itself.
#[derive(Clone, Copy, Debug)]
pub struct Descriptor {
    /// A verb first, and no more than is on a button.
    pub label: &'static str,
    pub tooltip: &'static str,
    /// The first is the one that is shown.
    pub shortcuts: &'static [KeyboardShortcut],
    pub icon: &'static str,
}

const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const SHIFT_COMMAND: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

impl Action {
    /// Every action that has keys; each stands for itself, without data.
    pub const WITH_KEYS: [Self; 18] = [
        Self::NewPreset,
        Self::DuplicatePreset,
        Self::SavePreset,
        Self::SavePresetAs,
        Self::LaunchSelected,
        Self::StopSelectedJob,
        Self::StopAll,
        Self::Find,
        Self::FindNext,
        Self::FindPrevious,
        Self::FocusSearch,
        Self::TogglePalette,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::Quit,
        Self::BrowseScript,
        Self::RemoveEnded,
    ];

    /// Every action that the palette lists, in its order.
    pub const IN_PALETTE: [Self; 23] = [
        Self::LaunchSelected,
        Self::StopSelectedJob,
        Self::StopAll,
        Self::RemoveEnded,
        Self::NewPreset,
        Self::DuplicatePreset,
        Self::SavePreset,
        Self::SavePresetAs,
        Self::RevertPreset,
        Self::DeletePreset,
        Self::BrowseScript,
        Self::Find,
        Self::FindNext,
        Self::FindPrevious,
        Self::FocusSearch,
        Self::OpenPresetsFolder,
        Self::SetTheme(ThemeChoice::System),
        Self::SetTheme(ThemeChoice::Dark),
        Self::SetTheme(ThemeChoice::Light),
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::Quit,
    ];

    /// Label, tooltip, keys and icon.
    #[must_use]
    #[expect(clippy::too_many_lines, reason = "a table: a line or two for each action")]
    pub const fn descriptor(&self) -> Descriptor {
        use icons as i;
        match self {
            Self::NewPreset => keyed("New preset", "Start a preset for a script of your own", i::PLUS, NEW),
            Self::DuplicatePreset => {
                keyed("Duplicate preset", "Start from a copy of this preset", i::COPY_SIMPLE, DUPLICATE)
            }
            Self::SavePreset => keyed("Save", "Save this preset to its file", i::FLOPPY_DISK, SAVE),
            Self::SavePresetAs => {
                keyed("Save as…", "Save under a new name, in a file of its own", i::FLOPPY_DISK_BACK, SAVE_AS)
            }
            Self::SavePresetAsName(_) => plain("Save", "Save under this name", i::FLOPPY_DISK_BACK),
            Self::RevertPreset => plain("Revert", "Go back to what the preset's file says", i::ARROW_COUNTER_CLOCKWISE),
            Self::OverwritePreset => plain("Overwrite", "Save over what is in the file now", i::FLOPPY_DISK),
            Self::DeletePreset => plain("Delete preset…", "Move this preset's file out of the way", i::TRASH),
            Self::DeletePresetConfirmed => plain("Delete", "Move this preset's file out of the way", i::TRASH),
            Self::BrowseScript => {
                keyed("Choose a script…", "Choose the script that this preset runs", i::FILE_CODE, BROWSE_SCRIPT)
            }
            Self::BrowseInterpreter => {
                plain("Browse for an interpreter…", "Choose the program that runs the script", i::FOLDER_OPEN)
            }
            Self::BrowseFolder => {
                plain("Browse for a working folder…", "Choose the folder that the job works in", i::FOLDER_OPEN)
            }
            Self::BrowseValue(_) => plain("Browse for a file…", "Choose a file as this row's value", i::FOLDER_OPEN),
            Self::DroppedFiles(_) => plain("Use the dropped file", "Make a dropped file the script", i::FILE_CODE),
            Self::OpenPresetsFolder => {
                plain("Open the presets folder", "Show the presets' files in the file manager", i::FOLDER_OPEN)
            }
            Self::SelectPreset(_) => plain("Open preset", "Show this preset in the editor", i::NOTE_PENCIL),
            Self::LaunchPreset(_) => plain("Launch", "Launch this preset", i::PLAY_FILLED),
            Self::LaunchSelected => keyed("Launch", "Launch the preset in the editor", i::PLAY_FILLED, LAUNCH),
            Self::StopJob(_) => plain(
                "Stop",
                "Ask the job to stop, and kill it when its time is over. A second press kills it at once",
                i::STOP_FILLED,
            ),
            Self::KillJob(_) => {
                plain("Kill now", "Kill the job and everything that it started, at once", i::LIGHTNING_FILLED)
            }
            Self::StartNow(_) => plain("Start now", "Wait no longer", i::PLAY_FILLED),
            Self::CancelWait(_) => plain("Cancel", "Don't start it after all", i::X),
            Self::LaunchGroup(_) => plain("Launch group", "Launch every preset under this heading", i::PLAY_FILLED),
            Self::StopGroup(_) => plain(
                "Stop group",
                "Stop its jobs one after another, the last first. A second press kills them all",
                i::STOP_FILLED,
            ),
            Self::SetGroupLaunch(_, GroupLaunch::Together) => {
                plain("All at once", "Launch all in the same moment", i::STACK)
            }
            Self::SetGroupLaunch(_, GroupLaunch::Staggered { .. }) => {
                plain("One after another", "Launch one every few seconds", i::CLOCK)
            }
            Self::SetGroupLaunch(_, GroupLaunch::WhenReady) => plain(
                "Each when the one before is ready",
                "What ready means is under each preset's Lifecycle",
                i::QUEUE,
            ),
            Self::StopSelectedJob => {
                keyed("Stop the selected job", "Ask the job to stop; kill it when its time is over", i::STOP, STOP)
            }
            Self::LaunchAgain(_) => plain(
                "Launch again",
                "Run it once more, as its preset is now; if it runs, it is stopped first",
                i::ARROW_CLOCKWISE,
            ),
            Self::RemoveJob(_) => plain("Remove", "Take this ended job off the list", i::X),
            Self::StopAll => keyed("Stop all", "Ask every running job to stop", i::STOP_FILLED, STOP_ALL),
            Self::RemoveEnded => keyed("Clear ended", "Take all ended jobs off the list", i::ERASER, REMOVE_ENDED),
            Self::ShowConsole(_) => plain("Show console", "Show what this job writes", i::TERMINAL_WINDOW),
            Self::HideConsole(_) => plain("Hide console", "Hide this console; the job runs on", i::X),
            Self::ClearConsole(_) => plain("Clear", "Forget the lines that this console holds", i::ERASER),
            Self::SendLine(..) => plain("Send line", "Send a line to the job", i::ARROW_ELBOW_DOWN_LEFT),
            Self::EndInput(_) => plain("End input", "Tell the job that nothing more comes", i::X),
            Self::OpenLog(_) => plain("Open log", "Open what this run has written, in a text editor", i::FILE_TEXT),
            Self::OpenLogFolder(_) => {
                plain("Open log folder", "Show the logs of this preset in the file manager", i::FOLDER_OPEN)
            }
            Self::CopyConsole(_) => plain("Copy all", "Copy every line that this console holds", i::COPY),
            Self::SelectJob(_) => plain("Select job", "Select this job", i::LIST),
            Self::Find => keyed(
                "Find in console",
                "Find in the console under the pointer, or of the selected job",
                i::MAGNIFYING_GLASS,
                FIND,
            ),
            Self::FindNext => keyed("Next match", "Go to the next line that matches", i::MAGNIFYING_GLASS, FIND_NEXT),
            Self::FindPrevious => {
                keyed("Previous match", "Go to the line before that matches", i::MAGNIFYING_GLASS, FIND_PREVIOUS)
            }
            Self::Search(..) => plain("Search", "Search in this console", i::MAGNIFYING_GLASS),
            Self::FocusSearch => keyed("Find a preset", "Find a preset by its name", i::MAGNIFYING_GLASS, FIND_PRESET),
            Self::TogglePalette => {
                keyed("Command palette", "Launch a preset or do anything else by typing", i::COMMAND, PALETTE)
            }
            Self::SetTheme(ThemeChoice::System) => {
                plain("Theme: as the system", "Dark or light as the system says", i::CIRCLE_HALF)
            }
            Self::SetTheme(ThemeChoice::Dark) => plain("Theme: dark", "For a dark room", i::MOON),
            Self::SetTheme(ThemeChoice::Light) => plain("Theme: light", "For daylight", i::SUN),
            Self::ZoomIn => keyed("Zoom in", "Make everything larger", i::PLUS, ZOOM_IN),
            Self::ZoomOut => keyed("Zoom out", "Make everything smaller", i::MAGNIFYING_GLASS, ZOOM_OUT),
            Self::ZoomReset => keyed("Zoom to 100 %", "Everything at its own size", i::MAGNIFYING_GLASS, ZOOM_RESET),
            Self::SaveAllAndQuit => plain("Save all and quit", "Save every preset, then quit", i::FLOPPY_DISK),
            Self::QuitConfirmed => plain("Quit", "Stop all jobs and quit", i::POWER),
            Self::Quit => keyed("Quit", "Close Sidestage", i::POWER, QUIT),
        }
    }
}

const NEW: &[KeyboardShortcut] = &[command(Key::N)];
const DUPLICATE: &[KeyboardShortcut] = &[command(Key::D)];
const SAVE: &[KeyboardShortcut] = &[command(Key::S)];
const SAVE_AS: &[KeyboardShortcut] = &[KeyboardShortcut::new(SHIFT_COMMAND, Key::S)];
const LAUNCH: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::NONE, Key::F5), command(Key::Enter)];
const STOP: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::SHIFT, Key::F5), command(Key::Period)];
const STOP_ALL: &[KeyboardShortcut] = &[KeyboardShortcut::new(SHIFT_COMMAND, Key::Period)];
const REMOVE_ENDED: &[KeyboardShortcut] = &[KeyboardShortcut::new(SHIFT_COMMAND, Key::L)];
const BROWSE_SCRIPT: &[KeyboardShortcut] = &[command(Key::O)];
const FIND: &[KeyboardShortcut] = &[command(Key::F)];
const FIND_NEXT: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::NONE, Key::F3)];
const FIND_PREVIOUS: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::SHIFT, Key::F3)];
const FIND_PRESET: &[KeyboardShortcut] = &[KeyboardShortcut::new(SHIFT_COMMAND, Key::F)];
const PALETTE: &[KeyboardShortcut] = &[command(Key::P), command(Key::K)];
const ZOOM_IN: &[KeyboardShortcut] = &[command(Key::Plus), command(Key::Equals)];
const ZOOM_OUT: &[KeyboardShortcut] = &[command(Key::Minus)];
const ZOOM_RESET: &[KeyboardShortcut] = &[command(Key::Num0)];
const QUIT: &[KeyboardShortcut] = &[command(Key::Q)];

const fn plain(label: &'static str, tooltip: &'static str, icon: &'static str) -> Descriptor {
    keyed(label, tooltip, icon, &[])
}

const fn keyed(
    label: &'static str,
    tooltip: &'static str,
    icon: &'static str,
    shortcuts: &'static [KeyboardShortcut],
) -> Descriptor {
    Descriptor { label, tooltip, shortcuts, icon }
}

impl Descriptor {
    /// The first shortcut as this system writes it, such as `Ctrl+S`.
    #[must_use]
    pub fn shortcut_text(&self, ctx: &Context) -> Option<String> {
        self.shortcuts.first().map(|shortcut| ctx.format_shortcut(shortcut))
    }
}

/// The actions whose keys were pressed; those keys are used up.
pub fn take_pressed(ctx: &Context, actions: &mut Vec<Action>) {
    // `consume_shortcut` lets a shortcut match while Shift is held too, so those with more modifiers come first.
    let mut keyed: Vec<_> = Action::WITH_KEYS
        .iter()
        .flat_map(|action| action.descriptor().shortcuts.iter().map(move |shortcut| (shortcut, action)))
        .collect();
    keyed.sort_by_key(|(shortcut, _)| !shortcut.modifiers.shift);
    for (shortcut, action) in keyed {
        if ctx.input_mut(|input| input.consume_shortcut(shortcut)) {
            actions.push(action.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn no_two_actions_share_a_key() {
        let mut owners = HashMap::new();
        for action in Action::WITH_KEYS {
            let descriptor = action.descriptor();
            assert!(!descriptor.shortcuts.is_empty(), "{action:?} is listed as having keys");
            for shortcut in descriptor.shortcuts {
                let earlier = owners.insert(format!("{shortcut:?}"), action.clone());
                assert_eq!(earlier, None, "{shortcut:?} belongs to {action:?} too");
            }
        }
    }

    #[test]
    fn keys_that_are_shown_in_the_palette_work() {
        for action in Action::IN_PALETTE {
            let has_keys = !action.descriptor().shortcuts.is_empty();
            assert_eq!(has_keys, Action::WITH_KEYS.contains(&action), "{action:?}");
        }
    }

    #[test]
    fn labels_in_the_palette_differ() {
        let mut labels: Vec<_> = Action::IN_PALETTE.iter().map(|action| action.descriptor().label).collect();
        labels.sort_unstable();
        let count = labels.len();
        labels.dedup();
        assert_eq!(labels.len(), count, "{labels:?}");
    }
}
