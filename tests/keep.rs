//! Jobs that are kept running when Sidestage closes. Real keepers, real children; an engine plays each panel, and where
//! a panel is to be killed, this test's own program started once more.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use sidestage::engine::{
    Config, EchoPlan, Engine, Exit, Input, JobId, JobView, KeepPlan, LaunchSpec, Limits, State, Stream, Target,
};
use sidestage::model::{Invocation, Lifecycle, LogLimits, LogPlan, Restart, RestartWhen};
use sidestage::store::history;
use sidestage::vault::Vault;
use support::{engine, is_alive, probe_with, rows, spec, texts, wait_for, wait_for_death, wait_for_line};

/// A folder for records and logs. Whatever is still kept at a test's end, even at a failed one's, is ended.
struct Stage {
    dir: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    fn records_dir(&self) -> PathBuf {
        self.dir.path().join("running")
    }

    fn log(&self) -> LogPlan {
        LogPlan { preset: "Test".to_owned(), folder: self.dir.path().join("logs/Test"), limits: LogLimits::default() }
    }

    fn kept(&self, args: &[&str]) -> LaunchSpec {
        let keep = KeepPlan { dir: self.records_dir(), preset: Some(self.dir.path().join("test.ron")) };
        LaunchSpec { keep: Some(keep), log: Some(self.log()), ..spec(args) }
    }

    fn records(&self) -> Vec<serde_json::Value> {
        let entries = std::fs::read_dir(self.records_dir()).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "json"));
        paths.filter_map(|path| serde_json::from_slice(&std::fs::read(path).ok()?).ok()).collect()
    }

    /// The one record's keeper, once there is one.
    #[track_caller]
    fn keeper(&self) -> u32 {
        wait_for("a record", || pid(&self.records().first()?["keeper"]["pid"]))
    }

    #[track_caller]
    fn wait_for_no_record(&self) {
        wait_for("the end of all records", || self.records().is_empty().then_some(()));
    }

    /// All that is logged of all runs.
    fn logged(&self) -> String {
        let files = sidestage::store::logs::files(&self.log().folder);
        files.iter().filter_map(|(_, path)| std::fs::read_to_string(path).ok()).collect()
    }

    /// Another panel: an engine that looks for what was left running.
    fn next_panel(&self) -> (Engine, Vec<JobId>) {
        let engine = engine();
        engine.find_kept(self.records_dir()).unwrap();
        wait_for("the end of the search", || (!engine.is_finding()).then_some(()));
        let jobs = engine.jobs().iter().map(|view| view.id).collect();
        (engine, jobs)
    }

    #[track_caller]
    fn next_panel_with_one(&self) -> (Engine, JobId) {
        let (engine, jobs) = self.next_panel();
        assert_eq!(jobs.len(), 1);
        (engine, jobs[0])
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for record in self.records() {
            if let Some(keeper) = pid(&record["keeper"]["pid"]) {
                kill(keeper);
            }
        }
    }
}

fn pid(value: &serde_json::Value) -> Option<u32> {
    u32::try_from(value.as_u64()?).ok()
}

/// SIGKILL, or Task Manager's way.
fn kill(pid: u32) {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let mut system = System::new().unwrap();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    if let Some(process) = system.process(pid) {
        process.kill();
    }
}

fn view(engine: &Engine, job: JobId) -> JobView {
    engine.jobs().into_iter().find(|view| view.id == job).unwrap()
}

#[track_caller]
fn wait_for_pid(engine: &Engine, job: JobId) -> u32 {
    wait_for("the running state", || match view(engine, job).state {
        State::Running { pid, .. } => Some(pid),
        State::Waiting(_) | State::Starting { .. } | State::Stopping { .. } => None,
        State::Ended(ending) => panic!("it has ended: {ending:?}, {:?}", rows(engine, job)),
    })
}

/// The pids that the probe's trees print, one per level.
#[track_caller]
fn tree_pids(engine: &Engine, job: JobId, levels: usize) -> Vec<u32> {
    wait_for("the whole tree", || {
        let lines = texts(engine, job, Stream::Stdout);
        let pids: Vec<u32> = lines.iter().filter_map(|line| line.strip_prefix("pid ")?.parse().ok()).collect();
        (pids.len() >= levels).then_some(pids)
    })
}

