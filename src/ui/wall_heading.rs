//! The line over the open consoles: how many there are, and the ways in which they can lie.

use eframe::egui::{Align, Frame, Layout, Margin, Rect, RichText, Role, Ui, WidgetInfo, pos2, vec2};

use super::action::{Action, Arrangement};
use super::job_state::count_text;
use super::theme::{self, colors, space};
use super::widgets::{action_icon, icon_button, tooltip_of};

/// The buttons, from the left.
const WAYS: [(Arrangement, &str); 4] = [
    (Arrangement::Grid, "Grid"),
    (Arrangement::Tabs, "Tabs"),
    (Arrangement::SideBySide, "Side by side"),
    (Arrangement::Stacked, "Stacked"),
];

/// The line. What a person made by hand is none of the buttons', so then none is marked.
pub(super) fn wall_heading_ui(ui: &mut Ui, count: usize, arrangement: Arrangement, actions: &mut Vec<Action>) {
    let colors = colors(ui);
    let margin = Margin { left: 16, right: 6, top: 4, bottom: 3 };
    let spacing = std::mem::replace(&mut ui.spacing_mut().item_spacing.y, 0.0);
    Frame::new().fill(colors.surface).inner_margin(margin).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Consoles").font(theme::strong(theme::BODY_SIZE)).color(colors.text_strong));
            let text = RichText::new(count_text(count as u64)).font(theme::small()).color(colors.text_weak);
            ui.label(text).on_hover_text("Open consoles");
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                action_icon(ui, Action::ChooseTogether(None), "", actions);
                ui.add_space(space::S);
                for (way, name) in WAYS.into_iter().rev() {
                    way_ui(ui, (way, name), way == arrangement, actions);
                }
            });
        });
    });
    ui.spacing_mut().item_spacing.y = spacing;
}

fn way_ui(ui: &mut Ui, (way, name): (Arrangement, &str), is_chosen: bool, actions: &mut Vec<Action>) {
    let action = Action::Arrange(way);
    let label = format!("Consoles: {}", name.to_lowercase());
    let response = icon_button(ui, action.descriptor().icon, &label, &tooltip_of(ui, &action));
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &label));
    if is_chosen {
        // A bar under the icon, which needs no colour to be seen.
        let rect = response.rect;
        let bar = Rect::from_center_size(pos2(rect.center().x, rect.bottom() - 2.0), vec2(14.0, 2.0));
        ui.painter().rect_filled(bar, 1.0, colors(ui).accent_text);
    }
    if response.clicked() {
        actions.push(action);
    }
}
