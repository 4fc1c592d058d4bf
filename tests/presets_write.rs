//! What a person who saves presets relies on: nothing is lost, whatever is in them and whatever goes wrong.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::path::Path;

use sidestage::model::{Argument, Echo, Interpreter, Preset, Said, ValueKind, Variable};
use sidestage::store::presets::{self, Expect, SaveErrorKind};

fn names_in(dir: &Path) -> Vec<String> {
    let mut names: Vec<_> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

fn awkward() -> Vec<String> {
    let mut texts: Vec<String> = [
        "",
        " ",
        "a\\",
        "\\\\\"",
        "\"",
        "'",
        "it's",
        "r#\"x\"#",
        "a\nb",
        "a\r\nb",
        "\t",
        "\0",
        "\u{1b}[31m",
        "\u{7f}",
        "🎭",
        "👩‍👩‍👧",
        "e\u{301}",
        "\u{301}",
        "\"\u{301}",
        "\\\u{301}",
        "हिन्दी",
        "ไทย",
        "\u{202e}rtl",
        "\u{feff}",
        "\u{10ffff}",
        "// no",
        "/* no",
        "{echo.port}",
        "%PATH%",
        "\\u{41}",
        "\\'",
    ]
    .map(str::to_owned)
    .to_vec();
    // Every character below 0x3000 beside every sign that means something in the file.
    for c in (0..0x3000).filter_map(char::from_u32) {
        texts.push(format!("{c}\"{c}\\{c}'{c}u{c}"));
    }
    texts
}

/// What a script may say of a row, with this text wherever there is one.
fn said(text: &str) -> Said {
    let (one, list) = (|| text.to_owned(), || vec![text.to_owned()]);
    Said {
        name: one(),
        flags: list(),
        off_flags: list(),
        kind: ValueKind::Number,
        from: one(),
        to: one(),
        choices: list(),
        nargs: one(),
        repeats: true,
        default: one(),
        help: one(),
        metavar: one(),
        required: true,
        group: one(),
        exclusive: 1,
        one_required: true,
        command: list(),
        converter: one(),
        doubts: list(),
        gone: true,
    }
}

fn full(text: &str) -> Preset {
    let text = || text.to_owned();
    Preset {
        name: text(),
        group: text(),
        interpreter: Interpreter::Path(text()),
        script: text(),
        arguments: vec![
            Argument {
                more: vec![text()],
                kind: Some(ValueKind::Date),
                said: said(&text()).into(),
                ..Argument::new(&text(), &text())
            },
            Argument { on: false, ..Default::default() },
        ],
        folder: text(),
        environment: vec![Variable { on: true, name: text(), value: text(), secret: None }],
        leave_environment: vec![text()],
        echo: Echo { host: text(), port: 70_000, ..Echo::default() },
        stop_secs: 0,
        notes: text(),
        ..Preset::new("")
    }
}

#[test]
fn any_text_comes_back_and_is_written_the_same_way_again() {
    for text in awkward() {
        let preset = full(&text);
        let written = presets::to_text(&preset);
        let read =
            presets::parse(Path::new("a.ron"), written.as_bytes()).unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(read, preset, "{written}");
        assert_eq!(presets::to_text(&read), written);
    }
}

#[test]
fn a_new_preset_never_goes_over_an_existing_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.ron");
    let saved = presets::write(&path, &Preset::new("One"), Expect::New).unwrap();
    assert_eq!(presets::read_stamped(&path).unwrap(), (Preset::new("One"), saved.stamp));
    let error = presets::write(&path, &Preset::new("Two"), Expect::New).unwrap_err();
    assert_eq!(error.kind, SaveErrorKind::Exists);
    assert!(error.to_string().starts_with("Could not save “Two” to "), "{error}");
    assert_eq!(presets::read(&path).unwrap().name, "One");
    assert_eq!(names_in(dir.path()), ["a.ron"], "no version before, no temporary file");
}

#[test]
fn an_edit_by_somebody_else_is_never_lost() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.ron");
    let mine = presets::write(&path, &Preset::new("One"), Expect::New).unwrap();
    let mine = presets::write(&path, &Preset::new("Two"), Expect::Unchanged(mine.stamp)).unwrap();
    let theirs = presets::to_text(&Preset::new("Theirs"));
    std::fs::write(&path, &theirs).unwrap();
    let error = presets::write(&path, &Preset::new("Three"), Expect::Unchanged(mine.stamp)).unwrap_err();
    assert_eq!(error.kind, SaveErrorKind::Changed);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), theirs);
    presets::write(&path, &Preset::new("Three"), Expect::Anything).unwrap();
    assert_eq!(presets::read(&path).unwrap().name, "Three");
    assert_eq!(std::fs::read_to_string(dir.path().join(".previous/a.ron")).unwrap(), theirs);
    std::fs::remove_file(&path).unwrap();
    let error = presets::write(&path, &Preset::new("Four"), Expect::Unchanged(mine.stamp)).unwrap_err();
    assert_eq!(error.kind, SaveErrorKind::Gone);
    assert!(!path.exists());
}

