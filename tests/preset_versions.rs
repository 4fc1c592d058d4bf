//! Every version of the format that was ever shipped still loads, as what it meant, and is left as it is until it is saved.

use std::path::{Path, PathBuf};

use sidestage::model::{
    Argument, Echo, EchoFormat, EchoTarget, EchoText, GroupLaunch, Hang, Highlight, HighlightColor, Interpreter,
    Lifecycle, OnHang, Pace, Preset, Priority, Ready, Restart, RestartWhen, Said, ShowEcho, StateEcho, StopSignal,
    Variable, Version,
};
use sidestage::store::groups::{self, Group, Groups};
use sidestage::store::presets::{self, Expect};
use sidestage::store::{shipped, show_echo};

fn folder_of(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/presets/v{version}"))
}

fn argument(on: bool, flag: &str, value: &str) -> Argument {
    Argument { on, flag: flag.to_owned(), value: value.to_owned(), ..Argument::default() }
}

fn target(host: &str, port: u32, ttl: u32, interface: &str) -> EchoTarget {
    EchoTarget { host: host.to_owned(), port, ttl, interface: interface.to_owned() }
}

/// What `every-field.ron` of version 1 says.
fn every_field_of_1() -> Preset {
    let variable = |on, name: &str, value: &str| Variable {
        on,
        name: name.to_owned(),
        value: value.to_owned(),
        ..Variable::default()
    };
    let highlight = |pattern: &str, color, alert| Highlight { pattern: pattern.to_owned(), color, alert };
    Preset {
        version: Version,
        name: "Every field".to_owned(),
        group: "Fixtures".to_owned(),
        interpreter: Interpreter::Path("../.venv".to_owned()),
        script: "scripts/it's हिन्दी.py".to_owned(),
        arguments: vec![
            Argument { outside: true, ..argument(true, "--input", "clip 7.mov") },
            argument(false, "--title=", "\"quoted\" \\ back"),
            argument(true, "", ""),
        ],
        folder: "../work".to_owned(),
        environment: vec![variable(true, "KEY", "{preset.dir}"), variable(false, "OTHER", "")],
        leave_environment: vec!["PYTHONPATH".to_owned(), "PYTHONHOME".to_owned()],
        echo: echo_of_1(),
        stop_secs: 20,
        lifecycle: lifecycle_of_1(),
        schedule: Vec::new(),
        highlights: vec![
            highlight("ERROR|Traceback", HighlightColor::Yellow, true),
            highlight("(?i)fine", HighlightColor::Green, false),
        ],
        notes: "One.\nTwo.".to_owned(),
    }
}

/// What that of version 2 says besides.
fn every_field_of_2() -> Preset {
    let preset = every_field_of_1();
    Preset { lifecycle: Lifecycle { priority: Priority::Normal, ..preset.lifecycle }, ..preset }
}

fn echo_of_1() -> Echo {
    Echo {
        on: true,
        host: "239.1.1.1".to_owned(),
        port: 7001,
        stdout: false,
        stderr: true,
        notices: false,
        to_show: true,
        ttl: 4,
        interface: "192.168.1.10".to_owned(),
        more: vec![target("192.168.1.20", 7002, 2, "eth0"), target("render", 7003, 1, "")],
        format: EchoFormat::Template("{job} {line}".to_owned()),
        text: EchoText {
            strip_ansi: false,
            last_redraw_only: true,
            ascii_only: true,
            newline: true,
            only: "^loss".to_owned(),
        },
        pace: Pace::Joined { bytes: 1200, every_millis: 5 },
    }
}

fn lifecycle_of_1() -> Lifecycle {
    Lifecycle {
        launch_at_open: true,
        only_one: true,
        keep_running: true,
        in_terminal: true,
        takes_input: true,
        log: false,
        stop_signal: StopSignal::Interrupt,
        restart: Restart {
            when: RestartWhen::OnFailure,
            delay_secs: 2,
            max_delay_secs: 90,
            reset_secs: 30,
            max_attempts: 10,
        },
        hang: Hang { secs: 120, line: "^epoch ".to_owned(), then: OnHang::Restart },
        ready: Ready { line: "listening on port \\d+".to_owned(), secs: 8 },
        ..Lifecycle::default()
    }
}

