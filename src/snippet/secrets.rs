//! Secrets in code for a DAT: read from the environment that TouchDesigner was started in, for the code itself goes into
//! files and repositories.

use super::python::literal;
use crate::model::{Argument, Preset, Secret, SecretBy, Variable};

/// What reads a secret, where the code has one.
const READER: &str = "

def secret(name):
    \"\"\"A value that is not written here: it comes from the environment that TouchDesigner was started in.\"\"\"
    if not os.environ.get(name):
        raise ValueError(f'the variable {name} is not set; set it before TouchDesigner starts')
    return os.environ[name]
";

/// The expression of a secret's value.
pub(super) fn expression(secret: &Secret) -> String {
    format!("secret({})", literal(&secret.variable()))
}

/// The variables that the code reads, each once.
pub(super) fn variables(preset: &Preset) -> Vec<String> {
    let mut names: Vec<_> = read(preset).map(Secret::variable).collect();
    names.sort();
    names.dedup();
    names
}

/// The function that reads them, if any are.
pub(super) fn reader(preset: &Preset) -> &'static str {
    if read(preset).next().is_some() { READER } else { "" }
}

/// The rows of arguments that go as variables: name and secret.
pub(super) fn rows_as_variables(preset: &Preset) -> impl Iterator<Item = (&str, &Secret)> {
    on(preset).filter_map(|row| match row.secret.as_ref().map(|secret| (&secret.by, &secret.from)) {
        Some((SecretBy::Variable(name), from)) => Some((name.as_str(), from)),
        Some((SecretBy::Input | SecretBy::Argument, _)) | None => None,
    })
}

/// Whether the job's standard input is to begin with one, which the code doesn't do.
pub(super) fn has_input(preset: &Preset) -> bool {
    on(preset).any(|row| row.secret.as_ref().is_some_and(|secret| secret.by == SecretBy::Input))
}

fn read(preset: &Preset) -> impl Iterator<Item = &Secret> {
    let rows = on(preset).filter_map(|row| row.secret.as_ref());
    let rows = rows.filter(|secret| secret.by != SecretBy::Input).map(|secret| &secret.from);
    let is_on = |row: &&Variable| row.on;
    rows.chain(preset.environment.iter().filter(is_on).filter_map(|row| row.secret.as_ref()))
}

fn on(preset: &Preset) -> impl Iterator<Item = &Argument> {
    preset.arguments.iter().filter(|row| row.on)
}
