//! The runs of a preset: when each began, how long it lasted, how it ended, and its log.

use std::path::PathBuf;

use eframe::egui::{Align2, FontId, Rect, RichText, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::EditorData;
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::job_state::JobState;
use crate::ui::theme::{self, CONTROL_HEIGHT, colors, space};
use crate::ui::widgets::{Severity, action_button, action_icon, empty_state, paint_line, sentence};

/// A run of the past, or of now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunRow {
    pub when: String,
    /// Empty where it isn't known.
    pub lasted: String,
    /// In words.
    pub how: String,
    /// None where Sidestage ended before it could see the run's end.
    pub state: Option<JobState>,
    pub log: Option<PathBuf>,
}

/// Where the columns begin, in points.
const WHEN_LEFT: f32 = 28.0;
const LASTED_LEFT: f32 = 176.0;
const HOW_LEFT: f32 = 260.0;

pub(super) fn runs_ui(ui: &mut Ui, is_logged: bool, data: &EditorData<'_>, actions: &mut Vec<Action>) {
    let rows = data.runs.unwrap_or_default();
    if !is_logged {
        let text = "This preset keeps no log, so its runs are not written down. That is chosen under Lifecycle.";
        sentence(ui, Severity::Info, text);
        ui.add_space(space::S);
    }
    if data.runs.is_none() {
        ui.label(RichText::new("Reading…").color(colors(ui).text_weak));
    } else if rows.is_empty() {
        ui.add_space(space::L);
        empty_state(ui, icons::CLOCK_COUNTER_CLOCKWISE, "No runs yet", "Each run of this preset will be listed here.");
    }
    if rows.is_empty() {
        return;
    }
    ui.horizontal(|ui| {
        if let Some(folder) = data.log_folder {
            action_button(ui, Action::OpenLogFolder(folder.to_owned()), actions);
        }
        ui.label(RichText::new("The latest first").font(theme::small()).color(colors(ui).text_weak));
    });
    ui.spacing_mut().item_spacing.y = 0.0;
    for (index, row) in rows.iter().enumerate() {
        ui.push_id(index, |ui| row_ui(ui, row, actions));
    }
}

fn row_ui(ui: &mut Ui, row: &RunRow, actions: &mut Vec<Action>) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), CONTROL_HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, label(row)));
    if !ui.is_rect_visible(rect) {
        return;
    }
    let colors = colors(ui);
    ui.painter().hline(rect.x_range(), rect.bottom(), (1.0, colors.line));
    let icon_at = pos2(rect.left() + 10.0, rect.center().y);
    if let Some(state) = row.state {
        state.paint_icon(ui, icon_at);
    } else {
        let font = FontId::proportional(15.0);
        ui.painter().text(icon_at, Align2::CENTER_CENTER, icons::PROHIBIT, font, colors.text_weak);
    }
    let column = |left: f32, right: f32| {
        Rect::from_min_max(pos2(rect.left() + left, rect.top()), pos2(rect.left() + right - space::S, rect.bottom()))
    };
    let font = FontId::proportional(theme::BODY_SIZE);
    paint_line(ui, column(WHEN_LEFT, LASTED_LEFT), &row.when, font.clone(), colors.text);
    paint_line(ui, column(LASTED_LEFT, HOW_LEFT), &row.lasted, font.clone(), colors.text_weak);
    let is_failure = row.state.is_some_and(JobState::is_failure);
    let how = column(HOW_LEFT, rect.width() - CONTROL_HEIGHT);
    paint_line(ui, how, &words(row), font, if is_failure { colors.bad } else { colors.text });
    if let Some(log) = &row.log {
        let at = pos2(rect.right() - CONTROL_HEIGHT, rect.top());
        let button = Rect::from_min_size(at, vec2(CONTROL_HEIGHT, CONTROL_HEIGHT));
        let mut button_ui = ui.new_child(UiBuilder::new().max_rect(button));
        action_icon(&mut button_ui, Action::OpenLog(log.clone()), &row.when, actions);
    }
}

/// `failed  ·  exit 3`, as the job list says it.
fn words(row: &RunRow) -> String {
    match row.state {
        Some(state @ JobState::Ended(_)) => format!("{}  ·  {}", state.word(), row.how),
        Some(_) | None => row.how.clone(),
    }
}

fn label(row: &RunRow) -> String {
    let lasted = if row.lasted.is_empty() { String::new() } else { format!(", lasted {}", row.lasted) };
    format!("Run of {}, {}{lasted}", row.when, words(row))
}
