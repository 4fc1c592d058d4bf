//! One row of arguments: its parts in their columns, and what the keys do in it.

use eframe::egui::{Key, Modifiers, Response, Sense, Ui, vec2};
use egui_dnd::Handle;

use super::control::control_ui;
use super::flag::flag_ui;
use super::menu::row_menu_ui;
use super::several::further_values_ui;
use super::{RowEdit, RowsState, value_id};
use crate::model::{Argument, Place, ValueKind};
use crate::ui::action::Action;
use crate::ui::editor::EditorData;
use crate::ui::editor::secret::{SecretRow, TOGGLE_WIDTH, row_secret_toggle_ui, secret_by_ui, secret_ui};
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{icon_button, tick_box, tinted_icon_button};

pub(super) const HANDLE_WIDTH: f32 = 16.0;
pub(super) const FLAG_WIDTH: f32 = 168.0;
/// Four icon buttons with their spaces.
const BUTTONS_WIDTH: f32 = TOGGLE_WIDTH + 4.0 * theme::CONTROL_HEIGHT + 4.0 * 2.0;
/// What stands beneath a row begins where its flag does.
pub(super) const FLAG_INDENT: f32 = HANDLE_WIDTH + theme::CONTROL_HEIGHT + 2.0 * space::S;
/// Where values begin, from the left edge of a row.
pub(super) const VALUE_INDENT: f32 = HANDLE_WIDTH + theme::CONTROL_HEIGHT + FLAG_WIDTH + 3.0 * space::S;

/// One row while it is drawn.
pub(super) struct RowUi<'a, 'd> {
    pub index: usize,
    pub id: u64,
    pub is_last: bool,
    /// The rows that the script doesn't take together with it, in words.
    pub excluded: &'a str,
    pub data: &'a EditorData<'d>,
    pub state: &'a mut RowsState,
}

/// What the parts of a row must know of it.
#[derive(Clone, Copy)]
pub(super) struct RowPlace {
    /// As it is called: counted from 1.
    pub number: usize,
    pub id: u64,
    pub is_wrong: bool,
}

