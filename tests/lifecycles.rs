//! How jobs live over several runs and beside each other: restarts, hanging, readiness, groups, one at a time. Real
//! children; the rules themselves are tested by value, with a stepped clock, beside the code.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod support;

use sidestage::engine::{Engine, Exit, JobId, JobView, LaunchSpec, State, Stream, Wait};
use sidestage::launch::Launched;
use sidestage::model::{GroupLaunch, Hang, Lifecycle, OnHang, Ready, Restart, RestartWhen};
use support::{engine, rows, spec, texts, wait_for, wait_for_death, wait_for_line};

/// Longer than any test waits: only who skips it gets past.
const FOR_EVER_SECS: u32 = 3600;

fn with(args: &[&str], lifecycle: Lifecycle) -> LaunchSpec {
    LaunchSpec { lifecycle, ..spec(args) }
}

fn restarts(when: RestartWhen, delay_secs: u32) -> Lifecycle {
    let restart = Restart { when, delay_secs, max_delay_secs: delay_secs, reset_secs: FOR_EVER_SECS, max_attempts: 0 };
    Lifecycle { restart, ..Lifecycle::default() }
}

/// Ready when it prints `ready`, which the probe's `sleep` does at once and its `hold` never.
fn ready_by_line() -> Lifecycle {
    Lifecycle { ready: Ready { line: "^ready$".to_owned(), secs: 0 }, ..Lifecycle::default() }
}

fn view(engine: &Engine, job: JobId) -> JobView {
    engine.jobs().into_iter().find(|view| view.id == job).unwrap()
}

#[track_caller]
fn wait_for_state(engine: &Engine, job: JobId, what: &str, is_it: impl Fn(&State) -> bool) -> JobView {
    wait_for(what, || Some(view(engine, job)).filter(|view| is_it(&view.state)))
}

fn is_running(state: &State) -> bool {
    matches!(state, State::Running { .. })
}

fn notices(engine: &Engine, job: JobId) -> String {
    texts(engine, job, Stream::Notice).join("\n")
}

#[test]
fn a_failed_job_runs_again_until_it_has_tried_often_enough() {
    let engine = engine();
    let mut lifecycle = restarts(RestartWhen::OnFailure, 0);
    lifecycle.restart.max_attempts = 3;
    let job = engine.launch(with(&["exit", "4"], lifecycle));
    let ending = engine.wait(job).unwrap();
    assert_eq!((ending.exit, ending.stopped), (Exit::Code(4), false));
    assert_eq!(view(&engine, job).run, 4, "the first and three more");
    assert!(notices(&engine, job).contains("It is not started again: it was, 3 times in a row."));
}

#[test]
fn of_jobs_that_nobody_launched_by_hand_the_last_to_end_stay() {
    let engine = engine();
    let mut launched = Launched::default();
    let is_listed = |job| engine.jobs().iter().any(|view| view.id == job);
    let mut launch = |args: &[&str]| {
        let job = engine.launch(spec(args));
        launched.note(&engine, job, 1);
        job
    };
    let long = launch(&["sleep"]);
    let quick = [launch(&["exit", "0"]), launch(&["exit", "0"])];
    for job in quick {
        engine.wait(job).unwrap();
    }
    launch(&["sleep"]);
    wait_for("the first to end to go", || (!is_listed(quick[0])).then_some(()));
    assert!(is_listed(long) && is_listed(quick[1]));
    engine.stop(long);
    engine.wait(long).unwrap();
    launch(&["sleep"]);
    wait_for("the next one to go", || (!is_listed(quick[1])).then_some(()));
    assert!(is_listed(long), "the first to be launched was the last to end");
}

#[test]
fn a_job_that_did_its_work_stays_ended() {
    let engine = engine();
    let job = engine.launch(with(&["exit", "0"], restarts(RestartWhen::OnFailure, 0)));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(view(&engine, job).run, 1);
}

#[test]
fn the_next_attempt_counts_down_and_can_be_skipped_or_cancelled() {
    let engine = engine();
    let job = engine.launch(with(&["exit", "4"], restarts(RestartWhen::Always, FOR_EVER_SECS)));
    let is_waiting = |state: &State| matches!(state, State::Waiting(Wait::Restart { after: Exit::Code(4), .. }));
    wait_for_state(&engine, job, "the wait for the next attempt", is_waiting);
    engine.launch_now(job);
    wait_for_state(&engine, job, "the end of the second run", |state| {
        matches!(state, State::Waiting(Wait::Restart { attempt: 2, .. }))
    });
    assert_eq!(view(&engine, job).run, 2);
    engine.stop(job);
    let ending = engine.wait(job).unwrap();
    assert_eq!((ending.exit, ending.stopped), (Exit::Code(4), true));
}

