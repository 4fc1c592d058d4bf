//! How logs are named: a folder for each preset, and in it a file for each run, with more files where it grew long.

use std::fmt::Write;

/// Longest name of a folder in bytes; file systems allow 255.
const MAX_FOLDER_BYTES: usize = 120;

/// One file of a run's log: `2026-11-23T04-12-33Z-0007.log`, and from its second part on `…-0007.2.log`.
///
/// Ordered by number, not by time: a clock can be set back, and then the latest run has not the latest time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogName {
    /// Which run of the preset, from 1; one more than the highest that is there.
    pub number: u32,
    /// When the run started, UTC: `2026-11-23T04-12-33Z`, as no system allows a colon in a file's name.
    pub started: String,
    /// From 1.
    pub part: u32,
}

impl LogName {
    /// What a file's name says; `None` if it is no log of ours.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let stem = name.strip_suffix(".log")?;
        let (run, part) = match stem.split_once('.') {
            Some((run, part)) => (run, plain_number(part).filter(|part| *part > 1)?),
            None => (stem, 1),
        };
        let (started, number) = run.rsplit_once('-')?;
        let shape = |c: char| if c.is_ascii_digit() { '0' } else { c };
        let is_time = started.chars().map(shape).eq("0000-00-00T00-00-00Z".chars());
        let number = Some(number).filter(|number| number.len() >= 4).and_then(plain_number)?;
        is_time.then(|| Self { number, started: started.to_owned(), part })
    }

    /// What names the run among its preset's: the same for all its parts.
    #[must_use]
    pub fn run(&self) -> String {
        format!("{}-{:04}", self.started, self.number)
    }

    #[must_use]
    pub fn file_name(&self) -> String {
        if self.part == 1 { format!("{}.log", self.run()) } else { format!("{}.{}.log", self.run(), self.part) }
    }
}

fn plain_number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The folder's name for a preset of that name. Different names give different folders; what a system doesn't allow
/// stands as `%` and two hexadecimal digits for each byte, and so does `%` itself.
#[must_use]
pub fn log_folder_name(preset: &str) -> String {
    let mut name = String::new();
    let last = preset.chars().count().saturating_sub(1);
    let device = is_device(preset);
    for (index, c) in preset.chars().enumerate() {
        let at_edge = matches!(c, ' ' | '.') && (index == 0 || index == last);
        if c.is_control() || "<>:\"/\\|?*%".contains(c) || at_edge || (device && index == 0) {
            for byte in c.encode_utf8(&mut [0; 4]).bytes() {
                // Writing to a String can't fail.
                let _ = write!(name, "%{byte:02X}");
            }
        } else {
            name.push(c);
        }
    }
    if name.is_empty() {
        "%".to_owned()
    } else if name.len() > MAX_FOLDER_BYTES {
        let mut end = MAX_FOLDER_BYTES - 17;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        // A lone `%` and lower-case digits: no short name comes to that.
        format!("{}%{:016x}", name[..end].trim_end_matches([' ', '.']), hash(preset))
    } else {
        name
    }
}

/// Names that Windows keeps for devices, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let numbered = |device: &str| {
        stem.strip_prefix(device).is_some_and(|rest| rest.chars().count() == 1 && "0123456789¹²³".contains(rest))
    };
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul" | "conin$" | "conout$") || numbered("com") || numbered("lpt")
}

/// FNV-1a, 64 bits: the same on every machine and in every version, which the standard library's hash is not.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_comes_back() {
        for part in [1, 2, 117] {
            let name = LogName { number: 7, started: "2026-11-23T04-12-33Z".to_owned(), part };
            assert_eq!(LogName::parse(&name.file_name()), Some(name.clone()));
        }
        let name = LogName { number: 123_456, started: "2026-11-23T04-12-33Z".to_owned(), part: 2 };
        assert_eq!(name.file_name(), "2026-11-23T04-12-33Z-123456.2.log");
        for foreign in [
            "notes.log",
            "runs.jsonl",
            "2026-11-23T04-12-33Z-7.log",
            "2026-11-23T04-12-33Z-0007.1.log",
            "2026-11-23T04-12-33Z-0007.2.3.log",
            "2026-11-23T04:12:33Z-0007.log",
            "2026-11-23T04-12-33Z-+007.log",
            "2026-11-23T04-12-33Z-0007.log.bak",
            "my 2026-11-23T04-12-33Z-0007.log",
        ] {
            assert_eq!(LogName::parse(foreign), None, "{foreign}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_does_not_change_the_order() {
        let name = |number, started: &str| LogName { number, started: started.to_owned(), part: 1 };
        assert!(name(2, "1999-01-01T00-00-00Z") > name(1, "2026-11-23T04-12-33Z"));
        assert!(LogName { part: 10, ..name(1, "x") } > LogName { part: 9, ..name(1, "x") });
    }

    #[test]
    fn presets_have_folders_that_every_system_allows() {
        for (preset, folder) in [
            ("Style transfer", "Style transfer"),
            ("映像 🎭", "映像 🎭"),
            ("a/b", "a%2Fb"),
            ("..", "%2E%2E"),
            ("100 %", "100 %25"),
            (" x. ", "%20x.%20"),
            ("end.", "end%2E"),
            ("Con", "%43on"),
            ("com1.txt", "%63om1.txt"),
            ("console", "console"),
            ("a\nb", "a%0Ab"),
            ("", "%"),
        ] {
            assert_eq!(log_folder_name(preset), folder, "{preset:?}");
        }
        let (long, longer) = ("映".repeat(500), "映".repeat(501));
        assert!(log_folder_name(&long).len() <= MAX_FOLDER_BYTES);
        assert_ne!(log_folder_name(&long), log_folder_name(&longer));
    }
}
