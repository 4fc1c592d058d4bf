//! The question which jobs are to be shown together.

use eframe::egui::{RichText, ScrollArea, Ui};

use super::action::{Action, JobId};
use super::dialogs::{TogetherChoice, buttons_ui, text_ui, title_ui};
use super::icons;
use super::theme::colors;
use super::widgets::{primary_button, tick_box};

/// The question; whether it was answered.
pub(super) fn together_ui(
    ui: &mut Ui,
    view: Option<JobId>,
    choices: &mut [TogetherChoice],
    actions: &mut Vec<Action>,
) -> bool {
    title_ui(ui, "Show jobs together");
    text_ui(ui, "Their lines appear in one console, in the order in which they come, each with its job's name.");
    if choices.is_empty() {
        ui.label(RichText::new("Nothing was launched yet.").color(colors(ui).text_weak));
    }
    if choices.len() > 1 {
        let mut is_all = choices.iter().all(|choice| choice.is_on);
        if tick_box(ui, &mut is_all, "All", "All jobs").changed() {
            for choice in choices.iter_mut() {
                choice.is_on = is_all;
            }
        }
    }
    ScrollArea::vertical().id_salt("jobs to show").max_height(300.0).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        for choice in choices.iter_mut() {
            let label = format!("Show {}", choice.name);
            tick_box(ui, &mut choice.is_on, choice.name.as_str(), &label);
        }
    });
    let jobs: Vec<JobId> = choices.iter().filter(|choice| choice.is_on).map(|choice| choice.job).collect();
    buttons_ui(ui, |ui| {
        ui.add_enabled_ui(!jobs.is_empty(), |ui| {
            let clicked = primary_button(ui, icons::ARROWS_MERGE, "Show together", "Show their lines in one console");
            clicked.clicked().then(|| actions.push(Action::ShowTogether(view, jobs))).is_some()
        })
        .inner
    })
}
