//! What the rows of a console lead to: links that a program wrote, and paths of files that are there. Underlined, opened by a
//! click with Ctrl or Cmd, named in the menu of the right button. Which text is a link or a path is
//! [`crate::engine::styled`]'s business, whether the file is there the worker's.

use std::path::{Path, PathBuf};

use eframe::egui::{CursorIcon, Id, Pos2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, accesskit};

use super::action::Action;
use super::console::{ConsoleState, ConsoleView};
use super::console_cells::RowText;
use super::console_lines::{Metrics, TextLine};
use super::console_scroll::Placed;
use super::console_select::opened_at;
use super::console_sight::Sight;
use super::console_styled::runs_within;
use super::theme::colors;
use crate::engine::styled::{FoundPath, file_of};
use crate::ui::console_rows::Stream;

/// Where a part of a row leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A file or folder of this machine.
    File(PathBuf),
    Address(String),
}

impl Target {
    fn of_link(address: &str) -> Self {
        file_of(address).map_or_else(|| Self::Address(address.to_owned()), |path| Self::File(path.into()))
    }

    pub(super) fn opened(&self) -> Action {
        match self {
            Self::File(path) => Action::OpenPath(path.clone()),
            Self::Address(address) => Action::OpenAddress(address.clone()),
        }
    }

    /// All of it.
    pub(super) fn text(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Address(address) => address.clone(),
        }
    }

    /// As much as a menu has room for: a path's last name, an address without how it is fetched.
    pub(super) fn short_name(&self) -> String {
        let text = self.text();
        let name = match self {
            Self::File(_) => text.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next(),
            Self::Address(_) => text.split_once("://").map(|(_, place)| place.trim_end_matches('/')),
        };
        name.filter(|name| !name.is_empty()).unwrap_or(&text).to_owned()
    }
}

/// The links and paths in sight, and the one that the right button was pressed on.
pub(super) fn links_ui(
    ui: &Ui,
    response: &Response,
    (view, state): (&ConsoleView<'_>, &mut ConsoleState),
    (sight, placed, metrics): (&Sight<'_>, &[Placed], &Metrics),
    actions: &mut Vec<Action>,
) {
    let right_at = response.secondary_clicked().then(|| response.interact_pointer_pos()).flatten();
    if right_at.is_some() {
        state.target = None;
    }
    let opened_at = opened_at(ui, response, state, metrics);
    let target = &mut state.target;
    let mut links = Links { ui, response, within: metrics.text_rect(), opened_at, right_at, target, actions };
    for placed in placed {
        let Some(text) = sight.text(placed.row) else { continue };
        if text.row.links.is_empty() && text.paths().is_empty() {
            continue;
        }
        let dir = dir_of(text, sight, view);
        for line in metrics.text_lines(text, placed) {
            links.written_ui(text, &line);
            links.paths_ui(text, &line, dir);
        }
    }
}

/// The folder that a row's paths start from.
fn dir_of<'a>(text: &RowText, sight: &'a Sight<'_>, view: &'a ConsoleView<'_>) -> Option<&'a Path> {
    // What we say ourselves starts from no job's folder, and names its files in full.
    if text.line.stream == Stream::Notice {
        return None;
    }
    match sight.shown.rows.name_of(&text.line) {
        Some(name) => Some(name.dir.as_path()),
        None => view.dir,
    }
}

/// Those of one frame.
struct Links<'a> {
    ui: &'a Ui,
    /// The console's.
    response: &'a Response,
    within: Rect,
    /// What was clicked there is to be opened; the pointer may be elsewhere by now.
    opened_at: Option<Pos2>,
    /// Where the right button was pressed.
    right_at: Option<Pos2>,
    target: &'a mut Option<Target>,
    actions: &'a mut Vec<Action>,
}

impl Links<'_> {
    /// What a program marked as links.
    fn written_ui(&mut self, text: &RowText, line: &TextLine) {
        if text.row.links.is_empty() {
            return;
        }
        let shown = text.characters_in(&line.columns);
        let runs: Vec<_> = runs_within(&text.row, &shown).collect();
        for alike in runs.chunk_by(|(one, _), (other, _)| one.link == other.link) {
            let (Some((run, first)), Some((_, last))) = (alike.first(), alike.last()) else { continue };
            let Some(address) = run.link.and_then(|link| text.row.links.get(link)) else { continue };
            let columns = text.column_of(first.start)..text.column_of(last.end);
            let rect = Rect::from_x_y_ranges(line.x_of(columns.start)..=line.x_of(columns.end), line.rect.y_range());
            let id = self.response.id.with((text.line.number, first.start));
            self.link_ui(rect, id, address, || Target::of_link(address));
        }
    }

    fn paths_ui(&mut self, text: &RowText, line: &TextLine, dir: Option<&Path>) {
        for found in text.paths() {
            let columns = text.column_of(found.columns.start)..text.column_of(found.columns.end);
            let (Some(rect), Some(path)) = (line.span(&columns), resolved(found, dir)) else { continue };
            let id = self.response.id.with(("path", text.line.number, found.columns.start, line.columns.start));
            self.link_ui(rect, id, &path.to_string_lossy(), || Target::File(path.clone()));
        }
    }

    /// One of them. A plain click begins a selection, for a browser that comes up by mistake would cover the show.
    fn link_ui(&mut self, rect: Rect, id: Id, words: &str, target: impl Fn() -> Target) {
        let rect = rect.intersect(self.within);
        if rect.width() <= 0.0 || rect.height() <= 0.0 {
            return;
        }
        let ui = self.ui;
        let link = ui.interact(rect, id, Sense::hover());
        link.widget_info(|| WidgetInfo::labeled(Role::Link, true, words));
        ui.ctx().accesskit_node_builder(id, |node| node.add_action(accesskit::Action::Click));
        let is_under_pointer = link.contains_pointer();
        let pressed_by_reader = ui.input(|input| input.has_accesskit_action_request(id, accesskit::Action::Click));
        let line_color = if is_under_pointer { colors(ui).accent_text } else { colors(ui).text_faint };
        ui.painter().hline(rect.x_range(), rect.bottom() - 1.0, Stroke::new(1.0, line_color));
        if is_under_pointer {
            if ui.input(|input| input.modifiers.command) {
                ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
            }
            let key = if cfg!(target_os = "macos") { "Cmd" } else { "Ctrl" };
            link.on_hover_text_at_pointer(format!("{words}\n{key} and a click open it"));
        }
        if self.opened_at.is_some_and(|at| rect.contains(at)) || pressed_by_reader {
            self.actions.push(target().opened());
        }
        if self.right_at.is_some_and(|at| rect.contains(at)) {
            *self.target = Some(target());
        }
    }
}

/// Where the path leads; nowhere if it is relative and the folder isn't known.
fn resolved(found: &FoundPath, dir: Option<&Path>) -> Option<PathBuf> {
    if !found.is_relative {
        return Some(PathBuf::from(&found.path));
    }
    let dir = dir.filter(|dir| dir.has_root())?;
    // What is written on another system has its separators.
    let path = if cfg!(windows) { found.path.clone() } else { found.path.replace('\\', "/") };
    Some(dir.join(path.trim_start_matches("./")))
}
