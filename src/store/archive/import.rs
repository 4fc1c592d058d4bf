//! Taking a preset out of an archive, whoever made it. Everything is checked before anything is written, what is unpacked
//! is counted as it comes, and it appears in the presets' folder as a whole or not at all.

use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use zip::read::ZipArchive;
use zip::result::ZipError;

use super::entry::{self, Names};
use super::{MOST_BYTES, MOST_FILES};
use crate::model::{Argument, Occasion, Preset};
use crate::store::atomic;
use crate::store::presets::{self, Edited, MAX_BYTES, edited, is_preset_name, safe_stem, to_text};

/// What is this many times as large as its archive was made to fill a disk; above [`SMALL_BYTES`].
const MOST_TIMES: u64 = 200;
const SMALL_BYTES: u64 = 16 * 1024 * 1024;

/// What an archive holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// As its file says it.
    pub preset: Preset,
    /// What its folder is called; none where there is none.
    pub folder: Option<String>,
    /// Path and bytes of each file beside it.
    pub files: Vec<(String, u64)>,
    /// The preset's file in the archive.
    preset_file: String,
    preset_text: Vec<u8>,
}

/// A preset that was imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub path: PathBuf,
    pub name: String,
    /// Sentences: what differs from what the archive says.
    pub notes: Vec<String>,
}

/// Looks into an archive and checks it, without unpacking anything. Not for the panel's thread.
///
/// # Errors
/// A sentence: it can't be read, isn't an archive of a preset, or holds what must not be unpacked.
pub fn look(path: &Path) -> Result<Inside, String> {
    let mut archive = open(path)?;
    let refused = |why: &str| format!("{} was not imported: {why}.", path.display());
    check(&mut archive).map_err(|why| refused(&why))
}

fn open(path: &Path) -> Result<ZipArchive<File>, String> {
    let unreadable = |error: &io::Error| match error.kind() {
        io::ErrorKind::NotFound => format!("There is no archive {}.", path.display()),
        _ => format!("{} can't be read: {error}.", path.display()),
    };
    let metadata = std::fs::metadata(path).map_err(|error| unreadable(&error))?;
    if metadata.is_dir() {
        return Err(format!("{} is a folder, and an archive is a file.", path.display()));
    }
    // A pipe would wait for a writer, and a device may never end.
    if !metadata.is_file() {
        return Err(format!("{} is no ordinary file, and an archive is one.", path.display()));
    }
    let foreign = |why: &str| format!("{} is no archive that Sidestage reads: {why}.", path.display());
    if metadata.len() > MOST_BYTES {
        return Err(foreign(&format!("it has {} GB, more than one may become", metadata.len() >> 30)));
    }
    let mut file = File::open(path).map_err(|error| unreadable(&error))?;
    if !has_end(&mut file, metadata.len()).map_err(|error| unreadable(&error))? {
        return Err(foreign("it doesn't end as one, so it may be cut off"));
    }
    ZipArchive::new(file).map_err(|error| match error {
        ZipError::Io(error) => unreadable(&error),
        other => foreign(&other.to_string()),
    })
}

/// Whether an archive's directory ends where it has to. Who looks for that further up reads the whole file.
fn has_end(file: &mut File, len: u64) -> io::Result<bool> {
    const MARK: &[u8] = b"PK\x05\x06";
    /// The record, and the longest comment behind it.
    const MOST_END_BYTES: u64 = 22 + u16::MAX as u64;
    let mut end = Vec::new();
    file.seek(io::SeekFrom::Start(len.saturating_sub(MOST_END_BYTES)))?;
    Read::take(file, MOST_END_BYTES).read_to_end(&mut end)?;
    Ok(end.windows(MARK.len()).any(|bytes| bytes == MARK))
}

