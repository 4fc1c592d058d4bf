//! The command palette: everything that can be done, and every preset that can be launched, by typing a part of it.

use eframe::egui::{
    Align2, Context, Frame, Id, Key, Margin, Modal, Modifiers, Rect, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo,
    pos2, vec2,
};

use super::action::{Action, PresetKey};
use super::editor::UndoWords;
use super::icons;
use super::theme::{self, colors};
use super::widgets::{paint_line, paint_row};

/// What the palette remembers while it is open.
#[derive(Clone, Debug, Default)]
pub struct PaletteState {
    pub is_open: bool,
    query: String,
    selected: usize,
}

struct Entry {
    label: String,
    detail: String,
    keys: String,
    icon: &'static str,
    action: Action,
}

/// Behind “Undo” where there is none.
const NOTHING: &str = "there is nothing";
const ROW_HEIGHT: f32 = 32.0;
const SHOWN_ROWS: f32 = 11.5;

/// The palette, if it is open. `presets` are names with their groups.
pub fn palette_ui(
    ctx: &Context,
    presets: &[(PresetKey, String, String)],
    undo: Option<&UndoWords>,
    state: &mut PaletteState,
    actions: &mut Vec<Action>,
) {
    if !state.is_open {
        return;
    }
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(8));
    let id = Id::unique("palette");
    let area = Modal::default_area(id).anchor(Align2::CENTER_TOP, vec2(0.0, 72.0));
    let modal = Modal::new(id).area(area).frame(frame).backdrop_color(theme::BACKDROP);
    let shown = modal.show(ctx, |ui| {
        ui.set_width(560.0_f32.min(ctx.content_rect().width() - 64.0));
        contents_ui(ui, (presets, undo), state)
    });
    let should_close = shown.should_close();
    if let Some(action) = shown.inner {
        actions.push(action);
        *state = PaletteState::default();
    } else if should_close {
        *state = PaletteState::default();
    }
}

fn contents_ui(
    ui: &mut Ui,
    (presets, undo): (&[(PresetKey, String, String)], Option<&UndoWords>),
    state: &mut PaletteState,
) -> Option<Action> {
    let (up, down, enter) = ui.input_mut(|input| {
        (
            input.consume_key(Modifiers::NONE, Key::ArrowUp),
            input.consume_key(Modifiers::NONE, Key::ArrowDown),
            input.consume_key(Modifiers::NONE, Key::Enter),
        )
    });
    let hint = eframe::egui::RichText::new("Launch a preset, or do anything else").color(colors(ui).text_faint);
    let edit = TextEdit::singleline(&mut state.query).hint_text(hint).margin(vec2(8.0, 7.0));
    let response = ui.add(edit.desired_width(f32::INFINITY)).accessible_name("Search presets and commands");
    response.request_focus();
    if response.changed() {
        state.selected = 0;
    }
    let found = find(entries(ui.ctx(), presets, undo), &state.query);
    let last = found.len().saturating_sub(1);
    state.selected = match (up, down) {
        (true, false) => state.selected.saturating_sub(1),
        (false, true) => state.selected + 1,
        (true, true) | (false, false) => state.selected,
    }
    .min(last);
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(6.0);
    if found.is_empty() {
        ui.add_space(8.0);
        ui.label(eframe::egui::RichText::new("  Nothing fits.").color(colors(ui).text_weak));
        ui.add_space(8.0);
    }
    let mut chosen = if enter { found.get(state.selected).map(|entry| entry.action.clone()) } else { None };
    ScrollArea::vertical().max_height(ROW_HEIGHT * SHOWN_ROWS).auto_shrink([false, true]).show(ui, |ui| {
        for (index, entry) in found.iter().enumerate() {
            let is_selected = index == state.selected;
            let response = entry_ui(ui, entry, is_selected);
            if is_selected && (up || down) {
                response.scroll_to_me(None);
            }
            if response.clicked() {
                chosen = Some(entry.action.clone());
            }
        }
    });
    chosen
}

fn entry_ui(ui: &mut Ui, entry: &Entry, is_selected: bool) -> eframe::egui::Response {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW_HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_selected, &entry.label));
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let colors = colors(ui);
    paint_row(ui, &response, is_selected);
    let icon_at = pos2(rect.left() + 18.0, rect.center().y);
    let icon_font = eframe::egui::FontId::proportional(14.0);
    ui.painter().text(icon_at, Align2::CENTER_CENTER, entry.icon, icon_font, colors.text_weak);
    let keys_at = pos2(rect.right() - 10.0, rect.center().y);
    let keys = ui.painter().text(keys_at, Align2::RIGHT_CENTER, &entry.keys, theme::small(), colors.text_weak);
    let inner = Rect::from_min_max(pos2(rect.left() + 36.0, rect.top()), pos2(keys.left() - 8.0, rect.bottom()));
    let font = eframe::egui::FontId::proportional(theme::BODY_SIZE);
    let label = paint_line(ui, inner, &entry.label, font, colors.text_strong);
    let beside = Rect::from_min_max(pos2(label.right() + 10.0, rect.top()), inner.max);
    paint_line(ui, beside, &entry.detail, theme::small(), colors.text_weak);
    response
}