#[test]
fn the_version_before_is_kept_only_when_something_changed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.ron");
    let previous = dir.path().join(".previous/a.ron");
    presets::write(&path, &Preset::new("One"), Expect::New).unwrap();
    presets::write(&path, &Preset::new("One"), Expect::Anything).unwrap();
    assert!(!previous.exists());
    presets::write(&path, &Preset::new("Two"), Expect::Anything).unwrap();
    presets::write(&path, &Preset::new("Two"), Expect::Anything).unwrap();
    assert_eq!(presets::read(&previous).unwrap().name, "One");
    assert_eq!(presets::load_dir(dir.path()).presets.len(), 1, "the version before is no preset of the folder");
}

#[test]
fn what_is_removed_can_be_fetched_back_every_time() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.ron");
    for (name, kept) in [("One", "a.ron"), ("Two", "a (2).ron")] {
        presets::write(&path, &Preset::new(name), Expect::New).unwrap();
        assert_eq!(presets::remove(&path).unwrap(), dir.path().join(".previous/removed").join(kept));
        assert!(!path.exists());
    }
    assert_eq!(presets::read(&dir.path().join(".previous/removed/a.ron")).unwrap().name, "One");
    let error = presets::remove(&path).unwrap_err();
    assert!(error.to_string().contains("not there any more"), "{error}");
}

#[test]
fn what_is_removed_survives_its_namesake() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("style.ron");
    presets::write(&path, &Preset::new("Style"), Expect::New).unwrap();
    let kept = presets::remove(&path).unwrap();
    // Another of the same name, saved twice: the first version of it is the version before now.
    presets::write(&path, &Preset::new("Another"), Expect::New).unwrap();
    presets::write(&path, &Preset::new("Another still"), Expect::Anything).unwrap();
    assert_eq!(presets::read(&dir.path().join(".previous/style.ron")).unwrap().name, "Another");
    let back = presets::restore(&kept, &path).unwrap();
    assert_eq!(back, dir.path().join("style (2).ron"));
    assert_eq!(presets::read(&back).unwrap().name, "Style");
    assert_eq!(presets::read(&path).unwrap().name, "Another still");
}

/// Saves to `path` and asserts that it fails in words, with everything below `dir` as it was.
#[track_caller]
fn check_refused(dir: &Path, path: &Path, words: &str) {
    let before = names_in(dir);
    let old = std::fs::read(path).ok();
    let error = presets::write(path, &Preset::new("New"), Expect::Anything).unwrap_err();
    assert_eq!(error.kind, SaveErrorKind::System, "{error}");
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("Could not save “New” to {}: ", path.display())), "{shown}");
    assert!(shown.contains(words), "{shown}");
    assert_eq!(names_in(dir), before);
    assert_eq!(std::fs::read(path).ok(), old);
}

#[test]
fn what_the_system_refuses_is_a_sentence_and_leaves_no_trace() {
    let dir = tempfile::tempdir().unwrap();
    check_refused(dir.path(), &dir.path().join("gone/a.ron"), "the folder is not there");
    let path = dir.path().join("a.ron");
    std::fs::create_dir(&path).unwrap();
    check_refused(dir.path(), &path, "");
    std::fs::remove_dir(&path).unwrap();

    std::fs::write(&path, presets::to_text(&Preset::new("Old"))).unwrap();
    std::fs::write(dir.path().join(".previous"), "a file where the folder goes").unwrap();
    check_refused(dir.path(), &path, "version before can't be kept");
    std::fs::remove_file(dir.path().join(".previous")).unwrap();

    let mut permissions = std::fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    std::fs::set_permissions(&path, permissions.clone()).unwrap();
    check_refused(dir.path(), &path, "marked read-only");
    #[expect(clippy::permissions_set_readonly_false, reason = "the file is this test's own")]
    permissions.set_readonly(false);
    std::fs::set_permissions(&path, permissions).unwrap();
}

#[cfg(unix)]
#[test]
fn a_read_only_folder_a_link_and_permissions() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let real = dir.path().join("real.ron");
    std::fs::write(&real, presets::to_text(&Preset::new("Old"))).unwrap();
    std::fs::set_permissions(&real, PermissionsExt::from_mode(0o660)).unwrap();
    let link = dir.path().join("link.ron");
    std::os::unix::fs::symlink("real.ron", &link).unwrap();
    presets::write(&link, &Preset::new("Newer"), Expect::Anything).unwrap();
    assert!(link.symlink_metadata().unwrap().is_symlink(), "a link stays one");
    assert_eq!(presets::read(&real).unwrap().name, "Newer");
    assert_eq!(std::fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o660);

    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o555)).unwrap();
    // The superuser writes everywhere.
    if std::fs::write(dir.path().join("probe"), "").is_err() {
        check_refused(dir.path(), &real, "may not write there");
        check_refused(dir.path(), &dir.path().join("other.ron"), "may not write there");
        assert_eq!(presets::read(&dir.path().join(".previous/real.ron")).unwrap().name, "Old");
    }
    std::fs::set_permissions(dir.path(), PermissionsExt::from_mode(0o755)).unwrap();
}
