//! Sidestage.

pub mod model;
