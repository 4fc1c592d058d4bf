//! `sidestage export` and `sidestage import`: a preset with its script and files as one archive.

use std::path::{Path, PathBuf};

use super::{complain, find_preset, say};
use crate::discover;
use crate::store::archive::{self, Why};
use crate::store::{machine, place};

#[derive(Debug, clap::Args)]
pub struct Export {
    /// A preset's name, or the path of its file
    preset: String,
    /// The archive to write. Without it: the preset's name, in the current folder
    file: Option<PathBuf>,
    /// Say what would go into it, and write nothing
    #[arg(long)]
    list: bool,
    /// Leave out the modules beside the script that it imports
    #[arg(long)]
    no_modules: bool,
}

#[derive(Debug, clap::Args)]
pub struct Import {
    /// The archive
    file: PathBuf,
    /// Say what is in it, and import nothing
    #[arg(long)]
    list: bool,
}

/// Writes the archive, and says what is in it.
///
/// # Errors
/// A sentence: there is no such preset, or the archive can't be written.
pub(super) fn export(wanted: &Export, presets: Option<&Path>) -> Result<i32, String> {
    let (path, preset) = find_preset(&wanted.preset, presets)?;
    let mut plan = archive::plan(&preset, &path, &machine::load());
    for file in plan.files.iter_mut().filter(|file| file.why == Why::Module) {
        file.is_on = !wanted.no_modules;
    }
    let target = wanted.file.clone().unwrap_or_else(|| PathBuf::from(format!("{}.zip", plan.stem)));
    if !wanted.list {
        archive::write(&plan, &target, false)?;
    }
    say(&format!("{}.ron", plan.stem))?;
    for file in plan.files.iter().filter(|file| file.is_on) {
        say(&format!("{}/{}", plan.stem, file.to))?;
    }
    for what in &plan.left_out {
        complain(what);
    }
    if !wanted.list {
        complain(&format!("exported to {}.", target.display()));
    }
    Ok(0)
}

/// Imports the archive's preset into the presets' folder, and says what is missing for it here.
///
/// # Errors
/// A sentence: the archive can't be read, holds what must not be unpacked, or the folder can't be written.
pub(super) fn import(wanted: &Import, presets: Option<&Path>) -> Result<i32, String> {
    if wanted.list {
        let inside = archive::look(&wanted.file)?;
        say(&format!("“{}”", inside.preset.name))?;
        for (name, bytes) in &inside.files {
            say(&format!("{name}  {bytes}"))?;
        }
        return Ok(0);
    }
    let dir = place::presets_dir(presets)?.dir;
    let imported = archive::unpack(&wanted.file, &dir)?;
    say(&imported.path.display().to_string())?;
    for note in &imported.notes {
        complain(note);
    }
    let (path, preset) = find_preset(&imported.path.to_string_lossy(), presets)?;
    let survey = discover::survey(&preset, path.parent().unwrap_or(&dir), &machine::load());
    for missing in &survey.missing {
        complain(&format!("missing here: the {} {}.", missing.need.kind(), missing.need.shown()));
    }
    Ok(0)
}
