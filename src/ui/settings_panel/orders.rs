//! The page "Orders from Touch": whether orders are heard from outside, on which port and from whom, how one gives them,
//! and the latest that came.

use std::path::PathBuf;

use eframe::egui::{Align, Align2, FontId, Label, Layout, Rect, RichText, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use super::{LABEL_WIDTH, SettingsData, help_ui, row_ui, section_ui, weak_ui};
use crate::remote::Wanted;
use crate::store::settings::{OrderSettings, Settings};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, CONTROL_HEIGHT, colors, space};
use crate::ui::widgets::{
    Field, Severity, action_button, decoration, icon_button, number_field, paint_line, section_title, segments,
    sentence, text_field, tick_box,
};

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrdersData {
    pub port: PortLight,
    /// The newest first.
    pub rows: Vec<OrderRow>,
    /// The file with all of them, once there is one.
    pub log: Option<PathBuf>,
    /// A preset's ID, for the examples.
    pub example: String,
}

/// How it stands with the port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PortLight {
    #[default]
    Off,
    Opening,
    /// With its address.
    Listening(String),
    /// A sentence.
    Failed(String),
}

/// An order that came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderRow {
    pub time: String,
    pub sender: String,
    pub order: String,
    pub answer: String,
    pub is_done: bool,
    pub times: u32,
}

/// What stands in the number field while a person types.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    port: String,
}

pub(super) fn orders_ui(
    ui: &mut Ui,
    settings: &mut Settings,
    data: &SettingsData<'_>,
    texts: &mut Texts,
    actions: &mut Vec<Action>,
) {
    let about = "TouchDesigner, a control surface or another program can launch and stop your presets, by OSC or plain \
                 text sent to a UDP port.";
    section_ui(ui, "Port", about, |ui| port_ui(ui, &mut settings.orders, data, texts, actions));
    section_ui(ui, "How to order", "", |ui| examples_ui(ui, data));
    latest_ui(ui, data.orders, actions);
}

fn port_ui(
    ui: &mut Ui,
    orders: &mut OrderSettings,
    data: &SettingsData<'_>,
    texts: &mut Texts,
    actions: &mut Vec<Action>,
) {
    row_ui(ui, "Orders", |ui| {
        tick_box(ui, &mut orders.on, "Listen for orders", "Listen for orders");
    });
    row_ui(ui, "Port", |ui| {
        let field = Field { label: "Order port", width: 64.0, is_code: true, ..Field::default() };
        number_field(ui, &mut texts.port, &mut orders.port, &field);
    });
    row_ui(ui, "Orders come from", |ui| {
        segments(ui, "Orders come from", &mut orders.open, &[(false, "This machine"), (true, "Other machines too")]);
    });
    let problem = Wanted::of(&OrderSettings { on: true, ..orders.clone() }).err();
    if orders.open {
        row_ui(ui, "Allowed machines", |ui| {
            let field = Field {
                label: "Machines that may order",
                hint: "192.168.1.20, 10.0.0.0/24",
                width: ui.available_width(),
                is_code: true,
                is_wrong: problem.is_some(),
                ..Field::default()
            };
            text_field(ui, &mut orders.allow, &field);
        });
        indented_ui(ui, |ui| {
            help_ui(
                ui,
                "Whoever uses these machines can launch and stop what you have here. All others get no answer.",
            );
        });
    }
    indented_ui(ui, |ui| {
        ui.add_space(2.0);
        match (problem, &data.orders.port) {
            (Some(why), _) if orders.on => drop(sentence(ui, Severity::Error, &why)),
            (_, PortLight::Failed(why)) => {
                ui.vertical(|ui| {
                    sentence(ui, Severity::Error, why);
                    action_button(ui, Action::ReopenOrderPort, actions);
                });
            }
            (_, PortLight::Listening(address)) => state_ui(ui, &format!("Listening on {address}"), true),
            (_, PortLight::Opening) => state_ui(ui, "Opening the port…", false),
            (_, PortLight::Off) => state_ui(ui, "Not listening", false),
        }
    });
}

