//! The shades that a highlighted line is painted in, of either theme.

use eframe::egui::Color32;

use super::theme::Colors;
use crate::model::HighlightColor;

/// Text, and what it lies on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inks {
    pub text: Color32,
    pub ground: Color32,
}

/// What a line of this colour is painted in.
#[must_use]
pub const fn inks(colors: &Colors, color: HighlightColor) -> Inks {
    let (text, ground) = match color {
        HighlightColor::Red => (colors.bad, colors.bad_tint),
        HighlightColor::Yellow => (colors.warn, colors.warn_tint),
        HighlightColor::Green => (colors.good, colors.good_tint),
        HighlightColor::Blue => (colors.accent_text, colors.accent_tint),
    };
    Inks { text, ground }
}
