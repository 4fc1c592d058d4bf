//! What is known of the scripts' own arguments, and what comes of it: rows that are filled in, an offer, a question.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use eframe::egui::Context;

use super::App;
use crate::model::declared::{Declared, DeclaredRow, HELP_DOUBT};
use crate::model::{Argument, Interpreter, choose_command, full_path, merge};
use crate::ui::action::{Asking, PresetKey};
use crate::ui::dialogs::Dialog;
use crate::ui::editor::ScriptWork;
use crate::ui::widgets::Severity;
use crate::ui::worker::{Asked, ScriptStamp, Task, Then};

/// What is known of one preset's script.
#[derive(Debug, Default)]
pub struct Script {
    /// What was read or asked last.
    path: Option<PathBuf>,
    /// As what it was then.
    stamp: Option<ScriptStamp>,
    declared: Option<Declared>,
    /// What of the arguments can't be told.
    doubts: Vec<String>,
    /// Why nothing is known, where somebody wanted to know.
    pub failure: Option<String>,
    pub work: ScriptWork,
    /// It may have changed since.
    pub is_stale: bool,
    /// It was just picked: what it says comes into the rows as soon as that is known.
    pub is_picked: bool,
    /// Ends what is being asked.
    cancel: Option<Cancel>,
    /// What would become of these rows.
    offer: (Vec<Argument>, String),
}

/// Ends a question to a script when it is no longer wanted.
#[derive(Debug)]
struct Cancel(Arc<AtomicBool>);

impl Drop for Cancel {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Script {
    /// What of the arguments can't be told.
    pub fn doubts(&self) -> &[String] {
        &self.doubts
    }

    /// What would become of the rows, in a few words.
    pub fn offer(&self) -> &str {
        &self.offer.1
    }

    /// Brings the offer up to date.
    pub fn follow(&mut self, rows: &[Argument]) {
        if self.offer.0 != rows {
            self.offer = (rows.to_vec(), self.offer_for(rows));
        }
    }

    fn offer_for(&self, rows: &[Argument]) -> String {
        self.declared.as_ref().map_or_else(String::new, |declared| merge(rows, declared).summary())
    }

    fn take(&mut self, declared: Declared, path: PathBuf, stamp: Option<ScriptStamp>) {
        let of_row = |row: &DeclaredRow| {
            let name = if row.flags.is_empty() { row.name.clone() } else { row.flag().to_owned() };
            // What its row's tooltip says is enough where it is of no more weight than that.
            let weighty = row.doubts.iter().filter(|doubt| *doubt != HELP_DOUBT);
            weighty.map(|doubt| format!("{name}: {doubt}.")).collect::<Vec<_>>()
        };
        self.doubts = declared.doubts.iter().cloned().chain(declared.rows.iter().flat_map(of_row)).collect();
        (self.declared, self.path, self.stamp) = (Some(declared), Some(path), stamp);
        self.offer.1 = self.offer_for(&self.offer.0);
    }
}

impl App {
    /// Has the open preset's script read, where it is another one than before or may have changed.
    pub(super) fn ask_for_arguments(&mut self, ctx: &Context) {
        let Some(key) = self.selected else { return };
        let (dir, names) = (self.library.dir_of(key), Arc::clone(&self.library.names));
        let Some(item) = self.library.get_mut(key) else { return };
        let preset = &item.draft.edited;
        item.script.follow(&preset.arguments);
        if !preset.runs_python() {
            item.script.is_picked = false;
            return;
        }
        if item.script.work != ScriptWork::Idle {
            return;
        }
        // That a root isn't mapped here is said where the script stands.
        let Ok(path) = full_path(&dir, &preset.script, &names) else { return };
        let script = &mut item.script;
        let is_other = script.path.as_ref() != Some(&path);
        if !(is_other || script.is_stale || script.is_picked) {
            return;
        }
        if is_other {
            *script = Script { is_picked: script.is_picked, path: Some(path.clone()), ..Script::default() };
            script.follow(&preset.arguments);
        }
        let then = if std::mem::take(&mut script.is_picked) { Then::Merge } else { Then::Offer };
        script.is_stale = false;
        script.work = ScriptWork::Reading;
        // What is to come into the rows must be read, known or not.
        let known = script.stamp.filter(|_| then == Then::Offer);
        self.ask(ctx, Task::ReadArguments { key, script: path, known, then });
    }

    /// Reads a preset's script, and brings what it says into the rows.
    pub(super) fn read_arguments(&mut self, key: PresetKey) {
        if let Some(item) = self.library.get_mut(key) {
            item.script.failure = None;
            item.script.is_picked = true;
        }
    }

