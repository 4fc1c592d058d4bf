//! Taking back what was edited, and doing it again: every page of every preset, and presets that were deleted.
//!
//! Each step holds the preset before and after, so that no page has to know of it. Steps of all presets are in one row,
//! for what a person takes back is what they did last, wherever that was.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use eframe::egui::{Context, Id, Memory};

use super::App;
use super::library::Item;
use super::order::Standing;
use crate::model::{Preset, Shared};
use crate::store::presets::SaveError;
use crate::ui::action::{Action, PresetKey};
use crate::ui::editor::{Change, UndoWords};
use crate::ui::widgets::Severity;
use crate::ui::worker::Task;

/// So many steps are kept.
const MOST: usize = 200;
/// Typing in one field is one step until it rests for so long.
const PAUSE: Duration = Duration::from_millis(1500);

/// One thing that was done.
struct Step {
    id: u64,
    did: Did,
}

enum Did {
    Edit {
        key: PresetKey,
        before: Shared<Preset>,
        after: Shared<Preset>,
        change: Change,
        /// The field that had the text cursor, and when it was last typed into.
        typed: Option<(Id, Instant)>,
    },
    Move {
        key: PresetKey,
        before: Standing,
        after: Standing,
    },
    /// A preset came: new, as a copy, or for a script that was dropped. While that is taken back: what went.
    Create {
        key: PresetKey,
        gone: Option<Gone>,
    },
    Delete(Gone),
}

/// A preset that isn't there any more.
struct Gone {
    item: Box<Item>,
    /// Its place in the list.
    index: usize,
    /// Where its file was moved to.
    kept: Option<PathBuf>,
}

/// What was done and can be taken back, and what was taken back and can be done again.
#[derive(Default)]
pub(super) struct History {
    past: VecDeque<Step>,
    future: Vec<Step>,
    /// Deleted presets whose files are on their way back.
    returning: Vec<Step>,
    /// A deletion that is done again, so what else was taken back stays.
    deletes_again: Option<PresetKey>,
    /// A preset that is deleted because its coming is taken back.
    uncreates: Option<Step>,
    last_id: u64,
}

impl History {
    /// Notes an edit. `focus` is the field with the text cursor, in which typing goes on.
    pub(super) fn note(
        &mut self,
        key: PresetKey,
        (before, after): (&Shared<Preset>, &Shared<Preset>),
        focus: Option<Id>,
        now: Instant,
    ) {
        if before == after {
            return;
        }
        let change = Change::between(before, after);
        self.future.clear();
        if let Some(Step { did: Did::Edit { key: last, after: last_after, change: last_change, typed, .. }, .. }) =
            self.past.back_mut()
            && let (Some((field, at)), Some(focus)) = (typed.as_mut(), focus)
            && (*last, &*last_change, *field) == (key, &change, focus)
            && now.saturating_duration_since(*at) < PAUSE
        {
            *last_after = after.clone();
            *at = now;
            return;
        }
        let (before, after) = (before.clone(), after.clone());
        let typed = focus.map(|field| (field, now));
        self.push(Did::Edit { key, before, after, change, typed });
    }

    /// Notes that a preset was put elsewhere in the list.
    pub(super) fn note_move(&mut self, key: PresetKey, before: Standing, after: Standing) {
        self.future.clear();
        self.push(Did::Move { key, before, after });
    }

    /// Notes that a preset came.
    pub(super) fn note_created(&mut self, key: PresetKey) {
        self.future.clear();
        self.push(Did::Create { key, gone: None });
    }

    fn push(&mut self, did: Did) -> u64 {
        self.last_id += 1;
        self.past.push_back(Step { id: self.last_id, did });
        if self.past.len() > MOST {
            self.past.pop_front();
        }
        self.last_id
    }

    /// What would be taken back and done again, for buttons and the palette.
    pub(super) fn words(&self, name_of: impl Fn(PresetKey) -> String) -> UndoWords {
        let words = |step: &Step| match &step.did {
            Did::Edit { key, change, .. } => format!("{} in “{}”", change.what, name_of(*key)),
            Did::Move { key, .. } => format!("the place of “{}”", name_of(*key)),
            Did::Create { gone: Some(gone), .. } => format!("the making of “{}”", gone.item.draft.edited.name),
            Did::Create { key, gone: None } => format!("the making of “{}”", name_of(*key)),
            Did::Delete(gone) => format!("the deletion of “{}”", gone.item.draft.edited.name),
        };
        UndoWords { undo: self.past.back().map(words), redo: self.future.last().map(words) }
    }

    fn take(&mut self, id: u64) -> Option<Step> {
        let index = self.past.iter().position(|step| step.id == id)?;
        self.past.remove(index)
    }
}

