//! The question when a preset was edited here and its file by somebody else: what is different, and which shall be.

use eframe::egui::{Frame, Label, Margin, RichText, ScrollArea, Ui};

use super::action::Action;
use super::dialogs::{buttons_ui, text_ui, title_ui};
use super::icons;
use super::theme::{self, colors, space};
use super::widgets::{action_button, primary_button};
use crate::model::Preset;
use crate::store::presets::to_text;

/// A line of the one text that isn't in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    pub is_mine: bool,
    pub line: String,
}

/// In points.
const LINE_HEIGHT: f32 = 16.0;

/// More are not shown: who has so many to compare takes a tool for that.
const MOST: usize = 200;

/// What is different, as lines of the file: one for each field or row, theirs before mine where both have one.
#[must_use]
pub fn differences(mine: &Preset, theirs: &Preset) -> Vec<Difference> {
    let (mine, theirs) = (to_text(mine), to_text(theirs));
    let (mine, theirs): (Vec<&str>, Vec<&str>) = (mine.lines().collect(), theirs.lines().collect());
    let mut found = Vec::new();
    let (mut at, mut other) = (0, 0);
    while at < mine.len() || other < theirs.len() {
        if mine.get(at) == theirs.get(other) {
            (at, other) = (at + 1, other + 1);
            continue;
        }
        let (here, there) = same_again((&mine, at), (&theirs, other));
        let of = |is_mine| move |line: &&str| Difference { is_mine, line: line.trim().to_owned() };
        found.extend(theirs[other..there].iter().map(of(false)));
        found.extend(mine[at..here].iter().map(of(true)));
        if found.len() >= MOST {
            found.truncate(MOST);
            break;
        }
        (at, other) = (here, there);
    }
    found
}

/// Where two texts are the same again, by whichever way is the shortest; where they end, if that is far away.
fn same_again((mine, at): (&[&str], usize), (theirs, other): (&[&str], usize)) -> (usize, usize) {
    for steps in 1..=2 * MOST {
        for taken in 0..=steps {
            let (here, there) = (at + taken, other + steps - taken);
            if mine.get(here).is_some() && mine.get(here) == theirs.get(there) {
                return (here, there);
            }
        }
    }
    (mine.len(), theirs.len())
}

pub(super) fn conflict_ui(
    ui: &mut Ui,
    (what, differences): (&str, &[Difference]),
    can_reread: bool,
    actions: &mut Vec<Action>,
) -> bool {
    title_ui(ui, if can_reread { "The file has changed" } else { "The file is gone" });
    text_ui(ui, what);
    differences_ui(ui, differences);
    buttons_ui(ui, |ui| {
        let count = actions.len();
        if can_reread {
            // Either way nothing is lost, so neither is a danger.
            let mine = ui.button(Action::OverwritePreset.descriptor().label);
            if mine.on_hover_text("Save over what is in the file now; that is kept in .previous").clicked() {
                actions.push(Action::OverwritePreset);
            }
            let tooltip = "Take what is in the file now; undo brings your edits back";
            if primary_button(ui, "", "Take theirs", tooltip).clicked() {
                actions.push(Action::RevertPreset);
            }
        } else if primary_button(ui, icons::FLOPPY_DISK, "Save anew", "Save where the file was").clicked() {
            actions.push(Action::OverwritePreset);
        }
        action_button(ui, Action::SavePresetAs, actions);
        actions.len() > count
    })
}

fn differences_ui(ui: &mut Ui, differences: &[Difference]) {
    if differences.is_empty() {
        return;
    }
    ui.add_space(space::XS);
    let colors = colors(ui);
    let frame = Frame::new().fill(colors.ground).stroke((1.0, colors.line)).corner_radius(theme::RADIUS);
    frame.inner_margin(Margin::same(8)).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ScrollArea::both().max_height(220.0).auto_shrink([false, true]).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            ui.spacing_mut().interact_size.y = LINE_HEIGHT;
            for difference in differences {
                let (word, color) =
                    if difference.is_mine { ("mine", colors.accent_text) } else { ("theirs", colors.warn) };
                ui.horizontal(|ui| {
                    let word = RichText::new(format!("{word:<7}")).font(theme::mono()).color(color);
                    ui.add(Label::new(word).extend());
                    let line = RichText::new(&difference.line).font(theme::mono()).color(colors.text);
                    ui.add(Label::new(line).extend());
                });
            }
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Argument;

    #[test]
    fn only_what_is_different_is_shown_and_whose_it_is() {
        let row = |flag: &str| Argument { on: true, flag: flag.to_owned(), ..Argument::default() };
        let mine = Preset { arguments: vec![row("-a"), row("-b")], ..Preset::new("A") };
        let theirs = Preset { arguments: vec![row("-b")], notes: "New.".to_owned(), ..Preset::new("A") };
        let found: Vec<_> = differences(&mine, &theirs).into_iter().map(|found| (found.is_mine, found.line)).collect();
        let line = |flag: &str| format!("(on: true, flag: \"{flag}\", value: \"\"),");
        let notes = |text: &str| format!("notes: \"{text}\",");
        assert_eq!(found, [(true, line("-a")), (false, notes("New.")), (true, notes(""))]);
        assert_eq!(differences(&mine, &mine), []);
    }
}
