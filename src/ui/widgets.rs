//! The small pieces that several panels are made of. Each has a name that a screen reader, and so a test, can find.

use eframe::egui::style::WidgetVisuals;
use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::text_selection::CCursorRange;
use eframe::egui::{
    Align2, Button, Checkbox, Color32, CornerRadius, FontId, Label, Pos2, Rect, Response, RichText, Sense, Stroke,
    TextEdit, TextFormat, Ui, Vec2, pos2, vec2,
};

use super::action::Action;
use super::icons;
use super::theme::{self, CONTROL_HEIGHT, RADIUS, colors, space};

/// A quiet square button that is only an icon; `label` is its name and, unless `tooltip` says more, its tooltip.
pub fn icon_button(ui: &mut Ui, icon: &str, label: &str, tooltip: &str) -> Response {
    let color = colors(ui).text_weak;
    tinted_icon_button(ui, (icon, color), label, tooltip)
}

/// As [`icon_button`], in a colour of its own.
pub fn tinted_icon_button(ui: &mut Ui, (icon, color): (&str, Color32), label: &str, tooltip: &str) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = Vec2::ZERO;
        ui.visuals_mut().widgets.inactive.fg_stroke.color = color;
        let text = RichText::new(icon).size(15.0);
        ui.add(Button::new(text).frame_when_inactive(false).min_size(Vec2::splat(CONTROL_HEIGHT)))
    })
    .inner
    .accessible_name(label)
    .on_hover_text(if tooltip.is_empty() { label } else { tooltip })
}

/// The icon of an action as a button that pushes it. Its name is the action's label, with `of` to tell rows apart.
pub fn action_icon(ui: &mut Ui, action: Action, of: &str, actions: &mut Vec<Action>) -> Response {
    let descriptor = action.descriptor();
    let label = if of.is_empty() { descriptor.label.to_owned() } else { format!("{}: {of}", descriptor.label) };
    let response = icon_button(ui, descriptor.icon, &label, &tooltip_of(ui, &action));
    if response.clicked() {
        actions.push(action);
    }
    response
}

/// An action as a button with icon and label.
pub fn action_button(ui: &mut Ui, action: Action, actions: &mut Vec<Action>) -> Response {
    let descriptor = action.descriptor();
    let icon = RichText::new(descriptor.icon).size(15.0).color(colors(ui).text_weak);
    let tooltip = tooltip_of(ui, &action);
    let response = ui
        .add(Button::new((icon, descriptor.label)))
        .accessible_name(descriptor.label)
        .on_hover_text(&tooltip)
        .on_disabled_hover_text(tooltip);
    if response.clicked() {
        actions.push(action);
    }
    response
}

/// An action as a row of a menu, which it closes.
pub fn menu_item(ui: &mut Ui, action: Action, actions: &mut Vec<Action>) {
    let descriptor = action.descriptor();
    let icon = RichText::new(descriptor.icon).color(colors(ui).text_weak);
    let button = Button::new((icon, descriptor.label)).frame_when_inactive(false);
    let size = vec2(ui.available_width(), 0.0);
    let response = ui.add(button.min_size(size)).accessible_name(descriptor.label).on_hover_text(descriptor.tooltip);
    if response.clicked() {
        actions.push(action);
        ui.close();
    }
}

/// The one button of a place that matters most.
pub fn primary_button(ui: &mut Ui, icon: &str, label: &str, tooltip: &str) -> Response {
    filled_button(ui, icon, label, (colors(ui).accent, colors(ui).accent_hovered, colors(ui).on_accent))
        .on_hover_text(tooltip)
        .on_disabled_hover_text(tooltip)
}

/// A button for what can't be taken back.
pub fn danger_button(ui: &mut Ui, icon: &str, label: &str) -> Response {
    let colors = colors(ui);
    filled_button(ui, icon, label, (colors.bad, colors.bad, colors.ground))
}

fn filled_button(ui: &mut Ui, icon: &str, label: &str, (fill, hovered, text): (Color32, Color32, Color32)) -> Response {
    ui.scope(|ui| {
        ui.spacing_mut().button_padding = vec2(14.0, 4.0);
        let widgets = &mut ui.visuals_mut().widgets;
        for (state, fill) in
            [(&mut widgets.inactive, fill), (&mut widgets.hovered, hovered), (&mut widgets.active, hovered)]
        {
            state.weak_bg_fill = fill;
            state.fg_stroke.color = text;
            state.bg_stroke.color = Color32::TRANSPARENT;
        }
        ui.visuals_mut().widgets.active.bg_stroke.color = text;
        let label = RichText::new(label).font(theme::strong(theme::BODY_SIZE));
        if icon.is_empty() {
            ui.add(Button::new(label))
        } else {
            ui.add(Button::new((RichText::new(icon).size(14.0), label)))
        }
    })
    .inner
    .accessible_name(label)
}

/// What an action's tooltip says, its keys included.
#[must_use]
pub fn tooltip_of(ui: &Ui, action: &Action) -> String {
    let descriptor = action.descriptor();
    match descriptor.shortcut_text(ui.ctx()) {
        Some(keys) => format!("{}  ({keys})", descriptor.tooltip),
        None => descriptor.tooltip.to_owned(),
    }
}

