//! Sidestage.

pub mod engine;
pub mod model;
