//! How somebody wants a console to look: what stands before its lines, and which lines are shown at all.

use serde::{Deserialize, Serialize};

/// What of a line's time stands before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Times {
    #[default]
    Hidden,
    /// The time of day.
    Clock,
    /// Since the run began.
    SinceStart,
    /// Since the line above.
    SinceLine,
}

/// What a console looks like. It is remembered for the next console of the same preset.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsoleLook {
    pub times: Times,
    /// Whether lines are numbered.
    pub numbers: bool,
    /// Whether long lines go on below instead of beyond the edge.
    pub wraps: bool,
}

/// Which kinds of lines are shown, or searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Streams {
    pub stdout: bool,
    pub stderr: bool,
    /// Sidestage's own words.
    pub notices: bool,
}

impl Streams {
    pub const ALL: Self = Self { stdout: true, stderr: true, notices: true };

    /// In a few words what is left out; empty if that is nothing.
    #[must_use]
    pub fn hidden_text(self) -> String {
        let kinds = [(self.stdout, "output"), (self.stderr, "errors"), (self.notices, "notices")];
        let hidden: Vec<_> = kinds.iter().filter(|(shown, _)| !shown).map(|(_, kind)| *kind).collect();
        if hidden.is_empty() { String::new() } else { format!("{} hidden", hidden.join(" and ")) }
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self::ALL
    }
}
