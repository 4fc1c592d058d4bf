//! A job's state as the panel shows it: a shape, a word and a colour, so that none of them is needed alone.

use eframe::egui::{Align2, Color32, FontId, Pos2, Ui};

use super::icons;
use super::theme::colors;

/// Where a job is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Its turn in a group hasn't come; it has a time, or comes when the one before is ready.
    Queued {
        due: Option<Due>,
    },
    /// It ended, and is launched again.
    Restarting {
        due: Due,
        /// Counts those in a row, from 1.
        attempt: u32,
    },
    Starting,
    /// It runs, and isn't ready for what waits on it.
    Preparing,
    Running,
    /// It runs, and gave no sign of life for too long.
    Stalled,
    /// Asked to stop; killed when the seconds are over.
    Stopping {
        secs_left: u32,
    },
    Ended(EndKind),
}

/// When a wait is over, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    InSecs(u32),
    /// The time of day, which stays true where nobody looks and nothing counts down.
    At {
        hour: i8,
        minute: i8,
        second: i8,
    },
}

impl std::fmt::Display for Due {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InSecs(secs) => write!(f, "in {secs} s"),
            Self::At { hour, minute, second } => write!(f, "at {hour:02}:{minute:02}:{second:02}"),
        }
    }
}

/// How a job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndKind {
    /// By itself, with status 0.
    Ok,
    /// By itself, with another status or a signal.
    Failed,
    /// Because a person said so.
    Stopped,
    /// It never ran.
    CouldNotStart,
}

impl JobState {
    /// Whether there is, or may soon be, a process.
    #[must_use]
    pub const fn is_alive(self) -> bool {
        match self {
            Self::Queued { .. }
            | Self::Restarting { .. }
            | Self::Starting
            | Self::Preparing
            | Self::Running
            | Self::Stalled
            | Self::Stopping { .. } => true,
            Self::Ended(_) => false,
        }
    }

    /// Whether there is no process, but will be one.
    #[must_use]
    pub const fn is_waiting(self) -> bool {
        match self {
            Self::Queued { .. } | Self::Restarting { .. } => true,
            Self::Starting
            | Self::Preparing
            | Self::Running
            | Self::Stalled
            | Self::Stopping { .. }
            | Self::Ended(_) => false,
        }
    }

    /// Whether it ended in a way that a person should look at.
    #[must_use]
    pub const fn is_failure(self) -> bool {
        match self {
            Self::Queued { .. }
            | Self::Restarting { .. }
            | Self::Starting
            | Self::Preparing
            | Self::Running
            | Self::Stalled
            | Self::Stopping { .. } => false,
            Self::Ended(end) => match end {
                EndKind::Ok | EndKind::Stopped => false,
                EndKind::Failed | EndKind::CouldNotStart => true,
            },
        }
    }

    /// The state in a word or two.
    #[must_use]
    pub fn word(self) -> String {
        match self {
            Self::Queued { due: None } => "waits for the one before".to_owned(),
            Self::Queued { due: Some(due) } => format!("starts {due}"),
            Self::Restarting { due, attempt: 0 | 1 } => format!("restarts {due}"),
            Self::Restarting { due, attempt } => format!("restarts {due}, attempt {attempt}"),
            Self::Starting => "starting".to_owned(),
            Self::Preparing => "getting ready".to_owned(),
            Self::Running => "running".to_owned(),
            Self::Stalled => "no sign of life".to_owned(),
            Self::Stopping { secs_left: 0 } => "stopping".to_owned(),
            Self::Stopping { secs_left } => format!("stopping, {secs_left} s left"),
            Self::Ended(EndKind::Ok) => "finished".to_owned(),
            Self::Ended(EndKind::Failed) => "failed".to_owned(),
            Self::Ended(EndKind::Stopped) => "stopped".to_owned(),
            Self::Ended(EndKind::CouldNotStart) => "could not start".to_owned(),
        }
    }

    /// The shape.
    #[must_use]
    pub const fn icon(self) -> &'static str {
        match self {
            Self::Restarting { .. } => icons::ARROW_CLOCKWISE,
            Self::Starting | Self::Preparing => icons::CIRCLE_DASHED,
            Self::Running => icons::CIRCLE_FILLED,
            Self::Stalled => icons::WARNING_FILLED,
            Self::Queued { .. } => icons::QUEUE,
            Self::Stopping { .. } => icons::HOURGLASS_FILLED,
            Self::Ended(EndKind::Ok) => icons::CHECK_CIRCLE,
            Self::Ended(EndKind::Failed) => icons::X_CIRCLE_FILLED,
            Self::Ended(EndKind::Stopped) => icons::STOP,
            Self::Ended(EndKind::CouldNotStart) => icons::PROHIBIT,
        }
    }

    /// The colour.
    #[must_use]
    pub fn color(self, ui: &Ui) -> Color32 {
        let colors = colors(ui);
        match self {
            Self::Restarting { .. } | Self::Stalled | Self::Stopping { .. } => colors.warn,
            Self::Starting | Self::Preparing => colors.accent_text,
            Self::Running => colors.good,
            Self::Queued { .. } | Self::Ended(EndKind::Ok | EndKind::Stopped) => colors.text_weak,
            Self::Ended(EndKind::Failed | EndKind::CouldNotStart) => colors.bad,
        }
    }

    /// Paints the shape around a point.
    pub fn paint_icon(self, ui: &Ui, center: Pos2) {
        // The filled circle is a dot among outlines; as large as they are it would outshine the rest.
        let size = if self == Self::Running { 11.0 } else { 15.0 };
        ui.painter().text(center, Align2::CENTER_CENTER, self.icon(), FontId::proportional(size), self.color(ui));
    }
}

/// Seconds as a person reads them: `0:07`, `12:41`, `3:05:09`, `2 d 04:11:00`.
#[must_use]
pub fn duration_text(secs: u64) -> String {
    let (days, hours, minutes, secs) = (secs / 86_400, secs / 3600 % 24, secs / 60 % 60, secs % 60);
    match (days, hours) {
        (0, 0) => format!("{minutes}:{secs:02}"),
        (0, hours) => format!("{hours}:{minutes:02}:{secs:02}"),
        (days, hours) => format!("{days} d {hours:02}:{minutes:02}:{secs:02}"),
    }
}

/// A count with its thousands told apart: `12,345`.
#[must_use]
pub fn count_text(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_counts_read_well() {
        for (secs, text) in [(7, "0:07"), (761, "12:41"), (11_109, "3:05:09"), (187_860, "2 d 04:11:00")] {
            assert_eq!(duration_text(secs), text);
        }
        for (count, text) in [(0, "0"), (999, "999"), (1000, "1,000"), (12_345_678, "12,345,678")] {
            assert_eq!(count_text(count), text);
        }
    }
}
