//! What is kept of runs on disk: their output, complete, and what became of them. Real children, real files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that can't go on fails")]

mod support;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use jiff::Timestamp;
use sidestage::engine::{Engine, JobId, LaunchSpec, Stream};
use sidestage::model::{Argument, Interpreter, LogLimits, LogName, LogPlan, Preset, Restart, RestartWhen, relative};
use sidestage::store::history::{self, Outcome, PastRun};
use sidestage::store::logs;
use sidestage::store::presets::{Expect, write};
use support::{engine, probe, sidestage, spec, texts, wait_for, wait_for_line};

/// A run's log, read as `docs/logs.md` says that one reads it.
#[derive(Debug, Default)]
struct Log {
    out: Vec<u8>,
    err: Vec<u8>,
    notices: Vec<String>,
    times: Vec<Timestamp>,
}

impl Log {
    /// The log in these files, from the first on.
    fn read(files: &[PathBuf]) -> Self {
        let mut log = Self::default();
        for file in files {
            let text = std::fs::read(file).unwrap();
            assert!(text.is_empty() || text.ends_with(b"\n"), "{} ends with half a line", file.display());
            text.split_inclusive(|byte| *byte == b'\n').for_each(|line| log.add(line));
        }
        log
    }

    fn add(&mut self, line: &[u8]) {
        let (time, rest) = line.split_at(24);
        let (stream, rest) = rest.split_at(5);
        self.times.push(std::str::from_utf8(time).unwrap().parse().unwrap());
        match stream {
            b" out " => self.out.extend(rest),
            b" err " => self.err.extend(rest),
            b" out+" => self.out.extend(&rest[..rest.len() - 1]),
            b" err+" => self.err.extend(&rest[..rest.len() - 1]),
            b" *** " => self.notices.push(String::from_utf8(rest[..rest.len() - 1].to_vec()).unwrap()),
            other => panic!("{:?} is no stream", String::from_utf8_lossy(other)),
        }
    }
}

fn plan(dir: &Path) -> LogPlan {
    LogPlan { preset: "Test".to_owned(), folder: dir.join("logs/Test"), limits: LogLimits::default() }
}

fn limited(dir: &Path, limits: LogLimits) -> LogPlan {
    LogPlan { limits, ..plan(dir) }
}

fn logged(args: &[&str], plan: &LogPlan) -> LaunchSpec {
    LaunchSpec { log: Some(plan.clone()), ..spec(args) }
}

fn files(plan: &LogPlan) -> Vec<PathBuf> {
    logs::files(&plan.folder).into_iter().map(|(_, path)| path).collect()
}

/// Runs it to its end and the engine to its own, and answers with all that is logged by then.
fn log_of(args: &[&str], plan: &LogPlan) -> Log {
    let engine = engine();
    engine.wait(engine.launch(logged(args, plan))).unwrap();
    drop(engine);
    Log::read(&files(plan))
}

fn wait_for_log(engine: &Engine, job: JobId) -> PathBuf {
    wait_for("a log", || engine.jobs().into_iter().find(|view| view.id == job).and_then(|view| view.log))
}

fn flood(lines: usize) -> Vec<u8> {
    (0..lines).flat_map(|line| format!("{line:<79}\n").into_bytes()).collect()
}

#[test]
fn all_output_is_there_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let log = log_of(&["flood", "50000"], &plan(dir.path()));
    assert!(log.out == flood(50_000), "{} bytes", log.out.len());
    assert_eq!(log.err, b"");
    let hostile = tempfile::tempdir().unwrap();
    let log = log_of(&["raw", "00ff0a0d0a310d320d0a0a2a2a2a20e90a6c617374"], &plan(hostile.path()));
    assert_eq!(log.out, b"\x00\xff\n\r\n1\r2\r\n\n*** \xe9\nlast");
}

