//! What Sidestage keeps on disk: presets and settings as RON, where both live, and what the engine logged.
//!
//! Files are replaced as a whole or not at all, the previous version is kept, and a file that doesn't parse is left as
//! it is. Knows the model; knows nothing of what runs, of interpreters or of the panel.

pub mod archive;
mod atomic;
mod by_hand;
pub mod consoles;
pub mod follow;
pub mod groups;
pub mod history;
pub mod lines;
pub mod logs;
mod lossless;
pub mod machine;
pub mod place;
pub mod presets;
pub mod settings;
pub mod shipped;
pub mod show_echo;
