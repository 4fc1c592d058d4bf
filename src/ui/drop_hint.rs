//! What shows while a person drags files over the window: that they may let go, and what will come of it.

use eframe::egui::{Align2, Area, Context, CornerRadius, FontId, Id, Order, Sense, Stroke, StrokeKind, vec2};

use super::icons;
use super::theme;

/// Covers the window while files are dragged over it.
pub fn drop_hint_ui(ctx: &Context) {
    let count = ctx.input(|input| input.raw.hovered_files.len());
    if count == 0 {
        return;
    }
    let colors = theme::colors_of(ctx.global_style().visuals.dark_mode);
    let window = ctx.content_rect();
    Area::new(Id::unique("drop hint")).order(Order::Foreground).fixed_pos(window.min).show(ctx, |ui| {
        ui.allocate_exact_size(window.size(), Sense::hover());
        let painter = ui.painter();
        painter.rect_filled(window, 0.0, theme::BACKDROP);
        let card = eframe::egui::Rect::from_center_size(window.center(), vec2(340.0, 128.0));
        let corner = CornerRadius::same(theme::RADIUS_LARGE);
        painter.rect_filled(card, corner, colors.raised);
        painter.rect_stroke(card, corner, Stroke::new(1.5, colors.accent_text), StrokeKind::Inside);
        let icon_at = card.center() - vec2(0.0, 22.0);
        painter.text(icon_at, Align2::CENTER_CENTER, icons::FILE_CODE, FontId::proportional(30.0), colors.accent_text);
        let text_at = card.center() + vec2(0.0, 26.0);
        let text = if count == 1 {
            "Drop the script to launch it from here"
        } else {
            "Drop the scripts to launch them from here"
        };
        let font = theme::strong(theme::BODY_SIZE);
        painter.text(text_at, Align2::CENTER_CENTER, text, font, colors.text_strong);
    });
}
