//! What must be known of this machine to make the code: where things lie, and whether a Python runs it.

use std::path::{Path, PathBuf};

use super::{Orders, Request};
use crate::discover::{find_project, locate};
use crate::model::{LocalNames, Preset, preset_id};

/// A request that owns what it is about.
#[derive(Clone, Debug)]
pub struct Wish {
    preset: Preset,
    id: String,
    preset_dir: PathBuf,
    project_dir: Option<PathBuf>,
    is_python: bool,
    orders: Orders,
    names: LocalNames,
}

impl Wish {
    /// Looks at this machine. `file` is the preset's; of one that was never saved, where it would be. Without a project's
    /// folder the nearest is looked for. Not for the panel's thread.
    #[must_use]
    pub fn of(
        preset: &Preset,
        file: &Path,
        project_dir: Option<&Path>,
        (orders, names): (&Orders, &LocalNames),
    ) -> Self {
        let file = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
        let preset_dir = file.parent().unwrap_or(Path::new("")).to_path_buf();
        let project_dir = match project_dir {
            Some(given) => std::path::absolute(given).ok(),
            None => find_project(&preset_dir),
        };
        let is_python = locate(&preset.interpreter, &preset.script, &preset_dir, names).is_python;
        let id = preset_id(&file.file_stem().unwrap_or_default().to_string_lossy());
        let (preset, orders, names) = (preset.clone(), orders.clone(), names.clone());
        Self { preset, id, preset_dir, project_dir, is_python, orders, names }
    }

    /// The request itself.
    #[must_use]
    pub fn request(&self) -> Request<'_> {
        Request {
            preset: &self.preset,
            id: &self.id,
            preset_dir: &self.preset_dir,
            project_dir: self.project_dir.as_deref(),
            is_python: self.is_python,
            orders: &self.orders,
            names: &self.names,
        }
    }

    /// The folder of the project that paths start from.
    #[must_use]
    pub fn project_dir(&self) -> Option<&Path> {
        self.project_dir.as_deref()
    }
}
