//! What this machine has: interpreters, and what a preset comes to here.
//!
//! Looks at files, at PATH and at the environment, and may run an interpreter to ask for its version: never call it from
//! the panel's thread. Knows the model; knows nothing of what runs, of stored settings or of the panel.

pub mod arguments;
mod child;
mod interpreters;
mod locate;
mod machine;
mod missing;
mod nearby;
mod project;
mod pyenv_win;
mod registry;
mod survey;
mod version;
mod windows;

pub use interpreters::{Environment, Found, Guess, Look, Looked, Nature, Origin, Trouble, look, usual_interpreter};
pub use locate::{Located, locate};
pub use missing::{Lack, Missing, Need, gather};
pub use nearby::{Hunt, Nearby, likely_folders, search_nearby};
pub use project::find_project;
pub use survey::{Survey, Surveyor, survey};
pub use version::probe_version;
