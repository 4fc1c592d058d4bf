//! A preset as code for TouchDesigner: what launches it without Sidestage, what reads its echo, and what orders Sidestage
//! to launch it.
//!
//! Pure text from pure data. The parts that are the same for every preset are files of Python in `touch`; what a preset
//! says comes above them as constants and short functions, so that whoever reads the code finds at its top all that can
//! be changed. It runs in the Python 3.9 of an older Touch and needs nothing but its standard library. Only [`Wish`]
//! looks at this machine.

mod callbacks;
mod expression;
mod launch;
mod order;
mod python;
mod relay;
mod secrets;
mod wish;

use std::path::{Path, PathBuf};

use crate::model::{LocalNames, Preset, Problem, Site, resolve};
pub use wish::Wish;

/// Which code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Launches the preset without Sidestage.
    Launch,
    /// Reads the echo.
    Callbacks,
    /// Orders Sidestage to launch the preset.
    Order,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Launch, Self::Callbacks, Self::Order];
}

/// What the code is made from.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub preset: &'a Preset,
    /// How the preset is called from outside: see `model::preset_id`.
    pub id: &'a str,
    /// The folder that the preset's file lies in, absolute.
    pub preset_dir: &'a Path,
    /// The folder of the TouchDesigner project, absolute; without it paths are those of this machine.
    pub project_dir: Option<&'a Path>,
    /// Whether the preset's interpreter is a Python.
    pub is_python: bool,
    /// Where Sidestage takes orders.
    pub orders: &'a Orders,
    /// What names mean on this machine; the code says so at its top.
    pub names: &'a LocalNames,
}

/// Where Sidestage takes orders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Orders {
    pub host: String,
    pub port: u16,
}

/// This machine's Sidestage, at its usual port.
impl Default for Orders {
    fn default() -> Self {
        Self { host: "127.0.0.1".to_owned(), port: 7010 }
    }
}

impl Orders {
    /// This machine's Sidestage, at the port of its settings; at the usual one where that is none.
    #[must_use]
    pub fn here(port: u32) -> Self {
        Self {
            port: u16::try_from(port).ok().filter(|port| *port > 0).unwrap_or(Self::default().port),
            ..Self::default()
        }
    }
}

/// A piece of code, and what to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    pub code: String,
    /// What to do in TouchDesigner, each step a sentence.
    pub steps: Vec<String>,
    /// The same in a sentence or two, for whoever has just copied the code.
    pub copied: String,
}

/// The code.
///
/// # Errors
/// What is wrong with the preset on any machine: its rows, its echo, that it has no script. What only this machine lacks
/// is no matter, for the code is for another one.
pub fn snippet(kind: Kind, request: &Request<'_>) -> Result<Snippet, Vec<Problem>> {
    match kind {
        Kind::Launch => {
            let anywhere = Site {
                preset_dir: request.preset_dir.to_owned(),
                program: Ok(PathBuf::new()),
                is_python: request.is_python,
                activation: None,
                environment: Vec::new(),
                names: request.names.clone(),
            };
            resolve(request.preset, &anywhere)?;
            Ok(launch::snippet(request))
        }
        Kind::Callbacks => Ok(callbacks::snippet(request)),
        Kind::Order => Ok(order::snippet(request)),
    }
}

/// The code's first lines: a comment.
fn comment(lines: &[String]) -> String {
    let mut out = String::new();
    for line in lines {
        out.push_str(if line.is_empty() { "#" } else { "# " });
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Lines of imports, sorted.
fn imports(modules: &[&str]) -> String {
    let mut modules = modules.to_vec();
    modules.sort_unstable();
    modules.dedup();
    modules.iter().flat_map(|module| ["import ", *module, "\n"]).collect()
}

/// A name for a DAT: what TouchDesigner takes in names, made from an ID.
fn dat_name(prefix: &str, id: &str) -> String {
    format!("{prefix}_{}", id.replace('-', "_"))
}
