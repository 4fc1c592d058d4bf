//! What the presets miss on this machine, in one place, with a way out for each: choose it, look for it nearby, or say
//! where a name leads. A press puts right all presets that need it.

use std::path::Path;

use eframe::egui::{
    Align, Button, Context, CornerRadius, Frame, Id, Label, Layout, Margin, Modal, RichText, ScrollArea, Sense, Stroke,
    Ui, UiBuilder, Vec2, vec2,
};

use super::action::Action;
use super::icons;
use super::theme::{self, CONTROL_HEIGHT, colors, space};
use super::widgets::{Severity, decoration, empty_state, listed, sentence};
use crate::discover::{Nearby, Need};

/// One thing that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingRow {
    pub need: Need,
    /// The presets that need it, by name.
    pub needed_by: Vec<String>,
    /// It is a name that is mapped, and leads nowhere.
    pub mapped_to: Option<String>,
}

/// A search for one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HuntView {
    pub need: Need,
    /// What it came to; none while it is under way.
    pub nearby: Option<Nearby>,
}

/// What the window shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct MissingData<'a> {
    pub rows: &'a [MissingRow],
    /// Searches, at most one of them under way.
    pub hunts: &'a [HuntView],
}

/// In points; the same for one row and for a hundred.
const SIZE: Vec2 = vec2(760.0, 560.0);
/// What is left of the panel around it.
const AROUND: f32 = 24.0;
const FOOT_HEIGHT: f32 = 36.0;
/// How many presets a row names.
const MOST_LISTED: usize = 3;

/// The window, if it is open.
pub fn missing_ui(ctx: &Context, data: MissingData<'_>, is_open: &mut bool, actions: &mut Vec<Action>) {
    if !*is_open {
        return;
    }
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique("missing")).frame(frame).backdrop_color(theme::BACKDROP);
    let shown = modal.show(ctx, |ui| {
        let most = ctx.content_rect().size() - Vec2::splat(2.0 * (AROUND + 20.0));
        let rect = ui.allocate_exact_size(SIZE.min(most).max(vec2(420.0, 240.0)), Sense::hover()).0;
        contents_ui(&mut ui.new_child(UiBuilder::new().max_rect(rect)), data, actions)
    });
    if shown.inner || shown.should_close() {
        actions.push(Action::CancelSearch);
        *is_open = false;
        ctx.request_repaint();
    }
}

/// Whether it shall close.
fn contents_ui(ui: &mut Ui, data: MissingData<'_>, actions: &mut Vec<Action>) -> bool {
    let title = RichText::new("Missing on this machine").font(theme::strong(15.0)).color(colors(ui).text_strong);
    ui.label(title);
    let about = "What presets need and what isn't here. Put right once, it is right in all presets that need it; each \
                 preset's version before is kept.";
    ui.add(Label::new(RichText::new(about).color(colors(ui).text_weak)).wrap());
    ui.add_space(space::XS);
    let height = (ui.available_height() - FOOT_HEIGHT).max(40.0);
    ScrollArea::vertical().auto_shrink(false).max_height(height).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = space::S;
        if data.rows.is_empty() {
            ui.add_space(height * 0.3);
            empty_state(ui, icons::CHECK_CIRCLE, "Nothing is missing", "Everything that presets name is here.");
        }
        for row in data.rows {
            let hunt = data.hunts.iter().find(|hunt| hunt.need == row.need);
            row_ui(ui, row, hunt, actions);
        }
    });
    ui.add_space(space::S);
    let size = vec2(ui.available_width(), CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        let is_closed = ui.button("Close").clicked();
        if ui.button("This machine…").on_hover_text("All roots and names of this machine").clicked() {
            actions.push(Action::OpenMachineSettings);
            return true;
        }
        is_closed
    })
    .inner
}

fn row_ui(ui: &mut Ui, row: &MissingRow, hunt: Option<&HuntView>, actions: &mut Vec<Action>) {
    let colors = colors(ui);
    Frame::new()
        .fill(colors.surface)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin { left: 12, right: 8, top: 8, bottom: 8 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = space::S;
                ui.set_min_height(CONTROL_HEIGHT);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    fixes_ui(ui, row, hunt, actions);
                    ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                        decoration(ui, icon(&row.need), 15.0, colors.warn);
                        let shown = row.need.shown();
                        let text = RichText::new(&shown).font(theme::mono()).color(colors.text_strong);
                        ui.add(Label::new(text).truncate().selectable(true)).on_hover_text(shown);
                    });
                });
            });
            let text = RichText::new(what(row)).font(theme::small()).color(colors.text_weak);
            ui.add(Label::new(text).wrap());
            if let Some(hunt) = hunt {
                hunt_ui(ui, row, hunt, actions);
            }
        });
}

