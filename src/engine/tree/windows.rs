//! Process trees on Windows: one Job Object per run.
//!
//! The process starts suspended, is put into the job and only then runs, so that nothing it starts can escape. The
//! job kills all that is in it when its last handle closes: by us, or by the system when we die.
#![expect(
    unsafe_code,
    reason = "Job Objects, consoles and windows have no safe interface in a crate that we could take"
)]

use std::fs::File;
use std::io::{self, Read};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use windows_sys::Win32::Foundation::{CloseHandle, FALSE, HANDLE, HWND, INVALID_HANDLE_VALUE, LPARAM, TRUE};
use windows_sys::Win32::System::Console::{
    AttachConsole, CTRL_BREAK_EVENT, FreeConsole, GenerateConsoleCtrlEvent, SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, PROCESSENTRY32W, Process32FirstW, Process32NextW, TH32CS_SNAPPROCESS, TH32CS_SNAPTHREAD,
    THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE, JOBOBJECT_BASIC_PROCESS_ID_LIST,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectBasicProcessIdList, JobObjectExtendedLimitInformation,
    QueryInformationJobObject, SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{
    BELOW_NORMAL_PRIORITY_CLASS, CREATE_NEW_PROCESS_GROUP, CREATE_NO_WINDOW, CREATE_SUSPENDED, DETACHED_PROCESS,
    GetCurrentProcess, GetPriorityClass, IDLE_PRIORITY_CLASS, NORMAL_PRIORITY_CLASS, OpenThread, ResumeThread,
    SetPriorityClass, THREAD_SUSPEND_RESUME,
};
use windows_sys::Win32::UI::WindowsAndMessaging::{EnumWindows, GetWindowThreadProcessId, PostMessageW, WM_CLOSE};

use super::members::Member;
use super::{ConsoleKind, Spawned, Wiring, command, relayed};
use crate::engine::exit::Exit;
use crate::model::{Invocation, Priority, StopSignal};

/// The hidden subcommand that asks a console's processes to end.
pub const ASK_COMMAND: &str = "ask-to-stop";

/// The exit code of a process that was killed with its tree.
const KILLED: u32 = 1;

/// How the supervisor reaches a tree.
#[derive(Debug)]
pub(in crate::engine) struct Tree {
    job: OwnedHandle,
    pid: u32,
    console: ConsoleKind,
    helper: Option<PathBuf>,
    /// It was asked to end, and has its time for that.
    has_time: AtomicBool,
}

/// Pauses between two looks at who is left.
const FIRST_PAUSE: Duration = Duration::from_millis(1);
const LONGEST_PAUSE: Duration = Duration::from_millis(64);

impl Tree {
    /// Asks every process of the tree to end: `CTRL_BREAK` to its console, `WM_CLOSE` to its windows. Which signal it
    /// would be on Unix makes no difference.
    pub(in crate::engine) fn ask(&self, _signal: StopSignal) {
        self.has_time.store(true, Ordering::SeqCst);
        close_windows(&self.processes());
        match (self.console, &self.helper) {
            (ConsoleKind::Hidden, Some(helper)) => {
                if let Err(error) = start_asking(helper, self.pid) {
                    tracing::warn!("asking process {} to stop: {error}", self.pid);
                }
            }
            (ConsoleKind::Hidden, None) | (ConsoleKind::Shared, _) => {}
        }
    }

    /// Ctrl-C reaches whoever shares our console without our help.
    #[expect(clippy::unused_self, reason = "the other system's tree needs it")]
    pub(in crate::engine) fn interrupt(&self) {}

    /// Lets those whom the process has left behind end by themselves, if the tree was asked to, until it is killed.
    pub(in crate::engine) fn let_the_rest_end(&self) {
        let mut pause = FIRST_PAUSE;
        while self.has_time.load(Ordering::SeqCst) && self.processes().iter().any(|pid| *pid != self.pid) {
            std::thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Kills every process of the tree.
    pub(in crate::engine) fn kill(&self) {
        self.has_time.store(false, Ordering::SeqCst);
        // SAFETY: the handle is a job's and lives as long as self.
        let killed = unsafe { TerminateJobObject(self.job.as_raw_handle() as HANDLE, KILLED) };
        if killed == FALSE {
            tracing::warn!("killing the tree of process {}: {}", self.pid, io::Error::last_os_error());
        }
    }

    /// The ids of the tree's processes, up to a number that no sane tree exceeds.
    fn processes(&self) -> Vec<u32> {
        const MOST: usize = 1024;
        #[repr(C)]
        struct List {
            head: JOBOBJECT_BASIC_PROCESS_ID_LIST,
            more: [usize; MOST],
        }
        // SAFETY: all zeroes is a valid list: it is made of integers.
        let mut list: List = unsafe { std::mem::zeroed() };
        // SAFETY: the buffer is as large as we say, and laid out as the class asks: a head and ids behind it.
        let found = unsafe {
            QueryInformationJobObject(
                self.job.as_raw_handle() as HANDLE,
                JobObjectBasicProcessIdList,
                (&raw mut list).cast(),
                size_of_u32::<List>(),
                std::ptr::null_mut(),
            )
        };
        if found == FALSE {
            return vec![self.pid];
        }
        let count = (list.head.NumberOfProcessIdsInList as usize).min(MOST);
        let ids = list.head.ProcessIdList.iter().chain(&list.more).take(count);
        ids.filter_map(|id| u32::try_from(*id).ok()).collect()
    }
}

/// A run's output, by which those are found who still hold it.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Output {
    tree: Arc<Tree>,
}

impl Output {
    /// Who may hold it: the members of the tree besides the run's own process. Others than these can't have it.
    pub(in crate::engine) fn holders(&self) -> Vec<Member> {
        let mut pids = self.tree.processes();
        pids.retain(|pid| *pid != self.tree.pid);
        let mut members = if pids.is_empty() { Vec::new() } else { named(&pids) };
        members.sort();
        members
    }
}

/// A running process, owned by its run's thread.
pub(in crate::engine) struct Process {
    child: Child,
    tree: Arc<Tree>,
}

impl Process {
    pub(in crate::engine) fn spawn(
        invocation: &Invocation,
        wiring: Wiring,
        console: ConsoleKind,
        priority: Priority,
        helper: Option<&PathBuf>,
    ) -> io::Result<Spawned> {
        let flags = match console {
            ConsoleKind::Hidden => CREATE_NO_WINDOW | CREATE_NEW_PROCESS_GROUP,
            ConsoleKind::Shared => 0,
        };
        let job = create_job()?;
        let mut command = if wiring.terminal {
            command(&relayed(invocation, helper.map(PathBuf::as_path))?, wiring.input)
        } else {
            command(invocation, wiring.input)
        };
        let mut child = command.creation_flags(flags | CREATE_SUSPENDED).spawn()?;
        set_priority(&child, priority);
        if let Err(error) = assign(&job, &child).and_then(|()| resume(child.id())) {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
        let stdout = child.stdout.take().map(|pipe| Box::new(pipe) as Box<dyn Read + Send>);
        let stdin = child.stdin.take().map(|pipe| File::from(OwnedHandle::from(pipe)));
        let stderr = child.stderr.take();
        let tree =
            Arc::new(Tree { job, pid: child.id(), console, helper: helper.cloned(), has_time: AtomicBool::new(false) });
        Ok(Spawned { process: Self { child, tree }, stdout, stderr, stdin })
    }

    pub(in crate::engine) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// By which those are found who still hold its output after its end.
    pub(in crate::engine) fn output(&self) -> Output {
        Output { tree: Arc::clone(&self.tree) }
    }

    pub(in crate::engine) fn tree(&self) -> Arc<Tree> {
        Arc::clone(&self.tree)
    }

    /// Waits until the process is gone.
    pub(in crate::engine) fn wait(&mut self) {
        if let Err(error) = self.child.wait() {
            tracing::warn!("waiting for process {}: {error}", self.child.id());
        }
    }

    /// Kills what is left of the tree and says how the process ended. Whoever holds its output is of the tree.
    pub(in crate::engine) fn finish(mut self, _holders: &[Member]) -> Exit {
        self.tree.kill();
        match self.child.wait() {
            Ok(status) => Exit::Code(status.code().unwrap_or(-1)),
            Err(error) => {
                tracing::warn!("the exit code of process {}: {error}", self.child.id());
                Exit::Code(-1)
            }
        }
    }
}

/// Says who goes first of a process that hasn't begun and others; what it starts inherits that. What was left alone would be
/// below normal where we are, as a task of the Task Scheduler is unless it says otherwise.
fn set_priority(child: &Child, priority: Priority) {
    // SAFETY: the handle is a constant, and always valid.
    let is_last = || unsafe { GetPriorityClass(GetCurrentProcess()) } == IDLE_PRIORITY_CLASS;
    let class = match priority {
        // A job is no less for being there where we are the last ourselves.
        Priority::BelowNormal if is_last() => return,
        Priority::BelowNormal => BELOW_NORMAL_PRIORITY_CLASS,
        Priority::Normal => NORMAL_PRIORITY_CLASS,
    };
    // SAFETY: the handle is valid as long as its value; no pointers are passed.
    if unsafe { SetPriorityClass(child.as_raw_handle() as HANDLE, class) } == FALSE {
        tracing::warn!("setting the priority of process {}: {}", child.id(), io::Error::last_os_error());
    }
}

fn size_of_u32<T>() -> u32 {
    u32::try_from(size_of::<T>()).unwrap_or(u32::MAX)
}

fn create_job() -> io::Result<OwnedHandle> {
    // SAFETY: both parameters may be null: default security, no name.
    let raw = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
    if raw.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is new, valid and nobody else's.
    let job = unsafe { OwnedHandle::from_raw_handle(raw) };
    // SAFETY: all zeroes is a valid value: it is made of integers.
    let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { std::mem::zeroed() };
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    // SAFETY: the structure is the one that the class asks for, and as large as we say.
    let set = unsafe {
        SetInformationJobObject(
            job.as_raw_handle() as HANDLE,
            JobObjectExtendedLimitInformation,
            (&raw const limits).cast(),
            size_of_u32::<JOBOBJECT_EXTENDED_LIMIT_INFORMATION>(),
        )
    };
    if set == FALSE { Err(io::Error::last_os_error()) } else { Ok(job) }
}

fn assign(job: &OwnedHandle, child: &Child) -> io::Result<()> {
    // SAFETY: both handles are valid and owned by the callers' values.
    let done = unsafe { AssignProcessToJobObject(job.as_raw_handle() as HANDLE, child.as_raw_handle() as HANDLE) };
    if done == FALSE { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A snapshot of the system's processes or threads.
fn snapshot(what: u32) -> io::Result<OwnedHandle> {
    // SAFETY: no pointers are passed; the result is checked.
    let raw = unsafe { CreateToolhelp32Snapshot(what, 0) };
    if raw == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the handle is new, valid and nobody else's.
    Ok(unsafe { OwnedHandle::from_raw_handle(raw) })
}

/// These processes with the names of their programs; those that have ended meanwhile are left out.
fn named(pids: &[u32]) -> Vec<Member> {
    let Ok(snapshot) = snapshot(TH32CS_SNAPPROCESS) else { return Vec::new() };
    // SAFETY: all zeroes is a valid value: it is made of integers.
    let mut entry: PROCESSENTRY32W = unsafe { std::mem::zeroed() };
    entry.dwSize = size_of_u32::<PROCESSENTRY32W>();
    let mut members = Vec::new();
    // SAFETY: the entry's size is set, as both calls ask.
    let mut more = unsafe { Process32FirstW(snapshot.as_raw_handle() as HANDLE, &raw mut entry) };
    while more == TRUE {
        if pids.contains(&entry.th32ProcessID) {
            let name = entry.szExeFile.split(|unit| *unit == 0).next().unwrap_or_default();
            let name = String::from_utf16_lossy(name);
            members.push(Member { pid: entry.th32ProcessID, name, is_stray: false });
        }
        // SAFETY: as above.
        more = unsafe { Process32NextW(snapshot.as_raw_handle() as HANDLE, &raw mut entry) };
    }
    members
}

/// Resumes the threads of a process that was created suspended; it has one.
fn resume(pid: u32) -> io::Result<()> {
    let snapshot = snapshot(TH32CS_SNAPTHREAD)?;
    // SAFETY: all zeroes is a valid value: it is made of integers.
    let mut entry: THREADENTRY32 = unsafe { std::mem::zeroed() };
    entry.dwSize = size_of_u32::<THREADENTRY32>();
    let mut resumed = false;
    // SAFETY: the entry's size is set, as both calls ask.
    let mut more = unsafe { Thread32First(snapshot.as_raw_handle() as HANDLE, &raw mut entry) };
    while more == TRUE {
        if entry.th32OwnerProcessID == pid {
            resumed |= resume_thread(entry.th32ThreadID);
        }
        // SAFETY: as above.
        more = unsafe { Thread32Next(snapshot.as_raw_handle() as HANDLE, &raw mut entry) };
    }
    if resumed { Ok(()) } else { Err(io::Error::other("its first thread could not be resumed")) }
}

fn resume_thread(id: u32) -> bool {
    // SAFETY: no pointers are passed; a null result is checked; the handle is closed once.
    unsafe {
        let thread = OpenThread(THREAD_SUSPEND_RESUME, FALSE, id);
        if thread.is_null() {
            return false;
        }
        let resumed = ResumeThread(thread) != u32::MAX;
        CloseHandle(thread);
        resumed
    }
}

/// Asks the windows of these processes to close.
fn close_windows(pids: &[u32]) {
    unsafe extern "system" fn close(window: HWND, pids: LPARAM) -> i32 {
        // SAFETY: EnumWindows hands back the pointer that it was given below, which outlives the call.
        let pids = unsafe { &*(pids as *const &[u32]) };
        let mut owner = 0;
        // SAFETY: the window is one that is being enumerated; the pointer is to a local.
        unsafe { GetWindowThreadProcessId(window, &raw mut owner) };
        if pids.contains(&owner) {
            // SAFETY: posting to a window that has gone meanwhile fails and harms nobody.
            unsafe { PostMessageW(window, WM_CLOSE, 0, 0) };
        }
        TRUE
    }
    // SAFETY: the callback has the right shape, and the pointer lives until the call returns.
    unsafe { EnumWindows(Some(close), (&raw const pids) as LPARAM) };
}

/// Has a process of our own ask, for it must give up its console and join the job's, which we can't.
fn start_asking(helper: &Path, pid: u32) -> io::Result<()> {
    let mut asking = Command::new(helper)
        .args([ASK_COMMAND, &pid.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .creation_flags(DETACHED_PROCESS)
        .spawn()?;
    std::thread::Builder::new().name("ask-to-stop".to_owned()).spawn(move || match asking.wait() {
        Ok(status) if status.success() => {}
        Ok(_) | Err(_) => tracing::warn!("process {pid} could not be asked to stop; it is killed at its deadline"),
    })?;
    Ok(())
}

/// Sends `CTRL_BREAK` to every process of the console that `pid` belongs to. For the hidden subcommand.
///
/// # Errors
/// The process has no console, or is gone.
pub fn ask_by_console(pid: u32) -> io::Result<()> {
    unsafe extern "system" fn survive(_event: u32) -> i32 {
        TRUE
    }
    let check = |what: &str, done: i32| {
        if done == FALSE { Err(io::Error::other(format!("{what}: {}", io::Error::last_os_error()))) } else { Ok(()) }
    };
    // SAFETY: no pointers but that of a function of the right shape; results are checked where they matter.
    unsafe {
        FreeConsole();
        check("joining its console", AttachConsole(pid))?;
        check("surviving the event", SetConsoleCtrlHandler(Some(survive), TRUE))?;
        check("sending the event", GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0))
    }
}
