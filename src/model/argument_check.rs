//! What is wrong with a row of arguments, as far as its script has said what it takes.
//!
//! Whoever is told that something is wrong can't launch, so only what is certain is said: a value that something of the
//! script's own looks at is never judged, and neither is a row that somebody made by hand.

use super::argument::{Argument, Said, ValueKind, chosen_command, is_of_command};
use super::secret::SecretBy;

/// What is wrong with which row. `rows` are those of the preset, with their placeholders filled in.
pub(super) fn row_problems(rows: &[Argument]) -> Vec<(usize, String)> {
    let chosen = chosen_command(rows);
    let is_passed = |row: &Argument| row.on && is_of_command(row, &chosen);
    let mut problems = Vec::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| is_of_command(row, &chosen)) {
        let what = match row {
            row if !row.on => missing_row(rows, row).or_else(|| missing_one(rows, index, &is_passed)),
            // Nobody knows the value here.
            row if row.secret.is_some() => not_passed(row).or_else(|| exclusion(rows, index, &is_passed)),
            row => {
                missing_value(rows, index).or_else(|| exclusion(rows, index, &is_passed)).or_else(|| wrong_value(row))
            }
        };
        problems.extend(what.map(|what| (index, what)));
    }
    problems
}

/// A row that is off and must not be.
fn missing_row(rows: &[Argument], row: &Argument) -> Option<String> {
    let said = &row.said;
    if !said.required || said.gone || is_given_otherwise(rows, said) {
        return None;
    }
    let title = row.title();
    Some(match row.kind() {
        ValueKind::Command => {
            format!("The script needs one of its commands: {}. Choose one.", few(&said.choices))
        }
        ValueKind::Switch | ValueKind::Count => format!("{title} is required; switch it on."),
        _ => format!("{title} is required; switch it on, with a value."),
    })
}

/// None of those is on of which the script needs one. It is said beside the first of them.
fn missing_one(rows: &[Argument], index: usize, is_passed: &dyn Fn(&Argument) -> bool) -> Option<String> {
    let row = &rows[index];
    if !row.said.one_required || row.said.gone {
        return None;
    }
    let is_of_it = |other: &Argument| are_exclusive(row, other) && !other.said.gone;
    let others: Vec<_> = rows.iter().filter(|other| is_of_it(other)).collect();
    let is_given = others.iter().any(|other| is_passed(other) || is_given_otherwise(rows, &other.said));
    if is_given || is_given_otherwise(rows, &row.said) || rows[..index].iter().any(is_of_it) {
        return None;
    }
    let titles: Vec<_> = others.into_iter().map(|row| row.title().to_owned()).collect();
    Some(format!("The script needs one of {} and {}; switch one on.", row.title(), few(&titles)))
}

/// Whether another row that somebody made by hand gives it, or may.
fn is_given_otherwise(rows: &[Argument], said: &Said) -> bool {
    rows.iter().filter(|row| row.on).any(|row| {
        if !row.flag.is_empty() {
            return said.is_called(row.bare_flag()) || said.is_called(row.flag.split('=').next().unwrap_or_default());
        }
        let is_free = !row.is_declared();
        if said.flags.is_empty() {
            return is_free && !row.value.starts_with('-');
        }
        let flag = row.value.split('=').next().unwrap_or_default();
        is_free && said.is_called(flag)
    })
}

/// A row that is on and has no value where the script wants one.
fn missing_value(rows: &[Argument], index: usize) -> Option<String> {
    let row = &rows[index];
    let said = &row.said;
    let is_needed = row.is_declared() && row.takes_value() && row.has_no_value();
    // A flag may do without, and one that is joined with its value is given an empty one.
    let may_do_without = !row.flag.is_empty() && (row.flag.ends_with('=') || matches!(said.nargs.as_str(), "?" | "*"));
    // Somebody may have put the value into a row of its own.
    let next = rows[index + 1..].iter().find(|row| row.on);
    let is_in_the_next = !row.flag.is_empty() && next.is_some_and(|next| next.flag.is_empty() && !next.is_declared());
    if !is_needed || said.gone || may_do_without || is_in_the_next {
        return None;
    }
    let title = row.title();
    Some(match (row.kind(), said.required) {
        (ValueKind::Command, _) => format!("Choose one of the script's commands: {}.", few(&said.choices)),
        (_, true) => format!("{title} is required; give it a value."),
        (_, false) => format!("{title} has no value; give it one, or switch it off."),
    })
}

