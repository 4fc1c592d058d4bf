//! The registry of Windows, as far as it tells of interpreters: Pythons by PEP 514
//! (<https://peps.python.org/pep-0514/>), R by its own key. Read through a small trait, so that a test can make one up.

use std::path::{Path, PathBuf};

/// A part of the registry that is looked at by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hive {
    /// The user's, the same for programs of 32 and of 64 bits.
    User,
    /// The machine's, as programs of 64 bits see it.
    Machine64,
    Machine32,
}

impl Hive {
    /// In the order in which PEP 514 has them looked at.
    pub const ALL: [Self; 3] = [Self::User, Self::Machine64, Self::Machine32];
}

/// Read access to keys by their path below a hive, with `\` between names.
pub trait Registry: Send + Sync {
    /// The names of the keys within a key; none if there is no such key.
    fn keys(&self, hive: Hive, key: &str) -> Vec<String>;
    /// A text within a key; the key's own where the name is empty.
    fn text(&self, hive: Hive, key: &str, name: &str) -> Option<String>;
}

/// What other systems have.
#[cfg(any(test, not(windows)))]
pub struct Empty;

#[cfg(any(test, not(windows)))]
impl Registry for Empty {
    fn keys(&self, _hive: Hive, _key: &str) -> Vec<String> {
        Vec::new()
    }

    fn text(&self, _hive: Hive, _key: &str, _name: &str) -> Option<String> {
        None
    }
}

/// The registry of the machine that Sidestage runs on.
pub fn of_this_machine() -> Box<dyn Registry> {
    #[cfg(windows)]
    return Box::new(windows::Real);
    #[cfg(not(windows))]
    Box::new(Empty)
}

#[cfg(windows)]
mod windows {
    use winreg::RegKey;
    use winreg::enums::{KEY_READ, KEY_WOW64_32KEY, KEY_WOW64_64KEY};

    use super::{Hive, Registry};

    pub struct Real;

    fn open(hive: Hive, key: &str) -> Option<RegKey> {
        let (root, view) = match hive {
            Hive::User => (winreg::HKCU, 0),
            Hive::Machine64 => (winreg::HKLM, KEY_WOW64_64KEY),
            Hive::Machine32 => (winreg::HKLM, KEY_WOW64_32KEY),
        };
        root.open_subkey_with_flags(key, KEY_READ | view).ok()
    }

    impl Registry for Real {
        fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
            open(hive, key).map(|key| key.enum_keys().flatten().collect()).unwrap_or_default()
        }

        fn text(&self, hive: Hive, key: &str, name: &str) -> Option<String> {
            open(hive, key)?.get_value(name).ok()
        }
    }
}

/// A Python as the registry tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegisteredPython {
    /// Who made it: `PythonCore` is python.org, others are `ContinuumAnalytics`, `Astral` and so on.
    pub company: String,
    /// The company's name for people, or its short one.
    pub company_name: String,
    /// The maker's name for it: `3.11-32`.
    pub tag: String,
    pub program: PathBuf,
    /// As `3.11` or longer; may be empty.
    pub version: String,
    pub display_name: Option<String>,
    /// `32bit` or `64bit`.
    pub architecture: Option<String>,
}

impl RegisteredPython {
    /// Only of these a plain version says what `python3.11` means.
    pub fn is_python_org(&self) -> bool {
        self.company == "PythonCore"
    }
}

const PYTHONS: &str = "Software\\Python";
/// Not a maker of Pythons.
const LAUNCHER: &str = "PyLauncher";

/// Every Python in the registry, each maker's newest first, and of two the one of 64 bits. One that is registered for the user and for the machine is
/// the user's.
pub fn registered_pythons(registry: &dyn Registry) -> Vec<RegisteredPython> {
    let mut found: Vec<RegisteredPython> = Vec::new();
    for hive in Hive::ALL {
        for company in registry.keys(hive, PYTHONS).into_iter().filter(|company| company != LAUNCHER) {
            let key = format!("{PYTHONS}\\{company}");
            let mut tags = registry.keys(hive, &key);
            tags.sort_by_cached_key(|tag| (std::cmp::Reverse(plain_version(tag)), tag.ends_with("-32")));
            for tag in tags {
                let Some(python) = registered(registry, hive, (&company, &tag)) else { continue };
                let is_same = |other: &RegisteredPython| {
                    other.company == python.company && other.tag == python.tag || other.program == python.program
                };
                if !found.iter().any(is_same) {
                    found.push(python);
                }
            }
        }
    }
    found
}

