//! `sidestage list`: the presets, for people and for programs.

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{complain, load_folder, say, visible};
use crate::engine::EchoPlan;
use crate::model::Interpreter;
use crate::store;

/// Prints the presets.
///
/// # Errors
/// A sentence: there is no such folder.
pub(super) fn show(json: bool, presets: Option<&Path>) -> Result<i32, String> {
    let folder = load_folder(presets)?;
    if json {
        let text = serde_json::to_string_pretty(&Listing::of(&folder)).map_err(|error| error.to_string())?;
        say(&text)?;
    } else {
        let names: Vec<_> = folder.presets.iter().map(|entry| visible(&entry.preset.name, "")).collect();
        let width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        for (name, entry) in names.iter().zip(&folder.presets) {
            say(&format!("{name:width$}  {}", entry.path.display()))?;
        }
    }
    for error in &folder.errors {
        complain(&error.to_string());
    }
    for warning in &folder.warnings {
        complain(warning);
    }
    Ok(0)
}

/// What `list --json` prints. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct Listing<'a> {
    folder: &'a Path,
    presets: Vec<ListedPreset<'a>>,
    errors: Vec<ListedError<'a>>,
}

#[derive(Serialize)]
struct ListedPreset<'a> {
    name: &'a str,
    group: &'a str,
    file: &'a Path,
    /// `name`, `path` or `none`.
    interpreter_kind: &'static str,
    interpreter: &'a str,
    script: &'a str,
    echo: Option<String>,
    /// Where the preset's runs are logged; it may not be there yet.
    log_folder: Option<PathBuf>,
    /// The latest run's log, its last part.
    log: Option<PathBuf>,
}

#[derive(Serialize)]
struct ListedError<'a> {
    file: &'a Path,
    line: Option<usize>,
    column: Option<usize>,
    what: &'a str,
}

impl<'a> Listing<'a> {
    fn of(folder: &'a store::presets::Folder) -> Self {
        let logs_dir = store::logs::logs_dir();
        let show = folder.show.clone().unwrap_or_default();
        let presets = folder.presets.iter().map(|entry| {
            let log_folder = logs_dir.as_deref().map(|dir| store::logs::preset_dir(dir, &entry.preset.name));
            let (interpreter_kind, interpreter) = match &entry.preset.interpreter {
                Interpreter::Name(name) => ("name", name.as_str()),
                Interpreter::Path(path) => ("path", path.as_str()),
                Interpreter::None => ("none", ""),
            };
            ListedPreset {
                name: &entry.preset.name,
                group: &entry.preset.group,
                file: &entry.path,
                interpreter_kind,
                interpreter,
                script: &entry.preset.script,
                echo: EchoPlan::of(&entry.preset.name, &entry.preset.echo.in_show(&show.target))
                    .map(|plan| plan.targets[0].to_string()),
                log: log_folder.as_deref().and_then(store::logs::newest),
                log_folder,
            }
        });
        let errors = folder.errors.iter().map(|error| ListedError {
            file: &error.path,
            line: error.line,
            column: error.column,
            what: &error.what,
        });
        Self { folder: &folder.dir, presets: presets.collect(), errors: errors.collect() }
    }
}