#[track_caller]
fn wait_for_notice(engine: &Engine, job: JobId, part: &str) {
    wait_for(part, || texts(engine, job, Stream::Notice).iter().any(|notice| notice.contains(part)).then_some(()));
}

#[test]
fn it_lives_on_is_found_again_and_can_be_stopped() {
    let stage = Stage::new();
    let first = engine();
    let job = first.launch(LaunchSpec { stop_secs: 0, ..stage.kept(&["stubborn-tree", "3"]) });
    let pid = wait_for_pid(&first, job);
    let tree = tree_pids(&first, job, 3);
    let keeper = stage.keeper();
    assert!(view(&first, job).is_kept);
    drop(first);
    assert!(tree.iter().chain([&keeper]).all(|pid| is_alive(*pid)));

    let (second, job) = stage.next_panel_with_one();
    assert_eq!(wait_for_pid(&second, job), pid);
    let found = wait_for("its log", || Some(view(&second, job)).filter(|view| view.log.is_some()));
    assert!(found.is_kept && !found.ends_with_us() && found.run == 1, "{found:?}");
    assert_eq!(found.preset.as_deref(), Some(&*stage.dir.path().join("test.ron")));
    assert_eq!(tree_pids(&second, job, 3), tree, "its earlier output is there");
    wait_for_notice(&second, job, "Found again");
    second.stop(job);
    assert!(second.wait(job).unwrap().stopped);
    tree.into_iter().chain([keeper]).for_each(wait_for_death);
    stage.wait_for_no_record();
    assert!(!second.jobs()[0].is_live());
}

#[test]
fn its_log_and_its_echo_go_on_without_a_panel_and_the_next_one_misses_nothing() {
    let stage = Stage::new();
    let touch = UdpSocket::bind("127.0.0.1:0").unwrap();
    let target = Target::new("127.0.0.1", touch.local_addr().unwrap().port());
    let echo = Some(EchoPlan::to(target));
    let first = engine();
    let job = first.launch(LaunchSpec { echo, ..stage.kept(&["lines", "1000000", "5"]) });
    wait_for_line(&first, job, "line 3");
    wait_for("the echo's count", || view(&first, job).echo.into_iter().find(|echo| echo.sent > 3));
    drop(first);
    let count = stage.logged().lines().count();
    wait_for("a log that grows", || (stage.logged().lines().count() > count + 20).then_some(()));
    let mut buffer = [0; 1500];
    touch.set_nonblocking(true).unwrap();
    while touch.recv(&mut buffer).is_ok() {}
    touch.set_nonblocking(false).unwrap();
    assert!(touch.recv(&mut buffer).is_ok(), "Touch hears it without a panel");

    let (second, job) = stage.next_panel_with_one();
    wait_for("its output", || (texts(&second, job, Stream::Stdout).len() > count + 20).then_some(()));
    let lines = texts(&second, job, Stream::Stdout);
    let live = lines.len() + 20;
    wait_for("live output", || (texts(&second, job, Stream::Stdout).len() > live).then_some(()));
    for (number, line) in texts(&second, job, Stream::Stdout).iter().enumerate() {
        assert_eq!(line, &format!("line {number}"), "each once, in order");
    }
    second.kill(job);
    assert!(second.wait(job).unwrap().stopped);
}

/// Not a test of its own: the panel that another test kills.
#[test]
#[ignore = "a role in a_panel_that_is_killed_takes_all_but_the_kept_along"]
fn plays_a_panel() {
    let Some(dir) = std::env::var_os("SIDESTAGE_TEST_STAGE") else { return };
    let engine = engine();
    let keep = KeepPlan { dir: Path::new(&dir).join("running"), preset: None };
    let kept = engine.launch(LaunchSpec { keep: Some(keep), ..spec(&["stubborn"]) });
    let own = engine.launch(spec(&["stubborn"]));
    wait_for_line(&engine, kept, "ready");
    wait_for_line(&engine, own, "ready");
    let (kept, own) = (wait_for_pid(&engine, kept), wait_for_pid(&engine, own));
    writeln!(std::io::stderr(), "panel: {kept} {own}").unwrap();
    std::thread::sleep(std::time::Duration::from_hours(1));
}

