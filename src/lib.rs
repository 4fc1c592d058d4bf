//! Sidestage: the control panel for scripts and programs that run beside a TouchDesigner show.
//!
//! # How it works
//!
//! A [`model::Preset`] says how to launch something; [`store`] keeps presets as files. [`discover`] finds out what a
//! preset needs of this machine, and [`model::resolve`] turns it into a [`model::Invocation`]: program, arguments,
//! folder, environment. That is the only thing that an [`engine::Engine`] can run. The engine looks after whole
//! process trees; their output goes from reader threads straight into a bounded console and, over UDP, to
//! TouchDesigner. The panel and the command line are two fronts of the same engine: they give it orders and look at
//! what it shows; [`launch`] is what both do with a preset, and
//! [`snippet`] makes code for TouchDesigner of one.
//!
//! [`vault`] is the way to the values of secrets, which a preset only names; nothing but a run that starts asks for them.
//!
//! [`monitor`] is the other end of an echo: it listens where Touch would and shows what comes; [`osc`] reads OSC.
//!
//! [`timer`] waits for the times and files that presets are scheduled for.
//!
//! Imports point down: `ui` and `cli` know everything below them, `launch` and `snippet` too; `engine`, `store` and `discover` know only `model`
//! and not each other (`engine` also `vault`); `model` does no input or output. `tests/layering.rs` holds that.

pub mod cli;
pub mod discover;
pub mod engine;
pub mod launch;
pub mod model;
pub mod monitor;
pub mod osc;
pub mod remote;
pub mod snippet;
pub mod store;
pub mod timer;
pub mod ui;
pub mod vault;