/// A secret that doesn't stand among the arguments, where the script wants it.
fn not_passed(row: &Argument) -> Option<String> {
    let goes_elsewhere = row.secret.as_ref().is_some_and(|secret| secret.by != SecretBy::Argument);
    let is_wanted = row.said.required && !row.said.gone;
    (goes_elsewhere && is_wanted).then(|| {
        let title = row.title();
        format!("The script requires {title} among its arguments; let the secret reach it “as an argument”, or change the script.")
    })
}

/// Another row is on that the script doesn't take together with this one. It is said beside the later of the two.
fn exclusion(rows: &[Argument], index: usize, is_passed: &dyn Fn(&Argument) -> bool) -> Option<String> {
    let row = &rows[index];
    let excludes =
        |other: &&Argument| is_passed(other) && are_exclusive(row, other) && !other.said.gone && !row.said.gone;
    let other = rows[..index].iter().find(excludes)?;
    Some(format!("The script takes only one of {} and {}; switch one off.", other.title(), row.title()))
}

/// Whether a script takes only one of two rows.
#[must_use]
pub fn are_exclusive(one: &Argument, other: &Argument) -> bool {
    let (one, other) = (&one.said, &other.said);
    one.exclusive > 0
        && one.exclusive == other.exclusive
        && one.command == other.command
        && (one.name != other.name || one.flags != other.flags)
}

/// A value that the script can't take.
fn wrong_value(row: &Argument) -> Option<String> {
    let is_by_hand = row.kind.is_some_and(|kind| kind != row.said.kind);
    if row.said.gone || !is_by_hand && !row.said.converter.is_empty() {
        return None;
    }
    let title = row.title();
    if row.kind() == ValueKind::Switch && row.is_declared() && !row.has_no_value() && !row.flag.ends_with('=') {
        return Some(format!("{title} is a switch and takes no value; remove “{}”.", row.value));
    }
    let count = row.values().count();
    if let Ok(wanted) = row.said.nargs.parse::<usize>()
        && !is_by_hand
        && !row.said.repeats
        && !row.has_no_value()
        && count != wanted
    {
        return Some(format!("{title} takes {wanted} values; it has {count}."));
    }
    row.values().filter(|value| !value.is_empty()).find_map(|value| {
        let (kind, choices) = (row.kind(), row.choices());
        if !choices.is_empty() {
            let is_it = |choice: &String| choice == value || is_same_number(kind, choice, value);
            return (!choices.iter().any(is_it))
                .then(|| format!("{title} is one of {}; “{value}” is none of them.", few(choices)));
        }
        wrong_kind(kind, value).map(|what| format!("{title} {what}; “{value}” is none.")).or_else(|| {
            out_of_range(row, value).map(|range| format!("{title} is {range}; {value} is out of that range."))
        })
    })
}

fn is_same_number(kind: ValueKind, one: &str, other: &str) -> bool {
    let is_number = matches!(kind, ValueKind::Integer | ValueKind::Number);
    is_number && number(one).is_some() && number(one) == number(other)
}

/// What it has to be, where the value can't be taken for it.
fn wrong_kind(kind: ValueKind, value: &str) -> Option<&'static str> {
    match kind {
        ValueKind::Integer if !is_integer(value) => Some("is a whole number"),
        ValueKind::Number if number(value).is_none() => Some("is a number"),
        ValueKind::Count if value.trim().parse::<usize>().is_err() => Some("is given so many times, a whole number"),
        ValueKind::Date if !is_date(value) => Some("is a date such as 2026-11-26"),
        ValueKind::Color if color_of(value).is_none() => Some("is a colour such as #41c3ff"),
        ValueKind::Text
        | ValueKind::Switch
        | ValueKind::Count
        | ValueKind::Integer
        | ValueKind::Number
        | ValueKind::File
        | ValueKind::Folder
        | ValueKind::Date
        | ValueKind::Color
        | ValueKind::Command => None,
    }
}

/// The range of a row, where the value is beyond it.
fn out_of_range(row: &Argument, value: &str) -> Option<String> {
    if !matches!(row.kind(), ValueKind::Integer | ValueKind::Number) {
        return None;
    }
    let value = number(value)?;
    let (from, to) = bounds(row);
    // What isn't a number that can be compared is in no wrong place.
    let is_out = from.is_some_and(|from| value < from) || to.is_some_and(|to| value > to);
    if is_out { range_text(row) } else { None }
}

/// The least and the greatest number that a row takes.
#[must_use]
pub fn bounds(row: &Argument) -> (Option<f64>, Option<f64>) {
    (number(&row.said.from), number(&row.said.to))
}

/// The range of a row in words; `None` where it has none.
#[must_use]
pub fn range_text(row: &Argument) -> Option<String> {
    let Said { from, to, .. } = &*row.said;
    match (from.is_empty(), to.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("{from} or more")),
        (true, false) => Some(format!("{to} or less")),
        (false, false) => Some(format!("from {from} to {to}")),
    }
}

