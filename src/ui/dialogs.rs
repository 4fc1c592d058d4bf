//! The questions that the panel asks, one at a time, over everything else.

use eframe::egui::{Align, Context, Frame, Id, Key, Label, Layout, Margin, Memory, Modal, RichText, Ui};

use super::action::{Action, Asking, JobId};
use super::conflict_dialog::{Difference, conflict_ui};
use super::icons;
use super::secret_dialog::secret_dialog_ui;
use super::secret_states::Typed;
use super::theme::{self, colors, space};
use super::together_dialog::together_ui;
use super::widgets::{Field, Severity, danger_button, focus_and_select, listed, primary_button, sentence, text_field};

/// How many names a sentence has.
const MOST_LISTED: usize = 6;

/// A question, while it is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dialog {
    DeletePreset {
        name: String,
        /// Its file, as shown; none if it was never saved.
        file: Option<String>,
        /// How many jobs of it run; they run on.
        running: u32,
    },
    SaveAs {
        name: String,
        /// The names that are taken.
        taken: Vec<String>,
    },
    /// A save found that the file is not what was read.
    SaveConflict {
        /// What was found, and what can be done.
        what: String,
        /// The file is still there to be read again.
        can_reread: bool,
        /// What is different.
        differences: Vec<Difference>,
    },
    /// Which jobs are to be shown in one console; in this one, if it is of several already.
    Together { view: Option<JobId>, choices: Vec<TogetherChoice> },
    /// A secret's value is typed.
    SetSecret {
        name: String,
        value: Typed,
        /// The keyring has one already.
        is_stored: bool,
    },
    /// Whether a program may run, to be asked for its arguments.
    AskProgram {
        script: String,
        /// What runs it; empty where it runs by itself.
        by: String,
        how: Asking,
    },
    Quit {
        /// Names of the jobs that would be stopped.
        stopped: Vec<String>,
        /// Names of those that would run on.
        kept: Vec<String>,
        /// Names of the presets that aren't saved.
        unsaved: Vec<String>,
    },
}

/// A job that can be shown together with others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TogetherChoice {
    pub job: JobId,
    pub name: String,
    pub is_on: bool,
}

/// The open dialog, if any. Closes itself when it was answered.
pub fn dialogs_ui(ctx: &Context, open: &mut Option<Dialog>, actions: &mut Vec<Action>) {
    let Some(dialog) = open else {
        give_focus_back(ctx);
        return;
    };
    take_focus(ctx);
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique("dialog")).frame(frame).backdrop_color(theme::BACKDROP);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(if matches!(dialog, Dialog::SaveConflict { .. }) { 720.0 } else { 420.0 });
        match dialog {
            Dialog::DeletePreset { name, file, running } => delete_ui(ui, name, file.as_deref(), *running, actions),
            Dialog::SaveAs { name, taken } => save_as_ui(ui, name, taken, actions),
            Dialog::SaveConflict { what, can_reread, differences } => {
                conflict_ui(ui, (what, differences), *can_reread, actions)
            }
            Dialog::Together { view, choices } => together_ui(ui, *view, choices, actions),
            Dialog::SetSecret { name, value, is_stored } => secret_dialog_ui(ui, name, (value, *is_stored), actions),
            Dialog::AskProgram { script, by, how } => ask_ui(ui, (script, by), *how, actions),
            Dialog::Quit { stopped, kept, unsaved } => quit_ui(ui, (stopped, kept, unsaved), actions),
        }
    });
    if shown.inner || shown.should_close() {
        *open = None;
        ctx.request_repaint();
    }
}

/// Where the keyboard's focus was before the question.
fn focus_before() -> Id {
    Id::unique("focus before the dialog")
}

/// What lies behind a new question loses the focus, so that Enter can't press it.
fn take_focus(ctx: &Context) {
    if ctx.data(|data| data.get_temp::<Option<Id>>(focus_before()).is_none()) {
        let focused = ctx.memory(Memory::focused);
        ctx.data_mut(|data| data.insert_temp(focus_before(), focused));
        if let Some(focused) = focused {
            ctx.memory_mut(|memory| memory.surrender_focus(focused));
        }
    }
}

/// Who typed when the question came types on, as soon as what lies behind it can have the focus again.
fn give_focus_back(ctx: &Context) {
    if ctx.memory(Memory::top_modal_layer).is_some() {
        return;
    }
    let before = ctx.data_mut(|data| data.remove_temp::<Option<Id>>(focus_before()));
    if let Some(focused) = before.flatten() {
        ctx.memory_mut(|memory| memory.request_focus(focused));
    }
}

pub(super) fn title_ui(ui: &mut Ui, title: &str) {
    ui.add(Label::new(RichText::new(title).font(theme::strong(15.0)).color(colors(ui).text_strong)).wrap());
}

pub(super) fn text_ui(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).color(colors(ui).text)).wrap());
}

/// The buttons at the foot, from the right edge inwards; whether the dialog is answered.
pub(super) fn buttons_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> bool) -> bool {
    ui.add_space(space::S);
    ui.allocate_ui_with_layout(
        eframe::egui::vec2(ui.available_width(), theme::CONTROL_HEIGHT),
        Layout::right_to_left(Align::Center),
        |ui| {
            let answered = contents(ui);
            let cancel = ui.button("Cancel");
            // Enter alone destroys nothing.
            if ui.memory(|memory| memory.focused().is_none()) {
                cancel.request_focus();
            }
            cancel.clicked() || answered
        },
    )
    .inner
}

