//! Has the open preset made into code for TouchDesigner, and copies it.

use eframe::egui::Context;

use super::App;
use crate::snippet::{Kind, Orders};
use crate::ui::touch_code::{TouchCode, Use, Wanted};
use crate::ui::widgets::Severity;
use crate::ui::worker::Task;

impl App {
    pub(super) fn make_touch_code(&mut self, ctx: &Context, then: Use) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let (preset, path) = (item.draft.edited.in_show(&self.library.show.target), item.draft.path.clone());
        let dir = self.library.dir_of(item.draft.key);
        let names = self.library.names.as_ref().clone();
        let orders = Orders::here(self.settings.wanted.orders.port);
        self.ask(ctx, Task::MakeTouchCode(Box::new(Wanted { preset, path, dir, orders, names }), then));
    }

    pub(super) fn copy_touch_code(&mut self, ctx: &Context, code: &TouchCode, kind: Kind) {
        match code.get(kind) {
            Ok(made) => {
                ctx.copy_text(made.code.clone());
                self.shell.toasts.add(ctx, Severity::Info, made.copied.clone());
            }
            Err(why) => {
                let what = format!("“{}” can't be code for TouchDesigner yet. {why}", code.name);
                self.shell.toasts.add(ctx, Severity::Error, what);
            }
        }
    }
}
