//! Where interpreters of other languages lie: the names that they go by, and what their version managers and installers
//! do with them.

use std::path::{Path, PathBuf};

use super::super::machine::{Machine, System};
use super::super::registry::registered_rs;
use super::Origin;
use super::places::{Place, newest_first, usual_dirs};
use crate::model::join;

/// Names that are looked for on PATH beside Python.
pub const NAMES: [&str; 16] = [
    "node",
    "deno",
    "bun",
    "ruby",
    "pwsh",
    "powershell",
    "bash",
    "sh",
    "zsh",
    "Rscript",
    "perl",
    "php",
    "lua",
    "luajit",
    "julia",
    "tsx",
];

pub const LINUX_IN_WINDOWS: &str = "Linux within Windows; it knows paths by other names";

/// Windows' own `bash.exe` starts a whole Linux, so it is not asked anything.
pub fn is_linux_in_windows(machine: &Machine, program: &Path) -> bool {
    let lower = program.to_string_lossy().replace('\\', "/").to_lowercase();
    machine.is_windows() && (lower.ends_with("/system32/bash.exe") || lower.ends_with("/windowsapps/bash.exe"))
}

/// Programs of that name beside the one that PATH means.
pub fn places(machine: &Machine, name: &str) -> Vec<Place> {
    let mut found = match name {
        "node" => [nvm(machine), fnm(machine), volta(machine)].concat(),
        "ruby" => rbenv(machine),
        "Rscript" => registered_rs(machine.registry.as_ref()).into_iter().map(usual).collect(),
        _ => Vec::new(),
    };
    found.extend(installed(machine, name).into_iter().map(usual));
    let dirs = usual_dirs(machine).into_iter().filter(|dir| !machine.path.contains(dir));
    found.extend(dirs.map(|dir| usual(dir.join(name))));
    found.retain(|place| place.program.is_file());
    found
}

fn usual(program: PathBuf) -> Place {
    let words = format!("in {}", program.parent().unwrap_or(Path::new("")).display());
    Place { program, origin: Origin::UsualPlace, words }
}

fn managed(program: PathBuf, origin: Origin, words: &str) -> Place {
    Place { program, origin, words: words.to_owned() }
}

/// Within a folder of one version: installers for Windows put no `bin` between.
fn program_in(machine: &Machine, version: &Path, name: &str) -> PathBuf {
    if machine.is_windows() { version.join(format!("{name}.exe")) } else { version.join("bin").join(name) }
}

fn nvm(machine: &Machine) -> Vec<Place> {
    let root = if machine.is_windows() {
        machine.dir_in("NVM_HOME").or_else(|| machine.dir_in("APPDATA").map(|dir| dir.join("nvm")))
    } else {
        let root = machine.dir_in("NVM_DIR").or_else(|| machine.home().map(|home| home.join(".nvm")));
        root.map(|root| root.join("versions/node"))
    };
    let versions = root.map(|root| newest_first(&root)).unwrap_or_default();
    versions.iter().map(|version| managed(program_in(machine, version, "node"), Origin::Nvm, "from nvm")).collect()
}

fn fnm(machine: &Machine) -> Vec<Place> {
    let home = machine.home();
    let own = match machine.system {
        System::Windows => machine.dir_in("APPDATA"),
        System::Mac => home.map(|home| home.join("Library/Application Support")),
        System::Linux => machine.dir_in("XDG_DATA_HOME").or_else(|| home.map(|home| home.join(".local/share"))),
    };
    let root = machine.dir_in("FNM_DIR").or_else(|| own.map(|own| own.join("fnm")));
    let versions = root.map(|root| newest_first(&root.join("node-versions"))).unwrap_or_default();
    let programs = versions.iter().map(|version| program_in(machine, &version.join("installation"), "node"));
    programs.map(|program| managed(program, Origin::Fnm, "from fnm")).collect()
}

fn volta(machine: &Machine) -> Vec<Place> {
    let own = if machine.is_windows() {
        machine.dir_in("LOCALAPPDATA").map(|local| local.join("Volta"))
    } else {
        machine.home().map(|home| home.join(".volta"))
    };
    let root = machine.dir_in("VOLTA_HOME").or(own);
    let versions = root.map(|root| newest_first(&root.join("tools/image/node"))).unwrap_or_default();
    versions.iter().map(|version| managed(program_in(machine, version, "node"), Origin::Volta, "from Volta")).collect()
}

fn rbenv(machine: &Machine) -> Vec<Place> {
    let root = machine.dir_in("RBENV_ROOT").or_else(|| machine.home().map(|home| home.join(".rbenv")));
    let versions = root.map(|root| newest_first(&root.join("versions"))).unwrap_or_default();
    versions.iter().map(|version| managed(program_in(machine, version, "ruby"), Origin::Rbenv, "from rbenv")).collect()
}

/// Where installers put it that don't change PATH, or whose change a running window doesn't know yet.
fn installed(machine: &Machine, name: &str) -> Vec<PathBuf> {
    if machine.system == System::Mac && name == "Rscript" {
        return vec![machine.fixed("/Library/Frameworks/R.framework/Resources/bin/Rscript")];
    }
    if !machine.is_windows() {
        return Vec::new();
    }
    let (variable, path) = match name {
        "node" => ("ProgramFiles", "nodejs/node.exe"),
        "pwsh" => ("ProgramFiles", "PowerShell/7/pwsh.exe"),
        "powershell" => ("SystemRoot", "System32/WindowsPowerShell/v1.0/powershell.exe"),
        "bash" => ("ProgramFiles", "Git/bin/bash.exe"),
        "deno" => ("USERPROFILE", ".deno/bin/deno.exe"),
        "bun" => ("USERPROFILE", ".bun/bin/bun.exe"),
        "perl" => ("SystemDrive", "Strawberry/perl/bin/perl.exe"),
        _ => return Vec::new(),
    };
    let Some(parent) = machine.variable(variable) else { return Vec::new() };
    // A drive without the separator would mean the current folder on it.
    let mut program = parent.to_owned();
    program.push(std::path::MAIN_SEPARATOR_STR);
    vec![join(Path::new(&program), path)]
}
