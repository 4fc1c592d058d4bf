//! Archives: where one is to be written or read is asked here, and done on the thread of the question, for a large one
//! takes a while.

use std::path::PathBuf;
use std::time::Instant;

use super::{NO_DIALOG, Reply, Worker, answer};
use crate::store::archive::{self, Export};

const NO_EXPORT: &str = "The system showed no file dialog; “sidestage export” writes the archive from a terminal.";
const NO_IMPORT: &str = "The system showed no file dialog; drop the archive onto the window.";

impl Worker {
    /// Asks where the archive is to be written, and writes it; must be called on the window's thread.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn export(&self, export: Export, window: Option<&eframe::Frame>) -> std::io::Result<()> {
        let mut dialog = rfd::AsyncFileDialog::new()
            .set_title("Export as")
            .set_file_name(format!("{}.zip", export.stem))
            .add_filter("Archive", &["zip"]);
        if let Some(window) = window {
            dialog = dialog.set_parent(window);
        }
        let picking = dialog.save_file();
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let asked = Instant::now();
        let work = move || match pollster::block_on(picking) {
            Some(file) => {
                let path = file.path();
                let name = format!("export {}", path.display());
                let tell = |what| answer(&answers, &wake, Reply::Progress { name: name.clone(), what });
                tell(Ok(format!("Exporting to {}…", path.display())));
                // The dialog has asked whether a file that is there may be replaced.
                let written = archive::write(&export, path, true);
                tell(written.map(|()| format!("Exported to {}.", path.display())));
            }
            None if asked.elapsed() < NO_DIALOG => answer(&answers, &wake, Reply::Failed(NO_EXPORT.to_owned())),
            None => {}
        };
        std::thread::Builder::new().name("export".to_owned()).spawn(work).map(|_| ())
    }

    /// Asks for an archive, and looks into it; must be called on the window's thread. What is in it comes as a reply.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn pick_archive(&self, window: Option<&eframe::Frame>) -> std::io::Result<()> {
        let mut dialog = rfd::AsyncFileDialog::new().set_title("Import a preset").add_filter("Archive", &["zip"]);
        if let Some(window) = window {
            dialog = dialog.set_parent(window);
        }
        let picking = dialog.pick_file();
        let (answers, wake) = (self.answers.clone(), self.wake.clone());
        let asked = Instant::now();
        let work = move || match pollster::block_on(picking) {
            Some(file) => answer(&answers, &wake, look(file.path().to_path_buf())),
            None if asked.elapsed() < NO_DIALOG => answer(&answers, &wake, Reply::Failed(NO_IMPORT.to_owned())),
            None => {}
        };
        std::thread::Builder::new().name("import".to_owned()).spawn(work).map(|_| ())
    }
}

/// What is in an archive.
pub(super) fn look(path: PathBuf) -> Reply {
    match archive::look(&path) {
        Ok(inside) => Reply::LookedInside(path, Box::new(inside)),
        Err(why) => Reply::Failed(why),
    }
}