    /// Asks whether the open preset's program may run.
    pub(super) fn ask_whether_to_run(&mut self, how: Asking) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        let preset = &item.draft.edited;
        if preset.script.is_empty() || item.script.work != ScriptWork::Idle {
            return;
        }
        let by = match &preset.interpreter {
            Interpreter::Name(name) | Interpreter::Path(name) => name.clone(),
            Interpreter::None => String::new(),
        };
        self.shell.dialog = Some(Dialog::AskProgram { script: preset.script.clone(), by, how });
    }

    /// Runs the open preset's program to ask it.
    pub(super) fn ask_program(&mut self, ctx: &Context, how: Asking) {
        let Some(key) = self.selected else { return };
        let (dir, names) = (self.library.dir_of(key), Arc::clone(&self.library.names));
        let target = self.library.show.target.clone();
        let Some(item) = self.library.get_mut(key) else { return };
        let preset = item.draft.edited.in_show(&target);
        let script = match full_path(&dir, &preset.script, &names) {
            Ok(script) => script,
            Err(why) => {
                item.script.failure = Some(why);
                return;
            }
        };
        let is_cancelled = Arc::new(AtomicBool::new(false));
        item.script.failure = None;
        item.script.work = ScriptWork::Asking;
        item.script.cancel = Some(Cancel(Arc::clone(&is_cancelled)));
        item.script.path = Some(script.clone());
        if let Err(why) = self.worker.ask_program(Asked { key, preset, dir, names, script, how }, is_cancelled) {
            if let Some(item) = self.library.get_mut(key) {
                item.script.work = ScriptWork::Idle;
            }
            self.shell.toasts.add(ctx, Severity::Error, why);
        }
    }

    pub(super) fn cancel_asking(&mut self) {
        if let Some(item) = self.selected.and_then(|key| self.library.get_mut(key)) {
            item.script.cancel = None;
        }
    }

    /// What was found out about a script.
    pub(super) fn hear_arguments(
        &mut self,
        ctx: &Context,
        (key, path, stamp): (PresetKey, PathBuf, Option<ScriptStamp>),
        result: Result<Option<Box<Declared>>, String>,
        then: Then,
    ) {
        let Some(item) = self.library.get_mut(key) else { return };
        let script = &mut item.script;
        let was_cancelled = script.work == ScriptWork::Asking && script.cancel.is_none();
        script.work = ScriptWork::Idle;
        script.cancel = None;
        if script.path.as_ref() != Some(&path) {
            // The preset has another script by now, which will be read.
            return;
        }
        match (result, then) {
            (Ok(Some(declared)), Then::Offer) => script.take(*declared, path, stamp),
            (Ok(Some(declared)), Then::Merge) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let is_known = declared.library.is_some();
                script.take(*declared, path, stamp);
                script.failure = (!is_known).then(|| {
                    format!("{name} declares no arguments that can be found so. The menu above has other ways to ask.")
                });
                self.take_arguments(ctx, key);
            }
            (Ok(None), _) | (Err(_), Then::Offer) => {}
            (Err(why), Then::Merge) => script.failure = (!was_cancelled).then_some(why),
        }
    }

    /// Brings what is known of a script's arguments into the rows.
    pub(super) fn take_arguments(&mut self, ctx: &Context, key: PresetKey) {
        let Some(item) = self.library.get_mut(key) else { return };
        let Some(declared) = &item.script.declared else { return };
        let was_empty = item.draft.edited.arguments.is_empty();
        let merged = merge(&item.draft.edited.arguments, declared);
        let what = match merged.summary() {
            _ if declared.library.is_none() || was_empty => None,
            summary if summary.is_empty() => Some("The rows hold all that the script says already.".to_owned()),
            summary => Some(format!("The script's arguments were brought into the rows: {summary}.")),
        };
        self.edit(key, |preset| preset.arguments = merged.rows);
        if let Some(what) = what {
            self.shell.toasts.tell_about(ctx, "arguments", Severity::Info, what);
        }
    }

    /// A row names another of the script's commands.
    pub(super) fn choose_command(&mut self, index: usize, name: &str) {
        let Some(item) = self.selected.and_then(|key| self.library.get_mut(key)) else { return };
        let (key, rows) = (item.draft.key, &item.draft.edited.arguments);
        let rows = match &item.script.declared {
            Some(declared) if declared.library.is_some() => choose_command(rows, index, name, declared),
            Some(_) | None => {
                // Its rows come when the script was read.
                item.script.is_picked = true;
                let mut rows = rows.clone();
                if let Some(row) = rows.get_mut(index) {
                    (row.value, row.on) = (name.to_owned(), true);
                }
                rows
            }
        };
        self.edit(key, |preset| preset.arguments = rows);
    }
}
