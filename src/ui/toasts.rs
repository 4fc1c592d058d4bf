//! Notices at a window's corner: the one place where the panel says that something was done or went wrong. All windows
//! share them: the main one shows them, and each other one while it has the focus.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use eframe::egui::{Align, Align2, Area, Context, Frame, Id, Layout, Margin, Order, Stroke, ViewportId, vec2};

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

/// The notices that show; clones are the same.
#[derive(Clone, Default)]
pub struct Toasts(Arc<Mutex<Notices>>);

#[derive(Default)]
struct Notices {
    toasts: VecDeque<Toast>,
    next_id: u64,
    /// The windows that show them.
    windows: HashSet<ViewportId>,
}

impl Toasts {
    fn lock(&self) -> MutexGuard<'_, Notices> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows a notice. The same text again only renews the one that is there.
    pub fn add(&self, ctx: &Context, severity: Severity, text: impl Into<String>) {
        let (now_secs, mut notices) = (ctx.input(|input| input.time), self.lock());
        notices.add(now_secs, severity, text.into());
        notices.wake(ctx);
    }

    /// Shows what was done, with a button that takes it back; long enough to be pressed.
    pub fn offer(&self, ctx: &Context, text: impl Into<String>, action: Action) {
        let (now_secs, mut notices) = (ctx.input(|input| input.time), self.lock());
        notices.add(now_secs, Severity::Info, text.into());
        if let Some(toast) = notices.toasts.back_mut() {
            toast.until_secs = toast.until_secs.map(|until| until + 2.0 * LIFE_SECS);
            toast.offer = Some(action);
        }
        notices.wake(ctx);
    }

    /// Shows how something goes on, in the place of what was said of it before.
    pub fn tell_about(&self, ctx: &Context, about: &str, severity: Severity, text: impl Into<String>) {
        let (now_secs, mut notices) = (ctx.input(|input| input.time), self.lock());
        let is_it = |toast: &Toast| toast.about.as_deref() == Some(about);
        let place = notices.toasts.iter().position(is_it);
        notices.toasts.retain(|toast| !is_it(toast));
        notices.add(now_secs, severity, text.into());
        if let Some(mut toast) = notices.toasts.pop_back() {
            toast.about = Some(about.to_owned());
            let end = notices.toasts.len();
            notices.toasts.insert(place.unwrap_or(end).min(end), toast);
        }
        notices.wake(ctx);
    }

    /// Draws them over everything else in this window, and drops those whose time is over.
    pub fn ui(&self, ctx: &Context, actions: &mut Vec<Action>) {
        let now_secs = ctx.input(|input| input.time);
        let mut notices = self.lock();
        notices.windows.insert(ctx.viewport_id());
        notices.toasts.retain(|toast| toast.until_secs.is_none_or(|until| until > now_secs));
        let next = notices.toasts.iter().filter_map(|toast| toast.until_secs).fold(f64::INFINITY, f64::min);
        if next.is_finite() {
            ctx.request_repaint_after(std::time::Duration::from_secs_f64((next - now_secs).max(0.01)));
        }
        if notices.toasts.is_empty() {
            return;
        }
        let mut dismissed = None;
        let area = Area::new(Id::unique("toasts")).order(Order::Foreground);
        area.anchor(Align2::RIGHT_BOTTOM, vec2(-16.0, -16.0)).show(ctx, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 32.0));
            for toast in &notices.toasts {
                if toast_ui(ui, toast, actions) {
                    dismissed = Some(toast.id);
                }
            }
        });
        if let Some(id) = dismissed {
            notices.toasts.retain(|toast| toast.id != id);
            notices.wake(ctx);
        }
    }

    /// This window shows them no more.
    pub fn leave(&self, ctx: &Context) {
        self.lock().windows.remove(&ctx.viewport_id());
    }
}

impl Notices {
    fn add(&mut self, now_secs: f64, severity: Severity, text: String) {
        self.toasts.retain(|toast| toast.text != text);
        if self.toasts.len() >= MOST {
            self.toasts.pop_front();
        }
        let until_secs = match severity {
            Severity::Info => Some(now_secs + LIFE_SECS),
            Severity::Warning => Some(now_secs + 2.0 * LIFE_SECS),
            Severity::Error => None,
        };
        self.next_id += 1;
        self.toasts.push_back(Toast { id: self.next_id, severity, text, about: None, until_secs, offer: None });
    }

    /// Has all windows that show them drawn.
    fn wake(&self, ctx: &Context) {
        ctx.request_repaint();
        self.windows.iter().for_each(|window| ctx.request_repaint_of(*window));
    }
}

/// One notice; whether it was dismissed.
fn toast_ui(ui: &mut eframe::egui::Ui, toast: &Toast, actions: &mut Vec<Action>) -> bool {
    let colors = theme::colors(ui);
    Frame::popup(ui.style())
        .stroke(Stroke::new(1.0, colors.line_strong))
        .inner_margin(Margin { left: 12, right: 6, top: 6, bottom: 6 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
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

#[cfg(test)]
mod tests {
    use eframe::egui::{RawInput, ViewportInfo};

    use super::*;

    #[test]
    fn a_window_that_shows_notices_is_drawn_when_one_comes_and_no_more_when_it_has_left() {
        let (ctx, toasts) = (Context::default(), Toasts::default());
        let own = ViewportId::from_hash_of("own");
        let draw = |shows: bool| {
            let viewports = [(own, ViewportInfo::default())].into_iter().collect();
            let input = RawInput { viewport_id: own, viewports, ..RawInput::default() };
            let mut output = ctx.run_ui(input, |ui| {
                if shows {
                    toasts.clone().ui(ui.ctx(), &mut Vec::new());
                } else {
                    toasts.leave(ui.ctx());
                }
            });
            output.textures_delta.clear();
        };
        let is_woken = || ctx.has_requested_repaint_for(&own);
        (0..5).for_each(|_| draw(true));
        assert!(!is_woken());
        toasts.add(&ctx, Severity::Error, "The file is gone.");
        assert!(is_woken());
        (0..5).for_each(|_| draw(false));
        toasts.add(&ctx, Severity::Error, "Another one too.");
        assert!(!is_woken(), "it doesn't show them any more");
    }
}
