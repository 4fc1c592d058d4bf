//! The settings: a window of its own over the panel, its pages listed at the left. Each page is a file here; this one
//! is what holds them.
//!
//! A page edits a copy of the [`Settings`]; what differs afterwards is pushed as [`Action::ChangeSettings`]. The app
//! makes it so and has it written.

mod consoles;
mod general;
mod machine;
mod orders;
mod show;

use std::path::Path;

use eframe::egui::{
    Align2, Context, CornerRadius, FontId, Frame, Id, Label, Margin, Modal, Rect, RichText, Role, ScrollArea, Sense,
    Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

pub use machine::MachineData;
pub use orders::{OrderRow, OrdersData, PortLight};

use super::action::Action;
use super::icons;
use super::theme::{self, CONTROL_HEIGHT, RADIUS_LARGE, colors, space};
use super::widgets::{icon_button, paint_line, paint_row, section_title};
use crate::model::ShowEcho;
use crate::store::settings::Settings;

/// What the pages show.
#[derive(Clone, Copy)]
pub struct SettingsData<'a> {
    pub settings: &'a Settings,
    pub folders: Folders<'a>,
    pub show: &'a ShowEcho,
    pub orders: &'a OrdersData,
    pub machine: &'a MachineData,
}

/// Where things lie on the disk; nowhere where the system names no such folder for this user.
#[derive(Clone, Copy, Default)]
pub struct Folders<'a> {
    pub presets: Option<&'a Path>,
    pub logs: Option<&'a Path>,
    pub settings: Option<&'a Path>,
}

/// One page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    #[default]
    General,
    Consoles,
    Machine,
    Show,
    Orders,
}

impl Page {
    /// In the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::General, Self::Consoles, Self::Machine, Self::Show, Self::Orders];

    /// Its name in the list, and its title.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::General => "General",
            Self::Orders => "Orders from Touch",
            Self::Consoles => "Consoles",
            Self::Machine => "This machine",
            Self::Show => "Echo to Touch",
        }
    }

    const fn icon(self) -> &'static str {
        match self {
            Self::General => icons::SLIDERS_HORIZONTAL,
            Self::Orders => icons::ARROW_SQUARE_IN,
            Self::Consoles => icons::TERMINAL_WINDOW,
            Self::Machine => icons::FOLDER_OPEN,
            Self::Show => icons::BROADCAST,
        }
    }
}

/// What the window of settings remembers.
#[derive(Clone, Debug, Default)]
pub struct SettingsState {
    pub is_open: bool,
    pub page: Page,
    general: general::Texts,
    orders: orders::Texts,
    consoles: consoles::Texts,
    show: show::State,
    machine: machine::State,
}

/// In points.
const SIZE: Vec2 = vec2(860.0, 620.0);
const LIST_WIDTH: f32 = 196.0;
/// What is left of the panel around it.
const AROUND: f32 = 24.0;
/// Before the fields of a page.
const LABEL_WIDTH: f32 = 128.0;

/// The window, if it is open.
pub fn settings_ui(ctx: &Context, data: &SettingsData<'_>, state: &mut SettingsState, actions: &mut Vec<Action>) {
    if !state.is_open {
        return;
    }
    let size = SIZE.min(ctx.content_rect().size() - Vec2::splat(2.0 * AROUND)).max(vec2(480.0, 240.0));
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::ZERO);
    let modal = Modal::new(Id::unique("settings")).frame(frame).backdrop_color(theme::BACKDROP);
    let shown = modal.show(ctx, |ui| {
        let rect = ui.allocate_exact_size(size, Sense::hover()).0;
        let (list, page) = rect.split_left_right_at_x(rect.left() + LIST_WIDTH);
        let corners = CornerRadius { nw: RADIUS_LARGE, sw: RADIUS_LARGE, ..CornerRadius::ZERO };
        ui.painter().rect_filled(list, corners, colors(ui).surface);
        ui.painter().vline(list.right(), list.y_range(), (1.0, colors(ui).line));
        within(ui, list.shrink2(vec2(space::S, space::M)), |ui| pages_ui(ui, &mut state.page));
        within(ui, page, |ui| page_ui(ui, data, state, actions))
    });
    if shown.inner || shown.should_close() {
        show::take_rest(data.show, &mut state.show, actions);
        state.is_open = false;
        ctx.request_repaint();
    }
}

