//! The page of what ties this show to Touch: the target that presets can share, and who is told how the jobs get on. It is
//! kept beside the presets, not in the settings: it goes where the show goes.

use eframe::egui::Ui;

use super::{help_ui, row_ui, section_ui, weak_ui};
use crate::model::{EchoTarget, ShowEcho};
use crate::ui::action::Action;
use crate::ui::widgets::{Field, Severity, number_field, segments, sentence, text_field, tick_box};

/// What is being typed: it counts once the fields are left.
#[derive(Clone, Debug, Default)]
pub struct State {
    draft: Option<ShowEcho>,
    port: String,
    other_port: String,
    every: String,
    heartbeat: String,
}

/// In points.
const HOST_WIDTH: f32 = 220.0;
const NUMBER_WIDTH: f32 = 64.0;

pub(super) fn show_ui(ui: &mut Ui, show: &ShowEcho, state: &mut State, actions: &mut Vec<Action>) {
    let mut edited = state.draft.take().unwrap_or_else(|| show.clone());
    let about = "Where presets send whose Echo page uses the show's target. Change it here, and all of them follow.";
    section_ui(ui, "Target of the show", about, |ui| {
        row_ui(ui, "To", |ui| target_ui(ui, "Show", &mut edited.target, &mut state.port));
        problem_ui(ui, &edited.target);
    });
    let about = "Start, ready, stalled, restart and end of every job, as OSC messages.";
    section_ui(ui, "State of the jobs", about, |ui| state_ui(ui, &mut edited, state));
    help_ui(ui, "Kept in sidestage.echo beside the presets, so that it goes where they go.");
    // Half a host is no target: what is typed counts when its field is left.
    let is_typing = ui.memory(|memory| memory.focused().is_some()) && ui.input(|input| !input.pointer.any_click());
    if edited == *show {
        return;
    }
    if is_typing {
        state.draft = Some(edited);
    } else {
        actions.push(Action::ChangeShow(Box::new(edited)));
    }
}

/// What was typed and not left when the window closes counts too.
pub(super) fn take_rest(show: &ShowEcho, state: &mut State, actions: &mut Vec<Action>) {
    if let Some(draft) = state.draft.take().filter(|draft| draft != show) {
        actions.push(Action::ChangeShow(Box::new(draft)));
    }
}

fn state_ui(ui: &mut Ui, show: &mut ShowEcho, texts: &mut State) {
    row_ui(ui, "Tell it", |ui| {
        tick_box(ui, &mut show.state.on, "Tell Touch how the jobs get on", "Tell the state of the jobs");
    });
    if !show.state.on {
        return;
    }
    row_ui(ui, "To", |ui| {
        let mut is_own = show.state.to.is_some();
        segments(ui, "State to", &mut is_own, &[(false, "The show's target"), (true, "Another one")]);
        if is_own != show.state.to.is_some() {
            let next = EchoTarget { port: show.target.port.saturating_add(1), ..show.target.clone() };
            show.state.to = is_own.then_some(next);
        }
    });
    if let Some(target) = &mut show.state.to {
        row_ui(ui, "", |ui| target_ui(ui, "State", target, &mut texts.other_port));
        problem_ui(ui, target);
    }
    row_ui(ui, "Repeat", |ui| {
        weak_ui(ui, "every");
        let label = "Seconds until a state is told again; 0 for never";
        number_field(ui, &mut texts.every, &mut show.state.every_secs, &number(label));
        weak_ui(ui, "s, for UDP may lose a message; 0 is never");
    });
    row_ui(ui, "Sign of life", |ui| {
        weak_ui(ui, "every");
        let label = "Seconds between two signs of life; 0 for none";
        number_field(ui, &mut texts.heartbeat, &mut show.state.heartbeat_secs, &number(label));
        weak_ui(ui, "s, to /sidestage/heartbeat; 0 is none");
    });
}

fn target_ui(ui: &mut Ui, of: &str, target: &mut EchoTarget, port: &mut String) {
    let label = format!("{of} host");
    let is_wrong = target.check_host().is_err();
    let hint = "127.0.0.1";
    let field = Field { label: &label, hint, width: HOST_WIDTH, is_code: true, is_wrong, ..Field::default() };
    text_field(ui, &mut target.host, &field);
    weak_ui(ui, "port");
    let label = format!("{of} port");
    let is_wrong = target.checked_port().is_err();
    number_field(ui, port, &mut target.port, &Field { is_wrong, ..number(&label) });
}

fn problem_ui(ui: &mut Ui, target: &EchoTarget) {
    if let Some(what) = target.check_host().err().or(target.checked_port().err()) {
        sentence(ui, Severity::Error, &what);
    }
}

fn number(label: &str) -> Field<'_> {
    Field { label, width: NUMBER_WIDTH, is_code: true, ..Field::default() }
}
