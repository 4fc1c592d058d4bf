//! When this preset is launched by itself: times of day, and changes of files; and when that is next.

use eframe::egui::{Button, FontId, Label, Popup, RichText, Sense, Ui, vec2};

use super::{Draft, EditorData};
use crate::model::{Day, DayTime, Occasion, QuietSecs};
use crate::ui::action::{Action, PresetKey};
use crate::ui::icons;
use crate::ui::theme::{self, colors, space};
use crate::ui::widgets::{
    Field, Severity, icon_button, number_field, paint_line, section_title, sentence, text_field, tick_box,
};

/// What stands in the fields while a person types, by the rows' numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Texts {
    of: Option<PresetKey>,
    texts: Vec<String>,
}

impl Texts {
    /// From now on they are this preset's.
    fn follow(&mut self, key: PresetKey, count: usize) {
        if self.of.replace(key) != Some(key) {
            self.texts.clear();
        }
        self.texts.resize(count, String::new());
    }
}

/// What the page shows beside the preset.
#[derive(Clone, Copy, Debug, Default)]
pub struct ScheduleData<'a> {
    /// When it is due next, each in words.
    pub next: &'a [String],
    /// Nothing is launched by itself just now.
    pub is_paused: bool,
    /// The file says something else.
    pub is_unsaved: bool,
}

/// In points.
const TIME_WIDTH: f32 = 84.0;
const DAY_WIDTH: f32 = 42.0;
const FILES_WIDTH: f32 = 120.0;
const SECS_WIDTH: f32 = 44.0;
const WORD_WIDTH: f32 = 40.0;
/// Where the fields begin behind the tick box and the word.
const VALUE_INDENT: f32 = theme::CONTROL_HEIGHT + WORD_WIDTH + 2.0 * space::S;

pub(super) fn schedule_ui(
    ui: &mut Ui,
    draft: &mut Draft,
    data: &EditorData<'_>,
    texts: &mut Texts,
    actions: &mut Vec<Action>,
) {
    let preset = &mut draft.edited;
    section_title(ui, "Launched by itself");
    let weak = colors(ui).text_weak;
    if preset.schedule.is_empty() {
        let help = "Never, but when the panel opens if its Lifecycle says so. Add a time of day, or a file whose change launches it.";
        ui.add(Label::new(RichText::new(help).color(weak)).wrap());
    }
    texts.follow(draft.key, preset.schedule.len());
    let mut removed = None;
    for (index, (occasion, text)) in preset.schedule.iter_mut().zip(&mut texts.texts).enumerate() {
        if occasion_ui(ui, (index, text), occasion, actions) {
            removed = Some(index);
        }
        if let Err(what) = occasion.check() {
            ui.horizontal_top(|ui| {
                ui.add_space(VALUE_INDENT);
                sentence(ui, Severity::Error, &what);
            });
        }
    }
    if let Some(index) = removed {
        preset.schedule.remove(index);
        texts.texts.remove(index);
    }
    ui.horizontal(|ui| {
        let text = |words: &str| RichText::new(format!("{}  {words}", icons::PLUS)).color(weak);
        let add = |ui: &mut Ui, words: &str| {
            ui.add(Button::new(text(words)).frame_when_inactive(false)).accessible_name(words).clicked()
        };
        if add(ui, "Add a time") {
            preset.schedule.push(Occasion::At { on: true, time: DayTime::default(), days: Vec::new() });
        }
        if add(ui, "Add a file") {
            let (path, files) = (String::new(), String::new());
            preset.schedule.push(Occasion::Changed { on: true, path, files, quiet_secs: QuietSecs::default() });
        }
    });
    if !preset.schedule.is_empty() {
        ui.add_space(space::S);
        next_ui(ui, &data.schedule, actions);
    }
}

/// One row; whether its removal was asked for.
fn occasion_ui(
    ui: &mut Ui,
    (index, text): (usize, &mut String),
    occasion: &mut Occasion,
    actions: &mut Vec<Action>,
) -> bool {
    let number = index + 1;
    let is_wrong = occasion.check().is_err();
    let (removed, complaint) = ui
        .horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = space::S;
            let mut complaint = None;
            match occasion {
                Occasion::At { on, time, days } => {
                    tick_box(ui, on, "", &format!("Occasion {number} on"));
                    word_ui(ui, "At");
                    complaint = time_ui(ui, (number, text), time);
                    days_ui(ui, number, days);
                }
                Occasion::Changed { on, path, files, quiet_secs } => {
                    tick_box(ui, on, "", &format!("Occasion {number} on"));
                    word_ui(ui, "When");
                    changed_ui(ui, (index, is_wrong), path, files, actions);
                    let label = format!("Occasion {number}: quiet seconds");
                    number_field(
                        ui,
                        text,
                        &mut quiet_secs.0,
                        &Field { label: &label, width: SECS_WIDTH, ..Field::default() },
                    );
                    ui.label(RichText::new("s").color(colors(ui).text_weak));
                }
            }
            let label = format!("Remove occasion {number}");
            (icon_button(ui, icons::X, &label, "Remove this occasion").clicked(), complaint)
        })
        .inner;
    if let Some(why) = complaint {
        ui.horizontal_top(|ui| {
            ui.add_space(VALUE_INDENT);
            sentence(ui, Severity::Error, &why);
        });
    }
    removed
}

