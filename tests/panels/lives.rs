//! How jobs live: what the editor lets one choose, what the rows offer in each state, groups, and typed lines.

use eframe::egui::Key;
use egui_kittest::kittest::Queryable;
use sidestage::model::{GroupLaunch, OnHang, Place, Priority, Problem, RestartWhen, StopSignal};
use sidestage::ui::action::{Action, JobId};
use sidestage::ui::editor::{RunRow, Tab};
use sidestage::ui::job_state::{Due, EndKind, JobState};

use super::stage::{World, harness, press, type_into, world};

fn on_lifecycle() -> egui_kittest::Harness<'static, World> {
    let mut world = world();
    world.state.editor.tab = Tab::Lifecycle;
    world.state.layout.editor_height = Some(640.0);
    harness(world)
}

#[test]
fn when_it_runs_again_is_chosen_and_said() {
    let mut harness = on_lifecycle();
    assert!(harness.query_by_label("Longest delay in seconds").is_none(), "what means nothing isn't shown");
    press(&mut harness, "Run again: After a failure");
    assert_eq!(harness.state().edited().lifecycle.restart.when, RestartWhen::OnFailure);
    let said = "After a failure it runs again after 1 s, 2 s, 4 s … up to 60 s, without end.";
    assert!(harness.query_by_label_contains(said).is_some());
    type_into(&mut harness, "Attempts in a row; 0 for no end", "3");
    assert_eq!(harness.state().edited().lifecycle.restart.max_attempts, 3);
    assert!(harness.query_by_label_contains("at most 3 times in a row").is_some());
}

#[test]
fn signs_of_life_are_watched_for_once_that_is_ticked() {
    let mut harness = on_lifecycle();
    assert!(harness.query_by_label("When it hangs: Warn").is_none());
    press(&mut harness, "Watch for signs of life");
    press(&mut harness, "When it hangs: Stop, and start again");
    let hang = harness.state().edited().lifecycle.hang.clone();
    assert_eq!((hang.secs, hang.then), (60, OnHang::Restart));
    harness.get_by_label("Seconds without a sign of life").focus();
    harness.run();
    for _ in 0..2 {
        harness.key_press(Key::Backspace);
        harness.run();
    }
    harness.get_by_label("Seconds without a sign of life").type_text("7");
    harness.run();
    assert_eq!(harness.state().edited().lifecycle.hang.secs, 7, "an emptied field can be typed into");
    press(&mut harness, "Watch for signs of life");
    assert_eq!(harness.state().edited().lifecycle.hang.secs, 0);
}

#[test]
fn the_rest_of_a_life_is_edited_too() {
    let mut harness = on_lifecycle();
    for label in
        ["Launch when the panel opens", "Only one at a time", "Keep running when Sidestage closes", "Run in a terminal"]
    {
        press(&mut harness, label);
    }
    press(&mut harness, "Takes input");
    press(&mut harness, "Keep a log");
    press(&mut harness, "Priority: Normal");
    press(&mut harness, "Ask with: SIGINT, as Ctrl-C");
    let lifecycle = harness.state().edited().lifecycle.clone();
    assert!(lifecycle.launch_at_open && lifecycle.only_one && lifecycle.keep_running);
    assert!(lifecycle.in_terminal && lifecycle.takes_input && !lifecycle.log);
    assert_eq!((lifecycle.priority, lifecycle.stop_signal), (Priority::Normal, StopSignal::Interrupt));
}

#[test]
fn a_pattern_that_is_none_is_marked_beside_its_field() {
    let mut world = world();
    let problem = |place, what: &str| Problem { place, what: what.to_owned() };
    world.problems = vec![problem(Place::ReadyLine, "“(” is none."), problem(Place::HangLine, "“[” is none.")];
    world.invocation = None;
    world.state.layout.editor_height = Some(640.0);
    let mut harness = harness(world);
    press(&mut harness, "Lifecycle, 2 problems");
    for (field, what) in
        [("Line that says it is ready", "“(” is none."), ("Lines that are a sign of life", "“[” is none.")]
    {
        let (field, what) = (harness.get_by_label(field).rect(), harness.get_by_label(what).rect());
        assert!(what.top() >= field.bottom() - 1.0 && what.top() < field.bottom() + 12.0, "{field:?} {what:?}");
    }
}

