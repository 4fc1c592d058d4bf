//! Lines of a console as a file of the user's.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::atomic;

/// Writes what `next` gives, piece by piece, until it gives nothing more. A file that is there is replaced at the end and
/// as a whole.
///
/// # Errors
/// A sentence: the system refuses. The old file is intact then, and nothing is left behind.
pub fn save(path: &Path, mut next: impl FnMut(&mut String) -> bool) -> Result<(), String> {
    let mut text = String::new();
    let written = atomic::replace_with(path, |file| {
        loop {
            text.clear();
            let is_more = next(&mut text);
            file.write_all(text.as_bytes())?;
            if !is_more {
                return Ok(());
            }
        }
    });
    written.map_err(|error| format!("Could not save the lines to {}: {}.", path.display(), atomic::why(&error)))
}

/// What a file of a job's lines is called at first.
#[must_use]
pub fn proposed_name(job: &str, time: &str) -> PathBuf {
    let kept = |c: char| if c.is_alphanumeric() || matches!(c, '-' | '_' | ' ' | '.' | '(' | ')') { c } else { '-' };
    let job: String = job.chars().map(kept).take(80).collect();
    PathBuf::from(format!("{} {time}.txt", job.trim().trim_start_matches('.')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_all_pieces_or_stays_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("lines.txt");
        std::fs::write(&path, "before").unwrap();
        let mut pieces = ["one\n", "two\n", "three"].into_iter();
        let mut left = 3;
        let give = |text: &mut String| {
            assert_eq!(std::fs::read_to_string(&path).unwrap(), "before", "until the end");
            text.push_str(pieces.next().unwrap());
            left -= 1;
            left > 0
        };
        save(&path, give).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\nthree");
        let why = save(&dir.path().join("not/there.txt"), |_| false).unwrap_err();
        assert!(why.starts_with("Could not save the lines to ") && why.ends_with("the folder is not there."), "{why}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_proposed_name_is_one_that_every_system_takes() {
        assert_eq!(proposed_name("a/b: c?  #2", "t"), PathBuf::from("a-b- c-  -2 t.txt"));
        assert_eq!(proposed_name("..", "t"), PathBuf::from(" t.txt"));
    }
}
