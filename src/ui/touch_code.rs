//! “Copy for Touch”: a preset as code for TouchDesigner, to look at and to copy, with what to do with it there.
//!
//! The code is made by `snippet`, on the worker's thread; here it is drawn.

use std::path::{Path, PathBuf};

use eframe::egui::{
    Align, Button, Context, CornerRadius, Frame, Id, Label, Layout, Margin, Modal, RichText, ScrollArea, Sense, Stroke,
    Ui, UiBuilder, Vec2, vec2,
};

use super::action::Action;
use super::icons;
use super::theme::{self, colors, space};
use super::widgets::{Severity, primary_button, segments, sentence};
use crate::model::{LocalNames, Preset};
use crate::snippet::{Kind, Orders, Snippet, Wish, snippet};

/// The code of one preset, each kind of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TouchCode {
    /// The preset's name.
    pub name: String,
    /// The folder of the TouchDesigner project that paths start from, as shown; none if none is near.
    pub project: Option<String>,
    /// In the order of [`Kind::ALL`]; or why there is none, as a sentence.
    pub made: [Result<Snippet, String>; 3],
    /// The one that shows.
    pub kind: Kind,
}

impl TouchCode {
    /// Makes the code; looks at this machine, so not for the panel's thread. `file` is the preset's.
    #[must_use]
    pub fn of(preset: &Preset, file: &Path, (orders, names): (&Orders, &LocalNames)) -> Self {
        let wish = Wish::of(preset, file, None, (orders, names));
        let made = Kind::ALL.map(|kind| {
            snippet(kind, &wish.request()).map_err(|problems| {
                let sentences: Vec<_> = problems.into_iter().map(|problem| problem.what).collect();
                sentences.join(" ")
            })
        });
        let project = wish.project_dir().map(|dir| dir.display().to_string());
        Self { name: preset.name.clone(), project, made, kind: Kind::Launch }
    }

    /// The code of a kind.
    ///
    /// # Errors
    /// Why there is none, as a sentence.
    pub fn get(&self, kind: Kind) -> Result<&Snippet, &str> {
        let [launch, callbacks, order] = &self.made;
        match kind {
            Kind::Launch => launch,
            Kind::Callbacks => callbacks,
            Kind::Order => order,
        }
        .as_ref()
        .map_err(String::as_str)
    }
}

/// What is to be done with the code once it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    Show,
    Copy(Kind),
}

/// A preset whose code is wanted; of one that was never saved, the folder where it would be.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub preset: Preset,
    pub path: Option<PathBuf>,
    pub dir: PathBuf,
    /// Where orders are taken.
    pub orders: Orders,
    pub names: LocalNames,
}

/// The same for each kind, so that the buttons stay where they are; in points.
const SIZE: Vec2 = vec2(760.0, 560.0);
/// What is left of the panel around it.
const AROUND: Vec2 = vec2(120.0, 220.0);
/// Below the code, with its frame.
const FOOT_HEIGHT: f32 = 48.0;

/// The window, if it is open. Closes itself.
pub fn touch_code_ui(ctx: &Context, open: &mut Option<TouchCode>, actions: &mut Vec<Action>) {
    let Some(code) = open else { return };
    let frame = Frame::popup(&ctx.global_style()).inner_margin(Margin::same(20));
    let modal = Modal::new(Id::unique("touch code")).frame(frame).backdrop_color(theme::BACKDROP);
    let shown = modal.show(ctx, |ui| {
        // An area that is new doesn't know its size; given one, it doesn't grow frame by frame.
        let size = SIZE.min(ctx.content_rect().size() - AROUND).max(vec2(320.0, 240.0));
        let rect = ui.allocate_exact_size(size, Sense::hover()).0;
        contents_ui(&mut ui.new_child(UiBuilder::new().max_rect(rect)), code, actions)
    });
    if shown.inner || shown.should_close() {
        *open = None;
        ctx.request_repaint();
    }
}

