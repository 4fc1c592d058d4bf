//! How each wish presents itself: its label, tooltip, icon and keys; which have keys, and which the palette lists.

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::super::console_wish::Wish;
use super::super::icons;
use super::{Action, Arrangement, Kind, LineFormat, TextStep, ThemeChoice};
use crate::model::{GroupLaunch, Times};

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

pub(in crate::ui) const fn command(key: Key) -> KeyboardShortcut {
    KeyboardShortcut::new(Modifiers::COMMAND, key)
}

const SHIFT_COMMAND: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

impl Action {
    /// Every action that has keys; each stands for itself, without data.
    pub const WITH_KEYS: &[Self] = &[
        Self::Undo,
        Self::Redo,
        Self::NewPreset,
        Self::DuplicatePreset,
        Self::RenamePreset,
        Self::SavePreset,
        Self::SavePresetAs,
        Self::LaunchSelected,
        Self::StopSelectedJob,
        Self::StopAll,
        Self::Find,
        Self::FindNext,
        Self::FindPrevious,
        Self::Console(Wish::ToggleWrap),
        Self::Console(Wish::ToggleFilter),
        Self::FocusSearch,
        Self::TogglePalette,
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::ToggleSettings,
        Self::Quit,
        Self::BrowseScript,
        Self::RemoveEnded,
    ];

