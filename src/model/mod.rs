//! Pure data: what a preset says, and what it comes to on this machine.
//!
//! Nothing here reads a file, a clock, an environment or a socket, so everything here can be tested by value.

mod environment;
mod group;
mod invocation;
mod lifecycle;
mod placeholder;
mod preset;
mod quote;
mod relative;

pub use environment::{Cause, EnvChange, fixes, is_touch_path};
pub use group::GroupLaunch;
pub use invocation::{Invocation, Place, Problem, Site, join, resolve};
pub use lifecycle::{Hang, Lifecycle, OnHang, Ready, Restart, RestartWhen, StopSignal, pattern};
pub use placeholder::{PLACEHOLDERS, Values, expand};
pub use preset::{Argument, Echo, Interpreter, Preset, Variable, Version};
pub use quote::{command_line, quote};
pub use relative::relative;
