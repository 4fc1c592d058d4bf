//! The bar over a console: whose it is, how that stands, and what can be done with it.

use std::path::Path;

use eframe::egui::{Align, Layout, Popup, Rect, Ui, UiBuilder, pos2, vec2};

use super::action::Action;
use super::console::{ConsoleState, ConsoleView};
use super::icons;
use super::job_state::count_text;
use super::theme::{self, colors, space};
use super::widgets::{action_icon, icon_button, menu_item, paint_line, tooltip_of};

/// The bar, filling `rect`; `new_rows` came since the person scrolled away.
pub(super) fn console_header_ui(
    ui: &mut Ui,
    rect: Rect,
    view: &ConsoleView<'_>,
    state: &mut ConsoleState,
    (new_rows, actions): (u64, &mut Vec<Action>),
) {
    let colors = colors(ui);
    ui.painter().rect_filled(rect, 0.0, colors.raised);
    ui.painter().hline(rect.x_range(), rect.bottom(), (1.0, colors.line));
    view.state.paint_icon(ui, pos2(rect.left() + 16.0, rect.center().y));
    let buttons = Rect::from_min_max(pos2(rect.left() + 90.0, rect.top()), rect.max - vec2(6.0, 0.0));
    let mut buttons_ui = ui.new_child(UiBuilder::new().max_rect(buttons).layout(Layout::right_to_left(Align::Center)));
    header_buttons_ui(&mut buttons_ui, view, state, new_rows, actions);
    let left = buttons_ui.min_rect().left() - space::S;
    let text_rect = Rect::from_min_max(pos2(rect.left() + 30.0, rect.top()), pos2(left, rect.bottom()));
    let title = paint_line(ui, text_rect, &view.title, theme::strong(theme::BODY_SIZE), colors.text_strong);
    let mut words = view.state.word();
    let dropped = view.rows.dropped_rows();
    if dropped > 0 {
        words = format!("{words}  ·  {} older lines dropped", count_text(dropped));
    }
    let beside = Rect::from_min_max(pos2(title.right() + space::S, rect.top()), text_rect.max);
    if beside.width() > 30.0 {
        paint_line(ui, beside, &words, theme::small(), colors.text_weak);
    }
}

/// From the right edge inwards.
fn header_buttons_ui(
    ui: &mut Ui,
    view: &ConsoleView<'_>,
    state: &mut ConsoleState,
    new_rows: u64,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.x = 0.0;
    // The job list has a button that hides it too; two of one name could not be told apart.
    let hide = Action::HideConsole(view.job);
    let label = format!("Close console: {}", view.title);
    if icon_button(ui, hide.descriptor().icon, &label, hide.descriptor().tooltip).clicked() {
        actions.push(hide);
    }
    if let Some(log) = view.log {
        log_menu_ui(ui, log, &view.title, actions);
    }
    action_icon(ui, Action::ClearConsole(view.job), &view.title, actions);
    action_icon(ui, Action::CopyConsole(view.job), &view.title, actions);
    if state.has_neighbours {
        let (word, tooltip) = if state.is_alone {
            ("Show all consoles", "Show the other consoles again")
        } else {
            ("Show alone", "Give this console all the room")
        };
        let alone = icon_button(ui, icons::ARROWS_OUT, &format!("{word}: {}", view.title), tooltip);
        mark_if(ui, state.is_alone, alone.rect);
        if alone.clicked() {
            state.is_alone = !state.is_alone;
        }
    }
    let find =
        icon_button(ui, icons::MAGNIFYING_GLASS, &format!("Search: {}", view.title), &tooltip_of(ui, &Action::Find));
    mark_if(ui, state.search.is_open, find.rect);
    if find.clicked() {
        state.search.open();
    }
    let label = format!("Times: {}", view.title);
    let tooltip = if state.shows_times { "Hide the times" } else { "Show when each line came" };
    let times = icon_button(ui, icons::CLOCK, &label, tooltip);
    mark_if(ui, state.shows_times, times.rect);
    if times.clicked() {
        state.shows_times = !state.shows_times;
    }
    if !state.scroll.follows {
        let is_narrow = ui.available_width() < 150.0;
        let text = match new_rows {
            0 if is_narrow => String::new(),
            0 => "Follow".to_owned(),
            count if is_narrow => count_text(count),
            count => format!("Follow  ·  {} new", count_text(count)),
        };
        ui.add_space(space::XS);
        let colors = colors(ui);
        let icon = eframe::egui::RichText::new(icons::ARROW_LINE_DOWN).color(colors.accent_text);
        let text = eframe::egui::RichText::new(text).font(theme::small()).color(colors.accent_text);
        let follow = ui
            .add(eframe::egui::Button::new((icon, text)).fill(colors.accent_tint))
            .accessible_name(format!("Follow: {}", view.title))
            .on_hover_text("Go to the newest line, and stay there  (End)");
        if follow.clicked() {
            state.scroll.follows = true;
        }
    }
}

fn log_menu_ui(ui: &mut Ui, log: &Path, title: &str, actions: &mut Vec<Action>) {
    let button = icon_button(ui, icons::FILE_TEXT, &format!("Log: {title}"), "What it writes is kept in a log");
    Popup::menu(&button).show(|ui| {
        ui.set_width(180.0);
        let folder = log.parent().unwrap_or(log).to_owned();
        for action in [Action::OpenLog(log.to_owned()), Action::OpenLogFolder(folder)] {
            menu_item(ui, action, actions);
        }
    });
}

/// A bar under the icon of a button that is on, which needs no colour to be seen.
fn mark_if(ui: &Ui, is_on: bool, button: Rect) {
    if is_on {
        let bar = Rect::from_center_size(pos2(button.center().x, button.bottom() - 3.0), vec2(14.0, 2.0));
        ui.painter().rect_filled(bar, 1.0, colors(ui).accent_text);
    }
}
