//! The bar over a console: whose it is, how that stands, and what can be done with it.

use eframe::egui::{
    Align, Button, Layout, Popup, PopupCloseBehavior, Rect, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2,
    vec2,
};

use super::action::Action;
use super::console::{Company, ConsoleState, ConsoleView, Reach};
use super::console_menu::menu_ui;
use super::icons;
use super::job_progress::progress_text;
use super::job_state::count_text;
use super::theme::{self, colors, space};
use super::widgets::{action_icon, icon_button, paint_line, tooltip_of};
use crate::model::Streams;

/// The bar, filling `rect`.
pub(super) fn console_header_ui(
    ui: &mut Ui,
    rect: Rect,
    view: &ConsoleView<'_>,
    state: &mut ConsoleState,
    actions: &mut Vec<Action>,
) {
    let colors = colors(ui);
    ui.painter().rect_filled(rect, 0.0, colors.raised);
    // Several consoles may lie side by side, and keys go to one of them.
    let line = if state.reach == Reach::Focused { colors.accent_text } else { colors.line };
    // Within the bar, for what lies below it is painted later.
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, (1.0, line));
    view.state.paint_icon(ui, pos2(rect.left() + 16.0, rect.center().y));
    let buttons = Rect::from_min_max(pos2(rect.left() + 90.0, rect.top()), rect.max - vec2(6.0, 0.0));
    let mut buttons_ui = ui.new_child(UiBuilder::new().max_rect(buttons).layout(Layout::right_to_left(Align::Center)));
    header_buttons_ui(&mut buttons_ui, view, state, actions);
    let left = buttons_ui.min_rect().left() - space::S;
    let text_rect = Rect::from_min_max(pos2(rect.left() + 30.0, rect.top()), pos2(left, rect.bottom()));
    let is_tabbed = state.company == Company::Tabs;
    let name = if is_tabbed { "" } else { &view.title };
    let title = paint_line(ui, text_rect, name, theme::strong(theme::BODY_SIZE), colors.text_strong);
    let mut words = match view.rows.names().len() {
        0 => view.state.word(),
        1 => "1 job".to_owned(),
        jobs => format!("{jobs} jobs"),
    };
    if let Some(progress) = view.progress {
        words = format!("{words}  ·  {}", progress_text(progress));
    }
    let dropped = view.rows.dropped_rows();
    if dropped > 0 {
        words = format!("{words}  ·  {} older lines dropped", count_text(dropped));
    }
    let gap = if is_tabbed { 0.0 } else { space::S };
    let beside = Rect::from_min_max(pos2(title.right() + gap, rect.top()), text_rect.max);
    if beside.width() > 30.0 {
        let painted = paint_line(ui, beside, &words, theme::small(), colors.text_weak);
        if let Some(progress) = view.progress {
            let label = format!("Progress in the console of {}: {}", view.title, progress_text(progress));
            ui.interact(painted, ui.scope_id().with(("progress", view.job)), Sense::hover())
                .widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, &label));
        }
    }
}

/// From the right edge inwards: what is wanted most, and the rest in a menu.
fn header_buttons_ui(ui: &mut Ui, view: &ConsoleView<'_>, state: &mut ConsoleState, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = 0.0;
    // The job list has a button that hides it too; two of one name could not be told apart.
    let hide = Action::HideConsole(view.job);
    let label = format!("Close console: {}", view.title);
    if icon_button(ui, hide.descriptor().icon, &label, hide.descriptor().tooltip).clicked() {
        actions.push(hide);
    }
    let more = icon_button(ui, icons::DOTS_THREE, &format!("More: {}", view.title), "Times, wrapping, copying, saving");
    Popup::menu(&more)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| menu_ui(ui, view, state, actions));
    let window = match state.company {
        Company::Window => Action::CloseWindow(view.job),
        Company::None | Company::Others | Company::Tabs => Action::OpenWindow(view.job),
    };
    action_icon(ui, window, &view.title, actions);
    if !view.rows.names().is_empty() {
        action_icon(ui, Action::ChooseTogether(Some(view.job)), &view.title, actions);
    }
    if matches!(state.company, Company::Others | Company::Tabs) {
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
    hidden_ui(ui, &view.title, state);
}

/// Says that lines are left out, for whoever looks at a console must not miss its errors without a word; and brings them
/// back.
fn hidden_ui(ui: &mut Ui, title: &str, state: &mut ConsoleState) {
    let hidden = state.streams.hidden_text();
    if hidden.is_empty() {
        return;
    }
    let text = RichText::new(&hidden).font(theme::small()).color(colors(ui).warn);
    let button = Button::new(text).fill(colors(ui).warn_tint);
    let shown = ui.add(button).accessible_name(format!("{hidden}: {title}")).on_hover_text("Show all lines again");
    if shown.clicked() {
        state.streams = Streams::ALL;
    }
}

/// A bar under the icon of a button that is on, which needs no colour to be seen.
fn mark_if(ui: &Ui, is_on: bool, button: Rect) {
    if is_on {
        let bar = Rect::from_center_size(pos2(button.center().x, button.bottom() - 3.0), vec2(14.0, 2.0));
        ui.painter().rect_filled(bar, 1.0, colors(ui).accent_text);
    }
}
