//! A program for tests to launch: one subcommand for each way in which a child can behave.
//!
//! It is an example of the package, so `cargo test` builds it at `target/<profile>/examples/probe`. It judges nothing;
//! the tests do. What lives "for ever" ends by itself after an hour, so that a failed test leaves nothing for good.
//!
//! - `argv …` prints its arguments as one line of JSON, an array; what isn't Unicode is replaced.
//! - `env NAME…` prints `NAME=value` or `NAME is not set` for each, a line each.
//! - `cwd` prints the working folder.
//! - `lines N [INTERVAL_MS]` prints `line 0` to `line N-1`, flushed each, with that pause between two.
//! - `linger N` is `lines N` that then lives for ever.
//! - `both [N]` prints `out 0` on stdout, `err 0` on stderr, `out 1` …: N of each, 5 if not given.
//! - `raw HEX` writes exactly these bytes to stdout: `raw 61ff0d0a`.
//! - `partial [TEXT]` prints TEXT (`partial` if not given) without a newline, then lives for ever.
//! - `partial-and-exit TEXT` prints TEXT without a newline and exits 0.
//! - `exit CODE` ends with this status and prints nothing.
//! - `sleep` prints `ready`, then lives for ever.
//! - `hold` lives for ever and prints nothing.
//! - `spin` prints `ready`, then keeps a core busy for ever.
//! - `stubborn` is `sleep` that ignores SIGTERM, SIGINT and SIGHUP (on Windows `CTRL_C` and `CTRL_BREAK`).
//! - `tree DEPTH` prints `pid N`, starts `tree DEPTH-1` on the same stdout, lives for ever: DEPTH processes in all.
//! - `stubborn-tree DEPTH` is the same, each process ignoring signals as `stubborn` does.
//! - `grandchild-holds` starts a `hold` that keeps stdout open, prints `pid N` of it, and exits 0 at once.
//! - `flood N` prints N lines of 80 bytes, the newline included, as fast as it can; each starts with its number.
//! - `long N` prints N bytes `x` without a newline.
//! - `stdin` copies stdin to stdout until its end, then prints `eof`.
//! - `stubborn-bomb DEPTH` prints `pid N`, starts two of DEPTH-1, ignores signals, lives for ever: 2^(DEPTH+1)-1 in all.
//! - `escape WAY VERB…` starts itself with VERB out of its process group, prints `pid N` of it once it is out, ignores
//!   signals and lives for ever; `leave WAY VERB…` the same, but exits 0. WAY is `group`, `session`, `quiet` (a session,
//!   no output), `daemon` (`quiet`, and its parent is gone) or `bare` (a session, an empty environment). On Windows it is
//!   in each case a process without a console, in a group of its own.
//! - `closes-stdout FILE` prints `closing`, closes stdout and stderr, creates FILE and lives for ever.
//! - `last-words CODE` prints `first`, then `last` without a newline, and exits with CODE at once.
//! - `garbage N` writes N bytes of which every value occurs, then the line `after`.
//! - `count-input` reads stdin to its end, then prints `L lines, B bytes, sum S`, S being the sum of all bytes but line ends.
//! - `isatty` prints `stdin true`, `stdout true`, `stderr true`, or false where that is no terminal.
//! - `holds-back` writes `at last`, but keeps it until its end unless stdout is a terminal; then writes `written` to
//!   stderr and lives for ever.
//! - `graceful` prints `ready`; asked to stop (SIGTERM, SIGINT; `CTRL_BREAK`) prints `asked to stop`, exits 3.
//!
//! Misuse ends with status 2 and a sentence on stderr, a broken pipe or the like with status 1.

use std::env;
use std::ffi::OsString;
use std::io::{self, BufRead, BufWriter, IsTerminal, Write};
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

const FOR_EVER: Duration = Duration::from_hours(1);
const LINE_BYTES: usize = 80;

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let verb = args.next().unwrap_or_default();
    let rest: Vec<OsString> = args.collect();
    match act(&verb.to_string_lossy(), &rest) {
        Ok(status) => status,
        Err(error) => {
            let is_misuse = error.kind() == io::ErrorKind::InvalidInput;
            // Nothing is left to do where even stderr is gone.
            let _ = writeln!(io::stderr(), "probe: {error}");
            ExitCode::from(if is_misuse { 2 } else { 1 })
        }
    }
}