fn registered(registry: &dyn Registry, hive: Hive, (company, tag): (&str, &str)) -> Option<RegisteredPython> {
    let company_key = format!("{PYTHONS}\\{company}");
    let key = format!("{company_key}\\{tag}");
    let install = format!("{key}\\InstallPath");
    let text = |key: &str, name| registry.text(hive, key, name).filter(|text| !text.trim().is_empty());
    let program = match text(&install, "ExecutablePath") {
        Some(program) => PathBuf::from(program),
        // Without the program's path the folder will do, by PEP 514 for those of python.org alone.
        None if company == "PythonCore" => Path::new(&text(&install, "")?).join("python.exe"),
        None => return None,
    };
    let from_tag = || without_width(tag).trim_start_matches(|c: char| !c.is_ascii_digit());
    Some(RegisteredPython {
        company_name: text(&company_key, "DisplayName").unwrap_or_else(|| company.to_owned()),
        company: company.to_owned(),
        tag: tag.to_owned(),
        program,
        version: text(&key, "Version").or_else(|| text(&key, "SysVersion")).unwrap_or_else(|| from_tag().to_owned()),
        display_name: text(&key, "DisplayName"),
        architecture: text(&key, "SysArchitecture"),
    })
}

/// A tag without what follows it, such as `-32` and `-arm64`.
fn without_width(tag: &str) -> &str {
    tag.split('-').next().unwrap_or_default()
}

fn plain_version(tag: &str) -> Vec<u32> {
    version_parts(without_width(tag))
}

/// The numbers in a name, so that `3.9` comes before `3.11`.
pub fn version_parts(name: &str) -> Vec<u32> {
    name.split(|c: char| !c.is_ascii_digit()).filter_map(|part| part.parse().ok()).collect()
}

/// The program of each R that is registered.
pub fn registered_rs(registry: &dyn Registry) -> Vec<PathBuf> {
    let folder = |hive| registry.text(hive, "Software\\R-core\\R", "InstallPath");
    Hive::ALL.into_iter().filter_map(folder).map(|dir| Path::new(&dir).join("bin").join("Rscript.exe")).collect()
}

#[cfg(test)]
pub mod made_up {
    //! A registry in memory.

    use std::collections::BTreeMap;

    use super::{Hive, Registry};

    /// Texts by hive, key and name.
    #[derive(Default)]
    pub struct MadeUp(pub BTreeMap<(Hive, String, String), String>);

    impl MadeUp {
        /// Each text as hive, key, name and what it says.
        pub fn of(texts: &[(Hive, &str, &str, &str)]) -> Self {
            let entry = |(hive, key, name, text): &(Hive, &str, &str, &str)| {
                ((*hive, (*key).to_owned(), (*name).to_owned()), (*text).to_owned())
            };
            Self(texts.iter().map(entry).collect())
        }
    }

    impl Registry for MadeUp {
        fn keys(&self, hive: Hive, key: &str) -> Vec<String> {
            let below = format!("{key}\\");
            let within =
                self.0.keys().filter(|(of, ..)| *of == hive).filter_map(|(_, path, _)| path.strip_prefix(&below));
            let mut names: Vec<String> =
                within.map(|rest| rest.split('\\').next().unwrap_or_default().to_owned()).collect();
            names.dedup();
            names
        }

