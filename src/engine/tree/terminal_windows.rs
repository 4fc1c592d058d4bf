//! A pseudo-console for a job on Windows, for programs that hold their lines back from a pipe.
//!
//! A job's process is one of our own program, the *relay*, started into its Job Object like any other and with pipes.
//! It opens the console, starts our program in it once more, and carries bytes between the two. That second one starts
//! what the job is about. So the standard library quotes the arguments, and whatever the console is made of is in the
//! Job Object too.
#![expect(unsafe_code, reason = "pseudo-consoles have no safe interface in a crate that leaves our environment alone")]

use std::ffi::{OsString, c_void};
use std::fs::File;
use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use windows_sys::Win32::Foundation::{FALSE, HANDLE, INVALID_HANDLE_VALUE, TRUE, WAIT_OBJECT_0};
use windows_sys::Win32::System::Console::{
    COORD, ClosePseudoConsole, CreatePseudoConsole, HPCON, SetConsoleCtrlHandler,
};
use windows_sys::Win32::System::Environment::GetCommandLineW;
use windows_sys::Win32::System::Threading::{
    CreateProcessW, DeleteProcThreadAttributeList, EXTENDED_STARTUPINFO_PRESENT, GetExitCodeProcess, INFINITE,
    InitializeProcThreadAttributeList, PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE, PROCESS_INFORMATION, STARTF_USESTDHANDLES,
    STARTUPINFOEXW, UpdateProcThreadAttribute, WaitForSingleObject,
};

use super::painted::Painted;
use super::why_not_started;
use crate::engine::console::lock;
use crate::engine::ctrl_events;
use crate::engine::lines::TERMINAL_ROWS;
use crate::model::Invocation;

/// Set for the second of our processes, which is inside.
const INSIDE: &str = "SIDESTAGE_INSIDE_TERMINAL";

/// Programs wrap their lines at the width, so it is wide. Of the height all rows can be drawn over.
const SIZE: COORD = COORD { X: 200, Y: TERMINAL_ROWS as i16 };

/// What Ctrl-C types.
const INTERRUPT: &[u8] = b"\x03";

/// What ends the input of a console's reader: Ctrl-Z and Enter.
const END_OF_INPUT: &[u8] = b"\x1a\r";

/// Runs a command in a terminal and answers with its exit code. For the hidden subcommand.
///
/// # Errors
/// The system gives no terminal, or the command could not be started.
pub fn run_in_terminal(command: &[OsString]) -> io::Result<i32> {
    if std::env::var_os(INSIDE).is_some() { run_inside(command) } else { relay() }
}

/// The one inside: starts the command on this console, and ends as it does.
fn run_inside(command: &[OsString]) -> io::Result<i32> {
    let Some((program, args)) = command.split_first() else { return Err(io::ErrorKind::InvalidInput.into()) };
    // Ctrl-C is the command's; what we do about it is to live on. Handlers, unlike ignoring, aren't inherited.
    ctrlc::set_handler(|| {}).map_err(io::Error::other)?;
    let open = |name: &str| File::options().read(true).write(true).open(name);
    let mut child = Command::new(program)
        .args(args)
        .env_remove(INSIDE)
        .stdin(Stdio::from(open("CONIN$")?))
        .stdout(Stdio::from(open("CONOUT$")?))
        .stderr(Stdio::from(open("CONOUT$")?))
        .spawn()
        .map_err(|error| {
            let invocation = Invocation {
                program: program.into(),
                args: Vec::new(),
                dir: std::env::current_dir().unwrap_or_default(),
                env: Vec::new(),
                secrets: Vec::new(),
            };
            io::Error::other(why_not_started(&invocation, &error))
        })?;
    Ok(child.wait()?.code().unwrap_or(-1))
}

