//! Leaving: asks when jobs run or edits aren't saved, then stops the jobs in order before the window goes. Those that
//! are kept running are left alone.

use eframe::egui::{Context, ViewportCommand};

use super::App;
use crate::engine::JobView;
use crate::ui::dialogs::Dialog;

/// How far the panel is on its way out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Quitting {
    #[default]
    No,
    /// Once everything is saved, what is left to ask is asked.
    Saving,
    /// Jobs were told to stop; when the last has ended the window closes.
    Stopping,
    /// Nothing keeps the window any more.
    Closing,
}

impl App {
    /// Asks, if there is anything to ask, else leaves.
    pub(super) fn quit(&mut self, ctx: &Context) {
        if self.quitting == Quitting::Stopping {
            // Who presses again doesn't want to wait for the jobs' deadlines.
            self.engine.jobs().iter().filter(|view| view.ends_with_us()).for_each(|view| self.engine.kill(view.id));
            return;
        }
        let (mut stopped, mut kept) = (Vec::new(), Vec::new());
        for view in self.engine.jobs().into_iter().filter(JobView::is_live) {
            if view.ends_with_us() { stopped.push(view.name.to_string()) } else { kept.push(view.name.to_string()) }
        }
        let unsaved = self.library.unsaved_names();
        if stopped.is_empty() && unsaved.is_empty() {
            self.quitting = Quitting::Closing;
            ctx.send_viewport_cmd(ViewportCommand::Close);
        } else {
            self.shell.dialog = Some(Dialog::Quit { stopped, kept, unsaved });
        }
    }

    /// The person has answered: stop everything, then go.
    pub(super) fn stop_and_close(&mut self, ctx: &Context) {
        self.quitting = Quitting::Stopping;
        self.close_order_port();
        self.engine.stop_all_but_kept();
        self.go_on_quitting(ctx);
    }

    /// Save everything, then ask about the rest.
    pub(super) fn save_all_and_quit(&mut self, ctx: &Context) {
        self.quitting = Quitting::Saving;
        let unsaved: Vec<_> =
            self.library.items.iter().filter(|item| item.draft.is_unsaved()).map(|item| item.draft.key).collect();
        for key in unsaved {
            self.save(ctx, key);
        }
    }

    pub(super) fn go_on_quitting(&mut self, ctx: &Context) {
        if ctx.input(|input| input.viewport().close_requested()) && self.quitting != Quitting::Closing {
            ctx.send_viewport_cmd(ViewportCommand::CancelClose);
            self.quit(ctx);
        }
        match self.quitting {
            Quitting::No | Quitting::Closing => {}
            Quitting::Saving => {
                if self.library.unsaved_names().is_empty() {
                    self.quitting = Quitting::No;
                    let running = self.engine.jobs().iter().any(JobView::ends_with_us);
                    // The question about the jobs was answered together with the one about saving.
                    if running { self.stop_and_close(ctx) } else { self.quit(ctx) }
                }
            }
            Quitting::Stopping => {
                if !self.engine.jobs().iter().any(JobView::ends_with_us) {
                    self.quitting = Quitting::Closing;
                    ctx.send_viewport_cmd(ViewportCommand::Close);
                }
            }
        }
    }
}
