//! How PowerShell is told that a file is a script.

/// What stands between an interpreter's program, at a path or by its name, and the script; nothing for most.
///
/// Windows PowerShell takes bare words for a command line, which it joins and parses again; after `-File` they are
/// arguments as they are, and the script's own status is PowerShell's. As Windows is set up it runs no script from a file
/// unless it is told so.
#[must_use]
pub fn before_script(program: &str) -> &'static [&'static str] {
    let name = program.rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
    match name.strip_suffix(".exe").unwrap_or(&name) {
        "powershell" => &["-NoProfile", "-ExecutionPolicy", "Bypass", "-File"],
        "pwsh" => &["-NoProfile", "-File"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powershell_is_told_that_the_script_is_a_file() {
        let windows = ["-NoProfile", "-ExecutionPolicy", "Bypass", "-File"];
        for program in ["powershell", "POWERSHELL.EXE", r"C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe"] {
            assert_eq!(before_script(program), windows, "{program}");
        }
        for program in ["pwsh", "/usr/bin/pwsh", r"C:\Program Files\PowerShell\7\PwSh.ExE"] {
            assert_eq!(before_script(program), ["-NoProfile", "-File"], "{program}");
        }
        for program in ["", "python", "/usr/bin/bash", "powershell/python", "my-powershell.exe"] {
            assert!(before_script(program).is_empty(), "{program}");
        }
    }
}
