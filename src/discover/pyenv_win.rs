//! pyenv-win's stand-ins are batch files (`shims/python.bat`). What lies behind one is found by its rules, so that no
//! `cmd.exe` stands between a job and its Python: that one reads the arguments anew, and takes no line break in them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::interpreters::newest_first;
use super::machine::Machine;

/// The program that a stand-in would run in `folder`; `None` where it is none, or nothing is behind it.
pub(super) fn behind(machine: &Machine, stand_in: &Path, folder: &Path) -> Option<PathBuf> {
    let is_batch = stand_in
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("bat") || ending.eq_ignore_ascii_case("cmd"));
    let shims = stand_in.parent().filter(|dir| is_batch && is_shims(machine, dir))?;
    let root = shims.parent()?;
    let mut program = stand_in.file_stem()?.to_owned();
    program.push(".exe");
    let wanted = wanted_versions(machine, root, folder)?;
    wanted.split([':', ';', ' ', '\t', '\r', '\n']).filter(|version| !version.is_empty()).find_map(|version| {
        let program = version_folder(&root.join("versions"), version)?.join(&program);
        program.is_file().then_some(program)
    })
}

/// Whether a folder, by its name, is the one of the stand-ins.
pub(super) fn is_shims(machine: &Machine, dir: &Path) -> bool {
    machine.is_windows() && dir.file_name().is_some_and(|name| name.eq_ignore_ascii_case("shims"))
}

/// The shell's choice, else that of the folder or of one above it, else that of all folders.
fn wanted_versions(machine: &Machine, root: &Path, folder: &Path) -> Option<String> {
    if let Some(version) = machine.variable("PYENV_VERSION").and_then(OsStr::to_str) {
        return Some(version.to_owned());
    }
    let local = folder.ancestors().map(|dir| dir.join(".python-version")).find(|file| file.is_file());
    std::fs::read_to_string(local.unwrap_or_else(|| root.join("version"))).ok()
}

/// `3.11.4` is that one; `3.11` is the newest of them.
fn version_folder(versions: &Path, version: &str) -> Option<PathBuf> {
    // A name, and no way to elsewhere.
    let is_name = version.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
    if !is_name || version.starts_with('.') {
        return None;
    }
    let exact = versions.join(version);
    if exact.is_dir() {
        return Some(exact);
    }
    let begins_so = |dir: &PathBuf| {
        dir.file_name()
            .and_then(OsStr::to_str)
            .and_then(|name| name.strip_prefix(version))
            .is_some_and(|rest| rest.starts_with('.'))
    };
    newest_first(versions).into_iter().find(begins_so)
}

#[cfg(test)]
mod tests {
    use super::super::machine::made_up::{file, machine, program};
    use super::*;

    #[test]
    fn a_stand_in_leads_where_pyenv_would_lead_it() {
        let dir = tempfile::tempdir().unwrap();
        let at = |path: &str| dir.path().join(path);
        for version in ["3.9.1", "3.11.4", "3.11.10", "3.8.0-win32"] {
            program(&at(&format!("pyenv-win/versions/{version}/python.exe")));
        }
        let shim = program(&at("pyenv-win/shims/python.bat"));
        let mut machine = machine(true, &[]);
        let check = |machine: &Machine| {
            let found = behind(machine, &shim, &at("shows/tonight"))?;
            Some(found.strip_prefix(at("pyenv-win/versions")).unwrap().to_string_lossy().replace('\\', "/"))
        };
        assert_eq!(check(&machine), None, "no version is chosen");
        file(&at("pyenv-win/version"), "3.9.1\r\n");
        assert_eq!(check(&machine).as_deref(), Some("3.9.1/python.exe"));
        file(&at("shows/.python-version"), "3.7.0\n3.11\n");
        assert_eq!(check(&machine).as_deref(), Some("3.11.10/python.exe"), "the first that is there, and the newest");
        machine.environment.insert("PYENV_VERSION".to_owned(), "3.8.0-win32".into());
        assert_eq!(check(&machine).as_deref(), Some("3.8.0-win32/python.exe"));
        machine.environment.insert("PYENV_VERSION".to_owned(), "../shims".into());
        assert_eq!(check(&machine), None);
        machine.environment.insert("PYENV_VERSION".to_owned(), "3.9.1".into());
        assert_eq!(behind(&machine, &program(&at("tools/python.bat")), &at("shows")), None, "somebody's own");
        let pip = program(&at("pyenv-win/shims/pip.bat"));
        assert_eq!(behind(&machine, &pip, &at("shows")), None, "what lies elsewhere is left to pyenv");
    }
}
