//! The echo: where a job's lines are mirrored to, and which of them.

use eframe::egui::{RichText, Ui};

use super::{Draft, EditorData, LABEL_WIDTH, form_row, problems_ui};
use crate::model::Place;
use crate::ui::theme::{colors, space};
use crate::ui::widgets::{Field, number_field, text_field, tick_box};

pub(super) fn echo_ui(ui: &mut Ui, draft: &mut Draft, data: &EditorData<'_>, port_text: &mut String) {
    let echo = &mut draft.edited.echo;
    let colors = colors(ui);
    let indent = LABEL_WIDTH + space::S;
    form_row(ui, "Echo", |ui| {
        tick_box(ui, &mut echo.on, "Send each line as a UDP datagram while the job runs", "Echo on");
    });
    form_row(ui, "To", |ui| {
        let is_wrong = data.is_wrong(Place::EchoHost);
        let hint = "127.0.0.1";
        let field = Field { label: "Echo host", hint, width: 220.0, is_code: true, is_wrong, ..Field::default() };
        text_field(ui, &mut echo.host, &field);
        ui.label(RichText::new("port").color(colors.text_weak));
        let is_wrong = data.is_wrong(Place::EchoPort);
        let field =
            Field { label: "Echo port", hint: "7000", width: 64.0, is_code: true, is_wrong, ..Field::default() };
        number_field(ui, port_text, &mut echo.port, &field);
        let text = "127.0.0.1 is this machine; in Touch, a UDP In DAT listens on the port";
        ui.add(eframe::egui::Label::new(RichText::new(text).color(colors.text_weak)).truncate());
    });
    problems_ui(ui, data, Place::EchoHost, indent);
    problems_ui(ui, data, Place::EchoPort, indent);
    form_row(ui, "Lines", |ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        ui.add_enabled_ui(echo.on, |ui| {
            tick_box(ui, &mut echo.stdout, "Output", "Echo standard output");
            tick_box(ui, &mut echo.stderr, "Errors", "Echo standard error");
            tick_box(ui, &mut echo.notices, "Start and end notices", "Echo start and end notices");
        });
    });
    ui.add_space(space::XS);
    ui.horizontal(|ui| {
        ui.add_space(indent);
        let text = "Arguments can use {echo.host} and {echo.port}, also while the echo is off: a script that sends for \
                    itself then sends to the same place.";
        ui.add(eframe::egui::Label::new(RichText::new(text).color(colors.text_weak)).wrap());
    });
}
