//! What an order from outside may change in a preset before it is launched: the values of the rows that the preset
//! opened for it, and nothing else. Such a value is data. It is never taken for a flag, a placeholder or a second
//! argument, whoever sent it.

use super::argument::Argument;
use super::preset::Preset;

/// The longest value that is taken from outside, in bytes.
pub const MAX_OUTSIDE_BYTES: usize = 4096;

/// Sets rows of a preset by the names that an order gives them, and switches them on. A row is called by its flag, with
/// or without the dashes before it; one without a flag by its number among such rows, from 1.
///
/// # Errors
/// A sentence: there is no such row, the preset didn't open it, it was named twice, or the value could be taken for
/// something else than a value. The preset may be half changed then.
pub fn set_from_outside(preset: &mut Preset, settings: &[(String, String)]) -> Result<(), String> {
    let mut done: Vec<usize> = Vec::with_capacity(settings.len().min(preset.arguments.len()));
    for (name, value) in settings {
        let index = row_called(preset, name)?;
        if done.contains(&index) {
            return Err(format!("“{}” is given twice.", short(name)));
        }
        done.push(index);
        set(&mut preset.arguments[index], name, value)?;
    }
    Ok(())
}

/// A row's name from outside: its flag without dashes before it and `=` behind it.
fn bare(flag: &str) -> &str {
    flag.trim_start_matches('-').trim_end_matches('=')
}

/// The index of the row that is called so and open.
fn row_called(preset: &Preset, name: &str) -> Result<usize, String> {
    let rows = preset.arguments.iter().enumerate();
    let exactly = |row: &Argument| row.is_called(name);
    let without_dashes = |row: &Argument| {
        let flags = std::iter::once(&row.flag).chain(&row.said.flags).filter(|flag| !flag.is_empty());
        !bare(name).is_empty() && flags.into_iter().any(|flag| bare(flag) == bare(name))
    };
    let by_number = |number: usize| rows.clone().filter(|(_, row)| row.flag.is_empty()).nth(number.checked_sub(1)?);
    // Of several rows of one flag an open one is meant; `-i` never means `--i` where there is `-i`.
    let called = |is_it: &dyn Fn(&Argument) -> bool| {
        let found = rows.clone().filter(|(_, row)| is_it(row));
        found.clone().find(|(_, row)| row.outside).or_else(|| found.clone().next())
    };
    let found = called(&exactly).or_else(|| called(&without_dashes)).or_else(|| by_number(name.parse().ok()?));
    match found {
        Some((index, row)) if row.outside => Ok(index),
        Some(_) => Err(format!("“{}” may not be set from outside; its row in the preset says which may.", short(name))),
        None => Err(format!("The preset has no row “{}” that may be set from outside.", short(name))),
    }
}

fn set(row: &mut Argument, name: &str, value: &str) -> Result<(), String> {
    let name = short(name);
    if row.secret.is_some() {
        return Err(format!("“{name}” is a secret; its value is set on the machine that runs it, and nowhere else."));
    }
    if value.len() > MAX_OUTSIDE_BYTES {
        return Err(format!("The value of “{name}” is longer than {MAX_OUTSIDE_BYTES} bytes."));
    }
    if value.contains('\0') {
        return Err(format!("The value of “{name}” holds a NUL character."));
    }
    let is_joined = row.flag.ends_with('=');
    if !row.takes_value() && row.value.is_empty() {
        row.on = switch(value)
            .ok_or_else(|| format!("“{name}” is a switch: it takes 1 or 0, on or off, and no other value."))?;
        return Ok(());
    }
    if !is_joined {
        // An argument of its own: the script decides by its looks whether it is a flag.
        if value.is_empty() && !row.flag.is_empty() {
            return Err(format!("The value of “{name}” is empty; the script would take the next argument for it."));
        }
        let is_number = !row.flag.is_empty() && is_plain_number(value);
        if value.starts_with('-') && !is_number {
            return Err(format!(
                "The value of “{name}” begins with “-”, and the script could take it for a flag. A row whose flag ends \
                 in “=” takes such values."
            ));
        }
    }
    row.on = true;
    // Braces would be placeholders.
    row.value = super::placeholder::escaped(value);
    Ok(())
}

/// Whether a word means on or off.
fn switch(word: &str) -> Option<bool> {
    match word.to_ascii_lowercase().as_str() {
        "1" | "on" | "true" | "yes" => Some(true),
        "0" | "off" | "false" | "no" => Some(false),
        _ => None,
    }
}

/// Digits with a sign, a point or an exponent. Not all that Rust reads as a number: `-inf` could be a flag.
fn is_plain_number(value: &str) -> bool {
    let digits = value.trim_start_matches('-');
    value.len() - digits.len() <= 1
        && digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && value.parse::<f64>().is_ok_and(f64::is_finite)
}

