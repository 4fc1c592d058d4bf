//! Presets that somebody made to do harm, or that aren't any: each is refused in words, at once, and left as it is.

#![expect(clippy::unwrap_used, reason = "helpers of tests are tests too")]

use std::path::Path;

use sidestage::model::{Argument, Preset};
use sidestage::store::presets::{self, Expect, SaveErrorKind};

/// A preset with `old` in its plain text replaced.
fn with(old: &str, new: &str) -> String {
    let text = presets::to_text(&Preset::new("A"));
    assert!(text.contains(old), "{old}");
    text.replacen(old, new, 1)
}

/// Loads the folder of this one file, on a thread with a small stack, and asserts on the only complaint.
#[track_caller]
fn check(text: &[u8], words: &str) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evil.ron");
    std::fs::write(&path, text).unwrap();
    let shown = complaint(dir.path());
    assert!(shown.starts_with(&path.display().to_string()) && shown.contains(words), "{shown}");
    assert!(shown.len() < 2000, "a complaint is a sentence, and has {} bytes", shown.len());
    assert_eq!(std::fs::read(&path).unwrap(), text, "left as it is");
}

fn complaint(dir: &Path) -> String {
    let dir = dir.to_owned();
    let load = move || presets::load_dir(&dir);
    let folder = std::thread::Builder::new().stack_size(512 * 1024).spawn(load).unwrap().join().unwrap();
    assert!(folder.presets.is_empty());
    assert_eq!(folder.errors.len(), 1, "{:?}", folder.errors);
    folder.errors[0].to_string()
}

#[test]
fn deep_nesting() {
    for (open, words) in [("(", "evil.ron:1:"), ("[", "evil.ron:1:"), ("Some(", "evil.ron:"), ("/*", "never closed")] {
        check(open.repeat(100_000).as_bytes(), words);
    }
    for open in ["(", "[", "Some(", "[(on: "] {
        check(with("notes: \"\"", &format!("notes: {}", open.repeat(20_000))).as_bytes(), "evil.ron:");
        // Where an unknown field's value would have to be skipped.
        check(with("notes: \"\"", &format!("evil: {}", open.repeat(20_000))).as_bytes(), "evil.ron:");
    }
}

#[test]
fn huge_numbers() {
    let nines = "9".repeat(100_000);
    for number in ["4294967296", "1e999", "-1", "340282366920938463463374607431768211456", "0x1FFFFFFFF", &nines] {
        check(with("port: 7000", &format!("port: {number}")).as_bytes(), "port");
    }
    check(with("version: 2", "version: 4294967296").as_bytes(), "version");
    check(with("version: 2", "version: 4294967295").as_bytes(), "is newer than this Sidestage");
}

#[test]
fn endless_texts_and_files() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evil.ron");
    // No disk holds it, and no memory is asked to.
    std::fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    assert!(complaint(dir.path()).contains("larger than 1 MiB"));
    let error = presets::write(&path, &Preset::new("Mine"), Expect::Anything).unwrap_err();
    assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    check(with("\"A\"", &format!("\"{}\"", "A".repeat(2 << 20))).as_bytes(), "larger than 1 MiB");
    check(with("\"A\"", &format!("\"{}\"", "A".repeat(900_000))).as_bytes(), "“name” has 900000 characters");
    check(with("\"A\"", &format!("\"{}", "A".repeat(900_000))).as_bytes(), "a quote above it is missing");
}

#[test]
fn endless_lists() {
    let rows = |count: usize| format!("arguments: [{}]", "(on:true,flag:\"\",value:\"\"),".repeat(count));
    check(with("arguments: []", &rows(30_000)).as_bytes(), "“arguments” has 30000 rows, and at most 1000");
    check(with("arguments: []", &rows(100_000)).as_bytes(), "larger than 1 MiB");
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.ron");
    let many = |count| Preset { arguments: vec![Argument::default(); count], ..Preset::new("Many") };
    let error = presets::write(&path, &many(1001), Expect::New).unwrap_err();
    assert_eq!(error.kind, SaveErrorKind::System);
    assert!(error.to_string().contains("“arguments” has 1001 rows"), "what wouldn't be read isn't written: {error}");
    presets::write(&path, &many(1000), Expect::New).unwrap();
    assert_eq!(presets::read(&path).unwrap(), many(1000));
}