#[test]
fn a_panel_that_is_killed_takes_all_but_the_kept_along() {
    let stage = Stage::new();
    let mut panel = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "plays_a_panel", "--ignored", "--nocapture"])
        .env("SIDESTAGE_TEST_STAGE", stage.dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(panel.stderr.take().unwrap()).lines().map_while(Result::ok);
    let pids: Vec<u32> = said
        .filter_map(|line| line.strip_prefix("panel: ").map(str::to_owned))
        .flat_map(|line| line.split(' ').map(|pid| pid.parse().unwrap()).collect::<Vec<_>>())
        .take(2)
        .collect();
    panel.kill().unwrap();
    panel.wait().unwrap();
    wait_for_death(pids[1]);
    assert!(is_alive(pids[0]));
    let (next, job) = stage.next_panel_with_one();
    assert_eq!(wait_for_pid(&next, job), pids[0]);
    next.kill(job);
    assert!(next.wait(job).unwrap().stopped);
    wait_for_death(pids[0]);
}

#[test]
fn a_panel_that_closes_at_once_leaves_it_running() {
    let stage = Stage::new();
    let first = engine();
    first.launch(stage.kept(&["sleep"]));
    drop(first);
    let (next, job) = stage.next_panel_with_one();
    wait_for_line(&next, job, "ready");
    next.kill(job);
    assert!(next.wait(job).unwrap().stopped);
}

#[test]
fn a_keeper_that_is_killed_takes_its_job_along_and_the_panel_says_so() {
    let stage = Stage::new();
    let engine = engine();
    let job = engine.launch(stage.kept(&["stubborn-tree", "2"]));
    let tree = tree_pids(&engine, job, 2);
    kill(stage.keeper());
    tree.into_iter().for_each(wait_for_death);
    let ending = engine.wait(job).unwrap();
    assert!(!ending.stopped && ending.exit != Exit::Code(0), "{ending:?}");
    wait_for_notice(&engine, job, "was killed, and the job ended with it");
    stage.wait_for_no_record();
}

#[test]
fn what_a_keeper_left_that_was_killed_is_not_found_and_its_record_is_gone() {
    let stage = Stage::new();
    let first = engine();
    let job = first.launch(stage.kept(&["stubborn"]));
    let pid = wait_for_pid(&first, job);
    drop(first);
    kill(stage.keeper());
    wait_for_death(pid);
    let (_next, jobs) = stage.next_panel();
    assert!(jobs.is_empty() && stage.records().is_empty());
}

#[cfg(unix)]
#[test]
fn a_keeper_that_hangs_can_still_be_killed_with_its_job() {
    use rustix::process::{Pid, Signal, kill_process};
    let stage = Stage::new();
    let first = engine();
    let job = first.launch(stage.kept(&["stubborn-tree", "2"]));
    let tree = tree_pids(&first, job, 2);
    let keeper = stage.keeper();
    drop(first);
    kill_process(Pid::from_raw(i32::try_from(keeper).unwrap()).unwrap(), Signal::STOP).unwrap();
    let (next, job) = stage.next_panel_with_one();
    wait_for_pid(&next, job);
    wait_for_notice(&next, job, "doesn't answer");
    next.kill(job);
    assert!(next.wait(job).unwrap().stopped);
    tree.into_iter().chain([keeper]).for_each(wait_for_death);
    stage.wait_for_no_record();
}

#[test]
fn two_panels_show_it_and_either_can_stop_it() {
    let stage = Stage::new();
    let first = engine();
    let job = first.launch(stage.kept(&["lines", "1000000", "20"]));
    wait_for_line(&first, job, "line 2");
    let (second, same) = stage.next_panel_with_one();
    let lines = texts(&first, job, Stream::Stdout).len();
    let (next, after) = (format!("line {}", lines + 5), format!("line {}", lines + 6));
    wait_for_line(&second, same, &next);
    wait_for_line(&first, job, &after);
    second.kill(same);
    assert!(second.wait(same).unwrap().stopped);
    assert!(first.wait(job).unwrap().stopped);
}

