//! What each task comes to. Blocks for as long as it takes; which thread that may hold up, `worker` knows.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use super::{Asked, Reply, ScriptStamp, Task, Then, VaultWish, archives, fixes};
use crate::discover::{self, Survey, Surveyor, arguments};
use crate::model::declared::Declared;
use crate::model::{LocalNames, Preset, Problem, Shared};
use crate::store::presets::{self, SaveErrorKind};
use crate::store::{archive, groups, history, machine, settings, show_echo};
use crate::ui::action::{Asking, PresetKey};
use crate::ui::path_opener;
use crate::ui::touch_code::{TouchCode, Wanted};
use crate::vault::Vault;

/// How many of a preset's runs the panel lists.
const SHOWN_RUNS: usize = 200;

/// A file that was named after its preset is so after the preset has another name; where that can't be it keeps its own.
fn follow_name(path: PathBuf, old_name: &str, name: &str) -> PathBuf {
    let Some(renamed) = presets::rename_after(&path, old_name, name) else { return path };
    let file_name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if let Some(dir) = path.parent() {
        // Its place in the list is worth less than a complaint that the rename succeeded halfway.
        let _ = groups::rename_in_order(dir, &file_name(&path), &file_name(&renamed));
    }
    renamed
}

/// Runs a program to ask it, as it is wanted.
pub(super) fn ask_program(wanted: &Asked, is_cancelled: &AtomicBool) -> Result<Declared, String> {
    let preset = Preset { arguments: Vec::new(), ..wanted.preset.clone() };
    let all = |problems: Vec<Problem>| problems.into_iter().map(|problem| problem.what).collect::<Vec<_>>().join(" ");
    let invocation = discover::survey(&preset, &wanted.dir, &wanted.names).invocation.map_err(all)?;
    match wanted.how {
        Asking::Parser => arguments::ask(&invocation, &wanted.script, arguments::ASK_DEADLINE, is_cancelled),
        Asking::Help => arguments::ask_help(&invocation, is_cancelled),
    }
}