/// How serious a sentence is; told by its icon as well as by its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    Info,
    Warning,
    Error,
}

impl Severity {
    /// The icon and its colour.
    #[must_use]
    pub fn mark(self, ui: &Ui) -> (&'static str, Color32) {
        match self {
            Self::Info => (super::icons::INFO, colors(ui).accent_text),
            Self::Warning => (super::icons::WARNING_FILLED, colors(ui).warn),
            Self::Error => (super::icons::WARNING_CIRCLE_FILLED, colors(ui).bad),
        }
    }
}

/// A sentence about something that is wrong or worth knowing, wrapped, with its icon.
pub fn sentence(ui: &mut Ui, severity: Severity, text: &str) -> Response {
    let (icon, color) = severity.mark(ui);
    let text_color = match severity {
        Severity::Info => colors(ui).text,
        Severity::Warning | Severity::Error => color,
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        let icon_rect = ui.allocate_exact_size(vec2(15.0, 16.0), Sense::hover()).0;
        ui.painter().text(icon_rect.center(), Align2::CENTER_CENTER, icon, FontId::proportional(14.0), color);
        ui.add(Label::new(RichText::new(text).color(text_color)).wrap().selectable(true))
    })
    .inner
}

/// Puts the text cursor into a field with all of `text` selected, so that typing replaces what was only proposed.
pub fn focus_and_select(response: &Response, text: &str) {
    response.request_focus();
    let mut state = TextEdit::load_state(&response.ctx, response.id).unwrap_or_default();
    state.cursor.set_char_range(Some(CCursorRange::select_all_str(text)));
    TextEdit::store_state(&response.ctx, response.id, state);
}

/// A box to tick, with or without text beside it; `label` is its name.
pub fn tick_box(ui: &mut Ui, is_on: &mut bool, text: impl Into<RichText>, label: &str) -> Response {
    let colors = colors(ui);
    let text: RichText = text.into();
    ui.scope(|ui| {
        let (fill, outline, tick) = if *is_on {
            (colors.accent, colors.accent, colors.on_accent)
        } else {
            (colors.ground, colors.line_strong, colors.text)
        };
        let text_color = if *is_on { colors.text } else { colors.text_weak };
        let widgets = &mut ui.visuals_mut().widgets;
        for state in [&mut widgets.inactive, &mut widgets.hovered, &mut widgets.active] {
            state.bg_fill = fill;
            state.bg_stroke.color = outline;
            state.fg_stroke = Stroke::new(1.5, tick);
            state.corner_radius = CornerRadius::same(4);
        }
        widgets.hovered.bg_stroke.color = colors.accent_text;
        widgets.active.bg_stroke = Stroke::new(1.5, colors.accent_text);
        if text.is_empty() {
            ui.add(Checkbox::without_text(is_on))
        } else {
            ui.add(Checkbox::new(is_on, text.color(text_color)))
        }
    })
    .inner
    .accessible_name(label)
}

/// A few choices side by side, of which one holds. Each is called `label: text`.
pub fn segments<T: Copy + PartialEq>(ui: &mut Ui, label: &str, chosen: &mut T, choices: &[(T, &str)]) {
    let colors = colors(ui);
    ui.scope(|ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        ui.visuals_mut().selection.stroke.color = colors.text_strong;
        for (choice, text) in choices {
            let is_chosen = chosen == choice;
            let button = Button::selectable(is_chosen, *text).frame_when_inactive(true);
            if ui.add(button).accessible_name(format!("{label}: {text}")).clicked() {
                *chosen = *choice;
            }
        }
    });
}

/// A one-line field that fills `width`; `label` is its name, `hint` what it shows while empty.
pub fn text_field(ui: &mut Ui, text: &mut String, field: &Field<'_>) -> Response {
    let hint = RichText::new(field.hint).color(colors(ui).text_faint);
    let mut edit = TextEdit::singleline(text).hint_text(hint).desired_width(field.width).margin(vec2(8.0, 5.0));
    if !field.icon.is_empty() {
        edit = edit.prefix(RichText::new(field.icon).size(14.0).color(colors(ui).text_faint));
    }
    if field.is_code {
        edit = edit.font(theme::mono());
    }
    if let Some(id) = field.id {
        edit = edit.id(id);
    }
    let outline = if field.is_wrong { colors(ui).bad } else { colors(ui).line_strong };
    ui.scope(|ui| {
        ui.visuals_mut().widgets.inactive.bg_stroke = Stroke::new(1.0, outline);
        ui.visuals_mut().widgets.hovered.bg_stroke = Stroke::new(1.0, outline);
        ui.add(edit)
    })
    .inner
    .accessible_name(field.label)
}