fn within<R>(ui: &mut Ui, rect: Rect, contents: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        contents(ui)
    })
    .inner
}

fn pages_ui(ui: &mut Ui, chosen: &mut Page) {
    let title = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL_HEIGHT), Sense::hover()).0;
    let title = title.with_min_x(title.left() + space::S);
    paint_line(ui, title, "Settings", theme::strong(15.0), colors(ui).text_strong);
    ui.add_space(space::S);
    ui.spacing_mut().item_spacing.y = 2.0;
    for page in Page::ALL {
        let is_chosen = page == *chosen;
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL_HEIGHT + 4.0), Sense::click());
        response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, page.label()));
        paint_row(ui, &response, is_chosen);
        let colors = colors(ui);
        let color = if is_chosen { colors.text_strong } else { colors.text };
        let icon_at = pos2(rect.left() + 18.0, rect.center().y);
        ui.painter().text(icon_at, Align2::CENTER_CENTER, page.icon(), FontId::proportional(15.0), color);
        let text = Rect::from_min_max(pos2(rect.left() + 36.0, rect.top()), rect.max - vec2(space::S, 0.0));
        paint_line(ui, text, page.label(), FontId::proportional(theme::BODY_SIZE), color);
        if response.clicked() {
            *chosen = page;
        }
    }
}

/// The chosen page under its title; whether its cross was pressed.
fn page_ui(ui: &mut Ui, data: &SettingsData<'_>, state: &mut SettingsState, actions: &mut Vec<Action>) -> bool {
    let whole = ui.max_rect();
    let head = Rect::from_min_size(whole.min, vec2(whole.width(), 52.0));
    let title = head.shrink2(vec2(space::XL, 0.0));
    paint_line(ui, title, state.page.label(), theme::strong(theme::TITLE_SIZE), colors(ui).text_strong);
    let cross = Rect::from_center_size(pos2(head.right() - 26.0, head.center().y), Vec2::splat(CONTROL_HEIGHT));
    let is_closed = within(ui, cross, |ui| icon_button(ui, icons::X, "Close settings", "").clicked());
    within(ui, whole.with_min_y(head.bottom()), |ui| {
        ScrollArea::vertical().auto_shrink([false, false]).id_salt(state.page.label()).show(ui, |ui| {
            Frame::new().inner_margin(Margin { left: 24, right: 24, top: 0, bottom: 20 }).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.spacing_mut().item_spacing.y = 6.0;
                let mut edited = data.settings.clone();
                match state.page {
                    Page::Consoles => consoles::consoles_ui(ui, &mut edited, &mut state.consoles, actions),
                    Page::General => general::general_ui(ui, &mut edited, data, &mut state.general, actions),
                    Page::Machine => machine::machine_ui(ui, data.machine, &mut state.machine, actions),
                    Page::Show => show::show_ui(ui, data.show, &mut state.show, actions),
                    Page::Orders => orders::orders_ui(ui, &mut edited, data, &mut state.orders, actions),
                }
                if edited != *data.settings {
                    actions.push(Action::ChangeSettings(Box::new(edited)));
                }
            });
        });
    });
    is_closed
}

/// A part of a page under its title, and what it is about.
fn section_ui(ui: &mut Ui, title: &str, about: &str, contents: impl FnOnce(&mut Ui)) {
    section_title(ui, title);
    if !about.is_empty() {
        help_ui(ui, about);
        ui.add_space(2.0);
    }
    contents(ui);
    ui.add_space(space::L);
}

/// A row of a page: what it is called, and its fields.
fn row_ui(ui: &mut Ui, label: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let rect = ui.allocate_exact_size(vec2(LABEL_WIDTH, CONTROL_HEIGHT), Sense::hover()).0;
        paint_line(ui, rect, label, FontId::proportional(theme::BODY_SIZE), colors(ui).text_weak);
        contents(ui);
    });
}

/// What is worth knowing, quietly.
fn help_ui(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).font(theme::small()).color(colors(ui).text_weak)).wrap());
}

/// Words between the fields of a row.
fn weak_ui(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(colors(ui).text_weak));
}
