//! The keys of a console that has them: to scroll, to select, to copy.

use eframe::egui::{Event, EventFilter, Key, Modifiers, Response, Ui};

use super::console::ConsoleState;
use super::console_export::LineFormat;
use super::console_jump::reveal_columns;
use super::console_lines::Metrics;
use super::console_scroll::Ladder;
use super::console_selection::{LINE_END, Point, Selection};
use super::console_sight::Sight;
use super::console_wish::Wish;

/// What the keys of this frame do.
pub(super) fn keys(ui: &Ui, response: &Response, state: &mut ConsoleState, sight: &mut Sight<'_>, metrics: &Metrics) {
    if response.clicked() || response.drag_started() || response.is_pointer_button_down_on() {
        response.request_focus();
    }
    if !response.has_focus() {
        return;
    }
    // Escape lets go of what is selected first, and of the keys only then.
    let escape = state.selected_range().is_some();
    let filter = EventFilter { vertical_arrows: true, horizontal_arrows: true, escape, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    let pressed = |modifiers, key| ui.input_mut(|input| input.consume_key(modifiers, key));
    let page = (metrics.lines_in_sight - 1.0).max(1.0);
    // With Shift first: a key without matches both.
    for key in
        [Key::ArrowLeft, Key::ArrowRight, Key::ArrowUp, Key::ArrowDown, Key::PageUp, Key::PageDown, Key::Home, Key::End]
    {
        if pressed(Modifiers::SHIFT, key) || pressed(Modifiers::SHIFT | Modifiers::COMMAND, key) {
            extend(ui, key, state, sight, metrics);
        }
    }
    for (key, lines) in [(Key::ArrowUp, -1.0), (Key::ArrowDown, 1.0), (Key::PageUp, -page), (Key::PageDown, page)] {
        if pressed(Modifiers::NONE, key) {
            state.scroll.by(lines, sight);
        }
    }
    for (key, columns) in [(Key::ArrowLeft, -4.0), (Key::ArrowRight, 4.0)] {
        if pressed(Modifiers::NONE, key) {
            state.left += columns * metrics.column_width;
        }
    }
    if pressed(Modifiers::NONE, Key::Home) {
        state.scroll.by(f64::NEG_INFINITY, sight);
    }
    if pressed(Modifiers::NONE, Key::End) {
        state.scroll.by(f64::INFINITY, sight);
    }
    if state.search.is_open {
        for (modifiers, forward) in [(Modifiers::SHIFT, false), (Modifiers::NONE, true)] {
            if pressed(modifiers, Key::Enter) {
                state.search.step(forward);
            }
        }
    }
    if pressed(Modifiers::COMMAND, Key::A) {
        state.wishes.push(Wish::SelectAll);
    }
    if escape && pressed(Modifiers::NONE, Key::Escape) {
        state.selection = None;
    }
    if ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy))) {
        state.wishes.push(Wish::Copy(LineFormat::Plain));
    }
}

/// Takes the selection on from where it ends, or begins one at the edge that the key comes from.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "lines of one screen")]
fn extend(ui: &Ui, key: Key, state: &mut ConsoleState, sight: &mut Sight<'_>, metrics: &Metrics) {
    let begin = || Some(Point { row: state.scroll.top.row, character: 0 });
    let Some(cursor) = state.selection.map(|selection| selection.cursor()).or_else(begin) else { return };
    let lines_in_page = metrics.lines_in_sight as usize;
    let Some(to) = moved(key, cursor, lines_in_page.max(2) - 1, sight) else { return };
    let selection = state.selection.unwrap_or_else(|| Selection::of((cursor, cursor)));
    state.selection = Some(selection.to((to, to)));
    let Some(text) = sight.text(to.row) else { return };
    let (line, column) = (metrics.line_of(text, to.character), text.column_of(to.character));
    state.scroll.reveal(to.row, line, metrics.lines_in_sight, sight);
    reveal_columns(ui, state, metrics, &(column..column));
}

/// Where a key takes a place.
fn moved(key: Key, from: Point, page: usize, sight: &mut Sight<'_>) -> Option<Point> {
    let row = sight.from(from.row).or_else(|| sight.before(from.row))?;
    let length = |row, sight: &Sight<'_>| sight.text(row).map_or(0, |text| text.characters().len());
    let at = from.character.min(length(row, sight));
    let below = |row: u64, sight: &mut Sight<'_>| sight.from(row + 1);
    let to = match key {
        Key::ArrowLeft if at > 0 => Point { row, character: at - 1 },
        Key::ArrowLeft => sight.before(row).map(|row| Point { row, character: length(row, sight) })?,
        Key::ArrowRight if at < length(row, sight) => Point { row, character: at + 1 },
        Key::ArrowRight => Point { row: below(row, sight)?, character: 0 },
        Key::ArrowUp | Key::PageUp => {
            let steps = if key == Key::ArrowUp { 1 } else { page };
            let mut row = row;
            for _ in 0..steps {
                row = sight.before(row).unwrap_or(row);
            }
            Point { row, character: from.character }
        }
        Key::ArrowDown | Key::PageDown => {
            let steps = if key == Key::ArrowDown { 1 } else { page };
            let mut row = row;
            for _ in 0..steps {
                row = below(row, sight).unwrap_or(row);
            }
            Point { row, character: from.character }
        }
        Key::Home => Point { row: sight.from(0)?, character: 0 },
        Key::End => Point { row: sight.before(u64::MAX)?, character: LINE_END },
        _ => return None,
    };
    Some(to)
}