/// What somebody sent, fit to be said in a sentence.
fn short(name: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = name.chars().take(MOST).map(|c| if c.is_control() { '·' } else { c }).collect();
    if name.chars().nth(MOST).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::model::{LocalNames, RowSecret, Secret, SecretBy, Site, resolve};

    fn row(flag: &str, value: &str, outside: bool) -> Argument {
        Argument { on: false, outside, ..Argument::new(flag, value) }
    }

    /// What reaches the program, or why nothing does.
    fn check(settings: &[(&str, &str)]) -> Result<Vec<String>, String> {
        let mut preset = Preset { script: "a.py".to_owned(), ..Preset::new("Test") };
        preset.arguments = vec![
            row("--input", "old", true),
            row("--closed", "x", false),
            row("--title=", "", true),
            row("--cuda", "", true),
            row("", "first", true),
            row("", "second", false),
            row("-i", "1", false),
            row("--i", "1", true),
        ];
        let settings: Vec<_> = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        set_from_outside(&mut preset, &settings)?;
        let site = Site {
            preset_dir: PathBuf::from("/p"),
            program: Ok(PathBuf::from("/bin/python3")),
            is_python: true,
            activation: None,
            environment: Vec::new(),
            names: LocalNames::default(),
        };
        let invocation = resolve(&preset, &site).map_err(|problems| problems[0].what.clone())?;
        Ok(invocation.args[1..].to_vec())
    }

    fn args(settings: &[(&str, &str)]) -> Vec<String> {
        check(settings).unwrap()
    }

    #[test]
    fn a_value_is_one_argument_whatever_is_in_it() {
        for value in
            ["a b", "{echo.port}", "{", "}}", "$(reboot)", "; rm -rf /", "\"", "a\nb", "🎭", "%PATH%", "--x=y z"]
        {
            assert_eq!(args(&[("title", value)]), [format!("--title={value}")]);
        }
        assert_eq!(args(&[("--input", "{{x}}")]), ["--input", "{{x}}"]);
        assert_eq!(args(&[("1", "/media/a b.mov")]), ["/media/a b.mov"]);
    }

    #[test]
    fn a_secret_is_never_set_from_outside() {
        let (from, by) = (Secret::Keyring("key".to_owned()), SecretBy::Input);
        let secret = Argument { secret: Some(RowSecret { from, by }), ..row("--key", "", true) };
        let mut preset = Preset { arguments: vec![secret.clone()], ..Preset::new("Test") };
        let why = set_from_outside(&mut preset, &[("key".to_owned(), "x".to_owned())]).unwrap_err();
        assert!(why.contains("is a secret"), "{why}");
        assert_eq!(preset.arguments, [secret]);
    }

    #[test]
    fn nothing_from_outside_becomes_a_flag() {
        for value in ["--delete", "-v", "-", "--", "-inf", "-5x", "--5", "-"] {
            assert!(check(&[("input", value)]).unwrap_err().contains("could take it for a flag"), "{value}");
            assert!(check(&[("1", value)]).unwrap_err().contains("could take it for a flag"), "{value}");
            assert_eq!(args(&[("title", value)]), [format!("--title={value}")], "it can't be mistaken there");
        }
        assert_eq!(args(&[("input", "-1.5e3")]), ["--input", "-1.5e3"], "a number of a flag is no flag");
        assert!(check(&[("1", "-5")]).is_err(), "a number that stands alone could be one");
        assert!(check(&[("input", "")]).unwrap_err().contains("is empty"));
        assert_eq!(args(&[("title", "")]), ["--title="]);
    }

    #[test]
    fn a_switch_is_only_switched() {
        assert_eq!(args(&[("cuda", "1")]), ["--cuda"]);
        assert!(args(&[("cuda", "Off")]).is_empty());
        assert!(check(&[("cuda", "/etc/passwd")]).unwrap_err().contains("is a switch"));
    }

    #[test]
    fn only_what_the_preset_opened_can_be_set() {
        assert!(check(&[("closed", "x")]).unwrap_err().contains("may not be set from outside"));
        assert!(check(&[("2", "x")]).unwrap_err().contains("may not be set from outside"));
        for unknown in ["nothing", "3", "0", "", "-", "=", "18446744073709551616"] {
            assert!(check(&[(unknown, "x")]).unwrap_err().contains("no row"), "{unknown}");
        }
        assert!(check(&[("-i", "2")]).is_err(), "--i is another row");
        assert_eq!(args(&[("--i", "2")]), ["--i", "2"]);
    }

    #[test]
    fn what_is_too_much_is_refused() {
        assert!(check(&[("input", &"x".repeat(MAX_OUTSIDE_BYTES + 1))]).unwrap_err().contains("longer than"));
        assert!(check(&[("input", "a\0b")]).unwrap_err().contains("NUL"));
        assert!(check(&[("input", "a"), ("--input", "b")]).unwrap_err().contains("twice"));
        let why = check(&[(&"y".repeat(5000), "b")]).unwrap_err();
        assert!(why.len() < 200, "{why}");
    }
}
