//! The preset as its file says it. Field order here is the order in the file.

use std::path::Path;

use serde::{Deserialize, Serialize, de};

use super::argument::Argument;
use super::echo::{Echo, EchoTarget};
use super::highlight::Highlight;
use super::lifecycle::{Lifecycle, is_default};
use super::local_names::root_of;
use super::schedule::Occasion;
use super::secret::{Secret, bare};

/// A named, saved way to launch. One RON file each; see `docs/presets.md` for the format as a user reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    pub version: Version,
    pub name: String,
    /// The heading that the panel lists it under; empty for none.
    pub group: String,
    pub interpreter: Interpreter,
    /// The script, or with [`Interpreter::None`] the program: a path (relative to the preset's folder, `/` on every
    /// system) or, for a program, a bare name that is looked up on PATH.
    pub script: String,
    /// In the order in which they reach the script.
    pub arguments: Vec<Argument>,
    /// The working folder, relative to the preset's folder; empty for the folder that the script lies in.
    pub folder: String,
    /// Variables that are set for the job, on top of the environment that Sidestage runs in.
    pub environment: Vec<Variable>,
    /// Names of variables that Sidestage would set or remove by itself and that this preset wants left alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leave_environment: Vec<String>,
    pub echo: Echo,
    /// Seconds between asking a job to stop and killing it.
    #[serde(default = "default_stop_secs", skip_serializing_if = "is_default_stop_secs")]
    pub stop_secs: u32,
    #[serde(default, skip_serializing_if = "is_default")]
    pub lifecycle: Lifecycle,
    /// When it is launched by itself.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub schedule: Vec<Occasion>,
    /// Lines that stand out; the first rule that matches counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub highlights: Vec<Highlight>,
    pub notes: String,
}

const DEFAULT_STOP_SECS: u32 = 5;

fn default_stop_secs() -> u32 {
    DEFAULT_STOP_SECS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde's skip_serializing_if hands a reference")]
fn is_default_stop_secs(secs: &u32) -> bool {
    *secs == DEFAULT_STOP_SECS
}

impl Preset {
    /// The same with the show's target in its echo, where it is to be there.
    #[must_use]
    pub fn in_show(&self, target: &EchoTarget) -> Self {
        Self { echo: self.echo.in_show(target), ..self.clone() }
    }

    /// Whether what runs is a program that is looked up on PATH.
    #[must_use]
    pub fn is_bare_program(&self) -> bool {
        let is_path = self.script.contains(['/', '\\']) || root_of(&self.script).is_some();
        self.interpreter == Interpreter::None && !is_path
    }

    /// Whether its script is one that a Python runs, as far as names tell.
    #[must_use]
    pub fn runs_python(&self) -> bool {
        let ending = Path::new(&self.script).extension().map(|ending| ending.to_string_lossy().to_lowercase());
        match ending.as_deref() {
            Some("py" | "pyw") => true,
            Some(_) => false,
            None => {
                let is_python = |name: &str| name.to_lowercase().starts_with("python");
                !self.script.is_empty() && matches!(&self.interpreter, Interpreter::Name(name) if is_python(name))
            }
        }
    }

    /// A preset with nothing in it but a name: runs `python` on a script still to be chosen.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            version: Version,
            name: name.to_owned(),
            group: String::new(),
            interpreter: Interpreter::Name("python".to_owned()),
            script: String::new(),
            arguments: Vec::new(),
            folder: String::new(),
            environment: Vec::new(),
            leave_environment: Vec::new(),
            echo: Echo::default(),
            stop_secs: DEFAULT_STOP_SECS,
            lifecycle: Lifecycle::default(),
            schedule: Vec::new(),
            highlights: Vec::new(),
            notes: String::new(),
        }
    }
}

/// The version of the format that a presets folder is written in: its presets and the files beside them.
///
/// All that an older version can say this one says too, so an older file becomes the present version by being read, and
/// the type holds no number. It is written as the present one; a newer one is refused while reading.
///
/// | version | what it brought |
/// | --- | --- |
/// | 1 | the first |
/// | 2 | fields that version 1 doesn't know, all of which may be left out |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version;

impl Version {
    pub const OLDEST: u32 = 1;
    pub const CURRENT: u32 = 2;
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(Self::CURRENT)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            Self::OLDEST..=Self::CURRENT => Ok(Self),
            newer if newer > Self::CURRENT => Err(de::Error::custom(format_args!(
                "version {newer} is newer than this Sidestage, which reads versions up to {}; update Sidestage to use it",
                Self::CURRENT
            ))),
            other => {
                Err(de::Error::custom(format_args!("there is no version {other}; write version: {}", Self::CURRENT)))
            }
        }
    }
}

/// What runs the script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Interpreter {
    /// Found by name: what the name is mapped to on this machine, else on PATH. `Name("python")`, `Name("style-transfer")`.
    Name(String),
    /// At a path, relative to the preset's folder: a program, or the folder of a Python virtual environment.
    Path(String),
    /// Nothing: the script is itself a program.
    None,
}

/// One environment variable that a preset sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub on: bool,
    pub name: String,
    #[serde(default)]
    pub value: String,
    /// In the place of a value: where that comes from.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "bare")]
    pub secret: Option<Secret>,
}
