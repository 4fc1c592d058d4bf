//! What is said of an interpreter.

use std::path::Path;

use super::search::stem;
use super::{Environment, Found, Trouble};

/// `Python 3.11.4`, `PyPy 3.10.14`, `node 20.1.0`; without a version the program's own name.
pub fn label(found: &Found) -> String {
    let Some(version) = &found.nature.version else { return stem(&found.program) };
    let name = if found.is_python() { python(found.nature.implementation.as_deref()) } else { found.kind.clone() };
    format!("{name} {version}")
}

fn python(implementation: Option<&str>) -> String {
    match implementation {
        None | Some("cpython") => "Python".to_owned(),
        Some("pypy") => "PyPy".to_owned(),
        Some("graalpy") => "GraalPy".to_owned(),
        Some(other) => format!("Python ({other})"),
    }
}

/// What kind of installation it is, and its processor where that isn't this machine's.
pub fn description(found: &Found) -> String {
    let mut parts = Vec::new();
    match &found.nature.environment {
        Some(Environment::Venv { base }) => parts.push(format!("virtual environment of {}", base.display())),
        Some(Environment::Conda { name }) => parts.push(format!("conda {name}")),
        None => {}
    }
    match found.nature.architecture.as_deref() {
        Some(architecture @ ("x86" | "arm")) => parts.push(format!("{architecture}, 32 bit")),
        Some(architecture) => parts.push(architecture.to_owned()),
        None => {}
    }
    parts.join(" · ")
}

pub fn trouble(found: &Found, trouble: &Trouble) -> String {
    let shown = found.program.display();
    match trouble {
        Trouble::Stub if is_apples(&found.program) => {
            format!(
                "{shown} is no Python: it asks to install Apple’s developer tools. Install them, or another Python."
            )
        }
        Trouble::Stub => format!(
            "{shown} is no Python: it opens the Microsoft Store. Install one, or switch the alias off in Windows’ settings."
        ),
        Trouble::Hung => format!("{shown} did not say what it is within 5 seconds, and was ended."),
        Trouble::Unstartable(why) => format!("{shown} can’t be started: {why}."),
        Trouble::NoAnswer(last) if last.is_empty() => format!("{shown} runs, but does not answer as a Python does."),
        Trouble::NoAnswer(last) => format!("{shown} does not answer as a Python does; it says “{last}”."),
        Trouble::Failed(how, last) if last.is_empty() => {
            format!("{shown} fails when it is asked for its version ({how}).")
        }
        Trouble::Failed(how, last) => {
            format!("{shown} fails when it is asked for its version ({how}); it says “{last}”.")
        }
        Trouble::Gone(python) if *python == found.program => {
            format!("{}: there is no Python in it. Make the environment anew.", found.place)
        }
        Trouble::Gone(python) => {
            format!("{}: its Python {} is gone. Make the environment anew.", found.place, python.display())
        }
    }
}

fn is_apples(program: &Path) -> bool {
    program.extension().is_none()
}
