use std::sync::atomic::{AtomicBool, Ordering};

use keyring_core::api::CredentialStoreApi as _;
use keyring_core::mock;

use super::*;

fn vault() -> Vault {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    Vault::over(PATIENCE, move || Ok(Arc::clone(&store)))
}

fn text_of(vault: &Vault, name: &str) -> Result<String, String> {
    let value = vault.value(&Secret::Keyring(name.to_owned()), &|| true)?;
    Ok(value.expose_secret().to_owned())
}

#[test]
fn what_is_kept_is_given_until_it_is_removed() {
    let vault = vault();
    assert!(!vault.holds("key").unwrap());
    let why = text_of(&vault, "key").unwrap_err();
    assert!(why.contains("“key” is not stored") && why.contains("sidestage secret set"), "{why}");
    vault.set("key", "hunter22".into()).unwrap();
    vault.set("key", "hünter 23\n".into()).unwrap();
    assert_eq!(text_of(&vault, "key").unwrap(), "hünter 23\n");
    vault.set("other", "x".into()).unwrap();
    assert_eq!(vault.names().unwrap(), ["key", "other"]);
    assert!(vault.remove("key").unwrap());
    assert!(!vault.remove("key").unwrap());
    assert!(!vault.holds("key").unwrap());
}

#[test]
fn what_no_job_can_be_given_is_not_kept() {
    let vault = vault();
    for wrong in ["", "a\0b"] {
        assert!(vault.set("key", wrong.into()).is_err());
    }
    for name in ["", " key", "two\nlines"] {
        assert!(vault.set(name, "hunter22".into()).is_err());
    }
}

#[test]
fn troubles_are_sentences_without_the_value() {
    let store = mock::Store::new().unwrap();
    let entry = store.build(SERVICE, "key", None).unwrap();
    let opened: Arc<CredentialStore> = store;
    let vault = Vault::over(PATIENCE, move || Ok(Arc::clone(&opened)));
    vault.set("key", "hunter22".into()).unwrap();
    let locked = || Error::NoStorageAccess("Prompt was dismissed".into());
    for (error, words) in [
        (locked(), "it is locked, or refuses (Prompt was dismissed). Unlock it"),
        (Error::BadEncoding(b"hunter22".to_vec()), "can't be understood"),
        (Error::TooLong("secret".to_owned(), 2560), "2560 bytes"),
        (Error::Ambiguous(Vec::new()), "Remove all but one"),
        (Error::PlatformFailure("no bus".into()), "a variable of the environment"),
    ] {
        entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
        let why = text_of(&vault, "key").unwrap_err();
        assert!(why.contains(words) && !why.contains("hunter22"), "{why}");
    }
    let none = Vault::over(PATIENCE, || Err(Error::PlatformFailure("no bus".into())));
    let why = text_of(&none, "key").unwrap_err();
    assert!(why.contains("can't be opened: no bus."), "{why}");
    assert!(why.contains("a variable of the environment"), "{why}");
}

#[test]
fn a_keyring_that_never_answers_is_waited_for_no_longer_than_it_is_wanted() {
    let (silence, end_of_silence) = sync_channel::<()>(0);
    let end_of_silence = Mutex::new(end_of_silence);
    let open = move || {
        let _ = lock(&end_of_silence).recv();
        Err(Error::NoDefaultStore)
    };
    let vault = Vault::over(Duration::from_millis(300), open);
    let why = text_of(&vault, "key").unwrap_err();
    assert!(why.contains("did not answer"), "{why}");
    let (patient, is_wanted) = (Vault { patience: PATIENCE, ..vault }, AtomicBool::new(false));
    let secret = Secret::Keyring("key".to_owned());
    let why = patient.value(&secret, &|| is_wanted.load(Ordering::SeqCst)).unwrap_err();
    assert_eq!(why, words::UNWANTED);
    drop(silence);
    let why = patient.holds("key").unwrap_err();
    assert!(why.contains("can't be opened"), "it answers again: {why}");
}

#[test]
fn a_variable_gives_its_value_or_a_sentence() {
    let value = vault().value(&Secret::Environment("PATH".to_owned()), &|| true).unwrap();
    assert_eq!(value.expose_secret(), std::env::var("PATH").unwrap());
    assert!(!format!("{value:?}").contains(value.expose_secret()));
    let why = vault().value(&Secret::Environment("SIDESTAGE_NO_SUCH".to_owned()), &|| true).unwrap_err();
    assert!(why.contains("SIDESTAGE_NO_SUCH"), "{why}");
}
