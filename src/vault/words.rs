//! What a keyring's troubles are in words, each with what to do. No value is in them: some of the errors carry one.

use std::time::Duration;

use keyring_core::Error;

/// What is said where the answer isn't waited for any longer.
pub(super) const UNWANTED: &str = "It was stopped before the keyring had answered.";

pub(super) fn no_answer(patience: Duration) -> String {
    format!(
        "The keyring did not answer within {} seconds. It may be asking somewhere for the password that unlocks it: answer \
         that, and try again.",
        patience.as_secs()
    )
}

pub(super) fn not_opened(error: &Error) -> String {
    format!("The keyring of this machine can't be opened: {}.{}", why(error), without())
}

pub(super) fn not_read(name: &str, error: &Error) -> String {
    if matches!(error, Error::NoEntry) {
        return format!(
            "The secret “{name}” is not stored on this machine. Store it: press Set… beside it in the panel, or run: \
             sidestage secret set \"{name}\""
        );
    }
    format!("The secret “{name}” can't be read from the keyring: {}.{}", why(error), hint(error))
}

pub(super) fn not_kept(name: &str, error: &Error) -> String {
    format!("The secret “{name}” was not stored: {}.{}", why(error), hint(error))
}

pub(super) fn not_removed(name: &str, error: &Error) -> String {
    format!("The secret “{name}” was not removed: {}.{}", why(error), hint(error))
}

pub(super) fn no_list(error: &Error) -> String {
    format!("The keyring doesn't tell which secrets it has: {}.{}", why(error), hint(error))
}

/// Without the error's own text where that could hold what the keyring keeps.
fn why(error: &Error) -> String {
    match error {
        Error::PlatformFailure(error) => trimmed(&error.to_string()),
        Error::NoStorageAccess(error) => format!("it is locked, or refuses ({})", trimmed(&error.to_string())),
        Error::NoEntry => "there is none of this name".to_owned(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) | Error::BadStoreFormat(_) => {
            "what it keeps can't be understood".to_owned()
        }
        Error::TooLong(_, most) => format!("it is longer than the {most} bytes that this keyring takes"),
        Error::Ambiguous(_) => "the keyring has several of this name".to_owned(),
        Error::Invalid(_, what) | Error::NotSupportedByStore(what) => trimmed(what),
        Error::NoDefaultStore => "there is none".to_owned(),
        // The list is open.
        _ => "it fails in a way that is not known here".to_owned(),
    }
}

fn trimmed(text: &str) -> String {
    text.trim_end_matches(['.', '\n', ' ']).to_owned()
}

fn hint(error: &Error) -> String {
    match error {
        Error::NoStorageAccess(_) => " Unlock it, and try again.".to_owned(),
        Error::Ambiguous(_) => " Remove all but one with the system's own tool for passwords.".to_owned(),
        Error::PlatformFailure(_) => without(),
        _ => String::new(),
    }
}

/// What helps where there is no keyring.
fn without() -> String {
    let start = if cfg!(any(windows, target_os = "macos")) {
        ""
    } else {
        " It is asked over the session's D-Bus, where GNOME Keyring, KWallet or KeePassXC answer: start one of them."
    };
    format!("{start} Or let the secret come from a variable of the environment that Sidestage starts in.")
}
