//! From a preset, and what it comes to on this machine, to what the engine launches: the same for the panel and for
//! the command line, which add what only one of them knows.

use std::path::Path;

use crate::engine::{EchoPlan, Input, KeepPlan, LaunchSpec};
use crate::model::{Invocation, Preset};
use crate::store;

/// A launch as the preset wants it. `file` is the preset's own file, if it has one yet.
#[must_use]
pub fn launch_spec(preset: &Preset, file: Option<&Path>, invocation: Invocation) -> LaunchSpec {
    let mut spec = LaunchSpec::new(&preset.name, invocation);
    spec.echo = EchoPlan::of(&preset.echo);
    spec.stop_secs = preset.stop_secs;
    spec.lifecycle = preset.lifecycle.clone();
    if preset.lifecycle.takes_input {
        spec.input = Input::Lines;
    }
    if preset.lifecycle.only_one {
        spec.only_one = file.and_then(store::place::lock_file);
    }
    if preset.lifecycle.keep_running {
        spec.keep = store::place::running_dir().map(|dir| KeepPlan { dir, preset: file.map(Path::to_owned) });
    }
    spec
}
