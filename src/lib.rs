//! Sidestage.

pub mod model;
pub mod ui;
