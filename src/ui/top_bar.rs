//! The bar at the top: how things stand at a glance, and what concerns the whole window.

use eframe::egui::{Align, Layout, MenuBar, RichText, Ui};

use jiff::Timestamp;

use super::action::{Action, JobId, ThemeChoice};
use super::icons;
use super::job_state::{EndKind, JobState, count_text};
use super::jobs_panel::alerts_text;
use super::local_time::local;
use super::theme::{self, colors, space};
use super::widgets::{action_button, decoration, icon_button, tooltip_of};
use crate::model::due_words;

/// What the bar shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopBarData {
    pub running: usize,
    /// Jobs that wait for their turn or their next attempt.
    pub waiting: usize,
    /// Of those that run, how many gave no sign of life for too long.
    pub stalled: usize,
    /// Jobs on the list that failed or could not start.
    pub failed: usize,
    /// Lines that presets alert of, and that nobody has looked at, and the job that they are of.
    pub alerts: Option<(u64, JobId)>,
    /// How many things presets need and this machine lacks.
    pub missing: usize,
    pub theme: ThemeChoice,
    /// None where no preset is launched by itself.
    pub scheduled: Option<Scheduled>,
}

/// How the schedules of all presets stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheduled {
    Paused,
    /// The next moment at which one is due.
    Next(Timestamp),
    /// None has a time; they wait for files.
    OnChange,
}

/// The whole bar.
pub fn top_bar_ui(ui: &mut Ui, data: TopBarData, actions: &mut Vec<Action>) {
    let colors = colors(ui);
    MenuBar::new().style(eframe::egui::style::StyleModifier::default()).ui(ui, |ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        decoration(ui, icons::STACK, 18.0, colors.accent_text);
        ui.label(RichText::new("Sidestage").font(theme::strong(14.0)).color(colors.text_strong));
        ui.add_space(space::M);
        standing_ui(ui, data);
        alerts_ui(ui, data, actions);
        missing_ui(ui, data, actions);
        scheduled_ui(ui, data, actions);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            menu_ui(ui, data, actions);
            palette_button_ui(ui, actions);
            if data.running + data.waiting > 0 {
                action_button(ui, Action::StopAll, actions);
            }
        });
    });
}

fn standing_ui(ui: &mut Ui, data: TopBarData) {
    ui.spacing_mut().item_spacing.x = 6.0;
    let mut count_ui = |state: JobState, count: usize, word: &str| {
        let size = if state == JobState::Running { 10.0 } else { 14.0 };
        decoration(ui, state.icon(), size, state.color(ui));
        ui.label(RichText::new(format!("{} {word}", count_text(count as u64))).color(colors(ui).text));
        ui.add_space(space::S);
    };
    if data.running > 0 {
        count_ui(JobState::Running, data.running, "running");
    }
    if data.waiting > 0 {
        count_ui(JobState::Queued { due: None }, data.waiting, "waiting");
    }
    if data.stalled > 0 {
        count_ui(JobState::Stalled, data.stalled, "without a sign of life");
    }
    if data.failed > 0 {
        count_ui(JobState::Ended(EndKind::Failed), data.failed, "failed");
    }
    if data.running + data.waiting + data.failed == 0 {
        ui.label(RichText::new("Nothing is running").color(colors(ui).text_weak));
    }
}

/// A press shows the console of the job that they are of.
fn alerts_ui(ui: &mut Ui, data: TopBarData, actions: &mut Vec<Action>) {
    let Some((count, job)) = data.alerts else { return };
    let words = alerts_text(count);
    let text = RichText::new(format!("{}  {words}", icons::WARNING_FILLED)).color(colors(ui).bad);
    let button = eframe::egui::Button::new(text).fill(colors(ui).bad_tint);
    let response = ui.add(button).accessible_name(format!("{words}: show the job"));
    if response.on_hover_text("Lines that a preset alerts of. A press shows the job that wrote them.").clicked() {
        actions.push(Action::SelectJob(job));
        actions.push(Action::ShowConsole(job));
    }
}

