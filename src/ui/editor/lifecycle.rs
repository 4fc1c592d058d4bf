//! How a job of this preset lives: when it is launched, how it is stopped, when it runs again, and what counts as
//! hanging and as ready. What means nothing with the present choice isn't shown.

use eframe::egui::{Align, Label, Layout, Response, RichText, Ui, vec2};

use super::lifecycle_words::{hang_words, priority_words, ready_words, restart_words};
use super::{EditorData, problems_ui};
use crate::model::{Hang, Lifecycle, OnHang, Place, Preset, Priority, Ready, RestartWhen, StopSignal};
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, number_field, section_title, segments, text_field, tick_box};

/// What stands in the number fields while a person types.
#[derive(Clone, Debug, Default)]
pub struct Texts {
    stop: String,
    delay: String,
    max_delay: String,
    reset: String,
    attempts: String,
    hang: String,
    /// The number of `hang` has the text cursor: emptied, it is on its way to another one.
    types_hang: bool,
    ready: String,
}

/// From this width on, in points, two columns spare the scrolling.
const TWO_COLUMNS: f32 = 820.0;
/// In points.
const NUMBER_WIDTH: f32 = 52.0;
/// What watching for signs of life begins with, in seconds.
const USUAL_SILENCE_SECS: u32 = 60;

pub(super) fn lifecycle_ui(ui: &mut Ui, preset: &mut Preset, data: &EditorData<'_>, texts: &mut Texts) {
    if ui.available_width() < TWO_COLUMNS {
        first_column_ui(ui, preset, texts);
        ui.add_space(space::M);
        second_column_ui(ui, &mut preset.lifecycle, data, texts);
        return;
    }
    ui.spacing_mut().item_spacing.x = space::XL;
    ui.columns_const(|[left, right]| {
        // Columns justify what they hold, which pulls the words of a sentence apart.
        column_ui(left, |ui| first_column_ui(ui, preset, texts));
        column_ui(right, |ui| second_column_ui(ui, &mut preset.lifecycle, data, texts));
    });
}

fn column_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    ui.with_layout(Layout::top_down(Align::Min), |ui| {
        ui.spacing_mut().item_spacing = vec2(space::S, 6.0);
        contents(ui);
    });
}

fn first_column_ui(ui: &mut Ui, preset: &mut Preset, texts: &mut Texts) {
    let lifecycle = &mut preset.lifecycle;
    section_ui(ui, "Launch", |ui| {
        tick(ui, &mut lifecycle.launch_at_open, "Launch when the panel opens", "");
        tick(ui, &mut lifecycle.only_one, "Only one at a time", "A second one is refused while one runs.");
        let help = "The next start finds it again.";
        tick(ui, &mut lifecycle.keep_running, "Keep running when Sidestage closes", help);
        row_ui(ui, "Priority", |ui| {
            let choices = [(Priority::BelowNormal, "Below normal"), (Priority::Normal, "Normal")];
            segments(ui, "Priority", &mut lifecycle.priority, &choices);
        });
        help_ui(ui, priority_words(lifecycle.priority));
    });
    section_ui(ui, "Input and output", |ui| {
        let help = "For programs that hold their lines back.";
        tick(ui, &mut lifecycle.in_terminal, "Run in a terminal", help);
        if lifecycle.in_terminal {
            help_ui(ui, "A terminal doesn't tell errors from other output.");
        }
        tick(ui, &mut lifecycle.takes_input, "Takes input", "Its console gets a field whose lines it reads.");
        tick(ui, &mut lifecycle.log, "Keep a log", "All that it writes goes to disk too.");
    });
    section_ui(ui, "Stop", |ui| {
        row_ui(ui, "Ask with", |ui| {
            let choices = [(StopSignal::Terminate, "SIGTERM"), (StopSignal::Interrupt, "SIGINT, as Ctrl-C")];
            segments(ui, "Ask with", &mut lifecycle.stop_signal, &choices);
        });
        help_ui(ui, "Windows has no signals: there it is CTRL_BREAK, and closing its windows.");
        row_ui(ui, "Kill after", |ui| {
            let label = "Seconds between asking a job to stop and killing it";
            secs_field(ui, &mut texts.stop, &mut preset.stop_secs, label);
            ui.label(RichText::new("if it still lives").color(colors(ui).text_weak));
        });
    });
}

fn second_column_ui(ui: &mut Ui, lifecycle: &mut Lifecycle, data: &EditorData<'_>, texts: &mut Texts) {
    section_ui(ui, "Run again", |ui| restart_ui(ui, lifecycle, texts));
    section_ui(ui, "Signs of life", |ui| hang_ui(ui, lifecycle, data, texts));
    section_ui(ui, "Ready", |ui| ready_ui(ui, &mut lifecycle.ready, data, &mut texts.ready));
}

