//! Secrets: what the keyring is asked about the presets that are looked at, and what a person wants it to keep.
//!
//! The keyring is asked on a thread of the worker's; here is only what is known of it.

use eframe::egui::Context;

use super::App;
use crate::model::{Preset, Secret};
use crate::ui::dialogs::Dialog;
use crate::ui::secret_states::{SecretState, Typed};
use crate::ui::widgets::Severity;
use crate::ui::worker::{Task, VaultWish};

impl App {
    /// Asks for those secrets of the open preset of which nothing is known; not for each letter of a name that is typed.
    pub(super) fn ask_for_secrets(&mut self, ctx: &Context) {
        let Some(item) = self.selected.and_then(|key| self.library.get(key)) else { return };
        if !item.is_surveyed() {
            return;
        }
        let names: Vec<String> = kept_secrets(&item.draft.edited)
            .filter(|name| !self.secrets.contains_key(*name))
            .map(ToOwned::to_owned)
            .collect();
        for name in names {
            self.secrets.insert(name.clone(), SecretState::Asked);
            self.ask_vault(ctx, name, VaultWish::Look);
        }
    }

    pub(super) fn ask_for_secret(&mut self, name: String) {
        let is_stored = self.secrets.get(&name) == Some(&SecretState::Stored);
        self.shell.dialog = Some(Dialog::SetSecret { name, value: Typed::default(), is_stored });
    }

    pub(super) fn ask_vault(&mut self, ctx: &Context, name: String, wish: VaultWish) {
        let vault = self.vault.clone();
        self.ask(ctx, Task::AskVault { vault, name, wish });
    }

    /// What the keyring says of a secret, and what is to be said of it.
    pub(super) fn hear_vault(
        &mut self,
        ctx: &Context,
        name: String,
        is_stored: Result<bool, String>,
        done: Option<String>,
    ) {
        if let Some(what) = done {
            self.shell.toasts.add(ctx, Severity::Info, what);
        }
        let state = match is_stored {
            Ok(true) => SecretState::Stored,
            Ok(false) => SecretState::Missing,
            Err(why) => {
                // Who only looks sees it at the row.
                if self.secrets.get(&name) != Some(&SecretState::Asked) {
                    self.shell.toasts.add(ctx, Severity::Error, why.clone());
                }
                SecretState::Unknown(why)
            }
        };
        self.secrets.insert(name, state);
    }
}

/// The names of a preset's secrets that the keyring keeps.
fn kept_secrets(preset: &Preset) -> impl Iterator<Item = &str> {
    let rows = preset.arguments.iter().filter_map(|row| row.secret.as_ref()).map(|secret| &secret.from);
    let variables = preset.environment.iter().filter_map(|row| row.secret.as_ref());
    rows.chain(variables).filter_map(|secret| match secret {
        Secret::Keyring(name) if !name.is_empty() => Some(name.as_str()),
        Secret::Keyring(_) | Secret::Environment(_) => None,
    })
}
