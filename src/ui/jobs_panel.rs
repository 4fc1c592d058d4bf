//! The job list: what runs, what ran, and how it ended.

use std::fmt::Write;
use std::sync::Arc;

use eframe::egui::{
    Align, FontId, Id, Layout, Margin, Rect, RichText, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::action::{Action, JobId};
use super::cost_graph::{cost_text, cost_ui, memory_text};
use super::icons;
use super::job_progress::{paint_progress, progress_sentence, progress_text};
use super::job_state::{JobState, count_text, duration_text};
use super::theme::{self, colors, space};
use super::widgets::{action_icon, empty_state, icon_button, paint_line, paint_row, tinted_icon_button, tooltip_of};
use crate::engine::{Alerts, Cost, Phase, Progress};

/// What the list shows of one job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRow {
    pub id: JobId,
    pub name: Arc<str>,
    /// Counts the lives of this job, from 1.
    pub run: u32,
    pub state: JobState,
    pub pid: Option<u32>,
    pub elapsed_secs: u64,
    /// When it started, as it is shown, in the place of a run time that isn't kept up to date.
    pub since: Option<String>,
    /// How it ended, such as `exit 1`, or whom it waits for; empty where there is nothing to say.
    pub note: String,
    /// Target by target.
    pub echo: Vec<EchoRow>,
    /// What it costs, while somebody looks.
    pub cost: Option<Arc<Cost>>,
    /// How it says that it gets on.
    pub progress: Option<Progress>,
    pub console_open: bool,
    /// It runs on when Sidestage closes.
    pub is_kept: bool,
    /// Lines that its preset alerts of, and that nobody has looked at.
    pub alerts: Alerts,
}

/// What became of a job's echo at one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EchoRow {
    /// `host:port`.
    pub target: String,
    /// Datagrams.
    pub sent: u64,
    pub bytes: u64,
    /// Lines that were skipped, for more came than the pace allows.
    pub dropped: u64,
    /// Datagrams that could not be sent.
    pub failed: u64,
}

impl JobRow {
    /// All that is known of it, in a line.
    fn detail(&self) -> String {
        let kept = if self.is_kept { "  ·  kept" } else { "" };
        let alerts = match self.alerts.count {
            0 => String::new(),
            count => format!("  ·  {}", alerts_text(count)),
        };
        match self.pid {
            Some(pid) => format!("{}{alerts}{kept}  ·  pid {pid}", self.brief()),
            None => format!("{}{alerts}{kept}", self.brief()),
        }
    }

    /// The second line of its row, where there is no room for all.
    fn brief(&self) -> String {
        let mut parts = vec![self.state.word()];
        // A bar at work needs no word.
        if let Some(progress) = self.progress.filter(|progress| progress.phase != Phase::Working) {
            parts.push(progress_text(progress));
        }
        if !self.note.is_empty() {
            parts.push(self.note.clone());
        }
        let has_run = self.elapsed_secs > 0 || (self.state.is_alive() && !self.state.is_waiting());
        match &self.since {
            Some(since) => parts.push(format!("since {since}")),
            None if has_run => parts.push(duration_text(self.elapsed_secs)),
            None => {}
        }
        parts.join("  ·  ")
    }

    /// Name, and the run's number where there were several.
    #[must_use]
    pub fn title(&self) -> String {
        if self.run > 1 { format!("{}  #{}", self.name, self.run) } else { self.name.to_string() }
    }
}

/// `1 alert`, `2 alerts`.
#[must_use]
pub fn alerts_text(count: u64) -> String {
    format!("{} {}", count_text(count), if count == 1 { "alert" } else { "alerts" })
}

const ROW_HEIGHT: f32 = 50.0;
/// Of the mark of a job that is kept running, with the space before it.
const BADGE_WIDTH: f32 = 56.0;
const ROW_GAP: f32 = 2.0;

