//! The life of a job, stepped with a clock of our own.

use super::*;

const PATIENCE: Duration = Duration::from_secs(5);

fn secs(secs: u64) -> Duration {
    Duration::from_secs(secs)
}

fn rules() -> Rules {
    Rules { patience: PATIENCE, restart: Restart::default(), hang: None, ready: ReadyRule::AtStart }
}

fn restarting(when: RestartWhen) -> Rules {
    let restart = Restart { when, delay_secs: 1, max_delay_secs: 8, reset_secs: 60, max_attempts: 0 };
    Rules { restart, ..rules() }
}

/// A life whose first process is there, and when.
fn running(rules: Rules) -> (Life, Instant) {
    let (mut life, now) = (Life::new(rules, None), Instant::now());
    assert_eq!(life.step(Input::Spawned { pid: 7, now }), []);
    (life, now)
}

fn exited(code: i32, now: Instant) -> Input {
    Input::Exited { exit: Exit::Code(code), now, chance: 0.5 }
}

fn tick(now: Instant) -> Input {
    Input::Tick { now, last_sign: None }
}

/// What is done, without what is said.
fn deeds(effects: Vec<Effect>) -> Vec<Effect> {
    effects.into_iter().filter(|effect| !matches!(effect, Effect::Say(_))).collect()
}

/// When the next attempt is due.
fn next_attempt(life: &Life) -> Option<Instant> {
    match life.state() {
        State::Waiting(Wait::Restart { at, .. }) => Some(*at),
        _ => None,
    }
}

#[test]
fn stop_asks_then_kills_at_the_deadline() {
    let (mut life, now) = running(rules());
    assert_eq!(life.step(Input::Stop { now }), [Effect::Ask]);
    assert_eq!(life.deadline(None), Some(now + PATIENCE));
    assert_eq!(life.step(tick(now + PATIENCE / 2)), []);
    assert_eq!(life.step(tick(now + PATIENCE)), [Effect::Kill]);
    assert_eq!(life.step(tick(now + PATIENCE * 2)), []);
    assert_eq!(*life.state(), State::Stopping { pid: 7, deadline: now + PATIENCE, killed: true });
}

#[test]
fn a_second_stop_kills_at_once() {
    let (mut life, now) = running(rules());
    assert_eq!(life.step(Input::Stop { now }), [Effect::Ask]);
    assert_eq!(life.step(Input::Stop { now }), [Effect::Kill]);
}

#[test]
fn a_stop_before_there_is_a_process_is_kept() {
    let (mut life, now) = (Life::new(restarting(RestartWhen::Always), None), Instant::now());
    assert_eq!(life.step(Input::Stop { now }), []);
    assert_eq!(life.step(Input::Spawned { pid: 7, now }), [Effect::Kill]);
    assert_eq!(life.step(Input::Exited { exit: Exit::Signal(9), now, chance: 0.0 }), []);
    assert_eq!(*life.state(), State::Ended(Ending { exit: Exit::Signal(9), stopped: true }));
}

#[test]
fn an_end_nobody_asked_for_is_not_a_stop() {
    let (mut life, now) = running(rules());
    assert_eq!(life.step(exited(1, now)), []);
    assert_eq!(*life.state(), State::Ended(Ending { exit: Exit::Code(1), stopped: false }));
}

#[test]
fn only_the_operator_leads_out_of_the_end() {
    let (mut life, now) = running(rules());
    life.step(exited(0, now));
    let end = life.state().clone();
    for input in [
        Input::Spawned { pid: 1, now },
        Input::Ready,
        Input::Alive,
        Input::Stop { now },
        Input::Kill { now },
        Input::Go,
        Input::Never(String::new()),
        tick(now + secs(1000)),
        exited(5, now),
    ] {
        assert_eq!(life.step(input), []);
        assert_eq!(*life.state(), end);
    }
    assert_eq!(life.step(Input::Again { now }), [Effect::Start]);
}

#[test]
fn each_rule_restarts_after_the_ends_that_it_names() {
    for (when, code, restarts) in [
        (RestartWhen::Never, 1, false),
        (RestartWhen::OnFailure, 0, false),
        (RestartWhen::OnFailure, 1, true),
        (RestartWhen::Always, 0, true),
        (RestartWhen::Always, 1, true),
    ] {
        let (mut life, now) = running(restarting(when));
        life.step(exited(code, now));
        assert_eq!(next_attempt(&life).is_some(), restarts, "{when:?} after {code}");
    }
}

