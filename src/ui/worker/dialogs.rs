//! The system's file dialogs: begun on the window's thread, waited for on one of their own.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::super::action::PresetKey;
use super::super::line_worker::{self, Lines};
use super::{Answers, Reply, Worker};

/// What was asked of the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    Interpreter,
    Script,
    Folder,
    /// A value of an argument row: the row's index, and how many values stand before it.
    Value(usize, usize),
    /// As [`Question::Value`], where it is a folder.
    FolderValue(usize, usize),
    /// What an occasion watches: its index, and whether it is a folder.
    Watched(usize, bool),
}

impl Question {
    fn title(self) -> &'static str {
        match self {
            Self::Interpreter => "Choose the program that runs the script",
            Self::Script => "Choose a script",
            Self::Folder => "Choose the working folder",
            Self::Value(..) => "Choose a file",
            Self::FolderValue(..) => "Choose a folder",
            Self::Watched(_, false) => "Choose the file whose change launches this",
            Self::Watched(_, true) => "Choose the folder in which changes launch this",
        }
    }

    fn kind(self) -> Kind {
        match self {
            Self::Folder | Self::FolderValue(..) | Self::Watched(_, true) => Kind::Folder,
            Self::Interpreter | Self::Script | Self::Value(..) | Self::Watched(_, false) => Kind::File,
        }
    }
}

/// What a dialog lets choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    /// A file that may not be there yet.
    NewFile,
}

/// A dialog that is answered faster than this was never shown.
const NO_DIALOG: Duration = Duration::from_millis(300);

/// A dialog, and what to do where the system has none.
pub(super) struct Dialog<'a> {
    pub title: &'a str,
    pub kind: Kind,
    /// The folder that it begins in, as far as that is there.
    pub near: Option<&'a Path>,
    /// What it proposes to call a new file.
    pub file_name: Option<&'a str>,
    /// What files it shows: a word for them, and how their names end.
    pub filter: Option<(&'a str, &'a [&'a str])>,
    /// A sentence.
    pub advice: &'static str,
}

impl Dialog<'_> {
    /// That lets choose any file or folder that is there.
    pub fn of<'a>(title: &'a str, kind: Kind, advice: &'static str) -> Dialog<'a> {
        Dialog { title, kind, near: None, file_name: None, filter: None, advice }
    }
}

impl Worker {
    /// Shows a dialog; must be called on the window's thread. What is done with the path, on a thread of the dialog's own,
    /// may take as long as it likes.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub(super) fn show(
        &self,
        dialog: &Dialog<'_>,
        window: Option<&eframe::Frame>,
        then: impl FnOnce(&Answers, PathBuf) + Send + 'static,
    ) -> Result<(), String> {
        let mut shown = rfd::AsyncFileDialog::new().set_title(dialog.title);
        if let Some(near) = dialog.near {
            shown = shown.set_directory(near);
        }
        if let Some(name) = dialog.file_name {
            shown = shown.set_file_name(name);
        }
        if let Some((what, endings)) = dialog.filter {
            shown = shown.add_filter(what, endings);
        }
        if let Some(window) = window {
            shown = shown.set_parent(window);
        }
        let picking: std::pin::Pin<Box<dyn Future<Output = Option<rfd::FileHandle>> + Send>> = match dialog.kind {
            Kind::File => Box::pin(shown.pick_file()),
            Kind::Folder => Box::pin(shown.pick_folder()),
            Kind::NewFile => Box::pin(shown.save_file()),
        };
        let (answers, advice, asked) = (self.answers.clone(), dialog.advice, Instant::now());
        let work = move || match pollster::block_on(picking) {
            Some(file) => then(&answers, file.path().to_path_buf()),
            None if asked.elapsed() < NO_DIALOG => {
                answers.give(Reply::Failed(format!("The system showed no file dialog{advice}")));
            }
            None => {}
        };
        let thread = std::thread::Builder::new().name("dialog".to_owned()).spawn(work);
        thread.map(|_| ()).map_err(|error| format!("No file dialog can be shown: no more threads ({error})."))
    }

    /// Asks the person for a file or folder; must be called on the window's thread. The answer comes as a reply.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn pick(
        &self,
        key: PresetKey,
        question: Question,
        near: &Path,
        window: Option<&eframe::Frame>,
    ) -> Result<(), String> {
        let advice = "; type the path, or drop the file onto the window.";
        let dialog = Dialog { near: Some(near), ..Dialog::of(question.title(), question.kind(), advice) };
        self.show(&dialog, window, move |answers, path| answers.give(Reply::Picked { key, question, path }))
    }

    /// Asks for a file and writes lines into it; must be called on the window's thread. Replies say how it goes on.
    ///
    /// # Errors
    /// A sentence: the system gives no thread.
    pub fn save_lines(&self, lines: Lines, name: &Path, window: Option<&eframe::Frame>) -> Result<(), String> {
        let name = name.to_string_lossy();
        let advice = ", so the lines could not be saved. Copy them instead.";
        let filter = Some(("Text", &["txt", "log"][..]));
        let dialog = Dialog { file_name: Some(&name), filter, ..Dialog::of("Save lines as", Kind::NewFile, advice) };
        self.show(&dialog, window, move |answers, path| save_to(lines, &path, answers))
    }
}

/// Writes lines into a file, and says how it goes on.
fn save_to(lines: Lines, path: &Path, answers: &Answers) {
    let name = format!("save {}", path.display());
    let tell = |what| answers.give(Reply::Progress { name: name.clone(), what });
    let saved = line_worker::save(&lines, path, |how_far| tell(Ok(how_far)));
    // Whoever hears of the end may look at the console: nothing of it is held any more then.
    drop(lines);
    tell(saved);
}
