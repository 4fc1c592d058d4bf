//! Sidestage.

pub mod discover;
pub mod engine;
pub mod model;
pub mod store;