#[test]
fn who_cannot_show_the_token_hears_nothing_and_stops_nothing() {
    let stage = Stage::new();
    let engine = engine();
    let job = engine.launch(stage.kept(&["sleep"]));
    wait_for_line(&engine, job, "ready");
    let record = stage.records().remove(0);
    let hello =
        |token: &str| serde_json::json!({ "number": 1, "wish": { "Hello": { "token": token, "from_row": 0 } } });
    let kill_it = serde_json::json!({ "number": 2, "wish": "Kill" });
    for first in [hello(""), hello(&"0".repeat(64)), kill_it.clone()] {
        let mut stranger = knock(&record);
        tell(&mut stranger, &first);
        // It may be gone already.
        let _ = stranger.write_all(&frame(&kill_it));
        let mut heard = Vec::new();
        // Closed at once, or cut off while we still talk.
        let _ = stranger.read_to_end(&mut heard);
        assert!(heard.is_empty());
    }
    wait_for_pid(&engine, job);
    let mut panel = knock(&record);
    tell(&mut panel, &hello(record["token"].as_str().unwrap()));
    assert_eq!(panel.read(&mut [0]).unwrap(), 1, "with the token one is told");
    tell(&mut panel, &kill_it);
    assert!(engine.wait(job).unwrap().stopped);
}

fn knock(record: &serde_json::Value) -> TcpStream {
    let port = u16::try_from(record["port"].as_u64().unwrap()).unwrap();
    TcpStream::connect(("127.0.0.1", port)).unwrap()
}

fn frame(json: &serde_json::Value) -> Vec<u8> {
    let text = json.to_string();
    let length = u32::try_from(text.len()).unwrap().to_le_bytes();
    [&[1], length.as_slice(), text.as_bytes()].concat()
}

fn tell(keeper: &mut TcpStream, json: &serde_json::Value) {
    keeper.write_all(&frame(json)).unwrap();
}

#[test]
fn a_panel_that_does_not_read_holds_nothing_up() {
    let stage = Stage::new();
    let engine = engine();
    let job = engine.launch(LaunchSpec { input: Input::Lines, ..stage.kept(&["stdin"]) });
    wait_for_pid(&engine, job);
    let record = stage.records().remove(0);
    let mut deaf = knock(&record);
    let token = record["token"].as_str().unwrap();
    tell(&mut deaf, &serde_json::json!({ "number": 1, "wish": { "Hello": { "token": token, "from_row": 0 } } }));
    assert_eq!(deaf.read(&mut [0]).unwrap(), 1);
    // Some 16 MB, far more than the connection holds: each line comes back as it was typed and as it was printed.
    for round in 0..10 {
        let text = (0..10_000).map(|line| format!("{round} {line:<77}\n")).collect::<Vec<_>>().concat();
        engine.write_line(job, &text);
        let last = format!("{round} {:<77}", 9999);
        wait_for("the last line of what was typed", || {
            let console = engine.console(job).unwrap();
            let mut rows = Vec::new();
            console.copy_rows(console.rows().end.saturating_sub(10)..u64::MAX, &mut rows);
            rows.iter().any(|row| row.stream == Stream::Stdout && row.text == last).then_some(())
        });
    }
    engine.close_input(job);
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    stage.wait_for_no_record();
}

