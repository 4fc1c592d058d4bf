//! Asks a script for its arguments by running it up to where it parses them.

use std::io::Read;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::super::child::{self, Answer, Tree};
use crate::model::Invocation;
use crate::model::declared::Declared;

/// Runs in the script's own interpreter, before the script.
const ASKER: &str =
    concat!(include_str!("../../../assets/ask_describe.py"), include_str!("../../../assets/ask_arguments.py"));

/// How long a script has; one that loads a machine-learning library takes its time.
pub const ASK_DEADLINE: Duration = Duration::from_mins(1);

/// What of its complaints is kept to be shown: the end says most.
const MAX_COMPLAINT_BYTES: usize = 16 * 1024;
const HELP_DEADLINE: Duration = Duration::from_secs(10);
const MAX_HELP_BYTES: u64 = 1 << 20;
const MAX_ANSWER_BYTES: u64 = 16 * 1024 * 1024;

/// Runs a Python script with its interpreter, environment and folder up to where it parses its arguments, and answers
/// with what its parser knows. What the script does before that, it does; its imports above all. It gets no arguments, no
/// input and no window, and is ended at the deadline, or when it is cancelled, with all that it started. Blocks.
///
/// `script` is absolute; `invocation` is that of its preset, whose arguments are left aside.
///
/// # Errors
/// A sentence: the script can't be run, fails, takes too long, or was cancelled.
pub fn ask(
    invocation: &Invocation,
    script: &Path,
    deadline: Duration,
    is_cancelled: &AtomicBool,
) -> Result<Declared, String> {
    let shown = script.display();
    let folder = tempfile::tempdir().map_err(|error| format!("There is no folder for temporary files: {error}."))?;
    let answer = folder.path().join("answer.json");
    let mut command = command(invocation);
    command.arg("-c").arg(ASKER).arg(&answer).arg(script);
    // The asker ends when this end of its input closes, however we died.
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let (status, complaint) = run(command, deadline, is_cancelled).map_err(|error| match error.kind() {
        std::io::ErrorKind::Interrupted => format!("{shown} was asked no longer, and was ended."),
        std::io::ErrorKind::TimedOut => format!(
            "{shown} did not come to its arguments within {} seconds, and was ended. Run it by hand to see what it waits for.",
            deadline.as_secs()
        ),
        _ => format!("{} can't be run: {error}. Pick another interpreter.", invocation.program.display()),
    })?;
    let told = std::fs::metadata(&answer).ok().filter(|metadata| metadata.len() <= MAX_ANSWER_BYTES);
    let told = told.and_then(|_| std::fs::read(&answer).ok());
    match told {
        Some(text) => serde_json::from_slice(&text)
            .map_err(|error| format!("What {shown} says of its arguments can't be understood: {error}.")),
        None if status.success() => Ok(Declared {
            doubts: vec!["The script ended without parsing any arguments.".to_owned()],
            ..Declared::default()
        }),
        None => Err(format!("{shown} failed before it came to its arguments: {}", last_line(&complaint))),
    }
}

/// Runs a program with `--help` and reads what it says, on either stream; what reads like a help text counts, whatever
/// status the program ends with. Blocks for up to ten seconds, or until it is cancelled.
///
/// # Errors
/// A sentence: the program can't be run, says nothing that is a help text, takes too long, or was cancelled.
pub fn ask_help(invocation: &Invocation, is_cancelled: &AtomicBool) -> Result<Declared, String> {
    let mut command = command(invocation);
    command.args(&invocation.args).arg("--help");
    let asked = || invocation.args.last().map_or_else(|| invocation.program.display().to_string(), Clone::clone);
    let is_unwanted = || is_cancelled.load(Ordering::Relaxed);
    match child::ask(command, HELP_DEADLINE, MAX_HELP_BYTES, &is_unwanted) {
        Answer::Ended { status, said } => help_in(&asked(), status, &said),
        Answer::Late if is_unwanted() => Err(format!("{} was asked no longer, and was ended.", asked())),
        Answer::Late => Err(format!(
            "{} did not end within {} seconds of being given --help, and was ended. It may not know it.",
            asked(),
            HELP_DEADLINE.as_secs()
        )),
        Answer::Unstartable(error) => {
            Err(format!("{} can't be run: {error}. Pick another interpreter.", invocation.program.display()))
        }
    }
}

