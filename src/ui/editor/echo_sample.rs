//! What will arrive of a line: made by the same code that sends it, and shown so that nothing of it is hidden.

use std::fmt::Write;

use eframe::egui::{CornerRadius, Frame, Label, Margin, RichText, Stroke, Ui};
use rosc::{OscPacket, OscType};

use super::form_row;
use crate::model::{Echo, Encoder, FORMATTED_DATAGRAM_BYTES, LineFacts, RAW_DATAGRAM_BYTES, Shape, TextFilter};
use crate::ui::theme::{self, RADIUS, colors};

/// A line as a script in colour prints it.
const SAMPLE: &str = "\x1b[32mepoch 24\x1b[0m  loss 0.113";

/// The datagram that a line of this preset becomes; `None` where none would be sent, or the template can't be read.
/// `names` are the job's ID and the preset's name.
pub(super) fn arrives_as((job, preset): (&str, &str), echo: &Echo, line: &str) -> Option<Vec<u8>> {
    let encoder = Encoder::new(&echo.format, job).ok()?;
    let text = TextFilter::new(&echo.text).apply(line.as_bytes())?;
    let (stream, time) = ("stdout", "2026-01-02T03:04:05.678Z");
    let (run, pid, seq, cut_bytes) = (1, 4711, 24, 0);
    let facts = LineFacts { job, preset, run, pid, stream, seq, time, line: &text, cut_bytes };
    let most_bytes = if encoder == Encoder::Raw { RAW_DATAGRAM_BYTES } else { FORMATTED_DATAGRAM_BYTES };
    let mut datagram = Vec::new();
    encoder
        .encode(&facts, Shape { most_bytes, ends_lines: echo.text.newline }, |part| datagram.extend_from_slice(part));
    Some(datagram)
}

/// The row that shows it.
pub(super) fn sample_ui(ui: &mut Ui, names: (&str, &str), echo: &Echo) {
    form_row(ui, "Arrives as", |ui| {
        let colors = colors(ui);
        let (text, color) = match arrives_as(names, echo, SAMPLE) {
            Some(datagram) => (shown(&datagram), colors.text),
            None => ("a line like “epoch 24  loss 0.113” is not sent".to_owned(), colors.text_weak),
        };
        let frame = Frame::new()
            .fill(colors.ground)
            .stroke(Stroke::new(1.0, colors.line))
            .corner_radius(CornerRadius::same(RADIUS))
            .inner_margin(Margin::symmetric(8, 4));
        frame.show(ui, |ui| {
            let label = Label::new(RichText::new(&text).font(theme::mono()).color(color)).wrap().selectable(true);
            ui.add(label);
        });
    });
}

/// A datagram in letters: what can't be seen gets a sign, and a message of OSC is told as address and arguments.
fn shown(datagram: &[u8]) -> String {
    if let Ok((_, OscPacket::Message(message))) = rosc::decoder::decode_udp(datagram)
        && message.addr.starts_with('/')
        && datagram.contains(&0)
    {
        let mut text = message.addr;
        for arg in message.args {
            let _ = match arg {
                OscType::String(value) => write!(text, "  “{value}”"),
                OscType::Long(value) => write!(text, "  {value}"),
                other => write!(text, "  {other:?}"),
            };
        }
        return text;
    }
    let text = String::from_utf8_lossy(datagram);
    // Written as programmers do: the fonts have no signs for these.
    text.chars().fold(String::with_capacity(text.len()), |mut shown, c| {
        match c {
            '\n' => shown.push_str("\\n"),
            '\u{1b}' => shown.push_str("\\e"),
            c if c.is_control() => shown.push('·'),
            c => shown.push(c),
        }
        shown
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{EchoFormat, EchoText};

    fn check(format: EchoFormat, text: EchoText) -> Option<String> {
        let echo = Echo { format, text, ..Echo::default() };
        arrives_as(("style-transfer", "Style transfer"), &echo, SAMPLE).map(|datagram| shown(&datagram))
    }

    #[test]
    fn the_sample_is_what_arrives() {
        let plain = EchoText::default();
        let raw = check(EchoFormat::Raw, plain.clone());
        assert_eq!(raw.as_deref(), Some("epoch 24  loss 0.113"));
        let coloured = check(EchoFormat::Raw, EchoText { strip_ansi: false, newline: true, ..plain.clone() });
        assert_eq!(coloured.as_deref(), Some("\\e[32mepoch 24\\e[0m  loss 0.113\\n"));
        let osc = check(EchoFormat::Osc, plain.clone());
        let expected =
            "/sidestage/job/style-transfer/line  “epoch 24  loss 0.113”  “stdout”  24  “2026-01-02T03:04:05.678Z”";
        assert_eq!(osc.as_deref(), Some(expected));
        assert_eq!(check(EchoFormat::Template("{nonsense}".to_owned()), plain.clone()), None);
        assert_eq!(check(EchoFormat::Raw, EchoText { only: "^loss".to_owned(), ..plain }), None);
    }
}
