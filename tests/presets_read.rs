//! What a person who edits presets by hand relies on: a mistake is named with its exact place and with what is allowed,
//! and the other presets load.

use std::path::Path;

use sidestage::model::{Interpreter, Preset};
use sidestage::store::presets::{self, Folder, LoadError};

const GOOD: &str = r#"// A comment.
(
    version: 2,
    name: "A",
    group: "",
    interpreter: Name("python"),
    script: "x.py",
    arguments: [
        (on: true, flag: "-i", value: "1"),
    ],
    folder: "",
    environment: [],
    echo: (on: false, host: "127.0.0.1", port: 7000, stdout: true, stderr: true, notices: true),
    notes: "",
)
"#;

fn parse(text: &str) -> Result<Preset, LoadError> {
    presets::parse(Path::new("a.ron"), text.as_bytes())
}

/// Replaces the first `good` by `bad` and asserts on place and words of the complaint.
#[track_caller]
fn check(good: &str, bad: &str, place: (usize, usize), words: &[&str]) {
    assert!(GOOD.contains(good), "{good}");
    let Err(error) = parse(&GOOD.replacen(good, bad, 1)) else { panic!("{bad} loads") };
    let shown = error.to_string();
    assert_eq!((error.line, error.column), (Some(place.0), Some(place.1)), "{shown}");
    assert!(shown.starts_with(&format!("a.ron:{}:{}: ", place.0, place.1)), "{shown}");
    for word in words {
        assert!(shown.contains(word), "{word:?} is missing in: {shown}");
    }
}

#[test]
fn a_good_preset_loads_with_any_line_ends_and_with_a_byte_order_mark() {
    let preset = parse(GOOD).unwrap();
    assert_eq!(preset.interpreter, Interpreter::Name("python".to_owned()));
    assert_eq!(parse(&GOOD.replace('\n', "\r\n")), Ok(preset.clone()));
    assert_eq!(parse(&format!("\u{feff}{GOOD}")), Ok(preset));
    let notes = |text: &str| parse(&GOOD.replace("notes: \"\"", &format!("notes: \"{text}\""))).unwrap().notes;
    assert_eq!(notes("One.\r\nTwo.\nThree.\\r\\n"), "One.\nTwo.\nThree.\r\n");
}

#[test]
fn fields() {
    check("group: \"\"", "groop: \"\"", (5, 5), &["“groop”", "did you mean “group”?", "interpreter, script"]);
    check("value: \"1\"", "valu: \"1\"", (9, 32), &["“valu”", "allowed are on, flag, value"]);
    check("name: \"A\",", "name: \"ä🎭\", bad: 1,", (4, 17), &["“bad”"]);
    check("    notes: \"\",\n", "", (14, 1), &["“notes” is missing", "notes: \"\""]);
    check("port: 7000, ", "", (13, 83), &["“port” is missing", "port: 7000"]);
    check("on: true, flag", "flag", (9, 32), &["“on” is missing", "on: true"]);
    check("name: \"A\",", "name: \"A\",\n    name: \"B\",", (5, 5), &["“name”", "second time"]);
}

#[test]
fn kinds_of_value() {
    check("group: \"\"", "group:   5", (5, 14), &["“group” must be text in quotes", "found “5”"]);
    check("group: \"\"", "group: ", (5, 12), &["“group” must be text in quotes", "found “,”"]);
    check("on: true, flag", "on: \"yes\", flag", (9, 14), &["“on” must be true or false", "“\"yes\"”"]);
    check("port: 7000", "port: \"7000\"", (13, 48), &["“port”", "1 to 65535", "without quotes"]);
    check("port: 7000", "port: -1", (13, 48), &["“port”", "1 to 65535", "found “-1”"]);
    check("port: 7000", "port: 70000000000", (13, 48), &["“port”", "1 to 65535"]);
    check("port: 7000", "port: 70.5", (13, 50), &["“port” has no decimals"]);
    check("arguments: [", "arguments: (", (8, 16), &["“arguments”", "square brackets"]);
    check("(on: true, flag: \"-i\", value: \"1\")", "\"-i\"", (9, 9), &["a row of arguments looks like (on: true"]);
    check("    ],\n", "\n", (11, 5), &["“folder”", "“]”"]);
}

#[test]
fn versions_and_interpreters() {
    check("version: 2", "version: 3", (3, 14), &["version 3 is newer than this Sidestage"]);
    check("version: 2", "version: 0", (3, 14), &["write version: 2"]);
    check("version: 2", "version: \"2\"", (3, 14), &["“version” must be 2"]);
    check("Name(\"python\")", "Nam(\"python\")", (6, 18), &["“Nam”", "Name(\"python\"), Path(\"../venv\") or None"]);
    check("Name(\"python\")", "\"python\"", (6, 18), &["Name(\"python\"), Path(\"../venv\") or None"]);
    check("Name(\"python\")", "Name(python)", (6, 23), &["text in quotes", "“python”"]);
}

