//! The side panel: every preset, found by name and grouped, and the files that could not be read.

use std::collections::BTreeSet;

use eframe::egui::{
    Align2, Button, Color32, Direction, Frame, Id, Key, LayerId, Layout, Margin, Modifiers, Order, Popup, Rect,
    Response, RichText, ScrollArea, Sense, StrokeKind, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::action::{Action, PresetKey};
use super::group_heading::{Heading, group_heading_ui};
use super::icons;
use super::theme::{self, CONTROL_HEIGHT, colors, space};
use super::widgets::{
    Field, Severity, action_button, action_icon, empty_state, paint_count, paint_line, paint_row, sentence, text_field,
};
use crate::model::{Preset, Shared};
use crate::store::groups::Groups;

/// How much of the groups that a preset can go to is in sight at once, in points; more would not fit on a small screen.
const MOVE_HEIGHT: f32 = 300.0;

/// What the panel shows of one preset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresetRow {
    pub key: PresetKey,
    pub preset: Shared<Preset>,
    pub is_unsaved: bool,
    /// How many jobs of it run.
    pub running: u32,
    /// When it is launched by itself, in words: `20:00 today`.
    pub next: Option<String>,
    /// Why it can't run, if that is known.
    pub problem: Option<String>,
}

/// What the panel shows.
#[derive(Clone, Debug, Default)]
pub struct PresetsData {
    /// In the order of their files; groups are shown in the order of their first preset, the nameless one first.
    pub rows: Vec<PresetRow>,
    /// How groups are launched.
    pub groups: Groups,
    /// Files that don't load, each as `file:line:column: what`.
    pub broken: Vec<String>,
    pub warnings: Vec<String>,
    pub selected: Option<PresetKey>,
}

/// What the panel remembers.
#[derive(Clone, Debug, Default)]
pub struct PresetsState {
    pub search: String,
    pub collapsed_groups: BTreeSet<String>,
    /// Set to put the text cursor into the search field.
    pub focus_search: bool,
    /// The seconds of a group's menu, while they are typed.
    stagger_text: String,
    /// What was searched for when the list was drawn last, and whether anything was.
    searched: String,
    was_searching: bool,
    /// The preset that was selected then.
    was_selected: Option<PresetKey>,
    /// Another is now, or the list is whole again: the selected one is to be brought into view.
    is_newly_selected: bool,
}

/// The whole side panel.
pub fn presets_panel_ui(ui: &mut Ui, data: &PresetsData, state: &mut PresetsState, actions: &mut Vec<Action>) {
    search_ui(ui, data, state, actions);
    ui.add_space(space::XS);
    let footer_height = CONTROL_HEIGHT + space::S;
    let list_height = (ui.available_height() - footer_height).max(0.0);
    let mut area = ScrollArea::vertical().id_salt("presets").max_height(list_height).auto_shrink(false);
    // Who types sees the first that is found, not the middle of the list.
    if state.searched != state.search {
        state.searched.clone_from(&state.search);
        area = area.vertical_scroll_offset(0.0);
    }
    state.is_newly_selected = state.was_selected != data.selected || state.was_searching && state.search.is_empty();
    (state.was_selected, state.was_searching) = (data.selected, !state.search.is_empty());
    area.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 2.0;
        broken_ui(ui, data);
        if data.rows.is_empty() && data.broken.is_empty() {
            ui.add_space(space::XL);
            let text = "A preset remembers how to launch a script. Make one, or drop a script onto the window.";
            empty_state(ui, icons::STACK, "No presets yet", text);
        } else {
            groups_ui(ui, data, state, actions);
        }
    });
    ui.add_space(space::S - ui.spacing().item_spacing.y);
    ui.horizontal(|ui| {
        action_button(ui, Action::NewPreset, actions);
        ui.with_layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center), |ui| {
            action_icon(ui, Action::OpenPresetsFolder, "", actions);
            action_icon(ui, Action::ImportPreset, "", actions);
        });
    });
}

