//! What is typed for a job: it arrives whole and in order, it ends, and a job that doesn't read holds up nobody.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use sidestage::engine::{Exit, Input, JobId, LaunchSpec, Stream};
use support::{engine, rows, spec, texts, wait_for, wait_for_line, wait_for_text};

fn typed(args: &[&str]) -> LaunchSpec {
    LaunchSpec { input: Input::Lines, ..spec(args) }
}

fn takes_input(engine: &sidestage::engine::Engine, job: JobId) -> bool {
    engine.console(job).unwrap().takes_input()
}

#[test]
fn lines_arrive_in_order_and_their_end_ends_the_reader() {
    let engine = engine();
    let job = engine.launch(typed(&["stdin"]));
    // Right after the launch, when there is no process yet.
    engine.write_line(job, "first");
    engine.write_line(job, "");
    engine.write_line(job, "ä ö 🎭 日本語");
    engine.write_line(job, "two\r\nat once");
    wait_for_line(&engine, job, "at once");
    assert!(takes_input(&engine, job));
    engine.close_input(job);
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(
        texts(&engine, job, Stream::Stdout),
        ["first", "", "ä ö 🎭 日本語", "two", "at once", "eof"],
        "{:?}",
        rows(&engine, job)
    );
}

#[test]
fn what_was_sent_stands_in_the_console() {
    let engine = engine();
    let job = engine.launch(typed(&["stdin"]));
    engine.write_line(job, "go left");
    engine.close_input(job);
    engine.wait(job).unwrap();
    let notices = texts(&engine, job, Stream::Notice);
    assert_eq!(notices.iter().filter(|notice| *notice == "> go left").count(), 1, "{notices:?}");
}

#[test]
fn a_job_that_takes_no_input_finds_its_end_at_once() {
    let engine = engine();
    let job = engine.launch(spec(&["stdin"]));
    assert!(!takes_input(&engine, job));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(texts(&engine, job, Stream::Stdout), ["eof"]);
}

#[test]
fn what_cannot_be_sent_is_said() {
    let engine = engine();
    let job = engine.launch(spec(&["hold"]));
    engine.write_line(job, "to nobody");
    wait_for_text(&engine, job, Stream::Notice, "its preset says that it takes no input");
    engine.kill(job);
    let job = engine.launch(typed(&["stdin"]));
    engine.close_input(job);
    engine.write_line(job, "too late");
    wait_for_text(&engine, job, Stream::Notice, "was ended before");
    engine.wait(job).unwrap();
    assert!(!takes_input(&engine, job));
    engine.write_line(job, "much too late");
    wait_for_text(&engine, job, Stream::Notice, "isn't running");
    assert!(!texts(&engine, job, Stream::Stdout).iter().any(|text| text.contains("late")));
}

#[test]
fn each_run_takes_input_anew() {
    let engine = engine();
    let job = engine.launch(typed(&["stdin"]));
    engine.write_line(job, "to the first");
    engine.close_input(job);
    engine.wait(job).unwrap();
    engine.launch_again(job, None);
    wait_for("the next run's input", || takes_input(&engine, job).then_some(()));
    engine.write_line(job, "to the second");
    wait_for_line(&engine, job, "to the second");
    engine.launch_again(job, Some(spec(&["stdin"])));
    wait_for("the third run's end", || {
        (texts(&engine, job, Stream::Stdout).iter().filter(|text| *text == "eof").count() == 2).then_some(())
    });
    assert!(!takes_input(&engine, job));
}

