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

/// Whether an app alias, which stands for `target`, opens the Store instead of running a Python. It is not run to find
/// out. Where the system doesn't tell what it stands for, only one in a Python's own folder is believed.
pub fn is_stub(alias: &Path, target: Option<&str>) -> bool {
    let is_pythons_own = |name: &str| name.starts_with("PythonSoftwareFoundation.");
    match target {
        Some(target) => {
            target.contains("AppInstallerPythonRedirector") || target.contains("Microsoft.DesktopAppInstaller")
        }
        None => !alias.parent().and_then(Path::file_name).is_some_and(|dir| is_pythons_own(&dir.to_string_lossy())),
    }
}

/// The strings in the reparse point of an app alias: the package, the app, the program and a number.
///
/// The layout is that of `REPARSE_DATA_BUFFER` with the tag `IO_REPARSE_TAG_APPEXECLINK`: tag (4 bytes), length (2),
/// reserved (2), version (4), then UTF-16 strings, each with a zero at its end.
#[cfg_attr(not(any(windows, test)), expect(dead_code, reason = "only Windows has app aliases"))]
pub fn parse_app_link(data: &[u8]) -> Option<String> {
    const APP_EXEC_LINK: u32 = 0x8000_001B;
    const STRINGS_AT: usize = 12;
    let tag = u32::from_le_bytes(data.get(..4)?.try_into().ok()?);
    if tag != APP_EXEC_LINK {
        return None;
    }
    let length = usize::from(u16::from_le_bytes(data.get(4..6)?.try_into().ok()?));
    let strings = data.get(STRINGS_AT..(8 + length).min(data.len()))?;
    let units: Vec<u16> = strings.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let strings: Vec<_> = units.split(|unit| *unit == 0).map(String::from_utf16_lossy).collect();
    Some(strings.join("\n"))
}

/// What an app alias stands for, as the system has it written in its reparse point.
#[cfg(windows)]
pub use app_link::alias_target;

/// Only Windows has app aliases.
#[cfg(not(windows))]
pub fn alias_target(_alias: &Path) -> Option<String> {
    None
}

#[cfg(windows)]
mod app_link {
    #![expect(unsafe_code, reason = "reparse points have no safe interface")]

    use std::os::windows::fs::OpenOptionsExt;
    use std::os::windows::io::AsRawHandle;
    use std::path::Path;

    use windows_sys::Win32::Foundation::{FALSE, HANDLE};
    use windows_sys::Win32::Storage::FileSystem::{FILE_FLAG_BACKUP_SEMANTICS, FILE_FLAG_OPEN_REPARSE_POINT};
    use windows_sys::Win32::System::IO::DeviceIoControl;
    use windows_sys::Win32::System::Ioctl::FSCTL_GET_REPARSE_POINT;

    /// The system's limit (`MAXIMUM_REPARSE_DATA_BUFFER_SIZE`).
    const MOST_BYTES: u16 = 16 * 1024;

    pub fn alias_target(alias: &Path) -> Option<String> {
        let mut options = std::fs::OpenOptions::new();
        options.access_mode(0).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT | FILE_FLAG_BACKUP_SEMANTICS);
        let file = options.open(alias).ok()?;
        let mut data = vec![0_u8; MOST_BYTES.into()];
        let mut written = 0;
        // SAFETY: the handle is open, the buffer is as large as we say, and the call doesn't outlive either.
        let done = unsafe {
            DeviceIoControl(
                file.as_raw_handle() as HANDLE,
                FSCTL_GET_REPARSE_POINT,
                std::ptr::null(),
                0,
                data.as_mut_ptr().cast(),
                MOST_BYTES.into(),
                &raw mut written,
                std::ptr::null_mut(),
            )
        };
        if done == FALSE {
            return None;
        }
        data.truncate(usize::try_from(written).ok()?);
        super::parse_app_link(&data)
    }
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

    fn app_link(strings: &[&str]) -> Vec<u8> {
        let text: Vec<u8> =
            strings.iter().flat_map(|s| s.encode_utf16().chain([0])).flat_map(u16::to_le_bytes).collect();
        let length = u16::try_from(text.len() + 4).unwrap().to_le_bytes();
        [&0x8000_001B_u32.to_le_bytes()[..], &length, &[0, 0], &3_u32.to_le_bytes(), &text].concat()
    }

    #[test]
    fn a_shop_is_told_from_a_python_by_what_the_alias_stands_for() {
        let shop = app_link(&[
            "Microsoft.DesktopAppInstaller_8wekyb3d8bbwe",
            "Microsoft.DesktopAppInstaller_8wekyb3d8bbwe!PythonRedirector",
            "C:\\Program Files\\WindowsApps\\Microsoft.DesktopAppInstaller_1.21_x64\\AppInstallerPythonRedirector.exe",
            "0",
        ]);
        let python = app_link(&[
            "PythonSoftwareFoundation.Python.3.11_qbz5n2kfra8p0",
            "PythonSoftwareFoundation.Python.3.11_qbz5n2kfra8p0!Python",
            "C:\\Program Files\\WindowsApps\\PythonSoftwareFoundation.Python.3.11_3.11.2544.0_x64\\python3.11.exe",
            "0",
        ]);
        let alias = Path::new("/x/Microsoft/WindowsApps/python.exe");
        assert!(is_stub(alias, parse_app_link(&shop).as_deref()));
        assert!(!is_stub(alias, parse_app_link(&python).as_deref()));
        assert!(is_stub(alias, None), "what can't be read is not run");
        let own = Path::new("/x/Microsoft/WindowsApps/PythonSoftwareFoundation.Python.3.11_qbz5n2kfra8p0/python.exe");
        assert!(!is_stub(own, None));
        for broken in [&[][..], &shop[..3], &shop[..9], &[0; 40]] {
            assert_eq!(parse_app_link(broken), None, "{broken:?}");
        }
        assert!(parse_app_link(&shop[..41]).is_some(), "a cut one is read as far as it goes");
    }

    #[test]
    fn the_aliases_folder_is_known_in_any_case() {
        assert!(is_alias_path("C:\\Users\\x\\AppData\\Local\\Microsoft\\WindowsApps\\python.exe"));
        assert!(!is_alias_path("C:\\Python311\\python.exe"));
    }
}
