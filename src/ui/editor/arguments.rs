//! The argument rows: typed into, switched on and off, dragged into order, duplicated and removed.

use eframe::egui::{Button, Id, Key, Modifiers, Response, RichText, Sense, Ui, vec2};
use egui_dnd::{DragDropConfig, Handle, dnd};

use super::{Draft, EditorData, problems_ui};
use crate::model::{Argument, PLACEHOLDERS, Place};
use crate::ui::action::{Action, PresetKey};
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, icon_button, section_title, text_field, tick_box};

const HANDLE_WIDTH: f32 = 16.0;
const FLAG_WIDTH: f32 = 168.0;
/// Three icon buttons with their spaces.
const BUTTONS_WIDTH: f32 = 3.0 * theme::CONTROL_HEIGHT + 2.0 * 2.0;

/// Identities of the rows, which their places are not: rows move, and the text cursor must move with them.
#[derive(Clone, Debug, Default)]
pub(super) struct RowsState {
    preset: Option<PresetKey>,
    ids: Vec<u64>,
    next_id: u64,
    /// The row whose flag gets the text cursor in the next frame.
    focus: Option<u64>,
}

impl RowsState {
    fn new_id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    /// Gives every row an identity, also after the rows changed behind this file's back.
    fn follow(&mut self, preset: PresetKey, count: usize) {
        if self.preset != Some(preset) {
            self.preset = Some(preset);
            self.ids.clear();
        }
        self.ids.truncate(count);
        while self.ids.len() < count {
            let id = self.new_id();
            self.ids.push(id);
        }
    }
}

/// What a row asked for; done after all rows are drawn.
enum RowEdit {
    Remove(usize),
    Duplicate(usize),
    /// To before another row's index, as `shift_vec` counts.
    Move(usize, usize),
    Add,
}

pub(super) fn arguments_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    data: &EditorData<'_>,
    state: &mut RowsState,
    actions: &mut Vec<Action>,
) {
    let rows = &mut draft.edited.arguments;
    state.follow(draft.key, rows.len());
    title_ui(ui, rows);
    let mut edit = None;
    let ids = state.ids.clone();
    let last = rows.len().saturating_sub(1);
    let dnd_id = ui.make_persistent_id("argument rows");
    let response = dnd(ui, dnd_id).with_mouse_config(DragDropConfig::mouse()).show(
        ids.iter().copied().map(|id| ("argument row", id)),
        |ui, (_, id), handle, item| {
            if item.dragged {
                paint_lifted(ui);
            }
            let mut row = RowUi { index: item.index, id, is_last: item.index == last, data, state };
            let asked = row.show(ui, &mut rows[item.index], handle, actions);
            edit = edit.take().or(asked);
            problems_ui(ui, data, Place::Argument(item.index), HANDLE_WIDTH + 32.0);
        },
    );
    if let Some(update) = response.final_update() {
        egui_dnd::utils::shift_vec(update.from, update.to, rows);
        egui_dnd::utils::shift_vec(update.from, update.to, &mut state.ids);
    }
    let text = RichText::new(format!("{}  Add a row", icons::PLUS)).color(colors(ui).text_weak);
    if ui.add(Button::new(text).frame_when_inactive(false)).accessible_name("Add a row").clicked() {
        edit = Some(RowEdit::Add);
    }
    apply(edit.as_ref(), rows, state);
}

/// The ground of a row that is being dragged, which hides the rows it passes over.
fn paint_lifted(ui: &Ui) {
    let colors = colors(ui);
    let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT + 1.0);
    let rect = eframe::egui::Rect::from_min_size(ui.cursor().min, size).expand(3.0);
    let stroke = eframe::egui::Stroke::new(1.0, colors.accent_text);
    ui.painter().rect(rect, theme::RADIUS, colors.raised, stroke, eframe::egui::StrokeKind::Inside);
}

fn title_ui(ui: &mut Ui, rows: &[Argument]) {
    ui.horizontal(|ui| {
        section_title(ui, "Arguments");
        let on = rows.iter().filter(|row| row.on).count();
        let colors = colors(ui);
        if !rows.is_empty() {
            let text = if on == rows.len() { on.to_string() } else { format!("{on} of {} on", rows.len()) };
            ui.label(RichText::new(text).font(theme::small()).color(colors.text_weak));
        }
        let (rect, info) = ui.allocate_exact_size(vec2(18.0, 18.0), Sense::hover());
        let label = "How rows become arguments";
        info.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, label));
        let font = eframe::egui::FontId::proportional(theme::BODY_SIZE);
        let center = eframe::egui::Align2::CENTER_CENTER;
        ui.painter().text(rect.center(), center, icons::INFO, font, colors.text_weak);
        info.on_hover_ui(|ui| {
            ui.label(
                "A row is a flag and its value; either may be empty. A flag that ends in “=” is joined with its value.",
            );
            ui.label("In both you can use:");
            for (name, meaning) in PLACEHOLDERS {
                ui.horizontal(|ui| {
                    ui.label(RichText::new(format!("{{{name}}}")).font(theme::mono()));
                    ui.label(RichText::new(meaning).color(colors.text_weak));
                });
            }
        });
    });
}

