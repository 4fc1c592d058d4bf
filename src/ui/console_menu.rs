//! A console's menu, under its "…" and under the right button: what can be done with it, and how it looks.

use eframe::egui::{Button, Response, RichText, Ui, vec2};

use super::action::{Action, Descriptor};
use super::console::{ConsoleState, ConsoleView};
use super::console_export::LineFormat;
use super::console_links::Target;
use super::console_wish::Wish;
use super::icons;
use super::theme::{colors, space};
use crate::model::Times;

/// In points.
const WIDTH: f32 = 268.0;

/// The menu that the right button opens.
pub(super) fn console_menu_ui(
    response: &Response,
    view: &ConsoleView<'_>,
    state: &mut ConsoleState,
    actions: &mut Vec<Action>,
) {
    response.context_menu(|ui| {
        begin(ui);
        target_items_ui(ui, state, actions);
        for format in [LineFormat::Plain, LineFormat::Colors, LineFormat::Times, LineFormat::ColorsAndTimes] {
            wish_ui(ui, view, state, Wish::Copy(format));
        }
        wish_ui(ui, view, state, Wish::SelectAll);
        ui.separator();
        if item_ui(ui, &Action::Find.descriptor(), &view.title, None) {
            state.search.open();
        }
        wish_ui(ui, view, state, Wish::ToggleFilter);
        wish_ui(ui, view, state, Wish::Follow);
        wish_ui(ui, view, state, Wish::ToggleWrap);
        // All of it at once would be higher than a small window.
        let icon = |icon: &str, ui: &Ui| RichText::new(icon).color(colors(ui).text_weak);
        ui.menu_button((icon(icons::CLOCK, ui), "Before each line"), |ui| {
            begin(ui);
            before_ui(ui, view, state);
        });
        ui.menu_button((icon(icons::STACK, ui), "Kinds of lines"), |ui| {
            begin(ui);
            kinds_ui(ui, view, state);
        });
        ui.separator();
        end_ui(ui, view, state, actions);
    });
}

/// The menu under the "…".
pub(super) fn menu_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState, actions: &mut Vec<Action>) {
    begin(ui);
    heading(ui, "Before each line");
    before_ui(ui, view, state);
    ui.separator();
    heading(ui, "Lines");
    wish_ui(ui, view, state, Wish::ToggleWrap);
    kinds_ui(ui, view, state);
    ui.separator();
    end_ui(ui, view, state, actions);
}

/// What can be done with what is under the pointer: a file or an address.
fn target_items_ui(ui: &mut Ui, state: &ConsoleState, actions: &mut Vec<Action>) {
    let Some(target) = &state.target else { return };
    let open = target.opened();
    let label = format!("{} {}", open.descriptor().label, target.short_name());
    if target_item_ui(ui, target, open.descriptor().icon, &label) {
        actions.push(open);
    }
    let copy = match target {
        Target::File(path) => {
            let show = Action::ShowInFolder(path.clone());
            if target_item_ui(ui, target, show.descriptor().icon, show.descriptor().label) {
                actions.push(show);
            }
            "Copy path"
        }
        Target::Address(_) => "Copy address",
    };
    if target_item_ui(ui, target, icons::COPY, copy) {
        ui.copy_text(target.text());
    }
    ui.separator();
}

/// One of them. Whether it was pressed.
fn target_item_ui(ui: &mut Ui, target: &Target, icon: &str, label: &str) -> bool {
    let icon = RichText::new(icon).color(colors(ui).text_weak);
    let button = Button::new((icon, label)).frame_when_inactive(false).truncate();
    let response = ui.add(button.min_size(vec2(WIDTH, 0.0))).accessible_name(label);
    let clicked = response.on_hover_text(target.text()).clicked();
    if clicked {
        ui.close();
    }
    clicked
}

fn begin(ui: &mut Ui) {
    ui.set_width(WIDTH);
    ui.spacing_mut().item_spacing.y = 1.0;
    ui.spacing_mut().button_padding.x = space::S;
}

fn before_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState) {
    for times in [Times::Hidden, Times::Clock, Times::SinceStart, Times::SinceLine] {
        wish_ui(ui, view, state, Wish::Times(times));
    }
    wish_ui(ui, view, state, Wish::ToggleNumbers);
}

fn kinds_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState) {
    for wish in [Wish::ToggleStdout, Wish::ToggleStderr, Wish::ToggleNotices] {
        wish_ui(ui, view, state, wish);
    }
}

/// What takes lines out of the console, and where else they are.
fn end_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState, actions: &mut Vec<Action>) {
    for wish in [Wish::CopyAll, Wish::Save(LineFormat::Plain), Wish::Save(LineFormat::Times)] {
        wish_ui(ui, view, state, wish);
    }
    let mut others = Vec::new();
    if let Some(log) = view.log {
        let folder = log.parent().unwrap_or(log).to_owned();
        others.extend([Action::OpenLog(log.to_owned()), Action::OpenLogFolder(folder)]);
    }
    others.push(Action::ClearConsole(view.job));
    for action in others {
        if item_ui(ui, &action.descriptor(), &view.title, None) {
            actions.push(action);
        }
    }
}

fn heading(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).small().color(colors(ui).text_weak));
}

/// A wish as a row; it stays open where one may want to try several.
fn wish_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState, wish: Wish) {
    let is_on = match wish {
        Wish::Times(times) => Some(state.look.times == times),
        Wish::ToggleNumbers => Some(state.look.numbers),
        Wish::ToggleWrap => Some(state.look.wraps),
        Wish::ToggleStdout => Some(state.streams.stdout),
        Wish::ToggleStderr => Some(state.streams.stderr),
        Wish::ToggleNotices => Some(state.streams.notices),
        Wish::ToggleFilter => Some(state.search.filter().is_some()),
        Wish::Follow | Wish::SelectAll | Wish::Copy(_) | Wish::CopyAll | Wish::Save(_) => None,
    };
    let is_possible = !matches!(wish, Wish::Copy(_)) || state.selected_range().is_some();
    let descriptor = Action::Console(wish).descriptor();
    let clicked = ui.add_enabled_ui(is_possible, |ui| item_ui(ui, &descriptor, &view.title, is_on)).inner;
    if clicked {
        state.wishes.push(wish);
    }
}

/// One row: a mark where it is on, its label, its keys. Whether it was pressed.
fn item_ui(ui: &mut Ui, descriptor: &Descriptor, title: &str, is_on: Option<bool>) -> bool {
    let weak = colors(ui).text_weak;
    let icon = match is_on {
        Some(true) => RichText::new(icons::CHECK).color(colors(ui).accent_text),
        Some(false) => RichText::new(icons::CHECK).color(eframe::egui::Color32::TRANSPARENT),
        None => RichText::new(descriptor.icon).color(weak),
    };
    let mut button = Button::new((icon, descriptor.label)).frame_when_inactive(false);
    if let Some(keys) = descriptor.shortcut_text(ui.ctx()) {
        button = button.right_text(RichText::new(keys).small().color(weak));
    }
    let response = ui
        .add(button.min_size(vec2(WIDTH, 0.0)))
        .accessible_name(format!("{}: {title}", descriptor.label))
        .on_hover_text(descriptor.tooltip);
    if response.clicked() && is_on.is_none() {
        ui.close();
    }
    response.clicked()
}
