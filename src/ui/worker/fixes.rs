//! What puts right what is missing: questions for a path, and searches for one. Each has a thread of its own, for both may
//! take as long as a person or a server likes.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use super::{NO_DIALOG, Reply, Worker, answer};
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
    pub fn pick_for(&self, what: For, asking: PathQuestion<'_>, window: Option<&eframe::Frame>) {
        let mut dialog = rfd::AsyncFileDialog::new().set_directory(asking.near).set_title(asking.title);
        if let Some(window) = window {
            dialog = dialog.set_parent(window);
        }
        let picking: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> =
            if asking.is_folder { Box::pin(dialog.pick_folder()) } else { Box::pin(dialog.pick_file()) };
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let asked = Instant::now();
        let thread = std::thread::Builder::new().name("dialog".to_owned()).spawn(move || {
            let reply = match pollster::block_on(picking) {
                Some(file) => Reply::PickedFor(what, file.path().to_path_buf()),
                None if asked.elapsed() < NO_DIALOG => {
                    let advice = "The system showed no file dialog; type the path under Settings, This machine, or into \
                                  the preset.";
                    Reply::Failed(advice.to_owned())
                }
                None => return,
            };
            answer(&answers, &wake, reply);
        });
        if let Err(error) = thread {
            tracing::warn!("no thread for a dialog: {error}");
        }
    }

    /// Looks for what is missing, until it is found or called off; what came of it is a reply.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn search(&self, hunt: Hunt, is_cancelled: Arc<AtomicBool>) -> Result<(), String> {
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let thread = std::thread::Builder::new().name("search nearby".to_owned()).spawn(move || {
            let nearby = search_nearby(&hunt, &is_cancelled);
            answer(&answers, &wake, Reply::Hunted(hunt.need, nearby));
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
