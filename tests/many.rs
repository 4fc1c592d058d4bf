//! Many jobs: side by side, one after another, and more than the system has room for. One test at a time, for some of
//! them count what this process holds.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod support;

use std::sync::{Mutex, MutexGuard, PoisonError};

use sidestage::engine::{Engine, Exit, LaunchSpec, State, Stream};
use support::{engine, is_wine, spec, texts, wait_for, wait_for_death};

/// Held by each test, however the one before ended.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many at once. A process costs Wine many times what it costs a system.
fn crowd() -> usize {
    if is_wine() { 40 } else { 200 }
}

fn count(engine: &Engine, is_so: impl Fn(&State) -> bool) -> usize {
    engine.jobs().iter().filter(|view| is_so(&view.state)).count()
}

fn has_ended(state: &State) -> bool {
    matches!(state, State::Ended(_))
}

#[test]
fn a_crowd_runs_at_once_and_stops_side_by_side() {
    let _alone = alone();
    let engine = engine();
    // Half of them ignore the request to stop: one after another, they would take minutes.
    let launch = |index: usize| match index % 2 {
        0 => engine.launch(spec(&["linger", "5"])),
        _ => engine.launch(LaunchSpec { stop_secs: 2, ..spec(&["stubborn"]) }),
    };
    let jobs: Vec<_> = (0..crowd()).map(launch).collect();
    for (index, job) in jobs.iter().enumerate() {
        let said: &[&str] =
            if index % 2 == 0 { &["line 0", "line 1", "line 2", "line 3", "line 4"] } else { &["ready"] };
        wait_for("each to have spoken", || (texts(&engine, *job, Stream::Stdout) == said).then_some(()));
    }
    let pid = |state: &State| if let State::Running { pid, .. } = state { Some(*pid) } else { None };
    // A line may be quicker than the report of the start.
    let pids = wait_for("all to run at once", || {
        let pids: Vec<u32> = engine.jobs().iter().filter_map(|view| pid(&view.state)).collect();
        (pids.len() == crowd()).then_some(pids)
    });
    engine.stop_all();
    wait_for("the end of all", || (count(&engine, has_ended) == crowd()).then_some(()));
    pids.into_iter().for_each(wait_for_death);
    for view in engine.jobs() {
        assert!(matches!(&view.state, State::Ended(ending) if ending.stopped), "{view:?}");
    }
}

mod panel {
    use super::*;
    use eframe::egui::{Context, Ui};
    use egui_kittest::Harness;
    use egui_kittest::kittest::Queryable;
    use sidestage::model::{Argument, Interpreter, Preset};
    use sidestage::store::presets::{self, Expect};
    use sidestage::store::settings;
    use sidestage::ui::app::{App, Start};
    use std::time::{Duration, Instant};
    use support::{probe, sidestage};
    use sysinfo::{ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};

