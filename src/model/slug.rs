//! How presets are called from outside: in OSC addresses, orders and JSON, where a name with spaces or slashes won't do.

/// A preset's ID, made from its file's name without the ending: ASCII letters lower-cased and digits are kept, every run
/// of anything else becomes one `-`, and none stands at either end. `preset` where nothing is left.
#[must_use]
pub fn preset_id(file_stem: &str) -> String {
    let words = file_stem.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let id = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("-");
    if id.is_empty() { "preset".to_owned() } else { id }
}

/// The ID of one more job: the wanted one where it is free, else with the next number that is, from 2: `ID.2`, `ID.3`.
#[must_use]
pub fn free_job_id(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    if !is_taken(wanted) {
        return wanted.to_owned();
    }
    // A job that was found again wants the number that it had. A preset's ID holds no dot.
    let numbered = wanted.rsplit_once('.').filter(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()));
    let stem = numbered.map_or(wanted, |(stem, _)| stem);
    let mut numbers = 2_u64..;
    loop {
        // There are more numbers than jobs.
        let id = format!("{stem}.{}", numbers.next().unwrap_or_default());
        if !is_taken(&id) {
            return id;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_hold_nothing_that_an_address_could_not() {
        for (stem, id) in [
            ("1-run-a-script", "1-run-a-script"),
            ("Style Transfer (2)", "style-transfer-2"),
            ("--a__b--", "a-b"),
            ("Über/Größe", "ber-gr-e"),
            ("🎭", "preset"),
            ("", "preset"),
            ("a.b*c?", "a-b-c"),
        ] {
            assert_eq!(preset_id(stem), id);
        }
    }

    #[test]
    fn jobs_of_one_preset_are_numbered() {
        let taken = ["noisy", "noisy.2", "noisy.4"];
        let free = |wanted| free_job_id(wanted, |id| taken.contains(&id));
        assert_eq!(free("other"), "other");
        assert_eq!(free("noisy"), "noisy.3");
        assert_eq!(free("noisy.4"), "noisy.3");
        assert_eq!(free("noisy.9"), "noisy.9");
    }
}
