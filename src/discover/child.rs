//! A program that is only asked something: no window, no input, a deadline, and nothing of it is left afterwards.

use std::io::{self, ErrorKind, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

#[cfg(unix)]
#[path = "child/unix.rs"]
mod tree;
#[cfg(windows)]
#[path = "child/windows.rs"]
mod tree;

pub use tree::{Tree, prepare};

const POLL: Duration = Duration::from_millis(5);
/// How long the end of what was said is waited for, once all who could say more were killed.
const DRAIN: Duration = Duration::from_secs(1);

/// What came of asking.
#[derive(Debug)]
pub enum Answer {
    /// It ended by itself. What it said on both streams is cut at the limit.
    Ended { status: ExitStatus, said: String },
    /// It was killed at the deadline, or because nobody wanted to know any more.
    Late,
    /// The system didn't start it.
    Unstartable(io::Error),
}

/// Runs a program to its end, to the deadline, or until nobody wants to know any more, and ends what it started in either case. Blocks.
pub fn ask(mut command: Command, limit: Duration, most_bytes: u64, is_unwanted: &dyn Fn() -> bool) -> Answer {
    let deadline = Instant::now() + limit;
    let (mut reader, writer) = match io::pipe() {
        Ok(ends) => ends,
        Err(error) => return Answer::Unstartable(error),
    };
    match writer.try_clone() {
        Ok(other) => command.stdin(Stdio::null()).stdout(other).stderr(writer),
        Err(error) => return Answer::Unstartable(error),
    };
    prepare(&mut command);
    let (mut child, tree) = match spawn(&mut command, deadline) {
        Ok(started) => started,
        Err(error) => return Answer::Unstartable(error),
    };
    // The command holds our ends of the pipe; while they are open the reader never sees the end.
    drop(command);
    let (sender, receiver) = mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().name("answer".to_owned()).spawn(move || {
        let mut said = Vec::new();
        let _ = reader.by_ref().take(most_bytes).read_to_end(&mut said);
        let _ = sender.send(said);
    });
    let has_ended = wait_until(&mut child, deadline, is_unwanted);
    tree.kill(&mut child);
    let status = child.wait();
    let said = thread.ok().and_then(|_| receiver.recv_timeout(DRAIN).ok()).unwrap_or_default();
    match status {
        Ok(status) if has_ended => Answer::Ended { status, said: String::from_utf8_lossy(&said).into_owned() },
        Ok(_) => Answer::Late,
        Err(error) => Answer::Unstartable(error),
    }
}

/// Starts a program; one that is just being written, by an installer say, gets a moment to be done.
fn spawn(command: &mut Command, deadline: Instant) -> io::Result<(Child, Tree)> {
    loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && Instant::now() < deadline => {
                std::thread::sleep(POLL);
            }
            result => {
                let child = result?;
                let tree = Tree::of(&child);
                return Ok((child, tree));
            }
        }
    }
}

/// Whether the process ended by itself before the deadline and before nobody wanted it any more. It is not reaped by that.
pub fn wait_until(child: &mut Child, deadline: Instant, is_unwanted: &dyn Fn() -> bool) -> bool {
    loop {
        if tree::has_ended(child) {
            return true;
        }
        if Instant::now() >= deadline || is_unwanted() {
            return false;
        }
        std::thread::sleep(POLL);
    }
}
