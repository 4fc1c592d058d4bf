//! How a job says that it gets on: in words, and as a slim bar whose shape tells what its colour does. Nothing of it moves by
//! itself.

use eframe::egui::{Color32, Rect, Ui};

use super::theme::colors;
use crate::engine::{Phase, Progress};

/// The length of a paused bar's pieces and of the gaps between them, in points.
const PIECE: f32 = 6.0;
const GAP: f32 = 4.0;

/// `62 %`, `busy`, `error at 40 %`.
pub(super) fn progress_text(progress: Progress) -> String {
    let word = match progress.phase {
        Phase::Working => None,
        Phase::Busy => Some("busy"),
        Phase::Paused => Some("paused"),
        Phase::Error => Some("error"),
    };
    match (word, progress.percent) {
        (None, percent) => format!("{} %", percent.unwrap_or_default()),
        (Some(word), None) => word.to_owned(),
        (Some(word), Some(percent)) => format!("{word} at {percent} %"),
    }
}

/// How far it is, in a sentence.
pub(super) fn progress_sentence(progress: Progress) -> String {
    match progress {
        Progress { phase: Phase::Working, percent } => {
            format!("By its own words {} % done.", percent.unwrap_or_default())
        }
        other => format!("By its own words: {}.", progress_text(other)),
    }
}

/// A bar as far as that is known, and else a full one: solid at work and after an error, in pieces while it is paused, dim
/// and without an end while it is busy.
pub(super) fn paint_progress(ui: &Ui, bar: Rect, progress: Progress) {
    let colors = colors(ui);
    let fill = |part: Rect, color: Color32| {
        ui.painter().rect_filled(part, 1.0, color);
    };
    let part = progress.percent.map_or(1.0, |percent| f32::from(percent) / 100.0);
    let done = bar.with_max_x(bar.left() + bar.width() * part);
    fill(bar, colors.line_strong);
    match progress.phase {
        Phase::Working => fill(done, colors.accent_text),
        Phase::Error => fill(done.with_min_y(bar.top() - 1.0), colors.bad),
        Phase::Busy => fill(bar, colors.text_faint),
        Phase::Paused => {
            let mut left = done.left();
            while left < done.right() {
                let piece = done.with_min_x(left).with_max_x((left + PIECE).min(done.right()));
                fill(piece, colors.text_faint);
                left += PIECE + GAP;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_phase_has_its_word() {
        for (phase, percent, text, sentence) in [
            (Phase::Working, Some(62), "62 %", "By its own words 62 % done."),
            (Phase::Busy, None, "busy", "By its own words: busy."),
            (Phase::Paused, Some(7), "paused at 7 %", "By its own words: paused at 7 %."),
            (Phase::Error, None, "error", "By its own words: error."),
        ] {
            let progress = Progress { phase, percent };
            assert_eq!((progress_text(progress).as_str(), progress_sentence(progress).as_str()), (text, sentence));
        }
    }
}