impl RowUi<'_, '_> {
    pub fn show(
        &mut self,
        ui: &mut Ui,
        row: &mut Argument,
        handle: Handle<'_>,
        actions: &mut Vec<Action>,
    ) -> Option<RowEdit> {
        let place =
            RowPlace { number: self.index + 1, id: self.id, is_wrong: self.data.is_wrong(Place::Argument(self.index)) };
        let was_on = row.on;
        let was_fresh = !row.on && is_fresh(row);
        let mut edit = self.moved_by_keys(ui, row);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            self.handle_ui(ui, handle);
            let label = format!("Argument {} on", place.number);
            tick_box(ui, &mut row.on, "", &label).on_hover_text("Whether this row is passed");
            let right = ui.max_rect().right() - BUTTONS_WIDTH - space::S;
            if !row.on {
                ui.visuals_mut().override_text_color = Some(colors(ui).text_faint);
            }
            let flag = flag_ui(ui, row, place, self.excluded);
            self.take_focus(flag.as_ref());
            let value = self.value_ui(ui, row, (place, right - ui.cursor().left()), actions);
            ui.visuals_mut().override_text_color = None;
            let has_left = |field: &Option<Response>| field.as_ref().is_some_and(Response::lost_focus);
            let entered = (has_left(&flag) || has_left(&value)) && ui.input(|input| input.key_pressed(Key::Enter));
            if entered && self.is_last {
                edit = Some(RowEdit::Add);
            }
            ui.add_space((right + space::S - ui.cursor().left()).max(0.0));
            edit = self.buttons_ui(ui, row, actions).or(edit.take());
        });
        let called = called(row);
        if let Some(secret) = &mut row.secret {
            ui.horizontal(|ui| {
                ui.add_space(FLAG_INDENT);
                secret_by_ui(ui, self.secret_row(&label_of(place.number), &called), &mut secret.by);
            });
        } else {
            further_values_ui(ui, row, place, BUTTONS_WIDTH, actions);
        }
        if !was_on && (row.on || was_fresh && !is_fresh(row)) {
            row.on = true;
            edit = edit.or(Some(RowEdit::On(self.index)));
        }
        edit
    }

    /// The value, or where the secret comes from that stands in its place.
    fn value_ui(
        &self,
        ui: &mut Ui,
        row: &mut Argument,
        (place, width): (RowPlace, f32),
        actions: &mut Vec<Action>,
    ) -> Option<Response> {
        let called = called(row);
        let Some(secret) = &mut row.secret else { return control_ui(ui, row, place, width, actions) };
        let label = label_of(place.number);
        secret_ui(ui, self.secret_row(&label, &called), &mut secret.from, (self.data, width), actions);
        None
    }

    fn secret_row<'r>(&self, label: &'r str, of: &'r str) -> SecretRow<'r> {
        SecretRow { label, of, is_wrong: self.data.is_wrong(Place::Argument(self.index)) }
    }

    fn take_focus(&mut self, flag: Option<&Response>) {
        if self.state.focus == Some(self.id)
            && let Some(flag) = flag
        {
            self.state.focus = None;
            flag.request_focus();
            flag.scroll_to_me(None);
        }
    }

    /// Alt and an arrow move the row that has the text cursor.
    fn moved_by_keys(&self, ui: &Ui, row: &Argument) -> Option<RowEdit> {
        let mut fields =
            (0..=row.more.len()).map(|place| value_id(self.id, place)).chain([super::flag::flag_id(self.id)]);
        if !ui.memory(|memory| fields.any(|id| memory.has_focus(id))) {
            return None;
        }
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
        if pressed(Key::ArrowUp) && self.index > 0 {
            Some(RowEdit::Move(self.index, self.index - 1))
        } else if pressed(Key::ArrowDown) && !self.is_last {
            Some(RowEdit::Move(self.index, self.index + 2))
        } else {
            None
        }
    }

    fn handle_ui(&self, ui: &mut Ui, handle: Handle<'_>) {
        let color = colors(ui).text_faint;
        let label = format!("Move argument {}", self.index + 1);
        handle.ui(ui, |ui| {
            let (rect, response) = ui.allocate_exact_size(vec2(HANDLE_WIDTH, theme::CONTROL_HEIGHT), Sense::hover());
            response.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Button, true, &label));
            let center = eframe::egui::Align2::CENTER_CENTER;
            let font = eframe::egui::FontId::proportional(15.0);
            ui.painter().text(rect.center(), center, icons::DOTS_SIX_VERTICAL, font, color);
        });
    }

    fn buttons_ui(&self, ui: &mut Ui, row: &mut Argument, actions: &mut Vec<Action>) -> Option<RowEdit> {
        ui.spacing_mut().item_spacing.x = 2.0;
        let number = self.index + 1;
        let (label, called) = (label_of(number), called(row));
        row_secret_toggle_ui(ui, self.secret_row(&label, &called), row);
        outside_ui(ui, row, number);
        if row.secret.is_none() && can_browse(row) {
            let label = format!("Browse for the value of argument {number}");
            let what = if row.kind() == ValueKind::Folder { "a folder" } else { "a file" };
            if icon_button(ui, icons::FOLDER_OPEN, &label, &format!("Choose {what} as the value")).clicked() {
                actions.push(Action::BrowseValue(self.index, 0));
            }
        } else {
            ui.allocate_exact_size(vec2(theme::CONTROL_HEIGHT, theme::CONTROL_HEIGHT), Sense::hover());
        }
        let mut edit = row_menu_ui(ui, row, self.index);
        if icon_button(ui, icons::X, &format!("Remove argument {number}"), "Remove this row").clicked() {
            edit = Some(RowEdit::Remove(self.index));
        }
        edit
    }
}

fn label_of(number: usize) -> String {
    format!("Argument {number}")
}

/// What a row is called by whoever wrote the script: its flag, or what stands in a flag's place.
fn called(row: &Argument) -> String {
    if row.flag.is_empty() { row.said.name.clone() } else { row.flag.clone() }
}

/// Whether nothing of it was filled in yet.
fn is_fresh(row: &Argument) -> bool {
    row.has_no_value() && row.secret.is_none() && (row.is_declared() || row.flag.is_empty())
}

/// Whether a value may be a path.
pub(super) fn can_browse(row: &Argument) -> bool {
    match row.kind() {
        ValueKind::Text => row.choices().is_empty(),
        ValueKind::File | ValueKind::Folder => true,
        ValueKind::Switch
        | ValueKind::Count
        | ValueKind::Integer
        | ValueKind::Number
        | ValueKind::Date
        | ValueKind::Color
        | ValueKind::Command => false,
    }
}

/// Whether orders from outside may set the row: a button that stays lit.
fn outside_ui(ui: &mut Ui, row: &mut Argument, number: usize) {
    let (color, tooltip) = if row.outside {
        (colors(ui).accent_text, "Orders from Touch may set this value. Press to close it to them")
    } else {
        (colors(ui).text_faint, "Let orders from Touch set this value")
    };
    let word = if row.outside { "may" } else { "may not" };
    let label = format!("Argument {number} {word} be set from outside");
    if tinted_icon_button(ui, (icons::ARROW_SQUARE_IN, color), &label, tooltip).clicked() {
        row.outside = !row.outside;
    }
}
