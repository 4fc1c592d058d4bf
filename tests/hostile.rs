//! The engine where things go wrong at the worst moment: orders that race, children that misbehave, threads that fail.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

mod support;

use std::sync::{Arc, OnceLock};

use sidestage::engine::{Console, Engine, Exit, JobId, LaunchSpec, State, Stream, Wake};
#[cfg(unix)]
use sidestage::model::Invocation;
#[cfg(unix)]
use support::probe_with;
use support::{engine, engine_waking, rows, spec, texts, wait_for, wait_for_death, wait_for_line};

fn pid_of(engine: &Engine, job: JobId) -> u32 {
    wait_for("a process", || {
        let view = engine.jobs().into_iter().find(|view| view.id == job)?;
        if let State::Running { pid, .. } = view.state { Some(pid) } else { None }
    })
}

/// What the system says of a thread of ours panicking is part of these tests' output; a job that hangs is not.
#[test]
fn a_run_whose_thread_fails_still_ends() {
    let shown: Arc<OnceLock<Arc<Console>>> = Arc::default();
    let looked_at = Arc::clone(&shown);
    let wake = move |wake| {
        if matches!(wake, Wake::Output(_)) {
            // Looked at each time, so that the run's own notices wake too.
            looked_at.get().unwrap().seen();
            let is_the_runs = std::thread::current().name().is_some_and(|name| name.starts_with("run "));
            assert!(!is_the_runs, "on purpose");
        }
    };
    let engine = engine_waking(wake);
    let job = engine.launch(spec(&["sleep"]));
    wait_for_line(&engine, job, "ready");
    let console = shown.get_or_init(|| engine.console(job).unwrap());
    console.set_watched(true);
    engine.kill(job);
    assert!(engine.wait(job).unwrap().stopped);
    let notices = texts(&engine, job, Stream::Notice);
    assert!(notices.last().unwrap().starts_with("Ended: "), "its thread failed while it said that: {notices:?}");
}

#[test]
fn dropping_the_engine_in_the_midst_of_a_restart_starts_nothing() {
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 3600, ..spec(&["stubborn"]) });
    // Before it says so it isn't stubborn yet, and a stop would simply end it.
    wait_for_line(&engine, job, "ready");
    let pid = pid_of(&engine, job);
    engine.launch_again(job, None);
    wait_for("the restart to be under way", || engine.jobs()[0].runs_again.then_some(()));
    drop(engine);
    wait_for_death(pid);
}

#[test]
fn an_impatient_restart_still_asks_only() {
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 3600, ..spec(&["stubborn"]) });
    wait_for_line(&engine, job, "ready");
    for _ in 0..3 {
        engine.launch_again(job, None);
    }
    // Orders are carried out one after the other: when this has ended, those before it are done.
    engine.wait(engine.launch(spec(&["exit", "0"]))).unwrap();
    let view = &engine.jobs()[0];
    assert!(view.runs_again && matches!(view.state, State::Stopping { killed: false, .. }), "{view:?}");
    engine.stop(job);
    assert!(engine.wait(job).unwrap().stopped, "a stop is still a stop, and forgets the restart");
}

#[test]
fn orders_for_what_is_gone_harm_nobody() {
    let engine = engine();
    let job = engine.launch(spec(&["exit", "0"]));
    engine.wait(job).unwrap();
    engine.stop(job);
    engine.kill(job);
    engine.interrupt(job);
    engine.remove(job);
    engine.launch_again(job, None);
    engine.stop(job);
    assert!(engine.wait(engine.launch(spec(&["exit", "4"]))).is_some_and(|ending| ending.exit == Exit::Code(4)));
    assert_eq!(engine.wait(job), None);
    assert_eq!(engine.jobs().len(), 1);
}

#[test]
fn a_stop_before_it_has_started_holds() {
    let engine = engine();
    let jobs: Vec<_> = (0..20)
        .map(|_| {
            let job = engine.launch(LaunchSpec { stop_secs: 3600, ..spec(&["stubborn"]) });
            engine.stop(job);
            job
        })
        .collect();
    for job in jobs {
        // Where the process was quicker it is asked, which it ignores: then only a second stop ends it.
        wait_for("an end, or a process that was asked", || {
            let view = engine.jobs().into_iter().find(|view| view.id == job)?;
            (!matches!(view.state, State::Starting { .. })).then_some(())
        });
        engine.stop(job);
        assert!(engine.wait(job).unwrap().stopped);
    }
}

