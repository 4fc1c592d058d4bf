//! Notices at the window's corner: the one place where the panel says that something was done or went wrong.

use std::collections::VecDeque;

use eframe::egui::{Align2, Area, Context, Frame, Id, Label, Margin, Order, RichText, Stroke, vec2};

use super::icons;
use super::theme;
use super::widgets::{Severity, icon_button};

/// Seconds for which a notice that is no error stays.
const LIFE_SECS: f64 = 5.0;
/// More than this at once would cover the window; the oldest go.
const MOST: usize = 6;

struct Toast {
    id: u64,
    severity: Severity,
    text: String,
    /// When it goes by itself, in the context's time; errors stay until they are dismissed.
    until_secs: Option<f64>,
}

/// The notices that show.
#[derive(Default)]
pub struct Toasts {
    toasts: VecDeque<Toast>,
    next_id: u64,
}

impl Toasts {
    /// Shows a notice. The same text again only renews the one that is there.
    pub fn add(&mut self, ctx: &Context, severity: Severity, text: impl Into<String>) {
        let text = text.into();
        self.toasts.retain(|toast| toast.text != text);
        if self.toasts.len() >= MOST {
            self.toasts.pop_front();
        }
        let until_secs = match severity {
            Severity::Info => Some(ctx.input(|input| input.time) + LIFE_SECS),
            Severity::Warning => Some(ctx.input(|input| input.time) + 2.0 * LIFE_SECS),
            Severity::Error => None,
        };
        self.next_id += 1;
        self.toasts.push_back(Toast { id: self.next_id, severity, text, until_secs });
        ctx.request_repaint();
    }

    /// Draws them over everything else, and drops those whose time is over.
    pub fn ui(&mut self, ctx: &Context) {
        let now_secs = ctx.input(|input| input.time);
        self.toasts.retain(|toast| toast.until_secs.is_none_or(|until| until > now_secs));
        let next = self.toasts.iter().filter_map(|toast| toast.until_secs).fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now_secs).max(0.01)));
        }
        if self.toasts.is_empty() {
            return;
        }
        let mut dismissed = None;
        let area = Area::new(Id::unique("toasts")).order(Order::Foreground);
        area.anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -16.0)).show(ctx, |ui| {
            ui.set_width(380.0);
            for toast in &self.toasts {
                if toast_ui(ui, toast) {
                    dismissed = Some(toast.id);
                }
            }
        });
        if let Some(id) = dismissed {
            self.toasts.retain(|toast| toast.id != id);
        }
    }
}

/// One notice; whether it was dismissed.
fn toast_ui(ui: &mut eframe::egui::Ui, toast: &Toast) -> bool {
    let colors = theme::colors(ui);
    let (icon, color) = toast.severity.mark(ui);
    let frame = Frame::popup(ui.style()).stroke(Stroke::new(1.0, colors.line_strong));
    frame
        .inner_margin(Margin { left: 12, right: 6, top: 6, bottom: 6 })
        .show(ui, |ui| {
            ui.horizontal_top(|ui| {
                let text_width = ui.available_width() - theme::CONTROL_HEIGHT - 30.0;
                ui.add_space(2.0);
                ui.vertical(|ui| {
                    ui.add_space(4.0);
                    ui.label(RichText::new(icon).size(16.0).color(color));
                });
                ui.vertical(|ui| {
                    ui.set_width(text_width);
                    ui.add_space(4.0);
                    ui.add(Label::new(RichText::new(&toast.text).color(colors.text)).wrap().selectable(true));
                });
                icon_button(ui, icons::X, "Dismiss this notice", "").clicked()
            })
            .inner
        })
        .inner
}
