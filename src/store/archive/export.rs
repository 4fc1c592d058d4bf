//! What of a preset goes into an archive. Interpreters never do: a virtual environment works only where it
//! was made. Nor does what lies elsewhere on purpose: in a root, or at a whole path.

use std::path::{Component, Path, PathBuf};

use super::links::{dangling, led_out, lies_in, passed_over, shown};
use super::modules::{beside, files_in, is_python};
use super::paths::{are_same, from_to, slashed};
use super::{MOST_FILES, entry};
use crate::model::{
    Interpreter, LocalNames, Piece, Preset, escaped, full_path, join, named_file, names_output, pieces, relative,
    root_of, roots_in,
};
use crate::store::presets::safe_stem;

/// An archive to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The preset as it is in the archive: its own files are named by where they are there.
    pub preset: Preset,
    /// What the preset's file and its folder are called.
    pub stem: String,
    /// In the order in which they were found; the script first.
    pub files: Vec<Packed>,
    /// Sentences: what the preset needs besides, and why it isn't packed; and what is packed that lies elsewhere.
    pub left_out: Vec<String>,
    /// Folders that have to be there although nothing lies in them.
    pub(super) folders: Vec<String>,
}

/// A file that goes into the archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub from: PathBuf,
    /// Its path in the archive, below the preset's folder.
    pub to: String,
    pub bytes: u64,
    pub why: Why,
    /// A person may leave it out.
    pub is_on: bool,
}

/// Why a file goes along.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    Script,
    /// The script imports it.
    Module,
    /// A row names it.
    Row,
}

/// How many folders above the script a file may lie that a row names, and still keep its place.
const MOST_CLIMB: usize = 2;

/// Finds out what goes along. `file` is the preset's, or where it would be. Looks at files; not for the panel's thread.
#[must_use]
pub fn plan(preset: &Preset, file: &Path, names: &LocalNames) -> Export {
    let file = std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let preset_dir = file.parent().unwrap_or(Path::new("")).to_path_buf();
    let stem = safe_stem(&file.file_stem().unwrap_or_default().to_string_lossy());
    let mut packer = Packer {
        preset_dir,
        names,
        export: Export { preset: preset.clone(), stem, files: Vec::new(), left_out: Vec::new(), folders: Vec::new() },
        base: PathBuf::new(),
        work_dir: PathBuf::new(),
        work_dir_there: None,
        elsewhere: Vec::new(),
    };
    packer.pack();
    packer.export
}

struct Packer<'a> {
    preset_dir: PathBuf,
    names: &'a LocalNames,
    export: Export,
    /// The folder that becomes the preset's own in the archive.
    base: PathBuf,
    /// Where values that are relative paths start from.
    work_dir: PathBuf,
    /// Where they do in the archive, below the preset's folder; none where that isn't in it.
    work_dir_there: Option<PathBuf>,
    /// What is named that doesn't lie in `base`, and where it is in the archive.
    elsewhere: Vec<(PathBuf, String)>,
}

