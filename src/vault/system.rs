//! The keyring of each system.

use std::collections::HashMap;
#[cfg(any(windows, target_os = "macos"))]
use std::sync::Arc;

use keyring_core::Entry;
#[cfg(any(windows, target_os = "macos"))]
use keyring_core::{CredentialStore, Error};

use super::SERVICE;

/// Credential Manager.
#[cfg(windows)]
pub(super) fn open() -> Result<Arc<CredentialStore>, Error> {
    Ok(windows_native_keyring_store::Store::new()?)
}

/// The login keychain.
#[cfg(target_os = "macos")]
pub(super) fn open() -> Result<Arc<CredentialStore>, Error> {
    Ok(apple_native_keyring_store::keychain::Store::new()?)
}

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use super::secret_service::open;

/// What finds all of Sidestage's entries, and perhaps some more: each system's keyring is searched in its own way.
pub(super) fn search() -> HashMap<&'static str, &'static str> {
    if cfg!(windows) { HashMap::from([("pattern", r"\.Sidestage$")]) } else { HashMap::from([("service", SERVICE)]) }
}

/// A secret's name, if it is one of Sidestage's.
pub(super) fn name_of(entry: &Entry) -> Option<String> {
    let (service, name) = entry.get_specifiers()?;
    (service == SERVICE).then_some(name)
}
