//! Which interpreters there are for the open preset's script, one look at a time; and what runs a script that was just
//! picked or dropped, as soon as its first line, its folder and the machine were looked at.

use std::path::PathBuf;

use eframe::egui::Context;

use super::App;
use crate::discover::{Found, Look, Looked};
use crate::model::{Interpreter, full_path};
use crate::ui::action::PresetKey;
use crate::ui::editor::{InterpreterChoice, InterpreterGuess, InterpretersData};
use crate::ui::widgets::Severity;
use crate::ui::worker::Task;

/// What is known of the machine's interpreters.
#[derive(Debug, Default)]
pub(super) struct Interpreters {
    pub data: InterpretersData,
    /// What they were looked for; none before the first look, and where another is wanted.
    looked_for: Option<Wanted>,
    /// How many looks aren't answered yet.
    open_looks: usize,
    guesses: Vec<OpenGuess>,
    /// Where it is remembered what they were found to be.
    file: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    script: Option<PathBuf>,
    dir: PathBuf,
}

/// A preset whose script was just picked: until the machine is looked at, the script's name says what runs it.
#[derive(Debug)]
struct OpenGuess {
    key: PresetKey,
    script: String,
    by_name: Interpreter,
}

impl Interpreters {
    pub fn new(file: Option<PathBuf>) -> Self {
        Self { file, ..Self::default() }
    }

    /// Has them looked for again when the next chance comes; what changed on disk shows then.
    pub fn forget(&mut self) {
        self.looked_for = None;
    }
}

impl App {
    /// Has the machine looked at where another script is open than the one before.
    pub(super) fn ask_for_interpreters(&mut self, ctx: &Context) {
        let Some(wanted) = self.selected.and_then(|key| self.wanted_interpreters(key)) else { return };
        if self.interpreters.open_looks == 0 && self.interpreters.looked_for.as_ref() != Some(&wanted) {
            self.look(ctx, wanted, false);
        }
    }

    /// The same again, by a person's wish: those are asked once more that could not be used.
    pub(super) fn look_again(&mut self, ctx: &Context) {
        if let Some(wanted) = self.selected.and_then(|key| self.wanted_interpreters(key)) {
            self.look(ctx, wanted, true);
        }
    }

    /// A preset has got its script just now, and what runs it is only guessed by the script's name.
    pub(super) fn guess_interpreter(&mut self, ctx: &Context, key: PresetKey) {
        let Some(item) = self.library.get(key) else { return };
        let preset = &item.draft.edited;
        let guess = OpenGuess { key, script: preset.script.clone(), by_name: preset.interpreter.clone() };
        self.interpreters.guesses.retain(|other| other.key != key);
        self.interpreters.guesses.push(guess);
        if let Some(wanted) = self.wanted_interpreters(key) {
            self.look(ctx, wanted, false);
        }
    }

    fn look(&mut self, ctx: &Context, Wanted { script, dir }: Wanted, is_again: bool) {
        let cache = self.interpreters.file.clone();
        match self.worker.ask(Task::FindInterpreters(Box::new(Look { script, preset_dir: dir, cache, is_again }))) {
            Ok(()) => self.interpreters.open_looks += 1,
            Err(why) => self.shell.toasts.add(ctx, Severity::Error, why),
        }
        self.interpreters.data.is_looking = self.interpreters.open_looks > 0;
    }

    pub(super) fn hear_interpreters(&mut self, look: Look, looked: Looked) {
        self.interpreters.open_looks = self.interpreters.open_looks.saturating_sub(1);
        self.interpreters.data.is_looking = self.interpreters.open_looks > 0;
        self.settle_guesses(&look, &looked);
        let answered = Wanted { script: look.script, dir: look.preset_dir };
        if self.selected.and_then(|key| self.wanted_interpreters(key)).as_ref() == Some(&answered) {
            self.interpreters.data.guess =
                looked.guess.map(|guess| InterpreterGuess { interpreter: guess.interpreter, why: guess.why });
            self.interpreters.data.choices = looked.found.into_iter().map(choice).collect();
            self.interpreters.looked_for = Some(answered);
        }
    }

    /// What somebody chose or wrote meanwhile stays.
    fn settle_guesses(&mut self, look: &Look, looked: &Looked) {
        let guesses = std::mem::take(&mut self.interpreters.guesses);
        for open in guesses {
            let dir = self.library.dir_of(open.key);
            if look.script != full_path(&dir, &open.script, &self.library.names).ok() {
                self.interpreters.guesses.push(open);
                continue;
            }
            let (Some(item), Some(guess)) = (self.library.get(open.key), &looked.guess) else { continue };
            let preset = &item.draft.edited;
            if preset.script == open.script && preset.interpreter == open.by_name {
                self.edit(open.key, |preset| preset.interpreter = guess.interpreter.clone());
            }
        }
    }

    fn wanted_interpreters(&self, key: PresetKey) -> Option<Wanted> {
        let script = &self.library.get(key)?.draft.edited.script;
        let dir = self.library.dir_of(key);
        let script = if script.is_empty() { None } else { full_path(&dir, script, &self.library.names).ok() };
        Some(Wanted { script, dir })
    }
}

fn choice(found: Found) -> InterpreterChoice {
    InterpreterChoice {
        label: found.label(),
        what: found.description(),
        trouble: found.trouble(),
        interpreter: found.interpreter,
        place: found.place,
        program: found.program.display().to_string(),
    }
}