/// The whole list.
pub fn jobs_panel_ui(ui: &mut Ui, rows: &[JobRow], selected: Option<JobId>, actions: &mut Vec<Action>) {
    header_ui(ui, rows, actions);
    if rows.is_empty() {
        ui.add_space((ui.available_height() * 0.5 - 60.0).max(0.0));
        empty_state(
            ui,
            icons::LIST,
            "Nothing was launched yet",
            "Press Launch in the editor, or the arrow beside a preset.",
        );
        return;
    }
    eframe::egui::Frame::new().inner_margin(Margin { left: 8, right: 8, top: 0, bottom: 0 }).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = ROW_GAP;
        ScrollArea::vertical().id_salt("jobs").auto_shrink(false).show_rows(ui, ROW_HEIGHT, rows.len(), |ui, range| {
            show_new_selection(ui, rows, selected, range.start);
            for row in &rows[range] {
                ui.push_id(row.id, |ui| job_row_ui(ui, row, selected == Some(row.id), actions));
            }
        });
    });
}

/// Brings the selected job into view when it has just become the selected one: a launched job must be seen.
fn show_new_selection(ui: &Ui, rows: &[JobRow], selected: Option<JobId>, first_drawn: usize) {
    let id = Id::unique("job that was selected");
    let before = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or_default(id), selected));
    let Some(index) = rows.iter().position(|row| Some(row.id) == selected).filter(|_| before != selected) else {
        return;
    };
    let top = ui.max_rect().top() + steps(index) - steps(first_drawn);
    let rect = Rect::from_min_size(pos2(ui.max_rect().left(), top), vec2(1.0, ROW_HEIGHT));
    ui.scroll_to_rect(rect, None);
}

#[expect(clippy::cast_precision_loss, reason = "a number of jobs")]
fn steps(rows: usize) -> f32 {
    rows as f32 * (ROW_HEIGHT + ROW_GAP)
}

fn header_ui(ui: &mut Ui, rows: &[JobRow], actions: &mut Vec<Action>) {
    let colors = colors(ui);
    eframe::egui::Frame::new().inner_margin(Margin { left: 16, right: 8, top: 4, bottom: 2 }).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Jobs").font(theme::strong(theme::BODY_SIZE)).color(colors.text_strong));
            if !rows.is_empty() {
                let text = RichText::new(count_text(rows.len() as u64)).font(theme::small()).color(colors.text_weak);
                ui.label(text).on_hover_text("Jobs on this list");
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.add_enabled_ui(rows.iter().any(|row| !row.state.is_alive()), |ui| {
                    action_icon(ui, Action::RemoveEnded, "", actions);
                });
            });
        });
    });
    ui.add_space(2.0 - ui.spacing().item_spacing.y);
}

fn job_row_ui(ui: &mut Ui, row: &JobRow, is_selected: bool, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| {
        let label = format!("Job {}, {}", row.title(), row.detail());
        WidgetInfo::selected(eframe::egui::Role::Button, true, is_selected, label)
    });
    if response.clicked() {
        actions.push(Action::SelectJob(row.id));
    }
    paint_row(ui, &response, is_selected);
    let colors = colors(ui);
    let buttons = Rect::from_min_size(pos2(rect.right() - 90.0, rect.top() + 2.0), vec2(86.0, theme::CONTROL_HEIGHT));
    row.state.paint_icon(ui, pos2(rect.left() + 16.0, rect.top() + 15.0));
    let left = rect.left() + 32.0;
    let name_rect = Rect::from_min_max(pos2(left, rect.top() + 5.0), pos2(buttons.left(), rect.top() + 25.0));
    let name_rect = name_rect.with_max_x(paint_alerts(ui, name_rect, row.alerts.count));
    let badge_width = if row.is_kept { BADGE_WIDTH } else { 0.0 };
    let title_rect = name_rect.with_max_x(name_rect.right() - badge_width);
    let title = paint_line(ui, title_rect, &row.title(), theme::strong(theme::BODY_SIZE), colors.text_strong);
    if row.is_kept {
        let badge = Rect::from_min_max(pos2(title.right() + space::S, name_rect.top()), name_rect.max);
        let text = format!("{} kept", icons::PUSH_PIN_FILLED);
        paint_line(ui, badge, &text, theme::small(), colors.accent_text);
    }
    let detail_rect = Rect::from_min_max(pos2(left, rect.top() + 26.0), rect.max - vec2(10.0, 5.0));
    second_line_ui(ui, detail_rect, row);
    let mut buttons_ui = ui.new_child(UiBuilder::new().max_rect(buttons).layout(Layout::right_to_left(Align::Center)));
    row_buttons_ui(&mut buttons_ui, row, actions);
    if let Some(progress) = row.progress {
        progress_ui(ui, rect, &row.title(), progress);
    }
    response.on_hover_ui(|ui| tooltip_ui(ui, row));
}

