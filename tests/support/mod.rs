//! What the tests share: the probe program, an engine, and waiting for conditions.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "a test that is skipped says so")]

use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use sidestage::engine::Row;
use sidestage::engine::{Config, Engine, JobId, LaunchSpec, Limits, Stream, Target, Wake};
use sidestage::model::Invocation;
use sidestage::vault::Vault;

/// Longer than anything takes on the slowest machine; a test that waits this long has failed.
const DEADLINE: Duration = Duration::from_mins(2);

/// Waits until `condition` answers, and fails with `what` if it never does.
#[track_caller]
pub fn wait_for<T>(what: &str, condition: impl FnMut() -> Option<T>) -> T {
    wait_at_most(condition).unwrap_or_else(|| panic!("never happened: {what}"))
}

/// The same, for a test that has more to say when it never does.
pub fn wait_at_most<T>(mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let deadline = Instant::now() + DEADLINE;
    loop {
        let answer = condition();
        if answer.is_some() || Instant::now() >= deadline {
            return answer;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a program said on its standard output, with the line ends of Unix.
pub fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).replace("\r\n", "\n")
}

/// And on its standard error.
pub fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).replace("\r\n", "\n")
}

/// The probe, which cargo builds as an example beside the tests.
pub fn probe() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().and_then(Path::parent).unwrap();
    let probe = profile.join("examples").join(format!("probe{}", std::env::consts::EXE_SUFFIX));
    assert!(probe.is_file(), "a whole `cargo test` builds the probe; for one test file: cargo build --example probe");
    probe
}

/// Greater where a process lets others go first.
#[cfg(unix)]
pub fn politeness(pid: u32) -> i32 {
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    rustix::process::getpriority_process(Some(pid)).unwrap()
}

#[cfg(windows)]
#[allow(unsafe_code, reason = "nothing safe tells a process' class")]
pub fn politeness(pid: u32) -> i32 {
    use windows_sys::Win32::Foundation::{CloseHandle, FALSE};
    use windows_sys::Win32::System::Threading::{
        BELOW_NORMAL_PRIORITY_CLASS, GetPriorityClass, OpenProcess, PROCESS_QUERY_LIMITED_INFORMATION,
    };
    // SAFETY: no pointers are passed, and the handle is closed once.
    let class = unsafe {
        let process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, pid);
        let class = GetPriorityClass(process);
        CloseHandle(process);
        class
    };
    assert_ne!(class, 0, "process {pid} can't be asked");
    i32::from(class == BELOW_NORMAL_PRIORITY_CLASS)
}

/// The program itself. One for Windows that was built on another system was told a path without a drive.
pub fn sidestage() -> PathBuf {
    std::path::absolute(env!("CARGO_BIN_EXE_sidestage")).unwrap()
}

/// An engine with our own program as helper, as the panel has it.
pub fn engine() -> Engine {
    start_engine(Some(sidestage()), |_| {})
}

/// An engine without its helper, that tells this of what it wakes for.
pub fn engine_waking(wake: impl Fn(Wake) + Send + Sync + 'static) -> Engine {
    start_engine(None, wake)
}

fn start_engine(helper: Option<PathBuf>, wake: impl Fn(Wake) + Send + Sync + 'static) -> Engine {
    let wake = Arc::new(wake);
    Engine::start(Config { helper, limits: Limits::default(), wake, vault: Vault::of_system() }).unwrap()
}

/// A socket that stands for Touch's, and the way to it.
pub fn touch() -> (UdpSocket, Target) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    let port = socket.local_addr().unwrap().port();
    (socket, Target::new("127.0.0.1", port))
}

/// The next datagram.
pub fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 70_000];
    let count = loop {
        match socket.recv(&mut buffer) {
            // A child's end may interrupt a wait that has a time limit.
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            received => break received.unwrap(),
        }
    };
    buffer.truncate(count);
    buffer
}

pub fn probe_with(args: &[&str]) -> Invocation {
    Invocation {
        program: probe(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        dir: std::env::temp_dir(),
        env: Vec::new(),
        secrets: Vec::new(),
    }
}

pub fn spec(args: &[&str]) -> LaunchSpec {
    LaunchSpec::new(args[0], probe_with(args))
}

pub fn rows(engine: &Engine, job: JobId) -> Vec<Row> {
    let mut rows = Vec::new();
    if let Some(console) = engine.console(job) {
        console.copy_rows(console.rows(), &mut rows);
    }
    rows
}

/// The text of all rows that the job itself wrote to this stream.
pub fn texts(engine: &Engine, job: JobId, stream: Stream) -> Vec<String> {
    rows(engine, job).into_iter().filter(|row| row.stream == stream).map(|row| row.text).collect()
}

#[track_caller]
pub fn wait_for_line(engine: &Engine, job: JobId, line: &str) {
    wait_for(&format!("a line {line:?} of {job}"), || {
        rows(engine, job).iter().any(|row| row.text == line).then_some(())
    });
}

/// Waits for a row of this stream that holds this.
#[track_caller]
pub fn wait_for_text(engine: &Engine, job: JobId, stream: Stream, text: &str) {
    wait_for(&format!("a row of {job} with {text:?}"), || {
        texts(engine, job, stream).iter().any(|row| row.contains(text)).then_some(())
    });
}

/// Whether this is Wine, which lacks some of what Windows has. `.ci/windows` sets the prefix.
pub fn is_wine() -> bool {
    cfg!(windows) && std::env::var_os("WINEPREFIX").is_some()
}

/// Whether a process is there and no zombie.
pub fn is_alive(pid: u32) -> bool {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let mut system = System::new().unwrap();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).is_some_and(|process| process.status() != ProcessStatus::Zombie)
}

#[track_caller]
pub fn wait_for_death(pid: u32) {
    wait_for(&format!("the end of process {pid}"), || (!is_alive(pid)).then_some(()));
}

/// Kills a process as the Task Manager or `kill -9` does.
pub fn kill(pid: u32) {
    use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let mut system = System::new().unwrap();
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    assert!(system.process(pid).unwrap().kill(), "{pid} can't be killed");
}

/// Every file below a folder that holds this text.
pub fn files_with(dir: &Path, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files_with(&path, text));
        } else if std::fs::read(&path).is_ok_and(|bytes| memchr::memmem::find(&bytes, text.as_bytes()).is_some()) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// By whoever runs the tests, and so by us and by what we start.
#[cfg(unix)]
pub fn interrupts_are_ignored() -> bool {
    let are_ignored = sidestage::engine::is_signal_ignored(signal_hook::consts::SIGINT);
    if are_ignored {
        eprintln!("skipped: whoever runs the tests has interrupts ignored");
    }
    are_ignored
}
