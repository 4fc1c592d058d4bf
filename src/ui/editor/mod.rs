//! The editor: one preset, with what is wrong in it beside its place, and what it comes to at its foot.
//!
//! Several pages under tabs, so that the commonest one (what runs, with which arguments) fits above the consoles of a
//! small screen. Edits go straight into the [`Draft`]; nothing is saved, checked or launched here.

mod arguments;
mod change;
mod command;
mod details;
mod echo;
mod echo_sample;
mod environment;
mod header;
mod highlights;
mod interpreter;
mod lifecycle;
mod lifecycle_words;
mod runs;
mod schedule;
mod secret;

use std::path::{Path, PathBuf};

use eframe::egui::{
    Align2, CornerRadius, FontId, Frame, Label, Margin, Rect, RichText, ScrollArea, Sense, Ui, WidgetInfo, pos2, vec2,
};

use super::action::{Action, PresetKey};
use super::icons;
use super::secret_states::SecretStates;
use super::theme::{self, colors, space};
use super::widgets::{Severity, icon_button, paint_line, sentence};
use crate::model::{EchoTarget, EnvChange, Invocation, Place, Preset, Problem, RestartWhen, Shared, command_line};
pub use arguments::{ScriptData, ScriptWork};
pub use change::Change;
pub use interpreter::{InterpreterChoice, InterpreterGuess, InterpretersData};
pub use runs::RunRow;
pub use schedule::ScheduleData;

/// A preset as it is being edited.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    pub key: PresetKey,
    /// Its file; none before it was first saved.
    pub path: Option<PathBuf>,
    /// What the file says.
    pub saved: Option<Shared<Preset>>,
    pub edited: Shared<Preset>,
}

impl Draft {
    /// Whether the file says something else, or there is none.
    #[must_use]
    pub fn is_unsaved(&self) -> bool {
        self.saved.as_ref() != Some(&self.edited)
    }
}

/// What would be taken back, and what done again; none where there is nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UndoWords {
    pub undo: Option<String>,
    pub redo: Option<String>,
}

/// What the editor shows besides the draft.
#[derive(Clone, Copy, Debug, Default)]
pub struct EditorData<'a> {
    pub problems: &'a [Problem],
    /// What will run; none while there are problems, or while `is_checking`.
    pub invocation: Option<&'a Invocation>,
    /// The machine is still being asked about this draft.
    pub is_checking: bool,
    /// Everything that Sidestage would change in the environment by itself.
    pub fixes: &'a [EnvChange],
    pub interpreters: &'a InterpretersData,
    /// What is known of the script's own arguments.
    pub script: ScriptData<'a>,
    /// How many jobs of this preset run.
    pub running: u32,
    /// Newest first; none while they are being read.
    pub runs: Option<&'a [RunRow]>,
    /// Where they are logged.
    pub log_folder: Option<&'a Path>,
    /// The target that presets can share.
    pub show_target: Option<&'a EchoTarget>,
    pub undo: Option<&'a UndoWords>,
    /// Somebody else changed the file of the draft, which isn't saved.
    pub is_in_conflict: bool,
    /// The file of the draft, which isn't saved, isn't there any more.
    pub is_file_gone: bool,
    /// What is known of secrets in the keyring.
    pub secrets: Option<&'a SecretStates>,
    pub schedule: ScheduleData<'a>,
}

impl EditorData<'_> {
    fn problems_at(&self, place: Place) -> impl Iterator<Item = &Problem> {
        self.problems.iter().filter(move |problem| problem.place == place)
    }

    fn is_wrong(&self, place: Place) -> bool {
        self.problems_at(place).next().is_some()
    }
}

/// The pages of the editor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Command,
    Environment,
    Echo,
    Highlights,
    Lifecycle,
    Schedule,
    Runs,
    Details,
}

impl Tab {
    const ALL: [Self; 8] = [
        Self::Command,
        Self::Environment,
        Self::Echo,
        Self::Highlights,
        Self::Lifecycle,
        Self::Schedule,
        Self::Runs,
        Self::Details,
    ];

