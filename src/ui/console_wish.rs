//! What somebody wants of one console, by a key, a menu or the palette: one list for all three. What it comes to is
//! done when that console is drawn next.

use std::ops::Range;

use eframe::egui::{Key, KeyboardShortcut, Modifiers};

use super::action::{Action, Descriptor, JobId, command, keyed, plain};
use super::console::{ConsoleState, ConsoleView};
use super::console_export::{EVERYTHING, Excerpt, LineFormat};
use super::console_scroll::Ladder;
use super::console_selection::{LINE_END, Point, Selection};
use super::console_sight::Sight;
use super::icons;
use crate::model::Times;

/// One wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// To the newest line, and on with it.
    Follow,
    SelectAll,
    /// What is selected, to the clipboard.
    Copy(LineFormat),
    /// Everything that is shown, to the clipboard.
    CopyAll,
    /// What is selected, or else everything that is shown, into a file.
    Save(LineFormat),
    Times(Times),
    ToggleNumbers,
    ToggleWrap,
    ToggleStdout,
    ToggleStderr,
    ToggleNotices,
    /// Between only lines that match and all of them.
    ToggleFilter,
}

impl Wish {
    /// Label, tooltip, keys and icon.
    #[must_use]
    pub const fn descriptor(self) -> Descriptor {
        use icons as i;
        match self {
            Self::Follow => keyed("Go to the newest line", "And stay there as more come", i::ARROW_LINE_DOWN, END),
            Self::SelectAll => keyed("Select all", "Select every line that is shown", i::LIST, ALL),
            Self::Copy(LineFormat::Plain) => keyed("Copy", "Copy what is selected", i::COPY, COPY),
            Self::Copy(LineFormat::Colors) => {
                plain("Copy with colours", "As terminals take them: with control sequences", i::COPY)
            }
            Self::Copy(LineFormat::Times) => plain("Copy with times", "With the day and time of each line", i::COPY),
            Self::Copy(LineFormat::ColorsAndTimes) => {
                plain("Copy with colours and times", "For terminals, with the day and time of each line", i::COPY)
            }
            Self::CopyAll => plain("Copy all", "Copy every line that is shown", i::COPY),
            Self::Save(LineFormat::Plain | LineFormat::Colors) => {
                plain("Save lines as text…", "What is selected, or else every line that is shown", i::FLOPPY_DISK)
            }
            Self::Save(LineFormat::Times | LineFormat::ColorsAndTimes) => {
                plain("Save lines with times…", "What is selected, or else every line that is shown", i::FLOPPY_DISK)
            }
            Self::Times(Times::Hidden) => plain("Hide times", "Show no time before lines", i::CLOCK),
            Self::Times(Times::Clock) => plain("Time of day", "Show when each line came", i::CLOCK),
            Self::Times(Times::SinceStart) => {
                plain("Time since the start", "Show how long after the start of the run each line came", i::CLOCK)
            }
            Self::Times(Times::SinceLine) => {
                plain("Time since the line above", "Show how long after the line above each line came", i::CLOCK)
            }
            Self::ToggleNumbers => plain("Line numbers", "Count lines since the job's first", i::LIST),
            Self::ToggleWrap => {
                keyed("Wrap long lines", "Long lines go on below instead of beyond the edge", i::LIST, WRAP)
            }
            Self::ToggleStdout => plain("Show output", "What the job writes as its output", i::TERMINAL_WINDOW),
            Self::ToggleStderr => plain("Show errors", "What the job writes as errors", i::WARNING),
            Self::ToggleNotices => plain("Show notices", "What Sidestage has to say of the job", i::INFO),
            Self::ToggleFilter => {
                keyed("Only matching lines", "Show only the lines that are searched for", i::MAGNIFYING_GLASS, FILTER)
            }
        }
    }
}

// Keys that only a console itself takes are shown with its wishes, and not looked for anywhere else.
const END: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::NONE, Key::End)];
const ALL: &[KeyboardShortcut] = &[command(Key::A)];
const COPY: &[KeyboardShortcut] = &[command(Key::C)];
const WRAP: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::ALT, Key::Z)];
const FILTER: &[KeyboardShortcut] = &[KeyboardShortcut::new(Modifiers::ALT, Key::M)];

/// Does what is wanted.
pub(super) fn grant(
    wishes: Vec<Wish>,
    view: &ConsoleView<'_>,
    state: &mut ConsoleState,
    sight: &mut Sight<'_>,
    actions: &mut Vec<Action>,
) {
    let look = state.look;
    let context = sight.shown.filter.map(|(_, context)| context);
    for wish in wishes {
        match wish {
            Wish::Follow => state.scroll.by(f64::INFINITY, sight),
            Wish::SelectAll => {
                let ends = sight.from(0).zip(sight.before(u64::MAX));
                state.selection = ends.map(|(first, last)| {
                    Selection::of((Point { row: first, character: 0 }, Point { row: last, character: LINE_END }))
                });
            }
            Wish::Copy(format) => {
                if let Some(range) = state.selected_range() {
                    actions.push(copy(view.job, excerpt(state, context, range, format)));
                }
            }
            Wish::CopyAll => actions.push(copy(view.job, excerpt(state, context, EVERYTHING, LineFormat::Plain))),
            Wish::Save(format) => {
                let range = state.selected_range().unwrap_or(EVERYTHING);
                let excerpt = excerpt(state, context, range, format);
                actions.push(Action::SaveLines(view.job, Box::new(excerpt)));
            }
            Wish::Times(times) => state.look.times = times,
            Wish::ToggleNumbers => state.look.numbers = !state.look.numbers,
            Wish::ToggleWrap => state.look.wraps = !state.look.wraps,
            Wish::ToggleStdout => state.streams.stdout = !state.streams.stdout,
            Wish::ToggleStderr => state.streams.stderr = !state.streams.stderr,
            Wish::ToggleNotices => state.streams.notices = !state.streams.notices,
            Wish::ToggleFilter => state.search.toggle_filter(),
        }
    }
    if state.look != look {
        actions.push(Action::RememberLook(view.job, state.look));
    }
}

fn copy(job: JobId, excerpt: Excerpt) -> Action {
    Action::CopyLines(job, Box::new(excerpt))
}

fn excerpt(state: &ConsoleState, context: Option<u64>, range: Range<Point>, format: LineFormat) -> Excerpt {
    Excerpt { range, streams: state.streams, context, format }
}
