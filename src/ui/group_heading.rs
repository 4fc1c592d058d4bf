//! The heading of a group in the preset list: folds it, launches and stops it as a whole, and keeps how it is launched.

use eframe::egui::{
    Align, Align2, Layout, Popup, PopupCloseBehavior, Rect, Response, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::action::{Action, PresetKey};
use super::icons;
use super::theme::{self, CONTROL_HEIGHT, colors};
use super::widgets::{Field, action_icon, icon_button, number_field, paint_count, paint_line};
use crate::model::GroupLaunch;

/// What a heading shows.
pub(super) struct Heading<'a> {
    pub name: &'a str,
    pub is_open: bool,
    pub launch: GroupLaunch,
    pub presets: usize,
    /// Live jobs of all its presets.
    pub running: u32,
}

/// Where nobody said how far apart, in seconds.
const STAGGER_SECS: u32 = 2;
const BUTTONS_WIDTH: f32 = 84.0;

/// The heading; clicked, it is to be folded or unfolded. `stagger_text` is what is being typed into its menu.
pub(super) fn group_heading_ui(
    ui: &mut Ui,
    heading: &Heading<'_>,
    stagger_text: &mut String,
    actions: &mut Vec<Action>,
) -> Response {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL_HEIGHT), Sense::hover());
    let response = ui.interact(rect, ui.make_persistent_id(("heading", heading.name)), Sense::click());
    response.widget_info(|| {
        let word = if heading.is_open { "open" } else { "closed" };
        WidgetInfo::labeled(Role::Button, true, format!("Group {}, {word}", heading.name))
    });
    if let Some(key) = response.dnd_release_payload::<PresetKey>() {
        actions.push(Action::MovePreset(*key, heading.name.to_owned(), None));
    }
    let is_target = response.dnd_hover_payload::<PresetKey>().is_some();
    let is_lively = response.contains_pointer() || response.has_focus();
    let colors = colors(ui);
    let color = if is_lively { colors.text } else { colors.text_weak };
    if is_target {
        let stroke = (1.5, colors.accent_text);
        ui.painter().rect_stroke(rect, theme::RADIUS, stroke, eframe::egui::StrokeKind::Inside);
    }
    let caret = if heading.is_open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
    let caret_at = pos2(rect.left() + 12.0, rect.center().y);
    ui.painter().text(caret_at, Align2::CENTER_CENTER, caret, theme::small(), color);
    let mut text_rect = Rect::from_min_max(pos2(rect.left() + 24.0, rect.top()), rect.max);
    text_rect.max.x = rect.right() - BUTTONS_WIDTH;
    let painted = paint_line(ui, text_rect, heading.name, theme::strong(theme::SMALL_SIZE), color);
    if heading.running > 0 && !heading.is_open {
        // The rows that would say it are folded away.
        let right = pos2((painted.right() + 46.0).min(text_rect.right()), rect.center().y);
        paint_count(ui, right, heading.running, (colors.control, colors.good));
    }
    let buttons = Rect::from_min_max(pos2(rect.right() - BUTTONS_WIDTH, rect.top()), rect.max);
    let layout = Layout::right_to_left(Align::Center);
    let mut buttons_ui =
        ui.new_child(UiBuilder::new().id_salt(("group", heading.name)).max_rect(buttons).layout(layout));
    buttons_ui.spacing_mut().item_spacing.x = 2.0;
    if !is_lively {
        // Quiet, and yet there for whoever has no pointer to hover with.
        buttons_ui.set_opacity(0.5);
    }
    let menu = icon_button(&mut buttons_ui, icons::DOTS_THREE, &format!("Group menu: {}", heading.name), "More");
    for popup in [Popup::menu(&menu), Popup::context_menu(&response)] {
        popup
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .show(|ui| menu_ui(ui, heading, stagger_text, actions));
    }
    if heading.running > 0 {
        action_icon(&mut buttons_ui, Action::StopGroup(heading.name.to_owned()), heading.name, actions);
    }
    let launch = Action::LaunchGroup(heading.name.to_owned());
    let label = format!("{}: {}", launch.descriptor().label, heading.name);
    if icon_button(&mut buttons_ui, launch.descriptor().icon, &label, &launch_tooltip(heading)).clicked() {
        actions.push(launch);
    }
    response
}

fn launch_tooltip(heading: &Heading<'_>) -> String {
    match heading.presets {
        1 => format!("Launch the preset of {}", heading.name),
        count => format!("Launch the {count} presets of {}: {}", heading.name, heading.launch.describe()),
    }
}

fn menu_ui(ui: &mut Ui, heading: &Heading<'_>, stagger_text: &mut String, actions: &mut Vec<Action>) {
    ui.set_width(262.0);
    let group = heading.name.to_owned();
    item_ui(ui, (Action::LaunchGroup(group.clone()), true, false), actions);
    item_ui(ui, (Action::StopGroup(group.clone()), heading.running > 0, false), actions);
    item_ui(ui, (Action::ShowGroupTogether(group.clone()), heading.running > 0, false), actions);
    ui.separator();
    ui.label(RichText::new("How it is launched").font(theme::small()).color(colors(ui).text_weak));
    let mut secs = match heading.launch {
        GroupLaunch::Staggered { secs } => secs,
        GroupLaunch::Together | GroupLaunch::WhenReady => STAGGER_SECS,
    };
    let is_staggered = matches!(heading.launch, GroupLaunch::Staggered { .. });
    for (launch, is_chosen) in [
        (GroupLaunch::Together, heading.launch == GroupLaunch::Together),
        (GroupLaunch::Staggered { secs }, is_staggered),
        (GroupLaunch::WhenReady, heading.launch == GroupLaunch::WhenReady),
    ] {
        item_ui(ui, (Action::SetGroupLaunch(group.clone(), launch), true, is_chosen), actions);
        if is_chosen && is_staggered {
            ui.horizontal(|ui| {
                ui.add_space(28.0);
                ui.label(RichText::new("one every").color(colors(ui).text_weak));
                let before = secs;
                let field = Field { label: "Seconds between two launches", width: 48.0, ..Field::default() };
                number_field(ui, stagger_text, &mut secs, &field);
                ui.label(RichText::new("seconds").color(colors(ui).text_weak));
                if secs != before {
                    actions.push(Action::SetGroupLaunch(group.clone(), GroupLaunch::Staggered { secs }));
                }
            });
        }
    }
}

/// A row of the menu: what it asks for, whether it can be, and whether it is how things are.
fn item_ui(ui: &mut Ui, (action, is_enabled, is_chosen): (Action, bool, bool), actions: &mut Vec<Action>) {
    let descriptor = action.descriptor();
    let icon = RichText::new(descriptor.icon).color(colors(ui).text_weak);
    let button = eframe::egui::Button::new((icon, descriptor.label)).selected(is_chosen).frame_when_inactive(is_chosen);
    let width = ui.available_width();
    let response = ui
        .add_enabled(is_enabled, button.min_size(vec2(width, 0.0)))
        .accessible_name(descriptor.label)
        .on_hover_text(descriptor.tooltip);
    if response.clicked() {
        // A choice stays open: what it means may be set below it.
        if !matches!(action, Action::SetGroupLaunch(..)) {
            ui.close();
        }
        actions.push(action);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tooltip_says_how() {
        let launch = GroupLaunch::Staggered { secs: 3 };
        let heading = Heading { name: "Tonight", is_open: true, launch, presets: 4, running: 0 };
        assert_eq!(launch_tooltip(&heading), "Launch the 4 presets of Tonight: one every 3 s");
    }
}
