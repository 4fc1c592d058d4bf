//! How jobs and what they started end with us, with whoever reads, by signals; nothing is left behind.

#[cfg(unix)]
use std::io::Read;
use std::io::{BufRead, BufReader};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::process::{Child, Stdio};
#[cfg(unix)]
use std::time::Duration;

#[cfg(unix)]
use sidestage::engine::is_signal_ignored;
#[cfg(unix)]
use sidestage::model::relative;

use crate::Presets;
#[cfg(target_os = "linux")]
use crate::support::{self, err};
use crate::support::{is_alive, wait_for_death};
#[cfg(unix)]
use crate::support::{sidestage, wait_for};

/// Starts `run NAME` and waits for the pids that its tree prints.
fn start_tree(presets: &Presets, name: &str, levels: usize) -> (Child, Vec<u32>) {
    let mut child = presets.command(&["run", name]).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let pids =
        lines.by_ref().filter_map(|line| line.unwrap().strip_prefix("pid ")?.parse().ok()).take(levels).collect();
    // Whoever stops reading would end the job.
    std::thread::Builder::new().name("drain".to_owned()).spawn(move || lines.for_each(drop)).unwrap();
    (child, pids)
}

#[test]
fn killing_us_leaves_no_process_behind() {
    let presets = Presets::new();
    presets.add("tree", &["stubborn-tree", "3"]);
    presets.add_changed("terminal", &["stubborn-tree", "3"], |preset| preset.lifecycle.in_terminal = true);
    for name in ["tree", "terminal"] {
        let (mut child, pids) = start_tree(&presets, name, 3);
        assert!(pids.iter().all(|pid| is_alive(*pid)));
        child.kill().unwrap();
        child.wait().unwrap();
        pids.into_iter().for_each(wait_for_death);
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_is_the_jobs() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("graceful", &["graceful"]);
    for signal in [Signal::INT, Signal::TERM].into_iter().filter(|signal| !is_signal_ignored(signal.as_raw())) {
        let mut child = presets.command(&["run", "graceful"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let mut rest = String::new();
        output.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("asked to stop\n", Some(3)), "{signal:?}");
    }
}

/// As `nohup` starts it. Where the system doesn't tell what is ignored, a hang-up is obeyed.
#[cfg(target_os = "linux")]
#[test]
fn what_is_ignored_at_the_start_is_ignored_by_us_and_usual_for_the_job() {
    use rustix::process::{Pid, Signal, kill_process};
    if support::interrupts_are_ignored() {
        return;
    }
    let presets = Presets::new();
    // What it is asked by is told in any case: a stop comes before the interrupt that ends it.
    let script = "trap 'echo stopped' TERM; trap 'echo interrupted; told=1' INT; echo ready; \
                  until [ \"$told\" ]; do sleep 0.05; done; sleep 0.05; grep SigIgn /proc/self/status";
    presets.add_changed("told", &["-c", script], |preset| preset.script = "/bin/sh".to_owned());
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "trap '' HUP; exec \"$0\" \"$@\""]).arg(sidestage()).arg("--presets").arg(presets.path());
    shell.args(["run", "told"]).env("SIDESTAGE_DATA_DIR", presets.path().join(".data"));
    let mut child = shell.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut said = String::new();
    output.read_line(&mut said).unwrap();
    wait_for("its signals to be caught", || is_on_guard(child.id()).then_some(()));
    let pid = Pid::from_child(&child);
    kill_process(pid, Signal::HUP).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    output.read_to_string(&mut said).unwrap();
    assert!(child.wait().unwrap().success() && said.starts_with("ready\ninterrupted\nSigIgn:"), "{said}");
    let ignored =
        said.lines().last().and_then(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    assert!(ignored.is_some_and(|ignored| ignored & 1 == 0), "{said}");
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_ends_the_job() {
    let presets = Presets::new();
    presets.add("lines", &["lines", "100000000", "1"]);
    let mut child = presets.command(&["run", "lines"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    drop(output);
    wait_for("our end", || child.try_wait().unwrap());
}

/// The guard of a running program, if it is another one than `before`.
#[cfg(unix)]
fn wait_for_guard(of: &Child, before: Option<u32>) -> u32 {
    use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System, UpdateKind};
    wait_for("the guard", || {
        let mut system = System::new().unwrap();
        let kind = ProcessRefreshKind::nothing().with_cmd(UpdateKind::Always);
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, kind);
        let guard = system.processes().values().find(|process| {
            process.parent().is_some_and(|parent| parent.as_u32() == of.id())
                && process.status() != ProcessStatus::Zombie
                && process.cmd().iter().any(|word| word == sidestage::engine::GUARD_COMMAND)
        });
        guard.map(|process| process.pid().as_u32()).filter(|pid| Some(*pid) != before && is_on_guard(*pid))
    })
}

/// Whether it has begun to catch the signals that it must survive: in its first milliseconds it is as any process.
#[cfg(unix)]
fn is_on_guard(pid: u32) -> bool {
    let Ok(status) = std::fs::read_to_string(format!("/proc/{pid}/status")) else {
        return cfg!(not(target_os = "linux"));
    };
    let caught = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigCgt:")?.trim(), 16).ok());
    caught.is_some_and(|caught| caught & (1 << (signal_hook::consts::SIGHUP - 1)) != 0)
}

/// A process that left its group, its session and its parents, and one that is a tree.
#[test]
fn killing_us_leaves_no_escaped_process_behind() {
    let presets = Presets::new();
    for way in ["session", "group", "daemon"] {
        presets.add(way, &["escape", way, "stubborn-tree", "2"]);
        let levels = if way == "daemon" { 1 } else { 3 };
        let (mut child, pids) = start_tree(&presets, way, levels);
        assert!(pids.iter().all(|pid| is_alive(*pid)), "{way}");
        child.kill().unwrap();
        child.wait().unwrap();
        pids.into_iter().for_each(wait_for_death);
    }
}

#[cfg(unix)]
#[test]
fn what_a_sidestage_within_a_job_started_ends_with_that_job() {
    let presets = Presets::new();
    let inner = presets.add("inner", &["escape", "daemon", "stubborn"]);
    let path = presets.path().to_str().unwrap().to_owned();
    presets.add_changed("outer", &["--presets", &path, "run", inner.to_str().unwrap()], |preset| {
        preset.script = relative(presets.path(), &sidestage());
    });
    let (mut child, pids) = start_tree(&presets, "outer", 1);
    assert!(is_alive(pids[0]));
    child.kill().unwrap();
    child.wait().unwrap();
    pids.into_iter().for_each(wait_for_death);
}

#[cfg(unix)]
#[test]
fn a_guard_that_is_stopped_does_its_work_all_the_same() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("tree", &["escape", "session", "stubborn"]);
    let (mut child, pids) = start_tree(&presets, "tree", 1);
    let guard = wait_for_guard(&child, None);
    let send = |pid: u32, signal| kill_process(Pid::from_raw(pid.cast_signed()).unwrap(), signal).unwrap();
    // Whoever is stopped can't see to it that the guard goes on.
    let stop_both = || {
        send(child.id(), Signal::STOP);
        wait_for("us to be stopped", || is_stopped(child.id()).then_some(()));
        send(guard, Signal::STOP);
        wait_for("the guard to be stopped", || is_stopped(guard).then_some(()));
    };
    stop_both();
    send(child.id(), Signal::CONT);
    wait_for("the guard to go on", || (!is_stopped(guard)).then_some(()));
    stop_both();
    child.kill().unwrap();
    child.wait().unwrap();
    pids.into_iter().for_each(wait_for_death);
    wait_for_death(guard);
}

#[cfg(unix)]
fn is_stopped(pid: u32) -> bool {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let mut system = System::new().unwrap();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).is_some_and(|process| process.status() == ProcessStatus::Stop)
}

