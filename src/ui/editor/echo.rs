//! The echo: where a job's lines are mirrored to, in what form and how fast, with exactly what will arrive.

use eframe::egui::{Button, Label, RichText, Ui};

use super::echo_sample::{arrives_as, sample_ui};
use super::{Draft, EditorData, LABEL_WIDTH, form_row, problems_ui};
use crate::model::{Echo, EchoFormat, EchoTarget, Pace, Place, preset_id};
use crate::monitor::Listen;
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{Field, action_icon, icon_button, number_field, segments, text_field, tick_box};

/// What stands in the number fields while a person types, and what is unfolded.
#[derive(Clone, Debug, Default)]
pub struct EchoTexts {
    targets: Vec<TargetTexts>,
    first_number: String,
    second_number: String,
    shows_more: bool,
}

#[derive(Clone, Debug, Default)]
struct TargetTexts {
    port: String,
    ttl: String,
}

/// In points.
const HOST_WIDTH: f32 = 220.0;
const NUMBER_WIDTH: f32 = 64.0;
/// What a template begins with.
const FIRST_TEMPLATE: &str = "{job} {line}";

pub(super) fn echo_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    data: &EditorData<'_>,
    texts: &mut EchoTexts,
    actions: &mut Vec<Action>,
) {
    let stem = draft.path.as_deref().and_then(std::path::Path::file_stem).map(|stem| stem.to_string_lossy());
    let name = draft.edited.name.clone();
    let job = preset_id(stem.as_deref().unwrap_or(&name));
    let names = (job.as_str(), name.as_str());
    let echo = &mut draft.edited.echo;
    form_row(ui, "Echo", |ui| {
        tick_box(ui, &mut echo.on, "Send each line as a UDP datagram while the job runs", "Echo on");
    });
    targets_ui(ui, names, echo, data, texts, actions);
    ui.add_space(space::XS);
    format_ui(ui, echo, data);
    sample_ui(ui, names, echo);
    form_row(ui, "Lines", |ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        tick_box(ui, &mut echo.stdout, "Output", "Echo standard output");
        tick_box(ui, &mut echo.stderr, "Errors", "Echo standard error");
        tick_box(ui, &mut echo.notices, "Start and end notices", "Echo start and end notices");
    });
    pace_ui(ui, &mut echo.pace, data, texts);
    more_ui(ui, echo, data, &mut texts.shows_more);
    ui.add_space(space::XS);
    help_ui(
        ui,
        "Arguments can use {echo.host} and {echo.port}, the first target's, also while the echo is off: a script that \
         sends for itself then sends to the same place.",
    );
}

fn targets_ui(
    ui: &mut Ui,
    names: (&str, &str),
    echo: &mut Echo,
    data: &EditorData<'_>,
    texts: &mut EchoTexts,
    actions: &mut Vec<Action>,
) {
    texts.targets.resize_with(echo.more.len() + 1, TargetTexts::default);
    let datagram = arrives_as(names, echo, "A test line of Sidestage").unwrap_or_default();
    form_row(ui, "To", |ui| {
        if echo.to_show {
            let target = data.show_target.cloned().unwrap_or_default();
            let text = format!("{}:{}", target.host, target.port);
            ui.label(RichText::new(text).font(theme::mono()).color(colors(ui).text));
            test_ui(ui, 1, &target, &datagram, actions);
            if quiet_button(ui, icons::GEAR, "Change it", "Change the show's target") {
                actions.push(Action::OpenShowSettings);
            }
        } else {
            let is_wrong = (data.is_wrong(Place::EchoHost), data.is_wrong(Place::EchoPort));
            let mut target = echo.first();
            target_ui(ui, 1, &mut target, is_wrong, &mut texts.targets[0]);
            echo.set_first(target);
            test_ui(ui, 1, &echo.first(), &datagram, actions);
        }
        ui.add_space(space::S);
        tick_box(ui, &mut echo.to_show, "use the show's target", "Send to the show's target")
            .on_hover_text("The target that all presets of this folder can share, so that it is changed in one place");
    });
    problems_ui(ui, data, Place::EchoHost, LABEL_WIDTH + space::S);
    problems_ui(ui, data, Place::EchoPort, LABEL_WIDTH + space::S);
    let mut removed = None;
    for (index, target) in echo.more.iter_mut().enumerate() {
        let number = index + 2;
        form_row(ui, "and to", |ui| {
            let is_wrong = data.is_wrong(Place::EchoTarget(index));
            target_ui(ui, number, target, (is_wrong, is_wrong), &mut texts.targets[index + 1]);
            test_ui(ui, number, target, &datagram, actions);
            if icon_button(ui, icons::X, &format!("Remove target {number}"), "Send no more to this target").clicked() {
                removed = Some(index);
            }
        });
        problems_ui(ui, data, Place::EchoTarget(index), LABEL_WIDTH + space::S);
    }
    if let Some(index) = removed {
        echo.more.remove(index);
        texts.targets.remove(index + 1);
    }
    form_row(ui, "", |ui| {
        if quiet_button(ui, icons::PLUS, "Add a target", "Add a target") {
            let port = echo.targets().iter().map(|target| target.port).max().unwrap_or_default() + 1;
            echo.more.push(EchoTarget { port, ..EchoTarget::default() });
        }
        let text = "127.0.0.1 is this machine; in Touch, a UDP In DAT listens on the port";
        ui.add(Label::new(RichText::new(text).font(theme::small()).color(colors(ui).text_weak)).truncate());
    });
}