#[test]
fn streams_are_told_apart_and_our_own_words_are_there() {
    let dir = tempfile::tempdir().unwrap();
    let log = log_of(&["both", "3"], &plan(dir.path()));
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    assert_eq!(text(&log.out), "out 0\nout 1\nout 2\n");
    assert_eq!(text(&log.err), "err 0\nerr 1\nerr 2\n");
    assert_eq!(log.notices[0], "Log of “Test”, run 1.");
    assert!(log.notices[1].starts_with("Started (pid "), "{:?}", log.notices);
    assert!(log.notices[2].starts_with("Ended: exit 0"), "{:?}", log.notices);
    assert!(log.times.is_sorted(), "{:?}", log.times);
}

#[test]
fn a_second_run_of_a_job_has_a_log_of_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, plan) = (engine(), plan(dir.path()));
    let job = engine.launch(logged(&["lines", "1"], &plan));
    engine.wait(job).unwrap();
    let first = wait_for_log(&engine, job);
    engine.launch_again(job, None);
    let second = wait_for("another log", || Some(wait_for_log(&engine, job)).filter(|log| *log != first));
    engine.wait(job).unwrap();
    drop(engine);
    assert_eq!(files(&plan), [first, second.clone()]);
    assert_eq!(Log::read(&[second]).notices[0], "Log of “Test”, run 2.");
}

#[test]
fn each_attempt_of_a_job_that_is_restarted_is_logged() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan(dir.path());
    let engine = engine();
    let restart = Restart { when: RestartWhen::OnFailure, delay_secs: 0, max_attempts: 1, ..Restart::default() };
    let mut failing = logged(&["exit", "3"], &plan);
    failing.lifecycle.restart = restart;
    engine.wait(engine.launch(failing)).unwrap();
    drop(engine);
    let notices: Vec<_> = files(&plan).into_iter().map(|file| Log::read(&[file]).notices.join(" ")).collect();
    assert!(notices[0].contains("run 1.") && notices[0].contains("exit 3"), "{notices:?}");
    assert!(notices[0].contains("It is started again in"), "what follows is said: {notices:?}");
    assert!(notices[1].contains("run 2.") && notices[1].contains("It is not started again"), "{notices:?}");
    let ends: Vec<_> =
        history::read(&plan.folder, 9).into_iter().map(|run| (run.run, run.describe().to_owned())).collect();
    assert_eq!(ends, [(2, "exit 3".to_owned()), (1, "exit 3".to_owned())]);
}

#[test]
fn a_long_log_goes_on_in_further_files() {
    let dir = tempfile::tempdir().unwrap();
    let limits = LogLimits { file_bytes: 100_000, ..LogLimits::default() };
    let plan = limited(dir.path(), limits);
    let engine = engine();
    let job = engine.launch(logged(&["flood", "10000"], &plan));
    engine.wait(job).unwrap();
    let newest = wait_for("the last part", || {
        let text = std::fs::read_to_string(wait_for_log(&engine, job)).unwrap();
        text.contains("*** Ended: ").then(|| wait_for_log(&engine, job))
    });
    drop(engine);
    let files = files(&plan);
    assert!(files.len() > 8, "{files:?}");
    assert_eq!(files.last(), Some(&newest), "the panel opens the part that is written now");
    assert!(files[1].to_str().unwrap().ends_with("-0001.2.log"), "{files:?}");
    assert!(files.iter().all(|file| file.metadata().unwrap().len() <= limits.file_bytes));
    assert!(Log::read(&files).out == flood(10_000));
}

#[test]
fn the_oldest_go_and_all_together_stay_within_the_limit() {
    let dir = tempfile::tempdir().unwrap();
    let plan = limited(dir.path(), LogLimits { runs: 3, ..LogLimits::default() });
    for run in 0..5 {
        log_of(&["lines", &format!("{run}")], &plan);
    }
    let numbers: Vec<_> = logs::files(&plan.folder).into_iter().map(|(name, _)| name.number).collect();
    assert_eq!(numbers, [3, 4, 5]);
    let plan = limited(dir.path(), LogLimits { file_bytes: 50_000, folder_bytes: 300_000, runs: 3 });
    let log = log_of(&["flood", "20000"], &plan);
    let total: u64 = files(&plan).iter().map(|file| file.metadata().unwrap().len()).sum();
    assert!(total <= 300_000, "{total} bytes");
    assert!(flood(20_000).ends_with(&log.out) && log.out.len() > 150_000, "the latest is kept: {}", log.out.len());
}

