//! Where links lead through which a preset's files are named. Nothing is taken along in silence that lies elsewhere.

use std::path::{Path, PathBuf};

/// How many links one sentence names.
const MOST_NAMED: usize = 4;

/// Where something that is named in `home` really lies, if a link leads it out of there.
pub(super) fn led_out(path: &Path, home: &Path) -> Option<PathBuf> {
    let real = std::fs::canonicalize(path).ok()?;
    let home = std::fs::canonicalize(home).ok()?;
    (!real.starts_with(home)).then_some(real)
}

/// Where a link leads that leads nowhere.
pub(super) fn dangling(path: &Path) -> Option<PathBuf> {
    if path.exists() { None } else { std::fs::read_link(path).ok() }
}

/// As people write it: without the mark that Windows puts before a path that was followed to its end.
pub(super) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.strip_prefix(r"\\?\").unwrap_or(&text).to_owned()
}

/// What is said of things in a folder that were passed over.
pub(super) fn passed_over(folder: &Path, passed: &[PathBuf]) -> String {
    let name = |path: &PathBuf| match path.strip_prefix(folder) {
        Ok(inside) if inside != Path::new("") => inside.display().to_string(),
        Ok(_) | Err(_) => path.display().to_string(),
    };
    let named: Vec<_> = passed.iter().take(MOST_NAMED).map(name).collect();
    let more = passed.len() - named.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let are = if passed.len() == 1 { "is a link, or no file, and isn't" } else { "are links, or no files, and aren't" };
    format!("In {}, {}{more} {are} packed.", folder.display(), named.join(", "))
}

/// Whether `dir` is `folder` or lies in it, wherever links lead.
pub(super) fn lies_in(dir: &Path, folder: &Path) -> bool {
    let real = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    dir.starts_with(folder) || real(dir).starts_with(real(folder))
}