impl App {
    pub(super) fn undo_words(&self) -> UndoWords {
        let name = |key| self.library.get(key).map(|item| item.draft.edited.name.clone()).unwrap_or_default();
        self.history.words(name)
    }

    /// Changes a preset in a way that can be taken back.
    pub(super) fn edit(&mut self, key: PresetKey, edit: impl FnOnce(&mut Preset)) {
        let Some(item) = self.library.get_mut(key) else { return };
        let before = item.draft.edited.clone();
        edit(&mut item.draft.edited);
        self.history.note(key, (&before, &item.draft.edited), None, Instant::now());
    }

    /// Notes what was typed or pressed in the editor.
    pub(super) fn note_drawn(&mut self, ctx: &Context, key: PresetKey, before: &Shared<Preset>) {
        let focus = if ctx.text_edit_focused() { ctx.memory(Memory::focused) } else { None };
        if let Some(item) = self.library.get(key) {
            self.history.note(key, (before, &item.draft.edited), focus, Instant::now());
        }
    }

    /// Notes that a preset followed its file, which somebody else wrote.
    pub(super) fn note_followed(&mut self, key: PresetKey, before: &Shared<Preset>) {
        if let Some(item) = self.library.get(key) {
            self.history.note(key, (before, &item.draft.edited), None, Instant::now());
        }
    }

    pub(super) fn undo(&mut self, ctx: &Context) {
        while let Some(step) = self.history.past.pop_back() {
            match step.did {
                Did::Edit { key, ref before, ref change, .. } => {
                    let (preset, change) = (before.clone(), change.clone());
                    // A preset that is gone for good takes its steps along.
                    if self.put_back(ctx, key, preset, &change, "Undone") {
                        self.history.future.push(step);
                        return;
                    }
                }
                Did::Move { key, ref before, .. } => {
                    let standing = before.clone();
                    self.stand(ctx, key, &standing);
                    self.history.future.push(step);
                    return;
                }
                Did::Create { key, .. } if self.library.get(key).is_some() => {
                    self.history.uncreates = Some(step);
                    return self.delete(ctx, key);
                }
                Did::Create { .. } => {}
                Did::Delete(_) => return self.bring_back(ctx, step),
            }
        }
        self.shell.toasts.tell_about(ctx, "undo", Severity::Info, "There is nothing to undo.");
    }

    pub(super) fn redo(&mut self, ctx: &Context) {
        while let Some(step) = self.history.future.pop() {
            match step.did {
                Did::Edit { key, ref after, ref change, .. } => {
                    let (preset, change) = (after.clone(), change.clone());
                    if self.put_back(ctx, key, preset, &change, "Done again") {
                        self.history.past.push_back(step);
                        return;
                    }
                }
                Did::Move { key, ref after, .. } => {
                    let standing = after.clone();
                    self.stand(ctx, key, &standing);
                    self.history.past.push_back(step);
                    return;
                }
                Did::Create { .. } => return self.bring_back(ctx, step),
                Did::Delete(gone) => {
                    let key = gone.item.draft.key;
                    self.history.deletes_again = Some(key);
                    return self.delete(ctx, key);
                }
            }
        }
        self.shell.toasts.tell_about(ctx, "undo", Severity::Info, "There is nothing to do again.");
    }

    /// Makes a preset what it was; whether it is still there.
    fn put_back(&mut self, ctx: &Context, key: PresetKey, preset: Shared<Preset>, change: &Change, did: &str) -> bool {
        let Some(item) = self.library.get_mut(key) else { return false };
        let what = format!("{did}: {} in “{}”.", change.what, preset.name);
        item.draft.edited = preset;
        self.selected = Some(key);
        if let Some(tab) = change.tab {
            self.shell.editor.tab = tab;
        }
        self.shell.toasts.tell_about(ctx, "undo", Severity::Info, what);
        true
    }

    /// A deletion that its notice offers to take back, whatever was done since.
    pub(super) fn undo_deletion(&mut self, ctx: &Context, id: u64) {
        if let Some(step) = self.history.take(id) {
            self.bring_back(ctx, step);
        }
    }

    fn bring_back(&mut self, ctx: &Context, step: Step) {
        let (Did::Delete(gone) | Did::Create { gone: Some(gone), .. }) = &step.did else { return };
        let files = gone.kept.clone().zip(gone.item.draft.path.clone());
        let id = step.id;
        self.history.returning.push(step);
        match files {
            Some((from, to)) => self.ask(ctx, Task::Restore { id, from, to }),
            None => self.hear_restored(ctx, id, None),
        }
    }

