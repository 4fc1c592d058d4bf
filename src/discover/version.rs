//! Asking a program for its version: it gets five seconds, no window and no input.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(5);
/// Versions stand at the beginning; a program that prints more than this is not answering the question.
const MAX_ANSWER_BYTES: u64 = 16 * 1024;
const POLL: Duration = Duration::from_millis(5);

/// The version that a program says it has, as digits and dots. Blocks for up to five seconds.
///
/// `None` if it can't be run, fails, says nothing like a version or takes too long.
#[must_use]
pub fn probe_version(program: &Path) -> Option<String> {
    let mut command = Command::new(program);
    let stem = program.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    if stem == "powershell" {
        command.args(["-NoProfile", "-Command", "$PSVersionTable.PSVersion.ToString()"]);
    } else {
        command.arg("--version");
    }
    version_in(&output_of(command)?)
}

/// What a program prints on both streams, if it ends well and in time. It is killed at the deadline.
pub fn output_of(command: Command) -> Option<String> {
    output_within(command, DEADLINE)
}

fn output_within(mut command: Command, limit: Duration) -> Option<String> {
    let deadline = Instant::now() + limit;
    let (mut reader, writer) = std::io::pipe().ok()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().ok()?).stderr(writer);
    #[cfg(windows)]
    {
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        std::os::windows::process::CommandExt::creation_flags(&mut command, CREATE_NO_WINDOW);
    }
    let mut child = spawn(&mut command, deadline)?;
    // The command holds our ends of the pipe; while they are open the reader never sees the end.
    drop(command);
    let (sender, receiver) = mpsc::sync_channel(1);
    let thread = std::thread::Builder::new().name("version".to_owned()).spawn(move || {
        let mut answer = Vec::new();
        let _ = reader.by_ref().take(MAX_ANSWER_BYTES).read_to_end(&mut answer);
        let _ = sender.send(answer);
    });
    // A child of the child may hold the pipe beyond the deadline; the thread then ends when that one does.
    let answer = thread.ok().and_then(|_| receiver.recv_timeout(limit).ok());
    let status = wait_until(&mut child, deadline);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let answer = String::from_utf8_lossy(&answer?).into_owned();
    status?.success().then_some(answer)
}

/// Starts a program; one that is just being written, by an installer say, gets a moment to be done.
fn spawn(command: &mut Command, deadline: Instant) -> Option<Child> {
    loop {
        match command.spawn() {
            Err(error) if error.kind() == ErrorKind::ExecutableFileBusy && Instant::now() < deadline => {
                std::thread::sleep(POLL);
            }
            result => return result.ok(),
        }
    }
}

fn wait_until(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().ok()? {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        std::thread::sleep(POLL);
    }
}

/// The first run of digits with a dot between them: `3.11.4` in `Python 3.11.4`, `5.36.0` in `This is perl 5 … (v5.36.0)`.
fn version_in(text: &str) -> Option<String> {
    text.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|run| run.trim_matches('.'))
        .find(|run| run.contains('.'))
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_found_in_what_programs_say() {
        for (said, version) in [
            ("Python 3.11.4\n", Some("3.11.4")),
            ("v20.1.0", Some("20.1.0")),
            ("GNU bash, version 5.2.15(1)-release (x86_64-pc-linux-gnu)", Some("5.2.15")),
            ("ruby 3.1.2p20 (2022-04-12 revision 4491bb740a)", Some("3.1.2")),
            ("This is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64", Some("5.36.0")),
            ("Python was not found; run without arguments to install.", None),
            ("", None),
        ] {
            assert_eq!(version_in(said).as_deref(), version, "{said}");
        }
    }

    #[cfg(unix)]
    mod with_programs {
        use super::*;

        fn sh(script: &str) -> Command {
            let mut command = Command::new("/bin/sh");
            command.args(["-c", script]);
            command
        }

        #[test]
        fn both_streams_are_heard_and_input_is_closed() {
            assert_eq!(output_of(sh("echo out; echo err >&2; cat")).as_deref(), Some("out\nerr\n"));
        }

        #[test]
        fn a_failure_is_no_answer() {
            assert_eq!(output_of(sh("echo 1.2.3; exit 9")), None);
            assert_eq!(probe_version(Path::new("/none/such")), None);
        }

        #[test]
        fn a_program_that_never_ends_is_killed_at_the_deadline() {
            let dir = tempfile::tempdir().unwrap();
            let pid_file = dir.path().join("pid");
            let script = format!("echo $$ > '{}'; exec sleep 1000", pid_file.display());
            // Long enough for the shell to get going on a busy machine.
            assert_eq!(output_within(sh(&script), DEADLINE), None);
            let pid = std::fs::read_to_string(&pid_file).unwrap();
            let is_alive = Path::new("/proc").join(pid.trim()).exists();
            assert!(!is_alive, "{pid} still runs");
        }

        #[test]
        fn a_program_that_talks_for_ever_ends_too() {
            assert_eq!(output_within(sh("exec yes"), Duration::from_secs(2)), None);
        }
    }
}