    const fn label(self) -> &'static str {
        match self {
            Self::Command => "Command",
            Self::Environment => "Environment",
            Self::Echo => "Echo",
            Self::Highlights => "Highlights",
            Self::Lifecycle => "Lifecycle",
            Self::Schedule => "Schedule",
            Self::Runs => "Runs",
            Self::Details => "Details",
        }
    }

    /// The page that shows problems of a place; none for the header, which always shows.
    #[must_use]
    pub const fn of(place: Place) -> Option<Self> {
        match place {
            Place::Name => None,
            Place::Interpreter | Place::Script | Place::Argument(_) => Some(Self::Command),
            Place::Variable(_) => Some(Self::Environment),
            Place::EchoHost
            | Place::EchoPort
            | Place::EchoTarget(_)
            | Place::EchoFormat
            | Place::EchoOnly
            | Place::EchoPace => Some(Self::Echo),
            Place::ReadyLine | Place::HangLine => Some(Self::Lifecycle),
            Place::Schedule(_) => Some(Self::Schedule),
            Place::Folder => Some(Self::Details),
        }
    }

    /// What the page holds in few characters, to be seen while another one is open.
    fn hint(self, preset: &Preset) -> String {
        match self {
            Self::Command | Self::Runs | Self::Details => String::new(),
            Self::Environment => {
                let count = preset.environment.iter().filter(|row| row.on).count();
                if count > 0 { count.to_string() } else { String::new() }
            }
            Self::Schedule => match preset.schedule.iter().filter(|occasion| occasion.is_on()).count() {
                0 => String::new(),
                count => count.to_string(),
            },
            Self::Highlights => match preset.highlights.len() {
                0 => String::new(),
                count => count.to_string(),
            },
            Self::Lifecycle => match preset.lifecycle.restart.when {
                RestartWhen::Never => String::new(),
                RestartWhen::OnFailure | RestartWhen::Always => "restarts".to_owned(),
            },
            Self::Echo => if preset.echo.on { "on" } else { "off" }.to_owned(),
        }
    }
}

/// What the editor remembers.
#[derive(Clone, Debug, Default)]
pub struct EditorState {
    pub tab: Tab,
    /// Set to put the text cursor into the preset's name.
    pub focus_name: bool,
    rows: arguments::RowsState,
    echo: echo::EchoTexts,
    lifecycle: lifecycle::Texts,
    schedule: schedule::Texts,
    sample: highlights::Sample,
}

/// The whole editor, or with no draft how to begin.
pub fn editor_ui(
    ui: &mut Ui,
    draft: Option<&mut Draft>,
    data: &EditorData<'_>,
    state: &mut EditorState,
    actions: &mut Vec<Action>,
) {
    let Some(draft) = draft else {
        ui.add_space(ui.available_height() * 0.3);
        let text = "Choose a preset at the side, make a new one, or drop a script onto the window.";
        super::widgets::empty_state(ui, icons::NOTE_PENCIL, "No preset is open", text);
        return;
    };
    header::header_ui(ui, draft, data, state, actions);
    if data.is_in_conflict {
        let what = "Somebody else changed this preset's file while you edited it here.";
        header::conflict_ui(ui, what, Action::ShowConflict, actions);
    } else if data.is_file_gone {
        let what = "This preset's file is gone; your edits are here, and a save asks whether to make it anew.";
        header::conflict_ui(ui, what, Action::SavePreset, actions);
    }
    tabs_ui(ui, &draft.edited, data, state);
    let foot = foot_text(data, state.tab);
    let foot_height = foot_height(ui, &foot);
    let body_height = (ui.available_height() - foot_height).max(40.0);
    let body = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), body_height));
    ui.allocate_rect(body, Sense::hover());
    let mut body_ui = ui.new_child(eframe::egui::UiBuilder::new().max_rect(body));
    ScrollArea::vertical().id_salt((draft.key, state.tab.label())).auto_shrink(false).show(&mut body_ui, |ui| {
        Frame::new().inner_margin(Margin { left: 16, right: 16, top: 12, bottom: 12 }).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 6.0;
            ui.set_max_width(ui.available_width().min(WIDEST_FORM));
            match state.tab {
                Tab::Command => command::command_ui(ui, draft, data, state, actions),
                Tab::Environment => environment::environment_ui(ui, draft, data, actions),
                Tab::Echo => echo::echo_ui(ui, draft, data, &mut state.echo, actions),
                Tab::Highlights => highlights::highlights_ui(ui, &mut draft.edited, &mut state.sample),
                Tab::Lifecycle => lifecycle::lifecycle_ui(ui, &mut draft.edited, data, &mut state.lifecycle),
                Tab::Schedule => {
                    schedule::schedule_ui(ui, draft, data, &mut state.schedule, actions);
                }
                Tab::Runs => runs::runs_ui(ui, draft.edited.lifecycle.log, data, actions),
                Tab::Details => details::details_ui(ui, draft, data, actions),
            }
        });
    });
    foot_ui(ui, data, foot, foot_height);
}