    /// Every action that the palette lists, in its order.
    pub const IN_PALETTE: &[Self] = &[
        Self::LaunchSelected,
        Self::StopSelectedJob,
        Self::StopAll,
        Self::RemoveEnded,
        Self::NewPreset,
        Self::DuplicatePreset,
        Self::RenamePreset,
        Self::SavePreset,
        Self::SavePresetAs,
        Self::RevertPreset,
        Self::Undo,
        Self::Redo,
        Self::MovePresetUp,
        Self::MovePresetDown,
        Self::DeletePreset,
        Self::BrowseScript,
        Self::ExportPreset,
        Self::ImportPreset,
        Self::ShowMissing,
        Self::OpenMachineSettings,
        Self::ReadArguments,
        Self::AskArguments,
        Self::AskForHelp,
        Self::CopyForTouch,
        Self::CopyTouchCode(Kind::Launch),
        Self::CopyTouchCode(Kind::Callbacks),
        Self::CopyTouchCode(Kind::Order),
        Self::Find,
        Self::FindNext,
        Self::FindPrevious,
        Self::Console(Wish::ToggleFilter),
        Self::Console(Wish::Follow),
        Self::Console(Wish::ToggleWrap),
        Self::Console(Wish::ToggleNumbers),
        Self::Console(Wish::Times(Times::Hidden)),
        Self::Console(Wish::Times(Times::Clock)),
        Self::Console(Wish::Times(Times::SinceStart)),
        Self::Console(Wish::Times(Times::SinceLine)),
        Self::Console(Wish::ToggleStdout),
        Self::Console(Wish::ToggleStderr),
        Self::Console(Wish::ToggleNotices),
        Self::Console(Wish::CopyAll),
        Self::Console(Wish::Copy(LineFormat::Colors)),
        Self::Console(Wish::Copy(LineFormat::Times)),
        Self::Console(Wish::Copy(LineFormat::ColorsAndTimes)),
        Self::Console(Wish::Save(LineFormat::Plain)),
        Self::Console(Wish::Save(LineFormat::Times)),
        Self::FocusSearch,
        Self::Arrange(Arrangement::Grid),
        Self::Arrange(Arrangement::Tabs),
        Self::Arrange(Arrangement::SideBySide),
        Self::Arrange(Arrangement::Stacked),
        Self::ChooseTogether(None),
        Self::OpenMonitor,
        Self::OpenPresetsFolder,
        Self::PauseSchedules(true),
        Self::PauseSchedules(false),
        Self::SetTheme(ThemeChoice::System),
        Self::SetTheme(ThemeChoice::Dark),
        Self::SetTheme(ThemeChoice::Light),
        Self::ConsoleText(TextStep::Larger),
        Self::ConsoleText(TextStep::Smaller),
        Self::ConsoleText(TextStep::Usual),
        Self::ZoomIn,
        Self::ZoomOut,
        Self::ZoomReset,
        Self::ToggleSettings,
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
            Self::RenamePreset => {
                keyed("Rename preset", "Give it another name; its file follows", i::NOTE_PENCIL, RENAME)
            }
            Self::SavePreset => keyed("Save", "Save this preset to its file", i::FLOPPY_DISK, SAVE),
            Self::SavePresetAs => {
                keyed("Save as…", "Save under a new name, in a file of its own", i::FLOPPY_DISK_BACK, SAVE_AS)
            }
            Self::SavePresetAsName(_) => plain("Save", "Save under this name", i::FLOPPY_DISK_BACK),
            Self::RevertPreset => plain("Revert", "Go back to what the preset's file says", i::CLOCK_COUNTER_CLOCKWISE),
            Self::MovePreset(..) => plain("Move preset", "Put it there in the list", i::DOTS_SIX_VERTICAL),
            Self::MovePresetUp => plain("Move preset up", "Before the one above it", i::DOTS_SIX_VERTICAL),
            Self::MovePresetDown => plain("Move preset down", "Behind the one below it", i::DOTS_SIX_VERTICAL),
            Self::ShowConflict => plain("Compare…", "See what is different, and choose", i::ROWS),
            Self::Undo => keyed("Undo", "Take the last edit back", i::ARROW_COUNTER_CLOCKWISE, UNDO),
            Self::Redo => keyed("Redo", "Do again what was taken back", i::ARROW_CLOCKWISE, REDO),
            Self::UndoDeletion(_) => plain("Undo", "Bring the preset back", i::ARROW_COUNTER_CLOCKWISE),
            Self::OverwritePreset => plain("Keep mine", "Save over what is in the file now", i::FLOPPY_DISK),
            Self::DeletePreset => plain("Delete preset…", "Move this preset's file out of the way", i::TRASH),
            Self::DeletePresetConfirmed => plain("Delete", "Move this preset's file out of the way", i::TRASH),
            Self::BrowseScript => {
                keyed("Choose a script…", "Choose the script that this preset runs", i::FILE_CODE, BROWSE_SCRIPT)
            }
            Self::LookForInterpreters => {
                plain("Look again", "Look for interpreters on this machine once more", i::ARROW_CLOCKWISE)
            }
            Self::BrowseInterpreter => {
                plain("Browse for an interpreter…", "Choose the program that runs the script", i::FOLDER_OPEN)
            }
            Self::BrowseFolder => {
                plain("Browse for a working folder…", "Choose the folder that the job works in", i::FOLDER_OPEN)
            }
            Self::BrowseWatched(..) => plain("Browse…", "Choose what is watched", i::FOLDER_OPEN),
            Self::BrowseValue(..) => plain("Browse for a file…", "Choose a file as this row's value", i::FOLDER_OPEN),
            Self::ReadArguments => {
                plain("Read the script's arguments", "Bring what the script's text says into the rows", i::FILE_CODE)
            }
            Self::TakeArguments => {
                plain("Take the script's arguments", "Bring what the script says into the rows", i::ARROWS_MERGE)
            }
            Self::AskArguments => plain(
                "Ask the script for its arguments…",
                "Run it up to where it parses them, and bring what it says into the rows",
                i::FILE_CODE,
            ),
            Self::AskForHelp => plain(
                "Read what it says to --help…",
                "Run the program with --help, and bring what it says into the rows",
                i::FILE_TEXT,
            ),
            Self::AskConfirmed(_) => plain("Run it", "Run it, and bring what it says into the rows", i::PLAY_FILLED),
            Self::CancelAsking => plain("Cancel asking the script", "End what was started to ask it", i::X),
            Self::ChooseCommand(..) => plain("Choose a command", "One of the script's commands", i::COMMAND),
            Self::DroppedFiles(_) => plain("Use the dropped file", "Make a dropped file the script", i::FILE_CODE),
            Self::CopyForTouch => {
                plain("Copy for Touch…", "This preset as code for TouchDesigner, to paste into a DAT", i::FILE_CODE)
            }
            Self::CopyTouchCode(Kind::Launch) => {
                plain("Copy for Touch: launch without Sidestage", "For a Text DAT: launches this preset", i::COPY)
            }
            Self::CopyTouchCode(Kind::Callbacks) => {
                plain("Copy for Touch: read the echo", "For a UDP In DAT: each line becomes a row", i::COPY)
            }
            Self::CopyTouchCode(Kind::Order) => {
                plain("Copy for Touch: order Sidestage", "For a Text DAT: has Sidestage launch it", i::COPY)
            }
            Self::OpenMonitor => plain("Monitor a port", "See what comes to a UDP port, as Touch would", i::BROADCAST),
            Self::WatchPort(_) => plain("Watch this port", "See what comes to this port, as Touch would", i::ROWS),
            Self::CloseMonitor => plain("Close monitor", "Close the port and this window", i::X),
            Self::MonitorListen(_) => plain("Listen", "Open the port", i::BROADCAST),
            Self::MonitorStop => plain("Stop listening", "Close the port; what came stays", i::STOP_FILLED),
            Self::MonitorPause(_) => plain("Pause", "Keep what is shown as it is", i::STOP),
            Self::MonitorClear => plain("Clear monitor", "Forget what came, and count from nothing", i::ERASER),
            Self::MonitorFilter(_) => plain("Filter", "Only rows that hold a text", i::MAGNIFYING_GLASS),
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
            Self::Arrange(Arrangement::Grid) => {
                plain("Consoles: grid", "All consoles alike, in a grid", i::SQUARES_FOUR)
            }
            Self::Arrange(Arrangement::Tabs) => plain("Consoles: tabs", "One console at a time, in tabs", i::TABS),
            Self::Arrange(Arrangement::SideBySide) => {
                plain("Consoles: side by side", "All consoles in a row", i::COLUMNS)
            }
            Self::Arrange(Arrangement::Stacked) => {
                plain("Consoles: stacked", "All consoles one above the other", i::ROWS)
            }
            Self::Arrange(Arrangement::Own) => plain("Consoles: your own", "As they were dragged", i::SQUARES_FOUR),
            Self::ShowConsole(_) => plain("Show console", "Show what this job writes", i::TERMINAL_WINDOW),
            Self::HideConsole(_) => plain("Hide console", "Hide this console; the job runs on", i::X),
            Self::ChooseTogether(None) => {
                plain("Show jobs together…", "Show the lines of several jobs in one console", i::ARROWS_MERGE)
            }
            Self::ChooseTogether(Some(_)) => {
                plain("Choose jobs…", "Choose the jobs whose lines this console shows", i::ARROWS_MERGE)
            }
            Self::ShowTogether(..) => plain("Show together", "Show their lines in one console", i::ARROWS_MERGE),
            Self::ShowGroupTogether(_) => {
                plain("Show group together", "Show the lines of all its jobs in one console", i::ARROWS_MERGE)
            }
            Self::OpenWindow(_) => plain("Own window", "Move this console to a window of its own", i::ARROW_SQUARE_OUT),
            Self::CloseWindow(_) => {
                plain("Back to the main window", "Put this console back to the others", i::ARROW_SQUARE_IN)
            }
            Self::ClearConsole(_) => plain("Clear", "Forget the lines that this console holds", i::ERASER),
            Self::PauseSchedules(true) => {
                plain("Pause schedules", "Launch nothing by itself until it is resumed", i::STOP)
            }
            Self::PauseSchedules(false) => {
                plain("Resume schedules", "Launch presets at their times again, and when their files change", i::CLOCK)
            }
            Self::AskForSecret(_) => plain("Set secret…", "Type the value that the keyring is to keep", i::NOTE_PENCIL),
            Self::StoreSecret(..) => plain("Store secret", "Keep it in this machine's keyring", i::FLOPPY_DISK),
            Self::RemoveSecret(_) => plain("Remove secret", "Take it out of this machine's keyring", i::TRASH),
            Self::SendLine(..) => plain("Send line", "Send a line to the job", i::ARROW_ELBOW_DOWN_LEFT),
            Self::EndInput(_) => plain("End input", "Tell the job that nothing more comes", i::X),
            Self::OpenLog(_) => plain("Open log", "Open what this run has written, in a text editor", i::FILE_TEXT),
            Self::OpenPath(_) => plain("Open", "Open this file with its program", i::FILE_TEXT),
            Self::OpenAddress(_) => plain("Open", "Open this address with its program", i::FILE_TEXT),
            Self::ShowInFolder(_) => plain("Show in folder", "Open the folder that this file is in", i::FOLDER_OPEN),
            Self::OpenLogFolder(_) => {
                plain("Open log folder", "Show the logs of this preset in the file manager", i::FOLDER_OPEN)
            }
            Self::Console(wish) => wish.descriptor(),
            Self::CopyLines(..) => plain("Copy", "Copy lines of this console", i::COPY),
            Self::SaveLines(..) => plain("Save lines…", "Save lines of this console in a file", i::FLOPPY_DISK),
            Self::RememberLook(..) => plain("Remember", "Show the next console of this preset so too", i::LIST),
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
            Self::ConsoleText(TextStep::Larger) => plain("Larger console text", "Larger text in consoles", i::PLUS),
            Self::ConsoleText(TextStep::Smaller) => {
                plain("Smaller console text", "Smaller text in consoles", i::MAGNIFYING_GLASS)
            }
            Self::ConsoleText(TextStep::Usual) => {
                plain("Usual console text", "Text in consoles at its own size", i::MAGNIFYING_GLASS)
            }
            Self::ZoomIn => keyed("Zoom in", "Make everything larger", i::PLUS, ZOOM_IN),
            Self::ZoomOut => keyed("Zoom out", "Make everything smaller", i::MAGNIFYING_GLASS, ZOOM_OUT),
            Self::ZoomReset => keyed("Zoom to 100 %", "Everything at its own size", i::MAGNIFYING_GLASS, ZOOM_RESET),
            Self::OpenFolder(_) => plain("Open folder", "Show this folder in the file manager", i::FOLDER_OPEN),
            Self::ToggleSettings => keyed("Settings…", "Look, logs, and more", i::GEAR, SETTINGS),
            Self::ChangeShow(_) => plain("Change the show", "Use this target and state from now on", i::BROADCAST),
            Self::OpenShowSettings => plain("Change it", "Change the show's target", i::GEAR),
            Self::SendTestLine(..) => plain("Send a test line", "Send a test line now", i::BROADCAST),
            Self::ReopenOrderPort => plain("Try again", "Open the port for orders once more", i::ARROW_CLOCKWISE),
            Self::ChangeSettings(_) => plain("Change settings", "Use these settings from now on", i::GEAR),
            Self::ShowMissing => plain("What is missing here…", "What presets need and this machine lacks", i::WARNING),
            Self::BrowseMissing(..) => plain("Choose…", "Choose what takes its place", i::FOLDER_OPEN),
            Self::FixMissing(..) => plain("Use", "Use this in all presets that need it", i::CHECK),
            Self::SearchNearby(_) => {
                plain("Search nearby", "Look for it around the presets and in the roots", i::MAGNIFYING_GLASS)
            }
            Self::CancelSearch => plain("Stop searching", "Look no further", i::X),
            Self::OpenMachineSettings => {
                plain("This machine…", "What roots and interpreters' names mean on this machine", i::FOLDER_OPEN)
            }
            Self::SetName(..) => plain("Map", "What this name means here", i::CHECK),
            Self::BrowseName(..) => plain("Browse…", "Choose what this name means here", i::FOLDER_OPEN),
            Self::MakeRoot(..) => plain("Make it a root", "Name it by a root in all presets", i::FOLDER_OPEN),
            Self::ExportPreset => {
                plain("Export preset…", "This preset with its script and files, as one archive", i::ARROW_SQUARE_OUT)
            }
            Self::ExportTo(_) => plain("Export", "Write the archive", i::ARROW_SQUARE_OUT),
            Self::ImportPreset => plain("Import a preset…", "Take a preset out of an archive", i::ARROW_SQUARE_IN),
            Self::ImportFrom(_) => plain("Import", "Unpack it into the presets folder", i::ARROW_SQUARE_IN),
            Self::SaveAllAndQuit => plain("Save all and quit", "Save every preset, then quit", i::FLOPPY_DISK),
            Self::QuitConfirmed => plain("Quit", "Stop all jobs and quit", i::POWER),
            Self::Quit => keyed("Quit", "Close Sidestage", i::POWER, QUIT),
        }
    }
}

