//! The colours that programs ask for, in the panel's two themes: sixteen of our own, the cube and the greys that all
//! terminals share, and what makes each readable on what it lies on.

use std::sync::LazyLock;

use eframe::egui::Color32;
use eframe::egui::ecolor::linear_f32_from_gamma_u8;

use super::theme::colors_of;
use crate::engine::styled::{Attribute, Color, Style};

const fn rgb(hex: u32) -> Color32 {
    let [_, red, green, blue] = hex.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

/// Black, red, green, yellow, blue, magenta, cyan, white, and the bright ones.
const DARK: [Color32; 16] = [
    rgb(0x6B_7482),
    rgb(0xF4_766E),
    rgb(0x4C_C38A),
    rgb(0xE6_B450),
    rgb(0x7C_9BFF),
    rgb(0xD5_8CF0),
    rgb(0x4F_C4D4),
    rgb(0xC5_CBD3),
    rgb(0x8B_95A3),
    rgb(0xFF_9B94),
    rgb(0x7A_E0AE),
    rgb(0xF7_CF7C),
    rgb(0xA5_BBFF),
    rgb(0xE8_B2FB),
    rgb(0x86_E2EE),
    rgb(0xF3_F5F8),
];

const LIGHT: [Color32; 16] = [
    rgb(0x10_151B),
    rgb(0xC0_322B),
    rgb(0x1B_7F4C),
    rgb(0x8A_5B00),
    rgb(0x2F_4BC0),
    rgb(0x9B_2FB0),
    rgb(0x0B_7285),
    rgb(0x5D_6774),
    rgb(0x56_606D),
    rgb(0xA8_201A),
    rgb(0x12_6B3E),
    rgb(0x75_4C00),
    rgb(0x22_3AA3),
    rgb(0x82_1F96),
    rgb(0x08_5F70),
    rgb(0x3B_424D),
];

/// How far a text that isn't dim must stand out, by WCAG 2.2, section 1.4.3.
const CONTRAST: f32 = 4.5;
/// A dim one is meant to recede, but to be read.
const DIM_CONTRAST: f32 = 3.0;

/// What a run is painted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inks {
    pub text: Color32,
    /// None: what the row lies on anyway.
    pub background: Option<Color32>,
}

/// The colours of a style where plain text is `text` and lies on `ground`.
#[must_use]
pub fn inks(style: Style, text: Color32, ground: Color32, is_dark: bool) -> Inks {
    let is_bold = style.has(Attribute::Bold);
    let foreground = match style.foreground {
        Color::Default if is_bold && text == colors_of(is_dark).text => colors_of(is_dark).text_strong,
        Color::Default => text,
        // Bold and one of the eight means bright, as in every terminal.
        Color::Indexed(index) if is_bold && index < 8 => indexed(index + 8, is_dark),
        Color::Indexed(index) => indexed(index, is_dark),
        Color::Rgb(red, green, blue) => Color32::from_rgb(red, green, blue),
    };
    let background = match style.background {
        Color::Default => None,
        Color::Indexed(index) => Some(indexed(index, is_dark)),
        Color::Rgb(red, green, blue) => Some(Color32::from_rgb(red, green, blue)),
    };
    let (foreground, background) = if style.has(Attribute::Reverse) {
        (background.unwrap_or(ground), Some(foreground))
    } else {
        (foreground, background)
    };
    let behind = background.unwrap_or(ground);
    let text = if style.has(Attribute::Dim) {
        readable(foreground.lerp_to_gamma(behind, 0.4), behind, DIM_CONTRAST)
    } else {
        readable(foreground, behind, CONTRAST)
    };
    Inks { text, background }
}

/// One of the 256.
fn indexed(index: u8, is_dark: bool) -> Color32 {
    let palette = if is_dark { &DARK } else { &LIGHT };
    let step = |value: u8| if value == 0 { 0 } else { 55 + 40 * value };
    match index {
        0..=15 => palette[usize::from(index)],
        16..=231 => {
            let cube = index - 16;
            Color32::from_rgb(step(cube / 36), step(cube / 6 % 6), step(cube % 6))
        }
        232..=255 => Color32::from_gray(8 + 10 * (index - 232)),
    }
}

/// The colour, or the nearest one on its way to black or white that stands out enough.
fn readable(color: Color32, behind: Color32, contrast_wanted: f32) -> Color32 {
    const STEPS: u8 = 10;
    if contrast(color, behind) >= contrast_wanted {
        return color;
    }
    let far = if contrast(Color32::WHITE, behind) > contrast(Color32::BLACK, behind) {
        Color32::WHITE
    } else {
        Color32::BLACK
    };
    let steps = (1..=STEPS).map(|step| color.lerp_to_gamma(far, f32::from(step) / f32::from(STEPS)));
    steps.into_iter().find(|step| contrast(*step, behind) >= contrast_wanted).unwrap_or(far)
}

fn luminance(color: Color32) -> f32 {
    static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
        let mut linear = [0.0; 256];
        for (value, slot) in (0..=u8::MAX).zip(&mut linear) {
            *slot = linear_f32_from_gamma_u8(value);
        }
        linear
    });
    let channel = |value: u8| LINEAR[usize::from(value)];
    0.2126 * channel(color.r()) + 0.7152 * channel(color.g()) + 0.0722 * channel(color.b())
}

/// The contrast ratio of WCAG 2.2.
fn contrast(one: Color32, other: Color32) -> f32 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grounds(is_dark: bool) -> [Color32; 3] {
        let colors = colors_of(is_dark);
        [colors.ground, colors.bad_tint, colors.accent_tint]
    }

    #[test]
    fn the_sixteen_can_be_read_as_they_are() {
        for (is_dark, palette) in [(true, DARK), (false, LIGHT)] {
            let ground = colors_of(is_dark).ground;
            for (index, color) in palette.iter().enumerate().skip(1) {
                let ratio = contrast(*color, ground);
                assert!(ratio >= 4.5, "dark {is_dark}: {index} is {ratio:.2} to 1");
            }
        }
    }

    #[test]
    fn whatever_a_program_asks_for_can_be_read() {
        let all = (0..=u8::MAX).map(Color::Indexed).chain([Color::Default, Color::Rgb(127, 127, 127)]);
        let colors: Vec<Color> = all.collect();
        for is_dark in [true, false] {
            for ground in grounds(is_dark) {
                for foreground in &colors {
                    for background in colors.iter().step_by(7).chain([&Color::Default]) {
                        let plain = Style { foreground: *foreground, background: *background, ..Style::PLAIN };
                        for style in [plain, plain.with(Attribute::Reverse), plain.with(Attribute::Bold)] {
                            let inks = inks(style, colors_of(is_dark).text, ground, is_dark);
                            let ratio = contrast(inks.text, inks.background.unwrap_or(ground));
                            assert!(ratio >= 4.49, "{style:?} on {ground:?} is {ratio:.2} to 1");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn what_can_be_read_is_left_as_it_was_asked_for() {
        let orange = Style { foreground: Color::Rgb(255, 140, 0), ..Style::PLAIN };
        let dark = colors_of(true);
        let found = inks(orange, dark.text, dark.ground, true);
        assert_eq!(found, Inks { text: Color32::from_rgb(255, 140, 0), background: None });
        assert_eq!(indexed(16, true), Color32::BLACK);
        assert_eq!(indexed(208, true), Color32::from_rgb(255, 135, 0));
        assert_eq!((indexed(231, false), indexed(255, false)), (Color32::WHITE, Color32::from_gray(238)));
    }
}