#[test]
fn two_at_once_have_their_own_files_and_neither_removes_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let plan = limited(dir.path(), LogLimits { runs: 1, ..LogLimits::default() });
    let engine = engine();
    let live = engine.launch(logged(&["sleep"], &plan));
    let live_log = wait_for_log(&engine, live);
    let ended = engine.launch(logged(&["lines", "2"], &plan));
    let ended_log = wait_for_log(&engine, ended);
    engine.wait(ended).unwrap();
    assert_ne!(live_log, ended_log);
    wait_for("the end of its log", || (!logs::is_being_written(&ended_log)).then_some(()));
    wait_for_line(&engine, live, "ready");
    // A run of another process, so of a Sidestage that never heard of the live one.
    let other = support::engine();
    other.wait(other.launch(logged(&["lines", "2"], &plan))).unwrap();
    drop(other);
    assert!(live_log.exists(), "what is being written is never removed");
    assert!(!ended_log.exists());
    wait_for("the live one in the history", || {
        history::read(&plan.folder, 9).iter().any(|run| run.outcome == Outcome::Running).then_some(())
    });
    drop(engine);
    let log = Log::read(&[live_log]);
    assert_eq!(String::from_utf8_lossy(&log.out).trim_end(), "ready");
}

#[test]
fn where_nothing_can_be_written_the_job_runs_all_the_same() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("logs"), "a file where a folder is needed").unwrap();
    let engine = engine();
    let job = engine.launch(logged(&["lines", "3"], &plan(dir.path())));
    assert_eq!(engine.wait(job).unwrap().exit, sidestage::engine::Exit::Code(0));
    assert_eq!(texts(&engine, job, Stream::Stdout), ["line 0", "line 1", "line 2"]);
    let complaints = wait_for("a complaint", || {
        let notices = texts(&engine, job, Stream::Notice);
        let complaints: Vec<_> = notices.into_iter().filter(|notice| notice.contains(" log ")).collect();
        (!complaints.is_empty()).then_some(complaints)
    });
    assert!(complaints[0].contains("The job goes on"), "{complaints:?}");
}

#[cfg(unix)]
#[test]
fn a_folder_that_is_deleted_under_way_is_made_again_for_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let (engine, plan) = (engine(), limited(dir.path(), LogLimits { file_bytes: 1000, ..LogLimits::default() }));
    let job = engine.launch(logged(&["lines", "100000000", "1"], &plan));
    let log = wait_for_log(&engine, job);
    std::fs::remove_dir_all(dir.path().join("logs")).unwrap();
    wait_for("the next part", || Some(wait_for_log(&engine, job)).filter(|next| *next != log && next.exists()));
    engine.kill(job);
    engine.wait(job).unwrap();
    drop(engine);
    assert!(!Log::read(&files(&plan)).out.is_empty());
}

