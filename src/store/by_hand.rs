//! Files of ours that people also edit by hand: written to be read, and replaced with what they wrote in them kept.

use std::io;
use std::path::Path;

use ron::ser::PrettyConfig;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::atomic;
use super::presets::{Edited, PREVIOUS_DIR, edited, keep_previous, readable, real_path};

/// A value as RON, laid out over lines down to so many levels of brackets.
pub(super) fn to_text(value: &impl Serialize, levels: usize) -> String {
    let config = PrettyConfig::new().depth_limit(levels).new_line("\n");
    // Only a type that RON can't express fails here.
    readable(&ron::ser::to_string_pretty(value, config).unwrap_or_default(), false) + "\n"
}

/// Has a file that holds `old` say `value`, laid out as [`to_text`] does, and keeps the version before. A sentence where a
/// comment was lost.
pub(super) fn replace<T: Serialize + DeserializeOwned + PartialEq>(
    path: &Path,
    old: &[u8],
    value: &T,
    levels: usize,
) -> io::Result<Option<String>> {
    let target = real_path(path)?;
    let Edited { text, comments_dropped } = edited(&target, old, value, |value| to_text(value, levels));
    let notice = comments_dropped.then(|| {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        format!("Not every comment in {file} is in the new version; the one before lies in {PREVIOUS_DIR}.")
    });
    if std::fs::metadata(&target)?.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let staged = atomic::stage(&target, text.as_bytes())?;
    keep_previous(&target, old)?;
    staged.commit()?;
    Ok(notice)
}