    /// A panel over a group of presets that linger.
    fn open(presets_dir: &std::path::Path, settings_dir: &std::path::Path) -> Harness<'static, Option<App>> {
        let arguments = ["linger", "5"].map(|arg| Argument::new("", arg));
        for index in 0..crowd() {
            let preset = Preset {
                interpreter: Interpreter::None,
                script: probe().to_string_lossy().into_owned(),
                arguments: arguments.to_vec(),
                group: "Crowd".to_owned(),
                ..Preset::new(&format!("One {index:03}"))
            };
            presets::write(&presets_dir.join(format!("{index}.ron")), &preset, Expect::New).unwrap();
        }
        let mut start = Some(Start {
            presets_dir: presets_dir.to_owned(),
            settings: settings::load_from(settings_dir).settings,
            settings_dir: Some(settings_dir.to_owned()),
            logs_dir: Some(settings_dir.join("logs")),
            notices: Vec::new(),
            autostart: true,
            running_dir: None,
            interpreters_file: None,
            helper: Some(sidestage()),
            vault: sidestage::vault::Vault::of_system(),
        });
        let app = move |ui: &mut Ui, app: &mut Option<App>| {
            let app = app.get_or_insert_with(|| App::new(ui.ctx(), start.take().unwrap()).unwrap());
            app.show(ui, None);
        };
        let context = |ctx: &Context| sidestage::ui::theme::install(ctx);
        Harness::builder().with_size([1280.0, 900.0]).with_context_setup(context).build_ui_state(app, None)
    }

    /// The probes that this process has started and that live, as the system says.
    fn living_probes() -> usize {
        // A new one each time: of a process that was seen before it became the probe, the old name would be kept.
        let mut system = System::new().unwrap();
        system.refresh_processes_specifics(ProcessesToUpdate::All, true, ProcessRefreshKind::nothing().without_tasks());
        let own = sysinfo::Pid::from_u32(std::process::id());
        let is_ours = |process: &&sysinfo::Process| {
            let is_probe = process.name().to_string_lossy().starts_with("probe");
            is_probe && process.parent() == Some(own) && process.status() != ProcessStatus::Zombie
        };
        system.processes().values().filter(is_ours).count()
    }

    /// With `--nocapture` it says how long the frames took.
    #[test]
    #[allow(clippy::print_stderr, reason = "for a look by hand; how long is asserted nowhere")]
    fn the_panel_goes_on_drawing_while_a_crowd_starts_and_stops() {
        let _alone = alone();
        let (presets_dir, settings_dir) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut harness = open(presets_dir.path(), settings_dir.path());
        let launch = "Launch group: Crowd";
        wait_for("the presets", || {
            harness.step();
            harness.query_by_label(launch).map(|_| ())
        });
        let frames_until = |harness: &mut Harness<'_, Option<App>>, living: usize| {
            let (begin, mut frames, mut longest) = (Instant::now(), 0, Duration::ZERO);
            wait_for("so many to live", || {
                let frame = Instant::now();
                harness.step();
                longest = longest.max(frame.elapsed());
                frames += 1;
                (living_probes() == living).then_some(())
            });
            eprintln!("{living} live after {:?} and {frames} frames, the longest of {longest:?}", begin.elapsed());
            frames
        };
        frames_until(&mut harness, 0);
        // Were they started by the frame that carries the press out, or waited for, no other frame would be needed.
        harness.get_by_label(launch).click();
        assert!(frames_until(&mut harness, crowd()) > 1);
        harness.get_by_label("Stop all").click();
        frames_until(&mut harness, 0);
        wait_for("the panel to know", || {
            harness.step();
            harness.query_by_label("Nothing is running").map(|_| ())
        });
    }
}

/// What this process holds of the system: threads, descriptors or handles, and children that nobody took notice of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    threads: usize,
    descriptors: usize,
    children: usize,
}

#[cfg(target_os = "linux")]
fn held() -> Held {
    let count = |what: &str| std::fs::read_dir(format!("/proc/self/{what}")).unwrap().count();
    // A thread that ends meanwhile takes its list along; it had no children then.
    let children = std::fs::read_dir("/proc/self/task").unwrap().map(|task| {
        let list = std::fs::read_to_string(task.unwrap().path().join("children")).unwrap_or_default();
        list.split_whitespace().count()
    });
    Held { threads: count("task"), descriptors: count("fd"), children: children.sum() }
}