#[test]
fn signs_that_are_missing_or_too_many() {
    check("group: \"\",", "group: \"\"", (6, 5), &["a comma is missing before “interpreter”"]);
    check("group: \"\",", "group = \"\",", (5, 11), &["colon", "“=”"]);
    check("group: \"\",", "# no\n    group: \"\",", (5, 5), &["begins with //"]);
    check("group: \"\",", "\"group\": \"\",", (5, 5), &["without quotes"]);
    check("script: \"x.py\"", "script: \"C:\\Users\\x.py\"", (7, 16), &["backslash", "\\\\", "/ in paths"]);
    check("    notes: \"\",\n)\n", "    notes: \"\",\n", (15, 1), &["ends too early"]);
    check("    notes: \"\",\n)\n", "    notes: \"\",\n)\n)\n", (16, 1), &["remove “)”"]);
    check("    notes: \"\",\n)\n", "    notes: \"\",\n/* open\n)\n", (15, 1), &["/*", "never closed"]);
    check("(\n    version", "{\n    version", (2, 1), &["round brackets", "“{”"]);
}

#[test]
fn what_is_no_preset_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let check = |bytes: &[u8], place: &str, words: &str| {
        let path = dir.path().join("a.ron");
        std::fs::write(&path, bytes).unwrap();
        let shown = presets::read(&path).unwrap_err().to_string();
        assert!(shown.starts_with(&format!("{}{place}: ", path.display())), "{shown}");
        assert!(shown.contains(words), "{shown}");
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file stays as it is");
    };
    check(b"", ":1:1", "empty");
    check(b" \n\n", ":1:1", "empty");
    check(b"\x00\x01PK", ":1:1", "round brackets");
    check(b"(\n name: \"\xff\")", ":2:9", "UTF-8");
    check(&vec![b' '; 1024 * 1024 + 1], "", "1 MiB");
    for deep in ["(", "[", "(arguments: [", "(interpreter: Name(", "/*"] {
        let error = presets::parse(Path::new("a.ron"), deep.repeat(50_000).as_bytes()).unwrap_err();
        assert_eq!(error.line, Some(1), "{deep}: {error}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_said_without_a_place() {
    let dir = tempfile::tempdir().unwrap();
    let check = |name: &str, words: &str| {
        let path = dir.path().join(name);
        let shown = presets::read(&path).unwrap_err().to_string();
        assert!(shown.starts_with(&format!("{}: ", path.display())) && shown.contains(words), "{shown}");
    };
    check("missing.ron", "no such file");
    std::fs::create_dir(dir.path().join("folder.ron")).unwrap();
    check("folder.ron", "is a folder");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere.ron", dir.path().join("link.ron")).unwrap();
        check("link.ron", "a link to nowhere.ron");
        std::fs::create_dir(dir.path().join("below")).unwrap();
        std::fs::write(dir.path().join("below/real.ron"), GOOD).unwrap();
        std::os::unix::fs::symlink("below/real.ron", dir.path().join("inside.ron")).unwrap();
        assert_eq!(
            presets::read(&dir.path().join("inside.ron")).unwrap().name,
            "A",
            "a link within the folder is fine"
        );
        let socket = dir.path().join("socket.ron");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        check("socket.ron", "no ordinary file");
    }
}

#[test]
fn a_folder_full_of_garbage_still_gives_its_presets_in_order() {
    let dir = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("10-c.ron", GOOD),
        ("2-b.ron", GOOD),
        ("1-A.RON", GOOD),
        ("broken.ron", "(version: 2, oops: 2)"),
        (".hidden.ron", "garbage"),
        ("2-b.ron~", "garbage"),
        ("2-b.ron.bak", "garbage"),
        ("notes.txt", "garbage"),
    ] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    std::fs::create_dir_all(dir.path().join("folder.ron")).unwrap();
    std::fs::create_dir_all(dir.path().join("below")).unwrap();
    std::fs::write(dir.path().join("below/x.ron"), GOOD).unwrap();
    let folder = presets::load_dir(dir.path());
    let names: Vec<_> = folder.presets.iter().map(presets::Entry::file_name).collect();
    assert_eq!(names, ["1-A.RON", "2-b.ron", "10-c.ron"]);
    let errors: Vec<_> = folder.errors.iter().map(|error| error.path.file_name().unwrap().to_string_lossy()).collect();
    assert_eq!(errors, ["broken.ron", "folder.ron"]);
    assert_eq!(folder.warnings.len(), 1, "{:?}", folder.warnings);
    assert!(folder.warnings[0].contains("1-A.RON, 2-b.ron and 10-c.ron are all named “A”"), "{:?}", folder.warnings);
}

#[test]
fn a_folder_that_is_none_is_one_error() {
    let dir = tempfile::tempdir().unwrap();
    let check = |path: &Path, words: &str| {
        let Folder { presets, errors, .. } = presets::load_dir(path);
        assert!(presets.is_empty() && errors.len() == 1, "{errors:?}");
        assert!(errors[0].to_string().contains(words), "{}", errors[0]);
    };
    check(&dir.path().join("missing"), "no such folder");
    std::fs::write(dir.path().join("file"), "").unwrap();
    check(&dir.path().join("file"), "this is a file");
}