fn documented() -> Preset {
    Preset {
        group: "Tonight".to_owned(),
        interpreter: Interpreter::Path("../styles/.venv".to_owned()),
        script: "../styles/transfer.py".to_owned(),
        arguments: vec![
            argument(true, "--input", "{preset.dir}/media/clip 7.mov"),
            argument(true, "--epochs=", "40"),
            argument(true, "--verbose", ""),
            argument(false, "--cuda", ""),
            argument(true, "", "portrait"),
        ],
        folder: "../styles".to_owned(),
        environment: vec![Variable {
            on: true,
            name: "REPORT_TO".to_owned(),
            value: "{echo.host}:{echo.port}".to_owned(),
            ..Variable::default()
        }],
        echo: Echo { on: true, stderr: false, ..Echo::default() },
        stop_secs: 20,
        notes: "Takes four minutes. Ask Kim before you change --epochs.".to_owned(),
        ..Preset::new("Style transfer")
    }
}

#[test]
fn each_version_loads_as_what_it_meant() {
    for version in [1, 2] {
        let dir = folder_of(version);
        let folder = presets::load_dir(&dir);
        assert_eq!((folder.errors, folder.warnings), (vec![], vec![]), "version {version}");
        let preset = |name: &str| presets::read(&dir.join(name)).unwrap();
        assert_eq!(preset("documented.ron"), documented(), "version {version}");
        let group = |name: &str, launch| Group { name: name.to_owned(), launch };
        let expected = Groups {
            version: Version,
            groups: vec![
                group("Tonight", GroupLaunch::WhenReady),
                group("Tests", GroupLaunch::Staggered { secs: 2 }),
                group("Others", GroupLaunch::Together),
            ],
            order: if version == 1 { vec![] } else { vec!["every-field.ron".to_owned(), "documented.ron".to_owned()] },
        };
        assert_eq!(groups::load(&dir).unwrap(), expected, "version {version}");
        let expected = ShowEcho {
            version: Version,
            target: target("192.168.1.20", 7000, 2, "eth0"),
            state: StateEcho {
                on: true,
                to: Some(target("192.168.1.20", 7001, 1, "")),
                every_secs: 5,
                heartbeat_secs: 3,
            },
        };
        assert_eq!(show_echo::load(&dir).unwrap(), expected, "version {version}");
    }
    assert_eq!(presets::read(&folder_of(1).join("every-field.ron")).unwrap(), every_field_of_1());
    assert_eq!(presets::read(&folder_of(2).join("every-field.ron")).unwrap(), every_field_of_2());
}

#[test]
fn the_presets_that_shipped_with_version_1_are_those_that_ship_now() {
    for (name, bytes) in shipped::FILES.iter().filter(|(name, _)| name.starts_with(char::is_numeric)) {
        let old = presets::read(&folder_of(1).join(name)).unwrap();
        let mut new = presets::parse(Path::new(name), bytes).unwrap();
        // What scripts say of their rows is new in version 2, and changes nothing of what runs; nor do further rows that
        // are off.
        new.arguments.iter_mut().for_each(|row| row.said = Said::default().into());
        new.arguments.retain(|row| row.on || old.arguments.iter().any(|before| before.flag == row.flag));
        assert_eq!(old, new, "{name}");
    }
}

#[test]
fn an_older_file_becomes_the_newest_version_by_a_save_and_not_before() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["every-field.ron", "documented.ron"] {
        let path = dir.path().join(name);
        std::fs::copy(folder_of(1).join(name), &path).unwrap();
        let before = std::fs::read_to_string(&path).unwrap();
        let (mut preset, stamp) = presets::read_stamped(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), before, "loading changes nothing");
        preset.notes.push('!');
        let saved = presets::write(&path, &preset, Expect::Unchanged(stamp)).unwrap();
        assert_eq!(saved.upgraded_from, Some(1));
        let after = std::fs::read_to_string(&path).unwrap();
        assert!(after.contains("    version: 2,\n") && !after.contains("version: 1,"), "{after}");
        assert_eq!(presets::read(&path).unwrap(), preset);
        let kept = dir.path().join(".previous").join(name);
        assert_eq!(std::fs::read_to_string(kept).unwrap(), before, "an older Sidestage can still be given this one");
        preset.notes.push('!');
        assert_eq!(presets::write(&path, &preset, Expect::Anything).unwrap().upgraded_from, None);
    }
}
