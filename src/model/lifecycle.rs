//! What a preset says of a job's life: how it is stopped, when it runs again, when it counts as ready or as hanging.

use serde::{Deserialize, Serialize};

/// Everything here may be left out of a file; a preset that says nothing gets a plain job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file and in the panel")]
pub struct Lifecycle {
    /// Launched when the panel opens.
    #[serde(skip_serializing_if = "is_false")]
    pub launch_at_open: bool,
    /// A second one is refused while one lives.
    #[serde(skip_serializing_if = "is_false")]
    pub only_one: bool,
    /// Its jobs live on when Sidestage closes.
    #[serde(skip_serializing_if = "is_false")]
    pub keep_running: bool,
    /// Runs in a pseudo-terminal, for programs that talk line by line only to one.
    #[serde(skip_serializing_if = "is_false")]
    pub in_terminal: bool,
    /// Its standard input takes lines from a person; otherwise it is at its end from the start.
    #[serde(skip_serializing_if = "is_false")]
    pub takes_input: bool,
    /// Its output is written to disk.
    #[serde(skip_serializing_if = "is_true")]
    pub log: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub priority: Priority,
    #[serde(skip_serializing_if = "is_default")]
    pub stop_signal: StopSignal,
    #[serde(skip_serializing_if = "is_default")]
    pub restart: Restart,
    #[serde(skip_serializing_if = "is_default")]
    pub hang: Hang,
    #[serde(skip_serializing_if = "is_default")]
    pub ready: Ready,
}

impl Default for Lifecycle {
    fn default() -> Self {
        Self {
            launch_at_open: false,
            only_one: false,
            keep_running: false,
            in_terminal: false,
            takes_input: false,
            log: true,
            priority: Priority::default(),
            stop_signal: StopSignal::default(),
            restart: Restart::default(),
            hang: Hang::default(),
            ready: Ready::default(),
        }
    }
}

/// Who of all that want to run gets the processor first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Priority {
    /// Touch and other programs come first; what they leave is the job's.
    #[default]
    BelowNormal,
    /// The same as theirs.
    Normal,
}

/// What a job is asked to stop with on Unix; on Windows it is `CTRL_BREAK` and `WM_CLOSE`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StopSignal {
    /// SIGTERM.
    #[default]
    Terminate,
    /// SIGINT, what Ctrl-C sends: a Python script sees `KeyboardInterrupt`.
    Interrupt,
}

/// When a job that ended by itself runs again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Restart {
    pub when: RestartWhen,
    /// Seconds before the first attempt; doubled before each next one.
    pub delay_secs: u32,
    /// The longest delay, in seconds.
    pub max_delay_secs: u32,
    /// A run that lived this many seconds was a good one: the next delay is the first again.
    pub reset_secs: u32,
    /// How many attempts in a row; 0 for no end.
    pub max_attempts: u32,
}

impl Default for Restart {
    fn default() -> Self {
        Self { when: RestartWhen::Never, delay_secs: 1, max_delay_secs: 60, reset_secs: 60, max_attempts: 0 }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RestartWhen {
    #[default]
    Never,
    /// After any exit status but 0, and after a signal.
    OnFailure,
    Always,
}

/// When a silent job counts as hanging.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hang {
    /// Seconds without a sign of life; 0 for never.
    pub secs: u32,
    /// A regular expression for the lines that are such a sign; empty for any output.
    pub line: String,
    pub then: OnHang,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnHang {
    #[default]
    Warn,
    /// Stop it, and start it again.
    Restart,
}

/// When a job is ready for what waits on it; with neither, as soon as it runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ready {
    /// A regular expression for the line that says so; empty for none.
    pub line: String,
    /// Seconds after which it counts as ready in any case; 0 for never.
    pub secs: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
pub(super) fn is_false(value: &bool) -> bool {
    !*value
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
pub(super) fn is_true(value: &bool) -> bool {
    *value
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The regular expression of a pattern, over bytes; `None` for an empty pattern.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn pattern(text: &str) -> Result<Option<regex::bytes::Regex>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    // The complaint's own text spans lines and draws the place; its last line says what it is.
    regex::bytes::RegexBuilder::new(text).size_limit(1 << 20).build().map(Some).map_err(|error| {
        let error = error.to_string();
        let why = error.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        format!("“{text}” is no regular expression: {why}. Put a backslash before a sign that is meant as it stands.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_none_or_compiles_or_says_why_not() {
        assert!(pattern("").unwrap().is_none());
        assert!(pattern("ready on port \\d+").unwrap().unwrap().is_match(b"ready on port 80\xff"));
        let why = pattern("(half").unwrap_err();
        assert!(why.starts_with("“(half” is no regular expression: unclosed group."), "{why}");
    }

    #[test]
    fn what_a_file_leaves_out_is_the_default() {
        let lifecycle: Lifecycle = ron::from_str("(restart: (when: OnFailure))").unwrap();
        assert_eq!(lifecycle.restart, Restart { when: RestartWhen::OnFailure, ..Restart::default() });
        assert!(lifecycle.log && lifecycle.hang.secs == 0);
        assert!(ron::from_str::<Lifecycle>("(restarts: ())").is_err());
    }
}