fn entries(ctx: &Context, presets: &[(PresetKey, String, String)], undo: Option<&UndoWords>) -> Vec<Entry> {
    let launches = presets.iter().map(|(key, name, group)| Entry {
        label: format!("Launch {name}"),
        detail: group.clone(),
        keys: String::new(),
        icon: icons::PLAY_FILLED,
        action: Action::LaunchPreset(*key),
    });
    let mut groups: Vec<&str> = presets.iter().map(|(_, _, group)| group.as_str()).collect();
    groups.sort_unstable();
    groups.dedup();
    let groups = groups.into_iter().filter(|group| !group.is_empty()).flat_map(|group| {
        let of = |action: Action| Entry {
            label: format!("{} {group}", action.descriptor().label),
            detail: action.descriptor().tooltip.to_owned(),
            keys: String::new(),
            icon: action.descriptor().icon,
            action,
        };
        [of(Action::LaunchGroup(group.to_owned())), of(Action::StopGroup(group.to_owned()))]
    });
    let commands = Action::IN_PALETTE.iter().map(|action| {
        let descriptor = action.descriptor();
        Entry {
            label: match action {
                // Beside a list of presets to launch, the bare word would not say which.
                Action::LaunchSelected => "Launch the open preset".to_owned(),
                _ => descriptor.label.trim_end_matches('…').to_owned(),
            },
            detail: match action {
                Action::Undo => undo.and_then(|words| words.undo.clone()).unwrap_or_else(|| NOTHING.to_owned()),
                Action::Redo => undo.and_then(|words| words.redo.clone()).unwrap_or_else(|| NOTHING.to_owned()),
                _ => descriptor.tooltip.to_owned(),
            },
            keys: descriptor.shortcut_text(ctx).unwrap_or_default(),
            icon: descriptor.icon,
            action: action.clone(),
        }
    });
    let opens = presets.iter().map(|(key, name, group)| Entry {
        label: format!("Open {name}"),
        detail: group.clone(),
        keys: String::new(),
        icon: icons::NOTE_PENCIL,
        action: Action::SelectPreset(*key),
    });
    launches.chain(groups).chain(commands).chain(opens).collect()
}

fn find(entries: Vec<Entry>, query: &str) -> Vec<Entry> {
    let mut found: Vec<_> =
        entries.into_iter().filter_map(|entry| Some((score(&entry.label, query)?, entry))).collect();
    // Stable, so that equals keep their order.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// How well `query` fits `label`: none unless its letters appear in order; more for letters that begin words or follow
/// one another, and most where it stands there as it was typed.
fn score(label: &str, query: &str) -> Option<i32> {
    let mut total = 0;
    let mut before = ' ';
    let mut is_run = false;
    let mut rest = label.chars();
    for wanted in query.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase) {
        loop {
            let c = rest.next()?;
            let is_start = !before.is_alphanumeric() && c.is_alphanumeric();
            before = c;
            if c.to_lowercase().eq(std::iter::once(wanted)) {
                total += 1 + if is_start { 6 } else { 0 } + if is_run { 4 } else { 0 };
                is_run = true;
                break;
            }
            is_run = false;
        }
    }
    let (label, query) = (label.to_lowercase(), query.trim().to_lowercase());
    let as_typed = label.match_indices(&query).map(|(at, _)| {
        let begins_word = label[..at].chars().next_back().is_none_or(|before| !before.is_alphanumeric());
        if begins_word { 40 } else { 20 }
    });
    Some(total + as_typed.max().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best<'a>(labels: &[&'a str], query: &str) -> Option<&'a str> {
        labels
            .iter()
            .filter_map(|label| Some((score(label, query)?, *label)))
            .max_by_key(|(score, _)| *score)
            .map(|(_, label)| label)
    }

    #[test]
    fn a_few_letters_find_what_was_meant() {
        let labels =
            ["Launch Style transfer", "Save", "Save as", "Stop all", "Launch Noisy", "Theme: dark", "Show notices"];
        assert_eq!(best(&labels, "noi"), Some("Launch Noisy"));
        assert_eq!(best(&labels, "lst"), Some("Launch Style transfer"));
        assert_eq!(best(&labels, "stop"), Some("Stop all"));
        assert_eq!(best(&labels, "DARK"), Some("Theme: dark"));
        assert_eq!(best(&labels, "xyz"), None);
    }
}
