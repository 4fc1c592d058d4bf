//! The preset as its file says it. Field order here is the order in the file.

use serde::{Deserialize, Serialize, de};

use super::lifecycle::{Lifecycle, is_default};

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
            notes: String::new(),
        }
    }
}

/// The format's version. There is one, so the type holds none; another number in a file is refused while reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Version;

impl Version {
    pub const CURRENT: u32 = 1;
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(Self::CURRENT)
    }
}

impl<'de> Deserialize<'de> for Version {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            Self::CURRENT => Ok(Self),
            newer if newer > Self::CURRENT => Err(de::Error::custom(format_args!(
                "version {newer} is newer than this Sidestage, which reads version {}; update Sidestage to use it",
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
    /// Found by name on this machine: `Name("python")`, `Name("node")`.
    Name(String),
    /// At a path, relative to the preset's folder: a program, or the folder of a Python virtual environment.
    Path(String),
    /// Nothing: the script is itself a program.
    None,
}

/// One row of arguments.
///
/// What reaches the program, in order: the flag if there is one, then the value. A flag without a value is a switch;
/// a flag that ends in `=` is joined with its value; a value without a flag is positional, and passed even if empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Argument {
    pub on: bool,
    pub flag: String,
    pub value: String,
}

/// One environment variable that a preset sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    pub on: bool,
    pub name: String,
    pub value: String,
}

/// The mirror of a job's lines to UDP.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file and in the panel")]
pub struct Echo {
    pub on: bool,
    pub host: String,
    /// 1 to 65535; wider than a port so that a wrong one can be kept, shown and mended.
    pub port: u32,
    pub stdout: bool,
    pub stderr: bool,
    /// Our own start and end notices.
    pub notices: bool,
}

impl Default for Echo {
    fn default() -> Self {
        Self { on: false, host: "127.0.0.1".to_owned(), port: 7000, stdout: true, stderr: true, notices: true }
    }
}

impl Echo {
    /// The port, or why it is none, as a sentence.
    ///
    /// # Errors
    /// The number is not one of a UDP port (RFC 768: 16 bits; 0 means "no port").
    pub fn checked_port(&self) -> Result<u16, String> {
        match u16::try_from(self.port) {
            Ok(port) if port > 0 => Ok(port),
            _ => Err(format!("The echo's port is {}; a UDP port is a number from 1 to 65535.", self.port)),
        }
    }
}