fn restart_ui(ui: &mut Ui, lifecycle: &mut Lifecycle, texts: &mut Texts) {
    let restart = &mut lifecycle.restart;
    row_ui(ui, "When", |ui| {
        let choices = [
            (RestartWhen::Never, "Never"),
            (RestartWhen::OnFailure, "After a failure"),
            (RestartWhen::Always, "Always"),
        ];
        segments(ui, "Run again", &mut restart.when, &choices);
    });
    let hang_restarts = lifecycle.hang.secs > 0 && lifecycle.hang.then == OnHang::Restart;
    if restart.when != RestartWhen::Never || hang_restarts {
        row_ui(ui, "First delay", |ui| {
            secs_field(ui, &mut texts.delay, &mut restart.delay_secs, "Seconds before the first attempt");
            weak(ui, "doubled up to");
            secs_field(ui, &mut texts.max_delay, &mut restart.max_delay_secs, "Longest delay in seconds");
        });
        row_ui(ui, "A good run", |ui| {
            weak(ui, "lasts");
            let label = "Seconds after which a run was a good one";
            secs_field(ui, &mut texts.reset, &mut restart.reset_secs, label);
        });
        row_ui(ui, "At most", |ui| {
            let field = number("Attempts in a row; 0 for no end");
            number_field(ui, &mut texts.attempts, &mut restart.max_attempts, &field);
            weak(ui, "times in a row; 0 is no limit");
        });
    }
    help_ui(ui, &restart_words(restart));
    if restart.when != RestartWhen::Never {
        help_ui(ui, "Each delay is up to a quarter longer or shorter by chance. A stop that you order always wins.");
    }
}

fn hang_ui(ui: &mut Ui, lifecycle: &mut Lifecycle, data: &EditorData<'_>, texts: &mut Texts) {
    let mut watches = lifecycle.hang.secs > 0 || texts.types_hang;
    let was_watching = watches;
    tick(ui, &mut watches, "Watch for signs of life", "");
    let Hang { secs, line, then } = &mut lifecycle.hang;
    if watches != was_watching {
        *secs = if watches { USUAL_SILENCE_SECS } else { 0 };
    }
    if watches {
        row_ui(ui, "Hangs after", |ui| {
            let field = secs_field(ui, &mut texts.hang, secs, "Seconds without a sign of life");
            texts.types_hang = field.has_focus();
            weak(ui, "without one");
        });
    }
    if watches || data.is_wrong(Place::HangLine) {
        let hint = "Any output; or a regular expression for the lines that count";
        pattern_ui(ui, ("A sign is", "Lines that are a sign of life", hint), line, data, Place::HangLine);
    }
    if watches {
        row_ui(ui, "Then", |ui| {
            let choices = [(OnHang::Warn, "Warn"), (OnHang::Restart, "Stop, and start again")];
            segments(ui, "When it hangs", then, &choices);
        });
    }
    help_ui(ui, &hang_words(lifecycle));
}

fn ready_ui(ui: &mut Ui, ready: &mut Ready, data: &EditorData<'_>, text: &mut String) {
    let hint = "None; or a regular expression for the line that says so";
    let names = ("By a line", "Line that says it is ready", hint);
    pattern_ui(ui, names, &mut ready.line, data, Place::ReadyLine);
    row_ui(ui, "By time", |ui| {
        let label = "Seconds after which it is ready in any case; 0 for never";
        secs_field(ui, text, &mut ready.secs, label);
        weak(ui, "after its start; 0 is never");
    });
    let words = ready_words(ready);
    help_ui(ui, &format!("{words} What comes after it in its group may wait for that."));
}

/// A quiet block under its title.
fn section_ui(ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) {
    section_title(ui, title);
    contents(ui);
    ui.add_space(space::S);
}

/// In points; narrower than a form's, for there are two columns.
const LABEL_WIDTH: f32 = 84.0;

fn row_ui(ui: &mut Ui, label: &str, contents: impl FnOnce(&mut Ui)) {
    super::labelled_row(ui, label, LABEL_WIDTH, contents);
}

fn tick(ui: &mut Ui, is_on: &mut bool, label: &str, help: &str) {
    ui.horizontal(|ui| {
        tick_box(ui, is_on, label, label);
        ui.add(Label::new(RichText::new(help).font(theme::small()).color(colors(ui).text_weak)).truncate());
    });
}

fn weak(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(colors(ui).text_weak));
}

fn help_ui(ui: &mut Ui, text: &str) {
    ui.add(Label::new(RichText::new(text).font(theme::small()).color(colors(ui).text_weak)).wrap());
}

fn number(label: &str) -> Field<'_> {
    Field { label, width: NUMBER_WIDTH, ..Field::default() }
}

fn secs_field(ui: &mut Ui, text: &mut String, secs: &mut u32, label: &str) -> Response {
    let response = number_field(ui, text, secs, &number(label));
    weak(ui, "s");
    response
}

/// A field for a regular expression: what stands before it, its name, and what it shows while empty.
fn pattern_ui(
    ui: &mut Ui,
    (before, label, hint): (&str, &str, &str),
    pattern: &mut String,
    data: &EditorData<'_>,
    place: Place,
) {
    row_ui(ui, before, |ui| {
        let (width, is_wrong) = (ui.available_width(), data.is_wrong(place));
        let field = Field { label, hint, width, is_code: true, is_wrong, ..Field::default() };
        text_field(ui, pattern, &field);
    });
    problems_ui(ui, data, place, LABEL_WIDTH + space::S);
}