/// Quiet: nothing has failed, and it may be meant for another machine.
fn missing_ui(ui: &mut Ui, data: TopBarData, actions: &mut Vec<Action>) {
    if data.missing == 0 {
        return;
    }
    let colors = colors(ui);
    let words = format!("{} missing here", data.missing);
    let icon = RichText::new(icons::WARNING).size(14.0).color(colors.warn);
    let button = eframe::egui::Button::new((icon, RichText::new(&words).color(colors.text_weak)));
    let response = ui.add(button.frame_when_inactive(false)).accessible_name(format!("{words}: show the list"));
    let tooltip = "What presets need and this machine lacks, with a way out for each.";
    if response.on_hover_text(tooltip).clicked() {
        actions.push(Action::ShowMissing);
    }
}

/// When something is launched by itself, and the one switch for all of that.
fn scheduled_ui(ui: &mut Ui, data: TopBarData, actions: &mut Vec<Action>) {
    let Some(scheduled) = data.scheduled else { return };
    let (words, color) = match scheduled {
        Scheduled::Paused => ("Schedules are paused".to_owned(), colors(ui).warn),
        Scheduled::Next(at) => {
            (format!("Next launch {}", due_words(local(at), local(Timestamp::now()))), colors(ui).text_weak)
        }
        Scheduled::OnChange => ("Launches when a file changes".to_owned(), colors(ui).text_weak),
    };
    let action = Action::PauseSchedules(scheduled != Scheduled::Paused);
    let icon = if scheduled == Scheduled::Paused { icons::PLAY } else { icons::PAUSE };
    let icon = RichText::new(icon).size(13.0).color(color);
    let button = eframe::egui::Button::new((icon, RichText::new(&words).color(color)));
    let button = button.frame_when_inactive(scheduled == Scheduled::Paused);
    let label = format!("{words}: {}", action.descriptor().label);
    let tooltip = format!("{}. {}.", action.descriptor().label, action.descriptor().tooltip);
    if ui.add(button).accessible_name(label).on_hover_text(tooltip).clicked() {
        actions.push(action);
    }
}

fn palette_button_ui(ui: &mut Ui, actions: &mut Vec<Action>) {
    let action = Action::TogglePalette;
    let keys = action.descriptor().shortcut_text(ui.ctx()).unwrap_or_default();
    let colors = colors(ui);
    let icon = RichText::new(icons::MAGNIFYING_GLASS).size(14.0).color(colors.text_weak);
    let text = RichText::new("Search and run").color(colors.text_weak);
    let keys = RichText::new(keys).font(theme::small()).color(colors.text_faint);
    let button = eframe::egui::Button::new((icon, text)).right_text(keys).min_size(eframe::egui::vec2(210.0, 0.0));
    let tooltip = tooltip_of(ui, &action);
    let response = ui.add(button).accessible_name(action.descriptor().label).on_hover_text(tooltip);
    if response.clicked() {
        actions.push(action);
    }
}

fn menu_ui(ui: &mut Ui, data: TopBarData, actions: &mut Vec<Action>) {
    let button = icon_button(ui, icons::GEAR, "Settings", "Theme, zoom and more");
    eframe::egui::Popup::menu(&button).show(|ui| {
        ui.set_width(230.0);
        for choice in [ThemeChoice::System, ThemeChoice::Dark, ThemeChoice::Light] {
            item_ui(ui, Action::SetTheme(choice), data.theme == choice, actions);
        }
        ui.separator();
        for action in [Action::ZoomIn, Action::ZoomOut, Action::ZoomReset] {
            item_ui(ui, action, false, actions);
        }
        ui.separator();
        item_ui(ui, Action::ToggleSettings, false, actions);
        item_ui(ui, Action::OpenMonitor, false, actions);
        item_ui(ui, Action::OpenPresetsFolder, false, actions);
        item_ui(ui, Action::Quit, false, actions);
    });
}

fn item_ui(ui: &mut Ui, action: Action, is_chosen: bool, actions: &mut Vec<Action>) {
    let descriptor = action.descriptor();
    let icon = RichText::new(descriptor.icon).color(colors(ui).text_weak);
    let mut button =
        eframe::egui::Button::new((icon, descriptor.label)).selected(is_chosen).frame_when_inactive(is_chosen);
    if let Some(keys) = descriptor.shortcut_text(ui.ctx()) {
        button = button.right_text(RichText::new(keys).font(theme::small()).color(colors(ui).text_faint));
    }
    let width = ui.available_width();
    let response = ui.add(button.min_size(eframe::egui::vec2(width, 0.0))).accessible_name(descriptor.label);
    if response.clicked() {
        actions.push(action);
        ui.close();
    }
}
