//! The order of the presets: put elsewhere by hand, among those of a group or from one group to another.

use std::path::Path;

use eframe::egui::Context;

use super::App;
use crate::ui::action::PresetKey;
use crate::ui::worker::Task;

/// Where a preset stands: under which heading, and all presets in their order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    group: String,
    order: Vec<PresetKey>,
}

impl App {
    fn standing(&self, key: PresetKey) -> Option<Standing> {
        let group = self.library.get(key)?.draft.edited.group.clone();
        Some(Standing { group, order: self.library.items.iter().map(|item| item.draft.key).collect() })
    }

    /// Puts a preset under a heading, before another one of it or behind all.
    pub(super) fn move_preset(&mut self, ctx: &Context, key: PresetKey, group: &str, before: Option<PresetKey>) {
        let Some(was) = self.standing(key) else { return };
        let mut order: Vec<PresetKey> = was.order.iter().copied().filter(|other| *other != key).collect();
        let is_of_group =
            |other: &PresetKey| self.library.get(*other).is_some_and(|item| item.draft.edited.group == group);
        let place = match before {
            Some(before) if before == key => return,
            Some(before) => order.iter().position(|other| *other == before),
            None => order.iter().rposition(is_of_group).map(|last| last + 1),
        };
        order.insert(place.unwrap_or(order.len()), key);
        let after = Standing { group: group.to_owned(), order };
        if after != was {
            self.stand(ctx, key, &after);
            self.history.note_move(key, was, after);
        }
    }

    /// One place up or down among those of its group.
    pub(super) fn step_preset(&mut self, ctx: &Context, key: PresetKey, is_up: bool) {
        let Some(standing) = self.standing(key) else { return };
        let is_of_group = |item: &&super::library::Item| item.draft.edited.group == standing.group;
        let group: Vec<PresetKey> = self.library.items.iter().filter(is_of_group).map(|item| item.draft.key).collect();
        let Some(place) = group.iter().position(|other| *other == key) else { return };
        if is_up && place > 0 {
            self.move_preset(ctx, key, &standing.group, Some(group[place - 1]));
        } else if !is_up && place + 1 < group.len() {
            self.move_preset(ctx, key, &standing.group, group.get(place + 2).copied());
        }
    }

    /// Has a preset stand so. Another heading is an edit of the preset: saved at once where nothing else is unsaved.
    pub(super) fn stand(&mut self, ctx: &Context, key: PresetKey, standing: &Standing) {
        let place = |key: PresetKey| standing.order.iter().position(|other| *other == key);
        self.library.items.sort_by_cached_key(|item| place(item.draft.key).unwrap_or(usize::MAX));
        let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().into_owned());
        let names = self.library.items.iter().filter_map(|item| name(item.draft.path.as_deref()?));
        let task = Task::RememberOrder { dir: self.library.dir.clone(), order: names.collect() };
        self.library.orders_under_way += 1;
        self.ask(ctx, task);
        let Some(item) = self.library.get_mut(key) else { return };
        if item.draft.edited.group == standing.group {
            return;
        }
        let is_saved = !item.has_edits();
        item.draft.edited.group.clone_from(&standing.group);
        if is_saved {
            self.save(ctx, key);
        }
    }
}
