//! A console's scroll bars. egui's own keeps its place in 32-bit points, which is too coarse for millions of rows.

use eframe::egui::{Id, Rect, Sense, Ui, pos2, vec2};

use super::console::{BAR_WIDTH, ConsoleState, Metrics, most_left};
use super::console_scroll::{View, f64_of};
use super::theme::colors;

/// Both bars, where there is more than fits.
#[expect(clippy::cast_possible_truncation, reason = "shares of one")]
pub(super) fn bars_ui(ui: &mut Ui, id: Id, state: &mut ConsoleState, seen: &View, metrics: &Metrics) {
    let rect = metrics.rect;
    let track = Rect::from_min_max(pos2(rect.right() - BAR_WIDTH, rect.top()), rect.max);
    let total = seen.row_count();
    if total > seen.rows_in_sight {
        let share = (seen.rows_in_sight / total) as f32;
        let position = ((state.scroll.top_row - f64_of(seen.held.start)) / (total - seen.rows_in_sight)) as f32;
        if let Some(position) = bar_ui(ui, id.with("vertical"), track, (share, position)) {
            let row = f64_of(seen.held.start) + f64::from(position) * (total - seen.rows_in_sight);
            state.scroll.to(row, seen);
        }
    }
    let most = most_left(state, metrics);
    if most > 0.0 {
        let track = Rect::from_min_max(pos2(rect.left(), rect.bottom() - BAR_WIDTH), pos2(track.left(), rect.bottom()));
        let share = rect.width() / (rect.width() + most);
        if let Some(position) = bar_ui(ui, id.with("horizontal"), track, (share, state.left / most)) {
            state.left = position * most;
        }
    }
}

/// A scroll bar along the longer side of `track`; where it was dragged to, from 0 to 1.
fn bar_ui(ui: &Ui, id: Id, track: Rect, (share, position): (f32, f32)) -> Option<f32> {
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