/// The one outside: carries bytes until the one inside has ended.
fn relay() -> io::Result<i32> {
    let (console, typed, mut shown) = PseudoConsole::open()?;
    let typed = Arc::new(Mutex::new(typed));
    let [on_ctrl_c, at_last] = [Arc::clone(&typed), Arc::clone(&typed)];
    let interrupt = |typed: &Mutex<PipeWriter>| {
        let _ = lock(typed).write_all(INTERRUPT);
    };
    // Whoever asks a job to stop sends its console an event, and ours is not the one of the command. That may also be the
    // console's end: then what the command still says is carried on, as long as Windows lets us.
    ctrl_events::hear(move || interrupt(&on_ctrl_c), move || interrupt(&at_last))?;
    // SAFETY: no pointers. A process that was started to ignore Ctrl-C hands that on, and the command must not.
    unsafe { SetConsoleCtrlHandler(None, FALSE) };
    let inside = console.start_ourselves()?;
    // As soon as a thread can't be had, the way out is the same as when the panel has gone: the Job Object closes.
    let answering = Arc::clone(&typed);
    std::thread::Builder::new().name("input".to_owned()).spawn(move || type_in(&typed))?;
    let reader = std::thread::Builder::new().name("output".to_owned()).spawn(move || {
        let mut stdout = io::stdout().lock();
        let mut painted = Painted::new(usize::from(SIZE.Y.unsigned_abs()), usize::from(SIZE.X.unsigned_abs()));
        let (mut buffer, mut lines) = (vec![0; 64 * 1024], Vec::new());
        while let Ok(count @ 1..) = shown.read(&mut buffer) {
            lines.clear();
            painted.take(&buffer[..count], &mut lines);
            let answers = painted.take_answers();
            if !answers.is_empty() {
                // A console that is gone asks no more.
                let _ = lock(&answering).write_all(&answers);
            }
            if stdout.write_all(&lines).and_then(|()| stdout.flush()).is_err() {
                return;
            }
        }
    })?;
    let code = wait(&inside)?;
    // Paints what isn't painted yet, ends what still sits in the console, and closes the pipe that the reader reads.
    drop(console);
    let _ = reader.join();
    Ok(code)
}

/// Types what comes on our standard input, to its end.
fn type_in(typed: &Mutex<PipeWriter>) {
    let mut buffer = vec![0; 4096];
    while let Ok(count @ 1..) = io::stdin().lock().read(&mut buffer) {
        // What ends a line in a pipe is the Enter key here.
        let keys: Vec<u8> = buffer[..count]
            .iter()
            .filter(|byte| **byte != b'\r')
            .map(|byte| if *byte == b'\n' { b'\r' } else { *byte })
            .collect();
        if lock(typed).write_all(&keys).is_err() {
            return;
        }
    }
    let _ = lock(typed).write_all(END_OF_INPUT);
}

fn wait(process: &OwnedHandle) -> io::Result<i32> {
    let mut code = 0;
    // SAFETY: the handle is valid and owned by the caller's value; the pointer is to a local.
    let known = unsafe {
        WaitForSingleObject(process.as_raw_handle() as HANDLE, INFINITE) == WAIT_OBJECT_0
            && GetExitCodeProcess(process.as_raw_handle() as HANDLE, &raw mut code) == TRUE
    };
    if known { Ok(code.cast_signed()) } else { Err(io::Error::last_os_error()) }
}

/// A console without a window, painted into a pipe.
struct PseudoConsole(HPCON);

impl PseudoConsole {
    /// The console, where to type, and what it shows.
    fn open() -> io::Result<(Self, PipeWriter, PipeReader)> {
        let (their_input, typed) = io::pipe()?;
        let (shown, their_output) = io::pipe()?;
        let mut console: HPCON = 0;
        // SAFETY: the handles are valid for the call, which makes copies of its own; the pointer is to a local.
        let result = unsafe {
            CreatePseudoConsole(
                SIZE,
                their_input.as_raw_handle() as HANDLE,
                their_output.as_raw_handle() as HANDLE,
                0,
                &raw mut console,
            )
        };
        if result < 0 {
            return Err(io::Error::other(format!("no terminal could be had (0x{result:08X})")));
        }
        Ok((Self(console), typed, shown))
    }

