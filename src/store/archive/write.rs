//! Writing an archive that was planned.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::{Export, MOST_BYTES, MOST_FILES, Packed};
use crate::store::atomic;
use crate::store::presets::to_text;

/// Writes the archive, as a whole or not at all; what is there is replaced only if it may be.
///
/// # Errors
/// A sentence: it would be too large, a file can't be read, or the system refuses.
pub fn write(export: &Export, path: &Path, may_replace: bool) -> Result<(), String> {
    let failed = |why: String| format!("Could not export “{}” to {}: {why}.", export.preset.name, path.display());
    let files: Vec<_> = export.files.iter().filter(|file| file.is_on).collect();
    let bytes: u64 = files.iter().map(|file| file.bytes).sum();
    if files.len() >= MOST_FILES || bytes >= MOST_BYTES {
        return Err(failed(format!("{} files of {} MB are more than an archive takes", files.len(), bytes >> 20)));
    }
    if !may_replace && path.symlink_metadata().is_ok() {
        return Err(failed("there is a file of that name already; choose another name".to_owned()));
    }
    let mut unread = None;
    let written = atomic::replace_with(path, |file| pack_into(ZipWriter::new(file), export, &files, &mut unread));
    written.map_err(|error| match unread {
        Some(file) => failed(format!("{} can't be read: {error}", file.display())),
        None => failed(atomic::why(&error)),
    })
}

fn pack_into<W: Write + io::Seek>(
    mut zip: ZipWriter<W>,
    export: &Export,
    files: &[&Packed],
    unread: &mut Option<PathBuf>,
) -> io::Result<()> {
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated).unix_permissions(0o644);
    zip.start_file(format!("{}.ron", export.stem), options)?;
    zip.write_all(to_text(&export.preset).as_bytes())?;
    for folder in &export.folders {
        let folder = format!("{}/{folder}", export.stem);
        zip.add_directory(folder.trim_end_matches('/'), options.unix_permissions(0o755))?;
    }
    for packed in files {
        *unread = Some(packed.from.clone());
        let mut source = std::fs::File::open(&packed.from)?;
        *unread = None;
        let mode = if is_executable(&source) { 0o755 } else { 0o644 };
        let options = options.unix_permissions(mode).large_file(packed.bytes > u64::from(u32::MAX) / 2);
        zip.start_file(format!("{}/{}", export.stem, packed.to), options)?;
        io::copy(&mut source, &mut zip)?;
    }
    zip.finish()?;
    Ok(())
}

/// Whether the system would run it, on systems that have a mark for it.
fn is_executable(file: &std::fs::File) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.metadata().is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = file;
        false
    }
}