#[test]
fn what_is_no_text() {
    check(b"\xff\xfe(\0v\0", ":1:1: this byte is no UTF-8");
    check(&with("\"A\"", "\"A\"").into_bytes()[..30], "ends too early");
    let mut text = with("\"A\"", "\"A\"").into_bytes();
    text[30] = 0xC3;
    text[31] = 0x28;
    check(&text, "no UTF-8");
}

#[cfg(unix)]
#[test]
fn what_is_no_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("evil.ron");
    let fifo = std::process::Command::new("mkfifo").arg(&path).status().unwrap();
    assert!(fifo.success());
    let whole = |dir: &Path| {
        let dir = dir.to_owned();
        let (told, hears) = std::sync::mpsc::sync_channel(1);
        std::thread::Builder::new().spawn(move || told.send(complaint(&dir))).unwrap();
        hears.recv_timeout(std::time::Duration::from_mins(1)).expect("nobody waits for a writer")
    };
    assert!(whole(dir.path()).contains("no ordinary file"));
    let error = presets::write(&path, &Preset::new("Mine"), Expect::Anything).unwrap_err();
    assert!(error.to_string().contains("no ordinary file"), "{error}");
    for device in ["/dev/zero", "/dev/tty", "/proc/self/mem"] {
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(device, &path).unwrap();
        let said = whole(dir.path());
        assert!(said.starts_with(&path.display().to_string()), "{device}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_never_replaced_by_what_it_leads_to_nor_followed_by_a_removal() {
    let (dir, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (link, file) = (dir.path().join("evil.ron"), elsewhere.path().join("precious.txt"));
    std::fs::write(&file, "precious").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    let said = complaint(dir.path());
    assert!(said.contains("evil.ron: this is a link out of the folder, to "), "{said}");
    assert!(said.contains("precious.txt, and is not followed; put the file itself here"), "{said}");
    // Also where it leads to what would be a preset.
    let preset = presets::to_text(&Preset::new("Theirs"));
    std::fs::write(&file, &preset).unwrap();
    assert!(complaint(dir.path()).contains("a link out of the folder"));
    let error = presets::write(&link, &Preset::new("Mine"), Expect::Anything).unwrap_err();
    assert_eq!(error.kind, SaveErrorKind::System);
    assert!(error.to_string().contains("a link out of the folder"), "{error}");
    presets::remove(&link).unwrap();
    assert_eq!(std::fs::read_to_string(&file).unwrap(), preset);
    // Nor are those of the folder as a whole.
    for name in ["sidestage.groups", "sidestage.echo"] {
        std::os::unix::fs::symlink(&file, dir.path().join(name)).unwrap();
        let said = complaint(dir.path());
        assert!(said.contains(name) && said.contains("a link out of the folder"), "{said}");
        std::fs::remove_file(dir.path().join(name)).unwrap();
    }
    // A folder of that name that leads elsewhere would take the version before out of the show.
    let mine = dir.path().join("mine.ron");
    presets::write(&mine, &Preset::new("One"), Expect::New).unwrap();
    std::fs::remove_dir_all(dir.path().join(".previous")).unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), dir.path().join(".previous")).unwrap();
    let error = presets::write(&mine, &Preset::new("Two"), Expect::Anything).unwrap_err();
    assert!(error.to_string().contains("version before can't be kept"), "{error}");
    assert_eq!(std::fs::read_dir(elsewhere.path()).unwrap().count(), 1);
}
