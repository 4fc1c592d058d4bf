//! What ties a whole show to Touch: the target that presets may share, and who is told how the jobs get on. It lies in a
//! file beside the presets, because it is a matter of the show and not of the machine.

use serde::{Deserialize, Serialize};

use super::echo::EchoTarget;
use super::lifecycle::{is_default, is_false};
use super::preset::Version;

/// What the file says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShowEcho {
    pub version: Version,
    /// Where presets send that say so.
    pub target: EchoTarget,
    #[serde(default, skip_serializing_if = "is_default")]
    pub state: StateEcho,
}

/// The state of every job as messages of OSC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateEcho {
    #[serde(skip_serializing_if = "is_false")]
    pub on: bool,
    /// Where to; the show's target where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<EchoTarget>,
    /// Seconds until a job's present state is told once more, for UDP loses; 0 for never.
    pub every_secs: u32,
    /// Seconds between two signs of life of Sidestage itself; 0 for none.
    pub heartbeat_secs: u32,
}

impl Default for StateEcho {
    fn default() -> Self {
        Self { on: false, to: None, every_secs: 2, heartbeat_secs: 1 }
    }
}

impl ShowEcho {
    /// Where the jobs' state is told, if it is.
    #[must_use]
    pub fn state_target(&self) -> Option<&EchoTarget> {
        self.state.on.then(|| self.state.to.as_ref().unwrap_or(&self.target))
    }
}
