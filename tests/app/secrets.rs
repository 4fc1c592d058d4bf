//! Secrets in the panel, over a keyring in memory.

use std::sync::Arc;
use std::time::Duration;

use keyring_core::{CredentialStore, mock};
use sidestage::model::{Preset, Secret, Variable};
use sidestage::store::presets;
use sidestage::vault::Vault;

use crate::stage::{Stage, probing, start_over};

fn keyring() -> Vault {
    let store: Arc<CredentialStore> = mock::Store::new().unwrap();
    Vault::over(Duration::from_mins(1), move || Ok(Arc::clone(&store)))
}

fn uploading() -> Preset {
    let secret = Some(Secret::Keyring("upload key".to_owned()));
    let variable = Variable { on: true, name: "API_KEY".to_owned(), secret, ..Variable::default() };
    Preset { environment: vec![variable], ..probing("Upload", &["env", "API_KEY"]) }
}

#[test]
fn a_secret_is_set_unseen_reaches_the_job_masked_and_is_removed() {
    let mut stage = Stage::new(&[uploading()]);
    stage.harness = start_over(keyring(), stage.dir.path(), stage.settings_dir.path());
    stage.press("Environment");
    stage.wait_to_show("Not stored here");
    stage.press("Set the secret of Variable 1");
    stage.wait_to_show("Set the secret “upload key”");
    stage.type_into("Secret value", "hunter22");
    assert!(!stage.shows("hunter22"), "it is typed unseen");
    stage.press("Store");
    stage.wait_to_show("is stored on this machine.");
    stage.wait_to_show("Stored here");
    stage.press("Launch: Upload");
    stage.wait_to_show("API_KEY=••••");
    assert!(!stage.shows("hunter22"));
    stage.press("Set the secret of Variable 1");
    stage.press("Remove from this machine");
    stage.wait_to_show("was removed from this machine.");
    stage.wait_to_show("Not stored here");
    let text = std::fs::read_to_string(stage.file("Upload.ron")).unwrap();
    assert!(text.contains("secret: Keyring(\"upload key\")") && !text.contains("hunter22"), "{text}");
}

#[test]
fn a_value_becomes_a_secret_without_taking_what_was_typed_along() {
    let typed = Variable { on: true, name: "API_KEY".to_owned(), value: "hunter22".to_owned(), ..Variable::default() };
    let mut stage = Stage::new(&[Preset { environment: vec![typed], ..probing("Upload", &["argv"]) }]);
    stage.harness = start_over(keyring(), stage.dir.path(), stage.settings_dir.path());
    stage.press("Environment");
    stage.press("Variable 1 is not a secret");
    stage.press("Variable 1 comes from: Environment");
    stage.wait_to_show("Sidestage's own environment doesn't have");
    stage.press("Variable 1 comes from: Keyring");
    stage.wait_to_show("Not stored here");
    stage.press("Save");
    stage.wait("saved", |stage| !stage.shows("unsaved"));
    let saved = presets::read(&stage.file("Upload.ron")).unwrap();
    let secret = Some(Secret::Keyring("API_KEY".to_owned()));
    assert_eq!(saved.environment, [Variable { on: true, name: "API_KEY".to_owned(), value: String::new(), secret }]);
}
