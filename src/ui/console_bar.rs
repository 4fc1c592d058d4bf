//! A console's scroll bars. egui's own keeps its place in 32-bit points, which is too coarse for millions of rows.

use eframe::egui::{Id, Rect, Sense, Ui, pos2, vec2};

use super::console::ConsoleState;
use super::console_lines::{BAR_WIDTH, Metrics};
use super::console_scroll::{Anchor, Ladder, Placed, f64_of};
use super::console_sight::Sight;
use super::theme::colors;

/// Both bars, where there is more than fits.
#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "shares of one, rows of one screen")]
pub(super) fn bars_ui(
    ui: &mut Ui,
    id: Id,
    state: &mut ConsoleState,
    (sight, placed): (&mut Sight<'_>, &[Placed]),
    metrics: &Metrics,
) {
    let rect = metrics.rect;
    let track = Rect::from_min_max(pos2(rect.right() - BAR_WIDTH, rect.top()), rect.max);
    // A search goes on while this looks at it, so one place may be told later than another.
    let first = sight.shown.place_of(sight.held.start);
    let total = f64_of(sight.shown.place_of(sight.held.end).saturating_sub(first));
    let fit = if metrics.wrap.is_none() { metrics.lines_in_sight } else { placed.len() as f64 };
    let fit = if sight.shown.filter.is_some_and(|(_, context)| context > 0) {
        let (start, end) = (placed.first().map_or(0, |row| row.row), placed.last().map_or(0, |row| row.row + 1));
        f64_of(sight.shown.place_of(end).saturating_sub(sight.shown.place_of(start))).max(1.0)
    } else {
        fit
    };
    let top = state.scroll.top;
    // Asked only where few rows are shown, and only of what is beside the top: a look elsewhere would begin anew there,
    // and all rows in sight were read again in the next frame.
    let mut has_more = || {
        top.line > 0.0
            || placed.last().is_some_and(|last| last.bottom() > metrics.lines_in_sight + 0.01)
            || sight.before(top.row).is_some()
    };
    if total > fit || has_more() {
        let room = (total - fit).max(1.0);
        let within = top.line / f64::from(sight.lines(top.row));
        let place = f64_of(sight.shown.place_of(top.row).saturating_sub(first)) + within;
        let position = if state.scroll.follows { 1.0 } else { (place / room) as f32 };
        if let Some(position) = bar_ui(ui, id.with("vertical"), track, ((fit / total) as f32, position)) {
            if position >= 1.0 {
                state.scroll.by(f64::INFINITY, sight);
            } else {
                let place = f64::from(position) * room;
                let row = sight.shown.row_at(first + row_of(place), &sight.held);
                let row = sight.from(row).unwrap_or(row);
                state.scroll.to(Anchor { row, line: place.fract() * f64::from(sight.lines(row)) });
            }
        }
    }
    let most = most_left(state, metrics);
    if most > 0.0 {
        let left = metrics.text_left;
        let track = Rect::from_min_max(pos2(left, rect.bottom() - BAR_WIDTH), pos2(track.left(), rect.bottom()));
        let share = track.width() / (track.width() + most);
        if let Some(position) = bar_ui(ui, id.with("horizontal"), track, (share, state.left / most)) {
            state.left = position * most;
        }
    }
}

/// How far the text can be moved to the left.
#[expect(clippy::cast_precision_loss, reason = "columns of one row")]
pub(super) fn most_left(state: &ConsoleState, metrics: &Metrics) -> f32 {
    if metrics.wrap.is_some() {
        return 0.0;
    }
    let width = metrics.column_width * (state.columns + 2) as f32;
    (width - (metrics.rect.right() - BAR_WIDTH - metrics.text_left)).max(0.0)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a position within the rows, not below 0")]
const fn row_of(position: f64) -> u64 {
    position as u64
}

/// A scroll bar along the longer side of `track`; where it was dragged to, from 0 to 1.
pub(super) fn bar_ui(ui: &Ui, id: Id, track: Rect, (share, position): (f32, f32)) -> Option<f32> {
    let is_vertical = track.height() > track.width();
    let (start, length) = if is_vertical { (track.top(), track.height()) } else { (track.left(), track.width()) };
    let handle_length = (share * length).max(28.0).min(length);
    let room = length - handle_length;
    let handle_start = start + position.clamp(0.0, 1.0) * room;
    let response = ui.interact(track, id, Sense::click_and_drag());
    let is_lively = response.hovered() || response.dragged();
    let inset = if is_lively { 1.0 } else { 2.5 };
    let handle = if is_vertical {
        Rect::from_min_size(pos2(track.left(), handle_start), vec2(track.width(), handle_length))
            .shrink2(vec2(inset, 1.0))
    } else {
        Rect::from_min_size(pos2(handle_start, track.top()), vec2(handle_length, track.height()))
            .shrink2(vec2(1.0, inset))
    };
    let colors = colors(ui);
    ui.painter().rect_filled(handle, 3.0, if is_lively { colors.text_faint } else { colors.line_strong });
    let pointer = response.interact_pointer_pos().filter(|_| response.dragged() || response.clicked())?;
    let along = if is_vertical { pointer.y } else { pointer.x };
    (room > 0.0).then(|| ((along - start - handle_length / 2.0) / room).clamp(0.0, 1.0))
}
