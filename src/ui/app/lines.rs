//! What is done with a console's lines beside showing them: copied, saved; and how the next console is to look.

use std::sync::Arc;

use eframe::egui::Context;
use jiff::Timestamp;

use super::App;
use super::frame::EngineRows;
use super::together::Views;
use crate::engine::JobView;
use crate::model::ConsoleLook;
use crate::store::lines::proposed_name;
use crate::ui::action::JobId;
use crate::ui::console_export::Excerpt;
use crate::ui::console_rows::RowSource;
use crate::ui::console_search::Hits;
use crate::ui::line_worker::Lines;
use crate::ui::local_time::local;

/// Of how many presets it is remembered how their consoles look.
const MOST_LOOKS: usize = 500;

impl App {
    pub(super) fn copy_lines(&mut self, ctx: &Context, job: JobId, excerpt: Excerpt) {
        let Some(lines) = self.lines(job, excerpt) else { return };
        let begun = self.worker.copy_lines(lines);
        self.complain(ctx, begun);
    }

    pub(super) fn save_lines(
        &mut self,
        ctx: &Context,
        (job, excerpt): (JobId, Excerpt),
        window: Option<&eframe::Frame>,
    ) {
        let Some(lines) = self.lines(job, excerpt) else { return };
        let time = local(Timestamp::now()).strftime("%Y-%m-%d %H-%M-%S").to_string();
        let name = proposed_name(&lines.title, &time);
        let shown = self.worker.save_lines(lines, &name, window);
        self.complain(ctx, shown);
    }

    /// The lines, for another thread.
    fn lines(&self, id: JobId, excerpt: Excerpt) -> Option<Lines> {
        let (title, rows): (_, Box<dyn RowSource + Send>) = if let Some(rows) = self.together.rows(id, &self.engine) {
            (self.together.title_of(id), Box::new(rows))
        } else {
            let view = self.engine.jobs().into_iter().find(|view| view.id == id)?;
            (super::frame::title(&view), Box::new(EngineRows { console: self.engine.console(id)? }))
        };
        let hits = excerpt.context.and_then(|_| self.searches.get(id)).and_then(Result::ok);
        let hits = hits.map(|search| search as Arc<dyn Hits + Send + Sync>);
        Some(Lines { title, rows, hits, excerpt })
    }

    pub(super) fn remember_look(&mut self, id: JobId, look: ConsoleLook) {
        let name = look_name(id, &self.engine.jobs());
        let looks = &mut self.settings.wanted.looks;
        if look == ConsoleLook::default() {
            looks.remove(&name);
            return;
        }
        if looks.len() >= MOST_LOOKS && !looks.contains_key(&name) {
            looks.pop_first();
        }
        looks.insert(name, look);
    }
}

/// By what it is remembered how a console looks: its preset's name, or which view of several jobs it is.
pub(super) fn look_name(id: JobId, views: &[JobView]) -> String {
    let view = views.iter().find(|view| view.id == id);
    view.map_or_else(|| Views::place_of(id), |view| view.name.to_string())
}