/// Host and port; for a multicast how far it goes, and by which network.
fn target_ui(ui: &mut Ui, number: usize, target: &mut EchoTarget, is_wrong: (bool, bool), texts: &mut TargetTexts) {
    let of = if number == 1 { String::new() } else { format!(" of target {number}") };
    let label = format!("Echo host{of}");
    let hint = "127.0.0.1";
    let field =
        Field { label: &label, hint, width: HOST_WIDTH, is_code: true, is_wrong: is_wrong.0, ..Field::default() };
    text_field(ui, &mut target.host, &field);
    weak(ui, "port");
    let label = format!("Echo port{of}");
    let number_of = |label| Field { label, width: NUMBER_WIDTH, is_code: true, ..Field::default() };
    number_field(ui, &mut texts.port, &mut target.port, &Field { is_wrong: is_wrong.1, ..number_of(&label) });
    if target.is_multicast() {
        weak(ui, "reach");
        let label = format!("Networks that the multicast{of} may cross");
        number_field(ui, &mut texts.ttl, &mut target.ttl, &Field { width: 44.0, ..number_of(&label) });
        weak(ui, "by");
        let label = format!("Network that the multicast{of} leaves by");
        let hint = "any network";
        let field = Field { label: &label, hint, width: 130.0, is_code: true, ..Field::default() };
        text_field(ui, &mut target.interface, &field);
    }
}

fn test_ui(ui: &mut Ui, number: usize, target: &EchoTarget, datagram: &[u8], actions: &mut Vec<Action>) {
    let label =
        if number == 1 { "Send a test line".to_owned() } else { format!("Send a test line to target {number}") };
    if icon_button(ui, icons::BROADCAST, &label, "Send a test line now, in this format").clicked() {
        actions.push(Action::SendTestLine(Box::new(target.clone()), datagram.to_vec()));
    }
    watch_ui(ui, number, target, actions);
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Raw,
    Template,
    Json,
    Osc,
}

