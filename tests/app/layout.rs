//! How consoles lie over several starts, in tabs and in windows of their own. Where there is no system to open windows,
//! as here, they lie in the main one; a real second window is `window`'s business.

use std::path::Path;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use sidestage::model::Arrangement;
use sidestage::store::settings::{self, Settings};

use crate::stage::{Stage, probing, start};

fn stored(dir: &Path) -> Settings {
    settings::load_from(dir).settings
}

#[test]
fn consoles_of_the_same_presets_lie_as_they_did_at_the_last_start() {
    let mut stage = Stage::new(&[probing("Alpha", &["lines", "3", "0"]), probing("Beta", &["lines", "3", "0"])]);
    stage.press("Launch: Alpha");
    stage.wait_to_show("Job Alpha, finished");
    stage.press("Launch: Beta");
    stage.wait_to_show("Job Beta, finished");
    stage.press("Consoles: tabs");
    stage.press("Tab Alpha, finished");
    assert!(stage.shows("Console of Alpha") && !stage.shows("Console of Beta"));
    let settings_dir = stage.settings_dir.path().to_owned();
    stage.wait("settings", |_| stored(&settings_dir).console_plan.arrangement == Arrangement::Tabs);
    assert_eq!(stored(&settings_dir).console_plan.order, ["alpha", "beta"]);
    stage.harness = start(stage.dir.path(), &settings_dir);
    stage.press("Launch: Beta");
    stage.wait_to_show("Console of Beta");
    stage.press("Launch: Alpha");
    stage.wait_to_show("Console of Alpha");
    let left = |label: &str| stage.harness.get_by_label_contains(label).rect().left();
    assert!(left("Tab Alpha") < left("Tab Beta"), "whichever is launched first");
}

#[test]
fn a_launch_closes_no_console_that_somebody_reads() {
    let names = ["One", "Two", "Three", "Four", "Five", "Six", "Seven"];
    let presets: Vec<_> = names.iter().map(|name| probing(name, &["lines", "3", "0"])).collect();
    let mut stage = Stage::new(&presets);
    for name in &names[..6] {
        stage.press(&format!("Launch: {name}"));
        stage.wait_to_show(&format!("Job {name}, finished"));
    }
    stage.press("Consoles: tabs");
    stage.press("Tab One, finished");
    stage.press("Own window: One");
    stage.wait_to_show("Back to the main window: One");
    stage.press("Tab Two, finished");
    stage.press("Search: Two");
    stage.type_into("Find in Two", "Ended");
    // By its name, for here the other window lies over the list.
    stage.harness.get_by_label("Launch: Seven").click_accesskit();
    stage.wait_to_show("Job Seven, finished");
    stage.wait_to_show("Tab Seven");
    assert!(stage.shows("Back to the main window: One"), "it has a window of its own");
    assert!(stage.shows("Tab Two"), "it is searched");
    assert!(!stage.shows("Tab Three"), "the first that nobody does anything with");
}

#[test]
fn consoles_that_were_read_and_are_hidden_by_now_keep_no_launched_one_from_opening() {
    let names = ["One", "Two", "Three", "Four", "Five", "Six"];
    let of_name = |name: &&str| match *name {
        "One" => probing(name, &["exit", "3"]),
        _ => probing(name, &["lines", "100", "0"]),
    };
    let mut presets: Vec<_> = names.iter().map(of_name).collect();
    presets.push(probing("Seven", &["lines", "3", "0"]));
    presets.push(probing("Eight", &["lines", "3", "0"]));
    let mut stage = Stage::new(&presets);
    stage.press("Launch: One");
    stage.wait_to_show("Job One, failed");
    for name in &names[1..] {
        stage.press(&format!("Launch: {name}"));
        stage.wait_to_show(&format!("Job {name}, finished"));
    }
    stage.press("Consoles: tabs");
    for name in &names[1..] {
        stage.press(&format!("Tab {name}, finished"));
        stage.wait_to_show(&format!("Console of {name}"));
        stage.harness.get_by_label(&format!("Console of {name}")).focus();
        stage.harness.step();
        stage.keys(Modifiers::NONE, Key::Home);
        stage.wait("scrolled", |stage| stage.shows(&format!("Follow: {name}")));
    }
    stage.press("Launch: Seven");
    stage.wait_to_show("Tab Seven, finished");
    assert!(!stage.shows("Tab Two"), "the oldest that ended well");
    assert!(stage.shows("Tab One"), "what failed goes last");
    // An empty search is nobody's.
    stage.press("Search: Seven");
    stage.press("Launch: Eight");
    stage.wait_to_show("Tab Eight, finished");
    assert!(!stage.shows("Tab Seven") && stage.shows("Tab Three"), "one that nobody does anything with goes before");
}