#[test]
fn a_stop_is_never_undone_by_a_restart() {
    let engine = engine();
    let job = engine.launch(with(&["sleep"], restarts(RestartWhen::Always, 0)));
    wait_for_line(&engine, job, "ready");
    engine.stop(job);
    assert!(engine.wait(job).unwrap().stopped);
    assert_eq!(view(&engine, job).run, 1);
}

#[test]
fn a_silent_job_is_said_to_be_stalled_and_well_again_when_it_speaks() {
    let engine = engine();
    let hang = Hang { secs: 1, line: String::new(), then: OnHang::Warn };
    // A line, then two and a half seconds of nothing, and so on.
    let job = engine.launch(with(&["lines", "100", "2500"], Lifecycle { hang, ..Lifecycle::default() }));
    wait_for_state(&engine, job, "stalled", |state| matches!(state, State::Running { is_stalled: true, .. }));
    wait_for_state(&engine, job, "well again", |state| matches!(state, State::Running { is_stalled: false, .. }));
    let said = notices(&engine, job);
    assert!(said.contains("No sign of life for 1 s.") && said.contains("It gives signs of life again."), "{said}");
}

#[test]
fn a_hanging_job_is_stopped_and_started_again() {
    let engine = engine();
    let hang = Hang { secs: 1, line: "^tick".to_owned(), then: OnHang::Restart };
    // It talks all the time, but never says what counts.
    let lifecycle = Lifecycle { hang, ..restarts(RestartWhen::Never, 0) };
    let job = engine.launch(with(&["lines", "1000000", "10"], lifecycle));
    let first = wait_for_state(&engine, job, "running", is_running);
    wait_for("the second run", || Some(view(&engine, job)).filter(|view| view.run == 2 && is_running(&view.state)));
    let State::Running { pid, .. } = first.state else { panic!("{first:?}") };
    wait_for_death(pid);
}

#[test]
fn a_group_whose_members_wait_for_each_other_starts_in_order() {
    let engine = engine();
    let jobs = engine.launch_group(
        vec![with(&["sleep"], ready_by_line()), with(&["hold"], ready_by_line()), spec(&["sleep"])],
        GroupLaunch::WhenReady,
    );
    wait_for_state(&engine, jobs[1], "the second", is_running);
    assert!(matches!(view(&engine, jobs[0]).state, State::Running { is_ready: true, .. }));
    // The second never gets ready, so the third waits until a person has it start.
    assert_eq!(view(&engine, jobs[2]).state, State::Waiting(Wait::For(jobs[1])));
    engine.launch_now(jobs[2]);
    wait_for_state(&engine, jobs[2], "the third", is_running);
}

#[test]
fn what_waits_for_a_job_that_fails_is_not_launched_and_says_so() {
    let engine = engine();
    let jobs = engine.launch_group(
        vec![with(&["exit", "7"], ready_by_line()), spec(&["sleep"]), spec(&["sleep"])],
        GroupLaunch::WhenReady,
    );
    for job in &jobs[1..] {
        let ending = engine.wait(*job).unwrap();
        assert!(
            matches!(&ending.exit, Exit::NotLaunched(why) if why.contains("ended before it was ready")),
            "{ending:?}"
        );
    }
    assert!(notices(&engine, jobs[1]).contains("“exit”, which comes before it, ended before it was ready (exit 7)."));
}

#[test]
fn what_waits_for_a_job_that_does_its_work_and_ends_goes_on() {
    let engine = engine();
    let jobs =
        engine.launch_group(vec![with(&["exit", "0"], ready_by_line()), spec(&["sleep"])], GroupLaunch::WhenReady);
    wait_for_state(&engine, jobs[1], "the second", is_running);
}

#[test]
fn a_staggered_group_waits_its_turns() {
    let engine = engine();
    let specs = || vec![spec(&["sleep"]), spec(&["sleep"])];
    let jobs = engine.launch_group(specs(), GroupLaunch::Staggered { secs: FOR_EVER_SECS });
    wait_for_state(&engine, jobs[0], "the first", is_running);
    assert!(matches!(view(&engine, jobs[1]).state, State::Waiting(Wait::Turn { .. })));
    engine.stop(jobs[1]);
    assert!(matches!(engine.wait(jobs[1]).unwrap().exit, Exit::NotLaunched(_)));
    let jobs = engine.launch_group(specs(), GroupLaunch::Staggered { secs: 1 });
    wait_for_state(&engine, jobs[1], "the second, by itself", is_running);
}