/// A small disk of its own, where this user may mount one.
#[cfg(target_os = "linux")]
struct SmallDisk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    #[expect(clippy::print_stderr, reason = "a test that can't be made here says so")]
    fn mount(bytes: u32) -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let size = format!("size={bytes}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(dir.path()).output();
        if mounted.is_ok_and(|mounted| mounted.status.success()) {
            return Some(Self(dir));
        }
        eprintln!("skipped: this user may not mount a small disk");
        None
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_never_stops_a_job() {
    let Some(disk) = SmallDisk::mount(256 * 1024) else { return };
    let plan = plan(disk.path());
    let engine = engine();
    let job = engine.launch(logged(&["flood", "100000"], &plan));
    assert_eq!(engine.wait(job).unwrap().exit, sidestage::engine::Exit::Code(0));
    let console = engine.console(job).unwrap();
    drop(engine);
    let mut said = Vec::new();
    console.copy_rows(console.rows(), &mut said);
    said.retain(|row| row.stream == Stream::Notice);
    let full: Vec<_> = said.iter().filter(|row| row.text.contains("can't be written")).collect();
    assert!((1..=3).contains(&full.len()) && full[0].text.contains("the disk is full"), "{said:?}");
    let log = Log::read(&files(&plan));
    assert!(flood(100_000).starts_with(&log.out[..100_000]));
    // Whether the very last words find room or not, it is said how much is missing.
    let missing = |row: &support::Row| {
        row.text
            .split(' ')
            .zip(row.text.split(' ').skip(1))
            .find(|(_, word)| *word == "bytes")
            .and_then(|(count, _)| count.parse::<usize>().ok())
    };
    let missing: usize = said.iter().filter_map(missing).sum();
    assert_eq!(log.out.len() + missing, flood(100_000).len(), "{said:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn once_there_is_room_again_the_log_goes_on_and_says_what_is_missing() {
    let Some(disk) = SmallDisk::mount(128 * 1024) else { return };
    let plan = plan(disk.path());
    let filler = disk.path().join("filler");
    let engine = engine();
    let job = engine.launch(logged(&["lines", "100000000", "1"], &plan));
    wait_for_line(&engine, job, "line 10");
    // Takes what is left.
    let _ = std::fs::write(&filler, vec![0; 1 << 20]);
    let says = |words: &str| texts(&engine, job, Stream::Notice).iter().any(|notice| notice.contains(words));
    wait_for("a full disk", || says("the disk is full").then_some(()));
    std::fs::remove_file(&filler).unwrap();
    wait_for("the log's return", || says("is written again").then_some(()));
    engine.kill(job);
    engine.wait(job).unwrap();
    drop(engine);
    let log = Log::read(&files(&plan));
    let missing: usize = log
        .notices
        .iter()
        .find_map(|notice| notice.strip_suffix(" bytes of its output are missing there: the disk is full."))
        .expect("the log says how much is missing")
        .parse()
        .unwrap();
    let text = String::from_utf8(log.out).unwrap();
    let numbers: Vec<u64> = text.lines().filter_map(|line| line.strip_prefix("line ")?.parse().ok()).collect();
    let whole: usize = (0..=numbers[numbers.len() - 1]).map(|number| format!("line {number}\n").len()).sum();
    assert_eq!(whole, text.len() + missing, "what is there and what is missing is all");
}

/// The same promise at a fifth of its size, so that the test can run each time.
#[test]
fn a_fifth_of_a_gigabyte_on_one_line_is_complete_and_costs_no_memory() {
    const BYTES: usize = 200_000_000;
    let stage = Stage::new();
    stage.add("long", &["long", &BYTES.to_string()]);
    let mut child = stage.command(&["run", "long"]).stdout(Stdio::null()).spawn().unwrap();
    let mut most_bytes = 0;
    let status = wait_for("its end", || {
        most_bytes = most_bytes.max(memory_bytes(child.id()));
        child.try_wait().unwrap()
    });
    assert!(status.success());
    assert!(most_bytes < 120_000_000, "{most_bytes} bytes of memory");
    let mut xs = 0;
    for file in stage.logs("long") {
        for line in std::fs::read(file).unwrap().split(|byte| *byte == b'\n') {
            if line.get(24..29) == Some(b" out+") {
                assert!(line[29..].iter().all(|byte| *byte == b'x'));
                xs += line.len() - 29;
            }
        }
    }
    assert_eq!(xs, BYTES);
}

fn memory_bytes(pid: u32) -> u64 {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
    let mut system = System::new().unwrap();
    let kind = ProcessRefreshKind::nothing().with_memory();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[Pid::from_u32(pid)]), true, kind);
    system.process(Pid::from_u32(pid)).map_or(0, sysinfo::Process::memory)
}

/// A folder of presets and one of data, for the command line.
struct Stage(tempfile::TempDir);

impl Stage {
    fn new() -> Self {
        let stage = Self(tempfile::tempdir().unwrap());
        std::fs::create_dir(stage.presets()).unwrap();
        stage
    }

