//! The page "This machine": where the roots lie here, which program an interpreter's name means, and which folders several
//! presets name, so that they could be roots.
//!
//! Kept apart from the settings, in a file of its own; the app writes it name by name.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use eframe::egui::{Align, Button, Label, Layout, Popup, RichText, Ui};

use super::{LABEL_WIDTH, help_ui, section_ui, weak_ui};
use crate::model::{LocalNames, Mapped, NameKind, SharedFolder, check_name, check_path};
use crate::ui::action::Action;
use crate::ui::icons;
use crate::ui::theme::{self, CONTROL_HEIGHT, colors, space};
use crate::ui::widgets::{Field, Severity, action_button, icon_button, sentence, text_field, tinted_icon_button};

/// What the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MachineData {
    pub names: Arc<LocalNames>,
    /// Names of which the path isn't there.
    pub absent: BTreeSet<(NameKind, String)>,
    /// Names that aren't mapped, and how many presets need each.
    pub wanted: BTreeMap<(NameKind, String), usize>,
    /// Folders that could be roots.
    pub shared: Vec<SharedFolder>,
    /// The file that names are kept in; without it they can't be.
    pub file: Option<PathBuf>,
}

/// What is being typed.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Of names that are known; it counts once the field is left.
    paths: BTreeMap<(NameKind, String), String>,
    new_root: NewName,
    new_interpreter: NewName,
    /// What shared folders are to be called.
    root_names: BTreeMap<PathBuf, String>,
}

/// A name that is being added.
#[derive(Clone, Debug, Default)]
struct NewName {
    name: String,
    path: String,
}

/// Room for the state and the buttons behind a path, in points.
const BEHIND: f32 = 118.0;
const SHARED_NAME_WIDTH: f32 = 128.0;

pub(super) fn machine_ui(ui: &mut Ui, data: &MachineData, state: &mut State, actions: &mut Vec<Action>) {
    if let Some(trouble) = &data.names.trouble {
        sentence(ui, Severity::Error, trouble);
        return;
    }
    let about =
        "Folders that lie elsewhere on each machine. Presets begin their paths with them: {root.media}/clip.mov";
    section_ui(ui, "Roots", about, |ui| names_ui(ui, NameKind::Root, data, state, actions));
    let about = "What a preset means whose interpreter has this name: a program, or the folder of a virtual environment. \
                 Other names are looked up on PATH.";
    section_ui(ui, "Interpreters", about, |ui| names_ui(ui, NameKind::Interpreter, data, state, actions));
    if !data.shared.is_empty() {
        let about = "Several presets name these by their whole paths, which lead nowhere on another machine. A root in \
                     their place goes everywhere.";
        section_ui(ui, "Shared folders", about, |ui| {
            for folder in &data.shared {
                shared_ui(ui, folder, data, &mut state.root_names, actions);
            }
        });
    }
    if let Some(file) = &data.file {
        help_ui(ui, &format!("Kept in {}, which stays on this machine when the presets move.", file.display()));
    }
}

fn names_ui(ui: &mut Ui, kind: NameKind, data: &MachineData, state: &mut State, actions: &mut Vec<Action>) {
    for mapped in data.names.of(kind) {
        mapped_ui(ui, (kind, mapped), data, state, actions);
    }
    for ((_, name), count) in data.wanted.iter().filter(|((of, _), _)| *of == kind) {
        wanted_ui(ui, kind, name, *count, actions);
    }
    let new = match kind {
        NameKind::Root => &mut state.new_root,
        NameKind::Interpreter => &mut state.new_interpreter,
    };
    new_ui(ui, kind, new, data, actions);
}

const fn word(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Root => "root",
        NameKind::Interpreter => "interpreter",
    }
}

/// A row of the page that begins with a name.
fn name_row_ui(ui: &mut Ui, name: &str, contents: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let size = eframe::egui::vec2(LABEL_WIDTH, CONTROL_HEIGHT);
        let rect = ui.allocate_exact_size(size, eframe::egui::Sense::hover()).0;
        crate::ui::widgets::paint_line(ui, rect, name, theme::mono(), colors(ui).text_strong);
        contents(ui);
    });
}

