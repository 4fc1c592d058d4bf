//! `sidestage args --into`: brings what a script declares into a preset's file, as the panel does with the preset that
//! is open.

use std::path::{Path, PathBuf};

use super::{find_preset_stamped, say};
use crate::model::declared::Declared;
use crate::model::{Argument, Preset, ValueKind, choose_command, full_path, merge, relative};
use crate::store::presets::{self, Expect};

/// Which preset, and what of it changes besides its rows.
pub(super) struct Into<'a> {
    pub preset: &'a str,
    /// Becomes the preset's script.
    pub script: Option<&'a Path>,
    /// The commands that it runs, from the outermost.
    pub command: &'a [String],
}

/// How a script's arguments are found out, from its preset, the folder of that and the script's path.
type Read<'a> = dyn Fn(&Preset, &Path, &Path) -> Result<Declared, String> + 'a;

/// Merges and saves. The status is 1 where nothing is known of the script's arguments.
pub(super) fn merge_into(wanted: &Into<'_>, folder: Option<&Path>, read: &Read<'_>) -> Result<i32, String> {
    let (path, mut preset, stamp) = find_preset_stamped(wanted.preset, folder)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    let dir = path.parent().map_or_else(PathBuf::new, Path::to_path_buf);
    if let Some(script) = wanted.script {
        let script = std::path::absolute(script).unwrap_or_else(|_| script.to_path_buf());
        preset.script = relative(&dir, &script);
    }
    if preset.script.is_empty() {
        return Err(format!("“{}” has no script; name one before --into.", preset.name));
    }
    let before = preset.arguments.clone();
    let script = full_path(&dir, &preset.script, &crate::store::machine::load())?;
    let declared = read(&preset, &dir, &script)?;
    let merged = merge(&preset.arguments, &declared);
    preset.arguments = choose(merged.rows, wanted.command, &declared)?;
    presets::write(&path, &preset, Expect::Unchanged(stamp)).map_err(|error| error.to_string())?;
    tell(&preset, &before)?;
    for doubt in &declared.doubts {
        say(doubt)?;
    }
    if declared.library.is_none() {
        say("No arguments were found; --ask asks the script itself, --help-text reads its help.")?;
    }
    Ok(i32::from(declared.library.is_none()))
}

/// The rows with these commands named in them.
fn choose(mut rows: Vec<Argument>, command: &[String], declared: &Declared) -> Result<Vec<Argument>, String> {
    for (depth, name) in command.iter().enumerate() {
        let names_it = |row: &Argument| row.kind() == ValueKind::Command && row.said.command == command[..depth];
        let Some(index) = rows.iter().position(names_it) else {
            return Err(format!("The script has no commands here, so none is called {name}."));
        };
        let said = &rows[index].said;
        // Which aliases there are isn't kept in a row.
        if !said.choices.contains(name) && said.converter.is_empty() {
            return Err(format!("The script has no command {name}; it has {}.", said.choices.join(", ")));
        }
        rows = choose_command(&rows, index, name, declared);
    }
    Ok(rows)
}

/// What became of the rows, a line for each that is not as it was.
fn tell(preset: &Preset, before: &[Argument]) -> Result<(), String> {
    let shown = |row: &Argument| match (row.flag.as_str(), row.said.flags.is_empty()) {
        ("", _) => row.title().to_owned(),
        (flag, true) => flag.to_owned(),
        (_, false) => row.said.flags.join(", "),
    };
    let mut is_told = false;
    for row in preset.arguments.iter().filter(|row| !before.contains(row)) {
        let was_there =
            before.iter().any(|old| (&old.flag, &old.value) == (&row.flag, &row.value) && old.said != row.said);
        let word = match (row.said.gone, was_there) {
            (true, _) => "gone",
            (false, true) => "described",
            (false, false) => "new",
        };
        say(&format!("{word}: {}", shown(row)))?;
        is_told = true;
    }
    if !is_told {
        say(&format!("“{}” has the script's arguments already.", preset.name))?;
    }
    Ok(())
}
