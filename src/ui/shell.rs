//! How the window is divided: what I can launch at the side, what it is made of at the top, what runs below.

use eframe::egui::{CentralPanel, Color32, Frame, Margin, Panel, Ui};

use super::action::{Action, JobId, PresetKey};
use super::console::ConsoleView;
use super::console_wall::{WallState, console_wall_ui};
use super::dialogs::{Dialog, dialogs_ui};
use super::drop_hint::drop_hint_ui;
use super::editor::{Draft, EditorData, EditorState, editor_ui};
use super::jobs_panel::{JobRow, jobs_panel_ui};
use super::palette::{PaletteState, palette_ui};
use super::presets_panel::{PresetsData, PresetsState, presets_panel_ui};
use super::theme::colors;
use super::toasts::Toasts;
use super::top_bar::{TopBarData, top_bar_ui};

/// Everything that one frame shows; built anew for each.
pub struct FrameData<'a> {
    pub presets: &'a PresetsData,
    pub editor: EditorData<'a>,
    pub jobs: &'a [JobRow],
    pub selected_job: Option<JobId>,
    pub consoles: &'a [ConsoleView<'a>],
    pub top_bar: TopBarData,
}

/// Sizes that a person chose, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub side_width: f32,
    /// None until the first frame has divided the window.
    pub editor_height: Option<f32>,
    pub jobs_width: f32,
}

impl Default for Layout {
    fn default() -> Self {
        Self { side_width: 248.0, editor_height: None, jobs_width: 372.0 }
    }
}

/// What the window's parts remember.
#[derive(Default)]
pub struct ShellState {
    pub layout: Layout,
    pub presets: PresetsState,
    pub editor: EditorState,
    pub wall: WallState,
    pub palette: PaletteState,
    pub dialog: Option<Dialog>,
    pub toasts: Toasts,
}

/// The whole window.
pub fn shell_ui(
    ui: &mut Ui,
    data: &FrameData<'_>,
    draft: Option<&mut Draft>,
    state: &mut ShellState,
    actions: &mut Vec<Action>,
) {
    let is_asking = state.dialog.is_some();
    if !is_asking {
        super::action::take_pressed(ui.ctx(), actions);
    }
    let colors = colors(ui);
    let frame = |fill: Color32, margin: Margin| Frame::new().fill(fill).inner_margin(margin);
    Panel::top("top bar")
        .frame(frame(colors.raised, Margin { left: 16, right: 8, top: 5, bottom: 5 }))
        .show(ui, |ui| top_bar_ui(ui, data.top_bar, actions));
    let side = Panel::left("presets")
        .default_size(state.layout.side_width)
        .size_range(180.0..=420.0)
        .resizable(true)
        .frame(frame(colors.surface, Margin { left: 8, right: 8, top: 10, bottom: 8 }))
        .show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            presets_panel_ui(ui, data.presets, &mut state.presets, actions);
        });
    state.layout.side_width = side.response.rect.width();
    let most = (ui.available_height() - 140.0).max(200.0);
    let editor = Panel::top("editor")
        .default_size(state.layout.editor_height.unwrap_or((ui.available_height() * 0.55).clamp(300.0, 560.0)))
        .size_range(180.0..=most)
        .resizable(true)
        .frame(frame(colors.surface, Margin::ZERO))
        .show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            editor_ui(ui, draft, &data.editor, &mut state.editor, actions);
        });
    state.layout.editor_height = Some(editor.response.rect.height());
    let most = (ui.available_width() - 260.0).max(240.0);
    let jobs = Panel::left("jobs")
        .default_size(state.layout.jobs_width)
        .size_range(220.0..=most)
        .resizable(true)
        .frame(frame(colors.surface, Margin { left: 0, right: 0, top: 0, bottom: 4 }))
        .show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            jobs_panel_ui(ui, data.jobs, data.selected_job, actions);
        });
    state.layout.jobs_width = jobs.response.rect.width();
    CentralPanel::default()
        .frame(frame(colors.ground, Margin::ZERO))
        .show(ui, |ui| console_wall_ui(ui, data.consoles, &mut state.wall, actions));
    let ctx = ui.ctx().clone();
    if state.palette.is_open {
        let presets: Vec<(PresetKey, String, String)> =
            data.presets.rows.iter().map(|row| (row.key, row.name.clone(), row.group.clone())).collect();
        palette_ui(&ctx, &presets, &mut state.palette, actions);
    }
    dialogs_ui(&ctx, &mut state.dialog, actions);
    state.toasts.ui(&ctx);
    drop_hint_ui(&ctx);
}
