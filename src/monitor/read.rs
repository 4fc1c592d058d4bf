//! What a row says: as text with everything invisible made visible, as OSC or our echo's JSON taken apart, or byte by byte.

use std::fmt::Write as _;

use rosc::{OscMessage, OscPacket, OscType};

use super::rows::Format;
use super::sequence::EchoLine;
use crate::osc;

/// The most bytes of a row that are made text of; nobody reads more in one line.
const MOST_BYTES: usize = 4096;
/// The most bytes that are shown one by one.
const MOST_HEX_BYTES: usize = 1024;
/// The most messages of a bundle, arguments of a message and elements of an array that are shown.
const MOST_PARTS: usize = 64;

/// How a row is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Look {
    /// OSC and our echo's JSON taken apart, all else as text.
    #[default]
    Decoded,
    Text,
    /// Hexadecimal, then as text.
    Bytes,
}

/// What a part of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Text,
    /// A character that can't be seen, or a byte that is none: `\0`, `\n`, `\xff`.
    Escape,
    /// An OSC address, or the job that a line is of.
    Name,
    /// What belongs to the rest but can be passed over.
    Weak,
    /// What is wrong with it.
    Problem,
}

/// A piece of a row's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    pub kind: Kind,
    pub text: String,
}

/// The parts as one line of text.
#[must_use]
pub fn as_text(parts: &[Part]) -> String {
    parts.iter().map(|part| part.text.as_str()).collect()
}

/// What a row of this format says.
#[must_use]
pub fn parts_of(bytes: &[u8], format: Format, look: Look) -> Vec<Part> {
    let mut out = Parts(Vec::new());
    match (format, look) {
        (Format::Byte, _) => out.byte(bytes),
        (Format::Message | Format::Line, Look::Bytes) => out.hex(bytes),
        (Format::Message | Format::Line, Look::Text) => out.text(bytes),
        (Format::Message, Look::Decoded) if osc::means_osc(bytes) => out.osc(bytes),
        (Format::Message | Format::Line, Look::Decoded) => out.echo_or_text(bytes),
    }
    out.0
}

struct Parts(Vec<Part>);

impl Parts {
    fn push(&mut self, kind: Kind, text: &str) {
        match self.0.last_mut() {
            Some(last) if last.kind == kind => last.text.push_str(text),
            _ => self.0.push(Part { kind, text: text.to_owned() }),
        }
    }

    fn more(&mut self, count: usize, what: &str) {
        self.push(Kind::Weak, &format!(" … {count} more {what}"));
    }

    fn text(&mut self, bytes: &[u8]) {
        let shown = &bytes[..bytes.len().min(MOST_BYTES)];
        for chunk in shown.utf8_chunks() {
            self.characters(chunk.valid());
            for byte in chunk.invalid() {
                self.push(Kind::Escape, &format!("\\x{byte:02x}"));
            }
        }
        if shown.len() < bytes.len() {
            self.more(bytes.len() - shown.len(), "bytes");
        }
    }

    fn characters(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find(is_hidden) {
            let (plain, hidden) = rest.split_at(at);
            if !plain.is_empty() {
                self.push(Kind::Text, plain);
            }
            let Some(character) = hidden.chars().next() else { return };
            let escape = match character {
                '\0' => "\\0".to_owned(),
                c if c.is_ascii() && !matches!(c, '\n' | '\r' | '\t') => format!("\\x{:02x}", u32::from(c)),
                c => c.escape_default().to_string(),
            };
            self.push(Kind::Escape, &escape);
            rest = &hidden[character.len_utf8()..];
        }
        if !rest.is_empty() {
            self.push(Kind::Text, rest);
        }
    }

    fn byte(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().take(1) {
            self.push(Kind::Text, &format!("{byte:3}"));
            self.push(Kind::Weak, &format!("   0x{byte:02x}   "));
            if byte.is_ascii() { self.text(&[*byte]) } else { self.push(Kind::Weak, "·") }
        }
    }