fn act(verb: &str, args: &[OsString]) -> io::Result<ExitCode> {
    match verb {
        "argv" => argv(args)?,
        "env" => variables(args)?,
        "cwd" => say(&env::current_dir()?.display().to_string())?,
        "lines" => lines(number(args, 0, None)?, number(args, 1, Some(0))?)?,
        "linger" => {
            lines(number(args, 0, None)?, 0)?;
            live_for_ever();
        }
        "both" => both(number(args, 0, Some(5))?)?,
        "raw" => raw(args)?,
        "partial" => partial(args)?,
        "partial-and-exit" => write!(io::stdout(), "{}", args.first().cloned().unwrap_or_default().display())?,
        "exit" => {
            let code = u8::try_from(number(args, 0, None)?).map_err(|_| misuse("exit takes a status from 0 to 255"))?;
            return Ok(ExitCode::from(code));
        }
        "sleep" => {
            say("ready")?;
            live_for_ever();
        }
        "hold" => live_for_ever(),
        "spin" => {
            say("ready")?;
            spin();
        }
        "stubborn" => {
            ignore_requests_to_stop()?;
            say("ready")?;
            live_for_ever();
        }
        "tree" => tree(verb, number(args, 0, None)?)?,
        "stubborn-tree" => {
            ignore_requests_to_stop()?;
            tree(verb, number(args, 0, None)?)?;
        }
        "grandchild-holds" => grandchild_holds()?,
        "stubborn-bomb" => {
            ignore_requests_to_stop()?;
            bomb(number(args, 0, None)?)?;
        }
        "escape" => {
            ignore_requests_to_stop()?;
            escape(args)?;
            live_for_ever();
        }
        "leave" => escape(args)?,
        "escaped" => return escaped(args),
        "closes-stdout" => closes_stdout(args)?,
        "last-words" => {
            say("first")?;
            let mut stdout = io::stdout().lock();
            stdout.write_all(b"last")?;
            stdout.flush()?;
            return act("exit", args);
        }
        "garbage" => garbage(number(args, 0, None)?)?,
        "flood" => flood(number(args, 0, None)?)?,
        "long" => long(number(args, 0, None)?)?,
        "stdin" => {
            io::copy(&mut io::stdin().lock(), &mut io::stdout().lock())?;
            say("eof")?;
        }
        "count-input" => count_input()?,
        "isatty" => is_terminal()?,
        "holds-back" => holds_back()?,
        "graceful" => return graceful(),
        unknown => return Err(misuse(&format!("there is no subcommand “{unknown}”; see the top of its source"))),
    }
    Ok(ExitCode::SUCCESS)
}

fn misuse(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, what.to_owned())
}

/// The number at this place, or the default where there is none.
fn number(args: &[OsString], index: usize, default: Option<u64>) -> io::Result<u64> {
    match (args.get(index).map(|text| text.to_string_lossy()), default) {
        (Some(text), _) => text.parse().map_err(|_| misuse(&format!("“{text}” is not a whole number"))),
        (None, Some(default)) => Ok(default),
        (None, None) => Err(misuse("a number is missing")),
    }
}

/// One line on stdout, sent off at once.
fn say(line: &str) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "{line}")?;
    stdout.flush()
}

fn live_for_ever() {
    std::thread::sleep(FOR_EVER);
}

fn spin() {
    let end = std::time::Instant::now() + FOR_EVER;
    while std::time::Instant::now() < end {
        std::hint::spin_loop();
    }
}

fn argv(args: &[OsString]) -> io::Result<()> {
    let args: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
    say(&serde_json::to_string(&args)?)
}

fn variables(names: &[OsString]) -> io::Result<()> {
    for name in names {
        let shown = name.to_string_lossy();
        match env::var_os(name) {
            Some(value) => say(&format!("{shown}={}", value.to_string_lossy()))?,
            None => say(&format!("{shown} is not set"))?,
        }
    }
    Ok(())
}