    fn presets(&self) -> PathBuf {
        self.0.path().join("presets")
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    fn add(&self, name: &str, args: &[&str]) {
        self.add_changed(name, args, |_| {});
    }

    fn add_changed(&self, name: &str, args: &[&str], change: impl FnOnce(&mut Preset)) {
        let mut preset = Preset::new(name);
        preset.interpreter = Interpreter::None;
        preset.script = relative(&self.presets(), &probe());
        preset.arguments = args.iter().map(|arg| Argument::new("", arg)).collect();
        change(&mut preset);
        write(&self.presets().join(format!("{name}.ron")), &preset, Expect::New).unwrap();
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(sidestage());
        command.arg("--presets").arg(self.presets()).args(args).stdin(Stdio::null());
        command.env("SIDESTAGE_DATA_DIR", self.data()).env("SIDESTAGE_CONFIG_DIR", self.0.path().join("config"));
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    fn json(&self, args: &[&str]) -> serde_json::Value {
        serde_json::from_slice(&self.run(args).stdout).unwrap()
    }

    fn logs(&self, preset: &str) -> Vec<PathBuf> {
        logs::files(&self.folder(preset)).into_iter().map(|(_, path)| path).collect()
    }

    fn folder(&self, preset: &str) -> PathBuf {
        logs::preset_dir(&self.data().join("logs"), preset)
    }

    fn history(&self, preset: &str) -> Vec<PastRun> {
        history::read(&self.folder(preset), 100)
    }

    /// Starts `run NAME` and waits for its first line.
    fn start(&self, name: &str) -> Child {
        let mut child = self.command(&["run", name]).stdout(Stdio::piped()).spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut String::new()).unwrap();
        // Whoever stops reading would end the job.
        let drain = move || output.lines().for_each(drop);
        std::thread::Builder::new().name("drain".to_owned()).spawn(drain).unwrap();
        child
    }
}

#[test]
fn the_command_line_logs_too_unless_told_not_to() {
    let stage = Stage::new();
    stage.add("both", &["both", "2"]);
    stage.add_changed("quiet", &["both", "2"], |preset| preset.lifecycle.log = false);
    assert!(stage.run(&["run", "both", "--no-log"]).status.success());
    assert!(stage.run(&["run", "quiet"]).status.success());
    assert!(!stage.data().exists(), "nothing is written that nobody wants");
    let output = stage.run(&["run", "both"]);
    let log = Log::read(&stage.logs("both"));
    assert_eq!((log.out, log.err), (output.stdout, output.stderr));
    let listed = stage.json(&["list", "--json"]);
    let both = &listed["presets"][0];
    assert_eq!(both["log_folder"], stage.folder("both").to_str().unwrap());
    assert_eq!(both["log"], stage.logs("both")[0].to_str().unwrap());
    assert!(listed["presets"][1]["log"].is_null() && listed["presets"][1]["log_folder"].is_string());
}

#[test]
fn the_history_lasts_and_says_how_each_run_ended() {
    let stage = Stage::new();
    stage.add("three", &["exit", "3"]);
    stage.add("lines", &["lines", "2"]);
    stage.run(&["run", "three"]);
    stage.run(&["run", "lines"]);
    let all = stage.json(&["history", "--json"]);
    let newest = &all[0];
    assert_eq!(
        (&newest["preset"], &newest["how"], &newest["state"]),
        (&"lines".into(), &"exit 0".into(), &"ended".into())
    );
    assert_eq!(
        (&all[1]["code"], &all[1]["signal"], &all[1]["stopped"]),
        (&3.into(), &serde_json::Value::Null, &false.into())
    );
    assert!(newest["pid"].is_u64() && newest["duration_secs"].is_f64() && newest["run"] == 1);
    assert_eq!(newest["log"], stage.logs("lines")[0].to_str().unwrap());
    let times = ["started", "ended"].map(|key| newest[key].as_str().unwrap().parse::<Timestamp>().unwrap());
    assert!(times[0] <= times[1]);
    assert_eq!(stage.json(&["history", "three", "--json"]).as_array().unwrap().len(), 1);
    let text = String::from_utf8(stage.run(&["history"]).stdout).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert!(lines.len() == 2 && lines[0].contains("three") && lines[0].ends_with("exit 3"), "{text}");
    // Longer than the logs, and than the preset.
    stage.logs("three").into_iter().for_each(|log| std::fs::remove_file(log).unwrap());
    std::fs::remove_file(stage.presets().join("three.ron")).unwrap();
    let three = stage.json(&["history", "three", "--json"]);
    assert!(three[0]["how"] == "exit 3" && three[0]["log"].is_null(), "{three}");
    assert_eq!(stage.run(&["history", "four"]).status.code(), Some(1));
}

#[test]
fn a_sidestage_that_is_killed_leaves_its_log_and_a_run_without_an_end() {
    let stage = Stage::new();
    stage.add("sleep", &["sleep"]);
    let mut child = stage.start("sleep");
    wait_for("the line in the log", || {
        let logs = stage.logs("sleep");
        (!logs.is_empty() && Log::read(&logs).out.starts_with(b"ready")).then_some(())
    });
    wait_for("its start in the history", || (stage.history("sleep").len() == 1).then_some(()));
    assert_eq!(stage.history("sleep")[0].outcome, Outcome::Running);
    child.kill().unwrap();
    child.wait().unwrap();
    let run = wait_for("its loss", || stage.history("sleep").pop().filter(|run| run.outcome != Outcome::Running));
    assert_eq!((run.describe(), run.pid.is_some()), ("Sidestage ended first", true));
    assert_eq!(run.log, stage.logs("sleep").pop(), "its log is there");
    assert_eq!(stage.json(&["history", "--json"])[0]["state"], "unknown");
    stage.add("lines", &["lines", "1"]);
    assert!(stage.run(&["run", "lines"]).status.success());
    assert_eq!(stage.history("lines")[0].describe(), "exit 0");
}

#[test]
fn a_run_that_could_not_start_is_in_the_history() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan(dir.path());
    let engine = engine();
    let mut broken = logged(&["sleep"], &plan);
    broken.invocation.program = dir.path().join("no such program");
    engine.wait(engine.launch(broken)).unwrap();
    drop(engine);
    let runs = history::read(&plan.folder, 10);
    assert_eq!((runs.len(), runs[0].describe(), runs[0].pid), (1, "could not start", None));
    assert!(Log::read(&files(&plan)).notices[1].contains("no such program"));
}

