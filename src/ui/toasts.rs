//! Notices at the window's corner: the one place where the panel says that something was done or went wrong.

use std::collections::VecDeque;

use eframe::egui::{Align, Align2, Area, Context, Frame, Id, Layout, Margin, Order, Stroke, vec2};

use super::action::Action;
use super::icons;
use super::theme;
use super::widgets::{Severity, action_button, icon_button, sentence};

/// Seconds for which a notice that is no error stays.
const LIFE_SECS: f64 = 5.0;
/// More than this at once would cover the window; the oldest go.
const MOST: usize = 6;
/// In points.
const WIDTH: f32 = 380.0;

struct Toast {
    id: u64,
    severity: Severity,
    text: String,
    /// What it tells of, where a later notice on the same takes its place.
    about: Option<String>,
    /// When it goes by itself, in the context's time; errors stay until they are dismissed.
    until_secs: Option<f64>,
    /// What its button does, if it has one.
    offer: Option<Action>,
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
        self.toasts.push_back(Toast { id: self.next_id, severity, text, about: None, until_secs, offer: None });
        ctx.request_repaint();
    }

    /// Shows what was done, with a button that takes it back; long enough to be pressed.
    pub fn offer(&mut self, ctx: &Context, text: impl Into<String>, action: Action) {
        self.add(ctx, Severity::Info, text);
        if let Some(toast) = self.toasts.back_mut() {
            toast.until_secs = toast.until_secs.map(|until| until + 2.0 * LIFE_SECS);
            toast.offer = Some(action);
        }
    }

    /// Shows how something goes on, in the place of what was said of it before.
    pub fn tell_about(&mut self, ctx: &Context, about: &str, severity: Severity, text: impl Into<String>) {
        let place = self.toasts.iter().position(|toast| toast.about.as_deref() == Some(about));
        self.toasts.retain(|toast| toast.about.as_deref() != Some(about));
        self.add(ctx, severity, text);
        if let Some(mut toast) = self.toasts.pop_back() {
            toast.about = Some(about.to_owned());
            self.toasts.insert(place.unwrap_or(self.toasts.len()).min(self.toasts.len()), toast);
        }
    }

    /// Draws them over everything else, and drops those whose time is over.
    pub fn ui(&mut self, ctx: &Context, actions: &mut Vec<Action>) {
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
            ui.set_width(WIDTH);
            for toast in &self.toasts {
                if toast_ui(ui, toast, actions) {
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
fn toast_ui(ui: &mut eframe::egui::Ui, toast: &Toast, actions: &mut Vec<Action>) -> bool {
    let colors = theme::colors(ui);
    Frame::popup(ui.style())
        .stroke(Stroke::new(1.0, colors.line_strong))
        .inner_margin(Margin { left: 12, right: 6, top: 6, bottom: 6 })
        .show(ui, |ui| {
            ui.set_width(WIDTH - 20.0);
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                let mut dismissed = icon_button(ui, icons::X, "Dismiss this notice", "").clicked();
                if let Some(offer) = &toast.offer {
                    dismissed |= action_button(ui, offer.clone(), actions).clicked();
                }
                ui.with_layout(Layout::top_down(Align::Min), |ui| {
                    ui.add_space(5.0);
                    sentence(ui, toast.severity, &toast.text);
                });
                dismissed
            })
            .inner
        })
        .inner
}