#[test]
fn output_that_is_too_fast_is_counted_and_whole_in_the_log() {
    // More than a keeper's console holds, and less than a panel's.
    const LINES: usize = 90_000;
    let stage = Stage::new();
    let engine = engine();
    let job = engine.launch(stage.kept(&["flood", &LINES.to_string()]));
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    let shown = texts(&engine, job, Stream::Stdout).len();
    let missed: usize = texts(&engine, job, Stream::Notice)
        .iter()
        .filter_map(|notice| notice.split_once(" more lines")?.0.parse::<usize>().ok())
        .sum();
    // Our own line of the start may be among those that were missed.
    assert!([LINES, LINES + 1].contains(&(shown + missed)), "{shown} shown, {missed} missed");
    assert!(rows(&engine, job).iter().any(|row| row.text.starts_with("Ended: exit 0")));
    stage.wait_for_no_record();
    assert_eq!(stage.logged().lines().filter(|line| line[24..].starts_with(" out ")).count(), LINES);
}

#[test]
fn its_end_without_a_panel_is_in_the_history() {
    let stage = Stage::new();
    let first = engine();
    let job = first.launch(stage.kept(&["lines", "40", "20"]));
    wait_for_pid(&first, job);
    drop(first);
    stage.wait_for_no_record();
    let runs = history::read(&stage.log().folder, 9);
    assert_eq!(
        runs.iter().map(|run| (run.run, run.describe().to_owned())).collect::<Vec<_>>(),
        [(1, "exit 0".to_owned())]
    );
    assert!(stage.logged().contains("line 39"));
    assert!(stage.next_panel().1.is_empty());
}

#[test]
fn its_restarts_go_on_without_a_panel() {
    let stage = Stage::new();
    let restart =
        Restart { when: RestartWhen::OnFailure, delay_secs: 0, max_delay_secs: 0, reset_secs: 3600, max_attempts: 3 };
    let lifecycle = Lifecycle { restart, ..Lifecycle::default() };
    let first = engine();
    first.launch(LaunchSpec { lifecycle, ..stage.kept(&["exit", "4"]) });
    drop(first);
    wait_for("the first run in the history", || (!history::read(&stage.log().folder, 9).is_empty()).then_some(()));
    stage.wait_for_no_record();
    let mut runs: Vec<_> = history::read(&stage.log().folder, 9).iter().map(|run| run.run).collect();
    runs.sort_unstable();
    assert_eq!(runs, [1, 2, 3, 4], "the first and three more");
}

#[test]
fn typed_lines_reach_it_from_the_next_panel() {
    let stage = Stage::new();
    let first = engine();
    let job = first.launch(LaunchSpec { input: Input::Lines, ..stage.kept(&["stdin"]) });
    first.write_line(job, "from the first");
    wait_for_line(&first, job, "from the first");
    drop(first);
    let (second, job) = stage.next_panel_with_one();
    let console = second.console(job).unwrap();
    wait_for("a job that takes input", || console.takes_input().then_some(()));
    second.write_line(job, "from the second");
    wait_for_line(&second, job, "from the second");
    second.close_input(job);
    assert_eq!(second.wait(job).unwrap().exit, Exit::Code(0));
    assert_eq!(texts(&second, job, Stream::Stdout), ["from the first", "from the second", "eof"]);
    assert!(!console.takes_input());
}

#[test]
fn it_may_be_in_a_terminal() {
    let stage = Stage::new();
    let engine = engine();
    let lifecycle = Lifecycle { in_terminal: true, ..Lifecycle::default() };
    let job = engine.launch(LaunchSpec { lifecycle, ..stage.kept(&["isatty"]) });
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(0));
    assert!(texts(&engine, job, Stream::Stdout).contains(&"stdout true".to_owned()), "{:?}", rows(&engine, job));
}

#[test]
fn without_anybody_to_keep_it_it_says_so_and_ends_with_the_engine() {
    let stage = Stage::new();
    let alone = Config {
        helper: None,
        limits: Limits::default(),
        wake: std::sync::Arc::new(|_| {}),
        vault: Vault::of_system(),
    };
    let engine = Engine::start(alone).unwrap();
    let job = engine.launch(LaunchSpec { input: Input::Lines, ..stage.kept(&["stdin"]) });
    let pid = wait_for_pid(&engine, job);
    assert!(!view(&engine, job).is_kept);
    wait_for_notice(&engine, job, "It ends when Sidestage closes");
    engine.write_line(job, "heard");
    wait_for_line(&engine, job, "heard");
    drop(engine);
    wait_for_death(pid);
    assert!(stage.records().is_empty());
}