/// As Python's `int` and those of other languages take it.
fn is_integer(text: &str) -> bool {
    let digits = text.trim().trim_start_matches(['-', '+']);
    let is_based = ["0x", "0X", "0o", "0O", "0b", "0B"].iter().any(|base| digits.starts_with(base));
    !digits.is_empty() && (is_based || digits.chars().all(|c| c.is_numeric() || c == '_'))
}

/// As Python's `float` takes it.
#[must_use]
pub fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    if is_integer(text) {
        let plain: String = text.chars().filter(|c| *c != '_').collect();
        // In another base, or in other digits: a number, and of which size doesn't matter for what is told.
        return Some(plain.parse().unwrap_or(f64::NAN));
    }
    text.replace('_', "").parse().ok()
}

/// A day, with or without a time of it.
fn is_date(text: &str) -> bool {
    let text = text.trim();
    text.parse::<jiff::civil::Date>().is_ok()
        || text.parse::<jiff::civil::DateTime>().is_ok()
        || text.parse::<jiff::Timestamp>().is_ok()
}

/// Red, green and blue of `#rgb`, `#rrggbb` or `#rrggbbaa`.
#[must_use]
pub fn color_of(text: &str) -> Option<[u8; 3]> {
    let hex = text.trim().strip_prefix('#')?;
    if !hex.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let digit = |at: usize, len: usize| u8::from_str_radix(hex.get(at..at + len)?, 16).ok();
    match hex.len() {
        3 | 4 => Some([digit(0, 1)? * 17, digit(1, 1)? * 17, digit(2, 1)? * 17]),
        6 | 8 => Some([digit(0, 2)?, digit(2, 2)?, digit(4, 2)?]),
        _ => None,
    }
}

