//! `sidestage check`: what is wrong with presets on any machine, and if it is asked for what they miss on this one.

use std::path::{Path, PathBuf};

use super::{load_folder, say};
use crate::discover::Surveyor;
use crate::model::{LocalNames, NameKind, Place, Preset, Problem, Site, pattern, resolve, roots_in};
use crate::store::{self, machine, presets::LoadError};

/// Names what is wrong; `is_here` says that what is missing here is wrong too.
///
/// # Errors
/// A sentence: there is no such folder, or what names mean here can't be read.
pub(super) fn check(paths: &[PathBuf], is_here: bool, presets: Option<&Path>) -> Result<i32, String> {
    let names = is_here.then(machine::load);
    if let Some(trouble) = names.as_ref().and_then(|names| names.trouble.clone()) {
        return Err(trouble);
    }
    let surveyor = Surveyor::new();
    let here = names.as_ref().map(|names| (&surveyor, names));
    let mut found = Vec::new();
    let mut look = |folder: store::presets::Folder| {
        found.extend(folder.errors.iter().map(LoadError::to_string));
        found.extend(folder.warnings.iter().map(ToString::to_string));
        found.extend(folder.presets.iter().flat_map(|entry| complaints(&entry.path, &entry.preset, here)));
    };
    if paths.is_empty() {
        look(load_folder(presets)?);
    }
    let mut single = Vec::new();
    for path in paths {
        if path.is_dir() {
            look(store::presets::load_dir(path));
        } else {
            match store::presets::read(path) {
                Ok(preset) => single.extend(complaints(path, &preset, here)),
                Err(error) => single.push(error.to_string()),
            }
        }
    }
    found.append(&mut single);
    for line in &found {
        say(line)?;
    }
    Ok(i32::from(!found.is_empty()))
}

fn complaints(path: &Path, preset: &Preset, here: Option<(&Surveyor, &LocalNames)>) -> Vec<String> {
    let mut found = row_problems(path, preset);
    found.extend(gone_rows(path, preset));
    if let Some((surveyor, names)) = here {
        let missing = surveyor.survey(preset, path.parent().unwrap_or(Path::new("")), names).missing;
        let missing = missing.iter().map(|one| (one.need.kind(), one.need.shown()));
        found.extend(missing.map(|(kind, shown)| format!("{}: missing here: the {kind} {shown}", path.display())));
    }
    found
}

/// Rows that are passed and that the script doesn't declare any more.
fn gone_rows(path: &Path, preset: &Preset) -> Vec<String> {
    let rows = preset.arguments.iter().zip(1..).filter(|(row, _)| row.on && row.said.gone);
    rows.map(|(row, number)| {
        format!(
            "{}: argument row {number}: The script has no {} any more. Switch the row off, or remove it.",
            path.display(),
            row.title()
        )
    })
    .collect()
}

/// What is wrong with a preset's rows on any machine: placeholders, names, the echo's port.
fn row_problems(path: &Path, preset: &Preset) -> Vec<String> {
    // Each machine maps roots for itself; which ones it doesn't is another question.
    let mut names = LocalNames::default();
    for (_, root, _) in roots_in(preset) {
        names.set(NameKind::Root, root, if cfg!(windows) { "C:/" } else { "/" });
    }
    let anywhere = Site {
        preset_dir: path.parent().unwrap_or(Path::new("")).to_owned(),
        program: Ok(PathBuf::new()),
        is_python: false,
        activation: None,
        environment: Vec::new(),
        names,
    };
    let highlights = preset.highlights.iter().zip(1..).filter_map(|(rule, number)| {
        let why = pattern(&rule.pattern).err()?;
        Some(format!("{}: highlight {number}: {why}", path.display()))
    });
    let schedule = preset.schedule.iter().zip(1..).filter_map(|(occasion, number)| {
        let why = occasion.check().err()?;
        Some(format!("{}: schedule row {number}: {why}", path.display()))
    });
    let problems = resolve(preset, &anywhere).err().unwrap_or_default();
    let is_the_file = |problem: &&Problem| problem.place != Place::Script || !preset.script.is_empty();
    problems
        .iter()
        .filter(is_the_file)
        .map(|problem| match problem.place {
            Place::Argument(index) => format!("{}: argument row {}: {}", path.display(), index + 1, problem.what),
            Place::Variable(index) => format!("{}: environment row {}: {}", path.display(), index + 1, problem.what),
            Place::EchoTarget(index) => format!("{}: echo target {}: {}", path.display(), index + 2, problem.what),
            Place::Name
            | Place::Interpreter
            | Place::Script
            | Place::Folder
            | Place::EchoHost
            | Place::EchoPort
            | Place::EchoFormat
            | Place::EchoOnly
            | Place::EchoPace
            | Place::ReadyLine
            | Place::HangLine
            | Place::Schedule(_) => format!("{}: {}", path.display(), problem.what),
        })
        .chain(highlights)
        .chain(schedule)
        .collect()
}
