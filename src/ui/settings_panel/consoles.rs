//! The page of consoles: how large their text is, and how much memory they take.

use eframe::egui::{Align2, FontId, Frame, Label, RichText, Sense, Ui, vec2};

use super::general::step_ui;
use super::{help_ui, row_ui, section_ui, weak_ui};
use crate::store::settings::Settings;
use crate::ui::action::{Action, TextStep};
use crate::ui::theme::{self, CONTROL_HEIGHT, colors, space};
use crate::ui::widgets::{Field, action_button, number_field};

/// What stands in the number field while a person types.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    memory: String,
}

pub(super) fn consoles_ui(ui: &mut Ui, settings: &mut Settings, texts: &mut Texts, actions: &mut Vec<Action>) {
    let about = "Ctrl and the wheel over a console change it too, and Ctrl with + and − in one that has the keys.";
    let about = if cfg!(target_os = "macos") { about.replace("Ctrl", "Cmd") } else { about.to_owned() };
    section_ui(ui, "Text", &about, |ui| {
        row_ui(ui, "Size", |ui| {
            step_ui(ui, "−", Action::ConsoleText(TextStep::Smaller), actions);
            let rect = ui.allocate_exact_size(vec2(52.0, CONTROL_HEIGHT), Sense::hover()).0;
            let (text, font) = (size_text(settings.consoles.text_size), FontId::proportional(theme::BODY_SIZE));
            ui.painter().text(rect.center(), Align2::CENTER_CENTER, text, font, colors(ui).text);
            step_ui(ui, "+", Action::ConsoleText(TextStep::Larger), actions);
            if (settings.consoles.text_size - theme::MONO_SIZE).abs() > 0.001 {
                action_button(ui, Action::ConsoleText(TextStep::Usual), actions);
            }
        });
        let frame = Frame::new().fill(colors(ui).ground).inner_margin(space::S).corner_radius(theme::RADIUS);
        frame.show(ui, |ui| {
            ui.set_width(ui.available_width());
            let sample = RichText::new("12:04:11 epoch 24  loss 0.113  Привет").font(theme::console_font(ui));
            ui.add(Label::new(sample.color(colors(ui).text)).truncate());
        });
    });
    let about = "A console keeps the latest 100,000 lines of its job, or 32 MB. When all together would take more than \
                 this, the oldest lines go, those of ended jobs first; a console says how many it has dropped. Logs keep \
                 everything.";
    section_ui(ui, "Memory", about, |ui| {
        row_ui(ui, "All consoles", |ui| {
            weak_ui(ui, "keep");
            let field = Field { label: "Megabytes of all consoles", width: 72.0, ..Field::default() };
            number_field(ui, &mut texts.memory, &mut settings.consoles.memory_mib, &field);
            weak_ui(ui, "MB at most");
        });
        let kept = settings.consoles.clamped();
        if kept.memory_mib != settings.consoles.memory_mib {
            help_ui(ui, &format!("It counts as {} MB.", kept.memory_mib));
        }
    });
}

fn size_text(points: f32) -> String {
    format!("{points:.1} pt")
}
