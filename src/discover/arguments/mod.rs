//! The arguments that a script declares: read out of its text without running it, or asked for.
//!
//! Reading goes through the script's statements as Python would ([`eval`]), over values that are known where the script
//! says them itself; so constants, loops over literals, helper functions, classes and files beside the script count.
//! What depends on anything else is said to be unknown, and never guessed.

mod argparse;
mod ask;
mod ast;
mod builtins;
mod click;
mod click_rows;
mod eval;
mod expressions;
mod help;
mod help_usage;
mod imports;
mod known;
mod literals;
mod lower;
mod lower_expressions;
mod methods;
mod operators;
mod outcome;
mod parsers;
mod scope;
mod source_text;
mod standard;
#[cfg(test)]
mod tests;
mod text;
mod typer;
mod typer_types;
mod value;

use std::path::{Path, PathBuf};

pub use ask::{ASK_DEADLINE, ask, ask_help};
pub use help::read_help;
pub use imports::Loader;
use source_text::SourceText;

use crate::model::declared::{Declared, Library};

/// Scripts that are longer are not looked at.
const MAX_SCRIPT_BYTES: u64 = 8 * 1024 * 1024;

/// Room for the deepest script that is gone through, whoever calls.
const STACK_BYTES: usize = 256 * 1024 * 1024;

/// What a Python script says of its arguments, with the files beside it that it imports. Nothing of it is run. Not for
/// the panel's thread.
///
/// # Errors
/// A sentence: the script can't be read.
pub fn declared_in(script: &Path) -> Result<Declared, String> {
    let source = read_file(script).ok_or_else(|| match std::fs::metadata(script) {
        Ok(metadata) if metadata.len() > MAX_SCRIPT_BYTES => {
            format!("{} is too long to be a script ({} MiB).", script.display(), metadata.len() >> 20)
        }
        Ok(metadata) if !metadata.is_file() => format!("{} is no file; pick a script.", script.display()),
        Ok(_) => format!("{} can't be read; check its permissions.", script.display()),
        Err(_) => format!("There is no script {}; check the path.", script.display()),
    })?;
    let folders = folders_of(script);
    let load = |module: &str| load_module(&folders, module);
    let mut declared = read_declared(&source.text, &load)?;
    declared.doubts.extend(source.doubt);
    Ok(declared)
}

/// What a script's text says of its arguments. `load` reads other files of the script's own; see [`Loader`].
///
/// # Errors
/// A sentence: there is no room to work in.
pub fn read_declared(text: &str, load: &Loader<'_>) -> Result<Declared, String> {
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("arguments".to_owned()).stack_size(STACK_BYTES);
        let reading = thread.spawn_scoped(scope, || read_here(text, load));
        let reading = reading.map_err(|error| format!("The script's arguments can't be read: {error}."))?;
        reading.join().map_err(|_| "The script's arguments can't be read: it is too much for Sidestage.".to_owned())
    })
}

fn read_here(text: &str, load: &Loader<'_>) -> Declared {
    let Some(body) = lower::read(text) else { return doubtful("The script could not be read.") };
    let mut machine = eval::Machine::new(load);
    machine.run(&body);
    if machine.parsers.is_empty() {
        machine.run_what_nobody_called();
    }
    if machine.is_exhausted() {
        let what = "The script is too long to be gone through to its end; arguments may be missing.";
        machine.parsers.doubt(what.to_owned());
    }
    let mut declared = machine.parsers.declared();
    if declared.library == Some(Library::Typer) && machine.parsers.is_single(&declared) {
        // An app with a single command runs it without its name.
        if let Some(only) = declared.commands.pop() {
            declared.rows.extend(only.rows);
            declared.description = declared.description.or(only.help);
            declared.needs_command = false;
        }
    }
    declared
}

fn doubtful(what: &str) -> Declared {
    Declared { doubts: vec![what.to_owned()], ..Declared::default() }
}

/// The folders that a script's imports are looked for in: its own, and above it as long as it is part of a package.
fn folders_of(script: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<_> = script.parent().map(Path::to_path_buf).into_iter().collect();
    while let Some(folder) = folders.last()
        && folder.join("__init__.py").is_file()
        && let Some(above) = folder.parent()
        && folders.len() < 16
    {
        let above = above.to_path_buf();
        folders.push(above);
    }
    folders
}

/// The text of a module; dots in front name the folder, one for the script's own and one more for each above.
fn load_module(folders: &[PathBuf], module: &str) -> Option<String> {
    let name = module.trim_start_matches('.');
    let dots = module.len() - name.len();
    let relative = name.replace('.', "/");
    if relative.is_empty() {
        return None;
    }
    let in_folder = |folder: &Path| {
        let places = [folder.join(format!("{relative}.py")), folder.join(&relative).join("__init__.py")];
        places.iter().find_map(|place| read_file(place)).map(|source| source.text)
    };
    match dots {
        0 => folders.iter().find_map(|folder| in_folder(folder)),
        _ => folders.first().and_then(|own| own.ancestors().nth(dots - 1)).and_then(in_folder),
    }
}

/// A text file of a size that scripts have.
fn read_file(path: &Path) -> Option<SourceText> {
    let metadata = std::fs::metadata(path).ok()?;
    if !metadata.is_file() || metadata.len() > MAX_SCRIPT_BYTES {
        return None;
    }
    Some(source_text::decode(&std::fs::read(path).ok()?))
}

/// Whether a name comes with `from module import *`.
fn known_of_star(module: &str, name: &str) -> bool {
    let is_class = name.starts_with(|c: char| c.is_ascii_uppercase());
    match module {
        "argparse" | "optparse" | "enum" | "typing" | "pathlib" | "typer" => is_class || name == "make_option",
        "click" => is_class || matches!(name, "command" | "group" | "option" | "argument" | "version_option"),
        _ => false,
    }
}