#[test]
fn who_never_reads_holds_up_nobody() {
    let engine = engine();
    let deaf = engine.launch(typed(&["sleep"]));
    wait_for_line(&engine, deaf, "ready");
    let line = "x".repeat(1000);
    // More than the system's pipe and our queue hold; would a send wait, this would never end.
    for _ in 0..5000 {
        engine.write_line(deaf, &line);
    }
    wait_for_text(&engine, deaf, Stream::Notice, "doesn't read its input");
    let said = texts(&engine, deaf, Stream::Notice).iter().filter(|text| text.contains("doesn't read")).count();
    assert!(said < 10, "it is said once, not for each line: {said}");
    let other = engine.launch(typed(&["stdin"]));
    engine.write_line(other, "still here");
    wait_for_line(&engine, other, "still here");
    engine.close_input(deaf);
    engine.stop(deaf);
    engine.wait(deaf).unwrap();
    let deaf = engine.launch(typed(&["stubborn"]));
    for _ in 0..5000 {
        engine.write_line(deaf, &line);
    }
    // Closing the panel kills and reaps it as any other.
    drop(engine);
}

#[test]
fn a_megabyte_can_be_pasted() {
    let engine = engine();
    let lines: Vec<_> = (0..16_384).map(|number| format!("{number:<63}")).collect();
    let sum: u64 = lines.iter().flat_map(|line| line.bytes()).map(u64::from).sum();
    let expected = format!("16384 lines, 1048576 bytes, sum {sum}");
    let pieces = engine.launch(typed(&["count-input"]));
    for line in &lines {
        engine.write_line(pieces, line);
    }
    engine.close_input(pieces);
    engine.wait(pieces).unwrap();
    assert_eq!(texts(&engine, pieces, Stream::Stdout), std::slice::from_ref(&expected));
    let whole = engine.launch(typed(&["count-input"]));
    engine.write_line(whole, &lines.join("\n"));
    engine.close_input(whole);
    engine.wait(whole).unwrap();
    assert_eq!(texts(&engine, whole, Stream::Stdout), [expected]);
}

#[cfg(unix)]
mod unix {
    use super::*;
    use sidestage::model::Invocation;
    use support::probe_with;

    fn shell(script: &str) -> LaunchSpec {
        let invocation = Invocation { program: "/bin/sh".into(), ..probe_with(&["-c", script]) };
        LaunchSpec { input: Input::Lines, ..LaunchSpec::new("shell", invocation) }
    }

    #[test]
    fn a_job_may_close_its_input_and_go_on() {
        let engine = engine();
        let job = engine.launch(shell("exec <&-; echo closed; sleep 3600"));
        wait_for_line(&engine, job, "closed");
        wait_for("the refusal", || {
            engine.write_line(job, "into the void");
            texts(&engine, job, Stream::Notice).iter().any(|text| text.contains("has closed its input")).then_some(())
        });
        assert!(!takes_input(&engine, job));
        engine.kill(job);
        engine.wait(job).unwrap();
    }

    /// `setsid` puts a process out of reach, which holds the pipe and never reads it.
    #[cfg(target_os = "linux")]
    #[test]
    fn no_thread_waits_for_who_has_escaped_with_the_input() {
        let writers = || {
            let threads = std::fs::read_dir("/proc/self/task").unwrap().flatten();
            let names = threads.filter_map(|thread| std::fs::read_to_string(thread.path().join("comm")).ok());
            names.filter(|name| name.trim() == "write input").count()
        };
        let engine = engine();
        let job = engine.launch(shell("exec 3<&0; setsid sh -c 'echo pid $$; exec sleep 3600 >&- 2>&-' <&3 & wait $!"));
        wait_for_text(&engine, job, Stream::Stdout, "pid ");
        let escaped = texts(&engine, job, Stream::Stdout)[0].replace("pid ", "");
        for _ in 0..3000 {
            engine.write_line(job, &"x".repeat(1000));
        }
        assert!(writers() > 0);
        engine.kill(job);
        engine.wait(job).unwrap();
        // Other tests of this file have such threads too, but all of them end.
        wait_for("all threads that write input to have ended", || (writers() == 0).then_some(()));
        let _ = std::process::Command::new("kill").args(["-KILL", &escaped]).status();
    }
}
