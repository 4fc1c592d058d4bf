//! A preset's rows, brought together with what a script declares.
//!
//! Whatever somebody has set stays as it is: which rows are on, their flags, their values, their order, and the kinds that
//! were chosen by hand. Only what a row keeps of the script's own words is written anew. Rows that the script has besides
//! come in switched off; those that it has no more stay, and are marked.

use super::argument::{Argument, Said, ValueKind, chosen_command, is_of_command};
use super::declared::{Declared, DeclaredCommand};
use super::expected::{command_called, expected};

/// What comes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    pub rows: Vec<Argument>,
    /// How many rows the script has besides.
    pub new: usize,
    /// How many it has no more, that it had before.
    pub gone: usize,
    /// Of how many it says something else than before.
    pub changed: usize,
}

impl Merged {
    /// Whether the rows are as they were.
    #[must_use]
    pub const fn is_nothing(&self) -> bool {
        self.new == 0 && self.gone == 0 && self.changed == 0
    }

    /// What happens to the rows, in a few words: `2 new, 1 gone`.
    #[must_use]
    pub fn summary(&self) -> String {
        let counts = [(self.new, "new"), (self.changed, "changed"), (self.gone, "gone")];
        let told = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
        told.collect::<Vec<_>>().join(", ")
    }
}

/// Brings rows together with what a script declares. Without rows it makes them, and those that the script requires are
/// on. A script of which nothing is known changes nothing.
#[must_use]
pub fn merge(rows: &[Argument], declared: &Declared) -> Merged {
    if declared.library.is_none() {
        return Merged { rows: rows.to_vec(), ..Merged::default() };
    }
    let rows_before = rows;
    let mut rows = rows.to_vec();
    adopt_commands(&mut rows, declared);
    let chosen = chosen_command(&rows);
    let expected = expected(declared, &chosen);
    let places = places(&rows, &expected);
    let mut merged = Merged::default();
    for (row, place) in rows.iter_mut().zip(&places) {
        match place {
            Some(place) => row.said = expected[*place].clone().into(),
            // What isn't known for sure to be all can't be missed.
            None if declared.doubts.is_empty() && row.is_declared() && is_of_command(row, &chosen) => {
                row.said.gone = true;
            }
            None => {}
        }
    }
    let is_changed = |(row, before): &(&Argument, &Argument)| row.said != before.said;
    let is_gone = |row: &Argument, before: &Argument| row.said.gone && !before.said.gone;
    let changed = || rows.iter().zip(rows_before).filter(is_changed);
    merged.gone = changed().filter(|(row, before)| is_gone(row, before)).count();
    merged.changed = changed().count() - merged.gone;
    let is_first = rows_before.is_empty();
    for (place, said) in expected.iter().enumerate().filter(|(place, _)| !places.contains(&Some(*place))) {
        let at = place_of_new(&rows, &expected[..place]);
        rows.insert(at, new_row(said, is_first));
        merged.new += 1;
    }
    merged.rows = rows;
    merged
}

/// Has the row with this index name another of the script's commands, whose rows come in. Rows of the one before stay
/// where somebody has set something in them, and aren't passed.
#[must_use]
pub fn choose_command(rows: &[Argument], index: usize, name: &str, declared: &Declared) -> Vec<Argument> {
    let mut rows = rows.to_vec();
    let Some(row) = rows.get_mut(index) else { return rows };
    name.clone_into(&mut row.value);
    row.on = !name.is_empty();
    let chosen = chosen_command(&rows);
    rows.retain(|row| is_of_command(row, &chosen) || !is_untouched(row));
    merge(&rows, declared).rows
}

/// Whether nobody has set anything in it.
fn is_untouched(row: &Argument) -> bool {
    let is_as_it_came = *row == new_row(&row.said, false) || *row == new_row(&row.said, true);
    row.is_declared() && is_as_it_came
}

/// A row for something that the script declares.
fn new_row(said: &Said, is_first: bool) -> Argument {
    let long = said.flags.iter().find(|flag| flag.starts_with("--"));
    let flag = long.or(said.flags.first()).cloned().unwrap_or_default();
    Argument { on: is_first && said.required, flag, said: said.clone().into(), ..Argument::default() }
}

