//! How the panel looks: the colours, sizes and fonts that every other file of `ui` takes its own from.
//!
//! The colours of a state are never the only sign of it; `widgets` draws a shape and a word beside them.

use std::sync::Arc;

use eframe::egui::style::{ScrollStyle, WidgetVisuals};
use eframe::egui::{
    Color32, Context, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke, Style,
    TextStyle, Theme, Ui, Vec2, Visuals,
};

/// Steps of the spacing scale, in points. Everything sits on a grid of four.
pub mod space {
    pub const XS: f32 = 4.0;
    pub const S: f32 = 8.0;
    pub const M: f32 = 12.0;
    pub const L: f32 = 16.0;
    pub const XL: f32 = 24.0;
}

/// Height of buttons, fields and list rows, in points.
pub const CONTROL_HEIGHT: f32 = 26.0;
/// Corner radius of controls, in points.
pub const RADIUS: u8 = 5;
/// Corner radius of cards, dialogs and menus, in points.
pub const RADIUS_LARGE: u8 = 8;
/// Type scale, in points.
pub const BODY_SIZE: f32 = 13.0;
pub const SMALL_SIZE: f32 = 11.5;
pub const TITLE_SIZE: f32 = 17.0;
pub const MONO_SIZE: f32 = 12.5;

/// What lies between a question and the panel behind it.
pub const BACKDROP: Color32 = Color32::from_black_alpha(110);

const STRONG: &str = "strong";
const TEXT_FONT: &str = "Inter";
const STRONG_FONT: &str = "Inter SemiBold";
const MONO_FONT: &str = "JetBrains Mono";
const ICON_FONT: &str = "Phosphor";
const OURS: [&str; 4] = [TEXT_FONT, STRONG_FONT, MONO_FONT, ICON_FONT];

/// The colours of one theme, by what they are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colors {
    /// Behind text that a person or a program wrote: fields and consoles.
    pub ground: Color32,
    /// Panels.
    pub surface: Color32,
    /// Bars, cards, menus and dialogs, which lie on panels.
    pub raised: Color32,
    pub control: Color32,
    pub control_hovered: Color32,
    pub control_pressed: Color32,
    pub line: Color32,
    pub line_strong: Color32,
    pub text: Color32,
    pub text_strong: Color32,
    pub text_weak: Color32,
    /// Hints in empty fields and other text that may be missed; still 4.5 to 1 on `surface`.
    pub text_faint: Color32,
    /// The fill of the one button that matters most, under `on_accent`.
    pub accent: Color32,
    pub accent_hovered: Color32,
    pub on_accent: Color32,
    /// Accent as text or as a thin mark.
    pub accent_text: Color32,
    /// Accent as the background of what is selected.
    pub accent_tint: Color32,
    pub good: Color32,
    pub good_tint: Color32,
    pub bad: Color32,
    pub bad_tint: Color32,
    pub warn: Color32,
    pub warn_tint: Color32,
    /// Told apart by most eyes; what is written in them says by itself what it is.
    pub names: [Color32; 8],
}

const fn rgb(hex: u32) -> Color32 {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

/// For a dark room.
pub const DARK: Colors = Colors {
    ground: rgb(0x0E_1013),
    surface: rgb(0x15_181C),
    raised: rgb(0x1B_1F24),
    control: rgb(0x25_2A31),
    control_hovered: rgb(0x2F_353E),
    control_pressed: rgb(0x38_3F4A),
    line: rgb(0x26_2B32),
    line_strong: rgb(0x3B_424D),
    text: rgb(0xD5_DAE1),
    text_strong: rgb(0xF3_F5F8),
    text_weak: rgb(0x9A_A3AF),
    text_faint: rgb(0x7F_8996),
    accent: rgb(0x41_63E8),
    accent_hovered: rgb(0x4A_6AEA),
    on_accent: rgb(0xFF_FFFF),
    accent_text: rgb(0x93_A9FF),
    accent_tint: rgb(0x24_2E55),
    good: rgb(0x4C_C38A),
    good_tint: rgb(0x15_2A20),
    bad: rgb(0xF4_766E),
    bad_tint: rgb(0x33_1D20),
    warn: rgb(0xE6_B450),
    warn_tint: rgb(0x30_2817),
    names: [
        rgb(0x6F_B7F2),
        rgb(0xF0_B04A),
        rgb(0x4C_C9A0),
        rgb(0xE5_8FC4),
        rgb(0xE8_DE5A),
        rgb(0xA6_A0FF),
        rgb(0xFF_9466),
        rgb(0x9F_B2C6),
    ],
};

/// For daylight.
pub const LIGHT: Colors = Colors {
    ground: rgb(0xFF_FFFF),
    surface: rgb(0xF5_F6F8),
    raised: rgb(0xFC_FCFD),
    control: rgb(0xE7_EAEE),
    control_hovered: rgb(0xDC_E0E6),
    control_pressed: rgb(0xCF_D5DD),
    line: rgb(0xDF_E3E8),
    line_strong: rgb(0xBC_C4CE),
    text: rgb(0x2B_3139),
    text_strong: rgb(0x10_151B),
    text_weak: rgb(0x56_606D),
    text_faint: rgb(0x68_7280),
    accent: rgb(0x38_58D6),
    accent_hovered: rgb(0x2C_4AC2),
    on_accent: rgb(0xFF_FFFF),
    accent_text: rgb(0x2F_4BC0),
    accent_tint: rgb(0xDD_E4FD),
    good: rgb(0x1B_7F4C),
    good_tint: rgb(0xE2_F5EA),
    bad: rgb(0xC0_322B),
    bad_tint: rgb(0xFC_E9E7),
    warn: rgb(0x8A_5B00),
    warn_tint: rgb(0xFB_F0D6),
    names: [
        rgb(0x0B_639C),
        rgb(0x8A_5200),
        rgb(0x00_694A),
        rgb(0x96_307A),
        rgb(0x65_5E00),
        rgb(0x4B_3FC4),
        rgb(0xAA_3C00),
        rgb(0x4A_5B6C),
    ],
};

/// The colours of the theme that `ui` is drawn in.
#[must_use]
pub fn colors(ui: &Ui) -> &'static Colors {
    colors_of(ui.visuals().dark_mode)
}

