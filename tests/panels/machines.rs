//! What is missing on this machine, its names, and archives: what is drawn, and what a press asks for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use egui_kittest::kittest::Queryable;
use sidestage::discover::{Nearby, Need};
use sidestage::model::{LocalNames, NameKind, Preset, SharedFolder};
use sidestage::store::archive;
use sidestage::ui::action::Action;
use sidestage::ui::archive_dialog::ArchiveDialog;
use sidestage::ui::missing_panel::{HuntView, MissingRow};
use sidestage::ui::settings_panel::{MachineData, Page};

use super::stage::{World, harness, press, type_into, world};

fn row(need: Need, needed_by: &[&str]) -> MissingRow {
    MissingRow { need, needed_by: needed_by.iter().map(|name| (*name).to_owned()).collect(), mapped_to: None }
}

fn missing() -> World {
    let mut world = world();
    world.missing = vec![
        row(Need::Root("media".to_owned()), &["One", "Two", "Three", "Four"]),
        row(Need::Script(PathBuf::from("/shows/a.py")), &["One"]),
    ];
    world
}

#[test]
fn what_is_missing_is_told_in_the_bar_and_listed_with_its_fixes() {
    let mut harness = harness(missing());
    assert_eq!(press(&mut harness, "2 missing here: show the list"), [Action::ShowMissing]);
    harness.state_mut().state.shows_missing = true;
    harness.run();
    assert!(harness.query_by_label_contains("“One”, “Two”, “Three” and 1 more").is_some());
    let root = Need::Root("media".to_owned());
    let script = Need::Script(PathBuf::from("/shows/a.py"));
    let shown = script.shown();
    assert_eq!(press(&mut harness, "Choose folder… media"), [Action::BrowseMissing(root.clone(), true)]);
    let choose = format!("Choose file… {shown}");
    assert_eq!(press(&mut harness, &choose), [Action::BrowseMissing(script, false)]);
    assert_eq!(press(&mut harness, "Search nearby media"), [Action::SearchNearby(root)]);
    assert_eq!(press(&mut harness, "Close"), [Action::CancelSearch]);
    assert!(!harness.state().state.shows_missing);
}

#[test]
fn nothing_missing_is_said_and_not_told_in_the_bar() {
    let mut world = world();
    world.state.shows_missing = true;
    let harness = harness(world);
    assert!(harness.query_by_label("Nothing is missing").is_some());
    assert!(harness.query_by_label_contains("missing here").is_none());
}

#[test]
fn a_search_is_called_off_and_what_it_found_is_used() {
    let mut world = missing();
    let root = Need::Root("media".to_owned());
    world.hunts = vec![HuntView { need: root.clone(), nearby: None }];
    world.state.shows_missing = true;
    let mut harness = harness(world);
    assert_eq!(press(&mut harness, "Stop searching media"), [Action::CancelSearch]);
    let found = vec![PathBuf::from("/disk/media"), PathBuf::from("/old/media")];
    let nearby = Nearby { found: found.clone(), folders: 12, is_cut: true };
    harness.state_mut().hunts = vec![HuntView { need: root.clone(), nearby: Some(nearby) }];
    harness.run();
    assert!(harness.query_by_label("Looked into 12 folders; there was more to look at.").is_some());
    let label = format!("Use {}", found[0].display());
    assert_eq!(press(&mut harness, &label), [Action::FixMissing(root.clone(), found[0].clone())]);
    let nothing = Nearby { found: Vec::new(), folders: 1, is_cut: false };
    harness.state_mut().hunts = vec![HuntView { need: root, nearby: Some(nothing) }];
    harness.run();
    assert!(harness.query_by_label("Nothing like it was found in 1 folder nearby.").is_some());
}

const MEDIA: &str = if cfg!(windows) { "D:/media" } else { "/srv/media" };

fn on_page() -> World {
    let mut names = LocalNames::default();
    names.set(NameKind::Root, "media", MEDIA);
    let mut world = world();
    world.machine = MachineData {
        names: Arc::new(names),
        absent: BTreeSet::from([(NameKind::Root, "media".to_owned())]),
        wanted: BTreeMap::from([((NameKind::Interpreter, "style".to_owned()), 3)]),
        shared: vec![SharedFolder { path: PathBuf::from("/shows/clips"), presets: 2, name: "clips".to_owned() }],
        file: Some(PathBuf::from("/config/machine.ron")),
    };
    world.state.settings.is_open = true;
    world.state.settings.page = Page::Machine;
    world
}

#[test]
fn names_are_added_browsed_for_and_forgotten() {
    let mut harness = harness(on_page());
    assert!(harness.query_by_label("missing").is_some(), "its folder isn't there");
    assert!(harness.query_by_label("Not mapped on this machine; 3 presets need it.").is_some());
    let set = |kind, name: &str, path: Option<&str>| Action::SetName(kind, name.to_owned(), path.map(str::to_owned));
    assert_eq!(press(&mut harness, "Forget the root media"), [set(NameKind::Root, "media", None)]);
    let browse = Action::BrowseName(NameKind::Root, "media".to_owned(), true);
    assert_eq!(press(&mut harness, "Browse for the root media"), [browse]);
    press(&mut harness, "Browse for the interpreter style");
    let browse = Action::BrowseName(NameKind::Interpreter, "style".to_owned(), false);
    assert_eq!(press(&mut harness, "A program…"), [browse]);
    type_into(&mut harness, "Name of a new root", "a b");
    assert!(harness.query_by_label_contains("“a b” has others").is_some());
    let mut harness = super::stage::harness(on_page());
    type_into(&mut harness, "Name of a new root", "stills");
    type_into(&mut harness, "Path of a new root", MEDIA);
    assert_eq!(press(&mut harness, "Add the root"), [set(NameKind::Root, "stills", Some(MEDIA))]);
}

#[test]
fn a_folder_that_presets_share_becomes_a_root() {
    let mut harness = harness(on_page());
    let make = |name: &str| Action::MakeRoot(PathBuf::from("/shows/clips"), name.to_owned());
    let button = format!("Make {} a root", PathBuf::from("/shows/clips").display());
    assert_eq!(press(&mut harness, &button), [make("clips")]);
    let label = format!("Name of the root for {}", PathBuf::from("/shows/clips").display());
    type_into(&mut harness, &label, "2");
    assert_eq!(press(&mut harness, &button), [make("clips2")]);
}

#[test]
fn what_is_exported_can_be_chosen() {
    let dir = tempfile::tempdir().unwrap();
    for (file, text) in [("a.py", "import helper\n"), ("helper.py", "")] {
        std::fs::write(dir.path().join(file), text).unwrap();
    }
    let preset = Preset { script: "a.py".to_owned(), ..Preset::new("Tonight") };
    let export = archive::plan(&preset, &dir.path().join("tonight.ron"), &LocalNames::default());
    let mut world = world();
    world.state.archive = Some(ArchiveDialog::Export(Box::new(export)));
    let mut harness = harness(world);
    press(&mut harness, "Export tonight/helper.py");
    let asked = press(&mut harness, "Export…");
    let [Action::ExportTo(export)] = asked.as_slice() else { panic!("{asked:?}") };
    let on: Vec<_> = export.files.iter().filter(|file| file.is_on).map(|file| file.to.as_str()).collect();
    assert_eq!(on, ["a.py"]);
    assert_eq!(harness.state().state.archive, None);
}
