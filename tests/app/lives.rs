//! How jobs live over several runs and beside each other, from the preset's file to what stands on the window.

use eframe::egui::ViewportCommand;
use egui_kittest::kittest::Queryable;
use sidestage::model::{Lifecycle, Preset, Ready, Restart, RestartWhen};
use sidestage::store::groups;

use crate::stage::{Stage, probing, start, start_with};
use crate::support::wait_for;

/// Longer than any test waits: only who skips it gets past.
const FOR_EVER_SECS: u32 = 3600;

fn living(preset: Preset, lifecycle: Lifecycle) -> Preset {
    Preset { lifecycle, ..preset }
}

fn grouped(preset: Preset) -> Preset {
    Preset { group: "Tonight".to_owned(), ..preset }
}

/// Never ready, for the probe's `hold` says nothing.
fn never_ready(name: &str) -> Preset {
    let ready = Ready { line: "^ready$".to_owned(), secs: 0 };
    grouped(living(probing(name, &["hold"]), Lifecycle { ready, ..Lifecycle::default() }))
}

fn groups_file(stage: &Stage) -> String {
    std::fs::read_to_string(stage.file(groups::FILE_NAME)).unwrap_or_default()
}

/// Chooses how the group is launched.
fn choose(stage: &mut Stage, how: &str) {
    stage.press("Group menu: Tonight");
    stage.press(how);
    stage.press("Group menu: Tonight");
    stage.wait("the menu to close", |stage| !stage.shows(how));
}

#[test]
fn a_group_is_launched_as_was_chosen_and_the_choice_outlives_the_panel() {
    let mut stage = Stage::new(&[never_ready("A first"), grouped(probing("B second", &["sleep"]))]);
    choose(&mut stage, "Each when the one before is ready");
    stage.wait("the choice in its file", |stage| groups_file(stage).contains("(name: \"Tonight\", launch: WhenReady)"));
    stage.harness = start(stage.dir.path(), stage.settings_dir.path());
    stage.press("Launch group: Tonight");
    stage.wait_to_show("Job B second, waits for the one before  ·  A first");
    stage.wait_to_show("Job A first, getting ready");
    stage.wait_to_show("1 running");
    stage.wait_to_show("1 waiting");
    stage.press("Start now: B second");
    stage.wait_to_show("Job B second, running");
    stage.press("Stop group: Tonight");
    stage.wait("both stopped", |stage| stage.shows("Job A first, stopped") && stage.shows("Job B second, stopped"));
    assert!(!stage.shows("Stop group: Tonight"), "nothing of it is left to stop");
}

#[test]
fn what_waits_for_its_turn_can_be_cancelled() {
    let mut stage = Stage::new(&[never_ready("A first"), never_ready("B second")]);
    choose(&mut stage, "Each when the one before is ready");
    stage.press("Launch group: Tonight");
    stage.wait_to_show("Job B second, waits for the one before");
    stage.press("Cancel: B second");
    stage.wait_to_show("Job B second, stopped");
    stage.wait_to_show("Job A first, getting ready");
}

#[test]
fn one_that_cannot_run_keeps_only_those_back_that_would_wait_for_it() {
    let broken = grouped(Preset { script: "absent.py".to_owned(), ..Preset::new("B broken") });
    let presets = [grouped(probing("A good", &["sleep"])), broken, grouped(probing("C good", &["sleep"]))];
    let mut stage = Stage::new(&presets);
    stage.press("Launch group: Tonight");
    stage.wait_to_show("“B broken” was not launched.");
    stage.wait("the others", |stage| stage.shows("Job A good, running") && stage.shows("Job C good, running"));
    stage.press("Stop all");
    stage.wait("stopped", |stage| stage.shows("Job A good, stopped") && stage.shows("Job C good, stopped"));
    choose(&mut stage, "Each when the one before is ready");
    stage.press("Launch group: Tonight");
    stage.wait_to_show("“C good” comes after it, and wasn't launched either.");
    stage.wait_to_show("Job A good (2), running");
    assert!(!stage.shows("Job C good (2)"));
}