/// The colours of the dark or the light theme.
#[must_use]
pub const fn colors_of(is_dark: bool) -> &'static Colors {
    if is_dark { &DARK } else { &LIGHT }
}

/// The heavier cut, for titles and for what must be found first.
#[must_use]
pub fn strong(size: f32) -> FontId {
    FontId::new(size, FontFamily::Name(STRONG.into()))
}

/// The small size of the body font.
#[must_use]
pub fn small() -> FontId {
    FontId::proportional(SMALL_SIZE)
}

/// What programs write and read.
#[must_use]
pub fn mono() -> FontId {
    FontId::monospace(MONO_SIZE)
}

/// The text style of consoles, whose size a person chooses.
const CONSOLE: &str = "console";

/// What consoles are written in.
#[must_use]
pub fn console_font(ui: &Ui) -> FontId {
    ui.style().text_styles.get(&TextStyle::Name(CONSOLE.into())).cloned().unwrap_or_else(mono)
}

/// Has consoles written in this size from now on.
pub fn set_console_text(ctx: &Context, points: f32) {
    let font = FontId::monospace(points);
    ctx.all_styles_mut(|style| {
        style.text_styles.insert(TextStyle::Name(CONSOLE.into()), font.clone());
    });
}

/// Gives a context Sidestage's fonts and both themes. Once, before the first frame.
pub fn install(ctx: &Context) {
    add_fonts(ctx);
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_style_of(theme, style(theme));
    }
}

