//! What puts right what is missing: questions for a path, and searches for one. Each has a thread of its own, for both may
//! take as long as a person or a server likes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::dialogs::{Dialog, Kind};
use super::{Reply, Worker};
use crate::discover::{Hunt, Need, search_nearby};
use crate::model::NameKind;
use crate::store::machine;

/// What a path is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum For {
    /// A name shall mean it.
    Name(NameKind, String),
    /// It takes the place of what is missing.
    Missing(Need),
}

/// How a path is asked for.
#[derive(Clone, Copy, Debug)]
pub struct PathQuestion<'a> {
    pub title: &'a str,
    pub is_folder: bool,
    /// Where the dialog begins, as far as it is there.
    pub near: &'a Path,
}

impl Worker {
    /// Asks the person for a path; must be called on the window's thread. The answer comes as a reply.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn pick_for(&self, what: For, asking: PathQuestion<'_>, window: Option<&eframe::Frame>) -> Result<(), String> {
        let advice = "; type the path under Settings, This machine, or into the preset.";
        let kind = if asking.is_folder { Kind::Folder } else { Kind::File };
        let dialog = Dialog { near: Some(asking.near), ..Dialog::of(asking.title, kind, advice) };
        self.show(&dialog, window, move |answers, path| answers.give(Reply::PickedFor(what, path)))
    }

    /// Looks for what is missing, until it is found or called off; what came of it is a reply.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn search(&self, hunt: Hunt, is_cancelled: Arc<AtomicBool>) -> Result<(), String> {
        let answers = self.answers.clone();
        let thread = std::thread::Builder::new().name("search nearby".to_owned()).spawn(move || {
            let nearby = search_nearby(&hunt, &is_cancelled);
            answers.give(Reply::Hunted(hunt.need, nearby));
        });
        thread.map(|_| ()).map_err(|error| format!("The search could not start: no more threads ({error})."))
    }
}

/// What names mean on this machine, as this folder's file says, and whether it is there.
pub(super) fn read_names(dir: &Path) -> Reply {
    let names = machine::load_from(dir);
    let kinds = [NameKind::Root, NameKind::Interpreter].into_iter();
    let mapped = kinds.flat_map(|kind| names.of(kind).iter().map(move |mapped| (kind, mapped)));
    let absent = mapped.filter(|(_, mapped)| !Path::new(&mapped.path).exists());
    let absent = absent.map(|(kind, mapped)| (kind, mapped.name.clone())).collect();
    Reply::Names(names, absent)
}
