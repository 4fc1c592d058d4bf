//! Presets on disk: one RON file each, read with exact complaints and written so that people can edit them.

mod explain;
mod find;
mod load;
mod name;
mod save;
mod text;

pub use find::find;
pub(crate) use load::is_preset_name;
pub use load::{Entry, Folder, LoadError, MAX_BYTES, Stamp, load_dir, parse, read, read_stamped};
pub(super) use load::{parse_as, read_bytes};
pub use name::file_name_for;
pub use save::{Expect, PREVIOUS_DIR, SaveError, SaveErrorKind, Saved, remove, write};
pub(super) use save::{keep_previous, real_path};
pub use text::to_text;
pub(super) use text::{has_comment, head, readable};