    fn hex(&mut self, bytes: &[u8]) {
        let shown = &bytes[..bytes.len().min(MOST_HEX_BYTES)];
        self.push(Kind::Text, &hex_of(shown));
        let plain = |byte: &u8| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '·' };
        self.push(Kind::Weak, &format!("  {}", shown.iter().map(plain).collect::<String>()));
        if shown.len() < bytes.len() {
            self.more(bytes.len() - shown.len(), "bytes");
        }
    }

    fn echo_or_text(&mut self, bytes: &[u8]) {
        let Some(echo) = EchoLine::read(bytes) else { return self.text(bytes) };
        self.name(&echo.job);
        self.push(Kind::Weak, "  ");
        if !echo.stream.is_empty() {
            self.characters_weakly(&echo.stream);
            self.push(Kind::Weak, "  ");
        }
        self.push(Kind::Weak, &format!("#{}  ", echo.seq));
        self.text(echo.line.as_bytes());
    }

    /// A name that others chose, made visible.
    fn name(&mut self, name: &str) {
        self.in_one_kind(name, Kind::Name);
    }

    fn characters_weakly(&mut self, text: &str) {
        self.in_one_kind(text, Kind::Weak);
    }

    fn in_one_kind(&mut self, text: &str, kind: Kind) {
        let mut inner = Self(Vec::new());
        inner.text(text.as_bytes());
        self.push(kind, &as_text(&inner.0));
    }

    fn osc(&mut self, bytes: &[u8]) {
        match osc::decode(bytes) {
            Ok(decoded) => {
                self.packet(&decoded.packet);
                if decoded.rest_bytes > 0 {
                    let rest = decoded.rest_bytes;
                    self.push(Kind::Problem, &format!("  {rest} bytes at its end belong to nothing: it is cut off"));
                }
            }
            Err(why) => {
                self.text(bytes);
                self.push(Kind::Problem, &format!("  not OSC, although it begins so: {why}"));
            }
        }
    }

    fn packet(&mut self, packet: &OscPacket) {
        match packet {
            OscPacket::Message(message) => self.message(message),
            OscPacket::Bundle(bundle) => {
                self.push(Kind::Weak, "[ ");
                for (index, inner) in bundle.content.iter().take(MOST_PARTS).enumerate() {
                    if index > 0 {
                        self.push(Kind::Weak, "  |  ");
                    }
                    self.packet(inner);
                }
                if bundle.content.len() > MOST_PARTS {
                    self.more(bundle.content.len() - MOST_PARTS, "messages");
                }
                self.push(Kind::Weak, " ]");
            }
        }
    }

    fn message(&mut self, message: &OscMessage) {
        self.name(&message.addr);
        self.arguments(&message.args, "arguments");
    }

    fn arguments(&mut self, args: &[OscType], what: &str) {
        for argument in args.iter().take(MOST_PARTS) {
            self.push(Kind::Weak, "  ");
            self.argument(argument);
        }
        if args.len() > MOST_PARTS {
            self.more(args.len() - MOST_PARTS, what);
        }
    }

    fn argument(&mut self, argument: &OscType) {
        match argument {
            OscType::String(text) => {
                self.push(Kind::Weak, "\"");
                self.text(text.as_bytes());
                self.push(Kind::Weak, "\"");
            }
            OscType::Int(number) => self.push(Kind::Text, &number.to_string()),
            OscType::Long(number) => self.push(Kind::Text, &number.to_string()),
            OscType::Float(number) => self.push(Kind::Text, &format!("{number:?}")),
            OscType::Double(number) => self.push(Kind::Text, &format!("{number:?}")),
            OscType::Blob(bytes) => {
                self.push(Kind::Weak, &format!("{} bytes: ", bytes.len()));
                self.push(Kind::Text, hex_of(&bytes[..bytes.len().min(MOST_PARTS)]).trim_end());
                if bytes.len() > MOST_PARTS {
                    self.more(bytes.len() - MOST_PARTS, "bytes");
                }
            }
            OscType::Char(character) => {
                self.push(Kind::Weak, "'");
                self.characters(character.encode_utf8(&mut [0; 4]));
                self.push(Kind::Weak, "'");
            }
            OscType::Bool(value) => self.push(Kind::Text, &value.to_string()),
            OscType::Nil => self.push(Kind::Weak, "nil"),
            OscType::Inf => self.push(Kind::Weak, "inf"),
            OscType::Time(time) => {
                self.push(Kind::Weak, "time ");
                self.push(Kind::Text, &format!("{}.{:010}", time.seconds, u64::from(time.fractional)));
            }
            OscType::Color(color) => {
                let [red, green, blue, alpha] = [color.red, color.green, color.blue, color.alpha];
                self.push(Kind::Text, &format!("#{red:02x}{green:02x}{blue:02x}{alpha:02x}"));
            }
            OscType::Midi(midi) => {
                let [port, status, one, two] = [midi.port, midi.status, midi.data1, midi.data2];
                self.push(Kind::Weak, "midi ");
                self.push(Kind::Text, &format!("{port:02x} {status:02x} {one:02x} {two:02x}"));
            }
            OscType::Array(array) => {
                self.push(Kind::Weak, "[");
                self.arguments(&array.content, "elements");
                self.push(Kind::Weak, "  ]");
            }
        }
    }
}

/// Each byte as two digits and a space.
fn hex_of(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 3), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x} ");
        hex
    })
}

/// Controls, and what turns or hides the characters around it.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests;
