//! How the window is divided: what I can launch at the side, what it is made of at the top, what runs below.

use eframe::egui::{CentralPanel, Color32, Context, Frame, LayerId, Margin, Memory, Panel, Rect, Ui};

use super::action::{Action, JobId};
use super::archive_dialog::{ArchiveDialog, archive_ui};
use super::console::ConsoleView;
use super::console_wall::{WallState, console_wall_ui};
use super::dialogs::{Dialog, dialogs_ui};
use super::drop_hint::drop_hint_ui;
use super::editor::{Draft, EditorData, EditorState, editor_ui};
use super::jobs_panel::{JobRow, jobs_panel_ui};
use super::missing_panel::{MissingData, missing_ui};
use super::monitor_panel::MonitorState;
use super::palette::{PaletteState, palette_ui};
use super::presets_panel::{PresetRow, PresetsData, PresetsState, presets_panel_ui};
use super::settings_panel::{SettingsData, SettingsState, settings_ui};
use super::theme::colors;
use super::toasts::Toasts;
use super::top_bar::{TopBarData, top_bar_ui};
use super::touch_code::{TouchCode, touch_code_ui};

/// Everything that one frame shows; built anew for each.
pub struct FrameData<'a> {
    pub presets: &'a PresetsData,
    pub editor: EditorData<'a>,
    pub jobs: &'a [JobRow],
    pub selected_job: Option<JobId>,
    pub consoles: &'a [ConsoleView<'a>],
    pub top_bar: TopBarData,
    pub settings: SettingsData<'a>,
    pub missing: MissingData<'a>,
}

/// Sizes that a person chose, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Layout {
    pub side_width: f32,
    /// None until the first frame has divided the window.
    pub editor_height: Option<f32>,
    /// Of all that lies below the top bar, when it was drawn last; in points.
    height: f32,
    pub jobs_width: f32,
}

/// So many frames a new window takes to get its size.
const FIRST_FRAMES: u64 = 8;

impl Default for Layout {
    fn default() -> Self {
        Self { side_width: 248.0, editor_height: None, height: 0.0, jobs_width: 372.0 }
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
    pub settings: SettingsState,
    pub monitor: MonitorState,
    pub dialog: Option<Dialog>,
    /// The list of what is missing is open.
    pub shows_missing: bool,
    /// An archive that is looked at before it is written or unpacked.
    pub archive: Option<ArchiveDialog>,
    /// Where the editor was drawn last.
    editor_rect: Option<Rect>,
    /// “Copy for Touch”, while it is open.
    pub touch_code: Option<TouchCode>,
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
    let is_asking =
        state.dialog.is_some() || state.touch_code.is_some() || state.archive.is_some() || state.shows_missing;
    if !is_asking {
        let mut pressed = Vec::new();
        let types_elsewhere = types_elsewhere(ui.ctx(), state);
        let meant = |action: &Action| !(types_elsewhere && matches!(action, Action::Undo | Action::Redo));
        super::action::take_pressed(ui.ctx(), meant, &mut pressed);
        // What lies behind the settings isn't meant by keys that are pressed in them.
        pressed.retain(|action| !state.settings.is_open || action.concerns_window());
        actions.append(&mut pressed);
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
    let editor = editor_panel(ui, &mut state.layout).frame(frame(colors.surface, Margin::ZERO)).show(ui, |ui| {
        ui.set_min_size(ui.available_size());
        editor_ui(ui, draft, &data.editor, &mut state.editor, actions);
    });
    state.layout.editor_height = Some(editor.response.rect.height());
    state.editor_rect = Some(editor.response.rect);
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
    missing_ui(&ctx, data.missing, &mut state.shows_missing, actions);
    settings_ui(&ctx, &data.settings, &mut state.settings, actions);
    if state.palette.is_open {
        let preset = |row: &PresetRow| (row.key, row.preset.name.clone(), row.preset.group.clone());
        let presets: Vec<_> = data.presets.rows.iter().map(preset).collect();
        palette_ui(&ctx, &presets, data.editor.undo, &mut state.palette, actions);
    }
    touch_code_ui(&ctx, &mut state.touch_code, actions);
    archive_ui(&ctx, &mut state.archive, actions);
    dialogs_ui(&ctx, &mut state.dialog, actions);
    state.toasts.ui(&ctx, actions);
    drop_hint_ui(&ctx);
}

/// The editor's part of the window. In a window that becomes larger or smaller it keeps its share.
fn editor_panel(ui: &Ui, layout: &mut Layout) -> Panel {
    let height = ui.available_height();
    let most = (height - 140.0).max(200.0);
    let panel = Panel::top("editor")
        .default_size(layout.editor_height.unwrap_or((height * 0.55).clamp(300.0, 760.0)))
        .size_range(180.0..=most)
        .resizable(true);
    let was = std::mem::replace(&mut layout.height, height);
    // The first frames may have another size than the window gets.
    let is_settled = ui.ctx().cumulative_frame_nr() > FIRST_FRAMES;
    match layout.editor_height.filter(|_| is_settled && (was - height).abs() > 1.0) {
        Some(editor_height) => panel.exact_size((editor_height * height / was).clamp(180.0, most)),
        None => panel,
    }
}

/// Whether the text cursor is in a field that is no part of a preset: such a field takes back its own typing.
fn types_elsewhere(ctx: &Context, state: &ShellState) -> bool {
    if !ctx.text_edit_focused() {
        return false;
    }
    let field = ctx.memory(Memory::focused).and_then(|id| ctx.read_response(id));
    !field.is_some_and(|field| {
        let is_behind = field.layer_id == LayerId::background();
        is_behind
            && state.editor_rect.is_some_and(|editor| {
                editor.contains_rect(field.rect.intersect(editor)) && editor.intersects(field.rect)
            })
    })
}