/// Behind the last of the rows that come before it in the script, and else before all that the script declares.
fn place_of_new(rows: &[Argument], before: &[Said]) -> usize {
    let is_before = |row: &Argument| before.iter().any(|said| is_same(&row.said, said));
    let last = rows.iter().rposition(is_before).map(|last| last + 1);
    last.or_else(|| rows.iter().position(Argument::is_declared)).unwrap_or(rows.len())
}

/// Whether two descriptions are of the same argument.
fn is_same(one: &Said, other: &Said) -> bool {
    let share_a_flag = || one.flags.iter().any(|flag| other.flags.contains(flag));
    let are_positional = || one.flags.is_empty() && other.flags.is_empty() && !one.name.is_empty();
    one.command == other.command
        && (one.kind == ValueKind::Command) == (other.kind == ValueKind::Command)
        && (share_a_flag() || are_positional() && one.name == other.name)
}

/// For each row the place of what the script says of it; none for what it doesn't know.
fn places(rows: &[Argument], expected: &[Said]) -> Vec<Option<usize>> {
    let mut level: &[String] = &[];
    let mut places: Vec<_> = rows
        .iter()
        .map(|row| {
            if row.is_declared() {
                level = &row.said.command;
                if let Some(place) = expected.iter().position(|said| is_same(&row.said, said)) {
                    return Some(place);
                }
            }
            let of_flag = |said: &Said| said.is_called(row.bare_flag());
            let is_here = |said: &Said| said.command == level;
            let flag = expected.iter().position(|said| is_here(said) && of_flag(said));
            let anywhere = || expected.iter().position(of_flag).filter(|_| !row.is_declared());
            flag.or_else(anywhere).filter(|_| !row.bare_flag().is_empty())
        })
        .collect();
    adopt_positional(rows, expected, &mut places);
    places
}

/// Rows without a flag that somebody made by hand are the script's positional arguments, in their order; as long as it
/// is clear that none of them is the value of a flag before it, or a flag itself.
fn adopt_positional(rows: &[Argument], expected: &[Said], places: &mut [Option<usize>]) {
    let is_free = |row: &Argument| row.flag.is_empty() && !row.is_declared();
    let takes_value = |row: &Argument, place: Option<usize>| match place {
        Some(place) => !matches!(expected[place].kind, ValueKind::Switch | ValueKind::Count),
        None => !row.flag.is_empty(),
    };
    let is_clear = rows.iter().enumerate().all(|(index, row)| {
        let is_split = index > 0 && {
            let before = &rows[index - 1];
            !before.flag.is_empty() && before.has_no_value() && takes_value(before, places[index - 1])
        };
        !is_free(row) || row.on && !row.value.starts_with('-') && !is_split
    });
    if !is_clear {
        return;
    }
    let free: Vec<_> = rows.iter().enumerate().filter(|(_, row)| is_free(row)).map(|(index, _)| index).collect();
    let open = |place: &usize| {
        let said = &expected[*place];
        said.flags.is_empty() && said.kind != ValueKind::Command && said.command.is_empty()
    };
    let mut wanted: Vec<_> = (0..expected.len()).filter(open).filter(|place| !places.contains(&Some(*place))).collect();
    if wanted.len() < free.len() && !wanted.iter().any(|place| expected[*place].is_open_ended()) {
        // More than the script takes: it isn't clear which is which.
        wanted.clear();
    }
    for (index, place) in free.into_iter().zip(wanted) {
        places[index] = Some(place);
    }
}

/// A row without a flag that somebody made by hand and that names a command of the script is where it is chosen.
fn adopt_commands(rows: &mut [Argument], declared: &Declared) {
    let mut commands: &[DeclaredCommand] = &declared.commands;
    let mut path: Vec<String> = Vec::new();
    loop {
        let chosen = chosen_command(rows);
        let name = if let Some(name) = chosen.get(path.len()) {
            name.clone()
        } else {
            let is_it = |row: &&mut Argument| {
                row.on && row.flag.is_empty() && !row.is_declared() && command_called(commands, &row.value).is_some()
            };
            let Some(row) = rows.iter_mut().find(is_it) else { return };
            row.said =
                Said { name: "command".to_owned(), kind: ValueKind::Command, command: path.clone(), ..Said::default() }
                    .into();
            row.value.clone()
        };
        let Some(command) = command_called(commands, &name) else { return };
        commands = &command.commands;
        path.push(name);
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
