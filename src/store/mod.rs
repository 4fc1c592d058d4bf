//! What Sidestage keeps on disk: presets and settings as RON, where both live, and what the engine logged.
//!
//! Files are replaced as a whole or not at all, the previous version is kept, and a file that doesn't parse is left as
//! it is. Knows the model; knows nothing of what runs, of interpreters or of the panel.

mod atomic;
pub mod groups;
pub mod history;
pub mod logs;
pub mod place;
pub mod presets;
pub mod settings;
pub mod shipped;
