//! What this machine has: interpreters, and what a preset comes to here.
//!
//! Looks at files, at PATH and at the environment, and may run an interpreter to ask for its version: never call it from
//! the panel's thread. Knows the model; knows nothing of what runs, of stored settings or of the panel.

mod interpreters;
mod locate;
mod machine;
mod survey;
mod version;
mod windows;

pub use interpreters::{Found, Origin, find_interpreters, with_versions};
pub use locate::{Located, locate};
pub use survey::{Survey, survey};
pub use version::probe_version;
