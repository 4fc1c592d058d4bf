//! What keeps a preset from running, for those who see no rows that it could stand beside.

use super::invocation::{Place, Problem};
use super::preset::Preset;

/// How many rows a sentence names.
const MOST_NAMED: usize = 4;

/// Each sentence once, after the rows that it is said of.
#[must_use]
pub fn problems_in_words(preset: &Preset, problems: &[Problem]) -> String {
    let mut said: Vec<(&str, Vec<Place>)> = Vec::new();
    for problem in problems {
        match said.iter_mut().find(|(what, _)| *what == problem.what) {
            Some((_, places)) => places.push(problem.place),
            None => said.push((&problem.what, vec![problem.place])),
        }
    }
    let sentences = said.into_iter().map(|(what, places)| {
        let rows = places.iter().map(|place| row(preset, *place)).collect::<Option<Vec<_>>>();
        rows.map_or_else(|| what.to_owned(), |rows| format!("{}: {what}", listed(&rows)))
    });
    sentences.collect::<Vec<_>>().join(" ")
}

fn listed(rows: &[String]) -> String {
    let named = rows[..rows.len().min(MOST_NAMED)].join(", ");
    let more = rows.len().saturating_sub(MOST_NAMED);
    if more > 0 { format!("{named} and {more} more") } else { named }
}

/// What a row is called; nothing where the place is no row.
fn row(preset: &Preset, place: Place) -> Option<String> {
    let (kind, index, name) = match place {
        Place::Argument(index) => ("Argument", index, preset.arguments.get(index).map_or("", |row| row.bare_flag())),
        Place::Variable(index) => ("Environment", index, preset.environment.get(index).map_or("", |row| &row.name)),
        Place::Schedule(index) => ("Schedule", index, ""),
        _ => return None,
    };
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    Some(format!("{kind} row {}{name}", index + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Argument;

    #[test]
    fn a_sentence_is_said_once_after_its_rows() {
        let preset = Preset {
            arguments: vec![Argument::new("--in=", ""), Argument::new("", "x"), Argument::new("-o", "")],
            ..Preset::new("Test")
        };
        let problem = |place, what: &str| Problem { place, what: what.to_owned() };
        let said = |problems: &[Problem]| problems_in_words(&preset, problems);
        assert_eq!(
            said(&[
                problem(Place::Argument(0), "No."),
                problem(Place::Script, "Why?"),
                problem(Place::Argument(1), "No."),
                problem(Place::Variable(0), "Well."),
            ]),
            "Argument row 1 (--in), Argument row 2: No. Why? Environment row 1: Well."
        );
        let same = [0, 1, 2, 3, 4, 5].map(|index| problem(Place::Argument(index), "No."));
        assert!(said(&same).ends_with("Argument row 4 and 2 more: No."), "{}", said(&same));
        let everywhere = [problem(Place::Script, "No."), problem(Place::Argument(0), "No.")];
        assert_eq!(said(&everywhere), "No.", "it is not about the row");
    }
}
