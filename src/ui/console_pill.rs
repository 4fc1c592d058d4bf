//! What lies over a console while its reader has scrolled up: the way to the newest line, and how many came since.

use eframe::egui::{Align2, Button, Rect, RichText, Sense, Stroke, Ui, UiBuilder, vec2};

use super::console::ConsoleState;
use super::console_lines::BAR_WIDTH;
use super::console_wish::Wish;
use super::icons;
use super::job_state::count_text;
use super::theme::{self, colors, space};

/// The button, at the lower edge of `rect`. What is `new` are lines, or matches where only these are shown.
pub(super) fn pill_ui(ui: &mut Ui, rect: Rect, title: &str, (new, is_filtered): (u64, bool), state: &mut ConsoleState) {
    let what = match (is_filtered, new) {
        (_, 0) => "To the end".to_owned(),
        (true, 1) => "1 new match".to_owned(),
        (true, _) => format!("{} new matches", count_text(new)),
        (false, 1) => "1 new line".to_owned(),
        (false, _) => format!("{} new lines", count_text(new)),
    };
    let colors = colors(ui);
    let galley = ui.painter().layout_no_wrap(what.clone(), theme::small(), colors.text);
    let size = vec2(galley.size().x + 44.0, 24.0).min(rect.size());
    let corner = rect.max - vec2(BAR_WIDTH + space::M, BAR_WIDTH + space::S);
    let place = Align2::RIGHT_BOTTOM.anchor_size(corner, size);
    let mut over = ui.new_child(UiBuilder::new().max_rect(place));
    let text = RichText::new(&what).font(theme::small()).color(colors.accent_text);
    let icon = RichText::new(icons::ARROW_LINE_DOWN).color(colors.accent_text);
    let button = Button::new((text, icon))
        .fill(colors.accent_tint)
        .stroke(Stroke::new(1.0, colors.accent_text))
        .corner_radius(12)
        // Else a drag would be the console's, which lies below, and a press begin a selection there.
        .sense(Sense::click_and_drag())
        .min_size(size);
    let follow = over
        .add(button)
        .accessible_name(format!("Follow: {title}"))
        .on_hover_text(format!("{what}. Go to the newest line, and stay there  (End)"));
    state.pill = Some(follow.rect);
    if follow.clicked() {
        state.wishes.push(Wish::Follow);
    }
}
