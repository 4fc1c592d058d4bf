//! Rows of arguments as the words that reach a program: in their order, except where the script could not tell them apart
//! otherwise.
//!
//! Of rows that somebody made by hand nothing is known, and their order is never touched. Of rows that a script has
//! declared it is known what is a flag and what is positional, and a script takes these in any order; so they are put
//! behind `--` where one of them looks like a flag, or would be taken for a value of the flag before it.

use super::argument::{Argument, ValueKind, chosen_command, is_of_command};

/// One argument of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// The row that it comes from; none for the `--` that stands between.
    pub row: Option<usize>,
    /// Texts of the row, with placeholders, that are joined.
    pub parts: Vec<&'a str>,
}

/// More of one switch than anybody means.
const MOST_OF_A_SWITCH: usize = 100;

/// The rows that are passed as words. `fill` says what placeholders in a text come to.
#[must_use]
pub fn words<'a>(rows: &'a [Argument], fill: &dyn Fn(&str) -> String) -> Vec<Word<'a>> {
    let chosen = chosen_command(rows);
    let mut out = Vec::new();
    for level in levels(rows, &chosen) {
        let level = Level { rows: level, fill };
        level.words_into(&mut out);
    }
    out
}

type Placed<'a> = (usize, &'a Argument);

/// The rows that are passed, those of each command behind it. A row made by hand belongs to the one above it.
fn levels<'a>(rows: &'a [Argument], chosen: &[String]) -> Vec<Vec<Placed<'a>>> {
    let mut levels: Vec<Vec<Placed<'a>>> = vec![Vec::new(); chosen.len() + 1];
    let mut above = 0;
    for (index, row) in rows.iter().enumerate() {
        if row.is_declared() {
            if !is_of_command(row, chosen) {
                continue;
            }
            above = row.said.command.len();
        }
        if row.on {
            levels[above].push((index, row));
        }
        // What follows a command is the command's.
        if row.on && row.kind() == ValueKind::Command && chosen.len() > above {
            above += 1;
        }
    }
    for level in &mut levels {
        level.sort_by_key(|(_, row)| row.kind() == ValueKind::Command);
    }
    levels
}

struct Level<'a, 'f> {
    rows: Vec<Placed<'a>>,
    fill: &'f dyn Fn(&str) -> String,
}

