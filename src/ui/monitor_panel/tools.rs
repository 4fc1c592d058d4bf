//! The monitor's row of tools: where to listen, what makes a row, how it is shown, which of them.

use eframe::egui::{Align, Button, Key, Layout, Popup, PopupCloseBehavior, RichText, Ui, vec2};

use super::{MonitorData, MonitorState, within};
use crate::monitor::{Format, Look, Standing};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, Severity, action_icon, primary_button, segments, sentence, text_field, tick_box};

/// In points.
pub(super) const HEIGHT: f32 = 76.0;
const ROW_HEIGHT: f32 = 34.0;

pub(super) fn tools_ui(ui: &mut Ui, data: &MonitorData<'_>, state: &mut MonitorState, actions: &mut Vec<Action>) {
    let rect = ui.max_rect().shrink2(vec2(space::M, 0.0));
    let first = rect.with_max_y(rect.top() + ROW_HEIGHT);
    let second = first.translate(vec2(0.0, ROW_HEIGHT + 2.0));
    let row = Layout::left_to_right(Align::Center);
    within(ui, first, row, |ui| place_ui(ui, data, state, actions));
    within(ui, second, row, |ui| views_ui(ui, state));
}

/// Where to listen; and what is done with what comes.
fn place_ui(ui: &mut Ui, data: &MonitorData<'_>, state: &mut MonitorState, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = space::S;
    ui.label(RichText::new("Port").color(colors(ui).text_weak));
    let typed = state.listen();
    let is_wrong = !state.place.trim().is_empty() && typed.is_err();
    let field =
        Field { label: "Port to listen on", hint: "7000", width: 170.0, is_code: true, is_wrong, ..Field::default() };
    let place = text_field(ui, &mut state.place, &field);
    let entered = place.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    let tooltip = "A port, for all IPv4 addresses of this machine as a UDP In DAT has it; or an address and a port, such as \
                   127.0.0.1:7000 or [::1]:7000";
    let place = place.on_hover_text(tooltip);
    if let Err(why) = &typed
        && is_wrong
    {
        place.on_hover_text(why);
    }
    more_ui(ui, state);
    let is_on = matches!(data.standing, Some(Standing::Opening | Standing::Listening(_)));
    if is_on && !entered {
        let stop = Button::new((RichText::new(icons::STOP_FILLED).size(12.0), "Stop"));
        let descriptor = Action::MonitorStop.descriptor();
        if ui.add(stop).accessible_name(descriptor.label).on_hover_text(descriptor.tooltip).clicked() {
            actions.push(Action::MonitorStop);
        }
    } else {
        let pressed = ui.add_enabled_ui(typed.is_ok(), |ui| primary_button(ui, "", "Listen", "Open the port")).inner;
        if let Ok(listen) = typed
            && (pressed.clicked() || entered)
        {
            state.is_paused = false;
            actions.push(Action::MonitorListen(listen));
        }
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        action_icon(ui, Action::MonitorClear, "", actions);
        let (text, tooltip) = if state.is_paused {
            ("Go on", "Show what comes again")
        } else {
            ("Pause", "Keep what is shown as it is; what comes meanwhile is counted and not shown")
        };
        let pause = Button::selectable(state.is_paused, text).frame_when_inactive(true);
        if ui.add(pause).accessible_name(format!("{text}: monitor")).on_hover_text(tooltip).clicked() {
            state.is_paused = !state.is_paused;
            actions.push(Action::MonitorPause(state.is_paused));
        }
    });
}

/// What few need: a group, and sharing.
fn more_ui(ui: &mut Ui, state: &mut MonitorState) {
    let label = "More about where to listen";
    let is_used = state.share || !state.group.trim().is_empty();
    let color = if is_used { colors(ui).accent_text } else { colors(ui).text_weak };
    let button = crate::ui::widgets::tinted_icon_button(
        ui,
        (icons::SLIDERS_HORIZONTAL, color),
        label,
        "Multicast, and sharing the port",
    );
    Popup::from_toggle_button_response(&button).close_behavior(PopupCloseBehavior::CloseOnClickOutside).show(|ui| {
        ui.set_width(330.0);
        ui.spacing_mut().item_spacing.y = space::S;
        ui.horizontal(|ui| {
            ui.label(RichText::new("Multicast group").color(colors(ui).text_weak));
            let is_wrong = crate::monitor::Listen::parse_group(&state.group).is_err();
            let width = ui.available_width();
            let field =
                Field { label: "Multicast group to join", hint: "239.0.0.1", width, is_code: true, is_wrong, ..Field::default() };
            text_field(ui, &mut state.group, &field);
        });
        if let Err(why) = crate::monitor::Listen::parse_group(&state.group) {
            sentence(ui, Severity::Error, &why);
        }
        tick_box(ui, &mut state.share, "Share the port with others", "Share the port");
        let words = "The other one has to allow it too. Of what is sent to one address only one of you gets each datagram, so \
                     Touch would miss some; of what is sent to a group each gets all.";
        ui.add(eframe::egui::Label::new(RichText::new(words).font(theme::small()).color(colors(ui).text_weak)).wrap());
    });
}

fn views_ui(ui: &mut Ui, state: &mut MonitorState) {
    ui.spacing_mut().item_spacing.x = space::S;
    let before = state.format;
    ui.label(RichText::new("One row per").color(colors(ui).text_weak));
    let formats = [(Format::Message, "Message"), (Format::Line, "Line"), (Format::Byte, "Byte")];
    segments(ui, "One row per", &mut state.format, &formats);
    ui.add_space(space::S);
    ui.label(RichText::new("shown").color(colors(ui).text_weak));
    let looks = [(Look::Decoded, "Decoded"), (Look::Text, "As text"), (Look::Bytes, "As bytes")];
    let look = state.look;
    ui.add_enabled_ui(state.format != Format::Byte, |ui| segments(ui, "Shown", &mut state.look, &looks));
    if before != state.format {
        state.list.forget();
    } else if look != state.look {
        state.list.read_anew();
    }
    let width = (ui.available_width() - space::S).max(80.0);
    ui.add_space(space::S);
    let field = Field {
        label: "Filter rows",
        hint: "Only rows with…",
        icon: icons::MAGNIFYING_GLASS,
        width,
        ..Field::default()
    };
    text_field(ui, &mut state.filter, &field).on_hover_text("A text in the datagram, or in the address it came from");
}

/// Where listening failed: to try once more.
pub(super) fn again_ui(ui: &mut Ui, state: &MonitorState, actions: &mut Vec<Action>) {
    if let Ok(listen) = state.listen()
        && ui.button("Try again").clicked()
    {
        actions.push(Action::MonitorListen(listen));
    }
}
