//! The questions that the panel asks, one at a time, over everything else.

use eframe::egui::{Align, Context, Frame, Id, Key, Label, Layout, Margin, Modal, RichText, Ui};

use super::action::Action;
use super::icons;
use super::theme::{self, colors, space};
use super::widgets::{Field, Severity, danger_button, primary_button, sentence, text_field};

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
    Quit {
        running: usize,
        /// Names of the presets that aren't saved.
        unsaved: Vec<String>,
    },
}

/// The open dialog, if any. Closes itself when it was answered.
pub fn dialogs_ui(ctx: &Context, open: &mut Option<Dialog>, actions: &mut Vec<Action>) {
    let Some(dialog) = open else { return };
    let colors = theme::colors_of(ctx.global_style().visuals.dark_mode);
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique("dialog")).frame(frame).backdrop_color(colors.ground.gamma_multiply(0.7));
    let shown = modal.show(ctx, |ui| {
        ui.set_width(420.0);
        match dialog {
            Dialog::DeletePreset { name, file, running } => delete_ui(ui, name, file.as_deref(), *running, actions),
            Dialog::SaveAs { name, taken } => save_as_ui(ui, name, taken, actions),
            Dialog::Quit { running, unsaved } => quit_ui(ui, *running, unsaved, actions),
        }
    });
    if shown.inner || shown.should_close() {
        *open = None;
    }
}

fn title_ui(ui: &mut Ui, title: &str) {
    ui.add(Label::new(RichText::new(title).font(theme::strong(15.0)).color(colors(ui).text_strong)).wrap());
}

fn text_ui(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).color(colors(ui).text)).wrap());
}

/// The buttons at the foot, from the right edge inwards; whether the dialog is answered.
fn buttons_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui) -> bool) -> bool {
    ui.add_space(space::S);
    ui.allocate_ui_with_layout(
        eframe::egui::vec2(ui.available_width(), theme::CONTROL_HEIGHT),
        Layout::right_to_left(Align::Center),
        |ui| {
            let answered = contents(ui);
            ui.button("Cancel").clicked() || answered
        },
    )
    .inner
}

fn delete_ui(ui: &mut Ui, name: &str, file: Option<&str>, running: u32, actions: &mut Vec<Action>) -> bool {
    title_ui(ui, &format!("Delete “{name}”?"));
    match file {
        Some(file) => {
            text_ui(ui, &format!("{file} is moved into the folder .previous beside it, and can be moved back."))
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
    let field = Field {
        label: "New name",
        hint: "A name for the copy",
        width: ui.available_width() - 16.0,
        ..Field::default()
    };
    let response = text_field(ui, name, &field);
    let entered = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !response.has_focus() && ui.memory(|memory| memory.focused().is_none()) {
        response.request_focus();
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

fn quit_ui(ui: &mut Ui, running: usize, unsaved: &[String], actions: &mut Vec<Action>) -> bool {
    title_ui(ui, "Quit Sidestage?");
    match running {
        0 => {}
        1 => text_ui(ui, "One job runs. It is stopped first."),
        running => text_ui(ui, &format!("{running} jobs run. They are stopped first.")),
    }
    match unsaved {
        [] => {}
        [name] => text_ui(ui, &format!("“{name}” isn't saved.")),
        names => {
            const MOST: usize = 6;
            let shown: Vec<_> = names.iter().take(MOST).map(|name| format!("“{name}”")).collect();
            let more = if names.len() > MOST { format!(" and {} more", names.len() - MOST) } else { String::new() };
            text_ui(ui, &format!("{}{more} aren't saved.", shown.join(", ")));
        }
    }
    buttons_ui(ui, |ui| {
        let label = match (running, unsaved) {
            (0, _) => "Discard and quit",
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