        fn text(&self, hive: Hive, key: &str, name: &str) -> Option<String> {
            self.0.get(&(hive, key.to_owned(), name.to_owned())).cloned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::made_up::MadeUp;
    use super::*;

    #[test]
    fn pythons_are_read_as_pep_514_writes_them() {
        let registry = MadeUp::of(&[
            (Hive::User, "Software\\Python\\PythonCore\\3.9", "SysVersion", "3.9"),
            (Hive::User, "Software\\Python\\PythonCore\\3.9\\InstallPath", "", "C:\\Users\\x\\Python39\\"),
            (Hive::User, "Software\\Python\\PythonCore\\3.11", "Version", "3.11.4"),
            (Hive::User, "Software\\Python\\PythonCore\\3.11", "DisplayName", "Python 3.11 (64-bit)"),
            (Hive::User, "Software\\Python\\PythonCore\\3.11", "SysArchitecture", "64bit"),
            (Hive::User, "Software\\Python\\PythonCore\\3.11\\InstallPath", "ExecutablePath", "C:\\Py311\\python.exe"),
            (
                Hive::Machine64,
                "Software\\Python\\PythonCore\\3.11\\InstallPath",
                "ExecutablePath",
                "D:\\old\\python.exe",
            ),
            (Hive::Machine64, "Software\\Python\\ContinuumAnalytics", "DisplayName", "Anaconda"),
            (
                Hive::Machine64,
                "Software\\Python\\ContinuumAnalytics\\py39\\InstallPath",
                "ExecutablePath",
                "C:\\conda\\python.exe",
            ),
            (Hive::Machine64, "Software\\Python\\Broken\\1\\InstallPath", "", "C:\\nowhere"),
            (Hive::Machine64, "Software\\Python\\PyLauncher\\x\\InstallPath", "ExecutablePath", "C:\\py.exe"),
            (Hive::Machine32, "Software\\Python\\PythonCore\\3.8-32", "SysArchitecture", "32bit"),
            (
                Hive::Machine32,
                "Software\\Python\\PythonCore\\3.8-32\\InstallPath",
                "ExecutablePath",
                "C:\\Py38\\python.exe",
            ),
        ]);
        let found = registered_pythons(&registry);
        let shown: Vec<_> = found.iter().map(|one| (one.company_name.as_str(), one.version.as_str())).collect();
        assert_eq!(shown, [("PythonCore", "3.11.4"), ("PythonCore", "3.9"), ("Anaconda", "39"), ("PythonCore", "3.8")]);
        assert_eq!(
            found[0].program,
            PathBuf::from("C:\\Py311\\python.exe"),
            "the user's own comes before the machine's"
        );
        assert_eq!(found[0].display_name.as_deref(), Some("Python 3.11 (64-bit)"));
        assert_eq!(found[1].program, Path::new("C:\\Users\\x\\Python39\\").join("python.exe"));
        assert_eq!(found[3].architecture.as_deref(), Some("32bit"));
        assert!(registered_pythons(&Empty).is_empty());
    }

    #[test]
    fn of_one_version_that_of_64_bits_comes_first() {
        let tags = ["3.9", "3.11-32", "3.11", "3.12-32"];
        let keys = tags.map(|tag| format!("Software\\Python\\PythonCore\\{tag}\\InstallPath"));
        let texts: Vec<_> = keys.iter().map(|key| (Hive::User, key.as_str(), "ExecutablePath", key.as_str())).collect();
        let found = registered_pythons(&MadeUp::of(&texts));
        let tags: Vec<_> = found.iter().map(|one| one.tag.as_str()).collect();
        assert_eq!(tags, ["3.12-32", "3.11", "3.11-32", "3.9"]);
    }

    #[test]
    fn r_is_where_its_key_says() {
        let registry = MadeUp::of(&[(Hive::Machine64, "Software\\R-core\\R", "InstallPath", "/R/R-4.3.1")]);
        assert_eq!(registered_rs(&registry), [PathBuf::from("/R/R-4.3.1/bin/Rscript.exe")]);
    }

    #[cfg(windows)]
    #[test]
    fn the_real_registry_is_read() {
        let registry = of_this_machine();
        let key = "Software\\Microsoft\\Windows NT\\CurrentVersion";
        assert!(
            registry.text(Hive::Machine64, key, "SystemRoot").is_some()
                || !registry.keys(Hive::Machine64, "Software").is_empty()
        );
        assert!(registry.keys(Hive::User, "Software\\There is none such").is_empty());
        assert_eq!(registry.text(Hive::User, "Software\\There is none such", "x"), None);
    }
}