impl<'a> Level<'a, '_> {
    fn words_into(&self, out: &mut Vec<Word<'a>>) {
        let (positional, flags): (Vec<_>, Vec<_>) =
            self.rows.iter().copied().partition(|row| self.is_positional(row.1));
        let is_declared = |row: &Placed<'_>| row.1.is_declared();
        let has_command = self.rows.iter().any(|(_, row)| row.kind() == ValueKind::Command);
        if !positional.iter().any(is_declared) || !self.is_ambiguous() {
            for row in &self.rows {
                self.row_into(*row, out);
            }
        } else if positional.iter().any(|(_, row)| row.said.takes_the_rest()) || has_command {
            // There `--` would be taken for a value too; flags that take a certain number of values come last instead.
            let (open, closed): (Vec<_>, Vec<_>) = flags.into_iter().partition(|(_, row)| row.said.is_open_ended());
            let rows: Vec<_> = if has_command {
                positional.into_iter().chain(open).chain(closed).collect()
            } else {
                open.into_iter().chain(closed).chain(positional).collect()
            };
            let (command, rows): (Vec<_>, Vec<_>) =
                rows.into_iter().partition(|(_, row)| row.kind() == ValueKind::Command);
            for row in rows.into_iter().chain(command) {
                self.row_into(row, out);
            }
        } else {
            for row in flags {
                self.row_into(row, out);
            }
            out.push(Word { row: None, parts: vec!["--"] });
            for row in positional {
                self.row_into(row, out);
            }
        }
    }

    /// Whether a positional row could be taken for something else where it stands.
    fn is_ambiguous(&self) -> bool {
        let looks_like_a_flag = |(_, row): &Placed<'_>| {
            row.is_declared() && self.is_positional(row) && row.values().any(|value| self.begins_with_dash(value))
        };
        let is_swallowed = |pair: &[Placed<'_>]| {
            let (before, row) = (pair[0].1, pair[1].1);
            self.is_positional(row) && !before.flag.is_empty() && before.said.is_open_ended() && before.takes_value()
        };
        let takes_the_rest = |pair: &[Placed<'_>]| pair[0].1.flag.is_empty() && pair[0].1.said.takes_the_rest();
        self.rows.iter().any(looks_like_a_flag)
            || self.rows.windows(2).any(is_swallowed)
            || self.rows.windows(2).any(takes_the_rest)
    }

    /// Whether it stands for itself. A flag that somebody wrote as a value is none.
    fn is_positional(&self, row: &Argument) -> bool {
        row.flag.is_empty() && (row.is_declared() || !self.begins_with_dash(&row.value))
    }

    fn begins_with_dash(&self, value: &str) -> bool {
        let value = (self.fill)(value);
        value.len() > 1 && value.starts_with('-')
    }

    fn row_into(&self, (index, row): Placed<'a>, out: &mut Vec<Word<'a>>) {
        let mut push = |parts: &[&'a str]| out.push(Word { row: Some(index), parts: parts.to_vec() });
        let filled = |text: &str| (self.fill)(text);
        let (flag, bare) = (row.flag.as_str(), row.bare_flag());
        if filled(flag).is_empty() {
            for value in row.values() {
                push(&[value]);
            }
        } else if row.kind() == ValueKind::Count {
            let times = filled(&row.value).trim().parse().unwrap_or(1_usize).min(MOST_OF_A_SWITCH);
            for _ in 0..times {
                push(&[flag]);
            }
        } else if row.said.repeats {
            for value in row.values() {
                if flag.ends_with('=') {
                    push(&[flag, value]);
                } else {
                    push(&[flag]);
                    push(&[value]);
                }
            }
        } else if !row.more.is_empty() {
            push(&[bare]);
            for value in row.values() {
                push(&[value]);
            }
        } else if filled(flag).ends_with('=') {
            push(&[flag, &row.value]);
        } else if filled(&row.value).is_empty() {
            push(&[flag]);
        } else if let Some(long) = self.must_join(row) {
            push(&[long, "=", &row.value]);
        } else {
            push(&[flag]);
            push(&[&row.value]);
        }
    }

    /// The long flag that a value has to be joined with, lest it is taken for a flag itself; a negative number isn't.
    fn must_join(&self, row: &'a Argument) -> Option<&'a str> {
        let value = (self.fill)(&row.value);
        let is_like_a_flag = value.len() > 1 && value.starts_with('-') && value.parse::<f64>().is_err();
        if !row.is_declared() || !row.takes_value() || !is_like_a_flag {
            return None;
        }
        let flags = std::iter::once(row.flag.as_str()).chain(row.said.flags.iter().map(String::as_str));
        flags.into_iter().find(|flag| flag.starts_with("--") && flag.len() > 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Said;

    fn said(name: &str, flags: &[&str], nargs: &str) -> Said {
        Said {
            name: name.to_owned(),
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            nargs: nargs.to_owned(),
            ..Said::default()
        }
    }

    fn row(flag: &str, value: &str, said: Said) -> Argument {
        Argument { said: said.into(), ..Argument::new(flag, value) }
    }

    fn check(rows: &[Argument], expected: &[&str]) {
        let words: Vec<_> = words(rows, &str::to_owned).into_iter().map(|word| word.parts.concat()).collect();
        assert_eq!(words, expected);
    }

    #[test]
    fn rows_made_by_hand_stay_as_they_are() {
        let rows = [Argument::new("", "-x"), Argument::new("--many", "a"), Argument::new("", "b")];
        check(&rows, &["-x", "--many", "a", "b"]);
    }

    #[test]
    fn several_values_are_arguments_of_their_own() {
        let more = |row: Argument| Argument { more: vec!["b".to_owned(), "c".to_owned()], ..row };
        let repeats = Said { repeats: true, ..said("tag", &["--tag"], "") };
        check(&[more(row("--in", "a", said("in", &["--in"], "+")))], &["--in", "a", "b", "c"]);
        check(&[more(row("--in=", "a", said("in", &["--in"], "+")))], &["--in", "a", "b", "c"]);
        check(&[more(row("--tag", "a", repeats.clone()))], &["--tag", "a", "--tag", "b", "--tag", "c"]);
        check(&[more(row("--tag=", "a", repeats))], &["--tag=a", "--tag=b", "--tag=c"]);
        check(&[more(row("", "a", said("files", &[], "*")))], &["a", "b", "c"]);
    }

    #[test]
    fn a_switch_that_is_counted_is_given_so_often() {
        let count = Said { kind: ValueKind::Count, ..said("v", &["-v"], "") };
        check(&[row("-v", "3", count.clone())], &["-v", "-v", "-v"]);
        check(&[row("-v", "", count)], &["-v"]);
    }

    #[test]
    fn a_positional_one_is_never_swallowed_nor_taken_for_a_flag() {
        let (many, file) = (said("many", &["--many"], "*"), said("file", &[], ""));
        check(&[row("", "f", file.clone()), row("--many", "a", many.clone())], &["f", "--many", "a"]);
        check(&[row("--many", "a", many.clone()), row("", "f", file.clone())], &["--many", "a", "--", "f"]);
        let switch = Said { kind: ValueKind::Switch, ..said("v", &["-v"], "") };
        check(&[row("", "-f", file.clone()), row("-v", "", switch)], &["-v", "--", "-f"]);
        check(&[row("", "-", file)], &["-"]);
        let rest = said("rest", &[], "...");
        check(&[row("", "x", rest), row("--many", "a", many)], &["--many", "a", "x"]);
    }

    #[test]
    fn a_value_that_looks_like_a_flag_is_joined_with_its_own() {
        let long = said("in", &["-i", "--in"], "");
        check(&[row("--in", "-x", long.clone())], &["--in=-x"]);
        check(&[row("-i", "-x", long.clone())], &["--in=-x"]);
        check(&[row("-i", "-5", long)], &["-i", "-5"]);
        check(&[row("-i", "-x", said("in", &["-i"], ""))], &["-i", "-x"]);
        check(&[Argument::new("--in", "-x")], &["--in", "-x"]);
    }

    #[test]
    fn a_command_stands_between_its_own_rows_and_those_of_every_run() {
        let of = |said: Said| Said { command: vec!["train".to_owned()], ..said };
        let command = Said { kind: ValueKind::Command, ..said("command", &[], "") };
        let rows = [
            row("", "train", command),
            row("--seed", "1", said("seed", &["--seed"], "")),
            row("--epochs", "3", of(said("epochs", &["--epochs"], ""))),
            row("--x", "1", Said { command: vec!["eval".to_owned()], ..said("x", &["--x"], "") }),
            Argument::new("--own", ""),
        ];
        check(&rows, &["--seed", "1", "train", "--epochs", "3", "--own"]);
    }
}