/// Digits typed into `text` as a number; `number` changes only when a person typed.
pub fn number_field(ui: &mut Ui, text: &mut String, number: &mut u32, field: &Field<'_>) -> Response {
    let id = field.id.unwrap_or_else(|| ui.make_persistent_id(field.label));
    // A field that was emptied to type another number shows its zero only when it is left.
    let is_left_empty = text.is_empty() && !ui.memory(|memory| memory.has_focus(id));
    if text.parse().unwrap_or(0) != *number || is_left_empty {
        *text = number.to_string();
    }
    let response = text_field(ui, text, &Field { id: Some(id), ..*field });
    if response.changed() {
        text.retain(|c| c.is_ascii_digit());
        text.truncate(7);
        *number = text.parse().unwrap_or(0);
    }
    response
}

/// What a [`text_field`] needs besides its text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Field<'a> {
    pub label: &'a str,
    pub hint: &'a str,
    /// Before the text; may be empty.
    pub icon: &'a str,
    /// Points, the field's margins included.
    pub width: f32,
    pub is_code: bool,
    pub is_wrong: bool,
    pub id: Option<eframe::egui::Id>,
}

/// Text on one line that ends in an ellipsis where it does not fit; painted, so it has no name of its own.
#[expect(clippy::must_use_candidate, reason = "painting is what it is for")]
pub fn paint_line(ui: &Ui, rect: Rect, text: &str, font: FontId, color: Color32) -> Rect {
    let mut job = LayoutJob::single_section(text.to_owned(), TextFormat::simple(font, color));
    job.wrap = TextWrapping::truncate_at_width(rect.width());
    job.break_on_newline = false;
    let galley = ui.painter().layout_job(job);
    let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
    let painted = Rect::from_min_size(at, galley.size());
    ui.painter().galley(at, galley, color);
    painted
}

/// A pill with a dot and a number, painted leftwards from the middle of its right edge. Gives back what it covers.
#[expect(clippy::must_use_candidate, reason = "painting is what it is for")]
pub fn paint_count(ui: &Ui, right_center: Pos2, count: u32, (fill, color): (Color32, Color32)) -> Rect {
    let galley = ui.painter().layout_no_wrap(count.to_string(), theme::small(), color);
    let size = vec2(galley.size().x + 24.0, 18.0);
    let rect = Rect::from_min_size(right_center - vec2(size.x, size.y / 2.0), size);
    ui.painter().rect_filled(rect, CornerRadius::same(9), fill);
    ui.painter().circle_filled(pos2(rect.left() + 9.0, rect.center().y), 3.0, color);
    ui.painter().galley(pos2(rect.left() + 16.0, rect.center().y - galley.size().y / 2.0), galley, color);
    rect
}

/// The background of a row in a list, by whether it is selected or pointed at.
pub fn paint_row(ui: &Ui, response: &Response, is_selected: bool) {
    let colors = colors(ui);
    let fill = if is_selected {
        colors.accent_tint
    } else if response.contains_pointer() {
        colors.control
    } else {
        Color32::TRANSPARENT
    };
    ui.painter().rect_filled(response.rect, CornerRadius::same(RADIUS), fill);
    if response.has_focus() {
        let stroke = Stroke::new(1.0, colors.accent_text);
        ui.painter().rect_stroke(response.rect, CornerRadius::same(RADIUS), stroke, eframe::egui::StrokeKind::Inside);
    }
}

/// An icon that only decorates: painted, so that it has no name to be read out.
pub fn decoration(ui: &mut Ui, icon: &str, size: f32, color: Color32) {
    let rect = ui.allocate_exact_size(Vec2::splat(size + 3.0), Sense::hover()).0;
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icon, FontId::proportional(size), color);
}

/// What a place shows while it is empty: an icon, what it is for, and how to begin.
pub fn empty_state(ui: &mut Ui, icon: &str, title: &str, text: &str) {
    let colors = colors(ui);
    ui.vertical_centered(|ui| {
        ui.spacing_mut().item_spacing.y = space::XS;
        decoration(ui, icon, 28.0, colors.text_faint);
        ui.add_space(space::XS);
        ui.label(RichText::new(title).font(theme::strong(theme::BODY_SIZE)).color(colors.text));
        ui.add(Label::new(RichText::new(text).color(colors.text_weak)).wrap());
    });
}

/// A title above a group of controls.
pub fn section_title(ui: &mut Ui, title: &str) {
    let colors = colors(ui);
    ui.label(RichText::new(title).font(theme::strong(12.0)).color(colors.text_strong));
}

/// The mark of a list that opens, for a `ComboBox`.
pub fn caret_ui(ui: &Ui, rect: Rect, visuals: &WidgetVisuals, _is_open: bool) {
    let font = FontId::proportional(12.0);
    ui.painter().text(rect.center(), Align2::CENTER_CENTER, icons::CARET_DOWN, font, visuals.fg_stroke.color);
}

/// Names in quotes, and behind so many how many more there are.
#[must_use]
pub fn listed(names: &[String], most: usize) -> String {
    let mut shown: Vec<_> = names.iter().take(most).map(|name| format!("“{name}”")).collect();
    if names.len() > most {
        shown.push(format!("{} more", names.len() - most));
    }
    match shown.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
        _ => shown.concat(),
    }
}