#[test]
fn each_state_offers_what_can_be_done() {
    let queued = JobState::Queued { due: None };
    let restarting = JobState::Restarting { due: Due::InSecs(4), attempt: 1 };
    let stop = [("Stop: Noisy", Action::StopJob(JobId(1))), ("Launch again: Noisy", Action::LaunchAgain(JobId(1)))];
    let wait = [("Start now: Noisy", Action::StartNow(JobId(1))), ("Cancel: Noisy", Action::CancelWait(JobId(1)))];
    let kill = [("Kill now: Noisy", Action::KillJob(JobId(1))), ("Launch again: Noisy", Action::LaunchAgain(JobId(1)))];
    for (state, expected) in [
        (queued, &wait),
        (restarting, &wait),
        (JobState::Preparing, &stop),
        (JobState::Stalled, &stop),
        (JobState::Stopping { secs_left: 3 }, &kill),
    ] {
        let mut world = world();
        world.jobs[0].state = state;
        let mut harness = harness(world);
        for (label, action) in expected {
            assert_eq!(press(&mut harness, label), std::slice::from_ref(action), "{state:?}");
        }
    }
}

#[test]
fn a_job_that_is_kept_is_marked_by_a_word() {
    let mut world = world();
    world.jobs[0].is_kept = true;
    let harness = harness(world);
    assert!(harness.query_by_label("Job Noisy, running  ·  1:01  ·  kept  ·  pid 4711").is_some());
}

#[test]
fn what_stops_and_what_kills_stand_in_one_place() {
    let mut harness = harness(world());
    let stop = harness.get_by_label("Stop: Noisy").rect();
    harness.state_mut().jobs[0].state = JobState::Stopping { secs_left: 3 };
    harness.run();
    assert_eq!(harness.get_by_label("Kill now: Noisy").rect(), stop);
}

#[test]
fn a_group_is_launched_stopped_and_told_how() {
    let mut world = world();
    world.presets.groups.set("Tonight", GroupLaunch::Staggered { secs: 4 });
    let mut harness = harness(world);
    let group = |name: &str| name.to_owned();
    assert_eq!(press(&mut harness, "Launch group: Tonight"), [Action::LaunchGroup(group("Tonight"))]);
    assert_eq!(press(&mut harness, "Stop group: Workshop"), [Action::StopGroup(group("Workshop"))]);
    assert!(harness.query_by_label("Stop group: Tonight").is_none(), "nothing of it runs");
    press(&mut harness, "Group menu: Tonight");
    harness.get_by_label("Seconds between two launches").focus();
    harness.run();
    harness.get_by_label("Seconds between two launches").type_text("0");
    harness.run();
    let staggered = Action::SetGroupLaunch(group("Tonight"), GroupLaunch::Staggered { secs: 40 });
    assert_eq!(std::mem::take(&mut harness.state_mut().actions).last(), Some(&staggered));
    let when_ready = Action::SetGroupLaunch(group("Tonight"), GroupLaunch::WhenReady);
    assert_eq!(press(&mut harness, "Each when the one before is ready"), [when_ready]);
}

#[test]
fn the_palette_launches_a_group() {
    let mut harness = harness(world());
    harness.state_mut().state.palette.is_open = true;
    harness.run();
    harness.get_by_label("Search presets and commands").type_text("group ton");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().actions, [Action::LaunchGroup("Tonight".to_owned())]);
}

#[test]
fn lines_go_to_the_job_and_come_back_to_be_sent_again() {
    let mut world = world();
    world.takes_input = true;
    let mut harness = harness(world);
    let send = |line: &str| [Action::SendLine(JobId(1), line.to_owned())];
    type_into(&mut harness, "Input of Noisy", "go");
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(std::mem::take(&mut harness.state_mut().actions), send("go"));
    assert!(harness.get_by_label("Input of Noisy").is_focused(), "who types a line types the next");
    harness.key_press(Key::ArrowUp);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(std::mem::take(&mut harness.state_mut().actions), send("go"));
    assert_eq!(press(&mut harness, "End input: Noisy"), [Action::EndInput(JobId(1))]);
}

#[test]
fn past_runs_are_listed_and_their_logs_opened() {
    let mut world = world();
    world.state.editor.tab = Tab::Runs;
    let row = |when: &str, state, how: &str, log: Option<&str>| RunRow {
        when: when.to_owned(),
        lasted: "3.1 s".to_owned(),
        how: how.to_owned(),
        state,
        log: log.map(Into::into),
    };
    world.runs = vec![
        row("today 12:00:00", Some(JobState::Ended(EndKind::Failed)), "exit 3", Some("/logs/a.log")),
        row("today 11:00:00", None, "Sidestage ended first", None),
    ];
    let mut harness = harness(world);
    assert!(harness.query_by_label("Run of today 12:00:00, failed  ·  exit 3, lasted 3.1 s").is_some());
    assert!(harness.query_by_label("Open log: today 11:00:00").is_none(), "that log is gone");
    assert_eq!(press(&mut harness, "Open log: today 12:00:00"), [Action::OpenLog("/logs/a.log".into())]);
    harness.state_mut().runs.clear();
    harness.run();
    assert!(harness.query_by_label("No runs yet").is_some());
}
