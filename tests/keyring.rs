//! Against the keyring of the system itself: on Linux a real Secret Service in a session of its own, on Windows the
//! Credential Manager. With CI set the Linux test fails where it can't run.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]
#![allow(clippy::print_stderr, reason = "whoever runs the tests should know what was skipped")]

mod support;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use sidestage::model::{Argument, Interpreter, MASK, Preset, Secret, Variable, relative};
use sidestage::store::presets::{Expect, write};
use support::{probe, sidestage};

const VALUE: &str = "hunter22-Zürich";

/// A folder with a preset whose variable is the secret of this name.
fn show(name: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let mut preset = Preset { interpreter: Interpreter::None, ..Preset::new("Upload") };
    preset.script = relative(dir.path(), &probe());
    let row = |value: &str| Argument { on: true, value: value.to_owned(), ..Argument::default() };
    preset.arguments = vec![row("env"), row("API_KEY")];
    let secret = Some(Secret::Keyring(name.to_owned()));
    preset.environment = vec![Variable { on: true, name: "API_KEY".to_owned(), secret, ..Variable::default() }];
    write(&dir.path().join("upload.ron"), &preset, Expect::New).unwrap();
    dir
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n")
}

/// Every file below a folder that holds the value.
fn leaks(dir: &Path) -> Vec<String> {
    support::files_with(dir, VALUE)
}

#[cfg(target_os = "linux")]
mod linux {
    use super::*;

    /// Runs a script of the shell in a D-Bus session with a keyring that is unlocked, or without any keyring. `$S` is
    /// Sidestage. `None` where this machine has no such things, which is said.
    fn in_session(home: &Path, presets: &Path, has_keyring: bool, script: &str) -> Option<Output> {
        let is_there = |program: &str| which::which(program).is_ok();
        if !is_there("dbus-run-session") || !is_there("gnome-keyring-daemon") {
            let what =
                "dbus-run-session and gnome-keyring-daemon (Debian: dbus, gnome-keyring) are needed for this test";
            assert!(std::env::var_os("CI").is_none(), "{what}");
            eprintln!("skipped: {what}");
            return None;
        }
        let unlock = "printf password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1\n";
        // A session's bus would start a keyring on demand, so without one there is no bus either.
        let no_bus = "export DBUS_SESSION_BUS_ADDRESS=unix:path=$HOME/none\n";
        let script = format!("{}{script}", if has_keyring { unlock } else { no_bus });
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "sh", "-eu", "-c", &script]).env("S", sidestage()).env("P", presets);
        // The session's own places, so that no keyring of a person is touched.
        let run = home.join("run");
        std::fs::create_dir_all(&run).unwrap();
        std::fs::set_permissions(&run, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        command.env("HOME", home).env("XDG_RUNTIME_DIR", &run).env("XDG_DATA_HOME", home.join("share"));
        command.env_remove("XDG_CACHE_HOME").env_remove("XDG_CONFIG_HOME").env_remove("DISPLAY");
        command.env("SIDESTAGE_DATA_DIR", home.join("data")).env("SIDESTAGE_CONFIG_DIR", home.join("config"));
        Some(command.stdin(Stdio::null()).output().unwrap())
    }

    #[test]
    fn a_secret_is_kept_by_the_secret_service_and_reaches_the_job() {
        let (presets, home) = (show("upload key"), tempfile::tempdir().unwrap());
        let script = format!(
            r#"
            "$S" --presets "$P" run upload && exit 9
            printf '%s\n' '{VALUE}' | "$S" secret set "upload key"
            "$S" secret list --json
            "$S" --presets "$P" run upload
            "$S" secret remove "upload key"
            "$S" secret list
            "$S" secret remove "upload key" || echo gone
            "#
        );
        let Some(output) = in_session(home.path(), presets.path(), true, &script) else { return };
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert_eq!(out, format!("[\"upload key\"]\nAPI_KEY={MASK}\ngone\n"), "{err}");
        assert!(err.contains("“upload key” is not stored on this machine"), "before it was: {err}");
        assert!(err.contains("There is no secret “upload key”"), "after: {err}");
        assert!(!out.contains(VALUE) && !err.contains(VALUE));
        assert_eq!([leaks(home.path()), leaks(presets.path())].concat(), [] as [String; 0]);
    }

    #[test]
    fn without_a_keyring_it_is_said_what_to_do() {
        let (presets, home) = (show("upload key"), tempfile::tempdir().unwrap());
        let script = r#""$S" --presets "$P" run upload || echo failed"#;
        let Some(output) = in_session(home.path(), presets.path(), false, script) else { return };
        let err = text(&output.stderr);
        assert_eq!(text(&output.stdout), "failed\n", "{err}");
        assert!(err.contains("keyring") && err.contains("a variable of the environment"), "{err}");
    }
}

/// Under Wine, too, whose Credential Manager keeps what it is given.
#[cfg(windows)]
#[test]
fn a_secret_is_kept_by_the_credential_manager_and_reaches_the_job() {
    use std::io::Write;

    let name = format!("sidestage test {}", std::process::id());
    let presets = show(&name);
    let sidestage = |args: &[&str], input: &str| -> Output {
        let mut command = Command::new(sidestage());
        command.arg("--presets").arg(presets.path()).args(args).env("SIDESTAGE_DATA_DIR", presets.path().join("data"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let set = sidestage(&["secret", "set", &name], &format!("{VALUE}\r\n"));
    assert!(set.status.success(), "{}", text(&set.stderr));
    assert!(text(&sidestage(&["secret", "list"], "").stdout).lines().any(|line| line == name));
    let ran = sidestage(&["run", "upload"], "");
    assert_eq!(text(&ran.stdout), format!("API_KEY={MASK}\n"), "{}", text(&ran.stderr));
    assert!(sidestage(&["secret", "remove", &name], "").status.success());
    assert!(!sidestage(&["secret", "remove", &name], "").status.success());
    assert_eq!(leaks(presets.path()), [] as [String; 0]);
}