fn mapped_ui(
    ui: &mut Ui,
    (kind, mapped): (NameKind, &Mapped),
    data: &MachineData,
    state: &mut State,
    actions: &mut Vec<Action>,
) {
    let key = (kind, mapped.name.clone());
    let mut path = state.paths.remove(&key).unwrap_or_else(|| mapped.path.clone());
    let problem = check_path(&path).err();
    name_row_ui(ui, &mapped.name, |ui| {
        let label = format!("Path of the {} {}", word(kind), mapped.name);
        let width = ui.available_width() - BEHIND;
        let field = Field { label: &label, width, is_code: true, is_wrong: problem.is_some(), ..Field::default() };
        let response = text_field(ui, &mut path, &field);
        browse_ui(ui, kind, &mapped.name, true, actions);
        let is_absent = data.absent.contains(&key);
        let label = format!("Forget the {} {}", word(kind), mapped.name);
        if icon_button(ui, icons::X, &label, "It means nothing here any more").clicked() {
            actions.push(Action::SetName(kind, mapped.name.clone(), None));
        }
        state_ui(ui, is_absent);
        if path == mapped.path {
            return;
        }
        if response.lost_focus() && problem.is_none() {
            actions.push(Action::SetName(kind, mapped.name.clone(), Some(path.trim().to_owned())));
        }
        // Until it means that, or for as long as it can't.
        state.paths.insert(key, path);
    });
    if let Some(problem) = problem {
        sentence(ui, Severity::Error, &problem);
    }
}

fn state_ui(ui: &mut Ui, is_absent: bool) {
    let colors = colors(ui);
    let (icon, color, word) = if is_absent {
        (icons::WARNING_FILLED, colors.warn, "missing")
    } else {
        (icons::CHECK_CIRCLE_FILLED, colors.good, "found")
    };
    ui.spacing_mut().item_spacing.x = space::XS;
    crate::ui::widgets::decoration(ui, icon, 13.0, color);
    ui.label(RichText::new(word).font(theme::small()).color(color));
}

/// A name that presets need and that means nothing here yet.
fn wanted_ui(ui: &mut Ui, kind: NameKind, name: &str, count: usize, actions: &mut Vec<Action>) {
    name_row_ui(ui, name, |ui| {
        let needed = if count == 1 { "1 preset needs it".to_owned() } else { format!("{count} presets need it") };
        let text = format!("Not mapped on this machine; {needed}.");
        let width = ui.available_width() - BEHIND;
        let text = RichText::new(text).color(colors(ui).warn);
        ui.add_sized([width, CONTROL_HEIGHT], Label::new(text).truncate().halign(Align::Min));
        browse_ui(ui, kind, name, true, actions);
    });
}

/// Asks for what the name shall mean; for an interpreter a program or a folder.
fn browse_ui(ui: &mut Ui, kind: NameKind, name: &str, is_enabled: bool, actions: &mut Vec<Action>) {
    let label = format!("Browse for the {} {name}", word(kind));
    let pick = |is_folder| Action::BrowseName(kind, name.to_owned(), is_folder);
    let icon = (icons::FOLDER_OPEN, colors(ui).text_weak);
    let response = ui.add_enabled_ui(is_enabled, |ui| tinted_icon_button(ui, icon, &label, "")).inner;
    match kind {
        NameKind::Root => {
            if response.clicked() {
                actions.push(pick(true));
            }
        }
        NameKind::Interpreter => {
            Popup::menu(&response).show(|ui| {
                ui.set_width(200.0);
                for (text, is_folder) in [("A program…", false), ("A virtual environment's folder…", true)] {
                    let button = Button::new(text).frame_when_inactive(false);
                    if ui.add_sized([ui.available_width(), CONTROL_HEIGHT], button).clicked() {
                        actions.push(pick(is_folder));
                        ui.close();
                    }
                }
            });
        }
    }
}