#[test]
fn its_exit_arrives_and_it_can_run_again() {
    let stage = Stage::new();
    let engine = engine();
    let job = engine.launch(stage.kept(&["exit", "7"]));
    let ending = engine.wait(job).unwrap();
    assert_eq!((ending.exit, ending.stopped), (Exit::Code(7), false));
    assert!(rows(&engine, job).iter().any(|row| row.text.starts_with("Ended: exit 7")), "{:?}", rows(&engine, job));
    engine.launch_again(job, None);
    assert_eq!(engine.wait(job).unwrap().exit, Exit::Code(7));
    assert_eq!(view(&engine, job).run, 2);
    let mut runs: Vec<_> = history::read(&stage.log().folder, 9).iter().map(|run| run.run).collect();
    runs.sort_unstable();
    stage.wait_for_no_record();
    assert_eq!(history::read(&stage.log().folder, 9).len(), 2, "{runs:?}");
    engine.remove(job);
    wait_for("an empty list", || engine.jobs().is_empty().then_some(()));
}

#[test]
fn a_restart_has_another_keeper_and_ends_the_first() {
    let stage = Stage::new();
    let engine = engine();
    let job = engine.launch(LaunchSpec { stop_secs: 0, ..stage.kept(&["sleep"]) });
    wait_for_line(&engine, job, "ready");
    let (keeper, pid) = (stage.keeper(), wait_for_pid(&engine, job));
    // From here on it ends with the panel.
    engine.launch_again(job, Some(LaunchSpec { keep: None, ..stage.kept(&["sleep"]) }));
    let next = wait_for("the second run", || {
        let view = view(&engine, job);
        matches!(view.state, State::Running { .. }).then_some(view).filter(|view| view.run == 2)
    });
    assert!(!next.is_kept);
    [keeper, pid].into_iter().for_each(wait_for_death);
    let pid = wait_for_pid(&engine, job);
    drop(engine);
    wait_for_death(pid);
}

#[test]
fn what_cannot_be_started_or_kept_says_why() {
    let stage = Stage::new();
    let engine = engine();
    let missing = Invocation { program: "/no/such/program".into(), ..probe_with(&[]) };
    let job = engine.launch(LaunchSpec { invocation: missing, ..stage.kept(&["sleep"]) });
    let Exit::CouldNotStart(why) = engine.wait(job).unwrap().exit else { panic!("it started") };
    assert!(why.contains("is missing"), "{why}");
    stage.wait_for_no_record();
    let in_the_way = stage.dir.path().join("file");
    std::fs::write(&in_the_way, "").unwrap();
    let keep = Some(KeepPlan { dir: in_the_way.join("running"), preset: None });
    let job = engine.launch(LaunchSpec { keep, ..stage.kept(&["sleep"]) });
    let Exit::CouldNotStart(why) = engine.wait(job).unwrap().exit else { panic!("it started") };
    assert!(why.contains("can't be kept running"), "{why}");
}

#[test]
fn only_one_holds_for_kept_ones_too() {
    let stage = Stage::new();
    let only_one = Some(stage.dir.path().join("lock"));
    let first = engine();
    let job = first.launch(LaunchSpec { only_one: only_one.clone(), ..stage.kept(&["sleep"]) });
    wait_for_line(&first, job, "ready");
    drop(first);
    let (second, found) = stage.next_panel_with_one();
    let another = second.launch(LaunchSpec { only_one, ..stage.kept(&["sleep"]) });
    assert!(matches!(second.wait(another).unwrap().exit, Exit::NotLaunched(_)));
    assert!(view(&second, found).is_live());
    wait_for_pid(&second, found);
    let own = second.launch(spec(&["sleep"]));
    wait_for_line(&second, own, "ready");
    second.stop_all_but_kept();
    assert!(second.wait(own).unwrap().stopped);
    assert!(matches!(view(&second, found).state, State::Running { .. }));
    second.stop_all();
    assert!(second.wait(found).unwrap().stopped);
}