fn search_ui(ui: &mut Ui, data: &PresetsData, state: &mut PresetsState, actions: &mut Vec<Action>) {
    let id = ui.make_persistent_id("search");
    let field = Field {
        label: "Find a preset",
        hint: "Find a preset",
        icon: icons::MAGNIFYING_GLASS,
        width: ui.available_width(),
        id: Some(id),
        ..Field::default()
    };
    let response = text_field(ui, &mut state.search, &field);
    if !state.search.is_empty() {
        let at = Rect::from_center_size(response.rect.right_center() - vec2(15.0, 0.0), vec2(22.0, 22.0));
        let icon = RichText::new(icons::X).size(12.0).color(colors(ui).text_weak);
        let button = Button::new(icon).frame_when_inactive(false).min_size(at.size());
        // In the field, so it takes no room of its own: the panel would grow with every frame.
        let mut within =
            ui.new_child(UiBuilder::new().max_rect(at).layout(Layout::centered_and_justified(Direction::TopDown)));
        if within.add(button).accessible_name("Clear the search").on_hover_text("Show all presets").clicked() {
            state.search.clear();
        }
    }
    if std::mem::take(&mut state.focus_search) {
        response.request_focus();
    }
    if response.lost_focus() && ui.input(|input| input.key_pressed(eframe::egui::Key::Enter)) {
        let first = found(data, &state.search).next();
        actions.extend(first.map(|row| Action::SelectPreset(row.key)));
    }
    // Escape takes the focus away before this is reached.
    if response.lost_focus() && ui.input(|input| input.key_pressed(eframe::egui::Key::Escape)) {
        state.search.clear();
    }
}

/// The presets whose names and groups hold all words of the search; without a word all of them.
fn found<'a>(data: &'a PresetsData, search: &str) -> impl Iterator<Item = &'a PresetRow> {
    let words: Vec<_> = search.to_lowercase().split_whitespace().map(str::to_owned).collect();
    data.rows.iter().filter(move |row| {
        words.is_empty() || {
            let text = format!("{} {}", row.preset.group, row.preset.name).to_lowercase();
            words.iter().all(|word| text.contains(word))
        }
    })
}

fn groups_ui(ui: &mut Ui, data: &PresetsData, state: &mut PresetsState, actions: &mut Vec<Action>) {
    let is_searching = !state.search.trim().is_empty();
    let found: Vec<_> = found(data, &state.search).collect();
    if found.is_empty() && !data.rows.is_empty() {
        ui.add_space(space::M);
        ui.label(RichText::new(format!("No preset is called “{}”.", state.search.trim())).color(colors(ui).text_weak));
    }
    let mut groups: Vec<&str> = Vec::new();
    for row in &found {
        if !groups.contains(&row.preset.group.as_str()) {
            groups.push(&row.preset.group);
        }
    }
    groups.sort_by_key(|group| !group.is_empty());
    let mut all_groups: Vec<String> = Vec::new();
    for row in &data.rows {
        if !all_groups.contains(&row.preset.group) {
            all_groups.push(row.preset.group.clone());
        }
    }
    for group in groups {
        let rows = found.iter().filter(|row| row.preset.group == group);
        let is_open = group.is_empty() || is_searching || !state.collapsed_groups.contains(group);
        if !group.is_empty() {
            // A search hides some of its rows, and yet the group is all of them.
            let members = data.rows.iter().filter(|row| row.preset.group == group);
            let heading = Heading {
                name: group,
                is_open,
                launch: data.groups.launch_of(group),
                presets: members.clone().count(),
                running: members.map(|row| row.running).sum(),
            };
            if group_heading_ui(ui, &heading, &mut state.stagger_text, actions).clicked() {
                if is_open {
                    state.collapsed_groups.insert(group.to_owned());
                } else {
                    state.collapsed_groups.remove(group);
                }
            }
        }
        if is_open {
            let rows: Vec<&PresetRow> = rows.copied().collect();
            for (index, row) in rows.iter().enumerate() {
                let is_selected = data.selected == Some(row.key);
                let response = preset_row_ui(ui, row, is_selected, actions);
                if is_selected && state.is_newly_selected {
                    ui.scroll_to_rect(response.rect, None);
                }
                // Of a thousand presets most are out of sight, and none of those is pointed at.
                let has_menu = || Popup::is_id_open(ui.ctx(), Popup::default_response_id(&response));
                if !ui.is_rect_visible(response.rect) && !response.dragged() && !has_menu() {
                    continue;
                }
                // In what a search leaves, places mean nothing.
                if !is_searching {
                    let next = rows.get(index + 1).map(|row| row.key);
                    drag_ui(ui, &response, row, next, actions);
                }
                row_menu_ui(&response, row, &all_groups, actions);
            }
        }
    }
}

