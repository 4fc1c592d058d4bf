//! `sidestage snippet`, as a user types it.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::json;

use crate::stage::{Touch, UdpIn};
use crate::support::sidestage;

fn snippet(dir: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(sidestage());
    command.arg("snippet").args(args).current_dir(dir);
    command.env("SIDESTAGE_CONFIG_DIR", dir.join("config")).env("SIDESTAGE_DATA_DIR", dir.join("data"));
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap().replace("\r\n", "\n")
}

#[test]
fn the_fifth_scenario_runs_without_sidestage_and_moves_with_its_project() {
    let Some(mut touch) = Touch::start() else { return };
    let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
    let here = tempfile::tempdir().unwrap();
    let show = here.path().join("sh ö w");
    std::fs::create_dir_all(show.join("presets/scripts")).unwrap();
    for file in ["5-arguments-and-messages.ron", "scripts/arguments_and_messages.py"] {
        std::fs::copy(presets.join(file), show.join("presets").join(file)).unwrap();
    }
    std::fs::write(show.join("show.toe"), "").unwrap();
    let made = snippet(&show, &["Arguments and messages"]);
    assert!(made.status.success(), "{}", text(&made.stderr));
    let code = text(&made.stdout);
    assert!(code.contains("HERE = os.path.join(project.folder, 'presets')\n"), "the project was found:\n{code}");
    // Quicker, and somewhere else.
    let code = code.replace("'-i', '1',", "'-i', '0',");
    let moved = here.path().join("elsewhere");
    std::fs::rename(&show, &moved).unwrap();
    let udp_in = UdpIn::listen();
    let ops = json!({"udpin1": {"port": udp_in.port()}});
    touch.ask(&json!({"do": "run", "code": code, "ops": ops, "project": moved}));
    let lines: Vec<_> = (0..17).map(|_| udp_in.next_text()).collect();
    assert_eq!((lines[0].as_str(), lines[16].as_str()), ("Starting 15 messages", "All 15 messages are out"));
}

/// The lines of a scenario that is launched from TouchDesigner alone, up to `last`, and then stopped.
fn lines_of(touch: &mut Touch, preset: &str, (from, to): (&str, &str), last: &str) -> Vec<String> {
    let dir = tempfile::tempdir().unwrap();
    let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
    let made = snippet(dir.path(), &[preset, "--presets", presets.to_str().unwrap()]);
    let code = text(&made.stdout).replace(from, to);
    let udp_in = UdpIn::listen();
    let ops = json!({"udpin1": {"port": udp_in.port()}});
    touch.ask(&json!({"do": "run", "code": code, "ops": ops}));
    let mut lines = vec![udp_in.next_text()];
    while !lines[lines.len() - 1].starts_with(last) {
        lines.push(udp_in.next_text());
    }
    touch.run(&code, &["stop"]);
    lines
}

#[test]
fn the_first_and_the_third_scenario_say_in_touch_what_they_say_in_sidestage() {
    let Some(mut touch) = Touch::start() else { return };
    let lines = lines_of(&mut touch, "Run a script", ("", ""), "All numbers are out");
    assert_eq!(lines[0], "[sidestage] started Run a script");
    assert!(lines[1].starts_with("Python 3."), "{lines:?}");
    assert_eq!(lines[lines.len() - 3..lines.len() - 1], ["9", "10"]);
    let lines = lines_of(&mut touch, "Pass arguments", ("'-d', '5',", "'-d', '0',"), "[sidestage] ended");
    let expected = [
        "[sidestage] started Pass arguments",
        "key: in | value: Hello | type: <class 'str'>",
        "key: in2 | value: World | type: <class 'str'>",
        "key: delay | value: 0 | type: <class 'int'>",
        "[sidestage] ended Pass arguments: exit 0",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn each_kind_is_python_and_what_is_wrong_is_said() {
    let Some(mut touch) = Touch::start() else { return };
    let dir = tempfile::tempdir().unwrap();
    let presets = Path::new(env!("CARGO_MANIFEST_DIR")).join("presets");
    let presets = presets.to_str().unwrap();
    for preset in ["Run a script", "Choose the Python", "Pass arguments", "Messages back", "Not Python", "Noisy"] {
        for kind in ["launch", "callbacks", "order"] {
            let made = snippet(dir.path(), &[preset, "--kind", kind, "--presets", presets, "--project", presets]);
            assert!(made.status.success() && made.stderr.is_empty(), "{}", text(&made.stderr));
            assert!(made.stdout.is_ascii());
            let compiled = format!("compile({}, 'dat', 'exec') is not None", json!(text(&made.stdout)));
            assert_eq!(touch.eval(&compiled), json!(true));
        }
    }
    let refused = snippet(dir.path(), &["Noisy", "--presets", presets, "--project", "no-such-folder"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("no-such-folder is no folder"), "{}", text(&refused.stderr));
    let broken = std::fs::read_to_string(Path::new(presets).join("8-noisy.ron")).unwrap().replace("\"50\"", "\"{no}\"");
    std::fs::write(dir.path().join("broken.ron"), broken).unwrap();
    let refused = snippet(dir.path(), &["broken.ron"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("There is no placeholder {no}"), "{}", text(&refused.stderr));
}
