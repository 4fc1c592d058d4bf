//! The tab of a console, or of several: state, name, a mark for what nobody has seen, and a cross.

use eframe::egui::{
    CornerRadius, CursorIcon, Id, PointerButton, Rect, Response, Role, Sense, Ui, WidgetInfo, pos2, vec2,
};
use egui_tiles::TabState;

use super::console::ConsoleView;
use super::icons;
use super::theme::{self, colors, space};
use super::widgets::paint_line;

/// As high as a console's header, in points.
pub(super) const TAB_HEIGHT: f32 = 32.0;
const WIDEST: f32 = 240.0;
const ICON_WIDTH: f32 = 30.0;
const CROSS_WIDTH: f32 = 24.0;

/// What a tab shows.
pub(super) struct Tab<'a> {
    /// The consoles behind it, of which it names the first.
    pub views: &'a [&'a ConsoleView<'a>],
    /// There is output that nobody has seen.
    pub has_news: bool,
    pub state: &'a TabState,
}

/// The name of one console, or of the first of several.
pub(super) fn title_of(views: &[&ConsoleView<'_>]) -> String {
    match views {
        [] => String::new(),
        [only] => only.title.clone(),
        [first, others @ ..] => format!("{} + {}", first.title, others.len()),
    }
}

/// The tab, and whether it is to be closed.
pub(super) fn tab_ui(ui: &mut Ui, id: Id, tab: &Tab<'_>) -> (Response, bool) {
    let title = title_of(tab.views);
    let font = if tab.state.active {
        theme::strong(theme::BODY_SIZE)
    } else {
        eframe::egui::FontId::proportional(theme::BODY_SIZE)
    };
    let text_width = ui.painter().layout_no_wrap(title.clone(), font.clone(), colors(ui).text).size().x;
    let width = (ICON_WIDTH + text_width + CROSS_WIDTH + space::S).min(WIDEST);
    let (_, rect) = ui.allocate_space(vec2(width, ui.available_height()));
    let response = ui.interact(rect, id, Sense::click_and_drag()).on_hover_cursor(CursorIcon::Grab);
    response.widget_info(|| WidgetInfo::selected(Role::Tab, true, tab.state.active, name_of(&title, tab)));
    if !ui.is_rect_visible(rect) || tab.state.is_being_dragged {
        return (response, false);
    }
    paint(ui, rect, (&title, font), tab, response.contains_pointer());
    let cross = Rect::from_center_size(pos2(rect.right() - CROSS_WIDTH / 2.0 - 2.0, rect.center().y), vec2(20.0, 20.0));
    let is_lively = response.contains_pointer() || tab.state.active;
    let closes = cross_ui(ui, (cross, id), &title, is_lively) || response.clicked_by(PointerButton::Middle);
    (response.on_hover_text(words_of(&title, tab)), closes)
}

/// For whoever doesn't see it.
fn name_of(title: &str, tab: &Tab<'_>) -> String {
    format!("Tab {}", words_of(title, tab))
}

fn words_of(title: &str, tab: &Tab<'_>) -> String {
    let state = tab.views.first().map(|view| view.state.word()).unwrap_or_default();
    let news = if tab.has_news { ", new output" } else { "" };
    format!("{title}, {state}{news}")
}

fn paint(ui: &Ui, rect: Rect, (title, font): (&str, eframe::egui::FontId), tab: &Tab<'_>, is_hovered: bool) {
    let colors = colors(ui);
    let painter = ui.painter();
    let is_active = tab.state.active;
    if is_active {
        painter.rect_filled(rect, 0.0, colors.ground);
        let bar = rect.with_max_y(rect.top() + 2.0);
        painter.rect_filled(bar, 0.0, colors.accent_text);
    } else if is_hovered {
        painter.rect_filled(rect.shrink2(vec2(2.0, 4.0)), CornerRadius::same(theme::RADIUS), colors.control);
    }
    painter.vline(rect.right(), rect.y_range().shrink(if is_active { 0.0 } else { 9.0 }), (1.0, colors.line));
    if let Some(first) = tab.views.iter().find(|view| view.state.is_failure()).or(tab.views.first()) {
        first.state.paint_icon(ui, pos2(rect.left() + 16.0, rect.center().y));
    }
    let text = Rect::from_min_max(pos2(rect.left() + ICON_WIDTH, rect.top()), rect.max - vec2(CROSS_WIDTH + 4.0, 0.0));
    let color = if is_active { colors.text_strong } else { colors.text_weak };
    paint_line(ui, text, title, font, color);
    if tab.has_news && !is_hovered {
        // In the place of the cross, which shows itself to the pointer.
        painter.circle_filled(pos2(rect.right() - CROSS_WIDTH / 2.0 - 2.0, rect.center().y), 3.5, colors.accent_text);
    }
}

fn cross_ui(ui: &Ui, (rect, id): (Rect, Id), title: &str, is_shown: bool) -> bool {
    let response = ui.interact(rect, id.with("cross"), Sense::click()).on_hover_cursor(CursorIcon::Default);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("Close tab: {title}")));
    let colors = colors(ui);
    if response.hovered() {
        ui.painter().rect_filled(rect, CornerRadius::same(theme::RADIUS), colors.control_hovered);
    }
    if is_shown || response.has_focus() {
        let color = if response.hovered() { colors.text_strong } else { colors.text_faint };
        let font = eframe::egui::FontId::proportional(12.0);
        ui.painter().text(rect.center(), eframe::egui::Align2::CENTER_CENTER, icons::X, font, color);
    }
    response.clicked()
}