#[test]
fn a_line_of_a_gigabyte_costs_no_memory() {
    let engine = engine();
    let job = engine.launch(spec(&["long", "1000000000"]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    let rows = rows(&engine, job);
    let line = rows.iter().find(|row| row.stream == Stream::Stdout).unwrap();
    assert_eq!(line.text.len() as u64 + line.cut_bytes, 1_000_000_000);
    assert!(line.text.len() <= sidestage::engine::MAX_LINE_BYTES);
    // What this process ever held at once, other tests included: far less than the line. Linux alone tells it.
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")).unwrap();
        assert!(peak.parse::<u64>().unwrap() < 150_000, "{peak} kB");
    }
}

#[cfg(unix)]
mod unix {
    use super::*;
    use rustix::process::{Pid, Signal, kill_process, test_kill_process};

    fn shell(script: &str) -> LaunchSpec {
        let args = vec!["-c".to_owned(), script.to_owned()];
        LaunchSpec::new("shell", Invocation { program: "/bin/sh".into(), args, ..probe_with(&[]) })
    }

    #[test]
    fn a_process_that_is_stopped_hears_the_request_to_end() {
        let engine = engine();
        let job = engine.launch(LaunchSpec { stop_secs: 3600, ..spec(&["graceful"]) });
        wait_for_line(&engine, job, "ready");
        kill_process(Pid::from_raw(pid_of(&engine, job).cast_signed()).unwrap(), Signal::STOP).unwrap();
        engine.stop(job);
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(3));
    }

    #[test]
    fn what_may_not_be_entered_is_not_blamed_on_the_program() {
        use std::os::unix::fs::PermissionsExt;
        if rustix::process::geteuid().is_root() {
            eprintln!("skipped: root may enter every folder");
            return;
        }
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o600)).unwrap();
        let engine = engine();
        let invocation = Invocation { dir: dir.path().to_owned(), ..probe_with(&["cwd"]) };
        let Exit::CouldNotStart(why) = engine.wait(engine.launch(LaunchSpec::new("shut", invocation))).unwrap().exit
        else {
            panic!("it started")
        };
        assert!(why.contains("may not work in the folder"), "{why}");
    }

    #[test]
    fn a_process_may_close_its_output_and_go_on() {
        let engine = engine();
        let job = engine.launch(shell("echo first; exec >&- 2>&-; sleep 0.2; exit 6"));
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(6));
        assert_eq!(texts(&engine, job, Stream::Stdout), ["first"]);
    }

    /// What was there before the job is nobody's to end: here a process that the job's output is lent to.
    #[cfg(target_os = "linux")]
    #[test]
    fn who_was_lent_the_output_is_named_hangs_nothing_and_writes_into_no_later_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        let script = format!(
            "cd '{}'; until read -r pid <pid; do sleep 0.05; done; exec >/proc/$pid/fd/1; echo got it; : >got; \
             until [ -e go ]; do sleep 0.05; done; echo late; : >gone",
            dir.path().display()
        );
        let mut stranger = std::process::Command::new("/bin/sh").args(["-c", &script]).spawn().unwrap();
        let engine = engine();
        let written = "echo $$ >new; mv new pid; until [ -e got ]; do sleep 0.05; done; printf unended";
        let job = engine.launch(shell(&format!("cd '{}'; {written}", dir.path().display())));
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
        let notices = texts(&engine, job, Stream::Notice);
        let named = format!("(pid {})", stranger.id());
        let told = notices.iter().find(|notice| notice.contains("out of reach")).expect("it is told");
        assert!(told.contains(&named), "{told}");
        assert!(texts(&engine, job, Stream::Stdout).contains(&"unended".to_owned()), "{:?}", rows(&engine, job));
        assert!(rows(&engine, job).iter().all(|row| !row.is_open), "nothing stays unended");
        engine.launch_again(job, Some(spec(&["sleep"])));
        wait_for_line(&engine, job, "ready");
        std::fs::write(path("go"), "").unwrap();
        wait_for("the stranger to have written", || path("gone").exists().then_some(()));
        engine.kill(job);
        engine.wait(job).unwrap();
        assert!(!texts(&engine, job, Stream::Stdout).contains(&"late".to_owned()), "{:?}", rows(&engine, job));
        assert!(stranger.wait().unwrap().success());
    }

    /// The same with one that writes and writes, as a logger does.
    #[cfg(target_os = "linux")]
    #[test]
    fn who_was_lent_the_output_and_writes_on_hangs_nothing_either() {
        let dir = tempfile::tempdir().unwrap();
        let script = format!(
            "cd '{}'; until read -r pid <pid; do sleep 0.05; done; exec >/proc/$pid/fd/1; : >got; \
             until [ -e go ]; do echo still here; sleep 0.05; done",
            dir.path().display()
        );
        let mut stranger = std::process::Command::new("/bin/sh").args(["-c", &script]).spawn().unwrap();
        let engine = engine();
        let lent = "echo $$ >new; mv new pid; until [ -e got ]; do sleep 0.05; done";
        let job = engine.launch(shell(&format!("cd '{}'; {lent}", dir.path().display())));
        let ending = support::wait_at_most(|| {
            let view = engine.jobs().into_iter().find(|view| view.id == job)?;
            if let State::Ended(ending) = view.state { Some(ending) } else { None }
        });
        std::fs::write(dir.path().join("go"), "").unwrap();
        assert!(stranger.wait().unwrap().success());
        assert_eq!(ending.map(|ending| ending.exit), Some(Exit::Code(0)), "it ended while somebody wrote on");
    }

    #[test]
    fn the_guard_touches_no_group_that_is_none() {
        // A mistake here would end every process of this user, so the guard itself is asked with what it must refuse.
        let orders = "+1\n+0\n+-1\n+\n\n+nonsense\n-5\n";
        sidestage::engine::guard_jobs("0123456789abcdef.", std::io::Cursor::new(orders)).unwrap();
        for no_mark in ["", ".", "0123456789abcdef"] {
            sidestage::engine::guard_jobs(no_mark, std::io::Cursor::new(orders)).unwrap_err();
        }
        assert!(test_kill_process(rustix::process::getpid()).is_ok());
    }
}
