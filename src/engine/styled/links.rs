//! Addresses in what a program writes: those that it marks as such (OSC 8) and those that simply stand there.
//!
//! Only `http`, `https` and files of this machine count. A console shows what anybody wrote; nothing else may start at a
//! click.

use std::ops::Range;

use super::files::file_of;

/// The most links of one row.
pub(super) const MOST_LINKS: usize = 256;
/// Browsers take no longer ones.
const LONGEST: usize = 2048;

const PAGES: [&str; 2] = ["http://", "https://"];
const BEGINNINGS: [&str; 3] = [PAGES[0], PAGES[1], super::files::BEGINNING];

/// Whether a click may open it.
pub(super) fn is_address(target: &str) -> bool {
    target.len() <= LONGEST && (is_page(target) || file_of(target).is_some())
}

fn is_page(target: &str) -> bool {
    let rest = PAGES.iter().find_map(|beginning| target.strip_prefix(beginning));
    rest.is_some_and(|rest| !rest.is_empty() && !target.chars().any(ends_address))
}

/// Finds addresses in the columns of a row, adds them to `links` and tells where they stand.
pub(super) fn add_addresses(columns: &[char], links: &mut Vec<String>, mut found: impl FnMut(Range<usize>, u16)) {
    let mut from = 0;
    while let Some(offset) = columns[from..].iter().position(|character| matches!(character, 'h' | 'f')) {
        let start = from + offset;
        from = start + 1;
        if !BEGINNINGS.iter().any(|beginning| starts_with(&columns[start..], beginning)) {
            continue;
        }
        let rest = &columns[start..];
        let rest = &rest[..rest.len().min(LONGEST + 1)];
        let end = rest.iter().position(|character| ends_address(*character)).unwrap_or(rest.len());
        let end = start + without_punctuation(&rest[..end]);
        from = end.max(from);
        let target: String = columns[start..end].iter().collect();
        let Some(link) = u16::try_from(links.len()).ok().filter(|link| usize::from(*link) < MOST_LINKS) else { return };
        if is_address(&target) {
            links.push(target);
            found(start..end, link);
        }
    }
}

fn starts_with(columns: &[char], beginning: &str) -> bool {
    columns.len() >= beginning.len() && beginning.chars().zip(columns).all(|(one, other)| one == *other)
}

fn ends_address(character: char) -> bool {
    character.is_whitespace() || character.is_control() || matches!(character, '"' | '<' | '>' | '`' | '\\' | '|' | '·')
}

/// How much of it is the address and not the sentence around it: no full stop at its end, no bracket that wasn't opened
/// within.
fn without_punctuation(columns: &[char]) -> usize {
    let opened = ['(', '[', '{'].map(|bracket| columns.contains(&bracket));
    let belongs_to_sentence = |character: &char| match character {
        '.' | ',' | ':' | ';' | '!' | '?' | '\'' | '*' | '…' => true,
        ')' => !opened[0],
        ']' => !opened[1],
        '}' => !opened[2],
        _ => false,
    };
    columns.iter().rposition(|character| !belongs_to_sentence(character)).map_or(0, |last| last + 1)
}