#[test]
fn a_console_goes_to_a_window_and_comes_back_and_finds_its_window_again() {
    let mut stage = Stage::new(&[probing("Alpha", &["lines", "3", "0"]), probing("Beta", &["lines", "3", "0"])]);
    stage.press("Launch: Alpha");
    stage.wait_to_show("Job Alpha, finished");
    stage.press("Search: Alpha");
    stage.type_into("Find in Alpha", "Ended: exit");
    stage.wait_to_show("1 of 1");
    stage.press("Own window: Alpha");
    stage.wait_to_show("Back to the main window: Alpha");
    stage.wait("state", |stage| stage.shows("Find in Alpha") && stage.shows("1 of 1"));
    assert!(stage.shows("No console is open here"));
    stage.press("Back to the main window: Alpha");
    stage.wait_to_show("Own window: Alpha");
    assert!(stage.shows("Find in Alpha") && stage.count("Console of Alpha") == 1, "with all that it remembered");
    stage.press("Own window: Alpha");
    stage.wait_to_show("Back to the main window: Alpha");
    stage.press("Launch again: Alpha");
    stage.wait_to_show("Job Alpha  #2, finished");
    assert!(stage.shows("Back to the main window: Alpha  #2"), "a restart changes nothing");
    stage.press("Remove: Alpha  #2");
    stage.wait("gone", |stage| !stage.shows("Console of Alpha"));
}

#[test]
fn in_a_window_of_its_own_each_letter_leads_to_its_own_match() {
    let mut stage = Stage::new(&[probing("Alpha", &["lines", "3", "0"])]);
    stage.press("Launch: Alpha");
    stage.wait_to_show("Job Alpha, finished");
    stage.press("Own window: Alpha");
    stage.wait_to_show("Back to the main window: Alpha");
    stage.press("Search: Alpha");
    stage.type_into("Find in Alpha", "line");
    stage.wait_to_show("4 of 4");
    stage.type_into("Find in Alpha", " 0");
    stage.wait_to_show("1 of 1");
}

#[test]
fn jobs_are_shown_together_searched_and_remembered() {
    let mut stage = Stage::new(&[probing("Alpha", &["lines", "3", "0"]), probing("Beta", &["lines", "2", "0"])]);
    stage.press("Launch: Alpha");
    stage.wait_to_show("Job Alpha, finished");
    stage.press("Launch: Beta");
    stage.wait_to_show("Job Beta, finished");
    // All the room for one.
    stage.press("Consoles: tabs");
    stage.press("Show jobs together…");
    stage.press("All jobs");
    stage.press("Show together");
    stage.wait_to_show("Console of Alpha + Beta");
    stage.wait("lines of both", |stage| stage.shows("Alpha: Ended: ") && stage.shows("Beta: Ended: "));
    stage.press("Search: Alpha + Beta");
    stage.type_into("Find in Alpha + Beta", "Ended: exit");
    stage.wait_to_show("of 2");
    stage.press("Launch again: Beta");
    stage.wait_to_show("Job Beta  #2, finished");
    stage.wait_to_show("of 3");
    stage.press("Own window: Alpha + Beta");
    stage.wait_to_show("Back to the main window: Alpha + Beta");
    stage.press("Back to the main window: Alpha + Beta");
    let settings_dir = stage.settings_dir.path().to_owned();
    stage.wait("settings", |_| stored(&settings_dir).together.len() == 1);
    stage.harness = start(stage.dir.path(), &settings_dir);
    stage.press("Launch: Alpha");
    stage.wait_to_show("Job Alpha, finished");
    stage.wait("lines", |stage| stage.shows("Alpha: Ended: "));
    assert!(stage.shows("Console of Alpha"), "the view is there again with whichever of its jobs there is");
    stage.press("Launch: Beta");
    stage.wait_to_show("Job Beta, finished");
    stage.press_containing("Tab Alpha + Beta, finished");
    stage.wait_to_show("Beta: Ended: ");
    stage.press("Choose jobs…: Alpha + Beta");
    stage.press("Show Alpha");
    stage.press("Show together");
    stage.wait("chosen", |stage| !stage.shows("Alpha: Ended: ") && stage.shows("Beta: Ended: "));
}

#[test]
fn a_group_is_shown_together_with_what_is_launched_later() {
    let in_group =
        |name: &str| sidestage::model::Preset { group: "Tonight".to_owned(), ..probing(name, &["sleep", "60000"]) };
    let mut stage = Stage::new(&[in_group("Alpha"), in_group("Beta"), probing("Other", &["lines", "1", "0"])]);
    stage.press("Launch: Alpha");
    stage.wait_to_show("Job Alpha, running");
    stage.press("Launch: Other");
    stage.wait_to_show("Job Other, finished");
    stage.press("Group menu: Tonight");
    stage.press("Show group together");
    stage.wait_to_show("Console of Group Tonight");
    stage.wait_to_show("Alpha: Started");
    stage.press("Launch: Beta");
    stage.wait_to_show("Beta: Started");
    assert!(!stage.shows("Other: Started"));
    stage.press("Close console: Group Tonight");
    stage.wait("closed", |stage| !stage.shows("Console of Group Tonight"));
}