const NEW: &[KeyboardShortcut] = &[command(Key::N)];
const DUPLICATE: &[KeyboardShortcut] = &[command(Key::D)];
const RENAME: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::NONE, Key::F2)];
const SAVE: &[KeyboardShortcut] = &[command(Key::S)];
const UNDO: &[KeyboardShortcut] = &[command(Key::Z)];
const REDO: &[KeyboardShortcut] = &[KeyboardShortcut::new(SHIFT_COMMAND, Key::Z), command(Key::Y)];
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
const SETTINGS: &[KeyboardShortcut] = &[command(Key::Comma)];
const QUIT: &[KeyboardShortcut] = &[command(Key::Q)];

pub(in crate::ui) const fn plain(label: &'static str, tooltip: &'static str, icon: &'static str) -> Descriptor {
    keyed(label, tooltip, icon, &[])
}

pub(in crate::ui) const fn keyed(
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

/// The actions whose keys were pressed; those keys are used up. What isn't `meant` leaves its keys to whatever has them.
pub fn take_pressed(ctx: &Context, meant: impl Fn(&Action) -> bool, actions: &mut Vec<Action>) {
    // `consume_shortcut` lets a shortcut match while Shift is held too, so those with more modifiers come first.
    let mut keyed: Vec<_> = Action::WITH_KEYS
        .iter()
        .filter(|action| meant(action))
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
                let earlier = owners.insert(format!("{shortcut:?}"), action);
                assert_eq!(earlier, None, "{shortcut:?} belongs to {action:?} too");
            }
        }
    }

    #[test]
    fn keys_that_are_shown_in_the_palette_work() {
        for action in Action::IN_PALETTE {
            let has_keys = !action.descriptor().shortcuts.is_empty();
            // A console that has the keys takes this one itself; End belongs to whatever has them.
            let is_console_only = *action == Action::Console(Wish::Follow);
            assert_eq!(has_keys, Action::WITH_KEYS.contains(action) || is_console_only, "{action:?}");
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
