//! Which preset a person means.

use super::load::{Entry, Folder};

/// How many candidates a sentence lists at most.
const LISTED: usize = 5;

/// The preset of that name; else, by name without regard to case; else by its file's name, with or without ending.
///
/// # Errors
/// A sentence: several are meant (their files are listed), or none is (the closest names are).
pub fn find<'a>(folder: &'a Folder, wanted: &str) -> Result<&'a Entry, String> {
    let lower = wanted.to_lowercase();
    let stem = |entry: &Entry| entry.path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let ways: [&dyn Fn(&Entry) -> bool; 3] =
        [&|entry| entry.preset.name == wanted, &|entry| entry.preset.name.to_lowercase() == lower, &|entry| {
            stem(entry) == lower || entry.file_name().to_lowercase() == lower
        }];
    for is_meant in ways {
        let found: Vec<_> = folder.presets.iter().filter(|entry| is_meant(entry)).collect();
        match found.as_slice() {
            [] => {}
            [one] => return Ok(one),
            several => {
                let files: Vec<_> = several.iter().map(|entry| entry.file_name()).collect();
                return Err(format!(
                    "“{wanted}” could be {} presets: {}; give the file's name or path instead.",
                    several.len(),
                    files.join(", ")
                ));
            }
        }
    }
    Err(absent(folder, wanted))
}

fn absent(folder: &Folder, wanted: &str) -> String {
    if let Some(error) = folder.errors.iter().find(|error| {
        error.path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case(wanted))
            || error.path.file_name().is_some_and(|name| name.eq_ignore_ascii_case(wanted))
    }) {
        return format!("The preset “{wanted}” doesn't load: {error}.");
    }
    let names = folder.presets.iter().map(|entry| entry.preset.name.as_str());
    let near = closest(wanted, names.clone());
    let dir = folder.dir.display();
    let (words, listed): (_, Vec<&str>) = if near.is_empty() {
        ("There are", names.take(LISTED).collect())
    } else {
        ("Did you mean", near.into_iter().take(LISTED).collect())
    };
    if listed.is_empty() {
        return format!("There is no preset “{wanted}”, for no preset in {dir} loads.");
    }
    let listed: Vec<_> = listed.iter().map(|name| format!("“{name}”")).collect();
    let more = folder.presets.len().saturating_sub(LISTED);
    match words {
        "Did you mean" => format!("There is no preset “{wanted}” in {dir}. Did you mean {}?", listed.join(" or ")),
        _ if more > 0 => {
            format!("There is no preset “{wanted}” in {dir}. There are {} and {more} more.", listed.join(", "))
        }
        _ => format!("There is no preset “{wanted}” in {dir}. There are {}.", listed.join(", ")),
    }
}

/// Those names that a slip or an abbreviation could have turned into `wanted`, the closest first.
pub fn closest<'a>(wanted: &str, names: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = wanted.to_lowercase();
    let limit = wanted.chars().count() / 3 + 1;
    let mut near: Vec<_> = names
        .filter_map(|name| {
            let lower = name.to_lowercase();
            let slips = distance(&wanted, &lower);
            if slips <= limit {
                Some((slips, name))
            } else if !wanted.is_empty() && lower.contains(&wanted) {
                Some((limit + 1, name))
            } else {
                None
            }
        })
        .collect();
    near.sort_by_key(|(slips, _)| *slips);
    near.into_iter().map(|(_, name)| name).collect()
}

/// How many letters must be added, removed or changed to make one text of the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (index, b) in other.iter().enumerate() {
            let changed = diagonal + usize::from(a != *b);
            diagonal = row[index + 1];
            row[index + 1] = changed.min(row[index] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::*;
    use crate::model::Preset;
    use crate::store::presets::{load_dir, to_text};

    fn folder(files: &[(&str, &str)]) -> (tempfile::TempDir, Folder) {
        let dir = tempfile::tempdir().unwrap();
        for (file, name) in files {
            std::fs::write(dir.path().join(file), to_text(&Preset::new(name))).unwrap();
        }
        let folder = load_dir(dir.path());
        (dir, folder)
    }

    fn check(folder: &Folder, wanted: &str) -> Result<String, String> {
        find(folder, wanted).map(Entry::file_name)
    }

    #[test]
    fn a_name_beats_its_lookalikes_and_a_file_name_comes_last() {
        let (_dir, folder) = folder(&[("1-a.ron", "Noisy"), ("2-b.ron", "noisy"), ("noisy.ron", "Other")]);
        assert_eq!(check(&folder, "noisy").as_deref(), Ok("2-b.ron"));
        assert_eq!(check(&folder, "Noisy").as_deref(), Ok("1-a.ron"));
        assert_eq!(check(&folder, "OTHER").as_deref(), Ok("noisy.ron"));
        assert_eq!(check(&folder, "2-B").as_deref(), Ok("2-b.ron"));
        assert_eq!(check(&folder, "1-a.ron").as_deref(), Ok("1-a.ron"));
        let why = check(&folder, "NOISY").unwrap_err();
        assert!(why.contains("1-a.ron") && why.contains("2-b.ron"), "{why}");
    }

    #[test]
    fn two_of_one_name_are_told_apart_by_their_files() {
        let (_dir, folder) = folder(&[("a.ron", "Twin"), ("b.ron", "Twin"), ("c.ron", "Single")]);
        assert_eq!(folder.warnings.len(), 1, "{:?}", folder.warnings);
        assert!(folder.warnings[0].starts_with("a.ron and b.ron are both named “Twin”"), "{:?}", folder.warnings);
        assert!(check(&folder, "Twin").unwrap_err().contains("a.ron, b.ron"));
        assert_eq!(check(&folder, "b").as_deref(), Ok("b.ron"));
    }

    #[test]
    fn what_is_not_there_lists_the_closest_first() {
        let (_dir, folder) = folder(&[("a.ron", "Pass arguments"), ("b.ron", "Noisy"), ("c.ron", "Moist")]);
        let why = check(&folder, "niosy").unwrap_err();
        assert!(why.contains("Did you mean “Noisy”"), "{why}");
        assert!(check(&folder, "argum").unwrap_err().contains("Did you mean “Pass arguments”?"));
        let why = check(&folder, "something else entirely").unwrap_err();
        assert!(why.contains("“Pass arguments”, “Noisy”, “Moist”."), "{why}");
    }

    #[test]
    fn a_preset_that_does_not_load_is_not_called_absent() {
        let (dir, _) = folder(&[("a.ron", "A")]);
        std::fs::write(dir.path().join("broken.ron"), "(").unwrap();
        let why = check(&load_dir(dir.path()), "broken").unwrap_err();
        assert!(why.contains("doesn't load") && why.contains("broken.ron:1:2"), "{why}");
        let nothing = Folder { dir: PathBuf::from("/none"), ..Folder::default() };
        assert!(check(&nothing, "x").unwrap_err().contains(&Path::new("/none").display().to_string()));
    }
}