fn lines(count: u64, interval_ms: u64) -> io::Result<()> {
    for index in 0..count {
        if index > 0 && interval_ms > 0 {
            std::thread::sleep(Duration::from_millis(interval_ms));
        }
        say(&format!("line {index}"))?;
    }
    Ok(())
}

fn both(count: u64) -> io::Result<()> {
    for index in 0..count {
        say(&format!("out {index}"))?;
        writeln!(io::stderr(), "err {index}")?;
    }
    Ok(())
}

fn raw(args: &[OsString]) -> io::Result<()> {
    let hex = args.first().map(|text| text.to_string_lossy().into_owned()).unwrap_or_default();
    let is_hex = hex.len().is_multiple_of(2) && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        return Err(misuse("raw takes pairs of hexadecimal digits"));
    }
    let bytes: Result<Vec<u8>, _> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16)).collect();
    let mut stdout = io::stdout().lock();
    stdout.write_all(&bytes.map_err(|error| misuse(&error.to_string()))?)?;
    stdout.flush()
}

fn partial(args: &[OsString]) -> io::Result<()> {
    let text = args.first().map_or_else(|| "partial".into(), |text| text.to_string_lossy());
    let mut stdout = io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()?;
    live_for_ever();
    Ok(())
}

fn flood(count: u64) -> io::Result<()> {
    let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    for index in 0..count {
        writeln!(stdout, "{index:<width$}", width = LINE_BYTES - 1)?;
    }
    stdout.flush()
}

fn long(bytes: u64) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(b'x'), bytes), &mut io::stdout().lock())?;
    io::stdout().flush()
}

fn count_input() -> io::Result<()> {
    let (mut lines, mut bytes, mut sum) = (0, 0, 0_u64);
    for line in io::stdin().lock().split(b'\n') {
        let line = line?;
        lines += 1;
        bytes += line.len() + 1;
        sum += line.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    }
    say(&format!("{lines} lines, {bytes} bytes, sum {sum}"))
}

fn is_terminal() -> io::Result<()> {
    say(&format!("stdin {}", io::stdin().is_terminal()))?;
    say(&format!("stdout {}", io::stdout().is_terminal()))?;
    say(&format!("stderr {}", io::stderr().is_terminal()))
}

fn holds_back() -> io::Result<()> {
    let mut stdout = BufWriter::new(io::stdout());
    writeln!(stdout, "at last")?;
    if io::stdout().is_terminal() {
        stdout.flush()?;
    }
    writeln!(io::stderr(), "written")?;
    live_for_ever();
    stdout.flush()
}

fn tree(verb: &str, depth: u64) -> io::Result<()> {
    say(&format!("pid {}", std::process::id()))?;
    let child = match depth {
        0 | 1 => None,
        _ => Some(
            Command::new(env::current_exe()?).args([verb, &(depth - 1).to_string()]).stdin(Stdio::null()).spawn()?,
        ),
    };
    live_for_ever();
    drop(child);
    Ok(())
}

fn grandchild_holds() -> io::Result<()> {
    let grandchild = Command::new(env::current_exe()?).arg("hold").stdin(Stdio::null()).spawn()?;
    say(&format!("pid {}", grandchild.id()))
}

fn bomb(depth: u64) -> io::Result<()> {
    say(&format!("pid {}", std::process::id()))?;
    let mut children = Vec::new();
    for _ in 0..if depth == 0 { 0 } else { 2 } {
        let mut command = Command::new(env::current_exe()?);
        command.args(["stubborn-bomb", &(depth - 1).to_string()]).stdin(Stdio::null());
        // A machine that is busy with all the others may refuse one more for a moment.
        children.push(loop {
            match command.spawn() {
                Ok(child) => break child,
                Err(error) => writeln!(io::stderr(), "no further process yet: {error}")?,
            }
            std::thread::sleep(Duration::from_millis(50));
        });
    }
    live_for_ever();
    drop(children);
    Ok(())
}

