//! The argument rows: filled in, switched on and off, dragged into order, duplicated and removed. What is known of the
//! script's own arguments stands above them (`found`); a row's parts are drawn by files of their own, its value by one for
//! each kind of control.

mod color;
mod control;
mod date;
mod flag;
mod found;
mod menu;
mod number;
mod row;
mod several;
mod text;

use eframe::egui::{Button, Id, RichText, Ui, vec2};
use egui_dnd::{DragDropConfig, dnd};

pub use self::found::{ScriptData, ScriptWork};
use self::row::{FLAG_INDENT, HANDLE_WIDTH, RowUi};
use super::{Draft, EditorData, problems_ui};
use crate::model::{Argument, Place, are_exclusive, chosen_command, is_of_command};
use crate::ui::action::{Action, PresetKey};
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Severity, sentence};

/// Identities of the rows, which their places are not: rows move, and the text cursor must move with them.
#[derive(Clone, Debug, Default)]
pub(super) struct RowsState {
    preset: Option<PresetKey>,
    ids: Vec<u64>,
    next_id: u64,
    /// The row whose flag gets the text cursor in the next frame.
    focus: Option<u64>,
    /// Rows that are off are not shown.
    only_on: bool,
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
            self.only_on = false;
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
    /// It was switched on, or given its first value.
    On(usize),
    RemoveGone,
}

/// How the text fields of a row are known to the text cursor.
fn value_id(row: u64, place: usize) -> Id {
    Id::unique(("argument value", row, place))
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
    let mut edit = found::title_ui(ui, rows, &data.script, &mut state.only_on, actions);
    found::told_ui(ui, &data.script);
    let chosen = chosen_command(rows);
    let shown: Vec<_> = (0..rows.len())
        .filter(|index| is_of_command(&rows[*index], &chosen))
        .filter(|index| !state.only_on || rows[*index].on || data.is_wrong(Place::Argument(*index)))
        .collect();
    let last = rows.len().saturating_sub(1);
    let dnd_id = ui.make_persistent_id("argument rows");
    let ids: Vec<_> = shown.iter().map(|index| state.ids[*index]).collect();
    let response = dnd(ui, dnd_id).with_mouse_config(DragDropConfig::mouse()).show(
        ids.iter().copied().map(|id| ("argument row", id)),
        |ui, (_, id), handle, item| {
            let index = shown[item.index];
            if item.dragged {
                paint_lifted(ui);
            }
            group_ui(ui, rows, &shown, item.index);
            let excluded = excluded_by(rows, index);
            let mut row = RowUi { index, id, is_last: index == last, excluded: &excluded, data, state };
            let asked = row.show(ui, &mut rows[index], handle, actions);
            edit = edit.take().or(asked);
            problems_ui(ui, data, Place::Argument(index), FLAG_INDENT);
            gone_ui(ui, index, &rows[index], &mut edit);
        },
    );
    if let Some(update) = response.final_update() {
        let place = |at: usize| shown.get(at).copied().unwrap_or(rows.len());
        let (from, to) = (place(update.from), place(update.to));
        edit = Some(RowEdit::Move(from, to));
    }
    hidden_ui(ui, rows.len() - shown.len(), state);
    let text = RichText::new(format!("{}  Add a row", icons::PLUS)).color(colors(ui).text_weak);
    if ui.add(Button::new(text).frame_when_inactive(false)).accessible_name("Add a row").clicked() {
        edit = Some(RowEdit::Add);
    }
    apply(edit.as_ref(), rows, state);
}

/// The rows that the script doesn't take together with this one, in words; mostly none.
fn excluded_by(rows: &[Argument], index: usize) -> String {
    let row = &rows[index];
    if row.said.exclusive == 0 {
        return String::new();
    }
    let others = rows.iter().filter(|other| are_exclusive(row, other)).map(Argument::title);
    others.collect::<Vec<_>>().join(", ")
}

/// The ground of a row that is being dragged, which hides the rows it passes over.
fn paint_lifted(ui: &Ui) {
    let colors = colors(ui);
    let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT + 1.0);
    let rect = eframe::egui::Rect::from_min_size(ui.cursor().min, size).expand(3.0);
    let stroke = eframe::egui::Stroke::new(1.0, colors.accent_text);
    ui.painter().rect(rect, theme::RADIUS, colors.raised, stroke, eframe::egui::StrokeKind::Inside);
}

/// The heading that the script puts a row under, above the first of its rows.
fn group_ui(ui: &mut Ui, rows: &[Argument], shown: &[usize], at: usize) {
    let group = |at: usize| shown.get(at).map_or("", |index| rows[*index].said.group.as_str());
    let is_first = at == 0 || group(at) != group(at - 1);
    if is_first && !group(at).is_empty() {
        ui.add_space(space::XS);
        ui.horizontal(|ui| {
            ui.add_space(HANDLE_WIDTH + space::S);
            ui.label(RichText::new(group(at)).font(theme::strong(theme::SMALL_SIZE)).color(colors(ui).text_weak));
        });
    }
}

/// That the script has it no more, and the way to be rid of it.
fn gone_ui(ui: &mut Ui, index: usize, row: &Argument, edit: &mut Option<RowEdit>) {
    if !row.said.gone {
        return;
    }
    ui.horizontal(|ui| {
        ui.add_space(FLAG_INDENT);
        sentence(ui, Severity::Warning, &format!("The script has no {} any more.", row.title()));
        let label = format!("Remove argument {}, which is gone", index + 1);
        let button = Button::new(RichText::new("Remove").font(theme::small())).min_size(vec2(0.0, 20.0));
        if ui.add(button).accessible_name(label).clicked() {
            *edit = Some(RowEdit::Remove(index));
        }
    });
}

/// How many rows aren't shown, and why.
fn hidden_ui(ui: &mut Ui, hidden: usize, state: &mut RowsState) {
    if hidden == 0 {
        return;
    }
    ui.horizontal(|ui| {
        ui.add_space(HANDLE_WIDTH + space::S);
        let what = match (state.only_on, hidden) {
            (true, 1) => "1 row that is off is not shown.".to_owned(),
            (true, _) => format!("{hidden} rows that are off are not shown."),
            (false, 1) => "1 row of another command is kept, and not passed.".to_owned(),
            (false, _) => format!("{hidden} rows of other commands are kept, and not passed."),
        };
        ui.label(RichText::new(what).font(theme::small()).color(colors(ui).text_weak));
        if state.only_on && ui.link(RichText::new("Show all").font(theme::small())).clicked() {
            state.only_on = false;
        }
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
        Some(&RowEdit::On(index)) => switch_on(rows, index),
        Some(RowEdit::RemoveGone) => {
            let is_kept: Vec<_> = rows.iter().map(|row| !row.said.gone).collect();
            let mut kept = is_kept.iter();
            rows.retain(|_| kept.next().is_some_and(|is_kept| *is_kept));
            let mut kept = is_kept.iter();
            state.ids.retain(|_| kept.next().is_some_and(|is_kept| *is_kept));
        }
    }
}

/// A row that is on takes the script's default where it has no value, and switches off what it excludes.
fn switch_on(rows: &mut [Argument], index: usize) {
    let row = &mut rows[index];
    row.on = true;
    if row.takes_value() && row.has_no_value() {
        row.value = row.said.default.replace('{', "{{");
    }
    let row = rows[index].clone();
    for (other_index, other) in rows.iter_mut().enumerate() {
        if other_index != index && are_exclusive(&row, other) {
            other.on = false;
        }
    }
}
