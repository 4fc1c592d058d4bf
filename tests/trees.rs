//! "No orphan, ever": real trees of processes that do their worst, and what is left of them (nothing).
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use sidestage::engine::{Engine, Exit, JobId, LaunchSpec, State, Stream};
use sidestage::model::{Lifecycle, Priority};
use support::{
    engine, is_alive, is_wine, politeness, rows, spec, texts, wait_at_most, wait_for, wait_for_death, wait_for_line,
};

/// The pids that the probe prints, once there are so many.
#[track_caller]
fn pids(engine: &Engine, job: JobId, count: usize) -> Vec<u32> {
    let said = || -> Vec<u32> {
        let lines = texts(engine, job, Stream::Stdout);
        lines.iter().filter_map(|line| line.strip_prefix("pid ")?.parse().ok()).collect()
    };
    let all = wait_at_most(|| Some(said()).filter(|pids| pids.len() >= count));
    all.unwrap_or_else(|| {
        let errors = texts(engine, job, Stream::Stderr);
        panic!("{count} processes should have told their pids, and {:?} did; they said also: {errors:?}", said())
    })
}

fn state_of(engine: &Engine, job: JobId) -> State {
    engine.jobs().into_iter().find(|view| view.id == job).unwrap().state
}

#[test]
fn a_fork_bomb_that_ignores_signals_ends_as_a_whole() {
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 0, ..spec(&["stubborn-bomb", "5"]) });
    let pids = pids(&engine, job, 63);
    engine.stop(job);
    assert!(engine.wait(job).unwrap().stopped);
    pids.iter().copied().for_each(wait_for_death);
}

#[test]
fn a_fork_bomb_ends_while_it_still_multiplies() {
    let engine = engine();
    for _ in 0..5 {
        let job = engine.launch(spec(&["stubborn-bomb", "5"]));
        let first = pids(&engine, job, 3);
        engine.kill(job);
        engine.wait(job).unwrap();
        let seen = pids(&engine, job, first.len());
        seen.iter().copied().for_each(wait_for_death);
    }
}

#[test]
fn killing_a_jobs_process_from_outside_ends_its_tree_and_is_no_stop() {
    let engine = engine();
    let job = engine.launch(spec(&["stubborn-tree", "3"]));
    let pids = pids(&engine, job, 3);
    support::kill(pids[0]);
    let ending = engine.wait(job).unwrap();
    assert!(!ending.stopped);
    if cfg!(unix) {
        assert_eq!(ending.exit, Exit::Signal(9));
        assert_eq!(ending.exit.describe(), "killed by SIGKILL");
    }
    pids.iter().copied().for_each(wait_for_death);
}

#[test]
fn a_job_that_closes_its_output_runs_until_it_really_ends() {
    let dir = tempfile::tempdir().unwrap();
    let closed = dir.path().join("closed");
    let engine = engine();
    let job = engine.launch(spec(&["closes-stdout", closed.to_str().unwrap()]));
    wait_for("its output to be closed", || closed.exists().then_some(()));
    wait_for("its start", || matches!(state_of(&engine, job), State::Running { .. }).then_some(()));
    // By the time that another job came and went, the end of this one's pipes has been noticed.
    engine.wait(engine.launch(spec(&["exit", "0"]))).unwrap();
    assert!(matches!(state_of(&engine, job), State::Running { .. }), "{:?}", state_of(&engine, job));
    assert_eq!(texts(&engine, job, Stream::Stdout), ["closing"]);
    engine.kill(job);
    assert!(engine.wait(job).unwrap().stopped);
}

#[test]
fn a_thousand_quick_exits_lose_no_line_and_no_status() {
    let engine = engine();
    // A process costs Wine a hundred times as much.
    let rounds = if support::is_wine() { 5 } else { 25 };
    for round in 0..rounds {
        let code = |index: i32| (round * 40 + index) % 251;
        let jobs: Vec<_> =
            (0..40).map(|index| engine.launch(spec(&["last-words", &code(index).to_string()]))).collect();
        for (index, job) in (0..).zip(jobs) {
            let ending = engine.wait(job).unwrap();
            assert_eq!((ending.exit, ending.stopped), (Exit::Code(code(index)), false));
            assert_eq!(texts(&engine, job, Stream::Stdout), ["first", "last"], "{:?}", rows(&engine, job));
            engine.remove(job);
        }
    }
}

