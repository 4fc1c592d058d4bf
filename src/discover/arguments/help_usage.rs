//! The usage of a help text: how the program is called, and so what must be given, of what there may be several, and,
//! where nothing else says so, which options there are.

use super::help::{set_value, split_flag};
use crate::model::declared::{Action, DeclaredRow};

/// How far argparse and its like indent what goes on in the next line; a list of options stands further left.
const GOES_ON_AT: usize = "usage: ".len();

/// What stands behind `usage:`, in one line.
pub struct Usage {
    text: String,
    /// There is one way to call it; where there are several an option of one isn't one of all.
    is_only: bool,
}

impl Usage {
    /// The lines that say how the program is called.
    pub fn of(text: &str) -> Self {
        let mut lines = text.lines().skip_while(|line| !line.to_lowercase().trim_start().starts_with("usage"));
        let first = lines.next().unwrap_or_default();
        // Go's heading of the options themselves.
        if first.to_lowercase().starts_with("usage of") {
            return Self { text: String::new(), is_only: true };
        }
        let first = first.split_once(':').map_or("", |(_, pattern)| pattern).trim();
        let rest: Vec<_> = lines.take_while(|line| goes_on(line)).map(str::trim).collect();
        let program = first.split_whitespace().next().unwrap_or_default();
        let is_another = |line: &&str| line.starts_with("or:") || line.split_whitespace().next() == Some(program);
        let is_only = program.is_empty() || !rest.iter().any(is_another);
        let words = std::iter::once(first).chain(rest).flat_map(str::split_whitespace);
        Self { text: words.collect::<Vec<_>>().join(" "), is_only }
    }

    /// Whether a list in braces stands for the program's commands: `{add,rm} ...`
    pub fn has_commands(&self, braces: &str) -> bool {
        self.has(&format!("{braces} ..."))
    }

    /// An option outside all brackets of the only usage must be given; one of several that are offered need not.
    pub fn mark_required(&self, rows: &mut [DeclaredRow]) {
        let mut depth = 0_u32;
        let mut outside = String::new();
        for c in self.text.chars() {
            match c {
                '[' | '(' => depth += 1,
                ']' | ')' => depth = depth.saturating_sub(1),
                c if depth == 0 => outside.push(c),
                _ => {}
            }
        }
        if !self.is_only || outside.contains('|') {
            return;
        }
        let words: Vec<_> = outside.split_whitespace().map(|word| word.split('=').next().unwrap_or(word)).collect();
        for row in rows {
            row.required |= row.flags.iter().any(|flag| words.contains(&flag.as_str()));
        }
    }

    /// How many values a positional argument takes, which argparse says here alone.
    pub fn count_values(&self, row: &mut DeclaredRow) {
        let name = &row.name;
        let (nargs, required) = if self.has(&format!("[{name} [{name} ...]]")) || self.has(&format!("[{name} ...]")) {
            // The second is the end of `src [src ...]`, too.
            let is_needed = self.has(&format!("{name} [{name} ...]")) && !self.has(&format!("[{name} [{name} ...]]"));
            (if is_needed { "+" } else { "*" }.to_owned(), is_needed)
        } else if self.has(&format!("[{name}]")) {
            ("?".to_owned(), false)
        } else {
            let count = (2..10).take_while(|count| self.has(&vec![name.as_str(); *count].join(" "))).last();
            let Some(count) = count else { return };
            (count.to_string(), true)
        };
        (row.nargs, row.required) = (Some(nargs), required);
    }

    /// Whether some words stand there as they are.
    fn has(&self, words: &str) -> bool {
        let is_end = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || "[]".contains(c));
        self.text.match_indices(words).any(|(at, _)| {
            is_end(self.text[..at].chars().next_back()) && is_end(self.text[at + words.len()..].chars().next())
        })
    }

    /// The options in its brackets: `[-46Aa] [-b address] [--bare | --all]`. What each is for isn't said there.
    pub fn rows(&self) -> Vec<DeclaredRow> {
        let mut rows: Vec<DeclaredRow> = Vec::new();
        for (number, group) in (1..).zip(bracketed(&self.text)) {
            let ways = split_ways(group);
            let exclusive = (ways.len() > 1).then_some(number);
            for mut row in ways.into_iter().flat_map(rows_of_way) {
                row.exclusive = exclusive;
                if !rows.iter().any(|own| own.flags == row.flags) {
                    rows.push(row);
                }
            }
        }
        rows
    }
}

/// Whether a line after the usage is still part of it; curl's list of options follows at once.
fn goes_on(line: &str) -> bool {
    let body = line.trim_start_matches(' ');
    let indent = line.len() - body.len();
    let is_option = body.starts_with('-') && (indent < GOES_ON_AT || body.contains("  ") || body.contains('\t'));
    indent > 0 && !body.trim().is_empty() && !body.starts_with('\t') && !is_option
}

/// What stands in each of the outermost brackets.
fn bracketed(text: &str) -> Vec<&str> {
    let (mut depth, mut from, mut out) = (0_u32, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '[' => {
                if depth == 0 {
                    from = at + 1;
                }
                depth += 1;
            }
            ']' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    out.push(text[from..at].trim());
                }
            }
            _ => {}
        }
    }
    out
}

/// The parts between the bars that lie in no further brackets.
fn split_ways(group: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    group
        .split(|c| {
            match c {
                '[' | '(' | '<' | '{' => depth += 1,
                ']' | ')' | '>' | '}' => depth -= 1,
                _ => {}
            }
            c == '|' && depth == 0
        })
        .map(str::trim)
        .collect()
}

/// A row, or one for each letter of a bundle. A word behind a single dash may be either, and is left out.
fn rows_of_way(way: &str) -> Vec<DeclaredRow> {
    let Some((flag, value)) = split_flag(way) else { return Vec::new() };
    let letters = flag.trim_start_matches('-');
    let row = |flag: String| DeclaredRow {
        name: flag.trim_start_matches('-').replace('-', "_"),
        flags: vec![flag],
        action: Action::Switch,
        ..DeclaredRow::default()
    };
    if matches!(flag.as_str(), "-h" | "--help" | "-help" | "-?") {
        return Vec::new();
    }
    if flag.starts_with("--") || letters.chars().count() == 1 {
        let mut row = row(flag);
        if !value.is_empty() {
            row.action = Action::Store;
            if value.starts_with("[=") || !value.contains('[') {
                set_value(&mut row, &value);
            } else {
                row.metavar = Some(value);
            }
        }
        return vec![row];
    }
    if value.is_empty() && is_bundle(letters) {
        return letters.chars().filter(|c| *c != 'h').map(|c| row(format!("-{c}"))).collect();
    }
    Vec::new()
}

/// Letters in the order of the alphabet, each once: `46AaCf`. Hardly a word.
fn is_bundle(letters: &str) -> bool {
    let order = |c: char| (c.to_ascii_lowercase(), c.is_ascii_lowercase());
    let letters: Vec<_> = letters.chars().collect();
    letters.iter().all(char::is_ascii_alphanumeric) && letters.windows(2).all(|pair| order(pair[0]) < order(pair[1]))
}
