//! What a person settles about consoles: how much memory they take, and how large their text is.

use serde::{Deserialize, Serialize};

/// As the settings' file has it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ConsoleSettings {
    /// What the consoles of all jobs keep together, in MiB. Beyond it the oldest lines go, those of ended jobs first.
    pub memory_mib: u32,
    /// In points.
    pub text_size: f32,
}

impl ConsoleSettings {
    /// The text sizes that can be chosen, in points.
    pub const SIZES: std::ops::RangeInclusive<f32> = 8.0..=32.0;
    /// The memory that can be chosen, in MiB.
    pub const MEMORY_MIB: std::ops::RangeInclusive<u32> = 32..=16_384;

    /// The same within what works.
    #[must_use]
    pub fn clamped(self) -> Self {
        let (memory_mib, text_size) = (Self::MEMORY_MIB, Self::SIZES);
        Self {
            memory_mib: self.memory_mib.clamp(*memory_mib.start(), *memory_mib.end()),
            text_size: super::settings::within(self.text_size, Self::default().text_size, text_size),
        }
    }

    /// The memory in bytes.
    #[must_use]
    pub fn memory_bytes(self) -> usize {
        usize::try_from(u64::from(self.memory_mib) << 20).unwrap_or(usize::MAX)
    }
}

impl Default for ConsoleSettings {
    fn default() -> Self {
        Self { memory_mib: 512, text_size: 12.5 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absurd_wishes_are_brought_within_reach() {
        let check = |memory_mib, text_size| ConsoleSettings { memory_mib, text_size }.clamped();
        assert_eq!(check(0, f32::NAN), ConsoleSettings { memory_mib: 32, text_size: 12.5 });
        assert_eq!(check(u32::MAX, 900.0), ConsoleSettings { memory_mib: 16_384, text_size: 32.0 });
        assert_eq!(ConsoleSettings::default().clamped(), ConsoleSettings::default());
    }
}
