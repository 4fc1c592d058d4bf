//! The line under a console: what is typed there is sent to the job. Remembers what was sent, as shells do.

use eframe::egui::{Align, Key, Layout, Modifiers, Rect, RichText, Ui, UiBuilder, vec2};

use super::action::{Action, JobId};
use super::icons;
use super::theme::{colors, space};
use super::widgets::{Field, icon_button, text_field};

/// In points.
pub(super) const INPUT_HEIGHT: f32 = 36.0;

/// More lines than this are not remembered.
const MOST_REMEMBERED: usize = 200;

/// What is being typed, and what was sent.
#[derive(Clone, Debug, Default)]
pub(super) struct InputLine {
    text: String,
    sent: Vec<String>,
    /// Which of those stands in the field, counted back from the latest; none while something new does.
    back: Option<usize>,
    /// What was being typed before that.
    unsent: String,
}

impl InputLine {
    /// The line goes out; what stands in the field is new again.
    fn send(&mut self) -> String {
        let line = std::mem::take(&mut self.text);
        if !line.is_empty() && self.sent.last() != Some(&line) {
            self.sent.push(line.clone());
            if self.sent.len() > MOST_REMEMBERED {
                self.sent.remove(0);
            }
        }
        self.back = None;
        self.unsent.clear();
        line
    }

    fn older(&mut self) {
        let back = self.back.map_or(0, |back| back + 1);
        let Some(line) = self.sent.iter().rev().nth(back) else { return };
        if self.back.is_none() {
            self.unsent = std::mem::take(&mut self.text);
        }
        self.text.clone_from(line);
        self.back = Some(back);
    }

    fn newer(&mut self) {
        let Some(back) = self.back else { return };
        self.back = back.checked_sub(1);
        self.text = match self.back {
            Some(back) => self.sent.iter().rev().nth(back).cloned().unwrap_or_default(),
            None => std::mem::take(&mut self.unsent),
        };
    }
}

/// The field and its buttons, filling `rect`.
pub(super) fn input_ui(
    ui: &mut Ui,
    rect: Rect,
    (job, title): (JobId, &str),
    input: &mut InputLine,
    actions: &mut Vec<Action>,
) {
    let line_color = colors(ui).line;
    ui.painter().rect_filled(rect, 0.0, colors(ui).raised);
    ui.painter().hline(rect.x_range(), rect.top(), (1.0, line_color));
    let inner = rect.shrink2(vec2(6.0, 4.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
    row.spacing_mut().item_spacing.x = space::XS;
    let end = row
        .button(RichText::new("End input").small())
        .accessible_name(format!("{}: {title}", Action::EndInput(job).descriptor().label))
        .on_hover_text(Action::EndInput(job).descriptor().tooltip);
    if end.clicked() {
        actions.push(Action::EndInput(job));
    }
    let send = icon_button(&mut row, icons::ARROW_ELBOW_DOWN_LEFT, &format!("Send line: {title}"), "Send  (Enter)");
    let id = row.make_persistent_id(("input", job));
    if row.memory(|memory| memory.has_focus(id)) {
        let pressed = |key| move |input: &mut eframe::egui::InputState| input.consume_key(Modifiers::NONE, key);
        if row.input_mut(pressed(Key::ArrowUp)) {
            input.older();
        }
        if row.input_mut(pressed(Key::ArrowDown)) {
            input.newer();
        }
    }
    let label = format!("Input of {title}");
    let hint = "Type a line for the job";
    let width = row.available_width();
    let field = Field { label: &label, hint, width, is_code: true, id: Some(id), ..Field::default() };
    let response = text_field(&mut row, &mut input.text, &field);
    let is_entered = response.lost_focus() && row.input(|input| input.key_pressed(Key::Enter));
    if is_entered || send.clicked() {
        actions.push(Action::SendLine(job, input.send()));
        response.request_focus();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sent_comes_back_and_what_was_being_typed_too() {
        let mut input = InputLine::default();
        for line in ["one", "two", "two", ""] {
            input.text = line.to_owned();
            assert_eq!(input.send(), line);
        }
        input.text = "thr".to_owned();
        for expected in ["two", "one", "one"] {
            input.older();
            assert_eq!(input.text, expected);
        }
        for expected in ["two", "thr", "thr"] {
            input.newer();
            assert_eq!(input.text, expected);
        }
    }
}