const fn icon(need: &Need) -> &'static str {
    match need {
        Need::Root(_) | Need::Folder(_) => icons::FOLDER_OPEN,
        Need::Interpreter(_) | Need::InterpreterAt(_) | Need::Program(_) => icons::TERMINAL_WINDOW,
        Need::Script(_) => icons::FILE_CODE,
        Need::File(_) => icons::FILE_TEXT,
    }
}

/// What it is, and who needs it, in a line.
fn what(row: &MissingRow) -> String {
    let what = match (&row.need, &row.mapped_to) {
        (Need::Root(_), None) => "A root that isn't mapped here".to_owned(),
        (Need::Root(_), Some(path)) => format!("A root that is mapped to {path}, which isn't there"),
        (Need::Interpreter(_), None) => "An interpreter that is neither mapped here nor on PATH".to_owned(),
        (Need::Interpreter(_), Some(path)) => format!("An interpreter that is mapped to {path}, which can't run"),
        (Need::InterpreterAt(_), _) => "An interpreter that isn't there, or can't run here".to_owned(),
        (Need::Script(_), _) => "A script or program that isn't there, or can't be read".to_owned(),
        (Need::Program(_), _) => "A program that isn't on PATH".to_owned(),
        (Need::Folder(_), _) => "A working folder that isn't there".to_owned(),
        (Need::File(_), _) => "A file or folder that isn't there".to_owned(),
    };
    format!("{what}. Needed by {}.", listed(&row.needed_by, MOST_LISTED))
}

/// From the right edge inwards.
fn fixes_ui(ui: &mut Ui, row: &MissingRow, hunt: Option<&HuntView>, actions: &mut Vec<Action>) {
    let shown = row.need.shown();
    let mut button_ui = |ui: &mut Ui, text: &str, action: Action| {
        let button = ui.add(Button::new(text)).accessible_name(format!("{text} {shown}"));
        if button.clicked() {
            actions.push(action);
        }
    };
    if hunt.is_some_and(|hunt| hunt.nearby.is_none()) {
        button_ui(ui, "Stop searching", Action::CancelSearch);
        return;
    }
    button_ui(ui, "Search nearby", Action::SearchNearby(row.need.clone()));
    let pick = |is_folder| Action::BrowseMissing(row.need.clone(), is_folder);
    match &row.need {
        Need::Root(_) | Need::Folder(_) => button_ui(ui, "Choose folder…", pick(true)),
        Need::Interpreter(_) | Need::InterpreterAt(_) => {
            button_ui(ui, "Choose venv…", pick(true));
            button_ui(ui, "Choose program…", pick(false));
        }
        Need::Script(_) | Need::File(_) => button_ui(ui, "Choose file…", pick(false)),
        Need::Program(_) => button_ui(ui, "Choose program…", pick(false)),
    }
}

/// How the search for it stands, and what it found.
fn hunt_ui(ui: &mut Ui, row: &MissingRow, hunt: &HuntView, actions: &mut Vec<Action>) {
    ui.add_space(space::XS);
    let Some(nearby) = &hunt.nearby else {
        ui.label(RichText::new("Searching around the presets and in the roots…").color(colors(ui).text_weak));
        return;
    };
    let folders = if nearby.folders == 1 { "1 folder".to_owned() } else { format!("{} folders", nearby.folders) };
    let more = if nearby.is_cut { "; there was more to look at" } else { "" };
    if nearby.found.is_empty() {
        sentence(ui, Severity::Info, &format!("Nothing like it was found in {folders} nearby{more}."));
        return;
    }
    ui.spacing_mut().item_spacing.y = 0.0;
    for path in &nearby.found {
        candidate_ui(ui, row, path, actions);
    }
    let text = RichText::new(format!("Looked into {folders}{more}."));
    ui.label(text.font(theme::small()).color(colors(ui).text_weak));
}

fn candidate_ui(ui: &mut Ui, row: &MissingRow, path: &Path, actions: &mut Vec<Action>) {
    let shown = path.display().to_string();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        if ui.add(Button::new("Use")).accessible_name(format!("Use {shown}")).clicked() {
            actions.push(Action::FixMissing(row.need.clone(), path.to_path_buf()));
        }
        let text = RichText::new(&shown).font(theme::mono()).color(colors(ui).text);
        ui.add(Label::new(text).truncate()).on_hover_text(&shown);
    });
    ui.add_space(space::XS);
}