fn apply(edit: Option<&RowEdit>, rows: &mut Vec<Argument>, state: &mut RowsState) {
    match edit {
        None => {}
        Some(&RowEdit::Remove(index)) => {
            rows.remove(index);
            state.ids.remove(index);
        }
        Some(&RowEdit::Duplicate(index)) => {
            let id = state.new_id();
            rows.insert(index + 1, rows[index].clone());
            state.ids.insert(index + 1, id);
        }
        Some(&RowEdit::Move(from, to)) => {
            egui_dnd::utils::shift_vec(from, to, rows);
            egui_dnd::utils::shift_vec(from, to, &mut state.ids);
        }
        Some(RowEdit::Add) => {
            let id = state.new_id();
            rows.push(Argument::default());
            state.ids.push(id);
            state.focus = Some(id);
        }
    }
}

/// One row while it is drawn.
struct RowUi<'a, 'd> {
    index: usize,
    id: u64,
    is_last: bool,
    data: &'a EditorData<'d>,
    state: &'a mut RowsState,
}

impl RowUi<'_, '_> {
    fn show(
        &mut self,
        ui: &mut Ui,
        row: &mut Argument,
        handle: Handle<'_>,
        actions: &mut Vec<Action>,
    ) -> Option<RowEdit> {
        let was_fresh = !row.on && row.flag.is_empty() && row.value.is_empty();
        let mut edit = self.moved_by_keys(ui);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            self.handle_ui(ui, handle);
            let number = self.index + 1;
            tick_box(ui, &mut row.on, "", &format!("Argument {number} on")).on_hover_text("Whether this row is passed");
            let (flag, value) = self.fields_ui(ui, row);
            let entered = (flag.lost_focus() || value.lost_focus()) && ui.input(|input| input.key_pressed(Key::Enter));
            if entered && self.is_last {
                edit = Some(RowEdit::Add);
            }
            edit = self.buttons_ui(ui, actions).or(edit.take());
        });
        if was_fresh && !(row.flag.is_empty() && row.value.is_empty()) {
            row.on = true;
        }
        edit
    }

    /// Alt and an arrow move the row that has the text cursor.
    fn moved_by_keys(&self, ui: &Ui) -> Option<RowEdit> {
        let has_cursor = ui.memory(|memory| memory.has_focus(self.flag_id()) || memory.has_focus(self.value_id()));
        if !has_cursor {
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

    fn flag_id(&self) -> Id {
        Id::unique(("argument flag", self.id))
    }

    fn value_id(&self) -> Id {
        Id::unique(("argument value", self.id))
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

    fn fields_ui(&mut self, ui: &mut Ui, row: &mut Argument) -> (Response, Response) {
        let number = self.index + 1;
        let is_wrong = self.data.is_wrong(Place::Argument(self.index));
        if !row.on {
            ui.visuals_mut().override_text_color = Some(colors(ui).text_faint);
        }
        let field = Field {
            label: &format!("Argument {number} flag"),
            hint: "--flag",
            width: FLAG_WIDTH,
            is_code: true,
            is_wrong,
            id: Some(self.flag_id()),
            ..Field::default()
        };
        let flag = text_field(ui, &mut row.flag, &field);
        if self.state.focus == Some(self.id) {
            self.state.focus = None;
            flag.request_focus();
            flag.scroll_to_me(None);
        }
        let field = Field {
            label: &format!("Argument {number} value"),
            hint: "value",
            width: ui.available_width() - BUTTONS_WIDTH - space::S,
            id: Some(self.value_id()),
            ..field
        };
        let value = text_field(ui, &mut row.value, &field);
        ui.visuals_mut().override_text_color = None;
        (flag, value)
    }

    fn buttons_ui(&self, ui: &mut Ui, actions: &mut Vec<Action>) -> Option<RowEdit> {
        ui.spacing_mut().item_spacing.x = 2.0;
        let number = self.index + 1;
        let browse = format!("Browse for the value of argument {number}");
        if icon_button(ui, icons::FOLDER_OPEN, &browse, "Choose a file as the value").clicked() {
            actions.push(Action::BrowseValue(self.index));
        }
        let mut edit = None;
        if icon_button(ui, icons::COPY_SIMPLE, &format!("Duplicate argument {number}"), "Duplicate this row").clicked()
        {
            edit = Some(RowEdit::Duplicate(self.index));
        }
        if icon_button(ui, icons::X, &format!("Remove argument {number}"), "Remove this row").clicked() {
            edit = Some(RowEdit::Remove(self.index));
        }
        edit
    }
}
