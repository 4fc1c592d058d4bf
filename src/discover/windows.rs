//! The parts of Windows that mislead whoever looks for a Python there. Plain functions of text where possible, so that
//! they are tested on every system.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::version::output_of;

/// Whether a path is where Windows keeps its app aliases: programs of no length, of which the one named `python` may
/// only open the Store.
pub fn is_alias_path(path: &str) -> bool {
    path.replace('\\', "/").to_ascii_lowercase().contains("/microsoft/windowsapps/")
}

/// The Pythons that the `py` launcher knows. The launcher itself is never used to run a script: by design its child
/// escapes the Job Object that ends a job as a whole.
pub fn py_list(py: &Path) -> Vec<(String, PathBuf)> {
    let mut command = Command::new(py);
    command.arg("-0p");
    output_of(command).map(|text| parse_py_list(&text)).unwrap_or_default()
}

/// Version and program of each line that `py -0p` prints: ` -V:3.11 *        C:\Python311\python.exe`.
pub fn parse_py_list(text: &str) -> Vec<(String, PathBuf)> {
    text.lines()
        .filter_map(|line| {
            let (tag, rest) = line.trim().split_once(char::is_whitespace)?;
            let tag = tag.strip_prefix("-V:").or_else(|| tag.strip_prefix('-'))?;
            // Other makers' tags read `Maker/Name`; only a plain version says what `python3.11` means.
            let version: String = tag.chars().take_while(|c| c.is_ascii_digit() || *c == '.').collect();
            let program = rest.trim().trim_start_matches('*').trim();
            let is_path = program.as_bytes().get(1) == Some(&b':');
            (!version.is_empty() && is_path).then(|| (version, PathBuf::from(program)))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_of_the_launchers_list_are_read() {
        let text = "Installed Pythons found by py Launcher for Windows\r\n \
             -V:3.12 *        C:\\Users\\A B\\Python312\\python.exe\r\n \
             -3.8-64          C:\\Python38\\python.exe\r\n \
             -V:ContinuumAnalytics/py39 C:\\conda\\python.exe\r\n \
             (venv) *         C:\\x\\python.exe\r\n\
             no pythons\r\n";
        let expected = [("3.12", "C:\\Users\\A B\\Python312\\python.exe"), ("3.8", "C:\\Python38\\python.exe")]
            .map(|(version, path)| (version.to_owned(), PathBuf::from(path)));
        assert_eq!(parse_py_list(text), expected);
    }

    #[test]
    fn the_aliases_folder_is_known_in_any_case() {
        assert!(is_alias_path("C:\\Users\\x\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe"));
        assert!(!is_alias_path("C:\\Python311\\python.exe"));
    }
}
