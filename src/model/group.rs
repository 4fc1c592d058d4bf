//! How the presets of a group are launched together.

use serde::{Deserialize, Serialize};

/// The order of a group's launch; it is stopped in reverse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum GroupLaunch {
    /// All at once.
    #[default]
    Together,
    /// One after another, this many seconds apart.
    Staggered { secs: u32 },
    /// Each when the one before is ready.
    WhenReady,
}

impl GroupLaunch {
    /// In words, as a person chooses it.
    #[must_use]
    pub fn describe(self) -> String {
        match self {
            Self::Together => "all at once".to_owned(),
            Self::Staggered { secs } => format!("one every {secs} s"),
            Self::WhenReady => "each when the one before is ready".to_owned(),
        }
    }
}