#[test]
fn a_groups_file_that_does_not_parse_is_named_and_left_alone() {
    let mut stage = Stage::new(&[grouped(probing("A", &["sleep"]))]);
    let text = "(version: 1, groups: [(name: \"Tonight\", launch: Later)])";
    std::fs::write(stage.file(groups::FILE_NAME), text).unwrap();
    stage.come_back();
    stage.wait_to_show("sidestage.groups:1:49: “Later” is not known here");
    choose(&mut stage, "Each when the one before is ready");
    stage.wait_to_show("How “Tonight” is launched can't be kept");
    assert_eq!(groups_file(&stage), text);
}

#[test]
fn what_wants_it_is_launched_when_the_panel_opens_unless_one_says_no() {
    let at_open = || Lifecycle { launch_at_open: true, ..Lifecycle::default() };
    let presets = [living(probing("Server", &["sleep"]), at_open()), probing("By hand", &["sleep"])];
    let mut stage = Stage::new(&presets);
    stage.wait_to_show("Job Server, running");
    stage.come_back();
    stage.wait_to_show("Launch: By hand");
    assert!(!stage.shows("Job Server (2)"), "reading the folder again launches nothing");
    assert!(!stage.shows("Job By hand"));
    stage.harness = start_with(stage.dir.path(), stage.settings_dir.path(), false);
    stage.wait_to_show("Launch: Server");
    stage.press("Launch: By hand");
    stage.wait_to_show("Job By hand, running");
    assert!(!stage.shows("Job Server"));
}

#[test]
fn of_a_preset_that_allows_one_the_second_launch_shows_the_first() {
    let one = Lifecycle { only_one: true, ..Lifecycle::default() };
    let mut stage = Stage::new(&[living(probing("Single", &["sleep"]), one)]);
    stage.press("Launch: Single");
    stage.wait_to_show("Job Single, running");
    stage.press("Launch: Single");
    stage.wait_to_show("“Single” runs already, and its preset allows only one at a time.");
    assert!(!stage.shows("Job Single (2)"));
    stage.press("Launch again: Single");
    stage.wait_to_show("Job Single  #2, running");
}

#[test]
fn the_next_attempt_is_shown_and_can_be_hurried_or_cancelled() {
    let when = RestartWhen::OnFailure;
    let restart = Restart { when, delay_secs: FOR_EVER_SECS, max_delay_secs: FOR_EVER_SECS, ..Restart::default() };
    let failing = living(probing("Failing", &["exit", "4"]), Lifecycle { restart, ..Lifecycle::default() });
    let mut stage = Stage::new(&[failing]);
    stage.press("Launch: Failing");
    stage.wait_to_show("Job Failing, restarts in ");
    assert!(stage.shows("exit 4") && stage.shows("1 waiting") && !stage.shows("failed"));
    stage.press("Start now: Failing");
    stage.wait("the second attempt", |stage| stage.shows("Job Failing  #2, restarts in ") && stage.shows("attempt 2"));
    stage.harness.input_mut().focused = false;
    stage.wait_to_show("Job Failing  #2, restarts at ");
    stage.harness.input_mut().focused = true;
    stage.press("Cancel: Failing  #2");
    stage.wait_to_show("Job Failing  #2, stopped");
}

#[test]
fn lines_are_typed_into_a_job_until_its_input_is_ended() {
    let takes_input = Lifecycle { takes_input: true, ..Lifecycle::default() };
    let mut stage = Stage::new(&[living(probing("Listener", &["stdin"]), takes_input)]);
    stage.press("Launch: Listener");
    stage.wait_to_show("Input of Listener");
    stage.type_into("Input of Listener", "hello");
    stage.keys(eframe::egui::Modifiers::NONE, eframe::egui::Key::Enter);
    // The field shows what it is given again, so the line is looked for where it is not a field.
    stage.wait("the line in the console", |stage| stage.shows("hello"));
    stage.press("End input: Listener");
    stage.wait_to_show("eof");
    stage.wait_to_show("Job Listener, finished");
    assert!(!stage.shows("Input of Listener"), "what takes no input has no field for it");
}

