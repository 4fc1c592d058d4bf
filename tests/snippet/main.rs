//! The code for TouchDesigner, run by a real Python with stand-ins of `op`, `project`, `app`, `me` and `run`.
//!
//! Without a Python a test says so and passes, except where `CI` is set: there it fails, unless
//! `SIDESTAGE_WITHOUT_PYTHON` says that the machine is meant to have none.
#![expect(clippy::unwrap_used, reason = "a test that can't go on fails")]

mod callbacks;
mod cli;
mod echo;
mod launch;
mod order;
mod stage;
#[path = "../support/mod.rs"]
mod support;
