//! Secrets: values that a preset only names, and that come from the keyring or the environment of the machine it runs on.
//!
//! Here is what a preset says of them, and where in an [`Invocation`] they belong. Until the launch [`MASK`] stands there,
//! so that whatever shows, sends or keeps an invocation shows no value. Leaves fetching them to `vault`.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::environment::EnvChange;
use super::invocation::{Invocation, Place, Problem};
use super::preset::Preset;
use super::slug::preset_id;

/// What stands wherever a secret's value would.
pub const MASK: &str = "••••";

/// Values shorter than this, in bytes, can't be masked in what a job prints: they would be found in every other word.
pub const LEAST_MASKED_BYTES: usize = 4;

/// Where a secret's value comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Secret {
    /// The system's keyring, under this name among Sidestage's.
    Keyring(String),
    /// A variable of the environment that Sidestage itself runs in.
    Environment(String),
}

impl Secret {
    /// Its name in the keyring, or the variable's.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Keyring(name) | Self::Environment(name) => name,
        }
    }

    /// The variable that its value is read from, or would be where there is no keyring.
    #[must_use]
    pub fn variable(&self) -> String {
        match self {
            Self::Keyring(name) => variable_called(name),
            Self::Environment(name) => name.clone(),
        }
    }

    /// Whether it can stand beside this value of its row, whatever the machine.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(super) fn check(&self, value: &str) -> Result<(), String> {
        if !value.is_empty() {
            return Err("This row has both a value and a secret; remove one of them.".to_owned());
        }
        match self {
            Self::Keyring(name) => check_secret_name(name),
            Self::Environment(name) if name.is_empty() || name.contains(['=', '\0']) => {
                Err("The secret comes from a variable of the environment, and doesn't say from which.".to_owned())
            }
            Self::Environment(_) => Ok(()),
        }
    }

    /// Whether an environment has it; what a keyring has is known only at the launch.
    fn find_in(&self, environment: &[(String, String)]) -> Result<(), String> {
        let Self::Environment(name) = self else { return Ok(()) };
        let is_it = |known: &str| known == name || (cfg!(windows) && known.eq_ignore_ascii_case(name));
        if environment.iter().any(|(known, value)| is_it(known) && !value.is_empty()) {
            return Ok(());
        }
        Err(format!(
            "The secret comes from the variable {name}, which Sidestage's own environment doesn't have. Set it before \
             Sidestage starts, or keep the secret in the keyring."
        ))
    }
}

/// The secrets of a preset that a machine with this environment doesn't have, each with its place.
#[must_use]
pub fn missing_secrets(preset: &Preset, environment: &[(String, String)]) -> Vec<Problem> {
    let rows = preset.arguments.iter().enumerate().filter(|(_, row)| row.on);
    let rows = rows.filter_map(|(index, row)| Some((Place::Argument(index), &row.secret.as_ref()?.from)));
    let variables = preset.environment.iter().enumerate().filter(|(_, row)| row.on);
    let variables = variables.filter_map(|(index, row)| Some((Place::Variable(index), row.secret.as_ref()?)));
    let problem = |(place, secret): (Place, &Secret)| {
        // What names no variable is another problem.
        let what = secret.find_in(environment).err().filter(|_| !secret.name().is_empty())?;
        Some(Problem { place, what })
    };
    rows.chain(variables).filter_map(problem).collect()
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keyring(name) => write!(f, "“{name}” of the keyring"),
            Self::Environment(name) => write!(f, "the variable {name} of Sidestage's environment"),
        }
    }
}

/// What a variable is called that holds this: `upload key` becomes `UPLOAD_KEY`.
#[must_use]
pub fn variable_called(name: &str) -> String {
    preset_id(name).replace('-', "_").to_ascii_uppercase()
}

/// The most characters of a secret's name: what each system's keyring takes with room to spare.
const MOST_NAME_CHARS: usize = 120;

/// Whether a secret can be kept under this name.
///
/// # Errors
/// A sentence that says what is wrong with it.
pub fn check_secret_name(name: &str) -> Result<(), String> {
    if name.trim().is_empty() {
        return Err("The secret has no name; give it the one that it is kept under in the keyring.".to_owned());
    }
    if name.trim() != name || name.contains(char::is_control) {
        return Err("A secret's name neither begins nor ends with a space, and holds no line break.".to_owned());
    }
    if name.chars().count() > MOST_NAME_CHARS {
        return Err(format!("A secret's name has up to {MOST_NAME_CHARS} characters."));
    }
    Ok(())
}

/// A row of arguments whose value is a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RowSecret {
    pub from: Secret,
    pub by: SecretBy,
}

/// How the secret of a row reaches the script.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretBy {
    /// As an environment variable of this name; nothing of the row stands among the arguments.
    Variable(String),
    /// As a line of standard input, before all others; nothing of the row stands among the arguments.
    Input,
    /// As the row's value. Whoever uses this machine sees it in the list of processes.
    Argument,
}

/// A secret's place in an invocation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretUse {
    pub secret: Secret,
    pub at: SecretAt,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SecretAt {
    /// The value of this one of the changes to the environment.
    Variable { index: usize },
    /// This one of the arguments, behind what stands `before` the value in it.
    Argument { index: usize, before: String },
    /// A line of standard input.
    Input,
}

impl Invocation {
    /// Whether its standard input begins with a secret.
    #[must_use]
    pub fn takes_secret_input(&self) -> bool {
        self.secrets.iter().any(|used| used.at == SecretAt::Input)
    }

    /// The changes to the environment without those that are secrets, for who runs something beside the job itself.
    pub fn plain_env(&self) -> impl Iterator<Item = &EnvChange> {
        let is_secret = |index| self.secrets.iter().any(|used| used.at == SecretAt::Variable { index });
        self.env.iter().enumerate().filter(move |(index, _)| !is_secret(*index)).map(|(_, change)| change)
    }
}

/// An optional field whose value is written as it is, without `Some`.
pub(super) mod bare {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands the field as it is")]
    pub(in crate::model) fn serialize<T: Serialize, S: Serializer>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::model) fn deserialize<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        T::deserialize(deserializer).map(Some)
    }
}

#[cfg(test)]
mod tests;
