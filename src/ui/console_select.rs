//! Picking rows of a console with the pointer, and copying them.

use std::ops::Range;

use eframe::egui::{Context, Response, Ui};

use super::console::{ConsoleState, Metrics, RowSource, TOP_MARGIN};
use super::console_scroll::View;
use crate::engine::styled::plain_text;

/// The selected rows in their order.
pub(super) fn selected_rows(state: &ConsoleState) -> Option<Range<u64>> {
    state.selection.map(|(one, other)| one.min(other)..one.max(other) + 1)
}

/// Their text, one line each, without what is meant for terminals.
pub(super) fn copy_rows_to_clipboard(ctx: &Context, source: &dyn RowSource, rows: Range<u64>) {
    let mut lines = Vec::new();
    source.copy_rows(rows, &mut lines);
    let texts: Vec<_> = lines.iter().map(|line| plain_text(&line.text)).collect();
    ctx.copy_text(texts.join("\n"));
}

/// Pressing picks a row, dragging a range, Shift extends; a plain click on what is selected lets go.
pub(super) fn select(ui: &Ui, response: &Response, state: &mut ConsoleState, seen: &View, metrics: &Metrics) {
    let Some(pointer) = response.interact_pointer_pos() else { return };
    if response.clicked() && ui.input(|input| input.modifiers.command) {
        // Such a click opens links.
        return;
    }
    let top_row = state.scroll.top_row;
    let row_at = |y: f32| seen.row_at(top_row, f64::from((y - metrics.rect.top() - TOP_MARGIN) / metrics.row_height));
    let Some(row) = row_at(pointer.y) else { return };
    if response.drag_started() {
        // By the time that a press counts as a drag, the pointer may be rows away from where it was pressed.
        let pressed_at = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
        state.selection = row_at(pressed_at.y).map(|anchor| (anchor, row));
    } else if response.dragged() {
        state.selection = state.selection.map(|(anchor, _)| (anchor, row));
        // Beyond an edge the rows move along.
        let beyond = if pointer.y < metrics.rect.top() {
            -1.0
        } else if pointer.y > metrics.rect.bottom() {
            1.0
        } else {
            return;
        };
        state.scroll.by(beyond, seen);
        ui.ctx().request_repaint();
    } else if response.clicked() {
        let extends = ui.input(|input| input.modifiers.shift);
        state.selection = match state.selection {
            Some((anchor, _)) if extends => Some((anchor, row)),
            Some(_) => None,
            None => Some((row, row)),
        };
    }
}