fn tabs_ui(ui: &mut Ui, preset: &Preset, data: &EditorData<'_>, state: &mut EditorState) {
    let line_color = colors(ui).line;
    let bar = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::L;
            ui.add_space(space::L);
            for tab in Tab::ALL {
                tab_ui(ui, tab, preset, data, state);
            }
        })
        .response
        .rect;
    ui.painter().hline(ui.max_rect().x_range(), bar.bottom(), (1.0, line_color));
    ui.add_space(1.0 - ui.spacing().item_spacing.y);
}

fn tab_ui(ui: &mut Ui, tab: Tab, preset: &Preset, data: &EditorData<'_>, state: &mut EditorState) {
    let is_open = state.tab == tab;
    let colors = colors(ui);
    let problems = match tab {
        // These keep nothing from running but the schedule itself.
        Tab::Schedule => preset.schedule.iter().filter(|occasion| occasion.check().is_err()).count(),
        _ => data.problems.iter().filter(|problem| Tab::of(problem.place) == Some(tab)).count(),
    };
    let hint = tab.hint(preset);
    let font = if is_open { theme::strong(theme::BODY_SIZE) } else { FontId::proportional(theme::BODY_SIZE) };
    let label = ui.painter().layout_no_wrap(tab.label().to_owned(), font, colors.text_strong);
    let hint_galley = ui.painter().layout_no_wrap(hint.clone(), theme::small(), colors.text_weak);
    let mark_width = if problems > 0 { 18.0 } else { 0.0 };
    let hint_width = if hint.is_empty() { 0.0 } else { hint_galley.size().x + 6.0 };
    let size = vec2(label.size().x + hint_width + mark_width, 30.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| {
        let problems = match problems {
            0 => String::new(),
            1 => ", 1 problem".to_owned(),
            count => format!(", {count} problems"),
        };
        let name = format!("{}{problems}", tab.label());
        WidgetInfo::selected(eframe::egui::Role::Tab, true, is_open, name)
    });
    let color =
        if is_open || response.hovered() || response.has_focus() { colors.text_strong } else { colors.text_weak };
    let label_width = label.size().x;
    let label_at = pos2(rect.left(), rect.center().y - label.size().y / 2.0);
    ui.painter().galley_with_override_text_color(label_at, label, color);
    let hint_at = pos2(rect.left() + label_width + 6.0, rect.center().y - hint_galley.size().y / 2.0);
    ui.painter().galley(hint_at, hint_galley, colors.text_weak);
    if problems > 0 {
        let at = pos2(rect.right() - 6.0, rect.center().y);
        let icon = icons::WARNING_CIRCLE_FILLED;
        ui.painter().text(at, Align2::CENTER_CENTER, icon, FontId::proportional(13.0), colors.bad);
    }
    if is_open {
        let underline = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
        ui.painter().rect_filled(underline, CornerRadius::same(1), colors.accent_text);
    }
    if response.clicked() {
        state.tab = tab;
    }
}

/// On a wide screen the buttons of a row would lie too far from its flag to be seen as one row; in points.
const WIDEST_FORM: f32 = 1240.0;
const FOOT_MARGIN: Margin = Margin { left: 16, right: 8, top: 6, bottom: 6 };
const FOOT_LINES: f32 = 3.0;
const FOOT_PADDING: f32 = 4.0;

/// The text at the foot: the command, or one sentence.
fn foot_text(data: &EditorData<'_>, open: Tab) -> String {
    match data.invocation {
        Some(invocation) => command_line(&invocation.program, &invocation.args),
        None if data.is_checking => "Looking for what this needs…".to_owned(),
        None => {
            let things = match data.problems.len() {
                1 => "one thing is wrong".to_owned(),
                count => format!("{count} things are wrong"),
            };
            format!("This can't run yet: {things}, and marked {}.", where_marked(data, open))
        }
    }
}

