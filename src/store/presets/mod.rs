//! Presets on disk: one RON file each, read with exact complaints and written so that people can edit them.

mod edited;
mod explain;
mod find;
mod limits;
mod load;
mod name;
mod save;
mod text;

pub(super) use edited::{Edited, edited};
pub use find::find;
pub(crate) use load::is_preset_name;
pub use load::{Entry, Folder, LoadError, MAX_BYTES, Stamp, load_dir, parse, read, read_stamped};
pub(super) use load::{parse_as, read_bytes, stays_in_folder};
pub(super) use name::safe_stem;
pub use name::{file_name_for, rename_after};
pub use save::{Expect, PREVIOUS_DIR, SaveError, SaveErrorKind, Saved, remove, restore, write};
pub(super) use save::{keep_previous, real_path};
pub(super) use text::readable;
pub use text::to_text;
