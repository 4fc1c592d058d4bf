//! Paths in the rows of a console: underlined, and opened as links are. Which text is a path is
//! [`crate::engine::styled`]'s business, whether the file is there the worker's.

use std::path::{Path, PathBuf};

use eframe::egui::{Rect, Response, Ui};

use super::action::Action;
use super::console::{ConsoleState, ConsoleView};
use super::console_lines::Metrics;
use super::console_scroll::Placed;
use super::console_sight::Sight;
use super::console_styled::link_ui;
use crate::engine::styled::FoundPath;
use crate::ui::console_rows::Stream;

/// The paths in sight, and the one that the right button was pressed on.
pub(super) fn paths_ui(
    ui: &Ui,
    response: &Response,
    (view, state): (&ConsoleView<'_>, &mut ConsoleState),
    (sight, placed, metrics): (&Sight<'_>, &[Placed], &Metrics),
    actions: &mut Vec<Action>,
) {
    let clicked = response.clicked() && ui.input(|input| input.modifiers.command);
    let right_clicked_at = response.secondary_clicked().then(|| response.interact_pointer_pos()).flatten();
    if right_clicked_at.is_some() {
        state.path = None;
    }
    for placed in placed {
        let Some(text) = sight.text(placed.row) else { continue };
        // What we say ourselves starts from no job's folder, and names its files in full.
        let is_ours = text.line.stream == Stream::Notice;
        let dir = match sight.shown.rows.name_of(text.line.number) {
            Some(name) => Some(name.dir.as_path()),
            None => view.dir,
        };
        let dir = dir.filter(|_| !is_ours);
        for line in metrics.text_lines(text, placed) {
            for found in text.paths() {
                let columns = text.column_of(found.columns.start)..text.column_of(found.columns.end);
                let (Some(rect), Some(path)) = (line.span(&columns), resolved(found, dir)) else { continue };
                let rect = rect.intersect(metrics.text_rect());
                if !is_seen(rect) {
                    continue;
                }
                let id = response.id.with(("path", text.line.number, found.columns.start, line.columns.start));
                if link_ui(ui, rect, id, &path.to_string_lossy(), clicked) {
                    actions.push(Action::OpenPath(path.clone()));
                }
                if right_clicked_at.is_some_and(|at| rect.contains(at)) {
                    state.path = Some(path);
                }
            }
        }
    }
}

fn is_seen(rect: Rect) -> bool {
    rect.width() > 0.0 && rect.height() > 0.0
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

/// A path's last name.
pub(super) fn short_name(path: &Path) -> String {
    let text = path.to_string_lossy();
    let name = text.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    name.to_owned()
}