/// The mark of alerts at the right end of a row's name; where that ends now.
fn paint_alerts(ui: &Ui, name: Rect, count: u64) -> f32 {
    if count == 0 {
        return name.right();
    }
    let colors = colors(ui);
    let text = format!("{} {}", icons::WARNING_FILLED, count_text(count));
    let galley = ui.painter().layout_no_wrap(text, theme::small(), colors.bad);
    let size = galley.size() + vec2(12.0, 2.0);
    let pill = Rect::from_center_size(pos2(name.right() - size.x / 2.0 - 4.0, name.center().y), size);
    ui.painter().rect_filled(pill, pill.height() / 2.0, colors.bad_tint);
    ui.painter().galley(pill.center() - galley.size() / 2.0, galley, colors.bad);
    pill.left() - space::S
}

/// A slim bar along a row's lower edge.
fn progress_ui(ui: &Ui, row_rect: Rect, title: &str, progress: Progress) {
    const HEIGHT: f32 = 2.0;
    let bar = Rect::from_min_max(pos2(row_rect.left() + 32.0, row_rect.bottom() - HEIGHT - 2.0), row_rect.max)
        .with_max_x(row_rect.right() - 10.0)
        .with_max_y(row_rect.bottom() - 2.0);
    let response = ui.interact(bar, ui.scope_id().with("progress"), Sense::hover());
    let label = format!("Progress of {title}: {}", progress_text(progress));
    response.widget_info(|| WidgetInfo::labeled(eframe::egui::Role::ProgressIndicator, true, &label));
    paint_progress(ui, bar, progress);
}

/// State, echo and cost.
fn second_line_ui(ui: &mut Ui, line: Rect, row: &JobRow) {
    let left = match row.pid {
        Some(_) => cost_ui(ui, line, wanted_width(ui, row), (row.id, &row.title()), row.cost.as_ref()),
        None => line,
    };
    let detail = if left == line { row.detail() } else { row.brief() };
    let color = if row.state.is_failure() { colors(ui).bad } else { colors(ui).text_weak };
    let painted = paint_line(ui, left, &detail, theme::small(), color);
    if !row.echo.is_empty() {
        let beside = Rect::from_min_max(pos2(painted.right() + ECHO_GAP, left.top()), left.max);
        paint_echo(ui, beside, &row.echo);
    }
}

/// Between a row's state and its echo.
const ECHO_GAP: f32 = 12.0;

/// How wide a row's second line is, its cost apart.
fn wanted_width(ui: &Ui, row: &JobRow) -> f32 {
    let width = |text: String| ui.painter().layout_no_wrap(text, theme::small(), colors(ui).text_weak).size().x;
    let echo_width = if row.echo.is_empty() { 0.0 } else { ECHO_GAP + width(echo_text(&row.echo)) };
    width(row.brief()) + echo_width
}

/// All targets together.
fn echo_text(echo: &[EchoRow]) -> String {
    let sum = |number: fn(&EchoRow) -> u64| echo.iter().map(number).sum::<u64>();
    let mut text = format!("{} {}", icons::BROADCAST, count_text(sum(|row| row.sent)));
    for (number, word) in [(sum(|row| row.dropped), "skipped"), (sum(|row| row.failed), "failed")] {
        if number > 0 {
            let _ = write!(text, "  ·  {} {word}", count_text(number));
        }
    }
    text
}