#[test]
fn binary_garbage_is_only_output() {
    let engine = engine();
    let job = engine.launch(spec(&["garbage", "3000000"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(texts(&engine, job, Stream::Stdout).last().unwrap(), "after");
}

#[test]
fn who_holds_the_output_after_the_end_is_named() {
    let engine = engine();
    let job = engine.launch(spec(&["grandchild-holds"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    let holder = pids(&engine, job, 1)[0];
    wait_for_death(holder);
    let name = format!("probe{} (pid {holder}), which it had started", std::env::consts::EXE_SUFFIX);
    let notices = texts(&engine, job, Stream::Notice);
    assert!(notices.iter().any(|notice| notice.contains(&name)), "{name}: {notices:?}");
}

/// The ways out of a process group.
const WAYS: [&str; 4] = ["group", "session", "quiet", "daemon"];

#[test]
fn what_escaped_ends_when_its_job_is_stopped() {
    let engine = engine();
    for way in WAYS {
        let job = engine.launch(LaunchSpec { stop_secs: 0, ..spec(&["escape", way, "stubborn"]) });
        let escaped = pids(&engine, job, 1)[0];
        assert!(is_alive(escaped), "{way}");
        engine.stop(job);
        assert!(engine.wait(job).unwrap().stopped);
        wait_for_death(escaped);
    }
}

#[test]
fn what_escaped_ends_with_a_job_that_ends_by_itself() {
    let engine = engine();
    for way in WAYS {
        let job = engine.launch(spec(&["leave", way, "stubborn"]));
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0), "{way}");
        let escaped = pids(&engine, job, 1)[0];
        wait_for_death(escaped);
    }
}

#[test]
fn a_whole_tree_that_escaped_ends() {
    let engine = engine();
    let job = engine.launch(spec(&["leave", "daemon", "escape", "daemon", "stubborn-tree", "3"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    let job = engine.launch(spec(&["escape", "session", "stubborn-bomb", "4"]));
    let pids = pids(&engine, job, 32);
    engine.kill(job);
    engine.wait(job).unwrap();
    pids.iter().copied().for_each(wait_for_death);
}

#[test]
fn what_escaped_ends_when_the_engine_is_dropped() {
    let engine = engine();
    let jobs = WAYS.map(|way| engine.launch(spec(&["escape", way, "stubborn"])));
    let escaped = jobs.map(|job| pids(&engine, job, 1)[0]);
    drop(engine);
    escaped.iter().copied().for_each(wait_for_death);
}

#[test]
fn other_jobs_live_on_when_one_ends() {
    let engine = engine();
    let others = [["escape", "session", "stubborn"], ["escape", "daemon", "stubborn"]].map(|args| {
        let job = engine.launch(spec(&args));
        (job, pids(&engine, job, 1)[0])
    });
    engine.wait(engine.launch(spec(&["leave", "session", "stubborn"]))).unwrap();
    engine.wait(engine.launch(spec(&["exit", "0"]))).unwrap();
    for (job, escaped) in others {
        assert!(is_alive(escaped) && matches!(state_of(&engine, job), State::Running { .. }));
        engine.kill(job);
        engine.wait(job).unwrap();
        wait_for_death(escaped);
    }
}

#[test]
fn many_jobs_that_end_together_all_end_their_trees() {
    let engine = engine();
    let jobs: Vec<_> = (0..60).map(|_| engine.launch(spec(&["escape", "session", "stubborn"]))).collect();
    let escaped: Vec<_> = jobs.iter().map(|job| pids(&engine, *job, 1)[0]).collect();
    for job in &jobs {
        engine.kill(*job);
    }
    for job in &jobs {
        assert!(engine.wait(*job).unwrap().stopped);
    }
    escaped.iter().copied().for_each(wait_for_death);
    wait_for_line(&engine, engine.launch(spec(&["sleep"])), "ready");
}

#[test]
fn a_job_and_all_that_it_starts_let_others_go_first_unless_its_preset_says_otherwise() {
    let engine = engine();
    let ours = politeness(std::process::id());
    for in_terminal in [false, true] {
        for priority in [Priority::BelowNormal, Priority::Normal] {
            let lifecycle = Lifecycle { in_terminal, priority, ..Lifecycle::default() };
            let job = engine.launch(LaunchSpec { lifecycle, ..spec(&["tree", "3"]) });
            let are_more: Vec<_> = pids(&engine, job, 3).into_iter().map(|pid| politeness(pid) > ours).collect();
            // Wine hands a process' class on to no other.
            let seen = if is_wine() { usize::from(!in_terminal) } else { 3 };
            let expected = priority == Priority::BelowNormal;
            assert!(
                are_more[..seen].iter().all(|is_more| *is_more == expected),
                "{priority:?}, in a terminal: {in_terminal}: {are_more:?}"
            );
            engine.stop(job);
            engine.wait(job).unwrap();
        }
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process};
    use sidestage::model::{Invocation, StopSignal};

    fn signal(pid: u32, signal: Signal) {
        kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
    }

    #[test]
    fn a_tree_that_is_stopped_ends_when_it_is_stopped_for_good() {
        let engine = engine();
        let job = engine.launch(LaunchSpec { stop_secs: 1, ..spec(&["stubborn-tree", "3"]) });
        let pids = pids(&engine, job, 3);
        for pid in &pids {
            signal(*pid, Signal::STOP);
        }
        engine.stop(job);
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Signal(9));
        pids.iter().copied().for_each(wait_for_death);
    }

    /// A shell's script; it says `ready`.
    fn script(text: &str) -> LaunchSpec {
        let invocation =
            Invocation { program: "/bin/sh".into(), args: vec!["-c".into(), text.into()], ..support::probe_with(&[]) };
        LaunchSpec::new("script", invocation)
    }

    #[test]
    fn a_worker_that_cleans_up_has_its_time_though_its_shell_has_ended() {
        let engine = engine();
        let worker = "trap 'sleep 0.5; echo cleaned up; exit' TERM; echo ready; while :; do sleep 0.05; done";
        let job = engine.launch(LaunchSpec { stop_secs: 3600, ..script(&format!("({worker}) & exec sleep 3600")) });
        wait_for_line(&engine, job, "ready");
        engine.stop(job);
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Signal(15));
        wait_for_line(&engine, job, "cleaned up");
    }

    #[test]
    fn a_preset_chooses_the_signal_that_asks() {
        let engine = engine();
        for (stop_signal, code) in [(StopSignal::Terminate, 5), (StopSignal::Interrupt, 4)] {
            let text = "trap 'exit 4' INT; trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done";
            let lifecycle = Lifecycle { stop_signal, ..Lifecycle::default() };
            let job = engine.launch(LaunchSpec { lifecycle, stop_secs: 3600, ..script(text) });
            wait_for_line(&engine, job, "ready");
            engine.stop(job);
            assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(code));
        }
    }

    #[test]
    fn what_escaped_is_asked_before_it_is_killed() {
        let engine = engine();
        for way in ["group", "session"] {
            let job = engine.launch(LaunchSpec { stop_secs: 3600, ..spec(&["escape", way, "graceful"]) });
            wait_for_line(&engine, job, "ready");
            signal(pids(&engine, job, 1)[0], Signal::STOP);
            engine.stop(job);
            wait_for_line(&engine, job, "asked to stop");
            engine.kill(job);
            engine.wait(job).unwrap();
        }
    }

    #[test]
    fn what_took_off_its_mark_ends_with_its_parents() {
        if !cfg!(target_os = "linux") {
            return;
        }
        let engine = engine();
        let job = engine.launch(spec(&["escape", "bare", "escape", "session", "stubborn"]));
        let pids = pids(&engine, job, 2);
        engine.kill(job);
        engine.wait(job).unwrap();
        pids.iter().copied().for_each(wait_for_death);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_took_off_its_mark_and_holds_the_output_is_named_and_ended() {
        let engine = engine();
        let job = engine.launch(spec(&["leave", "bare", "stubborn"]));
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
        let holder = pids(&engine, job, 1)[0];
        wait_for_death(holder);
        let notices = texts(&engine, job, Stream::Notice);
        let named = format!("probe (pid {holder}), which it had started, still held its output; that was ended too");
        assert!(notices.iter().any(|notice| notice.contains(&named)), "{notices:?}");
    }

    #[test]
    fn a_death_by_signal_is_said_by_its_name() {
        let engine = engine();
        for name in ["SEGV", "BUS", "ABRT", "ILL", "XCPU", "SYS"] {
            let args = vec!["-c".to_owned(), format!("kill -{name} $$")];
            let invocation = Invocation { program: "/bin/sh".into(), args, ..support::probe_with(&[]) };
            let job = engine.launch(LaunchSpec::new(name, invocation));
            assert_eq!(engine.wait(job).unwrap().exit.describe(), format!("killed by SIG{name}"));
        }
    }
}