    /// A deleted preset's file is in its place again, or can't be; a preset without a file is there at once.
    pub(super) fn hear_restored(&mut self, ctx: &Context, id: u64, result: Option<Result<PathBuf, SaveError>>) {
        let Some(at) = self.history.returning.iter().position(|step| step.id == id) else { return };
        let step = self.history.returning.remove(at);
        let path = match result.transpose() {
            Ok(path) => path,
            Err(error) => {
                self.shell.toasts.add(ctx, Severity::Error, error.what);
                return match step.did {
                    Did::Create { .. } => self.history.future.push(step),
                    _ => self.history.past.push_back(step),
                };
            }
        };
        let is_creation = matches!(step.did, Did::Create { .. });
        let (Did::Delete(gone) | Did::Create { gone: Some(gone), .. }) = step.did else { return };
        let (key, name) = (gone.item.draft.key, gone.item.draft.edited.name.clone());
        let shadow = Box::new(gone.item.shadow());
        self.library.put_back(*gone.item, gone.index, path);
        self.selected = Some(key);
        self.shell.toasts.tell_about(ctx, "undo", Severity::Info, format!("“{name}” is back."));
        if is_creation {
            self.history.past.push_back(Step { id, did: Did::Create { key, gone: None } });
        } else {
            // To do it again the step needs no more than the preset's key.
            let gone = Gone { item: shadow, index: gone.index, kept: None };
            self.history.future.push(Step { id, did: Did::Delete(gone) });
        }
        self.load(ctx);
    }

    /// A preset could not be deleted.
    pub(super) fn hear_kept(&mut self, ctx: &Context, why: String) {
        self.history.deletes_again = None;
        self.history.past.extend(self.history.uncreates.take());
        self.shell.toasts.add(ctx, Severity::Error, why);
    }

    /// A preset is deleted: its file, if it had one, lies in `kept` now.
    pub(super) fn note_deleted(&mut self, ctx: &Context, key: PresetKey, kept: Option<PathBuf>) {
        let Some((item, index)) = self.take_preset(key) else { return };
        let name = item.draft.edited.name.clone();
        let uncreated =
            self.history.uncreates.take_if(|step| matches!(step.did, Did::Create { key: new, .. } if new == key));
        if let Some(Step { id, .. }) = uncreated {
            let gone = Some(Gone { item: Box::new(item), index, kept });
            self.history.future.push(Step { id, did: Did::Create { key, gone } });
            let what = format!("Undone: the making of “{name}”.");
            self.shell.toasts.tell_about(ctx, "undo", Severity::Info, what);
            return self.load(ctx);
        }
        let what = match &kept {
            Some(kept) => format!("“{name}” is deleted. Its file lies in {}.", kept.display()),
            None => format!("“{name}” is deleted. It had no file."),
        };
        if self.history.deletes_again.take() != Some(key) {
            self.history.future.clear();
        }
        let id = self.history.push(Did::Delete(Gone { item: Box::new(item), index, kept }));
        self.shell.toasts.offer(ctx, what, Action::UndoDeletion(id));
        self.load(ctx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_is_one_step_until_it_rests_or_goes_on_elsewhere() {
        let (key, mut history, start) = (PresetKey(1), History::default(), Instant::now());
        let (name_field, notes_field) = (Id::unique("name"), Id::unique("notes"));
        let mut preset = Shared::from(Preset::new(""));
        let mut type_at = |millis: u64, field: Id, edit: &dyn Fn(&mut Preset)| {
            let before = preset.clone();
            edit(&mut preset);
            let now = start + Duration::from_millis(millis);
            history.note(key, (&before, &preset), Some(field), now);
            history.past.len()
        };
        let name = |preset: &mut Preset| preset.name.push('x');
        assert_eq!(type_at(0, name_field, &name), 1);
        assert_eq!(type_at(1000, name_field, &name), 1);
        assert_eq!(type_at(2000, name_field, &name), 1, "the rest counts, not the whole time");
        assert_eq!(type_at(2100, notes_field, &|preset| preset.notes.push('x')), 2);
        assert_eq!(type_at(2200, name_field, &name), 3);
        assert_eq!(type_at(9000, name_field, &name), 4);
        assert_eq!(history.words(|_| "A".to_owned()).undo.as_deref(), Some("the name in “A”"));
    }

    #[test]
    fn only_so_many_steps_are_kept() {
        let mut history = History::default();
        let (one, other) = (Preset::new("1").into(), Preset::new("2").into());
        for _ in 0..3 * MOST {
            history.note(PresetKey(1), (&one, &other), None, Instant::now());
        }
        assert_eq!(history.past.len(), MOST);
    }
}