/// One target's, in words.
fn echo_sentence(echo: &EchoRow) -> String {
    let EchoRow { target, sent, bytes, dropped, failed } = echo;
    let (sent, failed) = (count_text(*sent), count_text(*failed));
    let skipped = match dropped {
        0 => String::new(),
        dropped => format!(", {} lines skipped for the pace", count_text(*dropped)),
    };
    format!("Echo to {target}: {sent} datagrams sent ({}){skipped}, {failed} failed.", memory_text(*bytes))
}

fn paint_echo(ui: &Ui, rect: Rect, echo: &[EchoRow]) {
    let colors = colors(ui);
    let color = if echo.iter().any(|row| row.failed > 0 || row.dropped > 0) { colors.warn } else { colors.text_weak };
    if rect.width() > 24.0 {
        paint_line(ui, rect, &echo_text(echo), theme::small(), color);
    }
}

/// What can be done with a job, from the right edge inwards. What ends it always stands in the same place, so that a
/// second press there is the impatient one.
fn row_actions(row: &JobRow) -> [Action; 2] {
    match row.state {
        JobState::Queued { .. } | JobState::Restarting { .. } => [Action::CancelWait(row.id), Action::StartNow(row.id)],
        JobState::Starting | JobState::Preparing | JobState::Running | JobState::Stalled => {
            [Action::StopJob(row.id), Action::LaunchAgain(row.id)]
        }
        JobState::Stopping { .. } => [Action::KillJob(row.id), Action::LaunchAgain(row.id)],
        JobState::Ended(_) => [Action::RemoveJob(row.id), Action::LaunchAgain(row.id)],
    }
}

/// From the right edge inwards.
fn row_buttons_ui(ui: &mut Ui, row: &JobRow, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    for action in row_actions(row) {
        let descriptor = action.descriptor();
        let color = if action == Action::KillJob(row.id) { colors(ui).bad } else { colors(ui).text_weak };
        let label = format!("{}: {}", descriptor.label, row.title());
        if tinted_icon_button(ui, (descriptor.icon, color), &label, &tooltip_of(ui, &action)).clicked() {
            actions.push(action);
        }
    }
    let action = if row.console_open { Action::HideConsole(row.id) } else { Action::ShowConsole(row.id) };
    let label = format!("{}: {}", action.descriptor().label, row.title());
    ui.scope(|ui| {
        let response = icon_button(ui, icons::TERMINAL_WINDOW, &label, &tooltip_of(ui, &action));
        if row.console_open {
            // A bar under the icon, so that it can be told without colour too.
            let rect = response.rect;
            let bar = Rect::from_center_size(pos2(rect.center().x, rect.bottom() - 3.0), vec2(14.0, 2.0));
            ui.painter().rect_filled(bar, 1.0, colors(ui).accent_text);
        }
        if response.clicked() {
            actions.push(action);
        }
    });
}

fn tooltip_ui(ui: &mut Ui, row: &JobRow) {
    let colors = colors(ui);
    ui.label(RichText::new(row.title()).font(theme::strong(theme::BODY_SIZE)).color(colors.text_strong));
    ui.label(row.detail());
    if row.is_kept {
        ui.label("It is kept running when Sidestage closes, and found again at the next start.");
    }
    if row.alerts.count > 0 {
        let text = format!("{}, the latest: {}", alerts_text(row.alerts.count), row.alerts.line);
        ui.label(RichText::new(text).color(colors.bad));
    }
    if let Some(progress) = row.progress {
        ui.label(progress_sentence(progress));
    }
    if let Some(text) = row.cost.as_deref().and_then(cost_text) {
        ui.add_space(space::XS);
        ui.label(text);
    }
    if !row.echo.is_empty() {
        ui.add_space(space::XS);
    }
    for echo in &row.echo {
        ui.label(RichText::new(echo_sentence(echo)).font(FontId::proportional(theme::BODY_SIZE)));
    }
}