fn word_ui(ui: &mut Ui, word: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(WORD_WIDTH, theme::CONTROL_HEIGHT), Sense::hover());
    paint_line(ui, rect, word, FontId::proportional(theme::BODY_SIZE), colors(ui).text_weak);
}

/// What was typed counts as soon as it is a time; until then what is wrong is said.
fn time_ui(ui: &mut Ui, (number, text): (usize, &mut String), time: &mut DayTime) -> Option<String> {
    let id = ui.scope_id().with(("time", number));
    // What is no time stays until it is mended, or the time is changed elsewhere.
    let shown = ui.data_mut(|data| std::mem::replace(data.get_temp_mut_or(id, *time), *time));
    let is_no_time = !text.is_empty() && text.parse::<DayTime>().is_err();
    let is_typed = ui.memory(|memory| memory.has_focus(id)) || (is_no_time && shown == *time);
    if !is_typed && text.parse() != Ok(*time) {
        *text = time.to_string();
    }
    let label = format!("Occasion {number}: time");
    let is_wrong = text.parse::<DayTime>().is_err();
    let field = Field {
        label: &label,
        hint: "20:00",
        width: TIME_WIDTH,
        is_code: true,
        is_wrong,
        id: Some(id),
        ..Field::default()
    };
    let response = text_field(ui, text, &field);
    match text.parse() {
        Ok(parsed) => {
            if response.changed() {
                *time = parsed;
            }
            None
        }
        Err(why) => Some(why),
    }
}

/// None chosen is every day, and shown so.
fn days_ui(ui: &mut Ui, number: usize, days: &mut Vec<Day>) {
    ui.spacing_mut().item_spacing.x = 2.0;
    for day in Day::ALL {
        let is_chosen = days.contains(&day);
        let button = Button::selectable(is_chosen, day.label()).frame_when_inactive(true);
        let response = ui.add(button.min_size(vec2(DAY_WIDTH, 0.0)));
        if response.accessible_name(format!("Occasion {number}: {}", day.label())).clicked() {
            if is_chosen {
                days.retain(|other| *other != day);
            } else {
                days.push(day);
                days.sort();
            }
        }
    }
    ui.spacing_mut().item_spacing.x = space::S;
    if days.is_empty() || days.len() == Day::ALL.len() {
        ui.add_space(space::S);
        ui.label(RichText::new("every day").color(colors(ui).text_weak));
    }
}

fn changed_ui(
    ui: &mut Ui,
    (index, is_wrong): (usize, bool),
    path: &mut String,
    files: &mut String,
    actions: &mut Vec<Action>,
) {
    let number = index + 1;
    let width = (ui.available_width() - FILES_WIDTH - SECS_WIDTH - 336.0).max(120.0);
    let label = format!("Occasion {number}: file or folder");
    let hint = "a file or folder";
    text_field(ui, path, &Field { label: &label, hint, width, is_code: true, is_wrong, ..Field::default() });
    let label = format!("Browse for what occasion {number} watches");
    let button = icon_button(ui, icons::FOLDER_OPEN, &label, "Choose the file or folder");
    Popup::menu(&button).show(|ui| {
        ui.set_width(140.0);
        for (text, is_folder) in [("A file…", false), ("A folder…", true)] {
            let button = Button::new(text).frame_when_inactive(false);
            if ui.add_sized([ui.available_width(), theme::CONTROL_HEIGHT], button).clicked() {
                actions.push(Action::BrowseWatched(index, is_folder));
                ui.close();
            }
        }
    });
    ui.label(RichText::new("changes, files").color(colors(ui).text_weak));
    let label = format!("Occasion {number}: names of files");
    let hint = "*.mov, or all";
    text_field(ui, files, &Field { label: &label, hint, width: FILES_WIDTH, is_code: true, ..Field::default() });
    ui.label(RichText::new("and is quiet for").color(colors(ui).text_weak));
}

/// When it is due, and whether that holds.
fn next_ui(ui: &mut Ui, data: &ScheduleData<'_>, actions: &mut Vec<Action>) {
    section_title(ui, "Next");
    if data.is_paused {
        ui.horizontal(|ui| {
            ui.set_min_height(theme::CONTROL_HEIGHT);
            sentence(ui, Severity::Warning, "All schedules are paused: nothing is launched by itself.");
            if ui.button("Resume").accessible_name("Resume schedules").clicked() {
                actions.push(Action::PauseSchedules(false));
            }
        });
    } else if data.next.is_empty() {
        ui.label(RichText::new("As soon as a file has changed.").color(colors(ui).text));
    }
    if data.is_unsaved {
        sentence(ui, Severity::Info, "What was changed here counts once the preset is saved.");
    }
    for next in data.next {
        ui.label(RichText::new(next).color(if data.is_paused { colors(ui).text_faint } else { colors(ui).text }));
    }
    let help = "Only while Sidestage is open, or sidestage serve runs. What comes while the machine sleeps is launched up to five \
                minutes late, and after that is missed.";
    ui.add(Label::new(RichText::new(help).color(colors(ui).text_weak)).wrap());
}