fn new_ui(ui: &mut Ui, kind: NameKind, new: &mut NewName, data: &MachineData, actions: &mut Vec<Action>) {
    let name = new.name.trim().to_owned();
    let is_taken = data.names.of(kind).iter().any(|mapped| mapped.name == name);
    let wrong = check_name(kind, &name).err().filter(|_| !name.is_empty());
    let wrong = wrong.or_else(|| is_taken.then(|| format!("“{name}” is there already; change its path above.")));
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        let label = format!("Name of a new {}", word(kind));
        let hint = if kind == NameKind::Root { "media" } else { "style-transfer" };
        let is_wrong = wrong.is_some();
        let field = Field { label: &label, hint, width: LABEL_WIDTH, is_code: true, is_wrong, ..Field::default() };
        text_field(ui, &mut new.name, &field);
        let label = format!("Path of a new {}", word(kind));
        let hint = if kind == NameKind::Root { "Its folder here" } else { "Its program or virtual environment here" };
        let width = ui.available_width() - BEHIND;
        text_field(ui, &mut new.path, &Field { label: &label, hint, width, is_code: true, ..Field::default() });
        let is_name = !name.is_empty() && wrong.is_none();
        browse_ui(ui, kind, if is_name { &name } else { "to add" }, is_name, actions);
        let is_whole = is_name && check_path(new.path.trim()).is_ok();
        let label = format!("Add the {}", word(kind));
        let added = ui.add_enabled(is_whole, Button::new("Add")).accessible_name(label);
        if added.clicked() {
            actions.push(Action::SetName(kind, name.clone(), Some(new.path.trim().to_owned())));
            *new = NewName::default();
        }
    });
    let path = new.path.trim();
    let problem = wrong.or_else(|| check_path(path).err().filter(|_| !path.is_empty()));
    if let Some(problem) = problem {
        sentence(ui, Severity::Error, &problem);
    }
}

fn shared_ui(
    ui: &mut Ui,
    folder: &SharedFolder,
    data: &MachineData,
    names: &mut BTreeMap<PathBuf, String>,
    actions: &mut Vec<Action>,
) {
    let shown = folder.path.display().to_string();
    let mut name = names.remove(&folder.path).unwrap_or_else(|| folder.name.clone());
    let wrong = root_problem(&name, &folder.path, &data.names);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = space::S;
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_enabled_ui(wrong.is_none(), |ui| {
                let action = Action::MakeRoot(folder.path.clone(), name.clone());
                // There may be several of these, so each says which folder it is about.
                let response = action_button(ui, action, actions).accessible_name(format!("Make {shown} a root"));
                response.on_hover_text(format!("In all {} presets that name {shown}", folder.presets));
            });
            let label = format!("Name of the root for {shown}");
            let is_wrong = wrong.is_some();
            let field = Field { label: &label, width: SHARED_NAME_WIDTH, is_code: true, is_wrong, ..Field::default() };
            text_field(ui, &mut name, &field);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                weak_ui(ui, &format!("{} presets", folder.presets));
                let text = RichText::new(&shown).font(theme::mono()).color(colors(ui).text);
                ui.add(Label::new(text).truncate().selectable(true)).on_hover_text(&shown);
            });
        });
    });
    if let Some(wrong) = wrong {
        sentence(ui, Severity::Error, &wrong);
    }
    if name != folder.name {
        names.insert(folder.path.clone(), name);
    }
}

/// Why a folder can't become a root of this name.
fn root_problem(name: &str, folder: &Path, names: &LocalNames) -> Option<String> {
    let taken = names.roots.iter().find(|root| root.name == name && Path::new(&root.path) != folder);
    let taken = taken.map(|root| format!("“{name}” is {} already; choose another name.", root.path));
    check_name(NameKind::Root, name).err().or(taken)
}
