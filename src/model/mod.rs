//! Pure data: what a preset says, and what it comes to on this machine.
//!
//! Nothing here reads a file, a clock, an environment or a socket, so everything here can be tested by value.

mod environment;
mod group;
mod invocation;
mod lifecycle;
mod log_name;
mod placeholder;
mod preset;
mod quote;
mod relative;
mod run_record;

pub use environment::{Cause, EnvChange, fixes, is_touch_path};
pub use group::GroupLaunch;
pub use invocation::{Invocation, Place, Problem, Site, join, resolve};
pub use lifecycle::{Hang, Lifecycle, OnHang, Ready, Restart, RestartWhen, StopSignal, pattern};
pub use log_name::{LogName, log_folder_name};
pub use placeholder::{PLACEHOLDERS, Values, expand};
pub use preset::{Argument, Echo, Interpreter, Preset, Variable, Version};
pub use quote::{command_line, quote};
pub use relative::relative;
pub use run_record::{HISTORY_FILE, LogLimits, LogPlan, OLD_HISTORY_FILE, RunEnd, RunRecord};