fn preset_row_ui(ui: &mut Ui, row: &PresetRow, is_selected: bool, actions: &mut Vec<Action>) -> Response {
    let size = vec2(ui.available_width(), CONTROL_HEIGHT + 2.0);
    let (_, rect) = ui.allocate_space(size);
    // Its own wherever it stands, so that a press or a drag stays with it when the list moves under the pointer.
    let response = ui.interact(rect, ui.make_persistent_id(("preset", row.key)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::selected(eframe::egui::Role::Button, true, is_selected, row_label(row)));
    if response.clicked() {
        actions.push(Action::SelectPreset(row.key));
    }
    if response.has_focus() {
        let pressed = |key| ui.input_mut(|input| input.consume_key(Modifiers::ALT, key));
        for (key, action) in [(Key::ArrowUp, Action::MovePresetUp), (Key::ArrowDown, Action::MovePresetDown)] {
            if pressed(key) {
                actions.extend([Action::SelectPreset(row.key), action]);
            }
        }
    }
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let colors = colors(ui);
    paint_row(ui, &response, is_selected);
    launch_ui(ui, rect, row, actions);
    let mut right = pos2(rect.right() - 8.0, rect.center().y);
    if row.running > 0 {
        let fill = if is_selected { colors.surface } else { colors.control };
        right.x = paint_count(ui, right, row.running, (fill, colors.good)).left() - 6.0;
    }
    let mut mark = |icon: &str, color: Color32, size: f32| {
        let font = eframe::egui::FontId::proportional(size);
        right.x = ui.painter().text(right, Align2::RIGHT_CENTER, icon, font, color).left() - 6.0;
    };
    if row.problem.is_some() {
        mark(icons::WARNING_CIRCLE_FILLED, colors.bad, 13.0);
    }
    if row.is_unsaved {
        mark(icons::CIRCLE_FILLED, colors.accent_text, 9.0);
    }
    if row.next.is_some() {
        mark(icons::CLOCK, colors.text_weak, 13.0);
    }
    let text_rect = Rect::from_min_max(pos2(rect.left() + 32.0, rect.top()), pos2(right.x, rect.bottom()));
    let color = if is_selected { colors.text_strong } else { colors.text };
    let name = if row.preset.name.trim().is_empty() { "(no name)" } else { &row.preset.name };
    paint_line(ui, text_rect, name, eframe::egui::FontId::proportional(theme::BODY_SIZE), color);
    if row.next.is_none() && row.problem.is_none() && !row.is_unsaved {
        return response;
    }
    response.on_hover_ui(|ui| {
        if row.is_unsaved {
            ui.label("Not saved yet.");
        }
        if let Some(next) = &row.next {
            ui.label(format!("Launched by itself: {next}."));
        }
        if let Some(problem) = &row.problem {
            sentence(ui, Severity::Error, problem);
        }
    })
}

/// A row is dragged to where the list shows a line; what is dragged hangs at the pointer.
fn drag_ui(ui: &Ui, response: &Response, row: &PresetRow, next: Option<PresetKey>, actions: &mut Vec<Action>) {
    response.dnd_set_drag_payload(row.key);
    let colors = colors(ui);
    if response.dragged()
        && let Some(pointer) = ui.ctx().pointer_interact_pos()
    {
        ui.painter().rect_filled(response.rect, theme::RADIUS, colors.surface.gamma_multiply(0.6));
        let layer = LayerId::new(Order::Tooltip, response.id.with("dragged"));
        let painter = ui.ctx().layer_painter(layer);
        let font = eframe::egui::FontId::proportional(theme::BODY_SIZE);
        let name = painter.layout_no_wrap(row.preset.name.clone(), font, colors.text_strong);
        let rect = Rect::from_min_size(pointer + vec2(12.0, 4.0), name.size() + vec2(20.0, 10.0));
        painter.rect(rect, theme::RADIUS, colors.raised, (1.0, colors.accent_text), StrokeKind::Inside);
        painter.galley(rect.min + vec2(10.0, 5.0), name, colors.text_strong);
    }
    // Before the other look at it: this one takes what was dragged away.
    if let Some(key) = response.dnd_release_payload::<PresetKey>() {
        drop_on(response, row, (*key, next), actions);
    }
    let Some(pointer) = response.dnd_hover_payload::<PresetKey>().and_then(|_| ui.ctx().pointer_interact_pos()) else {
        return;
    };
    let is_above = pointer.y < response.rect.center().y;
    let y = if is_above { response.rect.top() - 1.0 } else { response.rect.bottom() + 1.0 };
    ui.painter().hline(response.rect.x_range(), y, (2.0, colors.accent_text));
}

fn drop_on(
    response: &Response,
    row: &PresetRow,
    (key, next): (PresetKey, Option<PresetKey>),
    actions: &mut Vec<Action>,
) {
    let pointer = response.ctx.pointer_interact_pos();
    let is_above = pointer.is_some_and(|pointer| pointer.y < response.rect.center().y);
    let before = if is_above { Some(row.key) } else { next };
    if row.key != key && before != Some(key) {
        actions.push(Action::MovePreset(key, row.preset.group.clone(), before));
    }
}

fn row_menu_ui(response: &Response, row: &PresetRow, groups: &[String], actions: &mut Vec<Action>) {
    Popup::context_menu(response).show(|ui| {
        let actions_of_row = [
            Action::RenamePreset,
            Action::DuplicatePreset,
            Action::ExportPreset,
            Action::MovePresetUp,
            Action::MovePresetDown,
            Action::DeletePreset,
        ];
        for action in actions_of_row {
            let descriptor = action.descriptor();
            let icon = RichText::new(descriptor.icon).color(colors(ui).text_weak);
            if ui.add(Button::new((icon, descriptor.label)).frame_when_inactive(false)).clicked() {
                actions.extend([Action::SelectPreset(row.key), action]);
                ui.close();
            }
        }
        let none = Some("").filter(|_| !row.preset.group.is_empty());
        let others = groups.iter().map(String::as_str).filter(|group| !group.is_empty() && *group != row.preset.group);
        let others: Vec<&str> = none.into_iter().chain(others).collect();
        if others.is_empty() {
            return;
        }
        ui.separator();
        ScrollArea::vertical().max_height(MOVE_HEIGHT).show(ui, |ui| {
            for group in others {
                let label = if group.is_empty() { "Move to no group".to_owned() } else { format!("Move to {group}") };
                if ui.add(Button::new(label).frame_when_inactive(false)).clicked() {
                    actions.push(Action::MovePreset(row.key, group.to_owned(), None));
                    ui.close();
                }
            }
        });
    });
}

fn row_label(row: &PresetRow) -> String {
    let mut label = row.preset.name.clone();
    if row.is_unsaved {
        label.push_str(", unsaved");
    }
    if row.running > 0 {
        label = format!("{label}, {} running", row.running);
    }
    if let Some(next) = &row.next {
        label = format!("{label}, next {next}");
    }
    if row.problem.is_some() {
        label.push_str(", has a problem");
    }
    label
}

fn launch_ui(ui: &mut Ui, row_rect: Rect, row: &PresetRow, actions: &mut Vec<Action>) {
    let rect = Rect::from_center_size(pos2(row_rect.left() + 16.0, row_rect.center().y), vec2(24.0, 24.0));
    let id = ui.make_persistent_id(("launch", row.key));
    let response = ui.interact(rect, id, Sense::click());
    let label = format!("Launch: {}", row.preset.name);
    response.widget_info(|| WidgetInfo::labeled(eframe::egui::Role::Button, true, &label));
    let colors = colors(ui);
    let color = if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, theme::RADIUS, colors.accent);
        colors.on_accent
    } else {
        colors.text_weak
    };
    let font = eframe::egui::FontId::proportional(12.0);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icons::PLAY_FILLED, font, color);
    if response.on_hover_text(label).clicked() {
        actions.push(Action::LaunchPreset(row.key));
    }
}

fn broken_ui(ui: &mut Ui, data: &PresetsData) {
    if data.broken.is_empty() && data.warnings.is_empty() {
        return;
    }
    ui.add_space(space::S);
    let errors = data.broken.iter().map(|what| (Severity::Error, what));
    let warnings = data.warnings.iter().map(|what| (Severity::Warning, what));
    for (severity, what) in errors.chain(warnings) {
        let colors = colors(ui);
        let fill = if severity == Severity::Error { colors.bad_tint } else { colors.warn_tint };
        Frame::new().fill(fill).corner_radius(theme::RADIUS).inner_margin(Margin::same(8)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            sentence(ui, severity, what);
        });
        ui.add_space(2.0);
    }
}

/// The id of the panel, which its width is remembered under.
#[must_use]
pub fn panel_id() -> Id {
    Id::unique("presets panel")
}
