//! The table of promises in `docs/jobs.md`: every test that it names is there, so that no promise outlives its proof.
#![allow(clippy::unwrap_used, reason = "a test that can't go on fails")]

use std::path::Path;

/// What the table names: `file::test`, between backticks.
fn named(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split('`').skip(1).step_by(2).filter_map(|code| code.split_once("::"))
}

/// The text of a file of tests, or of all files of a folder of them.
fn source(path: &Path) -> String {
    if let Ok(folder) = std::fs::read_dir(path) {
        return folder.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    }
    let path = path.with_extension("rs");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_promise_names_tests_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(root.join("docs/jobs.md")).unwrap();
    let table = document.split_once("## What you can rely on").unwrap().1;
    let rows: Vec<_> = table.lines().filter(|line| line.starts_with("| ") && line.contains('`')).collect();
    assert!(rows.len() > 20, "the table is gone");
    for row in rows {
        assert!(named(row).next().is_some(), "no test holds this promise: {row}");
        for (file, test) in named(row) {
            let path = root.join(if file.contains('/') { file.to_owned() } else { format!("tests/{file}") });
            let source = source(&path);
            assert!(source.contains(&format!("fn {test}(")), "{file} has no test {test}");
        }
    }
}
