//! `sidestage secret`: what the keyring of this machine keeps for presets. A value comes from a terminal, unseen, or from
//! standard input; never as an argument, which everybody on the machine could read.

use std::io::{self, IsTerminal, Read};

use secrecy::zeroize::Zeroizing;
use secrecy::{ExposeSecret, SecretString};

use super::{complain, say};
use crate::model::{LEAST_MASKED_BYTES, check_secret_name};
use crate::vault::Vault;

#[derive(Debug, clap::Subcommand)]
pub enum Secret {
    /// Keep a value in this machine's keyring: typed unseen, or from standard input without the line end behind it
    Set {
        /// What presets call it
        name: String,
    },
    /// Name the secrets that Sidestage keeps in the keyring
    List {
        /// As a JSON array of the names
        #[arg(long)]
        json: bool,
    },
    /// Take a secret out of the keyring. Status 1 if there is none
    Remove {
        /// What presets call it
        name: String,
    },
}

/// More than any keyring takes.
const MOST_BYTES: u64 = 1024 * 1024;

pub(super) fn carry_out(wanted: &Secret) -> Result<i32, String> {
    let vault = Vault::of_system();
    match wanted {
        Secret::Set { name } => set(&vault, name),
        Secret::List { json } => {
            let names = vault.names()?;
            if *json {
                say(&serde_json::json!(names).to_string())?;
            } else {
                names.iter().try_for_each(|name| say(name))?;
            }
            Ok(0)
        }
        Secret::Remove { name } => {
            if vault.remove(name)? {
                return Ok(0);
            }
            Err(format!("There is no secret “{name}” in this machine's keyring."))
        }
    }
}

fn set(vault: &Vault, name: &str) -> Result<i32, String> {
    check_secret_name(name)?;
    let value = if io::stdin().is_terminal() { typed(name) } else { piped() }?;
    if value.expose_secret().len() < LEAST_MASKED_BYTES {
        complain("this value is too short to be masked in what a job prints.");
    }
    vault.set(name, value)?;
    Ok(0)
}

fn typed(name: &str) -> Result<SecretString, String> {
    let typed = rpassword::prompt_password(format!("The value of “{name}”, which is not shown: "));
    typed.map(SecretString::from).map_err(|error| format!("Nothing could be read from the terminal: {error}."))
}

/// All of standard input but the line end that a file or `echo` has at its end.
fn piped() -> Result<SecretString, String> {
    let mut text = Zeroizing::new(String::new());
    let read = io::stdin().lock().take(MOST_BYTES).read_to_string(&mut text);
    read.map_err(|error| format!("The value could not be read from standard input: {error}."))?;
    let bare = text.strip_suffix('\n').unwrap_or(&text);
    Ok(SecretString::from(bare.strip_suffix('\r').unwrap_or(bare)))
}