#[cfg(all(unix, not(target_os = "linux")))]
fn held() -> Held {
    let list = |args: &[&str]| {
        let output = std::process::Command::new("ps").args(args).output().unwrap();
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let own = std::process::id().to_string();
    let threads = list(&["-M", "-p", &own]).lines().count();
    let descriptors = std::fs::read_dir("/dev/fd").unwrap().count();
    let children = list(&["-A", "-o", "ppid="]).lines().filter(|parent| parent.trim() == own).count();
    Held { threads, descriptors, children }
}

#[cfg(windows)]
#[allow(unsafe_code, reason = "nothing safe counts a process' handles")]
fn held() -> Held {
    use windows_sys::Win32::System::Threading::{GetCurrentProcess, GetProcessHandleCount};
    let mut handles = 0;
    // SAFETY: the pseudo handle of this process is always valid, and the number lives as long as the call.
    assert!(unsafe { GetProcessHandleCount(GetCurrentProcess(), &raw mut handles) } != 0);
    // A thread that is left over holds a handle; a child that nobody took notice of is one.
    Held { threads: 0, descriptors: handles as usize, children: 0 }
}

/// Each lives a millisecond or so: none of them may lose its line, or end otherwise than it did.
#[test]
fn thousands_in_a_row_leave_nothing_behind_and_lose_no_line() {
    let _alone = alone();
    let engine = engine();
    let run_one = || {
        // Exits at once after `last`, without a newline.
        let job = engine.launch(spec(&["raw", "6c617374"]));
        let ending = engine.wait(job).unwrap();
        assert!(ending.exit == Exit::Code(0) && !ending.stopped, "{ending:?}");
        assert_eq!(texts(&engine, job, Stream::Stdout), ["last"]);
        engine.remove(job);
    };
    // What is made once, such as the guard, is there after the first.
    (0..20).for_each(|_| run_one());
    wait_for("an empty list", || engine.jobs().is_empty().then_some(()));
    let before = held();
    let launches = if is_wine() { 300 } else { 5000 };
    (0..launches).for_each(|_| run_one());
    // The last run's thread may be on its way out.
    wait_for("threads, descriptors and children to be as before", || {
        let now = held();
        let is_as_before = now.threads <= before.threads
            && now.descriptors <= before.descriptors + if cfg!(windows) { 50 } else { 0 }
            && now.children <= before.children;
        is_as_before.then_some(())
    });
    wait_for("an empty list", || engine.jobs().is_empty().then_some(()));
}

#[cfg(unix)]
mod exhausted {
    use super::*;
    use std::process::Command;

    /// The role of a test process that may open few files.
    const ROLE: &str = "SIDESTAGE_TEST_HAS_FEW_DESCRIPTORS";

    #[test]
    fn without_descriptors_a_launch_fails_with_a_sentence_and_later_ones_work() {
        if std::env::var_os(ROLE).is_some() {
            return launch_until_descriptors_run_out();
        }
        let _alone = alone();
        let name = "exhausted::without_descriptors_a_launch_fails_with_a_sentence_and_later_ones_work";
        let script = "ulimit -n 60; exec \"$0\" --exact --nocapture \"$1\"";
        let own = std::env::current_exe().unwrap();
        let output = Command::new("/bin/sh").args(["-c", script]).arg(own).arg(name).env(ROLE, "1").output().unwrap();
        let said = [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    fn launch_until_descriptors_run_out() {
        let engine = engine();
        let mut lives = Vec::new();
        let why = wait_for("a launch that fails", || {
            let job = engine.launch(spec(&["sleep"]));
            let state = wait_for("what becomes of it", || {
                let view = engine.jobs().into_iter().find(|view| view.id == job)?;
                (!matches!(view.state, State::Starting { .. })).then_some(view.state)
            });
            if let State::Ended(ending) = state {
                return Some(ending.exit);
            }
            lives.push(job);
            None
        });
        let Exit::CouldNotStart(why) = why else { panic!("{why:?}") };
        assert!(why.contains("no more files and pipes; stop some jobs"), "{why}");
        assert!(lives.len() > 5, "{} could start", lives.len());
        for _ in 0..20 {
            let job = engine.launch(spec(&["exit", "0"]));
            assert!(matches!(engine.wait(job).unwrap().exit, Exit::CouldNotStart(_) | Exit::Code(0)));
        }
        let states = engine.jobs();
        assert!(lives.iter().all(|job| states.iter().any(|view| view.id == *job && view.is_live())), "the others live");
        for job in lives.split_off(lives.len() / 2) {
            engine.stop(job);
            assert!(engine.wait(job).unwrap().stopped);
        }
        let job = engine.launch(spec(&["raw", "6c617374"]));
        assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
        assert_eq!(texts(&engine, job, Stream::Stdout), ["last"]);
    }
}