fn add_fonts(ctx: &Context) {
    let mut fonts = FontDefinitions::default();
    let mut add = |name: &str, font: FontData| fonts.font_data.insert(name.to_owned(), Arc::new(font));
    add(TEXT_FONT, FontData::from_static(include_bytes!("../../assets/fonts/Inter-Regular.otf")));
    add(STRONG_FONT, FontData::from_static(include_bytes!("../../assets/fonts/Inter-SemiBold.otf")));
    add(MONO_FONT, FontData::from_static(include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf")));
    let mut icons = FontData::from_static(include_bytes!("../../assets/fonts/Phosphor.ttf"));
    icons.tweak.scale = 1.15;
    icons.tweak.y_offset_factor = -0.01;
    add(ICON_FONT, icons);
    // The icons stand before egui's own fallbacks: those have other pictures at the same private code points.
    for (family, first) in [
        (FontFamily::Proportional, TEXT_FONT),
        (FontFamily::Monospace, MONO_FONT),
        (FontFamily::Name(STRONG.into()), STRONG_FONT),
    ] {
        let like = if family == FontFamily::Monospace { FontFamily::Monospace } else { FontFamily::Proportional };
        let fallbacks = fonts.families.get(&like).cloned().unwrap_or_default();
        let ours = [first.to_owned(), ICON_FONT.to_owned()];
        let fallbacks = fallbacks.into_iter().filter(|name| !OURS.contains(&name.as_str()));
        fonts.families.insert(family, ours.into_iter().chain(fallbacks).collect());
    }
    ctx.set_fonts(fonts);
}

fn style(theme: Theme) -> Style {
    let mut style = Style {
        visuals: visuals(theme),
        animation_time: 0.08,
        explanation_tooltips: false,
        text_styles: [
            (TextStyle::Small, small()),
            (TextStyle::Body, FontId::proportional(BODY_SIZE)),
            (TextStyle::Button, FontId::proportional(BODY_SIZE)),
            (TextStyle::Heading, strong(TITLE_SIZE)),
            (TextStyle::Monospace, mono()),
        ]
        .into(),
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::new(space::S, space::S);
    spacing.button_padding = Vec2::new(10.0, 4.0);
    spacing.interact_size = Vec2::new(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.window_margin = Margin::same(16);
    spacing.menu_margin = Margin::same(6);
    spacing.menu_spacing = 4.0;
    spacing.icon_width = 16.0;
    spacing.icon_width_inner = 9.0;
    spacing.icon_spacing = 6.0;
    spacing.combo_height = 360.0;
    // Lists and the like may be as high as the window; without it they end at 400 points.
    spacing.default_area_size.y = 1200.0;
    spacing.tooltip_width = 420.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, floating_width: 4.0, ..ScrollStyle::floating() };
    style.interaction.tooltip_delay = 0.4;
    style.interaction.selectable_labels = false;
    style
}

fn visuals(theme: Theme) -> Visuals {
    let colors = colors_of(theme == Theme::Dark);
    let mut visuals = theme.default_visuals();
    let state = |fill, line, text| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: CornerRadius::same(RADIUS),
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    let widgets = &mut visuals.widgets;
    widgets.noninteractive = state(colors.surface, colors.line, colors.text);
    widgets.inactive = state(colors.control, Color32::TRANSPARENT, colors.text);
    widgets.hovered = state(colors.control_hovered, colors.line_strong, colors.text_strong);
    widgets.active = state(colors.control_pressed, colors.accent_text, colors.text_strong);
    widgets.open = state(colors.control_hovered, colors.line_strong, colors.text_strong);
    visuals.weak_text_color = Some(colors.text_weak);
    visuals.selection.bg_fill = colors.accent_tint;
    visuals.selection.stroke = Stroke::new(1.0, colors.accent_text);
    visuals.hyperlink_color = colors.accent_text;
    visuals.faint_bg_color = colors.raised;
    visuals.extreme_bg_color = colors.ground;
    visuals.text_edit_bg_color = Some(colors.ground);
    visuals.code_bg_color = colors.ground;
    visuals.warn_fg_color = colors.warn;
    visuals.error_fg_color = colors.bad;
    visuals.panel_fill = colors.surface;
    visuals.window_fill = colors.raised;
    visuals.window_stroke = Stroke::new(1.0, colors.line_strong);
    visuals.window_corner_radius = CornerRadius::same(RADIUS_LARGE);
    visuals.menu_corner_radius = CornerRadius::same(RADIUS_LARGE);
    let alpha = if theme == Theme::Dark { 110 } else { 40 };
    let shadow = Shadow { offset: [0, 8], blur: 24, spread: 0, color: Color32::from_black_alpha(alpha) };
    visuals.window_shadow = shadow;
    visuals.popup_shadow = shadow;
    visuals.text_cursor.stroke = Stroke::new(1.5, colors.accent_text);
    visuals.text_cursor.blink = false;
    visuals.indent_has_left_vline = false;
    visuals.disabled_alpha = 0.45;
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance(color: Color32) -> f32 {
        let channel = |value: u8| {
            let value = f32::from(value) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
    }

    /// The contrast ratio of WCAG 2.2, section 1.4.3.
    fn contrast(one: Color32, other: Color32) -> f32 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn every_text_can_be_read_on_what_it_lies_on() {
        for (name, colors) in [("dark", DARK), ("light", LIGHT)] {
            let texts = [
                ("text", colors.text),
                ("strong", colors.text_strong),
                ("weak", colors.text_weak),
                ("faint", colors.text_faint),
                ("accent", colors.accent_text),
                ("good", colors.good),
                ("bad", colors.bad),
                ("warn", colors.warn),
            ];
            for (text_name, text) in texts {
                for (ground_name, ground) in
                    [("ground", colors.ground), ("surface", colors.surface), ("raised", colors.raised)]
                {
                    let ratio = contrast(text, ground);
                    assert!(ratio >= 4.5, "{name}: {text_name} on {ground_name} is {ratio:.2} to 1");
                }
            }
            for color in colors.names {
                for ground in [colors.ground, colors.bad_tint] {
                    assert!(contrast(color, ground) >= 4.5, "{name}: {color:?} on {ground:?}");
                }
            }
            for (what, text, ground) in [
                ("accent button", colors.on_accent, colors.accent),
                ("accent button, hovered", colors.on_accent, colors.accent_hovered),
                ("selected", colors.text, colors.accent_tint),
                ("selected and weak", colors.text_weak, colors.accent_tint),
                ("error", colors.bad, colors.bad_tint),
                ("warning", colors.warn, colors.warn_tint),
                ("highlight", colors.good, colors.good_tint),
                ("highlight and accent", colors.accent_text, colors.accent_tint),
                ("button", colors.text, colors.control),
            ] {
                let ratio = contrast(text, ground);
                assert!(ratio >= 4.4, "{name}: {what} is {ratio:.2} to 1");
            }
        }
    }
}