fn escape(args: &[OsString]) -> io::Result<()> {
    let way = args.first().map(|way| way.to_string_lossy().into_owned()).unwrap_or_default();
    let mut command = Command::new(env::current_exe()?);
    command.stdin(Stdio::null());
    if way == "daemon" {
        let status = command.args(["leave", "quiet"]).args(&args[1..]).status()?;
        return if status.success() { Ok(()) } else { Err(io::Error::other("the daemon could not be started")) };
    }
    match way.as_str() {
        "group" | "session" => &mut command,
        "quiet" => command.stdout(Stdio::null()).stderr(Stdio::null()),
        "bare" => command.env_clear(),
        unknown => return Err(misuse(&format!("“{unknown}” is no way out"))),
    };
    command.arg("escaped").args(args);
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        const CREATE_NEW_PROCESS_GROUP: u32 = 0x0000_0200;
        command.creation_flags(DETACHED_PROCESS | CREATE_NEW_PROCESS_GROUP);
    }
    let child = command.spawn()?;
    #[cfg(unix)]
    {
        use rustix::process::{Pid, getpgid};
        let ours = getpgid(None)?;
        while getpgid(Some(Pid::from_child(&child)))? == ours {
            std::thread::sleep(Duration::from_millis(1));
        }
    }
    say(&format!("pid {}", child.id()))
}

/// What `escape` starts: out it goes, and does what it is told.
fn escaped(args: &[OsString]) -> io::Result<ExitCode> {
    #[cfg(unix)]
    if args.first().is_some_and(|way| way == "group") {
        rustix::process::setpgid(None, None)?;
    } else {
        rustix::process::setsid()?;
    }
    let verb = args.get(1).ok_or_else(|| misuse("what is it to do?"))?;
    act(&verb.to_string_lossy(), &args[2..])
}

fn closes_stdout(args: &[OsString]) -> io::Result<()> {
    let file = args.first().ok_or_else(|| misuse("a file is missing"))?;
    say("closing")?;
    close_output()?;
    std::fs::write(file, "")?;
    live_for_ever();
    Ok(())
}

#[cfg(unix)]
fn close_output() -> io::Result<()> {
    let nothing = std::fs::File::options().write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdout(&nothing)?;
    Ok(rustix::stdio::dup2_stderr(&nothing)?)
}

#[cfg(windows)]
#[expect(unsafe_code, reason = "nothing safe closes these handles")]
#[expect(clippy::unnecessary_wraps, reason = "the other system's can fail")]
fn close_output() -> io::Result<()> {
    use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
    // SAFETY: the handles are the process's own, and nothing writes to them from here on.
    unsafe {
        drop(OwnedHandle::from_raw_handle(io::stdout().as_raw_handle()));
        drop(OwnedHandle::from_raw_handle(io::stderr().as_raw_handle()));
    }
    Ok(())
}

fn garbage(count: u64) -> io::Result<()> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    for _ in 0..count {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        stdout.write_all(&state.to_le_bytes()[3..4])?;
    }
    stdout.write_all(b"\nafter\n")?;
    stdout.flush()
}

/// A handler that does nothing is enough: without one these signals end a process.
#[cfg(unix)]
fn ignore_requests_to_stop() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        signal_hook::flag::register(signal, std::sync::Arc::default())?;
    }
    Ok(())
}

#[cfg(windows)]
fn ignore_requests_to_stop() -> io::Result<()> {
    ctrlc::set_handler(|| {}).map_err(io::Error::other)
}

#[cfg(unix)]
fn graceful() -> io::Result<ExitCode> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGINT])?;
    say("ready")?;
    let _ = signals.forever().next();
    say("asked to stop")?;
    Ok(ExitCode::from(3))
}

#[cfg(windows)]
fn graceful() -> io::Result<ExitCode> {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    ctrlc::set_handler(move || {
        // A second request finds the first still in the channel, which is as good.
        let _ = sender.try_send(());
    })
    .map_err(io::Error::other)?;
    say("ready")?;
    receiver.recv().map_err(io::Error::other)?;
    say("asked to stop")?;
    Ok(ExitCode::from(3))
}