/// Whether it shall close.
fn contents_ui(ui: &mut Ui, code: &mut TouchCode, actions: &mut Vec<Action>) -> bool {
    ui.spacing_mut().item_spacing.y = space::S;
    let title = format!("“{}” as code for TouchDesigner", code.name);
    ui.add(Label::new(RichText::new(title).font(theme::strong(15.0)).color(colors(ui).text_strong)).wrap());
    ui.add_space(2.0);
    let choices = Kind::ALL.map(|kind| (kind, kind_label(kind)));
    ui.horizontal(|ui| segments(ui, "What the code does", &mut code.kind, &choices));
    ui.add(Label::new(RichText::new(about(code)).color(colors(ui).text_weak)).wrap());
    match code.get(code.kind) {
        Ok(made) => {
            steps_ui(ui, &made.steps);
            code_ui(ui, code.kind, &made.code);
        }
        Err(why) => {
            sentence(ui, Severity::Error, why);
            ui.add_space((ui.available_height() - FOOT_HEIGHT).max(0.0));
        }
    }
    foot_ui(ui, code, actions)
}

const fn kind_label(kind: Kind) -> &'static str {
    match kind {
        Kind::Launch => "Launch without Sidestage",
        Kind::Callbacks => "Read the echo",
        Kind::Order => "Order Sidestage",
    }
}

fn about(code: &TouchCode) -> String {
    match (code.kind, &code.project) {
        (Kind::Launch, Some(project)) => format!(
            "Launches it from within TouchDesigner. Paths start from the project in {project} and move with it."
        ),
        (Kind::Launch, None) => {
            "Launches it from within TouchDesigner. Paths are those of this machine; with the preset beside \
                                 a .toe they would move with the project."
                .to_owned()
        }
        (Kind::Callbacks, _) => "Puts each line that the echo sends into a table.".to_owned(),
        (Kind::Order, _) => "Has Sidestage launch and stop it, from a button or a cue in TouchDesigner.".to_owned(),
    }
}

fn steps_ui(ui: &mut Ui, steps: &[String]) {
    for (number, step) in (1..).zip(steps) {
        ui.horizontal_top(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let number = RichText::new(format!("{number}.")).color(colors(ui).text_weak);
            ui.add_sized(vec2(16.0, 0.0), Label::new(number));
            ui.add(Label::new(RichText::new(step).color(colors(ui).text)).wrap().selectable(true));
        });
    }
}

/// Down to the foot.
fn code_ui(ui: &mut Ui, kind: Kind, code: &str) {
    let colors = colors(ui);
    let height = (ui.available_height() - FOOT_HEIGHT).max(40.0);
    Frame::new()
        .fill(colors.ground)
        .stroke(Stroke::new(1.0, colors.line))
        .corner_radius(CornerRadius::same(theme::RADIUS))
        .inner_margin(Margin { left: 10, right: 2, top: 6, bottom: 6 })
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ScrollArea::both().id_salt(kind_label(kind)).auto_shrink(false).max_height(height).show(ui, |ui| {
                let text = RichText::new(code).font(theme::mono()).color(colors.text);
                ui.add(Label::new(text).extend().selectable(true));
            });
        });
}

fn foot_ui(ui: &mut Ui, code: &TouchCode, actions: &mut Vec<Action>) -> bool {
    let size = vec2(ui.available_width(), theme::CONTROL_HEIGHT);
    ui.allocate_ui_with_layout(size, Layout::right_to_left(Align::Center), |ui| {
        ui.add_enabled_ui(code.get(code.kind).is_ok(), |ui| {
            if primary_button(ui, icons::COPY, "Copy code", "Put this code on the clipboard").clicked() {
                actions.push(Action::CopyTouchCode(code.kind));
            }
        });
        ui.add(Button::new("Close")).clicked()
    })
    .inner
}