fn format_ui(ui: &mut Ui, echo: &mut Echo, data: &EditorData<'_>) {
    let before = match &echo.format {
        EchoFormat::Raw => Kind::Raw,
        EchoFormat::Template(_) => Kind::Template,
        EchoFormat::Json => Kind::Json,
        EchoFormat::Osc => Kind::Osc,
    };
    let mut kind = before;
    form_row(ui, "Format", |ui| {
        let choices =
            [(Kind::Raw, "As it is"), (Kind::Template, "Template"), (Kind::Json, "JSON"), (Kind::Osc, "OSC message")];
        segments(ui, "Format", &mut kind, &choices);
        if let EchoFormat::Template(template) = &mut echo.format {
            let is_wrong = data.is_wrong(Place::EchoFormat);
            let (label, hint) = ("Template", "{job} {preset} {run} {pid} {stream} {seq} {time} {line}");
            let width = ui.available_width().min(420.0);
            let field = Field { label, hint, width, is_code: true, is_wrong, ..Field::default() };
            text_field(ui, template, &field).on_hover_text(
                "{job} {preset} {run} {pid} {stream} {seq} {time} and {line} stand for what they say; {{ is a brace",
            );
        }
    });
    problems_ui(ui, data, Place::EchoFormat, LABEL_WIDTH + space::S);
    if kind != before {
        echo.format = match kind {
            Kind::Raw => EchoFormat::Raw,
            Kind::Template => EchoFormat::Template(FIRST_TEMPLATE.to_owned()),
            Kind::Json => EchoFormat::Json,
            Kind::Osc => EchoFormat::Osc,
        };
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Tempo {
    Paced,
    Joined,
    Unpaced,
}

fn pace_ui(ui: &mut Ui, pace: &mut Pace, data: &EditorData<'_>, texts: &mut EchoTexts) {
    let before = match pace {
        Pace::Paced { .. } => Tempo::Paced,
        Pace::Joined { .. } => Tempo::Joined,
        Pace::Unpaced => Tempo::Unpaced,
    };
    let mut tempo = before;
    form_row(ui, "Pace", |ui| {
        let choices =
            [(Tempo::Paced, "As Touch takes them"), (Tempo::Joined, "Lines joined"), (Tempo::Unpaced, "All at once")];
        segments(ui, "Pace", &mut tempo, &choices);
        ui.add_space(space::S);
        let is_wrong = data.is_wrong(Place::EchoPace);
        let number = |label| Field { label, width: NUMBER_WIDTH, is_code: true, is_wrong, ..Field::default() };
        match pace {
            Pace::Paced { per_sec, burst } => {
                number_field(ui, &mut texts.first_number, per_sec, &number("Datagrams a second"));
                weak(ui, "a second, at most");
                number_field(ui, &mut texts.second_number, burst, &number("Datagrams at once"));
                weak(ui, "at once");
            }
            Pace::Joined { bytes, every_millis } => {
                number_field(ui, &mut texts.first_number, bytes, &number("Bytes of a datagram"));
                weak(ui, "bytes, one every");
                number_field(ui, &mut texts.second_number, every_millis, &number("Milliseconds between datagrams"));
                weak(ui, "ms");
            }
            Pace::Unpaced => {}
        }
    });
    problems_ui(ui, data, Place::EchoPace, LABEL_WIDTH + space::S);
    help_ui(
        ui,
        match pace {
            Pace::Paced { .. } => {
                "Touch looks once a frame and loses what its buffer can't hold. More than this waits; of a \
                               flood the oldest lines are skipped, and a line says how many."
            }
            Pace::Joined { .. } => {
                "Many whole lines in one datagram: in Touch, set the UDP In DAT to One Per Line. At most 1,400 \
                                bytes on a network; 60,000 every 4 ms on this machine take 100,000 lines a second."
            }
            Pace::Unpaced => "For receivers that can. Touch loses most of a flood, and nothing says so.",
        },
    );
    if tempo != before {
        *pace = match tempo {
            Tempo::Paced => Pace::USUAL,
            Tempo::Joined => Pace::USUAL_JOINED,
            Tempo::Unpaced => Pace::Unpaced,
        };
    }
}

/// What few presets need, folded away until somebody asks or has chosen something of it.
fn more_ui(ui: &mut Ui, echo: &mut Echo, data: &EditorData<'_>, shows_more: &mut bool) {
    let text = &mut echo.text;
    let is_needed = *text != crate::model::EchoText::default() || data.is_wrong(Place::EchoOnly);
    form_row(ui, "", |ui| {
        let (icon, label) = if *shows_more || is_needed {
            (icons::CARET_DOWN, "Less about the text")
        } else {
            (icons::CARET_RIGHT, "More about the text")
        };
        if ui.add_enabled_ui(!is_needed, |ui| quiet_button(ui, icon, "Text options", label)).inner {
            *shows_more = !*shows_more;
        }
    });
    if !(*shows_more || is_needed) {
        return;
    }
    form_row(ui, "Text", |ui| {
        ui.spacing_mut().item_spacing.x = space::L;
        tick_box(ui, &mut text.strip_ansi, "Without colours", "Strip colours and other escape sequences");
        tick_box(ui, &mut text.last_redraw_only, "Progress bars once done", "Only the last state of a redrawn line");
        let label = "ASCII only";
        tick_box(ui, &mut text.ascii_only, label, label).on_hover_text("Every other character becomes a question mark");
        if echo.format != EchoFormat::Osc {
            let label = "End each in a newline";
            tick_box(ui, &mut text.newline, label, label).on_hover_text("For a UDP In DAT set to One Per Line");
        }
    });
    form_row(ui, "Only lines", |ui| {
        let is_wrong = data.is_wrong(Place::EchoOnly);
        let (label, hint) = ("Only lines that match", "All; or a regular expression for those that are sent");
        let width = ui.available_width().min(420.0);
        text_field(ui, &mut text.only, &Field { label, hint, width, is_code: true, is_wrong, ..Field::default() });
    });
    problems_ui(ui, data, Place::EchoOnly, LABEL_WIDTH + space::S);
}

fn quiet_button(ui: &mut Ui, icon: &str, text: &str, label: &str) -> bool {
    let text = RichText::new(format!("{icon}  {text}")).color(colors(ui).text_weak);
    ui.add(Button::new(text).frame_when_inactive(false)).accessible_name(label).clicked()
}

fn weak(ui: &mut Ui, text: &str) {
    ui.label(RichText::new(text).color(colors(ui).text_weak));
}

fn help_ui(ui: &mut Ui, text: &str) {
    ui.horizontal(|ui| {
        ui.add_space(LABEL_WIDTH + space::S);
        ui.add(Label::new(RichText::new(text).font(theme::small()).color(colors(ui).text_weak)).wrap());
    });
}

/// A button that shows what comes to a target's port, where that is one.
fn watch_ui(ui: &mut Ui, number: usize, target: &EchoTarget, actions: &mut Vec<Action>) {
    let port = target.checked_port().ok();
    let of = if number == 1 { String::new() } else { format!("target {number}") };
    let listen = port.map(|port| Listen::of_target(&target.host, port, &target.interface));
    ui.add_enabled_ui(listen.is_some(), |ui| {
        action_icon(ui, Action::WatchPort(listen.unwrap_or_default()), &of, actions);
    });
}