#[test]
fn a_group_stops_in_reverse_one_after_another() {
    let engine = engine();
    let jobs =
        engine.launch_group(vec![spec(&["graceful"]), spec(&["graceful"]), spec(&["graceful"])], GroupLaunch::Together);
    for job in &jobs {
        wait_for_line(&engine, *job, "ready");
    }
    engine.stop_in_reverse(&jobs);
    for job in &jobs {
        engine.wait(*job).unwrap();
    }
    let said = |job: JobId, start: &str| {
        let rows = rows(&engine, job);
        rows.iter().find(|row| row.text.starts_with(start)).unwrap_or_else(|| panic!("{start}: {rows:?}")).at
    };
    if cfg!(unix) {
        // Each was asked only when the one behind it had ended.
        assert!(said(jobs[1], "asked to stop") >= said(jobs[2], "asked to stop"));
        assert!(said(jobs[0], "asked to stop") >= said(jobs[1], "asked to stop"));
    }
    assert!(said(jobs[1], "Ended") >= said(jobs[2], "Ended") && said(jobs[0], "Ended") >= said(jobs[1], "Ended"));
}

#[test]
fn a_group_of_which_one_is_launched_again_is_not_stopped_any_further() {
    let engine = engine();
    let patient = LaunchSpec { stop_secs: FOR_EVER_SECS, ..spec(&["stubborn"]) };
    let jobs = engine.launch_group(vec![spec(&["stubborn"]), patient], GroupLaunch::Together);
    for job in &jobs {
        wait_for_line(&engine, *job, "ready");
    }
    engine.stop_in_reverse(&jobs);
    wait_for_state(&engine, jobs[1], "being stopped", |state| matches!(state, State::Stopping { .. }));
    engine.launch_again(jobs[1], Some(spec(&["sleep"])));
    wait_for("it is to run again", || view(&engine, jobs[1]).runs_again.then_some(()));
    // As its deadline would.
    let State::Stopping { pid, .. } = view(&engine, jobs[1]).state else { panic!() };
    support::kill(pid);
    wait_for_state(&engine, jobs[1], "its next run", is_running);
    engine.kill(jobs[1]);
    engine.wait(jobs[1]).unwrap();
    // By the time that another job came and went, all that follows from that end was done.
    engine.wait(engine.launch(spec(&["exit", "0"]))).unwrap();
    assert!(is_running(&view(&engine, jobs[0]).state), "{:?}", view(&engine, jobs[0]).state);
}

#[test]
fn a_second_stop_of_a_group_kills_it_at_once() {
    let engine = engine();
    let patient = || LaunchSpec { stop_secs: FOR_EVER_SECS, ..spec(&["stubborn"]) };
    let jobs = engine.launch_group(vec![patient(), patient()], GroupLaunch::Together);
    for job in &jobs {
        wait_for_line(&engine, *job, "ready");
    }
    engine.stop_in_reverse(&jobs);
    wait_for_state(&engine, jobs[1], "being stopped", |state| matches!(state, State::Stopping { .. }));
    assert!(is_running(&view(&engine, jobs[0]).state));
    engine.stop_in_reverse(&jobs);
    for job in &jobs {
        assert!(engine.wait(*job).unwrap().stopped);
    }
}

#[test]
fn a_second_instance_is_refused_where_the_preset_says_so_and_welcome_afterwards() {
    let (engine, other, dir) = (engine(), engine(), tempfile::tempdir().unwrap());
    let alone = || LaunchSpec { only_one: Some(dir.path().join("locks/one.lock")), ..spec(&["sleep"]) };
    let first = engine.launch(alone());
    wait_for_line(&engine, first, "ready");
    for (engine, job) in [(&engine, engine.launch(alone())), (&other, other.launch(alone()))] {
        let ending = engine.wait(job).unwrap();
        assert!(matches!(&ending.exit, Exit::NotLaunched(why) if why.contains("only one at a time")), "{ending:?}");
    }
    engine.kill(first);
    engine.wait(first).unwrap();
    let job = other.launch(alone());
    wait_for_line(&other, job, "ready");
}

#[test]
fn waiting_jobs_dont_keep_a_panel_from_closing() {
    let engine = engine();
    let jobs = engine.launch_group(vec![with(&["hold"], ready_by_line()), spec(&["sleep"])], GroupLaunch::WhenReady);
    let again = engine.launch(with(&["exit", "4"], restarts(RestartWhen::Always, FOR_EVER_SECS)));
    wait_for_state(&engine, again, "waiting", |state| matches!(state, State::Waiting(_)));
    assert_eq!(view(&engine, jobs[1]).state, State::Waiting(Wait::For(jobs[0])));
    drop(engine);
}
