//! How characters look, and the control sequence that says so: SGR (ECMA-48, 8.3.117), with the 256 and the true colours
//! that terminals have added to it.

use anstyle_parse::{DefaultCharAccumulator, Params, Parser, Perform};
use memchr::{memchr_iter, memrchr};

/// A colour as a program asks for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Color {
    /// The console's own.
    #[default]
    Default,
    /// 0 to 15 are the theme's, 16 to 231 a cube, 232 to 255 greys.
    Indexed(u8),
    /// Red, green, blue.
    Rgb(u8, u8, u8),
}

/// What a character can have beside its colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Attribute {
    Bold = 1,
    Dim = 2,
    Italic = 4,
    Underline = 8,
    Reverse = 16,
    Strikethrough = 32,
}

/// A set of [`Attribute`]s.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Attributes(u8);

/// How characters look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Style {
    pub foreground: Color,
    pub background: Color,
    pub attributes: Attributes,
}

impl Style {
    /// The console's own colours and nothing else.
    pub const PLAIN: Self = Self { foreground: Color::Default, background: Color::Default, attributes: Attributes(0) };

    /// Whether it has the attribute.
    #[must_use]
    pub const fn has(self, attribute: Attribute) -> bool {
        self.attributes.0 & attribute as u8 != 0
    }

    /// The same with the attribute.
    #[must_use]
    pub const fn with(self, attribute: Attribute) -> Self {
        Self { attributes: Attributes(self.attributes.0 | attribute as u8), ..self }
    }

    const fn without(self, attribute: Attribute) -> Self {
        Self { attributes: Attributes(self.attributes.0 & !(attribute as u8)), ..self }
    }

    /// The sequence that sets it, after a reset.
    #[must_use]
    pub fn sequence(self) -> String {
        let attributes = [
            (Attribute::Bold, "1"),
            (Attribute::Dim, "2"),
            (Attribute::Italic, "3"),
            (Attribute::Underline, "4"),
            (Attribute::Reverse, "7"),
            (Attribute::Strikethrough, "9"),
        ];
        let mut codes: Vec<String> = attributes
            .iter()
            .filter(|(attribute, _)| self.has(*attribute))
            .map(|(_, code)| (*code).to_owned())
            .collect();
        for (color, code) in [(self.foreground, 38), (self.background, 48)] {
            match color {
                Color::Default => {}
                Color::Indexed(index @ 0..8) => codes.push((code - 8 + u16::from(index)).to_string()),
                Color::Indexed(index @ 8..16) => codes.push((code + 52 + u16::from(index) - 8).to_string()),
                Color::Indexed(index) => codes.push(format!("{code};5;{index}")),
                Color::Rgb(red, green, blue) => codes.push(format!("{code};2;{red};{green};{blue}")),
            }
        }
        format!("\u{1b}[{}m", codes.join(";"))
    }

    /// The style after the sequence; what it doesn't know changes nothing.
    pub(super) fn after(mut self, params: &Params) -> Self {
        let mut params = params.iter();
        while let Some(param) = params.next() {
            let Some((&code, details)) = param.split_first() else { continue };
            match code {
                // What a colour takes may follow behind colons, as the standard has it, or as parameters of its own.
                38 | 48 | 58 => {
                    let color =
                        if details.is_empty() { color_of_params(&mut params) } else { color_of_details(details) };
                    match (code, color) {
                        (38, Some(color)) => self.foreground = color,
                        (48, Some(color)) => self.background = color,
                        // The colour of the underline alone is left to the text's.
                        (_, _) => {}
                    }
                }
                4 if details == [0] => self = self.without(Attribute::Underline),
                _ => self = self.after_code(code),
            }
        }
        self
    }

    fn after_code(self, code: u16) -> Self {
        let indexed = |from: u16, to: u8| Color::Indexed(to + u8::try_from(code - from).unwrap_or(0));
        match code {
            0 => Self::default(),
            1 => self.with(Attribute::Bold),
            2 => self.with(Attribute::Dim),
            3 => self.with(Attribute::Italic),
            4 | 21 => self.with(Attribute::Underline),
            7 => self.with(Attribute::Reverse),
            9 => self.with(Attribute::Strikethrough),
            22 => self.without(Attribute::Bold).without(Attribute::Dim),
            23 => self.without(Attribute::Italic),
            24 => self.without(Attribute::Underline),
            27 => self.without(Attribute::Reverse),
            29 => self.without(Attribute::Strikethrough),
            30..=37 => Self { foreground: indexed(30, 0), ..self },
            39 => Self { foreground: Color::Default, ..self },
            40..=47 => Self { background: indexed(40, 0), ..self },
            49 => Self { background: Color::Default, ..self },
            90..=97 => Self { foreground: indexed(90, 8), ..self },
            100..=107 => Self { background: indexed(100, 8), ..self },
            _ => self,
        }
    }
}

/// The style after these bytes were written in this one. Only what sets it is read of them.
pub(in crate::engine) fn style_after(style: Style, bytes: &[u8]) -> Style {
    /// The sequence that begins here, if it is one that sets the style.
    fn graphics_at(bytes: &[u8]) -> Option<&[u8]> {
        let parameters = bytes.strip_prefix(b"\x1b[")?;
        let end = parameters.iter().position(|byte| !matches!(byte, b'0'..=b';'))?;
        (parameters[end] == b'm').then(|| &bytes[..end + 3])
    }
    let Some(last) = memrchr(0x1b, bytes) else { return style };
    // As most of what is coloured ends.
    if matches!(graphics_at(&bytes[last..]), Some(b"\x1b[m" | b"\x1b[0m")) {
        return Style::PLAIN;
    }
    let mut setter = Setter(style);
    let mut parser = Parser::<DefaultCharAccumulator>::default();
    for byte in memchr_iter(0x1b, bytes).filter_map(|at| graphics_at(&bytes[at..])).flatten() {
        parser.advance(&mut setter, *byte);
    }
    setter.0
}

/// Only sets the style.
struct Setter(Style);

impl Perform for Setter {
    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], ignore: bool, action: u8) {
        if action == b'm' && intermediates.is_empty() && !ignore {
            self.0 = self.0.after(params);
        }
    }
}

fn channel(value: u16) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

/// `5;n` or `2;r;g;b`.
fn color_of_params<'a>(params: &mut impl Iterator<Item = &'a [u16]>) -> Option<Color> {
    let mut next = || params.next().and_then(|param| param.first().copied());
    match next()? {
        5 => next().map(|index| Color::Indexed(channel(index))),
        2 => {
            let (red, green, blue) = (next()?, next()?, next()?);
            Some(Color::Rgb(channel(red), channel(green), channel(blue)))
        }
        _ => None,
    }
}

/// `5:n`, `2:r:g:b` or, with a colour space that nobody uses, `2::r:g:b`.
fn color_of_details(details: &[u16]) -> Option<Color> {
    match *details {
        [5, index, ..] => Some(Color::Indexed(channel(index))),
        [2, _, red, green, blue, ..] | [2, red, green, blue] => {
            Some(Color::Rgb(channel(red), channel(green), channel(blue)))
        }
        _ => None,
    }
}
