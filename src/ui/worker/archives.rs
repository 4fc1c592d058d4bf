//! Archives: where one is to be written or read is asked here, and done on the thread of the question, for a large one
//! takes a while.

use std::path::PathBuf;

use super::dialogs::{Dialog, Kind};
use super::{Reply, Worker};
use crate::store::archive::{self, Export};

const NO_EXPORT: &str = "; “sidestage export” writes the archive from a terminal.";
const NO_IMPORT: &str = "; drop the archive onto the window.";
const ARCHIVES: Option<(&str, &[&str])> = Some(("Archive", &["zip"]));

impl Worker {
    /// Asks where the archive is to be written, and writes it; must be called on the window's thread.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn export(&self, export: Export, window: Option<&eframe::Frame>) -> Result<(), String> {
        let name = format!("{}.zip", export.stem);
        let asked = Dialog::of("Export as", Kind::NewFile, NO_EXPORT);
        let dialog = Dialog { file_name: Some(&name), filter: ARCHIVES, ..asked };
        self.show(&dialog, window, move |answers, path| {
            let name = format!("export {}", path.display());
            let tell = |what| answers.give(Reply::Progress { name: name.clone(), what });
            tell(Ok(format!("Exporting to {}…", path.display())));
            // The dialog has asked whether a file that is there may be replaced.
            let written = archive::write(&export, &path, true);
            tell(written.map(|()| format!("Exported to {}.", path.display())));
        })
    }

    /// Asks for an archive, and looks into it; must be called on the window's thread. What is in it comes as a reply.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn pick_archive(&self, window: Option<&eframe::Frame>) -> Result<(), String> {
        let dialog = Dialog { filter: ARCHIVES, ..Dialog::of("Import a preset", Kind::File, NO_IMPORT) };
        self.show(&dialog, window, |answers, path| answers.give(look(path)))
    }
}

/// What is in an archive.
pub(super) fn look(path: PathBuf) -> Reply {
    match archive::look(&path) {
        Ok(inside) => Reply::LookedInside(path, Box::new(inside)),
        Err(why) => Reply::Failed(why),
    }
}
