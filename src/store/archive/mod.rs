//! A preset with what it needs of its own, as one archive: `name.ron`, and beside it a folder of the same name with the
//! script and the files. So it can be unpacked into any folder of presets.
//!
//! What the archive holds is decided before anything is written, so that a person can look at it; what somebody else's
//! archive holds is checked before anything is unpacked.

mod entry;
mod export;
mod import;
mod links;
mod modules;
mod paths;
mod write;

pub use export::{Export, Packed, Why, plan};
pub use import::{Imported, Inside, look, unpack};
pub use write::write;

/// More than any preset has; an archive of millions of files fills a disk by their names alone.
const MOST_FILES: usize = 5000;

/// What one archive may unpack to.
const MOST_BYTES: u64 = 4 * 1024 * 1024 * 1024;

/// The folders that are never packed: they belong to a machine or to a tool.
const NEVER: [&str; 6] = [".git", ".venv", "venv", "node_modules", "__pycache__", ".previous"];
