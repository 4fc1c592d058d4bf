//! Sidestage.

pub mod discover;
pub mod model;
pub mod store;
