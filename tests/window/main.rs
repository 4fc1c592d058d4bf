//! The real program in a real window: started, pressed and read as a person would, with what it does to processes,
//! sockets and files looked at from outside. What a panel draws from which data is `tests/panels.rs`'s business.
//!
//!     cargo test --features inspection --test window
//!
//! The build needs the feature, for without it nobody can read a running window. Pictures of what was seen are kept in
//! `window` in the target folder.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[cfg(feature = "inspection")]
mod driver;
#[cfg(feature = "inspection")]
mod flows;
#[cfg(feature = "inspection")]
mod stage;
#[cfg(feature = "inspection")]
#[path = "../support/mod.rs"]
mod support;

#[cfg(not(feature = "inspection"))]
#[test]
#[ignore = "the real window needs a build with --features inspection"]
fn real_window() {}