impl Packer<'_> {
    fn pack(&mut self) {
        let preset = self.export.preset.clone();
        let script = self.script_to_pack(&preset);
        let full = |path: &str| full_path(&self.preset_dir, path, self.names).ok();
        let script_dir = script.as_deref().and_then(Path::parent).map(Path::to_path_buf);
        self.base = script_dir.clone().unwrap_or_else(|| self.preset_dir.clone());
        // Also a script that isn't packed says where relative values start.
        let has_file = !preset.script.is_empty() && !preset.is_bare_program();
        let named = if preset.folder.is_empty() {
            full(&preset.script).filter(|_| has_file).as_deref().and_then(Path::parent).map(Path::to_path_buf)
        } else {
            full(&preset.folder)
        };
        self.work_dir = named.unwrap_or_else(|| self.base.clone());
        let wanted = self.files_of_rows(&preset);
        self.choose_base(script_dir.as_deref(), &preset, &wanted);
        if let Some(script) = &script {
            self.add(script, Why::Script);
            self.export.preset.script = self.in_archive(script);
            if is_python(script) {
                let modules = beside(script);
                for module in modules.files {
                    self.add(&module, Why::Module);
                }
                self.tell_passed(script.parent().unwrap_or(script), &modules.passed);
            }
        }
        self.place_folder(&preset);
        if preset.folder.is_empty() {
            let inside = script_dir.as_deref().and_then(|dir| dir.strip_prefix(&self.base).ok());
            self.work_dir_there = inside.map(Path::to_path_buf);
        }
        for (row, file) in wanted {
            self.add_of_row(row, &file);
        }
        self.tell_needs(&preset);
    }

    /// The script, where it goes along.
    fn script_to_pack(&mut self, preset: &Preset) -> Option<PathBuf> {
        if preset.script.is_empty() || preset.is_bare_program() {
            return None;
        }
        let script = match full_path(&self.preset_dir, &preset.script, self.names) {
            Ok(script) => script,
            Err(why) => {
                self.leave_out(format!("The script: {why}"));
                return None;
            }
        };
        let is_far = Path::new(&relative(&self.preset_dir, &script)).is_absolute();
        if preset.interpreter == Interpreter::None && is_far && root_of(&preset.script).is_none() {
            self.leave_out(format!("The program {} is this machine's and isn't packed.", script.display()));
            return None;
        }
        if !script.is_file() {
            self.leave_out(format!("The script {} isn't there.", script.display()));
            return None;
        }
        Some(script)
    }

    /// The files and folders that rows name and that go along.
    fn files_of_rows(&mut self, preset: &Preset) -> Vec<(RowPlace, PathBuf)> {
        let arguments = preset.arguments.iter().enumerate();
        let arguments = arguments.flat_map(|(index, row)| {
            let values = row.values().enumerate();
            values.map(move |(at, value)| (RowPlace::Argument(index, at), row.flag.as_str(), value))
        });
        let variables = preset.environment.iter().enumerate();
        let variables =
            variables.map(|(index, row)| (RowPlace::Variable(index), row.name.as_str(), row.value.as_str()));
        let rows: Vec<_> = arguments.chain(variables).filter(|(_, flag, _)| !names_output(flag)).collect();
        let mut found = Vec::new();
        for (row, _, value) in rows {
            let Some(path) = self.file_of(value) else { continue };
            if let Some(target) = dangling(&path) {
                self.leave_out(format!("{} leads to {}, which isn't there.", path.display(), target.display()));
            } else if path.is_dir() && [&self.base, &self.preset_dir].iter().any(|dir| lies_in(dir, &path)) {
                self.leave_out(format!("The folder {} as a whole isn't packed.", path.display()));
            } else if path.is_dir() || path.is_file() {
                found.push((row, path));
            } else if path.exists() {
                self.leave_out(format!("{} is no ordinary file and isn't packed.", path.display()));
            }
        }
        found
    }

    /// The file that a value names by a relative path or from the preset's folder.
    fn file_of(&mut self, value: &str) -> Option<PathBuf> {
        if root_of(value).is_some() {
            return None;
        }
        if let Some(path) = named_file(value, &self.preset_dir, self.names) {
            return Some(path);
        }
        let is_plain = pieces(value).is_ok_and(|pieces| pieces.iter().all(|piece| matches!(piece, Piece::Text(_))));
        let text = value.replace("{{", "{").replace("}}", "}");
        if !is_plain || text.trim().is_empty() || text.starts_with('-') {
            return None;
        }
        if Path::new(&text).is_absolute() {
            if Path::new(&text).exists() {
                self.leave_out(format!("{text} is at a whole path and isn't packed; a root would go everywhere."));
            }
            return None;
        }
        // What starts from a root lies in it.
        if root_of(&self.export.preset.folder).is_some() { None } else { Some(join(&self.work_dir, &text)) }
    }

    /// The folder that holds script, working folder and files, as far as they lie near each other.
    fn choose_base(&mut self, script_dir: Option<&Path>, preset: &Preset, wanted: &[(RowPlace, PathBuf)]) {
        let start = self.base.clone();
        let folder = (!preset.folder.is_empty() && script_dir.is_some()).then(|| self.work_dir.clone());
        let files = wanted.iter().filter(|(row, _)| !self.starts_from_preset(*row)).map(|(_, file)| file.clone());
        let files: Vec<_> = files.collect();
        for path in folder.into_iter().chain(files) {
            let shared: PathBuf =
                self.base.components().zip(path.components()).take_while(|(a, b)| a == b).map(|(a, _)| a).collect();
            let climb = start.components().count().saturating_sub(shared.components().count());
            let is_top = !shared.components().any(|part| matches!(part, Component::Normal(_)));
            if climb <= MOST_CLIMB && !is_top {
                self.base = shared;
            }
        }
    }

    fn value_of(&self, row: RowPlace) -> &str {
        match row {
            RowPlace::Argument(index, at) => self.export.preset.arguments[index].values().nth(at).unwrap_or_default(),
            RowPlace::Variable(index) => &self.export.preset.environment[index].value,
        }
    }

    /// Whether the row names its file from the preset's folder, and so can name it anywhere.
    fn starts_from_preset(&self, row: RowPlace) -> bool {
        self.value_of(row).starts_with("{preset.dir}")
    }

    fn place_folder(&mut self, preset: &Preset) {
        if preset.folder.is_empty() || root_of(&preset.folder).is_some() {
            return;
        }
        let folder = self.work_dir.clone();
        if let Ok(inside) = folder.strip_prefix(&self.base) {
            let inside = slashed(inside);
            let folder = [self.export.stem.as_str(), &inside].join("/");
            folder.trim_end_matches('/').clone_into(&mut self.export.preset.folder);
            self.work_dir_there = Some(PathBuf::from(&inside));
            self.export.folders.push(inside);
        } else {
            self.leave_out(format!("The working folder {} isn't packed.", folder.display()));
        }
    }

    fn add_of_row(&mut self, row: RowPlace, path: &Path) {
        if !path.starts_with(&self.base) && !self.starts_from_preset(row) {
            self.leave_out(format!("{} lies too far from the script and isn't packed.", path.display()));
            return;
        }
        if !path.is_dir() {
            self.add(path, Why::Row);
        } else if let Some(real) = led_out(path, self.home_of(path)) {
            self.leave_out(format!(
                "The folder {} leads to {} by a link and isn't packed; a root would go everywhere.",
                path.display(),
                shown(&real)
            ));
            return;
        } else {
            let listed = files_in(path, MOST_FILES);
            for file in listed.files {
                self.add_below(&file, path);
            }
            self.tell_passed(path, &listed.passed);
            let folder = self.below(path, path);
            self.export.folders.push(folder);
        }
        let to = self.below(path, path);
        if let Some(value) = self.value_there(row, &to) {
            let preset = &mut self.export.preset;
            let place = match row {
                RowPlace::Argument(index, at) => preset.arguments[index].values_mut().nth(at),
                RowPlace::Variable(index) => Some(&mut preset.environment[index].value),
            };
            if let Some(place) = place {
                *place = value;
            }
        }
    }

    /// What a row says in the archive where it says something else here.
    fn value_there(&self, row: RowPlace, to: &str) -> Option<String> {
        let start = self.work_dir_there.as_deref().filter(|_| !self.starts_from_preset(row));
        let Some(start) = start else {
            return Some(format!("{{preset.dir}}/{}/{}", self.export.stem, escaped(to)));
        };
        // A path that leaves the script's folder and enters it again does so by that folder's name here.
        let there = from_to(start, Path::new(to));
        let value = self.value_of(row).replace("{{", "{").replace("}}", "}");
        (!are_same(&value, &there)).then(|| escaped(&there))
    }

    /// What a file or folder must not be led out of by a link.
    fn home_of<'a>(&'a self, path: &'a Path) -> &'a Path {
        let homes = [&self.base, &self.preset_dir];
        let home = homes.into_iter().find(|home| path.starts_with(home)).map(PathBuf::as_path);
        home.or(path.parent()).unwrap_or(path)
    }

    fn tell_passed(&mut self, folder: &Path, passed: &[PathBuf]) {
        if !passed.is_empty() {
            self.leave_out(passed_over(folder, passed));
        }
    }

    fn add(&mut self, file: &Path, why: Why) {
        if let Some(real) = led_out(file, self.home_of(file)) {
            // A module was named by nobody: it only looks like one.
            let is_left = why == Why::Module;
            let what = if is_left { ", and isn't packed" } else { "; what lies there is packed" };
            self.leave_out(format!("{} leads to {} by a link{what}.", file.display(), shown(&real)));
            if is_left {
                return;
            }
        }
        let to = self.below(file, file);
        self.add_as(file, to, why);
    }

    fn add_below(&mut self, file: &Path, named: &Path) {
        let to = self.below(file, named);
        self.add_as(file, to, Why::Row);
    }

    fn add_as(&mut self, file: &Path, to: String, why: Why) {
        if self.export.files.iter().any(|packed| packed.to == to) {
            return;
        }
        if let Err(why) = entry::check(&to) {
            self.leave_out(format!("{} isn't packed: its name {why}.", file.display()));
            return;
        }
        let bytes = std::fs::metadata(file).map(|metadata| metadata.len()).unwrap_or_default();
        self.export.files.push(Packed { from: file.to_path_buf(), to, bytes, why, is_on: true });
    }

    /// Where a file is below the preset's folder; what was named from elsewhere, by the name of what was named.
    fn below(&mut self, file: &Path, named: &Path) -> String {
        if let Ok(inside) = file.strip_prefix(&self.base) {
            return slashed(inside);
        }
        let top = self.place_elsewhere(named);
        let inside = slashed(file.strip_prefix(named).unwrap_or(Path::new("")));
        [top, inside].join("/").trim_end_matches('/').to_owned()
    }

    /// Where what was named from elsewhere is in the archive. Two of one name don't get into each other's way there.
    fn place_elsewhere(&mut self, named: &Path) -> String {
        if let Some((_, place)) = self.elsewhere.iter().find(|(known, _)| known == named) {
            return place.clone();
        }
        let name = named.file_name().unwrap_or_default().to_string_lossy();
        let folders = std::iter::once("files".to_owned()).chain((2..).map(|number| format!("files-{number}")));
        let is_free = |place: &String| {
            let is_known = self.elsewhere.iter().any(|(_, known)| known.to_lowercase() == place.to_lowercase());
            !is_known && join(&self.base, place).symlink_metadata().is_err()
        };
        let place = folders.map(|folder| format!("{folder}/{name}")).find(is_free).unwrap_or_default();
        self.elsewhere.push((named.to_path_buf(), place.clone()));
        place
    }

    /// A path of the preset, from where it lies in the archive.
    fn in_archive(&mut self, file: &Path) -> String {
        let below = self.below(file, file);
        format!("{}/{below}", self.export.stem)
    }

    fn leave_out(&mut self, what: String) {
        if !self.export.left_out.contains(&what) {
            self.export.left_out.push(what);
        }
    }

    /// What the other machine has to have besides.
    fn tell_needs(&mut self, preset: &Preset) {
        match &preset.interpreter {
            Interpreter::Path(path) => self.leave_out(format!(
                "The interpreter {path} isn't packed: it belongs to this machine. Choose one on the other, or give it a \
                 name here and map that there."
            )),
            Interpreter::Name(name) if self.names.interpreter(name).is_ok_and(|mapped| mapped.is_some()) => {
                self.leave_out(format!("The other machine has to say what the interpreter “{name}” is."));
            }
            Interpreter::None if preset.is_bare_program() && !preset.script.is_empty() => {
                self.leave_out(format!("The other machine has to have the program {}.", preset.script));
            }
            Interpreter::Name(_) | Interpreter::None => {}
        }
        let packed = self.export.preset.clone();
        for (_, root, _) in roots_in(&packed) {
            self.leave_out(format!(
                "The other machine has to say which folder “{root}” is; what lies in it isn't packed."
            ));
        }
    }
}

/// A value of a row.
#[derive(Clone, Copy, Debug)]
enum RowPlace {
    /// The row, and how many of its values stand before.
    Argument(usize, usize),
    Variable(usize),
}
