//! The names of jobs before their lines, where several are shown together: each a word, in a colour that helps to find
//! it and isn't needed to tell it.

use std::path::PathBuf;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{Color32, Painter, Pos2, TextFormat, Ui, vec2};
use unicode_width::UnicodeWidthStr;

use super::theme::{self, colors};

/// Longer names are cut, in columns.
const MOST_COLUMNS: usize = 18;

/// What a job is called before its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobName {
    pub text: String,
    /// Below [`JobName::COLORS`].
    pub color: u8,
    /// The folder that the job works in.
    pub dir: PathBuf,
}

impl JobName {
    /// So many colours are told apart.
    pub const COLORS: u8 = 8;

    fn color(&self, ui: &Ui) -> Color32 {
        let names = &colors(ui).names;
        names[usize::from(self.color) % names.len()]
    }
}

/// How many columns the names take; none where there are none.
pub(super) fn name_columns(names: &[JobName]) -> usize {
    names.iter().map(|name| UnicodeWidthStr::width(name.text.as_str())).max().unwrap_or(0).min(MOST_COLUMNS)
}

/// The name, from its left top.
pub(super) fn paint_name(ui: &Ui, painter: &Painter, name: &JobName, at: Pos2, width: f32) {
    let color = name.color(ui);
    let mut job = LayoutJob::single_section(name.text.clone(), TextFormat::simple(theme::console_font(ui), color));
    job.wrap = TextWrapping::truncate_at_width(width);
    job.break_on_newline = false;
    let galley = painter.layout_job(job);
    painter.galley(at + vec2(0.0, 1.0), galley, color);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_have_room_for_characters_that_are_two_columns_wide() {
        let name = |text: &str| JobName { text: text.to_owned(), color: 0, dir: PathBuf::new() };
        assert_eq!(name_columns(&[]), 0);
        assert_eq!(name_columns(&[name("Upload"), name("映像配信")]), 8);
        assert_eq!(name_columns(&[name("a name that is longer than others")]), MOST_COLUMNS);
    }
}