fn delete_ui(ui: &mut Ui, name: &str, file: Option<&str>, running: u32, actions: &mut Vec<Action>) -> bool {
    title_ui(ui, &format!("Delete “{name}”?"));
    match file {
        Some(file) => {
            text_ui(
                ui,
                &format!("{file} is moved into the folder .previous/removed beside it, and can be moved back."),
            );
        }
        None => text_ui(ui, "It was never saved, so nothing of it is left."),
    }
    match running {
        0 => {}
        1 => text_ui(ui, "One job of it runs, and runs on."),
        running => text_ui(ui, &format!("{running} jobs of it run, and run on.")),
    }
    buttons_ui(ui, |ui| {
        let clicked = danger_button(ui, icons::TRASH, "Delete").clicked();
        if clicked {
            actions.push(Action::DeletePresetConfirmed);
        }
        clicked
    })
}

fn save_as_ui(ui: &mut Ui, name: &mut String, taken: &[String], actions: &mut Vec<Action>) -> bool {
    title_ui(ui, "Save as");
    let field =
        Field { label: "New name", hint: "A name for the copy", width: ui.available_width(), ..Field::default() };
    let response = text_field(ui, name, &field);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !entered && ui.memory(|memory| memory.focused().is_none()) {
        focus_and_select(&response, name);
    }
    let trimmed = name.trim();
    let is_taken = taken.iter().any(|other| other.eq_ignore_ascii_case(trimmed));
    if is_taken {
        sentence(ui, Severity::Error, &format!("There is a preset called “{trimmed}” already; choose another name."));
    }
    let is_usable = !trimmed.is_empty() && !is_taken;
    let chosen = trimmed.to_owned();
    buttons_ui(ui, |ui| {
        let pressed = ui
            .add_enabled_ui(is_usable, |ui| primary_button(ui, icons::FLOPPY_DISK_BACK, "Save", "Save under this name"))
            .inner
            .clicked();
        let answered = is_usable && (pressed || entered);
        if answered {
            actions.push(Action::SavePresetAsName(chosen));
        }
        answered
    })
}

fn ask_ui(ui: &mut Ui, (script, by): (&str, &str), how: Asking, actions: &mut Vec<Action>) -> bool {
    let by = if by.is_empty() { String::new() } else { format!(" by {by}") };
    match how {
        Asking::Parser => {
            title_ui(ui, "Run the script, to ask it?");
            text_ui(
                ui,
                &format!(
                    "{script} is run{by} up to where it parses its arguments. What it does before that, it does: its \
                     imports, and all that stands outside its functions. It gets no arguments and no input, and is \
                     ended after a minute at the latest."
                ),
            );
        }
        Asking::Help => {
            title_ui(ui, "Run the program with --help?");
            text_ui(
                ui,
                &format!(
                    "{script} is run{by} with --help and nothing else, and ended after ten seconds at the latest. A \
                     program that doesn't know --help does what it always does."
                ),
            );
        }
    }
    buttons_ui(ui, |ui| {
        let action = Action::AskConfirmed(how);
        let descriptor = action.descriptor();
        let clicked = primary_button(ui, descriptor.icon, descriptor.label, descriptor.tooltip).clicked();
        if clicked {
            actions.push(action);
        }
        clicked
    })
}

fn quit_ui(
    ui: &mut Ui,
    (stopped, kept, unsaved): (&[String], &[String], &[String]),
    actions: &mut Vec<Action>,
) -> bool {
    title_ui(ui, "Quit Sidestage?");
    match stopped {
        [] => {}
        [_] => text_ui(ui, &format!("{} runs, and is stopped first.", listed(stopped, MOST_LISTED))),
        _ => text_ui(ui, &format!("{} run, and are stopped first.", listed(stopped, MOST_LISTED))),
    }
    match kept {
        [] => {}
        [_] => text_ui(ui, &format!("{} is kept running; the next start finds it again.", listed(kept, MOST_LISTED))),
        _ => text_ui(ui, &format!("{} are kept running; the next start finds them again.", listed(kept, MOST_LISTED))),
    }
    match unsaved {
        [] => {}
        [_] => text_ui(ui, &format!("The preset {} isn't saved.", listed(unsaved, MOST_LISTED))),
        _ => text_ui(ui, &format!("The presets {} aren't saved.", listed(unsaved, MOST_LISTED))),
    }
    buttons_ui(ui, |ui| {
        let label = match (stopped, unsaved) {
            ([], _) => "Discard and quit",
            (_, []) => "Stop and quit",
            (_, _) => "Stop, discard and quit",
        };
        let mut answered = false;
        if danger_button(ui, "", label).clicked() {
            actions.push(Action::QuitConfirmed);
            answered = true;
        }
        if !unsaved.is_empty() {
            let action = Action::SaveAllAndQuit;
            let descriptor = action.descriptor();
            if primary_button(ui, descriptor.icon, descriptor.label, descriptor.tooltip).clicked() {
                actions.push(action);
                answered = true;
            }
        }
        answered
    })
}
