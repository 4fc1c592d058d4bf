//! The values of a run's secrets: fetched right before its process starts, put where they belong, and then kept for nothing
//! but to mask them in what the run prints.

use secrecy::{ExposeSecret, SecretString};

use super::mask::Masker;
use crate::model::{Invocation, LEAST_MASKED_BYTES, SecretAt, SecretUse};
use crate::vault::Vault;

/// What a launch has that no invocation shows. Isn't printed, and doesn't outlive the start of the process.
pub(super) struct Filled {
    /// With the values in their places.
    pub invocation: Invocation,
    /// What standard input begins with, each a line.
    pub input: Vec<SecretString>,
    pub masker: Option<Masker>,
    /// What is to be said about it, in sentences.
    pub warnings: Vec<String>,
}

/// Fetches the values of an invocation's secrets, as long as the run `is_wanted`; a keyring may keep us waiting.
///
/// # Errors
/// A sentence: a value isn't there, or can't go where it should.
pub(super) fn fill(invocation: &Invocation, vault: &Vault, is_wanted: &dyn Fn() -> bool) -> Result<Filled, String> {
    let mut filled = invocation.clone();
    let (mut input, mut values, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for SecretUse { secret, at } in filled.secrets.split_off(0) {
        let value = vault.value(&secret, is_wanted)?;
        let text = value.expose_secret();
        match at {
            SecretAt::Variable { index } => {
                if let Some(change) = filled.env.get_mut(index) {
                    change.value = Some(text.to_owned());
                }
            }
            SecretAt::Argument { index, before } => {
                if let Some(argument) = filled.args.get_mut(index) {
                    *argument = before + text;
                }
            }
            SecretAt::Input if text.contains(['\n', '\r']) => {
                return Err(format!(
                    "The secret {secret} has several lines, and can't be a line of standard input; pass it as a variable."
                ));
            }
            SecretAt::Input => input.push(value.clone()),
        }
        if text.lines().any(|line| line.len() < LEAST_MASKED_BYTES) {
            warnings.push(format!(
                "What the secret {secret} says is too short to be masked in the output: it would be found in every other \
                 word. Choose one of at least {LEAST_MASKED_BYTES} characters."
            ));
        }
        values.push(value);
    }
    Ok(Filled { invocation: filled, input, masker: Masker::of(values.iter()), warnings })
}
