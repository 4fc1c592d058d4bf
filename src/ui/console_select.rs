//! Selecting in a console with the pointer: a press begins, a drag goes on and beyond an edge takes the rows along, two
//! clicks pick a word, three a line, Shift goes on from where it was begun.

use std::time::Duration;

use eframe::egui::{CursorIcon, Event, Modifiers, PointerButton, Pos2, Rangef, Rect, Response, Ui, vec2};

use super::console::ConsoleState;
use super::console_lines::{BAR_WIDTH, Metrics};
use super::console_scroll::{Anchor, Placed, placed_at};
use super::console_selection::{Point, Selection, Unit, unit_at};
use super::console_sight::Sight;

const PRIMARY: PointerButton = PointerButton::Primary;
/// Lines that a drag beyond an edge takes the rows along in a second, for each line that it is beyond; columns too.
const DRAG_SPEED: f32 = 12.0;
const FASTEST_DRAG: f32 = 400.0;
/// Two presses that are nearer than this, in points, may be one double click.
const SAME_PLACE: f32 = 6.0;

/// Where a console stands that followed, and doesn't while the pointer's button is down on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Held {
    top: Anchor,
    /// What was selected before the press.
    selection: Option<Selection>,
}

/// What a press or a drag of this frame does. Answers by how many lines the rows are to move.
pub(super) fn select(
    ui: &Ui,
    response: &Response,
    state: &mut ConsoleState,
    (sight, placed): (&Sight<'_>, &[Placed]),
    metrics: &Metrics,
) -> f64 {
    if response.contains_pointer() && ui.input(|input| input.pointer.hover_pos()).is_some_and(|at| is_text(at, metrics))
    {
        ui.ctx().set_cursor_icon(CursorIcon::Text);
    }
    let turns = turns(ui, response, state.drag_from.is_some(), |at| is_bare(ui, response, state, (at, metrics)));
    let is_over = !is_pressed_on(response) && turns.iter().any(|turn| turn.is_pressed);
    if is_over {
        response.request_focus();
    }
    hold(ui, response, state, is_over);
    let ends_at = |at: Pos2, unit: Unit| ends_at(at, unit, (sight, placed), metrics);
    let extended = |state: &ConsoleState, at: Pos2| {
        let ends = ends_at(at, state.unit)?;
        Some(state.selection.map_or_else(|| Selection::of(ends), |selection| selection.to(ends)))
    };
    for Turn { at, is_pressed, modifiers } in turns {
        match (is_pressed, state.drag_from.take()) {
            // Such a click opens links.
            (true, _) if modifiers.command => {}
            (true, _) => {
                state.drag_from = Some(at);
                if modifiers.shift {
                    state.selection = extended(state, at);
                } else {
                    state.unit = match clicks(ui, state, at) {
                        1 => Unit::Character,
                        2 => Unit::Word,
                        _ => Unit::Line,
                    };
                    state.selection = ends_at(at, state.unit).map(Selection::of);
                }
            }
            (false, Some(from)) if from.distance(at) > SAME_PLACE => state.selection = extended(state, at),
            (false, _) => {}
        }
    }
    if !ui.input(|input| input.pointer.primary_down()) {
        state.drag_from = None;
    }
    let pointer = response.interact_pointer_pos().filter(|_| response.dragged_by(PRIMARY));
    let Some(pointer) = pointer.filter(|_| state.drag_from.is_some()) else { return 0.0 };
    state.selection = extended(state, pointer);
    let rows = metrics.rect.y_range();
    // Lines may lie along the window's edge, beyond which there is no pointer.
    let text = Rangef::new(metrics.text_rect().left(), metrics.rect.right() - BAR_WIDTH);
    let seconds = ui.input(|input| input.stable_dt.min(0.1));
    let (down, right) = (beyond(pointer.y, rows), beyond(pointer.x, text));
    if down != 0.0 || (right != 0.0 && metrics.wrap.is_none()) {
        ui.ctx().request_repaint();
    }
    state.left += drag_speed(right / metrics.column_width) * seconds * metrics.column_width;
    f64::from(drag_speed(down / metrics.row_height) * seconds)
}

/// The button goes down (or up) there. While another program has the GPU, a whole click may lie between two frames, and the
/// pointer be elsewhere by now, and the keyboard's keys up.
#[derive(Clone, Copy)]
struct Turn {
    at: Pos2,
    is_pressed: bool,
    modifiers: Modifiers,
}

impl Turn {
    fn of(event: &Event) -> Option<Self> {
        match event {
            Event::PointerButton { pos, button: PRIMARY, pressed, modifiers } => {
                Some(Self { at: *pos, is_pressed: *pressed, modifiers: *modifiers })
            }
            _ => None,
        }
    }
}

/// Where the button went down on the console since the frame before, and up. What is over by now is for egui whoever's is
/// under the pointer now, or nobody's if it was a drag; it is the console's where that was bare.
fn turns(ui: &Ui, response: &Response, is_down: bool, is_bare: impl Fn(Pos2) -> bool) -> Vec<Turn> {
    let all: Vec<Turn> = ui.input(|input| input.events.iter().filter_map(Turn::of).collect());
    let is_ours = is_pressed_on(response);
    let (mut is_down, mut turns) = (is_down, Vec::new());
    for (index, turn) in all.iter().enumerate() {
        let is_on_us = if turn.is_pressed {
            let is_over = index + 1 < all.len();
            response.interact_rect.contains(turn.at) && (is_ours || is_over && is_bare(turn.at))
        } else {
            is_ours || is_down
        };
        if is_on_us {
            turns.push(*turn);
        }
        is_down = is_on_us && turn.is_pressed;
    }
    turns
}

/// Whether nothing lies over the console there: no window or menu, none of its bars, not the way to the newest line.
fn is_bare(ui: &Ui, response: &Response, state: &ConsoleState, (at, metrics): (Pos2, &Metrics)) -> bool {
    let rows = Rect::from_min_max(metrics.rect.min, metrics.rect.max - vec2(BAR_WIDTH, BAR_WIDTH));
    let is_on_top = ui.ctx().layer_id_at(at) == Some(response.layer_id);
    is_on_top && rows.contains(at) && !state.pill.is_some_and(|pill| pill.contains(at))
}

/// Where a click with Ctrl or Cmd ended.
pub(super) fn opened_at(ui: &Ui, response: &Response, state: &ConsoleState, metrics: &Metrics) -> Option<Pos2> {
    let turns = turns(ui, response, false, |at| is_bare(ui, response, state, (at, metrics)));
    let is_click = |index: usize| {
        let press = index.checked_sub(1).map(|before| turns[before]).filter(|turn| turn.is_pressed);
        press.map_or(response.clicked_by(PRIMARY), |press| press.at.distance(turns[index].at) <= SAME_PLACE)
    };
    let opens = |(index, turn): &(usize, &Turn)| !turn.is_pressed && turn.modifiers.command && is_click(*index);
    turns.iter().enumerate().rev().find(opens).map(|(_, turn)| turn.at)
}

fn is_pressed_on(response: &Response) -> bool {
    response.is_pointer_button_down_on() || response.clicked_by(PRIMARY)
}

/// While the button is down no row moves away under the pointer, and none until it can't become a double click any more.
/// Who has selected nothing by then, follows on.
fn hold(ui: &Ui, response: &Response, state: &mut ConsoleState, is_over: bool) {
    let (is_down, has_pressed) = ui.input(|input| (input.pointer.primary_down(), input.pointer.primary_pressed()));
    if is_over || is_pressed_on(response) && (is_down || has_pressed) {
        if state.scroll.follows {
            state.held = Some(Held { top: state.scroll.top, selection: state.selection });
        }
        if state.held.is_some() {
            state.scroll.follows = false;
        }
        return;
    }
    let Some(held) = state.held else { return };
    let has_selected = state.selected_range().is_some() && state.selection != held.selection;
    if has_selected || state.scroll.follows || state.scroll.top != held.top {
        state.held = None;
        return;
    }
    let since_press_secs = ui.input(|input| input.time) - state.pressed.0;
    let rest_secs = double_click_secs(ui) - since_press_secs;
    if rest_secs > 0.0 {
        ui.ctx().request_repaint_after(Duration::from_secs_f64(rest_secs));
    } else {
        state.held = None;
        state.scroll.follows = true;
    }
}

fn double_click_secs(ui: &Ui) -> f64 {
    ui.ctx().options(|options| options.input_options.max_double_click_delay)
}

/// How far a point is before a stretch, as a negative number, or after it.
fn beyond(at: f32, within: Rangef) -> f32 {
    at - within.clamp(at)
}

/// Lines or columns in a second, for a drag that is so many beyond an edge.
fn drag_speed(beyond: f32) -> f32 {
    if beyond == 0.0 {
        return 0.0;
    }
    (beyond * DRAG_SPEED + beyond.signum() * DRAG_SPEED).clamp(-FASTEST_DRAG, FASTEST_DRAG)
}

fn is_text(at: Pos2, metrics: &Metrics) -> bool {
    let bars = vec2(BAR_WIDTH, BAR_WIDTH);
    Rect::from_min_max(metrics.text_rect().min, metrics.rect.max - bars).contains(at)
}

/// What a press at a point of the screen picks.
fn ends_at(
    at: Pos2,
    unit: Unit,
    (sight, placed): (&Sight<'_>, &[Placed]),
    metrics: &Metrics,
) -> Option<(Point, Point)> {
    let lines = metrics.lines_at(at.y);
    let found = placed_at(placed, lines)?;
    let text = sight.text(found.row)?;
    let all = metrics.text_lines(text, &found);
    let is_below = lines >= found.bottom();
    let line = all.iter().find(|line| at.y < line.rect.bottom()).or(all.last());
    let character = match line {
        _ if is_below => text.characters().len(),
        Some(line) => {
            let column = line.column_at(at.x, unit == Unit::Character);
            // Half of a wide character is more than a column: what is nearest is told by its middle.
            let character = text.character_at(column);
            let past_middle = unit == Unit::Character && text.column_of(character) < column;
            (character + usize::from(past_middle)).min(text.characters().len())
        }
        None => 0,
    };
    Some(unit_at(unit, found.row, text.characters(), character))
}

/// Which press in quick succession at one place this is: 1, 2 or 3.
fn clicks(ui: &Ui, state: &mut ConsoleState, at: Pos2) -> u32 {
    let now_secs = ui.input(|input| input.time);
    let longest_secs = double_click_secs(ui);
    let (before_secs, place, count) = state.pressed;
    let goes_on = now_secs - before_secs < longest_secs && place.distance(at) < SAME_PLACE;
    let count = if goes_on { count % 3 + 1 } else { 1 };
    state.pressed = (now_secs, at, count);
    count
}
