//! What is missing is put right for all presets that need it, names are kept on this machine, and archives come in.

use std::path::Path;

use sidestage::model::{Argument, Interpreter, LocalNames, Preset};
use sidestage::store::presets::PREVIOUS_DIR;
use sidestage::store::{archive, machine, presets};

use crate::stage::{Stage, probing};

fn needing(name: &str, value: &str) -> Preset {
    let mut preset = probing(name, &["argv"]);
    preset.arguments.push(Argument { on: true, value: value.to_owned(), ..Argument::default() });
    preset
}

fn file(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, text).unwrap();
}

#[test]
fn a_root_that_is_found_nearby_puts_all_presets_right() {
    let value = "{root.media}/clip.mov";
    let mut stage = Stage::new(&[needing("One", value), needing("Two", value), probing("Three", &["argv"])]);
    file(&stage.file("disk/media/clip.mov"), "");
    stage.press("1 missing here: show the list");
    stage.wait_to_show("Needed by “One” and “Two”.");
    stage.press("Search nearby media");
    let found = stage.file("disk").join("media");
    stage.press(&format!("Use {}", found.display()));
    stage.wait_to_show("Nothing is missing");
    let names = machine::load_from(stage.settings_dir.path());
    assert_eq!(names.root("media"), Ok(&*found.to_string_lossy()));
    stage.press("Close");
    stage.press("Launch: Two");
    stage.wait_to_show("Job Two, finished");
    stage.wait_to_show("clip.mov");
    assert!(!stage.shows("unsaved"), "no preset was changed");
}

#[test]
fn what_another_program_maps_is_seen_when_the_window_comes_back() {
    let mut stage = Stage::new(&[needing("One", "{root.media}/clip.mov")]);
    stage.wait_to_show("1 missing here");
    file(&stage.file("media/clip.mov"), "");
    let media = stage.file("media");
    let kind = sidestage::model::NameKind::Root;
    machine::set(stage.settings_dir.path(), kind, "media", Some(&media.to_string_lossy())).unwrap();
    stage.come_back();
    stage.wait("it is there", |stage| !stage.shows("missing here"));
}

#[test]
fn a_script_that_moved_is_put_right_in_each_preset_and_the_version_before_is_kept() {
    let preset = |name: &str| Preset {
        interpreter: Interpreter::Path(crate::support::probe().to_string_lossy().into_owned()),
        script: "old/a.py".to_owned(),
        ..Preset::new(name)
    };
    let mut stage = Stage::new(&[preset("One"), preset("Two")]);
    file(&stage.file("new/a.py"), "");
    stage.wait_to_show("1 missing here");
    // Edits that aren't saved stay so: the fix joins them.
    stage.press("Two, has a problem");
    stage.press("Add a row");
    stage.type_into("Argument 1 flag", "--mine");
    stage.wait_to_show("Two, unsaved");
    stage.press("1 missing here: show the list");
    let lost = presets::load_dir(stage.dir.path()).dir.join("old").join("a.py");
    stage.press(&format!("Search nearby {}", lost.display()));
    stage.press(&format!("Use {}", stage.file("new").join("a.py").display()));
    stage.wait_to_show("In “Two” it joins edits that aren't saved yet.");
    stage.wait_to_show("Nothing is missing");
    let script = |stage: &Stage, name: &str| presets::read(&stage.file(name)).unwrap().script;
    stage.wait("saved", |stage| script(stage, "One.ron") == "new/a.py");
    assert_eq!(script(&stage, "Two.ron"), "old/a.py", "what wasn't saved isn't");
    let before = presets::read(&stage.file(PREVIOUS_DIR).join("One.ron")).unwrap();
    assert_eq!(before.script, "old/a.py");
}

#[test]
fn a_shared_folder_becomes_a_root_in_all_presets_that_name_it() {
    // Not among the system's temporary files, which are proposed nowhere.
    let outside = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let clips = outside.path().join("show/clips");
    file(&clips.join("a.mov"), "");
    file(&clips.join("b.mov"), "");
    let value = |name: &str| clips.join(name).to_string_lossy().into_owned();
    let mut stage = Stage::new(&[needing("One", &value("a.mov")), needing("Two", &value("b.mov"))]);
    stage.keys(eframe::egui::Modifiers::COMMAND, eframe::egui::Key::Comma);
    stage.press("This machine");
    stage.press(&format!("Make {} a root", clips.display()));
    let read = |stage: &Stage, name: &str| presets::read(&stage.file(name)).unwrap().arguments[1].value.clone();
    stage.wait("saved", |stage| read(stage, "Two.ron") == "{root.clips}/b.mov");
    stage.wait("saved", |stage| read(stage, "One.ron") == "{root.clips}/a.mov");
    assert!(machine::load_from(stage.settings_dir.path()).root("clips").is_ok());
}

#[test]
fn an_archive_that_is_dropped_is_looked_at_and_imported() {
    let there = tempfile::tempdir().unwrap();
    file(&there.path().join("a.py"), "print('hello')\n");
    let preset = Preset { script: "a.py".to_owned(), ..Preset::new("From elsewhere") };
    let export = archive::plan(&preset, &there.path().join("elsewhere.ron"), &LocalNames::default());
    let zip = there.path().join("elsewhere.zip");
    archive::write(&export, &zip, false).unwrap();
    let mut stage = Stage::new(&[probing("Here", &["argv"])]);
    stage.wait_to_show("Here");
    stage.drop(&zip);
    stage.wait_to_show("Import “From elsewhere”?");
    stage.wait_to_show("elsewhere/a.py");
    stage.press("Import");
    stage.wait_to_show("Imported “From elsewhere”.");
    stage.wait("it is open", |stage| stage.shows("elsewhere/a.py") && !stage.shows("Import “"));
    assert_eq!(presets::read(&stage.file("elsewhere.ron")).unwrap().script, "elsewhere/a.py");
    assert!(stage.file("elsewhere/a.py").is_file());
}
