//! A console's scroll bar. egui's own keeps its place in 32-bit points, which is too coarse for millions of rows.

use eframe::egui::{Id, Rect, Sense, Ui, pos2, vec2};

use super::theme::colors;

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
