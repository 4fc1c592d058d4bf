//! Where hits and keys take the reader of a console: to a row, and in a long one to the place in it.

use std::ops::Range;

use eframe::egui::Ui;

use super::console::ConsoleState;
use super::console_cells::RowText;
use super::console_lines::Metrics;
use super::console_scroll::Ladder;
use super::console_search::Hits;
use super::console_sight::Sight;

/// Where the reader is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Jump {
    /// To the hit that is nearest to what is read, once what was asked for last is searched through.
    Nearest,
    Next,
    Previous,
}

/// Takes the reader where a key or a new search wants it.
pub(super) fn jump(
    ui: &Ui,
    hits: Option<&dyn Hits>,
    state: &mut ConsoleState,
    sight: &mut Sight<'_>,
    metrics: &Metrics,
) {
    let Some(jump) = state.search.jump else { return };
    let Some(hits) = hits else {
        // Nothing is searched for: there is nowhere to go, and nothing to wait for.
        state.search.jump = Some(jump).filter(|jump| *jump == Jump::Nearest);
        return;
    };
    if !state.search.is_answered_by(hits) {
        return;
    }
    let numbers = hits.hits();
    if hits.is_under_way() && (jump == Jump::Nearest || numbers.is_empty()) {
        return;
    }
    state.search.jump = None;
    if numbers.is_empty() {
        state.search.current = None;
        return;
    }
    let last = numbers.end - 1;
    let top = state.scroll.top;
    let top_row = if top.line > 0.0 { top.row + 1 } else { top.row };
    // A row may match no more, as a bar does that is drawn over: one goes on from there nevertheless.
    let left_from = state.search.current.filter(|row| jump != Jump::Nearest && sight.held.contains(row));
    let below = hits.hit_from(left_from.unwrap_or(top_row));
    let current = state.search.current_hit(hits).filter(|hit| numbers.contains(hit));
    let hit = match (jump, current) {
        (Jump::Nearest, _) if state.scroll.follows => last,
        (Jump::Nearest, Some(hit)) => hit,
        (Jump::Nearest | Jump::Next, None) => {
            if below > last {
                numbers.start
            } else {
                below
            }
        }
        (Jump::Next, Some(hit)) => {
            if hit == last {
                numbers.start
            } else {
                hit + 1
            }
        }
        (Jump::Previous, Some(hit)) if hit > numbers.start => hit - 1,
        (Jump::Previous, None) if below > numbers.start => below - 1,
        (Jump::Previous, _) => last,
    };
    state.search.current = hits.row_of(hit);
    if jump != Jump::Nearest {
        state.search.stand.has_stepped = true;
    }
    if jump == Jump::Nearest && state.scroll.follows && state.search.filter().is_some() {
        // The newest match is in sight, and stays there as more come.
        return;
    }
    if let Some(row) = state.search.current {
        show(ui, (hits, row), state, sight, metrics);
    }
}

/// Brings the first match of a row into sight.
fn show(ui: &Ui, (hits, row): (&dyn Hits, u64), state: &mut ConsoleState, sight: &mut Sight<'_>, metrics: &Metrics) {
    // So that it is at hand, however far away it is.
    sight.from(row);
    let text = sight.text(row);
    let place = text.and_then(|text| first_place(hits, text));
    let line = text.map_or(0, |text| metrics.line_of(text, place.as_ref().map_or(0, |place| place.start)));
    let columns = text.zip(place).map(|(text, place)| text.column_of(place.start)..text.column_of(place.end));
    state.scroll.show((row, line), metrics.lines_in_sight, sight);
    if let Some(columns) = columns {
        reveal_columns(ui, state, metrics, &columns);
    }
}

/// The first match of a row, in characters; `None` where what matches has no width.
fn first_place(hits: &dyn Hits, text: &RowText) -> Option<Range<usize>> {
    let said: String = text.characters().iter().collect();
    let place = hits.places(&said).into_iter().next()?;
    let start = said[..place.start].chars().count();
    Some(start..start + said[place].chars().count())
}

/// Moves long rows sideways as little as it takes for these columns to be in sight.
pub(super) fn reveal_columns(ui: &Ui, state: &mut ConsoleState, metrics: &Metrics, columns: &Range<usize>) {
    let left = metrics.left_for(columns, state.left);
    if left.to_bits() != state.left.to_bits() {
        state.left = left;
        // What is drawn now is still where it was.
        ui.ctx().request_repaint();
    }
}
