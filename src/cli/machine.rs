//! `sidestage machine`: what names mean on this machine, and what its presets miss here.

use std::path::Path;

use clap::Subcommand;
use serde::Serialize;

use super::{complain, load_folder, say};
use crate::discover::{Lack, Missing, Need, Surveyor, gather};
use crate::model::{LocalNames, Mapped, NameKind, check_name};
use crate::store::presets::Folder;
use crate::store::{machine, place};

#[derive(Debug, clap::Args)]
pub struct Machine {
    /// As JSON, whose shape is documented and stays
    #[arg(long)]
    json: bool,
    #[command(subcommand)]
    change: Option<Change>,
}

#[derive(Debug, Subcommand)]
enum Change {
    /// Say which folder a root is here, or without a path forget it
    Root {
        /// As presets write it in {root.NAME}
        name: String,
        path: Option<String>,
    },
    /// Say which program or virtual environment an interpreter's name means here, or without a path forget it
    Interpreter {
        /// As presets write it in Name("…")
        name: String,
        path: Option<String>,
    },
}

/// Lists the names, or changes one.
///
/// # Errors
/// A sentence: there is no folder with presets, or the change can't be kept.
pub(super) fn machine(wanted: &Machine, presets: Option<&Path>) -> Result<i32, String> {
    match &wanted.change {
        Some(Change::Root { name, path }) => change(NameKind::Root, name, path.as_deref()),
        Some(Change::Interpreter { name, path }) => change(NameKind::Interpreter, name, path.as_deref()),
        None => list(wanted.json, presets),
    }
}

fn change(kind: NameKind, name: &str, path: Option<&str>) -> Result<i32, String> {
    check_name(kind, name)?;
    let Some(dir) = place::config_dir() else {
        return Err(format!("This user has no folder for settings; name one with {}.", place::CONFIG_DIR_VARIABLE));
    };
    let path = match path {
        Some(path) => {
            let whole = std::path::absolute(path).map_err(|error| format!("{path}: {error}."))?;
            if !whole.exists() {
                complain(&format!("{} is not there yet; “{name}” means it all the same.", whole.display()));
            }
            Some(whole.to_string_lossy().into_owned())
        }
        None => None,
    };
    if let Some(notice) = machine::set(&dir, kind, name, path.as_deref())? {
        complain(&notice);
    }
    Ok(0)
}

fn list(json: bool, presets: Option<&Path>) -> Result<i32, String> {
    let names = machine::load();
    let folder = load_folder(presets)?;
    let lacks = lacks_of(&folder, &names);
    let listing = Listing::of(&names, &lacks);
    if json {
        say(&serde_json::to_string_pretty(&listing).map_err(|error| error.to_string())?)?;
    } else {
        listing.say()?;
    }
    if let Some(trouble) = &names.trouble {
        complain(trouble);
        return Ok(1);
    }
    Ok(0)
}

/// What the presets of a folder miss here, and by which of them it is needed.
pub(super) fn lacks_of(folder: &Folder, names: &LocalNames) -> Vec<Lack<String>> {
    let show = folder.show.clone().unwrap_or_default();
    let surveyor = Surveyor::new();
    let looked: Vec<(String, Vec<Missing>)> = folder
        .presets
        .iter()
        .map(|entry| {
            let dir = entry.path.parent().unwrap_or(&folder.dir);
            let survey = surveyor.survey(&entry.preset.in_show(&show.target), dir, names);
            (entry.preset.name.clone(), survey.missing)
        })
        .collect();
    gather(looked.iter().map(|(name, missing)| (name.clone(), missing.as_slice())))
}

/// What `machine --json` prints. Fields are added, never renamed or removed.
#[derive(Serialize)]
struct Listing {
    /// Where names are kept; it may not be there yet.
    file: Option<String>,
    roots: Vec<ListedName>,
    interpreters: Vec<ListedName>,
    missing: Vec<ListedLack>,
}

#[derive(Serialize)]
struct ListedName {
    name: String,
    path: String,
    found: bool,
}

#[derive(Serialize)]
struct ListedLack {
    /// `root`, `interpreter`, `script`, `program`, `working folder` or `file`.
    kind: &'static str,
    /// What it is called, where it is looked for by its name.
    name: Option<String>,
    /// Where it was looked for, else.
    path: Option<String>,
    needed_by: Vec<String>,
}

impl Listing {
    fn of(names: &LocalNames, lacks: &[Lack<String>]) -> Self {
        let listed = |mapped: &Mapped| ListedName {
            name: mapped.name.clone(),
            path: mapped.path.clone(),
            found: Path::new(&mapped.path).exists(),
        };
        let lack = |lack: &Lack<String>| {
            let is_name = matches!(lack.need, Need::Root(_) | Need::Interpreter(_) | Need::Program(_));
            let shown = lack.need.shown();
            let (name, path) = if is_name { (Some(shown), None) } else { (None, Some(shown)) };
            ListedLack { kind: lack.need.kind(), name, path, needed_by: lack.needed_by.clone() }
        };
        Self {
            file: place::config_dir().map(|dir| dir.join(machine::FILE_NAME).display().to_string()),
            roots: names.roots.iter().map(listed).collect(),
            interpreters: names.interpreters.iter().map(listed).collect(),
            missing: lacks.iter().map(lack).collect(),
        }
    }

    fn say(&self) -> Result<(), String> {
        for (title, list) in [("Roots", &self.roots), ("Interpreters", &self.interpreters)] {
            let heading = if list.is_empty() { format!("{title}: none") } else { title.to_owned() };
            say(&heading)?;
            let width = list.iter().map(|one| one.name.chars().count()).max().unwrap_or(0);
            for one in list {
                let state = if one.found { "" } else { "  (not there)" };
                say(&format!("  {:width$}  {}{state}", one.name, one.path))?;
            }
        }
        if !self.missing.is_empty() {
            say("Missing here")?;
        }
        for lack in &self.missing {
            let what = lack.name.as_ref().or(lack.path.as_ref()).map_or("", String::as_str);
            say(&format!("  {} {what}, needed by {}", lack.kind, lack.needed_by.join(", ")))?;
        }
        Ok(())
    }
}