/// Where to look for what is wrong: other pages are named.
fn where_marked(data: &EditorData<'_>, open: Tab) -> String {
    let is_marked = |tab: &Tab| data.problems.iter().any(|problem| Tab::of(problem.place) == Some(*tab));
    let elsewhere: Vec<_> = Tab::ALL.into_iter().filter(|tab| *tab != open && is_marked(tab)).map(Tab::label).collect();
    let is_here = data.problems.iter().any(|problem| Tab::of(problem.place).is_none_or(|tab| tab == open));
    match (is_here, elsewhere.as_slice()) {
        (_, []) => "above".to_owned(),
        (true, pages) => format!("above and under {}", pages.join(" and ")),
        (false, pages) => format!("under {}", pages.join(" and ")),
    }
}

fn foot_height(ui: &Ui, text: &str) -> f32 {
    let width = ui.available_width() - 140.0;
    let galley = ui.painter().layout(text.to_owned(), theme::mono(), colors(ui).text, width);
    let line_height = ui.fonts_mut(|fonts| fonts.row_height(&theme::mono()));
    (galley.size().y.min(line_height * FOOT_LINES) + 2.0 * FOOT_PADDING).max(26.0) + FOOT_MARGIN.sum().y + 1.0
}

/// What will run, argument by argument, or why nothing can.
fn foot_ui(ui: &mut Ui, data: &EditorData<'_>, text: String, height: f32) {
    let colors = colors(ui);
    let rect = Rect::from_min_size(ui.cursor().min, vec2(ui.available_width(), height));
    ui.painter().rect_filled(rect, 0.0, colors.raised);
    ui.painter().hline(rect.x_range(), rect.top(), (1.0, colors.line));
    let inner = rect - FOOT_MARGIN;
    let mut ui = ui.new_child(eframe::egui::UiBuilder::new().max_rect(inner));
    let ui = &mut ui;
    let label_width = if data.invocation.is_some() { 64.0 } else { 0.0 };
    let label_rect = Rect::from_min_size(inner.min, vec2(label_width, 26.0));
    if data.invocation.is_some() {
        paint_line(ui, label_rect, "Will run", theme::small(), colors.text_weak);
    }
    let copy_rect = Rect::from_min_size(pos2(inner.right() - 28.0, inner.top()), vec2(26.0, 26.0));
    let text_rect =
        Rect::from_min_max(pos2(label_rect.right(), inner.top()), pos2(copy_rect.left() - 8.0, inner.bottom()));
    let mut text_ui = ui.new_child(eframe::egui::UiBuilder::new().max_rect(text_rect));
    ScrollArea::vertical().id_salt("command line").auto_shrink(false).show(&mut text_ui, |ui| {
        ui.add_space(FOOT_PADDING);
        if data.invocation.is_some() {
            let text = RichText::new(&text).font(theme::mono()).color(colors.text);
            ui.add(Label::new(text).wrap().selectable(true));
        } else if data.is_checking {
            ui.label(RichText::new(&text).color(colors.text_weak));
        } else {
            sentence(ui, Severity::Error, &text);
        }
    });
    if data.invocation.is_some() {
        let mut copy_ui = ui.new_child(eframe::egui::UiBuilder::new().max_rect(copy_rect));
        if icon_button(&mut copy_ui, icons::COPY, "Copy the command", "Copy the command, to read or to mail").clicked()
        {
            ui.copy_text(text);
        }
    }
}

/// Width of the column of labels, in points.
const LABEL_WIDTH: f32 = 112.0;

/// One labelled row of a form: the label painted at the left, `contents` at its right.
fn form_row(ui: &mut Ui, label: &str, contents: impl FnOnce(&mut Ui)) {
    labelled_row(ui, label, LABEL_WIDTH, contents);
}

fn labelled_row(ui: &mut Ui, label: &str, label_width: f32, contents: impl FnOnce(&mut Ui)) {
    let color = colors(ui).text_weak;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let rect = ui.allocate_exact_size(vec2(label_width, theme::CONTROL_HEIGHT), Sense::hover()).0;
        paint_line(ui, rect, label, FontId::proportional(theme::BODY_SIZE), color);
        contents(ui);
    });
}

/// What is wrong in a row that keeps nothing from running, as a sentence under it.
fn problem_of_row_ui(ui: &mut Ui, what: &str) {
    sentence(ui, Severity::Error, what);
}

/// The problems of a place, each as a sentence under its row, in line with the fields.
fn problems_ui(ui: &mut Ui, data: &EditorData<'_>, place: Place, indent: f32) {
    for problem in data.problems_at(place) {
        ui.horizontal_top(|ui| {
            ui.add_space(indent);
            sentence(ui, Severity::Error, &problem.what);
        });
    }
}
