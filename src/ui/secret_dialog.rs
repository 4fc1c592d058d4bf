//! The question for a secret's value: it is typed unseen, and goes to this machine's keyring.

use eframe::egui::{Key, RichText, TextEdit, Ui, vec2};

use super::action::Action;
use super::dialogs::{buttons_ui, text_ui, title_ui};
use super::icons;
use super::secret_states::Typed;
use super::theme::colors;
use super::widgets::{Severity, danger_button, primary_button, sentence};
use crate::model::LEAST_MASKED_BYTES;

/// The question; whether it was answered.
pub(super) fn secret_dialog_ui(
    ui: &mut Ui,
    name: &str,
    (value, is_stored): (&mut Typed, bool),
    actions: &mut Vec<Action>,
) -> bool {
    title_ui(ui, &format!("Set the secret “{name}”"));
    text_ui(ui, "This machine's keyring keeps it for all presets that name it. It stands in no file of Sidestage.");
    let hint = RichText::new(if is_stored { "A new value" } else { "The value" }).color(colors(ui).text_faint);
    let field = ui
        .scope(|ui| {
            ui.visuals_mut().widgets.inactive.bg_stroke.color = colors(ui).line_strong;
            let edit = TextEdit::singleline(value.text_mut()).password(true).hint_text(hint).margin(vec2(8.0, 5.0));
            ui.add(edit.desired_width(ui.available_width()))
        })
        .inner
        .accessible_name("Secret value");
    let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
    if !entered && ui.memory(|memory| memory.focused().is_none()) {
        field.request_focus();
    }
    if !value.is_empty() && value.len() < LEAST_MASKED_BYTES {
        let what = "This is too short to be masked in what a job prints.";
        sentence(ui, Severity::Warning, what);
    }
    let answered = buttons_ui(ui, |ui| {
        let store = ui.add_enabled_ui(!value.is_empty(), |ui| {
            primary_button(ui, icons::FLOPPY_DISK, "Store", "Keep it in this machine's keyring")
        });
        let is_given = !value.is_empty() && (store.inner.clicked() || entered);
        if is_given {
            actions.push(Action::StoreSecret(name.to_owned(), std::mem::take(value)));
        }
        let is_removed = is_stored && danger_button(ui, icons::TRASH, "Remove from this machine").clicked();
        if is_removed {
            actions.push(Action::RemoveSecret(name.to_owned()));
        }
        is_given || is_removed
    });
    if answered {
        // What was typed is not kept to be undone.
        ui.data_mut(|data| data.remove::<eframe::egui::text_edit::TextEditState>(field.id));
    }
    answered
}