#[cfg(unix)]
#[test]
fn a_guard_that_is_killed_is_replaced_and_the_last_one_ends_with_us() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("tree", &["stubborn-tree", "2"]);
    let (mut child, pids) = start_tree(&presets, "tree", 2);
    let first = wait_for_guard(&child, None);
    let first_pid = i32::try_from(first).ok().and_then(Pid::from_raw).unwrap();
    kill_process(first_pid, Signal::KILL).unwrap();
    let second = wait_for_guard(&child, Some(first));
    assert!(pids.iter().all(|pid| is_alive(*pid)), "the jobs go on without noticing");
    child.kill().unwrap();
    child.wait().unwrap();
    pids.into_iter().for_each(wait_for_death);
    wait_for_death(second);
}

#[cfg(unix)]
#[test]
fn a_slow_reader_loses_nothing() {
    let presets = Presets::new();
    // More than the reader, our buffer and two pipes hold, so that the job ends long before it is read.
    presets.add("flood", &["flood", "2000"]);
    let mut child = presets.command(&["run", "flood"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = child.stdout.take().unwrap();
    // The drain that follows the job's end is half a second; a reader who is slower than that is still waited for.
    std::thread::sleep(Duration::from_millis(1500));
    let mut text = String::new();
    output.read_to_string(&mut text).unwrap();
    assert_eq!(text.lines().count(), 2000);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[cfg(unix)]
#[test]
fn who_reads_nothing_can_still_be_ended() {
    use rustix::process::{Pid, Signal, kill_process};
    let presets = Presets::new();
    presets.add("flood", &["flood", "1000000"]);
    let mut child = presets.command(&["run", "flood"]).stdout(Stdio::piped()).spawn().unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut String::new()).unwrap();
    wait_for("our end", || {
        kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
        child.try_wait().unwrap()
    });
}

#[cfg(unix)]
#[test]
fn who_stops_reading_a_list_has_seen_enough() {
    let presets = Presets::new();
    presets.add("one", &["exit", "0"]);
    std::fs::write(presets.path().join("broken.ron"), "(").unwrap();
    for args in [&["list"][..], &["list", "--json"], &["check"]] {
        let mut child = presets.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert!(!said.contains("panicked"), "{args:?}: {said}");
        assert!(child.wait().unwrap().code().is_some_and(|code| code <= 1), "{args:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let presets = Presets::new();
    presets.add("lines", &["lines", "100000000", "1"]);
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = presets.command(&["run", "lines"]).stdout(full).output().unwrap();
    assert!(err(&output).contains("could not be written"), "{}", err(&output));
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let output = presets.command(&["list"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(err(&output).lines().count(), 1, "{}", err(&output));
}

#[cfg(unix)]
#[test]
fn a_death_by_signal_is_128_and_its_number() {
    let presets = Presets::new();
    presets.add_changed("killed", &["-c", "kill -9 $$"], |preset| preset.script = "/bin/sh".to_owned());
    assert_eq!(presets.run(&["run", "killed"]).status.code(), Some(128 + 9));
}