#[test]
fn the_runs_of_a_preset_are_listed_with_how_they_ended() {
    let mut stage = Stage::new(&[probing("Short", &["exit", "3"])]);
    stage.press("Runs");
    stage.wait_to_show("No runs yet");
    stage.press("Launch: Short");
    stage.wait_to_show("Job Short, failed");
    stage.wait_to_show("failed  ·  exit 3, lasted ");
    assert!(stage.shows("Open log: today "));
    stage.press("Launch again: Short");
    let count = |stage: &Stage| stage.count("failed  ·  exit 3, lasted ");
    wait_for("the second run", || {
        stage.harness.step();
        (count(&stage) == 2).then_some(())
    });
}

#[test]
fn a_second_press_kills_what_would_not_stop() {
    let stubborn = Preset { stop_secs: FOR_EVER_SECS, ..probing("Stubborn", &["stubborn"]) };
    let mut stage = Stage::new(&[stubborn]);
    stage.press("Launch: Stubborn");
    stage.wait("it to ignore signals", |stage| stage.shows("Job Stubborn, running") && stage.shows("ready"));
    stage.press("Stop: Stubborn");
    stage.wait_to_show("Job Stubborn, stopping");
    stage.press("Kill now: Stubborn");
    stage.wait_to_show("Job Stubborn, stopped");
}

#[test]
fn a_job_that_is_kept_outlives_the_panel_and_is_found_by_the_next() {
    let lifecycle = Lifecycle { keep_running: true, launch_at_open: true, ..Lifecycle::default() };
    let presets = [living(probing("Server", &["sleep"]), lifecycle), probing("Guest", &["sleep"])];
    let mut stage = Stage::new(&presets);
    stage.press("Launch: Guest");
    stage.wait("both", |stage| stage.shows("Job Server, running") && stage.shows("Job Guest, running"));
    stage.wait_to_show("  ·  kept  ·  ");
    stage.close();
    stage.wait_to_show("“Guest” runs, and is stopped first.");
    assert!(stage.shows("“Server” is kept running; the next start finds it again."));
    stage.harness.get_by_label("Stop and quit").click();
    stage.wait("closes", |stage| stage.was_told(&ViewportCommand::Close));
    // The old panel goes first, as it does where there is a window.
    *stage.harness.state_mut() = None;
    // The same folder by another name.
    #[cfg(unix)]
    let dir = {
        let link = stage.settings_dir.path().join("shows");
        std::os::unix::fs::symlink(stage.dir.path(), &link).unwrap();
        link
    };
    #[cfg(windows)]
    let dir = std::path::PathBuf::from(stage.dir.path().to_str().unwrap().to_uppercase());
    stage.harness = start(&dir, stage.settings_dir.path());
    stage.wait_to_show("Job Server, running");
    stage.wait_to_show("Server, 1 running");
    assert!(!stage.shows("Job Server (2)"), "it runs already, so it isn't launched once more");
    stage.press("Stop: Server");
    stage.wait_to_show("Job Server, stopped");
}

#[test]
fn a_bar_that_a_job_draws_stands_in_its_console_and_on_its_row() {
    let bar = "\u{1b}[2K\u{1b}[1G10%\u{1b}[2K\u{1b}[1G\u{1b}[32m━━━\u{1b}[90m━━\u{1b}[0m 62%";
    let mut stage = Stage::new(&[probing("Draws", &["partial", bar])]);
    stage.press("Launch: Draws");
    stage.wait_to_show("Progress of Draws: 62 %");
    stage.wait("the bar in the console", |stage| stage.harness.query_by_label("━━━━━ 62%").is_some());
    stage.press("Stop: Draws");
    stage.wait("the job to be over", |stage| !stage.shows("Progress of"));
}