#[test]
fn the_delay_doubles_up_to_its_limit_and_a_good_run_resets_it() {
    let (mut life, mut now) = running(restarting(RestartWhen::Always));
    let mut delays = Vec::new();
    for _ in 0..6 {
        life.step(exited(1, now));
        let at = next_attempt(&life).unwrap();
        delays.push((at - now).as_secs());
        assert_eq!(life.step(tick(now + (at - now) / 2)), [], "not before its time");
        assert_eq!(life.step(tick(at)), [Effect::Start]);
        now = at;
        life.step(Input::Spawned { pid: 7, now });
    }
    assert_eq!(delays, [1, 2, 4, 8, 8, 8]);
    life.step(exited(1, now + secs(60)));
    assert_eq!(next_attempt(&life), Some(now + secs(61)));
}

#[test]
fn chance_spreads_the_delay_by_a_quarter() {
    for (chance, millis) in [(0.0, 750), (0.5, 1000), (1.0, 1250)] {
        let (mut life, now) = running(restarting(RestartWhen::Always));
        life.step(Input::Exited { exit: Exit::Code(1), now, chance });
        assert_eq!(next_attempt(&life), Some(now + Duration::from_millis(millis)));
    }
}

#[test]
fn after_the_last_attempt_it_stays_ended() {
    let mut rules = restarting(RestartWhen::OnFailure);
    rules.restart.max_attempts = 2;
    let (mut life, now) = running(rules);
    for _ in 0..2 {
        life.step(exited(1, now));
        assert_eq!(life.step(Input::Go), [Effect::Start]);
        life.step(Input::Spawned { pid: 7, now });
    }
    life.step(exited(1, now));
    assert_eq!(*life.state(), State::Ended(Ending { exit: Exit::Code(1), stopped: false }));
}

#[test]
fn the_operators_stop_wins_over_the_rule() {
    let (mut life, now) = running(restarting(RestartWhen::Always));
    life.step(Input::Stop { now });
    life.step(exited(0, now));
    assert_eq!(*life.state(), State::Ended(Ending { exit: Exit::Code(0), stopped: true }));
    // And while it waits for its next attempt.
    let (mut life, now) = running(restarting(RestartWhen::Always));
    life.step(exited(3, now));
    life.step(Input::Stop { now });
    assert_eq!(*life.state(), State::Ended(Ending { exit: Exit::Code(3), stopped: true }));
}

#[test]
fn after_an_interrupt_no_run_follows() {
    let (mut life, now) = running(restarting(RestartWhen::Always));
    assert_eq!(life.step(Input::NoMore), []);
    life.step(Input::Exited { exit: Exit::Signal(2), now, chance: 0.0 });
    assert!(matches!(life.state(), State::Ended(Ending { exit: Exit::Signal(2), .. })));
    let (mut life, now) = running(restarting(RestartWhen::Always));
    life.step(exited(3, now));
    life.step(Input::NoMore);
    assert!(matches!(life.state(), State::Ended(Ending { exit: Exit::Code(3), stopped: true })));
}

#[test]
fn what_may_not_be_launched_is_not_tried_again() {
    let (mut life, now) = (Life::new(restarting(RestartWhen::Always), None), Instant::now());
    life.step(Input::Exited { exit: Exit::NotLaunched("one is enough".to_owned()), now, chance: 0.0 });
    assert!(matches!(life.state(), State::Ended(_)));
}

#[test]
fn a_restart_by_the_operator_stops_first_and_asks_once() {
    let (mut life, now) = running(rules());
    assert_eq!(life.step(Input::Again { now }), [Effect::Ask]);
    assert_eq!(life.step(Input::Again { now }), []);
    assert!(life.runs_again());
    assert_eq!(life.step(exited(1, now)), [Effect::Start]);
    assert!(!life.runs_again());
}