#[test]
fn a_stop_is_told_from_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan(dir.path());
    let engine = engine();
    let job = engine.launch(logged(&["sleep"], &plan));
    wait_for_line(&engine, job, "ready");
    engine.kill(job);
    engine.wait(job).unwrap();
    drop(engine);
    let Outcome::Ended(end) = history::read(&plan.folder, 1).remove(0).outcome else { panic!("it has an end") };
    assert!(end.stopped);
    assert!(cfg!(windows) || end.signal == Some(9), "{end:?}");
}

#[test]
fn many_runs_at_once_have_as_many_logs() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan(dir.path());
    let engine = engine();
    let jobs: Vec<_> = (0..30).map(|_| engine.launch(logged(&["lines", "5"], &plan))).collect();
    for job in jobs {
        engine.wait(job).unwrap();
    }
    drop(engine);
    let logs = files(&plan);
    assert_eq!(logs.len(), 30);
    for log in logs {
        let text = String::from_utf8(Log::read(&[log]).out).unwrap();
        assert_eq!(text.lines().collect::<Vec<_>>(), ["line 0", "line 1", "line 2", "line 3", "line 4"]);
    }
    assert_eq!(history::read(&plan.folder, 100).iter().filter(|run| run.describe() == "exit 0").count(), 30);
}

#[test]
fn names_in_the_folder_are_what_the_documents_say() {
    let dir = tempfile::tempdir().unwrap();
    let plan = plan(dir.path());
    log_of(&["lines", "1"], &plan);
    let name = files(&plan)[0].file_name().unwrap().to_str().unwrap().to_owned();
    assert_eq!(LogName::parse(&name).unwrap().number, 1);
    assert!(
        name.starts_with("20") && name.ends_with("Z-0001.log") && name.len() == "2026-11-23T04-12-33Z-0001.log".len()
    );
}
