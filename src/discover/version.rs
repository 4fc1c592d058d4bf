//! Asking a program for its version: it gets five seconds, no window and no input.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::child::{self, Answer};

pub const DEADLINE: Duration = Duration::from_secs(5);
/// Versions stand at the beginning; a program that prints more than this is not answering the question.
pub const MAX_ANSWER_BYTES: u64 = 16 * 1024;

/// The version that a program says it has, as digits and dots. Blocks for up to five seconds.
///
/// `None` if it can't be run, fails, says nothing like a version or takes too long.
#[must_use]
pub fn probe_version(program: &Path) -> Option<String> {
    version_in(&output_of(version_command(program))?)
}

/// How a program is asked for its version.
pub fn version_command(program: &Path) -> Command {
    let mut command = Command::new(program);
    let stem = program.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    match stem.as_str() {
        "powershell" => command.args(["-NoProfile", "-Command", "$PSVersionTable.PSVersion.ToString()"]),
        "lua" | "luajit" => command.arg("-v"),
        _ => command.arg("--version"),
    };
    command
}

/// What a program prints on both streams, if it ends well and in time. It is killed at the deadline.
pub fn output_of(command: Command) -> Option<String> {
    output_within(command, DEADLINE)
}

fn output_within(command: Command, limit: Duration) -> Option<String> {
    match child::ask(command, limit, MAX_ANSWER_BYTES, &|| false) {
        Answer::Ended { status, said } => status.success().then_some(said),
        Answer::Late | Answer::Unstartable(_) => None,
    }
}

/// The first run of digits with a dot between them: `3.11.4` in `Python 3.11.4`, `5.36.0` in `This is perl 5 … (v5.36.0)`.
pub fn version_in(text: &str) -> Option<String> {
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
        fn what_a_program_leaves_behind_ends_with_it() {
            let dir = tempfile::tempdir().unwrap();
            let pid_file = dir.path().join("pid");
            // It holds the streams, too: the answer comes all the same, and before the deadline.
            let script = format!("sleep 1000 & echo $! > '{}'; echo 1.2.3", pid_file.display());
            assert_eq!(output_within(sh(&script), Duration::from_mins(15)).as_deref(), Some("1.2.3\n"));
            let pid = std::fs::read_to_string(&pid_file).unwrap();
            assert!(is_gone(pid.trim()), "{pid} still runs");
        }

        /// Whether a process is gone, or is only not reaped yet by whoever took it over.
        fn is_gone(pid: &str) -> bool {
            let stat = || std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
            (0..1000).any(|_| {
                std::thread::sleep(Duration::from_millis(5));
                stat().is_empty() || stat().contains(") Z ")
            })
        }

        #[test]
        fn a_program_that_nobody_waits_for_any_more_ends_at_once() {
            let limit = Duration::from_mins(15);
            let answer = child::ask(sh("exec sleep 1000"), limit, MAX_ANSWER_BYTES, &|| true);
            assert!(matches!(answer, Answer::Late), "{answer:?}");
        }

        #[test]
        fn a_program_that_talks_for_ever_ends_too() {
            assert_eq!(output_within(sh("exec yes"), Duration::from_secs(2)), None);
        }
    }
}