fn state_ui(ui: &mut Ui, text: &str, is_on: bool) {
    let colors = colors(ui);
    let (icon, color) =
        if is_on { (icons::CHECK_CIRCLE_FILLED, colors.good) } else { (icons::CIRCLE_DASHED, colors.text_weak) };
    ui.spacing_mut().item_spacing.x = 6.0;
    decoration(ui, icon, 14.0, color);
    ui.label(RichText::new(text).color(if is_on { colors.text_strong } else { colors.text_weak }));
}

/// In line with the fields of the rows.
fn indented_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.add_space(LABEL_WIDTH + space::S);
        contents(ui);
    });
}

fn examples_ui(ui: &mut Ui, data: &SettingsData<'_>) {
    let (id, port) = (&data.orders.example, data.settings.orders.port);
    for (label, what, text) in [
        ("OSC", "OSC example", format!("/sidestage/launch \"{id}\"")),
        ("OSC, a button", "OSC button example", format!("/sidestage/preset/{id}/launch 1")),
        ("Text", "Text example", format!("launch {id}")),
        ("Command line", "Command line example", format!("sidestage ctl --to 127.0.0.1:{port} launch {id}")),
    ] {
        row_ui(ui, label, |ui| {
            let shown = RichText::new(&text).font(theme::mono()).color(colors(ui).text);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if icon_button(ui, icons::COPY, &format!("Copy: {what}"), "Copy").clicked() {
                    ui.ctx().copy_text(text);
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(shown).truncate().selectable(true));
                });
            });
        });
    }
    help_ui(
        ui,
        "Also stop and restart, status and list. A preset is called by its file's name. Orders can set only the argument \
         rows that a preset opens for them; docs/touch.md says how.",
    );
}

fn latest_ui(ui: &mut Ui, data: &OrdersData, actions: &mut Vec<Action>) {
    ui.horizontal(|ui| {
        section_title(ui, "Latest orders");
        if let Some(log) = &data.log {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                action_button(ui, Action::OpenLog(log.clone()), actions);
            });
        }
    });
    if data.rows.is_empty() {
        weak_ui(ui, "None yet.");
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    for row in &data.rows {
        order_ui(ui, row);
    }
}

/// Where the columns begin, in points.
const TIME_LEFT: f32 = 24.0;
const ORDER_LEFT: f32 = 88.0;
const SENDER_WIDTH: f32 = 128.0;
const ROW_HEIGHT: f32 = CONTROL_HEIGHT + 14.0;

fn order_ui(ui: &mut Ui, row: &OrderRow) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::hover());
    let times = if row.times > 1 { format!(", {} times", row.times) } else { String::new() };
    let name = format!("{} at {} from {}{times}: {}", row.order, row.time, row.sender, row.answer);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &name));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let colors = colors(ui);
    ui.painter().hline(rect.x_range(), rect.bottom(), (1.0, colors.line));
    let (icon, color) =
        if row.is_done { (icons::CHECK_CIRCLE, colors.good) } else { (icons::WARNING_CIRCLE_FILLED, colors.bad) };
    let middle = rect.top() + 13.0;
    ui.painter().text(pos2(rect.left() + 8.0, middle), Align2::CENTER_CENTER, icon, FontId::proportional(15.0), color);
    let part = |left: f32, right: f32, top: f32| {
        Rect::from_min_max(pos2(left, rect.top() + top), pos2(right, rect.top() + top + 18.0))
    };
    let sender_left = rect.right() - SENDER_WIDTH;
    let left = rect.left() + ORDER_LEFT;
    paint_line(ui, part(rect.left() + TIME_LEFT, left, 4.0), &row.time, theme::small(), colors.text_weak);
    paint_line(ui, part(sender_left, rect.right(), 4.0), &row.sender, theme::small(), colors.text_weak);
    let mut order = paint_line(ui, part(left, sender_left - 40.0, 4.0), &row.order, theme::mono(), colors.text_strong);
    if row.times > 1 {
        order.min.x = order.right() + space::S;
        let at = part(order.min.x, sender_left - space::S, 4.0);
        paint_line(ui, at, &format!("×{}", row.times), theme::small(), colors.text_weak);
    }
    let color = if row.is_done { colors.text_weak } else { colors.bad };
    paint_line(ui, part(left, rect.right(), 20.0), &row.answer, theme::small(), color);
    response.on_hover_text(format!("{}\n{}", row.order, row.answer));
}