/// The first few of some, and how many more there are.
fn few(words: &[String]) -> String {
    const MOST: usize = 12;
    let shown = words.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
    match words.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::secret::{RowSecret, Secret};
    use super::*;

    fn said(name: &str, kind: ValueKind) -> Said {
        Said {
            name: name.to_owned(),
            flags: vec![format!("--{name}"), format!("-{}", &name[..1])],
            kind,
            ..Said::default()
        }
    }

    fn row(value: &str, said: Said) -> Argument {
        Argument { said: said.into(), ..Argument::new("--it", value) }
    }

    fn what(rows: &[Argument]) -> Vec<(usize, String)> {
        row_problems(rows)
    }

    fn check(row: Argument, expected: &str) {
        let found = what(&[row]).pop().map(|(_, what)| what).unwrap_or_default();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_secret_that_the_script_requires_goes_to_it_as_an_argument() {
        let secret = |by, required| {
            let secret = RowSecret { from: Secret::Keyring("token".to_owned()), by };
            let said = Said { required, ..said("token", ValueKind::Text) };
            Argument { secret: Some(secret), said: said.into(), ..Argument::new("--token", "") }
        };
        let variable = || SecretBy::Variable("TOKEN".to_owned());
        let wrong = "The script requires --token among its arguments; let the secret reach it “as an argument”, or change the \
                     script.";
        check(secret(variable(), true), wrong);
        check(secret(SecretBy::Input, true), wrong);
        check(secret(SecretBy::Argument, true), "");
        check(secret(variable(), false), "");
    }

    #[test]
    fn values_are_judged_as_the_script_would() {
        let integer = || Said { from: "1".to_owned(), to: "10".to_owned(), ..said("it", ValueKind::Integer) };
        for fine in ["1", "10", " 7 ", "+3", "0x2", "1_0"] {
            check(row(fine, integer()), "");
        }
        check(row("1.5", integer()), "--it is a whole number; “1.5” is none.");
        check(row("11", integer()), "--it is from 1 to 10; 11 is out of that range.");
        for fine in ["1e5", "-.5", "nan", "inf", "1_0.5"] {
            check(row(fine, said("it", ValueKind::Number)), "");
        }
        check(row("1,5", said("it", ValueKind::Number)), "--it is a number; “1,5” is none.");
        let choice = || Said { choices: vec!["a".to_owned(), "b".to_owned()], ..said("it", ValueKind::Text) };
        check(row("b", choice()), "");
        check(row("c", choice()), "--it is one of a, b; “c” is none of them.");
        check(row("2026-11-26", said("it", ValueKind::Date)), "");
        check(
            row("2026-11-31", said("it", ValueKind::Date)),
            "--it is a date such as 2026-11-26; “2026-11-31” is none.",
        );
        check(row("#fff", said("it", ValueKind::Color)), "");
        check(row("white", said("it", ValueKind::Color)), "--it is a colour such as #41c3ff; “white” is none.");
        let pair = || Said { nargs: "2".to_owned(), ..said("it", ValueKind::Text) };
        check(row("x", pair()), "--it takes 2 values; it has 1.");
        check(Argument { more: vec!["y".to_owned()], ..row("x", pair()) }, "");
    }

    #[test]
    fn what_cannot_be_told_is_not_judged() {
        let own = Said { converter: "seconds".to_owned(), ..said("it", ValueKind::Integer) };
        check(row("many", own.clone()), "");
        check(Argument { kind: Some(ValueKind::Number), ..row("many", own) }, "--it is a number; “many” is none.");
        check(row("x", Said { gone: true, ..said("it", ValueKind::Integer) }), "");
        check(Argument::new("--it", ""), "");
        let as_text = Argument {
            kind: Some(ValueKind::Text),
            ..row("c", Said { choices: vec!["a".to_owned()], kind: ValueKind::Number, ..said("it", ValueKind::Text) })
        };
        check(as_text, "");
    }

    #[test]
    fn a_row_that_must_be_there_is_missed_and_one_that_is_given_otherwise_is_not() {
        let required = || Said { required: true, ..said("it", ValueKind::Text) };
        check(Argument { on: false, ..row("x", required()) }, "--it is required; switch it on, with a value.");
        check(row("", required()), "--it is required; give it a value.");
        check(row("", said("it", ValueKind::Text)), "--it has no value; give it one, or switch it off.");
        check(Argument { flag: "--it=".to_owned(), ..row("", required()) }, "");
        check(row("", Said { nargs: "?".to_owned(), ..said("it", ValueKind::Text) }), "");
        let off = || Argument { on: false, ..row("", required()) };
        for other in [Argument::new("-i", "x"), Argument::new("", "--it=x"), Argument::new("-i=", "")] {
            assert!(what(&[off(), other]).is_empty());
        }
        assert_eq!(what(&[off(), Argument::new("", "x")]).len(), 1);
        let positional = || Argument {
            on: false,
            flag: String::new(),
            said: Said { flags: Vec::new(), ..required() }.into(),
            ..Argument::default()
        };
        assert_eq!(what(&[positional()]), [(0, "it is required; switch it on, with a value.".to_owned())]);
        assert!(what(&[positional(), Argument::new("", "x")]).is_empty());
        assert!(what(&[row("", required()), Argument::new("", "x")]).is_empty(), "its value stands in the next row");
    }

    #[test]
    fn of_rows_that_exclude_each_other_one_may_be_on() {
        let one = |name: &str| Said { exclusive: 1, ..said(name, ValueKind::Switch) };
        let rows = [row("", one("it")), Argument { flag: "--other".to_owned(), ..row("", one("other")) }];
        assert_eq!(what(&rows), [(1, "The script takes only one of --it and --other; switch one off.".to_owned())]);
        let off = |row: &Argument| Argument { on: false, ..row.clone() };
        assert!(what(&[off(&rows[0]), rows[1].clone()]).is_empty());
        assert!(what(&[off(&rows[0]), off(&rows[1])]).is_empty());
        let needed =
            rows.map(|row| Argument { said: Said { one_required: true, ..(*row.said).clone() }.into(), ..row });
        let none = [off(&needed[0]), off(&needed[1])];
        assert_eq!(what(&none), [(0, "The script needs one of --it and --other; switch one on.".to_owned())]);
        assert!(what(&[none[0].clone(), needed[1].clone()]).is_empty());
    }

    #[test]
    fn rows_of_another_command_are_left_alone() {
        let command = Said {
            choices: vec!["train".to_owned(), "eval".to_owned()],
            required: true,
            ..said("command", ValueKind::Command)
        };
        let command = |value: &str| Argument {
            flag: String::new(),
            said: Said { flags: Vec::new(), ..command.clone() }.into(),
            ..Argument::new("", value)
        };
        let of = Said { command: vec!["train".to_owned()], required: true, ..said("it", ValueKind::Text) };
        let rows = |chosen: &str| [command(chosen), Argument { on: false, ..row("", of.clone()) }];
        assert!(what(&rows("eval")).is_empty());
        assert_eq!(what(&rows("train")).len(), 1);
        assert_eq!(what(&rows("")), [(0, "Choose one of the script's commands: train, eval.".to_owned())]);
        assert_eq!(what(&rows("fly")), [(0, "command is one of train, eval; “fly” is none of them.".to_owned())]);
    }
}
