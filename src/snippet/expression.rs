//! What a preset says, as expressions of Python: placeholders become what they stand for in TouchDesigner, paths start
//! from the project where they can.

use std::path::Path;

use super::Request;
use super::python::literal;
use crate::model::{Interpreter, Piece, Placeholder, Preset, pieces, relative, root_of};

/// Where the preset's relative paths start: beneath the project's folder if that is known and near, else where they start
/// on this machine.
pub(super) fn here(request: &Request<'_>) -> String {
    let preset_dir = request.preset_dir;
    match request.project_dir.map(|project| relative(project, preset_dir)) {
        Some(path) if path == "." => "project.folder".to_owned(),
        Some(path) if !is_absolute(&path) => {
            format!("os.path.join(project.folder, {})", literal(path.trim_start_matches("./")))
        }
        Some(_) | None => literal(&preset_dir.to_string_lossy()),
    }
}

/// `at('…')`: a path of the preset.
pub(super) fn at(request: &Request<'_>, path: &str) -> String {
    if let Some((root, rest)) = root_of(path) {
        return format!(
            "at({})",
            if rest.is_empty() { folder_of(root) } else { folder_of(root) + " + " + &literal(rest) }
        );
    }
    let path = match within(request, path) {
        // Normalised anyway, so either slash will do.
        Some(rest) => return format!("os.path.normpath(project.folder + {})", literal(rest)),
        None => literal(path),
    };
    format!("at({path})")
}

/// The folder that a root stands for.
fn folder_of(root: &str) -> String {
    format!("ROOTS[{}]", literal(root))
}

/// The roots that the preset's paths and rows start from, each once.
pub(super) fn roots_of(preset: &Preset) -> Vec<&str> {
    let interpreter = match &preset.interpreter {
        Interpreter::Path(path) => path.as_str(),
        Interpreter::Name(_) | Interpreter::None => "",
    };
    let paths = [interpreter, &preset.script, &preset.folder].into_iter().filter_map(root_of).map(|(name, _)| name);
    let rows = preset.arguments.iter().filter(|row| row.on).flat_map(|row| [&row.flag, &row.value]);
    let texts = rows.chain(preset.environment.iter().filter(|row| row.on).map(|row| &row.value));
    let placeholders = texts.flat_map(|text| pieces(text).unwrap_or_default()).filter_map(|piece| match piece {
        Piece::Placeholder(Placeholder::Root(name)) => Some(name),
        Piece::Text(_) | Piece::Placeholder(_) => None,
    });
    let mut roots: Vec<_> = paths.chain(placeholders).collect();
    roots.sort_unstable();
    roots.dedup();
    roots
}

/// A flag or a value. Its placeholders were checked.
pub(super) fn value(request: &Request<'_>, text: &str) -> String {
    let mut terms: Vec<String> = Vec::new();
    let mut plain = String::new();
    for piece in pieces(text).unwrap_or_default() {
        let term = match piece {
            Piece::Text(text) => {
                plain.push_str(text);
                continue;
            }
            Piece::Placeholder(Placeholder::EchoHost) => "ECHO_HOST".to_owned(),
            Piece::Placeholder(Placeholder::EchoPort) => "str(echo_port())".to_owned(),
            Piece::Placeholder(Placeholder::PresetName) => "NAME".to_owned(),
            Piece::Placeholder(Placeholder::PresetDir) => "HERE".to_owned(),
            Piece::Placeholder(Placeholder::Root(name)) => folder_of(name),
        };
        push_text(&mut terms, &plain, request);
        plain.clear();
        terms.push(term);
    }
    push_text(&mut terms, &plain, request);
    if terms.is_empty() { literal("") } else { terms.join(" + ") }
}

fn push_text(terms: &mut Vec<String>, text: &str, request: &Request<'_>) {
    if text.is_empty() {
        return;
    }
    match within(request, text).filter(|_| terms.is_empty()) {
        Some("") => terms.push("project.folder".to_owned()),
        Some(rest) => terms.push(format!("project.folder + {}", literal(rest))),
        None => terms.push(literal(text)),
    }
}

/// What follows the project's folder in a text that begins with it.
fn within<'a>(request: &Request<'_>, text: &'a str) -> Option<&'a str> {
    let project = request.project_dir?.to_string_lossy();
    let project = project.trim_end_matches(['/', '\\']);
    // With the root of a disk as the project everything would lie within it.
    let rest = if project.is_empty() { None } else { text.strip_prefix(project) }?;
    (rest.is_empty() || rest.starts_with(['/', '\\'])).then_some(rest)
}

fn is_absolute(path: &str) -> bool {
    Path::new(path).is_absolute()
}