fn help_in(asked: &str, status: ExitStatus, said: &str) -> Result<Declared, String> {
    if said.len() as u64 >= MAX_HELP_BYTES {
        return Err(format!("{asked} says more than {} MiB to --help, which is no help text.", MAX_HELP_BYTES >> 20));
    }
    let declared = super::help::read_help(said);
    // A complaint may have a line that looks like an option.
    let is_help = declared.rows.len() + declared.commands.len() > 1 || said.to_lowercase().contains("usage");
    if declared.library.is_some() && (is_help || status.success()) {
        return Ok(declared);
    }
    let how = status.code().map_or_else(|| "without a status".to_owned(), |code| format!("with status {code}"));
    match said.lines().rev().map(str::trim).find(|line| !line.is_empty()) {
        None => Err(format!("{asked} ended {how} and said nothing to --help.")),
        Some(_) if status.success() => Ok(declared),
        Some(line) => Err(format!("{asked} ended {how} at --help, and what it said is no help text: “{line}”.")),
    }
}

/// The program in its folder and environment, still without arguments.
fn command(invocation: &Invocation) -> Command {
    let mut command = Command::new(&invocation.program);
    command.current_dir(&invocation.dir);
    for change in invocation.plain_env() {
        match &change.value {
            Some(value) => command.env(&change.name, value),
            None => command.env_remove(&change.name),
        };
    }
    command
}

/// What a failing Python says last says what is wrong.
fn last_line(complaint: &[u8]) -> String {
    let text = String::from_utf8_lossy(complaint);
    let line = text.lines().rev().map(str::trim).find(|line| !line.is_empty());
    line.map_or_else(
        || "it says nothing about why.".to_owned(),
        |line| format!("“{line}”. Mend that, or try another interpreter."),
    )
}

/// Runs a program to its end and answers with what it wrote to its errors, the latest of it.
fn run(mut command: Command, limit: Duration, is_cancelled: &AtomicBool) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    child::prepare(&mut command);
    let deadline = Instant::now() + limit;
    let mut child = command.spawn()?;
    let tree = Tree::of(&child);
    let complaints = child.stderr.take();
    let (sender, receiver) = mpsc::sync_channel(1);
    let reader = std::thread::Builder::new().name("complaints".to_owned()).spawn(move || {
        let _ = sender.send(complaints.map(latest).unwrap_or_default());
    });
    let has_ended = child::wait_until(&mut child, deadline, &|| is_cancelled.load(Ordering::Relaxed));
    if !has_ended {
        tree.kill(&mut child);
    }
    let status = child.wait()?;
    if !has_ended {
        let why = if is_cancelled.load(Ordering::Relaxed) {
            std::io::ErrorKind::Interrupted
        } else {
            std::io::ErrorKind::TimedOut
        };
        return Err(why.into());
    }
    // Something that the script left behind may hold the pipe; what it says is not waited for.
    let complaint = reader.ok().and_then(|_| receiver.recv_timeout(Duration::from_secs(1)).ok()).unwrap_or_default();
    Ok((status, complaint))
}

fn latest(mut from: impl Read) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count) = from.read(&mut buffer)
        && count > 0
    {
        kept.extend_from_slice(&buffer[..count]);
        if kept.len() > 2 * MAX_COMPLAINT_BYTES {
            kept.drain(..kept.len() - MAX_COMPLAINT_BYTES);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Windows takes 32,767 characters, the paths and what quoting adds among them.
    #[test]
    fn the_asker_fits_into_a_command_line() {
        let quoted = ASKER.len() + ASKER.matches(['"', '\\']).count();
        assert!(quoted < 30_000, "{quoted}");
    }
}
