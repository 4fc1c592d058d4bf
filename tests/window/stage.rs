//! Where a real window is tested: a display of its own, folders of its own, and the program as it is shipped.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use crate::driver::{PATIENCE, Window};

/// Windows that draw by software starve each other; one at a time is quicker for all.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// A display and folders. What is in the folders outlives the panels that are opened on it, as on a real machine.
pub struct Stage {
    display: Option<Display>,
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Stage {
    /// A new stage, or `None` (and the reason on stderr) on a machine that has no display for it. Where `CI` is set
    /// nothing may be skipped, so there it is a failure.
    pub fn set_up() -> Option<Self> {
        let turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let display = match Display::open() {
            Ok(display) => display,
            Err(why) => {
                assert!(std::env::var_os("CI").is_none(), "no window can be tested here: {why}");
                #[expect(clippy::print_stderr, reason = "whoever runs the test should know that it tested nothing")]
                {
                    eprintln!("skipped: no window can be tested here: {why}");
                }
                return None;
            }
        };
        let folder = tempfile::tempdir().unwrap_or_else(|error| panic!("no temporary folder: {error}"));
        for name in ["presets", "data", "config"] {
            std::fs::create_dir(folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        Some(Self { display, folder, _turn: turn })
    }

    pub fn presets(&self) -> PathBuf {
        self.folder.path().join("presets")
    }

    /// Puts a file into the presets folder.
    pub fn write_preset(&self, name: &str, text: &str) -> PathBuf {
        let file = self.presets().join(name);
        std::fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        file
    }

    /// Starts the program on this stage and waits until its window can be read.
    pub fn open_panel(&self) -> Panel {
        let address = free_address();
        let mut command = Command::new(env!("CARGO_BIN_EXE_sidestage"));
        command.arg("--presets").arg(self.presets());
        if let Some(renderer) = std::env::var_os("SIDESTAGE_TEST_RENDERER") {
            command.arg("--renderer").arg(renderer);
        }
        command
            .env("EGUI_INSPECTION", address.to_string())
            .env("SIDESTAGE_DATA_DIR", self.folder.path().join("data"))
            .env("SIDESTAGE_CONFIG_DIR", self.folder.path().join("config"))
            .stdin(Stdio::null())
            .stderr(log());
        if let Some(display) = &self.display {
            command.env("DISPLAY", &display.name).env_remove("WAYLAND_DISPLAY").env_remove("WAYLAND_SOCKET");
        }
        let mut process = command.spawn().unwrap_or_else(|error| panic!("the panel does not start: {error}"));
        let window = connect(&mut process, address);
        window.settle();
        Panel { window, process }
    }
}

/// The running program and its window. Dropping it kills it, as a test that failed half-way must.
pub struct Panel {
    pub window: Window,
    process: Child,
}

impl Panel {
    /// SIGKILL, or Task Manager's "End task": the program gets no chance to do anything.
    pub fn kill(mut self) {
        self.process.kill().unwrap_or_else(|error| panic!("the panel cannot be killed: {error}"));
        self.process.wait().unwrap_or_else(|error| panic!("the panel cannot be reaped: {error}"));
    }

    /// Waits until the program has ended by itself, and holds that it ended well.
    #[track_caller]
    pub fn wait_for_end(mut self) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.process.try_wait() {
                Ok(Some(status)) => return assert!(status.success(), "the panel ended with {status}"),
                Ok(None) => assert!(Instant::now() < deadline, "the panel does not end"),
                Err(error) => panic!("the panel cannot be waited for: {error}"),
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Panel {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What panels say on stderr, mostly the complaints of a toolkit on a bare display; kept beside the pictures.
fn log() -> Stdio {
    let file = picture("panel.log");
    let opened = std::fs::OpenOptions::new().create(true).append(true).open(&file);
    opened.unwrap_or_else(|error| panic!("{}: {error}", file.display())).into()
}

/// Where the pictures go that show what a test saw: beside the program that was tested.
pub fn picture(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("window");
    std::fs::create_dir_all(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    folder.join(name)
}

/// The protocol cannot say which port the system chose, so one is chosen here and given back just before.
fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.unwrap_or_else(|error| panic!("no free port: {error}"))
}

fn connect(process: &mut Child, address: SocketAddr) -> Window {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match Window::connect(address) {
            Ok(window) => return window,
            Err(why) => assert!(Instant::now() < deadline, "the panel shows no window: {why}"),
        }
        if let Ok(Some(status)) = process.try_wait() {
            panic!("the panel ended with {status} before it had a window; see {}", picture("panel.log").display());
        }
        thread::sleep(Duration::from_millis(50));
    }
}

/// An X server that draws into memory.
struct Display {
    name: String,
    server: Child,
}

impl Display {
    /// `None` where the system brings its own display, as Windows does.
    fn open() -> Result<Option<Self>, String> {
        if cfg!(not(target_os = "linux")) {
            return Ok(None);
        }
        let program = which::which("Xvfb").map_err(|error| format!("Xvfb: {error}; install it"))?;
        // It picks a free display by itself, and says which when it is ready. Its pointer lies in the middle, which at
        // this size is beside the window: over it, the server's own report of the pointer can come between a test's
        // move and its press, and the press is lost.
        let mut server = Command::new(program)
            .args(["-displayfd", "1", "-screen", "0", "3200x2000x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| format!("Xvfb: {error}"))?;
        let mut number = String::new();
        let said = server.stdout.take().map(|stdout| BufReader::new(stdout).read_line(&mut number));
        let display = Self { name: format!(":{}", number.trim()), server };
        match said {
            Some(Ok(_)) if !number.trim().is_empty() => Ok(Some(display)),
            Some(Err(error)) => Err(format!("Xvfb: {error}")),
            Some(Ok(_)) | None => Err("Xvfb ended at once".to_owned()),
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