fn check(archive: &mut ZipArchive<File>) -> Result<Inside, String> {
    if archive.len() > MOST_FILES {
        return Err(format!("it holds {} files, more than any preset has", archive.len()));
    }
    if archive.has_overlapping_files().map_err(|error| error.to_string())? {
        return Err("files in it lie over one another, which only a trap has".to_owned());
    }
    let (mut names, mut files, mut preset_files) = (Names::default(), Vec::new(), Vec::new());
    let mut folder: Option<String> = None;
    let (mut bytes, mut packed_bytes) = (0_u64, 0_u64);
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(|error| error.to_string())?;
        let name = file.name().to_owned();
        let shown: String = name.chars().take(80).map(|c| if c.is_control() { '·' } else { c }).collect();
        let wrong = |why: String| format!("“{shown}” in it {why}");
        entry::check(&name).and_then(|()| names.add(&name)).map_err(wrong)?;
        check_kind(&file).map_err(wrong)?;
        bytes = bytes.saturating_add(file.size());
        packed_bytes = packed_bytes.saturating_add(file.compressed_size());
        match name.split_once('/') {
            Some((top, _)) if folder.as_deref().is_none_or(|folder| folder == top) => {
                folder = Some(top.to_owned());
                if !name.ends_with('/') {
                    files.push((name, file.size()));
                }
            }
            None if is_preset_name(&name) => preset_files.push((index, name)),
            Some(_) | None => return Err(wrong("is neither the preset nor in its folder".to_owned())),
        }
    }
    if bytes > MOST_BYTES {
        return Err(format!("it would become {} GB, more than an archive may", bytes >> 30));
    }
    if bytes > SMALL_BYTES && bytes / MOST_TIMES > packed_bytes {
        return Err("it would become more than 200 times as large, which only a trap does".to_owned());
    }
    let [(index, preset_file)] = preset_files.as_slice() else {
        return Err(match preset_files.len() {
            0 => "there is no preset in it: a file that ends in .ron, and beside it a folder".to_owned(),
            count => format!("there are {count} presets in it, and an archive holds one"),
        });
    };
    let preset_text = read_preset(archive, *index)?;
    let preset = presets::parse(Path::new(preset_file), &preset_text).map_err(|error| error.to_string())?;
    Ok(Inside { preset, folder, files, preset_file: preset_file.clone(), preset_text })
}

fn check_kind<R: Read>(file: &zip::read::ZipFile<'_, R>) -> Result<(), String> {
    const KIND: u32 = 0o170_000;
    const FILE: u32 = 0o100_000;
    const FOLDER: u32 = 0o040_000;
    let kind = file.unix_mode().unwrap_or_default() & KIND;
    if file.is_symlink() {
        return Err("is a link, which may lead anywhere".to_owned());
    }
    if kind != 0 && kind != FILE && kind != FOLDER {
        return Err("is neither a file nor a folder".to_owned());
    }
    if file.encrypted() {
        return Err("is encrypted, which Sidestage doesn't read".to_owned());
    }
    Ok(())
}

fn read_preset(archive: &mut ZipArchive<File>, index: usize) -> Result<Vec<u8>, String> {
    let mut file = archive.by_index(index).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    file.by_ref().take(MAX_BYTES + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > MAX_BYTES {
        return Err("the preset in it is larger than 1 MiB, which none is".to_owned());
    }
    Ok(text)
}

/// Unpacks an archive into a folder of presets. Nothing there is overwritten: where a name is taken, the preset gets
/// another. It is checked again, for the file may be another one by now.
///
/// # Errors
/// A sentence, as of [`look`]; or the system refuses. The folder is as it was.
pub fn unpack(path: &Path, presets_dir: &Path) -> Result<Imported, String> {
    let refused = |why: &str| format!("{} was not imported: {why}.", path.display());
    let mut archive = open(path)?;
    let inside = check(&mut archive).map_err(|why| refused(&why))?;
    let (stem, mut notes) = free_stem(&inside, presets_dir);
    let preset = adapted(&inside, &stem, presets_dir, &mut notes);
    let text = text_here(&inside, &preset, &mut notes);
    let mut unpack_all = || -> io::Result<PathBuf> {
        let half_done = tempfile::Builder::new().prefix(".import").tempdir_in(presets_dir)?;
        let folder = half_done.path().join("folder");
        for index in 0..archive.len() {
            unpack_one(&mut archive, index, &folder)?;
        }
        let place = presets_dir.join(&stem);
        if folder.is_dir() {
            atomic::rename_folder(&folder, &place)?;
        }
        let preset_path = presets_dir.join(format!("{stem}.ron"));
        if let Err(error) = atomic::create(&preset_path, &text) {
            // What was unpacked goes with the folder that it was unpacked in.
            if place.is_dir() {
                let _ = atomic::rename_folder(&place, &folder);
            }
            return Err(error);
        }
        Ok(preset_path)
    };
    let path_of_preset = unpack_all().map_err(|error| refused(&atomic::why(&error)))?;
    Ok(Imported { path: path_of_preset, name: preset.name, notes })
}

/// What the preset's file here says: what the archive's says, with what is different here.
fn text_here(inside: &Inside, preset: &Preset, notes: &mut Vec<String>) -> Vec<u8> {
    if *preset == inside.preset {
        return inside.preset_text.clone();
    }
    let Edited { text, comments_dropped } =
        edited(Path::new(&inside.preset_file), &inside.preset_text, preset, to_text);
    if comments_dropped {
        notes.push("Not every comment of its file could be kept.".to_owned());
    }
    text.into_bytes()
}

fn unpack_one(archive: &mut ZipArchive<File>, index: usize, folder: &Path) -> io::Result<()> {
    let mut file = archive.by_index(index)?;
    let name = file.name().to_owned();
    let Some((_, inside)) = name.split_once('/') else { return Ok(()) };
    let path = folder.join(inside);
    if name.ends_with('/') {
        return std::fs::create_dir_all(path);
    }
    std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
    let mut target = File::options().write(true).create_new(true).open(&path)?;
    // What was checked are the sizes that the archive declares; this is what comes.
    let declared = file.size();
    let copied = io::copy(&mut file.by_ref().take(declared.saturating_add(1)), &mut target)?;
    if copied != declared {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("“{inside}” in it isn't as large as it says")));
    }
    target.flush()?;
    #[cfg(unix)]
    set_executable(&target, file.unix_mode().unwrap_or_default())?;
    Ok(())
}