    /// Starts our own program in the console, with the very command line that we have.
    fn start_ourselves(&self) -> io::Result<OwnedHandle> {
        let program = std::env::current_exe()?;
        let program: Vec<u16> = std::os::windows::ffi::OsStrExt::encode_wide(program.as_os_str()).chain([0]).collect();
        let attributes = Attributes::with_console(self.0)?;
        // SAFETY: all zeroes is a valid value: integers and null pointers.
        let mut startup: STARTUPINFOEXW = unsafe { std::mem::zeroed() };
        startup.StartupInfo.cb = u32::try_from(size_of::<STARTUPINFOEXW>()).unwrap_or(u32::MAX);
        // No handles, or it would be given ours, which are pipes.
        startup.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
        startup.StartupInfo.hStdInput = INVALID_HANDLE_VALUE;
        startup.StartupInfo.hStdOutput = INVALID_HANDLE_VALUE;
        startup.StartupInfo.hStdError = INVALID_HANDLE_VALUE;
        startup.lpAttributeList = attributes.list();
        // SAFETY: as above.
        let mut started: PROCESS_INFORMATION = unsafe { std::mem::zeroed() };
        // SAFETY: no other thread of ours reads the environment yet.
        unsafe { std::env::set_var(INSIDE, "1") };
        // SAFETY: the strings end with a zero; the command line is our process's own, which may be written to; the
        // structures are locals that outlive the call.
        let done = unsafe {
            CreateProcessW(
                program.as_ptr(),
                GetCommandLineW().cast_mut(),
                std::ptr::null(),
                std::ptr::null(),
                FALSE,
                EXTENDED_STARTUPINFO_PRESENT,
                std::ptr::null(),
                std::ptr::null(),
                (&raw const startup).cast(),
                &raw mut started,
            )
        };
        if done == FALSE {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both handles are new, valid and nobody else's; the thread's is closed here.
        unsafe {
            drop(OwnedHandle::from_raw_handle(started.hThread));
            Ok(OwnedHandle::from_raw_handle(started.hProcess))
        }
    }
}

impl Drop for PseudoConsole {
    fn drop(&mut self) {
        // SAFETY: it is open, and closed once.
        unsafe { ClosePseudoConsole(self.0) };
    }
}

/// What a process is started with beside the usual: the console that it is to have.
struct Attributes(Vec<usize>);

impl Attributes {
    fn with_console(console: HPCON) -> io::Result<Self> {
        let mut bytes = 0;
        // SAFETY: asks for the size alone; that it fails is how it answers.
        unsafe { InitializeProcThreadAttributeList(std::ptr::null_mut(), 1, 0, &raw mut bytes) };
        let attributes = Self(vec![0; bytes.div_ceil(size_of::<usize>())]);
        // SAFETY: the buffer is as large as was asked for, and aligned for pointers.
        if unsafe { InitializeProcThreadAttributeList(attributes.list(), 1, 0, &raw mut bytes) } == FALSE {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the list is initialised; a console's value is the handle itself.
        let done = unsafe {
            UpdateProcThreadAttribute(
                attributes.list(),
                0,
                PROC_THREAD_ATTRIBUTE_PSEUDOCONSOLE as usize,
                console as *const c_void,
                size_of::<HPCON>(),
                std::ptr::null_mut(),
                std::ptr::null(),
            )
        };
        if done == FALSE { Err(io::Error::last_os_error()) } else { Ok(attributes) }
    }

    fn list(&self) -> *mut c_void {
        self.0.as_ptr().cast_mut().cast()
    }
}

impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: the list is initialised where the value came into anybody's hands; else it is all zeroes, which holds
        // nothing to free.
        unsafe { DeleteProcThreadAttributeList(self.list()) };
    }
}