#[test]
fn a_stop_of_what_a_rule_is_stopping_leaves_it_its_time_but_ends_it() {
    let (mut life, now) = running(Rules { hang: Some((secs(30), OnHang::Restart)), ..rules() });
    assert_eq!(deeds(life.step(tick(now + secs(30)))), [Effect::Ask]);
    assert_eq!(life.step(Input::Stop { now }), [], "it was asked a moment ago");
    assert_eq!(life.step(Input::Stop { now }), [Effect::Kill]);
    life.step(exited(1, now));
    assert_eq!(*life.state(), State::Ended(Ending { exit: Exit::Code(1), stopped: true }));
    // Who ordered the restart and then a stop has pressed twice.
    let (mut life, now) = running(rules());
    assert_eq!(life.step(Input::Again { now }), [Effect::Ask]);
    assert_eq!(life.step(Input::Stop { now }), [Effect::Kill]);
    life.step(exited(1, now));
    assert!(matches!(life.state(), State::Ended(_)));
}

#[test]
fn silence_is_a_warning_until_the_next_sign_of_life() {
    let (mut life, now) = running(Rules { hang: Some((secs(30), OnHang::Warn)), ..rules() });
    assert_eq!(life.deadline(None), Some(now + secs(30)));
    let sign = now + secs(20);
    assert_eq!(life.step(Input::Tick { now: now + secs(30), last_sign: Some(sign) }), []);
    assert_eq!(life.deadline(Some(sign)), Some(sign + secs(30)));
    let said = life.step(Input::Tick { now: sign + secs(30), last_sign: Some(sign) });
    assert_eq!(said, [Effect::Say("No sign of life for 30 s.".to_owned())]);
    assert!(matches!(life.state(), State::Running { is_stalled: true, .. }));
    assert_eq!(life.deadline(Some(sign)), None, "said once");
    life.step(Input::Alive);
    assert!(matches!(life.state(), State::Running { is_stalled: false, .. }));
}

#[test]
fn a_hanging_job_is_stopped_and_started_again_whatever_the_restart_rule() {
    let (mut life, now) = running(Rules { hang: Some((secs(30), OnHang::Restart)), ..rules() });
    let late = now + secs(30);
    assert_eq!(deeds(life.step(tick(late))), [Effect::Ask]);
    assert_eq!(deeds(life.step(tick(late + PATIENCE))), [Effect::Kill]);
    assert!(life.runs_again());
    life.step(Input::Exited { exit: Exit::Signal(9), now: late + PATIENCE, chance: 0.5 });
    assert_eq!(next_attempt(&life), Some(late + PATIENCE + secs(1)));
}

#[test]
fn ready_comes_by_a_line_or_by_time_and_once() {
    let later = |after| Rules { ready: ReadyRule::Later { after }, ..rules() };
    let (mut life, now) = running(later(None));
    assert!(matches!(life.state(), State::Running { is_ready: false, .. }));
    assert_eq!(life.deadline(None), None);
    assert_eq!(life.step(Input::Ready).len(), 1);
    assert_eq!(life.step(Input::Ready), []);
    assert!(matches!(life.state(), State::Running { is_ready: true, .. }));
    assert_eq!(life.step(exited(0, now)), []);
    let (mut life, now) = running(later(Some(secs(3))));
    assert_eq!(life.deadline(None), Some(now + secs(3)));
    life.step(tick(now + secs(3)));
    assert!(matches!(life.state(), State::Running { is_ready: true, .. }));
    assert_eq!(life.deadline(None), None);
}

#[test]
fn a_waiting_job_goes_when_its_turn_comes_or_a_person_says_so_and_never_otherwise() {
    let now = Instant::now();
    let turn = || Life::new(rules(), Some(Wait::Turn { at: now + secs(2) }));
    let mut life = turn();
    assert_eq!(life.step(tick(now + secs(1))), []);
    assert_eq!(life.step(tick(now + secs(2))), [Effect::Start]);
    assert_eq!(turn().step(Input::Go), [Effect::Start]);
    let mut life = turn();
    life.step(Input::Stop { now });
    assert!(matches!(life.state(), State::Ended(Ending { exit: Exit::NotLaunched(_), stopped: true })));
    let mut life = Life::new(rules(), Some(Wait::For(JobId(1))));
    assert_eq!(life.deadline(None), None);
    life.step(Input::Never("The one before failed.".to_owned()));
    let exit = Exit::NotLaunched("The one before failed.".to_owned());
    assert_eq!(*life.state(), State::Ended(Ending { exit, stopped: false }));
}
