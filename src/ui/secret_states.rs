//! What is known of secrets in the keyring, and what a person types as one.

use std::collections::HashMap;
use std::fmt;

use secrecy::{SecretString, zeroize::Zeroizing};

/// Whether the keyring of this machine has a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretState {
    /// It is being asked.
    Asked,
    Stored,
    Missing,
    /// It doesn't say; a sentence.
    Unknown(String),
}

/// By the names of the secrets.
pub type SecretStates = HashMap<String, SecretState>;

/// A value as it is being typed. Isn't printed, and is wiped when it is let go of.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Typed(Zeroizing<String>);

impl Typed {
    /// The text, for the field that it is typed into.
    pub fn text_mut(&mut self) -> &mut String {
        &mut self.0
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// What the keyring is given.
    #[must_use]
    pub fn into_secret(self) -> SecretString {
        SecretString::from(self.0.as_str())
    }
}

impl fmt::Debug for Typed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Typed")
    }
}
