//! Jobs that run again, one at a time, and in groups.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use sidestage::model::{GroupLaunch, Lifecycle, Preset, Restart, RestartWhen};
use sidestage::store::groups as store_groups;

use crate::Presets;
#[cfg(unix)]
use crate::support;
use crate::support::{err, out};

/// A preset's lifecycle that starts it again after a failure.
fn again(max_attempts: u32, delay_secs: u32) -> Lifecycle {
    let restart = Restart {
        when: RestartWhen::OnFailure,
        delay_secs,
        max_delay_secs: delay_secs,
        reset_secs: 3600,
        max_attempts,
    };
    Lifecycle { restart, ..Lifecycle::default() }
}

#[test]
fn a_job_that_runs_again_says_so_and_ends_with_the_last_status() {
    let presets = Presets::new();
    presets.add_changed("seven", &["exit", "7"], |preset| preset.lifecycle = again(2, 0));
    let output = presets.run(&["run", "seven"]);
    assert_eq!(output.status.code(), Some(7));
    assert_eq!(out(&output), "");
    assert!(err(&output).contains("sidestage: exit 7; it is started again (attempt 2)."), "{}", err(&output));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_what_would_run_again() {
    if support::interrupts_are_ignored() {
        return;
    }
    let presets = Presets::new();
    presets.add_changed("seven", &["exit", "7"], |preset| preset.lifecycle = again(0, 3600));
    let mut running = presets.command(&["run", "seven"]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(running.stderr.take().unwrap()).read_line(&mut said).unwrap();
    assert!(said.contains("started again"), "{said}");
    let pid = rustix::process::Pid::from_child(&running);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(running.wait().unwrap().code(), Some(7));
}

#[test]
fn a_second_one_is_refused_where_the_preset_allows_only_one() {
    let presets = Presets::new();
    presets.add_changed("alone", &["sleep"], |preset| preset.lifecycle.only_one = true);
    let mut first = presets.command(&["run", "alone"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(first.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let second = presets.run(&["run", "alone"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(err(&second).contains("“alone” runs already"), "{}", err(&second));
    first.kill().unwrap();
    first.wait().unwrap();
    // The system lets go of the lock with the process; what it ran is ended at the same time.
    presets.add_changed("alone too", &["exit", "3"], |preset| preset.lifecycle.only_one = true);
    assert_eq!(presets.run(&["run", "alone too"]).status.code(), Some(3));
}

#[test]
fn a_group_runs_on_one_terminal_with_names_before_the_lines() {
    let presets = Presets::new();
    let in_group = |preset: &mut Preset| preset.group = "Tonight".to_owned();
    presets.add_changed("one", &["lines", "2"], |preset| {
        in_group(preset);
        // In the foreground nothing is kept: its lines come here, and it ends with us.
        preset.lifecycle.keep_running = true;
    });
    presets.add_changed("three", &["partial-and-exit", "last word"], in_group);
    presets.add("elsewhere", &["exit", "9"]);
    let output = presets.run(&["run", "--group", "Tonight"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let mut lines: Vec<_> = out(&output).lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["one   | line 0", "one   | line 1", "three | last word"]);
    let output = presets.run(&["run", "--group", "Tomorrow"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("there is Tonight"), "{}", err(&output));
}

#[test]
fn a_group_that_waits_for_a_member_that_fails_says_so_and_fails() {
    let presets = Presets::new();
    let in_group = |preset: &mut Preset| preset.group = "Tonight".to_owned();
    presets.add_changed("1 server", &["exit", "5"], |preset| {
        in_group(preset);
        preset.lifecycle.ready.line = "never said".to_owned();
    });
    presets.add_changed("2 client", &["exit", "0"], in_group);
    store_groups::remember(presets.path(), "Tonight", GroupLaunch::WhenReady).unwrap();
    let output = presets.run(&["run", "--group", "Tonight"]);
    assert_eq!(output.status.code(), Some(5));
    assert!(err(&output).contains("“1 server”, which comes before it, ended before it was ready"), "{}", err(&output));
}
