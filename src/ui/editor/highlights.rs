//! The rules by which lines of this preset's jobs stand out, and a line to try them on.

use eframe::egui::{Align, Label, Layout, Rect, RichText, Sense, Ui, pos2, vec2};

use super::problem_of_row_ui;
use crate::model::{Highlight, HighlightColor, Highlights, Preset, pattern};
use crate::ui::highlight_inks::inks;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, icon_button, section_title, segments, text_field, tick_box};

/// The line that rules are tried on, as long as the editor lives.
#[derive(Clone, Debug)]
pub(super) struct Sample(String);

impl Default for Sample {
    fn default() -> Self {
        Self("12:04:11 ERROR could not open clip.mov".to_owned())
    }
}

/// What is left of a row for colour, alert and removal, in points.
const CHOICES_WIDTH: f32 = 372.0;

pub(super) fn highlights_ui(ui: &mut Ui, preset: &mut Preset, sample: &mut Sample) {
    section_title(ui, "Lines that stand out");
    let help = "A line that matches a pattern is shown in its colour; the first rule that matches counts. With an alert \
                the job is marked, too, and the window asks for attention; jobs that run alert by what was saved.";
    ui.add(Label::new(RichText::new(help).color(colors(ui).text_weak)).wrap());
    let rules = &mut preset.highlights;
    let mut removed = None;
    for (index, rule) in rules.iter_mut().enumerate() {
        if rule_ui(ui, index, rule) {
            removed = Some(index);
        }
        if let Err(why) = pattern(&rule.pattern) {
            problem_of_row_ui(ui, &why);
        }
    }
    if let Some(index) = removed {
        rules.remove(index);
    }
    let text = RichText::new(format!("{}  Add a rule", icons::PLUS)).color(colors(ui).text_weak);
    let add = eframe::egui::Button::new(text).frame_when_inactive(false);
    if ui.add(add).accessible_name("Add a rule").clicked() {
        rules.push(Highlight::default());
    }
    if !rules.is_empty() {
        ui.add_space(space::S);
        sample_ui(ui, rules, sample);
    }
}

/// One row; whether its removal was asked for.
fn rule_ui(ui: &mut Ui, index: usize, rule: &mut Highlight) -> bool {
    let number = index + 1;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let field = Field {
            label: &format!("Rule {number}: pattern"),
            hint: "ERROR, or a regular expression such as (?i)error|failed",
            width: (ui.available_width() - CHOICES_WIDTH).max(120.0),
            is_code: true,
            is_wrong: pattern(&rule.pattern).is_err(),
            id: Some(ui.scope_id().with(("pattern", index))),
            ..Field::default()
        };
        text_field(ui, &mut rule.pattern, &field);
        swatch_ui(ui, rule.color);
        let choices = HighlightColor::ALL.map(|color| (color, color.word()));
        segments(ui, &format!("Rule {number}: colour"), &mut rule.color, &choices);
        tick_box(ui, &mut rule.alert, "Alert", &format!("Rule {number}: alert"));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            icon_button(ui, icons::X, &format!("Remove rule {number}"), "Remove this rule").clicked()
        })
        .inner
    })
    .inner
}

/// The colour itself, beside its names.
fn swatch_ui(ui: &mut Ui, color: HighlightColor) {
    let (rect, _) = ui.allocate_exact_size(vec2(12.0, theme::CONTROL_HEIGHT), Sense::hover());
    let square = Rect::from_center_size(rect.center(), vec2(10.0, 10.0));
    ui.painter().rect_filled(square, 2.0, inks(colors(ui), color).text);
}

/// A line to try the rules on, and how a console would show it.
fn sample_ui(ui: &mut Ui, rules: &[Highlight], Sample(text): &mut Sample) {
    section_title(ui, "Try a line");
    let field = Field {
        label: "Line to try the rules on",
        hint: "Paste a line of the job",
        width: ui.available_width(),
        is_code: true,
        ..Field::default()
    };
    text_field(ui, text, &field);
    let color = Highlights::new(rules).color_of(text);
    let alerts = rules.iter().any(|rule| {
        rule.alert && pattern(&rule.pattern).ok().flatten().is_some_and(|rule| rule.is_match(text.as_bytes()))
    });
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme::CONTROL_HEIGHT), Sense::hover());
    let theme = colors(ui);
    let inks = color.map(|color| inks(theme, color));
    ui.painter().rect_filled(rect, 0.0, inks.map_or(theme.ground, |inks| inks.ground));
    if let Some(inks) = inks {
        ui.painter().rect_filled(rect.with_max_x(rect.left() + 3.0), 0.0, inks.text);
    }
    let galley = ui.painter().layout_no_wrap(text.clone(), theme::mono(), inks.map_or(theme.text, |inks| inks.text));
    let at = pos2(rect.left() + 18.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().with_clip_rect(rect).galley(at, galley, theme.text);
    let words = match (color, alerts) {
        (Some(color), true) => format!("{}, and an alert", color.word()),
        (Some(color), false) => color.word().to_owned(),
        (None, _) => "No rule matches this line".to_owned(),
    };
    response
        .widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, format!("Shown: {words}")));
    ui.label(RichText::new(words).font(theme::small()).color(theme.text_weak));
}
