//! Which files beside a Python script it imports. Read off its text by the few forms that imports have; a module that is
//! found otherwise is not seen, and the list can be looked at before it is packed.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

use super::NEVER;
use super::links::led_out;

/// A longer script is read up to here.
const MOST_BYTES: u64 = 1024 * 1024;
/// More than beside any script.
const MOST_FILES: usize = 2000;

static IMPORT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?m)^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import\b|import[ \t]+([^\n#;]+))").ok());

/// Files that go along, and what was passed over: links, which may lead anywhere, and what is neither file nor folder.
#[derive(Debug, Default)]
pub(super) struct Listed {
    pub files: Vec<PathBuf>,
    pub passed: Vec<PathBuf>,
}

/// The modules beside `script` that it imports, and those that these import: files, packages with all that lies in them,
/// and `requirements.txt`, which says what else it needs.
#[must_use]
pub(super) fn beside(script: &Path) -> Listed {
    let Some(dir) = script.parent() else { return Listed::default() };
    let (mut found, mut passed) = (BTreeSet::new(), BTreeSet::new());
    let mut unread = vec![script.to_path_buf()];
    while let Some(file) = unread.pop() {
        for name in imported(&text_of(&file)) {
            let module = dir.join(format!("{name}.py"));
            let package = if module.is_file() { Listed::default() } else { package(&dir.join(name)) };
            passed.extend(package.passed);
            let module = Some(module).filter(|module| module.is_file());
            for file in module.into_iter().chain(package.files) {
                if found.len() < MOST_FILES && file != script && found.insert(file.clone()) && is_python(&file) {
                    unread.push(file);
                }
            }
        }
    }
    let requirements = dir.join("requirements.txt");
    let mut files: Vec<_> = found.into_iter().collect();
    if requirements.is_file() {
        files.push(requirements);
    }
    Listed { files, passed: passed.into_iter().collect() }
}

fn is_compiled(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("pyc"))
}

pub(super) fn is_python(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("py") || ending.eq_ignore_ascii_case("pyw"))
}

fn text_of(file: &Path) -> String {
    use std::io::Read;
    let mut bytes = Vec::new();
    // What can't be read imports nothing that could be told.
    let _ = std::fs::File::open(file).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The first part of each imported name; relative imports lead into packages, which are taken as a whole.
fn imported(text: &str) -> BTreeSet<String> {
    let Some(import) = IMPORT.as_ref() else { return BTreeSet::new() };
    let names = import.captures_iter(text).flat_map(|found| {
        let listed = found.get(1).or(found.get(2)).map_or("", |names| names.as_str());
        let first = |name: &str| name.trim().split(['.', ' ', '\t']).next().unwrap_or_default().to_owned();
        listed.split(',').map(first).collect::<Vec<_>>()
    });
    names.filter(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')).collect()
}

/// All files of a package; none where the folder is none. One that a link leads elsewhere is passed over.
fn package(dir: &Path) -> Listed {
    let listed = files_in(dir, MOST_FILES);
    match dir.parent().and_then(|home| led_out(dir, home)) {
        _ if !listed.files.iter().any(|file| is_python(file)) => Listed::default(),
        Some(_) => Listed { files: Vec::new(), passed: vec![dir.to_path_buf()] },
        None => listed,
    }
}

/// The files of a folder and of those in it, in order; links are not followed, and what belongs to a tool is left out.
pub(super) fn files_in(dir: &Path, most: usize) -> Listed {
    let mut listed = Listed::default();
    let mut folders = vec![dir.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let Ok(kind) = entry.file_type() else { continue };
            let is_never = NEVER.iter().any(|name| entry.file_name() == *name);
            if is_never || (kind.is_file() && is_compiled(&entry.path())) {
                continue;
            }
            if kind.is_dir() {
                folders.push(entry.path());
            } else if !kind.is_file() {
                listed.passed.push(entry.path());
            } else if listed.files.len() < most {
                listed.files.push(entry.path());
            }
        }
    }
    listed.files.sort();
    listed.passed.sort();
    listed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_script_imports_from_beside_it_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let script = "import os, helper as h\nfrom looks.warm import tint  # a package\n\
                      if True:\n    import lazy; print('import comment')\n# import commented\nimport numpy\n";
        for (path, text) in [
            ("a.py", script),
            ("helper.py", "from deeper import x\nimport a\n"),
            ("deeper.py", ""),
            ("lazy.py", ""),
            ("commented.py", ""),
            ("unused.py", ""),
            ("looks/__init__.py", ""),
            ("looks/warm.py", "from . import cold\n"),
            ("looks/table.json", "{}"),
            ("looks/__pycache__/warm.pyc", ""),
            ("numpy/readme.txt", "no package"),
            ("requirements.txt", "numpy\n"),
        ] {
            let path = dir.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let listed = beside(&dir.path().join("a.py"));
        assert!(listed.passed.is_empty(), "{listed:?}");
        let found: Vec<_> = listed
            .files
            .iter()
            .map(|file| file.strip_prefix(dir.path()).unwrap().to_string_lossy().replace('\\', "/"))
            .collect();
        let expected = [
            "deeper.py",
            "helper.py",
            "lazy.py",
            "looks/__init__.py",
            "looks/table.json",
            "looks/warm.py",
            "requirements.txt",
        ];
        assert_eq!(found, expected);
    }
}
