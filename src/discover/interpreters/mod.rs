//! Which interpreters this machine offers, each as what a preset would say of it, the best guess for a script first.
//!
//! `places` and `others` know where programs lie, `search` goes through them, `probe` asks each what it is (`asking`:
//! several at once, and what `cache` remembers not at all), and `rank` puts in front what `wants` says of the script.

mod asking;
mod cache;
mod header;
mod others;
mod places;
mod probe;
mod rank;
mod search;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_asked;
mod wants;
mod words;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::machine::Machine;
use crate::model::Interpreter;
pub(super) use places::newest_first;
pub use rank::Guess;
pub use wants::usual_interpreter;

/// An interpreter to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What goes into the preset.
    pub interpreter: Interpreter,
    /// Where it is here.
    pub program: PathBuf,
    /// What it is, by its name without version: `python`, `node`.
    pub kind: String,
    pub origin: Origin,
    /// Where it comes from, in words: `.venv beside the script`.
    pub place: String,
    pub nature: Nature,
}

/// How an interpreter was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// A virtual environment in the script's folder.
    VenvBesideScript,
    /// One in a folder above it, or one that is active.
    VenvNearby,
    Path,
    /// Windows' registry tells of it.
    Registry,
    /// Windows' `py` launcher told of it.
    Launcher,
    /// Where python.org's installers put it.
    PythonOrg,
    Store,
    Pyenv,
    Conda,
    Uv,
    Homebrew,
    Nvm,
    Fnm,
    Volta,
    Rbenv,
    /// In a usual place that isn't on PATH.
    UsualPlace,
    /// Part of an installation of TouchDesigner.
    Touch,
}

/// What a program is, as far as it says so itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Nature {
    /// A Python's implementation: `cpython`, `pypy`.
    pub implementation: Option<String>,
    pub version: Option<String>,
    /// `x86_64`, `arm64`, `x86` or `arm`.
    pub architecture: Option<String>,
    pub environment: Option<Environment>,
    pub trouble: Option<Trouble>,
}

/// Packages of its own that a Python has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Environment {
    /// A virtual environment, and the folder of the Python that it was made of.
    Venv {
        base: PathBuf,
    },
    Conda {
        name: String,
    },
}

/// Why something that goes by an interpreter's name can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Trouble {
    /// It only offers to install one. It was not run.
    Stub,
    /// It didn't answer in time, and was ended.
    Hung,
    /// The system doesn't start it, and says why.
    Unstartable(String),
    /// It ran and didn't answer as a Python does; its last words, if it had some.
    NoAnswer(String),
    /// It ran and failed when it was asked for its version: how it ended, and its last words.
    Failed(String, String),
    /// A virtual environment whose Python, the one that it was made of, isn't there any more.
    Gone(PathBuf),
}

/// What a look at this machine found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// The best guess for the script first, those that can't be used last.
    pub found: Vec<Found>,
    /// What is likely to run the script; none without a script.
    pub guess: Option<Guess>,
}

/// What is looked for, and where.
#[derive(Clone, Debug, Default)]
pub struct Look {
    pub script: Option<PathBuf>,
    /// The folder that a preset's paths start from, absolute.
    pub preset_dir: PathBuf,
    /// What was learnt of programs is kept in this file.
    pub cache: Option<PathBuf>,
    /// Ask those again that could not be used.
    pub is_again: bool,
}

/// What could run a script here.
///
/// Looks at many folders and runs what it finds, a few programs at a time, each for at most five seconds; what was run
/// once is known from then on. Not for the panel's thread.
#[must_use]
pub fn look(wanted: &Look) -> Looked {
    look_on(&Machine::this(), wanted)
}

fn look_on(machine: &Machine, wanted: &Look) -> Looked {
    let located = search::search(machine, wanted.script.as_deref(), &wanted.preset_dir);
    let found = asking::ask_all(machine, located, wanted);
    let wants = wanted.script.as_deref().map(|script| wants::read_wants(machine, script));
    rank::rank(found, wants.as_ref())
}

impl Found {
    /// Short, for a list: `Python 3.11.4`.
    #[must_use]
    pub fn label(&self) -> String {
        words::label(self)
    }

    /// What it is besides: `virtual environment of /usr`; empty if there is nothing to say.
    #[must_use]
    pub fn description(&self) -> String {
        words::description(self)
    }

    /// Why it can't be used, as a sentence.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.nature.trouble.as_ref().map(|trouble| words::trouble(self, trouble))
    }

    #[must_use]
    pub fn is_python(&self) -> bool {
        self.kind == "python"
    }
}

/// The last part of a path, for words.
fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
