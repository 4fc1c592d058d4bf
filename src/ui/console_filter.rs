//! Going over to only the lines that match, and back to all of them: where the reader is then.

use super::console::ConsoleState;
use super::console_jump::Jump;
use super::console_scroll::{Placed, Scroll};
use super::console_search::Hits;

/// What tells where a reader wants to be when all lines are shown again.
#[derive(Clone, Debug, Default)]
pub(super) struct Stand {
    /// Where they were among all lines, while only those that match are shown.
    unfiltered: Option<Scroll>,
    /// They went to a match since then, rather than were taken to it by typing, and didn't follow since.
    pub has_stepped: bool,
    /// The match that they were taken to was in sight in the frame before.
    is_in_sight: bool,
    /// They moved the rows since then.
    has_moved: bool,
    /// Where the rows stood in the frame before.
    settled: Scroll,
}

impl Stand {
    /// Notes whether the reader moved the rows since the last frame; whoever went to the end has left the match. Where the
    /// last one is shown a console follows too, and where all fit: that is nobody's doing.
    pub fn note_moves(&mut self, scroll: Scroll) {
        self.has_moved |= scroll != self.settled;
        self.has_stepped &= !scroll.is_sent_to_end();
    }

    /// Notes whether the match that the reader was taken to is in sight.
    pub fn note_sight(&mut self, scroll: Scroll, current: Option<u64>, placed: &[Placed]) {
        self.settled = scroll;
        self.is_in_sight = current.is_some_and(|row| placed.iter().any(|placed| placed.row == row));
    }
}

/// Goes over to only the matching lines or back, staying where the reader is: at a match that is in sight, or where they
/// went among what was shown, or where they were before.
pub(super) fn settle_filter(hits: Option<&dyn Hits>, state: &mut ConsoleState) {
    let (filters, stand) = (hits.is_some() && state.search.filter().is_some(), &mut state.search.stand);
    if filters == stand.unfiltered.is_some() {
        return;
    }
    let Some(before) = stand.unfiltered.take() else {
        *stand = Stand { unfiltered: Some(state.scroll), has_stepped: false, has_moved: false, ..*stand };
        return;
    };
    let mut stays = stand.is_in_sight;
    if state.scroll.follows || !stand.has_moved {
        // All that matched fitted, or its end was in sight, or nobody moved it: that says nothing of where one wants to be
        // among all lines, unless one went to a match.
        state.scroll = before;
        stays &= stand.has_stepped;
    }
    if stays && hits.is_some() && state.search.jump.is_none() {
        state.scroll.follows = false;
        state.search.jump = Some(Jump::Nearest);
    }
}