/// By which it is seen that a script's file is another one.
pub(super) fn script_stamp(script: &Path) -> Option<ScriptStamp> {
    let metadata = std::fs::metadata(script).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

/// What a script's text says, unless it was read already.
fn read_arguments(key: PresetKey, script: PathBuf, known: Option<ScriptStamp>, then: Then) -> Reply {
    let stamp = script_stamp(&script);
    let result = if stamp.is_some() && stamp == known {
        Ok(None)
    } else {
        arguments::declared_in(&script).map(|declared| Some(Box::new(declared)))
    };
    Reply::Arguments { key, script, stamp, result, then }
}

/// What tasks share that wait for one thread together.
#[derive(Default)]
pub(super) struct Breath {
    surveyor: Option<Surveyor>,
}

impl Breath {
    fn survey(&mut self, preset: &Preset, dir: &Path, names: &LocalNames) -> Survey {
        self.surveyor.get_or_insert_default().survey(preset, dir, names)
    }
}

/// Does what is wanted, and answers where there is something to say.
pub(super) fn carry_out(task: Task, breath: &mut Breath) -> Option<Reply> {
    match task {
        Task::Load(dir) => Some(Reply::Loaded(presets::load_dir(&dir))),
        Task::Reread { key, path } => Some(Reply::Reread { key, result: presets::read_stamped(&path).map(Box::new) }),
        Task::Save { key, path, dir, preset, old_name, expect } => {
            let mut path = path.unwrap_or_else(|| presets::file_name_for(&preset.name, &dir));
            let result = presets::write(&path, &preset, expect);
            if let (Ok(_), Some(old_name)) = (&result, &old_name) {
                path = follow_name(path, old_name, &preset.name);
            }
            let is_theirs = result.as_ref().is_err_and(|error| error.kind == SaveErrorKind::Changed);
            let theirs = presets::read(&path).ok().filter(|_| is_theirs).map(Shared::from);
            Some(Reply::Saved { key, path, preset, result, old_name, theirs })
        }
        Task::Remove { key, path } => Some(Reply::Removed { key, result: presets::remove(&path) }),
        Task::ReadNames(dir) => Some(fixes::read_names(&dir)),
        Task::SetName { dir, kind, name, path } => {
            let result = machine::set(&dir, kind, &name, path.as_deref());
            Some(Reply::NameSet { name, result })
        }
        Task::PlanExport { preset, path, dir, names } => {
            let file = path.unwrap_or_else(|| presets::file_name_for(&preset.name, &dir));
            Some(Reply::ExportPlanned(Box::new(archive::plan(&preset, &file, &names))))
        }
        Task::LookInside(path) => Some(archives::look(path)),
        Task::Import { path, dir } => Some(Reply::Imported(archive::unpack(&path, &dir))),
        Task::Restore { id, from, to } => Some(Reply::Restored { id, result: presets::restore(&from, &to) }),
        Task::SaveSettings(dir, wanted) => settings::save_to(&dir, &wanted).err().map(Reply::Failed),
        Task::Open(path) if !path.exists() => {
            Some(Reply::Failed(format!("{} is not there, or not any more.", path.display())))
        }
        Task::Open(path) => {
            let failed = |error| Reply::Failed(format!("{} could not be opened: {error}.", path.display()));
            open::that_detached(&path).err().map(failed)
        }
        Task::OpenPath(path) => path_opener::open_path(&path).err().map(Reply::Failed),
        Task::ShowInFolder(path) => path_opener::show_in_folder(&path).err().map(Reply::Failed),
        Task::OpenAddress(address) => {
            let failed = |error| Reply::Failed(format!("{address} could not be opened: {error}."));
            open::that_detached(&address).err().map(failed)
        }
        Task::ReadRuns(folder) => {
            let runs = history::read(&folder, SHOWN_RUNS);
            Some(Reply::Runs { folder, runs })
        }
        Task::Survey { key, preset, dir, target, names, purpose } => {
            let survey = breath.survey(&preset.in_show(&target), &dir, &names);
            Some(Reply::Surveyed { key, preset, survey, names, purpose })
        }
        Task::SurveyAll { presets, target, names, batch } => {
            let look = |(key, preset, dir): (PresetKey, Shared<Preset>, PathBuf)| {
                let survey = breath.survey(&preset.in_show(&target), &dir, &names);
                (key, preset, survey)
            };
            Some(Reply::SurveyedAll { surveys: presets.into_iter().map(look).collect(), batch })
        }
        Task::ReadArguments { key, script, known, then } => Some(read_arguments(key, script, known, then)),
        Task::RememberGroup { dir, name, launch } => noted(groups::remember(&dir, &name, launch)),
        Task::RememberOrder { dir, order } => Some(Reply::OrderRemembered(groups::remember_order(&dir, order))),
        Task::SaveShow(dir, show) => noted(show_echo::save(&dir, &show)),
        Task::MakeTouchCode(wanted, then) => {
            let Wanted { preset, path, dir, orders, names } = *wanted;
            let file = path.unwrap_or_else(|| presets::file_name_for(&preset.name, &dir));
            Some(Reply::TouchCode(Box::new(TouchCode::of(&preset, &file, (&orders, &names))), then))
        }
        Task::AskVault { vault, name, wish } => Some(ask_vault(&vault, name, wish)),
        Task::FindInterpreters(look) => {
            let looked = discover::look(&look);
            Some(Reply::Interpreters(look, looked))
        }
    }
}

/// Something was written down, or not; a sentence where it is worth knowing.
fn noted(result: Result<Option<String>, String>) -> Option<Reply> {
    match result {
        Ok(notice) => notice.map(Reply::Notice),
        Err(why) => Some(Reply::Failed(why)),
    }
}

fn ask_vault(vault: &Vault, name: String, wish: VaultWish) -> Reply {
    let (is_stored, done) = match wish {
        VaultWish::Look => (vault.holds(&name), None),
        VaultWish::Store(value) => {
            let stored = vault.set(&name, value);
            let done = stored.is_ok().then(|| format!("The secret “{name}” is stored on this machine."));
            (stored.map(|()| true), done)
        }
        VaultWish::Remove => {
            let removed = vault.remove(&name);
            let done = removed.is_ok().then(|| format!("The secret “{name}” was removed from this machine."));
            (removed.map(|_| false), done)
        }
    };
    Reply::Vault { name, is_stored, done }
}