/// Of the archive's marks only that a file is a program.
#[cfg(unix)]
fn set_executable(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    if mode & 0o111 != 0 {
        let readers = file.metadata()?.permissions().mode() & 0o444;
        file.set_permissions(PermissionsExt::from_mode(0o600 | readers | (readers >> 2)))?;
    }
    Ok(())
}

/// A name for file and folder that nothing has yet.
fn free_stem(inside: &Inside, presets_dir: &Path) -> (String, Vec<String>) {
    let wanted = safe_stem(inside.preset_file.rsplit_once('.').map_or("", |(stem, _)| stem));
    let is_there = |name: &str| presets_dir.join(name).symlink_metadata().is_ok();
    let is_free = |stem: &String| !is_there(stem) && !is_there(&format!("{stem}.ron"));
    let numbered = (2..).map(|number| format!("{wanted}-{number}"));
    let stem = std::iter::once(wanted.clone()).chain(numbered).find(is_free).unwrap_or_else(|| wanted.clone());
    let mut notes = Vec::new();
    if stem != wanted {
        notes.push(format!("There is a “{wanted}” already, so its file is called {stem}.ron."));
    }
    (stem, notes)
}

/// The preset as it is here: its paths by its folder's name, its own name free, and launched by nobody but a person.
fn adapted(inside: &Inside, stem: &str, presets_dir: &Path, notes: &mut Vec<String>) -> Preset {
    let mut preset = inside.preset.clone();
    if let Some(old) = inside.folder.as_deref().filter(|old| *old != stem) {
        let moved = |path: &str, before: &str| {
            let rest = path.strip_prefix(before)?.strip_prefix(old)?;
            (rest.is_empty() || rest.starts_with('/')).then(|| format!("{before}{stem}{rest}"))
        };
        for path in [&mut preset.script, &mut preset.folder] {
            if let Some(new) = moved(path, "").or_else(|| moved(path, "./")) {
                *path = new;
            }
        }
        let values = preset.arguments.iter_mut().flat_map(Argument::values_mut);
        for value in values.chain(preset.environment.iter_mut().map(|row| &mut row.value)) {
            if let Some(new) = moved(value, "{preset.dir}/") {
                *value = new;
            }
        }
    }
    let folder = presets::load_dir(presets_dir);
    let is_taken = |name: &str| folder.presets.iter().any(|entry| entry.preset.name.eq_ignore_ascii_case(name));
    if is_taken(&preset.name) {
        let mut numbered = (2..).map(|number| format!("{} {number}", preset.name));
        let free = numbered.find(|name| !is_taken(name)).unwrap_or_default();
        notes.push(format!("There is a preset “{}” already, so it is called “{free}”.", preset.name));
        preset.name = free;
    }
    if preset.lifecycle.launch_at_open {
        preset.lifecycle.launch_at_open = false;
        notes.push(
            "It would be launched whenever Sidestage opens; that was switched off, for you to look at it.".to_owned(),
        );
    }
    if preset.schedule.iter().any(Occasion::is_on) {
        preset.schedule.iter_mut().for_each(|occasion| *occasion.on_mut() = false);
        notes.push("Its schedule was switched off, for you to look at it.".to_owned());
    }
    preset
}
